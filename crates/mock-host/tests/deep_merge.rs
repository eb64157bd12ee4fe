//! `fathom deep merge`, run as people run it: each option with a pixel that shows it.

mod deep_common;

use deep_common::*;
use std::path::Path;

/// Numbers of a NumPy file of f32, C order: the header's length is at byte 8.
fn npy(path: &str) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let text = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
    assert!(bytes.starts_with(b"\x93NUMPY\x01") && text.contains("'<f4'") && text.contains("False"), "{text}");
    bytes[10 + header..].as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

/// Merges and reads the only pixel: R, G, B, A.
fn flat(dir: &Folder, arguments: &[&str]) -> [f32; 4] {
    let out = dir.file("flat.exr");
    merge(&[arguments, &["--out", &out]].concat());
    Picture::read(&out).rgba()[0]
}

/// As [`flat`], of one channel of another output.
fn side(dir: &Folder, option: &str, channel: &str, arguments: &[&str]) -> f32 {
    let out = dir.file("side.exr");
    merge(&[arguments, &[option, &out]].concat());
    Picture::read(&out).at(channel, 0, 0)
}

#[test]
fn designed_pixels_are_as_the_standard_says() {
    let dir = Folder::new("designed");
    let answers: Vec<[f32; 4]> = npy(&data("synth_numpy_spec_RGBA.npy")).as_chunks::<4>().0.to_vec();
    let (out, a, b) = (dir.file("flat.exr"), data("synth_A.exr"), data("synth_B.exr"));
    let report = merge(&[&a, &b, "--out", &out]);
    let picture = Picture::read(&out);
    let difference = apart(&picture.rgba(), &answers);
    assert!(difference < 3e-7, "{difference}");
    assert_eq!(report["data_window"], serde_json::json!([0, 0, 128, 1]));
    assert!(report["notes"].to_string().contains("alphas were brought into 0 to 1"), "{report}");
    // The other order, as 16-bit floats: within half a step of those.
    merge(&[&b, &a, "--out", &out, "--half"]);
    let halves = Picture::read(&out);
    assert!(matches!(halves.planes["R"], exr::prelude::FlatSamples::F16(_)));
    for (half, answer) in halves.rgba().as_flattened().iter().zip(picture.rgba().as_flattened()) {
        assert!((half - answer).abs() <= answer.abs() * 4.9e-4 + 6e-8, "{half} {answer}");
    }
}

#[test]
fn threads_memory_and_packing_change_no_pixel() {
    let dir = Folder::new("threads");
    // 40 columns, 75 rows: blocks of 16 and 32 rows do not fit; row 30 is full.
    let row = |y: i32| (0..40).map(move |x| (x, y));
    let samples: Vec<Vec<Sample>> = (0..75)
        .flat_map(row)
        .map(|(x, y)| {
            let count = if y == 30 { 200 } else { (x + y) % 4 };
            (0..count).map(|i| [(i * 7 % 11) as f32, 12.0, 0.3, x as f32, y as f32, i as f32]).collect()
        })
        .collect();
    let pixels: Vec<&[Sample]> = samples.iter().map(Vec::as_slice).collect();
    let (a, b, out) = (dir.file("a.exr"), dir.file("b.exr"), dir.file("out.exr"));
    write(&a, window(-3, -5, 37, 70), &pixels);
    write(&b, window(10, 20, 50, 95), &pixels);
    merge(&[&a, &b, "--out", &out, "--threads", "1"]);
    let first = Picture::read(&out);
    assert_eq!(first.window, window(-3, -5, 50, 95));
    assert!(first.rgba().iter().any(|p| p[3] > 0.9));
    for more in [["--threads", "7"], ["--memory-limit", "16"]] {
        merge(&[&[&*a, &b, "--out", &out], &more[..]].concat());
        assert_eq!(Picture::read(&out).rgba(), first.rgba(), "{more:?}");
    }
    for packing in ["none", "rle", "zips", "zip", "piz"] {
        merge(&[&a, &b, "--out", &out, "--compression", packing, "--threads", "3"]);
        let picture = Picture::read(&out);
        assert_eq!(picture.rgba(), first.rgba(), "{packing}");
        assert_eq!(picture.meta.line_order, exr::meta::attribute::LineOrder::Increasing);
    }
}

