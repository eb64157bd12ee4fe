//! What lies hidden behind the edge of a nearer surface, guessed from the farther side of that edge only.
//!
//! Seen from a lens point, a surface with CoC c moves by c times that point. Behind the edge between a near surface (c) and a far one (C)
//! a strip of C − c pixels comes into view somewhere on the lens. So a pixel needs a hidden sample if, looking along some direction,
//! a pixel at distance t has a CoC larger by at least t (and by one pixel).

use super::lights::luminance;
use super::scene::Field;
use crate::workers::{Exec, Stop, try_vec};

/// Directions in which a pixel looks for the farther side.
pub const RAYS: usize = 16;
/// A CoC step of less than this is no edge, in pixels.
pub const STEP: f32 = 1.0;

/// An upper bound, for each pixel, of CoC minus distance over all pixels around it: where it is no more than the pixel's own CoC there
/// is no edge to look for. Distances are measured a little too short (by up to 10 %), so that no edge is missed.
pub fn envelope(field: &Field, exec: &Exec) -> Result<Vec<f32>, Stop> {
    let mut e = try_vec(field.coc.len(), 0f32)?;
    e.copy_from_slice(&field.coc);
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
    let row = y * w;
    if let Some(before) = before {
        let o = before * w;
        for x in 0..w {
            let side = e[o + x.saturating_sub(1)].max(e[o + (x + 1).min(w - 1)]);
            e[row + x] = e[row + x].max(e[o + x] - STRAIGHT).max(side - DIAGONAL);
        }
    }
    for x in 1..w {
        e[row + x] = e[row + x].max(e[row + x - 1] - STRAIGHT);
    }
    for x in (0..w.saturating_sub(1)).rev() {
        e[row + x] = e[row + x].max(e[row + x + 1] - STRAIGHT);
    }
}

/// What one direction finds.
#[derive(Clone, Copy)]
struct Hit {
    distance: f32,
    coc: f32,
    colour: [f32; 4],
}

/// A pixel on a ray: how far to the right, how far up, and its distance.
type Step = (i32, i32, f32);

/// The steps of each ray, in pixels: computed once.
pub struct Rays {
    steps: [Vec<Step>; RAYS],
}

impl Rays {
    /// As long as the field's CoCs can ask for.
    pub fn new(field: &Field) -> Self {
        let length = (field.most - field.least).max(0.0).ceil() as usize + 3;
        Self {
            steps: std::array::from_fn(|k| {
                let angle = (k as f32 + 0.5) * (std::f32::consts::TAU / RAYS as f32);
                let (dx, dy) = (angle.cos(), angle.sin());
                let step = |t: usize| ((t as f32 * dx).round() as i32, (t as f32 * dy).round() as i32);
                (0..length).map(step).map(|(x, y)| (x, y, ((x * x + y * y) as f32).sqrt())).collect()
            }),
        }
    }
}

/// CoC and colour hidden behind a pixel; `None` where no edge of a farther surface is near enough to matter.
pub fn behind(field: &Field, envelope: &[f32], rays: &Rays, x: i32, y: i32) -> Option<(f32, [f32; 4])> {
    let i = field.index(x, y);
    let coc = field.coc[i];
    if envelope[i] <= coc {
        return None;
    }
    let hits: [Option<Hit>; RAYS] = std::array::from_fn(|k| look(field, &rays.steps[k], x, y, coc));
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

/// Along one ray: the first pixel on the farther side, its colour taken two pixels beyond the edge, where antialiasing has ended.
fn look(field: &Field, steps: &[Step], x: i32, y: i32, coc: f32) -> Option<Hit> {
    let at = |t: usize| {
        let (dx, dy, _) = *steps.get(t)?;
        field.rect.contains(x + dx, y + dy).then(|| field.index(x + dx, y + dy))
    };
    let most = field.most - coc;
    for (t, &(_, _, distance)) in steps.iter().enumerate().skip(1) {
        if distance > most {
            return None;
        }
        let j = at(t)?;
        let step = field.coc[j] - coc;
        if step >= distance.max(STEP) {
            let same = |k: &usize| (field.coc[*k] - field.coc[j]).abs() <= STEP + 0.1 * step;
            let inner = at(t + 2).filter(same).or_else(|| at(t + 1).filter(same)).unwrap_or(j);
            let unlit = field.unlit.get(inner).copied().unwrap_or(1.0);
            let [r, g, b, a] = field.colour[inner];
            return Some(Hit { distance, coc: field.coc[j], colour: [r * unlit, g * unlit, b * unlit, a] });
        }
    }
    None
}
