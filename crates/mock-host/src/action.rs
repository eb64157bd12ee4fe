//! One call of a plug-in's main entry: the context that the suites see, and the checks when it returns.
#![allow(unsafe_code, reason = "calls the plug-in's entry point through a C function pointer")]

use crate::buffer::ImageObject;
use crate::frame::Frame;
use crate::host::{HostState, orphan_violation};
use crate::inject::gives_back;
use crate::property::{PropertySet, lock};
use crate::registry;
use crate::report::{ActionRecord, Check, status_name};
use openfx::sys::generic::core::{OfxPluginEntryPoint, OfxStatus, kOfxStatErrBadHandle, kOfxStatFailed};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::ffi::{CStr, CString, c_char};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// What is running on this thread.
pub(crate) struct Action {
    pub name: &'static CStr,
    pub host: Arc<HostState>,
    /// Number of the effect's handle, 0 for actions on none.
    pub effect: usize,
    pub frame: Option<Arc<Frame>>,
    /// Images fetched and not yet released.
    pub images: RefCell<HashMap<usize, Arc<ImageObject>>>,
    /// Blocks of edits that are open, and whether something was changed in them.
    pub edits: Cell<(usize, bool)>,
    strings: RefCell<Vec<CString>>,
    /// What a call that takes something back is to return though it did.
    late: Cell<OfxStatus>,
}

thread_local! {
    static STACK: RefCell<Vec<Rc<Action>>> = const { RefCell::new(Vec::new()) };
}

/// The innermost action on this thread.
pub(crate) fn current() -> Option<Rc<Action>> {
    STACK.with_borrow(|s| s.last().cloned())
}

/// How many actions of this name run on this thread, one inside the other.
pub(crate) fn depth_of(name: &CStr) -> usize {
    STACK.with_borrow(|s| s.iter().filter(|a| a.name == name).count())
}

/// The action that a suite function was called in, or the status to return at once: on a thread where no action runs (which is a
/// violation), and where this call is one that is made to fail.
pub(crate) fn entered(function: &str) -> Result<Rc<Action>, OfxStatus> {
    entered_about(function, 0, String::new)
}

/// As [`entered`], for a function that was given this handle: if it is an effect's, the violation goes to that effect's host alone.
/// `about` says what the call is about, such as a property's name.
pub(crate) fn entered_about(
    function: &str,
    handle: usize,
    about: impl FnOnce() -> String,
) -> Result<Rc<Action>, OfxStatus> {
    let Some(action) = current() else {
        let details = format!("{function} was called on a thread where the host had not called the plug-in");
        match registry::effect(handle) {
            Some(effect) => effect.host.violation(Check::ForeignThread, details),
            None => orphan_violation(Check::ForeignThread, &details),
        }
        return Err(kOfxStatFailed);
    };
    let made = action.host.injector.point(function, action.name, about);
    match made {
        None => Ok(action),
        // What takes something back does it all the same: else nobody could.
        Some(status) if gives_back(function) => {
            action.late.set(status);
            Ok(action)
        }
        Some(status) => Err(status),
    }
}

/// The status of a call that is made to fail, for functions that any thread may call.
pub(crate) fn made_to_fail(function: &str) -> Option<OfxStatus> {
    let action = current()?;
    action.host.injector.point(function, action.name, String::new)
}

impl Action {
    /// A string for the plug-in: it lives until the action returns and is overwritten then.
    pub fn lend(&self, text: CString) -> *const c_char {
        let pointer = text.as_ptr();
        self.strings.borrow_mut().push(text);
        pointer
    }

    /// The status of a call that did what it was asked to.
    pub fn done(&self) -> OfxStatus {
        self.late.take()
    }

    /// Records a broken rule with the action's name.
    pub fn violation(&self, check: Check, details: impl std::fmt::Display) {
        self.host.violation(check, format!("{}: {details}", self.name.to_string_lossy()));
    }
}

