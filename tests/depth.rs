//! Auto's decision about the depth, through the real library: taken from a whole image, once, stored, and the same for the whole shot.

mod common;

use common::{EFFECTS, Session, beauty, inverse, same_bits, scene};
use mock_host::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const NOT_YET: &str = "Not analysed yet.";
const LAST: i32 = 9;

fn bounds() -> RectI {
    scene().bounds
}

/// An instance that fogs, with a source and nothing decided.
fn session(profile: Profile, effect: &str) -> Session {
    let context = if profile.contexts.contains(&Context::General) { Context::General } else { Context::Filter };
    let s = Session::new(profile, effect, context);
    s.instance.set_project(Project { format: bounds(), ..s.instance.project() });
    s.instance.load_clip("Source", beauty(bounds())).unwrap();
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    if effect == "DepthFog" {
        s.instance.set("visibility", 30.0).unwrap();
    }
    s
}

/// What is decided now: convention and edges.
fn decided(s: &Session) -> (String, String) {
    (s.chosen("decidedConvention"), s.chosen("decidedEdges"))
}

fn undecided() -> (String, String) {
    ("Undecided".into(), "Undecided".into())
}

/// A shot of one over the distance that drifts; frame 7 looks like plain distances.
fn shot() -> Arc<dyn ClipSource> {
    let (usual, odd) = (inverse(&scene()), scene());
    Animated {
        range: [1.0, f64::from(LAST)],
        picture: move |t| {
            let mut frame = if t == 7.0 { odd.clone() } else { usual.clone() };
            frame.pixels.iter_mut().for_each(|z| *z *= 1.0 + 0.01 * t as f32);
            (1.0..=f64::from(LAST)).contains(&t).then_some(frame)
        },
    }
    .into()
}

/// The frames of the shot with everything set by hand as it was decided.
fn by_hand(effect: &str, frames: impl Iterator<Item = i32>) -> Vec<Picture> {
    let s = session(Profile::strict(), effect);
    s.instance.connect("Depth", shot()).unwrap();
    assert_eq!(s.chosen("decidedConvention"), "1/Distance");
    let edges = s.chosen("decidedEdges");
    s.instance.set("depthConvention", "1/Distance (far = 0)").unwrap();
    s.instance.set("depthEdges", edges).unwrap();
    frames.map(|t| s.render(&RenderRequest::at(f64::from(t)))).collect()
}

#[test]
fn the_button_stores_and_reports_in_one_step() {
    for effect in EFFECTS {
        for profile in Profile::all() {
            let name = format!("{effect} in {}", profile.profile_name);
            let s = session(profile, effect);
            s.instance.load_clip("Depth", inverse(&scene())).unwrap();
            assert_eq!((decided(&s), s.text("depthReport").as_str()), (undecided(), NOT_YET), "{name}");
            s.host.take_report();
            s.instance.press("analyse").unwrap();
            assert_eq!(s.chosen("decidedConvention"), "1/Distance", "{name}");
            assert_ne!(s.chosen("decidedEdges"), "Undecided", "{name}");
            assert!(s.text("depthReport").starts_with("1/Distance"), "{name}: {}", s.text("depthReport"));
            assert_eq!(s.host.report().undo_steps, 1, "{name}");
            // Pressed again it says the same, and there is nothing to undo.
            s.instance.press("analyse").unwrap();
            assert_eq!(s.host.report().undo_steps, 1, "{name}");
            s.assert_clean(&name);
        }
    }
}

#[test]
fn without_depth_the_button_says_so_and_keeps_what_was_decided() {
    for profile in Profile::all() {
        let name = profile.profile_name;
        let black = profile.unconnected == Unconnected::Black;
        let s = session(profile, "DepthFog");
        s.instance.press("analyse").unwrap();
        assert!(black || s.text("depthReport").starts_with("There is no depth"), "{name}: {}", s.text("depthReport"));
        assert_eq!(decided(&s), undecided(), "{name}");
        // A frame beyond the clip, on which the artist stands.
        s.instance.connect("Depth", shot()).unwrap();
        s.instance.set_time(50.0);
        let before = decided(&s);
        s.instance.press("analyse").unwrap();
        assert!(s.text("depthReport").starts_with("There is no depth"), "{name}");
        assert_eq!(decided(&s), before, "{name}");
        s.assert_clean(name);
    }
}

#[test]
fn a_new_depth_is_a_new_shot() {
    for profile in Profile::all() {
        let name = profile.profile_name;
        let s = session(profile, "DepthFog");
        s.instance.connect("Depth", scene()).unwrap();
        assert_eq!(s.chosen("decidedConvention"), "Distance", "{name}");
        s.instance.connect("Depth", inverse(&scene())).unwrap();
        assert_eq!(s.chosen("decidedConvention"), "1/Distance", "{name}");
        s.instance.disconnect("Depth").unwrap();
        assert_eq!((decided(&s), s.text("depthReport").as_str()), (undecided(), NOT_YET), "{name}");
        s.assert_clean(name);
    }
}

