//! Light rays: how much of the air along a pixel's ray the sun reaches.
//!
//! The sun is infinitely far away. From a point of the air at depth z, seen at x, its light comes along a line that is seen as the line from
//! x to the sun's place s; at the share u of that line it is at the depth z / (1 − u). Whatever is nearer there keeps light away. The
//! share of the line's length that is open is the share of light: as if what stands in the way were thin, which gives soft shafts instead of
//! black shadows. Each cell of a grid remembers, for eight depths an octave apart, how much of it is farther away than that; coarser grids of
//! the same take the place of many small steps (Crassin and others 2011 do so with cones in voxels).

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::model::Air;
use super::params::Params;
use super::sun;
use crate::effect::Frame;
use crate::geometry::Rect;
use crate::image::Plane;
use crate::maths::{log2, lower, upper};
use crate::render::Surroundings;
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop, try_vec};

/// Depths that are told apart.
pub(super) const DEPTHS: usize = 8;
/// Side of a cell in pixels of the full-size frame.
const CELL: f64 = 4.0;

/// Steps of cells' ways that are made without a look at whether the work is still wanted.
const PIECE: usize = 1 << 14;

type Open = [f32; DEPTHS];

/// How rays are followed; the same for every window of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Pixels of a cell, each way.
    cell: [i32; 2],
    /// The sun in cells.
    sun: [f32; 2],
    /// How far shadows reach, in cells.
    length: f32,
    samples: usize,
    /// Coarsest grid.
    coarsest: u32,
    /// The nearest of the depths.
    pub(super) nearest: f32,
}

impl Layout {
    /// `None` where no rays are wanted.
    pub(super) fn of(p: &Params, frame: &Frame, air: &Air) -> Option<Self> {
        if p.rays.amount == 0.0 || p.removes() {
            return None;
        }
        let low = if p.height.on { p.height.density * p.air.density } else { 0.0 };
        let held = |z: f64| air.before(z).total() + low * z > 3.9;
        // The depth at which 2 % are left; of thin air, ten kilometres.
        let (mut a, mut b) = (1e-2_f64.ln(), 1e4_f64.ln());
        for _ in 0..40 {
            let middle = 0.5 * (a + b);
            if held(middle.exp()) { b = middle } else { a = middle }
        }
        Some(Self::new(p, frame, b.exp()))
    }

    /// `thick`: the depth at which little is left of the light.
    fn new(p: &Params, frame: &Frame, thick: f64) -> Self {
        let scale = frame.geometry.pixels_per_unit();
        let cell = scale.map(|s| ((CELL * s).round() as i32).max(1));
        let at = frame.geometry.to_pixel(sun::position(p, frame));
        let sun = [0, 1].map(|i| (at[i] / f64::from(cell[i])) as f32);
        let width = (frame.format.x2 - frame.format.x1) * scale[0] / f64::from(cell[0]);
        let length = (p.rays.length * width).max(1.0);
        let samples = p.rays.samples as usize;
        let coarsest = (2.0 * length / samples as f64).log2().ceil().clamp(0.0, 12.0) as u32;
        let nearest = (thick / 128.0) as f32;
        Self { cell, sun, length: length as f32, samples, coarsest, nearest }
    }

    /// Cells around the way that a coarse grid needs: its alignment, and one cell of it for the slope between its cells.
    fn margin(&self) -> i32 {
        2 + (3 << self.coarsest)
    }

    /// How far from a pixel the depth is looked at, in pixels of the full-size frame.
    pub(super) fn reach(&self, frame: &Frame) -> f64 {
        let cells = f64::from(self.length).ceil() + f64::from(self.margin()) + 2.0;
        let scale = frame.geometry.pixels_per_unit();
        (0..2).map(|i| cells * f64::from(self.cell[i]) / scale[i]).fold(0.0, f64::max)
    }

    /// The cells that touch some pixels.
    fn cells(&self, r: Rect) -> Rect {
        let [w, h] = self.cell;
        let up = |v: i32, side: i32| -(-v).div_euclid(side);
        Rect::new(r.x1.div_euclid(w), r.y1.div_euclid(h), up(r.x2, w), up(r.y2, h))
    }

    /// The depth `k`.
    pub(super) fn depth(&self, k: usize) -> f32 {
        self.nearest * (1 << k) as f32
    }
}

/// A grid of cells.
struct Grid {
    rect: Rect,
    cells: Vec<Open>,
}

impl Grid {
    fn new(rect: Rect) -> Result<Self, Stop> {
        Ok(Self { rect, cells: try_vec(rect.width() * rect.height(), [0.0; DEPTHS])? })
    }

