//! The driver's part for effects that make a picture: windows, bands, the clips beside, and the way into the output.

use super::{Finish, Picture, borrow, clear};
use crate::depth::{Decision, DepthSource, DepthStage, examine};
use crate::effect::{Frame, Prepared};
use crate::generator::{Beside, Fault, Generator, Makes};
use crate::geometry::Rect;
use crate::image::{Alpha, ColourRow, Image, ImageMut, Plane, premultiply, store_colour, unpremultiply};
use crate::workers::{Exec, Stop};
use std::sync::{Mutex, PoisonError};

/// One render of a generator.
pub struct Generation<'a> {
    /// What is known of the frame.
    pub frame: Frame,
    /// The pixels to write; inside the output's bounds.
    pub window: Rect,
    /// The source, if the generator wants it and there is one.
    pub source: Option<Picture<'a>>,
    /// What the source's colours mean.
    pub alpha: Alpha,
    /// The source's depth, from the Depth clip or a layer.
    pub depth: Option<Picture<'a>>,
    /// What an Auto of the depth group means, as in [`super::Job`].
    pub decision: Option<Decision>,
    /// Where to.
    pub output: ImageMut<'a>,
    /// What the output's colours are to mean.
    pub output_alpha: Alpha,
}

/// Makes a picture: every pixel of the window is written, no other. Where it fails, the window is transparent black. What comes back
/// may be a warning for the artist.
///
/// # Errors
/// Those of the generator.
pub fn generate(
    prepared: &dyn Prepared,
    generator: &dyn Generator,
    mut job: Generation,
    exec: &Exec,
) -> Result<Option<String>, Fault> {
    clear(&mut job.output, job.window, exec)?;
    let made = make(prepared, generator, &mut job, exec);
    if let Err(Fault::Failed(_)) = &made {
        // Nobody is told what failed in a render that is not wanted any more: then this is what ends it.
        clear(&mut job.output, job.window, exec)?;
    }
    made
}

fn make(
    prepared: &dyn Prepared,
    generator: &dyn Generator,
    job: &mut Generation,
    exec: &Exec,
) -> Result<Option<String>, Fault> {
    let painting = generator.painter(&job.frame, exec)?;
    if generator.wants().depth && prepared.depth().source == DepthSource::SourceAlpha {
        // A depth in alpha is no cover: the picture is opaque.
        job.alpha = Alpha::Opaque;
    }
    let window = job.window.intersect(&job.frame.geometry.rect_to_pixels(&painting.region));
    if window.is_empty() {
        return Ok(painting.warning);
    }
    let depth = exec.keep(if generator.wants().depth { depth(prepared, job, window, exec)? } else { None });
    let source = job.source.as_ref().filter(|_| generator.wants().source);
    let bands = painting.painter.bands(window, exec.threads()).map_err(Fault::Failed)?;
    let straight = generator.makes() == Makes::Picture && job.output_alpha == Alpha::Straight;
    let (format, geometry, alpha) = (job.output.format(), job.frame.geometry, job.alpha);
    let mut rows = job.output.window_rows(&window).into_iter();
    let pieces: Vec<_> = bands.iter().map(|band| rows.by_ref().take(band.len()).collect::<Vec<_>>()).collect();
    // What went wrong in the lowest band: which one fails first must not depend on the threads.
    let failed: Mutex<Option<(usize, Fault)>> = Mutex::new(None);
    let fail = |i: usize, fault: Fault| {
        let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.as_ref().is_none_or(|(first, _)| i < *first) {
            *failed = Some((i, fault));
        }
    };
    exec.for_each_mut(pieces, [0.0, 1.0], |i, rows, cancel| {
        if failed.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|(first, _)| *first < i) {
            return;
        }
        let (Some((first, _)), count) = (rows.first(), rows.len() as i32) else { return };
        let rect = Rect::new(window.x1, *first, window.x2, first + count);
        let made = (|| -> Result<Image, Fault> {
            let mut image = Image::new(rect)?;
            let beside = source.map(|source| load(source, alpha, &geometry, rect)).transpose()?;
            let beside = Beside { source: beside.as_ref(), depth: depth.as_ref() };
            painting.painter.paint(&mut image, &beside, &|| cancel.is_set()).map_err(Fault::Failed)?;
            Ok(image)
        })();
        match made {
            Ok(mut image) => {
                for ((_, bytes), mut colour) in rows.iter_mut().zip(image.rows_mut()) {
                    if straight {
                        unpremultiply(colour.reborrow());
                    }
                    store_colour(format, colour, bytes);
                }
            }
            Err(_) if cancel.is_set() => {}
            Err(fault) => fail(i, fault),
        }
    })?;
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, fault)) => Err(fault),
        None => Ok(painting.warning),
    }
}

