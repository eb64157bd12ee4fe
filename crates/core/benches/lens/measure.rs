//! One case: the effect on its scene, and what it cost.

use crate::Case;
use crate::scenes::{HEIGHT, Scene, WIDTH};
use fathom_core::effect::{Effect, Frame};
use fathom_core::effects::zdefocus::ZDefocus;
use fathom_core::image::{Alpha, Components, Depth, ImageMut, ImageRef, PixelFormat};
use fathom_core::params::{Kind, Value, Values};
use fathom_core::render::{Beside, Job, Picture, render};
use fathom_core::workers::{Exec, Workers};
use fathom_core::{Geometry, Prepared, Rect};
use std::time::Instant;

const RECT: Rect = Rect::new(0, 0, WIDTH as i32, HEIGHT as i32);
const RGBA: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Rgba };
const ONE: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Alpha };

/// What a render took.
pub struct Cost {
    /// Seconds of all threads, user and system.
    pub cpu: f64,
    /// Seconds that passed.
    pub wall: f64,
    /// Peak of memory beyond what was there before, in RGBA frames.
    pub frames: f64,
}

/// The least of several runs; the memory of the first.
pub fn least(repeat: usize, mut run: impl FnMut()) -> Cost {
    let mut cost = Cost { cpu: f64::INFINITY, wall: f64::INFINITY, frames: f64::NAN };
    for i in 0..repeat {
        let memory = start_peak();
        let (started, used) = (Instant::now(), cpu_seconds());
        run();
        cost.wall = cost.wall.min(started.elapsed().as_secs_f64());
        cost.cpu = cost.cpu.min(cpu_seconds() - used);
        if let (0, Some(before), Some(peak)) = (i, memory, status_bytes("VmHWM")) {
            cost.frames = peak.saturating_sub(before) as f64 / (WIDTH * HEIGHT * 16) as f64;
        }
    }
    cost
}

/// The index of a choice by its label.
fn choice(effect: &dyn Effect, name: &str, label: &str) -> Result<Value, String> {
    let list = effect.define();
    let param = list.params().find(|p| p.name == name).ok_or_else(|| format!("there is no parameter {name}"))?;
    let Kind::Choice { options, .. } = &param.kind else { return Err(format!("{name} is no choice")) };
    let index = options.iter().position(|o| *o == label);
    index.map(|i| Value::Int(i as i32)).ok_or_else(|| format!("{name} is none of {options:?}: {label}"))
}

/// Renders a case.
pub fn cost(scene: &Scene, case: &Case, repeat: usize) -> Result<Cost, String> {
    let effect = &ZDefocus;
    let mut values = Values::default()
        .double("focusDistance", scene.focus)
        .double("sizeAtInfinity", case.radius)
        .double("maxSize", case.radius);
    for (name, label) in [
        ("depthConvention", "Distance"),
        ("depthEdges", "Point-sampled"),
        ("quality", &case.quality),
        ("bokehShape", &case.shape),
    ] {
        values = values.set(name, choice(effect, name, label)?);
    }
    let workers = Workers::new(case.threads).map_err(|e| format!("{e:?}"))?;
    let exec = Exec::alone(&workers);
    let bytes = |v: &[f32]| -> Vec<u8> { v.iter().flat_map(|v| v.to_ne_bytes()).collect() };
    let (colour, depth) = (bytes(&scene.colour), bytes(&scene.depth));
    // Written, so that it is resident.
    let mut output = vec![1; colour.len()];
    let prepared = effect.prepare(&values);
    Ok(least(repeat, || once(&*prepared, &colour, &depth, &mut output, &exec)))
}

fn once(prepared: &dyn Prepared, colour: &[u8], depth: &[u8], output: &mut [u8], exec: &Exec) {
    let geometry = Geometry::default();
    let region = geometry.rect_to_canonical(&RECT);
    let image = |bytes, format: PixelFormat| Picture {
        image: ImageRef::new(RECT, format, <[u8]>::chunks(bytes, WIDTH * format.bytes()).collect()).expect("it fits"),
        geometry,
    };
    let job = Job {
        frame: Frame {
            time: 1.0,
            geometry,
            source_rod: region,
            format: region,
            depth_connected: true,
            frame_rate: 24.0,
            draft: false,
        },
        window: RECT,
        source: Some(image(colour, RGBA)),
        alpha: Alpha::Premultiplied,
        depth: Some(image(depth, ONE)),
        decision: None,
        mask: None,
        background: None,
        beside: Beside::default(),
        output: ImageMut::new(RECT, RGBA, output.chunks_mut(WIDTH * RGBA.bytes()).collect()).expect("it fits"),
    };
    render(prepared, job, exec).expect("nobody aborts");
}

/// User and system time of the whole process; 0 where the system does not tell.
#[cfg(unix)]
fn cpu_seconds() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}

#[cfg(not(unix))]
fn cpu_seconds() -> f64 {
    0.0
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
