//! `cargo manual`: the manual's pictures, rendered with the bundle from tests/data, and its pages as a static site.

use crate::build::Toolchain;
use crate::copy;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// A line of docs/manual/pictures.json.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Picture {
    file: String,
    /// Which command of `fathom` makes it.
    command: String,
    /// What it is told.
    arguments: Vec<String>,
}

/// Pages of the reference that live in docs, for developers too.
const REFERENCE: [&str; 6] = ["parameters.md", "depth.md", "lens.md", "fog.md", "fog-truth.md", "grade.md"];

/// Lays out `manual/docs` in cargo's target folder as in the repository, renders the pictures there, and makes `manual/site`.
pub fn make(tools: &Toolchain, target: &Path, bundle: &Path) -> Result<()> {
    let (docs, laid) = (tools.root.join("docs"), target.join("manual/docs"));
    let source = laid.join("manual/src");
    crate::remove(&laid)?;
    files(&docs.join("manual/src"), &source)?;
    files(&docs.join("farm"), &laid.join("farm"))?;
    files(&docs.join("pictures"), &source.join("pictures"))?;
    for page in REFERENCE {
        copy(&docs.join(page), &source.join(page))?;
    }
    for file in ["book.toml", "pages.css"] {
        copy(&docs.join("manual").join(file), &laid.join("manual").join(file))?;
    }
    let program = tools.program(target)?;
    let list = std::fs::read_to_string(docs.join("manual/pictures.json"))?;
    let pictures: Vec<Picture> = serde_json::from_str(&list).context("docs/manual/pictures.json")?;
    for (i, picture) in pictures.iter().enumerate() {
        let out = source.join(format!("pictures/{}.png", picture.file));
        eprintln!("picture {} of {}: {}", i + 1, pictures.len(), picture.file);
        let mut made = Command::new(&program);
        made.current_dir(tools.root).arg("--bundle").arg(bundle);
        made.arg(&picture.command).args(&picture.arguments).arg("--out").arg(out);
        let status = made.stdout(Stdio::null()).status().with_context(|| program.display().to_string())?;
        ensure!(status.success(), "the picture {} failed", picture.file);
    }
    let site = target.join("manual/site");
    let mut book = Command::new("mdbook");
    match book.arg("build").arg(laid.join("manual")).arg("--dest-dir").arg(&site).status() {
        Err(e) if e.kind() == ErrorKind::NotFound => {
            bail!("mdbook is not installed: cargo install mdbook. Pages and pictures lie in {}", source.display())
        }
        status => ensure!(status?.success(), "mdbook failed"),
    }
    println!("{}", site.join("index.html").display());
    Ok(())
}

/// Copies the files of one folder, without those below.
fn files(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        if path.is_file() {
            copy(&path, &to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}
