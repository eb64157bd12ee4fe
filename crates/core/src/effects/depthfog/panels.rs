//! Air whose parts are coloured differently, where one of them depends on the ray: the light is summed from near to far over panels.
//!
//! In a panel the kinds of air keep their proportions, and what it scatters towards the eye has a closed form. Two halves of a panel tell how
//! much their proportions change, and take it out (Richardson).

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::height::Ground;
use super::model::Air;
use super::sight::Lane;
use super::table::{Table, place};
use crate::maths::exp2;
use crate::simd::Sixteen;
use std::f32::consts::LOG2_E;

/// Pixels at a time.
pub(super) const LANES: usize = 64;
/// Panels besides those that end where something begins or ends.
const PANELS: usize = 16;

/// Numbers of a depth that only its panel needs.
pub(super) type Part = [f32; 5];

pub(super) const PART: [usize; 5] = {
    let [r, g, b] = place::COLOUR_DEPTH;
    [place::DEPTH, place::BASE_DEPTH, r, g, b]
};

/// Picks them.
pub(super) fn part(numbers: &[f32; 16]) -> Part {
    PART.map(|at| numbers[at])
}

/// The ends of panels' halves: the first is at 0, each second one ends a panel.
pub(super) struct Panels {
    ends: Vec<(f32, Part)>,
    tint: [f32; 3],
}

/// Some pixels on their way.
pub(super) struct Lanes {
    pub(super) z: [f32; LANES],
    /// What the table says at their own depths, as far as it is asked.
    pub(super) read: [[f32; LANES]; 16],
    /// Results: what is left, light, and light of the fog over distance for a colour of 1; three channels each.
    pub(super) left: [[f32; LANES]; 3],
    pub(super) light: [[f32; LANES]; 3],
    pub(super) base: [[f32; LANES]; 3],
}

/// Where the last panels of some pixels end.
pub(super) struct Ends {
    /// What panels need to know at the pixels' own depths.
    own: [[f32; LANES]; 5],
    /// The middle of the part of its last panel that a pixel has, and what the table says there.
    middle: [f32; LANES],
    half: [[f32; LANES]; 5],
}

impl Default for Ends {
    #[inline(always)]
    fn default() -> Self {
        Self { own: [[0.0; LANES]; 5], middle: [0.0; LANES], half: [[0.0; LANES]; 5] }
    }
}

impl Lanes {
    pub(super) fn new() -> Self {
        let zero = [0.0; LANES];
        Self { z: zero, read: [zero; 16], left: [zero; 3], light: [zero; 3], base: [zero; 3] }
    }
}

/// Depths at which 1 − e^(−τ) rises evenly, for some ways that τ may grow.
fn even_ends(air: &Air, densest: f64) -> Vec<f64> {
    let share = |z: f64| {
        let of = |depth: f64| 1.0 - (-depth).exp();
        of(air.before(z).total()) + of(densest * z) + of(densest * z / 30.0)
    };
    let all = share(1e8);
    let end = |i: usize| {
        let wanted = all * i as f64 / (PANELS + 1) as f64;
        // Halving in the logarithm.
        let (mut low, mut high) = (1e-4_f64.ln(), 1e8_f64.ln());
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if share(middle.exp()) < wanted { low = middle } else { high = middle }
        }
        low.exp()
    };
    (1..=PANELS).map(end).collect()
}

impl Panels {
    pub(super) fn new(air: &Air, table: &Table, ground: &Ground, tint: [f64; 3]) -> Self {
        let mut ends = even_ends(air, ground.densest());
        ends.extend(air.bounds());
        ends.extend(air.tail());
        ends.sort_by(f64::total_cmp);
        ends.dedup_by(|b, a| *b < *a * 1.0001);
        let last = ends.last().map_or(1.0, |z| (4.0 * z).min(1e8));
        // The last panel goes on for ever.
        ends.extend([last, f64::INFINITY]);
        Self::between(&ends, table, tint)
    }

    /// Panels that end at some depths, ascending; the first one begins at 0.
    pub(super) fn between(ends: &[f64], table: &Table, tint: [f64; 3]) -> Self {
        let mut halves = vec![0.0_f64];
        for end in ends.iter().filter(|end| **end > 0.0) {
            let before = halves[halves.len() - 1];
            halves.extend([if end.is_finite() { 0.5 * (before + end) } else { 2.0 * before.max(0.5) }, *end]);
        }
        let ends = halves.into_iter().map(|z| (z as f32, part(&table.at(z as f32)))).collect();
        Self { ends, tint: tint.map(|v| v as f32) }
    }

    /// Does light of all channels come through alike, as the optical depth says? Then the first channel stands for all on the way.
    pub(super) fn is_grey(&self) -> bool {
        self.tint == [1.0; 3]
    }

    /// Where the ways of some pixels end.
    #[inline(always)]
    pub(super) fn take<S: Sixteen>(&self, table: &Table, n: usize, lanes: &mut Lanes) -> Ends {
        let mut ends = Ends::default();
        let panels = (self.ends.len() - 1) / 2;
        for i in 0..LANES {
            let z = lanes.z[i];
            let (mut low, mut high) = (0, panels);
            while high - low > 1 {
                let at = (low + high) / 2;
                if self.ends[2 * at].0 <= z { low = at } else { high = at }
            }
            ends.middle[i] = 0.5 * (self.ends[2 * low].0 + z);
        }
        for (own, at) in ends.own.iter_mut().zip(PART) {
            *own = lanes.read[at];
        }
        table.read::<S>(&ends.middle, n, [false, true, false, true], &mut lanes.read);
        for (half, at) in ends.half.iter_mut().zip(PART) {
            *half = lanes.read[at];
        }
        ends
    }

