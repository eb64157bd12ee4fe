//! The aperture as a table of sums, so that what falls into a pixel of any light of any size is exact.

use super::{Aperture, Through};

/// Cells each way over the square from −1 to 1 of the iris.
const CELLS: usize = 512;
/// Samples each way in a cell.
const SAMPLES: usize = 2;

/// For either side of the focus and each colour, the light through everything below and to the left: the light through a rectangle is the
/// difference of four entries, and all pixels together get all of it.
pub struct Stamp {
    sides: [Side; 2],
    /// [`COARSE`]² squares of the iris; over all of them each colour adds up to 1.
    coarse: Vec<([f32; 2], Through)>,
}

const COARSE: usize = 64;

/// One side of the focus, as it is seen on the screen: in front of the focus it is point-mirrored.
pub struct Side {
    /// (CELLS + 1)² sums of red, green and blue, from 0 to 1.
    sums: Vec<[f64; 3]>,
    /// Variance along x and y for a radius of 1, of green.
    variance: [f64; 2],
    squeeze: [f32; 2],
}

impl Stamp {
    /// Asks the aperture everywhere.
    pub fn new(aperture: &Aperture) -> Self {
        let step = 2.0 / (CELLS * SAMPLES) as f32;
        let at = |i: usize| (i as f32 + 0.5) * step - 1.0;
        let mut cells = vec![[[0f32; 3]; 2]; CELLS * CELLS];
        for (j, row) in cells.chunks_mut(CELLS).enumerate() {
            for (i, cell) in row.iter_mut().enumerate() {
                for k in 0..SAMPLES * SAMPLES {
                    let q = [at(i * SAMPLES + k % SAMPLES), at(j * SAMPLES + k / SAMPLES)];
                    let Through { near, far } = aperture.through(q);
                    (0..3).for_each(|c| cell[0][c] += near[c]);
                    (0..3).for_each(|c| cell[1][c] += far[c]);
                }
            }
        }
        let last = CELLS - 1;
        let near = |i: usize, j: usize| cells[(last - j) * CELLS + last - i][0];
        let far = |i: usize, j: usize| cells[j * CELLS + i][1];
        let mut stamp = Self { sides: [Side::new(aperture, near), Side::new(aperture, far)], coarse: Vec::new() };
        stamp.coarse = stamp.cells(COARSE);
        stamp
    }

    /// The part of all light that is left of a light with that CoC, where `through` is the part that is left of a point of the iris.
    pub fn left(&self, coc: f32, through: impl Fn([f32; 2]) -> f32) -> [f32; 3] {
        let mut sum = [0f32; 3];
        for (q, light) in &self.coarse {
            let (light, part) = (if coc < 0.0 { light.near } else { light.far }, through(*q));
            (0..3).for_each(|c| sum[c] += light[c] * part);
        }
        sum
    }

    /// The brightest place, where a plain disc has 1.
    pub fn peak(&self) -> f32 {
        const ACROSS: usize = 128;
        let cells = self.cells(ACROSS);
        let brightest = cells.iter().flat_map(|(_, t)| t.near.into_iter().chain(t.far)).fold(0f32, f32::max);
        brightest * (ACROSS * ACROSS) as f32 * std::f32::consts::FRAC_PI_4
    }

    /// The side of a light with that CoC.
    pub fn side(&self, coc: f32) -> &Side {
        &self.sides[usize::from(coc >= 0.0)]
    }

    /// What comes through squares of an even grid over the iris, with their middles; `across` divides the table's size.
    pub fn cells(&self, across: usize) -> Vec<([f32; 2], Through)> {
        let size = CELLS / across;
        let at = |i: usize| (2 * i + 1) as f32 / across as f32 - 1.0;
        let square = |side: &Side, i: usize, j: usize| {
            let corner = |i: usize, j: usize| side.sums[j * size * (CELLS + 1) + i * size];
            let (a, b, c, d) = (corner(i, j), corner(i + 1, j), corner(i, j + 1), corner(i + 1, j + 1));
            std::array::from_fn(|k| (d[k] - c[k] - b[k] + a[k]).max(0.0) as f32)
        };
        let places = (0..across).flat_map(|j| (0..across).map(move |i| (i, j)));
        let last = across - 1;
        let cell =
            |(i, j)| Through { near: square(&self.sides[0], last - i, last - j), far: square(&self.sides[1], i, j) };
        places.map(|(i, j)| ([at(i), at(j)], cell((i, j)))).collect()
    }
}

