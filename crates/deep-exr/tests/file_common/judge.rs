//! Reads a file of unknown honesty, and measures what that costs.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Cursor;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use deep_exr::{Choice, DeepFile, Error, Limits};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Held by each test: what one reserves must not be put to the account of another.
pub fn alone() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More is a hang. Slow machines take a second.
const HANG: f64 = 20.0;
/// What is reserved besides the picture: headers, messages.
const SMALL: usize = 4 << 20;

/// What became of a file.
pub struct Verdict {
    /// Samples read, or why not.
    pub result: Result<u64, Error>,
    pub seconds: f64,
    /// Most bytes reserved at a time.
    pub peak: usize,
}

impl Verdict {
    /// The text of the error.
    #[track_caller]
    pub fn says(&self) -> String {
        match &self.result {
            Ok(samples) => panic!("was read: {samples} samples"),
            Err(error) => error.to_string(),
        }
    }
}

/// Limits that a test machine can hold.
pub fn limits() -> Limits {
    Limits { memory: 64 << 20, ..Limits::default() }
}

/// Opens a file, reads all of each part that can be had, and checks time, memory and the text of the error.
#[track_caller]
pub fn judge(bytes: Vec<u8>, limits: &Limits, what: &str) -> Verdict {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let start = Instant::now();
    let result = read_all(bytes, limits);
    let seconds = start.elapsed().as_secs_f64();
    let peak = MEMORY.peak_usage().saturating_sub(before);
    assert!(seconds < HANG, "{what}: {seconds:.1} s");
    assert!(peak <= limits.memory as usize + SMALL, "{what}: {peak} bytes");
    if let Err(error) = &result {
        let text = error.to_string();
        assert!(text.contains("hostile.exr") && text.ends_with('.') && text.len() < 2000, "{what}: {text}");
    }
    Verdict { result, seconds, peak }
}

fn read_all(bytes: Vec<u8>, limits: &Limits) -> Result<u64, Error> {
    let file = DeepFile::from_reader("hostile.exr", Cursor::new(bytes), limits)?;
    let mut samples = Ok(0);
    for index in 0..file.headers().len() {
        let read = read_part(&file, &Choice::Index(index));
        samples = match (samples, read) {
            (Ok(sum), Ok(more)) => Ok(sum + more),
            (Err(first), _) | (Ok(_), Err(first)) => Err(first),
        };
    }
    samples
}

fn read_part(file: &DeepFile, choice: &Choice) -> Result<u64, Error> {
    let part = file.part(choice)?;
    let all: Vec<usize> = (0..part.header().channels.len()).collect();
    let mut samples = 0;
    for rows in part.bands(1 << 20, all.len())? {
        let band = part.read_rows(rows, &all, &|| false)?;
        assert_eq!(band.starts.len(), band.window.width() * band.window.height() + 1);
        assert_eq!(*band.starts.last().unwrap() as usize, band.front.len());
        samples += band.front.len() as u64;
    }
    assert_eq!(samples, part.stats().samples);
    Ok(samples)
}
