//! The threads of the whole process: made at the first render, joined when the last plug-in is unloaded.

use crate::failure::Failure;
use crate::instance::Instance;
use crate::progress::Progress;
use crate::suites::Host;
use fathom_core::workers::{Exec, Stop, Wishes, Workers};
use openfx_sys as ofx;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

static POOL: Mutex<Option<Arc<Workers>>> = Mutex::new(None);

fn pool() -> MutexGuard<'static, Option<Arc<Workers>>> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As many threads as there are cores, fewer where the host grants fewer.
fn wanted(host: &Host) -> usize {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    host.threads().map_or(cores, |granted| granted.min(cores)).get()
}

/// The threads for one render, and its host. Lives on the thread that the host called us on.
pub(crate) struct Crew<'a> {
    instance: &'a Instance,
    workers: Arc<Workers>,
    progress: Progress<'a>,
}

impl<'a> Crew<'a> {
    /// `bar`: may one be shown?
    pub(crate) fn new(instance: &'a Instance, bar: bool) -> Result<Self, Failure> {
        let workers = workers(&instance.host).map_err(|why| {
            let text = format!(
                "Not enough memory, or too many threads: the system gives no more ({why}). Close other programs."
            );
            Failure::say(ofx::kOfxStatErrMemory, text)
        })?;
        Ok(Self { instance, workers, progress: Progress::new(instance, bar) })
    }

    /// Has `work` done by other threads. This one talks with the host meanwhile, and nothing else.
    pub(crate) fn lead<R: Send>(&self, work: impl FnOnce(&Exec) -> R + Send) -> Result<R, Stop> {
        let (instance, progress) = (self.instance, &self.progress);
        let abort = || instance.host.aborts(instance.handle) || progress.cancelled();
        self.workers.lead(&Wishes { abort: &abort, progress: &|done| progress.update(done) }, work)
    }
}

/// Several renders share the threads, so that together they do not use more than the host grants.
fn workers(host: &Host) -> Result<Arc<Workers>, String> {
    let wanted = wanted(host);
    let mut current = pool();
    if let Some(workers) = current.as_ref().filter(|w| w.threads() == wanted) {
        return Ok(workers.clone());
    }
    let made = Arc::new(Workers::new(wanted)?);
    let old = current.replace(made.clone());
    // Joining the old threads must not hold up other renders.
    drop(current);
    drop(old);
    Ok(made)
}

/// Ends the threads, unless a render still holds them: then they end with it.
pub(crate) fn close() {
    let old = pool().take();
    drop(old);
}
