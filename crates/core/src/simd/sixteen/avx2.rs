//! Sixteen numbers in two registers of AVX2. Only `best_sixteen_work` names them, where the processor has that.
//!
//! SAFETY of all blocks: the processor has the instructions, for the reason above.

use super::{Number, Places, SIXTEEN, Sixteen, Stored};
use std::arch::x86_64::*;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Sub};

/// Sixteen numbers: the first eight and the others.
#[derive(Clone, Copy)]
pub struct Avx2([__m256; 2]);

/// All bits or none.
#[derive(Clone, Copy)]
pub struct Each([__m256; 2]);

macro_rules! each {
    ($type:ident; $($trait:ident $method:ident $instruction:ident)+) => {$(
        impl $trait for $type {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: as above.
                Self(unsafe { [$instruction(self.0[0], other.0[0]), $instruction(self.0[1], other.0[1])] })
            }
        }
    )+};
}
each!(Avx2; Add add _mm256_add_ps Sub sub _mm256_sub_ps Mul mul _mm256_mul_ps Div div _mm256_div_ps);
each!(Each; BitAnd bitand _mm256_and_ps BitOr bitor _mm256_or_ps);

impl Not for Each {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        // SAFETY: as above.
        unsafe {
            let all = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
            Self([_mm256_xor_ps(self.0[0], all), _mm256_xor_ps(self.0[1], all)])
        }
    }
}

/// An instruction on both halves.
macro_rules! both {
    ($type:ident $function:path; $($from:expr),+) => {
        // SAFETY: as above.
        $type(unsafe { [$function($($from.0[0]),+), $function($($from.0[1]),+)] })
    };
}

/// The bits as whole numbers, worked on, and back.
macro_rules! whole {
    ($function:path; $($from:expr),+ $(; $by:expr)?) => {
        // SAFETY: as above.
        Self(unsafe {
            [
                _mm256_castsi256_ps($function($(_mm256_castps_si256($from.0[0])),+ $(, $by)?)),
                _mm256_castsi256_ps($function($(_mm256_castps_si256($from.0[1])),+ $(, $by)?)),
            ]
        })
    };
}

impl Number for Avx2 {
    type Yes = Each;
    #[inline(always)]
    fn of(v: f32) -> Self {
        // SAFETY: as above.
        Self([unsafe { _mm256_set1_ps(v) }; 2])
    }
    #[inline(always)]
    fn less(self, than: Self) -> Each {
        both!(Each _mm256_cmp_ps::<_CMP_LT_OQ>; self, than)
    }
    #[inline(always)]
    fn same(self, other: Self) -> Each {
        both!(Each _mm256_cmp_ps::<_CMP_EQ_OQ>; self, other)
    }
    #[inline(always)]
    fn choose(yes: Each, this: Self, other: Self) -> Self {
        both!(Self _mm256_blendv_ps; other, this, yes)
    }
    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // The second where either is NaN, as the comparison says.
        both!(Self _mm256_min_ps; self, other)
    }
    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // The second where either is NaN, as the comparison says.
        both!(Self _mm256_max_ps; self, other)
    }
    #[inline(always)]
    fn root(self) -> Self {
        both!(Self _mm256_sqrt_ps; self)
    }
    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        whole!(_mm256_add_epi32; self, other)
    }
    #[inline(always)]
    fn minus_bits(self, other: Self) -> Self {
        whole!(_mm256_sub_epi32; self, other)
    }
    #[inline(always)]
    fn common_bits(self, other: Self) -> Self {
        whole!(_mm256_and_si256; self, other)
    }
    #[inline(always)]
    fn up_bits<const BY: u32>(self) -> Self {
        whole!(_mm256_sll_epi32; self; _mm_cvtsi32_si128(BY as i32))
    }
    #[inline(always)]
    fn down_bits<const BY: u32>(self) -> Self {
        whole!(_mm256_sra_epi32; self; _mm_cvtsi32_si128(BY as i32))
    }
    #[inline(always)]
    fn whole(self) -> Self {
        // SAFETY: as above.
        Self(unsafe {
            [_mm256_cvtepi32_ps(_mm256_castps_si256(self.0[0])), _mm256_cvtepi32_ps(_mm256_castps_si256(self.0[1]))]
        })
    }
}

