//! One pixel of a silhouette, taken apart by those around it.

use super::{Parts, REACH, SIDE, Sides, eight};
use crate::effects::zdefocus::field::Field;
use crate::effects::zdefocus::hidden::STEP;
use crate::simd::{LANES, Lanes};

/// A part of less than this is none…
const LEAST: f32 = 0.06;
/// …unless a near one gives so much of the pixel's light.
const SHOWS: f32 = 0.3;
/// In a pixel's votes, which are a tent's, it counts itself so many times more than the tent does.
const OWN: f32 = 5.0;
/// How much the purest colours of all around count beside a side's nearest ones.
const BROADLY: f32 = 0.03;
/// How much the colour of the pixel itself says about the side that its depth is of.
const ITSELF: f32 = 0.1;
/// How far away colours say something, as the deviation of a bell, in pixels: beside a plain edge, and how much more among hairs.
const NEARBY: [f32; 2] = [0.7, 1.0];
/// How far the share by the depths may be off: beside a plain edge, and how much more among hairs.
const DOUBT: [f32; 2] = [0.15, 0.25];
/// A colour's unknown errors, of the sum of both; and how unlike another a colour is at least, of that.
const HELD: f32 = 0.02;
const UNLIKE: f32 = 0.05;
/// How much of a channel's variance is taken to be the mean of all three: few pixels tell it.
const EVEN: f32 = 0.2;

/// What one side looks like.
struct Side {
    colour: [f32; 4],
    /// How far its colours vary, squared: red, green, blue.
    off: [f32; 3],
}

/// Pixels around one, in columns from [`REACH`] to its left on.
#[derive(Default)]
pub(super) struct Window {
    /// A row and a column more to each side.
    coc: [[f32; 2 * LANES]; SIDE + 2],
    colour: [[[f32; LANES]; 4]; SIDE],
}

/// What the depths around say of each pixel in a window.
struct Votes<L> {
    /// How much of it the near surface covers.
    share: [L; SIDE],
    /// Has it the near, the far surface's depth?
    near: [L; SIDE],
    far: [L; SIDE],
    /// One bit for each with a depth at least as near as the near one, eight a row.
    board: u64,
}

impl Window {
    /// Reads what is around a pixel.
    #[inline(always)]
    pub(super) fn fill(&mut self, picture: &Field, x: usize, y: usize) {
        let (w, h) = (picture.rect.width(), picture.rect.height());
        let row = |r: usize| (y + r).saturating_sub(REACH + 1).min(h - 1) * w;
        let inside = x > REACH && x + 2 * LANES - REACH - 1 <= w;
        for (r, coc) in self.coc.iter_mut().enumerate() {
            let from = &picture.coc[row(r)..][..w];
            if inside {
                coc.copy_from_slice(&from[x - REACH - 1..][..2 * LANES]);
            } else {
                clamped(coc, from, x, REACH + 1);
            }
        }
        for (r, colour) in self.colour.iter_mut().enumerate() {
            for (to, from) in colour.iter_mut().zip(&picture.colour) {
                let from = &from[row(r + 1)..][..w];
                if inside {
                    *to = *eight(from, x - REACH);
                } else {
                    clamped(to, from, x, REACH);
                }
            }
        }
    }

    /// What the depths say.
    #[inline(always)]
    fn votes<L: Lanes>(&self, sides: &Sides) -> Votes<L> {
        let size = sides.far - sides.near;
        let (least, middle) = (L::all(sides.near - 0.5 * size - STEP), L::all(0.5 * (sides.near + sides.far)));
        let most = L::all(sides.far + 0.5 * size + STEP);
        let (zero, one) = (L::all(0.0), L::all(1.0));
        // A tent, in which the pixel itself counts [`OWN`] times.
        let mut tents = [zero; SIDE + 2];
        for (r, tent) in tents.iter_mut().enumerate() {
            let mut near = [zero; 3];
            for (dx, near) in near.iter_mut().enumerate() {
                *near = one.and(L::load(eight(&self.coc[r], dx)).less(middle));
            }
            *tent = near[0].plus(near[2]).plus(near[1].plus(near[1]));
        }
        let mut votes = Votes { share: [zero; SIDE], near: [zero; SIDE], far: [zero; SIDE], board: 0 };
        let columns = L::first(SIDE);
        for r in 0..SIDE {
            let coc = L::load(eight(&self.coc[r + 1], 1));
            let near = coc.less(middle);
            let sum = tents[r].plus(tents[r + 2]).plus(tents[r + 1].plus(tents[r + 1]));
            let sum = sum.plus(L::all(4.0 * (OWN - 1.0)).and(near));
            votes.share[r] = sum.times(L::all(1.0 / (12.0 + 4.0 * OWN)));
            votes.near[r] = near.and(least.less(coc)).and(columns);
            votes.far[r] = L::choose(near, zero, coc.less(most)).and(columns);
            votes.board |= u64::from(near.and(columns).bits()) << (8 * r);
        }
        votes
    }

