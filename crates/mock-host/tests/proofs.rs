//! Every check of `fathom check` is shown to fail: on a plug-in that does wrong what the check is about, and nothing else. A check without
//! such a proof does not count.

use mock_host::check::{Finding, Outcome, rules};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
    checks: usize,
}

fn plugin(name: &str) -> PathBuf {
    let file = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Path::new(env!("CARGO_BIN_EXE_fathom")).with_file_name("examples").join(file)
}

/// `fathom` on the plug-in that misbehaves, with a switch.
fn fathom(library: &str, switch: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fathom"))
        .arg("--bundle")
        .arg(plugin(library))
        .args(arguments)
        .env("MISBEHAVE", switch)
        .output()
        .unwrap()
}

fn check(library: &str, switch: &str, arguments: &[&str]) -> (bool, Report) {
    let out = fathom(library, switch, &[&["check", "--json", "--time-limit", "600"], arguments].concat());
    let report = serde_json::from_slice(&out.stdout);
    let report = report.unwrap_or_else(|e| panic!("{switch}: {e}; {}", String::from_utf8_lossy(&out.stderr)));
    (out.status.success(), report)
}

/// What is wrong; what depends on the machine's speed only if it is what is looked for.
fn wrong(report: &Report, wanted: &str) -> Vec<Finding> {
    let timed = |f: &&Finding| matches!(f.check.as_str(), "time-budget" | "abort-speed") && f.check != wanted;
    let bad = |f: &&Finding| !matches!(f.outcome, Outcome::Pass | Outcome::Skip) && !timed(f);
    report.findings.iter().filter(bad).cloned().collect()
}

/// Checks that only some hosts can try.
const HOSTS: &[(&str, &str)] =
    &[("describe-on-threads", "mlt"), ("overlay", "natron"), ("pixel-order", "vegas"), ("undeclared-plane", "natron")];
/// Who renders another picture each time fails every check that compares two.
const ALONE: &[&str] = &["deterministic"];

/// Descriptions of the plug-in that behaves, as of an earlier version.
struct Baseline(PathBuf);

impl Baseline {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fathom-proofs-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for context in ["filter", "general"] {
            let out = fathom("misbehave", "", &["describe", "Misbehave", "--json", "--context", context]);
            std::fs::write(folder.join(format!("org.fathomfx.test.Misbehave.{context}.json")), out.stdout).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Why a check is not proved; nothing if it is.
fn unproved(name: &str, baseline: &str) -> Option<String> {
    let host = HOSTS.iter().find(|h| h.0 == name).map_or("strict-1.5.1", |h| h.1);
    let library = if name == "no-other-symbols" { "misbehave_loud" } else { "misbehave" };
    let mut arguments = vec!["--profile", host, "--baseline", baseline];
    if ALONE.contains(&name) {
        arguments.extend(["--only", name]);
    }
    let (passed, report) = check(library, name, &arguments);
    let found = wrong(&report, name);
    let others: Vec<_> = found.iter().filter(|f| f.check != name).collect();
    match found.iter().find(|f| f.check == name) {
        None => Some(format!("{name} does not fail: {found:?}")),
        Some(_) if !others.is_empty() => Some(format!("{name} is not alone: {others:?}")),
        Some(f) if passed == f.outcome.is_bad() => Some(format!("{name}: exit code with {:?}", f.outcome)),
        Some(f) if f.details.is_empty() => Some(format!("{name} says nothing")),
        Some(_) => None,
    }
}

#[test]
fn every_check_fails_when_it_should() {
    let baseline = Baseline::new();
    let folder = baseline.0.to_string_lossy();
    let rules = rules();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(rule) = rules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    failures.lock().unwrap().extend(unproved(rule.name, &folder));
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} checks:\n{}", failures.len(), rules.len(), failures.join("\n"));
}

#[test]
fn who_behaves_passes_in_every_host() {
    let baseline = Baseline::new();
    let (passed, report) = check("misbehave", "", &["--baseline", &baseline.0.to_string_lossy()]);
    assert_eq!(wrong(&report, ""), []);
    assert!(passed);
    assert_eq!(report.checks, rules().len());
    // Whatever is skipped somewhere is tried elsewhere.
    for rule in rules() {
        let tried = report.findings.iter().any(|f| f.check == rule.name && f.outcome != Outcome::Skip);
        assert!(tried, "{} is skipped in every host", rule.name);
    }
}

/// A crash and a hang are results, and what comes after them is tried all the same.
#[test]
fn a_crash_is_a_result() {
    let (passed, report) = check("misbehave", "crash", &["--profile", "strict"]);
    let of = |name: &str| report.findings.iter().find(|f| f.check == name).unwrap();
    assert!(!passed);
    for name in ["renders", "tiles", "few-messages"] {
        assert_eq!(of(name).outcome, Outcome::Crash, "{name}");
        assert!(of(name).details.contains("signal") || cfg!(windows), "{}", of(name).details);
    }
    for name in ["describes", "param-ranges", "instance-changed", "write-to-input"] {
        assert_eq!(of(name).outcome, Outcome::Pass, "{name}");
    }
}

#[test]
fn a_hang_is_a_result() {
    let arguments = ["check", "--json", "--time-limit", "4", "--profile", "strict", "--only", "renders"];
    let out = fathom("misbehave", "hang", &arguments);
    let report: Report = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(report.findings.len(), 1);
    assert_eq!((report.findings[0].outcome, &*report.findings[0].details), (Outcome::Crash, "no end after 4 s"));
}

#[test]
fn the_table_says_what_failed() {
    let out = fathom("misbehave", "write-to-input", &["check", "--profile", "strict", "--only", "write-to-input"]);
    let (text, errors) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(1));
    assert!(text.contains("FAIL Misbehave: write-to-input: while ") && text.contains("in strict-1.5.1"), "{text}");
    assert!(errors.contains("1 checks failed"), "{errors}");
    let out = fathom("misbehave", "", &["check", "--only", "write-to-inptu"]);
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.code() == Some(2) && errors.contains("the nearest is 'write-to-input'"), "{errors}");
    let out = fathom("misbehave", "", &["check", "--profile", "houdini"]);
    assert!(out.status.code() == Some(2), "{}", String::from_utf8_lossy(&out.stderr));
}

/// The tables of the guide are the data. FATHOM_BLESS=1 writes them.
#[test]
fn the_guide_has_every_check() {
    const BEGIN: &str = "<!-- what `fathom check --guide` prints -->\n";
    const END: &str = "<!-- end -->\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/validator.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (start, rest) = text.split_once(BEGIN).unwrap();
    let (tables, end) = rest.split_once(END).unwrap();
    let now = String::from_utf8(fathom("misbehave", "", &["check", "--guide"]).stdout).unwrap();
    if std::env::var_os("FATHOM_BLESS").is_some() {
        std::fs::write(&file, [start, BEGIN, &now, END, end].concat()).unwrap();
    } else {
        assert!(tables == now, "docs/validator.md is stale: run with FATHOM_BLESS=1");
    }
}
