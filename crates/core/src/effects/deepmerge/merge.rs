//! The merge: bands of rows are read, flattened at full size, and brought to the output's size.
//!
//! Files count rows from the top of their display window down, hosts from its bottom up; the display window's bottom left corner is
//! (0, 0). At smaller render scales a pixel is the mean of the files' pixels whose centres lie in it; its depth, which cannot be
//! averaged, is that of the pixel under its centre.

use super::files;
use super::gate::Gate;
use super::params::{DeepOutput, Operation, Params, RecolourBy, SourceDepth};
use super::settings;
use crate::generator::{Beside, Fault, Painter};
use crate::geometry::{Geometry, Rect};
use crate::image::{Image, Plane};
use deep_exr::flatten::{Element, Flat, FlatRows, Flattener, Plan};
use deep_exr::{DeepPart, Window};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// How the files' pixels lie under the output's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// The files' pixels in one of the output's, in x and y.
    step: [f64; 2],
    /// Left column of the display window, and the row below its last.
    left: i64,
    bottom: i64,
}

impl Grid {
    pub(super) fn new(display: &Window, pixel_aspect: f64, output: &Geometry) -> Self {
        let file = Geometry::new([1.0; 2], pixel_aspect).pixels_per_unit();
        let out = output.pixels_per_unit();
        // One where they are the same, to the last bit.
        let step = std::array::from_fn(|i| if file[i] == out[i] { 1.0 } else { file[i] / out[i] });
        Self { step, left: i64::from(display.x1), bottom: i64::from(display.y2) }
    }

    /// The files' pixels whose centres lie in a pixel of the output, counted from the display window's corner; where there is none,
    /// the one under its centre.
    fn under(&self, axis: usize, i: i32) -> Range<i64> {
        let (step, i) = (self.step[axis], f64::from(i));
        let (low, high) = ((i * step - 0.5).ceil() as i64, ((i + 1.0) * step - 0.5).ceil() as i64);
        let centre = ((i + 0.5) * step).floor() as i64;
        if low < high { low..high } else { centre..centre + 1 }
    }

    fn centre(&self, axis: usize, i: i32) -> i64 {
        ((f64::from(i) + 0.5) * self.step[axis]).floor() as i64
    }

    /// The output's pixel over the centre of a file's.
    fn over(&self, axis: usize, i: i64) -> i64 {
        ((i as f64 + 0.5) / self.step[axis]).floor() as i64
    }

    fn is_same(&self) -> bool {
        self.step == [1.0; 2]
    }

    /// Columns of the files for columns of the output.
    fn columns(&self, x1: i32, x2: i32) -> Range<i64> {
        self.left + self.under(0, x1).start..self.left + self.under(0, x2 - 1).end
    }

    /// Rows of the files, downwards, for rows of the output.
    pub(super) fn rows(&self, y1: i32, y2: i32) -> Range<i64> {
        self.bottom - self.under(1, y2 - 1).end..self.bottom - self.under(1, y1).start
    }
}

/// A file that takes part.
pub(super) struct Part {
    /// Its number, from 0.
    pub(super) number: usize,
    pub(super) part: Arc<DeepPart>,
}

/// All that a picture is made of.
pub(super) struct Merge<'a> {
    pub(super) params: &'a Params,
    pub(super) parts: Vec<Part>,
    pub(super) plan: Plan,
    pub(super) flattener: Flattener,
    pub(super) grid: Grid,
    pub(super) gate: Gate,
}

/// Bands of about so many bytes keep threads busy and caches warm.
const BAND_BYTES: u64 = 4 << 20;
/// Bytes that a pixel takes while it is flattened: planes of the result, sums, the source.
const PIXEL_BYTES: u64 = 96;
/// Bytes that a sample of the fullest pixel takes while it is flattened.
const SAMPLE_BYTES: u64 = 256;

