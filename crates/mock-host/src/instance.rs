//! An instance of an effect: clips are fed, parameters set, questions asked. Rendering is in `render`.

use crate::clip::{ClipInfo, ClipObject, ClipSource, Mapping};
use crate::effect_object::{EffectObject, Project};
use crate::error::HostError;
use crate::format::{Context, Depth};
use crate::geometry::RectD;
use crate::param::{ParamInfo, ParamObject};
use crate::param_value::ParamValue;
use crate::picture::Filter;
use crate::property::lock;
use crate::queries::{self, Changed};
use crate::report::{Check, Message};
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::{image_effect as fx, param};
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

/// Why something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user did it, directly or not.
    UserEdited,
    /// The plug-in did it.
    PluginEdited,
    /// Another frame is looked at.
    Time,
}

/// An instance. All methods take `&self`: hosts use one instance from several threads, as far as the effect allows.
pub struct Instance {
    pub(crate) object: Arc<EffectObject>,
    /// Taken around renders of effects that cannot render twice at once.
    pub(crate) one_at_a_time: Mutex<()>,
}

impl Drop for Instance {
    fn drop(&mut self) {
        let object = &self.object;
        let status = object.send(c::kOfxActionDestroyInstance, None, None, None);
        if status != c::kOfxStatOK {
            object.host.violation(
                Check::IllegalStatus,
                format!("OfxActionDestroyInstance returned {}", crate::report::status_name(status)),
            );
        }
        if object.properties.get::<usize>(c::kOfxPropInstanceData, 0).unwrap_or(0) != 0 {
            object.host.violation(Check::InstanceDataLeft, "the instance data pointer is not null");
        }
        if lock(&object.bar).take().is_some() {
            object.host.violation(Check::ProgressBar, "an instance was ended whose bar is still shown");
        }
        let held = std::mem::take(&mut *lock(&object.memory)).len();
        if held > 0 {
            object.host.violation(Check::MemoryLeak, format!("{held} blocks of image memory were not freed"));
        }
    }
}

impl Instance {
    pub(crate) fn new(object: Arc<EffectObject>) -> Self {
        Self { object, one_at_a_time: Mutex::default() }
    }

    /// The context that it lives in.
    pub fn context(&self) -> Option<Context> {
        self.object.context
    }

    fn clip(&self, name: &str) -> Result<Arc<ClipObject>, HostError> {
        let clips = self.object.clips();
        clips
            .iter()
            .find(|c| c.name == name)
            .or_else(|| clips.iter().find(|c| c.name.eq_ignore_ascii_case(name)))
            .filter(|c| !c.is_output())
            .cloned()
            .ok_or_else(|| {
                let names = clips.iter().filter(|c| !c.is_output()).map(|c| c.name.as_str());
                HostError::not_found("clip", name, names)
            })
    }

    fn param(&self, name: &str) -> Result<Arc<ParamObject>, HostError> {
        let params = self.object.params();
        params
            .iter()
            .find(|p| p.name == name)
            .or_else(|| params.iter().find(|p| p.name.eq_ignore_ascii_case(name)))
            .cloned()
            .ok_or_else(|| HostError::not_found("parameter", name, params.iter().map(|p| p.name.as_str())))
    }

    /// Feeds a clip: a picture, or what gives pictures by time.
    pub fn connect(&self, clip: &str, source: impl Into<Arc<dyn ClipSource>>) -> Result<(), HostError> {
        let clip = self.clip(clip)?;
        clip.connect(Some(source.into()), &self.object.host.profile);
        queries::user_changed(&self.object, Changed::Clip(&clip.name))
    }

    /// Feeds a clip as loading a project does: the plug-in is not told.
    pub fn load_clip(&self, clip: &str, source: impl Into<Arc<dyn ClipSource>>) -> Result<(), HostError> {
        let clip = self.clip(clip)?;
        clip.connect(Some(source.into()), &self.object.host.profile);
        self.object.stale.store(true, Ordering::Release);
        Ok(())
    }

    /// Takes a clip's input away.
    pub fn disconnect(&self, clip: &str) -> Result<(), HostError> {
        let clip = self.clip(clip)?;
        clip.connect(None, &self.object.host.profile);
        queries::user_changed(&self.object, Changed::Clip(&clip.name))
    }

