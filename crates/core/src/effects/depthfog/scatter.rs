//! Scatter blur: what thick air leaves of a far thing is also softer, for some of its light comes by detours.
//!
//! Each pixel has a radius by the opacity of the air before it. Ever coarser pictures are made, each only from pixels whose own radius is as
//! large as its cells: near, clear things do not smear into far ones, nor far ones over near ones.

use crate::geometry::Rect;
use crate::maths::{log2, lower, upper};
use crate::workers::{Exec, Stop, try_vec};

/// Red, green, blue, alpha, weight, and radius in pixels; all but the weight times weight.
pub(super) type Cell = [f32; 6];

/// A picture of cells of 2^level pixels.
struct Level {
    rect: Rect,
    cells: Vec<Cell>,
}

/// The picture in ever coarser cells; the first are of two pixels.
pub(super) struct Soft {
    levels: Vec<Level>,
}

/// Rows of cells that a task makes.
const BAND: usize = 8;

/// The coarsest picture for a largest radius in pixels.
pub(super) fn coarsest(radius: f64) -> u32 {
    (radius.log2() + 1.0).ceil().clamp(1.0, 12.0) as u32
}

/// How far from a pixel the picture is looked at, in pixels.
pub(super) fn reach(radius: f64) -> i32 {
    3 << coarsest(radius)
}

impl Level {
    /// Cells of twice the size; those of which the four by four finer ones are all there.
    fn above(fine: Rect) -> Result<Self, Stop> {
        let up = |v: i32| (v + 2).div_euclid(2);
        let rect = Rect::new(up(fine.x1), up(fine.y1), (fine.x2 - 1).div_euclid(2), (fine.y2 - 1).div_euclid(2));
        Ok(Level { rect, cells: try_vec(rect.width() * rect.height(), [0.0; 6])? })
    }

    /// `task` gets some rows of cells and what their y is.
    fn fill(
        &mut self,
        exec: &Exec,
        task: impl Fn(&mut dyn Iterator<Item = (i32, &mut [Cell])>) + Sync,
    ) -> Result<(), Stop> {
        let (y1, width) = (self.rect.y1, self.rect.width().max(1));
        let bands = self.cells.chunks_mut(width * BAND).collect();
        exec.for_each_mut(bands, [0.1, 0.2], |i, band, cancel| {
            let rows = (y1 + (i * BAND) as i32..).zip(band.chunks_mut(width));
            task(&mut rows.take_while(|_| !cancel.is_set()));
        })
    }

    /// Makes a row of cells of 2^k pixels, beginning at `x1`, from these of half the size.
    fn double(&self, k: u32, x1: i32, y: i32, row: &mut [Cell]) {
        let least = 0.5 * (1_u32 << k) as f32;
        for (x, cell) in (x1..).zip(row) {
            *cell = coarser(self, 2 * x, 2 * y, least);
        }
    }
}

/// A pixel as a cell; a colour whose square would be no number does not count.
#[inline(always)]
pub(super) fn pixel([r, g, b, a]: [f32; 4], radius: f32) -> Cell {
    if [r, g, b, a].iter().all(|v| v.abs() < 1e15) { [r, g, b, a, 1.0, radius] } else { [0.0; 6] }
}

