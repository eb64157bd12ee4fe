//! Our own threads, and the one way to use them: many small tasks, the host's abort asked on the host's thread only.
//!
//! rayon's global pool is never used: it could not be ended when the host unloads the plug-in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Why a render ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The host asked for it.
    Aborted,
    /// A buffer could not be had.
    OutOfMemory,
}

/// A pool of threads. Dropping it ends and joins them.
pub struct Workers {
    /// There until it is dropped.
    pool: Option<rayon::ThreadPool>,
    count: usize,
    /// rayon ends its threads but does not wait for them.
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// A pool of `threads` (at least one).
    pub fn new(threads: usize) -> Result<Self, String> {
        let mut handles = Vec::new();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .spawn_handler(|thread| {
                let named = std::thread::Builder::new().name(format!("fathom-{}", thread.index()));
                handles.push(named.spawn(|| thread.run())?);
                Ok(())
            })
            .build()
            .map_err(|e| e.to_string())?;
        Ok(Self { count: pool.current_num_threads(), pool: Some(pool), threads: handles })
    }
    /// How many threads.
    pub fn threads(&self) -> usize {
        self.count
    }
    /// Runs `f` here, with a scope whose tasks run on the threads.
    fn scope<'s, R>(&self, f: impl FnOnce(&rayon::Scope<'s>) -> R) -> R {
        match &self.pool {
            Some(pool) => pool.in_place_scope(f),
            None => unreachable!("only a drop takes the pool"),
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        drop(self.pool.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Set when the work is no longer wanted; long tasks look at it now and then.
#[derive(Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Is the work no longer wanted?
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The threads and the host's wishes during one render.
pub struct Exec<'a> {
    /// The threads.
    pub workers: &'a Workers,
    /// Does the host want to stop? Called on the calling thread only, every few milliseconds.
    pub abort: &'a dyn Fn() -> bool,
    /// Told how much of the render is done (0..1), on the calling thread only.
    pub progress: &'a dyn Fn(f64),
}

const POLL: Duration = Duration::from_millis(4);

impl Exec<'_> {
    /// Runs `task(0..count)` on the threads and returns when all are done, or soon after the host aborts. Tasks should last a few
    /// milliseconds, or look at [`Cancel`]. A panic in a task comes out here. `from..to` is the share of the whole render that
    /// this call stands for, for the progress bar.
    pub fn for_each(&self, count: usize, share: [f64; 2], task: impl Fn(usize, &Cancel) + Sync) -> Result<(), Stop> {
        if (self.abort)() {
            return Err(Stop::Aborted);
        }
        let (cancel, next, done) = (Cancel::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        let (lanes_left, woken) = (Mutex::new(self.workers.threads().min(count)), Condvar::new());
        self.workers.scope(|scope| {
            for _ in 0..self.workers.threads().min(count) {
                scope.spawn(|_| {
                    // Counts down also when a task panics, else the wait below would never end.
                    let _lane = OnDrop(|| {
                        *lanes_left.lock().unwrap_or_else(|e| e.into_inner()) -= 1;
                        woken.notify_one();
                    });
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        if i >= count || cancel.is_set() {
                            break;
                        }
                        task(i, &cancel);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let mut left = lanes_left.lock().unwrap_or_else(|e| e.into_inner());
            while *left > 0 {
                left = woken.wait_timeout(left, POLL).unwrap_or_else(|e| e.into_inner()).0;
                drop(left);
                if !cancel.is_set() && (self.abort)() {
                    cancel.0.store(true, Ordering::Relaxed);
                }
                (self.progress)(share[0] + (share[1] - share[0]) * done.load(Ordering::Relaxed) as f64 / count as f64);
                left = lanes_left.lock().unwrap_or_else(|e| e.into_inner());
            }
        });
        if cancel.is_set() { Err(Stop::Aborted) } else { Ok(()) }
    }

    /// [`Exec::for_each`] over pieces that each task may change: `task(index, piece)`.
    pub fn for_each_mut<T: Send>(
        &self,
        pieces: Vec<T>,
        share: [f64; 2],
        task: impl Fn(usize, &mut T, &Cancel) + Sync,
    ) -> Result<(), Stop> {
        let pieces: Vec<Mutex<T>> = pieces.into_iter().map(Mutex::new).collect();
        self.for_each(pieces.len(), share, |i, cancel| {
            let mut piece = pieces[i].lock().unwrap_or_else(|e| e.into_inner());
            task(i, &mut piece, cancel);
        })
    }
}

impl Exec<'_> {
    /// A vector of `len` copies of `value`, written on the threads.
    pub fn filled<T: Copy + Default + Send + Sync>(
        &self,
        len: usize,
        value: T,
        share: [f64; 2],
    ) -> Result<Vec<T>, Stop> {
        let mut buffer = try_vec(len, T::default())?;
        self.for_each_mut(buffer.chunks_mut(PIECE).collect(), share, |_, piece, _| piece.fill(value))?;
        Ok(buffer)
    }

    /// A copy, written on the threads.
    pub fn copied<T: Copy + Default + Send + Sync>(&self, from: &[T], share: [f64; 2]) -> Result<Vec<T>, Stop> {
        let mut buffer = try_vec(from.len(), T::default())?;
        let pieces = buffer.chunks_mut(PIECE).zip(from.chunks(PIECE)).collect();
        self.for_each_mut(pieces, share, |_, (to, from), _| to.copy_from_slice(from))?;
        Ok(buffer)
    }

    /// Keeps something large, which is given back on the threads: that takes about as long as writing it, and a host that has asked for an
    /// abort would wait for it.
    pub fn keep<T: Send + 'static>(&self, value: T) -> Kept<'_, T> {
        Kept { value: Some(value), workers: self.workers }
    }
}

/// Values of a task that fills or copies.
const PIECE: usize = 1 << 18;

/// See [`Exec::keep`].
pub struct Kept<'a, T: Send + 'static> {
    /// There until it is dropped.
    value: Option<T>,
    workers: &'a Workers,
}

impl<T: Send + 'static> Kept<'_, T> {
    /// The value itself, to be given back as any other.
    pub fn take(mut self) -> T {
        match self.value.take() {
            Some(value) => value,
            None => unreachable!("only a drop takes it, or this"),
        }
    }
}

impl<T: Send + 'static> std::ops::Deref for Kept<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        match &self.value {
            Some(value) => value,
            None => unreachable!("only a drop takes it"),
        }
    }
}

impl<T: Send + 'static> std::ops::DerefMut for Kept<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.value {
            Some(value) => value,
            None => unreachable!("only a drop takes it"),
        }
    }
}

