//! A clean plate: what really lies behind the picture's surfaces, instead of the guess of `hidden`.

use super::field::{Field, pieces};
use super::hidden::{self, STEP};
use super::lens::Lens;
use super::lights::{self, Light};
use super::sheet::NONE;
use crate::effect::Background;
use crate::geometry::Rect;
use crate::image::Plane;
use crate::workers::{Exec, Stop};

/// The plate over the same rectangle as the picture's field.
pub struct Plate {
    /// The plate's pixels; the picture's own where the plate has nothing: there nothing lies behind.
    pub field: Field,
    /// Where it has something.
    pub known: Vec<bool>,
    /// Has it a depth of its own? Without, it may hold the very surface that the picture shows.
    pub has_depth: bool,
}

impl Plate {
    /// From the driver's planes, before any light is taken out of the picture. A plate without depth is as far away as the guess says; where
    /// that finds nothing farther, the plate has nothing to show.
    pub fn new(
        picture: &Field,
        background: Background,
        lens: &Lens,
        pixels_per_unit: f64,
        exec: &Exec,
    ) -> Result<Self, Stop> {
        let mut background = exec.keep(background);
        let has_depth = background.depth.is_some();
        let depth = match background.depth.take() {
            Some(depth) => depth,
            None => Plane::new(picture.rect, 0.0)?,
        };
        let mut depth = exec.keep(depth);
        if !has_depth {
            exec.for_each_mut(depth.rows_mut().collect(), [0.05, 0.05], |_, row, _| row.fill(f32::NAN))?;
        }
        let mut field = exec.keep(Field::new(&background.colour, &depth, lens, pixels_per_unit, exec)?);
        drop((background, depth));
        if !has_depth {
            guess_depth(&mut field, picture, exec)?;
        }
        let w = picture.rect.width().max(1);
        let mut ranges = vec![[f32::MAX, f32::MIN]; picture.rect.height()];
        let mut known = exec.filled(picture.coc.len(), true, [0.05, 0.05])?;
        let Field { coc, colour, .. } = &mut *field;
        let rows: Vec<_> = coc.chunks_mut(w).zip(pieces(colour, w)).zip(known.chunks_mut(w)).zip(&mut ranges).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |y, (((coc, colour), known), range), _| {
            for x in 0..w {
                // What is nearer than the picture's surface is not behind it.
                if colour[3][x] <= 0.0 || coc[x].is_nan() || coc[x] <= picture.coc[y * w + x] - STEP {
                    known[x] = false;
                    coc[x] = picture.coc[y * w + x];
                    (0..4).for_each(|c| colour[c][x] = picture.colour[c][y * w + x]);
                }
            }
            **range = coc.iter().fold(**range, |[low, high], c| [low.min(*c), high.max(*c)]);
        })?;
        [field.least, field.most] =
            ranges.iter().fold([f32::MAX, f32::MIN], |[low, high], r| [low.min(r[0]), high.max(r[1])]);
        Ok(Self { field: field.take(), known, has_depth })
    }

    /// Does it lie behind the pixel's surface?
    fn is_behind(&self, picture: &Field, i: usize) -> bool {
        self.field.coc[i] >= picture.coc[i] + STEP
    }

    /// May a lens point see it behind the pixel's surface? Only beside a farther surface; what is covered all around stays hidden.
    pub fn shows(&self, picture: &Field, envelope: &[f32], x: i32, y: i32) -> bool {
        let i = picture.index(x, y);
        self.is_behind(picture, i) && envelope[i] >= picture.coc[i] + STEP
    }

    /// Takes its small lights out. A light that the picture shows, too, is one of the picture's.
    pub fn lights(&mut self, picture: &Field, inside: &Rect, gap: f32, exec: &Exec) -> Result<Vec<Light>, Stop> {
        let all = lights::take(&mut self.field, inside, gap, exec)?;
        Ok(all.into_iter().filter(|l| self.is_behind(picture, picture.index(l.x, l.y))).collect())
    }
}

/// The CoC that the guess finds behind each pixel; NaN where it finds nothing.
fn guess_depth(field: &mut Field, picture: &Field, exec: &Exec) -> Result<(), Stop> {
    let envelope = exec.keep(hidden::envelope(picture, exec)?);
    let guess = exec.keep(hidden::behind(picture, &envelope, picture.rect, exec)?);
    let w = picture.rect.width().max(1);
    exec.for_each_mut(field.coc.chunks_mut(w).collect(), [0.05, 0.05], |y, row, _| {
        for (coc, guess) in row.iter_mut().zip(&guess.coc[y * w..]) {
            *coc = if *guess == NONE { f32::NAN } else { *guess };
        }
    })
}
