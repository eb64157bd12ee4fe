//! Elementary functions in f32 as plain arithmetic: no branches, no tables, so that loops over rows become vector code.
//! The same operations in the same order everywhere: a pixel's value does not depend on where in a vector it sat.

#![allow(clippy::excessive_precision, reason = "series are written with more digits than f32 holds")]

use crate::simd::Number;

/// Adding it to a small number leaves the number's nearest integer in the low bits (1.5 · 2²³).
pub(crate) const ROUND: f32 = 12_582_912.0;

/// The smaller one; `b` if one is NaN. One machine instruction, which `f32::min` is not.
#[inline(always)]
pub(crate) fn lower(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The larger one; `b` if one is NaN.
#[inline(always)]
pub(crate) fn upper(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// One of two numbers. By their bits: where one of them is what lies in memory already, compilers make of an `if` a store that may not
/// happen, which is slow.
#[inline(always)]
pub(crate) fn choose(yes: bool, this: f32, other: f32) -> f32 {
    let mask = u32::from(yes).wrapping_neg();
    f32::from_bits((this.to_bits() & mask) | (other.to_bits() & !mask))
}

/// The whole number below `x` and what is left above it, for |x| ≤ 2²². Vector code, which a cast to an integer is not.
#[inline(always)]
pub(crate) fn split(x: f32) -> (i32, f32) {
    let rounded = x + ROUND;
    let (nearest, whole) = (rounded.to_bits().wrapping_sub(ROUND.to_bits()) as i32, rounded - ROUND);
    let above = whole > x;
    (nearest - i32::from(above), x - if above { whole - 1.0 } else { whole })
}

/// 2 to the power of `y`, for −126 ≤ y ≤ 127 with a relative error below 3·10⁻⁷, exactly 1 at 0; a smaller `y` counts as −126, a
/// larger one as 128, whose power is infinite. NaN gives some number: keep it out.
#[inline(always)]
pub(crate) fn exp2<N: Number>(y: N) -> N {
    let (n, round) = (N::of, N::of(ROUND));
    let y = y.upper(n(-126.0)).lower(n(128.0));
    let rounded = y + round;
    // 2^r for |r| ≤ ½ is 1 + r · a polynomial, whose coefficients make the largest relative error smallest (9·10⁻⁸). In a tree
    // instead of a chain: processors wait less for one step before the next.
    let r = y - (rounded - round);
    let square = r * r;
    let middle = n(0.240_222_420_854) + n(0.055_507_337_423_1) * r;
    let last = n(9.671_512_641_77e-3) + n(1.326_472_749_03e-3) * r;
    let p = n(1.0) + (r * n(0.693_146_977_6) + square * (middle + square * last));
    p * rounded.up_bits::<23>().plus_bits(n(1.0))
}

/// Logarithm to the base 2 of a positive normal number, with an absolute error below 10⁻⁷ + 10⁻⁷·|result|.
#[inline(always)]
pub(crate) fn log2<N: Number>(x: N) -> N {
    let n = N::of;
    // x = 2^e · m with m from √½ to √2, where the bits of √½ are the lowest mantissa.
    let e = x.minus_bits(N::of_bits(0x3f35_04f3)).down_bits::<23>();
    let m = x.minus_bits(e.up_bits::<23>());
    // log₂ m = 2/ln 2 · artanh s with s = (m − 1)/(m + 1), |s| < 0.172: s · a polynomial of s², whose coefficients make the largest
    // error smallest (3·10⁻⁸).
    let s = (m - n(1.0)) / (m + n(1.0));
    let q = s * s;
    let p = n(2.885_391_289_37) + q * (n(0.961_470_808_955) + q * n(0.598_973_885_623));
    e.whole() + s * p
}

/// Is it a positive normal number?
#[inline(always)]
pub(crate) fn is_positive<N: Number>(x: N) -> N::Yes {
    !x.less(N::of(f32::MIN_POSITIVE)) & x.less(N::of(f32::INFINITY))
}

/// `x` to the power of `p` > 0 for positive normal `x`; anything else (0, negative, subnormal, infinite, NaN) comes back as it is.
/// Relative error below 3·10⁻⁷ · (1 + |p log₂ x|).
#[inline(always)]
pub(crate) fn pow_positive<N: Number>(x: N, p: N) -> N {
    N::choose(is_positive(x), exp2(p * log2(x)), x)
}

/// 0 up to 0, 1 from 1 on, with a smooth S between them; NaN gives 0.
#[inline(always)]
pub(crate) fn smoothstep<N: Number>(t: N) -> N {
    let t = t.upper(N::of(0.0)).lower(N::of(1.0));
    t * t * (N::of(3.0) - N::of(2.0) * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_split() {
        for x in [0.0, -0.0, 0.3, -0.3, 0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 4e6, -4e6, 1_234.567, -1_234.567_f32] {
            assert_eq!(split(x), (x.floor() as i32, x - x.floor()), "{x}");
        }
    }

    #[test]
    fn powers_of_two_keep_their_promise() {
        assert_eq!(exp2(0.0), 1.0);
        assert_eq!(exp2(-3.0), 0.125);
        assert_eq!(exp2(200.0), f32::INFINITY);
        assert_eq!(exp2(f32::NEG_INFINITY), f32::MIN_POSITIVE);
        let mut worst = 0.0_f64;
        for i in 0..2_000_000 {
            let y = -126.0 + i as f32 * (253.0 / 2e6);
            worst = worst.max((f64::from(exp2(y)) / f64::from(y).exp2() - 1.0).abs());
        }
        assert!(worst < 3e-7, "{worst:e}");
    }

    #[test]
    fn logarithms_keep_their_promise() {
        assert_eq!(log2(1.0), 0.0);
        for bits in (f32::MIN_POSITIVE.to_bits()..f32::MAX.to_bits()).step_by(997) {
            let x = f32::from_bits(bits);
            let want = f64::from(x).log2();
            let error = (f64::from(log2(x)) - want).abs();
            assert!(error < 1e-7 * (1.0 + want.abs()), "log2({x:e}): {error:e}");
        }
    }

    #[test]
    fn powers_keep_their_promise_and_leave_the_rest_alone() {
        for i in 1..100_000 {
            let x = (i as f32 * 1e-3 - 50.0).exp2();
            for p in [0.01, 0.4545, 1.0, 2.2, 5.0_f32] {
                let y = f64::from(p) * f64::from(x).log2();
                if y.abs() < 120.0 {
                    let error = (f64::from(pow_positive(x, p)) / y.exp2() - 1.0).abs();
                    assert!(error < 3e-7 * (1.0 + y.abs()), "{x:e}^{p}: {error:e}");
                }
            }
        }
        for x in [0.0, -0.0, -3.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-40] {
            assert_eq!(pow_positive(x, 0.5).to_bits(), x.to_bits());
        }
    }
}
