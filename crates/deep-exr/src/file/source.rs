//! Bytes at a place of a file, from any thread.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use super::error::Fault;

/// A file that is read at given places by several threads at a time.
pub(crate) trait Source: Send + Sync {
    /// Bytes in all, as they were at opening.
    fn size(&self) -> u64;
    /// Fills `to` from `offset` on.
    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<()>;
}

/// A file on disk: no lock where the system reads at a place by itself.
pub(crate) struct Disk {
    #[cfg(any(unix, windows))]
    file: File,
    #[cfg(not(any(unix, windows)))]
    file: Mutex<File>,
    size: u64,
}

impl Disk {
    pub(crate) fn open(path: &std::path::Path) -> Result<Self, Fault> {
        // Asked before opening: opening a pipe would wait for its writer.
        let known = std::fs::metadata(path).map_err(Fault::Unreadable)?;
        if !known.is_file() {
            let what = if known.is_dir() { "it is a folder" } else { "it is not a file" };
            return Err(Fault::Unreadable(io::Error::other(what)));
        }
        let file = File::open(path).map_err(Fault::Unreadable)?;
        let size = file.metadata().map_err(Fault::Unreadable)?.len();
        #[cfg(not(any(unix, windows)))]
        let file = Mutex::new(file);
        Ok(Self { file, size })
    }
}

impl Source for Disk {
    fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, to, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<()> {
        // Each call names its own place, so threads do not disturb each other although the handle's cursor moves.
        let (mut offset, mut to) = (offset, to);
        while !to.is_empty() {
            match std::os::windows::fs::FileExt::seek_read(&self.file, to, offset) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => {
                    offset += n as u64;
                    to = &mut to[n..];
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    #[cfg(not(any(unix, windows)))]
    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(to)
    }
}

/// Anything with a cursor, one thread at a time.
pub(crate) struct Locked<R> {
    inner: Mutex<R>,
    size: u64,
}

impl<R: Read + Seek> Locked<R> {
    pub(crate) fn new(mut inner: R) -> Result<Self, Fault> {
        let size = inner.seek(SeekFrom::End(0)).map_err(Fault::Unreadable)?;
        Ok(Self { inner: Mutex::new(inner), size })
    }
}

impl<R: Read + Seek + Send> Source for Locked<R> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, to: &mut [u8]) -> io::Result<()> {
        // A reader that panicked is asked again: each call seeks for itself.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.seek(SeekFrom::Start(offset))?;
        inner.read_exact(to)
    }
}

/// Reads on from a place, with few calls to the source.
pub(crate) struct Stream<'a> {
    source: &'a dyn Source,
    /// The file's bytes from `start` on.
    buffer: Vec<u8>,
    start: u64,
    /// The next byte's place in the file.
    at: u64,
}

const BLOCK: u64 = 16 << 10;

impl<'a> Stream<'a> {
    pub(crate) fn new(source: &'a dyn Source, at: u64) -> Self {
        Self { source, buffer: Vec::new(), start: at, at }
    }

    /// The next byte's place.
    pub(crate) fn place(&self) -> u64 {
        self.at
    }

    /// Bytes from here to the end.
    pub(crate) fn left(&self) -> u64 {
        self.source.size().saturating_sub(self.at)
    }

    /// Leaves out `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Fault> {
        if count > self.left() {
            return Err(ended());
        }
        self.at += count;
        Ok(())
    }

    /// Goes on at a place that is known to be in the file.
    pub(crate) fn go_to(&mut self, place: u64) {
        self.at = place;
    }

    /// The next `count` bytes. The caller bounds `count`.
    pub(crate) fn bytes(&mut self, count: usize) -> Result<&[u8], Fault> {
        let count64 = count as u64;
        if count64 > self.left() {
            return Err(ended());
        }
        let held = self.start + self.buffer.len() as u64;
        if self.at < self.start || self.at + count64 > held {
            let size = count64.max(BLOCK).min(self.left()) as usize;
            self.buffer.clear();
            self.buffer.resize(size, 0);
            self.start = self.at;
            self.source.read_at(self.at, &mut self.buffer)?;
        }
        let from = (self.at - self.start) as usize;
        self.at += count64;
        Ok(&self.buffer[from..from + count])
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Fault> {
        self.array().map(i32::from_le_bytes)
    }

    /// Text up to a zero byte, of at most 255 bytes.
    pub(crate) fn name(&mut self) -> Result<String, Fault> {
        let mut text = Vec::new();
        loop {
            match self.array::<1>()?[0] {
                0 => return Ok(String::from_utf8_lossy(&text).into_owned()),
                _ if text.len() == 255 => return Err(Fault::damaged("a name in its header does not end")),
                byte => text.push(byte),
            }
        }
    }
}

fn ended() -> Fault {
    Fault::damaged("it ends within its header")
}
