//! What the effect is, in words of OpenFX. The same at every call: hosts keep the answer on disk.

use super::{Call, describe_params};
use crate::clips;
use crate::failure::{Failure, OK, Reply};
use crate::handles::EffectHandle;
use crate::instance::{clip_name, context_of, use_from};
use crate::props::Props;
use crate::suites::{Host, cstring};
use openfx_sys as ofx;
use std::ffi::CStr;

/// The menu that the effects are in.
const GROUPING: &CStr = c"Fathom";

/// Most properties may be refused: no host knows all of them.
pub(super) fn describe(call: &Call) -> Reply {
    let (handle, host) = (call.handle()?, call.plugin.host()?);
    let info = call.plugin.effect().info();
    let props = host.effect_props(handle);
    if !props.is_there() {
        return Err(Failure::bad_handle());
    }
    let name = cstring(info.name);
    for label in [ofx::kOfxPropLabel, ofx::kOfxPropShortLabel, ofx::kOfxPropLongLabel] {
        props.set_text(label, &name);
    }
    props.set_text(ofx::kOfxImageEffectPluginPropGrouping, GROUPING);
    props.set_text(ofx::kOfxPropPluginDescription, &cstring(info.description));
    let _ = (0..).zip(info.version).all(|(i, number)| props.set_int_at(ofx::kOfxPropVersion, i, number));
    props.set_text(ofx::kOfxPropVersionLabel, &cstring(env!("CARGO_PKG_VERSION")));

    // Not version 1, which draws with OpenGL.
    if call.plugin.effect().has_overlay() && host.draws() {
        props.set_pointer(ofx::kOfxImageEffectPluginPropOverlayInteractV2, call.plugin.overlay_entry());
    }

    // Files of the bundle's resources: a drawing, and pixels for hosts that take no drawings.
    for (i, ending) in (0..).zip(["svg", "png"]) {
        props.set_text_at(ofx::kOfxPropIcon, i, &cstring(&format!("org.fathomfx.{}.{ending}", info.name)));
    }

    let contexts: Vec<&CStr> = call.plugin.effect().uses().iter().map(|usage| context_of(*usage)).collect();
    let accepted = props.set_texts(ofx::kOfxImageEffectPropSupportedContexts, contexts)
        && props.set_texts(ofx::kOfxImageEffectPropSupportedPixelDepths, depths(&host));
    if !accepted {
        return Err(Failure::quiet(ofx::kOfxStatErrMissingHostFeature));
    }
    props.set_text(ofx::kOfxImageEffectPluginRenderThreadSafety, ofx::kOfxImageEffectRenderFullySafe);
    let temporal = i32::from(host.facts().temporal);
    for (property, value) in [
        (ofx::kOfxImageEffectPluginPropSingleInstance, 0),
        (ofx::kOfxImageEffectPluginPropHostFrameThreading, 0),
        (ofx::kOfxImageEffectPropSupportsMultiResolution, 1),
        (ofx::kOfxImageEffectPropSupportsTiles, 1),
        // Auto looks at the first frame.
        (ofx::kOfxImageEffectPropTemporalClipAccess, temporal),
        (ofx::kOfxImageEffectPluginPropFieldRenderTwiceAlways, 0),
        // One depth for all clips: the host then brings them to the deepest, and nothing is lost on the way.
        (ofx::kOfxImageEffectPropSupportsMultipleClipDepths, 0),
        (ofx::kOfxImageEffectPropSupportsMultipleClipPARs, 0),
    ] {
        props.set_int(property, value);
    }
    OK
}

/// Float first: hosts take the first that they know. Half is only named to hosts that name it: older ones stumble over the word.
fn depths(host: &Host) -> Vec<&'static CStr> {
    let half = host.facts().depths.iter().any(|d| d.as_bytes() == ofx::kOfxBitDepthHalf.to_bytes());
    let mut all = vec![ofx::kOfxBitDepthFloat];
    if half {
        all.push(ofx::kOfxBitDepthHalf);
    }
    all.extend([ofx::kOfxBitDepthShort, ofx::kOfxBitDepthByte]);
    all
}

pub(super) fn describe_in_context(call: &Call) -> Reply {
    let (handle, host) = (call.handle()?, call.plugin.host()?);
    let named = Props::new(&host, call.in_args).text(ofx::kOfxImageEffectPropContext);
    let effect = call.plugin.effect();
    let usage = named.and_then(|name| use_from(effect, &name));
    let usage = usage.ok_or_else(|| Failure::quiet(ofx::kOfxStatErrUnsupported))?;
    for input in effect.inputs(usage) {
        describe_clip(&host, handle, clip_name(input), input.optional)?;
    }
    describe_clip(&host, handle, clips::OUTPUT, false)?;
    describe_params::define(&host, handle, &effect.define_for(usage))?;
    OK
}

fn describe_clip(host: &Host, effect: EffectHandle, name: &CStr, optional: bool) -> Result<(), Failure> {
    let props = clips::define(host, effect, name).ok_or_else(|| Failure::quiet(ofx::kOfxStatFailed))?;
    for label in [ofx::kOfxPropLabel, ofx::kOfxPropShortLabel, ofx::kOfxPropLongLabel] {
        props.set_text(label, name);
    }
    let mask = name == clips::MASK;
    let colour = [ofx::kOfxImageComponentRGBA, ofx::kOfxImageComponentRGB, ofx::kOfxImageComponentAlpha];
    let components = if mask { &colour[2..] } else { &colour[..] };
    // Without these no host could feed the clip, or the effect would only work with it.
    let accepted = props.set_texts(ofx::kOfxImageEffectPropSupportedComponents, components.iter().copied())
        && (props.set_int(ofx::kOfxImageClipPropOptional, i32::from(optional)) || !optional);
    if !accepted {
        return Err(Failure::quiet(ofx::kOfxStatErrMissingHostFeature));
    }
    props.set_int(ofx::kOfxImageClipPropIsMask, i32::from(mask));
    props.set_int(ofx::kOfxImageEffectPropSupportsTiles, 1);
    let temporal = host.facts().temporal && (name == clips::SOURCE || name == clips::DEPTH);
    props.set_int(ofx::kOfxImageEffectPropTemporalClipAccess, i32::from(temporal));
    Ok(())
}
