//! What DepthFog means, one pixel at a time in f64: slow and obvious.

use super::params::{FogModel, FogOutput, Params};

/// So little of the picture (2⁻⁸⁰) counts as nothing.
const NOTHING: f64 = 8.3e-25;

/// How much of the picture comes through at a depth in metres, before the limit of opacity. A depth of NaN has no fog before it.
pub fn transmittance(p: &Params, z: f64) -> f64 {
    let air = &p.air;
    if z.is_nan() || z <= air.start {
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

/// The output for one premultiplied pixel. Where nothing of the picture comes through, nothing of it is left, not even an
/// infinite value or a NaN.
pub fn pixel(p: &Params, z: f64, [r, g, b, a]: [f64; 4]) -> [f64; 4] {
    let t = transmittance(p, z).max(1.0 - p.air.max_opacity);
    let fog = p.colour.fog;
    let opacity = 1.0 - t;
    let left = |v: f64| if t == 0.0 { 0.0 } else { v * t };
    let over = p.colour.alpha;
    match p.output {
        FogOutput::Result if over => [
            left(r) + fog[0] * opacity,
            left(g) + fog[1] * opacity,
            left(b) + fog[2] * opacity,
            a + (1.0 - a) * opacity,
        ],
        FogOutput::Result => {
            [left(r) + fog[0] * opacity * a, left(g) + fog[1] * opacity * a, left(b) + fog[2] * opacity * a, a]
        }
        FogOutput::Element if over => [fog[0] * opacity, fog[1] * opacity, fog[2] * opacity, opacity],
        // Only where there is a picture, and lit as far as it covers; its alpha is what dims the picture behind it.
        FogOutput::Element if [r, g, b, a] == [0.0; 4] => [0.0; 4],
        FogOutput::Element => [fog[0] * opacity * a, fog[1] * opacity * a, fog[2] * opacity * a, opacity],
        FogOutput::Transmittance => [t; 4],
        FogOutput::Depth => {
            let shown = if z.is_finite() { z } else { 0.0 };
            [shown, shown, shown, 1.0]
        }
    }
}
