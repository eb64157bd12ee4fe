//! What is drawn over the picture in the host's viewer, and what the artist drags there: the actions of an interact. What is drawn, the core
//! says; here it meets the host.
//!
//! A drag changes the parameter once, when it ends: one step of undo in every host, and no render for every pixel on the way. Until then the
//! overlay shows what the new place means.

use crate::borrow::At;
use crate::draw::Canvas;
use crate::failure::{DEFAULT, Failure, OK, Reply};
use crate::handles::{InteractHandle, PropsHandle};
use crate::instance::{self as instances, Instance, lock};
use crate::plugin::Plugin;
use crate::probe::{self, Found};
use crate::props::Props;
use crate::suites::{Host, cstring};
use fathom_core::overlay::{Overlay, View};
use fathom_core::params::{Kind, ParamSource, Value};
use openfx_sys as ofx;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::{Arc, LazyLock, Mutex};

/// A call of an interact's entry point.
pub(crate) struct Call {
    /// Whom it is for.
    pub(crate) plugin: &'static Plugin,
    /// The interact, described or living.
    pub(crate) interact: Option<InteractHandle>,
    /// Arguments.
    pub(crate) in_args: Option<PropsHandle>,
}

/// A living interact.
#[derive(Default)]
struct Interact {
    state: Mutex<State>,
    /// Depths under the places that were asked for.
    found: Found,
}

/// What the artist is doing.
#[derive(Clone, Copy, Default)]
struct State {
    /// Where the pointer is, while it is over the picture.
    pointer: Option<[f64; 2]>,
    held: Option<Held>,
}

/// A handle that is being dragged.
#[derive(Clone, Copy)]
struct Held {
    name: &'static str,
    /// Where it is now.
    at: [f64; 2],
    /// From the pointer to it.
    off: [f64; 2],
}

static ALIVE: LazyLock<Mutex<HashMap<usize, Arc<Interact>>>> = LazyLock::new(Mutex::default);

/// Does what the host asks.
pub(crate) fn run(action: &CStr, call: &Call) -> Reply {
    let seen = |f: fn(&Seen) -> Reply| {
        let handle = call.interact.ok_or_else(Failure::bad_handle)?;
        let interact = lock(&ALIVE).get(&handle.address()).cloned().ok_or_else(Failure::bad_handle)?;
        let host = call.plugin.host()?;
        let args = Props::new(&host, call.in_args);
        let Some(instance) = effect_of(&host, handle, &args) else { return DEFAULT };
        // What cannot be drawn now may be drawn the next time: a failure would be the interact's end.
        f(&Seen { handle, interact: &interact, instance: &instance, args }).or(DEFAULT)
    };
    match () {
        () if action == ofx::kOfxActionDescribeInteract => call.plugin.host().and(OK),
        () if action == ofx::kOfxActionCreateInstanceInteract => create(call),
        () if action == ofx::kOfxActionDestroyInstanceInteract => destroy(call),
        () if action == ofx::kOfxInteractActionDraw => seen(draw),
        () if action == ofx::kOfxInteractActionPenMotion => seen(pen_motion),
        () if action == ofx::kOfxInteractActionPenDown => seen(pen_down),
        () if action == ofx::kOfxInteractActionPenUp => seen(pen_up),
        () if action == ofx::kOfxInteractActionKeyDown => seen(key_down),
        () if action == ofx::kOfxInteractActionLoseFocus => seen(lose_focus),
        () => DEFAULT,
    }
}

/// The effect that an interact belongs to.
fn effect_of(host: &Host, interact: InteractHandle, args: &Props) -> Option<Arc<Instance>> {
    let name = ofx::kOfxPropEffectInstance;
    let told = args.pointer(name).or_else(|| host.interact_props(interact).pointer(name))?;
    instances::find_at(told.addr())
}

fn create(call: &Call) -> Reply {
    let (handle, host) = (call.interact.ok_or_else(Failure::bad_handle)?, call.plugin.host()?);
    lock(&ALIVE).insert(handle.address(), Arc::default());
    // A change of any of them may change what is drawn.
    let definitions = call.plugin.effect().define();
    let counts = |kind: &Kind| {
        matches!(
            kind,
            Kind::Bool { .. } | Kind::Int { .. } | Kind::Double { .. } | Kind::Choice { .. } | Kind::Point { .. }
        )
    };
    let names: Vec<CString> = definitions.params().filter(|p| counts(&p.kind)).map(|p| cstring(&p.name)).collect();
    let props = host.interact_props(handle);
    props.set_texts(ofx::kOfxInteractPropSlaveToParam, names.iter().map(CString::as_c_str));
    OK
}

fn destroy(call: &Call) -> Reply {
    let handle = call.interact.ok_or_else(Failure::bad_handle)?;
    lock(&ALIVE).remove(&handle.address()).map(|_| ofx::kOfxStatOK).ok_or_else(Failure::bad_handle)
}

/// An action of a living interact of a living effect.
struct Seen<'a> {
    handle: InteractHandle,
    interact: &'a Interact,
    instance: &'a Instance,
    args: Props<'a>,
}

