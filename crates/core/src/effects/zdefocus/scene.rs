//! What the lens looks at: every pixel as a sample with its circle of confusion, and the samples that are hidden behind edges.

use super::cover::{self, Cover, Part};
use super::lens::{Lens, Moves};
use super::plate::{Behind, Plate};
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
    /// Premultiplied red, green, blue, alpha, times the part of a pixel that the sample covers.
    pub colour: [Vec<f32>; 4],
    /// That part; empty where all samples cover all of theirs.
    pub share: Vec<f32>,
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
    layer: Layer,
    part: Part,
}

/// Samples of one row come layer by layer.
#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Seen,
    Fringe,
    Plate,
    Guess,
}

/// What samples are made from.
pub struct Makings<'a> {
    /// The picture.
    pub field: &'a Field,
    /// The clean plate, and how much of each pixel is in front of it.
    pub plate: Option<(&'a Plate, &'a Cover)>,
    /// The radius of the spread for a CoC of 1 px.
    pub gap: f32,
    /// Is what is hidden guessed where nothing is known of it?
    pub fill: bool,
}

impl Scene {
    /// Samples over `rect`; the field is known [`FIELD_REACH`] around it. Behind edges they are the plate's where it has something there;
    /// elsewhere, and behind the plate's own edges, they are guessed.
    pub fn new(of: &Makings, rect: Rect, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let Makings { field, plate, gap, fill } = *of;
        let envelope = if fill || plate.is_some() { hidden::envelope(field, exec)? } else { Vec::new() };
        let (offsets, rays) = (spread::offsets(field, gap), hidden::Rays::new(field));
        let guess = |x, y| if fill { hidden::behind(field, &envelope, &rays, x, y) } else { None };
        let behind_plate = match plate {
            Some((plate, _)) => Some(Behind::new(plate, gap, fill, exec)?),
            None => None,
        };
        let mut rows: Vec<Vec<Sample>> = vec![Vec::new(); rect.height()];
        exec.for_each_mut(rows.iter_mut().collect(), [0.05, 0.2], |i, row, _| {
            let y = rect.y1 + i as i32;
            row.reserve(rect.width());
            let (columns, w) = (rect.x1..rect.x2, field.rect.width());
            let whole = |(coc, colour)| Part { coc, colour, share: 1.0 };
            let seen = |x| match plate {
                Some((_, cover)) => {
                    let i = field.index(x, y);
                    spread::part(cover, w, i, cover.seen[i], gap, &offsets)
                }
                None => whole((field.coc[field.index(x, y)], spread::colour(field, x, y, gap, &offsets))),
            };
            row.extend(columns.clone().map(|x| Sample { x, layer: Layer::Seen, part: seen(x) }));
            let mut layer = |layer, part: &dyn Fn(i32) -> Option<Part>| {
                row.extend(columns.clone().filter_map(|x| part(x).map(|part| Sample { x, layer, part })));
            };
            if let (Some((plate, cover)), Some(behind)) = (plate, &behind_plate) {
                layer(Layer::Fringe, &|x| {
                    let own = cover.fringe[field.index(x, y)];
                    (own.coc != cover::NONE).then(|| spread::part(cover, w, field.index(x, y), own, gap, &offsets))
                });
                layer(Layer::Plate, &|x| {
                    let shows = plate.shows(field, &envelope, x, y);
                    let sample = || plate.sample(x, y, gap, &behind.offsets, || guess(x, y)).map(whole);
                    if shows { sample() } else { None }
                });
                // A plate without depth is where the guess is: not in front of it.
                layer(Layer::Guess, &|x| match plate.has_depth {
                    true => behind.guess(plate, x, y).map(whole),
                    false if plate.shows(field, &envelope, x, y) => None,
                    false => guess(x, y).map(whole),
                });
            } else if fill {
                layer(Layer::Guess, &|x| guess(x, y).map(whole));
            }
        })?;
        drop((envelope, behind_plate));
        let count = rows.iter().map(Vec::len).sum::<usize>();
        let mut scene = Self {
            x: reserved(count)?,
            coc: reserved(count)?,
            shift: reserved(count)?,
            colour: [reserved(count)?, reserved(count)?, reserved(count)?, reserved(count)?],
            share: reserved(if plate.is_some() { count } else { 0 })?,
            blocks: Vec::new(),
        };
        exec.for_each_mut(vec![(&mut scene, rows)], [0.2, 0.2], |_, (scene, rows), cancel| {
            for (i, row) in rows.iter_mut().enumerate().take_while(|_| !cancel.is_set()) {
                scene.push_row(rect.y1 + i as i32, row, moves, plate.is_some());
                *row = Vec::new();
            }
        })?;
        Ok(scene)
    }

    fn push_row(&mut self, y: i32, row: &[Sample], moves: &Moves, in_parts: bool) {
        // A new block at each multiple of BLOCK, and where a layer begins again at the left.
        for run in row.chunk_by(|a, b| a.layer == b.layer && a.x.div_euclid(BLOCK) == b.x.div_euclid(BLOCK)) {
            let start = self.x.len();
            let mut range = [f32::MAX, f32::MIN];
            for Sample { x, part, .. } in run {
                let shift = moves.of(part.coc);
                range = [range[0].min(shift), range[1].max(shift)];
                self.x.push(*x);
                self.coc.push(part.coc);
                self.shift.push(shift);
                self.colour.iter_mut().zip(part.colour).for_each(|(plane, v)| plane.push(v));
                if in_parts {
                    self.share.push(part.share);
                }
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
