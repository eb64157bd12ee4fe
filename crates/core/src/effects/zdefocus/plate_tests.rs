//! ZDefocus with a clean plate: closed forms where two layers are all there is, and what a plate must not change.

use super::switches::by_views;
use super::*;
use crate::geometry::Rect;
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, assert_close, same_bits};

const RECT: Rect = Rect::new(0, 0, 80, 40);

/// Focus at 4 m, 10 px at infinity: what is at 2 m has 10 px, too, and what is at 4 m is sharp.
fn values() -> Values {
    Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", 10.0)
}

/// No guess could know this wall.
fn wall(x: i32, y: i32) -> Rgba {
    let checks = if (x.div_euclid(3) + y.div_euclid(2)) % 2 == 0 { 0.5 } else { 0.0 };
    [0.0, 0.2 + checks, 0.01 * x as f32, 1.0]
}

/// A red occluder at 2 m before a wall.
fn scene(z: f32) -> Scene {
    Scene::new(RECT, |x, y| if x < 40 { ([1.0, 0.0, 0.0, 1.0], 2.0) } else { (wall(x, y), z) })
}

fn error(out: &[Rgba]) -> f32 {
    let off = |(i, p): (usize, &Rgba)| {
        let behind = wall(i as i32 % 80, i as i32 / 80);
        (1..3).map(|c| (p[c] - (1.0 - p[0]) * behind[c]).abs()).fold(0.0, f32::max)
    };
    out.iter().enumerate().map(off).fold(0.0, f32::max)
}

/// In focus every lens point sees the wall's pixel where it is: what the occluder leaves of a pixel is exactly the wall's colour.
#[test]
fn a_blurred_edge_shows_the_plate_and_nothing_else() {
    let guessed = scene(4.0).render(&ZDefocus, &values());
    assert!(error(&guessed) > 0.05, "the guess knows: {}", error(&guessed));
    for fill in [true, false] {
        let values = values().set("backgroundFill", Value::Bool(fill));
        for z in [Some(4.0), None].into_iter().filter(|z| fill || z.is_some()) {
            let out = scene(4.0).background(RECT, |x, y| (wall(x, y), z)).render(&ZDefocus, &values);
            // A guessed distance ends a little before the blur does.
            let tolerance = if z.is_some() { 1e-3 } else { 5e-3 };
            assert!(error(&out) < tolerance, "fill {fill}, {z:?}: {}", error(&out));
            assert_close(&[out[20 * 80 + 5], out[20 * 80 + 70]], &[[1.0, 0.0, 0.0, 1.0], wall(70, 20)], 1e-5, "away");
            // The share of a disc on one side of a line.
            for (x, p) in out[20 * 80..21 * 80].iter().enumerate() {
                let d = ((x as f32 + 0.5 - 40.0) / 10.0).clamp(-1.0, 1.0);
                let near = (d.acos() - d * (1.0 - d * d).sqrt()) / std::f32::consts::PI;
                assert!((p[0] - near).abs() < 0.03 && (p[3] - 1.0).abs() < 1e-5, "x {x}: {p:?} is not {near}");
            }
        }
    }
}

/// A renderer's filter mixes both surfaces along the edge: neither a line of the occluder's colour stays on the wall, nor is any of it lost.
#[test]
fn the_mixed_pixels_of_an_edge_are_taken_apart() {
    let parts = [0.85, 0.35];
    let mixed = |x: i32, y: i32| {
        let part = if x < 39 { 1.0 } else { parts.get(x as usize - 39).copied().unwrap_or(0.0) };
        let (red, behind) = ([1.0, 0.0, 0.0, 1.0], wall(x, y));
        std::array::from_fn(|c| part * red[c] + (1.0 - part) * behind[c])
    };
    let scene = Scene::new(RECT, |x, y| (mixed(x, y), if x < 40 { 2.0 } else { 4.0 }));
    assert!(error(&scene.render(&ZDefocus, &values())) > 0.05);
    let out = scene.background(RECT, |x, y| (wall(x, y), Some(4.0))).render(&ZDefocus, &values());
    assert!(error(&out) < 0.01, "{}", error(&out));
    for row in out.chunks(80) {
        let red: f32 = row.iter().map(|p| p[0]).sum();
        assert!((red - 40.2).abs() < 0.3, "{red}");
        assert!(row.iter().all(|p| (p[3] - 1.0).abs() < 1e-5));
    }
    // Sharp occluder, blurred wall: the edge stays as it was drawn where the wall is of one colour.
    let grey = [0.0, 0.3, 0.3, 1.0];
    let scene = Scene::new(RECT, |x, _| {
        let part = if x < 39 { 1.0 } else { parts.get(x as usize - 39).copied().unwrap_or(0.0) };
        (
            std::array::from_fn(|c| part * [1.0, 0.0, 0.0, 1.0][c] + (1.0 - part) * grey[c]),
            if x < 40 { 2.0 } else { 8.0 },
        )
    });
    let out = scene.clone().background(RECT, |_, _| (grey, Some(8.0)));
    let out = out.render(&ZDefocus, &values().double("focusDistance", 2.0));
    assert_close(&out, &scene.colour, 0.06, "a sharp edge");
}

