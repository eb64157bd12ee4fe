//! A parameter or a clip was changed; the host saves; memory is wanted back.

use super::Asked;
use crate::borrow::At;
use crate::clips;
use crate::depth::REPORT;
use crate::failure::{Failure, OK, Reply};
use crate::instance::Instance;
use crate::suites::cstring;
use fathom_core::depth::{Decision, DepthConvention, DepthEdges, DepthParams, DepthSource};
use fathom_core::effect::Reaction;
use fathom_core::params::{Kind, Value};
use openfx_sys as ofx;

/// What a change means for the decision about the depth.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    /// The artist wants this frame to be looked at.
    Analyse,
    /// The depth is another one: a new shot.
    OtherDepth,
    /// What was stored was taken back, or brought back.
    OtherDecision,
    /// Nothing.
    None,
}

/// Hosts also announce clips and names of their own: whatever it is, the controls are brought up to date.
pub(super) fn changed(asked: &Asked) -> Reply {
    let (instance, at) = (asked.instance, At { time: asked.time(), scale: asked.scale() });
    let mut done = Ok(());
    instance.note_change();
    instance.once_at_a_time(|| {
        let by_artist = asked.args.text(ofx::kOfxPropChangeReason);
        if by_artist.is_some_and(|reason| reason.as_bytes() == ofx::kOfxChangeUserEdited.to_bytes()) {
            done = changed_by_artist(asked, instance, at);
        }
        instance.update_enabled(at.time);
    });
    done.and(OK)
}

fn changed_by_artist(asked: &Asked, instance: &Instance, at: At) -> Result<(), Failure> {
    let prepared = instance.prepare(at.time)?;
    let params = prepared.depth();
    let name = asked.args.text(ofx::kOfxPropName).unwrap_or_default();
    let kind = asked.args.text(ofx::kOfxPropType).unwrap_or_default();
    let clip = kind.as_bytes() == ofx::kOfxTypeClip.to_bytes();
    if !clip && let Some(reaction) = instance.effect.changed(&instance.at(at.time), &name) {
        react(instance, at, reaction);
    }
    let meaning = if clip { clip_means(instance, &name, params) } else { param_means(&name, params) };
    match meaning {
        Meaning::Analyse => match instance.examine(params, &[at.time], at) {
            Ok(seen) => instance.write_decision(at.time, seen.decision, seen.report),
            // What was decided of the shot stays.
            Err(why) => instance.write_report(at.time, why),
        },
        Meaning::OtherDepth => look_again(instance, params, at),
        Meaning::OtherDecision => instance.decided.forget(),
        Meaning::None => instance.store_decision(at.time)?,
    }
    Ok(())
}

/// Writes what the effect wants written, and tells what went wrong.
fn react(instance: &Instance, at: At, reaction: Reaction) {
    let values: Vec<(&str, Value)> = reaction.values.iter().map(|(name, v)| (name.as_str(), v.clone())).collect();
    let written = instance.params.set(&instance.host, at.time, &values, &cstring(reaction.undo));
    let refused = || "This host does not let effects set controls now: set them by hand.".to_string();
    if let Some(text) = reaction.problem.or_else(|| (!written).then(refused)) {
        instance.host.message(instance.handle, ofx::kOfxMessageError, &text);
    }
}

/// Only a clip that the depth comes from counts, or could come from.
fn clip_means(instance: &Instance, name: &str, params: &DepthParams) -> Meaning {
    let is = |clip: &std::ffi::CStr| clip.to_bytes() == name.as_bytes();
    let depth_counts = matches!(params.source, DepthSource::Auto | DepthSource::Clip);
    let source_counts = || instance.depth_input(params).clip() == Some(clips::SOURCE);
    let other = is(clips::DEPTH) && depth_counts || is(clips::SOURCE) && source_counts();
    if other { Meaning::OtherDepth } else { Meaning::None }
}

fn param_means(name: &str, params: &DepthParams) -> Meaning {
    let undecided = params.needs_decision();
    match name {
        "analyse" => Meaning::Analyse,
        "depthSource" | "depthChannel" => Meaning::OtherDepth,
        "depthConvention" if undecided && params.convention == DepthConvention::Auto => Meaning::OtherDepth,
        "depthEdges" if undecided && params.edges == DepthEdges::Auto => Meaning::OtherDepth,
        "decidedConvention" | "decidedEdges" => Meaning::OtherDecision,
        _ => Meaning::None,
    }
}

/// Decides of another depth: from the first frame, as a render would, or from this one where there is none.
fn look_again(instance: &Instance, params: &DepthParams, at: At) {
    instance.decided.forget();
    let input = instance.depth_input(params);
    let first = instance.deciding_frame(&input);
    let times: Vec<f64> = first.into_iter().chain([at.time]).collect();
    match instance.examine(params, &times, at) {
        Ok(seen) => instance.write_decision(at.time, seen.decision, seen.report),
        Err(_) => {
            let report = instance.effect.define().params().find_map(|p| match (p.name.as_str(), &p.kind) {
                (REPORT, Kind::Label { default }) => Some((*default).to_string()),
                _ => None,
            });
            instance.write_decision(at.time, Decision::NONE, report.unwrap_or_default());
        }
    }
}

/// What is known is written where the host saves it.
pub(super) fn save(asked: &Asked) -> Reply {
    let mut done = Ok(());
    asked.instance.once_at_a_time(|| done = asked.instance.store_decision(asked.time()));
    done.and(OK)
}

/// Nothing else is kept between two renders, but for what the effect keeps.
pub(super) fn purge(asked: &Asked) -> Reply {
    asked.instance.decided.forget();
    asked.instance.effect.purge();
    OK
}
