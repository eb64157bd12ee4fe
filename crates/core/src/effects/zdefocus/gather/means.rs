//! The picture at half the size, where one surface is all there is to see.

use crate::effects::zdefocus::coarse::{half, halved as means, inside};
use crate::effects::zdefocus::field::Field;
use crate::simd::best;
use crate::workers::{Exec, Stop};

/// Half the size: means of four pixels.
pub fn halved(of: &Field, exec: &Exec) -> Result<Field, Stop> {
    let rect = half(&of.rect);
    let (w, h) = (rect.width(), rect.height());
    let [coc, r, g, b, a] = exec.rows([w * h, w], 0f32, vec![(); h], [0.1, 0.1], |i, [coc, r, g, b, a], (), _| {
        let y = 2 * (rect.y1 + i as i32);
        let from = of.rect.width();
        let rows = [y, y + 1].map(|y| inside(&of.rect, of.rect.x1, y).1 * from);
        let mean = |plane: &[f32], to: &mut [f32], by: f32| {
            let rows = rows.map(|start| &plane[start..start + from]);
            best(|| means(&of.rect, &rect, rows, to, by));
        };
        // In pixels of half the size.
        mean(&of.coc, coc, 0.5);
        of.colour.iter().zip([r, g, b, a]).for_each(|(plane, to)| mean(plane, to, 1.0));
    })?;
    let colour = [r, g, b, a];
    let (numbers, brightest) = (of.numbers, of.brightest);
    let known = half(&of.known).grow(1);
    Ok(Field {
        rect,
        known,
        coc,
        colour,
        unlit: Vec::new(),
        numbers,
        brightest,
        most: 0.5 * of.most,
        least: 0.5 * of.least,
    })
}
