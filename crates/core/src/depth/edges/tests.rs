//! Silhouettes with known answers.

use super::*;
use crate::depth::{DecidedConvention, DecidedEdges, Decision};
use crate::effect::Effect;
use crate::effects::depthfog::DepthFog;
use crate::effects::depthgrade::DepthGrade;
use crate::effects::zdefocus::ZDefocus;
use crate::image::Alpha;
use crate::params::{ParamSet, Value, Values};
use crate::testing::{Random, Scene, assert_close, same_bits};

const NEAR: f32 = 2.0;
const FAR: f32 = 9.0;
const RED: Rgba = [0.8, 0.2, 0.1, 1.0];
const BLUE: Rgba = [0.1, 0.3, 0.7, 1.0];

/// Share of a pixel on the near side of a straight edge at an angle, by 16 × 16 samples.
fn share(x: i32, y: i32) -> f32 {
    let mut n = 0;
    for k in 0..256 {
        let (sx, sy) = (f64::from(x) + f64::from(k % 16) / 16.0 + 0.03, f64::from(y) + f64::from(k / 16) / 16.0 + 0.03);
        n += i32::from(is_near(sx, sy));
    }
    n as f32 / 256.0
}

fn is_near(x: f64, y: f64) -> bool {
    0.94 * x + 0.34 * y < 18.7
}

fn mixture(k: f32, a: f32, b: f32) -> f32 {
    k * a + (1.0 - k) * b
}

/// Colours over a rectangle.
pub(super) struct Pixels {
    rect: Rect,
    colours: Vec<Stored>,
}

impl Pixels {
    pub(super) fn new(rect: Rect, colours: impl IntoIterator<Item = Rgba>) -> Self {
        let bytes = |c: Rgba| c.map(f32::to_ne_bytes).as_flattened().try_into().unwrap();
        Self { rect, colours: colours.into_iter().map(bytes).collect() }
    }
}

impl Colours for Pixels {
    fn three<'a>(&'a self, x1: i32, y: i32, _: &'a mut Three) -> &'a Three {
        let start = (y - self.rect.y1) as usize * self.rect.width() + (x1 - self.rect.x1) as usize;
        self.colours[start..].first_chunk().unwrap()
    }
}

/// A pixel of two surfaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct One {
    pub(super) coverage: f32,
    pub(super) z: [f32; 2],
    pub(super) colour: [Rgba; 2],
}

/// What [`Field::mixed`] makes of one pixel.
pub(super) fn mixed(field: &Field, x: i32, y: i32, colours: &impl Colours) -> Option<One> {
    let number = field.numbers_in(y).find(|i| field.column(*i, y) == x)?;
    let mut all = Mixed::default();
    field.mixed(number..number + 1, colours, &mut all);
    all.is_number[0].then(|| One {
        coverage: all.coverage[0],
        z: all.z.map(|z| z[0]),
        colour: all.colour.map(|colour| colour.map(|c| c[0])),
    })
}

fn over<T>(rect: Rect, f: impl Fn(i32, i32) -> T) -> Vec<T> {
    (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y))).map(|(x, y)| f(x, y)).collect()
}

fn params(edges: DepthEdges, convention: DepthConvention, mapping: DepthMapping) -> DepthParams {
    DepthParams { edges, convention, mapping, ..DepthParams::defaults() }
}

