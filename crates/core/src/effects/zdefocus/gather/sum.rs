//! One level's sums.

use super::Gather;
use super::bound;
use super::ground::Ground;
use super::levels::{CELL, Map};
use super::taps::Tap;
use crate::effects::zdefocus::field::Field;
use crate::effects::zdefocus::tiles::{Rows, tiles};
use crate::geometry::Rect;
use crate::image::Image;
use crate::simd::{SIXTEEN as GROUP, SideBySide, Sixteen, SixteenWork, best_sixteen_work};
use crate::workers::{Cancel, Exec, Stop};
use std::ops::Range;

/// Size of a tile in pixels.
const TILE: [i32; 2] = [256, 64];

/// Sums up what the map asks of a level.
pub fn render(
    gather: &Gather,
    number: usize,
    field: &Field,
    map: &Map,
    out: &mut Image,
    exec: &Exec,
) -> Result<(), Stop> {
    exec.for_each_mut(tiles(out, TILE), [0.1, 0.2], |_, (tile, rows), cancel| {
        let asks = (tile.y1..tile.y2).any(|y| map.asks(number, [tile.x1, tile.x2], y));
        if asks {
            best_sixteen_work(Tile { gather, number, field, map, rect: *tile, rows, cancel });
        }
    })
}

/// One tile's work.
struct Tile<'a, 'b> {
    gather: &'a Gather,
    number: usize,
    field: &'a Field,
    map: &'a Map,
    rect: Rect,
    rows: &'a mut Rows<'b>,
    cancel: &'a Cancel,
}

impl SixteenWork for Tile<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Tile { gather, number, field, rect, .. } = self;
        let bounds = self.bounds();
        let most = bounds.iter().fold(-1f32, |m, v| if *v > m { *v } else { m });
        if most < 0.0 {
            return;
        }
        let (sided, margin) = (gather.taps.sided, gather.taps.reach(most));
        let ground = Ground::new(field, &rect, margin as i32, &gather.levels[number], sided);
        let of = Sum { tile: self, ground: &ground, bounds: &bounds, margin };
        match (sided, ground.opaque) {
            (false, true) => of.up::<S, false, 3>(),
            (false, false) => of.up::<S, false, 4>(),
            (true, true) => of.up::<S, true, 3>(),
            (true, false) => of.up::<S, true, 4>(),
        }
    }
}

impl Tile<'_, '_> {
    /// How far out samples are looked for, for each pixel, in rows of whole cells; less than 0 where a sum is not asked for.
    #[inline(always)]
    fn bounds(&self) -> Vec<f32> {
        let Tile { gather, number, field, map, rect, .. } = self;
        let (w, all) = (rect.width().next_multiple_of(CELL), &field.rect);
        let mut bounds = vec![-1f32; w * rect.height()];
        // The columns that the field has; a node beyond them is as the one beside it.
        let (first, end) = (rect.x1.max(all.x1), rect.x2.min(all.x2));
        for (y, row) in (rect.y1..rect.y2).zip(bounds.chunks_mut(w)) {
            let from = field.index(first, y.clamp(all.y1, all.y2 - 1));
            let coc = &field.coc[from..from + (end - first) as usize];
            let (before, after) = row.split_at_mut((first - rect.x1) as usize);
            if *number == 0 {
                for ((to, coc), level) in after.iter_mut().zip(coc).zip(map.row(first, y)) {
                    *to = if *level == 0 { bound(*coc) } else { -1.0 };
                }
                continue;
            }
            // Beside a pixel that asks, no surface is blurred much more.
            let asked = |coc: f32| if coc.abs() <= gather.finest[1] + 1.0 { bound(coc) } else { -1.0 };
            after.iter_mut().zip(coc).for_each(|(to, coc)| *to = asked(*coc));
            before.fill(asked(coc[0]));
            after[coc.len()..][..(rect.x2 - end) as usize].fill(asked(coc[coc.len() - 1]));
        }
        bounds
    }
}

