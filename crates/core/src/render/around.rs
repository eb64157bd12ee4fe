//! The driver's part for effects that take each pixel by itself but want to know what is around it.

use super::{Finish, borrow};
use crate::depth::DepthStage;
use crate::geometry::Rect;
use crate::image::{Alpha, Image, Plane, premultiply};
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
        let known = self.stage.surfaces(clamped(rect, inside), exec)?;
        let mut plane = Plane::new(rect, 0.0)?;
        let columns: Vec<usize> = columns(rect, inside, known.rect().x1);
        exec.for_each_mut(plane.rows_mut().collect(), [0.0, 0.0], |i, row, _| {
            let from = known.row((rect.y1 + i as i32).clamp(inside.y1, inside.y2 - 1));
            row.iter_mut().zip(&columns).for_each(|(v, c)| *v = from[*c]);
        })?;
        Ok(plane)
    }

    /// Premultiplied colours.
    pub fn source(&self, rect: Rect, exec: &Exec) -> Result<Image, Stop> {
        let inside = self.out.source.bounds();
        let known = clamped(rect, inside);
        let mut image = Image::new(rect)?;
        let columns: Vec<usize> = columns(rect, inside, known.x1);
        exec.for_each_mut(image.rows_mut(), [0.0, 0.0], |i, row, _| {
            let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; known.width()]);
            self.out.load(known.x1, (rect.y1 + i as i32).clamp(inside.y1, inside.y2 - 1), &mut planes);
            if self.out.alpha == Alpha::Straight {
                premultiply(borrow(&mut planes, 0, known.width()));
            }
            for (to, from) in row.planes().into_iter().zip(&planes) {
                to.iter_mut().zip(&columns).for_each(|(v, c)| *v = from[*c]);
            }
        })?;
        Ok(image)
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
