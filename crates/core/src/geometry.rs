//! Rectangles, and the way from canonical coordinates (square pixels of the full-size frame, y up) to an image's pixels.

/// Pixels: x1 ≤ x < x2, y1 ≤ y < y2, y up. Empty if a side is not positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rect {
    /// Left.
    pub x1: i32,
    /// Bottom.
    pub y1: i32,
    /// Right, exclusive.
    pub x2: i32,
    /// Top, exclusive.
    pub y2: i32,
}

impl Rect {
    /// From left, bottom, right, top.
    pub const fn new(x1: i32, y1: i32, x2: i32, y2: i32) -> Self {
        Self { x1, y1, x2, y2 }
    }
    /// Does it hold no pixel?
    pub fn is_empty(&self) -> bool {
        self.x2 <= self.x1 || self.y2 <= self.y1
    }
    /// Pixels from left to right; 0 if empty.
    pub fn width(&self) -> usize {
        if self.is_empty() { 0 } else { (i64::from(self.x2) - i64::from(self.x1)) as usize }
    }
    /// Pixels from bottom to top; 0 if empty.
    pub fn height(&self) -> usize {
        if self.is_empty() { 0 } else { (i64::from(self.y2) - i64::from(self.y1)) as usize }
    }
    /// The smallest rectangle around both; an empty one takes no part.
    pub fn union(&self, o: &Rect) -> Rect {
        match (self.is_empty(), o.is_empty()) {
            (true, _) => *o,
            (_, true) => *self,
            _ => Rect::new(self.x1.min(o.x1), self.y1.min(o.y1), self.x2.max(o.x2), self.y2.max(o.y2)),
        }
    }
    /// What both hold.
    pub fn intersect(&self, o: &Rect) -> Rect {
        Rect::new(self.x1.max(o.x1), self.y1.max(o.y1), self.x2.min(o.x2), self.y2.min(o.y2))
    }
    /// `n` pixels more on each side (without overflow).
    pub fn grow(&self, n: i32) -> Rect {
        Rect::new(
            self.x1.saturating_sub(n),
            self.y1.saturating_sub(n),
            self.x2.saturating_add(n),
            self.y2.saturating_add(n),
        )
    }
    /// Is the pixel inside?
    pub fn contains(&self, x: i32, y: i32) -> bool {
        x >= self.x1 && x < self.x2 && y >= self.y1 && y < self.y2
    }
    /// Are all pixels of `o` inside (an empty one always is)?
    pub fn contains_rect(&self, o: &Rect) -> bool {
        o.is_empty() || (o.x1 >= self.x1 && o.y1 >= self.y1 && o.x2 <= self.x2 && o.y2 <= self.y2)
    }
}

/// A rectangle in canonical coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct RectD {
    /// Left.
    pub x1: f64,
    /// Bottom.
    pub y1: f64,
    /// Right.
    pub x2: f64,
    /// Top.
    pub y2: f64,
}

/// Hosts write an unlimited region with the limits of `int`; beyond this a side counts as unlimited and is not computed with.
const UNLIMITED: f64 = 2e9;

impl RectD {
    /// From left, bottom, right, top.
    pub const fn new(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self { x1, y1, x2, y2 }
    }
    /// Does it cover nothing (or hold NaN)?
    pub fn is_empty(&self) -> bool {
        !(self.x2 > self.x1 && self.y2 > self.y1)
    }
    /// `d` more on each side; unlimited sides stay, an empty one stays empty.
    pub fn grow(&self, d: f64) -> RectD {
        if self.is_empty() {
            return *self;
        }
        let low = |v: f64| if v <= -UNLIMITED { v } else { v - d };
        let high = |v: f64| if v >= UNLIMITED { v } else { v + d };
        RectD::new(low(self.x1), low(self.y1), high(self.x2), high(self.y2))
    }
    /// The smallest one that holds both; an empty one adds nothing.
    pub fn union(&self, o: &RectD) -> RectD {
        if self.is_empty() {
            return *o;
        }
        if o.is_empty() {
            return *self;
        }
        RectD::new(self.x1.min(o.x1), self.y1.min(o.y1), self.x2.max(o.x2), self.y2.max(o.y2))
    }
    /// What both cover.
    pub fn intersect(&self, o: &RectD) -> RectD {
        RectD::new(self.x1.max(o.x1), self.y1.max(o.y1), self.x2.min(o.x2), self.y2.min(o.y2))
    }
}

