//! Air with noise in it: no closed form, so the way is cut into steps, and the noise in the middle of each step multiplies all the air in it.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::height::Ground;
use super::model::Air;
use super::noise::Noise;
use super::panels::{LANES, Lanes, PART, part};
use super::sight::Lane;
use super::table::Table;
use crate::maths::{exp2, lower};
use crate::simd::Sixteen;
use std::f32::consts::LOG2_E;

/// How the way is cut.
pub(super) struct Steps {
    count: usize,
    /// Behind this depth the noise is not looked for: nothing is seen, or it is even.
    farthest: f32,
    tint: [f32; 3],
    /// The colour of all that lies in the air, if it has only one.
    one: Option<[f32; 3]>,
}

impl Steps {
    /// `scale`: size of the noise in metres; `one`: the colour of all that lies in the air, if it has only one.
    pub(super) fn new(
        air: &Air,
        densest: f64,
        count: usize,
        scale: f64,
        tint: [f64; 3],
        one: Option<[f32; 3]>,
    ) -> Self {
        // Where 2 % of the light are left, and at most some hundred waves away.
        let (mut low, mut high) = (1e-3_f64, 200.0 * scale * (count as f64).sqrt());
        if air.before(high).total() + densest * high > 4.0 {
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                if air.before(middle).total() + densest * middle < 4.0 { low = middle } else { high = middle }
            }
        }
        Self { count, farthest: high as f32, tint: tint.map(|v| v as f32), one }
    }

    /// Fills the results.
    #[inline(always)]
    pub(super) fn walk<S: Sixteen>(
        &self,
        table: &Table,
        ground: Option<&Ground>,
        noise: &Noise,
        n: usize,
        lane: &Lane,
        lanes: &mut Lanes,
    ) {
        lanes.left = [[1.0; LANES]; 3];
        lanes.light = [[0.0; LANES]; 3];
        lanes.base = [[0.0; LANES]; 3];
        // With one colour the light is known from what is left.
        let kinds = if self.one.is_some() { 1 } else { 5 };
        let wanted = [false, true, false, self.one.is_none()];
        let grey = self.tint == [self.tint[0]; 3];
        let nothing = part(&table.at(0.0));
        // By number first: loops over pixels become vector code.
        let mut before: [[f32; LANES]; 6] = std::array::from_fn(|j| [if j < 5 { nothing[j] } else { 0.0 }; LANES]);
        let mut more = [[0.0; LANES]; 6];
        let mut ends = [[0.0; LANES]; 6];
        let colour = ground.map_or([0.0; 3], |g| g.colour);
        for i in 0..=self.count {
            // The last step is what lies behind the noise.
            let behind = i == self.count;
            let mut to = [0.0; LANES];
            let mut density = [1.0; LANES];
            let shares = [i as f32 / self.count as f32, (i + 1) as f32 / self.count as f32];
            for k in 0..LANES {
                let far = lower(lanes.z[k], self.farthest);
                to[k] = if behind { lanes.z[k] } else { far * shares[1] };
            }
            table.read::<S>(&to, n, wanted, &mut lanes.read);
            for (end, at) in ends.iter_mut().zip(PART).take(kinds) {
                *end = lanes.read[at];
            }
            if !behind {
                let (mut middle, mut step) = ([0.0; LANES], [0.0; LANES]);
                for k in 0..LANES {
                    let far = lower(lanes.z[k], self.farthest);
                    middle[k] = far * (0.5 * (shares[0] + shares[1]));
                    step[k] = far * (shares[1] - shares[0]) * lane.length[k];
                }
                density = noise.densities(lane, &middle, &step);
            }
            if let Some(ground) = ground {
                for k in 0..LANES {
                    ends[5][k] = ground.depth(to[k], lane.way[1][k], lane.length[k]);
                }
            }
            for j in (0..kinds).chain([5]) {
                for k in 0..LANES {
                    more[j][k] = density[k] * (ends[j][k] - before[j][k]);
                }
                before[j] = ends[j];
            }
            if self.one.is_some() {
                for (c, left) in lanes.left.iter_mut().enumerate().take(if grey { 1 } else { 3 }) {
                    let tint = self.tint[c];
                    for k in 0..LANES {
                        left[k] *= exp2(-((more[0][k] + more[5][k]) * tint * LOG2_E));
                    }
                }
                continue;
            }
            for c in 0..3 {
                let (left, light, base) = (&mut lanes.left[c], &mut lanes.light[c], &mut lanes.base[c]);
                let (tint, own) = (self.tint[c], colour[c]);
                for k in 0..LANES {
                    let depth = more[0][k] + more[5][k];
                    let t0 = left[k];
                    let t1 = t0 * exp2(-(depth * tint * LOG2_E));
                    let per = (t0 - t1) / (depth + 1e-20);
                    left[k] = t1;
                    light[k] += per * (more[2 + c][k] + more[5][k] * own);
                    base[k] += per * more[1][k];
                }
            }
        }
        let Some(one) = self.one else { return };
        if grey {
            (lanes.left[1], lanes.left[2]) = (lanes.left[0], lanes.left[0]);
        }
        for c in 0..3 {
            for k in 0..LANES {
                lanes.light[c][k] = one[c] * (1.0 - lanes.left[c][k]);
            }
        }
    }
}
