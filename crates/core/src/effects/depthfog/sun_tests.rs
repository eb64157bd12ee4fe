//! The sun in the air, light rays, scatter blur and a picture of fog.

use super::DepthFog;
use crate::effect::Effect;
use crate::geometry::{Geometry, Rect};
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, assert_close, frame, same_bits};

const RECT: Rect = Rect::new(0, 0, 192, 96);
const GREY: Rgba = [0.2, 0.2, 0.2, 1.0];

/// The sun in the middle of the upper half, isotropic and white, so that all light is what the air lets in.
fn sunny() -> Values {
    Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .set("sunPosition", Value::Point([96.0, 72.0]))
        .set("sunColour", Value::Colour([1.0; 4]))
        .double("sunAnisotropy", 0.0)
        .double("rays", 1.0)
        .set("fogColour", Value::Colour([0.0, 0.0, 0.0, 1.0]))
        .double("visibility", 40.0)
}

fn at(picture: &[Rgba], x: i32, y: i32) -> f32 {
    picture[(y * 192 + x) as usize][0]
}

/// Before an open sky: a wide bar at 10 m under the sun, and a box in the shadow and one in the light, at a distance.
fn scene(boxes: f32) -> Scene {
    Scene::new(RECT, |x, y| {
        let bar = (60..70).contains(&y) && (70..122).contains(&x);
        let lit = (10..20).contains(&x) && (20..30).contains(&y);
        let shaded = (90..100).contains(&x) && (20..30).contains(&y);
        (
            GREY,
            if bar {
                10.0
            } else if lit || shaded {
                boxes
            } else {
                f32::INFINITY
            },
        )
    })
}

/// What the rays add, beside the fog without them.
fn added(scene: &Scene, values: &Values) -> Vec<Rgba> {
    let with = scene.render(&DepthFog, values);
    let without = scene.render(&DepthFog, &values.clone().double("rays", 0.0).double("density", 1.000_001));
    with.iter().zip(&without).map(|(a, b)| std::array::from_fn(|c| a[c] - b[c])).collect()
}

#[test]
fn light_is_kept_away_behind_things_and_hidden_by_nearer_ones() {
    let held = |z: f32| 1.0 - (-3.912 * z / 40.0).exp();
    let mut before = 0.0;
    for z in [0.5, 2.0, 8.0, 30.0, 200.0] {
        let light = added(&scene(z), &sunny());
        let (lit, shaded) = (at(&light, 15, 25), at(&light, 95, 25));
        // Never more than the air before the box could send, and nearly all of that where nothing is in the way.
        assert!(lit <= held(z) * 1.001 && lit > 0.8 * held(z), "{z} m: {lit} of {}", held(z));
        assert!(shaded < lit, "{z} m: {shaded}, {lit}");
        // The farther the box, the more lit air is before it.
        assert!(lit > before);
        before = lit;
        if z > 10.0 {
            assert!(shaded < 0.95 * lit, "{z} m: {shaded}, {lit}");
        }
    }
    let light = added(&scene(1.0), &sunny());
    assert!(at(&light, 15, 25) < 0.15 * at(&light, 15, 40), "a near box hides the shaft behind it");
}

/// Slowly, for one pixel: the way to the sun in fine steps, and the air in fine steps of depth.
fn followed(scene: &Scene, length: f64, (x, y): (f64, f64)) -> f64 {
    let z = scene.z.as_ref().unwrap();
    let depth = |x: f64, y: f64| {
        let (i, j) = ((x.floor() as i32).clamp(0, 191), (y.floor() as i32).clamp(0, 95));
        f64::from(z[(j * 192 + i) as usize])
    };
    let (dx, dy) = (96.0 - x, 72.0 - y);
    let way = (dx * dx + dy * dy).sqrt();
    let share = (length / way).min(1.0);
    let own = depth(x, y);
    let held = |z: f64| 1.0 - (-3.912 * z / 40.0).exp();
    let (mut sum, mut weights) = (0.0, 0.0);
    for i in 0..4000 {
        let u = share * (f64::from(i) + 0.5) / 4000.0;
        let weight = 1.0 - u * way / length;
        // The air is lit as far as the light passes before what is there.
        sum += weight * held(own.min(depth(x + u * dx, y + u * dy) * (1.0 - u)));
        weights += weight;
    }
    sum / weights
}