    /// Says how a clip's pictures are brought to render scales. At first clips whose names speak of depth are [`Filter::Nearest`].
    pub fn set_filter(&self, clip: &str, filter: Filter) -> Result<(), HostError> {
        self.clip(clip)?.set_filter(filter);
        Ok(())
    }

    /// The clips.
    pub fn clips(&self) -> Vec<ClipInfo> {
        self.object.clips().iter().map(|c| c.info()).collect()
    }

    /// The parameters, with what the instance changed of them.
    pub fn params(&self) -> Vec<ParamInfo> {
        self.object.params().iter().map(|p| p.info()).collect()
    }

    fn convert(param: &ParamObject, value: ParamValue) -> Result<ParamValue, HostError> {
        value
            .convert(param.kind, &param.options())
            .map_err(|reason| HostError::Value { name: param.name.clone(), reason })
    }

    /// Sets a parameter as a user does, and tells the plug-in. Keys are removed. Text is understood for every type: a choice's
    /// label, numbers with commas, `on` and `off`.
    pub fn set(&self, name: &str, value: impl Into<ParamValue>) -> Result<(), HostError> {
        let param = self.param(name)?;
        let value = Self::convert(&param, value.into())?;
        param.with_curve(|c| {
            c.value = value;
            c.keys.clear();
        });
        queries::user_changed(&self.object, Changed::Param(&param.name))
    }

    /// Sets a parameter as loading a project does: the plug-in is not told.
    pub fn load_value(&self, name: &str, value: impl Into<ParamValue>) -> Result<(), HostError> {
        let param = self.param(name)?;
        let value = Self::convert(&param, value.into())?;
        param.with_curve(|c| c.value = value);
        self.object.stale.store(true, Ordering::Release);
        Ok(())
    }

    /// Sets a key of a parameter, and tells the plug-in.
    pub fn set_at(&self, name: &str, time: f64, value: impl Into<ParamValue>) -> Result<(), HostError> {
        let param = self.param(name)?;
        let value = Self::convert(&param, value.into())?;
        param.with_curve(|c| c.set_key(time, value));
        queries::user_changed(&self.object, Changed::Param(&param.name))
    }

    /// A parameter's value at a time.
    pub fn get_at(&self, name: &str, time: f64) -> Result<ParamValue, HostError> {
        Ok(self.param(name)?.value_at(time))
    }

    /// A parameter's value at the current time.
    pub fn get(&self, name: &str) -> Result<ParamValue, HostError> {
        self.get_at(name, self.object.time())
    }

    /// Presses a button.
    pub fn press(&self, name: &str) -> Result<(), HostError> {
        let param = self.param(name)?;
        queries::user_changed(&self.object, Changed::Param(&param.name))
    }

    /// Sends InstanceChanged for any name, known or not, as some hosts do.
    pub fn announce(&self, name: &str, clip: bool) -> Result<(), HostError> {
        let what = if clip { Changed::Clip(name) } else { Changed::Param(name) };
        queries::user_changed(&self.object, what)
    }

    /// The same for a change that was not the user's: of the plug-in itself, or of the time alone.
    pub fn announce_as(&self, name: &str, clip: bool, reason: Reason) -> Result<(), HostError> {
        let what = if clip { Changed::Clip(name) } else { Changed::Param(name) };
        let reason = match reason {
            Reason::UserEdited => c::kOfxChangeUserEdited,
            Reason::PluginEdited => c::kOfxChangePluginEdited,
            Reason::Time => c::kOfxChangeTime,
        };
        queries::changed(&self.object, what, reason)
    }

    /// Whether the plug-in says that it has something to write into its parameters.
    pub fn needs_sync(&self) -> bool {
        self.object.param_set_properties.int(param::kOfxPropParamSetNeedsSyncing) != 0
    }

