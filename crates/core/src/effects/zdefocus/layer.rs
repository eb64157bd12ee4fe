//! Samples ready to move, and the pieces in which they do.

use super::lens::Moves;
use super::sheet::{NONE, Sheet};
use crate::maths::{lower, upper};
use crate::workers::{Exec, Stop, try_vec};
use std::ops::Range;

/// Blocks begin at multiples of this in x, whatever the window.
pub const BLOCK: i32 = 64;

/// Samples ready to move.
pub struct Layer {
    /// The samples.
    pub sheet: Sheet,
    /// How far a sample moves for one unit of lens, in pixels.
    pub shift: Vec<f32>,
    /// Where samples cover only a part of their pixels: how many of the lens's points see each. Empty is all of them.
    pub seen_by: Vec<f32>,
    /// Where in the order of the points those of a sample begin, for such samples.
    pub begins: Vec<f32>,
    /// The number of the first block of each row.
    pub first_column: i32,
    /// Blocks of a row.
    pub columns: usize,
    /// Rows from bottom to top.
    pub blocks: Vec<Block>,
    /// Row by row, block by block.
    pub pieces: Vec<Piece>,
    /// The farthest that any sample moves for one unit of lens.
    pub most: f32,
    /// Neighbours whose CoCs differ by less are one surface: what opens between them is closed.
    pub joined: f32,
}

/// Up to [`BLOCK`] pixels of a row.
#[derive(Clone, Copy)]
pub struct Block {
    /// The least and greatest move; the wrong way round where it has no samples.
    pub shift: [f32; 2],
    /// The number of its first piece, and of the next block's.
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

impl Layer {
    /// From samples of which each is seen by so many of all `points`; empty is by all of them.
    pub fn new(sheet: Sheet, seen_by: Vec<f32>, points: usize, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let of = exec.keep((sheet, seen_by));
        let (sheet, seen_by) = (&of.0, &of.1[..]);
        let (rect, w) = (sheet.rect, sheet.rect.width().max(1));
        let first_column = rect.x1.div_euclid(BLOCK);
        let columns = ((rect.x2 - 1).div_euclid(BLOCK) - first_column + 1).max(1) as usize;
        let mut planes =
            exec.keep((exec.filled(sheet.coc.len(), 0f32, [0.0; 2])?, exec.filled(seen_by.len(), 0f32, [0.0; 2])?));
        let (shift, begins) = &mut *planes;
        exec.for_each_mut(shift.chunks_mut(w).collect(), [0.2, 0.2], |y, shift, _| {
            let coc = &sheet.coc[y * w..(y + 1) * w];
            for (shift, coc) in shift.iter_mut().zip(coc).filter(|(_, coc)| **coc < NONE) {
                *shift = moves.of(*coc);
            }
        })?;
        let rows: Vec<_> = begins.chunks_mut(w).zip(seen_by.chunks(w)).collect();
        exec.for_each_mut(rows, [0.2, 0.2], |y, (begins, seen_by), _| {
            let samples = (rect.x1..).zip(begins.iter_mut()).zip(seen_by.iter());
            for ((x, begin), _) in samples.filter(|(_, of)| **of < points as f32) {
                *begin = (hash(x, rect.y1 + y as i32) % points.max(1) as u32) as f32;
            }
        })?;
        let joined = moves.joined;
        let row = Row { sheet, seen_by, shift, points: points as f32, first_column, columns, joined };
        let mut made = exec.keep(vec![(Vec::new(), Vec::new()); rect.height()]);
        exec.for_each_mut(made.iter_mut().collect(), [0.2, 0.2], |y, of_row, _| **of_row = row.pieces(y))?;
        let many = made.iter().map(|(_, pieces)| pieces.len()).sum();
        let none = Block { shift: EMPTY, pieces: [0; 2] };
        let mut all = exec.keep((try_vec(columns * rect.height(), none)?, Vec::new()));
        let (blocks, pieces) = &mut *all;
        pieces.try_reserve_exact(many).map_err(|_| Stop::OutOfMemory)?;
        for (blocks, (of_row, pieces_of_row)) in blocks.chunks_mut(columns).zip(made.iter()) {
            let before = pieces.len() as u32;
            for (block, of) in blocks.iter_mut().zip(of_row) {
                *block = Block { pieces: of.pieces.map(|n| before + n), ..*of };
            }
            pieces.extend_from_slice(pieces_of_row);
        }
        let moved = blocks.iter().map(|block| block.shift).filter(|[low, high]| low <= high);
        let most = moved.fold(0f32, |m, [low, high]| m.max(low.abs()).max(high.abs()));
        let ((sheet, seen_by), (shift, begins), (blocks, pieces)) = (of.take(), planes.take(), all.take());
        Ok(Self { sheet, shift, seen_by, begins, first_column, columns, blocks, pieces, most, joined })
    }
}

/// A number of a pixel, of 24 bits: those of neighbours have nothing to do with each other.
fn hash(x: i32, y: i32) -> u32 {
    let mixed = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D) >> 8
}

