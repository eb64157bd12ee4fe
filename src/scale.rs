//! Which render scale holds, when the host says one thing in the arguments and another with the image.
//!
//! Resolve's images always say 1; Fusion's say the inverse while scrubbing; Vegas' say 1 although they are reduced. The arguments are
//! believed unless the image's size contradicts them: then the size decides. A contradiction never fails a render.

use fathom_core::geometry::{Geometry, Rect, RectD};

/// What is known of an image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    /// Where the image is defined, in its pixels, if the host says so.
    pub(crate) region_pixels: Option<Rect>,
    /// Where the clip is defined, canonical, if the host says so.
    pub(crate) region: Option<RectD>,
    /// Pixel aspect ratio; 0 or nonsense counts as 1.
    pub(crate) pixel_aspect: f64,
    /// Is the image one field? Then it may hold half the rows.
    pub(crate) field: bool,
}

/// The first of `scales` that agrees with the image's size; else the scale that the size tells; without a usable size the first.
pub(crate) fn geometry(scales: &[[f64; 2]], claim: &Claim) -> Geometry {
    let with = |s: [f64; 2], rows: f64| Geometry::new([s[0], s[1] * rows], claim.pixel_aspect);
    let first = with(scales.first().copied().unwrap_or([1.0; 2]), 1.0);
    let (Some(pixels), Some(region)) = (claim.region_pixels, claim.region) else { return first };
    let limited = [region.x1, region.y1, region.x2, region.y2].iter().all(|v| v.abs() < 1e8);
    if !limited || region.is_empty() || pixels.is_empty() {
        return first;
    }
    let size = [region.x2 - region.x1, region.y2 - region.y1];
    let seen = [pixels.width() as f64, pixels.height() as f64];
    let fits = |g: &Geometry| {
        let s = g.pixels_per_unit();
        (0..2).all(|i| (seen[i] - size[i] * s[i]).abs() <= 2.0)
    };
    let rows: &[f64] = if claim.field { &[1.0, 0.5] } else { &[1.0] };
    let candidates = rows.iter().flat_map(|rows| scales.iter().map(|s| with(*s, *rows)));
    if let Some(agreeing) = candidates.into_iter().find(fits) {
        return agreeing;
    }
    Geometry::new([seen[0] / size[0] * first.pixel_aspect, seen[1] / size[1]], first.pixel_aspect)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(width: i32, height: i32) -> Claim {
        Claim {
            region_pixels: Some(Rect::new(0, 0, width, height)),
            region: Some(RectD::new(0.0, 0.0, 1920.0, 1080.0)),
            pixel_aspect: 1.0,
            field: false,
        }
    }

    #[test]
    fn the_arguments_hold_when_the_size_agrees() {
        assert_eq!(geometry(&[[0.25; 2], [1.0; 2]], &claim(480, 270)).scale, [0.25; 2]); // Vegas
        assert_eq!(geometry(&[[1.0 / 3.0; 2], [3.0; 2]], &claim(640, 360)).scale, [1.0 / 3.0; 2]); // Fusion
        assert_eq!(geometry(&[[0.3; 2]], &claim(577, 325)).scale, [0.3; 2]); // rounded up
    }

    #[test]
    fn the_size_decides_when_it_contradicts() {
        assert_eq!(geometry(&[[0.5; 2], [1.0; 2]], &claim(1920, 1080)).scale, [1.0; 2]);
        assert_eq!(geometry(&[[1.0; 2], [1.0; 2]], &claim(960, 540)).scale, [0.5; 2]);
        let anamorphic = Claim { pixel_aspect: 2.0, ..claim(480, 540) };
        assert_eq!(geometry(&[[1.0; 2]], &anamorphic).scale, [0.5; 2]);
    }

    #[test]
    fn without_a_size_the_arguments_hold() {
        let infinite = RectD::new(-2147483648.0, -2147483648.0, 2147483647.0, 2147483647.0);
        for region in [None, Some(infinite), Some(RectD::default())] {
            let g = geometry(&[[0.5, 0.25]], &Claim { region, ..claim(10, 10) });
            assert_eq!(g.scale, [0.5, 0.25]);
        }
        assert_eq!(geometry(&[[f64::NAN, 0.0]], &Claim { region: None, ..claim(1, 1) }), Geometry::default());
        assert_eq!(geometry(&[], &Claim { region: None, pixel_aspect: 0.0, ..claim(1, 1) }), Geometry::default());
    }

    #[test]
    fn images_of_one_field_have_all_rows_or_half_of_them() {
        let field = |height| geometry(&[[1.0; 2]], &Claim { field: true, ..claim(1920, height) }).scale;
        assert_eq!((field(1080), field(541)), ([1.0, 1.0], [1.0, 0.5]));
    }
}
