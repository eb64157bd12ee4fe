//! ZDefocus with a clean plate on Background and BackgroundDepth, through the real library.

mod common;

use common::{Session, difference, inverse, same_bits};
use mock_host::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const SIZE: (i32, i32) = (96, 64);

fn bounds() -> RectI {
    RectI::sized(SIZE.0, SIZE.1)
}

fn wall(x: i32, y: i32) -> [f32; 4] {
    let check = if (x.div_euclid(3) + y.div_euclid(2)) % 2 == 0 { 0.6 } else { 0.1 };
    [0.05, check, 0.008 * x as f32, 1.0]
}

fn occluded(x: i32) -> bool {
    x.rem_euclid(32) < 6
}

/// Bars before a wall.
fn source() -> Picture {
    Picture::from_fn(bounds(), Components::Rgba, |x, y| if occluded(x) { [0.9, 0.0, 0.0, 1.0] } else { wall(x, y) })
}

fn depth() -> Picture {
    Picture::from_fn(bounds(), Components::Alpha, |x, _| [if occluded(x) { 1.5 } else { 4.0 }; 4])
}

fn plate(bounds: RectI) -> Picture {
    Picture::from_fn(bounds, Components::Rgba, wall)
}

fn plate_depth(bounds: RectI) -> Picture {
    Picture::constant(bounds, Components::Alpha, [4.0; 4])
}

fn session(profile: Profile, context: Context) -> Session {
    let s = Session::new(profile, "ZDefocus", context);
    s.instance.set_project(Project { format: bounds(), range: [1.0, 9.0], ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    s.instance.connect("Source", source()).unwrap();
    s.instance.connect("Depth", depth()).unwrap();
    for (name, value) in [("depthConvention", "Distance"), ("focusDistance", "4"), ("sizeAtInfinity", "5")] {
        s.instance.set(name, value).unwrap();
    }
    s
}

/// Where is the wall that shows through not the plate's?
fn error(out: &Picture) -> f32 {
    let mut worst = 0f32;
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            let (p, w) = (out.get(x, y).unwrap(), wall(x, y));
            let cover = (p[0] - w[0]) / (0.9 - w[0]);
            worst = (1..3).map(|c| (p[c] - (1.0 - cover) * w[c]).abs()).fold(worst, f32::max);
        }
    }
    worst
}

#[test]
fn in_every_host_with_a_graph_the_plate_is_what_shows() {
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::General)) {
        let name = profile.profile_name;
        let s = session(profile, Context::General);
        let guessed = s.render(&RenderRequest::at(1.0));
        assert!(error(&guessed) > 0.05, "{name}: {}", error(&guessed));
        s.instance.connect("Background", plate(bounds())).unwrap();
        s.instance.connect("BackgroundDepth", plate_depth(bounds())).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        assert!(error(&out) < 2e-3, "{name}: {}", error(&out));
        let windows: Vec<RectI> = (0..4).map(|i| RectI::new(24 * i, 7, 24 * i + 24, 50)).collect();
        for window in windows {
            let part = s.render(&RenderRequest::at(1.0).window(window));
            assert!(same_bits(&part.cropped(window), &out.cropped(window)), "{name}: {window:?}");
        }
        s.instance.disconnect("Background").unwrap();
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &guessed), "{name}: without a picture there is no plate");
        s.assert_clean(name);
    }
}

/// The depth group speaks for both depths.
#[test]
fn its_depth_is_read_as_the_depth_is() {
    let s = session(Profile::strict(), Context::General);
    s.instance.connect("Background", plate(bounds())).unwrap();
    s.instance.connect("BackgroundDepth", plate_depth(bounds())).unwrap();
    let expected = s.render(&RenderRequest::at(1.0));
    let s = session(Profile::strict(), Context::General);
    s.instance.set("depthConvention", "1/Distance (far = 0)").unwrap();
    s.instance.connect("Depth", inverse(&depth())).unwrap();
    s.instance.connect("Background", plate(bounds())).unwrap();
    s.instance.connect("BackgroundDepth", inverse(&plate_depth(bounds()))).unwrap();
    let out = s.render(&RenderRequest::at(1.0));
    assert!(difference(&out, &expected) < 1e-4, "{}", difference(&out, &expected));
    s.assert_clean("inverse");
}

