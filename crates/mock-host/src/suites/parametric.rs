//! The parametric parameter suite: curves over a range, which do not animate here.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::parameter::{changed, may_set, param};
use super::violation;
use crate::param::ParamObject;
use crate::param_value::{ParamKind, ParamValue, on_curve};
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxStatus, OfxTime};
use openfx::sys::image_effect_v1::param::OfxParamHandle;
use openfx::sys::image_effect_v1::parametric_param::OfxParametricParameterSuiteV1;
use std::ffi::c_int;
use std::sync::Arc;

/// Its name and version.
pub(crate) const SUITE: (&str, i32) = ("OfxParametricParameterSuite", 1);

type Points = Vec<[f64; 2]>;

/// A parametric parameter and its curves.
fn curves(function: &str, handle: OfxParamHandle) -> Result<(Arc<ParamObject>, Vec<Points>), OfxStatus> {
    let param = param(function, handle.addr())?;
    match param.value_at(0.0) {
        ParamValue::Curves(all) if param.kind == ParamKind::Parametric => Ok((param, all)),
        _ => {
            violation(Check::ParametricCurve, &format!("{function} of {}, which has no curves", param.name));
            Err(c::kOfxStatErrBadHandle)
        }
    }
}

/// One of a parameter's curves.
fn curve(function: &str, handle: OfxParamHandle, index: c_int) -> Result<(Arc<ParamObject>, Points), OfxStatus> {
    let (param, mut all) = curves(function, handle)?;
    match usize::try_from(index).ok().filter(|i| *i < all.len()) {
        Some(i) => Ok((param, all.swap_remove(i))),
        None => {
            let has = all.len();
            violation(
                Check::ParametricCurve,
                &format!("{function} of curve {index} of {}, which has {has}", param.name),
            );
            Err(c::kOfxStatErrBadIndex)
        }
    }
}

/// Changes one of a parameter's curves, where that is allowed: while it is described, and where parameters may be set.
fn edit(
    function: &str,
    handle: OfxParamHandle,
    index: c_int,
    change: impl FnOnce(&ParamObject, &mut Points) -> Result<(), OfxStatus>,
) -> OfxStatus {
    let edited = || {
        let (param, mut points) = curve(function, handle, index)?;
        if !param.is_described() {
            may_set(&format!("a curve of {} was changed", param.name))?;
        }
        change(&param, &mut points)?;
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let (_, mut all) = curves(function, handle)?;
        all[index as usize] = points;
        param.with_curve(|curve| curve.value = ParamValue::Curves(all));
        if !param.is_described() {
            changed(&param);
        }
        Ok(())
    };
    edited().err().unwrap_or(c::kOfxStatOK)
}

/// A point that a curve can have.
fn point(param: &ParamObject, key: f64, value: f64) -> Result<[f64; 2], OfxStatus> {
    let [low, high] = param.curve_range();
    if value.is_finite() && (low..=high).contains(&key) {
        return Ok([key, value]);
    }
    violation(Check::ParametricCurve, &format!("a curve of {} got a point at {key} of value {value}", param.name));
    Err(c::kOfxStatErrValue)
}

fn nth(points: &[[f64; 2]], nth: c_int) -> Result<usize, OfxStatus> {
    usize::try_from(nth).ok().filter(|i| *i < points.len()).ok_or(c::kOfxStatErrBadIndex)
}

unsafe extern "C" fn get_value(
    handle: OfxParamHandle,
    index: c_int,
    time: OfxTime,
    position: f64,
    out: *mut f64,
) -> OfxStatus {
    let (param, points) = match curve("parametricParamGetValue", handle, index) {
        Ok(found) => found,
        Err(status) => return status,
    };
    if out.is_null() {
        violation(Check::NullArgument, "parametricParamGetValue got nowhere to write");
        return c::kOfxStatErrValue;
    }
    let [low, high] = param.curve_range();
    if !(low..=high).contains(&position) || time.is_nan() {
        violation(Check::ParametricCurve, &format!("{} was asked at {position}, time {time}", param.name));
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(on_curve(&points, position)) };
    c::kOfxStatOK
}

unsafe extern "C" fn get_count(handle: OfxParamHandle, index: c_int, _time: f64, out: *mut c_int) -> OfxStatus {
    let points = match curve("parametricParamGetNControlPoints", handle, index) {
        Ok((_, points)) => points,
        Err(status) => return status,
    };
    if out.is_null() {
        violation(Check::NullArgument, "parametricParamGetNControlPoints got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(points.len() as c_int) };
    c::kOfxStatOK
}

unsafe extern "C" fn get_nth(
    handle: OfxParamHandle,
    index: c_int,
    _time: f64,
    which: c_int,
    key: *mut f64,
    value: *mut f64,
) -> OfxStatus {
    let found = curve("parametricParamGetNthControlPoint", handle, index);
    let [x, y] = match found.and_then(|(_, points)| Ok(points[nth(&points, which)?])) {
        Ok(point) => point,
        Err(status) => return status,
    };
    if key.is_null() || value.is_null() {
        violation(Check::NullArgument, "parametricParamGetNthControlPoint got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes places for numbers.
    unsafe {
        key.write(x);
        value.write(y);
    }
    c::kOfxStatOK
}

unsafe extern "C" fn set_nth(
    handle: OfxParamHandle,
    index: c_int,
    _time: f64,
    which: c_int,
    key: f64,
    value: f64,
    _animates: bool,
) -> OfxStatus {
    edit("parametricParamSetNthControlPoint", handle, index, |param, points| {
        let i = nth(points, which)?;
        points[i] = point(param, key, value)?;
        Ok(())
    })
}

unsafe extern "C" fn add(
    handle: OfxParamHandle,
    index: c_int,
    _time: f64,
    key: f64,
    value: f64,
    _animates: bool,
) -> OfxStatus {
    edit("parametricParamAddControlPoint", handle, index, |param, points| {
        let new = point(param, key, value)?;
        points.retain(|p| p[0] != key);
        points.push(new);
        Ok(())
    })
}

unsafe extern "C" fn delete(handle: OfxParamHandle, index: c_int, which: c_int) -> OfxStatus {
    edit("parametricParamDeleteControlPoint", handle, index, |_, points| {
        points.remove(nth(points, which)?);
        Ok(())
    })
}

unsafe extern "C" fn delete_all(handle: OfxParamHandle, index: c_int) -> OfxStatus {
    edit("parametricParamDeleteAllControlPoints", handle, index, |_, points| {
        points.clear();
        Ok(())
    })
}

pub(super) fn table() -> OfxParametricParameterSuiteV1 {
    OfxParametricParameterSuiteV1 {
        parametricParamGetValue: Some(get_value),
        parametricParamGetNControlPoints: Some(get_count),
        parametricParamGetNthControlPoint: Some(get_nth),
        parametricParamSetNthControlPoint: Some(set_nth),
        parametricParamAddControlPoint: Some(add),
        parametricParamDeleteControlPoint: Some(delete),
        parametricParamDeleteAllControlPoints: Some(delete_all),
    }
}
