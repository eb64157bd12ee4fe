//! What the tests of `fathom deep` share: a folder, the program, deep files of a few samples, pixels of flat files.

#![allow(dead_code, reason = "each test program uses its own part of it")]

use deep_exr::{Band, Channel, Header, Numbers, SampleType, Window, Writer};
use exr::prelude::{FlatSamples, MetaData, ReadChannels, ReadLayers, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder for one test, removed with it.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fathom-deep-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Names of the files, in order.
    pub fn list(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A designed file of the project.
pub fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/deep").join(name);
    path.display().to_string()
}

/// A real file beside the project; `None`, with a word, where there is none.
pub fn real(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/deep").join(name);
    if path.is_file() {
        return Some(path.display().to_string());
    }
    eprintln!("skipped: {name} is not there");
    None
}

pub fn deep(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fathom")).arg("deep").args(arguments).output().unwrap()
}

/// Standard output of a run that succeeds and says nothing on the error output.
pub fn good(arguments: &[&str]) -> String {
    let out = deep(arguments);
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && errors.is_empty(), "{arguments:?}: {errors}");
    String::from_utf8(out.stdout).unwrap()
}

/// Exit code and error output of a run that fails.
pub fn bad(arguments: &[&str]) -> (i32, String) {
    let out = deep(arguments);
    assert!(!out.status.success(), "{arguments:?}");
    (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
}

/// A merge of one frame; its report.
pub fn merge(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&good(&[&["merge"], arguments].concat())).unwrap()
}

pub const fn window(x1: i32, y1: i32, x2: i32, y2: i32) -> Window {
    Window { x1, y1, x2, y2 }
}

/// A sample: front, back, alpha, R, G, B.
pub type Sample = [f32; 6];

/// A point of one grey.
pub fn point(z: f32, alpha: f32, grey: f32) -> Sample {
    [z, z, alpha, grey, grey, grey]
}

/// Writes a deep file with float channels R, G, B, A, Z, ZBack.
pub fn write(path: &str, window: Window, pixels: &[&[Sample]]) {
    let names = ["A", "B", "G", "R", "Z", "ZBack"];
    let channels = names.map(|name| Channel { name: name.into(), kind: SampleType::Float });
    write_with(path, &Header::new(window, channels.to_vec()), pixels);
}

/// Writes a deep file with some of R, G, B, A, Z, ZBack; other channels hold 10 times the depth.
pub fn write_with(path: &str, header: &Header, pixels: &[&[Sample]]) {
    let samples = pixels.concat();
    let starts = std::iter::once(0).chain(pixels.iter().scan(0, |sum, p| {
        *sum += p.len() as u32;
        Some(*sum)
    }));
    let column = |k: usize| samples.iter().map(|s| s[k]).collect::<Vec<f32>>();
    let (mut places, mut channels) = (Vec::new(), Vec::new());
    for (place, channel) in header.channels.iter().enumerate() {
        let numbers = match channel.name.as_str() {
            "Z" | "ZBack" => continue,
            "A" => column(2),
            "R" => column(3),
            "G" => column(4),
            "B" => column(5),
            _ => column(0).iter().map(|z| 10.0 * z).collect(),
        };
        places.push(place);
        channels.push(match channel.kind {
            SampleType::Uint => Numbers::Uint(numbers.iter().map(|v| *v as u32).collect()),
            _ => Numbers::Float(numbers),
        });
    }
    let back = header.channel("ZBack").map(|_| column(1));
    let band = Band { window: header.data_window, starts: starts.collect(), front: column(0), back, channels };
    let mut writer = Writer::create(path, header).unwrap();
    writer.rows(&band, &places).unwrap();
    writer.finish().unwrap();
}

/// A flat file.
pub struct Picture {
    pub meta: exr::meta::header::Header,
    pub window: Window,
    pub planes: BTreeMap<String, FlatSamples>,
}

impl Picture {
    pub fn read(path: &str) -> Self {
        let meta = MetaData::read_from_file(path, true).unwrap().headers[0].clone();
        let image = read().no_deep_data().largest_resolution_level().all_channels();
        let image = image.first_valid_layer().all_attributes().pedantic().from_file(path).unwrap();
        let layer = image.layer_data;
        let (at, size) = (layer.attributes.layer_position, layer.size);
        let window = Window { x1: at.0, y1: at.1, x2: at.0 + size.0 as i32, y2: at.1 + size.1 as i32 };
        let planes = layer.channel_data.list.into_iter().map(|c| (c.name.to_string(), c.sample_data)).collect();
        Self { meta, window, planes }
    }

    pub fn plane(&self, name: &str) -> Vec<f32> {
        self.planes[name].values_as_f32().collect()
    }

    pub fn at(&self, name: &str, x: i32, y: i32) -> f32 {
        let w = self.window;
        assert!(x >= w.x1 && x < w.x2 && y >= w.y1 && y < w.y2, "{x}, {y} is not in {w:?}");
        self.plane(name)[(y - w.y1) as usize * w.width() + (x - w.x1) as usize]
    }

    /// R, G, B, A, pixel by pixel.
    pub fn rgba(&self) -> Vec<[f32; 4]> {
        let planes = ["R", "G", "B", "A"].map(|name| self.plane(name));
        (0..planes[0].len()).map(|i| [0, 1, 2, 3].map(|k: usize| planes[k][i])).collect()
    }

    /// R, G, B, A of a window; 0 outside the picture.
    pub fn rgba_in(&self, wanted: Window) -> Vec<[f32; 4]> {
        let (own, w) = (self.rgba(), self.window);
        let mut pixels = Vec::new();
        for y in wanted.y1..wanted.y2 {
            for x in wanted.x1..wanted.x2 {
                let inside = x >= w.x1 && x < w.x2 && y >= w.y1 && y < w.y2;
                let at = || (y - w.y1) as usize * w.width() + (x - w.x1) as usize;
                pixels.push(if inside { own[at()] } else { [0.0; 4] });
            }
        }
        pixels
    }
}

/// The greatest difference.
pub fn apart(a: &[[f32; 4]], b: &[[f32; 4]]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| {
        let d = (a - b).abs();
        if d.is_nan() { f32::INFINITY } else { d }
    });
    differences.fold(0.0, f32::max)
}

/// Asserts that a number is near another.
#[track_caller]
pub fn near(got: f32, wanted: f32) {
    assert!((got - wanted).abs() < 1e-6, "{got} instead of {wanted}");
}

/// A file of one pixel at 0, 0.
pub fn pixel(dir: &Folder, name: &str, samples: &[Sample]) -> String {
    let path = dir.file(name);
    write(&path, window(0, 0, 1, 1), &[samples]);
    path
}

/// The pairs of files that identities are tried on.
pub fn pairs() -> Vec<[String; 2]> {
    let mut pairs = vec![[data("synth_A.exr"), data("synth_B.exr")]];
    if let (Some(a), Some(b)) = (real("low_Leaves.exr"), real("low_Trunks.exr")) {
        pairs.push([a, b]);
    }
    pairs
}
