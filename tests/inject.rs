//! Suite calls that fail: one of every kind, for every effect. `fathom inject` makes every single one fail.

mod common;

use mock_host::inject::{Call, Ended, Fault, Part, Rig, statuses};
use mock_host::{Context, Profile};
use std::collections::BTreeMap;

/// A copy of the library: one file opened twice is one library with one host.
struct Library(std::path::PathBuf);

impl Library {
    fn copy(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fathom-inject-{}-{name}.ofx", std::process::id()));
        std::fs::copy(common::library(), &path).unwrap();
        Self(path)
    }
}

impl Drop for Library {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// One call of every function, with one of its statuses: others for each effect.
fn one_of_each_kind(calls: &[Call], effect: usize) -> Vec<Fault> {
    let mut kinds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, call) in calls.iter().enumerate() {
        kinds.entry(&call.function).or_default().push(i);
    }
    let fault = |(n, (function, at)): (usize, (&str, Vec<usize>))| {
        let all = statuses(function);
        let call = at[at.len() * (effect + 1) / (common::ALL.len() + 1)];
        (!all.is_empty()).then(|| Fault { call, status: all[(n + effect) % all.len()] })
    };
    kinds.into_iter().enumerate().filter_map(fault).collect()
}

/// How many of the faults did no harm, and how many there were.
fn sweep(number: usize, part: Part) -> (usize, usize) {
    let effect = common::ALL[number];
    let library = Library::copy(&format!("{effect}-{part:?}"));
    let rig = Rig::new(&library.0, Profile::strict(), effect, Context::General, part).unwrap();
    let calls = rig.calls();
    assert!(calls.len() > 500, "{effect} {part:?}: only {} calls", calls.len());
    let faults = one_of_each_kind(&calls, number);
    assert!(faults.len() > 5);
    let mut harmless = 0;
    for fault in &faults {
        let verdict = rig.judge(*fault);
        let call = &calls[fault.call];
        assert_eq!(verdict.call.as_ref(), Some(call), "the session is not the same every time");
        assert_eq!(verdict.findings, [""; 0], "{effect}: {call} with status {}", fault.status);
        // What hosts say where there is no picture cannot be told from it.
        let no_picture = ["clipGetImage", "propGetPointer"].contains(&call.function.as_str());
        assert!(
            verdict.ended != Ended::Silent || no_picture,
            "{effect}: {call} makes a wrong picture, and nobody is told"
        );
        harmless += usize::from(verdict.ended == Ended::Unharmed);
    }
    assert_eq!(rig.again(), None);
    (harmless, faults.len())
}

/// Every effect. Some faults do no harm and some do: else they would not arrive.
fn all(part: Part) {
    let sums = (0..common::ALL.len()).map(|effect| sweep(effect, part));
    let (harmless, faults) = sums.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
    assert!(harmless > 0 && harmless < faults, "{harmless} of {faults}");
}

#[test]
fn lives_survive_every_kind_of_fault() {
    all(Part::Live);
}

#[test]
fn descriptions_survive_every_kind_of_fault() {
    all(Part::Describe);
}
