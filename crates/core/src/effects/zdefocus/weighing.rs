//! The average of views where the points of the lens do not all count the same: rings, images, cat's eyes.

use super::aperture::{CatsEye, LensPoint};
use super::candidates::Samples;
use super::view::{UNSEEN, View};
use super::views::Eye;
use crate::geometry::Rect;

/// Sums of weights, where the points of the lens do not all count the same.
pub(super) struct Weighing<'a> {
    tile: Rect,
    /// Pixels of the frame per pixel of the tile.
    unit: i32,
    cats_eye: Option<&'a CatsEye>,
    sharpness: f32,
    /// Of red, green, blue and alpha.
    weights: Vec<[f32; 4]>,
    /// What the barrel leaves of the current point.
    left: Vec<f32>,
}

impl<'a> Weighing<'a> {
    pub(super) fn new(tile: Rect, eye: &'a Eye, unit: i32) -> Self {
        let n = tile.width() * tile.height();
        Self {
            tile,
            unit,
            cats_eye: eye.cats_eye.as_ref(),
            sharpness: (eye.optics.points.len() as f32).sqrt(),
            weights: vec![[0.0; 4]; n],
            left: vec![1.0; n],
        }
    }

    /// Adds a view: what is in front of the focus with the point's weight there, the rest with that behind it.
    #[inline(always)]
    pub(super) fn add(&mut self, view: &View, samples: &Samples, point: &LensPoint, sum: &mut [[f32; 4]]) {
        let (tile, unit) = (self.tile, self.unit);
        if let Some(cats_eye) = self.cats_eye {
            let q = cats_eye.of_iris(point.u);
            for (y, row) in (tile.y1..).zip(self.left.chunks_mut(tile.width())) {
                for (x, left) in (tile.x1..).zip(row) {
                    *left =
                        CatsEye::through(q, cats_eye.shift(x * unit + unit / 2, y * unit + unit / 2), self.sharpness);
                }
            }
        }
        let all = |w: [f32; 3]| [w[0], w[1], w[2], (w[0] + w[1] + w[2]) / 3.0];
        let (in_front, behind) = (all(point.near), all(point.far));
        let seen = view.nearest().iter().zip(view.which(0..self.left.len())).zip(&self.left);
        for (((nearest, which), left), (sum, weights)) in seen.zip(sum.iter_mut().zip(&mut self.weights)) {
            let side = if *nearest < 0.0 { in_front } else { behind };
            let colour = samples.colour[which];
            for c in 0..4 {
                let weight = if *nearest < UNSEEN { left * side[c] } else { 0.0 };
                weights[c] += weight;
                sum[c] += weight * colour[c];
            }
        }
    }

    /// The averages; 0 where nothing came through.
    pub(super) fn divided(&self, sum: &mut [[f32; 4]]) {
        for (sum, of) in sum.iter_mut().zip(&self.weights) {
            (0..4).for_each(|c| sum[c] = if of[c] > 0.0 { sum[c] / of[c] } else { 0.0 });
        }
    }
}
