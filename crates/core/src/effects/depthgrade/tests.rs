//! DepthGrade against its reference, and against what is known in closed form.

use super::*;
use crate::depth::NEAREST;
use crate::geometry::{Geometry, RectD};
use crate::params::{ChoiceOptions, Value, Values};
use crate::testing::{Random, Rgba, frame, run_row, same_bits};

pub(super) fn grade() -> Values {
    Values::default()
}

/// The layout of the zones, where nothing is picked.
pub(super) fn layout(p: &Params) -> Layout {
    p.layout([None; 3])
}

pub(super) fn colour(values: Values, name: &str, [r, g, b]: [f64; 3]) -> Values {
    values.set(name, Value::Colour([r, g, b, 1.0]))
}

fn random_zones(r: &mut Random) -> Values {
    let softness = |r: &mut Random| r.pick(&[0.0, 1.0, 0.25, 0.6]);
    grade()
        .double("nearEnd", r.log_between(0.5, 100.0))
        .double("farStart", r.log_between(0.5, 100.0))
        .double("nearSoftness", softness(r))
        .double("farSoftness", softness(r))
        .int("zoneSpace", r.pick(&[0, 1, 2]))
        .set("continuous", Value::Bool(r.chance(0.3)))
        .set("isolate", Value::Bool(r.chance(0.3)))
        .double("target", r.log_between(0.5, 100.0))
        .double("tolerance", r.log_between(1.0, 20.0))
        .double("toleranceSoftness", softness(r))
        .set("useCurve", Value::Bool(r.chance(0.3)))
        .double("curveAmount2", r.between(0.0, 1.0))
        .double("curveAmount5", r.between(0.0, 1.0))
        .double("curveNear", r.log_between(0.5, 20.0))
        .double("curveFar", r.log_between(20.0, 200.0))
}

/// Settings from all over the sensible ranges; each of the four grades is often neutral in part or altogether.
fn random_settings(r: &mut Random) -> Values {
    let mut v = random_zones(r).int("output", r.pick(&[0, 0, 0, 1, 2, 3, 4])).int("matteZone", r.pick(&[0, 1, 2]));
    let log = r.chance(0.3);
    for zone in ["near", "mid", "far", "master"] {
        let name = |what: &str| format!("{zone}{what}");
        // A factor of 2 in Log squares the light and more.
        let calm = |v: f64| if log && v > 0.25 { 1.0 + 0.2 * (v - 1.0) } else { v };
        let three = |r: &mut Random, low, high| [(); 3].map(|()| calm(r.between(low, high)));
        if r.chance(0.4) {
            v = v.double(&name("Exposure"), r.between(-2.0, 2.0));
        }
        if r.chance(0.3) {
            v = colour(v, &name("Lift"), three(r, -0.2, 0.2));
        }
        if r.chance(0.3) {
            v = colour(v, &name("Gain"), three(r, 0.3, 2.0));
        }
        if r.chance(0.3) {
            v = colour(v, &name("Offset"), three(r, -0.2, 0.2));
        }
        if r.chance(0.3) {
            // A half of the power curves is steep near 0: tested by itself below.
            v = colour(v, &name("Gamma"), three(r, 0.4, 1.0));
        }
        if r.chance(0.3) {
            v = v.double(&name("Saturation"), r.between(0.0, 2.0));
        }
        if r.chance(0.3) {
            v = v.double(&name("Mix"), r.pick(&[0.0, 0.3, 0.7]));
        }
        if r.chance(0.3) {
            v = v.double(&name("Temperature"), r.between(-1.0, 1.0)).double(&name("Tint"), r.between(-1.0, 1.0));
        }
        if r.chance(0.3) {
            v = v.double(&name("Contrast"), calm(r.between(0.5, 1.5))).double(&name("Pivot"), r.between(0.1, 0.5));
        }
        if r.chance(0.3) {
            v = colour(v, &name("Slope"), three(r, 0.3, 2.0));
        }
        if r.chance(0.3) {
            v = colour(v, &name("Power"), three(r, 0.6, 1.5));
        }
    }
    v = v.int("gradeSpace", i32::from(log));
    for clamp in ["clampBlack", "clampWhite"] {
        v = v.set(clamp, Value::Bool(r.chance(0.2)));
    }
    if r.chance(0.2) {
        v = v.double("luminanceMix", r.pick(&[0.0, 0.3]));
    }
    v
}

