//! Each control in closed form, and values that others published.

use super::reference::{decode, encode};
use super::tests::{colour, grade, layout};
use super::*;
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, run_row, same_bits};
use crate::{Geometry, Rect, RectD};

/// One colour through the near grade alone.
fn near(values: Values, [r, g, b]: [f32; 3]) -> [f32; 3] {
    let got = run_row(&DepthGrade, &values, &[1.0], &[[r, g, b, 0.25]])[0];
    assert_eq!(got[3], 0.25, "alpha is not ours");
    [got[0], got[1], got[2]]
}

#[track_caller]
fn near_to(got: [f32; 3], want: [f32; 3], tolerance: f32) {
    let right = got.iter().zip(want).all(|(g, w)| (g - w).abs() <= tolerance * w.abs().max(1.0));
    assert!(right, "{got:?} is not {want:?}");
}

/// Within 10⁻⁶.
#[track_caller]
fn close(got: [f32; 3], want: [f32; 3]) {
    near_to(got, want, 1e-6);
}

fn three(values: Values, name: &str, v: [f64; 3]) -> Values {
    colour(values, &format!("near{name}"), v)
}

/// Colours and what an independent implementation of the ASC CDL makes of them: the values that OpenColorIO's tests hold
/// (tests/cpu/ops/cdl/CDLOp_tests.cpp, `apply_clamp_fwd` and `apply_noclamp_fwd`), without those that are no numbers.
#[allow(clippy::excessive_precision, reason = "as published")]
const PUBLISHED: [([f32; 3], [f32; 3], [f32; 3]); 7] = [
    ([0.0, 0.0, 0.0], [0.071827, 0.0, 0.070533], [0.109661, -0.249088, 0.108368]),
    ([0.3278, 0.01, 1.0], [0.609399, 0.0, 0.113130], [0.645424, -0.260548, 0.149154]),
    ([0.25, 0.5, 0.75], [0.422056, 0.401466, 0.035820], [0.422056, 0.401466, 0.035820]),
    ([1.25, 1.5, 1.75], [1.0, 1.0, 0.0], [1.753162, 1.331130, -0.108181]),
    ([-0.2, 0.5, 1.4], [0.0, 0.421096, 0.101225], [-0.327485, 0.431854, 0.111983]),
    ([-0.25, -0.5, -0.75], [0.0, 0.0, 0.031735], [-0.211694, -0.817469, 0.174100]),
    ([0.0, 0.8, 0.99], [0.0, 0.746748, 0.018691], [-0.045094, 0.746748, 0.018691]),
];

/// The ASC CDL 1.2 as its document says it: slope, offset, power, saturation, each clamped or none.
fn asc(x: [f32; 3], clamps: bool) -> [f32; 3] {
    let (slope, offset, power) = ([1.35, 1.1, 0.071], [0.05, -0.23, 0.11], [0.93, 0.81, 1.27]);
    let limit = |v: f64| if clamps { v.clamp(0.0, 1.0) } else { v };
    let sop: [f64; 3] = std::array::from_fn(|c| {
        let v = limit(f64::from(x[c]) * slope[c] + offset[c]);
        if v > 0.0 { v.powf(power[c]) } else { v }
    });
    let luma = 0.2126 * sop[0] + 0.7152 * sop[1] + 0.0722 * sop[2];
    sop.map(|v| limit(luma + 1.23 * (v - luma)) as f32)
}

#[test]
fn the_cdl_is_that_of_the_published_values() {
    let cdl = three(grade(), "Slope", [1.35, 1.1, 0.071]).double("nearSaturation", 1.23);
    let cdl = three(three(cdl, "Offset", [0.05, -0.23, 0.11]), "Power", [0.93, 0.81, 1.27]);
    let clamped = cdl.clone().set("clampBlack", Value::Bool(true)).set("clampWhite", Value::Bool(true));
    for (from, with_clamps, without) in PUBLISHED {
        // One of the published numbers is 1.3·10⁻⁶ from the formula; their own test allows 2·10⁻⁶.
        near_to(near(cdl.clone(), from), without, 1.5e-6);
        near_to(near(clamped.clone(), from), with_clamps, 1.5e-6);
        close(near(cdl.clone(), from), asc(from, false));
        close(near(clamped.clone(), from), asc(from, true));
    }
}

