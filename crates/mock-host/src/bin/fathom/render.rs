//! `fathom render`.

use crate::frames::{self, Chunk};
use crate::log::{Event, Log, Style};
use crate::setup::{Ready, Setup, depth_report, print_report, take_messages};
use crate::{Failure, usage};
use clap::Args;
use mock_host::RenderRequest;
use mock_host::media::{self, FilePattern};
use std::path::Path;
use std::time::Instant;

#[derive(Args)]
pub struct Render {
    #[command(flatten)]
    setup: Setup,
    /// Frames: 7, 1-100, 1-100x5 (every fifth), or several of these with commas [default: those of a sequence fed as Source or
    /// named in the effect, else 1]
    #[arg(long, allow_hyphen_values = true)]
    frames: Option<String>,
    /// Only one of several equal parts of the frames, for a farm: 2/5 is the second fifth
    #[arg(long, value_name = "PART/PARTS")]
    chunk: Option<Chunk>,
    /// Leave frames alone whose file is there already: goes on where a run was broken off
    #[arg(long)]
    skip_existing: bool,
    /// Go on with the next frame where one fails; the exit code is 1 all the same
    #[arg(long)]
    keep_going: bool,
    /// How the run is followed
    #[arg(long, value_enum, default_value_t)]
    log: Style,
    /// The file or sequence to write: .exr, or .png to look at
    #[arg(long, value_name = "FILE")]
    out: String,
}

/// How many frames ended how.
#[derive(Default)]
struct Count {
    rendered: usize,
    skipped: usize,
    failed: usize,
}

impl Render {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let out = FilePattern::new(&self.out);
        let extension = Path::new(&self.out).extension().and_then(|e| e.to_str()).unwrap_or_default();
        if !["exr", "png"].contains(&extension.to_lowercase().as_str()) {
            return Err(usage(format!("'{}' ends neither in .exr nor in .png", self.out)));
        }
        let ready = self.setup.make(bundle, Path::new(""))?;
        let all = self.frames(&ready)?;
        if all.len() > 1 && !out.is_sequence() {
            return Err(usage(format!(
                "{} frames need a place for their number, such as ####, in '{}'",
                all.len(),
                self.out
            )));
        }
        let frames = self.chunk.as_ref().map_or(&all[..], |chunk| chunk.of(&all));
        let log = Log::new(self.log, &ready.host, frames.len());
        let result = self.all(&ready, frames, &out, &log);
        log.finish();
        result
    }

    fn all(&self, ready: &Ready, frames: &[i64], out: &FilePattern, log: &Log) -> Result<(), Failure> {
        let (start, of) = (Instant::now(), frames.len());
        log.tell(&Event::Start { version: env!("CARGO_PKG_VERSION"), effect: ready.effect.short_name(), frames: of });
        match depth_report(ready) {
            Some(text) if self.log == Style::Bar => eprintln!("depth: {}", text.replace('\n', "\n       ")),
            Some(text) => log.tell(&Event::Depth { text: &text }),
            None => {}
        }
        let (mut count, mut result) = (Count::default(), Ok(()));
        for (frame, done) in frames.iter().copied().zip(1..) {
            log.working_on(frame);
            let file = out.file(frame);
            // Files appear complete or not at all, so that one that is there is whole.
            if self.skip_existing && std::fs::metadata(&file).is_ok_and(|m| m.is_file() && m.len() > 0) {
                count.skipped += 1;
                log.tell(&Event::Skipped { frame, file: &file, done, of });
                continue;
            }
            let begun = Instant::now();
            let outcome = self.frame(ready, frame, &file);
            if log.takes_messages() {
                for (kind, text) in take_messages(ready) {
                    log.tell(&Event::Message { frame, kind: &kind, text: &text });
                }
            }
            match outcome {
                Ok(()) => {
                    count.rendered += 1;
                    let seconds = round(begun.elapsed().as_secs_f64());
                    log.tell(&Event::Frame { frame, file: &file, seconds, done, of });
                }
                Err(failure) => {
                    count.failed += 1;
                    let (Failure::Usage(error) | Failure::Failed(error)) = &failure;
                    if self.keep_going || self.log != Style::Bar {
                        log.tell(&Event::Failed { frame, file: &file, error, done, of });
                    }
                    result = Err(failure);
                    if !self.keep_going {
                        break;
                    }
                }
            }
        }
        let Count { rendered, skipped, failed } = count;
        log.tell(&Event::End { rendered, skipped, failed, seconds: round(start.elapsed().as_secs_f64()) });
        log.finish();
        print_report(ready);
        match result {
            Err(_) if self.keep_going && failed > 0 => Err(Failure::Failed(format!(
                "{failed} of {of} frames failed; --skip-existing renders only those again"
            ))),
            other => other,
        }
    }

    fn frame(&self, ready: &Ready, frame: i64, file: &Path) -> Result<(), Failure> {
        let time = frame as f64;
        let whole = |path: &Path| path.canonicalize().ok();
        if whole(file).is_some_and(|out| ready.inputs.iter().any(|clip| whole(&clip.file(time)).as_ref() == Some(&out)))
        {
            return Err(usage(format!("{} would be replaced while it is read: choose another --out", file.display())));
        }
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
        Ok(media::write(file, &picture, display)?)
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
        frames::parse(text)
    }
}

/// Milliseconds are what a log needs.
fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
