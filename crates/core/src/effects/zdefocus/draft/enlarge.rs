//! From half the size back to the whole one, a row at a time.

use super::super::breaks::WHOLE;
use super::{BLUR, Enlarged, FAR, OWN, SHARED, SMALL, STEPS};
use crate::geometry::Rect;
use crate::image::ColourRow;
use crate::simd::{SIXTEEN, Sixteen, SixteenWork};
use std::ops::Range;

/// Least weight of a neighbour that is sharp where the pixel is blurred behind it, or the other way round.
const OTHER: f32 = 1e-6;
/// From so much of the lens on that sees a surface, what is seen is that surface alone…
const ALONE: f32 = 1.0;
/// …and up to so much it is not.
const AMONG: f32 = 0.96;

/// Columns of half the size that are done at a time.
const PIECE: usize = 64;
/// And those beside them.
const WITH: usize = PIECE + 2;
/// The pixels of a piece.
const PIXELS: usize = 2 * PIECE;
/// How far the picture's own blur reaches.
const REACH: i32 = 2;

/// Some neighbours in a row of half the size.
struct Neighbours {
    /// What the lens makes of them.
    seen: [[f32; WITH]; 4],
    /// Their surfaces' own colours.
    own: [[f32; WITH]; 4],
    /// How sharp the sharpest thing is that they show: 1 up to a blur of [`OWN`], 0 from [`SMALL`] on.
    sharp: [f32; WITH],
    /// How blurred that is, behind the focus.
    far: [f32; WITH],
    /// Which part of the lens sees it.
    visible: [f32; WITH],
}

impl Neighbours {
    fn none() -> Self {
        let row = [0.0; WITH];
        Self { seen: [row; 4], own: [row; 4], sharp: row, far: row, visible: row }
    }

    /// Those from a column on, and their own colours if they are wanted.
    #[inline(always)]
    fn load(&mut self, of: &Enlarged, x: i32, y: i32, own: bool) {
        let all = of.picture.rect();
        let n = ((all.x2 - x).max(0) as usize).min(WITH);
        let skip = (x - all.x1) as usize;
        for (to, plane) in self.seen.iter_mut().zip(&of.picture.planes) {
            to[..n].copy_from_slice(&plane.row(y)[skip..skip + n]);
        }
        let i = of.small.index(x, y);
        for (to, plane) in self.own.iter_mut().zip(&of.small.colour).filter(|_| own) {
            to[..n].copy_from_slice(&plane[i..i + n]);
        }
        for ((sharp, far), coc) in self.sharp.iter_mut().zip(&mut self.far).zip(&of.draft.sharpest_from(x, y)[..n]) {
            *sharp = super::sharpness(*coc);
            *far = if *coc > 0.0 { 1.0 - *sharp } else { 0.0 };
        }
        let i = (y - all.y1) as usize * all.width() + skip;
        for (to, part) in self.visible.iter_mut().zip(&of.visible[i..i + n]) {
            *to = f32::from(*part) * (1.0 / WHOLE as f32);
        }
    }
}

/// Every other pixel of a piece of a row.
struct Pixels {
    /// The picture's own, as blurred as it should be, as far as that goes.
    own: [[f32; PIECE]; 4],
    /// As of [`Neighbours`].
    sharp: [f32; PIECE],
    far: [f32; PIECE],
    /// How much of its detail counts where the whole lens sees it.
    detail: [f32; PIECE],
    /// What comes out.
    out: [[f32; PIECE]; 4],
}

impl Pixels {
    fn none() -> Self {
        let row = [0.0; PIECE];
        Self { own: [row; 4], sharp: row, far: row, detail: row, out: [row; 4] }
    }

