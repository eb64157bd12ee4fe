//! How many samples each pixel of a block has: checked once, kept small.

use super::error::Fault;

/// Samples of each pixel of a block, row by row.
pub(crate) enum Counts {
    /// Not kept: to be read again.
    Forgotten,
    /// All the same.
    Same(u32),
    Bytes(Box<[u8]>),
    Words(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Counts {
    pub(crate) fn pack(counts: &[u32]) -> Self {
        let (least, most) = counts.iter().fold((u32::MAX, 0), |(a, b), &c| (a.min(c), b.max(c)));
        if least >= most {
            return Self::Same(most);
        }
        match most {
            0..=0xff => Self::Bytes(counts.iter().map(|&c| c as u8).collect()),
            0x100..=0xffff => Self::Words(counts.iter().map(|&c| c as u16).collect()),
            _ => Self::Wide(counts.into()),
        }
    }

    /// Bytes that they take.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Forgotten | Self::Same(_) => 0,
            Self::Bytes(b) => b.len() as u64,
            Self::Words(w) => 2 * w.len() as u64,
            Self::Wide(w) => 4 * w.len() as u64,
        }
    }

    /// Puts them into `out`, one a pixel; false if they were not kept.
    pub(crate) fn unpack(&self, out: &mut [u32]) -> bool {
        match self {
            Self::Forgotten => return false,
            Self::Same(count) => out.fill(*count),
            Self::Bytes(b) => out.iter_mut().zip(b).for_each(|(o, &c)| *o = c.into()),
            Self::Words(w) => out.iter_mut().zip(w).for_each(|(o, &c)| *o = c.into()),
            Self::Wide(w) => out.copy_from_slice(w),
        }
        true
    }
}

/// Bad news of a table, by the pixel's place in its block.
pub(crate) enum Bad {
    /// A running total that is smaller than the one before it, or negative.
    Falling,
    /// More samples than allowed at this place.
    Many(usize, u32),
}

/// From running totals, beginning anew with each row of `width`, to samples of each pixel; how many in all.
pub(crate) fn from_totals(table: &[u8], width: usize, most: u32, out: &mut [u32]) -> Result<u64, Bad> {
    let mut sum = 0;
    for (row, (totals, counts)) in table.chunks_exact(4 * width).zip(out.chunks_exact_mut(width)).enumerate() {
        let mut last = 0;
        for (col, (total, count)) in totals.chunks_exact(4).zip(counts).enumerate() {
            let total = i32::from_le_bytes([total[0], total[1], total[2], total[3]]);
            if total < last {
                return Err(Bad::Falling);
            }
            *count = (total - last) as u32;
            if *count > most {
                return Err(Bad::Many(row * width + col, *count));
            }
            last = total;
        }
        sum += last as u64;
    }
    Ok(sum)
}

impl Bad {
    /// `x1`, `y1`, `width`: of the block.
    pub(crate) fn fault(self, called: &str, x1: i32, y1: i32, width: usize, most: u32) -> Fault {
        match self {
            Self::Falling => Fault::damaged(format!("the table of samples of {called} contradicts itself")),
            Self::Many(at, count) => Fault::TooLarge(format!(
                "the pixel {}, {} has {count} samples, {most} are allowed",
                i64::from(x1) + (at % width) as i64,
                i64::from(y1) + (at / width) as i64
            )),
        }
    }
}
