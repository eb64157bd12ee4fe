//! The picture as the lens needs it: colours that are numbers, and a circle of confusion for each pixel.

use super::lens::Lens;
use crate::depth::least_and_greatest;
use crate::effect::Noted;
use crate::geometry::Rect;
use crate::image::{ColourRow, Image, Plane};
use crate::maths::upper;
use crate::simd::best;
use crate::workers::{Exec, Stop};

/// Four planes of colour: premultiplied red, green, blue, alpha.
pub type Planes = [Vec<f32>; 4];

/// Four planes of zeros.
pub fn planes(n: usize, exec: &Exec) -> Result<Planes, Stop> {
    let plane = || exec.filled(n, 0f32, [0.0; 2]);
    Ok([plane()?, plane()?, plane()?, plane()?])
}

/// Pieces of `n` values of each plane, in step with each other.
pub fn pieces(planes: &mut Planes, n: usize) -> impl Iterator<Item = [&mut [f32]; 4]> {
    let [r, g, b, a] = planes;
    let rest = g.chunks_mut(n).zip(b.chunks_mut(n)).zip(a.chunks_mut(n));
    r.chunks_mut(n).zip(rest).map(|(r, ((g, b), a))| [r, g, b, a])
}

/// Planes that the steps before the views read.
pub struct Field {
    /// Where.
    pub rect: Rect,
    /// Beyond this each pixel is as the nearest one in here, since the border goes on so, whether the field holds it or not.
    pub known: Rect,
    /// Signed CoC radius in pixels of this image.
    pub coc: Vec<f32>,
    /// Finite.
    pub colour: Planes,
    /// What is left of a colour without the light in it: for what is painted behind edges, which no lamp should light. Empty is 1 everywhere.
    pub unlit: Vec<f32>,
    /// Were all of the picture's colours numbers?
    pub numbers: bool,
    /// No red, green or blue is more.
    pub brightest: f32,
    /// The largest CoC.
    pub most: f32,
    /// The smallest CoC.
    pub least: f32,
}

/// Known everywhere.
pub const EVERYWHERE: Rect = Rect { x1: i32::MIN / 4, y1: i32::MIN / 4, x2: i32::MAX / 4, y2: i32::MAX / 4 };

