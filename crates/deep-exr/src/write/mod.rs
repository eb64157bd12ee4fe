//! Writing deep scanline OpenEXR files, packed with ZIPS or not at all.
//!
//! ```
//! use deep_exr::{Band, Channel, Compression, Header, Numbers, SampleType, Window, Writer};
//!
//! # fn main() -> Result<(), deep_exr::WriteError> {
//! let window = Window { x1: 0, y1: 0, x2: 2, y2: 1 };
//! let channel = |name: &str, kind| Channel { name: name.to_owned(), kind };
//! let header = Header::new(window, vec![channel("A", SampleType::Half), channel("Z", SampleType::Float)]);
//! let band = Band {
//!     window,
//!     starts: vec![0, 2, 2], // two samples in the first pixel, none in the second
//!     front: vec![4.0, 9.0],
//!     back: None,
//!     channels: vec![Numbers::Float(vec![0.5, 1.0])],
//! };
//! let mut writer = Writer::new(std::io::Cursor::new(Vec::new()), &header)?;
//! writer.rows(&band, &[header.channel("A").unwrap()])?;
//! let file = writer.finish()?.into_inner();
//! # assert_eq!(file[..4], [0x76, 0x2f, 0x31, 0x01]);
//! # Ok(())
//! # }
//! ```

mod attributes;
mod pack;

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::{fmt, iter};

use crate::file::{Compression, Header, SampleType};
use crate::samples::{Band, Numbers, Window};

/// Why a deep file could not be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The disk or the system.
    Io(io::Error),
    /// The header asks for what cannot be written; in words.
    Header(String),
    /// The samples are not what the header announced; in words.
    Samples(String),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(problem) => write!(f, "the deep file cannot be written: {problem}"),
            Self::Header(what) => write!(f, "such a deep file cannot be written: {what}"),
            Self::Samples(what) => write!(f, "these samples do not fit the deep file: {what}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Io(problem) = self { Some(problem) } else { None }
    }
}

impl From<io::Error> for WriteError {
    fn from(problem: io::Error) -> Self {
        Self::Io(problem)
    }
}

/// Writes a file of one deep scanline part, band by band from the top row down.
///
/// Of the header are written: windows, pixel aspect, channels, compression (none or ZIPS), name, view, frame rate, time
/// code, camera matrices and deep image state. A `kind` of tiles is written as rows.
pub struct Writer<W: Write + Seek> {
    out: W,
    header: Header,
    /// The next row.
    y: i32,
    /// Where `maxSamplesPerPixel` and the list of offsets are to be filled in.
    most_at: u64,
    offsets_at: u64,
    offsets: Vec<u64>,
    most: u32,
    /// The next byte's place.
    at: u64,
}

impl Writer<BufWriter<File>> {
    /// Makes a file on disk; one that is there is replaced.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn create(path: impl AsRef<Path>, header: &Header) -> Result<Self, WriteError> {
        check(header)?;
        Self::new(BufWriter::new(File::create(path)?), header)
    }
}

