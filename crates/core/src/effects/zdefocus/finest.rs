//! How fine the picture must be at each place: as fine as the sharpest thing that is seen there asks for.
//!
//! A sample with the CoC c is seen up to c pixels around itself. Where nothing of less than twice [`sharp`] pixels is seen, the picture of half the
//! size (`coarse`) says the same, and so on.

use super::aperture::Aperture;
use super::breaks::{Parts, WHOLE, around, first_and_last};
use super::coarse::{Finer, half};
use super::felt::{self, NOWHERE, UNIT, units};
use crate::geometry::Rect;
use crate::image::Image;
use crate::maths::upper;
use crate::simd::best;
use crate::workers::{Exec, Stop};
use std::iter;

/// The least CoC that is seen in a coarser picture, in its pixels: of discs and blades…
const SHARP: f32 = 4.0;
/// …and of apertures with rings, holes, images.
const DETAILED: f32 = 16.0;

/// The least CoC that is seen in a coarser picture, in its pixels.
pub fn sharp(aperture: &Aperture, stretch: f32) -> f32 {
    let [x, y] = aperture.squeeze();
    (if aperture.is_whole() { SHARP } else { DETAILED }) / (x * stretch).min(y).clamp(0.1, 1.0).powi(2)
}

/// Blocks for which it is worked out, pixels each way.
const BLOCK: i32 = 2;
/// Pixels around what is sharp that are seen with it: of what is interpolated from the coarser picture and rounded there, and of the blocks…
const AROUND: f32 = 12.0;
/// …and those over which it gives way to the coarser one.
const FADE: f32 = 3.0;

/// What a picture is asked for, and how much of that it says itself.
pub struct Asked {
    /// Where, in pixels of this picture.
    pub rect: Rect,
    /// Which pixels are asked for: all of each or nothing, or with the gather's part taken off.
    pub parts: Parts,
    /// The part of them that this picture says, of [`WHOLE`]; the coarser one says the rest.
    own: Vec<u8>,
}

impl Asked {
    /// Of what is asked, `of` is the picture; what sees nothing of less than twice `coarser` pixels is left to the coarser one.
    pub fn new(of: Finer, parts: Parts, coarser: Option<f32>, wide: f32, exec: &Exec) -> Result<Self, Stop> {
        let rect = parts.rect;
        let w = rect.width();
        let mut own = exec.filled(w * rect.height(), if coarser.is_some() { 0 } else { WHOLE }, [0.0; 2])?;
        if let Some(coarser) = coarser {
            let sharp = Sharp::new(&of, 2.0 * coarser, wide, exec)?;
            exec.for_each_mut(own.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |i, own, _| {
                sharp.row(&rect, rect.y1 + i as i32, own);
            })?;
        }
        Ok(Self { rect, parts, own })
    }

    /// The part that it says of a row of a rectangle, which must be inside.
    pub fn own(&self, rect: &Rect, y: i32) -> &[u8] {
        let i = (y - self.rect.y1) as usize * self.rect.width() + (rect.x1 - self.rect.x1) as usize;
        &self.own[i..i + rect.width()]
    }

    /// Does it say anything of a row of a rectangle, which must be inside?
    pub fn says_any(&self, rect: &Rect, y: i32) -> bool {
        first_and_last([self.parts.row(rect, y), self.own(rect, y)]).is_some()
    }

    /// The smallest rectangle around the pixels of `rect` of which it says something itself.
    pub fn around(&self, rect: &Rect) -> Rect {
        around(rect, |y| first_and_last([self.parts.row(rect, y), self.own(rect, y)]))
    }

    /// What the coarser picture is asked for; `None` if nothing.
    pub fn coarser(&self, exec: &Exec) -> Result<Option<Parts>, Stop> {
        // Two of its pixels each way say what one is.
        let rect = half(&self.rect).grow(1);
        let w = rect.width();
        let mut parts = Parts { rect, part: exec.filled(w * rect.height(), 0u8, [0.0; 2])?, any: false };
        let mut any = vec![false; rect.height()];
        let rows: Vec<_> = parts.part.chunks_mut(w).zip(&mut any).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |i, (row, any), _| {
            let y = rect.y1 + i as i32;
            // One for each of this picture's pixels of which it does not say all, from the first on that lies between two of the row.
            let mut wanted = vec![0u8; 2 * (w + 1)];
            let first = 2 * rect.x1 - 1;
            for y in (2 * y - 1).max(self.rect.y1)..(2 * y + 3).min(self.rect.y2) {
                let asked = self.parts.row(&self.rect, y).iter().zip(self.own(&self.rect, y));
                let wanted = &mut wanted[(self.rect.x1 - first) as usize..];
                for (wanted, (part, own)) in wanted.iter_mut().zip(asked) {
                    *wanted |= u8::from(*part > 0) & u8::from(*own < WHOLE);
                }
            }
            let (pairs, _) = wanted.as_chunks::<2>();
            for (to, ([a, b], [c, d])) in row.iter_mut().zip(pairs.iter().zip(&pairs[1..])) {
                *to = ((a | b) | (c | d)) * WHOLE;
            }
            **any = row.iter().fold(0, |any, part| any | part) > 0;
        })?;
        parts.any = any.contains(&true);
        Ok(parts.any.then_some(parts))
    }
}

/// The two coarser pixels that a pixel lies between: the first, and the part of the second.
#[inline(always)]
fn beside(x: i32) -> [i32; 2] {
    [(x - 1).div_euclid(2), if x.rem_euclid(2) == 0 { 3 } else { 1 }]
}