/// Root mean square error of the coverage over the pixels that the edge crosses, and how many those are.
fn coverage_error(params: &DepthParams, z: impl Fn(i32, i32) -> f32, near: Rgba, far: Rgba) -> (f32, usize) {
    let inner = Rect::new(4, 4, 36, 36);
    let field = Field::new(Edges::new(params).unwrap(), inner, over(inner.grow(REACH), z));
    let rect = inner.grow(COLOUR_REACH);
    let colour = |x, y| -> Rgba { std::array::from_fn(|c| mixture(share(x, y), near[c], far[c])) };
    let pixels = Pixels::new(rect, over(rect, colour));
    let (mut sum, mut n) = (0.0, 0);
    for y in inner.y1..inner.y2 {
        for x in inner.x1..inner.x2 {
            let k = share(x, y);
            let mixed = mixed(&field, x, y, &pixels);
            if k > 0.0 && k < 1.0 {
                let mixed = mixed.expect("the edge is seen");
                assert!((mixed.z[0] / NEAR - 1.0).abs() < 0.01 && (mixed.z[1] / FAR - 1.0).abs() < 0.01, "{mixed:?}");
                sum += (mixed.coverage - k).powi(2);
                n += 1;
            }
            if let Some(m) = mixed {
                for (c, own) in colour(x, y).into_iter().enumerate() {
                    let again = mixture(m.coverage, m.colour[0][c], m.colour[1][c]);
                    assert!((again - own).abs() < 1e-5, "the mixture is the pixel");
                }
            }
        }
    }
    ((sum / n as f32).sqrt(), n)
}

fn centre(x: i32, y: i32) -> f32 {
    if is_near(f64::from(x) + 0.5, f64::from(y) + 0.5) { NEAR } else { FAR }
}

#[test]
fn colours_tell_the_coverage_of_a_point_sampled_edge() {
    let p = params(DepthEdges::PointSampled, DepthConvention::Distance, DepthMapping::Linear);
    let (error, n) = coverage_error(&p, centre, RED, BLUE);
    assert!(n > 30 && error < 0.06, "{error} on {n} pixels");
    // Where both colours are the same only the shape is left.
    let (error, _) = coverage_error(&p, centre, RED, RED);
    assert!(error < 0.2, "{error}");
}

#[test]
fn a_mixed_depth_tells_the_coverage_in_the_numbers_that_were_mixed() {
    use DepthConvention as C;
    use DepthMapping as M;
    let inverse = |k: f32| 1.0 / mixture(k, 1.0 / NEAR, 1.0 / FAR);
    let log = |k: f32| mixture(k, NEAR.ln(), FAR.ln()).exp();
    let linear = |k: f32| mixture(k, NEAR, FAR);
    type Mix = fn(f32) -> f32;
    let cases: [(C, M, Mix); 6] = [
        (C::Distance, M::Linear, linear),
        (C::MinusDistance, M::Linear, linear),
        (C::Inverse, M::Linear, inverse),
        (C::NormalisedNearZero, M::Linear, linear),
        (C::NormalisedFarZero, M::Inverse, inverse),
        (C::NormalisedNearZero, M::Log, log),
    ];
    for (convention, mapping, mix) in cases {
        let p = params(DepthEdges::Antialiased, convention, mapping);
        for far in [BLUE, RED] {
            let (error, n) = coverage_error(&p, |x, y| mix(share(x, y)), RED, far);
            assert!(n > 30 && error < 0.02, "{convention:?} {mapping:?}: {error}");
        }
    }
}

#[test]
fn slopes_and_lone_holes_are_no_silhouettes() {
    let inner = Rect::new(0, 0, 60, 40);
    let count = |z: &dyn Fn(i32, i32) -> f32| {
        let edges = Edges::new(&params(DepthEdges::PointSampled, DepthConvention::Distance, DepthMapping::Linear));
        let field = Field::new(edges.unwrap(), inner, over(inner.grow(REACH), z));
        (0..40).map(|y| field.mixed_in(y, 0, 60).count()).sum::<usize>()
    };
    assert_eq!(count(&|_, _| 3.0), 0);
    assert_eq!(count(&|_, _| f32::INFINITY), 0);
    // A floor up to the horizon: steep near it, but even in 1/z.
    assert_eq!(count(&|_, y| if y < 34 { 1.5 / (34.0 - y as f32) } else { f32::INFINITY }), 0);
    for hole in [f32::NAN, f32::INFINITY] {
        assert_eq!(count(&|x, y| if (x, y) == (20, 20) { hole } else { 3.0 }), 0, "{hole}");
    }
    assert_eq!(count(&|x, y| if x / 5 == 4 && y / 5 == 4 { f32::NAN } else { 3.0 }), 0);
    assert!(count(&|x, _| if x < 30 { 3.0 } else { 5.0 }) > 40);
}

