//! What lies hidden behind the edge of a nearer surface, guessed from the farther side of that edge only.
//!
//! Seen from a lens point, a surface with CoC c moves by c times that point. Behind the edge between a near surface (c) and a far one (C)
//! a strip of C − c pixels comes into view somewhere on the lens. So a pixel needs a hidden sample if, looking along some direction,
//! a pixel at distance t has a CoC larger by at least t (and by one pixel).

use super::field::Field;
use super::lights::luminance;
use super::sheet::Sheet;
use crate::geometry::Rect;
use crate::workers::{Cancel, Exec, Stop, try_vec};

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

/// An upper bound, for each pixel, of CoC minus distance over all pixels around it: where it is no more than the pixel's own CoC there
/// is no edge to look for. Distances are measured a little too short (by up to 10 %), so that no edge is missed.
pub fn envelope(field: &Field, exec: &Exec) -> Result<Vec<f32>, Stop> {
    let mut e = exec.copied(&field.coc, [0.1, 0.1])?;
    let (w, h) = (field.rect.width(), field.rect.height());
    exec.for_each_mut(vec![&mut e], [0.1, 0.1], |_, e, cancel| {
        for up in [false, true] {
            for i in (0..h).take_while(|_| !cancel.is_set()) {
                let y = if up { h - 1 - i } else { i };
                let before = if up { y + 1 } else { y.wrapping_sub(1) };
                lift_row(e, w, y, (before < h).then_some(before));
            }
        }
    })?;
    Ok(e)
}

const STRAIGHT: f32 = 0.9;
const DIAGONAL: f32 = 1.27;

/// Lifts a row to what the row before it and its own neighbours ask for.
fn lift_row(e: &mut [f32], w: usize, y: usize, before: Option<usize>) {
    let more = |a: f32, b: f32| if a > b { a } else { b };
    if let Some(before) = before {
        let (low, high) = e.split_at_mut(y.max(before) * w);
        let (from, row) =
            if before < y { (&low[before * w..][..w], &mut high[..w]) } else { (&high[..w], &mut low[y * w..][..w]) };
        row.iter_mut().zip(from).for_each(|(v, from)| *v = more(*v, from - STRAIGHT));
        // Of the pixels to the left and to the right.
        row.iter_mut().skip(1).zip(from).for_each(|(v, from)| *v = more(*v, from - DIAGONAL));
        row.iter_mut().zip(from.iter().skip(1)).for_each(|(v, from)| *v = more(*v, from - DIAGONAL));
    }
    let row = &mut e[y * w..(y + 1) * w];
    let mut last = f32::MIN;
    for v in row.iter_mut() {
        last = more(*v, last - STRAIGHT);
        *v = last;
    }
    let mut last = f32::MIN;
    for v in row.iter_mut().rev() {
        last = more(*v, last - STRAIGHT);
        *v = last;
    }
}

/// Where something may be hidden: the pixels to look behind, row by row.
struct Wanted {
    /// Columns in the field.
    x: Vec<u32>,
    /// Where each row begins in `x`, and the end.
    rows: Vec<usize>,
}

impl Wanted {
    fn new(field: &Field, envelope: &[f32], exec: &Exec) -> Result<Self, Stop> {
        let w = field.rect.width();
        let mut of_row: Vec<Vec<u32>> = vec![Vec::new(); field.rect.height()];
        exec.for_each_mut(of_row.iter_mut().collect(), [0.1, 0.1], |y, found, _| {
            let (e, coc) = (&envelope[y * w..(y + 1) * w], &field.coc[y * w..(y + 1) * w]);
            found.extend((0..w as u32).filter(|&x| e[x as usize] > coc[x as usize]));
        })?;
        let ends = of_row.iter().scan(0, |sum, row| {
            *sum += row.len();
            Some(*sum)
        });
        Ok(Self { rows: std::iter::once(0).chain(ends).collect(), x: of_row.concat() })
    }
}

/// Steps along one direction to the first pixel on the farther side of an edge, for each wanted pixel; 0 is none.
///
/// A pixel whose next one is no such edge sees the same edges as that one, or farther ones: so it asks the next one's, and so on.
fn edges(field: &Field, wanted: &Wanted, step: (i32, i32), cancel: &Cancel) -> Result<Vec<u16>, Stop> {
    let (w, h) = (field.rect.width() as i32, field.rect.height() as i32);
    let length = ((step.0 * step.0 + step.1 * step.1) as f32).sqrt();
    let mut of_pixel = try_vec((w * h) as usize, 0u16)?;
    let mut found = try_vec(wanted.x.len(), 0u16)?;
    for row in 0..h {
        // Rows and columns in such an order that the next pixel comes first.
        let y = if step.1 > 0 { h - 1 - row } else { row };
        if cancel.is_set() {
            return Err(Stop::Aborted);
        }
        if !(0..h).contains(&(y + step.1)) {
            continue;
        }
        let range = wanted.rows[y as usize]..wanted.rows[y as usize + 1];
        let mut look = |k: usize| {
            let x = wanted.x[k] as i32;
            let i = (y * w + x) as usize;
            let coc = field.coc[i];
            let mut t = 1;
            let hit = loop {
                let (px, py) = (x + t * step.0, y + t * step.1);
                if px < 0 || px >= w || py < 0 || py >= h {
                    break 0;
                }
                let j = (py * w + px) as usize;
                let distance = t as f32 * length;
                if field.coc[j] - coc >= distance.max(STEP) {
                    break t;
                }
                if of_pixel[j] == 0 || distance > field.most - coc {
                    break 0;
                }
                t += i32::from(of_pixel[j]);
            };
            of_pixel[i] = hit.min(i32::from(u16::MAX)) as u16;
            found[k] = of_pixel[i];
        };
        if step.0 > 0 { range.rev().for_each(&mut look) } else { range.for_each(&mut look) }
    }
    Ok(found)
}