/// A blurred wall behind a sharp occluder: away from the edge's own pixel, the blur of the whole wall, as if nothing stood before it.
#[test]
fn the_blur_of_a_hidden_wall_is_that_of_the_whole_wall() {
    let values = values().double("focusDistance", 2.0).double("sizeAtInfinity", 8.0);
    // Away from the edge the wall would be gathered; here it is the views that are looked at.
    let plain = by_views(|| Scene::new(RECT, |x, y| (wall(x, y), 8.0)).render(&ZDefocus, &values));
    let out = by_views(|| scene(8.0).background(RECT, |x, y| (wall(x, y), Some(8.0))).render(&ZDefocus, &values));
    let guessed = by_views(|| scene(8.0).render(&ZDefocus, &values));
    let part = |out: &[Rgba]| -> Vec<Rgba> {
        (10..30).flat_map(|y| (42..70).map(move |x| (x, y))).map(|(x, y)| out[y * 80 + x]).collect()
    };
    assert_close(&part(&out), &part(&plain), 1e-3, "beside the occluder");
    let off = part(&guessed).iter().zip(part(&plain)).map(|(a, b)| (a[2] - b[2]).abs()).fold(0.0, f32::max);
    assert!(off > 5e-3, "the guess would do: {off}");
}

#[test]
fn a_plate_without_anything_changes_no_bit() {
    let plain = scene(4.0).render(&ZDefocus, &values());
    let nothing: [(Rgba, Option<f32>); 5] = [
        ([0.0; 4], Some(4.0)),
        ([0.3, 0.2, 0.1, 0.0], None),
        ([f32::NAN, 0.0, 0.0, 1.0], Some(4.0)),
        ([0.0, f32::INFINITY, 0.0, 1.0], None),
        ([0.0, 0.0, 0.0, f32::NAN], Some(4.0)),
    ];
    for pixel in nothing {
        let out = scene(4.0).background(RECT, |_, _| pixel).render(&ZDefocus, &values());
        assert!(same_bits(&out, &plain), "{pixel:?}");
    }
    // One that lies elsewhere.
    let elsewhere = Rect::new(200, 0, 210, 10);
    let out = scene(4.0).background(elsewhere, |_, _| ([1.0; 4], Some(9.0))).render(&ZDefocus, &values());
    assert!(same_bits(&out, &plain));
    // What is nearer than the picture's surfaces is not behind them.
    let out = scene(4.0).background(RECT, |_, _| ([9.0; 4], Some(1.0))).render(&ZDefocus, &values());
    assert_close(&out, &plain, 1e-6, "nearer");
}

#[test]
fn where_the_plate_ends_the_guess_goes_on() {
    let plain = scene(4.0).render(&ZDefocus, &values());
    let half = Rect::new(-5, -7, 90, 20);
    let out = scene(4.0).background(half, |x, y| (wall(x, y), Some(4.0))).render(&ZDefocus, &values());
    // The guess looks as far as the blur reaches, and sees the plate there.
    let (below, above) = (18 * 80, 32 * 80);
    let only = |out: &[Rgba]| -> Vec<Rgba> {
        out.iter().enumerate().map(|(i, p)| if i < below { *p } else { [1.0, 0.0, 0.0, 1.0] }).collect()
    };
    assert!(error(&only(&out)) < 1e-3, "{}", error(&only(&out)));
    assert_close(&out[above..], &plain[above..], 1e-4, "beyond the plate");
}

