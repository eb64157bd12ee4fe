//! Noise: fixed in the world, the same at every frame rate and render scale, even on the whole.

use super::noise::Noise;
use super::panels::LANES;
use super::sight::Lane;
use super::{DepthFog, Params};
use crate::geometry::{Geometry, Rect};
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, frame, same_bits};

const RECT: Rect = Rect::new(0, 0, 160, 90);
const FIELD: f64 = 60.0;

fn noisy() -> Values {
    Values::default()
        .set("fogAlongRay", Value::Bool(false))
        .double("noiseAmount", 1.0)
        .double("noiseScale", 2.0)
        .double("visibility", 30.0)
        .double("fieldOfView", FIELD)
        .int("output", 2)
}

/// A camera at a place that looks along the third axis, before a floor at height 0 and a ball: distance to the camera's plane and the point.
fn seen(eye: [f64; 3], x: f64, y: f64) -> (f64, [f64; 3]) {
    let half = (0.5 * FIELD).to_radians().tan();
    let d = [(x - 80.0) * half / 80.0, (y - 45.0) * half / 80.0, 1.0];
    let mut z = if d[1] < 0.0 { -eye[1] / d[1] } else { 40.0 };
    z = z.min(40.0);
    let (centre, radius) = ([0.5, 1.2, 9.0], 1.2);
    let o = [eye[0] - centre[0], eye[1] - centre[1], eye[2] - centre[2]];
    let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (a, b, c) = (dot(&d, &d), dot(&o, &d), dot(&o, &o) - radius * radius);
    let root = b * b - a * c;
    if root > 0.0 {
        z = z.min((-b - root.sqrt()) / a);
    }
    (z, [0, 1, 2].map(|i| eye[i] + z * d[i]))
}

fn scene(eye: [f64; 3]) -> Scene {
    Scene::new(RECT, |x, y| ([0.5, 0.5, 0.5, 1.0], seen(eye, f64::from(x) + 0.5, f64::from(y) + 0.5).0 as f32))
}

/// Parameters of a camera at that place; the third axis is forward.
fn standing(v: Values, eye: [f64; 3]) -> Values {
    v.double("cameraX", eye[0]).double("cameraHeight", eye[1]).double("cameraZ", -eye[2])
}

/// Logarithm of what the noise does to the transmittance, for each metre.
fn pattern(picture: &[Rgba], even: &[Rgba], z: &[f32]) -> Vec<f64> {
    picture
        .iter()
        .zip(even)
        .zip(z)
        .map(|((a, b), z)| (f64::from(b[0]).ln() - f64::from(a[0]).ln()) / f64::from(*z))
        .collect()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0 / n, s.1 + p.1 / n));
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|p| f(p.0 - mean.0, p.1 - mean.1)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// Where a point is in the picture of a camera.
fn projected(eye: [f64; 3], p: [f64; 3]) -> [f64; 2] {
    let half = (0.5 * FIELD).to_radians().tan();
    let z = p[2] - eye[2];
    [80.0 + 80.0 / half * (p[0] - eye[0]) / z, 45.0 + 80.0 / half * (p[1] - eye[1]) / z]
}

#[test]
fn noise_stays_in_the_world_when_the_camera_moves() {
    let eyes = [[0.0, 1.6, 0.0], [0.7, 1.7, 0.4]];
    let even = |eye| scene(eye).render(&DepthFog, &noisy().double("noiseAmount", 0.0).double("density", 0.999_999));
    let patterns = eyes.map(|eye| {
        let scene = scene(eye);
        let values = standing(noisy().int("noiseSteps", 24), eye);
        pattern(&scene.render(&DepthFog, &values), &even(eye), scene.z.as_ref().unwrap())
    });
    let (mut moved, mut fixed) = (Vec::new(), Vec::new());
    for y in 0..90 {
        for x in 0..160 {
            let (z, point) = seen(eyes[0], f64::from(x) + 0.5, f64::from(y) + 0.5);
            let [u, v] = projected(eyes[1], point);
            let (i, j) = (u.floor() as i32, v.floor() as i32);
            let other = seen(eyes[1], u, v).1;
            let same = (0..3).all(|k| (other[k] - point[k]).abs() < 0.01);
            if RECT.contains(i, j) && z < 15.0 && same {
                let at = |x: i32, y: i32| (y * 160 + x) as usize;
                moved.push((patterns[0][at(x, y)], patterns[1][at(i, j)]));
                fixed.push((patterns[0][at(x, y)], patterns[1][at(x, y)]));
            }
        }
    }
    assert!(moved.len() > 2000, "{}", moved.len());
    let (with, without) = (correlation(&moved), correlation(&fixed));
    // The ways through the air differ but for their ends.
    assert!(with > 0.75 && with > without + 0.3, "in the world {with}, in the picture {without}");
}

