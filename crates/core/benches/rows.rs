//! DepthFog and DepthGrade on a frame of 1920×1080, float RGBA and depth, through the driver, beside a copy of the same bytes
//! (RGBA and Z in, RGBA out) by the same threads: all that these effects can hope for is to be as fast as the copy.
//!
//! `cargo bench -p fathom-core --bench rows`; `FATHOM_THREADS` sets the number of threads (default: all cores).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fathom_core::effect::{Effect, Frame};
use fathom_core::effects::{depthfog::DepthFog, depthgrade::DepthGrade};
use fathom_core::image::{Alpha, Components, Depth, ImageMut, ImageRef, PixelFormat};
use fathom_core::params::{Value, Values};
use fathom_core::render::{Beside, Job, Picture, render};
use fathom_core::workers::{Exec, Workers};
use fathom_core::{Geometry, Rect};
use std::hint::black_box;

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
const RECT: Rect = Rect::new(0, 0, WIDTH as i32, HEIGHT as i32);
const RGBA: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Rgba };
/// So many balls make silhouettes of 3 % of the pixels.
const BALLS: usize = 250;
const ONE: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Alpha };

/// A made-up render: a floor that recedes from 1.5 m, a sky of 1e10 in the upper third, and 250 balls before both, whose silhouettes
/// are 3 % of the pixels (the HD renders of our chess scene have 2 %, of the fence 4 %); noisy colours, alpha 1.
fn frame() -> (Vec<u8>, Vec<u8>) {
    let noise = |i: usize| {
        let mixed = (i as u32).wrapping_mul(0x9e37_79b1);
        let mixed = (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b);
        ((mixed ^ mixed >> 13) >> 8 & 0xffff) as f32 / 65535.0
    };
    let horizon = HEIGHT as f32 * 2.0 / 3.0;
    let mut depth: Vec<f32> = (0..HEIGHT)
        .map(|y| y as f32)
        .flat_map(|y| [if y < horizon { 1.5 * horizon / (horizon - y) } else { 1e10 }; WIDTH])
        .collect();
    for ball in 0..BALLS {
        let pick = |k: usize, low: f32, high: f32| low + (high - low) * noise(ball * 3 + k);
        let (x, y, r) = (pick(0, 0.0, WIDTH as f32), pick(1, 0.0, HEIGHT as f32), pick(2, 20.0, 90.0));
        let z = 60.0 / r;
        for (i, v) in depth.iter_mut().enumerate() {
            let (dx, dy) = ((i % WIDTH) as f32 - x, (i / WIDTH) as f32 - y);
            let inside = r * r - dx * dx - dy * dy;
            if inside > 0.0 {
                *v = v.min(z * (1.0 - 0.1 * inside.sqrt() / r));
            }
        }
    }
    let colour = (0..WIDTH * HEIGHT * 4).map(|i| if i % 4 == 3 { 1.0 } else { noise(i) });
    (colour.flat_map(f32::to_ne_bytes).collect(), depth.into_iter().flat_map(f32::to_ne_bytes).collect())
}

/// Bands of rows on the threads, as the driver cuts them.
fn copy(colour: &[u8], depth: &[u8], output: &mut [u8], exec: &Exec) {
    const BAND: usize = 16;
    let bands: Vec<_> = output
        .chunks_mut(WIDTH * 16 * BAND)
        .zip(colour.chunks(WIDTH * 16 * BAND).zip(depth.chunks(WIDTH * 4 * BAND)))
        .collect();
    exec.for_each_mut(bands, [0.0, 1.0], |_, (to, (colour, depth)), _| {
        to.copy_from_slice(colour);
        let mut z = [0; WIDTH * 4];
        depth.chunks(WIDTH * 4).for_each(|row| black_box(&mut z).copy_from_slice(row));
    })
    .expect("nobody aborts");
}

fn effect_once(effect: &dyn Effect, values: &Values, colour: &[u8], depth: &[u8], output: &mut [u8], exec: &Exec) {
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
    render(&*effect.prepare(values), job, exec).expect("nobody aborts");
}

