//! Pixels: foreign ones as validated rows of bytes, our own as planes of f32.

mod convert;
mod planes;

pub use planes::{Image, Plane};

use crate::geometry::Rect;

/// How a number is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 8 bit, 255 is 1.
    Byte,
    /// 16 bit, 65535 is 1.
    Short,
    /// 16-bit float.
    Half,
    /// 32-bit float.
    Float,
}

impl Depth {
    /// Bytes of one number.
    pub fn bytes(self) -> usize {
        match self {
            Depth::Byte => 1,
            Depth::Short | Depth::Half => 2,
            Depth::Float => 4,
        }
    }
}

/// Which numbers a pixel has, interleaved, in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Components {
    /// Red, green, blue, alpha.
    Rgba,
    /// Blue, green, red, alpha (Vegas).
    Bgra,
    /// Red, green, blue.
    Rgb,
    /// One number.
    Alpha,
}

impl Components {
    /// Numbers in a pixel.
    pub fn count(self) -> usize {
        match self {
            Components::Rgba | Components::Bgra => 4,
            Components::Rgb => 3,
            Components::Alpha => 1,
        }
    }
}

/// The layout of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelFormat {
    /// How a number is stored.
    pub depth: Depth,
    /// Which numbers.
    pub components: Components,
}

impl PixelFormat {
    /// Bytes of one pixel.
    pub fn bytes(self) -> usize {
        self.depth.bytes() * self.components.count()
    }
}

/// What the colour numbers of an image mean beside its alpha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alpha {
    /// Alpha counts as 1 whatever is stored.
    Opaque,
    /// Colours are already multiplied by alpha.
    Premultiplied,
    /// Colours are not multiplied.
    Straight,
}

/// A foreign image to read: one slice of bytes a row, bottom row first, each exactly `bounds.width() × format.bytes()` long.
#[derive(Clone)]
pub struct ImageRef<'a> {
    bounds: Rect,
    format: PixelFormat,
    rows: Vec<&'a [u8]>,
}

impl<'a> ImageRef<'a> {
    /// `None` unless the rows fit the bounds and the format.
    pub fn new(bounds: Rect, format: PixelFormat, rows: Vec<&'a [u8]>) -> Option<Self> {
        let fits = rows.len() == bounds.height() && rows.iter().all(|r| r.len() == bounds.width() * format.bytes());
        (fits && !bounds.is_empty()).then_some(Self { bounds, format, rows })
    }
    /// The pixels that are there.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }
    /// Their layout.
    pub fn format(&self) -> PixelFormat {
        self.format
    }
    /// The bytes of row `y`, from `bounds().x1` on. `y` is inside the bounds.
    pub fn row(&self, y: i32) -> &'a [u8] {
        self.rows[(y - self.bounds.y1) as usize]
    }
    /// Those of all rows, bottom row first.
    pub fn rows(&self) -> &[&'a [u8]] {
        &self.rows
    }
}

/// A foreign image to write: rows as in [`ImageRef`], no two of which overlap.
pub struct ImageMut<'a> {
    bounds: Rect,
    format: PixelFormat,
    rows: Vec<&'a mut [u8]>,
}

impl<'a> ImageMut<'a> {
    /// `None` unless the rows fit the bounds and the format.
    pub fn new(bounds: Rect, format: PixelFormat, rows: Vec<&'a mut [u8]>) -> Option<Self> {
        let fits = rows.len() == bounds.height() && rows.iter().all(|r| r.len() == bounds.width() * format.bytes());
        (fits && !bounds.is_empty()).then_some(Self { bounds, format, rows })
    }
    /// The pixels that are there.
    pub fn bounds(&self) -> Rect {
        self.bounds
    }
    /// Their layout.
    pub fn format(&self) -> PixelFormat {
        self.format
    }
    /// The part of each row that lies in `window`, bottom first, with its y. `window` is inside the bounds.
    pub fn window_rows(&mut self, window: &Rect) -> Vec<(i32, &mut [u8])> {
        let (bounds, bpp) = (self.bounds, self.format.bytes());
        let span = (window.x1 - bounds.x1) as usize * bpp..(window.x2 - bounds.x1) as usize * bpp;
        let first = (window.y1 - bounds.y1) as usize;
        self.rows[first..first + window.height()]
            .iter_mut()
            .enumerate()
            .map(|(i, row)| (window.y1 + i as i32, &mut row[span.clone()]))
            .collect()
    }
}

/// One row of planar colour.
pub struct ColourRow<'a> {
    /// Red.
    pub r: &'a mut [f32],
    /// Green.
    pub g: &'a mut [f32],
    /// Blue.
    pub b: &'a mut [f32],
    /// Alpha.
    pub a: &'a mut [f32],
}

impl ColourRow<'_> {
    /// The same row for a shorter time.
    pub fn reborrow(&mut self) -> ColourRow<'_> {
        ColourRow { r: self.r, g: self.g, b: self.b, a: self.a }
    }
    /// Some of its pixels.
    pub fn part(&mut self, range: std::ops::Range<usize>) -> ColourRow<'_> {
        ColourRow {
            r: &mut self.r[range.clone()],
            g: &mut self.g[range.clone()],
            b: &mut self.b[range.clone()],
            a: &mut self.a[range],
        }
    }
    /// Red, green, blue, alpha.
    pub fn planes(&mut self) -> [&mut [f32]; 4] {
        [self.r, self.g, self.b, self.a]
    }
}

pub(crate) use convert::{THIN, store_colour_past_caches};
pub use convert::{load_channel, load_colour, premultiply, store_colour, unpremultiply};
