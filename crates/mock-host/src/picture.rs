//! A picture in memory, the way tests and files hand it over: 32-bit floats, rows from the bottom up.

use crate::format::{Components, Premultiplication};
use crate::geometry::{RectD, RectI};

/// Floating-point pixels with their place in the frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The pixels that are stored.
    pub bounds: RectI,
    /// The pixels that are defined; what lies in it and not in `bounds` is black and transparent. Usually equal to `bounds`.
    pub rod: RectI,
    /// Channels of a pixel, interleaved in `pixels`.
    pub components: Components,
    /// What alpha means.
    pub premultiplication: Premultiplication,
    /// Width of a pixel relative to its height.
    pub par: f64,
    /// `bounds.height()` rows of `bounds.width() * components.count()` numbers, bottom row first.
    pub pixels: Vec<f32>,
}

impl Picture {
    /// A black, transparent picture.
    pub fn new(bounds: RectI, components: Components) -> Self {
        Self {
            bounds,
            rod: bounds,
            components,
            premultiplication: match components {
                Components::Rgb => Premultiplication::Opaque,
                _ => Premultiplication::PreMultiplied,
            },
            par: 1.0,
            pixels: vec![0.0; bounds.width() * bounds.height() * components.count()],
        }
    }

    /// A picture whose pixel at x, y is what the function says (as many numbers of it as there are channels).
    pub fn from_fn(bounds: RectI, components: Components, mut f: impl FnMut(i32, i32) -> [f32; 4]) -> Self {
        let mut picture = Self::new(bounds, components);
        for y in bounds.y1..bounds.y2 {
            for x in bounds.x1..bounds.x2 {
                let value = f(x, y);
                picture.set(x, y, &value[..components.count()]);
            }
        }
        picture
    }

    /// A picture of one value.
    pub fn constant(bounds: RectI, components: Components, value: [f32; 4]) -> Self {
        Self::from_fn(bounds, components, |_, _| value)
    }

    /// Says what alpha means.
    #[must_use]
    pub fn with_premultiplication(mut self, premultiplication: Premultiplication) -> Self {
        self.premultiplication = premultiplication;
        self
    }

    /// Says what the width of a pixel is.
    #[must_use]
    pub fn with_par(mut self, par: f64) -> Self {
        self.par = par;
        self
    }

    /// Says which pixels are defined.
    #[must_use]
    pub fn with_rod(mut self, rod: RectI) -> Self {
        self.rod = rod;
        self
    }

    fn index(&self, x: i32, y: i32) -> Option<usize> {
        self.bounds.contains(x, y).then(|| {
            let column = (i64::from(x) - i64::from(self.bounds.x1)) as usize;
            let row = (i64::from(y) - i64::from(self.bounds.y1)) as usize;
            (row * self.bounds.width() + column) * self.components.count()
        })
    }

    /// The channels of a pixel; none outside the bounds.
    pub fn get(&self, x: i32, y: i32) -> Option<&[f32]> {
        self.index(x, y).map(|i| &self.pixels[i..i + self.components.count()])
    }

    /// Sets a pixel; outside the bounds nothing happens.
    pub fn set(&mut self, x: i32, y: i32, value: &[f32]) {
        let n = self.components.count();
        if let Some(i) = self.index(x, y) {
            self.pixels[i..i + n].copy_from_slice(&value[..n]);
        }
    }

    /// A row's numbers.
    pub fn row(&self, y: i32) -> &[f32] {
        let n = self.bounds.width() * self.components.count();
        let i = (i64::from(y) - i64::from(self.bounds.y1)) as usize * n;
        &self.pixels[i..i + n]
    }

    /// A row's numbers, to be changed.
    pub fn row_mut(&mut self, y: i32) -> &mut [f32] {
        let n = self.bounds.width() * self.components.count();
        let i = (i64::from(y) - i64::from(self.bounds.y1)) as usize * n;
        &mut self.pixels[i..i + n]
    }

    /// The area that is defined, canonical.
    pub fn region_of_definition(&self) -> RectD {
        self.rod.to_canonical([1.0, 1.0], self.par)
    }

    /// The same picture in other bounds: cut where they are smaller, black and transparent where they are larger.
    #[must_use]
    pub fn cropped(&self, bounds: RectI) -> Self {
        let mut out = Self { bounds, rod: self.rod, pixels: Vec::new(), ..*self };
        let n = self.components.count();
        out.pixels = vec![0.0; bounds.width() * bounds.height() * n];
        let common = bounds.intersect(&self.bounds);
        for y in common.y1..common.y2 {
            let from = (common.x1 - self.bounds.x1) as usize * n;
            let to = (common.x1 - bounds.x1) as usize * n;
            let count = common.width() * n;
            let source = &self.row(y)[from..from + count];
            out.row_mut(y)[to..to + count].copy_from_slice(source);
        }
        out
    }

    /// The same picture with other channels, as hosts convert: one channel is repeated in all, RGBA to one channel takes alpha,
    /// RGB gains an alpha of 1.
    #[must_use]
    pub fn with_components(&self, components: Components) -> Self {
        if components == self.components {
            return self.clone();
        }
        let n = components.count();
        let mut pixels = Vec::with_capacity(self.bounds.width() * self.bounds.height() * n);
        for p in self.pixels.chunks_exact(self.components.count()) {
            let rgba = match *p {
                [v] => [v; 4],
                [r, g, b] => [r, g, b, 1.0],
                [r, g, b, a, ..] => [r, g, b, a],
                _ => [0.0; 4],
            };
            match components {
                Components::Alpha => pixels.push(rgba[3]),
                _ => pixels.extend_from_slice(&rgba[..n]),
            }
        }
        Self { pixels, components, ..*self }
    }

