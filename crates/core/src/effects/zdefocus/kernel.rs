//! The re-focused picture: samples, what is hidden, views, and the originals where the colour was no number.

use super::apart::Apart;
use super::aperture::{CatsEye, Optics};
use super::breaks::{Breaks, Parts, WHOLE};
use super::coarse::{Coarse, Finer, half};
use super::draft::{Draft, Enlarged};
use super::field::{EVERYWHERE, Field};
use super::gather::Gather;
use super::highlights::Lift;
use super::lamps;
use super::lens::Lens;
use super::lights::{Light, Taken};
use super::magnify::Magnify;
use super::params::Params;
use super::plate::Plate;
use super::scene::{FIELD_REACH, pixels_per_unit, stretch};
use super::sizes::{Larger, Sizes};
use super::switches::Switches;
use super::views::Eye;
use super::{cover, draft, field, lights, mixed, shine, spread};
use crate::depth::depth_range;
use crate::effect::{AreaInput, AreaKernel, Border, Noted, Rendered};
use crate::geometry::{Geometry, Rect};
use crate::image::{ColourRow, Image};
use crate::workers::{Exec, Kept, Stop};
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
    /// Is half the size enough (see `draft`)?
    pub half: bool,
    /// What a test switched off.
    pub switches: Switches,
}

/// What a picture is made from, in its pixels.
struct Subject<'e> {
    field: Kept<'e, Field>,
    /// Its pixels of two surfaces; `None` if they are to be looked for.
    apart: Option<Kept<'e, Apart>>,
    plate: Option<Kept<'e, Plate>>,
    /// Taken out of both, in pixels of the frame.
    lights: Kept<'e, Vec<Light>>,
    /// Does something hide one that a plate shows?
    hidden: bool,
    /// Those of them that the picture hides…
    behind: Vec<Light>,
    /// …and what stays at its pixels.
    sharp: Vec<Light>,
    /// The pixels to compute.
    seen: Rect,
    /// The largest CoC.
    largest: f64,
}

/// How far the effect looks for a largest blur, in pixels of the full-size frame: the same down to a render scale of 1/8, and as much as is
/// needed at any smaller one. `half`: may half the size be enough?
pub fn reach(largest: f64, geometry: &Geometry, half: bool) -> f64 {
    let [x, y] = geometry.pixels_per_unit();
    reach_at(largest, x.max(y).min(0.125), half)
}

/// What is needed at a scale: [`EDGES`] of the pixels that are rendered beyond what the blur asks for, and what wide lamps do.
fn reach_at(largest: f64, scale: f64, half: bool) -> f64 {
    reach_with(largest, FIELD_REACH, scale, half) + 2.0 * lamps::WIDER
}

/// The same where the field is to be known so far around the samples.
fn reach_with(largest: f64, (of_largest, pixels): (f64, i32), scale: f64, half: bool) -> f64 {
    let scale = if half { 0.5 * scale } else { scale };
    let largest = if half { largest + draft::WIDER / scale } else { largest };
    largest * (1.0 + of_largest) + f64::from(pixels + EDGES) / scale
}

/// The whole pixels at the edges of each step.
const EDGES: i32 = 6;
/// So many pixels beyond the frame all that is made of a border's pixels is the same from there on outwards.
const CONTINUED: i32 = 8;

