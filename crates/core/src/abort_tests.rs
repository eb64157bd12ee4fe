//! Renders that are given up, at every look at whether they are still wanted: none goes on to its end, none does harm.

use crate::depth::DepthEdges;
use crate::effect::Effect;
use crate::effects::{depthfog::DepthFog, depthgrade::DepthGrade, zdefocus::ZDefocus};
use crate::geometry::Rect;
use crate::params::{Value, Values};
use crate::render::Outcome;
use crate::testing::{Rgba, Scene, same_bits};
use crate::workers::Stop;

const RECT: Rect = Rect::new(-3, 2, 61, 42);
const WINDOW: Rect = Rect::new(2, 5, 50, 40);
/// What no effect writes.
const UNWRITTEN: Rgba = [77.0; 4];

/// A near thing before a far slope, with lamps and holes.
fn scene() -> Scene {
    let pixel = |x: i32, y: i32| {
        let near = (x - 20).pow(2) + (y - 20).pow(2) < 90;
        let lamp = if (x % 17, y % 13) == (3, 4) { 40.0 } else { 0.3 };
        let hole = (x + 2 * y) % 23 == 0;
        let z = if near { 2.0 } else { 8.0 + 0.1 * x as f32 };
        ([lamp, 0.5, 0.02 * x.max(0) as f32, 1.0], if hole { f32::NAN } else { z })
    };
    Scene::new(RECT, pixel).mask(|x, _| 0.5 + 0.01 * x as f32).edges(DepthEdges::Antialiased).windows(&[WINDOW])
}

fn cases() -> Vec<(&'static str, &'static dyn Effect, Scene, Values)> {
    let choice = |values: Values, names: &[(&str, i32)]| names.iter().fold(values, |v, (name, i)| v.int(name, *i));
    let lens = Values::default().double("focusDistance", 4.0).double("sizeAtInfinity", 6.0);
    let fog = Values::default().double("visibility", 20.0);
    let grade = Values::default().double("nearExposure", 1.0).double("farSaturation", 0.2);
    // Holes filled from around, soft edges refined.
    let looks_around = |values: Values| choice(values, &[("invalidDepth", 2)]).double("edgeRefine", 1.0);
    let plate = |scene: Scene| scene.background(RECT, |x, _| ([0.2, 0.01 * x as f32, 0.4, 1.0], Some(30.0)));
    let ring = |x: i32, y: i32| if (4..16).contains(&((x - 8).pow(2) + (y - 8).pow(2))) { [1.0; 4] } else { [0.0; 4] };
    let slow = fog.clone().double("rays", 0.8).double("noiseAmount", 0.8);
    vec![
        ("plain", &ZDefocus, scene(), lens.clone()),
        ("draft", &ZDefocus, scene(), lens.clone().int("quality", 0)),
        ("best, looking around", &ZDefocus, scene(), looks_around(lens.clone()).int("quality", 2)),
        ("plate, lateral colour", &ZDefocus, plate(scene()), lens.clone().double("lateralColour", 8.0)),
        ("breathing, cat's eyes", &ZDefocus, scene(), lens.clone().double("catsEye", 0.6).double("breathing", 1.0)),
        (
            "image, gain",
            &ZDefocus,
            scene().bokeh(Rect::new(0, 0, 17, 17), ring),
            lens.clone().int("bokehShape", 2).double("highlightGain", 2.0),
        ),
        ("its own outputs", &ZDefocus, scene(), lens.int("output", 1)),
        ("plain", &DepthFog, scene(), fog.clone()),
        ("rays, noise", &DepthFog, scene(), slow),
        ("scatter blur", &DepthFog, scene(), looks_around(fog.double("scatterBlur", 12.0))),
        ("plain", &DepthGrade, scene(), grade.clone()),
        ("looking around", &DepthGrade, scene(), looks_around(grade).set("isolate", Value::Bool(true))),
    ]
}

#[test]
fn a_render_that_is_given_up_at_any_look_ends_there() {
    for (words, effect, scene, values) in cases() {
        let what = format!("{}, {words}", effect.info().name);
        let (outcome, whole) = scene.outcome(effect, &values);
        assert_eq!(outcome, Outcome::Rendered, "{what}");
        let mut looks = 1;
        loop {
            let (end, pixels) = scene.clone().until(looks).end(effect, &values);
            let places = (RECT.y1..RECT.y2).flat_map(|y| (RECT.x1..RECT.x2).map(move |x| (x, y)));
            let outside = places.zip(&pixels).filter(|((x, y), _)| !WINDOW.contains(*x, *y));
            assert!(outside.into_iter().all(|(_, pixel)| *pixel == UNWRITTEN), "{what}, look {looks}");
            if end == Ok(Outcome::Rendered) {
                assert!(same_bits(&pixels, &whole), "{what}, look {looks}");
                break;
            }
            assert_eq!(end, Err(Stop::Aborted), "{what}, look {looks}");
            // All of the first ones, then ever fewer.
            looks += 1 + looks / 16;
        }
        assert!(looks > 20, "{what}: looks {looks} times at most");
        // What is kept between renders took no harm.
        assert!(same_bits(&scene.render(effect, &values), &whole), "{what}");
    }
}
