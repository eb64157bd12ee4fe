//! Makes two deep files of overlapping volumes, as smoke is: the hardest that a merge can be given. ZIPS, float.
//!
//! `cargo run --release -p deep-exr --example dense_volumes -- WIDTH HEIGHT VOLUMES first.exr second.exr`

use deep_exr::{Band, Channel, Header, Numbers, SampleType, Window, Writer};
use std::error::Error;

/// Samples that lie in 1..15 and hide half of what lies behind or less.
fn band(window: Window, volumes: usize, dice: &mut impl FnMut() -> f32) -> Band {
    let samples = window.width() * window.height() * volumes;
    let starts = (0..=samples).step_by(volumes).map(|start| start as u32).collect();
    let front: Vec<f32> = (0..samples).map(|_| 1.0 + 9.0 * dice()).collect();
    let back = front.iter().map(|z| z + 0.5 + 4.5 * dice()).collect();
    let alpha: Vec<f32> = (0..samples).map(|_| 0.5 * dice()).collect();
    let mut channels: Vec<Numbers> =
        (0..3).map(|_| Numbers::Float(alpha.iter().map(|a| a * dice()).collect())).collect();
    channels.push(Numbers::Float(alpha));
    Band { window, starts, front, back: Some(back), channels }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [width, height, volumes, names @ ..] = &arguments[..] else {
        return Err("WIDTH HEIGHT VOLUMES file.exr...".into());
    };
    let (width, height, volumes): (i32, i32, usize) = (width.parse()?, height.parse()?, volumes.parse()?);
    if volumes == 0 {
        return Err("there must be a volume".into());
    }
    let window = Window { x1: 0, y1: 0, x2: width, y2: height };
    let channels = ["R", "G", "B", "A"];
    let named = |name: &str| Channel { name: name.to_owned(), kind: SampleType::Float };
    let header = Header::new(window, channels.iter().chain(&["Z", "ZBack"]).map(|name| named(name)).collect());
    let places: Vec<usize> = channels.iter().filter_map(|name| header.channel(name)).collect();
    let mut state: u32 = 1;
    let mut dice = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    for name in names {
        let mut writer = Writer::create(name, &header)?;
        for y in 0..height {
            writer.rows(&band(Window { y1: y, y2: y + 1, ..window }, volumes, &mut dice), &places)?;
        }
        writer.finish()?;
    }
    Ok(())
}
