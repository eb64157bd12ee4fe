//! The colours of the two surfaces in a pixel, and its coverage once more, from the colours around. Sixteen pixels at once.

use super::{COLOUR_REACH, Colours, Field, Five, Splits};
use crate::maths::{exp2, log2};
use crate::simd::{Places, SIXTEEN, Sixteen, SixteenWork, best_sixteen_work};
use std::f32::consts::{LN_2, LOG2_E};
use std::ops::Range;

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

/// Pixels of two surfaces: coverage · nearer + (1 − coverage) · farther is the pixel. Lists of one length, which may be longer than there
/// are pixels.
#[derive(Default)]
pub(crate) struct Mixed {
    /// Is the pixel's colour a number? If not the rest means nothing.
    pub(crate) is_number: Vec<bool>,
    /// Share of the pixel that the nearer one covers, 0 to 1.
    pub(crate) coverage: Vec<f32>,
    /// Distance of the nearer and the farther one, in metres; the farther may be +∞.
    pub(crate) z: [Vec<f32>; 2],
    /// Their colours, premultiplied: red, green, blue, alpha.
    pub(crate) colour: [[Vec<f32>; 4]; 2],
}

impl Mixed {
    /// Keeps some pixels, by ascending numbers, and closes the gaps.
    pub(crate) fn keep(&mut self, numbers: &[usize]) {
        fn closed<T: Copy>(list: &mut [T], numbers: &[usize]) {
            numbers.iter().enumerate().for_each(|(to, from)| list[to] = list[*from]);
        }
        closed(&mut self.is_number, numbers);
        self.lists().for_each(|list| closed(list, numbers));
    }

    fn lists(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        let [near, far] = &mut self.colour;
        near.iter_mut().chain(far).chain(&mut self.z).chain([&mut self.coverage])
    }

    fn resize(&mut self, n: usize) {
        self.is_number.resize(n, false);
        self.lists().for_each(|list| list.resize(n, 0.0));
    }
}

impl Field {
    /// The two surfaces of some mixed pixels, by their numbers, from all of one row on. Linear: twice as bright a picture gives twice the
    /// colours.
    pub(crate) fn mixed(&self, numbers: Range<usize>, colours: &impl Colours, to: &mut Mixed) {
        to.resize(numbers.len().next_multiple_of(SIXTEEN));
        if numbers.is_empty() {
            return;
        }
        let (mut room, mut seen) = ([[[[0; 16]; 5]; 5]; SIXTEEN], [[[0.0; SIXTEEN]; 6]; 25]);
        let width = self.rect.width();
        for (at, from) in numbers.clone().step_by(SIXTEEN).enumerate() {
            let n = SIXTEEN.min(numbers.end - from);
            // What is missing at the end is like the first.
            let places: [u32; SIXTEEN] = std::array::from_fn(|i| self.places[if i < n { from + i } else { from }]);
            let none = &[[0; 16]; 5];
            let mut rows = [[none; SIXTEEN]; 5];
            for (i, room) in room.iter_mut().enumerate() {
                let place = places[i] as usize;
                let x = self.rect.x1 + (place % width) as i32 - COLOUR_REACH;
                let y = self.rect.y1 + (place / width) as i32 - COLOUR_REACH;
                for ((row, room), y) in rows.iter_mut().zip(room).zip(y..) {
                    row[i] = colours.five(x, y, room);
                }
            }
            let places = Places::new(places.map(|place| place - (COLOUR_REACH as usize * (width + 1)) as u32));
            let (seen, opaque) = (&mut seen, colours.is_opaque());
            let batch = Batch { field: self, from, places, rows: &rows, seen, opaque, at: at * SIXTEEN, to };
            best_sixteen_work(batch);
        }
    }
}

/// Sixteen pixels.
struct Batch<'a> {
    field: &'a Field,
    /// The number of the first one; the others follow.
    from: usize,
    /// Places of the corners of the 5 × 5 pixels around them.
    places: Places,
    /// Their rows of colours.
    rows: &'a [[&'a Five; SIXTEEN]; 5],
    /// Room for what is known of those.
    seen: &'a mut Seen,
    opaque: bool,
    /// Where in the lists they go.
    at: usize,
    to: &'a mut Mixed,
}

