//! From a foreign depth image to metres at the output's pixels.

use super::{Camera, Channels, DepthParams, InvalidDepth, fill};
use crate::geometry::{Geometry, Rect, RectD};
use crate::image::{ImageRef, Plane, load_channel};
use crate::workers::{Exec, Stop};

/// Reads depth in metres (see [`crate::depth`] for its special values) at the pixels of the output.
///
/// A depth image of another size, scale or pixel aspect is read at the nearest pixel in canonical coordinates: never a mixture
/// of two depths. Outside the image the depth is invalid.
pub struct DepthStage<'a> {
    image: ImageRef<'a>,
    from: Geometry,
    to: Geometry,
    channels: Channels,
    params: DepthParams,
    /// Where depth is measured along the rays.
    rays: Option<Camera>,
}

impl<'a> DepthStage<'a> {
    /// `from` is how the depth image's pixels lie, `to` how the output's do, `format` the frame that the camera saw (canonical).
    /// An Auto among the parameters was decided before.
    pub fn new(params: &DepthParams, image: ImageRef<'a>, from: Geometry, to: Geometry, format: &RectD) -> Self {
        let channels = params.channels(&image);
        let radial = params.radial || params.convention.is_radial();
        let rays = radial.then(|| Camera::new(format, &to, params.field_of_view));
        Self { image, from, to, channels, params: params.clone(), rays }
    }

    /// The depth image's pixel that lies under an output pixel's centre, in one direction (0 = x, 1 = y).
    fn source_index(&self, axis: usize, i: i32) -> i32 {
        if self.from == self.to {
            return i;
        }
        let (to, from) = (self.to.pixels_per_unit()[axis], self.from.pixels_per_unit()[axis]);
        ((f64::from(i) + 0.5) / to * from).floor() as i32
    }

    /// Depth of the pixels `x1..x1 + out.len()` of row `y`, in metres, without [`InvalidDepth::Fill`]'s look at neighbours
    /// (holes are NaN then).
    pub fn row(&self, x1: i32, y: i32, out: &mut [f32]) {
        let invalid = self.params.invalid_value();
        let bounds = self.image.bounds();
        let sy = self.source_index(1, y);
        if sy < bounds.y1 || sy >= bounds.y2 {
            return out.fill(invalid);
        }
        self.numbers(sy, x1, out);
        self.params.decode_row(out, invalid);
        if let Some(rays) = &self.rays {
            rays.to_planar(x1, y, out);
        }
    }

    /// The numbers that are decoded, of row `sy` of the image; NaN outside it.
    fn numbers(&self, sy: i32, x1: i32, out: &mut [f32]) {
        match self.channels {
            Channels::Nothing => out.fill(f32::NAN),
            Channels::One(c) => self.raw_row(c, sy, x1, out),
            Channels::Luminance(rgb) => {
                self.sum_of(rgb, sy, x1, out, |v, i| [0.2126, 0.7152, 0.0722][i] * v);
            }
            Channels::Position([px, py, pz]) => {
                let p = &self.params;
                let eye = [p.camera_x as f32, p.camera_y as f32, p.camera_z as f32];
                let square = |v: f32, i: usize| (v - eye[i]) * (v - eye[i]);
                // Renderers leave black where there is nothing: no surface lies in the very origin.
                let mut empty = vec![true; out.len()];
                for c in [px, py, pz] {
                    self.raw_row(c, sy, x1, out);
                    empty.iter_mut().zip(&*out).for_each(|(e, v)| *e &= *v == 0.0);
                }
                self.sum_of([px, py, pz], sy, x1, out, square);
                out.iter_mut().zip(empty).for_each(|(v, e)| *v = if e { f32::NAN } else { v.sqrt() });
            }
        }
    }

