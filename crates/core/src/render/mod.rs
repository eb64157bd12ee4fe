//! The driver: foreign images in, a kernel in the middle, mask, mix and format at the end. The same for every effect.

mod area;
mod around;
mod background;
mod generate;
mod rows;

pub use around::Surroundings;
pub use generate::{Generation, generate};

use crate::depth::{Decision, DepthStage, examine};
use crate::effect::{Blend, Frame, Kernel, PassThrough, Prepared};
use crate::geometry::{Geometry, Rect};
use crate::image::{
    Alpha, ColourRow, Components, Image, ImageMut, ImageRef, load_channel, load_colour, premultiply, store_colour,
};
use crate::simd::soon;
use crate::workers::{Exec, Stop};

/// An image of a clip, and how its pixels lie.
pub struct Picture<'a> {
    /// The pixels.
    pub image: ImageRef<'a>,
    /// Their place in canonical coordinates.
    pub geometry: Geometry,
}

/// One render.
pub struct Job<'a> {
    /// What is known of the frame.
    pub frame: Frame,
    /// The pixels to write; inside the output's bounds.
    pub window: Rect,
    /// The picture; without one the output is transparent black. Its pixels lie as the output's.
    pub source: Option<Picture<'a>>,
    /// What its colours mean; the output's mean the same.
    pub alpha: Alpha,
    /// Depth from the Depth clip, or a depth layer of the source.
    pub depth: Option<Picture<'a>>,
    /// What an Auto of the depth group means. Without it, and if none is stored in the parameters, it is decided from the depth
    /// image that is here: that is right only where the whole image is here.
    pub decision: Option<Decision>,
    /// The mask (its alpha, or only channel); outside its pixels it is 0. `None` is no mask.
    pub mask: Option<Picture<'a>>,
    /// A clean plate, for effects that look behind things.
    pub background: Option<Plate<'a>>,
    /// What else is connected.
    pub beside: Beside<'a>,
    /// Where to.
    pub output: ImageMut<'a>,
}

/// Pictures that some effects look at pixel by pixel. Read at the nearest pixel where they are not of the output's size.
#[derive(Default)]
pub struct Beside<'a> {
    /// Colours of the fog, premultiplied.
    pub fog: Option<Picture<'a>>,
    /// Positions in the world: red, green and blue are x, y and z.
    pub position: Option<Picture<'a>>,
    /// The aperture, of any size, all of it.
    pub bokeh: Option<Plate<'a>>,
}

/// A clean plate: what is seen without the things in front. Read at the nearest pixel where it is not of the output's size.
pub struct Plate<'a> {
    /// Its colours; it counts where their alpha is above 0.
    pub picture: Picture<'a>,
    /// What its colours mean.
    pub alpha: Alpha,
    /// Its depth, in the same numbers as the source's.
    pub depth: Option<Picture<'a>>,
}

/// What a render came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The effect did its work.
    Rendered,
    /// The output is the source.
    PassedThrough(PassThrough),
    /// There was no source: the output is transparent black.
    NoSource,
}

/// Rows that a copy handles in one task.
const BAND: usize = 16;

/// Renders a job: every pixel of the window is written, no other.
pub fn render(prepared: &dyn Prepared, mut job: Job, exec: &Exec) -> Result<Outcome, Stop> {
    let Some(source) = job.source.take() else {
        clear(&mut job.output, job.window, exec)?;
        return Ok(Outcome::NoSource);
    };
    let params = prepared.depth();
    let from_alpha = params.source == crate::depth::DepthSource::SourceAlpha;
    let depth = if from_alpha {
        Some((source.image.clone(), source.geometry))
    } else {
        job.depth.take().map(|d| (d.image, d.geometry))
    };
    let plan = prepared.plan(&job.frame);
    let (why, depth) = match (plan.pass_through, depth) {
        (Some(why), _) => (Some(why), None),
        (None, None) => (Some(PassThrough::NoDepth), None),
        (None, depth) => (None, depth),
    };
    // A depth in alpha is no cover: the picture is opaque.
    let alpha = if from_alpha { Alpha::Opaque } else { job.alpha };
    let mut out = Finish {
        source: &source.image,
        mask: job.mask.as_ref(),
        to: job.frame.geometry,
        blend: prepared.blend(),
        alpha,
    };
    let mut output = job.output;
    let Some((depth_image, depth_geometry)) = depth else {
        out.alpha = job.alpha;
        copy(&out, &mut output, job.window, exec)?;
        return Ok(Outcome::PassedThrough(why.unwrap_or(PassThrough::Neutral)));
    };
    let decision = match params.stored().or(job.decision) {
        Some(decision) => decision,
        None => {
            let same = depth_image.bounds() == source.image.bounds() && !from_alpha;
            let seen = examine(params, &depth_image, same.then_some(&source.image), None, exec.cancel());
            seen.ok_or(Stop::Aborted)?.decision
        }
    };
    let decided = params.decided(decision);
    let stage = DepthStage::new(&decided, depth_image, depth_geometry, job.frame.geometry, &job.frame.format);
    let stage = stage.over(&job.frame.source_rod).guided_by(&source.image);
    let stage = if alpha == Alpha::Opaque { stage } else { stage.premultiplied_by(&source.image) };
    match prepared.kernel(&job.frame, &stage, &job.beside) {
        Kernel::Rows(mut kernel) => {
            let around = Surroundings { stage: &stage, out: &out };
            let rendered = kernel
                .look_around(&around, job.window, exec)
                .and_then(|()| rows::render(&*kernel, &stage, &out, &mut output, job.window, exec));
            kernel.give_back(exec);
            rendered?;
        }
        Kernel::Area(kernel) => {
            // Outside the region where the effect is defined there is nothing, whatever the border invents.
            let region = job.frame.geometry.rect_to_pixels(&plan.region_of_definition(&job.frame.source_rod));
            let window = job.window.intersect(&region);
            if window != job.window {
                clear(&mut output, job.window, exec)?;
            }
            if !window.is_empty() {
                let plate = job.background.filter(|_| plan.background);
                let plate = plate.map(|plate| background::Reader::new(&decided, plate, &job.frame));
                let from = area::From { stage: &stage, out: &out, plate: plate.as_ref() };
                let input = area::input(&*kernel, &from, &job.frame, window, plan.source_reach, exec)?;
                let picture = kernel.render(input, exec)?;
                area::finish(&out, picture, &stage, &mut output, window, exec)?;
            }
        }
    }
    Ok(Outcome::Rendered)
}

