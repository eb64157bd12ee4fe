//! What the lens looks at: every pixel as a sample with its circle of confusion, and the samples that are hidden behind edges.

use super::cover::Cover;
use super::field::Field;
use super::lens::Moves;
use super::plate::Plate;
use super::sheet::{NONE, Sheet};
use super::{hidden, spread};
use crate::geometry::{Geometry, Rect};
use crate::workers::{Exec, Stop, try_vec};
use std::sync::atomic::{AtomicBool, Ordering};

/// Blocks begin at multiples of this in x, whatever the window.
pub const BLOCK: i32 = 64;

/// Samples ready to move.
pub struct Layer {
    /// The samples.
    pub sheet: Sheet,
    /// How far a sample moves for one unit of lens, in pixels.
    pub shift: Vec<f32>,
    /// Where samples cover only a part of their pixels: how many of the lens's points see each. Empty is all of them.
    pub seen_by: Vec<f32>,
    /// The number of the first block of each row.
    pub first_column: i32,
    /// Blocks of a row.
    pub columns: usize,
    /// The least and greatest move in each block, rows from bottom to top; the wrong way round where it has no samples.
    pub blocks: Vec<[f32; 2]>,
    /// The farthest that any sample moves for one unit of lens.
    pub most: f32,
    /// Is the alpha of every sample exactly 1?
    pub opaque: bool,
}

impl Layer {
    fn new(sheet: Sheet, seen_by: Vec<f32>, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let of = exec.keep((sheet, seen_by));
        let sheet = &of.0;
        let (rect, w) = (sheet.rect, sheet.rect.width().max(1));
        let first_column = rect.x1.div_euclid(BLOCK);
        let columns = ((rect.x2 - 1).div_euclid(BLOCK) - first_column + 1).max(1) as usize;
        let blocks = try_vec(columns * rect.height(), [f32::MAX, f32::MIN])?;
        let mut made = exec.keep((try_vec(sheet.coc.len(), 0f32)?, blocks));
        let (shift, blocks) = &mut *made;
        let rows: Vec<_> = shift.chunks_mut(w).zip(blocks.chunks_mut(columns)).collect();
        exec.for_each_mut(rows, [0.2, 0.2], |y, (shift, blocks), _| {
            let coc = &sheet.coc[y * w..(y + 1) * w];
            for (b, block) in blocks.iter_mut().enumerate() {
                let x = (first_column + b as i32) * BLOCK - rect.x1;
                for i in x.max(0) as usize..((x + BLOCK) as usize).min(w) {
                    if coc[i] < NONE {
                        shift[i] = moves.of(coc[i]);
                        *block = [block[0].min(shift[i]), block[1].max(shift[i])];
                    }
                }
            }
        })?;
        let opaque = AtomicBool::new(true);
        exec.for_each(sheet.rect.height(), [0.2, 0.2], |y, _| {
            let (coc, alpha) = (&sheet.coc[y * w..(y + 1) * w], &sheet.colour[3][y * w..(y + 1) * w]);
            if coc.iter().zip(alpha).any(|(coc, alpha)| *coc < NONE && *alpha != 1.0) {
                opaque.store(false, Ordering::Relaxed);
            }
        })?;
        let most = blocks.iter().filter(|b| b[0] <= b[1]).fold(0f32, |m, b| m.max(b[0].abs()).max(b[1].abs()));
        let ((sheet, seen_by), (shift, blocks)) = (of.take(), made.take());
        Ok(Self { sheet, shift, seen_by, first_column, columns, blocks, most, opaque: opaque.into_inner() })
    }
}

/// The samples over a rectangle: one seen at each pixel, and behind edges hidden ones.
#[derive(Default)]
pub struct Scene {
    /// Earlier ones come first where samples are equally near.
    pub layers: Vec<Layer>,
}

/// How far around the samples the field has to be known, in CoC radii, and some pixels on top.
///
/// 2 for the edge that a hidden sample is looked for at, and 0.6 for the surroundings of a light there (four gaps of 48 lens points).
pub const FIELD_REACH: (f64, i32) = (2.6, 8);

/// What samples are made from.
pub struct Makings<'a> {
    /// The picture.
    pub field: &'a Field,
    /// The clean plate, and how much of each pixel is in front of it.
    pub plate: Option<(&'a Plate, &'a Cover)>,
    /// Half the side of the spread for a CoC of 1 px.
    pub gap: f32,
    /// How many points look.
    pub points: usize,
    /// Is what is hidden guessed where nothing is known of it?
    pub fill: bool,
}

