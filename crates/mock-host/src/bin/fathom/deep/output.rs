//! Flat files, written block by block while the picture is made.

use super::failed;
use crate::Failure;
use clap::ValueEnum;
use deep_exr::flatten::FlatRows;
use deep_exr::{Header as DeepHeader, Window};
use exr::block::chunk::Chunk;
use exr::block::writer::{ChunkWriter, ChunksWriter};
use exr::block::{BlockIndex, UncompressedBlock};
use exr::error::UnitResult;
use exr::meta::BlockDescription;
use exr::meta::attribute::{LineOrder, TimeCode};
use exr::meta::header::{Header, ImageAttributes, LayerAttributes};
use exr::prelude::{ChannelDescription, Compression, IntegerBounds, SampleType, Text, Vec2};
use half::f16;
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

/// How a flat file is packed.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Packing {
    None,
    Rle,
    Zips,
    Zip,
    Piz,
}

impl Packing {
    fn compression(self) -> Compression {
        match self {
            Self::None => Compression::Uncompressed,
            Self::Rle => Compression::RLE,
            Self::Zips => Compression::ZIP1,
            Self::Zip => Compression::ZIP16,
            Self::Piz => Compression::PIZ,
        }
    }

    /// Rows of a block.
    pub fn rows(self) -> usize {
        self.compression().scan_lines_per_block()
    }
}

/// What a channel of a file shows.
#[derive(Clone, Copy, Debug)]
pub enum Plane {
    Alpha,
    Channel(usize),
    Id(usize),
    Depth,
    Samples,
}

/// A channel to be written.
pub struct Channel {
    pub name: String,
    pub half: bool,
    pub plane: Plane,
}

/// A file that appears complete or not at all.
pub struct Temporary {
    part: PathBuf,
    path: PathBuf,
}

impl Temporary {
    /// The folder is made where it is missing.
    pub fn new(path: &Path) -> Result<Self, Failure> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| failed(format!("{}: {e}", folder.display())))?;
        }
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.part", std::process::id()));
        Ok(Self { part: path.with_file_name(name), path: path.into() })
    }

    /// Where the bytes go meanwhile.
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Puts the finished file into its place.
    pub fn finish(self) -> Result<(), Failure> {
        std::fs::rename(&self.part, &self.path).map_err(|e| self.failure(e))
    }

    pub fn failure(&self, error: impl std::fmt::Display) -> Failure {
        failed(format!("{} cannot be written: {error}", self.path.display()))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Gone already where it was finished.
        let _ = std::fs::remove_file(&self.part);
    }
}

/// A flat file to be written.
pub struct Target {
    pub file: Temporary,
    header: Header,
    /// In the order of the file's channels.
    channels: Vec<Channel>,
}

impl Target {
    /// `like`: whose frame, camera and time it has.
    pub fn new(
        path: &Path,
        window: Window,
        like: &DeepHeader,
        packing: Packing,
        mut channels: Vec<Channel>,
    ) -> Result<Self, Failure> {
        let file = Temporary::new(path)?;
        channels.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        let list = channels.iter().map(|c| {
            let name = Text::new_or_none(&c.name).filter(|_| !c.name.is_empty());
            let name = name.ok_or_else(|| file.failure(format!("'{}' is no name for a channel", c.name)))?;
            let kind = match c.plane {
                Plane::Id(_) => SampleType::U32,
                _ if c.half => SampleType::F16,
                _ => SampleType::F32,
            };
            Ok(ChannelDescription::new(name, kind, !matches!(c.plane, Plane::Channel(_))))
        });
        let list = list.collect::<Result<_, Failure>>()?;
        let header = Header::new(Text::default(), (window.width(), window.height()), list)
            .with_encoding(packing.compression(), BlockDescription::ScanLines, LineOrder::Increasing)
            .with_attributes(layer(window, like))
            .with_shared_attributes(image(like));
        Ok(Self { file, header, channels })
    }

    /// Bytes of a row.
    fn row_bytes(&self) -> usize {
        self.header.channels.bytes_per_pixel * self.header.layer_size.width()
    }

