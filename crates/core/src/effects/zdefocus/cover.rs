//! How much of a pixel on a silhouette its near surface covers, where a clean plate tells the colour of the far one.
//!
//! A renderer's filter mixes both surfaces there: `I = a·F + (1 − a)·B`. The plate knows B at the pixel itself, F is that of the near
//! surface's nearest pure pixels, and a is the least-squares share along F − B, held by what the depth's neighbours say where the two
//! colours are alike. The less a mixture fits, the less it counts: thin wires have a bright and a dark side. The near part `I − (1 − a)·B` then moves as the near surface does, and the plate shows what is left.

use super::field::{Field, pieces, planes};
use super::hidden::STEP;
use super::plate::Plate;
use super::sheet::{NONE, Sheet};
use crate::workers::{Exec, Stop, try_vec};

/// A surface that covers a part of its pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    /// Signed CoC radius in pixels; [`NONE`] where there is none.
    coc: f32,
    /// Premultiplied RGBA of the whole of it.
    colour: [f32; 4],
    /// The part, 0 to 1.
    share: f32,
}

const NOTHING: Part = Part { coc: NONE, colour: [0.0; 4], share: 0.0 };

/// What each pixel shows.
pub struct Cover {
    /// The picture, each pixel in the colour of the one surface at its own depth.
    pub seen: Field,
    /// How much of the pixel that covers.
    pub share: Vec<f32>,
    /// The near surface's part of a pixel that has the far surface's depth.
    pub fringe: Sheet,
    /// How much of the pixel that covers.
    pub fringe_share: Vec<f32>,
}

/// How far two colours must differ, of their sum, for a mixture of them to say as much as the depths around.
const ALIKE: f32 = 0.05;
/// How much a mixture that does not fit is doubted.
const OFF: f32 = 4.0;
/// Pure pixels of the near surface are looked for up to this many pixels away.
const REACH: i32 = 2;

impl Cover {
    /// Lights have been taken out of both. Parts are whole multiples of 1/`steps`.
    pub fn new(picture: &Field, plate: &Plate, steps: usize, exec: &Exec) -> Result<Self, Stop> {
        let (w, n) = (picture.rect.width().max(1), picture.coc.len());
        // Each row's task writes all of them.
        let mut shares = exec.keep((try_vec(n, 0f32)?, try_vec(n, 0f32)?));
        let mut colours = exec.keep((planes(n)?, Sheet::new(picture.rect, exec)?));
        let ((share, fringe_share), (colour, fringe)) = (&mut *shares, &mut *colours);
        let shares_of = share.chunks_mut(w).zip(fringe_share.chunks_mut(w));
        let rows: Vec<_> = pieces(colour, w).zip(shares_of).zip(fringe.rows_mut()).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |y, ((colour, (share, fringe_share)), (coc, fringe)), _| {
            for x in 0..w {
                let (seen, beyond) = parts(picture, plate, steps as f32, x as i32, y as i32);
                share[x] = seen.share;
                (coc[x], fringe_share[x]) = (beyond.coc, beyond.share);
                (0..4).for_each(|c| (colour[c][x], fringe[c][x]) = (seen.colour[c], beyond.colour[c]));
            }
        })?;
        let coc = exec.copied(&picture.coc, [0.05, 0.05])?;
        let ((share, fringe_share), (colour, fringe)) = (shares.take(), colours.take());
        let seen = Field { coc, colour, unlit: Vec::new(), ..*picture };
        Ok(Self { seen, share, fringe, fringe_share })
    }
}

/// The pixels up to `reach` around one, and how far away they are, squared.
fn around(field: &Field, x: i32, y: i32, reach: i32) -> impl Iterator<Item = (i32, i32, f32)> {
    let (w, h) = (field.rect.width() as i32, field.rect.height() as i32);
    (y - reach..=y + reach).flat_map(move |py| (x - reach..=x + reach).map(move |px| (px, py))).filter_map(
        move |(px, py)| {
            let inside = px >= 0 && py >= 0 && px < w && py < h;
            inside.then_some((px, py, ((px - x) * (px - x) + (py - y) * (py - y)) as f32))
        },
    )
}

