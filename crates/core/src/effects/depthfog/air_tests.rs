//! Layers, height fog, tints and colours against a march along the ray, and what must hold whatever the numbers.

use super::params::Params;
use super::reference::{self, Ray, march};
use super::{DepthFog, Kernel};
use crate::effect::Effect;
use crate::geometry::{Geometry, Rect};
use crate::image::ColourRow;
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, frame, run_row};

/// The rays that `run_row` gives its pixels: a camera of the picture's width that rolls and pitches.
fn rays(p: &Params, n: usize) -> Vec<Ray> {
    let half = (0.5 * p.depth.field_of_view).to_radians().tan();
    let (roll, pitch) = (p.camera.roll.to_radians(), p.camera.pitch.to_radians());
    let ray = |x: usize| {
        let tx = (x as f64 + 0.5 - 0.5 * n as f64) * 2.0 * half / n as f64;
        Ray { rise: tx * roll.sin() * pitch.cos() + pitch.sin(), length: (1.0 + tx * tx).sqrt() }
    };
    (0..n).map(ray).collect()
}

fn colour(r: &mut Random) -> Value {
    Value::Colour([r.between(0.0, 1.5), r.between(0.0, 1.0), r.between(-0.1, 1.0), 1.0])
}

pub(super) fn layers(mut v: Values, r: &mut Random) -> Values {
    for name in ["layer1", "layer2", "layer3"] {
        let near = r.between(0.0, 40.0);
        let set = |v: Values, what: &str, value| v.double(&format!("{name}{what}"), value);
        v = v.set(&format!("{name}On"), Value::Bool(r.chance(0.7)));
        v = set(v, "Near", near);
        v = set(v, "Far", near + r.between(0.0, 30.0));
        v = set(v, "NearSoftness", if r.chance(0.3) { 0.0 } else { r.between(0.0, 20.0) });
        v = set(v, "FarSoftness", if r.chance(0.3) { 0.0 } else { r.between(0.0, 20.0) });
        v = set(v, "Density", r.log_between(1e-3, 0.5));
        v = v.set(&format!("{name}Colour"), colour(r));
    }
    v
}

pub(super) fn height(v: Values, r: &mut Random) -> Values {
    v.set("heightFog", Value::Bool(true))
        .double("fogHeight", r.between(-3.0, 6.0))
        .double("heightFalloff", r.log_between(0.5, 30.0))
        .double("heightDensity", r.log_between(1e-3, 0.5))
        .double("cameraHeight", r.between(-2.0, 8.0))
        .double("cameraPitch", r.between(-40.0, 40.0))
        .double("cameraRoll", r.between(-180.0, 180.0))
        .double("fieldOfView", r.between(20.0, 110.0))
        .set("heightColour", colour(r))
}

pub(super) fn base(r: &mut Random) -> Values {
    let start = if r.chance(0.5) { 0.0 } else { r.between(0.0, 5.0) };
    Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .int("fogModel", r.pick(&[0, 0, 1, 2, 3]))
        .double("visibility", r.log_between(10.0, 1000.0))
        .double("fogStart", start)
        .double("fogEnd", start + r.log_between(10.0, 200.0))
        .set("useFogEnd", Value::Bool(r.chance(0.3)))
        .double("falloff", if r.chance(0.7) { 1.0 } else { r.between(0.5, 3.0) })
        .double("density", if r.chance(0.5) { 1.0 } else { r.between(0.1, 2.0) })
        .set("fogColour", colour(r))
        .set("farColour", colour(r))
        .double("colourBlend", if r.chance(0.5) { 0.0 } else { r.between(0.0, 1.0) })
        .set("extinctionTint", if r.chance(0.5) { Value::Colour([1.0; 4]) } else { colour(r) })
        .double("maxOpacity", if r.chance(0.6) { 1.0 } else { r.between(0.3, 1.0) })
        .double("desaturate", if r.chance(0.6) { 0.0 } else { r.between(0.0, 1.0) })
        .double("skyFog", r.between(0.0, 1.0))
        .set("fogAlpha", Value::Bool(r.chance(0.3)))
}

/// Where something begins or ends: steps of a march stop there.
pub(super) fn cuts(p: &Params) -> Vec<f64> {
    super::model::Air::new(p).bounds()
}

/// The largest difference between the kernel and a march in 10 000 steps.
fn off_march(values: &Values, r: &mut Random, steps: usize) -> f64 {
    let p = Params::read(values);
    assert!(!p.is_plain());
    let n = 16;
    let z: Vec<f32> = (0..n).map(|_| r.log_between(0.05, 300.0) as f32).collect();
    let colours: Vec<Rgba> = z.iter().map(|_| [0.3, 0.6, 0.1, 1.0].map(|v| v * r.between(0.2, 1.0) as f32)).collect();
    let got = run_row(&DepthFog, values, &z, &colours);
    let mut worst: f64 = 0.0;
    for (((z, c), got), ray) in z.iter().zip(&colours).zip(got).zip(rays(&p, n)) {
        let through = march(&p, f64::from(*z), &ray, steps, &cuts(&p));
        let want = reference::pixel(&p, f64::from(*z), through, c.map(f64::from));
        worst = got.iter().zip(want).map(|(g, w)| (f64::from(*g) - w).abs()).fold(worst, f64::max);
    }
    worst
}

