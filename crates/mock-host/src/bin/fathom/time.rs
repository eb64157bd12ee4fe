//! `fathom time`.

use crate::setup::{Ready, Setup, print_report};
use crate::{Failure, usage};
use clap::Args;
use mock_host::{Abort, RenderRequest};
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

#[derive(Args)]
pub struct Time {
    #[command(flatten)]
    setup: Setup,
    /// The frame
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    frame: f64,
    /// How often to render
    #[arg(long, default_value_t = 5)]
    repeat: usize,
    /// Instead: how long the effect goes on after the host asked it to stop, at this many moments spread over the render
    #[arg(long, value_name = "MOMENTS")]
    abort: Option<u32>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Medians over the repeats, of the Render action alone: inputs are loaded, converted and checked outside of it.
#[derive(Serialize)]
struct Timing {
    effect: String,
    /// Size of the render window.
    width: usize,
    height: usize,
    repeats: usize,
    /// User and system time of the whole process.
    cpu_seconds: f64,
    wall_seconds: f64,
    /// Median of: largest resident size during the action (VmHWM, reset before it) less the resident size right before it
    /// (VmRSS). Images that the host made are part of the latter. 0 where the system does not tell.
    peak_bytes: u64,
}

impl Time {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if self.repeat == 0 {
            return Err(usage("--repeat must be at least 1"));
        }
        let ready = self.setup.make(bundle, Path::new(""))?;
        let mut request = RenderRequest::at(self.frame).scale(self.setup.scale);
        request.window = self.setup.pixels(&ready, self.frame)?;
        request.ignore_identity = true;
        if let Some(moments) = self.abort {
            return self.aborts(&ready, &request, moments);
        }
        let mut size = (0, 0);
        let (mut cpu, mut wall, mut peak) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.repeat {
            let prepared = ready.instance.prepare(&request)?;
            size = prepared.size();
            prepared.run_timed(|render| {
                let memory = start_peak();
                let (started, used) = (Instant::now(), cpu_seconds());
                render();
                wall.push(started.elapsed().as_secs_f64());
                cpu.push(cpu_seconds() - used);
                peak.push(memory.map_or(0.0, |before| peak_since(before) as f64));
            })?;
        }
        print_report(&ready);
        let timing = Timing {
            effect: ready.effect.identifier().into(),
            width: size.0,
            height: size.1,
            repeats: self.repeat,
            cpu_seconds: median(cpu),
            wall_seconds: median(wall),
            peak_bytes: median(peak) as u64,
        };
        if self.json {
            let text = serde_json::to_string(&timing).map_err(|e| Failure::Failed(e.to_string()))?;
            println!("{text}");
        } else {
            println!(
                "{} {}x{}: {:.3} CPU s, {:.3} s, {:.1} MiB at the peak (median of {})",
                timing.effect,
                timing.width,
                timing.height,
                timing.cpu_seconds,
                timing.wall_seconds,
                timing.peak_bytes as f64 / 1048576.0,
                timing.repeats
            );
        }
        Ok(())
    }
}

impl Time {
    /// Stops the render at moments between its beginning and its end. Each time the effect begins with nothing that it kept: what it
    /// finds out first can be stopped, too.
    fn aborts(&self, ready: &Ready, request: &RenderRequest, moments: u32) -> Result<(), Failure> {
        let anew = |request: &RenderRequest| {
            ready.instance.purge_caches()?;
            ready.instance.render_with(request)
        };
        let whole = anew(request)?;
        let mut waits = Vec::new();
        for i in 0..moments {
            let after = whole.duration.mul_f64((f64::from(i) + 0.5) / f64::from(moments));
            let stopped = anew(&request.clone().abort(Abort::After(after)))?.stopped_after;
            waits.extend(stopped.map(|wait| wait.as_secs_f64() * 1e3));
        }
        let worst = waits.iter().copied().fold(0.0, f64::max);
        println!(
            "{}: {:.2} s; stopped {} times, {:.1} ms after it was asked to (median), {worst:.1} ms at worst; {:.1} ms between two looks",
            ready.effect.short_name(),
            whole.duration.as_secs_f64(),
            waits.len(),
            median(waits),
            whole.longest_unpolled.as_secs_f64() * 1e3,
        );
        Ok(())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 0.0,
        _ if n % 2 == 1 => values[n / 2],
        _ => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// User and system time of the process.
fn cpu_seconds() -> f64 {
    mock_host::process_cpu_seconds()
}

/// A line of /proc/self/status in bytes.
fn status_bytes(key: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix(key))?;
    let kib: u64 = line.trim_start_matches(':').split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Resets the peak of the resident size, and says what the resident size is now.
fn start_peak() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    status_bytes("VmRSS")
}

fn peak_since(before: u64) -> u64 {
    status_bytes("VmHWM").unwrap_or(before).saturating_sub(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_peak_is_seen_after_the_memory_is_gone() {
        let before = start_peak().unwrap();
        let block = vec![1u8; 64 << 20];
        assert_eq!(std::hint::black_box(&block)[7], 1);
        drop(block);
        assert!(peak_since(before) >= 60 << 20);
        assert!(cpu_seconds() > 0.0);
    }
}
