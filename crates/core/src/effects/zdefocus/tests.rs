//! ZDefocus against its reference, against closed forms, and against itself in pieces.

use super::aperture::{Aperture, Optics};
use super::lens::{Lens, SensorPreset};
use super::moves::Moves;
use super::params::SizeParams;
use super::*;
use crate::geometry::{Geometry, Rect};
use crate::params::{ParamSet, Value, Values};
use crate::render::Outcome;
use crate::testing::{Random, Rgba, Scene, assert_close, frame, same_bits};

const RECT: Rect = Rect::new(-3, 2, 37, 30);

/// Focus at 4 m, 5 px at infinity.
fn values() -> Values {
    Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", 5.0)
}

/// Patches of different depth with noise on the colour, a lamp here and there, and something missing.
fn patches(rect: Rect, seed: u64) -> Scene {
    let mut random = Random::new(seed);
    let depths: Vec<f32> = (0..64).map(|_| random.log_between(1.2, 60.0) as f32).collect();
    Scene::new(rect, |x, y| {
        let patch = (x.div_euclid(9) * 5 + y.div_euclid(7) * 3).rem_euclid(64) as usize;
        let a = if patch % 7 == 3 { random.between(0.2, 1.0) } else { 1.0 } as f32;
        let lamp = if random.chance(0.01) { 30.0 } else { 1.0 };
        let [r, g, b] = [(); 3].map(|()| random.between(0.0, 1.0) as f32 * a * lamp);
        let z = if patch % 11 == 5 { 1e10 } else { depths[patch] * (1.0 + 0.01 * (x + y) as f32 / 40.0) };
        ([r, g, b, a], z)
    })
}

/// What the reference makes of a whole scene (the border extended).
fn reference_of(scene: &Scene, values: &Values) -> Vec<[f64; 4]> {
    let params = Params::read(values);
    let rect = scene.rect;
    let lens = Lens::new(&params.size, params.focus.distance, rect.width() as f64);
    let index = |x: i32, y: i32| {
        let (x, y) = (x.clamp(rect.x1, rect.x2 - 1) - rect.x1, y.clamp(rect.y1, rect.y2 - 1) - rect.y1);
        y as usize * rect.width() + x as usize
    };
    let z = scene.z.as_ref().unwrap();
    let metres = |x, y| if z[index(x, y)] < 1e9 { f64::from(z[index(x, y)]) } else { f64::INFINITY };
    let coc = |x, y| lens.coc(metres(x, y));
    let colour = |x, y| scene.colour[index(x, y)].map(f64::from);
    let most =
        z.iter().map(|z| lens.coc(if *z < 1e9 { f64::from(*z) } else { f64::INFINITY }).abs()).fold(0.0, f64::max);
    let lens = lens.with_max(most);
    let around = most.ceil() as i32 + 3;
    let field = reference::Scene { rect: rect.grow(3 * around), inside: rect, coc: &coc, colour: &colour };
    reference::render(&field, &params, &lens, rect, around)
}

#[test]
fn the_kernel_is_the_reference() {
    let mut variants = vec![values(), values().int("bokehShape", 1).int("blades", 5).double("bokehRotation", 20.0)];
    variants.push(values().set("backgroundFill", Value::Bool(false)).double("focusDistance", 2.0));
    for (seed, values) in variants.iter().enumerate() {
        let values = values.clone().int("quality", 0);
        let scene = patches(Rect::new(0, 0, 26, 20), seed as u64 + 1);
        let whole = switches::Switches { whole_pixels: true, whole_size: true, ..Default::default() };
        let fast = switches::with(whole, || scene.render(&ZDefocus, &values));
        let slow = reference_of(&scene, &values);
        // Rounding may decide the other way for a sample right at a threshold: that moves a few pixels by up to one lens point's worth of it.
        let off = |a: &Rgba, b: &[f64; 4]| {
            (0..4).map(|c| (f64::from(a[c]) - b[c]).abs() / b[c].abs().max(1.0)).fold(0.0, f64::max)
        };
        let differences: Vec<f64> = fast.iter().zip(&slow).map(|(a, b)| off(a, b)).collect();
        let many = differences.iter().filter(|d| **d > 1e-3).count();
        let worst = differences.iter().copied().fold(0.0, f64::max);
        assert!(many * 100 <= differences.len() * 2, "variant {seed}: {many} of {} pixels differ", differences.len());
        assert!(worst < 1.0 / 48.0, "variant {seed}: a pixel differs by {worst}");
    }
}

