//! Focus, the sharp zone, breathing, lateral colour, highlights and the outputs for looking.

use super::lens::Lens;
use super::*;
use crate::geometry::{Geometry, Rect};
use crate::params::{ParamSet, Values};
use crate::testing::{Random, Rgba, Scene, assert_close, frame, same_bits};

const RECT: Rect = Rect::new(0, 0, 60, 40);

fn values() -> Values {
    Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", 8.0).int("quality", 0)
}

/// The lens of some values for a frame of 60 × 40.
fn lens(values: &Values) -> Lens {
    let params = Params::read(values);
    let frame = frame(Geometry::default(), Geometry::default().rect_to_canonical(&RECT), true);
    params.lens(&frame, params.focus.focus())
}

fn noise(z: f32) -> Scene {
    let mut random = Random::new(8);
    Scene::new(RECT, |_, _| ([(); 4].map(|()| random.between(0.0, 0.9) as f32), z))
}

#[test]
fn a_rack_is_even_in_dioptres() {
    let rack = |t: f64| values().int("focusMode", 3).double("rackFrom", 2.0).double("rackTo", 10.0).double("rack", t);
    for (t, distance) in [(0.0, 2.0), (0.5, 10.0 / 3.0), (0.75, 5.0), (1.0, 10.0)] {
        assert!((lens(&rack(t)).focus - distance).abs() < 1e-12, "{t}: {}", lens(&rack(t)).focus);
    }
    let mut scene = noise(3.0);
    scene.z = Some((0..RECT.width() * RECT.height()).map(|i| 1.5 + (i % RECT.width()) as f32 * 0.2).collect());
    let at_distance = scene.render(&ZDefocus, &values().double("focusDistance", 10.0));
    assert!(same_bits(&scene.render(&ZDefocus, &rack(1.0)), &at_distance));
    assert!(!same_bits(&scene.render(&ZDefocus, &rack(0.5)), &at_distance));
}

#[test]
fn all_between_two_points_is_sharp() {
    for (near, far) in [(3.0, 8.0), (8.0, 3.0)] {
        let two = values().int("focusMode", 2).double("focusNear", near).double("focusFar", far);
        let lens = lens(&two);
        assert!((lens.focus - 2.0 / (1.0 / 3.0 + 1.0 / 8.0)).abs() < 1e-12, "the harmonic mean");
        for z in [3.0, 3.1, 4.0, 6.0, 8.0] {
            assert_eq!(lens.coc(z), 0.0, "{z}");
        }
        assert!(lens.coc(2.9) < 0.0 && lens.coc(8.5) > 0.0);
        // Far beyond the ends the blur is the lens's.
        assert!(
            (lens.coc(f64::INFINITY) - 8.0).abs() < 1e-12
                && (lens.coc(1.5) - 8.0 * (1.0 - lens.focus / 1.5)).abs() < 1e-12
        );
        let scene = noise(7.9);
        assert_close(&scene.render(&ZDefocus, &two), &scene.colour, 2e-6, "sharp");
        assert!(!same_bits(&noise(12.0).render(&ZDefocus, &two), &noise(12.0).colour));
    }
    // A camera keeps its f-stop.
    let camera = values().int("lensModel", 1).double("maxSize", 400.0);
    let two = lens(&camera.clone().int("focusMode", 2).double("focusNear", 3.0).double("focusFar", 6.0));
    assert_eq!(two.k, lens(&camera.double("focusDistance", 4.0)).k);
}

