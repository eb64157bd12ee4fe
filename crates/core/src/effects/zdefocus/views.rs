//! What each point of the lens sees, averaged: the samples move by lens point × CoC, nearer ones hide farther ones.
//!
//! Within one view a sample moves by whole pixels. A surface of one CoC is so a copy of itself, and the rounded moves of all points together
//! are the disc, each pixel by the part of it that the disc covers. Visibility is decided for each point of the lens by a plain z-buffer,
//! as in a real one. Where a surface is stretched by the move, samples cover the pixel that opens beside them.
//!
//! Where one surface is all that the lens sees, `gather` has been before.
//!
//! The work is done tile by tile, so that a tile's planes stay in the cache, and run by run: neighbours that land on neighbours are one
//! loop over plain slices.

use super::aperture::{CatsEye, Optics};
use super::breaks::{Parts, WHOLE};
use super::candidates::{Sieve, candidates_of};
use super::lens::NearestPoint;
use super::lights::Light;
use super::scene::Scene;
use super::shine::{self, Hiders};
use super::view::{View, tile_plane};
use super::weighing::Weighing;
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{Lanes, WideWork, best_wide_work};
use crate::workers::{Cancel, Exec, Stop};
use std::sync::Arc;

/// A light whose CoC is up to this much behind the nearest sample at a pixel is seen there, in pixels…
pub const SAME_SURFACE: f32 = 1.0;
/// …and fades out over this much more.
pub const FADE: f32 = 1.0;
/// Neighbours whose CoCs differ by less are one surface: what opens between them is closed.
pub const JOINED: f32 = 2.5;

/// Size of a tile in pixels, where samples move by less than [`FAR`] and where they move farther: many more of them meet a tile then.
const TILE: [[i32; 2]; 2] = [[64, 32], [128, 64]];
const FAR: f32 = 16.0;

/// The lens that looks.
pub struct Eye {
    /// Its shape and its points.
    pub optics: Arc<Optics>,
    /// What the barrel cuts off.
    pub cats_eye: Option<CatsEye>,
    /// How much wider than high the bokeh is in pixels.
    pub stretch: f32,
}

/// Averages all views over an image, as far as `parts` says so (or all of it), and adds the lights.
pub fn render(
    scene: &Scene,
    lights: &[Light],
    eye: &Eye,
    parts: Option<&Parts>,
    out: &mut Image,
    exec: &Exec,
) -> Result<(), Stop> {
    let nearest_point = NearestPoint::new(&eye.optics.places());
    let tile = TILE[usize::from(scene.layers.iter().any(|layer| layer.most >= FAR))];
    let columns = out.rect().width().div_ceil(tile[0] as usize);
    let bands = bands(lights, eye.stretch, out.rect(), tile[1]);
    exec.for_each_mut(tiles(out, tile), [0.2, 0.97], |i, (rect, rows), cancel| {
        let lights = bands[i / columns].iter().filter(|l| !disc(l, eye.stretch).intersect(rect).is_empty());
        let lights: Vec<&Light> = lights.copied().collect();
        let looked = parts.map_or(*rect, |parts| parts.around(rect));
        if looked.is_empty() && lights.is_empty() {
            return;
        }
        let tile = Tile { scene, lights: &lights, eye, nearest_point: &nearest_point, rect: *rect, looked, cancel };
        best_wide_work(Whole { tile, parts, rows });
    })
}

/// The tiles of an image: where, and the rows of the four planes.
pub fn tiles(image: &mut Image, size: [i32; 2]) -> Vec<(Rect, [Vec<&mut [f32]>; 4])> {
    let window = image.rect();
    let (w, h) = (size[0] as usize, size[1] as usize);
    let columns = window.width().div_ceil(w);
    let mut tiles = Vec::new();
    for y in (window.y1..window.y2).step_by(h) {
        for x in (window.x1..window.x2).step_by(w) {
            let rows = std::array::from_fn(|_| Vec::with_capacity(h));
            tiles.push((Rect::new(x, y, x + size[0], y + size[1]).intersect(&window), rows));
        }
    }
    for (c, plane) in image.planes.iter_mut().enumerate() {
        for (y, row) in plane.rows_mut().enumerate() {
            let across = &mut tiles[y / h * columns..];
            row.chunks_mut(w).zip(across).for_each(|(part, (_, rows))| rows[c].push(part));
        }
    }
    tiles
}

/// One tile's work.
struct Tile<'a> {
    scene: &'a Scene,
    lights: &'a [&'a Light],
    eye: &'a Eye,
    nearest_point: &'a NearestPoint,
    rect: Rect,
    /// The part of it of which the views say something.
    looked: Rect,
    cancel: &'a Cancel,
}

/// The same, and what is there already.
struct Whole<'a, 'b> {
    tile: Tile<'a>,
    parts: Option<&'a Parts>,
    rows: &'a mut [Vec<&'b mut [f32]>; 4],
}

