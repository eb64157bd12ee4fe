//! One fog of one colour over distance, sixteen pixels at a time.

use super::params::{FogModel, FogOutput, Params};
use crate::depth::Camera;
use crate::effect::{Leaves, RowKernel};
use crate::effects::blocks::{Blocks, Columns, Numbers, Part, StoredRow, planes, stored};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::{exp2, pow_positive};
use crate::simd::{SIXTEEN, Sixteen};

/// log₂ 50: at the visibility 1/50 is left.
const TWO_PERCENT: f32 = 5.643_856;
/// From this many halvings on nothing is left (2⁻⁸⁰ of the picture; it also keeps subnormal numbers out).
const NOTHING_LEFT: f32 = 80.0;

/// Which curve runs from distance to transmittance; each is its own loop.
#[derive(Clone, Copy)]
enum Curve {
    Exponential,
    Squared,
    Power,
    Linear,
    LinearPower,
}

/// The plain fog with its numbers ready.
pub(super) struct Fog {
    curve: Curve,
    /// Where distances are counted along the rays: a depth pass tells the distance to the camera's plane, but light has to come the
    /// whole way to the eye, which is longer beside the axis.
    camera: Option<Camera>,
    start: f32,
    /// How deep the fog is: air behind that adds nothing, a linear ramp is at its end.
    length: f32,
    /// One over the distance that the curve is measured in.
    per_metre: f32,
    power: f32,
    /// The least that comes through.
    least: f32,
    fog: [f32; 3],
    alpha: bool,
    output: FogOutput,
}

impl Fog {
    pub(super) fn new(p: &Params, camera: Option<Camera>) -> Self {
        let air = &p.air;
        let squared = air.model == FogModel::ExponentialSquared;
        let power = if squared { 2.0 * air.falloff } else { air.falloff };
        let length = (air.end - air.start).max(0.0);
        let curve = match air.model {
            FogModel::Linear if power == 1.0 => Curve::Linear,
            FogModel::Linear => Curve::LinearPower,
            _ if power == 1.0 => Curve::Exponential,
            _ if power == 2.0 => Curve::Squared,
            _ => Curve::Power,
        };
        let (length, unit) = match air.model {
            // A ramp without length is a wall.
            FogModel::Linear => (length, length.max(1e-9)),
            _ if air.use_end => (length, air.visibility),
            _ => (f64::INFINITY, air.visibility),
        };
        Self {
            curve,
            camera,
            start: air.start as f32,
            length: length as f32,
            per_metre: (1.0 / unit) as f32,
            power: power as f32,
            least: (1.0 - air.max_opacity) as f32,
            fog: p.colour.fog.map(|v| v as f32),
            alpha: p.colour.alpha,
            output: p.output,
        }
    }

    /// What comes through from some distances.
    #[inline(always)]
    fn transmittance<S: Sixteen>(&self, d: S) -> S {
        let n = S::of;
        // The way through the fog: 0 in front of it and where the depth is NaN.
        let way = (d - n(self.start)).upper(n(0.0));
        let (length, unit, power) = (n(self.length), n(self.per_metre), n(self.power));
        let left = match self.curve {
            Curve::Exponential => beer_lambert(way.lower(length) * unit),
            Curve::Squared => {
                let share = way.lower(length) * unit;
                beer_lambert(share * share)
            }
            Curve::Power => beer_lambert(pow_positive(way.lower(length) * unit, power)),
            Curve::Linear => n(1.0) - ramp(way, length, unit),
            Curve::LinearPower => n(1.0) - pow_positive(ramp(way, length, unit), power),
        };
        left.upper(n(self.least))
    }

    /// The picture behind the air.
    #[inline(always)]
    fn result<S: Sixteen>(&self, t: S, [r, g, b, a]: [S; 4]) -> [S; 4] {
        let n = S::of;
        let held = n(1.0) - t;
        // Nothing at all is left of the picture at 0, whatever it is.
        let seen = n(0.0).less(t);
        let light = if self.alpha { held } else { held * a };
        // Written so that an alpha of 1 stays exactly 1.
        let cover = if self.alpha { a + (n(1.0) - a) * held } else { a };
        let [fr, fg, fb] = self.fog;
        [
            (r * t).or_zero(seen) + n(fr) * light,
            (g * t).or_zero(seen) + n(fg) * light,
            (b * t).or_zero(seen) + n(fb) * light,
            cover,
        ]
    }

    /// What gives the result when it is put over the picture.
    #[inline(always)]
    fn element<S: Sixteen>(&self, t: S, [r, g, b, a]: [S; 4]) -> [S; 4] {
        let n = S::of;
        let held = n(1.0) - t;
        let [fr, fg, fb] = self.fog;
        if self.alpha {
            return [n(fr) * held, n(fg) * held, n(fb) * held, held];
        }
        let zero = n(0.0);
        let empty = r.same(zero) & g.same(zero) & b.same(zero) & a.same(zero);
        let light = held * a;
        [n(fr) * light, n(fg) * light, n(fb) * light, held.or_zero(!empty)]
    }
}

/// What a share of the visibility leaves.
#[inline(always)]
fn beer_lambert<S: Sixteen>(share: S) -> S {
    let halvings = share * S::of(TWO_PERCENT);
    exp2(S::of(0.0) - halvings).or_zero(halvings.less(S::of(NOTHING_LEFT)))
}

/// Exactly 1 at the end; a ramp without length is a wall right behind its start.
#[inline(always)]
fn ramp<S: Sixteen>(d: S, length: S, unit: S) -> S {
    let n = S::of;
    S::choose(n(0.0).less(d) & !d.less(length), n(1.0), d * unit)
}

impl Blocks<SIXTEEN> for Fog {
    type Room = ();
    fn room() {}
    #[inline(always)]
    fn block<S: Sixteen>(
        &self,
        (): &mut (),
        x: &Part,
        y: i32,
        z: &Numbers<SIXTEEN>,
        colour: &mut [Numbers<SIXTEEN>; 4],
    ) {
        let mut d = S::load(z);
        if let Some(camera) = &self.camera {
            d = d * camera.ray_lengths(x.sixteen(0), y);
        }
        let t = self.transmittance(d);
        let [r, g, b, a] = colour;
        let c = [S::load(r), S::load(g), S::load(b), S::load(a)];
        let c = match self.output {
            FogOutput::Result => self.result(t, c),
            FogOutput::Element => self.element(t, c),
            FogOutput::Transmittance | FogOutput::Depth => [t; 4],
        };
        c[0].store(r);
        c[1].store(g);
        c[2].store(b);
        c[3].store(a);
    }
}

impl RowKernel for Fog {
    fn wants_straight(&self) -> bool {
        false
    }
    fn leaves(&self) -> Leaves {
        match self.output {
            FogOutput::Result => Leaves::Picture,
            FogOutput::Element => Leaves::Layer,
            FogOutput::Transmittance | FogOutput::Depth => Leaves::Data,
        }
    }
    fn mixes(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        planes(self, Columns::From(x1), y, z, colour);
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        planes(self, Columns::Each(x), y, z, colour);
    }
    fn takes_stored(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn stored(&self, row: StoredRow) {
        stored(self, row);
    }
}
