//! Fault injection: each call that a plug-in makes of a suite is made to fail once, in turn, with each status that the function may
//! return, and what becomes of it is judged.
//!
//! Calls are counted from 0 in the order in which a scripted session makes them; the session is deterministic, so that a number and a
//! status name a case for ever.

mod judge;
mod scene;
mod script;

pub use judge::{Ended, Rig, Verdict};
pub use scene::Scene;
pub use script::Part;

use crate::host::Host;
use crate::property::lock;
use openfx::sys::generic::core as c;
use serde::{Deserialize, Serialize};
use std::ffi::CStr;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A call of a suite function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The action that the plug-in was in.
    pub action: String,
    /// The function; `fetchSuite` is one, too.
    pub function: String,
    /// A property's, parameter's or clip's name where there is one.
    pub about: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}({})", self.action, self.function, self.about)
    }
}

/// One failure: the call of this number returns this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Number of the call, from 0.
    pub call: usize,
    /// What it returns; fetchSuite returns NULL whatever this says.
    pub status: i32,
}

/// Statuses with which a function may fail, by OpenFX's documentation of it; none: it cannot say that it failed.
pub fn statuses(function: &str) -> &'static [i32] {
    match function {
        // Returns an answer, not a status.
        "abort" | "multiThreadIsSpawnedThread" => &[],
        "fetchSuite" => &[c::kOfxStatFailed],
        f if f.starts_with("prop") => {
            &[c::kOfxStatErrBadHandle, c::kOfxStatErrUnknown, c::kOfxStatErrBadIndex, c::kOfxStatErrValue]
        }
        "clipGetImage" | "clipGetImagePlane" | "clipGetRegionOfDefinition" => {
            &[c::kOfxStatFailed, c::kOfxStatErrBadHandle, c::kOfxStatErrMemory]
        }
        "clipDefine" | "imageMemoryAlloc" | "memoryAlloc" | "mutexCreate" => {
            &[c::kOfxStatErrBadHandle, c::kOfxStatErrMemory]
        }
        "paramDefine" => {
            &[c::kOfxStatErrBadHandle, c::kOfxStatErrExists, c::kOfxStatErrUnknown, c::kOfxStatErrUnsupported]
        }
        "multiThread" => &[c::kOfxStatFailed, c::kOfxStatErrMemory, c::kOfxStatErrExists],
        "multiThreadNumCPUs" | "multiThreadIndex" => &[c::kOfxStatFailed],
        f if f.starts_with("progress") || f.to_lowercase().contains("message") => {
            &[c::kOfxStatFailed, c::kOfxStatErrBadHandle]
        }
        f if f.starts_with("parametric") => &[c::kOfxStatFailed, c::kOfxStatErrBadHandle, c::kOfxStatErrBadIndex],
        _ => &[c::kOfxStatFailed, c::kOfxStatErrBadHandle, c::kOfxStatErrUnknown],
    }
}

/// Does the function take something back? Such a call does so even where it is to fail: nobody could do it again.
pub(crate) fn gives_back(function: &str) -> bool {
    const ALL: [&str; 5] = ["clipReleaseImage", "imageMemoryFree", "memoryFree", "paramEditEnd", "progressEnd"];
    ALL.contains(&function)
}

/// Is the function called as time passes? Such calls are not counted: their number is another one every time.
fn by_the_clock(function: &str) -> bool {
    function == "abort" || function.starts_with("progress")
}

/// Counts calls, and makes one fail.
#[derive(Default)]
pub(crate) struct Injector {
    on: AtomicBool,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    next: usize,
    fault: Option<Fault>,
    hit: Option<Call>,
    record: Option<Vec<Call>>,
}

impl Injector {
    /// A call is made: the status that it is to fail with, if it is.
    pub fn point(&self, function: &str, action: &CStr, about: impl FnOnce() -> String) -> Option<i32> {
        if !self.on.load(Ordering::Relaxed) || by_the_clock(function) {
            return None;
        }
        let mut plan = lock(&self.plan);
        let at = plan.next;
        plan.next += 1;
        let fault = plan.fault.filter(|f| f.call == at);
        if fault.is_none() && plan.record.is_none() {
            return None;
        }
        let action = action.to_string_lossy();
        let action = action.trim_start_matches("OfxImageEffectAction").trim_start_matches("OfxAction").to_string();
        let call = Call { action, function: function.into(), about: about() };
        if fault.is_some() {
            plan.hit = Some(call.clone());
        }
        plan.record.iter_mut().for_each(|list| list.push(call.clone()));
        fault.filter(|_| !statuses(function).is_empty()).map(|f| f.status)
    }
}

impl Host {
    /// From now on calls are counted, from 0; the fault's fails.
    pub fn inject(&self, fault: Option<Fault>) {
        let record = fault.is_none().then(Vec::new);
        *lock(&self.state.injector.plan) = Plan { next: 0, fault, hit: None, record };
        self.state.injector.on.store(true, Ordering::Release);
    }

    /// No call fails any longer. The calls since [`Host::inject`]: all if none was to fail, else the one that failed.
    pub fn end_injection(&self) -> Vec<Call> {
        self.state.injector.on.store(false, Ordering::Release);
        let plan = std::mem::take(&mut *lock(&self.state.injector.plan));
        plan.record.unwrap_or_else(|| plan.hit.into_iter().collect())
    }
}