#[test]
fn nukes_grade_and_the_cdl_are_one_grade() {
    let mut r = Random::new(5);
    for _ in 0..200 {
        let mut any = |low, high| [(); 3].map(|()| r.between(low, high));
        let (lift, gain, offset, gamma) = (any(-0.1, 0.1), any(0.5, 2.0), any(-0.1, 0.1), any(0.5, 2.0));
        let (slope, power, x) = (any(0.5, 2.0), any(0.5, 2.0), any(0.2, 2.0));
        let v = three(three(three(grade(), "Lift", lift), "Gain", gain), "Gamma", gamma);
        let v = three(three(three(v, "Offset", offset), "Slope", slope), "Power", power);
        let want: [f64; 3] = std::array::from_fn(|c| {
            let graded = (gain[c] - lift[c]) * slope[c] * x[c] + offset[c] + lift[c];
            graded.powf(1.0 / gamma[c]).powf(power[c])
        });
        let got = near(v, x.map(|v| v as f32));
        let right = got.iter().zip(want).all(|(g, w)| (f64::from(*g) - w).abs() <= 2e-6 * w.max(1.0));
        assert!(right, "{got:?} is not {want:?}");
    }
}

#[test]
fn temperature_and_tint_move_colours_and_not_a_whites_luminance() {
    let c = [0.5, 0.5, 0.5];
    let warm = near(grade().double("nearTemperature", 1.0), c);
    assert!((warm[0] / warm[2] - 2.0).abs() < 1e-5, "a stop between red and blue: {warm:?}");
    let magenta = near(grade().double("nearTint", 1.0), c);
    assert!((magenta[0] / magenta[1] - 2.0).abs() < 1e-5 && magenta[0] == magenta[2], "{magenta:?}");
    for v in [warm, magenta, near(grade().double("nearTemperature", -3.0).double("nearTint", -2.0), c)] {
        let luminance = 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
        assert!((luminance - 0.5).abs() < 1e-6, "{v:?}");
    }
    // Light is multiplied: what is negative or bright stays in proportion.
    let [r, g, b] = near(grade().double("nearTemperature", 1.0), [-0.5, 0.0, 500.0]);
    assert_eq!([r, g, b], [-warm[0], 0.0, warm[2] * 1000.0]);
}

#[test]
fn contrast_turns_about_the_pivot() {
    let with = |contrast: f64| grade().double("nearContrast", contrast).double("nearPivot", 0.2);
    close(near(with(2.0), [0.2, 0.4, 0.1]), [0.2, 0.8, 0.05]);
    close(near(with(0.5), [0.2, 0.8, -0.3]), [0.2, 0.4, -0.3]);
    close(near(with(0.0), [0.7, 90.0, 0.01]), [0.2, 0.2, 0.2]);
    // In Log stops are stretched, too, as long as they are above the curve's line.
    near_to(near(with(2.0).int("gradeSpace", 1), [0.2, 0.4, 0.1]), [0.2, 0.8, 0.05], 3e-6);
}

#[test]
fn log_is_the_curve_of_acescct() {
    // Values of S-2016-001 and of CTL code that ships with it: 18 % grey, the break, zero.
    for (light, code) in [(0.18, 0.413_588_402_5), (0.007_812_5, 0.155_251_141_6), (0.0, 0.072_905_534_2)] {
        assert!((encode(light) - code).abs() < 1e-9, "{light}");
        assert!((decode(code) - light).abs() < 1e-9, "{code}");
    }
    for i in -2000..4000 {
        let x = f64::from(i) * 0.01;
        assert!((decode(encode(x)) - x).abs() < 1e-9 * (1.0 + x.abs()), "{x}");
    }
    let log = grade().int("gradeSpace", 1);
    // An offset of 1/17.52 is a stop.
    let stop = near(three(log.clone(), "Offset", [1.0 / 17.52; 3]), [0.18, 1.5, 0.01]);
    near_to(stop, [0.36, 3.0, 0.02], 3e-6);
    // Exposure stays in light, below the curve's toe and below zero, too.
    close(near(log.clone().double("nearExposure", 1.0), [0.18, 0.001, -0.3]), [0.36, 0.002, -0.6]);
    // Saturation in the values of the curve.
    let code = |x: f64| encode(x);
    let grey = 0.2126 * code(0.1) + 0.7152 * code(0.2) + 0.0722 * code(0.4);
    let grey = decode(grey) as f32;
    near_to(near(log.double("nearSaturation", 0.0), [0.1, 0.2, 0.4]), [grey; 3], 3e-6);
}

