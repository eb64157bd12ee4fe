//! The contact sheet: pictures in rows, with what they show below.

use super::Shown;
use mock_host::font::{self, Size};
use mock_host::{Components, Picture, RectI};

/// Room around pictures, and the height of a line of text.
const GAP: i32 = 12;
const LINE: i32 = 28;
/// Screen grey, linear.
const PAPER: [f32; 4] = [0.018, 0.018, 0.02, 1.0];
const INK: [f32; 3] = [0.75; 3];

/// All on one picture. All are of one size, but for rounding.
pub fn make(title: &str, shown: &[Shown], columns: Option<usize>) -> Picture {
    let (w, h) = shown
        .iter()
        .fold((1, 1), |(w, h), s| (w.max(s.picture.bounds.width() as i32), h.max(s.picture.bounds.height() as i32)));
    let columns = columns.unwrap_or_else(|| columns_for(shown.len(), w, h)).clamp(1, shown.len().max(1)) as i32;
    let rows = (shown.len() as i32 + columns - 1) / columns;
    let (cell_w, cell_h) = (w + GAP, h + LINE + GAP);
    let size = RectI::sized(columns * cell_w + GAP, rows * cell_h + GAP + LINE);
    let mut sheet = Picture::constant(size, Components::Rgb, PAPER);
    write(&mut sheet, [GAP, size.y2 - GAP / 2], size.x2 - 2 * GAP, Size::Large, title, [1.0; 3]);
    // All labels are of one size, the larger one where all have room.
    let large = shown.iter().all(|s| font::width(&s.label, Size::Large) <= w);
    let letter = if large { Size::Large } else { Size::Small };
    for (i, one) in (0..).zip(shown) {
        let left = GAP + (i % columns) * cell_w;
        // Rows go down, y goes up.
        let top = size.y2 - LINE - GAP / 2 - (i / columns) * cell_h;
        let from = one.picture.bounds;
        for y in 0..from.height() as i32 {
            for x in 0..from.width() as i32 {
                if let Some(pixel) = one.picture.get(from.x1 + x, from.y2 - 1 - y) {
                    sheet.set(left + x, top - 1 - y, pixel);
                }
            }
        }
        write(&mut sheet, [left, top - h - 4], w, letter, &one.label, INK);
    }
    sheet
}

/// About half again as wide as high.
fn columns_for(count: usize, w: i32, h: i32) -> usize {
    let rows = (count as f64 * f64::from(w) / (1.5 * f64::from(h))).sqrt().round().max(1.0);
    // One row less where the last would be nearly empty.
    count.div_ceil(count.div_ceil(count.div_ceil(rows as usize)).max(1)).max(1)
}

/// A line of text whose top-left corner is at (x, y); cut where the room ends.
fn write(sheet: &mut Picture, [x, y]: [i32; 2], room: i32, size: Size, text: &str, ink: [f32; 3]) {
    let mut text = text.to_string();
    while font::width(&text, size) > room && text.pop().is_some() {}
    font::each_pixel(&text, size, |dx, dy, cover| {
        let (px, py) = (x + dx, y - 1 - dy);
        if let Some(under) = sheet.get(px, py) {
            let mixed: Vec<f32> = under.iter().zip(ink).map(|(old, new)| old + (new - old) * cover).collect();
            sheet.set(px, py, &mixed);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: f32) -> Shown {
        let picture = Picture::constant(RectI::sized(40, 20), Components::Rgb, [value; 4]);
        Shown { label: format!("x = {value}"), picture }
    }

    #[test]
    fn every_picture_is_on_the_sheet_with_its_label() {
        for columns in [None, Some(1), Some(3), Some(99)] {
            let all: Vec<Shown> = [2.0, 3.0, 4.0, 5.0, 6.0].map(shown).into();
            let sheet = make("title", &all, columns);
            for one in &all {
                let value = one.picture.pixels[0];
                let count = sheet.pixels.chunks_exact(3).filter(|p| p[0] == value).count();
                assert_eq!(count, 800, "{columns:?}");
            }
            // The pictures are brighter than any letter.
            let inked = |sheet: &Picture| sheet.pixels.chunks_exact(3).filter(|p| p[0] > 0.3 && p[0] < 1.5).count();
            let bare: Vec<Shown> =
                all.iter().map(|s| Shown { label: String::new(), picture: s.picture.clone() }).collect();
            assert!(inked(&sheet) > inked(&make("title", &bare, columns)) + 100, "{columns:?}");
        }
    }

    #[test]
    fn sheets_are_wide_rather_than_high() {
        assert_eq!(columns_for(1, 16, 9), 1);
        assert_eq!(columns_for(6, 16, 9), 2);
        assert!(columns_for(12, 9, 16) > columns_for(12, 16, 9));
    }
}
