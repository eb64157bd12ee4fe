//! The driver's part for effects that look around: the border, what the kernel reads, and the way back.

use super::background::Reader;
use super::{Finish, Scratch, borrow, mix};
use crate::depth::{DepthStage, depth_range};
use crate::effect::{AreaInput, AreaKernel, Background, Border, Frame, Noted, Rendered};
use crate::geometry::Rect;
use crate::image::{Alpha, ColourRow, Image, ImageMut, Plane, premultiply, store_colour, unpremultiply};
use crate::workers::{Exec, Stop};
use std::ops::Range;

/// Where a pixel beyond `low..high` is read instead; `None` is nowhere.
fn border_index(border: Border, i: i32, low: i32, high: i32) -> Option<i32> {
    if i >= low && i < high {
        return Some(i);
    }
    match border {
        Border::Black => None,
        Border::Extend => Some(i.clamp(low, high - 1)),
        Border::Mirror => {
            let n = i64::from(high) - i64::from(low);
            let k = (i64::from(i) - i64::from(low)).rem_euclid(2 * n);
            Some((i64::from(low) + if k < n { k } else { 2 * n - 1 - k }) as i32)
        }
    }
}

/// What the kernel's input is made from.
pub(super) struct From<'a> {
    /// The depth.
    pub(super) stage: &'a DepthStage<'a>,
    /// The source.
    pub(super) out: &'a Finish<'a>,
    /// The clean plate.
    pub(super) plate: Option<&'a Reader<'a>>,
}

/// What the kernel reads.
pub(super) fn input(
    kernel: &dyn AreaKernel,
    from: &From,
    frame: &Frame,
    window: Rect,
    most: f64,
    exec: &Exec,
) -> Result<AreaInput, Stop> {
    let out = from.out;
    // What the host gave of the source; a frame's edge is where both the region of definition and the pixels end.
    let rod = frame.geometry.rect_to_pixels(&frame.source_rod);
    let given = out.source.bounds();
    let inside = if rod.intersect(&given).is_empty() { given } else { rod.intersect(&given) };
    let border = kernel.border();
    // One pixel more than the reach: the reach is rounded up in both directions.
    let s = frame.geometry.pixels_per_unit();
    let seen = kernel.looks_at(window);
    let pixels = |units: f64| (units * s[0].max(s[1])).ceil() as i32 + 1;
    let grown = |reach: f64| seen.grow(pixels(reach));
    let z_inside = exec.keep(from.stage.surfaces(inside.intersect(&reachable(grown(most), inside, border)), exec)?);
    let behind = exec.keep(from.plate.map(|plate| plate.read(z_inside.rect(), exec)).transpose()?.flatten());
    // Black borders are infinitely far, which no image may be.
    let [mut nearest, mut farthest] = depth_range(&z_inside, exec)?;
    if let Some(z) = behind.iter().find_map(|b| b.depth.as_ref()) {
        let [low, high] = depth_range(z, exec)?;
        (nearest, farthest) = (nearest.min(low), farthest.max(high));
    }
    let farthest = if border == Border::Black { f32::INFINITY } else { farthest };
    let far_out = inside.union(&seen).grow(pixels(kernel.beyond(nearest, farthest)));
    let rect = grown(kernel.reach(nearest, farthest).min(most)).intersect(&far_out);
    let xs: Vec<Option<i32>> = (rect.x1..rect.x2).map(|x| border_index(border, x, inside.x1, inside.x2)).collect();
    let z_rect = z_inside.rect();
    // The columns of the frame itself.
    let own = (rect.x1.max(inside.x1) - rect.x1).max(0) as usize..(rect.x2.min(inside.x2) - rect.x1).max(0) as usize;
    // Mostly all columns are the frame's own or go on from there: then they are read in their places.
    let first = rect.x1 + own.start as i32;
    let near = first..first + own.len() as i32;
    let in_place = xs.iter().flatten().all(|x| near.contains(x));
    let columns = Columns::new(xs, own);
    let size = [rect.width() * rect.height(), rect.width()];
    let read = |i: usize, colour: &mut ColourRow, z: &mut [f32]| {
        z.fill(f32::INFINITY);
        let Some(y) = border_index(border, rect.y1 + i as i32, inside.y1, inside.y2) else { return };
        columns.spread(z, z_inside.row(y), z_rect.x1);
        if in_place {
            let mut part = colour.part(columns.own.clone());
            out.load_row(first, y, part.reborrow());
            if out.alpha == Alpha::Straight {
                premultiply(part);
            }
            colour.planes().into_iter().for_each(|plane| columns.go_on_from_own(plane, first));
            return;
        }
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; z_rect.width()]);
        out.load(z_rect.x1, y, &mut planes);
        if out.alpha == Alpha::Straight {
            premultiply(borrow(&mut planes, 0, z_rect.width()));
        }
        for (to, from) in colour.planes().into_iter().zip(&planes) {
            columns.spread(to, from, z_rect.x1);
        }
    };
    let mut noted = vec![Noted::NOTHING; rect.height()];
    let beside = noted.iter_mut().collect();
    let planes = exec.rows(size, 0.0, beside, [0.0, 0.05], |i, [r, g, b, a, z]: [&mut [f32]; 5], noted, _| {
        let mut colour = ColourRow { r, g, b, a };
        read(i, &mut colour, z);
        **noted = kernel.read(colour, z);
    })?;
    let noted = noted.iter().fold(Noted::NOTHING, Noted::and);
    let planes = exec.keep(planes.map(|data| Plane::from_data(rect, data)));
    let background = behind.as_ref().map(|b| continued(b, rect, inside, &columns.xs, border, exec)).transpose()?;
    let [r, g, b, a, depth] = planes.take();
    Ok(AreaInput { source: Image { planes: [r, g, b, a] }, depth, noted, background, inside, window, seen })
}

