//! Lamps that are cut off: their hidden part shines past what is before them.

use super::ZDefocus;
use crate::geometry::Rect;
use crate::params::Values;
use crate::testing::{Random, Rgba, Scene, same_bits};

const FRAME: Rect = Rect::new(-48, -40, 52, 44);
/// Of a lamp with its middle just behind the edge at x = 0.
const RADIUS: f32 = 5.0;

/// A lamp before a dark wall, both 30 m away, and at 3 m what has a share of each pixel; the depth is of what has more.
fn lamp_of(radius: f32, board: impl Fn(f32, f32) -> f32 + Send + Sync + 'static) -> Scene {
    Scene::new(FRAME, move |x, y| {
        let (x, y) = (x as f32, y as f32);
        // Antialiased.
        let part = (radius + 0.5 - (x + 1.0).hypot(y - 0.3)).clamp(0.0, 1.0);
        let wall = [0.02 + 40.0 * part, 0.02 + 30.0 * part, 0.02 + 20.0 * part, 1.0];
        let (share, near) = (board(x, y), [0.2, 0.1, 0.1, 1.0]);
        let colour = std::array::from_fn(|c| wall[c] + (near[c] - wall[c]) * share);
        (colour, if share >= 0.5 { 3.0 } else { 30.0 })
    })
}

/// On its left, if there is one, a board.
fn lamp(board: bool) -> Scene {
    lamp_of(RADIUS, move |x, _| if board && x < 0.0 { 1.0 } else { 0.0 })
}

/// The red light of the columns from one on, beyond the wall's.
fn light(of: &[Rgba], from: f32) -> f32 {
    let columns = (FRAME.x1..FRAME.x2).cycle().map(|x| x as f32);
    columns.zip(of).filter(|(x, _)| *x >= from).map(|(_, p)| p[0] - 0.02).sum()
}

fn render(scene: &Scene, focus: f64, size: f64, quality: i32) -> Vec<Rgba> {
    let values = Values::default().double("sizeAtInfinity", size).double("maxSize", 30.0);
    scene.render(&ZDefocus, &values.double("focusDistance", focus).int("quality", quality))
}

/// Beside a sharp board all of a blurred lamp shines, and nothing of it on the board.
#[test]
fn the_whole_lamp_shines_past_a_sharp_board() {
    for quality in [1, 2] {
        let (cut, whole) = (render(&lamp(true), 3.0, 12.0, quality), render(&lamp(false), 3.0, 12.0, quality));
        let most = whole.iter().fold(0f32, |m, p| m.max(p[0]));
        let row = FRAME.width();
        for (i, (a, b)) in cut.iter().zip(&whole).enumerate() {
            let x = FRAME.x1 + (i % row) as i32;
            if x >= 2 {
                assert!((a[0] - b[0]).abs() < 0.08 * most, "quality {quality}, {i}: {} instead of {}", a[0], b[0]);
            } else if x < -2 {
                assert!((a[0] - 0.2).abs() < 1e-3, "quality {quality}, {i}: {} on the board", a[0]);
            }
        }
        let part = light(&cut, 2.0) / light(&whole, 2.0);
        assert!((part - 1.0).abs() < 0.04, "{part}");
    }
}

/// A sharp board that passes before a lamp by half pixels takes nothing of the light beside it before most of the lamp is hidden, and nowhere
/// much at once.
#[test]
fn a_lamp_neither_fades_nor_flickers_while_a_board_passes() {
    for radius in [3.0, 5.0, 8.0] {
        let whole = render(&lamp_of(radius, |_, _| 0.0), 3.0, 12.0, 1);
        let steps = (0..).map(|i| -radius - 3.0 + 0.5 * i as f32).take_while(|edge| *edge <= -1.0 + 0.2 * radius);
        let mut last = 1.0;
        for edge in steps {
            let cut = render(&lamp_of(radius, move |x, _| (edge - x + 0.5).clamp(0.0, 1.0)), 3.0, 12.0, 1);
            let part = light(&cut, edge + 2.0) / light(&whole, edge + 2.0);
            assert!((part - 1.0).abs() < 0.08, "radius {radius}, edge {edge}: {part}");
            assert!((part - last).abs() < 0.06, "radius {radius}, edge {edge}: {part} after {last}");
            last = part;
        }
    }
}