#[test]
fn a_constant_stays_constant_and_alpha_one_stays_one() {
    let mut random = Random::new(5);
    let scene = Scene::new(RECT, |_, _| ([0.4, 0.7, 0.1, 1.0], random.log_between(0.8, 100.0) as f32));
    for p in scene.render(&ZDefocus, &values()) {
        assert!(p[..3].iter().zip([0.4, 0.7, 0.1]).all(|(a, b)| (a - b).abs() < 1e-5), "{p:?}");
        assert_eq!(p[3], 1.0);
    }
}

/// A bright pixel on a plane at one depth: energy, and radius from the second moment (r²/4 per axis for a disc).
#[test]
fn a_point_becomes_a_disc_of_the_right_size_and_energy() {
    let rect = Rect::new(0, 0, 81, 81);
    for quality in 0..3 {
        for (light, tolerance) in [(0.9, 0.1), (200.0, 0.1)] {
            for radius in [0.5, 1.0, 1.7, 3.0, 6.5, 12.0, 25.0] {
                // Behind the focus at infinity the CoC is sizeAtInfinity.
                let values = values().double("sizeAtInfinity", radius).int("quality", quality);
                // Draft makes large discs of pixels of half the size, and of half that: where the pixel lies in one counts, if it is no light.
                let places = if quality == 0 { 40..44 } else { 40..41 };
                let (mut sum, mut moment, many) = (0.0, 0.0, places.len() as f64);
                for at in places {
                    let lit = |x, y| if (x, y) == (at, at) { light } else { 0.0 };
                    let scene = Scene::new(rect, |x, y| ([lit(x, y), 0.0, 0.0, 1.0], 1e10));
                    for (i, p) in scene.render(&ZDefocus, &values).iter().enumerate() {
                        let [dx, dy] = [i % 81, i / 81].map(|v| v as f64 - f64::from(at));
                        sum += f64::from(p[0]) / many;
                        moment += f64::from(p[0]) * (dx * dx + dy * dy) / many;
                    }
                }
                let found = (2.0 * moment / sum).sqrt();
                assert!(
                    (sum / f64::from(light) - 1.0).abs() < 2e-3,
                    "energy {sum} of {light}, radius {radius}, quality {quality}"
                );
                assert!(
                    (found - radius).abs() < tolerance,
                    "radius {found} is not {radius}, light {light}, quality {quality}"
                );
            }
        }
    }
}

#[test]
fn what_is_in_focus_does_not_change() {
    let mut scene = Scene::random(RECT, 3);
    scene.z = Some(vec![4.0; scene.colour.len()]);
    // The mean of 128 equal numbers, in f32.
    assert_close(&scene.render(&ZDefocus, &values()), &scene.colour, 2e-6, "in focus");
}

/// A sharp subject in front of a blurred wall: its colour does not leak out, the wall's does not leak in.
#[test]
fn a_sharp_edge_stays_sharp() {
    let rect = Rect::new(0, 0, 60, 40);
    let scene =
        Scene::new(rect, |x, _| if x < 30 { ([1.0, 0.0, 0.0, 1.0], 4.0) } else { ([0.0, 0.0, 1.0, 1.0], 400.0) });
    for (i, p) in scene.render(&ZDefocus, &values().double("sizeAtInfinity", 12.0)).iter().enumerate() {
        let expected = if i % 60 < 30 { [1.0, 0.0, 0.0, 1.0] } else { [0.0, 0.0, 1.0, 1.0] };
        assert!(p.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "x {}: {p:?}", i % 60);
    }
}

/// A blurred foreground is see-through at its edge: the far half plane shows through with the disc's share, filled from its own side.
#[test]
fn a_blurred_edge_lets_the_background_through() {
    let rect = Rect::new(0, 0, 80, 40);
    let radius = 10.0;
    let scene = Scene::new(rect, |x, _| if x < 40 { ([1.0, 0.0, 0.0, 1.0], 2.0) } else { ([0.0, 0.0, 1.0, 1.0], 4.0) });
    let out = scene.render(&ZDefocus, &values().double("sizeAtInfinity", radius).int("quality", 2));
    for x in 25..55 {
        let p = out[20 * 80 + x];
        // Share of a disc of that radius on the near side of a line at distance d.
        let d = ((x as f64 + 0.5 - 40.0) / radius).clamp(-1.0, 1.0);
        let near = (d.acos() - d * (1.0 - d * d).sqrt()) / std::f64::consts::PI;
        assert!((f64::from(p[0]) - near).abs() < 0.03, "x {x}: {} is not {near}", p[0]);
        assert!((p[0] + p[2] - 1.0).abs() < 1e-3, "x {x}: {p:?}");
    }
}

