//! The driver's part for effects that take each pixel by itself. A silhouette's pixel is two: each surface with its own depth, and the
//! results mixed as the surfaces are.

use super::{Finish, Scratch, borrow, mix};
use crate::depth::edges::{COLOUR_REACH, Field, Mixed, Rgba};
use crate::depth::{BAND, Bands, DepthStage};
use crate::effect::{Leaves, RowKernel};
use crate::geometry::Rect;
use crate::image::{Alpha, ColourRow, ImageMut, premultiply, store_colour, unpremultiply};
use crate::workers::{Exec, Stop};

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
        let silhouettes =
            stage.edges().and_then(|edges| Silhouettes::new(Field::new(edges, inner, &band.z), inner, out));
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
            if let Some(silhouettes) = silhouettes.as_ref().filter(|_| !kernel.mixes()) {
                silhouettes.snap(*y, &mut s.z);
            }
            kernel.row(
                window.x1 + span.start as i32,
                *y,
                &s.z[span.clone()],
                borrow(&mut s.colour, span.start, span.end),
            );
            if let Some(silhouettes) = silhouettes.as_ref().filter(|_| kernel.mixes()) {
                silhouettes.mix(kernel, *y, &span, &mut s);
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
    /// Premultiplied, over the band and [`COLOUR_REACH`] around.
    colours: Vec<Rgba>,
}

impl Silhouettes {
    /// `None` where there is nothing to take apart.
    fn new(field: Field, inner: Rect, out: &Finish) -> Option<Self> {
        if field.is_empty() {
            return None;
        }
        let rect = inner.grow(COLOUR_REACH);
        let inside = out.source.bounds();
        let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; rect.width()]);
        let mut colours = Vec::with_capacity(rect.width() * rect.height());
        for y in rect.y1..rect.y2 {
            // Beyond the picture its outermost pixels go on.
            let span = out.load(rect.x1, y.clamp(inside.y1, inside.y2 - 1), &mut planes);
            if out.alpha == Alpha::Straight {
                premultiply(borrow(&mut planes, span.start, span.end));
            }
            let pixel = |i: usize| -> Rgba { std::array::from_fn(|c| planes[c][i]) };
            let last = span.end.saturating_sub(1);
            colours.extend((0..rect.width()).map(|i| pixel(i.clamp(span.start.min(last), last))));
        }
        Some(Self { field, inner, colours })
    }

    /// Gives the mixed pixels of a row the distance of the surface that has more of them.
    fn snap(&self, y: i32, z: &mut [f32]) {
        for (x, z) in (self.inner.x1..).zip(z) {
            *z = self.field.snapped(x, y).unwrap_or(*z);
        }
    }

    /// Puts the mixture of both surfaces' results at the mixed pixels of a row.
    fn mix(&self, kernel: &dyn RowKernel, y: i32, span: &std::ops::Range<usize>, s: &mut Scratch) {
        let mut run: Vec<Mixed> = Vec::new();
        for i in span.start..=span.end {
            let x = self.inner.x1 + i as i32;
            // What is to be left alone has no number for a depth.
            let mixed = if i < span.end && !s.z[i].is_nan() && self.field.is_mixed(x, y) {
                self.field.mixed(x, y, &self.colours)
            } else {
                None
            };
            match mixed {
                Some(mixed) => run.push(mixed),
                None if !run.is_empty() => {
                    both(kernel, x - run.len() as i32, y, &run, borrow(&mut s.colour, i - run.len(), i));
                    run.clear();
                }
                None => {}
            }
        }
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
