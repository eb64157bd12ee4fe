//! All kinds of [`Sixteen`] against plain numbers, bit for bit.

use super::*;
use crate::simd::{SixteenWork, sixteen_work_everywhere, streamed};

/// What comes out of each operation, as bits.
struct Everything<'a> {
    a: &'a [f32; SIXTEEN],
    b: &'a [f32; SIXTEEN],
}

impl SixteenWork for Everything<'_> {
    type Output = Vec<[u32; SIXTEEN]>;
    #[inline(always)]
    fn run<S: Sixteen>(self) -> Self::Output {
        let (a, b) = (S::load(self.a), S::load(self.b));
        let (less, same) = (a.less(b), a.same(b));
        let mut out: Vec<[u32; SIXTEEN]> = Vec::new();
        let mut put = |v: S| {
            let mut to = [0.0; SIXTEEN];
            v.store(&mut to);
            // What is no number may be any.
            out.push(to.map(|v| if v.is_nan() { f32::NAN.to_bits() } else { v.to_bits() }));
        };
        for v in [a + b, a - b, a * b, a / b, a.lower(b), a.upper(b), a.root(), a.size()] {
            put(v);
        }
        for yes in [less, same, less | same, less & same, !less, S::where_bits(0x8421)] {
            put(S::choose(yes, a, b));
            put(a.or_zero(yes));
        }
        // As whole numbers: those that are no floats, too.
        for v in [a.plus_bits(b), a.minus_bits(b), a.common_bits(b), a.up_bits::<5>(), a.down_bits::<5>()] {
            put(v.whole());
        }
        for bits in [0, 1, 0x8000, 0x1234, 0xfffe, u16::MAX] {
            put(a.closed_up(bits));
            put(a.with(bits, self.b));
        }
        put(S::numbers());
        put(S::some(&self.a[..7]));
        put(S::of(7.5));
        for yes in [less, same, !same, S::where_bits(0x1234)] {
            out.push([u32::from(S::bits(yes)) | u32::from(S::any(yes)) << 16; SIXTEEN]);
        }
        out
    }
}

fn plainly(a: &[f32; SIXTEEN], b: &[f32; SIXTEEN]) -> Vec<[u32; SIXTEEN]> {
    let mut out: Vec<[u32; SIXTEEN]> = Vec::new();
    let mut put = |f: &dyn Fn(f32, f32) -> f32| {
        out.push(std::array::from_fn(|i| {
            let v = f(a[i], b[i]);
            if v.is_nan() { f32::NAN.to_bits() } else { v.to_bits() }
        }));
    };
    put(&|a, b| a + b);
    put(&|a, b| a - b);
    put(&|a, b| a * b);
    put(&|a, b| a / b);
    put(&|a, b| if a < b { a } else { b });
    put(&|a, b| if a > b { a } else { b });
    put(&|a, _| a.sqrt());
    put(&|a, _| a.abs());
    let yes: [&dyn Fn(f32, f32) -> bool; 5] =
        [&|a, b| a < b, &|a, b| a == b, &|a, b| a <= b, &|_, _| false, &|a, b| {
            a.partial_cmp(&b).is_none_or(|order| order.is_ge())
        }];
    for yes in yes {
        put(&|a, b| if yes(a, b) { a } else { b });
        put(&|a, b| if yes(a, b) { a } else { 0.0 });
    }
    let set = |i: usize| 0x8421 >> i & 1 == 1;
    let mut own = |f: &dyn Fn(usize) -> f32| {
        out.push(std::array::from_fn(|i| if f(i).is_nan() { f32::NAN.to_bits() } else { f(i).to_bits() }));
    };
    own(&|i| if set(i) { a[i] } else { b[i] });
    own(&|i| if set(i) { a[i] } else { 0.0 });
    let (x, y) = (a.map(f32::to_bits), b.map(f32::to_bits));
    let number = |v: u32| v as i32 as f32;
    own(&|i| number(x[i].wrapping_add(y[i])));
    own(&|i| number(x[i].wrapping_sub(y[i])));
    own(&|i| number(x[i] & y[i]));
    own(&|i| number(x[i] << 5));
    own(&|i| number((x[i] as i32 >> 5) as u32));
    for bits in [0, 1, 0x8000, 0x1234, 0xfffe, u16::MAX] {
        let there: Vec<usize> = (0..SIXTEEN).filter(|i| bits >> i & 1 == 1).collect();
        own(&|i| there.get(i).map_or(0.0, |i| a[*i]));
        own(&|i| there.iter().position(|set| *set == i).map_or(a[i], |at| b[at]));
    }
    own(&|i| i as f32);
    own(&|i| if i < 7 { a[i] } else { 0.0 });
    own(&|_| 7.5);
    let bits = |f: &dyn Fn(usize) -> bool| {
        let bits = (0..SIXTEEN).fold(0, |bits, i| bits | u32::from(f(i)) << i);
        [bits | u32::from(bits != 0) << 16; SIXTEEN]
    };
    out.push(bits(&|i| a[i] < b[i]));
    out.push(bits(&|i| a[i] == b[i]));
    out.push(bits(&|i| a[i] != b[i]));
    out.push(bits(&|i| 0x1234 >> i & 1 == 1));
    out
}

