//! The steps of a grade on rows of a fixed length: loops without branches, so that they become vector code. Steps that change nothing
//! are left out.
#![allow(clippy::needless_range_loop, reason = "rows of one length, several at a time")]

use super::grade::{GradeSpace, GradingParams};
use super::reference::{Controls, LUMINANCE, MOST_STOPS, TOE, encode};
use crate::maths::{choose, exp2, is_positive, log2, lower, upper};

/// Three colours of a row.
pub(super) type Colours<const N: usize> = [[f32; N]; 3];

/// A number for each pixel of a row: the same one, or one each.
pub(super) trait Numbers<const N: usize> {
    fn at(&self, i: usize) -> f32;
}

impl<const N: usize> Numbers<N> for f32 {
    #[inline(always)]
    fn at(&self, _: usize) -> f32 {
        *self
    }
}

impl<const N: usize> Numbers<N> for [f32; N] {
    #[inline(always)]
    fn at(&self, i: usize) -> f32 {
        self[i]
    }
}

/// The numbers of a grade; see [`Controls`] for what they come from.
#[derive(Clone, Copy)]
pub(super) struct Coefficients<T> {
    /// Before the curve of Log, in light.
    pub light: [T; 3],
    pub multiply: [T; 3],
    pub add: [T; 3],
    /// Of what is above zero.
    pub exponent: [T; 3],
    /// Added to the exponent times the logarithm.
    pub shift: T,
    /// Contrast in Log: a factor and a summand.
    pub contrast: T,
    pub lower: T,
    pub saturation: T,
    pub mix: T,
}

/// Which steps there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Steps {
    pub log: bool,
    pub light: bool,
    pub linear: bool,
    pub power: [bool; 3],
    pub contrast: bool,
    pub clamp: Option<[f32; 2]>,
    pub saturation: bool,
    pub mix: bool,
}

/// The neutral controls.
const NEUTRAL: Controls = Controls {
    stops: [0.0; 3],
    slope: [1.0; 3],
    gain: [1.0; 3],
    lift: [0.0; 3],
    offset: [0.0; 3],
    power: [1.0; 3],
    gamma: [1.0; 3],
    contrast: 1.0,
    pivot: 0.0,
    saturation: 1.0,
    mix: 1.0,
};

impl Steps {
    /// Those that any of some grades needs.
    pub(super) fn new(grades: &[Controls], all: &GradingParams) -> Self {
        let log = all.space == GradeSpace::Log;
        let any = |differs: &dyn Fn(&Controls) -> bool| grades.iter().any(differs);
        let stops = any(&|g| g.stops != NEUTRAL.stops);
        let contrast = any(&|g| g.contrast != 1.0);
        let clamps = all.clamp_black || all.clamp_white;
        let low = if all.clamp_black { 0.0 } else { f32::NEG_INFINITY };
        let high = if all.clamp_white { 1.0 } else { f32::INFINITY };
        Self {
            log,
            light: log && stops,
            linear: (!log && stops)
                || any(&|g| {
                    g.slope != NEUTRAL.slope
                        || g.gain != NEUTRAL.gain
                        || g.lift != NEUTRAL.lift
                        || g.offset != NEUTRAL.offset
                }),
            power: [0, 1, 2].map(|c| any(&|g| g.gamma[c] != g.power[c]) || (!log && contrast)),
            contrast: log && contrast,
            clamp: clamps.then_some([low, high]),
            saturation: any(&|g| g.saturation != 1.0),
            mix: any(&|g| g.mix != 1.0),
        }
    }
}

impl Coefficients<f32> {
    pub(super) fn new(g: &Controls, log: bool) -> Self {
        let light = g.stops.map(f64::exp2);
        let own = |c: usize| if log { 1.0 } else { light[c] };
        let stretch = if log { 1.0 } else { g.contrast };
        Self {
            light: light.map(|v| v as f32),
            multiply: [0, 1, 2].map(|c| (own(c) * g.slope[c] * (g.gain[c] - g.lift[c])) as f32),
            add: [0, 1, 2].map(|c| (g.offset[c] + g.lift[c]) as f32),
            exponent: [0, 1, 2].map(|c| (g.power[c] / g.gamma[c] * stretch) as f32),
            shift: ((1.0 - stretch) * g.pivot) as f32,
            contrast: g.contrast as f32,
            lower: ((1.0 - g.contrast) * encode(g.pivot.exp2())) as f32,
            saturation: g.saturation as f32,
            mix: g.mix as f32,
        }
    }
}

