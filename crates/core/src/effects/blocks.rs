//! Kernels that compute some pixels at a time, and the ways to bring those to them: planes of numbers, or pixels as most hosts store them,
//! which then go from the source to the output without a stop.

use crate::image::{ColourRow, THIN};
use crate::simd::{ALIGNED, SIXTEEN, Sixteen, SixteenWork, Stored, best_sixteen_work, soon_after};

/// A number each of some pixels.
pub(crate) type Numbers<const N: usize> = [f32; N];

/// What computes `N` pixels at a time, a multiple of [`SIXTEEN`].
pub(crate) trait Blocks<const N: usize> {
    /// What it needs on its way, to be had once for many.
    type Room;
    /// Makes it.
    fn room() -> Self::Room;
    /// Changes the pixels in columns `x` of row `y`; like [`crate::effect::RowKernel::row`]. Mark it `#[inline(always)]`.
    fn block<S: Sixteen>(&self, room: &mut Self::Room, x: &Part, y: i32, z: &Numbers<N>, colour: &mut [Numbers<N>; 4]);
}

/// Columns of the pixels of a call.
#[derive(Clone, Copy)]
pub(crate) enum Columns<'a> {
    /// Neighbours, from a column on.
    From(i32),
    /// Any.
    Each(&'a [i32]),
}

impl<'a> Columns<'a> {
    /// Those of `n` pixels from the `from`th on.
    #[inline(always)]
    pub(crate) fn some(self, from: usize, n: usize) -> Part<'a> {
        Part { all: self, from, n }
    }
}

/// Columns of some of them.
pub(crate) struct Part<'a> {
    all: Columns<'a>,
    /// The first one's number among all, and how many there are.
    from: usize,
    n: usize,
}

impl Part<'_> {
    /// What is missing at the end is like the last one.
    #[inline(always)]
    pub(crate) fn numbers<const N: usize>(&self) -> [i32; N] {
        let (n, mut columns) = (self.n.min(N), [0; N]);
        match self.all {
            Columns::From(x1) => {
                let (first, last) = (x1 + self.from as i32, n.max(1) as i32 - 1);
                for (i, column) in (0_i32..).zip(&mut columns) {
                    *column = first + i.min(last);
                }
            }
            Columns::Each(x) => {
                let x = &x[self.from..self.from + n];
                columns[..n].copy_from_slice(x);
                columns[n..].fill(x.last().copied().unwrap_or(0));
            }
        }
        columns
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.n
    }

    /// The `k`th sixteen, as numbers; what is missing at the end is any.
    #[inline(always)]
    pub(crate) fn sixteen<S: Sixteen>(&self, k: usize) -> S {
        match self.all {
            Columns::From(x1) => S::of((x1 + (self.from + SIXTEEN * k) as i32) as f32) + S::numbers(),
            Columns::Each(x) => {
                let mut columns = [0.0; SIXTEEN];
                let own = x.get(self.from + SIXTEEN * k..self.from + self.n).unwrap_or(&[]);
                columns.iter_mut().zip(own).for_each(|(to, x)| *to = *x as f32);
                S::load(&columns)
            }
        }
    }
}

/// Some pixels of row `y`, as planes.
pub(crate) fn planes<const N: usize>(kernel: &impl Blocks<N>, x: Columns, y: i32, z: &[f32], colour: ColourRow) {
    best_sixteen_work(Planes::<_, N> { kernel, x, y, z, colour });
}

struct Planes<'a, K, const N: usize> {
    kernel: &'a K,
    x: Columns<'a>,
    y: i32,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl<const N: usize, K: Blocks<N>> SixteenWork for Planes<'_, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { kernel, x, y, z, mut colour } = self;
        let (mut depth, mut block, mut own) = ([0.0; N], [[0.0; N]; 4], K::room());
        for from in (0..z.len()).step_by(N) {
            let n = N.min(z.len() - from);
            take(&mut depth, &z[from..from + n]);
            let mut part = colour.part(from..from + n);
            for (to, from) in block.iter_mut().zip(part.planes()) {
                take(to, from);
            }
            kernel.block::<S>(&mut own, &x.some(from, n), y, &depth, &mut block);
            for (to, from) in part.planes().into_iter().zip(&block) {
                to.copy_from_slice(&from[..n]);
            }
        }
    }
}

