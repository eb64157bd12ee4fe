//! The blur where one surface is all that the lens sees: each pixel is the mean of the samples whose discs cover it.
//!
//! A sample counts by the part of the pixel that its own disc covers (with a soft edge of one pixel) over the disc's area, so that light is
//! neither made nor lost, and a surface may slant through the focus. Large discs are summed up in a picture of half the size, or of half of
//! that (`means`), and interpolated. The radius of each disc is such that its second moment is exactly that of the aperture, the means' and the
//! interpolation's included.

mod ground;
mod levels;
pub(super) mod means;
mod sum;
mod taps;

use super::aperture::{Aperture, Optics};
use super::breaks::Parts;
use super::field::Field;
use crate::image::Image;
use crate::workers::{Exec, Kept, Stop};
use levels::Map;
use taps::Taps;

/// The size is halved so often at most.
const LEVELS: usize = 6;
/// Discs of up to this radius in pixels, and of up to this for each lens point, are summed up pixel by pixel in the picture as it is…
const AS_IT_IS: (f32, f32) = (5.0, 0.1);
/// …and in smaller ones of up to this in theirs.
const FINEST: (f32, f32) = (16.0, 0.125);
/// A sample's CoC is looked for up to this many times the pixel's own, and this much more, in pixels.
const WIDER: (f32, f32) = (1.35, 2.5);
/// Entries of a table per pixel of radius.
const ENTRIES: usize = 32;

/// One size of the picture.
struct Level {
    /// For CoC radii of i / [`ENTRIES`] of its pixels: how far out the soft edge ends, and one over the sum of all weights.
    table: Vec<[f32; 2]>,
}

/// What a render's gather needs.
pub struct Gather {
    levels: Vec<Level>,
    /// The places around a pixel.
    taps: Taps,
    /// The largest radius that is summed up pixel by pixel in the picture as it is, and in smaller ones, in their pixels.
    finest: [f32; 2],
    /// The largest CoC that is gathered, in pixels.
    pub most: f32,
}

impl Gather {
    /// For discs of up to `largest` pixels; `None` where the aperture is no plain shape, or wider than high.
    pub fn new(optics: &Optics, stretch: f32, largest: f32) -> Option<Self> {
        // The soft edge would be wider one way than the other.
        let round = (stretch - 1.0).abs() < 1e-3 && optics.aperture.squeeze() == [1.0; 2];
        if !optics.aperture.is_whole() || !round {
            return None;
        }
        let finest = [AS_IT_IS, FINEST].map(|(least, of_points)| (of_points * optics.points.len() as f32).max(least));
        let places = optics.places();
        let variance =
            places.iter().flatten().map(|v| f64::from(v * v)).sum::<f64>() / (2 * places.len().max(1)) as f64;
        let needed = (0..LEVELS).take_while(|l| *l == 0 || most_of(finest, l - 1) <= largest).count();
        let end = bound(finest[1]) + 1.0;
        let taps = Taps::new(&optics.aperture, end);
        let levels = (0..needed).map(|l| Level { table: table(&taps, end, l, variance) }).collect();
        Some(Self { levels, taps, finest, most: most_of(finest, LEVELS - 1) })
    }

    /// The largest CoC of each level but the last, in pixels of the frame; no CoC is larger than those of levels that are not there.
    fn ends(&self) -> [f32; LEVELS - 1] {
        std::array::from_fn(|l| if l + 1 < self.levels.len() { most_of(self.finest, l) } else { f32::MAX })
    }

    /// Fills in the pixels that are not left to the views.
    pub fn fill(&self, field: &Field, parts: &Parts, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        let map = exec.keep(Map::new(self, field, parts, exec)?);
        sum::render(self, 0, field, &map, out, exec)?;
        let mut smaller: Option<Kept<Field>> = None;
        for number in 1..=map.last() {
            let half = means::halved(smaller.as_deref().unwrap_or(field), exec)?;
            let half = exec.keep(half);
            if map.any(number) {
                let mut image = exec.keep(Image::empty(map.nodes(number), exec)?);
                sum::render(self, number, &half, &map, &mut image, exec)?;
                map.interpolate(number, &image, out, exec)?;
            }
            smaller = Some(half);
        }
        Ok(())
    }
}

/// The largest CoC of a level, in pixels of the frame.
fn most_of([as_it_is, smaller]: [f32; 2], level: usize) -> f32 {
    if level == 0 { as_it_is } else { smaller * (1 << level) as f32 }
}

impl Level {
    /// Where the soft edge of a sample's disc ends, in its pixels, and one over its sum of weights.
    #[inline(always)]
    fn disc(&self, coc: f32) -> [f32; 2] {
        let at = (coc.abs() * ENTRIES as f32).min((self.table.len() - 2) as f32);
        let i = at as usize;
        let ([a, b], [c, d], t) = (self.table[i], self.table[i + 1], at - i as f32);
        [a + (c - a) * t, b + (d - b) * t]
    }
}

/// How far out samples are looked for, for a pixel's CoC.
#[inline(always)]
fn bound(coc: f32) -> f32 {
    WIDER.0 * coc.abs() + WIDER.1
}

/// See [`Level`].
fn table(taps: &Taps, end: f32, number: usize, variance: f64) -> Vec<[f32; 2]> {
    // How far out each tap is, and its part of the second moment per axis.
    let mut outs: Vec<(f32, f64)> = taps.all().map(|t| (t.far, 0.5 * f64::from(t.x * t.x + t.y * t.y))).collect();
    outs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Sum of weights and variance per axis for edges that end at 0.5 + i / ENTRIES. Most taps count in full, the first ones.
    let edges = (end * ENTRIES as f32) as usize;
    let mut moments = vec![[0f64; 2]; edges];
    let (mut full, mut of_full) = (0, [0f64; 2]);
    for (i, of) in moments.iter_mut().enumerate() {
        let edge = 0.5 + i as f32 / ENTRIES as f32;
        while full < outs.len() && edge - outs[full].0 >= 1.0 {
            of_full = [of_full[0] + 1.0, of_full[1] + outs[full].1];
            full += 1;
        }
        let [mut sum, mut squares] = of_full;
        for (out, square) in outs[full..].iter().take_while(|o| o.0 < edge) {
            let weight = f64::from(edge - out);
            sum += weight;
            squares += weight * square;
        }
        *of = [sum.max(1e-9), squares / sum.max(1e-9)];
    }
    let own = own_blur(number);
    let mut from = 0;
    let entry = |i: usize| {
        let coc = i as f64 / ENTRIES as f64;
        let wanted = (coc * coc * variance - own).max(0.0);
        while from + 2 < moments.len() && moments[from + 1][1] < wanted {
            from += 1;
        }
        let ([sum, low], [more, high]) = (moments[from], moments[from + 1]);
        let t = ((wanted - low) / (high - low).max(1e-12)).clamp(0.0, 1.0);
        [0.5 + (from as f64 + t) as f32 / ENTRIES as f32, (1.0 / (sum + (more - sum) * t)) as f32]
    };
    (0..edges.max(2)).map(entry).collect()
}

/// The variance per axis, in pixels of a level's picture, of what its pixels share out, size after size, and of what is interpolated between them.
fn own_blur(number: usize) -> f64 {
    let part = |size: usize| 0.25f64.powi(size as i32);
    let shared: f64 = (0..number).map(|size| 1.0 / 16.0 * part(size)).sum();
    if number > 0 { shared + 1.0 / 6.0 + part(number) / 12.0 } else { 0.0 }
}

#[cfg(test)]
#[path = "gather_tests.rs"]
mod tests;
