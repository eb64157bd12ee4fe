//! Overlays: what an effect draws over the picture, and the pen that drags there.
#![allow(unsafe_code, reason = "the entry point of an overlay is an address that the plug-in gives")]

use crate::action;
use crate::drawing::{Canvas, DrawCall};
use crate::effect_object::EffectObject;
use crate::error::HostError;
use crate::format::Field;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::property::{PropertySet, lock};
use crate::queries;
use crate::registry;
use crate::report::{Check, status_name};
use crate::suites::draw;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::draw_suite::kOfxInteractPropDrawContext;
use openfx::sys::image_effect_v1::image_effect as fx;
use openfx::sys::image_effect_v1::interact as i;
use std::ffi::{CStr, CString, c_void};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What an interact's handle stands for: a descriptor or an instance.
#[derive(Debug)]
pub(crate) struct InteractObject {
    pub id: usize,
    pub properties: Arc<PropertySet>,
    /// How often the plug-in wanted to be drawn again.
    pub redraws: AtomicUsize,
}

impl Drop for InteractObject {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl InteractObject {
    fn new(properties: Arc<PropertySet>) -> Arc<Self> {
        let object = Arc::new(Self { id: registry::new_id(), properties, redraws: AtomicUsize::new(0) });
        registry::insert(object.id, registry::Object::Interact(Arc::downgrade(&object)));
        object
    }
}

/// In which actions parameters may be set.
pub(crate) fn may_set_params(action: &CStr) -> bool {
    [
        i::kOfxInteractActionPenMotion,
        i::kOfxInteractActionPenDown,
        i::kOfxInteractActionPenUp,
        i::kOfxInteractActionKeyDown,
        i::kOfxInteractActionKeyUp,
        i::kOfxInteractActionKeyRepeat,
    ]
    .contains(&action)
}

/// Where an overlay is looked at: the frame, the render scale of images, and the size of a pixel of the screen (canonical).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewer {
    /// The frame.
    pub time: f64,
    /// The render scale of images that are fetched.
    pub scale: [f64; 2],
    /// Canonical units in a pixel of the screen.
    pub pixel: [f64; 2],
}

impl Default for Viewer {
    fn default() -> Self {
        Self { time: 1.0, scale: [1.0; 2], pixel: [1.0; 2] }
    }
}

/// The overlay of an instance, in a viewer.
pub struct Overlay<'a> {
    entry: c::OfxPluginEntryPoint,
    object: Arc<InteractObject>,
    effect: Arc<EffectObject>,
    viewer: Mutex<Viewer>,
    focused: Mutex<bool>,
    /// It must not outlive the instance.
    _instance: PhantomData<&'a Instance>,
}

impl Drop for Overlay<'_> {
    fn drop(&mut self) {
        self.lose_focus();
        let status = self.send(c::kOfxActionDestroyInstance, None, None);
        self.expect(c::kOfxActionDestroyInstance, status);
    }
}

fn base_properties(kind: &str) -> Arc<PropertySet> {
    let s = PropertySet::new(kind, false);
    s.define(i::kOfxInteractPropHasAlpha, vec![0]);
    s.define(i::kOfxInteractPropBitDepth, vec![8]);
    s
}

