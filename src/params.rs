//! Values of a living effect's parameters at one time, for the snapshot that the core takes.
#![allow(unsafe_code, reason = "values come through the host's variadic C functions")]

use crate::handles::{EffectHandle, Handle, ParamHandle, ParamSetHandle};
use crate::props::Props;
use crate::suites::{Host, cstring};
use fathom_core::params::{CURVE_SAMPLES, Definitions, Kind, ParamDef, ParamSource, Value};
use openfx_sys as ofx;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The parameters of a living effect.
pub(crate) struct Params {
    effect: EffectHandle,
    set: OnceLock<ParamSetHandle>,
    /// In one order, so that the host is asked the same questions in the same order every time.
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    /// Found when it is first needed, and where the host did not tell, again: one refusal must not be for life.
    handle: OnceLock<ParamHandle>,
    shape: Shape,
    /// Has the host ever given its value? Then it can, and not to give it is an error.
    given: AtomicBool,
}

/// What the host is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Bool,
    /// Choices too.
    Int,
    Double,
    /// With the default, a fraction of the frame.
    Point([f64; 2]),
    Colour,
    Rgba,
    Text,
    Curve,
    Nothing,
}

impl From<&Kind> for Shape {
    fn from(kind: &Kind) -> Self {
        match kind {
            Kind::Bool { .. } => Shape::Bool,
            Kind::Int { .. } | Kind::Choice { .. } => Shape::Int,
            Kind::Double { .. } => Shape::Double,
            Kind::Point { default } => Shape::Point(*default),
            Kind::Colour { .. } => Shape::Colour,
            Kind::Rgba { .. } => Shape::Rgba,
            Kind::Text { .. } | Kind::File | Kind::SaveFile | Kind::Label { .. } => Shape::Text,
            Kind::Curve => Shape::Curve,
            Kind::Button => Shape::Nothing,
        }
    }
}

/// The parameters of an effect, described or living.
pub(crate) fn set_of(host: &Host, effect: EffectHandle) -> Option<ParamSetHandle> {
    let mut set = std::ptr::null_mut();
    // SAFETY: a handle of this host, and room for the answer.
    unsafe {
        let status = (host.effect.getParamSet?)(effect.raw(), &mut set);
        if status == ofx::kOfxStatOK { Handle::from_host(set) } else { None }
    }
}

/// The properties of the parameters as a whole.
pub(crate) fn set_props(host: &Host, set: ParamSetHandle) -> Props<'_> {
    let mut props = std::ptr::null_mut();
    let found = host.parameter.paramSetGetPropertySet.is_some_and(|f| {
        // SAFETY: a handle of this host, and room for the answer.
        unsafe { f(set.raw(), &mut props) == ofx::kOfxStatOK }
    });
    // SAFETY: the property set lives as long as the descriptor.
    Props::new(host, if found { unsafe { Handle::from_host(props) } } else { None })
}

/// Is the parameter for this host? Where there are no curves it gets other parameters in their place.
pub(crate) fn is_for(host: &Host, def: &ParamDef) -> bool {
    if host.has_curves() { !def.fallback } else { def.kind != Kind::Curve }
}

/// Defines a parameter; its properties are set afterwards.
pub(crate) fn define<'h>(host: &'h Host, set: ParamSetHandle, kind: &CStr, name: &str) -> Option<Props<'h>> {
    let name = cstring(name);
    let mut props = std::ptr::null_mut();
    // SAFETY: a handle of this host, strings, and room for the answer, which lives as long as the descriptor.
    unsafe {
        let status = (host.parameter.paramDefine?)(set.raw(), kind.as_ptr(), name.as_ptr(), &mut props);
        if status != ofx::kOfxStatOK {
            return None;
        }
        Some(Props::new(host, Some(Handle::from_host(props)?)))
    }
}

impl Params {
    /// A parameter that the host does not know will always have its default.
    pub(crate) fn new(host: &Host, effect: EffectHandle, definitions: &Definitions) -> Self {
        let entry = |def: &ParamDef| {
            let (handle, given) = (OnceLock::new(), AtomicBool::new(false));
            (def.name.clone(), Entry { handle, shape: Shape::from(&def.kind), given })
        };
        let entries = definitions.params().filter(|def| is_for(host, def)).map(entry).collect();
        Self { effect, set: OnceLock::new(), entries }
    }

