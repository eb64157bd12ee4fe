//! Whole renders through the driver with every effect that works on rows: windows, threads, formats, alpha, mask and mix.

use crate::effect::{Effect, PassThrough};
use crate::effects::{depthfog::DepthFog, depthgrade::DepthGrade};
use crate::geometry::Rect;
use crate::image::{Alpha, Components, Depth};
use crate::params::{Value, Values};
use crate::render::Outcome;
use crate::simd::Level;
use crate::testing::{Random, Rgba, Scene, assert_close, same_bits};

const RECT: Rect = Rect::new(-5, 3, 60, 50);

/// Effects at work, one setting for each output and then some.
fn at_work() -> Vec<(&'static dyn Effect, Values)> {
    let mut all: Vec<(&'static dyn Effect, Values)> = Vec::new();
    for output in 0..4 {
        let fog = Values::default().double("visibility", 40.0).int("output", output);
        all.push((&DepthFog, fog.clone()));
        all.push((&DepthFog, fog.double("falloff", 1.7).set("fogAlpha", Value::Bool(true)).int("invalidDepth", 2)));
        let grade = Values::default()
            .double("nearExposure", -1.0)
            .set("midGamma", Value::Colour([1.3, 1.0, 0.8, 1.0]))
            .double("farSaturation", 0.2)
            .double("masterExposure", 0.3)
            .double("farStart", 30.0)
            .int("output", output);
        all.push((&DepthGrade, grade.clone()));
        all.push((&DepthGrade, grade.clone().int("zoneSpace", 2).int("invalidDepth", 3)));
        let log = grade.int("gradeSpace", 1).double("midContrast", 1.3).double("nearTemperature", 0.7);
        all.push((&DepthGrade, log.clone().double("luminanceMix", 0.4).set("clampBlack", Value::Bool(true))));
        all.push((&DepthGrade, log.clone().set("continuous", Value::Bool(true)).double("farPivot", 0.3)));
        let picked = log.int("gradeSpace", 0).int("nearEndMode", 1).set("isolate", Value::Bool(true));
        all.push((&DepthGrade, picked.int("targetMode", 1).set("targetPoint", Value::Point([20.0, 20.0]))));
    }
    all
}

fn result_only() -> Vec<(&'static dyn Effect, Values)> {
    let is_result = |v: &Values| v.0.iter().any(|(n, v)| n == "output" && *v == Value::Int(0));
    at_work().into_iter().filter(|(_, v)| is_result(v)).collect()
}

/// Cuts a rectangle into random pieces that together hold each pixel once.
fn cut(rect: Rect, random: &mut Random, pieces: &mut Vec<Rect>) {
    let (w, h) = (rect.width() as f64, rect.height() as f64);
    if rect.is_empty() || w * h < 4.0 || random.chance(0.15) {
        if !rect.is_empty() {
            pieces.push(rect);
        }
        return;
    }
    let at = |low: i32, size: f64, random: &mut Random| low + random.between(0.0, size + 1.0) as i32;
    let (mut a, mut b) = (rect, rect);
    if random.chance(0.5) {
        let x = at(rect.x1, w, random);
        (a.x2, b.x1) = (x, x);
    } else {
        let y = at(rect.y1, h, random);
        (a.y2, b.y1) = (y, y);
    }
    if a == rect || b == rect {
        return pieces.push(rect);
    }
    cut(a, random, pieces);
    cut(b, random, pieces);
}

#[test]
fn windows_and_threads_do_not_change_a_bit() {
    for (i, (effect, values)) in at_work().iter().enumerate() {
        let scene = Scene::random(RECT, i as u64).mask(|x, y| ((x + y) & 7) as f32 / 7.0);
        let whole = scene.clone().render(*effect, values);
        for seed in 0..4 {
            let mut pieces = Vec::new();
            cut(RECT, &mut Random::new(seed), &mut pieces);
            let cut = scene.clone().windows(&pieces).threads(1 + 2 * (seed as usize & 1)).render(*effect, values);
            assert!(same_bits(&whole, &cut), "{} with {values:?} in {pieces:?}", effect.info().name);
        }
    }
}

#[test]
fn a_picture_too_large_for_the_caches_is_the_same() {
    let rect = Rect::new(0, 0, 1100, 500);
    let scene = Scene::random(rect, 5);
    let values = Values::default().int("depthEdges", 1);
    let whole = scene.clone().threads(2).render(&DepthFog, &values);
    let halves = [Rect::new(0, 0, 501, 500), Rect::new(501, 0, 1100, 500)];
    assert!(same_bits(&whole, &scene.windows(&halves).render(&DepthFog, &values)));
}

#[test]
fn instruction_sets_do_not_change_a_bit() {
    for (effect, values) in at_work() {
        let scene = Scene::random(RECT, 12);
        let best = scene.render(effect, &values);
        for level in Level::all_here() {
            crate::simd::use_at_most(level);
            let got = scene.render(effect, &values);
            crate::simd::force_baseline(false);
            assert!(same_bits(&best, &got), "{} with {values:?}, {level:?}", effect.info().name);
        }
    }
}

#[test]
fn nothing_outside_the_window_is_written() {
    let window = Rect::new(3, 10, 20, 21);
    for (effect, values) in at_work() {
        let got = Scene::random(RECT, 1).windows(&[window]).render(effect, &values);
        for (i, p) in got.iter().enumerate() {
            let (x, y) = (RECT.x1 + (i % RECT.width()) as i32, RECT.y1 + (i / RECT.width()) as i32);
            assert_eq!(window.contains(x, y), *p != [77.0; 4], "{x}, {y}: {p:?}");
        }
    }
}

#[test]
fn formats_agree_within_their_steps() {
    for (effect, values) in result_only() {
        // Colours that each format holds exactly: steps of 1/255 do for bytes and shorts.
        let mut random = Random::new(5);
        let scene = Scene::new(RECT, |_, _| {
            let c = [(); 3].map(|()| (random.bits() % 256) as f32 / 255.0);
            ([c[0], c[1], c[2], 1.0], random.log_between(0.5, 200.0) as f32)
        });
        let float = scene.clone().render(effect, &values);
        let clamped: Vec<Rgba> = float.iter().map(|p| p.map(|v| v.clamp(0.0, 1.0))).collect();
        for components in [Components::Rgba, Components::Bgra, Components::Rgb] {
            let stored = |depth| scene.clone().stored_as(depth, components).render(effect, &values);
            assert_close(&stored(Depth::Byte), &clamped, 0.51 / 255.0, "byte");
            assert_close(&stored(Depth::Short), &clamped, 0.51 / 65535.0, "short");
            assert!(same_bits(&stored(Depth::Float), &float), "{components:?}");
            // Half loses 2⁻¹¹ on the way in and on the way out; grades up to three stops and gammas steepen it.
            assert_close(&stored(Depth::Half), &float, 6e-3, "half");
        }
    }
}

#[test]
fn premultiplied_and_straight_clips_give_the_same_picture() {
    for (effect, values) in result_only() {
        let scene = Scene::random(RECT, 9);
        let premultiplied = scene.clone().render(effect, &values);
        let straight = scene.clone().alpha(Alpha::Straight).render(effect, &values);
        let multiplied: Vec<Rgba> = straight
            .iter()
            .map(|&[r, g, b, a]| if a > 0.0 { [r * a, g * a, b * a, a] } else { [r, g, b, a] })
            .collect();
        assert_close(&multiplied, &premultiplied, 1e-5, effect.info().name);
        let opaque = scene.alpha(Alpha::Opaque).render(effect, &values);
        assert!(opaque.iter().all(|p| p[3] == 1.0));
    }
}

#[test]
fn mattes_are_the_same_whatever_the_alpha_means() {
    for (effect, values) in [
        (&DepthFog as &dyn Effect, Values::default().int("output", 2)),
        (&DepthFog, Values::default().int("output", 3)),
        (&DepthGrade, Values::default().int("output", 2)),
        (&DepthGrade, Values::default().int("output", 3)),
    ] {
        let scene = Scene::random(RECT, 2);
        let premultiplied = scene.clone().render(effect, &values);
        for alpha in [Alpha::Straight, Alpha::Opaque] {
            assert!(same_bits(&scene.clone().alpha(alpha).render(effect, &values), &premultiplied), "{alpha:?}");
        }
        // Mask and mix are for results.
        let masked = scene.mask(|_, _| 0.0).render(effect, &values.double("mix", 0.2));
        assert!(same_bits(&masked, &premultiplied));
    }
}

#[test]
fn mask_and_mix_weigh_the_result_over_the_source() {
    for (effect, values) in result_only() {
        let scene = Scene::random(RECT, 4);
        let full = scene.render(effect, &values);
        let blend = |amount: &dyn Fn(usize) -> f32| -> Vec<Rgba> {
            let pairs = scene.colour.iter().zip(&full).enumerate();
            pairs.map(|(i, (s, f))| std::array::from_fn(|c| s[c] + amount(i) * (f[c] - s[c]))).collect()
        };
        let weight = |x: i32, y: i32| ((x - RECT.x1) + 2 * (y - RECT.y1)) as f32 / 150.0;
        let at =
            |i: usize| weight(RECT.x1 + (i % RECT.width()) as i32, RECT.y1 + (i / RECT.width()) as i32).clamp(0.0, 1.0);
        let name = effect.info().name;
        let half = scene.render(effect, &values.clone().double("mix", 0.5));
        // Straight colours are divided by alpha and multiplied back: a few more roundings.
        assert_close(&half, &blend(&|_| 0.5), 2e-6, name);
        let masked = scene.clone().mask(weight);
        assert_close(&masked.render(effect, &values), &blend(&at), 2e-6, name);
        assert_close(&masked.render(effect, &values.clone().double("mix", 0.5)), &blend(&|i| 0.5 * at(i)), 2e-6, name);
        let inverted = values.clone().set("maskInvert", Value::Bool(true));
        assert_close(&masked.render(effect, &inverted), &blend(&|i| 1.0 - at(i)), 2e-6, name);
    }
}

#[test]
fn depth_to_be_left_untouched_leaves_the_source() {
    for (effect, values) in result_only() {
        let scene = Scene::random(RECT, 6);
        let got = scene.render(effect, &values.int("invalidDepth", 3));
        for ((got, source), z) in got.iter().zip(&scene.colour).zip(scene.z.as_ref().unwrap()) {
            if *z == 1e10 {
                assert_close(&[*got], &[*source], 1e-6, "left");
            }
        }
    }
}

#[test]
fn no_depth_and_neutral_settings_give_the_source_bit_for_bit() {
    let scene = Scene::random(RECT, 8);
    for (effect, values) in at_work() {
        let (outcome, got) = scene.clone().without_depth().outcome(effect, &values);
        assert_eq!(outcome, Outcome::PassedThrough(PassThrough::NoDepth));
        assert!(same_bits(&got, &scene.colour));
    }
    for (effect, values) in
        [(&DepthFog as &dyn Effect, Values::default().double("maxOpacity", 0.0)), (&DepthGrade, Values::default())]
    {
        let (outcome, got) = scene.outcome(effect, &values);
        assert_eq!(outcome, Outcome::PassedThrough(PassThrough::Neutral));
        assert!(same_bits(&got, &scene.colour));
    }
}

#[test]
fn opaque_pictures_stay_opaque() {
    for (effect, values) in result_only() {
        let mut random = Random::new(3);
        let scene = Scene::new(RECT, |_, _| ([0.2, 0.5, 9.0, 1.0], random.log_between(0.1, 1e4) as f32));
        let got = scene.mask(|x, _| (x & 3) as f32 / 3.0).render(effect, &values.double("mix", 0.3));
        assert!(got.iter().all(|p| p[3] == 1.0), "{}", effect.info().name);
    }
}
