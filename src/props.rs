//! Typed access to property sets. What is absent, or of another type, reads as `None`: hosts leave out what they like.
#![allow(unsafe_code, reason = "properties are reached through the host's C functions")]

use crate::handles::PropsHandle;
use crate::suites::Host;
use openfx_sys as ofx;
use std::ffi::{CStr, c_int, c_void};

/// A property set of a host, or none (then everything is absent).
#[derive(Clone, Copy)]
pub(crate) struct Props<'h> {
    host: &'h Host,
    set: Option<PropsHandle>,
}

impl<'h> Props<'h> {
    /// `set` is a property set of `host`.
    pub(crate) fn new(host: &'h Host, set: Option<PropsHandle>) -> Self {
        Self { host, set }
    }

    /// Is there a property set at all?
    pub(crate) fn is_there(&self) -> bool {
        self.set.is_some()
    }

    /// The first number.
    pub(crate) fn int(&self, name: &CStr) -> Option<c_int> {
        self.int_at(name, 0)
    }

    fn int_at(&self, name: &CStr, index: c_int) -> Option<c_int> {
        let (set, get) = (self.set?, self.host.property.propGetInt?);
        let mut value = 0;
        // SAFETY: a property set of this host, a string, and room for the answer.
        let status = unsafe { get(set.raw(), name.as_ptr(), index, &mut value) };
        (status == ofx::kOfxStatOK).then_some(value)
    }

    fn double_at(&self, name: &CStr, index: c_int) -> Option<f64> {
        let (set, get) = (self.set?, self.host.property.propGetDouble?);
        let mut value = 0.0;
        // SAFETY: as in `int_at`.
        let status = unsafe { get(set.raw(), name.as_ptr(), index, &mut value) };
        (status == ofx::kOfxStatOK).then_some(value)
    }

    /// The first number.
    pub(crate) fn double(&self, name: &CStr) -> Option<f64> {
        self.double_at(name, 0)
    }

    /// All of so many numbers, or `None`.
    pub(crate) fn ints<const N: usize>(&self, name: &CStr) -> Option<[c_int; N]> {
        let mut values = [0; N];
        for (i, v) in values.iter_mut().enumerate() {
            *v = self.int_at(name, i as c_int)?;
        }
        Some(values)
    }

    /// All of so many numbers, or `None`.
    pub(crate) fn doubles<const N: usize>(&self, name: &CStr) -> Option<[f64; N]> {
        let mut values = [0.0; N];
        for (i, v) in values.iter_mut().enumerate() {
            *v = self.double_at(name, i as c_int)?;
        }
        Some(values)
    }

    /// A copy of the first text.
    pub(crate) fn text(&self, name: &CStr) -> Option<String> {
        self.text_at(name, 0)
    }

    /// A copy of a text.
    pub(crate) fn text_at(&self, name: &CStr, index: c_int) -> Option<String> {
        let (set, get) = (self.set?, self.host.property.propGetString?);
        let mut value = std::ptr::null_mut();
        // SAFETY: as in `int_at`; the string lives at least until the action ends, and is copied here.
        unsafe {
            let status = get(set.raw(), name.as_ptr(), index, &mut value);
            (status == ofx::kOfxStatOK && !value.is_null())
                .then(|| CStr::from_ptr(value).to_string_lossy().into_owned())
        }
    }

    /// An address. NULL reads as `None`.
    pub(crate) fn pointer(&self, name: &CStr) -> Option<*mut c_void> {
        let (set, get) = (self.set?, self.host.property.propGetPointer?);
        let mut value = std::ptr::null_mut();
        // SAFETY: as in `int_at`.
        let status = unsafe { get(set.raw(), name.as_ptr(), 0, &mut value) };
        (status == ofx::kOfxStatOK && !value.is_null()).then_some(value)
    }

    /// How many values; 0 where the property is absent.
    pub(crate) fn dimension(&self, name: &CStr) -> c_int {
        let (Some(set), Some(get)) = (self.set, self.host.property.propGetDimension) else { return 0 };
        let mut count = 0;
        // SAFETY: as in `int_at`.
        let status = unsafe { get(set.raw(), name.as_ptr(), &mut count) };
        if status == ofx::kOfxStatOK { count } else { 0 }
    }

    /// Sets a number; false where the host refuses.
    pub(crate) fn set_int(&self, name: &CStr, value: c_int) -> bool {
        self.set_int_at(name, 0, value)
    }

    /// Sets a number; false where the host refuses.
    pub(crate) fn set_int_at(&self, name: &CStr, index: c_int, value: c_int) -> bool {
        let (Some(set), Some(put)) = (self.set, self.host.property.propSetInt) else { return false };
        // SAFETY: a property set of this host and a string.
        unsafe { put(set.raw(), name.as_ptr(), index, value) == ofx::kOfxStatOK }
    }

    /// Sets numbers; false where the host refuses one.
    pub(crate) fn set_doubles(&self, name: &CStr, values: &[f64]) -> bool {
        let (Some(set), Some(put)) = (self.set, self.host.property.propSetDouble) else { return false };
        // What comes after a place that the host refused would have no place either.
        values.iter().enumerate().all(|(i, v)| {
            // SAFETY: as in `set_int_at`.
            unsafe { put(set.raw(), name.as_ptr(), i as c_int, *v) == ofx::kOfxStatOK }
        })
    }

    /// Sets a list of texts; false where the host refuses one, and what comes after it is left out.
    pub(crate) fn set_texts<'t>(&self, name: &CStr, values: impl IntoIterator<Item = &'t CStr>) -> bool {
        (0..).zip(values).all(|(i, value)| self.set_text_at(name, i, value))
    }

    /// Sets a text; false where the host refuses.
    pub(crate) fn set_text(&self, name: &CStr, value: &CStr) -> bool {
        self.set_text_at(name, 0, value)
    }

    /// Sets a text; false where the host refuses.
    pub(crate) fn set_text_at(&self, name: &CStr, index: c_int, value: &CStr) -> bool {
        let (Some(set), Some(put)) = (self.set, self.host.property.propSetString) else { return false };
        // SAFETY: as in `set_int_at`; the host copies the text.
        unsafe { put(set.raw(), name.as_ptr(), index, value.as_ptr()) == ofx::kOfxStatOK }
    }

    /// Sets an address; false where the host refuses.
    pub(crate) fn set_pointer(&self, name: &CStr, value: *mut c_void) -> bool {
        let (Some(set), Some(put)) = (self.set, self.host.property.propSetPointer) else { return false };
        // SAFETY: as in `set_int_at`; the host only keeps the address.
        unsafe { put(set.raw(), name.as_ptr(), 0, value) == ofx::kOfxStatOK }
    }
}
