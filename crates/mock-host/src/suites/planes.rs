//! The plane suite of some hosts: further layers of a clip, by name. Its declarations are our own: the `openfx` crate has none.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::effect::{hand_image, name as text, put};
use super::{unknown_handle, violation};
use crate::action;
use crate::clip::ClipObject;
use crate::profile::Profile;
use crate::queries;
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPropertySetHandle, OfxRectD, OfxStatus, OfxTime};
use openfx::sys::image_effect_v1::image_effect::{OfxImageClipHandle, OfxImageEffectHandle};
use std::ffi::{CStr, c_char, c_int};
use std::sync::Arc;

/// The suite's name.
pub(crate) const SUITE: &str = "uk.co.thefoundry.FnOfxImageEffectPlaneSuite";
/// Of a clip: the planes that it has.
pub(crate) const PRESENT: &CStr = c"uk.co.thefoundry.OfxImageEffectClipPropPlanesPresent";
/// Of host and effect: it knows of planes.
pub(crate) const MULTI_PLANAR: &CStr = c"uk.co.thefoundry.OfxImageEffectPropMultiPlanar";
/// Of an effect: what becomes of planes that it does not touch.
pub(crate) const PASS_THROUGH: &CStr = c"uk.co.thefoundry.OfxImageEffectPropPassThroughComponents";
/// The colours.
pub(crate) const COLOUR: &CStr = c"uk.co.thefoundry.OfxImagePlaneColour";

type GetPlane1 = unsafe extern "C" fn(
    OfxImageClipHandle,
    OfxTime,
    *const c_char,
    *const OfxRectD,
    *mut OfxPropertySetHandle,
) -> OfxStatus;
type GetPlane2 = unsafe extern "C" fn(
    OfxImageClipHandle,
    OfxTime,
    c_int,
    *const c_char,
    *const OfxRectD,
    *mut OfxPropertySetHandle,
) -> OfxStatus;

/// Version 1.
#[repr(C)]
pub(super) struct Planes1 {
    get: Option<GetPlane1>,
}

/// Version 2: with views.
#[repr(C)]
pub(super) struct Planes2 {
    get: Option<GetPlane2>,
    region: Option<unsafe extern "C" fn(OfxImageClipHandle, OfxTime, c_int, *mut OfxRectD) -> OfxStatus>,
    view_name: Option<unsafe extern "C" fn(OfxImageEffectHandle, c_int, *mut *const c_char) -> OfxStatus>,
    view_count: Option<unsafe extern "C" fn(OfxImageEffectHandle, *mut c_int) -> OfxStatus>,
}

/// Does the host hand out planes?
pub(crate) fn offered(profile: &Profile) -> bool {
    profile.suites.iter().any(|s| s.0 == SUITE)
}

/// How the host calls a layer.
pub(crate) fn name(profile: &Profile, layer: &str) -> String {
    if !profile.natron_plane_names {
        return layer.into();
    }
    let (id, channel) = layer.rsplit_once('.').unwrap_or((layer, "Z"));
    format!("NatronOfxImageComponentsPlaneName_{id}_Channel_{channel}")
}

fn clip_of(function: &str, clip: OfxImageClipHandle) -> Result<Arc<ClipObject>, OfxStatus> {
    action::entered(function)?;
    registry::clip(clip.addr()).ok_or_else(|| {
        unknown_handle(function, clip.addr());
        c::kOfxStatErrBadHandle
    })
}

unsafe extern "C" fn get_plane1(
    clip: OfxImageClipHandle,
    time: OfxTime,
    plane: *const c_char,
    region: *const OfxRectD,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    const FUNCTION: &str = "clipGetImagePlane";
    let clip = match clip_of(FUNCTION, clip) {
        Ok(clip) => clip,
        Err(status) => return status,
    };
    // SAFETY: the plug-in passes a C string.
    let Some(plane) = (unsafe { text(FUNCTION, plane) }) else {
        return c::kOfxStatErrValue;
    };
    let Some(effect) = clip.effect.upgrade() else {
        return c::kOfxStatErrBadHandle;
    };
    let profile = &effect.host.profile;
    if plane.as_bytes() == COLOUR.to_bytes() {
        // SAFETY: the plug-in passes NULL or a rectangle, and a place for a handle.
        return unsafe { hand_image(FUNCTION, &clip, time, None, region, out) };
    }
    if profile.planes_need_multi_planar && !effect.flag(MULTI_PLANAR) {
        violation(
            Check::UndeclaredPlane,
            &format!("plane {plane} of clip {} for an effect that is not multi-planar", clip.name),
        );
        return c::kOfxStatFailed;
    }
    let layers = clip.input().map_or_else(Vec::new, |input| input.planes());
    let Some(layer) = layers.into_iter().find(|layer| name(profile, layer) == plane) else {
        return c::kOfxStatFailed;
    };
    // SAFETY: as above.
    unsafe { hand_image(FUNCTION, &clip, time, Some(&layer), region, out) }
}

unsafe extern "C" fn get_plane2(
    clip: OfxImageClipHandle,
    time: OfxTime,
    view: c_int,
    plane: *const c_char,
    region: *const OfxRectD,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    if !(-1..=0).contains(&view) {
        return c::kOfxStatErrBadIndex;
    }
    // SAFETY: what the plug-in passes is passed on.
    unsafe { get_plane1(clip, time, plane, region, out) }
}

unsafe extern "C" fn region(clip: OfxImageClipHandle, time: OfxTime, _: c_int, out: *mut OfxRectD) -> OfxStatus {
    let clip = match clip_of("clipGetRegionOfDefinition", clip) {
        Ok(clip) => clip,
        Err(status) => return status,
    };
    let found = clip.effect.upgrade().and_then(|effect| queries::clip_region(&effect, &clip, time));
    let Some(r) = found else {
        return c::kOfxStatFailed;
    };
    let value = OfxRectD { x1: r.x1, y1: r.y1, x2: r.x2, y2: r.y2 };
    // SAFETY: the plug-in passes a place for a rectangle.
    unsafe { put("clipGetRegionOfDefinition", out, value) }
}

unsafe extern "C" fn view_name(_: OfxImageEffectHandle, view: c_int, out: *mut *const c_char) -> OfxStatus {
    if view != 0 {
        return c::kOfxStatErrBadIndex;
    }
    // SAFETY: the plug-in passes a place for a pointer.
    unsafe { put("getViewName", out, c"main".as_ptr()) }
}

unsafe extern "C" fn view_count(_: OfxImageEffectHandle, out: *mut c_int) -> OfxStatus {
    // SAFETY: the plug-in passes a place for a number.
    unsafe { put("getViewCount", out, 1) }
}

pub(super) fn table1() -> Planes1 {
    Planes1 { get: Some(get_plane1) }
}

pub(super) fn table2() -> Planes2 {
    Planes2 { get: Some(get_plane2), region: Some(region), view_name: Some(view_name), view_count: Some(view_count) }
}
