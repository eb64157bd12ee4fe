//! The nearest sample at each pixel of a tile, as one point of the lens sees it.

use super::scene::{BLOCK, Layer};
use super::sheet::NONE;
use super::views::JOINED;
use crate::geometry::Rect;
use crate::simd::{LANES as GROUP, Lanes};

/// A row of up to [`BLOCK`] samples that may reach the tile.
pub(super) struct Candidate<'a> {
    pub(super) layer: &'a Layer,
    /// Index of the first sample.
    start: usize,
    n: usize,
    x: i32,
    y: i32,
    /// Least and greatest move.
    shift: [f32; 2],
    /// Are there a sample to the left of the first, and a row below?
    left: bool,
    below: bool,
    /// Least and greatest move of the block below.
    under: [f32; 2],
}

/// Those of a layer; `wide` and `high` is the farthest that a lens point lies out.
pub(super) fn candidates_of<'a>(layer: &'a Layer, tile: &Rect, wide: f32, high: f32, list: &mut Vec<Candidate<'a>>) {
    let w = layer.sheet.rect.width();
    for (b, block) in layer.blocks.iter().enumerate() {
        if block[0] > block[1] {
            continue;
        }
        let (column, row) = (b % layer.columns, b / layer.columns);
        let x = (layer.first_column + column as i32) * BLOCK;
        let (x1, x2) = (x.max(layer.sheet.rect.x1), (x + BLOCK).min(layer.sheet.rect.x2));
        let y = layer.sheet.rect.y1 + row as i32;
        let most = block[0].abs().max(block[1].abs());
        if reaches([x1, x2], y, tile, [-wide * most, wide * most], [-high * most, high * most]) {
            let start = row * w + (x1 - layer.sheet.rect.x1) as usize;
            list.push(Candidate {
                layer,
                start,
                n: (x2 - x1) as usize,
                x: x1,
                y,
                shift: *block,
                left: x1 > layer.sheet.rect.x1,
                below: row > 0,
                under: if row > 0 { layer.blocks[b - layer.columns] } else { [0.0; 2] },
            });
        }
    }
}

/// Do the block's pixels, moved by these ranges, meet the tile? One pixel more on every side: they may close what opens beside them.
#[inline(always)]
fn reaches(x: [i32; 2], y: i32, tile: &Rect, dx: [f32; 2], dy: [f32; 2]) -> bool {
    x[1] as f32 + dx[1] + 2.0 >= tile.x1 as f32
        && x[0] as f32 + dx[0] - 2.0 < tile.x2 as f32
        && y as f32 + dy[1] + 2.0 >= tile.y1 as f32
        && y as f32 + dy[0] - 2.0 < tile.y2 as f32
}

const LANES: usize = BLOCK as usize;

/// To the nearest whole number, ties to even, by plain float arithmetic that vectorises on any processor; |d| < 2²¹.
#[inline(always)]
fn whole(d: f32) -> i32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to the nearest whole number and leaves that in the low bits
    ((d + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32)
}

/// One bit for each byte that is 1, the first the lowest.
#[inline(always)]
fn bits(bytes: &[u8; LANES]) -> u64 {
    let mut bits = 0;
    for (i, eight) in bytes.chunks_exact(8).enumerate() {
        let eight =
            u64::from_le_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]);
        bits |= (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    bits
}

#[inline(always)]
fn group(plane: &[f32], i: usize) -> Option<&[f32; GROUP]> {
    plane.get(i..i + GROUP)?.first_chunk()
}

#[inline(always)]
fn group_mut(plane: &mut [f32], i: usize) -> Option<&mut [f32; GROUP]> {
    plane.get_mut(i..i + GROUP)?.first_chunk_mut()
}

/// Where the samples of a block land.
struct Landing {
    x: [i32; LANES],
    y: [i32; LANES],
    /// 1 where a sample also covers the pixel below its own.
    below: [i32; LANES],
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

/// The nearest sample at each pixel of a tile, as one lens point sees it.
pub(super) struct View {
    pub(super) tile: Rect,
    /// Signed CoC; [`NONE`] where nothing is seen. Longer than the tile, as the colours are.
    nearest: Vec<f32>,
    pub(super) colour: [Vec<f32>; 4],
    /// How many of the colours are looked at: not the alpha where all samples are opaque.
    channels: usize,
    /// How many lens points there are, and the turn of this one among them.
    points: u32,
    turn: u32,
    step: u32,
}

impl View {
    /// Of a tile, by one of so many lens points after the other.
    pub(super) fn new(tile: Rect, points: u32, opaque: bool) -> Self {
        // A group that begins in the last pixel.
        let plane = |value| vec![value; tile.width() * tile.height() + GROUP];
        let colour = [plane(0.0), plane(0.0), plane(0.0), plane(1.0)];
        let channels = if opaque { 3 } else { 4 };
        Self { tile, nearest: plane(NONE), colour, channels, points, turn: 0, step: stride(points.max(1)) }
    }

