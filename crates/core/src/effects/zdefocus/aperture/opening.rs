//! An image as the aperture: of any size and aspect, in colour.

/// Cells each way.
const CELLS: usize = 512;

/// What an image lets through, on the square from −1 to 1: its longer side fills it.
#[derive(Clone)]
pub struct Opening {
    cells: std::sync::Arc<[[f32; 3]]>,
    /// Of the cells: the same image is known again.
    mark: u64,
}

impl PartialEq for Opening {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opening({:x})", self.mark)
    }
}

/// A colour with less than this part of the brightest one's light is not there.
const NO_LIGHT: f64 = 1e-4;

impl Opening {
    /// From premultiplied linear colours, rows from the bottom up, of pixels `aspect` times as wide as high. What is negative or no number
    /// lets nothing through. A colour that lets no light through at all gets the mean of the others: else all pictures would lose it.
    /// `None` where no light comes through.
    pub fn new(size: [usize; 2], aspect: f64, pixel: impl Fn(usize, usize) -> [f32; 3]) -> Option<Self> {
        let [w, h] = size;
        if w == 0 || h == 0 {
            return None;
        }
        let (wide, high) = (w as f64 * aspect.clamp(1e-3, 1e3), h as f64);
        let longer = wide.max(high);
        let light = |v: f32| if v > 0.0 && v < f32::INFINITY { v } else { 0.0 };
        let columns: Vec<Taps> = (0..CELLS).map(|i| Taps::new(i, w, wide / longer)).collect();
        let rows: Vec<Taps> = (0..CELLS).map(|j| Taps::new(j, h, high / longer)).collect();
        // Along the rows of the image first, then across them.
        let mut narrow = vec![[0f32; 3]; CELLS * h];
        for y in 0..h {
            let row: Vec<[f32; 3]> = (0..w).map(|x| pixel(x, y).map(light)).collect();
            for (out, taps) in narrow[y * CELLS..].iter_mut().zip(&columns) {
                *out = taps.of(|x| row[x]);
            }
        }
        let mut cells = Vec::with_capacity(CELLS * CELLS);
        for taps in &rows {
            cells.extend((0..CELLS).map(|i| taps.of(|y| narrow[y * CELLS + i])));
        }
        let sums = cells.iter().fold([0f64; 3], |s, v| std::array::from_fn(|c| s[c] + f64::from(v[c])));
        let most = sums.into_iter().fold(0.0, f64::max);
        if most <= 0.0 {
            return None;
        }
        let lit: Vec<usize> = (0..3).filter(|c| sums[*c] > NO_LIGHT * most).collect();
        for v in &mut cells {
            let mean = lit.iter().map(|c| v[*c]).sum::<f32>() / lit.len() as f32;
            *v = std::array::from_fn(|c| if lit.contains(&c) { v[c] } else { mean });
        }
        // FNV-1a (Fowler, Noll, Vo).
        let mix = |mark: u64, v: &f32| (mark ^ u64::from(v.to_bits())).wrapping_mul(0x0100_0000_01b3);
        let mark = cells.iter().flatten().fold(0xcbf2_9ce4_8422_2325, mix);
        Some(Self { cells: cells.into(), mark })
    }

    /// What comes through at a point; nothing outside the square.
    pub fn at(&self, q: [f32; 2]) -> [f32; 3] {
        let [x, y] = q.map(|v| (v + 1.0) * (0.5 * CELLS as f32) - 0.5);
        if !(x > -1.0 && y > -1.0 && x < CELLS as f32 && y < CELLS as f32) {
            return [0.0; 3];
        }
        let (i, j) = (x.floor(), y.floor());
        let (right, up) = (x - i, y - j);
        let cell = |di: i32, dj: i32| {
            let (i, j) = (i as i32 + di, j as i32 + dj);
            let inside = i >= 0 && j >= 0 && i < CELLS as i32 && j < CELLS as i32;
            if inside { self.cells[j as usize * CELLS + i as usize] } else { [0.0; 3] }
        };
        let (a, b, c, d) = (cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1));
        std::array::from_fn(|k| {
            let (low, high) = (a[k] + right * (b[k] - a[k]), c[k] + right * (d[k] - c[k]));
            low + up * (high - low)
        })
    }
}

/// The pixels of an image that a cell is the mean of, in one direction: a tent as wide as the cell, or as a pixel if that is more.
struct Taps(Vec<(usize, f32)>);

impl Taps {
    /// The image has `n` pixels over the part `share` of all cells, around their middle.
    fn new(cell: usize, n: usize, share: f64) -> Self {
        let per_cell = n as f64 / (CELLS as f64 * share);
        let middle = (cell as f64 + 0.5 - 0.5 * CELLS as f64) * per_cell + 0.5 * n as f64;
        let reach = per_cell.max(1.0);
        let (low, high) =
            ((middle - reach).floor().max(0.0) as usize, (middle + reach).ceil().clamp(0.0, n as f64) as usize);
        let weight = |i: usize| (1.0 - (i as f64 + 0.5 - middle).abs() / reach).max(0.0) / reach;
        Self((low..high).map(|i| (i, weight(i) as f32)).filter(|t| t.1 > 0.0).collect())
    }

    fn of(&self, value: impl Fn(usize) -> [f32; 3]) -> [f32; 3] {
        self.0.iter().fold([0.0; 3], |sum, (i, weight)| {
            let v = value(*i);
            std::array::from_fn(|c| sum[c] + weight * v[c])
        })
    }
}
