//! What a run of several frames tells while it works: a bar for people, lines for a log, JSON for a farm's scripts.

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use mock_host::{Host, Progress};
use serde::Serialize;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// How a run is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Style {
    /// A bar where somebody looks on, nothing else
    #[default]
    Bar,
    /// A line for each frame, on standard output
    Text,
    /// An object for each event on a line of its own, on standard output
    Json,
}

/// Something that happened; with `--log json` one line each, its name under `event`.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event<'a> {
    /// Work begins on this many frames.
    Start { version: &'a str, effect: &'a str, frames: usize },
    /// What the effect found out about the depth.
    Depth { text: &'a str },
    /// A frame was rendered and is on disk.
    Frame { frame: i64, file: &'a Path, seconds: f64, done: usize, of: usize },
    /// A frame was there already.
    Skipped { frame: i64, file: &'a Path, done: usize, of: usize },
    /// A frame could not be rendered.
    Failed { frame: i64, file: &'a Path, error: &'a str, done: usize, of: usize },
    /// The effect says something.
    Message { frame: i64, kind: &'a str, text: &'a str },
    /// All is done that could be.
    End { rendered: usize, skipped: usize, failed: usize, seconds: f64 },
}

/// Steps of the bar a frame.
const STEPS: u64 = 1000;

/// A run's log.
pub struct Log {
    style: Style,
    bar: ProgressBar,
}

impl Log {
    /// For so many frames; the bar moves within a frame, too.
    pub fn new(style: Style, host: &Host, frames: usize) -> Self {
        if style != Style::Bar || !std::io::stderr().is_terminal() {
            return Self { style, bar: ProgressBar::hidden() };
        }
        let bar = ProgressBar::new(STEPS * frames as u64);
        let look = ProgressStyle::with_template("{bar:40} {percent}% {eta} {msg}");
        bar.set_style(look.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let inner = bar.clone();
        let mut start = 0;
        host.on_progress(Some(Box::new(move |step| {
            match step {
                Progress::Start(_) => start = inner.position(),
                Progress::Update(part) => inner.set_position(start + (part.clamp(0.0, 1.0) * STEPS as f64) as u64),
                Progress::End => inner.set_position(start),
            }
            true
        })));
        Self { style, bar }
    }

    /// Are messages events of their own, rather than lines on the error output?
    pub fn takes_messages(&self) -> bool {
        self.style == Style::Json
    }

    /// A frame begins.
    pub fn working_on(&self, frame: i64) {
        self.bar.set_message(format!("frame {frame}"));
    }

    /// Tells it. Nobody who reads any more is no failure: the pictures count.
    pub fn tell(&self, event: &Event) {
        if let Event::Frame { .. } | Event::Skipped { .. } | Event::Failed { .. } = event {
            self.bar.inc(STEPS);
        }
        match self.style {
            Style::Bar => {
                if let Event::Failed { error, .. } = event {
                    self.bar.suspend(|| eprintln!("fathom: {error}"));
                }
            }
            Style::Text => line(&event.to_string()),
            Style::Json => line(&serde_json::to_string(event).unwrap_or_default()),
        }
    }

    /// The end: the bar goes.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Flushed line by line: whoever follows the file sees where the run is, also of one that is killed.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

impl std::fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let percent = |done: &usize, of: &usize| 100 * done / of.max(&1);
        match self {
            Event::Start { effect, frames, .. } => write!(f, "{effect}: {frames} frames"),
            Event::Depth { text } => write!(f, "depth: {}", text.replace('\n', "; ")),
            Event::Frame { frame, file, seconds, done, of } => {
                write!(f, "frame {frame}: {} ({seconds:.2} s), {}%", file.display(), percent(done, of))
            }
            Event::Skipped { frame, file, done, of } => {
                write!(f, "frame {frame}: {} is there already, {}%", file.display(), percent(done, of))
            }
            Event::Failed { frame, error, .. } => write!(f, "frame {frame}: failed: {error}"),
            Event::Message { frame, kind, text } => write!(f, "frame {frame}: {kind}: {text}"),
            Event::End { rendered, skipped, failed, seconds } => {
                write!(f, "{rendered} rendered, {skipped} there already, {failed} failed, in {seconds:.1} s")
            }
        }
    }
}
