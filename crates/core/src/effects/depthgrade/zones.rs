//! Where the zones are: from the parameters, with what was picked from the picture, and as vector code over rows of depths.
#![allow(clippy::needless_range_loop, reason = "rows of one length, several at a time")]

use super::amount::Table;
use super::params::{DistanceFrom, POINTS, Params, ZoneSpace};
use super::reference::LEAST_SOFTNESS;
use crate::depth::PICK_RADIUS;
use crate::effect::Frame;
use crate::geometry::RectD;
use crate::maths::{log2, lower, smoothstep, upper};

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

    /// The weights of near, mid and far at each depth; all 0 where it is NaN.
    #[inline(always)]
    pub(super) fn weights<const N: usize>(&self, z: &[f32; N], out: &mut [[f32; N]; 3]) {
        match self {
            Zones::Steps(space, [near_end, far_start]) => {
                let [near, mid, far] = out;
                near_end.behind(*space, z, near);
                far_start.behind(*space, z, far);
                for i in 0..N {
                    // No zone holds a depth of NaN.
                    let rest = if z[i].is_nan() { 0.0 } else { 1.0 - far[i] };
                    let behind = near[i];
                    near[i] = (1.0 - behind) * rest;
                    mid[i] = behind * rest;
                }
            }
            Zones::Ramp(ramp) => ramp.weights(z, out),
        }
    }
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

    /// How far each depth lies behind it: 0 to 1, and 0 where the depth is NaN.
    #[inline(always)]
    fn behind<const N: usize>(&self, space: ZoneSpace, z: &[f32; N], out: &mut [f32; N]) {
        let (at, inverse) = (self.at, self.inverse);
        match space {
            // The difference first: it is exact beside the border.
            ZoneSpace::Distance => self.each(z, out, |z| (z - at) * inverse),
            ZoneSpace::Inverse => self.each(z, out, |z| 1.0 - at / z),
            ZoneSpace::Log => self.each(z, out, |z| std::f32::consts::LN_2 * log2((z * inverse).clamp(1e-30, 1e30))),
        }
    }

    #[inline(always)]
    fn each<const N: usize>(&self, z: &[f32; N], out: &mut [f32; N], way: impl Fn(f32) -> f32) {
        let slope = self.slope;
        for i in 0..N {
            let behind = smoothstep(0.5 + slope * way(z[i]));
            out[i] = if z[i] > 0.0 { behind } else { 0.0 };
        }
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
    fn weights<const N: usize>(&self, z: &[f32; N], out: &mut [[f32; N]; 3]) {
        let (near, inverse) = (self.near, self.inverse);
        match self.space {
            ZoneSpace::Distance => self.each(z, out, |z| z - near),
            ZoneSpace::Inverse => self.each(z, out, |z| inverse - 1.0 / z),
            ZoneSpace::Log => self.each(z, out, |z| log2((z * inverse).clamp(1e-30, 1e30))),
        }
    }

    #[inline(always)]
    fn each<const N: usize>(&self, z: &[f32; N], out: &mut [[f32; N]; 3], way: impl Fn(f32) -> f32) {
        let (rate, [begin, end]) = (self.rate, self.softness);
        let [near, mid, far] = out;
        for i in 0..N {
            let t = lower(upper(rate * way(z[i]), -1.0), 2.0);
            // From 0 to 2, with soft corners at both ends.
            let u = 2.0 * lower(upper(corner(t, begin) - corner(t - 1.0, end), 0.0), 1.0);
            let u = if z[i] > 0.0 { u } else { 0.0 };
            let there = if z[i].is_nan() { 0.0 } else { 1.0 };
            near[i] = upper(1.0 - u, 0.0) * there;
            mid[i] = (1.0 - (u - 1.0).abs()) * there;
            far[i] = upper(u - 1.0, 0.0) * there;
        }
    }
}

/// 0 before 0 and `t` behind it, with a corner that is rounded over a width.
#[inline(always)]
fn corner(t: f32, width: f32) -> f32 {
    let on = lower(upper(t + 0.5 * width, 0.0), width);
    on * on / (2.0 * width) + upper(t - 0.5 * width, 0.0)
}
