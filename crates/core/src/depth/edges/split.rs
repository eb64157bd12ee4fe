//! Which two surfaces meet in a pixel, and how much of it the nearer one covers, by depth alone.

#![allow(clippy::needless_range_loop, reason = "arrays of one length are walked side by side")]

use super::{COLOUR_REACH, Domain, Field, Split};
use crate::depth::NEAREST;
use crate::maths::{lower, upper};
use crate::simd::{Work, best_work};

/// Width of the bell by which neighbours vote for a point-sampled pixel's coverage, in pixels: a filter of a renderer's size.
const VOTE: f32 = 0.7;
/// Width of the bell over which a surface's 1/z is averaged.
const MEAN: f32 = 1.0;
/// Uncertainty of the coverage that the shape gives (measured against renders of three times the size: 0.12 to 0.15)…
const SHAPE_DEVIATION: f32 = 0.13;
/// …and of one that a mixed depth gives.
const DEPTH_DEVIATION: f32 = 0.03;

/// Pixels whose marks are looked at together.
const BLOCK: usize = 32;
/// Marked pixels that are looked at together.
const SOME: usize = 8;

/// Two bells e^(−d²/2w²) over blocks of 5 × 5: of votes, and of means.
fn bells() -> [[f32; 25]; 2] {
    [VOTE, MEAN].map(|w| {
        std::array::from_fn(|i| {
            let (dx, dy) = ((i % 5) as f32 - 2.0, (i / 5) as f32 - 2.0);
            (-(dx * dx + dy * dy) / (2.0 * w * w)).exp()
        })
    })
}

/// Splits each marked pixel (`index` 1) up to [`COLOUR_REACH`] around the inner rectangle, and numbers them.
pub(super) fn all(field: &mut Field) {
    let [vote, mean] = bells();
    let wide = field.inner.grow(COLOUR_REACH);
    let width = field.rect.width();
    let (mut splits, mut places) = (std::mem::take(&mut field.splits), std::mem::take(&mut field.places));
    places.clear();
    let mut index = std::mem::take(&mut field.index);
    let rim = (super::REACH - COLOUR_REACH) as usize;
    for (y, row) in (field.rect.y1..).zip(index.chunks_exact_mut(width)) {
        if y < wide.y1 || y >= wide.y2 {
            // Marks out here are only rims of marks.
            row.fill(0);
            continue;
        }
        row[..rim].fill(0);
        row[width - rim..].fill(0);
        let start = field.place(field.rect.x1, y);
        for (block, marks) in row.chunks(BLOCK).enumerate() {
            if marks.iter().fold(0, |any, mark| any | *mark) != 0 {
                let marked = (start + block * BLOCK..).zip(marks).filter(|(_, mark)| **mark != 0);
                places.extend(marked.map(|(place, _)| place as u32));
            }
        }
    }
    // Those that turn out to be of two surfaces move to the front.
    let mut kept = 0;
    for from in (0..places.len()).step_by(SOME) {
        let here = from..places.len().min(from + SOME);
        let mut some = [0; SOME];
        some[..here.len()].copy_from_slice(&places[here.clone()]);
        some[here.len()..].fill(places[from]);
        let mixture = |place: u32| by_mixture(&field.inverse, width, place as usize, field.edges.domain);
        let mixtures = some.map(|place| if field.edges.antialiased { mixture(place) } else { None });
        let mut found = mixtures;
        if mixtures.iter().any(Option::is_none) {
            let shapes = best_work(Shapes { u: &field.inverse, width, places: &some, vote: &vote, mean: &mean });
            found = std::array::from_fn(|i| mixtures[i].or(shapes[i]));
        }
        for (place, split) in some.into_iter().zip(found).take(here.len()) {
            index[place as usize] = split.map_or(0, |split| {
                splits.push(split);
                places[kept] = place;
                kept += 1;
                splits.len() as u32
            });
        }
    }
    places.truncate(kept);
    field.index = index;
    (field.splits, field.places) = (splits, places);
}

