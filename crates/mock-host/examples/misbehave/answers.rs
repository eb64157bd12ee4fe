//! Everything but rendering: questions, changes, and what is done wrong in them.

use super::c::{
    self, clip, doubles, effects, int_param, param, params, props, set_doubles, set_int, set_string, string,
};
use super::image::Image;
use super::wrong::{STATE, is, wrong};
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::image_effect::*;
use std::ffi::CStr;
use std::ptr::null_mut;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Actions about an instance that are looked at.
pub const KNOWN: &[&CStr] = &[
    kOfxActionDestroyInstance,
    kOfxActionInstanceChanged,
    kOfxActionPurgeCaches,
    kOfxActionSyncPrivateData,
    kOfxActionBeginInstanceEdit,
    kOfxImageEffectActionRender,
    kOfxImageEffectActionIsIdentity,
    kOfxImageEffectActionGetClipPreferences,
    kOfxImageEffectActionGetRegionOfDefinition,
    kOfxImageEffectActionGetRegionsOfInterest,
    kOfxImageEffectActionGetFramesNeeded,
    kOfxImageEffectActionBeginSequenceRender,
    kOfxImageEffectActionEndSequenceRender,
];

/// The source's region of definition.
unsafe fn source_region(effect: OfxImageEffectHandle) -> [f64; 4] {
    let mut r = OfxRectD { x1: 0.0, y1: 0.0, x2: 0.0, y2: 0.0 };
    if let Some(region) = effects().clipGetRegionOfDefinition {
        unsafe { region(clip(effect, c"Source"), 1.0, &raw mut r) };
    }
    [r.x1, r.y1, r.x2, r.y2]
}

pub unsafe fn answer(
    effect: OfxImageEffectHandle,
    action: &CStr,
    args: OfxPropertySetHandle,
    out: OfxPropertySetHandle,
) -> OfxStatus {
    unsafe {
        // PurgeCaches and SyncPrivateData in a row, and nothing between them.
        let purges = STATE.purged.load(Ordering::Acquire);
        match action {
            a if a == kOfxActionPurgeCaches => STATE.purged.store(1, Ordering::Release),
            a if a == kOfxActionSyncPrivateData && purges == 1 => STATE.purged.store(2, Ordering::Release),
            _ if purges == 1 => STATE.purged.store(0, Ordering::Release),
            _ => {}
        }
        match action {
            a if a == kOfxActionInstanceChanged && !args.is_null() => changed(effect, args),
            a if a == kOfxActionBeginInstanceEdit && is("edit-actions") => kOfxStatFailed,
            a if a == kOfxImageEffectActionBeginSequenceRender => {
                STATE.sequences.fetch_add(1, Ordering::AcqRel);
                kOfxStatOK
            }
            a if a == kOfxImageEffectActionEndSequenceRender => {
                let _ = STATE.sequences.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(1));
                kOfxStatOK
            }
            _ if out.is_null() || (args.is_null() && action != kOfxImageEffectActionGetClipPreferences) => {
                kOfxStatReplyDefault
            }
            a if a == kOfxImageEffectActionIsIdentity => identity(effect, out),
            a if a == kOfxImageEffectActionGetClipPreferences => preferences(effect, out),
            a if a == kOfxImageEffectActionGetRegionOfDefinition => region(effect, args, out),
            a if a == kOfxImageEffectActionGetRegionsOfInterest => interest(args, out),
            a if a == kOfxImageEffectActionGetFramesNeeded && is("frames-needed") => {
                set_doubles(out, c"OfxImageClipPropFrameRange_Source", &[1.0, 2.0]);
                kOfxStatOK
            }
            _ => kOfxStatReplyDefault,
        }
    }
}

unsafe fn identity(effect: OfxImageEffectHandle, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        if is("time-budget") {
            std::thread::sleep(Duration::from_millis(300));
        }
        if int_param(effect, c"mode") != 1 {
            return kOfxStatReplyDefault;
        }
        set_string(out, kOfxPropName, 0, if is("identity-clip") { c"Nothing" } else { c"Source" })
    }
}