/// CoC and colour hidden behind the pixels of `rect`; nothing where no edge of a farther surface is near enough to matter.
pub fn behind(field: &Field, envelope: &[f32], rect: Rect, exec: &Exec) -> Result<Sheet, Stop> {
    let mut sheet = exec.keep(Sheet::new(rect, exec)?);
    let wanted = exec.keep(Wanted::new(field, envelope, exec)?);
    if wanted.x.is_empty() {
        return Ok(sheet.take());
    }
    let mut found = exec.keep(RAYS.map(|_| Ok(Vec::new())).to_vec());
    exec.for_each_mut(found.iter_mut().collect(), [0.1, 0.15], |k, found, cancel| {
        **found = edges(field, &wanted, RAYS[k], cancel);
    })?;
    let found = exec.keep(found.take().into_iter().collect::<Result<Vec<_>, _>>()?);
    exec.for_each_mut(sheet.rows_mut(), [0.15, 0.15], |row, (coc, colour), _| {
        let y = rect.y1 + row as i32;
        let r = (y - field.rect.y1) as usize;
        let these = wanted.rows[r]..wanted.rows[r + 1];
        for (k, x) in these.clone().zip(&wanted.x[these]) {
            let x = *x as i32 + field.rect.x1;
            if (rect.x1..rect.x2).contains(&x) {
                let at = (x - rect.x1) as usize;
                if let Some((c, v)) = guess(field, &std::array::from_fn(|ray| found[ray][k]), x, y) {
                    coc[at] = c;
                    (0..4).for_each(|c| colour[c][at] = v[c]);
                }
            }
        }
    })?;
    Ok(sheet.take())
}

/// What one direction finds.
#[derive(Clone, Copy)]
struct Hit {
    distance: f32,
    coc: f32,
    colour: [f32; 4],
}

fn guess(field: &Field, steps: &[u16; 16], x: i32, y: i32) -> Option<(f32, [f32; 4])> {
    let coc = field.coc[field.index(x, y)];
    let hits: [Option<Hit>; 16] = std::array::from_fn(|k| hit(field, RAYS[k], i32::from(steps[k]), x, y, coc));
    let nearest = hits.iter().flatten().min_by(|a, b| a.distance.total_cmp(&b.distance))?;
    let tolerance = STEP + 0.25 * (nearest.coc - coc);
    let (mut sum, mut of_coc, mut of_colour) = (0f32, 0f32, [0f32; 4]);
    for hit in hits.iter().flatten().filter(|h| (h.coc - nearest.coc).abs() <= tolerance) {
        // A lamp at the edge says little about what lies beside it: the brighter, the less it counts.
        let light = 1.0 + luminance(&hit.colour).max(0.0);
        let weight = 1.0 / (hit.distance * hit.distance * light * light);
        sum += weight;
        of_coc += weight * hit.coc;
        (0..4).for_each(|c| of_colour[c] += weight * hit.colour[c]);
    }
    Some((of_coc / sum, of_colour.map(|v| v / sum)))
}

/// The pixel that a direction found; its colour is taken some two pixels beyond the edge, where antialiasing has ended.
fn hit(field: &Field, step: (i32, i32), t: i32, x: i32, y: i32, coc: f32) -> Option<Hit> {
    if t == 0 {
        return None;
    }
    let at = |t: i32| {
        let (px, py) = (x + t * step.0, y + t * step.1);
        field.rect.contains(px, py).then(|| field.index(px, py))
    };
    let length = ((step.0 * step.0 + step.1 * step.1) as f32).sqrt();
    let j = at(t)?;
    let rise = field.coc[j] - coc;
    let same = |k: &usize| (field.coc[*k] - field.coc[j]).abs() <= STEP + 0.1 * rise;
    let two = if length < 2.0 { at(t + 2).filter(same) } else { None };
    let inner = two.or_else(|| at(t + 1).filter(same)).unwrap_or(j);
    let unlit = field.unlit.get(inner).copied().unwrap_or(1.0);
    let [r, g, b, a] = field.at(inner);
    Some(Hit { distance: t as f32 * length, coc: field.coc[j], colour: [r * unlit, g * unlit, b * unlit, a] })
}
