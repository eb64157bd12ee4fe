//! The driver: foreign images in, a kernel in the middle, mask, mix and format at the end. The same for every effect.

use crate::depth::{DepthStage, depth_range};
use crate::effect::{AreaInput, AreaKernel, Blend, Border, Frame, Kernel, Leaves, PassThrough, Prepared, RowKernel};
use crate::geometry::{Geometry, Rect};
use crate::image::{
    Alpha, ColourRow, Components, Image, ImageMut, ImageRef, Plane, load_channel, load_colour, premultiply,
    store_colour, unpremultiply,
};
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
    /// Depth from the Depth clip.
    pub depth: Option<Picture<'a>>,
    /// The mask (its alpha, or only channel); outside its pixels it is 0. `None` is no mask.
    pub mask: Option<Picture<'a>>,
    /// Where to.
    pub output: ImageMut<'a>,
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

/// Rows handled by one task.
const BAND: usize = 16;

/// Renders a job: every pixel of the window is written, no other.
pub fn render(prepared: &dyn Prepared, mut job: Job, exec: &Exec) -> Result<Outcome, Stop> {
    let Some(source) = job.source.take() else {
        job.output.window_rows(&job.window).into_iter().for_each(|(_, bytes)| bytes.fill(0));
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
    let stage = DepthStage::new(params, depth_image, depth_geometry, job.frame.geometry);
    match prepared.kernel(&job.frame, &stage) {
        Kernel::Rows(kernel) => rows(&*kernel, &stage, &out, &mut output, job.window, exec)?,
        Kernel::Area(kernel) => {
            let input = area_input(&*kernel, &stage, &out, &job.frame, job.window, plan.source_reach, exec)?;
            let picture = kernel.render(input, exec)?;
            finish_area(&out, picture, &stage, &mut output, job.window, exec)?;
        }
    }
    Ok(Outcome::Rendered)
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
}

fn borrow(planes: &mut [Vec<f32>; 4], from: usize, to: usize) -> ColourRow<'_> {
    let [r, g, b, a] = planes;
    ColourRow { r: &mut r[from..to], g: &mut g[from..to], b: &mut b[from..to], a: &mut a[from..to] }
}

