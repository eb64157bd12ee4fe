//! Builds the plug-in library and lays out `Fathom.ofx.bundle` in cargo's target folder, as OpenFX's packaging rules want it:
//! `Contents/<architecture>/Fathom.ofx`, `Contents/Info.plist`, `Contents/Resources`.

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds Fathom.ofx.bundle in cargo's target folder.
#[derive(Parser)]
struct Options {
    /// Then render the demo pictures with it.
    #[arg(long)]
    demo: bool,
    /// With --demo: where the pictures go.
    #[arg(long, requires = "demo")]
    out: Option<PathBuf>,
}

/// Name of the bundle and of the library in it: OpenFX wants them equal.
const NAME: &str = "Fathom";

fn main() -> Result<()> {
    let options = Options::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace's root")?;
    let library = build(root)?;
    let bundle = lay_out(root, &target_folder(root)?, &library)?;
    println!("{}", bundle.display());
    if options.demo {
        demo(root, &bundle, options.out.as_deref())?;
    }
    Ok(())
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Builds the library in release and returns where it is.
fn build(root: &Path) -> Result<PathBuf> {
    let arguments =
        ["build", "--release", "--package", "fathom-ofx", "--lib", "--message-format=json-render-diagnostics"];
    let output = cargo(root).args(arguments).stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    ensure!(output.status.success(), "the library did not build");
    let messages = String::from_utf8(output.stdout)?;
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_library = |path: &&str| [".so", ".dylib", ".dll"].iter().any(|end| path.ends_with(end));
    let path = messages
        .filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == "fathom_ofx")
        .flat_map(|m| m["filenames"].as_array().cloned().unwrap_or_default())
        .find_map(|path| path.as_str().filter(is_library).map(PathBuf::from));
    path.context("cargo built no shared library")
}

fn target_folder(root: &Path) -> Result<PathBuf> {
    let output = cargo(root).args(["metadata", "--no-deps", "--format-version=1"]).stderr(Stdio::inherit()).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    Ok(metadata["target_directory"].as_str().context("cargo names no target folder")?.into())
}

/// The folder of the library in a bundle.
fn architecture() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "Linux-x86-64",
        ("linux", "aarch64") => "Linux-aarch64",
        ("macos", _) => "MacOS",
        ("windows", "x86_64") => "Win64",
        (os, arch) => bail!("OpenFX names no bundle folder for {os} on {arch}"),
    })
}

/// Writes the bundle beside its place and then swaps it in: a host never sees half of one.
fn lay_out(root: &Path, target: &Path, library: &Path) -> Result<PathBuf> {
    let (bundle, fresh) =
        (target.join(format!("bundle/{NAME}.ofx.bundle")), target.join(format!("bundle/@{NAME}.new")));
    remove(&fresh)?;
    let contents = fresh.join("Contents");
    let (binaries, resources) = (contents.join(architecture()?), contents.join("Resources"));
    for folder in [&binaries, &resources] {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    copy(library, &binaries.join(format!("{NAME}.ofx")))?;
    for notice in ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"] {
        copy(&root.join(notice), &resources.join(notice))?;
    }
    let plist = include_str!("../Info.plist").replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    std::fs::write(contents.join("Info.plist"), plist)?;
    remove(&bundle)?;
    std::fs::rename(&fresh, &bundle)?;
    Ok(bundle)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e).with_context(|| folder.display().to_string()),
        _ => Ok(()),
    }
}

fn demo(root: &Path, bundle: &Path, out: Option<&Path>) -> Result<()> {
    let mut command = cargo(root);
    command
        .args(["run", "--release", "--package", "mock-host", "--bin", "fathom", "--", "demo", "--bundle"])
        .arg(bundle);
    if let Some(out) = out {
        command.arg("--out").arg(std::path::absolute(out)?);
    }
    ensure!(command.status()?.success(), "the demo failed");
    Ok(())
}
