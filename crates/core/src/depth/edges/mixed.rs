//! All mixed pixels of some rows, sixteen at a time: their surroundings fetched, and their two surfaces put into lists.

use super::layers::{Fit, Seen, Split, is_number};
use super::split::put;
use super::{COLOUR_REACH, Colours, Field, Three};
use crate::simd::{Places, SIXTEEN, Sixteen, SixteenWork, best_sixteen_work};
use std::ops::Range;

/// Pixels of two surfaces: coverage · nearer + (1 − coverage) · farther is the pixel. Lists of one length, which may be longer than there
/// are pixels.
#[derive(Default)]
pub(crate) struct Mixed {
    /// Is the pixel's colour a number? If not the rest means nothing.
    pub(crate) is_number: Vec<bool>,
    /// Share of the pixel that the nearer one covers, 0 to 1.
    pub(crate) coverage: Vec<f32>,
    /// Distance of the nearer and the farther one, in metres; the farther may be +∞.
    pub(crate) z: [Vec<f32>; 2],
    /// Their colours, premultiplied: red, green, blue, alpha.
    pub(crate) colour: [[Vec<f32>; 4]; 2],
}

impl Mixed {
    /// Keeps some pixels, by ascending numbers, and closes the gaps.
    pub(crate) fn keep(&mut self, numbers: &[usize]) {
        fn closed<T: Copy>(list: &mut [T], numbers: &[usize]) {
            numbers.iter().enumerate().for_each(|(to, from)| list[to] = list[*from]);
        }
        closed(&mut self.is_number, numbers);
        self.lists().for_each(|list| closed(list, numbers));
    }

    fn lists(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        let [near, far] = &mut self.colour;
        near.iter_mut().chain(far).chain(&mut self.z).chain([&mut self.coverage])
    }

    fn resize(&mut self, n: usize) {
        // They are not made shorter: what grows again would be cleared again.
        let n = n.max(self.is_number.len());
        self.is_number.resize(n, false);
        self.lists().for_each(|list| list.resize(n, 0.0));
    }
}

impl Field {
    /// The two surfaces of some mixed pixels, by their numbers, from all of one row on. Linear: twice as bright a picture gives twice the
    /// colours.
    pub(crate) fn mixed(&self, numbers: Range<usize>, colours: &impl Colours, to: &mut Mixed) {
        to.resize(numbers.len().next_multiple_of(SIXTEEN));
        if numbers.is_empty() {
            return;
        }
        let mut room = [[[[0; 16]; 3]; 3]; SIXTEEN];
        let width = self.rect.width() as u32;
        let corner = COLOUR_REACH as u32 * (width + 1);
        let none = &[[0; 16]; 3];
        let mut row = 0;
        let mut now = self.corners(&numbers, numbers.start, &mut row);
        for (at, from) in numbers.clone().step_by(SIXTEEN).enumerate() {
            // The picture has mostly not been looked at yet: the next ones' colours come from the memory while these are worked on.
            let next = self.corners(&numbers, from + SIXTEEN, &mut row);
            let mut last = [i32::MIN; 2];
            for [x, y] in next {
                colours.soon(x, y, [x - 1, y] == last);
                last = [x, y];
            }
            let mut rows = [[none; SIXTEEN]; 3];
            for (i, ([x, y], room)) in now.into_iter().zip(&mut room).enumerate() {
                for (rows, three) in rows.iter_mut().zip(colours.block(x, y, room)) {
                    rows[i] = three;
                }
            }
            let places: &[u32; SIXTEEN] = &std::array::from_fn(|i| {
                // What is missing at the end is like the first.
                self.places[if from + i < numbers.end { from + i } else { from }] - corner
            });
            let (places, opaque) = (Places::new(*places), colours.is_opaque());
            best_sixteen_work(Batch { field: self, from, places, rows: &rows, opaque, at: at * SIXTEEN, to });
            now = next;
        }
    }

    /// Where the 3 × 3 pixels around some mixed ones begin, from a number on; what is missing at the end is like the first. `row`: the
    /// last one that was found, or one before it.
    fn corners(&self, numbers: &Range<usize>, from: usize, row: &mut usize) -> [[i32; 2]; SIXTEEN] {
        let mut corners = [[0; 2]; SIXTEEN];
        let places = self.places.get(from..numbers.end.min(from + SIXTEEN)).unwrap_or(&[]);
        for (number, (corner, place)) in (from..).zip(corners.iter_mut().zip(places)) {
            while self.rows.get(*row + 1).is_some_and(|next| *next as usize <= number) {
                *row += 1;
            }
            let y = self.inner.y1 - COLOUR_REACH + *row as i32;
            *corner = [
                self.rect.x1 + (*place as usize - self.place(self.rect.x1, y)) as i32 - COLOUR_REACH,
                y - COLOUR_REACH,
            ];
        }
        let first = corners[0];
        corners[places.len()..].fill(first);
        corners
    }
}

/// Sixteen pixels.
struct Batch<'a> {
    field: &'a Field,
    /// The number of the first one; the others follow.
    from: usize,
    /// Places of the corners of the 3 × 3 pixels around them.
    places: Places,
    /// Their rows of colours.
    rows: &'a [[&'a Three; SIXTEEN]; 3],
    opaque: bool,
    /// Where in the lists they go.
    at: usize,
    to: &'a mut Mixed,
}

impl SixteenWork for Batch<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(mut self) {
        let split = Split::<S>::new(&self.field.splits, self.from);
        let seen = Seen::new(self.field, &split, &self.places, self.rows, self.opaque);
        // No surface covers more than all: where both together cover all each does, and nothing has to be found out of their alphas.
        if S::any(!seen.own[3].same(S::of(1.0))) {
            self.fit::<S, 4>(&split, &seen);
        } else {
            self.fit::<S, 3>(&split, &seen);
        }
    }
}

impl Batch<'_> {
    /// The first `N` numbers of the colours from what is around; of the others it does not matter.
    #[inline(always)]
    fn fit<S: Sixteen, const N: usize>(&mut self, split: &Split<S>, seen: &Seen<S>) {
        let (Self { at, to, .. }, own) = (self, &seen.own);
        let fit = Fit::new::<N>(seen);
        let coverage = fit.coverage(split, seen.is_near(split), own);
        let colour = fit.corrected::<N>(coverage, own);
        put(coverage, &mut to.coverage, *at);
        for (side, colour) in colour.into_iter().enumerate() {
            put(S::of(1.0) / split.inverse[side], &mut to.z[side], *at);
            for (v, list) in colour.into_iter().zip(&mut to.colour[side]) {
                put(v, list, *at);
            }
        }
        let bits = S::bits(is_number(own));
        to.is_number[*at..*at + SIXTEEN].iter_mut().enumerate().for_each(|(i, to)| *to = bits >> i & 1 != 0);
    }
}
