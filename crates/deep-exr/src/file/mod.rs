//! Reading deep OpenEXR files.
//!
//! [`DeepFile::open`] reads the headers: cheap, for windows, frame rate and channels. [`DeepFile::part`] chooses a deep
//! part, reads all its tables (not its samples) and checks them against the file and the [`Limits`].
//! [`DeepPart::read_rows`] then reads any rows, from any thread.
//!
//! Read are deep scanline and deep tiled parts (of several levels, the full size), packed with nothing, RLE, ZIPS or
//! ZIP, channels of half, float and uint, anywhere in a multi-part file.
//!
//! A file is not trusted: nothing is reserved by its word alone, every size is checked against the bytes that are
//! there, and all is bounded by the limits before anything is unpacked.

mod channels;
mod codec;
mod counts;
mod error;
mod flat;
mod grid;
mod header;
mod limits;
mod parse;
mod part;
mod read;
mod source;
mod stats;

use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

pub use channels::Rgba;
pub use error::Error;
use error::{Fault, shown};
pub use flat::{FlatPicture, read_flat};
pub use header::{Channel, Compression, DeepState, Header, Kind, SampleType, Tiles, TimeCode};
pub use limits::Limits;
use parse::Preamble;
pub use part::DeepPart;
use source::Source;
pub use stats::{DepthRange, Stats};

/// Which part of a file is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first deep one.
    #[default]
    First,
    /// By its number, from 0, counting flat parts too.
    Index(usize),
    /// By its name.
    Name(String),
    /// The first deep one of this view.
    View(String),
}

/// A file whose headers were read.
pub struct DeepFile {
    name: Arc<str>,
    source: Arc<dyn Source>,
    preamble: Preamble,
    limits: Limits,
}

impl std::fmt::Debug for DeepFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeepFile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl DeepFile {
    /// Opens a file on disk and reads its headers.
    ///
    /// # Errors
    /// The file cannot be read, is not OpenEXR, has no deep part, or its headers are damaged or beyond the limits.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let disk = source::Disk::open(path).map_err(|fault| fault.of(&name))?;
        Self::from_source(name, Arc::new(disk), limits)
    }

    /// Reads from anything with a cursor; threads take turns at it. `name` is what errors call it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read + Seek + Send + 'static,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let name = name.into();
        let source = source::Locked::new(reader).map_err(|fault| fault.of(&name))?;
        Self::from_source(name, Arc::new(source), limits)
    }

    fn from_source(name: String, source: Arc<dyn Source>, limits: &Limits) -> Result<Self, Error> {
        let preamble = parse::read_headers(&*source, limits)
            .and_then(|preamble| check_deep(&preamble).map(|()| preamble))
            .map_err(|fault| fault.of(&name))?;
        Ok(Self { name: name.into(), source, preamble, limits: *limits })
    }

    /// The headers of all parts, flat ones too.
    pub fn headers(&self) -> &[Header] {
        &self.preamble.headers
    }

    /// The number of the part that is meant.
    ///
    /// # Errors
    /// There is no such part, or it is flat.
    pub fn find(&self, choice: &Choice) -> Result<usize, Error> {
        self.search(choice).map_err(|fault| fault.of(&self.name))
    }

    /// Reads and checks the tables of a part.
    ///
    /// # Errors
    /// There is no such part, it is flat, without depth, damaged, or beyond the limits.
    pub fn part(&self, choice: &Choice) -> Result<DeepPart, Error> {
        self.part_unless(choice, &|| false)
    }

    /// As [`Self::part`], but asks `stop` before each block: the tables of a very large frame take a second.
    ///
    /// # Errors
    /// As [`Self::part`], and `stop`.
    pub fn part_unless(&self, choice: &Choice, stop: &dyn Fn() -> bool) -> Result<DeepPart, Error> {
        self.search(choice)
            .and_then(|index| DeepPart::open(&self.name, &self.source, &self.preamble, index, &self.limits, stop))
            .map_err(|fault| fault.of(&self.name))
    }

    fn search(&self, choice: &Choice) -> Result<usize, Fault> {
        let headers = self.headers();
        let all = || 0..headers.len();
        let deep = |&index: &usize| headers[index].kind.is_deep();
        let found = match choice {
            Choice::First => all().find(deep),
            Choice::Index(index) => Some(*index).filter(|&i| i < headers.len()),
            Choice::Name(name) => all().find(|&i| headers[i].name.as_ref() == Some(name)),
            Choice::View(view) => all().filter(deep).find(|&i| headers[i].view.as_ref() == Some(view)),
        };
        let Some(index) = found else {
            return Err(Fault::Absent(format!("has no {}; it has {}", wanted(choice), self.inventory())));
        };
        if !deep(&index) {
            return Err(Fault::Flat(format!(": {} is", headers[index].called(index))));
        }
        Ok(index)
    }

    /// The parts, for a message.
    fn inventory(&self) -> String {
        const SHOWN: usize = 8;
        let one = |(index, header): (usize, &Header)| {
            let view = header.view.as_ref().map_or(String::new(), |view| format!(" of view \"{}\"", shown(view)));
            format!("{}{view}", header.called(index))
        };
        let mut list: Vec<String> = self.headers().iter().enumerate().take(SHOWN).map(one).collect();
        if self.headers().len() > SHOWN {
            list.push("more".to_owned());
        }
        list.join(", ")
    }
}

fn wanted(choice: &Choice) -> String {
    match choice {
        Choice::First => "deep part".to_owned(),
        Choice::Index(index) => format!("part {index}"),
        Choice::Name(name) => format!("part named \"{name}\""),
        Choice::View(view) => format!("deep part of the view \"{view}\""),
    }
}

/// Refuses a file without a deep part, and a flat one that only calls itself deep.
fn check_deep(preamble: &Preamble) -> Result<(), Fault> {
    let headers = &preamble.headers;
    if !headers.iter().any(|h| h.kind.is_deep()) {
        return Err(Fault::Flat(String::new()));
    }
    if !preamble.marked_deep {
        return Err(Fault::Flat(", although its type says so".to_owned()));
    }
    Ok(())
}
