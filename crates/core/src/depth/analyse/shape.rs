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
/// The same for estimates, as a share of the whole range.
const LOOSE_OF_RANGE: f64 = 1e-2;
/// The most that one step of a stretch may be of its span (an even one is 0.043).
const STEEPEST: f64 = 0.17;
/// A bin of the histogram, in the logarithm of a ratio of distances.
const BIN: f64 = 0.2;
/// Odd: the middle one is 0. At most 127.
const BINS: usize = 81;

/// What the planar stretches say: how many agree with each meaning, of those that can tell the meanings apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// Linear in one over the distance.
    pub inverse: f64,
    /// The number is a distance.
    pub distance: f64,
    /// Linear in the distance and growing, or falling with it, with whatever zero point most agree on.
    pub growing: f64,
    /// See [`Shape::growing`].
    pub falling: f64,
    /// All that can tell the meanings apart, curved ones that agree with none included.
    pub total: f64,
    /// The logarithm of (distance at percentile 99) / (distance at percentile 1) that goes with `growing` and `falling`.
    pub ratios: [f64; 2],
    /// The number at which the distance would be zero, for the same two: the median of the stretches that agree.
    pub zeros: [Option<f64>; 2],
    /// Tolerances were those for estimated depth.
    pub loose: bool,
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

/// Looks at all stretches. Where silhouettes are soft, planes are not to be trusted to the last digit either.
pub(super) fn look(survey: &Survey, soft: bool) -> Shape {
    let (low, high) = (f64::from(survey.percentile(0.01)), f64::from(survey.percentile(0.99)));
    // All as good as one number: nothing bends.
    if high - low <= 1e-4 * high.abs().max(low.abs()) {
        return Shape::default();
    }
    let stretches = stretches(survey);
    if !soft {
        let strict = vote(survey, &stretches, [low, high], STRICT);
        let best = strict.inverse.max(strict.distance).max(strict.growing).max(strict.falling);
        if best >= 12.0 && best > 0.2 * strict.total {
            return strict;
        }
    }
    Shape { loose: true, ..vote(survey, &stretches, [low, high], LOOSE) }
}

/// Stretches of rows and columns without a hole, at a few lengths.
fn stretches(survey: &Survey) -> Vec<[f64; SAMPLES]> {
    let mut found = Vec::new();
    for columns in [false, true] {
        for (_, line) in survey.lines(columns, 1) {
            let shorter = survey.numbers.width.min(survey.height);
            for length in [shorter / 16, shorter / 5, shorter / 2] {
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
    let mut agree: Vec<Agreement> = Vec::new();
    for raw in stretches {
        let sigma = noise(survey, raw, scale);
        let t: Vec<f64> = raw.iter().map(|v| (v - low) * scale).collect();
        let span = t.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[l, h], t| [l.min(*t), h.max(*t)]);
        let span = span[1] - span[0];
        // No plane that fits into a stretch turns so sharply; a soft edge does.
        if t.windows(2).any(|p| (p[1] - p[0]).abs() > STEEPEST * span) {
            continue;
        }
        if span < 25.0 * sigma || span < 1e-6 {
            continue;
        }
        let fit = Fit::new(&t);
        let Some((left, q, r)) = fit.best() else { continue };
        // Estimates are off by a share of the whole range, too.
        let off = if floor == LOOSE { (LOOSE * span).max(LOOSE_OF_RANGE) } else { floor * span };
        // Steps of integers are not independent from sample to sample.
        let levels = (span / (survey.quantum[0] * scale).max(1e-12)).clamp(1.0, fit.n);
        let allowed = 9.0 * sigma * sigma * fit.n / levels + fit.n * off * off;
        if left > fit.n * (4.0 * sigma * sigma + off * off) {
            continue;
        }
        let fits = |a: f64, b: f64| fit.left_with(a, b) - left <= allowed;
        let own = bin_of(q, r);
        let inverse = fits(1.0, 0.0);
        let mut ratios = 0_u128;
        for bin in 0..BINS {
            // Between two bins, strict tolerances would find neither.
            let near_own = !inverse && bin != BINS / 2 && own.is_some_and(|own| own.abs_diff(bin) <= 1);
            ratios |= u128::from(near_own || fits(1.0, log_ratio(bin).exp_m1())) << bin;
        }
        // z ∝ v = low + t·(high − low).
        agree.push(Agreement { inverse, distance: fits(low * scale, 1.0), ratios, zero: low - q / (r * scale) });
    }
    count(&agree, [low, high])
}

/// Which meanings a stretch agrees with.
struct Agreement {
    inverse: bool,
    distance: bool,
    /// A bit for each ratio of distances.
    ratios: u128,
    /// The number where its own fit has distance zero.
    zero: f64,
}

fn count(agree: &[Agreement], [low, high]: [f64; 2]) -> Shape {
    let votes = |bin: usize| agree.iter().filter(|a| a.ratios >> bin & 1 == 1).count();
    // No distance is below zero at 0 (growing) or at 1 (falling).
    let most = if low > 0.0 { (high / low).ln() } else { f64::INFINITY };
    let least = if high < 1.0 { ((1.0 - high) / (1.0 - low)).ln() } else { f64::NEG_INFINITY };
    let best = |bins: std::ops::Range<usize>| {
        let able = bins.filter(|b| (least - BIN..=most + BIN).contains(&log_ratio(*b)));
        // Of equals the one that is not hard to believe, see `judge`.
        let far = |b: usize| b.abs_diff(BINS / 2).min(4);
        able.map(|b| (votes(b), far(b), b)).max().map_or(BINS / 2, |v| v.2)
    };
    let (falling, growing) = (best(0..BINS / 2), best(BINS / 2 + 1..BINS));
    let zero = |bin: usize| {
        let agreeing = agree.iter().filter(|a| !a.inverse && a.ratios >> bin & 1 == 1);
        let mut zeros: Vec<f64> = agreeing.map(|a| a.zero).filter(|z| z.is_finite()).collect();
        zeros.sort_unstable_by(f64::total_cmp);
        zeros.get(zeros.len() / 2).copied()
    };
    let (ratios, zeros) = ([log_ratio(growing), log_ratio(falling)], [zero(growing), zero(falling)]);
    let mut shape = Shape { ratios, zeros, ..Shape::default() };
    for a in agree {
        let has = |bin: usize| a.ratios >> bin & 1 == 1;
        let all = [a.inverse, a.distance, has(growing), has(falling)];
        if all == [true; 4] {
            continue;
        }
        shape.total += 1.0;
        let sums = [&mut shape.inverse, &mut shape.distance, &mut shape.growing, &mut shape.falling];
        sums.into_iter().zip(all).for_each(|(sum, yes)| *sum += f64::from(u8::from(yes)));
    }
    shape
}

/// The logarithm of a ratio of distances that a bin stands for.
fn log_ratio(bin: usize) -> f64 {
    (bin as f64 - (BINS / 2) as f64) * BIN
}

/// The bin of the ratio that a fit says; `None` where no distance is positive at both ends.
fn bin_of(q: f64, r: f64) -> Option<usize> {
    // z ∝ q + r·t: at the ends q and q + r.
    let ratio = (q + r) / q;
    if !(ratio > 0.0 && ratio.is_finite()) {
        return None;
    }
    let bin = ratio.ln() / BIN + (BINS / 2) as f64;
    (0.0..BINS as f64 - 0.5).contains(&bin).then(|| bin.round() as usize)
}
