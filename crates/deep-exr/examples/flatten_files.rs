//! Merges deep files by depth, flattens them and writes the picture as raw little-endian f32: R, G, B, A and the nearest
//! depth, one plane after the other, over the united data window.
//!
//! `cargo run --release -p deep-exr --example flatten_files -- [--threads N] [--out picture.raw] file.exr...`

use deep_exr::flatten::{DepthOutput, Element, FlatRows, Flattener, Plan, Settings, Wanted};
use deep_exr::{Choice, DeepFile, DeepPart, Limits, Window};
use std::error::Error;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, Ordering};

/// Rows that a thread takes at a time.
const ROWS: i32 = 16;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    let mut threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut out, mut names) = (None, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threads" => threads = arguments.next().ok_or("--threads needs a number")?.parse()?,
            "--out" => out = Some(arguments.next().ok_or("--out needs a name")?),
            _ => names.push(argument),
        }
    }
    let parts: Vec<DeepPart> = names
        .iter()
        .map(|name| DeepFile::open(name, &Limits::default())?.part(&Choice::First))
        .collect::<std::result::Result<_, _>>()?;
    let window = union(parts.iter().map(|part| part.header().data_window)).ok_or("no files were named")?;
    let bands = flatten(&parts, window, threads)?;
    let samples: u64 = parts.iter().map(|part| part.stats().samples).sum();
    let mut repairs = deep_exr::flatten::Repairs::default();
    bands.iter().for_each(|band| repairs += band.repairs);
    eprintln!("{window:?}: {samples} samples, {repairs:?}");
    if let Some(name) = out {
        let mut file = std::io::BufWriter::new(std::fs::File::create(name)?);
        for plane in 0..5 {
            for band in &bands {
                let planes =
                    [&band.channels[0], &band.channels[1], &band.channels[2], &band.alphas[0], &band.depths[0]];
                let bytes: Vec<u8> = planes[plane].iter().flat_map(|v| v.to_le_bytes()).collect();
                file.write_all(&bytes)?;
            }
        }
        file.flush()?;
    }
    Ok(())
}

/// Bands of rows, in order, by some threads.
fn flatten(parts: &[DeepPart], window: Window, threads: usize) -> Result<Vec<FlatRows>> {
    let headers: Vec<_> = parts.iter().map(|part| part.header()).collect();
    let plan = Plan::new(&headers, &Wanted::default());
    let settings = plan.settings(Settings { depths: vec![DepthOutput::Front], ..Settings::default() });
    let flattener = Flattener::new(settings)?;
    let (next, done) = (AtomicI32::new(window.y1), Mutex::new(Vec::new()));
    let work = || -> Result<()> {
        let mut flattener = flattener.clone();
        loop {
            let y1 = next.fetch_add(ROWS, Ordering::Relaxed);
            if y1 >= window.y2 {
                return Ok(());
            }
            let rows = Window { y1, y2: (y1 + ROWS).min(window.y2), ..window };
            let mut bands = Vec::new();
            for (part, reading) in parts.iter().zip(&plan.files) {
                bands.push(part.read_rows(rows.y1..rows.y2, &reading.channels, &|| false)?);
            }
            let elements: Vec<Element> =
                bands.iter().zip(&plan.files).map(|(band, reading)| Element::deep(band, &reading.roles)).collect();
            let flat = flattener.rows(&elements, rows)?;
            done.lock().map_err(|_| "a thread failed")?.push(flat);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a thread failed")?)
    })?;
    let mut bands = done.into_inner().map_err(|_| "a thread failed")?;
    bands.sort_by_key(|band: &FlatRows| band.window.y1);
    Ok(bands)
}

fn union(windows: impl Iterator<Item = Window>) -> Option<Window> {
    windows.reduce(|a, b| Window { x1: a.x1.min(b.x1), y1: a.y1.min(b.y1), x2: a.x2.max(b.x2), y2: a.y2.max(b.y2) })
}
