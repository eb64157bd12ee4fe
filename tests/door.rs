//! The door of the real library: what it exports, what it says of itself, how it comes and goes.

mod common;

use common::{ALL, Session, library};
use mock_host::*;

#[test]
#[cfg(target_os = "linux")]
fn it_exports_the_three_functions_and_nothing_else() {
    let nm = std::process::Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(library()).output();
    let output = nm.expect("nm comes with gcc's binutils");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<&str> = text.lines().filter_map(|l| l.split(' ').next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["OfxGetNumberOfPlugins", "OfxGetPlugin", "OfxSetHost"]);
}

#[test]
fn every_host_can_describe_every_effect() {
    for profile in Profile::all() {
        let name = profile.profile_name;
        let contexts = profile.contexts.clone();
        let host = Host::new(profile);
        let bundle = Bundle::open_private(library(), &host).unwrap();
        let found: Vec<String> = bundle.plugins().iter().map(|p| p.identifier.clone()).collect();
        assert_eq!(found, ALL.map(|e| format!("org.fathomfx.{e}")), "{name}");
        for effect in bundle.effects().unwrap() {
            let info = effect.info();
            assert_eq!((info.grouping.as_str(), info.version), ("Fathom", (1, 0)), "{name}");
            for context in effect.contexts().into_iter().filter(|c| contexts.contains(c)) {
                let clips = effect.clips(context).unwrap();
                let names: Vec<&str> = clips.iter().map(|c| c.name.as_str()).collect();
                let merges = info.identifier.ends_with("DeepMerge");
                let expected: &[&str] = match context {
                    Context::Generator => &["Output"],
                    Context::Filter => &["Source", "Depth", "Output"],
                    _ if merges => &["Source", "Depth", "Output"],
                    _ if info.identifier.ends_with("ZDefocus") => {
                        &["Source", "Depth", "Mask", "Background", "BackgroundDepth", "Bokeh", "Output"]
                    }
                    _ if info.identifier.ends_with("DepthFog") => {
                        &["Source", "Depth", "Mask", "Fog", "Position", "Output"]
                    }
                    _ => &["Source", "Depth", "Mask", "Output"],
                };
                assert_eq!(names, expected, "{name}: {}", info.identifier);
                for clip in clips.iter().filter(|c| c.name != "Output") {
                    let mask = clip.name == "Mask";
                    let needed = clip.name == "Source" && !merges;
                    assert_eq!((clip.optional, clip.mask), (!needed, mask), "{name}: {clip:?}");
                    assert_eq!(clip.components.len(), if mask { 1 } else { 3 }, "{name}: {clip:?}");
                }
                assert!(effect.params(context).unwrap().len() > 15);
            }
        }
        assert_eq!(host.violations(), [], "{name}");
    }
}

/// Every parameter of the declaration reaches the host with limits on both sliders, label and hint.
#[test]
fn the_host_sees_the_declaration() {
    for (effect, declared) in ALL.iter().zip(fathom_core::effects::ALL) {
        let s = Session::new(Profile::strict(), effect, Context::General);
        let seen = s.instance.params();
        // This host draws curves: what stands in for one is not there.
        for p in declared.define().params().filter(|p| !p.fallback) {
            let found = seen.iter().find(|f| f.name == p.name).unwrap_or_else(|| panic!("{effect}: no {}", p.name));
            assert_eq!(found.label, p.label);
            assert!(found.hint.starts_with(&p.hint), "{}: {}", p.name, found.hint);
            if let fathom_core::params::Kind::Double { range, slider, .. } = &p.kind {
                assert_eq!((found.min[0], found.max[0]), (range[0], range[1]), "{}", p.name);
                assert_eq!((found.display_min[0], found.display_max[0]), (slider[0], slider[1]), "{}", p.name);
            }
            if let fathom_core::params::Kind::Choice { options, .. } = &p.kind {
                assert_eq!(found.choices, *options);
            }
        }
    }
}

#[test]
fn unknown_actions_names_and_clips_do_no_harm() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, (32, 20));
        assert_eq!(s.instance.send_bare(c"org.example.NoSuchAction"), 14, "ReplyDefault");
        for name in ["", "nothing", "ResolveUseAlphaForTrackCompositing", "mix", "focusPoint"] {
            s.instance.announce(name, false).unwrap();
        }
        for clip in ["Source", "Depth", "Output", "Nothing"] {
            s.instance.announce(clip, true).unwrap();
        }
        s.instance.purge_caches().unwrap();
        s.instance.sync_private_data().unwrap();
        s.assert_clean(effect);
    }
}