    /// The signed CoC of what is seen, rows from bottom to top.
    pub(super) fn nearest(&self) -> &[f32] {
        &self.nearest[..self.tile.width() * self.tile.height()]
    }

    /// What the point of that number sees.
    #[inline(always)]
    pub(super) fn look<L: Lanes>(&mut self, candidates: &[Candidate], number: u32, point: [f32; 2]) {
        self.turn = number * self.step % self.points;
        self.nearest.fill(f32::MAX);
        let mut at = Landing { x: [0; LANES], y: [0; LANES], below: [0; LANES] };
        let tile = self.tile;
        for b in candidates {
            let range = |p: f32| [(b.shift[0] * p).min(b.shift[1] * p), (b.shift[0] * p).max(b.shift[1] * p)];
            let (dx, dy) = (range(point[0]), range(point[1]));
            if !reaches([b.x, b.x + b.n as i32], b.y, &tile, dx, dy) {
                continue;
            }
            self.land::<L>(b, point, &mut at);
        }
    }

    /// Finds where the samples of a block land, and puts them there run by run.
    #[inline(always)]
    fn land<L: Lanes>(&mut self, b: &Candidate, point: [f32; 2], at: &mut Landing) {
        let n = b.n.min(LANES);
        let one = |range: [f32; 2], p: f32| (whole(range[0] * p), whole(range[0] * p) == whole(range[1] * p));
        let ((x, same_x), (y, same_y)) = (one(b.shift, point[0]), one(b.shift, point[1]));
        let (under, same_under) = one(b.under, point[1]);
        if same_x && same_y && same_under && y - under != 1 {
            // All move alike, as most blocks do: nothing opens within, and nothing below.
            self.run::<L>(b, 0..n, point, [x, y], 0);
            return;
        }
        let all = b.start..b.start + n;
        let shift = &b.layer.shift[all.clone()];
        let coc = &b.layer.sheet.coc[all];
        let (to_x, to_y, to_below) = (&mut at.x[..n], &mut at.y[..n], &mut at.below[..n]);
        for i in 0..n {
            to_x[i] = whole(shift[i] * point[0]);
            to_y[i] = whole(shift[i] * point[1]);
        }
        if b.below {
            let w = b.layer.sheet.rect.width();
            let under = b.start - w..b.start - w + n;
            let (under_shift, under_coc) = (&b.layer.shift[under.clone()], &b.layer.sheet.coc[under]);
            for i in 0..n {
                let opens = to_y[i] - whole(under_shift[i] * point[1]) == 1;
                to_below[i] = i32::from(opens & ((coc[i] - under_coc[i]).abs() < JOINED));
            }
        } else {
            to_below.fill(0);
        }
        let mut differs = [0u8; LANES];
        {
            let (x, y, below, differs) = (&at.x[..n], &at.y[..n], &at.below[..n], &mut differs[..n]);
            for i in 1..n {
                differs[i] = u8::from((x[i] != x[i - 1]) | (y[i] != y[i - 1]) | (below[i] != below[i - 1]));
            }
        }
        let mut ends = bits(&differs);
        let mut first = 0;
        loop {
            let end = (ends.trailing_zeros() as usize).min(n);
            self.run::<L>(b, first..end, point, [at.x[first], at.y[first]], at.below[first]);
            if end >= n {
                break;
            }
            ends &= ends - 1;
            first = end;
        }
    }

    /// Samples that move alike; those `below` cover the pixels under theirs, too, and the first of them what opens to its left.
    #[inline(always)]
    fn run<L: Lanes>(
        &mut self,
        b: &Candidate,
        run: std::ops::Range<usize>,
        point: [f32; 2],
        [x, y]: [i32; 2],
        below: i32,
    ) {
        let i = b.start + run.start;
        let joined = (b.left || run.start > 0) && (b.layer.sheet.coc[i] - b.layer.sheet.coc[i - 1]).abs() < JOINED;
        let opens = joined && x - whole(b.layer.shift[i - 1] * point[0]) == 1;
        let (px, py) = (b.x + run.start as i32 + x, b.y + y);
        for row in 0..1 + below {
            self.put::<L>(b, run.clone(), px, py - row);
            if opens {
                self.put_one(b, run.start, px - 1, py - row);
            }
        }
    }

