//! Depth passes as renderers, compositors and networks write them.

use super::scenes::{Random, Scene};
use fathom_core::depth::{DepthConvention as C, DepthEdges};

/// A pass with what is true of it.
pub struct Pass {
    pub name: String,
    pub width: usize,
    pub values: Vec<f32>,
    pub alpha: Option<Vec<f32>>,
    pub integers: bool,
    /// Every answer that is right: the convention, and whether it is even in 1/z (for normalised ones).
    pub truth: &'static [(C, bool)],
    pub edges: Option<DepthEdges>,
}

/// How a number is made of a distance.
struct Recipe {
    name: &'static str,
    truth: &'static [(C, bool)],
    /// Of a distance; infinite where there is nothing.
    number: Box<dyn Fn(f64) -> f64>,
    store: Store,
}

#[derive(Clone, Copy, PartialEq)]
enum Store {
    Float,
    Half,
    Byte,
    Short,
    /// Estimated: a wobbling, soft disparity, stretched to 0..this, in float or byte.
    Estimate(f64),
    EstimateByte,
}

const DISTANCE: &[(C, bool)] = &[(C::Distance, false)];
const MINUS: &[(C, bool)] = &[(C::MinusDistance, false)];
const INVERSE: &[(C, bool)] = &[(C::Inverse, false)];
const MINUS_INVERSE: &[(C, bool)] = &[(C::MinusInverse, false)];
const NEAR_ZERO: &[(C, bool)] = &[(C::NormalisedNearZero, false)];
const FAR_ZERO: &[(C, bool)] = &[(C::NormalisedFarZero, false)];
const BUFFER: &[(C, bool)] = &[(C::NormalisedNearZero, true)];
const DISPARITY: &[(C, bool)] = &[(C::NormalisedFarZero, true)];

pub const RECIPES: usize = 29;

fn recipe(i: usize, near: f64, far: f64) -> Recipe {
    let or = |empty: f64, f: fn(f64) -> f64| -> Box<dyn Fn(f64) -> f64> {
        Box::new(move |z| if z.is_finite() { f(z) } else { empty })
    };
    // Ends around the scene, as an artist sets them; what is beyond is clamped.
    let (n, f) = (0.7 * near, 1.15 * far);
    let norm = move |z: f64| ((z - n) / (f - n)).clamp(0.0, 1.0);
    let tight = move |z: f64| ((z - near) / (far - near)).clamp(0.0, 1.0);
    let buffer = move |z: f64, n: f64, f: f64| ((1.0 / n - 1.0 / z) / (1.0 / n - 1.0 / f)).clamp(0.0, 1.0);
    use Store::*;
    let (name, truth, number, store): (&'static str, _, Box<dyn Fn(f64) -> f64>, _) = match i {
        0 => ("Cycles 1e10", DISTANCE, or(1e10, |z| z), Float),
        1 => ("Arnold 0", DISTANCE, or(0.0, |z| z), Float),
        2 => ("Arnold 1e30", DISTANCE, or(1e30, |z| z), Float),
        3 => ("V-Ray white far", NEAR_ZERO, Box::new(norm), Float),
        4 => ("V-Ray white near", FAR_ZERO, Box::new(move |z| 1.0 - norm(z)), Float),
        5 => ("Maya -1/z", MINUS_INVERSE, or(0.0, |z| -1.0 / z), Float),
        6 => ("Nuke 1/z", INVERSE, or(0.0, |z| 1.0 / z), Float),
        7 => ("Unreal reversed z, 0.1/z", INVERSE, or(0.0, |z| 0.1 / z), Float),
        8 => (
            "Unity reversed z, 0.3..1000",
            INVERSE,
            Box::new(move |z| 1.0 - buffer(z, 0.3_f64.min(near), 1000.0)),
            Float,
        ),
        9 => ("Houdini -z, 0", MINUS, or(0.0, |z| -z), Float),
        10 => ("8-bit white far", NEAR_ZERO, Box::new(norm), Byte),
        11 => ("8-bit white near", FAR_ZERO, Box::new(move |z| 1.0 - norm(z)), Byte),
        12 => ("AI 0..1", DISPARITY, or(0.0, |z| 1.0 / z), Estimate(1.0)),
        13 => ("AI 0..255", INVERSE, or(0.0, |z| 1.0 / z), Estimate(255.0)),
        14 => ("AI raw 23.7", INVERSE, or(0.0, |z| 1.0 / z), Estimate(23.7)),
        15 => ("AI 8-bit", DISPARITY, or(0.0, |z| 1.0 / z), EstimateByte),
        16 => ("half 65504, cm", DISTANCE, or(65504.0, |z| (100.0 * z).min(65504.0)), Half),
        17 => ("distance inf, mm", DISTANCE, or(f64::INFINITY, |z| 1000.0 * z), Float),
        18 => ("distance NaN, ft", DISTANCE, or(f64::NAN, |z| z / 0.3048), Float),
        19 => ("distance, far clip", DISTANCE, Box::new(move |z| z.min(3.0 * far)), Float),
        20 => ("Maya -z, -1e10", MINUS, or(-1e10, |z| -z), Float),
        21 => ("GL z-buffer", BUFFER, Box::new(move |z| buffer(z, 0.5 * near, 1.5 * far)), Float),
        22 => ("16-bit white far", NEAR_ZERO, Box::new(norm), Short),
        23 => ("half white near", FAR_ZERO, Box::new(move |z| 1.0 - norm(z)), Half),
        24 => ("V-Ray tight white near", FAR_ZERO, Box::new(move |z| 1.0 - tight(z)), Float),
        25 => ("V-Ray tight white far", NEAR_ZERO, Box::new(tight), Float),
        26 => ("Nuke 1/z, half, cm", INVERSE, or(0.0, |z| 0.01 / z), Half),
        27 => ("distance, half", DISTANCE, or(f64::INFINITY, |z| z), Half),
        _ => ("Maya -1/z, cm", MINUS_INVERSE, or(0.0, |z| -0.01 / z), Float),
    };
    Recipe { name, truth, number, store }
}

