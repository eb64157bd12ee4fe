//! How far around it something is felt: each pixel's value reaches its neighbours, less their distance.

use crate::simd::{Work, best_work};
use crate::workers::{Cancel, Exec, Stop};

/// Values that are looked through in one task.
const PIECE: usize = 1 << 16;

/// Values are in parts of a pixel.
pub const UNIT: f32 = 16.0;
/// A step along a row or column, and a diagonal one: a little too short, so that nothing is missed.
const STRAIGHT: i16 = 14;
const DIAGONAL: i16 = 20;
/// Less than any value that is felt.
pub const NOWHERE: i16 = -16384;

/// Where there are values that are not felt, those of less than this may come out too small.
const LEAST: i16 = -8 * UNIT as i16;

/// Pixels as a value, rounded up; no more than it can hold.
#[inline(always)]
pub fn units(pixels: f32) -> i16 {
    (pixels * UNIT).ceil().clamp(f32::from(NOWHERE) + 1.0, 16383.0) as i16
}

/// Lifts each value of rows of `width` to the most that is felt of all others. Values of [`NOWHERE`] are not felt.
pub fn spread(values: &mut [i16], width: usize, share: [f64; 2], exec: &Exec) -> Result<(), Stop> {
    let height = values.len() / width.max(1);
    in_bands(values, width, height.div_ceil(exec.threads()), share, exec)
}

/// The same, in tasks of at least `band` rows, and of twice as many as are felt; the values that matter are the same however many.
pub fn in_bands(values: &mut [i16], width: usize, band: usize, share: [f64; 2], exec: &Exec) -> Result<(), Stop> {
    if width == 0 {
        return Ok(());
    }
    let mut ranges = vec![[i16::MAX, i16::MIN, i16::MAX]; values.len().div_ceil(PIECE)];
    let pieces = ranges.iter_mut().zip(values.chunks(PIECE));
    exec.for_each_mut(pieces.collect(), [share[0]; 2], |_, (range, values), _| {
        **range = best_work(Range { values });
    })?;
    let all = |[a, b, c]: [i16; 3], [d, e, f]: &[i16; 3]| [a.min(*d), b.max(*e), c.min(*f)];
    let [least, most, least_of_all] = ranges.iter().fold([i16::MAX, i16::MIN, i16::MAX], all);
    if most < least {
        return Ok(());
    }
    // No value is asked for that is less than this, where some have none.
    let least = if least_of_all == NOWHERE { LEAST } else { least };
    let farthest = (i32::from(most) - i32::from(least)).max(0) / i32::from(STRAIGHT) + 1;
    let (height, around) = (values.len() / width, farthest as usize);
    let band = band.max(2 * around);
    if height <= band {
        return exec.for_each_mut(vec![values], share, |_, values, cancel| over(values, width, farthest, cancel));
    }
    // Each with the rows around it that are felt there.
    let from = exec.keep(exec.copied(values, [share[0]; 2])?);
    exec.for_each_mut(values.chunks_mut(band * width).collect(), share, |i, values, cancel| {
        let first = (i * band).saturating_sub(around);
        let end = ((i + 1) * band + around).min(height);
        let mut rows = Vec::new();
        if rows.try_reserve_exact((end - first) * width).is_err() {
            return cancel.set_out_of_memory();
        }
        rows.extend_from_slice(&from[first * width..end * width]);
        over(&mut rows, width, farthest, cancel);
        let skip = (i * band - first) * width;
        values.copy_from_slice(&rows[skip..skip + values.len()]);
    })
}

/// Down and up all rows; nothing is felt farther than so many.
fn over(values: &mut [i16], width: usize, farthest: i32, cancel: &Cancel) {
    let height = values.len() / width;
    let mut line = vec![0i16; width];
    for up in [false, true] {
        for i in (0..height).take_while(|_| !cancel.is_set()) {
            let y = if up { height - 1 - i } else { i };
            let before = if i == 0 { None } else { Some(if up { y + 1 } else { y - 1 }) };
            best_work(Row { values, width, y, before, farthest, line: &mut line });
        }
    }
}

/// The least and the greatest value that is felt, the wrong way round where none is, and the least of all.
struct Range<'a> {
    values: &'a [i16],
}

impl Work for Range<'_> {
    type Output = [i16; 3];

    #[inline(always)]
    fn run(self) -> [i16; 3] {
        let [mut least, mut most, mut least_of_all] = [i16::MAX, i16::MIN, i16::MAX];
        for v in self.values {
            let low = if *v == NOWHERE { i16::MAX } else { *v };
            let high = if *v == NOWHERE { i16::MIN } else { *v };
            least = if low < least { low } else { least };
            most = if high > most { high } else { most };
            least_of_all = if *v < least_of_all { *v } else { least_of_all };
        }
        [least, most, least_of_all]
    }
}

/// Gives a row what the row before it and its own neighbours feel, less the distance.
struct Row<'a> {
    values: &'a mut [i16],
    width: usize,
    y: usize,
    before: Option<usize>,
    farthest: i32,
    line: &'a mut [i16],
}

impl Work for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { values, width: w, y, before, farthest, line } = self;
        let row = if let Some(before) = before {
            let (low, high) = values.split_at_mut(y.max(before) * w);
            let (from, row) = if before < y {
                (&low[before * w..][..w], &mut high[..w])
            } else {
                (&high[..w], &mut low[y * w..][..w])
            };
            lift(row, from, STRAIGHT);
            // Of the pixels to the left and to the right.
            lift(&mut row[1..], from, DIAGONAL);
            lift(row, &from[1..], DIAGONAL);
            row
        } else {
            &mut values[y * w..(y + 1) * w]
        };
        // To both sides, in steps of 1, 2, 4…: all together any distance.
        let mut step = 1;
        while step < w && (step as i32) <= farthest {
            let by = STRAIGHT.saturating_mul(step as i16);
            line.copy_from_slice(row);
            lift(&mut row[step..], line, by);
            lift(row, &line[step..], by);
            step *= 2;
        }
    }
}

/// At least what is there less so much.
#[inline(always)]
fn lift(values: &mut [i16], from: &[i16], by: i16) {
    for (v, from) in values.iter_mut().zip(from) {
        let from = from.saturating_sub(by);
        *v = if from > *v { from } else { *v };
    }
}
