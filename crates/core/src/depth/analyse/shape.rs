//! Shape: in the picture, a plane is linear in one over the distance. With numbers t that are linear in the distance,
//! 1/(t + κ) is linear along any line of a plane's image, for one κ of the whole picture; with numbers linear in one over the
//! distance, t itself is. Both are t = (p + qx)/(1 + rx), which is linear in p, q, r as t = p + qx − r·xt, and
//! κ = −q/r. So every stretch of a row or column that is planar measures κ; curved ones disagree among each other.

use super::survey::Survey;

/// Samples in a stretch.
const SAMPLES: usize = 24;
/// How much of a planar stretch may be off, as a share of its own span: first as renderers are, then as estimates are.
const STRICT: f64 = 2e-4;
const LOOSE: f64 = 6e-3;
/// A bin of the histogram, in the logarithm of a ratio of distances.
const BIN: f64 = 0.2;
const BINS: usize = 121;

/// What the planar stretches say. Weights are numbers of stretches.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// Linear in one over the distance, and not in the distance that the number itself would be.
    pub inverse: f64,
    /// The other way round.
    pub distance: f64,
    /// Neither: curved, or linear in the distance with another zero point.
    pub other: f64,
    /// The logarithm of (distance at the greatest surface number) / (distance at the least), if the numbers are linear in the
    /// distance, on which most stretches agree that are linear in the distance; and the weight of these.
    pub peak: Option<(f64, f64)>,
    /// Tolerances were those for estimated depth.
    pub loose: bool,
}

impl Shape {
    /// Stretches that could tell anything.
    pub fn total(&self) -> f64 {
        self.inverse + self.distance + self.other
    }
}

/// Sums over a stretch for least squares in 1, x, x·t.
struct Fit {
    n: f64,
    xx: f64,
    xt: f64,
    tt: f64,
    xz: f64,
    zz: f64,
    zt: f64,
    /// Mean of t: the fits are in t − mean.
    mean: f64,
}

impl Fit {
    /// Of samples at equal steps.
    fn new(t: &[f64]) -> Self {
        let n = t.len() as f64;
        let mean = t.iter().sum::<f64>() / n;
        let x = |i: usize| (2 * i) as f64 / (n - 1.0) - 1.0;
        let z_mean = t.iter().enumerate().map(|(i, t)| x(i) * (t - mean)).sum::<f64>() / n;
        let mut f = Fit { n, xx: 0.0, xt: 0.0, tt: 0.0, xz: 0.0, zz: 0.0, zt: 0.0, mean };
        for (i, t) in t.iter().enumerate() {
            let (x, t) = (x(i), t - mean);
            // Without its mean, each regressor is free of the constant.
            let z = x * t - z_mean;
            f.xx += x * x;
            f.xt += x * t;
            f.tt += t * t;
            f.xz += x * z;
            f.zz += z * z;
            f.zt += z * t;
        }
        f
    }

    /// Sum of squares left by t = p + q·x·(a + b·t): a = 1, b = 0 is linear in 1/z; b/a = 1/κ.
    fn left_with(&self, a: f64, b: f64) -> f64 {
        // t is relative to the mean.
        let a = a + b * self.mean;
        let (ww, wt) = (a * a * self.xx + 2.0 * a * b * self.xz + b * b * self.zz, a * self.xt + b * self.zt);
        if ww > 0.0 { (self.tt - wt * wt / ww).max(0.0) } else { self.tt }
    }

    /// The best fit: sum of squares left, and (q, −r) with q for t itself, so that κ = q/(−r).
    fn best(&self) -> Option<(f64, f64, f64)> {
        let det = self.xx * self.zz - self.xz * self.xz;
        if det <= 1e-12 * self.xx * self.zz {
            return None;
        }
        let q = (self.xt * self.zz - self.zt * self.xz) / det;
        let r = (self.zt * self.xx - self.xt * self.xz) / det;
        let left = (self.tt - q * self.xt - r * self.zt).max(0.0);
        Some((left, q - r * self.mean, r))
    }
}

/// Looks at all stretches.
pub(super) fn look(survey: &Survey) -> Shape {
    let (low, high) = (f64::from(survey.percentile(0.01)), f64::from(survey.percentile(0.99)));
    // All as good as one number: nothing bends.
    if high - low <= 1e-4 * high.abs().max(low.abs()) {
        return Shape::default();
    }
    let stretches = stretches(survey);
    let strict = vote(survey, &stretches, [low, high], STRICT);
    if strict.distance.max(strict.inverse).max(strict.peak.map_or(0.0, |p| p.1)) >= 12.0 {
        return strict;
    }
    Shape { loose: true, ..vote(survey, &stretches, [low, high], LOOSE) }
}

