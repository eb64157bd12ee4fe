//! One level's sums over a tile: at its nodes, and what lies between them.

use super::ground::{Blocks, Ground};
use super::taps::Tap;
use super::{Level, bound, spacing};
use crate::effects::zdefocus::field::Field;
use crate::geometry::Rect;
use crate::simd::{LANES, Lanes};
use crate::workers::Cancel;

/// The places where a tile's pixels of one level are summed up: they themselves, or every few pixels around them.
pub struct Nodes {
    /// In spacings.
    rect: Rect,
    spacing: i32,
    /// How far out samples are looked for, in steps; less than 0 where no pixel asks for a node.
    bounds: Vec<f32>,
}

impl Nodes {
    /// For the pixels of a tile that are `wanted`.
    pub fn new(field: &Field, tile: &Rect, wanted: &[bool], step: i32) -> Self {
        let spacing = spacing(step);
        let low = |v: i32| v.div_euclid(spacing);
        let high = |v: i32| (v - 1).div_euclid(spacing) + 1 + i32::from(spacing > 1);
        let rect = Rect::new(low(tile.x1), low(tile.y1), high(tile.x2), high(tile.y2));
        let mut bounds = vec![-1f32; rect.width() * rect.height()];
        for (y, row) in (tile.y1..).zip(wanted.chunks(tile.width())) {
            for (x, _) in (tile.x1..).zip(row).filter(|(_, wanted)| **wanted) {
                let i = (low(y) - rect.y1) as usize * rect.width() + (low(x) - rect.x1) as usize;
                let (right, up) = (usize::from(x % spacing != 0), usize::from(y % spacing != 0));
                bounds[i] = 0.0;
                bounds[i + right] = 0.0;
                bounds[i + up * rect.width()] = 0.0;
                bounds[i + up * rect.width() + right] = 0.0;
            }
        }
        let all = &field.rect;
        for (i, of) in bounds.iter_mut().enumerate().filter(|(_, of)| **of >= 0.0) {
            let x = spacing * (rect.x1 + (i % rect.width()) as i32);
            let y = spacing * (rect.y1 + (i / rect.width()) as i32);
            *of = bound(field.coc[field.index(x.clamp(all.x1, all.x2 - 1), y.clamp(all.y1, all.y2 - 1))], step);
        }
        Self { rect, spacing, bounds }
    }

    /// Taps from here on are of no use, in steps.
    fn end(&self) -> f32 {
        self.bounds.iter().fold(0f32, |m, b| m.max(*b))
    }

    /// How many pixels around the tile are asked for.
    pub fn margin(&self, level: &Level) -> i32 {
        level.taps.reach(self.end()) * level.step + 2 + self.spacing
    }

    /// Writes those pixels of a tile that are `wanted`, from what was found at the nodes.
    pub fn interpolate(
        &self,
        found: &[Vec<f32>; 4],
        tile: &Rect,
        wanted: impl Fn(usize) -> bool,
        rows: &mut [Vec<&mut [f32]>; 4],
    ) {
        let (w, spacing) = (self.rect.width(), self.spacing);
        if spacing == 1 {
            for (found, rows) in found.iter().zip(rows) {
                for (y, (row, found)) in rows.iter_mut().zip(found.chunks(w)).enumerate() {
                    for (x, (to, from)) in row.iter_mut().zip(found).enumerate() {
                        *to = if wanted(y * w + x) { *from } else { *to };
                    }
                }
            }
            return;
        }
        let part = |v: i32| v.rem_euclid(spacing) as f32 / spacing as f32;
        for y in 0..tile.height() {
            let py = tile.y1 + y as i32;
            let (row, up) = ((py.div_euclid(spacing) - self.rect.y1) as usize * w, part(py));
            for x in (0..tile.width()).filter(|x| wanted(y * tile.width() + x)) {
                let px = tile.x1 + x as i32;
                let (i, right) = (row + (px.div_euclid(spacing) - self.rect.x1) as usize, part(px));
                let (beside, above) = (usize::from(right > 0.0), if up > 0.0 { w } else { 0 });
                for (found, rows) in found.iter().zip(&mut *rows) {
                    let between = |a: f32, b: f32, t: f32| a + (b - a) * t;
                    let low = between(found[i], found[i + beside], right);
                    let high = between(found[i + above], found[i + above + beside], right);
                    rows[y][x] = between(low, high, up);
                }
            }
        }
    }
}

/// What a level is summed up from.
pub struct Sum<'a> {
    nodes: &'a Nodes,
    ground: &'a Ground,
    level: &'a Level,
    cancel: &'a Cancel,
    /// Values from one tap to the next.
    stride: usize,
    /// The values of a row that are a tap apart lie side by side: first all even ones, then all odd ones.
    planes: Planes,
    blocks: Blocks,
}

/// Where discs end (negative in front of the focus where that is another bokeh), one over their weights, and colours over their weights.
struct Planes {
    edge: Vec<f32>,
    share: Vec<f32>,
    colour: [Vec<f32>; 4],
}