    #[inline(always)]
    fn load(&mut self, own: &[[f32; PIXELS]; 4], blur: &[u8; PIXELS], parity: usize) {
        for (to, own) in self.own.iter_mut().zip(own) {
            to.iter_mut().zip(own.as_chunks::<2>().0).for_each(|(to, two)| *to = two[parity]);
        }
        let noted = self.sharp.iter_mut().zip(&mut self.far).zip(&mut self.detail).zip(blur.as_chunks::<2>().0);
        for (((sharp, far), detail), two) in noted {
            let note = two[parity];
            *sharp = ((SMALL - f32::from(note & BLUR) * (1.0 / STEPS)) * (1.0 / (SMALL - OWN))).clamp(0.0, 1.0);
            *far = if note & FAR == 0 { 0.0 } else { 1.0 - *sharp };
            *detail = if note & SHARED == 0 { *sharp } else { 0.0 };
        }
    }

    /// `second`: what the second row counts.
    #[inline(always)]
    fn enlarge<S: Sixteen>(&mut self, rows: &[Neighbours; 2], parity: usize, second: f32) {
        let n = S::of;
        for at in (0..PIECE).step_by(SIXTEEN) {
            let pixels = [S::some(&self.sharp[at..]), S::some(&self.far[at..])];
            let between = Between::<S>::new(rows, pixels, [at, parity], second);
            let visible = between.mean([&rows[0].visible, &rows[1].visible]);
            let detail = S::some(&self.detail[at..]) * visible;
            let alone = ((visible - n(AMONG)) * n(1.0 / (ALONE - AMONG))).upper(n(0.0)).lower(n(1.0));
            let any = n(0.0).less(detail);
            let all = !detail.less(n(1.0));
            for c in 0..4 {
                let seen = between.mean([&rows[0].seen[c], &rows[1].seen[c]]);
                let mut out = seen;
                if S::any(any) {
                    let own = S::some(&self.own[c][at..]);
                    // What the surface itself is of that which is seen.
                    let flat = between.mean([&rows[0].own[c], &rows[1].own[c]]);
                    let flat = S::choose(alone.less(n(1.0)), flat + alone * (seen - flat), seen);
                    let with = S::choose(all, own, seen + detail * (own - flat));
                    out = S::choose(any, with, seen);
                }
                if let Some(to) = self.out[c][at..].first_chunk_mut() {
                    out.store(to);
                }
            }
        }
    }
}

/// Where sixteen pixels lie between their neighbours.
struct Between<S> {
    /// The first neighbours' column.
    from: usize,
    /// What three of the four count; the first one counts what is left.
    by: S,
    more: S,
    most: S,
}

impl<S: Sixteen> Between<S> {
    /// Of pixels from a place on, so sharp and so far blurred. Not across a sharp silhouette; exactly the bilinear parts where there is none.
    #[inline(always)]
    fn new(rows: &[Neighbours; 2], pixels: [S; 2], [at, parity]: [usize; 2], second: f32) -> Self {
        let from = at + parity;
        let [low, high] = if parity == 0 { [0.25, 0.75] } else { [0.75, 0.25] };
        let parts = [(1.0 - second) * low, (1.0 - second) * high, second * low, second * high];
        let mut weights = [S::of(0.0); 4];
        for (i, weight) in weights.iter_mut().enumerate() {
            let (row, column) = (&rows[i / 2], from + i % 2);
            let (sharp, far) = (S::some(&row.sharp[column..]), S::some(&row.far[column..]));
            let alike = (S::of(1.0) - pixels[1] * sharp) * (S::of(1.0) - pixels[0] * far);
            *weight = S::of(parts[i]) * alike.upper(S::of(OTHER));
        }
        let sum = (weights[0] + weights[3]) + (weights[1] + weights[2]);
        Self { from, by: weights[1] / sum, more: weights[2] / sum, most: weights[3] / sum }
    }

    /// Exactly what all four are where all are the same.
    #[inline(always)]
    fn mean(&self, [low, high]: [&[f32; WITH]; 2]) -> S {
        let (a, b) = (S::some(&low[self.from..]), S::some(&low[self.from + 1..]));
        let (c, d) = (S::some(&high[self.from..]), S::some(&high[self.from + 1..]));
        a + ((self.by * (b - a) + self.more * (c - a)) + self.most * (d - a))
    }
}

