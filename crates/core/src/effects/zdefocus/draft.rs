//! Draft: the lens looks at a picture of half the size, which is enlarged again. What is sharp comes from the picture itself.
//!
//! Up to a CoC of 2 px a pixel is the picture's own, blurred over its neighbours (`enlarge`); from 4 px on it is what the smaller picture
//! says; between both they are mixed. At each the second moment is the lens's, that of the halving and of the enlarging included
//! ([`make_up_for_the_size`]). Where blurred things hide a sharp surface from a part of the lens, the rest shows its detail: `views` notes how
//! much that is.
//!
//! Enlarging does not cross a sharp silhouette: behind it blurred pixels are interpolated between blurred ones only, so that it has no halo.

mod enlarge;

use super::apart::Apart;
use super::coarse::{fours, half};
use super::field::Field;
use super::views::Watched;
use crate::effect::Rows;
use crate::geometry::Rect;
use crate::image::{ColourRow, Image};
use crate::maths::{choose, lower, split, upper};
use crate::simd::{Work, best, best_sixteen_work, best_work};
use crate::workers::{Exec, Kept, Stop};

/// For smaller largest blurs in pixels the picture is rendered as it is: at half the size it would be too coarse.
pub const LEAST: f64 = 4.0;
/// [`make_up_for_the_size`] makes no CoC larger by more than this, in pixels of half the size.
pub const WIDER: f64 = 0.5;

/// Up to this blur in pixels a pixel is the picture's own…
const OWN: f32 = 2.0;
/// …and from this on the smaller picture's.
const SMALL: f32 = 4.0;
/// What is in front of a pixel by more than this, in pixels of CoC, and beside it, may be in its colour, too.
const IN_FRONT: f32 = 1.5;
/// How a blur is noted: its pixels by this, up to [`SMALL`],…
const STEPS: f32 = 15.0;
/// …this where it is behind the focus,…
const FAR: u8 = 0x40;
/// …and this where the colour is not the surface's alone.
const SHARED: u8 = 0x80;
/// What is left of a note is the blur.
const BLUR: u8 = 0x3f;

/// What is known of the picture as it is.
pub struct Draft {
    rect: Rect,
    /// The blur of each pixel, see [`STEPS`].
    blur: Vec<u8>,
    /// The pixels of half the size…
    small: Rect,
    /// …and for each the CoC of the sharpest thing that it shows, as [`make_up_for_the_size`] has it.
    sharpest: Vec<f32>,
}

impl Draft {
    /// Of the part of a picture under some pixels of half the size.
    pub fn new(field: &Field, under: Rect, exec: &Exec) -> Result<Self, Stop> {
        let from = Rect::new(2 * under.x1, 2 * under.y1, 2 * under.x2, 2 * under.y2).intersect(&field.rect);
        let rect = half(&from);
        let (width, w) = (from.width(), rect.width());
        let mut made = exec.keep((
            exec.filled(width * from.height(), 0u8, [0.02; 2])?,
            exec.filled(w * rect.height(), 0f32, [0.02; 2])?,
        ));
        let (blur, sharpest) = &mut *made;
        // A row of half the size stands for two, but the first and last one may stand for one.
        let (first, rest) = blur.split_at_mut(if from.y1.rem_euclid(2) == 1 { width } else { 0 });
        let pairs = (!first.is_empty()).then_some(first).into_iter().chain(rest.chunks_mut(2 * width));
        let rows: Vec<_> = pairs.zip(sharpest.chunks_mut(w)).collect();
        exec.for_each_mut(rows, [0.02, 0.04], |i, (blur, sharpest), _| {
            let row = |y: i32| {
                let start = field.index(from.x1, y.clamp(from.y1, from.y2 - 1));
                &field.coc[start..start + width]
            };
            let y = 2 * (rect.y1 + i as i32);
            for (y, blur) in (y.max(from.y1)..).zip(blur.chunks_mut(width)) {
                best_work(Note { rows: [row(y - 1), row(y), row(y + 1)], to: blur });
            }
            best(|| {
                let sharpest_of = |a, b, c, d| made_up(0.5 * sharper(sharper(a, b), sharper(c, d)));
                fours(&from, &rect, [row(y), row(y + 1)], sharpest, sharpest_of);
            });
        })?;
        let (blur, sharpest) = made.take();
        Ok(Self { rect: from, blur, small: rect, sharpest })
    }

    /// What is sharpest of the pixels of a row of half the size from there on.
    fn sharpest_from(&self, x: i32, y: i32) -> &[f32] {
        let (row, skip) = ((y - self.small.y1) as usize, (x - self.small.x1) as usize);
        let w = self.small.width();
        &self.sharpest[row * w + skip..(row + 1) * w]
    }

    /// What is sharpest of each pixel of half the size.
    pub fn watched(&self) -> Watched<'_> {
        Watched { rect: self.small, coc: &self.sharpest }
    }
}

