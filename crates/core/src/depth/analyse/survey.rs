//! The numbers as such: range, sign, ends, 'nothing there', and the picture read along lines.

use super::judge::Guess;
use super::{Empty, Numbers};
use crate::depth::NOTHING;
use crate::workers::Cancel;

/// About how many numbers are read in each pass over rows or columns, and sorted.
const BUDGET: usize = 250_000;
/// Numbers between two looks at whether the work is still wanted: some milliseconds.
const PART: usize = 1 << 19;
/// What a half float cannot exceed; renderers clamp 'nothing there' to it.
const HALF_MAX: f32 = 65504.0;

/// One exact number that many pixels share, at an end of the range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plateau {
    pub number: f32,
    pub share: f64,
    /// How much higher in the picture its pixels lie than the others, −1..1 of the picture's height.
    pub higher: f64,
}

/// What is known of the numbers before their meaning.
pub(super) struct Survey<'a> {
    pub numbers: &'a Numbers<'a>,
    pub height: usize,
    /// Valid numbers of a part of the pixels, sorted.
    pub sorted: Vec<f32>,
    /// The least and the greatest number, without those that renderers write for 'nothing there'.
    pub range: Option<[f32; 2]>,
    /// At the least and at the greatest number.
    pub plateaus: [Option<Plateau>; 2],
    /// Shares of the pixels.
    pub nan: f64,
    pub infinite: [f64; 2],
    pub huge: [f64; 2],
    /// The commonest huge number.
    pub huge_number: f32,
    /// Numbers of a magnitude from here on are no depth.
    limit: f32,
    /// How far apart two neighbouring numbers of the storage are: absolute, and relative to the number.
    pub quantum: [f64; 2],
}

impl<'a> Survey<'a> {
    /// `None` where it is no longer wanted.
    pub fn new(numbers: &'a Numbers<'a>, cancel: &Cancel) -> Option<Self> {
        let height = numbers.values.len().checked_div(numbers.width).unwrap_or(0);
        let values = &numbers.values[..height * numbers.width];
        let mut s = Survey {
            numbers,
            height,
            sorted: Vec::new(),
            range: None,
            plateaus: [None; 2],
            nan: 0.0,
            infinite: [0.0; 2],
            huge: [0.0; 2],
            huge_number: 0.0,
            limit: NOTHING,
            quantum: [0.0; 2],
        };
        let huge = |v: f32| v.is_finite() && v.abs() >= NOTHING;
        let mut counts = [0; 5];
        each_part(values, cancel, |_, part| {
            for v in part {
                let is = [
                    v.is_nan(),
                    *v == f32::NEG_INFINITY,
                    *v == f32::INFINITY,
                    huge(*v) && *v < 0.0,
                    huge(*v) && *v > 0.0,
                ];
                counts.iter_mut().zip(is).for_each(|(count, is)| *count += usize::from(is));
            }
        })?;
        let [nan, infinite @ .., below, above] = counts.map(|count| count as f64 / values.len().max(1) as f64);
        (s.nan, s.infinite, s.huge) = (nan, infinite, [below, above]);
        if below + above > 0.0 {
            s.huge_number =
                values.iter().filter(|v| huge(**v)).fold(0.0, |m: f32, v| if v.abs() > m.abs() { *v } else { m });
        }
        s.sorted = s.sample();
        if s.huge[0] + s.huge[1] > 0.0 && !s.sorted.is_empty() {
            // Antialiasing mixes 1e10 into the silhouettes: what is far beyond the scene is no depth either.
            s.limit = (1e4 * s.percentile(0.5).abs()).clamp(1.0, NOTHING);
            s.sorted = s.sample();
        }
        let ends = s.ends(values, |v| s.is_number(v), cancel)?;
        if ends[0] <= ends[1] {
            s.range = Some(ends);
            s.quantum = s.find_quantum();
            s.plateaus = [s.plateau(ends[0], &ends, cancel)?, s.plateau(ends[1], &ends, cancel)?];
            s.sorted.retain(|v| !s.plateaus.iter().flatten().any(|p| p.number == *v));
            s.forget_empty_ends(values, cancel)?;
        }
        Some(s)
    }

    /// Finite, and not one of the numbers beyond all distances.
    fn is_number(&self, v: f32) -> bool {
        v.abs() < self.limit
    }

