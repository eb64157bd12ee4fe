//! Where silhouettes are.

use super::{COLOUR_REACH, Field};
use crate::simd::{SIXTEEN, Sixteen, SixteenWork, best_sixteen_work};

/// Share of the nearer 1/z by which neighbours differ at least: below it an effect treats both nearly alike.
const RATIO: f32 = 0.06;
/// A little less than that of the distances themselves, which nearly all neighbours are asked for: what rounding might make a step is
/// looked at closely.
const FIRST_LOOK: f32 = 1.0 - RATIO + 1e-5;
/// A jump is so many times the slope beside it.
const STEEPER: f32 = 3.0;
/// Share of a jump within which a slope foretells it.
const FORETOLD: f32 = 0.25;

/// A bit for each pixel of a field but those of its first column: sixteen pixels of a row in one number.
#[derive(Default)]
pub(super) struct Marks {
    bits: Vec<u16>,
    /// Numbers in a row.
    stride: usize,
}

impl Marks {
    fn clear(&mut self, width: usize, height: usize) {
        self.stride = width.div_ceil(SIXTEEN) + 1;
        self.bits.clear();
        self.bits.resize(self.stride * height, 0);
    }

    #[inline(always)]
    fn set(&mut self, row: usize, sixteen: usize, bits: u16) {
        self.bits[row * self.stride + sixteen] |= bits;
    }
}

/// Marks both pixels of each jump between neighbours in a row or a column, and lists those up to [`COLOUR_REACH`] around the inner
/// rectangle. Says whether there is any.
pub(super) fn mark(field: &mut Field) -> bool {
    let (width, height) = (field.rect.width(), field.rect.height());
    field.marks.clear(width, height);
    let antialiased = field.edges.antialiased;
    best_sixteen_work(Jumps { z: &field.z, width, height, antialiased, marks: &mut field.marks });
    best_sixteen_work(List { marks: &field.marks, width, height, places: &mut field.places, rows: &mut field.rows });
    !field.places.is_empty()
}

/// Lists the marked pixels that are looked at.
struct List<'a> {
    marks: &'a Marks,
    width: usize,
    height: usize,
    places: &'a mut Vec<u32>,
    /// Where those of each row begin.
    rows: &'a mut Vec<u32>,
}

impl SixteenWork for List<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { marks, width, height, places, rows } = self;
        let rim = (super::REACH - COLOUR_REACH) as usize;
        // Whole numbers are moved as the bits of numbers.
        let mut following = [0.0; SIXTEEN];
        for (i, v) in following.iter_mut().enumerate() {
            *v = f32::from_bits(i as u32);
        }
        let following = S::load(&following);
        for row in rim..height - rim {
            rows.push(places.len() as u32);
            let sixteens = &marks.bits[row * marks.stride..][..marks.stride];
            // Almost all are empty.
            for (i, bits) in sixteens.iter().enumerate().filter(|(_, bits)| **bits != 0) {
                let first = 1 + SIXTEEN * i;
                let from = u16::MAX << rim.saturating_sub(first);
                let inside = (width - rim).saturating_sub(first).min(SIXTEEN);
                let bits = bits & from & !(u32::MAX << inside) as u16;
                let here = S::of_bits((row * width + first) as u32).plus_bits(following).closed_up(bits);
                let (mut list, n) = ([0.0; SIXTEEN], places.len() + bits.count_ones() as usize);
                here.store(&mut list);
                places.extend_from_slice(&list.map(f32::to_bits));
                places.truncate(n);
            }
        }
        rows.push(places.len() as u32);
    }
}

/// Looks for jumps from each pixel to the right and to the next row, but from those at the rim: on either side of a jump one more pixel is
/// looked at.
struct Jumps<'a> {
    z: &'a [f32],
    width: usize,
    height: usize,
    antialiased: bool,
    marks: &'a mut Marks,
}

impl SixteenWork for Jumps<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { z, width, height, antialiased, marks } = self;
        let limit = S::of(FIRST_LOOK);
        for y in 1..height - 2 {
            for (i, x) in (1..width - 2).step_by(SIXTEEN).enumerate() {
                let at = y * width + x;
                let (own, right, below) = (load::<S>(z, at), load::<S>(z, at + 1), load::<S>(z, at + width));
                // Almost no sixteen has a step. A hole (NaN) has none.
                let own_limit = own * limit;
                let to_right = right.less(own_limit) | own.less(right * limit);
                let down = below.less(own_limit) | own.less(below * limit);
                if !S::any(to_right | down) {
                    continue;
                }
                let there = u16::MAX >> (SIXTEEN - (width - 2 - x).min(SIXTEEN));
                let own = S::of(1.0) / own;
                if S::any(to_right) {
                    let right = jump(z, at, 1, own, S::of(1.0) / right, antialiased) & there;
                    marks.set(y, i, right | right << 1);
                    marks.set(y, i + 1, right >> (SIXTEEN - 1));
                }
                if S::any(down) {
                    let down = jump(z, at, width, own, S::of(1.0) / below, antialiased) & there;
                    marks.set(y, i, down);
                    marks.set(y + 1, i, down);
                }
            }
        }
    }
}

#[inline(always)]
fn load<S: Sixteen>(z: &[f32], at: usize) -> S {
    // There are more numbers behind the last pixel.
    S::load(z[at..].first_chunk().unwrap_or(&[f32::NAN; SIXTEEN]))
}

/// Where there is a jump from some pixels to others `step` behind them, with 1/z of both.
#[inline(always)]
fn jump<S: Sixteen>(z: &[f32], at: usize, step: usize, p: S, q: S, antialiased: bool) -> u16 {
    let n = S::of;
    let before = n(1.0) / load::<S>(z, at - step);
    let after = n(1.0) / load::<S>(z, at + 2 * step);
    let jump = (p - q).size();
    let steep = (n(RATIO) * p.upper(q)).less(jump);
    // The gentler side tells: of a slanted surface that ends at the silhouette the other side is steep. Beside a hole there is but one.
    let (a, b) = ((p - before).size(), (after - q).size());
    let slope = S::choose(b.same(b), a.lower(b), a);
    let mut found = steep & (n(STEEPER) * slope).less(jump);
    if !antialiased {
        // A floor goes on to its horizon: what its slope foretells is no jump. (A mixed depth lies on such a line by itself.)
        let near = n(FORETOLD) * jump;
        found = found & !((foretold(before, p) - q).size().less(near) | (foretold(after, q) - p).size().less(near));
    }
    S::bits(found)
}

/// What follows two 1/z on a slope.
#[inline(always)]
fn foretold<S: Sixteen>(from: S, to: S) -> S {
    (S::of(2.0) * to - from).upper(S::of(0.0))
}
