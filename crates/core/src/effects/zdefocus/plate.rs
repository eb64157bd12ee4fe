//! A clean plate: what really lies behind the picture's surfaces, instead of the guess of `hidden`.

use super::coarse::inside;
use super::felt::units;
use super::field::{Field, pieces, planes};
use super::hidden::{self, STEP};
use super::lens::Lens;
use super::lights::{self, Light};
use super::mixed;
use super::sheet::NONE;
use crate::effect::Background;
use crate::geometry::Rect;
use crate::image::Plane;
use crate::workers::{Exec, Stop, try_vec};

/// The plate over the same rectangle as the picture's field.
pub struct Plate {
    /// The plate's pixels; the picture's own where the plate has nothing: there nothing lies behind.
    pub field: Field,
    /// Where it has something that lies behind the picture's surface.
    pub known: Vec<bool>,
    /// Where it has anything at all.
    pub filled: Vec<bool>,
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
        let Background { colour, depth } = background;
        let colour = exec.keep(colour);
        let has_depth = depth.is_some();
        let depth = match depth {
            Some(depth) => depth,
            None => Plane::new(picture.rect, 0.0)?,
        };
        let mut depth = exec.keep(depth);
        if !has_depth {
            exec.for_each_mut(depth.rows_mut().collect(), [0.05, 0.05], |_, row, _| row.fill(f32::NAN))?;
        }
        let (field, odd) = Field::new(colour.take(), depth.take(), picture.known, lens, pixels_per_unit, exec)?;
        let mut field = exec.keep(field);
        drop(odd.map(|picture| exec.keep(picture)));
        if !has_depth {
            guess_depth(&mut field, picture, exec)?;
        }
        let w = picture.rect.width().max(1);
        let mut ranges = vec![[f32::MAX, f32::MIN]; picture.rect.height()];
        let mut known = exec.filled(picture.coc.len(), true, [0.05, 0.05])?;
        let mut filled = exec.filled(picture.coc.len(), true, [0.05, 0.05])?;
        let Field { coc, colour, .. } = &mut *field;
        let flags = known.chunks_mut(w).zip(filled.chunks_mut(w));
        let rows: Vec<_> = coc.chunks_mut(w).zip(pieces(colour, w)).zip(flags).zip(&mut ranges).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |y, (((coc, colour), (known, filled)), range), _| {
            for x in 0..w {
                filled[x] = colour[3][x] > 0.0;
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
        Ok(Self { field: field.take(), known, filled, has_depth })
    }

    /// Half the size, behind the picture of half the size. Of the surfaces in a pixel the one that has most of it counts.
    pub fn half(&self, picture: &Field, exec: &Exec) -> Result<Self, Stop> {
        let rect = picture.rect;
        let (w, h) = (rect.width(), rect.height());
        let of_light = if self.field.unlit.is_empty() { 0 } else { w * h };
        let mut made = exec.keep((
            exec.filled(w * h, 0f32, [0.0; 2])?,
            planes(w * h, exec)?,
            try_vec(of_light, 0f32)?,
            try_vec(w * h, false)?,
            try_vec(if self.filled.is_empty() { 0 } else { w * h }, false)?,
        ));
        let (coc, colour, unlit, known, filled) = &mut *made;
        let mut ranges = vec![[f32::MAX, f32::MIN]; h];
        let mut of_row: Vec<&mut [f32]> = unlit.chunks_mut(w).collect();
        of_row.resize_with(h, Default::default);
        let mut filled_row: Vec<&mut [bool]> = filled.chunks_mut(w).collect();
        filled_row.resize_with(h, Default::default);
        let flags = known.chunks_mut(w).zip(filled_row);
        let rows = coc.chunks_mut(w).zip(pieces(colour, w)).zip(flags).zip(of_row).zip(&mut ranges);
        exec.for_each_mut(rows.collect(), [0.1, 0.1], |i, ((((coc, colour), (known, filled)), unlit), range), _| {
            for x in 0..w {
                let at = i * w + x;
                if let Some(filled) = filled.get_mut(x) {
                    *filled = self.four(rect.x1 + x as i32, rect.y1 + i as i32).into_iter().any(|i| self.filled[i]);
                }
                let mean = self.mean(rect.x1 + x as i32, rect.y1 + i as i32);
                // What is nearer than the picture's surface is not behind it.
                let behind = mean.filter(|(c, ..)| *c > picture.coc[at] - STEP);
                known[x] = behind.is_some();
                let own = (picture.coc[at], picture.at(at), picture.unlit.get(at).copied().unwrap_or(1.0));
                let (c, v, u) = behind.unwrap_or(own);
                coc[x] = c;
                (0..4).for_each(|c| colour[c][x] = v[c]);
                if let Some(unlit) = unlit.get_mut(x) {
                    *unlit = u;
                }
            }
            **range = coc.iter().fold(**range, |[low, high], c| [low.min(*c), high.max(*c)]);
        })?;
        let [least, most] = ranges.iter().fold([f32::MAX, f32::MIN], |[low, high], r| [low.min(r[0]), high.max(r[1])]);
        let (coc, colour, unlit, known, filled) = made.take();
        let field = Field {
            rect,
            known: picture.known,
            coc,
            colour,
            unlit,
            numbers: self.field.numbers,
            brightest: self.field.brightest,
            most,
            least,
        };
        Ok(Self { field, known, filled, has_depth: self.has_depth })
    }

    /// The finer pixels of one of half the size.
    fn four(&self, x: i32, y: i32) -> [usize; 4] {
        let w = self.field.rect.width();
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| {
            let (px, py) = inside(&self.field.rect, 2 * x + dx, 2 * y + dy);
            py * w + px
        })
    }

