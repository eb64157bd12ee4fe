//! From a foreign depth image to metres at the output's pixels.

use super::bands::{BAND, Bands};
use super::edges::{Edges, Field, Rgba};
use super::refine::{self, REFINE_REACH};
use super::{Camera, Channels, DepthEdges, DepthParams, InvalidDepth, fill, median_around};
use crate::geometry::{Geometry, Rect, RectD};
use crate::image::{ColourRow, Components, Depth, ImageRef, PixelFormat, Plane, load_channel, load_colour};
use crate::workers::{Exec, Stop};

/// Rows in which holes are filled at a time: many beside those that are looked at above and below, few beside a picture's.
const FILL_BAND: usize = 128;

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
    /// Where depth was multiplied by it: the source's alpha, at the output's pixels.
    alpha: Option<ImageRef<'a>>,
    /// Where edges are pulled onto a picture's.
    guide: Option<ImageRef<'a>>,
    /// The output's pixels that the picture has.
    picture: Rect,
}

impl<'a> DepthStage<'a> {
    /// `from` is how the depth image's pixels lie, `to` how the output's do, `format` the frame that the camera saw (canonical).
    /// An Auto among the parameters was decided before.
    pub fn new(params: &DepthParams, image: ImageRef<'a>, from: Geometry, to: Geometry, format: &RectD) -> Self {
        let channels = params.channels(&image);
        let radial = params.radial || params.convention.is_radial();
        let rays = radial.then(|| Camera::new(format, &to, params.field_of_view));
        Self {
            image,
            from,
            to,
            channels,
            params: params.clone(),
            rays,
            alpha: None,
            guide: None,
            picture: Rect::default(),
        }
    }

    /// Where the picture is defined (canonical): its border makes no silhouette. Where it has no depth there, nothing is.
    pub fn over(mut self, source_rod: &RectD) -> Self {
        self.picture = self.to.rect_to_pixels(source_rod);
        self
    }

    /// The pixels of the picture; those of the depth image where nobody said.
    pub(crate) fn picture(&self) -> Rect {
        if self.picture.is_empty() { self.rect() } else { self.picture }
    }

    /// Edges of the depth are pulled onto those of this picture, as far as the parameters say. `source` lies on the output's pixels;
    /// premultiplied or not makes no difference inside a surface.
    pub fn guided_by(mut self, source: &ImageRef<'a>) -> Self {
        self.guide = (self.params.edge_refine > 0.0).then(|| source.clone());
        self
    }

    /// Depth that was multiplied by the source's alpha is divided by it. `source` lies on the output's pixels.
    pub fn premultiplied_by(mut self, source: &ImageRef<'a>) -> Self {
        let has_alpha = matches!(source.format().components, Components::Rgba | Components::Bgra);
        if self.params.edges == DepthEdges::Premultiplied && has_alpha {
            self.alpha = Some(source.clone());
        }
        self
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
        self.row_with(x1, y, out, self.params.invalid_value());
    }

    /// [`DepthStage::row`], where what cannot be a depth is `hole`.
    pub(super) fn row_with(&self, x1: i32, y: i32, out: &mut [f32], hole: f32) {
        let invalid = self.params.invalid_value();
        let bounds = self.image.bounds();
        let sy = self.source_index(1, y);
        if sy < bounds.y1 || sy >= bounds.y2 {
            return out.fill(invalid);
        }
        let own = self.columns(x1, out.len());
        match self.stored(sy, x1, &own) {
            Some(stored) => self.params.decode_stored(stored, &mut out[own.clone()], invalid, hole),
            None => {
                self.numbers(sy, x1, out);
                self.unpremultiply(x1, y, out);
                self.params.decode_row(out, invalid, hole);
            }
        }
        if let Some(rays) = &self.rays {
            rays.to_planar(x1, y, out);
        }
        // Beyond the image nothing is there: that is no hole in it.
        out[..own.start].fill(invalid);
        out[own.end..].fill(invalid);
    }

