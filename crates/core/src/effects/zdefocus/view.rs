//! The nearest sample at each pixel of a tile, as one point of the lens sees it.
//!
//! Samples are compared by their CoCs alone, a run of neighbours that land on neighbours at once, and which is the nearest is noted. So a
//! colour is read only where it is seen.

use super::candidates::{ALIKE, Candidate, OPENS, Samples, Sieve, whole};
use super::layer::BLOCK;
use super::sheet::NONE;
use crate::geometry::Rect;
use crate::simd::{SIXTEEN as GROUP, Sixteen};
use std::ops::Range;

const LANES: usize = BLOCK as usize;

/// The CoC where nothing is seen: nearer than no sample, farther than any.
pub(super) const UNSEEN: f32 = NONE.next_down();

/// Values of a plane from a place on, in groups; `None` where it ends before the last one does.
#[inline(always)]
fn groups(plane: &[f32], from: usize, many: usize) -> Option<&[[f32; GROUP]]> {
    Some(plane.get(from..from + many * GROUP)?.as_chunks().0)
}

#[inline(always)]
fn groups_mut(plane: &mut [f32], from: usize, many: usize) -> Option<&mut [[f32; GROUP]]> {
    Some(plane.get_mut(from..from + many * GROUP)?.as_chunks_mut().0)
}

/// The bits of 0, 1, 2…
const NUMBERS: [f32; GROUP] = {
    let mut numbers = [0.0; GROUP];
    let mut i = 0;
    while i < GROUP {
        numbers[i] = f32::from_bits(i as u32);
        i += 1;
    }
    numbers
};

/// Where the samples of a block land. The first entry is the sample to the left of the first.
struct Landing {
    x: [i32; LANES + 1],
    y: [i32; LANES + 1],
    /// 1 where a sample also covers the pixel below its own.
    below: [i32; LANES + 1],
}

/// Which points see samples that cover only a part of their pixels: as many as is the part, others at every pixel.
///
/// Steps of √2 − 1 of the points, and no common divisor: evenly over the lens. The spiral itself turns by 0.382 from point to point, and such
/// steps would choose a wedge of it.
struct Parts<'a> {
    begins: &'a [[f32; GROUP]],
    seen_by: &'a [[f32; GROUP]],
}

