//! Rules of the library file and its entry points.

use super::raw::RawLibrary;
use super::{Rule, Stage, Verdict, broken, skip};
use crate::bundle::library_file;
use object::Object;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule::should(
        "no-other-symbols",
        "The library exports OfxSetHost, OfxGetNumberOfPlugins and OfxGetPlugin, and nothing else.",
        no_other_symbols,
    )
    .once(),
    Rule::must("plugin-index", "OfxGetPlugin answers NULL for numbers that are no plug-in's.", plugin_index).once(),
    Rule::must("plugin-record", "A plug-in's record is complete and always the same one.", plugin_record).once(),
    Rule::must(
        "plugin-identifier",
        "Identifiers are ASCII, occur once in the library and can be names of files.",
        plugin_identifier,
    )
    .once(),
    Rule::must(
        "host-introduction",
        "It works whether OfxSetHost comes before, late, with NULL or never.",
        introduction,
    )
    .once(),
    Rule::must("load-cycles", "Load, Describe and Unload in a row of hosts leave no thread behind.", load_cycles)
        .once(),
    Rule::must("new-host", "The host of the last setHost is the one that is asked for suites.", new_host).once(),
];

const ENTRIES: [&str; 2] = ["OfxGetNumberOfPlugins", "OfxGetPlugin"];

/// Names of exported symbols, as C writes them.
fn exports(stage: &Stage) -> Result<BTreeSet<String>, super::Stop> {
    let file = library_file(stage.bundle())?;
    let data = std::fs::read(&file).map_err(|e| super::Stop::Broken(format!("{}: {e}", file.display())))?;
    let parsed = object::File::parse(&*data).map_err(|e| super::Stop::Skip(format!("{}: {e}", file.display())))?;
    let list = parsed.exports().map_err(|e| super::Stop::Skip(e.to_string()))?;
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let underscore = parsed.format() == object::BinaryFormat::MachO;
    let plain = |n: String| if underscore { n.strip_prefix('_').map(str::to_string).unwrap_or(n) } else { n };
    Ok(list.iter().map(|e| plain(name(e.name()))).collect())
}

fn no_other_symbols(stage: &Stage) -> Verdict {
    let found = exports(stage)?;
    if !found.contains("OfxSetHost") {
        return broken("OfxSetHost is not exported: Fusion Studio on Linux does not load such libraries");
    }
    // What the linker itself adds to any library.
    let own = ["_init", "_fini", "_edata", "_end", "__bss_start"];
    let others: Vec<_> = found
        .iter()
        .filter(|n| *n != "OfxSetHost" && !ENTRIES.contains(&n.as_str()) && !own.contains(&n.as_str()))
        .collect();
    match others.first() {
        Some(first) => broken(format!(
            "{} other symbols are exported, such as {first}: they can get mixed up with those of other plug-ins",
            others.len()
        )),
        None => Ok(()),
    }
}

fn plugin_index(stage: &Stage) -> Verdict {
    let library = RawLibrary::open(stage.bundle())?;
    let count = library.count()?;
    if count < 1 {
        return broken(format!("OfxGetNumberOfPlugins answers {count}"));
    }
    for index in [-1, i32::MIN, count, count + 1, i32::MAX] {
        if library.plugin(index)?.is_some() {
            return broken(format!("OfxGetPlugin({index}) is not NULL; there are {count} plug-ins"));
        }
    }
    Ok(())
}

fn plugin_record(stage: &Stage) -> Verdict {
    let library = RawLibrary::open(stage.bundle())?;
    for index in 0..library.count()? {
        let Some(record) = library.plugin(index)? else {
            return broken(format!("OfxGetPlugin({index}) is NULL"));
        };
        if library.plugin(index)?.as_ref() != Some(&record) {
            return broken(format!("OfxGetPlugin({index}) answers something else the second time"));
        }
        if record.api != "OfxImageEffectPluginAPI" {
            continue;
        }
        let name = String::from_utf8_lossy(&record.identifier).into_owned();
        if record.api_version != 1 {
            return broken(format!("{name} is of API version {}", record.api_version));
        }
        if !record.has_set_host || !record.has_entry {
            return broken(format!("{name} has no setHost or no main entry"));
        }
    }
    Ok(())
}

fn plugin_identifier(stage: &Stage) -> Verdict {
    let library = RawLibrary::open(stage.bundle())?;
    let mut seen = BTreeSet::new();
    for index in 0..library.count()? {
        let Some(record) = library.plugin(index)? else { continue };
        let name = String::from_utf8_lossy(&record.identifier).into_owned();
        let legal = |b: &u8| b.is_ascii_graphic() && !br#"/\:*?"<>|"#.contains(b);
        if record.identifier.is_empty() || !record.identifier.iter().all(legal) {
            return broken(format!("'{name}' cannot be the name of a file everywhere"));
        }
        if !seen.insert((record.api, record.identifier)) {
            return broken(format!("'{name}' occurs twice"));
        }
    }
    Ok(())
}

fn introduction(stage: &Stage) -> Verdict {
    let library = RawLibrary::open(stage.bundle())?;
    let works = |introduces: bool| {
        let session = stage.open_as(|p| p.introduces_itself = introduces)?;
        session.context().map(|_| ())
    };
    works(false)?;
    // A host that is none may be refused, and must not matter later.
    let _ = library.introduce_nobody();
    works(false)?;
    let _ = library.introduce_nobody();
    works(true)?;
    let session = stage.open_as(|p| p.introduces_itself = false)?;
    let _ = library.introduce_nobody();
    session.work(super::Feed::All).map(|_| ())
}

/// Threads of this process; nothing where the system does not tell.
pub(super) fn threads() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}

fn load_cycles(stage: &Stage) -> Verdict {
    let cycle = || {
        let session = stage.open()?;
        let work = session.work(super::Feed::All)?;
        let _ = work.instance.render(&work.frame());
        Ok::<(), super::Stop>(())
    };
    cycle()?;
    let Some(before) = threads() else { return skip("this system does not tell how many threads there are") };
    for _ in 0..10 {
        cycle()?;
    }
    // A thread that was told to end may need a moment.
    let ended = (0..50).any(|i| {
        if i > 0 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        threads().is_none_or(|now| now <= before)
    });
    if ended { Ok(()) } else { broken(format!("there were {before} threads, now there are {:?}", threads())) }
}

fn new_host(stage: &Stage) -> Verdict {
    // As a host that keeps the library open between two projects.
    let _kept = RawLibrary::open(stage.bundle())?;
    let first = stage.open()?;
    let old = first.host.clone();
    drop(first);
    let asked = old.suites_asked();
    let second = stage.open()?;
    let work = second.work(super::Feed::All)?;
    let _ = work.instance.render(&work.frame());
    if old.suites_asked() != asked {
        return broken("a host that was replaced was asked for suites");
    }
    if second.host.suites_asked() == 0 {
        return broken("the new host was not asked for suites: those of the old one are still in use");
    }
    Ok(())
}
