//! Where surfaces break off: only near such places does it matter who hides whom.
//!
//! A lens point sees a pixel through the disc of its surface. Where the CoC changes little from pixel to pixel all over that disc, all of
//! its points see the same surface, and the picture there is a plain gather (`gather`). Elsewhere each point looks for itself (`views`).
//! Between both they are blended over a few pixels.

use super::apart::Apart;
use super::felt::{self, NOWHERE, UNIT, units};
use super::field::Field;
use super::lights::Light;
use crate::geometry::Rect;
use crate::simd::best;
use crate::workers::{Exec, Stop};
use std::sync::atomic::{AtomicBool, Ordering};

/// A surface breaks where the CoCs of neighbours differ by this much, in pixels; more by [`STEEP`] of their CoC, and at most [`STEP_MOST`].
const STEP: f32 = 0.25;
const STEEP: f32 = 0.01;
const STEP_MOST: f32 = 0.5;
/// How far around a break it is felt: this many CoCs of the more blurred side, for those beyond it that are more blurred still, and pixels.
const REACH: (f32, f32) = (1.15, 1.5);
/// Pixels over which gather and views are blended.
const FADE: f32 = 3.0;

/// How near each pixel of a field is to a break.
pub struct Breaks {
    /// Reach of a break less its distance, the most of all breaks, in 1/[`UNIT`] px.
    felt: Vec<i16>,
}

impl Breaks {
    /// Of all pixels of a field, of what stands before some of them, and of lights behind it, in pixels of the frame, of which one of the field
    /// has `unit` each way; `wide` is how much wider than high a bokeh is, if it is wider.
    pub fn new(
        field: &Field,
        before: Option<&Apart>,
        (behind, unit): (&[Light], i32),
        wide: f32,
        exec: &Exec,
    ) -> Result<Self, Stop> {
        let (w, h) = (field.rect.width(), field.rect.height());
        let mut felt = exec.filled(w * h, 0i16, [0.0; 2])?;
        exec.for_each_mut(felt.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |y, row, _| {
            let coc = |y: usize| &field.coc[y * w..(y + 1) * w];
            let mut reach = vec![f32::MIN; w];
            best(|| find([coc(y.saturating_sub(1)), coc(y), coc((y + 1).min(h - 1))], wide, &mut reach, row));
            for two in before.iter().flat_map(|before| &before.rows[y]) {
                let x = two.x as usize;
                let more = two.coc.abs().max(coc(y)[x].abs());
                row[x] = row[x].max(units(REACH.0 * wide * more + REACH.1));
            }
        })?;
        for Light { x, y, coc, size, .. } in behind {
            let (x, y) = (x.div_euclid(unit), y.div_euclid(unit));
            if field.rect.contains(x, y) {
                let of = &mut felt[field.index(x, y)];
                let coc = (coc.abs() + *size as f32) / unit as f32;
                *of = (*of).max(units(REACH.0 * wide * coc + REACH.1));
            }
        }
        felt::spread(&mut felt, w, [0.05, 0.05], exec)?;
        Ok(Self { felt })
    }