    /// Some numbers of a row as they are stored, where those are distances, one float a pixel, at the output's pixels. `own`: their columns,
    /// counted from `x1`.
    fn stored(&self, sy: i32, x1: i32, own: &std::ops::Range<usize>) -> Option<&[[u8; 4]]> {
        let one = self.image.format() == PixelFormat { depth: Depth::Float, components: Components::Alpha };
        let plain = one && self.channels == Channels::One(0) && self.from == self.to && self.alpha.is_none();
        if !plain || !self.params.holds_distances() {
            return None;
        }
        let first = i64::from(x1) - i64::from(self.image.bounds().x1) + own.start as i64;
        self.image.row(sy).as_chunks().0.get(usize::try_from(first).ok()?..)?.get(..own.len())
    }

    /// Which of some columns of the output lie over the image.
    fn columns(&self, x1: i32, n: usize) -> std::ops::Range<usize> {
        let (bounds, mut low) = (self.image.bounds(), 0);
        let mut first_at = |limit: i32| {
            let mut high = n;
            while low < high {
                let middle = (low + high) / 2;
                if self.source_index(0, x1 + middle as i32) < limit { low = middle + 1 } else { high = middle }
            }
            low
        };
        let start = first_at(bounds.x1);
        start..first_at(bounds.x2)
    }

    /// Numbers over alpha; invalid where there is none.
    fn unpremultiply(&self, x1: i32, y: i32, out: &mut [f32]) {
        let Some(source) = &self.alpha else { return };
        let bounds = source.bounds();
        let inside = Rect::new(x1, y, x1 + out.len() as i32, y + 1).intersect(&bounds);
        let mut alpha = vec![0.0; out.len()];
        if !inside.is_empty() {
            let bytes = &source.row(y)[(inside.x1 - bounds.x1) as usize * source.format().bytes()..];
            load_channel(source.format(), 3, bytes, &mut alpha[(inside.x1 - x1) as usize..(inside.x2 - x1) as usize]);
        }
        for (v, a) in out.iter_mut().zip(alpha) {
            *v = if a > 0.0 { *v / a } else { f32::NAN };
        }
    }