    #[inline(always)]
    fn put_one(&mut self, b: &Candidate, i: usize, x: i32, y: i32) {
        if self.tile.contains(x, y) {
            let to = (y - self.tile.y1) as usize * self.tile.width() + (x - self.tile.x1) as usize;
            self.put_sample(b, b.start + i, to);
        }
    }

    #[inline(always)]
    fn put_sample(&mut self, b: &Candidate, from: usize, to: usize) {
        if b.layer.sheet.coc[from] < self.nearest[to] && (b.layer.seen_by.is_empty() || self.sees(b, from)) {
            self.nearest[to] = b.layer.sheet.coc[from];
            (0..4).for_each(|c| self.colour[c][to] = b.layer.sheet.colour[c][from]);
        }
    }

    /// Does this point of the lens see a sample that covers only a part of its pixel? As many points do as is its part, others at every pixel.
    #[inline(always)]
    fn sees(&self, b: &Candidate, i: usize) -> bool {
        let x = (b.x + (i - b.start) as i32) as u32;
        let turn = x.wrapping_mul(0x9E37_79B1) ^ (b.y as u32).wrapping_mul(0x85EB_CA77);
        let turn = (turn ^ (turn >> 15)).wrapping_mul(0x2C1B_3C6D) >> 8;
        // Steps of √2 − 1 of the points, and no common divisor: evenly over the lens. The spiral itself turns by 0.382 from point to point, and
        // such steps would choose a wedge of it.
        let rank = (turn % self.points + self.turn) % self.points;
        (rank as f32) < b.layer.seen_by[i]
    }

    /// A run of samples lands at (x, y) and to the right: those nearer than what is there stay.
    #[inline(always)]
    fn put<L: Lanes>(&mut self, b: &Candidate, run: std::ops::Range<usize>, x: i32, y: i32) {
        let tile = self.tile;
        if y < tile.y1 || y >= tile.y2 {
            return;
        }
        let skip = (tile.x1 - x).max(0) as usize;
        let len = run.len().min((tile.x2 - x).max(0) as usize);
        if skip >= len {
            return;
        }
        let n = (len - skip).min(LANES);
        let to = (y - tile.y1) as usize * tile.width() + (x + skip as i32 - tile.x1) as usize;
        let from = b.start + run.start + skip;
        let coc = &b.layer.sheet.coc;
        for g in (0..n).step_by(GROUP) {
            let (from, to, left) = (from + g, to + g, n - g);
            let (Some(near), Some(nearest)) = (group(coc, from), group_mut(&mut self.nearest, to)) else {
                // Only in the last row of all samples.
                (0..left).for_each(|i| self.put_sample(b, from + i, to + i));
                break;
            };
            let (near, there) = (L::load(near), L::load(nearest));
            let mut nearer = near.less(there).and(L::first(left));
            if !nearer.any() {
                continue;
            }
            if !b.layer.seen_by.is_empty() {
                let mut sees = [0f32; GROUP];
                (0..left.min(GROUP)).for_each(|i| sees[i] = if self.sees(b, from + i) { 1.0 } else { 0.0 });
                nearer = nearer.and(L::load(&[0.0; GROUP]).less(L::load(&sees)));
            }
            if let Some(nearest) = group_mut(&mut self.nearest, to) {
                L::choose(nearer, near, there).store(nearest);
            }
            for (plane, to_plane) in b.layer.sheet.colour.iter().zip(&mut self.colour[..self.channels]) {
                if let (Some(plane), Some(to_plane)) = (group(plane, from), group_mut(to_plane, to)) {
                    L::choose(nearer, L::load(plane), L::load(to_plane)).store(to_plane);
                }
            }
        }
    }

    /// Adds what is seen to the average; where all pixels of the tile see something, `seen_whole` counts it.
    #[inline(always)]
    pub(super) fn add(&self, sum: &mut [Vec<f32>; 4], count: &mut [f32], seen_whole: &mut f32) {
        let n = count.len();
        let nearest = &self.nearest[..n];
        let nothing = |part: &[f32]| part.iter().map(|v| u32::from(*v >= NONE)).sum::<u32>() > 0;
        let planes = sum.iter_mut().zip(&self.colour).take(self.channels);
        if !nearest.chunks(LANES).any(nothing) {
            for (sum, plane) in planes {
                let (sum, plane) = (&mut sum[..n], &plane[..n]);
                for i in 0..n {
                    sum[i] += plane[i];
                }
            }
            *seen_whole += 1.0;
            return;
        }
        for (sum, plane) in planes {
            let (sum, plane) = (&mut sum[..n], &plane[..n]);
            for i in 0..n {
                sum[i] += if nearest[i] < NONE { plane[i] } else { 0.0 };
            }
        }
        for i in 0..n {
            count[i] += if nearest[i] < NONE { 1.0 } else { 0.0 };
        }
    }
}
