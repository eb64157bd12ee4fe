//! The re-focused picture: samples, what is hidden, views, and the originals where the colour was no number.

use super::apart::Apart;
use super::aperture::{CatsEye, Optics};
use super::breaks::{Breaks, Parts};
use super::field::Field;
use super::gather::Gather;
use super::highlights::Lift;
use super::lens::Lens;
use super::magnify::Magnify;
use super::params::Params;
use super::plate::Plate;
use super::scene::{FIELD_REACH, pixels_per_unit, stretch};
use super::sizes::Sizes;
use super::switches::Switches;
use super::views::Eye;
use super::{cover, lights, mixed, shine};
use crate::depth::depth_range;
use crate::effect::{AreaInput, AreaKernel, Border};
use crate::geometry::{Geometry, Rect};
use crate::image::Image;
use crate::workers::{Exec, Stop};
use std::sync::Arc;

/// Computes the result.
pub struct Defocus<'a> {
    /// The snapshot.
    pub params: &'a Params,
    /// Focus and size.
    pub lens: Lens,
    /// How the pixels lie.
    pub geometry: Geometry,
    /// The aperture and its points.
    pub optics: Arc<Optics>,
    /// What the barrel cuts off.
    pub cats_eye: Option<CatsEye>,
    /// What is done to the picture's size.
    pub magnify: Option<Magnify>,
    /// What a test switched off.
    pub switches: Switches,
}

/// How far the effect looks for a largest blur, in pixels of the full-size frame: the same down to a render scale of 1/8, and as much as is
/// needed at any smaller one.
pub fn reach(largest: f64, geometry: &Geometry) -> f64 {
    let [x, y] = geometry.pixels_per_unit();
    reach_at(largest, x.max(y).min(0.125))
}

/// What is needed at a scale: [`EDGES`] of its own pixels beyond what the blur asks for.
fn reach_at(largest: f64, scale: f64) -> f64 {
    largest * (1.0 + FIELD_REACH.0) + f64::from(FIELD_REACH.1 + EDGES) / scale
}

/// The whole pixels at the edges of each step.
const EDGES: i32 = 6;

impl AreaKernel for Defocus<'_> {
    fn border(&self) -> Border {
        self.params.occlusion.border.border()
    }

    fn looks_at(&self, window: Rect) -> Rect {
        self.magnify.map_or(window, |magnify| magnify.looks_at(window, &self.geometry))
    }

    fn reach(&self, nearest: f32, farthest: f32) -> f64 {
        let [x, y] = self.geometry.pixels_per_unit();
        reach_at(self.largest([nearest, farthest]), x.max(y))
    }

    fn render(&self, input: AreaInput, exec: &Exec) -> Result<Image, Stop> {
        let AreaInput { source, depth, background, inside, window, seen } = input;
        let depth = exec.keep(depth);
        let stretch = stretch(&self.geometry);
        let points = self.optics.places();
        let scale = pixels_per_unit(&self.geometry);
        let mut largest = self.largest(depth_range(&depth, exec)?);
        if let Some(z) = background.iter().find_map(|b| b.depth.as_ref()) {
            largest = largest.max(self.largest(depth_range(z, exec)?));
        }
        let largest = largest * scale;
        // The picture itself is of use only where its own colours come back.
        let (field, odd) = Field::new(source, &depth, &self.lens, scale, exec)?;
        let (mut field, odd) = (exec.keep(field), odd.map(|source| exec.keep(source)));
        drop(depth);
        let mut plate = match background {
            Some(background) => Some(exec.keep(Plate::new(&field, background, &self.lens, scale, exec)?)),
            None => None,
        };
        let apart = lights::gap(points.len());
        if let Some(lift) = Lift::new(&self.params.highlights) {
            lift.apply(&mut field, scale, exec)?;
            if let Some(plate) = &mut plate {
                lift.apply(&mut plate.field, scale, exec)?;
            }
        }
        let mut lights = lights::take(&mut field, &inside, apart, exec)?;
        let mut all_seen = true;
        if let Some(plate) = &mut plate {
            let behind = plate.lights(&field, &inside, apart, exec)?;
            all_seen = behind.is_empty();
            lights.extend(behind);
        }
        // Had before anything is given back: the system does one after the other.
        let mut out = exec.keep(Image::empty(seen, exec)?);
        // A light that lies hidden shines through no surface: that takes the views.
        let plain = all_seen && self.cats_eye.is_none() && !self.switches.views_only;
        let gather = plain.then(|| Gather::new(&self.optics, stretch, largest as f32)).flatten();
        let parts = match gather {
            Some(gather) => {
                let breaks = exec.keep(Breaks::new(&field, stretch.max(1.0), exec)?);
                let parts = exec.keep(breaks.parts(&field, seen, gather.most, exec)?);
                gather.fill(&field, &parts, &mut out, exec)?;
                parts.take()
            }
            None => Parts::all(seen, exec)?,
        };
        let eye = Eye { optics: self.optics.clone(), cats_eye: self.cats_eye, stretch };
        shine::make_up_for_the_barrel(&mut lights, &eye, exec)?;
        // Only now: where one surface is all that is seen, the picture is that.
        let steps = points.len();
        let apart = match self.switches.whole_pixels {
            false => mixed::find(&field, steps, exec)?,
            true => Apart::none(field.rect.height()),
        };
        let mut apart = exec.keep(apart);
        if let Some(plate) = &mut plate {
            cover::refine(&mut apart, &field, plate, steps, exec)?;
            plate.take_apart(steps, exec)?;
        }
        apart.write_own(&mut field, exec)?;
        let sizes = Sizes {
            params: self.params,
            field: &field,
            apart: &apart,
            plate: plate.as_deref(),
            lights: &lights,
            eye: &eye,
            largest,
            one_size: self.switches.one_size,
        };
        sizes.render(parts, &mut out, exec)?;
        drop((field, plate, apart, lights));
        if let Some(magnify) = &self.magnify {
            out = exec.keep(magnify.apply(&out, window, &self.geometry, exec)?);
        }
        if let Some(source) = odd {
            self.put_back_what_is_no_number(&source, &mut out, exec)?;
        }
        Ok(out.take())
    }
}

impl Defocus<'_> {
    /// The largest blur between two depths (it is monotonous in depth), in pixels of the full-size frame.
    fn largest(&self, range: [f32; 2]) -> f64 {
        range.iter().map(|z| self.lens.coc(f64::from(*z)).abs()).fold(0.0, f64::max)
    }

    /// A colour that is NaN or infinite stays at its pixel, or moves with it as a whole.
    fn put_back_what_is_no_number(&self, source: &Image, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
        let (window, g, first) = (out.rect(), &self.geometry, source.rect().x1);
        let from = |c: usize, axis: usize, i: i32| self.magnify.map_or(i, |m| m.nearest(c, axis, i, g));
        let columns: [Vec<usize>; 4] =
            std::array::from_fn(|c| (window.x1..window.x2).map(|x| (from(c, 0, x) - first) as usize).collect());
        exec.for_each_mut(out.rows_mut(), [0.98, 0.98], |i, row, _| {
            for (c, (plane, of)) in row.planes().into_iter().zip(&source.planes).enumerate() {
                let of = of.row(from(c, 1, window.y1 + i as i32));
                for (to, x) in plane.iter_mut().zip(&columns[c]).filter(|(_, x)| !of[**x].is_finite()) {
                    *to = of[*x];
                }
            }
        })
    }
}
