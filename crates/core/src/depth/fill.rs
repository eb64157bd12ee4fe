//! Holes in a depth image, filled from the farther side of what surrounds them.

use crate::workers::Cancel;

/// Grows valid depth into the holes (NaN) by one pixel a step, `steps` times; a hole takes the farthest of its eight neighbours
/// that are known by then. What is farther than `steps` from any valid pixel stays NaN. The depth of a pixel depends on pixels
/// at most `steps` away only, so any tiling gives the same. `z` is rows of `w` pixels; where the work is not wanted any more, it is left.
pub fn from_far_neighbours(z: &mut [f32], w: usize, steps: usize, cancel: &Cancel) {
    let h = z.len() / w.max(1);
    let near = |i: usize| {
        let (x, y) = (i % w, i / w);
        let (xs, ys) = (x.saturating_sub(1)..(x + 2).min(w), y.saturating_sub(1)..(y + 2).min(h));
        ys.flat_map(move |y| xs.clone().map(move |x| y * w + x))
    };
    let mut front = Vec::new();
    for row in (0..h).take_while(|_| !cancel.is_set()) {
        let of = row * w..(row + 1) * w;
        front.extend(of.filter(|&i| z[i].is_nan() && near(i).any(|j| !z[j].is_nan())));
    }
    for _ in (0..steps).take_while(|_| !cancel.is_set()) {
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