/// Makes the window transparent black.
fn clear(output: &mut ImageMut, window: Rect, exec: &Exec) -> Result<(), Stop> {
    let mut rows = output.window_rows(&window);
    exec.for_each_mut(rows.chunks_mut(BAND).collect(), [0.0, 0.0], |_, band, _| {
        band.iter_mut().for_each(|(_, bytes)| bytes.fill(0));
    })
}

/// Does a picture of the aperture let any light through? One for which there is no memory does not.
///
/// # Errors
/// [`Stop::Aborted`].
pub fn lets_light_through(plate: &Plate) -> Result<bool, Stop> {
    let lit = |v: &f32| *v > 0.0 && v.is_finite();
    match whole(plate) {
        Ok(colour) => Ok(colour.planes[..3].iter().any(|plane| plane.data().iter().any(lit))),
        Err(Stop::OutOfMemory) => Ok(false),
        Err(Stop::Aborted) => Err(Stop::Aborted),
    }
}

/// All of a picture as premultiplied planes.
pub(crate) fn whole(plate: &Plate) -> Result<Image, Stop> {
    let image = &plate.picture.image;
    let (rect, format) = (image.bounds(), image.format());
    let mut colour = Image::new(rect)?;
    for (y, mut row) in (rect.y1..).zip(colour.rows_mut()) {
        load_colour(format, image.row(y), row.reborrow());
        // One number alone is how much comes through: it is loaded as colour, too.
        if plate.alpha == Alpha::Straight && format.components != Components::Alpha {
            premultiply(row.reborrow());
        }
    }
    Ok(colour)
}

/// What is needed to bring results into the output.
struct Finish<'a> {
    source: &'a ImageRef<'a>,
    mask: Option<&'a Picture<'a>>,
    to: Geometry,
    blend: Blend,
    /// What the source's colours mean to the effect.
    alpha: Alpha,
}

/// Scratch of one task: planes of one row each.
struct Scratch {
    colour: [Vec<f32>; 4],
    before: [Vec<f32>; 4],
    z: Vec<f32>,
    mask: Vec<f32>,
}

impl Scratch {
    fn new(width: usize) -> Self {
        let row = || vec![0.0; width];
        let four = || std::array::from_fn(|_| row());
        Self { colour: four(), before: four(), z: row(), mask: row() }
    }

    /// Colours and mask of so many pixels; at most those that it was made for.
    fn cut(&mut self, width: usize) {
        let four = self.colour.iter_mut().chain(&mut self.before);
        four.chain([&mut self.mask]).for_each(|plane| plane.resize(width, 0.0));
    }
}

fn borrow(planes: &mut [Vec<f32>; 4], from: usize, to: usize) -> ColourRow<'_> {
    let [r, g, b, a] = planes;
    ColourRow { r: &mut r[from..to], g: &mut g[from..to], b: &mut b[from..to], a: &mut a[from..to] }
}

