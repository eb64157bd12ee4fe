//! The image effect suite.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::{threads, unknown_handle, violation};
use crate::action;
use crate::buffer::ImageMemory;
use crate::clip::ClipObject;
use crate::frame::Wanted;
use crate::geometry::RectD;
use crate::memory::Memory;
use crate::profile::Profile;
use crate::property::lock;
use crate::queries;
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPropertySetHandle, OfxRectD, OfxStatus, OfxTime};
use openfx::sys::image_effect_v1::image_effect::{
    OfxImageClipHandle, OfxImageEffectHandle, OfxImageEffectSuiteV1, OfxImageMemoryHandle,
};
use openfx::sys::image_effect_v1::param::OfxParamSetHandle;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A handle by its number.
fn handle<T>(id: usize) -> *mut T {
    std::ptr::without_provenance_mut(id)
}

/// Writes a result where the plug-in asked for it; a null place is a violation.
///
/// # Safety
/// `out` must be null or point to a `T`.
pub(super) unsafe fn put<T>(function: &str, out: *mut T, value: T) -> OfxStatus {
    if out.is_null() {
        violation(Check::NullArgument, &format!("{function} got nowhere to write"));
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null, and the caller's promise.
    unsafe { out.write(value) };
    c::kOfxStatOK
}

/// A name that the plug-in passed.
///
/// # Safety
/// Must be null or a C string.
pub(super) unsafe fn name(function: &str, text: *const c_char) -> Option<String> {
    if text.is_null() {
        violation(Check::NullArgument, &format!("{function} got no name"));
        return None;
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) };
    action::check_kept(function, text);
    Some(text.to_string_lossy().into_owned())
}

/// The object of a handle, or a return with the right status.
macro_rules! lookup {
    ($function:literal, $kind:ident, $handle:expr) => {{
        let about = || registry::clip($handle.addr()).map(|clip| clip.name.clone()).unwrap_or_default();
        if let Err(status) = action::entered_about($function, $handle.addr(), about) {
            return status;
        }
        match registry::$kind($handle.addr()) {
            Some(object) => object,
            None => {
                unknown_handle($function, $handle.addr());
                return c::kOfxStatErrBadHandle;
            }
        }
    }};
}

unsafe extern "C" fn get_property_set(effect: OfxImageEffectHandle, out: *mut OfxPropertySetHandle) -> OfxStatus {
    let effect = lookup!("getPropertySet", effect, effect);
    // SAFETY: the plug-in passes a place for a handle.
    unsafe { put("getPropertySet", out, handle(effect.properties.id())) }
}

unsafe extern "C" fn get_param_set(effect: OfxImageEffectHandle, out: *mut OfxParamSetHandle) -> OfxStatus {
    let effect = lookup!("getParamSet", effect, effect);
    // SAFETY: the plug-in passes a place for a handle.
    unsafe { put("getParamSet", out, handle(effect.param_set_id)) }
}

unsafe extern "C" fn clip_define(
    effect: OfxImageEffectHandle,
    clip: *const c_char,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    let effect = lookup!("clipDefine", effect, effect);
    // SAFETY: the plug-in passes a C string.
    let Some(clip) = (unsafe { name("clipDefine", clip) }) else {
        return c::kOfxStatErrValue;
    };
    if !effect.describing.load(Ordering::Acquire) || effect.context.is_none() {
        violation(Check::ClipDefinition, &format!("clip {clip} defined outside DescribeInContext"));
        return c::kOfxStatErrBadHandle;
    }
    if effect.clip(&clip).is_some() {
        violation(Check::ClipDefinition, &format!("clip {clip} defined twice"));
        return c::kOfxStatErrExists;
    }
    let object = ClipObject::define(&clip, &effect.host.profile);
    let id = object.properties.id();
    effect.add_clip(object);
    if out.is_null() {
        return c::kOfxStatOK;
    }
    // SAFETY: not null; the plug-in passes a place for a handle.
    unsafe { put("clipDefine", out, handle(id)) }
}

