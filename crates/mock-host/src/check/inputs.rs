//! Rules of inputs that are missing, odd or full of numbers that are none.

use super::describing::within;
use super::stage::{FRAME, difference, picture_for, same};
use super::{Feed, Rule, Stage, Stop, Verdict, Work, broken, skip};
use crate::clip::Animated;
use crate::format::{Components, Premultiplication};
use crate::geometry::{RectD, RectI};
use crate::picture::Picture;
use crate::profile::Unconnected;
use std::sync::Arc;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "source-missing",
        "Inputs without an image, however the host says so, give a picture or a plain failure.",
        source_missing,
    ),
    Rule::should(
        "optional-missing",
        "However a host says that an optional input is missing, the picture is the same.",
        optional_missing,
    ),
    Rule::must(
        "odd-inputs",
        "Optional inputs of other sizes, shapes and channels than the source are taken.",
        odd_inputs,
    ),
    Rule::must(
        "odd-numbers",
        "NaN, infinities, huge, tiny and negative numbers in pictures are survived.",
        odd_numbers,
    ),
    Rule::must("finite", "Pictures without odd numbers give pictures without odd numbers.", finite),
    Rule::must("nan-stays", "A number that is none has no influence where its pixel is not asked for.", nan_stays),
    Rule::must("premultiplication", "Every meaning of alpha, and every alpha, is taken.", premultiplication),
    Rule::must("pixel-aspect", "Wide pixels, and pixels without a shape, are taken.", pixel_aspect),
    Rule::must("reconnect", "A clip that is disconnected and connected again gives the same picture.", reconnect),
];

const WAYS: [Unconnected; 4] =
    [Unconnected::Honest, Unconnected::ConnectedButFails, Unconnected::NoData, Unconnected::NullImage];

/// Feeds a clip with nothing: it is connected, and has no image at any time.
fn feed_nothing(work: &Work, clip: &str) -> Verdict {
    let nothing = Animated { range: [1.0, 10.0], picture: |_: f64| None };
    Ok(work.instance.load_clip(clip, Arc::<dyn crate::ClipSource>::from(nothing))?)
}

fn source_missing(stage: &Stage) -> Verdict {
    for way in WAYS {
        let session = stage.open_as(|p| p.unconnected = way)?;
        for context in session.contexts() {
            for feed in [Feed::Mandated, Feed::All] {
                let work = session.work_in(context, feed)?;
                for clip in work.inputs().iter().filter(|c| !c.optional) {
                    feed_nothing(&work, &clip.name)?;
                }
                // A failure is as good an answer as a picture; what is written or not was watched.
                let _ = work.instance.render(&work.frame());
            }
        }
    }
    Ok(())
}

fn optional_missing(stage: &Stage) -> Verdict {
    let mut first: Option<Picture> = None;
    for way in WAYS {
        let session = stage.open_as(|p| p.unconnected = way)?;
        let work = session.work(Feed::Mandated)?;
        let picture = work.render(&work.frame()).map_err(|e| within(&format!("{way:?}"), e))?;
        match &first {
            Some(first) => same(&format!("{way:?} instead of {:?}", WAYS[0]), first, &picture)?,
            None => first = Some(picture),
        }
    }
    Ok(())
}

fn odd_inputs(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    let names: Vec<_> = session.effect.clips(context)?.into_iter().filter(|c| c.optional).collect();
    if names.is_empty() {
        return skip("no optional inputs");
    }
    for optional in names {
        for (bounds, par) in
            [(RectI::sized(16, 12), 1.0), (RectI::new(-50, -20, 150, 90), 1.0), (RectI::sized(32, 48), 2.0)]
        {
            for components in [Components::Rgba, Components::Rgb, Components::Alpha] {
                let work = session.create(context)?;
                work.feed(Feed::Mandated, |_, picture| picture)?;
                let picture =
                    Picture::from_fn(bounds, components, |x, y| [1.0 + (x & 7) as f32, 2.0, (y & 3) as f32, 1.0]);
                work.instance.connect(&optional.name, picture.with_par(par))?;
                let what = format!("{} of {} {}, pixels {par} wide", optional.name, components.word(), size(bounds));
                work.render(&work.frame()).map_err(|e| within(&what, e))?;
            }
        }
    }
    Ok(())
}

fn size(bounds: RectI) -> String {
    format!("{}x{}", bounds.width(), bounds.height())
}

/// Numbers that arithmetic does not like.
const ODD: [f32; 10] =
    [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, f32::MAX, 1e-42, -0.0, -3.0, f32::MIN_POSITIVE];