impl<T: Send + 'static> Drop for Kept<'_, T> {
    fn drop(&mut self) {
        if let (Some(value), Some(pool)) = (self.value.take(), &self.workers.pool) {
            pool.spawn(move || drop(value));
        }
    }
}

struct OnDrop<F: FnMut()>(F);
impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A vector of `len` copies of `value`, or [`Stop::OutOfMemory`] where the allocation fails.
pub fn try_vec<T: Clone>(len: usize, value: T) -> Result<Vec<T>, Stop> {
    // Asked for first, since `vec!` ends the process where it gets nothing. `vec!` of zeros then leaves it to the first writer to touch the
    // memory: on our threads, while the host's thread can ask for an abort.
    let mut probe = Vec::<T>::new();
    probe.try_reserve_exact(len).map_err(|_| Stop::OutOfMemory)?;
    drop(probe);
    Ok(vec![value; len])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn exec<'a>(workers: &'a Workers, abort: &'a dyn Fn() -> bool) -> Exec<'a> {
        Exec { workers, abort, progress: &|_| {} }
    }

    #[test]
    fn every_task_runs_once() {
        let workers = Workers::new(3).unwrap();
        let mut pieces = vec![0; 100];
        exec(&workers, &|| false)
            .for_each_mut(pieces.iter_mut().collect(), [0.0, 1.0], |i, p, _| **p += i + 1)
            .unwrap();
        assert!(pieces.iter().enumerate().all(|(i, p)| *p == i + 1));
    }

    #[test]
    fn what_is_kept_is_given_back_on_the_threads_before_they_end() {
        struct Tells(std::sync::mpsc::Sender<Option<String>>);
        impl Drop for Tells {
            fn drop(&mut self) {
                let _ = self.0.send(std::thread::current().name().map(str::to_string));
            }
        }
        let (workers, (tell, hear)) = (Workers::new(2).unwrap(), std::sync::mpsc::channel());
        for _ in 0..20 {
            drop(exec(&workers, &|| false).keep(Tells(tell.clone())));
        }
        drop((workers, tell));
        let where_dropped: Vec<_> = hear.iter().collect();
        assert_eq!(where_dropped.len(), 20);
        assert!(where_dropped.iter().all(|name| name.as_ref().is_some_and(|n| n.starts_with("fathom-"))));
    }

    #[test]
    fn abort_stops_long_work_soon() {
        let workers = Workers::new(2).unwrap();
        let started = Instant::now();
        let abort = || started.elapsed() > Duration::from_millis(20);
        let end =
            exec(&workers, &abort).for_each(1000, [0.0, 1.0], |_, _| std::thread::sleep(Duration::from_millis(5)));
        assert_eq!(end, Err(Stop::Aborted));
        assert!(started.elapsed() < Duration::from_secs(2));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn no_thread_outlives_the_pool() {
        // A name of its own in the list of this process's threads, which other tests share.
        let named = |name: &str| {
            let tasks = std::fs::read_dir("/proc/self/task").unwrap();
            tasks
                .filter(|t| {
                    std::fs::read_to_string(t.as_ref().unwrap().path().join("comm")).is_ok_and(|c| c.trim() == name)
                })
                .count()
        };
        let workers = Workers::new(40).unwrap();
        exec(&workers, &|| false).for_each(80, [0.0, 1.0], |_, _| {}).unwrap();
        // A thread names itself a moment after it began, and stays in the list for a moment after it was joined.
        let soon = |count: usize| {
            (0..200).any(|_| {
                std::thread::sleep(Duration::from_millis(5));
                named("fathom-39") == count
            })
        };
        assert!(soon(1));
        drop(workers);
        assert!(soon(0));
    }

    #[test]
    fn a_panic_comes_out_and_the_pool_lives_on() {
        let workers = Workers::new(2).unwrap();
        let e = exec(&workers, &|| false);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            e.for_each(8, [0.0, 1.0], |i, _| assert!(i != 3, "three"))
        }));
        assert!(caught.is_err());
        assert_eq!(e.for_each(8, [0.0, 1.0], |_, _| {}), Ok(()));
    }
}
