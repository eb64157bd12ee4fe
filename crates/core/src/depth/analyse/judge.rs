//! From evidence to a verdict: each convention gets the logarithm of how well it explains what was seen.

use super::direction::Direction;
use super::shape::Shape;
use super::survey::Survey;
use crate::depth::{DepthConvention, DepthMapping};

/// What the numbers could mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    Distance,
    MinusDistance,
    Inverse,
    MinusInverse,
    /// Normalised, near 0, even in the distance.
    NearZero,
    /// Normalised, far 0, even in the distance.
    FarZero,
    /// A z-buffer.
    NearZeroInverse,
    /// Disparity between a near and a far end.
    FarZeroInverse,
}

impl Guess {
    const ALL: [Guess; 8] = [
        Guess::Distance,
        Guess::MinusDistance,
        Guess::Inverse,
        Guess::MinusInverse,
        Guess::NearZero,
        Guess::FarZero,
        Guess::NearZeroInverse,
        Guess::FarZeroInverse,
    ];

    pub fn convention(self) -> DepthConvention {
        match self {
            Guess::Distance => DepthConvention::Distance,
            Guess::MinusDistance => DepthConvention::MinusDistance,
            Guess::Inverse => DepthConvention::Inverse,
            Guess::MinusInverse => DepthConvention::MinusInverse,
            Guess::NearZero | Guess::NearZeroInverse => DepthConvention::NormalisedNearZero,
            Guess::FarZero | Guess::FarZeroInverse => DepthConvention::NormalisedFarZero,
        }
    }

    pub fn mapping(self) -> Option<DepthMapping> {
        match self {
            Guess::NearZero | Guess::FarZero => Some(DepthMapping::Linear),
            Guess::NearZeroInverse | Guess::FarZeroInverse => Some(DepthMapping::Inverse),
            _ => None,
        }
    }

    pub fn is_normalised(self) -> bool {
        self.mapping().is_some()
    }

    fn is_inverse(self) -> bool {
        use Guess::*;
        matches!(self, Inverse | MinusInverse | NearZeroInverse | FarZeroInverse)
    }

    fn is_negative(self) -> bool {
        matches!(self, Guess::MinusDistance | Guess::MinusInverse)
    }

    /// +1 where numbers grow with the distance.
    fn direction(self) -> f64 {
        use Guess::*;
        if matches!(self, Distance | MinusInverse | NearZero | NearZeroInverse) { 1.0 } else { -1.0 }
    }
}

/// The outcome.
pub(super) struct Verdict {
    pub best: Guess,
    pub second: Guess,
    pub confidence: f64,
    pub far_over_near: Option<f64>,
    pub reasons: Vec<&'static str>,
}

/// What the range is like.
struct Range {
    /// Nearly all numbers within 0..1.
    unit: bool,
    negative: bool,
    /// Numbers of both signs.
    mixed: bool,
    /// Exactly 0 and exactly 1 occur.
    ends: [bool; 2],
    /// Percentiles 1 and 99 of surfaces.
    low: f64,
    high: f64,
}

impl Range {
    fn new(s: &Survey) -> Self {
        let (low, high) = (f64::from(s.percentile(0.01)), f64::from(s.percentile(0.99)));
        let of = |v: f32| s.range.is_some_and(|r| r.contains(&v)) || s.plateaus.iter().flatten().any(|p| p.number == v);
        let least = s.range.map_or(0.0, |r| r[0]);
        let greatest = s.range.map_or(0.0, |r| r[1]);
        let unit = least >= -0.02 && greatest <= 1.02 && !(least == 0.0 && greatest == 0.0);
        let only_behind = s.sorted.is_empty() && s.huge[0] + s.infinite[0] > 0.0;
        let both = |at: f64| s.percentile(at).abs() > 0.01 * s.percentile(1.0 - at).abs();
        let mixed = s.percentile(0.02) < 0.0 && s.percentile(0.98) > 0.0 && both(0.02) && both(0.98);
        let negative = only_behind || s.percentile(0.9) < 0.0;
        Range { mixed, unit, negative, ends: [of(0.0), of(1.0)], low, high }
    }
}

/// Weighs everything.
pub(super) fn judge(survey: &Survey, shape: &Shape, direction: &Direction, soft: bool) -> Verdict {
    let range = Range::new(survey);
    let mut scores = Guess::ALL.map(|g| {
        let odds = 0.5 * g.direction() * direction.log_odds();
        (g, prior(survey, &range, soft, g) + estimated(soft, g) + shape_fit(shape, g) + odds)
    });
    scores.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all: f64 = scores.iter().map(|s| (s.1 - scores[0].1).exp()).sum();
    let (best, second) = (scores[0].0, scores[1].0);
    Verdict {
        best,
        second,
        // Hardly a depth at all.
        confidence: if range.mixed { 0.5 / all } else { 1.0 / all },
        far_over_near: far_over_near(shape, best),
        reasons: reasons(survey, &range, shape, direction, best),
    }
}

