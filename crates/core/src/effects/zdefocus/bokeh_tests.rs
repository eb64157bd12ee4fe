//! The shapes of the blur: lights on black, edges, and what must never change.

use super::*;
use crate::geometry::Rect;
use crate::params::Values;
use crate::testing::{Random, Rgba, Scene, same_bits};

const SIZE: i32 = 121;
const MIDDLE: i32 = 60;
const RADIUS: f64 = 24.0;

/// Focus at 4 m. The CoC at infinity is the radius, and at 2 m its negative.
fn values() -> Values {
    Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", RADIUS)
}

const BEHIND: f32 = 1e10;
const IN_FRONT: f32 = 2.0;

/// A small lamp on black, all at one depth.
fn lamp(at: [i32; 2], z: f32) -> Scene {
    let rect = Rect::new(0, 0, SIZE, SIZE);
    Scene::new(rect, |x, y| (if [x, y] == at { [1e4, 1e4, 1e4, 1.0] } else { [0.0, 0.0, 0.0, 1.0] }, z))
}

struct Disc(Vec<Rgba>);

impl Disc {
    fn of(values: &Values, z: f32) -> Self {
        Self(lamp([MIDDLE, MIDDLE], z).render(&ZDefocus, values))
    }
    /// Relative to what a plain disc has.
    fn at(&self, dx: f64, dy: f64, c: usize) -> f64 {
        let (x, y) = (MIDDLE + dx.round() as i32, MIDDLE + dy.round() as i32);
        f64::from(self.0[(y * SIZE + x) as usize][c]) / 1e4 * std::f64::consts::PI * RADIUS * RADIUS
    }
    fn sum(&self, c: usize) -> f64 {
        self.0.iter().map(|p| f64::from(p[c])).sum::<f64>() / 1e4
    }
    /// Root mean square distance from the middle along x and y; half the radius for a disc.
    fn spread(&self) -> [f64; 2] {
        let (mut sum, mut moments) = (0.0, [0.0; 2]);
        for (i, p) in self.0.iter().enumerate() {
            let d = [i as i32 % SIZE - MIDDLE, i as i32 / SIZE - MIDDLE].map(f64::from);
            sum += f64::from(p[1]);
            (0..2).for_each(|axis| moments[axis] += f64::from(p[1]) * d[axis] * d[axis]);
        }
        moments.map(|m| (m / sum).sqrt())
    }
}

/// Every control at work, one at a time and then together.
fn shapes() -> Vec<(&'static str, Values)> {
    let blades = || values().int("bokehShape", 1);
    vec![
        ("disc", values()),
        ("hexagon", blades()),
        ("round blades", blades().int("blades", 5).double("bladeCurvature", 0.6)),
        ("star", blades().int("blades", 7).double("bladeCurvature", -1.0)),
        ("triangle star", blades().int("blades", 3).double("bladeCurvature", -1.0).double("bokehRotation", 33.0)),
        ("anamorphic", values().int("anamorphicPreset", 4)),
        ("wide", values().int("anamorphicPreset", 5).double("anamorphic", 0.5)),
        ("soft", values().double("softness", 0.7)),
        ("ring", values().double("ring", 1.0).double("ringWidth", 0.1)),
        ("dark ring", values().double("ring", -1.0).double("ringWidth", 0.5)),
        ("mirror lens", values().double("catadioptric", 0.5)),
        ("cat's eye", values().double("catsEye", 1.0)),
        ("axial colour", values().double("axialColour", 1.0)),
        ("noise", values().double("bokehNoise", 1.0)),
        ("all", {
            let all = blades().double("bladeCurvature", 0.3).int("anamorphicPreset", 2).double("softness", 0.2);
            let all = all.double("ring", 0.6).double("catadioptric", 0.3).double("catsEye", 0.5);
            all.double("axialColour", -0.5).double("bokehNoise", 0.5)
        }),
    ]
}

#[test]
fn a_light_keeps_its_energy_in_every_shape() {
    for (name, values) in shapes() {
        for (z, radius) in [(BEHIND, RADIUS), (IN_FRONT, RADIUS), (BEHIND, 6.0), (IN_FRONT, 2.3)] {
            let disc = Disc::of(&values.clone().double("sizeAtInfinity", radius).int("quality", 0), z);
            for c in 0..3 {
                assert!((disc.sum(c) - 1.0).abs() < 1e-3, "{name} at {z}, radius {radius}: {}", disc.sum(c));
            }
        }
        // Away from the middle, where the barrel cuts.
        for (z, radius) in [(BEHIND, 16.0), (IN_FRONT, 16.0), (BEHIND, 3.0)] {
            let out =
                lamp([96, 24], z).render(&ZDefocus, &values.clone().double("sizeAtInfinity", radius).int("quality", 0));
            let sum = Disc(out).sum(1);
            assert!((sum - 1.0).abs() < 2e-3, "{name} at {z}, radius {radius}, off the middle: {sum}");
        }
    }
}