    /// The same picture at a render scale, and its region of definition in pixels of that scale.
    #[must_use]
    pub fn scaled(&self, scale: [f64; 2], filter: Filter) -> Self {
        if scale == [1.0, 1.0] {
            return self.clone();
        }
        let shrink = |r: RectI| r.to_canonical([1.0, 1.0], 1.0).to_pixels(scale, 1.0);
        let mut out = Self { bounds: shrink(self.bounds), rod: shrink(self.rod), pixels: Vec::new(), ..*self };
        out.pixels = vec![0.0; out.bounds.width() * out.bounds.height() * self.components.count()];
        let columns: Vec<_> =
            (out.bounds.x1..out.bounds.x2).map(|x| taps(x, scale[0], self.bounds.x1, self.bounds.x2, filter)).collect();
        let n = self.components.count();
        for y in out.bounds.y1..out.bounds.y2 {
            let rows = taps(y, scale[1], self.bounds.y1, self.bounds.y2, filter);
            let target = out.row_mut(y);
            for (pixel, column) in target.chunks_exact_mut(n).zip(&columns) {
                let mut sum = [0.0f64; 4];
                let mut weight = 0.0;
                for &(sy, wy) in &rows {
                    for &(sx, wx) in column {
                        let p = self.get(sx, sy).unwrap_or(&[0.0; 4]);
                        for (s, v) in sum.iter_mut().zip(p) {
                            *s += f64::from(*v) * wx * wy;
                        }
                        weight += wx * wy;
                    }
                }
                for (v, s) in pixel.iter_mut().zip(sum) {
                    // A single tap keeps its value exactly, infinities and NaN included.
                    *v = if weight > 0.0 { (s / weight) as f32 } else { 0.0 };
                }
            }
        }
        out
    }
}

/// How a picture is brought to a render scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The average over the new pixel's area, as the mip maps of a host: for colour.
    Box,
    /// The old pixel under the new pixel's centre: for depth, whose mixtures belong to no surface.
    Nearest,
}

/// The old pixels that make up new pixel `i` along one axis, and their weights.
fn taps(i: i32, scale: f64, low: i32, high: i32, filter: Filter) -> Vec<(i32, f64)> {
    match filter {
        Filter::Nearest => {
            let at = ((f64::from(i) + 0.5) / scale).floor() as i32;
            vec![(at.clamp(low, high - 1), 1.0)]
        }
        Filter::Box => {
            let (from, to) = (f64::from(i) / scale, f64::from(i + 1) / scale);
            let first = (from.floor() as i32).max(low);
            let last = (to.ceil() as i32).min(high);
            (first..last)
                .map(|s| (s, f64::from(s + 1).min(to) - f64::from(s).max(from)))
                .filter(|(_, w)| *w > 1e-9)
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn box_averages_and_nearest_picks() {
        let p = Picture::from_fn(RectI::sized(4, 2), Components::Alpha, |x, y| [(x + 10 * y) as f32; 4]);
        let b = p.scaled([0.5, 0.5], Filter::Box);
        assert_eq!(b.bounds, RectI::sized(2, 1));
        assert_eq!(b.pixels, vec![5.5, 7.5]);
        let n = p.scaled([0.5, 0.5], Filter::Nearest);
        assert_eq!(n.pixels, vec![11.0, 13.0]);
    }

    #[test]
    fn odd_edges_are_averaged_over_what_exists() {
        let p = Picture::constant(RectI::new(-1, 0, 2, 3), Components::Rgb, [2.0; 4]);
        let b = p.scaled([0.5, 0.5], Filter::Box);
        assert_eq!(b.bounds, RectI::new(-1, 0, 1, 2));
        assert!(b.pixels.iter().all(|v| *v == 2.0));
    }

    #[test]
    fn components_follow_hosts() {
        let z = Picture::constant(RectI::sized(1, 1), Components::Alpha, [7.0; 4]);
        assert_eq!(z.with_components(Components::Rgba).pixels, vec![7.0; 4]);
        let c = Picture::constant(RectI::sized(1, 1), Components::Rgba, [1.0, 2.0, 3.0, 0.5]);
        assert_eq!(c.with_components(Components::Alpha).pixels, vec![0.5]);
        let rgb = c.with_components(Components::Rgb);
        assert_eq!(rgb.with_components(Components::Rgba).pixels, vec![1.0, 2.0, 3.0, 1.0]);
    }

    #[test]
    fn cropping_keeps_places() {
        let p = Picture::from_fn(RectI::new(2, 3, 5, 6), Components::Alpha, |x, y| [(x * 100 + y) as f32; 4]);
        let c = p.cropped(RectI::new(0, 4, 4, 8));
        assert_eq!(c.get(3, 5), Some(&[305.0][..]));
        assert_eq!(c.get(0, 5), Some(&[0.0][..]));
        assert_eq!(c.get(3, 7), Some(&[0.0][..]));
    }
}
