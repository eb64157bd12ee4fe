//! The parameter suite.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::{keys, unknown_handle, violation};
use crate::action;
use crate::param::ParamObject;
use crate::param_value::{ParamKind, ParamValue, Storage};
use crate::profile::Profile;
use crate::queries;
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPropertySetHandle, OfxStatus};
use openfx::sys::image_effect_v1::param::{
    OfxParamHandle, OfxParamSetHandle, OfxParameterSuiteV1, kOfxParamPropHasHostOverlayHandle,
};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::Ordering;

unsafe extern "C" {
    fn fathom_host_paramGetValue(param: OfxParamHandle, ...) -> OfxStatus;
    fn fathom_host_paramGetValueAtTime(param: OfxParamHandle, time: f64, ...) -> OfxStatus;
    fn fathom_host_paramGetDerivative(param: OfxParamHandle, time: f64, ...) -> OfxStatus;
    fn fathom_host_paramGetIntegral(param: OfxParamHandle, t1: f64, t2: f64, ...) -> OfxStatus;
    fn fathom_host_paramSetValue(param: OfxParamHandle, ...) -> OfxStatus;
    fn fathom_host_paramSetValueAtTime(param: OfxParamHandle, time: f64, ...) -> OfxStatus;
}

fn handle<T>(id: usize) -> *mut T {
    std::ptr::without_provenance_mut(id)
}

/// The parameter of a handle, on a thread where an action runs.
pub(super) fn param(function: &str, address: usize) -> Result<Arc<ParamObject>, OfxStatus> {
    action::entered_about(function, 0, || registry::param(address).map(|p| p.name.clone()).unwrap_or_default())?;
    registry::param(address).ok_or_else(|| {
        unknown_handle(function, address);
        c::kOfxStatErrBadHandle
    })
}

/// The parameter of a handle, or a return with the right status.
macro_rules! lookup {
    ($function:literal, $handle:expr) => {
        match param($function, $handle.addr()) {
            Ok(p) => p,
            Err(status) => return status,
        }
    };
}