unsafe extern "C" fn clip_get_handle(
    effect: OfxImageEffectHandle,
    clip: *const c_char,
    out: *mut OfxImageClipHandle,
    properties: *mut OfxPropertySetHandle,
) -> OfxStatus {
    let effect = lookup!("clipGetHandle", effect, effect);
    // SAFETY: the plug-in passes a C string.
    let Some(clip) = (unsafe { name("clipGetHandle", clip) }) else {
        return c::kOfxStatErrValue;
    };
    let (id, set) = match effect.clip(&clip) {
        Some(clip) => (clip.id, clip.properties.id()),
        None if effect.host.profile.unknown_clip_is_null => (0, 0),
        None => return c::kOfxStatErrBadHandle,
    };
    if !properties.is_null() {
        // SAFETY: not null; the plug-in passes a place for a handle.
        unsafe { properties.write(handle(set)) };
    }
    // SAFETY: the plug-in passes a place for a handle.
    unsafe { put("clipGetHandle", out, handle(id)) }
}

unsafe extern "C" fn clip_get_property_set(clip: OfxImageClipHandle, out: *mut OfxPropertySetHandle) -> OfxStatus {
    let clip = lookup!("clipGetPropertySet", clip, clip);
    // SAFETY: the plug-in passes a place for a handle.
    unsafe { put("clipGetPropertySet", out, handle(clip.properties.id())) }
}

unsafe extern "C" fn clip_get_image(
    clip: OfxImageClipHandle,
    time: OfxTime,
    region: *const OfxRectD,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    let clip = lookup!("clipGetImage", clip, clip);
    // SAFETY: the plug-in passes NULL or a rectangle, and a place for a handle.
    unsafe { hand_image("clipGetImage", &clip, time, None, region, out) }
}

/// Hands an image out, and keeps it until it is released.
///
/// # Safety
/// `region` is null or points to a rectangle, `out` is null or points to a place for a handle.
pub(super) unsafe fn hand_image(
    function: &str,
    clip: &ClipObject,
    time: OfxTime,
    plane: Option<&str>,
    region: *const OfxRectD,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    let Some(action) = action::current() else {
        return c::kOfxStatFailed;
    };
    // SAFETY: the caller's promise.
    let region = unsafe { region.as_ref() }.map(|r| RectD { x1: r.x1, y1: r.y1, x2: r.x2, y2: r.y2 });
    match crate::frame::fetch(&action, clip, time, Wanted { region, plane }) {
        Ok(Some(image)) => {
            let id = image.id;
            action.images.borrow_mut().insert(id, image);
            // SAFETY: the caller's promise.
            unsafe { put(function, out, handle(id)) }
        }
        // SAFETY: as above.
        Ok(None) => unsafe { put(function, out, handle(0)) },
        Err(status) => status,
    }
}

unsafe extern "C" fn clip_release_image(image: OfxPropertySetHandle) -> OfxStatus {
    let action = match action::entered("clipReleaseImage") {
        Ok(action) => action,
        Err(status) => return status,
    };
    if action.images.borrow_mut().remove(&image.addr()).is_some() {
        return action.done();
    }
    let id = image.addr();
    if registry::was_handle(id) {
        violation(
            Check::ImageReleasedTwice,
            "clipReleaseImage got an image that is released, or that another action fetched",
        );
    } else {
        unknown_handle("clipReleaseImage", id);
    }
    c::kOfxStatErrBadHandle
}

unsafe extern "C" fn clip_get_region_of_definition(
    clip: OfxImageClipHandle,
    time: OfxTime,
    bounds: *mut OfxRectD,
) -> OfxStatus {
    let clip = lookup!("clipGetRegionOfDefinition", clip, clip);
    let Some(effect) = clip.effect.upgrade() else {
        return c::kOfxStatErrBadHandle;
    };
    let Some(r) = queries::clip_region(&effect, &clip, time) else {
        return c::kOfxStatFailed;
    };
    let scaled = action::current().and_then(|a| a.frame.clone()).filter(|_| effect.host.profile.regions_scaled);
    let [x, y] = scaled.map_or([1.0; 2], |f| f.scale);
    let value = OfxRectD { x1: r.x1 * x, y1: r.y1 * y, x2: r.x2 * x, y2: r.y2 * y };
    // SAFETY: the plug-in passes a place for a rectangle.
    unsafe { put("clipGetRegionOfDefinition", bounds, value) }
}