    /// The purest colours of each side; the pixel's own where there is none.
    #[inline(always)]
    fn broadly<L: Lanes>(&self, votes: &Votes<L>) -> [[f32; 4]; 2] {
        let (zero, one) = (L::all(0.0), L::all(1.0));
        let (mut sums, mut weights) = ([[zero; 4]; 2], [zero; 2]);
        for r in 0..SIDE {
            let near = votes.share[r];
            let (near, far) = (near.times(near), one.minus(near).times(one.minus(near)));
            let of = [near.times(near).and(votes.near[r]), far.times(far).and(votes.far[r])];
            for (c, colour) in self.colour[r].iter().enumerate() {
                let v = L::load(colour);
                sums[0][c] = sums[0][c].plus(v.times(of[0]));
                sums[1][c] = sums[1][c].plus(v.times(of[1]));
            }
            weights = [weights[0].plus(of[0]), weights[1].plus(of[1])];
        }
        let weights = L::sums([weights[0], weights[1], zero, zero]);
        let mut broadly = [[0f32; 4]; 2];
        for side in 0..2 {
            let (sums, own) = (L::sums(sums[side]), self.own());
            broadly[side] = std::array::from_fn(|c| (sums[c] + 1e-9 * own[c]) / (weights[side] + 1e-9));
        }
        broadly
    }

    /// The pixel's own colour.
    fn own(&self) -> [f32; 4] {
        self.colour[REACH].map(|colour| colour[REACH])
    }

    /// One side's colour, of its pixels' by their `weights`; the more they are unlike the other side the more they count, where the depths
    /// do not cohere.
    #[inline(always)]
    fn side<L: Lanes>(
        &self,
        weights: &[L; SIDE],
        unlike: &[f32; 4],
        broadly: &[f32; 4],
        coherent: f32,
    ) -> Option<Side> {
        let least = (0..3).map(|c| (UNLIKE * unlike[c]).powi(2)).sum::<f32>() + 1e-6;
        let apart: [f32; 4] = std::array::from_fn(|c| broadly[c] - unlike[c]);
        let scale = (apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2] + least).sqrt();
        let (steady, by_unlike) = (L::all(coherent), L::all((1.0 - coherent) / scale));
        let least = L::all(least);
        let (mut sums, mut squares, mut of) = ([L::all(0.0); 4], [L::all(0.0); 3], L::all(0.0));
        for (r, weight) in weights.iter().enumerate() {
            let mut d = [L::all(0.0); 4];
            for c in 0..4 {
                d[c] = L::load(&self.colour[r][c]).minus(L::all(broadly[c]));
            }
            let e = [d[0].plus(L::all(apart[0])), d[1].plus(L::all(apart[1])), d[2].plus(L::all(apart[2]))];
            let unlike = square(e).plus(least).root();
            let weight = weight.times(steady.plus(by_unlike.times(unlike)));
            for c in 0..4 {
                sums[c] = sums[c].plus(weight.times(d[c]));
            }
            for c in 0..3 {
                squares[c] = squares[c].plus(weight.times(d[c].times(d[c])));
            }
            of = of.plus(weight);
        }
        let [of, squares @ ..] = L::sums([of, squares[0], squares[1], squares[2]]);
        if of <= 0.0 {
            return None;
        }
        // What is broadly purest counts a little, too.
        let of = of + BROADLY;
        let mean = L::sums(sums).map(|v| v / of);
        let off = std::array::from_fn(|c| (squares[c] / of - mean[c] * mean[c]).max(0.0));
        Some(Side { colour: std::array::from_fn(|c| broadly[c] + mean[c]), off })
    }

    /// The pixel's parts.
    #[inline(always)]
    pub(super) fn apart<L: Lanes>(&self, sides: &Sides, steps: f32) -> Option<Parts> {
        let votes = self.votes::<L>(sides);
        let mean = votes.board.count_ones() as f32 / (SIDE * SIDE) as f32;
        let coherent = coherence(votes.board, mean);
        let broadly = self.broadly(&votes);
        // How far away a colour counts.
        let reach = NEARBY[0] + (1.0 - coherent) * NEARBY[1];
        let k = crate::maths::exp2(-std::f32::consts::LOG2_E / (2.0 * reach * reach));
        let (second, third) = (k * k * (k * k), k * k * (k * k) * (k * k) * (k * k) * k);
        let mut bell = [0f32; LANES];
        for (i, v) in bell[..SIDE].iter_mut().enumerate() {
            *v = [1.0, k, second, third][i.abs_diff(REACH)];
        }
        let (across, one) = (L::load(&bell), L::all(1.0));
        let (mut near, mut far) = ([one; SIDE], [one; SIDE]);
        let (cube, flat) = (L::all(coherent), L::all(1.0 - coherent));
        for r in 0..SIDE {
            let mut weight = across.times(L::all(bell[r]));
            if r == REACH {
                let mut own = bell;
                own[REACH] = ITSELF;
                weight = L::load(&own);
            }
            let (a, b) = (votes.share[r], one.minus(votes.share[r]));
            near[r] = weight.times(flat.plus(cube.times(a.times(a).times(a)))).and(votes.near[r]);
            far[r] = weight.times(flat.plus(cube.times(b.times(b).times(b)))).and(votes.far[r]);
        }
        let far = self.side(&far, &broadly[0], &broadly[1], coherent)?;
        let near = self.side(&near, &far.colour, &broadly[0], coherent)?;
        let mut own_vote = [0f32; LANES];
        votes.share[REACH].store(&mut own_vote);
        let prior = coherent * own_vote[REACH] + (1.0 - coherent) * mean;
        likeliest(self.own(), near, far, prior, coherent, sides.near_pixel, steps)
    }
}

