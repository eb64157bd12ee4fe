//! The property suite.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]
#![allow(non_snake_case, reason = "the functions have OpenFX's names")]

use super::{unknown_handle, violation};
use crate::action;
use crate::property::{Element, PropertyError, PropertySet};
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPropertySetHandle, OfxStatus};
use openfx::sys::generic::property::OfxPropertySuiteV1;
use openfx::sys::image_effect_v1::{image_effect as fx, param};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Arc;

/// A value as it passes through C.
trait Raw: Copy {
    type Kept: Element;
    /// Takes the plug-in's value.
    ///
    /// # Safety
    /// A pointer to a string must be null or point to one.
    unsafe fn keep(self) -> Option<Self::Kept>;
    /// Gives the value to the plug-in.
    fn give(kept: Self::Kept) -> Self;
}

impl Raw for c_int {
    type Kept = i32;
    unsafe fn keep(self) -> Option<i32> {
        Some(self)
    }
    fn give(kept: i32) -> Self {
        kept
    }
}

impl Raw for f64 {
    type Kept = f64;
    unsafe fn keep(self) -> Option<f64> {
        Some(self)
    }
    fn give(kept: f64) -> Self {
        kept
    }
}

impl Raw for *mut c_void {
    type Kept = usize;
    unsafe fn keep(self) -> Option<usize> {
        Some(self.expose_provenance())
    }
    fn give(kept: usize) -> Self {
        std::ptr::with_exposed_provenance_mut(kept)
    }
}

impl Raw for *const c_char {
    type Kept = CString;
    unsafe fn keep(self) -> Option<CString> {
        // SAFETY: the caller's promise.
        (!self.is_null()).then(|| unsafe { CStr::from_ptr(self) }.to_owned())
    }
    fn give(kept: CString) -> Self {
        match action::current() {
            Some(action) => action.lend(kept),
            None => std::ptr::null(),
        }
    }
}

/// What every function of the suite begins with: thread, handle, name.
///
/// # Safety
/// The name must be null or a C string that outlives the result.
unsafe fn begin<'a>(
    function: &str,
    handle: OfxPropertySetHandle,
    name: *const c_char,
) -> Result<(Arc<PropertySet>, &'a CStr), OfxStatus> {
    // SAFETY: the caller's promise.
    action::entered_about(function, 0, || unsafe { super::spoken(name) })?;
    let Some(set) = registry::properties(handle.addr()) else {
        unknown_handle(function, handle.addr());
        return Err(c::kOfxStatErrBadHandle);
    };
    if name.is_null() {
        violation(Check::NullArgument, &format!("{function} got no property name"));
        return Err(c::kOfxStatErrValue);
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) };
    action::check_kept(function, name);
    Ok((set, name))
}

/// The status of a failed access, recorded.
fn refuse(
    function: &str,
    set: &PropertySet,
    name: &CStr,
    index: usize,
    error: PropertyError,
    write: bool,
) -> OfxStatus {
    let name = name.to_string_lossy();
    let what = format!("{function} of {name} [{index}] of {}", set.kind());
    match error {
        PropertyError::Unknown => {
            let per_clip = ["Components_", "Depth_", "PAR_", "RoI_", "FrameRange_"]
                .iter()
                .any(|p| name.starts_with(&format!("OfxImageClipProp{p}")));
            if per_clip && write {
                violation(Check::UndefinedClip, &what);
            }
            if let Some(action) = action::current() {
                action.host.refused(set.kind(), &name, write);
            }
            c::kOfxStatErrUnknown
        }
        PropertyError::Type => {
            violation(Check::PropertyType, &what);
            c::kOfxStatErrValue
        }
        PropertyError::Index => {
            // Reading past the end is how some plug-ins find the end of a list.
            if write {
                violation(Check::PropertyIndex, &what);
            }
            c::kOfxStatErrBadIndex
        }
        PropertyError::ReadOnly => {
            violation(Check::PropertyReadOnly, &what);
            c::kOfxStatErrValue
        }
    }
}

