//! What DepthGrade means, one pixel at a time in f64: slow and obvious.

use super::params::{GradeOutput, GradeParams, Params, Zone, ZoneParams, ZoneSpace};

/// Weights of red, green and blue in the luminance of Rec. 709.
pub const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];
/// Scene-linear colours that the overlay gives to near, mid and far.
pub const TINTS: [[f64; 3]; 3] = [[1.0, 0.12, 0.05], [0.1, 0.7, 0.12], [0.06, 0.2, 1.0]];
/// How strongly the overlay tints.
pub const TINT: f64 = 0.4;
/// The smallest gamma; and a transition is never narrower than this share of its distance.
pub const LEAST_GAMMA: f64 = 0.01;
/// See [`LEAST_GAMMA`].
pub const LEAST_SOFTNESS: f64 = 1e-6;

/// How far a depth lies behind a border: 0 far before it, ½ at it, 1 far behind it.
fn behind(space: ZoneSpace, border: f64, softness: f64, z: f64) -> f64 {
    // How far from the border, as a share of its distance; near the border all spaces agree.
    let way = match space {
        ZoneSpace::Distance => z / border - 1.0,
        ZoneSpace::Inverse => 1.0 - border / z,
        ZoneSpace::Log => (z / border).ln(),
    };
    let t = (0.5 + 0.5 * way / softness.max(LEAST_SOFTNESS)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Weights of near, mid and far at a depth in metres: not negative, their sum is 1 (all 0 where the depth is NaN). Where the zones
/// overlap, far takes its share first, then near, and mid has the rest.
pub fn weights(p: &ZoneParams, z: f64) -> [f64; 3] {
    if z.is_nan() {
        return [0.0; 3];
    }
    let near = 1.0 - behind(p.space, p.near_end, p.near_softness, z);
    let far = behind(p.space, p.far_start, p.far_softness, z);
    [near * (1.0 - far), (1.0 - near) * (1.0 - far), far]
}

/// One grade of a straight colour.
pub fn grade(g: &GradeParams, colour: [f64; 3]) -> [f64; 3] {
    if g.is_neutral() {
        return colour;
    }
    let mut out: [f64; 3] = std::array::from_fn(|c| {
        let (multiply, lift, gain) = (g.exposure.exp2(), g.lift[c], g.gain[c]);
        let v = multiply * (gain - lift) * colour[c] + g.offset[c] + lift;
        if v > 0.0 { v.powf(1.0 / g.gamma[c].max(LEAST_GAMMA)) } else { v }
    });
    let luminance: f64 = (0..3).map(|c| LUMINANCE[c] * out[c]).sum();
    out = out.map(|v| luminance + g.saturation * (v - luminance));
    std::array::from_fn(|c| (1.0 - g.mix) * colour[c] + g.mix * out[c])
}

/// The output for one pixel with a straight colour.
pub fn pixel(p: &Params, z: f64, [r, g, b, a]: [f64; 4]) -> [f64; 4] {
    let colour = [r, g, b];
    let w = weights(&p.zones, z);
    let sum = |values: [f64; 3]| w[0] * values[0] + w[1] * values[1] + w[2] * values[2];
    match p.output.output {
        GradeOutput::Result if z.is_nan() => [r, g, b, a],
        GradeOutput::Result => {
            let graded = [0, 1, 2].map(|zone| grade(&p.grades[zone], colour));
            let blended = [0, 1, 2].map(|c| sum(graded.map(|g| g[c])));
            let [r, g, b] = grade(&p.master, blended);
            [r, g, b, a]
        }
        GradeOutput::Overlay => {
            let cover = TINT * sum([1.0; 3]);
            let tinted = |c: usize| (1.0 - cover) * colour[c] + TINT * sum(TINTS.map(|t| t[c]));
            [tinted(0), tinted(1), tinted(2), a]
        }
        GradeOutput::Mattes => {
            let chosen = match p.output.matte_zone {
                Zone::Near => 0,
                Zone::Mid => 1,
                Zone::Far => 2,
            };
            [w[0], w[1], w[2], w[chosen]]
        }
        GradeOutput::Depth => {
            let shown = if z.is_finite() { z } else { 0.0 };
            [shown, shown, shown, 1.0]
        }
    }
}
