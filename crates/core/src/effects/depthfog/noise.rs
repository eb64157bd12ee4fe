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

    /// Adds an octave. One loop for each thing that is worked out: with all in one the compiler gives up and goes pixel by pixel.
    #[inline(always)]
    fn add<const TIME: bool>(
        &self,
        octave: Octave,
        lane: &Lane,
        middle: &[f32; LANES],
        step: &[f32; LANES],
        out: &mut [f32; LANES],
    ) {
        let axes: [Axis; 3] = std::array::from_fn(|i| {
            let mut axis = Axis::new();
            for k in 0..LANES {
                axis.set(k, octave.rest[i] + lane.way[i][k] * middle[k] * octave.frequency, octave.cell[i], PRIMES[i]);
            }
            axis
        });
        let now = lattice(&axes, &octave, 0, self.seed);
        let noise = if TIME {
            let later = lattice(&axes, &octave, 1, self.seed);
            let t = smooth(octave.rest[3]);
            std::array::from_fn(|k| mix(now[k], later[k], t))
        } else {
            now
        };
        let pixel = self.pixel;
        for k in 0..LANES {
            let (along, across) = (step[k] * octave.frequency, 2.0 * pixel * middle[k] * octave.frequency);
            // A mean over many independent waves shrinks with the root of their number, over a plane with the number.
            let fade = 1.0 / ((1.0 + 2.0 * along).sqrt() * (1.0 + across * across));
            out[k] += octave.gain * fade * noise[k];
        }
    }
}

const PRIMES: [u32; 4] = [0x8da6_b343, 0xd816_3841, 0xcb1a_b31f, 0x5897_89ab];

/// Where some places lie on an axis of the lattice: the hash of the point before them, the way from there, and how much the next one counts.
struct Axis {
    low: [u32; LANES],
    t: [f32; LANES],
    fade: [f32; LANES],
}

impl Axis {
    #[inline(always)]
    fn new() -> Self {
        Self { low: [0; LANES], t: [0.0; LANES], fade: [0.0; LANES] }
    }

    #[inline(always)]
    fn set(&mut self, k: usize, v: f32, cell: i32, prime: u32) {
        // Adding it leaves the nearest whole number in the low bits (1.5 · 2²³).
        const ROUND: f32 = 12_582_912.0;
        // Beyond this the lattice is finer than f32 can tell.
        let v = lower(upper(v, -4e6), 4e6);
        let sum = v + ROUND;
        let nearest = sum - ROUND;
        let (down, one) = if v < nearest { (1.0, 1) } else { (0.0, 0) };
        let floor = (sum.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32).wrapping_sub(one);
        let t = v - (nearest - down);
        self.low[k] = (floor.wrapping_add(cell) as u32).wrapping_mul(prime);
        self.t[k] = t;
        self.fade[k] = smooth(t);
    }
}

/// Noise of one octave before or after the moment, −1 to 1.
#[inline(always)]
fn lattice([x, y, z]: &[Axis; 3], octave: &Octave, later: u32, seed: u32) -> [f32; LANES] {
    let w = (octave.cell[3] as u32).wrapping_add(later).wrapping_mul(PRIMES[3]);
    let way = octave.rest[3] - later as f32;
    let corner = |k: usize, right: u32, up: u32, back: u32| {
        let at = |axis: &Axis, i: usize, step: u32| axis.low[k].wrapping_add(step.wrapping_mul(PRIMES[i]));
        let h = at(x, 0, right).wrapping_add(at(y, 1, up)) ^ at(z, 2, back).wrapping_add(w).wrapping_add(seed);
        let h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
        let h = h ^ (h >> 13);
        let signed = |d: f32, i: usize| f32::from_bits(d.to_bits() ^ ((h << i) & 0x8000_0000));
        (signed(x.t[k] - right as f32, 0) + signed(y.t[k] - up as f32, 1))
            + (signed(z.t[k] - back as f32, 2) + signed(way, 3))
    };
    let mut squares = [[0.0; LANES]; 2];
    for (back, square) in (0..).zip(&mut squares) {
        for k in 0..LANES {
            let bottom = mix(corner(k, 0, 0, back), corner(k, 1, 0, back), x.fade[k]);
            let top = mix(corner(k, 0, 1, back), corner(k, 1, 1, back), x.fade[k]);
            square[k] = mix(bottom, top, y.fade[k]);
        }
    }
    std::array::from_fn(|k| mix(squares[0][k], squares[1][k], z.fade[k]))
}

/// 0 at 0 and 1 at 1, with no slope and no bend there.
#[inline(always)]
fn smooth(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

#[inline(always)]
fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + t * (b - a)
}
