//! Small flat pictures, for what comes beside deep ones: rows of one part, packed as deep data may be.
//!
//! Source of the layout: "OpenEXR File Layout". A file is trusted no more than a deep one.

use super::codec;
use super::error::{Error, Fault, megabytes, room};
use super::header::{Channel, Compression, Header, Kind, SampleType};
use super::limits::Limits;
use super::parse;
use super::source::{Disk, Source, Stream};
use half::f16;
use std::path::Path;

/// A flat part, all of it.
#[derive(Debug)]
pub struct FlatPicture {
    /// What it says of itself.
    pub header: Header,
    /// The numbers of each of the header's channels, rows from the top of the data window down.
    pub channels: Vec<Vec<f32>>,
}

/// Reads the first flat part in rows, packed with nothing, RLE, ZIPS or ZIP.
///
/// # Errors
/// The file cannot be read, is damaged, packed or laid out otherwise, or beyond the limits' pixels, channels and memory.
pub fn read_flat(path: impl AsRef<Path>, limits: &Limits) -> Result<FlatPicture, Error> {
    let path = path.as_ref();
    Disk::open(path).and_then(|disk| read(&disk, limits)).map_err(|fault| fault.of(&path.display().to_string()))
}

fn read(source: &dyn Source, limits: &Limits) -> Result<FlatPicture, Fault> {
    let preamble = parse::read_headers(source, limits)?;
    let in_rows = |h: &Header| h.kind == Kind::Flat("scanlineimage".to_owned());
    let Some(index) = preamble.headers.iter().position(in_rows) else {
        return Err(Fault::Unsupported("it has no flat picture in rows".to_owned()));
    };
    let header = preamble.headers[index].clone();
    if let Compression::Other(_) = header.compression {
        return Err(Fault::Unsupported(format!("it is packed with {}", header.compression.name())));
    }
    let (width, height) = (header.data_window.width(), header.data_window.height());
    if width == 0 || height == 0 || header.channels.is_empty() {
        return Err(Fault::damaged("its header lacks a valid data window or list of channels"));
    }
    let pixels = width as u64 * height as u64;
    let bytes = pixels.saturating_mul(4 * header.channels.len() as u64);
    if pixels > limits.pixels || header.channels.len() > limits.channels || bytes > limits.memory {
        return Err(Fault::TooLarge(format!("{width} × {height} pixels in {} channels", header.channels.len())));
    }
    let rows = header.compression.rows() as usize;
    let blocks = height.div_ceil(rows);
    // The tables of the parts before it; one part alone need not say how many blocks it has.
    let before = |h: &Header| h.chunk_count.and_then(|n| u64::try_from(n).ok());
    let skipped = preamble.headers[..index].iter().try_fold(0u64, |sum, h| sum.checked_add(before(h)?));
    let table = skipped.and_then(|n| n.checked_mul(8)).and_then(|n| n.checked_add(preamble.end));
    let table = table.filter(|at| at.saturating_add(8 * blocks as u64) <= source.size());
    let Some(table) = table else { return Err(Fault::damaged("it ends within its table of blocks")) };
    // A lie about the size is found before memory is taken: each block has at most so many bytes.
    let most = codec::most(header.compression, source.size().saturating_sub(table));
    if (pixels * header.sample_bytes() as u64) > most {
        return Err(Fault::damaged(format!("it is too short for {}", megabytes(bytes))));
    }
    let mut channels = Vec::new();
    for _ in &header.channels {
        let mut plane = room::<f32>(width * height)?;
        plane.resize(width * height, 0.0);
        channels.push(plane);
    }
    let mut reader = Reader { header: &header, width, rows, multi_part: preamble.multi_part, index, channels };
    let (mut offsets, mut done) = (Stream::new(source, table), vec![false; blocks]);
    for _ in 0..blocks {
        let at = u64::from_le_bytes(offsets.array()?);
        let block = reader.block(source, at)?;
        if std::mem::replace(&mut done[block], true) {
            return Err(Fault::damaged("two of its blocks are the same"));
        }
    }
    let channels = reader.channels;
    Ok(FlatPicture { header, channels })
}

struct Reader<'a> {
    header: &'a Header,
    width: usize,
    /// Of a block.
    rows: usize,
    multi_part: bool,
    index: usize,
    channels: Vec<Vec<f32>>,
}

impl Reader<'_> {
    /// Reads the block at a place of the file; which one it is.
    fn block(&mut self, source: &dyn Source, at: u64) -> Result<usize, Fault> {
        let wrong = || Fault::damaged("one of its blocks is not where it should be");
        if at >= source.size() {
            return Err(wrong());
        }
        let mut stream = Stream::new(source, at);
        if self.multi_part && usize::try_from(stream.i32()?).ok() != Some(self.index) {
            return Err(wrong());
        }
        let first = i64::from(stream.i32()?) - i64::from(self.header.data_window.y1);
        let first = usize::try_from(first).map_err(|_| wrong())?;
        let height = self.header.data_window.height();
        if first >= height || first % self.rows != 0 {
            return Err(wrong());
        }
        let count = self.rows.min(height - first);
        let size = count * self.width * self.header.sample_bytes();
        // Packed data is never larger: what packing would not make smaller is stored as it is.
        let packed = usize::try_from(stream.i32()?).ok().filter(|n| *n <= size).ok_or_else(wrong)?;
        let (mut bytes, mut spare) = (Vec::new(), Vec::new());
        codec::grow(&mut bytes, size)?;
        codec::unpack(self.header.compression, stream.bytes(packed)?, &mut bytes, &mut spare)?;
        let mut rest = &bytes[..];
        for row in first..first + count {
            for (channel, plane) in self.header.channels.iter().zip(&mut self.channels) {
                let (numbers, after) = rest.split_at(self.width * channel.kind.bytes());
                rest = after;
                fill(&mut plane[row * self.width..(row + 1) * self.width], channel, numbers);
            }
        }
        Ok(first / self.rows)
    }
}

fn fill(row: &mut [f32], channel: &Channel, bytes: &[u8]) {
    let wide = bytes.chunks_exact(4).map(|b| [b[0], b[1], b[2], b[3]]);
    match channel.kind {
        SampleType::Half => {
            let numbers = bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32());
            row.iter_mut().zip(numbers).for_each(|(v, n)| *v = n);
        }
        SampleType::Float => row.iter_mut().zip(wide).for_each(|(v, b)| *v = f32::from_le_bytes(b)),
        SampleType::Uint => row.iter_mut().zip(wide).for_each(|(v, b)| *v = u32::from_le_bytes(b) as f32),
    }
}
