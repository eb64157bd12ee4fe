//! The threads of the whole process: made at the first render, joined when the last plug-in is unloaded.

use crate::suites::Host;
use fathom_core::workers::Workers;
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

/// The threads for a render. Several renders share them, so that together they do not use more than the host grants.
pub(crate) fn workers(host: &Host) -> Result<Arc<Workers>, String> {
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
