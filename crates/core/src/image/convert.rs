//! Rows of foreign bytes to planar f32 and back. Integers are normalised to 0..1; floats pass unchanged, NaN and infinities too.

use super::{ColourRow, Components, Depth, PixelFormat};
use crate::simd::{LANES, Lanes, WideWork, Work, best, best_wide_work, best_work};
use half::f16;
use std::marker::PhantomData;

/// How a stored number becomes f32 and back.
trait Sample {
    const BYTES: usize;
    fn load(bytes: &[u8]) -> f32;
    fn store(value: f32, bytes: &mut [u8]);
}

struct Byte;
struct Short;
struct Half;
struct Float;

/// Rounds to the nearest step; NaN becomes 0.
fn quantise(value: f32, max: f32) -> f32 {
    (value * max + 0.5).clamp(0.0, max)
}

impl Sample for Byte {
    const BYTES: usize = 1;
    #[inline(always)]
    fn load(b: &[u8]) -> f32 {
        f32::from(b[0]) / 255.0
    }
    #[inline(always)]
    fn store(v: f32, b: &mut [u8]) {
        b[0] = quantise(v, 255.0) as u8;
    }
}
impl Sample for Short {
    const BYTES: usize = 2;
    #[inline(always)]
    fn load(b: &[u8]) -> f32 {
        f32::from(u16::from_ne_bytes([b[0], b[1]])) / 65535.0
    }
    #[inline(always)]
    fn store(v: f32, b: &mut [u8]) {
        b.copy_from_slice(&(quantise(v, 65535.0) as u16).to_ne_bytes());
    }
}
impl Sample for Half {
    const BYTES: usize = 2;
    #[inline(always)]
    fn load(b: &[u8]) -> f32 {
        f16::from_ne_bytes([b[0], b[1]]).to_f32()
    }
    #[inline(always)]
    fn store(v: f32, b: &mut [u8]) {
        b.copy_from_slice(&f16::from_f32(v).to_ne_bytes());
    }
}
impl Sample for Float {
    const BYTES: usize = 4;
    #[inline(always)]
    fn load(b: &[u8]) -> f32 {
        f32::from_ne_bytes([b[0], b[1], b[2], b[3]])
    }
    #[inline(always)]
    fn store(v: f32, b: &mut [u8]) {
        b.copy_from_slice(&v.to_ne_bytes());
    }
}

/// Calls a generic function with the sample type of a depth.
macro_rules! with_sample {
    ($depth:expr, $f:ident $args:tt) => {
        match $depth {
            Depth::Byte => $f::<Byte> $args,
            Depth::Short => $f::<Short> $args,
            Depth::Half => $f::<Half> $args,
            Depth::Float => $f::<Float> $args,
        }
    };
}

/// Loads `out.r.len()` pixels from `bytes`. RGB images get alpha 1; a one-channel image becomes that grey with alpha = the channel.
pub fn load_colour(format: PixelFormat, bytes: &[u8], out: ColourRow) {
    if let Some(order) = four_floats(format) {
        return best_wide_work(Apart { bytes, order, out });
    }
    with_sample!(format.depth, load_row(format.components, bytes, out))
}

fn load_row<S: Sample>(components: Components, bytes: &[u8], out: ColourRow) {
    best_work(LoadRow { components, bytes, out, of: PhantomData::<S> });
}

struct LoadRow<'a, S> {
    components: Components,
    bytes: &'a [u8],
    out: ColourRow<'a>,
    of: PhantomData<S>,
}

impl<S: Sample> Work for LoadRow<'_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { components, bytes, out, .. } = self;
        match components {
            Components::Rgba => load_pixels::<S, 4>(bytes, out, |p| p),
            Components::Bgra => load_pixels::<S, 4>(bytes, out, |[b, g, r, a]| [r, g, b, a]),
            Components::Rgb => load_pixels::<S, 3>(bytes, out, |[r, g, b]| [r, g, b, 1.0]),
            Components::Alpha => load_pixels::<S, 1>(bytes, out, |[v]| [v; 4]),
        }
    }
}

