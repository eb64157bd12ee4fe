//! A few lens points leave gaps between their dots on a large blur: each sample's colour is first spread, within its own surface,
//! over the gap: first along the row, then across.

use super::field::{Field, Planes};
use super::needed::Needed;
use crate::geometry::Rect;
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop};

/// Half the side of the square that the spread fills, for a CoC of 1 px and so many evenly spread lens points: a disc of the area that is one
/// point's has the same variance.
pub fn gap(points: usize) -> f64 {
    0.75f64.sqrt() / (points.max(1) as f64).sqrt()
}

/// Weight of a neighbour at `distance` along one axis for a half side, with a soft end of one pixel.
#[inline(always)]
fn weight(half: f32, distance: f32) -> f32 {
    (half + 0.5 - distance).clamp(0.0, 1.0)
}

/// Neighbours whose CoC differs by up to this belong to a sample's surface; up to twice this a little.
#[inline(always)]
fn alike(coc: f32) -> f32 {
    0.75 + 0.04 * coc.abs()
}

/// Variance per axis, in px², of the spread of a half side.
pub fn variance(half: f64) -> f64 {
    if half <= 0.5 {
        return 0.0;
    }
    let reach = (half + 1.0).ceil() as i32;
    let weight = |d: i32| f64::from(weight(half as f32, d.abs() as f32));
    let sum: f64 = (-reach..=reach).map(weight).sum();
    (-reach..=reach).map(|d| weight(d) * f64::from(d * d)).sum::<f64>() / sum
}

/// Pixels of a row that share one count of taps.
const CHUNK: usize = 128;
/// Rows of a task.
const BAND: usize = 32;

/// The colours over `rect`, spread over the gap for a CoC of 1 px; `shares` (or nothing) is how much of each pixel its colour stands for. What is
/// not needed may be anything.
pub fn colours(
    field: &Field,
    shares: &[f32],
    rect: Rect,
    gap: f32,
    needed: Option<&Needed>,
    exec: &Exec,
) -> Result<Planes, Stop> {
    let (n, band) = (rect.width() * rect.height(), (rect.width() * BAND).max(1));
    exec.rows([n, band], 0f32, vec![(); n.div_ceil(band)], [0.1, 0.2], |i, mut out, (), _| {
        let y = rect.y1 + (i * BAND) as i32;
        let rect = Rect::new(rect.x1, y, rect.x2, y + (out[0].len() / rect.width()) as i32);
        best_work(Band { field, shares, rect, gap, needed, out: &mut out });
    })
}

struct Band<'a, 'b> {
    field: &'a Field,
    shares: &'a [f32],
    rect: Rect,
    gap: f32,
    needed: Option<&'a Needed>,
    out: &'a mut [&'b mut [f32]; 4],
}

impl Work for Band<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Band { field, shares, rect, gap, needed, out } = self;
        let (w, of, up) = (rect.width(), field.rect.width(), field.rect.height() as i32);
        let start = (rect.x1 - field.rect.x1) as usize;
        let (first, last) = (rect.y1 - field.rect.y1, rect.y2 - field.rect.y1);
        let rows = |y1: i32, y2: i32| &field.coc[y1 as usize * of..y2 as usize * of];
        let reach = taps(rows(first, last), gap) as i32;
        let (low, high) = ((first - reach).max(0), (last + reach).min(up));
        let chunks: Vec<usize> = (0..w)
            .step_by(CHUNK)
            .filter(|x| {
                let x = rect.x1 + *x as i32;
                needed.is_none_or(|needed| needed.any(&Rect { x1: x, x2: (x + CHUNK as i32).min(rect.x2), ..rect }))
            })
            .collect();
        // Along the rows, of all rows that the way across needs.
        let mut along: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; w * (high - low) as usize]);
        for y in low..high {
            let row = y as usize * of;
            for &x in &chunks {
                let n = CHUNK.min(w - x);
                let (i, to) = (row + start + x, (y - low) as usize * w + x);
                let most = taps(&field.coc[i..i + n], gap);
                // A neighbour beyond the field is none.
                let (left, right) = (start + x, of - (start + x + n));
                let whole = (left.min(most), right.min(most));
                let at = |d: isize| (i as isize + d) as usize;
                sum(
                    n,
                    gap,
                    &field.coc[i..i + n],
                    whole,
                    |d| {
                        let j = at(d);
                        let share = shares.get(j..j + n);
                        (&field.coc[j..j + n], [0, 1, 2, 3].map(|c| &field.colour[c][j..j + n]), share)
                    },
                    &mut along.each_mut().map(|p| &mut p[to..to + n]),
                );
            }
        }
        for y in first..last {
            for &x in &chunks {
                let n = CHUNK.min(w - x);
                let i = y as usize * of + start + x;
                let most = taps(&field.coc[i..i + n], gap);
                let whole = (most.min((y - low) as usize), most.min((high - 1 - y) as usize));
                let to = (y - first) as usize * w + x;
                sum(
                    n,
                    gap,
                    &field.coc[i..i + n],
                    whole,
                    |d| {
                        let j = (i as isize + d * of as isize) as usize;
                        let k = (y as isize + d - low as isize) as usize * w + x;
                        (&field.coc[j..j + n], [0, 1, 2, 3].map(|c| &along[c][k..k + n]), shares.get(j..j + n))
                    },
                    &mut out.each_mut().map(|p| &mut p[to..to + n]),
                );
            }
        }
    }
}