impl Parts<'_> {
    /// Does the point that has this turn see those of a group?
    #[inline(always)]
    fn seen<S: Sixteen>(&self, g: usize, turn: u32, points: u32) -> S::Yes {
        let points = S::of(points as f32);
        let turn = S::load(&self.begins[g]) + S::of(turn as f32);
        let rank = S::choose(turn.less(points), turn, turn - points);
        rank.less(S::load(&self.seen_by[g]))
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

/// A plane of a tile whose groups lie where the processor has them in one piece: what has just been written of one is read again at once.
struct Plane {
    /// A group more than pixels, and the way to the first multiple.
    all: Vec<f32>,
    first: usize,
    n: usize,
}

impl Plane {
    fn new(n: usize, value: f32) -> Self {
        let all = vec![value; n + 2 * GROUP];
        let first = all.as_ptr().align_offset(GROUP * size_of::<f32>()).min(GROUP);
        Self { all, first, n }
    }
    /// Its pixels, rows from bottom to top.
    #[inline(always)]
    fn pixels(&self) -> &[f32] {
        &self.all[self.first..self.first + self.n]
    }
    /// The same, and what fills the last group.
    #[inline(always)]
    fn groups_mut(&mut self) -> &mut [f32] {
        let n = self.n.next_multiple_of(GROUP);
        &mut self.all[self.first..self.first + n]
    }
}

/// The nearest sample at each pixel of a tile, as one lens point sees it.
pub(super) struct View {
    tile: Rect,
    /// Signed CoC, or [`UNSEEN`].
    nearest: Plane,
    /// The bits of its number among the samples; 0 is none.
    which: Plane,
    /// How many lens points there are, and the turn of this one among them.
    points: u32,
    turn: u32,
    step: u32,
}

impl View {
    /// Of a tile, by one of so many lens points after the other.
    pub(super) fn new(tile: Rect, points: u32) -> Self {
        let n = tile.width() * tile.height();
        let (nearest, which) = (Plane::new(n, UNSEEN), Plane::new(n, 0.0));
        Self { tile, nearest, which, points, turn: 0, step: stride(points.max(1)) }
    }

    /// The signed CoC of what is seen, or [`UNSEEN`], rows from bottom to top.
    #[inline(always)]
    pub(super) fn nearest(&self) -> &[f32] {
        self.nearest.pixels()
    }

    /// The number of what is seen at some pixels among the samples: of nothing 0.
    #[inline(always)]
    pub(super) fn which(&self, pixels: Range<usize>) -> impl Iterator<Item = usize> {
        self.which.pixels()[pixels].iter().map(|bits| bits.to_bits() as usize)
    }

    /// What the point of that number sees.
    #[inline(always)]
    pub(super) fn look<S: Sixteen>(
        &mut self,
        candidates: &[Candidate],
        samples: &Samples,
        sieve: &mut Sieve,
        number: u32,
        point: [f32; 2],
    ) {
        self.turn = number * self.step % self.points;
        self.nearest.groups_mut().fill(UNSEEN);
        self.which.groups_mut().fill(0.0);
        let mut at = Landing { x: [0; LANES + 1], y: [0; LANES + 1], below: [0; LANES + 1] };
        for landed in sieve.landed(point) {
            let b = &candidates[landed.candidate as usize];
            if landed.how & ALIKE == 0 {
                self.land::<S>(b, samples, point, &mut at);
                continue;
            }
            // As most pieces do.
            let (x, y) = (b.x + landed.by[0], b.y + landed.by[1]);
            self.put::<S>(b, samples, 0..b.n, x, y);
            if landed.how & OPENS != 0 {
                self.put::<S>(b, samples, 0..1, x - 1, y);
            }
        }
    }

    /// Finds where the samples of a block land, and compares them there run by run.
    #[inline(always)]
    fn land<S: Sixteen>(&mut self, b: &Candidate, samples: &Samples, point: [f32; 2], at: &mut Landing) {
        let range = |of: [f32; 2], p: f32| {
            let (one, other) = (whole(of[0] * p), whole(of[1] * p));
            (one.min(other), one.max(other))
        };
        let (x1, x2) = range(b.shift, point[0]);
        // They may also cover the pixel to the left.
        let n = b.n.min(LANES) as i32;
        let first = (self.tile.x1 - b.x - x2).clamp(0, n);
        let end = (self.tile.x2 + 1 - b.x - x1).clamp(first, n);
        if first == end {
            return;
        }
        let all = first as usize..end as usize;
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
                *to = i32::from(opens & ((coc - under_coc).abs() < b.layer.joined));
            }
        } else {
            at.below[1..].fill(0);
        }
        let left = (b.left || first > 0).then(|| whole(b.layer.shift[of - 1] * point[0]));
        let mut ends = differing::<S>(at, n);
        let mut begin = 0;
        loop {
            let end = (ends.trailing_zeros() as usize).min(n);
            let left = if begin > 0 { Some(at.x[begin]) } else { left };
            let to = [at.x[begin + 1], at.y[begin + 1]];
            self.run::<S>((b, samples), all.start + begin..all.start + end, left, to, at.below[begin + 1]);
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
    fn run<S: Sixteen>(
        &mut self,
        (b, samples): (&Candidate, &Samples),
        run: Range<usize>,
        left: Option<i32>,
        [x, y]: [i32; 2],
        below: i32,
    ) {
        let i = b.start + run.start;
        let opens = left.is_some_and(|left| x - left == 1) && b.joins(i);
        let (px, py) = (b.x + run.start as i32 + x, b.y + y);
        for y in [py, py - 1].into_iter().take(1 + below as usize) {
            self.put::<S>(b, samples, run.clone(), px, y);
            if opens {
                self.put::<S>(b, samples, run.start..run.start + 1, px - 1, y);
            }
        }
    }

    /// A run of samples lands at (x, y) and to the right.
    #[inline(always)]
    fn put<S: Sixteen>(&mut self, b: &Candidate, samples: &Samples, run: Range<usize>, x: i32, y: i32) {
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
        let (from, n) = (b.first + run.start + skip, len - skip);
        match b.partly {
            true => self.compare::<S, true>(samples, from, to, n),
            false => self.compare::<S, false>(samples, from, to, n),
        }
    }

    /// Notes those that are nearer than what is there. With `PARTLY`, some of them are not seen by all points.
    #[inline(always)]
    fn compare<S: Sixteen, const PARTLY: bool>(&mut self, samples: &Samples, from: usize, to: usize, n: usize) {
        // From the start of the group on that the first of them lands in.
        let skip = to % GROUP;
        let (from, to, end) = (from - skip, to - skip, skip + n);
        let many = end.div_ceil(GROUP);
        let (nearest, which) = (self.nearest.groups_mut(), self.which.groups_mut());
        let (nearest, which) = (groups_mut(nearest, to, many), groups_mut(which, to, many));
        let (Some(near), Some(nearest), Some(which)) = (groups(&samples.coc, from, many), nearest, which) else {
            return;
        };
        let parts = if PARTLY {
            let (begins, seen_by) = (groups(&samples.begins, from, many), groups(&samples.seen_by, from, many));
            let (Some(begins), Some(seen_by)) = (begins, seen_by) else { return };
            Some(Parts { begins, seen_by })
        } else {
            None
        };
        for g in 0..many.min(near.len()).min(nearest.len()).min(which.len()) {
            let (near, nearest, which) = (&near[g], &mut nearest[g], &mut which[g]);
            let (near, there) = (S::load(near), S::load(nearest));
            let these = if g == 0 { u32::MAX << skip } else { u32::MAX };
            let these = these & !u32::MAX.checked_shl((end - g * GROUP) as u32).unwrap_or(0);
            let mut nearer = near.less(there) & S::where_bits(these as u16);
            if let Some(parts) = &parts {
                nearer = nearer & parts.seen::<S>(g, self.turn, self.points);
            }
            S::choose(nearer, near, there).store(nearest);
            let number = S::of_bits((from + g * GROUP) as u32).plus_bits(S::load(&NUMBERS));
            S::choose(nearer, number, S::load(which)).store(which);
        }
    }

    /// Adds one wherever something is seen; where that is so at all pixels, `seen_whole` counts it.
    #[inline(always)]
    pub(super) fn count(&self, count: &mut [f32], seen_whole: &mut f32) {
        let nearest = &self.nearest()[..count.len()];
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
fn differing<S: Sixteen>(at: &Landing, n: usize) -> u64 {
    let mut bits = 0;
    for g in (0..n).step_by(GROUP) {
        let differs: [f32; GROUP] = std::array::from_fn(|i| {
            let i = g + i;
            let same = (at.x[i] == at.x[i + 1]) & (at.y[i] == at.y[i + 1]) & (at.below[i] == at.below[i + 1]);
            if same { 0.0 } else { -1.0 }
        });
        bits |= u64::from(S::bits(S::load(&differs).less(S::of(0.0)))) << g;
    }
    bits & !1
}
