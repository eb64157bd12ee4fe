//! Merging and flattening alone, without files, on one thread. Throughput is in samples.
//!
//! `cargo bench -p deep-exr --bench flatten`

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use deep_exr::flatten::{DepthOutput, Element, Flattener, Roles, Settings};
use deep_exr::{Band, Numbers, Window};
use std::hint::black_box;

/// Made-up samples: `counts` gives each pixel's number of them, `sample` their front, back and alpha.
fn band(
    window: Window,
    dice: &mut impl FnMut() -> f32,
    mut count: impl FnMut(f32) -> u32,
    mut sample: impl FnMut(&mut dyn FnMut() -> f32, u32) -> [f32; 3],
) -> Band {
    let (mut starts, mut rows) = (vec![0], Vec::new());
    for _ in 0..window.width() * window.height() {
        let samples = count(dice());
        for i in 0..samples {
            rows.push(sample(dice, i));
        }
        starts.push(rows.len() as u32);
    }
    let column = |i: usize| rows.iter().map(|s| s[i]).collect::<Vec<f32>>();
    let channels = (0..4).map(|_| Numbers::Float(column(2))).collect();
    Band { window, starts, front: column(0), back: Some(column(1)), channels }
}

fn flatten(c: &mut Criterion) {
    let mut state: u32 = 7;
    let mut dice = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    let window = |width, height| Window { x1: 0, y1: 0, x2: width, y2: height };
    let frame = window(1024, 576);
    // As renders of surfaces are: half of the pixels covered, by one sample or two, most of them opaque.
    let mut surfaces = || {
        let mut points = band(
            frame,
            &mut dice,
            |d| if d < 0.5 { 0 } else { 1 + u32::from(d > 0.94) },
            |dice, i| {
                let z = 100.0 + 900.0 * dice() + 1000.0 * i as f32;
                [z, z, if dice() < 0.8 { 1.0 } else { dice() }]
            },
        );
        points.back = None;
        points
    };
    let (a, b) = (surfaces(), surfaces());
    let small = window(240, 135);
    let mut smoke = |size, volumes| {
        band(
            size,
            &mut dice,
            |_| volumes,
            |dice, _| {
                let z = 1.0 + 9.0 * dice();
                [z, z + 0.5 + 4.5 * dice(), 0.5 * dice()]
            },
        )
    };
    let (fog, haze) = (smoke(small, 12), smoke(small, 12));
    let crowd = smoke(window(10, 1), 500);

    let roles = Roles { alphas: vec![Some(3)], channels: vec![Some(0), Some(1), Some(2)], ids: Vec::new() };
    let mut group = c.benchmark_group("flatten");
    for (name, bands) in [
        ("one file of surfaces", vec![&a]),
        ("two files of surfaces", vec![&a, &b]),
        ("two files of 12 overlapping volumes a pixel", vec![&fog, &haze]),
        ("500 overlapping volumes a pixel", vec![&crowd]),
    ] {
        let elements: Vec<Element> = bands.iter().map(|band| Element::deep(band, &roles)).collect();
        let settings = Settings { depths: vec![DepthOutput::Front], ..Settings::default() };
        let mut flattener = Flattener::new(settings).expect("they are sound");
        group.throughput(Throughput::Elements(bands.iter().map(|b| b.front.len() as u64).sum()));
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(flattener.rows(black_box(&elements), bands[0].window)));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = flatten
}
criterion_main!(benches);
