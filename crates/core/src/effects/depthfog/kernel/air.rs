//! What the air leaves and what it adds, by itself.

use super::{Fog, Light};
use crate::effects::blocks::{get, put};
use crate::effects::depthfog::panels::{LANES, Lanes};
use crate::effects::depthfog::sight::Lane;
use crate::effects::depthfog::table::place;
use crate::maths::{choose, exp2, upper};
use crate::simd::{SIXTEEN, Sixteen};
use std::f32::consts::LOG2_E;

impl Fog<'_> {
    /// What is left and what is added at the pixels that `lane` and `lanes` hold.
    #[inline(always)]
    pub(super) fn air<S: Sixteen>(
        &self,
        y: i32,
        n: usize,
        lanes: &mut Lanes,
        lane: &mut Lane,
        depth: &mut [f32; LANES],
    ) {
        self.table.read::<S>(&lanes.z, n, self.wanted, &mut lanes.read);
        *depth = lanes.read[place::DEPTH];
        let in_steps = matches!(self.light, Light::Steps(..));
        if self.ground.is_some() || in_steps {
            self.sight.rays(y, n, in_steps, lane);
        }
        if let Some(ground) = &self.ground {
            for k in 0..n.div_ceil(SIXTEEN) {
                let z = get::<S, LANES>(&lanes.z, k);
                let more = ground.depth(z, get(&lane.way[1], k), get(&lane.length, k));
                put(depth, k, get::<S, LANES>(depth, k) + more);
            }
        }
        // Where all channels are alike the first one stands for all.
        let channels = if self.grey { 1 } else { 3 };
        match (&self.light, &self.ground) {
            (Light::Steps(steps, noise), ground) => {
                steps.walk::<S>(&self.table, ground.as_ref(), noise, n, lane, lanes);
                cut(channels, lanes);
            }
            (Light::OneColour(colour), Some(_)) => self.one_colour::<S>(channels, colour, depth, lanes),
            (Light::Panels(_, Some(fan)), Some(ground)) if fan.is_spread() => {
                self.one_colour::<S>(channels, &ground.colour, depth, lanes);
                fan.read(lane, lanes);
            }
            (Light::Panels(panels, _), Some(ground)) => {
                let ends = panels.take::<S>(&self.table, n, lanes);
                panels.walk(ground, lane, lanes, &ends, |_, _| ());
                cut(channels, lanes);
            }
            _ => {
                for c in 0..3 {
                    if c < channels {
                        for i in 0..LANES {
                            lanes.left[c][i] = seen(lanes.read[place::LEFT[c]][i]);
                        }
                    }
                    lanes.light[c] = lanes.read[place::LIGHT[c]];
                    lanes.base[c] = lanes.read[place::BASE[c]];
                }
            }
        }
    }

    /// Light where all that lies in the air is of one colour.
    #[inline(always)]
    fn one_colour<S: Sixteen>(&self, channels: usize, colour: &[f32; 3], depth: &[f32; LANES], lanes: &mut Lanes) {
        for k in 0..LANES / SIXTEEN {
            let depth = get::<S, LANES>(depth, k);
            for c in 0..channels {
                let left = exp2(depth * S::of(self.tint[c]) * S::of(-LOG2_E));
                put(&mut lanes.left[c], k, left.or_zero(S::of(NOTHING).less(left)));
            }
            for c in 0..3 {
                let left = get::<S, LANES>(&lanes.left[if self.grey { 0 } else { c }], k);
                put(&mut lanes.light[c], k, S::of(colour[c]) * (S::of(1.0) - left));
            }
        }
    }

    /// The limit of opacity, and the sky's share.
    #[inline(always)]
    pub(super) fn limit(&self, lanes: &mut Lanes) {
        let (least, sky) = (self.least, self.sky);
        let limited = least > 0.0 || sky != 1.0;
        let Lanes { z, left, light, base, .. } = lanes;
        for c in 0..if self.grey { 1 } else { 3 } {
            if !limited {
                continue;
            }
            let mut less = [0.0; LANES];
            for i in 0..LANES {
                let t = left[c][i];
                let held = upper(t, least);
                let share = if z[i] == f32::INFINITY { sky } else { 1.0 };
                let opacity = (1.0 - held) * share;
                // The same mixture of light, less of it.
                less[i] = if opacity < 1.0 - t { opacity / (1.0 - t) } else { 1.0 };
                // 1 − (1 − t) would lose small numbers.
                left[c][i] = if share == 1.0 { held } else { 1.0 - opacity };
            }
            for k in if self.grey { 0..3 } else { c..c + 1 } {
                for i in 0..LANES {
                    light[k][i] *= less[i];
                    base[k][i] *= less[i];
                }
            }
        }
        if self.grey {
            (left[1], left[2]) = (left[0], left[0]);
        }
    }
}

/// 2⁻⁸⁰, as in the table.
const NOTHING: f32 = f32::from_bits((127 - 80) << 23);

/// Nothing at all where hardly anything is left.
#[inline(always)]
fn seen(left: f32) -> f32 {
    choose(left > NOTHING, left, 0.0)
}

/// The same of what was summed up.
#[inline(always)]
fn cut(channels: usize, lanes: &mut Lanes) {
    for left in &mut lanes.left[..channels] {
        left.iter_mut().for_each(|t| *t = seen(*t));
    }
}