impl Soft {
    /// `pixels(y, row)` makes a row of `rect` cells of one pixel; `rect` reaches [`reach`] beyond the pixels that are asked for.
    pub(super) fn new(
        rect: Rect,
        pixels: impl Fn(i32, &mut [Cell]) + Sync,
        coarsest: u32,
        exec: &Exec,
    ) -> Result<Self, Stop> {
        let (mut levels, mut level) = (exec.keep(Vec::new()), exec.keep(Level::above(rect)?));
        let x1 = level.rect.x1;
        level.fill(exec, |rows| {
            // The pixels of four rows, which a row of cells is made of; two of them are the next one's, too.
            let w = rect.width();
            let mut four = Level { rect: Rect::default(), cells: vec![[0.0; 6]; 4 * w] };
            for (y, row) in rows {
                let known = if four.rect.is_empty() { 0 } else { 2 };
                four.cells.copy_within(2 * w.., 0);
                four.rect = Rect::new(rect.x1, 2 * y - 1, rect.x2, 2 * y + 3);
                (2 * y - 1..).zip(four.cells.chunks_mut(w)).skip(known).for_each(|(y, row)| pixels(y, row));
                four.double(1, x1, y, row);
            }
        })?;
        levels.push(level.take());
        for k in 2..=coarsest {
            let fine = &levels[k as usize - 2];
            let mut level = exec.keep(Level::above(fine.rect)?);
            let x1 = level.rect.x1;
            level.fill(exec, |rows| rows.for_each(|(y, row)| fine.double(k, x1, y, row)))?;
            levels.push(level.take());
        }
        Ok(Self { levels: levels.take() })
    }

    /// The colour at a pixel of some radius (pixels) instead of its own, premultiplied by its own alpha.
    #[inline(always)]
    pub(super) fn at(&self, x: i32, y: i32, radius: f32, own: [f32; 4]) -> [f32; 3] {
        let rgb = [own[0], own[1], own[2]];
        let last = self.levels.len();
        let place = lower(log2(upper(radius, 0.5)) + 1.0, last as f32);
        if place <= 0.0 {
            return rgb;
        }
        let fine = (place as usize).min(last - 1);
        let a = if fine == 0 { rgb } else { self.level(fine, x, y, own[3]).unwrap_or(rgb) };
        let b = self.level(fine + 1, x, y, own[3]).unwrap_or(a);
        let t = place - fine as f32;
        std::array::from_fn(|c| a[c] + t * (b[c] - a[c]))
    }

    /// Between the cells of 2^k pixels around a pixel.
    #[inline(always)]
    fn level(&self, k: usize, x: i32, y: i32, alpha: f32) -> Option<[f32; 3]> {
        let Level { rect, cells } = &self.levels[k - 1];
        let side = (1_i32 << k) as f32;
        let (px, py) = ((x as f32 + 0.5) / side - 0.5, (y as f32 + 0.5) / side - 0.5);
        let (fx, fy) = (px.floor(), py.floor());
        let (tx, ty) = (px - fx, py - fy);
        let (i, j) = (fx as i32, fy as i32);
        if !(rect.contains(i, j) && rect.contains(i + 1, j + 1)) {
            return None;
        }
        let at = (j - rect.y1) as usize * rect.width() + (i - rect.x1) as usize;
        let [a, b, c, d] = [at, at + 1, at + rect.width(), at + rect.width() + 1].map(|k| &cells[k]);
        let sum: [f32; 4] = std::array::from_fn(|k| {
            let bottom = a[k] + tx * (b[k] - a[k]);
            let top = c[k] + tx * (d[k] - c[k]);
            bottom + ty * (top - bottom)
        });
        let per_alpha = alpha / sum[3];
        (sum[3] > 1e-4).then(|| std::array::from_fn(|c| sum[c] * per_alpha))
    }
}

/// One, three, three, one each way, of those whose radius is at least as large as the new cell.
#[inline(always)]
fn coarser(fine: &Level, x: i32, y: i32, least: f32) -> Cell {
    const SHARES: [f32; 4] = [0.125, 0.375, 0.375, 0.125];
    let w = fine.rect.width();
    let mut sum = [0.0; 6];
    for (j, sy) in SHARES.into_iter().enumerate() {
        let start = (y - 1 + j as i32 - fine.rect.y1) as usize * w + (x - 1 - fine.rect.x1) as usize;
        for (cell, sx) in fine.cells[start..start + 4].iter().zip(SHARES) {
            let radius = cell[5] / upper(cell[4], 1e-20);
            let share = sx * sy * lower(upper(radius / least - 0.5, 0.0) * 2.0, 1.0);
            for (s, v) in sum.iter_mut().zip(cell) {
                *s += share * v;
            }
        }
    }
    sum
}
