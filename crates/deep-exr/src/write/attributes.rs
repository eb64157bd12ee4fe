//! A header's bytes.

use crate::file::{Compression, DeepState, Header, SampleType};
use crate::samples::Window;

const VERSION: u32 = 2;
const LONG_NAMES: u32 = 0x400;
const DEEP: u32 = 0x800;

pub(super) struct Bytes {
    pub(super) bytes: Vec<u8>,
    /// Where the value of `maxSamplesPerPixel` is.
    pub(super) most_at: u64,
}

/// Everything before the list of offsets.
pub(super) fn header(header: &Header) -> Bytes {
    let long = header.channels.iter().any(|c| c.name.len() > 31);
    let mut list = List { bytes: vec![0x76, 0x2f, 0x31, 0x01] };
    list.bytes.extend((VERSION | DEEP | if long { LONG_NAMES } else { 0 }).to_le_bytes());
    list.put("channels", "chlist", &channels(header));
    list.put("chunkCount", "int", &(header.data_window.height() as i32).to_le_bytes());
    list.put("compression", "compression", &[if header.compression == Compression::Zips { 2 } else { 0 }]);
    list.put("dataWindow", "box2i", &window(header.data_window));
    if let Some(state) = header.deep_state {
        let code = match state {
            DeepState::Messy => 0,
            DeepState::Sorted => 1,
            DeepState::NonOverlapping => 2,
            DeepState::Tidy => 3,
        };
        list.put("deepImageState", "deepImageState", &[code]);
    }
    list.put("displayWindow", "box2i", &window(header.display_window));
    if let Some((rate, per)) = header.frames_per_second {
        list.put("framesPerSecond", "rational", [rate.to_le_bytes(), per.to_le_bytes()].as_flattened());
    }
    list.put("lineOrder", "lineOrder", &[0]);
    list.put("maxSamplesPerPixel", "int", &0_i32.to_le_bytes());
    let most_at = list.bytes.len() as u64 - 4;
    if let Some(name) = &header.name {
        list.put("name", "string", name.as_bytes());
    }
    list.put("pixelAspectRatio", "float", &header.pixel_aspect.to_le_bytes());
    list.put("screenWindowCenter", "v2f", &[0; 8]);
    list.put("screenWindowWidth", "float", &1_f32.to_le_bytes());
    if let Some(code) = header.time_code {
        list.put("timeCode", "timecode", [code.time_and_flags, code.user_data].map(u32::to_le_bytes).as_flattened());
    }
    list.put("type", "string", b"deepscanline");
    list.put("version", "int", &1_i32.to_le_bytes());
    if let Some(view) = &header.view {
        list.put("view", "string", view.as_bytes());
    }
    for (name, matrix) in [("worldToCamera", header.world_to_camera), ("worldToNDC", header.world_to_ndc)] {
        if let Some(matrix) = matrix {
            list.put(name, "m44f", matrix.map(f32::to_le_bytes).as_flattened());
        }
    }
    list.bytes.push(0);
    Bytes { bytes: list.bytes, most_at }
}

struct List {
    bytes: Vec<u8>,
}

impl List {
    fn put(&mut self, name: &str, kind: &str, value: &[u8]) {
        for word in [name, kind] {
            self.bytes.extend(word.as_bytes());
            self.bytes.push(0);
        }
        self.bytes.extend((value.len() as i32).to_le_bytes());
        self.bytes.extend(value);
    }
}

fn channels(header: &Header) -> Vec<u8> {
    let mut bytes = Vec::new();
    for channel in &header.channels {
        let kind: i32 = match channel.kind {
            SampleType::Uint => 0,
            SampleType::Half => 1,
            SampleType::Float => 2,
        };
        bytes.extend(channel.name.as_bytes());
        bytes.push(0);
        // Type; not perceptually linear; every pixel in both directions.
        bytes.extend([kind, 0, 1, 1].map(i32::to_le_bytes).as_flattened());
    }
    bytes.push(0);
    bytes
}

/// First and last pixel.
fn window(w: Window) -> Vec<u8> {
    [w.x1, w.y1, w.x2 - 1, w.y2 - 1].map(i32::to_le_bytes).as_flattened().to_vec()
}