/// A row of pixels.
pub(super) struct Row<'a> {
    pub(super) of: &'a Enlarged<'a>,
    pub(super) y: i32,
    pub(super) to: ColourRow<'a>,
}

impl SixteenWork for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { of, y, mut to } = self;
        let Enlarged { draft, glow, rect: Rect { x1, x2, .. }, .. } = of;
        let (mut to, x1, x2) = (to.planes(), *x1, *x2);
        // The two rows that it lies between, and what the second counts.
        let first = (y - 1).div_euclid(2);
        let second = if y.rem_euclid(2) == 0 { 0.75 } else { 0.25 };
        let mut rows = [Neighbours::none(), Neighbours::none()];
        let (mut own, mut blur) = ([[0f32; PIXELS]; 4], [0u8; PIXELS]);
        let mut pixels = Pixels::none();
        let mut out = [[0f32; PIXELS]; 4];
        for x in (x1.div_euclid(2) * 2..x2).step_by(PIXELS) {
            let these = (x1 - x).max(0) as usize..(x2 - x).min(PIXELS as i32) as usize;
            let at = (y - draft.rect.y1) as usize * draft.rect.width();
            let at = at + (x + these.start as i32 - draft.rect.x1) as usize;
            blur[these.clone()].copy_from_slice(&draft.blur[at..at + these.len()]);
            let sharp = own_pixels(of, [x, y], these.clone(), &blur, &mut own);
            let small = x.div_euclid(2) - 1;
            if !sharp && these.len() == PIXELS && of.blurred_alone(small, first) {
                let from = (x - x1) as usize;
                for (to, plane) in to.iter_mut().zip(&of.picture.planes) {
                    let skip = (small - plane.rect().x1) as usize;
                    let rows = [&plane.row(first)[skip..], &plane.row(first + 1)[skip..]];
                    if let (Some(to), [Some(low), Some(high)]) =
                        (to[from..].first_chunk_mut(), rows.map(|row| row.first_chunk()))
                    {
                        plain(low, high, second, to);
                    }
                }
                continue;
            }
            for (row, y) in rows.iter_mut().zip([first, first + 1]) {
                row.load(of, small, y, sharp);
            }
            for parity in [0, 1] {
                pixels.load(&own, &blur, parity);
                pixels.enlarge::<S>(&rows, parity, second);
                for (to, from) in out.iter_mut().zip(&pixels.out) {
                    to.as_chunks_mut::<2>().0.iter_mut().zip(from).for_each(|(to, from)| to[parity] = *from);
                }
            }
            let from = (x + these.start as i32 - x1) as usize;
            for (to, out) in to.iter_mut().zip(&out) {
                to[from..from + these.len()].copy_from_slice(&out[these.clone()]);
            }
        }
        for (to, glow) in to.iter_mut().zip(glow.iter().flat_map(|glow| &glow.planes[..3])) {
            to.iter_mut().zip(glow.row(y)).for_each(|(to, glow)| *to += glow);
        }
    }
}

impl Enlarged<'_> {
    /// Is all that the neighbours of a piece show blurred, those of two rows of half the size from a place on?
    #[inline(always)]
    fn blurred_alone(&self, x: i32, y: i32) -> bool {
        let rows = [self.draft.sharpest_from(x, y), self.draft.sharpest_from(x, y + 1)];
        rows.iter().all(|row| {
            let row = row.first_chunk::<WITH>();
            row.is_some_and(|row| row.iter().fold(true, |all, coc| all & (super::sharpness(*coc) == 0.0)))
        })
    }
}

