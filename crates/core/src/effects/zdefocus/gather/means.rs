//! The picture at half the size, where one surface is all there is to see.

use crate::effects::zdefocus::coarse::{half, halved as means, inside};
use crate::effects::zdefocus::field::{Field, pieces, planes};
use crate::simd::best;
use crate::workers::{Exec, Stop};

/// Half the size: means of four pixels.
pub fn halved(of: &Field, exec: &Exec) -> Result<Field, Stop> {
    let rect = half(&of.rect);
    let (w, h) = (rect.width(), rect.height());
    let mut made = exec.keep((exec.filled(w * h, 0f32, [0.0; 2])?, planes(w * h, exec)?));
    let (coc, colour) = &mut *made;
    let rows: Vec<_> = coc.chunks_mut(w).zip(pieces(colour, w)).collect();
    exec.for_each_mut(rows, [0.1, 0.1], |i, (coc, colour), _| {
        let y = 2 * (rect.y1 + i as i32);
        let from = of.rect.width();
        let rows = [y, y + 1].map(|y| inside(&of.rect, of.rect.x1, y).1 * from);
        let mean = |plane: &[f32], to: &mut [f32], by: f32| {
            let [low, high] = rows.map(|start| &plane[start..start + from]);
            best(|| means(&of.rect, &rect, low, high, to, by));
        };
        // In pixels of half the size.
        mean(&of.coc, coc, 0.5);
        of.colour.iter().zip(colour.iter_mut()).for_each(|(plane, to)| mean(plane, to, 1.0));
    })?;
    let (coc, colour) = made.take();
    let (numbers, brightest) = (of.numbers, of.brightest);
    Ok(Field { rect, coc, colour, unlit: Vec::new(), numbers, brightest, most: 0.5 * of.most, least: 0.5 * of.least })
}
