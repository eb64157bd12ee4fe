//! `fathom deep`: deep OpenEXR files without a host.

mod concat;
mod frame;
mod info;
mod inputs;
mod look;
mod merge;
mod options;
mod output;
mod pictures;
mod work;

use crate::Failure;
use clap::Subcommand;
use deep_exr::{Choice, DeepFile, Window};

#[derive(Subcommand)]
pub enum Deep {
    /// Parts, channels, windows, samples and depths of deep files
    Info(info::Info),
    /// Merge deep files by depth and flatten them, or write the merged deep file
    Merge(Box<options::Merge>),
}

impl Deep {
    pub fn run(self) -> Result<(), Failure> {
        match self {
            Self::Info(c) => c.run(),
            Self::Merge(c) => c.run(),
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(error.to_string())
}

/// x, y, width, height; y runs down.
fn numbers(w: Window) -> [i64; 4] {
    [w.x1.into(), w.y1.into(), w.width() as i64, w.height() as i64]
}

/// The part that a user means: a name, a number, or a view.
fn choose(file: &DeepFile, wanted: Option<&str>) -> Choice {
    let Some(wanted) = wanted else { return Choice::First };
    let headers = file.headers();
    if headers.iter().any(|h| h.name.as_deref() == Some(wanted)) {
        return Choice::Name(wanted.into());
    }
    if let Ok(index) = wanted.parse() {
        return Choice::Index(index);
    }
    if headers.iter().any(|h| h.view.as_deref() == Some(wanted)) {
        return Choice::View(wanted.into());
    }
    // The error lists what there is.
    Choice::Name(wanted.into())
}
