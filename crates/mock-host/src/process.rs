//! What the process used so far, and how it stands with its system.
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

/// Gives what the allocator keeps of freed memory back to the system, so that what the process holds afterwards is in use. True where
/// the allocator (glibc's) can be asked to.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn give_back_free_memory() -> bool {
    // SAFETY: only memory that nobody holds is touched; the allocator takes its own locks.
    unsafe { libc::malloc_trim(0) };
    true
}

/// False: the allocator cannot be asked.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_free_memory() -> bool {
    false
}

/// Who handles each signal, from 1; empty where the system does not tell.
#[cfg(unix)]
pub(crate) fn signal_handlers() -> Vec<usize> {
    let handler = |signal| {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: with no new action sigaction only fills the struct that it is given; it is zeroed before, which is valid for it.
        unsafe {
            libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr());
            action.assume_init().sa_sigaction
        }
    };
    (1..32).map(handler).collect()
}

/// Who handles each signal; empty where the system does not tell.
#[cfg(not(unix))]
pub(crate) fn signal_handlers() -> Vec<usize> {
    Vec::new()
}

/// A writer to the standard output as it is now; from then on whatever the process prints goes to the error output. Call it before
/// other threads run.
#[cfg(unix)]
pub fn keep_output_clean() -> std::io::Result<Box<dyn std::io::Write + Send>> {
    use std::os::fd::FromRawFd;
    // SAFETY: dup makes a new descriptor, which the file owns from here on; dup2 replaces that of the standard output, which nobody owns.
    unsafe {
        let own = libc::dup(1);
        if own < 0 || libc::dup2(2, 1) < 0 {
            return Err(std::io::Error::last_os_error());
        }
        libc::fcntl(own, libc::F_SETFD, libc::FD_CLOEXEC);
        Ok(Box::new(std::fs::File::from_raw_fd(own)))
    }
}

/// The standard output: here what a plug-in prints cannot be told from what the program prints.
#[cfg(not(unix))]
pub fn keep_output_clean() -> std::io::Result<Box<dyn std::io::Write + Send>> {
    Ok(Box::new(std::io::stdout()))
}
