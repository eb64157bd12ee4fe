//! Samples ready to move, and the pieces in which they do.

use super::moves::Moves;
use super::sheet::{NONE, Sheet};
use crate::depth::least_and_greatest;
use crate::maths::{choose, lower, upper};
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop};
use std::ops::Range;

/// Blocks begin at multiples of this in x, whatever the window.
pub const BLOCK: i32 = 64;

/// Samples ready to move.
pub struct Layer {
    /// The samples.
    pub sheet: Sheet,
    /// How far a sample moves for one unit of lens, in pixels.
    pub shift: Vec<f32>,
    /// The samples that cover only a part of their pixels.
    partly: Partly,
    /// How many points the lens has.
    points: usize,
    /// The number of the first block of each row.
    pub first_column: i32,
    /// Blocks of a row.
    pub columns: usize,
    /// From bottom to top.
    pub rows: Vec<Row>,
    /// The farthest that any sample moves for one unit of lens.
    pub most: f32,
    /// Neighbours whose CoCs differ by less are one surface: what opens between them is closed.
    pub joined: f32,
}

/// For each row the columns of samples, in their order, that not all points of the lens see, and how many do. Or no rows: all see all.
pub type Partly = Vec<Vec<(u32, f32)>>;

/// A row of samples.
#[derive(Clone, Default)]
pub struct Row {
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// Block by block.
    pub pieces: Vec<Piece>,
}

/// Up to [`BLOCK`] pixels of a row.
#[derive(Clone, Copy)]
pub struct Block {
    /// The least and greatest move; the wrong way round where it has no samples.
    pub shift: [f32; 2],
    /// The number of its first piece in the row, and of the next block's.
    pub pieces: [u32; 2],
}

/// Samples of one surface beside each other in a block.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Index of the first sample.
    pub start: u32,
    /// At most [`BLOCK`].
    pub n: u8,
    /// Does a sample cover only a part of its pixel? Not all points see it then.
    pub partly: bool,
    /// Is the surface the same one in the row below, somewhere?
    pub below: bool,
    /// Least and greatest move.
    pub shift: [f32; 2],
    /// Least and greatest move of the samples below, where they are of the same surface.
    pub under: [f32; 2],
}

/// Least and greatest of nothing.
const EMPTY: [f32; 2] = [f32::MAX, f32::MIN];
/// Where the moves of neighbours differ by more, a surface ends, in pixels.
const ENDS: f32 = 0.5;
/// Rows that are cut into pieces in one task: all but the first lie beside one whose moves are known already.
const BAND: usize = 8;

impl Layer {
    /// From samples, of which not all are seen by all `points`.
    pub fn new(sheet: Sheet, partly: Partly, points: usize, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let of = exec.keep((sheet, partly));
        let (sheet, partly) = (&of.0, &of.1[..]);
        let (rect, w, n) = (sheet.rect, sheet.rect.width().max(1), sheet.coc.len());
        let first_column = rect.x1.div_euclid(BLOCK);
        let columns = ((rect.x2 - 1).div_euclid(BLOCK) - first_column + 1).max(1) as usize;
        let joined = moves.joined;
        let cutter = Cutter { sheet, partly, first_column, columns, joined };
        let mut made = exec.keep(vec![Row::default(); n.div_ceil(w)]);
        let bands = made.chunks_mut(BAND).collect();
        let [shift] = exec.rows([n, BAND * w], 0f32, bands, [0.2, 0.2], |band, [shift], rows, _| {
            let move_row = |y: usize, shift: &mut [f32]| {
                let coc = &sheet.coc[y * w..(y + 1) * w];
                for (shift, coc) in shift.iter_mut().zip(coc).filter(|(_, coc)| **coc < NONE) {
                    *shift = moves.of(*coc);
                }
            };
            let mut below = vec![0f32; if band > 0 { w } else { 0 }];
            if band > 0 {
                move_row(band * BAND - 1, &mut below);
            }
            let mut below = &below[..];
            for (y, (row, shift)) in (band * BAND..).zip(rows.iter_mut().zip(shift.chunks_mut(w))) {
                move_row(y, shift);
                *row = best_work(Cut { cutter: &cutter, y, shift, below });
                below = shift;
            }
        })?;
        let shifts = made.iter().flat_map(|row| &row.blocks).map(|block| block.shift);
        let moved = shifts.filter(|[low, high]| low <= high);
        let most = moved.fold(0f32, |m, [low, high]| m.max(low.abs()).max(high.abs()));
        let ((sheet, partly), rows) = (of.take(), made.take());
        Ok(Self { sheet, shift, partly, points, first_column, columns, rows, most, joined })
    }