/// A grade of the colours `from`.
#[inline(always)]
pub(super) fn apply<const N: usize, T: Numbers<N>>(
    steps: &Steps,
    k: &Coefficients<T>,
    from: &Colours<N>,
    to: &mut Colours<N>,
) {
    for c in 0..3 {
        let (from, to) = (&from[c], &mut to[c]);
        let (multiply, add) = (&k.multiply[c], &k.add[c]);
        if steps.log {
            let light = &k.light[c];
            match (steps.light, steps.linear) {
                (false, false) => each(from, to, |_, v| log_of(v)),
                (true, false) => each(from, to, |i, v| log_of(light.at(i) * v)),
                (false, true) => each(from, to, |i, v| multiply.at(i) * log_of(v) + add.at(i)),
                (true, true) => each(from, to, |i, v| multiply.at(i) * log_of(light.at(i) * v) + add.at(i)),
            }
            if steps.power[c] {
                power(&k.exponent[c], &k.shift, to);
            }
        } else if steps.power[c] {
            let (exponent, shift) = (&k.exponent[c], &k.shift);
            if steps.linear {
                each(from, to, |i, v| power_of(multiply.at(i) * v + add.at(i), exponent.at(i), shift.at(i)));
            } else {
                each(from, to, |i, v| power_of(v, exponent.at(i), shift.at(i)));
            }
        } else if steps.linear {
            each(from, to, |i, v| multiply.at(i) * v + add.at(i));
        } else {
            *to = *from;
        }
        if steps.contrast {
            change(to, |i, v| k.contrast.at(i) * v + k.lower.at(i));
        }
        if let Some(limits) = steps.clamp {
            change(to, |_, v| clamped(v, limits));
        }
    }
    if steps.saturation {
        saturate(&k.saturation, to);
        if let Some(limits) = steps.clamp {
            to.iter_mut().for_each(|to| change(to, |_, v| clamped(v, limits)));
        }
    }
    for (to, from) in to.iter_mut().zip(from) {
        if steps.log {
            change(to, |_, v| light_of(v));
        }
        if steps.mix {
            change(to, |i, v| (1.0 - k.mix.at(i)) * from[i] + k.mix.at(i) * v);
        }
    }
}

#[inline(always)]
fn each<const N: usize>(from: &[f32; N], to: &mut [f32; N], f: impl Fn(usize, f32) -> f32) {
    for i in 0..N {
        to[i] = f(i, from[i]);
    }
}

#[inline(always)]
fn change<const N: usize>(to: &mut [f32; N], f: impl Fn(usize, f32) -> f32) {
    for (i, v) in to.iter_mut().enumerate() {
        *v = f(i, *v);
    }
}

#[inline(always)]
fn power<const N: usize, T: Numbers<N>>(exponent: &T, shift: &T, to: &mut [f32; N]) {
    change(to, |i, v| power_of(v, exponent.at(i), shift.at(i)));
}

/// What is above zero to a power, times 2 to another; anything else (0, negative, subnormal, infinite, NaN) comes back as it is.
#[inline(always)]
fn power_of(v: f32, exponent: f32, shift: f32) -> f32 {
    let power = exp2(exponent * log2(v) + shift);
    choose(is_positive(v), power, v)
}

/// [`super::reference::encode`].
#[inline(always)]
fn log_of(x: f32) -> f32 {
    const CUT: f32 = 0.007_812_5;
    let log = log2(x) * (1.0 / 17.52) + (9.72 / 17.52);
    let line = TOE[0] as f32 * x + TOE[1] as f32;
    if x > CUT && x < f32::INFINITY { log } else { line }
}

/// [`super::reference::decode`].
#[inline(always)]
fn light_of(y: f32) -> f32 {
    const CUT: f32 = 0.155_251_141_552_511_f64 as f32;
    let light = exp2(lower(17.52 * y - 9.72, MOST_STOPS as f32));
    let line = (y - TOE[1] as f32) * (1.0 / TOE[0]) as f32;
    if y > CUT { light } else { line }
}

/// NaN stays.
#[inline(always)]
fn clamped(v: f32, [low, high]: [f32; 2]) -> f32 {
    let v = choose(v < low, low, v);
    choose(v > high, high, v)
}

#[inline(always)]
pub(super) fn luminance(r: f32, g: f32, b: f32) -> f32 {
    const WEIGHTS: [f32; 3] = [LUMINANCE[0] as f32, LUMINANCE[1] as f32, LUMINANCE[2] as f32];
    WEIGHTS[0] * r + WEIGHTS[1] * g + WEIGHTS[2] * b
}

