//! Sixteen numbers by plain Rust.

use super::{Number, Places, SIXTEEN, Sixteen, Stored};
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Sub};

/// Sixteen numbers.
#[derive(Clone, Copy)]
pub struct Plain([f32; SIXTEEN]);

/// All bits or none.
#[derive(Clone, Copy)]
pub struct Each([u32; SIXTEEN]);

impl Plain {
    #[inline(always)]
    fn each(f: impl Fn(usize) -> f32) -> Self {
        Self(std::array::from_fn(f))
    }
    #[inline(always)]
    fn bits_of(f: impl Fn(usize) -> u32) -> Self {
        Self(std::array::from_fn(|i| f32::from_bits(f(i))))
    }
}

impl Each {
    #[inline(always)]
    fn of(f: impl Fn(usize) -> bool) -> Self {
        Self(std::array::from_fn(|i| u32::from(f(i)).wrapping_neg()))
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $sign:tt)+) => {$(
        impl $trait for Plain {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self::each(|i| self.0[i] $sign other.0[i])
            }
        }
    )+};
}
arithmetic!(Add add + Sub sub - Mul mul * Div div /);

impl BitAnd for Each {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }
}
impl BitOr for Each {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}
impl Not for Each {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Self(self.0.map(|v| !v))
    }
}

impl Number for Plain {
    type Yes = Each;
    #[inline(always)]
    fn of(v: f32) -> Self {
        Self([v; SIXTEEN])
    }
    #[inline(always)]
    fn less(self, than: Self) -> Each {
        Each::of(|i| self.0[i] < than.0[i])
    }
    #[inline(always)]
    fn same(self, other: Self) -> Each {
        Each::of(|i| self.0[i] == other.0[i])
    }
    #[inline(always)]
    fn choose(yes: Each, this: Self, other: Self) -> Self {
        Self::bits_of(|i| (this.0[i].to_bits() & yes.0[i]) | (other.0[i].to_bits() & !yes.0[i]))
    }
    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        Self::each(|i| self.0[i].lower(other.0[i]))
    }
    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        Self::each(|i| self.0[i].upper(other.0[i]))
    }
    #[inline(always)]
    fn root(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }
    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        Self::each(|i| self.0[i].plus_bits(other.0[i]))
    }
    #[inline(always)]
    fn minus_bits(self, other: Self) -> Self {
        Self::each(|i| self.0[i].minus_bits(other.0[i]))
    }
    #[inline(always)]
    fn common_bits(self, other: Self) -> Self {
        Self::each(|i| self.0[i].common_bits(other.0[i]))
    }
    #[inline(always)]
    fn up_bits<const BY: u32>(self) -> Self {
        Self(self.0.map(f32::up_bits::<BY>))
    }
    #[inline(always)]
    fn down_bits<const BY: u32>(self) -> Self {
        Self(self.0.map(f32::down_bits::<BY>))
    }
    #[inline(always)]
    fn whole(self) -> Self {
        Self(self.0.map(f32::whole))
    }
}

impl Sixteen for Plain {
    #[inline(always)]
    fn load(from: &[f32; SIXTEEN]) -> Self {
        Self(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; SIXTEEN]) {
        *to = self.0;
    }
    #[inline(always)]
    fn where_bits(bits: u16) -> Each {
        Each::of(|i| bits >> i & 1 != 0)
    }
    #[inline(always)]
    fn bits(yes: Each) -> u16 {
        yes.0.iter().rev().fold(0, |bits, v| bits << 1 | (v & 1) as u16)
    }
    #[inline(always)]
    fn any(yes: Each) -> bool {
        yes.0.iter().fold(0, |any, v| any | v) != 0
    }
    #[inline(always)]
    fn apart(from: &[Stored; SIXTEEN]) -> [Self; 4] {
        std::array::from_fn(|c| Self::each(|i| number(&from[i], c)))
    }
    #[inline(always)]
    fn together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        for (i, to) in to.iter_mut().enumerate() {
            let (numbers, _) = to.as_chunks_mut::<4>();
            numbers.iter_mut().zip(&parts).for_each(|(to, part)| *to = part.0[i].to_ne_bytes());
        }
    }
    #[inline(always)]
    fn eights(plane: &[f32], places: &Places, offset: usize) -> [Self; 8] {
        std::array::from_fn(|c| Self::each(|i| plane[places.at()[i] as usize + offset + c]))
    }
    #[inline(always)]
    fn quads(plane: &[f32], places: &Places, offset: usize) -> [Self; 4] {
        std::array::from_fn(|c| Self::each(|i| plane[places.at()[i] as usize + offset + c]))
    }
    #[inline(always)]
    fn colours(rows: &[&[Stored; 3]; SIXTEEN]) -> [[Self; 4]; 3] {
        std::array::from_fn(|x| std::array::from_fn(|c| Self::each(|i| number(&rows[i][x], c))))
    }
}

/// Number `c` of a pixel.
#[inline(always)]
fn number(pixel: &Stored, c: usize) -> f32 {
    f32::from_bits(u32::from_ne_bytes(pixel.as_chunks::<4>().0[c]))
}