#[test]
fn in_every_shape_a_constant_stays_constant_and_alpha_one_stays_one() {
    for (name, values) in shapes() {
        let mut random = Random::new(5);
        let rect = Rect::new(0, 0, 48, 40);
        let scene = Scene::new(rect, |_, _| ([0.4, 0.7, 0.1, 1.0], random.log_between(0.8, 100.0) as f32));
        for p in scene.render(&ZDefocus, &values.double("sizeAtInfinity", 6.0).int("quality", 0)) {
            assert!(p[..3].iter().zip([0.4, 0.7, 0.1]).all(|(a, b)| (a - b).abs() < 1e-5), "{name}: {p:?}");
            assert_eq!(p[3], 1.0, "{name}");
        }
    }
}

#[test]
fn in_every_shape_windows_threads_and_instruction_sets_give_the_same_bits() {
    let rect = Rect::new(-20, -10, 60, 50);
    let mut random = Random::new(3);
    let scene = Scene::new(rect, |x, y| {
        let patch = (x.div_euclid(9) * 5 + y.div_euclid(7) * 3).rem_euclid(8);
        let lamp = if random.chance(0.01) { 30.0 } else { 1.0 };
        ([random.between(0.0, 1.0) as f32 * lamp, 0.5, 0.2, 1.0], 1.5f32 * 1.6f32.powi(patch))
    });
    let pieces: Vec<Rect> = (0..6)
        .flat_map(|j| (0..3).map(move |i| Rect::new(-20 + 29 * i, -10 + 11 * j, 9 + 29 * i, 1 + 11 * j)))
        .map(|r| r.intersect(&rect))
        .filter(|r| !r.is_empty())
        .collect();
    for (name, values) in shapes() {
        let values = values.double("sizeAtInfinity", 7.0).double("maxSize", 7.0).int("quality", 0);
        let whole = scene.render(&ZDefocus, &values);
        assert!(same_bits(&whole, &scene.clone().threads(3).windows(&pieces).render(&ZDefocus, &values)), "{name}");
        crate::simd::force_baseline(true);
        let baseline = scene.render(&ZDefocus, &values);
        crate::simd::force_baseline(false);
        assert!(same_bits(&whole, &baseline), "{name}");
    }
}

#[test]
fn discs_have_the_size_of_their_blur() {
    for z in [BEHIND, IN_FRONT] {
        let close = |found: [f64; 2], x: f64, y: f64, name: &str| {
            let off = (found[0] / x - 1.0).abs().max((found[1] / y - 1.0).abs());
            assert!(off < 0.01, "{name} at {z}: {found:?} is not {x}, {y}");
        };
        close(Disc::of(&values(), z).spread(), 12.0, 12.0, "disc");
        close(Disc::of(&values().int("anamorphicPreset", 4), z).spread(), 6.0, 12.0, "2 : 1");
        let wide = values().int("anamorphicPreset", 5).double("anamorphic", 0.5);
        close(Disc::of(&wide, z).spread(), 12.0, 6.0, "1 : 2");
        // A ring of radii 0.5 and 1: variance (1 + ¼) / 4.
        let hole = (1.25f64 / 4.0).sqrt() * RADIUS;
        close(Disc::of(&values().double("catadioptric", 0.5), z).spread(), hole, hole, "mirror lens");
        // Cat's eye in the middle of the frame is a disc.
        close(Disc::of(&values().double("catsEye", 1.0), z).spread(), 12.0, 12.0, "cat's eye");
        // The same by the points that look, without a light: a patch too large to be one.
        let patch = |values: &Values| {
            let rect = Rect::new(0, 0, SIZE, SIZE);
            let near = |v: i32| (v - MIDDLE).abs() < 14;
            let v = |x, y| if near(x) && near(y) { 0.9 } else { 0.0 };
            Disc(Scene::new(rect, |x, y| ([v(x, y), v(x, y), v(x, y), 1.0], z)).render(&ZDefocus, values)).spread()
        };
        // Its own variance is (27² − 1) / 12.
        let with = |s: f64| (s * s + (27.0f64.powi(2) - 1.0) / 12.0).sqrt();
        close(patch(&values()), with(12.0), with(12.0), "points of a disc");
        close(patch(&values().int("anamorphicPreset", 4)), with(6.0), with(12.0), "points of 2 : 1");
        close(patch(&values().double("catadioptric", 0.5)), with(hole), with(hole), "points of a mirror lens");
    }
}

