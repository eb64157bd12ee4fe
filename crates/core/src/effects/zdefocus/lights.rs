//! Small bright lights. Blurred by a few lens points they would fall apart into dots, so what they have more than their
//! surroundings is taken out of the picture first and spread over exact discs (or polygons): they are few.

use super::aperture::{Aperture, CatsEye, Stamp};
use super::field::Field;
use super::views::Eye;
use crate::geometry::Rect;
use crate::workers::{Cancel, Exec, Stop, try_vec};

/// What is not brighter than this (the white of a scene-linear picture) is never a light; from twice this it is one in full.
pub const WHITE: f32 = 1.0;
/// The gap between so many evenly spread lens points, for a CoC of 1 px.
pub fn gap(points: usize) -> f32 {
    1.0 / (points.max(1) as f32).sqrt()
}

/// A light is smaller than this many gaps between lens points, each way.
pub const GAPS: f32 = 4.0;
/// Up to this blur, in pixels, a light stays where it is; from twice this it is spread in full.
pub const LEAST_BLUR: f32 = 1.0;

/// The light of one pixel beyond that of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Light {
    /// Pixel.
    pub x: i32,
    /// Pixel.
    pub y: i32,
    /// Signed CoC radius in pixels of this image.
    pub coc: f32,
    /// Red, green, blue beyond the surroundings.
    pub colour: [f32; 3],
}

/// How far the surroundings of a light reach, in pixels: the largest of these that is not more than [`GAPS`] gaps of its own blur. Only
/// its own: what is a light must not depend on what else the window holds.
pub const REACHES: [usize; 13] = [3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];

/// A pixel that may be a light: which reach its surroundings have, its number, and the CoC of the lamp that it belongs to.
type Candidate = (usize, usize, f32);

/// Takes the lights out of a field. Those outside `inside` (what the border invented) are dropped: an edge pixel that goes on for ever is
/// not a row of lamps.
pub fn take(field: &mut Field, inside: &Rect, gap: f32, exec: &Exec) -> Result<Vec<Light>, Stop> {
    let (w, h) = (field.rect.width(), field.rect.height());
    let mut level = try_vec(w * h, 0f32)?;
    exec.for_each_mut(level.chunks_mut(w).collect(), [0.05, 0.05], |y, row, _| {
        let [r, g, b] = [0, 1, 2].map(|c| &field.colour[c][y * w..(y + 1) * w]);
        for (x, v) in row.iter_mut().enumerate() {
            *v = luminance(&[r[x], g[x], b[x], 0.0]);
        }
    })?;
    let mut found: Vec<Vec<Candidate>> = vec![Vec::new(); h];
    exec.for_each_mut(found.iter_mut().collect(), [0.05, 0.05], |y, found, _| {
        found.extend((y * w..(y + 1) * w).filter(|&i| level[i] > WHITE).map(|i| candidate(field, &level, i, gap)));
    })?;
    let candidates = found.concat();
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    field.unlit = try_vec(w * h, 1f32)?;
    let mut lights = Ok(Vec::new());
    exec.for_each_mut(vec![(field, &mut lights)], [0.05, 0.05], |_, (field, lights), cancel| {
        **lights = take_candidates(field, inside, &level, &candidates, cancel);
    })?;
    lights
}

fn candidate(field: &Field, level: &[f32], i: usize, gap: f32) -> Candidate {
    // An antialiased edge of a lamp has the wall's depth and the lamp's light: the light is where the lamp is.
    let (w, h) = (field.rect.width(), field.rect.height());
    let (x, y) = (i % w, i / w);
    let rows = y.saturating_sub(1)..(y + 2).min(h);
    let near = rows.flat_map(|y| (x.saturating_sub(1)..(x + 2).min(w)).map(move |x| y * w + x));
    let lamp = near.fold(i, |best, j| if level[j] > level[best] { j } else { best });
    let coc = field.coc[lamp];
    let reach = REACHES.iter().rposition(|r| *r as f32 <= GAPS * gap * coc.abs()).unwrap_or(0);
    (reach, i, coc)
}