impl AreaKernel for Defocus<'_> {
    fn border(&self) -> Border {
        self.params.occlusion.border.border()
    }

    fn looks_at(&self, window: Rect) -> Rect {
        self.magnify.map_or(window, |magnify| magnify.looks_at(window, &self.geometry))
    }

    fn reach(&self, nearest: f32, farthest: f32) -> f64 {
        let [x, y] = self.geometry.pixels_per_unit();
        reach_at(self.largest([nearest, farthest]), x.max(y), self.half)
    }

    fn beyond(&self, nearest: f32, farthest: f32) -> f64 {
        if self.border() == Border::Mirror {
            return self.reach(nearest, farthest);
        }
        // Samples that may come into the frame, and their neighbours that spread onto them. Coarser pictures go on by themselves, and of what
        // lies hidden farther out there is nothing new; what the surroundings of a light show is the same, too.
        let [x, y] = self.geometry.pixels_per_unit();
        let spread = spread::gap(self.optics.points.len());
        reach_with(self.largest([nearest, farthest]), (spread, CONTINUED), x.max(y), self.half)
    }

    fn read(&self, colour: ColourRow, depth: &mut [f32]) -> Noted {
        field::read(&self.lens, pixels_per_unit(&self.geometry), colour, depth)
    }

    fn render<'e>(&self, input: AreaInput, exec: &'e Exec) -> Result<Rendered<'e>, Stop> {
        let AreaInput { source, depth, noted, background, inside, window, seen } = input;
        let scale = pixels_per_unit(&self.geometry);
        let [least, most] = noted.range;
        let mut largest = f64::from(most.max(-least).max(0.0)) / scale;
        if let Some(z) = background.iter().find_map(|b| b.depth.as_ref()) {
            largest = largest.max(self.largest(depth_range(z, exec)?));
        }
        let largest = largest * scale;
        // The picture itself is of use only where its own colours come back.
        let known = if self.border() == Border::Mirror { EVERYWHERE } else { inside.grow(CONTINUED) };
        let (field, odd) = Field::of(source, depth, known, noted, exec)?;
        let (mut field, odd) = (exec.keep(field), odd.map(|source| exec.keep(source)));
        let mut plate = match background {
            Some(background) => Some(exec.keep(Plate::new(&field, background, &self.lens, scale, exec)?)),
            None => None,
        };
        if let Some(lift) = Lift::new(&self.params.highlights) {
            lift.apply(&mut field, scale, exec)?;
            if let Some(plate) = &mut plate {
                lift.apply(&mut plate.field, scale, exec)?;
            }
        }
        let gap = lights::gap(self.optics.points.len());
        // A clean plate knows what is hidden.
        let completed = (self.params.occlusion.background_fill && plate.is_none()).then_some(scale);
        let Taken { lights, behind, sharp } = lights::take(&mut field, &inside, gap, completed, exec)?;
        let mut lights = exec.keep(lights);
        lights.extend(&behind);
        let mut hidden = false;
        if let Some(plate) = &mut plate {
            let behind = plate.lights(&field, &inside, gap, exec)?;
            hidden = !behind.is_empty();
            lights.extend(behind);
        }
        let of = Subject { field, apart: None, plate, lights, hidden, behind, sharp, seen, largest };
        let mut out = match self.half {
            false => self.picture(of, exec)?,
            true => {
                let out = self.draft(of, exec)?;
                if self.magnify.is_none() && odd.is_none() {
                    return Ok(Rendered::Rows(Box::new(out)));
                }
                exec.keep(out.image(exec)?)
            }
        };
        if let Some(magnify) = &self.magnify {
            out = exec.keep(magnify.apply(&out, window, &self.geometry, exec)?);
        }
        if let Some(source) = odd {
            self.put_back_what_is_no_number(&source, &mut out, exec)?;
        }
        Ok(Rendered::Image(out.take()))
    }
}

