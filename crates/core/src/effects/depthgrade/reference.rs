//! What DepthGrade means, one pixel at a time in f64: slow and obvious.

use super::amount::Table;
use super::grade::{Grade, GradeSpace, GradingParams};
use super::params::{GradeOutput, Params, ZoneSpace};
use super::zones::{Border, Layout};

/// Weights of red, green and blue in the luminance of Rec. 709.
pub const LUMINANCE: [f64; 3] = [0.2126, 0.7152, 0.0722];
/// Scene-linear colours that the overlay gives to near, mid and far.
pub const TINTS: [[f64; 3]; 3] = [[1.0, 0.12, 0.05], [0.1, 0.7, 0.12], [0.06, 0.2, 1.0]];
/// How strongly the overlay tints.
pub const TINT: f64 = 0.4;
/// The smallest gamma and power; and a transition is never narrower than this share of its distance.
pub const LEAST_GAMMA: f64 = 0.01;
/// See [`LEAST_GAMMA`].
pub const LEAST_SOFTNESS: f64 = 1e-6;
/// Keeping the luminance makes a colour at most so many times brighter.
pub const MOST_BRIGHTENING: f64 = 16.0;

/// How far a depth lies behind a border: 0 far before it, ½ at it, 1 far behind it.
fn behind(space: ZoneSpace, border: &Border, z: f64) -> f64 {
    // How far from the border, as a share of its distance; near the border all spaces agree.
    let way = match space {
        ZoneSpace::Distance => z / border.at - 1.0,
        ZoneSpace::Inverse => 1.0 - border.at / z,
        ZoneSpace::Log => (z / border.at).ln(),
    };
    let t = (0.5 + 0.5 * way / border.softness.max(LEAST_SOFTNESS)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The way from one border to the other: 0 at the first one, 1 at the second, with rounded corners at both.
fn way(layout: &Layout, z: f64) -> f64 {
    let [near, far] = &layout.borders;
    let t = match layout.space {
        ZoneSpace::Distance => (z - near.at) / (far.at - near.at),
        ZoneSpace::Inverse => (1.0 / near.at - 1.0 / z) / (1.0 / near.at - 1.0 / far.at),
        ZoneSpace::Log => (z / near.at).ln() / (far.at / near.at).ln(),
    };
    let t = t.clamp(-1.0, 2.0);
    // What a ramp that begins at 0 is in the mean over a width.
    let corner = |t: f64, softness: f64| {
        let width = softness.max(LEAST_SOFTNESS);
        let on = (t + width / 2.0).clamp(0.0, width);
        on * on / (2.0 * width) + (t - width / 2.0).max(0.0)
    };
    (corner(t, near.softness) - corner(t - 1.0, far.softness)).clamp(0.0, 1.0)
}

/// Weights of near, mid and far at a depth in metres: not negative, their sum is 1 (all 0 where the depth is NaN). Where the zones
/// overlap, far takes its share first, then near, and mid has the rest. In a continuous layout: how much of each one's controls counts.
pub fn weights(layout: &Layout, z: f64) -> [f64; 3] {
    if z.is_nan() {
        return [0.0; 3];
    }
    if layout.continuous {
        let u = 2.0 * way(layout, z);
        return [(1.0 - u).max(0.0), 1.0 - (u - 1.0).abs(), (u - 1.0).max(0.0)];
    }
    let near = 1.0 - behind(layout.space, &layout.borders[0], z);
    let far = behind(layout.space, &layout.borders[1], z);
    [near * (1.0 - far), (1.0 - near) * (1.0 - far), far]
}

/// Slope and start of the line that the ACEScct curve is near black.
pub const TOE: [f64; 2] = [10.540_237_741_654_5, 0.072_905_534_195_835_5];

/// The ACEScct curve of a light (Academy S-2016-001), which goes on as it is beyond the ends that the standard names.
pub fn encode(x: f64) -> f64 {
    if x <= 0.007_812_5 { TOE[0] * x + TOE[1] } else { (x.log2() + 9.72) / 17.52 }
}

/// The brightest light that comes out of Log, as a power of 2: far above any picture, and sums of it are finite.
pub const MOST_STOPS: f64 = 64.0;

/// The light of a value of the ACEScct curve.
pub fn decode(y: f64) -> f64 {
    if y <= 0.155_251_141_552_511 { (y - TOE[1]) / TOE[0] } else { (17.52 * y - 9.72).min(MOST_STOPS).exp2() }
}

/// Luminance of a colour in Rec. 709.
pub fn luminance(colour: [f64; 3]) -> f64 {
    (0..3).map(|c| LUMINANCE[c] * colour[c]).sum()
}

/// The controls of a grade as numbers, which in a continuous layout lie between those of three grades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Controls {
    /// Of exposure, temperature and tint together.
    pub stops: [f64; 3],
    /// Slope.
    pub slope: [f64; 3],
    /// Gain.
    pub gain: [f64; 3],
    /// Lift.
    pub lift: [f64; 3],
    /// Offset.
    pub offset: [f64; 3],
    /// Power.
    pub power: [f64; 3],
    /// Gamma.
    pub gamma: [f64; 3],
    /// Contrast.
    pub contrast: f64,
    /// Base-2 logarithm of the pivot.
    pub pivot: f64,
    /// Saturation.
    pub saturation: f64,
    /// Mix.
    pub mix: f64,
}

impl Controls {
    /// Those of a grade.
    pub fn new(grade: &Grade) -> Self {
        let (g, cdl) = (&grade.base, &grade.cdl);
        Self {
            stops: grade.stops(),
            slope: cdl.slope.map(|v| v.max(0.0)),
            gain: g.gain,
            lift: g.lift,
            offset: g.offset,
            power: cdl.power.map(|v| v.max(LEAST_GAMMA)),
            gamma: g.gamma.map(|v| v.max(LEAST_GAMMA)),
            contrast: g.contrast,
            pivot: g.pivot.log2(),
            saturation: g.saturation,
            mix: g.mix,
        }
    }

    /// Sum of three by weight, control by control.
    pub fn between(of: [Self; 3], w: [f64; 3]) -> Self {
        let one = |f: fn(&Self) -> f64| (0..3).map(|i| w[i] * f(&of[i])).sum::<f64>();
        let three = |f: fn(&Self) -> [f64; 3]| std::array::from_fn(|c| (0..3).map(|i| w[i] * f(&of[i])[c]).sum());
        Self {
            stops: three(|g| g.stops),
            slope: three(|g| g.slope),
            gain: three(|g| g.gain),
            lift: three(|g| g.lift),
            offset: three(|g| g.offset),
            power: three(|g| g.power),
            gamma: three(|g| g.gamma),
            contrast: one(|g| g.contrast),
            pivot: one(|g| g.pivot),
            saturation: one(|g| g.saturation),
            mix: one(|g| g.mix),
        }
    }
}

/// One grade of a straight colour: brightness and balance, Nuke's Grade and the ASC CDL in one, contrast, clamps, saturation, mix.
pub fn grade(g: &Controls, all: &GradingParams, colour: [f64; 3]) -> [f64; 3] {
    let log = all.space == GradeSpace::Log;
    let clamp = |v: f64| {
        let v = if all.clamp_black { v.max(0.0) } else { v };
        if all.clamp_white { v.min(1.0) } else { v }
    };
    let mut out: [f64; 3] = std::array::from_fn(|c| {
        let lit = g.stops[c].exp2() * colour[c];
        let v = if log { encode(lit) } else { lit };
        let v = g.slope[c] * (g.gain[c] - g.lift[c]) * v + g.offset[c] + g.lift[c];
        let v = if v > 0.0 { v.powf(1.0 / g.gamma[c]).powf(g.power[c]) } else { v };
        let pivot = g.pivot.exp2();
        let v = match log {
            true => encode(pivot) + g.contrast * (v - encode(pivot)),
            false if v > 0.0 => pivot * (v / pivot).powf(g.contrast),
            false => v,
        };
        clamp(v)
    });
    let grey = luminance(out);
    out = out.map(|v| clamp(grey + g.saturation * (v - grey)));
    if log {
        out = out.map(decode);
    }
    std::array::from_fn(|c| (1.0 - g.mix) * colour[c] + g.mix * out[c])
}

/// The graded colour with as much of the change of luminance as is wanted.
pub fn keep_luminance(before: [f64; 3], after: [f64; 3], amount: f64) -> [f64; 3] {
    let (old, new) = (luminance(before), luminance(after));
    if amount == 1.0 || new <= 0.0 || new == f64::INFINITY {
        return after;
    }
    let ratio = ((1.0 - amount) * old + amount * new) / new;
    after.map(|v| v * ratio.clamp(0.0, MOST_BRIGHTENING))
}

/// How much of the grades counts at a depth; without a curve all.
pub fn amount(table: Option<&Table>, z: f64) -> f64 {
    let Some(Table { space, ends: [near, far], values }) = table else { return 1.0 };
    let place = match space {
        ZoneSpace::Distance => (z - near) / (far - near),
        ZoneSpace::Inverse => (1.0 / near - 1.0 / z) / (1.0 / near - 1.0 / far),
        ZoneSpace::Log => (z / near).ln() / (far / near).ln(),
    };
    let last = values.len() - 1;
    let place = if z.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) * last as f64 };
    let i = (place as usize).min(last - 1);
    values[i] + (place - i as f64) * (values[i + 1] - values[i])
}

