//! How far the points of the lens move what they see.

use super::spread;
use super::views::JOINED;
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop, try_vec};

/// How far the samples really move, so that the blur has exactly the right second moment.
///
/// Samples move by whole pixels, which blurs by itself: on average by 1/12 px² per axis, and small blurs not at all until the outermost points
/// reach the next pixel. Spreading over the gaps between lens points (`spread`) blurs too. The lens is made smaller or larger by as much,
/// for every size: without it, small blurs come out visibly too soft or too sharp.
pub struct Moves {
    /// Move per unit of lens for CoC radii of i / STEPS pixels.
    table: Vec<f32>,
    /// Neighbours whose CoCs differ by less are one surface: what opens between them is closed.
    pub joined: f32,
}

/// Entries per pixel of radius, and the radius in pixels from which the average 1/12 px² is exact enough.
const STEPS: usize = 16;
const EXACT_END: usize = 128;
/// The move of a sample is looked for within this much of that by the average, in pixels, and to this much.
const AROUND: f64 = 1.0;
const FINE: f64 = 1e-3;

impl Moves {
    /// `gap` is half the side of the spread for a CoC of 1 px, `largest` the largest radius that will be asked for, in pixels; `own` is the
    /// variance per axis, in px², of what else blurs.
    pub fn new(points: &[[f32; 2]], gap: f64, largest: f64, own: f64, exec: &Exec) -> Result<Self, Stop> {
        let places: Vec<f64> = points.iter().flatten().map(|v| f64::from(*v)).collect();
        let lens = Lens { places: &places, gap, own };
        let mut table = try_vec((largest.max(0.0).ceil() as usize + 1) * STEPS + 1, 0f32)?;
        exec.for_each_mut(table.chunks_mut(STEPS).collect(), [0.02, 0.02], |pixel, entries, _| {
            let moves = match pixel < EXACT_END {
                true => best_work(Pixel { lens: &lens, pixel }),
                false => lens.averages(pixel).1,
            };
            entries.iter_mut().zip(moves).for_each(|(of, v)| *of = v as f32);
        })?;
        Ok(Self { table, joined: JOINED })
    }

    /// Signed move per unit of lens, in pixels, for a signed radius in pixels.
    pub fn of(&self, coc: f32) -> f32 {
        let at = (coc.abs() * STEPS as f32).min((self.table.len() - 2) as f32);
        let i = at as usize;
        (self.table[i] + (self.table[i + 1] - self.table[i]) * (at - i as f32)).copysign(coc)
    }
}

/// Numbers of the [`STEPS`] radii of one pixel of radius.
type Radii = [f64; STEPS];

/// The points that look.
struct Lens<'a> {
    /// x and y of all.
    places: &'a [f64],
    gap: f64,
    own: f64,
}

impl Lens<'_> {
    /// Variances per axis that are wanted, and the moves that have them on average.
    #[inline(always)]
    fn averages(&self, pixel: usize) -> (Radii, Radii) {
        let of_lens = self.places.iter().map(|v| v * v).sum::<f64>() / self.places.len().max(1) as f64;
        let wanted = std::array::from_fn(|i| {
            let r = (pixel * STEPS + i) as f64 / STEPS as f64;
            (r * r * of_lens - spread::variance(self.gap * r) - self.own).max(0.0)
        });
        let average = |v: f64| if of_lens > 0.0 { ((v - 1.0 / 12.0).max(0.0) / of_lens).sqrt() } else { 0.0 };
        (wanted, wanted.map(average))
    }

    /// Variances per axis of all points, moved by `moves` × lens point to the nearest pixel (the sum rounds to even, as `views` does).
    #[inline(always)]
    fn variances(&self, moves: &Radii) -> Radii {
        const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
        let mut sums = [0f64; STEPS];
        for v in self.places {
            for (sum, m) in sums.iter_mut().zip(moves) {
                let d = (m * v + ROUND) - ROUND;
                *sum += d * d;
            }
        }
        sums.map(|sum| sum / self.places.len().max(1) as f64)
    }
}

/// The moves for the radii of one pixel of radius, looked for side by side.
struct Pixel<'a> {
    lens: &'a Lens<'a>,
    pixel: usize,
}

impl Work for Pixel<'_> {
    type Output = Radii;
    const BROAD: bool = true;

    #[inline(always)]
    fn run(self) -> Radii {
        let Self { lens, pixel } = self;
        let (wanted, average) = lens.averages(pixel);
        let (mut low, mut high) = (average, average);
        for i in 0..STEPS {
            (low[i], high[i]) = ((average[i] - AROUND).max(0.0), average[i] + AROUND);
        }
        let still = |low: f64, high: f64| high - low > FINE / 8.0;
        while low.iter().zip(&high).any(|(low, high)| still(*low, *high)) {
            let mut middle = low;
            middle.iter_mut().zip(&high).for_each(|(m, high)| *m = 0.5 * (*m + high));
            let found = lens.variances(&middle);
            for i in 0..STEPS {
                let (above, more) = (found[i] < wanted[i], still(low[i], high[i]));
                low[i] = if above & more { middle[i] } else { low[i] };
                high[i] = if !above & more { middle[i] } else { high[i] };
            }
        }
        // The variance goes up in steps, as one point after the other reaches the next pixel: not exactly where it does.
        let (of_low, of_high) = (lens.variances(&low), lens.variances(&high));
        let mut moves = low;
        for i in 0..STEPS {
            let under = wanted[i] - of_low[i] < of_high[i] - wanted[i];
            moves[i] = if under { (low[i] - FINE).max(0.0) } else { high[i] + FINE };
        }
        moves
    }
}
