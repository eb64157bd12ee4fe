//! Where depth comes from: the Depth clip, the source's alpha, a layer of the source; and hosts that give no image.

mod common;

use common::{EFFECTS, Session, beauty, inverse, same_bits, scene};
use mock_host::*;
use std::sync::Arc;

fn bounds() -> RectI {
    scene().bounds
}

fn session(profile: Profile, effect: &str) -> Session {
    let context = if profile.contexts.contains(&Context::General) { Context::General } else { Context::Filter };
    let s = Session::new(profile, effect, context);
    s.instance.set_project(Project { format: bounds(), range: [1.0, 9.0], ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    s.instance.load_clip("Source", beauty(bounds())).unwrap();
    if effect == "DepthFog" {
        s.instance.set("visibility", 30.0).unwrap();
    }
    s
}

/// A picture with a layer of motion and one of depth.
fn layered(depth: Picture) -> Layered {
    let motion = Picture::constant(bounds(), Components::Rgb, [0.5; 4]);
    Layered {
        colour: beauty(bounds()).into(),
        planes: vec![("motion.X".into(), motion.into()), ("ViewLayer.Depth".into(), depth.into())],
    }
}

/// The same depth on the Depth clip.
fn on_the_clip(effect: &str, depth: Picture, at: &RenderRequest) -> Picture {
    let s = session(Profile::strict(), effect);
    s.instance.connect("Depth", depth).unwrap();
    s.render(at)
}

#[test]
fn a_layer_of_the_source_is_its_depth() {
    let window = RectI::new(40, 30, 120, 57);
    let mut version1 = Profile { profile_name: "nuke with version 1", ..Profile::nuke() };
    version1.suites.retain(|s| !(s.0.ends_with("PlaneSuite") && s.1 == 2));
    for profile in [Profile::nuke(), Profile::plain(), version1] {
        for effect in EFFECTS {
            for (source, told) in [("Auto", true), ("Source depth plane", true), ("Auto", false)] {
                let name = format!("{effect} in {}, {source}, {told}", profile.profile_name);
                let s = session(profile.clone(), effect);
                s.instance.set("depthSource", source).unwrap();
                if told {
                    s.instance.connect("Source", layered(inverse(&scene()))).unwrap();
                    assert_eq!(s.chosen("decidedConvention"), "1/Distance", "{name}");
                } else {
                    s.instance.load_clip("Source", layered(inverse(&scene()))).unwrap();
                }
                let request = RenderRequest::at(1.0).window(window);
                let expected = on_the_clip(effect, inverse(&scene()), &request);
                assert!(same_bits(&s.render(&request), &expected), "{name}");
                assert_eq!(s.host.messages(), [], "{name}");
                s.assert_clean(&name);
            }
        }
    }
}

#[test]
fn the_depth_clip_comes_before_a_layer() {
    let s = session(Profile::nuke(), "DepthFog");
    s.instance.connect("Source", layered(inverse(&scene()))).unwrap();
    s.instance.connect("Depth", scene()).unwrap();
    assert_eq!(s.chosen("decidedConvention"), "Distance");
    let expected = on_the_clip("DepthFog", scene(), &RenderRequest::at(1.0));
    assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &expected));
    // Taken away, the layer is the depth again.
    s.instance.disconnect("Depth").unwrap();
    assert_eq!(s.chosen("decidedConvention"), "1/Distance");
    s.assert_clean("order");
}

