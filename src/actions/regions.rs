//! Where the output is defined, and what of the inputs it needs: canonical, the same at every render scale.

use super::Asked;
use crate::clips;
use crate::failure::{DEFAULT, OK, Reply};
use crate::suites::cstring;
use fathom_core::geometry::RectD;
use openfx_sys as ofx;
use std::ffi::CStr;

/// The source's region, grown as the plan says; the project's where there is no source. An optional clip never enlarges it.
pub(super) fn definition(asked: &Asked) -> Reply {
    let (instance, time) = (asked.instance, asked.time());
    let prepared = instance.prepare(time)?;
    let frame = instance.frame(time, asked.scale(), prepared.depth());
    let region = if let Some(generator) = prepared.generator() {
        // A render says what is wrong with the files.
        let facts = generator.facts(time, &frame.source_rod, &|| false);
        facts.ok().flatten().map_or_else(|| instance.format(frame.source_rod), |facts| facts.region)
    } else if frame.source_rod.is_empty() {
        instance.format(RectD::default())
    } else {
        prepared.plan(&frame).region_of_definition(&frame.source_rod)
    };
    if region.is_empty() {
        return DEFAULT;
    }
    answer(asked, ofx::kOfxImageEffectPropRegionOfDefinition, &region)
}

/// For each connected clip the part that the plan looks at; all of those from which Auto has yet to decide.
pub(super) fn interest(asked: &Asked) -> Reply {
    let (instance, time) = (asked.instance, asked.time());
    let wanted = asked.args.doubles(ofx::kOfxImageEffectPropRegionOfInterest);
    let Some(window) = wanted.map(|[x1, y1, x2, y2]| RectD::new(x1, y1, x2, y2)).filter(|w| !w.is_empty()) else {
        return DEFAULT;
    };
    let prepared = instance.prepare(time)?;
    let depth = prepared.depth();
    let frame = instance.frame(time, asked.scale(), depth);
    let plan = prepared.plan(&frame);
    let input = instance.depth_input(depth);
    let decides = plan.pass_through.is_none() && instance.undecided(depth);
    let whole = if decides { instance.deciding_clips(&input) } else { Vec::new() };
    let first = instance.deciding_frame(&input);
    let all_of = |name: &CStr, region: RectD| {
        let clip = instance.clip(name).filter(|_| whole.contains(&name));
        let times = [Some(time), first].into_iter().flatten();
        times.filter_map(|t| clip?.region(t, &frame.geometry)).fold(region, |all, more| all.union(&more))
    };
    let (mut source, beside) = (plan.source_region(&window), plan.depth_region(&window));
    // Depth that comes with the source, or needs its alpha wherever it is looked at.
    let divides = instance.divides(depth);
    if divides || input.clip() == Some(clips::SOURCE) {
        source = source.union(&beside);
    }
    if instance.clip(clips::SOURCE).is_some_and(|clip| prepared.generator().is_none() || clip.connected()) {
        answer_for(asked, clips::SOURCE, &all_of(clips::SOURCE, source))?;
    }
    // All of the aperture, wherever it lies.
    let aperture = instance.clip(clips::BOKEH).filter(|_| plan.bokeh);
    let aperture = aperture.and_then(|clip| clip.region(time, &frame.geometry)).unwrap_or(window);
    let [mut behind, behind_depth] = plan.background_regions(&window);
    if divides {
        behind = behind.union(&behind_depth);
    }
    for (name, region) in [
        (clips::DEPTH, all_of(clips::DEPTH, beside)),
        (clips::MASK, window),
        (clips::BACKGROUND, behind),
        (clips::BACKGROUND_DEPTH, behind_depth),
        (clips::FOG, window),
        (clips::POSITION, window),
        (clips::BOKEH, aperture),
    ] {
        if instance.clip(name).is_some_and(|clip| clip.connected()) {
            answer_for(asked, name, &region)?;
        }
    }
    OK
}

/// The current frame, and the first one while Auto has yet to decide.
pub(super) fn frames_needed(asked: &Asked) -> Reply {
    let (instance, time) = (asked.instance, asked.time());
    let prepared = instance.prepare(time)?;
    let depth = prepared.depth();
    let input = instance.depth_input(depth);
    let Some(first) = instance.deciding_frame(&input).filter(|first| *first != time && instance.undecided(depth))
    else {
        return DEFAULT;
    };
    let prefix = ofx::kOfxImageClipPropFrameRangePrefix.to_string_lossy();
    for clip in instance.deciding_clips(&input) {
        let name = cstring(&[&*prefix, &*clip.to_string_lossy()].concat());
        asked.answers.set_doubles(&name, &[time, time, first, first]);
    }
    OK
}

/// The frames that there are files for.
pub(super) fn time_domain(asked: &Asked) -> Reply {
    let prepared = asked.instance.prepare(0.0)?;
    let Some(range) = prepared.generator().and_then(|generator| generator.frames()) else { return DEFAULT };
    if asked.answers.set_doubles(ofx::kOfxImageEffectPropFrameRange, &range) { OK } else { DEFAULT }
}

fn answer_for(asked: &Asked, clip: &CStr, region: &RectD) -> Reply {
    let name = cstring(&[ofx::kOfxImageClipPropRoIPrefix.to_string_lossy(), clip.to_string_lossy()].concat());
    answer(asked, &name, region)
}

fn answer(asked: &Asked, name: &CStr, r: &RectD) -> Reply {
    if asked.answers.set_doubles(name, &[r.x1, r.y1, r.x2, r.y2]) { OK } else { DEFAULT }
}