impl Planes {
    #[inline(always)]
    fn line<const C: usize>(&self, width: usize, y: usize) -> Line<'_, C> {
        let from = y.wrapping_mul(width);
        let of = |plane: usize| match plane {
            0 => &self.edge,
            1 => &self.share,
            colour => &self.colour[colour - 2],
        };
        // Nodes of a group that nobody asks for may lie beyond the row.
        let row = |plane: usize| of(plane).get(from..from.wrapping_add(width + LANES)).unwrap_or_default();
        Line { edge: row(0), share: row(1), colour: std::array::from_fn(|c| row(2 + c)) }
    }
}

/// A row of each plane.
struct Line<'a, const C: usize> {
    edge: &'a [f32],
    share: &'a [f32],
    colour: [&'a [f32]; C],
}

/// Values of a plane are cut into blocks of this many taps, to know where all discs reach and none.
const SIDE: usize = 4;

impl<'a> Sum<'a> {
    /// Of a tile's nodes, which are of that level, as is the ground.
    #[inline(always)]
    pub fn new(nodes: &'a Nodes, ground: &'a Ground, level: &'a Level, cancel: &'a Cancel) -> Self {
        let stride = (level.step / level.spacing()) as usize;
        let (mut edge, mut share) = (Vec::with_capacity(ground.coc.len()), Vec::with_capacity(ground.coc.len()));
        for coc in &ground.coc {
            let [end, one_over] = level.disc(*coc);
            edge.push(if level.taps.sided && *coc < 0.0 { -end } else { end });
            share.push(one_over);
        }
        let around = (nodes.end() * stride as f32) as usize + 1;
        let blocks = Blocks::new(&edge, ground.width, SIDE * stride, around);
        let channels = if ground.opaque { 3 } else { 4 };
        let apart = |plane| apart(plane, ground.width, stride);
        let colour = std::array::from_fn(|c| match &ground.colour[c] {
            plane if c < channels => apart(plane.iter().zip(&share).map(|(v, share)| v * share).collect()),
            _ => Vec::new(),
        });
        let planes = Planes { edge: apart(edge), share: apart(share), colour };
        Self { nodes, ground, level, cancel, stride, planes, blocks }
    }

    /// Red, green, blue, alpha at each node that is asked for.
    #[inline(always)]
    pub fn up<L: Lanes, const SIDED: bool, const C: usize>(self) -> [Vec<f32>; 4] {
        let Sum { nodes, ground, level, stride, .. } = self;
        let (w, far) = (nodes.rect.width(), level.taps.far);
        let mut found: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0f32; nodes.bounds.len()]);
        for (y, row) in (nodes.rect.y1..).zip(0..nodes.rect.height()) {
            if self.cancel.is_set() {
                return found;
            }
            let base = ground.index(nodes.rect.x1, y);
            let (line, first) = (base / ground.width, base % ground.width);
            // The rows that taps lie in; beyond the ground there are none that count.
            let lines = (0..=2 * far)
                .map(|tap| self.planes.line::<C>(ground.width, (line + tap * stride).wrapping_sub(far * stride)));
            let lines: Vec<Line<C>> = lines.collect();
            for x in (0..w).step_by(LANES * stride) {
                for x in x..w.min(x + stride) {
                    let these = (row * w + x..(row + 1) * w).step_by(stride).take(LANES);
                    let mut bounds = [-1f32; LANES];
                    these.clone().zip(&mut bounds).for_each(|(i, to)| *to = nodes.bounds[i]);
                    if bounds.iter().all(|b| *b < 0.0) {
                        continue;
                    }
                    let sums = self.group::<L, SIDED, C>(&lines, [first + x, line], bounds);
                    for (k, i) in these.enumerate().filter(|(k, _)| bounds[*k] >= 0.0) {
                        let weight = sums[0][k];
                        for (c, found) in found.iter_mut().enumerate() {
                            found[i] = if c < C { sums[1 + c][k] } else { weight } / weight;
                        }
                    }
                }
            }
        }
        found
    }

    /// Sums of weights and of colours at eight nodes, a tap from each other, the first of which lies there in the ground.
    #[inline(always)]
    fn group<L: Lanes, const SIDED: bool, const C: usize>(
        &self,
        lines: &[Line<C>],
        [x, y]: [usize; 2],
        bounds: [f32; LANES],
    ) -> [[f32; LANES]; 5] {
        let Sum { ground, level, stride, .. } = self;
        let [least, most] = self.blocks.range(x, y, LANES * stride);
        let (mut low, mut high) = (f32::MAX, 0f32);
        for bound in bounds {
            high = if bound > high { bound } else { high };
            low = if bound >= 0.0 && bound < low { bound } else { low };
        }
        // No disc around there ends farther out: what is left out adds nothing…
        let most = if most < high { most } else { high };
        // …and none nearer than this: what is nearer still counts in full.
        let least = if least < low { least } else { low } - 1.0 / level.slope - 1e-3;
        let first = x % stride * (ground.width / stride) + x / stride;
        let first = first.wrapping_sub(level.taps.far);
        let mut at = Eight { slope: L::all(level.slope), bounds: L::load(&bounds), sums: [L::all(0.0); 5] };
        let (may, surely) = (level.taps.may(most), level.taps.surely(least.max(0.0)));
        for (row, ((line, may), surely)) in lines.iter().zip(may).zip(surely).enumerate() {
            if may[0] == may[1] {
                continue;
            }
            let full = if least > 0.0 && surely[0] < surely[1] { *surely } else { [may[1]; 2] };
            let taps = level.taps.row(row);
            at.soft::<SIDED, C>(taps, line, first, [may[0], full[0]]);
            at.full(line, first, full);
            at.soft::<SIDED, C>(taps, line, first, [full[1], may[1]]);
        }
        let mut out = [[0f32; LANES]; 5];
        at.sums.iter().zip(&mut out).for_each(|(sum, out)| sum.store(out));
        out
    }
}