/// How many neighbours to each side the largest of some CoCs asks for.
#[inline(always)]
fn taps(coc: &[f32], gap: f32) -> usize {
    let most = coc.iter().fold(0f32, |m, c| m.max(c.abs()));
    (most * gap - 0.5).ceil().max(0.0) as usize
}

/// A row of neighbours: CoC, colours, and how much they count.
type Tap<'a> = (&'a [f32], [&'a [f32]; 4], Option<&'a [f32]>);

/// The weighted means of `n` samples with their neighbours along one axis, from `whole.0` before to `whole.1` after.
#[inline(always)]
fn sum<'a>(
    n: usize,
    gap: f32,
    coc: &[f32],
    whole: (usize, usize),
    tap: impl Fn(isize) -> Tap<'a>,
    out: &mut [&mut [f32]; 4],
) {
    if whole == (0, 0) {
        let (_, colour, _) = tap(0);
        out.iter_mut().zip(colour).for_each(|(to, from)| to.copy_from_slice(from));
        return;
    }
    let n = n.min(CHUNK);
    let (mut half, mut same, mut total) = ([0f32; CHUNK], [0f32; CHUNK], [0f32; CHUNK]);
    // A sample alone stays what it is, to the last bit: it counts 1, and the others by how much more than it they stand for.
    let mut own = [1f32; CHUNK];
    if let (_, _, Some(share)) = tap(0) {
        own.iter_mut().zip(share).for_each(|(own, share)| *own = 1.0 / share);
    }
    for i in 0..n {
        half[i] = coc[i].abs() * gap;
        same[i] = 1.0 / alike(coc[i]);
    }
    out.iter_mut().for_each(|plane| plane.fill(0.0));
    for d in -(whole.0 as isize)..=whole.1 as isize {
        let (other, colour, share) = tap(d);
        let (other, distance) = (&other[..n], d.unsigned_abs() as f32);
        let mut weights = [0f32; CHUNK];
        for i in 0..n {
            let alike = (2.0 - (other[i] - coc[i]).abs() * same[i]).clamp(0.0, 1.0);
            weights[i] = weight(half[i], distance) * alike;
        }
        if d == 0 {
            // Also where the square is smaller than a pixel.
            weights[..n].fill(1.0);
        }
        if let Some(share) = share.filter(|_| d != 0) {
            (0..n).for_each(|i| weights[i] *= share[i] * own[i]);
        }
        for (to, from) in out.iter_mut().zip(colour) {
            let (to, from) = (&mut to[..n], &from[..n]);
            for i in 0..n {
                to[i] += weights[i] * from[i];
            }
        }
        for i in 0..n {
            total[i] += weights[i];
        }
    }
    for to in out.iter_mut() {
        let to = &mut to[..n];
        for i in 0..n {
            to[i] /= total[i];
        }
    }
}