impl Side {
    fn new(aperture: &Aperture, cell: impl Fn(usize, usize) -> [f32; 3]) -> Self {
        let mut sums = vec![[0f64; 3]; (CELLS + 1) * (CELLS + 1)];
        let (mut total, mut moments) = (0.0, [0.0; 2]);
        for j in 0..CELLS {
            let mut row = [0f64; 3];
            for i in 0..CELLS {
                let v = cell(i, j).map(f64::from);
                let (below, here) = (j * (CELLS + 1) + i + 1, (j + 1) * (CELLS + 1) + i + 1);
                for c in 0..3 {
                    row[c] += v[c];
                    sums[here][c] = sums[below][c] + row[c];
                }
                let q = |i: usize| (2 * i + 1) as f64 / CELLS as f64 - 1.0;
                total += v[1];
                moments = [moments[0] + v[1] * q(i).powi(2), moments[1] + v[1] * q(j).powi(2)];
            }
        }
        let squeeze = aperture.squeeze();
        let all = sums[sums.len() - 1].map(|v| 1.0 / v.max(1e-30));
        sums.iter_mut().for_each(|s| (0..3).for_each(|c| s[c] *= all[c]));
        let variance = [0, 1].map(|axis| f64::from(squeeze[axis]).powi(2) * moments[axis] / f64::max(total, 1e-30));
        Self { sums, variance, squeeze }
    }

    /// The light of a disc of that CoC radius whose middle is the pixel at 0, in the pixels of one row.
    pub fn row(&self, radius: f32, stretch: f32, y: i32) -> Row<'_> {
        // A pixel's square widens the disc by 1/12 px² each way; a smaller disc has the right second moment.
        let own = 0.5 * (self.variance[0] + self.variance[1]);
        let scale = (f64::from(radius).powi(2) - 1.0 / (12.0 * own.max(1e-6))).max(1e-6).sqrt();
        let high = scale * f64::from(self.squeeze[1]);
        let across = scale * f64::from(self.squeeze[0]) * f64::from(stretch);
        let at = |edge: f64| place(edge / high);
        Row { side: self, rows: [at(f64::from(y) - 0.5), at(f64::from(y) + 0.5)], per_pixel: 1.0 / across }
    }
}

/// A place from −1 to 1 as an entry of the table and the rest towards the next.
fn place(q: f64) -> (usize, f64) {
    let at = ((q + 1.0) * (0.5 * CELLS as f64)).clamp(0.0, CELLS as f64);
    let i = (at as usize).min(CELLS - 1);
    (i, at - i as f64)
}

/// A row of pixels across a stamp.
pub struct Row<'a> {
    side: &'a Side,
    rows: [(usize, f64); 2],
    per_pixel: f64,
}

impl Row<'_> {
    /// Light to the left of an edge between pixels, in this row: half a pixel before pixel `x`.
    fn left_of(&self, x: i32) -> [f64; 3] {
        let (i, across) = place((f64::from(x) - 0.5) * self.per_pixel);
        let below = |(j, up): (usize, f64)| -> [f64; 3] {
            let at = |i: usize, j: usize| &self.side.sums[j * (CELLS + 1) + i];
            let (a, b, c, d) = (at(i, j), at(i + 1, j), at(i, j + 1), at(i + 1, j + 1));
            std::array::from_fn(|k| {
                let (low, high) = (a[k] + across * (b[k] - a[k]), c[k] + across * (d[k] - c[k]));
                low + up * (high - low)
            })
        };
        let [low, high] = self.rows.map(below);
        std::array::from_fn(|k| high[k] - low[k])
    }

    /// The shares of the pixels `x1..x2`: over the whole stamp they add up to 1 for each colour.
    pub fn shares(&self, x1: i32, x2: i32) -> impl Iterator<Item = [f32; 3]> {
        let mut left = self.left_of(x1);
        (x1 + 1..=x2).map(move |x| {
            let right = self.left_of(x);
            let share = std::array::from_fn(|c| (right[c] - left[c]).max(0.0) as f32);
            left = right;
            share
        })
    }
}