/// The values at a time, but for a handle that is on its way.
struct Moved<'a> {
    values: &'a dyn ParamSource,
    held: Option<Held>,
}

impl ParamSource for Moved<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        match self.held.filter(|held| held.name == name) {
            Some(held) => Some(Value::Point(held.at)),
            None => self.values.value(name),
        }
    }
}

impl Seen<'_> {
    fn state(&self) -> State {
        *lock(&self.interact.state)
    }

    fn at(&self) -> At {
        let time = self.args.double(ofx::kOfxPropTime).filter(|t| t.is_finite()).unwrap_or(0.0);
        At { time, scale: self.args.doubles(ofx::kOfxImageEffectPropRenderScale).unwrap_or([1.0; 2]) }
    }

    /// Where the pen is; `None` where the host does not say.
    fn pen(&self) -> Option<[f64; 2]> {
        let place = self.args.doubles::<2>(ofx::kOfxInteractPropPenPosition)?;
        place.iter().all(|v| v.is_finite()).then_some(place)
    }

    /// What is to be drawn now.
    fn overlay(&self) -> Option<Overlay> {
        let (instance, at, state) = (self.instance, self.at(), self.state());
        let values = instance.at(at.time);
        let prepared = instance.effect.prepare(&Moved { values: &values, held: state.held });
        if values.refused().is_some() {
            return None;
        }
        let params = prepared.depth();
        let frame = instance.frame(at.time, at.scale, params);
        let depth_at = |place| probe::depth(instance, params, &frame.format, at, &self.interact.found, place);
        let view = View {
            frame,
            pixel: self.args.doubles(ofx::kOfxInteractPropPixelScale).unwrap_or([1.0; 2]),
            pointer: state.pointer,
            depth_at: &depth_at,
            host_draws: &|name| instance.host_draws(name),
            held: state.held.map(|held| held.name),
        };
        prepared.overlay(&view)
    }

    fn redraw(&self) {
        self.instance.host.redraw(self.handle);
    }
}

fn draw(seen: &Seen) -> Reply {
    let Some(canvas) = Canvas::of(&seen.instance.host, &seen.args) else { return DEFAULT };
    let Some(overlay) = seen.overlay() else { return DEFAULT };
    canvas.draw(&overlay);
    OK
}

fn pen_motion(seen: &Seen) -> Reply {
    let Some(pen) = seen.pen() else { return DEFAULT };
    let held = {
        let mut state = lock(&seen.interact.state);
        state.pointer = Some(pen);
        if let Some(held) = &mut state.held {
            held.at = [pen[0] + held.off[0], pen[1] + held.off[1]];
        }
        state.held.is_some()
    };
    // Hosts that give images to some actions only give them here: what is found is kept for the drawing.
    let _ = seen.overlay();
    seen.redraw();
    if held { OK } else { DEFAULT }
}

fn pen_down(seen: &Seen) -> Reply {
    let Some(pen) = seen.pen() else { return DEFAULT };
    let overlay = seen.overlay();
    let Some(handle) = overlay.as_ref().and_then(|overlay| overlay.caught(pen)) else { return DEFAULT };
    let off = [handle.at[0] - pen[0], handle.at[1] - pen[1]];
    {
        let mut state = lock(&seen.interact.state);
        state.pointer = Some(pen);
        state.held = Some(Held { name: handle.name, at: handle.at, off });
    }
    seen.redraw();
    OK
}

fn pen_up(seen: &Seen) -> Reply {
    let pen = seen.pen();
    let held = {
        let mut state = lock(&seen.interact.state);
        let Some(mut held) = state.held.take() else { return DEFAULT };
        if let Some(pen) = pen {
            held.at = [pen[0] + held.off[0], pen[1] + held.off[1]];
        }
        held
    };
    let instance = seen.instance;
    let definitions = instance.effect.define_for(instance.usage);
    let label = definitions.params().find(|p| p.name == held.name).map_or("handle", |p| &p.label);
    let undo = cstring(&format!("Move {label}"));
    // The lock is not held: setting a parameter brings the host back to us.
    let set = instance.params.set(&instance.host, seen.at().time, &[(held.name, Value::Point(held.at))], &undo);
    if !set {
        let text = format!("This host does not let handles be dragged: set {label} by its numbers.");
        instance.host.message(instance.handle, ofx::kOfxMessageError, &text);
    }
    seen.redraw();
    OK
}

/// Escape lets go of a handle, which stays where it was.
fn key_down(seen: &Seen) -> Reply {
    let escape = seen.args.int(ofx::kOfxPropKeySym) == Some(ofx::kOfxKey_Escape);
    if !escape || lock(&seen.interact.state).held.take().is_none() {
        return DEFAULT;
    }
    seen.redraw();
    OK
}

/// Whatever was being done is not done any longer.
fn lose_focus(seen: &Seen) -> Reply {
    *lock(&seen.interact.state) = State::default();
    seen.redraw();
    OK
}
