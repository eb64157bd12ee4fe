//! Edges: is a silhouette's pixel the depth of one surface, or a mixture of two?

use super::survey::Survey;
use crate::depth::DepthEdges;

/// Looks at silhouettes: how many of them hold a pixel whose number lies well between those of the surfaces on both sides.
/// A mixture falls anywhere between the two; a sample of one surface falls there only by a third surface.
pub(super) fn look(survey: &Survey) -> (DepthEdges, f64) {
    if let Some(found) = premultiplied(survey) {
        return found;
    }
    let (mut mixed, mut clean) = (0.0, 0.0);
    for columns in [false, true] {
        for (_, line) in survey.lines(columns) {
            let line: Vec<f64> = line.iter().map(|v| f64::from(*v)).collect();
            crossings(survey, &line, &mut mixed, &mut clean);
        }
    }
    let all: f64 = mixed + clean;
    if all < 8.0 {
        // Nothing to see: what most renderers write, and what does least.
        return (DepthEdges::PointSampled, 0.5);
    }
    let share = mixed / all;
    // Of true mixtures four in five lie within the middle nine tenths and are counted; of samples one in ten.
    let sure = 1.0 - 0.5 * (-all / 40.0).exp();
    let certain = |distance: f64| 0.5 + (sure - 0.5) * (distance / 0.15).min(1.0);
    if share > 0.35 {
        (DepthEdges::Antialiased, certain(share - 0.35))
    } else {
        (DepthEdges::PointSampled, certain(0.35 - share))
    }
}

/// Finds steps between two smooth surfaces and sorts them into mixed and clean ones.
fn crossings(survey: &Survey, line: &[f64], mixed: &mut f64, clean: &mut f64) {
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
        if !(step.abs() > 4.0 * before + 40.0 * noise) {
            i += 1;
            continue;
        }
        // …and another one from there on: the first place after which it is quiet again.
        let quiet = (1..=WIDEST + 1).find(|k| {
            let to = line[i + k];
            let after = (line[i + k + 1] - to).abs().max((line[i + k + 2] - line[i + k + 1]).abs());
            (to - from).abs() > 6.0 * after + 40.0 * noise
        });
        let Some(k) = quiet else {
            i += 1;
            continue;
        };
        let whole = line[i + k] - from;
        let between = (1..k).any(|j| (0.08..0.92).contains(&((line[i + j] - from) / whole)));
        if between {
            *mixed += 1.0;
        } else {
            *clean += 1.0;
        }
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