/// The graded colour of a pixel.
pub fn result(p: &Params, layout: &Layout, z: f64, colour: [f64; 3]) -> [f64; 3] {
    let w = weights(layout, z);
    // A grade that is neutral changes no colour, not even by a curve and back.
    let one = |g: &Grade, colour| {
        if g.is_neutral(&p.grading) { colour } else { grade(&Controls::new(g), &p.grading, colour) }
    };
    let still: f64 = (0..3).filter(|i| p.grades[*i].is_neutral(&p.grading)).map(|i| w[i]).sum();
    let zones = if layout.continuous && still < 1.0 {
        let of = [0, 1, 2].map(|i| Controls::new(&p.grades[i]));
        grade(&Controls::between(of, w), &p.grading, colour)
    } else {
        let graded = [0, 1, 2].map(|zone| one(&p.grades[zone], colour));
        std::array::from_fn(|c| (0..3).map(|i| w[i] * graded[i][c]).sum())
    };
    let graded = keep_luminance(colour, one(&p.master, zones), p.grading.luminance_mix);
    let amount = amount(p.table().as_ref(), z);
    std::array::from_fn(|c| (1.0 - amount) * colour[c] + amount * graded[c])
}

/// The output for one pixel with a straight colour.
pub fn pixel(p: &Params, layout: &Layout, z: f64, [r, g, b, a]: [f64; 4]) -> [f64; 4] {
    let colour = [r, g, b];
    let w = weights(layout, z);
    let sum = |values: [f64; 3]| w[0] * values[0] + w[1] * values[1] + w[2] * values[2];
    match p.output.output {
        GradeOutput::Result if z.is_nan() => [r, g, b, a],
        GradeOutput::Result => {
            let [r, g, b] = result(p, layout, z, colour);
            [r, g, b, a]
        }
        GradeOutput::Overlay => {
            let tint = TINT * amount(p.table().as_ref(), z);
            let cover = tint * sum([1.0; 3]);
            let tinted = |c: usize| (1.0 - cover) * colour[c] + tint * sum(TINTS.map(|t| t[c]));
            [tinted(0), tinted(1), tinted(2), a]
        }
        GradeOutput::Mattes => [w[0], w[1], w[2], w[p.output.matte_zone.index()]],
        GradeOutput::Amount => [amount(p.table().as_ref(), z); 4],
        GradeOutput::Depth => {
            let shown = if z.is_finite() { z } else { 0.0 };
            [shown, shown, shown, 1.0]
        }
    }
}
