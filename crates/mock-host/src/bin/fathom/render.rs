//! `fathom render`.

use crate::setup::{Ready, Setup, depth_report, print_report};
use crate::{Failure, usage};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use mock_host::media::{self, FilePattern};
use mock_host::{Progress, RenderRequest};
use std::io::IsTerminal;
use std::path::Path;

#[derive(Args)]
pub struct Render {
    #[command(flatten)]
    setup: Setup,
    /// Frames: 7, 1-100 or 1-100x5 [default: those of a sequence fed as Source or named in the effect, else 1]
    #[arg(long, allow_hyphen_values = true)]
    frames: Option<String>,
    /// The file or sequence to write: .exr, or .png to look at
    #[arg(long, value_name = "FILE")]
    out: String,
}

impl Render {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let out = FilePattern::new(&self.out);
        let extension = Path::new(&self.out).extension().and_then(|e| e.to_str()).unwrap_or_default();
        if !["exr", "png"].contains(&extension.to_lowercase().as_str()) {
            return Err(usage(format!("'{}' ends neither in .exr nor in .png", self.out)));
        }
        let ready = self.setup.make(bundle, Path::new(""))?;
        let frames = self.frames(&ready)?;
        if frames.len() > 1 && !out.is_sequence() {
            return Err(usage(format!(
                "{} frames need a place for their number, such as ####, in '{}'",
                frames.len(),
                self.out
            )));
        }
        if let Some(report) = depth_report(&ready) {
            eprintln!("depth: {}", report.replace('\n', "\n       "));
        }
        let bar = progress_bar(&ready, frames.len());
        let mut result = Ok(());
        for &frame in &frames {
            bar.set_message(format!("frame {frame}"));
            result = self.frame(&ready, frame, &out);
            if result.is_err() {
                break;
            }
            bar.inc(1000);
        }
        bar.finish_and_clear();
        print_report(&ready);
        result
    }

    fn frame(&self, ready: &Ready, frame: i64, out: &FilePattern) -> Result<(), Failure> {
        let time = frame as f64;
        let file = out.file(frame);
        let mut request = RenderRequest::at(time).scale(self.setup.scale);
        request.window = self.setup.pixels(ready, time)?;
        ready.instance.set_time(time);
        let named = |e: mock_host::HostError| match Failure::from(e) {
            Failure::Failed(text) if !text.contains(file.to_string_lossy().as_ref()) => {
                Failure::Failed(format!("{}: {text}", file.display()))
            }
            other => other,
        };
        let picture = ready.instance.render(&request).map_err(named)?;
        let display = self.setup.display(ready, time)?;
        Ok(media::write(&file, &picture, display)?)
    }

    fn frames(&self, ready: &Ready) -> Result<Vec<i64>, Failure> {
        let Some(text) = &self.frames else {
            return Ok(match &ready.source {
                Some(s) if s.is_sequence() => {
                    let [first, last] = mock_host::ClipSource::frame_range(&**s);
                    (first as i64..=last as i64).collect()
                }
                Some(_) => vec![1],
                // What the effect itself has frames for.
                None => match ready.instance.time_domain()? {
                    Some([first, last]) => (first as i64..=last as i64).collect(),
                    None => vec![1],
                },
            });
        };
        parse_frames(text).ok_or_else(|| usage(format!("'{text}' is neither 7 nor 1-100 nor 1-100x5")))
    }
}

/// `7`, `1-100`, `1-100x5`, with signs.
pub fn parse_frames(text: &str) -> Option<Vec<i64>> {
    let (range, step) = match text.split_once('x') {
        Some((range, step)) => (range, step.parse::<usize>().ok().filter(|s| *s > 0)?),
        None => (text, 1),
    };
    if let Ok(single) = range.parse() {
        return Some(vec![single]);
    }
    let dash = range.get(1..)?.find('-')? + 1;
    let (first, last) = (range[..dash].parse().ok()?, range[dash + 1..].parse().ok()?);
    (first <= last).then(|| (first..=last).step_by(step).collect())
}

/// A bar on long work, if somebody is watching.
fn progress_bar(ready: &Ready, frames: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(1000 * frames as u64);
    let style = ProgressStyle::with_template("{bar:40} {percent}% {eta} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let inner = bar.clone();
    let mut start = 0;
    ready.host.on_progress(Some(Box::new(move |step| {
        match step {
            Progress::Start(_) => start = inner.position(),
            Progress::Update(part) => inner.set_position(start + (part.clamp(0.0, 1.0) * 1000.0) as u64),
            Progress::End => inner.set_position(start),
        }
        true
    })));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_understood() {
        assert_eq!(parse_frames("7"), Some(vec![7]));
        assert_eq!(parse_frames("-2-1"), Some(vec![-2, -1, 0, 1]));
        assert_eq!(parse_frames("1-10x4"), Some(vec![1, 5, 9]));
        assert_eq!(parse_frames("10-1"), None);
        assert_eq!(parse_frames("1-"), None);
        assert_eq!(parse_frames("1-5x0"), None);
        assert_eq!(parse_frames(""), None);
    }
}
