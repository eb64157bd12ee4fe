//! Twice sixteen numbers: while a processor waits for one half's step it does the other's.

use super::{Number, Sixteen, Yes};
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Sub};

/// Two of a kind.
#[derive(Clone, Copy)]
pub(crate) struct Two<T>(pub(crate) [T; 2]);

macro_rules! each {
    ($($trait:ident $method:ident for $kind:ident)+) => {$(
        impl<T: $kind> $trait for Two<T> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self([self.0[0].$method(other.0[0]), self.0[1].$method(other.0[1])])
            }
        }
    )+};
}
each!(Add add for Number Sub sub for Number Mul mul for Number Div div for Number BitAnd bitand for Yes BitOr bitor for Yes);

impl<T: Yes> Not for Two<T> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self([!self.0[0], !self.0[1]])
    }
}

/// Methods of two, and of one.
macro_rules! pairs {
    ($($method:ident -> $of:ident)+) => {$(
        #[inline(always)]
        fn $method(self, other: Self) -> pairs!($of) {
            Two([self.0[0].$method(other.0[0]), self.0[1].$method(other.0[1])])
        }
    )+};
    (number) => { Self };
    (yes) => { Self::Yes };
}

impl<S: Number> Number for Two<S> {
    type Yes = Two<S::Yes>;
    #[inline(always)]
    fn of(v: f32) -> Self {
        Self([S::of(v); 2])
    }
    pairs!(less -> yes same -> yes lower -> number upper -> number plus_bits -> number minus_bits -> number common_bits -> number);
    #[inline(always)]
    fn choose(yes: Self::Yes, this: Self, other: Self) -> Self {
        Self([S::choose(yes.0[0], this.0[0], other.0[0]), S::choose(yes.0[1], this.0[1], other.0[1])])
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self([self.0[0].root(), self.0[1].root()])
    }
    #[inline(always)]
    fn up_bits<const BY: u32>(self) -> Self {
        Self([self.0[0].up_bits::<BY>(), self.0[1].up_bits::<BY>()])
    }
    #[inline(always)]
    fn down_bits<const BY: u32>(self) -> Self {
        Self([self.0[0].down_bits::<BY>(), self.0[1].down_bits::<BY>()])
    }
    #[inline(always)]
    fn whole(self) -> Self {
        Self([self.0[0].whole(), self.0[1].whole()])
    }
}

impl<S: Sixteen> Two<S> {
    /// Any yes?
    #[inline(always)]
    pub(crate) fn any(yes: Two<S::Yes>) -> bool {
        S::any(yes.0[0] | yes.0[1])
    }
}
