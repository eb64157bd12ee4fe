//! Presets: a choice that sets other parameters once, in one step that can be undone.
//!
//! Nothing else ever reads the choice: a project keeps the values, not the preset, and a later version that has better values for one
//! changes no old picture. Which one was set last is kept beside it ([`APPLIED`], hidden, in the same step of undo). A change of the
//! choice that only brings it back to what the values already are, as undo does in many hosts, therefore sets nothing.

use crate::effect::Reaction;
use crate::params::{Definitions, Kind, ParamDef, ParamSource, Value};

/// Name of the choice.
pub const PRESET: &str = "preset";
/// Name of the hidden parameter that holds what was set last.
pub const APPLIED: &str = "presetApplied";
/// What the choice shows before anything was chosen.
pub const CHOOSE: &str = "Choose…";

/// What one parameter is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Set {
    /// A switch.
    On(bool),
    /// A whole number.
    Whole(i32),
    /// A number.
    Number(f64),
    /// An option by its label.
    Option(&'static str),
    /// Red, green, blue.
    Colour([f64; 3]),
}

impl Set {
    /// As a value of that kind; `None` if it is of another or has no such option.
    pub fn value(self, kind: &Kind) -> Option<Value> {
        Some(match (self, kind) {
            (Set::On(b), Kind::Bool { .. }) => Value::Bool(b),
            (Set::Whole(i), Kind::Int { .. }) => Value::Int(i),
            (Set::Number(v), Kind::Double { .. }) => Value::Double(v),
            (Set::Option(label), Kind::Choice { options, .. }) => {
                Value::Int(options.iter().position(|o| *o == label)? as i32)
            }
            (Set::Colour([r, g, b]), Kind::Colour { .. }) => Value::Colour([r, g, b, 1.0]),
            _ => return None,
        })
    }
}

impl std::fmt::Display for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Set::On(on) => f.write_str(if *on { "on" } else { "off" }),
            Set::Whole(i) => i.fmt(f),
            // Two decimals are what a slider shows.
            Set::Number(v) => write!(f, "{}", (v * 100.0).round() / 100.0),
            Set::Option(label) => f.write_str(label),
            Set::Colour([r, g, b]) => write!(f, "({r}, {g}, {b})"),
        }
    }
}

/// A named set of values.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What the artist chooses, and reads in the list of undo.
    pub label: &'static str,
    /// What it is like, in a sentence for the manual.
    pub about: &'static str,
    /// What differs from a new instance, and what else it sets.
    pub values: &'static [(&'static str, Set)],
}

/// The presets of an effect.
#[derive(Clone, Copy, Debug)]
pub struct Presets {
    /// Every preset sets all switches, numbers, colours and choices of these groups: to its own value, or to that of a new instance.
    pub groups: &'static [&'static str],
    /// But these stay as they are.
    pub keeps: &'static [&'static str],
    /// In the order of the choice, behind [`CHOOSE`]. New ones are appended.
    pub list: &'static [Preset],
}

impl Presets {
    /// What the effect does because the artist changed this parameter.
    pub fn changed(&self, definitions: &Definitions, values: &dyn ParamSource, name: &str) -> Option<Reaction> {
        if name != PRESET {
            return None;
        }
        let index = |name: &str| if let Some(Value::Int(i)) = values.value(name) { i } else { 0 };
        let chosen = index(PRESET);
        if chosen == index(APPLIED) {
            return None;
        }
        let preset = usize::try_from(chosen).ok().and_then(|i| self.list.get(i.checked_sub(1)?));
        let mut sets = preset.map_or_else(Vec::new, |preset| self.values(definitions, preset));
        sets.push((APPLIED.into(), Value::Int(chosen)));
        Some(Reaction { values: sets, undo: preset.map_or(CHOOSE, |p| p.label), problem: None })
    }

    /// All that a preset sets, in the order of the parameters.
    pub fn values(&self, definitions: &Definitions, preset: &Preset) -> Vec<(String, Value)> {
        let own = |p: &ParamDef| preset.values.iter().find(|(name, _)| *name == p.name)?.1.value(&p.kind);
        let reset = |p: &ParamDef| self.resets(p).then(|| default(&p.kind)).flatten();
        definitions.params().filter_map(|p| Some((p.name.clone(), own(p).or_else(|| reset(p))?))).collect()
    }