#[test]
fn windows_and_threads_give_the_same_bits() {
    let rect = Rect::new(-30, -20, 110, 75);
    let scene = patches(rect, 9);
    for values in [values(), values().int("borderMode", 1), values().int("bokehShape", 1).int("quality", 0)] {
        let whole = scene.render(&ZDefocus, &values);
        let pieces: Vec<Rect> = (0..6)
            .flat_map(|j| (0..5).map(move |i| Rect::new(-30 + 29 * i, -20 + 17 * j, -1 + 29 * i, -3 + 17 * j)))
            .map(|r| r.intersect(&rect))
            .filter(|r| !r.is_empty())
            .collect();
        assert!(same_bits(&whole, &scene.clone().threads(3).render(&ZDefocus, &values)));
        assert!(same_bits(&whole, &scene.clone().threads(2).windows(&pieces).render(&ZDefocus, &values)));
    }
}

/// What counts as a light must not depend on how blurred other things in the window are: a bright floor that runs away from the camera.
#[test]
fn a_window_without_far_things_gives_the_same_bits() {
    let mut random = Random::new(12);
    // High enough that a band's surroundings do not hold the whole.
    let rect = Rect::new(0, 0, 30, 700);
    let scene = Scene::new(rect, |_, y| {
        let v = if random.chance(0.3) { random.between(1.0, 9.0) } else { random.between(0.2, 1.0) } as f32;
        ([v, v, 0.8 * v, 1.0], 2.0 + 1e-4 * (y * y) as f32)
    });
    let values =
        values().double("sizeAtInfinity", 25.0).double("focusDistance", 2.0).double("maxSize", 25.0).int("quality", 0);
    let whole = scene.render(&ZDefocus, &values);
    let bands: Vec<Rect> = (0..14).map(|i| Rect::new(0, 50 * i, 30, 50 * i + 50)).collect();
    assert!(same_bits(&whole, &scene.clone().windows(&bands).render(&ZDefocus, &values)));
}

/// A sharp lamp before a blurred wall: its antialiased edge has the wall's depth, and makes no second, large disc.
#[test]
fn the_edge_of_a_sharp_lamp_stays_with_the_lamp() {
    let rect = Rect::new(0, 0, 61, 61);
    let scene = Scene::new(rect, |x, y| {
        let (dx, dy) = (x - 30, y - 30);
        let (light, z) = match dx * dx + dy * dy {
            0..=2 => (100.0, 4.0),
            3..=5 => (40.0, 400.0),
            _ => (0.01, 400.0),
        };
        ([light, light, light, 1.0], z)
    });
    let out = scene.render(&ZDefocus, &values().double("sizeAtInfinity", 15.0));
    for (i, p) in out.iter().enumerate() {
        let (dx, dy) = (i as i32 % 61 - 30, i as i32 / 61 - 30);
        assert!(dx * dx + dy * dy < 16 || p[0] < 0.02, "({dx}, {dy}): {}", p[0]);
    }
}

#[test]
fn the_baseline_gives_the_same_bits() {
    let scene = patches(RECT, 4);
    let best = scene.render(&ZDefocus, &values());
    crate::simd::force_baseline(true);
    let baseline = scene.render(&ZDefocus, &values());
    crate::simd::force_baseline(false);
    assert!(same_bits(&best, &baseline));
}

#[test]
fn what_is_no_number_stays_where_it_is() {
    let mut scene = patches(RECT, 6);
    let clean = scene.render(&ZDefocus, &values());
    let w = RECT.width();
    let bad = [
        (5 * w + 7, [f32::NAN, 0.0, 0.0, 1.0]),
        (11 * w + 30, [1.0, f32::INFINITY, 0.0, 1.0]),
        (20 * w, [0.0, 0.0, 0.0, f32::NAN]),
    ];
    for (i, v) in bad {
        scene.colour[i] = v;
    }
    let out = scene.render(&ZDefocus, &values());
    for (i, p) in out.iter().enumerate() {
        let finite: Vec<bool> = p.iter().map(|v| v.is_finite()).collect();
        match bad.iter().find(|(j, _)| *j == i) {
            Some((_, v)) => assert_eq!(finite, v.map(f32::is_finite).to_vec(), "pixel {i}"),
            None => assert!(finite.iter().all(|f| *f), "pixel {i}: {p:?} (was {:?})", clean[i]),
        }
    }
}

