//! Memory for what is read at a time: tasks wait until there is room.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So many bytes may be in use at a time.
pub(super) struct Gate {
    total: u64,
    used: Mutex<u64>,
    woken: Condvar,
}

/// Bytes in use, as long as this lives.
pub(super) struct Pass<'a> {
    gate: &'a Gate,
    bytes: u64,
}

const POLL: Duration = Duration::from_millis(4);

impl Gate {
    pub(super) fn new(total: u64) -> Self {
        Self { total, used: Mutex::new(0), woken: Condvar::new() }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    fn used(&self) -> MutexGuard<'_, u64> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room; `None` when `stop` says so. More than there is in all never comes: the caller asks for [`Self::total`] before.
    pub(super) fn enter(&self, bytes: u64, stop: &dyn Fn() -> bool) -> Option<Pass<'_>> {
        let mut used = self.used();
        while *used > 0 && used.saturating_add(bytes) > self.total {
            used = self.woken.wait_timeout(used, POLL).unwrap_or_else(PoisonError::into_inner).0;
            if stop() {
                return None;
            }
        }
        *used += bytes;
        Some(Pass { gate: self, bytes })
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        *self.gate.used() -= self.bytes;
        self.gate.woken.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn no_more_than_allowed_is_in_use() {
        let (gate, used, most) = (Gate::new(100), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for bytes in [10, 60, 100, 30, 1] {
                        let _pass = gate.enter(bytes, &|| false).unwrap();
                        most.fetch_max(used.fetch_add(bytes, Ordering::SeqCst) + bytes, Ordering::SeqCst);
                        std::thread::yield_now();
                        used.fetch_sub(bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=100).contains(&most.load(Ordering::SeqCst)));
        let _all = gate.enter(100, &|| false);
        assert!(gate.enter(1, &|| true).is_none());
    }
}
