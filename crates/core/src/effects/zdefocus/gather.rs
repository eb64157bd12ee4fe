//! The blur where one surface is all that the lens sees: each pixel is the mean of the samples whose discs cover it.
//!
//! A sample counts by the part of the pixel that its own disc covers (with a soft edge of one pixel) over the disc's area, so that light is
//! neither made nor lost, and a surface may slant through the focus. Large discs are summed up in steps of 2, 4, 8 or 16 pixels, from means
//! with weights that fall off evenly to the next step, and only at every half a step; between these nodes the picture is interpolated. The
//! radius of each disc is such that its second moment is exactly that of the aperture, the means' and the interpolation's included.

mod ground;
mod sum;
mod taps;

use super::aperture::{Aperture, Optics};
use super::breaks::{Parts, WHOLE};
use super::field::Field;
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{Lanes, WideWork, best_wide_work};
use crate::workers::{Cancel, Exec, Stop};
use ground::Ground;
use sum::{Nodes, Sum};
use taps::Taps;

/// Size of a tile in pixels; with steps of 4 and more a larger one, as more around it is read.
const TILE: [[i32; 2]; 2] = [[128, 64], [256, 128]];
/// So often the step doubles.
const LEVELS: usize = 5;
/// Discs of up to this radius times the square root of the lens points are summed up pixel by pixel.
const FINEST: f32 = 1.6;
/// A sample's CoC is looked for up to this many times the pixel's own, and this much more, in pixels.
const WIDER: (f32, f32) = (1.35, 1.5);
/// Entries of a table per step of radius.
const ENTRIES: usize = 32;

/// One size of step.
struct Level {
    step: i32,
    /// The places around a pixel, in steps.
    taps: Taps,
    /// What a sample gains in weight per step that its disc reaches beyond a tap: the soft edge is one over that wide.
    slope: f32,
    /// For CoC radii of i / [`ENTRIES`] steps: how far out the soft edge ends, and one over the sum of all weights.
    table: Vec<[f32; 2]>,
}

/// What a render's gather needs.
pub struct Gather {
    levels: Vec<Level>,
    /// The largest radius that is summed up pixel by pixel, in pixels.
    finest: f32,
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
        let finest = FINEST * (optics.points.len() as f32).sqrt();
        let places = optics.places();
        let variance =
            places.iter().flatten().map(|v| f64::from(v * v)).sum::<f64>() / (2 * places.len().max(1)) as f64;
        let needed = (0..LEVELS).take_while(|l| *l == 0 || finest * (1 << (l - 1)) as f32 <= largest).count();
        let levels: Vec<_> = (0..needed).map(|l| Level::new(&optics.aperture, finest, 1 << l, variance)).collect();
        Some(Self { finest, most: finest * (1 << (LEVELS - 1)) as f32, levels })
    }

    /// The number of the level for a radius.
    fn level(&self, coc: f32) -> usize {
        let fits = |level: &usize| coc.abs() <= self.finest * (1 << level) as f32;
        (0..self.levels.len()).find(fits).unwrap_or(self.levels.len().saturating_sub(1))
    }

    /// Fills in the pixels that are not left to the views.
    pub fn fill(&self, field: &Field, parts: &Parts, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        let tile = TILE[usize::from(self.levels.len() > 2)];
        exec.for_each_mut(super::views::tiles(out, tile), [0.1, 0.2], |_, (tile, rows), cancel| {
            best_wide_work(Tile { gather: self, field, parts, rect: *tile, rows, cancel });
        })
    }
}

impl Level {
    fn new(aperture: &Aperture, finest: f32, step: i32, variance: f64) -> Self {
        let end = bound(finest * step as f32, step) + 1.0;
        let taps = Taps::new(aperture, end);
        let slope = if step == 1 { 1.0 } else { 2.0 };
        let table = table(&taps, slope, end, step, variance);
        Self { step, taps, slope, table }
    }

    /// Pixels from node to node.
    fn spacing(&self) -> i32 {
        spacing(self.step)
    }

    /// Where the soft edge of a sample's disc ends, in steps, and one over its sum of weights.
    #[inline(always)]
    fn disc(&self, coc: f32) -> [f32; 2] {
        let at = (coc.abs() * (ENTRIES as f32 / self.step as f32)).min((self.table.len() - 2) as f32);
        let i = at as usize;
        let ([a, b], [c, d], t) = (self.table[i], self.table[i + 1], at - i as f32);
        [a + (c - a) * t, b + (d - b) * t]
    }
}

/// Pixels between the nodes of a step: a picture that is blurred by many steps is even over half a one.
fn spacing(step: i32) -> i32 {
    (step / 2).max(1)
}

