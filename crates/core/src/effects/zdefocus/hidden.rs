//! What lies hidden behind the edge of a nearer surface, guessed from the farther side of that edge only.
//!
//! Seen from a lens point, a surface with CoC c moves by c times that point. Behind the edge between a near surface (c) and a far one (C)
//! a strip of C − c pixels comes into view somewhere on the lens. So a pixel needs a hidden sample if, looking along some direction,
//! a pixel at distance t has a CoC larger by at least t (and by one pixel).

use super::felt::{self, units};
use super::field::Field;
use super::lights::luminance;
use super::needed::Needed;
use super::sheet::Sheet;
use crate::geometry::Rect;
use crate::simd::best;
use crate::workers::{Cancel, Exec, Stop, try_concat, try_vec};
use std::sync::{Mutex, PoisonError};

/// Directions in which a pixel looks for the farther side, as steps from pixel to pixel.
pub const RAYS: [(i32, i32); 16] = [
    (1, 0),
    (2, 1),
    (1, 1),
    (1, 2),
    (0, 1),
    (-1, 2),
    (-1, 1),
    (-2, 1),
    (-1, 0),
    (-2, -1),
    (-1, -1),
    (-1, -2),
    (0, -1),
    (1, -2),
    (1, -1),
    (2, -1),
];
/// A CoC step of less than this is no edge, in pixels.
pub const STEP: f32 = 1.0;
/// What is guessed lies so many pixels of CoC behind what is seen of the same surface: that is known better.
pub const BEHIND: f32 = 1e-3;

/// An upper bound, for each pixel, of CoC minus distance over all pixels around it, in [`units`]: where it is no more than the pixel's own CoC
/// there is no edge to look for. Distances are measured a little too short (by up to 13 %), so that no edge is missed.
pub fn envelope(field: &Field, exec: &Exec) -> Result<Vec<i16>, Stop> {
    let mut e = exec.filled(field.coc.len(), 0i16, [0.0; 2])?;
    let w = field.rect.width().max(1);
    let rows: Vec<_> = e.chunks_mut(w).zip(field.coc.chunks(w)).collect();
    exec.for_each_mut(rows, [0.1, 0.1], |_, (e, coc), _| {
        best(|| in_units(coc, e));
    })?;
    felt::spread(&mut e, w, [0.1, 0.1], exec)?;
    Ok(e)
}

/// CoCs in [`units`].
#[inline(always)]
fn in_units(coc: &[f32], to: &mut [i16]) {
    to.iter_mut().zip(coc).for_each(|(to, coc)| *to = units(*coc));
}

/// Where something may be hidden: the pixels to look behind, row by row.
struct Wanted {
    /// Columns in the field.
    x: Vec<u32>,
    /// Where each row begins in `x`, and the end.
    rows: Vec<usize>,
}

impl Wanted {
    fn new(field: &Field, envelope: &[i16], needed: Option<&Needed>, exec: &Exec) -> Result<Self, Stop> {
        let w = field.rect.width();
        let mut of_row: Vec<Vec<u32>> = vec![Vec::new(); field.rect.height()];
        exec.for_each_mut(of_row.iter_mut().collect(), [0.1, 0.1], |y, found, _| {
            let (e, coc) = (&envelope[y * w..(y + 1) * w], &field.coc[y * w..(y + 1) * w]);
            let mut own = vec![0i16; w];
            best(|| in_units(coc, &mut own));
            let at = |x: u32| needed.is_none_or(|needed| needed.at(field.rect.x1 + x as i32, field.rect.y1 + y as i32));
            let hides = (0..).zip(e.iter().zip(&own)).filter(|(_, (e, own))| e > own);
            found.extend(hides.map(|(x, _)| x).filter(|x| at(*x)));
        })?;
        let ends = of_row.iter().scan(0, |sum, row| {
            *sum += row.len();
            Some(*sum)
        });
        Ok(Self { rows: std::iter::once(0).chain(ends).collect(), x: try_concat(&of_row)? })
    }
}

/// Steps along one direction to the first pixel on the farther side of an edge, for each wanted pixel; 0 is none.
///
/// A pixel whose next one is no such edge sees the same edges as that one, or farther ones: so it asks the next one's, and so on, and goes on
/// step by step where that is not among the `needed`.
///
/// `of_pixel` has a place for each pixel of the field, all 0 before and after.
fn edges(
    field: &Field,
    wanted: &Wanted,
    needed: Option<&Needed>,
    step: (i32, i32),
    of_pixel: &mut [u16],
    cancel: &Cancel,
) -> Result<Vec<u16>, Stop> {
    let (w, h, first) = (field.rect.width() as i32, field.rect.height() as i32, (field.rect.x1, field.rect.y1));
    let length = length(step);
    let mut found = try_vec(wanted.x.len(), 0u16)?;
    for row in 0..h {
        // Rows and columns in such an order that the next pixel comes first.
        let y = if step.1 > 0 { h - 1 - row } else { row };
        if cancel.is_set() {
            return Err(Stop::Aborted);
        }
        let range = wanted.rows[y as usize]..wanted.rows[y as usize + 1];
        let mut look = |k: usize| {
            let x = wanted.x[k] as i32;
            let i = (y * w + x) as usize;
            let coc = field.coc[i];
            let mut t = 1;
            let hit = loop {
                let (px, py) = (x + t * step.0, y + t * step.1);
                let there = (0..w).contains(&px) & (0..h).contains(&py);
                let (other, before, looked) = if there {
                    let j = (py * w + px) as usize;
                    let looked = needed.is_none_or(|needed| needed.at(first.0 + px, first.1 + py));
                    (field.coc[j], of_pixel[j], looked)
                } else {
                    // Beyond the field nobody has looked.
                    let Some(j) = field.like(first.0 + px, first.1 + py) else { break 0 };
                    (field.coc[j], 0, false)
                };
                let distance = t as f32 * length;
                if other - coc >= distance.max(STEP) {
                    break t;
                }
                if distance > field.most - coc {
                    break 0;
                }
                if before == 0 && looked {
                    break 0;
                }
                t += i32::from(before.max(1));
            };
            of_pixel[i] = hit.min(i32::from(u16::MAX)) as u16;
            found[k] = of_pixel[i];
        };
        if step.0 > 0 { range.rev().for_each(&mut look) } else { range.for_each(&mut look) }
    }
    for (y, row) in wanted.rows.windows(2).enumerate() {
        wanted.x[row[0]..row[1]].iter().for_each(|x| of_pixel[y * w as usize + *x as usize] = 0);
    }
    Ok(found)
}

