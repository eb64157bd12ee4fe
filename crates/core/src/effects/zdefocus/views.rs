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
use super::breaks::WHOLE;
use super::candidates::{Samples, Sieve, candidates_of};
use super::finest::{Asked, from_coarser};
use super::lights::Light;
use super::scene::Scene;
use super::shine::{self, Hiders};
use super::tiles::{Rows, cut, cut_rows, in_frame, tiles};
use super::view::View;
use super::weighing::Weighing;
use crate::geometry::Rect;
use crate::image::Image;
use crate::maths::choose;
use crate::simd::{Sixteen, SixteenWork, best_sixteen_work};
use crate::workers::{Cancel, Exec, Stop};
use std::ops::Range;
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

/// What is rendered of a picture of one size.
pub struct Look<'a> {
    /// The samples; in pixels of that picture, as is all that is not said to be otherwise.
    pub scene: &'a Scene,
    /// Its pixels, in pixels of the frame.
    pub unit: i32,
    /// What it is asked for.
    pub asked: &'a Asked,
    /// What the picture of half the size shows, where it was asked.
    pub coarser: Option<&'a Image>,
    /// In pixels of the frame, as are their places.
    pub lights: &'a [Light],
    /// Which picture says for each pixel of the frame what hides lights, by its number, and the number of this one; without, it is the only one.
    pub owner: Option<(&'a Owner, u8)>,
    /// The lens.
    pub eye: &'a Eye,
}

/// A number for each pixel of a rectangle.
pub struct Owner {
    /// Where.
    pub rect: Rect,
    /// Rows from bottom to top.
    pub number: Vec<u8>,
}

impl Owner {
    /// Those of a row from there on.
    pub fn row(&self, x: i32, y: i32) -> &[u8] {
        &self.number[(y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize..]
    }
}

/// CoCs of which it is watched from which part of the lens they are seen.
#[derive(Clone, Copy)]
pub struct Watched<'a> {
    /// Where.
    pub rect: Rect,
    /// Rows from bottom to top.
    pub coc: &'a [f32],
}

/// Of blurs from this on nobody asks it, in pixels.
const WATCHED: f32 = 1.75;
/// What is in front of a watched CoC by up to this much, in pixels, hides it not: it is the same surface.
const SAME_AS_WATCHED: f32 = 0.75;

/// Averages all views over an image, as far as it is asked for, and adds the lights: to `glow`, or where there is none to the image. In
/// `visible`, a plane of the image, it is noted by which part of the lens what is watched is seen, of [`WHOLE`].
pub fn render(
    look: &Look,
    out: &mut Image,
    glow: Option<&mut Image>,
    visible: Option<(Watched, &mut [u8])>,
    exec: &Exec,
) -> Result<(), Stop> {
    let Look { scene, unit, asked, lights, eye, .. } = *look;
    let tile = TILE[usize::from(scene.layers.iter().any(|layer| layer.most >= FAR))];
    let columns = out.rect().width().div_ceil(tile[0] as usize);
    let bands = bands(lights, eye.stretch, out.rect(), unit, tile[1]);
    let glow = glow.map(|glow| cut(glow, out.rect(), tile, unit));
    let glow: Vec<_> = match glow {
        Some(tiles) => tiles.into_iter().map(Some).collect(),
        None => Vec::new(),
    };
    let (watched, visible) = visible.unzip();
    let visible = visible.map(|visible| cut_rows(visible, out.rect(), tile)).unwrap_or_default();
    let (mut glow, mut visible) = (glow.into_iter(), visible.into_iter());
    let all = tiles(out, tile).into_iter().map(|tile| (tile, glow.next().flatten(), visible.next()));
    exec.for_each_mut(all.collect(), [0.2, 0.97], |i, ((rect, rows), glow, visible), cancel| {
        let full = in_frame(rect, unit);
        let lights = bands[i / columns].iter().filter(|l| !disc(l, eye.stretch).intersect(&full).is_empty());
        let lights: Vec<&Light> = lights.copied().collect();
        let looked = asked.around(rect);
        if asked.parts.around(rect).is_empty() && lights.is_empty() {
            return;
        }
        let tile = Tile { look, lights: &lights, watched, rect: *rect, looked, cancel };
        best_sixteen_work(Whole { tile, rows, glow, visible: visible.as_deref_mut().unwrap_or_default() });
    })
}

/// One tile's work.
struct Tile<'a> {
    look: &'a Look<'a>,
    lights: &'a [&'a Light],
    watched: Option<Watched<'a>>,
    rect: Rect,
    /// The part of it of which the views say something.
    looked: Rect,
    cancel: &'a Cancel,
}

