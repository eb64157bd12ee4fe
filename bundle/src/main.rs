//! Builds the plug-in library and lays out `Fathom.ofx.bundle` in cargo's target folder, as OpenFX's packaging rules want it:
//! `Contents/<architecture>/Fathom.ofx`, `Contents/Info.plist`, `Contents/Resources`. With `--archive` also what is released.

mod archive;
mod build;
mod manual;
mod notices;

use anyhow::{Context, Result, ensure};
use build::{Platform, Toolchain};
use clap::Parser;
use std::path::{Path, PathBuf};

/// Builds Fathom.ofx.bundle in cargo's target folder.
#[derive(Parser)]
struct Options {
    /// Then render the demo pictures with it.
    #[arg(long)]
    demo: bool,
    /// With --demo: where the pictures go.
    #[arg(long, requires = "demo")]
    out: Option<PathBuf>,
    /// Then pack bundle, program and notices for release, with checksums, into the folder `dist` of cargo's target folder.
    #[arg(long)]
    archive: bool,
    /// Then render the manual's pictures and make its site, with mdbook, into the folder `manual` of cargo's target folder.
    #[arg(long)]
    manual: bool,
    /// Build for another machine: a target triple of Rust's, or universal-apple-darwin for both kinds of Mac in one.
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Linux: run on this glibc and newer, such as 2.17. Builds with cargo-zigbuild.
    #[arg(long, value_name = "VERSION")]
    glibc: Option<String>,
}

/// Name of the bundle and of the library in it: OpenFX wants them equal.
const NAME: &str = "Fathom";

fn main() -> Result<()> {
    let options = Options::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace's root")?;
    let platform = Platform::new(options.target.as_deref())?;
    let tools = Toolchain { root, platform: &platform, glibc: options.glibc.as_deref() };
    let target = build::target_folder(root)?;
    let library = tools.library(&target)?;
    let bundle = lay_out(root, &target, platform.folder, &library)?;
    println!("{}", bundle.display());
    if let Some(version) = build::glibc_of(&library)? {
        println!("needs glibc {version} or newer");
    }
    if options.archive {
        let program = tools.program(&target)?;
        archive::make(&tools, &target, &bundle, &program)?;
    }
    if options.manual {
        manual::make(&tools, &target, &bundle)?;
    }
    if options.demo {
        demo(root, &bundle, options.out.as_deref())?;
    }
    Ok(())
}

/// Writes the bundle beside its place and then swaps it in: a host never sees half of one.
fn lay_out(root: &Path, target: &Path, folder: &str, library: &Path) -> Result<PathBuf> {
    let (bundle, fresh) =
        (target.join(format!("bundle/{NAME}.ofx.bundle")), target.join(format!("bundle/@{NAME}.new")));
    remove(&fresh)?;
    let contents = fresh.join("Contents");
    let (binaries, resources) = (contents.join(folder), contents.join("Resources"));
    for folder in [&binaries, &resources] {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    copy(library, &binaries.join(format!("{NAME}.ofx")))?;
    for notice in NOTICES {
        copy(&root.join(notice), &resources.join(notice))?;
    }
    // The icons that the effects name.
    for entry in std::fs::read_dir(root.join("bundle/icons"))? {
        let icon = entry?;
        copy(&icon.path(), &resources.join(icon.file_name()))?;
    }
    let plist = include_str!("../Info.plist").replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    std::fs::write(contents.join("Info.plist"), plist)?;
    remove(&bundle)?;
    std::fs::rename(&fresh, &bundle)?;
    Ok(bundle)
}

/// What goes with every copy.
const NOTICES: [&str; 3] = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY.md"];

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
    let mut command = build::cargo(root);
    command
        .args(["run", "--release", "--package", "mock-host", "--bin", "fathom", "--", "demo", "--bundle"])
        .arg(bundle);
    if let Some(out) = out {
        command.arg("--out").arg(std::path::absolute(out)?);
    }
    ensure!(command.status()?.success(), "the demo failed");
    Ok(())
}