    /// The samples from a place on that not all points see: how far on, how many do, and where in the order of the points those begin.
    pub fn partly(&self, start: usize, n: usize) -> impl Iterator<Item = (usize, f32, f32)> {
        let rect = self.sheet.rect;
        let (row, first) = (start / rect.width().max(1), start % rect.width().max(1));
        these(&self.partly, row, first..first + n).iter().map(move |(column, seen_by)| {
            let begin = hash(rect.x1 + *column as i32, rect.y1 + row as i32) % self.points.max(1) as u32;
            (*column as usize - first, *seen_by, begin as f32)
        })
    }
}

/// Those of some columns of a row.
fn these(partly: &[Vec<(u32, f32)>], row: usize, columns: Range<usize>) -> &[(u32, f32)] {
    let row = partly.get(row).map_or(&[][..], Vec::as_slice);
    let [first, end] =
        [columns.start, columns.end].map(|column| row.partition_point(|(of, _)| (*of as usize) < column));
    &row[first..end]
}

/// A number of a pixel, of 24 bits: those of neighbours have nothing to do with each other.
fn hash(x: i32, y: i32) -> u32 {
    let mixed = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D) >> 8
}

/// What rows are cut from.
struct Cutter<'a> {
    sheet: &'a Sheet,
    partly: &'a [Vec<(u32, f32)>],
    first_column: i32,
    columns: usize,
    joined: f32,
}

/// Cuts a row of samples into blocks and pieces.
struct Cut<'a> {
    cutter: &'a Cutter<'a>,
    y: usize,
    /// The moves of its samples.
    shift: &'a [f32],
    /// Those of the row below, empty if there is none.
    below: &'a [f32],
}

impl Work for Cut<'_> {
    type Output = Row;

    #[inline(always)]
    fn run(self) -> Row {
        let Cutter { sheet, first_column, columns, .. } = self.cutter;
        let w = sheet.rect.width();
        let coc = &sheet.coc[self.y * w..(self.y + 1) * w];
        // Is a pixel not of the same piece as the one before it?
        let mut ends = vec![false; w];
        for (end, (coc, (a, b))) in
            ends[1..].iter_mut().zip(coc[1..].iter().zip(self.shift.iter().zip(&self.shift[1..])))
        {
            *end = (*coc == NONE) | ((b - a).abs() > ENDS);
        }
        let mut row = Row { blocks: Vec::with_capacity(*columns), pieces: Vec::new() };
        for b in 0..*columns {
            let x = (first_column + b as i32) * BLOCK - sheet.rect.x1;
            let (x1, x2) = (x.max(0) as usize, ((x + BLOCK).max(0) as usize).min(w));
            let before = row.pieces.len() as u32;
            let mut shift = EMPTY;
            let mut begin = x1;
            while begin < x2 {
                if coc[begin] == NONE {
                    begin += coc[begin..x2].iter().position(|coc| *coc < NONE).unwrap_or(x2 - begin);
                    continue;
                }
                let end = ends[begin + 1..x2].iter().position(|end| *end).map_or(x2, |n| begin + 1 + n);
                let piece = self.piece(begin..end);
                shift = [lower(piece.shift[0], shift[0]), upper(piece.shift[1], shift[1])];
                row.pieces.push(piece);
                begin = end;
            }
            row.blocks.push(Block { shift, pieces: [before, row.pieces.len() as u32] });
        }
        row
    }
}

impl Cut<'_> {
    /// A piece, of some columns.
    #[inline(always)]
    fn piece(&self, columns: Range<usize>) -> Piece {
        let Cutter { sheet, partly, joined, .. } = self.cutter;
        let w = sheet.rect.width();
        let these = self.y * w + columns.start..self.y * w + columns.end;
        let mut under = [f32::NAN; BLOCK as usize];
        if !self.below.is_empty() {
            // Of the samples below, where they are of the same surface.
            let both = sheet.coc[these.clone()].iter().zip(&sheet.coc[these.start - w..these.end - w]);
            for (under, ((coc, other), shift)) in under.iter_mut().zip(both.zip(&self.below[columns.clone()])) {
                *under = choose((coc - other).abs() < *joined, *shift, f32::NAN);
            }
        }
        let shift = least_and_greatest(&self.shift[columns.clone()], EMPTY);
        let under = least_and_greatest(&under[..these.len()], EMPTY);
        Piece {
            start: these.start as u32,
            n: these.len() as u8,
            partly: !self::these(partly, self.y, columns).is_empty(),
            below: under[0] <= under[1],
            shift,
            under,
        }
    }
}
