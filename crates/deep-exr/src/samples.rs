//! Deep samples of a band of rows.

/// Pixels `x1..x2`, `y1..y2` (end exclusive), in OpenEXR's coordinates: y runs down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// First column.
    pub x1: i32,
    /// First row.
    pub y1: i32,
    /// Column after the last.
    pub x2: i32,
    /// Row after the last.
    pub y2: i32,
}

impl Window {
    /// Columns; 0 where there is none.
    pub fn width(&self) -> usize {
        (i64::from(self.x2) - i64::from(self.x1)).max(0) as usize
    }
    /// Rows; 0 where there is none.
    pub fn height(&self) -> usize {
        (i64::from(self.y2) - i64::from(self.y1)).max(0) as usize
    }
}

/// The numbers of one channel, one a sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Half and float channels.
    Float(Vec<f32>),
    /// Whole numbers (identifiers): they cannot be blended.
    Uint(Vec<u32>),
}

/// The samples of a band of rows of one element, as they lie in the file: in any order within a pixel, nothing checked but the counts.
///
/// Sample `starts[p]..starts[p + 1]` belong to pixel `p`, pixels counted row by row over `window`. All channels are of the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The pixels.
    pub window: Window,
    /// One more than pixels; the first is 0.
    pub starts: Vec<u32>,
    /// `Z`: front depth of each sample.
    pub front: Vec<f32>,
    /// `ZBack`; `None`: all samples are points.
    pub back: Option<Vec<f32>>,
    /// The other channels that were asked for, in the order asked.
    pub channels: Vec<Numbers>,
}