/// Without these an effect cannot be used at all, or is another one.
const ESSENTIAL: [&CStr; 6] = [
    fx::kOfxImageEffectPropSupportedContexts,
    fx::kOfxImageEffectPropSupportedPixelDepths,
    fx::kOfxImageEffectPropSupportedComponents,
    fx::kOfxImageClipPropOptional,
    param::kOfxParamPropDefault,
    param::kOfxParamPropChoiceOption,
];

/// Whether the host plays one that knows no such property of a descriptor.
fn refused_here(name: &CStr) -> bool {
    action::current().is_some_and(|a| {
        let describing = a.name == c::kOfxActionDescribe || a.name == fx::kOfxImageEffectActionDescribeInContext;
        a.host.profile.refuses_properties && describing && !ESSENTIAL.contains(&name)
    })
}

/// # Safety
/// As [`begin`] and [`Raw::keep`].
unsafe fn set_one<T: Raw>(
    function: &str,
    handle: OfxPropertySetHandle,
    name: *const c_char,
    index: c_int,
    value: T,
) -> OfxStatus {
    // SAFETY: the caller's promise.
    let (set, name) = match unsafe { begin(function, handle, name) } {
        Ok(v) => v,
        Err(status) => return status,
    };
    // SAFETY: the caller's promise.
    let Some(value) = (unsafe { value.keep() }) else {
        violation(Check::NullArgument, &format!("{function} of {} got no value", name.to_string_lossy()));
        return c::kOfxStatErrValue;
    };
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    if refused_here(name) {
        return refuse(function, &set, name, at, PropertyError::Unknown, true);
    }
    match set.set(name, at, value) {
        Ok(()) => c::kOfxStatOK,
        Err(e) => refuse(function, &set, name, at, e, true),
    }
}

/// # Safety
/// As [`begin`]; `out` must be null or point to a `T`.
unsafe fn get_one<T: Raw>(
    function: &str,
    handle: OfxPropertySetHandle,
    name: *const c_char,
    index: c_int,
    out: *mut T,
) -> OfxStatus {
    // SAFETY: the caller's promise.
    let (set, name) = match unsafe { begin(function, handle, name) } {
        Ok(v) => v,
        Err(status) => return status,
    };
    if out.is_null() {
        violation(Check::NullArgument, &format!("{function} got nowhere to write"));
        return c::kOfxStatErrValue;
    }
    let at = usize::try_from(index).unwrap_or(usize::MAX);
    match set.get::<T::Kept>(name, at) {
        Ok(value) => {
            // SAFETY: the caller's promise.
            unsafe { out.write(T::give(value)) };
            c::kOfxStatOK
        }
        Err(e) => refuse(function, &set, name, at, e, false),
    }
}

macro_rules! accessors {
    ($ty:ty: $set:ident $set_n:ident $get:ident $get_n:ident) => {
        unsafe extern "C" fn $set(
            handle: OfxPropertySetHandle,
            name: *const c_char,
            index: c_int,
            value: $ty,
        ) -> OfxStatus {
            // SAFETY: the plug-in passes what the suite's contract says.
            unsafe { set_one(stringify!($set), handle, name, index, value) }
        }

        unsafe extern "C" fn $set_n(
            handle: OfxPropertySetHandle,
            name: *const c_char,
            count: c_int,
            values: *const $ty,
        ) -> OfxStatus {
            if values.is_null() && count > 0 {
                violation(Check::NullArgument, concat!(stringify!($set_n), " got no values"));
                return c::kOfxStatErrValue;
            }
            for i in 0..count.max(0) {
                // SAFETY: the plug-in passes an array of `count` values.
                let status = unsafe {
                    let value = values.add(i as usize).read();
                    set_one(stringify!($set_n), handle, name, i, value)
                };
                if status != c::kOfxStatOK {
                    return status;
                }
            }
            c::kOfxStatOK
        }

        unsafe extern "C" fn $get(
            handle: OfxPropertySetHandle,
            name: *const c_char,
            index: c_int,
            out: *mut $ty,
        ) -> OfxStatus {
            // SAFETY: the plug-in passes what the suite's contract says.
            unsafe { get_one(stringify!($get), handle, name, index, out) }
        }

        unsafe extern "C" fn $get_n(
            handle: OfxPropertySetHandle,
            name: *const c_char,
            count: c_int,
            out: *mut $ty,
        ) -> OfxStatus {
            for i in 0..count.max(0) {
                let at = if out.is_null() { out } else { out.wrapping_add(i as usize) };
                // SAFETY: the plug-in passes an array of `count` values.
                let status = unsafe { get_one(stringify!($get_n), handle, name, i, at) };
                if status != c::kOfxStatOK {
                    return status;
                }
            }
            c::kOfxStatOK
        }
    };
}
accessors!(*mut c_void: propSetPointer propSetPointerN propGetPointer propGetPointerN);
accessors!(c_int: propSetInt propSetIntN propGetInt propGetIntN);
accessors!(f64: propSetDouble propSetDoubleN propGetDouble propGetDoubleN);
accessors!(*const c_char: propSetString propSetStringN propGetString propGetStringN);

