//! From files to the samples of one pixel: odd values are mended, depths moved, flat pictures brought in.
//!
//! Samples with a depth or alpha of NaN (or a depth of -inf) are left out, alphas brought into 0..=1 with the colour as
//! it is, colours of NaN or infinity become 0. A missing alpha is opaque. Depths below 0 stay.

use super::element::{Deep, Kind, Ready};
use super::pixel::{Pixel, Shape};
use super::recolour::recolour;
use super::settings::Operation;
use std::ops::AddAssign;

/// How many samples had to be mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// Left out: `Z` or `ZBack` is NaN, or `Z` is -inf.
    pub depths: u64,
    /// Left out: an alpha is NaN.
    pub alphas: u64,
    /// Alphas brought into 0..=1.
    pub clamped: u64,
    /// Colours of NaN or infinity, now 0.
    pub colours: u64,
}

impl Repairs {
    /// Nothing was wrong.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Repairs {
    fn add_assign(&mut self, other: Self) {
        self.depths += other.depths;
        self.alphas += other.alphas;
        self.clamped += other.clamped;
        self.colours += other.colours;
    }
}

/// The number as f64, without -0.
fn number(v: f32) -> f64 {
    f64::from(v) + 0.0
}

fn colour(v: f32, repairs: &mut Repairs) -> f64 {
    if v.is_finite() {
        return number(v);
    }
    repairs.colours += 1;
    0.0
}

/// An alpha from 0 to 1, or that the sample is to be left out.
fn alpha(v: f32, repairs: &mut Repairs) -> Option<f64> {
    if (0.0..=1.0).contains(&v) {
        return Some(number(v));
    }
    if v.is_nan() {
        repairs.alphas += 1;
        return None;
    }
    repairs.clamped += 1;
    Some(if v > 1.0 { 1.0 } else { 0.0 })
}

/// A row of an element, within the columns that are wanted.
pub(super) struct Row<'a, 'b> {
    element: &'b Ready<'a>,
    /// Pixels of the element before this row.
    before: usize,
    y: i32,
}

impl<'a, 'b> Row<'a, 'b> {
    /// `None`: the element has nothing in this row.
    pub fn new(element: &'b Ready<'a>, y: i32) -> Option<Self> {
        let w = &element.window;
        let inside = element.settings.on && y >= w.y1 && y < w.y2 && w.x1 < w.x2;
        inside.then(|| Self { element, before: (i64::from(y) - i64::from(w.y1)) as usize * w.width(), y })
    }

    pub fn operation(&self) -> Operation {
        self.element.settings.operation
    }

    /// Adds the samples at column `x`.
    pub fn gather(&self, x: i32, shape: &Shape, to: &mut Pixel, repairs: &mut Repairs) {
        let w = &self.element.window;
        if x < w.x1 || x >= w.x2 {
            return;
        }
        let pixel = self.before + (i64::from(x) - i64::from(w.x1)) as usize;
        match &self.element.kind {
            Kind::Deep(deep) => {
                let samples = deep.starts[pixel] as usize..deep.starts[pixel + 1] as usize;
                if samples.is_empty() {
                    return;
                }
                let first = to.len();
                for sample in samples {
                    self.push_deep(deep, sample, shape, to, repairs);
                }
                if let Some(picture) = deep.recolour {
                    recolour(picture, (x, self.y), self.element.settings.recolour, first, shape, to, repairs);
                }
            }
            Kind::Flat(..) => self.push_flat(pixel, shape, to, repairs),
        }
    }

    /// Moved by offset and scale; `None`: to be left out.
    fn depth(&self, v: f32) -> Option<f64> {
        let z = f64::from(v) * self.element.settings.depth_scale + self.element.settings.depth_offset + 0.0;
        (!z.is_nan()).then_some(z)
    }

    fn depths(&self, front: f32, back: Option<f32>) -> Option<(f64, f64)> {
        let front = self.depth(front).filter(|z| *z > f64::NEG_INFINITY)?;
        let back = back.map_or(Some(front), |back| self.depth(back))?;
        Some((front, back.max(front)))
    }

    fn push_deep(&self, deep: &Deep, sample: usize, shape: &Shape, to: &mut Pixel, repairs: &mut Repairs) {
        let Some((front, back)) = self.depths(deep.front[sample], deep.back.map(|b| b[sample])) else {
            repairs.depths += 1;
            return;
        };
        let kept = to.alpha.len();
        for plane in &deep.alphas {
            match plane.map_or(Some(1.0), |a| alpha(a[sample], repairs)) {
                Some(a) => to.alpha.push(a),
                None => return to.alpha.truncate(kept),
            }
        }
        to.colour.extend(deep.channels.iter().map(|plane| plane.map_or(0.0, |c| colour(c[sample], repairs))));
        if shape.ids > 0 {
            to.id.extend(deep.ids.iter().map(|ids| ids.at(sample)));
        }
        to.push(front, back, self.operation() == Operation::Merge, to.len() as u32);
    }

    fn push_flat(&self, pixel: usize, shape: &Shape, to: &mut Pixel, repairs: &mut Repairs) {
        let Kind::Flat(picture, depth) = &self.element.kind else { return };
        let plain = picture.alpha.map_or(1.0, |a| a[pixel]);
        if plain == 0.0 && picture.channels.iter().all(|c| c.is_none_or(|c| c[pixel] == 0.0)) {
            return;
        }
        let Some((front, back)) = self.depths(depth[pixel], None) else {
            repairs.depths += 1;
            return;
        };
        let Some(a) = alpha(plain, repairs) else { return };
        to.alpha.extend(std::iter::repeat_n(a, shape.alphas));
        to.colour.extend(picture.channels.iter().map(|plane| plane.map_or(0.0, |c| colour(c[pixel], repairs))));
        to.id.extend(std::iter::repeat_n(0, shape.ids));
        to.push(front, back, self.operation() == Operation::Merge, to.len() as u32);
    }
}
