//! The picture at half the size, at half of that, and so on: what is blurred wherever it is seen needs no finer samples.
//!
//! A pixel of it stands for four of the finer one. Where those show one surface it is their mean. Where they show more, the farthest fills the
//! pixel, and what is nearer stands before it as a *fringe*, with the part of the pixel that it covers: as many points of the lens see it
//! there, so that a wire keeps its light and lets through what it did.

use super::apart::{Apart, Two};
use super::field::Field;
use crate::depth::least_and_greatest;
use crate::geometry::Rect;
use crate::maths::{lower, upper};
use crate::simd::best;
use crate::workers::{Exec, Stop, try_vec};
use std::ops::Range;

/// A picture whose pixels are `unit` pixels of the frame wide and high.
pub struct Coarse {
    /// A power of two.
    pub unit: i32,
    /// What fills the pixels; CoCs in pixels of this picture.
    pub field: Field,
    /// What stands before that, in pixels of this picture.
    pub apart: Apart,
}

/// What a picture is made from.
#[derive(Clone, Copy)]
pub struct Finer<'a> {
    /// Its pixels, in pixels of the frame.
    pub unit: i32,
    /// What fills them.
    pub field: &'a Field,
    /// Its pixels that show another surface, too.
    pub apart: Option<&'a Apart>,
    /// The clean plate.
    pub behind: Option<&'a Field>,
}

impl<'a> Finer<'a> {
    /// A picture as it is.
    pub fn whole(field: &'a Field) -> Self {
        Self { unit: 1, field, apart: None, behind: None }
    }
}

/// CoCs of one surface differ by up to this within a pixel, in pixels of the coarser picture.
const SURFACE: f32 = 1.0;

/// The pixels of half the size that hold those of a rectangle.
pub fn half(rect: &Rect) -> Rect {
    let up = |v: i32| -((-v).div_euclid(2));
    Rect::new(rect.x1.div_euclid(2), rect.y1.div_euclid(2), up(rect.x2), up(rect.y2))
}

/// A surface's part of a coarse pixel.
#[derive(Clone, Copy)]
struct Part {
    coc: f32,
    weight: f32,
    colour: [f32; 4],
    unlit: f32,
}

/// Parts of one surface, summed up.
#[derive(Clone, Copy, Default)]
struct Mean {
    coc: f32,
    weight: f32,
    colour: [f32; 4],
    unlit: f32,
}

impl Mean {
    fn add(&mut self, part: &Part) {
        self.weight += part.weight;
        self.coc += part.weight * part.coc;
        self.unlit += part.weight * part.unlit;
        (0..4).for_each(|c| self.colour[c] += part.weight * part.colour[c]);
    }
    fn divided(&self) -> Self {
        let by = 1.0 / self.weight;
        let colour = self.colour.map(|v| v * by);
        Self { coc: self.coc * by, weight: self.weight, colour, unlit: self.unlit * by }
    }
}