    fn set_handle(&self, host: &Host) -> Option<ParamSetHandle> {
        match self.set.get() {
            Some(set) => Some(*set),
            None => set_of(host, self.effect).map(|found| *self.set.get_or_init(|| found)),
        }
    }

    fn handle(&self, host: &Host, name: &str, entry: &Entry) -> Option<ParamHandle> {
        if let Some(handle) = entry.handle.get() {
            return Some(*handle);
        }
        let (set, get, name) = (self.set_handle(host)?, host.parameter.paramGetHandle?, cstring(name));
        let mut raw = std::ptr::null_mut();
        // SAFETY: a handle of this host, a string, and room for the answer, which lives as long as the effect.
        let found = unsafe {
            let status = get(set.raw(), name.as_ptr(), &mut raw, std::ptr::null_mut());
            if status == ofx::kOfxStatOK { Handle::from_host(raw) } else { None }
        };
        found.map(|found| *entry.handle.get_or_init(|| found))
    }

    /// Says that something is known that is not written into the parameters yet.
    pub(crate) fn need_syncing(&self, host: &Host) {
        if let Some(set) = self.set_handle(host) {
            set_props(host, set).set_int(ofx::kOfxPropParamSetNeedsSyncing, 1);
        }
    }

    /// Sets those of the values that are others now, as one step on the list of undo; false where the host refuses one. Allowed where
    /// something changed, and where the host asks for what is to be saved.
    pub(crate) fn set(&self, host: &Host, time: f64, values: &[(&str, Value)], undo: &CStr) -> bool {
        let now = self.at(host, time);
        let changes: Vec<_> = values.iter().filter(|(name, value)| now.value(name).as_ref() != Some(value)).collect();
        let ends = host.parameter.paramEditEnd.filter(|_| !changes.is_empty());
        let block = match (self.set_handle(host), host.parameter.paramEditBegin, ends) {
            // SAFETY: a handle of this host and a string.
            (Some(set), Some(begin), Some(end)) => unsafe {
                (begin(set.raw(), undo.as_ptr()) == ofx::kOfxStatOK).then_some((set, end))
            },
            _ => None,
        };
        let good = changes.into_iter().fold(true, |good, (name, value)| self.set_one(host, name, value) && good);
        if let Some((set, end)) = block {
            // SAFETY: a handle of this host, with the block that was begun.
            unsafe { end(set.raw()) };
        }
        good
    }

    fn set_one(&self, host: &Host, name: &str, value: &Value) -> bool {
        let (Some(entry), Some(set)) = (self.entries.get(name), host.parameter.paramSetValue) else { return false };
        let Some(param) = self.handle(host, name, entry).map(Handle::raw) else { return false };
        // SAFETY: a parameter of this host, and a value of its type; the host copies the text.
        let status = unsafe {
            match (entry.shape, value) {
                (Shape::Bool, Value::Bool(b)) => set(param, c_int::from(*b)),
                (Shape::Int, Value::Int(i)) => set(param, *i),
                (Shape::Double, Value::Double(v)) => set(param, *v),
                (Shape::Point(_), Value::Point([x, y])) => set(param, *x, *y),
                (Shape::Text, Value::Text(text)) => set(param, cstring(text).as_ptr()),
                (Shape::Colour, Value::Colour([r, g, b, _])) => set(param, *r, *g, *b),
                (Shape::Rgba, Value::Colour([r, g, b, a])) => set(param, *r, *g, *b, *a),
                _ => ofx::kOfxStatErrValue,
            }
        };
        status == ofx::kOfxStatOK
    }

    /// The values at a time.
    pub(crate) fn at<'a>(&'a self, host: &'a Host, time: f64) -> At<'a> {
        At { host, params: self, time, refused: RefCell::default() }
    }

    /// The properties of one parameter.
    pub(crate) fn props<'h>(&self, host: &'h Host, name: &str) -> Option<Props<'h>> {
        let entry = self.entries.get(name)?;
        let handle = self.handle(host, name, entry)?;
        let mut set = std::ptr::null_mut();
        // SAFETY: a parameter of this host, and room for the answer, which lives as long as the parameter.
        unsafe {
            let status = (host.parameter.paramGetPropertySet?)(handle.raw(), &mut set);
            (status == ofx::kOfxStatOK).then(|| Props::new(host, Handle::from_host(set)))
        }
    }
}

