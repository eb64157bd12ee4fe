//! What depends on depth alone, worked out once for a render in f64 and read off by f32 depth.
//!
//! The depths are cut into cells, sixteen to an octave, and each cell into as many even steps as the air in it needs. A depth finds its step
//! by its bits; between the ends of a step values run straight. The numbers lie in groups of four, so that only those are read that
//! are needed.

use super::model::{Air, OPAQUE};
use super::panels::LANES;
use crate::effects::blocks::{get, put};
use crate::maths::{ROUND, log2};
use crate::simd::{Places, SIXTEEN, Sixteen};

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

/// Numbers in a group.
const GROUP: usize = 4;
/// Groups of numbers.
pub(super) const GROUPS: usize = 4;

type Numbers = [f32; GROUPS * GROUP];

impl Entry {
    fn numbers(&self) -> Numbers {
        let mut all = [0.0; GROUPS * GROUP];
        for c in 0..3 {
            all[place::LEFT[c]] = self.left[c];
            all[place::LIGHT[c]] = self.light[c];
            all[place::BASE[c]] = self.base[c];
            all[place::COLOUR_DEPTH[c]] = self.colour_depth[c];
        }
        all[place::DEPTH] = self.depth;
        all[place::BASE_DEPTH] = self.base_depth;
        all
    }
}

/// Where a cell's rows are.
#[derive(Clone, Copy)]
struct Cell {
    /// Its first one.
    first: u32,
    /// By how much the bits below the cell's number are shifted for the number of a step.
    shift: u32,
    /// One over the length of a step in units of those bits.
    scale: f32,
}

/// The same air at every depth.
pub(super) struct Table {
    /// The last one is infinitely far.
    cells: Vec<Cell>,
    /// Of each cell its first row and its steps in a unit of the bits below its number; two numbers more, and four behind the last one.
    places: Vec<f32>,
    groups: [Vec<[f32; GROUP]>; GROUPS],
}

/// The sums on the way along a ray.
struct Walk<'a> {
    air: &'a Air,
    tint: [f64; 3],
    imaged: bool,
    z: f64,
    base: f64,
    layers: [f64; 3],
    /// Share of the light that is left, each channel.
    left: [f64; 3],
    light: [f64; 3],
    base_light: [f64; 3],
    colour_depth: [f64; 3],
}