    /// Fills the results of all pixels. `each` sees what they are at the end of each panel.
    #[inline(always)]
    pub(super) fn walk(
        &self,
        ground: &Ground,
        lane: &Lane,
        lanes: &mut Lanes,
        ends: &Ends,
        mut each: impl FnMut(usize, &Lanes),
    ) {
        let farthest = lanes.z.iter().fold(0.0, |far: f32, z| if *z > far { *z } else { far });
        lanes.left = [[1.0; LANES]; 3];
        lanes.light = [[0.0; LANES]; 3];
        lanes.base = [[0.0; LANES]; 3];
        let nothing = self.ends[0].1;
        let mut before = [0.0; 6].map(|v| [v; LANES]);
        for (before, v) in before.iter_mut().zip(nothing) {
            before.fill(v);
        }
        let grey = self.is_grey();
        let mut grown = Grown { first: [[0.0; LANES]; 6], second: [[0.0; LANES]; 6], both: [[0.0; LANES]; 6] };
        for (i, pair) in self.ends.windows(3).step_by(2).enumerate() {
            if pair[0].0 >= farthest && pair[0].0 > 0.0 {
                break;
            }
            if grey {
                self.panel::<true>(pair, ground, lane, lanes, ends, &mut before, &mut grown)
            } else {
                self.panel::<false>(pair, ground, lane, lanes, ends, &mut before, &mut grown)
            }
            each(i, lanes);
        }
        if grey {
            lanes.left[1] = lanes.left[0];
            lanes.left[2] = lanes.left[0];
            lanes.base[1] = lanes.base[0];
            lanes.base[2] = lanes.base[0];
        }
    }

    /// One loop for each number: with all in one the compiler gives up and goes pixel by pixel.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "all that is known of some pixels")]
    fn panel<const GREY: bool>(
        &self,
        pair: &[(f32, Part)],
        ground: &Ground,
        lane: &Lane,
        lanes: &mut Lanes,
        ends: &Ends,
        before: &mut [[f32; LANES]; 6],
        grown: &mut Grown,
    ) {
        let [(z0, _), (z1, at1), (z2, at2)] = pair else { return };
        let (z0, z1, z2, ground) = (*z0, *z1, *z2, *ground);
        let Lanes { z, left, light, base, .. } = lanes;
        let Ends { own, middle, half } = ends;
        // The last panel of a pixel ends at its depth.
        for k in 0..5 {
            let (at1, at2, half, own) = (at1[k], at2[k], &half[k], &own[k]);
            let pick = |i: usize, a: f32, at: f32, own: f32| {
                let reached = if z[i] > z0 { own } else { a };
                if z[i] >= z2 { at } else { reached }
            };
            grown.fill(k, &mut before[k], |i, a| (pick(i, a, at1, half[i]), pick(i, a, at2, own[i])));
        }
        let (rise, length) = (&lane.way[1], &lane.length);
        grown.fill(5, &mut before[5], |i, a| {
            let (beyond, within) = (z[i] >= z2, z[i] > z0);
            let low = |end: f32, last: f32| ground.depth(if beyond { end } else { last }, rise[i], length[i]);
            let (b, c) = (low(z1, middle[i]), low(z2, z[i]));
            (if within { b } else { a }, if within { c } else { a })
        });
        let Grown { first, second, both } = &*grown;
        // What a unit of optical depth sends to the eye: of the halves, and of the panel.
        let mut sent = [[0.0; LANES]; 3];
        for ch in 0..3 {
            if !GREY || ch == 0 {
                let (left, tint) = (&mut left[ch], self.tint[ch]);
                for i in 0..LANES {
                    let e = |d: &[[f32; LANES]; 6]| exp2(-((d[0][i] + d[5][i]) * tint * LOG2_E));
                    let per = |from: f32, to: f32, d: &[[f32; LANES]; 6]| (from - to) / (d[0][i] + d[5][i] + 1e-20);
                    let t0 = left[i];
                    let t1 = t0 * e(first);
                    let t2 = t1 * e(second);
                    sent[0][i] = per(t0, t1, first);
                    sent[1][i] = per(t1, t2, second);
                    sent[2][i] = per(t0, t2, both);
                    left[i] = t2;
                }
            }
            let own = ground.colour[ch];
            let colour = |d: &[[f32; LANES]; 6], i: usize| d[2 + ch][i] + d[5][i] * own;
            for i in 0..LANES {
                let fine = sent[0][i] * colour(first, i) + sent[1][i] * colour(second, i);
                let coarse = sent[2][i] * colour(both, i);
                light[ch][i] += fine + (fine - coarse) * (1.0 / 3.0);
            }
            if !GREY || ch == 0 {
                for i in 0..LANES {
                    let fine = sent[0][i] * first[1][i] + sent[1][i] * second[1][i];
                    base[ch][i] += fine + (fine - sent[2][i] * both[1][i]) * (1.0 / 3.0);
                }
            }
        }
    }
}

/// By how much the numbers grow in the halves of a panel, and in all of it.
struct Grown {
    first: [[f32; LANES]; 6],
    second: [[f32; LANES]; 6],
    both: [[f32; LANES]; 6],
}

impl Grown {
    /// `to` gives a number in the middle and at the end, from that at the beginning.
    #[inline(always)]
    fn fill(&mut self, k: usize, before: &mut [f32; LANES], to: impl Fn(usize, f32) -> (f32, f32)) {
        let (first, second, both) = (&mut self.first[k], &mut self.second[k], &mut self.both[k]);
        for i in 0..LANES {
            let a = before[i];
            let (b, c) = to(i, a);
            first[i] = b - a;
            second[i] = c - b;
            both[i] = c - a;
            before[i] = c;
        }
    }
}