#[test]
fn negative_and_bright_values_survive() {
    let c = [-0.7, 0.3, 4000.0];
    for space in 0..2 {
        let v = grade().int("gradeSpace", space).double("nearContrast", 1.2).double("nearSaturation", 1.1);
        let got = near(three(v, "Power", [1.1; 3]), c);
        assert!(got[0] < -0.5 && got[2] > 4000.0 && got.iter().all(|v| v.is_finite()), "{space}: {got:?}");
    }
    let clamp = grade().set("clampBlack", Value::Bool(true));
    assert_eq!(near(clamp.clone(), c), [0.0, 0.3, 4000.0]);
    assert_eq!(near(clamp.set("clampWhite", Value::Bool(true)), c), [0.0, 0.3, 1.0]);
}

#[test]
fn luminance_stays_where_it_may_not_change() {
    let v = three(grade().double("nearExposure", 1.5), "Gain", [1.4, 0.8, 0.6]);
    let luminance = |v: [f32; 3]| 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
    let c = [0.4, 0.2, 0.7];
    let (free, half, none) = (
        near(v.clone(), c),
        near(v.clone().double("luminanceMix", 0.5), c),
        near(v.clone().double("luminanceMix", 0.0), c),
    );
    assert!((luminance(none) - luminance(c)).abs() < 1e-6);
    assert!((luminance(half) - 0.5 * (luminance(c) + luminance(free))).abs() < 1e-6);
    // The colour is the grade's.
    assert!((none[0] / none[1] - free[0] / free[1]).abs() < 1e-5);
    // Exposure alone comes to nothing.
    close(near(grade().double("nearExposure", 2.0).double("luminanceMix", 0.0), c), c);
    // A grade that leaves nearly nothing cannot be made bright again without end.
    let dark = near(grade().double("nearExposure", -20.0).double("luminanceMix", 0.0), c);
    assert!(dark.iter().all(|v| *v < 1e-3), "{dark:?}");
}

/// The mattes at each depth.
fn mattes(values: Values, z: &[f32]) -> Vec<Rgba> {
    run_row(&DepthGrade, &values.int("output", 2), z, &vec![[0.5; 4]; z.len()])
}

#[test]
fn isolating_makes_a_band_of_the_middle() {
    let v = grade().set("isolate", Value::Bool(true)).double("target", 10.0).double("tolerance", 2.0);
    let w = mattes(v.clone(), &[1.0, 6.99, 8.0, 9.01, 10.0, 10.99, 12.0, 13.01, 99.0]);
    let of = |i: usize| [w[i][0], w[i][1], w[i][2]];
    assert_eq!([of(0), of(1)], [[1.0, 0.0, 0.0]; 2], "the softness of a half ends half a tolerance outside");
    assert_eq!([of(3), of(4), of(5)], [[0.0, 1.0, 0.0]; 3]);
    assert_eq!([of(7), of(8)], [[0.0, 0.0, 1.0]; 2]);
    assert!((w[2][0] - 0.5).abs() < 1e-5 && (w[6][2] - 0.5).abs() < 1e-5, "{w:?}");
    // A tolerance larger than the distance: nothing is nearer.
    let w = mattes(v.double("tolerance", 30.0), &[0.01, 5.0, 39.0, 90.0]);
    assert_eq!([w[0][1], w[1][1], w[3][2]], [1.0; 3]);
}

