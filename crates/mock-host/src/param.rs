//! A parameter: its properties, as a descriptor or an instance, and its value.

use crate::effect_object::EffectObject;
use crate::param_value::{Curve, ParamKind, ParamValue, Storage};
use crate::property::{PropertySet, lock};
use crate::registry;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::param as p;
use openfx::sys::image_effect_v1::parametric_param as parametric;
use serde::Serialize;
use std::ffi::CString;
use std::sync::{Arc, Mutex, Weak};

#[derive(Debug)]
pub(crate) struct ParamObject {
    pub id: usize,
    pub name: String,
    pub kind: ParamKind,
    pub properties: Arc<PropertySet>,
    pub effect: Weak<EffectObject>,
    curve: Mutex<Curve>,
}

impl Drop for ParamObject {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl ParamObject {
    fn build(name: &str, kind: ParamKind, properties: Arc<PropertySet>, effect: Weak<EffectObject>) -> Arc<Self> {
        let object = Arc::new(Self {
            id: registry::new_id(),
            name: name.into(),
            kind,
            properties,
            effect,
            curve: Mutex::new(Curve::constant(ParamValue::None)),
        });
        object.curve_reset();
        registry::insert(object.id, registry::Object::Param(Arc::downgrade(&object)));
        object
    }

    /// A parameter as the plug-in defines it.
    pub fn define(name: &str, kind: ParamKind, missing: &[&str]) -> Arc<Self> {
        let properties = param_properties(name, kind);
        for m in missing {
            properties.remove(&crate::property::cstring(m));
        }
        Self::build(name, kind, properties, Weak::new())
    }

    /// The parameter of an instance.
    pub fn instantiate(&self, effect: Weak<EffectObject>) -> Arc<Self> {
        let properties = self.properties.duplicate(format!("parameter {}", self.name), true);
        properties.put(c::kOfxPropType, vec![CString::from(p::kOfxTypeParameterInstance)]);
        let instance = Self::build(&self.name, self.kind, properties, effect);
        if self.kind == ParamKind::Parametric {
            // What the plug-in gave the descriptor's curves is the default.
            let described = lock(&self.curve).value.clone();
            lock(&instance.curve).value = described;
        }
        instance
    }

    /// Is it a descriptor's?
    pub fn is_described(&self) -> bool {
        self.effect.strong_count() == 0
    }

    /// The default that the properties say.
    pub fn default_value(&self) -> ParamValue {
        let name = p::kOfxParamPropDefault;
        match self.kind.storage() {
            Storage::None => ParamValue::None,
            Storage::Int => ParamValue::Int(self.properties.all(name)),
            Storage::Double => ParamValue::Double(self.properties.all(name)),
            Storage::String => ParamValue::Text(self.properties.get(name, 0).unwrap_or_default()),
            Storage::Curves => {
                // Until somebody says otherwise each curve gives back its position.
                let [low, high] = self.curve_range();
                let count = self.properties.int(parametric::kOfxParamPropParametricDimension).max(1);
                ParamValue::Curves((0..count).map(|_| vec![[low, low], [high, high]]).collect())
            }
        }
    }

    /// The positions that the curves are defined at.
    pub fn curve_range(&self) -> [f64; 2] {
        let range: Vec<f64> = self.properties.all(parametric::kOfxParamPropParametricRange);
        if let [low, high] = range[..] { [low, high] } else { [0.0, 1.0] }
    }

    fn curve_reset(&self) {
        // Properties that say how many curves there are come later.
        let parametric = self.kind == ParamKind::Parametric;
        *lock(&self.curve) = Curve::constant(if parametric { ParamValue::None } else { self.default_value() });
    }

    pub fn with_curve<T>(&self, f: impl FnOnce(&mut Curve) -> T) -> T {
        let mut curve = lock(&self.curve);
        let result = f(&mut curve);
        let animating = i32::from(!curve.keys.is_empty());
        self.properties.put(p::kOfxParamPropIsAnimating, vec![animating]);
        result
    }

    pub fn value_at(&self, time: f64) -> ParamValue {
        match lock(&self.curve).at(time, self.kind.interpolates()) {
            ParamValue::None => self.default_value(),
            value => value,
        }
    }

    pub fn options(&self) -> Vec<String> {
        self.properties.texts(p::kOfxParamPropChoiceOption)
    }

