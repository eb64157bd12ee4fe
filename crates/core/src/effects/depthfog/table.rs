//! What depends on depth alone, worked out once for a render in f64 and read off by f32 depth.
//!
//! The depths are cut into cells, sixteen to an octave, and each cell into as many even steps as the air in it needs. A depth finds its step
//! by its bits; between the ends of a step values run straight.

use super::model::{Air, OPAQUE};

/// Added to a depth before its octave is looked for: below it cells are even.
const OFFSET: f32 = 1.0 / 64.0;
/// Bits of the mantissa below a cell's number.
const CELL_BITS: u32 = 19;
const FIRST: u32 = OFFSET.to_bits() >> CELL_BITS;
/// Depths from here on (2²⁶ m) are infinite.
const LAST: u32 = 67_108_864_f32.to_bits() >> CELL_BITS;
/// A step's share of the light: straight lines are off by less than 10⁻⁶.
const STEP: f64 = 2e-3;
/// Steps in a cell where something begins or ends, and most steps in a cell.
const STEPS_AT_BOUNDS: f64 = 1024.0;
const MOST_STEPS: f64 = 2048.0;

/// What is known of a depth.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// Share of the light that is left, each channel.
    pub(super) left: [f32; 3],
    /// Light of what lies in the air; without that of the fog over distance where its colour is an image's.
    pub(super) light: [f32; 3],
    /// What the fog over distance adds for a colour of 1.
    pub(super) base: [f32; 3],
    /// Optical depth; of the fog over distance alone; and times colour.
    pub(super) depth: f32,
    pub(super) base_depth: f32,
    pub(super) colour_depth: [f32; 3],
}

type Numbers = [f32; 16];

impl Entry {
    fn numbers(&self) -> Numbers {
        let mut all = [0.0; 16];
        all[..3].copy_from_slice(&self.left);
        all[3..6].copy_from_slice(&self.light);
        all[6..9].copy_from_slice(&self.base);
        all[9] = self.depth;
        all[10] = self.base_depth;
        all[11..14].copy_from_slice(&self.colour_depth);
        all
    }
}

/// The same air at every depth.
pub(super) struct Table {
    /// First row of each cell, and one over the length of a step in units of the bits below the cell's.
    cells: Vec<(u32, f32)>,
    rows: Vec<Numbers>,
    infinite: Numbers,
}

/// The sums on the way along a ray.
struct Walk<'a> {
    air: &'a Air,
    tint: [f64; 3],
    imaged: bool,
    z: f64,
    base: f64,
    layers: [f64; 3],
    light: [f64; 3],
    base_light: [f64; 3],
    colour_depth: [f64; 3],
}

impl Walk<'_> {
    fn depth(&self) -> f64 {
        self.base + self.layers.iter().sum::<f64>()
    }

    fn left(&self, c: usize) -> f64 {
        let depth = self.tint[c] * self.depth();
        if depth < OPAQUE { (-depth).exp() } else { 0.0 }
    }

    /// Goes on to a depth; on the way the kinds of air share the step evenly.
    fn to(&mut self, z: f64) {
        let (before, depth) = ([0, 1, 2].map(|c| self.left(c)), self.depth());
        let sum = self.air.before(z);
        let middle = if z.is_finite() { 0.5 * (self.z + z) } else { z };
        let colour = self.air.base_colour(middle);
        let base = sum.base - self.base;
        let layers = [0, 1, 2].map(|i| sum.layers[i] - self.layers[i]);
        let more = sum.total() - depth;
        (self.z, self.base, self.layers) = (z, sum.base, sum.layers);
        for c in 0..3 {
            let of_layers: f64 = (0..3).map(|i| layers[i] * self.air.layers[i].colour[c]).sum();
            let coloured = of_layers + if self.imaged { 0.0 } else { base * colour[c] };
            self.colour_depth[c] += coloured;
            if more > 0.0 {
                let share = (before[c] - self.left(c)) / more;
                self.light[c] += share * coloured;
                self.base_light[c] += share * base;
            }
        }
    }

    fn entry(&self) -> Entry {
        Entry {
            left: [0, 1, 2].map(|c| self.left(c) as f32),
            light: self.light.map(|v| v as f32),
            base: self.base_light.map(|v| v as f32),
            depth: self.depth() as f32,
            base_depth: self.base as f32,
            colour_depth: self.colour_depth.map(|v| v as f32),
        }
    }
}