#[test]
fn continuous_grades_change_evenly() {
    for space in 0..3 {
        let between = |a: f64, b: f64, t: f64| match space {
            0 => a + (b - a) * t,
            1 => 1.0 / (1.0 / a + (1.0 / b - 1.0 / a) * t),
            _ => a * (b / a).powf(t),
        };
        let v = grade().set("continuous", Value::Bool(true)).int("zoneSpace", space);
        let v =
            v.double("nearEnd", 4.0).double("farStart", 30.0).double("nearSoftness", 0.0).double("farSoftness", 0.0);
        // From −1 stop over 0 to +3: at the half of the second half it is +1.5.
        let exposed = v.double("nearExposure", -1.0).double("farExposure", 3.0);
        for (t, stops) in [(-0.3, -1.0), (0.0, -1.0), (0.25, -0.5), (0.5, 0.0), (0.75, 1.5), (1.0, 3.0), (1.5, 3.0)] {
            let z = if t > 1.0 { 1e6 } else { between(4.0, 30.0, t) } as f32;
            let got = run_row(&DepthGrade, &exposed, &[z.max(0.1)], &[[0.5, 0.5, 0.5, 1.0]])[0][0];
            let want = 0.5 * f64::exp2(stops);
            assert!((f64::from(got) / want - 1.0).abs() < 2e-5, "{space}, {t}: {got} is not {want}");
        }
    }
    // The corners are rounded: no step in the slope.
    let soft = grade().set("continuous", Value::Bool(true)).double("farExposure", 2.0).double("nearExposure", -2.0);
    let z: Vec<f32> = (0..400).map(|i| 2.0 + i as f32 * 0.05).collect();
    let got = run_row(&DepthGrade, &soft, &z, &vec![[1.0; 4]; z.len()]);
    let stops: Vec<f32> = got.iter().map(|p| p[0].log2()).collect();
    let bends = stops.windows(3).map(|s| (s[2] - 2.0 * s[1] + s[0]).abs()).fold(0.0, f32::max);
    let steps = stops.windows(2).map(|s| s[1] - s[0]).fold(0.0, f32::max);
    assert!(stops.windows(2).all(|s| s[1] >= s[0] - 1e-5) && bends < 0.05 * steps, "{bends}, {steps}");
}

#[test]
fn the_amount_follows_the_curve() {
    let v = grade().set("useCurve", Value::Bool(true)).double("curveNear", 2.0).double("curveFar", 10.0);
    let v = v.double("masterExposure", 1.0);
    let at = |v: &Values, z: f32| run_row(&DepthGrade, v, &[z], &[[0.5, -0.25, 0.0, 1.0]])[0];
    // The five points are a ramp at first.
    for (z, amount) in [(0.1, 0.0), (2.0, 0.0), (4.0, 0.25), (6.0, 0.5), (9.0, 0.875), (10.0, 1.0), (1e9, 1.0)] {
        let got = at(&v, z);
        assert!(
            (got[0] - 0.5 * (1.0 + amount)).abs() < 1e-6 && (got[1] + 0.25 * (1.0 + amount)).abs() < 1e-6,
            "{z}: {got:?}"
        );
        assert!((at(&v.clone().int("output", 4), z)[3] - amount).abs() < 1e-6);
    }
    // Where nothing counts all bits stay, where all counts it is the grade.
    assert_eq!(at(&v, 1.0), [0.5, -0.25, 0.0, 1.0]);
    assert_eq!(at(&v, 20.0), [1.0, -0.5, 0.0, 1.0]);
    // A host's curve goes before the points; it may go beyond 0 and 1.
    let drawn: Vec<f64> = (0..257).map(|i| 3.0 - 6.0 * f64::from(i) / 256.0).collect();
    let drawn = v.clone().set("depthCurve", Value::Curve(drawn));
    assert_eq!([at(&drawn, 2.0)[0], at(&drawn, 6.0)[0], at(&drawn, 10.0)[0]], [1.0, 0.5, 0.5]);
    // The ends may be crossed.
    let crossed = v.double("curveNear", 10.0).double("curveFar", 2.0);
    assert_eq!([at(&crossed, 9.0)[0], at(&crossed, 11.0)[0]], [0.5, 1.0]);
    assert_eq!(at(&grade().int("output", 4), 3.0), [1.0; 4]);
}

