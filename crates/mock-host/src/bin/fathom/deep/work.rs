//! Bands of rows by several threads: read, flattened, packed; written in their order.

use super::concat::Concat;
use super::failed;
use super::output::{Sink, Target};
use super::pictures::Beauty;
use crate::Failure;
use deep_exr::flatten::{Element, ElementSettings, Flat, Flattener, Repairs, Roles};
use deep_exr::{Band, DeepPart, Window, Writer};
use exr::block::chunk::Chunk;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufWriter;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What each frame is made of.
pub struct Scene<'a> {
    pub window: Window,
    pub sources: Vec<Source<'a>>,
    /// `None`: nothing flat is wanted.
    pub flattener: Option<Flattener>,
    pub targets: &'a [Target],
    pub concat: Option<&'a Concat>,
    /// Rows that a thread takes at a time: whole blocks of the files to write.
    pub rows: usize,
}

/// An input.
pub struct Source<'a> {
    /// `None`: black.
    pub part: Option<&'a DeepPart>,
    /// Channels to read.
    pub channels: &'a [usize],
    pub roles: &'a Roles,
    pub settings: ElementSettings,
    pub beauty: Option<&'a Beauty>,
}

/// Rows, ready to be written.
struct Done {
    /// For each target.
    chunks: Vec<Vec<(usize, Chunk)>>,
    deep: Vec<Band>,
    repairs: Repairs,
}

pub type DeepWriter = Writer<BufWriter<File>>;

/// How rows are cut so that what is read of them stays within the memory.
struct Cuts {
    /// No range goes over one of these rows.
    starts: BTreeSet<i32>,
    /// Rows that may alone be more than a thread's share.
    heavy: BTreeSet<i32>,
}

impl Cuts {
    /// `share`: bytes that a thread may read of one input at a time.
    fn new(scene: &Scene, share: u64) -> Result<Self, Failure> {
        let mut cuts = Self { starts: BTreeSet::new(), heavy: BTreeSet::new() };
        for source in &scene.sources {
            let Some(part) = source.part else { continue };
            let width = part.header().data_window.width() as u64;
            let numbers = 2 + source.channels.len() as u64;
            let most = width.saturating_mul(u64::from(part.stats().most)).saturating_mul(4 * numbers);
            for rows in part.bands(share, source.channels.len()).map_err(failed)? {
                if most > share && rows.len() == 1 {
                    cuts.heavy.insert(rows.start);
                }
                cuts.starts.insert(rows.start);
            }
        }
        Ok(cuts)
    }

    fn ranges(&self, y1: i32, y2: i32) -> Vec<Window> {
        let mut edges = vec![y1];
        edges.extend(self.starts.range(y1..y2).filter(|y| **y > y1));
        edges.push(y2);
        edges.windows(2).map(|pair| Window { y1: pair[0], y2: pair[1], ..Window::default() }).collect()
    }
}

/// What threads hand over, written in order.
struct Queue<'s, 'd> {
    state: Mutex<State<'s, 'd>>,
    moved: Condvar,
    stop: AtomicBool,
    /// How far a thread may be ahead of what is written.
    ahead: usize,
}

struct State<'s, 'd> {
    next: usize,
    waiting: BTreeMap<usize, Done>,
    sinks: Vec<&'s mut dyn Sink>,
    deep: Option<&'d mut DeepWriter>,
    repairs: Repairs,
    failure: Option<Failure>,
}

