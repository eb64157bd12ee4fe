//! OpenEXR files.

use super::{MediaFrame, Pick, failure, write_atomically};
use crate::error::HostError;
use crate::format::Components;
use crate::geometry::RectI;
use crate::picture::Picture;
use exr::prelude::{
    AnyChannel, AnyChannels, Compression, Encoding, FlatSamples, Image, IntegerBounds, Layer, LayerAttributes,
    MetaData, ReadChannels, ReadLayers, Text, Vec2, WritableImage, read,
};
use std::path::Path;

/// Reads the picked channels of a file.
pub fn read_exr(path: &Path, pick: &Pick) -> Result<MediaFrame, HostError> {
    let image = read()
        .no_deep_data()
        .largest_resolution_level()
        .all_channels()
        .all_layers()
        .all_attributes()
        .from_file(path)
        .map_err(|e| failure(path, e))?;
    let parts = image.layer_data.iter().map(|layer| {
        let part = layer.attributes.layer_name.as_ref().map(ToString::to_string);
        (part, layer.channel_data.list.iter().map(|c| c.name.to_string()).collect())
    });
    let (names, places) = full_names(parts.collect());
    let selection = pick.select(&names).map_err(|e| failure(path, e))?;
    let (first_layer, _) = places[selection.channels[0]];
    let layer = &image.layer_data[first_layer];
    if selection.channels.iter().any(|&c| places[c].0 != first_layer) {
        return Err(failure(path, "the channels lie in different parts"));
    }
    let display = image.attributes.display_window;
    let bounds = flip(layer.attributes.layer_position, layer.size, display);
    let mut picture = Picture::new(bounds, selection.components);
    picture.par = f64::from(image.attributes.pixel_aspect);
    if picture.par.is_nan() || picture.par <= 0.0 {
        picture.par = 1.0;
    }
    let (width, n) = (layer.size.0, selection.components.count());
    for (k, &c) in selection.channels.iter().enumerate() {
        let channel = &layer.channel_data.list[places[c].1];
        if channel.sampling != Vec2(1, 1) {
            return Err(failure(path, format!("channel {} is subsampled", channel.name)));
        }
        for (i, v) in channel.sample_data.values_as_f32().enumerate() {
            let (row, column) = (i / width, i % width);
            picture.pixels[((layer.size.1 - 1 - row) * width + column) * n + k] = v;
        }
    }
    Ok(MediaFrame { picture, display: RectI::sized(display.size.0 as i32, display.size.1 as i32) })
}

/// Full names of the channels of all parts (name, channels), and where each lies: part and channel.
fn full_names(parts: Vec<(Option<String>, Vec<String>)>) -> (Vec<String>, Vec<(usize, usize)>) {
    let several = parts.len() > 1;
    let (mut names, mut places) = (Vec::new(), Vec::new());
    for (l, (part, channels)) in parts.into_iter().enumerate() {
        for (c, channel) in channels.into_iter().enumerate() {
            names.push(match &part {
                // The part's name is the layer, unless the channel says it too.
                Some(p) if several && !channel.starts_with(&format!("{p}.")) => {
                    if l == 0 && is_plain(&channel) && !p.contains("epth") { channel } else { format!("{p}.{channel}") }
                }
                _ => channel,
            });
            places.push((l, c));
        }
    }
    (names, places)
}

/// The layers of a file beside its plain colours: what [`Pick::named`] takes. A channel that is in no layer is one by itself.
pub fn exr_layers(path: &Path) -> Result<Vec<String>, HostError> {
    let file = MetaData::read_from_file(path, false).map_err(|e| failure(path, e))?;
    let parts = file.headers.iter().map(|header| {
        let part = header.own_attributes.layer_name.as_ref().map(ToString::to_string);
        (part, header.channels.list.iter().map(|c| c.name.to_string()).collect())
    });
    let (names, _) = full_names(parts.collect());
    let layer = |name: &String| name.rfind('.').map_or(name.as_str(), |dot| &name[..dot]).to_string();
    let mut layers: Vec<_> = names.iter().filter(|name| !is_plain(name)).map(layer).collect();
    layers.dedup();
    Ok(layers)
}

fn is_plain(channel: &str) -> bool {
    matches!(channel, "R" | "G" | "B" | "A")
}

/// A data window, y-down, as bounds, y-up from the bottom of the display window.
fn flip(position: Vec2<i32>, size: Vec2<usize>, display: IntegerBounds) -> RectI {
    let left = position.0 - display.position.0;
    let top = position.1 - display.position.1;
    let height = display.size.1 as i32;
    RectI::new(left, height - top - size.1 as i32, left + size.0 as i32, height - top)
}

