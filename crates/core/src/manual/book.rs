//! The manual's page of an effect: readable on a telephone, so no tables.

use super::default_and_range;
use super::pictures::PICTURES;
use crate::effect::Effect;
use crate::params::{Definitions, GroupDef, Item, Kind, ParamDef, Unit};
use crate::presets::{Preset, Presets};

/// Markdown; `before` is what people wrote about it, below the title.
pub fn page(effect: &dyn Effect, before: &str) -> String {
    let (info, list) = (effect.info(), effect.define());
    let mut out = format!(
        "<!-- Written from the effect's own declaration; `FATHOM_BLESS=1 cargo test -p fathom-core --lib manual` writes it anew. -->\n\n\
         # {}\n\n{}\n",
        info.name, info.description
    );
    out += &pictures(info.name, None);
    if !before.is_empty() {
        out += &format!("\n{}\n", before.trim());
    }
    let mut last = Some(String::new());
    for p in list.params().filter(|p| !p.secret) {
        if p.group != last {
            let group = p.group.as_deref().and_then(|name| group(&list, name));
            out += &format!("\n## {}\n", group.map_or("Always", |g| &g.label));
            out += &pictures(info.name, group.map(|g| g.name.as_str()));
            if let (Some("presetGroup"), Some(all)) = (p.group.as_deref(), effect.presets()) {
                out += &presets(all);
            }
            last.clone_from(&p.group);
            out += &p.group.as_deref().and_then(|name| once_more(&list, name)).unwrap_or_default();
        }
        if p.group.as_deref().and_then(first_of).is_none_or(|first| group(&list, &first).is_none()) {
            out += &param(p);
        }
    }
    out
}

/// The name of the first of several equal groups, for those that come after it: `input1` for `input3`.
fn first_of(name: &str) -> Option<String> {
    let (stem, number) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
    (number != "1").then(|| format!("{stem}1"))
}

/// What stands below a group whose controls are those of another: only their names.
fn once_more(list: &Definitions, name: &str) -> Option<String> {
    let first = group(list, &first_of(name)?)?;
    let own: Vec<_> = list.params().filter(|p| p.group.as_deref() == Some(name) && !p.secret).collect();
    let names: Vec<String> = own.iter().map(|p| format!("`{}`", p.name)).collect();
    Some(format!("\nAs in *{}*: {}.\n", first.label, names.join(", ")))
}

fn group<'a>(list: &'a Definitions, name: &str) -> Option<&'a GroupDef> {
    list.items.iter().find_map(|i| if let Item::Group(g) = i { (g.name == name).then_some(g) } else { None })
}

fn pictures(effect: &str, group: Option<&str>) -> String {
    let here = PICTURES.iter().filter(|p| p.place == (effect, group));
    here.map(|p| format!("\n![{0}](pictures/{1}.png)\n*{0}*\n", p.caption, p.file)).collect()
}

fn param(p: &ParamDef) -> String {
    let (default, range) = default_and_range(&p.kind);
    let mut facts = vec![format!("`{}`", p.name)];
    match &p.kind {
        Kind::Choice { options, .. } if options.len() > 1 => {
            facts.push(format!("**{default}**"));
            let others: Vec<&str> = options.iter().copied().filter(|o| *o != default).collect();
            facts.push(others.join(" · "));
        }
        Kind::Double { slider, unit, .. } => {
            let word = if *unit == Unit::None { String::new() } else { format!(" {}", unit.word()) };
            facts.push(format!("default **{default}**"));
            facts.push(format!("{range}{word}, slider {} to {}", slider[0], slider[1]));
        }
        Kind::Label { .. } => facts.push("shown only".into()),
        Kind::File | Kind::SaveFile | Kind::Button | Kind::Text { .. } => facts.push(range),
        _ => {
            facts.push(format!("default **{default}**"));
            facts.push(range);
        }
    }
    if p.kind.animates() {
        facts.push("can have keys".into());
    }
    if p.fallback {
        facts.push("in hosts that draw no curves".into());
    }
    format!("\n### {} {{#{}}}\n\n{}\n\n{}\n", p.label, p.name, facts.join(" · "), p.hint)
}