/// Some numbers; what is missing at their end is like the last one.
#[inline(always)]
fn take<const N: usize>(to: &mut Numbers<N>, from: &[f32]) {
    if let Some(all) = from.first_chunk() {
        *to = *all;
    } else if let Some(last) = from.last() {
        to[..from.len()].copy_from_slice(from);
        to[from.len()..].fill(*last);
    }
}

/// Pixels whose results are known.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Ascending.
    pub(crate) columns: &'a [i32],
    /// In the kernel's kind of colours; there may be more behind.
    pub(crate) colour: [&'a [f32]; 4],
}

/// Neighbours of row `y` from column `x1` on, stored as four floats, in the source and in the output.
pub struct StoredRow<'a> {
    pub(crate) x1: i32,
    pub(crate) y: i32,
    /// Depth in metres, and what NaN counts as.
    pub(crate) z: &'a [f32],
    pub(crate) invalid: f32,
    pub(crate) from: &'a [Stored],
    pub(crate) to: &'a mut [Stored],
    /// Are blue and red stored in each other's place?
    pub(crate) swapped: bool,
    /// Does alpha count as 1 whatever is stored?
    pub(crate) opaque: bool,
    /// Are colours to be divided by alpha before, and is the result to be multiplied by it?
    pub(crate) divided: [bool; 2],
    /// Does the output go past the caches?
    pub(crate) past: bool,
    pub(crate) known: Known<'a>,
}

/// Computes such a row.
pub(crate) fn stored<const N: usize>(kernel: &impl Blocks<N>, row: StoredRow) {
    best_sixteen_work(Whole::<_, N> { kernel, row });
}

/// So many pixels ahead the source is asked for while a row is computed: the memory then answers in time.
const AHEAD: usize = 256;

struct Whole<'a, K, const N: usize> {
    kernel: &'a K,
    row: StoredRow<'a>,
}

impl<const N: usize, K: Blocks<N>> SixteenWork for Whole<'_, K, N> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { kernel, row } = self;
        let StoredRow { x1, y, z, invalid, from, to, swapped, opaque, divided, past, mut known } = row;
        let (mut depth, mut block) = ([0.0; N], [[0.0; N]; 4]);
        let (mut room, mut depths, mut own_room) = ([[0; 16]; N], [0.0; N], K::room());
        // The first block is a shorter one, so that the others begin where they can go past the caches.
        let ahead = if past { ahead(to) } else { 0 };
        let mut at = 0;
        while at < z.len() {
            let n = if at == 0 && ahead > 0 { ahead + N - SIXTEEN } else { N }.min(z.len() - at);
            if past {
                soon_after::<N, _>(from, at + AHEAD);
            }
            let own = match (z[at..at + n].first_chunk(), from[at..at + n].first_chunk()) {
                (Some(z), Some(from)) => (z, from),
                _ => {
                    take(&mut depths, &z[at..at + n]);
                    room[..n].copy_from_slice(&from[at..at + n]);
                    (&depths, &room)
                }
            };
            let (sixteens, _) = own.1.as_chunks();
            for (k, pixels) in sixteens.iter().enumerate() {
                let z = S::some(&own.0[SIXTEEN * k..]);
                put(&mut depth, k, S::choose(z.same(z), z, S::of(invalid)));
                let mut c = S::apart(pixels);
                if swapped {
                    c = [c[2], c[1], c[0], c[3]];
                }
                if opaque {
                    c[3] = S::of(1.0);
                }
                if divided[0] {
                    c = straight(c);
                }
                for (plane, c) in block.iter_mut().zip(c) {
                    put(plane, k, c);
                }
            }
            let first = x1 + at as i32;
            kernel.block::<S>(&mut own_room, &Columns::From(x1).some(at, n), y, &depth, &mut block);
            let whole = to[at..at + n].first_chunk_mut();
            let (is_whole, target) = match whole {
                Some(whole) => (true, whole),
                None => (false, &mut room),
            };
            let (sixteens, _) = target.as_chunks_mut();
            for (k, pixels) in sixteens.iter_mut().enumerate() {
                let mut c = [get::<S, N>(&block[0], k), get(&block[1], k), get(&block[2], k), get(&block[3], k)];
                let here = first + (SIXTEEN * k) as i32;
                // Those behind a short block's end belong to the next one.
                let end = (here + SIXTEEN as i32).min(first + n as i32);
                if known.columns.first().is_some_and(|x| *x < end) {
                    c = known.put(here, end, c);
                }
                if divided[1] {
                    c = premultiplied(c);
                }
                if swapped {
                    c = [c[2], c[1], c[0], c[3]];
                }
                if past && is_whole { S::stream_together(c, pixels) } else { S::together(c, pixels) }
            }
            if !is_whole {
                to[at..at + n].copy_from_slice(&room[..n]);
            }
            at += n;
        }
    }
}