/// A plate that is see-through shows what is guessed behind it; an alpha of one stays one.
#[test]
fn a_see_through_plate_leaves_no_hole() {
    let grey = |v: f32, a: f32| [v * a, v * a, v * a, a];
    let scene = Scene::new(RECT, |x, _| if x < 40 { ([1.0, 0.0, 0.0, 1.0], 2.0) } else { (grey(0.5, 1.0), 4.0) });
    let out = scene.background(RECT, |_, _| (grey(0.5, 0.25), Some(4.0))).render(&ZDefocus, &values());
    for (i, p) in out.iter().enumerate() {
        assert!((p[1] - (1.0 - p[0])).abs() < 1e-3, "{i}: {p:?}");
        assert!((p[3] - 1.0).abs() < 1e-5, "{i}: {p:?}");
    }
}

#[test]
fn a_lamp_that_both_show_shines_once_and_a_hidden_one_is_seen() {
    let lit = |x: i32, y: i32, at: i32| if (x, y) == (at, 20) { [40.0, 40.0, 40.0, 1.0] } else { [0.1, 0.1, 0.1, 1.0] };
    let picture =
        |at| Scene::new(RECT, move |x, y| if x < 40 { ([0.1, 0.1, 0.1, 1.0], 2.0) } else { (lit(x, y, at), 400.0) });
    let sum = |out: &[Rgba]| -> f32 { out.iter().map(|p| p[0] - 0.1).sum() };
    let values = values().double("focusDistance", 2.0);
    let open = picture(60).render(&ZDefocus, &values);
    let both = picture(60).background(RECT, |x, y| (lit(x, y, 60), Some(400.0))).render(&ZDefocus, &values);
    assert_close(&both, &open, 1e-3, "both show it");
    // Half of the lamp's disc lies before the occluder's edge, seen by the lens points on that side.
    let hidden = picture(-1).background(RECT, |x, y| (lit(x, y, 38), Some(400.0))).render(&ZDefocus, &values);
    let share = sum(&hidden) / sum(&open);
    assert!((0.3..0.5).contains(&share), "{share}");
}

#[test]
fn windows_threads_and_instruction_sets_give_the_same_bits() {
    let rect = Rect::new(-30, -20, 110, 75);
    let mut random = Random::new(3);
    let depths: Vec<f32> = (0..64).map(|_| random.log_between(1.2, 60.0) as f32).collect();
    let scene = Scene::new(rect, |x, y| {
        let patch = (x.div_euclid(9) * 5 + y.div_euclid(7) * 3).rem_euclid(64) as usize;
        let lamp = if random.chance(0.01) { 30.0 } else { 1.0 };
        ([random.between(0.0, 1.0) as f32 * lamp, 0.5, 0.2, 1.0], depths[patch])
    });
    let mut random = Random::new(4);
    let mut plate = |x: i32, _: i32| {
        let lamp = if random.chance(0.02) { 30.0 } else { 1.0 };
        let a = if x % 13 == 0 { 0.0 } else { random.between(0.3, 1.0) as f32 };
        ([random.between(0.0, 1.0) as f32 * lamp * a, 0.5 * a, 0.2 * a, a], Some(if x < 40 { 60.0 } else { 9.0 }))
    };
    for with_depth in [true, false] {
        let scene = scene.clone().background(rect.grow(5), |x, y| {
            let (colour, z) = plate(x, y);
            (colour, z.filter(|_| with_depth))
        });
        let values = values().int("quality", 0).double("maxSize", 15.0);
        let whole = scene.render(&ZDefocus, &values);
        let pieces: Vec<Rect> = (0..6)
            .flat_map(|j| (0..5).map(move |i| Rect::new(-30 + 29 * i, -20 + 17 * j, -1 + 29 * i, -3 + 17 * j)))
            .map(|r| r.intersect(&rect))
            .filter(|r| !r.is_empty())
            .collect();
        assert!(same_bits(&whole, &scene.clone().threads(3).windows(&pieces).render(&ZDefocus, &values)));
        crate::simd::force_baseline(true);
        let baseline = scene.render(&ZDefocus, &values);
        crate::simd::force_baseline(false);
        assert!(same_bits(&whole, &baseline));
    }
}
