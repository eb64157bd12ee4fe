//! The nearest sample at each pixel of a tile, as one point of the lens sees it.
//!
//! First all samples that land in the tile are compared by their CoCs alone, and the runs of which some are the nearest so far are noted;
//! then the noted ones, where they are still the nearest, add their colours to the average. So a colour is read only where it may be seen,
//! and written nowhere but into the sum.

use super::candidates::{Candidate, Sieve, whole};
use super::layer::BLOCK;
use super::sheet::NONE;
use super::views::JOINED;
use crate::geometry::Rect;
use crate::simd::{LANES as GROUP, Lanes};
use std::ops::Range;

const LANES: usize = BLOCK as usize;

/// The CoC where nothing is seen: nearer than no sample, farther than any.
pub(super) const UNSEEN: f32 = NONE.next_down();
/// What stands in the place of a CoC whose colour has been added.
const ADDED: f32 = f32::MIN;

/// So many values from there, in groups; `None` where the plane ends before the last group.
#[inline(always)]
fn groups(plane: &[f32], from: usize, n: usize) -> Option<&[[f32; GROUP]]> {
    Some(plane.get(from..from + n.next_multiple_of(GROUP))?.as_chunks().0)
}

#[inline(always)]
fn groups_mut(plane: &mut [f32], from: usize, n: usize) -> Option<&mut [[f32; GROUP]]> {
    Some(plane.get_mut(from..from + n.next_multiple_of(GROUP))?.as_chunks_mut().0)
}

/// Where the samples of a block land. The first entry is the sample to the left of the first.
struct Landing {
    x: [i32; LANES + 1],
    y: [i32; LANES + 1],
    /// 1 where a sample also covers the pixel below its own.
    below: [i32; LANES + 1],
}

/// Samples side by side of which some were the nearest when they landed.
#[derive(Clone, Copy)]
struct Run {
    candidate: usize,
    /// Indices of the first among the layer's samples and in the tile.
    from: usize,
    to: usize,
    n: usize,
}

/// Which points see samples that cover only a part of their pixels: as many as is the part, others at every pixel.
///
/// Steps of √2 − 1 of the points, and no common divisor: evenly over the lens. The spiral itself turns by 0.382 from point to point, and such
/// steps would choose a wedge of it.
struct Parts<'a> {
    begins: &'a [[f32; GROUP]],
    seen_by: &'a [[f32; GROUP]],
}

impl<'a> Parts<'a> {
    /// Of so many samples from there; `None` where the planes end before the last group.
    #[inline(always)]
    fn new(b: &Candidate<'a>, from: usize, n: usize) -> Option<Self> {
        Some(Self { begins: groups(&b.layer.begins, from, n)?, seen_by: groups(&b.layer.seen_by, from, n)? })
    }

    /// Does the point that has this turn see those of a group?
    #[inline(always)]
    fn seen<L: Lanes>(&self, g: usize, turn: u32, points: u32) -> L {
        let points = L::all(points as f32);
        let turn = L::load(&self.begins[g]).plus(L::all(turn as f32));
        let rank = L::choose(turn.less(points), turn, turn.minus(points));
        rank.less(L::load(&self.seen_by[g]))
    }
}

/// A step through `n` numbers that meets each of them once.
#[inline(always)]
fn stride(n: u32) -> u32 {
    let common = |mut a: u32, mut b: u32| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let mut step = (n as f32 * 0.4142) as u32 | 1;
    while common(step, n) != 1 {
        step += 2;
    }
    step
}

/// A plane of a tile: a group may begin in its last pixel.
pub(super) fn tile_plane(tile: &Rect, value: f32) -> Vec<f32> {
    vec![value; tile.width() * tile.height() + GROUP]
}

/// The nearest sample at each pixel of a tile, as one lens point sees it.
pub(super) struct View {
    tile: Rect,
    /// Signed CoC, or [`UNSEEN`].
    nearest: Vec<f32>,
    runs: Vec<Run>,
    /// How many lens points there are, and the turn of this one among them.
    points: u32,
    turn: u32,
    step: u32,
}

impl View {
    /// Of a tile, by one of so many lens points after the other.
    pub(super) fn new(tile: Rect, points: u32) -> Self {
        let nearest = tile_plane(&tile, UNSEEN);
        Self { tile, nearest, runs: Vec::new(), points, turn: 0, step: stride(points.max(1)) }
    }

