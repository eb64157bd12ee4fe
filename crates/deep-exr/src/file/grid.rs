//! Where the blocks of a part lie in its window. A scanline block is a tile as wide as the window.

use std::ops::Range;

use super::error::Fault;
use super::header::{Header, Kind, Tiles};
use super::limits::Limits;
use crate::samples::Window;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub(crate) window: Window,
    /// Size of a block that is not at the right or lower edge.
    width: u32,
    height: u32,
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    pub(crate) tiled: bool,
}

impl Grid {
    pub(crate) fn new(header: &Header, limits: &Limits) -> Result<Self, Fault> {
        let window = header.data_window;
        let (w, h) = (window.width() as u64, window.height() as u64);
        if w * h > limits.pixels {
            return Err(Fault::TooLarge(format!(
                "its data window has {w} × {h} pixels, {} in all are allowed",
                limits.pixels
            )));
        }
        let tiled = header.kind == Kind::DeepTiled;
        let (width, height) = match header.tiles {
            Some(t) if tiled => {
                let sane = 1..=i32::MAX as u32;
                if !sane.contains(&t.width) || !sane.contains(&t.height) {
                    return Err(Fault::damaged(format!("its tiles have {} × {} pixels", t.width, t.height)));
                }
                (t.width, t.height)
            }
            _ => (w as u32, header.compression.rows()),
        };
        let (cols, rows) = (w.div_ceil(width.into()) as usize, h.div_ceil(height.into()) as usize);
        Ok(Self { window, width, height, cols, rows, tiled })
    }

    /// Blocks of the full-size picture.
    pub(crate) fn count(&self) -> usize {
        self.cols * self.rows
    }

    /// The pixels of a block.
    pub(crate) fn block(&self, index: usize) -> Window {
        let (col, row) = (index % self.cols, index / self.cols);
        let along = |from: i32, end: i32, step: u32, n: usize| {
            let start = i64::from(from) + i64::from(step) * n as i64;
            (start as i32, (start + i64::from(step)).min(end.into()) as i32)
        };
        let (x1, x2) = along(self.window.x1, self.window.x2, self.width, col);
        let (y1, y2) = along(self.window.y1, self.window.y2, self.height, row);
        Window { x1, y1, x2, y2 }
    }

    /// The block that begins with row `y`.
    pub(crate) fn scanline(&self, y: i32) -> Option<usize> {
        let down = i64::from(y) - i64::from(self.window.y1);
        let step = i64::from(self.height);
        (down >= 0 && down % step == 0 && y < self.window.y2).then(|| (down / step) as usize)
    }

    /// The tile at a column and row of tiles.
    pub(crate) fn tile(&self, col: i32, row: i32) -> Option<usize> {
        let (col, row) = (usize::try_from(col).ok()?, usize::try_from(row).ok()?);
        (col < self.cols && row < self.rows).then(|| row * self.cols + col)
    }

    /// Rows of blocks that share a pixel with rows of the window.
    pub(crate) fn block_rows(&self, rows: &Range<i32>) -> Range<usize> {
        if rows.is_empty() {
            return 0..0;
        }
        let row = |y: i32| ((i64::from(y) - i64::from(self.window.y1)) / i64::from(self.height)) as usize;
        row(rows.start)..row(rows.end - 1) + 1
    }

    /// How a block is called in a message.
    pub(crate) fn called(&self, index: usize) -> String {
        let block = self.block(index);
        match () {
            () if self.tiled => format!("the tile at {}, {}", block.x1, block.y1),
            () if self.height > 1 => format!("rows {} to {}", block.y1, block.y2 - 1),
            () => format!("row {}", block.y1),
        }
    }
}

/// Blocks of all levels of a part, as its offset table counts them.
pub(crate) fn blocks_of_all_levels(grid: &Grid, tiles: Option<Tiles>) -> Result<u64, Fault> {
    let full = grid.cols as u64 * grid.rows as u64;
    let Some(tiles) = tiles.filter(|_| grid.tiled) else { return Ok(full) };
    let (w, h) = (grid.window.width() as u64, grid.window.height() as u64);
    let level = |size: u64, n: u32| {
        let size = if tiles.round_up { size.div_ceil(1 << n) } else { size >> n };
        size.max(1)
    };
    let levels = |size: u64| {
        let floor = size.ilog2();
        1 + floor + u32::from(tiles.round_up && !size.is_power_of_two())
    };
    let across = |n: u32| level(w, n).div_ceil(tiles.width.into());
    let down = |n: u32| level(h, n).div_ceil(tiles.height.into());
    match tiles.levels {
        0 => Ok(full),
        1 => Ok((0..levels(w.max(h))).map(|n| across(n) * down(n)).sum()),
        2 => Ok((0..levels(w)).map(across).sum::<u64>() * (0..levels(h)).map(down).sum::<u64>()),
        other => Err(Fault::damaged(format!("its tiles have the unknown kind of levels {other}"))),
    }
}
