//! The driver's part for effects that take each pixel by itself but want to know what is around it.

use super::{Finish, borrow};
use crate::depth::DepthStage;
use crate::geometry::Rect;
use crate::image::{Alpha, Plane, premultiply};
use crate::workers::{Exec, Stop};

/// Picture and depth around a window; beyond the picture its outermost pixels go on.
pub struct Surroundings<'a> {
    pub(super) stage: &'a DepthStage<'a>,
    pub(super) out: &'a Finish<'a>,
}

impl Surroundings<'_> {
    /// Depth in metres, each pixel that of the surface that has most of it.
    pub fn depth(&self, rect: Rect, exec: &Exec) -> Result<Plane, Stop> {
        let inside = self.stage.picture();
        let known = exec.keep(self.stage.surfaces(clamped(rect, inside), exec)?);
        let mut plane = exec.keep(Plane::new(rect, 0.0)?);
        let columns: Vec<usize> = columns(rect, inside, known.rect().x1);
        exec.for_each_mut(plane.rows_mut().collect(), [0.0, 0.0], |i, row, _| {
            let from = known.row((rect.y1 + i as i32).clamp(inside.y1, inside.y2 - 1));
            row.iter_mut().zip(&columns).for_each(|(v, c)| *v = from[*c]);
        })?;
        Ok(plane.take())
    }

    /// The picture, to be read row by row.
    pub fn source(&self, rect: Rect) -> Colours<'_> {
        let inside = self.out.source.bounds();
        let known = clamped(rect, inside);
        Colours { out: self.out, inside, known, columns: columns(rect, inside, known.x1) }
    }
}

/// Premultiplied colours of rows of a rectangle.
pub struct Colours<'a> {
    out: &'a Finish<'a>,
    inside: Rect,
    /// Its pixels that the picture has.
    known: Rect,
    /// Where among those each column is.
    columns: Vec<usize>,
}

impl Colours<'_> {
    /// Red, green, blue and alpha of row `y`.
    pub fn row(&self, y: i32) -> [Vec<f32>; 4] {
        let width = self.known.width();
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; width]);
        self.out.load(self.known.x1, y.clamp(self.inside.y1, self.inside.y2 - 1), &mut planes);
        if self.out.alpha == Alpha::Straight {
            premultiply(borrow(&mut planes, 0, width));
        }
        planes.map(|plane| self.columns.iter().map(|c| plane[*c]).collect())
    }
}

/// The pixels inside that those of `rect` are read from; never empty.
fn clamped(rect: Rect, inside: Rect) -> Rect {
    let x = |x: i32| x.clamp(inside.x1, inside.x2 - 1);
    let y = |y: i32| y.clamp(inside.y1, inside.y2 - 1);
    Rect::new(x(rect.x1), y(rect.y1), x(rect.x2 - 1) + 1, y(rect.y2 - 1) + 1)
}

fn columns(rect: Rect, inside: Rect, first: i32) -> Vec<usize> {
    (rect.x1..rect.x2).map(|x| (x.clamp(inside.x1, inside.x2 - 1) - first) as usize).collect()
}
