//! The colours of the two surfaces in a pixel, and its coverage once more, from the colours around. Sixteen pixels at once.

use super::{Field, Splits, Three};
use crate::maths::{exp2, log2};
use crate::simd::{Places, SIXTEEN, Sixteen};
use std::f32::consts::{LN_2, LOG2_E};

/// e^(−d²/2·0.9²) at a distance of 1: how much the colour of the next pixel counts; of the next one at a corner by as much less again.
/// (Those farther away would make it no better: measured against renders of three times the size, as all of these numbers are.)
const BESIDE: f32 = 0.539_4;
/// A mixed neighbour counts this much of a pure one: its coverage is a guess.
const MIXED_WEIGHT: f32 = 0.2;
/// Neighbours count whose 1/z differs from the surface's by less than this share of the jump; mixed ones from nearer to farther.
const SAME: f32 = 0.25;
/// How strongly both colours are drawn to the pixel's own where nothing else tells.
const PULL: f32 = 0.09;
/// Variance of a surface's colour over that of the neighbours around their mean: the colour goes on, but nobody knows how.
const TEXTURE: f32 = 4.0;
/// Noise of a render, as a share of its colour.
const NOISE: f32 = 0.02;
/// A side that was hardly seen is unsure by as much as its colour.
const UNSEEN: f32 = 0.05;
/// How many independent numbers a colour is: its three channels mostly change together.
const CHANNELS: f32 = 1.5;
/// Colours up to here (all four numbers together) can be computed with: the square of a larger one is no number any more.
const LARGEST: f32 = 1e15;

/// [`Splits`] of some pixels.
pub(super) struct Split<S> {
    coverage: S,
    deviation: S,
    pure: S,
    pub(super) inverse: [S; 2],
    pub(super) middle: S,
}

impl<S: Sixteen> Split<S> {
    #[inline(always)]
    pub(super) fn new(all: &Splits, from: usize) -> Self {
        Self {
            coverage: S::some(&all.coverage[from..]),
            deviation: S::some(&all.deviation[from..]),
            pure: S::some(&all.pure[from..]),
            inverse: [S::some(&all.inverse[0][from..]), S::some(&all.inverse[1][from..])],
            middle: S::some(&all.middle[from..]),
        }
    }
}

pub(super) type Colour<S> = [S; 4];

/// Can it be computed with?
#[inline(always)]
pub(super) fn is_number<S: Sixteen>(c: &Colour<S>) -> S::Yes {
    (c[0].size() + c[1].size() + (c[2].size() + c[3].size())).less(S::of(LARGEST))
}

#[inline(always)]
fn square<S: Sixteen>(c: &[S]) -> S {
    c[0] * c[0] + c[1] * c[1] + c[2] * c[2]
}

#[inline(always)]
fn mean_square<S: Sixteen>(c: &[S]) -> S {
    square(c) * S::of(1.0 / 3.0)
}

