//! A plug-in library, opened.
#![allow(unsafe_code, reason = "loads a shared library and calls its functions")]

use crate::action;
use crate::effect::{Described, Effect};
use crate::error::HostError;
use crate::format::Context;
use crate::host::{Host, HostState};
use crate::property::lock;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxHost, OfxPlugin, OfxPluginEntryPoint, OfxPropertySetHandle};
use std::collections::{BTreeSet, HashMap};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// One plug-in of a library.
#[derive(Clone, Debug)]
pub struct PluginInfo {
    /// Its identifier.
    pub identifier: String,
    /// Major and minor version.
    pub version: (u32, u32),
    pub(crate) main_entry: OfxPluginEntryPoint,
    set_host: Option<unsafe extern "C" fn(*mut OfxHost)>,
}

/// The host struct at a fixed address; the plug-in may keep the pointer.
pub(crate) struct HostRecord(Box<OfxHost>);
// SAFETY: written once before the plug-in sees it, only read afterwards.
unsafe impl Send for HostRecord {}
// SAFETY: as for Send.
unsafe impl Sync for HostRecord {}

/// What a host gives plug-ins.
fn record(host: &HostState) -> *mut OfxHost {
    let record = host.record.get_or_init(|| {
        HostRecord(Box::new(OfxHost {
            host: std::ptr::without_provenance_mut(host.properties.id()),
            fetchSuite: Some(fetch_suite),
        }))
    });
    std::ptr::from_ref(&*record.0).cast_mut()
}

/// An open library. Plug-ins that were loaded are unloaded when the last user of it is gone.
pub struct Library {
    path: PathBuf,
    bundle: PathBuf,
    host: Arc<HostState>,
    extra_loads: AtomicUsize,
    plugins: Vec<PluginInfo>,
    loaded: Mutex<BTreeSet<usize>>,
    // Last: dropped after Unload was sent. Never closed before all handles to its code are gone.
    _library: libloading::Library,
    _copy: Option<Copy>,
}

/// A copy of the library file, removed with it.
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

unsafe extern "C" fn fetch_suite(host: OfxPropertySetHandle, name: *const c_char, version: c_int) -> *const c_void {
    let Some(host) = HostState::by_handle(host.addr()) else {
        super_violation("fetchSuite got a handle that is no host");
        return std::ptr::null();
    };
    if name.is_null() {
        host.violation(Check::NullArgument, "fetchSuite got no name");
        return std::ptr::null();
    }
    // SAFETY: not null; the plug-in passes a C string.
    let name = unsafe { CStr::from_ptr(name) }.to_string_lossy();
    let action = action::current().map_or(c"", |action| action.name);
    if host.injector.point("fetchSuite", action, || format!("{name} {version}")).is_some() {
        return std::ptr::null();
    }
    host.suites_asked.fetch_add(1, Ordering::Relaxed);
    host.suites.fetch(&host.profile, &name, version)
}

fn super_violation(details: &str) {
    crate::host::orphan_violation(Check::UnknownHandle, details);
}

impl Library {
    pub(crate) fn plugin(&self, index: usize) -> &PluginInfo {
        &self.plugins[index]
    }

    pub(crate) fn bundle_path(&self) -> String {
        self.bundle.to_string_lossy().into_owned()
    }

    /// Load once more, on whatever thread this is.
    pub(crate) fn load_again(&self, index: usize) -> c::OfxStatus {
        self.extra_loads.fetch_add(1, Ordering::Relaxed);
        action::send(self.plugins[index].main_entry, c::kOfxActionLoad, &self.host, 0, (None, None), None)
    }