impl<W: Write + Seek> Writer<W> {
    /// Writes the header at the beginning of `out`.
    ///
    /// # Errors
    /// No `Z`, channels not in the order of their names, another compression, an empty window, or the disk.
    pub fn new(mut out: W, header: &Header) -> Result<Self, WriteError> {
        check(header)?;
        let attributes::Bytes { mut bytes, most_at } = attributes::header(header);
        let offsets_at = bytes.len() as u64;
        let rows = header.data_window.height();
        bytes.resize(bytes.len() + 8 * rows, 0);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&bytes)?;
        Ok(Self {
            out,
            header: header.clone(),
            y: header.data_window.y1,
            most_at,
            offsets_at,
            offsets: Vec::new(),
            most: 0,
            at: bytes.len() as u64,
        })
    }

    /// Writes the next rows: `band` must begin with the row after those written, and be as wide as the data window.
    ///
    /// `channels` tells for each channel of the band its place in the header's list; with the depths, they must be all
    /// there are. Half channels are rounded to the nearest, beyond 65504 to infinity.
    ///
    /// # Errors
    /// Other rows, channels or types than announced, `starts` that do not fit, or the disk.
    pub fn rows(&mut self, band: &Band, channels: &[usize]) -> Result<(), WriteError> {
        let columns = self.columns(band, channels)?;
        let width = band.window.width();
        for (row, y) in (band.window.y1..band.window.y2).enumerate() {
            let starts = &band.starts[row * width..=(row + 1) * width];
            let most = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
            self.most = self.most.max(most);
            self.row(y, starts, &columns)?;
        }
        self.y = band.window.y2;
        Ok(())
    }

    /// Fills in the list of offsets; gives back what was written to.
    ///
    /// # Errors
    /// Rows are missing, or the disk.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.y != self.header.data_window.y2 {
            return Err(WriteError::Samples(format!("the rows from {} on are missing", self.y)));
        }
        let list: Vec<u8> = self.offsets.iter().flat_map(|o| o.to_le_bytes()).collect();
        self.out.seek(SeekFrom::Start(self.offsets_at))?;
        self.out.write_all(&list)?;
        self.out.seek(SeekFrom::Start(self.most_at))?;
        self.out.write_all(&self.most.to_le_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// The numbers of each channel of the header, in its order.
    fn columns<'a>(&self, band: &'a Band, channels: &[usize]) -> Result<Vec<Column<'a>>, WriteError> {
        fn wrong<T>(what: String) -> Result<T, WriteError> {
            Err(WriteError::Samples(what))
        }
        let all = self.header.data_window;
        let Window { x1, y1, x2, y2 } = band.window;
        if (x1, x2, y1) != (all.x1, all.x2, self.y) || y2 > all.y2 || y2 < y1 {
            return wrong(format!("rows {y1} to {y2} do not follow row {}", self.y));
        }
        check_starts(band)?;
        let mut columns: Vec<Option<Column<'a>>> = vec![None; self.header.channels.len()];
        let depths = [("Z", Some(&band.front)), ("ZBack", band.back.as_ref())];
        let depths = depths.into_iter().filter_map(|(name, numbers)| Some((name, numbers?)));
        for (name, numbers) in depths {
            let Some(place) = self.header.channel(name) else {
                return wrong(format!("the header has no {name}"));
            };
            columns[place] = Some(Column::Float(numbers));
        }
        if channels.len() != band.channels.len() {
            return wrong(format!("{} channels, but {} places", band.channels.len(), channels.len()));
        }
        for (&place, numbers) in channels.iter().zip(&band.channels) {
            let column = match numbers {
                Numbers::Float(v) => Column::Float(v),
                Numbers::Uint(v) => Column::Uint(v),
            };
            match columns.get_mut(place) {
                Some(empty @ None) => *empty = Some(column),
                _ => return wrong(format!("the channel {place} is there twice, or not in the header")),
            }
        }
        let samples = band.starts[band.starts.len() - 1] as usize;
        iter::zip(columns, &self.header.channels)
            .map(|(column, channel)| match column {
                Some(c) if c.len() == samples && c.is_uint() == (channel.kind == SampleType::Uint) => Ok(c),
                Some(_) => wrong(format!("the channel {} has the wrong length or type", channel.name)),
                None => wrong(format!("the channel {} is missing", channel.name)),
            })
            .collect()
    }

    fn row(&mut self, y: i32, starts: &[u32], columns: &[Column<'_>]) -> Result<(), WriteError> {
        let (first, end) = (starts[0], starts[starts.len() - 1]);
        if i32::try_from(end - first).is_err() {
            return Err(WriteError::Samples(format!("row {y} has {} samples", end - first)));
        }
        let mut table: Vec<u8> = starts[1..].iter().flat_map(|s| (s - first).to_le_bytes()).collect();
        let mut data = Vec::with_capacity((end - first) as usize * self.header.sample_bytes());
        for (column, channel) in columns.iter().zip(&self.header.channels) {
            column.put(first as usize..end as usize, channel.kind, &mut data);
        }
        let plain = data.len() as u64;
        if self.header.compression == Compression::Zips {
            (table, data) = (pack::zip(table), pack::zip(data));
        }
        self.offsets.push(self.at);
        let sizes = [table.len() as u64, data.len() as u64, plain];
        self.out.write_all(&y.to_le_bytes())?;
        self.out.write_all(sizes.map(u64::to_le_bytes).as_flattened())?;
        self.out.write_all(&table)?;
        self.out.write_all(&data)?;
        self.at += 28 + sizes[0] + sizes[1];
        Ok(())
    }
}

/// The numbers of a channel.
#[derive(Clone, Copy)]
enum Column<'a> {
    Float(&'a [f32]),
    Uint(&'a [u32]),
}

impl Column<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Uint(v) => v.len(),
        }
    }

    fn is_uint(&self) -> bool {
        matches!(self, Self::Uint(_))
    }

    fn put(&self, range: std::ops::Range<usize>, kind: SampleType, out: &mut Vec<u8>) {
        match self {
            Self::Uint(v) => out.extend(v[range].iter().flat_map(|v| v.to_le_bytes())),
            Self::Float(v) if kind == SampleType::Half => {
                out.extend(v[range].iter().flat_map(|&v| half::f16::from_f32(v).to_le_bytes()));
            }
            Self::Float(v) => out.extend(v[range].iter().flat_map(|v| v.to_le_bytes())),
        }
    }
}

fn check(header: &Header) -> Result<(), WriteError> {
    let wrong = |what: &str| Err(WriteError::Header(what.to_owned()));
    if !matches!(header.compression, Compression::None | Compression::Zips) {
        return wrong("only none and ZIPS are written as compression");
    }
    for window in [header.data_window, header.display_window] {
        if window.width() == 0 || window.height() == 0 {
            return wrong("a window is empty");
        }
    }
    let names = &header.channels;
    if !names.windows(2).all(|pair| pair[0].name.as_bytes() < pair[1].name.as_bytes()) {
        return wrong("the channels are not in the order of their names, or one is there twice");
    }
    if names.iter().any(|c| c.name.is_empty() || c.name.len() > 255 || c.name.contains('\0')) {
        return wrong("the name of a channel is empty, too long, or holds a zero");
    }
    match header.depths() {
        Ok(_) => Ok(()),
        Err(_) => wrong("there is no depth channel Z of half or float"),
    }
}

fn check_starts(band: &Band) -> Result<(), WriteError> {
    let pixels = band.window.width() * band.window.height();
    let rising = band.starts.windows(2).all(|pair| pair[0] <= pair[1]);
    if band.starts.len() != pixels + 1 || band.starts[0] != 0 || !rising {
        return Err(WriteError::Samples("the samples are not shared out among the pixels".to_owned()));
    }
    Ok(())
}
