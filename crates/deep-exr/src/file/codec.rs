//! From packed bytes to bytes.
//!
//! Source: "OpenEXR File Layout" and the description of its compressors: bytes are split into those at even and those
//! at odd places, each byte is stored as its difference to the one before plus 128, and the result is deflated or
//! written as runs.

use super::error::Fault;
use super::header::Compression;

/// Deflate cannot do better than 258 bytes for 2 bits.
const BEST_DEFLATE: u64 = 1032;
/// A run of 128 equal bytes takes two.
const BEST_RUN: u64 = 64;
const SLACK: u64 = 1024;

/// The most bytes that `packed` bytes can become.
pub(crate) fn most(compression: Compression, packed: u64) -> u64 {
    match compression {
        Compression::Rle => packed.saturating_mul(BEST_RUN),
        Compression::None => packed,
        _ => packed.saturating_mul(BEST_DEFLATE).saturating_add(SLACK),
    }
}

/// Fills `out` with what `packed` holds; exactly as many bytes as `out` has. `spare` is room that is kept from call to call.
pub(crate) fn unpack(
    compression: Compression,
    packed: &[u8],
    out: &mut [u8],
    spare: &mut Vec<u8>,
) -> Result<(), Fault> {
    // What packing would not make smaller is stored as it is.
    if packed.len() == out.len() {
        out.copy_from_slice(packed);
        return Ok(());
    }
    grow(spare, out.len())?;
    let spare = &mut spare[..out.len()];
    match compression {
        Compression::Zips | Compression::Zip => inflate(packed, spare)?,
        Compression::Rle => runs(packed, spare)?,
        Compression::None | Compression::Other(_) => return Err(Fault::damaged("its sizes contradict each other")),
    }
    undo_differences(spare);
    join_halves(spare, out);
    Ok(())
}

/// At least `size` bytes in `vector`.
pub(crate) fn grow(vector: &mut Vec<u8>, size: usize) -> Result<(), Fault> {
    if vector.len() < size {
        let more = size - vector.len();
        vector.try_reserve_exact(more).map_err(|_| Fault::Memory("the machine has none left".to_owned()))?;
        vector.resize(size, 0);
    }
    Ok(())
}

fn inflate(packed: &[u8], out: &mut [u8]) -> Result<(), Fault> {
    match miniz_oxide::inflate::decompress_slice_iter_to_slice(out, std::iter::once(packed), true, false) {
        Ok(size) if size == out.len() => Ok(()),
        Ok(_) => Err(Fault::damaged("a block holds less than it claims")),
        Err(_) => Err(Fault::damaged("a block cannot be unpacked")),
    }
}

/// A count of 0..=127 is followed by a byte to be repeated once more than that; a negative one by as many bytes.
fn runs(mut packed: &[u8], mut out: &mut [u8]) -> Result<(), Fault> {
    let wrong = || Fault::damaged("a block cannot be unpacked");
    while let Some((&count, rest)) = packed.split_first() {
        let count = i32::from(count as i8);
        let size = if count < 0 { -count } else { count + 1 } as usize;
        let (run, after) = out.split_at_mut_checked(size).ok_or_else(wrong)?;
        if count < 0 {
            let (bytes, left) = rest.split_at_checked(size).ok_or_else(wrong)?;
            run.copy_from_slice(bytes);
            packed = left;
        } else {
            let (&value, left) = rest.split_first().ok_or_else(wrong)?;
            run.fill(value);
            packed = left;
        }
        out = after;
    }
    if out.is_empty() { Ok(()) } else { Err(Fault::damaged("a block holds less than it claims")) }
}

fn undo_differences(bytes: &mut [u8]) {
    let Some((first, rest)) = bytes.split_first_mut() else { return };
    let mut last = *first;
    for byte in rest {
        // In this order, one addition waits for the one before, not two.
        last = last.wrapping_add(byte.wrapping_sub(128));
        *byte = last;
    }
}

fn join_halves(halves: &[u8], out: &mut [u8]) {
    let (even, odd) = halves.split_at(out.len().div_ceil(2));
    for (pair, (&e, &o)) in out.chunks_exact_mut(2).zip(even.iter().zip(odd)) {
        pair[0] = e;
        pair[1] = o;
    }
    if out.len() % 2 == 1 {
        out[out.len() - 1] = even[even.len() - 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_by_hand() {
        let mut out = [0; 7];
        runs(&[3, 9, (-3_i8) as u8, 1, 2, 3], &mut out).unwrap();
        assert_eq!(out, [9, 9, 9, 9, 1, 2, 3]);
        for bad in [&[3_u8, 9][..], &[3], &[6, 1, 0, 1], &[(-3_i8) as u8, 1, 2], &[127, 1]] {
            assert!(runs(bad, &mut out).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn differences_and_halves_by_hand() {
        // Bytes 10 11 12 13 14: even 10 12 14, odd 11 13; differences + 128.
        let mut bytes = [10, 130, 130, 125, 130];
        undo_differences(&mut bytes);
        assert_eq!(bytes, [10, 12, 14, 11, 13]);
        let mut out = [0; 5];
        join_halves(&bytes, &mut out);
        assert_eq!(out, [10, 11, 12, 13, 14]);
    }
}