/// Red, green and blue of a difference.
#[inline(always)]
fn minus<S: Sixteen>(a: &Colour<S>, b: &Colour<S>) -> [S; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// Red, green and blue of k · near + (1 − k) · far, taken from a colour.
#[inline(always)]
fn beside<S: Sixteen>(c: &Colour<S>, k: S, near: &Colour<S>, l: S, far: &Colour<S>) -> [S; 3] {
    [c[0] - (k * near[0] + l * far[0]), c[1] - (k * near[1] + l * far[1]), c[2] - (k * near[2] + l * far[2])]
}

/// A neighbour: how much it counts, its coverage in this pixel's split, its colour.
#[derive(Clone, Copy)]
struct Neighbour<S> {
    weight: S,
    coverage: S,
    colour: Colour<S>,
}

/// The eight pixels around each, which tell the colours of both surfaces; of the ninth, the pixel itself, the colour and 1/z.
pub(super) struct Seen<S> {
    around: [Neighbour<S>; 8],
    pub(super) own: Colour<S>,
    own_u: S,
}

impl<S: Sixteen> Seen<S> {
    #[inline(always)]
    pub(super) fn new(
        field: &Field,
        split: &Split<S>,
        places: &Places,
        rows: &[[&Three; SIXTEEN]; 3],
        opaque: bool,
    ) -> Self {
        let n = S::of;
        let width = field.rect.width();
        let [near_u, far_u] = split.inverse;
        let apart = n(SAME) * (near_u - far_u);
        // The distances between which a neighbour is one of the surfaces', so that 1/z need not be known of each.
        let [nearest, near_end] = [n(1.0) / (near_u + apart), n(1.0) / (near_u - apart)];
        let [far_start, farthest] = [n(1.0) / (far_u + apart), n(1.0) / (far_u - apart).upper(n(0.0))];
        let none = Neighbour { weight: n(0.0), coverage: n(0.0), colour: [n(0.0); 4] };
        let mut seen = Self { around: [none; 8], own: none.colour, own_u: n(0.0) };
        let mut at = 0;
        for (dy, row) in rows.iter().enumerate() {
            let z = S::quads(&field.z, places, dy * width);
            let coverages = S::quads(&field.coverage, places, dy * width);
            for (dx, mut colour) in S::colours(row).into_iter().enumerate() {
                let (z, coverage) = (z[dx], coverages[dx]);
                if opaque {
                    colour[3] = n(1.0);
                }
                if (dx, dy) == (1, 1) {
                    (seen.own, seen.own_u) = (colour, n(1.0) / z);
                    continue;
                }
                let nearness = if dx == 1 || dy == 1 { BESIDE } else { BESIDE * BESIDE };
                let (after, before) = (nearest.less(z), !farthest.less(z));
                let near = after & !near_end.less(z);
                let is_surface = near | (far_start.less(z) & before);
                let is_mixed = coverage.same(coverage);
                let pure = n(nearness).or_zero(is_surface);
                let weight = S::choose(is_mixed, n(nearness * MIXED_WEIGHT).or_zero(after & before), pure);
                let number = is_number(&colour);
                if S::any(!number) {
                    // Nothing times what is no number would be none.
                    for v in &mut colour {
                        *v = v.or_zero(number);
                    }
                }
                let coverage = S::choose(is_mixed, coverage, n(1.0).or_zero(near));
                seen.around[at] = Neighbour { weight: weight.or_zero(number), coverage, colour };
                at += 1;
            }
        }
        seen
    }

    /// Do the pixels' own distances belong to the nearer surface?
    #[inline(always)]
    pub(super) fn is_near(&self, split: &Split<S>) -> S::Yes {
        split.middle.less(self.own_u)
    }
}

/// Both colours with their variances.
pub(super) struct Fit<S> {
    near: Colour<S>,
    far: Colour<S>,
    near_variance: S,
    far_variance: S,
}

impl<S: Sixteen> Fit<S> {
    /// Least squares: a neighbour of coverage k is k · near + (1 − k) · far.
    #[inline(always)]
    pub(super) fn new<const N: usize>(seen: &Seen<S>) -> Self {
        let (n, own) = (S::of, &seen.own);
        let (mut nn, mut nf, mut ff) = (n(PULL), n(0.0), n(PULL));
        let mut near_sum = *own;
        for v in &mut near_sum {
            *v = n(PULL) * *v;
        }
        let mut far_sum = near_sum;
        for other in &seen.around {
            let (k, l) = (other.coverage, n(1.0) - other.coverage);
            let (to_near, to_far) = (other.weight * k, other.weight * l);
            nn = nn + to_near * k;
            nf = nf + to_near * l;
            ff = ff + to_far * l;
            for i in 0..N {
                near_sum[i] = near_sum[i] + to_near * other.colour[i];
                far_sum[i] = far_sum[i] + to_far * other.colour[i];
            }
        }
        let scale = n(1.0) / (nn * ff - nf * nf);
        let (of_near, of_far, of_both) = (ff * scale, nn * scale, nf * scale);
        // No surface is darker than black where no colour is.
        let (mut near, mut far) = (*own, *own);
        for i in 0..N {
            let least = own[i].lower(n(0.0));
            near[i] = (of_near * near_sum[i] - of_both * far_sum[i]).upper(least);
            far[i] = (of_far * far_sum[i] - of_both * near_sum[i]).upper(least);
        }
        // What the fit leaves over, on nearly pure pixels of either side.
        let (mut near_left, mut far_left, mut near_weight, mut far_weight) = (n(0.0), n(0.0), n(0.0), n(0.0));
        for other in &seen.around {
            let (k, l) = (other.coverage, n(1.0) - other.coverage);
            let left = square(&beside(&other.colour, k, &near, l, &far));
            let (kk, ll) = (k * k, l * l);
            let (p, q) = (other.weight * kk * kk, other.weight * ll * ll);
            near_left = near_left + p * left;
            far_left = far_left + q * left;
            near_weight = near_weight + p;
            far_weight = far_weight + q;
        }
        let near_variance = Self::variance(near_left, near_weight, &near);
        let far_variance = Self::variance(far_left, far_weight, &far);
        Self { near, far, near_variance, far_variance }
    }

    /// Of a colour, from the weighted sum of squares that the fit leaves over.
    #[inline(always)]
    fn variance(left: S, weight: S, c: &Colour<S>) -> S {
        let n = S::of;
        n(TEXTURE / 3.0) * left / (weight + n(1e-3))
            + mean_square(c) * (n(NOISE * NOISE) + n(UNSEEN) / (weight + n(UNSEEN)))
            + n(1e-7)
    }

    /// The coverage from the pixel's colour and from what was known before, each by its certainty.
    #[inline(always)]
    pub(super) fn coverage(&self, split: &Split<S>, own_is_near: S::Yes, own: &Colour<S>) -> S {
        let n = S::of;
        let (g, h) = (split.coverage, n(1.0) - split.coverage);
        let [contrast, from_far] = [minus(&self.near, &self.far), minus(own, &self.far)];
        let noise = self.near_variance * g * g + self.far_variance * h * h;
        let before = n(1.0) / (split.deviation * split.deviation);
        let along = contrast[0] * from_far[0] + contrast[1] * from_far[1] + contrast[2] * from_far[2];
        let across = square(&contrast);
        let mixed = (along / noise + g * before) / (across / noise + before);
        let mixed = mixed.upper(n(0.0)).lower(n(1.0));
        // Or the pixel is all of the surface whose depth it has: which of the two says its colour better?
        let mut surface = self.far;
        for (v, near) in surface.iter_mut().zip(self.near) {
            *v = S::choose(own_is_near, near, *v);
        }
        let pure_variance = S::choose(own_is_near, self.near_variance, self.far_variance);
        let mixed_variance = noise + across / (n(3.0) * before);
        let off_pure = mean_square(&minus(own, &surface)) / pure_variance;
        let off_mixed = mean_square(&beside(own, g, &self.near, h, &self.far)) / mixed_variance;
        let odds = n(-0.5 * CHANNELS) * (off_mixed - off_pure + n(LN_2) * log2(mixed_variance / pure_variance));
        let p = (n(1.0) - split.pure) * exp2(n(LOG2_E) * odds.upper(n(-30.0)).lower(n(30.0)));
        let p = p / (p + split.pure);
        let undecided = p * mixed + (n(1.0) - p) * n(1.0).or_zero(own_is_near);
        S::choose(n(0.0).less(split.pure), undecided, mixed)
    }

    /// Both colours moved, the less certain and the larger one more, so that the mixture is exactly the pixel.
    #[inline(always)]
    pub(super) fn corrected<const N: usize>(&self, k: S, own: &Colour<S>) -> [Colour<S>; 2] {
        let n = S::of;
        let l = n(1.0) - k;
        let total = k * k * self.near_variance + l * l * self.far_variance + n(1e-20);
        let (to_near, to_far) = (k * self.near_variance / total, l * self.far_variance / total);
        let mut out = [self.near, self.far];
        for i in 0..N {
            let rest = own[i] - (k * out[0][i] + l * out[1][i]);
            let (near, far) = (out[0][i] + rest * to_near, out[1][i] + rest * to_far);
            (out[0][i], out[1][i]) = (near, far);
            let least = own[i].lower(n(0.0));
            // What one side cannot give the other does.
            let far_gives = far.less(least) & n(1e-3).less(k);
            let near_gives = near.less(least) & n(1e-3).less(l) & !far_gives;
            if S::any(far_gives | near_gives) {
                out[0][i] = S::choose(far_gives, (own[i] - l * least) / k, S::choose(near_gives, least, near));
                out[1][i] = S::choose(far_gives, least, S::choose(near_gives, (own[i] - k * least) / l, far));
            }
        }
        let covered = own[3].same(n(1.0));
        for side in &mut out {
            side[3] = S::choose(covered, n(1.0), side[3]);
        }
        out
    }
}