    /// The signed CoC of what is seen, or [`UNSEEN`], rows from bottom to top.
    pub(super) fn nearest(&self) -> &[f32] {
        &self.nearest[..self.tile.width() * self.tile.height()]
    }

    /// What the point of that number sees.
    #[inline(always)]
    pub(super) fn look<L: Lanes>(&mut self, candidates: &[Candidate], sieve: &mut Sieve, number: u32, point: [f32; 2]) {
        self.turn = number * self.step % self.points;
        self.nearest.fill(UNSEEN);
        self.runs.clear();
        let mut at = Landing { x: [0; LANES + 1], y: [0; LANES + 1], below: [0; LANES + 1] };
        let lands = sieve.lands(point);
        for (k, b) in candidates.iter().enumerate().filter(|(k, _)| lands[*k] != 0) {
            self.land::<L>(k, b, point, &mut at);
        }
    }

    /// Finds where the samples of a block land, and compares them there run by run.
    #[inline(always)]
    fn land<L: Lanes>(&mut self, k: usize, b: &Candidate, point: [f32; 2], at: &mut Landing) {
        let range = |of: [f32; 2], p: f32| {
            let (one, other) = (whole(of[0] * p), whole(of[1] * p));
            (one.min(other), one.max(other))
        };
        let ((x1, x2), (y1, y2)) = (range(b.shift, point[0]), range(b.shift, point[1]));
        // They may also cover the pixel to the left.
        let n = b.n.min(LANES) as i32;
        let first = (self.tile.x1 - b.x - x2).clamp(0, n);
        let end = (self.tile.x2 + 1 - b.x - x1).clamp(first, n);
        if first == end {
            return;
        }
        let all = first as usize..end as usize;
        // Does nothing open below?
        let closed = !b.below || {
            let (under1, under2) = range(b.under, point[1]);
            y1 - 1 < under1 || y1 - 1 > under2
        };
        if x1 == x2 && y1 == y2 && closed {
            // All move alike, as most pieces do: nothing opens within, and nothing below.
            let left = (b.left || first > 0).then(|| whole(b.layer.shift[b.start + all.start - 1] * point[0]));
            self.run::<L>((k, b), all, left, [x1, y1], 0);
            return;
        }
        let n = all.len();
        let of = b.start + all.start;
        let coc = &b.layer.sheet.coc[of..of + n];
        let shift = &b.layer.shift[of..of + n];
        for (to, shift) in at.x[1..].iter_mut().zip(shift) {
            *to = whole(shift * point[0]);
        }
        for (to, shift) in at.y[1..].iter_mut().zip(shift) {
            *to = whole(shift * point[1]);
        }
        if b.below {
            let of = of - b.layer.sheet.rect.width();
            let under = b.layer.shift[of..of + n].iter().zip(&b.layer.sheet.coc[of..of + n]);
            for (((to, y), coc), (under, under_coc)) in at.below[1..].iter_mut().zip(&at.y[1..]).zip(coc).zip(under) {
                let opens = y - whole(under * point[1]) == 1;
                *to = i32::from(opens & ((coc - under_coc).abs() < JOINED));
            }
        } else {
            at.below[1..].fill(0);
        }
        let left = (b.left || first > 0).then(|| whole(b.layer.shift[of - 1] * point[0]));
        let mut ends = differing::<L>(at, n);
        let mut begin = 0;
        loop {
            let end = (ends.trailing_zeros() as usize).min(n);
            let left = if begin > 0 { Some(at.x[begin]) } else { left };
            let to = [at.x[begin + 1], at.y[begin + 1]];
            self.run::<L>((k, b), all.start + begin..all.start + end, left, to, at.below[begin + 1]);
            if end >= n {
                break;
            }
            ends &= ends - 1;
            begin = end;
        }
    }

    /// Samples that move alike, and how far the one to their left goes; those `below` cover the pixels under theirs, too, and the first of
    /// them what opens to its left.
    #[inline(always)]
    fn run<L: Lanes>(
        &mut self,
        (k, b): (usize, &Candidate),
        run: Range<usize>,
        left: Option<i32>,
        [x, y]: [i32; 2],
        below: i32,
    ) {
        let i = b.start + run.start;
        let opens =
            left.is_some_and(|left| x - left == 1 && (b.layer.sheet.coc[i] - b.layer.sheet.coc[i - 1]).abs() < JOINED);
        let (px, py) = (b.x + run.start as i32 + x, b.y + y);
        for y in [py, py - 1].into_iter().take(1 + below as usize) {
            self.put::<L>((k, b), run.clone(), px, y);
            if opens {
                self.put::<L>((k, b), run.start..run.start + 1, px - 1, y);
            }
        }
    }