/// What the pieces of a row are made from.
struct Row<'a> {
    sheet: &'a Sheet,
    seen_by: &'a [f32],
    shift: &'a [f32],
    points: f32,
    first_column: i32,
    columns: usize,
    joined: f32,
}

impl Row<'_> {
    /// The blocks of a row, and its pieces; numbers begin at 0.
    fn pieces(&self, y: usize) -> (Vec<Block>, Vec<Piece>) {
        let (rect, w) = (self.sheet.rect, self.sheet.rect.width());
        let mut pieces = Vec::new();
        let blocks = (0..self.columns).map(|b| {
            let x = (self.first_column + b as i32) * BLOCK - rect.x1;
            let (x1, x2) = (x.max(0) as usize, ((x + BLOCK).max(0) as usize).min(w));
            let before = pieces.len() as u32;
            self.block(y * w + x1..y * w + x2.max(x1), y > 0, &mut pieces);
            let these = &pieces[before as usize..];
            let shift = these.iter().fold(EMPTY, |[low, high], p: &Piece| [low.min(p.shift[0]), high.max(p.shift[1])]);
            Block { shift, pieces: [before, pieces.len() as u32] }
        });
        (blocks.collect(), pieces)
    }

    /// The pieces of a block; `above` another row.
    fn block(&self, samples: Range<usize>, above: bool, pieces: &mut Vec<Piece>) {
        let (coc, shift) = (&self.sheet.coc, self.shift);
        if coc[samples.clone()].iter().all(|coc| *coc == NONE) {
            return;
        }
        let mut begin = samples.start;
        let mut end = |piece: Range<usize>| {
            if piece.is_empty() {
                return;
            }
            let least = |[low, high]: [f32; 2], v: &f32| [lower(*v, low), upper(*v, high)];
            let moved = shift[piece.clone()].iter().fold(EMPTY, least);
            let under = if above { self.under(&piece) } else { EMPTY };
            pieces.push(Piece {
                start: piece.start as u32,
                n: piece.len() as u8,
                partly: self.seen_by.get(piece).is_some_and(|of| of.iter().any(|of| *of < self.points)),
                below: under[0] <= under[1],
                shift: moved,
                under,
            });
        };
        for i in samples.clone() {
            if coc[i] == NONE {
                end(begin..i);
                begin = i + 1;
            } else if i > begin && (shift[i] - shift[i - 1]).abs() > ENDS {
                end(begin..i);
                begin = i;
            }
        }
        end(begin..samples.end.max(begin));
    }

    /// Least and greatest move of the samples below a piece where they are of the same surface; it is not of the first row.
    fn under(&self, piece: &Range<usize>) -> [f32; 2] {
        let w = self.sheet.rect.width();
        let below = piece.start - w..piece.end - w;
        let both = self.sheet.coc[piece.clone()].iter().zip(&self.sheet.coc[below.clone()]);
        both.zip(&self.shift[below]).fold(EMPTY, |[low, high], ((coc, under), shift)| {
            let joined = (coc - under).abs() < self.joined;
            let (less, more) = if joined { (*shift, *shift) } else { (f32::MAX, f32::MIN) };
            [lower(less, low), upper(more, high)]
        })
    }
}