    fn resets(&self, p: &ParamDef) -> bool {
        let inside = p.group.as_deref().is_some_and(|g| self.groups.contains(&g));
        inside && !p.secret && !p.fallback && !self.keeps.contains(&p.name.as_str())
    }
}

/// The value of a new instance, of what presets set: positions, files, texts and buttons are the artist's.
fn default(kind: &Kind) -> Option<Value> {
    Some(match kind {
        Kind::Bool { default } => Value::Bool(*default),
        Kind::Int { default, .. } | Kind::Choice { default, .. } => Value::Int(*default),
        Kind::Double { default, .. } => Value::Double(*default),
        Kind::Colour { default: [r, g, b], .. } => Value::Colour([*r, *g, *b, 1.0]),
        Kind::Rgba { default, .. } => Value::Colour(*default),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::ALL;
    use crate::params::Values;

    #[test]
    fn every_value_is_one_that_the_artist_could_set() {
        for effect in ALL {
            let Some(presets) = effect.presets() else { continue };
            let list = effect.define();
            let param = |name: &str| list.params().find(|p| p.name == name);
            let Kind::Choice { default: 0, options } = &param(PRESET).unwrap().kind else { panic!("no choice") };
            let labels: Vec<_> = [CHOOSE].into_iter().chain(presets.list.iter().map(|p| p.label)).collect();
            assert_eq!(*options, labels, "{}", effect.info().name);
            assert!(param(APPLIED).unwrap().secret);
            for group in presets.groups {
                assert!(list.params().any(|p| p.group.as_deref() == Some(*group)), "no group {group}");
            }
            assert!(presets.keeps.iter().all(|name| param(name).is_some()));
            for preset in presets.list {
                assert!(preset.about.ends_with('.'), "{}", preset.label);
                for (name, set) in preset.values {
                    let p = param(name).unwrap_or_else(|| panic!("{}: no {name}", preset.label));
                    let value = set.value(&p.kind);
                    let fits = match (&p.kind, &value) {
                        (_, None) => false,
                        (Kind::Double { range, .. }, Some(Value::Double(v))) => (range[0]..=range[1]).contains(v),
                        (Kind::Int { range, .. }, Some(Value::Int(v))) => (range[0]..=range[1]).contains(v),
                        _ => true,
                    };
                    assert!(fits, "{}: {name} = {set:?}", preset.label);
                    assert!(!presets.keeps.contains(name), "{}: {name} is kept", preset.label);
                }
            }
        }
    }

    #[test]
    fn what_depends_on_the_shot_is_never_touched() {
        for effect in ALL {
            let (Some(presets), list) = (effect.presets(), effect.define()) else { continue };
            for preset in presets.list {
                for (name, _) in presets.values(&list, preset) {
                    let group = list.params().find(|p| p.name == name).unwrap().group.clone().unwrap_or_default();
                    let shot = ["depth", "focus", "out", "outputGroup", "cameraGroup", "zones", "isolateGroup"];
                    assert!(!shot.contains(&group.as_str()), "{} sets {name}", preset.label);
                    assert!(!["mix", "maskInvert", PRESET].contains(&name.as_str()), "{} sets {name}", preset.label);
                }
            }
        }
    }

    #[test]
    fn a_choice_that_was_made_already_sets_nothing() {
        for effect in ALL {
            let Some(presets) = effect.presets() else { continue };
            let at = |chosen, applied| {
                let values = Values::default().int(PRESET, chosen).int(APPLIED, applied);
                effect.changed(&values, PRESET)
            };
            let last = presets.list.len() as i32;
            assert!(at(0, 0).is_none() && at(last, last).is_none());
            assert_eq!(at(0, 1).unwrap().values, [(APPLIED.to_string(), Value::Int(0))]);
            assert!(at(last, 0).unwrap().values.len() > 5);
            // A number from a newer version's project.
            assert_eq!(at(last + 1, 0).unwrap().values, [(APPLIED.to_string(), Value::Int(last + 1))]);
        }
    }
}