    /// A run of samples lands at (x, y) and to the right: it is noted if one is nearer than what is there.
    #[inline(always)]
    fn put<L: Lanes>(&mut self, (k, b): (usize, &Candidate), run: Range<usize>, x: i32, y: i32) {
        let tile = self.tile;
        if y < tile.y1 || y >= tile.y2 {
            return;
        }
        let skip = (tile.x1 - x).max(0) as usize;
        let len = run.len().min((tile.x2 - x).max(0) as usize);
        if skip >= len {
            return;
        }
        let to = (y - tile.y1) as usize * tile.width() + (x + skip as i32 - tile.x1) as usize;
        let run = Run { candidate: k, from: b.start + run.start + skip, to, n: len - skip };
        let won = if b.partly { self.compare::<L, true>(b, run) } else { self.compare::<L, false>(b, run) };
        if won {
            self.runs.push(run);
        }
    }

    /// Is any of them nearer than what is there? With `PARTLY`, some of them are not seen by all points.
    #[inline(always)]
    fn compare<L: Lanes, const PARTLY: bool>(&mut self, b: &Candidate, run: Run) -> bool {
        let Run { from, to, n, .. } = run;
        let (Some(near), Some(nearest)) = (groups(&b.layer.sheet.coc, from, n), groups_mut(&mut self.nearest, to, n))
        else {
            // Only in the last row of all samples.
            return self.compare_seen(b, run);
        };
        let mut won = L::first(0);
        if PARTLY {
            let Some(parts) = Parts::new(b, from, n) else { return self.compare_seen(b, run) };
            for (g, (near, nearest)) in near.iter().zip(nearest.iter_mut()).enumerate() {
                let (near, there) = (L::load(near), L::load(nearest));
                let seen = parts.seen::<L>(g, self.turn, self.points).and(L::first(n - g * GROUP));
                let nearer = near.less(there).and(seen);
                won = won.or(nearer);
                L::choose(nearer, near, there).store(nearest);
            }
            return won.any();
        }
        let whole = n / GROUP;
        for (near, nearest) in near.iter().zip(nearest.iter_mut()).take(whole) {
            let (near, there) = (L::load(near), L::load(nearest));
            let nearer = near.less(there);
            won = won.or(nearer);
            L::choose(nearer, near, there).store(nearest);
        }
        if let (Some(near), Some(nearest)) = (near.get(whole), nearest.get_mut(whole)) {
            let (near, there) = (L::load(near), L::load(nearest));
            let nearer = near.less(there).and(L::first(n - whole * GROUP));
            won = won.or(nearer);
            L::choose(nearer, near, there).store(nearest);
        }
        won.any()
    }

    /// The same of one sample after the other, of which this point may not see all.
    fn compare_seen(&mut self, b: &Candidate, Run { from, to, n, .. }: Run) -> bool {
        let mut won = false;
        for i in 0..n {
            let near = b.layer.sheet.coc[from + i];
            if near < self.nearest[to + i] && self.sees(b, from + i) {
                self.nearest[to + i] = near;
                won = true;
            }
        }
        won
    }

    /// Does this point of the lens see a sample?
    fn sees(&self, b: &Candidate, i: usize) -> bool {
        if !b.partly {
            return true;
        }
        let turn = b.layer.begins[i] + self.turn as f32;
        let rank = if turn < self.points as f32 { turn } else { turn - self.points as f32 };
        rank < b.layer.seen_by[i]
    }

    /// Adds the colours that are seen to the sums of `C` planes, which are [`tile_plane`]s. Of what is nearest only that remains whether
    /// anything is.
    #[inline(always)]
    pub(super) fn add<L: Lanes, const C: usize>(&mut self, candidates: &[Candidate], sum: &mut [Vec<f32>; 4]) {
        for at in 0..self.runs.len() {
            let run = self.runs[at];
            let b = &candidates[run.candidate];
            let added = if b.partly {
                self.add_run::<L, C, true>(b, run, sum)
            } else {
                self.add_run::<L, C, false>(b, run, sum)
            };
            if !added {
                self.add_seen(b, run, sum);
            }
        }
    }

