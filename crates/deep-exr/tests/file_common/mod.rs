//! What the tests of reading share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::PathBuf;

use deep_exr::{Band, Choice, DeepFile, DeepPart, Limits};

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
