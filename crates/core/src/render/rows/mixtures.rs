//! The pixels of a band that show two surfaces: what a kernel makes of both, mixed as they are.

use super::super::{Finish, borrow};
use crate::depth::edges::{COLOUR_REACH, Colours, Field, Mixed, Three};
use crate::effect::{Leaves, RowKernel};
use crate::effects::blocks::Known;
use crate::geometry::Rect;
use crate::image::{
    Alpha, ColourRow, Components, Depth, ImageRef, PixelFormat, premultiply, store_colour, unpremultiply,
};
use crate::simd::{SIXTEEN, Sixteen, SixteenWork, Stored, best_sixteen_work, soon_after};
use crate::workers::Cancel;
use std::ops::Range;

/// What most hosts hand over.
const RGBA: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Rgba };

/// The mixed pixels of a band, and what they come to.
#[derive(Default)]
pub(super) struct Mixtures {
    /// First row.
    y1: i32,
    /// Where each row's pixels begin in the lists; one more at the end.
    rows: Vec<usize>,
    /// Ascending in each row.
    columns: Vec<i32>,
    /// Both surfaces; where a row is done the nearer one's colours are the mixtures.
    mixed: Mixed,
}

impl Mixtures {
    /// Forgets them.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.columns.clear();
    }

    /// Takes the mixed pixels of a band apart. `own`: the columns of a row that have a colour and a depth.
    pub(super) fn look(&mut self, field: &Field, inner: Rect, out: &Finish, own: impl Fn(i32) -> Range<i32>) {
        self.clear();
        self.y1 = inner.y1;
        let numbers = field.numbers_in(inner.y1).start..field.numbers_in(inner.y2 - 1).end;
        if out.source.format() == RGBA && out.alpha != Alpha::Straight {
            let opaque = out.alpha == Alpha::Opaque;
            field.mixed(numbers.clone(), &AsStored { image: out.source, opaque }, &mut self.mixed);
        } else {
            field.mixed(numbers.clone(), &Stretches::new(field, &inner, out), &mut self.mixed);
        }
        let mut from = Vec::new();
        for y in inner.y1..inner.y2 {
            self.rows.push(self.columns.len());
            let own = own(y);
            for number in field.numbers_in(y) {
                let (i, x) = (number - numbers.start, field.column(number, y));
                if own.contains(&x) && self.mixed.is_number[i] {
                    self.columns.push(x);
                    from.push(i);
                }
            }
        }
        self.rows.push(self.columns.len());
        if from.len() != numbers.len() {
            self.mixed.keep(&from);
        }
    }

    fn row(&self, y: i32) -> Range<usize> {
        match self.rows.get((y - self.y1).max(0) as usize..) {
            Some([from, to, ..]) => *from..*to,
            _ => 0..0,
        }
    }

    /// Works out a row.
    pub(super) fn compute(&mut self, kernel: &dyn RowKernel, y: i32, piece: usize, cancel: &Cancel) {
        let row = self.row(y);
        let (straight, picture) = (kernel.wants_straight(), kernel.leaves() != Leaves::Data);
        let Mixed { coverage, z, colour, .. } = &mut self.mixed;
        let pieces = row.clone().step_by(piece).map(|from| from..row.end.min(from + piece));
        for part in pieces.take_while(|_| !cancel.is_set()) {
            for (z, planes) in z.iter().zip(&mut *colour) {
                let mut side = borrow(planes, part.start, part.end);
                if straight {
                    unpremultiply(side.reborrow());
                }
                kernel.places(&self.columns[part.clone()], y, &z[part.clone()], side.reborrow());
                if straight && picture {
                    premultiply(side);
                }
            }
            let [near, far] = &mut *colour;
            for (near, far) in near.iter_mut().zip(far) {
                let (near, far, coverage) = (&mut near[part.clone()], &far[part.clone()], &coverage[part.clone()]);
                best_sixteen_work(Both { near, far, coverage });
            }
            if straight && picture {
                unpremultiply(borrow(near, part.start, part.end));
            }
        }
    }

    /// What a row comes to.
    pub(super) fn known(&self, y: i32) -> Known<'_> {
        let row = self.row(y);
        let colour = self.mixed.colour[0].each_ref().map(|list| list.get(row.start..).unwrap_or(&[]));
        Known { columns: &self.columns[row], colour }
    }

    /// Puts those of a piece of a row at their places.
    pub(super) fn put(&self, x1: i32, y: i32, colour: ColourRow) {
        let row = self.row(y);
        let columns = &self.columns[row.clone()];
        let first = columns.partition_point(|x| *x < x1);
        let ColourRow { r, g, b, a } = colour;
        for (i, x) in columns.iter().enumerate().skip(first) {
            let at = (x - x1) as usize;
            if at >= r.len() {
                return;
            }
            [r[at], g[at], b[at], a[at]] = std::array::from_fn(|c| self.mixed.colour[0][c][row.start + i]);
        }
    }
}