impl Scene {
    /// Samples over `rect`; the field is known [`FIELD_REACH`] around it. Behind edges they are the plate's where it has something there;
    /// elsewhere, and behind the plate's own edges, they are guessed.
    pub fn new(of: &Makings, rect: Rect, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let Makings { field, plate, gap, fill, .. } = *of;
        let envelope = if fill || plate.is_some() { hidden::envelope(field, exec)? } else { Vec::new() };
        let envelope = exec.keep(envelope);
        let guess = if fill { hidden::behind(field, &envelope, rect, exec)? } else { Sheet::new(rect, exec)? };
        let mut guess = exec.keep(guess);
        let mut layers = exec.keep(Vec::new());
        let mut add = |sheet: Sheet, seen_by| -> Result<(), Stop> {
            if !sheet.is_empty() {
                layers.push(Layer::new(sheet, seen_by, moves, exec)?);
            }
            Ok(())
        };
        match plate {
            None => add(seen(field, &[], rect, gap, exec)?, Vec::new())?,
            Some((plate, cover)) => {
                let points = of.points as f32;
                let counts = |shares: &[f32]| -> Result<Vec<f32>, Stop> {
                    let mut counts = exec.keep(part(shares, field.rect, rect, exec)?);
                    exec.for_each_mut(counts.chunks_mut(rect.width().max(1)).collect(), [0.2, 0.2], |_, row, _| {
                        row.iter_mut().for_each(|v| *v = (*v * points).round());
                    })?;
                    Ok(counts.take())
                };
                let shares = exec.keep(counts(&cover.share)?);
                add(seen(&cover.seen, &cover.share, rect, gap, exec)?, shares.take())?;
                let mut fringe = exec.keep(Sheet::new(rect, exec)?);
                fringe.coc = part(&cover.fringe.coc, field.rect, rect, exec)?;
                for (to, from) in fringe.colour.iter_mut().zip(&cover.fringe.colour) {
                    *to = part(from, field.rect, rect, exec)?;
                }
                let shares = counts(&cover.fringe_share)?;
                add(fringe.take(), shares)?;
                add(shown(field, plate, &envelope, &guess, rect, gap, exec)?, Vec::new())?;
                if !plate.has_depth {
                    // A plate without depth is where the guess is: not in front of it.
                    exec.for_each_mut(guess.rows_mut(), [0.2, 0.2], |i, (coc, _), _| {
                        let y = rect.y1 + i as i32;
                        for (coc, x) in coc.iter_mut().zip(rect.x1..) {
                            if plate.shows(field, &envelope, x, y) {
                                *coc = NONE;
                            }
                        }
                    })?;
                } else if fill {
                    let of_plate = exec.keep(hidden::envelope(&plate.field, exec)?);
                    guess = exec.keep(hidden::behind(&plate.field, &of_plate, rect, exec)?);
                } else {
                    guess = exec.keep(Sheet::new(rect, exec)?);
                }
            }
        }
        add(guess.take(), Vec::new())?;
        Ok(Scene { layers: layers.take() })
    }
}

/// The part over `to` of a plane over `from`, which holds it.
fn part(plane: &[f32], from: Rect, to: Rect, exec: &Exec) -> Result<Vec<f32>, Stop> {
    let mut out = exec.keep(try_vec(to.width() * to.height(), 0f32)?);
    let skip = (to.x1 - from.x1) as usize;
    exec.for_each_mut(out.chunks_mut(to.width().max(1)).collect(), [0.2, 0.2], |i, row, _| {
        let start = ((to.y1 - from.y1) as usize + i) * from.width() + skip;
        row.copy_from_slice(&plane[start..start + row.len()]);
    })?;
    Ok(out.take())
}

/// The picture's own samples.
fn seen(field: &Field, shares: &[f32], rect: Rect, gap: f32, exec: &Exec) -> Result<Sheet, Stop> {
    let coc = exec.keep(part(&field.coc, field.rect, rect, exec)?);
    let colour = spread::colours(field, shares, rect, gap, exec)?;
    Ok(Sheet { rect, coc: coc.take(), colour })
}

/// The plate's samples where a lens point may see them; where the plate is see-through, in front of what is guessed behind it.
fn shown(
    field: &Field,
    plate: &Plate,
    envelope: &[f32],
    guess: &Sheet,
    rect: Rect,
    gap: f32,
    exec: &Exec,
) -> Result<Sheet, Stop> {
    let mut sheet = exec.keep(seen(&plate.field, &[], rect, gap, exec)?);
    exec.for_each_mut(sheet.rows_mut(), [0.2, 0.2], |i, (coc, colour), _| {
        let y = rect.y1 + i as i32;
        for (i, x) in (rect.x1..rect.x2).enumerate() {
            let through = (1.0 - colour[3][i]).max(0.0);
            let farther = if through > 0.0 { guess.at(x, y) } else { Some((0.0, [0.0; 4])) };
            match farther.filter(|_| plate.shows(field, envelope, x, y)) {
                Some((_, farther)) => (0..4).for_each(|c| colour[c][i] += through * farther[c]),
                None => coc[i] = NONE,
            }
        }
    })?;
    Ok(sheet.take())
}

/// Pixels of the image per pixel of the full-size frame, in y: CoCs are measured by it.
pub fn pixels_per_unit(geometry: &Geometry) -> f64 {
    geometry.pixels_per_unit()[1]
}

/// How much wider than high the bokeh is in pixels, where pixels are not square.
pub fn stretch(geometry: &Geometry) -> f32 {
    let s = geometry.pixels_per_unit();
    (s[0] / s[1]) as f32
}