#[test]
fn layers_equal_a_march_along_the_ray() {
    for seed in 0..40 {
        let mut r = Random::new(seed);
        let base = base(&mut r).int("output", r.pick(&[0, 0, 1, 2])).set("layer1On", Value::Bool(true));
        let values = layers(base, &mut r).double("skyFog", 0.9);
        let off = off_march(&values, &mut r, 10_000);
        assert!(off < 1e-4, "seed {seed}: {off:e} with {values:?}");
    }
}

#[test]
fn air_of_one_colour_equals_a_march_along_the_ray() {
    for seed in 0..40 {
        let mut r = Random::new(seed);
        let mut values = layers(base(&mut r).int("output", r.pick(&[0, 0, 1, 2])), &mut r);
        if r.chance(0.6) {
            values = height(values, &mut r);
        }
        let one = colour(&mut r);
        for of in ["fogColour", "layer1Colour", "layer2Colour", "layer3Colour", "heightColour"] {
            values = values.set(of, one.clone());
        }
        let values = values.set("layer1On", Value::Bool(true)).set("extinctionTint", Value::Colour([1.0; 4]));
        let values = values.double("colourBlend", 0.0).double("desaturate", 0.0).double("skyFog", 1.0);
        let off = off_march(&values, &mut r, 10_000);
        assert!(off < 1e-4, "seed {seed}: {off:e} with {values:?}");
    }
}

#[test]
fn height_fog_equals_a_march_along_the_ray() {
    let mut worst = (0.0, 0);
    for seed in 0..24 {
        let mut r = Random::new(seed);
        let mut values = height(base(&mut r).int("output", r.pick(&[0, 0, 1, 2])), &mut r);
        if r.chance(0.5) {
            values = layers(values, &mut r);
        }
        let off = off_march(&values, &mut r, 10_000);
        worst = if off > worst.0 { (off, seed) } else { worst };
    }
    assert!(worst.0 < 1e-4, "{:e} at seed {}", worst.0, worst.1);
}

#[test]
fn even_air_is_beer_lambert_whatever_else_is_on() {
    // A layer without density and full blend to the same colour leave the plain fog, by another way.
    let values = Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .double("visibility", 50.0)
        .double("density", 2.0)
        .double("colourBlend", 1.0)
        .set("layer1On", Value::Bool(true))
        .double("layer1Density", 0.0)
        .int("output", 2);
    let on_the_ground =
        values.clone().set("heightFog", Value::Bool(true)).double("fogHeight", 1e5).double("heightDensity", 0.02);
    let sigma: f64 = 2.0 * 3.912_023_005_428_146 / 50.0;
    let z: Vec<f32> = (0..4000).map(|i| i as f32 * 0.05).collect();
    let pixels = vec![[0.5, 0.5, 0.5, 1.0]; z.len()];
    for (z, t) in z.iter().zip(run_row(&DepthFog, &values, &z, &pixels)) {
        let want = (-sigma * f64::from(*z)).exp();
        assert!((f64::from(t[0]) - want).abs() < 1e-6, "{z} m: {} is not {want}", t[0]);
    }
    let p = Params::read(&on_the_ground);
    let got = run_row(&DepthFog, &on_the_ground, &z, &pixels);
    for ((z, t), ray) in z.iter().zip(got).zip(rays(&p, z.len())) {
        // The ground's fog is measured along the ray.
        let want = (-(sigma + 0.04 * ray.length) * f64::from(*z)).exp();
        assert!((f64::from(t[0]) - want).abs() < 2e-6, "{z} m: {} is not {want}", t[0]);
    }
}

