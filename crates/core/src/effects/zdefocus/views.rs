//! What each point of the lens sees, averaged: the samples move by lens point × CoC, nearer ones hide farther ones.
//!
//! Within one view a sample moves by whole pixels. A surface of one CoC is so a copy of itself, and the rounded moves of all points together
//! are the disc, each pixel by the part of it that the disc covers. Visibility is decided for each point of the lens by a plain z-buffer,
//! as in a real one. Where a surface is stretched by the move, samples cover the pixel that opens beside them.
//!
//! The work is done tile by tile, so that a tile's planes stay in the cache, and run by run: neighbours that land on neighbours are one
//! loop over plain slices.

use super::aperture::{CatsEye, Optics};
use super::lens::NearestPoint;
use super::lights::Light;
use super::scene::Scene;
use super::shine::{self, Hiders};
use super::view::{View, candidates_of};
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

/// Size of a tile in pixels.
const TILE: [i32; 2] = [128, 32];

/// The lens that looks.
pub struct Eye {
    /// Its shape and its points.
    pub optics: Arc<Optics>,
    /// What the barrel cuts off.
    pub cats_eye: Option<CatsEye>,
    /// How much wider than high the bokeh is in pixels.
    pub stretch: f32,
}

/// Averages all views over an image, and adds the lights.
pub fn render(scene: &Scene, lights: &[Light], eye: &Eye, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
    let nearest_point = NearestPoint::new(&eye.optics.places());
    exec.for_each_mut(tiles(out), [0.2, 0.97], |_, (tile, rows), cancel| {
        let (w, n) = (tile.width(), tile.width() * tile.height());
        let result = best_wide_work(Tile { scene, lights, eye, nearest_point: &nearest_point, rect: *tile, cancel });
        for (rows, plane) in rows.iter_mut().zip(result.chunks(n)) {
            rows.iter_mut().zip(plane.chunks(w)).for_each(|(to, from)| to.copy_from_slice(from));
        }
    })
}

/// The tiles of an image: where, and the rows of the four planes.
fn tiles(image: &mut Image) -> Vec<(Rect, [Vec<&mut [f32]>; 4])> {
    let window = image.rect();
    let (w, h) = (TILE[0] as usize, TILE[1] as usize);
    let columns = window.width().div_ceil(w);
    let mut tiles = Vec::new();
    for y in (window.y1..window.y2).step_by(h) {
        for x in (window.x1..window.x2).step_by(w) {
            let rows = std::array::from_fn(|_| Vec::with_capacity(h));
            tiles.push((Rect::new(x, y, x + TILE[0], y + TILE[1]).intersect(&window), rows));
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
    lights: &'a [Light],
    eye: &'a Eye,
    nearest_point: &'a NearestPoint,
    rect: Rect,
    cancel: &'a Cancel,
}

impl WideWork for Tile<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Vec<f32> {
        average::<L>(self)
    }
}

/// Four planes of the tile's averages, one after the other.
#[inline(always)]
fn average<L: Lanes>(Tile { scene, lights, eye, nearest_point, rect: tile, cancel }: Tile) -> Vec<f32> {
    let n = tile.width() * tile.height();
    let plane = || vec![0f32; n];
    let mut sum: [Vec<f32>; 4] = std::array::from_fn(|_| plane());
    let mut count = plane();
    let mut seen_whole = 0f32;
    let optics = &*eye.optics;
    let points: Vec<[f32; 2]> = optics.points.iter().map(|p| [p.u[0] * eye.stretch, p.u[1]]).collect();
    let mut weighing = (!optics.even || eye.cats_eye.is_some()).then(|| Weighing::new(tile, eye));
    let widest = |axis: usize| points.iter().fold(0f32, |m, p| m.max(p[axis].abs()));
    let (wide, high) = (widest(0), widest(1));
    let mut candidates = Vec::new();
    scene.layers.iter().for_each(|layer| candidates_of(layer, &tile, wide, high, &mut candidates));
    let opaque = weighing.is_none() && candidates.iter().all(|c| c.layer.opaque);
    let mut view = View::new(tile, eye.optics.points.len() as u32, opaque);
    let lights: Vec<&Light> = lights.iter().filter(|l| meets_disc(l, eye.stretch, &tile)).collect();
    // What hides a light is known for each view: kept only where lights are.
    let mut depths: Vec<f32> = Vec::new();
    for (number, &point) in points.iter().enumerate() {
        if cancel.is_set() {
            return vec![0.0; 4 * n];
        }
        view.look::<L>(&candidates, number as u32, point);
        match &mut weighing {
            Some(weighing) => weighing.add(&view, &optics.points[number], &mut sum),
            None => view.add(&mut sum, &mut count, &mut seen_whole),
        }
        if !lights.is_empty() {
            depths.extend_from_slice(view.nearest());
        }
    }
    if opaque {
        // As many ones as views that see something.
        sum[3].iter_mut().zip(&count).for_each(|(v, n)| *v = n + seen_whole);
    }
    let mean = |plane: &Vec<f32>| -> Vec<f32> {
        plane.iter().zip(&count).map(|(v, n)| v / (n + seen_whole).max(1.0)).collect()
    };
    let mut result: Vec<f32> = match &weighing {
        None => sum.iter().flat_map(mean).collect(),
        Some(weighing) => weighing.divided(&sum),
    };
    let mut planes: Vec<&mut [f32]> = result.chunks_mut(n).take(3).collect();
    let least = depths.iter().fold(f32::MAX, |m, v| if *v < m { *v } else { m });
    let hiders = Hiders { nearest: &depths, least, point: nearest_point };
    for light in lights {
        if cancel.is_set() {
            break;
        }
        shine::spread(light, eye, &tile, &mut planes, &hiders);
    }
    result
}

/// Does a light's disc meet the tile?
fn meets_disc(light: &Light, stretch: f32, tile: &Rect) -> bool {
    // The soft edge of a polygon's side reaches farther in its corners.
    let soft = 2 + light.size;
    let reach = |coc: f32| (coc.ceil() as i32).saturating_add(soft).min(1 << 24);
    let (x, y) = (reach(light.coc.abs() * stretch.max(1.0)), reach(light.coc.abs()));
    let disc = Rect::new(light.x - x, light.y - y, light.x + x + 1, light.y + y + 1);
    !disc.intersect(tile).is_empty()
}
