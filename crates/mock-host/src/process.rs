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