#[test]
fn a_ring_is_bright_behind_the_focus_and_dark_in_front() {
    for sign in [1.0, -1.0] {
        let ring = values().double("ring", sign).double("ringWidth", 0.3);
        let (behind, in_front) = (Disc::of(&ring, BEHIND), Disc::of(&ring, IN_FRONT));
        let ratio = |d: &Disc| d.at(22.0, 0.0, 1) / d.at(5.0, 0.0, 1);
        let (bright, dark) = if sign > 0.0 { (behind, in_front) } else { (in_front, behind) };
        assert!(ratio(&bright) > 3.5 && ratio(&bright) < 5.1, "{}", ratio(&bright));
        assert!((ratio(&bright) * ratio(&dark) - 1.0).abs() < 0.02, "{}", ratio(&dark));
    }
    // Half as strong, and only in the width.
    let half = Disc::of(&values().double("ring", 0.5).double("ringWidth", 0.3), BEHIND);
    assert!((half.at(14.0, 0.0, 1) / half.at(0.0, 3.0, 1) - 1.0).abs() < 0.01);
}

#[test]
fn softness_fades_towards_the_rim() {
    let soft = Disc::of(&values().double("softness", 1.0), BEHIND);
    let profile: Vec<f64> = (0..26).map(|d| soft.at(f64::from(d), 0.0, 1)).collect();
    assert!(profile.windows(2).all(|w| w[1] <= w[0] + 1e-6), "{profile:?}");
    assert!(profile[12] / profile[0] > 0.4 && profile[12] / profile[0] < 0.6 && profile[23] < 0.03 * profile[0]);
    // A quarter: flat up to there.
    let rim = Disc::of(&values().double("softness", 0.25), BEHIND);
    assert!((rim.at(17.0, 0.0, 1) / rim.at(0.0, 0.0, 1) - 1.0).abs() < 1e-3);
}

#[test]
fn a_mirror_lens_leaves_a_hole() {
    let disc = Disc::of(&values().double("catadioptric", 0.4), BEHIND);
    assert!(disc.at(0.0, 0.0, 1) == 0.0 && disc.at(8.0, 0.0, 1) < 0.01);
    assert!((disc.at(12.0, 0.0, 1) * 0.84 - 1.0).abs() < 0.02, "{}", disc.at(12.0, 0.0, 1));
}

#[test]
fn blades_are_round_straight_or_hollow() {
    let blades = |curvature: f64| values().int("bokehShape", 1).int("blades", 6).double("bladeCurvature", curvature);
    assert!(same_bits(&Disc::of(&blades(1.0), BEHIND).0, &Disc::of(&values(), BEHIND).0));
    // The middle of a side points to the right, the corners lie on the disc.
    for (curvature, side) in [(0.0, 0.866), (0.5, 0.933), (-0.5, 0.65), (-1.0, 0.433)] {
        let disc = Disc::of(&blades(curvature), BEHIND);
        let (inside, outside) = (disc.at(side * RADIUS - 1.5, 0.0, 1), disc.at(side * RADIUS + 1.5, 0.0, 1));
        assert!(inside > 0.9 && outside < 0.1, "{curvature}: {inside}, {outside}");
        let corner = |r: f64| disc.at(r * 30f64.to_radians().cos(), r * 30f64.to_radians().sin(), 1);
        let thin = curvature == -1.0;
        assert!(
            (thin || corner(RADIUS - 3.0) > 0.4) && corner(RADIUS + 2.0) < 0.1,
            "{curvature}: {}",
            corner(RADIUS - 3.0)
        );
    }
}

/// A lens draws what is in front of the focus upside down.
#[test]
fn in_front_of_the_focus_shapes_are_mirrored() {
    for shape in [values(), values().double("ring", 0.01), values().double("bladeCurvature", 0.2)] {
        let triangle = shape.int("bokehShape", 1).int("blades", 3);
        let (behind, in_front) = (Disc::of(&triangle, BEHIND), Disc::of(&triangle, IN_FRONT));
        // Its side is at the right, half a radius away; the corner opposite.
        assert!(behind.at(18.0, 0.0, 1) < 0.01 && behind.at(-18.0, 0.0, 1) > 0.5);
        assert!(in_front.at(18.0, 0.0, 1) > 0.5 && in_front.at(-18.0, 0.0, 1) < 0.01);
    }
}

