//! The program `fathom`, run as people run it, on the test plug-in.

use mock_host::media::{Pick, read_exr, read_png, write_exr};
use mock_host::{Components, Picture, RectI};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder for one test, removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fathom-program-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn plugin() -> PathBuf {
    let name = format!("{}misbehave{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Path::new(env!("CARGO_BIN_EXE_fathom")).with_file_name("examples").join(name)
}

fn fathom(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fathom")).arg("--bundle").arg(plugin()).args(arguments).output().unwrap()
}

/// Standard output of a run that succeeds and says nothing on the error output.
fn good(arguments: &[&str]) -> String {
    let out = fathom(arguments);
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
    String::from_utf8(out.stdout).unwrap()
}

/// Exit code and error output of a run that fails.
fn bad(arguments: &[&str]) -> (i32, String) {
    let out = fathom(arguments);
    (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
}

/// A picture whose data window is not its display window.
fn write_source(path: &str, value: f32) -> Picture {
    let bounds = RectI::new(1, 2, 7, 6);
    let picture = Picture::from_fn(bounds, Components::Rgba, |x, y| [x as f32, y as f32, value, 1.0]);
    write_exr(Path::new(path), &picture, RectI::sized(8, 6)).unwrap();
    picture
}

#[test]
fn effects_are_listed_and_described() {
    assert!(good(&["list"]).starts_with("org.fathomfx.test.Misbehave"));
    let text = good(&["describe", "misbehave"]);
    for line in ["Depth", "optional", "Render | Identity", "What it does.", "default 2"] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&good(&["describe", "Misbehave", "--json"])).unwrap();
    assert_eq!(json["clips"][0]["name"], "Source");
    assert_eq!(json["params"][0]["default"], 2.0);
    assert_eq!(json["params"][2]["choices"][1], "Identity");
}

#[test]
fn a_folder_of_shots_that_is_none_is_wrong_usage() {
    let dir = Folder::new("shots");
    for arguments in
        [&["shots", &dir.file("missing")][..], &["shots", &dir.file("")], &["shots", &dir.file(""), "--flicker"]]
    {
        let (code, errors) = bad(arguments);
        assert!(code == 2 && errors.contains(&dir.0.display().to_string()), "{arguments:?}: {code}, {errors}");
    }
}

#[test]
fn sequences_are_rendered_with_keys_and_keep_their_place() {
    let dir = Folder::new("sequence");
    for n in 3..=5 {
        write_source(&dir.file(&format!("in.{n:04}.exr")), n as f32);
    }
    let (input, output) = (dir.file("in.####.exr"), dir.file("out.%02d.exr"));
    let arguments = [
        "render",
        "--effect",
        "Misbehave",
        "--clip",
        &format!("Source={input}"),
        "--set",
        "gain@3=1",
        "--set",
        "gain@5=3",
        "--set",
        "note=a=b",
        "--out",
        &output,
    ];
    good(&arguments);
    for (n, gain) in [(3, 1.0), (4, 2.0), (5, 3.0)] {
        let frame = read_exr(Path::new(&dir.file(&format!("out.{n:02}.exr"))), &Pick::auto()).unwrap();
        assert_eq!(frame.display, RectI::sized(8, 6));
        assert_eq!(frame.picture.bounds, RectI::new(1, 2, 7, 6));
        let pixel = frame.picture.get(4, 3).unwrap();
        assert_eq!(pixel, [4.0 * gain, 3.0 * gain, n as f32 * gain, gain]);
    }
    let left: Vec<_> = std::fs::read_dir(&dir.0).unwrap().flatten().collect();
    assert_eq!(left.len(), 6, "no temporary file stays: {left:?}");
}

#[test]
fn windows_scales_and_pngs_work() {
    let dir = Folder::new("window");
    let (input, png, exr) = (dir.file("in.exr"), dir.file("out.png"), dir.file("out.exr"));
    write_source(&input, 0.25);
    let source = format!("Source={input}");
    let base = ["render", "--effect", "Misbehave", "--clip", &source, "--out"];
    good(&[&base[..], &[&exr, "--window", "2,3,5,5", "--set", "gain=1"]].concat());
    let frame = read_exr(Path::new(&exr), &Pick::auto()).unwrap();
    assert_eq!(frame.picture.bounds, RectI::new(2, 3, 5, 5));
    good(&[&base[..], &[&exr, "--scale", "0.5", "--set", "gain=1"]].concat());
    let frame = read_exr(Path::new(&exr), &Pick::auto()).unwrap();
    assert_eq!(frame.display, RectI::sized(4, 3));
    assert_eq!(frame.picture.get(1, 1), Some(&[2.5, 2.5, 0.25, 1.0][..]));
    good(&[&base[..], &[&png, "--set", "gain=1"]].concat());
    let shown = read_png(Path::new(&png)).unwrap();
    assert_eq!(shown.display, RectI::sized(8, 6));
    let pixel = shown.picture.get(1, 2).unwrap();
    assert!((pixel[2] - 0.25).abs() < 0.01 && pixel[0] == 1.0);
}

#[test]
fn one_channel_feeds_depth() {
    let dir = Folder::new("depth");
    let (input, out) = (dir.file("in.exr"), dir.file("out.exr"));
    write_source(&input, 10.0);
    let (source, depth) = (format!("Source={input}"), format!("Depth={input}:B"));
    good(&["render", "--effect", "Misbehave", "--clip", &source, "--clip", &depth, "--set", "gain=1", "--out", &out]);
    let frame = read_exr(Path::new(&out), &Pick::auto()).unwrap();
    assert_eq!(frame.picture.get(4, 3), Some(&[14.0, 3.0, 10.0, 1.0][..]));
}

#[test]
fn timing_is_one_object() {
    let dir = Folder::new("time");
    let input = dir.file("in.exr");
    write_source(&input, 1.0);
    let source = format!("Source={input}");
    let text = good(&["time", "--effect", "Misbehave", "--clip", &source, "--repeat", "3", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["repeats"], 3);
    assert_eq!((json["width"].clone(), json["height"].clone()), (6.into(), 4.into()));
    for key in ["cpu_seconds", "wall_seconds", "peak_bytes"] {
        assert!(json[key].is_number(), "{key}");
    }
}

#[test]
fn the_demo_writes_what_its_list_says() {
    let dir = Folder::new("demo");
    write_source(&dir.file("in.exr"), 3.0);
    let list = dir.file("demo.json");
    let recipe = r#"[{"name": "twice", "effect": "Misbehave", "clips": {"Source": "in.exr"},
        "set": {"gain": 2, "tint": [1, 0, 0]}, "view": "tonemap"}]"#;
    std::fs::write(&list, recipe).unwrap();
    let out = dir.file("pictures");
    let text = good(&["demo", "--recipes", &list, "--out", &out]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    for line in &lines {
        assert!(Path::new(line).is_file(), "{line}");
    }
    let before = read_png(&Path::new(&out).join("twice_before.png")).unwrap();
    assert!((before.picture.get(4, 3).unwrap()[2] - 0.75).abs() < 0.01);
    let sheet = read_png(&Path::new(&out).join("twice.png")).unwrap();
    assert_eq!(sheet.display, RectI::sized(20, 6));
}

#[test]
fn wrong_usage_ends_with_2_and_names_the_nearest() {
    let dir = Folder::new("usage");
    let input = dir.file("in.exr");
    write_source(&input, 1.0);
    let source = format!("Source={input}");
    let out = dir.file("out.exr");
    let run =
        |extra: &[&str]| bad(&[&["render", "--effect", "Misbehave", "--clip", &source, "--out", &out], extra].concat());
    let cases: [(&[&str], &str); 6] = [
        (&["--set", "gian=1"], "the nearest is 'gain'"),
        (&["--set", "mode=Identiti"], "the nearest is 'Identity'"),
        (&["--set", "tint=1,2"], "takes 4 values"),
        (&["--clip", &format!("Depht={input}")], "the nearest is 'Depth'"),
        (&["--frames", "3-1"], "'3-1'"),
        (&["--frames", "1-3"], "####"),
    ];
    for (extra, words) in cases {
        let (code, text) = run(extra);
        assert_eq!(code, 2, "{extra:?}: {text}");
        assert!(text.contains(words), "{extra:?}: {text}");
    }
    let (code, text) = bad(&["analyse", &input, "--effect", "Misbehave"]);
    assert!(code == 2 && text.contains("no parameter is named 'analyse'"), "{text}");
    let (code, text) = bad(&["describe", "Misbehav"]);
    assert!(code == 2 && text.contains("the nearest is 'Misbehave'"), "{text}");
    let (code, text) = bad(&["render", "--effect", "Misbehave", "--out", &out]);
    assert!(code == 2 && text.contains("clip 'Source' has no input"), "{text}");
}

#[test]
fn failures_end_with_1_and_name_file_and_message() {
    let dir = Folder::new("failure");
    let (input, out) = (dir.file("in.exr"), dir.file("out.exr"));
    write_source(&input, 1.0);
    let source = format!("Source={input}");
    let base = ["render", "--effect", "Misbehave", "--out", &out, "--clip"];
    let (code, text) = bad(&[&base[..], &[&source, "--set", "fault=10"]].concat());
    assert!(code == 1 && text.contains("no such luck: 100% failure") && text.contains(&out), "{text}");
    assert!(!Path::new(&out).exists());
    let missing = dir.file("none.exr");
    let (code, text) = bad(&[&base[..], &[&format!("Source={missing}")]].concat());
    assert!(code == 1 && text.contains(&missing), "{text}");
    std::fs::write(&missing, b"not an image").unwrap();
    let (code, text) = bad(&[&base[..], &[&format!("Source={missing}")]].concat());
    assert!(code == 1 && text.contains(&missing), "{text}");
    let (code, text) = bad(&["--bundle", "/none.ofx.bundle", "list"]);
    assert_eq!(code, 2, "--bundle twice is wrong usage: {text}");
}
