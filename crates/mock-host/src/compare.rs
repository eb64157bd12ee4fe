//! How near one picture comes to another: PSNR and SSIM of what a display shows.
//!
//! Both are taken on `sRGB(x / (1 + x))` of red, green and blue, so that lamps of hundreds of times white do not decide alone.

use crate::error::HostError;
use crate::geometry::RectI;
use crate::picture::Picture;

/// Where no difference is left, PSNR is infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Peak signal-to-noise ratio in dB, of a peak of 1.
    pub psnr: f64,
    /// Structural similarity, 1 for the same picture; 0 to 1 mostly, negative for opposites. Not a number where the picture is smaller
    /// than its window of 11×11.
    pub ssim: f64,
}

/// A linear value as it is compared, 0..1: NaN and what is below 0 count as black, infinity as the largest half float.
pub fn tone(v: f32) -> f64 {
    let v = if v.is_nan() { 0.0 } else { f64::from(v).max(0.0) };
    let v = if v.is_infinite() { 65504.0 } else { v };
    let v = v / (1.0 + v);
    if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// A picture as it is compared: a plane each of red, green and blue, rows from the bottom up.
pub struct Toned {
    /// Which pixels.
    pub bounds: RectI,
    /// `bounds.height() * bounds.width()` numbers each, 0..1.
    pub planes: [Vec<f64>; 3],
}

impl Toned {
    /// Needs at least three channels.
    pub fn new(picture: &Picture) -> Result<Self, HostError> {
        let n = picture.components.count();
        if n < 3 {
            return Err(HostError::Unsupported("pictures are compared by red, green and blue".into()));
        }
        let plane = |c: usize| picture.pixels.iter().skip(c).step_by(n).map(|v| tone(*v)).collect();
        Ok(Self { bounds: picture.bounds, planes: [plane(0), plane(1), plane(2)] })
    }

    /// How like it is to another of the same size. An error where the sizes differ.
    pub fn likeness(&self, other: &Self) -> Result<Likeness, HostError> {
        let size = |t: &Self| [t.bounds.width(), t.bounds.height()];
        if size(self) != size(other) {
            let ([a, b], [c, d]) = (size(self), size(other));
            return Err(HostError::Unsupported(format!("sizes differ: {a}x{b} and {c}x{d}")));
        }
        let pairs = || self.planes.iter().zip(&other.planes);
        let squares = |(a, b): (&Vec<f64>, &Vec<f64>)| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let mean = pairs().map(squares).sum::<f64>() / (3 * self.planes[0].len()) as f64;
        let ssim = pairs().map(|(a, b)| ssim(a, b, self.bounds.width())).sum::<f64>() / 3.0;
        Ok(Likeness { psnr: -10.0 * mean.log10(), ssim })
    }
}

/// PSNR and SSIM of two pictures of the same size.
pub fn likeness(a: &Picture, b: &Picture) -> Result<Likeness, HostError> {
    Toned::new(a)?.likeness(&Toned::new(b)?)
}

/// Half the window's size.
const HALF: i32 = 5;

/// A Gaussian of sigma 1.5 on 11 pixels.
fn window() -> [f64; 2 * HALF as usize + 1] {
    let mut k = std::array::from_fn(|i| (-f64::from(i as i32 - HALF).powi(2) / (2.0 * 1.5 * 1.5)).exp());
    let sum: f64 = k.iter().sum();
    k.iter_mut().for_each(|v| *v /= sum);
    k
}

/// The weighted mean around each pixel whose window lies inside.
fn blurred(plane: &[f64], width: usize) -> Vec<f64> {
    let k = window();
    let rows: Vec<f64> = plane
        .chunks_exact(width)
        .flat_map(|row| row.windows(k.len()).map(|w| w.iter().zip(&k).map(|(v, k)| v * k).sum()))
        .collect();
    let narrow = width + 1 - k.len();
    let height = plane.len() / width + 1 - k.len();
    let at = |i: usize| k.iter().enumerate().map(|(j, k)| rows[i + j * narrow] * k).sum();
    (0..height * narrow).map(at).collect()
}

/// Mean structural similarity of one channel. Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
/// structural similarity", 2004: K1 = 0.01, K2 = 0.03, windows inside the picture only.
fn ssim(a: &[f64], b: &[f64], width: usize) -> f64 {
    let least = 2 * HALF as usize + 1;
    if width < least || a.len() / width < least {
        return f64::NAN;
    }
    let product = |a: &[f64], b: &[f64]| blurred(&a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<_>>(), width);
    let (mean_a, mean_b) = (blurred(a, width), blurred(b, width));
    let (aa, bb, ab) = (product(a, a), product(b, b), product(a, b));
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03);
    let sum: f64 = (0..mean_a.len())
        .map(|i| {
            let (ma, mb) = (mean_a[i], mean_b[i]);
            let (va, vb, cov) = (aa[i] - ma * ma, bb[i] - mb * mb, ab[i] - ma * mb);
            (2.0 * ma * mb + c1) * (2.0 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
        })
        .sum();
    sum / mean_a.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Components;
    use crate::media::{Pick, read_exr};
    use std::path::Path;

    fn file(name: &str) -> Picture {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        read_exr(&folder.join(format!("compare_{name}.exr")), &Pick::auto()).unwrap().picture
    }

    /// The figures are those of an independent program (numpy) on the same files; `c` is `a` with numbers that are none in two pixels.
    #[test]
    fn figures_of_another_program() {
        for (a, b, psnr, ssim) in [
            ("a", "b", 14.308358095, 0.492429898),
            ("b", "a", 14.308358095, 0.492429898),
            ("c", "b", 14.251430795, 0.478821218),
            ("c", "a", 32.779143414, 0.975560522),
        ] {
            let found = likeness(&file(a), &file(b)).unwrap();
            assert!((found.psnr - psnr).abs() < 1e-6 && (found.ssim - ssim).abs() < 1e-6, "{a}, {b}: {found:?}");
        }
    }

    #[test]
    fn the_same_picture_is_the_same() {
        let a = file("a");
        assert_eq!(likeness(&a, &a).unwrap().psnr, f64::INFINITY);
        assert!((likeness(&a, &a).unwrap().ssim - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared_is_an_error() {
        let a = file("a");
        assert!(likeness(&a, &a.cropped(RectI::sized(12, 12))).is_err());
        assert!(likeness(&a, &a.with_components(Components::Alpha)).is_err());
        let small = a.cropped(RectI::sized(12, 6));
        let found = likeness(&small, &small).unwrap();
        assert!(found.ssim.is_nan() && found.psnr == f64::INFINITY);
    }
}
