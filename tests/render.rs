//! Renders through the real library, in every kind of host.

mod common;

use common::{ALL, EFFECTS, Session, beauty, contexts, depth, difference, same_bits};
use mock_host::*;
use std::time::Duration;

const SIZE: (i32, i32) = (72, 48);

/// Every host gets the same picture from float images, whatever its rows, bounds and suites are.
#[test]
fn every_host_gets_the_same_picture() {
    for effect in ALL {
        let expected =
            Session::at_work(Profile::plain(), effect, Context::General, SIZE).render(&RenderRequest::at(1.0));
        let source = beauty(RectI::sized(SIZE.0, SIZE.1));
        assert!(difference(&expected, &source) > 0.05, "{effect} does nothing");
        for mut profile in Profile::all() {
            profile.guard_pages = true;
            for context in contexts(&profile, effect) {
                let name = format!("{effect} in {} as {context:?}", profile.profile_name);
                let s = Session::at_work(profile.clone(), effect, context, SIZE);
                s.instance.set_depth(Some(Depth::Float)).unwrap();
                let picture = s.render(&RenderRequest::at(1.0));
                assert!(same_bits(&picture, &expected), "{name}: off by {}", difference(&picture, &expected));
                s.assert_clean(&name);
            }
        }
    }
}

#[test]
fn any_window_gives_the_same_bits() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        let whole = s.render(&RenderRequest::at(1.0));
        for (w, h) in [(17, 13), (72, 5), (1, 48), (31, 48)] {
            for y in (0..SIZE.1).step_by(h) {
                for x in (0..SIZE.0).step_by(w) {
                    let window = RectI::new(x, y, x + w as i32, y + h as i32).intersect(&RectI::sized(SIZE.0, SIZE.1));
                    let part = s.render(&RenderRequest::at(1.0).window(window));
                    assert!(same_bits(&part, &whole.cropped(window)), "{effect}: {window:?}");
                }
            }
        }
        s.assert_clean(effect);
    }
}

/// The region that an effect asks for is all that it looks at: the host hands out exactly that, and at every scale.
#[test]
fn the_region_asked_for_is_enough() {
    for effect in ALL {
        for scale in [1.0, 0.5, 0.25] {
            let full = Profile { input_bounds: InputBounds::Full, ..Profile::strict() };
            let exact = Profile::strict();
            let window = RectI::new(5, 4, 11, 9);
            let of = |profile| {
                let s = Session::at_work(profile, effect, Context::General, (400, 300));
                s.render(&RenderRequest::at(1.0).window(window).scale(scale))
            };
            assert!(same_bits(&of(full), &of(exact)), "{effect} at {scale}");
        }
    }
}

#[test]
fn windows_beyond_the_picture_are_transparent_there() {
    for effect in ALL {
        let profile = Profile { asks_queries: false, ..Profile::strict() };
        let s = Session::at_work(profile, effect, Context::General, SIZE);
        let inside = s.render(&RenderRequest::at(1.0));
        let picture = s.render(&RenderRequest::at(1.0).window(RectI::new(-9, -7, SIZE.0 + 8, SIZE.1 + 5)));
        assert!(same_bits(&picture.cropped(inside.bounds), &inside), "{effect}");
        assert_eq!(picture.get(-5, -5).unwrap(), [0.0; 4], "{effect}");
        s.assert_clean(effect);
    }
}