unsafe fn preferences(effect: OfxImageEffectHandle, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        match () {
            () if wrong(effect, "undefined-clip") => {
                set_string(out, c"OfxImageClipPropComponents_Nothing", 0, kOfxImageComponentRGBA);
                kOfxStatReplyDefault
            }
            () if wrong(effect, "illegal-clip-preference") => {
                set_string(out, c"OfxImageClipPropComponents_Source", 0, kOfxImageComponentRGB);
                kOfxStatOK
            }
            () if is("preferences-repeat") => {
                let state = if STATE.next().is_multiple_of(2) { kOfxImageOpaque } else { kOfxImagePreMultiplied };
                set_string(out, kOfxImageEffectPropPreMultiplication, 0, state)
            }
            () if is("property-index") => {
                set_int(out, kOfxImageEffectFrameVarying, 5, 1);
                kOfxStatReplyDefault
            }
            () => kOfxStatReplyDefault,
        }
    }
}

unsafe fn region(effect: OfxImageEffectHandle, args: OfxPropertySetHandle, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        if wrong(effect, "image-outside-render")
            && let Ok(Some(image)) = Image::fetch(effect, c"Source", 1.0)
        {
            image.release();
        }
        let [x1, y1, x2, y2] = source_region(effect);
        let scale: [f64; 2] = doubles(args, kOfxImageEffectPropRenderScale).unwrap_or([1.0; 2]);
        let answer = match () {
            () if is("region-of-definition") && x1 < -80_000.0 => [x2, y2, x1, y1],
            () if is("region-scale") => [x1 * scale[0], y1 * scale[1], x2 * scale[0], y2 * scale[1]],
            () if is("parallel-queries") && STATE.rendering.load(Ordering::Acquire) > 0 => [x1, y1, x2 + 1.0, y2],
            () => return kOfxStatReplyDefault,
        };
        set_doubles(out, kOfxImageEffectPropRegionOfDefinition, &answer)
    }
}

unsafe fn interest(args: OfxPropertySetHandle, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let window: [f64; 4] = doubles(args, kOfxImageEffectPropRegionOfInterest).unwrap_or_default();
        let scale: [f64; 2] = doubles(args, kOfxImageEffectPropRenderScale).unwrap_or([1.0; 2]);
        let [x1, y1, x2, y2] = window;
        let wide = 40.0 / scale[0];
        let answer = match () {
            () if is("region-of-interest") && x1 >= 400.0 => [f64::NAN, y1, x2, y2],
            () if is("interest-scale") => [x1 - wide, y1 - wide, x2 + wide, y2 + wide],
            () => return kOfxStatReplyDefault,
        };
        set_doubles(out, c"OfxImageClipPropRoI_Source", &answer)
    }
}

/// A parameter or clip changed: `note` is answered, so that changes by the plug-in are seen.
unsafe fn changed(effect: OfxImageEffectHandle, args: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let Some(name) = string(args, kOfxPropName, 0) else { return kOfxStatReplyDefault };
        if is("kept-string") {
            c::KEPT.store(name.as_ptr().cast_mut(), Ordering::Release);
        }
        if is("instance-changed") && name == c"ResolveUseAlphaForTrackCompositing" {
            return kOfxStatFailed;
        }
        if is("reconnect") && name == c"Depth" && string(args, kOfxPropType, 0) == Some(kOfxTypeClip) {
            let mut set = null_mut();
            effects().clipGetPropertySet.unwrap()(clip(effect, c"Depth"), &raw mut set);
            let mut connected = 1;
            props().propGetInt.unwrap()(set, kOfxImageClipPropConnected.as_ptr(), 0, &raw mut connected);
            if connected == 0 {
                STATE.spoilt.store(true, Ordering::Release);
            }
        }
        let endless = wrong(effect, "recursion");
        if wrong(effect, "edit-block") {
            let mut set = null_mut();
            effects().getParamSet.unwrap()(effect, &raw mut set);
            params().paramEditBegin.unwrap()(set, c"never ended".as_ptr());
        }
        if name == c"gain" || endless {
            params().paramSetValue.unwrap()(param(effect, c"note"), c"gain changed".as_ptr());
        }
    }
    kOfxStatOK
}
