//! A cross in the middle of the picture, and what is done wrong while it is drawn.

use super::c::{self, optional, props, set_string};
use super::wrong::is;
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::draw_suite::*;
use openfx::sys::image_effect_v1::image_effect::*;
use openfx::sys::image_effect_v1::interact::*;
use openfx::sys::image_effect_v1::pixels::OfxRGBAColourF;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The context of the last draw action, for one who keeps it.
static KEPT: AtomicPtr<OfxDrawContext> = AtomicPtr::new(null_mut());

/// Whether the host lets effects draw, with the draw suite.
unsafe fn shown() -> bool {
    let mut flag = 0;
    unsafe {
        let host = (*c::HOST.load(Ordering::Acquire)).host;
        props().propGetInt.unwrap()(host, kOfxImageEffectPropSupportsOverlays.as_ptr(), 0, &raw mut flag);
    }
    flag == 1 && optional::<OfxDrawSuiteV1>(kOfxDrawSuite, 1).is_some()
}

pub unsafe fn offer(set: OfxPropertySetHandle) {
    unsafe {
        if shown() || is("overlay") {
            let name = kOfxImageEffectPluginPropOverlayInteractV2;
            let entry: *mut c_void = entry as *mut c_void;
            props().propSetPointer.unwrap()(set, name.as_ptr(), 0, entry);
        }
    }
}

unsafe fn pointer(set: OfxPropertySetHandle, name: &CStr) -> *mut c_void {
    let mut p = null_mut();
    unsafe { props().propGetPointer.unwrap()(set, name.as_ptr(), 0, &raw mut p) };
    p
}

unsafe extern "C" fn entry(
    action: *const c_char,
    handle: *const c_void,
    args: OfxPropertySetHandle,
    _out: OfxPropertySetHandle,
) -> OfxStatus {
    // SAFETY: the host passes what the API says; this holds for all calls below.
    unsafe {
        let action = CStr::from_ptr(action);
        match action {
            a if a == kOfxActionDescribe || a == kOfxActionDestroyInstance => kOfxStatOK,
            a if a == kOfxActionCreateInstance => slave(handle),
            a if a == kOfxInteractActionDraw => draw(args),
            a if a == kOfxInteractActionPenMotion => {
                if is("draw-outside-draw") {
                    let context = KEPT.load(Ordering::Acquire);
                    let white = OfxRGBAColourF { r: 1.0, g: 1.0, b: 1.0, a: 1.0 };
                    suite().setColour.unwrap()(context, &raw const white);
                }
                kOfxStatReplyDefault
            }
            a if a == kOfxInteractActionPenDown && is("overlay-pen") => kOfxStatOK,
            a if a == c"OfxInteractActionOfNoKind" && is("overlay-strays") => kOfxStatOK,
            _ => kOfxStatReplyDefault,
        }
    }
}

unsafe fn slave(handle: *const c_void) -> OfxStatus {
    let Some(suite) = optional::<OfxInteractSuiteV1>(kOfxInteractSuite, 1) else { return kOfxStatOK };
    let mut set = null_mut();
    unsafe {
        suite.interactGetPropertySet.unwrap()(handle.cast_mut().cast(), &raw mut set);
        set_string(set, kOfxInteractPropSlaveToParam, 0, c"gain")
    }
}

fn suite() -> &'static OfxDrawSuiteV1 {
    c::suite(kOfxDrawSuite, 1)
}

/// Whether the host gives an image of the source now.
unsafe fn has_image(effect: OfxImageEffectHandle, time: f64) -> bool {
    let mut image = null_mut();
    unsafe {
        let clip = c::clip(effect, c"Source");
        let status = c::effects().clipGetImage.unwrap()(clip, time, std::ptr::null(), &raw mut image);
        if status != kOfxStatOK || image.is_null() {
            return false;
        }
        c::effects().clipReleaseImage.unwrap()(image);
    }
    true
}

unsafe fn draw(args: OfxPropertySetHandle) -> OfxStatus {
    if args.is_null() {
        return kOfxStatReplyDefault;
    }
    unsafe {
        let context: OfxDrawContextHandle = pointer(args, kOfxInteractPropDrawContext).cast();
        if context.is_null() {
            return kOfxStatReplyDefault;
        }
        let effect: OfxImageEffectHandle = pointer(args, kOfxPropEffectInstance).cast();
        let [time] = c::doubles(args, kOfxPropTime).unwrap_or([1.0]);
        if is("overlay-images") && !has_image(effect, time) {
            return kOfxStatReplyDefault;
        }
        let [scale, _] = c::doubles::<2>(args, kOfxInteractPropPixelScale).unwrap_or([1.0; 2]);
        if is("overlay-draws") && scale < 0.5 {
            return kOfxStatFailed;
        }
        KEPT.store(context, Ordering::Release);
        let far = if is("draw-values") { f64::NAN } else { 40.0 };
        let points = [OfxPointD { x: 20.0, y: 24.0 }, OfxPointD { x: far, y: 24.0 }];
        suite().draw.unwrap()(context, kOfxDrawPrimitiveLines, points.as_ptr(), points.len() as c_int);
        suite().drawText.unwrap()(context, c"middle".as_ptr(), &raw const points[0], 1);
    }
    kOfxStatOK
}
