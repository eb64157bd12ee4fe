//! ZDefocus against what a lens does to scenes so simple that it can be written down.
//!
//! Where a tolerance is not rounding it is what was measured, and says how far the effect is from the lens. Draft, the first quality, looks at
//! half the size: its profiles depend on where an edge lies on that picture's pixels.

use super::*;
use crate::geometry::Rect;
use crate::params::Values;
use crate::testing::{Random, Rgba, Scene};
use std::f64::consts::PI;

const FOCUS: f64 = 4.0;
/// The largest blur of the tests' lens, in pixels on both sides.
const LARGEST: f64 = 64.0;
const BLACK: Rgba = [0.0, 0.0, 0.0, 1.0];
const RED: Rgba = [1.0, 0.0, 0.0, 1.0];
const BLUE: Rgba = [0.0, 0.0, 1.0, 1.0];

fn lens(quality: usize) -> Values {
    let sizes = Values::default().double("sizeAtInfinity", LARGEST).double("maxSize", LARGEST);
    sizes.double("focusDistance", FOCUS).int("quality", quality as i32)
}

/// The depth whose blur is `coc` pixels.
fn depth(coc: f64) -> f32 {
    let inverse = (1.0 - coc / LARGEST) / FOCUS;
    if inverse > 0.0 { (1.0 / inverse) as f32 } else { 1e10 }
}

/// The share of a disc that lies beyond a line at distance `d` from its middle, averaged over a pixel.
fn edge(d: f64, radius: f64) -> f64 {
    let beyond = |d: f64| (d.acos() - d * (1.0 - d * d).sqrt()) / PI;
    let steps = (0..64).map(|i| (d + (f64::from(i) + 0.5) / 64.0 - 0.5) / radius);
    steps.map(|d| beyond(d.clamp(-1.0, 1.0))).sum::<f64>() / 64.0
}

/// Coordinates of the pixels of a render, in its order.
fn places(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    (rect.y1..rect.y2).flat_map(move |y| (rect.x1..rect.x2).map(move |x| (x, y)))
}

#[test]
fn a_constant_stays_constant_whatever_its_surface() {
    let rect = Rect::new(0, 0, 120, 40);
    let mut random = Random::new(3);
    let stones: Vec<f64> = (0..200).map(|_| random.between(-20.0, 20.0)).collect();
    let slope = |x: i32| (f64::from(x) - 60.0) / 3.0;
    type Coc<'a> = &'a dyn Fn(i32, i32) -> f64;
    let surfaces: [(&str, Coc); 5] = [
        ("near plane", &|_, _| -13.0),
        ("slanted plane through the focus", &|x, _| slope(x)),
        ("steep plane through the focus", &|x, _| (4.0 * slope(x)).clamp(-20.0, 20.0)),
        ("corridor of steps", &|x, _| slope(x.div_euclid(8) * 8)),
        ("stones", &|x, y| stones[(x / 11 + 13 * (y / 9)) as usize]),
    ];
    for (name, coc) in surfaces {
        // The brighter one counts as light.
        for grey in [[0.4, 0.7, 0.1, 1.0], [2.4, 4.2, 0.6, 1.0]] {
            let scene = Scene::new(rect, |x, y| (grey, depth(coc(x, y))));
            // Draft and Best differ from it in the number of points.
            for quality in [0, 1] {
                for p in scene.render(&ZDefocus, &lens(quality)) {
                    let off = (0..3).map(|c| (p[c] / grey[c] - 1.0).abs()).fold(0.0, f32::max);
                    assert!(off < 1e-3, "{name}, quality {quality}: {p:?} is not {grey:?}");
                    assert_eq!(p[3], 1.0, "{name}, quality {quality}");
                }
            }
        }
    }
}

