//! The driver's part for effects that take each pixel by itself. A silhouette's pixel is two: each surface with its own depth, and the
//! results mixed as the surfaces are.

use super::{Finish, Scratch, borrow, mix};
use crate::depth::edges::{COLOUR_REACH, Colours, Field, Mixed, Rgba};
use crate::depth::{BAND, Bands, DepthStage};
use crate::effect::{Leaves, RowKernel};
use crate::geometry::Rect;
use crate::image::{Alpha, ColourRow, ImageMut, premultiply, store_colour, store_colour_past_caches, unpremultiply};
use crate::simd::streamed;
use crate::workers::{Cancel, Exec, Stop};
use std::ops::Range;
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
    // What bands that are done leave to others: memory that is there.
    let spare: Mutex<Vec<(Vec<f32>, Field)>> = Mutex::default();
    let mut all = output.window_rows(&window);
    exec.for_each_mut(all.chunks_mut(BAND).collect(), [0.0, 1.0], |_, rows, cancel| {
        let Some((first, _)) = rows.first() else { return };
        let inner = Rect::new(window.x1, *first, window.x2, first + rows.len() as i32);
        let (room, used) = spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default();
        let band = bands.band(inner, room);
        let field = stage.edges().filter(|_| !cancel.is_set()).map(|edges| used.again(edges, inner, &band.z));
        let silhouettes = field.filter(|_| !cancel.is_set()).map(|field| Silhouettes::new(field, inner, out));
        let (mut z, mut s, mut mixtures) = (vec![0.0; width], Scratch::new(PIECE.min(width)), Mixtures::default());
        for (y, bytes) in rows.iter_mut() {
            if cancel.is_set() {
                return;
            }
            bands.own_row(&band, window.x1, *y, &mut z);
            let (own, span) = (bands.own_columns(window.x1, window.x2, *y), out.columns(window.x1, *y, width));
            let own = own.start.max(span.start)..own.end.min(span.end);
            mixtures.clear();
            match silhouettes.as_ref().filter(|silhouettes| !silhouettes.field.is_empty()) {
                Some(silhouettes) if kernel.mixes() => silhouettes.mix(kernel, *y, &own, &z, &mut mixtures, cancel),
                Some(silhouettes) => silhouettes.snap(*y, &own, &mut z),
                None => {}
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
            spare.push((band.z, silhouettes.map(|silhouettes| silhouettes.field).unwrap_or_default()));
        }
    })
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
    mixtures.put(x1, borrow(&mut s.colour, 0, n));
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

/// The mixed pixels of a band, and the colours around them.
struct Silhouettes {
    field: Field,
    inner: Rect,
    colours: Stretches,
}

impl Silhouettes {
    fn new(field: Field, inner: Rect, out: &Finish) -> Self {
        let colours = if field.is_empty() { Stretches::default() } else { Stretches::new(&field, &inner, out) };
        Self { field, inner, colours }
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

    /// The mixtures of both surfaces' results at the mixed pixels of a row.
    fn mix(&self, kernel: &dyn RowKernel, y: i32, own: &Range<usize>, z: &[f32], to: &mut Mixtures, cancel: &Cancel) {
        for x in self.columns(y, own).take_while(|_| !cancel.is_set()) {
            if !z[(x - self.inner.x1) as usize].is_nan()
                && let Some(mixed) = self.field.mixed(x, y, &self.colours)
            {
                to.columns.push(x);
                to.mixed.push(mixed);
            }
        }
        to.compute(kernel, y, cancel);
    }
}

/// The mixed pixels of a row, and what they come to.
#[derive(Default)]
struct Mixtures {
    /// Ascending.
    columns: Vec<i32>,
    mixed: Vec<Mixed>,
    /// Both surfaces side by side: all near ones, then all far ones.
    both: Vec<i32>,
    z: Vec<f32>,
    /// The results of both; in the end the mixtures in their first halves.
    planes: [Vec<f32>; 4],
}

impl Mixtures {
    fn clear(&mut self) {
        self.columns.clear();
        self.mixed.clear();
    }

    fn compute(&mut self, kernel: &dyn RowKernel, y: i32, cancel: &Cancel) {
        let n = self.mixed.len();
        if n == 0 {
            return;
        }
        let (straight, picture) = (kernel.wants_straight(), kernel.leaves() != Leaves::Data);
        let Self { columns, mixed, both, z, planes } = self;
        both.clear();
        z.clear();
        planes.iter_mut().for_each(Vec::clear);
        for side in 0..2 {
            both.extend(&*columns);
            z.extend(mixed.iter().map(|m| m.z[side]));
            for (c, plane) in planes.iter_mut().enumerate() {
                plane.extend(mixed.iter().map(|m| m.colour[side][c]));
            }
        }
        if straight {
            unpremultiply(borrow(planes, 0, 2 * n));
        }
        for from in (0..2 * n).step_by(PIECE).take_while(|_| !cancel.is_set()) {
            let to = (from + PIECE).min(2 * n);
            kernel.places(&both[from..to], y, &z[from..to], borrow(planes, from, to));
        }
        if straight && picture {
            premultiply(borrow(planes, 0, 2 * n));
        }
        for plane in &mut *planes {
            let (near, far) = plane.split_at_mut(n);
            for ((n, f), mixed) in near.iter_mut().zip(far).zip(mixed.iter()) {
                // Written so that two ones make exactly one.
                *n = *f + mixed.coverage * (*n - *f);
            }
        }
        if straight && picture {
            unpremultiply(borrow(planes, 0, n));
        }
    }

    /// Puts those of a piece of the row at their places.
    fn put(&self, x1: i32, colour: ColourRow) {
        let first = self.columns.partition_point(|x| *x < x1);
        let ColourRow { r, g, b, a } = colour;
        for (i, x) in self.columns.iter().enumerate().skip(first) {
            let at = (x - x1) as usize;
            if at >= r.len() {
                return;
            }
            [r[at], g[at], b[at], a[at]] = std::array::from_fn(|c| self.planes[c][i]);
        }
    }
}

/// Premultiplied colours where silhouettes need them: most of a picture is not read twice.
#[derive(Default)]
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
        let (mut planes, width): ([Vec<f32>; 4], _) = (Default::default(), rect.width());
        // Columns that the mixed pixels of each row look at; then of all rows around, too.
        let mut own = vec![0_u8; width * inner.height()];
        for (y, row) in (inner.y1..).zip(own.chunks_exact_mut(width)) {
            for x in field.mixed_in(y, inner.x1, inner.x2) {
                let first = (x - inner.x1) as usize;
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
                let (x1, x2) = (rect.x1 + from as i32, rect.x1 + to as i32);
                new.list.push((x1, x2, at));
                new.colours.resize(at + to - from, [0.0; 4]);
                load_stretch(out, x1, y, &mut planes, &mut new.colours[at..]);
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
    fn five(&self, x1: i32, y: i32) -> &[Rgba; 5] {
        let row = (y - self.y1) as usize;
        let list = &self.list[self.rows[row] as usize..self.rows[row + 1] as usize];
        let (from, _, at) = list[list.partition_point(|s| s.0 <= x1) - 1];
        self.colours[at + (x1 - from) as usize..].first_chunk().unwrap_or(&[[0.0; 4]; 5])
    }
}

/// Premultiplied colours from a column on; beyond the picture its outermost pixels go on.
fn load_stretch(out: &Finish, x1: i32, y: i32, planes: &mut [Vec<f32>; 4], to: &mut [Rgba]) {
    let inside = out.source.bounds();
    let y = y.clamp(inside.y1, inside.y2 - 1);
    if x1 >= inside.x1 && x1 + to.len() as i32 <= inside.x2 && out.pixels(x1, y, to) {
        return;
    }
    planes.iter_mut().for_each(|p| p.resize(to.len(), 0.0));
    let x = x1.clamp(inside.x1, (inside.x2 - to.len() as i32).max(inside.x1));
    let span = out.load(x, y, planes);
    if out.alpha == Alpha::Straight {
        premultiply(borrow(planes, span.start, span.end));
    }
    for (i, pixel) in (x1..).zip(to) {
        let from = (i.clamp(inside.x1, inside.x2 - 1) - x) as usize;
        *pixel = std::array::from_fn(|c| planes[c][from]);
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
