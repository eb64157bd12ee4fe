//! Deep files for tests: written here, and flattened directly for comparison.

use deep_exr::flatten::{DepthOutput, Element, ElementSettings, FlatRows, Flattener, Plan, Settings, Wanted};
use deep_exr::{Band, Channel, Choice, DeepFile, DeepPart, Header, Limits, Numbers, SampleType, Window, Writer};
use mock_host::{Components, Picture, RectI};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("fathom-deep-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn file(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A frame of 72 by 48 pixels whose corner is not at 0.
pub const DISPLAY: Window = Window { x1: 10, y1: -6, x2: 82, y2: 42 };
/// The windows of three elements: one in the frame, one beyond it, one across its border.
pub const WINDOWS: [Window; 3] = [
    Window { x1: 14, y1: 0, x2: 60, y2: 30 },
    Window { x1: 4, y1: -9, x2: 90, y2: 44 },
    Window { x1: 50, y1: 11, x2: 77, y2: 48 },
];

/// Random numbers that are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
    pub fn share(&mut self) -> f32 {
        self.below(1 << 20) as f32 / (1 << 20) as f32
    }
}

/// What a header is to say, and how full the pixels are.
#[derive(Clone)]
pub struct Shot {
    pub header: Header,
    pub seed: u64,
    /// Most samples in a pixel.
    pub most: u64,
}

impl Shot {
    pub fn new(data: Window, seed: u64) -> Self {
        let channel = |name: &str| Channel { name: name.into(), kind: SampleType::Float };
        let mut header = Header::new(data, ["A", "B", "G", "R", "Z", "ZBack"].map(channel).to_vec());
        header.display_window = DISPLAY;
        Self { header, seed, most: 6 }
    }

    /// Points and volumes in any order, some opaque, some at the same depth; depths from 1 to 20.
    fn band(&self) -> Band {
        let window = self.header.data_window;
        let mut dice = Dice::new(self.seed);
        let mut band = Band { window, starts: vec![0], front: vec![], back: Some(vec![]), channels: vec![] };
        let mut planes: [Vec<f32>; 4] = Default::default();
        for _ in 0..window.width() * window.height() {
            for _ in 0..dice.below(self.most + 1) {
                let front = 1.0 + dice.below(152) as f32 / 8.0;
                let length = if dice.below(2) == 0 { 0.0 } else { dice.share() * 3.0 };
                let alpha = match dice.below(5) {
                    0 => 1.0,
                    _ => dice.share() * 0.9,
                };
                band.front.push(front);
                band.back.as_mut().unwrap().push(front + length);
                planes[0].push(alpha);
                planes[1..].iter_mut().for_each(|p| p.push(dice.share() * alpha * 2.0));
            }
            band.starts.push(band.front.len() as u32);
        }
        band.channels = planes.map(Numbers::Float).to_vec();
        band
    }

    pub fn write(&self, path: &Path) {
        let mut writer = Writer::create(path, &self.header).unwrap();
        let places: Vec<usize> =
            (0..self.header.channels.len()).filter(|c| !self.header.channels[*c].name.starts_with('Z')).collect();
        writer.rows(&self.band(), &places).unwrap();
        writer.finish().unwrap();
    }
}

/// Three elements in a folder, as `a.exr`, `b.exr`, `c.exr`.
pub fn three(folder: &Folder) -> [String; 3] {
    let mut number = 0;
    ["a.exr", "b.exr", "c.exr"].map(|name| {
        Shot::new(WINDOWS[number], 7 + number as u64).write(&folder.path(name));
        number += 1;
        folder.file(name)
    })
}

pub fn union(windows: &[Window]) -> Window {
    let fold = |a: Window, b: &Window| Window {
        x1: a.x1.min(b.x1),
        y1: a.y1.min(b.y1),
        x2: a.x2.max(b.x2),
        y2: a.y2.max(b.y2),
    };
    windows[1..].iter().fold(windows[0], fold)
}

/// Where pixels of a file are in a host.
pub fn in_host(window: &Window, display: &Window) -> RectI {
    RectI::new(window.x1 - display.x1, display.y2 - window.y2, window.x2 - display.x1, display.y2 - window.y1)
}

/// Files flattened without any host, over a window of theirs.
pub fn flatten(
    files: &[String],
    settings: impl Fn(Settings) -> Settings,
    each: impl Fn(usize) -> ElementSettings,
    window: Window,
) -> FlatRows {
    let open = |f: &String| DeepFile::open(f, &Limits::default()).unwrap().part(&Choice::First).unwrap();
    let parts: Vec<DeepPart> = files.iter().map(open).collect();
    let headers: Vec<&Header> = parts.iter().map(DeepPart::header).collect();
    let plan = Plan::new(&headers, &Wanted::default());
    let bands: Vec<Band> = parts
        .iter()
        .zip(&plan.files)
        .map(|(p, reading)| p.read_rows(window.y1..window.y2, &reading.channels, &|| false).unwrap())
        .collect();
    let elements: Vec<Element> = bands
        .iter()
        .zip(&plan.files)
        .enumerate()
        .map(|(i, (band, reading))| Element::deep(band, &reading.roles).with(each(i)))
        .collect();
    Flattener::new(settings(plan.settings(Settings::default()))).unwrap().rows(&elements, window).unwrap()
}

/// Merged as they are.
pub fn merged(files: &[String], window: Window) -> FlatRows {
    flatten(files, |s| s, |_| ElementSettings::default(), window)
}

/// Merged, with this depth.
pub fn merged_depth(files: &[String], window: Window, output: DepthOutput) -> FlatRows {
    flatten(files, |s| Settings { depths: vec![output], ..s }, |_| ElementSettings::default(), window)
}

/// Flattened rows as a host sees them: R, G, B and A, or what is made of them.
pub fn picture(flat: &FlatRows, display: &Window, pixel: impl Fn(&FlatRows, usize) -> [f32; 4]) -> Picture {
    let w = flat.window;
    Picture::from_fn(in_host(&w, display), Components::Rgba, |x, y| {
        let (column, row) = (x + display.x1 - w.x1, display.y2 - 1 - y - w.y1);
        pixel(flat, row as usize * w.width() + column as usize)
    })
}

pub fn rgba(flat: &FlatRows, at: usize) -> [f32; 4] {
    [flat.channels[0][at], flat.channels[1][at], flat.channels[2][at], flat.alphas[0][at]]
}
