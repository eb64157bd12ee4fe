//! Our own threads, and the one way to use them: the host's thread waits and asks the host whether to stop, another one leads the render, and
//! the rest help it with many small tasks.
//!
//! The host's thread alone may ask the host, and it does nothing else: how soon it asks again depends on nothing that a render does. Whoever
//! leads, and whoever helps, looks at a flag.
//!
//! rayon's global pool is never used: it could not be ended when the host unloads the plug-in.

mod memory;
mod team;

pub use memory::{Kept, try_concat, try_vec};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;
use team::Team;

/// Why a render ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The host asked for it.
    Aborted,
    /// A buffer could not be had.
    OutOfMemory,
}

/// Threads for all renders. Dropping it ends and joins them.
pub struct Workers {
    /// So many threads work at once, if no more renders are led.
    count: usize,
    /// How many more threads may begin to work: below zero where more renders are led than that.
    free: AtomicIsize,
    /// Teams of one that lead no render now.
    leaders: Mutex<Vec<Team>>,
    /// Those that help: one fewer than work, for the leader does, too.
    helpers: Option<Team>,
    /// One that frees memory.
    frees: Team,
}

impl Workers {
    /// `threads` (at least one) that work, and one more that frees memory.
    ///
    /// # Errors
    /// The system gives no threads; in its words.
    pub fn new(threads: usize) -> Result<Self, String> {
        let count = threads.max(1);
        let helpers = if count > 1 { Some(Team::new(count - 1, "fathom-")?) } else { None };
        let leaders = Mutex::new(vec![Team::new(1, "fathom-lead-")?]);
        let frees = Team::new(1, "fathom-free-")?;
        Ok(Self { count, free: AtomicIsize::new(count.cast_signed()), leaders, helpers, frees })
    }

    /// How many threads.
    pub fn threads(&self) -> usize {
        self.count
    }

    /// Lets another thread run `work`. This one waits for it, and meanwhile asks the host every few milliseconds whether to stop, and tells
    /// it of the progress: whatever `work` does, and however long it does so. What it panics with comes out here.
    ///
    /// # Errors
    /// [`Stop::OutOfMemory`] where the system gives no thread, and `work` has not begun, or where a buffer of a task could not be had.
    pub fn lead<R: Send>(&self, wishes: &Wishes, work: impl FnOnce(&Exec) -> R + Send) -> Result<R, Stop> {
        let idle = self.leaders.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let leader = idle.map_or_else(|| Team::new(1, "fathom-lead-"), Ok).map_err(|_| Stop::OutOfMemory)?;
        let (shared, mut result) = (Arc::<Shared>::default(), None);
        let (ended, woken) = (Mutex::new(false), Condvar::new());
        leader.scope(|scope| {
            scope.spawn(|_| {
                // Said also when the work panics, else the wait below would never end.
                let _said = OnDrop(|| {
                    *ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
                    woken.notify_one();
                });
                if !memory::is_there_room() {
                    return shared.cancel.set_out_of_memory();
                }
                result = Some(work(&Exec::new(self, shared.clone())));
            });
            // Nobody waits for a render if asking the host panics.
            let _unwanted = OnDrop(|| shared.cancel.set());
            loop {
                if !shared.cancel.is_set() && (wishes.abort)() {
                    shared.cancel.set();
                }
                (wishes.progress)(f64::from_bits(shared.done.load(Ordering::Relaxed)));
                let ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                if *ended || *woken.wait_timeout(ended, POLL).unwrap_or_else(PoisonError::into_inner).0 {
                    break;
                }
            }
        });
        let mut leaders = self.leaders.lock().unwrap_or_else(PoisonError::into_inner);
        if leaders.len() < self.count {
            leaders.push(leader);
        }
        drop(leaders);
        match shared.cancel.stop() {
            // Whatever the work has made of it.
            Some(Stop::OutOfMemory) => Err(Stop::OutOfMemory),
            // There: a panic instead of it has come out of the scope.
            _ => result.ok_or(Stop::Aborted),
        }
    }
}

/// A thread looks whether there is room for small buffers before each so many tasks.
const LOOK_FOR_ROOM: usize = 32;

/// How long the host's thread waits before it asks again.
const POLL: Duration = Duration::from_millis(4);

/// What the host wants to ask and be told while a render runs; on its own thread only.
pub struct Wishes<'a> {
    /// Does the host want to stop?
    pub abort: &'a dyn Fn() -> bool,
    /// Told how much of the render is done (0..1).
    pub progress: &'a dyn Fn(f64),
}

/// Set when the work is no longer wanted; all long work looks at it now and then.
#[derive(Default)]
pub struct Cancel {
    flag: AtomicBool,
    /// Is it so because a buffer could not be had?
    full: AtomicBool,
    /// In tests: the look that sets it; 0 is none.
    #[cfg(test)]
    looks: AtomicUsize,
}

impl Cancel {
    /// For work that is wanted whatever happens.
    pub fn never() -> Self {
        Self::default()
    }
    /// Is the work no longer wanted?
    pub fn is_set(&self) -> bool {
        #[cfg(test)]
        if self.looks.load(Ordering::Relaxed) > 0 && self.looks.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.set();
        }
        self.flag.load(Ordering::Acquire)
    }
    /// A buffer that a task needs cannot be had: nothing of the render is wanted any more.
    pub fn set_out_of_memory(&self) {
        self.full.store(true, Ordering::Relaxed);
        self.set();
    }
    fn set(&self) {
        // Whoever sees it sees the reason, too.
        self.flag.store(true, Ordering::Release);
    }
    /// Why the work is no longer wanted, if it is not.
    fn stop(&self) -> Option<Stop> {
        let stop = || if self.full.load(Ordering::Relaxed) { Stop::OutOfMemory } else { Stop::Aborted };
        self.is_set().then(stop)
    }
}

