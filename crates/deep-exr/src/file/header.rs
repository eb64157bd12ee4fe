//! What a part says about itself.

use super::error::shown;
use crate::samples::Window;

/// How a part lays its pixels out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Deep, in rows.
    DeepScanline,
    /// Deep, in tiles.
    DeepTiled,
    /// One colour a pixel (or something unknown): cannot be read here. The file's own word for it.
    Flat(String),
}

impl Kind {
    /// Is this a part that can be read here?
    pub fn is_deep(&self) -> bool {
        !matches!(self, Self::Flat(_))
    }
}

/// How the samples are packed. Others are not allowed for deep data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As they are.
    None,
    /// Runs of equal bytes.
    Rle,
    /// Deflate, one row at a time.
    Zips,
    /// Deflate, 16 rows at a time.
    Zip,
    /// Another, by its number in the file.
    Other(u8),
}

impl Compression {
    pub(crate) fn from_code(code: u8) -> Self {
        match code {
            0 => Self::None,
            1 => Self::Rle,
            2 => Self::Zips,
            3 => Self::Zip,
            other => Self::Other(other),
        }
    }

    /// Rows of a block of a scanline part.
    pub(crate) fn rows(self) -> u32 {
        if self == Self::Zip { 16 } else { 1 }
    }

    /// The name that the field uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Rle => "RLE",
            Self::Zips => "ZIPS",
            Self::Zip => "ZIP",
            Self::Other(4) => "PIZ",
            Self::Other(5) => "PXR24",
            Self::Other(6) => "B44",
            Self::Other(7) => "B44A",
            Self::Other(8) => "DWAA",
            Self::Other(9) => "DWAB",
            Self::Other(_) => "unknown",
        }
    }
}

/// How a channel's numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleType {
    /// Whole numbers of 32 bits: identifiers.
    Uint,
    /// Floating point of 16 bits.
    Half,
    /// Floating point of 32 bits.
    Float,
}

impl SampleType {
    /// Bytes of a number in the file.
    pub fn bytes(self) -> usize {
        if self == Self::Half { 2 } else { 4 }
    }
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Full name with layers, such as `diffuse.R`.
    pub name: String,
    /// How its numbers are stored.
    pub kind: SampleType,
}

/// The tiles of a tiled part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Columns of a tile.
    pub width: u32,
    /// Rows of a tile.
    pub height: u32,
    /// Which smaller copies of the picture there are: 0 none, 1 mipmap, 2 ripmap. Only the full size is read.
    pub levels: u8,
    /// Sizes of the copies are rounded up, not down.
    pub round_up: bool,
}

/// What the file says of how tidy its samples are (`deepImageState`). It is not relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeepState {
    /// Nothing known.
    Messy,
    /// Sorted by depth.
    Sorted,
    /// No samples overlap.
    NonOverlapping,
    /// Sorted, and none overlap.
    Tidy,
}

/// A SMPTE time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeCode {
    /// Time in binary-coded decimal digits, and flags, packed as for 60-field television.
    pub time_and_flags: u32,
    /// The eight user digits.
    pub user_data: u32,
}

impl TimeCode {
    /// Hours, minutes, seconds, frame.
    pub fn time(self) -> [u32; 4] {
        let digits = |shift: u32, tens: u32| {
            let v = self.time_and_flags >> shift;
            (v & 15) + 10 * ((v >> 4) & tens)
        };
        [digits(24, 3), digits(16, 7), digits(8, 7), digits(0, 3)]
    }

    /// Does the count leave out frame numbers to keep to the clock (29.97 frames a second)?
    pub fn drop_frame(self) -> bool {
        self.time_and_flags & 1 << 6 != 0
    }
}

/// What a part says about itself. Windows are in OpenEXR's pixels, y down, ends exclusive.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The part's name; parts of a multi-part file have one.
    pub name: Option<String>,
    /// The view of a stereo picture that it belongs to, such as `left`.
    pub view: Option<String>,
    /// How it lays its pixels out.
    pub kind: Kind,
    /// How its samples are packed.
    pub compression: Compression,
    /// The pixels that it holds; may lie anywhere.
    pub data_window: Window,
    /// The frame.
    pub display_window: Window,
    /// Width of a pixel over its height; 1 where the file's is missing or senseless.
    pub pixel_aspect: f32,
    /// Order of the rows in the file: 0 increasing, 1 decreasing, 2 any.
    pub line_order: u8,
    /// By name, in the order of the bytes.
    pub channels: Vec<Channel>,
    /// The tiles of a tiled part.
    pub tiles: Option<Tiles>,
    /// Frames a second, as a fraction.
    pub frames_per_second: Option<(i32, u32)>,
    /// Time of this frame.
    pub time_code: Option<TimeCode>,
    /// From world to camera space, rows of a matrix for row vectors.
    pub world_to_camera: Option<[f32; 16]>,
    /// From world space to the screen, rows of a matrix for row vectors.
    pub world_to_ndc: Option<[f32; 16]>,
    /// What the file says of how tidy its samples are.
    pub deep_state: Option<DeepState>,
    /// Views of a file that keeps them as layers of one part; the first one has no layer name.
    pub multi_view: Vec<String>,
    /// Name and type of the attributes that are not understood here.
    pub others: Vec<(String, String)>,
    /// Blocks of rows or tiles, of all levels, as the file says.
    pub chunk_count: Option<i32>,
}

impl Header {
    /// For writing: a deep scanline part with these pixels and channels (put in the order of their names), ZIPS, the
    /// frame equal to the data window, and nothing else said.
    pub fn new(data_window: Window, mut channels: Vec<Channel>) -> Self {
        channels.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        Self {
            name: None,
            view: None,
            kind: Kind::DeepScanline,
            compression: Compression::Zips,
            data_window,
            display_window: data_window,
            pixel_aspect: 1.0,
            line_order: 0,
            channels,
            tiles: None,
            frames_per_second: None,
            time_code: None,
            world_to_camera: None,
            world_to_ndc: None,
            deep_state: None,
            multi_view: Vec::new(),
            others: Vec::new(),
            chunk_count: None,
        }
    }

    /// Bytes of one sample of all channels in the file, unpacked.
    pub fn sample_bytes(&self) -> usize {
        self.channels.iter().map(|c| c.kind.bytes()).sum()
    }

    /// The part's name for a message.
    pub(crate) fn called(&self, index: usize) -> String {
        match &self.name {
            Some(name) => format!("part {index} (\"{}\")", shown(name)),
            None => format!("part {index}"),
        }
    }
}
