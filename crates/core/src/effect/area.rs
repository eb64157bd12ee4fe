//! Effects that look around: what they read, and what they make.

use crate::geometry::Rect;
use crate::image::{ColourRow, Image, Plane};
use crate::workers::{Exec, Stop};

/// What lies beyond the source's region of definition, for effects that look there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// The edge pixels go on.
    Extend,
    /// The picture is mirrored.
    Mirror,
    /// Transparent black at infinity.
    Black,
}

/// What an [`AreaKernel`] reads: premultiplied colour and depth over the same rectangle, which holds what it looks at and the reach of the
/// plan around it; beyond the source's region continued as the border says.
pub struct AreaInput {
    /// Premultiplied colour.
    pub source: Image,
    /// What the kernel has made of the depths.
    pub depth: Plane,
    /// What it has noted of all rows.
    pub noted: Noted,
    /// What lies behind, if something is known of it, over the same rectangle.
    pub background: Option<Background>,
    /// The pixels that the source has; what lies outside was made up as the border says.
    pub inside: Rect,
    /// The pixels to compute.
    pub window: Rect,
    /// What [`AreaKernel::looks_at`] says of them.
    pub seen: Rect,
}

/// What an [`AreaKernel`] notes of rows as they are read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noted {
    /// Are all colours numbers?
    pub numbers: bool,
    /// No red, green or blue is more.
    pub brightest: f32,
    /// The least and the greatest of what became of the depths.
    pub range: [f32; 2],
}

impl Noted {
    /// Of no row.
    pub const NOTHING: Self = Self { numbers: true, brightest: f32::MIN, range: [f32::MAX, f32::MIN] };

    /// Of these rows and of others.
    pub fn and(self, other: &Self) -> Self {
        let ([low, high], [other_low, other_high]) = (self.range, other.range);
        Self {
            numbers: self.numbers && other.numbers,
            brightest: self.brightest.max(other.brightest),
            range: [low.min(other_low), high.max(other_high)],
        }
    }
}

/// A clean plate.
#[derive(Clone, Debug)]
pub struct Background {
    /// Premultiplied colour, finite; alpha 0 where nothing is known.
    pub colour: Image,
    /// Metres; NaN where nothing is known. `None`: no depth is there for it.
    pub depth: Option<Plane>,
}

/// A pixel from its neighbourhood.
pub trait AreaKernel: Sync {
    /// What lies beyond the source.
    fn border(&self) -> Border;
    /// The pixels that the window's come from, before any reach: others than its own where the kernel moves the picture.
    fn looks_at(&self, window: Rect) -> Rect {
        window
    }
    /// How far it looks around those pixels, in pixels of the full-size frame, if the depth there lies in this range (metres): at most
    /// what the plan said, and less where the depth asks for less.
    fn reach(&self, nearest: f32, farthest: f32) -> f64;
    /// How far beyond the source, where its border goes on, it looks at all, likewise.
    fn beyond(&self, nearest: f32, farthest: f32) -> f64;
    /// Looks at a row that has just been read, premultiplied, while it is in the caches, and makes of its depths (metres) what it needs.
    fn read(&self, colour: ColourRow, depth: &mut [f32]) -> Noted;
    /// The window's pixels, premultiplied.
    fn render<'e>(&self, input: AreaInput, exec: &'e Exec) -> Result<Rendered<'e>, Stop>;
}

/// What an [`AreaKernel`] makes.
pub enum Rendered<'a> {
    /// All of it.
    Image(Image),
    /// Something that each row can be had from.
    Rows(Box<dyn Rows + 'a>),
}

/// Rows that are made when they are asked for.
pub trait Rows: Sync {
    /// One of them: premultiplied colours of the whole width of the window.
    fn row(&self, y: i32, to: ColourRow);
}
