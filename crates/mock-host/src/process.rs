//! What the process used so far.
#![allow(unsafe_code, reason = "asks the system through libc")]

/// User and system time of the whole process, in seconds; 0 where the system does not tell.
#[cfg(unix)]
pub fn process_cpu_seconds() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the struct that it is given; it is zeroed before, which is valid for it.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// User and system time of the whole process, in seconds; 0 where the system does not tell.
#[cfg(not(unix))]
pub fn process_cpu_seconds() -> f64 {
    0.0
}

/// From now on the process ends after so many seconds, by a signal, unless this is called again before; 0: it does not. For children that
/// may hang. Does nothing where the system has no such signal.
pub fn end_after(seconds: u32) {
    #[cfg(unix)]
    // SAFETY: alarm has no preconditions; nobody else here uses the signal.
    unsafe {
        libc::alarm(seconds);
    }
    #[cfg(not(unix))]
    let _ = seconds;
}

/// Lets the process have at most so many bytes of address space more than it has now; `None`: as many as it likes. For tests of what
/// happens when memory runs out. False where the system knows no such limit.
#[cfg(target_os = "linux")]
pub fn limit_memory(more: Option<u64>) -> bool {
    let now = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    // SAFETY: sysconf has no preconditions.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
    let pages = now.split_whitespace().next().and_then(|n| n.parse::<u64>().ok());
    let Some(used) = pages.map(|n| n * page) else { return false };
    let limit = more.map_or(libc::RLIM_INFINITY, |more| used + more);
    // SAFETY: passes a struct of the type that the call reads.
    unsafe { libc::setrlimit(libc::RLIMIT_AS, &libc::rlimit { rlim_cur: limit, rlim_max: libc::RLIM_INFINITY }) == 0 }
}

/// False: the system knows no such limit.
#[cfg(not(target_os = "linux"))]
pub fn limit_memory(_: Option<u64>) -> bool {
    false
}
