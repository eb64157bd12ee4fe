//! The re-focused picture: samples, what is hidden, views, and the originals where the colour was no number.

use super::aperture::{Aperture, CatsEye, Optics};
use super::cover::Cover;
use super::field::Field;
use super::lens::{Lens, Moves};
use super::params::Params;
use super::plate::Plate;
use super::scene::{FIELD_REACH, Makings, Scene, pixels_per_unit, stretch};
use super::views::{self, Eye};
use super::{lights, shine, spread};
use crate::depth::depth_range;
use crate::effect::{AreaInput, AreaKernel, Border};
use crate::geometry::{Geometry, RectD};
use crate::image::Image;
use crate::workers::{Exec, Stop};

/// Computes the result.
pub struct Defocus<'a> {
    /// The snapshot.
    pub params: &'a Params,
    /// Focus and size.
    pub lens: Lens,
    /// How the pixels lie.
    pub geometry: Geometry,
    /// The whole frame, canonical.
    pub format: RectD,
}

/// How far the effect looks for a largest blur, in pixels of the full-size frame. The last term covers the whole pixels at the edges of each
/// step down to a render scale of 1/8.
pub fn reach(largest: f64) -> f64 {
    largest * (1.0 + FIELD_REACH.0) + 8.0 * f64::from(FIELD_REACH.1 + 6)
}

impl AreaKernel for Defocus<'_> {
    fn border(&self) -> Border {
        self.params.occlusion.border.border()
    }

    fn reach(&self, nearest: f32, farthest: f32) -> f64 {
        reach(self.largest([nearest, farthest]))
    }

    fn render(&self, mut input: AreaInput, exec: &Exec) -> Result<Image, Stop> {
        let aperture = Aperture::new(&self.params.bokeh);
        let stretch = stretch(&self.geometry);
        let cats_eye = CatsEye::new(self.params.bokeh.cats_eye, &aperture, &self.format, &self.geometry);
        let optics = Optics::kept(aperture, self.params.output.quality.lens_points(), cats_eye.is_some());
        let points = optics.places();
        let gap = spread::gap(points.len());
        let scale = pixels_per_unit(&self.geometry);
        let background = input.background.take();
        let behind = background.iter().filter_map(|b| b.depth.as_ref()).map(|z| self.largest(depth_range(z)));
        let largest = behind.fold(self.largest(depth_range(&input.depth)), f64::max) * scale;
        let moves = Moves::new(&points, gap, largest);
        let mut field = Field::new(&input.source, &input.depth, &self.lens, scale, exec)?;
        let mut plate = match background {
            Some(background) => Some(Plate::new(&field, background, &self.lens, scale, exec)?),
            None => None,
        };
        let apart = lights::gap(points.len());
        let mut lights = lights::take(&mut field, &input.inside, apart, exec)?;
        if let Some(plate) = &mut plate {
            lights.extend(plate.lights(&field, &input.inside, apart, exec)?);
        }
        let around = (largest * f64::from(stretch.max(1.0))).ceil() as i32 + 2;
        let cover = match &plate {
            Some(plate) => Some(Cover::new(&field, plate, points.len(), exec)?),
            None => None,
        };
        let makings = Makings {
            field: &field,
            plate: plate.as_ref().zip(cover.as_ref()),
            gap: gap as f32,
            points: points.len(),
            fill: self.params.occlusion.background_fill,
        };
        let scene = Scene::new(&makings, input.window.grow(around), &moves, exec)?;
        drop((field, plate, cover));
        let eye = Eye { optics, cats_eye, stretch };
        shine::make_up_for_the_barrel(&mut lights, &eye, exec)?;
        let mut out = views::render(&scene, &lights, &eye, input.window, exec)?;
        keep_what_is_no_number(&input, &mut out, exec)?;
        Ok(out)
    }
}

impl Defocus<'_> {
    /// The largest blur between two depths (it is monotonous in depth), in pixels of the full-size frame.
    fn largest(&self, range: [f32; 2]) -> f64 {
        range.iter().map(|z| self.lens.coc(f64::from(*z)).abs()).fold(0.0, f64::max)
    }
}

/// A colour that is NaN or infinite stays at its pixel.
fn keep_what_is_no_number(input: &AreaInput, out: &mut Image, exec: &Exec) -> Result<(), Stop> {
    let (window, skip) = (out.rect(), (out.rect().x1 - input.source.rect().x1) as usize);
    exec.for_each_mut(out.rows_mut(), [0.97, 0.98], |i, row, _| {
        for (plane, from) in row.planes().into_iter().zip(&input.source.planes) {
            let from = &from.row(window.y1 + i as i32)[skip..];
            plane.iter_mut().zip(from).filter(|(_, v)| !v.is_finite()).for_each(|(to, v)| *to = *v);
        }
    })
}
