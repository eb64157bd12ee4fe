//! What DepthFog means, one pixel at a time in f64: slow and obvious.

use super::params::{FogModel, FogOutput, LayerParams, Params};

/// A ray, for each metre of depth.
#[derive(Clone, Copy, Debug)]
pub struct Ray {
    /// How much it rises.
    pub rise: f64,
    /// How long it is.
    pub length: f64,
}

/// So little of the picture (2⁻⁸⁰) counts as nothing.
const NOTHING: f64 = 8.3e-25;

/// How much of the picture comes through the fog over distance, of a density of 1. A depth of NaN has no fog before it.
pub fn transmittance(p: &Params, z: f64) -> f64 {
    let air = &p.air;
    if z.is_nan() || z <= air.start || air.model == FogModel::None {
        return 1.0;
    }
    let length = air.end - air.start;
    if air.model == FogModel::Linear {
        let way = if z >= air.end { 1.0 } else { (z - air.start) / length };
        return 1.0 - way.powf(air.falloff);
    }
    let through = if air.use_end { (z - air.start).min(length.max(0.0)) } else { z - air.start };
    let power = if air.model == FogModel::ExponentialSquared { 2.0 } else { 1.0 };
    // 2 % are left at the distance `visibility`, whatever the powers.
    let optical_depth = -0.02_f64.ln() * (through / air.visibility).powf(power * air.falloff);
    let left = (-optical_depth).exp();
    if left > NOTHING { left } else { 0.0 }
}

/// What the air leaves of the light and what it adds, each channel.
#[derive(Clone, Copy, Debug)]
pub struct Through {
    pub left: [f64; 3],
    pub light: [f64; 3],
}

fn smooth(t: f64) -> f64 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

fn layer_density(l: &LayerParams, z: f64) -> f64 {
    if !l.on || l.far <= l.near {
        return 0.0;
    }
    let wide = 0.5 * (l.near_softness + l.far_softness);
    let fit = if wide > l.far - l.near { (l.far - l.near) / wide } else { 1.0 };
    let step = |end: f64, length: f64| {
        if length * fit > 0.0 { smooth((z - end) / (length * fit) + 0.5) } else { f64::from(u8::from(z > end)) }
    };
    l.density * (step(l.near, l.near_softness) - step(l.far, l.far_softness)).max(0.0)
}

fn height_density(p: &Params, z: f64, ray: &Ray) -> f64 {
    let h = &p.height;
    if !h.on {
        return 0.0;
    }
    let over = p.camera.height + ray.rise * z - h.height;
    h.density * ray.length * (-over.max(0.0) / h.falloff).exp()
}

fn base_colour(p: &Params, z: f64) -> [f64; 3] {
    let to = if p.air.model == FogModel::Linear { (p.air.end - p.air.start).max(1e-9) } else { p.air.visibility };
    let share = p.colour.blend * smooth((z - p.air.start) / to);
    [0, 1, 2].map(|c| p.colour.fog[c] + share * (p.colour.far[c] - p.colour.fog[c]))
}

/// A march along the ray in even steps of depth. Stops at `cuts` on the way, so that no step holds the end of anything.
pub fn march(p: &Params, z: f64, ray: &Ray, steps: usize, cuts: &[f64]) -> Through {
    let mut stops: Vec<f64> = (0..=steps).map(|i| z * i as f64 / steps as f64).collect();
    stops.extend(cuts.iter().filter(|c| **c > 0.0 && **c < z));
    stops.sort_by(f64::total_cmp);
    let gain = p.air.density.abs();
    let tint = p.colour.tint.map(|v| v.max(0.0));
    let mut through = Through { left: [1.0; 3], light: [0.0; 3] };
    for pair in stops.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (middle, step) = (0.5 * (a + b), b - a);
        // The fog over distance is defined by what it lets through.
        let base = (transmittance(p, a) / transmittance(p, b).max(1e-300)).ln().max(0.0);
        let mut parts = vec![(base, base_colour(p, middle))];
        parts.extend(p.layers.iter().map(|l| (layer_density(l, middle) * step, l.colour)));
        parts.push((height_density(p, middle, ray) * step, p.height.colour));
        let depth: f64 = gain * parts.iter().map(|(d, _)| d).sum::<f64>();
        for c in 0..3 {
            let held = 1.0 - (-tint[c] * depth).exp();
            if depth > 0.0 {
                let colour = gain * parts.iter().map(|(d, colour)| d * colour[c]).sum::<f64>() / depth;
                through.light[c] += through.left[c] * held * colour;
            }
            through.left[c] *= 1.0 - held;
        }
    }
    through
}

/// Depth and colour of the plain fog: no layers, no height, one colour.
pub fn plain(p: &Params, z: f64) -> Through {
    let t = transmittance(p, z);
    Through { left: [t; 3], light: p.colour.fog.map(|c| c * (1.0 - t)) }
}

/// The output for one premultiplied pixel. Where nothing of the picture comes through, nothing of it is left, not even an
/// infinite value or a NaN.
pub fn pixel(p: &Params, z: f64, through: Through, rgba: [f64; 4]) -> [f64; 4] {
    let [r, g, b, a] = rgba;
    let share = if z == f64::INFINITY { p.colour.sky } else { 1.0 };
    let opacity = through.left.map(|t| (1.0 - t).min(p.air.max_opacity) * share);
    let light: [f64; 3] =
        [0, 1, 2].map(|c| if opacity[c] > 0.0 { through.light[c] * opacity[c] / (1.0 - through.left[c]) } else { 0.0 });
    // 1 − (1 − t) would lose small numbers.
    let t =
        [0, 1, 2].map(|c| if share == 1.0 { through.left[c].max(1.0 - p.air.max_opacity) } else { 1.0 - opacity[c] });
    let mean = t.iter().sum::<f64>() / 3.0;
    let over = p.colour.alpha && !p.removes();
    let grey = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let dull = p.colour.desaturate * (1.0 - mean);
    let result = |c: usize| {
        if p.removes() {
            return (rgba[c] - light[c] * a) / t[c].max(p.air.haze_floor);
        }
        let v = if dull > 0.0 { rgba[c] + dull * (grey - rgba[c]) } else { rgba[c] };
        (if t[c] == 0.0 { 0.0 } else { v * t[c] }) + light[c] * if over { 1.0 } else { a }
    };
    let alpha = if over { a + (1.0 - a) * (1.0 - mean) } else { a };
    match p.output {
        FogOutput::Result => [result(0), result(1), result(2), alpha],
        // Only where there is a picture; its alpha is what dims the picture behind it.
        FogOutput::Element if !over && rgba == [0.0; 4] => [0.0; 4],
        FogOutput::Element if p.is_plain() => {
            let cover = if over { 1.0 } else { a };
            [light[0] * cover, light[1] * cover, light[2] * cover, 1.0 - mean]
        }
        FogOutput::Element => {
            let left = |v: f64| if mean == 0.0 { 0.0 } else { mean * v };
            [result(0) - left(r), result(1) - left(g), result(2) - left(b), 1.0 - mean]
        }
        FogOutput::Transmittance => [t[0], t[1], t[2], mean],
        FogOutput::Depth => {
            let shown = if z.is_finite() { z } else { 0.0 };
            [shown, shown, shown, 1.0]
        }
    }
}
