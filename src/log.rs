//! A log for support: silent unless the environment variable `FATHOM_LOG` names a file.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, OnceLock};

/// Appends a line, where a log is wanted. A log that cannot be written is no reason to disturb the host.
pub(crate) fn line(text: impl FnOnce() -> String) {
    static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    let file = FILE.get_or_init(|| {
        let path = std::env::var_os("FATHOM_LOG")?;
        File::options().create(true).append(true).open(path).ok().map(Mutex::new)
    });
    if let Some(file) = file {
        let mut file = file.lock().unwrap_or_else(|e| e.into_inner());
        let _ = writeln!(file, "{:?} {}", std::thread::current().id(), text());
    }
}