impl Walk<'_> {
    fn depth(&self) -> f64 {
        self.base + self.layers.iter().sum::<f64>()
    }

    fn left(&self) -> [f64; 3] {
        let of = |tint: f64| {
            let depth = tint * self.depth();
            if depth < OPAQUE { (-depth).exp() } else { 0.0 }
        };
        if self.tint == [self.tint[0]; 3] { [of(self.tint[0]); 3] } else { self.tint.map(of) }
    }

    /// Goes on to a depth; on the way the kinds of air share the step evenly.
    fn to(&mut self, z: f64) {
        let (before, depth) = (self.left, self.depth());
        let sum = self.air.before(z);
        let middle = if z.is_finite() { 0.5 * (self.z + z) } else { z };
        let colour = self.air.base_colour(middle);
        let base = sum.base - self.base;
        let layers = [0, 1, 2].map(|i| sum.layers[i] - self.layers[i]);
        let more = sum.total() - depth;
        (self.z, self.base, self.layers) = (z, sum.base, sum.layers);
        self.left = self.left();
        for c in 0..3 {
            let of_layers: f64 = (0..3).map(|i| layers[i] * self.air.layers[i].colour[c]).sum();
            let coloured = of_layers + if self.imaged { 0.0 } else { base * colour[c] };
            self.colour_depth[c] += coloured;
            if more > 0.0 {
                let share = (before[c] - self.left[c]) / more;
                self.light[c] += share * coloured;
                self.base_light[c] += share * base;
            }
        }
    }

    fn entry(&self) -> Entry {
        Entry {
            left: self.left.map(|v| v as f32),
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
            left: [1.0; 3],
            z: 0.0,
            base: 0.0,
            layers: [0.0; 3],
            light: [0.0; 3],
            base_light: [0.0; 3],
            colour_depth: [0.0; 3],
        };
        walk.to(0.0);
        let mut rows = 1;
        let (mut cells, mut groups): (Vec<Cell>, [Vec<_>; GROUPS]) = Default::default();
        let mut push = |walk: &Walk| {
            let numbers = walk.entry().numbers();
            let (fours, _) = numbers.as_chunks::<GROUP>();
            groups.iter_mut().zip(fours).for_each(|(rows, four)| rows.push(*four));
        };
        push(&walk);
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
            let scale = steps as f32 / (1 << CELL_BITS) as f32;
            cells.push(Cell { first: rows - 1, shift: CELL_BITS - steps.ilog2(), scale });
            for i in 1..=steps {
                walk.to(z1 + (z2 - z1) * f64::from(i) / f64::from(steps));
                push(&walk);
            }
            rows += steps;
        }
        walk.to(f64::INFINITY);
        // Twice: the beginning and the end of its only step.
        push(&walk);
        push(&walk);
        cells.push(Cell { first: rows, shift: CELL_BITS, scale: 0.0 });
        let places = cells.iter().flat_map(|cell: &Cell| [cell.first as f32, cell.scale, 0.0, 0.0]);
        let places = places.chain([0.0; 4]).collect();
        Self { cells, places, groups }
    }

    /// Depths of the rows, in metres.
    fn depths(&self) -> Vec<f64> {
        let mut depths = vec![0.0];
        for (k, cell) in self.cells.iter().take((LAST - FIRST) as usize).enumerate() {
            let [z1, z2] = [0, 1].map(|next| cell_start(k as u32 + next));
            let steps = 1 << (CELL_BITS - cell.shift);
            depths.extend((1..=steps).map(|i| z1 + (z2 - z1) * f64::from(i) / f64::from(steps)));
        }
        depths.extend([f64::INFINITY; 2]);
        depths
    }

    /// Chooses some of the rows between which the light that is left says how far it is from one to the next, even where other air comes
    /// and goes that is not in the table: the share of the light times that of the distance is small. Says their depths, the first 0 and the
    /// last infinite, and writes the place among them into all rows. `bounds` is where something begins or ends, ascending.
    pub(super) fn thin(&mut self, bounds: &[f64]) -> Vec<f64> {
        // Of the light times octaves; and of the light alone, times how unlike the channels are.
        const MOST: f32 = 3e-4;
        const MOST_LIGHT: f32 = 0.025;
        let depths = self.depths();
        let end = depths.len() - 2;
        let number = |row: usize, at: usize| self.groups[at / GROUP][row][at % GROUP];
        // By how much more than the one that is absorbed least, apart from those that are not at all.
        let first = (1..end).find(|row| number(*row, place::DEPTH) > 1e-3).unwrap_or(end);
        let held = [0, 1, 2].map(|c| 1.0 - number(first, place::LEFT[c]));
        let most = held.iter().fold(0.0, |a: f32, b| a.max(*b));
        let some = (0..3).filter(|c| held[*c] > 0.01 * most);
        let least = some.min_by(|a, b| held[*a].total_cmp(&held[*b])).unwrap_or(0);
        let times = held.map(|v| if v > held[least] { v / held[least] } else { 1.0 });
        let mut chosen = vec![0];
        for row in 1..end {
            let (last, z) = (chosen[chosen.len() - 1], depths[row]);
            let more = [0, 1, 2].map(|c| number(last, place::LEFT[c]) - number(row, place::LEFT[c]));
            let any = more.iter().fold(0.0, |a: f32, b| a.max(*b));
            let bent = more.iter().zip(times).fold(0.0, |a: f32, (b, times)| a.max(b * times));
            let octaves = || log2((z as f32 + OFFSET) / (depths[last] as f32 + OFFSET));
            let crossed = || bounds.iter().any(|b| *b > depths[row - 1] && *b <= z);
            if bent > MOST_LIGHT || any > 1e-6 && (any * octaves() > MOST || crossed()) {
                chosen.push(row);
            }
        }
        chosen.push(end);
        let mut places = vec![(chosen.len() - 1) as f32; depths.len()];
        for (k, pair) in chosen.windows(2).enumerate() {
            let (from, to) = (number(pair[0], place::LEFT[least]), number(pair[1], place::LEFT[least]));
            let per_light = if from > to { 1.0 / (from - to) } else { 0.0 };
            for (row, at) in (pair[0]..pair[1]).zip(&mut places[pair[0]..]) {
                *at = k as f32 + (from - number(row, place::LEFT[least])) * per_light;
            }
        }
        for (row, at) in self.groups[place::ROW / GROUP].iter_mut().zip(places) {
            row[place::ROW % GROUP] = at;
        }
        chosen.into_iter().map(|row| depths[row]).collect()
    }

    /// Its row and the share of the way to the next one.
    #[inline(always)]
    fn find(&self, cell: u32, bits: u32) -> (usize, f32) {
        let Cell { first, shift, scale } = self.cells[cell as usize];
        let step = bits >> shift;
        ((first + step) as usize, (bits - (step << shift)) as i32 as f32 * scale)
    }

    /// At a depth in metres; NaN has nothing before it.
    #[inline(always)]
    pub(super) fn at(&self, z: f32) -> Numbers {
        let (cell, bits) = self.cell(z);
        let (row, t) = self.find(cell, bits);
        std::array::from_fn(|i| {
            let rows = &self.groups[i / GROUP];
            between(&rows[row], &rows[row + 1], t)[i % GROUP]
        })
    }

    /// The cell of a depth, and the bits below its number.
    #[inline(always)]
    fn cell(&self, z: f32) -> (u32, u32) {
        let z = if z > 0.0 { z } else { 0.0 };
        let bits = (z + OFFSET).to_bits();
        (((bits >> CELL_BITS) - FIRST).min(LAST - FIRST), bits & ((1 << CELL_BITS) - 1))
    }

    /// The numbers of some groups at `n` depths.
    #[inline(always)]
    pub(super) fn read<S: Sixteen>(
        &self,
        z: &[f32; LANES],
        n: usize,
        wanted: [bool; GROUPS],
        out: &mut [[f32; LANES]; GROUPS * GROUP],
    ) {
        let (planes, _) = out.as_chunks_mut::<GROUP>();
        for k in 0..n.div_ceil(SIXTEEN) {
            let (rows, t) = self.rows(z[SIXTEEN * k], get::<S, LANES>(z, k));
            for ((group, planes), wanted) in self.groups.iter().zip(&mut *planes).zip(wanted) {
                if !wanted {
                    continue;
                }
                let both = S::eights(group.as_flattened(), &rows, 0);
                for (i, plane) in planes.iter_mut().enumerate() {
                    put(plane, k, both[i] + t * (both[GROUP + i] - both[i]));
                }
            }
        }
    }

    /// [`Table::find`] for sixteen depths, of which the first one is given, too: where their rows begin in a group, and shares of the way to the next ones.
    #[inline(always)]
    fn rows<S: Sixteen>(&self, first: f32, z: S) -> (Places, S) {
        let n = S::of;
        // Depths beyond the last cell's beginning are like it.
        let z = (z.or_zero(n(0.0).less(z)) + n(OFFSET)).lower(S::of_bits(LAST << CELL_BITS));
        let cell = z.down_bits::<CELL_BITS>().minus_bits(S::of_bits(FIRST)).whole();
        // Neighbours mostly lie in one cell: then nothing has to be looked up for each.
        let (one, _) = self.cell(first);
        let (rows, per_bit) = if S::any(!cell.same(n(one as f32))) {
            let most = (GROUP * (self.cells.len() - 1)) as u32;
            let [rows, per_bit, ..] = S::eights(&self.places, &Places::at_most(most, cell * n(GROUP as f32)), 0);
            (rows, per_bit)
        } else {
            let Cell { first, scale, .. } = self.cells[one as usize];
            (n(first as f32), n(scale))
        };
        let place = z.common_bits(S::of_bits((1 << CELL_BITS) - 1)).whole() * per_bit;
        // Its whole part: numbers below 2¹² are rounded so, and exactly.
        let rounded = (place + n(ROUND)) - n(ROUND);
        let step = rounded - n(1.0).or_zero(place.less(rounded));
        let last = GROUP * (self.groups[0].len() - 2);
        (Places::at_most(last as u32, (rows + step) * n(GROUP as f32)), place - step)
    }
}

#[inline(always)]
fn between(a: &[f32; GROUP], b: &[f32; GROUP], t: f32) -> [f32; GROUP] {
    std::array::from_fn(|i| a[i] + t * (b[i] - a[i]))
}

/// Places in the numbers of a depth: those that are needed together are in one group.
pub(super) mod place {
    /// Share of the light that is left, three channels.
    pub(in super::super) const LEFT: [usize; 3] = [0, 5, 6];
    /// Light of what lies in the air.
    pub(in super::super) const LIGHT: [usize; 3] = [1, 2, 3];
    /// Light of the fog over distance for a colour of 1.
    pub(in super::super) const BASE: [usize; 3] = [8, 9, 10];
    /// Optical depth.
    pub(in super::super) const DEPTH: usize = 4;
    /// Place among the rows that [`super::Table::thin`] has chosen.
    pub(in super::super) const ROW: usize = 7;
    /// Of the fog over distance alone.
    pub(in super::super) const BASE_DEPTH: usize = 12;
    /// Optical depth times colour.
    pub(in super::super) const COLOUR_DEPTH: [usize; 3] = [13, 14, 15];
}
