//! Any bytes as a CDL file that an artist chooses, first by itself and then for a correction that it may not have.
#![no_main]

use fathom_core::Effect;
use fathom_core::effects::depthgrade::DepthGrade;
use fathom_core::params::{Value, Values};
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;
use std::sync::LazyLock;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("fathom-fuzz-{}.cdl", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    if std::fs::write(&*FILE, bytes).is_err() {
        return;
    }
    let text = |name: &str, text: String| (name.to_string(), Value::Text(text));
    let file = text("nearCdlFile", FILE.to_string_lossy().into_owned());
    for id in ["", "2", "b"] {
        let values = Values(vec![file.clone(), text("nearCdlId", id.into())]);
        let Some(reaction) = DepthGrade.changed(&values, "nearCdlFile") else { panic!("the file is not even tried") };
        // Either it says what is wrong, or it brings numbers that a grade takes.
        assert_eq!(reaction.problem.is_some(), reaction.values.len() == 1, "{reaction:?}");
        for (name, value) in reaction.values {
            match value {
                Value::Colour(c) => assert!(c.iter().all(|v| v.is_finite()), "{name}: {c:?}"),
                Value::Double(v) => assert!(v.is_finite() && v >= 0.0, "{name}: {v}"),
                _ => {}
            }
        }
    }
});