    /// The sum over three channels of `f(number, which of the three)`.
    fn sum_of(&self, channels: [usize; 3], sy: i32, x1: i32, out: &mut [f32], f: impl Fn(f32, usize) -> f32) {
        let mut part = vec![0.0; out.len()];
        for (i, c) in channels.into_iter().enumerate() {
            self.raw_row(c, sy, x1, &mut part);
            let sum = |v: &mut f32, p: &f32| *v = if i == 0 { f(*p, i) } else { *v + f(*p, i) };
            out.iter_mut().zip(&part).for_each(|(v, p)| sum(v, p));
        }
    }

    /// Undecoded numbers; NaN outside the image.
    fn raw_row(&self, channel: usize, sy: i32, x1: i32, out: &mut [f32]) {
        let (bounds, format, bytes) = (self.image.bounds(), self.image.format(), self.image.row(sy));
        if self.from == self.to {
            let inside = Rect::new(x1, 0, x1 + out.len() as i32, 1).intersect(&Rect::new(bounds.x1, 0, bounds.x2, 1));
            if inside.is_empty() {
                return out.fill(f32::NAN);
            }
            let (start, end) = ((inside.x1 - x1) as usize, (inside.x2 - x1) as usize);
            out[..start].fill(f32::NAN);
            out[end..].fill(f32::NAN);
            load_channel(
                format,
                channel,
                &bytes[(inside.x1 - bounds.x1) as usize * format.bytes()..],
                &mut out[start..end],
            );
        } else {
            let mut row = vec![0.0; bounds.width()];
            load_channel(format, channel, bytes, &mut row);
            for (i, v) in out.iter_mut().enumerate() {
                let sx = self.source_index(0, x1 + i as i32);
                *v = if sx >= bounds.x1 && sx < bounds.x2 { row[(sx - bounds.x1) as usize] } else { f32::NAN };
            }
        }
    }

    /// Does a pixel's depth depend on its neighbours?
    pub fn looks_around(&self) -> bool {
        self.params.invalid == InvalidDepth::Fill
    }

    /// Depth in metres over `rect`, neighbours asked where the policy says so.
    pub fn plane(&self, rect: Rect, exec: &Exec) -> Result<Plane, Stop> {
        let steps = if self.looks_around() { self.fill_steps() } else { 0 };
        let wide = rect.grow(steps as i32);
        let mut plane = Plane::new(wide, 0.0)?;
        exec.for_each_mut(plane.rows_mut().collect(), [0.0, 0.0], |i, row, _| {
            self.row(wide.x1, wide.y1 + i as i32, row)
        })?;
        if steps == 0 {
            return Ok(plane);
        }
        fill::from_far_neighbours(&mut plane, steps);
        let mut inner = Plane::new(rect, 0.0)?;
        for (i, row) in inner.rows_mut().enumerate() {
            let from = &plane.row(rect.y1 + i as i32)[steps..];
            row.iter_mut().zip(from).for_each(|(to, v)| *to = if v.is_nan() { f32::INFINITY } else { *v });
        }
        Ok(inner)
    }

    /// [`super::FILL_REACH`] in pixels of this image.
    fn fill_steps(&self) -> usize {
        let s = self.to.pixels_per_unit();
        ((super::FILL_REACH * s[0].min(s[1])).round() as usize).clamp(1, super::FILL_REACH as usize)
    }

    /// The pixels of the output under which the depth image has pixels, for picking.
    pub fn rect(&self) -> Rect {
        self.to.rect_to_pixels(&self.from.rect_to_canonical(&self.image.bounds()))
    }

    /// Depth of one pixel without neighbours, in metres; NaN where it is invalid whatever the policy.
    pub fn valid_at(&self, x: i32, y: i32) -> f32 {
        let mut raw = [0.0];
        let bounds = self.image.bounds();
        let sy = self.source_index(1, y);
        if sy < bounds.y1 || sy >= bounds.y2 {
            return f32::NAN;
        }
        self.numbers(sy, x, &mut raw);
        let mut z = [self.params.decoder()(raw[0]).unwrap_or(f32::NAN)];
        if let Some(rays) = &self.rays {
            rays.to_planar(x, y, &mut z);
        }
        z[0]
    }
}