impl Finish<'_> {
    /// Source colours of a row as stored (opaque: alpha 1), zero outside the image; returns the part that is inside.
    fn load(&self, x1: i32, y: i32, planes: &mut [Vec<f32>; 4]) -> std::ops::Range<usize> {
        let (bounds, format, width) = (self.source.bounds(), self.source.format(), planes[0].len());
        let inside = Rect::new(x1, y, x1 + width as i32, y + 1).intersect(&bounds);
        if inside.is_empty() {
            planes.iter_mut().for_each(|p| p.fill(0.0));
            return 0..0;
        }
        let span = (inside.x1 - x1) as usize..(inside.x2 - x1) as usize;
        planes.iter_mut().for_each(|p| {
            p[..span.start].fill(0.0);
            p[span.end..].fill(0.0);
        });
        let bytes = &self.source.row(y)[(inside.x1 - bounds.x1) as usize * format.bytes()..];
        load_colour(format, bytes, borrow(planes, span.start, span.end));
        if self.alpha == Alpha::Opaque && format.components != Components::Alpha {
            planes[3][span.clone()].fill(1.0);
        }
        span
    }

    /// How much of the result counts at each pixel; true if it is everywhere all of it.
    fn amounts(&self, x1: i32, y: i32, z: &[f32], out: &mut [f32]) -> bool {
        let untouched = z.iter().any(|z| z.is_nan());
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

fn rows(
    kernel: &dyn RowKernel,
    stage: &DepthStage,
    out: &Finish,
    output: &mut ImageMut,
    window: Rect,
    exec: &Exec,
) -> Result<(), Stop> {
    let format = output.format();
    let width = window.width();
    let around = if stage.looks_around() { Some(stage.plane(window, exec)?) } else { None };
    let (straight, leaves) = (kernel.wants_straight(), kernel.leaves());
    let fades = out.blend.over_source || leaves == Leaves::Layer;
    let mut all = output.window_rows(&window);
    exec.for_each_mut(all.chunks_mut(BAND).collect(), [0.0, 1.0], |_, band, cancel| {
        let mut s = Scratch::new(width);
        for (y, bytes) in band.iter_mut() {
            if cancel.is_set() {
                return;
            }
            match &around {
                Some(plane) => s.z.copy_from_slice(plane.row(*y)),
                None => stage.row(window.x1, *y, &mut s.z),
            }
            let span = out.load(window.x1, *y, &mut s.colour);
            let whole = !fades || out.amounts(window.x1, *y, &s.z, &mut s.mask);
            let to_kernel = convert_for(out.alpha, straight);
            if let Some(f) = to_kernel {
                f(borrow(&mut s.colour, span.start, span.end));
            }
            // A layer fades to nothing: `before` stays as it was made.
            if !whole && leaves != Leaves::Layer {
                s.before.iter_mut().zip(&s.colour).for_each(|(b, c)| b.copy_from_slice(c));
            }
            kernel.row(
                window.x1 + span.start as i32,
                *y,
                &s.z[span.clone()],
                borrow(&mut s.colour, span.start, span.end),
            );
            if !whole {
                for (after, before) in s.colour.iter_mut().zip(&s.before) {
                    after.iter_mut().zip(before).zip(&s.mask).for_each(|((a, &b), &m)| *a = mix(b, *a, m));
                }
            }
            if leaves != Leaves::Data
                && let Some(f) = convert_back(out.alpha, straight)
            {
                f(borrow(&mut s.colour, span.start, span.end));
            }
            store_colour(format, borrow(&mut s.colour, 0, width), bytes);
        }
    })
}

/// What turns a clip's colours into what a kernel wants.
fn convert_for(alpha: Alpha, straight: bool) -> Option<fn(ColourRow)> {
    match (alpha, straight) {
        (Alpha::Premultiplied, true) => Some(unpremultiply),
        (Alpha::Straight, false) => Some(premultiply),
        _ => None,
    }
}

/// The opposite of [`convert_for`].
fn convert_back(alpha: Alpha, straight: bool) -> Option<fn(ColourRow)> {
    match (alpha, straight) {
        (Alpha::Premultiplied, true) => Some(premultiply),
        (Alpha::Straight, false) => Some(unpremultiply),
        _ => None,
    }
}

/// Where a pixel beyond `low..high` is read instead; `None` is nowhere.
fn border_index(border: Border, i: i32, low: i32, high: i32) -> Option<i32> {
    if i >= low && i < high {
        return Some(i);
    }
    match border {
        Border::Black => None,
        Border::Extend => Some(i.clamp(low, high - 1)),
        Border::Mirror => {
            let n = i64::from(high) - i64::from(low);
            let k = (i64::from(i) - i64::from(low)).rem_euclid(2 * n);
            Some((i64::from(low) + if k < n { k } else { 2 * n - 1 - k }) as i32)
        }
    }
}

fn area_input(
    kernel: &dyn AreaKernel,
    stage: &DepthStage,
    out: &Finish,
    frame: &Frame,
    window: Rect,
    most: f64,
    exec: &Exec,
) -> Result<AreaInput, Stop> {
    // What the host gave of the source; a frame's edge is where both the region of definition and the pixels end.
    let rod = frame.geometry.rect_to_pixels(&frame.source_rod);
    let given = out.source.bounds();
    let inside = if rod.intersect(&given).is_empty() { given } else { rod.intersect(&given) };
    let border = kernel.border();
    // One pixel more than the reach: the reach is rounded up in both directions.
    let s = frame.geometry.pixels_per_unit();
    let grown = |reach: f64| window.grow((reach * s[0].max(s[1])).ceil() as i32 + 1);
    let z_inside = stage.plane(inside.intersect(&reachable(grown(most), inside, border)), exec)?;
    // Black borders are infinitely far, which no image may be.
    let [nearest, farthest] = depth_range(&z_inside);
    let rect = grown(kernel.reach(nearest, if border == Border::Black { f32::INFINITY } else { farthest }).min(most));
    let width = rect.width();
    let xs: Vec<Option<i32>> = (rect.x1..rect.x2).map(|x| border_index(border, x, inside.x1, inside.x2)).collect();
    let z_rect = z_inside.rect();
    let mut source = Image::new(rect)?;
    let mut depth = Plane::new(rect, f32::INFINITY)?;
    let rows: Vec<_> = source.rows_mut().into_iter().zip(depth.rows_mut()).collect();
    exec.for_each_mut(rows, [0.0, 0.02], |i, (colour, z), _| {
        let Some(y) = border_index(border, rect.y1 + i as i32, inside.y1, inside.y2) else { return };
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; z_rect.width()]);
        out.load(z_rect.x1, y, &mut planes);
        if out.alpha == Alpha::Straight {
            premultiply(borrow(&mut planes, 0, z_rect.width()));
        }
        let z_row = z_inside.row(y);
        for j in 0..width {
            if let Some(x) = xs[j] {
                let k = (x - z_rect.x1) as usize;
                (colour.r[j], colour.g[j], colour.b[j], colour.a[j]) =
                    (planes[0][k], planes[1][k], planes[2][k], planes[3][k]);
                z[j] = z_row[k];
            }
        }
    })?;
    Ok(AreaInput { source, depth, inside, window })
}