#[test]
fn every_pixel_depth_and_component_agrees() {
    for effect in EFFECTS {
        for components in [Components::Rgba, Components::Rgb] {
            let of = |depth: Depth| {
                let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
                let source = beauty(RectI::sized(SIZE.0, SIZE.1)).with_components(components);
                // Normalised depth survives 8 bits.
                let z = common::depth(RectI::sized(SIZE.0, SIZE.1));
                let z = Picture::from_fn(z.bounds, Components::Alpha, |x, y| {
                    [(z.get(x, y).unwrap()[0] / 30.0).min(1.0); 4]
                });
                s.instance.connect("Source", source).unwrap();
                s.instance.connect("Depth", z).unwrap();
                s.instance.set("depthConvention", "Normalised near 0 -> far 1").unwrap();
                s.instance.set("depthNear", 0.0001).unwrap();
                s.instance.set("depthFar", 30.0).unwrap();
                s.instance.set_depth(Some(depth)).unwrap();
                let picture = s.render(&RenderRequest::at(1.0));
                s.assert_clean(&format!("{effect} {depth:?} {components:?}"));
                picture
            };
            let float = of(Depth::Float);
            // Depth is quantised as well, so that a sample at the edge between two surfaces may change sides: few pixels differ by more.
            for (depth, tolerance) in [(Depth::Half, 0.1), (Depth::Short, 0.02), (Depth::Byte, 0.2)] {
                let other = of(depth);
                let clamped = |v: f32| if depth == Depth::Half { v } else { v.clamp(0.0, 1.0) };
                let worst =
                    float.pixels.iter().zip(&other.pixels).map(|(a, b)| (clamped(*a) - b).abs()).fold(0.0, f32::max);
                let mean = float.pixels.iter().zip(&other.pixels).map(|(a, b)| (clamped(*a) - b).abs()).sum::<f32>()
                    / float.pixels.len() as f32;
                // ZDefocus moves samples by whole pixels: a little more or less depth decides which, for few of them.
                let most = if effect.contains("ZDefocus") { f32::max(tolerance, 0.1) } else { tolerance };
                assert!(
                    worst <= most && mean < tolerance / 20.0,
                    "{effect} {depth:?} {components:?}: {worst}, mean {mean}"
                );
            }
        }
    }
}

/// Without depth the source passes through, in every way in which a host can have none, and the artist is told where the host can.
#[test]
fn without_depth_the_source_passes_through() {
    let source = beauty(RectI::sized(SIZE.0, SIZE.1));
    for effect in EFFECTS {
        for profile in Profile::all() {
            let all_black = profile.unconnected == Unconnected::Black;
            let told = ["strict-1.5.1", "plain", "natron", "nuke"].contains(&profile.profile_name);
            let name = format!("{effect} in {}", profile.profile_name);
            let s = Session::at_work(profile, effect, Context::Filter, SIZE);
            s.instance.set_depth(Some(Depth::Float)).unwrap();
            s.instance.disconnect("Depth").unwrap();
            let picture = s.render(&RenderRequest::at(1.0).ignore_identity());
            assert!(all_black || same_bits(&picture, &source), "{name}");
            let messages = s.host.messages();
            assert!(messages.len() <= 1 && (!told || messages[0].persistent), "{name}: {messages:?}");
            s.assert_clean(&name);
        }
    }
}

#[test]
fn neutral_settings_are_an_identity_that_is_true() {
    for (effect, name, value) in
        [("ZDefocus", "sizeAtInfinity", 0.0), ("DepthFog", "maxOpacity", 0.0), ("DepthGrade", "mix", 0.0)]
    {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        assert_eq!(s.instance.render_with(&RenderRequest::at(1.0)).unwrap().identity, None, "{effect}");
        s.instance.set(name, value).unwrap();
        let said = s.instance.render_with(&RenderRequest::at(1.0)).unwrap().identity;
        assert_eq!(said, Some(("Source".into(), 1.0)), "{effect}");
        let rendered = s.render(&RenderRequest::at(1.0).ignore_identity());
        assert!(same_bits(&rendered, &beauty(rendered.bounds)), "{effect}");
        s.assert_clean(effect);
    }
}

