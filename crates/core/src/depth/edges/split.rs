//! Which two surfaces meet in a pixel, and how much of it the nearer one covers, by depth alone.

use super::{COLOUR_REACH, Domain, Field, Split};

/// Width of the bell by which neighbours vote for a point-sampled pixel's coverage, in pixels: a filter of a renderer's size.
const VOTE: f32 = 0.7;
/// Width of the bell over which a surface's 1/z is averaged.
const MEAN: f32 = 1.0;
/// Uncertainty of the coverage that the shape gives (measured against renders of three times the size: 0.12 to 0.15)…
const SHAPE_DEVIATION: f32 = 0.13;
/// …and of one that a mixed depth gives.
const DEPTH_DEVIATION: f32 = 0.03;

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
    if field.index.is_empty() {
        return;
    }
    let [vote, mean] = bells();
    let wide = field.inner.grow(COLOUR_REACH);
    let width = field.rect.width();
    let (mut splits, mut places) = (Vec::new(), Vec::new());
    let mut index = std::mem::take(&mut field.index);
    for y in wide.y1..wide.y2 {
        let start = field.place(wide.x1, y);
        for place in start..start + wide.width() {
            if index[place] == 0 {
                continue;
            }
            let shape = by_shape(&field.inverse, width, place, &vote, &mean);
            let split = if field.edges.antialiased {
                by_mixture(&field.inverse, width, place, field.edges.domain).or(shape)
            } else {
                shape
            };
            index[place] = split.map_or(0, |split| {
                splits.push(split);
                places.push(place as u32);
                splits.len() as u32
            });
        }
    }
    // Marks beyond are only rims of marks.
    for (y, row) in (field.rect.y1..).zip(index.chunks_exact_mut(width)) {
        if y < wide.y1 || y >= wide.y2 {
            row.fill(0);
        } else {
            let rim = (super::REACH - COLOUR_REACH) as usize;
            row[..rim].fill(0);
            row[width - rim..].fill(0);
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
    // Votes, and the sums for both means: nearer, farther.
    let (mut votes, mut total) = (0.0, 0.0);
    let mut far_count = 0;
    let (mut sums, mut weights) = ([0.0_f32; 2], [0.0_f32; 2]);
    for dy in 0..5 {
        for (dx, &v) in u[place + dy * width - 2 * width - 2..][..5].iter().enumerate() {
            let i = dy * 5 + dx;
            if v.is_nan() {
                continue;
            }
            let far = usize::from(v <= middle);
            far_count += far;
            votes += if far == 0 { vote[i] } else { 0.0 };
            total += vote[i];
            sums[far] += mean[i] * v;
            weights[far] += mean[i];
        }
    }
    // One pixel alone without a distance is a hole in the depth, not a surface to look through to.
    if far_count == 1 && low == 0.0 {
        return None;
    }
    let mut inverse = [sums[0] / weights[0], sums[1] / weights[1]];
    inverse[usize::from(u[place] <= middle)] = u[place];
    Some(Split { coverage: votes / total, deviation: SHAPE_DEVIATION, maybe_pure: true, inverse, middle })
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
