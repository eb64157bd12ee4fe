//! Direction: do the numbers grow with the distance? What pictures of the world have in common, whatever the unit.

use super::survey::Survey;

/// What was seen, and how strongly it speaks: natural log-odds, positive where numbers grow with the distance.
#[derive(Clone, Debug, Default)]
pub(super) struct Direction {
    /// Each cue with the words for growing and for falling numbers.
    pub cues: Vec<(f64, [&'static str; 2])>,
}

impl Direction {
    /// All cues together. They share causes, so that they count less than their sum.
    pub fn log_odds(&self) -> f64 {
        (0.85 * self.cues.iter().map(|c| c.0).sum::<f64>()).clamp(-5.0, 5.0)
    }
}

/// Votes for + and for −.
#[derive(Default)]
struct Votes {
    plus: f64,
    minus: f64,
}

impl Votes {
    fn add(&mut self, sign: f64, weight: f64) {
        if sign > 0.0 {
            self.plus += weight;
        } else if sign < 0.0 {
            self.minus += weight;
        }
    }

    /// −1..1: how one-sided, less where there are few (`few` votes count half).
    fn balance(&self, few: f64) -> f64 {
        let all = self.plus + self.minus;
        (self.plus - self.minus) / (all + few)
    }
}

/// A place in a line where one surface ends: the last of it, and the first of the next, three further on; what lies between
/// may be mixed.
#[derive(Clone, Copy)]
struct Jump(usize);

const GAP: usize = 3;

/// Looks at every pixel, or at fewer where silhouettes are soft, so that they are steps again.
pub(super) fn look(survey: &Survey, every: usize) -> Direction {
    let mut d = Direction::default();
    if survey.sorted.is_empty() || survey.percentile(0.0) == survey.percentile(1.0) {
        return d;
    }
    let (mut floor, mut rims, mut before, mut open) =
        (Votes::default(), Votes::default(), Votes::default(), Votes::default());
    for columns in [false, true] {
        for (_, raw) in survey.lines(columns, every) {
            let line: Vec<f64> = raw.iter().map(|v| survey.surface(*v).map_or(f64::NAN, f64::from)).collect();
            let jumps = jumps(survey, &line);
            if columns {
                ground(survey, &line, &mut floor);
            }
            bending(survey, &line, &jumps, &mut rims);
            interrupted(&line, &jumps, &mut before);
            against_nothing(survey, &line, &mut open);
        }
    }
    let scale = (survey.numbers.width + survey.height) as f64 / every as f64;
    let mut cue = |strength: f64, words| {
        if strength.abs() > 0.05 {
            d.cues.push((strength, words));
        }
    };
    cue(1.8 * floor.balance(0.5 * scale), ["numbers grow along the ground", "numbers fall along the ground"]);
    cue(
        1.6 * upwards(survey),
        ["greater numbers lie higher in the picture", "smaller numbers lie higher in the picture"],
    );
    cue(
        2.0 * rims.balance(0.08 * scale),
        ["rounded rims bend to greater numbers", "rounded rims bend to smaller numbers"],
    );
    cue(
        2.0 * before.balance(0.08 * scale),
        ["what stands in front has smaller numbers", "what stands in front has greater numbers"],
    );
    cue(
        1.2 * open.balance(0.1 * scale),
        ["numbers next to the empty part are great", "numbers next to the empty part are small"],
    );
    let (low, high) = (survey.plateaus[0], survey.plateaus[1]);
    let sky = |p: Option<super::survey::Plateau>| {
        p.map_or(0.0, |p| {
            let zero = if p.number == 0.0 { 0.6 } else { 1.0 };
            zero * (p.higher * 5.0).clamp(-0.7, 2.0)
        })
    };
    let (low, high) = (sky(low), sky(high));
    cue(high - low, ["the upper part lies at the greatest number", "the upper part lies at the least number"]);
    d
}

/// Where the numbers change over [`GAP`] pixels far more than before and after.
fn jumps(survey: &Survey, line: &[f64]) -> Vec<Jump> {
    let step = |i: usize| line[i + GAP] - line[i];
    let mut found: Vec<Jump> = Vec::new();
    for i in GAP..line.len().saturating_sub(2 * GAP) {
        let here = step(i).abs();
        let around = step(i - GAP).abs().max(step(i + GAP).abs());
        let noise = survey.storage_noise(line[i].abs().max(line[i + GAP].abs()));
        if here > 6.0 * around + 40.0 * noise {
            match found.last_mut() {
                // Of neighbouring places, the one where the change is greatest.
                Some(last) if i - last.0 <= GAP => {
                    if here > step(last.0).abs() {
                        *last = Jump(i);
                    }
                }
                _ => found.push(Jump(i)),
            }
        }
    }
    found
}

/// Slopes upwards in the lower half: floors and grounds recede.
fn ground(survey: &Survey, column: &[f64], votes: &mut Votes) {
    let s = (column.len() / 48).max(1);
    let range = f64::from(survey.percentile(0.98)) - f64::from(survey.percentile(0.02));
    for j in (0..column.len() * 11 / 20).step_by(s) {
        let Some(c) = column.get(j + 2 * s) else { break };
        let (a, b) = (column[j], column[j + s]);
        let rise = c - a;
        let smooth = (b - 0.5 * (a + c)).abs() < 0.2 * rise.abs();
        if smooth && rise.abs() > 12.0 * survey.storage_noise(a.abs().max(c.abs())) {
            // Walls lean a little, grounds recede much.
            votes.add(rise, (rise.abs() / (0.02 * range)).min(1.0));
        }
    }
}

/// Rims: before a surface ends, a solid thing turns away from the eye faster and faster.
fn bending(survey: &Survey, line: &[f64], jumps: &[Jump], votes: &mut Votes) {
    let mut rim = |at: &dyn Fn(usize) -> f64| {
        let (a, b, c) = (at(1) - at(3), at(3) - at(5), at(5) - at(7));
        let noise = survey.storage_noise(at(1).abs());
        if a * b > 0.0 && b * c > 0.0 && a.abs() > 1.35 * b.abs() && b.abs() > 1.15 * c.abs() && c.abs() > 6.0 * noise {
            votes.add(a, 1.0);
        }
    };
    let n = line.len();
    let mut both = |left: usize, right: usize| {
        if left >= 8 {
            rim(&|k| line[left - k]);
        }
        if right + 8 < n {
            rim(&|k| line[right + k]);
        }
    };
    jumps.iter().for_each(|j| both(j.0 + 1, j.0 + GAP - 1));
    for i in 1..n {
        match (line[i - 1].is_nan(), line[i].is_nan()) {
            (false, true) => both(i, n),
            (true, false) => both(0, i),
            _ => (),
        }
    }
}

/// A surface that goes on behind something narrower than what is seen of it on both sides.
fn interrupted(line: &[f64], jumps: &[Jump], votes: &mut Votes) {
    for (k, pair) in jumps.windows(2).enumerate() {
        let (i, j) = (pair[0].0, pair[1].0);
        let width = j.saturating_sub(i);
        let before = i - k.checked_sub(1).map_or(0, |p| jumps[p].0);
        let after = jumps.get(k + 2).map_or(line.len(), |n| n.0) - j;
        if width < GAP || before.min(after) <= width + 2 * GAP || before < 2 * GAP {
            continue;
        }
        let (left, right) = (line[i], line[j + GAP]);
        let (thing, thing_too) = (line[i + GAP] - left, line[j] - right);
        let slope = (left - line[i - GAP]) / GAP as f64;
        let goes_on = (left + slope * (width + GAP) as f64 - right).abs().min((left - right).abs());
        if thing * thing_too > 0.0 && goes_on < 0.2 * thing.abs().min(thing_too.abs()) {
            // It is in front, so its number is that of something nearer.
            votes.add(-thing, 1.0);
        }
    }
}

/// What borders on nothing is far away (a horizon), or the rim of a thing.
fn against_nothing(survey: &Survey, line: &[f64], votes: &mut Votes) {
    let mut vote = |v: f64| {
        let rank = 2.0 * survey.rank(v as f32) - 1.0;
        votes.add(rank, rank.abs());
    };
    for i in GAP + 1..line.len().saturating_sub(GAP + 1) {
        match (line[i - 1].is_nan(), line[i].is_nan()) {
            (false, true) if !line[i - GAP].is_nan() => vote(line[i - GAP]),
            (true, false) if !line[i + GAP].is_nan() => vote(line[i + GAP]),
            _ => (),
        }
    }
}

/// Mean rank in the upper third less that in the lower third, −1..1.
fn upwards(survey: &Survey) -> f64 {
    let mut parts = [(0.0, 0usize); 3];
    let per_line = (survey.numbers.width / 256).max(1);
    for (y, row) in survey.lines(false, 1) {
        let part = &mut parts[(3 * y / survey.height.max(1)).min(2)];
        for v in row.iter().step_by(per_line).filter_map(|v| survey.surface(*v)) {
            *part = (part.0 + survey.rank(v), part.1 + 1);
        }
    }
    let [low, _, high] = parts;
    if low.1.min(high.1) < 32 {
        return 0.0;
    }
    high.0 / high.1 as f64 - low.0 / low.1 as f64
}
