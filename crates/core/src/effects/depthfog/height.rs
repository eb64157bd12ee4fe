//! Fog that lies on the ground: even up to a height, thinner by e with every so many metres above it. A ray's height is linear in its
//! depth, so that the optical depth has a closed form.

use super::params::Params;
use crate::maths::exp2;
use crate::simd::Number;
use std::f32::consts::LOG2_E;

/// Rays end here: a horizontal one through thin air is long enough.
const FARTHEST: f32 = 1e7;

/// The fog with its numbers ready.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    /// Height of the camera over the fog's.
    eye: f32,
    per_falloff: f32,
    falloff: f32,
    /// What of its density is there.
    at_eye: f32,
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
            falloff: h.falloff as f32,
            at_eye: (-(eye - h.height).max(0.0) / h.falloff).exp() as f32,
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
        f64::from(self.falloff)
    }

    /// How far a level ray sees in it before nothing is left.
    pub(super) fn sight(&self) -> f64 {
        10.0 / (self.densest() * (-self.eye_in_falloffs().max(0.0)).exp()).max(1e-30)
    }

    /// Optical depth up to a depth, of a ray that rises by `rise` and is `length` long for each metre of depth.
    #[inline(always)]
    pub(super) fn depth<V: Number>(&self, z: V, rise: V, length: V) -> V {
        let z = z.upper(V::of(0.0)).lower(V::of(FARTHEST));
        self.on_way(rise * z, z * length)
    }

    /// On a way of some length whose end lies by `change` higher than the camera.
    ///
    /// With E(h) = e^(−h), 1 below the fog's height, what lies above that is the difference of E at both ends over the whole change of height:
    /// one power and one division, as E at the camera is known. Small differences would lose what they are made of, and are a series.
    #[inline(always)]
    fn on_way<V: Number>(&self, change: V, way: V) -> V {
        let (n, zero, one) = (V::of, V::of(0.0), V::of(1.0));
        // Heights over the fog's at both ends. Their difference is not taken: it would lose small ones.
        let (eye, whole) = (n(self.eye), change.size());
        let end = eye + change;
        let (bottom, top) = (eye.lower(end), eye.upper(end).upper(zero));
        let per_change = one / whole.upper(n(1e-30));
        let is_above = zero.less(bottom) | zero.same(bottom);
        let (above, climbed) =
            (V::choose(is_above, one, (top * per_change).lower(one)), V::choose(is_above, whole, top));
        let at_eye = n(self.at_eye);
        let at_end = exp2(end.upper(zero) * n(self.per_falloff) * n(-LOG2_E));
        let x = climbed * n(self.per_falloff);
        let series = one - x * (n(0.5) - x * (n(1.0 / 6.0) - x * (n(1.0 / 24.0) - x * n(1.0 / 120.0))));
        let direct = (at_eye - at_end).size() * (per_change * n(self.falloff));
        let thin = V::choose(x.less(n(0.1)), above * at_eye.upper(at_end) * series, direct);
        n(self.density) * way * ((one - above) + thin)
    }
}
