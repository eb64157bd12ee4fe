//! What the artist reads.

use super::{Empty, Finding};
use crate::depth::{DepthConvention, DepthEdges, DepthMapping, DepthParams, InvalidDepth};
use std::fmt::Write;

/// From here on a decision is called sure, and from there fairly sure.
const SURE: f64 = 0.95;
const FAIRLY: f64 = 0.8;

/// The finding in plain words: what the numbers look like and why, the distances (in metres, by the parameters), what is
/// empty, the edges, and the depth under the focus point (metres) where it is given.
pub fn report(finding: &Finding, params: &DepthParams, focus: Option<f64>) -> String {
    let mut text = String::new();
    let by_hand = params.convention != DepthConvention::Auto;
    let used = params.decided(finding.decision());
    let Some(range) = finding.range else {
        text.push_str("No depth in this image");
        if let Some(empty) = finding.empty {
            let _ = write!(text, ": {}", emptiness(&empty, params.invalid));
        }
        text.push_str(". Analyse a frame that shows something.");
        return text;
    };
    let seen = name(finding.convention, finding.mapping);
    let used_name = name(used.convention, normalised(used.convention).then_some(used.mapping));
    text.push_str(&if by_hand { used_name.clone() } else { seen.clone() });
    let _ = write!(text, ", {}", distances(&used, range));
    if let Some(empty) = &finding.empty {
        let _ = write!(text, ", {}", emptiness(empty, params.invalid));
    }
    text.push('.');
    let other = name(finding.otherwise.0, finding.otherwise.1);
    let why = if finding.reasons.is_empty() { String::new() } else { format!(": {}", finding.reasons.join("; ")) };
    let _ = if by_hand && used_name == seen {
        write!(text, "\nSet by hand; the numbers look like it too.")
    } else if by_hand {
        let sure = confidence(finding.confidence);
        write!(text, "\nSet by hand; the numbers look like {seen} ({sure}){why}.")
    } else if finding.confidence >= FAIRLY {
        write!(text, "\n{}{why}.", capital(confidence(finding.confidence)))
    } else {
        write!(text, "\nNot sure: looks like {seen}, could be {other}{why}. Set Depth convention by hand.")
    };
    if let Some(ratio) = finding.far_over_near.filter(|_| !by_hand) {
        let set = params.far / params.near;
        if (ratio / set).ln().abs() > 0.7 {
            let _ = write!(
                text,
                "\nThe picture's planes say that the far end is about {} times as far as the near end; Near and Far distance say {}.",
                short(ratio),
                short(set)
            );
        }
    }
    let _ = write!(text, "\nEdges: {}", edges(used.edges));
    text.push_str(match (params.edges == DepthEdges::Auto, finding.edge_confidence) {
        (false, _) => " (set by hand).",
        (true, c) if c >= SURE => ".",
        (true, c) if c >= FAIRLY => " (fairly sure).",
        _ => " (not sure: few silhouettes).",
    });
    if finding.soft {
        text.push_str(" Softer than a renderer's: Refine edges may help.");
    }
    match focus.filter(|z| z.is_finite() && *z > 0.0) {
        Some(z) => _ = write!(text, "\nUnder the focus point: {} m.", short(z)),
        None if focus.is_some() => text.push_str("\nUnder the focus point: nothing."),
        None => (),
    }
    text
}

fn confidence(c: f64) -> &'static str {
    match c {
        c if c >= SURE => "sure",
        c if c >= FAIRLY => "fairly sure",
        _ => "not sure",
    }
}

fn capital(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

/// As the artist finds it in the menu.
fn name(convention: DepthConvention, mapping: Option<DepthMapping>) -> String {
    let base = match convention {
        DepthConvention::Distance | DepthConvention::Auto => "Distance",
        DepthConvention::MinusDistance => "-Distance",
        DepthConvention::Inverse => "1/Distance (far = 0)",
        DepthConvention::MinusInverse => "-1/Distance",
        DepthConvention::NormalisedNearZero => "Normalised near 0 -> far 1",
        DepthConvention::NormalisedFarZero => "Normalised far 0 -> near 1",
        DepthConvention::WorldPosition => "World position (RGB)",
    };
    let mapping = match mapping {
        None => "",
        Some(DepthMapping::Linear) => ", linear",
        Some(DepthMapping::Inverse) => ", 1 over z",
        Some(DepthMapping::Log) => ", log",
    };
    format!("{base}{mapping}")
}

/// "1.93 to 41.2 m", as the parameters in use read the two ends.
fn distances(used: &DepthParams, range: [f32; 2]) -> String {
    if used.convention == DepthConvention::WorldPosition {
        return String::from("distances from the camera's position");
    }
    let decode = used.decoder();
    let mut ends: Vec<f32> = range.iter().filter_map(|v| decode(*v)).collect();
    ends.sort_by(f32::total_cmp);
    match ends[..] {
        [near, far] if near == far => format!("{} m everywhere", short(f64::from(near))),
        [near, far] => format!("{} to {} m", short(f64::from(near)), short(f64::from(far))),
        [near] if matches!(used.convention, DepthConvention::Inverse | DepthConvention::MinusInverse) => {
            format!("{} m to infinity", short(f64::from(near)))
        }
        [one] => format!("{} m", short(f64::from(one))),
        _ => String::from("no distance above zero"),
    }
}

/// "12 % empty (1e10): treated as far".
fn emptiness(empty: &Empty, policy: InvalidDepth) -> String {
    let percent = 100.0 * empty.share;
    let percent = if percent < 0.1 { String::from("under 0.1") } else { short(percent) };
    let n = empty.number;
    let number = match n {
        n if n.is_nan() => String::from("NaN"),
        n if n.is_infinite() => String::from(if n > 0.0 { "infinite" } else { "-infinite" }),
        n if n.abs() >= 1e6 => format!("{n:e}"),
        n => format!("{n}"),
    };
    let policy = match policy {
        // Below the limit of what counts as invalid, but farther than any scene.
        _ if n.abs() == 65504.0 => "the greatest half float, in effect infinitely far",
        InvalidDepth::Far => "treated as far",
        InvalidDepth::Near => "treated as near",
        InvalidDepth::Fill => "filled from neighbours",
        InvalidDepth::Leave => "left untouched",
    };
    format!("{percent} % empty ({number}): {policy}")
}

fn edges(edges: DepthEdges) -> &'static str {
    match edges {
        DepthEdges::Auto | DepthEdges::PointSampled => "point-sampled",
        DepthEdges::Antialiased => "antialiased",
        DepthEdges::Premultiplied => "premultiplied by alpha",
        DepthEdges::AsIs => "as they are",
    }
}

/// Three digits that matter.
fn short(v: f64) -> String {
    if v == 0.0 || !v.is_finite() {
        return format!("{v}");
    }
    if v.abs() >= 1e6 || v.abs() < 1e-3 {
        return format!("{v:.2e}");
    }
    let digits = (2 - v.abs().log10().floor() as i32).max(0) as usize;
    let text = format!("{v:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

fn normalised(convention: DepthConvention) -> bool {
    matches!(convention, DepthConvention::NormalisedNearZero | DepthConvention::NormalisedFarZero)
}
