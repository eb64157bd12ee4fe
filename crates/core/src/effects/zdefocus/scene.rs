//! What the lens looks at: every pixel as a sample with its circle of confusion, and the samples that are hidden behind edges.

use super::lens::{Lens, Moves};
use super::plate::Plate;
use super::{hidden, spread};
use crate::geometry::{Geometry, Rect};
use crate::image::{Image, Plane};
use crate::workers::{Exec, Stop, try_vec};

/// Blocks begin at multiples of this in x, whatever the window: sums are then in the same order in every window.
pub const BLOCK: i32 = 64;

/// Up to [`BLOCK`] samples of one row, in order of x.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// First sample.
    pub start: usize,
    /// One after the last sample.
    pub end: usize,
    /// Their row.
    pub y: i32,
    /// The least and greatest x.
    pub x: [i32; 2],
    /// The least and greatest move.
    pub shift: [f32; 2],
}

/// The samples over a rectangle: one seen at each pixel, and behind edges a hidden one.
#[derive(Default)]
pub struct Scene {
    /// Column of each sample.
    pub x: Vec<i32>,
    /// Signed CoC radius in pixels of this image: the order from near to far, too.
    pub coc: Vec<f32>,
    /// How far a sample moves for one unit of lens, in pixels.
    pub shift: Vec<f32>,
    /// Premultiplied red, green, blue, alpha.
    pub colour: [Vec<f32>; 4],
    /// Rows from bottom to top; in each row the seen samples from left to right, then the hidden ones.
    pub blocks: Vec<Block>,
}

/// Planes that the steps before the views read: colour without NaN, and CoC.
pub struct Field {
    /// Where.
    pub rect: Rect,
    /// Signed CoC radius in pixels of this image.
    pub coc: Vec<f32>,
    /// Premultiplied RGBA, finite.
    pub colour: Vec<[f32; 4]>,
    /// What is left of a colour without the light in it: for what is painted behind edges, which no lamp should light. Empty is 1 everywhere.
    pub unlit: Vec<f32>,
    /// The largest CoC.
    pub most: f32,
    /// The smallest CoC.
    pub least: f32,
}

