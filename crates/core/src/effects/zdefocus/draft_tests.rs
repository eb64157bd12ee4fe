//! Draft, which looks at half the size: what is still exact, and that no window shows.

use super::*;
use crate::geometry::Rect;
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, same_bits};

const FOCUS: f64 = 4.0;
const RED: Rgba = [1.0, 0.0, 0.0, 1.0];

/// So many pixels at infinity and at most.
fn draft(size: f64) -> Values {
    let values = Values::default().double("sizeAtInfinity", size).double("maxSize", size);
    values.double("focusDistance", FOCUS).int("quality", 0)
}

#[test]
fn what_is_in_focus_is_the_picture_itself() {
    let mut random = Random::new(4);
    let rect = Rect::new(-7, 3, 122, 60);
    let scene = Scene::new(rect, |_, _| {
        let a = random.between(0.0, 1.0) as f32;
        ([random.between(0.0, 3.0) as f32 * a, 0.4 * a, random.between(-1.0, 1.0) as f32 * a, a], FOCUS as f32)
    });
    assert!(same_bits(&scene.render(&ZDefocus, &draft(30.0)), &scene.colour));
}

/// Fine patterns survive where they are sharp, up to the very silhouette, and nothing of a sharp thing is on what is blurred behind it.
#[test]
fn a_sharp_silhouette_has_no_halo_and_keeps_its_detail() {
    let rect = Rect::new(0, 0, 120, 70);
    let object = |x: i32, y: i32| f64::from(x - 61).hypot(f64::from(y - 35)) < 20.3 || (23..26).contains(&x);
    let pattern = |x: i32, y: i32| if (x + y) % 2 == 0 { RED } else { [0.2, 0.0, 0.0, 1.0] };
    for (bright, size) in [(0.9, 8.0), (0.9, 30.0)] {
        let wall = [0.0, 0.0, bright, 1.0];
        let scene = Scene::new(rect, |x, y| if object(x, y) { (pattern(x, y), FOCUS as f32) } else { (wall, 1e10) });
        let out = scene.render(&ZDefocus, &draft(size));
        for (p, (x, y)) in out.iter().zip((0..70).flat_map(|y| (0..120).map(move |x| (x, y)))) {
            let wanted = if object(x, y) { pattern(x, y) } else { wall };
            let off = (0..4).map(|c| (p[c] - wanted[c]).abs()).fold(0.0, f32::max);
            assert!(off < 1e-5, "({x}, {y}), {size} px: {p:?} is not {wanted:?}");
        }
    }
}

/// Through a blurred bar a pattern of single pixels is seen with the part of the lens that looks past the bar.
#[test]
fn detail_behind_a_blurred_bar_shows_by_the_share_that_sees_it() {
    let (size, bar) = (24.0, 55..65);
    let rect = Rect::new(0, 0, 120, 40);
    let pattern = |x: i32, y: i32| if (x + y) % 2 == 0 { 0.8 } else { 0.2 };
    // As near as is blurred by 24 px.
    let near = (FOCUS / 2.0) as f32;
    let scene = Scene::new(rect, |x, y| match bar.contains(&x) {
        true => (RED, near),
        false => ([0.0, pattern(x, y), 0.0, 1.0], FOCUS as f32),
    });
    let out = scene.render(&ZDefocus, &draft(size));
    let at = |x: i32, y: i32| out[(y * 120 + x) as usize];
    for x in (2..52).chain(68..118) {
        let [a, b] = [at(x, 20), at(x + 1, 20)];
        let seen = 1.0 - 0.5 * (a[0] + b[0]);
        let contrast = (a[1] - b[1]).abs() / 0.6;
        assert!((contrast - seen).abs() < 0.06, "x {x}: contrast {contrast}, seen {seen}");
    }
}

/// With all that moves, hides or reaches far: whatever the windows, and the threads, the same bits come out.
#[test]
fn pieces_are_the_whole() {
    let rect = Rect::new(-31, -20, 108, 75);
    let mut random = Random::new(8);
    let depths: Vec<f32> = (0..64).map(|_| random.log_between(1.2, 60.0) as f32).collect();
    let scene = Scene::new(rect, |x, y| {
        let patch = (x.div_euclid(9) * 5 + y.div_euclid(7) * 3).rem_euclid(64) as usize;
        let lamp = if random.chance(0.01) { 30.0 } else { 1.0 };
        let colour = [random.between(0.0, 1.0) as f32 * lamp, 0.4, random.between(0.0, 1.0) as f32, 1.0];
        (colour, if (x + y) % 13 == 5 { 1e10 } else { depths[patch] })
    });
    let mut odd = scene.clone();
    odd.colour[2000] = [f32::NAN, f32::INFINITY, 0.0, 1.0];
    let plate = |deep: bool| {
        let behind = |x: i32, y: i32| [0.1 * (x % 7) as f32, 0.1 * (y % 5) as f32, 0.5, 1.0];
        scene.clone().background(rect, |x, y| (behind(x, y), deep.then_some(70.0)))
    };
    let values = draft(9.0);
    let cases = [
        ("plain", scene.clone(), values.clone()),
        ("no numbers", odd, values.clone()),
        ("a plate", plate(true), values.clone()),
        ("a plate without depth", plate(false), values.clone()),
        ("black beyond", scene.clone(), values.clone().int("borderMode", 1)),
        ("a cat's eye", scene.clone(), values.clone().double("catsEye", 0.8)),
        ("brighter highlights", scene.clone(), values.clone().double("highlightGain", 2.0)),
        ("lateral colour", scene.clone(), values.clone().double("lateralColour", 3.0)),
        ("blades", scene.clone(), values.clone().int("bokehShape", 1).int("blades", 5)),
        ("no guess", scene, values.set("backgroundFill", Value::Bool(false))),
    ];
    let pieces: Vec<Rect> = (0..4)
        .flat_map(|j| (0..3).map(move |i| Rect::new(-31 + 47 * i, -20 + 25 * j, 16 + 47 * i, 5 + 25 * j)))
        .map(|r| r.intersect(&rect))
        .collect();
    for (name, scene, values) in cases {
        let whole = scene.render(&ZDefocus, &values);
        assert!(whole.iter().flatten().all(|v| *v != 77.0), "{name}");
        let cut = scene.clone().threads(2).windows(&pieces).render(&ZDefocus, &values);
        assert!(same_bits(&whole, &cut), "{name}");
    }
}

/// Where nothing can be blurred by much, half the size would lose what is hardly blurred.
#[test]
fn a_small_blur_is_rendered_as_it_is() {
    let mut random = Random::new(6);
    let scene = Scene::new(Rect::new(0, 0, 50, 40), |_, _| {
        ([random.between(0.0, 1.0) as f32, 0.5, 0.2, 1.0], random.log_between(1.0, 50.0) as f32)
    });
    for (size, whole) in [(3.9, true), (4.1, false)] {
        let switches = switches::Switches { whole_size: true, ..Default::default() };
        let as_it_is = switches::with(switches, || scene.render(&ZDefocus, &draft(size)));
        assert_eq!(same_bits(&scene.render(&ZDefocus, &draft(size)), &as_it_is), whole, "{size} px");
    }
}