    /// CoC in pixels of half the size, colour, and what is left of it without light, of the known ones of four pixels.
    fn mean(&self, x: i32, y: i32) -> Option<(f32, [f32; 4], f32)> {
        let four = self.four(x, y);
        let coc = |i: usize| self.field.coc[i];
        let known = || four.into_iter().filter(|i| self.known[*i]);
        let alike = |i: usize| known().filter(move |j| (coc(*j) - coc(i)).abs() <= 2.0 * STEP);
        // The first of those of which there are most.
        let of = known().fold(None, |best: Option<usize>, i| match best {
            Some(best) if alike(best).count() >= alike(i).count() => Some(best),
            _ => Some(i),
        })?;
        let (mut c, mut colour, mut unlit, n) = (0f32, [0f32; 4], 0f32, alike(of).count() as f32);
        for i in alike(of) {
            c += coc(i);
            unlit += self.field.unlit.get(i).copied().unwrap_or(1.0);
            (0..4).for_each(|k| colour[k] += self.field.colour[k][i]);
        }
        Some((0.5 * c / n, colour.map(|v| v / n), unlit / n))
    }

    /// Is it known what lies behind the pixel numbered `i`? What shows through a see-through plate is not.
    pub fn tells(&self, i: usize) -> bool {
        self.has_depth && self.known[i] && self.field.colour[3][i] >= 0.999
    }

    /// Is what the pixel numbered `i` may hide no matter of guessing, or more than what its neighbours say?
    pub fn settles(&self, i: usize) -> bool {
        self.known[i] || (!self.has_depth && self.filled[i])
    }

    /// Leaves each pixel that shows two surfaces the colour of its own one, as the picture's are taken apart: what lies hidden behind the plate's
    /// own edges is guessed from those. Where it has no depth of its own, only what it has of the picture.
    pub fn take_apart(&mut self, steps: usize, exec: &Exec) -> Result<(), Stop> {
        let mut apart = exec.keep(mixed::find(&self.field, steps, exec)?);
        if !self.has_depth {
            let w = self.field.rect.width().max(1);
            for (row, known) in apart.rows.iter_mut().zip(self.known.chunks(w)) {
                row.retain(|two| !known[two.x as usize]);
            }
        }
        apart.write_own(&mut self.field, exec)
    }

    /// Does it lie behind the pixel's surface?
    fn is_behind(&self, picture: &Field, i: usize) -> bool {
        self.field.coc[i] >= picture.coc[i] + STEP
    }

    /// May a lens point see it behind the pixel's surface? Only beside a farther surface; what is covered all around stays hidden.
    pub fn shows(&self, picture: &Field, envelope: &[i16], x: i32, y: i32) -> bool {
        let i = picture.index(x, y);
        self.is_behind(picture, i) && envelope[i] >= units(picture.coc[i] + STEP)
    }

    /// Takes its small lights out. A light that the picture shows, too, is one of the picture's.
    pub fn lights(&mut self, picture: &Field, inside: &Rect, gap: f32, exec: &Exec) -> Result<Vec<Light>, Stop> {
        let all = lights::take(&mut self.field, inside, gap, None, exec)?.lights;
        Ok(all.into_iter().filter(|l| self.is_behind(picture, picture.index(l.x, l.y))).collect())
    }
}

/// The CoC that the guess finds behind each pixel; NaN where it finds nothing.
fn guess_depth(field: &mut Field, picture: &Field, exec: &Exec) -> Result<(), Stop> {
    let envelope = exec.keep(hidden::envelope(picture, exec)?);
    let guess = exec.keep(hidden::behind(picture, &envelope, picture.rect, (None, 1), exec)?);
    let w = picture.rect.width().max(1);
    exec.for_each_mut(field.coc.chunks_mut(w).collect(), [0.05, 0.05], |y, row, _| {
        for (coc, guess) in row.iter_mut().zip(&guess.coc[y * w..]) {
            *coc = if *guess == NONE { f32::NAN } else { *guess };
        }
    })
}