    /// How much of each pixel of `rect`, which is inside, the views say: near a break, and where the CoC is more than `most`.
    pub fn parts(&self, field: &Field, rect: Rect, most: f32, exec: &Exec) -> Result<Parts, Stop> {
        let w = rect.width();
        let mut part = exec.filled(w * rect.height(), 0u8, [0.0; 2])?;
        let any = AtomicBool::new(false);
        exec.for_each_mut(part.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |y, row, _| {
            let i = field.index(rect.x1, rect.y1 + y as i32);
            best(|| {
                for ((to, felt), coc) in row.iter_mut().zip(&self.felt[i..i + w]).zip(&field.coc[i..i + w]) {
                    let near = 1.0 + f32::from(*felt) * (1.0 / (UNIT * FADE));
                    let large = 1.0 + (coc.abs() - most) * (1.0 / FADE);
                    *to = (near.max(large).clamp(0.0, 1.0) * f32::from(WHOLE)) as u8;
                }
            });
            if row.iter().any(|part| *part > 0) {
                any.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(Parts { rect, part, any: any.into_inner() })
    }
}

/// How much of each pixel the views say; the gather says the rest.
pub struct Parts {
    /// Where.
    pub rect: Rect,
    /// Rows from bottom to top, of [`WHOLE`].
    pub part: Vec<u8>,
    /// Do they say anything at all?
    pub any: bool,
}

/// All of a pixel.
pub const WHOLE: u8 = u8::MAX;

impl Parts {
    /// All of each pixel.
    pub fn all(rect: Rect, exec: &Exec) -> Result<Self, Stop> {
        Ok(Self { rect, part: exec.filled(rect.width() * rect.height(), WHOLE, [0.05, 0.05])?, any: !rect.is_empty() })
    }

    /// The smallest rectangle around all pixels of one of which they say something; empty if there is none.
    pub fn around(&self, rect: &Rect) -> Rect {
        around(rect, |y| {
            let row = self.row(rect, y);
            first_and_last([row, row])
        })
    }

    /// Those of a row of a rectangle, which must be inside; of [`WHOLE`].
    pub fn row(&self, rect: &Rect, y: i32) -> &[u8] {
        let i = (y - self.rect.y1) as usize * self.rect.width() + (rect.x1 - self.rect.x1) as usize;
        &self.part[i..i + rect.width()]
    }
}

/// The smallest rectangle around the first and last columns of the rows of a rectangle, counted from its left; empty if there are none.
pub fn around(rect: &Rect, row: impl Fn(i32) -> Option<[usize; 2]>) -> Rect {
    let mut found = Rect::new(i32::MAX, i32::MAX, i32::MIN, i32::MIN);
    for y in rect.y1..rect.y2 {
        if let Some([first, last]) = row(y) {
            let (first, last) = (rect.x1 + first as i32, rect.x1 + last as i32);
            found = Rect::new(found.x1.min(first), found.y1.min(y), found.x2.max(last + 1), y + 1);
        }
    }
    found
}

/// The first and the last place at which neither of two rows is 0.
pub fn first_and_last([row, other]: [&[u8]; 2]) -> Option<[usize; 2]> {
    // There are mostly such places at the ends, or none: blocks without are skipped as a whole.
    const MANY: usize = 32;
    let both = |(a, b): (&u8, &u8)| (*a > 0) & (*b > 0);
    let any = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).fold(0, |any, (a, b)| any | *a.min(b)) > 0;
    let mut blocks = row.chunks(MANY).zip(other.chunks(MANY));
    let first = match row.iter().zip(other).next().is_some_and(both) {
        true => 0,
        false => {
            let (i, (a, b)) = blocks.clone().enumerate().find(|(_, block)| any(block))?;
            i * MANY + a.iter().zip(b).position(both)?
        }
    };
    let last = match row.last().zip(other.last()).is_some_and(both) {
        true => row.len() - 1,
        false => {
            let last = blocks.rposition(|block| any(&block))? * MANY;
            let [a, b] = [row, other].map(|row| &row[last..row.len().min(last + MANY)]);
            last + a.iter().zip(b).rposition(both)?
        }
    };
    Some([first, last])
}

/// The breaks of the middle one of three rows of CoCs; `reach` is as long, all [`f32::MIN`].
#[inline(always)]
fn find([below, coc, above]: [&[f32]; 3], wide: f32, reach: &mut [f32], felt: &mut [i16]) {
    /// Those between a row and another one, at its own pixels.
    #[inline(always)]
    fn add(reach: &mut [f32], coc: &[f32], other: &[f32], wide: f32) {
        for (reach, (c, d)) in reach.iter_mut().zip(coc.iter().zip(other)) {
            let (a, b) = (c.abs(), d.abs());
            let m = if a > b { a } else { b };
            let step = STEP + STEEP * m;
            let breaks = (c - d).abs() >= if step < STEP_MOST { step } else { STEP_MOST };
            let of = REACH.0 * wide * m + REACH.1;
            *reach = if breaks & (of > *reach) { of } else { *reach };
        }
    }
    add(reach, coc, below, wide);
    add(reach, coc, above, wide);
    let n = coc.len().max(1) - 1;
    add(&mut reach[..n], &coc[..n], &coc[1..], wide);
    add(&mut reach[1..], &coc[1..], &coc[..n], wide);
    for (felt, reach) in felt.iter_mut().zip(reach) {
        *felt = if *reach < 0.0 { NOWHERE } else { units(*reach) };
    }
}
