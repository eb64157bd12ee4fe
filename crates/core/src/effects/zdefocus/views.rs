//! What each point of the lens sees, averaged: the samples move by lens point × CoC, nearer ones hide farther ones.
//!
//! Within one view a sample is shared by the four pixels around where it lands. The nearest surface at a pixel covers it by the sum
//! of its shares, up to 1; the rest shows what lies behind. Visibility is so decided for each point of the lens, as in a real one.
//! The cost grows little with the size of the blur: a tile looks at samples from farther away.
//!
//! The work is done tile by tile, so that a tile's planes stay in the cache, and run by run: neighbours that land on neighbours are one
//! loop over plain slices.

use super::aperture::{CatsEye, LensPoint, Optics};
use super::lens::NearestPoint;
use super::lights::{self, Light};
use super::scene::{BLOCK, Block, Scene};
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{Work, best_work};
use crate::workers::{Cancel, Exec, Stop};
use std::sync::Arc;

/// Samples whose CoC is up to this much behind the nearest one at a pixel belong to its surface, in pixels…
pub const SAME_SURFACE: f32 = 1.0;
/// …and fade out of it over this much more.
pub const FADE: f32 = 1.0;
/// A smaller share of a pixel does not make a sample the nearest one there.
pub const LEAST_SHARE: f32 = 0.05;
/// A stretched surface must not become porous: shares count this much more towards its cover.
pub const CLOSE: f32 = 1.15;

/// Size of a tile in pixels.
const TILE: [i32; 2] = [256, 48];

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

/// The planes of one view of a tile: five of the nearest surface (colour × share, share) and five of what lies behind it. Where samples cover
/// only a part of their pixels, two more: part × share.
struct View {
    tile: Rect,
    nearest: Vec<f32>,
    front: [Vec<f32>; 5],
    back: [Vec<f32>; 5],
    parts: Option<[Vec<f32>; 2]>,
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
        front: std::array::from_fn(|_| plane()),
        back: std::array::from_fn(|_| plane()),
        parts: (!scene.share.is_empty()).then(|| [plane(), plane()]),
    };
    let mut sum: [Vec<f32>; 4] = std::array::from_fn(|_| plane());
    let mut count = plane();
    let optics = &*eye.optics;
    let points: Vec<[f32; 2]> = optics.points.iter().map(|p| [p.u[0] * eye.stretch, p.u[1]]).collect();
    let mut weighing = (!optics.even || eye.cats_eye.is_some()).then(|| Weighing::new(tile, eye));
    let widest = |axis: usize| points.iter().fold(0f32, |m, p| m.max(p[axis].abs()));
    let (wide, high) = (widest(0), widest(1));
    let candidates: Vec<&Block> = scene.blocks.iter().filter(|b| may_reach(b, &tile, wide, high)).collect();
    let lights: Vec<&Light> = lights.iter().filter(|l| meets_disc(l, eye.stretch, &tile)).collect();
    // What hides a light is known for each view: kept only where lights are.
    let mut depths: Vec<f32> = Vec::new();
    for (lens_point, &point) in optics.points.iter().zip(&points) {
        if cancel.is_set() {
            return vec![0.0; 4 * n];
        }
        view.look(scene, &candidates, point);
        match (&mut weighing, &view.parts) {
            (Some(weighing), _) => weighing.add(&view, lens_point, &mut sum),
            (None, None) => view.add(&mut sum, &mut count),
            (None, Some(parts)) => view.add_parts(parts, &mut sum, &mut count),
        }
        if !lights.is_empty() {
            depths.extend_from_slice(&view.nearest);
        }
    }
    let mut result: Vec<f32> = match &weighing {
        None => sum.iter().flat_map(|plane| plane.iter().zip(&count).map(|(v, n)| v / n.max(1.0))).collect(),
        Some(weighing) => weighing.divided(&sum),
    };
    let mut planes: Vec<&mut [f32]> = result.chunks_mut(n).take(3).collect();
    for light in lights {
        if cancel.is_set() {
            break;
        }
        let seen = |i: usize, u: [f32; 2]| {
            let nearest = depths[nearest_point.of(u) * n + i];
            (SAME_SURFACE + FADE - (light.coc - nearest)).clamp(0.0, 1.0)
        };
        lights::spread(light, eye, &tile, &mut planes, seen);
    }
    result
}

/// Does a light's disc meet the tile?
fn meets_disc(light: &Light, stretch: f32, tile: &Rect) -> bool {
    let (x, y) = ((light.coc.abs() * stretch.max(1.0)).ceil() as i32 + 2, light.coc.abs().ceil() as i32 + 2);
    let disc = Rect::new(light.x - x, light.y - y, light.x + x + 1, light.y + y + 1);
    !disc.intersect(tile).is_empty()
}

