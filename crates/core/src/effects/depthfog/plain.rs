//! One fog of one colour over distance, on rows of f32. The loops have no branches, so that they become vector code.

#![allow(clippy::needless_range_loop, reason = "rows of one length, several at a time")]

use super::params::{FogModel, FogOutput, Params};
use super::sight::Columns;
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
/// Pixels that are computed at a time: loops of a fixed length over numbers that nothing else can change become the best vector code.
const CHUNK: usize = 128;
/// The same for a few pixels between others, as along silhouettes.
const SHORT: usize = 16;

/// A number each of some pixels.
type Numbers<const N: usize> = [f32; N];

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

    /// What comes through at each pixel, from its distance, in place.
    #[inline(always)]
    fn transmittances<const N: usize>(&self, d: &mut Numbers<N>) {
        let (unit, power, length) = (self.per_metre, self.power, self.length);
        match self.curve {
            Curve::Exponential => self.each(d, |d| beer_lambert(lower(d, length) * unit)),
            Curve::Squared => self.each(d, |d| beer_lambert((lower(d, length) * unit) * (lower(d, length) * unit))),
            Curve::Power => self.each(d, |d| beer_lambert(pow_positive(lower(d, length) * unit, power))),
            Curve::Linear => self.each(d, |d| 1.0 - ramp(d, length, unit)),
            Curve::LinearPower => self.each(d, |d| 1.0 - pow_positive(ramp(d, length, unit), power)),
        }
    }

    /// `f` gets the way through the fog: 0 in front of it and where the depth is NaN.
    #[inline(always)]
    fn each<const N: usize>(&self, d: &mut Numbers<N>, f: impl Fn(f32) -> f32) {
        let (start, least) = (self.start, self.least);
        for v in d {
            *v = upper(f(upper(*v - start, 0.0)), least);
        }
    }

    #[inline(always)]
    fn result<const N: usize>(&self, t: &Numbers<N>, [r, g, b, a]: [&mut Numbers<N>; 4]) {
        let mut light = [0.0; N];
        for i in 0..N {
            light[i] = if self.alpha { 1.0 - t[i] } else { (1.0 - t[i]) * a[i] };
        }
        for (plane, fog) in [r, g, b].into_iter().zip(self.fog) {
            for i in 0..N {
                plane[i] = left(plane[i], t[i]) + fog * light[i];
            }
        }
        if self.alpha {
            // Written so that 1 stays exactly 1.
            for i in 0..N {
                a[i] += (1.0 - a[i]) * (1.0 - t[i]);
            }
        }
    }

    #[inline(always)]
    fn element<const N: usize>(&self, t: &Numbers<N>, [r, g, b, a]: [&mut Numbers<N>; 4]) {
        let (mut light, mut cover) = ([0.0; N], [0.0; N]);
        for i in 0..N {
            let empty = (r[i] == 0.0) & (g[i] == 0.0) & (b[i] == 0.0) & (a[i] == 0.0) & !self.alpha;
            light[i] = (1.0 - t[i]) * if self.alpha { 1.0 } else { a[i] };
            cover[i] = if empty { 0.0 } else { 1.0 - t[i] };
        }
        for (plane, fog) in [r, g, b].into_iter().zip(self.fog) {
            for i in 0..N {
                plane[i] = fog * light[i];
            }
        }
        *a = cover;
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
        best_work(Row { kernel: self, x: Columns::From(x1), y, z, colour });
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x: Columns::Each(x), y, z, colour });
    }
}

/// A call of [`RowKernel::row`].
struct Row<'a> {
    kernel: &'a Fog,
    x: Columns<'a>,
    y: i32,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl Work for Row<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        if self.kernel.output == FogOutput::Depth {
            return look::depth(self.z, self.colour);
        }
        if self.z.len() <= SHORT { self.chunks::<SHORT>() } else { self.chunks::<CHUNK>() }
    }
}

impl Row<'_> {
    #[inline(always)]
    fn chunks<const N: usize>(self) {
        let Self { kernel, x, y, z, mut colour } = self;
        let mut planes = [[0.0; N]; 4];
        for from in (0..z.len()).step_by(N) {
            let to = z.len().min(from + N);
            let mut d = [0.0; N];
            d[..to - from].copy_from_slice(&z[from..to]);
            if let Some(camera) = &kernel.camera {
                let columns = x.some::<N>(from, to - from);
                for i in 0..N {
                    d[i] *= camera.ray_length(columns[i], y);
                }
            }
            kernel.transmittances(&mut d);
            let ColourRow { r, g, b, a } = colour.part(from..to);
            let whole = (r.first_chunk_mut(), g.first_chunk_mut(), b.first_chunk_mut(), a.first_chunk_mut());
            if let (Some(r), Some(g), Some(b), Some(a)) = whole {
                kernel.write(&d, [r, g, b, a]);
                continue;
            }
            let own = [r, g, b, a];
            for (to, from) in planes.iter_mut().zip(&own) {
                to[..from.len()].copy_from_slice(from);
            }
            kernel.write(&d, planes.each_mut());
            for (to, from) in own.into_iter().zip(&planes) {
                to.copy_from_slice(&from[..to.len()]);
            }
        }
    }
}

impl Fog {
    /// The output's pixels, where so much comes through.
    #[inline(always)]
    fn write<const N: usize>(&self, t: &Numbers<N>, pixels: [&mut Numbers<N>; 4]) {
        match self.output {
            FogOutput::Result => self.result(t, pixels),
            FogOutput::Element => self.element(t, pixels),
            _ => pixels.into_iter().for_each(|plane| *plane = *t),
        }
    }
}
