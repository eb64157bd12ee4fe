//! The air along a ray in f64: how much of each kind lies in front of a depth. All that lies in the air adds up in one optical depth τ;
//! light is left by e^(−τ).

use super::params::{FogModel, LayerParams, Params};

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

    /// Where its density changes its law.
    fn bounds(&self) -> impl Iterator<Item = f64> + '_ {
        let ends = self.ends.iter().flat_map(|[middle, length]| [middle - 0.5 * length, middle + 0.5 * length]);
        ends.filter(|_| self.density > 0.0)
    }
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

    /// Is there anything in it at all?
    pub(super) fn is_empty(&self) -> bool {
        self.model == FogModel::None && self.layers.iter().all(|l| l.density == 0.0)
    }
}