/// How an image's pixels lie in canonical coordinates: pixel = canonical × scale, and in x ÷ pixel aspect ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Render scale in x and y (field scale included); 1 is full size.
    pub scale: [f64; 2],
    /// Width of a pixel over its height.
    pub pixel_aspect: f64,
}

impl Default for Geometry {
    fn default() -> Self {
        Self { scale: [1.0, 1.0], pixel_aspect: 1.0 }
    }
}

impl Geometry {
    /// From what a host says; zero, negative and non-finite numbers count as 1.
    pub fn new(scale: [f64; 2], pixel_aspect: f64) -> Self {
        let sane = |v: f64| if v.is_finite() && v > 1e-6 && v < 1e6 { v } else { 1.0 };
        Self { scale: scale.map(sane), pixel_aspect: sane(pixel_aspect) }
    }
    /// Pixels per canonical unit in x and y.
    pub fn pixels_per_unit(&self) -> [f64; 2] {
        [self.scale[0] / self.pixel_aspect, self.scale[1]]
    }
    /// A canonical position in pixel coordinates (pixel centres lie at +0.5).
    pub fn to_pixel(&self, p: [f64; 2]) -> [f64; 2] {
        let s = self.pixels_per_unit();
        [p[0] * s[0], p[1] * s[1]]
    }
    /// A position in pixel coordinates as a canonical one.
    pub fn to_canonical(&self, p: [f64; 2]) -> [f64; 2] {
        let s = self.pixels_per_unit();
        [p[0] / s[0], p[1] / s[1]]
    }
    /// The canonical area of some pixels.
    pub fn rect_to_canonical(&self, r: &Rect) -> RectD {
        let s = self.pixels_per_unit();
        RectD::new(f64::from(r.x1) / s[0], f64::from(r.y1) / s[1], f64::from(r.x2) / s[0], f64::from(r.y2) / s[1])
    }
    /// All pixels that a canonical area touches; a hair (1/1000 pixel) of rounding noise does not count.
    pub fn rect_to_pixels(&self, r: &RectD) -> Rect {
        if r.is_empty() {
            return Rect::default();
        }
        let s = self.pixels_per_unit();
        // `as` saturates: unlimited sides become the limits of i32.
        let low = |v: f64, s: f64| if v <= -UNLIMITED { i32::MIN } else { (v * s + 1e-3).floor() as i32 };
        let high = |v: f64, s: f64| if v >= UNLIMITED { i32::MAX } else { (v * s - 1e-3).ceil() as i32 };
        Rect::new(low(r.x1, s[0]), low(r.y1, s[1]), high(r.x2, s[0]), high(r.y2, s[1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_survive_empty_and_unlimited() {
        let all = RectD::new(-2147483648.0, -2147483648.0, 2147483647.0, 2147483647.0);
        assert_eq!(all.grow(50.0), all);
        assert_eq!(Geometry::new([0.5, 0.5], 1.0).rect_to_pixels(&all).x1, i32::MIN);
        assert!(RectD::new(f64::NAN, 0.0, 1.0, 1.0).is_empty());
        assert!(RectD::default().grow(3.0).is_empty());
        assert_eq!(Rect::new(i32::MIN, 0, i32::MAX, 1).width(), u32::MAX as usize);
        assert!(Rect::new(5, 0, 3, 9).is_empty());
    }

    #[test]
    fn canonical_and_pixels() {
        let g = Geometry::new([0.5, 0.25], 2.0);
        assert_eq!(g.to_pixel([100.0, 40.0]), [25.0, 10.0]);
        assert_eq!(g.to_canonical([25.0, 10.0]), [100.0, 40.0]);
        assert_eq!(g.rect_to_pixels(&RectD::new(-1.0, 0.0, 101.0, 40.0)), Rect::new(-1, 0, 26, 10));
        assert_eq!(Geometry::new([0.0, f64::NAN], 0.0), Geometry::default());
    }
}
