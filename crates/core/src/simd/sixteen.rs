//! Sixteen numbers at once, and what can be done with them. The same bits come out of every kind.

pub(super) mod abreast;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(super) mod avx512;
pub(super) mod places;
pub(super) mod plain;
#[cfg(test)]
mod tests;

use places::Places;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Not, Sub};

/// How many numbers [`Sixteen`] holds.
pub(crate) const SIXTEEN: usize = 16;

/// A pixel of four floats as it is stored.
pub(crate) type Stored = [u8; 16];

/// A yes or no for each number.
pub(crate) trait Yes: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self> {}
impl<T: Copy + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self>> Yes for T {}

/// A number, or some at once: what elementary functions are written in.
pub(crate) trait Number:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Its yes or no.
    type Yes: Yes;
    /// Are there registers for half a dozen of them at once, and some numbers more for each?
    const MANY: bool = false;
    /// The number, in all places.
    fn of(v: f32) -> Self;
    /// Is it less than another? NaN is not.
    fn less(self, than: Self) -> Self::Yes;
    /// Are both the same number? NaN is none.
    fn same(self, other: Self) -> Self::Yes;
    /// This where yes, else the other.
    fn choose(yes: Self::Yes, this: Self, other: Self) -> Self;
    /// This where it is less, else the other.
    fn lower(self, other: Self) -> Self;
    /// This where the other is less, else the other.
    fn upper(self, other: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// The sum of both numbers' bits, as if they were whole numbers; what goes over is lost.
    fn plus_bits(self, other: Self) -> Self;
    /// Their difference.
    fn minus_bits(self, other: Self) -> Self;
    /// The bits that both have.
    fn common_bits(self, other: Self) -> Self;
    /// Bits moved towards the sign.
    fn up_bits<const BY: u32>(self) -> Self;
    /// Bits moved away from the sign, which is repeated.
    fn down_bits<const BY: u32>(self) -> Self;
    /// The number whose bits are those of `f32::from_bits`.
    #[inline(always)]
    fn of_bits(bits: u32) -> Self {
        Self::of(f32::from_bits(bits))
    }
    /// What the bits are as a whole number, as a number.
    fn whole(self) -> Self;
    /// Without its sign.
    #[inline(always)]
    fn size(self) -> Self {
        self.common_bits(Self::of_bits(0x7fff_ffff))
    }
    /// The number where yes, else 0.
    #[inline(always)]
    fn or_zero(self, yes: Self::Yes) -> Self {
        Self::choose(yes, self, Self::of(0.0))
    }
}

impl Number for f32 {
    type Yes = bool;
    #[inline(always)]
    fn of(v: f32) -> Self {
        v
    }
    #[inline(always)]
    fn less(self, than: Self) -> bool {
        self < than
    }
    #[inline(always)]
    fn same(self, other: Self) -> bool {
        self == other
    }
    #[inline(always)]
    fn choose(yes: bool, this: Self, other: Self) -> Self {
        crate::maths::choose(yes, this, other)
    }
    #[inline(always)]
    fn lower(self, other: Self) -> Self {
        crate::maths::lower(self, other)
    }
    #[inline(always)]
    fn upper(self, other: Self) -> Self {
        crate::maths::upper(self, other)
    }
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn plus_bits(self, other: Self) -> Self {
        f32::from_bits(self.to_bits().wrapping_add(other.to_bits()))
    }
    #[inline(always)]
    fn minus_bits(self, other: Self) -> Self {
        f32::from_bits(self.to_bits().wrapping_sub(other.to_bits()))
    }
    #[inline(always)]
    fn common_bits(self, other: Self) -> Self {
        f32::from_bits(self.to_bits() & other.to_bits())
    }
    #[inline(always)]
    fn up_bits<const BY: u32>(self) -> Self {
        f32::from_bits(self.to_bits() << BY)
    }
    #[inline(always)]
    fn down_bits<const BY: u32>(self) -> Self {
        f32::from_bits((self.to_bits() as i32 >> BY) as u32)
    }
    #[inline(always)]
    fn whole(self) -> Self {
        self.to_bits() as i32 as f32
    }
}

/// Sixteen numbers.
pub(crate) trait Sixteen: Number {
    /// The numbers there.
    fn load(from: &[f32; SIXTEEN]) -> Self;
    /// Writes the numbers.
    fn store(self, to: &mut [f32; SIXTEEN]);
    /// Yes where the bit is set, the first number's the lowest.
    fn where_bits(bits: u16) -> Self::Yes;
    /// The opposite of [`Sixteen::where_bits`].
    fn bits(yes: Self::Yes) -> u16;
    /// Any yes?
    #[inline(always)]
    fn any(yes: Self::Yes) -> bool {
        Self::bits(yes) != 0
    }
    /// The numbers where bits are set, moved together to the front; zeros behind them.
    #[inline(always)]
    fn closed_up(self, bits: u16) -> Self {
        let ([mut from, mut to], mut left) = ([[0.0; SIXTEEN]; 2], bits);
        self.store(&mut from);
        for to in &mut to {
            if left == 0 {
                break;
            }
            *to = from[left.trailing_zeros() as usize % SIXTEEN];
            left &= left - 1;
        }
        Self::load(&to)
    }
    /// Where bits are set the first numbers of a list, in their order.
    #[inline(always)]
    fn with(self, bits: u16, list: &[f32; SIXTEEN]) -> Self {
        let (mut to, mut left) = ([0.0; SIXTEEN], bits);
        self.store(&mut to);
        for v in list {
            if left == 0 {
                break;
            }
            to[left.trailing_zeros() as usize % SIXTEEN] = *v;
            left &= left - 1;
        }
        Self::load(&to)
    }
    /// Sixteen times four numbers, to the first of each four, the second…
    fn apart(from: &[Stored; SIXTEEN]) -> [Self; 4];
    /// The opposite of [`Sixteen::apart`].
    fn together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]);
    /// [`Sixteen::together`] past the caches, where `to` begins at a multiple of [`ALIGNED`] bytes: for what will not be read soon. Others
    /// see it for sure after [`super::streamed`].
    fn stream_together(parts: [Self; 4], to: &mut [Stored; SIXTEEN]) {
        Self::together(parts, to);
    }
    /// Eight neighbours each from sixteen places of a plane, `offset` behind the places: all first ones, all second ones…
    fn eights(plane: &[f32], places: &Places, offset: usize) -> [Self; 8];
    /// Four neighbours each from sixteen places of a plane, like [`Sixteen::eights`].
    fn quads(plane: &[f32], places: &Places, offset: usize) -> [Self; 4];
    /// The colours of three pixels in each of sixteen rows: of all first ones red, green, blue and alpha, of all second ones…
    fn colours(rows: &[&[Stored; 3]; SIXTEEN]) -> [[Self; 4]; 3];
    /// 0 to 15.
    #[inline(always)]
    fn numbers() -> Self {
        Self::load(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0])
    }
    /// As many as there are, then zeros.
    #[inline(always)]
    fn some(from: &[f32]) -> Self {
        if let Some(all) = from.first_chunk() {
            return Self::load(all);
        }
        let mut all = [0.0; SIXTEEN];
        all[..from.len()].copy_from_slice(from);
        Self::load(&all)
    }
}

/// Where pixels have to begin to go past the caches.
pub(crate) const ALIGNED: usize = 64;