    /// Between the four cells around a place (in cells; their centres are at halves).
    #[inline(always)]
    fn at(&self, x: f32, y: f32) -> Open {
        let (x, y) = (x - 0.5, y - 0.5);
        let (fx, fy) = (x.floor(), y.floor());
        let (tx, ty) = (x - fx, y - fy);
        let (w, h) = (self.rect.width() as i32, self.rect.height() as i32);
        let (i, j) = (fx as i32 - self.rect.x1, fy as i32 - self.rect.y1);
        let column = |i: i32| i.clamp(0, w - 1) as usize;
        let row = |j: i32| j.clamp(0, h - 1) as usize * w as usize;
        let (low, high) = (row(j), row(j + 1));
        let (left, right) = (column(i), column(i + 1));
        let (a, b) = (&self.cells[low + left], &self.cells[low + right]);
        let (c, d) = (&self.cells[high + left], &self.cells[high + right]);
        std::array::from_fn(|k| {
            let bottom = a[k] + tx * (b[k] - a[k]);
            let top = c[k] + tx * (d[k] - c[k]);
            bottom + ty * (top - bottom)
        })
    }
}

/// How open the way to the sun is, over a window.
pub(super) struct Rays {
    layout: Layout,
    open: Grid,
}

impl Rays {
    pub(super) fn new(layout: Layout, around: &Surroundings, window: Rect, exec: &Exec) -> Result<Self, Stop> {
        // One more for the slope between cells.
        let own = layout.cells(window).grow(1);
        let way = own.grow(layout.length.ceil() as i32);
        // No way leaves the rectangle that holds window and sun.
        let [sx, sy] = layout.sun.map(|v| v.clamp(-1e6, 1e6).floor() as i32);
        let hull = Rect::new(own.x1.min(sx), own.y1.min(sy), own.x2.max(sx + 1), own.y2.max(sy + 1));
        let side = 1 << layout.coarsest;
        let need = way.intersect(&hull).grow(layout.margin() - side);
        let down = |v: i32| v.div_euclid(side) * side;
        let need = Rect::new(down(need.x1), down(need.y1), down(need.x2 + side - 1), down(need.y2 + side - 1));
        let [w, h] = layout.cell;
        let depth = around.depth(Rect::new(need.x1 * w, need.y1 * h, need.x2 * w, need.y2 * h), exec)?;
        let depth = exec.keep(depth);
        let grids = exec.keep(grids(&layout, need, &depth, exec)?);
        let mut open = exec.keep(Grid::new(own)?);
        drop(depth);
        let rows: Vec<_> = open.cells.chunks_mut(own.width().max(1)).collect();
        exec.for_each_mut(rows, [0.1, 0.6], |j, row, cancel| {
            let cells = (PIECE / layout.samples.max(1)).max(1);
            let places = (own.x1..).step_by(cells).zip(row.chunks_mut(cells));
            for (x1, row) in places.take_while(|_| !cancel.is_set()) {
                best_work(Follow { layout: &layout, grids: &grids, x1, y: own.y1 + j as i32, row });
            }
        })?;
        Ok(Self { layout, open: open.take() })
    }

    /// How open the way to the sun is from the air before a pixel, at each of the depths.
    #[inline(always)]
    pub(super) fn open(&self, x: i32, y: i32) -> Open {
        let [w, h] = self.layout.cell;
        self.open.at((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32)
    }
}

/// The finest grid from the depth, and the coarser ones.
fn grids(layout: &Layout, rect: Rect, depth: &Plane, exec: &Exec) -> Result<Vec<Grid>, Stop> {
    let (mut all, mut finest) = (exec.keep(Vec::new()), exec.keep(Grid::new(rect)?));
    let rows: Vec<_> = finest.cells.chunks_mut(rect.width().max(1)).collect();
    exec.for_each_mut(rows, [0.0, 0.1], |j, row, _| {
        best_work(Measure { layout, depth, x1: rect.x1, y: rect.y1 + j as i32, row });
    })?;
    all.push(finest.take());
    for level in 0..layout.coarsest {
        let fine = &all[level as usize];
        let r = Rect::new(fine.rect.x1 / 2, fine.rect.y1 / 2, fine.rect.x2 / 2, fine.rect.y2 / 2);
        let mut coarse = exec.keep(Grid::new(r)?);
        let (w, fine_w) = (r.width(), fine.rect.width());
        exec.for_each_mut(coarse.cells.chunks_mut(w.max(1)).collect(), [0.1, 0.1], |j, row, _| {
            for (i, cell) in row.iter_mut().enumerate() {
                let at = 2 * j * fine_w + 2 * i;
                let [a, b, c, d] = [at, at + 1, at + fine_w, at + fine_w + 1].map(|k| &fine.cells[k]);
                *cell = std::array::from_fn(|k| 0.25 * ((a[k] + b[k]) + (c[k] + d[k])));
            }
        })?;
        all.push(coarse.take());
    }
    Ok(all.take())
}

/// A row of the finest grid.
struct Measure<'a> {
    layout: &'a Layout,
    depth: &'a Plane,
    x1: i32,
    y: i32,
    row: &'a mut [Open],
}