/// The depth at which a cell begins.
fn cell_start(cell: u32) -> f64 {
    f64::from(f32::from_bits((FIRST + cell) << CELL_BITS)) - f64::from(OFFSET)
}

impl Table {
    /// `imaged`: the colour of the fog over distance is an image's and counts later.
    pub(super) fn new(air: &Air, tint: [f64; 3], imaged: bool) -> Self {
        let bounds = air.bounds();
        let mut walk = Walk {
            air,
            tint,
            imaged,
            z: 0.0,
            base: 0.0,
            layers: [0.0; 3],
            light: [0.0; 3],
            base_light: [0.0; 3],
            colour_depth: [0.0; 3],
        };
        walk.to(0.0);
        let (mut cells, mut rows) = (Vec::new(), vec![walk.entry().numbers()]);
        let least = tint.iter().fold(f64::INFINITY, |a, b| a.min(*b));
        let most = tint.iter().fold(0.0, |a: f64, b| a.max(*b));
        for cell in 0..LAST - FIRST {
            let (z1, z2) = (cell_start(cell), cell_start(cell + 1));
            let more = air.before(z2).total() - walk.depth();
            let bright = if least * walk.depth() < OPAQUE { (-0.5 * least * walk.depth()).exp() } else { 0.0 };
            let at_bounds = more > 1e-6 && bright > 1e-6 && bounds.iter().any(|b| *b > z1 && *b < z2);
            // A soft end bends within a cell though there is little in it.
            let least_steps = if at_bounds {
                STEPS_AT_BOUNDS
            } else if more > 1e-7 {
                16.0
            } else {
                1.0
            };
            let steps = (most.max(1.0) * more * bright / STEP).max(least_steps);
            let steps = (steps.min(MOST_STEPS).ceil() as u32).next_power_of_two();
            cells.push((rows.len() as u32 - 1, steps as f32 / (1 << CELL_BITS) as f32));
            for i in 1..=steps {
                walk.to(z1 + (z2 - z1) * f64::from(i) / f64::from(steps));
                rows.push(walk.entry().numbers());
            }
        }
        walk.to(f64::INFINITY);
        Self { cells, rows, infinite: walk.entry().numbers() }
    }

    /// At a depth in metres; NaN has nothing before it.
    #[inline(always)]
    pub(super) fn at(&self, z: f32) -> Numbers {
        let z = if z > 0.0 { z } else { 0.0 };
        let bits = (z + OFFSET).to_bits();
        let Some((first, scale)) = self.cells.get(((bits >> CELL_BITS) - FIRST) as usize) else { return self.infinite };
        let place = (bits & ((1 << CELL_BITS) - 1)) as f32 * scale;
        let step = place as u32;
        let [a, b] = match self.rows.get((first + step) as usize..(first + step) as usize + 2) {
            Some([a, b]) => [a, b],
            _ => return self.infinite,
        };
        let t = place - step as f32;
        std::array::from_fn(|i| a[i] + t * (b[i] - a[i]))
    }
}

/// Places in the numbers of a depth.
pub(super) mod place {
    /// Share of the light that is left, three channels.
    pub(in super::super) const LEFT: usize = 0;
    /// Light of what lies in the air.
    pub(in super::super) const LIGHT: usize = 3;
    /// Light of the fog over distance for a colour of 1.
    pub(in super::super) const BASE: usize = 6;
    /// Optical depth.
    pub(in super::super) const DEPTH: usize = 9;
    /// Of the fog over distance alone.
    pub(in super::super) const BASE_DEPTH: usize = 10;
    /// Optical depth times colour.
    pub(in super::super) const COLOUR_DEPTH: usize = 11;
}
