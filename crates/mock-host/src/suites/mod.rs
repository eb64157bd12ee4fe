//! The suites: C functions on the outside, lookups and checks on the inside.
#![allow(unsafe_code, reason = "reads names that the plug-in passes")]

pub(crate) mod draw;
mod effect;
pub(crate) mod interact;
mod keys;
mod misc;
mod parameter;
pub(crate) mod parametric;
pub(crate) mod planes;
mod property;
pub(crate) mod threads;

use crate::profile::Profile;
use crate::report::Check;
use openfx::sys::generic::property::OfxPropertySuiteV1;
use openfx::sys::image_effect_v1::{
    draw_suite::OfxDrawSuiteV1, image_effect::OfxImageEffectSuiteV1, interact::OfxInteractSuiteV1,
    memory::OfxMemorySuiteV1, message::OfxMessageSuiteV1, message::OfxMessageSuiteV2,
    multi_thread::OfxMultiThreadSuiteV1, param::OfxParameterSuiteV1, parametric_param::OfxParametricParameterSuiteV1,
    progress::OfxProgressSuiteV1, progress::OfxProgressSuiteV2, time_line::OfxTimeLineSuiteV1,
};
use std::ffi::{CStr, c_char, c_void};

/// One table of functions for each suite; they live as long as the host.
pub(crate) struct SuiteTables {
    property: Box<OfxPropertySuiteV1>,
    effect: Box<OfxImageEffectSuiteV1>,
    parameter: Box<OfxParameterSuiteV1>,
    parametric: Box<OfxParametricParameterSuiteV1>,
    memory: Box<OfxMemorySuiteV1>,
    threads: Box<OfxMultiThreadSuiteV1>,
    message1: Box<OfxMessageSuiteV1>,
    message2: Box<OfxMessageSuiteV2>,
    progress1: Box<OfxProgressSuiteV1>,
    progress2: Box<OfxProgressSuiteV2>,
    time_line: Box<OfxTimeLineSuiteV1>,
    planes1: Box<planes::Planes1>,
    planes2: Box<planes::Planes2>,
    draw: Box<OfxDrawSuiteV1>,
    interact: Box<OfxInteractSuiteV1>,
}

impl SuiteTables {
    pub fn new(profile: &Profile) -> Self {
        Self {
            property: Box::new(property::table()),
            effect: Box::new(effect::table(profile)),
            parameter: Box::new(parameter::table(profile)),
            parametric: Box::new(parametric::table()),
            memory: Box::new(misc::memory_table(profile)),
            threads: Box::new(threads::table(profile)),
            message1: Box::new(misc::message1_table(profile)),
            message2: Box::new(misc::message2_table(profile)),
            progress1: Box::new(misc::progress1_table(profile)),
            progress2: Box::new(misc::progress2_table(profile)),
            time_line: Box::new(misc::time_line_table(profile)),
            planes1: Box::new(planes::table1()),
            planes2: Box::new(planes::table2()),
            draw: Box::new(draw::table()),
            interact: Box::new(interact::table()),
        }
    }

    /// The table of a suite, or null.
    pub fn fetch(&self, profile: &Profile, name: &str, version: i32) -> *const c_void {
        fn pointer<T>(table: &T) -> *const c_void {
            std::ptr::from_ref(table).cast()
        }
        if !profile.suites.contains(&(name, version)) {
            return std::ptr::null();
        }
        match (name, version) {
            ("OfxPropertySuite", 1) => pointer(&*self.property),
            ("OfxImageEffectSuite", 1) => pointer(&*self.effect),
            ("OfxParameterSuite", 1) => pointer(&*self.parameter),
            parametric::SUITE => pointer(&*self.parametric),
            ("OfxMemorySuite", 1) => pointer(&*self.memory),
            ("OfxMultiThreadSuite", 1) => pointer(&*self.threads),
            ("OfxMessageSuite", 1) => pointer(&*self.message1),
            ("OfxMessageSuite", 2) => pointer(&*self.message2),
            ("OfxProgressSuite", 1) => pointer(&*self.progress1),
            ("OfxProgressSuite", 2) => pointer(&*self.progress2),
            ("OfxTimeLineSuite", 1) => pointer(&*self.time_line),
            (planes::SUITE, 1) => pointer(&*self.planes1),
            (planes::SUITE, 2) => pointer(&*self.planes2),
            draw::SUITE => pointer(&*self.draw),
            interact::SUITE => pointer(&*self.interact),
            _ => std::ptr::null(),
        }
    }
}

/// A name that the plug-in passed, for reports.
///
/// # Safety
/// Must be null or a C string.
unsafe fn spoken(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// Records that a suite function got a handle that stands for nothing.
fn unknown_handle(function: &str, id: usize) {
    let what = if id == 0 {
        "a null handle".to_string()
    } else if crate::registry::was_handle(id) {
        format!("handle {id:#x}, which is dead or of another kind")
    } else {
        format!("{id:#x}, which was never a handle")
    };
    violation(Check::UnknownHandle, &format!("{function} got {what}"));
}

/// Records a broken rule for the action that runs on this thread.
fn violation(check: Check, details: &str) {
    match crate::action::current() {
        Some(action) => action.violation(check, details),
        None => crate::host::orphan_violation(check, details),
    }
}
