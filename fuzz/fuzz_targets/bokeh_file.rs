//! Any bytes as the image of an aperture, PNG or OpenEXR: it is read, or the artist is told why not.
#![no_main]

use fathom_core::Effect;
use fathom_core::effects::zdefocus::{BokehShape, ZDefocus};
use fathom_core::params::{Value, Values};
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("fathom-fuzz-{}.image", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    if std::fs::write(&*FILE, bytes).is_err() {
        return;
    }
    // Files are kept by size and time; two of the same size can come within a tick of the clock.
    ZDefocus.purge();
    let name = Value::Text(FILE.to_string_lossy().into_owned());
    let values = Values::default().int("bokehShape", BokehShape::Image as i32).set("bokehFile", name);
    if let Some(why) = ZDefocus.prepare(&values).warning(false) {
        assert!(why.contains("file"), "{why}");
    }
});