fn take_candidates(
    field: &mut Field,
    inside: &Rect,
    level: &[f32],
    candidates: &[Candidate],
    cancel: &Cancel,
) -> Result<Vec<Light>, Stop> {
    let (w, h) = (field.rect.width(), field.rect.height());
    let mut lights = Vec::new();
    for (number, reach) in REACHES.into_iter().enumerate() {
        let mut these = candidates.iter().filter(|c| c.0 == number).peekable();
        if these.peek().is_none() {
            continue;
        }
        let mut around = try_vec(w * h, 0f32)?;
        around.copy_from_slice(level);
        least_around(&mut around, w, h, reach, cancel)?;
        for &(_, i, coc) in these {
            let lit = ((level[i] - WHITE) / WHITE).min(1.0);
            let blurred = ((coc.abs() - LEAST_BLUR) / LEAST_BLUR).clamp(0.0, 1.0);
            let excess = lit * (1.0 - around[i].max(0.0) / level[i]);
            // The edge of a sharp lamp on a blurred wall must not be blurred with the wall.
            let astray = ((field.coc[i] - coc).abs() - LEAST_BLUR).clamp(0.0, 1.0);
            let share = blurred.max(astray) * excess;
            field.unlit[i] = (1.0 - excess) / (1.0 - share).max(1e-6);
            if share > 0.0 {
                let (x, y) = (field.rect.x1 + (i % w) as i32, field.rect.y1 + (i / w) as i32);
                if inside.contains(x, y) {
                    lights.push(Light { x, y, coc, colour: std::array::from_fn(|c| field.colour[c][i] * share) });
                }
                (0..3).for_each(|c| field.colour[c][i] *= 1.0 - share);
            }
        }
    }
    // In the order of pixels, whatever the reaches are: sums are then the same in every window.
    lights.sort_by_key(|l| (l.y, l.x));
    Ok(lights)
}

/// Rec. 709.
pub fn luminance(c: &[f32; 4]) -> f32 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// The least value within `reach` of each pixel, over a square.
fn least_around(v: &mut [f32], w: usize, h: usize, reach: usize, cancel: &Cancel) -> Result<(), Stop> {
    let mut line = try_vec(w.max(h), 0f32)?;
    let wanted = || if cancel.is_set() { Err(Stop::Aborted) } else { Ok(()) };
    for y in 0..h {
        wanted()?;
        least_in_window(&mut line[..w], |x| v[y * w + x], reach);
        v[y * w..(y + 1) * w].copy_from_slice(&line[..w]);
    }
    for x in 0..w {
        wanted()?;
        least_in_window(&mut line[..h], |y| v[y * w + x], reach);
        (0..h).for_each(|y| v[y * w + x] = line[y]);
    }
    Ok(())
}

/// A sliding minimum: the candidates that can still become the least, in a queue.
fn least_in_window(out: &mut [f32], value: impl Fn(usize) -> f32, reach: usize) {
    let n = out.len();
    let mut queue: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    let mut next = 0;
    for (i, out) in out.iter_mut().enumerate() {
        while next < n.min(i + reach + 1) {
            while queue.back().is_some_and(|&b| value(b) >= value(next)) {
                queue.pop_back();
            }
            queue.push_back(next);
            next += 1;
        }
        while queue.front().is_some_and(|&f| f + reach < i) {
            queue.pop_front();
        }
        *out = queue.front().map_or(0.0, |&f| value(f));
    }
}

/// Adds a light to the three planes of a tile. `seen(i, u)` is how much of the lens at point u (of the unit aperture) sees the light's
/// depth at pixel i of the tile: the share that is not hidden there.
pub fn spread(light: &Light, eye: &Eye, tile: &Rect, planes: &mut [&mut [f32]], seen: impl Fn(usize, [f32; 2]) -> f32) {
    // A light in focus stays at its pixel, which every point of the lens sees alike.
    let coc = if light.coc.abs() < 1e-3 { 1.0 } else { light.coc };
    let mut add = |x: i32, y: i32, share: [f32; 3]| {
        let i = (y - tile.y1) as usize * tile.width() + (x - tile.x1) as usize;
        let seen = seen(i, [(x - light.x) as f32 / (coc * eye.stretch), (y - light.y) as f32 / coc]);
        for (c, plane) in planes.iter_mut().enumerate() {
            plane[i] += share[c] * seen * light.colour[c];
        }
    };
    match &eye.optics.stamp {
        None => plain(light, &eye.optics.aperture, eye.stretch, tile, &mut add),
        Some(stamp) => stamped(light, stamp, eye, tile, &mut add),
    }
}

/// The pixels of the tile that a disc of that radius may meet.
fn around(light: &Light, [rx, ry]: [i32; 2], tile: &Rect) -> Rect {
    Rect::new(light.x - rx, light.y - ry, light.x + rx + 1, light.y + ry + 1).intersect(tile)
}

/// A disc or polygon with a soft edge of one pixel.
fn plain(light: &Light, aperture: &Aperture, stretch: f32, tile: &Rect, add: &mut dyn FnMut(i32, i32, [f32; 3])) {
    // The soft edge of one pixel widens the disc: a radius smaller by as much has the right second moment, r²/4 per axis.
    let radius = (light.coc * light.coc - 5.0 / 12.0).max(0.0).sqrt();
    let turned = if light.coc < 0.0 { -1.0 } else { 1.0 };
    let weight = |dx: i32, dy: i32| {
        let d = [turned * dx as f32 / stretch, turned * dy as f32];
        (aperture.inner() * (radius - aperture.edge(d)) + 0.5).clamp(0.0, 1.0)
    };
    let reach = [(radius * stretch).ceil() as i32 + 1, radius.ceil() as i32 + 1];
    // The sum of all weights: the shape's area, half a pixel round it counted half; small ones are added up.
    let area = if radius < SMALL {
        sum_over(reach, weight)
    } else {
        (aperture.area() * radius * radius + std::f32::consts::PI / 12.0) * stretch
    };
    let disc = around(light, reach, tile);
    for y in disc.y1..disc.y2 {
        for x in disc.x1..disc.x2 {
            let weight = weight(x - light.x, y - light.y);
            if weight > 0.0 {
                add(x, y, [weight / area; 3]);
            }
        }
    }
}