#[test]
fn a_layer_split_in_two_is_the_same_layer() {
    for seed in 0..30 {
        let mut r = Random::new(seed);
        let (near, far) = (r.between(0.5, 10.0), r.between(20.0, 60.0));
        let middle = r.between(near + 2.0, far - 2.0);
        let soft = r.between(0.0, 3.0);
        let colour = colour(&mut r);
        let layer = |v: Values, name: &str, ends: [f64; 2], softness: [f64; 2]| {
            v.set(&format!("{name}On"), Value::Bool(true))
                .double(&format!("{name}Near"), ends[0])
                .double(&format!("{name}Far"), ends[1])
                .double(&format!("{name}NearSoftness"), softness[0])
                .double(&format!("{name}FarSoftness"), softness[1])
                .double(&format!("{name}Density"), 0.07)
                .set(&format!("{name}Colour"), colour.clone())
        };
        let one = layer(base(&mut r), "layer1", [near, far], [1.0, 2.0]);
        let two = layer(one.clone(), "layer1", [near, middle], [1.0, soft]);
        let two = layer(two, "layer2", [middle, far], [soft, 2.0]);
        let z: Vec<f32> = (0..300).map(|_| r.log_between(0.1, 200.0) as f32).collect();
        let pixels = vec![[0.7, 0.2, 0.4, 1.0]; z.len()];
        let (one, two) = (run_row(&DepthFog, &one, &z, &pixels), run_row(&DepthFog, &two, &z, &pixels));
        for (i, (a, b)) in one.iter().zip(&two).enumerate() {
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 3e-6), "seed {seed}, {} m: {a:?}, {b:?}", z[i]);
        }
    }
}

#[test]
fn the_element_over_the_picture_is_the_result() {
    for seed in 0..40 {
        let mut r = Random::new(seed);
        let mut values = layers(base(&mut r), &mut r).double("mix", r.pick(&[1.0, 0.4]));
        if r.chance(0.5) {
            values = height(values, &mut r);
        }
        if r.chance(0.2) {
            values = values.double("density", -0.7);
        }
        let p = Params::read(&values);
        let over = p.colour.alpha && !p.removes();
        let scene =
            Scene::random(Rect::new(-3, 2, 40, 20), seed).mask(|x, y| ((x * 7 + y * 3).rem_euclid(11)) as f32 / 10.0);
        let result = scene.render(&DepthFog, &values);
        let element = scene.render(&DepthFog, &values.clone().int("output", 1));
        for ((source, result), element) in scene.colour.iter().zip(&result).zip(&element) {
            let composited: [f32; 4] = std::array::from_fn(|c| element[c] + source[c] * (1.0 - element[3]));
            let channels = if over || source[3] == 1.0 || *source == [0.0; 4] { 4 } else { 3 };
            for c in 0..channels {
                let size = 1.0_f32.max(result[c].abs());
                assert!(
                    (composited[c] - result[c]).abs() < 1e-6 * size,
                    "seed {seed}: {source:?} {element:?}: {composited:?} {result:?}"
                );
            }
            if source[3] == 1.0 {
                assert_eq!(result[3], 1.0);
            }
        }
    }
}

#[test]
fn negative_density_takes_out_what_positive_density_put_in() {
    for seed in 0..20 {
        let mut r = Random::new(seed);
        let mut values = layers(base(&mut r), &mut r)
            .double("desaturate", 0.0)
            .double("hazeFloor", 0.05)
            .set("fogAlpha", Value::Bool(false));
        if r.chance(0.5) {
            values = height(values, &mut r);
        }
        let hazy = values.clone().double("density", 1.0);
        let clear = values.double("density", -1.0);
        let z: Vec<f32> = (0..200).map(|_| r.log_between(0.1, 200.0) as f32).collect();
        let pixels: Vec<Rgba> = z.iter().map(|_| [(); 4].map(|()| r.between(0.3, 1.0) as f32)).collect();
        let left = run_row(&DepthFog, &hazy.clone().int("output", 2), &z, &pixels);
        let back = run_row(&DepthFog, &clear, &z, &run_row(&DepthFog, &hazy, &z, &pixels));
        for i in 0..z.len() {
            for c in 0..3 {
                if left[i][c] > 0.05 {
                    assert!(
                        (back[i][c] - pixels[i][c]).abs() < 1e-6 / left[i][c],
                        "seed {seed}: {:?} {:?}",
                        back[i],
                        pixels[i]
                    );
                } else {
                    assert!(back[i][c].is_finite() && back[i][c].abs() < 100.0);
                }
            }
        }
    }
}

#[test]
fn the_sky_has_its_own_share_and_odd_depths_do_no_harm() {
    let values = Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .double("skyFog", 0.25)
        .set("layer1On", Value::Bool(true));
    let matte = |values: &Values, z: f32| run_row(&DepthFog, &values.clone().int("output", 2), &[z], &[[0.5; 4]])[0];
    assert_eq!(matte(&values, f32::INFINITY), [0.75; 4]);
    assert_eq!(matte(&values, f32::NAN), [1.0; 4]);
    for seed in 0..20 {
        let mut r = Random::new(seed);
        let values = height(layers(base(&mut r), &mut r), &mut r);
        let odd = [0.0, -1.0, 1e-30, 1e9, 1e10, f32::MAX, f32::INFINITY, f32::NAN, f32::MIN_POSITIVE];
        for output in 0..3 {
            let got = run_row(&DepthFog, &values.clone().int("output", output), &odd, &[[0.5, 0.2, 0.1, 0.7]; 9]);
            assert!(got.iter().flatten().all(|v| v.is_finite()), "{got:?} with {values:?}");
        }
    }
}

