//! File names with frame numbers, and clips made of them.

use super::{MediaFrame, Pick, exr_layers, failure, read};
use crate::clip::ClipSource;
use crate::error::HostError;
use crate::geometry::RectI;
use crate::picture::Picture;
use crate::property::lock;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A file name, perhaps with a place for the frame number: `####` or `%04d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePattern {
    before: String,
    /// Digits of the number, at least; `None`: a single file.
    digits: Option<usize>,
    after: String,
}

impl FilePattern {
    /// Finds the place for the number in a name.
    pub fn new(text: &str) -> Self {
        let single = Self { before: text.into(), digits: None, after: String::new() };
        let name = text.rfind('/').map_or(0, |i| i + 1);
        if let Some(start) = text[name..].find('#').map(|i| i + name) {
            let digits = text[start..].bytes().take_while(|b| *b == b'#').count();
            return Self { before: text[..start].into(), digits: Some(digits), after: text[start + digits..].into() };
        }
        let Some(start) = text[name..].find('%').map(|i| i + name) else {
            return single;
        };
        let rest = &text[start + 1..];
        // `%d` in the middle of a word is part of the word.
        let number = |e: &usize| {
            rest[..*e].bytes().all(|b| b.is_ascii_digit()) && !rest[e + 1..].starts_with(|c: char| c.is_alphanumeric())
        };
        let Some(end) = rest.find('d').filter(number) else {
            return single;
        };
        Self {
            before: text[..start].into(),
            digits: Some(rest[..end].parse().unwrap_or(1)),
            after: rest[end + 1..].into(),
        }
    }

    /// Whether it has a place for a number.
    pub fn is_sequence(&self) -> bool {
        self.digits.is_some()
    }

    /// The file of a frame.
    pub fn file(&self, frame: i64) -> PathBuf {
        let Some(digits) = self.digits else {
            return PathBuf::from(&self.before);
        };
        let sign = if frame < 0 { "-" } else { "" };
        let number = frame.unsigned_abs();
        PathBuf::from(format!("{}{sign}{number:0digits$}{}", self.before, self.after))
    }

    /// First and last frame that exist, of a sequence.
    pub fn range(&self) -> Option<(i64, i64)> {
        self.digits?;
        let probe = PathBuf::from(&self.before);
        let folder = match self.before.rfind('/') {
            Some(i) => Path::new(&self.before[..=i]),
            None => Path::new("."),
        };
        let start = match self.before.rfind('/') {
            Some(i) => &self.before[i + 1..],
            None => probe.to_str().unwrap_or_default(),
        };
        let mut range: Option<(i64, i64)> = None;
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let name = entry.file_name();
            let number = name
                .to_str()
                .and_then(|n| n.strip_prefix(start))
                .and_then(|n| n.strip_suffix(self.after.as_str()))
                .and_then(|n| n.parse::<i64>().ok());
            if let Some(n) = number
                && self.file(n).file_name() == Some(&name)
            {
                range = Some(range.map_or((n, n), |(a, b)| (a.min(n), b.max(n))));
            }
        }
        range
    }
}

/// A clip that reads files.
pub struct FileClip {
    pattern: FilePattern,
    pick: Pick,
    offset: i64,
    range: (i64, i64),
    last: Mutex<Vec<(FrameKey, FileFrame)>>,
}

/// A frame of a file, decoded; its picture is handed out without another copy.
#[derive(Clone)]
pub struct FileFrame {
    /// The picture; its bounds are the data window.
    pub picture: Arc<Picture>,
    /// The display window, with its bottom-left corner at the origin.
    pub display: RectI,
}

/// Number in the sequence, and what was picked of the file.
type FrameKey = (i64, Pick);

/// Decoded frames that are kept: several clips of one render, or neighbours of a frame.
const KEPT: usize = 4;

impl FileClip {
    /// A clip from what a user writes: `FILE`, `FILE:LAYER`, `FILE:LAYER.CHANNEL`, each with `@OFFSET` behind it to add to frame
    /// numbers. A file must exist; of a sequence at least one frame.
    pub fn open(text: &str) -> Result<Self, HostError> {
        let (text, offset) = split_offset(text);
        let (file, pick) = split_pick(text);
        let pattern = FilePattern::new(file);
        let range = if pattern.is_sequence() {
            pattern.range().ok_or_else(|| failure(Path::new(file), "no file of this sequence exists"))?
        } else {
            if !Path::new(file).is_file() {
                return Err(failure(Path::new(file), "no such file"));
            }
            (1, 1)
        };
        Ok(Self { pattern, pick: pick.map_or(Pick::auto(), Pick::named), offset, range, last: Mutex::default() })
    }

    /// The file of a time.
    pub fn file(&self, time: f64) -> PathBuf {
        self.pattern.file(time.floor() as i64 + self.offset)
    }

    /// Whether it has several frames.
    pub fn is_sequence(&self) -> bool {
        self.pattern.is_sequence()
    }

    /// The display window of a frame.
    pub fn display(&self, time: f64) -> Result<RectI, HostError> {
        Ok(self.media(time)?.display)
    }

    /// A frame, decoded.
    pub fn media(&self, time: f64) -> Result<FileFrame, HostError> {
        self.picked(time, &self.pick)
    }

    fn picked(&self, time: f64, pick: &Pick) -> Result<FileFrame, HostError> {
        let number = if self.is_sequence() { time.floor() as i64 + self.offset } else { 0 };
        let key = (number, pick.clone());
        if let Some((_, found)) = lock(&self.last).iter().find(|(k, _)| *k == key) {
            return Ok(found.clone());
        }
        let MediaFrame { picture, display } = read(&self.file(time), pick)?;
        let frame = FileFrame { picture: Arc::new(picture), display };
        let mut last = lock(&self.last);
        if last.len() >= KEPT {
            last.remove(0);
        }
        last.push((key, frame.clone()));
        Ok(frame)
    }
}

impl ClipSource for FileClip {
    fn frame(&self, time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        Ok(Some(self.media(time)?.picture))
    }

    fn frame_range(&self) -> [f64; 2] {
        let (first, last) = self.range;
        [(first - self.offset) as f64, (last - self.offset) as f64]
    }

    fn planes(&self) -> Vec<String> {
        // A file that cannot be read says so when its picture is wanted.
        exr_layers(&self.file(self.frame_range()[0])).unwrap_or_default()
    }

    fn plane(&self, name: &str, time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        Ok(Some(self.picked(time, &Pick::named(name))?.picture))
    }
}

impl From<FileClip> for Arc<dyn ClipSource> {
    fn from(clip: FileClip) -> Self {
        Arc::new(clip)
    }
}

fn split_offset(text: &str) -> (&str, i64) {
    if let Some((file, number)) = text.rsplit_once('@')
        && let Ok(offset) = number.parse()
    {
        return (file, offset);
    }
    (text, 0)
}

/// Splits at the last colon behind the last slash, unless a file of the whole name exists.
fn split_pick(text: &str) -> (&str, Option<&str>) {
    if Path::new(text).is_file() {
        return (text, None);
    }
    let name = text.rfind(['/', '\\']).map_or(0, |i| i + 1);
    match text[name..].rfind(':').map(|i| i + name) {
        // A drive letter is no file.
        Some(i) if i > 1 => (&text[..i], Some(&text[i + 1..])),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_place() {
        let file = |p: &str, n| FilePattern::new(p).file(n).display().to_string();
        assert_eq!(file("a/b.####.exr", 7), "a/b.0007.exr");
        assert_eq!(file("a#/b.##.exr", 123), "a#/b.123.exr");
        assert_eq!(file("b.%04d.exr", 12), "b.0012.exr");
        assert_eq!(file("b_%d.exr", 12), "b_12.exr");
        assert_eq!(file("50%done.exr", 12), "50%done.exr");
        assert_eq!(file("plain.exr", 12), "plain.exr");
        assert_eq!(file("b.###.exr", -5), "b.-005.exr");
    }

    #[test]
    fn ranges_are_what_exists() {
        let dir = std::env::temp_dir().join(format!("fathom-seq-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for n in ["x.0003.exr", "x.0011.exr", "x.12.exr", "x.0099.png", "y.0001.exr"] {
            std::fs::write(dir.join(n), b"").unwrap();
        }
        let pattern = dir.join("x.####.exr").display().to_string();
        assert_eq!(FilePattern::new(&pattern).range(), Some((3, 11)));
        let clip = FileClip::open(&format!("{pattern}:depth.Z@2")).unwrap();
        assert_eq!(clip.frame_range(), [1.0, 9.0]);
        assert_eq!(clip.file(1.0), dir.join("x.0003.exr"));
        assert_eq!(clip.pick, Pick::named("depth.Z"));
        assert!(FileClip::open(&dir.join("z.####.exr").display().to_string()).is_err());
        std::fs::remove_dir_all(dir).unwrap();
    }
}
