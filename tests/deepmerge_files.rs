//! The files of DeepMerge through the real library: sequences with holes, files that are missing, damaged, flat, too large, changed.

mod common;

use common::Session;
use common::deep::{DISPLAY, Folder, Shot, WINDOWS, in_host, merged, picture, rgba, three, union};
use common::{beauty, same_bits};
use deep_exr::{Channel, SampleType, Window};
use mock_host::media::write_exr;
use mock_host::*;
use std::path::Path;

const SIZE: RectI = RectI::sized(72, 48);

fn session(profile: Profile, files: &[&str]) -> Session {
    let s = Session::new(profile, "DeepMerge", Context::Generator);
    s.instance.set_project(Project { format: SIZE, ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    for (i, file) in files.iter().enumerate() {
        s.instance.set(&format!("file{}", i + 1), *file).unwrap();
    }
    s
}

fn strict(files: &[&str]) -> Session {
    session(Profile::strict(), files)
}

fn at(s: &Session, time: f64) -> Picture {
    s.render(&RenderRequest::at(time))
}

/// The text of a render that fails.
fn fails(s: &Session, time: f64) -> String {
    match s.instance.render(&RenderRequest::at(time)) {
        Err(HostError::Status { status: 1, message: Some(text), .. }) => text,
        other => panic!("{other:?}"),
    }
}

/// A frame as it is in its file.
fn frame(folder: &Folder, name: &str) -> Picture {
    picture(&merged(&[folder.file(name)], WINDOWS[0]), &DISPLAY, rgba)
}

/// Frames 3, 4, 7 and 12.
fn sequence() -> Folder {
    let folder = Folder::new();
    for number in [3, 4, 7, 12] {
        Shot::new(WINDOWS[0], number).write(&folder.path(&format!("smoke.{number:04}.exr")));
    }
    folder
}

#[test]
fn sequences_are_read_by_frame() {
    let folder = sequence();
    for name in ["smoke.####.exr", "smoke.%04d.exr"] {
        let s = strict(&[&folder.file(name)]);
        assert_eq!(s.instance.time_domain().unwrap(), Some([3.0, 12.0]));
        for (time, file) in [(3.0, "smoke.0003.exr"), (7.2, "smoke.0007.exr"), (3.5, "smoke.0004.exr")] {
            assert!(same_bits(&at(&s, time), &frame(&folder, file)), "{name} at {time}");
        }
        s.instance.clip_preferences().unwrap();
        assert!(s.instance.frame_varying());
        s.assert_clean(name);
    }
    // Two sequences, and a file that is the same in all frames.
    Shot::new(WINDOWS[0], 50).write(&folder.path("fire.20.exr"));
    let s = strict(&[&folder.file("smoke.####.exr"), &folder.file("fire.##.exr"), &folder.file("smoke.0003.exr")]);
    assert_eq!(s.instance.time_domain().unwrap(), Some([3.0, 20.0]));
    s.instance.set("enable2", false).unwrap();
    let files = ["smoke.0007.exr", "smoke.0003.exr"].map(|f| folder.file(f));
    assert!(same_bits(&at(&s, 7.0), &picture(&merged(&files, WINDOWS[0]), &DISPLAY, rgba)));
    assert_eq!(strict(&[&folder.file("smoke.0003.exr")]).instance.time_domain().unwrap(), None);
}

#[test]
fn a_hole_in_a_sequence_is_what_the_policy_says() {
    let folder = sequence();
    let pattern = folder.file("smoke.####.exr");
    for profile in [Profile::strict(), Profile::natron(), Profile::resolve(), Profile::bare()] {
        let name = profile.profile_name;
        let told = !["resolve", "bare"].contains(&name);
        let whole = profile.asks_queries && profile.supports_multi_resolution;
        let s = session(profile, &[&pattern]);
        let failed = s.instance.render(&RenderRequest::at(9.0)).unwrap_err();
        assert!(!told || failed.to_string().contains("smoke.0009.exr"), "{name}: {failed}");
        assert_eq!(s.instance.persistent_messages().len(), usize::from(told), "{name}");
        s.instance.set("missingFrames", "Black").unwrap();
        let black = at(&s, 9.0);
        assert!(black.pixels.iter().all(|v| *v == 0.0), "{name}");
        // The message is taken back; the empty picture is as large as the frame.
        assert_eq!((black.bounds, s.instance.persistent_messages().len()), (SIZE, 0), "{name}");
        s.instance.set("missingFrames", "Hold nearest").unwrap();
        for (time, file) in
            [(9.0, "smoke.0007.exr"), (10.0, "smoke.0012.exr"), (-5.0, "smoke.0003.exr"), (9.5, "smoke.0012.exr")]
        {
            let (got, expected) = (at(&s, time), frame(&folder, file));
            let part = if whole { expected } else { expected.cropped(expected.bounds.intersect(&SIZE)) };
            assert!(same_bits(&got.cropped(part.bounds), &part), "{name} at {time}");
        }
        s.assert_clean(name);
    }
    // Where there is no frame at all, there is none to hold.
    let s = strict(&[&folder.file("ash.####.exr")]);
    s.instance.set("missingFrames", "Hold nearest").unwrap();
    assert!(fails(&s, 1.0).contains("ash.0001.exr"));
    s.instance.set("missingFrames", "Black").unwrap();
    assert!(at(&s, 1.0).pixels.iter().all(|v| *v == 0.0));
    // One input of two is missing.
    let s = strict(&[&pattern, &folder.file("smoke.0003.exr")]);
    s.instance.set("missingFrames", "Black").unwrap();
    assert!(same_bits(&at(&s, 5.0), &frame(&folder, "smoke.0003.exr")));
    s.assert_clean("holes");
}

#[test]
fn a_fresh_instance_is_empty_and_says_what_to_do() {
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::Generator)) {
        let name = profile.profile_name;
        let told = ["strict-1.5.1", "plain", "natron"].contains(&name);
        let s = session(profile, &[]);
        let picture = at(&s, 1.0);
        assert_eq!((picture.bounds, picture.pixels.iter().any(|v| *v != 0.0)), (SIZE, false), "{name}");
        let messages = s.instance.persistent_messages();
        assert!(
            messages.len() == usize::from(told) && messages.iter().all(|m| m.text.contains("File 1")),
            "{name}: {messages:?}"
        );
        assert_eq!(s.instance.time_domain().unwrap(), None);
        s.assert_clean(name);
    }
}