    /// Adds rows to bytes as a block has them: row by row, in each channel by channel.
    pub fn rows(&self, flat: &FlatRows, bytes: &mut Vec<u8>) {
        let width = flat.window.width();
        bytes.reserve(flat.window.height() * self.row_bytes());
        for row in 0..flat.window.height() {
            let range = row * width..(row + 1) * width;
            for channel in &self.channels {
                let floats = match channel.plane {
                    Plane::Alpha => &flat.alphas[0][range.clone()],
                    Plane::Channel(i) => &flat.channels[i][range.clone()],
                    Plane::Depth => &flat.depths[0][range.clone()],
                    Plane::Id(i) => {
                        bytes.extend(flat.ids[i][range.clone()].iter().flat_map(|v| v.to_ne_bytes()));
                        continue;
                    }
                    Plane::Samples => {
                        bytes.extend(flat.samples[range.clone()].iter().flat_map(|&v| (v as f32).to_ne_bytes()));
                        continue;
                    }
                };
                if channel.half {
                    // No host is to see an infinity that is only too large a number.
                    let (least, most) = (f16::MIN.to_f32(), f16::MAX.to_f32());
                    let half = |&v: &f32| f16::from_f32(v.clamp(least, most)).to_ne_bytes();
                    bytes.extend(floats.iter().flat_map(half));
                } else {
                    bytes.extend(floats.iter().flat_map(|v| v.to_ne_bytes()));
                }
            }
        }
    }

    /// Packs the block that begins with a row, counted from the top of the window.
    pub fn chunks(&self, first_row: usize, bytes: &[u8]) -> Result<Vec<(usize, Chunk)>, Failure> {
        let rows = self.header.compression.scan_lines_per_block();
        let block = |(i, bytes): (usize, &[u8])| {
            let y = first_row + i * rows;
            let index = BlockIndex {
                layer: 0,
                pixel_position: Vec2(0, y),
                pixel_size: Vec2(self.header.layer_size.width(), bytes.len() / self.row_bytes()),
                level: Vec2(0, 0),
            };
            let block = UncompressedBlock { index, data: bytes.to_vec() };
            let chunk = block.compress_to_chunk(std::slice::from_ref(&self.header));
            Ok((y / rows, chunk.map_err(|e| self.file.failure(e))?))
        };
        bytes.chunks(rows * self.row_bytes()).enumerate().map(block).collect()
    }
}

fn layer(window: Window, like: &DeepHeader) -> LayerAttributes {
    let mut layer = LayerAttributes::named("");
    layer.layer_name = None;
    layer.layer_position = Vec2(window.x1, window.y1);
    layer.software_name = Some(Text::from("fathom"));
    layer.frames_per_second = like.frames_per_second;
    layer.world_to_camera = like.world_to_camera;
    layer.world_to_normalized_device = like.world_to_ndc;
    layer.view_name = like.view.as_ref().and_then(Text::new_or_none);
    layer
}

fn image(like: &DeepHeader) -> ImageAttributes {
    let w = like.display_window;
    let mut image = ImageAttributes::new(IntegerBounds::new((w.x1, w.y1), (w.width(), w.height())));
    image.pixel_aspect = like.pixel_aspect;
    image.time_code = like.time_code.map(|code| TimeCode::from_tv60_time(code.time_and_flags, code.user_data));
    image
}

/// Takes the blocks of one file.
pub trait Sink: Send {
    fn put(&mut self, index: usize, chunk: Chunk) -> UnitResult;
}

impl<W: Write + Seek + Send> Sink for ChunkWriter<W> {
    fn put(&mut self, index: usize, chunk: Chunk) -> UnitResult {
        self.write_chunk(index, chunk)
    }
}

/// What fills the files.
pub type Fill<'a> = dyn FnMut(Vec<&mut dyn Sink>) -> Result<(), Failure> + 'a;

/// Opens all files, lets them be filled, and completes them.
pub fn write_all(targets: &[Target], fill: &mut Fill<'_>) -> Result<(), Failure> {
    nest(targets, Vec::new(), fill)
}

/// A writer lives only within its closure: one within the other.
fn nest(targets: &[Target], sinks: Vec<&mut dyn Sink>, fill: &mut Fill<'_>) -> Result<(), Failure> {
    let Some((first, rest)) = targets.split_first() else { return fill(sinks) };
    let mut inner = Ok(());
    let file = File::create(first.file.part()).map_err(|e| first.file.failure(e))?;
    let mut headers = exr::meta::Headers::new();
    headers.push(first.header.clone());
    let outer = exr::block::write(BufWriter::new(file), headers, false, |_, writer| {
        let mut sinks: Vec<&mut dyn Sink> = sinks.into_iter().map(|sink| sink as &mut dyn Sink).collect();
        sinks.push(writer);
        inner = nest(rest, sinks, fill);
        if inner.is_ok() { Ok(()) } else { Err(exr::error::Error::Aborted) }
    });
    inner?;
    outer.map_err(|e| first.file.failure(e))
}
