//! The host: a profile, the suites that it hands out, and what it has seen.

use crate::bundle::HostRecord;
use crate::format::Depth;
use crate::inject::Injector;
use crate::profile::Profile;
use crate::property::{PropertySet, lock};
use crate::report::{Check, Message, RefusedProperty, Report, Violation};
use crate::suites::{SuiteTables, planes};
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::{image_effect as fx, param};
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

/// A change of a progress bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// It begins, with this label.
    Start(String),
    /// It stands at this part of 1.
    Update(f64),
    /// It ends.
    End,
}

/// Called when the plug-in reports progress; `false` asks it to stop.
pub type ProgressCallback = Box<dyn FnMut(Progress) -> bool + Send>;

/// An OpenFX host. Cheap to clone: all clones are the same host.
#[derive(Clone)]
pub struct Host {
    pub(crate) state: Arc<HostState>,
}

pub(crate) struct HostState {
    pub profile: Profile,
    pub properties: Arc<PropertySet>,
    pub suites: SuiteTables,
    report: Mutex<Report>,
    pub progress: Mutex<Option<ProgressCallback>>,
    /// Blocks of the memory suite by address, with their storage.
    pub blocks: Mutex<HashMap<usize, Vec<u64>>>,
    /// Which call is made to fail.
    pub injector: Injector,
    /// How often fetchSuite was called.
    pub suites_asked: AtomicUsize,
    /// What plug-ins were given: it lives as long as the host, also for those that use it for too long.
    pub record: OnceLock<HostRecord>,
}

static HOSTS: RwLock<Vec<Weak<HostState>>> = RwLock::new(Vec::new());

impl Host {
    /// A host of this kind.
    pub fn new(profile: Profile) -> Self {
        let properties = host_properties(&profile);
        let state = Arc::new(HostState {
            suites: SuiteTables::new(&profile),
            properties,
            profile,
            report: Mutex::default(),
            progress: Mutex::default(),
            blocks: Mutex::default(),
            injector: Injector::default(),
            suites_asked: AtomicUsize::new(0),
            record: OnceLock::new(),
        });
        let mut hosts = HOSTS.write().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|h| h.strong_count() > 0);
        hosts.push(Arc::downgrade(&state));
        Self { state }
    }

    /// What the host is like.
    pub fn profile(&self) -> &Profile {
        &self.state.profile
    }

    /// The rules that were broken so far.
    pub fn violations(&self) -> Vec<Violation> {
        lock(&self.state.report).violations.clone()
    }

    /// Everything seen so far.
    pub fn report(&self) -> Report {
        lock(&self.state.report).clone()
    }

    /// Everything seen so far, and forgets it.
    pub fn take_report(&self) -> Report {
        std::mem::take(&mut *lock(&self.state.report))
    }

    /// The messages so far.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.state.report).messages.clone()
    }

    /// Says who hears of progress.
    pub fn on_progress(&self, callback: Option<ProgressCallback>) {
        *lock(&self.state.progress) = callback;
    }

    /// How often plug-ins asked for a suite.
    pub fn suites_asked(&self) -> usize {
        self.state.suites_asked.load(Ordering::Relaxed)
    }

    /// Bytes of the memory suite that the plug-in holds.
    pub fn outstanding_memory(&self) -> usize {
        lock(&self.state.blocks).values().map(|b| b.len() * 8).sum()
    }
}

impl HostState {
    pub fn violation(&self, check: Check, details: impl Into<String>) {
        let details = details.into();
        let mut report = lock(&self.report);
        // A fault in an inner loop must not fill the memory.
        if report.violations.len() < 1000 {
            report.violations.push(Violation { check, details });
        }
    }

    pub fn refused(&self, set: &str, property: &str, write: bool) {
        let entry = RefusedProperty { set: set.into(), property: property.into(), write };
        let mut report = lock(&self.report);
        if !report.refused.contains(&entry) {
            report.refused.push(entry);
        }
    }

    pub fn with_report<T>(&self, f: impl FnOnce(&mut Report) -> T) -> T {
        f(&mut lock(&self.report))
    }

    /// The host whose descriptor has this handle.
    pub fn by_handle(id: usize) -> Option<Arc<Self>> {
        HOSTS
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter_map(Weak::upgrade)
            .find(|h| h.properties.id() == id)
    }
}

