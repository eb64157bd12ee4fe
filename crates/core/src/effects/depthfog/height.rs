//! Fog that lies on the ground: even up to a height, thinner by e with every so many metres above it. A ray's height is linear in its
//! depth, so that the optical depth has a closed form.

use super::params::Params;
use crate::maths::{exp2, lower, upper};
use std::f32::consts::LOG2_E;

/// Rays end here: a horizontal one through thin air is long enough.
const FARTHEST: f32 = 1e7;

/// The fog with its numbers ready.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    /// Height of the camera over the fog's.
    eye: f32,
    per_falloff: f32,
    density: f32,
    /// Its colour.
    pub(super) colour: [f32; 3],
}

impl Ground {
    /// `eye`: height of the camera in metres.
    pub(super) fn new(p: &Params, eye: f64) -> Option<Self> {
        let h = &p.height;
        (h.on && h.density > 0.0).then(|| Self {
            eye: (eye - h.height) as f32,
            per_falloff: (1.0 / h.falloff) as f32,
            density: (h.density * p.air.density.abs()) as f32,
            colour: h.colour.map(|v| v as f32),
        })
    }

    /// What a metre absorbs at most.
    pub(super) fn densest(&self) -> f64 {
        f64::from(self.density)
    }

    /// Height of the camera over the fog's, in units of that in which it thins by e.
    pub(super) fn eye_in_falloffs(&self) -> f64 {
        f64::from(self.eye) * f64::from(self.per_falloff)
    }

    /// The height in which it thins by e, in metres.
    pub(super) fn falloff(&self) -> f64 {
        1.0 / f64::from(self.per_falloff)
    }

    /// How far a level ray sees in it before nothing is left.
    pub(super) fn sight(&self) -> f64 {
        10.0 / (self.densest() * (-self.eye_in_falloffs().max(0.0)).exp()).max(1e-30)
    }

    /// Optical depth up to a depth, of a ray that rises by `rise` and is `length` long for each metre of depth.
    #[inline(always)]
    pub(super) fn depth(&self, z: f32, rise: f32, length: f32) -> f32 {
        let z = lower(upper(z, 0.0), FARTHEST);
        let change = rise * z;
        // Heights over the fog's at both ends. Their difference is not taken: it would lose small ones.
        let (end, whole) = (self.eye + change, change.abs());
        let (bottom, top) = (lower(self.eye, end), upper(self.eye, end));
        let crossing = lower(upper(top, 0.0) / upper(whole, 1e-30), 1.0);
        let (above, way) = if bottom >= 0.0 { (1.0, whole) } else { (crossing, upper(top, 0.0)) };
        let low = upper(bottom, 0.0);
        let thin = exp2(-(low * self.per_falloff * LOG2_E)) * mean_of_exponential(way * self.per_falloff);
        self.density * (z * length) * ((1.0 - above) + above * thin)
    }
}

/// (1 − e^(−x)) / x for x ≥ 0.
#[inline(always)]
fn mean_of_exponential(x: f32) -> f32 {
    let series = 1.0 - x * (0.5 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x * (1.0 / 120.0))));
    let direct = (1.0 - exp2(-(x * LOG2_E))) / upper(x, 1e-30);
    if x < 0.1 { series } else { direct }
}