#[test]
fn rays_are_what_slow_rays_are() {
    for boxes in [5.0, 30.0] {
        let scene = scene(boxes);
        let light = added(&scene, &sunny().int("raySamples", 128));
        let mut worst: f64 = 0.0;
        for (x, y) in [(15, 25), (95, 25), (30, 50), (95, 50), (150, 10), (100, 40), (96, 90), (60, 30)] {
            let want = followed(&scene, 96.0, (f64::from(x) + 0.5, f64::from(y) + 0.5));
            worst = worst.max((f64::from(at(&light, x, y)) - want).abs());
        }
        assert!(worst < 0.03, "{worst}");
    }
}

#[test]
fn rays_have_no_bands() {
    // One straight edge, and the default number of samples: the shadow's rows and columns run smoothly.
    let edge = Scene::new(RECT, |x, y| (GREY, if y > 60 && x < 90 { 10.0 } else { f32::INFINITY }));
    let light = added(&edge, &sunny());
    let mut worst = 0.0_f32;
    for y in 5..50 {
        for x in 4..188 {
            let bend = at(&light, x - 2, y) - 2.0 * at(&light, x, y) + at(&light, x + 2, y);
            let rise = at(&light, x, y - 2) - 2.0 * at(&light, x, y) + at(&light, x, y + 2);
            worst = worst.max(bend.abs()).max(rise.abs());
        }
    }
    assert!(worst < 0.016, "{worst}");
}

#[test]
fn the_glow_follows_henyey_and_greenstein() {
    let g: f64 = 0.6;
    let values =
        sunny().double("rays", 0.0).double("sunGlow", 2.0).double("sunAnisotropy", g).double("fieldOfView", 60.0);
    let flat = Scene::new(RECT, |_, _| ([0.0, 0.0, 0.0, 1.0], 40.0));
    let got = flat.render(&DepthFog, &values);
    let half = 30.0_f64.to_radians().tan();
    for (x, y) in [(96, 72), (10, 5), (150, 80), (191, 0)] {
        let direction = |x: f64, y: f64| {
            let d = [(x - 96.0) / 96.0 * half, (y - 48.0) / 96.0 * half, 1.0];
            let length = d.iter().map(|v| v * v).sum::<f64>().sqrt();
            d.map(|v| v / length)
        };
        let (a, b) = (direction(f64::from(x) + 0.5, f64::from(y) + 0.5), direction(96.0, 72.0));
        let cosine: f64 = (0..3).map(|i| a[i] * b[i]).sum();
        let phase = |c: f64| (1.0 - g * g) / (1.0 + g * g - 2.0 * g * c).powf(1.5);
        let want = 2.0 * 0.98 * phase(cosine) / phase(1.0);
        assert!((f64::from(at(&got, x, y)) - want).abs() < 1e-4, "{x}, {y}: {} {want}", at(&got, x, y));
    }
}

fn all_around() -> Vec<Values> {
    let base = || sunny().double("rayLength", 0.1).double("visibility", 20.0);
    vec![
        base(),
        base().double("rays", 0.0).double("scatterBlur", 6.0),
        base()
            .double("scatterBlur", 3.0)
            .set("heightFog", Value::Bool(true))
            .double("noiseAmount", 0.5)
            .int("noiseSteps", 2),
        base().int("raySamples", 9).set("sunPosition", Value::Point([-500.0, 300.0])).int("output", 1),
    ]
}