/// CoC and colour hidden behind the pixels of `rect`, those that are `needed`; nothing where no edge of a farther surface is near enough to
/// matter. `every` so many of the [`RAYS`] are looked along.
pub fn behind(
    field: &Field,
    envelope: &[i16],
    rect: Rect,
    (needed, every): (Option<&Needed>, usize),
    exec: &Exec,
) -> Result<Sheet, Stop> {
    let mut sheet = exec.keep(Sheet::new(rect, exec)?);
    let wanted = exec.keep(Wanted::new(field, envelope, needed, exec)?);
    if wanted.x.is_empty() {
        return Ok(sheet.take());
    }
    let mut found = exec.keep(RAYS.map(|_| Ok(Vec::new())).to_vec());
    // One for each thread at work.
    let spare = Mutex::new(Vec::new());
    exec.for_each_mut(found.iter_mut().step_by(every).collect(), [0.1, 0.15], |k, found, cancel| {
        let lock = || spare.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lock().pop();
        **found = before.map_or_else(|| try_vec(field.coc.len(), 0u16), Ok).and_then(|mut of_pixel| {
            let found = edges(field, &wanted, needed, RAYS[k * every], &mut of_pixel, cancel);
            lock().push(of_pixel);
            found
        });
    })?;
    drop(exec.keep(spare.into_inner().unwrap_or_else(PoisonError::into_inner)));
    let found = exec.keep(found.take().into_iter().collect::<Result<Vec<_>, _>>()?);
    let lengths = RAYS.map(length);
    exec.for_each_mut(sheet.rows_mut(), [0.15, 0.15], |row, (coc, colour), _| {
        let y = rect.y1 + row as i32;
        let r = (y - field.rect.y1) as usize;
        let these = wanted.rows[r]..wanted.rows[r + 1];
        for (k, x) in these.clone().zip(&wanted.x[these]) {
            let x = *x as i32 + field.rect.x1;
            if (rect.x1..rect.x2).contains(&x) {
                let at = (x - rect.x1) as usize;
                let steps = std::array::from_fn(|ray| found[ray].get(k).copied().unwrap_or(0));
                if let Some((c, v)) = guess(field, &steps, &lengths, x, y) {
                    coc[at] = c;
                    (0..4).for_each(|c| colour[c][at] = v[c]);
                }
            }
        }
    })?;
    Ok(sheet.take())
}

/// How long a step is, in pixels.
fn length(step: (i32, i32)) -> f32 {
    ((step.0 * step.0 + step.1 * step.1) as f32).sqrt()
}

/// CoC and colour behind a pixel, from the steps to an edge along each direction, 0 where there is none, and the length of one.
fn guess(
    field: &Field,
    steps: &[u16; RAYS.len()],
    lengths: &[f32; RAYS.len()],
    x: i32,
    y: i32,
) -> Option<(f32, [f32; 4])> {
    if steps.iter().all(|step| *step == 0) {
        return None;
    }
    // What each direction finds: how far away, and which pixel.
    let (mut distances, mut pixels) = ([f32::INFINITY; RAYS.len()], [0; RAYS.len()]);
    for (k, step) in RAYS.iter().enumerate().filter(|(k, _)| steps[*k] > 0) {
        let t = i32::from(steps[k]);
        if let Some(j) = field.like(x + t * step.0, y + t * step.1) {
            (distances[k], pixels[k]) = (t as f32 * lengths[k], j);
        }
    }
    let hits = || distances.iter().zip(pixels).filter(|(distance, _)| **distance < f32::INFINITY);
    let (_, nearest) = hits().min_by(|a, b| a.0.total_cmp(b.0))?;
    let nearest = field.coc[nearest];
    let tolerance = STEP + 0.25 * (nearest - field.coc[field.index(x, y)]);
    let (mut sum, mut of_coc, mut of_colour) = (0f32, 0f32, [0f32; 4]);
    for (distance, j) in hits().filter(|(_, j)| (field.coc[*j] - nearest).abs() <= tolerance) {
        let unlit = field.unlit.get(j).copied().unwrap_or(1.0);
        let [r, g, b, a] = field.at(j);
        let colour = [r * unlit, g * unlit, b * unlit, a];
        // A lamp at the edge says little about what lies beside it: the brighter, the less it counts.
        let light = 1.0 + luminance(&colour).max(0.0);
        let weight = 1.0 / (distance * distance * light * light);
        sum += weight;
        of_coc += weight * field.coc[j];
        (0..4).for_each(|c| of_colour[c] += weight * colour[c]);
    }
    Some((of_coc / sum + BEHIND, of_colour.map(|v| v / sum)))
}