/// Depths away from the borders by so much that a hard border's f32 does not matter.
fn random_depth(r: &mut Random, p: &Params) -> f32 {
    loop {
        let z = if r.chance(0.2) {
            r.pick(&[f32::INFINITY, f32::NAN, NEAREST, 1e9])
        } else {
            r.log_between(0.1, 500.0) as f32
        };
        let far_from = |border: &Border| (f64::from(z) / border.at - 1.0).abs() > 1e-5;
        if z.is_nan() || layout(p).borders.iter().all(far_from) {
            return z;
        }
    }
}

#[test]
fn the_kernel_means_what_the_reference_says() {
    let mut compared = 0;
    for seed in 0..1500 {
        let mut r = Random::new(seed);
        let values = random_settings(&mut r);
        let p = Params::read(&values);
        let layout = layout(&p);
        let n = r.pick(&[1, 7, 64, 255, 256, 257, 700]);
        let z: Vec<f32> = (0..n).map(|_| random_depth(&mut r, &p)).collect();
        let pixels: Vec<Rgba> = (0..n)
            .map(|_| [(); 4].map(|()| if r.chance(0.2) { r.between(-2.0, 20.0) } else { r.between(0.0, 1.0) } as f32))
            .collect();
        for ((&z, c), got) in z.iter().zip(&pixels).zip(run_row(&DepthGrade, &values, &z, &pixels)) {
            let want = reference::pixel(&p, &layout, f64::from(z), c.map(f64::from));
            if z.is_nan() && p.output.output == GradeOutput::Result {
                // The driver puts the source back.
                continue;
            }
            // A zone that would be brighter than any picture shows in what f32 leaves of weights that are nearly 0.
            let extreme = |g: &Grade| {
                let graded =
                    reference::grade(&reference::Controls::new(g), &p.grading, [0, 1, 2].map(|i| f64::from(c[i])));
                graded.iter().any(|v| v.abs() > 1e6)
            };
            if p.grades.iter().any(extreme) {
                continue;
            }
            compared += 1;
            // Relative to the largest number on the way: powers up to 2.5 twice over of values up to about 100, and as many stops.
            let size = want.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
            if size > 1e20 {
                continue;
            }
            // What is nearly black is made bright again.
            let bright = if p.grading.luminance_mix == 1.0 { 1.0 } else { reference::MOST_BRIGHTENING };
            let tolerance = 2e-5 * (1.0 + 0.5 * size.ln()) * size * bright;
            let right = got.iter().zip(want).all(|(g, w)| (f64::from(*g) - w).abs() <= tolerance);
            assert!(right, "seed {seed}, z {z}, colour {c:?}: {got:?} is not {want:?} with {values:?}");
        }
    }
    assert!(compared > 150_000, "{compared}");
}

/// The mattes at each depth.
fn mattes(values: Values, z: &[f32]) -> Vec<Rgba> {
    run_row(&DepthGrade, &values.int("output", 2), z, &vec![[0.5; 4]; z.len()])
}