#[test]
fn a_place_in_the_world_has_one_noise_from_wherever_it_is_seen() {
    let p = Params::read(&noisy().double("noiseDetail", 6.0));
    let g = Geometry::default();
    let f = frame(g, g.rect_to_canonical(&RECT), true);
    let mut r = Random::new(2);
    let mut values = Vec::new();
    for _ in 0..500 {
        let place = [(); 3].map(|()| r.between(-50.0, 50.0));
        let [a, b] = [(); 2].map(|()| {
            let eye = [(); 3].map(|()| r.between(-100.0, 100.0));
            let from = [0, 1, 2].map(|i| (place[i] - eye[i]) as f32);
            let lane = Lane { way: from.map(|v| [v; LANES]), length: [1.0; LANES], ..Lane::new() };
            Noise::new(&p, &f, eye, 0.0).unwrap().densities(&lane, &[1.0; LANES], &[0.0; LANES])[0]
        });
        assert!((a - b).abs() < 2e-3, "{a} {b}");
        values.push(f64::from(a));
    }
    let spread = values.iter().map(|v| (v - 1.0).powi(2)).sum::<f64>() / 500.0;
    assert!((0.2..1.2).contains(&spread), "{spread}");
}

#[test]
fn a_position_pass_gives_the_same_noise_as_the_cameras_figures() {
    let eye = [3.0, 1.6, -2.0];
    let figures = scene(eye).render(&DepthFog, &standing(noisy(), eye));
    for (up, place) in [(0, [eye[0], eye[1], -eye[2]]), (1, [eye[0], eye[2], eye[1]])] {
        let with_pass = scene(eye).position(|x, y| {
            let p = seen(eye, f64::from(x) + 0.5, f64::from(y) + 0.5).1;
            let p = if up == 0 { [p[0], p[1], -p[2]] } else { [p[0], p[2], p[1]] };
            [p[0] as f32, p[1] as f32, p[2] as f32, 1.0]
        });
        // The pass knows the way of the rays: a wrong field of view and heading do no harm.
        let values = noisy().double("fieldOfView", 20.0).double("cameraHeading", 77.0).int("upAxis", up);
        let values = values.double("cameraX", place[0]).double("cameraY", place[1]).double("cameraZ", place[2]);
        let got = with_pass.render(&DepthFog, &values);
        let worst = got.iter().zip(&figures).map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f32::max);
        // The width of a pixel comes from the field of view.
        assert!(worst < 0.02, "{worst}");
    }
}

#[test]
fn the_same_second_is_the_same_picture_at_every_frame_rate() {
    let values = noisy().double("noiseDriftX", 1.5).double("noiseDriftY", -0.3).double("noiseEvolve", 0.7);
    let at = |frame: f64, rate: f64, v: &Values| scene([0.0, 1.6, 0.0]).at(frame, rate).render(&DepthFog, v);
    assert!(same_bits(&at(48.0, 24.0, &values), &at(120.0, 60.0, &values)));
    assert!(same_bits(&at(48.0, 24.0, &values), &at(50.0, 25.0, &values)));
    let off = |a: &[Rgba], b: &[Rgba]| a.iter().zip(b).map(|(a, b)| (a[0] - b[0]).abs()).fold(0.0, f32::max);
    assert!(off(&at(48.0, 24.0, &values), &at(96.0, 24.0, &values)) > 0.05);
    // A little later it is nearly the same: nothing flickers.
    assert!(off(&at(48.0, 24.0, &values), &at(48.1, 24.0, &values)) < 0.02);
    // Wind carries the noise along: after a second a camera that went with it sees the same.
    let wind = noisy().double("noiseDriftX", 1.5).double("noiseDriftZ", 0.5);
    let late = standing(wind.clone(), [1.5, 1.6, 0.5]);
    let moved = scene([0.0, 1.6, 0.0]).at(24.0, 24.0).render(&DepthFog, &late);
    let still = scene([0.0, 1.6, 0.0]).at(0.0, 24.0).render(&DepthFog, &standing(wind, [0.0, 1.6, 0.0]));
    assert!(off(&moved, &still) < 1e-3, "{}", off(&moved, &still));
}

