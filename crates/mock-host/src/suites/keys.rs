//! The parameter suite's functions for keys and copies.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::parameter::{may_set, param};
use crate::queries;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxRangeD, OfxStatus, OfxTime};
use openfx::sys::image_effect_v1::param::OfxParamHandle;
use std::ffi::{c_int, c_uint};

/// The parameter of a handle, or a return with the right status.
macro_rules! lookup {
    ($function:literal, $handle:expr) => {
        match param($function, $handle.addr()) {
            Ok(p) => p,
            Err(status) => return status,
        }
    };
}

pub(super) unsafe extern "C" fn param_get_num_keys(address: OfxParamHandle, out: *mut c_uint) -> OfxStatus {
    let param = lookup!("paramGetNumKeys", address);
    if out.is_null() {
        return c::kOfxStatErrValue;
    }
    let n = param.with_curve(|c| c.keys.len());
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(n as c_uint) };
    c::kOfxStatOK
}

pub(super) unsafe extern "C" fn param_get_key_time(address: OfxParamHandle, n: c_uint, out: *mut OfxTime) -> OfxStatus {
    let param = lookup!("paramGetKeyTime", address);
    let Some(time) = param.with_curve(|c| c.keys.get(n as usize).map(|k| k.0)) else {
        return c::kOfxStatErrBadIndex;
    };
    if out.is_null() {
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(time) };
    c::kOfxStatOK
}

pub(super) unsafe extern "C" fn param_get_key_index(
    address: OfxParamHandle,
    time: OfxTime,
    direction: c_int,
    out: *mut c_int,
) -> OfxStatus {
    let param = lookup!("paramGetKeyIndex", address);
    let found = param.with_curve(|c| match direction {
        0 => c.keys.iter().position(|k| k.0 == time),
        d if d > 0 => c.keys.iter().position(|k| k.0 > time),
        _ => c.keys.iter().rposition(|k| k.0 < time),
    });
    let (Some(i), false) = (found, out.is_null()) else {
        return c::kOfxStatFailed;
    };
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(i as c_int) };
    c::kOfxStatOK
}

pub(super) unsafe extern "C" fn param_delete_key(address: OfxParamHandle, time: OfxTime) -> OfxStatus {
    let param = lookup!("paramDeleteKey", address);
    if let Err(status) = may_set(&format!("a key of {} was deleted", param.name)) {
        return status;
    }
    param.with_curve(|c| c.keys.retain(|k| k.0 != time));
    c::kOfxStatOK
}

pub(super) unsafe extern "C" fn param_delete_all_keys(address: OfxParamHandle) -> OfxStatus {
    let param = lookup!("paramDeleteAllKeys", address);
    if let Err(status) = may_set(&format!("the keys of {} were deleted", param.name)) {
        return status;
    }
    param.with_curve(|c| c.keys.clear());
    c::kOfxStatOK
}

pub(super) unsafe extern "C" fn param_copy(
    to: OfxParamHandle,
    from: OfxParamHandle,
    offset: OfxTime,
    range: *const OfxRangeD,
) -> OfxStatus {
    let (to, from) = (lookup!("paramCopy", to), lookup!("paramCopy", from));
    if let Err(status) = may_set(&format!("parameter {} was copied to", to.name)) {
        return status;
    }
    if to.kind != from.kind {
        return c::kOfxStatErrValue;
    }
    let (low, high) = if range.is_null() {
        (f64::NEG_INFINITY, f64::INFINITY)
    } else {
        // SAFETY: not null; the plug-in passes a range.
        unsafe { ((*range).min, (*range).max) }
    };
    let mut curve = from.with_curve(|c| c.clone());
    curve.keys.retain(|k| k.0 >= low && k.0 <= high);
    for k in &mut curve.keys {
        k.0 += offset;
    }
    to.with_curve(|c| *c = curve);
    queries::plugin_changed(&to);
    c::kOfxStatOK
}
