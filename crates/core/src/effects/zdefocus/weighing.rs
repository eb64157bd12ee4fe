//! The average of views where the points of the lens do not all count the same: rings, images, cat's eyes.

use super::aperture::{CatsEye, LensPoint};
use super::candidates::Candidate;
use super::view::{UNSEEN, View, tile_plane};
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
    weights: [Vec<f32>; 4],
    /// What the barrel leaves of the current point.
    left: Vec<f32>,
    /// What the current point sees.
    colour: [Vec<f32>; 4],
}

impl<'a> Weighing<'a> {
    pub(super) fn new(tile: Rect, eye: &'a Eye, unit: i32) -> Self {
        let n = tile.width() * tile.height();
        Self {
            tile,
            unit,
            cats_eye: eye.cats_eye.as_ref(),
            sharpness: (eye.optics.points.len() as f32).sqrt(),
            weights: std::array::from_fn(|_| vec![0.0; n]),
            left: vec![1.0; n],
            colour: std::array::from_fn(|_| tile_plane(&tile, 0.0)),
        }
    }

    /// Adds a view: what is in front of the focus with the point's weight there, the rest with that behind it.
    #[inline(always)]
    pub(super) fn add(&mut self, view: &View, candidates: &[Candidate], point: &LensPoint, sum: &mut [Vec<f32>; 4]) {
        let (n, tile, unit) = (self.left.len(), self.tile, self.unit);
        view.colours(candidates, &mut self.colour);
        if let Some(cats_eye) = self.cats_eye {
            let q = cats_eye.of_iris(point.u);
            for (y, row) in (tile.y1..).zip(self.left.chunks_mut(tile.width())) {
                for (x, left) in (tile.x1..).zip(row) {
                    *left =
                        CatsEye::through(q, cats_eye.shift(x * unit + unit / 2, y * unit + unit / 2), self.sharpness);
                }
            }
        }
        let (nearest, left) = (&view.nearest()[..n], &self.left[..n]);
        let all = |w: [f32; 3]| [w[0], w[1], w[2], (w[0] + w[1] + w[2]) / 3.0];
        let (in_front, behind) = (all(point.near), all(point.far));
        for (c, (sum, weights)) in sum.iter_mut().zip(&mut self.weights).enumerate() {
            let (sum, weights, colour) = (&mut sum[..n], &mut weights[..n], &self.colour[c][..n]);
            for i in 0..n {
                let side = if nearest[i] < 0.0 { in_front[c] } else { behind[c] };
                let weight = if nearest[i] < UNSEEN { left[i] * side } else { 0.0 };
                weights[i] += weight;
                // Where nothing was seen an older colour is left over: it counts nothing, and it is a number.
                sum[i] += weight * colour[i];
            }
        }
    }

    /// The averages; 0 where nothing came through.
    pub(super) fn divided(&self, sum: &[Vec<f32>; 4]) -> Vec<f32> {
        let planes = sum.iter().zip(&self.weights);
        planes.flat_map(|(sum, of)| sum.iter().zip(of).map(|(v, w)| if *w > 0.0 { v / w } else { 0.0 })).collect()
    }
}
