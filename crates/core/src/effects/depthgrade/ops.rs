//! The steps of a grade, on one pixel or some at once. Steps that change nothing are left out.

use super::grade::{GradeSpace, GradingParams};
use super::reference::{Controls, LUMINANCE, MOST_STOPS, TOE, encode};
use crate::maths::{exp2, is_positive, log2};
use crate::simd::{Abreast, Number};

/// Red, green and blue.
pub(super) type Colours<V> = [V; 3];

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

    /// The same in all places.
    #[inline(always)]
    pub(super) fn spread<V: Number>(&self) -> Coefficients<V> {
        Coefficients {
            light: three(self.light),
            multiply: three(self.multiply),
            add: three(self.add),
            exponent: three(self.exponent),
            shift: V::of(self.shift),
            contrast: V::of(self.contrast),
            lower: V::of(self.lower),
            saturation: V::of(self.saturation),
            mix: V::of(self.mix),
        }
    }
}

/// Not by a `map`: what that calls is not compiled for the instruction set.
#[inline(always)]
fn three<V: Number>([r, g, b]: [f32; 3]) -> [V; 3] {
    [V::of(r), V::of(g), V::of(b)]
}

/// A grade of a colour.
#[inline(always)]
pub(super) fn apply<V: Number>(steps: &Steps, k: &Coefficients<V>, from: &Colours<V>) -> Colours<V> {
    let mut v = Abreast(*from);
    if steps.log {
        if steps.light {
            v = Abreast(k.light) * v;
        }
        for v in &mut v.0 {
            *v = log_of(*v);
        }
    }
    if steps.linear {
        v = Abreast(k.multiply) * v + Abreast(k.add);
    }
    if V::MANY && steps.power == [true; 3] {
        // The channels side by side: each step of a power waits for the one before. (Were one of them to be chosen afterwards, compilers
        // would compute them one after the other.)
        v = power_of(v, Abreast(k.exponent), Abreast([k.shift; 3]));
    } else {
        for c in 0..3 {
            if steps.power[c] {
                v.0[c] = power_of(v.0[c], k.exponent[c], k.shift);
            }
        }
    }
    if steps.contrast {
        v = Abreast([k.contrast; 3]) * v + Abreast([k.lower; 3]);
    }
    if let Some(limits) = steps.clamp {
        v = clamped(v, limits);
    }
    if steps.saturation {
        v = Abreast(saturated(k.saturation, &v.0));
        if let Some(limits) = steps.clamp {
            v = clamped(v, limits);
        }
    }
    if steps.log {
        for v in &mut v.0 {
            *v = light_of(*v);
        }
    }
    if steps.mix {
        v = Abreast([V::of(1.0) - k.mix; 3]) * Abreast(*from) + Abreast([k.mix; 3]) * v;
    }
    v.0
}

/// What is above zero to a power, times 2 to another; anything else (0, negative, subnormal, infinite, NaN) comes back as it is.
#[inline(always)]
fn power_of<V: Number>(v: V, exponent: V, shift: V) -> V {
    V::choose(is_positive(v), exp2(exponent * log2(v) + shift), v)
}

/// [`super::reference::encode`].
#[inline(always)]
fn log_of<V: Number>(x: V) -> V {
    const CUT: f32 = 0.007_812_5;
    let n = V::of;
    let log = log2(x) * n(1.0 / 17.52) + n(9.72 / 17.52);
    let line = n(TOE[0] as f32) * x + n(TOE[1] as f32);
    V::choose(n(CUT).less(x) & x.less(n(f32::INFINITY)), log, line)
}

/// [`super::reference::decode`].
#[inline(always)]
fn light_of<V: Number>(y: V) -> V {
    const CUT: f32 = 0.155_251_141_552_511_f64 as f32;
    let n = V::of;
    let light = exp2((n(17.52) * y - n(9.72)).lower(n(MOST_STOPS as f32)));
    let line = (y - n(TOE[1] as f32)) * n((1.0 / TOE[0]) as f32);
    V::choose(n(CUT).less(y), light, line)
}

/// NaN stays.
#[inline(always)]
fn clamped<V: Number>(v: V, [low, high]: [f32; 2]) -> V {
    let (low, high) = (V::of(low), V::of(high));
    let v = V::choose(v.less(low), low, v);
    V::choose(high.less(v), high, v)
}

#[inline(always)]
fn luminance<V: Number>([r, g, b]: &Colours<V>) -> V {
    let [of_r, of_g, of_b] = LUMINANCE;
    V::of(of_r as f32) * *r + V::of(of_g as f32) * *g + V::of(of_b as f32) * *b
}

#[inline(always)]
fn saturated<V: Number>(saturation: V, colour: &Colours<V>) -> Colours<V> {
    let (grey, [r, g, b]) = (luminance(colour), *colour);
    [grey + saturation * (r - grey), grey + saturation * (g - grey), grey + saturation * (b - grey)]
}

/// Takes back as much of the change of luminance as is not wanted.
#[inline(always)]
pub(super) fn keep_luminance<V: Number>(amount: f32, before: &Colours<V>, after: &Colours<V>) -> Colours<V> {
    let n = V::of;
    let (old, new, [r, g, b]) = (luminance(before), luminance(after), *after);
    let ratio = (n(1.0 - amount) * old + n(amount) * new) / new;
    let ratio = ratio.upper(n(0.0)).lower(n(super::reference::MOST_BRIGHTENING as f32));
    let ratio = V::choose(n(0.0).less(new) & new.less(n(f32::INFINITY)), ratio, n(1.0));
    [r * ratio, g * ratio, b * ratio]
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

    /// The numbers for a pixel, from the weights of near, mid and far.
    #[inline(always)]
    pub(super) fn at<V: Number>(&self, w: &[V; 3]) -> Coefficients<V> {
        let (n, [near, mid, far]) = (V::of, &self.controls);
        let contrast = share(w, [near.contrast, mid.contrast, far.contrast]);
        let mut out = near.spread();
        for c in 0..3 {
            let stops = self.stops[c];
            if stops != [stops[0]; 3] {
                out.light[c] = exp2(sum(w, stops));
            }
            let own = if self.log { n(1.0) } else { out.light[c] };
            out.multiply[c] = own * sum(w, self.slope[c]) * (sum(w, self.gain[c]) - sum(w, self.lift[c]));
            out.add[c] = share(w, [near.add[c], mid.add[c], far.add[c]]);
            let stretch = if self.log { n(1.0) } else { contrast };
            out.exponent[c] = sum(w, self.power[c]) / sum(w, self.gamma[c]) * stretch;
        }
        out.contrast = contrast;
        let rest = n(1.0) - contrast;
        (out.shift, out.lower) = match self.log {
            true => (n(0.0), rest * log_of(exp2(sum(w, self.pivot)))),
            false => (rest * sum(w, self.pivot), n(0.0)),
        };
        out.saturation = share(w, [near.saturation, mid.saturation, far.saturation]);
        out.mix = share(w, [near.mix, mid.mix, far.mix]);
        out
    }
}

#[inline(always)]
fn sum<V: Number>(w: &[V; 3], v: [f32; 3]) -> V {
    w[0] * V::of(v[0]) + w[1] * V::of(v[1]) + w[2] * V::of(v[2])
}

/// [`sum`], and exactly the number where all three are the same.
#[inline(always)]
fn share<V: Number>(w: &[V; 3], v: [f32; 3]) -> V {
    if v == [v[0]; 3] { V::of(v[0]) } else { sum(w, v) }
}