impl Field {
    /// Index of a pixel, which must be inside.
    pub fn index(&self, x: i32, y: i32) -> usize {
        (y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize
    }

    /// Index of a pixel, or of the one that it is like; `None` where the field does not tell.
    #[inline]
    pub fn like(&self, x: i32, y: i32) -> Option<usize> {
        let known = &self.known;
        let (x, y) = (x.min(known.x2 - 1).max(known.x1), y.min(known.y2 - 1).max(known.y1));
        self.rect.contains(x, y).then(|| self.index(x, y))
    }

    /// The part of a rectangle that the field tells of: on sides where it holds all that is known it goes on as far as one likes.
    pub fn tells_of(&self, rect: &Rect) -> Rect {
        let (own, known) = (&self.rect, &self.known);
        let low = |to: i32, own: i32, known: i32| if own <= known { to } else { to.max(own) };
        let high = |to: i32, own: i32, known: i32| if own >= known { to } else { to.min(own) };
        Rect::new(
            low(rect.x1, own.x1, known.x1),
            low(rect.y1, own.y1, known.y1),
            high(rect.x2, own.x2, known.x2),
            high(rect.y2, own.y2, known.y2),
        )
    }

    /// The colour of the pixel numbered `i`.
    #[inline]
    pub fn at(&self, i: usize) -> [f32; 4] {
        std::array::from_fn(|c| self.colour[c][i])
    }

    /// [`Field::of`] colours and depths in metres.
    pub fn new(
        mut picture: Image,
        depth: Plane,
        known: Rect,
        lens: &Lens,
        pixels_per_unit: f64,
        exec: &Exec,
    ) -> Result<(Self, Option<Image>), Stop> {
        let mut depth = exec.keep(depth);
        let mut noted = vec![Noted::NOTHING; picture.rect().height()];
        let rows: Vec<_> = depth.rows_mut().zip(picture.rows_mut()).zip(&mut noted).collect();
        exec.for_each_mut(rows, [0.02, 0.05], |_, ((depth, colour), noted), _| {
            **noted = read(lens, pixels_per_unit, colour.reborrow(), depth);
        })?;
        let noted = noted.iter().fold(Noted::NOTHING, Noted::and);
        Self::of(picture, depth.take(), known, noted, exec)
    }

    /// From the driver's planes, which [`read`] has seen. A colour that is no number becomes the mean of its good neighbours: it must not
    /// spread (the output puts the original back at its own pixel). Then the picture is given back, too; else its planes are the field's.
    pub fn of(
        picture: Image,
        coc: Plane,
        known: Rect,
        noted: Noted,
        exec: &Exec,
    ) -> Result<(Self, Option<Image>), Stop> {
        let rect = picture.rect();
        let (w, h) = (rect.width(), rect.height());
        let (picture, coc) = (exec.keep(picture), exec.keep(coc.into_data()));
        let Noted { numbers, brightest, range: [least, most] } = noted;
        let (colour, picture) = if numbers {
            (picture.take().planes.map(Plane::into_data), None)
        } else {
            let mut colour = exec.keep(planes(w * h, exec)?);
            exec.for_each_mut(pieces(&mut colour, w).collect(), [0.05, 0.05], |y, colour, _| {
                for (to, from) in colour.iter_mut().zip(&picture.planes) {
                    to.copy_from_slice(&from.data()[y * w..(y + 1) * w]);
                }
                put_numbers(&picture, colour, y);
            })?;
            (colour.take(), Some(picture.take()))
        };
        Ok((Self { rect, known, coc: coc.take(), colour, unlit: Vec::new(), numbers, brightest, most, least }, picture))
    }
}

/// Makes signed CoC radii in pixels of a row's depths in metres, and notes what there is to know of it.
pub fn read(lens: &Lens, pixels_per_unit: f64, colour: ColourRow, depth: &mut [f32]) -> Noted {
    lens.cocs(depth, pixels_per_unit);
    let ColourRow { r, g, b, a } = colour;
    let [r, g, b, a] = [&*r, g, b, a].map(|plane| best(|| numbers_and_greatest(plane)));
    Noted {
        numbers: r.0 && g.0 && b.0 && a.0,
        brightest: r.1.max(g.1).max(b.1),
        range: best(|| least_and_greatest(depth, Noted::NOTHING.range)),
    }
}

/// Colours are less than this either way: of larger ones, which no camera sees, sums might be infinite and their differences no numbers.
const MOST: f32 = 1e30;

/// Is it a colour that may spread?
pub fn is_number(v: f32) -> bool {
    v.abs() < MOST
}

/// Are all [`is_number`]? Sums of zeros times them are numbers as long as all are. And the greatest of zero and of those that are no
/// NaN.
#[inline(always)]
fn numbers_and_greatest(plane: &[f32]) -> (bool, f32) {
    const LANES: usize = 32;
    let (groups, rest) = plane.as_chunks::<LANES>();
    let mut last = [0f32; LANES];
    last[..rest.len()].copy_from_slice(rest);
    let (mut sums, mut highs) = ([0f32; LANES], [f32::MIN; LANES]);
    for group in groups.iter().chain([&last]) {
        sums.iter_mut().zip(group).for_each(|(sum, v)| *sum += (v * (f32::MAX / MOST)) * 0.0);
        highs.iter_mut().zip(group).for_each(|(high, v)| *high = upper(*v, *high));
    }
    (sums.iter().sum::<f32>() == 0.0, highs.into_iter().fold(f32::MIN, f32::max))
}

fn put_numbers(picture: &Image, row: &mut [&mut [f32]; 4], y: usize) {
    let (w, h) = (picture.rect().width(), picture.rect().height());
    let source = |i: usize| -> [f32; 4] { std::array::from_fn(|c| picture.planes[c].data()[i]) };
    for x in (0..w).filter(|x| !source(y * w + x).iter().all(|v| is_number(*v))) {
        let (mut sum, mut n) = ([0f32; 4], 0f32);
        for py in y.saturating_sub(1)..(y + 2).min(h) {
            for px in x.saturating_sub(1)..(x + 2).min(w) {
                let v = source(py * w + px);
                if v.iter().all(|v| is_number(*v)) {
                    (0..4).for_each(|c| sum[c] += v[c]);
                    n += 1.0;
                }
            }
        }
        (0..4).for_each(|c| row[c][x] = sum[c] / n.max(1.0));
    }
}
