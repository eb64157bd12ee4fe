//! Mechanical vignetting: towards the frame's corners the barrel cuts into the aperture, and discs become cat's eyes.

use super::Aperture;
use crate::geometry::{Geometry, RectD};

/// A second rim of the lens's own size, whose middle moves with the place in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CatsEye {
    /// The frame's middle, in pixels.
    middle: [f32; 2],
    /// Shift of the second rim for one pixel, in units of the iris's radius.
    per_pixel: [f32; 2],
    squeeze: [f32; 2],
}

impl CatsEye {
    /// `amount`: how far the second rim has moved in the frame's corner, in radii. `None` where it never does.
    pub fn new(amount: f64, aperture: &Aperture, format: &RectD, geometry: &Geometry) -> Option<Self> {
        let (w, h) = (format.x2 - format.x1, format.y2 - format.y1);
        let corner = 0.5 * w.hypot(h);
        if amount <= 0.0 || !corner.is_finite() || corner <= 0.0 {
            return None;
        }
        let middle = geometry.to_pixel([0.5 * (format.x1 + format.x2), 0.5 * (format.y1 + format.y2)]);
        let one = geometry.to_canonical([1.0, 1.0]);
        let per_pixel = one.map(|v| (-amount * v / corner) as f32);
        Some(Self { middle: middle.map(|v| v as f32), per_pixel, squeeze: aperture.squeeze() })
    }

    /// Where the second rim's middle is for a pixel.
    #[inline(always)]
    pub fn shift(&self, x: i32, y: i32) -> [f32; 2] {
        [(x as f32 + 0.5 - self.middle[0]) * self.per_pixel[0], (y as f32 + 0.5 - self.middle[1]) * self.per_pixel[1]]
    }

    /// A point of the lens as one of the iris: what [`CatsEye::through`] takes.
    pub fn of_iris(&self, u: [f32; 2]) -> [f32; 2] {
        [u[0] / self.squeeze[0], u[1] / self.squeeze[1]]
    }

    /// How much of a point of the iris the second rim leaves, from 0 to 1. Beyond the rim it fades over one part in `sharpness` of the
    /// radius: where nothing has moved it cuts nothing.
    #[inline(always)]
    pub fn through(q: [f32; 2], shift: [f32; 2], sharpness: f32) -> f32 {
        let (x, y) = (q[0] - shift[0], q[1] - shift[1]);
        // 1 − d² is 2 (1 − d) near the rim.
        ((1.0 - (x * x + y * y)) * (0.5 * sharpness) + 1.0).clamp(0.0, 1.0)
    }
}
