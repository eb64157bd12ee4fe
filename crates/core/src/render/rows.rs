//! The driver's part for effects that take each pixel by itself. A silhouette's pixel is two: each surface with its own depth, and the
//! results mixed as the surfaces are.

mod mixtures;

use super::{Finish, Scratch, borrow, mix};
use crate::depth::edges::Field;
use crate::depth::{BAND, Bands, DepthStage};
use crate::effect::{Leaves, RowKernel, StoredRow};
use crate::effects::blocks::Known;
use crate::geometry::Rect;
use crate::image::{
    Alpha, ColourRow, Components, Depth, ImageMut, PixelFormat, premultiply, store_colour, store_colour_past_caches,
    unpremultiply,
};
use crate::simd::streamed;
use crate::workers::{Exec, Stop};
use mixtures::Mixtures;
use std::sync::Mutex;

/// Pixels that go all the way from the source to the output together: what is known of them stays in the first-level cache. Between
/// pieces is a look at whether the work is still wanted.
const PIECE: usize = 512;

/// Bytes of a window from which on the beginning has left the caches before the end is written.
const CACHED: usize = 8 << 20;

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
    let large = width * window.height() * format.bytes() > CACHED;
    let store = if large { store_colour_past_caches } else { store_colour };
    let bands = Bands::new(stage, window, exec)?;
    let stored = kernel.takes_stored() && kernel.mixes() && out.takes_stored(kernel, format) && !bands.leaves_some();
    // What bands that are done leave to others: memory that is there.
    let spare: Mutex<Vec<(Field, Mixtures)>> = Mutex::default();
    let mut all = output.window_rows(&window);
    exec.for_each_mut(all.chunks_mut(BAND).collect(), [0.0, 1.0], |_, rows, cancel| {
        let Some((first, _)) = rows.first() else { return };
        let inner = Rect::new(window.x1, *first, window.x2, first + rows.len() as i32);
        let (mut field, mut mixtures) = spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default();
        let edges = stage.edges();
        if let Some(edges) = edges {
            let z = bands.band(inner, field.room());
            if cancel.is_set() {
                return;
            }
            field = field.again(edges, inner, z);
        }
        let own = |y: i32| {
            let (own, span) = (bands.own_columns(window.x1, window.x2, y), out.columns(window.x1, y, width));
            window.x1 + own.start.max(span.start) as i32..window.x1 + own.end.min(span.end) as i32
        };
        mixtures.clear();
        if kernel.mixes() && !field.is_empty() && !cancel.is_set() {
            mixtures.look(&field, inner, out, own);
        }
        let looked_at = edges.map(|_| &field);
        let (mut z, mut s) = (vec![0.0; width], Scratch::new(PIECE.min(width)));
        for (y, bytes) in rows.iter_mut() {
            if cancel.is_set() {
                return;
            }
            if kernel.mixes() {
                mixtures.compute(kernel, *y, PIECE, cancel);
            }
            let in_field = looked_at.and_then(|field| bands.field_row(field, window.x1, *y, width)).filter(|_| stored);
            if in_field.is_none() {
                bands.own_row(looked_at, window.x1, *y, &mut z);
            }
            if stored && out.columns(window.x1, *y, width) == (0..width) {
                let depth = in_field.unwrap_or((&z, f32::NAN));
                out.stored_row(kernel, window.x1, *y, depth, bytes, mixtures.known(*y), large);
                continue;
            }
            if in_field.is_some() {
                bands.own_row(looked_at, window.x1, *y, &mut z);
            }
            if let Some(field) = looked_at.filter(|_| !kernel.mixes()) {
                for (x, snapped) in field.snapped_in(*y, own(*y).start, own(*y).end) {
                    let z = &mut z[(x - window.x1) as usize];
                    // What is to be left alone has no number for a depth.
                    *z = if z.is_nan() { *z } else { snapped };
                }
            }
            let pieces = z.chunks(PIECE).zip(bytes.chunks_mut(PIECE * format.bytes()));
            for (i, (z, bytes)) in pieces.enumerate().take_while(|_| !cancel.is_set()) {
                let x = window.x1 + (i * PIECE) as i32;
                // The next piece, or the next row's first one.
                let next = x + PIECE as i32;
                let (next, row) = if next < window.x2 { (next, *y) } else { (window.x1, *y + 1) };
                out.soon(next, row, PIECE);
                piece(kernel, out, x, *y, z, &mixtures, &mut s);
                store(format, borrow(&mut s.colour, 0, z.len()), bytes);
            }
        }
        if large {
            streamed();
        }
        if let Ok(mut spare) = spare.lock() {
            spare.push((field, mixtures));
        }
    })
}

impl Finish<'_> {
    /// Can the pixels go from the source to the output as they are stored: four floats in both, all of the result?
    fn takes_stored(&self, kernel: &dyn RowKernel, output: PixelFormat) -> bool {
        let four = output.depth == Depth::Float && matches!(output.components, Components::Rgba | Components::Bgra);
        let fades = (self.blend.over_source || kernel.leaves() == Leaves::Layer)
            && (self.mask.is_some() || self.blend.mix != 1.0);
        four && output == self.source.format() && !fades && (kernel.wants_straight() || self.alpha != Alpha::Straight)
    }

    /// A row of which the source has all pixels.
    #[allow(clippy::too_many_arguments, reason = "all that is known of a row")]
    fn stored_row(
        &self,
        kernel: &dyn RowKernel,
        x1: i32,
        y: i32,
        (z, invalid): (&[f32], f32),
        to: &mut [u8],
        known: Known,
        past: bool,
    ) {
        let (from, _) = self.source.row(y).as_chunks();
        let first = (x1 - self.source.bounds().x1) as usize;
        let divided = kernel.wants_straight() && self.alpha == Alpha::Premultiplied;
        kernel.stored(StoredRow {
            x1,
            y,
            z,
            invalid,
            from: &from[first..first + z.len()],
            to: to.as_chunks_mut().0,
            swapped: self.source.format().components == Components::Bgra,
            opaque: self.alpha == Alpha::Opaque,
            divided: [divided, divided && kernel.leaves() != Leaves::Data],
            past,
            known,
        });
    }
}

/// Some neighbours of a row, from the source to what is stored, in `s.colour`.
fn piece(kernel: &dyn RowKernel, out: &Finish, x1: i32, y: i32, z: &[f32], mixtures: &Mixtures, s: &mut Scratch) {
    let (straight, leaves, n) = (kernel.wants_straight(), kernel.leaves(), z.len());
    let fades = out.blend.over_source || leaves == Leaves::Layer;
    s.cut(n);
    let span = out.load(x1, y, &mut s.colour);
    let whole = !fades || out.amounts(x1, y, z, &mut s.mask);
    if let Some(f) = convert_for(out.alpha, straight) {
        f(borrow(&mut s.colour, span.start, span.end));
    }
    // A layer fades to nothing: `before` stays as it was made.
    if !whole && leaves != Leaves::Layer {
        s.before.iter_mut().zip(&s.colour).for_each(|(b, c)| b.copy_from_slice(c));
    }
    if !span.is_empty() {
        let colour = borrow(&mut s.colour, span.start, span.end);
        kernel.row(x1 + span.start as i32, y, &z[span.clone()], colour);
    }
    mixtures.put(x1, y, borrow(&mut s.colour, 0, n));
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
