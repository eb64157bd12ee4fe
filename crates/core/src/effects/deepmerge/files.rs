//! Opened files, kept from render to render: their headers, and the tables of their parts.
//!
//! Kept are the [`MOST_FILES`] files that were used last, as long as their tables count no more than [`MOST_PIXELS`] pixels (mostly one
//! byte each). A file is known by its path, size and time of change: one that was written anew is opened anew. No samples and no
//! pictures are kept.

use crate::generator::Fault;
use crate::workers::Stop;
use deep_exr::{Choice, DeepFile, DeepPart, Error, Header, Limits};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, SystemTime};

const MOST_FILES: usize = 32;
const MOST_PIXELS: u64 = 256 << 20;

/// A file whose headers are read.
pub(super) struct Opened {
    key: Key,
    file: DeepFile,
    parts: Mutex<Vec<(usize, Arc<DeepPart>)>>,
    pixels: AtomicU64,
}

#[derive(Debug, PartialEq)]
struct Key {
    path: PathBuf,
    size: u64,
    changed: Option<SystemTime>,
    /// Bytes that reading may take.
    memory: u64,
}

/// The files that were used, the last one at the end.
static KEPT: Mutex<Vec<Arc<Opened>>> = Mutex::new(Vec::new());

fn kept() -> MutexGuard<'static, Vec<Arc<Opened>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes all files that no render uses.
pub(super) fn purge() {
    let old = std::mem::take(&mut *kept());
    drop(old);
}

/// Opens a file, or finds it open.
///
/// # Errors
/// It cannot be read, is damaged or flat.
pub(super) fn open(path: &Path, memory: u64) -> Result<Arc<Opened>, Fault> {
    let about = std::fs::metadata(path).ok();
    let key = Key {
        path: path.into(),
        size: about.as_ref().map_or(0, std::fs::Metadata::len),
        changed: about.and_then(|a| a.modified().ok()),
        memory,
    };
    {
        let mut kept = kept();
        // What the file was before, or may not be any more.
        kept.retain(|o| o.key.path != key.path || o.key.memory != memory || o.key == key);
        if let Some(at) = kept.iter().position(|o| o.key == key) {
            let found = kept.remove(at);
            kept.push(found.clone());
            return Ok(found);
        }
    }
    let limits = Limits { memory, ..Limits::default() };
    let file = DeepFile::open(path, &limits).map_err(fault)?;
    let opened = Arc::new(Opened { key, file, parts: Mutex::default(), pixels: AtomicU64::new(0) });
    keep(opened.clone());
    Ok(opened)
}

/// Makes a file the last used one, and forgets the first ones where there are too many.
fn keep(opened: Arc<Opened>) {
    let mut kept = kept();
    kept.retain(|o| o.key != opened.key);
    kept.push(opened);
    let mut pixels: u64 = kept.iter().map(|o| o.pixels.load(Ordering::Relaxed)).sum();
    let mut forgotten = Vec::new();
    while kept.len() > MOST_FILES || (pixels > MOST_PIXELS && kept.len() > 1) {
        let first = kept.remove(0);
        pixels -= first.pixels.load(Ordering::Relaxed);
        forgotten.push(first);
    }
    // Closed without the lock.
    drop(kept);
}

/// What went wrong, for the artist.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::Cancelled { .. } => Fault::Stop(Stop::Aborted),
        other => Fault::Failed(other.to_string()),
    }
}

impl Opened {
    /// The number of the part that is meant: by its name, else as a view, else by its number; without a word the first deep one.
    fn find(&self, part: &str) -> Result<usize, Fault> {
        if part.is_empty() {
            return self.file.find(&Choice::First).map_err(fault);
        }
        let named = self.file.find(&Choice::Name(part.into()));
        let number = || part.parse().ok().map(Choice::Index).and_then(|choice| self.file.find(&choice).ok());
        named.or_else(|error| {
            let other = self.file.find(&Choice::View(part.into())).ok().or_else(number);
            other.ok_or_else(|| fault(error))
        })
    }

    /// What the part says of itself.
    ///
    /// # Errors
    /// There is no such part.
    pub(super) fn header(&self, part: &str) -> Result<&Header, Fault> {
        self.find(part).map(|index| &self.file.headers()[index])
    }

    /// The part with its tables, read once.
    ///
    /// # Errors
    /// There is no such part, it is damaged or too large, or `stop` said so.
    pub(super) fn part(self: &Arc<Self>, part: &str, stop: &dyn Fn() -> bool) -> Result<Arc<DeepPart>, Fault> {
        let index = self.find(part)?;
        let read = {
            // Others wait while one reads the tables, and hear the host meanwhile.
            let mut parts = loop {
                match self.parts.try_lock() {
                    Ok(parts) => break parts,
                    Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) if stop() => return Err(Stop::Aborted.into()),
                    Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
                }
            };
            if let Some((_, found)) = parts.iter().find(|(i, _)| *i == index) {
                return Ok(found.clone());
            }
            let read = Arc::new(self.file.part_unless(&Choice::Index(index), stop).map_err(fault)?);
            parts.push((index, read.clone()));
            read
        };
        self.pixels.fetch_add(read.stats().pixels, Ordering::Relaxed);
        keep(self.clone());
        Ok(read)
    }
}
