//! Height fog of a colour of its own, read off a fan of rays: against a march along the ray, and in parts.

use super::DepthFog;
use super::air_tests::{base, cuts, height, layers};
use super::params::Params;
use super::reference::{self, Ray, march};
use crate::geometry::Rect;
use crate::params::{Value, Values};
use crate::testing::{Random, Scene, same_bits};

/// Fog that a fan is for, along the rays, of all kinds of cameras over and in it.
fn fog(r: &mut Random) -> Values {
    let values =
        height(base(r), r).set("fogAlongRay", Value::Bool(true)).double("heightFalloff", r.log_between(1.0, 30.0));
    if r.chance(0.6) { layers(values, r) } else { values }
}

#[test]
fn a_fan_of_rays_equals_a_march_along_the_ray() {
    let mut worst = (0.0, 0);
    for seed in 0..60 {
        let mut r = Random::new(seed);
        let values = fog(&mut r).int("output", r.pick(&[0, 0, 1]));
        let p = Params::read(&values);
        let rect = Rect::new(0, 0, 5, 4);
        let scene = Scene::new(rect, |_, _| {
            ([0.3, 0.6, 0.1, 1.0].map(|v| v * r.between(0.2, 1.0) as f32), r.log_between(0.05, 300.0) as f32)
        });
        let got = scene.render(&DepthFog, &values);
        let half = (0.5 * p.depth.field_of_view).to_radians().tan();
        let (roll, pitch) = (p.camera.roll.to_radians(), p.camera.pitch.to_radians());
        for (i, got) in got.iter().enumerate() {
            let [tx, ty] = [(i % 5) as f64 - 2.0, (i / 5) as f64 - 1.5].map(|t| t * 2.0 * half / 5.0);
            let length = (1.0 + tx * tx + ty * ty).sqrt();
            let rise = (tx * roll.sin() * pitch.cos() + ty * roll.cos() * pitch.cos() + pitch.sin()) / length;
            let z = f64::from(scene.z.as_ref().unwrap()[i]) * length;
            let through = march(&p, z, &Ray { rise, length: 1.0 }, 10_000, &cuts(&p));
            let want = reference::pixel(&p, z, through, scene.colour[i].map(f64::from));
            let off = got.iter().zip(want).map(|(g, w)| (f64::from(*g) - w).abs()).fold(0.0, f64::max);
            worst = if off > worst.0 { (off, seed) } else { worst };
        }
    }
    assert!(worst.0 < 1e-4, "{:e} at seed {}", worst.0, worst.1);
}

#[test]
fn parts_of_a_picture_have_the_whole_ones_fan() {
    for seed in 0..12 {
        let mut r = Random::new(seed);
        let values = fog(&mut r);
        let rect = Rect::new(-20, -7, 61, 44);
        let scene = Scene::random(rect, seed);
        let whole = scene.clone().threads(2).render(&DepthFog, &values);
        let (x, y) = (r.between(-15.0, 50.0) as i32, r.between(-5.0, 40.0) as i32);
        let windows = [
            Rect::new(-20, -7, x, y),
            Rect::new(x, -7, 61, y),
            Rect::new(-20, y, x, y + 1),
            Rect::new(-20, y + 1, x, 44),
            Rect::new(x, y, 61, 44),
        ];
        assert!(same_bits(&whole, &scene.clone().windows(&windows).render(&DepthFog, &values)), "seed {seed}");
        // Both give the same bits, so that other tests may render meanwhile.
        crate::simd::force_baseline(true);
        let plain = scene.render(&DepthFog, &values);
        crate::simd::force_baseline(false);
        assert!(same_bits(&whole, &plain), "seed {seed}: without AVX2");
    }
}
