//! A living effect: what is looked up once, and the little that changes, behind locks.
//!
//! The host may render, ask and change parameters on several threads at once, so an instance is only ever shared. It is found by the host's
//! handle in a list of our own; nothing is ever made from an address that the host hands back.

use crate::clips::{self, Clip};
use crate::depth::Decided;
use crate::failure::Failure;
use crate::handles::{ClipHandle, EffectHandle};
use crate::params::{At, Params};
use crate::props::Props;
use crate::suites::Host;
use fathom_core::depth::{DepthParams, DepthSource};
use fathom_core::effect::{Clip as Purpose, Frame, Input, Use};
use fathom_core::geometry::{Geometry, RectD};
use fathom_core::{Effect, Prepared};
use openfx_sys as ofx;
use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

/// OpenFX's word for a use.
pub(crate) fn context_of(usage: Use) -> &'static CStr {
    match usage {
        Use::Filter => ofx::kOfxImageEffectContextFilter,
        Use::General => ofx::kOfxImageEffectContextGeneral,
        Use::Generator => ofx::kOfxImageEffectContextGenerator,
    }
}

/// The use of an effect that an OpenFX word means, if the effect has it.
pub(crate) fn use_from(effect: &dyn Effect, context: &str) -> Option<Use> {
    effect.uses().iter().copied().find(|usage| context_of(*usage).to_bytes() == context.as_bytes())
}

/// The name of an input.
pub(crate) fn clip_name(input: &Input) -> &'static CStr {
    match input.clip {
        Purpose::Source => clips::SOURCE,
        Purpose::Depth => clips::DEPTH,
        Purpose::Mask => clips::MASK,
        Purpose::Background => clips::BACKGROUND,
        Purpose::BackgroundDepth => clips::BACKGROUND_DEPTH,
        Purpose::Fog => clips::FOG,
        Purpose::Position => clips::POSITION,
        Purpose::Bokeh => clips::BOKEH,
    }
}

/// A living effect.
pub(crate) struct Instance {
    /// The host that made it.
    pub(crate) host: Arc<Host>,
    /// What it is an instance of.
    pub(crate) effect: &'static dyn Effect,
    /// The host's name for it.
    pub(crate) handle: EffectHandle,
    /// What it is used as.
    pub(crate) usage: Use,
    /// Its parameters.
    pub(crate) params: Params,
    /// Found when they are first needed, and where the host did not tell, again.
    clips: Vec<(&'static CStr, OnceLock<ClipHandle>)>,
    /// What Auto decided of the depth.
    pub(crate) decided: Decided,
    notice: Mutex<Option<Notice>>,
    enabled: Mutex<HashMap<String, bool>>,
    changing: AtomicBool,
    /// How often something happened after which an input may be another.
    changes: AtomicU64,
    in_progress: AtomicBool,
}

/// What the artist is told beside the effect, for as long as it holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// There is nothing to work with, though depth was looked for there.
    NoDepth(DepthSource),
    /// There is a picture, but not the one that was meant.
    Warning(String),
    /// The last render failed.
    Failed(String),
}

const NO_DEPTH: &str =
    "No depth: connect the Depth input, or set Depth source to Source alpha. Until then the picture passes unchanged.";
const NO_LAYER: &str = "No depth: this host hands out no depth layer of the source. Connect the picture to the Depth input too and \
    choose its depth layer there, or set Depth source to Source alpha. Until then the picture passes unchanged.";

/// The lock, also after a panic: every change under one is complete before anything can panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static ALIVE: LazyLock<Mutex<HashMap<usize, Arc<Instance>>>> = LazyLock::new(Mutex::default);

fn alive() -> MutexGuard<'static, HashMap<usize, Arc<Instance>>> {
    lock(&ALIVE)
}

/// The living effect of that handle.
pub(crate) fn find(handle: EffectHandle) -> Option<Arc<Instance>> {
    alive().get(&handle.address()).cloned()
}