/// The part of the source that the pixels of `rect` are read from.
fn reachable(rect: Rect, inside: Rect, border: Border) -> Rect {
    match border {
        Border::Black => rect.intersect(&inside),
        // A clamped index is at the edge, a mirrored one as far inside as the rectangle goes beyond (or anywhere, if it folds twice).
        Border::Extend | Border::Mirror => {
            let over = [
                inside.x1.saturating_sub(rect.x1),
                rect.x2.saturating_sub(inside.x2),
                inside.y1.saturating_sub(rect.y1),
                rect.y2.saturating_sub(inside.y2),
            ]
            .map(|v| v.max(1));
            let (low_x, high_x) = (rect.x1.min(inside.x2 - over[1]), rect.x2.max(inside.x1 + over[0]));
            let (low_y, high_y) = (rect.y1.min(inside.y2 - over[3]), rect.y2.max(inside.y1 + over[2]));
            Rect::new(low_x, low_y, high_x, high_y).intersect(&inside)
        }
    }
}

fn finish_area(
    out: &Finish,
    mut picture: Image,
    stage: &DepthStage,
    output: &mut ImageMut,
    window: Rect,
    exec: &Exec,
) -> Result<(), Stop> {
    let format = output.format();
    let width = window.width();
    let rows: Vec<_> = output.window_rows(&window).into_iter().zip(picture.rows_mut()).collect();
    exec.for_each_mut(rows, [0.98, 1.0], |_, ((y, bytes), colour), _| {
        let mut s = Scratch::new(width);
        if out.blend.over_source {
            stage.row(window.x1, *y, &mut s.z);
            if stage.looks_around() {
                // Holes are NaN here only until neighbours are asked: they are not 'leave'.
                s.z.fill(1.0);
            }
            if !out.amounts(window.x1, *y, &s.z, &mut s.mask) {
                out.load(window.x1, *y, &mut s.before);
                if out.alpha == Alpha::Straight {
                    premultiply(borrow(&mut s.before, 0, width));
                }
                for (after, before) in colour.planes().into_iter().zip(&s.before) {
                    after.iter_mut().zip(before).zip(&s.mask).for_each(|((a, &b), &m)| *a = mix(b, *a, m));
                }
            }
        }
        if out.alpha == Alpha::Straight {
            unpremultiply(colour.reborrow());
        }
        store_colour(format, colour.reborrow(), bytes);
    })
}
