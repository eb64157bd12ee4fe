//! The plainest post filter: each pixel the mean of a disc of its own radius.

use crate::measure::{Cost, least};
use crate::scenes::{HEIGHT, Scene, WIDTH, coc};
use std::hint::black_box;

/// Of the ramp; every eighth row is filtered and its time taken eight times, as all rows cost the same.
pub fn cost(scene: &Scene, radius: f64, repeat: usize) -> Cost {
    const EVERY: usize = 8;
    let radii: Vec<f32> = (0..WIDTH).map(|x| coc(x, radius).abs() as f32).collect();
    let mut output = vec![[0f32; 4]; WIDTH * HEIGHT / EVERY];
    let (pixels, rest) = scene.colour.as_chunks::<4>();
    assert!(rest.is_empty());
    let mut cost = least(repeat, || {
        for (row, y) in output.chunks_mut(WIDTH).zip((0..HEIGHT).step_by(EVERY)) {
            for (x, out) in row.iter_mut().enumerate() {
                *out = disc(pixels, x as i32, y as i32, radii[x]);
            }
        }
        black_box(&mut output);
    });
    cost.cpu *= EVERY as f64;
    cost.wall *= EVERY as f64;
    cost
}

/// The mean around a pixel; the picture's edge pixels go on outside.
fn disc(pixels: &[[f32; 4]], x: i32, y: i32, radius: f32) -> [f32; 4] {
    let (mut sum, mut count) = ([0f32; 4], 0f32);
    let reach = radius.floor() as i32;
    for dy in -reach..=reach {
        let row = (y + dy).clamp(0, HEIGHT as i32 - 1) as usize * WIDTH;
        let half = (radius * radius - (dy * dy) as f32).max(0.0).sqrt().floor() as i32;
        let inside = x - half >= 0 && x + half < WIDTH as i32;
        let mut add = |p: &[f32; 4]| (0..4).for_each(|c| sum[c] += p[c]);
        if inside {
            let start = row + (x - half) as usize;
            pixels[start..=start + 2 * half as usize].iter().for_each(&mut add);
        } else {
            (x - half..=x + half).for_each(|x| add(&pixels[row + x.clamp(0, WIDTH as i32 - 1) as usize]));
        }
        count += (2 * half + 1) as f32;
    }
    sum.map(|s| s / count)
}
