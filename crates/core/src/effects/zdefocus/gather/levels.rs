//! Which size of the picture says which pixel, and the way back to the frame.

use super::{Gather, LEVELS};
use crate::effects::zdefocus::breaks::{Parts, WHOLE};
use crate::effects::zdefocus::field::Field;
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop, try_vec};

/// Pixels that are summed up together.
pub const CELL: usize = 64;

/// The level of each pixel.
pub struct Map {
    rect: Rect,
    /// Rows from bottom to top; [`NONE`] where nothing is gathered.
    levels: Vec<u8>,
    /// One bit for each level that occurs, in cells of a row that begin at multiples of [`CELL`].
    cells: Vec<u8>,
    columns: usize,
}

/// Of no level.
const NONE: u8 = u8::MAX;

/// The levels of a row's pixels.
struct Levels<'a> {
    /// The largest CoCs of all but the last.
    ends: &'a [f32; LEVELS - 1],
    parts: &'a [u8],
    coc: &'a [f32],
    levels: &'a mut [u8],
}

impl Work for Levels<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for ((level, part), coc) in self.levels.iter_mut().zip(self.parts).zip(self.coc) {
            let mut beyond = 0;
            for end in self.ends {
                beyond += u8::from(coc.abs() > *end);
            }
            *level = if *part < WHOLE { beyond } else { NONE };
        }
    }
}

/// One bit for each level that occurs.
struct Bits<'a> {
    levels: &'a [u8],
}

impl Work for Bits<'_> {
    type Output = u8;

    #[inline(always)]
    fn run(self) -> u8 {
        self.levels.iter().fold(0, |all, level| all | if *level == NONE { 0 } else { 1 << (level & 7) })
    }
}

fn column(x: i32) -> i32 {
    x.div_euclid(CELL as i32)
}

impl Map {
    pub fn new(gather: &Gather, field: &Field, parts: &Parts, exec: &Exec) -> Result<Self, Stop> {
        let rect = parts.rect;
        let w = rect.width().max(1);
        let columns = (column(rect.x2 - 1) - column(rect.x1) + 1).max(1) as usize;
        let ends = gather.ends();
        let (mut levels, mut cells) =
            (exec.filled(w * rect.height(), 0u8, [0.0; 2])?, try_vec(columns * rect.height(), 0u8)?);
        let rows: Vec<_> = levels.chunks_mut(w).zip(cells.chunks_mut(columns)).collect();
        exec.for_each_mut(rows, [0.1, 0.1], |i, (levels, cells), _| {
            let y = rect.y1 + i as i32;
            let first = field.index(rect.x1, y);
            let (parts, coc) = (parts.row(&rect, y), &field.coc[first..first + w]);
            best_work(Levels { ends: &ends, parts, coc, levels });
            // The first cell may be cut.
            let before = (CELL as i32 - rect.x1.rem_euclid(CELL as i32)) as usize;
            let (one, more) = levels.split_at(before.min(w));
            for (cell, levels) in cells.iter_mut().zip(std::iter::once(one).chain(more.chunks(CELL))) {
                *cell = best_work(Bits { levels });
            }
        })?;
        Ok(Self { rect, levels, cells, columns })
    }

    /// Is any pixel of a level?
    pub fn any(&self, level: usize) -> bool {
        self.cells.iter().any(|cell| cell >> level & 1 != 0)
    }

    /// The last level that occurs.
    pub fn last(&self) -> usize {
        let all = self.cells.iter().fold(0, |all, cell| all | cell);
        all.checked_ilog2().unwrap_or(0) as usize
    }

    /// The pixels of a level's picture between which the frame's lie.
    pub fn nodes(&self, level: usize) -> Rect {
        let unit = 1 << level;
        let low = |v: i32| v.div_euclid(unit) - 1;
        let high = |v: i32| (v - 1).div_euclid(unit) + 2;
        Rect::new(low(self.rect.x1), low(self.rect.y1), high(self.rect.x2), high(self.rect.y2))
    }

    /// May pixels of the frame ask for some of these of a row of a level's picture?
    pub fn asks(&self, level: usize, x: [i32; 2], y: i32) -> bool {
        let (unit, rect) = (1i32 << level, &self.rect);
        // Half a pixel of the level's more to each side.
        let (low, high) = (|v: i32| v * unit - unit / 2, |v: i32| (v + 1) * unit + unit / 2);
        let columns = [low(x[0]).max(rect.x1), high(x[1] - 1).min(rect.x2) - 1];
        if columns[0] > columns[1] {
            return false;
        }
        let columns = columns.map(|x| (column(x) - column(rect.x1)) as usize);
        (low(y).max(rect.y1)..high(y).min(rect.y2)).any(|y| {
            let row = (y - rect.y1) as usize * self.columns;
            self.cells[row + columns[0]..=row + columns[1]].iter().any(|cell| cell >> level & 1 != 0)
        })
    }

    /// The levels of a row from a pixel on.
    pub fn row(&self, x: i32, y: i32) -> &[u8] {
        let row = (y - self.rect.y1) as usize * self.rect.width();
        &self.levels[row + (x - self.rect.x1) as usize..row + self.rect.width()]
    }

    /// Fills in the pixels of a level from its picture.
    pub fn interpolate(&self, level: usize, from: &Image, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        let (rect, w, unit) = (self.rect, self.rect.width(), 1i32 << level);
        let across: Vec<_> = (rect.x1..rect.x2).map(|x| between(x, unit)).collect();
        exec.for_each_mut(out.rows_mut(), [0.2, 0.2], |i, row, _| {
            let levels = &self.levels[i * w..(i + 1) * w];
            let cells = &self.cells[i * self.columns..(i + 1) * self.columns];
            if cells.iter().all(|cell| cell >> level & 1 == 0) {
                return;
            }
            let is = |of: &u8| usize::from(*of) == level;
            let Some(first) = levels.iter().position(is) else { return };
            let end = levels.iter().rposition(is).unwrap_or(first) + 1;
            let (low, t) = between(rect.y1 + i as i32, unit);
            let columns = [first, end - 1].map(|x| across[x].0);
            let n = (columns[1] + 2 - columns[0]) as usize;
            let mut line = vec![[0f32; 4]; n];
            for (c, plane) in from.planes.iter().enumerate() {
                let skip = (columns[0] - plane.rect().x1) as usize;
                let [below, above] = [0, 1].map(|k| &plane.row(low + k)[skip..skip + n]);
                for ((to, a), b) in line.iter_mut().zip(below).zip(above) {
                    to[c] = a + (b - a) * t;
                }
            }
            let mut row = row.reborrow();
            let [r, g, b, a] = row.planes().map(|plane| &mut plane[first..end]);
            let to = r.iter_mut().zip(g).zip(b.iter_mut().zip(a));
            let these = to.zip(&levels[first..end]).zip(&across[first..end]);
            for ((((r, g), (b, a)), _), (at, t)) in these.filter(|((_, of), _)| is(of)) {
                let at = (at - columns[0]) as usize;
                let [from, next] = [line[at], line[at + 1]];
                for (c, to) in [r, g, b, a].into_iter().enumerate() {
                    *to = from[c] + (next[c] - from[c]) * t;
                }
            }
        })
    }
}

/// The first of the two pixels of `unit` between the middles of which a pixel's middle lies, and how far it is to the second.
#[inline(always)]
fn between(v: i32, unit: i32) -> (i32, f32) {
    let first = (2 * v + 1 - unit).div_euclid(2 * unit);
    (first, (2 * v + 1 - unit - 2 * unit * first) as f32 / (2 * unit) as f32)
}
