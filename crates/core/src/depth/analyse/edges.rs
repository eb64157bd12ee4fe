//! Edges: is a silhouette's pixel the depth of one surface, or a mixture of two?

use super::survey::Survey;
use crate::depth::DepthEdges;

/// Silhouettes that are steps only when every so many pixels are looked at are soft.
pub(super) const SOFT: usize = 4;

/// What the silhouettes are like.
pub(super) struct Edges {
    pub kind: DepthEdges,
    pub confidence: f64,
    /// Most of them are wider than any renderer's filter makes them: estimated or enlarged depth.
    pub soft: bool,
}

/// Silhouettes by where along their rows and columns they were found: the edge of a post crosses many rows at the same place
/// and with the same coverage, and is one observation.
#[derive(Default)]
struct Found(Vec<Place>);

#[derive(Clone, Default)]
struct Place {
    /// Without a pixel well between the two surfaces.
    clean: f64,
    /// With one or two.
    mixed: f64,
    /// With more.
    wide: f64,
}

impl Found {
    /// Silhouettes in all, and places that are clean, mixed and wide.
    fn sums(&self) -> (Place, Place) {
        let mut count = Place::default();
        let mut sum = Place::default();
        for p in &self.0 {
            let all = p.all().max(1.0);
            count.clean += p.clean;
            count.mixed += p.mixed;
            count.wide += p.wide;
            sum.clean += p.clean / all;
            sum.mixed += p.mixed / all;
            sum.wide += p.wide / all;
        }
        (count, sum)
    }
}

impl Place {
    fn all(&self) -> f64 {
        self.clean + self.mixed + self.wide
    }
}

/// Looks at silhouettes: how many of them hold a pixel whose number lies well between those of the surfaces on both sides.
/// A mixture falls anywhere between the two; a sample of one surface falls there only by a third surface.
pub(super) fn look(survey: &Survey) -> Edges {
    let count = |every: usize| {
        let mut found = Found::default();
        let mut start = 0;
        for columns in [false, true] {
            for (_, line) in survey.lines(columns, every) {
                let line: Vec<f64> = line.iter().map(|v| f64::from(*v)).collect();
                crossings(survey, &line, start, &mut found);
            }
            start = found.0.len();
        }
        found.sums()
    };
    let ((fine, places), (coarse, coarse_places)) = (count(1), count(SOFT));
    let expected = SOFT as f64 * coarse.all();
    let soft = coarse.all() >= 12.0 && coarse_places.all() >= 3.0 && fine.clean + fine.mixed < 0.3 * expected;
    if let Some((kind, confidence)) = premultiplied(survey) {
        return Edges { kind, confidence, soft };
    }
    // Mixtures over many pixels are not seen as silhouettes at all.
    let share = if soft { 1.0 } else { (places.mixed + places.wide) / places.all().max(1.0) };
    let seen = if soft { SOFT as f64 * coarse_places.all() } else { places.all() };
    if seen < 6.0 {
        // Nothing to see: what most renderers write, and what does least.
        return Edges { kind: DepthEdges::PointSampled, confidence: 0.5, soft };
    }
    // Of true mixtures four in five lie within the middle nine tenths and are counted; of samples one in ten.
    let sure = 1.0 - 0.5 * (-seen / 20.0).exp();
    let confidence = 0.5 + (sure - 0.5) * ((share - 0.35).abs() / 0.15).min(1.0);
    let kind = if share > 0.35 { DepthEdges::Antialiased } else { DepthEdges::PointSampled };
    Edges { kind, confidence, soft }
}

/// Finds steps between two smooth surfaces and sorts them into mixed and clean ones.
fn crossings(survey: &Survey, line: &[f64], start: usize, found: &mut Found) {
    found.0.resize(found.0.len().max(start + line.len()), Place::default());
    // Up to this many pixels may lie between the surfaces (soft edges of estimated depth).
    const WIDEST: usize = 5;
    let n = line.len();
    let mut i = 2;
    while i + WIDEST + 4 < n {
        let from = line[i];
        // A surface up to here…
        let slope = line[i] - line[i - 1];
        let before = (line[i - 1] - line[i - 2]).abs().max(slope.abs());
        let step = line[i + 1] - from;
        let noise = survey.storage_noise(from.abs().max(line[i + 1].abs()));
        // NaN is no step.
        if step.is_nan() || before.is_nan() || step.abs() <= 4.0 * before + 40.0 * noise {
            i += 1;
            continue;
        }
        // …and another one from there on: the first place after which it is quiet again.
        let quiet = (1..=WIDEST + 1).find(|k| {
            let to = line[i + k];
            let after = (line[i + k + 1] - to).abs().max((line[i + k + 2] - line[i + k + 1]).abs());
            (to - from).abs() > 3.5 * *k as f64 * after.max(before) + 40.0 * noise
        });
        let Some(k) = quiet else {
            i += 1;
            continue;
        };
        let whole = line[i + k] - from;
        let between = (1..k).filter(|j| (0.08..0.92).contains(&((line[i + j] - from) / whole))).count();
        let place = &mut found.0[start + i];
        *match between {
            0 => &mut place.clean,
            1 | 2 => &mut place.mixed,
            _ => &mut place.wide,
        } += 1.0;
        i += k + 1;
    }
}

/// Along the edges of the beauty's alpha: is the number that of the surface times alpha?
fn premultiplied(survey: &Survey) -> Option<(DepthEdges, f64)> {
    let values = survey.numbers.values;
    let alpha = survey.numbers.alpha.filter(|a| a.len() == values.len())?;
    let w = survey.numbers.width;
    let (mut times, mut not) = (0.0, 0.0);
    for i in 2..values.len().saturating_sub(2) {
        let a = f64::from(alpha[i]);
        let x = i % w;
        if !(0.1..0.9).contains(&a) || x < 2 || x + 2 >= w || !values[i].is_finite() {
            continue;
        }
        // The solid neighbour whose number the pixel's should be a part of.
        let up = |j: Option<usize>| j.filter(|j| *j < values.len() && alpha[*j] > 0.995).map(|j| f64::from(values[j]));
        let near = [i.checked_sub(1), Some(i + 1), i.checked_sub(w), Some(i + w)];
        let Some(solid) = near.into_iter().find_map(up).filter(|v| v.is_finite() && v.abs() > 1e-9) else { continue };
        let part = f64::from(values[i]) / solid;
        // Half-way between "all of it" and "its share" divides the two.
        if (part - a).abs() < 0.3 * (1.0 - a) + 0.02 { times += 1.0 } else { not += 1.0 }
    }
    let all = times + not;
    let sure = 1.0 - 0.5 * f64::exp(-all / 40.0);
    (all >= 16.0 && times > 0.7 * all).then_some((DepthEdges::Premultiplied, sure))
}