/// The source at some pixels of the output, premultiplied: of another size or shape at the nearest pixel.
fn load(source: &Picture, alpha: Alpha, to: &crate::geometry::Geometry, rect: Rect) -> Result<Image, Stop> {
    let mut image = Image::new(rect)?;
    let bounds = source.image.bounds();
    let (to, from) = (to.pixels_per_unit(), source.geometry.pixels_per_unit());
    let index = |axis: usize, i: i32| match source.geometry.pixels_per_unit()[axis] == to[axis] {
        true => i,
        false => ((f64::from(i) + 0.5) / to[axis] * from[axis]).floor() as i32,
    };
    let finish = Finish {
        source: &source.image,
        mask: None,
        to: source.geometry,
        blend: crate::effect::Blend { over_source: false, mix: 1.0, mask_invert: false },
        alpha,
    };
    let columns: Vec<i32> = (rect.x1..rect.x2).map(|x| index(0, x)).collect();
    let straight_through = columns.first() == Some(&rect.x1) && columns.last() == Some(&(rect.x2 - 1));
    let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; rect.width().max(bounds.width())]);
    for (y, row) in (rect.y1..).zip(image.rows_mut()) {
        let y = index(1, y);
        if y < bounds.y1 || y >= bounds.y2 {
            continue;
        }
        let (x1, width) = if straight_through { (rect.x1, rect.width()) } else { (bounds.x1, bounds.width()) };
        planes.iter_mut().for_each(|p| p.resize(width, 0.0));
        let span = finish.load(x1, y, &mut planes);
        if alpha == Alpha::Straight {
            premultiply(borrow(&mut planes, span.start, span.end));
        }
        let ColourRow { r, g, b, a } = row;
        for (to, from) in [r, g, b, a].into_iter().zip(&planes) {
            for (v, x) in to.iter_mut().zip(&columns) {
                let place = usize::try_from(i64::from(*x) - i64::from(x1)).ok();
                *v = place.and_then(|i| from.get(i)).copied().unwrap_or(0.0);
            }
        }
    }
    Ok(image)
}

/// The source's depth over a window, in metres; `None` where there is none.
fn depth(prepared: &dyn Prepared, job: &mut Generation, window: Rect, exec: &Exec) -> Result<Option<Plane>, Stop> {
    let params = prepared.depth();
    let from_alpha = params.source == DepthSource::SourceAlpha;
    let source = job.source.as_ref();
    let found = match source.filter(|_| from_alpha) {
        Some(source) => Some((source.image.clone(), source.geometry)),
        None => job.depth.take().map(|d| (d.image, d.geometry)),
    };
    let Some((image, geometry)) = found else { return Ok(None) };
    let same = source.filter(|s| s.geometry == job.frame.geometry);
    let decision = match params.stored().or(job.decision) {
        Some(decision) => decision,
        None => {
            let beside = same.filter(|s| s.image.bounds() == image.bounds() && !from_alpha).map(|s| &s.image);
            examine(params, &image, beside, None, exec.cancel()).ok_or(Stop::Aborted)?.decision
        }
    };
    let decided = params.decided(decision);
    let mut stage = DepthStage::new(&decided, image, geometry, job.frame.geometry, &job.frame.format);
    if let Some(source) = same {
        stage = stage.guided_by(&source.image);
        if job.alpha != Alpha::Opaque && !from_alpha {
            stage = stage.premultiplied_by(&source.image);
        }
    }
    stage.surfaces(window, exec).map(Some)
}
