//! The gather against what must come out, and against the views.

use super::super::ZDefocus;
use super::super::switches::by_views;
use crate::geometry::Rect;
use crate::params::Values;
use crate::testing::{Random, Rgba, Scene};

const RECT: Rect = Rect::new(0, 0, 96, 64);

/// Focus at 4 m, `size` px at infinity.
fn lens(size: f64) -> Values {
    Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", size).double("maxSize", 200.0)
}

/// Inside the frame, where its border does not matter.
fn inside(out: &[Rgba], around: i32) -> impl Iterator<Item = (i32, i32, Rgba)> {
    let all = (0..RECT.y2).flat_map(|y| (0..RECT.x2).map(move |x| (x, y)));
    let far = move |x: i32, end: i32| x >= around && x < end - around;
    all.zip(out).filter(move |((x, y), _)| far(*x, RECT.x2) && far(*y, RECT.y2)).map(|((x, y), p)| (x, y, *p))
}

/// A blur moves nothing: what rises evenly stays as it is, with every size of step.
#[test]
fn what_rises_evenly_stays_where_it_is() {
    for (size, around) in [(3.0, 5), (9.0, 12), (14.0, 17), (22.0, 26), (27.0, 30)] {
        for z in [1e9, 2.0] {
            let scene = Scene::new(RECT, |x, y| ([0.01 * x as f32, 0.01 * y as f32, 0.5, 1.0], z));
            for shape in [0, 1] {
                let out = scene.render(&ZDefocus, &lens(size).int("bokehShape", shape).int("blades", 6));
                for (x, y, p) in inside(&out, around) {
                    let off = (p[0] - 0.01 * x as f32).abs().max((p[1] - 0.01 * y as f32).abs());
                    // In pixels.
                    assert!(off * 100.0 < 0.02, "{size} px, {z} m, shape {shape}, ({x}, {y}): {off}");
                    assert!((p[2] - 0.5).abs() < 1e-6 && p[3] == 1.0, "{p:?}");
                }
            }
        }
    }
}

/// Gather and views are two ways to one picture.
#[test]
fn the_views_come_to_the_same() {
    let mut random = Random::new(3);
    // Squares of 4 px.
    let noise: Vec<f32> = (0..24 * 16).map(|_| random.between(0.0, 1.0) as f32).collect();
    let noise = |x: i32, y: i32| noise[(y.clamp(0, 63) / 4 * 24 + x.clamp(0, 95) / 4) as usize];
    for (size, most) in [(2.0, 0.04), (6.0, 0.03), (12.0, 0.02), (20.0, 0.015)] {
        // A floor from near to far, through the focus.
        let depth = |y: i32| 1.0 / (0.35 - 0.003 * y as f32);
        let scene = Scene::new(RECT, |x, y| ([noise(x, y), 0.4, 0.2, 1.0], depth(y)));
        let gathered = scene.render(&ZDefocus, &lens(size));
        let viewed = by_views(|| scene.render(&ZDefocus, &lens(size)));
        assert!(gathered != viewed, "nothing was gathered");
        let off: Vec<f32> = inside(&gathered, 2).zip(inside(&viewed, 2)).map(|(a, b)| a.2[0] - b.2[0]).collect();
        let mean = (off.iter().map(|v| v * v).sum::<f32>() / off.len() as f32).sqrt();
        assert!(mean < most, "{size} px: {mean}");
    }
}

/// Beside an edge the views say all: nothing of a sharp object is on the blurred wall behind it, nor the other way round.
#[test]
fn over_an_edge_nothing_is_gathered() {
    let scene = Scene::new(RECT, |x, _| if x < 40 { ([1.0, 0.0, 0.0, 1.0], 4.0) } else { ([0.0, 0.0, 1.0, 1.0], 1e9) });
    let out = scene.render(&ZDefocus, &lens(10.0));
    for (x, _, p) in inside(&out, 1) {
        let wanted = if x < 40 { [1.0, 0.0, 0.0, 1.0] } else { [0.0, 0.0, 1.0, 1.0] };
        assert!((0..4).all(|c| (p[c] - wanted[c]).abs() < 1e-6), "{x}: {p:?}");
    }
}

/// Steps of 4, 8 and 16 pixels are summed up at nodes, which are the same ones in every window; a disc has its size with each of them.
#[test]
fn large_steps_move_nothing_and_know_no_window() {
    let rect = Rect::new(-101, -70, 339, 213);
    // 48 lens points: up to 5 px by single pixels.
    for (size, around) in [(31.0, 36), (60.0, 68), (95.0, 106)] {
        let values = lens(size).int("quality", 0);
        // A wall that slants away from the lens.
        let slanted =
            Scene::new(rect, |x, y| ([0.3 + 0.001 * x as f32, 0.3 + 0.001 * y as f32, 0.5, 1.0], 1e3 + x as f32));
        let out = slanted.render(&ZDefocus, &values);
        let pieces = [Rect::new(-101, -70, 17, 213), Rect::new(17, -70, 339, 55), Rect::new(17, 55, 339, 213)];
        let cut = slanted.clone().threads(2).windows(&pieces).render(&ZDefocus, &values);
        assert!(crate::testing::same_bits(&out, &cut), "{size} px");
        let pixels = (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y))).zip(&out);
        let inner = Rect::new(rect.x1 + around, rect.y1 + around, rect.x2 - around, rect.y2 - around);
        for ((x, y), p) in pixels.filter(|((x, y), _)| inner.contains(*x, *y)) {
            let off = (p[0] - 0.3 - 0.001 * x as f32).abs().max((p[1] - 0.3 - 0.001 * y as f32).abs());
            assert!(off * 1000.0 < 0.05, "{size} px, ({x}, {y}): {} px", off * 1000.0);
        }
        // A brighter square on a wall: no lamp, as it is too wide and too dim. Its second moment grows by that of the disc.
        let square = |x: i32, y: i32| f32::from(u8::from((109..129).contains(&x) && (61..81).contains(&y)));
        let scene = Scene::new(rect, |x, y| ([square(x, y), 0.0, 0.0, 1.0], 1e9));
        let out = scene.render(&ZDefocus, &values);
        let (mut sum, mut squares) = (0f64, 0f64);
        for ((x, y), p) in (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y))).zip(&out) {
            let [dx, dy] = [f64::from(x) - 118.5, f64::from(y) - 70.5];
            sum += f64::from(p[0]);
            squares += f64::from(p[0]) * (dx * dx + dy * dy);
        }
        assert!((sum / 400.0 - 1.0).abs() < 1e-3, "{size} px: energy {sum}");
        let radius = (2.0 * (squares / sum - 2.0 * (400.0 - 1.0) / 12.0)).sqrt();
        assert!((radius - size).abs() < 0.1, "{size} px: radius {radius}");
    }
}