    /// The numbers that are decoded, of row `sy` of the image; NaN outside it.
    pub(super) fn numbers(&self, sy: i32, x1: i32, out: &mut [f32]) {
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

    /// Does a pixel's depth depend on its neighbours (beside silhouettes)?
    pub fn looks_around(&self) -> bool {
        self.fills_holes() || self.guide.is_some()
    }

    /// Do pixels without depth get one from their neighbours?
    pub fn fills_holes(&self) -> bool {
        self.params.invalid == InvalidDepth::Fill
    }

    /// Are pixels without depth left as they are? Their depth is NaN; no other is.
    pub fn leaves_holes(&self) -> bool {
        !self.fills_holes() && self.params.invalid_value().is_nan()
    }

    /// What a pixel without depth is before neighbours are asked.
    pub(super) fn invalid(&self) -> f32 {
        self.params.invalid_value()
    }

    /// How silhouettes are taken apart; `None`: not at all.
    pub(crate) fn edges(&self) -> Option<Edges> {
        Edges::new(&self.params)
    }

    /// The depth of a rectangle for effects that give each pixel one distance: where silhouettes hold mixtures, each pixel gets the
    /// distance of the surface that covers more of it.
    pub fn surfaces(&self, rect: Rect, exec: &Exec) -> Result<Plane, Stop> {
        let Some(edges) = self.edges().filter(Edges::mixes_depth) else { return self.plane(rect, exec) };
        let bands = Bands::new(self, rect, exec)?;
        let mut plane = exec.keep(Plane::new(rect, 0.0)?);
        let width = rect.width().max(1);
        let pieces: Vec<_> = plane.data_mut().chunks_mut(width * BAND).collect();
        exec.for_each_mut(pieces, [0.0, 0.0], |i, rows, cancel| {
            let y1 = rect.y1 + (i * BAND) as i32;
            let inner = Rect::new(rect.x1, y1, rect.x2, y1 + (rows.len() / width) as i32);
            let field = Field::new(edges, inner, bands.band(inner, Vec::new()));
            for (y, row) in (y1..).zip(rows.chunks_mut(width)).take_while(|_| !cancel.is_set()) {
                bands.own_row(Some(&field), rect.x1, y, row);
                let own = bands.own_columns(rect.x1, rect.x2, y);
                for (x, snapped) in field.snapped_in(y, rect.x1 + own.start as i32, rect.x1 + own.end as i32) {
                    let z = &mut row[(x - rect.x1) as usize];
                    // What is to be left alone has no number for a depth.
                    *z = if z.is_nan() { *z } else { snapped };
                }
            }
        })?;
        Ok(plane.take())
    }

    /// Depth in metres over `rect`, neighbours asked where the policy says so, edges pulled onto the picture's.
    pub fn plane(&self, rect: Rect, exec: &Exec) -> Result<Plane, Stop> {
        let Some(guide) = &self.guide else { return self.filled(rect, exec) };
        let scale = self.to.pixels_per_unit();
        let radius = (self.params.edge_refine * REFINE_REACH * scale[0].min(scale[1])).round().max(1.0) as i32;
        // One more for the slopes.
        let depth = exec.keep(self.filled(rect.grow(radius + 1), exec)?);
        refine::refine(&depth, |rect| colours(guide, rect), rect, radius, exec)
    }

    /// Depth in metres over `rect`, neighbours asked where the policy says so.
    fn filled(&self, rect: Rect, exec: &Exec) -> Result<Plane, Stop> {
        let steps = if self.fills_holes() { self.fill_steps() } else { 0 };
        let mut plane = exec.keep(Plane::new(rect, 0.0)?);
        if steps == 0 {
            let rows = plane.rows_mut().collect();
            exec.for_each_mut(rows, [0.0, 0.0], |i, row, _| self.row(rect.x1, rect.y1 + i as i32, row))?;
            return Ok(plane.take());
        }
        let width = rect.width().max(1);
        let bands = plane.data_mut().chunks_mut(width * FILL_BAND).collect();
        exec.for_each_mut(bands, [0.0, 0.0], |i, band, cancel| {
            let y1 = rect.y1 + (i * FILL_BAND) as i32;
            let wide = Rect::new(rect.x1, y1, rect.x2, y1 + (band.len() / width) as i32).grow(steps as i32);
            let mut z = vec![0.0; wide.width() * wide.height()];
            let rows = (wide.y1..).zip(z.chunks_mut(wide.width()));
            rows.take_while(|_| !cancel.is_set()).for_each(|(y, row)| self.row(wide.x1, y, row));
            fill::from_far_neighbours(&mut z, wide.width(), steps, cancel);
            for (row, from) in band.chunks_mut(width).zip(z.chunks(wide.width()).skip(steps)) {
                let from = &from[steps..];
                row.iter_mut().zip(from).for_each(|(to, v)| *to = if v.is_nan() { f32::INFINITY } else { *v });
            }
        })?;
        Ok(plane.take())
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

    /// The distance in metres under a position (canonical) that an artist picks: the median of the valid depths in a disc of
    /// [`super::PICK_RADIUS`] around it; `None` where there is none.
    pub fn pick(&self, point: [f64; 2]) -> Option<f64> {
        let radii = self.to.pixels_per_unit().map(|scale| super::PICK_RADIUS * scale);
        median_around(|x, y| self.valid_at(x, y), self.to.to_pixel(point), radii, &self.rect()).map(f64::from)
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
        self.unpremultiply(x, y, &mut raw);
        let mut z = [self.params.decoder()(raw[0]).unwrap_or(f32::NAN)];
        if let Some(rays) = &self.rays {
            rays.to_planar(x, y, &mut z);
        }
        z[0]
    }
}

/// Colours of a rectangle as they are stored; beyond the picture its outermost pixels go on.
fn colours(image: &ImageRef, rect: Rect) -> Vec<Rgba> {
    let (bounds, width) = (image.bounds(), image.bounds().width());
    let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; width]);
    let mut out = Vec::with_capacity(rect.width() * rect.height());
    for y in rect.y1..rect.y2 {
        let [r, g, b, a] = &mut planes;
        load_colour(image.format(), image.row(y.clamp(bounds.y1, bounds.y2 - 1)), ColourRow { r, g, b, a });
        out.extend((rect.x1..rect.x2).map(|x| -> Rgba {
            let i = (x.clamp(bounds.x1, bounds.x2 - 1) - bounds.x1) as usize;
            std::array::from_fn(|c| planes[c][i])
        }));
    }
    out
}
