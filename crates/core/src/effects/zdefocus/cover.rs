//! How much of a pixel on a silhouette its near surface covers, where a clean plate tells the colour of the far one.
//!
//! A renderer's filter mixes both surfaces there: `I = a·F + (1 − a)·B`. The plate knows B at the pixel itself, F is that of the near
//! surface's nearest pure pixels, and a is the least-squares share along F − B, held by what the depth's neighbours say where the two
//! colours are alike. The less a mixture fits, the less it counts: thin wires have a bright and a dark side. The near part `I − (1 − a)·B` then moves as the near surface does, and the plate shows what is left.

use super::apart::{Apart, Two};
use super::field::Field;
use super::hidden::STEP;
use super::plate::Plate;
use super::sheet::NONE;
use crate::workers::{Exec, Stop};

/// How far two colours must differ, of their sum, for a mixture of them to say as much as the depths around.
const ALIKE: f32 = 0.05;
/// How much a mixture that does not fit is doubted.
const OFF: f32 = 4.0;
/// Pure pixels of the near surface are looked for up to this many pixels away.
const REACH: i32 = 2;

/// Takes anew what the plate knows of: the pixels of a picture that show a near surface before it. Lights have been taken out of both. Parts are
/// whole multiples of 1/`steps`.
pub fn refine(apart: &mut Apart, picture: &Field, plate: &Plate, steps: usize, exec: &Exec) -> Result<(), Stop> {
    let w = picture.rect.width();
    exec.for_each_mut(apart.rows.iter_mut().collect(), [0.05, 0.05], |y, row, _| {
        row.retain(|two| !plate.settles(y * w + two.x as usize));
        let all = (0..w).filter(|x| plate.tells(y * w + x));
        row.extend(all.filter_map(|x| two(picture, plate, steps as f32, x as i32, y as i32)));
        row.sort_unstable_by_key(|two| two.x);
    })
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

fn two(picture: &Field, plate: &Plate, steps: f32, x: i32, y: i32) -> Option<Two> {
    let w = picture.rect.width() as i32;
    let index = |x: i32, y: i32| (y * w + x) as usize;
    let i = index(x, y);
    let (coc, own) = (picture.coc[i], picture.at(i));
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
        return None;
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
    let part = |share: f32| std::array::from_fn(|c| (own[c] - (1.0 - share) * behind[c]) / share);
    let two = |has_near, share, own, coc, other| Some(Two { x: x as u32, has_near, share, own, coc, other });
    match near_pixel {
        true if share < 1.0 => {
            let share = share.max(1.0 / steps);
            two(true, share, part(share), NONE, [0.0; 4])
        }
        false if share > 0.0 => two(false, share, behind, near, part(share)),
        _ => None,
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
