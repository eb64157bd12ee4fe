//! From bytes to packed bytes; the reverse of the reader's `codec`, which names the source.

/// A level of deflate that OpenEXR's own library uses too: higher ones are slower and gain little.
const LEVEL: u8 = 4;

/// Deflated where that makes it smaller, else as it is.
pub(super) fn zip(bytes: Vec<u8>) -> Vec<u8> {
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&differences(&bytes), LEVEL);
    if packed.len() < bytes.len() { packed } else { bytes }
}

/// The bytes at even places, then those at odd ones, each as its difference to the one before plus 128.
fn differences(bytes: &[u8]) -> Vec<u8> {
    let mut halves: Vec<u8> = bytes.iter().step_by(2).chain(bytes.iter().skip(1).step_by(2)).copied().collect();
    for at in (1..halves.len()).rev() {
        halves[at] = halves[at].wrapping_sub(halves[at - 1]).wrapping_add(128);
    }
    halves
}