fn parts(picture: &Field, plate: &Plate, steps: f32, x: i32, y: i32) -> (Part, Part) {
    let w = picture.rect.width() as i32;
    let index = |x: i32, y: i32| (y * w + x) as usize;
    let i = index(x, y);
    let (coc, own) = (picture.coc[i], picture.at(i));
    let all = (Part { coc, colour: own, share: 1.0 }, NOTHING);
    // What shows through a see-through plate is not known.
    if !plate.has_depth || !plate.known[i] || plate.field.colour[3][i] < 0.999 {
        return all;
    }
    let near_pixel = plate.field.coc[i] >= coc + STEP;
    let neighbours = || around(picture, x, y, 1).map(|(x, y, d)| (picture.coc[index(x, y)], d));
    // The near surface, and does the silhouette pass here?
    let (near, edge) = if near_pixel {
        (coc, neighbours().any(|(c, _)| c >= coc + STEP))
    } else {
        let near = neighbours().map(|(c, _)| c).fold(f32::MAX, f32::min);
        (near, near <= coc - STEP)
    };
    if !edge {
        return all;
    }
    let behind = plate.field.at(i);
    // Of the neighbours' depths, weighted as a tent.
    let (mut votes, mut of) = (0f32, 0f32);
    for (c, d) in neighbours() {
        let weight = [4.0, 2.0, 1.0][d as usize];
        of += weight;
        votes += if (c - near).abs() < STEP { weight } else { 0.0 };
    }
    let votes = votes / of;
    let (mut sum, mut weights) = (1e-9 * votes, 1e-9f32);
    for (pure, d) in pure(picture, x, y, near) {
        let mix = Mixture::new(own, pure, behind, votes);
        let weight = 1.0 / ((1.0 + d) * (mix.off + mix.held));
        sum += weight * mix.share;
        weights += weight;
    }
    // No less than leaves no light missing.
    let least = (0..3).filter(|c| behind[*c] > 0.0).map(|c| 1.0 - own[c] / behind[c]).fold(0f32, f32::max).min(1.0);
    // What the part leaves over is exactly what it took.
    let share = ((sum / weights).max(least) * steps).round() / steps;
    let part = |share: f32, coc: f32| {
        let colour = std::array::from_fn(|c| (own[c] - (1.0 - share) * behind[c]) / share);
        Part { coc, colour, share }
    };
    match near_pixel {
        true if share < 1.0 => (part(share.max(1.0 / steps), coc), NOTHING),
        false if share > 0.0 => (Part { coc, colour: behind, share: 1.0 }, part(share, near)),
        _ => all,
    }
}

/// How far a colour is a mixture of two.
struct Mixture {
    /// The part of the near one.
    share: f32,
    /// How far off the mixture is, squared.
    off: f32,
    /// What is too little to count, squared.
    held: f32,
}

impl Mixture {
    fn new(own: [f32; 4], near: [f32; 4], far: [f32; 4], votes: f32) -> Self {
        let (mut along, mut length, mut size) = (0f32, 0f32, 0f32);
        for c in 0..3 {
            let difference = near[c] - far[c];
            along += (own[c] - far[c]) * difference;
            length += difference * difference;
            size += (near[c].abs() + far[c].abs()).powi(2);
        }
        let held = ALIKE * ALIKE * size + 1e-8;
        let best = (along / (length + 1e-12)).clamp(0.0, 1.0);
        let off = (0..3).map(|c| (own[c] - best * near[c] - (1.0 - best) * far[c]).powi(2)).sum::<f32>();
        let doubt = held + OFF * off;
        Self { share: ((best * length + doubt * votes) / (length + doubt)).clamp(0.0, 1.0), off, held }
    }
}

/// Pixels of the near surface without a farther one beside them, and how far away they are, squared.
fn pure(picture: &Field, x: i32, y: i32, near: f32) -> impl Iterator<Item = ([f32; 4], f32)> {
    let w = picture.rect.width() as i32;
    let coc = move |x: i32, y: i32| picture.coc[(y * w + x) as usize];
    let inner = move |x, y| !around(picture, x, y, 1).any(|(qx, qy, _)| coc(qx, qy) >= near + STEP);
    around(picture, x, y, REACH)
        .filter(move |(px, py, _)| (coc(*px, *py) - near).abs() < STEP && inner(*px, *py))
        .map(move |(px, py, d)| (picture.at((py * w + px) as usize), d))
}
