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
    let frame = instance.frame(time, asked.scale());
    let region = if frame.source_rod.is_empty() {
        instance.format(RectD::default())
    } else {
        instance.effect.prepare(&instance.at(time)).plan(&frame).region_of_definition(&frame.source_rod)
    };
    if region.is_empty() {
        return DEFAULT;
    }
    answer(asked, ofx::kOfxImageEffectPropRegionOfDefinition, &region)
}

/// For each connected clip the part that the plan looks at.
pub(super) fn interest(asked: &Asked) -> Reply {
    let (instance, time) = (asked.instance, asked.time());
    let wanted = asked.args.doubles(ofx::kOfxImageEffectPropRegionOfInterest);
    let Some(window) = wanted.map(|[x1, y1, x2, y2]| RectD::new(x1, y1, x2, y2)).filter(|w| !w.is_empty()) else {
        return DEFAULT;
    };
    let plan = instance.effect.prepare(&instance.at(time)).plan(&instance.frame(time, asked.scale()));
    if instance.clip(clips::SOURCE).is_some() {
        answer_for(asked, clips::SOURCE, &plan.source_region(&window))?;
    }
    for (name, region) in [(clips::DEPTH, plan.depth_region(&window)), (clips::MASK, window)] {
        if instance.clip(name).is_some_and(|clip| clip.connected()) {
            answer_for(asked, name, &region)?;
        }
    }
    OK
}

fn answer_for(asked: &Asked, clip: &CStr, region: &RectD) -> Reply {
    let name = cstring(&[ofx::kOfxImageClipPropRoIPrefix.to_string_lossy(), clip.to_string_lossy()].concat());
    answer(asked, &name, region)
}

fn answer(asked: &Asked, name: &CStr, r: &RectD) -> Reply {
    if asked.answers.set_doubles(name, &[r.x1, r.y1, r.x2, r.y2]) { OK } else { DEFAULT }
}