unsafe extern "C" fn param_define(
    set: OfxParamSetHandle,
    kind: *const c_char,
    name: *const c_char,
    out: *mut OfxPropertySetHandle,
) -> OfxStatus {
    // SAFETY: the plug-in passes NULL or a C string.
    if let Err(status) = action::entered_about("paramDefine", 0, || unsafe { super::spoken(name) }) {
        return status;
    }
    let Some(effect) = registry::param_set(set.addr()) else {
        unknown_handle("paramDefine", set.addr());
        return c::kOfxStatErrBadHandle;
    };
    if kind.is_null() || name.is_null() {
        violation(Check::NullArgument, "paramDefine got no type or no name");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes C strings.
    let (kind, name) = unsafe { (CStr::from_ptr(kind), CStr::from_ptr(name)) };
    let name = name.to_string_lossy();
    let wrong = |what: &str, status| {
        violation(Check::ParamDefinition, &format!("parameter {name:?} {what}"));
        status
    };
    if !effect.describing.load(Ordering::Acquire) || effect.context.is_none() {
        return wrong("is defined outside DescribeInContext", c::kOfxStatErrBadHandle);
    }
    if name.is_empty() {
        return wrong("has no name", c::kOfxStatErrValue);
    }
    let Some(kind) = ParamKind::from_ofx(kind) else {
        // Asking for a type that the host does not know is allowed; the plug-in has to live with the answer.
        return c::kOfxStatErrUnsupported;
    };
    let known = kind != ParamKind::Parametric || effect.host.profile.suites.contains(&super::parametric::SUITE);
    if kind == ParamKind::StrChoice || !known {
        return c::kOfxStatErrUnsupported;
    }
    if effect.param(&name).is_some() {
        return wrong("is defined twice", c::kOfxStatErrExists);
    }
    let object = ParamObject::define(&name, kind, &effect.host.profile.missing_properties);
    if kind == ParamKind::Double2D && effect.host.profile.draws_handles {
        object.properties.put(kOfxParamPropHasHostOverlayHandle, vec![1]);
    }
    let id = object.properties.id();
    effect.add_param(object);
    if !out.is_null() {
        // SAFETY: not null; the plug-in passes a place for a handle.
        unsafe { out.write(handle(id)) };
    }
    c::kOfxStatOK
}

unsafe extern "C" fn param_get_handle(
    set: OfxParamSetHandle,
    name: *const c_char,
    out: *mut OfxParamHandle,
    properties: *mut OfxPropertySetHandle,
) -> OfxStatus {
    // SAFETY: the plug-in passes NULL or a C string.
    if let Err(status) = action::entered_about("paramGetHandle", 0, || unsafe { super::spoken(name) }) {
        return status;
    }
    let Some(effect) = registry::param_set(set.addr()) else {
        unknown_handle("paramGetHandle", set.addr());
        return c::kOfxStatErrBadHandle;
    };
    if name.is_null() || out.is_null() {
        violation(Check::NullArgument, "paramGetHandle got no name or nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a C string.
    let name = unsafe { CStr::from_ptr(name) };
    action::check_kept("paramGetHandle", name);
    let name = name.to_string_lossy();
    let Some(object) = effect.param(&name) else {
        return c::kOfxStatErrUnknown;
    };
    // SAFETY: not null; the plug-in passes places for handles.
    unsafe {
        out.write(handle(object.id));
        if !properties.is_null() {
            properties.write(handle(object.properties.id()));
        }
    }
    c::kOfxStatOK
}

unsafe extern "C" fn param_set_get_property_set(set: OfxParamSetHandle, out: *mut OfxPropertySetHandle) -> OfxStatus {
    if let Err(status) = action::entered("paramSetGetPropertySet") {
        return status;
    }
    let Some(effect) = registry::param_set(set.addr()) else {
        unknown_handle("paramSetGetPropertySet", set.addr());
        return c::kOfxStatErrBadHandle;
    };
    if out.is_null() {
        violation(Check::NullArgument, "paramSetGetPropertySet got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a handle.
    unsafe { out.write(handle(effect.param_set_properties.id())) };
    c::kOfxStatOK
}

unsafe extern "C" fn param_get_property_set(address: OfxParamHandle, out: *mut OfxPropertySetHandle) -> OfxStatus {
    let param = lookup!("paramGetPropertySet", address);
    if out.is_null() {
        violation(Check::NullArgument, "paramGetPropertySet got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a handle.
    unsafe { out.write(handle(param.properties.id())) };
    c::kOfxStatOK
}

/// Tells the C part what arguments to expect.
#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_param_shape(address: *mut c_void) -> c_int {
    let Some(param) = registry::param(address.addr()) else {
        return -1;
    };
    let kind = match param.kind.storage() {
        // Curves have a suite of their own.
        Storage::None | Storage::Curves => 0,
        Storage::Int => 1,
        Storage::Double => 2,
        Storage::String => 3,
    };
    kind << 8 | param.kind.count() as c_int
}

/// Derivative by a small difference; integral exactly between keys, as values are linear there.
fn derived(param: &ParamObject, what: c_int, t1: f64, t2: f64) -> Option<ParamValue> {
    let number = |t| match param.value_at(t) {
        ParamValue::Double(v) => Some(v),
        _ => None,
    };
    if what == 2 {
        let (a, b) = (number(t1 - 0.5e-3)?, number(t1 + 0.5e-3)?);
        return Some(ParamValue::Double(a.iter().zip(&b).map(|(a, b)| (b - a) / 1e-3).collect()));
    }
    let mut times: Vec<f64> = param.with_curve(|c| c.keys.iter().map(|k| k.0).collect());
    times.retain(|t| *t > t1.min(t2) && *t < t1.max(t2));
    times.extend([t1, t2]);
    times.sort_by(f64::total_cmp);
    let mut sum = vec![0.0; param.kind.count()];
    for pair in times.windows(2) {
        let (a, b) = (number(pair[0])?, number(pair[1])?);
        for ((s, a), b) in sum.iter_mut().zip(a).zip(b) {
            *s += (a + b) / 2.0 * (pair[1] - pair[0]);
        }
    }
    let sign = if t2 < t1 { -1.0 } else { 1.0 };
    Some(ParamValue::Double(sum.into_iter().map(|s| s * sign).collect()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_param_get(
    address: *mut c_void,
    what: c_int,
    t1: f64,
    t2: f64,
    out: *const *mut c_void,
    count: c_int,
) -> OfxStatus {
    let param = lookup!("paramGetValue", address);
    let value = match what {
        0 => {
            // In a render "now" is the frame that is rendered.
            let frame = action::current().and_then(|a| a.frame.as_ref().map(|f| f.time));
            let now = frame.or_else(|| param.effect.upgrade().map(|e| e.time())).unwrap_or(0.0);
            param.value_at(now)
        }
        1 if t1.is_nan() => return c::kOfxStatErrValue,
        1 => param.value_at(t1),
        _ => match derived(&param, what, t1, t2) {
            Some(v) => v,
            None => return c::kOfxStatErrUnsupported,
        },
    };
    // SAFETY: the C part passes an array of `count` pointers.
    let places = unsafe { std::slice::from_raw_parts(out, usize::try_from(count).unwrap_or(0)) };
    if places.is_empty() || places.iter().any(|p| p.is_null()) {
        violation(Check::NullArgument, &format!("paramGetValue of {} got too few places", param.name));
        return c::kOfxStatErrValue;
    }
    // SAFETY (all three): by the suite's contract the places are of the type that the parameter has.
    match value {
        ParamValue::Int(v) => {
            for (p, v) in places.iter().zip(v) {
                // SAFETY: see above.
                unsafe { p.cast::<c_int>().write(v) };
            }
        }
        ParamValue::Double(v) => {
            for (p, v) in places.iter().zip(v) {
                // SAFETY: see above.
                unsafe { p.cast::<f64>().write(v) };
            }
        }
        ParamValue::Text(v) => {
            let Some(action) = action::current() else {
                return c::kOfxStatFailed;
            };
            // SAFETY: see above.
            unsafe { places[0].cast::<*const c_char>().write(action.lend(v)) };
        }
        ParamValue::None | ParamValue::Curves(_) => return c::kOfxStatErrUnsupported,
    }
    c::kOfxStatOK
}

/// Whether the plug-in may set parameters now.
pub(super) fn may_set(what: &str) -> Result<(), OfxStatus> {
    let Some(action) = action::current() else {
        return Err(c::kOfxStatFailed);
    };
    let allowed = [
        c::kOfxActionInstanceChanged,
        c::kOfxActionBeginInstanceChanged,
        c::kOfxActionEndInstanceChanged,
        c::kOfxActionSyncPrivateData,
    ];
    if allowed.contains(&action.name) || crate::interact::may_set_params(action.name) {
        return Ok(());
    }
    action.violation(Check::ParamSetOutsideInstanceChanged, what);
    if action.host.profile.refuses_param_set {
        return Err(c::kOfxStatFailed);
    }
    Ok(())
}

fn set(param: &Arc<ParamObject>, at_time: bool, time: f64, value: ParamValue) -> OfxStatus {
    if let Err(status) = may_set(&format!("parameter {} was set", param.name)) {
        return status;
    }
    let Ok(value) = value.convert(param.kind, &param.options()) else {
        return c::kOfxStatErrValue;
    };
    param.with_curve(|curve| {
        if at_time {
            curve.set_key(time, value);
        } else {
            curve.value = value;
        }
    });
    changed(param);
    c::kOfxStatOK
}

/// The plug-in changed a parameter.
pub(super) fn changed(param: &ParamObject) {
    if let Some(action) = action::current() {
        match action.edits.get() {
            (0, _) => action.host.with_report(|r| r.undo_steps += 1),
            (depth, _) => action.edits.set((depth, true)),
        }
    }
    queries::plugin_changed(param);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_param_set_ints(
    address: *mut c_void,
    at_time: c_int,
    time: f64,
    values: *const c_int,
    count: c_int,
) -> OfxStatus {
    let param = lookup!("paramSetValue", address);
    // SAFETY: the C part passes an array of `count` numbers.
    let v = unsafe { std::slice::from_raw_parts(values, usize::try_from(count).unwrap_or(0)) };
    set(&param, at_time != 0, time, ParamValue::Int(v.to_vec()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_param_set_doubles(
    address: *mut c_void,
    at_time: c_int,
    time: f64,
    values: *const f64,
    count: c_int,
) -> OfxStatus {
    let param = lookup!("paramSetValue", address);
    // SAFETY: the C part passes an array of `count` numbers.
    let v = unsafe { std::slice::from_raw_parts(values, usize::try_from(count).unwrap_or(0)) };
    set(&param, at_time != 0, time, ParamValue::Double(v.to_vec()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_param_set_string(
    address: *mut c_void,
    at_time: c_int,
    time: f64,
    value: *const c_char,
) -> OfxStatus {
    let param = lookup!("paramSetValue", address);
    if value.is_null() {
        violation(Check::NullArgument, &format!("paramSetValue of {} got no text", param.name));
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a C string.
    let text = unsafe { CStr::from_ptr(value) }.to_owned();
    set(&param, at_time != 0, time, ParamValue::Text(text))
}

unsafe extern "C" fn param_edit_begin(set: OfxParamSetHandle, name: *const c_char) -> OfxStatus {
    if name.is_null() {
        violation(Check::NullArgument, "paramEditBegin got no name");
    }
    edit_block("paramEditBegin", set, |depth| depth.checked_add(1))
}

unsafe extern "C" fn param_edit_end(set: OfxParamSetHandle) -> OfxStatus {
    edit_block("paramEditEnd", set, |depth| depth.checked_sub(1))
}

fn edit_block(function: &str, set: OfxParamSetHandle, change: fn(usize) -> Option<usize>) -> OfxStatus {
    let action = match action::entered(function) {
        Ok(action) => action,
        Err(status) => return status,
    };
    if registry::param_set(set.addr()).is_none() {
        unknown_handle(function, set.addr());
        return c::kOfxStatErrBadHandle;
    }
    let (depth, mut changed) = action.edits.get();
    let Some(depth) = change(depth) else {
        action.violation(Check::EditBlock, "paramEditEnd without paramEditBegin");
        return c::kOfxStatFailed;
    };
    if depth == 0 && changed {
        action.host.with_report(|r| r.undo_steps += 1);
        changed = false;
    }
    action.edits.set((depth, changed));
    action.done()
}

pub(super) fn table(profile: &Profile) -> OfxParameterSuiteV1 {
    let has = |name| profile.has_function(name);
    OfxParameterSuiteV1 {
        paramDefine: Some(param_define),
        paramGetHandle: Some(param_get_handle),
        paramSetGetPropertySet: Some(param_set_get_property_set),
        paramGetPropertySet: Some(param_get_property_set),
        paramGetValue: Some(fathom_host_paramGetValue),
        paramGetValueAtTime: Some(fathom_host_paramGetValueAtTime),
        paramGetDerivative: has("paramGetDerivative").then_some(fathom_host_paramGetDerivative as _),
        paramGetIntegral: has("paramGetIntegral").then_some(fathom_host_paramGetIntegral as _),
        paramSetValue: Some(fathom_host_paramSetValue),
        paramSetValueAtTime: Some(fathom_host_paramSetValueAtTime),
        paramGetNumKeys: has("paramGetNumKeys").then_some(keys::param_get_num_keys as _),
        paramGetKeyTime: has("paramGetKeyTime").then_some(keys::param_get_key_time as _),
        paramGetKeyIndex: has("paramGetKeyIndex").then_some(keys::param_get_key_index as _),
        paramDeleteKey: has("paramDeleteKey").then_some(keys::param_delete_key as _),
        paramDeleteAllKeys: has("paramDeleteAllKeys").then_some(keys::param_delete_all_keys as _),
        paramCopy: has("paramCopy").then_some(keys::param_copy as _),
        paramEditBegin: has("paramEditBegin").then_some(param_edit_begin as _),
        paramEditEnd: has("paramEditEnd").then_some(param_edit_end as _),
    }
}
