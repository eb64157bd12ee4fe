//! An effect that obeys the API until it is told otherwise: the host's checks are shown to fail on it.
//!
//! Its picture is the source times `gain`; a connected `Depth` is added to red. The environment variable MISBEHAVE names the check that it
//! is to fail; the parameter `fault` does so by number, for an instance alone.
#![allow(unsafe_code, reason = "a plug-in as small as possible, written against the C API directly")]
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument covers them all: the host passes what the C API says, which the host's own tests establish"
)]
#![allow(missing_docs, reason = "not a library")]

mod answers;
mod c;
mod describe;
mod image;
mod overlay;
mod render;
mod wrong;

use c::{HOST, props, string};
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::image_effect::*;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use wrong::{STATE, is, wrong};

/// Handles of the instances that live.
static LIVING: Mutex<Vec<usize>> = Mutex::new(Vec::new());
static LOADS: AtomicUsize = AtomicUsize::new(0);
static NOBODY: AtomicBool = AtomicBool::new(false);

fn lives(effect: OfxImageEffectHandle) -> bool {
    LIVING.lock().unwrap().contains(&effect.addr())
}

fn sleeping_thread() {
    std::thread::spawn(|| std::thread::sleep(Duration::from_secs(600)));
}

unsafe fn load() -> OfxStatus {
    unsafe {
        if c::essentials_missing() {
            return if is("required-suites") { kOfxStatFailed } else { kOfxStatErrMissingHostFeature };
        }
        let host = (*HOST.load(Ordering::Acquire)).host;
        let poor = string(host, kOfxPropName, 0).is_none();
        if is("poor-host") && poor {
            return kOfxStatFailed;
        }
        let has = |name, version| c::optional::<usize>(name, version).is_some();
        if is("optional-suites") && has(c"OfxMemorySuite", 1) && !has(c"OfxProgressSuite", 1) {
            return kOfxStatFailed;
        }
        if is("host-introduction") && NOBODY.swap(false, Ordering::AcqRel) {
            return kOfxStatFailed;
        }
        if is("describe-on-threads") && LOADS.load(Ordering::Acquire) > 0 {
            return kOfxStatFailed;
        }
        if is("load-cycles") {
            sleeping_thread();
        }
        if is("prints-nothing") {
            println!("loading");
        }
        LOADS.fetch_add(1, Ordering::AcqRel);
    }
    kOfxStatOK
}

unsafe fn create(effect: OfxImageEffectHandle, set: OfxPropertySetHandle) -> OfxStatus {
    let count = {
        let mut living = LIVING.lock().unwrap();
        living.push(effect.addr());
        living.len()
    };
    STATE.reset();
    if is("many-instances") && count > 5 {
        sleeping_thread();
    }
    if is("memory-leak") {
        unsafe { c::leak_memory(effect) };
    }
    let data = std::ptr::without_provenance_mut(0x77);
    unsafe { props().propSetPointer.unwrap()(set, kOfxPropInstanceData.as_ptr(), 0, data) }
}

unsafe fn destroy(effect: OfxImageEffectHandle, set: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        if !wrong(effect, "instance-data-left") {
            props().propSetPointer.unwrap()(set, kOfxPropInstanceData.as_ptr(), 0, null_mut());
        }
    }
    LIVING.lock().unwrap().retain(|h| *h != effect.addr());
    if is("illegal-status") { kOfxStatReplyDefault } else { kOfxStatOK }
}

unsafe extern "C" fn main_entry(
    action: *const c_char,
    handle: *const c_void,
    in_args: OfxPropertySetHandle,
    out_args: OfxPropertySetHandle,
) -> OfxStatus {
    if action.is_null() && !is("null-arguments") {
        return kOfxStatErrBadHandle;
    }
    let effect = handle.cast_mut().cast::<OfxImageEffectStruct>();
    // SAFETY: the host passes what the API says; this holds for all calls below.
    unsafe {
        let action = CStr::from_ptr(action);
        if action == kOfxActionLoad {
            return load();
        }
        if action == kOfxActionUnload {
            LOADS.fetch_sub(1, Ordering::AcqRel);
            return kOfxStatOK;
        }
        let describing = [kOfxActionDescribe, kOfxImageEffectActionDescribeInContext, kOfxActionCreateInstance];
        if describing.contains(&action) {
            let Some(set) = c::effect_properties(effect) else { return kOfxStatErrBadHandle };
            return match () {
                () if action == kOfxActionDescribe => describe::describe(set),
                () if action == kOfxActionCreateInstance => create(effect, set),
                () => describe::describe_in_context(effect, in_args),
            };
        }
        if is("unknown-action") && action == c"OfxActionOfNoKind" {
            return kOfxStatOK;
        }
        if !answers::KNOWN.contains(&action) {
            return kOfxStatReplyDefault;
        }
        if effect.is_null() {
            STATE.purged.store(0, Ordering::Release);
        }
        if !lives(effect) {
            let careless = is("dead-handles") && action == kOfxActionDestroyInstance;
            return if careless { kOfxStatOK } else { kOfxStatErrBadHandle };
        }
        if action == kOfxActionDestroyInstance {
            let Some(set) = c::effect_properties(effect) else { return kOfxStatErrBadHandle };
            return destroy(effect, set);
        }
        if action == kOfxImageEffectActionRender {
            if in_args.is_null() {
                return kOfxStatErrBadHandle;
            }
            return render::render(effect, in_args);
        }
        answers::answer(effect, action, in_args, out_args)
    }
}

unsafe extern "C" fn set_host(host: *mut OfxHost) {
    if is("new-host") && !HOST.load(Ordering::Acquire).is_null() {
        return;
    }
    HOST.store(host, Ordering::Release);
}

#[unsafe(no_mangle)]
pub extern "C" fn OfxSetHost(host: *const OfxHost) -> OfxStatus {
    NOBODY.store(host.is_null(), Ordering::Release);
    kOfxStatOK
}

#[unsafe(no_mangle)]
pub extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    1
}

struct Table(OfxPlugin);
// SAFETY: never written.
unsafe impl Sync for Table {}

const fn table(identifier: &'static CStr) -> Table {
    Table(OfxPlugin {
        pluginApi: kOfxImageEffectPluginApi.as_ptr(),
        apiVersion: 1,
        pluginIdentifier: identifier.as_ptr(),
        pluginVersionMajor: 1,
        pluginVersionMinor: 0,
        setHost: Some(set_host),
        mainEntry: Some(main_entry),
    })
}
static PLUGIN: Table = table(c"org.fathomfx.test.Misbehave");
static OTHER: Table = table(c"org.fathomfx.test.Misbehave");
static SLASH: Table = table(c"org.fathomfx/test.Misbehave");

#[unsafe(no_mangle)]
pub extern "C" fn OfxGetPlugin(n: c_int) -> *const OfxPlugin {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    if n != 0 && !is("plugin-index") {
        return null();
    }
    match () {
        () if is("plugin-identifier") => &raw const SLASH.0,
        () if is("plugin-record") && TIMES.fetch_add(1, Ordering::Relaxed) % 2 == 1 => &raw const OTHER.0,
        () => &raw const PLUGIN.0,
    }
}
