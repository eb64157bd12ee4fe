//! Corrections into CDL files.

use super::Cdl;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a file of the kind that its name's end says. A file that is there is replaced only if `replace` says so, and then all at once:
/// where writing fails the old one stays. The error names the file.
pub(super) fn save(path: &Path, corrections: &[Cdl], replace: bool) -> Result<(), String> {
    let name = path.display();
    let end = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let text = match end.as_str() {
        "cc" if corrections.len() != 1 => {
            return Err(format!("{name}: a .cc file holds one grade. Choose one, or write a .ccc or .cdl file."));
        }
        "cc" => format!("{HEAD}{}", corrections.iter().map(|c| element(c, 0)).collect::<String>()),
        "ccc" => format!(
            "{HEAD}<ColorCorrectionCollection {SPACE}>\n{}</ColorCorrectionCollection>\n",
            corrections.iter().map(|c| element(c, 1)).collect::<String>()
        ),
        "cdl" => {
            let decision = |c| format!("  <ColorDecision>\n{}  </ColorDecision>\n", element(c, 2));
            let all: String = corrections.iter().map(decision).collect();
            format!("{HEAD}<ColorDecisionList {SPACE}>\n{all}</ColorDecisionList>\n")
        }
        _ => return Err(format!("{name}: the name of a CDL file ends in .cc, .ccc or .cdl.")),
    };
    let written = if replace { replace_with(path, &text) } else { create(path, &text) };
    written.map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => format!("{name} exists already. Turn Replace existing on to write over it."),
        _ => format!("{name} cannot be written: {e}."),
    })
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"urn:ASC:CDL:v1.01\"";

/// Only where nothing of that name is.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    fill(file, text).inspect_err(|_| drop(std::fs::remove_file(path)))
}

fn replace_with(path: &Path, text: &str) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    create(&beside, text)?;
    std::fs::rename(&beside, path).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}

fn fill(mut file: File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn element(c: &Cdl, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let three = |[r, g, b]: [f64; 3]| format!("{r} {g} {b}");
    let mut out = String::new();
    let mut line = |depth: usize, text: String| {
        let _ = writeln!(out, "{pad}{}{text}", "  ".repeat(depth));
    };
    let id = if c.id.is_empty() { String::new() } else { format!(" id=\"{}\"", escaped(&c.id)) };
    line(0, format!("<ColorCorrection{id}>"));
    line(1, "<SOPNode>".into());
    if !c.description.is_empty() {
        line(2, format!("<Description>{}</Description>", escaped(&c.description)));
    }
    line(2, format!("<Slope>{}</Slope>", three(c.slope)));
    line(2, format!("<Offset>{}</Offset>", three(c.offset)));
    line(2, format!("<Power>{}</Power>", three(c.power)));
    line(1, "</SOPNode>".into());
    line(1, "<SatNode>".into());
    line(2, format!("<Saturation>{}</Saturation>", c.saturation));
    line(1, "</SatNode>".into());
    line(0, "</ColorCorrection>".into());
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
