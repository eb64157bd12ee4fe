//! What the effects draw over the picture, and what is dragged there, in the strict host.

mod common;

use common::Session;
use mock_host::{Components, Context, DrawCall, Drawn, Overlay, ParamValue, Picture, Profile, Project, RectI, Viewer};

const FRAME: RectI = RectI::sized(200, 100);
const LEFT: [f64; 2] = [50.0, 40.0];
const RIGHT: [f64; 2] = [150.0, 60.0];

/// Left of the middle 2 m away, right of it 8 m.
fn depth() -> Picture {
    Picture::from_fn(FRAME, Components::Alpha, |x, _| [if x < 100 { 2.0 } else { 8.0 }; 4])
}

fn session(profile: Profile, effect: &str, values: &[(&str, &str)]) -> Session {
    let session = Session::new(profile, effect, Context::General);
    let instance = &session.instance;
    instance.set_project(Project { format: FRAME, ..instance.project() });
    instance.connect("Source", common::beauty(FRAME)).unwrap();
    instance.connect("Depth", depth()).unwrap();
    instance.set("depthConvention", "Distance").unwrap();
    instance.set("depthEdges", "Point-sampled").unwrap();
    for (name, value) in values {
        instance.set(name, *value).unwrap();
    }
    session
}

fn zdefocus(profile: Profile) -> Session {
    session(profile, "ZDefocus", &[("focusMode", "Pick point"), ("sizeAtInfinity", "8")])
}

fn overlay(session: &Session) -> Overlay<'_> {
    session.instance.overlay().unwrap().expect("an overlay")
}

/// What is written, without the shadows below.
fn texts(calls: &[DrawCall]) -> Vec<String> {
    let words = |call: &DrawCall| match &call.drawn {
        Drawn::Text(text, ..) if call.colour[..3] != [0.0; 3] => Some(text.clone()),
        _ => None,
    };
    calls.iter().filter_map(words).collect()
}

fn has(calls: &[DrawCall], text: &str) -> bool {
    texts(calls).iter().any(|t| t == text)
}

/// Ellipses by their middle and their radius to the right, without shadows.
fn ellipses(calls: &[DrawCall]) -> Vec<([f64; 2], f64)> {
    let found = |call: &DrawCall| match &call.drawn {
        Drawn::Shape(5, p) if call.colour[..3] != [0.0; 3] => {
            Some(([0.5 * (p[0][0] + p[1][0]), 0.5 * (p[0][1] + p[1][1])], 0.5 * (p[1][0] - p[0][0])))
        }
        _ => None,
    };
    calls.iter().filter_map(found).collect()
}

fn point(session: &Session, name: &str) -> [f64; 2] {
    let ParamValue::Double(v) = session.instance.get(name).unwrap() else { panic!("{name} is no point") };
    [v[0], v[1]]
}

#[test]
fn the_lens_is_shown_at_the_focus_point_and_under_the_pointer() {
    let session = zdefocus(Profile::strict());
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    let calls = overlay.draw().unwrap();
    assert!(has(&calls, "Focus 2.00 m") && has(&calls, "2.00 m"), "{:?}", texts(&calls));
    // The handle's ring is as large on the screen at every zoom.
    assert_eq!(ellipses(&calls), [(LEFT, 7.0)]);
    overlay.show(Viewer { pixel: [0.5; 2], ..Viewer::default() });
    assert_eq!(ellipses(&overlay.draw().unwrap()), [(LEFT, 3.5)]);
    overlay.show(Viewer::default());
    let before = overlay.redraws();
    assert!(!overlay.pen_motion(RIGHT).unwrap(), "the host may do with the pointer what it likes");
    assert!(overlay.redraws() > before);
    let calls = overlay.draw().unwrap();
    // 8 (1 − 2/8)
    assert!(ellipses(&calls).contains(&(RIGHT, 6.0)), "{:?}", ellipses(&calls));
    assert!(has(&calls, "8.00 m, blur radius 6.0 px"), "{:?}", texts(&calls));
    overlay.lose_focus();
    assert_eq!(ellipses(&overlay.draw().unwrap()), [(LEFT, 7.0)]);
    assert!(overlay.slave_params().contains(&"focusPoint".to_string()));
    drop(overlay);
    session.assert_clean("looked at");
}

#[test]
fn a_drag_is_one_step_of_undo_and_shows_its_meaning_on_the_way() {
    let session = zdefocus(Profile::strict());
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    session.host.take_report();
    assert!(overlay.pen_down([53.0, 40.0]).unwrap());
    assert!(overlay.pen_motion([120.0, 60.0]).unwrap() && overlay.pen_motion([153.0, 60.0]).unwrap());
    let calls = overlay.draw().unwrap();
    assert!(has(&calls, "Focus 8.00 m"), "{:?}", texts(&calls));
    assert_eq!(point(&session, "focusPoint"), LEFT, "not before the pen goes up");
    assert!(overlay.pen_up([153.0, 60.0]).unwrap());
    assert_eq!(point(&session, "focusPoint"), RIGHT, "where the handle was taken it is held");
    assert_eq!(session.host.report().undo_steps, 1);
    assert!(!overlay.pen_up(RIGHT).unwrap() && !overlay.pen_motion(LEFT).unwrap(), "let go");
    drop(overlay);
    session.assert_clean("dragged");
}

