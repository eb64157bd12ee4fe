//! What a session shows to an effect: small pictures for every clip, a deep file, and settings under which it does something.

use crate::error::HostError;
use crate::format::Components;
use crate::geometry::RectI;
use crate::instance::Instance;
use crate::picture::Picture;
use deep_exr::{Band, Channel, Header, Numbers, SampleType, Window, Writer};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Pictures of one size, and files in a folder that goes with it.
pub struct Scene {
    /// The size of all pictures.
    pub bounds: RectI,
    folder: PathBuf,
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Settings of the effects of this project, with and without a source; others are left as they are.
fn settings(effect: &str, source: bool) -> &'static [(&'static str, &'static str)] {
    match effect {
        "ZDefocus" => &[
            ("depthConvention", "Distance"),
            // Faults are of the calls, not of the picture: a small blur of few points is soon done.
            ("quality", "Draft"),
            ("focusDistance", "3"),
            ("sizeAtInfinity", "2"),
            ("maxSize", "3"),
            ("highlightGain", "1"),
        ],
        "DepthFog" => &[("depthConvention", "Distance"), ("visibility", "30"), ("fogStart", "1")],
        "DepthGrade" => &[
            ("depthConvention", "Distance"),
            ("nearExposure", "1"),
            ("farSaturation", "0.2"),
            ("nearEnd", "2.5"),
            ("farStart", "8"),
        ],
        "DeepMerge" if source => &[("memoryLimit", "64"), ("sourceAsElement", "on")],
        "DeepMerge" => &[("memoryLimit", "64")],
        _ => &[],
    }
}

/// What can be dragged over the picture: the point, and the setting under which it is there and is gone.
fn handle(effect: &str) -> Option<(&'static str, [(&'static str, &'static str); 2])> {
    match effect {
        "ZDefocus" => Some(("focusPoint", [("focusMode", "Pick point"), ("focusMode", "Distance")])),
        "DepthFog" => Some(("sunPosition", [("sunGlow", "1"), ("sunGlow", "0")])),
        "DepthGrade" => Some(("nearEndPoint", [("nearEndMode", "Pick point"), ("nearEndMode", "Distance")])),
        _ => None,
    }
}

fn has_source(instance: &Instance) -> bool {
    instance.clips().iter().any(|clip| clip.name == "Source")
}

impl Scene {
    /// Writes the files.
    pub fn new(width: i32, height: i32) -> Result<Self, HostError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fathom-scene-{}-{n}", std::process::id()));
        let fail = |reason: String| HostError::File { path: folder.display().to_string(), reason };
        std::fs::create_dir_all(&folder).map_err(|e| fail(e.to_string()))?;
        let this = Self { bounds: RectI::sized(width, height), folder: folder.clone() };
        write_deep(&this.deep_file(), width, height).map_err(fail)?;
        Ok(this)
    }

    /// A small deep file.
    pub fn deep_file(&self) -> PathBuf {
        self.folder.join("deep.exr")
    }

    /// What a clip of this name shows.
    pub fn picture(&self, clip: &str) -> Picture {
        let b = self.bounds;
        let far = if clip.starts_with("Background") { 40.0 } else { 1.0 };
        match clip {
            c if c.contains("Depth") => Picture::from_fn(b, Components::Alpha, |x, y| {
                let near = (x.div_euclid(5) + 2 * y.div_euclid(4)).rem_euclid(3);
                [far * [1.5, 3.0, 25.0][near as usize] + 0.01 * x as f32; 4]
            }),
            "Mask" => Picture::from_fn(b, Components::Alpha, |x, _| [(x.rem_euclid(5) as f32 / 4.0).min(1.0); 4]),
            "Bokeh" => Picture::from_fn(RectI::sized(9, 9), Components::Rgba, |x, y| {
                let inside = (x - 4).pow(2) + (y - 4).pow(2) < 18;
                [f32::from(u8::from(inside)); 4]
            }),
            "Position" => Picture::from_fn(b, Components::Rgb, |x, y| [x as f32, y as f32, -3.0 - x as f32, 1.0]),
            _ => Picture::from_fn(b, Components::Rgba, |x, y| {
                let a = if (x + y).rem_euclid(7) == 0 { 0.5 } else { 1.0 };
                let v = |k: i32| ((x * k + y * (k + 3)).rem_euclid(23)) as f32 / 23.0 * a;
                [v(3) + if x == 3 && y == 4 { 30.0 } else { 0.0 }, v(5), v(11), a]
            }),
        }
    }

    /// Loads the values under which the effect works.
    pub fn load(&self, instance: &Instance, effect: &str) -> Result<(), HostError> {
        if effect == "DeepMerge" {
            instance.load_value("file1", self.deep_file().display().to_string())?;
        }
        let all = settings(effect, has_source(instance));
        all.iter().take(all.len().saturating_sub(1)).try_for_each(|(name, value)| instance.load_value(name, *value))
    }

    /// Puts a handle at a place of the picture.
    pub fn show_handle(&self, instance: &Instance, effect: &str, [x, y]: [f64; 2]) -> Result<(), HostError> {
        let Some((point, [(name, value), _])) = handle(effect) else { return Ok(()) };
        instance.load_value(point, format!("{x},{y}"))?;
        instance.set(name, value)
    }

    /// Takes it away again: the picture is what it was.
    pub fn hide_handle(&self, instance: &Instance, effect: &str) -> Result<(), HostError> {
        handle(effect).map_or(Ok(()), |(_, [_, (name, value)])| instance.set(name, value))
    }

    /// Sets the last of them, as an artist does.
    pub fn change(&self, instance: &Instance, effect: &str) -> Result<(), HostError> {
        settings(effect, has_source(instance)).last().map_or(Ok(()), |(name, value)| instance.set(name, *value))
    }
}

fn write_deep(path: &Path, width: i32, height: i32) -> Result<(), String> {
    let window = Window { x1: 0, y1: 0, x2: width, y2: height };
    let channel = |name: &str| Channel { name: name.into(), kind: SampleType::Float };
    let mut header = Header::new(window, ["A", "B", "G", "R", "Z"].map(channel).to_vec());
    header.display_window = window;
    let mut band = Band { window, starts: vec![0], front: vec![], back: None, channels: vec![] };
    let mut planes: [Vec<f32>; 4] = Default::default();
    for i in 0..(width * height) as usize {
        for k in 0..i % 3 {
            band.front.push(1.0 + (i % 5) as f32 + 2.0 * k as f32);
            let alpha = [0.5, 1.0][k % 2];
            planes[0].push(alpha);
            for (c, plane) in planes[1..].iter_mut().enumerate() {
                plane.push(alpha * ((i * (c + 2)) % 11) as f32 / 11.0);
            }
        }
        band.starts.push(band.front.len() as u32);
    }
    band.channels = planes.map(Numbers::Float).to_vec();
    let mut writer = Writer::create(path, &header).map_err(|e| e.to_string())?;
    writer.rows(&band, &[0, 1, 2, 3]).map_err(|e| e.to_string())?;
    writer.finish().map(drop).map_err(|e| e.to_string())
}
