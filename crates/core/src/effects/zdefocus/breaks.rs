//! Where surfaces break off: only near such places does it matter who hides whom.
//!
//! A lens point sees a pixel through the disc of its surface. Where the CoC changes little from pixel to pixel all over that disc, all of
//! its points see the same surface, and the picture there is a plain gather (`gather`). Elsewhere each point looks for itself (`views`).
//! Between both they are blended over a few pixels.

use super::field::Field;
use crate::geometry::Rect;
use crate::workers::{Exec, Stop, try_vec};
use std::sync::atomic::{AtomicBool, Ordering};

/// A surface breaks where the CoCs of neighbours differ by this much, in pixels; more by [`STEEP`] of their CoC, and at most [`STEP_MOST`].
const STEP: f32 = 0.25;
const STEEP: f32 = 0.01;
const STEP_MOST: f32 = 0.5;
/// How far around a break it is felt: this many CoCs of the more blurred side, for those beyond it that are more blurred still, and pixels.
const REACH: (f32, f32) = (1.15, 1.5);
/// Pixels over which gather and views are blended.
const FADE: f32 = 3.0;

/// Distances are kept in parts of a pixel.
const UNIT: f32 = 16.0;
/// A step along a row or column, and a diagonal one: a little too short, so that no break is missed.
const STRAIGHT: i16 = 14;
const DIAGONAL: i16 = 20;
/// No break is near.
const FAR: i16 = -16384;

/// How near each pixel of a field is to a break.
pub struct Breaks {
    /// Reach of a break less its distance, the most of all breaks, in 1/[`UNIT`] px.
    felt: Vec<i16>,
}

impl Breaks {
    /// Of all pixels of a field; `wide` is how much wider than high a bokeh is, if it is wider.
    pub fn new(field: &Field, wide: f32, exec: &Exec) -> Result<Self, Stop> {
        let (w, h) = (field.rect.width(), field.rect.height());
        let mut felt = try_vec(w * h, 0i16)?;
        exec.for_each_mut(felt.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |y, row, _| {
            let coc = |y: usize| &field.coc[y * w..(y + 1) * w];
            row.fill(FAR);
            find(coc(y), coc(y.saturating_sub(1)), coc((y + 1).min(h - 1)), wide, row);
        })?;
        exec.for_each_mut(vec![&mut felt], [0.05, 0.05], |_, felt, cancel| {
            for up in [false, true] {
                for i in (0..h).take_while(|_| !cancel.is_set()) {
                    let y = if up { h - 1 - i } else { i };
                    let before = if up { y + 1 } else { y.wrapping_sub(1) };
                    spread_row(felt, w, y, (before < h).then_some(before));
                }
            }
        })?;
        Ok(Self { felt })
    }

    /// How much of each pixel of `rect`, which is inside, the views say: near a break, and where the CoC is more than `most`.
    pub fn parts(&self, field: &Field, rect: Rect, most: f32, exec: &Exec) -> Result<Parts, Stop> {
        let w = rect.width();
        let mut part = try_vec(w * rect.height(), 0u8)?;
        let any = AtomicBool::new(false);
        exec.for_each_mut(part.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |y, row, _| {
            let i = field.index(rect.x1, rect.y1 + y as i32);
            for ((to, felt), coc) in row.iter_mut().zip(&self.felt[i..i + w]).zip(&field.coc[i..i + w]) {
                let near = 1.0 + f32::from(*felt) * (1.0 / (UNIT * FADE));
                let large = 1.0 + (coc.abs() - most) * (1.0 / FADE);
                *to = (near.max(large).clamp(0.0, 1.0) * f32::from(WHOLE)) as u8;
            }
            if row.iter().any(|part| *part > 0) {
                any.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(Parts { rect, part, any: any.into_inner() })
    }
}

/// How much of each pixel the views say; the gather says the rest.
pub struct Parts {
    rect: Rect,
    part: Vec<u8>,
    /// Do they say anything at all?
    pub any: bool,
}

/// All of a pixel.
pub const WHOLE: u8 = u8::MAX;

impl Parts {
    /// The smallest rectangle around all pixels of one of which they say something; empty if there is none.
    pub fn around(&self, rect: &Rect) -> Rect {
        let mut found = Rect::new(i32::MAX, i32::MAX, i32::MIN, i32::MIN);
        for y in rect.y1..rect.y2 {
            let row = self.row(rect, y);
            if let (Some(first), Some(last)) = (row.iter().position(|p| *p > 0), row.iter().rposition(|p| *p > 0)) {
                let (first, last) = (rect.x1 + first as i32, rect.x1 + last as i32);
                found = Rect::new(found.x1.min(first), found.y1.min(y), found.x2.max(last + 1), y + 1);
            }
        }
        found
    }

    /// Those of a row of a rectangle, which must be inside; of [`WHOLE`].
    pub fn row(&self, rect: &Rect, y: i32) -> &[u8] {
        let i = (y - self.rect.y1) as usize * self.rect.width() + (rect.x1 - self.rect.x1) as usize;
        &self.part[i..i + rect.width()]
    }
}

/// The breaks of a row of CoCs between the rows below and above.
fn find(coc: &[f32], below: &[f32], above: &[f32], wide: f32, felt: &mut [i16]) {
    let most = f32::from(i16::MAX) / UNIT / 2.0;
    let at = |c: f32, d: f32| {
        let m = c.abs().max(d.abs());
        let breaks = (c - d).abs() >= (STEP + STEEP * m).min(STEP_MOST);
        let reach = ((REACH.0 * wide * m + REACH.1).min(most) * UNIT) as i16;
        if breaks { reach } else { FAR }
    };
    for (i, felt) in felt.iter_mut().enumerate() {
        *felt = at(coc[i], below[i]).max(at(coc[i], above[i]));
    }
    for i in 1..coc.len() {
        let reach = at(coc[i - 1], coc[i]);
        felt[i - 1] = felt[i - 1].max(reach);
        felt[i] = felt[i].max(reach);
    }
}

/// Gives a row what the row before it and its own neighbours feel, less the distance.
fn spread_row(felt: &mut [i16], w: usize, y: usize, before: Option<usize>) {
    if let Some(before) = before {
        let (low, high) = felt.split_at_mut(y.max(before) * w);
        let (from, row) =
            if before < y { (&low[before * w..][..w], &mut high[..w]) } else { (&high[..w], &mut low[y * w..][..w]) };
        for x in 0..w {
            row[x] = row[x].max(from[x].saturating_sub(STRAIGHT));
        }
        for x in 1..w {
            row[x] = row[x].max(from[x - 1].saturating_sub(DIAGONAL));
            row[x - 1] = row[x - 1].max(from[x].saturating_sub(DIAGONAL));
        }
    }
    let row = &mut felt[y * w..(y + 1) * w];
    let mut last = i16::MIN;
    for v in row.iter_mut() {
        last = (*v).max(last.saturating_sub(STRAIGHT));
        *v = last;
    }
    let mut last = i16::MIN;
    for v in row.iter_mut().rev() {
        last = (*v).max(last.saturating_sub(STRAIGHT));
        *v = last;
    }
}