fn odd_numbers(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    let names: Vec<_> = session.effect.clips(context)?.into_iter().filter(|c| c.name != "Output").collect();
    // All of them in turn, then nothing but NaN, then nothing but infinity.
    let sets: [&[f32]; 3] = [&ODD, &ODD[..1], &ODD[1..2]];
    for clip in &names {
        for odd in sets {
            let work = session.create(context)?;
            work.feed(Feed::All, |c, mut picture| {
                if c.name == clip.name {
                    let step = if odd.len() > 1 { 3 } else { 1 };
                    picture.pixels.iter_mut().step_by(step).zip(odd.iter().cycle()).for_each(|(v, odd)| *v = *odd);
                }
                picture
            })?;
            work.render(&work.frame()).map_err(|e| within(&format!("{odd:?} in {}", clip.name), e))?;
        }
    }
    if names.is_empty() { skip("no inputs") } else { Ok(()) }
}

fn finite(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    super::stage::with_settings(&session, Feed::All, |work| {
        let picture = work.render(&work.frame())?;
        match picture.pixels.iter().position(|v| !v.is_finite()) {
            Some(i) => broken(format!("number {i} of {} is {}", picture.pixels.len(), picture.pixels[i])),
            None => Ok(()),
        }
    })
}

fn nan_stays(stage: &Stage) -> Verdict {
    if !stage.profile().asks_queries {
        return skip("this host does not ask for regions of interest");
    }
    let session = stage.open_as(|p| p.input_bounds = crate::InputBounds::Full)?;
    let context = session.context()?;
    let clean = session.work(Feed::All)?;
    let whole = clean.render(&clean.frame())?;
    let spot = (3, 8);
    let mut tried = 0;
    for window in [RectI::new(40, 30, 64, 48), RectI::new(20, 8, 40, 16)] {
        let regions = clean.instance.regions_of_interest(1.0, [1.0; 2], window.to_canonical([1.0; 2], 1.0))?;
        let holds = |r: &RectD| {
            r.x1 <= f64::from(spot.0 + 1)
                && r.x2 >= f64::from(spot.0)
                && r.y1 <= f64::from(spot.1 + 1)
                && r.y2 >= f64::from(spot.1)
        };
        for (name, region) in &regions {
            if holds(region) || !clean.instance.supports_tiles() {
                continue;
            }
            let work = session.create(context)?;
            work.feed(Feed::All, |_, picture| picture)?;
            let Some(clip) = work.inputs().into_iter().find(|c| c.name == *name) else { continue };
            let mut picture = picture_for(&clip);
            picture.set(spot.0, spot.1, &vec![f32::NAN; picture.components.count()]);
            work.instance.load_clip(name, picture)?;
            // The whole frame is rendered: what lies far from the spot must not change.
            let got = work.render(&work.frame())?.cropped(window);
            same(&format!("NaN at {spot:?} of {name}, window {:?}", window.to_array()), &whole.cropped(window), &got)?;
            tried += 1;
        }
    }
    if tried == 0 { skip("every region of interest holds nearly everything") } else { Ok(()) }
}

fn premultiplication(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    for state in [Premultiplication::Opaque, Premultiplication::PreMultiplied, Premultiplication::UnPreMultiplied] {
        for alpha in [None, Some(0.0), Some(0.5), Some(1.0), Some(1e-9)] {
            let work = session.create(context)?;
            work.feed(Feed::All, |clip, mut picture| {
                if let (Some(alpha), false, Components::Rgba) = (alpha, clip.optional, picture.components) {
                    picture.pixels.iter_mut().skip(3).step_by(4).for_each(|a| *a = alpha);
                }
                picture.with_premultiplication(state)
            })?;
            let what = format!("{} with alpha {alpha:?}", state.word());
            let picture = work.render(&work.frame()).map_err(|e| within(&what, e))?;
            if picture.pixels.iter().any(|v| !v.is_finite()) {
                return broken(format!("{what}: the picture has numbers that are none"));
            }
        }
    }
    Ok(())
}

fn pixel_aspect(stage: &Stage) -> Verdict {
    for par in [2.0, 0.5, 0.9] {
        let session = stage.open()?;
        let work = session.create(session.context()?)?;
        work.instance.set_project(crate::Project { par, ..work.instance.project() });
        work.feed(Feed::All, |_, picture| picture.with_par(par))?;
        work.render(&work.frame()).map_err(|e| within(&format!("pixels {par} wide"), e))?;
    }
    for told in [Some(0.0), None] {
        let session =
            stage.open_as(|p| p.image_aspect = told.map_or(crate::ImageAspect::Missing, crate::ImageAspect::Says))?;
        let work = session.work(Feed::All)?;
        work.render(&work.frame()).map_err(|e| within(&format!("pixels of shape {told:?}"), e))?;
    }
    Ok::<(), Stop>(())
}

fn reconnect(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.render(&work.frame())?;
    let mut changed = Vec::new();
    for clip in work.inputs() {
        work.instance.disconnect(&clip.name)?;
        if clip.optional {
            work.render(&work.frame().window(FRAME))?;
        }
        work.instance.connect(&clip.name, picture_for(&clip))?;
        if difference(&whole, &work.render(&work.frame())?).is_some() {
            changed.push(clip.name);
        }
    }
    if changed.is_empty() {
        Ok(())
    } else {
        broken(format!("connected again, {} give another picture", changed.join(", ")))
    }
}