#[inline(always)]
fn square<L: Lanes>(v: [L; 3]) -> L {
    v[0].times(v[0]).plus(v[1].times(v[1])).plus(v[2].times(v[2]))
}

/// Copies from `before` pixels before `x` on; beyond the row its ends go on.
fn clamped(to: &mut [f32], row: &[f32], x: usize, before: usize) {
    to.iter_mut().zip(x..).for_each(|(to, x)| *to = row[x.saturating_sub(before).min(row.len() - 1)]);
}

/// Directions in which an edge may run; with those against them, all.
const WAYS: [(i32, i32); 8] = [(1, 0), (0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (-2, 1), (-1, 2)];

/// Those bits of a board that have another bit that way.
const fn with_next(way: (i32, i32)) -> u64 {
    let (mut bits, mut i) = (0, 0);
    while i < SIDE * SIDE {
        let (x, y) = ((i % SIDE) as i32, (i / SIDE) as i32);
        let (to_x, to_y) = (x + way.0, y + way.1);
        if to_x >= 0 && to_x < SIDE as i32 && to_y < SIDE as i32 {
            bits |= 1 << (8 * y + x);
        }
        i += 1;
    }
    bits
}

/// [`with_next`] of each direction.
const PAIRS: [u64; 8] = {
    let (mut pairs, mut i) = ([0; 8], 0);
    while i < 8 {
        pairs[i] = with_next(WAYS[i]);
        i += 1;
    }
    pairs
};

/// How far what one ray hits speaks for its neighbours: 1 beside a plain edge, 0 among single hairs. Along an edge neighbours are alike.
fn coherence(board: u64, mean: f32) -> f32 {
    let mut least = 1f32;
    for (way, pairs) in WAYS.into_iter().zip(PAIRS) {
        let differ = (board ^ (board >> (8 * way.1 + way.0))) & pairs;
        least = least.min(differ.count_ones() as f32 / pairs.count_ones() as f32);
    }
    (1.0 - least / (2.0 * mean * (1.0 - mean)).max(1e-3)).clamp(0.0, 1.0)
}

/// The likeliest parts: the share that the depths (`prior`) and the colours ask for, each by how little it is in doubt.
fn likeliest(
    own: [f32; 4],
    near: Side,
    far: Side,
    prior: f32,
    coherent: f32,
    near_pixel: bool,
    steps: f32,
) -> Option<Parts> {
    let (mut f, mut b) = (near.colour, far.colour);
    let held = (0..3).map(|c| (HELD * (f[c] + b[c])).powi(2)).sum::<f32>() + 1e-8;
    let doubt = (DOUBT[0] + (1.0 - coherent) * DOUBT[1]).powi(2);
    // What a channel says counts by how little it varies.
    let even = |off: &[f32; 3]| off.iter().sum::<f32>();
    let vary = |off: &[f32; 3], c: usize| EVEN * even(off) + (1.0 - EVEN) * 3.0 * off[c] + held;
    let (mut along, mut length) = (0f32, 0f32);
    for c in 0..3 {
        let v = prior * prior * vary(&near.off, c) + (1.0 - prior).powi(2) * vary(&far.off, c);
        let d = f[c] - b[c];
        along += (own[c] - b[c]) * d / v;
        length += d * d / v;
    }
    let share = ((prior + doubt * along) / (1.0 + doubt * length)).clamp(0.0, 1.0);
    let share = (share * steps).round() / steps;
    // The rim of something many times as bright as what it lies on shows in the smallest part.
    let bright = |c: &[f32; 4]| c[0] + c[1] + c[2];
    let shows = share * bright(&f) > SHOWS * bright(&own);
    if near_pixel && share > 1.0 - LEAST || !near_pixel && share < LEAST && !shows {
        return None;
    }
    let share = if near_pixel { share.max(1.0 / steps) } else { share.min(1.0 - 1.0 / steps) };
    // The pixel is exactly the two: what is over goes to either by how much it varies.
    let (near, far) = (share * (even(&near.off) + held), (1.0 - share) * (even(&far.off) + held));
    let to_near = near / (share * near + (1.0 - share) * far);
    for c in 0..4 {
        let low = own[c].min(0.0);
        let over = own[c] - share * f[c] - (1.0 - share) * b[c];
        f[c] = (f[c] + over * to_near).max(low);
        b[c] = (own[c] - share * f[c]) / (1.0 - share);
        if b[c] < low {
            b[c] = low;
            f[c] = (own[c] - (1.0 - share) * low) / share;
        }
    }
    let numbers = f.iter().chain(&b).map(|v| v * 0.0).sum::<f32>() == 0.0;
    (numbers && share > 0.0 && share < 1.0).then_some(Parts { share, near: f, far: b })
}