/// Neither the plug-in's own changes nor another time, another source or any other parameter decide anew.
#[test]
fn nothing_else_changes_a_decision() {
    let s = session(Profile::strict(), "DepthFog");
    s.instance.connect("Depth", scene()).unwrap();
    let (before, report) = (decided(&s), s.text("depthReport"));
    // The picture changes unheard, so that a second look would be seen.
    s.instance.load_clip("Depth", inverse(&scene())).unwrap();
    for reason in [Reason::PluginEdited, Reason::Time] {
        s.instance.announce_as("Depth", true, reason).unwrap();
        for param in ["analyse", "depthSource", "depthChannel", "depthConvention", "decidedEdges"] {
            s.instance.announce_as(param, false, reason).unwrap();
        }
    }
    for (param, value) in [("visibility", "20"), ("depthNear", "0.5"), ("depthUnit", "cm"), ("invalidDepth", "Near")] {
        s.instance.set(param, value).unwrap();
    }
    s.instance.set("depthConvention", "-Distance").unwrap();
    s.instance.set("depthConvention", "Auto").unwrap();
    s.instance.connect("Source", beauty(bounds())).unwrap();
    for clip in ["Mask", "Output", "Nothing"] {
        s.instance.announce(clip, true).unwrap();
    }
    s.instance.purge_caches().unwrap();
    s.render(&RenderRequest::at(1.0));
    assert_eq!((decided(&s), s.text("depthReport")), (before, report));
    // Another channel or source of depth is another depth.
    s.instance.set("depthChannel", "R").unwrap();
    assert_eq!(s.chosen("decidedConvention"), "1/Distance");
    s.assert_clean("decision");
}

#[test]
fn one_odd_frame_does_not_flicker() {
    for effect in EFFECTS {
        let expected = by_hand(effect, [6, 7, 8].into_iter());
        let s = session(Profile::strict(), effect);
        s.instance.connect("Depth", shot()).unwrap();
        for (t, expected) in [6, 7, 8].iter().zip(&expected) {
            assert!(same_bits(&s.render(&RenderRequest::at(f64::from(*t))), expected), "{effect}, frame {t}");
        }
        // By itself frame 7 is something else.
        s.instance.set_time(7.0);
        s.instance.press("analyse").unwrap();
        assert_eq!(s.chosen("decidedConvention"), "Distance", "{effect}");
        s.assert_clean(effect);
    }
}

/// A project that was never analysed, rendered by a farm: any frame, tile and thread first.
#[test]
fn undecided_renders_agree_in_every_order() {
    let frames: Vec<i32> = (1..=LAST).collect();
    let temporal = Profile::all().into_iter().filter(|p| p.temporal_clip_access);
    for profile in temporal {
        let expected = by_hand("DepthFog", frames.iter().copied());
        let wanted = |t: i32| &expected[usize::try_from(t - 1).unwrap()];
        for order in [vec![7, 1, 9, 3], vec![9, 7, 2], vec![1, 7]] {
            let s = session(profile.clone(), "DepthFog");
            s.instance.load_clip("Depth", shot()).unwrap();
            for t in &order {
                let picture = s.render(&RenderRequest::at(f64::from(*t)));
                assert!(same_bits(&picture, wanted(*t)), "{}: {order:?}, frame {t}", profile.profile_name);
            }
            s.assert_clean(profile.profile_name);
        }
    }
    let expected = &by_hand("DepthFog", [7].into_iter())[0];
    for tiles in [(32, 90), (160, 17), (50, 50)] {
        let s = session(Profile::strict(), "DepthFog");
        s.instance.load_clip("Depth", shot()).unwrap();
        for y in (0..90).step_by(tiles.1) {
            for x in (0..160).step_by(tiles.0) {
                let window = RectI::new(x, y, x + tiles.0 as i32, y + tiles.1 as i32).intersect(&bounds());
                // Each tile is the first one of its instance's life once more.
                s.instance.purge_caches().unwrap();
                let part = s.render(&RenderRequest::at(7.0).window(window));
                assert!(same_bits(&part, &expected.cropped(window)), "{window:?}");
            }
        }
        s.assert_clean("tiles");
    }
}

#[test]
fn eight_undecided_renders_at_once_agree() {
    let expected = by_hand("DepthFog", 1..=8);
    for profile in [Profile::strict(), Profile::natron(), Profile::nuke()] {
        let s = session(profile, "DepthFog");
        s.instance.load_clip("Depth", shot()).unwrap();
        std::thread::scope(|scope| {
            for (t, expected) in (1..=8).zip(&expected) {
                let s = &s;
                scope.spawn(move || {
                    assert!(same_bits(&s.render(&RenderRequest::at(f64::from(t))), expected), "frame {t}");
                });
            }
        });
        s.assert_clean("threads");
    }
}

