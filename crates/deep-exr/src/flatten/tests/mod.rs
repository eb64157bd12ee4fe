//! The sweep against the reference and against laws of its own, in f64.

mod core;
mod laws;
mod odd;
mod picks;
mod rows;

use super::depths::Depths;
use super::pixel::{Pixel, Shape};
use super::reference::Sample;
use super::result::Sums;
use super::settings::Settings;
use super::sweep::Sweep;

/// Random numbers that are the same each time (SplitMix64, by Steele, Lea and Flood).
pub(super) struct Dice(u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, an f32.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 40) as f64 / (1u64 << 24) as f64
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn pick(&mut self, from: &[f64]) -> f64 {
        from[self.below(from.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// A sample that often shares its depths with others and often has an odd alpha. `endless`: its back may be
    /// infinite.
    pub fn sample(&mut self, channels: usize, endless: bool) -> Sample {
        let mut depth = || if self.below(3) > 0 { self.below(8) as f64 } else { 10.0 * self.unit() };
        let (a, b) = (depth(), depth());
        let front = a.min(b);
        let back = match self.below(12) {
            0..4 => front,
            4 if endless => f64::INFINITY,
            5 => front + 1e-4,
            _ => a.max(b),
        };
        let alpha = match self.below(8) {
            0 => self.pick(&[0.0, 1e-12, 1e-40, 0.999_999, 0.999_999_94, 1.0]),
            1 => 1.0,
            _ => self.unit(),
        };
        // Bright, and pure light where there is no alpha.
        let light = if self.below(4) == 0 { 1.0 } else { alpha };
        Sample { front, back, alpha, colours: (0..channels).map(|_| 4.0 * light * self.unit()).collect() }
    }

    pub fn samples(&mut self, most: usize, channels: usize) -> Vec<Sample> {
        let endless = self.below(4) == 0;
        (0..1 + self.below(most)).map(|_| self.sample(channels, endless)).collect()
    }
}

/// One alpha and some channels.
pub(super) fn shape(channels: usize) -> Shape {
    Shape { alphas: 1, channels: vec![0; channels], ids: 0 }
}

pub(super) fn push(pixel: &mut Pixel, samples: &[Sample], own: bool) {
    for s in samples {
        pixel.alpha.push(s.alpha);
        pixel.colour.extend(&s.colours);
        pixel.push(s.front, s.back, own, pixel.len() as u32);
    }
}

/// The production path, by plain over where it may be.
pub(super) fn run(shape: &Shape, pixel: &mut Pixel, settings: &Settings) -> Sums {
    let mut sums = Sums { depths: Depths::new(settings), enough: 1.0 - settings.opacity_limit, ..Sums::default() };
    sums.start(shape, pixel.len());
    if pixel.sort(shape) {
        sums.plain(shape, pixel);
    } else {
        Sweep::default().run(shape, pixel, &mut sums);
    }
    sums
}

/// Alpha and colours by the production path.
pub(super) fn flatten(seen: &[Sample], hiding: &[Sample]) -> (f64, Vec<f64>) {
    let shape = shape(seen.first().or(hiding.first()).map_or(0, |s| s.colours.len()));
    let mut pixel = Pixel::default();
    push(&mut pixel, seen, true);
    push(&mut pixel, hiding, false);
    let sums = run(&shape, &mut pixel, &Settings::default());
    (sums.alpha[0], sums.colour)
}

/// The largest difference of two results.
pub(super) fn distance(a: &(f64, Vec<f64>), b: &(f64, Vec<f64>)) -> f64 {
    assert_eq!(a.1.len(), b.1.len());
    let colours = a.1.iter().zip(&b.1).map(|(a, b)| (a - b).abs());
    let worst = colours.chain([(a.0 - b.0).abs()]).fold(0.0, f64::max);
    // A NaN is as far as can be.
    if a.1.iter().chain(&b.1).chain([&a.0, &b.0]).all(|v| v.is_finite()) { worst } else { f64::INFINITY }
}

/// How near results must come: 1e-12, but an alpha that all but hides has only a few digits of what comes through, in
/// the reference as in a file.
pub(super) fn tolerance<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> f64 {
    let rest = samples.into_iter().map(|s| 1.0 - s.alpha).filter(|rest| *rest > 0.0).fold(1.0, f64::min);
    (1e-17 / rest).max(1e-12)
}