fn int(v: i64) -> i32 {
    v.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

impl Merge<'_> {
    fn channels(&self, i: usize) -> usize {
        self.plan.files[i].channels.len()
    }

    /// Bytes for reading and flattening some rows.
    fn cost(&self, rows: &Range<i32>, width: usize) -> u64 {
        let pixels = (width as u64).saturating_mul((i64::from(rows.end) - i64::from(rows.start)).max(0) as u64);
        let parts = self.parts.iter().enumerate();
        let read =
            parts.fold(0_u64, |sum, (i, p)| sum.saturating_add(p.part.rows_cost(rows.clone(), self.channels(i))));
        let fullest: u64 = self.parts.iter().map(|p| u64::from(p.part.stats().most)).sum();
        read.saturating_add(pixels.saturating_mul(PIXEL_BYTES)).saturating_add(fullest.saturating_mul(SAMPLE_BYTES))
    }

    /// Flattens rows of the files.
    fn flatten(
        &self,
        flattener: &mut Flattener,
        window: Window,
        image: &Image,
        beside: &Beside,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<FlatRows>, String> {
        let picture = beside.source.filter(|_| self.params.recolours() || self.params.source.as_element);
        let planes = picture.map(|source| Spread::new(&self.grid, window, image.rect(), source, self.depth(beside)));
        let (colour, element) = match &planes {
            Some(planes) => (Some(planes.flat(false)), self.has_element(beside).then(|| planes.flat(true))),
            None => (None, None),
        };
        let mut bands = Vec::new();
        for (i, p) in self.parts.iter().enumerate() {
            match p.part.read_rows(window.y1..window.y2, &self.plan.files[i].channels, stop).map_err(files::fault) {
                Ok(band) => bands.push(band),
                Err(Fault::Failed(text)) => return Err(text),
                Err(Fault::Stop(_)) => return Ok(None),
            }
        }
        let mut elements = Vec::new();
        for (i, (band, p)) in bands.iter().zip(&self.parts).enumerate() {
            let settings = settings::of_input(self.params, p.number);
            let element = Element::deep(band, &self.plan.files[i].roles).with(settings);
            let colour = colour.as_ref().filter(|_| p.number == 0 && self.params.source.recolour != RecolourBy::Off);
            elements.push(colour.map_or(element, |colour| element.recoloured(colour)));
        }
        if let Some(element) = &element {
            elements.push(Element::flat(element).with(settings::of_source(self.params)));
        }
        flattener.rows_until(&elements, window, &mut || stop()).map_err(|misfit| misfit.to_string())
    }

    fn has_element(&self, beside: &Beside) -> bool {
        let fixed = self.params.source.depth == SourceDepth::Fixed;
        self.params.source.as_element && (fixed || beside.depth.is_some())
    }

    fn depth<'b>(&self, beside: &Beside<'b>) -> Depths<'b> {
        match (self.params.source.depth, beside.depth) {
            (SourceDepth::Fixed, _) => Depths::Fixed(self.params.source.distance as f32),
            (SourceDepth::Clip, Some(plane)) => Depths::Plane(plane),
            (SourceDepth::Clip, None) => Depths::Fixed(f32::NAN),
        }
    }
}

