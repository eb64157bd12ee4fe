//! What `fathom deep merge` keeps of its files, and the deep files that it writes.

mod deep_common;

use deep_common::*;
use deep_exr::{Channel, Choice, DeepFile, Header, Limits, SampleType};

/// A header with these channels.
fn header(w: deep_exr::Window, channels: &[(&str, SampleType)]) -> Header {
    Header::new(w, channels.iter().map(|(name, kind)| Channel { name: (*name).into(), kind: *kind }).collect())
}

const FLOAT: SampleType = SampleType::Float;

#[test]
fn windows_and_attributes_are_kept() {
    let dir = Folder::new("windows");
    let names = [("A", FLOAT), ("R", FLOAT), ("Z", FLOAT)];
    let mut head = header(window(-2, 1, 0, 2), &names);
    head.display_window = window(0, 0, 8, 6);
    head.pixel_aspect = 2.0;
    head.frames_per_second = Some((24000, 1001));
    head.time_code = Some(deep_exr::TimeCode { time_and_flags: 0x0102_0304, user_data: 0 });
    head.view = Some("left".into());
    head.world_to_camera = Some(std::array::from_fn(|i| i as f32));
    let [a, b, out] = ["a.exr", "b.exr", "out.exr"].map(|name| dir.file(name));
    write_with(&a, &head, &[&[point(1.0, 1.0, 0.25)], &[]]);
    write(&b, window(3, 4, 4, 5), &[&[point(1.0, 1.0, 0.5)]]);
    let report = merge(&[&a, &b, "--out", &out]);
    assert!(report["notes"][0].as_str().unwrap().contains("another display window"), "{report}");
    assert_eq!(report["display_window"], serde_json::json!([0, 0, 8, 6]));
    let picture = Picture::read(&out);
    assert_eq!(picture.window, window(-2, 1, 4, 5));
    assert_eq!((picture.at("R", -2, 1), picture.at("R", 3, 4), picture.at("A", 0, 3)), (0.25, 0.5, 0.0));
    let (shared, own) = (&picture.meta.shared_attributes, &picture.meta.own_attributes);
    assert_eq!((shared.display_window.size.0, shared.display_window.size.1), (8, 6));
    assert_eq!(shared.pixel_aspect, 2.0);
    assert_eq!(shared.time_code.as_ref().map(|t| (t.hours, t.minutes, t.seconds, t.frame)), Some((1, 2, 3, 4)));
    assert_eq!(own.frames_per_second, Some((24000, 1001)));
    assert_eq!(own.view_name.as_ref().map(ToString::to_string), Some("left".into()));
    assert_eq!(own.world_to_camera.map(|m| m[7]), Some(7.0));
}

#[test]
fn other_channels_and_identifiers_are_passed_on() {
    let dir = Folder::new("aovs");
    let names = [("A", FLOAT), ("R", FLOAT), ("Z", FLOAT), ("fog.density", SampleType::Half), ("id", SampleType::Uint)];
    let a = dir.file("a.exr");
    // Their values are 10 times the depth.
    let samples = [point(1.0, 0.25, 0.25), point(3.0, 1.0, 0.5)];
    write_with(&a, &header(window(0, 0, 1, 1), &names), &[&samples]);
    let out = dir.file("out.exr");
    merge(&[&a, "--out", &out]);
    let channels = |out: &str| Picture::read(out).planes.into_keys().collect::<Vec<_>>();
    assert_eq!(channels(&out), ["A", "B", "G", "R"]);
    merge(&[&a, "--out", &out, "--aovs", "--ids", "nearest"]);
    assert_eq!(channels(&out), ["A", "B", "G", "R", "fog.density", "id"]);
    let picture = Picture::read(&out);
    assert_eq!(picture.at("fog.density", 0, 0), 10.0 + 0.75 * 30.0);
    assert!(matches!(&picture.planes["id"], exr::prelude::FlatSamples::U32(ids) if ids[..] == [10]));
    merge(&[&a, "--out", &out, "--ids", "largest"]);
    assert!(matches!(&Picture::read(&out).planes["id"], exr::prelude::FlatSamples::U32(ids) if ids[..] == [30]));
}

