//! What an image effect handle stands for: a descriptor or an instance.

use crate::action;
use crate::buffer::ImageMemory;
use crate::bundle::Library;
use crate::clip::{ClipObject, remove_missing};
use crate::error::HostError;
use crate::format::{Context, Depth};
use crate::frame::Frame;
use crate::geometry::{RectD, RectI};
use crate::host::HostState;
use crate::param::ParamObject;
use crate::property::{PropertySet, cstring, lock};
use crate::registry;
use crate::report::Message;
use crate::suites::planes;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::{image_effect as fx, param};
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The project that an instance lives in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Project {
    /// The picture format, in pixels at scale 1.
    pub format: RectI,
    /// Width of a pixel relative to its height.
    pub par: f64,
    /// Frames per second.
    pub frame_rate: f64,
    /// First and last frame.
    pub range: [f64; 2],
}

impl Default for Project {
    fn default() -> Self {
        Self { format: RectI::sized(1920, 1080), par: 1.0, frame_rate: 24.0, range: [1.0, 100.0] }
    }
}

impl Project {
    /// The format in canonical coordinates.
    pub fn extent(&self) -> RectD {
        self.format.to_canonical([1.0, 1.0], self.par)
    }
}

pub(crate) struct EffectObject {
    pub id: usize,
    pub param_set_id: usize,
    pub host: Arc<HostState>,
    pub library: Arc<Library>,
    /// Which plug-in of the library.
    pub index: usize,
    pub context: Option<Context>,
    pub properties: Arc<PropertySet>,
    pub param_set_properties: Arc<PropertySet>,
    /// Whether clips and parameters may be defined now.
    pub describing: AtomicBool,
    clips: RwLock<Vec<Arc<ClipObject>>>,
    params: RwLock<Vec<Arc<ParamObject>>>,
    pub persistent: Mutex<Vec<Message>>,
    pub memory: Mutex<HashMap<usize, Arc<ImageMemory>>>,
    project: Mutex<Project>,
    time: Mutex<f64>,
    pub wanted_depth: Mutex<Option<Depth>>,
    /// Whether clip preferences have to be asked for again.
    pub stale: AtomicBool,
    /// Where the effect said last that its output is defined.
    pub region: Mutex<Option<RectD>>,
    /// Whether the picture changes though no parameter does.
    pub frame_varying: AtomicBool,
    /// How far the progress bar is; `None`: there is none.
    pub bar: Mutex<Option<f64>>,
}

impl std::fmt::Debug for EffectObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.properties.kind())
    }
}

impl Drop for EffectObject {
    fn drop(&mut self) {
        registry::remove(self.id);
        registry::remove(self.param_set_id);
    }
}