/// `pick` makes red, green, blue, alpha from a pixel's numbers. Plain zips, so that it becomes vector code.
#[inline(always)]
fn load_pixels<S: Sample, const N: usize>(bytes: &[u8], out: ColourRow, pick: impl Fn([f32; N]) -> [f32; 4]) {
    let (n, step) = (out.r.len(), S::BYTES * N);
    let planes = out.r.iter_mut().zip(&mut out.g[..n]).zip(out.b[..n].iter_mut().zip(&mut out.a[..n]));
    for (p, ((r, g), (b, a))) in bytes[..n * step].chunks_exact(step).zip(planes) {
        let mut values = [0.0; N];
        values.iter_mut().zip(p.chunks_exact(S::BYTES)).for_each(|(v, p)| *v = S::load(p));
        [*r, *g, *b, *a] = pick(values);
    }
}

/// Where red, green, blue and alpha are in pixels of four floats: those of most hosts have a way of their own.
fn four_floats(format: PixelFormat) -> Option<[usize; 4]> {
    match (format.depth, format.components) {
        (Depth::Float, Components::Rgba) => Some([0, 1, 2, 3]),
        (Depth::Float, Components::Bgra) => Some([2, 1, 0, 3]),
        _ => None,
    }
}

/// Pixels of four floats to planes.
struct Apart<'a> {
    bytes: &'a [u8],
    order: [usize; 4],
    out: ColourRow<'a>,
}

impl WideWork for Apart<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let ColourRow { r, g, b, a } = self.out;
        let n = r.len();
        let planes = [r, &mut g[..n], &mut b[..n], &mut a[..n]].map(|plane| plane.as_chunks_mut::<LANES>());
        let [(r, r_rest), (g, g_rest), (b, b_rest), (a, a_rest)] = planes;
        let (pixels, _) = self.bytes[..n * 16].as_chunks::<{ 16 * LANES }>();
        for ((((pixels, r), g), b), a) in pixels.iter().zip(r).zip(g).zip(b).zip(a) {
            let parts = L::apart(pixels);
            for (to, c) in [r, g, b, a].into_iter().zip(self.order) {
                parts[c].store(to);
            }
        }
        let (rest, _) = self.bytes[pixels.len() * 16 * LANES..n * 16].as_chunks::<16>();
        for (c, plane) in self.order.into_iter().zip([r_rest, g_rest, b_rest, a_rest]) {
            plane.iter_mut().zip(rest).for_each(|(v, p)| *v = Float::load(&p[4 * c..4 * c + 4]));
        }
    }
}

/// Planes to pixels of four floats; `past` the caches.
struct Together<'a> {
    bytes: &'a mut [u8],
    order: [usize; 4],
    row: ColourRow<'a>,
    past: bool,
}

impl WideWork for Together<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (n, planes) = (self.row.r.len(), [&*self.row.r, self.row.g, self.row.b, self.row.a]);
        // Both orders are their own opposites.
        let [p, q, s, t] = self.order.map(|c| planes[c][..n].as_chunks::<LANES>());
        let (pixels, rest) = self.bytes[..n * 16].as_chunks_mut::<{ 16 * LANES }>();
        for ((((pixels, p), q), s), t) in pixels.iter_mut().zip(p.0).zip(q.0).zip(s.0).zip(t.0) {
            let parts = [L::load(p), L::load(q), L::load(s), L::load(t)];
            if self.past { L::stream_together(parts, pixels) } else { L::together(parts, pixels) }
        }
        for (i, pixel) in rest.as_chunks_mut::<16>().0.iter_mut().enumerate() {
            for (part, to) in [p, q, s, t].into_iter().zip(pixel.as_chunks_mut::<4>().0) {
                *to = part.1[i].to_ne_bytes();
            }
        }
    }
}

/// [`store_colour`] of a picture that is too large for the caches; others see it after [`crate::simd::streamed`].
pub(crate) fn store_colour_past_caches(format: PixelFormat, row: ColourRow, bytes: &mut [u8]) {
    match four_floats(format) {
        Some(order) => best_wide_work(Together { bytes, order, row, past: true }),
        None => store_colour(format, row, bytes),
    }
}