/// What the host's thread and the others say to each other.
#[derive(Default)]
pub(crate) struct Shared {
    cancel: Cancel,
    /// How much is done: the bits of a number from 0 to 1, which are ordered as the numbers are.
    done: AtomicU64,
}

#[cfg(test)]
impl Shared {
    /// Not wanted any more from the `looks`th look at whether it is, from 1.
    pub(crate) fn until(looks: usize) -> Arc<Self> {
        Arc::new(Self { cancel: Cancel { looks: looks.into(), ..Cancel::default() }, ..Self::default() })
    }
}

/// A thread that works. Given back by being dropped.
struct Seat<'a>(&'a Workers);

impl<'a> Seat<'a> {
    /// A render needs its leader, however many others are at work.
    fn of_a_leader(workers: &'a Workers) -> Self {
        workers.free.fetch_sub(1, Ordering::Relaxed);
        Self(workers)
    }
    /// `None` where enough threads are at work.
    fn of_a_helper(workers: &'a Workers) -> Option<Self> {
        let one = |free| if free > 0 { Some(free - 1) } else { None };
        workers.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one).ok().map(|_| Self(workers))
    }
    /// Should a helper leave, because another render has begun?
    fn is_wanted(&self) -> bool {
        self.0.free.load(Ordering::Relaxed) < 0
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, Ordering::Relaxed);
    }
}

/// The threads during one render, and whether it is still wanted. Used by the thread that leads it.
pub struct Exec<'a> {
    workers: &'a Workers,
    shared: Arc<Shared>,
    /// What this thread led before.
    before: Option<Arc<Shared>>,
    _seat: Seat<'a>,
    /// It stays on its thread; and tasks get no hold of it: they could wait for each other.
    _here: PhantomData<*const ()>,
}

impl Drop for Exec<'_> {
    fn drop(&mut self) {
        memory::leads(self.before.take());
    }
}

impl<'a> Exec<'a> {
    pub(crate) fn new(workers: &'a Workers, shared: Arc<Shared>) -> Self {
        let before = memory::leads(Some(shared.clone()));
        Self { workers, shared, before, _seat: Seat::of_a_leader(workers), _here: PhantomData }
    }

    /// For work that this thread leads itself, for nobody who might not want it any more.
    pub fn alone(workers: &'a Workers) -> Self {
        Self::new(workers, Arc::default())
    }

    /// How many threads.
    pub fn threads(&self) -> usize {
        self.workers.count
    }

    /// Is the render no longer wanted? What takes more than a few milliseconds looks now and then.
    pub fn cancel(&self) -> &Cancel {
        &self.shared.cancel
    }

    /// Runs `task(0..count)` on this thread and those that have nothing else to do, and returns when all are done, or soon after the render
    /// is no longer wanted. Tasks should last a few milliseconds, or look at [`Cancel`]. A panic in a task comes out here. `share` is the
    /// part from..to of the whole render that this call stands for, for the progress bar.
    ///
    /// # Errors
    /// [`Stop::Aborted`] where it is no longer wanted: tasks may have been left out, or have left off. [`Stop::OutOfMemory`] where there is
    /// none for the buffers of tasks: the same.
    pub fn for_each(&self, count: usize, share: [f64; 2], task: impl Fn(usize, &Cancel) + Sync) -> Result<(), Stop> {
        let Shared { cancel, done } = &*self.shared;
        let (next, over) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let part = (share[1] - share[0]) / count.max(1) as f64;
        // Takes tasks until there are no more, or it should not.
        let work = |goes_on: &dyn Fn() -> bool| {
            for mine in 0_usize.. {
                if !goes_on() || cancel.is_set() {
                    break;
                }
                if mine.is_multiple_of(LOOK_FOR_ROOM) && !memory::is_there_room() {
                    cancel.set_out_of_memory();
                    break;
                }
                let i = next.fetch_add(1, Ordering::Relaxed);
                if i >= count {
                    break;
                }
                task(i, cancel);
                let over = over.fetch_add(1, Ordering::Relaxed) + 1;
                done.fetch_max((share[0] + part * over as f64).max(0.0).to_bits(), Ordering::Relaxed);
            }
        };
        match self.workers.helpers.as_ref().filter(|_| count > 1) {
            None => work(&|| true),
            Some(helpers) => helpers.scope(|scope| {
                work(&|| {
                    // A helper gets a seat only where a thread is there for it: none waits in line, so that the end of this never waits
                    // for another render.
                    for _ in next.load(Ordering::Relaxed) + 1..count {
                        let Some(seat) = Seat::of_a_helper(self.workers) else { break };
                        scope.spawn(move |_| work(&|| !seat.is_wanted()));
                    }
                    true
                });
            }),
        }
        cancel.stop().map_or(Ok(()), Err)
    }

    /// [`Exec::for_each`] over pieces that each task may change: `task(index, piece)`.
    ///
    /// # Errors
    /// As there.
    pub fn for_each_mut<T: Send>(
        &self,
        pieces: Vec<T>,
        share: [f64; 2],
        task: impl Fn(usize, &mut T, &Cancel) + Sync,
    ) -> Result<(), Stop> {
        let pieces: Vec<Mutex<T>> = pieces.into_iter().map(Mutex::new).collect();
        self.for_each(pieces.len(), share, |i, cancel| {
            let mut piece = pieces[i].lock().unwrap_or_else(PoisonError::into_inner);
            task(i, &mut piece, cancel);
        })
    }
}

struct OnDrop<F: FnMut()>(F);
impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests;
