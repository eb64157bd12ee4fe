//! Rules of pixel formats, render scales and images that are not what was said.

use super::describing::within;
use super::stage::{FRAME, mean_difference};
use super::{Feed, Rule, Stage, Stop, Verdict, broken, skip};
use crate::format::{Components, Depth};
use crate::profile::ImageScale;
use crate::render::RenderRequest;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "pixel-formats",
        "Every pixel depth and every channel layout that it says it knows is rendered.",
        formats,
    ),
    Rule::should(
        "format-agreement",
        "Whole numbers give the picture of floating point, as far as they can hold it.",
        agreement,
    ),
    Rule::must("wrong-depth", "Images of another pixel depth than was agreed are survived.", wrong_depth),
    Rule::must("render-scales", "It renders at every scale, also at different ones across and up.", scales),
    Rule::should("scale-agreement", "A small render looks like the large one made small.", scale_agreement),
    Rule::must("scale-disagreement", "Images that say another render scale than the host are survived.", disagreement),
    Rule::must("gpu-images", "Images on a graphics card, for which it did not ask, are refused.", gpu),
];

fn formats(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.contexts() {
        for depth in Depth::ALL {
            for components in [Components::Rgba, Components::Rgb, Components::Alpha] {
                let work = session.create(context)?;
                if work.instance.set_depth(Some(*depth)).is_err() {
                    continue;
                }
                let takes = |c: &crate::ClipInfo| c.components.iter().any(|w| w == components.word());
                if !work.inputs().iter().filter(|c| !c.optional).all(takes) {
                    continue;
                }
                work.feed(Feed::All, |clip, p| if takes(clip) { p.with_components(components) } else { p })?;
                let what = format!("{} {} in context {context}", depth.word(), components.word());
                work.render(&work.frame()).map_err(|e| within(&what, e))?;
            }
        }
    }
    Ok(())
}

fn agreement(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let render = |depth: Depth| -> Result<Option<crate::Picture>, Stop> {
        let work = session.create(session.context()?)?;
        if work.instance.set_depth(Some(depth)).is_err() {
            return Ok(None);
        }
        // Within what whole numbers hold, and opaque.
        work.feed(Feed::Mandated, |_, mut p| {
            p.pixels.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
            if p.components == Components::Rgba {
                p.pixels.iter_mut().skip(3).step_by(4).for_each(|a| *a = 1.0);
            }
            p
        })?;
        work.render(&work.frame()).map(Some)
    };
    let Some(float) = render(Depth::Float)? else { return skip("host or effect know no floating point") };
    for (depth, slack) in [(Depth::Half, 0.002), (Depth::Short, 0.002), (Depth::Byte, 0.02)] {
        let Some(picture) = render(depth)? else { continue };
        let mean = mean_difference(&float, &picture);
        if mean > slack {
            return broken(format!("{} pixels differ by {mean:.4} on average", depth.word()));
        }
    }
    Ok(())
}

fn wrong_depth(stage: &Stage) -> Verdict {
    for depth in Depth::ALL {
        let session = stage.open_as(|p| {
            p.delivers = Some(*depth);
            p.guard_pages = true;
        })?;
        let work = session.work(Feed::All)?;
        // A failure is a good answer; a picture as well.
        let _ = work.instance.render(&work.frame());
    }
    Ok(())
}

fn scales(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    for scale in [[0.5, 0.5], [0.25, 0.25], [1.0 / 3.0, 1.0 / 3.0], [1.0, 0.5], [0.5, 1.0], [2.0, 2.0], [0.02, 0.02]] {
        let window = FRAME.to_canonical([1.0; 2], 1.0).to_pixels(scale, 1.0);
        let request = RenderRequest { scale, window: Some(window), ..work.frame() };
        work.render(&request).map_err(|e| within(&format!("scale {scale:?}"), e))?;
    }
    Ok(())
}

fn scale_agreement(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let large = work.render(&work.frame())?;
    let window = FRAME.to_canonical([1.0; 2], 1.0).to_pixels([0.5; 2], 1.0);
    let small = work.render(&RenderRequest { scale: [0.5; 2], window: Some(window), ..work.frame() })?;
    let expected = large.scaled([0.5; 2], crate::Filter::Box).cropped(window);
    let mean = mean_difference(&expected, &small);
    if mean > 0.1 { broken(format!("half the size differs by {mean:.3} on average")) } else { Ok(()) }
}

fn disagreement(stage: &Stage) -> Verdict {
    for told in [ImageScale::Honest, ImageScale::One, ImageScale::Inverse] {
        let session = stage.open_as(|p| p.image_scale = told)?;
        let work = session.work(Feed::All)?;
        for scale in [[0.5; 2], [1.0 / 3.0; 2]] {
            let window = FRAME.to_canonical([1.0; 2], 1.0).to_pixels(scale, 1.0);
            let request = RenderRequest { scale, window: Some(window), ..work.frame() };
            work.render(&request).map_err(|e| within(&format!("scale {scale:?}, images say {told:?}"), e))?;
        }
    }
    Ok(())
}

/// The flag that a host sets, and the property by which an effect says that it wants it.
const CARDS: [(&str, &str); 4] = [
    ("OfxImageEffectPropOpenGLEnabled", "OfxImageEffectPropOpenGLRenderSupported"),
    ("OfxImageEffectPropCudaEnabled", "OfxImageEffectPropCudaRenderSupported"),
    ("OfxImageEffectPropMetalEnabled", "OfxImageEffectPropMetalRenderSupported"),
    ("OfxImageEffectPropOpenCLEnabled", "OfxImageEffectPropOpenCLRenderSupported"),
];

fn gpu(stage: &Stage) -> Verdict {
    for (flag, supported) in CARDS {
        let session = stage.open_as(|p| p.images_on_card = Some(flag))?;
        let work = session.work(Feed::All)?;
        let says = work.instance.object.properties.text(&crate::property::cstring(supported));
        if !matches!(says.as_str(), "false" | "") {
            continue;
        }
        if work.instance.render(&work.frame()).is_ok() {
            return broken(format!("with {flag} it says that it rendered"));
        }
    }
    Ok(())
}
