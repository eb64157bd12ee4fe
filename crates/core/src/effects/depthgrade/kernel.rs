//! DepthGrade on rows of f32. The loops have no branches, so that they become vector code.

use super::params::{GradeOutput, GradeParams, Params, Zone, ZoneSpace};
use super::reference::{LEAST_GAMMA, LEAST_SOFTNESS, LUMINANCE, TINT, TINTS};
use crate::effect::{Leaves, RowKernel};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::{log2, pow_positive, smoothstep};
use crate::simd::{Work, best_work};

/// Pixels that are computed at a time; all that is known of them stays in the first-level cache.
const CHUNK: usize = 256;
type Values = [f32; CHUNK];

/// A border between zones with its numbers ready.
struct Border {
    space: ZoneSpace,
    at: f32,
    /// One over its distance.
    inverse: f32,
    /// Half of one over the softness.
    slope: f32,
}

impl Border {
    fn new(space: ZoneSpace, at: f64, softness: f64) -> Self {
        let slope = (0.5 / softness.max(LEAST_SOFTNESS)) as f32;
        Self { space, at: at as f32, inverse: (1.0 / at) as f32, slope }
    }

    /// How far each depth lies behind it: 0 to 1, and 0 where the depth is NaN.
    #[inline(always)]
    fn behind(&self, z: &[f32], out: &mut [f32]) {
        let (at, inverse) = (self.at, self.inverse);
        match self.space {
            ZoneSpace::Distance => self.each(z, out, |z| z * inverse - 1.0),
            ZoneSpace::Inverse => self.each(z, out, |z| 1.0 - at / z),
            ZoneSpace::Log => self.each(z, out, |z| std::f32::consts::LN_2 * log2((z * inverse).clamp(1e-30, 1e30))),
        }
    }

    #[inline(always)]
    fn each(&self, z: &[f32], out: &mut [f32], way: impl Fn(f32) -> f32) {
        let slope = self.slope;
        for (w, &z) in out.iter_mut().zip(z) {
            let behind = smoothstep(0.5 + slope * way(z));
            *w = if z > 0.0 { behind } else { 0.0 };
        }
    }
}

/// A grade with its numbers ready; steps that would change nothing are left out.
struct Grade {
    /// Multiply, add.
    linear: Option<[[f32; 2]; 3]>,
    /// One over gamma, where it is not 1.
    power: [Option<f32>; 3],
    saturation: Option<f32>,
    mix: Option<f32>,
}

impl Grade {
    /// `None` if it changes nothing.
    fn new(g: &GradeParams) -> Option<Self> {
        if g.is_neutral() {
            return None;
        }
        let lines = [0, 1, 2].map(|c| [g.exposure.exp2() * (g.gain[c] - g.lift[c]), g.offset[c] + g.lift[c]]);
        Some(Self {
            linear: (lines != [[1.0, 0.0]; 3]).then_some(lines.map(|l| l.map(|v| v as f32))),
            power: g.gamma.map(|v| (v != 1.0).then_some((1.0 / v.max(LEAST_GAMMA)) as f32)),
            saturation: (g.saturation != 1.0).then_some(g.saturation as f32),
            mix: (g.mix != 1.0).then_some(g.mix as f32),
        })
    }

    /// From the colours `from`; all of one length.
    #[inline(always)]
    fn apply(&self, from: [&[f32]; 3], to: &mut [Values; 3]) {
        let n = from[0].len();
        let [r, g, b] = to;
        let (r, g, b) = (&mut r[..n], &mut g[..n], &mut b[..n]);
        for (c, (to, from)) in [&mut *r, &mut *g, &mut *b].into_iter().zip(from).enumerate() {
            match self.linear {
                Some(lines) => {
                    let [multiply, add] = lines[c];
                    to.iter_mut().zip(from).for_each(|(to, &v)| *to = multiply * v + add);
                }
                None => to.copy_from_slice(from),
            }
            if let Some(power) = self.power[c] {
                to.iter_mut().for_each(|v| *v = pow_positive(*v, power));
            }
        }
        if let Some(saturation) = self.saturation {
            let [wr, wg, wb] = LUMINANCE.map(|w| w as f32);
            for ((r, g), b) in r.iter_mut().zip(&mut *g).zip(&mut *b) {
                let luminance = wr * *r + wg * *g + wb * *b;
                *r = luminance + saturation * (*r - luminance);
                *g = luminance + saturation * (*g - luminance);
                *b = luminance + saturation * (*b - luminance);
            }
        }
        if let Some(mix) = self.mix {
            for (to, from) in [r, g, b].into_iter().zip(from) {
                to.iter_mut().zip(from).for_each(|(to, &v)| *to = (1.0 - mix) * v + mix * *to);
            }
        }
    }
}

/// DepthGrade with its numbers ready.
pub(super) struct Rows {
    near_end: Border,
    far_start: Border,
    /// Near, mid, far.
    grades: [Option<Grade>; 3],
    master: Option<Grade>,
    output: GradeOutput,
    in_alpha: usize,
}

impl Rows {
    pub(super) fn new(p: &Params) -> Self {
        let zones = &p.zones;
        Self {
            near_end: Border::new(zones.space, zones.near_end, zones.near_softness),
            far_start: Border::new(zones.space, zones.far_start, zones.far_softness),
            grades: [0, 1, 2].map(|zone| Grade::new(&p.grades[zone])),
            master: Grade::new(&p.master),
            output: p.output.output,
            in_alpha: match p.output.matte_zone {
                Zone::Near => 0,
                Zone::Mid => 1,
                Zone::Far => 2,
            },
        }
    }

