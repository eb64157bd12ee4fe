//! Memory that runs out: an error and a message, never the end of the host; and the next render is right. Memory and threads that are
//! given back, however often a host comes and goes.
#![cfg(target_os = "linux")]

mod common;

use common::{ALL, Session, same_bits};
use mock_host::*;
use std::process::Command;

const EFFECT: &str = "FATHOM_TEST_MEMORY_EFFECT";
const WHAT: &str = "FATHOM_TEST_MEMORY_WHAT";
const MIB: u64 = 1 << 20;
/// What may be in use after forty cycles more: pages that are held by one small block. A picture of 96 × 64 that is left behind each
/// time is 3.8 MiB, a library that is not closed more than 100.
const LEFT_BEHIND: u64 = 2 * MIB;

/// Runs a test of this file again in a process of its own, for one effect: what ends that process does not end the tests.
fn in_a_child(test: &str, effect: &str, what: &str) -> String {
    let out = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(EFFECT, effect)
        .env(WHAT, what)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{effect}, {what}: {}\n{said}", out.status);
    said
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
        "cycles" => cycles(&effect),
        _ if let Ok(kib) = what.parse() => first_render(&effect, kib),
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

/// A process's first render, which makes the threads and their pools of memory.
fn first_render(effect: &str, kib: u64) {
    let s = Session::at_work(Profile::strict(), effect, Context::General, (700, 400));
    let error = with_memory(&s, &RenderRequest::at(1.0), kib * 1024);
    error.as_ref().inspect(|error| says_memory(error));
    s.assert_clean(effect);
    println!("{}", if error.is_some() { REFUSED } else { "enough" });
    s.render(&RenderRequest::at(1.0));
}

const REFUSED: &str = "refused, as it should be";

/// What the process holds: a number of bytes in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// The names of the process's threads.
fn threads() -> Vec<String> {
    let all = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let mut names: Vec<_> = all.filter_map(|t| std::fs::read_to_string(t.path().join("comm")).ok()).collect();
    names.sort();
    names
}

/// One file, opened again and again as a scanning host does: load, describe, create, render, destroy, unload, close.
fn cycles(effect: &str) {
    const CYCLES: usize = 100;
    // Till then the allocator's pools grow, one for each thread that ever met another.
    const SETTLED: usize = 60;
    let before = threads();
    let mut held = Vec::new();
    for i in 0..CYCLES {
        let host = Host::new(Profile::strict());
        let bundle = Bundle::open(common::library(), &host).unwrap();
        let mut s = Session::of(host.clone(), bundle, effect, Context::General);
        s.begin_work(effect, (96, 64));
        s.render(&RenderRequest::at(1.0));
        let working = threads();
        assert!(working.iter().any(|name| name.starts_with("fathom-")), "nothing would be joined: {working:?}");
        drop(s);
        assert_eq!(host.violations(), [], "cycle {i}");
        assert_eq!(host.outstanding_memory(), 0, "cycle {i}");
        // The system may show a thread for a moment after it was joined.
        let gone = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(1));
            threads() == before
        });
        assert!(gone, "cycle {i}: {before:?} before, now {:?}", threads());
        // Which of the freed pages the allocator keeps depends on how the threads happened to run; what is in use does not.
        give_back_free_memory();
        held.push(resident());
    }
    let grown = held[CYCLES - 1].saturating_sub(held[SETTLED - 1]);
    println!(
        "{effect}: {} KiB after {SETTLED} cycles, {} KiB more after {CYCLES}",
        held[SETTLED - 1] / 1024,
        grown / 1024
    );
    assert!(grown < LEFT_BEHIND, "{effect}: {grown} bytes more after {CYCLES} cycles: {held:?}");
}

#[test]
fn a_hundred_cycles_leave_no_thread_and_no_memory() {
    for effect in ALL {
        in_a_child("child", effect, "cycles");
    }
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

#[test]
fn whatever_memory_there_is_for_its_first_render_the_host_lives_on() {
    for effect in ALL {
        let (mut kib, mut refused) = (1024, 0);
        while in_a_child("child", effect, &kib.to_string()).contains(REFUSED) {
            refused += 1;
            kib += kib / 5;
            assert!(kib < 4 << 20, "it never succeeds");
        }
        println!("{effect}: {kib} KiB are enough after {refused} refusals");
        assert!(refused > 0, "{effect}: 1 MiB cannot be enough");
    }
}