/// No suite of layers, no layer of depth, and Natron, whose layers are misdescribed: the picture passes and the artist is told what to do.
#[test]
fn where_no_layer_can_be_had_the_picture_passes() {
    for profile in Profile::all() {
        let name = profile.profile_name;
        let told = ["strict-1.5.1", "plain", "natron", "nuke"].contains(&name);
        let honest = profile.unconnected == Unconnected::Honest;
        let hands_out = ["plain", "nuke"].contains(&name);
        let s = session(profile, "DepthFog");
        s.instance.set("depthSource", "Source depth plane").unwrap();
        if !hands_out {
            s.instance.connect("Source", layered(scene())).unwrap();
        }
        let out = s.render(&RenderRequest::at(1.0).ignore_identity());
        assert!(same_bits(&out, &beauty(bounds())), "{name}");
        if told {
            let messages = s.instance.persistent_messages();
            assert!(messages.len() == 1 && messages[0].text.contains("depth layer"), "{name}: {messages:?}");
        }
        // A Depth clip is not what was asked for.
        s.instance.connect("Depth", scene()).unwrap();
        let out = s.render(&RenderRequest::at(1.0).ignore_identity());
        assert!(same_bits(&out, &beauty(bounds())), "{name}");
        s.instance.set("depthSource", "Depth clip").unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        assert!(!same_bits(&out, &beauty(bounds())), "{name}");
        assert!(!honest || s.instance.persistent_messages().is_empty(), "{name}");
        s.assert_clean(name);
    }
}

/// The layer that the artist chooses for Natron's Depth input comes as RGBA with the depth in every channel.
#[test]
fn natrons_chosen_layer_is_read_and_decided_as_one_channel_is() {
    for depth in [scene(), inverse(&scene())] {
        for effect in EFFECTS {
            let s = session(Profile::natron(), effect);
            s.instance.connect("Depth", depth.with_components(Components::Rgba)).unwrap();
            let expected = on_the_clip(effect, depth.clone(), &RenderRequest::at(1.0));
            assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &expected), "{effect}");
            let clips = s.instance.clips();
            let clip = clips.iter().find(|c| c.name == "Depth").unwrap();
            assert!(!clip.mask && clip.components.len() == 3, "{clip:?}");
            s.assert_clean(effect);
        }
    }
}

/// Depth in the source's alpha: decided from the source's first frame, whatever is rendered first.
#[test]
fn alpha_of_the_source_is_decided_from_its_first_frame() {
    let packed = |depth: &Picture| {
        let colour = beauty(bounds());
        Picture::from_fn(bounds(), Components::Rgba, |x, y| {
            let c = colour.get(x, y).unwrap();
            [c[0], c[1], c[2], depth.get(x, y).unwrap()[0]]
        })
    };
    let (usual, odd) = (packed(&inverse(&scene())), packed(&scene()));
    let clip: Arc<dyn ClipSource> =
        Animated { range: [1.0, 9.0], picture: move |t| Some(if t == 7.0 { odd.clone() } else { usual.clone() }) }
            .into();
    for effect in EFFECTS {
        let s = session(Profile::strict(), effect);
        s.instance.set("depthSource", "Source alpha").unwrap();
        s.instance.connect("Source", clip.clone()).unwrap();
        assert_eq!(s.chosen("decidedConvention"), "1/Distance", "{effect}");
        let expected: Vec<Picture> = [7.0, 2.0].map(|t| s.render(&RenderRequest::at(t))).into();
        let s = session(Profile::strict(), effect);
        s.instance.load_value("depthSource", "Source alpha").unwrap();
        s.instance.load_clip("Source", clip.clone()).unwrap();
        let window = RectI::new(100, 40, 140, 69);
        let part = s.render(&RenderRequest::at(7.0).window(window));
        assert!(same_bits(&part, &expected[0].cropped(window)), "{effect}");
        assert!(same_bits(&s.render(&RenderRequest::at(2.0)), &expected[1]), "{effect}");
        s.assert_clean(effect);
    }
}

/// The first frame is missing: the current one decides. None is there: the picture passes. Nothing leaks.
#[test]
fn frames_that_cannot_be_had_do_no_harm() {
    let missing = |from: f64| -> Arc<dyn ClipSource> {
        Animated { range: [1.0, 9.0], picture: move |t| (t >= from).then(|| inverse(&scene())) }.into()
    };
    for profile in Profile::all().into_iter().filter(|p| p.unconnected != Unconnected::Black) {
        let name = profile.profile_name;
        let s = session(profile, "DepthFog");
        s.instance.load_clip("Depth", missing(5.0)).unwrap();
        let expected = on_the_clip("DepthFog", inverse(&scene()), &RenderRequest::at(6.0));
        assert!(same_bits(&s.render(&RenderRequest::at(6.0)), &expected), "{name}");
        let passed = s.render(&RenderRequest::at(2.0));
        assert!(same_bits(&passed, &beauty(bounds())), "{name}");
        s.instance.set_time(8.0);
        s.instance.connect("Depth", missing(5.0)).unwrap();
        assert_eq!(s.chosen("decidedConvention"), "1/Distance", "{name}");
        // What was decided belongs to another shot.
        s.instance.connect("Depth", missing(50.0)).unwrap();
        assert_eq!(s.chosen("decidedConvention"), "Undecided", "{name}");
        s.assert_clean(name);
    }
}

