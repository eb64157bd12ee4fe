//! One fog of one colour over distance, on rows of f32. The loops have no branches, so that they become vector code.

use super::params::{FogModel, FogOutput, Params};
use crate::depth::Camera;
use crate::effect::{Leaves, RowKernel};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::{exp2, lower, pow_positive, upper};
use crate::simd::{Work, best_work};

/// log₂ 50: at the visibility 1/50 is left.
const TWO_PERCENT: f32 = 5.643_856;
/// From this many halvings on nothing is left (2⁻⁸⁰ of the picture; it also keeps subnormal numbers out).
const NOTHING_LEFT: f32 = 80.0;
/// Pixels that are computed at a time; their transmittances stay in the first-level cache.
const CHUNK: usize = 256;

/// Which curve runs from distance to transmittance; each is its own loop.
#[derive(Clone, Copy)]
enum Curve {
    Exponential,
    Squared,
    Power,
    Linear,
    LinearPower,
}

/// The plain fog with its numbers ready.
pub(super) struct Fog {
    curve: Curve,
    /// Where distances are counted along the rays: a depth pass tells the distance to the camera's plane, but light has to come the
    /// whole way to the eye, which is longer beside the axis.
    camera: Option<Camera>,
    start: f32,
    /// How deep the fog is: air behind that adds nothing, a linear ramp is at its end.
    length: f32,
    /// One over the distance that the curve is measured in.
    per_metre: f32,
    power: f32,
    /// The least that comes through.
    least: f32,
    fog: [f32; 3],
    alpha: bool,
    output: FogOutput,
}

impl Fog {
    pub(super) fn new(p: &Params, camera: Option<Camera>) -> Self {
        let air = &p.air;
        let squared = air.model == FogModel::ExponentialSquared;
        let power = if squared { 2.0 * air.falloff } else { air.falloff };
        let length = (air.end - air.start).max(0.0);
        let curve = match air.model {
            FogModel::Linear if power == 1.0 => Curve::Linear,
            FogModel::Linear => Curve::LinearPower,
            _ if power == 1.0 => Curve::Exponential,
            _ if power == 2.0 => Curve::Squared,
            _ => Curve::Power,
        };
        let (length, unit) = match air.model {
            // A ramp without length is a wall.
            FogModel::Linear => (length, length.max(1e-9)),
            _ if air.use_end => (length, air.visibility),
            _ => (f64::INFINITY, air.visibility),
        };
        Self {
            curve,
            camera,
            start: air.start as f32,
            length: length as f32,
            per_metre: (1.0 / unit) as f32,
            power: power as f32,
            least: (1.0 - air.max_opacity) as f32,
            fog: p.colour.fog.map(|v| v as f32),
            alpha: p.colour.alpha,
            output: p.output,
        }
    }

    /// What comes through at each pixel, as `z` tells its distance.
    #[inline(always)]
    fn transmittances(&self, z: impl Fn(usize) -> f32, out: &mut [f32]) {
        let (unit, power, length) = (self.per_metre, self.power, self.length);
        match self.curve {
            Curve::Exponential => self.each(z, out, |d| beer_lambert(lower(d, length) * unit)),
            Curve::Squared => {
                self.each(z, out, |d| beer_lambert((lower(d, length) * unit) * (lower(d, length) * unit)))
            }
            Curve::Power => self.each(z, out, |d| beer_lambert(pow_positive(lower(d, length) * unit, power))),
            Curve::Linear => self.each(z, out, |d| 1.0 - ramp(d, length, unit)),
            Curve::LinearPower => self.each(z, out, |d| 1.0 - pow_positive(ramp(d, length, unit), power)),
        }
    }

    /// `f` gets the way through the fog: 0 in front of it and where the depth is NaN.
    #[inline(always)]
    fn each(&self, z: impl Fn(usize) -> f32, out: &mut [f32], f: impl Fn(f32) -> f32) {
        let (start, least) = (self.start, self.least);
        for (i, t) in out.iter_mut().enumerate() {
            *t = upper(f(upper(z(i) - start, 0.0)), least);
        }
    }

