//! The core's definitions as OpenFX parameters.
//!
//! Every number gets hard limits *and* display limits, all finite: some hosts clamp to −1..1 or to 0 where one is missing.

use crate::failure::Failure;
use crate::handles::{EffectHandle, ParamSetHandle};
use crate::params;
use crate::props::Props;
use crate::suites::{Host, cstring};
use fathom_core::params::{Definitions, GroupDef, Item, Kind, ParamDef, Unit};
use openfx_sys as ofx;
use std::ffi::{CStr, CString};

/// The page that lists everything, for hosts that arrange parameters in pages.
const PAGE: &str = "Controls";
/// Limits of colours, and of positions in canonical units.
const COLOUR_LIMIT: f64 = 1e6;
const POSITION_LIMIT: f64 = 1e6;
const POSITION_SLIDER: f64 = 1e4;

/// Defines groups, parameters and the page. A parameter that the host refuses is left out: it keeps its default.
pub(super) fn define(host: &Host, effect: EffectHandle, definitions: &Definitions) -> Result<(), Failure> {
    let set = params::set_of(host, effect).ok_or_else(|| Failure::quiet(ofx::kOfxStatFailed))?;
    let (mut groups, mut leaves) = (Vec::new(), Vec::new());
    for item in &definitions.items {
        match item {
            Item::Group(group) => groups.extend(define_group(host, set, group)),
            Item::Param(def) if !params::is_for(host, def) => {}
            Item::Param(def) => {
                let name = define_param(host, set, def, &groups)?;
                leaves.extend(name.filter(|_| !def.secret));
            }
        }
    }
    // Also where the host says that it takes no pages at all: hosts that say so have been seen to use them.
    if let Some(page) = params::define(host, set, ofx::kOfxParamTypePage, PAGE) {
        set_labels(&page, PAGE);
        let names: Vec<CString> = leaves.iter().map(|name| cstring(name)).collect();
        page.set_texts(ofx::kOfxParamPropPageChild, names.iter().map(CString::as_c_str));
        params::set_props(host, set).set_text(ofx::kOfxPluginPropParamPageOrder, &cstring(PAGE));
    }
    Ok(())
}

fn set_labels(props: &Props, label: &str) {
    let label = cstring(label);
    for property in [ofx::kOfxPropLabel, ofx::kOfxPropShortLabel, ofx::kOfxPropLongLabel] {
        props.set_text(property, &label);
    }
}

fn define_group<'d>(host: &Host, set: ParamSetHandle, group: &'d GroupDef) -> Option<&'d str> {
    let props = params::define(host, set, ofx::kOfxParamTypeGroup, &group.name)?;
    set_labels(&props, &group.label);
    props.set_text(ofx::kOfxParamPropHint, &cstring(&group.label));
    props.set_text(ofx::kOfxParamPropScriptName, &cstring(&group.name));
    props.set_int(ofx::kOfxParamPropGroupOpen, i32::from(group.open));
    Some(&group.name)
}

fn define_param<'d>(
    host: &Host,
    set: ParamSetHandle,
    def: &'d ParamDef,
    groups: &[&str],
) -> Result<Option<&'d str>, Failure> {
    let Some(props) = params::define(host, set, type_of(&def.kind), &def.name) else { return Ok(None) };
    set_labels(&props, &def.label);
    props.set_text(ofx::kOfxParamPropHint, &cstring(&hint(def)));
    props.set_text(ofx::kOfxParamPropScriptName, &cstring(&def.name));
    if let Some(group) = def.group.as_deref().filter(|g| groups.contains(g)) {
        props.set_text(ofx::kOfxParamPropParent, &cstring(group));
    }
    if !matches!(def.kind, Kind::Button | Kind::Curve) {
        // Also said where it is the rule: some hosts animate switches unless told not to.
        props.set_int(ofx::kOfxParamPropAnimates, i32::from(def.kind.animates()));
    }
    if def.secret {
        props.set_int(ofx::kOfxParamPropSecret, 1);
    }
    if !set_kind(&props, &def.kind) {
        return Err(Failure::quiet(ofx::kOfxStatErrMissingHostFeature));
    }
    if let (Some(first), Kind::Choice { options, .. }) = (def.shown_first, &def.kind)
        && host.facts().orders_choices
    {
        // Options are shown in the order of these numbers.
        let place = |i: i32| if i == first { 0 } else { i + 1 };
        let _ = (0..options.len() as i32).all(|i| props.set_int_at(ofx::kOfxParamPropChoiceOrder, i, place(i)));
    }
    Ok(Some(&def.name))
}

fn type_of(kind: &Kind) -> &'static CStr {
    match kind {
        Kind::Bool { .. } => ofx::kOfxParamTypeBoolean,
        Kind::Int { .. } => ofx::kOfxParamTypeInteger,
        Kind::Double { .. } => ofx::kOfxParamTypeDouble,
        Kind::Point { .. } => ofx::kOfxParamTypeDouble2D,
        Kind::Colour { .. } => ofx::kOfxParamTypeRGB,
        Kind::Rgba { .. } => ofx::kOfxParamTypeRGBA,
        Kind::Choice { .. } => ofx::kOfxParamTypeChoice,
        Kind::Text { .. } | Kind::File | Kind::SaveFile | Kind::Label { .. } => ofx::kOfxParamTypeString,
        Kind::Curve => ofx::kOfxParamTypeParametric,
        Kind::Button => ofx::kOfxParamTypePushButton,
    }
}