/// What a tile's sums are made of.
struct Sum<'a, 'b, 'c> {
    tile: Tile<'a, 'b>,
    ground: &'c Ground,
    bounds: &'c [f32],
    /// Pixels of the ground around the tile.
    margin: usize,
}

/// Parts of a cell whose sums are in registers at once.
const GROUPS: usize = CELL / GROUP;

/// Sums of a group: of weights, and of up to four colours.
type Sums<S> = [S; 5];

impl Sum<'_, '_, '_> {
    #[inline(always)]
    fn up<S: Sixteen, const SIDED: bool, const C: usize>(self) {
        let Sum { tile: Tile { gather, number, map, rect, rows, cancel, .. }, ground, bounds, margin } = self;
        let w = rect.width().next_multiple_of(CELL);
        for (i, bounds) in bounds.chunks(w).enumerate() {
            if cancel.is_set() {
                return;
            }
            for (k, bounds) in bounds.as_chunks::<CELL>().0.iter().enumerate() {
                let x = rect.x1 + (k * CELL) as i32;
                let asks = map.asks(number, [x, (x + CELL as i32).min(rect.x2)], rect.y1 + i as i32);
                if !asks || bounds.iter().all(|b| *b < 0.0) {
                    continue;
                }
                let sums = Cell { gather, ground, margin, x: k * CELL, y: i, bounds }.sums::<S, SIDED, C>();
                for (j, _) in bounds.iter().enumerate().filter(|(_, b)| **b >= 0.0) {
                    let (weight, at) = (sums[0][j], k * CELL + j);
                    for (c, rows) in rows.iter_mut().enumerate() {
                        rows[i][at] = if c < C { sums[1 + c][j] } else { weight } / weight;
                    }
                }
            }
        }
    }
}

/// Pixels beside each other, from a place in the tile on.
struct Cell<'a> {
    gather: &'a Gather,
    ground: &'a Ground,
    margin: usize,
    x: usize,
    y: usize,
    /// How far out samples are looked for; less than 0 where the sums are not asked for.
    bounds: &'a [f32; CELL],
}

impl Cell<'_> {
    /// Weights, red, green, blue, alpha.
    #[inline(always)]
    fn sums<S: Sixteen, const SIDED: bool, const C: usize>(&self) -> [[f32; CELL]; 5] {
        let Self { gather, ground, margin, x, y, bounds } = *self;
        let taps = &gather.taps;
        let (mut low, mut high) = (f32::MAX, 0f32);
        for &bound in bounds {
            high = if bound > high { bound } else { high };
            low = if bound >= 0.0 && bound < low { bound } else { low };
        }
        let bounds = bounds.as_chunks::<GROUP>().0;
        let wanted: [bool; GROUPS] = std::array::from_fn(|g| bounds[g].iter().any(|b| *b >= 0.0));
        let mut sums = [[0f32; CELL]; 5];
        for (row, span) in taps.may(high).iter().enumerate() {
            if span[0] == span[1] {
                continue;
            }
            // Tap 0 of the first pixel lies there.
            let first = ((y + margin + row - taps.far) * ground.width + x + margin).wrapping_sub(taps.far);
            let at = |tap: u16| first.wrapping_add(usize::from(tap));
            let [least, most] = ground.range([at(span[0]), at(span[1]) + CELL - 2]);
            // No disc there ends farther out: what is left out adds nothing…
            let most = if most < high { most } else { high };
            // …and none nearer than this: what is nearer still counts in full.
            let least = if least < low { least } else { low } - 1.0 - 1e-3;
            let ([from, to], surely) = (taps.may(most)[row], taps.surely(least.max(0.0))[row]);
            if from >= to {
                continue;
            }
            let whole = if least > 0.0 && surely[0] < surely[1] { surely } else { [to; 2] };
            let these = at(from)..at(to) + CELL - 1;
            let planes = SideBySide::new(ground.planes(these), usize::from(to - from) + CELL - GROUP);
            let line = Line { planes, taps: &taps.row(row)[usize::from(from)..usize::from(to)] };
            let whole = whole.map(|tap| usize::from(tap - from));
            for g in (0..GROUPS).filter(|g| wanted[*g]) {
                let limit = S::load(&bounds[g]);
                // Row by row: the fewer numbers are added to one, the less is rounded off.
                let mut of_row = [S::of(0.0); 5];
                line.soft::<S, SIDED, C>(&mut of_row, limit, g * GROUP, 0..whole[0]);
                line.whole::<S, C>(&mut of_row, g * GROUP, whole[0]..whole[1]);
                line.soft::<S, SIDED, C>(&mut of_row, limit, g * GROUP, whole[1]..line.taps.len());
                for (sum, part) in sums.iter_mut().zip(&of_row).take(1 + C) {
                    let sum = &mut sum.as_chunks_mut::<GROUP>().0[g];
                    (S::load(sum) + *part).store(sum);
                }
            }
        }
        sums
    }
}