#[test]
fn depths_without_a_number_are_examined_without_harm() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -1e30, 1e-40];
    for (i, v) in odd.into_iter().enumerate() {
        for effect in EFFECTS {
            let s = session(Profile::strict(), effect);
            s.instance.connect("Depth", Picture::constant(bounds(), Components::Alpha, [v; 4])).unwrap();
            assert_ne!(s.text("depthReport"), "", "{effect}, {v}");
            let request = RenderRequest::at(1.0).window(RectI::new(i as i32, 3, i as i32 + 9, 7));
            let out = s.render(&request);
            assert!(out.pixels.iter().all(|v| !v.is_nan()), "{effect}, {v}");
            s.assert_clean(effect);
        }
    }
    let tiny = Picture::constant(RectI::sized(1, 1), Components::Rgb, [2.0; 4]);
    let s = session(Profile::strict(), "DepthFog");
    s.instance.connect("Depth", tiny).unwrap();
    s.render(&RenderRequest::at(1.0));
    s.assert_clean("one pixel");
}

#[test]
fn an_aborted_undecided_render_decides_nothing_wrong() {
    let (usual, odd) = (inverse(&scene()), scene());
    let clip: Arc<dyn ClipSource> =
        Animated { range: [1.0, 9.0], picture: move |t| Some(if t == 7.0 { odd.clone() } else { usual.clone() }) }
            .into();
    let decided = session(Profile::strict(), "DepthFog");
    decided.instance.connect("Depth", clip.clone()).unwrap();
    let expected = decided.render(&RenderRequest::at(7.0));
    for at in 0..6 {
        let s = session(Profile::strict(), "DepthFog");
        s.instance.load_clip("Depth", clip.clone()).unwrap();
        let _ = s.instance.render_with(&RenderRequest::at(7.0).abort(Abort::AtPoll(at)));
        assert!(same_bits(&s.render(&RenderRequest::at(7.0)), &expected), "poll {at}");
        let other: Vec<_> = s.host.violations().into_iter().filter(|v| v.check != Check::UnwrittenPixels).collect();
        assert_eq!(other, [], "poll {at}");
    }
}

/// What the artist sees of it: no hidden controls, a text that is only read, Auto at the top of its list.
#[test]
fn the_controls_are_those_of_an_artist() {
    for profile in [Profile::strict(), Profile::nuke()] {
        let newer = profile.api_version >= vec![1, 5];
        for effect in EFFECTS {
            let s = session(profile.clone(), effect);
            let all = s.instance.params();
            let find = |name: &str| all.iter().find(|p| p.name == name).unwrap_or_else(|| panic!("{effect}: {name}"));
            for hidden in ["decidedConvention", "decidedEdges"] {
                assert!(find(hidden).secret && !find(hidden).animates, "{effect}: {hidden}");
            }
            let report = find("depthReport");
            assert!(!report.secret && !report.animates && report.kind == "String", "{report:?}");
            assert_eq!(find("analyse").kind, "PushButton");
            let convention = find("depthConvention");
            let first = convention.choice_order.iter().zip(&convention.choices).min().map(|(_, label)| label.as_str());
            assert_eq!(first, newer.then_some("Auto"), "{effect}");
            let last = convention.choices.last().map(String::as_str);
            assert_eq!(last, Some("Auto"), "projects count it as they did");
            let order = &convention.choice_order;
            assert!(order.iter().enumerate().all(|(i, o)| !order[..i].contains(o)), "{order:?}");
            s.assert_clean(effect);
        }
    }
}