/// The same by the handle's address, where the host says it in a property.
pub(crate) fn find_at(address: usize) -> Option<Arc<Instance>> {
    alive().get(&address).cloned()
}

/// Ends an instance; `None` if there is none of that handle. (It lives on while an action on another thread uses it.)
pub(crate) fn remove(handle: EffectHandle) -> Option<Arc<Instance>> {
    alive().remove(&handle.address())
}

impl Instance {
    /// Enters an instance into the list.
    pub(crate) fn create(host: Arc<Host>, effect: &'static dyn Effect, handle: EffectHandle) -> Arc<Self> {
        let context = host.effect_props(handle).text(ofx::kOfxImageEffectPropContext);
        let usage = context.and_then(|name| use_from(effect, &name)).unwrap_or(Use::General);
        let inputs = effect.inputs(usage).iter().map(clip_name);
        let clips = inputs.chain([clips::OUTPUT]).map(|name| (name, OnceLock::new())).collect();
        let params = Params::new(&host, handle, &effect.define_for(usage));
        let instance = Arc::new(Self {
            host,
            effect,
            handle,
            usage,
            params,
            clips,
            decided: Decided::default(),
            notice: Mutex::new(None),
            enabled: Mutex::default(),
            changing: AtomicBool::new(false),
            changes: AtomicU64::new(0),
            in_progress: AtomicBool::new(false),
        });
        alive().insert(handle.address(), instance.clone());
        instance
    }