/// What each is like; what it sets to the digit is in the reference.
fn presets(presets: &Presets) -> String {
    let line = |p: &Preset| format!("- **{}**: {}\n", p.label, p.about);
    let lines: String = presets.list.iter().map(line).collect();
    format!("\n{lines}\nThe values of each are in the [reference](parameters.md).\n")
}

#[cfg(test)]
mod tests {
    use super::super::pictures;
    use crate::effects::ALL;
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/manual")
    }

    fn check(path: &Path, fresh: &str) {
        if std::env::var_os("FATHOM_BLESS").is_some() {
            std::fs::write(path, fresh).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == fresh, "{} is stale: run with FATHOM_BLESS=1 and read the difference", path.display());
    }

    /// `FATHOM_BLESS=1 cargo test -p fathom-core --lib manual` writes the pages anew.
    #[test]
    fn the_manual_is_not_stale() {
        for effect in ALL {
            let name = effect.info().name.to_lowercase();
            let before = std::fs::read_to_string(folder().join(format!("parts/{name}.md"))).unwrap_or_default();
            check(&folder().join(format!("src/{name}.md")), &super::page(effect, &before));
        }
        check(&folder().join("pictures.json"), &pictures::list());
        what_is_named_is_there();
    }

    /// Every page is in the table of contents, and every picture and page that is named is there.
    fn what_is_named_is_there() {
        let source = folder().join("src");
        let pages: BTreeSet<String> = std::fs::read_dir(&source)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".md"))
            .collect();
        let summary = std::fs::read_to_string(source.join("SUMMARY.md")).unwrap();
        let mut shown = BTreeSet::new();
        for page in &pages {
            assert!(page == "SUMMARY.md" || summary.contains(&format!("({page})")), "{page} is not in SUMMARY.md");
            let text = std::fs::read_to_string(source.join(page)).unwrap();
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let (file, place) = target.split_once('#').unwrap_or((target, ""));
                if let Some(picture) = file.strip_prefix("pictures/") {
                    // Others lie in docs/pictures.
                    if !folder().join("../pictures").join(picture).is_file() {
                        shown.insert(picture.trim_end_matches(".png").to_string());
                    }
                } else if file.ends_with(".md") {
                    assert!(pages.contains(file) || REFERENCE.contains(&file), "{page} names {file}");
                    if !place.is_empty() && pages.contains(file) {
                        let other = std::fs::read_to_string(source.join(file)).unwrap();
                        assert!(other.contains(&format!("{{#{place}}}")), "{page} names {target}");
                    }
                }
            }
        }
        let made: BTreeSet<String> = pictures::PICTURES.iter().map(|p| p.file.to_string()).collect();
        assert_eq!(shown, made);
        assert_eq!(made.len(), pictures::PICTURES.len(), "a name is there twice");
    }

    /// What `cargo manual` puts beside the pages.
    const REFERENCE: [&str; 6] = ["parameters.md", "depth.md", "lens.md", "fog.md", "grade.md", "fog-truth.md"];

    #[test]
    fn pictures_stand_below_groups_that_exist_and_show_what_exists() {
        for picture in pictures::PICTURES {
            let effect = ALL.iter().find(|e| e.info().name == picture.place.0).expect(picture.file);
            let list = effect.define();
            if let Some(group) = picture.place.1 {
                assert!(super::group(&list, group).is_some(), "{}: no group {group}", picture.file);
            }
            for pair in picture.arguments.chunks(2).filter(|p| ["--set", "--sweep"].contains(&p[0])) {
                let name = pair[1].split('=').next().unwrap();
                assert!(list.params().any(|p| p.name == name), "{}: no {name}", picture.file);
            }
            for clip in picture.scene.clips() {
                let file = clip.split_once('=').unwrap().1;
                assert!(folder().join("../..").join(file).is_file(), "{file}");
            }
        }
    }
}
