//! Rectangles in pixels and in canonical coordinates, and the way between them.
//!
//! Both are y-up and half-open. `pixel = canonical · scale / par` in x, `canonical · scale` in y.

/// A rectangle of pixels: `x1 <= x < x2`, `y1 <= y < y2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RectI {
    /// Left edge.
    pub x1: i32,
    /// Bottom edge.
    pub y1: i32,
    /// Right edge, exclusive.
    pub x2: i32,
    /// Top edge, exclusive.
    pub y2: i32,
}

impl RectI {
    /// The rectangle with these edges.
    pub const fn new(x1: i32, y1: i32, x2: i32, y2: i32) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// The rectangle of this size at the origin.
    pub const fn sized(width: i32, height: i32) -> Self {
        Self::new(0, 0, width, height)
    }

    /// Number of columns, 0 for an empty rectangle.
    pub fn width(&self) -> usize {
        usize::try_from(i64::from(self.x2) - i64::from(self.x1)).unwrap_or(0)
    }

    /// Number of rows, 0 for an empty rectangle.
    pub fn height(&self) -> usize {
        usize::try_from(i64::from(self.y2) - i64::from(self.y1)).unwrap_or(0)
    }

    /// Whether it holds no pixel.
    pub fn is_empty(&self) -> bool {
        self.x2 <= self.x1 || self.y2 <= self.y1
    }

    /// The pixels in both; an empty rectangle if there are none.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let r = Self::new(self.x1.max(other.x1), self.y1.max(other.y1), self.x2.min(other.x2), self.y2.min(other.y2));
        if r.is_empty() { Self::default() } else { r }
    }

    /// The smallest rectangle that holds both; an empty one adds nothing.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self::new(self.x1.min(other.x1), self.y1.min(other.y1), self.x2.max(other.x2), self.y2.max(other.y2))
    }

    /// Whether the pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.x1 && x < self.x2 && y >= self.y1 && y < self.y2
    }

    /// Whether every pixel of the other lies inside.
    pub fn contains_rect(&self, other: &Self) -> bool {
        other.is_empty() || self.intersect(other) == *other
    }

    /// `[x1, y1, x2, y2]`, as properties hold it.
    pub fn to_array(&self) -> [i32; 4] {
        [self.x1, self.y1, self.x2, self.y2]
    }

    /// The canonical rectangle that these pixels cover.
    pub fn to_canonical(&self, scale: [f64; 2], par: f64) -> RectD {
        RectD::new(
            f64::from(self.x1) * par / scale[0],
            f64::from(self.y1) / scale[1],
            f64::from(self.x2) * par / scale[0],
            f64::from(self.y2) / scale[1],
        )
    }
}

/// A rectangle in canonical coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RectD {
    /// Left edge.
    pub x1: f64,
    /// Bottom edge.
    pub y1: f64,
    /// Right edge.
    pub x2: f64,
    /// Top edge.
    pub y2: f64,
}

/// Canonical values at or beyond these stand for "infinite".
const INFINITE: f64 = i32::MAX as f64;

impl RectD {
    /// The rectangle with these edges.
    pub const fn new(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self { x1, y1, x2, y2 }
    }

    /// Whether it has no area (or an edge is not a number).
    pub fn is_empty(&self) -> bool {
        !(self.x2 > self.x1 && self.y2 > self.y1)
    }

    /// Whether an edge stands for infinity.
    pub fn is_infinite(&self) -> bool {
        [self.x1, self.y1, self.x2, self.y2].iter().any(|v| v.abs() >= INFINITE)
    }

    /// The area in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let r = Self::new(self.x1.max(other.x1), self.y1.max(other.y1), self.x2.min(other.x2), self.y2.min(other.y2));
        if r.is_empty() { Self::default() } else { r }
    }

    /// The smallest rectangle that holds both; an empty one adds nothing.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self::new(self.x1.min(other.x1), self.y1.min(other.y1), self.x2.max(other.x2), self.y2.max(other.y2))
    }

    /// `[x1, y1, x2, y2]`, as properties hold it.
    pub fn to_array(&self) -> [f64; 4] {
        [self.x1, self.y1, self.x2, self.y2]
    }

    /// From the four numbers of a property.
    pub fn from_slice(v: &[f64]) -> Option<Self> {
        match v {
            [x1, y1, x2, y2] => Some(Self::new(*x1, *y1, *x2, *y2)),
            _ => None,
        }
    }

    /// The pixels that hold the whole area: edges rounded outwards.
    pub fn to_pixels(&self, scale: [f64; 2], par: f64) -> RectI {
        // An edge within a millionth of a pixel of the grid is on the grid: 3 · (1/3) must not grow by a pixel.
        let low = |v: f64| (v + 1e-6).floor() as i32;
        let high = |v: f64| (v - 1e-6).ceil() as i32;
        if self.is_empty() {
            return RectI::default();
        }
        RectI::new(
            low(self.x1 * scale[0] / par),
            low(self.y1 * scale[1]),
            high(self.x2 * scale[0] / par),
            high(self.y2 * scale[1]),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_enclose_the_area_and_survive_a_third() {
        let r = RectI::new(-3, 0, 9, 6).to_canonical([1.0 / 3.0, 0.5], 2.0);
        assert_eq!(r.to_pixels([1.0 / 3.0, 0.5], 2.0), RectI::new(-3, 0, 9, 6));
        assert_eq!(RectD::new(0.2, 0.0, 9.2, 1.0).to_pixels([1.0, 1.0], 1.0), RectI::new(0, 0, 10, 1));
    }

    #[test]
    fn empty_rectangles_add_nothing() {
        let a = RectI::new(2, 2, 4, 4);
        assert_eq!(a.union(&RectI::default()), a);
        assert!(a.intersect(&RectI::new(4, 0, 8, 8)).is_empty());
        assert!(a.contains_rect(&RectI::default()));
    }
}