/// A channel of both surfaces, mixed into the nearer one's place.
struct Both<'a> {
    near: &'a mut [f32],
    far: &'a [f32],
    coverage: &'a [f32],
}

impl SixteenWork for Both<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let others = self.far.chunks(SIXTEEN).zip(self.coverage.chunks(SIXTEEN));
        for (near, (far, coverage)) in self.near.chunks_mut(SIXTEEN).zip(others) {
            let (n, f) = (S::some(near), S::some(far));
            // Written so that two ones make exactly one.
            let mixed = f + S::some(coverage) * (n - f);
            if let Some(near) = near.first_chunk_mut() {
                mixed.store(near);
            } else {
                let mut all = [0.0; SIXTEEN];
                mixed.store(&mut all);
                near.copy_from_slice(&all[..near.len()]);
            }
        }
    }
}

/// A picture whose pixels are stored as silhouettes want them.
struct AsStored<'a> {
    image: &'a ImageRef<'a>,
    opaque: bool,
}

/// How far behind another one a row or column lies; where it lies before it, farther than any picture is large.
#[inline]
fn from(place: i32, first: i32) -> usize {
    place.wrapping_sub(first) as u32 as usize
}

impl<'i> AsStored<'i> {
    /// A column, counted from the picture's first one; and three rows from one on, where the picture has them.
    #[inline]
    fn inside(&self, x1: i32, y: i32) -> (usize, Option<&[&'i [u8]; 3]>) {
        let bounds = self.image.bounds();
        let rows = self.image.rows().get(from(y, bounds.y1)..).and_then(<[_]>::first_chunk);
        (from(x1, bounds.x1), rows)
    }
}

impl Colours for AsStored<'_> {
    #[inline]
    fn three<'a>(&'a self, x1: i32, y: i32, room: &'a mut Three) -> &'a Three {
        let bounds = self.image.bounds();
        let (row, _) = self.image.row(y.clamp(bounds.y1, bounds.y2 - 1)).as_chunks();
        let first = i64::from(x1) - i64::from(bounds.x1);
        if let Some(three) = usize::try_from(first).ok().and_then(|first| row.get(first..)?.first_chunk()) {
            return three;
        }
        // Beyond the picture its outermost pixels go on.
        for (to, i) in room.iter_mut().zip(first..) {
            *to = row[i.clamp(0, row.len() as i64 - 1) as usize];
        }
        room
    }
    #[inline]
    fn block<'a>(&'a self, x1: i32, y: i32, room: &'a mut [Three; 3]) -> [&'a Three; 3] {
        if let (first, Some(rows)) = self.inside(x1, y) {
            let three = |row: &'a [u8]| row.as_chunks().0.get(first..)?.first_chunk();
            if let [Some(a), Some(b), Some(c)] = rows.each_ref().map(|row| three(row)) {
                return [a, b, c];
            }
        }
        let [a, b, c] = room;
        [self.three(x1, y, a), self.three(x1, y + 1, b), self.three(x1, y + 2, c)]
    }
    #[inline]
    fn soon(&self, x1: i32, y: i32, is_next: bool) {
        const LINE: usize = 64;
        const WIDE: usize = 3;
        if let (first, Some(rows)) = self.inside(x1, y) {
            // Of the block before all but the last column has been asked for, and that, too, unless a line of the caches begins there. (Rows
            // mostly begin alike.)
            let last =
                rows[0].as_ptr().addr().wrapping_add(first.wrapping_add(WIDE - 1).wrapping_mul(size_of::<Stored>()));
            if is_next && last % LINE >= size_of::<Stored>() {
                return;
            }
            for row in rows {
                let row: &[Stored] = row.as_chunks().0;
                if is_next {
                    soon_after::<1, _>(row, first.wrapping_add(WIDE - 1));
                } else {
                    soon_after::<1, _>(row, first);
                    soon_after::<1, _>(row, first.wrapping_add(WIDE - 1));
                }
            }
        }
    }
    fn is_opaque(&self) -> bool {
        self.opaque
    }
}

