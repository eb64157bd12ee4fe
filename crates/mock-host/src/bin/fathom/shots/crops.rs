//! Where a result is farthest from the truth, to be looked at.

use super::write_toned;
use crate::Failure;
use mock_host::compare::Toned;
use mock_host::{Picture, media};
use std::path::Path;

/// Size of a crop, in pixels.
const WIDTH: usize = 64;
const HEIGHT: usize = 48;
/// How much larger it is written.
const ZOOM: usize = 4;
/// How many places of each shot.
const PLACES: usize = 4;
/// Between the crops.
const LINE: usize = 4;
/// How many times the difference is enlarged, around middle grey.
const GAIN: f64 = 2.0;

/// Writes `SCENE_SHOT.exr` and `.png` (the result), and `SCENE_SHOT_worst.png`: a row for each of the worst places, worst on top;
/// unprocessed, result, truth, and the result less the truth (middle grey: none; brighter: the result is too bright).
pub fn write(out: &Path, name: &str, result: &Picture, [before, ours, truth]: [&Toned; 3]) -> Result<(), Failure> {
    let file = |end: &str| out.join(format!("{}{end}", name.replace('/', "_")));
    media::write(&file(".exr"), result, result.bounds)?;
    let (width, height) = (ours.bounds.width(), ours.bounds.height());
    let at = |p: &Toned, x: usize, y: usize| [0, 1, 2].map(|c| p.planes[c][y * width + x]);
    write_toned(&file(".png"), width, height, |x, y| at(ours, x as usize, y as usize))?;
    let places = worst(ours, truth);
    if places.is_empty() {
        return Ok(());
    }
    let (w, h) = (WIDTH * ZOOM + LINE, HEIGHT * ZOOM + LINE);
    write_toned(&file("_worst.png"), 4 * w - LINE, places.len() * h - LINE, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let (column, row) = (x / w, y / h);
        let (x, y) = ((x % w) / ZOOM, (y % h) / ZOOM);
        if x >= WIDTH || y >= HEIGHT {
            return [1.0; 3];
        }
        // Rows go up.
        let place = places[places.len() - 1 - row];
        let (x, y) = (place[0] + x, place[1] + y);
        match column {
            0 => at(before, x, y),
            1 => at(ours, x, y),
            2 => at(truth, x, y),
            _ => {
                let (a, b) = (at(ours, x, y), at(truth, x, y));
                std::array::from_fn(|c| (0.5 + GAIN * (a[c] - b[c])).clamp(0.0, 1.0))
            }
        }
    })
}

/// Lower left corners of the crops with the largest squared errors, worst first, on a grid of quarter crops, none over another.
fn worst(a: &Toned, b: &Toned) -> Vec<[usize; 2]> {
    let (width, height) = (a.bounds.width(), a.bounds.height());
    if width < WIDTH || height < HEIGHT {
        return Vec::new();
    }
    let square = |i: usize| (0..3).map(|c| (a.planes[c][i] - b.planes[c][i]).powi(2)).sum::<f64>();
    let error = |x: usize, y: usize| -> f64 {
        (y..y + HEIGHT).flat_map(|y| (x..x + WIDTH).map(move |x| y * width + x)).map(square).sum()
    };
    let grid = |size: usize, crop: usize| (0..=size - crop).step_by(crop / 4);
    let places = grid(height, HEIGHT).flat_map(|y| grid(width, WIDTH).map(move |x| [x, y]));
    let mut all: Vec<(f64, [usize; 2])> = places.map(|[x, y]| (error(x, y), [x, y])).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut chosen: Vec<[usize; 2]> = Vec::new();
    for (_, [x, y]) in all {
        if chosen.len() < PLACES && chosen.iter().all(|c| c[0].abs_diff(x) >= WIDTH || c[1].abs_diff(y) >= HEIGHT) {
            chosen.push([x, y]);
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_host::{Components, RectI};

    #[test]
    fn the_worst_places_come_first_and_do_not_overlap() {
        let spots = [(20, 20, 0.2), (150, 70, 0.9), (158, 75, 0.3)];
        let picture = |bad: f32| {
            Picture::from_fn(RectI::sized(200, 110), Components::Rgb, |x, y| {
                let spot = spots.iter().find(|(a, b, _)| (x - a).abs() < 3 && (y - b).abs() < 3);
                [spot.map_or(0.5, |s| 0.5 + bad * s.2); 4]
            })
        };
        let (a, b) = (Toned::new(&picture(1.0)).unwrap(), Toned::new(&picture(0.0)).unwrap());
        let found = worst(&a, &b);
        let inside =
            |p: [usize; 2], x: usize, y: usize| (p[0]..p[0] + WIDTH).contains(&x) && (p[1]..p[1] + HEIGHT).contains(&y);
        assert!(inside(found[0], 150, 70) && inside(found[0], 158, 75) && inside(found[1], 20, 20), "{found:?}");
        let apart = |a: &[usize; 2], b: &[usize; 2]| a[0].abs_diff(b[0]) >= WIDTH || a[1].abs_diff(b[1]) >= HEIGHT;
        assert!(found.iter().enumerate().all(|(i, a)| found[..i].iter().all(|b| apart(a, b))), "{found:?}");
    }
}
