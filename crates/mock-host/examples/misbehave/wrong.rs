//! What the plug-in is to do wrong.

use super::c::int_param;
use openfx::sys::image_effect_v1::image_effect::OfxImageEffectHandle;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

static SWITCH: LazyLock<String> = LazyLock::new(|| std::env::var("MISBEHAVE").unwrap_or_default());

/// Whether the check of this name is to fail, for the whole process.
pub fn is(name: &str) -> bool {
    *SWITCH == name
}

/// The numbers of the parameter `fault`.
const FAULTS: &[(i32, &str)] = &[
    (1, "write-outside-window"),
    (2, "unwritten-pixels"),
    (3, "write-to-input"),
    (4, "image-leak"),
    (5, "image-released-twice"),
    (6, "foreign-thread"),
    (7, "param-set-outside-instance-changed"),
    (8, "message-format"),
    (9, "property-type"),
    (10, "fails-with-message"),
    (11, "unknown-handle"),
    (12, "undeclared-frame"),
    (13, "property-read-only"),
    (14, "write-outside-window/left"),
    (15, "floating-point-state"),
    (16, "illegal-status/77"),
    (17, "write-outside-window/below"),
    (20, "undefined-clip"),
    (21, "illegal-clip-preference"),
    (22, "image-outside-render"),
    (23, "recursion"),
    (24, "instance-data-left"),
    (25, "edit-block"),
    (26, "undeclared-plane"),
    (27, "parametric-curve"),
];

/// Whether the check of this name is to fail, for the process or for this instance.
pub unsafe fn wrong(effect: OfxImageEffectHandle, name: &str) -> bool {
    if is(name) {
        return true;
    }
    let Some((number, _)) = FAULTS.iter().find(|f| f.1 == name) else { return false };
    unsafe { int_param(effect, c"fault") == *number }
}

/// What a bad plug-in remembers from one action to the next.
pub struct State {
    pub spoilt: AtomicBool,
    pub told: AtomicBool,
    /// The host took its time for an answer.
    pub waited: AtomicBool,
    pub purged: AtomicUsize,
    pub rendering: AtomicUsize,
    pub sequences: AtomicUsize,
    pub count: AtomicUsize,
}

pub static STATE: State = State {
    spoilt: AtomicBool::new(false),
    told: AtomicBool::new(false),
    waited: AtomicBool::new(false),
    purged: AtomicUsize::new(0),
    rendering: AtomicUsize::new(0),
    sequences: AtomicUsize::new(0),
    count: AtomicUsize::new(0),
};

impl State {
    /// A new instance begins as if nothing had been.
    pub fn reset(&self) {
        self.spoilt.store(false, Ordering::Release);
        self.told.store(false, Ordering::Release);
        self.purged.store(0, Ordering::Release);
    }

    pub fn next(&self) -> usize {
        self.count.fetch_add(1, Ordering::Relaxed)
    }
}
