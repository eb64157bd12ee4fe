//! The views, of a picture as it is and of smaller ones where that is fine enough.

use super::apart::Apart;
use super::breaks::Parts;
use super::coarse::{Coarse, Finer};
use super::field::Field;
use super::finest::{Asked, sharp};
use super::lens::Moves;
use super::lights::Light;
use super::needed::Needed;
use super::params::Params;
use super::plate::Plate;
use super::scene::{Makings, Scene};
use super::spread;
use super::views::{self, Eye, Look, Owner};
use crate::geometry::Rect;
use crate::image::Image;
use crate::workers::{Exec, Kept, Stop};

/// What is looked at.
pub struct Sizes<'a> {
    /// The snapshot.
    pub params: &'a Params,
    /// The picture.
    pub field: &'a Field,
    /// Its pixels that show another surface, too.
    pub apart: &'a Apart,
    /// The clean plate.
    pub plate: Option<&'a Plate>,
    /// Taken out of both.
    pub lights: &'a [Light],
    /// The lens.
    pub eye: &'a Eye,
    /// The largest CoC in pixels.
    pub largest: f64,
    /// Is the picture as it is all that is looked at?
    pub one_size: bool,
}

impl Sizes<'_> {
    /// Renders the parts of the picture, and adds the lights.
    pub fn render(&self, parts: Parts, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        let wide = self.eye.stretch.max(1.0);
        let sharp = sharp(&self.eye.optics.aperture, self.eye.stretch);
        let coarser_than = |unit: i32| {
            let any = self.largest >= f64::from(2.0 * sharp) * f64::from(unit) && !self.one_size;
            any.then_some(sharp)
        };
        let mut coarse: Kept<Vec<Coarse>> = exec.keep(Vec::new());
        let mut plates: Kept<Vec<Plate>> = exec.keep(Vec::new());
        let behind = self.plate.map(|plate| &plate.field);
        let first = Finer { unit: 1, field: self.field, apart: Some(self.apart), behind };
        let mut asked = exec.keep(vec![Asked::new(first, parts, coarser_than(1), wide, exec)?]);
        while let Some(parts) = asked[asked.len() - 1].coarser(exec)? {
            let next = Coarse::new(coarse.last().map_or(first, Coarse::finer), exec)?;
            if let Some(plate) = plates.last().or(self.plate) {
                let half = plate.half(&next.field, exec)?;
                plates.push(half);
            }
            let finer = Finer { behind: plates.last().map(|plate| &plate.field), ..next.finer() };
            asked.push(Asked::new(finer, parts, coarser_than(next.unit), wide, exec)?);
            coarse.push(next);
        }
        let lit = !self.lights.is_empty() && !coarse.is_empty();
        let owner = if lit { Some(exec.keep(owner(&asked, exec)?)) } else { None };
        let mut glow = if lit { Some(exec.keep(Image::empty(out.rect(), exec)?)) } else { None };
        let mut coarser: Option<Kept<Image>> = None;
        for number in (0..asked.len()).rev() {
            let of = if number == 0 { first } else { coarse[number - 1].finer() };
            let here = &asked[number];
            let plate = if number == 0 { self.plate } else { plates.get(number - 1) };
            let scene = exec.keep(self.scene(of, plate, here, exec)?);
            let look = Look {
                scene: &scene,
                unit: of.unit,
                asked: here,
                coarser: coarser.as_deref(),
                lights: self.lights,
                owner: owner.as_ref().map(|owner| (&**owner, number as u8)),
                eye: self.eye,
            };
            if number == 0 {
                views::render(&look, out, None, exec)?;
            } else {
                let mut image = exec.keep(Image::empty(here.rect, exec)?);
                views::render(&look, &mut image, glow.as_deref_mut(), exec)?;
                coarser = Some(image);
                drop((scene, exec.keep(coarse.pop()), exec.keep(plates.pop())));
            }
        }
        if let Some(glow) = glow {
            let rows: Vec<_> = out
                .planes
                .iter_mut()
                .zip(&glow.planes)
                .take(3)
                .flat_map(|(to, from)| {
                    let width = from.rect().width().max(1);
                    to.rows_mut().zip(from.data().chunks(width)).collect::<Vec<_>>()
                })
                .collect();
            exec.for_each_mut(rows, [0.97, 0.97], |_, (to, from), _| {
                to.iter_mut().zip(from.iter()).for_each(|(to, from)| *to += from);
            })?;
        }
        Ok(())
    }

    fn scene(&self, of: Finer, plate: Option<&Plate>, asked: &Asked, exec: &Exec) -> Result<Scene, Stop> {
        let seen = asked.around(&asked.rect);
        if seen.is_empty() {
            return Ok(Scene::default());
        }
        let points = self.eye.optics.places();
        let unit = f64::from(of.unit);
        let largest = self.largest / unit;
        let gap = spread::gap(points.len());
        let moves = Moves::new(&points, gap, largest, own_blur(unit), exec)?;
        let wide = self.eye.stretch.max(1.0);
        let around = (largest * f64::from(wide)).ceil() as i32 + 2;
        let rect = seen.grow(around).intersect(&of.field.rect);
        let [needed, hidden] = Needed::new(of.field, rect, asked, wide, exec)?.map(|needed| exec.keep(needed));
        let makings = Makings {
            needed: &needed,
            hidden: &hidden,
            field: of.field,
            apart: of.apart,
            plate,
            gap: gap as f32,
            points: points.len(),
            fill: self.params.occlusion.background_fill,
        };
        Scene::new(&makings, rect, &moves, exec)
    }
}

/// The variance per axis of a picture's own pixels, means of the frame's, and of what is interpolated between them, in its px².
fn own_blur(unit: f64) -> f64 {
    let (mut own, mut size) = ((1.0 - 1.0 / (unit * unit)) / 12.0, unit);
    while size > 1.0 {
        own += 3.0 / 16.0 * (size / unit).powi(2);
        size *= 0.5;
    }
    own
}

/// Which picture is the finest that says something of each pixel.
fn owner(asked: &[Asked], exec: &Exec) -> Result<Owner, Stop> {
    let rect = asked[0].rect;
    let w = rect.width();
    let mut number = exec.filled(w * rect.height(), 0u8, [0.0; 2])?;
    exec.for_each_mut(number.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |i, row, _| {
        let y = rect.y1 + i as i32;
        let first = asked[0].parts.row(&rect, y).iter().zip(asked[0].own(&rect, y));
        for ((x, of), (part, own)) in (rect.x1..).zip(row.iter_mut()).zip(first) {
            if *part > 0 && *own == 0 {
                let says = |k: &usize| {
                    let (x, y) = (x >> k, y >> k);
                    asked[*k].own(&Rect::new(x, y, x + 1, y + 1), y)[0] > 0
                };
                *of = (1..asked.len()).find(says).unwrap_or(0) as u8;
            }
        }
    })?;
    Ok(Owner { rect, number })
}
