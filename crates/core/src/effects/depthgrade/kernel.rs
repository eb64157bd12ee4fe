//! DepthGrade on rows of f32. The loops have a fixed length and no branches, so that they become vector code.
#![allow(clippy::needless_range_loop, reason = "rows of one length, several at a time")]

use super::amount::Amount;
use super::grade::{Grade, GradeSpace};
use super::ops::{Between, Coefficients, Colours, Steps, apply, keep_luminance};
use super::params::{GradeOutput, Params};
use super::reference::{Controls, TINT, TINTS};
use super::zones::{Layout, Zones};
use crate::effect::{Leaves, RowKernel};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::choose;
use crate::simd::{Work, best_work};

/// Pixels that are computed at a time; all that is known of them stays in the first-level cache, and zones that are not among them cost
/// nothing.
const CHUNK: usize = 64;
/// The same for a few pixels between others, as along silhouettes.
const SHORT: usize = 8;

/// A grade with its numbers ready.
type Ready = (Steps, Coefficients<f32>);

/// DepthGrade with its numbers ready.
pub(super) struct Rows {
    zones: Zones,
    /// Near, mid, far, and the master; `None` changes nothing. Those of the zones are `between` in a continuous layout.
    grades: [Option<Ready>; 4],
    between: Option<(Steps, Box<Between>)>,
    /// Does the zone's grade change nothing?
    still: [bool; 3],
    luminance_mix: Option<f32>,
    amount: Option<Amount>,
    output: GradeOutput,
    in_alpha: usize,
}

impl Rows {
    pub(super) fn new(p: &Params, layout: &Layout) -> Self {
        let log = p.grading.space == GradeSpace::Log;
        let ready = |grade: &Grade| {
            let controls = Controls::new(grade);
            let made = || (Steps::new(&[controls], &p.grading), Coefficients::new(&controls, log));
            (!grade.is_neutral(&p.grading)).then(made)
        };
        let still = p.grades.each_ref().map(|g| g.is_neutral(&p.grading));
        let [near, mid, far] = p.grades.each_ref().map(|g| ready(g).filter(|_| !layout.continuous));
        let between = (layout.continuous && still != [true; 3]).then(|| {
            let of = p.grades.each_ref().map(Controls::new);
            (Steps::new(&of, &p.grading), Box::new(Between::new(&of, log)))
        });
        Self {
            zones: Zones::new(layout),
            grades: [near, mid, far, ready(&p.master)],
            between,
            still,
            luminance_mix: (p.grading.luminance_mix != 1.0).then_some(p.grading.luminance_mix as f32),
            amount: p.table().map(|table| Amount::new(&table)),
            output: p.output.output,
            in_alpha: p.output.matte_zone.index(),
        }
    }

    /// The graded colours in `s.colour`.
    #[inline(always)]
    fn result<const N: usize>(&self, s: &mut Scratch<N>) {
        let before = s.colour;
        let mut still = [1.0; N];
        // Most pixels have neighbours of the same zone: nothing has to be weighed there.
        let mut only = None;
        if self.still != [true; 3] {
            self.zones.weights(&s.z, &mut s.weights);
            only = s.weights.iter().position(all_one).filter(|_| self.between.is_none());
            still = [0.0; N];
            for (weight, is_still) in s.weights.iter().zip(self.still) {
                if is_still {
                    for i in 0..N {
                        still[i] += weight[i];
                    }
                }
            }
            match &self.between {
                Some((steps, between)) => {
                    between.fill(&s.weights, &mut s.between);
                    apply(steps, &s.between, &before, &mut s.colour);
                }
                None => {
                    for (sum, v) in s.colour.iter_mut().zip(&before) {
                        // Adding 0 takes the sign from a zero, as the sums below do: leaving them out must not show.
                        if only.is_some() {
                            for i in 0..N {
                                sum[i] = v[i] + 0.0;
                            }
                        } else {
                            for i in 0..N {
                                sum[i] = share(still[i], v[i]) + 0.0;
                            }
                        }
                    }
                }
            }
        }
        // One place for all, as the steps are much code: three zones and the master.
        for (i, grade) in self.grades.iter().enumerate() {
            let Some((steps, numbers)) = grade else { continue };
            let zone = s.weights.get(i);
            if let Some(weight) = zone
                && all_zero(weight)
            {
                continue;
            }
            let from = if i < 3 { before } else { s.colour };
            apply(steps, numbers, &from, &mut s.graded);
            match zone {
                Some(_) if only == Some(i) => {
                    for (to, graded) in s.colour.iter_mut().zip(&s.graded) {
                        for i in 0..N {
                            to[i] = graded[i] + 0.0;
                        }
                    }
                }
                Some(weight) => {
                    for (sum, graded) in s.colour.iter_mut().zip(&s.graded) {
                        for i in 0..N {
                            sum[i] += share(weight[i], graded[i]);
                        }
                    }
                }
                None => s.colour = s.graded,
            }
        }
        if self.grades[3].is_none() {
            // What no grade has to do with keeps its bits.
            match only {
                Some(zone) if self.still[zone] => s.colour = before,
                Some(_) => {}
                None => {
                    for (v, before) in s.colour.iter_mut().zip(&before) {
                        for i in 0..N {
                            v[i] = choose(still[i] >= 1.0, before[i], v[i]);
                        }
                    }
                }
            }
        }
        if let Some(amount) = self.luminance_mix {
            keep_luminance(amount, &before, &mut s.colour);
        }
        if self.amount.is_some() {
            self.amounts(s);
            for (v, before) in s.colour.iter_mut().zip(&before) {
                for i in 0..N {
                    let a = s.amount[i];
                    let mixed = (1.0 - a) * before[i] + a * v[i];
                    let graded = choose(a >= 1.0, v[i], mixed);
                    v[i] = choose(a <= 0.0, before[i], graded);
                }
            }
        }
    }

