//! Our own pixels: planes of f32 over a rectangle.

use super::ColourRow;
use crate::geometry::Rect;
use crate::workers::{Exec, Stop, try_vec};

/// One number for each pixel of a rectangle.
#[derive(Clone, Debug)]
pub struct Plane {
    rect: Rect,
    data: Vec<f32>,
}

impl Plane {
    /// All pixels have `value`. An empty rectangle is allowed.
    pub fn new(rect: Rect, value: f32) -> Result<Self, Stop> {
        let len = rect.width().checked_mul(rect.height()).ok_or(Stop::OutOfMemory)?;
        Ok(Self { rect, data: try_vec(len, value)? })
    }
    /// The same, written on the threads.
    pub fn filled(rect: Rect, value: f32, exec: &Exec) -> Result<Self, Stop> {
        let len = rect.width().checked_mul(rect.height()).ok_or(Stop::OutOfMemory)?;
        Ok(Self { rect, data: exec.filled(len, value, [0.0; 2])? })
    }
    /// From its pixels, bottom row first: as many as the rectangle has.
    pub(crate) fn from_data(rect: Rect, data: Vec<f32>) -> Self {
        assert_eq!(data.len(), rect.width() * rect.height(), "the pixels of a plane are all there");
        Self { rect, data }
    }
    /// Computes each pixel from its coordinates.
    pub fn from_fn(rect: Rect, f: impl Fn(i32, i32) -> f32) -> Self {
        let data =
            (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y))).map(|(x, y)| f(x, y)).collect();
        Self { rect, data }
    }
    /// The pixels that are there.
    pub fn rect(&self) -> Rect {
        self.rect
    }
    /// All pixels, bottom row first.
    pub fn data(&self) -> &[f32] {
        &self.data
    }
    /// All pixels to change.
    pub fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }
    /// The pixel; must be inside.
    #[inline]
    pub fn at(&self, x: i32, y: i32) -> f32 {
        self.data[(y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize]
    }
    /// What is left of it: the pixels, bottom row first.
    pub fn into_data(self) -> Vec<f32> {
        self.data
    }
    /// The pixels of one row; must be inside.
    pub fn row(&self, y: i32) -> &[f32] {
        let w = self.rect.width();
        let start = (y - self.rect.y1) as usize * w;
        &self.data[start..start + w]
    }
    /// All rows to change, bottom first.
    pub fn rows_mut(&mut self) -> std::slice::ChunksMut<'_, f32> {
        self.data.chunks_mut(self.rect.width().max(1))
    }
}

/// Colour and alpha, one plane each.
#[derive(Clone, Debug)]
pub struct Image {
    /// Red, green, blue, alpha; all of the same rectangle.
    pub planes: [Plane; 4],
}

impl Image {
    /// Transparent black.
    pub fn new(rect: Rect) -> Result<Self, Stop> {
        let plane = || Plane::new(rect, 0.0);
        Ok(Self { planes: [plane()?, plane()?, plane()?, plane()?] })
    }
    /// The same, written on the threads.
    pub fn empty(rect: Rect, exec: &Exec) -> Result<Self, Stop> {
        let plane = || Plane::filled(rect, 0.0, exec);
        Ok(Self { planes: [plane()?, plane()?, plane()?, plane()?] })
    }
    /// Computes each pixel (RGBA) from its coordinates.
    pub fn from_fn(rect: Rect, f: impl Fn(i32, i32) -> [f32; 4]) -> Self {
        Self { planes: std::array::from_fn(|c| Plane::from_fn(rect, |x, y| f(x, y)[c])) }
    }
    /// The pixels that are there.
    pub fn rect(&self) -> Rect {
        self.planes[0].rect
    }
    /// The pixel; must be inside.
    pub fn at(&self, x: i32, y: i32) -> [f32; 4] {
        std::array::from_fn(|c| self.planes[c].at(x, y))
    }
    /// All rows to change, bottom first.
    pub fn rows_mut(&mut self) -> Vec<ColourRow<'_>> {
        let [r, g, b, a] = &mut self.planes;
        let rows = r.rows_mut().zip(g.rows_mut()).zip(b.rows_mut().zip(a.rows_mut()));
        rows.map(|((r, g), (b, a))| ColourRow { r, g, b, a }).collect()
    }
}
