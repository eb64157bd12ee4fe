//! Letters for pictures that are looked at: Noto Sans Mono, drawn beforehand at two sizes.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// How large letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Lines of 16 pixels.
    Small,
    /// Lines of 24 pixels.
    Large,
}

impl Size {
    fn raster(self) -> RasterHeight {
        match self {
            Self::Small => RasterHeight::Size16,
            Self::Large => RasterHeight::Size24,
        }
    }

    /// Height of a line, in pixels.
    pub fn height(self) -> i32 {
        match self {
            Self::Small => 16,
            Self::Large => 24,
        }
    }

    /// From the top of a line to where letters stand, in pixels.
    pub fn baseline(self) -> i32 {
        match self {
            Self::Small => 13,
            Self::Large => 19,
        }
    }
}

/// How many pixels wide a line of text is.
pub fn width(text: &str, size: Size) -> i32 {
    let letter = get_raster_width(FontWeight::Regular, size.raster());
    i32::try_from(text.chars().count() * letter).unwrap_or(i32::MAX)
}

/// Calls `put` for each pixel that a line of text touches: to the right and down from its top left corner, and how much of it is covered,
/// above 0 and at most 1. Letters that the font lacks are question marks.
pub fn each_pixel(text: &str, size: Size, mut put: impl FnMut(i32, i32, f32)) {
    let raster = |c: char| get_raster(c, FontWeight::Regular, size.raster());
    let mut left = 0;
    for letter in text.chars().filter_map(|c| raster(c).or_else(|| raster('?'))) {
        for (y, row) in (0..).zip(letter.rows()) {
            for (x, cover) in (0..).zip(row).filter(|(_, cover)| **cover > 0) {
                put(left + x, y, f32::from(*cover) / 255.0);
            }
        }
        left += i32::try_from(letter.width()).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(text: &str, size: Size) -> [i32; 4] {
        let mut e = [i32::MAX, i32::MAX, -1, -1];
        each_pixel(text, size, |x, y, cover| {
            assert!(cover > 0.0 && cover <= 1.0);
            // The faint rim of a letter is none of it.
            if cover > 0.4 {
                e = [e[0].min(x), e[1].min(y), e[2].max(x), e[3].max(y)];
            }
        });
        e
    }

    #[test]
    fn letters_stand_on_the_baseline_inside_their_line() {
        for size in [Size::Small, Size::Large] {
            let [left, top, right, bottom] = extent("HxE", size);
            assert!(left >= 0 && right < width("HxE", size) && top >= 0);
            assert!((bottom + 1 - size.baseline()).abs() <= 1, "{size:?}: {bottom}");
            let [.., deep] = extent("g", size);
            assert!(deep >= size.baseline() && deep < size.height(), "{size:?}: {deep}");
        }
    }

    #[test]
    fn unknown_letters_are_questions_and_nothing_is_nothing() {
        assert_eq!(extent("\u{1f600}", Size::Small), extent("?", Size::Small));
        assert_eq!(extent("", Size::Large), extent("  ", Size::Large));
        assert_ne!(extent("°", Size::Small), extent("?", Size::Small));
        assert_ne!(extent("±", Size::Small), extent("?", Size::Small));
    }
}
