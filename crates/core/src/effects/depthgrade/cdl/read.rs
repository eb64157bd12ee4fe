//! CDL files into corrections. All three kinds are told by what is in them, not by their names.

use super::Cdl;
use roxmltree::{Document, Node};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What helps where a file is none of them.
const CHOOSE: &str = "Choose a .cc, .ccc or .cdl file, or write it again where it came from.";

/// A larger file holds no list of corrections.
const LARGEST: u64 = 16 << 20;

/// The corrections of a file, in its order; at least one. The error names the file.
pub(super) fn load(path: &Path) -> Result<Vec<Cdl>, String> {
    let name = path.display();
    let fails = |e: std::io::Error| format!("{name} cannot be read: {e}. Check that you may read it.");
    let about = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("{name} does not exist. Check the path."),
        _ => fails(e),
    })?;
    // Also pipes and devices, of which there is no end.
    if !about.is_file() || about.len() > LARGEST {
        let why = if about.is_file() { "it is too large" } else { "it is not a file" };
        return Err(format!("{name} is no CDL file: {why}. {CHOOSE}"));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(fails)?.take(LARGEST).read_to_end(&mut bytes).map_err(fails)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{name} is damaged, or no CDL file: it is no text (not UTF-8). {CHOOSE}"))?;
    parse(&text).map_err(|why| format!("{name} is damaged, or no CDL file: {why}. {CHOOSE}"))
}

/// The corrections in a text; at least one.
pub(super) fn parse(text: &str) -> Result<Vec<Cdl>, String> {
    let document = Document::parse(text.trim_start_matches('\u{feff}')).map_err(|e| e.to_string())?;
    let root = document.root_element();
    let known = ["ColorCorrection", "ColorCorrectionCollection", "ColorDecisionList"];
    if !known.contains(&root.tag_name().name()) {
        return Err(format!("it begins with <{}>, which no CDL file does", root.tag_name().name()));
    }
    let all = root.descendants().filter(|n| n.tag_name().name() == "ColorCorrection");
    let found =
        all.enumerate().map(|(i, node)| correction(&node).map_err(|why| format!("correction {}: {why}", i + 1)));
    let found: Vec<Cdl> = found.collect::<Result<_, _>>()?;
    if found.is_empty() { Err("it holds no colour correction".into()) } else { Ok(found) }
}

/// An element of one of these names; files of the list's first version have other ones.
fn child<'a, 'i>(node: &Node<'a, 'i>, names: &[&str]) -> Option<Node<'a, 'i>> {
    node.children().find(|n| names.contains(&n.tag_name().name()))
}

fn correction(node: &Node) -> Result<Cdl, String> {
    let (sop, sat) = (child(node, &["SOPNode", "ASC_SOP"]), child(node, &["SatNode", "SATNode", "ASC_SAT"]));
    if sop.is_none() && sat.is_none() {
        return Err("it holds no grade (neither a SOPNode nor a SatNode)".into());
    }
    let three = |name: &str, neutral: f64| match &sop {
        Some(sop) => numbers::<3>(sop, name),
        None => Ok([neutral; 3]),
    };
    let cdl = Cdl {
        id: node.attribute("id").unwrap_or_default().trim().into(),
        slope: three("Slope", 1.0)?,
        offset: three("Offset", 0.0)?,
        power: three("Power", 1.0)?,
        saturation: sat.as_ref().map_or(Ok(1.0), |sat| numbers::<1>(sat, "Saturation").map(|[v]| v))?,
        description: String::new(),
    };
    let refused = |what: &str| Err(format!("{what} is out of range"));
    if cdl.slope.iter().any(|v| *v < 0.0) {
        return refused("Slope");
    }
    if cdl.power.iter().any(|v| *v <= 0.0) {
        return refused("Power");
    }
    if cdl.saturation < 0.0 {
        return refused("Saturation");
    }
    Ok(cdl)
}

/// So many finite numbers in an element of that name.
fn numbers<const N: usize>(node: &Node, name: &str) -> Result<[f64; N], String> {
    let element = child(node, &[name]).ok_or_else(|| format!("<{}> has no {name}", node.tag_name().name()))?;
    let text: String = element.descendants().filter_map(|n| if n.is_text() { n.text() } else { None }).collect();
    let values: Option<Vec<f64>> =
        text.split_whitespace().map(|v| v.parse().ok().filter(|v: &f64| v.is_finite())).collect();
    let wrong = || format!("{name} is '{}' instead of {N} numbers", text.trim().chars().take(60).collect::<String>());
    values.and_then(|v| v.try_into().ok()).ok_or_else(wrong)
}

/// The correction of that id, or of that number counted from 1; the first where nothing is said. The error names the file.
pub(super) fn choose(all: Vec<Cdl>, wanted: &str, file: &str) -> Result<Cdl, String> {
    let by_id = all.iter().position(|c| c.id == wanted);
    let by_number = || wanted.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|i| *i < all.len());
    let found = if wanted.is_empty() { Some(0) } else { by_id.or_else(by_number) };
    let Some(i) = found else {
        const MOST: usize = 12;
        let ids: Vec<&str> = all.iter().map(|c| c.id.as_str()).filter(|id| !id.is_empty()).take(MOST).collect();
        let more = if all.len() > MOST { " and more" } else { "" };
        let ids = if ids.is_empty() { "without ids".into() } else { format!("with the ids {}{more}", ids.join(", ")) };
        return Err(format!("{file} has no correction '{wanted}': it holds {}, {ids}.", all.len()));
    };
    all.into_iter().nth(i).ok_or_else(|| format!("{file} holds no correction."))
}