    /// A clip, if this context has it.
    pub(crate) fn clip(&self, name: &CStr) -> Option<Clip<'_>> {
        let (name, known) = self.clips.iter().find(|(n, _)| *n == name)?;
        let handle = match known.get() {
            Some(handle) => *handle,
            None => {
                let found = clips::find(&self.host, self.handle, name)?;
                *known.get_or_init(|| found)
            }
        };
        Some(Clip::new(&self.host, handle))
    }

    /// The values of the parameters at a time.
    pub(crate) fn at(&self, time: f64) -> At<'_> {
        self.params.at(&self.host, time)
    }

    /// What the effect makes of the values at a time. A value that the host keeps to itself this time is an error: a picture with the
    /// default in its place would be a wrong one that nobody notices.
    pub(crate) fn prepare(&self, time: f64) -> Result<Box<dyn Prepared>, Failure> {
        let at = self.at(time);
        let prepared = self.effect.prepare(&at);
        match at.refused() {
            None => Ok(prepared),
            Some(name) => Err(Failure::say(ofx::kOfxStatFailed, format!("The host did not give the value of {name}."))),
        }
    }

    /// Is something connected to Depth, as far as the host says?
    pub(crate) fn depth_connected(&self) -> bool {
        self.clip(clips::DEPTH).is_some_and(|clip| clip.connected())
    }

    /// What is known before any image is fetched.
    pub(crate) fn frame(&self, time: f64, scale: [f64; 2], params: &DepthParams) -> Frame {
        let source = self.clip(clips::SOURCE);
        let aspect = source.and_then(|clip| clip.props().double(ofx::kOfxImagePropPixelAspectRatio));
        let geometry = Geometry::new(scale, aspect.unwrap_or(1.0));
        let source_rod = source.and_then(|clip| clip.region(time, &geometry)).unwrap_or_default();
        let depth_connected = self.depth_input(params).is_own_image();
        Frame {
            time,
            geometry,
            source_rod,
            format: self.format(source_rod),
            depth_connected,
            frame_rate: self.frame_rate(),
            draft: false,
        }
    }

    /// Frames in a second: the source's, else the project's, else 24.
    fn frame_rate(&self) -> f64 {
        let name = ofx::kOfxImageEffectPropFrameRate;
        let source = self.clip(clips::SOURCE).and_then(|clip| clip.props().double(name));
        let sane = |rate: &f64| *rate > 1e-3 && *rate < 1e5;
        source.filter(sane).or(self.host.effect_props(self.handle).double(name).filter(sane)).unwrap_or(24.0)
    }

    /// The project's format, canonical; `otherwise` where the host names none.
    pub(crate) fn format(&self, otherwise: RectD) -> RectD {
        let props = self.host.effect_props(self.handle);
        let size = props.doubles::<2>(ofx::kOfxImageEffectPropProjectSize);
        let [x, y] = props.doubles(ofx::kOfxImageEffectPropProjectOffset).unwrap_or_default();
        let format = size.map(|[w, h]| RectD::new(x, y, x + w, y + h));
        format.filter(|f| !f.is_empty() && [f.x1, f.y1, f.x2, f.y2].iter().all(|v| v.abs() < 1e8)).unwrap_or(otherwise)
    }

    /// Tells the artist how things stand: once when it changes, and nothing when all is well.
    pub(crate) fn notify(&self, now: Option<Notice>) {
        // The host is called without the lock: it may wait for a thread that is in another action of this instance.
        let before = {
            let mut notice = lock(&self.notice);
            if *notice == now {
                return;
            }
            std::mem::replace(&mut *notice, now.clone())
        };
        match now {
            Some(Notice::NoDepth(source)) => {
                let text = if source == DepthSource::SourcePlane { NO_LAYER } else { NO_DEPTH };
                self.host.set_persistent_message(self.handle, ofx::kOfxMessageWarning, text);
            }
            Some(Notice::Warning(text)) => {
                self.host.set_persistent_message(self.handle, ofx::kOfxMessageWarning, &text);
            }
            Some(Notice::Failed(text)) => {
                let stays = self.host.set_persistent_message(self.handle, ofx::kOfxMessageError, &text);
                if !stays {
                    self.host.message(self.handle, ofx::kOfxMessageError, &text);
                }
            }
            None if before.is_some() => self.host.clear_persistent_message(self.handle),
            None => {}
        }
    }

    /// Greys out the controls that have no effect at the values of this time.
    pub(crate) fn update_enabled(&self, time: f64) {
        let values = self.params.read(&self.host, time);
        let known = lock(&self.enabled);
        let mut changes = Vec::new();
        for def in self.effect.define_for(self.usage).params() {
            let enabled = self.effect.enabled(&values, &def.name);
            if known.get(&def.name).copied().unwrap_or(true) != enabled {
                changes.push((def.name.clone(), enabled));
            }
        }
        // The host is called without the lock, as in `notify`.
        drop(known);
        for (name, enabled) in changes {
            let set = |props: Props| props.set_int(ofx::kOfxParamPropEnabled, i32::from(enabled));
            // What the host refuses is tried again at the next change.
            if self.params.props(&self.host, &name).is_some_and(set) {
                lock(&self.enabled).insert(name, enabled);
            }
        }
    }

    /// Runs `f` unless it is running already: setting a parameter brings the host back to us.
    pub(crate) fn once_at_a_time(&self, f: impl FnOnce()) {
        let Some(_mark) = Mark::set(&self.changing) else { return };
        f();
    }

    /// Something happened after which an input may be another than before.
    pub(crate) fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// How often that was: what is known of the inputs holds as long as this stays the same.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Does the host itself draw the handle of this parameter in the viewer?
    pub(crate) fn host_draws(&self, name: &str) -> bool {
        let props = self.params.props(&self.host, name);
        props.is_some_and(|p| p.int(ofx::kOfxParamPropHasHostOverlayHandle).is_some_and(|has| has != 0))
    }

    /// The right to show a progress bar; one render of an instance has it.
    pub(crate) fn claim_progress(&self) -> Option<Mark<'_>> {
        Mark::set(&self.in_progress)
    }
}

/// A flag that is set as long as this lives.
pub(crate) struct Mark<'a>(&'a AtomicBool);

impl<'a> Mark<'a> {
    fn set(flag: &'a AtomicBool) -> Option<Self> {
        // Made only if it is ours: one that is dropped would take the flag from whoever has it.
        (!flag.swap(true, Ordering::AcqRel)).then(|| Self(flag))
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