/// The samples of a row that taps ask for: edges, shares, red, green, blue, alpha from the first tap's on.
struct Line<'a> {
    planes: SideBySide<'a, 6, GROUP>,
    taps: &'a [Tap],
}

impl Line<'_> {
    /// Adds taps in full, for the pixels that begin so many places after the first.
    #[inline(always)]
    fn whole<S: Sixteen, const C: usize>(&self, sums: &mut Sums<S>, place: usize, taps: Range<usize>) {
        let [mut w, mut r, mut g, mut b, mut a] = *sums;
        for i in taps.start + place..taps.end + place {
            add(&mut w, self.planes.at(1, i));
            add(&mut r, self.planes.at(2, i));
            add(&mut g, self.planes.at(3, i));
            add(&mut b, self.planes.at(4, i));
            if C > 3 {
                add(&mut a, self.planes.at(5, i));
            }
        }
        *sums = [w, r, g, b, a];
    }

    /// Adds taps, each as far as the samples' discs reach.
    #[inline(always)]
    fn soft<S: Sixteen, const SIDED: bool, const C: usize>(
        &self,
        sums: &mut Sums<S>,
        limit: S,
        place: usize,
        taps: Range<usize>,
    ) {
        let [mut w, mut r, mut g, mut b, mut a] = *sums;
        for (i, tap) in (taps.start + place..).zip(&self.taps[taps]) {
            let weight = weight::<S, SIDED>(tap, self.planes.at(0, i), limit);
            add_weighted(&mut w, self.planes.at(1, i), weight);
            add_weighted(&mut r, self.planes.at(2, i), weight);
            add_weighted(&mut g, self.planes.at(3, i), weight);
            add_weighted(&mut b, self.planes.at(4, i), weight);
            if C > 3 {
                add_weighted(&mut a, self.planes.at(5, i), weight);
            }
        }
        *sums = [w, r, g, b, a];
    }
}

/// How much samples of these edges count at a tap.
#[inline(always)]
fn weight<S: Sixteen, const SIDED: bool>(tap: &Tap, edge: &[f32; GROUP], limit: S) -> S {
    let edge = S::load(edge);
    let (edge, out) = if SIDED {
        let front = edge.less(S::of(0.0));
        (edge.size(), S::choose(front, S::of(tap.near), S::of(tap.far)))
    } else {
        (edge, S::of(tap.far))
    };
    (edge.lower(limit) - out).upper(S::of(0.0)).lower(S::of(1.0))
}

#[inline(always)]
fn add<S: Sixteen>(sum: &mut S, values: &[f32; GROUP]) {
    *sum = *sum + S::load(values);
}

#[inline(always)]
fn add_weighted<S: Sixteen>(sum: &mut S, values: &[f32; GROUP], weight: S) {
    *sum = *sum + weight * S::load(values);
}
