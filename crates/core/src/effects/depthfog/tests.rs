//! DepthFog against its reference, and against what is known in closed form.

use super::*;
use crate::depth::NEAREST;
use crate::geometry::{Geometry, Rect, RectD};
use crate::params::{ChoiceOptions, Value, Values};
use crate::testing::{Random, Rgba, Scene, frame, run_row};

/// By the plane: most tests name a pixel by its depth.
fn fog() -> Values {
    Values::default().set("fogAlongRay", Value::Bool(false))
}

fn params(values: &Values) -> Params {
    Params::read(values)
}

/// Settings from all over the ranges.
fn random_settings(r: &mut Random) -> Values {
    let start = if r.chance(0.5) { 0.0 } else { r.between(0.0, 5.0) };
    let end = if r.chance(0.1) { start } else { start + r.log_between(0.5, 200.0) };
    let mut v = fog()
        .int("fogModel", r.pick(&[0, 1, 2]))
        .double("visibility", r.log_between(2.0, 1000.0))
        .double("fogStart", start)
        .double("fogEnd", end)
        .set("useFogEnd", Value::Bool(r.chance(0.3)))
        .set("fogAlpha", Value::Bool(r.chance(0.3)))
        .set("fogColour", Value::Colour([r.between(0.0, 2.0), r.between(-0.1, 1.0), r.between(0.0, 1.0), 1.0]))
        .int("output", r.pick(&[0, 0, 1, 2, 3]));
    if r.chance(0.4) {
        v = v.double("falloff", r.log_between(0.3, 4.0));
    }
    if r.chance(0.4) {
        v = v.double("maxOpacity", r.between(0.0, 1.0));
    }
    v
}

/// Depths and colours as they come, and as they should not come.
fn random_pixels(r: &mut Random, n: usize) -> (Vec<f32>, Vec<Rgba>) {
    let special = [f32::INFINITY, f32::NAN, NEAREST, 1e9, 1e-3];
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.5, 1e5, 0.0, -0.0, 1e-38];
    let z = (0..n).map(|_| if r.chance(0.2) { r.pick(&special) } else { r.log_between(0.01, 1000.0) as f32 }).collect();
    let colour = (0..n).map(|_| {
        let a = r.pick(&[0.0, 1.0, 0.5, 0.003]);
        let mut p = [(); 4].map(|()| r.between(0.0, 1.5) as f32 * a);
        p[3] = a;
        if r.chance(0.1) {
            p[r.bits() as usize % 3] = r.pick(&odd);
        }
        if r.chance(0.1) {
            p = [0.0; 4];
        }
        p
    });
    (z, colour.collect())
}

/// Within 2·10⁻⁶ of the size of what goes in, or both not finite: an infinity may come out as one or as NaN, a NaN as NaN.
fn agrees(got: f32, want: f64, size: f64) -> bool {
    if want.is_finite() { (f64::from(got) - want).abs() <= 2e-6 * size } else { !got.is_finite() }
}

#[test]
fn the_kernel_means_what_the_reference_says() {
    for seed in 0..400 {
        let mut r = Random::new(seed);
        let values = random_settings(&mut r);
        let p = params(&values);
        // Odd lengths: the ends of vectors and of chunks.
        let n = r.pick(&[1, 7, 64, 255, 256, 257, 700]);
        let (z, colour) = random_pixels(&mut r, n);
        let got = run_row(&DepthFog, &values, &z, &colour);
        for ((&z, c), got) in z.iter().zip(&colour).zip(&got) {
            let want = reference::pixel(&p, f64::from(z), reference::plain(&p, f64::from(z)), c.map(f64::from));
            let size = c.iter().filter(|v| v.is_finite()).fold(2.0, |m: f64, v| m.max(f64::from(v.abs())));
            let size = if p.output == FogOutput::Depth { 0.0 } else { size };
            let right = got.iter().zip(want).all(|(g, w)| agrees(*g, w, size));
            assert!(right, "seed {seed}, z {z}, colour {c:?}: {got:?} is not {want:?} with {values:?}");
        }
    }
}