    /// setHost and Load, once.
    fn load(self: &Arc<Self>, index: usize) -> Result<(), HostError> {
        let mut loaded = lock(&self.loaded);
        if loaded.contains(&index) {
            return Ok(());
        }
        let plugin = &self.plugins[index];
        if let Some(set_host) = plugin.set_host {
            let host = record(&self.host);
            action::run(c"setHost", &self.host, 0, None, || {
                // SAFETY: the struct lives as long as the host; plug-ins only read it.
                unsafe { set_host(host) };
            });
        }
        let before = self.host.with_report(|r| r.messages.len());
        let status = action::send(plugin.main_entry, c::kOfxActionLoad, &self.host, 0, (None, None), None);
        if status != c::kOfxStatOK && status != c::kOfxStatReplyDefault {
            let message =
                self.host.with_report(|r| r.messages.get(before..).and_then(|m| m.last()).map(|m| m.text.clone()));
            return Err(HostError::Status { action: "OfxActionLoad".into(), status, message });
        }
        loaded.insert(index);
        Ok(())
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        let loaded = std::mem::take(&mut *lock(&self.loaded));
        let again = std::iter::repeat_n(loaded.iter().next().copied(), self.extra_loads.load(Ordering::Relaxed));
        for index in loaded.iter().copied().chain(again.flatten()) {
            let entry = self.plugins[index].main_entry;
            action::send(entry, c::kOfxActionUnload, &self.host, 0, (None, None), None);
        }
        let held: usize = lock(&self.host.blocks).len();
        if held > 0 {
            self.host.violation(Check::MemoryLeak, format!("{held} blocks of the memory suite were not freed"));
        }
    }
}

/// The file to open for what the user named: a bundle's folder or a library.
pub(crate) fn library_file(path: &Path) -> Result<PathBuf, HostError> {
    let fail = |reason: &str| HostError::Load { path: path.display().to_string(), reason: reason.into() };
    if path.is_file() {
        return Ok(path.to_path_buf());
    }
    if !path.exists() {
        return Err(fail("no such file or folder"));
    }
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .and_then(|n| n.strip_suffix(".ofx.bundle"))
        .ok_or_else(|| fail("is neither a library nor a folder *.ofx.bundle"))?;
    let folders: &[&str] = if cfg!(target_os = "macos") {
        &["MacOS", "MacOS-x86-64"]
    } else if cfg!(windows) {
        &["Win64"]
    } else if cfg!(target_arch = "aarch64") {
        &["Linux-aarch64"]
    } else {
        &["Linux-x86-64"]
    };
    folders
        .iter()
        .map(|f| path.join("Contents").join(f).join(format!("{name}.ofx")))
        .find(|p| p.is_file())
        .ok_or_else(|| fail(&format!("holds no Contents/{}/{name}.ofx", folders[0])))
}

#[cfg(unix)]
pub(crate) fn open_library(path: &Path) -> Result<libloading::Library, libloading::Error> {
    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
    // SAFETY: running the library's initialisers is what opening a plug-in means; the user chose it.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map(Into::into)
}

#[cfg(not(unix))]
pub(crate) fn open_library(path: &Path) -> Result<libloading::Library, libloading::Error> {
    // SAFETY: as above.
    unsafe { libloading::Library::new(path) }
}

/// A library with its plug-ins.
pub struct Bundle {
    library: Arc<Library>,
    host: Host,
    described: Mutex<HashMap<usize, Arc<Described>>>,
}

impl Bundle {
    /// Opens a `*.ofx.bundle` folder or a library for a host.
    ///
    /// One file opened twice is one library, with one host at a time: tests that run side by side in one process use
    /// [`Bundle::open_private`].
    pub fn open(path: impl AsRef<Path>, host: &Host) -> Result<Self, HostError> {
        Self::open_file(path.as_ref(), &library_file(path.as_ref())?, host, None)
    }

