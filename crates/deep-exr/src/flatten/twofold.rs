//! Sums that keep what rounding loses.

/// A sum with twice the digits of f64. However it is added up, the value is the same but for some 1e-32 of the largest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Twofold {
    high: f64,
    low: f64,
}

impl Twofold {
    /// Knuth's exact sum of two numbers; the rest is kept beside.
    pub fn add(&mut self, v: f64) {
        let sum = self.high + v;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (v - part);
        self.high = sum;
    }

    pub fn value(self) -> f64 {
        self.high + self.low
    }

    /// What was added since.
    pub fn since(self, earlier: Self) -> f64 {
        (self.high - earlier.high) + (self.low - earlier.low)
    }
}

impl FromIterator<f64> for Twofold {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut sum = Self::default();
        numbers.into_iter().for_each(|v| sum.add(v));
        sum
    }
}