#[inline(always)]
fn saturate<const N: usize, T: Numbers<N>>(saturation: &T, [r, g, b]: &mut Colours<N>) {
    for i in 0..N {
        let grey = luminance(r[i], g[i], b[i]);
        let s = saturation.at(i);
        r[i] = grey + s * (r[i] - grey);
        g[i] = grey + s * (g[i] - grey);
        b[i] = grey + s * (b[i] - grey);
    }
}

/// Takes back as much of the change of luminance as is not wanted.
#[inline(always)]
pub(super) fn keep_luminance<const N: usize>(amount: f32, before: &Colours<N>, after: &mut Colours<N>) {
    let most = super::reference::MOST_BRIGHTENING as f32;
    let [r, g, b] = after;
    for i in 0..N {
        let old = luminance(before[0][i], before[1][i], before[2][i]);
        let new = luminance(r[i], g[i], b[i]);
        let ratio = lower(upper(((1.0 - amount) * old + amount * new) / new, 0.0), most);
        let ratio = if new > 0.0 && new < f32::INFINITY { ratio } else { 1.0 };
        r[i] *= ratio;
        g[i] *= ratio;
        b[i] *= ratio;
    }
}

/// Three grades of which each pixel takes its share, control by control.
pub(super) struct Between {
    controls: [Coefficients<f32>; 3],
    stops: [[f32; 3]; 3],
    slope: [[f32; 3]; 3],
    gain: [[f32; 3]; 3],
    power: [[f32; 3]; 3],
    gamma: [[f32; 3]; 3],
    lift: [[f32; 3]; 3],
    pivot: [f32; 3],
    log: bool,
}

impl Between {
    pub(super) fn new(of: &[Controls; 3], log: bool) -> Self {
        // By channel first, then by grade.
        let turned = |f: fn(&Controls) -> [f64; 3]| [0, 1, 2].map(|c| [0, 1, 2].map(|i| f(&of[i])[c] as f32));
        Self {
            controls: [0, 1, 2].map(|i| Coefficients::new(&of[i], log)),
            stops: turned(|g| g.stops),
            slope: turned(|g| g.slope),
            gain: turned(|g| g.gain),
            power: turned(|g| g.power),
            gamma: turned(|g| g.gamma),
            lift: turned(|g| g.lift),
            pivot: [0, 1, 2].map(|i| of[i].pivot as f32),
            log,
        }
    }

    /// The numbers for each pixel, from the weights of near, mid and far.
    #[inline(always)]
    pub(super) fn fill<const N: usize>(&self, w: &[[f32; N]; 3], out: &mut Coefficients<[f32; N]>) {
        let sum = |v: [f32; 3], i: usize| w[0][i] * v[0] + w[1][i] * v[1] + w[2][i] * v[2];
        let of = |f: fn(&Coefficients<f32>) -> f32| [0, 1, 2].map(|i| f(&self.controls[i]));
        let all = |v: [f32; 3], out: &mut [f32; N]| {
            if v == [v[0]; 3] { out.fill(v[0]) } else { change(out, |i, _| sum(v, i)) }
        };
        let (contrast, pivot) = (of(|k| k.contrast), self.pivot);
        for c in 0..3 {
            let stops = self.stops[c];
            if stops == [stops[0]; 3] {
                out.light[c].fill(self.controls[0].light[c]);
            } else {
                change(&mut out.light[c], |i, _| exp2(sum(stops, i)));
            }
            let (slope, gain, lift, log) = (self.slope[c], self.gain[c], self.lift[c], self.log);
            let light = &out.light[c];
            let own = |i: usize| if log { 1.0 } else { light[i] };
            change(&mut out.multiply[c], |i, _| own(i) * sum(slope, i) * (sum(gain, i) - sum(lift, i)));
            all([0, 1, 2].map(|i| self.controls[i].add[c]), &mut out.add[c]);
            let (power, gamma) = (self.power[c], self.gamma[c]);
            let stretch = |i: usize| if log { 1.0 } else { sum(contrast, i) };
            change(&mut out.exponent[c], |i, _| sum(power, i) / sum(gamma, i) * stretch(i));
        }
        all(contrast, &mut out.contrast);
        let contrast = &out.contrast;
        if self.log {
            out.shift.fill(0.0);
            change(&mut out.lower, |i, _| (1.0 - contrast[i]) * log_of(exp2(sum(pivot, i))));
        } else {
            change(&mut out.shift, |i, _| (1.0 - contrast[i]) * sum(pivot, i));
            out.lower.fill(0.0);
        }
        all(of(|k| k.saturation), &mut out.saturation);
        all(of(|k| k.mix), &mut out.mix);
    }
}