impl Field {
    /// Index of a pixel, which must be inside.
    pub fn index(&self, x: i32, y: i32) -> usize {
        (y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize
    }

    /// From the driver's planes. A colour that is no number becomes the mean of its good neighbours: it must not spread (the output puts
    /// the original back at its own pixel).
    pub fn new(picture: &Image, depth: &Plane, lens: &Lens, pixels_per_unit: f64, exec: &Exec) -> Result<Self, Stop> {
        let rect = picture.rect();
        let (w, h) = (rect.width(), rect.height());
        let mut coc = try_vec(w * h, 0f32)?;
        let mut colour = try_vec(w * h, [0f32; 4])?;
        let source = |i: usize| -> [f32; 4] { std::array::from_fn(|c| picture.planes[c].data()[i]) };
        let mut ranges = vec![[f32::MAX, f32::MIN]; h];
        let rows: Vec<_> = coc.chunks_mut(w).zip(colour.chunks_mut(w)).zip(&mut ranges).collect();
        exec.for_each_mut(rows, [0.02, 0.05], |y, ((coc, colour), range), _| {
            for x in 0..w {
                let i = y * w + x;
                coc[x] = (lens.coc(f64::from(depth.data()[i])) * pixels_per_unit) as f32;
                let v = source(i);
                colour[x] =
                    if v.iter().all(|v| v.is_finite()) { v } else { mean_of_good_neighbours(&source, x, y, w, h) };
            }
            **range = coc.iter().fold(**range, |[low, high], c| [low.min(*c), high.max(*c)]);
        })?;
        let [least, most] = ranges.iter().fold([f32::MAX, f32::MIN], |[low, high], r| [low.min(r[0]), high.max(r[1])]);
        Ok(Self { rect, coc, colour, unlit: Vec::new(), most, least })
    }
}

fn mean_of_good_neighbours(source: &dyn Fn(usize) -> [f32; 4], x: usize, y: usize, w: usize, h: usize) -> [f32; 4] {
    let (mut sum, mut n) = ([0f32; 4], 0f32);
    for py in y.saturating_sub(1)..(y + 2).min(h) {
        for px in x.saturating_sub(1)..(x + 2).min(w) {
            let v = source(py * w + px);
            if v.iter().all(|v| v.is_finite()) {
                (0..4).for_each(|c| sum[c] += v[c]);
                n += 1.0;
            }
        }
    }
    sum.map(|v| v / n.max(1.0))
}

/// How far around the samples the field has to be known, in CoC radii, and some pixels on top.
///
/// 2 for the edge that a hidden sample is looked for at, and 0.6 for the surroundings of a light there (four gaps of 48 lens points).
pub const FIELD_REACH: (f64, i32) = (2.6, 8);

/// One sample on its way into the scene.
#[derive(Clone, Copy)]
struct Sample {
    x: i32,
    coc: f32,
    colour: [f32; 4],
}

impl Scene {
    /// Samples over `rect`; the field is known [`FIELD_REACH`] around it. Behind edges they are the plate's where it has something there;
    /// elsewhere, if `fill`, they are guessed.
    pub fn new(
        field: &Field,
        plate: Option<&Plate>,
        rect: Rect,
        moves: &Moves,
        gap: f32,
        fill: bool,
        exec: &Exec,
    ) -> Result<Self, Stop> {
        let envelope = if fill || plate.is_some() { hidden::envelope(field, exec)? } else { Vec::new() };
        let (offsets, rays) = (spread::offsets(field, gap), hidden::Rays::new(field));
        let plate_offsets = plate.map_or_else(Vec::new, |plate| spread::offsets(&plate.field, gap));
        let guess = |x, y| if fill { hidden::behind(field, &envelope, &rays, x, y) } else { None };
        let mut rows: Vec<Vec<Sample>> = vec![Vec::new(); rect.height()];
        exec.for_each_mut(rows.iter_mut().collect(), [0.05, 0.2], |i, row, _| {
            let y = rect.y1 + i as i32;
            row.reserve(rect.width());
            let seen =
                |x| Sample { x, coc: field.coc[field.index(x, y)], colour: spread::colour(field, x, y, gap, &offsets) };
            row.extend((rect.x1..rect.x2).map(seen));
            let behind = |x| match plate.filter(|plate| plate.shows(field, &envelope, x, y)) {
                Some(plate) => plate.sample(x, y, gap, &plate_offsets, || guess(x, y)),
                None => guess(x, y),
            };
            if fill || plate.is_some() {
                let sample = |x| behind(x).map(|(coc, colour)| Sample { x, coc, colour });
                row.extend((rect.x1..rect.x2).filter_map(sample));
            }
        })?;
        drop(envelope);
        let count = rows.iter().map(Vec::len).sum::<usize>();
        let mut scene = Self {
            x: reserved(count)?,
            coc: reserved(count)?,
            shift: reserved(count)?,
            colour: [reserved(count)?, reserved(count)?, reserved(count)?, reserved(count)?],
            blocks: Vec::new(),
        };
        exec.for_each_mut(vec![(&mut scene, rows)], [0.2, 0.2], |_, (scene, rows), cancel| {
            for (i, row) in rows.iter_mut().enumerate().take_while(|_| !cancel.is_set()) {
                scene.push_row(rect.y1 + i as i32, row, moves);
                *row = Vec::new();
            }
        })?;
        Ok(scene)
    }

    fn push_row(&mut self, y: i32, row: &[Sample], moves: &Moves) {
        // A new block at each multiple of BLOCK, and where the hidden samples begin again at the left.
        for run in row.chunk_by(|a, b| b.x > a.x && a.x.div_euclid(BLOCK) == b.x.div_euclid(BLOCK)) {
            let start = self.x.len();
            let mut range = [f32::MAX, f32::MIN];
            for s in run {
                let shift = moves.of(s.coc);
                range = [range[0].min(shift), range[1].max(shift)];
                self.x.push(s.x);
                self.coc.push(s.coc);
                self.shift.push(shift);
                self.colour.iter_mut().zip(s.colour).for_each(|(plane, v)| plane.push(v));
            }
            self.blocks.push(Block { start, end: self.x.len(), y, x: [run[0].x, run[run.len() - 1].x], shift: range });
        }
    }
}

fn reserved<T>(count: usize) -> Result<Vec<T>, Stop> {
    let mut v = Vec::new();
    v.try_reserve_exact(count).map_err(|_| Stop::OutOfMemory)?;
    Ok(v)
}

/// Pixels of the image per pixel of the full-size frame, in y: CoCs are measured by it.
pub fn pixels_per_unit(geometry: &Geometry) -> f64 {
    geometry.pixels_per_unit()[1]
}

/// How much wider than high the bokeh is in pixels, where pixels are not square.
pub fn stretch(geometry: &Geometry) -> f32 {
    let s = geometry.pixels_per_unit();
    (s[0] / s[1]) as f32
}