/// The same, and what is there already.
struct Whole<'a, 'b> {
    tile: Tile<'a>,
    rows: &'a mut Rows<'b>,
    /// Where the lights go, in pixels of the frame, if not there.
    glow: &'a mut Option<(Rect, Rows<'b>)>,
    /// For each pixel the part of the lens that sees its own surface.
    visible: &'a mut [&'b mut [u8]],
}

impl SixteenWork for Whole<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Whole { tile, rows, glow, visible } = self;
        let (rect, looked, Look { asked, coarser, .. }) = (tile.rect, tile.looked, tile.look);
        let w = rect.width();
        let Averages { seen, depths, watched: part_of_lens } =
            if looked.is_empty() { Averages::default() } else { average::<S>(&tile) };
        let (mut line, mut of_coarser) = (Vec::new(), [0; 4].map(|_| vec![0f32; w]));
        let mut seen_row = of_coarser.clone();
        for (i, y) in (rect.y1..rect.y2).enumerate() {
            let (parts, own) = (asked.parts.row(&rect, y), asked.own(&rect, y));
            let mut wanted = parts.iter().zip(own);
            if let Some(coarser) = coarser
                && wanted.any(|(part, own)| *part > 0 && *own < WHOLE)
            {
                from_coarser(coarser, &rect, y, &mut line, &mut of_coarser);
            }
            let here = y >= looked.y1 && y < looked.y2;
            let first = looked.x1.saturating_sub(rect.x1).max(0) as usize;
            if let Some(visible) = visible.get_mut(i).filter(|_| here && !part_of_lens.is_empty()) {
                let at = (y - looked.y1) as usize * looked.width();
                let (parts, part_of_lens) = (&parts[first..], &part_of_lens[at..at + looked.width()]);
                for ((to, part), of_lens) in visible[first..].iter_mut().zip(parts).zip(part_of_lens) {
                    let (all, part) = (f32::from(WHOLE), f32::from(*part) / f32::from(WHOLE));
                    *to = (all + (of_lens - 1.0) * all * part).round() as u8;
                }
            }
            if parts.iter().all(|part| *part == 0) {
                continue;
            }
            // Nothing of what is not looked at is asked for.
            seen_row.iter_mut().for_each(|plane| plane.fill(0.0));
            if here {
                let at = (y - looked.y1) as usize * looked.width();
                for (x, colour) in (first..).zip(&seen[at..at + looked.width()]) {
                    (0..4).for_each(|c| seen_row[c][x] = colour[c]);
                }
            }
            for (c, plane) in rows.iter_mut().enumerate() {
                let row = &mut plane[i][..w];
                let (of_coarser, seen) = (&of_coarser[c][..w], &seen_row[c][..w]);
                let all = row.iter_mut().zip(parts.iter().zip(own)).zip(of_coarser.iter().zip(seen));
                for ((to, (part, own)), (coarser, seen)) in all {
                    let v = over(*coarser, *seen, *own);
                    *to = over(*to, v, *part);
                }
            }
        }
        match glow {
            None => shine(&tile, &depths, &rect, rows),
            Some((full, rows)) => shine(&tile, &depths, full, rows),
        }
    }
}

/// Something over something else, of [`WHOLE`].
#[inline(always)]
fn over(below: f32, above: f32, part: u8) -> f32 {
    let mixed = below + (above - below) * (f32::from(part) / f32::from(WHOLE));
    choose(part == 0, below, choose(part == WHOLE, above, mixed))
}

/// What is looked at, as all lens points together see it.
#[derive(Default)]
struct Averages {
    seen: Vec<[f32; 4]>,
    /// For each lens point the CoCs that it sees, where there are lights.
    depths: Vec<f32>,
    /// The part of the lens that sees what is watched.
    watched: Vec<f32>,
}

