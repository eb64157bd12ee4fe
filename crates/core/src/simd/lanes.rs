//! The kinds of [`Lanes`].

use super::{LANES, Lanes};

/// Eight numbers by plain Rust.
#[derive(Clone, Copy)]
pub struct Plain([u32; LANES]);

impl Plain {
    #[inline(always)]
    fn each(f: impl Fn(usize) -> u32) -> Self {
        Self(std::array::from_fn(f))
    }
}

impl Lanes for Plain {
    #[inline(always)]
    fn load(from: &[f32; LANES]) -> Self {
        Self::each(|i| from[i].to_bits())
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; LANES]) {
        *to = self.0.map(f32::from_bits);
    }
    #[inline(always)]
    fn first(n: usize) -> Self {
        Self::each(|i| u32::from(i < n).wrapping_neg())
    }
    #[inline(always)]
    fn less(self, than: Self) -> Self {
        Self::each(|i| u32::from(f32::from_bits(self.0[i]) < f32::from_bits(than.0[i])).wrapping_neg())
    }
    #[inline(always)]
    fn same(self, other: Self) -> Self {
        Self::each(|i| u32::from(f32::from_bits(self.0[i]) == f32::from_bits(other.0[i])).wrapping_neg())
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self::each(|i| self.0[i] & other.0[i])
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self::each(|i| self.0[i] | other.0[i])
    }
    #[inline(always)]
    fn all(of: f32) -> Self {
        Self([of.to_bits(); LANES])
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self::each(|i| (f32::from_bits(self.0[i]) + f32::from_bits(other.0[i])).to_bits())
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self::each(|i| (f32::from_bits(self.0[i]) - f32::from_bits(other.0[i])).to_bits())
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self::each(|i| (f32::from_bits(self.0[i]) * f32::from_bits(other.0[i])).to_bits())
    }
    #[inline(always)]
    fn over(self, other: Self) -> Self {
        Self::each(|i| (f32::from_bits(self.0[i]) / f32::from_bits(other.0[i])).to_bits())
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self::each(|i| f32::from_bits(self.0[i]).sqrt().to_bits())
    }
    #[inline(always)]
    fn sums(of: [Self; 4]) -> [f32; 4] {
        of.map(|lanes| {
            let v = lanes.0.map(f32::from_bits);
            ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]))
        })
    }
    #[inline(always)]
    fn choose(yes: Self, this: Self, other: Self) -> Self {
        Self::each(|i| (this.0[i] & yes.0[i]) | (other.0[i] & !yes.0[i]))
    }
    #[inline(always)]
    fn any(self) -> bool {
        self.0 != [0; LANES]
    }
    #[inline(always)]
    fn bits(self) -> u8 {
        self.0.iter().rev().fold(0, |bits, v| bits << 1 | (v >> 31) as u8)
    }
    #[inline(always)]
    fn apart(from: &[u8; 16 * LANES]) -> [Self; 4] {
        let (numbers, _) = from.as_chunks::<4>();
        std::array::from_fn(|c| Self::each(|i| u32::from_ne_bytes(numbers[4 * i + c])))
    }
    #[inline(always)]
    fn together(parts: [Self; 4], to: &mut [u8; 16 * LANES]) {
        let (numbers, _) = to.as_chunks_mut::<4>();
        for (i, four) in numbers.chunks_exact_mut(4).enumerate() {
            four.iter_mut().zip(&parts).for_each(|(to, part)| *to = part.0[i].to_ne_bytes());
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{LANES, Lanes};
    use std::arch::x86_64::*;

    /// Eight numbers in a register of AVX2. Only `best_wide_work` names it, where the processor has that.
    #[derive(Clone, Copy)]
    pub struct Avx2(__m256);

    // SAFETY of all blocks: the processor has AVX2, for the reason above; the arrays are as long as the register.
    impl Lanes for Avx2 {
        #[inline(always)]
        fn load(from: &[f32; LANES]) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_loadu_ps(from.as_ptr()) })
        }
        #[inline(always)]
        fn store(self, to: &mut [f32; LANES]) {
            // SAFETY: as above.
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn first(n: usize) -> Self {
            // SAFETY: as above.
            Self(unsafe {
                let numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
                _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(n.min(LANES) as i32), numbers))
            })
        }
        #[inline(always)]
        fn less(self, than: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, than.0) })
        }
        #[inline(always)]
        fn same(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_cmp_ps::<_CMP_EQ_OQ>(self.0, other.0) })
        }
        #[inline(always)]
        fn and(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_and_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn or(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_or_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn all(of: f32) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_set1_ps(of) })
        }
        #[inline(always)]
        fn plus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn minus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn times(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn over(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_div_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn root(self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_sqrt_ps(self.0) })
        }
        #[inline(always)]
        fn sums(of: [Self; 4]) -> [f32; 4] {
            let mut sums = [0f32; 4];
            // SAFETY: as above.
            unsafe {
                let (ab, cd) = (_mm256_hadd_ps(of[0].0, of[1].0), _mm256_hadd_ps(of[2].0, of[3].0));
                let halves = _mm256_hadd_ps(ab, cd);
                let all = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
                _mm_storeu_ps(sums.as_mut_ptr(), all);
            }
            sums
        }
        #[inline(always)]
        fn lesser(self, other: Self) -> Self {
            // SAFETY: as above. The second where either is NaN, as the comparison says.
            Self(unsafe { _mm256_min_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn greater(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_max_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn choose(yes: Self, this: Self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm256_blendv_ps(other.0, this.0, yes.0) })
        }
        #[inline(always)]
        fn any(self) -> bool {
            // SAFETY: as above.
            unsafe { _mm256_movemask_ps(self.0) != 0 }
        }
        #[inline(always)]
        fn bits(self) -> u8 {
            // SAFETY: as above.
            unsafe { _mm256_movemask_ps(self.0) as u8 }
        }
        #[inline(always)]
        fn apart(from: &[u8; 16 * LANES]) -> [Self; 4] {
            let from = from.as_ptr().cast::<f32>();
            // SAFETY: as above; nothing asks the pointer to be at a multiple of anything.
            unsafe {
                // Pixels 0 and 4, 1 and 5, 2 and 6, 3 and 7.
                let mut pairs = [_mm256_setzero_ps(); 4];
                for (i, pair) in pairs.iter_mut().enumerate() {
                    *pair = _mm256_loadu2_m128(from.add(4 * i + 16), from.add(4 * i));
                }
                let [a, b, c, d] = turned(pairs);
                [Self(a), Self(b), Self(c), Self(d)]
            }
        }
        #[inline(always)]
        fn together(parts: [Self; 4], to: &mut [u8; 16 * LANES]) {
            let to = to.as_mut_ptr().cast::<f32>();
            // SAFETY: as above; nothing asks the pointer to be at a multiple of anything.
            unsafe {
                for (i, pair) in turned([parts[0].0, parts[1].0, parts[2].0, parts[3].0]).into_iter().enumerate() {
                    _mm_storeu_ps(to.add(4 * i), _mm256_castps256_ps128(pair));
                    _mm_storeu_ps(to.add(4 * i + 16), _mm256_extractf128_ps::<1>(pair));
                }
            }
        }
        #[inline(always)]
        fn stream_together(parts: [Self; 4], to: &mut [u8; 16 * LANES]) {
            if !to.as_ptr().addr().is_multiple_of(16) {
                return Self::together(parts, to);
            }
            let to = to.as_mut_ptr().cast::<f32>();
            // SAFETY: as above; the pointer is at a multiple of 16 bytes.
            unsafe {
                let pairs = turned([parts[0].0, parts[1].0, parts[2].0, parts[3].0]);
                for (i, pair) in pairs.into_iter().enumerate() {
                    _mm_stream_ps(to.add(4 * i), _mm256_castps256_ps128(pair));
                }
                for (i, pair) in pairs.into_iter().enumerate() {
                    _mm_stream_ps(to.add(4 * i + 16), _mm256_extractf128_ps::<1>(pair));
                }
            }
        }
    }

    /// Four by four numbers turned over, in both halves. Safe to call where the processor has AVX2.
    #[inline(always)]
    fn turned([a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
        // SAFETY: as above.
        unsafe {
            let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (high_ab, high_cd) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            [
                _mm256_shuffle_ps::<0x44>(ab, cd),
                _mm256_shuffle_ps::<0xee>(ab, cd),
                _mm256_shuffle_ps::<0x44>(high_ab, high_cd),
                _mm256_shuffle_ps::<0xee>(high_ab, high_cd),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of each operation, as bits.
    fn all<L: Lanes>(a: &[f32; LANES], b: &[f32; LANES], n: usize) -> Vec<u32> {
        let (x, y) = (L::load(a), L::load(b));
        let less = x.less(y);
        let both = less.and(L::first(n));
        let mut out = vec![u32::from(less.any()), u32::from(both.any())];
        out.extend([less, both, x.same(y)].map(|lanes| u32::from(lanes.bits())));
        // What is no number may be any.
        let (p, q) = (x.and(less), y.and(L::first(n)).and(y.same(y)));
        let sums = [p.plus(q), p.and(p.less(L::all(2.0))).minus(q), L::all(0.5).times(q)];
        let quotients = [p.and(p.less(L::all(2.0))).over(L::all(3.0)), L::all(2.0).root()];
        let order = [x.lesser(y), x.greater(y), p.lesser(q), p.greater(q)];
        let masks = [less, both, L::choose(both, x, y), L::first(n), x.same(y), both.or(x.same(y))];
        for lanes in masks.into_iter().chain(sums).chain(order).chain(quotients) {
            let mut to = [0.0; LANES];
            lanes.store(&mut to);
            out.extend(to.map(f32::to_bits));
        }
        let few = p.and(p.less(L::all(2.0)));
        out.extend(L::sums([few, L::all(0.1), few.times(few), L::all(1.0).minus(few)]).map(f32::to_bits));
        out
    }

    /// Numbers taken apart, put together by both ways, as bytes.
    fn turned_over<L: Lanes>(from: &[u8; 16 * LANES]) -> [Vec<u8>; 3] {
        let parts = L::apart(from);
        let apart = parts.iter().flat_map(|part| {
            let mut to = [0.0; LANES];
            part.store(&mut to);
            to
        });
        let apart = apart.flat_map(f32::to_ne_bytes).collect();
        // From any address, and from a multiple of 16.
        let mut room = [0; 16 * LANES + 17];
        let off = room.as_ptr().align_offset(16) + 1;
        L::together(parts, room[off..].first_chunk_mut().unwrap());
        let together = room[off..off + 16 * LANES].to_vec();
        let mut both = vec![];
        for off in [off - 1, off] {
            room.fill(0);
            L::stream_together(parts, room[off..].first_chunk_mut().unwrap());
            crate::simd::streamed();
            both.extend(&room[off..off + 16 * LANES]);
        }
        [apart, together, both]
    }

    #[test]
    fn pixels_are_taken_apart_and_put_together() {
        let from: [u8; 16 * LANES] = std::array::from_fn(|i| (i * 37 % 251) as u8);
        let want: Vec<u8> =
            (0..4).flat_map(|c| (0..LANES).flat_map(move |i| from[16 * i + 4 * c..][..4].to_vec())).collect();
        let check = |[apart, together, both]: [Vec<u8>; 3]| {
            assert_eq!(apart, want);
            assert_eq!(together, from);
            assert_eq!(both, [from, from].concat());
        };
        check(turned_over::<Plain>(&from));
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            check(turned_over::<Avx2>(&from));
        }
    }

    #[test]
    fn all_kinds_give_the_same_bits() {
        let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1.0, f32::MAX, 1e-40];
        for n in 0..=9 {
            for turn in 0..8 {
                let (a, mut b) = (odd, odd);
                b.rotate_left(turn);
                let plain = all::<Plain>(&a, &b, n);
                assert_eq!(&plain[29..37], (0..8).map(|i| u32::from(i < n).wrapping_neg()).collect::<Vec<_>>());
                for i in 0..LANES {
                    assert_eq!(plain[5 + i] != 0, a[i] < b[i]);
                    assert_eq!(plain[2] >> i & 1 != 0, a[i] < b[i]);
                    assert_eq!(plain[4] >> i & 1 != 0, a[i] == b[i]);
                }
                #[cfg(target_arch = "x86_64")]
                if std::arch::is_x86_feature_detected!("avx2") {
                    assert_eq!(plain, all::<Avx2>(&a, &b, n));
                }
            }
        }
    }
}
