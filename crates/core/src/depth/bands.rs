//! Depth in bands of rows with a margin, for looking at silhouettes.

use super::DepthStage;
use super::edges::{Field, REACH};
use crate::geometry::Rect;
use crate::image::Plane;
use crate::workers::{Exec, Stop};

/// Rows in a band: the margin above and below is a quarter of it, and a band of a wide picture stays in the second-level cache.
pub(crate) const BAND: usize = 32;

/// Where the bands of a window come from.
pub(crate) struct Bands<'a> {
    stage: &'a DepthStage<'a>,
    /// Where neighbours are asked for the depth, it is there for all of the window.
    whole: Option<Plane>,
    /// The pixels of the picture; beyond them the outermost go on, which makes no silhouette.
    inside: Rect,
}

impl<'a> Bands<'a> {
    pub(crate) fn new(stage: &'a DepthStage, window: Rect, exec: &Exec) -> Result<Self, Stop> {
        let whole = if stage.looks_around() { Some(stage.plane(window.grow(REACH), exec)?) } else { None };
        Ok(Self { stage, whole, inside: stage.picture() })
    }

    /// The columns of a row of the window that the picture has, counted from `x1`.
    pub(crate) fn own_columns(&self, x1: i32, x2: i32, y: i32) -> std::ops::Range<usize> {
        let own = self.inside.intersect(&Rect::new(x1, y, x2, y + 1));
        if own.is_empty() { 0..0 } else { (own.x1 - x1) as usize..(own.x2 - x1) as usize }
    }

    /// Depth in metres of some rows and [`REACH`] pixels around them, as silhouettes are looked for in it: a hole (NaN, a number that
    /// cannot be a depth) is no surface, whatever the policy makes of it, and makes no silhouette around it. In the room that another
    /// band had.
    pub(crate) fn band(&self, inner: Rect, room: Vec<f32>) -> Vec<f32> {
        let rect = inner.grow(REACH);
        let width = rect.width();
        let mut z = room;
        z.resize(width * rect.height(), 0.0);
        for (y, row) in (rect.y1..).zip(z.chunks_exact_mut(width)) {
            let from = if self.inside.is_empty() { y } else { y.clamp(self.inside.y1, self.inside.y2 - 1) };
            self.stretch(&rect, from, row);
            self.extend(rect.x1, row);
        }
        z
    }

    /// Depth of row `y`, as far as it has its own.
    fn stretch(&self, rect: &Rect, y: i32, row: &mut [f32]) {
        match &self.whole {
            Some(plane) if y >= plane.rect().y1 && y < plane.rect().y2 => {
                let skip = (rect.x1 - plane.rect().x1) as usize;
                row.copy_from_slice(&plane.row(y)[skip..skip + row.len()]);
            }
            _ => self.stage.row_with(rect.x1, y, row, f32::NAN),
        }
    }

    /// Columns beyond the picture take the outermost pixel.
    fn extend(&self, x1: i32, row: &mut [f32]) {
        let place = |x: i32| (i64::from(x) - i64::from(x1)).clamp(0, row.len() as i64) as usize;
        let (first, end) = (place(self.inside.x1), place(self.inside.x2));
        if first < end {
            let (low, high) = (row[first], row[end - 1]);
            row[..first].fill(low);
            row[end..].fill(high);
        }
    }

    /// The depth of a row of the window as it lies in the field, and what NaN counts as, where it is all inside the picture.
    pub(crate) fn field_row<'f>(&self, field: &'f Field, x1: i32, y: i32, n: usize) -> Option<(&'f [f32], f32)> {
        let inside = self.inside.contains_rect(&Rect::new(x1, y, x1 + n as i32, y + 1));
        inside.then(|| (field.depths(x1, y, n), self.stage.invalid()))
    }

    /// May a pixel be left as it is, for want of depth?
    pub(crate) fn leaves_some(&self) -> bool {
        self.whole.is_none() && self.stage.invalid().is_nan()
    }

    /// The depth of some neighbours of the window, from a column on: the field's, but beyond the picture what the stage says.
    pub(crate) fn own_row(&self, field: Option<&Field>, x1: i32, y: i32, out: &mut [f32]) {
        let row = Rect::new(x1, y, x1 + out.len() as i32, y + 1);
        match (field, &self.whole) {
            (Some(field), _) if self.inside.contains_rect(&row) => {
                let invalid = self.stage.invalid();
                for (z, v) in out.iter_mut().zip(field.depths(x1, y, row.width())) {
                    *z = if v.is_nan() { invalid } else { *v };
                }
            }
            (_, Some(plane)) => out.copy_from_slice(&plane.row(y)[(x1 - plane.rect().x1) as usize..][..out.len()]),
            (_, None) => self.stage.row(x1, y, out),
        }
    }
}
