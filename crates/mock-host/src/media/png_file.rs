//! PNG files, for looking.

use super::{MediaFrame, failure, write_atomically};
use crate::error::HostError;
use crate::format::{Components, Premultiplication};
use crate::geometry::RectI;
use crate::picture::Picture;
use image::{ImageFormat, ImageReader, Rgba, RgbaImage};
use std::path::Path;

/// A linear value as sRGB, 0..1; values outside are cut off.
pub fn srgb_encode(v: f32) -> f32 {
    let v = if v.is_nan() { 0.0 } else { v.clamp(0.0, 1.0) };
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// An sRGB value as linear.
pub fn srgb_decode(v: f32) -> f32 {
    if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// Reads a PNG file: sRGB to linear, alpha not multiplied.
pub fn read_png(path: &Path) -> Result<MediaFrame, HostError> {
    let image = ImageReader::open(path).map_err(|e| failure(path, e))?.decode().map_err(|e| failure(path, e))?;
    let opaque = !image.color().has_alpha();
    let rgba = image.into_rgba32f();
    let (width, height) = rgba.dimensions();
    let bounds = RectI::sized(width as i32, height as i32);
    let components = if opaque { Components::Rgb } else { Components::Rgba };
    let mut picture = Picture::from_fn(bounds, components, |x, y| {
        let Rgba([r, g, b, a]) = *rgba.get_pixel(x as u32, height - 1 - y as u32);
        [srgb_decode(r), srgb_decode(g), srgb_decode(b), a]
    });
    if !opaque {
        picture = picture.with_premultiplication(Premultiplication::UnPreMultiplied);
    }
    Ok(MediaFrame { picture, display: bounds })
}

/// Writes the display window as an 8-bit sRGB PNG: linear colour cut off at 0 and 1, no tone mapping, alpha unmultiplied.
pub fn write_png(path: &Path, picture: &Picture, display: RectI) -> Result<(), HostError> {
    if display.is_empty() {
        return Err(failure(path, "there are no pixels to write"));
    }
    let rgba = picture.with_components(Components::Rgba);
    let single = picture.components == Components::Alpha;
    let premultiplied = picture.premultiplication == Premultiplication::PreMultiplied;
    let image = RgbaImage::from_fn(display.width() as u32, display.height() as u32, |i, j| {
        let (x, y) = (display.x1 + i as i32, display.y2 - 1 - j as i32);
        let pixel = rgba.get(x, y).unwrap_or(&[0.0; 4]);
        let alpha = if single { 1.0 } else { pixel[3].clamp(0.0, 1.0) };
        let divide = if premultiplied && !single && alpha > 1e-6 { alpha } else { 1.0 };
        let byte = |v: f32| (srgb_encode(v / divide) * 255.0).round() as u8;
        let a = (alpha * 255.0).round() as u8;
        Rgba([byte(pixel[0]), byte(pixel[1]), byte(pixel[2]), a])
    });
    write_atomically(path, |part| image.save_with_format(part, ImageFormat::Png).map_err(|e| failure(path, e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_survive_eight_bits() {
        for v in [0.0, 0.001, 0.02, 0.18, 0.5, 1.0] {
            assert!((srgb_decode(srgb_encode(v)) - v).abs() < 1e-5);
        }
        assert!((srgb_encode(7.0) - 1.0).abs() < 1e-6);
        assert_eq!(srgb_encode(f32::NAN), 0.0);
        let bounds = RectI::sized(3, 2);
        let picture = Picture::from_fn(bounds, Components::Rgb, |x, y| [x as f32 / 2.0, y as f32, 0.18, 1.0]);
        let path = std::env::temp_dir().join(format!("fathom-{}.png", std::process::id()));
        write_png(&path, &picture, bounds).unwrap();
        let back = read_png(&path).unwrap().picture.with_components(Components::Rgb);
        for (a, b) in picture.pixels.iter().zip(&back.pixels) {
            assert!((a - b).abs() < 0.006, "{a} {b}");
        }
        std::fs::remove_file(path).unwrap();
    }
}