#[test]
fn what_does_not_fit_in_memory_is_refused() {
    let dir = Folder::new("memory");
    let samples: Vec<Sample> = (0..400_000).map(|i| point(i as f32, 0.001, 0.001)).collect();
    let file = pixel(&dir, "heavy.exr", &samples);
    let (out, roomy) = (dir.file("out.exr"), flat(&dir, &[&file]));
    assert!(roomy[3] > 0.99);
    let (code, text) = bad(&["merge", &file, "--out", &out, "--memory-limit", "16"]);
    assert!(code == 1 && text.contains(&file) && text.contains("memory"), "{text}");
    assert_eq!(dir.list(), ["flat.exr", "heavy.exr"], "nothing half-done stays");
    // Rows of more than a thread's share, but within the limit, are read one at a time.
    let rows: Vec<&[Sample]> =
        (0..40).map(|y| if y % 13 == 2 { &samples[..150_000] } else { &samples[y..=y] }).collect();
    let tall = dir.file("tall.exr");
    write(&tall, window(0, 0, 1, 40), &rows);
    let picture = |more: &[&str]| {
        merge(&[&[&*tall, "--out", &out], more].concat());
        Picture::read(&out).rgba()
    };
    assert_eq!(picture(&["--memory-limit", "16", "--threads", "2"]), picture(&["--threads", "1"]));
}

#[test]
fn offsets_and_scales_move_one_file() {
    let dir = Folder::new("offset");
    let a = pixel(&dir, "a.exr", &[point(2.0, 0.5, 0.5)]);
    let b = pixel(&dir, "b.exr", &[point(3.0, 1.0, 0.2)]);
    near(flat(&dir, &[&a, &b])[0], 0.6);
    // Behind what is opaque it is not seen.
    near(flat(&dir, &[&a, &b, "--offset", "a.exr=2"])[0], 0.2);
    near(flat(&dir, &[&a, &b, "--offset", "2=-1.5"])[0], 0.2);
    near(flat(&dir, &[&a, &b, "--scale", &format!("{b}=0.5")])[0], 0.2);
    let moved = ["--scale", "1=10", "--offset", "1=-1.5"];
    near(side(&dir, "--depth-out", "Z", &[&[&*a], &moved[..]].concat()), 18.5);
    let (code, text) = bad(&["merge", &a, &b, "--out", &dir.file("o.exr"), "--offset", "c.exr=1"]);
    assert!(code == 2 && text.contains("no file is 'c.exr'"), "{text}");
}

/// Adds up pixels, or lays the first over the second.
fn sum(a: &[[f32; 4]], b: &[[f32; 4]], over: bool) -> Vec<[f32; 4]> {
    let one = |(a, b): (&[f32; 4], &[f32; 4])| [0, 1, 2, 3].map(|k| a[k] + b[k] * if over { 1.0 - a[3] } else { 1.0 });
    a.iter().zip(b).map(one).collect()
}

