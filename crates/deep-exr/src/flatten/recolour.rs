//! A flat picture spread over deep samples.

use super::element::Flat;
use super::gather::Repairs;
use super::pixel::{Pixel, Shape};
use super::settings::Recolour;
use super::twofold::Twofold;

/// Where a picture's pixel lies in its planes; `None`: outside.
fn place(picture: &Flat, (x, y): (i32, i32)) -> Option<usize> {
    let w = &picture.window;
    let inside = x >= w.x1 && x < w.x2 && y >= w.y1 && y < w.y2;
    let (dx, dy) = (i64::from(x) - i64::from(w.x1), i64::from(y) - i64::from(w.y1));
    inside.then(|| dy as usize * w.width() + dx as usize)
}

/// Gives the samples from `first` on the colours of a picture's pixel; outside the picture they are black.
pub(super) fn recolour(
    picture: &Flat,
    at: (i32, i32),
    law: Recolour,
    first: usize,
    shape: &Shape,
    samples: &mut Pixel,
    repairs: &mut Repairs,
) {
    let pixel = place(picture, at);
    let mut finite = |plane: &[f32]| {
        let v = pixel.map_or(0.0, |p| plane[p]);
        if v.is_finite() {
            return f64::from(v) + 0.0;
        }
        repairs.colours += 1;
        0.0
    };
    let flat_alpha = picture.alpha.map_or(1.0, &mut finite);
    let count = samples.len() - first;
    for (channel, plane) in picture.channels.iter().enumerate() {
        let Some(plane) = plane else { continue };
        let flat = finite(plane);
        let group = shape.channels[channel];
        let alpha_of = |s: usize| samples.alpha[s * shape.alphas + group];
        let alpha = if law == Recolour::Straight && flat_alpha > 0.0 {
            flat_alpha
        } else if (first..samples.len()).any(|s| alpha_of(s) == 1.0) {
            1.0
        } else {
            // Cutting up and sorting do not change what comes through all samples together.
            -(first..samples.len()).map(|s| (-alpha_of(s)).ln_1p()).collect::<Twofold>().value().exp_m1()
        };
        for s in first..samples.len() {
            let share = if alpha > 0.0 { alpha_of(s) / alpha } else { 1.0 / count as f64 };
            samples.colour[s * shape.channels.len() + channel] = flat * share + 0.0;
        }
    }
}
