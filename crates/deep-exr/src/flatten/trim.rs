//! Crops, cuts and thresholds: what is kept of each sample.

use super::pixel::{Pixel, Shape};
use super::settings::Crop;

/// What is kept of the samples of a pixel.
pub(super) struct Trim<'a> {
    pub crop: &'a Crop,
    /// Everything from here on is gone.
    pub cut: Option<f64>,
    /// The least main alpha.
    pub least: f64,
}

impl Crop {
    /// How much of what lies at `z` is kept at the near end and at the far end.
    fn shares(&self, z: f64) -> (f64, f64) {
        let share = |fade: f64, inside: f64, hard: bool| {
            if fade > 0.0 { (inside / fade).clamp(0.0, 1.0) } else { f64::from(u8::from(hard)) }
        };
        let near =
            if self.near == f64::NEG_INFINITY { 1.0 } else { share(self.near_fade, z - self.near, z >= self.near) };
        let far = if self.far == f64::INFINITY { 1.0 } else { share(self.far_fade, self.far - z, z < self.far) };
        (near, far)
    }

    /// Where a volume's piece that begins at `z` ends: at the next step of a fade, or at an end.
    fn next_edge(&self, z: f64) -> f64 {
        let steps = |from: f64, fade: f64| {
            let step = |i: usize| if fade > 0.0 { from + fade * i as f64 / Self::STEPS as f64 } else { from };
            (0..=Self::STEPS).map(step).find(|edge| *edge > z).unwrap_or(f64::INFINITY)
        };
        steps(self.near, self.near_fade).min(steps(self.far - self.far_fade, self.far_fade))
    }
}

impl Trim<'_> {
    /// Copies what is kept of a pixel's samples.
    pub fn copy(&self, shape: &Shape, from: &Pixel, to: &mut Pixel) {
        for sample in 0..from.len() {
            if shape.alphas > 0 && from.alpha[sample * shape.alphas] < self.least {
                continue;
            }
            let (front, back) = (from.front[sample], from.back[sample]);
            if front == back || back == f64::INFINITY {
                self.point(shape, from, sample, to);
            } else {
                self.volume(shape, from, sample, to);
            }
        }
    }

    /// A point; or a volume without end, all of which lies behind everything that has a depth.
    fn point(&self, shape: &Shape, from: &Pixel, sample: usize, to: &mut Pixel) {
        let (front, back) = (from.front[sample], from.back[sample]);
        let (near, far) = self.crop.shares(back);
        if near * far == 0.0 || self.cut.is_some_and(|cut| back >= cut) {
            return;
        }
        let rest = self.crop.rest;
        let factor = |a: f64| far * if rest && near < 1.0 { near / (1.0 - a + near * a) } else { near };
        piece(shape, from, sample, to, (front.max(self.crop.near).min(back), back), to.len() as u32, factor);
    }

    fn volume(&self, shape: &Shape, from: &Pixel, sample: usize, to: &mut Pixel) {
        let (front, back) = (from.front[sample], from.back[sample]);
        let first = front.max(self.crop.near);
        let last = back.min(self.crop.far).min(self.cut.unwrap_or(f64::INFINITY));
        let head = to.len() as u32;
        let mut z = first;
        while z < last {
            let end = last.min(self.crop.next_edge(z));
            let (near, far) = self.crop.shares(z + (end - z) / 2.0);
            let (length, share) = ((end - z) / (back - front), near * far);
            if length == 1.0 && share == 1.0 {
                piece(shape, from, sample, to, (z, end), head, |_| 1.0);
            } else if share > 0.0 {
                // Of the optical depth, length times share. An opaque one has no end of that: it is taken as a point.
                let opaque = if self.crop.rest { far } else { share };
                let thinner = |a: f64| match a {
                    1.0 => opaque,
                    0.0 => length * share,
                    a => -(length * share * (-a).ln_1p()).exp_m1() / a,
                };
                piece(shape, from, sample, to, (z, end), head, thinner);
            }
            z = end;
        }
    }
}

/// Copies a sample, with its alphas and colours times a factor that depends on the alpha.
fn piece(
    shape: &Shape,
    from: &Pixel,
    sample: usize,
    to: &mut Pixel,
    (front, back): (f64, f64),
    head: u32,
    factor: impl Fn(f64) -> f64,
) {
    let alphas = from.alphas(shape, sample);
    to.colour.extend(from.colours(shape, sample).iter().zip(&shape.channels).map(|(c, &g)| c * factor(alphas[g])));
    to.alpha.extend(alphas.iter().map(|&a| a * factor(a)));
    to.id.extend_from_slice(from.ids(shape, sample));
    to.push(front, back, from.own[sample], head);
}

/// The first depth at which a sample is opaque in itself, of those from `first` on.
pub(super) fn first_opaque(shape: &Shape, samples: &Pixel) -> Option<f64> {
    let opaque = |s: &usize| samples.alpha[s * shape.alphas] == 1.0;
    (0..samples.len()).filter(opaque).map(|s| samples.front[s]).min_by(f64::total_cmp)
}
