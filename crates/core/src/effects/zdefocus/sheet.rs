//! Samples over a rectangle, at most one at each pixel.

use super::field::{Planes, pieces, planes};
use crate::geometry::Rect;
use crate::workers::{Exec, Stop};

/// The CoC of no sample: of no surface.
pub const NONE: f32 = f32::MAX;

/// At most one sample at each pixel of a rectangle.
pub struct Sheet {
    /// Where.
    pub rect: Rect,
    /// Signed CoC radius in pixels of this image: the order from near to far, too. [`NONE`] is no sample.
    pub coc: Vec<f32>,
    /// Premultiplied red, green, blue, alpha.
    pub colour: Planes,
}

impl Sheet {
    /// Without samples.
    pub fn new(rect: Rect, exec: &Exec) -> Result<Self, Stop> {
        let n = rect.width() * rect.height();
        Ok(Self { rect, coc: exec.filled(n, NONE, [0.1, 0.1])?, colour: planes(n, exec)? })
    }

    /// Has it no sample at all?
    pub fn is_empty(&self) -> bool {
        self.coc.iter().all(|c| *c == NONE)
    }

    /// The rows: CoCs and colours.
    pub fn rows_mut(&mut self) -> Vec<(&mut [f32], [&mut [f32]; 4])> {
        let w = self.rect.width().max(1);
        self.coc.chunks_mut(w).zip(pieces(&mut self.colour, w)).collect()
    }

    /// CoC and colour of the sample at a pixel, which must be inside.
    pub fn at(&self, x: i32, y: i32) -> Option<(f32, [f32; 4])> {
        let i = (y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize;
        (self.coc[i] < NONE).then(|| (self.coc[i], std::array::from_fn(|c| self.colour[c][i])))
    }
}