/// Writes a picture as 32-bit floats: RGBA, or the channels that it has (one channel is called Y).
pub fn write_exr(path: &Path, picture: &Picture, display: RectI) -> Result<(), HostError> {
    if picture.bounds.is_empty() {
        return Err(failure(path, "there are no pixels to write"));
    }
    let names: &[&str] = match picture.components {
        Components::Alpha => &["Y"],
        Components::Rgb => &["R", "G", "B"],
        Components::Rgba => &["R", "G", "B", "A"],
    };
    let (width, height, n) = (picture.bounds.width(), picture.bounds.height(), names.len());
    let channels = names.iter().enumerate().map(|(k, name)| {
        let mut samples = Vec::with_capacity(width * height);
        for row in picture.pixels.chunks_exact(width * n).rev() {
            samples.extend(row.iter().skip(k).step_by(n));
        }
        AnyChannel::new(Text::from(*name), FlatSamples::F32(samples))
    });
    let channels = AnyChannels::sort(channels.collect());
    let mut attributes = LayerAttributes::named("");
    attributes.layer_name = None;
    attributes.layer_position = Vec2(picture.bounds.x1 - display.x1, display.y2 - picture.bounds.y2);
    attributes.software_name = Some(Text::from("fathom"));
    let encoding = Encoding { compression: Compression::ZIP16, ..Encoding::FAST_LOSSLESS };
    let layer = Layer::new((width, height), attributes, encoding, channels);
    let mut image = Image::from_layer(layer);
    image.attributes.display_window = IntegerBounds::new((0, 0), (display.width(), display.height()));
    image.attributes.pixel_aspect = picture.par as f32;
    write_atomically(path, |part| image.write().to_file(part).map_err(|e| failure(path, e)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clip::ClipSource;

    fn file(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("fathom-{}-{name}.exr", std::process::id()))
    }

    #[test]
    fn a_data_window_keeps_its_place() {
        let display = RectI::sized(10, 8);
        let bounds = RectI::new(-2, 3, 5, 9);
        let mut picture = Picture::from_fn(bounds, Components::Rgba, |x, y| [x as f32, y as f32, 0.25, 1.0]);
        picture.par = 2.0;
        let path = file("window");
        write_exr(&path, &picture, display).unwrap();
        let back = read_exr(&path, &Pick::auto()).unwrap();
        assert_eq!(back.picture, picture);
        assert_eq!(back.display, display);
        let g = read_exr(&path, &Pick::named("G")).unwrap();
        assert_eq!(g.picture.get(4, 8), Some(&[8.0][..]));
        let raw = exr::prelude::MetaData::read_from_file(&path, false).unwrap();
        let header = &raw.headers[0];
        assert_eq!(header.own_attributes.layer_position, Vec2(-2, -1));
        assert_eq!(header.compression, Compression::ZIP16);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn parts_of_several_types_are_found() {
        let part = |name: &str, channel: &str, samples| {
            let channels = AnyChannels::sort([AnyChannel::new(Text::from(channel), samples)].into_iter().collect());
            Layer::new((2, 1), LayerAttributes::named(name), Encoding::FAST_LOSSLESS, channels)
        };
        let layers = [
            part("depth", "Z", FlatSamples::F32(vec![4.0, 1e10])),
            part("id", "V", FlatSamples::U32(vec![7, 9])),
            part("mist", "V", FlatSamples::F16(vec![half::f16::ONE, half::f16::ZERO])),
        ];
        let path = file("parts");
        let attributes = exr::meta::header::ImageAttributes::new(IntegerBounds::from_dimensions((2, 1)));
        Image::from_layers(attributes, layers.to_vec()).write().to_file(&path).unwrap();
        let values = |pick: &str| read_exr(&path, &Pick::named(pick)).map(|f| f.picture.pixels);
        let clip = super::super::FileClip::open(&path.display().to_string()).unwrap();
        assert_eq!(clip.planes(), ["depth", "id", "mist"]);
        assert_eq!(clip.plane("mist", 1.0).unwrap().unwrap().pixels, vec![1.0, 0.0]);
        assert!(clip.plane("fog", 1.0).is_err());
        assert_eq!(values("depth.Z").unwrap(), vec![4.0, 1e10]);
        assert_eq!(values("id").unwrap(), vec![7.0, 9.0]);
        assert_eq!(values("mist.V").unwrap(), vec![1.0, 0.0]);
        assert_eq!(read_exr(&path, &Pick::auto()).unwrap().picture.pixels, vec![4.0, 1e10]);
        let error = values("V").unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        std::fs::remove_file(path).unwrap();
    }
}
