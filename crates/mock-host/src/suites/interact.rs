//! The interact suite.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::effect::put;
use super::unknown_handle;
use crate::action;
use crate::interact::InteractObject;
use crate::registry;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPropertySetHandle, OfxStatus};
use openfx::sys::image_effect_v1::interact::{OfxInteractHandle, OfxInteractSuiteV1};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The suite's name and version.
pub(crate) const SUITE: (&str, i32) = ("OfxInteractSuite", 1);

fn interact(function: &str, handle: OfxInteractHandle) -> Result<Arc<InteractObject>, OfxStatus> {
    action::entered(function)?;
    registry::interact(handle.addr()).ok_or_else(|| {
        unknown_handle(function, handle.addr());
        c::kOfxStatErrBadHandle
    })
}

/// Nothing is drawn twice here: there is one buffer.
unsafe extern "C" fn swap_buffers(handle: OfxInteractHandle) -> OfxStatus {
    interact("interactSwapBuffers", handle).map_or_else(|status| status, |_| c::kOfxStatOK)
}

unsafe extern "C" fn redraw(handle: OfxInteractHandle) -> OfxStatus {
    match interact("interactRedraw", handle) {
        Ok(object) => {
            object.redraws.fetch_add(1, Ordering::AcqRel);
            c::kOfxStatOK
        }
        Err(status) => status,
    }
}

unsafe extern "C" fn get_property_set(handle: OfxInteractHandle, out: *mut OfxPropertySetHandle) -> OfxStatus {
    match interact("interactGetPropertySet", handle) {
        // SAFETY: the plug-in passes a place for a handle.
        Ok(object) => unsafe {
            put("interactGetPropertySet", out, std::ptr::without_provenance_mut(object.properties.id()))
        },
        Err(status) => status,
    }
}

pub(super) fn table() -> OfxInteractSuiteV1 {
    OfxInteractSuiteV1 {
        interactSwapBuffers: Some(swap_buffers),
        interactRedraw: Some(redraw),
        interactGetPropertySet: Some(get_property_set),
    }
}