    /// Opens a copy of the library, which shares nothing with other copies in the process.
    pub fn open_private(path: impl AsRef<Path>, host: &Host) -> Result<Self, HostError> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let file = library_file(path.as_ref())?;
        let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let copy = std::env::temp_dir().join(format!("fathom-host-{}-{n}.ofx", std::process::id()));
        std::fs::copy(&file, &copy)
            .map_err(|e| HostError::File { path: copy.display().to_string(), reason: e.to_string() })?;
        let owned = Copy(copy.clone());
        let opened = Self::open_file(path.as_ref(), &copy, host, Some(owned));
        // What is mapped stays; a process that is killed leaves no file behind.
        #[cfg(unix)]
        let _ = std::fs::remove_file(&copy);
        opened
    }

    fn open_file(bundle: &Path, file: &Path, host: &Host, copy: Option<Copy>) -> Result<Self, HostError> {
        let fail = |reason: String| HostError::Load { path: bundle.display().to_string(), reason };
        let library = open_library(file).map_err(|e| fail(e.to_string()))?;
        let host_pointer = record(&host.state).cast_const();
        let state = &host.state;
        let introduces = state.profile.introduces_itself;
        // SAFETY: the names have these types in the OpenFX API, and the library is open while they are called.
        let plugins = unsafe {
            type SetHost = unsafe extern "C" fn(*const OfxHost) -> c_int;
            type Count = unsafe extern "C" fn() -> c_int;
            type Get = unsafe extern "C" fn(c_int) -> *mut OfxPlugin;
            let count = library.get::<Count>(b"OfxGetNumberOfPlugins\0").map_err(|e| fail(e.to_string()))?;
            let get = library.get::<Get>(b"OfxGetPlugin\0").map_err(|e| fail(e.to_string()))?;
            if let (true, Ok(set_host)) = (introduces, library.get::<SetHost>(b"OfxSetHost\0")) {
                let status = action::run(c"OfxSetHost", state, 0, None, || set_host(host_pointer));
                if status != c::kOfxStatOK {
                    return Err(fail(format!("OfxSetHost returned {status}")));
                }
            }
            action::run(c"OfxGetPlugin", state, 0, None, || {
                (0..count()).filter_map(|i| plugin_info(get(i))).collect::<Vec<_>>()
            })
        };
        if plugins.is_empty() {
            return Err(fail("holds no image effects".into()));
        }
        Ok(Self {
            library: Arc::new(Library {
                path: file.to_path_buf(),
                bundle: bundle.to_path_buf(),
                host: state.clone(),
                extra_loads: AtomicUsize::new(0),
                plugins,
                loaded: Mutex::default(),
                _library: library,
                _copy: copy,
            }),
            host: host.clone(),
            described: Mutex::default(),
        })
    }

    /// The host that it was opened for.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The library file that is open.
    pub fn library_path(&self) -> &Path {
        &self.library.path
    }

    /// The plug-ins.
    pub fn plugins(&self) -> &[PluginInfo] {
        &self.library.plugins
    }

    /// An effect, loaded and described in every context that it and the host know.
    ///
    /// It is named by its identifier, the last part of it, or its label; case does not matter.
    pub fn effect(&self, name: &str) -> Result<Effect, HostError> {
        let same = |a: &str| a.eq_ignore_ascii_case(name);
        let last = |id: &str| id.rsplit('.').next().unwrap_or(id).to_string();
        let plugins = self.plugins();
        let found = plugins
            .iter()
            .position(|p| same(&p.identifier))
            .or_else(|| plugins.iter().position(|p| same(&last(&p.identifier))));
        if let Some(index) = found {
            return self.describe(index);
        }
        let mut labels = Vec::new();
        for (index, plugin) in plugins.iter().enumerate() {
            let effect = self.describe(index)?;
            if same(&effect.label()) {
                return Ok(effect);
            }
            labels.push(last(&plugin.identifier));
        }
        Err(HostError::not_found("effect", name, labels.iter().map(String::as_str)))
    }

    /// Every effect.
    pub fn effects(&self) -> Result<Vec<Effect>, HostError> {
        (0..self.plugins().len()).map(|i| self.describe(i)).collect()
    }

    fn describe(&self, index: usize) -> Result<Effect, HostError> {
        let mut described = lock(&self.described);
        if let Some(found) = described.get(&index) {
            return Ok(Effect::new(found.clone()));
        }
        self.library.load(index)?;
        let new = Arc::new(Described::new(&self.host.state, &self.library, index)?);
        described.insert(index, new.clone());
        Ok(Effect::new(new))
    }
}

/// What a library says of a plug-in; nothing for other kinds than image effects.
///
/// # Safety
/// Must be null or point to a plug-in struct of an open library.
unsafe fn plugin_info(plugin: *const OfxPlugin) -> Option<PluginInfo> {
    if plugin.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; its strings are static.
    let (plugin, api, identifier) = unsafe {
        let p = &*plugin;
        if p.pluginApi.is_null() || p.pluginIdentifier.is_null() {
            return None;
        }
        (p, CStr::from_ptr(p.pluginApi), CStr::from_ptr(p.pluginIdentifier))
    };
    (api == c"OfxImageEffectPluginAPI" && plugin.apiVersion == 1).then(|| PluginInfo {
        identifier: identifier.to_string_lossy().into_owned(),
        version: (plugin.pluginVersionMajor, plugin.pluginVersionMinor),
        main_entry: plugin.mainEntry,
        set_host: plugin.setHost,
    })
}

/// The contexts of a list of OpenFX strings.
pub(crate) fn contexts(names: &[std::ffi::CString]) -> Vec<Context> {
    names.iter().filter_map(|n| Context::from_ofx(n)).collect()
}