/// The whole picture, from half the size.
pub struct Enlarged<'e> {
    /// Its pixels.
    pub rect: Rect,
    /// What is known of the picture as it is…
    pub draft: Kept<'e, Draft>,
    /// …and that.
    pub field: Kept<'e, Field>,
    /// Half the size: its surfaces' own colours…
    pub small: Kept<'e, Field>,
    /// …what the lens makes of them…
    pub picture: Kept<'e, Image>,
    /// …and the part of the lens that sees each pixel's sharpest thing, of [`WHOLE`](super::breaks::WHOLE).
    pub visible: Kept<'e, Vec<u8>>,
    /// Lights that come on top, over the same pixels.
    pub glow: Option<Kept<'e, Image>>,
}

impl Rows for Enlarged<'_> {
    fn row(&self, y: i32, to: ColourRow) {
        best_sixteen_work(enlarge::Row { of: self, y, to });
    }
}

impl Enlarged<'_> {
    /// All of it.
    pub fn image(&self, exec: &Exec) -> Result<Image, Stop> {
        let mut out = exec.keep(Image::empty(self.rect, exec)?);
        exec.for_each_mut(out.rows_mut(), [0.95, 0.97], |i, row, _| {
            self.row(self.rect.y1 + i as i32, row.reborrow());
        })?;
        Ok(out.take())
    }
}

/// The sharper one of two CoCs.
#[inline(always)]
fn sharper(a: f32, b: f32) -> f32 {
    choose(a.abs() < b.abs(), a, b)
}

/// Notes the blur of the middle one of three rows of CoCs.
struct Note<'a> {
    /// From bottom to top.
    rows: [&'a [f32]; 3],
    to: &'a mut [u8],
}

/// What is noted of a pixel around which that is the nearest CoC.
#[inline(always)]
fn note(coc: f32, nearest: f32) -> u8 {
    let blur = lower(coc.abs(), SMALL);
    let shared = (nearest < coc - IN_FRONT) & (nearest < -OWN);
    split(blur * STEPS + 0.5).0 as u8 | if coc > 0.0 { FAR } else { 0 } | if shared { SHARED } else { 0 }
}

impl Work for Note<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows: [below, coc, above], to } = self;
        let n = coc.len();
        // Those at the ends, with a neighbour on one side.
        for x in [0, n - 1] {
            let mut nearest = coc[x];
            for x in x.saturating_sub(1)..(x + 2).min(n) {
                nearest = lower(lower(below[x], above[x]), lower(coc[x], nearest));
            }
            to[x] = note(coc[x], nearest);
        }
        if n < 3 {
            return;
        }
        // All others: three by three.
        let m = n - 2;
        let (b, c, a) = ([&below[..m], &below[1..n - 1], &below[2..]], [&coc[..m], &coc[1..n - 1], &coc[2..]], above);
        let a = [&a[..m], &a[1..n - 1], &a[2..]];
        for (x, to) in to[1..n - 1].iter_mut().enumerate() {
            let columns = [lower(b[0][x], a[0][x]), lower(b[1][x], a[1][x]), lower(b[2][x], a[2][x])];
            let others = lower(lower(columns[0], columns[1]), columns[2]);
            let nearest = lower(lower(others, lower(c[0][x], c[2][x])), c[1][x]);
            *to = note(c[1][x], nearest);
        }
    }
}

/// Makes CoCs in pixels of half the size such that the enlarged picture has the lens's second moment.
///
/// Halving and enlarging blur by themselves: in full-size pixels, a variance per axis of 1/12·(2² − 1) for the mean of two and, on average
/// over its pixels, 3/4 for the interpolation: 1. A disc's is a quarter of its radius squared. So a CoC of c is √(c² − 4). Between [`OWN`] and
/// [`SMALL`] the smaller picture is a part 1 − w of a mixture, w = (4 − c) / 2, with the picture's own of variance 1:
/// w + (1 − w) (1 + s²) = c²/4, where s, in pixels of half the size, is √(c/2 + 1). Below, it only says what is hidden: √½ c.
pub fn make_up_for_the_size(field: &mut Field, apart: Option<&mut Apart>, exec: &Exec) -> Result<(), Stop> {
    let width = field.rect.width().max(1);
    exec.for_each_mut(field.coc.chunks_mut(width).collect(), [0.05, 0.05], |_, row, _| {
        best(|| row.iter_mut().for_each(|c| *c = made_up(*c)));
    })?;
    (field.least, field.most) = (made_up(field.least), made_up(field.most));
    for two in apart.into_iter().flat_map(|apart| &mut apart.rows).flatten() {
        two.coc = made_up(two.coc);
        (field.least, field.most) = (field.least.min(two.coc), field.most.max(two.coc));
    }
    Ok(())
}

/// A CoC in pixels of half the size, as they look through it: it grows with the one that is meant.
#[inline(always)]
fn made_up(coc: f32) -> f32 {
    let h = coc.abs();
    let far = if h < 0.5 * SMALL { h + 1.0 } else { h * h - 1.0 };
    (if h < 0.5 * OWN { 2.0 * h * h } else { far }).sqrt().copysign(coc)
}

/// How sharp a pixel of half the size is, from its CoC as it looks through it: 1 up to [`OWN`], 0 from [`SMALL`] on.
#[inline(always)]
fn sharpness(made_up: f32) -> f32 {
    // For those between both its square is c/2 + 1.
    lower(upper(3.0 - made_up * made_up, 0.0), 1.0)
}
