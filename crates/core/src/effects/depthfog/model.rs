//! The air along a ray in f64: how much of each kind lies in front of a depth. All that lies in the air adds up in one optical depth τ;
//! light is left by e^(−τ).

use super::params::{FogModel, LayerParams, Params};
use crate::simd::Number;

/// From this optical depth on nothing is left (2⁻⁸⁰ of the picture).
pub(super) const OPAQUE: f64 = 80.0 * std::f64::consts::LN_2;
/// Optical depths end here: sums of them stay numbers.
const MOST: f64 = 1000.0;

/// What lies in front of a depth, apart from the height fog.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sum {
    /// Optical depth of the fog over distance.
    pub(super) base: f64,
    /// Of each layer.
    pub(super) layers: [f64; 3],
}

impl Sum {
    /// Of all.
    pub(super) fn total(&self) -> f64 {
        self.base + self.layers.iter().sum::<f64>()
    }
}

/// A layer with soft ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    /// Middle and length of the rise and of the fall.
    ends: [[f64; 2]; 2],
    /// Per metre.
    density: f64,
    /// Its colour.
    pub(super) colour: [f64; 3],
}

impl Layer {
    fn new(p: &LayerParams, gain: f64) -> Self {
        let far = p.far.max(p.near);
        // Soft ends that would overlap share the length.
        let wide = 0.5 * (p.near_softness + p.far_softness);
        let fit = if wide > far - p.near { (far - p.near) / wide } else { 1.0 };
        let ends = [[p.near, p.near_softness * fit], [far, p.far_softness * fit]];
        Self { ends, density: if p.on { p.density * gain } else { 0.0 }, colour: p.colour }
    }

    /// The integral of the density from the camera to `z`.
    fn depth(&self, z: f64) -> f64 {
        if self.density == 0.0 {
            return 0.0;
        }
        let [near, far] = self.ends.map(|[middle, length]| risen(z, middle, length) - risen(0.0, middle, length));
        (self.density * (near - far).max(0.0)).min(MOST)
    }

    /// Its closed form.
    pub(super) fn slab(&self) -> Slab {
        let [near, far] = self.ends;
        let rate = |length: f64| if length > 0.0 { 1.0 / length } else { 0.0 };
        let [full, thins] = [near[0] + 0.5 * near[1], far[0] - 0.5 * far[1]];
        let before = (risen(0.0, near[0], near[1]) - risen(0.0, far[0], far[1])).max(0.0);
        let in_halvings = self.density * std::f64::consts::LOG2_E;
        Slab {
            begins: (near[0] - 0.5 * near[1]) as f32,
            rise: (rate(near[1]) as f32, (in_halvings * near[1]) as f32),
            full: full as f32,
            even: (thins - full).max(0.0) as f32,
            per_metre: in_halvings as f32,
            thins: thins as f32,
            fall: (rate(far[1]) as f32, (in_halvings * far[1]) as f32),
            before: (in_halvings * before) as f32,
        }
    }

    /// Where its density changes its law.
    fn bounds(&self) -> impl Iterator<Item = f64> + '_ {
        let ends = self.ends.iter().flat_map(|[middle, length]| [middle - 0.5 * length, middle + 0.5 * length]);
        ends.filter(|_| self.density > 0.0)
    }
}

/// A layer in closed form: how often it halves the light up to a depth. Its three parts are added up, as differences between what lies
/// before its two ends would lose small numbers far away.
pub(super) struct Slab {
    /// Where its density begins to rise, one over the way on which it does, and what that comes to at full density.
    begins: f32,
    rise: (f32, f32),
    /// Where it is full, for how long, and what that comes to for each metre.
    full: f32,
    even: f32,
    per_metre: f32,
    /// Where it begins to fall, and as above.
    thins: f32,
    fall: (f32, f32),
    /// What lies behind the camera.
    before: f32,
}

impl Slab {
    /// Up to a depth in metres; NaN has nothing before it.
    #[inline(always)]
    pub(super) fn halvings<V: Number>(&self, z: V) -> V {
        let (n, zero, one) = (V::of, V::of(0.0), V::of(1.0));
        let rise = ((z - n(self.begins)) * n(self.rise.0)).upper(zero).lower(one);
        let fall = ((z - n(self.thins)) * n(self.fall.0)).upper(zero).lower(one);
        let even = (z - n(self.full)).upper(zero).lower(n(self.even));
        let all = n(self.rise.1) * under_step(rise) + n(self.per_metre) * even;
        (all + n(self.fall.1) * (fall - under_step(fall)) - n(self.before)).upper(zero)
    }
}

/// The integral of a smooth step (3t² − 2t³) from 0 to `t`.
#[inline(always)]
fn under_step<V: Number>(t: V) -> V {
    t * t * t * (V::of(1.0) - V::of(0.5) * t)
}

