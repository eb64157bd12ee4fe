//! The multi-thread suite, with real threads.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::{unknown_handle, violation};
use crate::action;
use crate::frame::Frame;
use crate::profile::Profile;
use crate::property::lock;
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::OfxStatus;
use openfx::sys::image_effect_v1::multi_thread::{OfxMultiThreadSuiteV1, OfxMutexHandle, OfxThreadFunctionV1};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{c_int, c_uint, c_void};
use std::sync::{Arc, Condvar, LazyLock, Mutex, PoisonError};
use std::thread::ThreadId;

thread_local! {
    /// Index of a thread that the host made for the plug-in.
    static INDEX: Cell<Option<u32>> = const { Cell::new(None) };
    /// The render that it works for.
    static FRAME: RefCell<Option<Arc<Frame>>> = const { RefCell::new(None) };
}

/// The render that this thread works for, if the host made it: plug-ins ask there whether to stop.
pub(super) fn frame() -> Option<Arc<Frame>> {
    FRAME.with_borrow(Clone::clone)
}

/// A recursive lock: the thread that holds it, and how often.
pub(crate) struct HostMutex {
    id: usize,
    owner: Mutex<(Option<ThreadId>, u32)>,
    freed: Condvar,
}

impl Drop for HostMutex {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl HostMutex {
    fn acquire(&self, wait: bool) -> bool {
        let me = std::thread::current().id();
        let mut owner = lock(&self.owner);
        while owner.0.is_some_and(|o| o != me) {
            if !wait {
                return false;
            }
            owner = self.freed.wait(owner).unwrap_or_else(PoisonError::into_inner);
        }
        *owner = (Some(me), owner.1 + 1);
        true
    }

    fn release(&self) -> bool {
        let mut owner = lock(&self.owner);
        if owner.0 != Some(std::thread::current().id()) {
            return false;
        }
        owner.1 -= 1;
        if owner.1 == 0 {
            owner.0 = None;
            self.freed.notify_one();
        }
        true
    }
}

/// The plug-ins' mutexes: they belong to no effect and live until they are destroyed.
static MUTEXES: LazyLock<Mutex<HashMap<usize, Arc<HostMutex>>>> = LazyLock::new(Mutex::default);

/// The plug-in's argument on its way to the threads.
#[derive(Clone, Copy)]
struct Argument(*mut c_void);
// SAFETY: the suite's contract is that the plug-in's function may use its argument on several threads.
unsafe impl Send for Argument {}

fn cpus() -> u32 {
    action::current()
        .and_then(|a| a.host.profile.threads)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1)))
}

unsafe extern "C" fn multi_thread(function: OfxThreadFunctionV1, count: c_uint, argument: *mut c_void) -> OfxStatus {
    let Some(function) = function else {
        violation(Check::NullArgument, "multiThread got no function");
        return c::kOfxStatFailed;
    };
    if INDEX.get().is_some() {
        return c::kOfxStatErrExists;
    }
    let frame = match action::entered("multiThread") {
        Ok(action) => action.frame.clone(),
        Err(status) => return status,
    };
    let count = if count == 0 { cpus() } else { count };
    let argument = Argument(argument);
    std::thread::scope(|scope| {
        for i in 0..count {
            let frame = frame.clone();
            scope.spawn(move || {
                let whole = argument;
                INDEX.set(Some(i));
                FRAME.set(frame);
                // SAFETY: the plug-in asked for its function to be called so.
                unsafe { function(i, count, whole.0) };
            });
        }
    });
    c::kOfxStatOK
}

unsafe extern "C" fn multi_thread_num_cpus(out: *mut c_uint) -> OfxStatus {
    if let Some(status) = action::made_to_fail("multiThreadNumCPUs") {
        return status;
    }
    if out.is_null() {
        violation(Check::NullArgument, "multiThreadNumCPUs got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(cpus()) };
    c::kOfxStatOK
}

unsafe extern "C" fn multi_thread_index(out: *mut c_uint) -> OfxStatus {
    if let Some(status) = action::made_to_fail("multiThreadIndex") {
        return status;
    }
    if out.is_null() {
        violation(Check::NullArgument, "multiThreadIndex got nowhere to write");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a place for a number.
    unsafe { out.write(INDEX.get().unwrap_or(0)) };
    c::kOfxStatOK
}

unsafe extern "C" fn multi_thread_is_spawned_thread() -> c_int {
    c_int::from(INDEX.get().is_some())
}

unsafe extern "C" fn mutex_create(out: *mut OfxMutexHandle, count: c_int) -> OfxStatus {
    if let Some(status) = action::made_to_fail("mutexCreate") {
        return status;
    }
    if out.is_null() {
        violation(Check::NullArgument, "mutexCreate got nowhere to write");
        return c::kOfxStatErrValue;
    }
    let mutex = Arc::new(HostMutex { id: registry::new_id(), owner: Mutex::default(), freed: Condvar::new() });
    registry::insert(mutex.id, registry::Object::Mutex(Arc::downgrade(&mutex)));
    for _ in 0..count.max(0) {
        mutex.acquire(true);
    }
    let id = mutex.id;
    lock(&MUTEXES).insert(id, mutex);
    // SAFETY: not null; the plug-in passes a place for a handle.
    unsafe { out.write(std::ptr::without_provenance_mut(id)) };
    c::kOfxStatOK
}

unsafe extern "C" fn mutex_destroy(mutex: OfxMutexHandle) -> OfxStatus {
    if lock(&MUTEXES).remove(&mutex.addr()).is_none() {
        unknown_handle("mutexDestroy", mutex.addr());
        return c::kOfxStatErrBadHandle;
    }
    c::kOfxStatOK
}

fn with_mutex(function: &str, mutex: OfxMutexHandle, f: impl FnOnce(&HostMutex) -> bool) -> OfxStatus {
    match registry::mutex(mutex.addr()) {
        Some(m) if f(&m) => c::kOfxStatOK,
        Some(_) => c::kOfxStatFailed,
        None => {
            unknown_handle(function, mutex.addr());
            c::kOfxStatErrBadHandle
        }
    }
}

unsafe extern "C" fn mutex_lock(mutex: OfxMutexHandle) -> OfxStatus {
    with_mutex("mutexLock", mutex, |m| m.acquire(true))
}

unsafe extern "C" fn mutex_unlock(mutex: OfxMutexHandle) -> OfxStatus {
    with_mutex("mutexUnLock", mutex, HostMutex::release)
}

unsafe extern "C" fn mutex_try_lock(mutex: OfxMutexHandle) -> OfxStatus {
    with_mutex("mutexTryLock", mutex, |m| m.acquire(false))
}

pub(super) fn table(profile: &Profile) -> OfxMultiThreadSuiteV1 {
    let has = |name| profile.has_function(name);
    OfxMultiThreadSuiteV1 {
        multiThread: has("multiThread").then_some(multi_thread as _),
        multiThreadNumCPUs: has("multiThreadNumCPUs").then_some(multi_thread_num_cpus as _),
        multiThreadIndex: has("multiThreadIndex").then_some(multi_thread_index as _),
        multiThreadIsSpawnedThread: has("multiThreadIsSpawnedThread").then_some(multi_thread_is_spawned_thread as _),
        mutexCreate: has("mutexCreate").then_some(mutex_create as _),
        mutexDestroy: has("mutexDestroy").then_some(mutex_destroy as _),
        mutexLock: has("mutexLock").then_some(mutex_lock as _),
        mutexUnLock: has("mutexUnLock").then_some(mutex_unlock as _),
        mutexTryLock: has("mutexTryLock").then_some(mutex_try_lock as _),
    }
}
