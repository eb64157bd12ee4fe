//! Rules of parameters as they are described.

use super::describing::differs;
use super::{Rule, Stage, Stop, Verdict, broken, skip};
use crate::format::Context;
use crate::param::{ParamInfo, ParamObject};
use crate::param_value::{ParamKind, ParamValue, Storage};
use openfx::sys::image_effect_v1::param as p;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) const RULES: &[Rule] = &[
    Rule::should(
        "param-names",
        "Parameters are named with letters, digits and underscores: scripts of hosts need that.",
        names,
    )
    .once(),
    Rule::must("param-ranges", "Ranges of numbers are in order, and what sliders show lies inside.", ranges).once(),
    Rule::should("param-range-given", "Numbers have a range and a slider of their own: hosts guess otherwise.", given)
        .once(),
    Rule::must("param-defaults", "Defaults lie inside their ranges and are numbers.", defaults).once(),
    Rule::should("param-hints", "Every control has a label and a hint.", hints).once(),
    Rule::must("choice-options", "Choices have options, and no two the same.", options).once(),
    Rule::must("page-children", "Pages hold parameters that exist and are neither pages nor groups.", pages).once(),
    Rule::should("portable-types", "No parameter is of a type that known hosts lack or crash on.", types).once(),
    Rule::must("project-compatibility", "What projects saved with an earlier version is still there.", compatibility)
        .once(),
];

/// Every parameter in every context; what is broken says where.
fn each(stage: &Stage, f: impl Fn(&Arc<ParamObject>, &ParamInfo) -> Option<String>) -> Verdict {
    let session = stage.open()?;
    for context in session.effect.contexts() {
        for param in session.effect.in_context(context)?.params() {
            if let Some(text) = f(&param, &param.info()) {
                return broken(format!("{} in context {context}: {text}", param.name));
            }
        }
    }
    Ok(())
}

fn is_number(kind: ParamKind) -> bool {
    use ParamKind as K;
    matches!(kind, K::Integer | K::Integer2D | K::Integer3D | K::Double | K::Double2D | K::Double3D)
}

fn names(stage: &Stage) -> Verdict {
    each(stage, |_, info| {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let starts = info.name.bytes().next().is_some_and(|b| !b.is_ascii_digit());
        (!starts || !info.name.bytes().all(legal)).then(|| "not a name for scripts".into())
    })
}

fn ranges(stage: &Stage) -> Verdict {
    each(stage, |param, info| {
        if !is_number(param.kind) {
            return None;
        }
        for i in 0..info.min.len() {
            let (low, high) = (info.min[i], *info.max.get(i)?);
            let (from, to) = (*info.display_min.get(i)?, *info.display_max.get(i)?);
            if low > high || low.is_nan() || high.is_nan() {
                return Some(format!("the range is {low} to {high}"));
            }
            if from > to || from.is_nan() || to.is_nan() {
                return Some(format!("the slider is {from} to {to}"));
            }
            // Sliders that were left at their defaults are as wide as numbers can be.
            if (from < low && from.abs() < 1e9) || (to > high && to.abs() < 1e9) {
                return Some(format!("the slider is {from} to {to}, the range {low} to {high}"));
            }
        }
        None
    })
}

fn given(stage: &Stage) -> Verdict {
    each(stage, |param, info| {
        // As OpenFX has them where a plug-in says nothing.
        let end = if param.kind.storage() == Storage::Int { 2_147_483_647.0 } else { 1e300 };
        let wide = |list: &[f64]| list.iter().any(|v| v.abs() >= end);
        let ends = [&info.min, &info.max, &info.display_min, &info.display_max];
        (is_number(param.kind) && ends.iter().any(|e| wide(e)))
            .then(|| "no range or no slider is given; Resolve then takes -1 to 1".into())
    })
}

fn defaults(stage: &Stage) -> Verdict {
    each(stage, |param, info| {
        let inside = |values: Vec<f64>| {
            values.iter().enumerate().find_map(|(i, v)| {
                let (low, high) = (*info.min.get(i)?, *info.max.get(i)?);
                (!(*v >= low && *v <= high)).then(|| format!("default {v} is outside {low} to {high}"))
            })
        };
        match param.default_value() {
            ParamValue::Double(v) => {
                v.iter().find(|v| !v.is_finite()).map(|v| format!("default {v}")).or_else(|| inside(v))
            }
            ParamValue::Int(v) if param.kind == ParamKind::Choice => {
                let ok = usize::try_from(v[0]).is_ok_and(|i| i < info.choices.len());
                (!ok).then(|| format!("default {} of {} options", v[0], info.choices.len()))
            }
            ParamValue::Int(v) if param.kind == ParamKind::Boolean => {
                (!(0..=1).contains(&v[0])).then(|| format!("default {}", v[0]))
            }
            ParamValue::Int(v) => inside(v.into_iter().map(f64::from).collect()),
            _ => None,
        }
    })
}

