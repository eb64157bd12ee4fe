//! Noise that is fixed in the world: gradient noise on a lattice of four dimensions, three of space and one of time, in octaves.
//!
//! The idea of gradient noise is Perlin's (1985, 2002); here the gradients are the sixteen corners (±1, ±1, ±1, ±1), picked by an integer
//! hash. Where a step along the ray is longer than an octave's waves, or a pixel wider, the octave fades by as much as its mean over
//! the step or the pixel would.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::panels::LANES;
use super::params::Params;
use super::sight::Lane;
use crate::effect::Frame;
use crate::maths::{lower, upper};

/// Octaves at most.
const MOST: usize = 8;

/// Where one octave's lattice lies.
#[derive(Clone, Copy, Debug, Default)]
struct Octave {
    /// Cells in a metre.
    frequency: f32,
    /// The camera's place in the lattice: whole cells and the rest, space and time.
    cell: [i32; 4],
    rest: [f32; 4],
    gain: f32,
}

/// The noise with its numbers ready.
#[derive(Clone, Debug)]
pub(super) struct Noise {
    octaves: [Octave; MOST],
    count: usize,
    amount: f32,
    seed: u32,
    /// Does it change in time?
    evolves: bool,
    /// Width of a pixel of the full-size frame at a metre.
    pixel: f32,
}

impl Noise {
    /// `eye`: the camera's position in metres, east, up and north. `pixel`: width of a pixel of the full-size frame for each metre of depth.
    pub(super) fn new(p: &Params, frame: &Frame, eye: [f64; 3], pixel: f32) -> Option<Self> {
        let n = &p.noise;
        if n.amount == 0.0 {
            return None;
        }
        let seconds = frame.time / frame.frame_rate;
        let drift = [n.drift_x, n.drift_y, n.drift_z];
        let from = [0, 1, 2].map(|i| eye[i] - drift[i] * seconds);
        let mut octaves = [Octave::default(); MOST];
        let whole = n.detail.floor() as usize;
        let count = (n.detail.ceil() as usize).clamp(1, MOST);
        let mut square = 0.0;
        for (i, octave) in octaves.iter_mut().enumerate().take(count) {
            // A detail between two numbers has a part of the last octave.
            let part = if i < whole.max(1) { 1.0 } else { n.detail - whole as f64 };
            let gain = 0.5_f64.powi(i as i32) * part;
            square += gain * gain;
            let frequency = 2.0_f64.powi(i as i32) / n.scale;
            // Octaves would meet at the origin.
            let apart = 17.31 * i as f64;
            let place = [
                from[0] * frequency + apart,
                from[1] * frequency + apart,
                from[2] * frequency + apart,
                seconds * n.evolve * (1.0 + 0.5 * i as f64) + apart,
            ];
            *octave = Octave {
                frequency: frequency as f32,
                cell: place.map(|v| v.floor().rem_euclid(4_294_967_296.0) as u32 as i32),
                rest: place.map(|v| (v - v.floor()) as f32),
                gain: gain as f32,
            };
        }
        // Of one strength whatever the detail.
        let strength = (2.5 / square.sqrt()) as f32;
        octaves.iter_mut().for_each(|o| o.gain *= strength);
        let seed = (p.noise.seed as u32).wrapping_mul(0x9e37_79b9);
        Some(Self { octaves, count, amount: n.amount as f32, seed, evolves: n.evolve != 0.0, pixel })
    }

    /// What the densities of some steps are multiplied by: `middle` is the depth of a step's middle, `step` its length in metres; `lane` holds the
    /// rays.
    #[inline(always)]
    pub(super) fn densities(&self, lane: &Lane, middle: &[f32; LANES], step: &[f32; LANES]) -> [f32; LANES] {
        let mut out = [0.0; LANES];
        // Octaves outside: the loops over pixels become vector code.
        for octave in &self.octaves[..self.count] {
            if self.evolves {
                self.add::<true>(*octave, lane, middle, step, &mut out);
            } else {
                self.add::<false>(*octave, lane, middle, step, &mut out);
            }
        }
        out.map(|sum| upper(1.0 + self.amount * sum, 0.0))
    }

    #[inline(always)]
    fn add<const TIME: bool>(
        &self,
        octave: Octave,
        lane: &Lane,
        middle: &[f32; LANES],
        step: &[f32; LANES],
        out: &mut [f32; LANES],
    ) {
        let (seed, pixel) = (self.seed, self.pixel);
        for k in 0..LANES {
            let (along, across) = (step[k] * octave.frequency, 2.0 * pixel * middle[k] * octave.frequency);
            // A mean over many independent waves shrinks with the root of their number, over a plane with the number.
            let fade = 1.0 / ((1.0 + 2.0 * along).sqrt() * (1.0 + across * across));
            let p = [0, 1, 2].map(|i| octave.rest[i] + lane.way[i][k] * middle[k] * octave.frequency);
            out[k] += octave.gain * fade * lattice::<TIME>(&octave, seed, p);
        }
    }
}

/// Noise of one octave, −1 to 1.
#[inline(always)]
fn lattice<const TIME: bool>(octave: &Octave, seed: u32, p: [f32; 3]) -> f32 {
    const PRIMES: [u32; 4] = [0x8da6_b343, 0xd816_3841, 0xcb1a_b31f, 0x5897_89ab];
    let (mut low, mut high, mut t, mut fade) = ([0_u32; 4], [0_u32; 4], [0.0_f32; 4], [0.0_f32; 4]);
    for i in 0..4 {
        // Beyond this the lattice is finer than f32 can tell.
        let v = if i < 3 { lower(upper(p[i], -4e6), 4e6) } else { octave.rest[3] };
        let whole = v as i32;
        let floor = whole - i32::from(v < whole as f32);
        t[i] = v - floor as f32;
        fade[i] = t[i] * t[i] * t[i] * (t[i] * (t[i] * 6.0 - 15.0) + 10.0);
        low[i] = (floor.wrapping_add(octave.cell[i]) as u32).wrapping_mul(PRIMES[i]);
        high[i] = low[i].wrapping_add(PRIMES[i]);
    }
    let corner = |x: usize, y: usize, z: usize, w: usize| {
        let pick = |i: usize, up: usize| if up == 1 { high[i] } else { low[i] };
        let mut h = pick(0, x).wrapping_add(pick(1, y)) ^ pick(2, z).wrapping_add(pick(3, w)).wrapping_add(seed);
        h ^= h >> 15;
        h = h.wrapping_mul(0x2c1b_3c6d);
        h ^= h >> 13;
        let signed = |i: usize, up: usize| {
            let d = t[i] - up as f32;
            f32::from_bits(d.to_bits() ^ ((h << i) & 0x8000_0000))
        };
        (signed(0, x) + signed(1, y)) + (signed(2, z) + signed(3, w))
    };
    let mix = |a: f32, b: f32, t: f32| a + t * (b - a);
    let square = |z: usize, w: usize| {
        let (bottom, top) = (
            mix(corner(0, 0, z, w), corner(1, 0, z, w), fade[0]),
            mix(corner(0, 1, z, w), corner(1, 1, z, w), fade[0]),
        );
        mix(bottom, top, fade[1])
    };
    let cube = |w: usize| mix(square(0, w), square(1, w), fade[2]);
    if TIME { mix(cube(0), cube(1), fade[3]) } else { cube(0) }
}