#[test]
fn all_kinds_give_the_same_bits() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, f32::MAX, 1e-40];
    let some = [3.7, -2.5, 1e-9, 1e9, 0.1, -0.3, 100.0, 2.0];
    let (a, mut b): ([f32; SIXTEEN], [f32; SIXTEEN]) =
        (std::array::from_fn(|i| if i < 8 { odd[i] } else { some[i - 8] }), [0.0; SIXTEEN]);
    for turn in 0..SIXTEEN {
        b.copy_from_slice(&a);
        b.rotate_left(turn);
        let want = plainly(&a, &b);
        for got in sixteen_work_everywhere(|| Everything { a: &a, b: &b }) {
            assert_eq!(got, want, "{turn}");
        }
    }
}

/// Numbers taken apart, put together by both ways, from any address and from one that goes past the caches.
struct Turned<'a>(&'a [Stored; SIXTEEN]);

impl SixteenWork for Turned<'_> {
    type Output = ([[f32; SIXTEEN]; 4], Vec<[Stored; SIXTEEN]>);
    #[inline(always)]
    fn run<S: Sixteen>(self) -> Self::Output {
        let parts = S::apart(self.0);
        let mut room = [0; 16 * SIXTEEN + ALIGNED + 17];
        let aligned = room.as_ptr().align_offset(ALIGNED);
        let mut out = vec![];
        for off in [aligned, aligned + 1, aligned + 16] {
            for streamed_out in [false, true] {
                room.fill(0);
                let to = room[off..].as_chunks_mut().0.first_chunk_mut().unwrap();
                if streamed_out {
                    S::stream_together(parts, to)
                } else {
                    S::together(parts, to)
                }
                streamed();
                out.push(*room[off..].as_chunks().0.first_chunk().unwrap());
            }
        }
        let planes = parts.map(|part| {
            let mut to = [0.0; SIXTEEN];
            part.store(&mut to);
            to
        });
        (planes, out)
    }
}

#[test]
fn pixels_are_taken_apart_and_put_together() {
    let number = |i: usize, c: usize| (i * 4 + c) as f32 * 0.37 - 3.0;
    let pixel = |i: usize| -> Stored {
        let bytes: Vec<u8> = (0..4).flat_map(|c| number(i, c).to_ne_bytes()).collect();
        bytes.try_into().unwrap()
    };
    let from: [Stored; SIXTEEN] = std::array::from_fn(pixel);
    for (parts, back) in sixteen_work_everywhere(|| Turned(&from)) {
        assert_eq!(parts, std::array::from_fn(|c| std::array::from_fn(|i| number(i, c))));
        assert!(back.iter().all(|pixels| *pixels == from));
    }
}