impl Painter for Merge<'_> {
    fn bands(&self, window: Rect, threads: usize) -> Result<Vec<Range<i32>>, String> {
        let (rows, columns) = (self.grid.rows(window.y1, window.y2), self.grid.columns(window.x1, window.x2));
        let bytes: u64 = self
            .parts
            .iter()
            .enumerate()
            .map(|(i, p)| {
                let pixels = p.part.stats().pixels;
                4 * (pixels + p.part.stats().samples.saturating_mul(2 + self.channels(i) as u64))
            })
            .sum();
        let share = self.gate.total() / (2 * threads * self.parts.len().max(1)) as u64;
        let target = (bytes / (4 * threads as u64)).clamp(1 << 16, BAND_BYTES).min(share);
        // Where some file's blocks end, as rows of the output.
        let mut cuts = BTreeSet::new();
        for (i, p) in self.parts.iter().enumerate() {
            for band in p.part.bands(target, self.channels(i)).map_err(|e| e.to_string())? {
                let edge = i64::from(band.end);
                if rows.contains(&edge) {
                    cuts.insert(int(self.grid.over(1, self.grid.bottom - edge)));
                }
            }
        }
        let width = (columns.end - columns.start).max(1) as f64 * self.grid.step[1].max(1.0);
        let most = ((BAND_BYTES / PIXEL_BYTES) as f64 / width).floor().max(1.0) as i32;
        let mut bands = Vec::new();
        let mut y = window.y1;
        while y < window.y2 {
            let next = cuts.range(y + 1..).next().copied().unwrap_or(window.y2);
            let end = next.min(window.y2).min(y.saturating_add(most));
            bands.push(y..end);
            y = end;
        }
        Ok(bands)
    }

    fn paint(&self, image: &mut Image, beside: &Beside, stop: &dyn Fn() -> bool) -> Result<(), String> {
        let rect = image.rect();
        let (rows, columns) = (self.grid.rows(rect.y1, rect.y2), self.grid.columns(rect.x1, rect.x2));
        let mut flattener = self.flattener.clone();
        let mut sums = (!self.grid.is_same()).then(|| Sums::new(self.params.output.output, &self.grid, rect));
        // From the top down, as much at a time as memory allows.
        let mut todo = Vec::new();
        todo.push(int(rows.start)..int(rows.end));
        while let Some(rows) = todo.pop() {
            if stop() {
                return Ok(());
            }
            let window = Window { x1: int(columns.start), x2: int(columns.end), y1: rows.start, y2: rows.end };
            let (cost, middle) = (self.cost(&rows, window.width()), rows.start + (rows.end - rows.start) / 2);
            if cost > self.gate.total() / 2 && middle > rows.start {
                todo.push(middle..rows.end);
                todo.push(rows.start..middle);
                continue;
            }
            if cost > self.gate.total() {
                return Err(self.too_much(rows.start, cost));
            }
            let Some(_pass) = self.gate.enter(cost, stop) else { return Ok(()) };
            let Some(flat) = self.flatten(&mut flattener, window, image, beside, stop)? else { return Ok(()) };
            match &mut sums {
                Some(sums) => sums.add(&flat),
                None => copy(self.params.output.output, &flat, &self.grid, image),
            }
        }
        if let Some(sums) = sums {
            sums.store(image);
        }
        Ok(())
    }
}

impl Merge<'_> {
    fn too_much(&self, row: i32, cost: u64) -> String {
        let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
        format!(
            "Row {row} of these files needs {} MB at a time; the memory limit leaves {} MB. Raise Memory limit, or merge fewer files at a time.",
            megabytes(cost),
            megabytes(self.gate.total())
        )
    }
}

/// The numbers of a flattened pixel as the output wants them. Colour is the mean of pixels, all else that of one.
fn pixel(output: DeepOutput, flat: &FlatRows, at: usize) -> [f32; 4] {
    let colour = |c: usize| flat.channels[c][at];
    match output {
        DeepOutput::Beauty => [colour(0), colour(1), colour(2), flat.alphas[0][at]],
        DeepOutput::BeautyDepth => [colour(0), colour(1), colour(2), flat.depths[0][at]],
        DeepOutput::Depth => [flat.depths[0][at]; 4],
        DeepOutput::Samples => [flat.samples[at] as f32; 4],
    }
}

/// Which of the four numbers are means of colours.
fn averaged(output: DeepOutput) -> usize {
    match output {
        DeepOutput::Beauty => 4,
        DeepOutput::BeautyDepth => 3,
        DeepOutput::Depth | DeepOutput::Samples => 0,
    }
}

/// Flattened pixels that are the output's.
fn copy(output: DeepOutput, flat: &FlatRows, grid: &Grid, image: &mut Image) {
    let (window, y1) = (flat.window, image.rect().y1);
    let mut rows = image.rows_mut();
    for (i, y) in (window.y1..window.y2).enumerate() {
        let row = &mut rows[(grid.bottom - 1 - i64::from(y) - i64::from(y1)) as usize];
        let mut planes = row.planes();
        for x in 0..window.width() {
            let v = pixel(output, flat, i * window.width() + x);
            planes.iter_mut().zip(v).for_each(|(plane, v)| plane[x] = v);
        }
    }
}

/// Means of the files' pixels in each of the output's, added up row by row from the top, each row from the left.
struct Sums<'a> {
    grid: &'a Grid,
    rect: Rect,
    sums: Vec<[f64; 4]>,
    nearest: Vec<[f32; 4]>,
    output: DeepOutput,
}

impl<'a> Sums<'a> {
    fn new(output: DeepOutput, grid: &'a Grid, rect: Rect) -> Self {
        let pixels = rect.width() * rect.height();
        Self { grid, rect, sums: vec![[0.0; 4]; pixels], nearest: vec![[0.0; 4]; pixels], output }
    }

