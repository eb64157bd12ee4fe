//! The files that are merged, and which of them a frame has.

use super::{choose, failed};
use crate::Failure;
use clap::ValueEnum;
use deep_exr::flatten::{ElementSettings, Operation};
use deep_exr::{DeepFile, DeepPart, Header, Limits};
use mock_host::media::FilePattern;
use std::path::{Path, PathBuf};

/// What to do where a frame of a sequence is missing.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Missing {
    Error,
    Black,
    Hold,
}

/// A file or sequence, and how it takes part.
pub struct Input {
    /// As the user wrote it.
    pub given: String,
    pub pattern: FilePattern,
    pub part: Option<String>,
    pub recolour: Option<FilePattern>,
    pub settings: ElementSettings,
}

/// A frame of an input.
pub struct Opened {
    /// Of another frame where this one is missing and black.
    pub header: Header,
    /// `None`: black.
    pub part: Option<DeepPart>,
    /// The file that is read.
    pub file: PathBuf,
}

impl Input {
    pub fn new(given: &str, operation: Operation) -> Self {
        Self {
            given: given.into(),
            pattern: FilePattern::new(given),
            part: None,
            recolour: None,
            settings: ElementSettings { operation, ..ElementSettings::default() },
        }
    }

    /// Opens the file of a frame; `notes` gets what a user should know.
    pub fn open(
        &self,
        frame: i64,
        missing: Missing,
        limits: &Limits,
        notes: &mut Vec<String>,
    ) -> Result<Opened, Failure> {
        let found = resolve(&self.pattern, &self.given, frame, missing)?;
        if let Found::Instead { note, .. } = &found {
            notes.push(note.clone());
        }
        let path = found.path().to_path_buf();
        let file = DeepFile::open(&path, limits).map_err(failed)?;
        let choice = choose(&file, self.part.as_deref());
        if matches!(found, Found::Instead { black: true, .. }) {
            let index = file.find(&choice).map_err(failed)?;
            return Ok(Opened { header: file.headers()[index].clone(), part: None, file: path });
        }
        let part = file.part(&choice).map_err(failed)?;
        Ok(Opened { header: part.header().clone(), part: Some(part), file: path })
    }
}

/// The file of a frame.
pub enum Found {
    There(PathBuf),
    /// Missing: the nearest one.
    Instead {
        path: PathBuf,
        /// Only its header counts.
        black: bool,
        note: String,
    },
}

impl Found {
    pub fn path(&self) -> &Path {
        match self {
            Self::There(path) | Self::Instead { path, .. } => path,
        }
    }
}

/// Looks for the file of a frame. A file that is no sequence is the same for all frames.
pub fn resolve(pattern: &FilePattern, given: &str, frame: i64, missing: Missing) -> Result<Found, Failure> {
    let path = pattern.file(frame);
    if !pattern.is_sequence() || path.exists() {
        return Ok(Found::There(path));
    }
    let Some(near) = nearest(pattern, frame) else {
        return Err(failed(format!("{given}: no file of this sequence exists")));
    };
    let instead = |black, what: String| {
        let note = format!("{} is missing: {what}", path.display());
        Ok(Found::Instead { path: pattern.file(near), black, note })
    };
    match missing {
        Missing::Error => {
            Err(failed(format!("{} is missing. Render it, or go on with --missing black or hold.", path.display())))
        }
        Missing::Black => instead(true, "black".into()),
        Missing::Hold => instead(false, format!("frame {near} instead")),
    }
}

/// The nearest frame that exists, the earlier of two.
fn nearest(pattern: &FilePattern, frame: i64) -> Option<i64> {
    /// A file with a huge number by accident is not worth a search of minutes.
    const FARTHEST: usize = 100_000;
    let (first, last) = pattern.range()?;
    let there = |n: &i64| pattern.file(*n).exists();
    let before = (first..=last.min(frame.saturating_sub(1))).rev().take(FARTHEST).find(there);
    let after = (first.max(frame.saturating_add(1))..=last).take(FARTHEST).find(there);
    // `min_by_key` keeps the first of two.
    before.into_iter().chain(after).min_by_key(|n| n.abs_diff(frame))
}

/// The input that a user names: as it was given, by file name, or by its number from 1.
pub fn find(inputs: &[Input], name: &str) -> Result<usize, String> {
    let file_name = |i: &Input| Path::new(&i.given).file_name().is_some_and(|n| n == name);
    let by: [&dyn Fn(&Input) -> bool; 2] = [&|i| i.given == name, &file_name];
    for matches in by {
        let mut places = (0..inputs.len()).filter(|&i| matches(&inputs[i]));
        match (places.next(), places.next()) {
            (Some(place), None) => return Ok(place),
            (Some(_), Some(_)) => return Err(format!("several files are '{name}'; say its number, from 1")),
            _ => {}
        }
    }
    if let Some(number) = name.parse::<usize>().ok().filter(|n| (1..=inputs.len()).contains(n)) {
        return Ok(number - 1);
    }
    let list: Vec<&str> = inputs.iter().map(|i| i.given.as_str()).collect();
    Err(format!("no file is '{name}'; there are {}", list.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_found_by_name_and_number() {
        let inputs: Vec<Input> =
            ["a/x.exr", "b/x.exr", "b/y.exr", "2"].iter().map(|n| Input::new(n, Operation::Merge)).collect();
        assert_eq!(find(&inputs, "b/x.exr"), Ok(1));
        assert_eq!(find(&inputs, "y.exr"), Ok(2));
        assert_eq!(find(&inputs, "1"), Ok(0));
        assert_eq!(find(&inputs, "2"), Ok(3), "a name goes before a number");
        assert!(find(&inputs, "x.exr").unwrap_err().contains("several"));
        assert!(find(&inputs, "5").unwrap_err().contains("a/x.exr"));
        assert!(find(&inputs, "0").is_err());
    }
}
