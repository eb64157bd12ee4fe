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
pub const NEARER: f32 = 1.0;
/// A lamp has at least so many pixels,…
const LEAST_PIXELS: usize = 3;
/// …its outline so many sides of pixels in the open,…
const LEAST_OPEN: usize = 4;
/// …and so many where something is before it.
const LEAST_CUT: usize = 2;
/// How far the outline may be off the circle (root of the mean square): this part of the radius, and so many pixels. No pixel lies outside by
/// more than twice that: of what is longer, a window that shows a part of it must think no other.
const OFF: [f64; 2] = [0.15, 0.35];
/// A lamp's radius is at most this part of the larger blur, its own or that of what is before it, and so many pixels, and [`WIDER`]: so all of
/// it lies within the reach of a window that it shines into.
const LARGEST: [f64; 2] = [0.8, 2.0];
/// Pixels of the full-size frame on top; by twice as many such a window looks farther.
pub const WIDER: f64 = 12.0;
/// Over this last part of that it fades, lest a lamp should come on at once.
const FADES: f64 = 0.25;
/// Up to so many pixels of something nearer may lie between pieces of a lamp.
const ACROSS: i32 = 4;
/// In the open so much of the circle may be no lamp, as a part of what is, and in pixels.
const DARK: [f32; 2] = [0.25, 1.0];

/// The four next pixels.
const SIDES: [(i32, i32); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];

/// Which pixels are lamps, by place.
type Places = HashMap<(i32, i32), usize>;

/// A pixel in which a part of a lamp is hidden.
pub struct Hidden {
    /// What is missing of its light.
    pub missing: Light,
    /// All of its light.
    pub whole: [f32; 3],
    /// How much of the pixel it fills, 0 to 1; less where that is in doubt.
    pub part: f32,
    /// The number of what is seen of it among the lamps' pixels.
    pub seen: Option<usize>,
}

/// What is hidden of lamps, whose pixels are given with all of their light; those lie `inside`, the frame, and are `scale` to a pixel of the
/// full-size one.
pub fn behind(field: &Field, lamps: &[Light], inside: &Rect, scale: f64, cancel: &Cancel) -> Vec<Hidden> {
    let at: Places = lamps.iter().enumerate().map(|(i, l)| ((l.x, l.y), i)).collect();
    let seen = |x: i32, y: i32| at.get(&(x, y)).copied();
    let whole = |pixels: Vec<Light>| {
        let most = pixels.iter().map(|l| brightness(l.colour)).fold(0f32, f32::max);
        let pixels: Vec<_> = pixels.into_iter().filter(|l| brightness(l.colour) > BRIGHT * most).collect();
        let lamp = Lamp { field, inside, lamps, pixels: &pixels, least: BRIGHT * most, wider: WIDER * scale };
        if pixels.len() >= LEAST_PIXELS { lamp.behind(seen) } else { None }
    };
    let mut hidden = Vec::new();
    for pieces in in_pieces(field, lamps, &at, cancel).into_iter().take_while(|_| !cancel.is_set()) {
        match whole(pieces.concat()) {
            Some(lamp) => hidden.extend(lamp),
            // They are no lamp together: each may be one.
            None if pieces.len() > 1 => hidden.extend(pieces.into_iter().filter_map(whole).flatten()),
            None => {}
        }
    }
    hidden
}

/// The pixels of each lamp, in pieces that hang together: more than one where something narrow cuts it through.
fn in_pieces(field: &Field, lamps: &[Light], at: &Places, cancel: &Cancel) -> Vec<Vec<Vec<Light>>> {
    let mut piece_of = vec![usize::MAX; lamps.len()];
    let (mut pieces, mut joints) = (Vec::new(), Vec::new());
    for first in 0..lamps.len() {
        if piece_of[first] != usize::MAX || cancel.is_set() {
            continue;
        }
        let piece = pieces.len();
        piece_of[first] = piece;
        let mut pixels = vec![lamps[first]];
        let mut next = 0;
        while let Some(from) = pixels.get(next).copied().filter(|_| !cancel.is_set()) {
            for (dx, dy) in (-1..2).flat_map(|dy| (-1..2).map(move |dx| (dx, dy))).filter(|d| *d != (0, 0)) {
                match at.get(&(from.x + dx, from.y + dy)).copied() {
                    Some(i) if piece_of[i] == usize::MAX && is_one_lamp(&from, &lamps[i]) => {
                        piece_of[i] = piece;
                        pixels.push(lamps[i]);
                    }
                    Some(_) => {}
                    None => joints.extend(across(field, &from, (dx, dy), at).map(|i| (piece, i))),
                }
            }
            next += 1;
        }
        pieces.push(pixels);
    }
    // Each piece leads towards the first one that it is joined to.
    let mut leads: Vec<usize> = (0..pieces.len()).collect();
    for (piece, i) in joints.into_iter().filter(|(_, i)| piece_of[*i] != usize::MAX) {
        if is_one_lamp(&pieces[piece][0], &lamps[i]) {
            let (a, b) = (first_of(&mut leads, piece), first_of(&mut leads, piece_of[i]));
            leads[a.max(b)] = a.min(b);
        }
    }
    let mut all: Vec<Vec<Vec<Light>>> = vec![Vec::new(); pieces.len()];
    for (number, piece) in pieces.into_iter().enumerate() {
        all[first_of(&mut leads, number)].push(piece);
    }
    all.retain(|pieces| !pieces.is_empty());
    all
}