impl Coarse {
    /// What the next coarser one is made from.
    pub fn finer(&self) -> Finer<'_> {
        Finer { unit: self.unit, apart: Some(&self.apart), ..Finer::whole(&self.field) }
    }

    /// Half the size, over the same and over what is `wanted` beyond it, in pixels of half the size, where the border goes on.
    pub fn new(of: Finer, wanted: &Rect, exec: &Exec) -> Result<Self, Stop> {
        let from = of.field;
        let wanted = Rect::new(2 * wanted.x1, 2 * wanted.y1, 2 * wanted.x2, 2 * wanted.y2);
        let rect = half(&from.rect).union(&half(&from.tells_of(&wanted)));
        let (w, h) = (rect.width(), rect.height());
        let lit = from.unlit.is_empty();
        let mut made = exec.keep((try_vec(if lit { 0 } else { w * h }, 0f32)?, Apart::none(h)));
        let (unlit, apart) = &mut *made;
        let mut ranges = vec![[f32::MAX, f32::MIN]; h];
        let mut of_row: Vec<&mut [f32]> = if lit { Vec::new() } else { unlit.chunks_mut(w).collect() };
        of_row.resize_with(h, Default::default);
        let beside: Vec<_> = of_row.into_iter().zip(&mut apart.rows).zip(&mut ranges).collect();
        let all =
            exec.rows([w * h, w], 0f32, beside, [0.1, 0.1], |i, [coc, r, g, b, a], ((unlit, apart), range), _| {
                let colour = &mut [r, g, b, a];
                let y = rect.y1 + i as i32;
                Row { of, rect: &rect, y, coc, colour, unlit }.means();
                let mut mixed = |x: usize| {
                    let (far, near) = sorted(&parts(&of, rect.x1 + x as i32, y));
                    coc[x] = 0.5 * far.coc;
                    (0..4).for_each(|c| colour[c][x] = far.colour[c]);
                    if let Some(unlit) = unlit.get_mut(x) {
                        *unlit = far.unlit;
                    }
                    if let Some(near) = near {
                        let (own, coc, other) = (far.colour, 0.5 * near.coc, near.colour);
                        apart.push(Two { x: x as u32, has_near: false, share: near.weight, own, coc, other });
                    }
                };
                several(&of, &rect, y, &mut mixed);
                **range = best(|| least_and_greatest(coc, **range));
            })?;
        let [least, most] = ranges.iter().fold([f32::MAX, f32::MIN], |[low, high], r| [low.min(r[0]), high.max(r[1])]);
        let [coc, r, g, b, a] = all;
        let ((unlit, apart), colour) = (made.take(), [r, g, b, a]);
        let known = half(&from.known).grow(1);
        let field =
            Field { rect, known, coc, colour, unlit, numbers: from.numbers, brightest: from.brightest, most, least };
        Ok(Self { unit: 2 * of.unit, field, apart })
    }
}

/// The finer pixel, or the nearest one that is there.
pub fn inside(rect: &Rect, x: i32, y: i32) -> (usize, usize) {
    ((x.clamp(rect.x1, rect.x2 - 1) - rect.x1) as usize, (y.clamp(rect.y1, rect.y2 - 1) - rect.y1) as usize)
}

/// Fills the pixels of a row before and after some columns with what those at the ends are.
fn go_on<T: Copy>(row: &mut [T], columns: Range<usize>) {
    let (first, last) = (row[columns.start], row[columns.end - 1]);
    row[..columns.start].fill(first);
    row[columns.end..].fill(last);
}

/// The pixels of half the size that hold the finer ones, and their columns in `rect`.
fn own(from: &Rect, rect: &Rect) -> (Rect, Range<usize>) {
    let own = half(from);
    let first = (own.x1 - rect.x1) as usize;
    (own, first..first + own.width())
}

/// A row of means.
struct Row<'a, 'b> {
    of: Finer<'a>,
    rect: &'a Rect,
    y: i32,
    coc: &'a mut [f32],
    colour: &'a mut [&'b mut [f32]; 4],
    unlit: &'a mut [f32],
}

impl Row<'_, '_> {
    /// The mean of four pixels each, whatever they show.
    fn means(&mut self) {
        let from = self.of.field;
        let w = from.rect.width();
        let (own, columns) = own(&from.rect, self.rect);
        let rows = [2 * self.y, 2 * self.y + 1].map(|y| inside(&from.rect, from.rect.x1, y).1 * w);
        let mean = |plane: &[f32], to: &mut [f32], by: f32| {
            let rows = rows.map(|start| &plane[start..start + w]);
            best(|| halved(&from.rect, &own, rows, &mut to[columns.clone()], by));
            go_on(to, columns.clone());
        };
        mean(&from.coc, self.coc, 0.5);
        from.colour.iter().zip(self.colour.iter_mut()).for_each(|(plane, to)| mean(plane, to, 1.0));
        if !self.unlit.is_empty() {
            mean(&from.unlit, self.unlit, 1.0);
        }
    }
}

/// What `of` makes of the two by two pixels that each one stands for: those of two rows over `from`, the lower one's first.
#[inline(always)]
pub fn fours<T>(
    from: &Rect,
    rect: &Rect,
    [low, high]: [&[f32]; 2],
    to: &mut [T],
    of: impl Fn(f32, f32, f32, f32) -> T,
) {
    // The first of which both columns are there.
    let skip = from.x1.rem_euclid(2) as usize;
    let (low_pairs, high_pairs) = (low[skip..].as_chunks::<2>().0, high[skip..].as_chunks::<2>().0);
    for ((to, [a, b]), [c, d]) in to[skip..].iter_mut().zip(low_pairs).zip(high_pairs) {
        *to = of(*a, *b, *c, *d);
    }
    for x in [0, rect.width() - 1] {
        let [a, b] = [0, 1].map(|k| inside(from, 2 * (rect.x1 + x as i32) + k, from.y1).0);
        to[x] = of(low[a], low[b], high[a], high[b]);
    }
}