impl Instance {
    /// Its overlay, described and created as a viewer does that shows it; nothing where the effect offers none that this host can show.
    pub fn overlay(&self) -> Result<Option<Overlay<'_>>, HostError> {
        let effect = &self.object;
        let address = effect.properties.get::<usize>(fx::kOfxImageEffectPluginPropOverlayInteractV2, 0).unwrap_or(0);
        let profile = &effect.host.profile;
        // A host without the draw suite knows nothing of such overlays.
        if address == 0 || !profile.overlays || !profile.suites.contains(&draw::SUITE) {
            return Ok(None);
        }
        let entry = std::ptr::with_exposed_provenance::<c_void>(address);
        // SAFETY: the plug-in set it as the address of its overlay's entry point, whose type OpenFX gives; the library is kept by `effect`.
        let entry = unsafe { std::mem::transmute::<*const c_void, c::OfxPluginEntryPoint>(entry) };
        let told = |name: &CStr, status: i32| match status {
            c::kOfxStatOK | c::kOfxStatReplyDefault => Ok(()),
            status => Err(effect.failure(name, status, usize::MAX)),
        };
        let described = InteractObject::new(base_properties("overlay"));
        let name = c::kOfxActionDescribe;
        told(name, action::send(entry, name, &effect.host, described.id, (None, None), None))?;
        let properties = base_properties("instance of an overlay");
        properties.define(c::kOfxPropEffectInstance, vec![effect.id]);
        properties.define_writable(c::kOfxPropInstanceData, vec![0usize]);
        properties.define(i::kOfxInteractPropPixelScale, vec![1.0, 1.0]);
        properties.define(i::kOfxInteractPropBackgroundColour, vec![0.0, 0.0, 0.0]);
        properties.define(i::kOfxInteractPropSuggestedColour, vec![1.0, 1.0, 1.0]);
        properties.define_writable::<CString>(i::kOfxInteractPropSlaveToParam, vec![]);
        let object = InteractObject::new(properties);
        let name = c::kOfxActionCreateInstance;
        told(name, action::send(entry, name, &effect.host, object.id, (None, None), None))?;
        Ok(Some(Overlay {
            entry,
            object,
            effect: effect.clone(),
            viewer: Mutex::default(),
            focused: Mutex::new(false),
            _instance: PhantomData,
        }))
    }
}