#[test]
fn the_sharp_zone_ends_as_gradually_as_it_is_told() {
    let with = |range: f64, falloff: f64| lens(&values().double("sharpRange", range).double("sharpFalloff", falloff));
    let plain = with(0.0, 1.0);
    for falloff in [0.0, 0.3, 1.0, 5.0] {
        let zone = with(2.0, falloff);
        // Metres: 3 m to 5 m.
        for z in [3.0001, 3.5, 4.0, 4.9999] {
            assert_eq!(zone.coc(z), 0.0);
        }
        let all: Vec<f64> = (1..4000).map(|i| zone.coc(f64::from(i) * 0.01)).collect();
        assert!(all.windows(2).all(|w| w[1] >= w[0]), "blur grows with the distance from the focus");
        let step = all.windows(2).map(|w| w[1] - w[0]).skip(200).fold(0.0, f64::max);
        assert!((step > 1.0) == (falloff == 0.0), "{falloff}: a step of {step}");
    }
    // At 1, as far beyond the end (in dioptres) as the end is from the focus, all of the blur is there.
    let (zone, end) = (with(2.0, 1.0), |times: f64| 1.0 / (0.25 - times * 0.05));
    assert!((zone.coc(end(2.0)) / plain.coc(end(2.0)) - 1.0).abs() < 1e-9);
    assert!((zone.coc(end(1.5)) / plain.coc(end(1.5)) - 0.5).abs() < 1e-9);
    // A range beyond the camera: nothing in front blurs.
    assert_eq!(with(9.0, 1.0).coc(0.1), 0.0);
    assert!(with(9.0, 1.0).coc(100.0) > 0.0);
    assert_eq!(with(0.0, 0.0).coc(4.1), plain.coc(4.1));
}

/// A lamp of one pixel in focus: where it is, by its centre of gravity, in each channel.
fn lamp_moves(scene: &Scene, values: &Values) -> [[f64; 2]; 3] {
    let out = scene.render(&ZDefocus, values);
    let w = scene.rect.width();
    std::array::from_fn(|c| {
        let (mut sum, mut at) = (0.0, [0.0; 2]);
        for (i, p) in out.iter().enumerate() {
            let v = f64::from(p[c]);
            sum += v;
            at = [at[0] + v * ((i % w) as f64 + 0.5), at[1] + v * ((i / w) as f64 + 0.5)];
        }
        at.map(|v| v / sum)
    })
}

fn lamp(x: i32, y: i32, z: f32) -> Scene {
    Scene::new(Rect::new(0, 0, 200, 160), move |px, py| {
        let v = if (px, py) == (x, y) { 1.0 } else { 0.0 };
        ([v, v, v, 1.0], z)
    })
}

/// 100 mm at half a metre: a plain lens enlarges by S / (S − f) = 1.25.
fn breathing(amount: f64) -> Values {
    let camera = values().int("lensModel", 1).double("focalLength", 100.0).double("focusDistance", 0.5);
    camera.double("fStop", 16.0).double("breathing", amount)
}

#[test]
fn the_picture_breathes_as_the_lens_does() {
    for (amount, factor) in [(1.0, 1.25), (0.5, 1.125)] {
        let [_, at, _] = lamp_moves(&lamp(60, 110, 0.5), &breathing(amount));
        let expected = [100.0 + (60.5 - 100.0) * factor, 80.0 + (110.5 - 80.0) * factor];
        assert!((0..2).all(|i| (at[i] - expected[i]).abs() < 0.2), "{at:?} is not {expected:?}");
    }
    // Neither without it, nor with the film at the focal length, nor in pixels.
    let scene = lamp(60, 110, 0.9);
    let still = scene.render(&ZDefocus, &breathing(0.0));
    let film = |amount| scene.render(&ZDefocus, &breathing(amount).int("lensFormula", 1));
    assert!(same_bits(&film(1.0), &film(0.0)));
    assert!(!same_bits(&scene.render(&ZDefocus, &breathing(1.0)), &still));
    // A focus at infinity is what it is compared with.
    assert!((lens(&breathing(1.0).double("focusDistance", 1e6)).zoom - 1.0).abs() < 1e-6);
    // The blur has the lens's size whatever the picture's is: the disc's second moment, r²/4.
    let spread = |amount: f64| {
        let out = lamp(100, 80, 0.9).render(&ZDefocus, &breathing(amount).double("fStop", 4.0));
        let sum: f64 = out.iter().map(|p| f64::from(p[1])).sum();
        let square = |i: usize| ((i % 200) as f64 - 100.0).powi(2) + ((i / 200) as f64 - 80.0).powi(2);
        (out.iter().enumerate().map(|(i, p)| f64::from(p[1]) * square(i)).sum::<f64>() / sum).sqrt()
    };
    assert!(spread(0.0) > 5.0 && (spread(1.0) / spread(0.0) - 1.0).abs() < 0.02, "{} {}", spread(1.0), spread(0.0));
}

