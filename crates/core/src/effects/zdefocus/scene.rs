//! What the lens looks at: every pixel as a sample with its circle of confusion, and the samples that are hidden behind edges.

use super::apart::{Apart, Two};
use super::field::Field;
use super::layer::{Layer, Partly};
use super::moves::Moves;
use super::needed::Needed;
use super::plate::Plate;
use super::sheet::{NONE, Sheet};
use super::{hidden, spread};
use crate::geometry::{Geometry, Rect};
use crate::workers::{Exec, Stop};

/// The samples over a rectangle: one seen at each pixel, and behind edges hidden ones.
#[derive(Default)]
pub struct Scene {
    /// Earlier ones come first where samples are equally near.
    pub layers: Vec<Layer>,
}

/// How far around the samples the field has to be known, in CoC radii, and some pixels on top.
///
/// 2 for the edge that a hidden sample is looked for at, and 0.6 for the surroundings of a light there (four gaps of 48 lens points); 4 pixels of
/// the 12 for what a silhouette's pixel is taken apart by.
pub const FIELD_REACH: (f64, i32) = (2.6, 12);

/// What samples are made from.
pub struct Makings<'a> {
    /// The picture.
    pub field: &'a Field,
    /// Its pixels that show another surface, too.
    pub apart: Option<&'a Apart>,
    /// The clean plate.
    pub plate: Option<&'a Plate>,
    /// Which of the picture's own samples.
    pub needed: &'a Needed,
    /// Which of those that it hides.
    pub hidden: &'a Needed,
    /// Half the side of the spread for a CoC of 1 px.
    pub gap: f32,
    /// How many points look.
    pub points: usize,
    /// Is what is hidden guessed where nothing is known of it?
    pub fill: bool,
    /// Along every so many of all directions.
    pub every: usize,
}

impl Scene {
    /// Samples over `rect`; the field is known [`FIELD_REACH`] around it. Behind edges they are the plate's where it has something there;
    /// elsewhere, and behind the plate's own edges, they are guessed.
    pub fn new(of: &Makings, rect: Rect, moves: &Moves, exec: &Exec) -> Result<Self, Stop> {
        let Makings { field, plate, gap, fill, .. } = *of;
        let apart = of.apart.filter(|apart| !apart.is_empty());
        let envelope = if fill || plate.is_some() { hidden::envelope(field, exec)? } else { Vec::new() };
        let envelope = exec.keep(envelope);
        let guess = if fill {
            hidden::behind(field, &envelope, rect, (Some(of.hidden), of.every), exec)?
        } else {
            Sheet::new(rect, exec)?
        };
        let mut guess = exec.keep(guess);
        let mut layers = exec.keep(Vec::new());
        let mut add = |sheet: Sheet, partly| -> Result<(), Stop> {
            if !sheet.is_empty() {
                layers.push(Layer::new(sheet, partly, of.points, moves, exec)?);
            }
            Ok(())
        };
        let shares = exec.keep(apart.map(|apart| shares(apart, field, exec)).transpose()?.unwrap_or_default());
        let points = of.points as f32;
        let mut partly = exec.keep(Partly::new());
        if let Some(apart) = apart.filter(|_| !shares.is_empty()) {
            partly.extend(inside(apart, field.rect, rect).map(|(skip, row)| {
                let counts = row.iter().map(|two| (two.x - skip as u32, (two.own_share() * points).round()));
                counts.filter(|(_, count)| *count < points).collect()
            }));
        }
        add(seen(field, &shares, rect, gap, Some(of.needed), exec)?, partly.take())?;
        drop(shares);
        if let Some(plate) = plate {
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
                guess = exec.keep(hidden::behind(&plate.field, &of_plate, rect, (None, of.every), exec)?);
            } else {
                guess = exec.keep(Sheet::new(rect, exec)?);
            }
        }
        let mut partly = exec.keep(Partly::new());
        if let Some(apart) = apart {
            partly.resize_with(rect.height(), Vec::new);
            let shows = |x, y| plate.is_some_and(|plate| plate.shows(field, &envelope, x, y));
            others(apart, field.rect, shows, (&mut guess, &mut partly), points, exec)?;
        }
        add(guess.take(), partly.take())?;
        Ok(Scene { layers: layers.take() })
    }
}