    pub fn info(&self) -> ParamInfo {
        let s = &self.properties;
        let numbers = |name| -> Vec<f64> {
            let doubles = s.all::<f64>(name);
            if doubles.is_empty() { s.all::<i32>(name).into_iter().map(f64::from).collect() } else { doubles }
        };
        let default = match self.default_value() {
            ParamValue::None => serde_json::Value::Null,
            ParamValue::Text(t) => t.to_string_lossy().into(),
            ParamValue::Int(v) if v.len() == 1 && self.kind == ParamKind::Boolean => (v[0] != 0).into(),
            ParamValue::Int(v) if v.len() == 1 => v[0].into(),
            ParamValue::Int(v) => v.into(),
            ParamValue::Double(v) if v.len() == 1 => v[0].into(),
            ParamValue::Double(v) => v.into(),
            ParamValue::Curves(v) => serde_json::json!(v),
        };
        ParamInfo {
            name: self.name.clone(),
            kind: self.kind.word(),
            label: s.text(c::kOfxPropLabel),
            hint: s.text(p::kOfxParamPropHint),
            parent: s.text(p::kOfxParamPropParent),
            default,
            choices: self.options(),
            choice_order: s.all(p::kOfxParamPropChoiceOrder),
            min: numbers(p::kOfxParamPropMin),
            max: numbers(p::kOfxParamPropMax),
            display_min: numbers(p::kOfxParamPropDisplayMin),
            display_max: numbers(p::kOfxParamPropDisplayMax),
            animates: s.int(p::kOfxParamPropAnimates) != 0,
            secret: s.int(p::kOfxParamPropSecret) != 0,
            enabled: s.int(p::kOfxParamPropEnabled) != 0,
        }
    }
}

/// A parameter as it was described.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct ParamInfo {
    /// The name that projects are saved with.
    pub name: String,
    /// OpenFX's type without its prefix.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name that artists see.
    pub label: String,
    /// The explanation.
    pub hint: String,
    /// The group that it is in, or nothing.
    pub parent: String,
    /// A number, a list of numbers, true or false, text, a choice's index, or null.
    pub default: serde_json::Value,
    /// A choice's labels, as projects count them.
    pub choices: Vec<String>,
    /// The places of these labels in the list that artists see; empty: as they are counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choice_order: Vec<i32>,
    /// Smallest values.
    pub min: Vec<f64>,
    /// Largest values.
    pub max: Vec<f64>,
    /// Left ends of the sliders.
    pub display_min: Vec<f64>,
    /// Right ends of the sliders.
    pub display_max: Vec<f64>,
    /// Whether it can have keys.
    pub animates: bool,
    /// Whether it is hidden.
    pub secret: bool,
    /// Whether it can be changed.
    pub enabled: bool,
}

