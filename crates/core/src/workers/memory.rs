//! Large buffers: had, filled, copied and given back.
#![allow(unsafe_code, reason = "a buffer that several threads write first is a vector only then")]

use super::{Cancel, Exec, Shared, Stop, Workers};
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::sync::Arc;

impl Exec<'_> {
    /// A vector of `len` copies of `value`, written on the threads: also what the system does when memory is first written is shared so.
    ///
    /// # Errors
    /// As [`try_vec`].
    pub fn filled<T: Copy + Send + Sync>(&self, len: usize, value: T, share: [f64; 2]) -> Result<Vec<T>, Stop> {
        let mut buffer = try_room(len)?;
        let room: &mut [MaybeUninit<T>] = &mut buffer.spare_capacity_mut()[..len];
        self.for_each_mut(room.chunks_mut(PIECE).collect(), share, |_, piece, _| {
            piece.iter_mut().for_each(|place| _ = place.write(value));
        })?;
        // SAFETY: there is room for so many, and all pieces of it have been written, since no task was left out: that would be an error.
        unsafe { buffer.set_len(len) };
        Ok(buffer)
    }

    /// `N` planes of `len` times `value`, of which each task gets its own `width` in all of them and one of `beside`, of which there are as many as
    /// tasks: to write at once what has just been filled costs less than to come back to it.
    ///
    /// # Errors
    /// As [`try_vec`].
    pub fn rows<T: Copy + Send + Sync, B: Send, const N: usize>(
        &self,
        [len, width]: [usize; 2],
        value: T,
        beside: Vec<B>,
        share: [f64; 2],
        task: impl Fn(usize, [&mut [T]; N], &mut B, &Cancel) + Sync,
    ) -> Result<[Vec<T>; N], Stop> {
        let width = width.max(1);
        assert_eq!(beside.len(), len.div_ceil(width), "each part has its own");
        let mut planes: [Vec<T>; N] = std::array::from_fn(|_| Vec::new());
        for plane in &mut planes {
            *plane = try_room(len)?;
        }
        let mut parts = planes.each_mut().map(|plane| plane.spare_capacity_mut()[..len].chunks_mut(width));
        let mut next = || parts.each_mut().map(|parts| parts.next().unwrap_or_default());
        let rows = beside.into_iter().map(|beside| (next(), beside)).collect();
        self.for_each_mut(rows, share, |i, (row, beside), cancel| {
            task(i, row.each_mut().map(|part| filled(part, value)), beside, cancel);
        })?;
        for plane in &mut planes {
            // SAFETY: there is room for so many, and all rows have been filled, since no task was left out: that would be an error.
            unsafe { plane.set_len(len) };
        }
        Ok(planes)
    }

    /// A copy, written on the threads.
    pub fn copied<T: Copy + Default + Send + Sync>(&self, from: &[T], share: [f64; 2]) -> Result<Vec<T>, Stop> {
        let mut buffer = try_vec(from.len(), T::default())?;
        let pieces = buffer.chunks_mut(PIECE).zip(from.chunks(PIECE)).collect();
        self.for_each_mut(pieces, share, |_, (to, from), _| to.copy_from_slice(from))?;
        Ok(buffer)
    }

    /// Keeps something large, which another thread frees: that takes about as long as writing it, and a host that has asked for an abort
    /// would wait for it.
    pub fn keep<T: Send + 'static>(&self, value: T) -> Kept<'_, T> {
        Kept { value: Some(value), workers: self.workers }
    }
}

/// A place, filled.
fn filled<T: Copy>(place: &mut [MaybeUninit<T>], value: T) -> &mut [T] {
    place.iter_mut().for_each(|place| _ = place.write(value));
    // SAFETY: all of it has just been written.
    unsafe { place.assume_init_mut() }
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
        if let Some(value) = self.value.take() {
            self.workers.frees.spawn(move || drop(value));
        }
    }
}

thread_local! {
    /// What the render that this thread leads looks at.
    static LED: RefCell<Option<Arc<Shared>>> = const { RefCell::new(None) };
}

/// This thread leads another render from now on, or none; what it led before.
pub(super) fn leads(shared: Option<Arc<Shared>>) -> Option<Arc<Shared>> {
    LED.replace(shared)
}

/// A vector of `len` copies of `value`.
///
/// # Errors
/// [`Stop::OutOfMemory`] where the allocation fails. [`Stop::Aborted`] on a thread that leads a render, where that is no longer wanted: to write a
/// large buffer takes milliseconds, also where it is all zeros, if it is memory that was freed before; and a render has many of them.
pub fn try_vec<T: Clone>(len: usize, value: T) -> Result<Vec<T>, Stop> {
    drop(try_room::<T>(len)?);
    Ok(vec![value; len])
}

/// An empty vector with room for `len`.
fn try_room<T>(len: usize) -> Result<Vec<T>, Stop> {
    if LED.with_borrow(|shared| shared.as_ref().is_some_and(|shared| shared.cancel.is_set())) {
        return Err(Stop::Aborted);
    }
    // Asked for first, since `vec!` ends the process where it gets nothing.
    let mut room = Vec::new();
    room.try_reserve_exact(len).map_err(|_| Stop::OutOfMemory)?;
    if is_there_room() { Ok(room) } else { Err(Stop::OutOfMemory) }
}

/// All values of some vectors, in one.
///
/// # Errors
/// [`Stop::OutOfMemory`] where the allocation fails.
pub fn try_concat<T: Copy>(parts: &[Vec<T>]) -> Result<Vec<T>, Stop> {
    let mut all = Vec::new();
    all.try_reserve_exact(parts.iter().map(Vec::len).sum()).map_err(|_| Stop::OutOfMemory)?;
    parts.iter().for_each(|part| all.extend_from_slice(part));
    Ok(all)
}

/// What the small buffers of some tasks take, and more, in so many blocks: nobody asks whether they can be had, and the process ends where they
/// cannot. What is large leaves as much. A block is less than a plane of a picture in HD: the C library of Linux goes on taking
/// what is larger than all blocks that it was ever given back from the system, and gives it back at once.
const ROOM: [usize; 4] = [4 << 20; 4];

/// Is there memory for the small buffers of some tasks of this thread?
pub(super) fn is_there_room() -> bool {
    let mut room = ROOM.map(|_| Vec::<u8>::new());
    let there = room.iter_mut().zip(ROOM).all(|(block, size)| block.try_reserve_exact(size).is_ok());
    // Else the compiler may leave out both the question and the answer.
    std::hint::black_box(&mut room);
    there
}
