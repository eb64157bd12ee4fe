//! The memory, message, progress and time-line suites.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::{unknown_handle, violation};
use crate::action;
use crate::host::Progress;
use crate::profile::Profile;
use crate::property::lock;
use crate::registry;
use crate::report::{Check, Message};
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::OfxStatus;
use openfx::sys::image_effect_v1::{
    memory::OfxMemorySuiteV1, message::OfxMessageSuiteV1, message::OfxMessageSuiteV2, progress::OfxProgressSuiteV1,
    progress::OfxProgressSuiteV2, time_line::OfxTimeLineSuiteV1,
};
use std::ffi::{CStr, c_char, c_int, c_void};

unsafe extern "C" {
    fn fathom_host_messageV(
        handle: *mut c_void,
        kind: *const c_char,
        id: *const c_char,
        format: *const c_char,
        ...
    ) -> OfxStatus;
    fn fathom_host_setPersistentMessageV(
        handle: *mut c_void,
        kind: *const c_char,
        id: *const c_char,
        format: *const c_char,
        ...
    ) -> OfxStatus;
}

unsafe extern "C" fn memory_alloc(_effect: *mut c_void, bytes: usize, out: *mut *mut c_void) -> OfxStatus {
    let action = match action::entered("memoryAlloc") {
        Ok(action) => action,
        Err(status) => return status,
    };
    if out.is_null() {
        violation(Check::NullArgument, "memoryAlloc got nowhere to write");
        return c::kOfxStatErrValue;
    }
    let mut words = Vec::new();
    if words.try_reserve_exact(bytes.div_ceil(8).max(1)).is_err() {
        return c::kOfxStatErrMemory;
    }
    words.resize(bytes.div_ceil(8).max(1), 0xa5a5_a5a5_a5a5_a5a5u64);
    let address = words.as_mut_ptr();
    lock(&action.host.blocks).insert(address.addr(), words);
    // SAFETY: not null; the plug-in passes a place for a pointer.
    unsafe { out.write(address.cast()) };
    c::kOfxStatOK
}

unsafe extern "C" fn memory_free(block: *mut c_void) -> OfxStatus {
    let action = match action::entered("memoryFree") {
        Ok(action) => action,
        Err(status) => return status,
    };
    if lock(&action.host.blocks).remove(&block.addr()).is_none() {
        unknown_handle("memoryFree", block.addr());
        return c::kOfxStatErrBadHandle;
    }
    action.done()
}

/// # Safety
/// Must be null or a C string.
unsafe fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

/// What both message functions come to.
#[unsafe(no_mangle)]
unsafe extern "C" fn fathom_host_message(
    handle: *mut c_void,
    kind: *const c_char,
    id: *const c_char,
    format: *const c_char,
    argument: *const c_char,
    persistent: c_int,
) -> OfxStatus {
    let function = if persistent != 0 { "setPersistentMessage" } else { "message" };
    let action = match action::entered(function) {
        Ok(action) => action,
        Err(status) => return status,
    };
    // SAFETY: the C part passes on the plug-in's strings.
    let (kind, id, format, argument) = unsafe { (text(kind), text(id), text(format), text(argument)) };
    let literal = format == "%s";
    if !literal {
        action.violation(Check::MessageFormat, format_args!("the format is {format:?}"));
    }
    let effect = registry::effect(handle.addr());
    if effect.is_none() && !handle.is_null() {
        unknown_handle("message", handle.addr());
    }
    let message = Message { kind, id, text: if literal { argument } else { format }, persistent: persistent != 0 };
    if let (Some(effect), true) = (effect, message.persistent) {
        let mut held = lock(&effect.persistent);
        held.retain(|m| m.id != message.id);
        held.push(message.clone());
    }
    let question = message.kind == "OfxMessageQuestion";
    action.host.with_report(|r| r.messages.push(message));
    if question { c::kOfxStatReplyNo } else { c::kOfxStatOK }
}

unsafe extern "C" fn clear_persistent_message(handle: *mut c_void) -> OfxStatus {
    if let Err(status) = action::entered("clearPersistentMessage") {
        return status;
    }
    let Some(effect) = registry::effect(handle.addr()) else {
        unknown_handle("clearPersistentMessage", handle.addr());
        return c::kOfxStatErrBadHandle;
    };
    lock(&effect.persistent).clear();
    c::kOfxStatOK
}

/// Tells whoever listens; the status asks the plug-in to go on or to stop.
fn progress(function: &str, handle: *mut c_void, step: Progress) -> OfxStatus {
    let action = match action::entered(function) {
        Ok(action) => action,
        Err(status) => return status,
    };
    let Some(effect) = registry::effect(handle.addr()) else {
        unknown_handle(function, handle.addr());
        return c::kOfxStatErrBadHandle;
    };
    if let Some(wrong) = moved(&mut lock(&effect.bar), &step) {
        action.violation(Check::ProgressBar, wrong);
    }
    let go_on = lock(&action.host.progress).as_mut().is_none_or(|f| f(step));
    if go_on {
        return action.done();
    }
    if let Some(frame) = &action.frame {
        lock(&frame.poll_times).stop();
    }
    c::kOfxStatReplyNo
}

