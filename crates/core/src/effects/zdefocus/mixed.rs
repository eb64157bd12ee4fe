//! A silhouette's pixels show two surfaces and have one depth: they are taken apart by how much of each they most likely show.
//!
//! A renderer's filter mixes: `I = a·F + (1 − a)·B`. Nothing but the picture tells F, B and a. So around each such pixel the colours are
//! explained by one near and one far colour, each neighbour counting by how purely the depths around it say that it shows that side; what
//! the two do not explain is the texture of either, and its size says how much the pixel's own colour can tell about a. The likeliest a, F
//! and B are then in closed form, and `a·F + (1 − a)·B` is exactly the pixel: whatever is wrong with the parts, the sharp picture stays
//! what it was.
//!
//! The depth's votes speak for their neighbours beside a plain edge, and say next to nothing among single hairs: there the colours count
//! by how unlike the other side they are, from farther away, and a is the share of all around. How far a place is one or the other is
//! what `coherence` says.
//!
//! The numbers in here are those that came nearest to renders with a lens, over shots of hair, leaves, fences, chess pieces and streets.

use super::apart::{Apart, Two};
use super::field::Field;
use super::hidden::STEP;
use crate::simd::{LANES, Lanes, WideWork, best_wide_work};
use crate::workers::{Exec, Stop};
use window::Window;

mod window;

/// Colours are explained by pixels up to this many away.
const REACH: usize = 3;
/// Rows and columns of those.
const SIDE: usize = 2 * REACH + 1;
/// A pixel's parts depend on nothing farther away than this, in pixels; beyond the frame its border goes on.
#[cfg(test)]
pub const REACH_ALL: i32 = REACH as i32 + 1;
/// Where neither surface has a CoC of this many pixels, parts would move by too little to be told from the whole.
const BLURRED: f32 = 1.5;

/// The pixels of a picture that show two surfaces, taken apart; lights have been taken out. Parts are whole multiples of 1/`steps`.
pub fn find(picture: &Field, steps: usize, exec: &Exec) -> Result<Apart, Stop> {
    let mut apart = exec.keep(Apart::none(picture.rect.height()));
    exec.for_each_mut(apart.rows.iter_mut().collect(), [0.05, 0.05], |y, row, _| {
        best_wide_work(RowWork { picture, steps: steps as f32, y, row });
    })?;
    Ok(apart.take())
}

struct RowWork<'a> {
    picture: &'a Field,
    steps: f32,
    y: usize,
    row: &'a mut Vec<Two>,
}

impl WideWork for RowWork<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { picture, steps, y, row } = self;
        let (w, h) = (picture.rect.width(), picture.rect.height());
        let coc = |y: usize| &picture.coc[y * w..(y + 1) * w];
        let around = [coc(y.saturating_sub(1)), coc(y), coc((y + 1).min(h - 1))];
        let mut window = Window::default();
        for x in (0..w).step_by(LANES) {
            let mut found = beside_a_step::<L>(around, x);
            while found != 0 {
                let x = x + found.trailing_zeros() as usize;
                found &= found - 1;
                let Some(sides) = Sides::new(around, x) else { continue };
                window.fill(picture, x, y);
                if let Some(parts) = window.apart::<L>(&sides, steps) {
                    row.push(parts.two(x, &sides));
                }
            }
        }
    }
}

/// The first eight from `at` on, which must be there.
#[inline(always)]
fn eight(row: &[f32], at: usize) -> &[f32; LANES] {
    match row[at..].first_chunk() {
        Some(eight) => eight,
        None => unreachable!("rows are long enough"),
    }
}

/// Which of the eight pixels from `x` on have a step within the eight around them? One bit each.
#[inline(always)]
fn beside_a_step<L: Lanes>(rows: [&[f32]; 3], x: usize) -> u8 {
    let w = rows[1].len();
    let mut padded = [[0f32; 2 * LANES]; 3];
    let (rows, at) = if x > 0 && x + LANES < w {
        (rows, x)
    } else {
        for (padded, row) in padded.iter_mut().zip(rows) {
            padded.iter_mut().zip(x..).for_each(|(v, x)| *v = row[x.saturating_sub(1).min(w - 1)]);
        }
        ([&padded[0][..], &padded[1], &padded[2]], 1)
    };
    let own = L::load(eight(rows[1], at));
    let (mut low, mut high) = (own, own);
    for row in rows {
        for dx in 0..3 {
            let v = L::load(eight(row, at + dx - 1));
            (low, high) = (low.lesser(v), high.greater(v));
        }
    }
    let step = L::all(STEP);
    let none = high.minus(own).less(step).and(own.minus(low).less(step));
    !none.bits() & (0xff >> (LANES - (w - x).min(LANES)))
}

/// The two surfaces of a pixel, as CoCs.
struct Sides {
    /// Is the pixel's depth the near one?
    near_pixel: bool,
    near: f32,
    far: f32,
}

impl Sides {
    /// Those of the pixel in the middle row at `x`, if it has two, and a blur that tells them apart.
    fn new(rows: [&[f32]; 3], x: usize) -> Option<Self> {
        let w = rows[1].len();
        let columns = [x.saturating_sub(1), x, (x + 1).min(w - 1)];
        let around: [f32; 9] = std::array::from_fn(|i| rows[i / 3][columns[i % 3]]);
        let own = around[4];
        let (mut up, mut down, mut ups, mut downs) = (0f32, 0f32, 0, 0);
        for c in around {
            let d = c - own;
            (up, down) = (up.max(d), down.max(-d));
            (ups, downs) = (ups + i32::from(d >= STEP), downs + i32::from(-d >= STEP));
        }
        if ups == 0 && downs == 0 {
            return None;
        }
        let near_pixel = ups > downs || (ups == downs && up >= down);
        // The other surface's CoC: the mean of the neighbours on its side of the middle.
        let middle = own + 0.5 * if near_pixel { up } else { -down };
        let (mut sum, mut count) = (0f32, 0f32);
        for c in around.into_iter().filter(|c| (*c >= middle) == near_pixel) {
            (sum, count) = (sum + c, count + 1.0);
        }
        let other = sum / count.max(1.0);
        let (near, far) = if near_pixel { (own, other) } else { (other, own) };
        (far - near >= STEP && near.abs().max(far.abs()) >= BLURRED).then_some(Self { near_pixel, near, far })
    }
}

/// A pixel, taken apart.
struct Parts {
    /// How much the near surface covers.
    share: f32,
    near: [f32; 4],
    far: [f32; 4],
}

impl Parts {
    fn two(&self, x: usize, sides: &Sides) -> Two {
        let (own, other, coc) = match sides.near_pixel {
            true => (self.near, self.far, sides.far),
            false => (self.far, self.near, sides.near),
        };
        Two { x: x as u32, has_near: sides.near_pixel, share: self.share, own, coc, other }
    }
}
