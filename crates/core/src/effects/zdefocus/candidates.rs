//! The samples that may reach a tile, in rows of up to a block.

use super::scene::{BLOCK, Layer};
use crate::geometry::Rect;

/// A row of up to [`BLOCK`] samples that may reach the tile.
pub(super) struct Candidate<'a> {
    pub(super) layer: &'a Layer,
    /// Index of the first sample.
    pub(super) start: usize,
    pub(super) n: usize,
    pub(super) x: i32,
    pub(super) y: i32,
    /// Least and greatest move.
    pub(super) shift: [f32; 2],
    /// Are there a sample to the left of the first, and a row below?
    pub(super) left: bool,
    pub(super) below: bool,
    /// Least and greatest move of the block below.
    pub(super) under: [f32; 2],
}

/// Those of a layer; `wide` and `high` is the farthest that a lens point lies out.
pub(super) fn candidates_of<'a>(layer: &'a Layer, tile: &Rect, wide: f32, high: f32, list: &mut Vec<Candidate<'a>>) {
    let rect = layer.sheet.rect;
    // Whole pixels, and more of them than any sample moves.
    let around = |by: f32| (by * layer.most).min(1e6) as i32 + 4;
    let (far_x, far_y) = (around(wide), around(high));
    let rows = (tile.y1 - far_y).max(rect.y1)..(tile.y2 + far_y).min(rect.y2);
    let number = |x: i32| (x.div_euclid(BLOCK) - layer.first_column).clamp(0, layer.columns as i32) as usize;
    let columns = number(tile.x1 - far_x)..(number(tile.x2 + far_x) + 1).min(layer.columns);
    for y in rows {
        let row = (y - rect.y1) as usize;
        for column in columns.clone() {
            let b = row * layer.columns + column;
            let block = &layer.blocks[b];
            if block[0] > block[1] {
                continue;
            }
            let x = (layer.first_column + column as i32) * BLOCK;
            let (x1, x2) = (x.max(rect.x1), (x + BLOCK).min(rect.x2));
            let most = block[0].abs().max(block[1].abs());
            if reaches([x1, x2], y, tile, wide * most, high * most) {
                list.push(Candidate {
                    layer,
                    start: row * rect.width() + (x1 - rect.x1) as usize,
                    n: (x2 - x1) as usize,
                    x: x1,
                    y,
                    shift: *block,
                    left: x1 > rect.x1,
                    below: row > 0,
                    under: if row > 0 { layer.blocks[b - layer.columns] } else { [0.0; 2] },
                });
            }
        }
    }
}

/// Do the block's pixels, moved by up to so much, meet the tile? One pixel more on every side: they may close what opens beside them.
fn reaches(x: [i32; 2], y: i32, tile: &Rect, dx: f32, dy: f32) -> bool {
    x[1] as f32 + dx + 2.0 >= tile.x1 as f32
        && x[0] as f32 - dx - 2.0 < tile.x2 as f32
        && y as f32 + dy + 2.0 >= tile.y1 as f32
        && y as f32 - dy - 2.0 < tile.y2 as f32
}
