//! The driver's part for what lies behind: the clean plate and its depth at the output's pixels.

use super::{Plate, borrow};
use crate::depth::{DepthParams, DepthSource, DepthStage};
use crate::effect::{Background, Frame};
use crate::geometry::{Geometry, Rect};
use crate::image::{Alpha, ColourRow, Components, Image, ImageRef, load_colour, premultiply};
use crate::workers::{Exec, Stop};

/// A clean plate that can be read at the output's pixels.
pub(super) struct Reader<'a> {
    image: ImageRef<'a>,
    alpha: Alpha,
    from: Geometry,
    to: Geometry,
    depth: Option<DepthStage<'a>>,
}

impl<'a> Reader<'a> {
    /// `params` are decided. Where the source's depth is in its alpha, the plate's is in the plate's unless it has an image of its own.
    pub(super) fn new(params: &DepthParams, plate: Plate<'a>, frame: &Frame) -> Self {
        let Plate { picture: own, alpha, depth } = plate;
        let (from, to) = (own.geometry, frame.geometry);
        let in_alpha = params.source == DepthSource::SourceAlpha && depth.is_none();
        let depth = if in_alpha { Some((own.image.clone(), from)) } else { depth.map(|d| (d.image, d.geometry)) };
        let alpha = if in_alpha { Alpha::Opaque } else { alpha };
        let depth = depth.map(|(image, from_depth)| {
            let stage = DepthStage::new(params, image, from_depth, to, &frame.format);
            // Both need the plate's colours at the output's pixels as they are stored.
            match alpha {
                _ if from != to => stage,
                Alpha::Opaque => stage.guided_by(&own.image),
                _ => stage.guided_by(&own.image).premultiplied_by(&own.image),
            }
        });
        Self { image: own.image, alpha, from, to, depth }
    }

    /// What is known over `rect`; `None` where that is nothing at all.
    pub(super) fn read(&self, rect: Rect, exec: &Exec) -> Result<Option<Background>, Stop> {
        let mut depth = exec.keep(self.depth.as_ref().map(|stage| stage.surfaces(rect, exec)).transpose()?);
        let mut colour = exec.keep(Image::new(rect)?);
        let mut found = vec![false; rect.height()];
        let mut z_rows: Vec<Option<&mut [f32]>> = match &mut *depth {
            Some(z) => z.rows_mut().map(Some).collect(),
            None => (0..rect.height()).map(|_| None).collect(),
        };
        let rows: Vec<_> = colour.rows_mut().into_iter().zip(&mut z_rows).zip(&mut found).collect();
        exec.for_each_mut(rows, [0.0, 0.01], |i, ((colour, z), found), _| {
            self.row(rect.x1, rect.y1 + i as i32, colour);
            **found = keep_what_counts(colour.reborrow(), z.as_deref_mut());
        })?;
        Ok(found.contains(&true).then(|| Background { colour: colour.take(), depth: depth.take() }))
    }

    /// Premultiplied colours of a row; transparent black where the plate has no pixel.
    fn row(&self, x1: i32, y: i32, out: &mut ColourRow) {
        let (to, from) = (self.to.pixels_per_unit(), self.from.pixels_per_unit());
        let index = |axis: usize, i: i32| match self.from == self.to {
            true => i,
            false => ((f64::from(i) + 0.5) / to[axis] * from[axis]).floor() as i32,
        };
        let (bounds, format, sy) = (self.image.bounds(), self.image.format(), index(1, y));
        if sy < bounds.y1 || sy >= bounds.y2 {
            return;
        }
        let width = bounds.width();
        let mut row: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; width]);
        load_colour(format, self.image.row(sy), borrow(&mut row, 0, width));
        match self.alpha {
            Alpha::Opaque if format.components != Components::Alpha => row[3].fill(1.0),
            Alpha::Straight => premultiply(borrow(&mut row, 0, width)),
            _ => {}
        }
        for (out, row) in out.planes().into_iter().zip(&row) {
            for (x, v) in (x1..).zip(out) {
                let sx = index(0, x);
                *v = if sx >= bounds.x1 && sx < bounds.x2 { row[(sx - bounds.x1) as usize] } else { 0.0 };
            }
        }
    }
}

/// Where nothing is known: alpha 0, depth NaN. Is anything known?
fn keep_what_counts(mut colour: ColourRow, z: Option<&mut [f32]>) -> bool {
    let mut any = false;
    let mut z = z;
    let [r, g, b, a] = colour.planes();
    for i in 0..a.len() {
        let depth = z.as_ref().map_or(0.0, |z| z[i]);
        if a[i] > 0.0 && [r[i], g[i], b[i], a[i]].iter().all(|v| v.is_finite()) && !depth.is_nan() {
            any = true;
            continue;
        }
        [r[i], g[i], b[i], a[i]] = [0.0; 4];
        if let Some(z) = &mut z {
            z[i] = f32::NAN;
        }
    }
    any
}