#[test]
fn fog_is_counted_along_the_ray() {
    // 1001 pixels in a row, a view of 90°: the outermost pixels lie 1000/1001 of 45° tangent beside the axis.
    let (n, z) = (1001, 20.0_f32);
    for (name, along) in [("along", true), ("by the plane", false)] {
        let values =
            fog().set("fogAlongRay", Value::Bool(along)).double("visibility", 50.0).double("fieldOfView", 90.0);
        let values = values.double("fogStart", 3.0).int("output", 2);
        let got = run_row(&DepthFog, &values, &vec![z; n], &vec![[0.5, 0.5, 0.5, 1.0]; n]);
        for (i, t) in got.iter().enumerate() {
            let tangent = (2 * i as i32 - 1000) as f64 / 1001.0;
            let way = f64::from(z) * if along { (1.0 + tangent * tangent).sqrt() } else { 1.0 };
            let want = (-3.912_023_005_428_146 / 50.0 * (way - 3.0)).exp();
            assert!((f64::from(t[0]) - want).abs() < 1e-6, "{name}, {i}: {} is not {want}", t[0]);
        }
    }
    // Neither infinity nor the depth that is shown changes.
    let values = fog().set("fogAlongRay", Value::Bool(true));
    let sky = run_row(&DepthFog, &values.clone().int("output", 2), &[f32::INFINITY; 3], &[[0.5; 4]; 3]);
    assert_eq!(sky, [[0.0; 4]; 3]);
    assert_eq!(run_row(&DepthFog, &values.int("output", 3), &[7.5; 300], &vec![[0.5; 4]; 300])[0][0], 7.5);
}

#[test]
fn even_air_is_beer_lambert() {
    let values = fog().double("visibility", 50.0).int("output", 2);
    let z: Vec<f32> = (0..20_000).map(|i| i as f32 * 0.01).collect();
    let got = run_row(&DepthFog, &values, &z, &vec![[0.5, 0.5, 0.5, 1.0]; z.len()]);
    let sigma: f64 = 3.912_023_005_428_146 / 50.0;
    for (z, t) in z.iter().zip(got) {
        let want = (-sigma * f64::from(*z)).exp();
        assert!((f64::from(t[0]) - want).abs() < 1e-6, "{z} m: {} is not {want}", t[0]);
    }
}

/// Transmittance at one depth.
fn matte(values: Values, z: f32) -> f32 {
    run_row(&DepthFog, &values.int("output", 2), &[z], &[[0.2, 0.3, 0.4, 1.0]])[0][0]
}

#[test]
fn two_percent_are_left_at_the_visibility_of_every_exponential_model() {
    for (model, falloff) in [(0, 1.0), (1, 1.0), (0, 3.0), (1, 0.5)] {
        let values = fog().int("fogModel", model).double("falloff", falloff).double("fogStart", 10.0);
        assert!((matte(values.clone(), 110.0) - 0.02).abs() < 1e-6);
        assert!(matte(values.clone(), 60.0) > 0.02);
        assert_eq!(matte(values.clone(), 10.0), 1.0);
        assert_eq!(matte(values.clone(), 3.0), 1.0);
        assert_eq!(matte(values, f32::INFINITY), 0.0);
    }
}

#[test]
fn air_that_ends_thickens_no_more() {
    let values = fog().double("fogStart", 5.0).double("fogEnd", 25.0).set("useFogEnd", Value::Bool(true));
    let full = matte(values.clone(), 25.0);
    let sigma: f64 = 3.912_023_005_428_146 / 100.0;
    assert!((f64::from(full) - (-sigma * 20.0).exp()).abs() < 1e-6);
    assert_eq!(matte(values.clone(), 26.0), full);
    assert_eq!(matte(values, f32::INFINITY), full);
}

#[test]
fn a_linear_ramp_runs_from_start_to_end() {
    let ramp = fog().int("fogModel", 2).double("fogStart", 10.0).double("fogEnd", 30.0);
    for (z, want) in
        [(1.0, 1.0), (10.0, 1.0), (15.0, 0.75), (20.0, 0.5), (30.0, 0.0), (31.0, 0.0), (f32::INFINITY, 0.0)]
    {
        assert!((matte(ramp.clone(), z) - want).abs() < 1e-6, "{z}");
    }
    let bent = ramp.clone().double("falloff", 2.0);
    assert!((matte(bent, 20.0) - 0.75).abs() < 1e-6);
    let wall = ramp.double("fogEnd", 10.0);
    assert_eq!([matte(wall.clone(), 10.0), matte(wall, 10.001)], [1.0, 0.0]);
}

