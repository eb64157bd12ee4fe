//! Sixteen numbers in a register of AVX-512. Only `best_sixteen_work` names them, where the processor has F, VL, BW and DQ of it.
//!
//! SAFETY of all blocks: the processor has the instructions, for the reason above.

use super::{ALIGNED, Number, Places, SIXTEEN, Sixteen, Stored};
use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

/// Sixteen numbers.
#[derive(Clone, Copy)]
pub struct Avx512(__m512);

macro_rules! arithmetic {
    ($($trait:ident $method:ident $instruction:ident)+) => {$(
        impl $trait for Avx512 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: as above.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    )+};
}
arithmetic!(Add add _mm512_add_ps Sub sub _mm512_sub_ps Mul mul _mm512_mul_ps Div div _mm512_div_ps);

/// The bits as whole numbers, worked on, and back.
macro_rules! whole {
    ($function:expr; $($from:expr),+) => {
        // SAFETY: as above.
        Self(unsafe { _mm512_castsi512_ps($function($(_mm512_castps_si512($from.0)),+)) })
    };
}

impl Number for Avx512 {
    type Yes = __mmask16;
    const MANY: bool = true;
    #[inline(always)]
    fn of(v: f32) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_set1_ps(v) })
    }
    #[inline(always)]
    fn less(self, than: Self) -> __mmask16 {
        // SAFETY: as above.
        unsafe { _mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, than.0) }
    }
    #[inline(always)]
    fn same(self, other: Self) -> __mmask16 {
        // SAFETY: as above.
        unsafe { _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn choose(yes: __mmask16, this: Self, other: Self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_mask_blend_ps(yes, other.0, this.0) })
    }
    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        // SAFETY: as above. The second where either is NaN, as the comparison says.
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        // SAFETY: as above. The second where either is NaN, as the comparison says.
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn root(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_sqrt_ps(self.0) })
    }
    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        whole!(_mm512_add_epi32; self, other)
    }
    #[inline(always)]
    fn minus_bits(self, other: Self) -> Self {
        whole!(_mm512_sub_epi32; self, other)
    }
    #[inline(always)]
    fn common_bits(self, other: Self) -> Self {
        whole!(_mm512_and_si512; self, other)
    }
    #[inline(always)]
    fn up_bits<const BY: u32>(self) -> Self {
        whole!(_mm512_slli_epi32::<BY>; self)
    }
    #[inline(always)]
    fn down_bits<const BY: u32>(self) -> Self {
        whole!(_mm512_srai_epi32::<BY>; self)
    }
    #[inline(always)]
    fn whole(self) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_cvtepi32_ps(_mm512_castps_si512(self.0)) })
    }
}

impl Sixteen for Avx512 {
    #[inline(always)]
    fn load(from: &[f32; SIXTEEN]) -> Self {
        // SAFETY: as above; the array is as long as the register.
        Self(unsafe { _mm512_loadu_ps(from.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; SIXTEEN]) {
        // SAFETY: as above; the array is as long as the register.
        unsafe { _mm512_storeu_ps(to.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn where_bits(bits: u16) -> __mmask16 {
        bits
    }
    #[inline(always)]
    fn bits(yes: __mmask16) -> u16 {
        yes
    }
    #[inline(always)]
    fn closed_up(self, bits: u16) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_maskz_compress_ps(bits, self.0) })
    }
    #[inline(always)]
    fn with(self, bits: u16, list: &[f32; SIXTEEN]) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm512_mask_expand_ps(self.0, bits, Self::load(list).0) })
    }
    #[inline(always)]
    fn apart(from: &[Stored; SIXTEEN]) -> [Self; 4] {
        let from = from.as_ptr().cast::<f32>();
        // SAFETY: as above; four registers are as long as the array, and nothing asks the pointer to be at a multiple of anything.
        unsafe {
            let [a, b, c, d] = turned([
                _mm512_loadu_ps(from),
                _mm512_loadu_ps(from.add(16)),
                _mm512_loadu_ps(from.add(32)),
                _mm512_loadu_ps(from.add(48)),
            ]);
            // The quarters of what comes out hold pixels 0, 4, 8, 12; 1, 5, 9, 13…
            [Self(reordered(a)), Self(reordered(b)), Self(reordered(c)), Self(reordered(d))]
        }
    }
    #[inline(always)]
    fn together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        let to = to.as_mut_ptr().cast::<f32>();
        let [a, b, c, d] = fours(parts);
        // SAFETY: as above; four registers are as long as the array, and nothing asks the pointer to be at a multiple of anything.
        unsafe {
            _mm512_storeu_ps(to, a);
            _mm512_storeu_ps(to.add(16), b);
            _mm512_storeu_ps(to.add(32), c);
            _mm512_storeu_ps(to.add(48), d);
        }
    }
    #[inline(always)]
    fn stream_together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        if !to.as_ptr().addr().is_multiple_of(ALIGNED) {
            return Self::together(parts, to);
        }
        let to = to.as_mut_ptr().cast::<f32>();
        let [a, b, c, d] = fours(parts);
        // SAFETY: as above; four registers are as long as the array, and the pointer is at a multiple of one.
        unsafe {
            _mm512_stream_ps(to, a);
            _mm512_stream_ps(to.add(16), b);
            _mm512_stream_ps(to.add(32), c);
            _mm512_stream_ps(to.add(48), d);
        }
    }
    #[inline(always)]
    fn eights(plane: &[f32], places: &Places, offset: usize) -> [Self; 8] {
        assert!(places.last() + offset + 8 <= plane.len(), "a place outside the plane");
        // SAFETY: as above; no place is behind the last one, behind which eight numbers are inside the plane.
        unsafe {
            // Quarters: a number of places 0 to 3, the fourth one behind it, both of places 4 to 7. And of places 8 to 15.
            let (from, at) = (plane.as_ptr().add(offset), places.at());
            let low = turned([pair(from, at, 0), pair(from, at, 1), pair(from, at, 2), pair(from, at, 3)]);
            let high = turned([pair(from, at, 8), pair(from, at, 9), pair(from, at, 10), pair(from, at, 11)]);
            [
                Self(_mm512_shuffle_f32x4::<0x88>(low[0], high[0])),
                Self(_mm512_shuffle_f32x4::<0x88>(low[1], high[1])),
                Self(_mm512_shuffle_f32x4::<0x88>(low[2], high[2])),
                Self(_mm512_shuffle_f32x4::<0x88>(low[3], high[3])),
                Self(_mm512_shuffle_f32x4::<0xdd>(low[0], high[0])),
                Self(_mm512_shuffle_f32x4::<0xdd>(low[1], high[1])),
                Self(_mm512_shuffle_f32x4::<0xdd>(low[2], high[2])),
                Self(_mm512_shuffle_f32x4::<0xdd>(low[3], high[3])),
            ]
        }
    }
    #[inline(always)]
    fn quads(plane: &[f32], places: &Places, offset: usize) -> [Self; 4] {
        assert!(places.last() + offset + 4 <= plane.len(), "a place outside the plane");
        // SAFETY: as above; no place is behind the last one, behind which four numbers are inside the plane.
        unsafe {
            let (from, at) = (plane.as_ptr().add(offset), places.at());
            let [a, b, c, d] = turned([quad(from, at, 0), quad(from, at, 1), quad(from, at, 2), quad(from, at, 3)]);
            [Self(a), Self(b), Self(c), Self(d)]
        }
    }
    #[inline(always)]
    fn colours(rows: &[&[Stored; 3]; SIXTEEN]) -> [[Self; 4]; 3] {
        let mut out = [[Self::of(0.0); 4]; 3];
        for (x, out) in out.iter_mut().enumerate() {
            let [a, b, c, d] = turned([pixels(rows, x, 0), pixels(rows, x, 1), pixels(rows, x, 2), pixels(rows, x, 3)]);
            *out = [Self(a), Self(b), Self(c), Self(d)];
        }
        out
    }
}

