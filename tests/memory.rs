//! Memory that runs out: an error and a message, never the end of the host; and the next render is right.
#![cfg(target_os = "linux")]

mod common;

use common::{ALL, Session, same_bits};
use mock_host::*;
use std::process::Command;

const EFFECT: &str = "FATHOM_TEST_MEMORY_EFFECT";
const WHAT: &str = "FATHOM_TEST_MEMORY_WHAT";
const MIB: u64 = 1 << 20;

/// Runs a test of this file again in a process of its own, for one effect: what ends that process does not end the tests.
fn in_a_child(test: &str, effect: &str, what: &str) {
    let out = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(EFFECT, effect)
        .env(WHAT, what)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{effect}, {what}: {}\n{said}", out.status);
}

/// Renders while the process may have only so much more memory. `None`: it succeeded.
fn with_memory(s: &Session, request: &RenderRequest, more: u64) -> Option<HostError> {
    let prepared = s.instance.prepare(request).unwrap();
    let mut limited = false;
    let result = prepared.run_timed(|render| {
        limited = limit_memory(Some(more));
        render();
        limit_memory(None);
    });
    assert!(limited, "no limit was set");
    result.err()
}

#[track_caller]
fn says_memory(error: &HostError) {
    let HostError::Status { status, message, .. } = error else { panic!("{error}") };
    assert_eq!(*status, 8, "kOfxStatErrMemory, not {error}");
    assert!(message.as_ref().is_some_and(|m| m.to_lowercase().contains("memory")), "{message:?}");
}

fn child_effect() -> Option<(String, String)> {
    Some((std::env::var(EFFECT).ok()?, std::env::var(WHAT).ok()?))
}

/// The child of the tests below; nothing by itself.
#[test]
fn child() {
    let Some((effect, what)) = child_effect() else { return };
    match what.as_str() {
        "huge" => huge(&effect),
        _ => every_budget(&effect, &what),
    }
}

fn huge(effect: &str) {
    let mut profile = Profile::plain();
    profile.depths = vec![Depth::Byte];
    let s = Session::at_work(profile, effect, Context::General, (64, 40));
    let small = RenderRequest::at(1.0).window(RectI::sized(64, 40));
    let right = s.render(&small);
    let frame = RectI::sized(16384, 16384);
    s.instance.set_project(Project { format: frame, ..s.instance.project() });
    // Small pictures in a huge frame: the host's own memory stays what it is.
    let beauty = common::beauty(RectI::sized(64, 40)).with_components(Components::Alpha);
    for (clip, picture) in [("Source", beauty), ("Depth", common::depth(RectI::sized(64, 40)))] {
        let rod = if clip == "Source" { frame } else { picture.bounds };
        s.instance.connect(clip, picture.with_rod(rod)).unwrap();
    }
    // Effects that need little memory would take their time; that they can is seen in a second.
    let abort = Abort::After(std::time::Duration::from_secs(1));
    let error = with_memory(&s, &RenderRequest::at(1.0).window(frame).ignore_identity().abort(abort), 200 * MIB);
    if let Some(error) = &error {
        says_memory(error);
    }
    println!("{effect}: {error:?}");
    assert!(error.is_some() || effect != "ZDefocus", "ZDefocus cannot do this in 200 MiB");
    s.assert_clean(effect);
    s.instance.set_project(Project { format: RectI::sized(64, 40), ..s.instance.project() });
    s.instance.connect("Source", common::beauty(RectI::sized(64, 40))).unwrap();
    s.instance.connect("Depth", common::depth(RectI::sized(64, 40))).unwrap();
    assert!(same_bits(&s.render(&small), &right), "the next render is another one");
    assert_eq!(s.instance.persistent_messages(), [], "the message is taken back");
}

/// From hardly any memory to enough, in small steps.
fn every_budget(effect: &str, quality: &str) {
    let s = Session::at_work(Profile::strict(), effect, Context::General, (700, 400));
    if effect == "ZDefocus" {
        s.instance.set("quality", quality).unwrap();
    }
    let request = RenderRequest::at(1.0);
    let right = s.render(&request);
    let (mut budget, mut refused) = (MIB / 4, 0);
    while let Some(error) = with_memory(&s, &request, budget) {
        says_memory(&error);
        refused += 1;
        println!("{effect} {quality}: {} KiB are too few", budget / 1024);
        budget += budget / 4;
        assert!(budget < 4096 * MIB, "it never succeeds");
    }
    println!("{effect} {quality}: {} KiB are enough after {refused} refusals", budget / 1024);
    s.assert_clean(effect);
    assert!(same_bits(&s.render(&request), &right), "the next render is another one");
}

#[test]
fn windows_of_16k_by_16k_are_refused_with_a_message() {
    for effect in ALL {
        in_a_child("child", effect, "huge");
    }
}

#[test]
fn whatever_memory_there_is_the_host_lives_on() {
    for effect in ALL {
        in_a_child("child", effect, "Normal");
    }
}
