//! Pictures cut into tiles, each of which is one task's.

use crate::geometry::Rect;
use crate::image::Image;

/// The pixels of the frame of a rectangle in pixels of `unit` of them.
pub fn in_frame(rect: &Rect, unit: i32) -> Rect {
    Rect::new(rect.x1 * unit, rect.y1 * unit, rect.x2 * unit, rect.y2 * unit)
}

/// The rows of the four planes of a tile.
pub type Rows<'a> = [Vec<&'a mut [f32]>; 4];

/// The tiles of an image: where, and the rows of the four planes.
pub fn tiles(image: &mut Image, size: [i32; 2]) -> Vec<(Rect, Rows<'_>)> {
    let window = image.rect();
    cut(image, window, size, 1)
}

/// The parts of an image that lie in the tiles of a window whose pixels are `unit` of its pixels.
pub fn cut(image: &mut Image, window: Rect, size: [i32; 2], unit: i32) -> Vec<(Rect, Rows<'_>)> {
    let (w, h, all) = (size[0] as usize, size[1] as usize, image.rect());
    let columns = window.width().div_ceil(w);
    let mut tiles = Vec::new();
    for y in (window.y1..window.y2).step_by(h) {
        for x in (window.x1..window.x2).step_by(w) {
            let rows = std::array::from_fn(|_| Vec::with_capacity(h));
            let rect = Rect::new(x, y, x + size[0], y + size[1]).intersect(&window);
            tiles.push((in_frame(&rect, unit).intersect(&all), rows));
        }
    }
    for (c, plane) in image.planes.iter_mut().enumerate() {
        for (y, row) in (all.y1..).zip(plane.rows_mut()) {
            let tile_row = (y - window.y1 * unit) / (size[1] * unit);
            let mut rest = row;
            for (rect, rows) in &mut tiles[tile_row as usize * columns..][..columns] {
                let (part, more) = rest.split_at_mut(rect.width());
                rows[c].push(part);
                rest = more;
            }
        }
    }
    tiles
}

/// The rows of a plane over a window that lie in its tiles.
pub fn cut_rows(plane: &mut [u8], window: Rect, size: [i32; 2]) -> Vec<Vec<&mut [u8]>> {
    let (w, h) = (size[0] as usize, size[1] as usize);
    let (width, columns) = (window.width().max(1), window.width().div_ceil(w));
    let mut tiles: Vec<Vec<&mut [u8]>> = Vec::new();
    for band in plane.chunks_mut(width * h) {
        let first = tiles.len();
        tiles.resize_with(first + columns, || Vec::with_capacity(h));
        for row in band.chunks_mut(width) {
            tiles[first..].iter_mut().zip(row.chunks_mut(w)).for_each(|(tile, row)| tile.push(row));
        }
    }
    tiles
}