fn hints(stage: &Stage) -> Verdict {
    each(stage, |param, info| {
        if info.secret || matches!(param.kind, ParamKind::Page | ParamKind::Group) {
            return None;
        }
        if info.label.is_empty() {
            return Some("no label".into());
        }
        info.hint.is_empty().then(|| "no hint".into())
    })
}

fn options(stage: &Stage) -> Verdict {
    each(stage, |param, info| {
        if param.kind != ParamKind::Choice {
            return None;
        }
        let mut seen = BTreeSet::new();
        if info.choices.is_empty() {
            return Some("no options".into());
        }
        let twice = info.choices.iter().find(|c| !seen.insert(c.as_str()))?;
        Some(format!("option '{twice}' twice"))
    })
}

fn pages(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.effect.contexts() {
        let object = session.effect.in_context(context)?;
        for page in object.params().into_iter().filter(|p| p.kind == ParamKind::Page) {
            for child in page.properties.texts(p::kOfxParamPropPageChild) {
                if matches!(child.as_str(), "OfxParamPageSkipRow" | "OfxParamPageSkipColumn") {
                    continue;
                }
                let found = object.param(&child);
                if found.is_none_or(|c| matches!(c.kind, ParamKind::Page | ParamKind::Group)) {
                    return broken(format!("page {} in context {context} holds '{child}'", page.name));
                }
            }
        }
    }
    Ok(())
}

fn types(stage: &Stage) -> Verdict {
    each(stage, |param, _| match param.kind {
        ParamKind::Integer2D | ParamKind::Integer3D => Some("Resolve crashes on lists of whole numbers".into()),
        _ => None,
    })
}

/// What a project holds on to: parameters with their types and options, in order.
fn held(params: &Value) -> Vec<(String, String, Vec<String>)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    let of = |p: &Value| {
        let choices = p["choices"].as_array().map(|c| c.iter().map(text).collect()).unwrap_or_default();
        (text(&p["name"]), text(&p["type"]), choices)
    };
    params.as_array().map(|list| list.iter().map(of).collect()).unwrap_or_default()
}

fn read(folder: &std::path::Path, identifier: &str, context: Context) -> Result<Option<Value>, Stop> {
    let file = folder.join(format!("{identifier}.{}.json", context.word()));
    if !file.exists() {
        return Ok(None);
    }
    let wrong = |e: String| Stop::Broken(format!("{}: {e}", file.display()));
    let text = std::fs::read_to_string(&file).map_err(|e| wrong(e.to_string()))?;
    serde_json::from_str(&text).map(Some).map_err(|e| wrong(e.to_string()))
}

fn compatibility(stage: &Stage) -> Verdict {
    let Some(folder) = stage.baseline_path() else { return skip("no --baseline to compare with") };
    let session = stage.open()?;
    let mut compared = 0;
    for context in session.effect.contexts() {
        let Some(old) = read(folder, stage.identifier(), context)? else { continue };
        compared += 1;
        let now = serde_json::to_value(session.effect.params(context)?).map_err(|e| Stop::Broken(e.to_string()))?;
        let (before, after) = (held(&old["params"]), held(&now));
        for (name, kind, choices) in &before {
            let Some((_, new_kind, new_choices)) = after.iter().find(|p| p.0 == *name) else {
                return broken(format!("parameter {name} is gone in context {context}"));
            };
            if kind != new_kind {
                return broken(format!("parameter {name} was {kind}, is {new_kind}"));
            }
            if new_choices.len() < choices.len() || new_choices[..choices.len()] != choices[..] {
                return broken(format!("options of {name} moved: projects save their numbers"));
            }
            let default = |list: &Value| {
                let found = list.as_array().and_then(|l| l.iter().find(|p| p["name"] == **name));
                found.map(|p| p["default"].clone()).unwrap_or_default()
            };
            if let Some(text) = differs(&default(&old["params"]), &default(&now), &format!("default of {name}")) {
                return broken(text);
            }
        }
    }
    if compared == 0 { skip(format!("{} has nothing of this effect", folder.display())) } else { Ok(()) }
}