#[test]
fn lateral_colour_moves_red_out_and_blue_in() {
    // Half way to the corner (128 pixels away).
    let values = values().double("lateralColour", 8.0);
    let [red, green, blue] = lamp_moves(&lamp(150, 40, 4.0), &values);
    let out = [50.5 / 128.06, -39.5 / 128.06];
    assert!((green[0] - 150.5).abs() < 1e-3 && (green[1] - 40.5).abs() < 1e-3, "{green:?}");
    for axis in 0..2 {
        assert!((red[axis] - green[axis] - 8.0 * out[axis]).abs() < 0.15, "{red:?}");
        assert!((blue[axis] - green[axis] + 8.0 * out[axis]).abs() < 0.15, "{blue:?}");
    }
    let [red, _, blue] = lamp_moves(&lamp(150, 40, 4.0), &values.double("lateralColour", -8.0));
    assert!(red[0] < 149.0 && blue[0] > 152.0);
}

#[test]
fn an_enlarged_picture_keeps_constants_and_bits_and_lets_nothing_spread() {
    let values = breathing(0.7).double("lateralColour", 3.0).double("maxSize", 6.0);
    let rect = Rect::new(-7, 3, 73, 60);
    let mut random = Random::new(2);
    let constant = Scene::new(rect, |_, _| ([0.3, 0.6, 0.9, 1.0], random.log_between(0.3, 3.0) as f32));
    for p in constant.render(&ZDefocus, &values) {
        assert!(p[..3].iter().zip([0.3, 0.6, 0.9]).all(|(a, b)| (a - b).abs() < 1e-5), "{p:?}");
        assert_eq!(p[3], 1.0);
    }
    let mut scene = Scene::new(rect, |x, _| {
        let v = random.between(0.0, 1.0) as f32;
        ([v, v * 0.5, v * v, 1.0], if x % 20 < 9 { 0.4 } else { 2.0 })
    });
    for border in 0..3 {
        let values = values.clone().int("borderMode", border);
        let whole = scene.render(&ZDefocus, &values);
        let pieces: Vec<Rect> = (0..4)
            .flat_map(|j| {
                (0..4).map(move |i| Rect::new(-7 + 20 * i, 3 + 15 * j, 13 + 20 * i, 18 + 15 * j).intersect(&rect))
            })
            .collect();
        assert!(same_bits(&whole, &scene.clone().threads(2).windows(&pieces).render(&ZDefocus, &values)), "{border}");
        crate::simd::force_baseline(true);
        let baseline = scene.render(&ZDefocus, &values);
        crate::simd::force_baseline(false);
        assert!(same_bits(&whole, &baseline));
    }
    scene.colour[30 * 80 + 40] = [f32::NAN, f32::INFINITY, 0.1, 1.0];
    let out = scene.render(&ZDefocus, &values);
    let bad = |c: usize| out.iter().filter(|p| !p[c].is_finite()).count();
    // Enlarged by up to 1.2 × 1.06 each way.
    assert!((1..=4).contains(&bad(0)) && (1..=4).contains(&bad(1)), "{} {}", bad(0), bad(1));
    assert_eq!([bad(2), bad(3)], [0, 0]);
}