/// Where a piece leads to; the way gets shorter.
fn first_of(leads: &mut [usize], mut piece: usize) -> usize {
    while leads[piece] != piece {
        leads[piece] = leads[leads[piece]];
        piece = leads[piece];
    }
    piece
}

fn is_one_lamp(a: &Light, b: &Light) -> bool {
    (a.coc - b.coc).abs() < ONE_LAMP[0] + ONE_LAMP[1] * a.coc.abs()
}

/// The CoC at a pixel, if it is of something nearer than what has another CoC.
fn before(field: &Field, x: i32, y: i32, coc: f32) -> Option<f32> {
    let there = field.rect.contains(x, y).then(|| field.coc[field.index(x, y)]);
    there.filter(|other| *other < coc - NEARER)
}

/// The pixel of a lamp that is met behind what is before another one's pixel, along some direction.
fn across(field: &Field, from: &Light, (dx, dy): (i32, i32), at: &Places) -> Option<usize> {
    let step = |k: i32| (from.x + k * dx, from.y + k * dy);
    let is_before = |k: i32| before(field, step(k).0, step(k).1, from.coc).is_some();
    // The first one may be a mixture that has the lamp's depth.
    if !is_before(1) && !is_before(2) {
        return None;
    }
    (2..=ACROSS + 1).find_map(|k| at.get(&step(k)).copied())
}

/// The pixels of one lamp.
struct Lamp<'a> {
    field: &'a Field,
    inside: &'a Rect,
    /// All lamps' pixels.
    lamps: &'a [Light],
    /// Its own ones.
    pixels: &'a [Light],
    /// All of its pixels are brighter.
    least: f32,
    /// [`WIDER`] in its pixels.
    wider: f64,
}

/// What is known of a lamp's outline.
struct Outline {
    /// The middles of the sides of its pixels in the open.
    open: Vec<[f64; 2]>,
    /// How many sides there are where something is before it,…
    cut: usize,
    /// …and the larger blur, its own or that of what is there.
    blur: f32,
}