/// The pixels' own depth is one surface's: neighbours vote which share the nearer one has. Eight pixels at once.
struct Shapes<'a> {
    u: &'a [f32],
    width: usize,
    places: &'a [u32; SOME],
    vote: &'a [f32; 25],
    mean: &'a [f32; 25],
}

impl Work for Shapes<'_> {
    type Output = [Option<Split>; SOME];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let Self { u, width, places, vote, mean } = self;
        let mut around = [[0.0; SOME]; 25];
        for (lane, place) in places.iter().enumerate() {
            let first = *place as usize - 2 * width - 2;
            for (dy, five) in around.chunks_exact_mut(5).enumerate() {
                let row = &u[first + dy * width..][..5];
                five.iter_mut().zip(row).for_each(|(at, v)| at[lane] = *v);
            }
        }
        let (mut low, mut high) = ([f32::INFINITY; SOME], [0.0_f32; SOME]);
        for v in [6, 7, 8, 11, 12, 13, 16, 17, 18].map(|i| &around[i]) {
            for k in 0..SOME {
                (low[k], high[k]) = (lower(v[k], low[k]), upper(v[k], high[k]));
            }
        }
        let mut middle = [0.0; SOME];
        for k in 0..SOME {
            middle[k] = 0.5 * (low[k] + high[k]);
        }
        // Votes, and the sums for both means: of all, and of what is nearer.
        let (mut all, mut near) = ([[0.0; SOME]; 4], [[0.0; SOME]; 4]);
        for (i, v) in around.iter().enumerate() {
            for k in 0..SOME {
                let here = if v[k].is_nan() { 0.0 } else { 1.0 };
                let nearer = if v[k] > middle[k] { 1.0 } else { 0.0 };
                let v = if v[k].is_nan() { 0.0 } else { v[k] };
                let terms = [vote[i], mean[i] * v, mean[i], 1.0];
                for (j, term) in terms.into_iter().enumerate() {
                    all[j][k] += here * term;
                    near[j][k] += nearer * term;
                }
            }
        }
        std::array::from_fn(|k| {
            let (all, near, own) = (all.map(|v| v[k]), near.map(|v| v[k]), around[12][k]);
            let far_count = all[3] - near[3];
            // One pixel alone without a distance is a hole in the depth, not a surface to look through to.
            let (lone_far, lone_near) = (far_count == 1.0 && low[k] == 0.0, near[3] == 1.0 && high[k] >= 1.0 / NEAREST);
            if high[k] <= low[k] || lone_far || lone_near {
                return None;
            }
            let mut inverse = [near[1] / near[2], (all[1] - near[1]) / (all[2] - near[2])];
            inverse[usize::from(own <= middle[k])] = own;
            Some(Split {
                coverage: near[0] / all[0],
                deviation: SHAPE_DEVIATION,
                maybe_pure: true,
                inverse,
                middle: middle[k],
            })
        })
    }
}

/// The pixel's depth is a mixture: from it the way up and the way down lead to the two surfaces within two pixels. `None` where the
/// farther one is infinitely far: what was mixed with it is not known.
fn by_mixture(u: &[f32], width: usize, place: usize, domain: Domain) -> Option<Split> {
    let steepest = |better: fn(f32, f32) -> bool| {
        let mut at = place;
        for _ in 0..2 {
            let mut best = at;
            for dy in 0..3 {
                for q in (at + dy * width - width - 1..).take(3) {
                    if better(u[q], u[best]) {
                        best = q;
                    }
                }
            }
            at = best;
        }
        u[at]
    };
    let (near, far) = (steepest(|a, b| a > b), steepest(|a, b| a < b));
    if far <= 0.0 || near <= far {
        return None;
    }
    let number = |u: f32| match domain {
        Domain::Distance => 1.0 / u,
        Domain::Inverse => u,
        Domain::Log => u.ln(),
    };
    let (n, f) = (number(near), number(far));
    let coverage = ((number(u[place]) - f) / (n - f)).clamp(0.0, 1.0);
    Some(Split {
        coverage,
        deviation: DEPTH_DEVIATION,
        maybe_pure: false,
        inverse: [near, far],
        middle: 0.5 * (near + far),
    })
}