#[test]
fn highlights_are_lifted_where_they_are_blurred() {
    let scene = |z: f32, light: f32| {
        Scene::new(RECT, move |x, y| {
            let v = if (x, y) == (30, 20) { light } else { 0.2 };
            ([v, 0.5 * v, v, 1.0], z)
        })
    };
    let sum = |out: &[Rgba]| -> f32 { out.iter().map(|p| p[0] - 0.2).sum() };
    // Three stops: eight times the light above the threshold. Its luminance is 0.64 of red.
    let gain = values().double("highlightGain", 3.0).double("highlightThreshold", 1.28);
    let lifted = sum(&scene(400.0, 6.0).render(&ZDefocus, &gain));
    let expected = (1.28 + 8.0 * (6.0 * 0.6424 - 1.28)) / 0.6424 - 0.2;
    assert!((lifted / expected - 1.0).abs() < 0.01, "{lifted} is not {expected}");
    // Neither below the threshold nor in focus.
    for (z, light) in [(400.0, 1.9), (4.0, 6.0)] {
        assert!(same_bits(&scene(z, light).render(&ZDefocus, &gain), &scene(z, light).render(&ZDefocus, &values())));
    }
    // What was clipped at 1 gets 64 times its light back, in its own colour; the rest stays.
    let grey = Scene::new(RECT, |x, y| ([if (x, y) == (30, 20) { 1.0 } else { 0.7 }; 4], 400.0));
    let out = grey.render(&ZDefocus, &values().double("highlightRecover", 1.0));
    let found: f32 = out.iter().map(|p| p[0] - 0.7).sum();
    assert!((found / (64.0 - 0.7) - 1.0).abs() < 0.01, "{found}");
    assert!(out.iter().all(|p| (p[0] - p[2]).abs() < 1e-4 && p[3] <= 1.0));
}

#[test]
fn lifting_is_smooth_and_never_takes_light() {
    use super::highlights::Lift;
    let params = |gain, recover, threshold| params::HighlightParams { gain, recover, threshold };
    assert!(Lift::new(&params(0.0, 0.0, 0.8)).is_none());
    for (gain, recover, threshold) in [(2.0, 0.0, 1.0), (0.0, 1.0, 0.8), (1.0, 0.5, 0.0), (10.0, 1.0, 50.0)] {
        let lift = Lift::new(&params(gain, recover, threshold)).unwrap();
        let levels: Vec<f32> = (0..20_000).map(|i| i as f32 * 0.005).collect();
        let lifted: Vec<f32> = levels.iter().map(|l| lift.of(*l)).collect();
        assert!(lifted.windows(2).all(|w| w[1] >= w[0]) && lifted.iter().zip(&levels).all(|(a, b)| a >= b));
        assert_eq!(lift.of(threshold as f32), threshold as f32);
        assert!(lift.of(1e30).is_finite() || gain == 10.0);
    }
}

#[test]
fn the_matte_and_the_circle_of_confusion_are_readable() {
    // Three planes: 1 px in front of the focus, in it, 6 px behind.
    let depths = [4.0 / 1.5, 4.0, 16.0];
    let scene = Scene::new(RECT, |x, _| ([0.1, 0.2, 0.3, 0.5], depths[x as usize / 20]));
    let pixel = |out: &[Rgba], x: usize| out[20 * 60 + x];
    let matte = scene.render(&ZDefocus, &values().int("output", 5));
    assert_eq!([pixel(&matte, 10), pixel(&matte, 30), pixel(&matte, 50)], [[0.0; 4], [1.0; 4], [0.0; 4]]);
    let half = Scene::new(RECT, |_, _| ([0.0, 0.0, 0.0, 1.0], 4.0 / (1.0 - 1.25 / 8.0)))
        .render(&ZDefocus, &values().int("output", 5));
    assert!((pixel(&half, 30)[3] - 0.5).abs() < 0.01, "{:?}", pixel(&half, 30));
    let sizes = scene.render(&ZDefocus, &values().int("output", 2));
    let [near, sharp, far] = [10, 30, 50].map(|x| pixel(&sizes, x));
    assert!(
        (near[3] + 4.0).abs() < 1e-5 && sharp[3] == 0.0 && (far[3] - 6.0).abs() < 1e-5,
        "the number: {near:?} {far:?}"
    );
    assert!(near[0] > 2.0 * near[2] && far[2] > 2.0 * far[0] && sharp[..3] == [0.0; 3], "the side");
    assert!((near[0] - 0.5).abs() < 1e-5 && (far[2] - 0.75).abs() < 1e-5, "full where it is as large as at infinity");
}