#[test]
fn parts_are_chosen_by_name_number_and_view() {
    let dir = Folder::new("part");
    let mut head = header(window(0, 0, 1, 1), &[("A", FLOAT), ("R", FLOAT), ("Z", FLOAT)]);
    (head.name, head.view) = (Some("smoke".into()), Some("right".into()));
    let [a, out] = ["a.exr", "out.exr"].map(|name| dir.file(name));
    write_with(&a, &head, &[&[point(1.0, 1.0, 0.5)]]);
    for part in ["smoke", "0", "right", "a.exr=smoke"] {
        merge(&[&a, "--part", part, "--out", &out]);
    }
    for part in ["fire", "1", "a.exr=left"] {
        let (code, text) = bad(&["merge", &a, "--part", part, "--out", &out]);
        assert!(code == 1 && text.contains(&a) && text.contains("smoke"), "{text}");
    }
}

#[test]
fn a_merged_deep_file_flattens_to_the_same() {
    let dir = Folder::new("concat");
    let [deep, one, two] = ["deep.exr", "one.exr", "two.exr"].map(|name| dir.file(name));
    for [a, b] in pairs() {
        let arguments = [&*a, &b, "--scale", "1=1.5", "--offset", "1=0.25", "--offset", "2=-0.5"];
        let merged = merge(&[&arguments[..], &["--deep-out", &deep, "--out", &one]].concat());
        merge(&[&deep, "--out", &two]);
        let [first, second] = [&one, &two].map(|f| Picture::read(f));
        assert_eq!(first.window, second.window);
        // Moved depths are rounded to f32 in the file: two samples may fall on one depth.
        let alike = first.rgba().iter().zip(second.rgba()).filter(|(a, b)| apart(&[**a], &[*b]) < 2e-6).count();
        assert!(alike + alike / 1000 + 1 >= first.rgba().len(), "{alike} of {}", first.rgba().len());
        let part = DeepFile::open(&deep, &Limits::default()).unwrap().part(&Choice::First).unwrap();
        // A sample without a depth is left out.
        let samples = merged["samples"].as_u64().unwrap();
        assert!(part.stats().samples <= samples && part.stats().samples + 9 > samples);
        assert_eq!(part.header().deep_state, Some(deep_exr::DeepState::Sorted));
        // As in the files, but a moved depth is a float.
        for channel in &part.header().channels {
            let float = channel.name.starts_with('Z') || a.contains("synth");
            assert_eq!(channel.kind, if float { FLOAT } else { SampleType::Half }, "{}", channel.name);
        }
    }
}

#[test]
fn a_cropped_deep_file_has_parts_of_volumes() {
    let dir = Folder::new("deepcrop");
    let a =
        pixel(&dir, "a.exr", &[[4.0, 8.0, 0.75, 0.75, 0.0, 3.0], point(3.0, 1.0, 1.0), [1.0, 5.0, 1.0, 0.5, 0.5, 0.5]]);
    let out = dir.file("deep.exr");
    merge(&[&a, "--crop", "4,6", "--deep-out", &out, "--half"]);
    let part = DeepFile::open(&out, &Limits::default()).unwrap().part(&Choice::First).unwrap();
    let names = ["R", "B", "A"].map(|name| part.header().channel(name).unwrap());
    assert!(names.iter().all(|&c| part.header().channels[c].kind == SampleType::Half));
    let band = part.read_rows(0..1, &names, &|| false).unwrap();
    assert_eq!((band.front, band.back), (vec![4.0, 4.0], Some(vec![5.0, 6.0])));
    let numbers = [vec![0.5, 0.5], vec![0.5, 2.0], vec![1.0, 0.5]].map(deep_exr::Numbers::Float);
    assert_eq!(band.channels, numbers);
}
