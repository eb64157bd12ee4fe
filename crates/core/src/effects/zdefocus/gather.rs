//! The blur where one surface is all that the lens sees: each pixel is the mean of the samples whose discs cover it.
//!
//! A sample counts by the part of the pixel that its own disc covers (with a soft edge of one pixel) over the disc's area, so that light is
//! neither made nor lost, and a surface may slant through the focus. Large discs are summed up in steps of 2, 4, 8 or 16 pixels, from means
//! with weights that fall off evenly to the next step. The radius of each disc is such that its second moment is exactly that of the
//! aperture, the means' included.

use super::aperture::{Aperture, Optics};
use super::breaks::{Parts, WHOLE};
use super::field::Field;
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{LANES, Lanes, WideWork, best_wide_work};
use crate::workers::{Cancel, Exec, Stop};

/// Size of a tile in pixels.
const TILE: [i32; 2] = [128, 64];
/// So often the step doubles.
const LEVELS: usize = 5;
/// Discs of up to this radius times the square root of the lens points are summed up pixel by pixel.
const FINEST: f32 = 1.6;
/// A sample's CoC is looked for up to this many times the pixel's own, and this much more, in pixels.
const WIDER: (f32, f32) = (1.35, 1.5);
/// Entries of a table per step of radius.
const ENTRIES: usize = 32;

/// A place beside the pixel, in steps, and how far out it lies on the disc of a sample in front of the focus and behind it, in steps.
#[derive(Clone, Copy)]
struct Tap {
    x: i32,
    y: i32,
    near: f32,
    far: f32,
}

/// One size of step.
struct Level {
    step: i32,
    /// Is the bokeh in front of the focus another than behind it?
    sided: bool,
    /// From the middle outwards.
    taps: Vec<Tap>,
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
    /// Is the bokeh in front of the focus another than behind it?
    sided: bool,
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
        let sided = levels.iter().any(|l| l.sided);
        Some(Self { finest, most: finest * (1 << (LEVELS - 1)) as f32, levels, sided })
    }

    /// The level for a radius.
    fn level(&self, coc: f32) -> usize {
        let fits = |level: &usize| coc.abs() <= self.finest * (1 << level) as f32;
        (0..self.levels.len()).find(fits).unwrap_or(self.levels.len().saturating_sub(1))
    }

    /// Fills in the pixels that are not left to the views.
    pub fn fill(&self, field: &Field, parts: &Parts, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        exec.for_each_mut(super::views::tiles(out, TILE), [0.1, 0.2], |_, (tile, rows), cancel| {
            best_wide_work(Tile { gather: self, field, parts, rect: *tile, rows, cancel });
        })
    }
}