    /// What a project saves: every value, after SyncPrivateData if the plug-in needs it.
    pub fn save(&self) -> Result<BTreeMap<String, ParamValue>, HostError> {
        if self.needs_sync() {
            self.sync_private_data()?;
            self.object.param_set_properties.put(param::kOfxPropParamSetNeedsSyncing, vec![0]);
        }
        let params = self.object.params();
        let lasts = params.iter().filter(|p| p.properties.int(param::kOfxParamPropPersistant) != 0);
        Ok(lasts.map(|p| (p.name.clone(), p.value_at(self.object.time()))).collect())
    }

    /// Sets the current time, the one of values without a time and of the time line.
    pub fn set_time(&self, time: f64) {
        self.object.set_time(time);
    }

    /// Says which pixel depth images are to have; the effect and the host must know it. `None`: the host's choice.
    pub fn set_depth(&self, depth: Option<Depth>) -> Result<(), HostError> {
        if let Some(d) = depth
            && !(self.object.supported_depths().contains(&d) && self.object.host.profile.depths.contains(&d))
        {
            return Err(HostError::Unsupported(format!("effect or host does not know {d} pixels")));
        }
        *lock(&self.object.wanted_depth) = depth;
        self.object.stale.store(true, Ordering::Release);
        Ok(())
    }

    /// The project that the instance is in.
    pub fn project(&self) -> Project {
        self.object.project()
    }

    /// Puts the instance into another project.
    pub fn set_project(&self, project: Project) {
        self.object.set_project(project);
        self.object.stale.store(true, Ordering::Release);
    }

    /// What images of each clip are like, after GetClipPreferences.
    pub fn clip_preferences(&self) -> Result<BTreeMap<String, Mapping>, HostError> {
        queries::clip_preferences(&self.object, self.object.time())?;
        let clips = self.object.clips();
        Ok(clips.iter().map(|c| (c.name.clone(), c.mapping())).collect())
    }

    /// GetRegionOfDefinition.
    pub fn region_of_definition(&self, time: f64, scale: [f64; 2]) -> Result<RectD, HostError> {
        queries::clip_preferences(&self.object, time)?;
        queries::region_of_definition(&self.object, time, scale)
    }

    /// GetRegionsOfInterest for an area of the output, all canonical.
    pub fn regions_of_interest(
        &self,
        time: f64,
        scale: [f64; 2],
        region: RectD,
    ) -> Result<BTreeMap<String, RectD>, HostError> {
        queries::clip_preferences(&self.object, time)?;
        queries::regions_of_interest(&self.object, time, scale, region)
    }

    /// GetFramesNeeded.
    pub fn frames_needed(&self, time: f64) -> Result<BTreeMap<String, Vec<[f64; 2]>>, HostError> {
        queries::frames_needed(&self.object, time)
    }

    /// GetTimeDomain: first and last frame that the effect has by itself; `None` where it says nothing.
    pub fn time_domain(&self) -> Result<Option<[f64; 2]>, HostError> {
        queries::time_domain(&self.object)
    }

    /// Whether the plug-in said, when it was asked for clip preferences last, that its picture changes from frame to frame.
    pub fn frame_varying(&self) -> bool {
        self.object.frame_varying.load(Ordering::Acquire)
    }

    /// Messages that stay until the plug-in clears them.
    pub fn persistent_messages(&self) -> Vec<Message> {
        lock(&self.object.persistent).clone()
    }

    /// Sends PurgeCaches.
    pub fn purge_caches(&self) -> Result<(), HostError> {
        self.object.demand(c::kOfxActionPurgeCaches, None, None, None).map(|_| ())
    }

    /// Sends SyncPrivateData.
    pub fn sync_private_data(&self) -> Result<(), HostError> {
        self.object.demand(c::kOfxActionSyncPrivateData, None, None, None).map(|_| ())
    }

    /// Sends any action without arguments, and returns the status.
    pub fn send_bare(&self, action: &'static CStr) -> i32 {
        self.object.send(action, None, None, None)
    }

    /// Whether the effect renders parts of pictures in this host.
    pub fn supports_tiles(&self) -> bool {
        self.object.supports_tiles()
    }

    /// Whether the plug-in lets one instance render several frames at once.
    pub fn fully_thread_safe(&self) -> bool {
        let name = fx::kOfxImageEffectPluginRenderThreadSafety;
        self.object.properties.text(name) == "OfxImageEffectRenderFullySafe"
    }
}
