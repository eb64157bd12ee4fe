//! `fathom deep info`, run as people run it.

mod deep_common;

use deep_common::*;
use deep_exr::{Channel, Header, SampleType};
use serde_json::json;

fn info(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&good(&[&["info", "--json"], arguments].concat())).unwrap()
}

#[test]
fn what_a_file_holds_is_told() {
    let dir = Folder::new("info");
    let path = dir.file("a.exr");
    let channel = |name: &str, kind| Channel { name: name.into(), kind };
    let names = ["A", "AG", "B", "G", "R", "Z", "ZBack", "fog.density"];
    let mut channels: Vec<Channel> = names.iter().map(|name| channel(name, SampleType::Float)).collect();
    channels.push(channel("id", SampleType::Uint));
    let mut header = Header::new(window(-1, 4, 2, 5), channels);
    header.display_window = window(0, 0, 10, 8);
    header.pixel_aspect = 1.5;
    header.frames_per_second = Some((25, 1));
    (header.name, header.view) = (Some("smoke".into()), Some("left".into()));
    let volumes = [[3.0, 5.0, 0.5, 0.1, 0.1, 0.1], [2.0, 4.0, 0.5, 0.1, 0.1, 0.1]];
    write_with(&path, &header, &[&volumes, &[], &[point(9.0, 1.0, 1.0)]]);
    let all = info(&[&path]);
    let part = &all[0]["parts"][0];
    for (key, value) in [
        ("name", json!("smoke")),
        ("view", json!("left")),
        ("deep", json!(true)),
        ("kind", json!("deepscanline")),
        ("compression", json!("ZIPS")),
        ("data_window", json!([-1, 4, 3, 1])),
        ("display_window", json!([0, 0, 10, 8])),
        ("pixel_aspect", json!(1.5)),
        ("frames_per_second", json!([25, 1])),
        ("tidy", json!(false)),
        ("used", json!(true)),
    ] {
        assert_eq!(part[key], value, "{key}");
    }
    let alphas: Vec<_> = part["channels"].as_array().unwrap().iter().map(|c| (&c["name"], &c["alpha"])).collect();
    let wanted = [
        ("A", json!(null)),
        ("AG", json!(null)),
        ("B", json!("A")),
        ("G", json!("AG")),
        ("R", json!("A")),
        ("Z", json!(null)),
        ("ZBack", json!(null)),
        ("fog.density", json!("A")),
        ("id", json!(null)),
    ];
    for ((name, alpha), wanted) in alphas.iter().zip(&wanted) {
        assert_eq!((name.as_str().unwrap(), *alpha), (wanted.0, &wanted.1));
    }
    let samples = &part["samples"];
    assert_eq!((&samples["total"], &samples["least"], &samples["most"]), (&json!(3), &json!(0), &json!(2)));
    assert_eq!((&samples["mean"], &samples["mean_where_covered"]), (&json!(1.0), &json!(1.5)));
    let depth = &part["depth"];
    assert_eq!((&depth["nearest"], &depth["farthest"]), (&json!(2.0), &json!(9.0)));
    assert_eq!((&depth["points"], &depth["volumes"]), (&json!(1), &json!(2)));
    assert_eq!((&depth["unsorted_pixels"], &depth["overlapping_pixels"]), (&json!(1), &json!(1)));

    let text = good(&["info", &path]);
    for words in
        ["\"smoke\"", "view left", "ZIPS; this one is used", "3 x 1 at -1, 4", "frame rate      25", "G float by AG"]
    {
        assert!(text.contains(words), "{words} is missing in {text}");
    }
}

#[test]
fn damaged_files_do_not_hide_the_others() {
    let dir = Folder::new("info-damaged");
    let a = data("synth_A.exr");
    let bytes = std::fs::read(&a).unwrap();
    let [cut, text, flat] = ["cut.exr", "text.exr", "flat.exr"].map(|name| dir.file(name));
    std::fs::write(&cut, &bytes[..bytes.len() - 100]).unwrap();
    std::fs::write(&text, b"nothing of that kind").unwrap();
    merge(&[&a, "--out", &flat]);
    let out = deep(&["info", &cut, &a, &text, &flat, &dir.file("none.exr")]);
    assert_eq!(out.status.code(), Some(1));
    let errors = String::from_utf8(out.stderr).unwrap();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 4, "{errors}");
    for (line, file) in lines.iter().zip([&cut, &text, &flat, &dir.file("none.exr")]) {
        assert!(line.starts_with("fathom: ") && line.contains(file.as_str()), "{line}");
    }
    assert!(lines[2].contains("flat picture"), "{errors}");
    assert!(String::from_utf8(out.stdout).unwrap().contains("128 x 1 at 0, 0"));
    // The same for scripts.
    let out = deep(&["info", "--json", &text, &a]);
    assert_eq!(out.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert!(json[0]["error"].as_str().unwrap().contains("not an OpenEXR file"));
    assert!(json[1]["samples"].is_null() && json[1]["parts"][0]["samples"]["total"].as_u64() > Some(100));
    let (code, errors) = bad(&["info", &a, "--part", "smoke"]);
    assert!(code == 1 && errors.contains("smoke"), "{errors}");
}

#[test]
fn real_files_are_understood() {
    if let Some(file) = real("low_Trunks.exr") {
        let part = &info(&[&file])[0]["parts"][0];
        assert_eq!((&part["samples"]["total"], &part["view"]), (&json!(49152), &json!("left")));
        assert_eq!(part["data_window"], json!([0, 141, 1024, 435]));
        // Sorted, but with points at one depth.
        let depth = &part["depth"];
        assert_eq!((&depth["unsorted_pixels"], &depth["overlapping_pixels"]), (&json!(0), &json!(33)));
    }
    if let Some(file) = real("oiio_deepalpha.exr") {
        let part = &info(&[&file])[0]["parts"][0];
        assert_eq!((&part["kind"], &part["tiles"]), (&json!("deeptile"), &json!([64, 64])));
        assert_eq!(part["samples"]["most"], 22);
    }
    if let Some(file) = real("openexr_11.deep.exr") {
        let part = &info(&[&file])[0]["parts"][0];
        assert_eq!((&part["deep_image_state"], &part["tidy"]), (&json!("tidy"), &json!(true)));
    }
}