fn rows(c: &mut Criterion) {
    let threads = std::env::var("FATHOM_THREADS").ok().and_then(|v| v.parse().ok());
    let threads = threads.or(std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let workers = Workers::new(threads).expect("threads");
    let exec = Exec::alone(&workers);
    let (colour, depth) = frame();
    let mut output = vec![0; colour.len()];
    let mut group = c.benchmark_group("1080p");
    group.throughput(Throughput::Elements((WIDTH * HEIGHT) as u64)).sample_size(30);
    group.bench_function("copy", |b| b.iter(|| copy(&colour, &depth, black_box(&mut output), &exec)));

    let white = |v: f64| Value::Colour([v, v, v, 1.0]);
    // As in a host: what the depth is like has been found out before, once.
    let v = || Values::default().int("depthConvention", 0).int("depthEdges", 1);
    let all_controls = ["near", "mid", "far", "master"].into_iter().fold(v(), |v, zone| {
        v.double(&format!("{zone}Exposure"), 0.5)
            .set(&format!("{zone}Lift"), white(0.02))
            .set(&format!("{zone}Gamma"), white(1.2))
            .set(&format!("{zone}Gain"), white(1.1))
            .set(&format!("{zone}Offset"), white(-0.01))
            .double(&format!("{zone}Saturation"), 0.8)
            .double(&format!("{zone}Mix"), 0.9)
    });
    // Choices by their index: how silhouettes are treated.
    let known = |v: Values, edges: i32| v.int("depthEdges", edges);
    let on = |v: Values, name: &str| v.set(name, Value::Bool(true));
    let layers =
        || on(on(on(v(), "layer1On"), "layer2On"), "layer3On").double("layer2Near", 20.0).double("layer2Far", 30.0);
    let low = || on(layers(), "heightFog");
    let red = Value::Colour([0.8, 0.2, 0.1, 1.0]);
    let three_zones = {
        let three = v().double("nearExposure", 1.0).double("midExposure", 0.5).double("farExposure", -0.5);
        three.double("nearSaturation", 0.5).double("midSaturation", 0.8).double("farSaturation", 1.2)
    };
    let cases: [(&str, &dyn Effect, Values); 24] = [
        ("fog with three layers", &DepthFog, layers()),
        ("fog with three layers and height fog", &DepthFog, low()),
        ("fog with three layers and height fog of another colour", &DepthFog, low().set("heightColour", red)),
        ("fog with noise in 4 steps", &DepthFog, v().double("noiseAmount", 1.0).int("noiseSteps", 4)),
        ("plain grade three zones without gamma", &DepthGrade, known(three_zones.clone(), 4)),
        ("fog with light rays", &DepthFog, v().double("rays", 1.0)),
        ("fog with noise in 4 steps and light rays", &DepthFog, {
            v().double("noiseAmount", 1.0).int("noiseSteps", 4).double("rays", 1.0)
        }),
        ("fog with scatter blur", &DepthFog, v().double("scatterBlur", 20.0)),
        ("plain fog", &DepthFog, known(v(), 4)),
        ("fog, silhouettes of a point-sampled depth", &DepthFog, known(v(), 1)),
        ("fog, silhouettes of an antialiased depth", &DepthFog, known(v(), 2)),
        ("fog, depth to be found out", &DepthFog, Values::default()),
        ("fog exponential", &DepthFog, v()),
        ("fog squared", &DepthFog, v().int("fogModel", 1)),
        ("fog linear", &DepthFog, v().int("fogModel", 2)),
        ("fog with falloff", &DepthFog, v().double("falloff", 1.5)),
        ("fog element", &DepthFog, v().int("output", 1)),
        ("plain grade all controls", &DepthGrade, known(all_controls.clone(), 4)),
        ("plain fog with three layers", &DepthFog, known(layers(), 4)),
        ("plain fog with three layers and height fog", &DepthFog, known(low(), 4)),
        ("grade one zone", &DepthGrade, v().double("nearExposure", 1.0).double("nearSaturation", 0.5)),
        ("grade three zones without gamma", &DepthGrade, three_zones),
        ("grade all controls", &DepthGrade, all_controls),
        ("grade mattes", &DepthGrade, v().int("output", 2)),
    ];
    for (name, effect, values) in &cases {
        group.bench_function(*name, |b| {
            b.iter(|| effect_once(*effect, values, &colour, &depth, black_box(&mut output), &exec));
        });
    }
    group.finish();
}

criterion_group!(benches, rows);
criterion_main!(benches);