impl Overlay<'_> {
    fn send(&self, name: &'static CStr, args: Option<&PropertySet>, frame: Option<Arc<Frame>>) -> i32 {
        action::send(self.entry, name, &self.effect.host, self.object.id, (args, None), frame)
    }

    fn expect(&self, name: &CStr, status: i32) {
        if ![c::kOfxStatOK, c::kOfxStatReplyDefault].contains(&status) {
            let details = format!("{} of an overlay returned {}", name.to_string_lossy(), status_name(status));
            self.effect.host.violation(Check::IllegalStatus, details);
        }
    }

    /// Says what the viewer shows now.
    pub fn show(&self, viewer: Viewer) {
        *lock(&self.viewer) = viewer;
        self.object.properties.put(i::kOfxInteractPropPixelScale, viewer.pixel.to_vec());
    }

    /// The parameters that it wants to be drawn again for.
    pub fn slave_params(&self) -> Vec<String> {
        let names = self.object.properties.all::<CString>(i::kOfxInteractPropSlaveToParam);
        names.iter().map(|n| n.to_string_lossy().into_owned()).collect()
    }

    /// How often it wanted to be drawn again.
    pub fn redraws(&self) -> usize {
        self.object.redraws.load(Ordering::Acquire)
    }

    fn args(&self, what: &str) -> (Arc<PropertySet>, Arc<Frame>) {
        let viewer = *lock(&self.viewer);
        let args = queries::in_args(what, Some(viewer.time), Some(viewer.scale));
        args.define(c::kOfxPropEffectInstance, vec![self.effect.id]);
        args.define(i::kOfxInteractPropPixelScale, viewer.pixel.to_vec());
        args.define(i::kOfxInteractPropBackgroundColour, vec![0.0, 0.0, 0.0]);
        (args, Arc::new(Frame::new(viewer.time, viewer.scale, Field::None)))
    }

    /// Images may be fetched: in the format that was agreed.
    fn agree(&self) -> Result<(), HostError> {
        let time = lock(&self.viewer).time;
        queries::clip_preferences(&self.effect, time)
    }

    /// Sends an action about a viewer; whether the plug-in took it for itself.
    fn action(&self, name: &'static CStr, more: impl FnOnce(&PropertySet)) -> Result<bool, HostError> {
        self.agree()?;
        let (args, frame) = self.args(&name.to_string_lossy());
        more(&args);
        let status = self.send(name, Some(&args), Some(frame));
        match status {
            c::kOfxStatFailed | c::kOfxStatErrFatal => return Err(self.effect.failure(name, status, usize::MAX)),
            _ => self.expect(name, status),
        }
        Ok(status == c::kOfxStatOK)
    }

    /// What it draws now.
    pub fn draw(&self) -> Result<Vec<DrawCall>, HostError> {
        let canvas = Canvas::new();
        self.action(i::kOfxInteractActionDraw, |args| {
            args.define(kOfxInteractPropDrawContext, vec![canvas.id]);
        })?;
        Ok(canvas.take())
    }

    /// A draw action with nothing to draw on; the status.
    pub fn draw_on_nothing(&self) -> i32 {
        let (args, frame) = self.args("OfxInteractActionDraw");
        args.define(kOfxInteractPropDrawContext, vec![0usize]);
        self.send(i::kOfxInteractActionDraw, Some(&args), Some(frame))
    }

    fn pen(&self, name: &'static CStr, at: [f64; 2], pressure: f64) -> Result<bool, HostError> {
        self.gain_focus();
        let pixel = lock(&self.viewer).pixel;
        self.action(name, |args| {
            args.define(i::kOfxInteractPropPenPosition, at.to_vec());
            let place = [0, 1].map(|axis| (at[axis] / pixel[axis]) as i32);
            args.define(i::kOfxInteractPropPenViewportPosition, place.to_vec());
            args.define(i::kOfxInteractPropPenPressure, vec![pressure]);
        })
    }

    /// The pen is somewhere (canonical); whether the overlay took it for itself.
    pub fn pen_motion(&self, at: [f64; 2]) -> Result<bool, HostError> {
        self.pen(i::kOfxInteractActionPenMotion, at, 0.0)
    }

    /// The pen goes down; whether the overlay took it for itself.
    pub fn pen_down(&self, at: [f64; 2]) -> Result<bool, HostError> {
        self.pen(i::kOfxInteractActionPenDown, at, 1.0)
    }

    /// The pen goes up; whether the overlay took it for itself.
    pub fn pen_up(&self, at: [f64; 2]) -> Result<bool, HostError> {
        self.pen(i::kOfxInteractActionPenUp, at, 0.0)
    }

    /// A key goes down, by X11's number of it; whether the overlay took it for itself.
    pub fn key_down(&self, key: i32) -> Result<bool, HostError> {
        self.gain_focus();
        self.action(i::kOfxInteractActionKeyDown, |args| {
            args.define(c"kOfxPropKeySym", vec![key]);
            args.define_str(c"kOfxPropKeyString", "");
        })
    }

    /// The artist turns to it.
    pub fn gain_focus(&self) {
        if !std::mem::replace(&mut *lock(&self.focused), true) {
            self.turn(i::kOfxInteractActionGainFocus);
        }
    }

    /// The artist turns away from it.
    pub fn lose_focus(&self) {
        if std::mem::replace(&mut *lock(&self.focused), false) {
            self.turn(i::kOfxInteractActionLoseFocus);
        }
    }

    fn turn(&self, name: &'static CStr) {
        let (args, _) = self.args(&name.to_string_lossy());
        let status = self.send(name, Some(&args), None);
        self.expect(name, status);
    }

    /// Sends any action with the arguments of a viewer and without a pen or a context, to this overlay or to a handle that is none.
    pub(crate) fn send_raw(&self, name: &'static CStr, handle: Option<usize>) -> i32 {
        let (args, frame) = self.args(&name.to_string_lossy());
        let id = handle.unwrap_or(self.object.id);
        action::send(self.entry, name, &self.effect.host, id, (Some(&args), None), Some(frame))
    }

    /// Sends any action without arguments.
    pub(crate) fn send_bare(&self, name: &'static CStr) -> i32 {
        self.send(name, None, None)
    }
}