#[test]
fn crossed_and_equal_borders_leave_everything_defined() {
    for (near_end, far_start) in [(5.0, 5.0), (20.0, 5.0), (1e9, 1e-3)] {
        for space in 0..3 {
            let v = grade().set("continuous", Value::Bool(true)).int("zoneSpace", space).double("farExposure", 1.0);
            let v = v.double("nearEnd", near_end).double("farStart", far_start);
            for p in run_row(&DepthGrade, &v, &[1e-3, 4.9, 5.0, 5.1, 1e8, f32::INFINITY], &[[0.5; 4]; 6]) {
                assert!((0.5..=1.000_001).contains(&p[0]), "{near_end}, {far_start}, {space}: {p:?}");
            }
        }
    }
}

#[test]
fn borders_can_be_picked_from_the_picture() {
    // Near 2 m, in the middle 10 m, far 50 m: thirds from left to right.
    let rect = Rect::new(0, 0, 120, 40);
    let scene = Scene::new(rect, |x, _| ([0.5, 0.5, 0.5, 1.0], [2.0, 10.0, 50.0][(x / 40) as usize]));
    let mattes = grade().int("output", 2).double("nearSoftness", 0.0).double("farSoftness", 0.0);
    let at = |values: &Values, x: usize| {
        let got = scene.render(&DepthGrade, values);
        let p = got[20 * 120 + x];
        [p[0], p[1], p[2]]
    };
    // By numbers the middle is far; with the far border picked on the far wall it is mid.
    let v = mattes.double("nearEnd", 5.0).double("farStart", 9.0);
    assert_eq!(at(&v, 60), [0.0, 0.0, 1.0]);
    let picked = v.clone().int("farStartMode", 1).set("farStartPoint", Value::Point([100.0, 20.0]));
    assert_eq!(at(&picked, 60), [0.0, 1.0, 0.0]);
    assert!((at(&picked, 100)[2] - 0.5).abs() < 0.01);
    let target = v.clone().set("isolate", Value::Bool(true)).int("targetMode", 1);
    assert_eq!(at(&target, 60), [0.0, 1.0, 0.0], "the point is in the middle at first");
    assert_eq!(at(&target, 20), [1.0, 0.0, 0.0]);
    // Where there is nothing to pick, the number counts.
    let off = v.int("nearEndMode", 1).set("nearEndPoint", Value::Point([5000.0, 5000.0]));
    assert_eq!(at(&off, 20), [1.0, 0.0, 0.0]);
    // Every tile is told to look where the picks are.
    let prepared = DepthGrade.prepare(&picked);
    let plan = prepared.plan(&crate::testing::frame(Geometry::default(), RectD::new(0.0, 0.0, 120.0, 40.0), true));
    let also = plan.depth_also.expect("a pick looks at the depth");
    assert!(also.x1 < 95.0 && also.x2 > 105.0);
}

#[test]
fn a_zone_without_a_grade_keeps_its_bits_in_log_too() {
    let picture: Vec<Rgba> = (0..100).map(|i| [i as f32 * 0.013 - 0.2, -0.0, 1e-20 * i as f32, 1.0]).collect();
    for v in [grade().int("gradeSpace", 1), grade().double("luminanceMix", 1.0).set("continuous", Value::Bool(true))] {
        let v = v.double("nearExposure", 1.0).double("nearContrast", 1.5);
        let got = run_row(&DepthGrade, &v, &vec![15.0; 100], &picture);
        if !Params::read(&v).zones.continuous {
            assert!(same_bits(&got, &picture));
        }
        let got = run_row(&DepthGrade, &v, &vec![90.0; 100], &picture);
        assert!(same_bits(&got, &picture));
    }
}

#[test]
fn controls_without_effect_are_greyed_out() {
    let on = |v: &Values, name: &str| DepthGrade.enabled(v, name);
    let v = grade();
    assert!(on(&v, "nearEnd") && !on(&v, "nearEndPoint") && !on(&v, "target") && !on(&v, "targetPoint"));
    let v = v.int("nearEndMode", 1);
    assert!(on(&v, "nearEndPoint") && !on(&v, "farStartPoint"));
    let v = v.set("isolate", Value::Bool(true)).int("targetMode", 1);
    assert!(!on(&v, "nearEndPoint") && !on(&v, "farStart") && on(&v, "tolerance") && on(&v, "targetPoint"));
    assert_eq!(layout(&Params::read(&v)).borders.map(|b| b.at), [9.0, 11.0]);
}