#[test]
fn windows_threads_and_instruction_sets_do_not_change_a_bit() {
    for values in all_around() {
        let scene = Scene::random(RECT, 3);
        let whole = scene.render(&DepthFog, &values);
        let parts =
            [Rect::new(0, 0, 71, 33), Rect::new(71, 0, 192, 33), Rect::new(0, 33, 192, 34), Rect::new(0, 34, 192, 96)];
        let cut = scene.clone().windows(&parts).threads(3).render(&DepthFog, &values);
        assert!(same_bits(&cut, &whole), "{values:?}");
        crate::simd::force_baseline(true);
        let baseline = scene.render(&DepthFog, &values);
        crate::simd::force_baseline(false);
        assert!(same_bits(&baseline, &whole), "{values:?}");
    }
}

#[test]
fn nothing_beyond_the_reach_is_looked_at() {
    let rect = Rect::new(0, 0, 600, 120);
    let window = Rect::new(290, 50, 300, 60);
    for values in all_around() {
        let g = Geometry::default();
        let plan = DepthFog.prepare(&values).plan(&frame(g, g.rect_to_canonical(&rect), true));
        let mut scene = Scene::random(rect, 5).windows(&[window]);
        let clean = scene.render(&DepthFog, &values);
        let beyond =
            |reach: f64, i: usize| !window.grow(reach.ceil() as i32).contains((i % 600) as i32, (i / 600) as i32);
        assert!((0..scene.colour.len()).any(|i| beyond(plan.depth_reach, i)), "{}", plan.depth_reach);
        for i in 0..scene.colour.len() {
            if beyond(plan.source_reach, i) {
                scene.colour[i] = [f32::NAN; 4];
            }
            if beyond(plan.depth_reach, i) {
                scene.z.as_mut().unwrap()[i] = 0.01;
            }
        }
        assert!(same_bits(&scene.render(&DepthFog, &values), &clean), "{values:?}");
    }
}

#[test]
fn half_the_size_is_the_same_picture_smaller() {
    let values = sunny().double("scatterBlur", 8.0).set("fogColour", Value::Colour([0.3, 0.3, 0.3, 1.0]));
    let blob = |x: f64, y: f64| {
        let near = ((x - 96.0).powi(2) + (y - 60.0).powi(2)).sqrt() < 16.0;
        let bright = (0.5 + 0.4 * (x * 0.2).sin() * (y * 0.25).cos()) as f32;
        ([bright, bright, bright, 1.0], if near { 6.0 } else { 60.0 })
    };
    let full = Scene::new(RECT, |x, y| blob(f64::from(x) + 0.5, f64::from(y) + 0.5)).render(&DepthFog, &values);
    let half = Scene::new(Rect::new(0, 0, 96, 48), |x, y| blob(2.0 * f64::from(x) + 1.0, 2.0 * f64::from(y) + 1.0));
    let half = half.geometry(Geometry::new([0.5; 2], 1.0)).render(&DepthFog, &values);
    let mut off = Vec::new();
    for y in 0..48_i32 {
        for x in 0..96_i32 {
            let four: f32 = [(0, 0), (1, 0), (0, 1), (1, 1)].iter().map(|(i, j)| at(&full, 2 * x + i, 2 * y + j)).sum();
            off.push((four / 4.0 - half[(y * 96 + x) as usize][0]).abs());
        }
    }
    off.sort_by(f32::total_cmp);
    assert!(off[off.len() * 97 / 100] < 0.02, "{}", off[off.len() * 97 / 100]);
}

