//! What a host asks before it renders: clip preferences, regions, frames, identity; and what it says when a value changes.

use crate::action;
use crate::clip::{ClipObject, Mapping};
use crate::effect_object::EffectObject;
use crate::error::HostError;
use crate::format::{Components, Context, Depth, Field, Premultiplication};
use crate::frame::{self, Frame};
use crate::geometry::{RectD, RectI};
use crate::param::ParamObject;
use crate::property::{PropertySet, cstring, lock};
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Arguments that the host passes.
pub(crate) fn in_args(what: &str, time: Option<f64>, scale: Option<[f64; 2]>) -> Arc<PropertySet> {
    let s = PropertySet::new(format!("arguments of {what}"), false);
    if let Some(time) = time {
        s.define(c::kOfxPropTime, vec![time]);
    }
    if let Some(scale) = scale {
        s.define(fx::kOfxImageEffectPropRenderScale, scale.to_vec());
    }
    s
}

/// A place for what the plug-in answers.
fn out_args(what: &str) -> Arc<PropertySet> {
    PropertySet::new(format!("answers of {what}"), true)
}

fn per_clip(prefix: &str, clip: &str) -> CString {
    cstring(&format!("OfxImageClipProp{prefix}_{clip}"))
}

/// The area that a clip's picture is defined in.
pub(crate) fn clip_region(effect: &EffectObject, clip: &ClipObject, time: f64) -> Option<RectD> {
    if clip.is_output() {
        let told = *lock(&effect.region);
        return Some(told.unwrap_or_else(|| default_region(effect, time)));
    }
    let input = clip.input()?;
    if !effect.supports_multi_resolution() {
        return Some(effect.project().extent());
    }
    let picture = input.frame(time).ok().flatten()?;
    Some(picture.region_of_definition())
}

/// The area that an effect's output is defined in if the plug-in does not say: all inputs that it must have.
fn default_region(effect: &EffectObject, time: f64) -> RectD {
    let all = effect.clips();
    let needed = all
        .iter()
        .filter(|c| !c.is_output() && (!c.is_optional() || c.name == "Source"))
        .filter_map(|c| clip_region(effect, c, time))
        .fold(RectD::default(), |a, b| a.union(&b));
    if needed.is_empty() || effect.context == Some(Context::Generator) { effect.project().extent() } else { needed }
}

/// GetRegionOfDefinition.
pub(crate) fn region_of_definition(effect: &EffectObject, time: f64, scale: [f64; 2]) -> Result<RectD, HostError> {
    let region = ask_region(effect, time, scale)?;
    *lock(&effect.region) = Some(region);
    Ok(region)
}

fn ask_region(effect: &EffectObject, time: f64, scale: [f64; 2]) -> Result<RectD, HostError> {
    let fallback = default_region(effect, time);
    if !effect.supports_multi_resolution() {
        return Ok(effect.project().extent());
    }
    if !effect.host.profile.asks_queries {
        return Ok(fallback);
    }
    let name = fx::kOfxImageEffectActionGetRegionOfDefinition;
    let out = out_args("GetRegionOfDefinition");
    out.define(fx::kOfxImageEffectPropRegionOfDefinition, fallback.to_array().to_vec());
    let args = in_args("GetRegionOfDefinition", Some(time), Some(scale));
    if !effect.demand(name, Some(&args), Some(&out), None)? {
        return Ok(fallback);
    }
    let values = out.all::<f64>(fx::kOfxImageEffectPropRegionOfDefinition);
    let region = RectD::from_slice(&values).unwrap_or(fallback);
    Ok(if region.is_infinite() { region.intersect(&effect.project().extent()) } else { region })
}

/// GetRegionsOfInterest: the area of each input that is needed for an area of the output.
pub(crate) fn regions_of_interest(
    effect: &EffectObject,
    time: f64,
    scale: [f64; 2],
    region: RectD,
) -> Result<BTreeMap<String, RectD>, HostError> {
    let inputs: Vec<_> = effect.clips().into_iter().filter(|c| !c.is_output()).collect();
    let mut regions: BTreeMap<_, _> = inputs.iter().map(|c| (c.name.clone(), region)).collect();
    if !effect.host.profile.asks_queries {
        return Ok(regions);
    }
    let name = fx::kOfxImageEffectActionGetRegionsOfInterest;
    let args = in_args("GetRegionsOfInterest", Some(time), Some(scale));
    args.define(fx::kOfxImageEffectPropRegionOfInterest, region.to_array().to_vec());
    let out = out_args("GetRegionsOfInterest");
    for clip in &inputs {
        out.define(&per_clip("RoI", &clip.name), region.to_array().to_vec());
    }
    if effect.demand(name, Some(&args), Some(&out), None)? {
        for (clip, roi) in &mut regions {
            let values = out.all::<f64>(&per_clip("RoI", clip));
            *roi = RectD::from_slice(&values).unwrap_or(region);
        }
    }
    Ok(regions)
}

