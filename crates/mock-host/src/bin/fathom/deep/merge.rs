//! `fathom deep merge`: frame after frame.

use super::failed;
use super::frame::{Report, make};
use super::options::{Job, Merge};
use crate::{Failure, frames, usage};
use indicatif::{ProgressBar, ProgressStyle};
use mock_host::media::FilePattern;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// Steps of the bar a frame.
const STEPS: f64 = 1000.0;

impl Merge {
    pub fn run(&self) -> Result<(), Failure> {
        let job = self.job()?;
        let frames = self.frame_list(&job)?;
        if frames.len() > 1
            && let Some(single) = job.outputs().find(|out| !out.is_sequence())
        {
            let name = single.file(0);
            return Err(usage(format!(
                "{} frames need a place for their number, such as ####, in '{}'",
                frames.len(),
                name.display()
            )));
        }
        let bar = bar(frames.len());
        let result = frames.iter().enumerate().try_for_each(|(i, &frame)| {
            bar.set_message(format!("frame {frame}"));
            let start = i as f64 * STEPS;
            let report = self.one(&job, frame, &|part| bar.set_position((start + STEPS * part) as u64))?;
            bar.set_position((start + STEPS) as u64);
            tell(&report, &bar)
        });
        bar.finish_and_clear();
        result
    }

    fn one(&self, job: &Job, frame: i64, progress: &(dyn Fn(f64) + Sync)) -> Result<Report, Failure> {
        let outputs: Vec<PathBuf> = job.outputs().map(|out| out.file(frame)).collect();
        if self.skip_existing && outputs.iter().all(|out| out.exists()) {
            return Ok(Report::skipped(frame, &outputs));
        }
        refuse_own_inputs(job, frame, &outputs)?;
        make(job, frame, progress)
    }

    fn frame_list(&self, job: &Job) -> Result<Vec<i64>, Failure> {
        if let Some(text) = &self.frames {
            return frames::parse(text);
        }
        let Some(first) = job.inputs.iter().find(|i| i.pattern.is_sequence()) else { return Ok(vec![1]) };
        let range = first.pattern.range();
        let (from, to) = range.ok_or_else(|| failed(format!("{}: no file of this sequence exists", first.given)))?;
        Ok((from..=to).collect())
    }
}

/// What is read must not be written.
fn refuse_own_inputs(job: &Job, frame: i64, outputs: &[PathBuf]) -> Result<(), Failure> {
    let beauties = job.inputs.iter().filter_map(|i| i.recolour.as_ref());
    let read = job.inputs.iter().map(|i| &i.pattern).chain(beauties);
    let whole = |path: PathBuf| path.canonicalize().ok();
    let read: Vec<PathBuf> = read.filter_map(|pattern: &FilePattern| whole(pattern.file(frame))).collect();
    for out in outputs {
        if whole(out.clone()).is_some_and(|out| read.contains(&out)) {
            return Err(usage(format!("{} would be replaced while it is read: choose another name", out.display())));
        }
    }
    Ok(())
}

fn bar(frames: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(frames as u64 * STEPS as u64);
    let style = ProgressStyle::with_template("{bar:40} {percent}% {eta} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// For people on a terminal; else one line of JSON a frame.
fn tell(report: &Report, bar: &ProgressBar) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        for note in &report.notes {
            bar.suspend(|| eprintln!("fathom: {note}"));
        }
        return Ok(());
    }
    let line = serde_json::to_string(report).map_err(failed)?;
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(failed(e)),
        _ => Ok(()),
    }
}
