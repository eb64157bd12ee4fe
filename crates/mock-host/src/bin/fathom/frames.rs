//! Which frames a command works on: what the user writes, and a farm's part of it.

use crate::{Failure, usage};
use std::str::FromStr;

/// How frames are written, for messages.
pub const FORMS: &str = "write 7, 1-100, 1-100x5 (every fifth) or several of these with commas";

/// `7`, `1-100`, `1-100x5`, with signs, several with commas; each frame once, in the order in which it is written.
pub fn parse(text: &str) -> Result<Vec<i64>, Failure> {
    let mut frames = Vec::new();
    for part in text.split(',') {
        let part = range(part.trim()).ok_or_else(|| usage(format!("'{text}' names no frames: {FORMS}")))?;
        if part.size_hint().0 + frames.len() > 10_000_000 {
            return Err(usage(format!("'{text}' is more than ten million frames")));
        }
        frames.extend(part);
    }
    let mut seen = std::collections::HashSet::new();
    frames.retain(|frame| seen.insert(*frame));
    Ok(frames)
}

fn range(text: &str) -> Option<std::iter::StepBy<std::ops::RangeInclusive<i64>>> {
    let (range, step) = match text.split_once('x') {
        Some((range, step)) => (range, step.parse::<usize>().ok().filter(|s| *s > 0)?),
        None => (text, 1),
    };
    let (first, last) = match range.parse() {
        Ok(single) => (single, single),
        Err(_) => {
            let dash = range.get(1..)?.find('-')? + 1;
            (range[..dash].parse().ok()?, range[dash + 1..].parse().ok()?)
        }
    };
    // Frame numbers beyond this are a slip of the finger, and no file has them.
    let sane = first <= last && first > -1_000_000_000 && last < 1_000_000_000;
    sane.then(|| (first..=last).step_by(step))
}

/// One of several equal parts of a list of frames, counted from 1: what one task of a farm does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chunk {
    number: usize,
    of: usize,
}

impl FromStr for Chunk {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err("write the part and how many there are, such as 2/5; the first part is 1".into()),
        }
    }
}

impl Chunk {
    /// Neighbours stay together; parts differ by at most one frame, and may be empty where there are more parts than frames.
    pub fn of<'a>(&self, frames: &'a [i64]) -> &'a [i64] {
        let edge = |number: usize| (number as u128 * frames.len() as u128 / self.of as u128) as usize;
        &frames[edge(self.number - 1)..edge(self.number)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_understood() {
        let good = |text: &str| parse(text).unwrap();
        assert_eq!(good("7"), [7]);
        assert_eq!(good("-2-1"), [-2, -1, 0, 1]);
        assert_eq!(good("1-10x4"), [1, 5, 9]);
        assert_eq!(good("1-100x10").len(), 10);
        assert_eq!(good("5, 1-3,2-4"), [5, 1, 2, 3, 4]);
        for text in ["10-1", "1-", "1-5x0", "", "1,,2", "x", "1-5x", "1-99999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("1-999999999").is_err(), "too many");
    }

    #[test]
    fn chunks_are_all_frames_once() {
        for (count, of) in [(24, 5), (3, 7), (100, 1), (1, 1), (0, 2)] {
            let frames: Vec<i64> = (1..=count).collect();
            let chunk = |n| format!("{n}/{of}").parse::<Chunk>().unwrap();
            let parts: Vec<&[i64]> = (1..=of).map(|n| chunk(n).of(&frames)).collect();
            assert_eq!(parts.concat(), frames);
            let sizes: Vec<_> = parts.iter().map(|p| p.len()).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
        }
        for text in ["0/3", "4/3", "3", "1/0", "a/b", "-1/2"] {
            assert!(text.parse::<Chunk>().is_err(), "{text}");
        }
    }
}