impl Finish<'_> {
    /// Which of some columns of a row the source has.
    fn columns(&self, x1: i32, y: i32, width: usize) -> std::ops::Range<usize> {
        let inside = Rect::new(x1, y, x1 + width as i32, y + 1).intersect(&self.source.bounds());
        if inside.is_empty() { 0..0 } else { (inside.x1 - x1) as usize..(inside.x2 - x1) as usize }
    }

    /// Source colours of a row as stored (opaque: alpha 1), zero outside the image; returns the part that is inside.
    fn load(&self, x1: i32, y: i32, planes: &mut [Vec<f32>; 4]) -> std::ops::Range<usize> {
        let width = planes[0].len();
        self.load_row(x1, y, borrow(planes, 0, width))
    }

    /// [`Finish::load`] to other places.
    fn load_row(&self, x1: i32, y: i32, mut to: ColourRow) -> std::ops::Range<usize> {
        let (bounds, format) = (self.source.bounds(), self.source.format());
        let span = self.columns(x1, y, to.r.len());
        for plane in to.reborrow().planes() {
            plane[..span.start].fill(0.0);
            plane[span.end..].fill(0.0);
        }
        if span.is_empty() {
            return span;
        }
        let first = (x1 + span.start as i32 - bounds.x1) as usize;
        let bytes = &self.source.row(y)[first * format.bytes()..];
        load_colour(format, bytes, to.part(span.clone()));
        if self.alpha == Alpha::Opaque && format.components != Components::Alpha {
            to.a[span.clone()].fill(1.0);
        }
        span
    }

    /// Pixels that will be loaded soon.
    fn soon(&self, x1: i32, y: i32, width: usize) {
        let (bounds, bytes) = (self.source.bounds(), self.source.format().bytes());
        if y >= bounds.y1 && y < bounds.y2 {
            let span = self.columns(x1, y, width);
            let place = |i: usize| (x1 + i as i32 - bounds.x1) as usize * bytes;
            if !span.is_empty() {
                soon(&self.source.row(y)[place(span.start)..place(span.end)]);
            }
        }
    }

    /// How much of the result counts at each pixel; true if it is everywhere all of it.
    fn amounts(&self, x1: i32, y: i32, z: &[f32], out: &mut [f32]) -> bool {
        // Without a way out: such a loop becomes vector code.
        let untouched = z.iter().fold(false, |any, z| any | z.is_nan());
        if self.blend.mix == 1.0 && self.mask.is_none() && !untouched {
            return true;
        }
        match self.mask {
            Some(mask) => self.mask_row(mask, x1, y, out),
            None => out.fill(1.0),
        }
        out.iter_mut().zip(z).for_each(|(m, z)| *m *= if z.is_nan() { 0.0 } else { self.blend.mix });
        false
    }

    fn mask_row(&self, mask: &Picture, x1: i32, y: i32, out: &mut [f32]) {
        let (bounds, format) = (mask.image.bounds(), mask.image.format());
        let channel = match format.components {
            Components::Rgba | Components::Bgra => 3,
            Components::Rgb | Components::Alpha => 0,
        };
        let (to, from) = (self.to.pixels_per_unit(), mask.geometry.pixels_per_unit());
        let index = |axis: usize, i: i32| ((f64::from(i) + 0.5) / to[axis] * from[axis]).floor() as i32;
        let my = index(1, y);
        for (i, m) in out.iter_mut().enumerate() {
            let mx = index(0, x1 + i as i32);
            let mut v = [0.0];
            if bounds.contains(mx, my) {
                load_channel(
                    format,
                    channel,
                    &mask.image.row(my)[(mx - bounds.x1) as usize * format.bytes()..],
                    &mut v,
                );
            }
            let v = if v[0].is_nan() { 0.0 } else { v[0].clamp(0.0, 1.0) };
            *m = if self.blend.mask_invert { 1.0 - v } else { v };
        }
    }
}

/// `before + (after − before) · amount`, exactly `before` at 0 and `after` at 1, whatever the other holds (NaN, infinities).
fn mix(before: f32, after: f32, amount: f32) -> f32 {
    if amount <= 0.0 {
        before
    } else if amount >= 1.0 {
        after
    } else {
        before + (after - before) * amount
    }
}

fn copy(out: &Finish, output: &mut ImageMut, window: Rect, exec: &Exec) -> Result<(), Stop> {
    let format = output.format();
    let mut rows = output.window_rows(&window);
    exec.for_each_mut(rows.chunks_mut(BAND).collect(), [0.0, 1.0], |_, band, _| {
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; window.width()]);
        for (y, bytes) in band.iter_mut() {
            if format == out.source.format() {
                copy_row(out.source, window, *y, bytes);
            } else {
                out.load(window.x1, *y, &mut planes);
                store_colour(format, borrow(&mut planes, 0, window.width()), bytes);
            }
        }
    })
}

/// The source's bytes as they are, zero outside it.
fn copy_row(source: &ImageRef, window: Rect, y: i32, bytes: &mut [u8]) {
    bytes.fill(0);
    let (bounds, bpp) = (source.bounds(), source.format().bytes());
    let inside = Rect::new(window.x1, y, window.x2, y + 1).intersect(&bounds);
    if !inside.is_empty() {
        let from = (inside.x1 - bounds.x1) as usize * bpp;
        let to = (inside.x1 - window.x1) as usize * bpp;
        let len = inside.width() * bpp;
        bytes[to..to + len].copy_from_slice(&source.row(y)[from..from + len]);
    }
}
