//! The picture at half the size, where one surface is all there is to see: each pixel shared between the two coarser ones beside it each way,
//! so that nothing moves.

use crate::effects::zdefocus::coarse::{half, inside};
use crate::effects::zdefocus::field::{Field, pieces, planes};
use crate::simd::best;
use crate::workers::{Exec, Stop, try_vec};

/// Half the size.
pub fn halved(of: &Field, exec: &Exec) -> Result<Field, Stop> {
    let rect = half(&of.rect);
    let (w, h) = (rect.width(), rect.height());
    let mut made = exec.keep((try_vec(w * h, 0f32)?, planes(w * h)?));
    let (coc, colour) = &mut *made;
    let rows: Vec<_> = coc.chunks_mut(w).zip(pieces(colour, w)).collect();
    exec.for_each_mut(rows, [0.1, 0.1], |i, (coc, colour), _| {
        let y = 2 * (rect.y1 + i as i32);
        let from = of.rect.width();
        let rows = [y - 1, y, y + 1, y + 2].map(|y| inside(&of.rect, of.rect.x1, y).1 * from);
        let mut line = vec![0f32; from];
        // How far the first coarse pixel's first column lies before the field's.
        let before = (of.rect.x1 - 2 * rect.x1) as usize;
        let mut one = |plane: &[f32], to: &mut [f32]| {
            let [a, b, c, d] = rows.map(|start| &plane[start..start + from]);
            best(|| {
                down(a, b, c, d, &mut line);
                across(&line, before, to);
            });
        };
        one(&of.coc, coc);
        // In pixels of half the size.
        coc.iter_mut().for_each(|v| *v *= 0.5);
        of.colour.iter().zip(colour.iter_mut()).for_each(|(plane, to)| one(plane, to));
    })?;
    let (coc, colour) = made.take();
    Ok(Field { rect, coc, colour, unlit: Vec::new(), numbers: of.numbers, most: 0.5 * of.most, least: 0.5 * of.least })
}

/// What the four around the middle between two come to.
#[inline(always)]
fn mean(a: f32, b: f32, c: f32, d: f32) -> f32 {
    // Exact where all are alike.
    0.25 * (0.5 * (a + d) + 1.5 * (b + c))
}

#[inline(always)]
fn down(a: &[f32], b: &[f32], c: &[f32], d: &[f32], to: &mut [f32]) {
    for ((((to, a), b), c), d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = mean(*a, *b, *c, *d);
    }
}

/// `from` begins `before` columns after the first of the two in the middle of the first mean.
#[inline(always)]
fn across(from: &[f32], before: usize, to: &mut [f32]) {
    let at = |i: isize| from[i.clamp(0, from.len() as isize - 1) as usize];
    let n = to.len();
    let mut edge = |x: usize| {
        let i = 2 * x as isize - before as isize;
        to[x] = mean(at(i - 1), at(i), at(i + 1), at(i + 2));
    };
    (0..n.min(2)).for_each(&mut edge);
    (n.saturating_sub(2)..n).for_each(&mut edge);
    if n > 4 {
        let pairs = from[3 - before..].as_chunks::<2>().0;
        for (to, [[a, b], [c, d]]) in to[2..n - 2].iter_mut().zip(pairs.array_windows()) {
            *to = mean(*a, *b, *c, *d);
        }
    }
}
