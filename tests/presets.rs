//! Presets through the real library: set once, in one step of undo, by the artist's hand only.

mod common;

use common::{Session, same_bits};
use mock_host::*;
use std::collections::BTreeMap;

const SIZE: (i32, i32) = (72, 48);

/// An effect, a preset, and some of what that sets.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The second value is that of a new instance.
const SOME: [Case; 3] = [
    (
        "ZDefocus",
        "Anamorphic 2x, 50 mm f/2.3",
        &[("anamorphicPreset", "2"), ("bladeCurvature", "0"), ("catsEye", "0.5"), ("fStop", "2.3")],
    ),
    (
        "DepthFog",
        "Smoke layer",
        &[("fogModel", "None"), ("extinctionTint", "1,1,1"), ("layer1On", "on"), ("layer1Far", "9")],
    ),
    ("DepthGrade", "Day for night", &[("masterExposure", "-2.5"), ("nearGain", "1,1,1"), ("farExposure", "-1.4")]),
];

fn session(profile: Profile, effect: &str) -> Session {
    Session::at_work(profile, effect, Context::Filter, SIZE)
}

fn values(s: &Session) -> BTreeMap<String, ParamValue> {
    let get = |p: ParamInfo| s.instance.get(&p.name).ok().map(|v| (p.name, v));
    s.instance.params().into_iter().filter_map(get).collect()
}

/// Does the parameter have this value?
fn has(s: &Session, name: &str, value: &str) -> bool {
    let before = s.instance.get(name).unwrap();
    s.instance.load_value(name, value).unwrap();
    let wanted = s.instance.get(name).unwrap();
    s.instance.load_value(name, before.clone()).unwrap();
    before == wanted
}

#[test]
fn a_preset_sets_its_group_once_in_one_step_of_undo() {
    for profile in Profile::all() {
        for (effect, preset, some) in SOME {
            let what = format!("{effect} in {}", profile.profile_name);
            let s = session(profile.clone(), effect);
            // What another preset left is put back to what a new instance has.
            for (name, value) in
                [("bladeCurvature", "0.7"), ("extinctionTint", "0.5,1,2"), ("nearGain", "2,1,1")].into_iter()
            {
                if s.instance.params().iter().any(|p| p.name == name) {
                    s.instance.set(name, value).unwrap();
                }
            }
            let before = values(&s);
            s.host.take_report();
            s.instance.set("preset", preset).unwrap();
            assert_eq!(s.host.take_report().undo_steps, 1, "{what}");
            for (name, value) in some {
                assert!(has(&s, name, value), "{what}: {name} is {:?}, not {value}", s.instance.get(name));
            }
            assert_eq!(s.chosen("preset"), preset, "{what}");
            // The shot's own values stay.
            let after = values(&s);
            for name in
                ["mix", "depthConvention", "focusDistance", "lensModel", "sunPosition", "cameraHeight", "nearEnd"]
            {
                assert_eq!(before.get(name), after.get(name), "{what}: {name}");
            }
            s.assert_clean(&what);
        }
    }
}

#[test]
fn nothing_is_set_again_by_time_undo_or_a_second_word_of_it() {
    for (effect, preset, some) in SOME {
        let s = session(Profile::strict(), effect);
        s.instance.set("preset", preset).unwrap();
        let (tweaked, _) = some[some.len() - 1];
        s.instance.set(tweaked, "0.25").unwrap();
        let before = values(&s);
        s.host.take_report();
        for reason in [Reason::UserEdited, Reason::PluginEdited, Reason::Time] {
            s.instance.announce_as("preset", false, reason).unwrap();
        }
        s.instance.set("preset", preset).unwrap();
        assert_eq!(values(&s), before, "{effect}");
        // To have it again, choose nothing first.
        s.instance.set("preset", "Choose…").unwrap();
        assert!(has(&s, tweaked, "0.25"), "{effect}");
        s.instance.set("preset", preset).unwrap();
        assert!(!has(&s, tweaked, "0.25"), "{effect}");
        s.assert_clean(effect);
    }
}

/// A project holds values: the name of a preset in it means nothing, not even one of a later version.
#[test]
fn a_project_that_is_opened_keeps_its_values() {
    for (effect, preset, some) in SOME {
        let s = session(Profile::strict(), effect);
        s.instance.set("preset", preset).unwrap();
        s.instance.set(some[some.len() - 1].0, "0.25").unwrap();
        let saved = s.instance.save().unwrap();
        let picture = s.render(&RenderRequest::at(1.0));
        let other = session(Profile::strict(), effect);
        for (name, value) in &saved {
            other.instance.load_value(name, value.clone()).unwrap();
        }
        // The depth group has its own law: a change there has the depth looked at again.
        for name in saved.keys().filter(|name| !name.starts_with("depth") && !name.starts_with("decided")) {
            other.instance.announce_as(name, false, Reason::PluginEdited).unwrap();
            // Some hosts call the values of a project edits.
            other.instance.announce(name, false).unwrap();
        }
        let now = values(&other);
        for (name, value) in &saved {
            assert_eq!(now.get(name), Some(value), "{effect}: {name}");
        }
        assert!(same_bits(&other.render(&RenderRequest::at(1.0)), &picture), "{effect}");
        other.assert_clean(effect);
    }
}

#[test]
fn every_preset_renders() {
    for (effect, ..) in SOME {
        let s = session(Profile::strict(), effect);
        let choices = s.instance.params().into_iter().find(|p| p.name == "preset").unwrap().choices;
        let mut seen = Vec::new();
        for choice in &choices[1..] {
            s.instance.set("preset", choice.as_str()).unwrap();
            let picture = s.render(&RenderRequest::at(1.0));
            assert!(picture.pixels.iter().all(|v| v.is_finite()), "{effect}: {choice}");
            assert!(!seen.iter().any(|p| same_bits(p, &picture)), "{effect}: {choice} is like another");
            seen.push(picture);
        }
        s.assert_clean(effect);
    }
}