/// A wire cuts a lamp into two pieces: they are one lamp, of the size that it has.
#[test]
fn a_lamp_that_a_wire_cuts_through_is_one() {
    for (focus, size) in [(3.0, 12.0), (3.0, 6.0)] {
        let wire = |_, y: f32| (1.7 - (y + 0.4).abs()).clamp(0.0, 1.0);
        let (cut, whole) =
            (render(&lamp_of(4.0, wire), focus, size, 1), render(&lamp_of(4.0, |_, _| 0.0), focus, size, 1));
        let most = whole.iter().fold(0f32, |m, p| m.max(p[0]));
        let rows = (FRAME.y1..FRAME.y2).flat_map(|y| std::iter::repeat_n(y, FRAME.width()));
        for ((y, a), b) in rows.zip(&cut).zip(&whole).filter(|((y, _), _)| *y < -4 || *y > 3) {
            assert!((a[0] - b[0]).abs() < 0.1 * most, "size {size}, row {y}: {} instead of {}", a[0], b[0]);
        }
    }
}

/// Through a blurred board a sharp lamp is seen as round as it is, not cut along the board's edge.
#[test]
fn a_sharp_lamp_is_round_behind_a_blurred_board() {
    let seen = render(&lamp(true), 30.0, 0.8, 1);
    let row = FRAME.width();
    let at = |x: i32, y: i32| seen[(y - FRAME.y1) as usize * row + (x - FRAME.x1) as usize][0];
    // Behind the edge, where hardly half of the lens sees past it: still many times white; beyond the lamp nothing of it.
    assert!((-3..0).all(|x| at(x, 0) > 4.0), "{:?}", (-3..0).map(|x| at(x, 0)).collect::<Vec<_>>());
    assert!((-20..-8).all(|x| at(x, 0) < 0.3), "{:?}", (-20..-8).map(|x| at(x, 0)).collect::<Vec<_>>());
}

/// There is no seam in it either where a pixel of the edge is of both: all of it is as bright as the part of the lens that sees past the board.
#[test]
fn a_sharp_lamp_has_no_seam_behind_a_blurred_board() {
    let row = FRAME.width();
    let whole = render(&lamp_of(RADIUS, |_, _| 0.0), 30.0, 0.8, 1);
    let blur = 0.8 * (30.0 / 3.0 - 1.0);
    // What a half plane leaves of a disc, in parts of its area.
    let beyond = |t: f32| (t.clamp(-1.0, 1.0).acos() - t * (1.0 - t * t).max(0.0).sqrt()) / std::f32::consts::PI;
    for edge in [-0.5, -0.25, 0.0, 0.25] {
        let cut = render(&lamp_of(RADIUS, move |x, _| (edge - x + 0.5).clamp(0.0, 1.0)), 30.0, 0.8, 1);
        for (x, y) in (-8..9).flat_map(|x| [(x, 0), (x, 4), (x, -3)]) {
            let i = (y - FRAME.y1) as usize * row + (x - FRAME.x1) as usize;
            let seen = beyond(((edge - x as f32) / blur).clamp(-1.0, 1.0));
            let wanted = whole[i][0] * seen + 0.2 * (1.0 - seen);
            assert!((cut[i][0] - wanted).abs() < 4.5, "edge {edge}, {x} {y}: {} instead of {wanted}", cut[i][0]);
        }
    }
}

