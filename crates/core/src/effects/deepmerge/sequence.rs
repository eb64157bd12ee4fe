//! File names with a place for the frame's number: `####`, `%04d`, or none.

use std::path::{Path, PathBuf};

/// A file name as the artist writes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    text: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    /// The frame's number with at least so many digits.
    Number(usize),
}

/// More digits than any number has.
const MOST_DIGITS: usize = 20;

/// A `%d`, `%4d` or `%04d` at the start: its digits and its length.
fn printf(text: &str) -> Option<(usize, usize)> {
    let digits = text.strip_prefix('%')?;
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    let width = if end == 0 { 1 } else { digits[..end].parse().ok()? };
    (digits[end..].starts_with('d') && width <= MOST_DIGITS).then_some((width, end + 2))
}

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(c) = rest.chars().next() {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let (digits, length) =
                if hashes > 0 { (hashes.min(MOST_DIGITS), hashes) } else { printf(rest).unwrap_or_default() };
            if length == 0 {
                plain.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Number(digits));
            rest = &rest[length..];
        }
        pieces.push(Piece::Text(plain));
        Self { pieces, text: text.into() }
    }

    /// Has it a place for a number? (A file that is called so, signs and all, has not.)
    pub(super) fn is_sequence(&self) -> bool {
        self.pieces.len() > 1 && !Path::new(&self.text).is_file()
    }

    /// The file of a frame.
    pub(super) fn file(&self, frame: i64) -> PathBuf {
        if !self.is_sequence() {
            return PathBuf::from(&self.text);
        }
        let write = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Number(digits) => numbered(frame, *digits),
        };
        PathBuf::from(self.pieces.iter().map(write).collect::<String>())
    }

    /// The frames that are on disk, in order. Only where the number is in the file's own name, once.
    pub(super) fn frames(&self) -> Vec<i64> {
        let [Piece::Text(before), Piece::Number(digits), Piece::Text(after)] = &self.pieces[..] else {
            return Vec::new();
        };
        if !self.is_sequence() || after.contains(std::path::is_separator) {
            return Vec::new();
        }
        let own = before.rfind(std::path::is_separator).map_or(0, |i| i + 1);
        let folder = if own == 0 { Path::new(".") } else { Path::new(&before[..own]) };
        let number = |name: &str| -> Option<i64> {
            let text = name.strip_prefix(&before[own..])?.strip_suffix(after.as_str())?;
            text.parse().ok().filter(|frame| numbered(*frame, *digits) == text)
        };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut frames: Vec<i64> = entries.filter_map(|e| number(e.file_name().to_str()?)).collect();
        frames.sort_unstable();
        frames
    }

    /// The frame on disk that is nearest, the earlier of two.
    pub(super) fn nearest(&self, frame: i64) -> Option<i64> {
        self.frames().into_iter().min_by_key(|f| (f.abs_diff(frame), *f))
    }
}

fn numbered(frame: i64, digits: usize) -> String {
    let sign = if frame < 0 { "-" } else { "" };
    format!("{sign}{:0digits$}", frame.unsigned_abs())
}

/// The frame that a time belongs to: the nearest; between two the later one.
pub(super) fn frame_at(time: f64) -> i64 {
    (time + 0.5).floor() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_put_in_their_place() {
        for (text, frame, file) in [
            ("a.####.exr", 7, "a.0007.exr"),
            ("a.#.exr", 107, "a.107.exr"),
            ("a.%04d.exr", 7, "a.0007.exr"),
            ("a.%d.exr", 7, "a.7.exr"),
            ("a.%3d.exr", -7, "a.-007.exr"),
            ("s##/a_####.exr", 12, "s12/a_0012.exr"),
            ("100%.exr", 7, "100%.exr"),
            ("a%x.exr", 7, "a%x.exr"),
            ("plain.exr", 7, "plain.exr"),
            ("a.%99999999999999999999d.exr", 7, "a.%99999999999999999999d.exr"),
            ("ä.##.exr", 3, "ä.03.exr"),
            ("", 1, ""),
        ] {
            assert_eq!(Pattern::new(text).file(frame), PathBuf::from(file), "{text}");
        }
        assert!(!Pattern::new("a.exr").is_sequence() && Pattern::new("a#.exr").is_sequence());
    }

    #[test]
    fn frames_on_disk_are_found() {
        let folder = std::env::temp_dir().join(format!("fathom-sequence-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in
            ["b.0009.exr", "b.0010.exr", "b.0014.exr", "b.14.exr", "b.x.exr", "c.0011.exr", "b.10000.exr", "b#.exr"]
        {
            std::fs::write(folder.join(name), []).unwrap();
        }
        let pattern = |name: &str| Pattern::new(&folder.join(name).display().to_string());
        assert_eq!(pattern("b.####.exr").frames(), [9, 10, 14, 10000]);
        assert_eq!(pattern("b.%d.exr").frames(), [14, 10000]);
        assert_eq!(pattern("b.####.exr").nearest(12), Some(10));
        assert_eq!(pattern("b.####.exr").nearest(13), Some(14));
        assert_eq!(pattern("d.####.exr").nearest(13), None);
        // A file that is called so is one file.
        assert!(!pattern("b#.exr").is_sequence());
        assert!(Pattern::new("/no/such/folder/a.####.exr").frames().is_empty());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn times_between_two_frames_belong_to_one() {
        assert_eq!([6.49, 6.5, 7.0, -0.5, -1.0].map(frame_at), [6, 7, 7, 0, -1]);
        assert_eq!(frame_at(f64::NAN), 0);
    }
}
