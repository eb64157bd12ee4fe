//! Images of apertures from files: PNG and OpenEXR, kept from render to render.

use super::Opening;
use deep_exr::{Error, FlatPicture, Limits, read_flat};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// No image has more pixels: a bokeh needs few, and a lie in a header must not cost memory.
const MOST_PIXELS: usize = 64 << 20;
/// How many files are kept.
const KEPT: usize = 4;

/// A file is known by its path, size and time of change.
type Key = (PathBuf, u64, Option<SystemTime>);
static FILES: Mutex<Vec<(Key, Result<Opening, String>)>> = Mutex::new(Vec::new());

/// The image in a file.
///
/// # Errors
/// In words for the artist: the file cannot be read, is damaged, or lets no light through.
pub fn open(name: &str) -> Result<Opening, String> {
    let path = Path::new(name.trim());
    let failed = |why: String| format!("Bokeh file {}: {why}", path.display());
    let about = std::fs::metadata(path).map_err(|e| failed(e.to_string()))?;
    let key = (path.to_path_buf(), about.len(), about.modified().ok());
    let lock = || FILES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, found)) = lock().iter().find(|(k, _)| *k == key) {
        return found.clone();
    }
    let made = read(path).map_err(failed);
    let mut files = lock();
    files.retain(|(k, _)| k.0 != key.0);
    files.push((key, made.clone()));
    if files.len() > KEPT {
        let _forgotten = files.remove(0);
    }
    made
}

/// Forgets what is kept.
pub fn purge() {
    FILES.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Linear premultiplied colours, rows from the top down.
struct Picture {
    size: [usize; 2],
    aspect: f64,
    pixels: Vec<[f32; 3]>,
}

fn read(path: &Path) -> Result<Opening, String> {
    let mut start = [0u8; 8];
    let length = std::io::Read::read(&mut File::open(path).map_err(|e| e.to_string())?, &mut start);
    let picture = match &start[..length.map_err(|e| e.to_string())?] {
        [0x89, b'P', b'N', b'G', ..] => read_png(path)?,
        [0x76, 0x2f, 0x31, 0x01, ..] => read_exr(path)?,
        _ => return Err("it is neither PNG nor OpenEXR. Choose one of these.".into()),
    };
    let [w, h] = picture.size;
    Opening::new([w, h], picture.aspect, |x, y| picture.pixels[(h - 1 - y) * w + x])
        .ok_or_else(|| "it is black: no light comes through. Choose one with a bright shape on black.".into())
}

fn sized(w: usize, h: usize) -> Result<[usize; 2], String> {
    let pixels = w.checked_mul(h).filter(|n| (1..=MOST_PIXELS).contains(n));
    pixels
        .map(|_| [w, h])
        .ok_or_else(|| format!("{w} × {h} pixels are too many. Make it smaller: a few hundred pixels are enough."))
}

/// Display-referred sRGB becomes linear.
fn linear(v: f32) -> f32 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

fn read_png(path: &Path) -> Result<Picture, String> {
    let why = |e: png::DecodingError| e.to_string();
    let file = BufReader::new(File::open(path).map_err(|e| e.to_string())?);
    let mut decoder = png::Decoder::new_with_limits(file, png::Limits { bytes: 8 * MOST_PIXELS });
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(why)?;
    let size = sized(reader.info().width as usize, reader.info().height as usize)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or("it is too large.")?];
    let frame = reader.next_frame(&mut bytes).map_err(why)?;
    let channels = frame.color_type.samples();
    let wide = frame.bit_depth == png::BitDepth::Sixteen;
    let number = |i: usize| match wide {
        true => f32::from(u16::from_be_bytes([bytes[2 * i], bytes[2 * i + 1]])) / 65535.0,
        false => f32::from(bytes[i]) / 255.0,
    };
    let pixel = |i: usize| {
        let of = |c: usize| number(i * channels + c);
        let alpha = if channels % 2 == 0 { of(channels - 1) } else { 1.0 };
        let colour = |c: usize| linear(of(if channels < 3 { 0 } else { c })) * alpha;
        [colour(0), colour(1), colour(2)]
    };
    Ok(Picture { size, aspect: 1.0, pixels: (0..size[0] * size[1]).map(pixel).collect() })
}

fn read_exr(path: &Path) -> Result<Picture, String> {
    let limits =
        Limits { memory: 16 * MOST_PIXELS as u64, pixels: MOST_PIXELS as u64, channels: 64, ..Limits::default() };
    let FlatPicture { header, channels } = read_flat(path, &limits).map_err(|e| match e {
        Error::Unsupported { what, .. } => {
            format!("{what}. Write it as PNG, or as a flat OpenEXR picture in rows with ZIP compression.")
        }
        Error::Damaged { what, .. } => format!("it is damaged or incomplete: {what}. Copy or write it again."),
        Error::TooLarge { what, .. } | Error::Memory { what, .. } => {
            format!("it is too large: {what}. Make it smaller: a few hundred pixels are enough.")
        }
        other => other.to_string(),
    })?;
    // Names without their layers; one channel alone stands for all.
    let find = |name: &str| header.channels.iter().position(|c| c.name.rsplit('.').next() == Some(name));
    let grey = find("Y").or(Some(0).filter(|_| channels.len() == 1));
    let rgb = ["R", "G", "B"].map(|name| find(name).or(grey));
    if rgb == [None; 3] {
        return Err("it has neither colours nor a grey channel. Write it with R, G and B, or with Y.".into());
    }
    let (w, h) = (header.data_window.width(), header.data_window.height());
    let pixel = |i: usize| rgb.map(|c| c.map_or(0.0, |c| channels[c][i]));
    Ok(Picture { size: sized(w, h)?, aspect: f64::from(header.pixel_aspect), pixels: (0..w * h).map(pixel).collect() })
}