#[test]
fn escape_and_another_place_to_look_at_let_go() {
    const ESCAPE: i32 = 0xff1b;
    let session = zdefocus(Profile::strict());
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    assert!(!overlay.key_down(ESCAPE).unwrap(), "nothing is held");
    for how in 0..2 {
        assert!(overlay.pen_down(LEFT).unwrap() && overlay.pen_motion(RIGHT).unwrap());
        match how {
            0 => assert!(overlay.key_down(ESCAPE).unwrap()),
            _ => overlay.lose_focus(),
        }
        assert!(!overlay.pen_up(RIGHT).unwrap());
        assert_eq!(point(&session, "focusPoint"), LEFT);
    }
    assert!(!overlay.pen_down(RIGHT).unwrap(), "there is no handle");
    drop(overlay);
    session.assert_clean("let go");
}

#[test]
fn without_images_the_lens_is_still_known() {
    let session = zdefocus(Profile { images_in_overlays: false, ..Profile::strict() });
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    overlay.pen_motion(RIGHT).unwrap();
    let calls = overlay.draw().unwrap();
    assert!(has(&calls, "Focus 5.00 m where nothing is picked"), "{:?}", texts(&calls));
    assert_eq!(ellipses(&calls), [(LEFT, 7.0)]);
    drop(overlay);
    session.assert_clean("without images");
}

#[test]
fn a_depth_that_changes_is_seen_at_once() {
    let session = zdefocus(Profile::strict());
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    assert!(has(&overlay.draw().unwrap(), "Focus 2.00 m"));
    session.instance.set("depthUnit", "cm").unwrap();
    assert!(has(&overlay.draw().unwrap(), "Focus 2.00 cm (0.020 m)"));
    session.instance.set("depthUnit", "m").unwrap();
    session.instance.connect("Depth", Picture::constant(FRAME, Components::Alpha, [7.0; 4])).unwrap();
    assert!(has(&overlay.draw().unwrap(), "Focus 7.00 m"));
    // At half size the picture is the same picture.
    overlay.show(Viewer { scale: [0.5; 2], ..Viewer::default() });
    assert!(has(&overlay.draw().unwrap(), "Focus 7.00 m"));
    drop(overlay);
    session.assert_clean("changed");
}

#[test]
fn a_host_that_draws_handles_is_left_to_it() {
    let session = zdefocus(Profile { draws_handles: true, ..Profile::strict() });
    session.instance.set("focusPoint", "50,40").unwrap();
    let overlay = overlay(&session);
    let calls = overlay.draw().unwrap();
    assert_eq!(ellipses(&calls), []);
    assert!(has(&calls, "Focus 2.00 m"));
    assert!(!overlay.pen_down(LEFT).unwrap());
    drop(overlay);
    session.assert_clean("native handles");
}

#[test]
fn the_sun_and_the_zones_are_dragged_too() {
    let fog = session(Profile::strict(), "DepthFog", &[("sunGlow", "1"), ("sunPosition", "150,90")]);
    let sun = overlay(&fog);
    assert!(sun.pen_down([150.0, 90.0]).unwrap());
    // The sun may stand beside the picture.
    sun.pen_up([300.0, 130.0]).unwrap();
    assert_eq!(point(&fog, "sunPosition"), [300.0, 130.0]);
    sun.pen_motion(RIGHT).unwrap();
    let said = texts(&sun.draw().unwrap());
    assert!(said.iter().any(|t| t.starts_with("8.00 m, fog ")), "{said:?}");
    drop(sun);
    fog.assert_clean("DepthFog");
    let grade = session(Profile::strict(), "DepthGrade", &[("nearEndMode", "Pick point"), ("nearEndPoint", "50,40")]);
    let zones = overlay(&grade);
    assert!(has(&zones.draw().unwrap(), "Near up to 2.00 m"));
    assert!(zones.pen_down(LEFT).unwrap() && zones.pen_up(RIGHT).unwrap());
    assert!(has(&zones.draw().unwrap(), "Near up to 8.00 m"));
    drop(zones);
    grade.assert_clean("DepthGrade");
}

#[test]
fn nothing_is_drawn_where_nothing_can_be() {
    for profile in Profile::checked() {
        let name = profile.profile_name;
        let draws = name == "strict-1.5.1";
        for effect in common::EFFECTS {
            let Some(context) = common::contexts(&profile, effect).first().copied() else { continue };
            let session = Session::new(profile.clone(), effect, context);
            assert_eq!(session.instance.overlay().unwrap().is_some(), draws, "{effect} in {name}");
        }
    }
    let merge = Session::new(Profile::strict(), "DeepMerge", Context::General);
    assert!(merge.instance.overlay().unwrap().is_none());
}
