//! What each point of the lens sees, averaged: the samples move by lens point × CoC, nearer ones hide farther ones.
//!
//! Within one view a sample moves by whole pixels. A surface of one CoC is so a copy of itself, and the rounded moves of all points together
//! are the disc, each pixel by the part of it that the disc covers. Visibility is decided for each point of the lens by a plain z-buffer,
//! as in a real one. Where a surface is stretched by the move, samples cover the pixel that opens beside them.
//!
//! The work is done tile by tile, so that a tile's planes stay in the cache, and run by run: neighbours that land on neighbours are one
//! loop over plain slices.

use super::aperture::{CatsEye, LensPoint, Optics};
use super::lens::NearestPoint;
use super::lights::Light;
use super::scene::{BLOCK, Layer, Scene};
use super::sheet::NONE;
use super::shine::{self, Hiders};
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{Work, best_work};
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

/// Averages all views over `window`, and adds the lights.
pub fn render(scene: &Scene, lights: &[Light], eye: &Eye, window: Rect, exec: &Exec) -> Result<Image, Stop> {
    let mut out = Image::new(window)?;
    let nearest_point = NearestPoint::new(&eye.optics.places());
    let columns = window.width().div_ceil(TILE[0] as usize);
    let mut tiles: Vec<(Rect, Vec<f32>)> = Vec::new();
    for y in (window.y1..window.y2).step_by(TILE[1] as usize) {
        for x in (window.x1..window.x2).step_by(TILE[0] as usize) {
            tiles.push((Rect::new(x, y, x + TILE[0], y + TILE[1]).intersect(&window), Vec::new()));
        }
    }
    exec.for_each_mut(tiles.iter_mut().collect(), [0.2, 0.97], |_, (tile, result), cancel| {
        *result = best_work(Tile { scene, lights, eye, nearest_point: &nearest_point, rect: *tile, cancel });
    })?;
    exec.for_each_mut(out.rows_mut(), [0.97, 0.97], |y, row, _| {
        let (across, j) = (y / TILE[1] as usize * columns, y % TILE[1] as usize);
        for (tile, result) in &tiles[across..across + columns] {
            let (w, n, x) = (tile.width(), tile.width() * tile.height(), (tile.x1 - window.x1) as usize);
            for (c, plane) in row.planes().into_iter().enumerate() {
                plane[x..x + w].copy_from_slice(&result[c * n + j * w..c * n + (j + 1) * w]);
            }
        }
    })?;
    Ok(out)
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

impl Work for Tile<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run(self) -> Vec<f32> {
        average(self)
    }
}

/// Four planes of the tile's averages, one after the other.
#[inline(always)]
fn average(Tile { scene, lights, eye, nearest_point, rect: tile, cancel }: Tile) -> Vec<f32> {
    let n = tile.width() * tile.height();
    let plane = || vec![0f32; n];
    let mut view = View {
        tile,
        nearest: plane(),
        colour: std::array::from_fn(|_| plane()),
        number: (0, eye.optics.points.len() as u32),
    };
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
    let lights: Vec<&Light> = lights.iter().filter(|l| meets_disc(l, eye.stretch, &tile)).collect();
    // What hides a light is known for each view: kept only where lights are.
    let mut depths: Vec<f32> = Vec::new();
    for (number, &point) in points.iter().enumerate() {
        if cancel.is_set() {
            return vec![0.0; 4 * n];
        }
        view.number.0 = number as u32;
        view.look(&candidates, point);
        match &mut weighing {
            Some(weighing) => weighing.add(&view, &optics.points[number], &mut sum),
            None => view.add(&mut sum, &mut count, &mut seen_whole),
        }
        if !lights.is_empty() {
            depths.extend_from_slice(&view.nearest);
        }
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

/// A row of up to [`BLOCK`] samples that may reach the tile.
struct Candidate<'a> {
    layer: &'a Layer,
    /// Index of the first sample.
    start: usize,
    n: usize,
    x: i32,
    y: i32,
    /// Least and greatest move.
    shift: [f32; 2],
    /// Are there a sample to the left of the first, and a row below?
    left: bool,
    below: bool,
    /// Least and greatest move of the block below.
    under: [f32; 2],
}

fn candidates_of<'a>(layer: &'a Layer, tile: &Rect, wide: f32, high: f32, list: &mut Vec<Candidate<'a>>) {
    let w = layer.sheet.rect.width();
    for (b, block) in layer.blocks.iter().enumerate() {
        if block[0] > block[1] {
            continue;
        }
        let (column, row) = (b % layer.columns, b / layer.columns);
        let x = (layer.first_column + column as i32) * BLOCK;
        let (x1, x2) = (x.max(layer.sheet.rect.x1), (x + BLOCK).min(layer.sheet.rect.x2));
        let y = layer.sheet.rect.y1 + row as i32;
        let most = block[0].abs().max(block[1].abs());
        if reaches([x1, x2], y, tile, [-wide * most, wide * most], [-high * most, high * most]) {
            let start = row * w + (x1 - layer.sheet.rect.x1) as usize;
            list.push(Candidate {
                layer,
                start,
                n: (x2 - x1) as usize,
                x: x1,
                y,
                shift: *block,
                left: x1 > layer.sheet.rect.x1,
                below: row > 0,
                under: if row > 0 { layer.blocks[b - layer.columns] } else { [0.0; 2] },
            });
        }
    }
}

