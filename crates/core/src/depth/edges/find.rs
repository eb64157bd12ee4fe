//! Where silhouettes are.

use super::Field;
use crate::maths::upper;
use crate::simd::{Work, best_work};

/// Share of the nearer 1/z by which neighbours differ at least: below it an effect treats both nearly alike.
const RATIO: f32 = 0.06;
/// A jump is so many times the slope beside it.
const STEEPER: f32 = 3.0;
/// Share of a jump within which a slope foretells it.
const FORETOLD: f32 = 0.25;

/// Marks both pixels of each jump between neighbours in a row or a column, as far as [`super::COLOUR_REACH`] around the inner rectangle.
/// Says whether there is any. `z` is depth in metres over the field.
pub(super) fn mark(field: &mut Field, z: &[f32]) -> bool {
    let jumps = best_work(Jumps { field, z });
    let width = field.rect.width();
    let mut found = false;
    for Jump { place, step } in jumps.into_iter().map(|j| j.at(width)) {
        let u = &field.inverse;
        let [before, p, q, after] = [place - step, place, place + step, place + 2 * step].map(|i| u[i]);
        let jump = (p - q).abs();
        // The gentler side tells: of a slanted surface that ends at the silhouette the other side is steep.
        let slope = (p - before).abs().min((after - q).abs());
        // A floor goes on to its horizon: what its slope foretells is no jump. (A mixed depth lies on such a line by itself.)
        let foretold = |from: f32, to: f32, got: f32| (upper(2.0 * to - from, 0.0) - got).abs() < FORETOLD * jump;
        let goes_on = !field.edges.antialiased && (foretold(before, p, q) || foretold(after, q, p));
        if jump > STEEPER * slope && !goes_on {
            field.index[place] = 1;
            field.index[place + step] = 1;
            found = true;
        }
    }
    found
}

/// A steep step to the right (or, marked, to the next row) of a pixel.
#[derive(Clone, Copy)]
struct Candidate(u32);

const DOWN: u32 = 1 << 31;
/// Pixels that are looked at together.
const BLOCK: usize = 32;

/// From `place` to `place + step`.
struct Jump {
    place: usize,
    step: usize,
}

impl Candidate {
    fn at(self, width: usize) -> Jump {
        let step = if self.0 & DOWN != 0 { width } else { 1 };
        Jump { place: (self.0 & !DOWN) as usize, step }
    }
}

/// Turns depth into 1/z, and looks for steep steps.
struct Jumps<'a> {
    field: &'a mut Field,
    z: &'a [f32],
}

impl Work for Jumps<'_> {
    type Output = Vec<Candidate>;

    #[inline(always)]
    fn run(self) -> Vec<Candidate> {
        let field = self.field;
        field.inverse.resize(self.z.len(), 0.0);
        let (width, height) = (field.rect.width(), field.rect.height());
        let mut out = Vec::new();
        // Row by row, so that a row is looked at while it is still in the first-level cache: each one with the next.
        for next in 0..height {
            let row = next * width..(next + 1) * width;
            for (u, z) in field.inverse[row.clone()].iter_mut().zip(&self.z[row]) {
                *u = 1.0 / *z;
            }
            // One pixel from the rim: beyond a jump one more pixel is looked at on either side.
            if next < 2 || next >= height - 1 {
                continue;
            }
            let (u, y) = (&field.inverse, next - 1);
            let start = y * width + 1;
            let row = &u[start..start + width - 2];
            let below = &u[start + width..start + 2 * width - 3];
            let blocks = row.chunks(BLOCK).zip(row[1..].chunks(BLOCK)).zip(below.chunks(BLOCK));
            for (block, ((here, right), below)) in blocks.enumerate() {
                // Almost no block has a step: whether one has is asked of all its pixels at once, without a way out.
                let any = here
                    .iter()
                    .zip(right)
                    .zip(below)
                    .fold(false, |any, ((p, r), b)| any | is_steep(*p, *r) | is_steep(*p, *b));
                if !any {
                    continue;
                }
                for (i, ((p, r), b)) in here.iter().zip(right).zip(below).enumerate() {
                    let place = (start + block * BLOCK + i) as u32;
                    if is_steep(*p, *r) {
                        out.push(Candidate(place));
                    }
                    if is_steep(*p, *b) {
                        out.push(Candidate(place | DOWN));
                    }
                }
            }
        }
        out
    }
}

#[inline(always)]
fn is_steep(a: f32, b: f32) -> bool {
    (a - b).abs() > RATIO * upper(a, b)
}
