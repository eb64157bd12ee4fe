//! Some of a kind side by side: while a processor waits for one's step it does the others'.

use super::{Number, Sixteen, Yes};
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Sub};

/// So many of a kind.
#[derive(Clone, Copy)]
pub(crate) struct Abreast<T, const N: usize>(pub(crate) [T; N]);

/// Twice sixteen numbers, for instance.
pub(crate) type Two<T> = Abreast<T, 2>;

// Loops and no `map`, as what that calls is not compiled for the instruction set.
macro_rules! each {
    ($($trait:ident $method:ident for $kind:ident)+) => {$(
        impl<T: $kind, const N: usize> $trait for Abreast<T, N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let mut out = self;
                for i in 0..N {
                    out.0[i] = self.0[i].$method(other.0[i]);
                }
                out
            }
        }
    )+};
}
each!(Add add for Number Sub sub for Number Mul mul for Number Div div for Number BitAnd bitand for Yes BitOr bitor for Yes);

impl<T: Yes, const N: usize> Not for Abreast<T, N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        let mut out = self;
        for i in 0..N {
            out.0[i] = !self.0[i];
        }
        out
    }
}

/// Methods of one and of another, which make a number or a yes or no.
macro_rules! both {
    ($($method:ident)+ => number) => {$(
        #[inline(always)]
        fn $method(self, other: Self) -> Self {
            let mut out = self;
            for i in 0..N {
                out.0[i] = self.0[i].$method(other.0[i]);
            }
            out
        }
    )+};
    ($($method:ident)+ => yes) => {$(
        #[inline(always)]
        fn $method(self, other: Self) -> Self::Yes {
            let mut out = [self.0[0].$method(other.0[0]); N];
            for i in 1..N {
                out[i] = self.0[i].$method(other.0[i]);
            }
            Abreast(out)
        }
    )+};
}

/// Methods of one alone.
macro_rules! alone {
    ($($method:ident $(<$by:ident>)?)+) => {$(
        #[inline(always)]
        fn $method$(<const $by: u32>)?(self) -> Self {
            let mut out = self;
            for i in 0..N {
                out.0[i] = self.0[i].$method$(::<$by>)?();
            }
            out
        }
    )+};
}

impl<S: Number, const N: usize> Number for Abreast<S, N> {
    type Yes = Abreast<S::Yes, N>;
    const MANY: bool = S::MANY;
    #[inline(always)]
    fn of(v: f32) -> Self {
        Self([S::of(v); N])
    }
    both!(less same => yes);
    both!(lower upper plus_bits minus_bits common_bits => number);
    alone!(root whole up_bits<BY> down_bits<BY>);
    #[inline(always)]
    fn choose(yes: Self::Yes, this: Self, other: Self) -> Self {
        let mut out = this;
        for i in 0..N {
            out.0[i] = S::choose(yes.0[i], this.0[i], other.0[i]);
        }
        out
    }
}

impl<S: Sixteen> Two<S> {
    /// Any yes?
    #[inline(always)]
    pub(crate) fn any(yes: Two<S::Yes>) -> bool {
        S::any(yes.0[0] | yes.0[1])
    }
}
