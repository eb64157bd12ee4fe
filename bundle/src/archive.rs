//! What is released: bundle, program and notices in one archive for each platform, and a list of checksums.

use crate::build::{Toolchain, glibc_of, own_triple};
use crate::{NAME, NOTICES, notices};
use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file of the archive.
struct Entry {
    /// Below the archive's one folder, with slashes.
    name: String,
    bytes: Vec<u8>,
    /// May it be run?
    runs: bool,
}

/// Writes `fathom-VERSION-PLATFORM.tar.gz` (Windows: `.zip`) and `SHA256SUMS` with all archives that lie there.
pub fn make(tools: &Toolchain, target: &Path, bundle: &Path, program: &Path) -> Result<()> {
    let windows = tools.platform.folder == "Win64";
    let mut entries = Vec::new();
    gather(bundle, &format!("{NAME}.ofx.bundle"), &mut entries)?;
    let name = if windows { "fathom.exe" } else { "fathom" };
    entries.push(Entry { name: name.into(), bytes: read(program)?, runs: true });
    for notice in NOTICES {
        entries.push(Entry { name: notice.into(), bytes: read(&tools.root.join(notice))?, runs: false });
    }
    let triple = tools.platform.triples.first().cloned().map_or_else(own_triple, Ok)?;
    let notices = notices::of_program(tools.root, &triple)?;
    entries.push(Entry { name: "THIRD-PARTY-fathom.txt".into(), bytes: notices.into_bytes(), runs: false });
    let needs = glibc_of(program)?.into_iter().chain(glibc_of(&library_of(bundle, tools))?).max_by_key(|v| number(v));
    let text = include_str!("../INSTALL.txt").replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    let needs = needs.map_or(String::new(), |v| format!("\nNeeds glibc {v} or newer (`ldd --version` tells).\n"));
    let text = text.replace("@NEEDS@", &needs);
    entries.push(Entry { name: "INSTALL.txt".into(), bytes: text.into_bytes(), runs: false });
    entries.sort_by(|a, b| a.name.cmp(&b.name));

    let dist = target.join("dist");
    std::fs::create_dir_all(&dist)?;
    let folder = format!("fathom-{}-{}", env!("CARGO_PKG_VERSION"), tools.platform.name);
    let path = dist.join(format!("{folder}.{}", if windows { "zip" } else { "tar.gz" }));
    let file = BufWriter::new(File::create(&path).with_context(|| path.display().to_string())?);
    if windows {
        zip(file, &folder, &entries)?
    } else {
        tar_gz(file, &folder, &entries)?
    }
    println!("{} ({} bytes)", path.display(), std::fs::metadata(&path)?.len());
    checksums(&dist)
}

fn library_of(bundle: &Path, tools: &Toolchain) -> PathBuf {
    bundle.join("Contents").join(tools.platform.folder).join(format!("{NAME}.ofx"))
}

fn number(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|n| n.parse().ok()).collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

fn gather(folder: &Path, name: &str, entries: &mut Vec<Entry>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            gather(&path, &name, entries)?;
        } else {
            let runs = name.ends_with(".ofx");
            entries.push(Entry { name, bytes: read(&path)?, runs });
        }
    }
    Ok(())
}

/// No times and no users: the same files give the same archive.
fn tar_gz(file: impl Write, folder: &str, entries: &[Entry]) -> Result<()> {
    let mut tar = tar::Builder::new(GzBuilder::new().mtime(0).write(file, Compression::best()));
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(if entry.runs { 0o755 } else { 0o644 });
        tar.append_data(&mut header, format!("{folder}/{}", entry.name), &entry.bytes[..])?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn zip(file: impl Write + std::io::Seek, folder: &str, entries: &[Entry]) -> Result<()> {
    let mut zip = zip::ZipWriter::new(file);
    let options = zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for entry in entries {
        let options = options.unix_permissions(if entry.runs { 0o755 } else { 0o644 });
        zip.start_file(format!("{folder}/{}", entry.name), options)?;
        zip.write_all(&entry.bytes)?;
    }
    zip.finish()?.flush()?;
    Ok(())
}

/// `sha256sum --check SHA256SUMS` reads it.
fn checksums(dist: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(dist)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("fathom-") {
            let sum: String = Sha256::digest(read(&path)?).iter().map(|b| format!("{b:02x}")).collect();
            lines.push(format!("{sum}  {name}\n"));
        }
    }
    lines.sort_by(|a, b| a[64..].cmp(&b[64..]));
    Ok(std::fs::write(dist.join("SHA256SUMS"), lines.concat())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |name: &str, runs| Entry { name: name.into(), bytes: name.as_bytes().repeat(100), runs };
        vec![entry("Fathom.ofx.bundle/Contents/Info.plist", false), entry("fathom", true)]
    }

    #[test]
    fn an_archive_is_the_same_each_time_and_holds_what_went_in() {
        let make = || {
            let mut bytes = Vec::new();
            tar_gz(&mut bytes, "fathom-1", &entries()).unwrap();
            bytes
        };
        assert_eq!(make(), make());
        let bytes = make();
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
        let seen: Vec<_> = tar
            .entries()
            .unwrap()
            .map(|e| {
                let e = e.unwrap();
                (e.path().unwrap().display().to_string(), e.header().mode().unwrap(), e.size())
            })
            .collect();
        let plist = "fathom-1/Fathom.ofx.bundle/Contents/Info.plist";
        assert_eq!(seen, [(plist.into(), 0o644, 3700), ("fathom-1/fathom".into(), 0o755, 600)]);
    }

    #[test]
    fn windows_gets_a_zip() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        zip(&mut bytes, "fathom-1", &entries()).unwrap();
        let mut zip = zip::ZipArchive::new(bytes).unwrap();
        assert_eq!(zip.len(), 2);
        assert_eq!(zip.by_name("fathom-1/fathom").unwrap().size(), 600);
    }

    #[test]
    fn checksums_are_those_of_the_files() {
        let dist = std::env::temp_dir().join(format!("fathom-dist-{}", std::process::id()));
        std::fs::create_dir_all(&dist).unwrap();
        std::fs::write(dist.join("fathom-1-b.zip"), b"abc").unwrap();
        std::fs::write(dist.join("fathom-1-a.tar.gz"), b"").unwrap();
        checksums(&dist).unwrap();
        let text = std::fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
        std::fs::remove_dir_all(&dist).unwrap();
        // FIPS 180-4's example, and the sum of nothing.
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  fathom-1-a.tar.gz\n\
            ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  fathom-1-b.zip\n";
        assert_eq!(text, expected);
    }
}
