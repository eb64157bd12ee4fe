//! Where the zones are: from the parameters, with what was picked from the picture, and over depths, one or some at once.

use super::amount::Table;
use super::params::{DistanceFrom, POINTS, Params, ZoneSpace};
use super::reference::LEAST_SOFTNESS;
use crate::depth::PICK_RADIUS;
use crate::effect::Frame;
use crate::geometry::RectD;
use crate::maths::{log2, smoothstep};
use crate::simd::Number;

/// The two borders between three zones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// How the transitions run.
    pub space: ZoneSpace,
    /// From near to mid, and from mid to far.
    pub borders: [Border; 2],
    /// The grades change evenly between the borders instead.
    pub continuous: bool,
}

/// A border between two zones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border {
    /// Metres.
    pub at: f64,
    /// Half the width of the transition as a share of the distance; in a continuous layout the part of the way on which the change
    /// begins or ends.
    pub softness: f64,
}

/// A border that lies so near lies before everything.
const NOWHERE: f64 = 1e-6;

impl Params {
    /// The points that distances are picked at, canonical: for near end, far start and target, as far as they count.
    pub(super) fn points(&self, frame: &Frame) -> [Option<[f64; 2]>; 3] {
        let (zones, isolate) = (&self.zones, &self.isolate);
        let f = frame.format;
        let point = |i: usize, from: DistanceFrom, counts: bool, set: Option<[f64; 2]>| {
            let [x, y] = POINTS[i];
            let place = set.unwrap_or([f.x1 + x * (f.x2 - f.x1), f.y1 + y * (f.y2 - f.y1)]);
            (from == DistanceFrom::PickPoint && counts).then_some(place)
        };
        [
            point(0, zones.near_end_from, !isolate.isolate, zones.near_end_point),
            point(1, zones.far_start_from, !isolate.isolate, zones.far_start_point),
            point(2, isolate.from, isolate.isolate, isolate.point),
        ]
    }

    /// What of the depth the picks look at, canonical.
    pub(super) fn picked_region(&self, frame: &Frame) -> Option<RectD> {
        let r = PICK_RADIUS + 16.0;
        let around = |[x, y]: [f64; 2]| RectD::new(x - r, y - r, x + r, y + r);
        self.points(frame).into_iter().flatten().map(around).reduce(|a, b| a.union(&b))
    }

    /// The curve of the amount over depth, if there is one.
    pub(super) fn table(&self) -> Option<Table> {
        Table::new(&self.amount, self.zones.space)
    }

    /// The borders, where `picked` are the distances (metres) under the points, as far as something is there.
    pub(super) fn layout(&self, picked: [Option<f64>; 3]) -> Layout {
        let (zones, isolate) = (&self.zones, &self.isolate);
        let borders = if isolate.isolate {
            let target = picked[2].unwrap_or(isolate.target);
            [target - isolate.tolerance, target + isolate.tolerance].map(|at| {
                let at = at.max(NOWHERE);
                let share = isolate.softness * isolate.tolerance / at;
                Border { at, softness: if at > NOWHERE { share } else { 0.0 } }
            })
        } else {
            [
                Border { at: picked[0].unwrap_or(zones.near_end), softness: zones.near_softness },
                Border { at: picked[1].unwrap_or(zones.far_start), softness: zones.far_softness },
            ]
        };
        let mut layout = Layout { space: zones.space, borders, continuous: zones.continuous };
        if layout.continuous {
            let [near, far] = &mut layout.borders;
            // Where they are crossed the far one wins, as between zones.
            near.at = near.at.min(far.at * (1.0 - LEAST_SOFTNESS));
            if isolate.isolate {
                [near.softness, far.softness] = [isolate.softness; 2];
            }
        }
        layout
    }
}

/// A layout with its numbers ready.
pub(super) enum Zones {
    Steps(ZoneSpace, [Step; 2]),
    Ramp(Ramp),
}

impl Zones {
    pub(super) fn new(layout: &Layout) -> Self {
        if layout.continuous {
            return Zones::Ramp(Ramp::new(layout));
        }
        Zones::Steps(layout.space, layout.borders.map(|b| Step::new(&b)))
    }

