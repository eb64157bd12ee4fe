//! Lamps that something nearer cuts off. A large lens sees past its edge, where the picture shows nothing: what is seen of a lamp's outline is
//! continued by the circle that fits it best, as an eye would.

use super::field::Field;
use super::lights::{Light, brightness};
use crate::geometry::Rect;
use crate::workers::Cancel;
use std::collections::{HashMap, HashSet};

/// Pixels of a lamp are at least this bright, beside its brightest.
const BRIGHT: f32 = 0.3;
/// Neighbours are of one lamp if their CoCs differ by less than this many pixels, and this part of them.
const ONE_LAMP: [f32; 2] = [1.0, 0.1];
/// What is nearer than a lamp by more than this, in pixels of CoC, may hide a part of it.
const NEARER: f32 = 1.0;
/// A lamp has at least so many pixels,…
const LEAST_PIXELS: usize = 3;
/// …its outline so many sides of pixels in the open,…
const LEAST_OPEN: usize = 4;
/// …and so many where something is before it.
const LEAST_CUT: usize = 2;
/// How far the outline may be off the circle (root of the mean square): this part of the radius, and so many pixels. No pixel lies outside by
/// more than twice that: of what is longer, a window that shows a part of it must think no other.
const OFF: [f64; 2] = [0.15, 0.35];
/// A lamp's radius is at most this part of the larger blur, its own or that of what is before it, and so many pixels: so all of it lies within
/// the reach of a window that it shines into.
const LARGEST: [f64; 2] = [0.8, 2.0];

/// What is hidden of lamps, whose pixels are given with all of their light; those lie `inside`, the frame.
pub fn behind(field: &Field, lamps: &[Light], inside: &Rect, cancel: &Cancel) -> Vec<Light> {
    let at: HashMap<_, _> = lamps.iter().enumerate().map(|(i, l)| ((l.x, l.y), i)).collect();
    let mut of_lamp = vec![false; lamps.len()];
    let mut hidden = Vec::new();
    for first in 0..lamps.len() {
        if of_lamp[first] || cancel.is_set() {
            continue;
        }
        of_lamp[first] = true;
        let mut pixels = vec![lamps[first]];
        let mut next = 0;
        while let Some(Light { x, y, coc, .. }) = pixels.get(next).copied().filter(|_| !cancel.is_set()) {
            for (x, y) in (-1..2).flat_map(|dy| (-1..2).map(move |dx| (x + dx, y + dy))) {
                let Some(i) = at.get(&(x, y)).copied().filter(|i| !of_lamp[*i]) else { continue };
                if (lamps[i].coc - coc).abs() < ONE_LAMP[0] + ONE_LAMP[1] * coc.abs() {
                    of_lamp[i] = true;
                    pixels.push(lamps[i]);
                }
            }
            next += 1;
        }
        let most = pixels.iter().map(|l| brightness(l.colour)).fold(0f32, f32::max);
        pixels.retain(|l| brightness(l.colour) > BRIGHT * most);
        if pixels.len() >= LEAST_PIXELS {
            hidden.extend(Lamp { field, inside, pixels: &pixels }.behind());
        }
    }
    hidden
}

/// The pixels of one lamp.
struct Lamp<'a> {
    field: &'a Field,
    inside: &'a Rect,
    pixels: &'a [Light],
}

