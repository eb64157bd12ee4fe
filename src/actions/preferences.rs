//! What the clips should arrive as.

use super::Asked;
use crate::clips;
use crate::failure::{DEFAULT, Failure, OK, Reply};
use crate::hosts::Quirk;
use crate::suites::cstring;
use fathom_core::generator::Makes;
use fathom_core::geometry::RectD;
use openfx_sys as ofx;
use std::ffi::CStr;

/// Depth as it comes: a host that turns it into the source's components may take a channel away (RGBA to RGB) or put one channel where
/// nobody looks (alpha). All else stays as the host would have it: the output is what the source is, premultiplication included.
pub(super) fn clip_preferences(asked: &Asked) -> Reply {
    let output = generated(asked)?;
    if depth_as_it_comes(asked) || output { OK } else { DEFAULT }
}

/// What a generator's picture is: its pixels' shape and its alpha are the files', and every frame can be another.
fn generated(asked: &Asked) -> Result<bool, Failure> {
    let instance = asked.instance;
    let prepared = instance.prepare(0.0)?;
    let Some(generator) = prepared.generator() else { return Ok(false) };
    let answers = &asked.answers;
    let name = |prefix: &CStr| cstring(&[prefix.to_string_lossy(), clips::OUTPUT.to_string_lossy()].concat());
    let alpha = match generator.makes() {
        Makes::Picture => ofx::kOfxImagePreMultiplied,
        Makes::Data => ofx::kOfxImageOpaque,
    };
    answers.set_text(ofx::kOfxImageEffectPropPreMultiplication, alpha);
    answers.set_text(&name(ofx::kOfxImageClipPropComponentsPrefix), ofx::kOfxImageComponentRGBA);
    answers.set_int(ofx::kOfxImageEffectFrameVarying, i32::from(generator.varies()));
    // Asked without a time: the first frame stands for all.
    let time = generator.frames().map_or(0.0, |[first, _]| first);
    if let Ok(Some(facts)) = generator.facts(time, &RectD::default(), &|| false) {
        let prefix = name(ofx::kOfxImageClipPropPARPrefix);
        if answers.double(&prefix).is_none_or(|own| own != facts.pixel_aspect) {
            answers.set_doubles(&prefix, &[facts.pixel_aspect]);
        }
        if let Some(rate) = facts.frame_rate.filter(|_| instance.host.facts().sets_frame_rate) {
            answers.set_doubles(ofx::kOfxImageEffectPropFrameRate, &[rate]);
        }
    }
    Ok(true)
}

fn depth_as_it_comes(asked: &Asked) -> bool {
    let Some(depth) = asked.instance.clip(clips::DEPTH).filter(|clip| clip.says_connected()) else { return false };
    let Some(own) = depth.props().text(ofx::kOfxImageClipPropUnmappedComponents) else { return false };
    let mut ours = vec![ofx::kOfxImageComponentRGBA, ofx::kOfxImageComponentRGB];
    if !asked.instance.host.facts().has(Quirk::NoOneChannelDepth) {
        ours.push(ofx::kOfxImageComponentAlpha);
    }
    // Components that the host does not list are none of its preferences.
    let listed = &asked.instance.host.facts().components;
    ours.retain(|c| listed.is_empty() || listed.iter().any(|l| l.as_bytes() == c.to_bytes()));
    let Some(components) = ours.into_iter().find(|c| c.to_bytes() == own.as_bytes()) else { return false };
    let prefix = ofx::kOfxImageClipPropComponentsPrefix.to_string_lossy();
    let name = cstring(&[prefix, clips::DEPTH.to_string_lossy()].concat());
    asked.answers.set_text(&name, components)
}
