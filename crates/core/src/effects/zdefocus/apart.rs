//! Pixels that show two surfaces, taken apart: the picture keeps one of them, and this the other.

use super::field::{Field, pieces};
use super::lamps::NEARER;
use super::lights::Light;
use super::sheet::NONE;
use crate::workers::{Exec, Stop};

/// A pixel of two surfaces: the one at its own depth, whose colour it has now, and another one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Two {
    /// Column in the field.
    pub x: u32,
    /// Is it the nearer one that the pixel has? Then the other lies behind it, else in front.
    pub has_near: bool,
    /// How much of the pixel the nearer one covers, 0 to 1.
    pub share: f32,
    /// The colour of the pixel's own surface: premultiplied RGBA of the whole of it.
    pub own: [f32; 4],
    /// The other's signed CoC radius in pixels of this picture; [`NONE`] where a clean plate has it.
    pub coc: f32,
    /// The other's colour.
    pub other: [f32; 4],
}

/// All such pixels of a field.
pub struct Apart {
    /// Those of each row, from left to right.
    pub rows: Vec<Vec<Two>>,
}

impl Apart {
    /// None yet.
    pub fn none(height: usize) -> Self {
        Self { rows: vec![Vec::new(); height] }
    }

    /// That of a pixel, by its column and row in the field.
    pub fn at(&self, x: usize, y: usize) -> Option<&Two> {
        let row = &self.rows[y];
        row.get(row.partition_point(|two| (two.x as usize) < x)).filter(|two| two.x as usize == x)
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }

    /// Puts lights that lie behind pixels of a field there, where nothing is known of them yet.
    pub fn put_behind(&mut self, field: &Field, lights: &[Light]) {
        for Light { x, y, coc, colour: [r, g, b], .. } in lights.iter().filter(|l| field.rect.contains(l.x, l.y)) {
            let (i, x) = (field.index(*x, *y), (x - field.rect.x1) as u32);
            let row = &mut self.rows[(y - field.rect.y1) as usize];
            let at = row.partition_point(|two| two.x < x);
            if field.coc[i] < coc - NEARER && row.get(at).is_none_or(|two| two.x != x) {
                let (own, other) = (field.at(i), [*r, *g, *b, 1.0]);
                row.insert(at, Two { x, has_near: true, share: 1.0, own, coc: *coc, other });
            }
        }
    }

    /// Gives the pixels of the field the colours of the surfaces that they have.
    pub fn write_own(&self, field: &mut Field, exec: &Exec) -> Result<(), Stop> {
        let w = field.rect.width().max(1);
        let rows: Vec<_> = pieces(&mut field.colour, w).zip(&self.rows).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |_, (colour, row), _| {
            for two in row.iter() {
                (0..4).for_each(|c| colour[c][two.x as usize] = two.own[c]);
            }
        })
    }
}

impl Two {
    /// How much of the pixel its own surface covers.
    pub fn own_share(&self) -> f32 {
        if self.has_near { self.share } else { 1.0 }
    }

    /// Is the other one known here?
    pub fn has_other(&self) -> bool {
        self.coc < NONE
    }
}