#[test]
fn mask_and_mix_go_between_source_and_result() {
    for effect in EFFECTS {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        let full = s.render(&RenderRequest::at(1.0));
        let source = beauty(full.bounds);
        let mask = Picture::from_fn(full.bounds, Components::Alpha, |x, _| [if x < 20 { 0.0 } else { 1.0 }; 4]);
        s.instance.connect("Mask", mask).unwrap();
        let masked = s.render(&RenderRequest::at(1.0));
        s.instance.set("maskInvert", true).unwrap();
        let inverted = s.render(&RenderRequest::at(1.0));
        let (left, right) = (RectI::new(0, 0, 20, SIZE.1), RectI::new(20, 0, SIZE.0, SIZE.1));
        assert!(same_bits(&masked.cropped(left), &source.cropped(left)), "{effect}");
        assert!(same_bits(&masked.cropped(right), &full.cropped(right)), "{effect}");
        assert!(same_bits(&inverted.cropped(left), &full.cropped(left)), "{effect}");
        s.instance.disconnect("Mask").unwrap();
        s.instance.set("maskInvert", false).unwrap();
        s.instance.set("mix", 0.25).unwrap();
        let mixed = s.render(&RenderRequest::at(1.0));
        let expected = source.pixels.iter().zip(&full.pixels).map(|(a, b)| a + (b - a) * 0.25);
        assert!(mixed.pixels.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{effect}");
        s.assert_clean(effect);
    }
}

#[test]
fn straight_and_opaque_pictures_are_understood() {
    for effect in EFFECTS {
        let premultiplied =
            Session::at_work(Profile::strict(), effect, Context::General, SIZE).render(&RenderRequest::at(1.0));
        let source = beauty(premultiplied.bounds);
        let straight = Picture::from_fn(source.bounds, Components::Rgba, |x, y| {
            let p = source.get(x, y).unwrap();
            [p[0] / p[3], p[1] / p[3], p[2] / p[3], p[3]]
        });
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        s.instance.connect("Source", straight.with_premultiplication(Premultiplication::UnPreMultiplied)).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        for (a, b) in out.pixels.chunks(4).zip(premultiplied.pixels.chunks(4)) {
            assert!(
                (0..3).all(|c| (a[c] * a[3] - b[c]).abs() < 1e-4) && (a[3] - b[3]).abs() < 1e-5,
                "{effect}: {a:?} {b:?}"
            );
        }
        s.instance.connect("Source", source.with_premultiplication(Premultiplication::Opaque)).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        assert!(out.pixels.chunks(4).all(|p| p[3] == 1.0), "{effect}: alpha 1 stays exactly 1");
        s.assert_clean(effect);
    }
}

/// At half size it is the same picture, smaller.
#[test]
fn render_scale_changes_the_size_only() {
    for effect in EFFECTS {
        let smooth =
            |x: i32, y: i32| [0.5 + 0.4 * (x as f32 / 60.0).sin(), 0.5 + 0.4 * (y as f32 / 45.0).cos(), 0.3, 1.0];
        let bounds = RectI::sized(320, 240);
        let s = Session::at_work(Profile::strict(), effect, Context::General, (320, 240));
        s.instance.connect("Source", Picture::from_fn(bounds, Components::Rgba, smooth)).unwrap();
        s.instance
            .connect("Depth", Picture::from_fn(bounds, Components::Alpha, |x, _| [2.0 + x as f32 / 20.0; 4]))
            .unwrap();
        let full = s.render(&RenderRequest::at(1.0)).scaled([0.5, 0.5], Filter::Box);
        let half = s.render(&RenderRequest::at(1.0).scale(0.5));
        assert_eq!(half.bounds, RectI::sized(160, 120), "{effect}");
        // Depth is read at the nearest pixel: half a pixel off, which the grade's steep zones show most.
        assert!(difference(&full, &half) < 0.04, "{effect}: {}", difference(&full, &half));
        s.assert_clean(effect);
    }
}

/// Pixels twice as wide as high: the blur of a point is half as wide in pixels.
#[test]
fn pixel_aspect_ratio_keeps_the_bokeh_round() {
    let s = Session::new(Profile::strict(), "ZDefocus", Context::General);
    let bounds = RectI::sized(60, 60);
    let point = Picture::from_fn(bounds, Components::Rgba, |x, y| {
        [if (x, y) == (30, 30) { 100.0 } else { 0.0 }, 0.0, 0.0, 1.0]
    });
    s.instance.connect("Source", point.with_par(2.0)).unwrap();
    s.instance.connect("Depth", Picture::constant(bounds, Components::Alpha, [1e10; 4]).with_par(2.0)).unwrap();
    s.instance.set("sizeAtInfinity", 16.0).unwrap();
    let out = s.render(&RenderRequest::at(1.0));
    let lit = |x: i32, y: i32| out.get(x, y).unwrap()[0] > 1e-3;
    assert!(lit(30, 30 + 14) && !lit(30, 30 + 18) && lit(30 + 7, 30) && !lit(30 + 9, 30));
    s.assert_clean("pixel aspect");
}

/// A depth image of half the size, from another place: read at the nearest pixel.
#[test]
fn depth_of_another_size_lies_over_the_source() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        let bounds = RectI::sized(SIZE.0, SIZE.1);
        let whole = depth(bounds);
        let part = RectI::new(10, 6, 50, 40);
        let outside_is_empty = Picture::from_fn(bounds, Components::Alpha, |x, y| {
            [if part.contains(x, y) { whole.get(x, y).unwrap()[0] } else { 1e10 }; 4]
        });
        s.instance.connect("Depth", outside_is_empty).unwrap();
        // Two pictures, about which Auto could decide differently.
        s.instance.set("depthEdges", "Point-sampled").unwrap();
        let expected = s.render(&RenderRequest::at(1.0));
        s.instance.connect("Depth", whole.cropped(part).with_rod(part)).unwrap();
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &expected), "{effect}");
        s.assert_clean(effect);
    }
}