#[test]
fn the_bokeh_is_shown_large() {
    let rect = Rect::new(0, 0, 200, 100);
    let scene = Scene::new(rect, |_, _| ([0.5; 4], 4.0));
    let show = |values: &Values| scene.render(&ZDefocus, &values.clone().int("output", 4));
    let at = |out: &[Rgba], x: usize, y: usize| out[y * 200 + x];
    let disc = show(&values());
    // Radius 45: middles at 50 and 150.
    for middle in [50, 150] {
        for (x, lit) in [(0, true), (40, true), (48, false)] {
            let p = at(&disc, middle + x, 50);
            assert!((p[0] - if lit { 1.0 } else { 0.0 }).abs() < 1e-3 && p[3] == 1.0, "{x}: {p:?}");
        }
    }
    // In front of the focus on the left: mirrored, and its ring dark.
    let triangle = show(&values().int("bokehShape", 1).int("blades", 3));
    assert!(at(&triangle, 85, 50)[1] > 0.5 && at(&triangle, 15, 50)[1] < 0.1);
    assert!(at(&triangle, 115, 50)[1] > 0.5 && at(&triangle, 185, 50)[1] < 0.1);
    let ring = show(&values().double("ring", 1.0));
    assert!(at(&ring, 92, 50)[1] < 0.3 * at(&ring, 50, 50)[1] && at(&ring, 192, 50)[1] > 3.0 * at(&ring, 150, 50)[1]);
    assert!(ring.iter().all(|p| p[1] <= 1.001), "the brightest is 1");
    let cut = show(&values().double("catsEye", 1.0));
    assert!(at(&cut, 190, 50)[1] == 0.0 && at(&cut, 110, 50)[1] > 0.0);
}

/// Into nothing outside the frame, a blur reaches as far as the largest one on either side of the focus.
#[test]
fn the_region_grows_by_the_largest_blur_at_the_border() {
    let grow = |values: Values| {
        let f = frame(Geometry::default(), RectD::new(0.0, 0.0, 1000.0, 500.0), true);
        ZDefocus.prepare(&values.int("borderMode", 2)).plan(&f).grow
    };
    // The largest in front is the maximum; with nothing blurred there it is that at infinity.
    assert_eq!(grow(values()), 100.0);
    assert_eq!(grow(values().double("maxSize", 30.0)), 30.0);
    assert_eq!(grow(values().double("nearMultiplier", 0.0)), 8.0);
    assert_eq!(grow(values().double("nearMultiplier", 0.0).double("farMultiplier", 0.5)), 4.0);
    assert_eq!(grow(values().double("maxSize", 3.0).double("nearMultiplier", 0.0)), 3.0);
    let f = frame(Geometry::default(), RectD::new(0.0, 0.0, 1000.0, 500.0), true);
    assert_eq!(ZDefocus.prepare(&values()).plan(&f).grow, 0.0, "the border goes on");
}

#[test]
fn a_control_without_effect_is_grey() {
    let enabled = |values: &Values, name: &str| ZDefocus.enabled(values, name);
    for (mode, on) in [(0, "focusDistance"), (1, "focusPoint"), (2, "focusNear"), (3, "rack")] {
        let values = values().int("focusMode", mode);
        for name in ["focusPoint", "focusNear", "focusFar", "rack", "rackFrom", "rackTo"] {
            let related =
                name == on || (on == "rack" && name.starts_with("rack")) || (on == "focusNear" && name == "focusFar");
            assert_eq!(enabled(&values, name), related, "{mode}: {name}");
        }
        assert!(enabled(&values, on));
    }
    assert!(!enabled(&values(), "breathing") && enabled(&breathing(0.0), "breathing"));
    assert!(!enabled(&values(), "ringWidth") && enabled(&values().double("ring", 0.1), "ringWidth"));
    assert!(!enabled(&values(), "anamorphic") && enabled(&values().int("anamorphicPreset", 5), "anamorphic"));
    let defaults = params::FocusParams::defaults();
    assert_eq!((defaults.sharp_range, defaults.rack), (0.0, 0.0));
}