/// Pixels up to the next one that can go past the caches; 0 where none can.
fn ahead(to: &[Stored]) -> usize {
    let over = to.as_ptr().addr() % ALIGNED;
    if over.is_multiple_of(size_of::<Stored>()) { (ALIGNED - over) % ALIGNED / size_of::<Stored>() } else { 0 }
}

/// [`crate::image::unpremultiply`].
#[inline(always)]
fn straight<S: Sixteen>([r, g, b, a]: [S; 4]) -> [S; 4] {
    match divisor(a) {
        Some(by) => [r / by, g / by, b / by, a],
        None => [r, g, b, a],
    }
}

/// [`crate::image::premultiply`].
#[inline(always)]
fn premultiplied<S: Sixteen>([r, g, b, a]: [S; 4]) -> [S; 4] {
    match divisor(a) {
        Some(by) => [r * by, g * by, b * by, a],
        None => [r, g, b, a],
    }
}

/// What straight and premultiplied colours differ by; `None` where all are the same numbers.
#[inline(always)]
fn divisor<S: Sixteen>(alpha: S) -> Option<S> {
    let differ = S::of(THIN).less(alpha) & !alpha.same(S::of(1.0));
    S::any(differ).then_some(S::choose(differ, alpha, S::of(1.0)))
}

/// The numbers of a sixteen.
#[inline(always)]
pub(crate) fn get<S: Sixteen, const N: usize>(plane: &Numbers<N>, sixteen: usize) -> S {
    S::some(&plane[SIXTEEN * sixteen..SIXTEEN * (sixteen + 1)])
}

/// Puts them there.
#[inline(always)]
pub(crate) fn put<S: Sixteen, const N: usize>(plane: &mut Numbers<N>, sixteen: usize, v: S) {
    if let Some(to) = plane[SIXTEEN * sixteen..].first_chunk_mut() {
        v.store(to);
    }
}

impl Known<'_> {
    /// Puts the first ones, those before column `end`, to sixteen neighbours, and forgets them.
    #[inline(always)]
    fn put<S: Sixteen>(&mut self, x1: i32, end: i32, colour: [S; 4]) -> [S; 4] {
        let (mut bits, mut n) = (0, 0);
        for x in self.columns.iter().take(SIXTEEN).take_while(|x| **x < end) {
            bits |= 1 << ((x - x1) as usize % SIXTEEN);
            n += 1;
        }
        let mut out = colour;
        for (plane, known) in out.iter_mut().zip(&mut self.colour) {
            *plane = match known.first_chunk() {
                Some(list) => plane.with(bits, list),
                None => {
                    let mut list = [0.0; SIXTEEN];
                    list[..known.len()].copy_from_slice(known);
                    plane.with(bits, &list)
                }
            };
            *known = &known[n..];
        }
        self.columns = &self.columns[n..];
        out
    }
}
