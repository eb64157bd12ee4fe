//! `fathom deep merge` over sequences: numbers, holes, files that are there already.

mod deep_common;

use deep_common::*;

/// Writes frames of one pixel, whose grey is a tenth of the frame's number.
fn sequence(dir: &Folder, name: &str, frames: &[i32], depth: f32) {
    for n in frames {
        let path = dir.file(&format!("{name}.{n:04}.exr"));
        write(&path, window(0, 0, 1, 1), &[&[point(depth, 0.5, *n as f32 / 10.0)]]);
    }
}

/// The reports, one a line.
fn reports(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn red(dir: &Folder, name: &str) -> f32 {
    Picture::read(&dir.file(name)).at("R", 0, 0)
}

#[test]
fn frames_are_those_of_the_first_sequence() {
    let dir = Folder::new("frames");
    sequence(&dir, "a", &[3, 4, 5], 2.0);
    sequence(&dir, "b", &[2, 3, 4, 5, 6], 1.0);
    let still = dir.file("still.exr");
    write(&still, window(1, 0, 2, 1), &[&[point(1.0, 1.0, 0.75)]]);
    let [a, b, out] = ["a.####.exr", "b.%04d.exr", "out/m.##.exr"].map(|name| dir.file(name));
    let lines = reports(&good(&["merge", &still, &a, &b, "--out", &out]));
    assert_eq!(lines.iter().map(|r| r["frame"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 4, 5]);
    for n in 3..=5 {
        near(red(&dir, &format!("out/m.{n:02}.exr")), n as f32 / 10.0 * 1.5);
        assert_eq!(Picture::read(&dir.file(&format!("out/m.{n:02}.exr"))).at("R", 1, 0), 0.75);
    }
    let lines = reports(&good(&["merge", &b, "--frames", "2-6x2", "--out", &dir.file("s.%d.exr")]));
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["inputs"][0], dir.file("b.0006.exr"));
    assert_eq!(lines[2]["outputs"][0], dir.file("s.6.exr"));
    near(red(&dir, "s.6.exr"), 0.6);
    assert!(dir.list().iter().all(|name| !name.contains("part")));
}

#[test]
fn holes_are_errors_or_black_or_filled() {
    let dir = Folder::new("holes");
    sequence(&dir, "a", &[1, 4], 2.0);
    sequence(&dir, "b", &[1, 2, 3, 4], 3.0);
    let [a, b, out] = ["a.####.exr", "b.####.exr", "m.####.exr"].map(|name| dir.file(name));
    let base = ["merge", &a, &b, "--out", &out];
    let (code, text) = bad(&base);
    assert!(code == 1 && text.contains("a.0002.exr is missing") && text.contains("--missing"), "{text}");
    near(red(&dir, "m.0001.exr"), 0.15);

    let lines = reports(&good(&[&base[..], &["--missing", "black"]].concat()));
    assert!(lines[1]["notes"][0].as_str().unwrap().contains("a.0002.exr is missing: black"));
    for (n, value) in [(1, 0.15), (2, 0.2), (3, 0.3), (4, 0.6)] {
        near(red(&dir, &format!("m.{n:04}.exr")), value);
    }
    let lines = reports(&good(&[&base[..], &["--missing", "hold", "--frames", "1-6"]].concat()));
    assert_eq!(lines[1]["inputs"][0], dir.file("a.0001.exr"));
    // The nearest; beyond the end the last.
    for (n, value) in [(1, 0.15), (2, 0.1 + 0.1), (3, 0.4 + 0.15), (4, 0.6), (6, 0.6)] {
        near(red(&dir, &format!("m.{n:04}.exr")), value);
    }
    // All missing: black, in the window that the sequence has.
    good(&["merge", &a, "--missing", "black", "--frames", "2", "--out", &out]);
    let black = Picture::read(&dir.file("m.0002.exr"));
    assert_eq!((black.window, black.rgba()), (window(0, 0, 1, 1), vec![[0.0; 4]]));
    // A holdout that is missing holds nothing out.
    good(&["merge", &b, "--holdout", &a, "--missing", "black", "--frames", "3", "--out", &out]);
    near(red(&dir, "m.0003.exr"), 0.3);
    let nowhere = dir.file("none.####.exr");
    for more in [&["--missing", "hold", "--frames", "1"][..], &[]] {
        let (code, text) = bad(&[&["merge", &nowhere, "--out", &out], more].concat());
        assert!(code == 1 && text.contains(&nowhere), "{text}");
    }
}

#[test]
fn a_damaged_frame_is_no_missing_one() {
    let dir = Folder::new("damage");
    sequence(&dir, "a", &[1, 2, 3], 2.0);
    std::fs::write(dir.file("a.0002.exr"), b"not a picture").unwrap();
    let (a, out) = (dir.file("a.####.exr"), dir.file("m.####.exr"));
    let (code, text) = bad(&["merge", &a, "--missing", "black", "--out", &out]);
    assert!(code == 1 && text.contains(&dir.file("a.0002.exr")), "{text}");
}

#[test]
fn what_is_there_is_left_alone() {
    let dir = Folder::new("skip");
    sequence(&dir, "a", &[1, 2, 3], 2.0);
    let [a, out, depth] = ["a.####.exr", "m.####.exr", "z.####.exr"].map(|name| dir.file(name));
    let base = ["merge", &a, "--out", &out, "--depth-out", &depth, "--skip-existing"];
    let skipped = |text: &str| reports(text).iter().map(|r| r["skipped"].as_bool().unwrap()).collect::<Vec<_>>();
    assert_eq!(skipped(&good(&base)), [false; 3]);
    std::fs::remove_file(dir.file("m.0002.exr")).unwrap();
    std::fs::write(dir.file("m.0003.exr"), b"kept").unwrap();
    assert_eq!(skipped(&good(&base)), [true, false, true]);
    assert_eq!(std::fs::read(dir.file("m.0003.exr")).unwrap(), b"kept");
    near(red(&dir, "m.0002.exr"), 0.2);
    assert_eq!(Picture::read(&dir.file("z.0002.exr")).at("Z", 0, 0), 2.0);
}
