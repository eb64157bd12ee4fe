//! What a part holds, in numbers.

use super::error::Error;
use super::part::DeepPart;
use crate::samples::Window;

/// How many samples there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Pixels of the data window.
    pub pixels: u64,
    /// Pixels with at least one sample.
    pub covered: u64,
    /// Samples in all.
    pub samples: u64,
    /// Fewest samples in a pixel.
    pub least: u32,
    /// Most samples in a pixel.
    pub most: u32,
    /// The first pixel (x, y) that has the most.
    pub fullest: (i32, i32),
}

impl Stats {
    pub(super) fn begin() -> Self {
        Self { least: u32::MAX, ..Self::default() }
    }

    pub(super) fn add(&mut self, block: &Window, counts: &[u32]) {
        self.pixels += counts.len() as u64;
        for (at, &count) in counts.iter().enumerate() {
            self.covered += u64::from(count > 0);
            self.samples += u64::from(count);
            self.least = self.least.min(count);
            if count > self.most {
                self.most = count;
                let (x, y) = (at % block.width(), at / block.width());
                self.fullest = (block.x1 + x as i32, block.y1 + y as i32);
            }
        }
    }

    pub(super) fn end(mut self) -> Self {
        if self.pixels == 0 {
            self.least = 0;
        }
        self
    }

    /// Samples in a pixel on average.
    pub fn mean(&self) -> f64 {
        self.samples as f64 / (self.pixels as f64).max(1.0)
    }

    /// Samples in a pixel on average where there are any.
    pub fn mean_where_covered(&self) -> f64 {
        self.samples as f64 / (self.covered as f64).max(1.0)
    }
}

/// Where the samples lie in depth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DepthRange {
    /// Least finite front.
    pub nearest: f32,
    /// Greatest finite front or back.
    pub farthest: f32,
    /// Samples with a back beyond their front.
    pub volumes: u64,
    /// Samples with a depth that is infinite or not a number.
    pub odd: u64,
}

impl DepthRange {
    /// `nearest` is above `farthest`: there is no sample of finite depth.
    pub fn is_empty(&self) -> bool {
        self.nearest > self.farthest
    }
}

impl DeepPart {
    /// Reads all depths, band by band.
    ///
    /// # Errors
    /// Those of [`Self::read_rows`].
    pub fn depth_range(&self, stop: &dyn Fn() -> bool) -> Result<DepthRange, Error> {
        let mut range = DepthRange { nearest: f32::INFINITY, farthest: f32::NEG_INFINITY, volumes: 0, odd: 0 };
        for rows in self.bands(8 << 20, 0)? {
            let band = self.read_rows(rows, &[], stop)?;
            let backs = band.back.as_ref().unwrap_or(&band.front);
            for (&front, &back) in band.front.iter().zip(backs) {
                if front.is_finite() {
                    range.nearest = range.nearest.min(front);
                }
                for depth in [front, back] {
                    if depth.is_finite() {
                        range.farthest = range.farthest.max(depth);
                    }
                }
                range.volumes += u64::from(back > front);
                range.odd += u64::from(!front.is_finite() || !back.is_finite());
            }
        }
        Ok(range)
    }
}
