//! A library called as the C interface allows, also in ways that a host would not.
#![allow(unsafe_code, reason = "calls the library's functions through C pointers")]

use super::{Stop, broken};
use crate::action;
use crate::bundle::{library_file, open_library};
use crate::effect_object::EffectObject;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxHost, OfxPlugin};
use std::ffi::{CStr, c_int};
use std::path::Path;

/// A library by itself, without any host.
pub(super) struct RawLibrary {
    library: libloading::Library,
}

/// What the record of a plug-in says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub address: usize,
    pub api: String,
    pub api_version: i32,
    pub identifier: Vec<u8>,
    pub has_set_host: bool,
    pub has_entry: bool,
}

impl RawLibrary {
    pub fn open(bundle: &Path) -> Result<Self, Stop> {
        let library = open_library(&library_file(bundle)?).map_err(|e| Stop::Broken(e.to_string()))?;
        Ok(Self { library })
    }

    /// OfxGetNumberOfPlugins.
    pub fn count(&self) -> Result<i32, Stop> {
        type Count = unsafe extern "C" fn() -> c_int;
        // SAFETY: the function has this type in OpenFX.
        let found = unsafe { self.library.get::<Count>(b"OfxGetNumberOfPlugins\0").map(|f| f()) };
        found.map_err(|e| Stop::Broken(e.to_string()))
    }

    /// OfxGetPlugin; `None` for NULL.
    pub fn plugin(&self, index: i32) -> Result<Option<Record>, Stop> {
        type Get = unsafe extern "C" fn(c_int) -> *mut OfxPlugin;
        // SAFETY: the function has this type in OpenFX.
        let found = unsafe { self.library.get::<Get>(b"OfxGetPlugin\0").map(|f| f(index)) };
        let plugin = found.map_err(|e| Stop::Broken(e.to_string()))?;
        if plugin.is_null() {
            return Ok(None);
        }
        // SAFETY: not null: OpenFX promises a record that lives as long as the library, with strings that do too.
        let (record, api, identifier) = unsafe {
            let p = &*plugin;
            if p.pluginApi.is_null() || p.pluginIdentifier.is_null() {
                return broken(format!("plug-in {index} has no API name or no identifier"));
            }
            (p, CStr::from_ptr(p.pluginApi), CStr::from_ptr(p.pluginIdentifier))
        };
        Ok(Some(Record {
            address: plugin.addr(),
            api: api.to_string_lossy().into_owned(),
            api_version: record.apiVersion,
            identifier: identifier.to_bytes().to_vec(),
            has_set_host: record.setHost.is_some(),
            has_entry: record.mainEntry.is_some(),
        }))
    }

    /// OfxSetHost with no host; `None` where the library has no such function.
    pub fn introduce_nobody(&self) -> Option<i32> {
        type SetHost = unsafe extern "C" fn(*const OfxHost) -> c_int;
        // SAFETY: the function has this type in OpenFX; a null host is what is being tried.
        unsafe { self.library.get::<SetHost>(b"OfxSetHost\0").map(|f| f(std::ptr::null())).ok() }
    }
}

/// What the main entry is called with instead of what OpenFX says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// `None`: NULL.
    pub action: Option<&'static CStr>,
    /// The effect's handle, or what takes its place.
    pub handle: usize,
    /// Handles of the arguments.
    pub args: [usize; 2],
}

/// Calls an effect's main entry, and tells the status.
pub(super) fn call(effect: &EffectObject, call: Call) -> i32 {
    let Some(entry) = effect.library.plugin(effect.index).main_entry else { return c::kOfxStatErrBadHandle };
    let action = call.action.map_or(std::ptr::null(), CStr::as_ptr);
    let [in_args, out_args] = call.args.map(std::ptr::without_provenance_mut);
    action::run(call.action.unwrap_or(c"NULL"), &effect.host, call.handle, None, || {
        // SAFETY: the library is open; whether the entry survives these arguments is what is being tried, in a process of its own.
        unsafe { entry(action, std::ptr::without_provenance(call.handle), in_args, out_args) }
    })
}