impl Sixteen for Avx2 {
    #[inline(always)]
    fn load(from: &[f32; SIXTEEN]) -> Self {
        // SAFETY: as above; the array is as long as both registers.
        Self(unsafe { [_mm256_loadu_ps(from.as_ptr()), _mm256_loadu_ps(from.as_ptr().add(8))] })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; SIXTEEN]) {
        // SAFETY: as above; the array is as long as both registers.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), self.0[0]);
            _mm256_storeu_ps(to.as_mut_ptr().add(8), self.0[1]);
        }
    }
    #[inline(always)]
    fn where_bits(bits: u16) -> Each {
        // SAFETY: as above.
        Each(unsafe {
            let all = _mm256_set1_epi32(i32::from(bits));
            let low = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let high = _mm256_slli_epi32::<8>(low);
            [
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, low), low)),
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, high), high)),
            ]
        })
    }
    #[inline(always)]
    fn bits(yes: Each) -> u16 {
        // SAFETY: as above.
        unsafe { _mm256_movemask_ps(yes.0[0]) as u16 | (_mm256_movemask_ps(yes.0[1]) as u16) << 8 }
    }
    #[inline(always)]
    fn any(yes: Each) -> bool {
        // SAFETY: as above.
        unsafe { _mm256_movemask_ps(_mm256_or_ps(yes.0[0], yes.0[1])) != 0 }
    }
    #[inline(always)]
    fn apart(from: &[Stored; SIXTEEN]) -> [Self; 4] {
        let from = from.as_ptr().cast::<f32>();
        let mut halves = [[Self::of(0.0).0[0]; 4]; 2];
        for (h, half) in halves.iter_mut().enumerate() {
            let mut pairs = *half;
            for (i, pair) in pairs.iter_mut().enumerate() {
                // SAFETY: as above; the last pixel begins at number 60 of 64, and nothing asks the pointer to be at a multiple of anything.
                *pair = unsafe { _mm256_loadu2_m128(from.add(32 * h + 4 * i + 16), from.add(32 * h + 4 * i)) };
            }
            *half = turned(pairs);
        }
        both_of(halves)
    }
    #[inline(always)]
    fn together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        let to = to.as_mut_ptr().cast::<f32>();
        for h in 0..2 {
            let pairs = turned([parts[0].0[h], parts[1].0[h], parts[2].0[h], parts[3].0[h]]);
            for (i, pair) in pairs.into_iter().enumerate() {
                let at = 32 * h + 4 * i;
                // SAFETY: as above; the last pixel begins at number 60 of 64, and nothing asks the pointer to be at a multiple of anything.
                unsafe {
                    _mm_storeu_ps(to.add(at), _mm256_castps256_ps128(pair));
                    _mm_storeu_ps(to.add(at + 16), _mm256_extractf128_ps::<1>(pair));
                }
            }
        }
    }
    #[inline(always)]
    fn stream_together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        if !to.as_ptr().addr().is_multiple_of(16) {
            return Self::together(parts, to);
        }
        let to = to.as_mut_ptr().cast::<f32>();
        for h in 0..2 {
            let pairs = turned([parts[0].0[h], parts[1].0[h], parts[2].0[h], parts[3].0[h]]);
            // SAFETY: as above; the last pixel begins at number 60 of 64, and the pointer is at a multiple of a pixel.
            unsafe {
                for (i, pair) in pairs.into_iter().enumerate() {
                    _mm_stream_ps(to.add(32 * h + 4 * i), _mm256_castps256_ps128(pair));
                }
                for (i, pair) in pairs.into_iter().enumerate() {
                    _mm_stream_ps(to.add(32 * h + 16 + 4 * i), _mm256_extractf128_ps::<1>(pair));
                }
            }
        }
    }
    #[inline(always)]
    fn eights(plane: &[f32], places: &Places, offset: usize) -> [Self; 8] {
        assert!(places.last() + offset + 8 <= plane.len(), "a place outside the plane");
        let [a, b, c, d] = Self::quads(plane, places, offset);
        let [e, f, g, h] = Self::quads(plane, places, offset + 4);
        [a, b, c, d, e, f, g, h]
    }
    #[inline(always)]
    fn quads(plane: &[f32], places: &Places, offset: usize) -> [Self; 4] {
        assert!(places.last() + offset + 4 <= plane.len(), "a place outside the plane");
        let mut halves = [[Self::of(0.0).0[0]; 4]; 2];
        for (h, half) in halves.iter_mut().enumerate() {
            let mut pairs = *half;
            for (i, pair) in pairs.iter_mut().enumerate() {
                let (low, high) = (places.at()[8 * h + i] as usize, places.at()[8 * h + i + 4] as usize);
                // SAFETY: as above; no place is behind the last one, behind which four numbers are inside the plane.
                *pair = unsafe {
                    let from = plane.as_ptr().add(offset);
                    _mm256_loadu2_m128(from.add(high), from.add(low))
                };
            }
            *half = turned(pairs);
        }
        both_of(halves)
    }
    #[inline(always)]
    fn colours(rows: &[&[Stored; 3]; SIXTEEN]) -> [[Self; 4]; 3] {
        let mut out = [[Self::of(0.0); 4]; 3];
        for (x, out) in out.iter_mut().enumerate() {
            let mut halves = [[Self::of(0.0).0[0]; 4]; 2];
            for (h, half) in halves.iter_mut().enumerate() {
                let mut pairs = *half;
                for (i, pair) in pairs.iter_mut().enumerate() {
                    let (low, high) = (&rows[8 * h + i][x], &rows[8 * h + i + 4][x]);
                    // SAFETY: as above; a pixel is four numbers long, and nothing asks the pointers to be at a multiple of anything.
                    *pair = unsafe { _mm256_loadu2_m128(high.as_ptr().cast(), low.as_ptr().cast()) };
                }
                *half = turned(pairs);
            }
            *out = both_of(halves);
        }
        out
    }
}

/// Both halves of four times sixteen numbers.
#[inline(always)]
fn both_of([low, high]: [[__m256; 4]; 2]) -> [Avx2; 4] {
    [Avx2([low[0], high[0]]), Avx2([low[1], high[1]]), Avx2([low[2], high[2]]), Avx2([low[3], high[3]])]
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