    #[inline(always)]
    fn result(&self, t: &[f32], colour: ColourRow) {
        let ColourRow { r, g, b, a } = colour;
        // One loop for each plane: of all in one the compiler cannot see that nothing overlaps.
        let mut buffer = [0.0; CHUNK];
        let light = &mut buffer[..t.len()];
        if self.alpha {
            light.iter_mut().zip(t).for_each(|(light, &t)| *light = 1.0 - t);
        } else {
            light.iter_mut().zip(t).zip(&*a).for_each(|((light, &t), &a)| *light = (1.0 - t) * a);
        }
        for (plane, fog) in [r, g, b].into_iter().zip(self.fog) {
            plane.iter_mut().zip(t).zip(&*light).for_each(|((v, &t), &light)| *v = left(*v, t) + fog * light);
        }
        if self.alpha {
            // Written so that 1 stays exactly 1.
            a.iter_mut().zip(t).for_each(|(a, &t)| *a += (1.0 - *a) * (1.0 - t));
        }
    }

    #[inline(always)]
    fn element(&self, t: &[f32], colour: ColourRow) {
        let ColourRow { r, g, b, a } = colour;
        for (i, &t) in t.iter().enumerate() {
            let empty = r[i] == 0.0 && g[i] == 0.0 && b[i] == 0.0 && a[i] == 0.0;
            let light = (1.0 - t) * if self.alpha { 1.0 } else { a[i] };
            [r[i], g[i], b[i]] = self.fog.map(|fog| fog * light);
            a[i] = if empty && !self.alpha { 0.0 } else { 1.0 - t };
        }
    }
}

/// What a share of the visibility leaves.
#[inline(always)]
fn beer_lambert(share: f32) -> f32 {
    let halvings = share * TWO_PERCENT;
    let t = exp2(-halvings);
    if halvings < NOTHING_LEFT { t } else { 0.0 }
}

/// Exactly 1 at the end; a ramp without length is a wall right behind its start.
#[inline(always)]
fn ramp(d: f32, length: f32, unit: f32) -> f32 {
    if d > 0.0 && d >= length { 1.0 } else { d * unit }
}

/// What of the picture is left: nothing at all at 0.
#[inline(always)]
fn left(v: f32, t: f32) -> f32 {
    if t > 0.0 { v * t } else { 0.0 }
}

impl RowKernel for Fog {
    fn wants_straight(&self) -> bool {
        false
    }
    fn leaves(&self) -> Leaves {
        match self.output {
            FogOutput::Result => Leaves::Picture,
            FogOutput::Element => Leaves::Layer,
            FogOutput::Transmittance | FogOutput::Depth => Leaves::Data,
        }
    }
    fn mixes(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x: |i| x1 + i as i32, y, z, colour });
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x: |i| x[i], y, z, colour });
    }
}

/// A call of [`RowKernel::row`]; `x` is the column of each pixel.
struct Row<'a, X> {
    kernel: &'a Fog,
    x: X,
    y: i32,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl<X: Fn(usize) -> i32> Work for Row<'_, X> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.kernel.chunks(self.x, self.y, self.z, self.colour);
    }
}

impl Fog {
    #[inline(always)]
    fn chunks(&self, x: impl Fn(usize) -> i32, y: i32, z: &[f32], mut colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        let mut buffer = [0.0; CHUNK];
        for from in (0..z.len()).step_by(CHUNK) {
            let to = z.len().min(from + CHUNK);
            let t = &mut buffer[..to - from];
            // One length for both, which the compiler sees.
            let z = &z[from..to][..t.len()];
            match &self.camera {
                Some(camera) => self.transmittances(|i| z[i] * camera.ray_length(x(from + i), y), t),
                None => self.transmittances(|i| z[i], t),
            }
            let part = colour.part(from..to);
            match self.output {
                FogOutput::Result => self.result(t, part),
                FogOutput::Element => self.element(t, part),
                _ => [part.r, part.g, part.b, part.a].into_iter().for_each(|plane| plane.copy_from_slice(t)),
            }
        }
    }
}
