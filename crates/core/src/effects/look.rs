//! Outputs for looking that effects share.

use crate::image::ColourRow;

/// Depth as understood, in metres, the same in red, green and blue, alpha 1. What is infinitely far or left untouched shows as 0, which
/// reads back as 'nothing there': hosts and files need not hold an infinity.
#[inline(always)]
pub(crate) fn depth(z: &[f32], colour: ColourRow) {
    let ColourRow { r, g, b, a } = colour;
    for plane in [r, g, b] {
        plane.iter_mut().zip(z).for_each(|(v, &z)| *v = if z < f32::INFINITY { z } else { 0.0 });
    }
    a.fill(1.0);
}
