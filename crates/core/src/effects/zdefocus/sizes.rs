//! The views, of a picture as it is and of smaller ones where that is fine enough.

use super::apart::Apart;
use super::breaks::Parts;
use super::coarse::{Coarse, Finer};
use super::field::Field;
use super::finest::{Asked, sharp};
use super::lights::Light;
use super::moves::Moves;
use super::needed::Needed;
use super::params::Params;
use super::plate::Plate;
use super::scene::{Makings, Scene};
use super::spread;
use super::tiles::in_frame;
use super::views::{self, Eye, Look, Owner, Watched};
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
    /// Taken out of both, in pixels of the frame.
    pub lights: &'a [Light],
    /// The lens.
    pub eye: &'a Eye,
    /// The largest CoC in pixels.
    pub largest: f64,
    /// Is the picture as it is all that is looked at?
    pub one_size: bool,
}

/// What a picture of half the size is wanted for: another one, whose pixels the lights and the barrel go by.
pub struct Larger<'a> {
    /// A CoC for each of the picture's pixels…
    pub watched: Watched<'a>,
    /// …of which is noted here for each of the picture's pixels by which part of the lens it is seen, of [`WHOLE`](super::breaks::WHOLE),
    /// wherever the picture says something itself.
    pub visible: &'a mut [u8],
    /// The lights go there, where there are any.
    pub glow: Option<&'a mut Image>,
}

/// A draft goes on to the next coarser picture sooner, at this part of the CoC…
const DRAFT: f32 = 0.75;
/// …and looks behind edges along every so many of all directions: four, which over 31 shots are as near to the lens as sixteen.
const DIRECTIONS: usize = 4;

/// Neighbours that spread onto a sample are nearer than this, in pixels, where a coarser picture goes on beyond the finer one.
const SPREAD: i32 = 4;

impl Sizes<'_> {
    /// Renders the parts of the picture, and adds the lights. `larger` where it is half the size of another one.
    pub fn render(&self, parts: Parts, out: &mut Image, mut larger: Option<Larger>, exec: &Exec) -> Result<(), Stop> {
        // Pixels of the frame in one.
        let base = if larger.is_some() { 2 } else { 1 };
        let wide = self.eye.stretch.max(1.0);
        let sharp = sharp(&self.eye.optics.aperture, self.eye.stretch);
        let sharp = if larger.is_some() { DRAFT * sharp } else { sharp };
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
            let of = coarse.last().map_or(first, Coarse::finer);
            // All of its samples that may be seen there, and those that spread onto them.
            let samples = parts.rect.grow(self.around(2 * of.unit) + SPREAD);
            let next = Coarse::new(of, &samples, exec)?;
            if let Some(plate) = plates.last().or(self.plate) {
                let half = plate.half(&next.field, exec)?;
                plates.push(half);
            }
            let finer = Finer { behind: plates.last().map(|plate| &plate.field), ..next.finer() };
            asked.push(Asked::new(finer, parts, coarser_than(next.unit), wide, exec)?);
            coarse.push(next);
        }
        let lit = !self.lights.is_empty() && !coarse.is_empty();
        let owner = if lit { Some(exec.keep(owner(&asked, base, exec)?)) } else { None };
        let own = lit && larger.is_none();
        let mut own_glow = if own { Some(exec.keep(Image::empty(out.rect(), exec)?)) } else { None };
        let mut coarser: Option<Kept<Image>> = None;
        for number in (0..asked.len()).rev() {
            let of = if number == 0 { first } else { coarse[number - 1].finer() };
            let here = &asked[number];
            let plate = if number == 0 { self.plate } else { plates.get(number - 1) };
            let scene = exec.keep(self.scene(of, base, plate, here, exec)?);
            let look = Look {
                scene: &scene,
                unit: of.unit * base,
                asked: here,
                coarser: coarser.as_deref(),
                lights: self.lights,
                owner: owner.as_ref().map(|owner| (&**owner, number as u8)),
                eye: self.eye,
            };
            let (visible, glow) = match &mut larger {
                Some(larger) => (Some((larger.watched, &mut *larger.visible)), larger.glow.as_deref_mut()),
                None => (None, own_glow.as_deref_mut().filter(|_| number > 0)),
            };
            if number == 0 {
                views::render(&look, out, glow, visible, exec)?;
            } else {
                let mut image = exec.keep(Image::empty(here.rect, exec)?);
                views::render(&look, &mut image, glow, None, exec)?;
                coarser = Some(image);
                drop((scene, exec.keep(coarse.pop()), exec.keep(plates.pop())));
            }
        }
        if let Some(glow) = own_glow {
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

    /// How far from where they are samples may be seen, in pixels of a picture, which are `unit` wide and high.
    fn around(&self, unit: i32) -> i32 {
        let wide = self.eye.stretch.max(1.0);
        (self.largest / f64::from(unit) * f64::from(wide)).ceil() as i32 + 2
    }

    fn scene(&self, of: Finer, base: i32, plate: Option<&Plate>, asked: &Asked, exec: &Exec) -> Result<Scene, Stop> {
        let seen = asked.around(&asked.rect);
        if seen.is_empty() {
            return Ok(Scene::default());
        }
        let points = self.eye.optics.places();
        let unit = f64::from(of.unit);
        let largest = self.largest / unit;
        let gap = spread::gap(points.len());
        let mut moves = Moves::new(&points, gap, largest, own_blur(unit), exec)?;
        // CoCs of half the size are half as large, too.
        moves.joined *= if of.unit == 1 { 1.0 / base as f32 } else { 1.0 };
        let wide = self.eye.stretch.max(1.0);
        let rect = seen.grow(self.around(of.unit)).intersect(&of.field.rect);
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
            every: if base > 1 { DIRECTIONS } else { 1 },
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

/// Which picture is the finest that says something of each pixel of the frame, of which there are `base` each way in one of the first.
fn owner(asked: &[Asked], base: i32, exec: &Exec) -> Result<Owner, Stop> {
    let rect = in_frame(&asked[0].rect, base);
    let (w, finest) = (rect.width(), base.trailing_zeros() as usize);
    let mut number = exec.filled(w * rect.height(), 0u8, [0.0; 2])?;
    exec.for_each_mut(number.chunks_mut(w.max(1)).collect(), [0.05, 0.05], |i, row, _| {
        let y = rect.y1 + i as i32;
        let asks = &asked[0];
        let (parts, own) = (asks.parts.row(&asks.rect, y >> finest), asks.own(&asks.rect, y >> finest));
        for (x, of) in (rect.x1..rect.x2).zip(row.iter_mut()) {
            let at = ((x >> finest) - asks.rect.x1) as usize;
            if parts[at] > 0 && own[at] == 0 {
                let says = |k: &usize| {
                    let (x, y) = (x >> (k + finest), y >> (k + finest));
                    asked[*k].own(&Rect::new(x, y, x + 1, y + 1), y)[0] > 0
                };
                *of = (1..asked.len()).find(says).unwrap_or(0) as u8;
            }
        }
    })?;
    Ok(Owner { rect, number })
}