#[test]
fn a_parameter_animates() {
    let s = Session::at_work(Profile::strict(), "ZDefocus", Context::General, SIZE);
    s.instance.set_at("focusDistance", 1.0, 1.5).unwrap();
    s.instance.set_at("focusDistance", 11.0, 25.0).unwrap();
    let at = |t: f64| s.render(&RenderRequest::at(t));
    assert!(!same_bits(&at(1.0), &at(11.0)));
    let middle = at(6.0);
    s.instance.set("focusDistance", 13.25).unwrap();
    assert!(same_bits(&at(6.0), &middle));
}

#[test]
fn one_instance_renders_on_eight_threads_at_once() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        // Hosts render an instance on many threads only if it says that it may.
        assert!(s.instance.fully_thread_safe(), "{effect}");
        let requests = [
            RenderRequest::at(1.0),
            RenderRequest::at(1.0).window(RectI::new(3, 5, 41, 27)),
            RenderRequest::at(1.0).scale(0.5),
        ];
        let expected = requests.each_ref().map(|request| s.render(request));
        let start = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (s, start, requests, expected) = (&s, &start, &requests, &expected);
                scope.spawn(move || {
                    start.wait();
                    // All begin with another one, so that different ones run at the same time.
                    for i in (thread..thread + 6).map(|i| i % requests.len()) {
                        assert!(same_bits(&s.render(&requests[i]), &expected[i]), "{effect}: request {i}");
                    }
                });
            }
        });
        s.assert_clean(effect);
    }
}

#[test]
fn there_is_a_picture_at_any_scale() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, (640, 400));
        for scale in [0.11, 0.03, 0.01, 0.004, 0.001] {
            let request = RenderRequest::at(1.0).scale(scale);
            let whole = s.render(&request);
            assert!(whole.pixels.iter().all(|v| v.is_finite()), "{effect} at {scale}");
            let b = whole.bounds;
            let part = RectI::new(b.x1 + (b.x2 - b.x1) / 3, b.y1, b.x2, (b.y1 + b.y2 + 1) / 2);
            assert!(same_bits(&s.render(&request.clone().window(part)), &whole.cropped(part)), "{effect} at {scale}");
        }
        s.assert_clean(effect);
    }
}

#[test]
fn an_abort_is_heard_and_the_next_render_is_right() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, (640, 400));
        let expected = s.render(&RenderRequest::at(1.0));
        for abort in [Abort::AtPoll(0), Abort::AtPoll(1), Abort::After(Duration::from_millis(8))] {
            // An aborted render has no picture to check; what counts is that all is released and nothing breaks.
            let _ = s.instance.render_with(&RenderRequest::at(1.0).abort(abort));
        }
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &expected), "{effect}");
        let other: Vec<_> = s.host.violations().into_iter().filter(|v| v.check.name() != "unwritten-pixels").collect();
        assert_eq!(other, [], "{effect}");
    }
}

#[test]
fn what_is_no_number_does_no_harm() {
    for effect in ALL {
        let s = Session::at_work(Profile::strict(), effect, Context::General, SIZE);
        let bounds = RectI::sized(SIZE.0, SIZE.1);
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -3.0, 1e30, 1e-40, 0.0];
        let pick = |x: i32, y: i32, k: i32| odd[(x * 7 + y * 13 + k).rem_euclid(7) as usize];
        let colour =
            |x, y| if (x + y) % 9 == 0 { [pick(x, y, 0), pick(x, y, 1), 0.5, pick(x, y, 2)] } else { [0.5; 4] };
        s.instance.connect("Source", Picture::from_fn(bounds, Components::Rgba, colour)).unwrap();
        s.instance.connect("Depth", Picture::from_fn(bounds, Components::Alpha, |x, y| [pick(x, y, 3); 4])).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        let clean = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y))).filter(|(x, y)| (x + y) % 9 != 0);
        for (x, y) in clean {
            assert!(out.get(x, y).unwrap().iter().all(|v| v.is_finite()), "{effect}: ({x}, {y}) {:?}", out.get(x, y));
        }
        s.assert_clean(effect);
    }
}