/// The properties that a parameter of this type has, with OpenFX's defaults.
fn param_properties(name: &str, kind: ParamKind) -> Arc<PropertySet> {
    let s = PropertySet::new(format!("parameter {name}"), true);
    s.define_str(c::kOfxPropType, "OfxTypeParameter");
    s.define_str(c::kOfxPropName, name);
    for label in [c::kOfxPropLabel, c::kOfxPropShortLabel, c::kOfxPropLongLabel] {
        s.define_str(label, name);
    }
    s.define(p::kOfxParamPropType, vec![CString::from(kind.ofx())]);
    s.define_str(p::kOfxParamPropScriptName, name);
    s.define_str(p::kOfxParamPropHint, "");
    s.define_str(p::kOfxParamPropParent, "");
    s.define(p::kOfxParamPropSecret, vec![0]);
    s.define(p::kOfxParamPropEnabled, vec![1]);
    s.define(p::kOfxParamPropDataPtr, vec![0usize]);
    s.define_list::<CString>(c::kOfxPropIcon, vec![CString::default(), CString::default()]);
    match kind {
        ParamKind::Group => {
            s.define(p::kOfxParamPropGroupOpen, vec![1]);
            return s;
        }
        ParamKind::Page => {
            s.define_list::<CString>(p::kOfxParamPropPageChild, vec![]);
            return s;
        }
        ParamKind::PushButton => return s,
        ParamKind::Parametric => {
            use parametric as q;
            s.define(q::kOfxParamPropParametricDimension, vec![1]);
            s.define(q::kOfxParamPropParametricRange, vec![0.0, 1.0]);
            s.define_list::<f64>(q::kOfxParamPropParametricUIColour, vec![]);
            s.define(q::kOfxParamPropParametricInteractBackground, vec![0usize]);
            for (name, on) in [
                (p::kOfxParamPropAnimates, 0),
                (p::kOfxParamPropIsAnimating, 0),
                (p::kOfxParamPropIsAutoKeying, 0),
                (p::kOfxParamPropPersistant, 1),
                (p::kOfxParamPropEvaluateOnChange, 1),
                (p::kOfxParamPropPluginMayWrite, 0),
                (p::kOfxParamPropCanUndo, 1),
            ] {
                s.define(name, vec![on]);
            }
            return s;
        }
        _ => {}
    }
    let text = kind.storage() == Storage::String;
    s.define(p::kOfxParamPropAnimates, vec![i32::from(!text)]);
    s.define(p::kOfxParamPropIsAnimating, vec![0]);
    s.define(p::kOfxParamPropIsAutoKeying, vec![0]);
    s.define(p::kOfxParamPropPersistant, vec![1]);
    s.define(p::kOfxParamPropEvaluateOnChange, vec![1]);
    s.define(p::kOfxParamPropPluginMayWrite, vec![0]);
    s.define(p::kOfxParamPropCanUndo, vec![1]);
    s.define_str(p::kOfxParamPropCacheInvalidation, "OfxParamInvalidateValueChange");
    let n = kind.count();
    match kind.storage() {
        Storage::String => s.define(p::kOfxParamPropDefault, vec![CString::default()]),
        Storage::Int => s.define(p::kOfxParamPropDefault, vec![0; n]),
        _ => s.define(p::kOfxParamPropDefault, vec![0.0; n]),
    }
    match kind {
        ParamKind::Integer | ParamKind::Integer2D | ParamKind::Integer3D => {
            for (name, v) in [
                (p::kOfxParamPropMin, i32::MIN),
                (p::kOfxParamPropMax, i32::MAX),
                (p::kOfxParamPropDisplayMin, i32::MIN),
                (p::kOfxParamPropDisplayMax, i32::MAX),
            ] {
                s.define(name, vec![v; n]);
            }
        }
        ParamKind::Double | ParamKind::Double2D | ParamKind::Double3D | ParamKind::Rgb | ParamKind::Rgba => {
            for (name, v) in [
                (p::kOfxParamPropMin, -f64::MAX),
                (p::kOfxParamPropMax, f64::MAX),
                (p::kOfxParamPropDisplayMin, -f64::MAX),
                (p::kOfxParamPropDisplayMax, f64::MAX),
            ] {
                s.define(name, vec![v; n]);
            }
        }
        ParamKind::Choice | ParamKind::StrChoice => {
            s.define_list::<CString>(p::kOfxParamPropChoiceOption, vec![]);
            s.define_list::<i32>(p::kOfxParamPropChoiceOrder, vec![]);
        }
        ParamKind::String => {
            s.define_str(p::kOfxParamPropStringMode, "OfxParamStringIsSingleLine");
            s.define(p::kOfxParamPropStringFilePathExists, vec![1]);
        }
        ParamKind::Custom => s.define(p::kOfxParamPropCustomInterpCallbackV1, vec![0usize]),
        _ => {}
    }
    if matches!(kind, ParamKind::Double | ParamKind::Double2D | ParamKind::Double3D) {
        s.define(p::kOfxParamPropIncrement, vec![1.0]);
        s.define(p::kOfxParamPropDigits, vec![2]);
        s.define_str(p::kOfxParamPropDoubleType, "OfxParamDoubleTypePlain");
        s.define_str(p::kOfxParamPropDefaultCoordinateSystem, "OfxParamCoordinatesCanonical");
        s.define(p::kOfxParamPropShowTimeMarker, vec![0]);
        s.define(p::kOfxParamPropHasHostOverlayHandle, vec![0]);
        s.define(p::kOfxParamPropUseHostOverlayHandle, vec![0]);
    }
    if n > 1 {
        let labels = ["x", "y", "z", "w"];
        let colours = ["r", "g", "b", "a"];
        let words = if matches!(kind, ParamKind::Rgb | ParamKind::Rgba) { colours } else { labels };
        let list: Vec<_> = words[..n].iter().map(|l| crate::property::cstring(l)).collect();
        s.define(p::kOfxParamPropDimensionLabel, list);
    }
    s
}