#[test]
fn cats_eyes_look_at_the_middle() {
    let disc_at = |at: [i32; 2], amount: f64| {
        let out =
            lamp(at, BEHIND).render(&ZDefocus, &values().double("sizeAtInfinity", 12.0).double("catsEye", amount));
        let rect = Rect::new(0, 0, SIZE, SIZE);
        move |dx: i32, dy: i32| {
            let (x, y) = (at[0] + dx, at[1] + dy);
            if rect.contains(x, y) { out[(y * SIZE + x) as usize][1] } else { f32::NAN }
        }
    };
    let uncut = disc_at([104, MIDDLE], 0.0);
    let cut = disc_at([104, MIDDLE], 1.0);
    // 44 of the 85.6 pixels to the corner: the second rim has moved by half a radius to the left.
    assert!(uncut(10, 0) > 0.0 && cut(10, 0) == 0.0 && cut(8, 0) == 0.0, "{} {}", uncut(10, 0), cut(10, 0));
    assert!(cut(4, 0) > 0.0 && cut(-10, 0) > 0.0 && cut(-3, 10) > 0.0);
    // What is left has all of the light.
    assert!(cut(-2, 0) / uncut(-2, 0) > 1.3, "{}", cut(-2, 0) / uncut(-2, 0));
    let middle = disc_at([MIDDLE, MIDDLE], 1.0);
    assert!(middle(10, 0) > 0.0 && middle(-10, 0) > 0.0 && middle(0, 10) > 0.0);
}

#[test]
fn axial_colour_is_green_behind_and_magenta_in_front() {
    let axial = values().double("axialColour", 1.0);
    let (behind, in_front) = (Disc::of(&axial, BEHIND), Disc::of(&axial, IN_FRONT));
    // Rims at full size, discs 20 % smaller for the others, which are brighter for it.
    assert!(behind.at(22.0, 0.0, 1) > 0.9 && behind.at(22.0, 0.0, 0) < 0.01 && behind.at(22.0, 0.0, 2) < 0.01);
    assert!(in_front.at(22.0, 0.0, 1) < 0.01 && in_front.at(22.0, 0.0, 0) > 0.9 && in_front.at(22.0, 0.0, 2) > 0.9);
    assert!((behind.at(0.0, 0.0, 0) * 0.64 - 1.0).abs() < 0.02, "{}", behind.at(0.0, 0.0, 0));
    let turned = Disc::of(&values().double("axialColour", -1.0), BEHIND);
    assert!(turned.at(22.0, 0.0, 1) < 0.01 && turned.at(22.0, 0.0, 0) > 0.9);
}

#[test]
fn noise_is_uneven_and_always_the_same() {
    let noisy = |amount: f64| Disc::of(&values().double("bokehNoise", amount), BEHIND);
    let unevenness = |d: &Disc| {
        let inside: Vec<f64> = (-12..12)
            .flat_map(|y| (-12..12).map(move |x| (x, y)))
            .map(|(x, y)| d.at(f64::from(x), f64::from(y), 1))
            .collect();
        let mean = inside.iter().sum::<f64>() / inside.len() as f64;
        (inside.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / inside.len() as f64).sqrt()
    };
    assert!(unevenness(&noisy(0.0)) < 1e-3);
    assert!(unevenness(&noisy(1.0)) > 1.8 * unevenness(&noisy(0.5)) && unevenness(&noisy(0.5)) > 0.05);
    assert!(same_bits(&noisy(1.0).0, &noisy(1.0).0));
}

/// What the points of the lens see of an edge is what the aperture lets through on that side.
#[test]
fn the_points_see_what_the_aperture_lets_through() {
    let rect = Rect::new(0, 0, 120, 60);
    for (name, values) in shapes().into_iter().filter(|s| s.0 != "cat's eye" && s.0 != "all") {
        for z in [BEHIND, IN_FRONT] {
            let v = |x: i32| if x < 60 { 0.0 } else { 0.9 };
            let scene = Scene::new(rect, |x, _| ([v(x), v(x), v(x), 1.0], z));
            let out = scene.render(&ZDefocus, &values.clone().int("quality", 2));
            // A column of light: the sum over the rows of the disc, summed up to the edge.
            let disc = Disc::of(&values, z);
            let column = |dx: i32, c: usize| -> f64 {
                (0..SIZE).map(|y| f64::from(disc.0[(y * SIZE + MIDDLE + dx) as usize][c]) / 1e4).sum()
            };
            for c in [0, 1, 2] {
                for x in 36..84 {
                    let expected = 0.9 * (-30..=x - 60).map(|dx| column(dx, c)).sum::<f64>();
                    let found = f64::from(out[30 * 120 + x as usize][c]);
                    assert!((found - expected).abs() < 0.03, "{name} at {z}, {x}: {found} is not {expected}");
                }
            }
        }
    }
}