/// [`Pixels::enlarge`] where nothing is sharp: the same bits.
#[inline(always)]
fn plain(low: &[f32; WITH], high: &[f32; WITH], second: f32, to: &mut [f32; PIXELS]) {
    let parts = |low: f32, high: f32| [(1.0 - second) * high, second * low, second * high];
    let [even, odd] = [parts(0.25, 0.75), parts(0.75, 0.25)];
    for (i, pair) in to.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let (a, b, c) = (low[i], low[i + 1], low[i + 2]);
        let (d, e, f) = (high[i], high[i + 1], high[i + 2]);
        *pair = [
            a + ((even[0] * (b - a) + even[1] * (d - a)) + even[2] * (e - a)),
            b + ((odd[0] * (c - b) + odd[1] * (e - b)) + odd[2] * (f - b)),
        ];
    }
}

/// The picture's own pixels at some of those from a place on, each blurred by up to [`OWN`]: by a row and a column of a, 1 − 2a, a each, and where
/// that is not enough, by such ones with b. The variance is 2a + 2b. Is there any that is not blurred by more than
/// that?
#[inline(always)]
fn own_pixels(
    of: &Enlarged,
    [x, y]: [i32; 2],
    these: Range<usize>,
    blur: &[u8; PIXELS],
    own: &mut [[f32; PIXELS]; 4],
) -> bool {
    const REACHED: usize = PIXELS + 2 * REACH as usize;
    const SHARP: u8 = (SMALL * STEPS) as u8;
    let blur = &blur[these.clone()];
    let (mut sharp, mut blurred) = (false, false);
    for b in blur {
        let b = b & BLUR;
        sharp |= b < SHARP;
        blurred |= (b > 0) & (b < SHARP);
    }
    if !sharp {
        return false;
    }
    let i = of.field.index(x + these.start as i32, y);
    for (to, plane) in own.iter_mut().zip(&of.field.colour) {
        to[these.clone()].copy_from_slice(&plane[i..i + these.len()]);
    }
    let around = Rect::new(x + these.start as i32, y, x + these.end as i32, y + 1).grow(REACH);
    if !blurred || !of.field.rect.contains_rect(&around) {
        return true;
    }
    // What a neighbour one pixel away counts, and one two pixels away, beside the pixel itself.
    let mut parts = [[0f32; PIXELS]; 3];
    for (i, b) in blur.iter().enumerate() {
        let c = (f32::from(b & BLUR) * (1.0 / STEPS)).min(OWN);
        let a = (c * c * 0.125).min(0.25);
        let b = c * c * 0.125 - a;
        let [left_by_a, left_by_b] = [1.0 - 2.0 * a, 1.0 - 2.0 * b];
        parts[0][i] = left_by_a * left_by_b + 2.0 * a * b;
        (parts[1][i], parts[2][i]) = (a * left_by_b + b * left_by_a, a * b);
    }
    let i = of.field.index(around.x1, around.y1);
    let (width, n) = (of.field.rect.width(), around.width());
    let mut up = [[0f32; REACHED]; 3];
    for (to, plane) in own.iter_mut().zip(&of.field.colour) {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|row| &plane[i + row * width..][..n]);
        for x in 0..n {
            (up[0][x], up[1][x], up[2][x]) = (c[x], b[x] + d[x], a[x] + e[x]);
        }
        for (x, to) in to[these.clone()].iter_mut().enumerate() {
            let [own, one, two] = [parts[0][x], parts[1][x], parts[2][x]];
            let along = |up: &[f32; REACHED]| [up[x + 2], up[x + 1] + up[x + 3], up[x] + up[x + 4]];
            let [[v, a, b], [c, d, e], [f, g, h]] = [along(&up[0]), along(&up[1]), along(&up[2])];
            // Exactly what all are where all are the same.
            let near = own * one * ((a - 2.0 * v) + (c - 2.0 * v)) + one * one * (d - 4.0 * v);
            let far = own * two * ((b - 2.0 * v) + (f - 2.0 * v)) + two * two * (h - 4.0 * v);
            *to = v + (near + (far + one * two * ((e - 4.0 * v) + (g - 4.0 * v))));
        }
    }
    true
}
