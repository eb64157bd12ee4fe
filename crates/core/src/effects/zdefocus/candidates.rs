//! The samples that may reach a tile, in pieces of one surface, and which of them land there.

use super::layer::{BLOCK, Layer, Piece, Row};
use super::sheet::NONE;
use crate::geometry::Rect;
use crate::simd::SIXTEEN;

/// Samples beside each other in a block of which each may reach the tile: a piece of one surface.
pub(super) struct Candidate<'a> {
    pub(super) layer: &'a Layer,
    /// Index of the first sample in the layer.
    pub(super) start: usize,
    /// And among the tile's [`Samples`].
    pub(super) first: usize,
    /// At most [`BLOCK`].
    pub(super) n: usize,
    pub(super) x: i32,
    pub(super) y: i32,
    /// Least and greatest move.
    pub(super) shift: [f32; 2],
    /// Is there a sample to the left of the first?
    pub(super) left: bool,
    /// Is the surface the same one in the row below, somewhere?
    pub(super) below: bool,
    /// Least and greatest move of that.
    pub(super) under: [f32; 2],
    /// Does a sample cover only a part of its pixel? Not all points see it then.
    pub(super) partly: bool,
}

/// Those of a layer; `wide` and `high` is the farthest that a lens point lies out.
pub(super) fn candidates_of<'a>(layer: &'a Layer, tile: &Rect, wide: f32, high: f32, list: &mut Vec<Candidate<'a>>) {
    let rect = layer.sheet.rect;
    // Whole pixels, and more of them than any sample moves.
    let around = |by: f32| (by * layer.most).min(1e6) as i32 + 4;
    let (far_x, far_y) = (around(wide), around(high));
    let rows = (tile.y1 - far_y).max(rect.y1)..(tile.y2 + far_y).min(rect.y2);
    let number = |x: i32| (x.div_euclid(BLOCK) - layer.first_column).clamp(0, layer.columns as i32) as usize;
    let columns = number(tile.x1 - far_x)..(number(tile.x2 + far_x) + 1).min(layer.columns);
    let reached = |x: [i32; 2], y: i32, shift: &[f32; 2]| {
        let most = shift[0].abs().max(shift[1].abs());
        reaches(x, y, tile, wide * most, high * most)
    };
    for y in rows {
        let row = (y - rect.y1) as usize;
        let Row { blocks, pieces } = &layer.rows[row];
        for column in columns.clone() {
            let block = &blocks[column];
            let x = (layer.first_column + column as i32) * BLOCK;
            if block.shift[0] > block.shift[1] || !reached([x, x + BLOCK], y, &block.shift) {
                continue;
            }
            for &Piece { start, n, partly, below, shift, under } in
                &pieces[block.pieces[0] as usize..block.pieces[1] as usize]
            {
                let (start, n) = (start as usize, usize::from(n));
                let x = rect.x1 + (start - row * rect.width()) as i32;
                if reached([x, x + n as i32], y, &shift) {
                    let left = x > rect.x1;
                    list.push(Candidate { layer, start, first: 0, n, x, y, shift, left, below, under, partly });
                }
            }
        }
    }
}

/// Do pixels of a row, moved by up to so much, meet the tile? One pixel more on every side: they may close what opens beside them.
fn reaches(x: [i32; 2], y: i32, tile: &Rect, dx: f32, dy: f32) -> bool {
    x[1] as f32 + dx + 2.0 >= tile.x1 as f32
        && x[0] as f32 - dx - 2.0 < tile.x2 as f32
        && y as f32 + dy + 2.0 >= tile.y1 as f32
        && y as f32 - dy - 2.0 < tile.y2 as f32
}

/// The samples of all candidates, side by side: what is asked for again and again by each lens point.
pub(super) struct Samples {
    /// [`NONE`] for [`SIXTEEN`] more at both ends.
    pub(super) coc: Vec<f32>,
    /// Premultiplied red, green, blue, alpha. The first one is nothing: black.
    pub(super) colour: Vec<[f32; 4]>,
    /// See [`Layer`]; empty where every point sees every sample.
    pub(super) begins: Vec<f32>,
    pub(super) seen_by: Vec<f32>,
}

impl Samples {
    /// Of candidates, which learn where theirs are. `None` where the memory is not to be had: around a large blur these are many.
    pub(super) fn new(candidates: &mut [Candidate]) -> Option<Self> {
        let n = 2 * SIXTEEN + candidates.iter().map(|c| c.n).sum::<usize>();
        let parts = if candidates.iter().any(|c| c.partly) { n } else { 0 };
        let (mut coc, mut colour) = (room(n)?, room(n)?);
        let (mut begins, mut seen_by) = (room(parts)?, room(parts)?);
        begins.resize(parts, 0.0);
        seen_by.resize(parts, f32::MAX);
        coc.resize(SIXTEEN, NONE);
        colour.resize(SIXTEEN, [0.0; 4]);
        for c in candidates {
            let these = c.start..c.start + c.n;
            c.first = coc.len();
            if c.partly {
                for (i, of, begin) in c.layer.partly(c.start, c.n) {
                    (seen_by[c.first + i], begins[c.first + i]) = (of, begin);
                }
            }
            coc.extend_from_slice(&c.layer.sheet.coc[these.clone()]);
            let [r, g, b, a] = c.layer.sheet.colour.each_ref().map(|plane| &plane[these.clone()]);
            colour.extend(r.iter().zip(g).zip(b).zip(a).map(|(((r, g), b), a)| [*r, *g, *b, *a]));
        }
        coc.resize(n, NONE);
        Some(Self { coc, colour, begins, seen_by })
    }
}