/// What became of a point of light: all of it relative to what it was or should be.
struct Blob {
    energy: f64,
    /// By the second moment, in pixels: r²/2 for a disc.
    radius: f64,
    /// Pixels as bright as the middle, those at the rim in part, over π·r².
    area: f64,
    /// Largest departure from the mean within 0.7 radii.
    unevenness: f64,
    /// Light farther out than the radius and a pixel.
    spill: f64,
}

/// A lamp of one pixel with that blur in front of or on `ground`.
fn blob(light: f32, coc: f64, ground: f32, quality: usize) -> Blob {
    blob_at(0, light, coc, ground, quality)
}

/// The same, its middle so far from that of the frame, each way.
fn blob_at(at: i32, light: f32, coc: f64, ground: f32, quality: usize) -> Blob {
    let radius = coc.abs();
    let half = radius as i32 + 8;
    let rect = Rect::new(-half, -half, half + 1, half + 1);
    let lamp = |x, y| if (x, y) == (at, at) { ([light, 0.0, 0.0, 1.0], depth(coc)) } else { (BLACK, ground) };
    let out = Scene::new(rect, lamp).render(&ZDefocus, &lens(quality));
    let far = |(x, y): (i32, i32)| f64::from(x - at).hypot(f64::from(y - at));
    let light_at = || places(rect).zip(&out).map(|(place, p)| (far(place), f64::from(p[0])));
    let energy: f64 = light_at().map(|(_, v)| v).sum();
    let moment: f64 = light_at().map(|(r, v)| v * r * r).sum();
    let spill: f64 = light_at().filter(|(r, _)| *r > radius + 1.0).map(|(_, v)| v.abs()).sum();
    let inside: Vec<f64> = light_at().filter(|(r, _)| *r <= 0.7 * radius).map(|(_, v)| v).collect();
    let level = inside.iter().sum::<f64>() / inside.len() as f64;
    Blob {
        energy: energy / f64::from(light),
        radius: (2.0 * moment / energy).sqrt(),
        area: light_at().map(|(_, v)| (v / level).min(1.0)).sum::<f64>() / (PI * radius * radius),
        unevenness: inside.iter().map(|v| (v / level - 1.0).abs()).fold(0.0, f64::max),
        spill: spill / energy,
    }
}

const RADII: [f64; 10] = [0.5, 0.8, 1.0, 1.7, 3.0, 6.5, 12.0, 25.0, 40.0, 60.0];

#[test]
fn a_lamp_becomes_an_even_disc() {
    for radius in RADII {
        for coc in [-radius, radius] {
            for quality in 0..3 {
                let b = blob(200.0, coc, depth(coc), quality);
                let what = format!("{coc} px, quality {quality}");
                assert!((b.energy - 1.0).abs() < 1e-3, "{what}: energy {}", b.energy);
                assert!((b.radius - radius).abs() < 0.1, "{what}: radius {}", b.radius);
                // The rim is a pixel wide: of small discs that is much.
                let area = if radius < 3.0 { f64::INFINITY } else { 0.35 / (radius * radius) + 1e-3 };
                assert!((b.area - 1.0).abs() < area, "{what}: area {}", b.area);
                assert!(radius < 3.0 || b.unevenness < 1e-3, "{what}: unevenness {}", b.unevenness);
                // What of a dim blur is no light reaches a pixel farther in Draft.
                let spill = if quality == 0 { 1.5e-3 } else { 1e-4 };
                assert!(b.spill < spill, "{what}: spill {}", b.spill);
            }
        }
    }
}