/// The hint, with the unit where there is one that the hint does not name.
fn hint(def: &ParamDef) -> String {
    let Kind::Double { unit, .. } = &def.kind else { return def.hint.clone() };
    let named = match unit {
        Unit::None => return def.hint.clone(),
        Unit::Pixels => "pixel",
        Unit::Distance => "metre",
        Unit::DepthUnits => "unit",
        Unit::Millimetres => "millimetre",
        Unit::Stops => "stop",
        Unit::Degrees => "degree",
    };
    let told = def.hint.to_lowercase().contains(named);
    if told { def.hint.clone() } else { format!("{} Unit: {}.", def.hint, unit.word()) }
}

/// False where the host refuses what the picture depends on: a default, or the options of a choice.
fn set_kind(props: &Props, kind: &Kind) -> bool {
    match kind {
        Kind::Bool { default } => {
            return props.set_int(ofx::kOfxParamPropDefault, i32::from(*default));
        }
        Kind::Int { default, range, slider } => {
            let accepted = props.set_int(ofx::kOfxParamPropDefault, *default);
            props.set_int(ofx::kOfxParamPropMin, range[0]);
            props.set_int(ofx::kOfxParamPropMax, range[1]);
            props.set_int(ofx::kOfxParamPropDisplayMin, slider[0]);
            props.set_int(ofx::kOfxParamPropDisplayMax, slider[1]);
            return accepted;
        }
        Kind::Double { default, range, slider, unit } => {
            let angle = *unit == Unit::Degrees;
            let kind = if angle { ofx::kOfxParamDoubleTypeAngle } else { ofx::kOfxParamDoubleTypePlain };
            props.set_text(ofx::kOfxParamPropDoubleType, kind);
            props.set_int(ofx::kOfxParamPropDigits, if slider[1] - slider[0] <= 20.0 { 3 } else { 2 });
            return set_numbers(props, &[*default], *range, *slider);
        }
        Kind::Point { default } => {
            props.set_text(ofx::kOfxParamPropDoubleType, ofx::kOfxParamDoubleTypeXYAbsolute);
            // Hosts that do not know it hand out the bare fraction; see `params::point`.
            props.set_text(ofx::kOfxParamPropDefaultCoordinateSystem, ofx::kOfxParamCoordinatesNormalised);
            let around = |v: f64| [-v, v];
            props.set_int(ofx::kOfxParamPropUseHostOverlayHandle, 1);
            return set_numbers(props, default, around(POSITION_LIMIT), around(POSITION_SLIDER));
        }
        Kind::Colour { default, slider } => {
            return set_numbers(props, default, [-COLOUR_LIMIT, COLOUR_LIMIT], *slider);
        }
        Kind::Rgba { default, slider } => {
            return set_numbers(props, default, [-COLOUR_LIMIT, COLOUR_LIMIT], *slider);
        }
        Kind::Choice { default, options } => {
            let names: Vec<CString> = options.iter().map(|option| cstring(option)).collect();
            return props.set_texts(ofx::kOfxParamPropChoiceOption, names.iter().map(CString::as_c_str))
                && props.set_int(ofx::kOfxParamPropDefault, *default);
        }
        Kind::Text { default } => {
            props.set_text(ofx::kOfxParamPropStringMode, ofx::kOfxParamStringIsSingleLine);
            props.set_text(ofx::kOfxParamPropDefault, &cstring(default));
        }
        Kind::File | Kind::SaveFile => {
            props.set_text(ofx::kOfxParamPropStringMode, ofx::kOfxParamStringIsFilePath);
            // Whether the file is there already: some hosts ask where to save otherwise.
            props.set_int(ofx::kOfxParamPropStringFilePathExists, i32::from(*kind == Kind::File));
            props.set_text(ofx::kOfxParamPropDefault, c"");
        }
        Kind::Label { default } => {
            props.set_text(ofx::kOfxParamPropStringMode, ofx::kOfxParamStringIsLabel);
            props.set_text(ofx::kOfxParamPropDefault, &cstring(default));
            props.set_int(ofx::kOfxParamPropEvaluateOnChange, 0);
        }
        Kind::Curve => {
            // Its points are left as they are: at first a curve goes from 0 to 1.
            props.set_int(ofx::kOfxParamPropParametricDimension, 1);
            props.set_doubles(ofx::kOfxParamPropParametricRange, &[0.0, 1.0]);
            props.set_doubles(ofx::kOfxParamPropParametricUIColour, &[0.9, 0.9, 0.9]);
        }
        Kind::Button => {}
    }
    true
}

/// Default and limits of a parameter of one or more numbers, the same limits for each; false where the host refuses the default.
fn set_numbers(props: &Props, default: &[f64], range: [f64; 2], slider: [f64; 2]) -> bool {
    let accepted = props.set_doubles(ofx::kOfxParamPropDefault, default);
    let each = |v: f64| vec![v; default.len()];
    props.set_doubles(ofx::kOfxParamPropMin, &each(range[0]));
    props.set_doubles(ofx::kOfxParamPropMax, &each(range[1]));
    props.set_doubles(ofx::kOfxParamPropDisplayMin, &each(slider[0]));
    props.set_doubles(ofx::kOfxParamPropDisplayMax, &each(slider[1]));
    accepted
}
