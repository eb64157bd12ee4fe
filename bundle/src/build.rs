//! Calls cargo for one platform, and knows where in a bundle its library goes.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is built for.
pub struct Platform {
    /// Target triples; two for a universal library of macOS, none for this machine's own.
    pub triples: Vec<String>,
    /// The library's folder in the bundle.
    pub folder: &'static str,
    /// For the archive's name.
    pub name: &'static str,
}

impl Platform {
    /// `None` is this machine.
    pub fn new(target: Option<&str>) -> Result<Self> {
        let host = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
        let text = target.unwrap_or(&host);
        let (folder, name) = match text {
            "universal-apple-darwin" => ("MacOS", "macos-universal"),
            t if t.starts_with("x86_64") && t.contains("linux") => ("Linux-x86-64", "linux-x86_64"),
            t if t.starts_with("aarch64") && t.contains("linux") => ("Linux-aarch64", "linux-aarch64"),
            t if t.starts_with("x86_64") && t.contains("windows") => ("Win64", "windows-x86_64"),
            t if t.starts_with("aarch64") && (t.contains("apple") || t.contains("macos")) => ("MacOS", "macos-arm64"),
            t if t.contains("apple") || t.contains("macos") => ("MacOS", "macos-x86_64"),
            other => bail!("OpenFX names no bundle folder for {other}"),
        };
        let triples = match target {
            Some("universal-apple-darwin") => vec!["aarch64-apple-darwin".into(), "x86_64-apple-darwin".into()],
            Some(triple) => vec![triple.into()],
            None => Vec::new(),
        };
        Ok(Self { triples, folder, name })
    }
}

/// How it is built.
pub struct Toolchain<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// For which machine.
    pub platform: &'a Platform,
    /// Linux: the oldest glibc that it is to run on.
    pub glibc: Option<&'a str>,
}

impl Toolchain<'_> {
    /// The plug-in library, in release.
    pub fn library(&self, target: &Path) -> Result<PathBuf> {
        let is_library = |path: &str| [".so", ".dylib", ".dll"].iter().any(|end| path.ends_with(end));
        self.build(target, ["--package", "fathom-ofx", "--lib"], "fathom_ofx", &is_library)
    }

    /// The program `fathom`, in release.
    pub fn program(&self, target: &Path) -> Result<PathBuf> {
        let is_program = |path: &str| [Some("exe"), None].contains(&extension(path));
        self.build(target, ["--package", "mock-host", "--bin=fathom"], "fathom", &is_program)
    }

    fn build(&self, target: &Path, what: [&str; 3], name: &str, wanted: &dyn Fn(&str) -> bool) -> Result<PathBuf> {
        let one = |triple: Option<&str>| self.build_one(triple, &what, name, wanted);
        match &self.platform.triples[..] {
            // cargo-zigbuild wants a triple to write the version of glibc behind.
            [] => one(self.glibc.map(|_| own_triple()).transpose()?.as_deref()),
            [triple] => one(Some(triple)),
            several => {
                let parts: Vec<PathBuf> = several.iter().map(|t| one(Some(t))).collect::<Result<_>>()?;
                let joined = target.join(format!("universal-{name}"));
                let status = Command::new("lipo").arg("-create").args(&parts).arg("-output").arg(&joined).status();
                ensure!(status.context("lipo, of Apple's developer tools")?.success(), "lipo failed");
                Ok(joined)
            }
        }
    }

    fn build_one(
        &self,
        triple: Option<&str>,
        what: &[&str],
        name: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<PathBuf> {
        let mut command = cargo(self.root);
        command.arg(if self.glibc.is_some() { "zigbuild" } else { "build" });
        command.args(["--release", "--message-format=json-render-diagnostics"]).args(what);
        match (triple, self.glibc) {
            (Some(triple), Some(version)) => drop(command.arg(format!("--target={triple}.{version}"))),
            (Some(triple), None) => drop(command.arg(format!("--target={triple}"))),
            (None, _) => {}
        }
        let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
        ensure!(output.status.success(), "{name} did not build");
        let messages = String::from_utf8(output.stdout)?;
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let path = messages
            .filter(|m| m["reason"] == "compiler-artifact" && m["target"]["name"] == name)
            .flat_map(|m| m["filenames"].as_array().cloned().unwrap_or_default())
            .find_map(|path| path.as_str().filter(|p| wanted(p)).map(PathBuf::from));
        path.with_context(|| format!("cargo built no {name}"))
    }
}

fn extension(path: &str) -> Option<&str> {
    Path::new(path).extension().and_then(|e| e.to_str())
}

/// This machine's triple.
pub fn own_triple() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    let text = String::from_utf8(output.stdout)?;
    let triple = text.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(triple.into())
}

pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// What cargo says of the workspace and all that it is built from.
pub fn metadata(root: &Path, arguments: &[&str]) -> Result<Value> {
    let mut command = cargo(root);
    command.args(["metadata", "--format-version=1"]).args(arguments);
    let output = command.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    serde_json::from_slice(&output.stdout).context("cargo metadata")
}

pub fn target_folder(root: &Path) -> Result<PathBuf> {
    let metadata = metadata(root, &["--no-deps"])?;
    Ok(metadata["target_directory"].as_str().context("cargo names no target folder")?.into())
}

/// The newest version of glibc whose symbols a library asks for: it runs there and on newer ones. `None` for what is not Linux's.
pub fn glibc_of(library: &Path) -> Result<Option<String>> {
    let bytes = std::fs::read(library).with_context(|| library.display().to_string())?;
    Ok(if bytes.starts_with(b"\x7fELF") { newest_glibc(&bytes) } else { None })
}

/// The names of symbol versions stand in the file as text.
fn newest_glibc(bytes: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"GLIBC_";
    let version = |at: usize| {
        let rest = &bytes[at + MARK.len()..];
        let end = rest.iter().position(|b| !(b.is_ascii_digit() || *b == b'.'))?;
        // Text that merely looks like it ends otherwise.
        let text = std::str::from_utf8(rest.get(..end).filter(|_| rest[end] == 0)?).ok()?;
        let numbers: Option<Vec<u32>> = text.split('.').map(|n| n.parse().ok()).collect();
        numbers.filter(|n| n.len() > 1)
    };
    let places = bytes.windows(MARK.len()).enumerate().filter(|(_, w)| *w == MARK).map(|(at, _)| at);
    let newest = places.filter_map(version).max()?;
    Some(newest.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_counts_by_number() {
        let text = b"..GLIBC_2.9\0GLIBC_2.17\0GLIBC_2.2.5\0GLIBC_PRIVATE\0 GLIBC_2.99 is text \0";
        assert_eq!(newest_glibc(text).as_deref(), Some("2.17"));
        assert_eq!(newest_glibc(b"nothing"), None);
        assert_eq!(newest_glibc(b"GLIBC_2.3"), None, "cut off");
    }

    #[test]
    fn platforms_have_their_folder() {
        let of = |t| Platform::new(Some(t)).map(|p| (p.folder, p.triples.len()));
        assert_eq!(of("x86_64-unknown-linux-gnu").unwrap(), ("Linux-x86-64", 1));
        assert_eq!(of("aarch64-unknown-linux-gnu").unwrap(), ("Linux-aarch64", 1));
        assert_eq!(of("universal-apple-darwin").unwrap(), ("MacOS", 2));
        assert_eq!(of("x86_64-pc-windows-msvc").unwrap(), ("Win64", 1));
        assert!(of("riscv64gc-unknown-linux-gnu").is_err());
        assert!(Platform::new(None).unwrap().triples.is_empty());
    }
}