/// What is no light is seen by the lens's points: at large radii one pixel is a pattern of so many dots, some of them beyond the rim.
#[test]
fn a_white_pixel_keeps_its_energy_and_has_the_right_size() {
    let spilt = [0.045, 0.025, 0.015];
    for radius in [0.5, 1.0, 1.7, 6.5, 25.0, 60.0] {
        for coc in [-radius, radius] {
            for (quality, spilt) in spilt.into_iter().enumerate() {
                let b = blob(0.9, coc, depth(coc), quality);
                let what = format!("{coc} px, quality {quality}");
                assert!((b.energy - 1.0).abs() < 1e-3, "{what}: energy {}", b.energy);
                // Draft makes large discs of pixels of half the size, and of half that: where the pixel lies in one counts.
                let others = if quality == 0 { 1..4 } else { 0..0 };
                let many = 1.0 + others.len() as f64;
                let others = others.map(|at| blob_at(at, 0.9, coc, depth(coc), quality).radius);
                let found = ((b.radius.powi(2) + others.map(|r| r * r).sum::<f64>()) / many).sqrt();
                assert!((found - radius).abs() < 0.1, "{what}: radius {found}");
                assert!(b.spill < spilt, "{what}: spill {}", b.spill);
            }
        }
    }
}

#[test]
fn a_lamp_in_front_of_a_sharp_wall_is_the_same_disc() {
    for radius in [3.0, 12.0, 40.0] {
        let b = blob(200.0, -radius, FOCUS as f32, 1);
        assert!(
            (b.energy - 1.0).abs() < 1e-3 && (b.radius - radius).abs() < 0.1,
            "{radius}: {}, {}",
            b.energy,
            b.radius
        );
        assert!(b.unevenness < 1e-3 && b.spill < 1e-4, "{radius}: unevenness {}, spill {}", b.unevenness, b.spill);
    }
}

#[test]
fn a_lamp_behind_a_sharp_object_is_cut_by_its_edge() {
    let (radius, light) = (20.0, 200.0);
    let rect = Rect::new(0, 0, 90, 60);
    for distance in [3, 10] {
        let lamp = (40 + distance, 30);
        let scene = Scene::new(rect, |x, y| match (x, y) {
            p if p == lamp => ([light as f32, 0.0, 0.0, 1.0], depth(radius)),
            (..40, _) => ([0.0, 0.5, 0.0, 1.0], FOCUS as f32),
            _ => (BLACK, depth(radius)),
        });
        let level = light / (PI * radius * radius);
        for quality in 0..3 {
            for ((x, y), p) in places(rect).zip(scene.render(&ZDefocus, &lens(quality))) {
                let far = f64::from(x - lamp.0).hypot(f64::from(y - lamp.1));
                let what = format!("({x}, {y}), quality {quality}: {p:?}");
                match x {
                    ..40 => assert_eq!(p[0], 0.0, "{what}"),
                    _ if far < radius - 1.0 => assert!((f64::from(p[0]) / level - 1.0).abs() < 2e-3, "{what}"),
                    _ => {}
                }
            }
        }
    }
}

/// Red on the left, blue on the right, each at a blur: how far the red is from the share of the lens that sees it, and the sum from 1.
fn at_an_edge(left: f64, right: f64, radius: f64, quality: usize) -> [f64; 2] {
    let half = (1.5 * radius) as i32 + 6;
    let rect = Rect::new(-half, 0, half, 24);
    let scene = Scene::new(rect, |x, _| if x < 0 { (RED, depth(left)) } else { (BLUE, depth(right)) });
    let out = scene.render(&ZDefocus, &lens(quality));
    let all = places(rect).zip(out).filter(|((_, y), _)| (4..20).contains(y));
    all.fold([0.0; 2], |[profile, seam], ((x, _), p)| {
        let off = (f64::from(p[0]) - edge(f64::from(x) + 0.5, radius)).abs();
        [off.max(profile), f64::from((p[0] + p[2] - 1.0).abs()).max(seam)]
    })
}

#[test]
fn a_line_on_one_surface_is_blurred_as_by_the_disc() {
    for (radius, tolerances) in [
        (2.0, [0.04, 0.026, 0.026]),
        (5.0, [0.033, 0.0095, 0.006]),
        (10.0, [0.007, 0.006, 0.003]),
        (13.0, [0.02, 0.005, 0.003]),
        (25.0, [0.0055, 0.003, 0.002]),
        (60.0, [0.0015, 0.003, 0.002]),
    ] {
        for (quality, tolerance) in tolerances.into_iter().enumerate() {
            for coc in [-radius, radius] {
                let [profile, seam] = at_an_edge(coc, coc, radius, quality);
                assert!(profile < tolerance && seam < 1e-3, "{coc} px, quality {quality}: {profile}, seam {seam}");
            }
        }
    }
}