/// Moves a bar; what is wrong with that.
fn moved(bar: &mut Option<f64>, step: &Progress) -> Option<String> {
    let before = *bar;
    *bar = match step {
        Progress::Start(_) => Some(0.0),
        Progress::Update(part) => before.map(|_| *part),
        Progress::End => None,
    };
    match (step, before) {
        (Progress::Start(_), Some(_)) => Some("a bar is begun where one is shown".into()),
        (Progress::Update(_) | Progress::End, None) => Some("a bar is moved or ended that was not begun".into()),
        (Progress::Update(part), _) if !(0.0..=1.0).contains(part) => Some(format!("a bar stands at {part}")),
        (Progress::Update(part), Some(before)) if *part < before => {
            Some(format!("a bar goes back from {before} to {part}"))
        }
        _ => None,
    }
}

unsafe extern "C" fn progress_start1(handle: *mut c_void, label: *const c_char) -> OfxStatus {
    // SAFETY: the plug-in passes a C string.
    progress("progressStart", handle, Progress::Start(unsafe { text(label) }))
}

unsafe extern "C" fn progress_start2(handle: *mut c_void, label: *const c_char, _id: *const c_char) -> OfxStatus {
    // SAFETY: the plug-in passes a C string.
    progress("progressStart", handle, Progress::Start(unsafe { text(label) }))
}

unsafe extern "C" fn progress_update(handle: *mut c_void, part: f64) -> OfxStatus {
    progress("progressUpdate", handle, Progress::Update(part))
}

unsafe extern "C" fn progress_end(handle: *mut c_void) -> OfxStatus {
    progress("progressEnd", handle, Progress::End)
}

unsafe extern "C" fn get_time(handle: *mut c_void, out: *mut f64) -> OfxStatus {
    if let Err(status) = action::entered("getTime") {
        return status;
    }
    let Some(effect) = registry::effect(handle.addr()) else {
        unknown_handle("getTime", handle.addr());
        return c::kOfxStatErrBadHandle;
    };
    if out.is_null() {
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(effect.time()) };
    c::kOfxStatOK
}

unsafe extern "C" fn goto_time(handle: *mut c_void, time: f64) -> OfxStatus {
    if let Err(status) = action::entered("gotoTime") {
        return status;
    }
    let Some(effect) = registry::effect(handle.addr()) else {
        unknown_handle("gotoTime", handle.addr());
        return c::kOfxStatErrBadHandle;
    };
    effect.set_time(time);
    c::kOfxStatOK
}

unsafe extern "C" fn get_time_bounds(handle: *mut c_void, first: *mut f64, last: *mut f64) -> OfxStatus {
    if let Err(status) = action::entered("getTimeBounds") {
        return status;
    }
    let Some(effect) = registry::effect(handle.addr()) else {
        unknown_handle("getTimeBounds", handle.addr());
        return c::kOfxStatErrBadHandle;
    };
    if first.is_null() || last.is_null() {
        return c::kOfxStatErrValue;
    }
    let range = effect.project().range;
    // SAFETY: not null; the plug-in passes places for numbers.
    unsafe {
        first.write(range[0]);
        last.write(range[1]);
    }
    c::kOfxStatOK
}

pub(super) fn memory_table(profile: &Profile) -> OfxMemorySuiteV1 {
    OfxMemorySuiteV1 {
        memoryAlloc: profile.has_function("memoryAlloc").then_some(memory_alloc as _),
        memoryFree: profile.has_function("memoryFree").then_some(memory_free as _),
    }
}

pub(super) fn message1_table(profile: &Profile) -> OfxMessageSuiteV1 {
    OfxMessageSuiteV1 { message: profile.has_function("message").then_some(fathom_host_messageV as _) }
}

pub(super) fn message2_table(profile: &Profile) -> OfxMessageSuiteV2 {
    let has = |name| profile.has_function(name);
    OfxMessageSuiteV2 {
        message: has("message").then_some(fathom_host_messageV as _),
        setPersistentMessage: has("setPersistentMessage").then_some(fathom_host_setPersistentMessageV as _),
        clearPersistentMessage: has("clearPersistentMessage").then_some(clear_persistent_message as _),
    }
}

pub(super) fn progress1_table(profile: &Profile) -> OfxProgressSuiteV1 {
    let has = |name| profile.has_function(name);
    OfxProgressSuiteV1 {
        progressStart: has("progressStart").then_some(progress_start1 as _),
        progressUpdate: has("progressUpdate").then_some(progress_update as _),
        progressEnd: has("progressEnd").then_some(progress_end as _),
    }
}

pub(super) fn progress2_table(profile: &Profile) -> OfxProgressSuiteV2 {
    let has = |name| profile.has_function(name);
    OfxProgressSuiteV2 {
        progressStart: has("progressStart").then_some(progress_start2 as _),
        progressUpdate: has("progressUpdate").then_some(progress_update as _),
        progressEnd: has("progressEnd").then_some(progress_end as _),
    }
}

pub(super) fn time_line_table(profile: &Profile) -> OfxTimeLineSuiteV1 {
    let has = |name| profile.has_function(name);
    OfxTimeLineSuiteV1 {
        getTime: has("getTime").then_some(get_time as _),
        gotoTime: has("gotoTime").then_some(goto_time as _),
        getTimeBounds: has("getTimeBounds").then_some(get_time_bounds as _),
    }
}
