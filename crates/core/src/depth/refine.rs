//! Soft or misaligned depth edges, pulled onto the edges of the picture.
//!
//! Estimated and scanned depth passes run softly from one surface to the next, a few pixels beside where the picture has its edge. A
//! pixel there takes the depth that pixels of its own colour around it have: the weighted median of 1/z, where near colours count
//! more, and pixels in the middle of a slope less. A median chooses a surface; a mean (as a guided filter's) would invent one between
//! two. The idea is that of joint weighted median filters (Ma, He, Wei, Sun, Wu: Constant Time Weighted Median Filtering, 2013).

use super::edges::Rgba;
use crate::geometry::Rect;
use crate::image::Plane;
use crate::workers::{Exec, Stop};

/// How far at most a pixel looks for its surface, in pixels of the full-size frame.
pub(super) const REFINE_REACH: f64 = 8.0;
/// Share of 1/z by which the depth around a pixel must differ for it to be looked at.
const RATIO: f32 = 0.04;
/// Colours that differ by this share of their brightness are different surfaces.
const COLOUR: f32 = 0.12;
/// Samples to each side.
const SAMPLES: i32 = 4;

/// What is read around each pixel.
struct Guide<'a> {
    /// 1/z, NaN where nothing is known.
    inverse: &'a Plane,
    colours: &'a [Rgba],
    width: usize,
    radius: i32,
}

/// Rows that are refined at a time.
const BAND: usize = 32;

/// Refines `depth` (metres) over `inner`, which lies at least `radius` + 1 inside of it. `colours` gives those of a rectangle.
pub(super) fn refine(
    depth: &Plane,
    colours: impl Fn(Rect) -> Vec<Rgba> + Sync,
    inner: Rect,
    radius: i32,
    exec: &Exec,
) -> Result<Plane, Stop> {
    let width = inner.width().max(1);
    let mut out = exec.keep(Plane::new(inner, 0.0)?);
    exec.for_each_mut(out.data_mut().chunks_mut(width * BAND).collect(), [0.0, 0.0], |i, band, cancel| {
        let y1 = inner.y1 + (i * BAND) as i32;
        let rect = Rect::new(inner.x1, y1, inner.x2, y1 + (band.len() / width) as i32).grow(radius + 1);
        let inverse = Plane::from_fn(rect, |x, y| 1.0 / depth.at(x, y));
        let guide = Guide { inverse: &inverse, colours: &colours(rect), width: rect.width(), radius };
        let mut found = Vec::new();
        for (y, row) in (y1..).zip(band.chunks_mut(width)).take_while(|_| !cancel.is_set()) {
            for (x, v) in (inner.x1..).zip(row) {
                *v = guide.surface(x, y, &mut found).map_or(depth.at(x, y), |u| 1.0 / u);
            }
        }
    })?;
    Ok(out.take())
}

impl Guide<'_> {
    fn colour(&self, x: i32, y: i32) -> &Rgba {
        let rect = self.inverse.rect();
        &self.colours[(y - rect.y1) as usize * self.width + (x - rect.x1) as usize]
    }

    /// 1/z of the surface that a pixel belongs to; `None` where all around has about its own depth, or nothing is known.
    fn surface(&self, x: i32, y: i32, found: &mut Vec<(f32, f32)>) -> Option<f32> {
        let (r, own) = (self.radius, self.inverse.at(x, y));
        let (mut low, mut high) = (own, own);
        for d in [r, (r + 1) / 2] {
            for (dx, dy) in [(d, 0), (-d, 0), (0, d), (0, -d), (d, d), (d, -d), (-d, d), (-d, -d)] {
                let u = self.inverse.at(x + dx, y + dy);
                (low, high) = (low.min(u), high.max(u));
            }
        }
        let range = high - low;
        if own.is_nan() || range <= RATIO * high {
            return None;
        }
        let centre = self.colour(x, y);
        found.clear();
        let mut total = 0.0;
        for j in -SAMPLES..=SAMPLES {
            for i in -SAMPLES..=SAMPLES {
                let (qx, qy) = (x + i * r / SAMPLES, y + j * r / SAMPLES);
                let u = self.inverse.at(qx, qy);
                if u.is_nan() {
                    continue;
                }
                let slope = |dx: i32, dy: i32| self.inverse.at(qx + dx, qy + dy) - self.inverse.at(qx - dx, qy - dy);
                let (sx, sy) = (slope(1, 0), slope(0, 1));
                // A soft edge that is crossed in twice the radius has a slope of range / 2 r a pixel.
                let steep = (sx * sx + sy * sy) * (r * r) as f32 / (range * range);
                let distance = (i * i + j * j) as f32 / (SAMPLES * SAMPLES) as f32;
                let weight =
                    likeness(centre, self.colour(qx, qy)) / (1.0 + 4.0 * steep) * (1.0 - 0.4 * distance).max(0.05);
                if weight > 0.0 {
                    total += weight;
                    found.push((u, weight));
                }
            }
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = 0.0;
        found
            .iter()
            .find(|(_, w)| {
                sum += w;
                sum >= 0.5 * total
            })
            .map(|f| f.0)
    }
}

