//! The OpenFX plug-in bundle: what a host opens. Knows OpenFX and hosts, and no depth mathematics: that is in `fathom_core`.
//!
//! A call goes door ([`OfxGetPlugin`]'s table) → `guard` → `actions` → the core, and back. Modules that touch the host's C functions
//! or memory say so at their top; the actions themselves are safe code.
#![allow(unsafe_code, reason = "the three exports and the door of each plug-in are C functions")]

mod actions;
mod borrow;
mod clips;
mod depth;
mod draw;
mod failure;
mod guard;
mod handles;
mod hosts;
mod image;
mod instance;
mod log;
mod overlay;
mod params;
mod plugin;
mod pool;
mod probe;
mod progress;
mod props;
mod scale;
mod suites;

use actions::Call;
use fathom_core::effects;
use guard::{End, guard, guard_value};
use handles::Handle;
use openfx_sys as ofx;
use plugin::Plugin;
use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::sync::LazyLock;

type SetHost = unsafe extern "C" fn(*mut ofx::OfxHost);
type MainEntry = unsafe extern "C" fn(
    *const c_char,
    *const c_void,
    ofx::OfxPropertySetHandle,
    ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus;

/// Makes a pair of C functions for each index: OpenFX's calls do not say which plug-in they are for.
macro_rules! doors {
    ($($index:literal)+) => {
        static PLUGINS: [Plugin; [$($index),+].len()] = [$(Plugin::new($index)),+];
        static DOORS: [(SetHost, MainEntry, MainEntry); PLUGINS.len()] =
            [$((set_host::<$index>, main_entry::<$index>, overlay_entry::<$index>)),+];
    };
}
doors!(0 1 2 3 4 5 6 7);
const _: () = assert!(effects::ALL.len() <= DOORS.len(), "more effects than doors");

/// What hosts see of the effects. Made once, and never moved or freed: hosts keep the pointers.
static TABLE: LazyLock<&'static [ofx::OfxPlugin]> = LazyLock::new(|| {
    let entry = |(effect, (set_host, main_entry, _)): (&&dyn fathom_core::Effect, &(SetHost, MainEntry, MainEntry))| {
        let info = effect.info();
        let identifier = CString::new(format!("org.fathomfx.{}", info.name)).unwrap_or_default();
        ofx::OfxPlugin {
            pluginApi: ofx::kOfxImageEffectPluginApi.as_ptr(),
            apiVersion: 1,
            pluginIdentifier: identifier.into_raw().cast_const(),
            pluginVersionMajor: info.version[0] as c_uint,
            pluginVersionMinor: info.version[1] as c_uint,
            setHost: Some(*set_host),
            mainEntry: Some(*main_entry),
        }
    };
    Vec::leak(effects::ALL.iter().zip(&DOORS).map(entry).collect())
});

/// OpenFX 1.5: the host introduces itself before it asks for plug-ins. Nothing depends on it: setHost of each plug-in counts.
#[unsafe(no_mangle)]
pub extern "C" fn OfxSetHost(_host: *const ofx::OfxHost) -> ofx::OfxStatus {
    ofx::kOfxStatOK
}

/// OpenFX: how many plug-ins the library holds.
#[unsafe(no_mangle)]
pub extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    effects::ALL.len() as c_int
}

/// OpenFX: a plug-in's record, always the same; NULL for an index that is none.
#[unsafe(no_mangle)]
pub extern "C" fn OfxGetPlugin(nth: c_int) -> *const ofx::OfxPlugin {
    let found = || usize::try_from(nth).ok().and_then(|i| TABLE.get(i)).map_or(std::ptr::null(), std::ptr::from_ref);
    guard_value(std::ptr::null(), found)
}

unsafe extern "C" fn set_host<const INDEX: usize>(host: *mut ofx::OfxHost) {
    // SAFETY: OpenFX: NULL or the host's record, valid until the plug-in is unloaded.
    guard_value((), || unsafe { PLUGINS[INDEX].set_host(host) });
}

unsafe extern "C" fn main_entry<const INDEX: usize>(
    action: *const c_char,
    handle: *const c_void,
    in_args: ofx::OfxPropertySetHandle,
    out_args: ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus {
    if action.is_null() {
        return ofx::kOfxStatErrBadHandle;
    }
    // SAFETY: OpenFX: a string; the handle is an effect for every action that looks at it; the arguments are property sets or NULL, and
    // all of them live until this call returns.
    let (action, call) = unsafe {
        let call = Call {
            plugin: &PLUGINS[INDEX],
            handle: Handle::from_host(handle.cast_mut().cast()),
            in_args: Handle::from_host(in_args),
            out_args: Handle::from_host(out_args),
        };
        (CStr::from_ptr(action), call)
    };
    match guard(|| actions::run(action, &call)) {
        End::Done(status) => status,
        End::Failed(status, text) => {
            guard_value((), || actions::report(action, &call, status, text));
            status
        }
    }
}

/// The door of what is drawn over the picture; hosts get it while the effect is described.
unsafe extern "C" fn overlay_entry<const INDEX: usize>(
    action: *const c_char,
    interact: *const c_void,
    in_args: ofx::OfxPropertySetHandle,
    _out_args: ofx::OfxPropertySetHandle,
) -> ofx::OfxStatus {
    if action.is_null() {
        return ofx::kOfxStatErrBadHandle;
    }
    // SAFETY: OpenFX: a string; the handle is an interact; the arguments are a property set or NULL, and all of them live until this call
    // returns.
    let (action, call) = unsafe {
        let call = overlay::Call {
            plugin: &PLUGINS[INDEX],
            interact: Handle::from_host(interact.cast_mut().cast()),
            in_args: Handle::from_host(in_args),
        };
        (CStr::from_ptr(action), call)
    };
    match guard(|| overlay::run(action, &call)) {
        End::Done(status) => status,
        End::Failed(status, text) => {
            guard_value((), || {
                let name = PLUGINS[INDEX].effect().info().name;
                log::line(|| format!("{} over {name}: status {status} {text:?}", action.to_string_lossy()));
            });
            status
        }
    }
}