/// The columns that are read.
struct Columns {
    /// Which one each is; `None` is of nowhere.
    xs: Vec<Option<i32>>,
    /// Those that lie side by side in the frame.
    own: Range<usize>,
    /// Those before and behind them, and the one that all of these are, if they are one.
    beside: [(Range<usize>, Option<i32>); 2],
}

impl Columns {
    fn new(xs: Vec<Option<i32>>, own: Range<usize>) -> Self {
        let beside = [0..own.start.min(xs.len()), own.end.max(own.start).min(xs.len())..xs.len()];
        let beside = beside.map(|columns| {
            let first = xs[columns.clone()].first().copied().flatten();
            (columns.clone(), first.filter(|_| xs[columns].iter().all(|x| *x == first)))
        });
        Self { xs, own, beside }
    }

    /// Writes what lies beside the frame's own, from a column of the frame each. Those of nowhere stay.
    fn go_on(&self, row: &mut [f32], column: impl Fn(&[f32], i32) -> f32) {
        for (columns, one) in &self.beside {
            if let Some(x) = one {
                let v = column(row, *x);
                row[columns.clone()].fill(v);
                continue;
            }
            for i in columns.clone() {
                if let Some(x) = self.xs[i] {
                    row[i] = column(row, x);
                }
            }
        }
    }

    /// The same where its own columns are there, of which the first is that one of the frame.
    fn go_on_from_own(&self, row: &mut [f32], first: i32) {
        self.go_on(row, |row, x| row[self.own.start + (x - first) as usize]);
    }

    /// Writes a row from one of the frame that begins at `x1`. Those of nowhere stay.
    fn spread(&self, to: &mut [f32], from: &[f32], x1: i32) {
        self.go_on(to, |_, x| from[(x - x1) as usize]);
        if let Some(first) = self.xs.get(self.own.start).copied().flatten().filter(|_| !self.own.is_empty()) {
            let first = (first - x1) as usize;
            to[self.own.clone()].copy_from_slice(&from[first..first + self.own.len()]);
        }
    }
}