/// Stretches of rows and columns without a hole, at a few lengths.
fn stretches(survey: &Survey) -> Vec<[f64; SAMPLES]> {
    let mut found = Vec::new();
    for columns in [false, true] {
        for (_, line) in survey.lines(columns) {
            let shorter = survey.numbers.width.min(survey.height);
            for length in [shorter / 16, shorter / 5] {
                // Every second line is enough for planes.
                let step = (length / (SAMPLES - 1)).max(1);
                let whole = step * (SAMPLES - 1) + 1;
                let mut start = 0;
                while start + whole <= line.len() {
                    let mut t = [0.0; SAMPLES];
                    let ok = t.iter_mut().enumerate().all(|(i, t)| {
                        let v = survey.surface(line[start + i * step]);
                        *t = f64::from(v.unwrap_or(0.0));
                        v.is_some()
                    });
                    if ok {
                        found.push(t);
                    }
                    start += whole.div_ceil(2);
                }
            }
        }
    }
    // Evenly fewer where there are many.
    let keep = found.len() / 12_000 + 1;
    found.into_iter().step_by(keep).collect()
}

/// Noise (standard deviation) of samples: what their fourth differences leave, at least the storage's.
fn noise(survey: &Survey, t: &[f64], scale: f64) -> f64 {
    let fourth = t.windows(5).map(|w| w[0] - 4.0 * w[1] + 6.0 * w[2] - 4.0 * w[3] + w[4]);
    let mean = fourth.map(|d| d * d).sum::<f64>() / (t.len() - 4) as f64;
    let greatest = t.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    // The fourth difference of independent noise has 70 times its variance.
    (mean / 70.0).sqrt().max(survey.storage_noise(greatest)) * scale
}

fn vote(survey: &Survey, stretches: &[[f64; SAMPLES]], [low, high]: [f64; 2], floor: f64) -> Shape {
    let scale = 1.0 / (high - low);
    let mut shape = Shape::default();
    let mut bins = [0.0_f64; BINS];
    for raw in stretches {
        let sigma = noise(survey, raw, scale);
        let t: Vec<f64> = raw.iter().map(|v| (v - low) * scale).collect();
        let span = t.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], t| [l.min(*t), h.max(*t)]);
        let span = span[1] - span[0];
        if span < 25.0 * sigma || span < 1e-6 {
            continue;
        }
        let fit = Fit::new(&t);
        let Some((left, q, r)) = fit.best() else { continue };
        let off = floor * span;
        // Steps of integers are not independent from sample to sample.
        let levels = (span / (survey.quantum[0] * scale).max(1e-12)).clamp(1.0, fit.n);
        let together = fit.n / levels;
        let allowed = 9.0 * sigma * sigma * together + fit.n * off * off;
        if left > fit.n * (4.0 * sigma * sigma + off * off) {
            continue;
        }
        let fits = |a: f64, b: f64| fit.left_with(a, b) - left <= allowed;
        let inverse = fits(1.0, 0.0);
        // z ∝ v = low + t·(high − low).
        let distance = fits(low * scale, 1.0);
        match (inverse, distance) {
            (true, true) => continue,
            (true, false) => shape.inverse += 1.0,
            (false, true) => shape.distance += 1.0,
            (false, false) => shape.other += 1.0,
        }
        if !inverse && let Some(bin) = bin_of(q, r) {
            bins[bin] += 1.0;
        }
    }
    shape.peak = peak(&bins);
    shape
}

/// The bin of ln((1 + κ)/κ); `None` where no distance is positive at both ends.
fn bin_of(q: f64, r: f64) -> Option<usize> {
    // z ∝ q + r·t: at the ends q and q + r.
    let ratio = (q + r) / q;
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let bin = ratio.ln() / BIN + (BINS / 2) as f64;
    (0.0..BINS as f64 - 0.5).contains(&bin).then(|| bin.round() as usize)
}

/// Where three bins together hold most, and the mean there.
fn peak(bins: &[f64; BINS]) -> Option<(f64, f64)> {
    let sum = |i: usize| bins[i - 1] + bins[i] + bins[i + 1];
    let best = (1..BINS - 1).reduce(|a, b| if sum(b) > sum(a) { b } else { a })?;
    if sum(best) <= 0.0 {
        return None;
    }
    let mean = (best - 1..=best + 1).map(|i| (i as f64 - (BINS / 2) as f64) * BIN * bins[i]).sum::<f64>() / sum(best);
    Some((mean, sum(best)))
}
