//! ZDefocus's lens through the real library: what it asks the host for, and drafts.

mod common;

use common::{Session, same_bits};
use mock_host::*;

const SIZE: (i32, i32) = (400, 300);

type Setting = (&'static str, &'static str);

fn session(profile: Profile, settings: &[Setting]) -> Session {
    let s = Session::at_work(profile, "ZDefocus", Context::General, SIZE);
    for (name, value) in settings {
        s.instance.set(name, *value).unwrap();
    }
    s
}

const BREATHING: [Setting; 5] =
    [("lensModel", "Camera"), ("focalLength", "200"), ("focusDistance", "1.5"), ("fStop", "11"), ("breathing", "1")];

/// Settings that look elsewhere than a plain lens does.
fn lenses() -> Vec<(&'static str, Vec<Setting>)> {
    let breathing = |more: &[Setting]| BREATHING.iter().chain(more).copied().collect::<Vec<_>>();
    vec![
        ("breathing", breathing(&[])),
        ("breathing, picked", breathing(&[("focusMode", "Pick point"), ("focusPoint", "320,200")])),
        ("lateral colour", vec![("lateralColour", "9")]),
        ("lateral colour inwards", vec![("lateralColour", "-9"), ("borderMode", "Mirror")]),
        ("both, into black", breathing(&[("lateralColour", "5"), ("borderMode", "Black")])),
        ("rack", vec![("focusMode", "Rack"), ("rackFrom", "1"), ("rackTo", "20"), ("rack", "0.4")]),
        ("two points", vec![("focusMode", "Two points"), ("focusNear", "2"), ("focusFar", "5")]),
        ("rings and cat's eyes", vec![("ring", "0.8"), ("catsEye", "1"), ("anamorphicPreset", "2")]),
        ("highlights", vec![("highlightGain", "2"), ("highlightThreshold", "0.5"), ("highlightRecover", "0.5")]),
    ]
}

/// The host hands out exactly the region that is asked for: whatever lies beyond it changes nothing.
#[test]
fn the_region_asked_for_is_enough_for_every_lens() {
    for (name, settings) in lenses() {
        for (scale, window) in [
            (1.0, RectI::new(3, 280, 23, 296)),
            (1.0, RectI::new(190, 140, 206, 150)),
            (0.5, RectI::new(180, 2, 196, 14)),
            (0.25, RectI::new(1, 60, 20, 72)),
        ] {
            let of = |profile| {
                let s = session(profile, &settings);
                let out = s.render(&RenderRequest::at(1.0).window(window).scale(scale));
                s.assert_clean(name);
                out
            };
            let full = Profile { input_bounds: InputBounds::Full, ..Profile::strict() };
            assert!(same_bits(&of(full), &of(Profile::strict())), "{name} at {scale}: {window:?}");
        }
    }
}

/// An enlarged picture comes from nearer to the middle.
#[test]
fn the_region_asked_for_follows_the_breathing() {
    let window = RectD { x1: 380.0, y1: 280.0, x2: 400.0, y2: 300.0 };
    let source = |s: &Session| s.instance.regions_of_interest(1.0, [1.0, 1.0], window).unwrap()["Source"];
    let (plain, breathing) = (session(Profile::strict(), &BREATHING[..4]), session(Profile::strict(), &BREATHING));
    let factor = 1.5 / (1.5 - 0.2);
    let (plain, breathing) = (source(&plain), source(&breathing));
    let moved = (380.0 - 200.0) * (1.0 - 1.0 / factor);
    assert!((plain.x1 - breathing.x1 - moved).abs() < 1e-6, "{plain:?} {breathing:?}");
    assert_eq!([plain.x2, plain.y2], [breathing.x2, breathing.y2], "what a mask or mix puts back is the window's own");
}

#[test]
fn a_draft_is_made_where_the_host_wants_one() {
    let at = |quality: &str, draft: &str, request: RenderRequest| {
        let s = Session::at_work(Profile::strict(), "ZDefocus", Context::General, (72, 48));
        s.instance.set("quality", quality).unwrap();
        s.instance.set("draftWhileInteractive", draft).unwrap();
        s.render(&request)
    };
    let request = || RenderRequest::at(1.0);
    let (draft, normal) = (at("Draft", "on", request()), at("Normal", "on", request()));
    assert!(!same_bits(&draft, &normal));
    for wish in [RenderRequest { draft: true, ..request() }, RenderRequest { interactive: true, ..request() }] {
        assert!(same_bits(&at("Normal", "on", wish.clone()), &draft));
        assert!(same_bits(&at("Best", "on", wish.clone()), &draft));
        assert!(same_bits(&at("Normal", "off", wish), &normal));
    }
}

/// Outputs for looking need nothing around a pixel, and are the same in every window.
#[test]
fn outputs_for_looking_are_made_pixel_by_pixel() {
    for output in ["Focus overlay", "Circle of confusion", "Depth", "Bokeh", "Matte"] {
        let s = session(Profile::strict(), &[("output", output), ("ring", "0.5"), ("catsEye", "0.7")]);
        let window = RectI::new(100, 100, 310, 140);
        let whole = s.render(&RenderRequest::at(1.0));
        let part = s.render(&RenderRequest::at(1.0).window(window));
        assert!(same_bits(&part, &whole.cropped(window)), "{output}");
        let asked = RectD { x1: 100.0, y1: 100.0, x2: 310.0, y2: 140.0 };
        let source = s.instance.regions_of_interest(1.0, [1.0, 1.0], asked).unwrap()["Source"];
        assert!(source.x2 - source.x1 < 240.0, "{output}: {source:?}");
        s.assert_clean(output);
    }
}
