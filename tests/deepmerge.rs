//! DeepMerge through the real library, in every kind of host that takes generators.

mod common;

use common::deep::{
    DISPLAY, Folder, Shot, WINDOWS, flatten, in_host, merged, merged_depth, picture, rgba, three, union,
};
use common::{Session, beauty, data_path, difference, same_bits};
use deep_exr::flatten::{Crop, DepthOutput, ElementSettings, Operation, Settings, Unreached};
use deep_exr::{Window, flatten::FlatRows};
use mock_host::*;
use std::time::Duration;

const SIZE: RectI = RectI::sized(72, 48);

/// An instance with these files.
fn session(profile: Profile, context: Context, files: &[String]) -> Session {
    let s = Session::new(profile, "DeepMerge", context);
    s.instance.set_project(Project { format: SIZE, ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    for (i, file) in files.iter().enumerate() {
        s.instance.set(&format!("file{}", i + 1), file.as_str()).unwrap();
    }
    s
}

/// The same in the strict host.
fn strict(files: &[String]) -> Session {
    session(Profile::strict(), Context::Generator, files)
}

fn now(s: &Session) -> Picture {
    s.render(&RenderRequest::at(1.0))
}

/// A picture over other bounds, transparent black beyond its own.
fn within(picture: &Picture, bounds: RectI) -> Picture {
    Picture::from_fn(bounds, Components::Rgba, |x, y| {
        if picture.bounds.contains(x, y) { picture.get(x, y).unwrap().try_into().unwrap() } else { [0.0; 4] }
    })
}

#[test]
fn every_host_gets_the_flattening_bit_for_bit() {
    let folder = Folder::new();
    let files = three(&folder);
    let expected = picture(&merged(&files, union(&WINDOWS)), &DISPLAY, rgba);
    for mut profile in Profile::all() {
        profile.guard_pages = true;
        for context in [Context::Generator, Context::General].into_iter().filter(|c| profile.contexts.contains(c)) {
            let name = format!("{} as {context}", profile.profile_name);
            let s = session(profile.clone(), context, &files);
            let got = now(&s);
            // Hosts that do not ask where it is defined want the project's size.
            let free = profile.asks_queries && profile.supports_multi_resolution;
            assert_eq!(got.bounds, if free { expected.bounds } else { SIZE }, "{name}");
            assert!(
                same_bits(&got, &within(&expected, got.bounds)),
                "{name}: {}",
                difference(&got, &within(&expected, got.bounds))
            );
            assert_eq!(s.host.messages(), [], "{name}");
            s.assert_clean(&name);
        }
    }
}

/// 128 designed pixels, with the answers of an implementation of the standard in another language.
#[test]
fn designed_pixels_are_as_computed_elsewhere() {
    let files = ["deep/synth_A.exr", "deep/synth_B.exr"].map(|f| data_path(f).display().to_string());
    let bytes = std::fs::read(data_path("deep/synth_numpy_spec_RGBA.npy")).unwrap();
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let answers: Vec<f32> = bytes[header..].as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
    for context in [Context::Generator, Context::General] {
        let s = session(Profile::strict(), context, &files);
        let got = now(&s);
        assert_eq!((got.bounds, answers.len()), (RectI::sized(128, 1), 512));
        let worst = got.pixels.iter().zip(&answers).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let off = got
            .pixels
            .chunks(4)
            .zip(answers.chunks(4))
            .position(|(a, b)| a.iter().zip(b).any(|(a, b)| (a - b).abs() > 3e-7));
        let shown = off.map(|i| (i, &got.pixels[4 * i..4 * i + 4], &answers[4 * i..4 * i + 4]));
        assert!(worst <= 3e-7, "{worst:e}: {shown:?}");
        s.assert_clean("designed");
    }
}

#[test]
fn windows_threads_and_memory_do_not_change_a_bit() {
    let folder = Folder::new();
    let files = three(&folder);
    for output in ["Beauty", "Depth", "Beauty with depth in alpha", "Sample count"] {
        for scale in [1.0, 0.5, 0.25, 0.3] {
            let s = strict(&files);
            s.instance.set("output", output).unwrap();
            let whole = s.render(&RenderRequest::at(1.0).scale(scale));
            let b = whole.bounds;
            for (w, h) in [(17, 13), (200, 5), (1, 200), (31, 48)] {
                for y in (b.y1..b.y2).step_by(h) {
                    for x in (b.x1..b.x2).step_by(w) {
                        let window = RectI::new(x, y, x + w as i32, y + h as i32).intersect(&b);
                        let part = s.render(&RenderRequest::at(1.0).scale(scale).window(window));
                        assert!(same_bits(&part, &whole.cropped(window)), "{output} at {scale}: {window:?}");
                    }
                }
            }
            for threads in [1, 7] {
                let s = session(Profile { threads: Some(threads), ..Profile::strict() }, Context::General, &files);
                s.instance.set("output", output).unwrap();
                s.instance.set("memoryLimit", 16).unwrap();
                let other = s.render(&RenderRequest::at(1.0).scale(scale));
                assert!(same_bits(&other, &whole), "{output} at {scale}, {threads} threads");
            }
            s.assert_clean(output);
        }
    }
}

/// At smaller scales colours are means of whole pixels, and depth is that of the pixel under the centre.
#[test]
fn smaller_pictures_are_means() {
    let folder = Folder::new();
    let files = three(&folder);
    let s = strict(&files);
    let full = now(&s);
    s.instance.set("output", "Depth").unwrap();
    let depth = now(&s);
    let at = |picture: &Picture, x: i32, y: i32, c: usize| {
        if picture.bounds.contains(x, y) { f64::from(picture.get(x, y).unwrap()[c]) } else { 0.0 }
    };
    for step in [2, 4] {
        let request = RenderRequest::at(1.0).scale(1.0 / f64::from(step));
        s.instance.set("output", "Beauty").unwrap();
        let small = s.render(&request);
        s.instance.set("output", "Depth").unwrap();
        let small_depth = s.render(&request);
        assert!(small.bounds.width() >= full.bounds.width() / step as usize);
        for y in small.bounds.y1..small.bounds.y2 {
            for x in small.bounds.x1..small.bounds.x2 {
                for c in 0..4 {
                    let under = (0..step * step).map(|i| at(&full, x * step + i % step, y * step + i / step, c));
                    let mean = under.sum::<f64>() / f64::from(step * step);
                    let got = f64::from(small.get(x, y).unwrap()[c]);
                    assert!((got - mean).abs() < 1e-6, "{x}, {y}: {got} for {mean}");
                }
                let z = at(&depth, x * step + step / 2, y * step + step / 2, 0);
                assert_eq!(f64::from(small_depth.get(x, y).unwrap()[0]), z, "{x}, {y}");
            }
        }
    }
}

#[test]
fn depths_of_every_kind_are_those_of_the_flattening() {
    let folder = Folder::new();
    let files = three(&folder);
    let window = union(&WINDOWS);
    for (kind, output) in [
        ("Front", DepthOutput::Front),
        ("Back", DepthOutput::Back),
        ("Alpha-weighted", DepthOutput::Mean),
        ("First opaque", DepthOutput::Opaque),
        ("At alpha threshold", DepthOutput::AtAlpha(0.7)),
    ] {
        let settings = |s: Settings| Settings { depths: vec![output], unreached: Unreached::Back, ..s };
        let flat = flatten(&files, settings, |_| ElementSettings::default(), window);
        let z = |f: &FlatRows, i: usize| f.depths[0][i];
        let s = strict(&files);
        for (name, value) in [("output", "Depth"), ("depthKind", kind), ("depthThreshold", "0.7")] {
            s.instance.set(name, value).unwrap();
        }
        assert!(same_bits(&now(&s), &picture(&flat, &DISPLAY, |f, i| [z(f, i); 4])), "{kind}");
        s.instance.set("output", "Beauty with depth in alpha").unwrap();
        let both = picture(&flat, &DISPLAY, |f, i| {
            let [r, g, b, _] = rgba(f, i);
            [r, g, b, z(f, i)]
        });
        assert!(same_bits(&now(&s), &both), "{kind}");
        s.assert_clean(kind);
    }
}

#[test]
fn depth_is_in_metres_and_empty_pixels_say_so() {
    let folder = Folder::new();
    let files = three(&folder);
    let flat = merged_depth(&files, union(&WINDOWS), DepthOutput::Front);
    let s = strict(&files);
    for (name, value) in [("output", "Depth"), ("deepUnit", "cm"), ("deepScale", "2"), ("emptyDepth", "-5")] {
        s.instance.set(name, value).unwrap();
    }
    let got = now(&s);
    let expected =
        picture(&flat, &DISPLAY, |f, i| [if f.depths[0][i] == 0.0 { -5.0 } else { f.depths[0][i] * 0.02 }; 4]);
    assert!(expected.pixels.contains(&-5.0) && difference(&got, &expected) < 1e-6);
    s.instance.set("output", "Sample count").unwrap();
    let counts =
        flatten(&files, |s| Settings { count_samples: true, ..s }, |_| ElementSettings::default(), union(&WINDOWS));
    assert!(same_bits(&now(&s), &picture(&counts, &DISPLAY, |f, i| [f.samples[i] as f32; 4])));
}

#[test]
fn offsets_scales_and_operations_reach_the_flattening() {
    let folder = Folder::new();
    let files = three(&folder);
    let window = union(&WINDOWS[..2]);
    for (name, operation) in [("Holdout", Operation::Holdout), ("Cut", Operation::Cut)] {
        let each = |i: usize| ElementSettings {
            depth_offset: [1.5, 0.0, -3.0][i],
            depth_scale: [1.0, 1.25, 1.0][i],
            operation: if i == 2 { operation } else { Operation::Merge },
            ..ElementSettings::default()
        };
        let s = strict(&files);
        s.instance.set("depthOffset1", 1.5).unwrap();
        s.instance.set("depthScale2", 1.25).unwrap();
        s.instance.set("depthOffset3", -3.0).unwrap();
        s.instance.set("operation3", name).unwrap();
        // What is only held out makes the picture no larger.
        let expected = picture(&flatten(&files, |s| s, each, window), &DISPLAY, rgba);
        assert!(same_bits(&now(&s), &expected), "{name}");
        s.instance.set("enable3", false).unwrap();
        let two = picture(&flatten(&files[..2], |s| s, each, window), &DISPLAY, rgba);
        assert!(same_bits(&now(&s), &two) && !same_bits(&two, &expected), "{name}");
        s.assert_clean(name);
    }
}

/// Three instances, one for each slab, laid over each other.
#[test]
fn slabs_over_each_other_are_the_whole() {
    let folder = Folder::new();
    let files = three(&folder);
    let s = strict(&files);
    let whole = now(&s);
    s.instance.set("slabNear", 6.0).unwrap();
    s.instance.set("slabFar", 12.0).unwrap();
    let slabs = ["Near", "Mid", "Far"].map(|slab| {
        s.instance.set("slab", slab).unwrap();
        now(&s)
    });
    assert!(slabs.iter().all(|slab| slab.bounds == whole.bounds && difference(slab, &whole) > 0.1));
    for (i, expected) in whole.pixels.iter().enumerate() {
        let over = slabs.iter().rev().fold(0.0, |behind, s| s.pixels[i] + (1.0 - s.pixels[i / 4 * 4 + 3]) * behind);
        assert!((over - expected).abs() < 1e-6, "{i}: {over} for {expected}");
    }
    // The depth of a slab lies in it.
    s.instance.set("output", "Depth").unwrap();
    s.instance.set("slab", "Mid").unwrap();
    assert!(now(&s).pixels.iter().all(|z| *z == 0.0 || (6.0..12.0).contains(z)));
    s.assert_clean("slabs");
}

#[test]
fn crops_limits_and_thresholds_reach_the_flattening() {
    let folder = Folder::new();
    let files = three(&folder);
    let crop = Crop { near: 4.0, far: 15.0, near_fade: 2.0, far_fade: 3.0, rest: false };
    let settings = |s: Settings| Settings { crop, opacity_limit: 0.8, drop_below: 0.1, ..s };
    let expected = picture(&flatten(&files, settings, |_| ElementSettings::default(), union(&WINDOWS)), &DISPLAY, rgba);
    let s = strict(&files);
    for (name, value) in [
        ("cropNear", 4.0),
        ("cropFar", 15.0),
        ("cropNearSoftness", 2.0),
        ("cropFarSoftness", 3.0),
        ("opacityLimit", 0.8),
        ("dropThreshold", 0.1),
    ] {
        s.instance.set(name, value).unwrap();
    }
    s.instance.set("useCrop", true).unwrap();
    assert!(same_bits(&now(&s), &expected));
    s.assert_clean("crop");
}

/// The frame, the shape of pixels and the alpha are what the files say.
#[test]
fn the_host_learns_what_the_headers_say() {
    let folder = Folder::new();
    let mut shot = Shot::new(WINDOWS[0], 3);
    shot.header.pixel_aspect = 2.0;
    shot.write(&folder.path("wide.exr"));
    let s = strict(&[folder.file("wide.exr")]);
    let output = |s: &Session| s.instance.clip_preferences().unwrap()["Output"];
    assert_eq!(output(&s).par, 2.0);
    assert_eq!(output(&s).premultiplication, Premultiplication::PreMultiplied);
    let region = s.instance.region_of_definition(1.0, [1.0; 2]).unwrap();
    let pixels = in_host(&WINDOWS[0], &DISPLAY);
    assert_eq!(region.to_array(), pixels.to_canonical([1.0; 2], 2.0).to_array());
    let got = now(&s);
    assert!(same_bits(&got, &picture(&merged(&[folder.file("wide.exr")], WINDOWS[0]), &DISPLAY, rgba)));
    s.instance.set("region", "Display window").unwrap();
    let whole = now(&s);
    assert_eq!(whole.bounds, SIZE);
    assert!(same_bits(&whole, &within(&got, SIZE)));
    s.instance.set("output", "Depth").unwrap();
    assert_eq!(output(&s).premultiplication, Premultiplication::Opaque);
    assert!(!s.instance.frame_varying());
    s.assert_clean("headers");
}

/// The source as a card, as an element with depth, and as the colour of a file.
#[test]
fn a_flat_picture_joins_the_files() {
    let folder = Folder::new();
    let inside = Window { x1: 12, y1: -2, x2: 60, y2: 30 };
    Shot::new(inside, 5).write(&folder.path("a.exr"));
    let files = [folder.file("a.exr")];
    let s = session(Profile::strict(), Context::General, &files);
    let (source, z) = (beauty(SIZE), common::depth(SIZE));
    s.instance.connect("Source", source.clone()).unwrap();
    let alone = now(&s);
    // A card in front of everything, then behind everything.
    s.instance.set("sourceAsElement", true).unwrap();
    s.instance.set("sourceDepth", "Fixed distance").unwrap();
    s.instance.set("sourceDistance", 0.5).unwrap();
    let over = |near: &Picture, far: &Picture| {
        Picture::from_fn(SIZE, Components::Rgba, |x, y| {
            let get = |p: &Picture| if p.bounds.contains(x, y) { p.get(x, y).unwrap().to_vec() } else { vec![0.0; 4] };
            let (n, f) = (get(near), get(far));
            std::array::from_fn(|c| n[c] + (1.0 - n[3]) * f[c])
        })
    };
    assert!(difference(&now(&s), &over(&source, &alone)) < 1e-6);
    s.instance.set("sourceDistance", 100.0).unwrap();
    assert!(difference(&now(&s), &over(&alone, &source)) < 1e-6);
    // At its own depth: where it is nearer than everything it is itself.
    s.instance.connect("Depth", z.clone()).unwrap();
    for (name, value) in
        [("sourceDepth", "Depth input"), ("depthConvention", "Distance"), ("depthEdges", "As they are")]
    {
        s.instance.set(name, value).unwrap();
    }
    let mixed = now(&s);
    let files_only = merged_depth(&files, inside, DepthOutput::Front);
    let front = picture(&files_only, &DISPLAY, |f, i| [f.depths[0][i]; 4]);
    let mut nearer = 0;
    for y in 0..SIZE.y2 {
        for x in 0..SIZE.x2 {
            let there = front.bounds.contains(x, y) && front.get(x, y).unwrap()[0] > 0.0;
            let near = !there || z.get(x, y).unwrap()[0] < front.get(x, y).unwrap()[0];
            if near && source.get(x, y).unwrap()[3] == 1.0 {
                assert_eq!(mixed.get(x, y).unwrap(), source.get(x, y).unwrap(), "{x}, {y}");
                nearer += 1;
            }
        }
    }
    assert!(nearer > 1000);
    // As the colour of the file: the sums are the source's wherever the file has anything.
    s.instance.set("sourceAsElement", false).unwrap();
    s.instance.set("recolour", "Match picture").unwrap();
    let coloured = now(&s);
    for (got, before) in coloured.pixels.chunks(4).zip(alone.pixels.chunks(4)) {
        assert_eq!(got[3], before[3]);
    }
    for y in coloured.bounds.y1..coloured.bounds.y2 {
        for x in coloured.bounds.x1..coloured.bounds.x2 {
            let got = coloured.get(x, y).unwrap();
            let expected = if got[3] > 0.0 { source.get(x, y).unwrap()[0] } else { 0.0 };
            assert!((got[0] - expected).abs() < 1e-6, "{x}, {y}: {} for {expected}", got[0]);
        }
    }
    s.assert_clean("source");
}

/// What was chosen and cannot be done is said, and the files are merged all the same.
#[test]
fn a_source_that_is_missing_is_asked_for() {
    let folder = Folder::new();
    let files = three(&folder);
    let s = session(Profile::strict(), Context::General, &files);
    let alone = now(&s);
    let told = |s: &Session| s.instance.persistent_messages().into_iter().map(|m| m.text).collect::<Vec<_>>().join(" ");
    assert_eq!(told(&s), "");
    s.instance.set("recolour", "Keep colour").unwrap();
    assert!(same_bits(&now(&s), &alone) && told(&s).contains("Source"), "{}", told(&s));
    s.instance.set("recolour", "Off").unwrap();
    s.instance.set("sourceAsElement", true).unwrap();
    assert!(same_bits(&now(&s), &alone) && told(&s).contains("Source"), "{}", told(&s));
    // The source alone makes the picture as large as itself, but without a depth it is nowhere.
    s.instance.connect("Source", beauty(SIZE)).unwrap();
    assert!(same_bits(&now(&s), &alone) && told(&s).contains("Depth"), "{}", told(&s));
    s.instance.connect("Depth", common::depth(SIZE)).unwrap();
    s.instance.set("depthConvention", "Distance").unwrap();
    assert!(!same_bits(&now(&s), &alone));
    assert_eq!(told(&s), "");
    s.assert_clean("no source");
}

/// Given up within a few hundredths of a second, and the next render is right.
#[test]
fn an_abort_is_heard() {
    let folder = Folder::new();
    let mut shot = Shot::new(Window { x1: 0, y1: 0, x2: 400, y2: 300 }, 9);
    shot.most = 24;
    shot.write(&folder.path("dense.exr"));
    let files = [folder.file("dense.exr")];
    let s = strict(&files);
    for abort in [Abort::AtPoll(0), Abort::AtPoll(1), Abort::AtPoll(3), Abort::After(Duration::from_millis(20))] {
        s.instance.purge_caches().unwrap();
        let rendered = s.instance.render_with(&RenderRequest::at(1.0).abort(abort)).unwrap();
        let Some(after) = rendered.stopped_after else { continue };
        println!(
            "stopped after {after:?}, {} polls, longest gap {:?}",
            rendered.abort_polls, rendered.longest_unpolled
        );
        assert!(after < Duration::from_secs(2), "{after:?}");
    }
    let other: Vec<_> = s.host.violations().into_iter().filter(|v| v.check.name() != "unwritten-pixels").collect();
    assert_eq!(other, []);
    assert!(same_bits(&now(&s), &picture(&merged(&files, shot.header.data_window), &DISPLAY, rgba)));
}