impl WideWork for Whole<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Whole { tile, parts, rows } = self;
        let (rect, looked) = (tile.rect, tile.looked);
        let (w, n) = (rect.width(), rect.width() * rect.height());
        let mut planes = Vec::with_capacity(4 * n);
        for plane in rows.iter() {
            plane.iter().for_each(|row| planes.extend_from_slice(row));
        }
        let (seen, depths) = if looked.is_empty() { Default::default() } else { average::<L>(&tile) };
        for (plane, seen) in planes.chunks_mut(n).zip(seen.chunks((looked.width() * looked.height()).max(1))) {
            for (y, seen) in (looked.y1..).zip(seen.chunks(looked.width().max(1))) {
                let at = (y - rect.y1) as usize * w + (looked.x1 - rect.x1) as usize;
                let row = &mut plane[at..at + looked.width()];
                let Some(parts) = parts else {
                    row.copy_from_slice(seen);
                    continue;
                };
                for ((v, seen), part) in row.iter_mut().zip(seen).zip(parts.row(&looked, y)) {
                    *v = match *part {
                        0 => *v,
                        WHOLE => *seen,
                        part => *v + (*seen - *v) * (f32::from(part) / f32::from(WHOLE)),
                    };
                }
            }
        }
        shine(&tile, &depths, &mut planes);
        for (rows, plane) in rows.iter_mut().zip(planes.chunks(n)) {
            rows.iter_mut().zip(plane.chunks(w)).for_each(|(to, from)| to.copy_from_slice(from));
        }
    }
}

/// Four planes of averages over what is looked at, one after the other; and for each lens point the CoCs that it sees, where there are lights.
#[inline(always)]
fn average<L: Lanes>(&Tile { scene, lights, eye, looked: tile, cancel, .. }: &Tile) -> (Vec<f32>, Vec<f32>) {
    let n = tile.width() * tile.height();
    let mut sum: [Vec<f32>; 4] = std::array::from_fn(|_| tile_plane(&tile, 0.0));
    let mut count = vec![0f32; n];
    let mut seen_whole = 0f32;
    let optics = &*eye.optics;
    let points: Vec<[f32; 2]> = optics.points.iter().map(|p| [p.u[0] * eye.stretch, p.u[1]]).collect();
    let mut weighing = (!optics.even || eye.cats_eye.is_some()).then(|| Weighing::new(tile, eye));
    let widest = |axis: usize| points.iter().fold(0f32, |m, p| m.max(p[axis].abs()));
    let (wide, high) = (widest(0), widest(1));
    let mut candidates = Vec::new();
    scene.layers.iter().for_each(|layer| candidates_of(layer, &tile, wide, high, &mut candidates));
    let opaque = weighing.is_none() && candidates.iter().all(|c| c.layer.opaque);
    let mut sieve = Sieve::new(&candidates, tile);
    let mut view = View::new(tile, eye.optics.points.len() as u32);
    // What hides a light is known for each view: kept only where lights are.
    let mut depths: Vec<f32> = Vec::new();
    for (number, &point) in points.iter().enumerate() {
        if cancel.is_set() {
            return (vec![0.0; 4 * n], Vec::new());
        }
        view.look::<L>(&candidates, &mut sieve, number as u32, point);
        if !lights.is_empty() {
            depths.extend_from_slice(view.nearest());
        }
        match &mut weighing {
            Some(weighing) => weighing.add(&view, &candidates, &optics.points[number], &mut sum),
            None => {
                match opaque {
                    true => view.add::<L, 3>(&candidates, &mut sum),
                    false => view.add::<L, 4>(&candidates, &mut sum),
                }
                view.count(&mut count, &mut seen_whole);
            }
        }
    }
    if opaque {
        // As many ones as views that see something.
        sum[3].iter_mut().zip(&count).for_each(|(v, n)| *v = n + seen_whole);
    }
    let result = match &weighing {
        Some(weighing) => weighing.divided(&sum),
        None => {
            let mut result = Vec::with_capacity(4 * n);
            for plane in &sum {
                result.extend(plane.iter().zip(&count).map(|(v, n)| v / (n + seen_whole).max(1.0)));
            }
            result
        }
    };
    (result, depths)
}

/// Adds the lights to a tile's planes; `depths` is what each lens point sees, or nothing where nothing hides a light.
#[inline(always)]
fn shine(tile: &Tile, depths: &[f32], planes: &mut [f32]) {
    let n = tile.rect.width() * tile.rect.height();
    let mut planes: Vec<&mut [f32]> = planes.chunks_mut(n).take(3).collect();
    let hiders = Hiders::new(tile.looked, depths, tile.nearest_point);
    for light in tile.lights.iter().take_while(|_| !tile.cancel.is_set()) {
        shine::spread(light, tile.eye, &tile.rect, &mut planes, &hiders);
    }
}

/// The lights that may shine into each row of tiles, in their order.
fn bands(lights: &[Light], stretch: f32, window: Rect, high: i32) -> Vec<Vec<&Light>> {
    let mut bands = vec![Vec::new(); window.height().div_ceil(high as usize)];
    for light in lights {
        let disc = disc(light, stretch).intersect(&window);
        if !disc.is_empty() {
            let band = |y: i32| ((y - window.y1) / high) as usize;
            bands[band(disc.y1)..=band(disc.y2 - 1)].iter_mut().for_each(|band| band.push(light));
        }
    }
    bands
}

/// No part of a light's disc lies outside.
fn disc(light: &Light, stretch: f32) -> Rect {
    // The soft edge of a polygon's side reaches farther in its corners.
    let soft = 3 + light.size;
    let reach = |coc: f32| (coc as i32).saturating_add(soft).min(1 << 24);
    let (x, y) = (reach(light.coc.abs() * stretch.max(1.0)), reach(light.coc.abs()));
    Rect::new(light.x - x, light.y - y, light.x + x + 1, light.y + y + 1)
}
