//! DepthGrade, two times sixteen pixels at a time.

use super::amount::Amount;
use super::grade::{Grade, GradeSpace};
use super::ops::{Between, Coefficients, Colours, Steps, apply, keep_luminance};
use super::params::{GradeOutput, Params};
use super::reference::{Controls, TINT, TINTS};
use super::zones::{Layout, Zones};
use crate::effect::{Leaves, RowKernel};
use crate::effects::blocks::{Blocks, Columns, Numbers, Part, StoredRow, get, planes, put, stored};
use crate::effects::look;
use crate::image::ColourRow;
use crate::simd::{Abreast, Number, SIXTEEN, Sixteen, SixteenWork, Two, best_sixteen_work};

/// Pixels of a call. Two times sixteen of them are computed at a time, and zones that are not among those cost nothing.
const BLOCK: usize = 64;

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

    /// The graded colours.
    #[inline(always)]
    fn result<S: Sixteen>(&self, z: Two<S>, before: Colours<Two<S>>) -> Colours<Two<S>> {
        let n = Two::of;
        let (mut colour, mut weights, mut still) = (before, [n(0.0); 3], n(1.0));
        // Most pixels have neighbours of the same zone: nothing has to be weighed there.
        let mut only = None;
        if self.still != [true; 3] {
            weights = self.zones.weights(z);
            only = if self.between.is_none() { the_only(&weights) } else { None };
            still = n(0.0);
            for (weight, is_still) in weights.iter().zip(self.still) {
                if is_still {
                    still = still + *weight;
                }
            }
            match &self.between {
                Some((steps, between)) => colour = apply(steps, &between.at(&weights), &before),
                None => {
                    // Adding 0 takes the sign from a zero, as the sums below do: leaving them out must not show.
                    for v in &mut colour {
                        *v = if only.is_some() { *v + n(0.0) } else { share(still, *v) + n(0.0) };
                    }
                }
            }
        }
        // One place for all, as the steps are much code: three zones and the master.
        for (i, grade) in self.grades.iter().enumerate() {
            let Some((steps, numbers)) = grade else { continue };
            let zone = weights.get(i);
            if zone.is_some_and(|weight| !Two::<S>::any(n(0.0).less(*weight))) {
                continue;
            }
            let graded = apply(steps, &numbers.spread(), if i < 3 { &before } else { &colour });
            for (to, graded) in colour.iter_mut().zip(graded) {
                *to = match zone {
                    Some(_) if only == Some(i) => graded + n(0.0),
                    Some(weight) => *to + share(*weight, graded),
                    None => graded,
                };
            }
        }
        if self.grades[3].is_none() {
            // What no grade has to do with keeps its bits.
            match only {
                Some(zone) if self.still[zone] => colour = before,
                Some(_) => {}
                None => {
                    for (v, before) in colour.iter_mut().zip(before) {
                        *v = Two::choose(still.less(n(1.0)), *v, before);
                    }
                }
            }
        }
        if let Some(amount) = self.luminance_mix {
            colour = keep_luminance(amount, &before, &colour);
        }
        if self.amount.is_some() {
            let a = self.amounts(z);
            for (v, before) in colour.iter_mut().zip(before) {
                let mixed = (n(1.0) - a) * before + a * *v;
                let graded = Two::choose(a.less(n(1.0)), mixed, *v);
                *v = Two::choose(n(0.0).less(a), graded, before);
            }
        }
        colour
    }

    /// How much of the grades counts.
    #[inline(always)]
    fn amounts<S: Sixteen>(&self, z: Two<S>) -> Two<S> {
        let Some(amount) = &self.amount else { return Two::of(1.0) };
        let mut all = z;
        for part in &mut all.0 {
            let (mut depths, mut amounts) = ([0.0; SIXTEEN], [0.0; SIXTEEN]);
            part.store(&mut depths);
            amount.row(&depths, &mut amounts);
            *part = S::load(&amounts);
        }
        all
    }

    #[inline(always)]
    fn overlay<S: Sixteen>(&self, z: Two<S>, before: Colours<Two<S>>) -> Colours<Two<S>> {
        let n = Two::of;
        let (a, [near, mid, far]) = (self.amounts(z), self.zones.weights(z));
        let cover = n(TINT as f32) * (near + mid + far) * a;
        let mut out = before;
        for (c, v) in out.iter_mut().enumerate() {
            let [of_near, of_mid, of_far] = TINTS.map(|tint| (TINT * tint[c]) as f32);
            let tint = (n(of_near) * near + n(of_mid) * mid + n(of_far) * far) * a;
            *v = (n(1.0) - cover) * *v + tint;
        }
        out
    }
}