#[test]
fn any_depth_and_any_parameter_ends_well() {
    let mut random = Random::new(77);
    let odd = [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e-30, 1e30, 1.0, 4.0];
    let scene = Scene::new(Rect::new(0, 0, 12, 9), |_, _| ([0.5, 1e30, -3.0, 0.7], random.pick(&odd)));
    for (name, v) in [
        ("focusDistance", f64::NAN),
        ("focusDistance", 1e300),
        ("sizeAtInfinity", 1e300),
        ("maxSize", 1e9),
        ("fStop", 0.0),
        ("focalLength", 1e9),
    ] {
        for model in 0..2 {
            let out = scene
                .render(&ZDefocus, &values().int("lensModel", model).double("maxSize", 20.0).double(name, v.min(30.0)));
            assert!(out.iter().flatten().all(|v| v.is_finite()), "{name} {v}");
        }
    }
}

#[test]
fn the_plan_says_when_there_is_nothing_to_do() {
    let f = frame(Geometry::default(), RectD::new(0.0, 0.0, 100.0, 50.0), true);
    let plan = |v: Values| ZDefocus.prepare(&v).plan(&f).pass_through;
    assert_eq!(plan(values()), None);
    assert_eq!(plan(values().double("sizeAtInfinity", 0.0)), Some(PassThrough::Neutral));
    assert_eq!(plan(values().double("mix", 0.0)), Some(PassThrough::Neutral));
    assert_eq!(plan(values().double("mix", 0.0).int("output", 2)), None);
    assert_eq!(plan(values().set("useDepth", Value::Bool(false))), Some(PassThrough::NoDepth));
    let scene = Scene::random(RECT, 8);
    let (outcome, out) = scene.clone().without_depth().outcome(&ZDefocus, &values());
    assert_eq!(outcome, Outcome::PassedThrough(PassThrough::NoDepth));
    assert!(same_bits(&out, &scene.colour));
}

#[test]
fn the_point_picks_the_focus() {
    let rect = Rect::new(0, 0, 60, 40);
    let scene =
        Scene::new(rect, |x, y| ([(x * 7 % 5) as f32, (y * 3 % 4) as f32, 0.2, 1.0], if x < 30 { 2.0 } else { 9.0 }));
    let at = |x: f64| values().int("focusMode", 1).set("focusPoint", Value::Point([x, 20.0]));
    assert!(same_bits(
        &scene.render(&ZDefocus, &at(10.0)),
        &scene.render(&ZDefocus, &values().double("focusDistance", 2.0))
    ));
    assert!(same_bits(
        &scene.render(&ZDefocus, &at(50.0)),
        &scene.render(&ZDefocus, &values().double("focusDistance", 9.0))
    ));
    // Where there is nothing to pick the parameter's distance stays.
    assert!(same_bits(&scene.render(&ZDefocus, &at(-500.0)), &scene.render(&ZDefocus, &values())));
}

#[test]
fn the_lens_is_the_formula() {
    let size = SizeParams {
        lens_model: LensModel::Camera,
        focal_length: 50.0,
        f_stop: 2.0,
        max_size: 400.0,
        ..SizeParams::defaults()
    };
    let lens = Lens::new(&size, 3.0, 1920.0);
    for z in [0.5f64, 1.0, 3.0, 10.0, f64::INFINITY] {
        let expected = 1920.0 / 0.036 * 0.05 / 4.0 * 0.05 / (3.0 - 0.05) * 3.0 * (1.0 / 3.0 - 1.0 / z);
        assert!((lens.coc(z) - expected).abs() < 1e-9, "{z}");
    }
    let film = SizeParams { formula: lens::LensFormula::FilmAtFocalLength, ..size.clone() };
    assert!((Lens::new(&film, 3.0, 1920.0).coc(f64::INFINITY) * (3.0 / 2.95) - lens.coc(f64::INFINITY)).abs() < 1e-9);
    let simple =
        Lens::new(&SizeParams { size_at_infinity: 12.0, near_multiplier: 0.5, ..SizeParams::defaults() }, 2.0, 1920.0);
    assert_eq!(
        [simple.coc(f64::INFINITY), simple.coc(4.0), simple.coc(1.0), simple.coc(f64::NAN)],
        [12.0, 6.0, -6.0, 0.0]
    );
    assert_eq!(simple.coc(0.0), -192.0);
    let widths: Vec<f64> =
        [SensorPreset::FullFrame, SensorPreset::Super35, SensorPreset::Custom].map(|p| p.width(9.0)).to_vec();
    assert_eq!(widths, [36.0, 24.89, 9.0]);
}

