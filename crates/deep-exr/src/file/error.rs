//! What can go wrong, in words for the person who chose the file.

use std::{fmt, io};

/// Why a deep file could not be read. Each text names the file, says what is wrong and what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file is not there, may not be read, or the disk failed.
    Unreadable {
        /// The file.
        file: String,
        /// What the system says.
        problem: io::Error,
    },
    /// Something else than an OpenEXR file.
    NotOpenExr {
        /// The file.
        file: String,
    },
    /// An OpenEXR file with one colour a pixel: no deep samples.
    Flat {
        /// The file.
        file: String,
        /// How it is known, where that needs saying; may be empty.
        what: String,
    },
    /// A part, view or channel that was asked for is not in the file.
    Absent {
        /// The file.
        file: String,
        /// What was asked for, and what there is.
        what: String,
    },
    /// Legal or from a later time, but not read here.
    Unsupported {
        /// The file.
        file: String,
        /// What it is.
        what: String,
    },
    /// Cut off, changed on its way, or written wrongly.
    Damaged {
        /// The file.
        file: String,
        /// What is wrong where.
        what: String,
    },
    /// Beyond one of the [`Limits`](super::Limits).
    TooLarge {
        /// The file.
        file: String,
        /// What is too large, how large, and the limit.
        what: String,
    },
    /// Does not fit in the memory allowed by the [`Limits`](super::Limits), or in that of the machine.
    Memory {
        /// The file.
        file: String,
        /// What needs how much.
        what: String,
    },
    /// The caller asked to stop.
    Cancelled {
        /// The file.
        file: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, problem } => {
                write!(f, "{file} cannot be read: {problem}. Check the path, and that you may read the file.")
            }
            Self::NotOpenExr { file } => {
                write!(f, "{file} is not an OpenEXR file. Choose the deep .exr that the renderer wrote.")
            }
            Self::Flat { file, what } => {
                write!(f, "{file} is a flat picture, not a deep one{what}. Choose the renderer's deep output.")
            }
            Self::Absent { file, what } => {
                write!(f, "{file} {what}. Choose another part or layer, or render it again with what is missing.")
            }
            Self::Unsupported { file, what } => {
                write!(f, "{file} cannot be used: {what}. Write it as OpenEXR 2 deep data with ZIPS compression.")
            }
            Self::Damaged { file, what } => {
                write!(f, "{file} is damaged or incomplete: {what}. Copy or render it again.")
            }
            Self::TooLarge { file, what } => {
                write!(f, "{file} is too large: {what}. Render it smaller, or with fewer samples in a pixel.")
            }
            Self::Memory { file, what } => {
                write!(f, "{file} does not fit in memory: {what}. Raise the memory limit or use a smaller file.")
            }
            Self::Cancelled { file } => write!(f, "Reading {file} was stopped."),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { problem, .. } => Some(problem),
            _ => None,
        }
    }
}

/// An [`Error`] before the file's name is put to it.
#[derive(Debug)]
pub(crate) enum Fault {
    Unreadable(io::Error),
    NotOpenExr,
    Flat(String),
    Absent(String),
    Unsupported(String),
    Damaged(String),
    TooLarge(String),
    Memory(String),
    Cancelled,
}

impl Fault {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// Says where in the file it was.
    pub(crate) fn at(self, called: &str) -> Self {
        match self {
            Self::Damaged(what) => Self::Damaged(format!("{what} ({called})")),
            other => other,
        }
    }

    /// Puts the file's name to it.
    pub(crate) fn of(self, file: &str) -> Error {
        let file = file.to_owned();
        match self {
            Self::Unreadable(problem) => Error::Unreadable { file, problem },
            Self::NotOpenExr => Error::NotOpenExr { file },
            Self::Flat(what) => Error::Flat { file, what },
            Self::Absent(what) => Error::Absent { file, what },
            Self::Unsupported(what) => Error::Unsupported { file, what },
            Self::Damaged(what) => Error::Damaged { file, what },
            Self::TooLarge(what) => Error::TooLarge { file, what },
            Self::Memory(what) => Error::Memory { file, what },
            Self::Cancelled => Error::Cancelled { file },
        }
    }
}

impl From<io::Error> for Fault {
    fn from(problem: io::Error) -> Self {
        // All reads are checked against the length at opening: an early end means that the file shrank meanwhile.
        if problem.kind() == io::ErrorKind::UnexpectedEof {
            Self::damaged("it became shorter while it was read")
        } else {
            Self::Unreadable(problem)
        }
    }
}

/// A name from a file for a message: short, and in one line.
pub(crate) fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    let mut text: String = name.chars().take(LONGEST).map(|c| if c.is_control() { '?' } else { c }).collect();
    if name.chars().count() > LONGEST {
        text.push('…');
    }
    text
}

/// A size as people say it.
pub(crate) fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// An empty vector with room for `count`; no abort where memory is short.
pub(crate) fn room<T>(count: usize) -> Result<Vec<T>, Fault> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(count).map_err(|_| {
        Fault::Memory(format!("the machine has no {} left", megabytes((count * size_of::<T>()) as u64)))
    })?;
    Ok(vector)
}