    fn add(&mut self, flat: &FlatRows) {
        let (output, averaged) = (self.output, averaged(self.output));
        let (w, width) = (flat.window, self.rect.width());
        let held = i64::from(w.y1)..i64::from(w.y2);
        for (row, y) in (self.rect.y1..self.rect.y2).enumerate() {
            let under = self.grid.under(1, y);
            let centre = self.grid.bottom - 1 - self.grid.centre(1, y);
            for fy in self.grid.bottom - under.end..self.grid.bottom - under.start {
                if !held.contains(&fy) {
                    continue;
                }
                let start = (fy - held.start) as usize * w.width();
                for (column, x) in (self.rect.x1..self.rect.x2).enumerate() {
                    let at = |fx: i64| start + (self.grid.left + fx - i64::from(w.x1)) as usize;
                    let to = row * width + column;
                    if averaged > 0 {
                        for fx in self.grid.under(0, x) {
                            let v = pixel(output, flat, at(fx));
                            self.sums[to].iter_mut().zip(v).for_each(|(s, v)| *s += f64::from(v));
                        }
                    }
                    if fy == centre {
                        self.nearest[to] = pixel(output, flat, at(self.grid.centre(0, x)));
                    }
                }
            }
        }
    }

    fn store(self, image: &mut Image) {
        let columns: Vec<f64> = (self.rect.x1..self.rect.x2).map(|x| length(self.grid.under(0, x))).collect();
        for ((y, row), mut planes) in (self.rect.y1..).zip(0..).zip(image.rows_mut()) {
            let rows = length(self.grid.under(1, y));
            for (column, pixels) in columns.iter().enumerate() {
                let at = row * columns.len() + column;
                for (c, plane) in planes.planes().into_iter().enumerate() {
                    let mean = (self.sums[at][c] / (rows * pixels)) as f32;
                    plane[column] = if c < averaged(self.output) { mean } else { self.nearest[at][c] };
                }
            }
        }
    }
}

fn length(range: Range<i64>) -> f64 {
    (range.end - range.start) as f64
}

/// The source's depth.
enum Depths<'a> {
    Plane(&'a Plane),
    Fixed(f32),
}

/// The source at the files' pixels.
struct Spread {
    window: Window,
    planes: [Vec<f32>; 5],
}

impl Spread {
    fn new(grid: &Grid, window: Window, rect: Rect, source: &Image, depth: Depths) -> Self {
        let pixels = window.width() * window.height();
        let mut planes: [Vec<f32>; 5] = std::array::from_fn(|_| Vec::with_capacity(pixels));
        let inside = |v: i64, low: i32, high: i32| v.clamp(i64::from(low), i64::from(high) - 1) as i32;
        let columns = i64::from(window.x1)..i64::from(window.x2);
        let columns: Vec<i32> = columns.map(|x| inside(grid.over(0, x - grid.left), rect.x1, rect.x2)).collect();
        for y in i64::from(window.y1)..i64::from(window.y2) {
            let y = inside(grid.over(1, grid.bottom - 1 - y), rect.y1, rect.y2);
            for (to, from) in planes.iter_mut().zip(&source.planes) {
                let row = from.row(y);
                to.extend(columns.iter().map(|x| row[(x - rect.x1) as usize]));
            }
            match depth {
                Depths::Fixed(z) => planes[4].resize(planes[3].len(), z),
                Depths::Plane(plane) => planes[4].extend(columns.iter().map(|x| plane.at(*x, y))),
            }
        }
        Self { window, planes }
    }

    fn flat(&self, with_depth: bool) -> Flat<'_> {
        let [r, g, b, a, z] = &self.planes;
        Flat {
            window: self.window,
            channels: vec![Some(r), Some(g), Some(b)],
            alpha: Some(a),
            depth: with_depth.then_some(z.as_slice()),
        }
    }
}

/// What files say that are to be merged.
pub(super) fn operation(operation: Operation) -> deep_exr::flatten::Operation {
    match operation {
        Operation::Merge => deep_exr::flatten::Operation::Merge,
        Operation::Holdout => deep_exr::flatten::Operation::Holdout,
        Operation::Cut => deep_exr::flatten::Operation::Cut,
    }
}