/// How far out samples are looked for, for a pixel's CoC in pixels, in steps.
#[inline(always)]
fn bound(coc: f32, step: i32) -> f32 {
    (WIDER.0 * coc.abs() + WIDER.1) / step as f32 + 1.0
}

/// See [`Level`].
fn table(taps: &Taps, slope: f32, end: f32, step: i32, variance: f64) -> Vec<[f32; 2]> {
    // How far out each tap is, and its part of the second moment per axis.
    let mut outs: Vec<(f32, f64)> = taps.all().map(|t| (t.far, 0.5 * f64::from(t.x * t.x + t.y * t.y))).collect();
    outs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Sum of weights and variance per axis for edges that end at 0.5 + i / ENTRIES. Most taps count in full, the first ones.
    let edges = (end * ENTRIES as f32) as usize;
    let mut moments = vec![[0f64; 2]; edges];
    let (mut full, mut of_full) = (0, [0f64; 2]);
    for (i, of) in moments.iter_mut().enumerate() {
        let edge = 0.5 + i as f32 / ENTRIES as f32;
        while full < outs.len() && slope * (edge - outs[full].0) >= 1.0 {
            of_full = [of_full[0] + 1.0, of_full[1] + outs[full].1];
            full += 1;
        }
        let [mut sum, mut squares] = of_full;
        for (out, square) in outs[full..].iter().take_while(|o| o.0 < edge) {
            let weight = f64::from(slope * (edge - out));
            sum += weight;
            squares += weight * square;
        }
        *of = [sum.max(1e-9), squares / sum.max(1e-9)];
    }
    // A mean over pixels is blur already, and so is what is interpolated between nodes.
    let pixels = |of: i32| f64::from(of * of - 1) / 6.0;
    let own = (pixels(step) + pixels(spacing(step))) / f64::from(step * step);
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

/// One tile's work.
struct Tile<'a, 'b> {
    gather: &'a Gather,
    field: &'a Field,
    parts: &'a Parts,
    rect: Rect,
    rows: &'a mut [Vec<&'b mut [f32]>; 4],
    cancel: &'a Cancel,
}

impl WideWork for Tile<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Tile { gather, field, parts, rect, rows, cancel } = self;
        let w = rect.width();
        // The level of each pixel; none where the views say all.
        let none = u8::MAX;
        let mut levels = vec![none; w * rect.height()];
        for (y, levels) in (rect.y1..).zip(levels.chunks_mut(w)) {
            let first = field.index(rect.x1, y);
            let of = parts.row(&rect, y).iter().zip(&field.coc[first..first + w]);
            for (level, (_, coc)) in levels.iter_mut().zip(of).filter(|(_, (part, _))| **part < WHOLE) {
                *level = gather.level(*coc) as u8;
            }
        }
        let nodes: Vec<Option<Nodes>> = (0..gather.levels.len())
            .map(|l| {
                let wanted: Vec<bool> = levels.iter().map(|level| usize::from(*level) == l).collect();
                wanted.contains(&true).then(|| Nodes::new(field, &rect, &wanted, gather.levels[l].step))
            })
            .collect();
        let Some(last) = nodes.iter().rposition(Option::is_some) else { return };
        let margins = nodes.iter().zip(&gather.levels).filter_map(|(nodes, level)| Some(nodes.as_ref()?.margin(level)));
        // The means at the ground's own edge are wrong.
        let mut ground = Ground::new(field, &rect, margins.max().unwrap_or(0) + (1 << last));
        for (l, (nodes, level)) in nodes.iter().zip(&gather.levels).enumerate().take(last + 1) {
            if cancel.is_set() {
                return;
            }
            if l > 0 {
                ground.coarser(level.step);
            }
            if let Some(nodes) = nodes {
                let at = Sum::new(nodes, &ground, level, cancel);
                let found = match (level.taps.sided, ground.opaque) {
                    (false, true) => at.up::<L, false, 3>(),
                    (false, false) => at.up::<L, false, 4>(),
                    (true, true) => at.up::<L, true, 3>(),
                    (true, false) => at.up::<L, true, 4>(),
                };
                nodes.interpolate(&found, &rect, |i| usize::from(levels[i]) == l, rows);
            }
        }
    }
}

/// Has a test switched the gather off? Never elsewhere.
pub fn is_off() -> bool {
    #[cfg(test)]
    return tests::OFF.get();
    #[cfg(not(test))]
    false
}

#[cfg(test)]
#[path = "gather_tests.rs"]
pub mod tests;
