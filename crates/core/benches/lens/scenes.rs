//! What is rendered: colour, depth and focus of one frame.

use exr::prelude::{FlatSamples, ReadChannels, ReadLayers, read};
use std::path::PathBuf;

pub const WIDTH: usize = 1920;
pub const HEIGHT: usize = 1080;
/// Metres.
const FOCUS: f64 = 4.0;

pub struct Scene {
    /// RGBA, rows from the bottom up.
    pub colour: Vec<f32>,
    /// Metres; 1e10 where nothing is.
    pub depth: Vec<f32>,
    /// Metres.
    pub focus: f64,
}

/// A number of 0 to 1 that looks random.
fn noise(i: usize) -> f32 {
    (i.wrapping_mul(2_654_435_761) >> 8 & 0xffff) as f32 / 65535.0
}

/// Noisy colours, alpha 1.
fn colours() -> Vec<f32> {
    (0..WIDTH * HEIGHT * 4).map(|i| if i % 4 == 3 { 1.0 } else { noise(i) }).collect()
}

/// `wall`: all of it at the largest blur, as a plain disc blur. `ramp` (and `gather`): the blur runs from the largest in front of the
/// focus on the left to the largest behind it on the right. `balls`: a floor, a sky and 80 balls, made up. `chess`: the render.
pub fn make(name: &str, radius: f64) -> Result<Scene, String> {
    match name {
        "wall" => Ok(Scene { colour: colours(), depth: vec![1e10; WIDTH * HEIGHT], focus: FOCUS }),
        "ramp" | "gather" => {
            let row: Vec<f32> = (0..WIDTH).map(|x| depth(coc(x, radius), radius)).collect();
            Ok(Scene { colour: colours(), depth: row.repeat(HEIGHT), focus: FOCUS })
        }
        "balls" => Ok(Scene { colour: colours(), depth: balls(), focus: 1.2 }),
        "chess" => chess(),
        other => Err(format!("there is no scene {other}: wall, ramp, chess, balls or gather")),
    }
}

/// The ramp's signed blur in pixels at a column.
pub fn coc(x: usize, radius: f64) -> f64 {
    radius * (2.0 * (x as f64 + 0.5) / WIDTH as f64 - 1.0)
}

/// Where a lens with `radius` pixels of blur at infinity blurs by `coc`.
fn depth(coc: f64, radius: f64) -> f32 {
    (FOCUS / (1.0 - coc / radius).max(1e-9)) as f32
}

fn balls() -> Vec<f32> {
    let horizon = HEIGHT as f32 * 2.0 / 3.0;
    let floor = |y: f32| if y < horizon { 1.5 * horizon / (horizon - y) } else { 1e10 };
    let mut depth: Vec<f32> = (0..HEIGHT).flat_map(|y| [floor(y as f32); WIDTH]).collect();
    for ball in 0..80 {
        let pick = |k: usize, low: f32, high: f32| low + (high - low) * noise(ball * 7919 + k * 104_729);
        let (x, y, r) = (pick(1, 0.0, WIDTH as f32), pick(2, 0.0, HEIGHT as f32), pick(3, 20.0, 90.0));
        for (i, v) in depth.iter_mut().enumerate() {
            let (dx, dy) = ((i % WIDTH) as f32 - x, (i / WIDTH) as f32 - y);
            let inside = r * r - dx * dx - dy * dy;
            if inside > 0.0 {
                *v = v.min(60.0 / r * (1.0 - 0.1 * inside.sqrt() / r));
            }
        }
    }
    depth
}

/// The folder with the large render of the chess scene.
fn folder() -> PathBuf {
    let set = std::env::var_os("FATHOM_GROUND_TRUTH").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ground-truth");
    set.unwrap_or_else(beside).join("chess/hd")
}

/// Why a scene cannot be had.
pub fn missing(name: &str) -> Option<String> {
    let folder = folder();
    let gone = name == "chess" && !folder.join("beauty.exr").is_file();
    gone.then(|| {
        format!("skipped: no {}; FATHOM_GROUND_TRUTH names the folder, --scene balls is made up", folder.display())
    })
}

/// Focused on the nearest piece, as its shot near_r30.
fn chess() -> Result<Scene, String> {
    let folder = folder();
    let mut colour = vec![1.0; WIDTH * HEIGHT * 4];
    let picture = channels(folder.join("beauty.exr"))?;
    for (c, name) in ["R", "G", "B"].iter().enumerate() {
        let plane = &picture.iter().find(|(n, _)| n == name).ok_or("no colour in beauty.exr")?.1;
        plane.iter().enumerate().for_each(|(i, v)| colour[4 * i + c] = *v);
    }
    let depth = channels(folder.join("z.exr"))?.remove(0).1;
    Ok(Scene { colour, depth, focus: 2.2 })
}

/// The channels of a file of that size, rows from the bottom up.
fn channels(path: PathBuf) -> Result<Vec<(String, Vec<f32>)>, String> {
    let image = read().no_deep_data().largest_resolution_level().all_channels().first_valid_layer().all_attributes();
    let image = image.from_file(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let layer = image.layer_data;
    if (layer.size.0, layer.size.1) != (WIDTH, HEIGHT) {
        return Err(format!("{} is not {WIDTH}x{HEIGHT}", path.display()));
    }
    let flipped = |samples: &FlatSamples| -> Vec<f32> {
        let down: Vec<f32> = samples.values_as_f32().collect();
        down.chunks(WIDTH).rev().flatten().copied().collect()
    };
    Ok(layer.channel_data.list.iter().map(|c| (c.name.to_string(), flipped(&c.sample_data))).collect())
}
