//! What the artist reads, small pictures whose meaning is known, and numbers that mean nothing. The larger test, over passes of
//! every convention, is `tests/depth_auto`.

use super::*;
use crate::depth::{DepthParams, DepthUnit, InvalidDepth};
use crate::params::ParamSet;
use crate::testing::Random;

fn look_at(numbers: &Numbers) -> Finding {
    analyse(numbers, &Cancel::never()).unwrap()
}

fn auto() -> DepthParams {
    DepthParams { convention: DepthConvention::Auto, edges: DepthEdges::Auto, ..DepthParams::defaults() }
}

fn found(convention: DepthConvention, mapping: Option<DepthMapping>) -> Finding {
    Finding {
        convention,
        mapping,
        confidence: 0.99,
        otherwise: (DepthConvention::Inverse, None),
        edges: DepthEdges::PointSampled,
        edge_confidence: 0.99,
        soft: false,
        range: Some([1.93, 41.2]),
        invalid_share: 0.12,
        empty: Some(Empty { number: 1e10, share: 0.12, far: true }),
        far_over_near: None,
        reasons: vec!["numbers grow along the ground"],
    }
}

/// A ground that recedes to a horizon, a wall to the left, a post, sky. Distance of a pixel, the bottom row first.
fn street(x: usize, y: usize) -> f64 {
    let (tx, ty) = ((x as f64 - 95.5) / 150.0, (y as f64 - 70.0) / 150.0);
    let ground = if ty < 0.0 { 1.6 / -ty } else { f64::INFINITY };
    let wall = if tx < 0.0 && ty < 0.25 { 3.0 / -tx } else { f64::INFINITY };
    let post = if (130..138).contains(&x) && y > 12 { 5.0 } else { f64::INFINITY };
    let z = ground.min(wall).min(post);
    if z < 200.0 { z } else { f64::INFINITY }
}

fn seen(number: impl Fn(f64) -> f64) -> Finding {
    let values: Vec<f32> =
        (0..108).flat_map(|y| (0..192).map(move |x| (x, y))).map(|(x, y)| number(street(x, y)) as f32).collect();
    look_at(&Numbers { width: 192, values: &values, alpha: None, integers: false })
}

#[test]
fn a_report_says_what_why_and_how_sure() {
    let f = found(DepthConvention::Distance, None);
    assert_eq!(
        report(&f, &auto(), Some(4.5)),
        "Distance, 1.93 to 41.2 m, 12 % empty (1e10): treated as far.\n\
         Sure: numbers grow along the ground.\n\
         Edges: point-sampled.\n\
         Under the focus point: 4.5 m."
    );
    let p = DepthParams { unit: DepthUnit::Centimetre, invalid: InvalidDepth::Fill, ..auto() };
    let f = Finding { edges: DepthEdges::Antialiased, edge_confidence: 0.85, soft: true, ..f };
    assert_eq!(
        report(&f, &p, Some(f64::NAN)),
        "Distance, 0.0193 to 0.412 m, 12 % empty (1e10): filled from neighbours.\n\
         Sure: numbers grow along the ground.\n\
         Edges: antialiased (fairly sure). Softer than a renderer's: Refine edges may help.\n\
         Under the focus point: nothing."
    );
}

#[test]
fn a_report_that_is_not_sure_names_the_alternative() {
    let f = Finding {
        confidence: 0.6,
        edge_confidence: 0.5,
        range: Some([0.0, 0.8]),
        empty: None,
        otherwise: (DepthConvention::NormalisedFarZero, Some(DepthMapping::Inverse)),
        ..found(DepthConvention::NormalisedFarZero, Some(DepthMapping::Linear))
    };
    assert_eq!(
        report(&f, &auto(), None),
        "Normalised far 0 -> near 1, linear, 20.1 to 100 m.\n\
         Not sure: looks like Normalised far 0 -> near 1, linear, could be Normalised far 0 -> near 1, 1 over z: numbers \
         grow along the ground. Set Depth convention by hand.\n\
         Edges: point-sampled (not sure: few silhouettes)."
    );
}

#[test]
fn a_report_of_what_was_set_by_hand() {
    let p = DepthParams { convention: DepthConvention::Inverse, edges: DepthEdges::AsIs, ..auto() };
    assert_eq!(
        report(&found(DepthConvention::Distance, None), &p, None),
        "1/Distance (far = 0), 0.0243 to 0.518 m, 12 % empty (1e10): treated as far.\n\
         Set by hand; the numbers look like Distance (sure): numbers grow along the ground.\n\
         Edges: as they are (set by hand)."
    );
    let p = DepthParams { convention: DepthConvention::Distance, ..p };
    assert!(
        report(&found(DepthConvention::Distance, None), &p, None)
            .contains("\nSet by hand; the numbers look like it too.\n")
    );
}

#[test]
fn a_report_of_nothing() {
    let sky = look_at(&Numbers { width: 8, values: &[1e30; 64], alpha: None, integers: false });
    assert_eq!(
        report(&sky, &auto(), None),
        "No depth in this image: 100 % empty (1e30): treated as far. Analyse a frame that shows something."
    );
    let none = look_at(&Numbers { width: 0, values: &[], alpha: None, integers: false });
    assert_eq!(report(&none, &auto(), None), "No depth in this image. Analyse a frame that shows something.");
    let zero = look_at(&Numbers { width: 4, values: &[0.0; 16], alpha: None, integers: false });
    assert!(report(&zero, &auto(), None).starts_with("Distance, no distance above zero.\nNot sure"));
}

