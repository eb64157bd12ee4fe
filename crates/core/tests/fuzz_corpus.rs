//! The files that fuzzing begins with, and those that it found: all are read, on every run, by the doors that artists use.

use fathom_core::Effect;
use fathom_core::effects::depthgrade::DepthGrade;
use fathom_core::effects::zdefocus::{BokehShape, ZDefocus};
use fathom_core::params::{Value, Values};
use std::path::PathBuf;

/// The files of a corpus, and whether each is a good one.
fn corpus(kind: &str) -> Vec<(PathBuf, bool)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let good = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("seed-");
    files.into_iter().map(|path| (path.clone(), good(&path))).collect()
}

fn text(path: &std::path::Path) -> Value {
    Value::Text(path.to_string_lossy().into_owned())
}

#[test]
fn cdl_files_give_numbers_or_say_what_is_wrong() {
    let files = corpus("cdl");
    assert!(files.len() >= 3);
    for (path, good) in files {
        let reaction = DepthGrade.changed(&Values::default().set("nearCdlFile", text(&path)), "nearCdlFile").unwrap();
        assert_eq!(reaction.problem.is_some(), reaction.values.len() == 1, "{}: {reaction:?}", path.display());
        assert!(reaction.problem.is_none() || !good, "{}: {:?}", path.display(), reaction.problem);
        for (name, value) in reaction.values {
            let number = match value {
                Value::Colour(c) => c.iter().all(|v| v.is_finite()),
                Value::Double(v) => v.is_finite(),
                _ => true,
            };
            assert!(number, "{}: {name}", path.display());
        }
    }
}

#[test]
fn images_of_apertures_are_read_or_refused() {
    let files = corpus("bokeh");
    assert!(files.len() >= 7);
    for (path, good) in files {
        let values = Values::default().int("bokehShape", BokehShape::Image as i32).set("bokehFile", text(&path));
        let warning = ZDefocus.prepare(&values).warning(false);
        assert!(warning.is_none() || !good, "{}: {warning:?}", path.display());
        assert!(warning.is_none_or(|why| why.contains("Bokeh file")));
    }
}