/// A focus picked from the sky: that is sharp, and all that is nearer is blurred by a number.
#[test]
fn the_focus_may_be_at_infinity() {
    for values in [values(), values().int("lensModel", 1), values().int("lensModel", 1).double("breathing", 1.0)] {
        let params = Params::read(&values);
        for focus in [f64::INFINITY, f64::MAX, 1e20] {
            let lens = Lens::new(&params.size, focus, 1920.0);
            assert!(lens.zoom.is_finite() && lens.most().is_finite(), "{lens:?}");
            assert!(lens.coc(f64::INFINITY).abs() < 1e-6 || focus < f64::MAX, "{}", lens.coc(f64::INFINITY));
            for z in [0.0, 0.1, 10.0, 1e6, f64::INFINITY] {
                assert!(lens.coc(z).is_finite(), "{z} m: {}", lens.coc(z));
            }
            assert!(lens.coc(1.0) < 0.0, "{}", lens.coc(1.0));
        }
    }
}

/// Beyond the frame its border goes on: as if the pixels were there, however far out, though the field ends where nothing new comes.
#[test]
fn a_border_is_as_if_its_pixels_were_there() {
    // Draft, Normal and Best; also where a coarser picture is just large enough to be looked at, or not yet.
    const SIZES: [(i32, f64); 11] = [
        (0, 9.0),
        (0, 24.0),
        (0, 60.0),
        (0, 64.3),
        (0, 128.3),
        (1, 9.0),
        (1, 24.0),
        (1, 31.9),
        (1, 36.3),
        (1, 102.3),
        (2, 14.0),
    ];
    let frame = Rect::new(-20, 7, 76, 108);
    let mut random = Random::new(12);
    let depths: Vec<f32> = (0..64).map(|_| random.log_between(1.0, 60.0) as f32).collect();
    let colours: Vec<f32> = (0..8192).map(|_| random.between(0.0, 1.0) as f32).collect();
    let pixel = |x: i32, y: i32| {
        let patch = (x.div_euclid(11) * 5 + y.div_euclid(8) * 3).rem_euclid(64) as usize;
        let i = (y * 97 + x).rem_euclid(8192) as usize;
        ([colours[i], 0.5, 1.0 - colours[i], 1.0], if (x - 2 * y) % 23 == 5 { 1e10 } else { depths[patch] })
    };
    // A bar that leaves the frame: what it hides there is found far outside.
    let bar = |x: i32, y: i32| {
        let (colour, _) = pixel(x, y);
        (colour, if (38..77).contains(&y) { 1.5 } else { 1e10 })
    };
    let within = frame.grow(450);
    let inside = |x: i32, y: i32| (x.clamp(frame.x1, frame.x2 - 1), y.clamp(frame.y1, frame.y2 - 1));
    let both = |pixel: &dyn Fn(i32, i32) -> (Rgba, f32)| {
        let surrounded = Scene::new(within, |x, y| {
            let (x, y) = inside(x, y);
            pixel(x, y)
        });
        (Scene::new(frame, pixel), surrounded.windows(&[frame]))
    };
    // Lamps, but none that goes on beyond the frame: there it would shine as well.
    let lamps = |x: i32, y: i32| {
        let ([r, g, b, a], z) = pixel(x, y);
        let bright = if (7 * x + 3 * y) % 41 == 5 && frame.grow(-1).contains(x, y) { 30.0 } else { 1.0 };
        ([bright * r, bright * g, bright * b, a], z)
    };
    let scenes = [both(&pixel), both(&bar), both(&lamps)];
    for (quality, size) in SIZES {
        let values = Values::default().double("sizeAtInfinity", size).double("maxSize", size);
        let values = values.double("focusDistance", 3.0).int("quality", quality);
        for (alone, surrounded) in &scenes {
            let (some, all) = (alone.render(&ZDefocus, &values), surrounded.render(&ZDefocus, &values));
            for (i, (x, y)) in (frame.y1..frame.y2).flat_map(|y| (frame.x1..frame.x2).map(move |x| (x, y))).enumerate()
            {
                let there = all[(y - within.y1) as usize * within.width() + (x - within.x1) as usize];
                assert!(
                    same_bits(&some[i..=i], &[there]),
                    "quality {quality}, {size} px, ({x}, {y}): {:?}, {there:?}",
                    some[i]
                );
            }
        }
    }
}