/// Lifts each value to the CoC of the pixel, where that is less than `sharp`.
#[inline(always)]
fn sharpest(reach: &mut [f32], coc: &[f32], sharp: f32) {
    for (reach, coc) in reach.iter_mut().zip(coc) {
        let c = coc.abs();
        *reach = if (c < sharp) & (c > *reach) { c } else { *reach };
    }
}

/// How far anything of each block is seen, times `by`, in [`units`]; `reach` of its pixels is less than 0 where nothing is.
#[inline(always)]
fn farthest(reach: &[f32], by: f32, to: &mut [i16]) {
    for (to, [a, b]) in to.iter_mut().zip(reach.as_chunks::<{ BLOCK as usize }>().0) {
        let most = upper(*a, *b);
        *to = if most < 0.0 { NOWHERE } else { units(most * by) };
    }
}

/// How much a picture says of the pixels of a block, from how far something sharp is seen there.
#[inline(always)]
fn says(seen: i16) -> u8 {
    let seen = f32::from(seen) * (BLOCK as f32 / UNIT);
    (((seen + AROUND) / FADE).clamp(0.0, 1.0) * f32::from(WHOLE)) as u8
}

/// How far what is sharp is seen, block by block.
struct Sharp {
    /// In blocks.
    rect: Rect,
    /// So much farther than the middle of the block something sharp is seen, in [`units`] of blocks.
    seen: Vec<i16>,
}

impl Sharp {
    fn new(of: &Finer, sharp: f32, wide: f32, exec: &Exec) -> Result<Self, Stop> {
        let all = of.field.rect;
        let block = |v: i32| v.div_euclid(BLOCK);
        let rect = Rect::new(block(all.x1), block(all.y1), block(all.x2 - 1) + 1, block(all.y2 - 1) + 1);
        let w = rect.width();
        let mut seen = exec.filled(w * rect.height(), 0i16, [0.0; 2])?;
        exec.for_each_mut(seen.chunks_mut(w).collect(), [0.05, 0.05], |i, row, _| {
            let y = (rect.y1 + i as i32) * BLOCK;
            // How far each pixel's own surfaces are seen, two rows in one; as many as the blocks have.
            let mut reach = vec![-1f32; w * BLOCK as usize];
            let first = (all.x1 - rect.x1 * BLOCK) as usize;
            for y in y.max(all.y1)..(y + BLOCK).min(all.y2) {
                let reach = &mut reach[first..];
                let from = of.field.index(all.x1, y);
                for field in iter::once(of.field).chain(of.behind) {
                    best(|| sharpest(reach, &field.coc[from..from + all.width()], sharp));
                }
                for two in of.apart.iter().flat_map(|apart| &apart.rows[(y - all.y1) as usize]) {
                    sharpest(&mut reach[two.x as usize..=two.x as usize], &[two.coc], sharp);
                }
            }
            best(|| farthest(&reach, wide / BLOCK as f32, row));
        })?;
        felt::spread(&mut seen, w, [0.05, 0.05], exec)?;
        Ok(Self { rect, seen })
    }

    /// How much this picture says of a row.
    fn row(&self, rect: &Rect, y: i32, own: &mut [u8]) {
        let row = &self.seen[(y.div_euclid(BLOCK) - self.rect.y1) as usize * self.rect.width()..][..self.rect.width()];
        let row = &row[(rect.x1.div_euclid(BLOCK) - self.rect.x1) as usize..];
        // The first pixel may be the last one of its block.
        let (first, own) = own.split_at_mut((rect.x1.rem_euclid(BLOCK) as usize).min(own.len()));
        first.fill(says(row[0]));
        let blocks = own.chunks_mut(BLOCK as usize).zip(&row[first.len()..]);
        blocks.for_each(|(own, seen)| own.fill(says(*seen)));
    }
}

/// A row of a picture of half the size, at the pixels of a row of this one: interpolated. `line` is room for a row of the smaller one.
#[inline(always)]
pub fn from_coarser(of: &Image, rect: &Rect, y: i32, line: &mut Vec<f32>, out: &mut [Vec<f32>; 4]) {
    let [low, part] = beside(y);
    let first = beside(rect.x1)[0];
    let n = (beside(rect.x2 - 1)[0] + 2 - first) as usize;
    // An even pixel lies nearer to the second of its two, an odd one to the first.
    let [of_low, of_high] = if part == 3 { [0.25, 0.75] } else { [0.75, 0.25] };
    let odd = rect.x1.rem_euclid(2) as usize;
    for (plane, out) in of.planes.iter().zip(out) {
        let skip = (first - plane.rect().x1) as usize;
        let [low, high] = [&plane.row(low)[skip..skip + n], &plane.row(low + 1)[skip..skip + n]];
        line.clear();
        line.extend(low.iter().zip(high).map(|(a, b)| of_low * a + of_high * b));
        out.resize(rect.width(), 0.0);
        if odd == 1 {
            out[0] = 0.75 * line[0] + 0.25 * line[1];
        }
        let (pairs, last) = out[odd..].as_chunks_mut::<2>();
        for (pair, ((a, b), c)) in pairs.iter_mut().zip(line.iter().zip(&line[1..]).zip(&line[2..])) {
            *pair = [0.25 * a + 0.75 * b, 0.75 * b + 0.25 * c];
        }
        if let [last] = last {
            *last = 0.25 * line[n - 2] + 0.75 * line[n - 1];
        }
    }
}
