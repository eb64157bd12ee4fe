//! What a tile's sums are made of: the field around it, or means of it.

use super::spacing;
use crate::effects::zdefocus::field::Field;
use crate::geometry::Rect;
use crate::simd::LANES;

/// The field around a tile, or means of it at every so many pixels.
pub struct Ground {
    /// Pixels from one value to the next.
    pub spacing: i32,
    /// The pixel of the first value, a multiple of the spacing.
    first: [i32; 2],
    /// Values of a row.
    pub width: usize,
    /// Signed CoCs in pixels.
    pub coc: Vec<f32>,
    /// Premultiplied red, green, blue, alpha.
    pub colour: [Vec<f32>; 4],
    /// Are all alphas 1?
    pub opaque: bool,
}

/// The first value lies at a multiple of this, which every spacing divides: nodes are then the same in every tile.
const ANCHOR: i32 = 16;

impl Ground {
    /// The field itself, so many pixels around a tile at least; it goes on beyond its own edges.
    #[inline(always)]
    pub fn new(field: &Field, tile: &Rect, margin: i32) -> Self {
        let [x1, y1] = [tile.x1, tile.y1].map(|v| (v - margin).div_euclid(ANCHOR) * ANCHOR);
        let width = ((tile.x2 + margin - x1) as usize + LANES).next_multiple_of(ANCHOR as usize);
        let height = ((tile.y2 + margin - y1) as usize).next_multiple_of(ANCHOR as usize);
        let mut coc = Vec::with_capacity(width * height);
        let mut colour: [Vec<f32>; 4] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        let all = &field.rect;
        let inside = (x1.max(all.x1), (x1 + width as i32).min(all.x2));
        for y in (y1..).take(height) {
            let first = field.index(all.x1, y.clamp(all.y1, all.y2 - 1));
            let from = |x: i32| first + (x - all.x1) as usize;
            let row = |from_plane: &[f32], to: &mut Vec<f32>| {
                to.extend(std::iter::repeat_n(from_plane[from(inside.0)], (inside.0 - x1) as usize));
                to.extend_from_slice(&from_plane[from(inside.0)..from(inside.1)]);
                to.extend(std::iter::repeat_n(from_plane[from(inside.1 - 1)], (x1 + width as i32 - inside.1) as usize));
            };
            row(&field.coc, &mut coc);
            field.colour.iter().zip(&mut colour).for_each(|(from, to)| row(from, to));
        }
        let opaque = colour[3].iter().all(|a| *a == 1.0);
        Self { spacing: 1, first: [x1, y1], width, coc, colour, opaque }
    }

    /// The index of a node: of the value at so many spacings.
    #[inline(always)]
    pub fn index(&self, x: i32, y: i32) -> usize {
        let of = |v: i32, axis: usize| (v - self.first[axis] / self.spacing) as usize;
        of(y, 1) * self.width + of(x, 0)
    }

    /// Means for the step after this one, `step`, at the nodes of that.
    #[inline(always)]
    pub fn coarser(&mut self, step: i32) {
        let (w, by) = (self.width, (step / 2 / self.spacing) as usize);
        let every = (spacing(step) / self.spacing) as usize;
        let channels = if self.opaque { 3 } else { 4 };
        for plane in std::iter::once(&mut self.coc).chain(&mut self.colour[..channels]) {
            *plane = mean(plane, w, by, every);
        }
        self.width /= every;
        self.spacing *= every as i32;
    }
}

/// Of every so many values ¼, ½, ¼ of it and those `by` beside it, both ways.
#[inline(always)]
fn mean(plane: &[f32], w: usize, by: usize, every: usize) -> Vec<f32> {
    let h = plane.len() / w;
    let half = |a: &f32, b: &f32, c: &f32| 0.5 * (0.5 * (a + b) + 0.5 * (b + c));
    let (mut column, mut across) = (vec![0f32; w + 2 * by], vec![0f32; w]);
    let mut out = Vec::with_capacity(w / every * (h / every));
    for y in (0..h).step_by(every) {
        let row = |y: usize| &plane[y * w..(y + 1) * w];
        let (below, here, above) = (row(y.saturating_sub(by)), row(y), row((y + by).min(h - 1)));
        for (((to, a), b), c) in column[by..].iter_mut().zip(below).zip(here).zip(above) {
            *to = half(a, b, c);
        }
        let (first, last) = (column[by], column[by + w - 1]);
        column[..by].fill(first);
        column[by + w..].fill(last);
        for (((to, a), b), c) in across.iter_mut().zip(&column).zip(&column[by..]).zip(&column[2 * by..]) {
            *to = half(a, b, c);
        }
        match every {
            1 => out.extend_from_slice(&across),
            _ => out.extend(across.iter().step_by(every)),
        }
    }
    out
}

/// The most and the least of the values in square blocks and around them.
pub struct Blocks {
    side: usize,
    columns: usize,
    most: Vec<f32>,
    least: Vec<f32>,
}

impl Blocks {
    /// Of the absolute values of a plane with rows of `width`, and up to `around` beside each block.
    pub fn new(plane: &[f32], width: usize, side: usize, around: usize) -> Self {
        let (columns, rows) = (width.div_ceil(side), (plane.len() / width).div_ceil(side));
        let (mut most, mut least) = (vec![0f32; columns * rows], vec![f32::MAX; columns * rows]);
        for (y, row) in plane.chunks(width).enumerate() {
            let blocks = y / side * columns..(y / side + 1) * columns;
            for ((most, least), part) in most[blocks.clone()].iter_mut().zip(&mut least[blocks]).zip(row.chunks(side)) {
                *most = part.iter().fold(*most, |m, v| if v.abs() > m { v.abs() } else { m });
                *least = part.iter().fold(*least, |m, v| if v.abs() < m { v.abs() } else { m });
            }
        }
        let far = around.div_ceil(side);
        let wide = |of: &[f32], better: fn(f32, f32) -> f32| {
            let line = |of: &[f32], n: usize, step: usize, first: usize, i: usize| {
                let near = i.saturating_sub(far)..(i + far + 1).min(n);
                near.fold(of[first + i * step], |m, j| better(m, of[first + j * step]))
            };
            let across: Vec<f32> =
                (0..of.len()).map(|i| line(of, columns, 1, i / columns * columns, i % columns)).collect();
            (0..of.len()).map(|i| line(&across, rows, columns, i % columns, i / columns)).collect()
        };
        Self { side, columns, most: wide(&most, f32::max), least: wide(&least, f32::min) }
    }

    /// The least and the most around so many values of a row.
    #[inline]
    pub fn range(&self, x: usize, y: usize, n: usize) -> [f32; 2] {
        let row = y / self.side * self.columns;
        let columns = row + x / self.side..row + ((x + n - 1) / self.side + 1).min(self.columns);
        let least = self.least[columns.clone()].iter().fold(f32::MAX, |m, v| m.min(*v));
        [least, self.most[columns].iter().fold(0f32, |m, v| m.max(*v))]
    }
}
