//! The contact sheet: pictures in rows, with what they show below.

use super::Shown;
use font8x8::{BASIC_FONTS, LATIN_FONTS, UnicodeFonts};
use mock_host::{Components, Picture, RectI};

/// Room around pictures, and the height of a line of text.
const GAP: i32 = 12;
const LINE: i32 = 24;
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
    write(&mut sheet, [GAP, size.y2 - GAP / 2], size.x2 - 2 * GAP, 2, title, [1.0; 3]);
    // All labels are of one size, the larger one where all have room.
    let letter = if shown.iter().all(|s| s.label.chars().count() as i32 * 16 <= w) { 2 } else { 1 };
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

/// A line of text whose top-left corner is at (x, y), in so many times the font's 8 pixels; cut where the room ends.
fn write(sheet: &mut Picture, [x, y]: [i32; 2], room: i32, size: i32, text: &str, ink: [f32; 3]) {
    let fit = (room / (8 * size)).max(0) as usize;
    for (i, letter) in (0..).zip(text.chars().take(fit)) {
        let glyph = BASIC_FONTS.get(letter).or_else(|| LATIN_FONTS.get(letter)).or_else(|| BASIC_FONTS.get('?'));
        for (row, bits) in (0..).zip(glyph.unwrap_or_default()) {
            for column in (0..8).filter(|c| bits >> c & 1 == 1) {
                for (dx, dy) in (0..size * size).map(|k| (k % size, k / size)) {
                    let (px, py) = (x + (8 * i + column) * size + dx, y - 1 - row * size - dy);
                    if sheet.get(px, py).is_some() {
                        sheet.set(px, py, &ink);
                    }
                }
            }
        }
    }
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
            assert!(sheet.pixels.chunks_exact(3).filter(|p| p[0] == INK[0]).count() > 100);
        }
    }

    #[test]
    fn sheets_are_wide_rather_than_high() {
        assert_eq!(columns_for(1, 16, 9), 1);
        assert_eq!(columns_for(6, 16, 9), 2);
        assert!(columns_for(12, 9, 16) > columns_for(12, 16, 9));
    }
}