/// By sign, range, ends and the number for 'nothing there': odds of what people meet, not probabilities.
fn prior(s: &Survey, range: &Range, soft: bool, g: Guess) -> f64 {
    use Guess::*;
    let of = |condition: bool, yes: f64, no: f64| if condition { yes } else { no };
    let (integers, [_, has_one]) = (s.numbers.integers, range.ends);
    let odds: f64 = match g {
        _ if g.is_negative() != range.negative => 1e-5,
        // 1/z is below 1 for what is farther than one unit.
        MinusDistance => of(range.low < -1.5, 1.0, 0.3),
        MinusInverse => of(range.low < -1.5, 0.3, 1.0),
        Distance if !range.unit => 1.0,
        Inverse if !range.unit => 0.3,
        _ if !range.unit => 1e-4,
        // Within 0..1, and exactly to 1: normalised.
        Distance => of(integers || has_one, 0.005, 0.15),
        Inverse if integers || has_one => 0.05,
        // Estimates that were enlarged no longer reach 1.
        Inverse => of(range.high > 0.85, 0.4, 1.0),
        NearZero | FarZero => 1.0,
        // All but the nearest metre is above a half.
        NearZeroInverse => of(range.low > 0.5, 0.6, 0.1),
        // Estimates fill the range or are soft; renderers do not write this.
        FarZeroInverse if integers || has_one => 1.0,
        FarZeroInverse => of(soft, 0.4, 0.1),
    };
    // 'Nothing there' beyond all distances only makes sense among distances.
    let beyond = s.huge[1] + s.infinite[1] + half_clamped(s) > 1e-4;
    let behind = s.huge[0] + s.infinite[0] > 1e-4;
    let cannot = beyond && g != Distance || behind && g != MinusDistance;
    odds.ln() - of(cannot, 5.0, 0.0)
}

/// Soft silhouettes are a network's, and most networks give disparity.
fn estimated(soft: bool, g: Guess) -> f64 {
    if soft && !matches!(g, Guess::Inverse | Guess::FarZeroInverse) { -1.1 } else { 0.0 }
}

fn half_clamped(s: &Survey) -> f64 {
    s.plateaus.iter().flatten().filter(|p| p.number.abs() == 65504.0).map(|p| p.share).sum()
}

/// By what planes say: the logarithm of the share of stretches that agree.
fn shape_fit(shape: &Shape, g: Guess) -> f64 {
    if shape.total < 4.0 {
        return 0.0;
    }
    // Any zero point is possible, so agreement tells less; and places whose far end is hardly farther than the near end, so
    // that they look as if they were linear in 1/z, are rare.
    let free = |log_ratio: f64| (0.8 * (log_ratio.abs() / 0.8).min(1.0)).max(0.05).ln();
    let (agree, odds) = match g {
        _ if g.is_inverse() => (shape.inverse, 0.0),
        Guess::NearZero => (shape.growing, free(shape.ratios[0])),
        Guess::FarZero => (shape.falling, free(shape.ratios[1])),
        _ => (shape.distance, 0.0),
    };
    let weight = (if shape.loose { 0.6 } else { 1.8 }) * shape.total / (shape.total + 20.0);
    weight * ((agree + 0.02 * shape.total) / (1.02 * shape.total)).ln() + odds
}

/// For a depth that is even in the distance from near 0 to far 1, or the other way: far over near.
fn far_over_near(shape: &Shape, best: Guess) -> Option<f64> {
    let (zero, agree) = match best {
        Guess::NearZero => (shape.zeros[0]?, shape.growing),
        Guess::FarZero => (shape.zeros[1]?, shape.falling),
        _ => return None,
    };
    if agree < 12.0 || agree < 0.5 * shape.total || shape.loose {
        return None;
    }
    // z ∝ number − zero.
    let ratio = if best == Guess::NearZero { (1.0 - zero) / -zero } else { zero / (zero - 1.0) };
    (ratio > 1.05 && ratio < 1e5).then_some(ratio)
}

/// What speaks for the best guess, the strongest first.
fn reasons(s: &Survey, range: &Range, shape: &Shape, direction: &Direction, best: Guess) -> Vec<&'static str> {
    let mut said: Vec<(f64, &'static str)> = Vec::new();
    if range.mixed {
        said.push((9.0, "numbers of both signs are hardly a depth"));
    } else if range.negative {
        said.push((9.0, "numbers are negative"));
    } else if range.unit && best.is_normalised() {
        said.push((2.5, if range.ends[1] { "numbers fill 0 to 1" } else { "numbers lie within 0 to 1" }));
    } else if range.high > 1.02 {
        said.push((1.0, "numbers go beyond 1"));
    }
    if s.huge[1] + s.infinite[1] + half_clamped(s) > 1e-4 && best == Guess::Distance {
        said.push((8.0, "the empty part is beyond all distances"));
    }
    let (fit, others) = (shape_fit(shape, best), Guess::ALL.map(|g| shape_fit(shape, g)));
    let worst = others.iter().fold(0.0, |a: f64, b| a.min(*b));
    if fit - worst > 0.7 {
        let words = if best.is_inverse() {
            "flat surfaces are straight in the numbers, as in 1/z"
        } else {
            "flat surfaces are straight in one over the distance"
        };
        said.push((fit - worst, words));
    }
    for (strength, words) in &direction.cues {
        let agrees = strength * best.direction();
        if agrees > 0.3 {
            said.push((agrees, words[usize::from(*strength < 0.0)]));
        }
    }
    said.sort_by(|a, b| b.0.total_cmp(&a.0));
    said.into_iter().map(|s| s.1).take(4).collect()
}
