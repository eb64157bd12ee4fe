//! Small bright lights, drawn: exact discs and polygons, or what the aperture's table says, as far as each point of the lens sees them.

use super::aperture::{CatsEye, Stamp};
use super::lens::NearestPoints;
use super::lights::{LEAST_BLUR, Light};
use super::views::{Eye, FADE, Owner, SAME_SURFACE};
use crate::geometry::Rect;
use crate::workers::{Exec, Stop};

/// What hides lights in a tile.
pub struct Hiders<'a> {
    /// Where anything hides anything, in pixels of the picture that says so.
    rect: Rect,
    /// Its pixels, in pixels of the frame.
    unit: i32,
    /// For each lens point the CoC of the nearest sample at each pixel of that rectangle, one after the other.
    nearest: &'a [f32],
    /// The least of them at each pixel…
    least: Vec<f32>,
    /// …and at all.
    least_of_all: f32,
    /// Which points speak for a place on the lens.
    points: &'a NearestPoints,
}

impl<'a> Hiders<'a> {
    /// Of what the lens points see over a rectangle; nothing where they do not look.
    #[inline(always)]
    pub fn new(rect: Rect, unit: i32, nearest: &'a [f32], points: &'a NearestPoints) -> Self {
        let mut least = vec![f32::MAX; if nearest.is_empty() { 0 } else { rect.width() * rect.height() }];
        for view in nearest.chunks(least.len().max(1)) {
            least.iter_mut().zip(view).for_each(|(m, v)| *m = if *v < *m { *v } else { *m });
        }
        let least_of_all = least.iter().fold(f32::MAX, |m, v| if *v < m { *v } else { m });
        Self { rect, unit, nearest, least, least_of_all, points }
    }

    /// How much of a CoC is seen at pixel `i` through the lens point of a number.
    #[inline(always)]
    fn seen_by(&self, coc: f32, i: usize, point: usize) -> f32 {
        let nearest = self.nearest[point * self.least.len() + i] * self.unit as f32;
        ((SAME_SURFACE + FADE - (coc - nearest)) * (1.0 / FADE)).clamp(0.0, 1.0)
    }

    /// The same through a place on the lens.
    #[inline(always)]
    fn seen(&self, coc: f32, i: usize, u: [f32; 2]) -> f32 {
        self.points.of(u).iter().map(|(point, says)| says * self.seen_by(coc, i, usize::from(*point))).sum()
    }

    /// The same through all of the lens.
    fn seen_by_all(&self, coc: f32, i: usize) -> f32 {
        let points = self.nearest.len() / self.least.len().max(1);
        (0..points).map(|point| self.seen_by(coc, i, point)).sum::<f32>() / points.max(1) as f32
    }
}

/// Adds a light to the three planes of a tile.
#[inline(always)]
pub fn spread(
    light: &Light,
    eye: &Eye,
    tile: &Rect,
    owner: Option<(&Owner, u8)>,
    planes: &mut [&mut [f32]],
    hiders: &Hiders,
) {
    let mut painter = Painter { light, eye, tile, owner, hiders: None, planes };
    if light.coc - hiders.least_of_all * hiders.unit as f32 > SAME_SURFACE {
        painter.hiders = Some(hiders);
    }
    match &eye.optics.stamp {
        None => plain(&mut painter),
        Some(stamp) => stamped(stamp, &mut painter),
    }
}

struct Painter<'a, 'b> {
    light: &'a Light,
    eye: &'a Eye,
    tile: &'a Rect,
    /// Only pixels of that number are painted, if there are any.
    owner: Option<(&'a Owner, u8)>,
    /// Nothing there hides the light where there are none.
    hiders: Option<&'a Hiders<'a>>,
    planes: &'a mut [&'b mut [f32]],
}

impl Painter<'_, '_> {
    /// The pixels of the tile that a disc of that radius may meet.
    fn around(&self, [rx, ry]: [i32; 2]) -> Rect {
        let Light { x, y, .. } = *self.light;
        Rect::new(x - rx, y - ry, x + rx + 1, y + ry + 1).intersect(self.tile)
    }

    /// Takes from a row of shares what is hidden, and what others paint.
    #[inline(always)]
    fn hide(&self, x: i32, y: i32, shares: &mut [f32]) {
        if let Some((owner, number)) = self.owner {
            let these = owner.row(x, y);
            shares.iter_mut().zip(these).for_each(|(share, of)| *share = if *of == number { *share } else { 0.0 });
        }
        let (Some(hiders), light) = (self.hiders, self.light) else { return };
        let (rect, unit) = (&hiders.rect, hiders.unit);
        let row = y.div_euclid(unit);
        if row < rect.y1 || row >= rect.y2 {
            return;
        }
        // A light in focus stays at its pixel, which every point of the lens sees.
        let sharp = light.coc.abs() < LEAST_BLUR;
        let coc = if sharp { 1.0 } else { light.coc };
        let (first, end) = (x.max(rect.x1 * unit), (x + shares.len() as i32).min(rect.x2 * unit));
        if first >= end {
            return;
        }
        let from = (row - rect.y1) as usize * rect.width();
        let (across, up) = (1.0 / (coc * self.eye.stretch), (y - light.y) as f32 / coc);
        let shares = &mut shares[(first - x) as usize..(end - x) as usize];
        for (share, x) in shares.iter_mut().zip(first..) {
            let i = from + (x.div_euclid(unit) - rect.x1) as usize;
            if light.coc - hiders.least[i] * unit as f32 > SAME_SURFACE && *share > 0.0 {
                *share *= match sharp {
                    true => hiders.seen_by_all(light.coc, i),
                    false => hiders.seen(light.coc, i, [(x - light.x) as f32 * across, up]),
                };
            }
        }
    }

