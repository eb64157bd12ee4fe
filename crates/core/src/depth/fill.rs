//! Holes in a depth image, filled from the farther side of what surrounds them.

use crate::image::Plane;

/// Grows valid depth into the holes (NaN) by one pixel a step, `steps` times; a hole takes the farthest of its eight neighbours
/// that are known by then. What is farther than `steps` from any valid pixel stays NaN. The depth of a pixel depends on pixels
/// at most `steps` away only, so any tiling gives the same.
pub fn from_far_neighbours(plane: &mut Plane, steps: usize) {
    let (w, h) = (plane.rect().width(), plane.rect().height());
    let near = |i: usize| {
        let (x, y) = (i % w, i / w);
        let (xs, ys) = (x.saturating_sub(1)..(x + 2).min(w), y.saturating_sub(1)..(y + 2).min(h));
        ys.flat_map(move |y| xs.clone().map(move |x| y * w + x))
    };
    let z = plane.data_mut();
    let mut front: Vec<usize> = (0..w * h).filter(|&i| z[i].is_nan() && near(i).any(|j| !z[j].is_nan())).collect();
    for _ in 0..steps {
        // Read all before writing any: the step must not feed itself.
        let filled: Vec<f32> =
            front.iter().map(|&i| near(i).map(|j| z[j]).filter(|v| !v.is_nan()).fold(0.0, f32::max)).collect();
        front.iter().zip(filled).for_each(|(&i, v)| z[i] = v);
        let mut next: Vec<usize> = front.iter().flat_map(|&i| near(i)).filter(|&j| z[j].is_nan()).collect();
        next.sort_unstable();
        next.dedup();
        front = next;
    }
}