#[inline(always)]
fn average<S: Sixteen>(&Tile { look, lights, watched, looked: tile, cancel, .. }: &Tile) -> Averages {
    let Look { scene, eye, unit, asked, .. } = look;
    let n = tile.width() * tile.height();
    let mut sum = vec![[0f32; 4]; n];
    let mut count = vec![0f32; n];
    let mut seen_whole = 0f32;
    let optics = &*eye.optics;
    let points: Vec<[f32; 2]> = optics.points.iter().map(|p| [p.u[0] * eye.stretch, p.u[1]]).collect();
    let mut weighing = (!optics.even || eye.cats_eye.is_some()).then(|| Weighing::new(tile, eye, *unit));
    let widest = |axis: usize| points.iter().fold(0f32, |m, p| m.max(p[axis].abs()));
    let (wide, high) = (widest(0), widest(1));
    let mut candidates = Vec::new();
    scene.layers.iter().for_each(|layer| candidates_of(layer, &tile, wide, high, &mut candidates));
    let Some(samples) = Samples::new(&mut candidates) else {
        cancel.set_out_of_memory();
        return Averages { seen: sum, ..Averages::default() };
    };
    let mut sieve = Sieve::new(&candidates, tile);
    let mut view = View::new(tile, eye.optics.points.len() as u32);
    let wanted = wanted(asked, &tile);
    // What hides a light is known for each view: kept only where lights are.
    let mut depths: Vec<f32> = Vec::new();
    if !lights.is_empty() && depths.try_reserve_exact(points.len() * n).is_err() {
        cancel.set_out_of_memory();
    }
    // The nearest that does not hide what is watched, if any of it is sharp enough.
    let mut watched: Vec<f32> = watched.map_or(Vec::new(), |Watched { rect, coc }| {
        let first = |y: i32| (y - rect.y1) as usize * rect.width() + (tile.x1 - rect.x1) as usize;
        let row = |y: i32| &coc[first(y)..][..tile.width()];
        (tile.y1..tile.y2).flat_map(row).map(|coc| coc - SAME_AS_WATCHED).collect()
    });
    if watched.iter().all(|least| (least + SAME_AS_WATCHED).abs() >= WATCHED) {
        watched.clear();
    }
    let mut of_lens = vec![0f32; watched.len()];
    for (number, &point) in points.iter().enumerate() {
        if cancel.is_set() {
            return Averages { seen: sum, ..Averages::default() };
        }
        view.look::<S>(&candidates, &samples, &mut sieve, number as u32, point);
        if !lights.is_empty() {
            depths.extend_from_slice(view.nearest());
        }
        for ((of_lens, nearest), watched) in of_lens.iter_mut().zip(view.nearest()).zip(&watched) {
            *of_lens += if nearest < watched { 0.0 } else { 1.0 };
        }
        match &mut weighing {
            Some(weighing) => weighing.add(&view, &samples, &optics.points[number], &mut sum),
            None => {
                for these in &wanted {
                    for (sum, which) in sum[these.clone()].iter_mut().zip(view.which(these.clone())) {
                        let colour = samples.colour[which];
                        *sum = [sum[0] + colour[0], sum[1] + colour[1], sum[2] + colour[2], sum[3] + colour[3]];
                    }
                }
                view.count(&mut count, &mut seen_whole);
            }
        }
    }
    match &weighing {
        Some(weighing) => weighing.divided(&mut sum),
        None => {
            for (sum, count) in sum.iter_mut().zip(&count) {
                let n = (count + seen_whole).max(1.0);
                *sum = sum.map(|v| v / n);
            }
        }
    }
    let part = 1.0 / points.len().max(1) as f32;
    of_lens.iter_mut().for_each(|of_lens| *of_lens *= part);
    Averages { seen: sum, depths, watched: of_lens }
}

/// The pixels of a tile that are asked for, a piece of each row.
fn wanted(asked: &Asked, tile: &Rect) -> Vec<Range<usize>> {
    let w = tile.width();
    let rows = (tile.y1..tile.y2).map(|y| asked.around(&Rect { y1: y, y2: y + 1, ..*tile }));
    let pieces = rows.enumerate().filter(|(_, row)| !row.is_empty());
    pieces.map(|(i, row)| i * w + (row.x1 - tile.x1) as usize..i * w + (row.x2 - tile.x1) as usize).collect()
}

/// Adds the lights to the rows of a rectangle of the frame; `depths` is what each lens point sees, or nothing where nothing hides a light.
#[inline(always)]
fn shine(tile: &Tile, depths: &[f32], rect: &Rect, rows: &mut Rows) {
    if tile.lights.is_empty() {
        return;
    }
    let n = rect.width() * rect.height();
    let mut all = Vec::with_capacity(3 * n);
    rows.iter().take(3).flatten().for_each(|row| all.extend_from_slice(row));
    let mut planes: Vec<&mut [f32]> = all.chunks_mut(n.max(1)).collect();
    // What a smaller picture says of the frame lies within what it looks at.
    let hiders = Hiders::new(tile.looked, tile.look.unit, depths, tile.look.eye.optics.nearest());
    for light in tile.lights.iter().take_while(|_| !tile.cancel.is_set()) {
        shine::spread(light, tile.look.eye, rect, tile.look.owner, &mut planes, &hiders);
    }
    let lines = all.chunks(rect.width().max(1));
    rows.iter_mut().take(3).flatten().zip(lines).for_each(|(to, from)| to.copy_from_slice(from));
}

/// The lights that may shine into each row of tiles, in their order.
fn bands(lights: &[Light], stretch: f32, window: Rect, unit: i32, high: i32) -> Vec<Vec<&Light>> {
    let mut bands = vec![Vec::new(); window.height().div_ceil(high as usize)];
    let window = in_frame(&window, unit);
    for light in lights {
        let disc = disc(light, stretch).intersect(&window);
        if !disc.is_empty() {
            let band = |y: i32| ((y - window.y1) / (high * unit)) as usize;
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