impl Defocus<'_> {
    /// What is seen, as the lens shows it.
    fn picture<'e>(&self, of: Subject<'e>, exec: &'e Exec) -> Result<Kept<'e, Image>, Stop> {
        // Had before anything is given back: the system does one after the other.
        let mut out = exec.keep(Image::empty(of.seen, exec)?);
        self.look(of, &mut out, None, exec)?;
        Ok(out)
    }

    /// The same by way of half the size.
    fn draft<'e>(&self, of: Subject<'e>, exec: &'e Exec) -> Result<Enlarged<'e>, Stop> {
        let Subject { field, plate, lights, hidden, behind, sharp, seen, largest, .. } = of;
        let asked = half(&seen).grow(1);
        let draft = exec.keep(Draft::new(&field, asked, exec)?);
        let Coarse { field: small, apart, .. } = Coarse::new(Finer::whole(&field), &asked, exec)?;
        let (mut small, mut apart) = (exec.keep(small), exec.keep(apart));
        let mut plate = match plate {
            Some(plate) => Some(exec.keep(plate.half(&small, exec)?)),
            None => None,
        };
        draft::make_up_for_the_size(&mut small, Some(&mut apart), exec)?;
        if let Some(plate) = &mut plate {
            draft::make_up_for_the_size(&mut plate.field, None, exec)?;
        }
        let mut picture = exec.keep(Image::empty(asked, exec)?);
        let mut glow = if lights.is_empty() { None } else { Some(exec.keep(Image::empty(seen, exec)?)) };
        let mut visible = exec.keep(exec.filled(asked.width() * asked.height(), WHOLE, [0.05, 0.05])?);
        let largest = 0.5 * largest + draft::WIDER;
        let apart = Some(apart);
        let of = Subject { field: small, apart, plate, lights, hidden, behind, sharp, seen: asked, largest };
        let larger = Larger { watched: draft.watched(), visible: &mut visible, glow: glow.as_deref_mut() };
        let small = self.look(of, &mut picture, Some(larger), exec)?;
        Ok(Enlarged { rect: seen, draft, field, small, picture, visible, glow })
    }

    /// The lens's picture. What is left of the field has its surfaces' own colours.
    fn look<'e>(
        &self,
        of: Subject<'e>,
        out: &mut Image,
        larger: Option<Larger>,
        exec: &'e Exec,
    ) -> Result<Kept<'e, Field>, Stop> {
        let Subject { mut field, apart, mut plate, mut lights, hidden, behind, sharp, seen, largest } = of;
        let stretch = stretch(&self.geometry);
        let unit = if larger.is_some() { 2 } else { 1 };
        // A light that lies hidden shines through no surface: that takes the views.
        let plain = !hidden && self.cats_eye.is_none() && !self.switches.views_only;
        let gather = plain.then(|| Gather::new(&self.optics, stretch, largest as f32)).flatten();
        let parts = match gather {
            Some(gather) => {
                let breaks = exec.keep(Breaks::new(&field, apart.as_deref(), (&behind, unit), stretch.max(1.0), exec)?);
                let parts = exec.keep(breaks.parts(&field, seen, gather.most, exec)?);
                gather.fill(&field, &parts, out, exec)?;
                parts.take()
            }
            None => Parts::all(seen, exec)?,
        };
        let eye = Eye { optics: self.optics.clone(), cats_eye: self.cats_eye, stretch };
        shine::make_up_for_the_barrel(&mut lights, &eye, exec)?;
        // Only now: where one surface is all that is seen, the picture is that.
        let apart = match apart {
            Some(apart) => apart,
            None => self.take_apart(&mut field, plate.as_deref_mut(), &sharp, exec)?,
        };
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
        sizes.render(parts, out, larger, exec)?;
        Ok(field)
    }

    /// Finds the pixels that show two surfaces, and leaves the fields of the picture and of the plate their own one's.
    fn take_apart<'e>(
        &self,
        field: &mut Field,
        plate: Option<&mut Plate>,
        sharp: &[Light],
        exec: &'e Exec,
    ) -> Result<Kept<'e, Apart>, Stop> {
        let steps = self.optics.points.len();
        let apart = match self.switches.whole_pixels {
            false => mixed::find(field, steps, exec)?,
            true => Apart::none(field.rect.height()),
        };
        let mut apart = exec.keep(apart);
        if let Some(plate) = plate {
            cover::refine(&mut apart, field, plate, steps, exec)?;
            plate.take_apart(steps, exec)?;
        }
        apart.put_behind(field, sharp);
        apart.write_own(field, exec)?;
        Ok(apart)
    }

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
                for (to, x) in plane.iter_mut().zip(&columns[c]).filter(|(_, x)| !field::is_number(of[**x])) {
                    *to = of[*x];
                }
            }
        })
    }
}
