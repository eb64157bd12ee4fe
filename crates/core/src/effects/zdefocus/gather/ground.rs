//! What a tile's sums are made of: the samples in it and around it.

use super::Level;
use super::levels::CELL;
use crate::effects::zdefocus::field::Field;
use crate::geometry::Rect;
use std::ops::Range;

/// Values of a row for which the least and the greatest edge are known.
const SEGMENT: usize = 8;

/// The samples around a tile: planes with rows from bottom to top.
pub struct Ground {
    /// Values of a row.
    pub width: usize,
    /// Where discs end (negative in front of the focus where that is another bokeh).
    pub edge: Vec<f32>,
    /// One over the sum of a disc's weights.
    pub share: Vec<f32>,
    /// Premultiplied red, green, blue, alpha over the disc's weights.
    pub colour: [Vec<f32>; 4],
    /// The least and the greatest size of an edge in each [`SEGMENT`].
    ranges: Vec<[f32; 2]>,
    /// Are all alphas 1? Then that plane is empty.
    pub opaque: bool,
}

impl Ground {
    /// So many pixels around a tile at least; the field goes on beyond its own edges.
    #[inline(always)]
    pub fn new(field: &Field, tile: &Rect, margin: i32, level: &Level, sided: bool) -> Self {
        let (x1, y1) = (tile.x1 - margin, tile.y1 - margin);
        let width = (tile.width().next_multiple_of(CELL) + 2 * margin as usize).next_multiple_of(SEGMENT);
        let height = (tile.y2 - tile.y1 + 2 * margin) as usize;
        let n = width * height;
        let (mut edge, mut share) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut colour: [Vec<f32>; 4] = std::array::from_fn(|c| Vec::with_capacity(if c < 3 { n } else { 0 }));
        let mut ranges = Vec::with_capacity(n / SEGMENT);
        let all = &field.rect;
        let end = x1 + width as i32;
        // Columns before the field, in it, and behind it.
        let inside = (x1.clamp(all.x1, all.x2 - 1), end.clamp(all.x1 + 1, all.x2));
        let before = (inside.0 - x1).clamp(0, width as i32) as usize;
        let within = (inside.1 - inside.0) as usize;
        let rows = || (y1..).take(height).map(|y| field.index(inside.0, y.clamp(all.y1, all.y2 - 1)));
        let opaque = rows().all(|from| field.colour[3][from..from + within].iter().all(|a| *a == 1.0));
        let mut line = vec![0f32; within];
        for from in rows() {
            let start = edge.len();
            let go_on = |plane: &mut Vec<f32>, values: &[f32]| {
                plane.extend(std::iter::repeat_n(values[0], before));
                plane.extend_from_slice(&values[..within.min(start + width - plane.len())]);
                plane.resize(start + width, values[within - 1]);
            };
            let mut shares = vec![0f32; within];
            for ((to, share), coc) in line.iter_mut().zip(&mut shares).zip(&field.coc[from..]) {
                let [end, one_over] = level.disc(*coc);
                *share = one_over;
                *to = if sided && *coc < 0.0 { -end } else { end };
            }
            go_on(&mut edge, &line);
            go_on(&mut share, &shares);
            for (plane, to) in field.colour.iter().zip(&mut colour).take(if opaque { 3 } else { 4 }) {
                for ((to, share), v) in line.iter_mut().zip(&shares).zip(&plane[from..]) {
                    *to = share * v;
                }
                go_on(to, &line);
            }
            ranges.extend(edge[start..].as_chunks::<SEGMENT>().0.iter().map(|part| {
                let size = part.map(f32::abs);
                let least = size.iter().fold(f32::MAX, |m, v| if *v < m { *v } else { m });
                [least, size.iter().fold(0f32, |m, v| if *v > m { *v } else { m })]
            }));
        }
        Self { width, edge, share, colour, ranges, opaque }
    }

    /// The least and the greatest size of the edges from one place to another, or of some more.
    #[inline(always)]
    pub fn range(&self, [first, last]: [usize; 2]) -> [f32; 2] {
        let segments = self.ranges.get(first / SEGMENT..=last / SEGMENT).unwrap_or_default();
        segments.iter().fold([f32::MAX, 0f32], |[low, high], [least, most]| {
            [if *least < low { *least } else { low }, if *most > high { *most } else { high }]
        })
    }

    /// Some values of edges, shares, red, green, blue and alpha (or red again, where all is opaque).
    #[inline(always)]
    pub fn planes(&self, these: Range<usize>) -> [&[f32]; 6] {
        let [r, g, b, a] = &self.colour;
        let planes = [&self.edge, &self.share, r, g, b, if self.opaque { r } else { a }];
        planes.map(|plane| plane.get(these.clone()).unwrap_or_default())
    }
}