/// Do the block's pixels, moved by these ranges, meet the tile? One pixel more on every side: they may close what opens beside them.
#[inline(always)]
fn reaches(x: [i32; 2], y: i32, tile: &Rect, dx: [f32; 2], dy: [f32; 2]) -> bool {
    x[1] as f32 + dx[1] + 2.0 >= tile.x1 as f32
        && x[0] as f32 + dx[0] - 2.0 < tile.x2 as f32
        && y as f32 + dy[1] + 2.0 >= tile.y1 as f32
        && y as f32 + dy[0] - 2.0 < tile.y2 as f32
}

const LANES: usize = BLOCK as usize;

/// To the nearest whole number, ties to even, by plain float arithmetic that vectorises on any processor; |d| < 2²¹.
#[inline(always)]
fn whole(d: f32) -> i32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to the nearest whole number and leaves that in the low bits
    ((d + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32)
}

/// One bit for each byte that is 1, the first the lowest.
#[inline(always)]
fn bits(bytes: &[u8; LANES]) -> u64 {
    let mut bits = 0;
    for (i, eight) in bytes.chunks_exact(8).enumerate() {
        let eight =
            u64::from_le_bytes([eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7]]);
        bits |= (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    bits
}

/// Where the samples of a block land, and what they close: each counted with its left neighbour before it.
struct Landing {
    x: [i32; LANES],
    y: [i32; LANES],
    /// 1 where a sample also covers the pixel below its own.
    below: [i32; LANES],
}

/// A step through `n` numbers that meets each of them once.
#[inline(always)]
fn stride(n: u32) -> u32 {
    let common = |mut a: u32, mut b: u32| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let mut step = (n as f32 * 0.4142) as u32 | 1;
    while common(step, n) != 1 {
        step += 2;
    }
    step
}

/// The nearest sample at each pixel of a tile, as one lens point sees it.
struct View {
    tile: Rect,
    nearest: Vec<f32>,
    colour: [Vec<f32>; 4],
    /// The number of the lens point, and how many there are.
    number: (u32, u32),
}

impl View {
    #[inline(always)]
    fn look(&mut self, candidates: &[Candidate], point: [f32; 2]) {
        self.nearest.fill(f32::MAX);
        let mut at = Landing { x: [0; LANES], y: [0; LANES], below: [0; LANES] };
        let tile = self.tile;
        for b in candidates {
            let range = |p: f32| [(b.shift[0] * p).min(b.shift[1] * p), (b.shift[0] * p).max(b.shift[1] * p)];
            let (dx, dy) = (range(point[0]), range(point[1]));
            if !reaches([b.x, b.x + b.n as i32], b.y, &tile, dx, dy) {
                continue;
            }
            self.land(b, point, &mut at);
        }
    }

    /// Finds where the samples of a block land, and puts them there run by run.
    #[inline(always)]
    fn land(&mut self, b: &Candidate, point: [f32; 2], at: &mut Landing) {
        let n = b.n.min(LANES);
        let one = |range: [f32; 2], p: f32| (whole(range[0] * p), whole(range[0] * p) == whole(range[1] * p));
        let ((x, same_x), (y, same_y)) = (one(b.shift, point[0]), one(b.shift, point[1]));
        let (under, same_under) = one(b.under, point[1]);
        if same_x && same_y && same_under && y - under != 1 {
            // All move alike, as most blocks do: nothing opens within, and nothing below.
            self.run(b, 0..n, point, [x, y], 0);
            return;
        }
        let all = b.start..b.start + n;
        let shift = &b.layer.shift[all.clone()];
        let coc = &b.layer.sheet.coc[all];
        let (to_x, to_y, to_below) = (&mut at.x[..n], &mut at.y[..n], &mut at.below[..n]);
        for i in 0..n {
            to_x[i] = whole(shift[i] * point[0]);
            to_y[i] = whole(shift[i] * point[1]);
        }
        if b.below {
            let w = b.layer.sheet.rect.width();
            let under = b.start - w..b.start - w + n;
            let (under_shift, under_coc) = (&b.layer.shift[under.clone()], &b.layer.sheet.coc[under]);
            for i in 0..n {
                let opens = to_y[i] - whole(under_shift[i] * point[1]) == 1;
                to_below[i] = i32::from(opens & ((coc[i] - under_coc[i]).abs() < JOINED));
            }
        } else {
            to_below.fill(0);
        }
        let mut differs = [0u8; LANES];
        {
            let (x, y, below, differs) = (&at.x[..n], &at.y[..n], &at.below[..n], &mut differs[..n]);
            for i in 1..n {
                differs[i] = u8::from((x[i] != x[i - 1]) | (y[i] != y[i - 1]) | (below[i] != below[i - 1]));
            }
        }
        let mut ends = bits(&differs);
        let mut first = 0;
        loop {
            let end = (ends.trailing_zeros() as usize).min(n);
            self.run(b, first..end, point, [at.x[first], at.y[first]], at.below[first]);
            if end >= n {
                break;
            }
            ends &= ends - 1;
            first = end;
        }
    }

    /// Samples that move alike; those `below` cover the pixels under theirs, too, and the first of them what opens to its left.
    #[inline(always)]
    fn run(&mut self, b: &Candidate, run: std::ops::Range<usize>, point: [f32; 2], [x, y]: [i32; 2], below: i32) {
        let i = b.start + run.start;
        let joined = (b.left || run.start > 0) && (b.layer.sheet.coc[i] - b.layer.sheet.coc[i - 1]).abs() < JOINED;
        let opens = joined && x - whole(b.layer.shift[i - 1] * point[0]) == 1;
        let (px, py) = (b.x + run.start as i32 + x, b.y + y);
        for row in 0..1 + below {
            self.put(b, run.clone(), px, py - row);
            if opens {
                self.put_one(b, run.start, px - 1, py - row);
            }
        }
    }

    #[inline(always)]
    fn put_one(&mut self, b: &Candidate, i: usize, x: i32, y: i32) {
        if self.tile.contains(x, y) {
            let to = (y - self.tile.y1) as usize * self.tile.width() + (x - self.tile.x1) as usize;
            let from = b.start + i;
            if b.layer.sheet.coc[from] < self.nearest[to] && (b.layer.seen_by.is_empty() || self.sees(b, from)) {
                self.nearest[to] = b.layer.sheet.coc[from];
                (0..4).for_each(|c| self.colour[c][to] = b.layer.sheet.colour[c][from]);
            }
        }
    }

    /// Does this point of the lens see a sample that covers only a part of its pixel? As many points do as is its part, others at every pixel.
    #[inline(always)]
    fn sees(&self, b: &Candidate, i: usize) -> bool {
        let x = (b.x + (i - b.start) as i32) as u32;
        let turn = x.wrapping_mul(0x9E37_79B1) ^ (b.y as u32).wrapping_mul(0x85EB_CA77);
        let turn = (turn ^ (turn >> 15)).wrapping_mul(0x2C1B_3C6D) >> 8;
        let (number, points) = self.number;
        // Steps of √2 − 1 of the points, and no common divisor: evenly over the lens. The spiral itself turns by 0.382 from point to point, and
        // such steps would choose a wedge of it.
        let rank = (turn % points + number * stride(points)) % points;
        (rank as f32) < b.layer.seen_by[i]
    }

    /// A run of samples lands at (x, y) and to the right: those nearer than what is there stay.
    #[inline(always)]
    fn put(&mut self, b: &Candidate, run: std::ops::Range<usize>, x: i32, y: i32) {
        let tile = self.tile;
        if y < tile.y1 || y >= tile.y2 {
            return;
        }
        let skip = (tile.x1 - x).max(0) as usize;
        let len = run.len().min((tile.x2 - x).max(0) as usize);
        if skip >= len {
            return;
        }
        let n = (len - skip).min(LANES);
        let to = (y - tile.y1) as usize * tile.width() + (x + skip as i32 - tile.x1) as usize;
        let from = b.start + run.start + skip;
        let mut nearer = [0u32; LANES];
        let mut there = [u32::MAX; LANES];
        if !b.layer.seen_by.is_empty() {
            (0..n).for_each(|i| there[i] = if self.sees(b, from + i) { u32::MAX } else { 0 });
        }
        let any = {
            let (coc, nearest, nearer) =
                (&b.layer.sheet.coc[from..from + n], &mut self.nearest[to..to + n], &mut nearer[..n]);
            let mut any = 0;
            for i in 0..n {
                let is = if coc[i] < nearest[i] { there[i] } else { 0 };
                nearest[i] = if is != 0 { coc[i] } else { nearest[i] };
                nearer[i] = is;
                any |= is;
            }
            any != 0
        };
        if !any {
            return;
        }
        for (to_plane, plane) in self.colour.iter_mut().zip(&b.layer.sheet.colour) {
            let (to_plane, plane, nearer) = (&mut to_plane[to..to + n], &plane[from..from + n], &nearer[..n]);
            for i in 0..n {
                to_plane[i] = f32::from_bits((plane[i].to_bits() & nearer[i]) | (to_plane[i].to_bits() & !nearer[i]));
            }
        }
    }

    /// Adds what is seen to the average; where all pixels of the tile see something, `seen_whole` counts it.
    #[inline(always)]
    fn add(&self, sum: &mut [Vec<f32>; 4], count: &mut [f32], seen_whole: &mut f32) {
        let n = count.len();
        let nearest = &self.nearest[..n];
        if nearest.iter().all(|v| *v < NONE) {
            for (sum, plane) in sum.iter_mut().zip(&self.colour) {
                let (sum, plane) = (&mut sum[..n], &plane[..n]);
                for i in 0..n {
                    sum[i] += plane[i];
                }
            }
            *seen_whole += 1.0;
            return;
        }
        for (sum, plane) in sum.iter_mut().zip(&self.colour) {
            let (sum, plane) = (&mut sum[..n], &plane[..n]);
            for i in 0..n {
                sum[i] += if nearest[i] < NONE { plane[i] } else { 0.0 };
            }
        }
        for i in 0..n {
            count[i] += if nearest[i] < NONE { 1.0 } else { 0.0 };
        }
    }
}

/// Sums of weights, where the points of the lens do not all count the same.
struct Weighing<'a> {
    tile: Rect,
    cats_eye: Option<&'a CatsEye>,
    sharpness: f32,
    /// Of red, green, blue and alpha.
    weights: [Vec<f32>; 4],
    /// What the barrel leaves of the current point.
    left: Vec<f32>,
}

