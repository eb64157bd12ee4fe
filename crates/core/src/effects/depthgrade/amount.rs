//! How much of the grades counts over depth: the artist's curve, or a smooth one through five points, as a table.
#![allow(clippy::needless_range_loop, reason = "rows of one length, several at a time")]

use super::params::{AmountParams, ZoneSpace};
use super::reference::LEAST_SOFTNESS;
use crate::maths::{log2, lower, upper};
use crate::params::CURVE_SAMPLES;

/// The curve's values at evenly spaced places between two depths; straight lines lie between them.
#[derive(Clone, Debug)]
pub struct Table {
    /// How the places lie in depth.
    pub space: ZoneSpace,
    /// Metres of the first and of the last place.
    pub ends: [f64; 2],
    /// From 0 to 1.
    pub values: Vec<f64>,
}

impl Table {
    /// `None` where no curve is used.
    pub fn new(p: &AmountParams, space: ZoneSpace) -> Option<Self> {
        if !p.on {
            return None;
        }
        let five = || {
            let points = [p.first, p.second, p.third, p.fourth, p.fifth];
            (0..CURVE_SAMPLES).map(|i| smooth(&points, i as f64 / (CURVE_SAMPLES - 1) as f64)).collect()
        };
        let values: Vec<f64> = p.curve.clone().unwrap_or_else(five);
        let values = values.into_iter().map(|v| v.clamp(0.0, 1.0)).collect();
        Some(Self { space, ends: [p.near, p.far.max(p.near * (1.0 + LEAST_SOFTNESS))], values })
    }
}

/// A cubic curve through evenly spaced points over 0 to 1 that nowhere goes beyond its neighbours (Fritsch and Carlson 1980).
fn smooth(points: &[f64; 5], x: f64) -> f64 {
    let rise: [f64; 4] = std::array::from_fn(|i| points[i + 1] - points[i]);
    let slope = |i: usize| {
        let (a, b) = (rise[i.saturating_sub(1)], rise[i.min(3)]);
        // The harmonic mean of both sides; level at a peak.
        if a * b <= 0.0 { 0.0 } else { 2.0 * a * b / (a + b) }
    };
    let i = ((x * 4.0) as usize).min(3);
    let t = x * 4.0 - i as f64;
    let (a, b) = (points[i], points[i + 1]);
    let (t2, t3) = (t * t, t * t * t);
    a + (b - a) * (3.0 * t2 - 2.0 * t3) + slope(i) * (t3 - 2.0 * t2 + t) + slope(i + 1) * (t3 - t2)
}

/// A table with its numbers ready.
pub(super) struct Amount {
    space: ZoneSpace,
    near: f32,
    inverse: f32,
    /// One over the length of the way from end to end, in its space.
    rate: f32,
    /// The last value twice: the last place has a next one.
    values: Vec<f32>,
}

impl Amount {
    pub(super) fn new(table: &Table) -> Self {
        let [near, far] = table.ends;
        let way = match table.space {
            ZoneSpace::Distance => far - near,
            ZoneSpace::Inverse => 1.0 / near - 1.0 / far,
            ZoneSpace::Log => (far / near).log2(),
        };
        let last = table.values.last();
        Self {
            space: table.space,
            near: near as f32,
            inverse: (1.0 / near) as f32,
            rate: (1.0 / way) as f32,
            values: table.values.iter().chain(last).map(|v| *v as f32).collect(),
        }
    }

    /// How much counts at each depth.
    #[inline(always)]
    pub(super) fn row<const N: usize>(&self, z: &[f32; N], out: &mut [f32; N]) {
        let (near, inverse) = (self.near, self.inverse);
        match self.space {
            ZoneSpace::Distance => self.each(z, out, |z| z - near),
            ZoneSpace::Inverse => self.each(z, out, |z| inverse - 1.0 / z),
            ZoneSpace::Log => self.each(z, out, |z| log2((z * inverse).clamp(1e-30, 1e30))),
        }
    }

    #[inline(always)]
    fn each<const N: usize>(&self, z: &[f32; N], out: &mut [f32; N], way: impl Fn(f32) -> f32) {
        let last = (self.values.len() - 2) as f32;
        for i in 0..N {
            let place = lower(upper(self.rate * way(z[i]), 0.0), 1.0);
            out[i] = last * if z[i] > 0.0 { place } else { 0.0 };
        }
        for v in out {
            let (at, part) = (*v as usize, *v - v.floor());
            let [a, b] = [self.values[at], self.values[at + 1]];
            *v = a + part * (b - a);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_points_make_a_smooth_curve_between_them() {
        for points in [[0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 1.0, 1.0, 0.2, 0.9], [0.3; 5]] {
            let values: Vec<f64> = (0..=400).map(|i| smooth(&points, f64::from(i) / 400.0)).collect();
            for (i, p) in points.iter().enumerate() {
                assert!((values[i * 100] - p).abs() < 1e-12);
            }
            for i in 0..4 {
                let (low, high) = (points[i].min(points[i + 1]), points[i].max(points[i + 1]));
                let inside = |v: &f64| *v >= low - 1e-12 && *v <= high + 1e-12;
                assert!(values[i * 100..=i * 100 + 100].iter().all(inside), "{points:?}");
            }
            assert!(values.windows(3).all(|v| (v[2] - 2.0 * v[1] + v[0]).abs() < 1e-3), "{points:?}: a kink");
        }
        assert!((smooth(&[0.0, 0.25, 0.5, 0.75, 1.0], 0.37) - 0.37).abs() < 1e-12);
    }
}
