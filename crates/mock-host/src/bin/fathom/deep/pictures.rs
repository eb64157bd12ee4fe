//! Flat pictures that colour deep files.

use super::failed;
use super::inputs::{Found, Missing, resolve};
use crate::Failure;
use deep_exr::Window;
use deep_exr::flatten::Flat;
use exr::prelude::{MetaData, ReadChannels, ReadLayers, RgbaChannels, Vec2, read};
use mock_host::media::FilePattern;

/// A flat picture in OpenEXR's coordinates; empty: black.
#[derive(Default)]
pub struct Beauty {
    window: Window,
    /// R, G, B, A.
    planes: [Vec<f32>; 4],
}

impl Beauty {
    /// Reads R, G, B and A (1 where there is none) of the first part that has colours, into at most `memory` bytes.
    pub fn read(
        pattern: &FilePattern,
        frame: i64,
        missing: Missing,
        memory: u64,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        let name = pattern.file(frame).display().to_string();
        let found = resolve(pattern, &name, frame, missing)?;
        if let Found::Instead { note, black, .. } = &found {
            notes.push(note.clone());
            if *black {
                return Ok(Self::default());
            }
        }
        let path = found.path();
        let wrong = |e: exr::error::Error| failed(format!("{} cannot be used to colour: {e}", path.display()));
        let meta = MetaData::read_from_file(path, false).map_err(wrong)?;
        let pixels = meta.headers.iter().map(|h| h.layer_size.area() as u64).max().unwrap_or(0);
        if pixels.saturating_mul(16) > memory {
            return Err(failed(format!(
                "{} does not fit in memory: it takes {} MB. Raise the memory limit.",
                path.display(),
                pixels.saturating_mul(16) >> 20
            )));
        }
        type Planes = (usize, [Vec<f32>; 4]);
        let create = |size: Vec2<usize>, _: &RgbaChannels| -> Planes {
            (size.width(), std::array::from_fn(|_| vec![0.0; size.area()]))
        };
        let put = |(width, planes): &mut Planes, at: Vec2<usize>, (r, g, b, a): (f32, f32, f32, f32)| {
            for (plane, v) in planes.iter_mut().zip([r, g, b, a]) {
                plane[at.y() * *width + at.x()] = v;
            }
        };
        let image = read().no_deep_data().largest_resolution_level().rgba_channels(create, put);
        let image = image.first_valid_layer().all_attributes().from_file(path).map_err(wrong)?;
        let layer = image.layer_data;
        let (Vec2(x1, y1), Vec2(w, h)) = (layer.attributes.layer_position, layer.size);
        let end = |from: i32, size: usize| i32::try_from(size).ok().and_then(|size| from.checked_add(size));
        let (Some(x2), Some(y2)) = (end(x1, w), end(y1, h)) else {
            return Err(failed(format!("{} cannot be used to colour: its data window is too large", path.display())));
        };
        Ok(Self { window: Window { x1, y1, x2, y2 }, planes: layer.channel_data.pixels.1 })
    }

    /// As it colours `channels` channels, of which the first three are R, G, B.
    pub fn flat(&self, channels: usize) -> Flat<'_> {
        let [r, g, b, a] = &self.planes;
        let mut planes: Vec<Option<&[f32]>> = vec![Some(r), Some(g), Some(b)];
        planes.resize(channels, None);
        Flat { window: self.window, channels: planes, alpha: Some(a), depth: None }
    }
}