fn read<T: Clone>(list: &RwLock<Vec<T>>) -> Vec<T> {
    list.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl EffectObject {
    fn build(
        host: &Arc<HostState>,
        library: &Arc<Library>,
        index: usize,
        context: Option<Context>,
        properties: Arc<PropertySet>,
        param_set_properties: Arc<PropertySet>,
    ) -> Arc<Self> {
        let effect = Arc::new(Self {
            id: registry::new_id(),
            param_set_id: registry::new_id(),
            host: host.clone(),
            library: library.clone(),
            index,
            context,
            properties,
            param_set_properties,
            describing: AtomicBool::new(false),
            clips: RwLock::default(),
            params: RwLock::default(),
            persistent: Mutex::default(),
            memory: Mutex::default(),
            project: Mutex::default(),
            time: Mutex::new(1.0),
            wanted_depth: Mutex::default(),
            stale: AtomicBool::new(true),
            region: Mutex::default(),
            frame_varying: AtomicBool::new(false),
            bar: Mutex::default(),
        });
        let weak = Arc::downgrade(&effect);
        registry::insert(effect.id, registry::Object::Effect(weak.clone()));
        registry::insert(effect.param_set_id, registry::Object::ParamSet(weak));
        effect
    }

    /// A descriptor; for DescribeInContext a copy of the described one.
    pub fn descriptor(
        host: &Arc<HostState>,
        library: &Arc<Library>,
        index: usize,
        from: Option<(&Self, Context)>,
    ) -> Arc<Self> {
        let properties = match from {
            Some((base, _)) => base.properties.duplicate(base.properties.kind(), true),
            None => descriptor_properties(&library.plugin(index).identifier, &library.bundle_path()),
        };
        if from.is_none() && planes::offered(&host.profile) {
            properties.define(planes::MULTI_PLANAR, vec![0]);
            properties.define(planes::PASS_THROUGH, vec![0]);
        }
        remove_missing(&properties, &host.profile);
        let params = PropertySet::new("parameter set", true);
        params.define_list::<CString>(param::kOfxPluginPropParamPageOrder, vec![]);
        Self::build(host, library, index, from.map(|f| f.1), properties, params)
    }

    /// An instance of what was described in a context.
    pub fn instantiate(&self) -> Arc<Self> {
        let p = self.properties.duplicate(format!("instance of {}", self.properties.kind()), false);
        p.put(c::kOfxPropType, vec![cstring("OfxTypeImageEffectInstance")]);
        if let Some(context) = self.context {
            p.define(fx::kOfxImageEffectPropContext, vec![CString::from(context.ofx())]);
        }
        p.define_writable(c::kOfxPropInstanceData, vec![0usize]);
        p.define_writable(fx::kOfxImageEffectInstancePropSequentialRender, vec![0]);
        p.define_writable(
            fx::kOfxImageEffectPropSupportsTiles,
            self.properties.all::<i32>(fx::kOfxImageEffectPropSupportsTiles),
        );
        p.define(c::kOfxPropIsInteractive, vec![0]);
        for name in [
            fx::kOfxImageEffectPropProjectSize,
            fx::kOfxImageEffectPropProjectOffset,
            fx::kOfxImageEffectPropProjectExtent,
        ] {
            p.define(name, vec![0.0, 0.0]);
        }
        p.define(fx::kOfxImageEffectPropProjectPixelAspectRatio, vec![1.0]);
        p.define(fx::kOfxImageEffectInstancePropEffectDuration, vec![0.0]);
        p.define(fx::kOfxImageEffectPropFrameRate, vec![24.0]);
        p.define(fx::kOfxImageEffectPropPluginHandle, vec![0usize]);
        remove_missing(&p, &self.host.profile);
        let sets = PropertySet::new("parameter set", false);
        sets.define_writable(c"OfxPropParamSetNeedsSyncing", vec![0]);
        let instance = Self::build(&self.host, &self.library, self.index, self.context, p, sets);
        let weak = Arc::downgrade(&instance);
        *instance.clips.write().unwrap_or_else(PoisonError::into_inner) =
            self.clips().iter().map(|c| c.instantiate(weak.clone(), &self.host.profile)).collect();
        *instance.params.write().unwrap_or_else(PoisonError::into_inner) =
            self.params().iter().map(|p| p.instantiate(weak.clone())).collect();
        instance.set_project(Project::default());
        instance
    }

    pub fn clips(&self) -> Vec<Arc<ClipObject>> {
        read(&self.clips)
    }

    pub fn params(&self) -> Vec<Arc<ParamObject>> {
        read(&self.params)
    }

    pub fn clip(&self, name: &str) -> Option<Arc<ClipObject>> {
        self.clips().into_iter().find(|c| c.name == name)
    }

    pub fn param(&self, name: &str) -> Option<Arc<ParamObject>> {
        self.params().into_iter().find(|p| p.name == name)
    }

    pub fn add_clip(&self, clip: Arc<ClipObject>) {
        self.clips.write().unwrap_or_else(PoisonError::into_inner).push(clip);
    }

    pub fn add_param(&self, param: Arc<ParamObject>) {
        self.params.write().unwrap_or_else(PoisonError::into_inner).push(param);
    }

    /// The current time. (The lock is not held by whoever asks: actions ask too.)
    pub fn time(&self) -> f64 {
        *lock(&self.time)
    }

    pub fn set_time(&self, time: f64) {
        *lock(&self.time) = time;
    }

    pub fn project(&self) -> Project {
        *lock(&self.project)
    }

    pub fn set_project(&self, project: Project) {
        *lock(&self.project) = project;
        let e = project.extent();
        let p = &self.properties;
        p.put(fx::kOfxImageEffectPropProjectSize, vec![e.x2 - e.x1, e.y2 - e.y1]);
        p.put(fx::kOfxImageEffectPropProjectOffset, vec![e.x1, e.y1]);
        p.put(fx::kOfxImageEffectPropProjectExtent, vec![e.x2, e.y2]);
        p.put(fx::kOfxImageEffectPropProjectPixelAspectRatio, vec![project.par]);
        p.put(fx::kOfxImageEffectPropFrameRate, vec![project.frame_rate]);
        p.put(fx::kOfxImageEffectInstancePropEffectDuration, vec![project.range[1] - project.range[0] + 1.0]);
    }

    pub fn flag(&self, name: &CStr) -> bool {
        self.properties.int(name) != 0
    }

    /// Whether parts of pictures may be asked for: of effect and host, whichever is less.
    pub fn supports_tiles(&self) -> bool {
        self.host.profile.supports_tiles && self.flag(fx::kOfxImageEffectPropSupportsTiles)
    }

    pub fn supports_multi_resolution(&self) -> bool {
        self.host.profile.supports_multi_resolution && self.flag(fx::kOfxImageEffectPropSupportsMultiResolution)
    }

    pub fn supported_depths(&self) -> Vec<Depth> {
        self.properties
            .all::<CString>(fx::kOfxImageEffectPropSupportedPixelDepths)
            .iter()
            .filter_map(|s| Depth::from_ofx(s))
            .collect()
    }

    /// Sends an action to the plug-in about this effect.
    pub fn send(
        &self,
        name: &'static CStr,
        in_args: Option<&PropertySet>,
        out_args: Option<&PropertySet>,
        frame: Option<Arc<Frame>>,
    ) -> i32 {
        let entry = self.library.plugin(self.index).main_entry;
        action::send(entry, name, &self.host, self.id, (in_args, out_args), frame)
    }

    /// Sends an action that must succeed; the error carries the message that the plug-in gave.
    pub fn demand(
        &self,
        name: &'static CStr,
        in_args: Option<&PropertySet>,
        out_args: Option<&PropertySet>,
        frame: Option<Arc<Frame>>,
    ) -> Result<bool, HostError> {
        let before = self.host.with_report(|r| r.messages.len());
        let status = self.send(name, in_args, out_args, frame);
        match status {
            c::kOfxStatOK => Ok(true),
            c::kOfxStatReplyDefault => Ok(false),
            _ => Err(self.failure(name, status, before)),
        }
    }

    pub fn failure(&self, name: &CStr, status: i32, messages_before: usize) -> HostError {
        let said = self.host.with_report(|r| {
            let new = r.messages.get(messages_before..).unwrap_or_default();
            new.iter().rev().find(|m| m.kind != "OfxMessageLog").map(|m| m.text.clone())
        });
        let persistent = lock(&self.persistent).last().map(|m| m.text.clone());
        HostError::Status { action: name.to_string_lossy().into_owned(), status, message: said.or(persistent) }
    }

    pub fn set_describing(&self, on: bool) {
        self.describing.store(on, Ordering::Release);
    }
}

/// The properties of an effect's descriptor, with OpenFX's defaults.
fn descriptor_properties(identifier: &str, path: &str) -> Arc<PropertySet> {
    let s = PropertySet::new(format!("effect {identifier}"), true);
    s.define_str(c::kOfxPropType, "OfxTypeImageEffect");
    for label in [c::kOfxPropLabel, c::kOfxPropShortLabel, c::kOfxPropLongLabel] {
        s.define_str(label, "");
    }
    s.define_list::<i32>(c::kOfxPropVersion, vec![]);
    s.define_str(c::kOfxPropVersionLabel, "");
    s.define_str(c::kOfxPropPluginDescription, "");
    s.define_list::<CString>(c::kOfxPropIcon, vec![CString::default(), CString::default()]);
    s.define_str(c::kOfxPluginPropFilePath, path);
    s.define_str(fx::kOfxImageEffectPluginPropGrouping, "");
    for list in [
        fx::kOfxImageEffectPropSupportedContexts,
        fx::kOfxImageEffectPropSupportedPixelDepths,
        fx::kOfxImageEffectPropClipPreferencesSlaveParam,
        c"OfxImageEffectPropOpenCLImage",
    ] {
        s.define_list::<CString>(list, vec![]);
    }
    for (flag, value) in [
        (fx::kOfxImageEffectPluginPropSingleInstance, 0),
        (fx::kOfxImageEffectPluginPropHostFrameThreading, 1),
        (fx::kOfxImageEffectPropSupportsMultiResolution, 1),
        (fx::kOfxImageEffectPropSupportsTiles, 1),
        (fx::kOfxImageEffectPropTemporalClipAccess, 0),
        (fx::kOfxImageEffectPluginPropFieldRenderTwiceAlways, 1),
        (fx::kOfxImageEffectPropSupportsMultipleClipDepths, 0),
        (fx::kOfxImageEffectPropSupportsMultipleClipPARs, 0),
        (fx::kOfxImageEffectInstancePropSequentialRender, 0),
        (c"OfxImageEffectPluginPropObsolete", 0),
    ] {
        s.define(flag, vec![value]);
    }
    s.define_str(fx::kOfxImageEffectPluginRenderThreadSafety, "OfxImageEffectRenderInstanceSafe");
    s.define(fx::kOfxImageEffectPluginPropOverlayInteractV1, vec![0usize]);
    s.define(fx::kOfxImageEffectPluginPropOverlayInteractV2, vec![0usize]);
    for (name, value) in [
        (c"OfxImageEffectPropOpenGLRenderSupported", "false"),
        (c"OfxImageEffectPropCudaRenderSupported", "false"),
        (c"OfxImageEffectPropCudaStreamSupported", "false"),
        (c"OfxImageEffectPropMetalRenderSupported", "false"),
        (c"OfxImageEffectPropOpenCLRenderSupported", "false"),
        (c"OfxImageEffectPropOpenCLSupported", "false"),
        (c"OfxImageEffectPropCPURenderSupported", "true"),
        (c"OfxImageEffectPropNoSpatialAwareness", "false"),
        (c"OfxImageEffectPropColourManagementStyle", "OfxImageEffectColourManagementNone"),
    ] {
        s.define_str(name, value);
    }
    s
}