/// The rim of a sharp lamp before a blurred wall has the wall's depth and a little of the lamp's light: that is not blurred with the wall.
#[test]
fn a_sharp_lamp_has_no_halo_on_a_blurred_wall() {
    let scene = Scene::new(FRAME, |x, y| {
        let part = (RADIUS + 0.5 - (x as f32 + 1.0).hypot(y as f32 - 0.3)).clamp(0.0, 1.0);
        let colour = [0.02 + 40.0 * part, 0.02 + 30.0 * part, 0.02 + 20.0 * part, 1.0];
        (colour, if part >= 0.5 { 3.0 } else { 30.0 })
    });
    let seen = render(&scene, 3.0, 12.0, 1);
    let places = (FRAME.y1..FRAME.y2).flat_map(|y| (FRAME.x1..FRAME.x2).map(move |x| (x, y)));
    for ((x, y), p) in places.zip(&seen) {
        if (x as f32 + 1.0).hypot(y as f32 - 0.3) > RADIUS + 2.0 {
            assert!(p[0] < 0.03, "{x} {y}: {p:?}");
        }
    }
}

/// What is guessed does not depend on the window.
#[test]
fn lamps_are_completed_alike_in_pieces() {
    for (focus, size, quality) in [(3.0, 12.0, 1), (30.0, 0.8, 1), (3.0, 12.0, 0)] {
        let scene = lamp(true);
        let whole = render(&scene, focus, size, quality);
        let pieces: Vec<Rect> = (0..6).map(|j| Rect { y1: -40 + 14 * j, y2: -26 + 14 * j, ..FRAME }).collect();
        let halves = [Rect { x2: -1, ..FRAME }, Rect { x1: -1, ..FRAME }];
        for windows in [&pieces[..], &halves] {
            let other = render(&scene.clone().threads(2).windows(windows), focus, size, quality);
            assert!(same_bits(&whole, &other), "focus {focus}, quality {quality}");
        }
    }
}

/// Nor does it where bright things are of any shape, long ones too, which a window may see a round piece of.
#[test]
fn bright_things_of_any_shape_are_the_same_in_pieces() {
    for seed in 0..8 {
        let mut random = Random::new(seed);
        let mut between = |low: f64, high: f64| random.between(low, high) as f32;
        let frame = Rect::new(0, 0, 150, 90);
        // Capsules: lamps, tubes; and boards before them.
        let bright: Vec<[f32; 5]> = (0..9)
            .map(|_| {
                let (x, y, turn) = (between(0.0, 150.0), between(0.0, 90.0), between(0.0, 6.3));
                let (long, wide) = (between(-30.0, 50.0).max(0.0), between(1.0, 13.0));
                [x, y, x + long * turn.cos(), y + long * turn.sin(), wide]
            })
            .collect();
        let boards: Vec<[f32; 4]> =
            (0..5).map(|_| [between(0.0, 150.0), between(0.0, 90.0), between(2.0, 12.0), between(1.0, 6.0)]).collect();
        let scene = Scene::new(frame, |x, y| {
            let (x, y) = (x as f32, y as f32);
            if let Some([.., z]) = boards.iter().find(|[bx, by, half, _]| (x - bx).abs() < *half && y > *by - 20.0) {
                return ([0.2, 0.1, 0.1, 1.0], *z);
            }
            let out = |[x1, y1, x2, y2, wide]: &[f32; 5]| {
                let (dx, dy) = (x2 - x1, y2 - y1);
                let t = (((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
                (x - x1 - t * dx).hypot(y - y1 - t * dy) - wide
            };
            let part = bright.iter().map(|of| (0.5 - out(of)).clamp(0.0, 1.0)).fold(0f32, f32::max);
            ([0.02 + 40.0 * part, 0.02 + 30.0 * part, 0.02 + 20.0 * part, 1.0], 30.0)
        });
        let (focus, size, quality) = [(3.0, 5.0, 1), (25.0, 0.3, 1), (3.0, 5.0, 0), (4.0, 8.0, 1)][seed as usize % 4];
        let whole = render(&scene, focus, size, quality);
        let windows: Vec<Rect> = (0..4)
            .flat_map(|j| (0..5).map(move |i| Rect::new(30 * i, 24 * j, 30 * i + 30, (24 * j + 24).min(90))))
            .collect();
        let other = render(&scene.clone().threads(2).windows(&windows), focus, size, quality);
        let differs = whole.iter().zip(&other).position(|(a, b)| !same_bits(&[*a], &[*b]));
        assert_eq!(differs.map(|i| (i % 150, i / 150)), None, "seed {seed}");
    }
}
