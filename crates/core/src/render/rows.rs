//! The driver's part for effects that take each pixel by itself. A silhouette's pixel is two: each surface with its own depth, and the
//! results mixed as the surfaces are.

use super::{Finish, Scratch, borrow, mix};
use crate::depth::edges::{COLOUR_REACH, Colours, Field, Mixed, Rgba};
use crate::depth::{BAND, Bands, DepthStage};
use crate::effect::{Leaves, RowKernel};
use crate::geometry::Rect;
use crate::image::{Alpha, ColourRow, ImageMut, premultiply, store_colour, unpremultiply};
use crate::workers::{Cancel, Exec, Stop};
use std::ops::Range;

/// Pixels that are computed without a look at whether the work is still wanted.
const PIECE: usize = 512;

/// Renders the window in bands.
pub(super) fn render(
    kernel: &dyn RowKernel,
    stage: &DepthStage,
    out: &Finish,
    output: &mut ImageMut,
    window: Rect,
    exec: &Exec,
) -> Result<(), Stop> {
    let format = output.format();
    let width = window.width();
    let (straight, leaves) = (kernel.wants_straight(), kernel.leaves());
    let fades = out.blend.over_source || leaves == Leaves::Layer;
    let bands = Bands::new(stage, window, exec)?;
    let mut all = output.window_rows(&window);
    exec.for_each_mut(all.chunks_mut(BAND).collect(), [0.0, 1.0], |_, rows, cancel| {
        let mut s = Scratch::new(width);
        let Some((first, _)) = rows.first() else { return };
        let inner = Rect::new(window.x1, *first, window.x2, first + rows.len() as i32);
        let band = bands.band(inner);
        let field = stage.edges().filter(|_| !cancel.is_set()).map(|edges| Field::new(edges, inner, &band.z));
        let silhouettes = field.filter(|_| !cancel.is_set()).and_then(|field| Silhouettes::new(field, inner, out));
        for (y, bytes) in rows.iter_mut() {
            if cancel.is_set() {
                return;
            }
            bands.own_row(&band, window.x1, *y, &mut s.z);
            let span = out.load(window.x1, *y, &mut s.colour);
            let whole = !fades || out.amounts(window.x1, *y, &s.z, &mut s.mask);
            let to_kernel = convert_for(out.alpha, straight);
            if let Some(f) = to_kernel {
                f(borrow(&mut s.colour, span.start, span.end));
            }
            // A layer fades to nothing: `before` stays as it was made.
            if !whole && leaves != Leaves::Layer {
                s.before.iter_mut().zip(&s.colour).for_each(|(b, c)| b.copy_from_slice(c));
            }
            let own = bands.own_columns(window.x1, window.x2, *y);
            let own = own.start.max(span.start)..own.end.min(span.end);
            if let Some(silhouettes) = silhouettes.as_ref().filter(|_| !kernel.mixes()) {
                silhouettes.snap(*y, &own, &mut s.z);
            }
            for from in span.clone().step_by(PIECE).take_while(|_| !cancel.is_set()) {
                let to = span.end.min(from + PIECE);
                kernel.row(window.x1 + from as i32, *y, &s.z[from..to], borrow(&mut s.colour, from, to));
            }
            if let Some(silhouettes) = silhouettes.as_ref().filter(|_| kernel.mixes()) {
                silhouettes.mix(kernel, *y, &own, &mut s, cancel);
            }
            if !whole {
                for (after, before) in s.colour.iter_mut().zip(&s.before) {
                    after.iter_mut().zip(before).zip(&s.mask).for_each(|((a, &b), &m)| *a = mix(b, *a, m));
                }
            }
            if leaves != Leaves::Data
                && let Some(f) = convert_back(out.alpha, straight)
            {
                f(borrow(&mut s.colour, span.start, span.end));
            }
            store_colour(format, borrow(&mut s.colour, 0, width), bytes);
        }
    })
}

/// The mixed pixels of a band, and the colours around them.
struct Silhouettes {
    field: Field,
    inner: Rect,
    colours: Stretches,
}

impl Silhouettes {
    /// `None` where there is nothing to take apart.
    fn new(field: Field, inner: Rect, out: &Finish) -> Option<Self> {
        if field.is_empty() {
            return None;
        }
        let colours = Stretches::new(&field, &inner, out);
        Some(Self { field, inner, colours })
    }

    /// The mixed pixels of a row that have a colour and a depth.
    fn columns(&self, y: i32, own: &Range<usize>) -> impl Iterator<Item = i32> + '_ {
        self.field.mixed_in(y, self.inner.x1 + own.start as i32, self.inner.x1 + own.end as i32)
    }

    /// Gives the mixed pixels of a row the distance of the surface that has more of them.
    fn snap(&self, y: i32, own: &Range<usize>, z: &mut [f32]) {
        for x in self.columns(y, own) {
            let z = &mut z[(x - self.inner.x1) as usize];
            // What is to be left alone has no number for a depth.
            *z = self.field.snapped(x, y).filter(|_| !z.is_nan()).unwrap_or(*z);
        }
    }

    /// Puts the mixture of both surfaces' results at the mixed pixels of a row.
    fn mix(&self, kernel: &dyn RowKernel, y: i32, own: &Range<usize>, s: &mut Scratch, cancel: &Cancel) {
        let mut run: Vec<Mixed> = Vec::new();
        let mut end = 0;
        let flush = |run: &mut Vec<Mixed>, end: usize, colour: &mut [Vec<f32>; 4]| {
            if !run.is_empty() {
                let start = end - run.len();
                both(kernel, self.inner.x1 + start as i32, y, run, borrow(colour, start, end));
                run.clear();
            }
        };
        // A kernel may take as long for a few pixels as for a whole piece.
        for x in self.columns(y, own).take_while(|_| !cancel.is_set()) {
            let i = (x - self.inner.x1) as usize;
            if s.z[i].is_nan() {
                continue;
            }
            let Some(mixed) = self.field.mixed(x, y, &self.colours) else { continue };
            if i != end {
                flush(&mut run, end, &mut s.colour);
            }
            run.push(mixed);
            end = i + 1;
        }
        flush(&mut run, end, &mut s.colour);
    }
}