impl Work for Measure<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let [w, h] = self.layout.cell;
        let per_nearest = 1.0 / self.layout.nearest;
        let share = 1.0 / (w * h) as f32;
        for y in self.y * h..(self.y + 1) * h {
            let row = self.depth.row(y);
            for (cell, pixels) in
                self.row.iter_mut().zip(row[(self.x1 * w - self.depth.rect().x1) as usize..].chunks(w as usize))
            {
                for z in pixels {
                    // Depth left alone holds no light back.
                    let z = if z.is_nan() { f32::INFINITY } else { *z };
                    let place = log2(lower(upper(z * per_nearest, 1e-30), 1e30)) + 0.5;
                    for (k, v) in cell.iter_mut().enumerate() {
                        *v += lower(upper(place - k as f32, 0.0), 1.0) * share;
                    }
                }
            }
        }
    }
}

/// A row of cells on their ways to the sun.
struct Follow<'a> {
    layout: &'a Layout,
    grids: &'a [Grid],
    x1: i32,
    y: i32,
    row: &'a mut [Open],
}

impl Work for Follow<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let y = self.y as f32 + 0.5;
        for (i, cell) in self.row.iter_mut().enumerate() {
            *cell = follow(self.layout, self.grids, (self.x1 + i as i32) as f32 + 0.5, y);
        }
    }
}

/// Samples whose places are worked out together.
const SAMPLES: usize = 16;

/// The share of the way that is open at each of the depths. Steps grow with the distance, and with them the cells that are asked.
#[inline(always)]
fn follow(layout: &Layout, grids: &[Grid], x: f32, y: f32) -> Open {
    let (dx, dy) = (layout.sun[0] - x, layout.sun[1] - y);
    let distance = (dx * dx + dy * dy).sqrt();
    let way = lower(distance, layout.length);
    let share = if distance > 0.0 { way / distance } else { 0.0 };
    let per_sample = 1.0 / layout.samples as f32;
    let mut sum = Sum::new();
    let mut weights = 0.0;
    for from in (0..layout.samples).step_by(SAMPLES) {
        let (mut us, mut levels, mut farthers) = ([0.0; SAMPLES], [0.0; SAMPLES], [0.0; SAMPLES]);
        let mut shares = [0.0; SAMPLES];
        // No look into memory: this loop becomes vector code.
        for i in 0..SAMPLES {
            let t = ((from + i) as i32 as f32 + 0.5) * per_sample;
            let (t, step) = (t * t, 2.0 * t * per_sample);
            us[i] = share * t;
            // What is farther away from the pixel counts less and less.
            shares[i] = step * (1.0 - t * way / layout.length);
            levels[i] = upper(log2(upper(step * way, 1.0)), 0.0);
            // There the light is 1 / (1 − u) as far away.
            farthers[i] = lower(-log2(upper(1.0 - us[i], 1e-6)), DEPTHS as f32);
        }
        for i in 0..SAMPLES.min(layout.samples - from) {
            let (level, weight) = (levels[i], shares[i]);
            let fine = (level as i32 as usize).min(grids.len() - 1);
            let coarse = (fine + 1).min(grids.len() - 1);
            let between = lower(level - fine as i32 as f32, 1.0);
            let (px, py) = (x + us[i] * dx, y + us[i] * dy);
            let per = |level: usize| f32::from_bits((127 - level as u32) << 23);
            let mut here = grids[fine].at(px * per(fine), py * per(fine));
            if between > 0.0 {
                let b = grids[coarse].at(px * per(coarse), py * per(coarse));
                (0..DEPTHS).for_each(|k| here[k] += between * (b[k] - here[k]));
            }
            sum.add(&here, weight, farthers[i]);
            weights += weight;
        }
    }
    sum.whole().map(|v| v / upper(weights, 1e-20))
}

/// A sum of how open cells are at depths that are the farther away the nearer the sample is to the sun: of depth *k*, what cells say of the
/// depth *k* + `farther`.
struct Sum {
    done: Open,
    /// Whole octaves of what is summed now; they only grow.
    octaves: usize,
    /// Of so many octaves, and of one more.
    these: Open,
    next: Open,
}

impl Sum {
    #[inline(always)]
    fn new() -> Self {
        Self { done: [0.0; DEPTHS], octaves: 0, these: [0.0; DEPTHS], next: [0.0; DEPTHS] }
    }

    #[inline(always)]
    fn add(&mut self, open: &Open, weight: f32, farther: f32) {
        let octaves = farther as i32 as usize;
        if octaves != self.octaves {
            self.flush();
            self.octaves = octaves;
        }
        let rest = weight * (farther - octaves as i32 as f32);
        for k in 0..DEPTHS {
            self.these[k] += (weight - rest) * open[k];
            self.next[k] += rest * open[k];
        }
    }

    /// The farthest depth stands for all that are farther.
    fn flush(&mut self) {
        for k in 0..DEPTHS {
            let at = |k: usize| k.min(DEPTHS - 1);
            self.done[k] += self.these[at(k + self.octaves)] + self.next[at(k + self.octaves + 1)];
        }
        (self.these, self.next) = ([0.0; DEPTHS], [0.0; DEPTHS]);
    }

    #[inline(always)]
    fn whole(mut self) -> Open {
        self.flush();
        self.done
    }
}
