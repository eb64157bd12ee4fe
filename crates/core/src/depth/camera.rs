//! The camera's rays, for depth that is measured along them.

use super::NEAREST;
use crate::geometry::{Geometry, RectD};
use crate::simd::{Number, best};

/// A pinhole camera without shift: how much longer the way to a pixel's point is than its distance to the camera's plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Tangent of the angle to the axis, per pixel, in x and y.
    step: [f32; 2],
    /// The pixel position on the axis.
    centre: [f32; 2],
}

impl Camera {
    /// `format` is the frame that the camera saw (canonical), `field_of_view` its horizontal angle in degrees.
    pub fn new(format: &RectD, geometry: &Geometry, field_of_view: f64) -> Self {
        let half = (0.5 * field_of_view.clamp(0.1, 179.0)).to_radians().tan();
        let scale = geometry.pixels_per_unit();
        let centre = geometry.to_pixel([0.5 * (format.x1 + format.x2), 0.5 * (format.y1 + format.y2)]);
        let width = (format.x2 - format.x1).max(1e-6);
        // Canonical units are square: the same tangent a unit both ways.
        let per_unit = 2.0 * half / width;
        Self { step: scale.map(|s| (per_unit / s) as f32), centre: centre.map(|c| c as f32) }
    }

    /// Tangents of the angles between the ray through a pixel's centre and the axis, to the right and up.
    #[inline(always)]
    pub fn tangents(&self, x: i32, y: i32) -> [f32; 2] {
        let tan = |axis: usize, i: i32| (i as f32 + 0.5 - self.centre[axis]) * self.step[axis];
        [tan(0, x), tan(1, y)]
    }

    /// The same of a position in pixels.
    pub fn tangents_at(&self, place: [f64; 2]) -> [f32; 2] {
        [0, 1].map(|axis| ((place[axis] - f64::from(self.centre[axis])) * f64::from(self.step[axis])) as f32)
    }

    /// Length of the ray through a pixel's centre up to the plane at distance 1: √(1 + tan²x + tan²y), at least 1.
    #[inline(always)]
    pub fn ray_length(&self, x: i32, y: i32) -> f32 {
        let [tx, ty] = self.tangents(x, y);
        (1.0 + tx * tx + ty * ty).sqrt()
    }

    /// [`Camera::tangents`] and [`Camera::ray_length`] of some pixels of a row.
    #[inline(always)]
    pub(crate) fn rays<V: Number>(&self, x: V, y: i32) -> (V, f32, V) {
        let n = V::of;
        let tx = (x + n(0.5) - n(self.centre[0])) * n(self.step[0]);
        let ty = (y as f32 + 0.5 - self.centre[1]) * self.step[1];
        (tx, ty, (n(1.0) + tx * tx + n(ty * ty)).root())
    }

    /// Distances along the rays of a row become distances to the camera's plane.
    pub fn to_planar(&self, x1: i32, y: i32, row: &mut [f32]) {
        best(move || {
            for (i, v) in row.iter_mut().enumerate() {
                // Dividing makes nothing nearer than it can be.
                let z = *v / self.ray_length(x1 + i as i32, y);
                *v = if z < NEAREST { NEAREST } else { z };
            }
        });
    }

    /// Distances to the camera's plane become distances along the rays.
    pub fn to_radial(&self, x1: i32, y: i32, row: &mut [f32]) {
        best(move || {
            for (i, v) in row.iter_mut().enumerate() {
                *v *= self.ray_length(x1 + i as i32, y);
            }
        });
    }
}