#[test]
fn weights_are_a_partition_of_unity_for_any_setting() {
    for seed in 0..300 {
        let mut r = Random::new(seed);
        let values = random_zones(&mut r);
        let mut z: Vec<f32> = (0..500).map(|_| r.log_between(1e-4, 1e6) as f32).collect();
        let p = Params::read(&values);
        z.extend([f32::INFINITY, NEAREST].into_iter().chain(layout(&p).borders.map(|b| b.at as f32)));
        for (z, w) in z.iter().zip(mattes(values.clone(), &z)) {
            assert!((w[0] + w[1] + w[2] - 1.0).abs() < 1e-6, "{z}: {w:?} with {values:?}");
            assert!(w.iter().all(|w| (0.0..=1.0).contains(w)), "{z}: {w:?} with {values:?}");
        }
        assert_eq!(mattes(values, &[f32::NAN]), [[0.0; 4]]);
    }
}

#[test]
fn zones_lie_where_the_artist_put_them() {
    for space in 0..3 {
        let values =
            grade().double("nearEnd", 5.0).double("farStart", 20.0).int("zoneSpace", space).int("matteZone", 1);
        let w = mattes(values.clone(), &[1.0, 5.0, 10.0, 20.0, 90.0, f32::INFINITY]);
        let half = |a: f32| (a - 0.5).abs() < 1e-5;
        assert_eq!(w[0], [1.0, 0.0, 0.0, 0.0]);
        assert!(half(w[1][0]) && half(w[1][1]), "{:?}", w[1]);
        assert_eq!(w[2], [0.0, 1.0, 0.0, 1.0]);
        assert!(half(w[3][1]) && half(w[3][2]), "{:?}", w[3]);
        assert_eq!(w[4], [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(w[5], [0.0, 0.0, 1.0, 0.0]);
    }
    // A transition of 25 % from 5 m ends at 3.75 m and 6.25 m.
    let w = mattes(grade(), &[3.749, 3.76, 6.24, 6.251]);
    assert_eq!([w[0][0], w[3][0]], [1.0, 0.0]);
    assert!(w[1][0] < 1.0 && w[2][0] > 0.0);
    // Evenly in 1/z a border is longer on the far side, and in between in the logarithm.
    let far_side = |space| mattes(grade().int("zoneSpace", space), &[6.0])[0][0];
    assert!(far_side(1) > far_side(2) && far_side(2) > far_side(0));
    // Without softness it is a step; where the zones cross, far wins.
    let hard = grade().double("nearSoftness", 0.0).double("farSoftness", 0.0);
    assert_eq!(mattes(hard.clone(), &[4.999, 5.001])[..2], [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]]);
    let crossed = mattes(hard.double("farStart", 2.0), &[1.9, 3.0, 9.0]);
    assert_eq!(crossed, [[1.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
}

/// One colour through the near grade alone.
fn near(values: Values, colour: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = colour;
    let got = run_row(&DepthGrade, &values, &[1.0], &[[r, g, b, 0.25]])[0];
    assert_eq!(got[3], 0.25, "alpha is not ours");
    [got[0], got[1], got[2]]
}

#[test]
fn each_control_does_what_its_formula_says() {
    let close = |got: [f32; 3], want: [f32; 3]| {
        let right = got.iter().zip(want).all(|(g, w)| (g - w).abs() <= 1e-6 * w.abs().max(1.0));
        assert!(right, "{got:?} is not {want:?}");
    };
    let c = [0.18, -0.5, 300.0];
    close(near(grade().double("nearExposure", 1.5), c), c.map(|v| v * 2.828_427));
    close(near(colour(grade(), "nearGain", [2.0, 0.5, 1.0]), c), [0.36, -0.25, 300.0]);
    close(near(colour(grade(), "nearOffset", [0.1, 0.0, -1.0]), c), [0.28, -0.5, 299.0]);
    // Lift moves black and leaves white.
    close(near(colour(grade(), "nearLift", [0.1; 3]), [0.0, 1.0, 0.5]), [0.1, 1.0, 0.55]);
    // Gamma leaves 0, 1 and what is negative.
    close(near(colour(grade(), "nearGamma", [2.0; 3]), [0.25, -0.5, 400.0]), [0.5, -0.5, 20.0]);
    close(near(colour(grade(), "nearGamma", [2.0; 3]), [0.0, 1.0, -0.0]), [0.0, 1.0, 0.0]);
    // Gamma of zero and below does not break it.
    assert!(near(colour(grade(), "nearGamma", [0.0, -3.0, 1.0]), [0.5, 0.9, 0.5]).iter().all(|v| v.is_finite()));
    let grey = 0.2126 * 0.2 + 0.7152 * 0.4 + 0.0722 * 0.8;
    close(near(grade().double("nearSaturation", 0.0), [0.2, 0.4, 0.8]), [grey; 3]);
    close(near(grade().double("nearSaturation", 2.0), [0.2, 0.4, 0.8]), [0.4 - grey, 0.8 - grey, 1.6 - grey]);
    // Nuke's Grade: ((1.5·(2 − 0.05))·0.3 + 0.02 + 0.05)^(1/1.8) with multiply 1.5 as stops.
    let all = colour(grade().double("nearExposure", 1.5_f64.log2()), "nearGain", [2.0; 3]);
    let all = colour(colour(colour(all, "nearLift", [0.05; 3]), "nearOffset", [0.02; 3]), "nearGamma", [1.8; 3]);
    close(near(all.clone(), [0.3; 3]), [0.970_484_2; 3]);
    close(near(all.double("nearMix", 0.5), [0.3; 3]), [(0.3 + 0.970_484_2) / 2.0; 3]);
}

#[test]
fn a_grade_reaches_its_zone_only_and_the_master_all() {
    let z = [1.0, 10.0, 90.0, f32::INFINITY];
    let picture: Vec<Rgba> =
        [[0.3, -0.7, 1e4, 1.0], [1e-3, 0.5, 7.0, 0.5], [0.1, 0.2, 0.3, 1.0], [0.9, 5.0, 1.0, 0.0]].to_vec();
    let near = run_row(&DepthGrade, &grade().double("nearExposure", 1.0), &z, &picture);
    assert_eq!(near[0], [0.6, -1.4, 2e4, 1.0]);
    assert!(same_bits(&near[1..], &picture[1..]), "what lies outside the zone keeps its bits");
    let far = run_row(&DepthGrade, &grade().double("farExposure", 1.0), &z, &picture);
    assert!(same_bits(&far[..2], &picture[..2]));
    assert_eq!([far[2][0], far[3][1]], [0.2, 10.0]);
    let all = run_row(&DepthGrade, &grade().double("masterExposure", 1.0).double("nearExposure", 1.0), &z, &picture);
    assert_eq!([all[0][0], all[1][1], all[3][1]], [1.2, 1.0, 10.0]);
}

#[test]
fn what_is_no_number_stays_where_it_is() {
    let values = colour(grade().double("nearExposure", 1.0), "nearGamma", [2.0; 3]);
    let picture = [[f32::NAN, 0.5, f32::INFINITY, 1.0], [f32::NEG_INFINITY, 0.5, f32::NAN, 1.0]];
    let got = run_row(&DepthGrade, &values, &[1.0, 50.0], &picture);
    assert!(got[0][0].is_nan() && got[0][1] == 1.0 && got[0][2] == f32::INFINITY, "{got:?}");
    assert!(got[1][0] == f32::NEG_INFINITY && got[1][1] == 0.5 && got[1][2].is_nan(), "{got:?}");
}

#[test]
fn leaving_out_an_empty_zone_does_not_show() {
    // Of the two pixels only the second one is in the graded zone; alone, the first one's zone is left out.
    let (values, pixel) = (grade().double("nearExposure", 1.0), [-0.0, 0.5, -0.0, 1.0]);
    let together = run_row(&DepthGrade, &values, &[50.0, 1.0], &[pixel; 2]);
    assert!(same_bits(&together[..1], &run_row(&DepthGrade, &values, &[50.0], &[pixel])));
}

#[test]
fn the_overlay_tints_each_zone() {
    let got = run_row(&DepthGrade, &grade().int("output", 1), &[1.0, 10.0, 90.0, f32::NAN], &[[0.5, 0.5, 0.5, 0.7]; 4]);
    let strongest = |p: &Rgba| (0..3).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
    assert_eq!([0, 1, 2].map(|i| strongest(&got[i])), [0, 1, 2]);
    assert_eq!(got[3], [0.5, 0.5, 0.5, 0.7]);
}

#[test]
fn the_plan_knows_when_nothing_happens() {
    let plan = |values: &Values, depth| {
        DepthGrade.prepare(values).plan(&frame(Geometry::default(), RectD::new(0.0, 0.0, 9.0, 9.0), depth)).pass_through
    };
    assert_eq!(plan(&grade(), true), Some(PassThrough::Neutral));
    assert_eq!(plan(&grade(), false), Some(PassThrough::NoDepth));
    let changed = grade().double("midSaturation", 0.5);
    assert_eq!(plan(&changed, true), None);
    for neutral in [grade().double("nearEnd", 3.0), changed.clone().double("mix", 0.0), changed.double("midMix", 0.0)] {
        assert_eq!(plan(&neutral, true), Some(PassThrough::Neutral));
        assert_eq!(plan(&neutral.int("output", 1), true), None);
    }
    assert_eq!(plan(&grade().set("clampBlack", Value::Bool(true)), true), None);
    for zone in ["near", "mid", "far", "master"] {
        for what in ["Exposure", "Temperature", "Tint", "Contrast"] {
            assert_eq!(plan(&grade().double(&format!("{zone}{what}"), 0.4), true), None, "{zone}{what}");
        }
        for what in ["Lift", "Gamma", "Gain", "Offset", "Slope", "Power"] {
            assert_eq!(plan(&colour(grade(), &format!("{zone}{what}"), [0.4, 0.4, 0.4]), true), None, "{zone}{what}");
        }
    }
}

#[test]
fn saved_projects_keep_their_meaning() {
    assert_eq!(ZoneSpace::LABELS, ["Distance", "1 over z", "Log"]);
    assert_eq!(GradeOutput::LABELS, ["Result", "Zones overlay", "Zone mattes", "Depth", "Amount"]);
    assert_eq!(Zone::LABELS, ["Near", "Mid", "Far"]);
    assert_eq!(DistanceFrom::LABELS, ["Distance", "Pick point"]);
    assert_eq!(GradeSpace::LABELS, ["Linear", "Log (ACEScct)"]);
    let names: Vec<String> = DepthGrade.define().params().map(|p| p.name.clone()).collect();
    let has = |name: &str| assert!(names.iter().any(|n| n == name), "{name}");
    ["nearEnd", "nearSoftness", "farStart", "farSoftness", "zoneSpace", "output", "matteZone"]
        .into_iter()
        .for_each(has);
    ["isolate", "target", "tolerance", "toleranceSoftness", "continuous"].into_iter().for_each(has);
    ["useCurve", "depthCurve", "curveAmount1", "curveAmount5", "curveNear", "curveFar"].into_iter().for_each(has);
    ["gradeSpace", "clampBlack", "clampWhite", "luminanceMix"].into_iter().for_each(has);
    ["nearEndMode", "nearEndPoint", "farStartMode", "farStartPoint", "targetMode", "targetPoint"]
        .into_iter()
        .for_each(has);
    for zone in ["near", "mid", "far", "master"] {
        let first = ["Exposure", "Lift", "Gamma", "Gain", "Offset", "Saturation", "Mix"];
        let then = ["Temperature", "Tint", "Contrast", "Pivot", "Slope", "Power"];
        first.into_iter().chain(then).for_each(|what| has(&format!("{zone}{what}")));
    }
    assert!(!DepthGrade.enabled(&Values::default(), "matteZone"));
    assert!(DepthGrade.enabled(&Values::default().int("output", 2), "matteZone"));
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
}
