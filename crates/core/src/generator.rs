//! Effects that make a picture instead of changing one: from files, perhaps with the source and its depth beside.

use crate::effect::Frame;
use crate::geometry::{Rect, RectD};
use crate::image::{Image, Plane};
use crate::workers::{Exec, Stop};
use std::ops::Range;

/// What makes a picture.
pub trait Generator: Send + Sync {
    /// What is known of the picture at a time without making it; `None` where nothing was chosen to make it from. `source`: where the
    /// source is defined, canonical; empty without one. `stop` is asked now and then.
    ///
    /// # Errors
    /// In words for the artist.
    fn facts(&self, time: f64, source: &RectD, stop: &dyn Fn() -> bool) -> Result<Option<Facts>, Fault>;
    /// First and last frame that there are; `None` where every frame is the same, or nothing is known.
    fn frames(&self) -> Option<[f64; 2]>;
    /// Does the picture change from frame to frame though no parameter does?
    fn varies(&self) -> bool;
    /// Which clips are looked at.
    fn wants(&self) -> Wants;
    /// What the colours that it makes are.
    fn makes(&self) -> Makes;
    /// Makes ready for a window: opens files.
    ///
    /// # Errors
    /// In words for the artist; [`Fault::Stop`] where the host wants to stop.
    fn painter(&self, frame: &Frame, exec: &Exec) -> Result<Painting<'_>, Fault>;
}

/// What is known of a picture before it is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// Where it is defined, canonical.
    pub region: RectD,
    /// Width of a pixel over its height.
    pub pixel_aspect: f64,
    /// Frames a second, where something says so.
    pub frame_rate: Option<f64>,
}

/// The clips that a generator looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// The source.
    pub source: bool,
    /// The source's depth.
    pub depth: bool,
}

/// What the numbers are that a generator makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    /// Premultiplied colours.
    Picture,
    /// Numbers of another kind: their alpha covers nothing.
    Data,
}

/// What is ready to make a picture.
pub struct Painting<'a> {
    /// Makes it.
    pub painter: Box<dyn Painter + 'a>,
    /// Where it is defined, canonical; elsewhere it is transparent black.
    pub region: RectD,
    /// What the artist should know though there is a picture.
    pub warning: Option<String>,
}

/// Makes bands of rows, on any thread.
pub trait Painter: Sync {
    /// Rows of a window that are best made together, from the bottom up, all of them.
    ///
    /// # Errors
    /// In words for the artist.
    fn bands(&self, window: Rect, threads: usize) -> Result<Vec<Range<i32>>, String>;
    /// Fills the image, which begins as transparent black, with the pixels of its rectangle. The result of a pixel does not depend on
    /// the rectangle. `stop` says that the picture is no longer wanted: whatever is left in it then.
    ///
    /// # Errors
    /// In words for the artist.
    fn paint(&self, image: &mut Image, beside: &Beside, stop: &dyn Fn() -> bool) -> Result<(), String>;
}

/// The clips beside a band.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The source at the band's pixels, premultiplied, transparent black where it is not.
    pub source: Option<&'a Image>,
    /// Its depth in metres, at the pixels of the window at least; the special values are those of [`crate::depth`].
    pub depth: Option<&'a Plane>,
}

/// Why there is no picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The host wants to stop, or memory is short.
    Stop(Stop),
    /// Something is wrong, in words for the artist.
    Failed(String),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}