    /// Adds a row of shares to the colour `c`.
    #[inline(always)]
    fn add(&mut self, c: usize, x: i32, y: i32, shares: &[f32]) {
        let to = (y - self.tile.y1) as usize * self.tile.width() + (x - self.tile.x1) as usize;
        let (plane, colour) = (&mut self.planes[c][to..to + shares.len()], self.light.colour[c]);
        plane.iter_mut().zip(shares).for_each(|(v, share)| *v += share * colour);
    }
}

/// A disc or polygon with a soft edge of one pixel, or as wide as the lights that are drawn as one.
#[inline(always)]
fn plain(painter: &mut Painter) {
    let (light, eye) = (painter.light, painter.eye);
    let (aperture, stretch) = (&eye.optics.aperture, eye.stretch);
    // The soft edge of one pixel widens the disc: a radius smaller by as much has the right second moment, r²/4 per axis.
    let radius = (light.coc * light.coc - 5.0 / 12.0).max(0.0).sqrt();
    let turned = if light.coc < 0.0 { -1.0 } else { 1.0 };
    let soft = light.size as f32;
    let (inner, sides) = (aperture.inner() / soft, &eye.optics.sides);
    let weights = |y: i32, x1: i32, out: &mut [f32]| {
        let (v, turned) = (turned * y as f32, turned / stretch);
        if sides.is_empty() {
            for (i, weight) in out.iter_mut().enumerate() {
                let u = turned * (x1 + i as i32) as f32;
                *weight = (inner * (radius - (u * u + v * v).sqrt()) + 0.5).clamp(0.0, 1.0);
            }
            return;
        }
        out.fill(0.0);
        for side in sides {
            for (i, edge) in out.iter_mut().enumerate() {
                let distance = side[0] * (turned * (x1 + i as i32) as f32) + side[1] * v;
                *edge = if distance > *edge { distance } else { *edge };
            }
        }
        out.iter_mut().for_each(|edge| *edge = (inner * (radius - *edge) + 0.5).clamp(0.0, 1.0));
    };
    let outer = radius + 0.5 * soft / aperture.inner() + 0.5;
    let reach @ [rx, ry] = [(outer * stretch).ceil() as i32, outer.ceil() as i32];
    let disc = painter.around(reach);
    if disc.is_empty() {
        return;
    }
    // The sum of all weights: the shape's area, and what the soft edge adds; small ones are added up.
    let area = if radius < SMALL {
        let mut row = vec![0f32; 2 * rx as usize + 1];
        (-ry..=ry).fold(0f32, |sum, y| {
            weights(y, -rx, &mut row);
            sum + row.iter().sum::<f32>()
        })
    } else {
        (aperture.area() * radius * radius + std::f32::consts::PI / 12.0 * soft * soft) * stretch
    };
    let (mut row, part) = (vec![0f32; disc.width()], 1.0 / area);
    for y in disc.y1..disc.y2 {
        // Beyond the chord of the circle around it all is nothing.
        let up = (y - light.y) as f32;
        let half = ((outer * outer - up * up).max(0.0).sqrt() * stretch).ceil() as i32 + 1;
        let (x1, x2) = (disc.x1.max(light.x - half), disc.x2.min(light.x + half + 1));
        if x1 >= x2 {
            continue;
        }
        let row = &mut row[..(x2 - x1) as usize];
        weights(y - light.y, x1 - light.x, row);
        row.iter_mut().for_each(|v| *v *= part);
        painter.hide(x1, y, row);
        (0..3).for_each(|c| painter.add(c, x1, y, row));
    }
}

/// What the table says, less what the barrel cuts off.
#[inline(always)]
fn stamped(stamp: &Stamp, painter: &mut Painter) {
    let (light, eye) = (painter.light, painter.eye);
    let (side, radius) = (stamp.side(light.coc), light.coc.abs());
    let disc = painter.around(reach_of(light, eye));
    if disc.is_empty() {
        return;
    }
    let cut = eye.cats_eye.as_ref().map(|cats_eye| Cut::new(light, cats_eye, eye.stretch));
    let (mut left, mut shares) = (vec![0f32; disc.width()], [0, 1, 2].map(|_| vec![0f32; disc.width()]));
    for y in disc.y1..disc.y2 {
        left.fill(1.0);
        if let Some(cut) = &cut {
            left.iter_mut().zip(disc.x1 - light.x..).for_each(|(v, dx)| *v = cut.through(dx, y - light.y));
        }
        painter.hide(disc.x1, y, &mut left);
        let row = side.row(radius, eye.stretch, y - light.y);
        for (i, share) in row.shares(disc.x1 - light.x, disc.x2 - light.x).enumerate() {
            (0..3).for_each(|c| shares[c][i] = share[c] * left[i]);
        }
        (0..3).for_each(|c| painter.add(c, disc.x1, y, &shares[c]));
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