#[test]
fn no_more_is_hidden_than_the_maximum() {
    let values = fog().double("maxOpacity", 0.25);
    assert_eq!(matte(values.clone(), f32::INFINITY), 0.75);
    assert_eq!(matte(values.clone(), 1.0), matte(fog(), 1.0));
}

#[test]
fn opaque_stays_opaque_and_the_element_gives_the_result() {
    for seed in 0..50 {
        let mut r = Random::new(seed);
        let over = r.chance(0.5);
        let values = fog()
            .double("visibility", r.log_between(1.0, 200.0))
            .double("maxOpacity", r.between(0.3, 1.0))
            .double("mix", r.pick(&[1.0, 0.4]))
            .set("fogAlpha", Value::Bool(over));
        let scene =
            Scene::random(Rect::new(-3, 2, 30, 20), seed).mask(|x, y| ((x * 7 + y * 3).rem_euclid(11)) as f32 / 10.0);
        let result = scene.render(&DepthFog, &values);
        let element = scene.render(&DepthFog, &values.int("output", 1));
        for ((source, result), element) in scene.colour.iter().zip(&result).zip(&element) {
            let composited: [f32; 4] = std::array::from_fn(|c| element[c] + source[c] * (1.0 - element[3]));
            let channels = if over || source[3] == 1.0 || *source == [0.0; 4] { 4 } else { 3 };
            for c in 0..channels {
                assert!((composited[c] - result[c]).abs() < 1e-6, "{source:?} {element:?}: {composited:?} {result:?}");
            }
            if source[3] == 1.0 {
                assert_eq!(result[3], 1.0);
            }
            if !over {
                assert_eq!(result[3], source[3]);
            }
        }
    }
}

#[test]
fn depth_shows_metres_and_finite_numbers() {
    let z = [2.5, f32::INFINITY, f32::NAN];
    let got = run_row(&DepthFog, &fog().int("output", 3), &z, &[[0.1, 0.2, 0.3, 0.4]; 3]);
    assert_eq!(got, [[2.5, 2.5, 2.5, 1.0], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 1.0]]);
}

#[test]
fn the_plan_knows_when_nothing_happens() {
    let plan = |values: &Values, depth| {
        DepthFog.prepare(values).plan(&frame(Geometry::default(), RectD::new(0.0, 0.0, 9.0, 9.0), depth)).pass_through
    };
    assert_eq!(plan(&fog(), true), None);
    assert_eq!(plan(&fog(), false), Some(PassThrough::NoDepth));
    let cut = fog().double("fogStart", 9.0).double("fogEnd", 9.0).set("useFogEnd", Value::Bool(true));
    for neutral in [fog().double("mix", 0.0), fog().double("maxOpacity", 0.0), cut.clone()] {
        assert_eq!(plan(&neutral, true), Some(PassThrough::Neutral));
        assert_eq!(plan(&neutral.int("output", 2), true), None);
    }
    assert_eq!(plan(&cut.int("fogModel", 2), true), None);
}

#[test]
fn what_has_no_effect_is_greyed_out() {
    let linear = fog().int("fogModel", 2);
    let on = |values: &Values, name| DepthFog.enabled(values, name);
    assert!(on(&fog(), "visibility") && !on(&linear, "visibility"));
    assert!(!on(&fog(), "fogEnd") && on(&linear, "fogEnd"));
    assert!(on(&fog().set("useFogEnd", Value::Bool(true)), "fogEnd"));
    assert!(on(&fog(), "fogColour") && !on(&fog().int("output", 2), "fogColour"));
}

#[test]
fn saved_projects_keep_their_meaning() {
    assert_eq!(FogModel::LABELS, ["Exponential", "Exponential squared", "Linear", "None"]);
    assert_eq!(FogOutput::LABELS, ["Result", "Fog element", "Transmittance matte", "Depth"]);
    let names: Vec<String> = DepthFog.define().params().map(|p| p.name.clone()).collect();
    for name in [
        "fogModel",
        "visibility",
        "fogStart",
        "useFogEnd",
        "fogEnd",
        "fogAlongRay",
        "maxOpacity",
        "falloff",
        "fogColour",
        "fogAlpha",
    ] {
        assert!(names.iter().any(|n| n == name), "{name}");
    }
    assert_eq!(names[names.len() - 2..], ["mix", "maskInvert"]);
}