/// Means of two by two of two rows over `from`, times `by`.
#[inline(always)]
pub fn halved(from: &Rect, rect: &Rect, rows: [&[f32]; 2], to: &mut [f32], by: f32) {
    let by = 0.25 * by;
    fours(from, rect, rows, to, |a, b, c, d| ((a + b) + (c + d)) * by);
}

/// Calls `mixed` for the pixels of a row that may show more than one surface.
fn several(of: &Finer, rect: &Rect, y: i32, mixed: &mut impl FnMut(usize)) {
    let (from, w) = (of.field, of.field.rect.width());
    let rows = [2 * y, 2 * y + 1].map(|y| inside(&from.rect, from.rect.x1, y).1 * w);
    let both = rows.map(|start| &from.coc[start..start + w]);
    let mut two = vec![false; rect.width()];
    let (own, columns) = own(&from.rect, rect);
    best(|| differing(&from.rect, &own, both, &mut two[columns.clone()]));
    for row in of.apart.iter().flat_map(|apart| rows.map(|start| &apart.rows[start / w])) {
        row.iter().for_each(|of| two[((from.rect.x1 + of.x as i32).div_euclid(2) - rect.x1) as usize] = true);
    }
    go_on(&mut two, columns);
    // Most are not: eight at a time.
    for (i, eight) in two.chunks(8).enumerate().filter(|(_, eight)| eight.contains(&true)) {
        (8 * i..).zip(eight).filter(|(_, two)| **two).for_each(|(x, _)| mixed(x));
    }
}

/// Where the CoCs of two by two of two rows over `from` differ by more than one surface's.
#[inline(always)]
fn differing(from: &Rect, rect: &Rect, rows: [&[f32]; 2], two: &mut [bool]) {
    fours(from, rect, rows, two, |a, b, c, d| {
        lower(lower(a, b), lower(c, d)) + 2.0 * SURFACE < upper(upper(a, b), upper(c, d))
    });
}

/// What the four finer pixels of one show.
fn parts(of: &Finer, x: i32, y: i32) -> impl Iterator<Item = Part> + Clone {
    let Finer { field, apart, behind, .. } = *of;
    let w = field.rect.width();
    let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
    four.into_iter().flat_map(move |(dx, dy)| {
        let (px, py) = inside(&field.rect, 2 * x + dx, 2 * y + dy);
        let i = py * w + px;
        let unlit = field.unlit.get(i).copied().unwrap_or(1.0);
        let two = apart.and_then(|apart| apart.at(px, py));
        let near = two.map_or(1.0, |two| two.share);
        let own = if two.is_some_and(|two| !two.has_near) { 1.0 - near } else { near };
        let own = Part { coc: field.coc[i], weight: 0.25 * own, colour: field.at(i), unlit };
        let other = two.map(|two| match behind.filter(|_| !two.has_other()) {
            Some(of) => {
                let unlit = of.unlit.get(i).copied().unwrap_or(1.0);
                Part { coc: of.coc[i], weight: 0.25 - own.weight, colour: of.at(i), unlit }
            }
            None => Part { coc: two.coc, weight: 0.25 - own.weight, colour: two.other, unlit: 1.0 },
        });
        [Some(own), other].into_iter().flatten()
    })
}

/// The farther surface, and what stands before it.
fn sorted(parts: &(impl Iterator<Item = Part> + Clone)) -> (Mean, Option<Mean>) {
    let nearest = parts.clone().fold(f32::MAX, |m, p| m.min(p.coc));
    let (mut near, mut far) = (Mean::default(), Mean::default());
    for part in parts.clone() {
        let to = if part.coc - nearest <= 2.0 * SURFACE { &mut near } else { &mut far };
        to.add(&part);
    }
    match far.weight > 1e-3 {
        true => (far.divided(), Some(near.divided())),
        false => (near.divided(), None),
    }
}