/// Whether the plug-in is asked which frames it needs.
pub(crate) fn asks_frames(effect: &EffectObject) -> bool {
    let profile = &effect.host.profile;
    profile.asks_queries && profile.temporal_clip_access && effect.flag(fx::kOfxImageEffectPropTemporalClipAccess)
}

/// GetFramesNeeded: ranges of frames of each input.
pub(crate) fn frames_needed(effect: &EffectObject, time: f64) -> Result<BTreeMap<String, Vec<[f64; 2]>>, HostError> {
    let inputs: Vec<_> = effect.clips().into_iter().filter(|c| !c.is_output()).collect();
    if asks_frames(effect) {
        return ask_frames(effect, time);
    }
    Ok(inputs.iter().map(|c| (c.name.clone(), vec![[time, time]])).collect())
}

/// GetFramesNeeded, whether or not the effect says that it looks at other frames.
pub(crate) fn ask_frames(effect: &EffectObject, time: f64) -> Result<BTreeMap<String, Vec<[f64; 2]>>, HostError> {
    let inputs: Vec<_> = effect.clips().into_iter().filter(|c| !c.is_output()).collect();
    let mut frames: BTreeMap<_, _> = inputs.iter().map(|c| (c.name.clone(), vec![[time, time]])).collect();
    let name = fx::kOfxImageEffectActionGetFramesNeeded;
    let args = in_args("GetFramesNeeded", Some(time), None);
    let out = out_args("GetFramesNeeded");
    for clip in &inputs {
        out.define_list(&per_clip("FrameRange", &clip.name), vec![time, time]);
    }
    if effect.demand(name, Some(&args), Some(&out), None)? {
        for (clip, ranges) in &mut frames {
            let values = out.all::<f64>(&per_clip("FrameRange", clip));
            *ranges = values.chunks_exact(2).map(|r| [r[0], r[1]]).collect();
        }
    }
    Ok(frames)
}

/// GetTimeDomain: the frames that an effect says it has.
pub(crate) fn time_domain(effect: &EffectObject) -> Result<Option<[f64; 2]>, HostError> {
    if !effect.host.profile.asks_queries {
        return Ok(None);
    }
    let out = out_args("GetTimeDomain");
    let range = effect.project().range;
    out.define(fx::kOfxImageEffectPropFrameRange, range.to_vec());
    if !effect.demand(fx::kOfxImageEffectActionGetTimeDomain, None, Some(&out), None)? {
        return Ok(None);
    }
    let values = out.all::<f64>(fx::kOfxImageEffectPropFrameRange);
    let [first, last] = values[..] else { return Ok(None) };
    if first > last || first.is_nan() || last.is_nan() {
        effect.host.violation(Check::IllegalStatus, format!("GetTimeDomain answered {first} to {last}"));
        return Ok(None);
    }
    Ok(Some([first, last]))
}

/// IsIdentity: the clip and time whose picture the output is.
pub(crate) fn is_identity(
    effect: &EffectObject,
    time: f64,
    scale: [f64; 2],
    window: RectI,
    field: Field,
) -> Result<Option<(String, f64)>, HostError> {
    if !effect.host.profile.asks_queries {
        return Ok(None);
    }
    let name = fx::kOfxImageEffectActionIsIdentity;
    let args = in_args("IsIdentity", Some(time), Some(scale));
    args.define(fx::kOfxImageEffectPropFieldToRender, vec![CString::from(field.ofx())]);
    args.define(fx::kOfxImageEffectPropRenderWindow, window.to_array().to_vec());
    let out = out_args("IsIdentity");
    out.define_str(c::kOfxPropName, "");
    out.define(c::kOfxPropTime, vec![time]);
    if !effect.demand(name, Some(&args), Some(&out), None)? {
        return Ok(None);
    }
    let clip = out.text(c::kOfxPropName);
    if effect.clip(&clip).is_none() {
        effect.host.violation(Check::IdentityClip, format!("IsIdentity named clip '{clip}'"));
        return Ok(None);
    }
    Ok(Some((clip, out.get::<f64>(c::kOfxPropTime, 0).unwrap_or(time))))
}