/// The straight edge with noisy surfaces as a picture.
fn picture(premultiplied: bool) -> Scene {
    let mut random = Random::new(5);
    Scene::new(Rect::new(-3, 2, 45, 44), |x, y| {
        let k = share(x, y);
        let noise = random.between(0.9, 1.1) as f32;
        if premultiplied {
            let [r, g, b, _] = RED;
            ([r, g, b, 1.0].map(|v| v * k), NEAR * k)
        } else {
            let c = std::array::from_fn(|c| if c == 3 { 1.0 } else { noise * mixture(k, RED[c], BLUE[c]) });
            (c, centre(x, y))
        }
    })
    .edges(DepthEdges::PointSampled)
}

fn values(effect: &str) -> Values {
    match effect {
        "DepthFog" => Values::default().double("visibility", 20.0),
        "DepthGrade" => Values::default().double("nearExposure", 1.0).double("nearEnd", 4.0).double("farStart", 6.0),
        _ => Values::default().double("focusDistance", 3.0).double("sizeAtInfinity", 3.0),
    }
}

#[test]
fn any_window_and_any_threads_give_the_same_bits_and_opaque_stays_opaque() {
    for effect in [&DepthFog as &dyn Effect, &DepthGrade, &ZDefocus] {
        for edges in [DepthEdges::PointSampled, DepthEdges::Antialiased] {
            let scene = picture(false).edges(edges);
            let v = values(effect.info().name);
            let whole = scene.clone().render(effect, &v);
            let r = scene.rect;
            let cuts = [(r.x1, 5, 20), (5, 6, 20), (6, r.x2, 20)].map(|(a, b, _)| (a, b));
            let mut windows = Vec::new();
            for (x1, x2) in cuts {
                for (y1, y2) in [(r.y1, 17), (17, 19), (19, r.y2)] {
                    windows.push(Rect::new(x1, y1, x2, y2));
                }
            }
            let tiled = scene.clone().threads(3).windows(&windows).render(effect, &v);
            assert!(same_bits(&whole, &tiled), "{} {edges:?}", effect.info().name);
            assert!(whole.iter().all(|c| c[3] == 1.0), "{}", effect.info().name);
        }
    }
}

#[test]
fn an_effect_that_changes_little_changes_silhouettes_little() {
    let scene = picture(false);
    let almost = Values::default().double("midExposure", 1e-6);
    assert_close(&scene.clone().render(&DepthGrade, &almost), &scene.colour, 1e-5, "grade by nearly nothing");
}

#[test]
fn fog_on_an_edge_is_the_mixture_of_both_fogs() {
    let v = Values::default().double("visibility", 20.0).set("fogAlongRay", Value::Bool(false));
    let clean = |c: Rgba, z: f32| crate::testing::run_row(&DepthFog, &v, &[z], &[c])[0];
    let (near, far) = (clean(RED, NEAR), clean(BLUE, FAR));
    let flat = |edges| {
        Scene::new(Rect::new(4, 4, 36, 36), |x, y| {
            (std::array::from_fn(|c| mixture(share(x, y), RED[c], BLUE[c])), centre(x, y))
        })
        .edges(edges)
    };
    let error = |edges| {
        let scene = flat(edges);
        let out = scene.render(&DepthFog, &v);
        let places = over(scene.rect, |x, y| (x, y));
        let off = |((x, y), c): ((i32, i32), &Rgba)| {
            (0..3).map(|i| (c[i] - mixture(share(x, y), near[i], far[i])).powi(2)).sum::<f32>()
        };
        places.into_iter().zip(&out).map(off).sum::<f32>().sqrt()
    };
    let (raw, ours) = (error(DepthEdges::AsIs), error(DepthEdges::PointSampled));
    assert!(ours * 4.0 < raw, "{raw} as it is, {ours} taken apart");
}