impl Lamp<'_> {
    /// Is a pixel as bright as those of the lamp, though it is none of them? So is the middle of a large one, which has nothing dark beside
    /// it.
    fn goes_on(&self, x: i32, y: i32) -> bool {
        let Self { field, least, .. } = self;
        let level = |i: usize| brightness([0, 1, 2].map(|c| field.colour[c][i]));
        field.rect.contains(x, y) && level(field.index(x, y)) > *least
    }

    /// What is seen of its outline, and how much of it is cut off. `own`: its pixels' places; `place` says where they lie.
    fn outline(&self, own: &HashSet<(i32, i32)>, coc: f32, place: impl Fn(i32, i32) -> [f64; 2]) -> Outline {
        let before = |x: i32, y: i32| before(self.field, x, y, coc);
        let mut outline = Outline { open: Vec::new(), cut: 0, blur: coc.abs() };
        for Light { x, y, .. } in self.pixels {
            for (dx, dy) in SIDES {
                let (px, py) = (x + dx, y + dy);
                if own.contains(&(px, py)) || !self.inside.contains(px, py) {
                    continue;
                }
                // The one beside it may be a mixture that has the lamp's depth.
                if let Some(other) = before(px, py).or(before(px + dx, py + dy)).or(before(*x, *y)) {
                    outline.cut += 1;
                    outline.blur = outline.blur.max(other.abs());
                } else if !self.goes_on(px, py) {
                    let ([x, y], [dx, dy]) = (place(*x, *y), [dx, dy].map(f64::from));
                    outline.open.push([x + 0.5 * dx, y + 0.5 * dy]);
                }
            }
        }
        outline
    }

    /// Its light where it is hidden; `None` if it is no round lamp that something cuts off. `seen`: the numbers of lamps' pixels.
    fn behind(&self, seen: impl Fn(i32, i32) -> Option<usize>) -> Option<Vec<Hidden>> {
        let coc = self.pixels.iter().map(|l| l.coc).sum::<f32>() / self.pixels.len() as f32;
        let before = |x: i32, y: i32| before(self.field, x, y, coc);
        let own: HashSet<_> = self.pixels.iter().map(|l| (l.x, l.y)).collect();
        // Places are counted from the first pixel: large ones would cost digits.
        let origin = self.pixels[0];
        let place = |x: i32, y: i32| [x - origin.x, y - origin.y].map(f64::from);
        let Outline { open, cut, blur } = self.outline(&own, coc, place);
        if cut < LEAST_CUT || open.len() < LEAST_OPEN {
            return None;
        }
        let circle = Circle::through(&open)?;
        let off = OFF[0] * circle.radius + OFF[1];
        let largest = LARGEST[0] * f64::from(blur) + LARGEST[1] + self.wider;
        let fits = circle.radius <= largest
            && circle.off(&open) <= off
            && own.iter().all(|(x, y)| circle.out(place(*x, *y)) <= 2.0 * off);
        if !fits {
            return None;
        }
        let part = |x: i32, y: i32| (0.5 - circle.out(place(x, y))).clamp(0.0, 1.0) as f32;
        let around = circle.radius.ceil() as i32 + 1;
        let (x, y) = (origin.x + circle.middle[0].round() as i32, origin.y + circle.middle[1].round() as i32);
        let square = Rect::new(x - around, y - around, x + around + 1, y + around + 1).intersect(self.inside);
        // Pixels in which something nearer may have a share, and the light and area of the others.
        let (mut shared, mut light, mut area, mut dark) = (Vec::new(), [0.0; 3], 0.0, 0.0);
        for (x, y) in (square.y1..square.y2).flat_map(|y| (square.x1..square.x2).map(move |x| (x, y))) {
            let part = part(x, y);
            if before(x, y).is_some() || SIDES.iter().any(|d| before(x + d.0, y + d.1).is_some()) {
                shared.push((x, y, part));
            } else if let Some(i) = seen(x, y).filter(|_| own.contains(&(x, y))) {
                (0..3).for_each(|c| light[c] += self.lamps[i].colour[c]);
                area += part;
            } else if !self.goes_on(x, y) {
                dark += part;
            }
        }
        if dark > DARK[0] * area + DARK[1] {
            return None;
        }
        if area == 0.0 {
            for l in self.pixels {
                (0..3).for_each(|c| light[c] += l.colour[c]);
                area += part(l.x, l.y);
            }
        }
        let fades = ((largest - circle.radius) / (FADES * largest)).min(1.0) as f32;
        let colour = light.map(|v| v / area.max(1.0));
        let hidden = shared.into_iter().filter(|of| of.2 > 0.0).map(|(x, y, part)| {
            let seen = seen(x, y);
            let shown = seen.map_or([0.0; 3], |i| self.lamps[i].colour);
            // As much as the fading leaves of it, but never less than there is.
            let whole = std::array::from_fn(|c| shown[c] + fades * (part * colour[c] - shown[c]).max(0.0));
            let missing = std::array::from_fn(|c| whole[c] - shown[c]);
            Hidden { missing: Light { x, y, coc, colour: missing, size: 1 }, whole, part: part * fades, seen }
        });
        Some(hidden.collect())
    }
}

/// A circle.
struct Circle {
    middle: [f64; 2],
    radius: f64,
}

impl Circle {
    /// The one that fits some points best, also where they are a short arc: x² + y² = 2ax + 2by + c by least squares under Taubin's constraint
    /// (Estimation of planar curves, surfaces, and nonplanar space curves, 1991; its characteristic polynomial after Chernov, Circular and
    /// linear regression, 2010). Without the constraint arcs are taken for smaller circles. `None` where the points lie on a line.
    fn through(points: &[[f64; 2]]) -> Option<Self> {
        let n = points.len() as f64;
        let mean = points.iter().fold([0.0; 2], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
        // Moments around their mean, z = x² + y².
        let (mut xx, mut xy, mut yy, mut xz, mut yz, mut zz) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for p in points {
            let [x, y] = [p[0] - mean[0], p[1] - mean[1]];
            let z = x * x + y * y;
            (xx, xy, yy) = (xx + x * x / n, xy + x * y / n, yy + y * y / n);
            (xz, yz, zz) = (xz + x * z / n, yz + y * z / n, zz + z * z / n);
        }
        let (z, area) = (xx + yy, xx * yy - xy * xy);
        if area <= 1e-6 * z * z {
            return None;
        }
        let varies = zz - z * z;
        let of = [
            xz * (xz * yy - yz * xy) + yz * (yz * xx - xz * xy) - varies * area,
            (varies + 4.0 * area) * z - xz * xz - yz * yz,
            -3.0 * z * z - zz,
            4.0 * z,
        ];
        // Its least root, from below; each step doubles the digits.
        let mut root = 0.0;
        for _ in 0..12 {
            let slope = of[1] + root * (2.0 * of[2] + 3.0 * root * of[3]);
            root -= (of[0] + root * (of[1] + root * (of[2] + root * of[3]))) / slope;
        }
        let by = 2.0 * (root * root - root * z + area);
        let [x, y] = [(xz * (yy - root) - yz * xy) / by, (yz * (xx - root) - xz * xy) / by];
        let radius = (x * x + y * y + z).sqrt();
        radius.is_finite().then_some(Self { middle: [mean[0] + x, mean[1] + y], radius })
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