#[test]
fn what_is_held_out_and_what_holds_out_make_the_whole() {
    let dir = Folder::new("holdout");
    let out = dir.file("out.exr");
    for [a, b] in pairs() {
        let picture = |arguments: &[&str]| {
            merge(&[arguments, &["--out", &out]].concat());
            Picture::read(&out)
        };
        let whole = picture(&[&a, &b]);
        let [one, other] = [picture(&[&a, "--holdout", &b]), picture(&[&b, "--holdout", &a])];
        assert!(apart(&one.rgba_in(whole.window), &whole.rgba()) > 0.1, "something is held out");
        let both = sum(&one.rgba_in(whole.window), &other.rgba_in(whole.window), false);
        let difference = apart(&both, &whole.rgba());
        assert!(difference < 1e-6, "{difference}");
    }
    // The window is that of what is merged.
    let far = dir.file("far.exr");
    write(&far, window(500, 500, 501, 501), &[&[point(1.0, 1.0, 1.0)]]);
    let report = merge(&[&data("synth_A.exr"), "--holdout", &far, "--out", &out]);
    assert_eq!(report["data_window"], serde_json::json!([0, 0, 128, 1]));
}

#[test]
fn a_cut_removes_what_lies_behind_its_first_opaque_sample() {
    let dir = Folder::new("cut");
    let a = pixel(&dir, "a.exr", &[point(1.0, 0.5, 0.5), point(3.0, 0.5, 0.25), point(9.0, 1.0, 1.0)]);
    let cut = pixel(&dir, "cut.exr", &[point(0.5, 0.9, 0.9), point(4.0, 1.0, 1.0)]);
    assert_eq!(flat(&dir, &[&a, "--cut", &cut]), [0.625, 0.625, 0.625, 0.75]);
    assert_eq!(flat(&dir, &[&a, "--cut", &cut, "--offset", "cut.exr=-1"]), [0.5; 4]);
}

#[test]
fn crops_keep_what_lies_between() {
    let dir = Folder::new("crop");
    let a = pixel(&dir, "a.exr", &[point(1.0, 0.5, 0.5), point(2.0, 0.5, 0.25), [4.0, 8.0, 0.75, 0.75, 0.75, 0.75]]);
    assert_eq!(flat(&dir, &[&a, "--crop", "2,4"]), [0.25, 0.25, 0.25, 0.5]);
    assert_eq!(flat(&dir, &[&a, "--crop", ",2"]), [0.5; 4]);
    // Half of a volume: 1 - sqrt(1 - 0.75).
    assert_eq!(flat(&dir, &[&a, "--crop", "6,"]), [0.5; 4]);
    // The point lies at half of the fade.
    assert_eq!(flat(&dir, &[&a, "--crop", "0,4", "--crop-soft", "2,"])[3], 1.0 - 0.75 * 0.5);
    assert_eq!(flat(&dir, &[&a, "--crop", "-5,2", "--crop-soft", ",4"])[3], 0.5 * 0.25);
}

#[test]
fn slabs_over_each_other_are_the_whole() {
    let dir = Folder::new("slabs");
    let out = dir.file("out.exr");
    for ([a, b], (depths, limit)) in pairs().iter().zip([("2.5,4", 1e-6), ("300,600", 1e-6)]) {
        let picture = |arguments: &[&str]| {
            merge(&[&[a.as_str(), b, "--out", &out], arguments].concat());
            Picture::read(&out).rgba()
        };
        let slab = |name| picture(&["--slab", name, "--slabs", depths]);
        let [near, mid, far] = ["near", "mid", "far"].map(slab);
        let whole = picture(&[]);
        for part in [&near, &mid, &far] {
            assert!(part.iter().any(|p| p[3] > 0.0) && apart(part, &whole) > 0.1);
        }
        let difference = apart(&sum(&near, &sum(&mid, &far, true), true), &whole);
        assert!(difference < limit, "{difference}");
    }
    // With a soft end a point that lies in it is in both slabs.
    let a = pixel(&dir, "a.exr", &[point(5.0, 0.5, 0.5)]);
    let slab = |name| flat(&dir, &[&a, "--slab", name, "--slabs", "5,9", "--slab-soft", "2"])[3];
    let (near, mid) = (slab("near"), slab("mid"));
    assert_eq!(near, 0.25);
    assert!((near + mid * (1.0 - near) - 0.5).abs() < 1e-6, "{mid}");
}

