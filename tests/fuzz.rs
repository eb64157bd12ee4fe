//! Every session that `fathom fuzz` found something with, again; and a few random ones. A finding is kept in tests/data/fuzz.

mod common;

use mock_host::Profile;
use mock_host::fuzz::{Case, Stage, findings};

#[test]
fn what_was_found_once_is_not_found_again() {
    let mut cases = 0;
    for entry in std::fs::read_dir(common::data_path("fuzz")).unwrap() {
        let path = entry.unwrap().path();
        let case: Case = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let stage = Stage::open(&common::library(), &case.profile, &case.effect).unwrap();
        assert_eq!(findings(&stage, &case), [""; 0], "{}", path.display());
        cases += 1;
    }
    assert!(cases > 0);
}

#[test]
fn random_sessions_do_no_harm() {
    for (i, profile) in Profile::all().iter().enumerate() {
        // Each effect in two kinds of host, and each kind of host with an effect.
        let effect = common::ALL[i % common::ALL.len()];
        let stage = Stage::open(&common::library(), profile.profile_name, effect).unwrap();
        let facts = stage.facts().unwrap();
        for number in (0..6).filter(|_| !facts.contexts.is_empty()) {
            let case = Case::random(&facts, 2026, number);
            assert_eq!(findings(&stage, &case), [""; 0], "{}", serde_json::to_string(&case).unwrap());
        }
    }
}