/// Can any sample of the block land in the tile, for points up to `wide` and `high` from the middle?
fn may_reach(b: &Block, tile: &Rect, wide: f32, high: f32) -> bool {
    let most = b.shift[0].abs().max(b.shift[1].abs());
    let (x, y) = (wide * most, high * most);
    reaches(b, tile, [-x, x], [-y, y])
}

/// Do the block's pixels, moved by these ranges, meet the tile?
#[inline(always)]
fn reaches(b: &Block, tile: &Rect, dx: [f32; 2], dy: [f32; 2]) -> bool {
    b.x[1] as f32 + dx[1] + 1.0 >= tile.x1 as f32
        && b.x[0] as f32 + dx[0] < tile.x2 as f32
        && b.y as f32 + dy[1] + 1.0 >= tile.y1 as f32
        && b.y as f32 + dy[0] < tile.y2 as f32
}

const LANES: usize = BLOCK as usize;

/// What a sample does where it lands.
#[derive(Clone, Copy)]
enum Pass {
    /// It says how near it is.
    Nearest,
    /// It is added to the nearest surface, or to what lies behind.
    Belong,
}

/// Where the samples of a block land: the lower left one of four pixels, and the shares of the right and the upper ones.
struct Landing {
    x: [i32; LANES],
    y: [i32; LANES],
    right: [f32; LANES],
    up: [f32; LANES],
}