#[test]
fn depth_multiplied_by_alpha_is_divided_by_it() {
    let decision = Decision { convention: DecidedConvention::Distance, edges: DecidedEdges::Premultiplied };
    let scene = picture(true).edges(DepthEdges::Premultiplied).decision(decision);
    let v = Values::default().double("visibility", 20.0).set("fogAlongRay", Value::Bool(false));
    let out = scene.clone().render(&DepthFog, &v);
    // Alone before nothing: one surface, at its true distance, as far as it covers.
    let fogged = crate::testing::run_row(&DepthFog, &v, &[NEAR], &[RED])[0];
    for (c, before) in out.iter().zip(&scene.colour) {
        for (got, clean) in c.iter().zip(fogged) {
            assert!((got - clean * before[3]).abs() < 1e-5, "{c:?} of {before:?}");
        }
    }
    // The same where the colours are not multiplied.
    let straight = scene.alpha(Alpha::Straight).render(&DepthFog, &v);
    assert!(straight.iter().zip(&out).all(|(s, p)| (s[0] * s[3] - p[0]).abs() < 1e-5));
}

#[test]
fn colours_that_are_no_numbers_stay_where_they_are() {
    let mut scene = picture(false);
    let bad = scene.colour.len() / 2 + 16;
    let clean = scene.clone().render(&DepthFog, &values("DepthFog"));
    scene.colour[bad] = [f32::NAN, f32::INFINITY, 1.0, 1.0];
    let out = scene.render(&DepthFog, &values("DepthFog"));
    for (i, c) in out.iter().enumerate().filter(|(i, _)| *i != bad) {
        assert!(c.iter().all(|v| v.is_finite()), "{i} beside {bad}");
        assert!(c.iter().zip(clean[i]).all(|(a, b)| (a - b).abs() < 0.2));
    }
}

#[test]
fn what_has_no_depth_spreads_nowhere() {
    let rect = Rect::new(0, 0, 40, 30);
    let mut random = Random::new(9);
    let base = Scene::new(rect, |x, _| {
        let noise = random.between(0.2, 0.8) as f32;
        ([noise, 0.5 * noise, 0.3, 1.0], 3.0 + 0.01 * x as f32)
    })
    .edges(DepthEdges::PointSampled);
    let single = |x: i32, y: i32| (x, y) == (12, 11);
    let block = |x: i32, y: i32| (20..24).contains(&x) && (10..13).contains(&y);
    for (bad, blocks) in [
        (f32::NAN, true),
        (f32::NEG_INFINITY, true),
        (-2.0, true),
        (0.0, false),
        (f32::INFINITY, false),
        (1e10, false),
        (1e30, false),
    ] {
        for policy in 0..4 {
            let mut scene = base.clone();
            let hit: Vec<bool> = over(rect, |x, y| single(x, y) || (blocks && block(x, y)));
            let z = scene.z.as_mut().unwrap();
            z.iter_mut().zip(&hit).filter(|(_, hit)| **hit).for_each(|(z, _)| *z = bad);
            for effect in [&DepthFog as &dyn Effect, &DepthGrade] {
                let v = values(effect.info().name).int("invalidDepth", policy);
                let (clean, holed) = (base.render(effect, &v), scene.render(effect, &v));
                for (i, (a, b)) in clean.iter().zip(&holed).enumerate().filter(|(i, _)| !hit[*i]) {
                    assert_eq!(a, b, "{} {bad} policy {policy} at {i}", effect.info().name);
                }
                assert!(holed.iter().flatten().all(|v| v.is_finite()));
            }
        }
    }
}