/// The values at one time. Used only on the thread that the host called us on.
pub(crate) struct At<'a> {
    host: &'a Host,
    params: &'a Params,
    time: f64,
    /// The first parameter whose value the host did not give though it can.
    refused: RefCell<Option<String>>,
}

impl At<'_> {
    /// The name of a parameter whose value was asked for, and not given by a host that gave it before.
    pub(crate) fn refused(&self) -> Option<String> {
        self.refused.borrow().clone()
    }
}

impl ParamSource for At<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let entry = self.params.entries.get(name)?;
        let handle = self.params.handle(self.host, name, entry)?;
        match self.ask(handle, entry.shape) {
            Some(answer) => {
                entry.given.store(true, Ordering::Relaxed);
                answer
            }
            None => {
                if entry.given.load(Ordering::Relaxed) {
                    self.refused.borrow_mut().get_or_insert_with(|| name.into());
                }
                None
            }
        }
    }
}

impl At<'_> {
    /// `None`: the host gives no value. `Some(None)`: it gave one that stands for none.
    fn ask(&self, handle: ParamHandle, shape: Shape) -> Option<Option<Value>> {
        if shape == Shape::Curve {
            return self.host.curve(handle, self.time, CURVE_SAMPLES).map(|values| Some(Value::Curve(values)));
        }
        let (get, param, time) = (self.host.parameter.paramGetValueAtTime?, handle.raw(), self.time);
        let ok = |status| status == ofx::kOfxStatOK;
        let (mut i, mut d): (c_int, [f64; 4]) = (0, [f64::NAN, f64::NAN, f64::NAN, 1.0]);
        let [a, b, c, alpha] = &mut d;
        // The host writes through these: as pointers, because a variadic call passes what it is given.
        let (a, b, c, alpha): (*mut f64, *mut f64, *mut f64, *mut f64) = (a, b, c, alpha);
        // SAFETY: a parameter of this host, and for its type as many pointers of the kind as OpenFX says.
        let value = unsafe {
            match shape {
                Shape::Bool => ok(get(param, time, &raw mut i)).then_some(Value::Bool(i != 0)),
                Shape::Int => ok(get(param, time, &raw mut i)).then_some(Value::Int(i)),
                Shape::Double => ok(get(param, time, a)).then(|| Value::Double(d[0])),
                Shape::Point(default) => return ok(get(param, time, a, b)).then(|| point([d[0], d[1]], default)),
                Shape::Colour => ok(get(param, time, a, b, c)).then(|| Value::Colour([d[0], d[1], d[2], 1.0])),
                Shape::Rgba => ok(get(param, time, a, b, c, alpha)).then_some(Value::Colour(d)),
                Shape::Text => {
                    let mut text: *mut c_char = std::ptr::null_mut();
                    let good = ok(get(param, time, &raw mut text)) && !text.is_null();
                    // The host owns the string, and may change it after the action: it is copied.
                    good.then(|| Value::Text(CStr::from_ptr(text).to_string_lossy().into_owned()))
                }
                Shape::Curve | Shape::Nothing => None,
            }
        };
        value.map(Some)
    }
}

/// Values that were read once, for questions that are asked for every parameter.
pub(crate) struct Read(HashMap<String, Value>);

impl Params {
    /// Reads all values at a time.
    pub(crate) fn read(&self, host: &Host, time: f64) -> Read {
        let at = self.at(host, time);
        Read(self.entries.keys().filter_map(|name| Some((name.clone(), at.value(name)?))).collect())
    }
}

impl ParamSource for Read {
    fn value(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
}

/// The default is described as a fraction of the frame. Where a host does not know such defaults it hands the bare fraction out: a
/// position within a hair of it, in the very corner pixel, is nobody's choice and reads as 'not set'.
fn point(value: [f64; 2], default: [f64; 2]) -> Option<Value> {
    let unset = (0..2).all(|i| (value[i] - default[i]).abs() < 1e-9);
    (!unset).then_some(Value::Point(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_fraction_is_no_position() {
        assert_eq!(point([0.5, 0.5], [0.5, 0.5]), None);
        assert_eq!(point([960.0, 540.0], [0.5, 0.5]), Some(Value::Point([960.0, 540.0])));
        assert_eq!(point([0.5, 0.0], [0.5, 0.5]), Some(Value::Point([0.5, 0.0])));
    }
}