#[test]
fn a_near_edge_lets_the_far_side_through_by_the_share_of_the_disc() {
    let tolerances = [0.03, 0.022, 0.022];
    for radius in [5.0, 10.0, 25.0, 60.0] {
        for (quality, tolerance) in tolerances.into_iter().enumerate() {
            // Sharp behind it, blurred behind it, and in front of the focus too.
            for behind in [0.0, radius, -0.5 * radius] {
                let [profile, seam] = at_an_edge(-radius, behind, radius, quality);
                let what = format!("{radius} px before {behind} px, quality {quality}");
                assert!(profile < tolerance && seam < 1e-3, "{what}: {profile}, seam {seam}");
            }
        }
    }
}

/// A blurred bar before a sharp gradient: the bar's profile, and the gradient goes on behind it.
#[test]
fn a_gradient_goes_on_behind_a_blurred_bar() {
    let tolerances = [[0.035, 0.023], [0.022, 0.015], [0.022, 0.015]];
    for (radius, width) in [(5.0, 2), (5.0, 20), (20.0, 2), (20.0, 6), (20.0, 20), (40.0, 6), (40.0, 20)] {
        let half = 2 * radius as i32 + 20;
        let rect = Rect::new(-half, 0, half, 24);
        let gradient = |x: i32| 0.5 + 0.3 * f64::from(x) / f64::from(half);
        let scene = Scene::new(rect, |x, _| {
            let wall = ([0.0, 0.0, gradient(x) as f32, 1.0], FOCUS as f32);
            if (0..width).contains(&x) { (RED, depth(-radius)) } else { wall }
        });
        for (quality, [of_bar, of_gradient]) in tolerances.into_iter().enumerate() {
            let out = scene.render(&ZDefocus, &lens(quality));
            for ((x, _), p) in places(rect).zip(out).filter(|((_, y), _)| *y == 12) {
                let d = f64::from(x) + 0.5;
                let bar = edge(d - f64::from(width), radius) - edge(d, radius);
                let what = format!("{width} px wide, {radius} px, quality {quality}, x {x}: {p:?}");
                assert!((f64::from(p[0]) - bar).abs() < of_bar, "{what}: the bar is {bar}");
                let behind = (1.0 - bar) * gradient(x);
                assert!((f64::from(p[2]) - behind).abs() < of_gradient, "{what}: the gradient is {behind}");
            }
        }
    }
}

#[test]
fn what_fades_out_is_still_multiplied_by_its_alpha() {
    let colour = [0.8, 0.4, 0.2, 1.0];
    for (coc, tolerances) in
        [(3.0, [0.055, 0.014, 0.014]), (12.0, [0.018, 0.005, 0.002]), (-30.0, [0.004, 0.004, 0.002])]
    {
        let half = (1.5 * f64::abs(coc)) as i32 + 6;
        let rect = Rect::new(-half, 0, half, 20);
        let scene = Scene::new(rect, |x, _| (if x < 0 { colour } else { [0.0; 4] }, depth(coc)));
        for (quality, tolerance) in tolerances.into_iter().enumerate() {
            for ((x, y), p) in places(rect).zip(scene.render(&ZDefocus, &lens(quality))) {
                let what = format!("({x}, {y}), {coc} px, quality {quality}: {p:?}");
                assert!((0..3).all(|c| (p[c] - colour[c] * p[3]).abs() < 1e-5), "{what}");
                assert!((f64::from(p[3]) - edge(f64::from(x) + 0.5, f64::abs(coc))).abs() < tolerance, "{what}");
            }
        }
    }
}