/// Of each row first every other value, then the rest, if taps are two apart.
#[inline(always)]
fn apart(mut plane: Vec<f32>, width: usize, stride: usize) -> Vec<f32> {
    if stride == 2 {
        let mut odd = vec![0f32; width / 2];
        for row in plane.chunks_mut(width) {
            odd.iter_mut().zip(row.as_chunks::<2>().0).for_each(|(to, [_, odd])| *to = *odd);
            (0..width / 2).for_each(|i| row[i] = row[2 * i]);
            row[width / 2..].copy_from_slice(&odd);
        }
    }
    plane
}

/// Sums of eight nodes: of weights, and of up to four colours.
struct Eight<L> {
    slope: L,
    bounds: L,
    sums: [L; 5],
}

/// The eight values from a place on.
#[inline(always)]
fn eight<L: Lanes>(plane: &[f32], from: usize) -> L {
    match plane.get(from..from + LANES).and_then(|v| v.first_chunk()) {
        Some(values) => L::load(values),
        None => L::all(0.0),
    }
}

/// The eight values from each place on, while there are as many.
#[inline(always)]
fn groups<L: Lanes>(plane: &[f32]) -> impl Iterator<Item = L> {
    plane.windows(LANES).map(|v| v.first_chunk().map_or(L::all(0.0), L::load))
}

impl<L: Lanes> Eight<L> {
    /// Adds taps of a row in full, the first and the one after the last by number; tap 0 of the first node lies at `first`.
    #[inline(always)]
    fn full<const C: usize>(&mut self, line: &Line<C>, first: usize, [from, to]: [u16; 2]) {
        let these = first.wrapping_add(usize::from(from))..first.wrapping_add(usize::from(to)) + LANES - 1;
        let share = line.share.get(these.clone()).unwrap_or_default();
        let colour = line.colour.map(|plane| plane.get(these.clone()).unwrap_or_default());
        let [mut w, mut r, mut g, mut b, mut a] = self.sums;
        for (((share, red), green), blue) in
            groups::<L>(share).zip(groups(colour[0])).zip(groups(colour[1])).zip(groups(colour[2]))
        {
            (w, r, g, b) = (w.plus(share), r.plus(red), g.plus(green), b.plus(blue));
        }
        if C > 3 {
            groups::<L>(colour[C - 1]).for_each(|alpha| a = a.plus(alpha));
        }
        self.sums = [w, r, g, b, a];
    }

    /// Adds taps of a row, each as far as the samples' discs reach.
    #[inline(always)]
    fn soft<const SIDED: bool, const C: usize>(
        &mut self,
        taps: &[Tap],
        line: &Line<C>,
        first: usize,
        [from, to]: [u16; 2],
    ) {
        let (slope, bounds) = (self.slope, self.bounds);
        let [mut w, mut r, mut g, mut b, mut a] = self.sums;
        for (k, tap) in (first.wrapping_add(usize::from(from))..).zip(&taps[usize::from(from)..usize::from(to)]) {
            let edge = eight::<L>(line.edge, k);
            let (edge, out) = if SIDED {
                let front = edge.less(L::all(0.0));
                let size = edge.greater(L::all(0.0).minus(edge));
                (size, L::choose(front, L::all(tap.near), L::all(tap.far)))
            } else {
                (edge, L::all(tap.far))
            };
            let weight = edge.lesser(bounds).minus(out).times(slope).greater(L::all(0.0)).lesser(L::all(1.0));
            w = w.plus(weight.times(eight(line.share, k)));
            r = r.plus(weight.times(eight(line.colour[0], k)));
            g = g.plus(weight.times(eight(line.colour[1], k)));
            b = b.plus(weight.times(eight(line.colour[2], k)));
            if C > 3 {
                a = a.plus(weight.times(eight(line.colour[C - 1], k)));
            }
        }
        self.sums = [w, r, g, b, a];
    }
}
