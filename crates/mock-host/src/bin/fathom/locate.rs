//! Which bundle is meant, and where things lie beside the program.

use crate::Failure;
use mock_host::{Bundle, Host};
use std::path::{Path, PathBuf};

/// Name of the bundle.
pub const NAME: &str = "Fathom.ofx.bundle";

/// The folder that cargo builds into: the program lies in `target/release` or in `target/TRIPLE/release`.
pub fn target_folder() -> Option<PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let profile = exe.parent()?;
    let found = profile.ancestors().skip(1).take(2).find(|p| p.join("bundle").is_dir());
    found.or_else(|| profile.parent()).map(Path::to_path_buf)
}

/// A file or folder of the project: of the one that the program was built from, else of the current folder.
pub fn project_file(name: &str) -> Option<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name);
    [built, PathBuf::from(name)].into_iter().find(|p| p.exists()).map(|p| p.canonicalize().unwrap_or(p))
}

/// The places to look at, in order: beside the program, as in an archive; the built bundle; each folder of OFX_PLUGIN_PATH.
fn candidates() -> Vec<PathBuf> {
    let mut list = Vec::new();
    if let Some(folder) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
        list.push(folder.join(NAME));
    }
    if let Some(target) = target_folder() {
        list.push(target.join("bundle").join(NAME));
    }
    if let Some(path) = std::env::var_os("OFX_PLUGIN_PATH") {
        for folder in std::env::split_paths(&path) {
            list.push(folder.join(NAME));
            if folder.file_name().is_some_and(|n| n == NAME) {
                list.push(folder);
            }
        }
    }
    list
}

/// The bundle that the user named, or the first that is found.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_path_buf());
    }
    let places = candidates();
    places.iter().find(|p| p.exists()).cloned().ok_or_else(|| {
        let list: Vec<_> = places.iter().map(|p| format!("  {}", p.display())).collect();
        Failure::Failed(format!(
            "no bundle was found; build it with `cargo run --release -p bundle`, or name one with --bundle. Looked for:\n{}",
            list.join("\n")
        ))
    })
}

/// Opens it.
pub fn open(named: Option<&Path>, host: &Host) -> Result<Bundle, Failure> {
    Ok(Bundle::open(find(named)?, host)?)
}