    /// A number that is a depth of a surface, as far as can be said without knowing the convention.
    pub fn surface(&self, v: f32) -> Option<f32> {
        let plateau = |p: &Option<Plateau>| p.is_some_and(|p| p.number == v);
        (self.is_number(v) && !plateau(&self.plateaus[0]) && !plateau(&self.plateaus[1])).then_some(v)
    }

    /// Numbers from pixels spread over the picture, sorted.
    fn sample(&self) -> Vec<f32> {
        let values = &self.numbers.values[..self.height * self.numbers.width];
        // A step that shares no factor with the width visits all columns.
        let mut step = values.len() / BUDGET + 1;
        while step > 1 && self.numbers.width.is_multiple_of(step) {
            step += 1;
        }
        let mut v: Vec<f32> = values.iter().copied().step_by(step).filter(|v| self.is_number(*v)).collect();
        v.sort_unstable_by(f32::total_cmp);
        v
    }

    /// A quantile of the surfaces' numbers, `at` 0..1; 0 where there are none.
    pub fn percentile(&self, at: f64) -> f32 {
        match self.sorted.len() {
            0 => 0.0,
            n => self.sorted[((n - 1) as f64 * at).round() as usize],
        }
    }

    /// Where a number stands among the surfaces' numbers, 0..1.
    pub fn rank(&self, v: f32) -> f64 {
        let below = self.sorted.partition_point(|s| *s < v);
        let upto = self.sorted.partition_point(|s| *s <= v);
        (below + upto) as f64 / (2 * self.sorted.len()).max(1) as f64
    }

    /// Is the number at an end shared by many pixels, more than steps of the storage explain?
    fn plateau(&self, number: f32, range: &[f32; 2], cancel: &Cancel) -> Option<Option<Plateau>> {
        let (w, values) = (self.numbers.width, &self.numbers.values[..self.height * self.numbers.width]);
        // The next step of the storage inwards, and a little beyond.
        let inwards = 1.5 * (self.quantum[0] + self.quantum[1] * f64::from(number.abs())) as f32;
        let (mut here, mut next, mut height_here, mut others, mut height_others) = (0, 0, 0, 0, 0);
        each_part(values, cancel, |first, part| {
            for (i, v) in (first..).zip(part) {
                if *v == number {
                    (here, height_here) = (here + 1, height_here + i / w);
                } else if self.is_number(*v) {
                    (others, height_others) = (others + 1, height_others + i / w);
                    next += usize::from((*v - number).abs() <= inwards);
                }
            }
        })?;
        let many = here >= 16 && here * 1000 >= values.len() && here > 4 * next;
        // All of one number, or nearly: that is a wall, not an end.
        if !many || range[0] == range[1] || others * 500 < values.len() {
            return Some(None);
        }
        let mean = |sum: usize, n: usize| sum as f64 / n as f64 / self.height.max(2) as f64;
        let higher = mean(height_here, here) - mean(height_others, others);
        Some(Some(Plateau { number, share: here as f64 / values.len() as f64, higher }))
    }

    /// Zero and the half float's clamp are not depths: the range is that of the others.
    fn forget_empty_ends(&mut self, values: &[f32], cancel: &Cancel) -> Option<()> {
        let empty: Vec<f32> = self.plateaus.iter().flatten().map(|p| p.number).filter(|v| never_depth(*v)).collect();
        if !empty.is_empty() {
            let ends = self.ends(values, |v| self.is_number(v) && !empty.contains(&v), cancel)?;
            self.range = (ends[0] <= ends[1]).then_some(ends);
        }
        Some(())
    }

    /// The least and the greatest of the numbers that count; (∞, −∞) where none does.
    fn ends(&self, values: &[f32], counts: impl Fn(f32) -> bool, cancel: &Cancel) -> Option<[f32; 2]> {
        let mut ends = [f32::INFINITY, f32::NEG_INFINITY];
        each_part(values, cancel, |_, part| {
            let valid = part.iter().copied().filter(|v| counts(*v));
            ends = valid.fold(ends, |[l, h], v| [l.min(v), h.max(v)]);
        })?;
        Some(ends)
    }

