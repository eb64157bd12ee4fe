//! Pictures in files: OpenEXR, PNG, numbered sequences.
//!
//! Canonical (0, 0) is the bottom-left corner of a file's display window, and y points up; OpenEXR counts rows from the top.

mod channels;
mod exr_file;
mod png_file;
mod sequence;

pub use channels::Pick;
pub use exr_file::{exr_layers, read_exr, write_exr};
pub use png_file::{read_png, srgb_decode, srgb_encode, write_png};
pub use sequence::{FileClip, FileFrame, FilePattern};

use crate::error::HostError;
use crate::geometry::RectI;
use crate::picture::Picture;
use std::path::Path;

/// A picture from a file, and the frame that it belongs into.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaFrame {
    /// The picture; its bounds are the data window.
    pub picture: Picture,
    /// The display window, with its bottom-left corner at the origin.
    pub display: RectI,
}

fn failure(path: &Path, reason: impl std::fmt::Display) -> HostError {
    HostError::File { path: path.display().to_string(), reason: reason.to_string() }
}

fn is_png(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"))
}

/// Reads a picture; the file's name says its format.
pub fn read(path: &Path, pick: &Pick) -> Result<MediaFrame, HostError> {
    if is_png(path) {
        return read_png(path);
    }
    read_exr(path, pick)
}

/// Writes a picture; the file's name says its format. The file appears complete or not at all.
pub fn write(path: &Path, picture: &Picture, display: RectI) -> Result<(), HostError> {
    if is_png(path) {
        return write_png(path, picture, display);
    }
    write_exr(path, picture, display)
}

/// Writes through a temporary file beside the real one.
fn write_atomically(path: &Path, write: impl FnOnce(&Path) -> Result<(), HostError>) -> Result<(), HostError> {
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| failure(folder, e))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let result = write(&part).and_then(|()| std::fs::rename(&part, path).map_err(|e| failure(path, e)));
    if result.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    result
}