/// Premultiplied colours where silhouettes need them: most of a picture is not read twice.
struct Stretches {
    /// First row.
    y1: i32,
    /// Where each row's stretches begin in the list; one more at the end.
    rows: Vec<u32>,
    /// First and last column (exclusive), and where the colours are.
    list: Vec<(i32, i32, usize)>,
    colours: Vec<Rgba>,
}

impl Stretches {
    fn new(field: &Field, inner: &Rect, out: &Finish) -> Self {
        let rect = inner.grow(COLOUR_REACH);
        let mut new = Self { y1: rect.y1, rows: vec![0], list: Vec::new(), colours: Vec::new() };
        let mut planes: [Vec<f32>; 4] = Default::default();
        let mut spans = Vec::new();
        for y in rect.y1..rect.y2 {
            wanted(field, inner, y, &mut spans);
            for &(x1, x2) in &spans {
                let at = new.colours.len();
                new.list.push((x1, x2, at));
                new.colours.resize(at + (x2 - x1) as usize, [0.0; 4]);
                load_stretch(out, x1, y, &mut planes, &mut new.colours[at..]);
            }
            new.rows.push(new.list.len() as u32);
        }
        new
    }
}

impl Colours for Stretches {
    fn five(&self, x1: i32, y: i32) -> &[Rgba; 5] {
        let row = (y - self.y1) as usize;
        let list = &self.list[self.rows[row] as usize..self.rows[row + 1] as usize];
        let (from, _, at) = list[list.partition_point(|s| s.0 <= x1) - 1];
        self.colours[at + (x1 - from) as usize..].first_chunk().unwrap_or(&[[0.0; 4]; 5])
    }
}

/// Stretches of a row whose colours are looked at, from the mixed pixels of this row and of those around; they do not overlap.
fn wanted(field: &Field, inner: &Rect, y: i32, spans: &mut Vec<(i32, i32)>) {
    spans.clear();
    for near in (y - COLOUR_REACH).max(inner.y1)..(y + COLOUR_REACH + 1).min(inner.y2) {
        spans.extend(field.mixed_in(near, inner.x1, inner.x2).map(|x| (x - COLOUR_REACH, x + COLOUR_REACH + 1)));
    }
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
}

/// Premultiplied colours from a column on; beyond the picture its outermost pixels go on.
fn load_stretch(out: &Finish, x1: i32, y: i32, planes: &mut [Vec<f32>; 4], to: &mut [Rgba]) {
    let inside = out.source.bounds();
    planes.iter_mut().for_each(|p| p.resize(to.len(), 0.0));
    let x = x1.clamp(inside.x1, (inside.x2 - to.len() as i32).max(inside.x1));
    let span = out.load(x, y.clamp(inside.y1, inside.y2 - 1), planes);
    if out.alpha == Alpha::Straight {
        premultiply(borrow(planes, span.start, span.end));
    }
    for (i, pixel) in (x1..).zip(to) {
        let from = (i.clamp(inside.x1, inside.x2 - 1) - x) as usize;
        *pixel = std::array::from_fn(|c| planes[c][from]);
    }
}

/// The results of both surfaces of neighbouring pixels, mixed.
fn both(kernel: &dyn RowKernel, x1: i32, y: i32, run: &[Mixed], result: ColourRow) {
    let (straight, picture) = (kernel.wants_straight(), kernel.leaves() != Leaves::Data);
    let layer = |side: usize| {
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|c| run.iter().map(|m| m.colour[side][c]).collect());
        let z: Vec<f32> = run.iter().map(|m| m.z[side]).collect();
        if straight {
            unpremultiply(borrow(&mut planes, 0, run.len()));
        }
        kernel.row(x1, y, &z, borrow(&mut planes, 0, run.len()));
        if straight && picture {
            premultiply(borrow(&mut planes, 0, run.len()));
        }
        planes
    };
    let (near, far) = (layer(0), layer(1));
    let ColourRow { r, g, b, a } = result;
    for (c, plane) in [&mut *r, &mut *g, &mut *b, &mut *a].into_iter().enumerate() {
        for (i, v) in plane.iter_mut().enumerate() {
            let (n, f) = (near[c][i], far[c][i]);
            // Written so that two ones make exactly one.
            *v = f + run[i].coverage * (n - f);
        }
    }
    if straight && picture {
        unpremultiply(ColourRow { r, g, b, a });
    }
}

/// What turns a clip's colours into what a kernel wants.
fn convert_for(alpha: Alpha, straight: bool) -> Option<fn(ColourRow)> {
    match (alpha, straight) {
        (Alpha::Premultiplied, true) => Some(unpremultiply),
        (Alpha::Straight, false) => Some(premultiply),
        _ => None,
    }
}

/// The opposite of [`convert_for`].
fn convert_back(alpha: Alpha, straight: bool) -> Option<fn(ColourRow)> {
    match (alpha, straight) {
        (Alpha::Premultiplied, true) => Some(premultiply),
        (Alpha::Straight, false) => Some(unpremultiply),
        _ => None,
    }
}