    /// False where the groups reach beyond the last sample: then nothing is done.
    #[inline(always)]
    fn add_run<L: Lanes, const C: usize, const PARTLY: bool>(
        &mut self,
        b: &Candidate,
        run: Run,
        sum: &mut [Vec<f32>; 4],
    ) -> bool {
        let Run { from, to, n, .. } = run;
        let parts = if PARTLY { Parts::new(b, from, n) } else { None };
        if PARTLY && parts.is_none() {
            return false;
        }
        let sheet = &b.layer.sheet;
        let (Some(near), Some(nearest)) = (groups(&sheet.coc, from, n), groups_mut(&mut self.nearest, to, n)) else {
            return false;
        };
        let mut planes = sheet.colour.iter().zip(sum).map(|(from_plane, to_plane)| {
            (groups(from_plane, from, n).unwrap_or_default(), groups_mut(to_plane, to, n).unwrap_or_default())
        });
        let mut planes: [_; C] = std::array::from_fn(|_| planes.next().unwrap_or_default());
        let many = near.len();
        if nearest.len() != many || planes.iter().any(|(from, to)| from.len() != many || to.len() != many) {
            return false;
        }
        for g in 0..many {
            let (near, there) = (L::load(&near[g]), L::load(&nearest[g]));
            let mut seen = near.same(there).and(L::first(n - g * GROUP));
            if let Some(parts) = &parts {
                seen = seen.and(parts.seen::<L>(g, self.turn, self.points));
            }
            if seen.any() {
                L::choose(seen, L::load(&[ADDED; GROUP]), there).store(&mut nearest[g]);
                for (from, to) in &mut planes {
                    let more = L::load(&from[g]).and(seen);
                    L::load(&to[g]).plus(more).store(&mut to[g]);
                }
            }
        }
        true
    }

    fn add_seen(&mut self, b: &Candidate, Run { from, to, n, .. }: Run, sum: &mut [Vec<f32>; 4]) {
        for i in 0..n {
            if b.layer.sheet.coc[from + i] == self.nearest[to + i] && self.sees(b, from + i) {
                self.nearest[to + i] = ADDED;
                (0..4).for_each(|c| sum[c][to + i] += b.layer.sheet.colour[c][from + i]);
            }
        }
    }

    /// Writes the colours that are seen into a picture; where nothing is, it stays as it is.
    pub(super) fn colours(&self, candidates: &[Candidate], picture: &mut [Vec<f32>; 4]) {
        // Of two that are equally near the first is seen: it is written last.
        for run in self.runs.iter().rev() {
            let b = &candidates[run.candidate];
            for (from, to) in (run.from..run.from + run.n).zip(run.to..) {
                if b.layer.sheet.coc[from] == self.nearest[to] && self.sees(b, from) {
                    (0..4).for_each(|c| picture[c][to] = b.layer.sheet.colour[c][from]);
                }
            }
        }
    }

    /// Adds one wherever something is seen; where that is so at all pixels, `seen_whole` counts it.
    #[inline(always)]
    pub(super) fn count(&self, count: &mut [f32], seen_whole: &mut f32) {
        let nearest = &self.nearest[..count.len()];
        let nothing = |part: &[f32]| part.iter().map(|v| u32::from(*v >= UNSEEN)).sum::<u32>() > 0;
        if nearest.chunks(LANES).any(nothing) {
            count.iter_mut().zip(nearest).for_each(|(count, v)| *count += if *v < UNSEEN { 1.0 } else { 0.0 });
        } else {
            *seen_whole += 1.0;
        }
    }
}

/// One bit for each of the first `n` samples that lands elsewhere than beside the one to its left, the first the lowest; the first has none.
#[inline(always)]
fn differing<L: Lanes>(at: &Landing, n: usize) -> u64 {
    let mut bits = 0;
    for g in (0..n).step_by(GROUP) {
        let differs: [f32; GROUP] = std::array::from_fn(|i| {
            let i = g + i;
            let same = (at.x[i] == at.x[i + 1]) & (at.y[i] == at.y[i + 1]) & (at.below[i] == at.below[i + 1]);
            f32::from_bits(u32::from(same).wrapping_sub(1))
        });
        bits |= u64::from(L::load(&differs).bits()) << g;
    }
    bits & !1
}