    /// How much of the grades counts, in `s.amount`.
    #[inline(always)]
    fn amounts<const N: usize>(&self, s: &mut Scratch<N>) {
        match &self.amount {
            Some(amount) => amount.row(&s.z, &mut s.amount),
            None => s.amount.fill(1.0),
        }
    }

    #[inline(always)]
    fn overlay<const N: usize>(&self, s: &mut Scratch<N>) {
        self.zones.weights(&s.z, &mut s.weights);
        self.amounts(s);
        let [near, mid, far] = &s.weights;
        for (c, plane) in s.colour.iter_mut().enumerate() {
            let [tint_near, tint_mid, tint_far] = TINTS.map(|tint| (TINT * tint[c]) as f32);
            for i in 0..N {
                let a = s.amount[i];
                let cover = TINT as f32 * (near[i] + mid[i] + far[i]) * a;
                let tint = (tint_near * near[i] + tint_mid * mid[i] + tint_far * far[i]) * a;
                plane[i] = (1.0 - cover) * plane[i] + tint;
            }
        }
    }
}

/// Is the zone nowhere here?
#[inline(always)]
fn all_zero<const N: usize>(weight: &[f32; N]) -> bool {
    // Without a way out, and in no order: such a loop becomes vector code.
    let mut any = 0;
    for w in weight {
        any |= w.to_bits();
    }
    any << 1 == 0
}

/// Is the zone all that is here?
#[inline(always)]
fn all_one<const N: usize>(weight: &[f32; N]) -> bool {
    let mut other = 0;
    for w in weight {
        other |= w.to_bits() ^ 1.0_f32.to_bits();
    }
    other == 0
}

/// What a zone of weight `w` adds: nothing at all at 0, whatever the colour.
#[inline(always)]
fn share(w: f32, v: f32) -> f32 {
    if w > 0.0 { w * v } else { 0.0 }
}

/// Rows that a chunk of pixels needs on its way.
struct Scratch<const N: usize> {
    z: [f32; N],
    colour: Colours<N>,
    weights: [[f32; N]; 3],
    amount: [f32; N],
    graded: Colours<N>,
    between: Coefficients<[f32; N]>,
}

impl<const N: usize> Scratch<N> {
    #[inline(always)]
    fn new() -> Self {
        let one = [0.0; N];
        let three = [one; 3];
        let between = Coefficients {
            light: three,
            multiply: three,
            add: three,
            exponent: three,
            shift: one,
            contrast: one,
            lower: one,
            saturation: one,
            mix: one,
        };
        Self { z: one, colour: three, weights: three, amount: one, graded: three, between }
    }
}

impl RowKernel for Rows {
    fn wants_straight(&self) -> bool {
        true
    }
    fn leaves(&self) -> Leaves {
        match self.output {
            GradeOutput::Result | GradeOutput::Overlay => Leaves::Picture,
            GradeOutput::Mattes | GradeOutput::Depth | GradeOutput::Amount => Leaves::Data,
        }
    }
    fn mixes(&self) -> bool {
        self.output != GradeOutput::Depth
    }
    fn row(&self, _x1: i32, _y: i32, z: &[f32], colour: ColourRow) {
        if self.output == GradeOutput::Depth {
            return look::depth(z, colour);
        }
        best_work(Row { kernel: self, z, colour });
    }
    fn places(&self, _x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        // Where a pixel is makes no difference.
        self.row(0, y, z, colour);
    }
}

/// A call of [`RowKernel::row`].
struct Row<'a> {
    kernel: &'a Rows,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl Work for Row<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        if self.z.len() <= SHORT {
            self.kernel.chunks::<SHORT>(self.z, self.colour);
        } else {
            self.kernel.chunks::<CHUNK>(self.z, self.colour);
        }
    }
}

impl Rows {
    #[inline(always)]
    fn chunks<const N: usize>(&self, z: &[f32], mut colour: ColourRow) {
        let mut s = Scratch::<N>::new();
        for from in (0..z.len()).step_by(N) {
            let to = z.len().min(from + N);
            let (z, part) = (&z[from..to], colour.part(from..to));
            s.load(z, &part);
            match self.output {
                GradeOutput::Result => self.result(&mut s),
                GradeOutput::Overlay => self.overlay(&mut s),
                GradeOutput::Amount => {
                    self.amounts(&mut s);
                    s.colour = [s.amount; 3];
                    part.a.copy_from_slice(&s.amount[..z.len()]);
                }
                GradeOutput::Mattes | GradeOutput::Depth => {
                    self.zones.weights(&s.z, &mut s.weights);
                    s.colour = s.weights;
                    part.a.copy_from_slice(&s.weights[self.in_alpha][..z.len()]);
                }
            }
            for (to, from) in [part.r, part.g, part.b].into_iter().zip(&s.colour) {
                to.copy_from_slice(&from[..z.len()]);
            }
        }
    }
}

impl<const N: usize> Scratch<N> {
    /// A chunk; what is missing at its end is like its last pixel.
    #[inline(always)]
    fn load(&mut self, z: &[f32], colour: &ColourRow) {
        let [r, g, b] = &mut self.colour;
        let planes = [(&mut self.z, z), (r, &*colour.r), (g, &*colour.g), (b, &*colour.b)];
        for (to, from) in planes {
            to[..from.len()].copy_from_slice(from);
            if let Some(last) = from.last() {
                to[from.len()..].fill(*last);
            }
        }
    }
}