#[test]
fn a_filter_has_no_plate() {
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::Filter)) {
        let name = profile.profile_name;
        let s = Session::new(profile, "ZDefocus", Context::Filter);
        let clips: Vec<String> = s.instance.clips().into_iter().map(|c| c.name).collect();
        assert!(!clips.iter().any(|c| c.starts_with("Background")), "{name}: {clips:?}");
    }
    let s = session(Profile::strict(), Context::General);
    for clip in s.instance.clips().iter().filter(|c| c.name.starts_with("Background")) {
        assert!(clip.optional && !clip.mask, "{clip:?}");
    }
}

/// The plate is asked for where the picture is, and only where it is looked at.
#[test]
fn only_what_is_looked_at_is_asked_for() {
    let s = session(Profile::strict(), Context::General);
    let looked = Arc::new(AtomicUsize::new(0));
    let counter = looked.clone();
    let counted = move |picture: fn(RectI) -> Picture| {
        let counter = counter.clone();
        Animated {
            range: [1.0, 9.0],
            picture: move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
                Some(picture(bounds()))
            },
        }
    };
    let window = RectD { x1: 10.0, y1: 10.0, x2: 20.0, y2: 20.0 };
    let regions = || s.instance.regions_of_interest(1.0, [1.0, 1.0], window).unwrap();
    assert_eq!(regions()["Background"], window, "not connected: the host's own answer");
    s.instance.connect("Background", counted(plate)).unwrap();
    s.instance.connect("BackgroundDepth", counted(plate_depth)).unwrap();
    assert_eq!(regions()["Background"], regions()["Source"]);
    assert_eq!(regions()["BackgroundDepth"], regions()["Depth"]);
    assert!(regions()["Source"].x2 > 30.0);
    s.render(&RenderRequest::at(1.0));
    assert!(looked.load(Ordering::Relaxed) > 0);
    for (name, value) in [("output", "Circle of confusion"), ("sizeAtInfinity", "0")] {
        s.instance.set("output", "Result").unwrap();
        s.instance.set(name, value).unwrap();
        assert_eq!(regions()["Background"], window);
        s.render(&RenderRequest::at(1.0).ignore_identity());
    }
    s.assert_clean("regions");
}

/// Another size, another place, missing frames, numbers that are none: a defined picture, everything given back.
#[test]
fn odd_plates_do_no_harm() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -1e30, 1e-40];
    let tiny = RectI::new(30, 20, 33, 22);
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::General)) {
        let name = profile.profile_name;
        let s = session(profile, Context::General);
        let guessed = s.render(&RenderRequest::at(1.0));
        for v in odd {
            s.instance.connect("Background", Picture::constant(bounds(), Components::Rgba, [v; 4])).unwrap();
            s.instance.connect("BackgroundDepth", Picture::constant(bounds(), Components::Alpha, [v; 4])).unwrap();
            let out = s.render(&RenderRequest::at(1.0));
            assert!(out.pixels.iter().all(|v| v.is_finite()), "{name}: {v}");
        }
        s.instance.connect("Background", plate(tiny)).unwrap();
        s.instance.connect("BackgroundDepth", plate_depth(RectI::sized(5, 300))).unwrap();
        assert!(s.render(&RenderRequest::at(1.0)).pixels.iter().all(|v| v.is_finite()), "{name}: sizes");
        let missing = Animated { range: [1.0, 9.0], picture: |_| None };
        s.instance.connect("Background", missing).unwrap();
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &guessed), "{name}: missing");
        s.assert_clean(name);
    }
}