/// What clips are given if the plug-in says nothing.
fn default_mappings(effect: &EffectObject, time: f64) -> Vec<(Arc<ClipObject>, Mapping)> {
    let profile = &effect.host.profile;
    let supported = effect.supported_depths();
    let wanted = *lock(&effect.wanted_depth);
    let depth = wanted
        .into_iter()
        .chain(profile.depths.iter().copied())
        .find(|d| supported.contains(d))
        .unwrap_or(Depth::Float);
    let clips = effect.clips();
    let naturals: HashMap<_, _> =
        clips.iter().filter_map(|c| Some((c.name.clone(), frame::natural_components(c, time)?.1))).collect();
    let richest = naturals.values().map(|m| m.components).max().unwrap_or(Components::Rgba);
    let source = naturals.get("Source").or_else(|| naturals.values().next());
    let premultiplication = source.map_or(Premultiplication::PreMultiplied, |m| m.premultiplication);
    let par = source.map_or(effect.project().par, |m| m.par);
    clips
        .into_iter()
        .map(|clip| {
            let natural = naturals.get(&clip.name);
            let follows = clip.is_output() || (clip.is_optional() && profile.map_optional_components);
            let wish = match natural {
                Some(m) if !follows => m.components,
                _ => richest,
            };
            let components = supported_components(&clip, &profile.components, wish);
            let mapping = Mapping {
                components,
                depth,
                par: natural.map_or(par, |m| m.par),
                premultiplication: match (components, natural) {
                    (Components::Rgb, _) => Premultiplication::Opaque,
                    (_, Some(m)) if !clip.is_output() => m.premultiplication,
                    _ => premultiplication,
                },
            };
            (clip, mapping)
        })
        .collect()
}

/// The wish, or the next best that clip and host know.
fn supported_components(clip: &ClipObject, host: &[Components], wish: Components) -> Components {
    let takes = clip.supported_components();
    [wish, Components::Rgba, Components::Rgb, Components::Alpha]
        .into_iter()
        .find(|w| takes.contains(w) && host.contains(w))
        .unwrap_or(wish)
}

/// GetClipPreferences, if something changed since it was asked last.
pub(crate) fn clip_preferences(effect: &EffectObject, time: f64) -> Result<(), HostError> {
    if !effect.stale.swap(false, Ordering::AcqRel) {
        return Ok(());
    }
    let mut mappings = default_mappings(effect, time);
    // The plug-in may look at its clips while it decides.
    let apply = |mappings: &[(Arc<ClipObject>, Mapping)]| {
        for (clip, mapping) in mappings {
            let natural = frame::natural_components(clip, time).map(|n| (n.0, Depth::Float));
            clip.set_mapping(*mapping, natural);
            if effect.host.profile.unconnected_has_no_format && !clip.is_output() && clip.input().is_none() {
                clip.clear_format();
            }
        }
    };
    apply(&mappings);
    if effect.host.profile.asks_queries {
        ask_clip_preferences(effect, &mut mappings)?;
        apply(&mappings);
    }
    Ok(())
}