/// Stores `row.r.len()` pixels into `bytes`. A one-channel image receives alpha.
pub fn store_colour(format: PixelFormat, row: ColourRow, bytes: &mut [u8]) {
    if let Some(order) = four_floats(format) {
        return best_wide_work(Together { bytes, order, row, past: false });
    }
    with_sample!(format.depth, store_row(format.components, row, bytes))
}

fn store_row<S: Sample>(components: Components, row: ColourRow, bytes: &mut [u8]) {
    best_work(StoreRow { components, row, bytes, of: PhantomData::<S> });
}

struct StoreRow<'a, S> {
    components: Components,
    row: ColourRow<'a>,
    bytes: &'a mut [u8],
    of: PhantomData<S>,
}

impl<S: Sample> Work for StoreRow<'_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { components, row, bytes, .. } = self;
        match components {
            Components::Rgba => store_pixels::<S, 4>(row, bytes, |p| p),
            Components::Bgra => store_pixels::<S, 4>(row, bytes, |[r, g, b, a]| [b, g, r, a]),
            Components::Rgb => store_pixels::<S, 3>(row, bytes, |[r, g, b, _]| [r, g, b]),
            Components::Alpha => store_pixels::<S, 1>(row, bytes, |[_, _, _, a]| [a]),
        }
    }
}

/// `pick` makes a pixel's numbers from red, green, blue, alpha.
#[inline(always)]
fn store_pixels<S: Sample, const N: usize>(row: ColourRow, bytes: &mut [u8], pick: impl Fn([f32; 4]) -> [f32; N]) {
    let (n, step) = (row.r.len(), S::BYTES * N);
    let planes = row.r.iter().zip(&row.g[..n]).zip(row.b[..n].iter().zip(&row.a[..n]));
    for (p, ((r, g), (b, a))) in bytes[..n * step].chunks_exact_mut(step).zip(planes) {
        let values = pick([*r, *g, *b, *a]);
        (0..N).for_each(|c| S::store(values[c], &mut p[c * S::BYTES..(c + 1) * S::BYTES]));
    }
}

/// Loads channel `channel` (0..count) of `out.len()` pixels from `bytes`.
pub fn load_channel(format: PixelFormat, channel: usize, bytes: &[u8], out: &mut [f32]) {
    if (format.depth, format.components) == (Depth::Float, Components::Alpha) {
        out.iter_mut().zip(bytes.as_chunks().0).for_each(|(v, stored)| *v = f32::from_ne_bytes(*stored));
        return;
    }
    with_sample!(format.depth, load_one(format.components.count(), channel, bytes, out))
}

fn load_one<S: Sample>(count: usize, channel: usize, bytes: &[u8], out: &mut [f32]) {
    best_work(LoadOne { count, channel, bytes, out, of: PhantomData::<S> });
}

struct LoadOne<'a, S> {
    count: usize,
    channel: usize,
    bytes: &'a [u8],
    out: &'a mut [f32],
    of: PhantomData<S>,
}

impl<S: Sample> Work for LoadOne<'_, S> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { count, channel, bytes, out, .. } = self;
        match (count, channel) {
            (1, _) => load_every::<S, 1, 0>(bytes, out),
            (3, 0) => load_every::<S, 3, 0>(bytes, out),
            (3, 1) => load_every::<S, 3, 1>(bytes, out),
            (3, _) => load_every::<S, 3, 2>(bytes, out),
            (_, 0) => load_every::<S, 4, 0>(bytes, out),
            (_, 1) => load_every::<S, 4, 1>(bytes, out),
            (_, 2) => load_every::<S, 4, 2>(bytes, out),
            (_, _) => load_every::<S, 4, 3>(bytes, out),
        }
    }
}

/// Number `C` of each pixel of `N` numbers.
#[inline(always)]
fn load_every<S: Sample, const N: usize, const C: usize>(bytes: &[u8], out: &mut [f32]) {
    for (v, p) in out.iter_mut().zip(bytes.chunks_exact(S::BYTES * N)) {
        *v = S::load(&p[C * S::BYTES..(C + 1) * S::BYTES]);
    }
}