/// Makes all rows. `memory`: bytes for the samples of all threads together.
pub fn run<'s>(
    scene: &Scene,
    (threads, memory): (usize, u64),
    sinks: Vec<&'s mut (dyn Sink + 's)>,
    deep: Option<&mut DeepWriter>,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Repairs, Failure> {
    /// Less than this is not worth a thread.
    const LEAST: u64 = 1 << 20;
    let inputs = scene.sources.len().max(1) as u64 * (1 + u64::from(scene.concat.is_some()));
    let tasks = scene.window.height().div_ceil(scene.rows);
    let threads = threads.min(tasks).min((memory / inputs / LEAST) as usize).max(1);
    let cuts = Cuts::new(scene, memory / inputs / threads as u64)?;
    let queue = Queue {
        state: Mutex::new(State {
            next: 0,
            waiting: BTreeMap::new(),
            sinks,
            deep,
            repairs: Repairs::default(),
            failure: None,
        }),
        moved: Condvar::new(),
        stop: AtomicBool::new(false),
        ahead: 2 * threads,
    };
    let (next, alone) = (AtomicUsize::new(0), Mutex::new(()));
    std::thread::scope(|scope| {
        let work = || {
            let _alarm = Alarm(&queue);
            let mut flattener = scene.flattener.clone();
            while !queue.stop.load(Ordering::Relaxed) {
                let task = next.fetch_add(1, Ordering::Relaxed);
                if task >= tasks {
                    return;
                }
                let done = scene.task(task, &cuts, flattener.as_mut(), &alone, &queue.stop);
                match done.and_then(|done| queue.hand_over(scene, task, done)) {
                    Ok(written) => progress(written as f64 / tasks as f64),
                    Err(failure) => queue.fail(failure),
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if worker.join().is_err() {
                queue.fail(failed("a thread failed"));
            }
        }
    });
    let state = queue.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failure.map_or(Ok(state.repairs), Err)
}

impl Scene<'_> {
    /// Some rows, from the files to packed blocks.
    fn task(
        &self,
        task: usize,
        cuts: &Cuts,
        mut flattener: Option<&mut Flattener>,
        alone: &Mutex<()>,
        stop: &AtomicBool,
    ) -> Result<Done, Failure> {
        let first = task * self.rows;
        let y1 = self.window.y1 + first as i32;
        let y2 = (i64::from(y1) + self.rows as i64).min(self.window.y2.into()) as i32;
        let mut done = Done { chunks: Vec::new(), deep: Vec::new(), repairs: Repairs::default() };
        let mut bytes = vec![Vec::new(); self.targets.len()];
        for range in cuts.ranges(y1, y2) {
            let rows = Window { x1: self.window.x1, x2: self.window.x2, ..range };
            // Rows with very many samples: one at a time.
            let _alone = cuts.heavy.contains(&rows.y1).then(|| alone.lock().unwrap_or_else(PoisonError::into_inner));
            let bands = self.read(rows, stop)?;
            if let Some(flattener) = flattener.as_deref_mut() {
                let flat = self.flatten(&bands, rows, flattener, stop)?;
                done.repairs += flat.repairs;
                for (target, bytes) in self.targets.iter().zip(&mut bytes) {
                    target.rows(&flat, bytes);
                }
            }
            if let Some(concat) = self.concat {
                done.deep.push(concat.rows(&bands, rows));
            }
        }
        for (target, bytes) in self.targets.iter().zip(bytes) {
            done.chunks.push(target.chunks(first, &bytes)?);
        }
        Ok(done)
    }

    fn read(&self, rows: Window, stop: &AtomicBool) -> Result<Vec<Option<Band>>, Failure> {
        let stopped = || stop.load(Ordering::Relaxed);
        let read = |source: &Source| {
            let read = |part: &DeepPart| part.read_rows(rows.y1..rows.y2, source.channels, &stopped);
            source.part.map(read).transpose().map_err(failed)
        };
        self.sources.iter().map(read).collect()
    }

    fn flatten(
        &self,
        bands: &[Option<Band>],
        rows: Window,
        flattener: &mut Flattener,
        stop: &AtomicBool,
    ) -> Result<deep_exr::flatten::FlatRows, Failure> {
        let channels = flattener.settings().channels.len();
        let pictures: Vec<Option<Flat>> = self.sources.iter().map(|s| s.beauty.map(|b| b.flat(channels))).collect();
        let mut elements = Vec::new();
        for ((source, band), picture) in self.sources.iter().zip(bands).zip(&pictures) {
            let Some(band) = band else { continue };
            let element = Element::deep(band, source.roles).with(source.settings);
            elements.push(match picture {
                Some(picture) => element.recoloured(picture),
                None => element,
            });
        }
        let flat = flattener.rows_until(&elements, rows, &mut || stop.load(Ordering::Relaxed)).map_err(failed)?;
        flat.ok_or_else(|| failed("stopped"))
    }
}

impl<'s, 'd> Queue<'s, 'd> {
    fn lock(&self) -> MutexGuard<'_, State<'s, 'd>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the first failure; ends all threads.
    fn fail(&self, failure: Failure) {
        let mut state = self.lock();
        // Set under the lock: nobody is between looking at it and going to sleep.
        if !self.stop.swap(true, Ordering::Relaxed) {
            state.failure = Some(failure);
        }
        self.moved.notify_all();
    }

    /// Writes what is next, if it is there. How many were written in all.
    fn hand_over(&self, scene: &Scene, task: usize, done: Done) -> Result<usize, Failure> {
        let mut state = self.lock();
        while task > state.next + self.ahead && !self.stop.load(Ordering::Relaxed) {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting.insert(task, done);
        loop {
            let next = state.next;
            let Some(done) = state.waiting.remove(&next) else { break };
            state.write(scene, done)?;
            state.next += 1;
        }
        self.moved.notify_all();
        Ok(state.next)
    }
}

impl State<'_, '_> {
    fn write(&mut self, scene: &Scene, done: Done) -> Result<(), Failure> {
        for ((sink, target), chunks) in self.sinks.iter_mut().zip(scene.targets).zip(done.chunks) {
            for (index, chunk) in chunks {
                sink.put(index, chunk).map_err(|e| target.file.failure(e))?;
            }
        }
        if let (Some(writer), Some(concat)) = (&mut self.deep, scene.concat) {
            for band in &done.deep {
                writer.rows(band, &concat.places).map_err(failed)?;
            }
        }
        self.repairs += done.repairs;
        Ok(())
    }
}

/// A thread that panics must not leave the others waiting for it.
struct Alarm<'a, 's, 'd>(&'a Queue<'s, 'd>);

impl Drop for Alarm<'_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(failed("a thread failed"));
        }
    }
}
