//! Suites and properties, in few words.

use openfx::sys::generic::core::*;
use openfx::sys::generic::property::*;
use openfx::sys::image_effect_v1::{image_effect::*, memory::*, param::*};
use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

pub static HOST: AtomicPtr<OfxHost> = AtomicPtr::new(null_mut());

/// A suite's table, if the host has it.
pub fn optional<T>(name: &CStr, version: c_int) -> Option<&'static T> {
    // SAFETY: the host passed a valid struct, and its tables live as long as it does.
    unsafe {
        let host = HOST.load(Ordering::Acquire).as_ref()?;
        host.fetchSuite?(host.host, name.as_ptr(), version).cast::<T>().as_ref()
    }
}

pub fn suite<T>(name: &CStr, version: c_int) -> &'static T {
    optional(name, version).unwrap()
}

pub fn essentials_missing() -> bool {
    let has = |name| optional::<usize>(name, 1).is_some();
    ![kOfxPropertySuite, kOfxImageEffectSuite, kOfxParameterSuite].into_iter().all(has)
}

pub fn props() -> &'static OfxPropertySuiteV1 {
    suite(kOfxPropertySuite, 1)
}
pub fn effects() -> &'static OfxImageEffectSuiteV1 {
    suite(kOfxImageEffectSuite, 1)
}
pub fn params() -> &'static OfxParameterSuiteV1 {
    suite(kOfxParameterSuite, 1)
}

pub unsafe fn effect_properties(effect: OfxImageEffectHandle) -> Option<OfxPropertySetHandle> {
    let mut set = null_mut();
    if effect.is_null() {
        return None;
    }
    (unsafe { effects().getPropertySet.unwrap()(effect, &raw mut set) } == kOfxStatOK).then_some(set)
}

pub unsafe fn set_string(set: OfxPropertySetHandle, name: &CStr, i: c_int, value: &CStr) -> OfxStatus {
    unsafe { props().propSetString.unwrap()(set, name.as_ptr(), i, value.as_ptr()) }
}

pub unsafe fn set_int(set: OfxPropertySetHandle, name: &CStr, i: c_int, value: c_int) -> OfxStatus {
    unsafe { props().propSetInt.unwrap()(set, name.as_ptr(), i, value) }
}

pub unsafe fn set_doubles(set: OfxPropertySetHandle, name: &CStr, values: &[f64]) -> OfxStatus {
    unsafe { props().propSetDoubleN.unwrap()(set, name.as_ptr(), values.len() as c_int, values.as_ptr()) }
}

/// A string, to be used at once.
pub unsafe fn string<'a>(set: OfxPropertySetHandle, name: &CStr, i: c_int) -> Option<&'a CStr> {
    let mut text = null_mut();
    unsafe {
        let status = props().propGetString.unwrap()(set, name.as_ptr(), i, &raw mut text);
        (status == kOfxStatOK && !text.is_null()).then(|| CStr::from_ptr(text))
    }
}

pub unsafe fn ints<const N: usize>(set: OfxPropertySetHandle, name: &CStr) -> Option<[c_int; N]> {
    let mut v = [0; N];
    let status = unsafe { props().propGetIntN.unwrap()(set, name.as_ptr(), N as c_int, v.as_mut_ptr()) };
    (status == kOfxStatOK).then_some(v)
}

pub unsafe fn doubles<const N: usize>(set: OfxPropertySetHandle, name: &CStr) -> Option<[f64; N]> {
    let mut v = [0.0; N];
    let status = unsafe { props().propGetDoubleN.unwrap()(set, name.as_ptr(), N as c_int, v.as_mut_ptr()) };
    (status == kOfxStatOK).then_some(v)
}

pub unsafe fn param(effect: OfxImageEffectHandle, name: &CStr) -> OfxParamHandle {
    let (mut set, mut param) = (null_mut(), null_mut());
    unsafe {
        effects().getParamSet.unwrap()(effect, &raw mut set);
        params().paramGetHandle.unwrap()(set, name.as_ptr(), &raw mut param, null_mut());
    }
    param
}

pub unsafe fn int_param(effect: OfxImageEffectHandle, name: &CStr) -> c_int {
    let mut v = 0;
    unsafe { params().paramGetValue.unwrap()(param(effect, name), &raw mut v) };
    v
}

pub unsafe fn clip(effect: OfxImageEffectHandle, name: &CStr) -> OfxImageClipHandle {
    let mut clip = null_mut();
    unsafe { effects().clipGetHandle.unwrap()(effect, name.as_ptr(), &raw mut clip, null_mut()) };
    clip
}

pub unsafe fn leak_memory(effect: OfxImageEffectHandle) {
    let Some(memory) = optional::<OfxMemorySuiteV1>(kOfxMemorySuite, 1) else { return };
    let mut block: *mut c_void = null_mut();
    if let Some(alloc) = memory.memoryAlloc {
        unsafe { alloc(effect.cast(), 64, &raw mut block) };
    }
}

/// A string of the host that was kept too long.
pub static KEPT: AtomicPtr<std::ffi::c_char> = AtomicPtr::new(null_mut());
