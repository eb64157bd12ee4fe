//! What the tests of reading share.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod dice;
pub mod forge;

use std::io::Cursor;
use std::path::PathBuf;

use deep_exr::{Band, Choice, DeepFile, DeepPart, Limits, Numbers, SampleType, Window};
use dice::Dice;

/// A file of the project's own test data.
pub fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/deep").join(name)
}

/// A file from beside the project; `None`, with a printed reason, where it is not there.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/deep").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not beside the project (shared/deep)");
    None
}

/// The first deep part of a file on disk.
pub fn open(path: impl AsRef<std::path::Path>) -> DeepPart {
    let file = DeepFile::open(path, &Limits::default()).unwrap_or_else(|e| panic!("{e}"));
    file.part(&Choice::First).unwrap_or_else(|e| panic!("{e}"))
}

/// All rows with all channels.
pub fn whole(part: &DeepPart) -> Band {
    let all: Vec<usize> = (0..part.header().channels.len()).collect();
    let window = part.header().data_window;
    part.read_rows(window.y1..window.y2, &all, &|| false).unwrap_or_else(|e| panic!("{e}"))
}

/// The first deep part of a file in memory.
pub fn read(bytes: &[u8]) -> DeepPart {
    let file = DeepFile::from_reader("a file", Cursor::new(bytes.to_vec()), &Limits::default());
    file.and_then(|file| file.part(&Choice::First)).unwrap_or_else(|e| panic!("{e}"))
}

/// Equal to the bit, where NaN equals NaN.
pub fn assert_same(found: &Band, expected: &Band, what: &str) {
    let bits = |v: &[f32]| v.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(found.window, expected.window, "{what}");
    assert_eq!(found.starts, expected.starts, "{what}");
    assert_eq!(bits(&found.front), bits(&expected.front), "{what}: front");
    assert_eq!(found.back.as_deref().map(bits), expected.back.as_deref().map(bits), "{what}: back");
    assert_eq!(found.channels.len(), expected.channels.len(), "{what}");
    for (place, pair) in found.channels.iter().zip(&expected.channels).enumerate() {
        match pair {
            (Numbers::Float(f), Numbers::Float(e)) => assert_eq!(bits(f), bits(e), "{what}: channel {place}"),
            (f, e) => assert_eq!(f, e, "{what}: channel {place}"),
        }
    }
}

/// Files to begin with when making random ones, and what such a run has found.
pub fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/deep")
}

/// Channels of every kind.
pub const CHANNELS: &[(&str, SampleType)] = &[
    ("A", SampleType::Half),
    ("R", SampleType::Float),
    ("Z", SampleType::Float),
    ("ZBack", SampleType::Half),
    ("id", SampleType::Uint),
    ("spec.R", SampleType::Half),
];

/// Anywhere, of 1 to 40 pixels each way.
pub fn any_window(dice: &mut Dice) -> Window {
    let [x, y] = [0; 2].map(|_| dice.below(200) as i32 - 100);
    Window { x1: x, y1: y, x2: x + 1 + dice.below(40) as i32, y2: y + 1 + dice.below(40) as i32 }
}

/// A random subset of the channels, with `Z`.
pub fn any_channels(dice: &mut Dice) -> Vec<(&'static str, SampleType)> {
    CHANNELS.iter().copied().filter(|c| c.0 == "Z" || dice.below(2) == 0).collect()
}

/// Rows of a band, as a band.
pub fn rows_of(band: &Band, y1: i32, y2: i32) -> Band {
    let width = band.window.width();
    let pixel = |y: i32| (y - band.window.y1) as usize * width;
    let (first, end) = (band.starts[pixel(y1)], band.starts[pixel(y2)]);
    let range = first as usize..end as usize;
    Band {
        window: Window { y1, y2, ..band.window },
        starts: band.starts[pixel(y1)..=pixel(y2)].iter().map(|s| s - first).collect(),
        front: band.front[range.clone()].to_vec(),
        back: band.back.as_ref().map(|b| b[range.clone()].to_vec()),
        channels: band
            .channels
            .iter()
            .map(|n| match n {
                Numbers::Float(v) => Numbers::Float(v[range.clone()].to_vec()),
                Numbers::Uint(v) => Numbers::Uint(v[range.clone()].to_vec()),
            })
            .collect(),
    }
}