impl Lamp<'_> {
    fn behind(&self) -> Vec<Light> {
        let n = self.pixels.len() as f32;
        let coc = self.pixels.iter().map(|l| l.coc).sum::<f32>() / n;
        let before = |x: i32, y: i32| {
            let there = self.field.rect.contains(x, y).then(|| self.field.coc[self.field.index(x, y)]);
            there.filter(|other| *other < coc - NEARER)
        };
        let own: HashSet<_> = self.pixels.iter().map(|l| (l.x, l.y)).collect();
        // Places are counted from the first pixel: large ones would cost digits.
        let origin = self.pixels[0];
        let place = |x: i32, y: i32| [x - origin.x, y - origin.y].map(f64::from);
        // The sides of its pixels in the open, and how many there are where something is before it, and how blurred that is.
        let (mut open, mut cut, mut blur) = (Vec::new(), 0, coc.abs());
        for Light { x, y, .. } in self.pixels {
            for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let (px, py) = (x + dx, y + dy);
                if own.contains(&(px, py)) || !self.inside.contains(px, py) {
                    continue;
                }
                // The one beside it may be a mixture that has the lamp's depth.
                match before(px, py).or(before(px + dx, py + dy)).or(before(*x, *y)) {
                    Some(other) => (cut, blur) = (cut + 1, blur.max(other.abs())),
                    None => {
                        let ([x, y], [dx, dy]) = (place(*x, *y), [dx, dy].map(f64::from));
                        open.push([x + 0.5 * dx, y + 0.5 * dy]);
                    }
                }
            }
        }
        if cut < LEAST_CUT || open.len() < LEAST_OPEN {
            return Vec::new();
        }
        let Some(circle) = Circle::through(&open) else { return Vec::new() };
        let off = OFF[0] * circle.radius + OFF[1];
        let fits = circle.radius <= LARGEST[0] * f64::from(blur) + LARGEST[1]
            && circle.off(&open) <= off
            && own.iter().all(|(x, y)| circle.out(place(*x, *y)) <= 2.0 * off);
        if !fits {
            return Vec::new();
        }
        let colour: [f32; 3] = std::array::from_fn(|c| self.pixels.iter().map(|l| l.colour[c]).sum::<f32>() / n);
        let around = circle.radius.ceil() as i32 + 1;
        let (x, y) = (origin.x + circle.middle[0].round() as i32, origin.y + circle.middle[1].round() as i32);
        let square = Rect::new(x - around, y - around, x + around + 1, y + around + 1).intersect(self.inside);
        let places = (square.y1..square.y2).flat_map(|y| (square.x1..square.x2).map(move |x| (x, y)));
        let hidden = places.filter(|at| !own.contains(at) && before(at.0, at.1).is_some());
        hidden
            .map(|(x, y)| {
                let part = (0.5 - circle.out(place(x, y))).clamp(0.0, 1.0) as f32;
                Light { x, y, coc, colour: colour.map(|v| v * part), size: 1 }
            })
            .filter(|l| l.colour != [0.0; 3])
            .collect()
    }
}

/// A circle.
struct Circle {
    middle: [f64; 2],
    radius: f64,
}

impl Circle {
    /// The one that fits some points best: least squares of x² + y² = 2ax + 2by + c (Kåsa, A circle fitting procedure and its error
    /// analysis, 1976). `None` where they lie on a line.
    fn through(points: &[[f64; 2]]) -> Option<Self> {
        let n = points.len() as f64;
        let mean = points.iter().fold([0.0; 2], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
        // Around their mean two equations are left, for the middle.
        let (mut xx, mut xy, mut yy, mut xz, mut yz) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for p in points {
            let [x, y] = [p[0] - mean[0], p[1] - mean[1]];
            let half = 0.5 * (x * x + y * y);
            (xx, xy, yy, xz, yz) = (xx + x * x, xy + x * y, yy + y * y, xz + x * half, yz + y * half);
        }
        let by = xx * yy - xy * xy;
        if by <= 1e-6 * (xx + yy) * (xx + yy) {
            return None;
        }
        let [x, y] = [(xz * yy - yz * xy) / by, (yz * xx - xz * xy) / by];
        let radius = (x * x + y * y + (xx + yy) / n).sqrt();
        Some(Self { middle: [mean[0] + x, mean[1] + y], radius })
    }

    /// How far outside a point is.
    fn out(&self, p: [f64; 2]) -> f64 {
        (p[0] - self.middle[0]).hypot(p[1] - self.middle[1]) - self.radius
    }

    /// How far off it points are: root of the mean square.
    fn off(&self, points: &[[f64; 2]]) -> f64 {
        (points.iter().map(|p| self.out(*p).powi(2)).sum::<f64>() / points.len() as f64).sqrt()
    }
}