fn ask_clip_preferences(effect: &EffectObject, mappings: &mut [(Arc<ClipObject>, Mapping)]) -> Result<(), HostError> {
    let out = out_args("GetClipPreferences");
    let text = |v: &CStr| vec![CString::from(v)];
    for (clip, m) in &*mappings {
        out.define(&per_clip("Components", &clip.name), text(m.components.ofx()));
        out.define(&per_clip("Depth", &clip.name), text(m.depth.ofx()));
        out.define(&per_clip("PAR", &clip.name), vec![m.par]);
    }
    let output = mappings.iter().find(|(c, _)| c.is_output()).map(|(_, m)| *m);
    let premultiplication = output.map_or(Premultiplication::PreMultiplied, |m| m.premultiplication);
    out.define(fx::kOfxImageEffectPropFrameRate, vec![effect.project().frame_rate]);
    out.define_str(fx::kOfxImageClipPropFieldOrder, "OfxFieldNone");
    out.define(fx::kOfxImageEffectPropPreMultiplication, text(premultiplication.ofx()));
    out.define(fx::kOfxImageClipPropContinuousSamples, vec![0]);
    out.define(fx::kOfxImageEffectFrameVarying, vec![0]);
    if !effect.demand(fx::kOfxImageEffectActionGetClipPreferences, None, Some(&out), None)? {
        return Ok(());
    }
    effect.frame_varying.store(out.int(fx::kOfxImageEffectFrameVarying) != 0, Ordering::Release);
    let profile = &effect.host.profile;
    let supported = effect.supported_depths();
    let illegal = |what: String| effect.host.violation(Check::IllegalClipPreference, what);
    let first = |name: &CStr| out.get::<CString>(name, 0).unwrap_or_default();
    for (clip, mapping) in &mut *mappings {
        let components = first(&per_clip("Components", &clip.name));
        match Components::from_ofx(&components) {
            Some(v) if v == mapping.components => {}
            Some(v) if clip.supported_components().contains(&v) && profile.components.contains(&v) => {
                mapping.components = v;
            }
            _ => illegal(format!("clip {} is to have {components:?}", clip.name)),
        }
        let depth = first(&per_clip("Depth", &clip.name));
        match Depth::from_ofx(&depth) {
            Some(v) if v == mapping.depth => {}
            Some(v)
                if supported.contains(&v)
                    && profile.depths.contains(&v)
                    && profile.supports_multiple_clip_depths
                    && effect.flag(fx::kOfxImageEffectPropSupportsMultipleClipDepths) =>
            {
                mapping.depth = v;
            }
            _ => illegal(format!("clip {} is to have {depth:?}", clip.name)),
        }
        if clip.is_output() {
            let par = out.get::<f64>(&per_clip("PAR", &clip.name), 0);
            mapping.par = par.unwrap_or(mapping.par);
            let premultiplication = first(fx::kOfxImageEffectPropPreMultiplication);
            match Premultiplication::from_ofx(&premultiplication) {
                Some(v) => mapping.premultiplication = v,
                None => illegal(format!("premultiplication is to be {premultiplication:?}")),
            }
        }
    }
    Ok(())
}

/// What changed.
#[derive(Clone, Copy)]
pub(crate) enum Changed<'a> {
    Param(&'a str),
    Clip(&'a str),
}

fn changed_args(effect: &EffectObject, what: Changed<'_>, reason: &CStr) -> (Arc<PropertySet>, Arc<Frame>) {
    let time = effect.time();
    let args = in_args("InstanceChanged", Some(time), Some([1.0, 1.0]));
    let (kind, name) = match what {
        Changed::Param(name) => ("OfxTypeParameter", name),
        Changed::Clip(name) => ("OfxTypeClip", name),
    };
    args.define_str(c::kOfxPropType, kind);
    args.define_str(c::kOfxPropName, name);
    args.define(c::kOfxPropChangeReason, vec![CString::from(reason)]);
    (args, Arc::new(Frame::new(time, [1.0, 1.0], Field::None)))
}

/// BeginInstanceChanged, InstanceChanged, EndInstanceChanged for a change by the user.
pub(crate) fn user_changed(effect: &EffectObject, what: Changed<'_>) -> Result<(), HostError> {
    changed(effect, what, c::kOfxChangeUserEdited)
}

/// The same for any reason.
pub(crate) fn changed(effect: &EffectObject, what: Changed<'_>, reason: &CStr) -> Result<(), HostError> {
    effect.stale.store(true, Ordering::Release);
    // Images may be fetched while a change is handled, in the right format.
    clip_preferences(effect, effect.time())?;
    let around = PropertySet::new("arguments of BeginInstanceChanged", false);
    around.define(c::kOfxPropChangeReason, vec![CString::from(reason)]);
    effect.demand(c::kOfxActionBeginInstanceChanged, Some(&around), None, None)?;
    let (args, frame) = changed_args(effect, what, reason);
    let result = effect.demand(c::kOfxActionInstanceChanged, Some(&args), None, Some(frame));
    effect.demand(c::kOfxActionEndInstanceChanged, Some(&around), None, None)?;
    effect.stale.store(true, Ordering::Release);
    result.map(|_| ())
}

/// InstanceChanged for a change by the plug-in itself, sent while it is still at it.
pub(crate) fn plugin_changed(param: &ParamObject) {
    let Some(effect) = param.effect.upgrade() else {
        return;
    };
    effect.stale.store(true, Ordering::Release);
    if !effect.host.profile.recursive_instance_changed {
        return;
    }
    if action::depth_of(c::kOfxActionInstanceChanged) > 8 {
        effect.host.violation(Check::Recursion, format!("parameter {} changes for ever", param.name));
        return;
    }
    let (args, frame) = changed_args(&effect, Changed::Param(&param.name), c::kOfxChangePluginEdited);
    effect.send(c::kOfxActionInstanceChanged, Some(&args), None, Some(frame));
}
