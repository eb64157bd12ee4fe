//! DepthFog with pictures on Fog and Position, and with the sun's handle, through the real library.

mod common;

use common::{Session, difference, same_bits};
use mock_host::*;

const SIZE: (i32, i32) = (96, 64);

fn bounds() -> RectI {
    RectI::sized(SIZE.0, SIZE.1)
}

fn source(x: i32, y: i32) -> [f32; 4] {
    [0.01 * x as f32, 0.01 * y as f32, 0.3, 1.0]
}

fn metres(x: i32, _: i32) -> f32 {
    2.0 + 0.5 * x as f32
}

fn session(profile: Profile, context: Context) -> Session {
    let s = Session::new(profile, "DepthFog", context);
    s.instance.set_project(Project { format: bounds(), range: [1.0, 99.0], ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    s.instance.connect("Source", Picture::from_fn(bounds(), Components::Rgba, source)).unwrap();
    s.instance.connect("Depth", Picture::from_fn(bounds(), Components::Alpha, |x, y| [metres(x, y); 4])).unwrap();
    let settings =
        [("depthConvention", "Distance"), ("depthEdges", "As they are"), ("visibility", "30"), ("fogAlongRay", "off")];
    for (name, value) in settings {
        s.instance.set(name, value).unwrap();
    }
    s
}

fn fog(x: i32, y: i32) -> [f32; 4] {
    [0.9 - 0.005 * x as f32, 0.2, 0.01 * y as f32, 1.0]
}

#[test]
fn a_picture_on_fog_is_the_fogs_colour_in_every_host_with_a_graph() {
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::General)) {
        let name = profile.profile_name;
        let s = session(profile, Context::General);
        let plain = s.render(&RenderRequest::at(1.0));
        s.instance.connect("Fog", Picture::from_fn(bounds(), Components::Rgba, fog)).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        for y in 0..SIZE.1 {
            for x in 0..SIZE.0 {
                let (got, from, to) = (out.get(x, y).unwrap(), source(x, y), fog(x, y));
                let t = (-3.912_023 * metres(x, y) / 30.0).exp();
                for c in 0..3 {
                    let want = from[c] * t + to[c] * (1.0 - t);
                    assert!((got[c] - want).abs() < 2e-5, "{name}: {x}, {y}: {got:?}, {want}");
                }
            }
        }
        let window = RectI::new(13, 7, 50, 31);
        let part = s.render(&RenderRequest::at(1.0).window(window));
        assert!(same_bits(&part.cropped(window), &out.cropped(window)), "{name}");
        // Where a picture is missing or is none, nothing fails.
        s.instance
            .connect("Fog", Picture::constant(RectI::new(30, 20, 33, 22), Components::Rgba, [f32::NAN; 4]))
            .unwrap();
        assert!(s.render(&RenderRequest::at(1.0)).pixels.iter().all(|v| v.is_finite()), "{name}");
        s.instance.disconnect("Fog").unwrap();
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &plain), "{name}");
        s.assert_clean(name);
    }
}

#[test]
fn positions_say_how_high_things_are() {
    let s = session(Profile::strict(), Context::General);
    let set = |name: &str, value: &str| s.instance.set(name, value).unwrap();
    for (name, value) in [("fogModel", "None"), ("heightFog", "1"), ("heightDensity", "0.05"), ("fogHeight", "0")] {
        set(name, value);
    }
    set("output", "Transmittance matte");
    // A camera at (0, 0, 2) of a world whose third axis points up looks along the second at a wall of heights.
    for (name, value) in [("upAxis", "Z"), ("cameraZ", "2"), ("heightFalloff", "0.001")] {
        set(name, value);
    }
    let place = |x: i32, y: i32| [0.1 * x as f32, metres(x, y), 0.1 * (y - 32) as f32, 1.0];
    s.instance.connect("Position", Picture::from_fn(bounds(), Components::Rgb, place)).unwrap();
    let out = s.render(&RenderRequest::at(1.0));
    for y in 0..SIZE.1 {
        for x in 0..SIZE.0 {
            let [px, py, pz, _] = place(x, y).map(f64::from);
            let length = (px * px + py * py + (pz - 2.0).powi(2)).sqrt();
            // The part of the way that lies below 0 is in the fog.
            let below = if pz < 0.0 { -pz / (2.0 - pz) } else { 0.0 };
            let want = (-0.05 * length * below).exp();
            let got = f64::from(out.get(x, y).unwrap()[0]);
            assert!((got - want).abs() < 2e-3, "{x}, {y}: {got} {want}");
        }
    }
    s.assert_clean("position");
}

#[test]
fn a_filter_has_neither_clip_and_only_what_is_used_is_asked_for() {
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::Filter)) {
        let s = Session::new(profile, "DepthFog", Context::Filter);
        assert!(!s.instance.clips().iter().any(|c| c.name == "Fog" || c.name == "Position"));
    }
    let s = session(Profile::strict(), Context::General);
    for clip in s.instance.clips().iter().filter(|c| c.name == "Fog" || c.name == "Position") {
        assert!(clip.optional && !clip.mask, "{clip:?}");
    }
    let window = RectD { x1: 40.0, y1: 30.0, x2: 50.0, y2: 40.0 };
    let regions = || s.instance.regions_of_interest(1.0, [1.0, 1.0], window).unwrap();
    let narrow = regions()["Depth"];
    s.instance.set("rays", "1").unwrap();
    let wide = regions()["Depth"];
    assert!(wide.x1 < narrow.x1 - 40.0 && wide.y2 > narrow.y2 + 40.0, "{wide:?}");
    assert_eq!(regions()["Source"].x1, narrow.x1.max(regions()["Source"].x1));
    s.instance.set("scatterBlur", "10").unwrap();
    assert!(regions()["Source"].x1 < 30.0);
    s.assert_clean("regions");
}

#[test]
fn noise_goes_by_seconds_whatever_the_frame_rate() {
    let at = |frame: f64, rate: f64| {
        let s = session(Profile::strict(), Context::General);
        s.instance.set_project(Project { frame_rate: rate, ..s.instance.project() });
        for (name, value) in [("noiseAmount", "1"), ("noiseDriftX", "2"), ("noiseEvolve", "0.5")] {
            s.instance.set(name, value).unwrap();
        }
        s.render(&RenderRequest::at(frame))
    };
    let (a, b) = (at(24.0, 24.0), at(48.0, 24.0));
    assert!(difference(&a, &b) > 0.01);
}

#[test]
fn the_sun_can_be_moved() {
    let s = session(Profile::strict(), Context::General);
    s.instance.set("sunGlow", "1").unwrap();
    s.instance.set("sunAnisotropy", "0.9").unwrap();
    let brightest = || {
        let out = s.render(&RenderRequest::at(1.0));
        // The glow beside the fog that is there anyway: on the far right everything is fog.
        (0..SIZE.1).max_by(|a, b| out.get(95, *a).unwrap()[0].total_cmp(&out.get(95, *b).unwrap()[0])).unwrap()
    };
    s.instance.set("sunPosition", "95,20").unwrap();
    assert!((brightest() - 20).abs() <= 1, "{}", brightest());
    s.instance.set("sunPosition", "95,50").unwrap();
    assert!((brightest() - 50).abs() <= 1, "{}", brightest());
    s.assert_clean("sun");
}