/// What else happens to a pass.
#[derive(Clone, Copy, Default)]
pub struct Treatment {
    /// Averages over each pixel instead of its middle.
    pub antialiased: bool,
    /// Relative noise (standard deviation).
    pub noise: f64,
    /// A few NaNs strewn in.
    pub holes: bool,
}

/// Recipe `i` for a scene; `None` where it makes no sense (a scene without anything).
pub fn make(scene: &Scene, i: usize, how: Treatment, random: &mut Random) -> Option<Pass> {
    let mut all: Vec<f64> = scene.z.iter().copied().filter(|z| z.is_finite()).collect();
    if all.is_empty() {
        return None;
    }
    all.sort_by(f64::total_cmp);
    let (near, far) = (all[0], all[(all.len() - 1) * 995 / 1000].max(all[0] * 1.0001));
    let recipe = recipe(i, near, far);
    let middle = scene.sub * scene.sub / 2;
    let mut values: Vec<f64> = Vec::with_capacity(scene.width * scene.height);
    for y in 0..scene.height {
        for x in 0..scene.width {
            let mut numbers = scene.pixel(x, y).map(&recipe.number);
            values.push(match how.antialiased {
                true => numbers.sum::<f64>() / (scene.sub * scene.sub) as f64,
                false => numbers.nth(middle)?,
            });
        }
    }
    let estimated = matches!(recipe.store, Store::Estimate(_) | Store::EstimateByte);
    if estimated {
        estimate(&mut values, scene.width, random);
    }
    for v in &mut values {
        if how.noise > 0.0 && v.abs() < 6e4 {
            *v *= 1.0 + how.noise * random.normal();
        }
        if how.holes && random.unit() < 3e-4 {
            *v = f64::NAN;
        }
    }
    let integers = matches!(recipe.store, Store::Byte | Store::Short | Store::EstimateByte);
    let values = values.into_iter().map(|v| store(recipe.store, v)).collect();
    let kind = if how.antialiased { "filtered" } else { "point" };
    let extra = if how.noise > 0.0 { ", noise" } else { "" };
    Some(Pass {
        name: format!("{}: {}, {kind}{extra}", scene.name, recipe.name),
        width: scene.width,
        values,
        alpha: None,
        integers,
        truth: recipe.truth,
        edges: (!estimated && scene.sub > 1 && how.noise == 0.0).then_some(match how.antialiased {
            true => DepthEdges::Antialiased,
            false => DepthEdges::PointSampled,
        }),
    })
}

fn store(store: Store, v: f64) -> f32 {
    match store {
        Store::Float => v as f32,
        Store::Half => half::f16::from_f64(v).to_f32(),
        Store::Byte => ((v.clamp(0.0, 1.0) * 255.0).round() / 255.0) as f32,
        Store::Short => ((v.clamp(0.0, 1.0) * 65535.0).round() / 65535.0) as f32,
        Store::Estimate(scale) => (v * scale) as f32,
        Store::EstimateByte => ((v * 255.0).round() / 255.0) as f32,
    }
}

/// What a network makes of disparity: soft edges, errors that vary slowly, stretched to 0..1 over the frame.
fn estimate(values: &mut [f64], width: usize, random: &mut Random) {
    let height = values.len() / width;
    // Soft over about four pixels.
    for vertical in [false, true, false, true] {
        let old = values.to_vec();
        for y in 0..height {
            for x in 0..width {
                let at = |k: isize| {
                    let (x, y) = if vertical { (x as isize, y as isize + k) } else { (x as isize + k, y as isize) };
                    old[y.clamp(0, height as isize - 1) as usize * width + x.clamp(0, width as isize - 1) as usize]
                };
                values[y * width + x] = (at(-2) + 2.0 * at(-1) + 2.0 * at(0) + 2.0 * at(1) + at(2)) / 8.0;
            }
        }
    }
    let phase = [0; 4].map(|_| random.between(0.0, 6.0));
    let greatest = values.iter().copied().fold(0.0, f64::max);
    for (i, v) in values.iter_mut().enumerate() {
        let (x, y) = ((i % width) as f64 / width as f64, (i / width) as f64 / width as f64);
        let wave = (9.0 * x + phase[0]).sin() * (11.0 * y + phase[1]).sin()
            + 0.4 * (23.0 * x + phase[2]).sin() * (31.0 * y + phase[3]).sin();
        *v += greatest * (0.004 * wave) + *v * 0.01 * wave;
    }
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    values.iter_mut().for_each(|v| *v = (*v - low) / (high - low));
}
