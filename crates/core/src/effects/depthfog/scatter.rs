//! Scatter blur: what thick air leaves of a far thing is also softer, for some of its light comes by detours.
//!
//! Each pixel has a radius by the opacity of the air before it. Ever coarser pictures are made, each only from pixels whose own radius is as
//! large as its cells: near, clear things do not smear into far ones, nor far ones over near ones.

use crate::geometry::Rect;
use crate::image::{Image, Plane};
use crate::maths::{log2, lower, upper};
use crate::workers::{Exec, Stop, try_vec};

/// Red, green, blue, alpha, weight, and radius in pixels; all but the weight times weight.
type Cell = [f32; 6];

/// A picture of cells of 2^level pixels.
struct Level {
    rect: Rect,
    cells: Vec<Cell>,
}

/// The picture in ever coarser cells.
pub(super) struct Soft {
    levels: Vec<Level>,
}

/// The coarsest picture for a largest radius in pixels.
pub(super) fn coarsest(radius: f64) -> u32 {
    (radius.log2() + 1.0).ceil().clamp(1.0, 12.0) as u32
}

/// How far from a pixel the picture is looked at, in pixels.
pub(super) fn reach(radius: f64) -> i32 {
    3 << coarsest(radius)
}

impl Soft {
    /// `rect`: the pixels that `source` and `radii` have; they reach [`reach`] beyond those that are asked for.
    pub(super) fn new(source: &Image, radii: &Plane, coarsest: u32, exec: &Exec) -> Result<Self, Stop> {
        let rect = source.rect();
        let mut finest = Level { rect, cells: try_vec(rect.width() * rect.height(), [0.0; 6])? };
        exec.for_each_mut(finest.cells.chunks_mut(rect.width().max(1)).collect(), [0.0, 0.1], |j, row, _| {
            let y = rect.y1 + j as i32;
            let planes = [0, 1, 2, 3].map(|c| source.planes[c].row(y));
            for (i, (cell, radius)) in row.iter_mut().zip(radii.row(y)).enumerate() {
                let [r, g, b, a] = planes.map(|p| p[i]);
                // Its square would be no number.
                if [r, g, b, a].iter().all(|v| v.abs() < 1e15) {
                    *cell = [r, g, b, a, 1.0, *radius];
                }
            }
        })?;
        let mut levels = vec![finest];
        for k in 1..=coarsest {
            let fine = &levels[k as usize - 1];
            let f = fine.rect;
            // Cells whose four by four finer ones are all there.
            let up = |v: i32| (v + 2).div_euclid(2);
            let rect = Rect::new(up(f.x1), up(f.y1), (f.x2 - 1).div_euclid(2), (f.y2 - 1).div_euclid(2));
            let mut level = Level { rect, cells: try_vec(rect.width() * rect.height(), [0.0; 6])? };
            let least = 0.5 * (1_u32 << k) as f32;
            exec.for_each_mut(level.cells.chunks_mut(rect.width().max(1)).collect(), [0.1, 0.2], |j, row, _| {
                let y = 2 * (rect.y1 + j as i32);
                for (i, cell) in row.iter_mut().enumerate() {
                    *cell = coarser(fine, 2 * (rect.x1 + i as i32), y, least);
                }
            })?;
            levels.push(level);
        }
        Ok(Self { levels })
    }

    /// The colour at a pixel of some radius (pixels) instead of its own, premultiplied by its own alpha.
    #[inline(always)]
    pub(super) fn at(&self, x: i32, y: i32, radius: f32, own: [f32; 4]) -> [f32; 3] {
        let rgb = [own[0], own[1], own[2]];
        let last = self.levels.len() - 1;
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

    #[inline(always)]
    fn level(&self, k: usize, x: i32, y: i32, alpha: f32) -> Option<[f32; 3]> {
        let Level { rect, cells } = &self.levels[k];
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