/// Below this alpha a colour is not divided (and then not multiplied) by it: it is light without cover, such as a glow.
pub(crate) const THIN: f32 = 1e-6;

/// Is each alpha 1, or too thin to divide by? Then premultiplied and straight colours are the same numbers.
#[inline(always)]
fn all_or_nothing(a: &[f32]) -> bool {
    // Without a way out: such a loop becomes vector code.
    a.iter().fold(true, |all, &a| {
        let divides = a > THIN;
        all & ((a == 1.0) | !divides)
    })
}

/// Straight colours to premultiplied. The opposite of [`unpremultiply`].
pub fn premultiply(row: ColourRow) {
    let ColourRow { r, g, b, a } = row;
    best(move || {
        if all_or_nothing(a) {
            return;
        }
        for plane in [r, g, b] {
            plane.iter_mut().zip(&*a).for_each(|(v, &a)| *v *= if a > THIN { a } else { 1.0 });
        }
    });
}

/// Premultiplied colours to straight.
pub fn unpremultiply(row: ColourRow) {
    let ColourRow { r, g, b, a } = row;
    best(move || {
        if all_or_nothing(a) {
            return;
        }
        for plane in [r, g, b] {
            plane.iter_mut().zip(&*a).for_each(|(v, &a)| *v /= if a > THIN { a } else { 1.0 });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: usize) -> [Vec<f32>; 4] {
        std::array::from_fn(|_| vec![0.0; n])
    }
    fn borrow(p: &mut [Vec<f32>; 4]) -> ColourRow<'_> {
        let [r, g, b, a] = p;
        ColourRow { r, g, b, a }
    }

    #[test]
    fn every_format_goes_there_and_back_bit_for_bit() {
        for depth in [Depth::Byte, Depth::Short, Depth::Half, Depth::Float] {
            for components in [Components::Rgba, Components::Bgra, Components::Rgb, Components::Alpha] {
                let format = PixelFormat { depth, components };
                // Every byte pattern that is a plain number: 0x3c00.. are halves near 1; floats get values directly.
                let bytes: Vec<u8> = match depth {
                    Depth::Float => {
                        (0..components.count() * 7).flat_map(|i| (i as f32 * 0.37 - 1.0).to_ne_bytes()).collect()
                    }
                    Depth::Half => (0..components.count() * 7)
                        .flat_map(|i| f16::from_f32(i as f32 * 0.37 - 1.0).to_ne_bytes())
                        .collect(),
                    _ => (0..format.bytes() * 7).map(|i| (i * 37 % 256) as u8).collect(),
                };
                let mut planes = row(7);
                load_colour(format, &bytes, borrow(&mut planes));
                let mut back = vec![0; bytes.len()];
                store_colour(format, borrow(&mut planes), &mut back);
                assert_eq!(bytes, back, "{format:?}");
            }
        }
    }

    #[test]
    fn integers_clamp_and_floats_pass() {
        let mut planes = [vec![f32::NAN, 2.0, -1.0, 0.5], vec![0.0; 4], vec![0.0; 4], vec![1.0; 4]];
        let mut bytes = [9; 16];
        store_colour(PixelFormat { depth: Depth::Byte, components: Components::Rgba }, borrow(&mut planes), &mut bytes);
        assert_eq!([bytes[0], bytes[4], bytes[8], bytes[12]], [0, 255, 0, 128]);
        let mut floats = [0; 64];
        store_colour(
            PixelFormat { depth: Depth::Float, components: Components::Rgba },
            borrow(&mut planes),
            &mut floats,
        );
        assert!(f32::from_ne_bytes(floats[..4].try_into().unwrap()).is_nan());
    }

    #[test]
    fn colour_of_no_alpha_survives_the_round_trip() {
        let mut planes = [vec![0.3, 0.3, 0.3], vec![0.0; 3], vec![0.0; 3], vec![0.0, 1.0, 0.5]];
        unpremultiply(borrow(&mut planes));
        assert_eq!(planes[0], [0.3, 0.3, 0.6]);
        premultiply(borrow(&mut planes));
        assert_eq!(planes[0], [0.3, 0.3, 0.3]);
    }
}