#[test]
fn points_fill_the_aperture_evenly() {
    for (shape, blades) in
        [(BokehShape::Disc, 6), (BokehShape::Blades, 3), (BokehShape::Blades, 6), (BokehShape::Blades, 16)]
    {
        let bokeh = params::BokehParams { shape, blades, rotation: 10.0, ..params::BokehParams::defaults() };
        let aperture = Aperture::new(&bokeh, None);
        let points = Optics::new(aperture.clone(), 2000, false).places();
        assert!((points.len() as f64 - 2000.0).abs() < 40.0, "{} points", points.len());
        // Area by counting cells.
        let cells = (0..400 * 400)
            .filter(|i| aperture.edge([(i % 400) as f32 / 199.5 - 1.0, (i / 400) as f32 / 199.5 - 1.0]) <= 1.0)
            .count();
        assert!((cells as f64 / 160000.0 * 4.0 / f64::from(aperture.area()) - 1.0).abs() < 0.01);
        let mean = points.iter().fold([0.0; 2], |m, p| [m[0] + p[0], m[1] + p[1]]).map(|v| v / points.len() as f32);
        assert!(mean.iter().all(|m| m.abs() < 0.01), "{mean:?}");
    }
    let points = Optics::new(Aperture::new(&params::BokehParams::defaults(), None), 128, false).places();
    let moves = crate::testing::on_a_thread(|exec| Moves::new(&points, spread::gap(128), 30.0, 0.0, exec));
    assert!((0..300).all(|i| moves.of(i as f32 * 0.1 + 0.1) >= moves.of(i as f32 * 0.1)));
    assert_eq!(moves.of(-7.3), -moves.of(7.3));
}

/// Moved by whole pixels the points have the second moment of the lens: a hair less of a move has less, a hair more has more.
#[test]
fn moves_have_the_second_moment_of_the_lens() {
    for (points, gap, own) in [(48, 0.0, 0.1), (128, spread::gap(128), 0.0), (256, spread::gap(256), 0.0)] {
        let points = Optics::new(Aperture::new(&params::BokehParams::defaults(), None), points, false).places();
        let moves = crate::testing::on_a_thread(|exec| Moves::new(&points, gap, 40.0, own, exec));
        let mean = |of: &dyn Fn(f64) -> f64| {
            let all = points.iter().flatten().map(|v| of(f64::from(*v)));
            all.sum::<f64>() / (2 * points.len()) as f64
        };
        for i in 1..40 * 16 {
            let r = f64::from(i) / 16.0;
            let wanted = (r * r * mean(&|v| v * v) - spread::variance(gap * r) - own).max(0.0);
            let moved = |m: f64| mean(&|v| (m * v).round_ties_even().powi(2));
            let m = f64::from(moves.of(r as f32));
            assert!(moved(m - 3e-3) <= wanted + 1e-9 && wanted <= moved(m + 3e-3) + 1e-9, "{r} px: {m}");
        }
    }
}

/// Of colours that are almost infinite sums would be, and their differences no numbers: they stay where they are, in pieces too.
#[test]
fn what_is_almost_infinite_stays_where_it_is() {
    let rect = Rect::new(-9, 4, 61, 50);
    let mut scene = patches(rect, 5);
    let wild = [f32::MAX, -f32::MAX, 3e38, -2e33, 1e31];
    for (i, v) in wild.into_iter().enumerate() {
        scene.colour[300 + 611 * i] = [v, 0.5, -v, 1.0];
    }
    for quality in 0..3 {
        let values = values().double("sizeAtInfinity", 9.0).double("maxSize", 9.0).int("quality", quality);
        let whole = scene.render(&ZDefocus, &values);
        for (i, (p, source)) in whole.iter().zip(&scene.colour).enumerate() {
            let is = |c: usize| if source[c].abs() >= 1e30 { p[c] == source[c] } else { p[c].abs() < 100.0 };
            assert!((0..4).all(is), "quality {quality}, pixel {i}: {p:?} of {source:?}");
        }
        let pieces: Vec<Rect> = (0..3).map(|j| Rect::new(-9, 4 + 16 * j, 61, 20 + 16 * j).intersect(&rect)).collect();
        assert!(same_bits(&whole, &scene.clone().threads(2).windows(&pieces).render(&ZDefocus, &values)));
    }
}