/// 1 for the same colour, towards 0 for different ones; only ratios count, so that exposure does not.
fn likeness(a: &Rgba, b: &Rgba) -> f32 {
    let (mut apart, mut size) = (0.0, 1e-8);
    for c in 0..3 {
        apart += (a[c] - b[c]) * (a[c] - b[c]);
        size += a[c] * a[c] + b[c] * b[c];
    }
    let d = apart / (COLOUR * COLOUR * size);
    if d.is_nan() { 0.0 } else { 1.0 / (1.0 + d * d) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workers::Workers;

    /// A disc at 2 m before a wall at 10 m; the depth is soft over some pixels and one and a half pixels beside the picture.
    fn scene() -> (Plane, Vec<Rgba>, impl Fn(i32, i32) -> f32) {
        let rect = Rect::new(0, 0, 90, 80);
        let off = |x: i32, y: i32| (f64::from(x - 45)).hypot(f64::from(y - 40)) - 22.0;
        let truth = move |x: i32, y: i32| if off(x, y) < 0.0 { 2.0 } else { 10.0 };
        let depth = Plane::from_fn(rect, |x, y| {
            let t = (0.5 + (off(x, y) + 1.5) / 7.0).clamp(0.0, 1.0) as f32;
            let t = t * t * (3.0 - 2.0 * t);
            1.0 / (0.5 * (1.0 - t) + 0.1 * t)
        });
        let mut colours = Vec::new();
        for y in 0..80 {
            for x in 0..90 {
                let noise = ((x * 7 + y * 13) % 5) as f32 * 0.01;
                colours.push(if truth(x, y) < 5.0 {
                    [0.6 + noise, 0.3, 0.2, 1.0]
                } else {
                    [0.15, 0.2 + noise, 0.3, 1.0]
                });
            }
        }
        (depth, colours, truth)
    }

    fn exec(workers: &Workers) -> Exec<'_> {
        Exec::alone(workers)
    }

    fn wrong(z: &Plane, truth: impl Fn(i32, i32) -> f32) -> usize {
        let r = z.rect();
        let places = (r.y1..r.y2).flat_map(|y| (r.x1..r.x2).map(move |x| (x, y)));
        places.filter(|(x, y)| (z.at(*x, *y) / truth(*x, *y) - 1.0).abs() > 0.1).count()
    }

    /// Colours that lie as a plane does, by rectangle.
    fn part_of(colours: &[Rgba], plane: &Plane) -> impl Fn(Rect) -> Vec<Rgba> {
        let all = plane.rect();
        let at = move |x: i32, y: i32| (y - all.y1) as usize * all.width() + (x - all.x1) as usize;
        move |r| (r.y1..r.y2).flat_map(|y| colours[at(r.x1, y)..at(r.x2, y)].to_vec()).collect()
    }

    #[test]
    fn a_soft_edge_comes_onto_the_edge_of_the_picture() {
        let (depth, colours, truth) = scene();
        let workers = Workers::new(2).unwrap();
        let inner = depth.rect().grow(-9);
        let refined = refine(&depth, part_of(&colours, &depth), inner, 8, &exec(&workers)).unwrap();
        let before = Plane::from_fn(inner, |x, y| depth.at(x, y));
        let (before, after) = (wrong(&before, &truth), wrong(&refined, &truth));
        assert!(before > 400 && after * 20 < before, "{before} pixels were wrong, {after} are");
    }

    #[test]
    fn a_slope_of_one_colour_and_noise_in_a_flat_depth_stay() {
        let rect = Rect::new(0, 0, 60, 50);
        let slope = Plane::from_fn(rect, |x, y| 1.0 / (0.2 + 0.002 * x as f32 + 0.001 * y as f32));
        let grey = vec![[0.5, 0.5, 0.5, 1.0]; 60 * 50];
        let workers = Workers::new(1).unwrap();
        let refined = refine(&slope, part_of(&grey, &slope), rect.grow(-9), 8, &exec(&workers)).unwrap();
        for y in 9..41 {
            for x in 9..51 {
                assert!((refined.at(x, y) / slope.at(x, y) - 1.0).abs() < 0.01, "{x} {y}");
            }
        }
        let flat = Plane::from_fn(rect, |x, y| 3.0 + 0.01 * ((x * 31 + y * 17) % 7) as f32);
        let refined = refine(&flat, part_of(&grey, &flat), rect.grow(-9), 8, &exec(&workers)).unwrap();
        assert!((9..41).all(|y| refined.row(y).iter().zip(&flat.row(y)[9..]).all(|(a, b)| a == b)));
    }
}