/// The integral up to `z` of a smooth step (3t² − 2t³) of some length around a middle.
fn risen(z: f64, middle: f64, length: f64) -> f64 {
    let before = middle - 0.5 * length;
    if z >= middle + 0.5 * length {
        return z - middle;
    }
    if z <= before {
        return 0.0;
    }
    let t = (z - before) / length;
    length * t * t * t * (1.0 - 0.5 * t)
}

/// The fog over distance and the layers.
#[derive(Clone, Debug)]
pub(super) struct Air {
    model: FogModel,
    start: f64,
    /// How deep the fog is.
    length: f64,
    /// What its distances are measured in.
    unit: f64,
    power: f64,
    gain: f64,
    colours: [[f64; 3]; 2],
    blend: f64,
    /// Depth in the fog at which the colour has turned.
    turned: f64,
    /// The layers.
    pub(super) layers: [Layer; 3],
}

impl Air {
    pub(super) fn new(p: &Params) -> Self {
        let air = &p.air;
        let gain = air.density.abs();
        let length = (air.end - air.start).max(0.0);
        let linear = air.model == FogModel::Linear;
        let power = if air.model == FogModel::ExponentialSquared { 2.0 * air.falloff } else { air.falloff };
        Self {
            model: air.model,
            start: air.start,
            length: if linear || air.use_end { length } else { f64::INFINITY },
            unit: if linear { length.max(1e-9) } else { air.visibility },
            power,
            gain,
            colours: [p.colour.fog, p.colour.far],
            blend: p.colour.blend,
            turned: if linear { length.max(1e-9) } else { air.visibility },
            layers: [0, 1, 2].map(|i| Layer::new(&p.layers[i], gain)),
        }
    }

    /// What lies in front of a depth in metres, which may be infinite.
    pub(super) fn before(&self, z: f64) -> Sum {
        Sum { base: self.base(z), layers: [0, 1, 2].map(|i| self.layers[i].depth(z)) }
    }

    fn base(&self, z: f64) -> f64 {
        let way = (z - self.start).max(0.0).min(self.length);
        let depth = match self.model {
            FogModel::None => 0.0,
            FogModel::Linear if way == 0.0 => {
                if z > self.start {
                    MOST
                } else {
                    0.0
                }
            }
            FogModel::Linear if way >= self.length => MOST,
            FogModel::Linear => -(1.0 - (way / self.unit).powf(self.power)).ln(),
            _ if self.power == 1.0 => -0.02_f64.ln() * (way / self.unit),
            _ => -0.02_f64.ln() * (way / self.unit).powf(self.power),
        };
        (self.gain * depth).min(MOST)
    }

    /// The colour of the fog over distance at a depth.
    pub(super) fn base_colour(&self, z: f64) -> [f64; 3] {
        let t = ((z - self.start) / self.turned).clamp(0.0, 1.0);
        let share = self.blend * t * t * (3.0 - 2.0 * t);
        [0, 1, 2].map(|c| self.colours[0][c] + share * (self.colours[1][c] - self.colours[0][c]))
    }

    /// Where something begins or ends, ascending.
    pub(super) fn bounds(&self) -> Vec<f64> {
        let base = [self.start, self.start + self.length, self.start + self.turned];
        let layers = self.layers.iter().flat_map(Layer::bounds);
        let mut all: Vec<f64> = base.into_iter().chain(layers).filter(|b| *b > 0.0 && b.is_finite()).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }

    /// Depths at which a linear ramp has left halves of halves: there its density rises without limit.
    pub(super) fn tail(&self) -> Vec<f64> {
        let at = |i: i32| self.start + self.length * (1.0 - 0.5_f64.powi(i)).powf(1.0 / self.power);
        if self.model == FogModel::Linear && self.length > 0.0 { (4..14).map(at).collect() } else { Vec::new() }
    }

    /// The one colour of everything in the air, if it has only one (the height fog's apart).
    pub(super) fn one_colour(&self) -> Option<[f64; 3]> {
        let base = (self.model != FogModel::None).then_some(self.colours[0]);
        let turns = base.is_some() && self.blend > 0.0 && self.colours[0] != self.colours[1];
        let mut all = base.into_iter().chain(self.layers.iter().filter(|l| l.density > 0.0).map(|l| l.colour));
        let first = all.next();
        let same = all.all(|c| Some(c) == first);
        if turns || !same { None } else { Some(first.unwrap_or(self.colours[0])) }
    }

    /// The layers that there are, in closed form.
    pub(super) fn slabs(&self) -> Vec<Slab> {
        self.layers.iter().filter(|layer| layer.density > 0.0).map(Layer::slab).collect()
    }

    /// Is there anything in it at all?
    pub(super) fn is_empty(&self) -> bool {
        self.model == FogModel::None && self.layers.iter().all(|l| l.density == 0.0)
    }
}
