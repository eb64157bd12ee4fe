//! The bar that a host shows while an effect renders.

mod common;

use common::{ALL, Session, beauty, depth, same_bits};
use mock_host::*;
use std::sync::{Arc, Mutex};

/// Of ZDefocus, which takes its time; and of the others, so large that no step is over before it is looked at.
const SIZES: [(i32, i32); 2] = [(72, 48), (480, 320)];

/// Settings under which a render has many steps, each of which tells its own share of the whole.
const STEPS: &[(&str, &[(&str, &str)])] = &[
    ("ZDefocus", &[]),
    ("ZDefocus", &[("quality", "Draft"), ("borderMode", "Mirror")]),
    ("ZDefocus", &[("lateralColour", "8"), ("highlightGain", "2"), ("depthEdges", "Antialiased")]),
    ("ZDefocus", &[("edgeRefine", "1"), ("invalidDepth", "Fill from neighbours")]),
    ("DepthFog", &[]),
    ("DepthFog", &[("rays", "0.8"), ("scatterBlur", "20"), ("noiseAmount", "0.8")]),
    ("DepthFog", &[("edgeRefine", "1"), ("invalidDepth", "Fill from neighbours"), ("scatterBlur", "5")]),
    ("DepthGrade", &[]),
    ("DepthGrade", &[("edgeRefine", "1"), ("invalidDepth", "Fill from neighbours")]),
    ("DeepMerge", &[]),
    ("DeepMerge", &[("recolour", "Match picture"), ("depthEdges", "Antialiased"), ("edgeRefine", "1")]),
];

/// What the host is told of a render that lasts because the host is busy, and the picture.
fn told(s: &Session) -> (Vec<Progress>, Picture) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    s.host.on_progress(Some(Box::new(move |step| {
        hears.lock().unwrap().push(step);
        true
    })));
    let picture = s.render(&RenderRequest::at(1.0).busy(40));
    s.host.on_progress(None);
    let told = told.lock().unwrap().clone();
    (told, picture)
}

fn session(effect: &str, settings: &[(&str, &str)]) -> Session {
    let size = SIZES[usize::from(effect != "ZDefocus")];
    let s = Session::at_work(Profile::strict(), effect, Context::General, size);
    let bounds = RectI::sized(size.0, size.1);
    if effect == "ZDefocus" {
        s.instance.connect("Background", beauty(bounds)).unwrap();
        s.instance.connect("BackgroundDepth", depth(bounds)).unwrap();
    }
    for (name, value) in settings {
        s.instance.set(name, *value).unwrap();
    }
    s
}

#[test]
fn the_bar_is_shown_moves_forward_and_ends_with_the_render() {
    assert!(ALL.iter().all(|effect| STEPS.iter().any(|(e, _)| e == effect)));
    std::thread::scope(|scope| {
        for (effect, settings) in STEPS {
            scope.spawn(move || {
                let s = session(effect, settings);
                // What Auto means is decided here, before any bar.
                let quick = s.render(&RenderRequest::at(1.0));
                let (told, picture) = told(&s);
                let what = format!("{effect} {settings:?}: {told:?}");
                let [Progress::Start(label), moves @ .., Progress::End] = &told[..] else { panic!("{what}") };
                assert_eq!(label, &format!("Rendering {effect}"));
                let places: Vec<f64> =
                    moves.iter().filter_map(|m| if let Progress::Update(p) = m { Some(*p) } else { None }).collect();
                assert!(!places.is_empty() && places.len() == moves.len(), "{what}");
                assert!(places.windows(2).all(|p| p[0] <= p[1]), "{what}");
                assert!(places.iter().all(|p| (0.0..=1.0).contains(p)), "{what}");
                // The host's own rule sees it, too.
                s.assert_clean(&what);
                assert!(same_bits(&picture, &quick), "{what}");
            });
        }
    });
}

/// Nothing is shown while a slider is dragged.
#[test]
fn interactive_renders_show_no_bar() {
    for effect in ALL {
        let s = session(effect, &[]);
        let told = Arc::new(Mutex::new(0));
        let hears = told.clone();
        s.host.on_progress(Some(Box::new(move |_| {
            *hears.lock().unwrap() += 1;
            true
        })));
        s.render(&RenderRequest { interactive: true, ..RenderRequest::at(1.0).busy(4) });
        assert_eq!(*told.lock().unwrap(), 0, "{effect}");
    }
}

/// The bar's own button stops the render; until then the bar moves.
#[test]
fn the_bars_button_stops_the_render() {
    let mut profile = Profile::strict();
    profile.threads = Some(1);
    let s = Session::at_work(profile, "DepthFog", Context::General, (1600, 900));
    for (name, value) in [("rays", "0.8"), ("raySamples", "512"), ("noiseAmount", "0.8"), ("noiseSteps", "64")] {
        s.instance.set(name, value).unwrap();
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let hears = told.clone();
    s.host.on_progress(Some(Box::new(move |step| {
        let mut told = hears.lock().unwrap();
        told.push(step);
        told.len() < 4
    })));
    let stopped = s.instance.render_with(&RenderRequest::at(1.0)).unwrap();
    s.host.on_progress(None);
    let told = told.lock().unwrap().clone();
    if told.len() < 4 {
        return println!("this machine is so fast that hardly a bar is shown: {told:?}");
    }
    let [Progress::Start(_), Progress::Update(a), Progress::Update(b), Progress::Update(c), Progress::End] = told[..]
    else {
        panic!("{told:?}")
    };
    assert!(0.0 < a && a <= b && b <= c && c < 1.0, "{told:?}");
    assert!(stopped.stopped_after.is_some());
    s.assert_clean("the bar's button");
}

/// Several renders of one instance at once: one of them shows a bar, and whoever comes too late does not take it away.
#[test]
fn renders_of_one_instance_share_one_bar() {
    let s = session("ZDefocus", &[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| s.render(&RenderRequest::at(1.0).busy(12)));
        }
    });
    // A second bar would break the host's rule.
    s.assert_clean("four renders");
}
