//! Air that is all of one colour and does nothing but cover, in closed form, sixteen pixels at a time.

use super::height::Ground;
use super::model::{Air, Slab};
use super::params::{FogModel, FogOutput, Params};
use super::sight::Sight;
use crate::depth::Camera;
use crate::effect::{Frame, Leaves, RowKernel};
use crate::effects::blocks::{Blocks, Columns, Numbers, Part, StoredRow, get, planes, put, stored};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::{exp2, pow_positive};
use crate::render::Beside;
use crate::simd::{Abreast, Number, SIXTEEN, Sixteen};
use std::f32::consts::LOG2_E;

/// Pixels of a call: while a processor waits for one half's step it does the other's.
const TWICE: usize = 2 * SIXTEEN;
/// log₂ 50: at the visibility 1/50 is left.
const TWO_PERCENT: f32 = 5.643_856;
/// From this many halvings on nothing is left (2⁻⁸⁰ of the picture; it also keeps subnormal numbers out).
const NOTHING_LEFT: f32 = 80.0;

/// Which curve runs from distance to transmittance; each is its own loop.
#[derive(Clone, Copy)]
enum Curve {
    Nothing,
    Exponential,
    Squared,
    Power,
    Linear,
    LinearPower,
}

/// The plain fog with its numbers ready.
pub(super) struct Fog {
    curve: Curve,
    camera: Camera,
    /// Are distances counted along the rays? A depth pass tells the distance to the camera's plane, but light has to come the whole way to
    /// the eye, which is longer beside the axis.
    along: bool,
    layers: Vec<Slab>,
    /// Height fog, and how much rays rise for each metre to the camera's right, up and forward.
    ground: Option<(Ground, [f32; 3])>,
    /// Halvings of the light in the distance that the curve is measured in.
    strength: f32,
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
    /// `None` where the air needs more than this.
    pub(super) fn new(p: &Params, frame: &Frame, beside: &Beside) -> Option<Self> {
        let (air, all) = (&p.air, Air::new(p));
        let sight = Sight::new(p, frame, None);
        let ground = Ground::new(p, sight.eye[1]);
        // What only absorbs has no colour.
        let colour = match (all.one_colour(), &ground) {
            _ if p.output == FogOutput::Transmittance => [0.0; 3],
            (_, Some(ground)) if all.is_empty() => ground.colour,
            (one, ground) => {
                let one = one?.map(|v| v as f32);
                if ground.as_ref().is_some_and(|ground| ground.colour != one) {
                    return None;
                }
                one
            }
        };
        if !p.only_covers() || beside.fog.is_some() || ground.is_some() && beside.position.is_some() {
            return None;
        }
        let squared = air.model == FogModel::ExponentialSquared;
        let power = if squared { 2.0 * air.falloff } else { air.falloff };
        let length = (air.end - air.start).max(0.0);
        let curve = match air.model {
            FogModel::None => Curve::Nothing,
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
        Some(Self {
            curve,
            camera: Camera::new(&frame.format, &frame.geometry, p.depth.field_of_view),
            along: p.counts_along_rays(),
            layers: all.slabs(),
            ground: ground.map(|ground| (ground, sight.climb())),
            strength: TWO_PERCENT * air.density as f32,
            start: air.start as f32,
            length: length as f32,
            per_metre: (1.0 / unit) as f32,
            power: power as f32,
            least: (1.0 - air.max_opacity) as f32,
            fog: colour,
            alpha: p.colour.alpha,
            output: p.output,
        })
    }

    /// What comes through from some distances, where layers and height fog halve the light so often.
    #[inline(always)]
    fn transmittance<V: Number>(&self, d: V, halvings: Option<V>) -> V {
        let n = V::of;
        // The way through the fog: 0 in front of it and where the depth is NaN.
        let way = (d - n(self.start)).upper(n(0.0));
        let (length, unit, power) = (n(self.length), n(self.per_metre), n(self.power));
        let left = match self.curve {
            Curve::Nothing => left_of(halvings.unwrap_or(n(0.0))),
            Curve::Exponential => self.beer_lambert(way.lower(length) * unit, halvings),
            Curve::Squared => {
                let share = way.lower(length) * unit;
                self.beer_lambert(share * share, halvings)
            }
            Curve::Power => self.beer_lambert(pow_positive(way.lower(length) * unit, power), halvings),
            Curve::Linear => beside(n(1.0) - ramp(way, length, unit), halvings),
            Curve::LinearPower => beside(n(1.0) - pow_positive(ramp(way, length, unit), power), halvings),
        };
        left.upper(n(self.least))
    }

    /// What a share of the visibility leaves.
    #[inline(always)]
    fn beer_lambert<V: Number>(&self, share: V, halvings: Option<V>) -> V {
        let own = share * V::of(self.strength);
        left_of(match halvings {
            Some(more) => own + more,
            None => own,
        })
    }

    /// How often layers and height fog halve the light; of pixels on rays of such tangents and lengths at a depth on the
    /// axis, which the fog counts as `d`.
    #[inline(always)]
    fn others<V: Number>(&self, (tx, ty, length): (V, f32, V), z: V, d: V) -> V {
        let n = V::of;
        let mut halvings = n(0.0);
        for layer in &self.layers {
            halvings = halvings + layer.halvings(d);
        }
        if let Some((ground, [right, up, forward])) = &self.ground {
            let rise = tx * n(*right) + n(ty * up) + n(*forward);
            halvings = halvings + ground.depth(z, rise, length) * n(LOG2_E);
        }
        halvings
    }

    fn has_more(&self) -> bool {
        !self.layers.is_empty() || self.ground.is_some()
    }

    fn pixels(&self, x: Columns, y: i32, z: &[f32], colour: ColourRow) {
        if self.has_more() {
            planes(&Loop::<true>(self), x, y, z, colour);
        } else {
            planes(&Loop::<false>(self), x, y, z, colour);
        }
    }

    /// Puts what lets so much through over the `k`th sixteen pixels.
    #[inline(always)]
    fn cover<S: Sixteen, const N: usize>(&self, t: S, k: usize, colour: &mut [Numbers<N>; 4]) {
        let [r, g, b, a] = colour;
        let c = [get(r, k), get(g, k), get(b, k), get(a, k)];
        let c = match self.output {
            FogOutput::Result => self.result(t, c),
            FogOutput::Element => self.element(t, c),
            FogOutput::Transmittance | FogOutput::Depth => [t; 4],
        };
        put(r, k, c[0]);
        put(g, k, c[1]);
        put(b, k, c[2]);
        put(a, k, c[3]);
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

/// What some halvings leave.
#[inline(always)]
fn left_of<V: Number>(halvings: V) -> V {
    exp2(V::of(0.0) - halvings).or_zero(halvings.less(V::of(NOTHING_LEFT)))
}

/// What is left, if there are any, by some halvings more.
#[inline(always)]
fn beside<V: Number>(left: V, halvings: Option<V>) -> V {
    match halvings {
        Some(halvings) => left * left_of(halvings),
        None => left,
    }
}

/// Exactly 1 at the end; a ramp without length is a wall right behind its start.
#[inline(always)]
fn ramp<V: Number>(d: V, length: V, unit: V) -> V {
    let n = V::of;
    V::choose(n(0.0).less(d) & !d.less(length), n(1.0), d * unit)
}

/// Two times sixteen pixels at a time. A fog without layers and height fog has a loop of its own, which is faster.
struct Loop<'a, const MORE: bool>(&'a Fog);

impl<const MORE: bool> Blocks<TWICE> for Loop<'_, MORE> {
    type Room = ();
    fn room() {}
    #[inline(always)]
    fn block<S: Sixteen>(&self, (): &mut (), x: &Part, y: i32, z: &Numbers<TWICE>, colour: &mut [Numbers<TWICE>; 4]) {
        let (Self(fog), z) = (self, Abreast([get::<S, TWICE>(z, 0), get(z, 1)]));
        let (mut d, mut others) = (z, None);
        if MORE || fog.along {
            let rays = fog.camera.rays(Abreast([x.sixteen(0), x.sixteen(1)]), y);
            if fog.along {
                d = z * rays.2;
            }
            if MORE {
                others = Some(fog.others(rays, z, d));
            }
        }
        let [first, second] = fog.transmittance(d, others).0;
        fog.cover(first, 0, colour);
        fog.cover(second, 1, colour);
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
        self.pixels(Columns::From(x1), y, z, colour);
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        self.pixels(Columns::Each(x), y, z, colour);
    }
    fn takes_stored(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn stored(&self, row: StoredRow) {
        if self.has_more() { stored(&Loop::<true>(self), row) } else { stored(&Loop::<false>(self), row) }
    }
}
