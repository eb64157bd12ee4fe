//! Pictures as they are looked at: RGB over black, in the display window.

use clap::ValueEnum;
use mock_host::{Components, Picture, RectI};
use serde::Deserialize;

/// How scene-linear light is shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// Cut off at 1
    #[default]
    Srgb,
    /// x / (1 + x) first, so that highlights keep their shape
    Tonemap,
}

impl View {
    /// The picture over black, cropped or filled up to `window`.
    pub fn of(self, picture: &Picture, window: RectI) -> Picture {
        let rgb = match picture.components {
            // Colour is kept as it is premultiplied: that is the picture over black.
            Components::Rgba => {
                let mut rgb = Picture::new(picture.bounds, Components::Rgb);
                for (to, from) in rgb.pixels.chunks_exact_mut(3).zip(picture.pixels.chunks_exact(4)) {
                    to.copy_from_slice(&from[..3]);
                }
                rgb
            }
            _ => picture.with_components(Components::Rgb),
        };
        let mut rgb = rgb.cropped(window);
        if self == View::Tonemap {
            for v in &mut rgb.pixels {
                let x = v.max(0.0);
                *v = if x.is_finite() { x / (1.0 + x) } else { 1.0 };
            }
        }
        rgb
    }
}