/// `d` as whole pixels (towards −∞) and the rest (0..1), by plain float arithmetic that vectorises on any processor; |d| < 2²¹.
#[inline(always)]
fn split(d: f32) -> (i32, f32) {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to the nearest whole number and leaves that in the low bits
    let rounded = d + ROUND;
    let rest = d - (rounded - ROUND);
    let whole = (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    if rest < 0.0 { (whole - 1, rest + 1.0) } else { (whole, rest) }
}

impl Landing {
    /// A move is split into whole pixels and a rest before it meets the position, so that it is the same in every window.
    #[inline(always)]
    fn of(&mut self, scene: &Scene, b: &Block, point: [f32; 2]) {
        let n = (b.end - b.start).min(LANES);
        let (shift, x) = (&scene.shift[b.start..b.start + n], &scene.x[b.start..b.start + n]);
        let (to_x, to_y, right, up) = (&mut self.x[..n], &mut self.y[..n], &mut self.right[..n], &mut self.up[..n]);
        for i in 0..n {
            let (wx, rx) = split(shift[i] * point[0]);
            let (wy, ry) = split(shift[i] * point[1]);
            to_x[i] = x[i] + wx;
            to_y[i] = b.y + wy;
            right[i] = rx;
            up[i] = ry;
        }
    }

    /// The samples after which a run ends: up to there landings follow each other from left to right. Returns how many runs there are.
    #[inline(always)]
    fn runs(&self, n: usize, ends: &mut [usize; LANES]) -> usize {
        let n = n.min(LANES);
        let (x, y) = (&self.x[..n], &self.y[..n]);
        let mut differs = 0;
        for i in 0..n {
            differs |= (x[i] - x[0] - i as i32) | (y[i] - y[0]);
        }
        ends[0] = n;
        if differs == 0 {
            return 1;
        }
        let mut count = 0;
        for i in 1..n {
            ends[count] = i;
            count += usize::from(x[i] != x[i - 1] + 1 || y[i] != y[i - 1]);
        }
        ends[count] = n;
        count + 1
    }
}

/// The part of a run that lands in the tile at one of its four corners: samples, and where the first of them goes.
#[inline(always)]
fn clip(tile: &Rect, first: usize, end: usize, x: i32, y: i32) -> Option<(std::ops::Range<usize>, usize)> {
    if y < tile.y1 || y >= tile.y2 {
        return None;
    }
    let skip = (tile.x1 - x).max(0) as usize;
    let end = end.min((first as i64 + i64::from(tile.x2) - i64::from(x)).max(0) as usize);
    let first = first + skip;
    let to = (y - tile.y1) as usize * tile.width() + (x + skip as i32 - tile.x1) as usize;
    (first < end).then_some((first..end, to))
}

impl View {
    #[inline(always)]
    fn look(&mut self, scene: &Scene, candidates: &[&Block], point: [f32; 2]) {
        self.nearest.fill(f32::MAX);
        let planes = self.front.iter_mut().chain(&mut self.back).chain(self.parts.iter_mut().flatten());
        planes.for_each(|p| p.fill(0.0));
        let mut at = Landing { x: [0; LANES], y: [0; LANES], right: [0.0; LANES], up: [0.0; LANES] };
        let mut ends = [0; LANES];
        let tile = self.tile;
        // First who is nearest, then who belongs to it: so the order of samples does not matter for either.
        for pass in [Pass::Nearest, Pass::Belong] {
            for b in candidates {
                let range = |p: f32| [(b.shift[0] * p).min(b.shift[1] * p), (b.shift[0] * p).max(b.shift[1] * p)];
                if !reaches(b, &tile, range(point[0]), range(point[1])) {
                    continue;
                }
                at.of(scene, b, point);
                let mut first = 0;
                let runs = at.runs(b.end - b.start, &mut ends);
                for &end in &ends[..runs] {
                    for (corner, ox, oy) in CORNERS {
                        if let Some((part, to)) = clip(&tile, first, end, at.x[first] + ox, at.y[first] + oy) {
                            match pass {
                                Pass::Nearest => self.nearer(&at, corner, &scene.coc[b.start..b.end], part, to),
                                Pass::Belong => self.belong(&at, corner, scene, b.start, part, to),
                            }
                        }
                    }
                    first = end;
                }
            }
        }
    }

    /// Notes the CoC of the nearest sample.
    #[inline(always)]
    fn nearer(&mut self, at: &Landing, corner: usize, coc: &[f32], part: std::ops::Range<usize>, to: usize) {
        let n = part.len();
        let nearest = &mut self.nearest[to..to + n];
        let (right, up, coc) = (&at.right[part.clone()], &at.up[part.clone()], &coc[part]);
        for i in 0..n {
            let counts = share(corner, right[i], up[i]) >= LEAST_SHARE && coc[i] < nearest[i];
            nearest[i] = if counts { coc[i] } else { nearest[i] };
        }
    }

    /// Adds samples to the surface that they belong to.
    #[inline(always)]
    fn belong(
        &mut self,
        at: &Landing,
        corner: usize,
        scene: &Scene,
        start: usize,
        part: std::ops::Range<usize>,
        to: usize,
    ) {
        let n = part.len();
        let (mut front, mut back) = ([0f32; LANES], [0f32; LANES]);
        let mut any_back = false;
        {
            let nearest = &self.nearest[to..to + n];
            let (right, up) = (&at.right[part.clone()], &at.up[part.clone()]);
            let coc = &scene.coc[start + part.start..start + part.end];
            let (front, back) = (&mut front[..n], &mut back[..n]);
            for i in 0..n {
                let share = share(corner, right[i], up[i]);
                let belongs = ((SAME_SURFACE + FADE - (coc[i] - nearest[i])) * (1.0 / FADE)).clamp(0.0, 1.0);
                front[i] = share * belongs;
                back[i] = share - front[i];
                any_back |= back[i] > 0.0;
            }
        }
        let colour = |c: usize| &scene.colour[c][start + part.start..start + part.end];
        add(&mut self.front, &front[..n], colour, to);
        if any_back {
            add(&mut self.back, &back[..n], colour, to);
        }
        if let Some([of_front, of_back]) = &mut self.parts {
            let part = &scene.share[start + part.start..start + part.end];
            add_product(&mut of_front[to..to + n], &front[..n], part);
            add_product(&mut of_back[to..to + n], &back[..n], part);
        }
    }

    /// Puts the nearest surface over what lies behind it and adds that to the average.
    #[inline(always)]
    fn add(&self, sum: &mut [Vec<f32>; 4], count: &mut [f32]) {
        let n = count.len();
        let (share, behind_share) = (&self.front[4][..n], &self.back[4][..n]);
        for (c, sum) in sum.iter_mut().enumerate() {
            let (sum, front, back) = (&mut sum[..n], &self.front[c][..n], &self.back[c][..n]);
            for i in 0..n {
                let cover = (share[i] * CLOSE).min(1.0);
                let near = if share[i] > 0.0 { front[i] / share[i] } else { 0.0 };
                let far = if behind_share[i] > 0.0 { back[i] / behind_share[i] } else { near };
                // Written so that equal colours stay exactly equal: alpha 1 stays 1.
                sum[i] += far + cover * (near - far);
            }
        }
        self.count(count);
    }

    /// The same where samples cover only a part of their pixels: the nearest surface then lets through what it does not cover.
    #[inline(always)]
    fn add_parts(&self, parts: &[Vec<f32>; 2], sum: &mut [Vec<f32>; 4], count: &mut [f32]) {
        let n = count.len();
        let (share, front_part, back_part) = (&self.front[4][..n], &parts[0][..n], &parts[1][..n]);
        for (c, sum) in sum.iter_mut().enumerate() {
            let (sum, front, back) = (&mut sum[..n], &self.front[c][..n], &self.back[c][..n]);
            for i in 0..n {
                let cover = (share[i] * CLOSE).min(1.0);
                let (near, part) =
                    if share[i] > 0.0 { (front[i] / share[i], front_part[i] / share[i]) } else { (0.0, 0.0) };
                let far = if back_part[i] > LEAST_PART {
                    back[i] / back_part[i]
                } else if front_part[i] > 0.0 {
                    front[i] / front_part[i]
                } else {
                    0.0
                };
                // So that alpha 1 stays 1 here, too.
                sum[i] += far + cover * (near - part * far);
            }
        }
        self.count(count);
    }

    #[inline(always)]
    fn count(&self, count: &mut [f32]) {
        let n = count.len();
        let (share, behind_share) = (&self.front[4][..n], &self.back[4][..n]);
        for i in 0..n {
            count[i] += if share[i] > 0.0 || behind_share[i] > 0.0 { 1.0 } else { 0.0 };
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
        let (share, behind_share) = (&view.front[4][..n], &view.back[4][..n]);
        let (nearest, left) = (&view.nearest[..n], &self.left[..n]);
        let parts = view.parts.as_ref();
        let all = |w: [f32; 3]| [w[0], w[1], w[2], (w[0] + w[1] + w[2]) / 3.0];
        let (in_front, behind) = (all(point.near), all(point.far));
        for (c, (sum, weights)) in sum.iter_mut().zip(&mut self.weights).enumerate() {
            let (sum, weights) = (&mut sum[..n], &mut weights[..n]);
            let (front, back) = (&view.front[c][..n], &view.back[c][..n]);
            for i in 0..n {
                if share[i] <= 0.0 && behind_share[i] <= 0.0 {
                    continue;
                }
                let cover = (share[i] * CLOSE).min(1.0);
                let of_share = |v: f32| if share[i] > 0.0 { v / share[i] } else { 0.0 };
                let near = of_share(front[i]);
                let part = parts.map_or(1.0, |p| of_share(p[0][i]));
                let back_part = parts.map_or(behind_share[i], |p| p[1][i]);
                let far = if back_part > if parts.is_some() { LEAST_PART } else { 0.0 } {
                    back[i] / back_part
                } else if part > 0.0 {
                    near / part
                } else {
                    0.0
                };
                let of_front = left[i] * if nearest[i] < 0.0 { in_front[c] } else { behind[c] };
                let covered = cover * part;
                let weight = of_front * covered + left[i] * behind[c] * (1.0 - covered);
                weights[i] += weight;
                // Written so that alpha 1 stays exactly 1.
                sum[i] += weight * far + of_front * cover * (near - part * far);
            }
        }
    }

    /// The averages; 0 where nothing came through.
    fn divided(&self, sum: &[Vec<f32>; 4]) -> Vec<f32> {
        let planes = sum.iter().zip(&self.weights);
        planes.flat_map(|(sum, of)| sum.iter().zip(of).map(|(v, w)| if *w > 0.0 { v / w } else { 0.0 })).collect()
    }
}

/// Less than this of what lies behind says nothing of its colour.
const LEAST_PART: f32 = 1e-3;

#[inline(always)]
fn add_product(plane: &mut [f32], a: &[f32], b: &[f32]) {
    for ((v, a), b) in plane.iter_mut().zip(a).zip(b) {
        *v += a * b;
    }
}

/// The four pixels around a landing: number, x, y.
const CORNERS: [(usize, i32, i32); 4] = [(0, 0, 0), (1, 1, 0), (2, 0, 1), (3, 1, 1)];

#[inline(always)]
fn share(corner: usize, right: f32, up: f32) -> f32 {
    let x = if corner & 1 == 0 { 1.0 - right } else { right };
    let y = if corner & 2 == 0 { 1.0 - up } else { up };
    x * y
}

#[inline(always)]
fn add<'a>(planes: &mut [Vec<f32>; 5], weight: &[f32], colour: impl Fn(usize) -> &'a [f32], to: usize) {
    let n = weight.len();
    for (c, plane) in planes[..4].iter_mut().enumerate() {
        let (plane, colour) = (&mut plane[to..to + n], &colour(c)[..n]);
        for i in 0..n {
            plane[i] += weight[i] * colour[i];
        }
    }
    let plane = &mut planes[4][to..to + n];
    for i in 0..n {
        plane[i] += weight[i];
    }
}