    /// The zones' weights at each depth.
    #[inline(always)]
    fn weights(&self, z: &[f32], out: &mut [Values; 3]) {
        let [near, mid, far] = out;
        self.near_end.behind(z, near);
        self.far_start.behind(z, far);
        for (((near, mid), far), z) in near.iter_mut().zip(mid).zip(far).zip(z) {
            // No zone holds a depth of NaN.
            let rest = if z.is_nan() { 0.0 } else { 1.0 - *far };
            let behind = *near;
            *near = (1.0 - behind) * rest;
            *mid = behind * rest;
        }
    }

    /// Sum of the graded colours by weight, and then the master.
    #[inline(always)]
    fn result(&self, z: &[f32], colour: ColourRow, s: &mut Scratch) {
        let n = z.len();
        let mut picture = [colour.r, colour.g, colour.b];
        if self.grades.iter().any(Option::is_some) {
            self.weights(z, &mut s.weights);
            // What the neutral zones hold of the picture: exactly 1 where they hold all of it, as x + (1 − x) is 1 in f32, too.
            s.still[..n].fill(0.0);
            for (weight, _) in s.weights.iter().zip(&self.grades).filter(|(_, grade)| grade.is_none()) {
                s.still.iter_mut().zip(&weight[..n]).for_each(|(still, w)| *still += w);
            }
            for (sum, v) in s.sum.iter_mut().zip(&picture) {
                // Adding 0 takes the sign from a zero, as the sums below do: leaving them out must not show.
                sum.iter_mut().zip(&**v).zip(&s.still).for_each(|((sum, &v), &w)| *sum = share(w, v) + 0.0);
            }
            for (weight, grade) in s.weights.iter().zip(&self.grades) {
                let Some(grade) = grade else { continue };
                if weight[..n].iter().all(|w| *w == 0.0) {
                    continue;
                }
                grade.apply(picture.each_ref().map(|v| &**v), &mut s.graded);
                for (sum, graded) in s.sum.iter_mut().zip(&s.graded) {
                    sum.iter_mut().zip(graded).zip(&weight[..n]).for_each(|((sum, &v), &w)| *sum += share(w, v));
                }
            }
            picture.iter_mut().zip(&s.sum).for_each(|(v, sum)| v.copy_from_slice(&sum[..n]));
        }
        if let Some(master) = &self.master {
            master.apply(picture.each_ref().map(|v| &**v), &mut s.graded);
            picture.iter_mut().zip(&s.graded).for_each(|(v, graded)| v.copy_from_slice(&graded[..n]));
        }
    }

    #[inline(always)]
    fn overlay(&self, z: &[f32], colour: ColourRow, s: &mut Scratch) {
        self.weights(z, &mut s.weights);
        let [near, mid, far] = &s.weights;
        for (c, plane) in [colour.r, colour.g, colour.b].into_iter().enumerate() {
            let [tint_near, tint_mid, tint_far] = TINTS.map(|tint| (TINT * tint[c]) as f32);
            for (((v, &near), &mid), &far) in plane.iter_mut().zip(near).zip(mid).zip(far) {
                let cover = TINT as f32 * (near + mid + far);
                *v = (1.0 - cover) * *v + (tint_near * near + tint_mid * mid + tint_far * far);
            }
        }
    }

    #[inline(always)]
    fn mattes(&self, z: &[f32], colour: ColourRow, s: &mut Scratch) {
        self.weights(z, &mut s.weights);
        let n = z.len();
        for (plane, weight) in [colour.r, colour.g, colour.b].into_iter().zip(&s.weights) {
            plane.copy_from_slice(&weight[..n]);
        }
        colour.a.copy_from_slice(&s.weights[self.in_alpha][..n]);
    }
}

/// Rows that a chunk of pixels needs on its way.
struct Scratch {
    weights: [Values; 3],
    still: Values,
    sum: [Values; 3],
    graded: [Values; 3],
}

impl RowKernel for Rows {
    fn wants_straight(&self) -> bool {
        true
    }
    fn leaves(&self) -> Leaves {
        match self.output {
            GradeOutput::Result | GradeOutput::Overlay => Leaves::Picture,
            GradeOutput::Mattes | GradeOutput::Depth => Leaves::Data,
        }
    }
    fn mixes(&self) -> bool {
        self.output != GradeOutput::Depth
    }
    fn row(&self, _x1: i32, _y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, z, colour });
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
        self.kernel.chunks(self.z, self.colour);
    }
}

impl Rows {
    #[inline(always)]
    fn chunks(&self, z: &[f32], mut colour: ColourRow) {
        const EMPTY: Values = [0.0; CHUNK];
        let mut s = Scratch { weights: [EMPTY; 3], still: EMPTY, sum: [EMPTY; 3], graded: [EMPTY; 3] };
        for from in (0..z.len()).step_by(CHUNK) {
            let to = z.len().min(from + CHUNK);
            let (z, part) = (&z[from..to], colour.part(from..to));
            match self.output {
                GradeOutput::Result => self.result(z, part, &mut s),
                GradeOutput::Overlay => self.overlay(z, part, &mut s),
                GradeOutput::Mattes => self.mattes(z, part, &mut s),
                GradeOutput::Depth => look::depth(z, part),
            }
        }
    }
}

/// What a zone of weight `w` adds: nothing at all at 0, whatever the colour.
#[inline(always)]
fn share(w: f32, v: f32) -> f32 {
    if w > 0.0 { w * v } else { 0.0 }
}
