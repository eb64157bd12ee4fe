//! The places around a pixel of which samples may be summed up, row by row.

use super::Aperture;

/// A place beside the pixel, in steps, and how far out it lies on the disc of a sample in front of the focus and behind it, in steps.
#[derive(Clone, Copy)]
pub struct Tap {
    pub x: i32,
    pub y: i32,
    pub near: f32,
    pub far: f32,
}

/// Of each row the first tap and the one after the last.
type Spans = Vec<[u16; 2]>;

/// A square of taps.
pub struct Taps {
    /// So many lie to each side of the middle one.
    pub far: usize,
    /// Is the bokeh in front of the focus another than behind it?
    pub sided: bool,
    /// Rows from bottom to top.
    taps: Vec<Tap>,
    /// For radii of i / [`PARTS`] steps, which taps of each row may lie within, and which lie within.
    may: Vec<Spans>,
    surely: Vec<Spans>,
}

/// Radii per step that are told apart.
const PARTS: f32 = 4.0;

impl Taps {
    /// As many as discs that end up to `end` steps out ask for.
    pub fn new(aperture: &Aperture, end: f32) -> Self {
        let inner = aperture.inner();
        let out = |x: f32, y: f32| inner * aperture.edge([x, y]);
        let most = (end / inner.max(0.1)).ceil() as i32 + 1;
        let mut taps = Vec::new();
        for y in -most..=most {
            for x in -most..=most {
                let (px, py) = (x as f32, y as f32);
                // A point of the lens moves a sample by its CoC: behind the focus the sample lies on the other side.
                taps.push(Tap { x, y, near: out(px, py), far: out(-px, -py) });
            }
        }
        let sided = taps.iter().any(|t| (t.near - t.far).abs() > 1e-3);
        if !sided {
            taps.iter_mut().for_each(|t| t.near = t.far);
        }
        let mut all = Self { far: most as usize, sided, taps, may: Vec::new(), surely: Vec::new() };
        let radii = (0..(end * PARTS) as usize + 2).map(|i| i as f32 / PARTS);
        (all.may, all.surely) = radii.map(|r| all.spans(r)).unzip();
        all
    }

    /// All taps.
    pub fn all(&self) -> impl Iterator<Item = &Tap> {
        self.taps.iter()
    }

    /// Those of a row, the lowest of which is 0.
    pub fn row(&self, row: usize) -> &[Tap] {
        let side = 2 * self.far + 1;
        &self.taps[row * side..(row + 1) * side]
    }

    fn spans(&self, radius: f32) -> (Spans, Spans) {
        let may = |t: &Tap| t.near.min(t.far) < radius;
        let surely = |t: &Tap| t.near.max(t.far) <= radius;
        let rows = (0..=2 * self.far).map(|row| {
            let row = self.row(row);
            let first = row.iter().position(may).unwrap_or(self.far);
            let end = row.iter().rposition(may).map_or(first, |last| last + 1);
            // From the middle on to both sides, as blades may be hollow.
            let left = row[..self.far].iter().rev().take_while(|t| surely(t)).count();
            let right = row[self.far..].iter().take_while(|t| surely(t)).count();
            let within = if right == 0 { [self.far; 2] } else { [self.far - left, self.far + right] };
            ([first, end].map(|v| v as u16), within.map(|v| v as u16))
        });
        rows.unzip()
    }

    /// For each row all taps that lie nearer than `radius` steps, and perhaps more.
    #[inline]
    pub fn may(&self, radius: f32) -> &[[u16; 2]] {
        &self.may[((radius * PARTS) as usize + 1).min(self.may.len() - 1)]
    }

    /// For each row taps of which none lies farther out than `radius` steps.
    #[inline]
    pub fn surely(&self, radius: f32) -> &[[u16; 2]] {
        &self.surely[((radius * PARTS) as usize).min(self.surely.len() - 1)]
    }

    /// The farthest that a tap which may lie nearer than `radius` steps lies to a side.
    pub fn reach(&self, radius: f32) -> usize {
        let rows = self.may(radius).iter().enumerate().filter(|(_, span)| span[0] < span[1]);
        rows.fold(0, |m, (row, span)| {
            let ends = [usize::from(span[0]), usize::from(span[1]) - 1];
            ends.into_iter().chain([row]).fold(m, |m, v| m.max(v.abs_diff(self.far)))
        })
    }
}