// The suite hands strings out as `char **`, though nobody may write to them.
unsafe extern "C" fn prop_get_string(
    handle: OfxPropertySetHandle,
    name: *const c_char,
    index: c_int,
    out: *mut *mut c_char,
) -> OfxStatus {
    // SAFETY: the plug-in passes what the suite's contract says; both pointer types have one layout.
    unsafe { propGetString(handle, name, index, out.cast()) }
}

unsafe extern "C" fn prop_get_string_n(
    handle: OfxPropertySetHandle,
    name: *const c_char,
    count: c_int,
    out: *mut *mut c_char,
) -> OfxStatus {
    // SAFETY: as above.
    unsafe { propGetStringN(handle, name, count, out.cast()) }
}

unsafe extern "C" fn prop_reset(handle: OfxPropertySetHandle, name: *const c_char) -> OfxStatus {
    // SAFETY: the plug-in passes a C string.
    let (set, name) = match unsafe { begin("propReset", handle, name) } {
        Ok(v) => v,
        Err(status) => return status,
    };
    match set.reset(name) {
        Ok(()) => c::kOfxStatOK,
        Err(e) => refuse("propReset", &set, name, 0, e, true),
    }
}

unsafe extern "C" fn prop_get_dimension(
    handle: OfxPropertySetHandle,
    name: *const c_char,
    count: *mut c_int,
) -> OfxStatus {
    // SAFETY: the plug-in passes a C string.
    let (set, name) = match unsafe { begin("propGetDimension", handle, name) } {
        Ok(v) => v,
        Err(status) => return status,
    };
    if count.is_null() {
        violation(Check::NullArgument, "propGetDimension got nowhere to write");
        return c::kOfxStatErrValue;
    }
    match set.dimension(name) {
        Ok(n) => {
            // SAFETY: not null; the plug-in passes a place for an int.
            unsafe { count.write(c_int::try_from(n).unwrap_or(c_int::MAX)) };
            c::kOfxStatOK
        }
        Err(e) => refuse("propGetDimension", &set, name, 0, e, false),
    }
}

pub(super) fn table() -> OfxPropertySuiteV1 {
    OfxPropertySuiteV1 {
        propSetPointer: Some(propSetPointer),
        propSetString: Some(propSetString),
        propSetDouble: Some(propSetDouble),
        propSetInt: Some(propSetInt),
        propSetPointerN: Some(propSetPointerN),
        propSetStringN: Some(propSetStringN),
        propSetDoubleN: Some(propSetDoubleN),
        propSetIntN: Some(propSetIntN),
        propGetPointer: Some(propGetPointer),
        propGetString: Some(prop_get_string),
        propGetDouble: Some(propGetDouble),
        propGetInt: Some(propGetInt),
        propGetPointerN: Some(propGetPointerN),
        propGetStringN: Some(prop_get_string_n),
        propGetDoubleN: Some(propGetDoubleN),
        propGetIntN: Some(propGetIntN),
        propReset: Some(prop_reset),
        propGetDimension: Some(prop_get_dimension),
    }
}
