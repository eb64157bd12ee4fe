//! The colours of the two surfaces in a pixel, and its coverage once more, from the colours around. Sixteen pixels at once.

use super::{Field, Five, Splits};
use crate::maths::{exp2, log2};
use crate::simd::{Places, SIXTEEN, Sixteen};
use std::f32::consts::{LN_2, LOG2_E};

/// e^(−d²/2·0.9²) at distances 0, 1, 2: how much a neighbour's colour counts.
const NEARNESS: [f32; 3] = [1.0, 0.539_4, 0.084_66];
/// A mixed neighbour counts this much of a pure one: its coverage is a guess.
const MIXED_WEIGHT: f32 = 0.1;
/// Neighbours count whose 1/z differs from the surface's by less than this share of the jump; of mixed ones both surfaces.
const SAME: f32 = 0.25;
/// How strongly both colours are drawn to the pixel's own where nothing else tells.
const PULL: f32 = 0.05;
/// Variance of a surface's colour over that of the neighbours around their mean: the colour goes on, but nobody knows how.
const TEXTURE: f32 = 2.0;
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

/// Neighbours of sixteen pixels each: weights, coverages, colours. In memory, as there are more than registers.
pub(super) type Seen = [[[f32; SIXTEEN]; 6]; 25];

impl<S: Sixteen> Neighbour<S> {
    #[inline(always)]
    fn load([weight, coverage, r, g, b, a]: &[[f32; SIXTEEN]; 6]) -> Self {
        let colour = [S::load(r), S::load(g), S::load(b), S::load(a)];
        Self { weight: S::load(weight), coverage: S::load(coverage), colour }
    }

    #[inline(always)]
    fn store(&self, [weight, coverage, r, g, b, a]: &mut [[f32; SIXTEEN]; 6]) {
        self.weight.store(weight);
        self.coverage.store(coverage);
        self.colour[0].store(r);
        self.colour[1].store(g);
        self.colour[2].store(b);
        self.colour[3].store(a);
    }
}

/// The 25 pixels around each, of which the pixel itself tells nothing of the others' colours; its own colour and 1/z.
#[inline(always)]
pub(super) fn look<S: Sixteen>(
    field: &Field,
    split: &Split<S>,
    places: &Places,
    rows: &[[&Five; SIXTEEN]; 5],
    seen: &mut Seen,
    opaque: bool,
) -> (Colour<S>, S) {
    let n = S::of;
    let width = field.rect.width();
    let [near_u, far_u] = split.inverse;
    let apart = n(SAME) * (near_u - far_u);
    // The distances between which a neighbour is one of the surfaces', so that 1/z need not be known of each.
    let first = [n(1.0) / (near_u + apart), n(1.0) / (far_u + apart)];
    let farthest = n(1.0) / (far_u - apart).upper(n(0.0));
    let (near_end, middle) = (n(1.0) / (near_u - apart), n(1.0) / split.middle);
    let (mut own, mut own_u) = ([n(0.0); 4], n(0.0));
    for (dy, (five, row)) in seen.chunks_exact_mut(5).zip(rows).enumerate() {
        let z = S::eights(&field.z, places, dy * width);
        let coverages = S::eights(&field.dense[0], places, dy * width);
        let (nears, fars) =
            (S::eights(&field.dense[1], places, dy * width), S::eights(&field.dense[2], places, dy * width));
        for (dx, (to, mut colour)) in five.iter_mut().zip(S::colours(row)).enumerate() {
            let z = z[dx];
            if opaque {
                colour[3] = n(1.0);
            }
            if (dx, dy) == (2, 2) {
                (own, own_u) = (colour, n(1.0) / z);
                continue;
            }
            let near = z.less(middle);
            let is_mixed = coverages[dx].same(coverages[dx]);
            let alike = (nears[dx] - near_u).size().less(apart) & (fars[dx] - far_u).size().less(apart);
            let (from, to_here) = (S::choose(near, first[0], first[1]), S::choose(near, near_end, farthest));
            let close = from.less(z) & !to_here.less(z);
            let nearness = NEARNESS[dx.abs_diff(2)] * NEARNESS[dy.abs_diff(2)];
            let counts = S::choose(is_mixed, n(nearness * MIXED_WEIGHT).or_zero(alike), n(nearness).or_zero(close));
            let number = is_number(&colour);
            if S::any(!number) {
                // Nothing times what is no number would be none.
                for v in &mut colour {
                    *v = v.or_zero(number);
                }
            }
            let coverage = S::choose(is_mixed, coverages[dx], n(1.0).or_zero(near));
            Neighbour { weight: counts.or_zero(number), coverage, colour }.store(to);
        }
    }
    (own, own_u)
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
    pub(super) fn new<const N: usize>(seen: &Seen, own: &Colour<S>) -> Self {
        let n = S::of;
        let (mut nn, mut nf, mut ff) = (n(PULL), n(0.0), n(PULL));
        let mut near_sum = *own;
        for v in &mut near_sum {
            *v = n(PULL) * *v;
        }
        let mut far_sum = near_sum;
        for (i, other) in seen.iter().enumerate() {
            if i == 12 {
                continue;
            }
            let other = Neighbour::<S>::load(other);
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
        for (i, other) in seen.iter().enumerate() {
            if i == 12 {
                continue;
            }
            let other = Neighbour::<S>::load(other);
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