#[test]
fn neighbours_in_a_row_do_not_matter() {
    let mut r = Random::new(1);
    let noisy = Values::default().double("noiseAmount", 1.0).double("sunGlow", 1.0);
    for values in [height(layers(base(&mut r), &mut r), &mut r), Values::default(), noisy] {
        neighbours_do_not_matter(&values, &mut r);
    }
}

fn neighbours_do_not_matter(values: &Values, r: &mut Random) {
    let prepared = DepthFog.prepare(values);
    let g = Geometry::default();
    let rect = Rect::new(0, 0, 200, 1);
    let bytes = vec![0; 800];
    let format =
        crate::image::PixelFormat { depth: crate::image::Depth::Float, components: crate::image::Components::Alpha };
    let image = crate::image::ImageRef::new(rect, format, vec![&bytes]).unwrap();
    let region = g.rect_to_canonical(&rect);
    let stage = crate::depth::DepthStage::new(prepared.depth(), image, g, g, &region);
    let beside = Default::default();
    let Kernel::Rows(kernel) = prepared.kernel(&frame(g, region, true), &stage, &beside) else { panic!("rows") };
    let z: Vec<f32> = (0..200).map(|_| r.log_between(0.1, 200.0) as f32).collect();
    let run = |from: usize, to: usize| {
        let mut planes = [(); 4].map(|()| vec![0.5f32; to - from]);
        let [r, g, b, a] = &mut planes;
        kernel.row(from as i32, 0, &z[from..to], ColourRow { r, g, b, a });
        planes
    };
    let whole = run(0, 200);
    for (from, to) in [(0, 1), (3, 70), (63, 65), (100, 200)] {
        for (part, whole) in run(from, to).iter().zip(&whole) {
            assert!(part.iter().zip(&whole[from..to]).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
    // Nor does it matter where in the row they are.
    let columns: Vec<i32> = (0..200).filter(|x| x % 3 != 1).chain(40..90).collect();
    let z: Vec<f32> = columns.iter().map(|x| z[*x as usize]).collect();
    let mut planes = [(); 4].map(|()| vec![0.5f32; z.len()]);
    let [r, g, b, a] = &mut planes;
    kernel.places(&columns, 0, &z, ColourRow { r, g, b, a });
    for (part, whole) in planes.iter().zip(&whole) {
        assert!(part.iter().zip(&columns).all(|(a, x)| a.to_bits() == whole[*x as usize].to_bits()), "{values:?}");
    }
}

#[test]
fn what_lies_in_the_world_is_the_same_fog_however_distances_are_counted() {
    for seed in 0..20 {
        let mut r = Random::new(seed);
        let values = height(Values::default(), &mut r).int("fogModel", 3);
        let n = 300;
        let z: Vec<f32> = (0..n).map(|_| r.log_between(0.05, 300.0) as f32).collect();
        let pixels: Vec<Rgba> = z.iter().map(|_| [0.3, 0.6, 0.1, 1.0]).collect();
        let [by_plane, along] = [false, true]
            .map(|on| run_row(&DepthFog, &values.clone().set("fogAlongRay", Value::Bool(on)), &z, &pixels));
        for ((a, b), z) in by_plane.iter().flatten().zip(along.iter().flatten()).zip(&z) {
            assert!((a - b).abs() < 2e-5, "seed {seed}, {z} m: {a} by the plane, {b} along the ray");
        }
    }
}

#[test]
fn tinted_air_and_layers_count_along_the_ray() {
    let (n, z) = (1001, 20.0_f32);
    let values = Values::default()
        .double("fieldOfView", 90.0)
        .double("visibility", 50.0)
        .int("output", 2)
        .set("extinctionTint", Value::Colour([0.5, 1.0, 2.0, 1.0]))
        .set("layer1On", Value::Bool(true))
        .double("layer1Near", 22.0)
        .double("layer1Far", 40.0)
        .double("layer1NearSoftness", 0.0)
        .double("layer1Density", 0.1);
    let got = run_row(&DepthFog, &values, &vec![z; n], &vec![[0.5, 0.5, 0.5, 1.0]; n]);
    for (i, t) in got.iter().enumerate() {
        let tangent = f64::from(2 * i as i32 - 1000) / 1001.0;
        let way = f64::from(z) * (1.0 + tangent * tangent).sqrt();
        let depth = 3.912_023_005_428_146 / 50.0 * way + 0.1 * (way - 22.0).max(0.0);
        for (t, tint) in t.iter().zip([0.5, 1.0, 2.0]) {
            let want = (-tint * depth).exp();
            assert!((f64::from(*t) - want).abs() < 1e-3, "{i}: {t} is not {want}");
        }
    }
}
