//! Which two surfaces meet in a pixel, and how much of it the nearer one covers, by depth alone.

use super::{COLOUR_REACH, Domain, Field, Split};
use crate::depth::NEAREST;

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
        for (block, marks) in row.chunks_mut(BLOCK).enumerate() {
            if marks.iter().fold(0, |any, mark| any | *mark) == 0 {
                continue;
            }
            let places_here = start + block * BLOCK..;
            for (place, mark) in places_here.zip(marks).filter(|(_, mark)| **mark != 0) {
                let shape = by_shape(&field.inverse, width, place, &vote, &mean);
                let split = if field.edges.antialiased {
                    by_mixture(&field.inverse, width, place, field.edges.domain).or(shape)
                } else {
                    shape
                };
                *mark = split.map_or(0, |split| {
                    splits.push(split);
                    places.push(place as u32);
                    splits.len() as u32
                });
            }
        }
    }
    field.index = index;
    (field.splits, field.places) = (splits, places);
}

/// The pixel's own depth is one surface's: neighbours vote which share the nearer one has.
fn by_shape(u: &[f32], width: usize, place: usize, vote: &[f32; 25], mean: &[f32; 25]) -> Option<Split> {
    let (mut low, mut high) = (f32::INFINITY, 0.0_f32);
    for dy in 0..3 {
        for v in &u[place + dy * width - width - 1..][..3] {
            (low, high) = (low.min(*v), high.max(*v));
        }
    }
    let middle = 0.5 * (low + high);
    if high <= low {
        return None;
    }
    // Votes, and the sums for both means: nearer, farther. No branch: these loops become vector code.
    let mut near = [0.0_f32; 4];
    let mut all = [0.0_f32; 4];
    for (dy, row) in u[place - 2 * width - 2..].chunks(width).take(5).enumerate() {
        for (dx, &v) in row[..5].iter().enumerate() {
            let i = dy * 5 + dx;
            let here = if v.is_nan() { 0.0 } else { 1.0 };
            let nearer = if v > middle { 1.0 } else { 0.0 };
            let v = if v.is_nan() { 0.0 } else { v };
            for (sum, term) in all.iter_mut().zip([vote[i], mean[i] * v, mean[i], 1.0]) {
                *sum += here * term;
            }
            for (sum, term) in near.iter_mut().zip([vote[i], mean[i] * v, mean[i], 1.0]) {
                *sum += nearer * term;
            }
        }
    }
    let far_count = all[3] - near[3];
    // One pixel alone without a distance is a hole in the depth, not a surface to look through to.
    let (lone_far, lone_near) = (far_count == 1.0 && low == 0.0, near[3] == 1.0 && high >= 1.0 / NEAREST);
    if lone_far || lone_near {
        return None;
    }
    let mut inverse = [near[1] / near[2], (all[1] - near[1]) / (all[2] - near[2])];
    inverse[usize::from(u[place] <= middle)] = u[place];
    Some(Split { coverage: near[0] / all[0], deviation: SHAPE_DEVIATION, maybe_pure: true, inverse, middle })
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
