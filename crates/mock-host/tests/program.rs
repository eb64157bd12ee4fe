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
fn a_reader_that_has_seen_enough_is_no_fault() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_fathom"));
    let output = command.arg("--bundle").arg(plugin()).arg("list").stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(141), ""));
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

/// Renders 12 frames of which the ninth cannot be read, and says how: lines of the log, exit code.
fn farm(dir: &Folder, extra: &[&str]) -> (Vec<serde_json::Value>, i32) {
    for n in 1..=12 {
        write_source(&dir.file(&format!("in.{n:04}.exr")), n as f32);
    }
    std::fs::write(dir.file("in.0009.exr"), b"broken").unwrap();
    let (source, out) = (format!("Source={}", dir.file("in.####.exr")), dir.file("out.####.exr"));
    let base = ["render", "--effect", "Misbehave", "--clip", &source, "--out", &out, "--log", "json"];
    let output = fathom(&[&base, extra].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code().unwrap())
}

fn of_frames(log: &[serde_json::Value], event: &str) -> Vec<i64> {
    log.iter().filter(|e| e["event"] == event).map(|e| e["frame"].as_i64().unwrap()).collect()
}

#[test]
fn a_broken_off_run_goes_on_where_it_stopped() {
    let dir = Folder::new("resume");
    let (log, code) = farm(&dir, &[]);
    assert_eq!(code, 1);
    assert_eq!(of_frames(&log, "frame"), (1..=8).collect::<Vec<_>>());
    assert_eq!(of_frames(&log, "failed"), [9]);
    assert!(log.iter().any(|e| e["event"] == "failed" && e["error"].as_str().unwrap().contains("in.0009.exr")));
    // A frame that a killed worker left empty is no frame.
    std::fs::write(dir.file("out.0003.exr"), b"").unwrap();
    let (log, code) = farm(&dir, &["--skip-existing", "--keep-going"]);
    assert_eq!(code, 1, "the ninth still fails");
    assert_eq!(of_frames(&log, "skipped"), [1, 2, 4, 5, 6, 7, 8]);
    assert_eq!(of_frames(&log, "frame"), [3, 10, 11, 12]);
    let end = log.last().unwrap();
    assert_eq!(end["event"], "end");
    assert_eq!((&end["rendered"], &end["skipped"], &end["failed"]), (&4.into(), &7.into(), &1.into()));
    let (log, code) = farm(&dir, &["--skip-existing", "--frames", "1-8,10-12"]);
    assert_eq!((code, of_frames(&log, "frame")), (0, vec![]));
}

#[test]
fn chunks_of_a_farm_make_all_frames_once() {
    let dir = Folder::new("chunks");
    let mut all = Vec::new();
    for chunk in ["1/3", "2/3", "3/3"] {
        let (log, code) = farm(&dir, &["--frames", "1-8,10-12", "--chunk", chunk]);
        assert_eq!(code, 0, "{chunk}");
        all.extend(of_frames(&log, "frame"));
    }
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]);
    assert_eq!(farm(&dir, &["--chunk", "4/3"]).1, 2);
    let (log, _) = farm(&dir, &["--frames", "1-8x4"]);
    assert_eq!(of_frames(&log, "frame"), [1, 5]);
}

#[test]
fn what_is_read_is_not_written_over() {
    let dir = Folder::new("own");
    write_source(&dir.file("in.0001.exr"), 1.0);
    let before = std::fs::read(dir.file("in.0001.exr")).unwrap();
    let input = dir.file("in.####.exr");
    let (code, text) = bad(&["render", "--effect", "Misbehave", "--clip", &format!("Source={input}"), "--out", &input]);
    assert!(code == 2 && text.contains("while it is read"), "{code}: {text}");
    assert_eq!(std::fs::read(dir.file("in.0001.exr")).unwrap(), before);
}

/// The test plug-in under Fathom's name.
fn small_bundle(dir: &Folder) -> PathBuf {
    let bundle = dir.0.join("archive/Fathom.ofx.bundle");
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let folder = match (os, arch) {
        ("macos", _) => "MacOS",
        ("windows", _) => "Win64",
        (_, "aarch64") => "Linux-aarch64",
        _ => "Linux-x86-64",
    };
    let binaries = bundle.join("Contents").join(folder);
    std::fs::create_dir_all(&binaries).unwrap();
    std::fs::copy(plugin(), binaries.join("Fathom.ofx")).unwrap();
    let plist = "<plist><key>CFBundleIdentifier</key><string>org.fathomfx.Fathom</string></plist>";
    std::fs::write(bundle.join("Contents/Info.plist"), plist).unwrap();
    bundle
}