/// Premultiplied colours where silhouettes need them: most of a picture is not read twice.
struct Stretches {
    /// First row.
    y1: i32,
    /// Where each row's stretches begin in the list; one more at the end.
    rows: Vec<u32>,
    /// First column, and where the colours are.
    list: Vec<(i32, usize)>,
    colours: Vec<Stored>,
}

impl Stretches {
    fn new(field: &Field, inner: &Rect, out: &Finish) -> Self {
        let rect = inner.grow(COLOUR_REACH);
        let mut new = Self { y1: rect.y1, rows: vec![0], list: Vec::new(), colours: Vec::new() };
        let (mut planes, width): ([Vec<f32>; 4], _) = (Default::default(), rect.width() + 2 * COLOUR_REACH as usize);
        // Columns that the mixed pixels of each row look at; then of all rows around, too. Those of pixels beside the inner rectangle reach
        // beyond it by as much again.
        let x1 = rect.x1 - COLOUR_REACH;
        let mut own = vec![0_u8; width * inner.height()];
        for (y, row) in (inner.y1..).zip(own.chunks_exact_mut(width)) {
            for number in field.numbers_in(y) {
                let first = (field.column(number, y) - rect.x1) as usize;
                row[first..first + 2 * COLOUR_REACH as usize + 1].fill(1);
            }
        }
        let mut wanted = vec![0_u8; width];
        for y in rect.y1..rect.y2 {
            wanted.fill(0);
            for near in (y - COLOUR_REACH).max(inner.y1)..(y + COLOUR_REACH + 1).min(inner.y2) {
                let row = &own[(near - inner.y1) as usize * width..][..width];
                wanted.iter_mut().zip(row).for_each(|(any, one)| *any |= one);
            }
            stretches(&wanted, |from, to| {
                let at = new.colours.len();
                new.list.push((x1 + from as i32, at));
                new.colours.resize(at + to - from, [0; 16]);
                load_stretch(out, x1 + from as i32, y, &mut planes, &mut new.colours[at..]);
            });
            new.rows.push(new.list.len() as u32);
        }
        new
    }
}

/// Where runs of ones begin and end.
fn stretches(flags: &[u8], mut each: impl FnMut(usize, usize)) {
    const STEP: usize = 16;
    let mut begun = None;
    for (i, block) in flags.chunks(STEP).enumerate() {
        // Most of a row is nothing.
        let any = block.iter().fold(0, |any, flag| any | flag);
        if any == 0 && begun.is_none() {
            continue;
        }
        for (x, flag) in (i * STEP..).zip(block) {
            match (flag, begun) {
                (1, None) => begun = Some(x),
                (0, Some(from)) => {
                    each(from, x);
                    begun = None;
                }
                _ => {}
            }
        }
    }
    if let Some(from) = begun {
        each(from, flags.len());
    }
}

impl Colours for Stretches {
    fn three<'a>(&'a self, x1: i32, y: i32, room: &'a mut Three) -> &'a Three {
        let row = (y - self.y1) as usize;
        let list = &self.list[self.rows[row] as usize..self.rows[row + 1] as usize];
        let (from, at) = list[list.partition_point(|s| s.0 <= x1) - 1];
        self.colours[at + (x1 - from) as usize..].first_chunk().unwrap_or(room)
    }
}

/// Premultiplied colours from a column on; beyond the picture its outermost pixels go on.
fn load_stretch(out: &Finish, x1: i32, y: i32, planes: &mut [Vec<f32>; 4], to: &mut [Stored]) {
    let inside = out.source.bounds();
    let y = y.clamp(inside.y1, inside.y2 - 1);
    planes.iter_mut().for_each(|p| p.resize(to.len(), 0.0));
    let x = x1.clamp(inside.x1, (inside.x2 - to.len() as i32).max(inside.x1));
    let span = out.load(x, y, planes);
    if out.alpha == Alpha::Straight {
        premultiply(borrow(planes, span.start, span.end));
    }
    if x != x1 || span.len() != to.len() {
        for plane in &mut *planes {
            let own = plane.clone();
            for (i, v) in (x1..).zip(plane) {
                *v = own[(i.clamp(inside.x1, inside.x2 - 1) - x) as usize];
            }
        }
    }
    store_colour(RGBA, borrow(planes, 0, to.len()), to.as_flattened_mut());
}
