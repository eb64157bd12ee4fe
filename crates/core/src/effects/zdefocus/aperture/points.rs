//! The points of the lens that look at the scene.

use super::{Aperture, Stamp};

/// A point of the lens, and what its view counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LensPoint {
    /// In units of the CoC radius.
    pub u: [f32; 2],
    /// Weights of red, green and blue of what it sees in front of the focus; over all points their mean is 1.
    pub near: [f32; 3],
    /// The same of what it sees behind the focus, and in it.
    pub far: [f32; 3],
}

/// A Vogel spiral (golden angle) over a disc: even at every count.
fn spiral(n: usize, radius: f64) -> impl Iterator<Item = [f32; 2]> {
    (0..n).map(move |i| {
        let radius = radius * ((i as f64 + 0.5) / n as f64).sqrt();
        let angle = i as f64 * std::f64::consts::PI * (3.0 - 5f64.sqrt());
        [(radius * angle.cos()) as f32, (radius * angle.sin()) as f32]
    })
}

/// Evenly spread points of equal weight: those of the spiral that lie outside the aperture are left out, and the rest moved to where each
/// stands for the same part of the aperture from left to right, and from bottom to top. Samples move by whole pixels, so that a blurred edge
/// along the rows or columns is as smooth as the points' order across it.
pub fn even(aperture: &Aperture, count: usize) -> Vec<LensPoint> {
    let area = aperture.outline.area(f64::from(aperture.hole));
    let n = (count as f64 * std::f64::consts::PI / f64::from(area).max(0.01)).round() as usize;
    let inside = |n: usize| spiral(n, 1.0).filter(|q| aperture.through(*q).far[1] > 0.0).collect::<Vec<_>>();
    let (mut points, many) = (inside(n), inside(n * MANY));
    for axis in 0..2 {
        let mut places: Vec<f32> = many.iter().map(|q| q[axis]).collect();
        places.sort_by(f32::total_cmp);
        points.sort_by(|a, b| a[axis].total_cmp(&b[axis]));
        let share = places.len() as f32 / points.len().max(1) as f32;
        for (i, q) in points.iter_mut().enumerate() {
            q[axis] = places[(((i as f32 + 0.5) * share) as usize).min(places.len() - 1)];
        }
        // The middles of equal parts lie closer together than the parts' points do on average: as far apart as those, for discs of the right size.
        let spread =
            |squares: &mut dyn Iterator<Item = f32>, n: usize| squares.map(f64::from).sum::<f64>() / n.max(1) as f64;
        let whole = spread(&mut places.iter().map(|v| v * v), places.len());
        let parts = spread(&mut points.iter().map(|q| q[axis] * q[axis]), points.len());
        let wider = if parts > 0.0 { (whole / parts).sqrt() as f32 } else { 1.0 };
        points.iter_mut().for_each(|q| q[axis] *= wider);
    }
    let [sx, sy] = aperture.squeeze;
    points.iter().map(|q| LensPoint { u: [q[0] * sx, q[1] * sy], near: [1.0; 3], far: [1.0; 3] }).collect()
}

/// So many points for each of a few say where equal parts of the aperture lie.
const MANY: usize = 64;

/// Cells each way for which the nearest point is looked for.
const CELLS: usize = 128;

/// Points that stand for all that comes through nearer to them than to any other, so that no thin ring falls between them.
pub fn weighted(aperture: &Aperture, stamp: &Stamp, count: usize) -> Vec<LensPoint> {
    let cells = stamp.cells(CELLS);
    let light = |c: &super::Through| c.near.iter().chain(&c.far).sum::<f32>();
    // Where light comes through at all.
    let lit = cells.iter().filter(|c| light(&c.1) > 0.0).count();
    let share = (lit as f64 / (CELLS * CELLS) as f64).max(1e-3);
    // Images fill the square around the disc, corners and all.
    let radius = if aperture.image.is_some() { std::f64::consts::SQRT_2 } else { 1.0 };
    let n = (count as f64 * std::f64::consts::PI * radius * radius / (4.0 * share)).round() as usize;
    let points: Vec<[f32; 2]> = spiral(n, radius).collect();
    let mut sums = vec![([0f32; 2], 0f32, [[0f32; 3]; 2]); points.len()];
    for (q, through) in cells.iter().filter(|c| light(&c.1) > 0.0) {
        let distance = |p: &[f32; 2]| (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2);
        let (mut nearest, mut least) = (0, f32::MAX);
        for (i, p) in points.iter().enumerate() {
            let d = distance(p);
            (nearest, least) = if d < least { (i, d) } else { (nearest, least) };
        }
        let (middle, total, sides) = &mut sums[nearest];
        let light = light(through);
        (0..2).for_each(|axis| middle[axis] += light * q[axis]);
        *total += light;
        for (side, v) in sides.iter_mut().zip([through.near, through.far]) {
            (0..3).for_each(|c| side[c] += v[c]);
        }
    }
    sums.retain(|s| s.1 > 0.0);
    let mean = |side: usize, c: usize| {
        let sum = sums.iter().map(|s| f64::from(s.2[side][c])).sum::<f64>();
        (sum / sums.len() as f64).max(1e-12) as f32
    };
    let means: [[f32; 3]; 2] = std::array::from_fn(|side| std::array::from_fn(|c| mean(side, c)));
    let weights = |sides: &[[f32; 3]; 2], side: usize| std::array::from_fn(|c| sides[side][c] / means[side][c]);
    let [sx, sy] = aperture.squeeze;
    let point = |(middle, total, sides): &([f32; 2], f32, [[f32; 3]; 2])| LensPoint {
        u: [middle[0] / total * sx, middle[1] / total * sy],
        near: weights(sides, 0),
        far: weights(sides, 1),
    };
    sums.iter().map(point).collect()
}
