//! What the tests of flattening share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::PathBuf;

use deep_exr::flatten::reference::{self, Sample};
use deep_exr::flatten::{Plan, Roles, Wanted};
use deep_exr::{Band, Choice, DeepFile, Header, Limits, Numbers};

/// All of a file that goes into a picture.
pub struct Part {
    pub header: Header,
    pub band: Band,
    pub roles: Roles,
}

/// Files, planned together for R, G, B and A.
pub fn read(paths: &[PathBuf]) -> Vec<Part> {
    read_wanted(paths, &Wanted::default())
}

pub fn read_wanted(paths: &[PathBuf], wanted: &Wanted) -> Vec<Part> {
    let open = |path: &PathBuf| DeepFile::open(path, &Limits::default())?.part(&Choice::First);
    let parts: Vec<_> = paths.iter().map(|path| open(path).unwrap_or_else(|e| panic!("{e}"))).collect();
    let headers: Vec<&Header> = parts.iter().map(|p| p.header()).collect();
    let plan = Plan::new(&headers, wanted);
    let whole = |(part, reading): (&deep_exr::DeepPart, deep_exr::flatten::Reading)| {
        let window = part.header().data_window;
        let band = part.read_rows(window.y1..window.y2, &reading.channels, &|| false);
        Part { header: part.header().clone(), band: band.unwrap_or_else(|e| panic!("{e}")), roles: reading.roles }
    };
    parts.iter().zip(plan.files).map(whole).collect()
}

/// A channel of a band.
pub fn floats(band: &Band, place: Option<usize>) -> Option<&[f32]> {
    match place.map(|place| &band.channels[place]) {
        Some(Numbers::Float(numbers)) => Some(numbers),
        _ => None,
    }
}

/// The samples at a pixel, mended, with all colours.
pub fn samples_at(part: &Part, x: i32, y: i32) -> Vec<Sample> {
    let w = part.band.window;
    if x < w.x1 || x >= w.x2 || y < w.y1 || y >= w.y2 {
        return Vec::new();
    }
    let pixel = (y - w.y1) as usize * w.width() + (x - w.x1) as usize;
    let alpha = floats(&part.band, part.roles.alphas[0]);
    let channels: Vec<_> = part.roles.channels.iter().map(|&c| floats(&part.band, c)).collect();
    let at = |sample: usize| {
        let front = part.band.front[sample];
        let back = part.band.back.as_ref().map_or(front, |b| b[sample]);
        let colours: Vec<f64> = channels.iter().map(|c| c.map_or(0.0, |c| f64::from(c[sample]))).collect();
        reference::mend(front.into(), back.into(), alpha.map_or(1.0, |a| f64::from(a[sample])), &colours)
    };
    (part.band.starts[pixel] as usize..part.band.starts[pixel + 1] as usize).filter_map(at).collect()
}

/// Alpha and colours of the merged files at a pixel, by the reference.
pub fn reference_of(parts: &[Part], x: i32, y: i32) -> (f64, Vec<f64>) {
    let samples: Vec<Sample> = parts.iter().flat_map(|part| samples_at(part, x, y)).collect();
    if samples.is_empty() {
        return (0.0, vec![0.0; parts[0].roles.channels.len()]);
    }
    reference::flatten(&samples)
}