#[test]
fn half_the_size_is_the_same_picture_smaller() {
    let values = noisy().double("noiseDetail", 2.0);
    let full = scene([0.0, 1.6, 0.0]).render(&DepthFog, &values);
    let half = Scene::new(Rect::new(0, 0, 80, 45), |x, y| {
        ([0.5, 0.5, 0.5, 1.0], seen([0.0, 1.6, 0.0], 2.0 * f64::from(x) + 1.0, 2.0 * f64::from(y) + 1.0).0 as f32)
    });
    let half = half.geometry(Geometry::new([0.5; 2], 1.0)).render(&DepthFog, &values);
    let mut off = Vec::new();
    for y in 0..45_usize {
        for x in 0..80_usize {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| full[(2 * y + j) * 160 + 2 * x + i][0]);
            let spread = four.iter().fold(0.0, |m: f32, v| m.max((v - four[0]).abs()));
            // Not across silhouettes.
            if spread < 0.05 {
                off.push((four.iter().sum::<f32>() / 4.0 - half[y * 80 + x][0]).abs());
            }
        }
    }
    off.sort_by(f32::total_cmp);
    let (mean, most) = (off.iter().sum::<f32>() / off.len() as f32, off[off.len() * 99 / 100]);
    // The floor far away is finer than pixels.
    assert!(off.len() > 3000 && mean < 4e-3 && most < 0.04, "{mean} {most}");
}

#[test]
fn noise_is_even_on_the_whole_and_has_no_grain() {
    let flat = Scene::new(RECT, |_, _| ([0.5, 0.5, 0.5, 1.0], 12.0));
    let mean = |seed: i32, steps: i32| {
        let picture =
            flat.render(&DepthFog, &noisy().int("seed", seed).int("noiseSteps", steps).double("noiseAmount", 0.5));
        // Neighbours differ little: no dots, no screen door.
        let grain =
            picture.windows(2).enumerate().filter(|(i, _)| i % 160 != 159).map(|(_, w)| (w[0][0] - w[1][0]).abs());
        assert!(grain.fold(0.0, f32::max) < 0.03);
        picture.iter().map(|p| f64::from(p[0]).ln()).sum::<f64>() / picture.len() as f64
    };
    let even = -3.912 * 12.0 / 30.0;
    for steps in [4, 16] {
        let all: f64 = (0..8).map(|seed| mean(seed, steps)).sum::<f64>() / 8.0;
        assert!((all / even - 1.0).abs() < 0.1, "{steps} steps: {all} for {even}");
    }
    assert!((mean(1, 8) - mean(2, 8)).abs() > 1e-4);
}

#[test]
fn noise_has_the_same_bits_in_any_window_and_instruction_set() {
    let values = noisy()
        .int("output", 0)
        .double("noiseEvolve", 0.3)
        .set("heightFog", Value::Bool(true))
        .double("cameraRoll", 10.0);
    let scene = Scene::random(RECT, 3);
    let whole = scene.render(&DepthFog, &values);
    let parts = [Rect::new(0, 0, 71, 33), Rect::new(71, 0, 160, 33), Rect::new(0, 33, 160, 90)];
    assert!(same_bits(&scene.clone().windows(&parts).threads(3).render(&DepthFog, &values), &whole));
    crate::simd::force_baseline(true);
    let baseline = scene.render(&DepthFog, &values);
    crate::simd::force_baseline(false);
    assert!(same_bits(&baseline, &whole));
}