fn sum_over([rx, ry]: [i32; 2], weight: impl Fn(i32, i32) -> f32) -> f32 {
    let all = (-ry..=ry).flat_map(|dy| (-rx..=rx).map(move |dx| (dx, dy)));
    all.map(|(dx, dy)| weight(dx, dy)).sum()
}

/// What the table says, less what the barrel cuts off.
fn stamped(light: &Light, stamp: &Stamp, eye: &Eye, tile: &Rect, add: &mut dyn FnMut(i32, i32, [f32; 3])) {
    let (side, radius) = (stamp.side(light.coc), light.coc.abs());
    let disc = around(light, reach_of(light, eye), tile);
    if disc.is_empty() {
        return;
    }
    let cut = eye.cats_eye.as_ref().map(|cats_eye| Cut::new(light, cats_eye, eye.stretch));
    for y in disc.y1..disc.y2 {
        let row = side.row(radius, eye.stretch, y - light.y);
        for (x, share) in (disc.x1..disc.x2).zip(row.shares(disc.x1 - light.x, disc.x2 - light.x)) {
            match &cut {
                _ if share == [0.0; 3] => {}
                None => add(x, y, share),
                Some(cut) => add(x, y, share.map(|v| v * cut.through(x - light.x, y - light.y))),
            }
        }
    }
}

/// How many pixels a stamped light reaches, to the sides and up and down.
fn reach_of(light: &Light, eye: &Eye) -> [i32; 2] {
    let radius = light.coc.abs();
    [(radius * eye.stretch).ceil() as i32 + 1, radius.ceil() as i32 + 1]
}

/// What the barrel leaves of a light.
struct Cut<'a> {
    cats_eye: &'a CatsEye,
    shift: [f32; 2],
    /// From a pixel's distance to the lens.
    per_pixel: [f32; 2],
    sharpness: f32,
}

impl<'a> Cut<'a> {
    fn new(light: &Light, cats_eye: &'a CatsEye, stretch: f32) -> Self {
        // A light that is hardly blurred is a point: the middle of the lens speaks for it.
        let coc = light.coc.abs().max(0.5).copysign(light.coc);
        Self {
            cats_eye,
            shift: cats_eye.shift(light.x, light.y),
            per_pixel: [1.0 / (coc * stretch), 1.0 / coc],
            sharpness: coc.abs(),
        }
    }

    fn through(&self, dx: i32, dy: i32) -> f32 {
        let u = [dx as f32 * self.per_pixel[0], dy as f32 * self.per_pixel[1]];
        CatsEye::through(self.cats_eye.of_iris(u), self.shift, self.sharpness)
    }

    /// The part of the light that is left.
    fn left(&self, light: &Light, stamp: &Stamp, eye: &Eye) -> [f32; 3] {
        if light.coc.abs() >= LARGE {
            return stamp.left(light.coc, |q| CatsEye::through(q, self.shift, self.sharpness));
        }
        let ([rx, ry], mut left) = (reach_of(light, eye), [0f32; 3]);
        for dy in -ry..=ry {
            let row = stamp.side(light.coc).row(light.coc.abs(), eye.stretch, dy);
            for (dx, share) in (-rx..).zip(row.shares(-rx, rx + 1)) {
                let through = self.through(dx, dy);
                (0..3).for_each(|c| left[c] += share[c] * through);
            }
        }
        left
    }
}

/// Cut discs from this radius on are not added up pixel by pixel to know how much is left.
const LARGE: f32 = 64.0;

/// What the barrel leaves of a light has all of its energy: to be called once before lights are spread.
pub fn make_up_for_the_barrel(lights: &mut [Light], eye: &Eye, exec: &Exec) -> Result<(), Stop> {
    let (Some(cats_eye), Some(stamp)) = (&eye.cats_eye, &eye.optics.stamp) else { return Ok(()) };
    exec.for_each_mut(lights.chunks_mut(16).collect(), [0.2, 0.2], |_, lights, cancel| {
        for light in lights.iter_mut().take_while(|_| !cancel.is_set()) {
            let left = Cut::new(light, cats_eye, eye.stretch).left(light, stamp, eye);
            (0..3).for_each(|c| light.colour[c] *= if left[c] > 0.0 { 1.0 / left[c] } else { 0.0 });
        }
    })
}

/// Discs smaller than this are added up to know their area.
pub const SMALL: f32 = 10.0;
