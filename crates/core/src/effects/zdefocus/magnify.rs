//! The picture enlarged about the frame's middle, each colour by its own factor: breathing, and lateral colour.
//!
//! The re-focused picture is enlarged, not the one that goes in: colours and depth then keep their common silhouettes.

use crate::effect::Zoom;
use crate::geometry::{Geometry, Rect, RectD};
use crate::image::{Image, Plane};
use crate::maths::{lower, upper};
use crate::workers::{Exec, Stop};

/// How much larger red, green, blue and alpha are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Magnify {
    factors: [f64; 4],
    /// The frame's middle, canonical.
    middle: [f64; 2],
}

/// Lateral colour changes no size by more than this.
const MOST_LATERAL: f64 = 0.25;
/// Pixels around a place that its value is made of.
const MARGIN: i32 = 3;

impl Magnify {
    /// `breath` times, and red by `lateral` pixels of the full-size frame more in the corners; `None` where nothing changes.
    pub fn new(breath: f64, lateral: f64, format: &RectD) -> Option<Self> {
        let corner = 0.5 * (format.x2 - format.x1).hypot(format.y2 - format.y1);
        if (breath == 1.0 && lateral == 0.0) || !corner.is_finite() || corner <= 0.0 {
            return None;
        }
        let split = (lateral / corner).clamp(-MOST_LATERAL, MOST_LATERAL);
        let middle = [0.5 * (format.x1 + format.x2), 0.5 * (format.y1 + format.y2)];
        Some(Self { factors: [breath * (1.0 + split), breath, breath * (1.0 - split), breath], middle })
    }

    /// For a plan.
    pub fn zoom(&self) -> Zoom {
        let looks = self.factors.iter().fold([1.0f64; 2], |[low, high], f| [low.min(1.0 / f), high.max(1.0 / f)]);
        Zoom { middle: self.middle, looks }
    }

    /// Where a pixel coordinate's value comes from, as one.
    fn from(&self, c: usize, axis: usize, i: i32, geometry: &Geometry) -> f64 {
        let middle = geometry.to_pixel(self.middle)[axis];
        middle + (f64::from(i) + 0.5 - middle) / self.factors[c] - 0.5
    }

    /// The pixel that the middle of a pixel shows.
    pub fn nearest(&self, c: usize, axis: usize, i: i32, geometry: &Geometry) -> i32 {
        self.from(c, axis, i, geometry).round() as i32
    }

    /// The pixels that a window is made of.
    pub fn looks_at(&self, window: Rect, geometry: &Geometry) -> Rect {
        let side = |axis: usize, i: i32, pick: fn(f64, f64) -> f64| {
            (0..4).map(|c| self.from(c, axis, i, geometry)).reduce(pick).unwrap_or_default()
        };
        let low = |axis, i: i32| side(axis, i, f64::min).floor() as i32 - MARGIN;
        let high = |axis, i: i32| side(axis, i - 1, f64::max).floor() as i32 + 1 + MARGIN;
        Rect::new(low(0, window.x1), low(1, window.y1), high(0, window.x2), high(1, window.y2))
    }

    /// The window of the enlarged picture.
    pub fn apply(&self, of: &Image, window: Rect, geometry: &Geometry, exec: &Exec) -> Result<Image, Stop> {
        let mut out = exec.keep(Image::empty(window, exec)?);
        for (c, (to, of)) in out.planes.iter_mut().zip(&of.planes).enumerate() {
            let columns: Vec<Taps> =
                (window.x1..window.x2).map(|x| Taps::new(self.from(c, 0, x, geometry), of.rect().x1)).collect();
            exec.for_each_mut(to.rows_mut().collect(), [0.97, 0.98], |j, row, _| {
                let taps = Taps::new(self.from(c, 1, window.y1 + j as i32, geometry), of.rect().y1);
                enlarge(of, &taps, &columns, row);
            })?;
        }
        Ok(out.take())
    }
}

/// Four neighbours in one direction and what they count.
struct Taps {
    first: usize,
    weights: [f32; 4],
}

impl Taps {
    /// Of a place, in a row of numbers that begins at `start`: Catmull and Rom's cubic (1974), which goes through the numbers.
    fn new(at: f64, start: i32) -> Self {
        let t = at - at.floor();
        let weights = [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ];
        Self { first: (at.floor() as i32 - 1 - start).max(0) as usize, weights: weights.map(|w| w as f32) }
    }
}

/// One row. Between the four pixels around a place no value is higher or lower than they are: no light rings, and a constant is kept.
fn enlarge(of: &Plane, up: &Taps, columns: &[Taps], row: &mut [f32]) {
    let (data, width) = (of.data(), of.rect().width());
    let rows: [&[f32]; 4] = std::array::from_fn(|j| &data[(up.first + j) * width..(up.first + j + 1) * width]);
    let along = |row: &[f32], taps: &Taps| -> f32 {
        row[taps.first..taps.first + 4].iter().zip(taps.weights).map(|(v, w)| v * w).sum()
    };
    for (out, taps) in row.iter_mut().zip(columns) {
        let v: f32 = rows.iter().zip(up.weights).map(|(row, w)| along(row, taps) * w).sum();
        let around = [&rows[1][taps.first + 1..taps.first + 3], &rows[2][taps.first + 1..taps.first + 3]];
        let (mut low, mut high) = (around[0][0], around[0][0]);
        for v in around.into_iter().flatten() {
            (low, high) = (lower(low, *v), upper(high, *v));
        }
        *out = upper(low, lower(high, v));
    }
}