/// Eight numbers behind a place and behind the fourth after it.
///
/// # Safety
/// The processor has AVX-512, and behind each place eight numbers can be read.
#[inline(always)]
unsafe fn pair(from: *const f32, at: &[u32; SIXTEEN], i: usize) -> __m512 {
    // SAFETY: the caller's promise; nothing asks the pointers to be at a multiple of anything.
    unsafe {
        let (low, high) = (_mm256_loadu_ps(from.add(at[i] as usize)), _mm256_loadu_ps(from.add(at[i + 4] as usize)));
        _mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high)
    }
}

/// Four numbers behind a place and behind the fourth, the eighth and the twelfth after it.
///
/// # Safety
/// The processor has AVX-512, and behind each place four numbers can be read.
#[inline(always)]
unsafe fn quad(from: *const f32, at: &[u32; SIXTEEN], i: usize) -> __m512 {
    // SAFETY: the caller's promise; nothing asks the pointers to be at a multiple of anything.
    unsafe {
        let (a, b) = (_mm_loadu_ps(from.add(at[i] as usize)), _mm_loadu_ps(from.add(at[i + 4] as usize)));
        let (c, d) = (_mm_loadu_ps(from.add(at[i + 8] as usize)), _mm_loadu_ps(from.add(at[i + 12] as usize)));
        let low = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(a), b);
        _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(low, c), d)
    }
}

/// A pixel each of row `i` and of the fourth, eighth and twelfth after it. Safe to call where the processor has AVX-512.
#[inline(always)]
fn pixels(rows: &[&[Stored; 3]; SIXTEEN], x: usize, i: usize) -> __m512 {
    // SAFETY: as above; a pixel is four numbers long, and nothing asks the pointers to be at a multiple of anything.
    unsafe {
        let (a, b) = (_mm_loadu_ps(rows[i][x].as_ptr().cast()), _mm_loadu_ps(rows[i + 4][x].as_ptr().cast()));
        let (c, d) = (_mm_loadu_ps(rows[i + 8][x].as_ptr().cast()), _mm_loadu_ps(rows[i + 12][x].as_ptr().cast()));
        let low = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(a), b);
        _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(low, c), d)
    }
}

/// Four by four numbers turned over, in all quarters. Safe to call where the processor has AVX-512.
#[inline(always)]
fn turned([a, b, c, d]: [__m512; 4]) -> [__m512; 4] {
    // SAFETY: as above.
    unsafe {
        let (ab, cd) = (_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d));
        let (high_ab, high_cd) = (_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d));
        [
            _mm512_shuffle_ps::<0x44>(ab, cd),
            _mm512_shuffle_ps::<0xee>(ab, cd),
            _mm512_shuffle_ps::<0x44>(high_ab, high_cd),
            _mm512_shuffle_ps::<0xee>(high_ab, high_cd),
        ]
    }
}

/// Numbers 0, 4, 8, 12, 1, 5…: what turns the order in which [`turned`] leaves pixels into theirs, and the other way round. Safe to call
/// where the processor has AVX-512.
#[inline(always)]
fn reordered(v: __m512) -> __m512 {
    // SAFETY: as above.
    unsafe { _mm512_permutexvar_ps(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v) }
}

/// Pixels four by four. Safe to call where the processor has AVX-512.
#[inline(always)]
fn fours([a, b, c, d]: [Avx512; 4]) -> [__m512; 4] {
    turned([reordered(a.0), reordered(b.0), reordered(c.0), reordered(d.0)])
}