#[test]
fn scatter_blur_softens_what_is_far_and_keeps_surfaces_apart() {
    let values = Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .double("scatterBlur", 10.0)
        .double("visibility", 100.0)
        .set("fogColour", Value::Colour([0.0, 0.0, 0.0, 1.0]));
    // A red thing close to the camera before a far green pattern.
    let scene = Scene::new(RECT, |x, y| {
        let near = (60..100).contains(&x) && (30..60).contains(&y);
        let stripe = if (x / 2) % 2 == 0 { 0.9 } else { 0.1 };
        if near { ([0.8, 0.0, 0.0, 1.0], 0.1) } else { ([0.0, stripe, 0.0, 1.0], 80.0) }
    });
    let got = scene.render(&DepthFog, &values);
    let plain = scene.render(&DepthFog, &values.clone().double("scatterBlur", 0.0));
    for (i, (got, plain)) in got.iter().zip(&plain).enumerate() {
        let (x, y) = ((i % 192) as i32, (i / 192) as i32);
        let near = (60..100).contains(&x) && (30..60).contains(&y);
        if near {
            assert_close(&[*got], &[*plain], 1e-5, "near things stay as they are");
        } else {
            assert!(got[0] < 1e-5, "{x}, {y}: red has smeared into the distance: {got:?}");
        }
        assert_eq!(got[3], 1.0);
    }
    let contrast = |p: &[Rgba], y: i32| {
        let row: Vec<f32> = (120..160).map(|x| p[(y * 192 + x) as usize][1]).collect();
        row.iter().fold(0.0, |m: f32, v| m.max(*v)) - row.iter().fold(1.0, |m: f32, v| m.min(*v))
    };
    assert!(contrast(&got, 10) < 0.15 * contrast(&plain, 10), "{} {}", contrast(&got, 10), contrast(&plain, 10));
    // What is even stays even.
    let even = Scene::new(RECT, |x, _| ([0.4, 0.3, 0.2, 1.0], if x < 50 { 3.0 } else { 90.0 }));
    let (blurred, sharp) =
        (even.render(&DepthFog, &values), even.render(&DepthFog, &values.clone().double("scatterBlur", 0.0)));
    assert_close(&blurred, &sharp, 1e-5, "even");
}

#[test]
fn a_picture_of_fog_takes_the_place_of_its_colour() {
    let mut r = Random::new(4);
    let scene = Scene::random(RECT, 4);
    let colour = [0.3_f32, 0.7, 0.1, 1.0];
    for extra in [
        Values::default(),
        Values::default()
            .set("layer2On", Value::Bool(true))
            .set("heightFog", Value::Bool(true))
            .double("noiseAmount", 0.4),
    ] {
        let set = Value::Colour(colour.map(f64::from));
        let values = Values(
            [extra.0, Values::default().double("visibility", r.between(10.0, 60.0)).double("maxOpacity", 0.9).0]
                .concat(),
        );
        let by_colour = scene.render(&DepthFog, &values.clone().set("fogColour", set));
        let by_picture = scene.clone().fog(|_, _| colour).render(&DepthFog, &values);
        assert_close(&by_picture, &by_colour, 2e-5, "one colour");
    }
    let image = |x: i32, y: i32| [x as f32 / 192.0, y as f32 / 96.0, 0.5, 1.0];
    let values = Values::default().double("visibility", 30.0);
    let got = scene.clone().fog(image).render(&DepthFog, &values);
    let matte = scene.render(&DepthFog, &values.int("output", 2));
    for (i, (got, source)) in got.iter().zip(&scene.colour).enumerate() {
        let (fog, t) = (image((i % 192) as i32, (i / 192) as i32), matte[i][0]);
        for c in 0..3 {
            let want = source[c] * t + fog[c] * (1.0 - t) * source[3];
            assert!((got[c] - want).abs() < 2e-6, "{} {want}", got[c]);
        }
    }
}

#[test]
fn strange_suns_and_pictures_do_no_harm() {
    for point in [[f64::NAN, 0.0], [1e7, -1e7], [96.0, 72.0], [0.0, 0.0]] {
        for field in [0.1, 179.0] {
            let values = sunny()
                .set("sunPosition", Value::Point(point))
                .double("fieldOfView", field)
                .double("scatterBlur", 300.0)
                .int("raySamples", 8);
            let odd = [f32::NAN, f32::INFINITY, -1.0, 1e30, 0.0];
            let scene = Scene::new(Rect::new(0, 0, 40, 20), |x, _| {
                ([0.5, 0.5, 0.5, 1.0], if x < 5 { odd[x as usize] } else { 9.0 })
            });
            let got = scene.fog(|x, _| [odd[(x % 5) as usize]; 4]).render(&DepthFog, &values);
            assert!(got.iter().flatten().all(|v| v.is_finite()), "{point:?}");
        }
    }
}