/// An empty vector with room for so many.
fn room<T>(n: usize) -> Option<Vec<T>> {
    let mut all = Vec::new();
    all.try_reserve_exact(n).ok()?;
    Some(all)
}

/// How a candidate lands, as seen by one lens point.
#[derive(Clone, Copy)]
pub(super) struct Landed {
    /// The candidate's number.
    pub(super) candidate: u32,
    /// Where all its samples go, if they move alike.
    pub(super) by: [i32; 2],
    /// Some of [`LANDS`], [`ALIKE`] and [`OPENS`].
    pub(super) how: u32,
}

/// A sample of it may land in the tile, or close what opens there.
pub(super) const LANDS: u32 = 1;
/// All its samples move alike, and nothing opens below them.
pub(super) const ALIKE: u32 = 2;
/// A pixel opens to the left of its first sample, on the same surface; only said where they move alike.
pub(super) const OPENS: u32 = 4;

/// What is asked of all candidates for each lens point: which of them land in the tile? As planes, for many at once.
pub(super) struct Sieve {
    tile: Rect,
    /// Of the first samples; and how many samples.
    x: Vec<i32>,
    y: Vec<i32>,
    n: Vec<i32>,
    /// Least and greatest move, of the candidate and of the block below it.
    shift: [Vec<f32>; 2],
    under: [Vec<f32>; 2],
    /// The move of the sample to the left of the first, where that is the same surface; else the least move.
    left: Vec<f32>,
    /// For each candidate.
    by: [Vec<i32>; 2],
    how: Vec<u32>,
    landed: Vec<Landed>,
}

impl Sieve {
    pub(super) fn new(candidates: &[Candidate], tile: Rect) -> Self {
        let of = |v: fn(&Candidate) -> i32| candidates.iter().map(v).collect::<Vec<_>>();
        let moves = |v: fn(&Candidate) -> f32| candidates.iter().map(v).collect::<Vec<_>>();
        let n = candidates.len();
        let nothing = Landed { candidate: 0, by: [0; 2], how: 0 };
        Self {
            tile,
            x: of(|c| c.x),
            y: of(|c| c.y),
            n: of(|c| c.n as i32),
            shift: [moves(|c| c.shift[0]), moves(|c| c.shift[1])],
            // Where there is none, nothing opens.
            under: [0, 1].map(|k| candidates.iter().map(|c| if c.below { c.under[k] } else { c.shift[k] }).collect()),
            left: moves(|c| if c.joins(c.start) { c.layer.shift[c.start - 1] } else { c.shift[0] }),
            by: [vec![0; n], vec![0; n]],
            how: vec![0; n],
            landed: vec![nothing; n],
        }
    }

    /// Those that land, in the candidates' order.
    #[inline(always)]
    pub(super) fn landed(&mut self, point: [f32; 2]) -> &[Landed] {
        self.look(point);
        let mut many = 0;
        // Without a branch: which of them land is not to be foretold.
        for (k, how) in self.how.iter().enumerate() {
            if let Some(to) = self.landed.get_mut(many) {
                *to = Landed { candidate: k as u32, by: [self.by[0][k], self.by[1][k]], how: *how };
            }
            many += (how & LANDS) as usize;
        }
        &self.landed[..many]
    }

    #[inline(always)]
    fn look(&mut self, point: [f32; 2]) {
        let tile = self.tile;
        let n = self.how.len();
        let (x, y, many, left) = (&self.x[..n], &self.y[..n], &self.n[..n], &self.left[..n]);
        let [s0, s1] = [&self.shift[0][..n], &self.shift[1][..n]];
        let [u0, u1] = [&self.under[0][..n], &self.under[1][..n]];
        let [by_x, by_y] = &mut self.by;
        let (by_x, by_y) = (&mut by_x[..n], &mut by_y[..n]);
        for (i, how) in self.how.iter_mut().enumerate() {
            let range = |a: f32, b: f32, p: f32| {
                let (one, other) = (whole(a * p), whole(b * p));
                (one.min(other), one.max(other))
            };
            let ((x1, x2), (y1, y2)) = (range(s0[i], s1[i], point[0]), range(s0[i], s1[i], point[1]));
            let (below1, below2) = range(u0[i], u1[i], point[1]);
            // Something opens below where the row below lands a row farther down.
            let closes = i32::from((y2 > below1) & (y1 <= below2 + 1));
            let up = (y[i] + y1 - closes < tile.y2) & (y[i] + y2 >= tile.y1);
            // It may also cover the pixel to its left.
            let across = (x[i] + x1 <= tile.x2) & (x[i] + many[i] + x2 > tile.x1);
            let alike = (x1 == x2) & (y1 == y2) & (closes == 0);
            let opens = x1 - whole(left[i] * point[0]) == 1;
            *how = u32::from(up & across) * (LANDS + u32::from(alike) * (ALIKE + u32::from(opens) * OPENS));
            (by_x[i], by_y[i]) = (x1, y1);
        }
    }
}

impl Candidate<'_> {
    /// Is a sample of the same surface as the one to its left?
    #[inline(always)]
    pub(super) fn joins(&self, i: usize) -> bool {
        let coc = &self.layer.sheet.coc;
        (self.left || i > self.start) && (coc[i] - coc[i - 1]).abs() < self.layer.joined
    }
}

/// To the nearest whole number, ties to even, by plain float arithmetic that vectorises on any processor; |d| < 2²¹.
#[inline(always)]
pub(super) fn whole(d: f32) -> i32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to the nearest whole number and leaves that in the low bits
    ((d + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32)
}