unsafe extern "C" fn abort(effect: OfxImageEffectHandle) -> c_int {
    if let (None, Some(frame)) = (action::current(), threads::frame()) {
        return c_int::from(frame.poll_abort());
    }
    let Ok(action) = action::entered_about("abort", effect.addr(), String::new) else {
        return 0;
    };
    if registry::effect(effect.addr()).is_none() {
        unknown_handle("abort", effect.addr());
        return 0;
    }
    c_int::from(action.frame.as_ref().is_some_and(|f| f.poll_abort()))
}

unsafe extern "C" fn image_memory_alloc(
    effect: OfxImageEffectHandle,
    bytes: usize,
    out: *mut OfxImageMemoryHandle,
) -> OfxStatus {
    let action = match action::entered_about("imageMemoryAlloc", effect.addr(), String::new) {
        Ok(action) => action,
        Err(status) => return status,
    };
    // A null effect is allowed; the block then belongs to the effect of the action.
    let owner = if effect.is_null() { action.effect } else { effect.addr() };
    let Some(owner) = registry::effect(owner) else {
        unknown_handle("imageMemoryAlloc", owner);
        return c::kOfxStatErrBadHandle;
    };
    let block = Arc::new(ImageMemory { id: registry::new_id(), memory: Memory::new(bytes) });
    let id = block.id;
    registry::insert(id, registry::Object::Memory(Arc::downgrade(&block)));
    lock(&owner.memory).insert(id, block);
    // SAFETY: the plug-in passes a place for a handle.
    unsafe { put("imageMemoryAlloc", out, handle(id)) }
}

unsafe extern "C" fn image_memory_free(memory: OfxImageMemoryHandle) -> OfxStatus {
    let block = lookup!("imageMemoryFree", memory, memory);
    if let Some(owner) = action::current().and_then(|a| registry::effect(a.effect)) {
        lock(&owner.memory).remove(&block.id);
    }
    action::current().map_or(c::kOfxStatOK, |action| action.done())
}

unsafe extern "C" fn image_memory_lock(memory: OfxImageMemoryHandle, out: *mut *mut c_void) -> OfxStatus {
    let block = lookup!("imageMemoryLock", memory, memory);
    // SAFETY: the plug-in passes a place for a pointer.
    unsafe { put("imageMemoryLock", out, block.memory.address(0).cast()) }
}

unsafe extern "C" fn image_memory_unlock(memory: OfxImageMemoryHandle) -> OfxStatus {
    let _ = lookup!("imageMemoryUnlock", memory, memory);
    c::kOfxStatOK
}

pub(super) fn table(profile: &Profile) -> OfxImageEffectSuiteV1 {
    let has = |name| profile.has_function(name);
    OfxImageEffectSuiteV1 {
        getPropertySet: Some(get_property_set),
        getParamSet: Some(get_param_set),
        clipDefine: Some(clip_define),
        clipGetHandle: Some(clip_get_handle),
        clipGetPropertySet: Some(clip_get_property_set),
        clipGetImage: Some(clip_get_image),
        clipReleaseImage: Some(clip_release_image),
        clipGetRegionOfDefinition: has("clipGetRegionOfDefinition").then_some(clip_get_region_of_definition as _),
        abort: has("abort").then_some(abort as _),
        imageMemoryAlloc: has("imageMemoryAlloc").then_some(image_memory_alloc as _),
        imageMemoryFree: has("imageMemoryFree").then_some(image_memory_free as _),
        imageMemoryLock: has("imageMemoryLock").then_some(image_memory_lock as _),
        imageMemoryUnlock: has("imageMemoryUnlock").then_some(image_memory_unlock as _),
    }
}