fn run(bundle: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fathom"));
    let out = command.env_remove("OFX_PLUGIN_PATH").arg("--bundle").arg(bundle).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_bundle_is_installed_replaced_and_removed() {
    let dir = Folder::new("install");
    let (bundle, plugins) = (small_bundle(&dir), dir.0.join("OFX/Plugins"));
    let to = plugins.display().to_string();
    let (code, text, _) = run(&bundle, &["install", "--to", &to, "--dry-run"]);
    assert!(code == 0 && text.contains("nothing was done") && !plugins.exists(), "{text}");
    for _ in 0..2 {
        let (code, text, errors) = run(&bundle, &["install", "--to", &to]);
        assert!(code == 0 && text.contains("1 effects") && text.contains("OFX_PLUGIN_PATH"), "{text}{errors}");
        assert_eq!(names(&plugins), ["Fathom.ofx.bundle"]);
    }
    assert!(run(&plugins.join("Fathom.ofx.bundle"), &["list"]).1.contains("Misbehave"));
    let (code, text, _) = run(&bundle, &["uninstall", "--to", &to, "--dry-run"]);
    assert!(code == 0 && text.contains("nothing was done") && names(&plugins).len() == 1);
    let (code, text, _) = run(&bundle, &["uninstall", "--to", &to]);
    assert!(code == 0 && text.contains("removed") && names(&plugins).is_empty(), "{text}");
    assert_eq!(run(&bundle, &["uninstall", "--to", &to]).0, 0, "nothing to do is no failure");
}

#[test]
fn what_is_not_fathom_or_does_not_load_is_left_as_it_is() {
    let dir = Folder::new("install-not");
    let (bundle, plugins) = (small_bundle(&dir), dir.0.join("plugins"));
    let to = plugins.display().to_string();
    let stranger = plugins.join("Fathom.ofx.bundle");
    std::fs::create_dir_all(stranger.join("Contents")).unwrap();
    std::fs::write(stranger.join("Contents/Info.plist"), "<plist>another's</plist>").unwrap();
    for command in ["install", "uninstall"] {
        let (code, _, errors) = run(&bundle, &[command, "--to", &to]);
        assert!(code == 1 && errors.contains("left alone"), "{errors}");
        assert!(stranger.join("Contents/Info.plist").exists());
    }
    std::fs::remove_dir_all(&stranger).unwrap();
    assert_eq!(run(&bundle, &["install", "--to", &to]).0, 0);
    // A library of another machine.
    let library = std::fs::read_dir(bundle.join("Contents")).unwrap().flatten().find(|e| e.path().is_dir()).unwrap();
    std::fs::write(library.path().join("Fathom.ofx"), b"not for here").unwrap();
    let (code, _, errors) = run(&bundle, &["install", "--to", &to]);
    assert!(code == 1 && errors.contains("was not installed"), "{errors}");
    assert_eq!(names(&plugins), ["Fathom.ofx.bundle"]);
    assert!(run(&stranger, &["list"]).1.contains("Misbehave"), "the old one still works");
}

#[test]
fn a_parameter_is_looked_at() {
    let dir = Folder::new("look");
    let input = dir.file("in.exr");
    write_source(&input, 0.5);
    let (source, png, html) = (format!("Source={input}"), dir.file("sheet.png"), dir.file("look/page.html"));
    std::fs::create_dir_all(dir.0.join("look")).unwrap();
    let base = ["look", "--effect", "Misbehave", "--clip", &source];
    good(&[&base[..], &["--sweep", "gain=0..2x5", "--out", &png, "--html", &html]].concat());
    let sheet = read_png(Path::new(&png)).unwrap().picture;
    assert!(sheet.bounds.width() > 30 && sheet.bounds.height() > 60, "{:?}", sheet.bounds);
    let page = std::fs::read_to_string(&html).unwrap();
    assert_eq!(page.matches("data:image/png;base64,").count(), 6);
    assert!(page.contains(">0.5</button>") && !page.contains("http") && !page.contains('@'), "alone in the world");
    let folder: Vec<_> = std::fs::read_dir(dir.0.join("look")).unwrap().collect();
    assert_eq!(folder.len(), 1, "{folder:?}");
    good(&[&base[..], &["--sweep", "mode=*", "--out", &png, "--crop", "2,2,6,5", "--columns", "1"]].concat());
    for (extra, words) in [
        (&["--sweep", "gian=1", "--out", &png][..], "the nearest is 'gain'"),
        (&["--sweep", "gain=*", "--out", &png], "is no choice"),
        (&["--crop", "90,0,99,9", "--out", &png], "no part of the picture"),
        (&["--out", "sheet.jpg"], ".png"),
        (&[], "--out"),
    ] {
        let (code, text) = bad(&[&base[..], extra].concat());
        assert!(code == 2 && text.contains(words), "{extra:?}: {text}");
    }
}