impl SixteenWork for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { field, from, places, rows, seen, opaque, at, to } = self;
        let split = Split::<S>::new(&field.splits, from);
        let (own, own_u) = look(field, &split, &places, rows, seen, opaque);
        let fit = Fit::new(seen, &own);
        let coverage = fit.coverage(&split, split.middle.less(own_u), &own);
        let colour = fit.corrected(coverage, &own);
        put(coverage, &mut to.coverage, at);
        for (side, colour) in colour.into_iter().enumerate() {
            put(S::of(1.0) / split.inverse[side], &mut to.z[side], at);
            for (v, list) in colour.into_iter().zip(&mut to.colour[side]) {
                put(v, list, at);
            }
        }
        let bits = S::bits(is_number(&own));
        to.is_number[at..at + SIXTEEN].iter_mut().enumerate().for_each(|(i, to)| *to = bits >> i & 1 != 0);
    }
}

#[inline(always)]
fn put<S: Sixteen>(v: S, list: &mut [f32], at: usize) {
    if let Some(to) = list[at..].first_chunk_mut() {
        v.store(to);
    }
}

/// [`Splits`] of some pixels.
struct Split<S> {
    coverage: S,
    deviation: S,
    pure: S,
    inverse: [S; 2],
    middle: S,
}

impl<S: Sixteen> Split<S> {
    #[inline(always)]
    fn new(all: &Splits, from: usize) -> Self {
        Self {
            coverage: S::some(&all.coverage[from..]),
            deviation: S::some(&all.deviation[from..]),
            pure: S::some(&all.pure[from..]),
            inverse: [S::some(&all.inverse[0][from..]), S::some(&all.inverse[1][from..])],
            middle: S::some(&all.middle[from..]),
        }
    }
}

type Colour<S> = [S; 4];

/// Can it be computed with?
#[inline(always)]
fn is_number<S: Sixteen>(c: &Colour<S>) -> S::Yes {
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
type Seen = [[[f32; SIXTEEN]; 6]; 25];

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
fn look<S: Sixteen>(
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
    let (mut own, mut own_u) = ([n(0.0); 4], n(0.0));
    for (dy, (five, row)) in seen.chunks_exact_mut(5).zip(rows).enumerate() {
        let z = S::eights(&field.z, places, dy * width);
        let coverages = S::eights(&field.dense[0], places, dy * width);
        let (nears, fars) =
            (S::eights(&field.dense[1], places, dy * width), S::eights(&field.dense[2], places, dy * width));
        for (dx, (to, mut colour)) in five.iter_mut().zip(S::colours(row)).enumerate() {
            let u = n(1.0) / z[dx];
            if opaque {
                colour[3] = n(1.0);
            }
            if (dx, dy) == (2, 2) {
                (own, own_u) = (colour, u);
                continue;
            }
            let near = split.middle.less(u);
            let is_mixed = coverages[dx].same(coverages[dx]);
            let alike = (nears[dx] - near_u).size().less(apart) & (fars[dx] - far_u).size().less(apart);
            let close = (u - S::choose(near, near_u, far_u)).size().less(apart);
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
struct Fit<S> {
    near: Colour<S>,
    far: Colour<S>,
    near_variance: S,
    far_variance: S,
}

impl<S: Sixteen> Fit<S> {
    /// Least squares: a neighbour of coverage k is k · near + (1 − k) · far.
    #[inline(always)]
    fn new(seen: &Seen, own: &Colour<S>) -> Self {
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
            for i in 0..4 {
                near_sum[i] = near_sum[i] + to_near * other.colour[i];
                far_sum[i] = far_sum[i] + to_far * other.colour[i];
            }
        }
        let scale = n(1.0) / (nn * ff - nf * nf);
        let (of_near, of_far, of_both) = (ff * scale, nn * scale, nf * scale);
        // No surface is darker than black where no colour is.
        let (mut near, mut far) = (*own, *own);
        for i in 0..4 {
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
    fn coverage(&self, split: &Split<S>, own_is_near: S::Yes, own: &Colour<S>) -> S {
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
    fn corrected(&self, k: S, own: &Colour<S>) -> [Colour<S>; 2] {
        let n = S::of;
        let l = n(1.0) - k;
        let total = k * k * self.near_variance + l * l * self.far_variance + n(1e-20);
        let (to_near, to_far) = (k * self.near_variance / total, l * self.far_variance / total);
        let mut out = [self.near, self.far];
        for i in 0..4 {
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
        // No surface covers more than all, so where both together cover all each does.
        let covered = own[3].same(n(1.0));
        for side in &mut out {
            side[3] = S::choose(covered, n(1.0), side[3]);
        }
        out
    }
}
