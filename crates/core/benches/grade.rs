//! DepthGrade's kernel alone, on one thread: rows of a frame of 1920×1080 as planes of f32, beside a copy of the same bytes (RGBA and Z in,
//! RGBA out). What the driver adds (loading, depth, silhouettes, storing) is in the bench `rows`.
//!
//! Where the system tells how long a thread really ran (Linux), that counts: other work on the machine does not.
//!
//! `cargo bench -p fathom-core --bench grade`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fathom_core::depth::DepthStage;
use fathom_core::effect::{Effect, Frame, Kernel};
use fathom_core::effects::depthgrade::DepthGrade;
use fathom_core::image::{ColourRow, Components, Depth, ImageRef, PixelFormat};
use fathom_core::params::{Value, Values};
use fathom_core::render::Beside;
use fathom_core::{Geometry, Rect};
use std::hint::black_box;
use std::time::{Duration, Instant};

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;

/// Noisy colours, and a depth with a surface every 100 pixels or so, from 1.5 m to 60 m: zones change within rows.
fn planes() -> ([Vec<f32>; 4], Vec<f32>) {
    let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 65535.0;
    let colour = std::array::from_fn(|c| (0..WIDTH * HEIGHT).map(|i| noise(i * 4 + c)).collect());
    let depth = (0..WIDTH * HEIGHT).map(|i| 1.5 * 40.0_f32.powf(noise(i / 100)) + 0.001 * noise(i));
    (colour, depth.collect())
}

fn grade_rows(values: &Values, colour: &[Vec<f32>; 4], z: &[f32], out: &mut [Vec<f32>; 4]) {
    let prepared = DepthGrade.prepare(values);
    let (geometry, rect) = (Geometry::default(), Rect::new(0, 0, 1, 1));
    let region = geometry.rect_to_canonical(&rect);
    let (source_rod, format) = (region, region);
    let frame =
        Frame { time: 1.0, frame_rate: 24.0, draft: false, geometry, source_rod, format, depth_connected: true };
    let one = PixelFormat { depth: Depth::Float, components: Components::Alpha };
    let bytes = 1.0_f32.to_ne_bytes();
    let image = ImageRef::new(rect, one, vec![&bytes[..]]).expect("it fits");
    let stage = DepthStage::new(prepared.depth(), image, geometry, geometry, &region);
    let nothing = Beside::default();
    let Kernel::Rows(kernel) = prepared.kernel(&frame, &stage, &nothing) else { return };
    for y in 0..HEIGHT {
        let row = y * WIDTH..(y + 1) * WIDTH;
        out.iter_mut().zip(colour).for_each(|(to, from)| to[row.clone()].copy_from_slice(&from[row.clone()]));
        let [r, g, b, a] = out;
        let (r, g, b, a) = (&mut r[row.clone()], &mut g[row.clone()], &mut b[row.clone()], &mut a[row.clone()]);
        kernel.row(0, y as i32, &z[row], ColourRow { r, g, b, a });
    }
}

fn copy(colour: &[Vec<f32>; 4], z: &[f32], out: &mut [Vec<f32>; 4]) {
    let mut row = [0.0; WIDTH];
    for y in 0..HEIGHT {
        let at = y * WIDTH..(y + 1) * WIDTH;
        out.iter_mut().zip(colour).for_each(|(to, from)| to[at.clone()].copy_from_slice(&from[at.clone()]));
        black_box(&mut row).copy_from_slice(&z[at]);
    }
}

/// For how long this thread has been running.
fn ran() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn timed(times: u64, mut f: impl FnMut()) -> Duration {
    let (start, before) = (Instant::now(), ran());
    (0..times).for_each(|_| f());
    match (before, ran()) {
        (Some(a), Some(b)) => b - a,
        _ => start.elapsed(),
    }
}

fn cases() -> [(&'static str, Values); 8] {
    let v = Values::default;
    let white = |v: f64| Value::Colour([v, v, v, 1.0]);
    let each = |f: &dyn Fn(Values, &str) -> Values| ["near", "mid", "far", "master"].into_iter().fold(v(), f);
    let nuke = each(&|v, zone| {
        v.double(&format!("{zone}Exposure"), 0.5)
            .set(&format!("{zone}Lift"), white(0.02))
            .set(&format!("{zone}Gamma"), white(1.2))
            .set(&format!("{zone}Gain"), white(1.1))
            .set(&format!("{zone}Offset"), white(-0.01))
            .double(&format!("{zone}Saturation"), 0.8)
            .double(&format!("{zone}Mix"), 0.9)
    });
    let all = ["near", "mid", "far", "master"].into_iter().fold(nuke.clone(), |v, zone| {
        v.double(&format!("{zone}Temperature"), 0.3)
            .double(&format!("{zone}Tint"), 0.1)
            .double(&format!("{zone}Contrast"), 1.1)
            .set(&format!("{zone}Slope"), white(1.1))
            .set(&format!("{zone}Power"), white(0.9))
    });
    let three = v().double("nearExposure", 1.0).double("midExposure", 0.5).double("farExposure", -0.5);
    let three = three.double("nearSaturation", 0.5).double("midSaturation", 0.8).double("farSaturation", 1.2);
    [
        ("one zone", v().double("nearExposure", 1.0).double("nearSaturation", 0.5)),
        ("three zones without gamma", three),
        ("all of the first version", nuke),
        ("all controls", all.clone()),
        ("all controls in Log", all.clone().int("gradeSpace", 1)),
        ("all controls, continuous", all.clone().set("continuous", Value::Bool(true))),
        ("all controls, luminance mix and curve", all.double("luminanceMix", 0.5).set("useCurve", Value::Bool(true))),
        ("mattes", v().int("output", 2)),
    ]
}

fn grade(c: &mut Criterion) {
    let (colour, z) = planes();
    let mut out = colour.clone();
    let mut group = c.benchmark_group("grade kernel 1080p");
    group.throughput(Throughput::Elements((WIDTH * HEIGHT) as u64)).sample_size(20);
    group.bench_function("copy", |b| b.iter_custom(|n| timed(n, || copy(&colour, &z, black_box(&mut out)))));
    for (name, values) in cases() {
        group.bench_function(name, |b| {
            b.iter_custom(|n| timed(n, || grade_rows(&values, &colour, &z, black_box(&mut out))));
        });
    }
    group.finish();
}

criterion_group!(benches, grade);
criterion_main!(benches);