/// Files that are no deep pictures: the message names the file and says what to do, the picture is empty, and the next render is right.
#[test]
fn what_cannot_be_read_is_named() {
    let folder = Folder::new();
    Shot::new(WINDOWS[0], 1).write(&folder.path("good.exr"));
    let good = std::fs::read(folder.path("good.exr")).unwrap();
    std::fs::write(folder.path("empty.exr"), []).unwrap();
    std::fs::write(folder.path("text.exr"), "not a picture\n".repeat(40)).unwrap();
    std::fs::write(folder.path("cut.exr"), &good[..good.len() / 2]).unwrap();
    std::fs::write(folder.path("header.exr"), &good[..200]).unwrap();
    let mut flipped = good.clone();
    let middle = good.len() * 3 / 4;
    flipped[middle..middle + 64].iter_mut().for_each(|b| *b ^= 0xff);
    std::fs::write(folder.path("flipped.exr"), &flipped).unwrap();
    std::fs::create_dir(folder.path("folder.exr")).unwrap();
    write_exr(&folder.path("flat.exr"), &beauty(SIZE), SIZE).unwrap();
    let expected = frame(&folder, "good.exr");
    let s = strict(&[&folder.file("good.exr")]);
    for name in ["empty", "text", "cut", "header", "flipped", "folder", "flat", "missing"] {
        let file = format!("{name}.exr");
        s.instance.set("file1", folder.file(&file)).unwrap();
        let text = fails(&s, 1.0);
        assert!(text.contains(&file) && text.trim_end().ends_with('.'), "{name}: {text}");
        assert_eq!(s.instance.persistent_messages().len(), 1, "{name}");
        s.instance.set("file1", folder.file("good.exr")).unwrap();
        assert!(same_bits(&at(&s, 1.0), &expected), "{name}");
        assert_eq!(s.instance.persistent_messages(), [], "{name}");
    }
    s.instance.set("file1", folder.file("flat.exr")).unwrap();
    assert!(fails(&s, 1.0).contains("flat picture"));
    // A good file beside a bad one does not help.
    s.instance.set("file2", folder.file("good.exr")).unwrap();
    assert!(fails(&s, 1.0).contains("flat.exr"));
    s.assert_clean("bad files");
}

#[test]
fn parts_and_layers_are_found_by_name() {
    let folder = Folder::new();
    let mut shot = Shot::new(WINDOWS[0], 11);
    (shot.header.name, shot.header.view) = (Some("smoke".into()), Some("left".into()));
    shot.write(&folder.path("part.exr"));
    // The same numbers as a layer.
    let mut layered = Shot::new(WINDOWS[0], 11);
    let channel = |name: &str| Channel { name: name.into(), kind: SampleType::Float };
    layered.header.channels = ["A", "Z", "ZBack", "fire.B", "fire.G", "fire.R"].map(channel).to_vec();
    layered.write(&folder.path("layer.exr"));
    let expected = frame(&folder, "part.exr");
    let s = strict(&[&folder.file("part.exr")]);
    for part in ["", "smoke", "left", "0", " smoke "] {
        s.instance.set("part1", part).unwrap();
        assert!(same_bits(&at(&s, 1.0), &expected), "{part:?}");
    }
    s.instance.set("part1", "dust").unwrap();
    let text = fails(&s, 1.0);
    assert!(text.contains("dust") && text.contains("smoke"), "{text}");
    let s = strict(&[&folder.file("layer.exr")]);
    s.instance.set("layer", "fire").unwrap();
    assert!(same_bits(&at(&s, 1.0), &expected));
    s.instance.set("layer", "water").unwrap();
    let text = fails(&s, 1.0);
    assert!(text.contains("water") && text.contains("fire"), "{text}");
    s.instance.set("layer", "").unwrap();
    let alpha = at(&s, 1.0);
    assert!(alpha.pixels.chunks(4).zip(expected.pixels.chunks(4)).all(|(a, b)| a == [0.0, 0.0, 0.0, b[3]]));
    s.assert_clean("parts");
}

