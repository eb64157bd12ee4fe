//! A few lens points leave gaps between their dots on a large blur: each sample's colour is first spread, within its own surface,
//! over the gap.

use super::cover::{Cover, Part};
use super::scene::Field;

/// Radius of the spread for a CoC of 1 px: the gap between `points` evenly spread lens points.
pub fn gap(points: usize) -> f64 {
    1.0 / (points.max(1) as f64).sqrt()
}

/// Weight of a neighbour at `distance` in a disc of `radius`, with a soft edge of one pixel; none but the centre up to radius 0.5.
fn weight(radius: f32, distance: f32) -> f32 {
    (radius + 0.5 - distance).clamp(0.0, 1.0)
}

/// Variance per axis, in px², of the discrete disc of a radius.
pub fn variance(radius: f64) -> f64 {
    let reach = (radius + 1.0).ceil() as i32;
    let (mut sum, mut moment) = (0.0, 0.0);
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let d2 = f64::from(dx * dx + dy * dy);
            let w = f64::from(weight(radius as f32, d2.sqrt() as f32));
            sum += w;
            moment += w * d2;
        }
    }
    moment / sum.max(1e-12) / 2.0
}

/// Neighbours by distance, as far as the largest CoC of the field needs them.
pub fn offsets(field: &Field, gap: f32) -> Vec<(i32, i32, f32)> {
    let largest = field.most.abs().max(field.least.abs()) * gap + 0.5;
    let reach = largest.ceil() as i32;
    let all = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
    let mut list: Vec<_> =
        all.map(|(dx, dy)| (dx, dy, ((dx * dx + dy * dy) as f32).sqrt())).filter(|o| o.2 < largest).collect();
    list.sort_by(|a, b| a.2.total_cmp(&b.2).then((a.1, a.0).cmp(&(b.1, b.0))));
    if list.is_empty() { vec![(0, 0, 0.0)] } else { list }
}

/// The colour of a pixel, spread over the gap within its surface: neighbours of nearly the same CoC count.
pub fn colour(field: &Field, x: i32, y: i32, gap: f32, offsets: &[(i32, i32, f32)]) -> [f32; 4] {
    let i = field.index(x, y);
    let coc = field.coc[i];
    let radius = coc.abs() * gap;
    if radius <= 0.5 {
        return field.colour[i];
    }
    let w = field.rect.width() as isize;
    let same = 1.0 / (0.75 + 0.04 * coc.abs());
    let (mut sum, mut area) = ([0f32; 4], 0f32);
    for &(dx, dy, d) in offsets {
        if d >= radius + 0.5 {
            break;
        }
        let j = (i as isize + dy as isize * w + dx as isize) as usize;
        let g = weight(radius, d) * (2.0 - (field.coc[j] - coc).abs() * same).clamp(0.0, 1.0);
        (0..4).for_each(|c| sum[c] += field.colour[j][c] * g);
        area += g;
    }
    sum.map(|v| v / area)
}

/// The same where pixels are covered in parts: of one part of the pixel numbered `i`.
pub fn part(cover: &Cover, width: usize, i: usize, own: Part, gap: f32, offsets: &[(i32, i32, f32)]) -> Part {
    let radius = own.coc.abs() * gap;
    if radius <= 0.5 {
        return own;
    }
    let same = 1.0 / (0.75 + 0.04 * own.coc.abs());
    let (mut sum, mut share, mut area) = ([0f32; 4], 0f32, 0f32);
    for &(dx, dy, d) in offsets {
        if d >= radius + 0.5 {
            break;
        }
        let j = (i as isize + dy as isize * width as isize + dx as isize) as usize;
        for other in [cover.seen[j], cover.fringe[j]] {
            let g = weight(radius, d) * (2.0 - (other.coc - own.coc).abs() * same).clamp(0.0, 1.0);
            (0..4).for_each(|c| sum[c] += other.colour[c] * g);
            share += other.share * g;
            area += g;
        }
    }
    Part { coc: own.coc, colour: sum.map(|v| v / area), share: share / area }
}