struct Gathered<'a> {
    plane: &'a [f32],
    places: [u32; SIXTEEN],
    offset: usize,
    rows: [&'a [Stored; 3]; SIXTEEN],
}

impl SixteenWork for Gathered<'_> {
    type Output = ([[f32; SIXTEEN]; 8], [[f32; SIXTEEN]; 4], [[[f32; SIXTEEN]; 4]; 3]);
    #[inline(always)]
    fn run<S: Sixteen>(self) -> Self::Output {
        let stored = |part: S| {
            let mut to = [0.0; SIXTEEN];
            part.store(&mut to);
            to
        };
        let places = Places::new(self.places);
        let eights = S::eights(self.plane, &places, self.offset).map(stored);
        let quads = S::quads(self.plane, &places, self.offset + 4).map(stored);
        (eights, quads, S::colours(&self.rows).map(|pixel| pixel.map(stored)))
    }
}

#[test]
fn neighbours_are_gathered_from_anywhere() {
    let plane: Vec<f32> = (0..300).map(|i| i as f32).collect();
    let stored: Vec<Stored> =
        (0..60_u8).map(|i| std::array::from_fn(|b| i.wrapping_mul(7).wrapping_add(b as u8))).collect();
    let places: [u32; SIXTEEN] = std::array::from_fn(|i| (i as u32 * 91) % 260);
    let starts: [usize; SIXTEEN] = std::array::from_fn(|i| i * 23 % 55);
    let rows = starts.map(|at| stored[at..].first_chunk().unwrap());
    for (eights, quads, colours) in sixteen_work_everywhere(|| Gathered { plane: &plane, places, offset: 31, rows }) {
        assert_eq!(eights, std::array::from_fn(|c| places.map(|p| (p as usize + 31 + c) as f32)));
        assert_eq!(quads, eights[4..]);
        for (x, pixel) in colours.iter().enumerate() {
            for (c, numbers) in pixel.iter().enumerate() {
                for i in 0..SIXTEEN {
                    let want: [u8; 4] = stored[starts[i] + x][4 * c..4 * c + 4].try_into().unwrap();
                    assert_eq!(numbers[i].to_bits(), u32::from_ne_bytes(want));
                }
            }
        }
    }
}

#[test]
fn a_place_outside_the_plane_is_refused() {
    let (plane, rows) = (vec![0.0; 100], [&[[0; 16]; 3]; SIXTEEN]);
    let places: [u32; SIXTEEN] = std::array::from_fn(|i| 90 + (i == 3) as u32);
    let read = |offset: usize| {
        std::panic::catch_unwind(|| {
            sixteen_work_everywhere(|| Gathered { plane: &plane, places, offset, rows });
        })
    };
    // Eight numbers.
    assert!(read(1).is_ok());
    assert!(read(20).is_err());
}

struct AtMost([f32; SIXTEEN], u32);

impl SixteenWork for AtMost {
    type Output = ([u32; SIXTEEN], usize);
    #[inline(always)]
    fn run<S: Sixteen>(self) -> Self::Output {
        let places = Places::at_most(self.1, S::load(&self.0));
        (*places.at(), places.last())
    }
}

#[test]
fn no_number_is_a_place_beyond_the_last() {
    let numbers = [
        0.0,
        1.0,
        6.0,
        7.0,
        8.0,
        1e9,
        f32::INFINITY,
        f32::NAN,
        -1.0,
        -0.0,
        f32::NEG_INFINITY,
        2.0,
        3.0,
        4.0,
        5.0,
        1e-40,
    ];
    let want = [0, 1, 6, 7, 7, 7, 7, 0, 0, 0, 0, 2, 3, 4, 5, 0];
    for got in sixteen_work_everywhere(|| AtMost(numbers, 7)) {
        assert_eq!(got, (want, 7));
    }
    let large = (1 << 22) - 1;
    for (at, _) in sixteen_work_everywhere(|| AtMost([large as f32; SIXTEEN], large)) {
        assert_eq!(at, [large; SIXTEEN]);
    }
}
