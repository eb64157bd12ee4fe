//! What flattening means, step by step in f64: slow and obvious. One alpha; colours are premultiplied with it.
//!
//! The steps and formulae are those of "Interpreting OpenEXR Deep Pixels" (OpenEXR's documentation): split, sort,
//! merge, over. Its sample code merges two at a time; here all that coincide are merged at once, since two at a time
//! the mean of three opaque samples depends on their order, and 1 can be missed by rounding. The closed form is the
//! same.

use std::cmp::Ordering;

/// A sample: a point where `back == front`, else a volume over `front..back`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Where it begins.
    pub front: f64,
    /// Where it ends, not less than `front`; may be infinite.
    pub back: f64,
    /// From 0 to 1.
    pub alpha: f64,
    /// Any number of channels, the same number in all samples.
    pub colours: Vec<f64>,
}

impl Sample {
    fn is_volume(&self) -> bool {
        self.back > self.front
    }
}

/// A sample as a file has it, with odd values mended: `None` if a depth or the alpha is NaN (or the front -inf); the
/// alpha brought into 0..=1; colours that are not finite 0.
pub fn mend(front: f64, back: f64, alpha: f64, colours: &[f64]) -> Option<Sample> {
    if front.is_nan() || back.is_nan() || alpha.is_nan() || front == f64::NEG_INFINITY {
        return None;
    }
    let colours = colours.iter().map(|c| if c.is_finite() { *c } else { 0.0 }).collect();
    Some(Sample { front, back: back.max(front), alpha: alpha.clamp(0.0, 1.0), colours })
}

/// The share x of a sample's optical depth, with the light that it gives off.
pub fn share(sample: &Sample, x: f64) -> Sample {
    let a = sample.alpha;
    let (alpha, factor) = if a == 1.0 {
        (1.0, 1.0)
    } else if a <= f64::MIN_POSITIVE {
        (a * x, x)
    } else {
        let alpha = -(x * (-a).ln_1p()).exp_m1();
        (alpha, alpha / a)
    };
    Sample { alpha, colours: sample.colours.iter().map(|c| c * factor).collect(), ..*sample }
}

/// Cuts a volume at a depth inside it.
pub fn split(sample: &Sample, z: f64) -> (Sample, Sample) {
    let x = (z - sample.front) / (sample.back - sample.front);
    let near = Sample { back: z, ..share(sample, x) };
    let far = Sample { front: z, ..share(sample, 1.0 - x) };
    (near, far)
}

/// One sample for several with the same front and back.
pub fn merge(samples: &[Sample]) -> Sample {
    let (front, back) = (samples[0].front, samples[0].back);
    let channels = samples[0].colours.len();
    let opaque: Vec<&Sample> = samples.iter().filter(|s| s.alpha == 1.0).collect();
    if !opaque.is_empty() {
        let mean = |c: usize| opaque.iter().map(|s| s.colours[c]).sum::<f64>() / opaque.len() as f64;
        return Sample { front, back, alpha: 1.0, colours: (0..channels).map(mean).collect() };
    }
    let depth = |s: &Sample| -(-s.alpha).ln_1p();
    let ratio = |s: &Sample| if s.alpha == 0.0 { 1.0 } else { depth(s) / s.alpha };
    let sum: f64 = samples.iter().map(depth).sum();
    let alpha = -(-sum).exp_m1();
    let w = if sum == 0.0 { 1.0 } else { alpha / sum };
    let colour = |c: usize| w * samples.iter().map(|s| s.colours[c] * ratio(s)).sum::<f64>();
    Sample { front, back, alpha, colours: (0..channels).map(colour).collect() }
}

/// Samples that do not overlap, in order of depth.
pub fn tidy(samples: &[Sample]) -> Vec<Sample> {
    let mut cuts: Vec<f64> = samples.iter().flat_map(|s| [s.front, s.back]).filter(|z| z.is_finite()).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let last = cuts.last().copied().unwrap_or(f64::INFINITY);
    let mut pieces = Vec::new();
    for sample in samples {
        let mut rest = sample.clone();
        if rest.is_volume() && rest.back == f64::INFINITY {
            // Any finite stretch of what goes on for ever has no density.
            rest.front = last;
        }
        let inside = |z: &&f64| **z > sample.front && **z < sample.back && sample.back < f64::INFINITY;
        for &z in cuts.iter().filter(inside) {
            let (near, far) = split(&rest, z);
            pieces.push(near);
            rest = far;
        }
        pieces.push(rest);
    }
    let by_depth = |a: &Sample, b: &Sample| a.front.total_cmp(&b.front).then(a.back.total_cmp(&b.back));
    pieces.sort_by(by_depth);
    pieces.chunk_by(|a, b| by_depth(a, b) == Ordering::Equal).map(merge).collect()
}

/// Alpha and colours of samples that do not overlap, laid over each other from the front.
pub fn over(samples: &[Sample]) -> (f64, Vec<f64>) {
    let mut through = 1.0;
    let mut alpha = 0.0;
    let mut colours = vec![0.0; samples.first().map_or(0, |s| s.colours.len())];
    for sample in samples {
        for (sum, c) in colours.iter_mut().zip(&sample.colours) {
            *sum += through * c;
        }
        // 1 - through would lose alphas below 1e-16.
        alpha += through * sample.alpha;
        through *= 1.0 - sample.alpha;
    }
    (alpha, colours)
}

/// Alpha and colours of any samples.
pub fn flatten(samples: &[Sample]) -> (f64, Vec<f64>) {
    over(&tidy(samples))
}

/// What is left to see of samples behind and among others that only hide: their alpha and colours.
/// It is a flattening of all, in which the alpha to be seen is one more colour.
pub fn hold_out(seen: &[Sample], hiding: &[Sample]) -> (f64, Vec<f64>) {
    let black = |s: &Sample| Sample { colours: vec![0.0; s.colours.len() + 1], ..*s };
    let own = |s: &Sample| {
        let colours = s.colours.iter().copied().chain([s.alpha]).collect();
        Sample { colours, ..*s }
    };
    let all: Vec<Sample> = seen.iter().map(own).chain(hiding.iter().map(black)).collect();
    let (_, mut colours) = flatten(&all);
    let alpha = colours.pop().unwrap_or(0.0);
    (alpha, colours)
}