impl Level {
    fn new(aperture: &Aperture, finest: f32, step: i32, variance: f64) -> Self {
        let inner = aperture.inner();
        let out = |x: f32, y: f32| inner * aperture.edge([x, y]);
        let end = bound(finest * step as f32, step) + 1.0;
        let far = (end / inner.max(0.1)).ceil() as i32 + 1;
        let mut taps = Vec::new();
        for y in -far..=far {
            for x in -far..=far {
                let (px, py) = (x as f32, y as f32);
                // A point of the lens moves a sample by its CoC: behind the focus the sample lies on the other side.
                taps.push(Tap { x, y, near: out(px, py), far: out(-px, -py) });
            }
        }
        taps.retain(|t| t.near.min(t.far) < end);
        let sided = taps.iter().any(|t| (t.near - t.far).abs() > 1e-3);
        if !sided {
            taps.iter_mut().for_each(|t| t.near = t.far);
        }
        taps.sort_by(|a, b| a.near.min(a.far).total_cmp(&b.near.min(b.far)).then((a.y, a.x).cmp(&(b.y, b.x))));
        let slope = if step == 1 { 1.0 } else { 2.0 };
        let table = table(&taps, slope, end, step, variance);
        Self { step, sided, taps, slope, table }
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

/// How far out samples are looked for, for a pixel's CoC in pixels, in steps.
#[inline(always)]
fn bound(coc: f32, step: i32) -> f32 {
    (WIDER.0 * coc.abs() + WIDER.1) / step as f32 + 1.0
}

/// See [`Level`].
fn table(taps: &[Tap], slope: f32, end: f32, step: i32, variance: f64) -> Vec<[f32; 2]> {
    // Sum of weights and variance per axis for edges that end at 0.5 + i / ENTRIES.
    let edges = (end * ENTRIES as f32) as usize;
    let mut moments = vec![[0f64; 2]; edges];
    for (i, of) in moments.iter_mut().enumerate() {
        let edge = 0.5 + i as f32 / ENTRIES as f32;
        let (mut sum, mut squares) = (0f64, 0f64);
        for tap in taps {
            let weight = f64::from((slope * (edge - tap.far)).clamp(0.0, 1.0));
            let (x, y) = (f64::from(tap.x), f64::from(tap.y));
            sum += weight;
            squares += weight * 0.5 * (x * x + y * y);
        }
        *of = [sum.max(1e-9), squares / sum.max(1e-9)];
    }
    // A mean over pixels is blur already.
    let mean = (1.0 - 1.0 / f64::from(step * step)) / 6.0;
    let mut from = 0;
    let entry = |i: usize| {
        let coc = i as f64 / ENTRIES as f64;
        let wanted = (coc * coc * variance - mean).max(0.0);
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
        let mut largest = [-1f32; LEVELS];
        for (i, level) in levels.iter_mut().enumerate() {
            let (x, y) = (rect.x1 + (i % w) as i32, rect.y1 + (i / w) as i32);
            if parts.row(&rect, y)[i % w] < WHOLE {
                let coc = field.coc[field.index(x, y)];
                let l = gather.level(coc);
                *level = l as u8;
                largest[l] = largest[l].max(coc.abs());
            }
        }
        let used = |l: usize| largest[l] >= 0.0;
        let Some(last) = (0..LEVELS).rev().find(|l| used(*l)) else { return };
        let reach = |l: usize| {
            let (end, level) = (bound(largest[l], 1 << l), &gather.levels[l]);
            let taps = level.taps.iter().take_while(|t| t.near.min(t.far) < end);
            taps.fold(0, |m, t| m.max(t.x.abs()).max(t.y.abs())) * level.step
        };
        let margin = (0..LEVELS).filter(|l| used(*l)).map(reach).max().unwrap_or(0) + 2;
        // The means at the ground's own edge are wrong.
        let mut ground = Ground::new(field, &rect, margin + (1 << last));
        for (l, level) in gather.levels.iter().enumerate().take(last + 1) {
            if cancel.is_set() {
                return;
            }
            if l > 0 {
                ground.coarser(1 << (l - 1));
            }
            if used(l) {
                let end = bound(largest[l], level.step);
                let wanted = |i: usize| levels.get(i).is_some_and(|level| usize::from(*level) == l);
                let at = Sum { field, rect, ground: &ground, level, end, cancel };
                match (gather.sided, ground.opaque) {
                    (false, true) => at.up::<L, false, 3>(wanted, rows),
                    (false, false) => at.up::<L, false, 4>(wanted, rows),
                    (true, true) => at.up::<L, true, 3>(wanted, rows),
                    (true, false) => at.up::<L, true, 4>(wanted, rows),
                }
            }
        }
    }
}

/// The field around a tile, or means of it.
struct Ground {
    /// Pixels around the tile.
    margin: i32,
    width: usize,
    coc: Vec<f32>,
    colour: [Vec<f32>; 4],
    /// Are all alphas 1?
    opaque: bool,
}

impl Ground {
    #[inline(always)]
    fn new(field: &Field, tile: &Rect, margin: i32) -> Self {
        let (width, height) = (tile.width() + 2 * margin as usize + LANES, tile.height() + 2 * margin as usize);
        let mut coc = Vec::with_capacity(width * height);
        let mut colour: [Vec<f32>; 4] = std::array::from_fn(|_| Vec::with_capacity(width * height));
        let (all, x1) = (&field.rect, tile.x1 - margin);
        let inside = (x1.max(all.x1), (x1 + width as i32).min(all.x2));
        for y in (tile.y1 - margin..).take(height) {
            let first = field.index(all.x1, y.clamp(all.y1, all.y2 - 1));
            let from = |x: i32| first + (x - all.x1) as usize;
            let row = |from_plane: &[f32], to: &mut Vec<f32>| {
                to.extend(std::iter::repeat_n(from_plane[from(inside.0)], (inside.0 - x1) as usize));
                to.extend_from_slice(&from_plane[from(inside.0)..from(inside.1)]);
                to.extend(std::iter::repeat_n(from_plane[from(inside.1 - 1)], (x1 + width as i32 - inside.1) as usize));
            };
            row(&field.coc, &mut coc);
            field.colour.iter().zip(&mut colour).for_each(|(from, to)| row(from, to));
        }
        let opaque = colour[3].iter().all(|a| *a == 1.0);
        Self { margin, width, coc, colour, opaque }
    }

    /// Means for steps twice as large; `step` is that of those there.
    #[inline(always)]
    fn coarser(&mut self, step: usize) {
        let w = self.width;
        let channels = if self.opaque { 3 } else { 4 };
        for plane in std::iter::once(&mut self.coc).chain(&mut self.colour[..channels]) {
            for by in [step, step * w] {
                // ¼, ½, ¼ in two halves.
                for i in 0..plane.len() - by {
                    plane[i] = 0.5 * (plane[i] + plane[i + by]);
                }
                for i in (by..plane.len()).rev() {
                    plane[i] = 0.5 * (plane[i] + plane[i - by]);
                }
            }
        }
    }
}

/// The most of the values in square blocks.
struct Blocks {
    side: usize,
    columns: usize,
    most: Vec<f32>,
}

impl Blocks {
    fn new(plane: &[f32], width: usize, side: usize) -> Self {
        let columns = width.div_ceil(side);
        let mut most = vec![0f32; columns * (plane.len() / width).div_ceil(side)];
        for (y, row) in plane.chunks(width).enumerate() {
            let most = &mut most[y / side * columns..];
            for (most, part) in most.iter_mut().zip(row.chunks(side)) {
                *most = part.iter().fold(*most, |m, v| if v.abs() > m { v.abs() } else { m });
            }
        }
        Self { side, columns, most }
    }

    /// Of all that lies up to `around` beside a group of pixels.
    fn most(&self, x: usize, y: usize, around: usize) -> f32 {
        let part = |from: usize, to: usize, end: usize| (from / self.side)..(to / self.side + 1).min(end);
        let columns = part(x.saturating_sub(around), x + LANES + around, self.columns);
        let rows = part(y.saturating_sub(around), y + around, self.most.len() / self.columns);
        rows.flat_map(|row| &self.most[row * self.columns..][columns.clone()]).fold(0f32, |m, v| m.max(*v))
    }
}

/// One level's sums over a tile.
struct Sum<'a> {
    field: &'a Field,
    rect: Rect,
    ground: &'a Ground,
    level: &'a Level,
    /// Taps from here on are of no use.
    end: f32,
    cancel: &'a Cancel,
}

impl Sum<'_> {
    #[inline(always)]
    fn up<L: Lanes, const SIDED: bool, const C: usize>(
        self,
        wanted: impl Fn(usize) -> bool,
        rows: &mut [Vec<&mut [f32]>; 4],
    ) {
        let Sum { field, rect, ground, level, end, cancel } = self;
        let n = ground.coc.len();
        // Where discs end (negative in front of the focus), one over their weights, and colours over them.
        let (mut edge, mut share) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for coc in &ground.coc {
            let [end, one_over] = level.disc(*coc);
            edge.push(if SIDED && *coc < 0.0 { -end } else { end });
            share.push(one_over);
        }
        let colour: [Vec<f32>; C] =
            std::array::from_fn(|c| ground.colour[c].iter().zip(&share).map(|(v, share)| v * share).collect());
        let taps: Vec<(usize, f32, f32)> = level
            .taps
            .iter()
            .take_while(|t| t.near.min(t.far) < end)
            .map(|t| ((t.y * level.step) as isize * ground.width as isize + (t.x * level.step) as isize, t))
            .map(|(offset, t)| (offset as usize, t.near, t.far))
            .collect();
        let slope = L::all(level.slope);
        let blocks = Blocks::new(&edge, ground.width, 8 * level.step as usize);
        let (edge, share, colour) = (&edge[..n], &share[..n], colour.each_ref().map(|c| &c[..n]));
        for y in 0..rect.height() {
            if cancel.is_set() {
                return;
            }
            for x in (0..rect.width()).step_by(LANES) {
                let here = LANES.min(rect.width() - x);
                let on: [bool; LANES] = std::array::from_fn(|i| i < here && wanted(y * rect.width() + x + i));
                if !on.contains(&true) {
                    continue;
                }
                let first = field.index(rect.x1 + x as i32, rect.y1 + y as i32);
                let bounds: [f32; LANES] =
                    std::array::from_fn(|i| if on[i] { bound(field.coc[first + i], level.step) } else { -1.0 });
                let most = bounds.iter().fold(0f32, |m, b| m.max(*b));
                let bounds = L::load(&bounds);
                let margin = ground.margin as usize;
                let base = (y + margin) * ground.width + x + margin;
                // No disc around there ends farther out: what is left out adds nothing.
                let most = most.min(blocks.most(x + margin, y + margin, (most * level.step as f32) as usize + 1));
                let (mut weights, mut sums) = (L::all(0.0), [L::all(0.0); C]);
                for &(offset, near, far) in &taps {
                    if near.min(far) >= most {
                        break;
                    }
                    let at = base.wrapping_add(offset);
                    let group = |plane: &[f32]| -> L {
                        plane.get(at..at.wrapping_add(LANES)).and_then(|v| v.first_chunk()).map_or(L::all(0.0), L::load)
                    };
                    let edge = group(edge);
                    let (edge, out) = if SIDED {
                        let front = edge.less(L::all(0.0));
                        let size = edge.greater(L::all(0.0).minus(edge));
                        (size, L::choose(front, L::all(near), L::all(far)))
                    } else {
                        (edge, L::all(far))
                    };
                    let weight = edge.lesser(bounds).minus(out).times(slope).greater(L::all(0.0)).lesser(L::all(1.0));
                    weights = weights.plus(weight.times(group(share)));
                    for (sum, plane) in sums.iter_mut().zip(&colour) {
                        *sum = sum.plus(weight.times(group(plane)));
                    }
                }
                let mut weight = [0f32; LANES];
                weights.store(&mut weight);
                for (c, rows) in rows.iter_mut().enumerate() {
                    let mut sum = weight;
                    if let Some(of) = sums.get(c) {
                        of.store(&mut sum);
                    }
                    let row = &mut rows[y][x..x + here];
                    for i in (0..here).filter(|i| on[*i]) {
                        row[i] = sum[i] / weight[i];
                    }
                }
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