/// Hosts that let nobody look at other frames: the current one decides, and holds for the instance.
#[test]
fn without_temporal_access_the_current_frame_decides() {
    let mut met = 0;
    for profile in Profile::all().into_iter().filter(|p| !p.temporal_clip_access) {
        let name = profile.profile_name;
        let s = session(profile, "DepthFog");
        s.instance.load_clip("Depth", shot()).unwrap();
        let expected = by_hand("DepthFog", [3, 7].into_iter());
        assert!(same_bits(&s.render(&RenderRequest::at(3.0)), &expected[0]), "{name}");
        assert!(same_bits(&s.render(&RenderRequest::at(7.0)), &expected[1]), "{name}");
        s.assert_clean(name);
        met += 1;
    }
    assert!(met > 0);
}

/// A render may not write: the decision is kept, announced, and written when the host saves or the artist changes something.
#[test]
fn what_a_render_decided_is_saved() {
    let s = session(Profile::strict(), "DepthFog");
    s.instance.load_clip("Depth", shot()).unwrap();
    assert!(!s.instance.needs_sync());
    s.render(&RenderRequest::at(5.0));
    assert_eq!(decided(&s), undecided());
    assert!(s.instance.needs_sync());
    let saved = s.instance.save().unwrap();
    assert_eq!(saved["decidedConvention"], ParamValue::from(3));
    assert!(!s.instance.needs_sync());
    assert!(s.text("depthReport").starts_with("1/Distance"));

    // The project is opened again: what was saved holds, though the shot now begins with another picture.
    let again = session(Profile::strict(), "DepthFog");
    for (name, value) in &saved {
        if name.starts_with("decided") {
            again.instance.load_value(name, value.clone()).unwrap();
        }
    }
    again.instance.load_clip("Depth", scene()).unwrap();
    again.render(&RenderRequest::at(1.0));
    assert!(!again.instance.needs_sync());
    assert_eq!(decided(&again), decided(&s));

    let other = session(Profile::strict(), "DepthFog");
    other.instance.load_clip("Depth", shot()).unwrap();
    other.render(&RenderRequest::at(5.0));
    other.instance.set("visibility", 12.0).unwrap();
    assert_eq!(decided(&other), decided(&s));
    for s in [&s, &again, &other] {
        s.assert_clean("saving");
    }
}

/// Undone, the decision is gone; the next render takes it anew.
#[test]
fn an_analysis_can_be_undone() {
    let s = session(Profile::strict(), "DepthFog");
    s.instance.load_clip("Depth", shot()).unwrap();
    s.instance.set_time(7.0);
    s.instance.press("analyse").unwrap();
    assert_eq!(s.chosen("decidedConvention"), "Distance");
    for name in ["decidedConvention", "decidedEdges"] {
        s.instance.load_value(name, 0).unwrap();
        s.instance.announce(name, false).unwrap();
    }
    assert_eq!(decided(&s), undecided());
    let expected = by_hand("DepthFog", [7].into_iter());
    assert!(same_bits(&s.render(&RenderRequest::at(7.0)), &expected[0]));
    s.assert_clean("undo");
}

/// Set by hand, nothing is looked at but the frame and the window; undecided, the whole first frame is.
#[test]
fn only_an_open_question_costs_another_frame() {
    let looked = Arc::new(AtomicUsize::new(0));
    let counter = looked.clone();
    let s = session(Profile::strict(), "DepthFog");
    let picture = inverse(&scene());
    let clip = Animated {
        range: [1.0, 9.0],
        picture: move |t| {
            counter.fetch_add(usize::from(t == 1.0), Ordering::Relaxed);
            Some(picture.clone())
        },
    };
    s.instance.load_clip("Depth", clip).unwrap();
    let needed = |s: &Session| s.instance.frames_needed(5.0).unwrap()["Depth"].clone();
    let region = |s: &Session| {
        let window = RectD { x1: 10.0, y1: 10.0, x2: 20.0, y2: 20.0 };
        s.instance.regions_of_interest(5.0, [1.0, 1.0], window).unwrap()["Depth"]
    };
    assert_eq!(needed(&s), [[5.0, 5.0], [1.0, 1.0]]);
    assert_eq!(region(&s), RectD { x1: 0.0, y1: 0.0, x2: 160.0, y2: 90.0 });
    s.instance.load_value("depthConvention", "1/Distance (far = 0)").unwrap();
    assert_eq!(needed(&s), [[5.0, 5.0], [1.0, 1.0]], "edges are open");
    s.instance.load_value("depthEdges", "As they are").unwrap();
    assert_eq!(needed(&s), [[5.0, 5.0]]);
    assert_eq!(region(&s), RectD { x1: 10.0, y1: 10.0, x2: 20.0, y2: 20.0 });
    looked.store(0, Ordering::Relaxed);
    s.render(&RenderRequest::at(5.0));
    assert_eq!(looked.load(Ordering::Relaxed), 0);
    s.instance.load_value("depthConvention", "Auto").unwrap();
    s.render(&RenderRequest::at(5.0));
    assert!(looked.load(Ordering::Relaxed) > 0);
    assert_eq!(needed(&s), [[5.0, 5.0]], "decided now");
    s.assert_clean("frames");
}