/// Within the limit the picture is the same; what cannot be done within it is said, and nothing is allocated.
#[test]
fn the_memory_limit_is_kept() {
    let folder = Folder::new();
    let mut shot = Shot::new(Window { x1: 0, y1: 0, x2: 3000, y2: 40 }, 4);
    shot.most = 30;
    shot.write(&folder.path("large.exr"));
    // One row of a million samples.
    let mut row = Shot::new(Window { x1: 0, y1: 0, x2: 9000, y2: 2 }, 5);
    row.most = 200;
    row.write(&folder.path("row.exr"));
    let s = strict(&[&folder.file("large.exr")]);
    let free = at(&s, 1.0);
    s.instance.set("memoryLimit", 16).unwrap();
    assert!(same_bits(&at(&s, 1.0), &free));
    s.instance.set("file1", folder.file("row.exr")).unwrap();
    let text = fails(&s, 1.0);
    assert!(text.to_lowercase().contains("memory limit"), "{text}");
    s.instance.set("memoryLimit", 512).unwrap();
    let expected = merged(&[folder.file("row.exr")], row.header.data_window);
    assert!(same_bits(&at(&s, 1.0), &picture(&expected, &DISPLAY, rgba)));
    s.assert_clean("memory");
}

/// A file that was rendered again is read again, with and without a purge.
#[test]
fn a_new_version_of_a_file_is_seen() {
    let folder = Folder::new();
    let path = folder.path("a.exr");
    let write = |seed: u64, most: u64| {
        let mut shot = Shot::new(WINDOWS[0], seed);
        shot.most = most;
        shot.write(Path::new(&path));
        frame(&folder, "a.exr")
    };
    let first = write(1, 6);
    let s = strict(&[&folder.file("a.exr")]);
    assert!(same_bits(&at(&s, 1.0), &first));
    let second = write(2, 9);
    assert!(!same_bits(&first, &second) && same_bits(&at(&s, 1.0), &second));
    s.instance.purge_caches().unwrap();
    assert!(same_bits(&at(&s, 1.0), &second));
    std::fs::remove_file(&path).unwrap();
    assert!(fails(&s, 1.0).contains("a.exr"));
    s.assert_clean("versions");
}

/// Many frames and many threads at once: no file stays open that is not kept, no bit differs.
#[test]
fn many_frames_at_once() {
    let folder = Folder::new();
    for number in 1..=40 {
        Shot::new(WINDOWS[0], number).write(&folder.path(&format!("f.{number}.exr")));
    }
    let s = strict(&[&folder.file("f.#.exr")]);
    let expected: Vec<Picture> = (1..=40).map(|n| frame(&folder, &format!("f.{n}.exr"))).collect();
    std::thread::scope(|scope| {
        for start in 0..4 {
            let (s, expected) = (&s, &expected);
            scope.spawn(move || {
                for n in (start..40).step_by(2) {
                    assert!(same_bits(&at(s, n as f64 + 1.0), &expected[n]), "{n}");
                }
            });
        }
    });
    #[cfg(target_os = "linux")]
    {
        let open = || {
            let links =
                std::fs::read_dir("/proc/self/fd").unwrap().flatten().filter_map(|e| std::fs::read_link(e.path()).ok());
            links.filter(|l| l.starts_with(folder.path(""))).count()
        };
        assert!(open() <= 32, "{} files are open", open());
        s.instance.purge_caches().unwrap();
        assert_eq!(open(), 0);
    }
    s.assert_clean("many");
}

/// Half the picture of the largest file lies outside the frame of the first: both choices of region say the same of what they share.
#[test]
fn regions_agree_where_they_overlap() {
    let folder = Folder::new();
    let files = three(&folder);
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let s = strict(&names);
    let data = at(&s, 1.0);
    assert_eq!(data.bounds, in_host(&union(&WINDOWS), &DISPLAY));
    s.instance.set("region", "Display window").unwrap();
    let display = at(&s, 1.0);
    assert_eq!(display.bounds, SIZE);
    assert!(same_bits(&display, &data.cropped(SIZE)));
}