#[test]
fn depths_are_those_asked_for() {
    let dir = Folder::new("depth");
    let a = pixel(&dir, "a.exr", &[point(2.0, 0.5, 0.5), point(6.0, 0.5, 0.5), point(9.0, 1.0, 0.0)]);
    let depth = |kind| side(&dir, "--depth-out", "Z", &[&a, "--depth", kind]);
    assert_eq!(depth("front"), 2.0);
    assert_eq!(depth("back"), 9.0);
    assert_eq!(depth("first-opaque"), 9.0);
    assert_eq!(depth("mean"), 0.5 * 2.0 + 0.25 * 6.0 + 0.25 * 9.0);
    assert_eq!(depth("threshold"), 2.0);
    assert_eq!(depth("threshold=0.7"), 6.0);
    let thin = ["--crop", ",7", "--depth", "threshold=0.9"];
    assert_eq!(side(&dir, "--depth-out", "Z", &[&[&*a], &thin[..]].concat()), 6.0);
    let empty = [&*a, "--crop", ",7", "--depth", "threshold=0.9", "--unreached", "empty", "--empty-depth", "-7"];
    assert_eq!(side(&dir, "--depth-out", "Z", &empty), -7.0);
    let nothing = [&*a, "--crop", "20,30", "--empty-depth", "1e30"];
    assert_eq!(side(&dir, "--depth-out", "Z", &nothing), 1e30);
    assert_eq!(side(&dir, "--samples-out", "Y", &[&a, "--crop", "3,"]), 2.0);
    for wrong in ["middle", "front=1", "threshold=1.5"] {
        let (code, text) = bad(&["merge", &a, "--depth-out", &dir.file("z.exr"), "--depth", wrong]);
        assert!(code == 2 && text.contains(wrong), "{text}");
    }
}

#[test]
fn samples_can_be_left_out() {
    let dir = Folder::new("drop");
    let a =
        pixel(&dir, "a.exr", &[point(1.0, 0.1, 0.1), point(2.0, 0.9, 0.9), point(3.0, 1.0, 0.0), point(4.0, 1.0, 1.0)]);
    near(flat(&dir, &[&a, "--opacity-limit", "0.9"])[0], 0.1 + 0.9 * 0.9);
    near(flat(&dir, &[&a, "--opacity-limit", "0.9"])[3], 0.91);
    near(flat(&dir, &[&a, "--drop-below", "0.5"])[0], 0.9);
    assert_eq!(side(&dir, "--samples-out", "Y", &[&a]), 4.0);
    assert_eq!(side(&dir, "--samples-out", "Y", &[&a, "--drop-hidden"]), 3.0);
}

#[test]
fn a_beauty_colours_a_deep_file() {
    let dir = Folder::new("recolour");
    // Two pixels; the beauty lies over the second one only, and was rendered with another alpha.
    let a = dir.file("a.exr");
    let samples = [point(2.0, 0.5, 9.0), point(3.0, 0.5, 9.0)];
    write(&a, window(0, 0, 2, 1), &[&samples, &samples]);
    let beauty = dir.file("beauty.exr");
    write(&dir.file("b.exr"), window(1, 0, 2, 1), &[&[[1.0, 1.0, 0.6, 0.3, 0.2, 0.1]]]);
    merge(&[&dir.file("b.exr"), "--out", &beauty]);
    let out = dir.file("out.exr");
    merge(&[&a, "--recolour", &beauty, "--out", &out]);
    let picture = Picture::read(&out);
    assert_eq!(picture.rgba()[0], [0.0, 0.0, 0.0, 0.75], "black outside the beauty");
    // Colour over alpha, times 0.75.
    for (channel, value) in [("R", 0.375), ("G", 0.25), ("B", 0.125), ("A", 0.75)] {
        near(picture.at(channel, 1, 0), value);
    }
    merge(&[&a, "--recolour", &beauty, "--recolour-by", "beauty", "--out", &out]);
    let picture = Picture::read(&out);
    for (channel, value) in [("R", 0.3), ("G", 0.2), ("B", 0.1), ("A", 0.75)] {
        near(picture.at(channel, 1, 0), value);
    }
    // Of two files, one.
    let c = pixel(&dir, "c.exr", &[point(1.0, 0.5, 0.5)]);
    merge(&[&c, &a, "--recolour", &format!("a.exr={beauty}"), "--out", &out]);
    near(Picture::read(&out).at("R", 0, 0), 0.5);
    near(Picture::read(&out).at("R", 1, 0), 0.375);
    let (code, text) = bad(&["merge", &c, &a, "--recolour", &beauty, "--out", &out]);
    assert!(code == 2 && text.contains("FILE=BEAUTY"), "{text}");
    let (code, text) = bad(&["merge", &a, "--recolour", &c, "--out", &out]);
    assert!(code == 1 && text.contains(&c), "{text}");
}