/// The zone that is all that is here.
#[inline(always)]
fn the_only<S: Sixteen>(weights: &[Two<S>; 3]) -> Option<usize> {
    for (zone, weight) in weights.iter().enumerate() {
        if !Two::<S>::any(!weight.same(Two::of(1.0))) {
            return Some(zone);
        }
    }
    None
}

/// What a zone of weight `w` adds: nothing at all at 0, whatever the colour.
#[inline(always)]
fn share<V: Number>(w: V, v: V) -> V {
    (w * v).or_zero(V::of(0.0).less(w))
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
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow) {
        if self.output == GradeOutput::Depth {
            return look::depth(z, colour);
        }
        planes(self, Columns::From(x1), y, z, colour);
    }
    fn places(&self, _x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        // Where a pixel is makes no difference.
        self.row(0, y, z, colour);
    }
    fn takes_stored(&self) -> bool {
        self.output != GradeOutput::Depth
    }
    fn stored(&self, row: StoredRow) {
        stored(self, row);
    }
}

impl Blocks<BLOCK> for Rows {
    type Room = ();
    fn room() {}
    #[inline(always)]
    fn block<S: Sixteen>(&self, (): &mut (), x: &Part, _y: i32, z: &Numbers<BLOCK>, colour: &mut [Numbers<BLOCK>; 4]) {
        best_sixteen_work(Block { kernel: self, n: x.len(), z, colour });
    }
}

/// A call of [`Blocks::block`]: a function of its own, as it is much code.
struct Block<'a> {
    kernel: &'a Rows,
    n: usize,
    z: &'a Numbers<BLOCK>,
    colour: &'a mut [Numbers<BLOCK>; 4],
}

impl SixteenWork for Block<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { kernel, n, z, colour } = self;
        for k in 0..n.div_ceil(2 * SIXTEEN) {
            let (z, [r, g, b, _]) = (two::<S>(z, k), &*colour);
            let before = [two(r, k), two(g, k), two(b, k)];
            let (after, alpha) = match kernel.output {
                GradeOutput::Result => (kernel.result(z, before), None),
                GradeOutput::Overlay => (kernel.overlay(z, before), None),
                GradeOutput::Amount => {
                    let amount = kernel.amounts(z);
                    ([amount; 3], Some(amount))
                }
                GradeOutput::Mattes | GradeOutput::Depth => {
                    let weights = kernel.zones.weights(z);
                    (weights, Some(weights[kernel.in_alpha]))
                }
            };
            let [r, g, b, a] = &mut *colour;
            put_two(r, k, after[0]);
            put_two(g, k, after[1]);
            put_two(b, k, after[2]);
            if let Some(alpha) = alpha {
                put_two(a, k, alpha);
            }
        }
    }
}

#[inline(always)]
fn two<S: Sixteen>(plane: &Numbers<BLOCK>, k: usize) -> Two<S> {
    Abreast([get(plane, 2 * k), get(plane, 2 * k + 1)])
}

#[inline(always)]
fn put_two<S: Sixteen>(plane: &mut Numbers<BLOCK>, k: usize, v: Two<S>) {
    put(plane, 2 * k, v.0[0]);
    put(plane, 2 * k + 1, v.0[1]);
}