/// In front of the focus a lens turns its aperture upside down.
#[test]
fn near_is_far_upside_down() {
    let (w, h) = (60, 44);
    for (blades, lamps) in [(0, 0.01), (6, 0.01), (5, 0.01), (3, 0.0)] {
        let mut random = Random::new(11);
        let picture: Vec<Rgba> = (0..w * h)
            .map(|_| {
                let lamp = if random.chance(lamps) { 40.0 } else { 1.0 };
                [random.between(0.0, lamp) as f32, random.between(0.0, 1.0) as f32, 0.3, 1.0]
            })
            .collect();
        let at = |x: i32, y: i32| picture[(y * w + x) as usize];
        let values = lens(1).int("bokehShape", i32::from(blades > 0)).int("blades", blades.max(3));
        let values = values.double("bokehRotation", 13.0);
        let rect = Rect::new(0, 0, w, h);
        let far = Scene::new(rect, |x, y| (at(x, y), depth(9.0))).render(&ZDefocus, &values);
        let near = Scene::new(rect, |x, y| (at(w - 1 - x, h - 1 - y), depth(-9.0))).render(&ZDefocus, &values);
        let off = far.iter().zip(near.iter().rev()).flat_map(|(a, b)| (0..4).map(move |c| (a[c] - b[c]).abs()));
        let off = off.fold(0.0, f32::max);
        assert!(off < 1e-5, "{blades} blades, lamps {lamps}: {off}");
    }
}

#[test]
fn a_pixel_that_is_no_number_leaves_the_others_alone() {
    let rect = Rect::new(0, 0, 60, 44);
    let grey = [0.4, 0.7, 0.1, 1.0];
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for coc in [-9.0, 0.0, 9.0] {
            let scene =
                Scene::new(rect, |x, y| (if (x, y) == (30, 20) { [bad, 0.7, 0.1, 1.0] } else { grey }, depth(coc)));
            for (place, p) in places(rect).zip(scene.render(&ZDefocus, &lens(1))) {
                if place == (30, 20) {
                    assert_eq!(p[0].to_bits(), bad.to_bits(), "{bad}, {coc} px");
                } else {
                    assert!((0..4).all(|c| (p[c] - grey[c]).abs() < 1e-5), "{bad}, {coc} px, {place:?}: {p:?}");
                }
            }
        }
    }
}

/// A sharp ball and a thin sharp wire before a blurred wall: no halo. The wall is plain, noisy or full of lamps.
#[test]
fn sharp_silhouettes_have_no_halo() {
    let rect = Rect::new(0, 0, 140, 120);
    let object = |x: i32, y: i32| f64::from(x - 70).hypot(f64::from(y - 60)) < 25.3 || (19..21).contains(&x);
    for (bright, radius) in [(0.9, 8.0), (0.9, 30.0), (20.0, 30.0)] {
        for (name, noise, lamps) in [("plain", 0.0, 0.0), ("noisy", 0.5, 0.0), ("lamps", 0.5, 0.01)] {
            let mut random = Random::new(5);
            let scene = Scene::new(rect, |x, y| {
                let lamp = if random.chance(lamps) { 30.0 } else { 1.0 };
                let wall = bright * lamp * random.between(1.0 - noise, 1.0 + noise);
                if object(x, y) { (RED, FOCUS as f32) } else { ([0.0, 0.0, wall as f32, 1.0], depth(radius)) }
            });
            for ((x, y), p) in places(rect).zip(scene.render(&ZDefocus, &lens(1))) {
                let what = format!("{name} {bright}, {radius} px, ({x}, {y}): {p:?}");
                if object(x, y) {
                    assert!(p.iter().zip(RED).all(|(a, b)| (a - b).abs() < 1e-6), "{what}");
                } else {
                    assert_eq!(p[0], 0.0, "{what}");
                }
            }
        }
    }
}
