//! What the tests of reading share.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod dice;
pub mod forge;

use std::io::Cursor;
use std::path::PathBuf;

use deep_exr::{Band, Choice, DeepFile, DeepPart, Limits, Numbers};

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
