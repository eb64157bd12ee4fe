//! Colour decision lists of the ASC (S-2008): .cc, .ccc and .cdl files, read into the parameters and written from them.
//!
//! A file is read when the artist chooses it, chooses another correction in it or presses Load, and its numbers become the values of
//! Slope, Offset, Power and Saturation: projects save them, renders anywhere need no file, and they can be changed afterwards.

mod bake;
mod read;
#[cfg(test)]
mod tests;
mod write;

use super::grade::Grade;
use super::params::{LABELS, PREFIXES, Params};
use crate::effect::Reaction;
use crate::params::{ParamSource, Value, boolean, button, choice, file, label, prefixed, save_file, text};
use crate::{choices, params};
use std::path::Path;

choices! {
    /// Which grades are written.
    pub enum CdlGrades {
        /// Each as a correction of its own.
        All = "All",
        /// The near zone's.
        Near = "Near",
        /// The mid zone's.
        Mid = "Mid",
        /// The far zone's.
        Far = "Far",
        /// The master.
        Master = "Master",
    }
}

params! {
    /// Where a grade's CDL comes from.
    pub struct CdlFileParams {
        /// A .cc, .ccc or .cdl file. Slope, Offset, Power and Saturation take its numbers over when it is chosen; they are saved with the project, and can be changed afterwards.
        file: String = "cdlFile", "CDL file", file();
        /// Which correction of a file with several: its id, or its number counted from 1. Empty takes the first.
        id: String = "cdlId", "CDL id", text();
        /// Takes the file's numbers over again, as it is now on disk.
        load: () = "cdlLoad", "Load CDL", button();
    }
}

params! {
    /// Grades as CDL files.
    pub struct CdlOutputParams {
        /// Which grades are written. All is for .ccc and .cdl files, which hold several: near, mid, far and master, each under its name as the id.
        grades: CdlGrades = "cdlGrades", "Grades to write", choice(CdlGrades::All);
        /// The file to write; its name ends in .cc, .ccc or .cdl. The picture does not depend on it.
        output: String = "cdlOutput", "Write to", save_file();
        /// Write even where there is such a file already. Off, such a file is left alone.
        replace: bool = "cdlReplace", "Replace existing", boolean(false);
        /// Writes the file now. All of a grade that a CDL can hold goes into its slope, offset, power and saturation: exposure, balance, lift, gamma, gain and contrast, too.
        write: () = "cdlWrite", "Write CDL", button();
        /// What was read or written last.
        report: () = "cdlReport", "CDL report", label("No CDL file was read or written.");
    }
}

/// A correction.
#[derive(Clone, Debug, PartialEq)]
pub struct Cdl {
    /// Its name; may be empty.
    pub id: String,
    /// Multiplies; not negative.
    pub slope: [f64; 3],
    /// Is added.
    pub offset: [f64; 3],
    /// Exponent; above 0.
    pub power: [f64; 3],
    /// Saturation about the luminance of Rec. 709; not negative.
    pub saturation: f64,
    /// Remarks in words.
    pub description: String,
}

const REPORT: &str = "cdlReport";

/// What the effect does because this parameter was changed.
pub(super) fn changed(values: &dyn ParamSource, name: &str) -> Option<Reaction> {
    if name == "cdlWrite" {
        let p = Params::read(values);
        return Some(told(save(&p), Vec::new(), "Write CDL"));
    }
    let (prefix, what) = PREFIXES.iter().find_map(|p| Some((*p, name.strip_prefix(p)?)))?;
    let text = |what: &str| match values.value(&prefixed(prefix, what)) {
        Some(Value::Text(text)) => text.trim().to_string(),
        _ => String::new(),
    };
    let (file, id) = (text("cdlFile"), text("cdlId"));
    let loads = match what {
        "CdlLoad" => true,
        "CdlFile" | "CdlId" => !file.is_empty(),
        _ => false,
    };
    if !loads {
        return None;
    }
    let title = PREFIXES.iter().zip(LABELS).find(|(p, _)| **p == prefix).map_or("", |(_, label)| label);
    let found = if file.is_empty() {
        Err(format!("{title}: choose a CDL file first."))
    } else {
        read::load(Path::new(&file)).and_then(|all| read::choose(all, &id, &file))
    };
    let colour = |[r, g, b]: [f64; 3]| Value::Colour([r, g, b, 1.0]);
    let (text, numbers) = match found {
        Ok(cdl) => {
            let named = if cdl.id.is_empty() { String::new() } else { format!(", correction '{}'", cdl.id) };
            let numbers = [
                ("slope", colour(cdl.slope)),
                ("offset", colour(cdl.offset)),
                ("power", colour(cdl.power)),
                ("saturation", Value::Double(cdl.saturation)),
            ];
            let numbers = numbers.map(|(name, v)| (prefixed(prefix, name), v)).to_vec();
            (Ok(format!("{title}: read from {file}{named}.")), numbers)
        }
        Err(problem) => (Err(problem), Vec::new()),
    };
    Some(told(text, numbers, "Load CDL"))
}

/// The outcome in the report, and as a message where something went wrong.
fn told(outcome: Result<String, String>, mut values: Vec<(String, Value)>, undo: &'static str) -> Reaction {
    let (text, problem) = match outcome {
        Ok(text) => (text, None),
        Err(text) => (text.clone(), Some(text)),
    };
    values.push((REPORT.into(), Value::Text(text)));
    Reaction { values, undo, problem }
}

/// Writes the grades that are wanted; the answer is what to tell.
fn save(p: &Params) -> Result<String, String> {
    let out = &p.cdl_output;
    if out.output.is_empty() {
        return Err("Choose the CDL file to write first.".into());
    }
    let grades: Vec<&Grade> = p.grades.iter().chain([&p.master]).collect();
    let wanted: Vec<usize> = match out.grades {
        CdlGrades::All => (0..4).collect(),
        CdlGrades::Near => vec![0],
        CdlGrades::Mid => vec![1],
        CdlGrades::Far => vec![2],
        CdlGrades::Master => vec![3],
    };
    let (mut corrections, mut lost) = (Vec::new(), Vec::new());
    for i in wanted {
        let (cdl, left_out) = bake::bake(grades[i], &p.grading, PREFIXES[i])?;
        corrections.push(cdl);
        lost.extend(left_out.into_iter().map(|what| format!("{what} of {}", PREFIXES[i])));
    }
    if p.grading.luminance_mix != 1.0 {
        lost.push("luminance mix".into());
    }
    let path = Path::new(&out.output);
    write::save(path, &corrections, out.replace)?;
    let names: Vec<&str> = corrections.iter().map(|c| c.id.as_str()).collect();
    let mut text = format!("Written to {}: {}.", path.display(), names.join(", "));
    if !lost.is_empty() {
        text += &format!(" Not in the file, as a CDL cannot hold it: {}.", lost.join(", "));
    }
    Ok(text)
}