impl<'a> Weighing<'a> {
    fn new(tile: Rect, eye: &'a Eye) -> Self {
        let n = tile.width() * tile.height();
        Self {
            tile,
            cats_eye: eye.cats_eye.as_ref(),
            sharpness: (eye.optics.points.len() as f32).sqrt(),
            weights: std::array::from_fn(|_| vec![0.0; n]),
            left: vec![1.0; n],
        }
    }

    /// Adds a view: what is in front of the focus with the point's weight there, the rest with that behind it.
    #[inline(always)]
    fn add(&mut self, view: &View, point: &LensPoint, sum: &mut [Vec<f32>; 4]) {
        let (n, tile) = (self.left.len(), self.tile);
        if let Some(cats_eye) = self.cats_eye {
            let q = cats_eye.of_iris(point.u);
            for (y, row) in (tile.y1..).zip(self.left.chunks_mut(tile.width())) {
                for (x, left) in (tile.x1..).zip(row) {
                    *left = CatsEye::through(q, cats_eye.shift(x, y), self.sharpness);
                }
            }
        }
        let (nearest, left) = (&view.nearest[..n], &self.left[..n]);
        let all = |w: [f32; 3]| [w[0], w[1], w[2], (w[0] + w[1] + w[2]) / 3.0];
        let (in_front, behind) = (all(point.near), all(point.far));
        for (c, (sum, weights)) in sum.iter_mut().zip(&mut self.weights).enumerate() {
            let (sum, weights, colour) = (&mut sum[..n], &mut weights[..n], &view.colour[c][..n]);
            for i in 0..n {
                let side = if nearest[i] < 0.0 { in_front[c] } else { behind[c] };
                let weight = if nearest[i] < NONE { left[i] * side } else { 0.0 };
                weights[i] += weight;
                // Where nothing was seen an older colour is left over: it counts nothing, and it is a number.
                sum[i] += weight * colour[i];
            }
        }
    }

    /// The averages; 0 where nothing came through.
    fn divided(&self, sum: &[Vec<f32>; 4]) -> Vec<f32> {
        let planes = sum.iter().zip(&self.weights);
        planes.flat_map(|(sum, of)| sum.iter().zip(of).map(|(v, w)| if *w > 0.0 { v / w } else { 0.0 })).collect()
    }
}
