//! One look at all depths of a part: where they lie, and how tidy they are.

use deep_exr::{Band, DeepPart, Error};
use serde::Serialize;

/// What the depths of a part are like.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Look {
    /// Least finite front.
    pub nearest: Option<f32>,
    /// Greatest finite front or back.
    pub farthest: Option<f32>,
    pub volumes: u64,
    pub points: u64,
    /// Samples with a depth that is infinite or not a number.
    pub odd: u64,
    /// Pixels whose samples are not in order of depth.
    pub unsorted_pixels: u64,
    /// Pixels with samples that share a depth.
    pub overlapping_pixels: u64,
}

impl Look {
    /// Reads all depths, band by band.
    pub fn at(part: &DeepPart) -> Result<Self, Error> {
        let mut look = Self::default();
        for rows in part.bands(8 << 20, 0)? {
            look.add(&part.read_rows(rows, &[], &|| false)?);
        }
        Ok(look)
    }

    fn add(&mut self, band: &Band) {
        let mut pixel: Vec<(f32, f32)> = Vec::new();
        for pair in band.starts.windows(2) {
            pixel.clear();
            for s in pair[0] as usize..pair[1] as usize {
                let front = band.front[s];
                let back = band.back.as_ref().map_or(front, |back| back[s]);
                self.sample(front, back);
                pixel.push((front, if back > front { back } else { front }));
            }
            let in_order = |a: &(f32, f32), b: &(f32, f32)| a.0 < b.0 || (a.0 == b.0 && a.1 <= b.1);
            if !pixel.is_sorted_by(in_order) {
                self.unsorted_pixels += 1;
                pixel.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            }
            // In order, a sample that meets any other meets the next one. A point where a volume begins or ends does not
            // share its depth.
            self.overlapping_pixels += u64::from(pixel.windows(2).any(|p| p[0] == p[1] || p[1].0 < p[0].1));
        }
    }

    fn sample(&mut self, front: f32, back: f32) {
        if back > front {
            self.volumes += 1;
        } else {
            self.points += 1;
        }
        if front.is_finite() {
            self.nearest = Some(self.nearest.map_or(front, |z| z.min(front)));
        }
        for z in [front, back].into_iter().filter(|z| z.is_finite()) {
            self.farthest = Some(self.farthest.map_or(z, |far| far.max(z)));
        }
        self.odd += u64::from(!front.is_finite() || !back.is_finite());
    }

    pub fn is_tidy(&self) -> bool {
        self.unsorted_pixels == 0 && self.overlapping_pixels == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deep_exr::Window;

    fn look(pixels: &[&[(f32, f32)]]) -> Look {
        let mut look = Look::default();
        let samples: Vec<_> = pixels.concat();
        let starts = std::iter::once(0).chain(pixels.iter().scan(0, |sum, p| {
            *sum += p.len() as u32;
            Some(*sum)
        }));
        look.add(&Band {
            window: Window { x1: 0, y1: 0, x2: pixels.len() as i32, y2: 1 },
            starts: starts.collect(),
            front: samples.iter().map(|s| s.0).collect(),
            back: Some(samples.iter().map(|s| s.1).collect()),
            channels: Vec::new(),
        });
        look
    }

    #[test]
    fn order_and_overlaps_are_seen() {
        let tidy = look(&[&[(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (2.0, 3.0)], &[], &[(5.0, 4.0)]]);
        assert!(tidy.is_tidy());
        assert_eq!((tidy.volumes, tidy.points, tidy.odd), (2, 3, 0));
        assert_eq!((tidy.nearest, tidy.farthest), (Some(1.0), Some(5.0)));
        type Samples = [(f32, f32); 2];
        let cases: [(Samples, u64, u64); 6] = [
            ([(2.0, 2.0), (1.0, 1.0)], 1, 0),
            ([(1.0, 2.0), (1.0, 1.0)], 1, 0),
            ([(1.0, 1.0), (1.0, 1.0)], 0, 1),
            ([(1.0, 3.0), (2.0, 2.0)], 0, 1),
            ([(2.0, 4.0), (1.0, 3.0)], 1, 1),
            ([(1.0, 2.0), (1.0, 3.0)], 0, 1),
        ];
        for (samples, unsorted, overlapping) in cases {
            let look = look(&[&samples]);
            assert_eq!((look.unsorted_pixels, look.overlapping_pixels), (unsorted, overlapping), "{samples:?}");
        }
    }

    #[test]
    fn odd_depths_are_counted_and_do_not_spread() {
        let look = look(&[&[(f32::NAN, 1.0), (2.0, f32::INFINITY), (3.0, 3.0)]]);
        assert_eq!((look.odd, look.nearest, look.farthest), (2, Some(2.0), Some(3.0)));
    }
}