#[test]
fn wrong_usage_ends_with_2() {
    let dir = Folder::new("usage");
    let a = pixel(&dir, "a.exr", &[point(1.0, 1.0, 1.0)]);
    let out = dir.file("out.exr");
    let cases: [(&[&str], &str); 14] = [
        (&[], "--out"),
        (&["--out", "x.png"], ".exr"),
        (&["--out", &out, "--depth-out", &out], "twice"),
        (&["--out", &a], "replaced while it is read"),
        (&["--out", &out, "--crop", "3,2"], "NEAR must be less"),
        (&["--out", &out, "--crop", "3"], "NEAR,FAR"),
        (&["--out", &out, "--crop", "1,nan"], "NEAR,FAR"),
        (&["--out", &out, "--slab", "near"], "--slabs"),
        (&["--out", &out, "--opacity-limit", "2"], "--opacity-limit"),
        (&["--out", &out, "--scale", "1=0"], "--scale"),
        (&["--out", &out, "--offset", "1=near"], "no number"),
        (&["--out", &out, "--frames", "1-3"], "####"),
        (&["--out", &out, "--frames", "3-1"], "'3-1'"),
        (&["--deep-out", &out, "--holdout", &a], "does not go with"),
    ];
    for (arguments, words) in cases {
        let (code, text) = bad(&[&["merge", &a], arguments].concat());
        assert_eq!(code, 2, "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
    assert!(!Path::new(&out).exists());
}

#[test]
fn damaged_files_end_with_1_and_leave_nothing() {
    let dir = Folder::new("damaged");
    let good = std::fs::read(data("synth_A.exr")).unwrap();
    let (bad_file, out) = (dir.file("bad.exr"), dir.file("out.exr"));
    let mut flipped = good.clone();
    let end = flipped.len() - 400;
    flipped[end..].iter_mut().for_each(|b| *b ^= 0x5a);
    let cases = [good[..good.len() / 2].to_vec(), good[..60].to_vec(), b"no picture".to_vec(), Vec::new(), flipped];
    for (i, bytes) in cases.iter().enumerate() {
        std::fs::write(&bad_file, bytes).unwrap();
        let (code, text) = bad(&["merge", &data("synth_B.exr"), &bad_file, "--out", &out]);
        assert!(code == 1 && text.starts_with("fathom: ") && text.contains(&bad_file), "{i}: {text}");
        assert!(!text.contains("panicked"), "{i}: {text}");
        assert_eq!(dir.list(), ["bad.exr"], "{i}");
    }
    let none = dir.file("none.exr");
    let (code, text) = bad(&["merge", &none, "--out", &out]);
    assert!(code == 1 && text.contains(&none), "{text}");
    // A folder that cannot be made.
    let (code, text) = bad(&["merge", &data("synth_B.exr"), "--out", &format!("{bad_file}/out.exr")]);
    assert!(code == 1 && text.contains(&bad_file), "{text}");
}
