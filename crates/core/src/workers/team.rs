//! Threads that end before whoever owns them does.

use std::thread::JoinHandle;

/// Some threads of ours. Dropping it ends and joins them.
pub(super) struct Team {
    pool: rayon::ThreadPool,
    /// After the pool: rayon tells its threads to end but does not wait for them.
    _threads: Joined,
}

impl Team {
    /// `count` threads, at least one, with a name and a number each.
    pub(super) fn new(count: usize, name: &str) -> Result<Self, String> {
        let mut threads = Joined(Vec::new());
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .spawn_handler(|thread| {
                let named = std::thread::Builder::new().name(format!("{name}{}", thread.index()));
                if !super::memory::is_there_room() {
                    return Err(std::io::ErrorKind::OutOfMemory.into());
                }
                let run = || {
                    crate::simd::calculate_as_usual();
                    thread.run();
                };
                threads.0.push(named.spawn(run)?);
                Ok(())
            })
            .build()
            .map_err(|e| e.to_string())?;
        Ok(Self { pool, _threads: threads })
    }

    /// Runs `f` here, with a scope whose tasks run on the threads; returns when they have ended. A panic of either comes out here.
    pub(super) fn scope<'s, R>(&self, f: impl FnOnce(&rayon::Scope<'s>) -> R) -> R {
        self.pool.in_place_scope(f)
    }

    /// Runs `f` on one of the threads, some time before they end.
    pub(super) fn spawn(&self, f: impl FnOnce() + Send + 'static) {
        self.pool.spawn(f);
    }
}

struct Joined(Vec<JoinHandle<()>>);

impl Drop for Joined {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            let _ = thread.join();
        }
    }
}
