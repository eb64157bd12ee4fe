//! The parameter reference, written from the declarations themselves.

pub mod book;
pub mod pictures;

use crate::effect::Effect;
use crate::params::{Definitions, Item, Kind, ParamDef, Unit};

/// Markdown: a chapter for each effect, a table for each group.
pub fn parameters(effects: &[&dyn Effect]) -> String {
    let mut out = String::from(
        "# Parameters\n\nWritten from the effects' own declarations; a test fails when it is stale. Names in `code` are what projects \
         and scripts save: they never change.\n",
    );
    for effect in effects {
        let info = effect.info();
        out += &format!("\n## {}\n\n{}\n", info.name, info.description);
        out += &tables(&effect.define());
        out += &presets(*effect);
    }
    out
}

/// What each preset is like and sets, beside what all of them put back.
fn presets(effect: &dyn Effect) -> String {
    let Some(presets) = effect.presets() else { return String::new() };
    let groups = effect.define().items.into_iter().filter_map(|i| if let Item::Group(g) = i { Some(g) } else { None });
    let titles: Vec<_> = groups.filter(|g| presets.groups.contains(&g.name.as_str())).map(|g| g.label).collect();
    let kept = match presets.keeps {
        [] => String::new(),
        names => format!(" These stay as they are: `{}`.", names.join("`, `")),
    };
    let mut out = format!(
        "\n### What the presets set\n\nEach sets what stands beside it, and puts the other switches, numbers, colours and choices of the groups \
         {} to what they are in a new node.{kept} Positions, files and texts always stay.\n\n| preset | like | sets |\n|---|---|---|\n",
        titles.join(", ")
    );
    for preset in presets.list {
        let sets: Vec<_> = preset.values.iter().map(|(name, set)| format!("`{name}` {set}")).collect();
        out += &format!("| {} | {} | {} |\n", preset.label, preset.about, sets.join(", "));
    }
    out
}

const HEAD: &str = "\n| parameter | label | default | range | what it does |\n|---|---|---|---|---|\n";

fn tables(list: &Definitions) -> String {
    let mut out = String::new();
    let mut last_group = None;
    let label_of = |name: &str| {
        let groups = list.items.iter().filter_map(|i| if let Item::Group(g) = i { Some(g) } else { None });
        groups.filter(|g| g.name == name).map(|g| g.label.clone()).next().unwrap_or_default()
    };
    for p in list.params().filter(|p| !p.secret) {
        if last_group.as_ref() != Some(&p.group) {
            let title = p.group.as_deref().map_or("Always".into(), label_of);
            out += &format!("\n### {title}\n{HEAD}");
            last_group = Some(p.group.clone());
        }
        out += &row(p);
    }
    out
}

fn row(p: &ParamDef) -> String {
    let (default, range) = default_and_range(&p.kind);
    format!("| `{}` | {} | {default} | {range} | {} |\n", p.name, p.label, p.hint)
}

fn default_and_range(kind: &Kind) -> (String, String) {
    let list = |v: &[f64]| v.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    match kind {
        Kind::Bool { default } => (if *default { "on" } else { "off" }.into(), "on, off".into()),
        Kind::Int { default, range, .. } => (default.to_string(), format!("{} to {}", range[0], range[1])),
        Kind::Double { default, range, unit, .. } => {
            let unit = if *unit == Unit::None { String::new() } else { format!(" {}", unit.word()) };
            (format!("{default}{unit}"), format!("{} to {}", range[0], range[1]))
        }
        Kind::Point { default } => (format!("{} of the frame", list(default)), "a point of the picture".into()),
        Kind::Colour { default, .. } => (list(default), "a linear colour".into()),
        Kind::Rgba { default, .. } => (list(default), "red, green, blue, alpha".into()),
        Kind::Choice { default, options } => (options[*default as usize].into(), options.join(" · ")),
        Kind::Text { default } | Kind::Label { default } => ((*default).into(), "text".into()),
        Kind::File => (String::new(), "a file or sequence".into()),
        Kind::SaveFile => (String::new(), "a file to write".into()),
        Kind::Curve => ("0 to 1".into(), "a curve".into()),
        Kind::Button => (String::new(), "a button".into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::effects::ALL;
    use crate::params::{Item, Kind};
    use std::collections::BTreeSet;

    /// `FATHOM_BLESS=1 cargo test -p fathom-core` writes the file anew.
    #[test]
    fn the_reference_is_not_stale() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/parameters.md");
        let fresh = super::parameters(&ALL);
        if std::env::var_os("FATHOM_BLESS").is_some() {
            std::fs::write(path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == fresh, "docs/parameters.md is stale: run with FATHOM_BLESS=1 and read the difference");
    }

    #[test]
    fn every_declaration_is_sound() {
        for effect in ALL {
            let list = effect.define();
            let mut names = BTreeSet::new();
            let mut groups = BTreeSet::new();
            for item in &list.items {
                let name = match item {
                    Item::Group(g) => {
                        groups.insert(g.name.clone());
                        &g.name
                    }
                    Item::Param(p) => {
                        assert!(!p.label.is_empty() && p.hint.ends_with('.'), "{}: label and hint", p.name);
                        assert!(
                            p.group.as_ref().is_none_or(|g| groups.contains(g)),
                            "{}: its group comes first",
                            p.name
                        );
                        match &p.kind {
                            Kind::Double { default, range, slider, .. } => {
                                let inside = |v: &f64| (range[0]..=range[1]).contains(v);
                                assert!(
                                    inside(default) && slider.iter().all(inside) && slider[0] < slider[1],
                                    "{}",
                                    p.name
                                );
                            }
                            Kind::Choice { default, options } => {
                                assert!((*default as usize) < options.len(), "{}", p.name)
                            }
                            Kind::Int { default, range, .. } => {
                                assert!((range[0]..=range[1]).contains(default), "{}", p.name)
                            }
                            _ => {}
                        }
                        &p.name
                    }
                };
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
                assert!(names.insert(name.clone()), "{name} twice in {}", effect.info().name);
            }
        }
    }
}