/// A plate over `rect`, continued at the source's border as the source is; `xs` are the columns that are read.
fn continued(
    of: &Background,
    rect: Rect,
    inside: Rect,
    xs: &[Option<i32>],
    border: Border,
    exec: &Exec,
) -> Result<Background, Stop> {
    let depth = of.depth.as_ref().map(|_| Plane::new(rect, 0.0)).transpose()?;
    let mut made = exec.keep(Background { colour: Image::new(rect)?, depth });
    let Background { colour, depth } = &mut *made;
    if let Some(depth) = depth {
        exec.for_each_mut(depth.rows_mut().collect(), [0.02, 0.02], |_, row, _| row.fill(f32::NAN))?;
    }
    let planes = of.colour.planes.iter().zip(&mut colour.planes).chain(of.depth.iter().zip(depth));
    for (of, to) in planes {
        exec.for_each_mut(to.rows_mut().collect(), [0.02, 0.02], |i, row, _| {
            let Some(y) = border_index(border, rect.y1 + i as i32, inside.y1, inside.y2) else { return };
            let (of, x1) = (of.row(y), of.rect().x1);
            for (to, x) in row.iter_mut().zip(xs) {
                *to = x.map_or(*to, |x| of[(x - x1) as usize]);
            }
        })?;
    }
    Ok(made.take())
}

/// The part of the source that the pixels of `rect` are read from.
fn reachable(rect: Rect, inside: Rect, border: Border) -> Rect {
    match border {
        Border::Black => rect.intersect(&inside),
        // A clamped index is at the edge, a mirrored one as far inside as the rectangle goes beyond (or anywhere, if it folds twice).
        Border::Extend | Border::Mirror => {
            let over = [
                inside.x1.saturating_sub(rect.x1),
                rect.x2.saturating_sub(inside.x2),
                inside.y1.saturating_sub(rect.y1),
                rect.y2.saturating_sub(inside.y2),
            ]
            .map(|v| v.max(1));
            let (low_x, high_x) = (rect.x1.min(inside.x2 - over[1]), rect.x2.max(inside.x1 + over[0]));
            let (low_y, high_y) = (rect.y1.min(inside.y2 - over[3]), rect.y2.max(inside.y1 + over[2]));
            Rect::new(low_x, low_y, high_x, high_y).intersect(&inside)
        }
    }
}

/// Rows of the output that are written in one task.
const BAND: usize = 8;

/// Brings the kernel's picture into the output.
pub(super) fn finish(
    out: &Finish,
    picture: Rendered,
    stage: &DepthStage,
    output: &mut ImageMut,
    window: Rect,
    exec: &Exec,
) -> Result<(), Stop> {
    let (format, width) = (output.format(), window.width());
    let finish = |s: &mut Scratch, y: i32, bytes: &mut [u8], mut colour: ColourRow| {
        if out.blend.over_source {
            if stage.leaves_holes() {
                stage.row(window.x1, y, &mut s.z);
            } else {
                // Only what is to be left alone is NaN.
                s.z.fill(1.0);
            }
            if !out.amounts(window.x1, y, &s.z, &mut s.mask) {
                out.load(window.x1, y, &mut s.before);
                if out.alpha == Alpha::Straight {
                    premultiply(borrow(&mut s.before, 0, width));
                }
                for (after, before) in colour.planes().into_iter().zip(&s.before) {
                    after.iter_mut().zip(before).zip(&s.mask).for_each(|((a, &b), &m)| *a = mix(b, *a, m));
                }
            }
        }
        if out.alpha == Alpha::Straight {
            unpremultiply(colour.reborrow());
        }
        store_colour(format, colour, bytes);
    };
    let mut rows = output.window_rows(&window);
    match picture {
        Rendered::Image(picture) => {
            let mut picture = exec.keep(picture);
            let mut rows: Vec<_> = rows.into_iter().zip(picture.rows_mut()).collect();
            exec.for_each_mut(rows.chunks_mut(BAND).collect(), [0.98, 1.0], |_, band, _| {
                let mut s = Scratch::new(width);
                band.iter_mut().for_each(|((y, bytes), colour)| finish(&mut s, *y, bytes, colour.reborrow()));
            })
        }
        Rendered::Rows(picture) => exec.for_each_mut(rows.chunks_mut(BAND).collect(), [0.95, 1.0], |_, band, _| {
            let mut s = Scratch::new(width);
            let mut colour = std::mem::take(&mut s.colour);
            for (y, bytes) in band.iter_mut() {
                picture.row(*y, borrow(&mut colour, 0, width));
                finish(&mut s, *y, bytes, borrow(&mut colour, 0, width));
            }
        }),
    }
}