/// Those of each row of `rect`, which is inside `of`, the field's, and the column of its first pixel there.
fn inside(apart: &Apart, of: Rect, rect: Rect) -> impl Iterator<Item = (usize, &[Two])> {
    let [first, end] = [rect.x1, rect.x2].map(|x| (x - of.x1) as u32);
    apart.rows[(rect.y1 - of.y1) as usize..(rect.y2 - of.y1) as usize].iter().map(move |row| {
        let [first_of, end_of] = [first, end].map(|x| row.partition_point(|two| two.x < x));
        (first as usize, &row[first_of..end_of])
    })
}

/// How much of each of the field's pixels its own surface covers; nothing if that is all of all.
fn shares(apart: &Apart, field: &Field, exec: &Exec) -> Result<Vec<f32>, Stop> {
    if apart.rows.iter().flatten().all(|two| two.own_share() >= 1.0) {
        return Ok(Vec::new());
    }
    let mut shares = exec.keep(exec.filled(field.coc.len(), 1.0, [0.2, 0.2])?);
    let rows: Vec<_> = shares.chunks_mut(field.rect.width().max(1)).zip(&apart.rows).collect();
    exec.for_each_mut(rows, [0.2, 0.2], |_, (shares, row), _| {
        row.iter().for_each(|two| shares[two.x as usize] = two.own_share());
    })?;
    Ok(shares.take())
}

/// Puts the other surfaces of pixels of two among what is hidden: what a pixel is known to hide instead of what was guessed, what stands
/// before one where nothing was. There is one sample for each pixel; where three surfaces meet the nearest is the least to miss. Nothing behind
/// what a plate has `shown` is known better.
fn others(
    apart: &Apart,
    of: Rect,
    shown: impl Fn(i32, i32) -> bool + Sync,
    (sheet, partly): (&mut Sheet, &mut Partly),
    points: f32,
    exec: &Exec,
) -> Result<(), Stop> {
    let rect = sheet.rect;
    let rows: Vec<_> = sheet.rows_mut().into_iter().zip(partly).zip(inside(apart, of, rect)).collect();
    exec.for_each_mut(rows, [0.2, 0.2], |i, (((coc, colour), partly), (skip, row)), _| {
        for two in row.iter().filter(|two| two.has_other()) {
            let x = two.x as usize - *skip;
            let known = if two.has_near { shown(rect.x1 + x as i32, rect.y1 + i as i32) } else { coc[x] < NONE };
            if known {
                continue;
            }
            coc[x] = two.coc;
            (0..4).for_each(|c| colour[c][x] = two.other[c]);
            let count = (two.share * points).round();
            if !two.has_near && count < points {
                partly.push((x as u32, count));
            }
        }
    })
}

/// The part over `to` of a plane over `from`, which holds it.
fn part(plane: &[f32], from: Rect, to: Rect, exec: &Exec) -> Result<Vec<f32>, Stop> {
    let mut out = exec.keep(exec.filled(to.width() * to.height(), 0f32, [0.0; 2])?);
    let skip = (to.x1 - from.x1) as usize;
    exec.for_each_mut(out.chunks_mut(to.width().max(1)).collect(), [0.2, 0.2], |i, row, _| {
        let start = ((to.y1 - from.y1) as usize + i) * from.width() + skip;
        row.copy_from_slice(&plane[start..start + row.len()]);
    })?;
    Ok(out.take())
}

/// The picture's own samples; those that are not needed are none.
fn seen(
    field: &Field,
    shares: &[f32],
    rect: Rect,
    gap: f32,
    needed: Option<&Needed>,
    exec: &Exec,
) -> Result<Sheet, Stop> {
    let coc = match needed {
        None => part(&field.coc, field.rect, rect, exec)?,
        Some(needed) => {
            let size = [rect.width() * rect.height(), rect.width()];
            let [coc] = exec.rows(size, NONE, vec![(); rect.height()], [0.2, 0.2], |i, [row], (), _| {
                let y = rect.y1 + i as i32;
                let first = field.index(rect.x1, y);
                needed.copy(rect.x1, y, &field.coc[first..first + row.len()], row);
            })?;
            coc
        }
    };
    let coc = exec.keep(coc);
    let colour = spread::colours(field, shares, rect, gap, needed, exec)?;
    Ok(Sheet { rect, coc: coc.take(), colour })
}

/// The plate's samples where a lens point may see them; where the plate is see-through, in front of what is guessed behind it.
fn shown(
    field: &Field,
    plate: &Plate,
    envelope: &[i16],
    guess: &Sheet,
    rect: Rect,
    gap: f32,
    exec: &Exec,
) -> Result<Sheet, Stop> {
    let mut sheet = exec.keep(seen(&plate.field, &[], rect, gap, None, exec)?);
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