    /// The weights of near, mid and far at a depth, or some; all 0 where it is NaN.
    #[inline(always)]
    pub(super) fn weights<V: Number>(&self, z: V) -> [V; 3] {
        match self {
            Zones::Steps(space, [near_end, far_start]) => {
                let (behind, far) = (near_end.behind(*space, z), far_start.behind(*space, z));
                // No zone holds a depth of NaN.
                let rest = (V::of(1.0) - far).or_zero(z.same(z));
                [(V::of(1.0) - behind) * rest, behind * rest, far]
            }
            Zones::Ramp(ramp) => ramp.weights(z),
        }
    }
}

/// What the logarithm of a share of a distance is taken of.
#[inline(always)]
fn in_range<V: Number>(share: V) -> V {
    share.upper(V::of(1e-30)).lower(V::of(1e30))
}

pub(super) struct Step {
    at: f32,
    /// One over its distance.
    inverse: f32,
    /// Half of one over the softness.
    slope: f32,
}

impl Step {
    fn new(b: &Border) -> Self {
        let slope = (0.5 / b.softness.max(LEAST_SOFTNESS)) as f32;
        Self { at: b.at as f32, inverse: (1.0 / b.at) as f32, slope }
    }

    /// How far a depth lies behind it: 0 to 1, and 0 where the depth is NaN.
    #[inline(always)]
    fn behind<V: Number>(&self, space: ZoneSpace, z: V) -> V {
        let (at, inverse) = (V::of(self.at), V::of(self.inverse));
        let way = match space {
            // The difference first: it is exact beside the border.
            ZoneSpace::Distance => (z - at) * inverse,
            ZoneSpace::Inverse => V::of(1.0) - at / z,
            ZoneSpace::Log => V::of(std::f32::consts::LN_2) * log2(in_range(z * inverse)),
        };
        smoothstep(V::of(0.5) + V::of(self.slope) * way).or_zero(V::of(0.0).less(z))
    }
}

/// The way from one border to the other.
pub(super) struct Ramp {
    space: ZoneSpace,
    near: f32,
    inverse: f32,
    /// One over the length of the way, in its space.
    rate: f32,
    softness: [f32; 2],
}

impl Ramp {
    fn new(layout: &Layout) -> Self {
        let [near, far] = layout.borders;
        let way = match layout.space {
            ZoneSpace::Distance => far.at - near.at,
            ZoneSpace::Inverse => 1.0 / near.at - 1.0 / far.at,
            ZoneSpace::Log => (far.at / near.at).log2(),
        };
        Self {
            space: layout.space,
            near: near.at as f32,
            inverse: (1.0 / near.at) as f32,
            rate: (1.0 / way) as f32,
            softness: [near, far].map(|b| b.softness.max(LEAST_SOFTNESS) as f32),
        }
    }

    #[inline(always)]
    fn weights<V: Number>(&self, z: V) -> [V; 3] {
        let n = V::of;
        let (near, inverse, [begin, end]) = (n(self.near), n(self.inverse), self.softness);
        let way = match self.space {
            ZoneSpace::Distance => z - near,
            ZoneSpace::Inverse => inverse - n(1.0) / z,
            ZoneSpace::Log => log2(in_range(z * inverse)),
        };
        let t = (n(self.rate) * way).upper(n(-1.0)).lower(n(2.0));
        // From 0 to 2, with soft corners at both ends.
        let u = n(2.0) * (corner(t, begin) - corner(t - n(1.0), end)).upper(n(0.0)).lower(n(1.0));
        let u = u.or_zero(n(0.0).less(z));
        let there = n(1.0).or_zero(z.same(z));
        [(n(1.0) - u).upper(n(0.0)) * there, (n(1.0) - (u - n(1.0)).size()) * there, (u - n(1.0)).upper(n(0.0)) * there]
    }
}

/// 0 before 0 and `t` behind it, with a corner that is rounded over a width.
#[inline(always)]
fn corner<V: Number>(t: V, width: f32) -> V {
    let n = V::of;
    let on = (t + n(0.5 * width)).upper(n(0.0)).lower(n(width));
    on * on / n(2.0 * width) + (t - n(0.5 * width)).upper(n(0.0))
}