/// Records a violation that belongs to no action: all living hosts hear of it.
pub(crate) fn orphan_violation(check: Check, details: &str) {
    for host in HOSTS.read().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade) {
        host.violation(check, details);
    }
}

fn host_properties(profile: &Profile) -> Arc<PropertySet> {
    let p = PropertySet::new("host", false);
    let strings = |list: Vec<&std::ffi::CStr>| -> Vec<CString> { list.into_iter().map(CString::from).collect() };
    let flag = |b: bool| vec![i32::from(b)];
    p.define_str(c::kOfxPropType, "OfxTypeImageEffectHost");
    p.define_str(c::kOfxPropName, profile.name);
    p.define_str(c::kOfxPropLabel, profile.name);
    p.define(c::kOfxPropVersion, vec![1, 0, 0]);
    p.define_str(c::kOfxPropVersionLabel, "1.0.0");
    if !profile.api_version.is_empty() {
        p.define_list(c::kOfxPropAPIVersion, profile.api_version.clone());
    }
    p.define(fx::kOfxImageEffectHostPropIsBackground, vec![1]);
    p.define(fx::kOfxImageEffectPropSupportsOverlays, flag(profile.overlays));
    p.define(fx::kOfxImageEffectPropSupportsMultiResolution, flag(profile.supports_multi_resolution));
    p.define(fx::kOfxImageEffectPropSupportsTiles, flag(profile.supports_tiles));
    p.define(fx::kOfxImageEffectPropTemporalClipAccess, flag(profile.temporal_clip_access));
    p.define_list(
        fx::kOfxImageEffectPropSupportedComponents,
        strings(profile.components.iter().map(|v| v.ofx()).collect()),
    );
    p.define_list(
        fx::kOfxImageEffectPropSupportedContexts,
        strings(profile.contexts.iter().map(|v| v.ofx()).collect()),
    );
    p.define_list(
        fx::kOfxImageEffectPropSupportedPixelDepths,
        strings(profile.depths.iter().map(|v: &Depth| v.ofx()).collect()),
    );
    p.define(fx::kOfxImageEffectPropSupportsMultipleClipDepths, flag(profile.supports_multiple_clip_depths));
    p.define(fx::kOfxImageEffectPropSupportsMultipleClipPARs, flag(profile.supports_multiple_clip_pars));
    p.define(fx::kOfxImageEffectPropSetableFrameRate, vec![0]);
    p.define(fx::kOfxImageEffectPropSetableFielding, vec![0]);
    p.define(fx::kOfxImageEffectInstancePropSequentialRender, vec![0]);
    p.define(fx::kOfxImageEffectPropRenderQualityDraft, vec![1]);
    p.define_str(fx::kOfxImageEffectHostPropNativeOrigin, "kOfxImageEffectHostPropNativeOriginBottomLeft");
    p.define(param::kOfxParamHostPropSupportsCustomInteract, vec![0]);
    p.define(param::kOfxParamHostPropSupportsStringAnimation, vec![0]);
    p.define(param::kOfxParamHostPropSupportsChoiceAnimation, vec![1]);
    p.define(param::kOfxParamHostPropSupportsBooleanAnimation, vec![1]);
    p.define(param::kOfxParamHostPropSupportsCustomAnimation, vec![0]);
    p.define(param::kOfxParamHostPropSupportsStrChoice, vec![0]);
    p.define(param::kOfxParamHostPropSupportsStrChoiceAnimation, vec![0]);
    p.define(c"OfxParamHostPropSupportsParametricAnimation", vec![0]);
    p.define(param::kOfxParamHostPropMaxParameters, vec![-1]);
    p.define(param::kOfxParamHostPropMaxPages, vec![0]);
    p.define(param::kOfxParamHostPropPageRowColumnCount, vec![0, 0]);
    p.define(c::kOfxPropHostOSHandle, vec![0usize]);
    p.define_str(c"OfxImageEffectPropOpenGLRenderSupported", "false");
    if profile.name == "fr.inria.Natron" {
        p.define(c"NatronOfxHostIsNatron", vec![1]);
    }
    if planes::offered(profile) {
        p.define(planes::MULTI_PLANAR, vec![1]);
    }
    if profile.missing_host_properties.contains(&"*") {
        return PropertySet::new("host", false);
    }
    for name in &profile.missing_host_properties {
        p.remove(&crate::property::cstring(name));
    }
    p
}
