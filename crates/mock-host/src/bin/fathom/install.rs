//! `fathom install` and `fathom uninstall`: the bundle into the folder where hosts look for plug-ins, and out of it.

use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::{Bundle, Host, Profile};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where plug-ins go, as both commands are told.
#[derive(Args)]
pub struct Place {
    /// The folder that all hosts search: /usr/OFX/Plugins, /Library/OFX/Plugins or C:\Program Files\Common Files\OFX\Plugins.
    /// Needs administrator's rights (the default)
    #[arg(long, conflicts_with_all = ["user", "to"])]
    system: bool,
    /// A folder of your own; hosts find it by OFX_PLUGIN_PATH, and you are told how to set it
    #[arg(long, conflicts_with = "to")]
    user: bool,
    /// Another folder
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub struct Install {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Uninstall {
    #[command(flatten)]
    place: Place,
}

fn failed(what: &Path, e: &std::io::Error) -> Failure {
    let help = match e.kind() {
        ErrorKind::PermissionDenied if cfg!(windows) => ". Run it again as administrator, or with --user",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => ". Run it again with sudo, or with --user",
        ErrorKind::ResourceBusy => ". Close the programs that use Fathom and run it again",
        _ => "",
    };
    Failure::Failed(format!("{}: {e}{help}", what.display()))
}

/// OpenFX's folder of the system.
fn system_folder() -> PathBuf {
    if cfg!(windows) {
        let files = std::env::var_os("CommonProgramFiles").map(PathBuf::from);
        return files.unwrap_or_else(|| r"C:\Program Files\Common Files".into()).join(r"OFX\Plugins");
    }
    if cfg!(target_os = "macos") { "/Library/OFX/Plugins".into() } else { "/usr/OFX/Plugins".into() }
}

/// A folder of the user's; OpenFX names none.
fn user_folder() -> Result<PathBuf, Failure> {
    let env = |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        env("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env("HOME").map(|home| home.join("Library"))
    } else {
        env("XDG_DATA_HOME").filter(|p| p.is_absolute()).or_else(|| env("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|b| b.join("OFX").join("Plugins")).ok_or_else(|| usage("no home folder is known: say where with --to"))
}

impl Place {
    fn folder(&self) -> Result<PathBuf, Failure> {
        match &self.to {
            Some(folder) => std::path::absolute(folder).map_err(|e| failed(folder, &e)),
            None if self.user => user_folder(),
            None => Ok(system_folder()),
        }
    }
}

/// Is that folder, if it is there, a Fathom? Nothing else is ever replaced or removed.
fn check_ours(path: &Path) -> Result<(), Failure> {
    let info = path.join("Contents/Info.plist");
    let ours = std::fs::read_to_string(&info).is_ok_and(|text| text.contains("<string>org.fathomfx.Fathom</string>"));
    if ours {
        return Ok(());
    }
    Err(Failure::Failed(format!("{} is no bundle of Fathom: it is left alone; move it away first", path.display())))
}

/// Is something there? A link counts by itself, wherever it leads.
fn there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn remove(path: &Path) -> Result<(), Failure> {
    let link = path.symlink_metadata().is_ok_and(|m| m.file_type().is_symlink());
    let done = if link { std::fs::remove_file(path) } else { std::fs::remove_dir_all(path) };
    match done {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(failed(path, &e)),
        _ => Ok(()),
    }
}

/// Copies a folder; the number of files.
fn copy(from: &Path, to: &Path) -> Result<usize, Failure> {
    std::fs::create_dir_all(to).map_err(|e| failed(to, &e))?;
    let mut files = 0;
    for entry in std::fs::read_dir(from).map_err(|e| failed(from, &e))? {
        let entry = entry.map_err(|e| failed(from, &e))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            files += copy(&from, &to)?;
        } else {
            std::fs::copy(&from, &to).map_err(|e| failed(&to, &e))?;
            files += 1;
        }
    }
    Ok(files)
}

/// Opens the bundle as a host does: how many effects, and in how many milliseconds.
fn try_out(bundle: &Path) -> Result<(usize, f64), Failure> {
    let start = Instant::now();
    let host = Host::new(Profile::plain());
    let bundle = Bundle::open(bundle, &host)?;
    for info in bundle.effects()? {
        info.contexts();
    }
    Ok((bundle.effects()?.len(), start.elapsed().as_secs_f64() * 1000.0))
}

impl Install {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let from = locate::find(bundle)?;
        check_ours(&from)?;
        let folder = self.place.folder()?;
        let target = folder.join(locate::NAME);
        let same = |a: &Path, b: &Path| a.canonicalize().ok().is_some_and(|a| b.canonicalize().ok() == Some(a));
        if same(&from, &target) {
            return Err(usage(format!("{} is installed there already, and is what would be copied", target.display())));
        }
        let replaces = there(&target);
        if replaces {
            check_ours(&target)?;
        }
        let verb = if replaces { "replaces" } else { "is copied to" };
        if self.place.dry_run {
            println!("{} {verb} {}", from.display(), target.display());
            println!("nothing was done (--dry-run)");
            return Ok(());
        }
        // Beside its place first, tried there, then swapped in: a host that starts meanwhile never sees half of one. OpenFX has hosts
        // pass over folders that begin with @.
        let stage = folder.join(format!("@fathom.{}", std::process::id()));
        let result = put(&from, &stage, &target, replaces);
        let cleaned = remove(&stage);
        let (files, effects, ms) = result?;
        cleaned?;
        println!("installed {} ({files} files; {effects} effects, loaded in {ms:.0} ms)", target.display());
        if !(folder == system_folder() || on_path(&folder)) {
            println!("Hosts do not search this folder by themselves. Set OFX_PLUGIN_PATH for them:");
            println!("  {}", how_to_set(&folder));
        }
        println!("Restart your host; the effects are under Fathom.");
        Ok(())
    }
}

/// Copies, tries, swaps: files, effects, milliseconds. Whatever fails, what was there before stays.
fn put(from: &Path, stage: &Path, target: &Path, replaces: bool) -> Result<(usize, usize, f64), Failure> {
    let (fresh, old) = (stage.join(locate::NAME), stage.join("old"));
    let files = copy(from, &fresh)?;
    let (effects, ms) = try_out(&fresh).map_err(|e| {
        let (Failure::Usage(text) | Failure::Failed(text)) = e;
        Failure::Failed(format!("the bundle does not work on this machine, and was not installed: {text}"))
    })?;
    if replaces {
        std::fs::rename(target, &old).map_err(|e| failed(target, &e))?;
    }
    if let Err(e) = std::fs::rename(&fresh, target) {
        let _ = std::fs::rename(&old, target);
        return Err(failed(target, &e));
    }
    Ok((files, effects, ms))
}

fn on_path(folder: &Path) -> bool {
    std::env::var_os("OFX_PLUGIN_PATH").is_some_and(|path| std::env::split_paths(&path).any(|p| p == folder))
}

fn how_to_set(folder: &Path) -> String {
    let folder = folder.display();
    if cfg!(windows) {
        format!("setx OFX_PLUGIN_PATH \"{folder}\"")
    } else if cfg!(target_os = "macos") {
        format!(
            "launchctl setenv OFX_PLUGIN_PATH \"{folder}\"    (and in ~/.zprofile: export OFX_PLUGIN_PATH=\"{folder}\")"
        )
    } else {
        format!("export OFX_PLUGIN_PATH=\"{folder}\"    (in ~/.profile, then log in again)")
    }
}

impl Uninstall {
    pub fn run(&self) -> Result<(), Failure> {
        let target = self.place.folder()?.join(locate::NAME);
        if !there(&target) {
            println!("{} is not there: nothing to do", target.display());
            return Ok(());
        }
        check_ours(&target)?;
        if self.place.dry_run {
            println!("{} is removed\nnothing was done (--dry-run)", target.display());
            return Ok(());
        }
        remove(&target)?;
        println!("removed {}", target.display());
        Ok(())
    }
}