#[test]
fn a_street_in_each_convention() {
    use DepthConvention::*;
    let or = |empty: f64, f: fn(f64) -> f64| move |z: f64| if z.is_finite() { f(z) } else { empty };
    let (n, f) = (1.0, 250.0);
    let linear = move |z: f64| ((z - n) / (f - n)).clamp(0.0, 1.0);
    let check = |finding: Finding, convention, mapping| {
        let got = (finding.convention, finding.mapping);
        assert_eq!(got, (convention, mapping), "{finding:#?}");
        assert!(finding.confidence > 0.8, "{finding:#?}");
        finding
    };
    let distance = check(seen(or(1e10, |z| z)), Distance, None);
    assert_eq!(distance.edges, DepthEdges::PointSampled);
    let [least, greatest] = distance.range.unwrap();
    assert!((3.0..3.6).contains(&least) && (150.0..200.0).contains(&greatest), "{distance:?}");
    let empty = distance.empty.unwrap();
    assert!(empty.number == 1e10 && empty.far && empty.share == distance.invalid_share);
    let zero = check(seen(or(0.0, |z| z)), Distance, None);
    assert!(zero.empty.is_some_and(|e| e.number == 0.0 && !e.far), "{zero:?}");
    check(seen(or(-1e10, |z| -z)), MinusDistance, None);
    let inverse = check(seen(or(0.0, |z| 1.0 / z)), Inverse, None);
    assert!(inverse.empty.is_some_and(|e| e.number == 0.0 && e.far), "{inverse:?}");
    check(seen(or(0.0, |z| -1.0 / z)), MinusInverse, None);
    let near_zero = check(seen(linear), NormalisedNearZero, Some(DepthMapping::Linear));
    assert_eq!(near_zero.invalid_share, 0.0, "the far end is a depth");
    check(seen(move |z| 1.0 - linear(z)), NormalisedFarZero, Some(DepthMapping::Linear));
    let buffer = seen(move |z| ((1.0 - 1.0 / z) / (1.0 - 1.0 / f)).min(1.0));
    check(buffer, NormalisedNearZero, Some(DepthMapping::Inverse));
}

/// Planes tell how far the far end of a normalised pass is from its near end, and the report compares.
#[test]
fn the_ends_of_a_normalised_depth() {
    let f = seen(|z| ((z - 2.0) / 198.0).clamp(0.0, 1.0));
    let ratio = f.far_over_near.expect("planes tell");
    assert!((97.0..103.0).contains(&ratio), "{ratio}");
    let p = DepthParams { near: 10.0, far: 20.0, ..auto() };
    assert!(report(&f, &p, None).contains("Near and Far distance say 2."), "{}", report(&f, &p, None));
    let p = DepthParams { near: 2.0, far: 200.0, ..auto() };
    assert!(!report(&f, &p, None).contains("Near and Far distance say"));
}

/// Any numbers at all: no panic, probabilities within their range, and a report.
#[test]
fn any_numbers_are_fine() {
    let mut random = Random::new(4);
    let odd = [0.0, -0.0, 1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, 1e-40, -1e10];
    for round in 0..400 {
        let (w, h) = (random.between(0.0, 40.0) as usize, random.between(0.0, 40.0) as usize);
        let kind = round % 4;
        let values: Vec<f32> = (0..w * h + round % 3)
            .map(|_| match kind {
                0 => f32::from_bits(random.bits() as u32),
                1 => random.pick(&odd),
                2 => random.between(-1.0, 1.0) as f32,
                _ if random.chance(0.3) => random.pick(&odd),
                _ => random.log_between(0.1, 1e4) as f32,
            })
            .collect();
        let alpha: Vec<f32> = values.iter().map(|_| random.between(0.0, 1.0) as f32).collect();
        let alpha = (round % 2 == 0).then_some(&alpha[..]);
        let f = look_at(&Numbers { width: w, values: &values, alpha, integers: round % 5 == 0 });
        for share in [f.confidence, f.edge_confidence, f.invalid_share] {
            assert!((0.0..=1.0 + 1e-9).contains(&share), "{round} {f:?}");
        }
        assert_ne!(f.convention, DepthConvention::Auto);
        assert!(!report(&f, &auto(), Some(1.0)).is_empty());
    }
}

#[test]
fn a_decision_keeps_what_was_found() {
    use DecidedConvention as D;
    for (convention, mapping, decided) in [
        (DepthConvention::NormalisedFarZero, Some(DepthMapping::Inverse), D::InverseFarZero),
        (DepthConvention::NormalisedNearZero, Some(DepthMapping::Inverse), D::InverseNearZero),
        (DepthConvention::NormalisedFarZero, Some(DepthMapping::Linear), D::NormalisedFarZero),
        (DepthConvention::MinusInverse, None, D::MinusInverse),
    ] {
        let d = found(convention, mapping).decision();
        assert_eq!((d.convention, d.edges), (decided, DecidedEdges::PointSampled));
        assert_eq!(auto().decided(d).convention, convention);
    }
}
