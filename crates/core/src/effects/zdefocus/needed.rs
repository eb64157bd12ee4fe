//! Which of a picture's own samples may be seen where the picture is asked for: no others need be made.

use super::field::Field;
use super::finest::Asked;
use super::layer::BLOCK;
use crate::depth::least_and_greatest;
use crate::geometry::Rect;
use crate::simd::best;
use crate::workers::{Exec, Stop, try_vec};

/// Rows of the blocks for which that is worked out.
pub const ROWS: i32 = 16;
/// Side of the squares in which it is noted whether anything is asked for.
const SQUARE: i32 = 16;
/// A sample may cover so many pixels more beside its own.
const BESIDE: i32 = 3;

/// Blocks of [`BLOCK`] by [`ROWS`] samples, at multiples of those.
pub struct Needed {
    /// In blocks.
    rect: Rect,
    blocks: Vec<bool>,
}

impl Needed {
    /// Of the samples over `rect`, and of those that they may hide, which are blurred no more than the most blurred of all; bokehs are `wide`
    /// times as wide as high, or as high.
    pub fn new(field: &Field, rect: Rect, asked: &Asked, wide: f32, exec: &Exec) -> Result<[Self; 2], Stop> {
        let squares = Squares::new(asked, exec)?;
        let cells = in_cells(&rect, [BLOCK, ROWS]);
        let n = cells.width() * cells.height();
        let (mut blocks, mut hidden) = (try_vec(n, false)?, try_vec(n, false)?);
        let rows = blocks.chunks_mut(cells.width().max(1)).zip(hidden.chunks_mut(cells.width().max(1)));
        let farthest = (field.most.max(-field.least) * wide).ceil() as i32 + BESIDE;
        exec.for_each_mut(rows.collect(), [0.1, 0.1], |i, (row, hidden), _| {
            let y = (cells.y1 + i as i32) * ROWS;
            let columns = (cells.x1..).map(|x| x * BLOCK);
            for (x, (needed, hidden)) in columns.zip(row.iter_mut().zip(hidden.iter_mut())) {
                let block = Rect::new(x, y, x + BLOCK, y + ROWS).intersect(&rect);
                let mut range = [0f32; 2];
                for y in block.y1..block.y2 {
                    let first = field.index(block.x1, y);
                    range = best(|| least_and_greatest(&field.coc[first..first + block.width()], range));
                }
                let reach = (range[1].max(-range[0]) * wide).ceil() as i32 + BESIDE;
                *needed = squares.any(&block.grow(reach));
                *hidden = squares.any(&block.grow(farthest));
            }
        })?;
        Ok([blocks, hidden].map(|blocks| Self { rect: cells, blocks }))
    }

    /// Is the sample at a pixel needed?
    #[inline]
    pub fn at(&self, x: i32, y: i32) -> bool {
        let (x, y) = (x.div_euclid(BLOCK), y.div_euclid(ROWS));
        self.rect.contains(x, y)
            && self.blocks[(y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize]
    }

    /// Is any sample of a rectangle needed?
    pub fn any(&self, rect: &Rect) -> bool {
        let cells = in_cells(rect, [BLOCK, ROWS]).intersect(&self.rect);
        (cells.y1..cells.y2).any(|y| {
            let row = (y - self.rect.y1) as usize * self.rect.width();
            let columns = (cells.x1 - self.rect.x1) as usize..(cells.x2 - self.rect.x1) as usize;
            !columns.is_empty() && self.blocks[row..row + self.rect.width()][columns].contains(&true)
        })
    }

    /// Copies what is needed of a row of samples, whole blocks; the rest stays.
    pub fn copy(&self, x: i32, y: i32, from: &[f32], to: &mut [f32]) {
        let end = x + from.len() as i32;
        let mut at = x;
        while at < end {
            let next = ((at.div_euclid(BLOCK) + 1) * BLOCK).min(end);
            if self.any(&Rect::new(at, y, next, y + 1)) {
                let range = (at - x) as usize..(next - x) as usize;
                to[range.clone()].copy_from_slice(&from[range]);
            }
            at = next;
        }
    }
}

/// The cells that a rectangle meets.
fn in_cells(rect: &Rect, size: [i32; 2]) -> Rect {
    let up = |v: i32, size: i32| (v - 1).div_euclid(size) + 1;
    Rect::new(rect.x1.div_euclid(size[0]), rect.y1.div_euclid(size[1]), up(rect.x2, size[0]), up(rect.y2, size[1]))
}

/// In how many squares something is asked for, of all from the first to each.
struct Squares {
    rect: Rect,
    /// One row and one column more than squares: sums of what is before.
    sums: Vec<u32>,
}

impl Squares {
    fn new(asked: &Asked, exec: &Exec) -> Result<Self, Stop> {
        let rect = in_cells(&asked.rect, [SQUARE; 2]);
        let w = rect.width() + 1;
        let mut sums = try_vec(w * (rect.height() + 1), 0u32)?;
        exec.for_each_mut(sums[w..].chunks_mut(w).collect(), [0.1, 0.1], |i, row, _| {
            let y = (rect.y1 + i as i32) * SQUARE;
            for (x, sum) in (rect.x1..).map(|x| x * SQUARE).zip(row[1..].iter_mut()) {
                let square = Rect::new(x, y, x + SQUARE, y + SQUARE).intersect(&asked.rect);
                *sum =
                    u32::from((square.y1..square.y2).any(|y| asked.says_any(&Rect { y1: y, y2: y + 1, ..square }, y)));
            }
        })?;
        for i in w..sums.len() {
            // The first column is of nothing.
            sums[i] += if i % w == 0 { 0 } else { sums[i - 1] + sums[i - w] - sums[i - w - 1] };
        }
        Ok(Self { rect, sums })
    }

    /// Is anything asked for in the squares that a rectangle meets?
    fn any(&self, rect: &Rect) -> bool {
        let cells = in_cells(rect, [SQUARE; 2]).intersect(&self.rect);
        if cells.is_empty() {
            return false;
        }
        let w = self.rect.width() + 1;
        let at = |x: i32, y: i32| self.sums[(y - self.rect.y1) as usize * w + (x - self.rect.x1) as usize];
        at(cells.x2, cells.y2) + at(cells.x1, cells.y1) > at(cells.x1, cells.y2) + at(cells.x2, cells.y1)
    }
}
