//! The licences of all that the program `fathom` is built from, out of the crates themselves.

use crate::build::metadata;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each crate's name, version and licence, and below them the texts that lie in the crates, each once.
pub fn of_program(root: &Path, triple: &str) -> Result<String> {
    let metadata = metadata(root, &["--locked", &format!("--filter-platform={triple}")])?;
    let empty = Vec::new();
    let list = |v: &'_ Value| -> Vec<Value> { v.as_array().unwrap_or(&empty).clone() };
    let packages: BTreeMap<String, Value> =
        list(&metadata["packages"]).into_iter().map(|p| (text(&p["id"]), p)).collect();
    let nodes: BTreeMap<String, Value> =
        list(&metadata["resolve"]["nodes"]).into_iter().map(|n| (text(&n["id"]), n)).collect();
    let start = packages.iter().find(|(_, p)| p["name"] == "mock-host").map(|(id, _)| id.clone());
    let (mut seen, mut next) = (BTreeSet::new(), vec![start.context("the package mock-host")?]);
    while let Some(id) = next.pop() {
        for dependency in list(&nodes[&id]["deps"]) {
            // What builds or tests only is not in the program.
            let goes_in = list(&dependency["dep_kinds"]).iter().any(|k| k["kind"].is_null());
            let package = text(&dependency["pkg"]);
            if goes_in && seen.insert(package.clone()) {
                next.push(package);
            }
        }
    }
    let others: Vec<&Value> = seen.iter().map(|id| &packages[id]).filter(|p| !p["source"].is_null()).collect();
    let mut out = String::from("The program fathom is built from these crates, beside Fathom's own:\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in others {
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        out += &format!("  {name}: {}\n", text(&package["license"]));
        let folder =
            Path::new(package["manifest_path"].as_str().unwrap_or_default()).parent().context("a crate's folder")?;
        for licence in licences(folder)? {
            texts.entry(licence).or_default().push(name.clone());
        }
    }
    for (licence, names) in texts {
        out += &format!("\n{}\n{}\n\n{licence}\n", "=".repeat(80), names.join(", "));
    }
    Ok(out)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn licences(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file()
            && ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"].iter().any(|w| name.starts_with(w))
        {
            texts.push(String::from_utf8_lossy(&std::fs::read(&path)?).trim().replace("\r\n", "\n"));
        }
    }
    texts.sort();
    Ok(texts)
}