/// Runs `f` as if the plug-in had been called for `name`.
pub(crate) fn run<T>(
    name: &'static CStr,
    host: &Arc<HostState>,
    effect: usize,
    frame: Option<Arc<Frame>>,
    f: impl FnOnce() -> T,
) -> T {
    let action = Rc::new(Action {
        name,
        host: host.clone(),
        effect,
        frame,
        images: RefCell::default(),
        edits: Cell::default(),
        strings: RefCell::default(),
        late: Cell::default(),
    });
    STACK.with_borrow_mut(|s| s.push(action.clone()));
    let before = floating_point_state();
    let result = f();
    if floating_point_state() != before {
        action.violation(
            Check::FloatingPointState,
            format_args!("MXCSR was {before:#x}, is {:#x}", floating_point_state()),
        );
        restore_floating_point_state(before);
    }
    STACK.with_borrow_mut(|s| s.pop());
    if action.edits.get().0 > 0 {
        action.violation(Check::EditBlock, "a block of edits was not ended");
    }
    for image in action.images.borrow().values() {
        action.violation(Check::ImageLeak, format_args!("an image of clip {} was not released", image.clip));
    }
    action.strings.borrow_mut().drain(..).for_each(bury);
    result
}

/// Strings that were lent, overwritten. The newest stay in memory, so that whoever kept one finds this instead of what it expects.
static BURIED: Mutex<VecDeque<CString>> = Mutex::new(VecDeque::new());

fn bury(text: CString) {
    let marks = vec![BURIED_MARK; text.as_bytes().len()];
    let mut bytes = text.into_bytes();
    std::hint::black_box(bytes.as_mut_slice()).copy_from_slice(&marks);
    // The bytes have no zero among them, and room for one behind: the address stays.
    let Ok(text) = CString::new(bytes) else { return };
    let mut buried = lock(&BURIED);
    buried.push_back(text);
    if buried.len() > 4096 {
        buried.pop_front();
    }
}

/// No name or text of a plug-in consists of these.
const BURIED_MARK: u8 = 0x7f;

/// Records the use of a string that was lent in an action that is over.
pub(crate) fn check_kept(function: &str, text: &CStr) {
    let bytes = text.to_bytes();
    if !bytes.is_empty()
        && bytes.iter().all(|b| *b == BURIED_MARK)
        && let Some(action) = current()
    {
        action.violation(
            Check::KeptString,
            format_args!("{function} got a string that the host lent in an earlier action"),
        );
    }
}

/// Sends an action to the plug-in.
pub(crate) fn send(
    entry: OfxPluginEntryPoint,
    name: &'static CStr,
    host: &Arc<HostState>,
    effect: usize,
    args: (Option<&PropertySet>, Option<&PropertySet>),
    frame: Option<Arc<Frame>>,
) -> OfxStatus {
    let Some(entry) = entry else {
        return kOfxStatErrBadHandle;
    };
    let handle = |set: Option<&PropertySet>| std::ptr::without_provenance_mut(set.map_or(0, PropertySet::id));
    let (in_args, out_args) = (handle(args.0), handle(args.1));
    let started = Instant::now();
    let status = run(name, host, effect, frame, || {
        // SAFETY: `entry` is the plug-in's main entry of a library that is still open (`Library` is kept by everything that
        // sends actions); the name is a static C string and the handles are numbers that the suites look up.
        unsafe { entry(name.as_ptr(), std::ptr::without_provenance(effect), in_args, out_args) }
    });
    host.with_report(|r| {
        if r.actions.len() < 100_000 {
            r.actions.push(ActionRecord {
                action: name.to_string_lossy().into_owned(),
                status,
                duration: started.elapsed(),
            });
        }
    });
    if status_name(status) == "an unknown status" {
        host.violation(Check::IllegalStatus, format!("{} returned {status}", name.to_string_lossy()));
    }
    status
}

#[cfg(target_arch = "x86_64")]
fn floating_point_state() -> u32 {
    let mut state = 0u32;
    // SAFETY: stores the SSE control register into a variable of its size. Bits 0 to 5 are sticky flags, not state.
    unsafe {
        std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut state, options(nostack));
    }
    state & !0x3f
}

#[cfg(target_arch = "x86_64")]
fn restore_floating_point_state(state: u32) {
    // SAFETY: loads a value of the SSE control register that was read from it before.
    unsafe {
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const state, options(nostack));
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn floating_point_state() -> u32 {
    0
}

#[cfg(not(target_arch = "x86_64"))]
fn restore_floating_point_state(_: u32) {}