    /// Integers say their step; half floats are found by their numbers.
    fn find_quantum(&self) -> [f64; 2] {
        let all = |of: &dyn Fn(f32) -> bool| self.sorted.iter().all(|v| of(*v));
        let whole = |v: f32| (v - v.round()).abs() < 1e-3;
        if self.numbers.integers {
            return [if all(&|v| whole(v * 255.0)) { 1.0 / 255.0 } else { 1.0 / 65535.0 }, 0.0];
        }
        let levels = self.sorted.chunk_by(|a, b| a == b).count();
        if levels <= 256 && self.sorted.len() > 1024 && levels > 1 {
            let step = self.sorted.windows(2).map(|p| f64::from(p[1] - p[0])).filter(|d| *d > 0.0);
            return [step.fold(f64::INFINITY, f64::min), 0.0];
        }
        if all(&|v| half::f16::from_f32(v).to_f32() == v) { [0.0, 1.0 / 1024.0] } else { [0.0, 1.2e-7] }
    }

    /// Half the storage's step as noise (standard deviation) of a number.
    pub fn storage_noise(&self, v: f64) -> f64 {
        0.3 * (self.quantum[0] + self.quantum[1] * v.abs())
    }

    /// Rows (`false`) or columns (`true`), evenly spread over the picture, about [`BUDGET`] numbers in all. Each comes with
    /// its index; columns run upwards. Of each line, every `every`th number.
    pub fn lines(&self, columns: bool, every: usize) -> impl Iterator<Item = (usize, Vec<f32>)> + '_ {
        let (w, h) = (self.numbers.width, self.height);
        let (count, length) = if columns { (w, h) } else { (h, w) };
        let step = (count * length / BUDGET + 1).max(every).min(count.max(1));
        (step / 2..count).step_by(step).map(move |i| {
            let at = |j: usize| if columns { j * w + i } else { i * w + j };
            (i, (0..length).step_by(every).map(|j| self.numbers.values[at(j)]).collect())
        })
    }

    /// The least and the greatest number that is a depth under a convention.
    pub fn depths(&self, guess: Guess) -> Option<[f32; 2]> {
        let ends = self.plateaus.iter().flatten().map(|p| p.number).filter(|v| !is_empty(*v, guess));
        ends.fold(self.range, |range, v| Some(range.map_or([v; 2], |[low, high]| [low.min(v), high.max(v)])))
    }

    /// The commonest 'nothing there'.
    pub fn empty(&self, guess: Guess) -> Option<Empty> {
        let ends = self.plateaus.iter().flatten().filter(|p| is_empty(p.number, guess));
        let zero_is_far = matches!(guess, Guess::Inverse | Guess::MinusInverse);
        let ends = ends.map(|p| Empty { number: p.number, share: p.share, far: p.number != 0.0 || zero_is_far });
        let others = [
            Empty { number: f32::NAN, share: self.nan, far: false },
            Empty { number: f32::INFINITY, share: self.infinite[1], far: true },
            Empty { number: f32::NEG_INFINITY, share: self.infinite[0], far: true },
            Empty { number: self.huge_number, share: self.huge[0] + self.huge[1], far: true },
        ];
        ends.chain(others).filter(|e| e.share > 0.0).max_by(|a, b| a.share.total_cmp(&b.share))
    }

    /// Share of the pixels that are no depth.
    pub fn invalid_share(&self, guess: Guess) -> f64 {
        let ends: f64 = self.plateaus.iter().flatten().filter(|p| is_empty(p.number, guess)).map(|p| p.share).sum();
        ends + self.nan + self.infinite[0] + self.infinite[1] + self.huge[0] + self.huge[1]
    }
}

/// Numbers some after the other, with where they begin; `None` where they are no longer wanted.
fn each_part(values: &[f32], cancel: &Cancel, mut each: impl FnMut(usize, &[f32])) -> Option<()> {
    for (i, part) in values.chunks(PART).enumerate() {
        if cancel.is_set() {
            return None;
        }
        each(i * PART, part);
    }
    Some(())
}

/// Numbers that renderers write where there is nothing.
fn never_depth(v: f32) -> bool {
    v == 0.0 || v.abs() == HALF_MAX
}

/// Is a plateau 'nothing there' under a convention? The ends of a normalised depth are depths.
fn is_empty(v: f32, guess: Guess) -> bool {
    never_depth(v) && !(v == 0.0 && guess.is_normalised())
}
