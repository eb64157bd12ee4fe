//! Rules of what an effect says of itself, and of the hosts that it has to say it to.

use super::{Feed, Rule, Session, Stage, Stop, Verdict, broken, skip};
use crate::bundle::Bundle;
use crate::error::HostError;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use serde_json::{Value, json};
use std::process::Command;

pub(super) const RULES: &[Rule] = &[
    Rule::must("describes", "It loads and describes itself in each of its contexts that the host knows.", describes),
    Rule::must("describe-essentials", "It says at least one context, one pixel depth and a label.", essentials).once(),
    Rule::should("describe-courtesy", "It says in which menu it is and what it does.", courtesy).once(),
    Rule::must("describe-repeat", "It describes itself the same again, and in any order of contexts.", repeat),
    Rule::must(
        "describe-environment",
        "What it says does not depend on language, home folder or time zone.",
        environment,
    )
    .once(),
    Rule::must("optional-suites", "It renders without any one of the optional suites.", optional_suites).once(),
    Rule::must("required-suites", "Without one of the three required suites it says so instead of crashing.", required)
        .once(),
    Rule::must("null-functions", "Functions that an optional suite does not have are not called.", null_functions)
        .once(),
    Rule::must("poor-host", "It works in a host without properties and without optional suites.", poor_host).once(),
    Rule::should(
        "refused-properties",
        "It describes itself in a host that refuses all but the essential properties.",
        refused,
    )
    .once(),
    Rule::should("unknown-context", "A context that is not in its list is refused.", unknown_context).once(),
    Rule::must(
        "describe-on-threads",
        "It can be loaded and described again on other threads while it renders.",
        on_threads,
    ),
    Rule::should(
        "overlay",
        "It offers an overlay only to hosts that say they show overlays, and one that draws with the draw suite only where there is one.",
        overlay,
    ),
];

fn describes(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let none = session.contexts().is_empty();
    if none { skip("host and effect have no context in common") } else { Ok(()) }
}

fn essentials(stage: &Stage) -> Verdict {
    let info = stage.open()?.effect.info();
    if info.contexts.is_empty() {
        return skip("host and effect have no context in common");
    }
    if info.depths.is_empty() {
        return broken("no pixel depth");
    }
    if info.label.is_empty() { broken("no label") } else { Ok(()) }
}

fn courtesy(stage: &Stage) -> Verdict {
    let info = stage.open()?.effect.info();
    if info.grouping.is_empty() {
        return broken("no grouping: artists find it in no menu");
    }
    let known = !stage.profile().missing_properties.contains(&"OfxPropPluginDescription");
    if info.description.is_empty() && known { broken("no description") } else { Ok(()) }
}

/// Everything that a session knows of the effect.
fn description(session: &Session) -> Result<Value, Stop> {
    let mut contexts = Vec::new();
    let mut all = session.effect.contexts();
    all.sort();
    for context in all {
        let (clips, params) = (session.effect.clips(context)?, session.effect.params(context)?);
        contexts.push(json!({ "context": context.word(), "clips": clips, "params": params }));
    }
    let mut info = session.effect.info();
    info.contexts.sort();
    Ok(json!({ "effect": info, "contexts": contexts }))
}

/// Where two values differ first, as a path.
pub(super) fn differs(a: &Value, b: &Value, path: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let keys: std::collections::BTreeSet<_> = x.keys().chain(y.keys()).collect();
            let find = |k: &String| {
                differs(x.get(k).unwrap_or(&Value::Null), y.get(k).unwrap_or(&Value::Null), &format!("{path}/{k}"))
            };
            keys.into_iter().find_map(find)
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().find_map(|(i, (x, y))| differs(x, y, &format!("{path}/{i}")))
        }
        _ => (a != b).then(|| format!("{path}: {a} and {b}")),
    }
}

fn repeat(stage: &Stage) -> Verdict {
    let first = description(&stage.open()?)?;
    let again = description(&stage.open_as(|p| p.contexts.reverse())?)?;
    differs(&first, &again, "").map_or(Ok(()), broken)
}

fn environment(stage: &Stage) -> Verdict {
    let Some(program) = stage.program_path() else { return skip("no program to run in another environment") };
    let context = stage.open()?.context()?;
    let describe = |changes: &[(&str, &str)]| -> Result<Value, Stop> {
        let out = Command::new(program)
            .arg("--bundle")
            .arg(stage.bundle())
            .args(["describe", "--json", "--context", context.word(), stage.identifier()])
            .envs(changes.iter().copied())
            .output()
            .map_err(|e| Stop::Skip(e.to_string()))?;
        if !out.status.success() {
            return broken(format!("describing it with {changes:?} failed: {}", String::from_utf8_lossy(&out.stderr)));
        }
        // What the library itself prints comes first.
        let text = String::from_utf8_lossy(&out.stdout);
        let json = text.find("{\n").map_or("", |at| &text[at..]);
        serde_json::from_str(json).map_err(|e| Stop::Broken(e.to_string()))
    };
    let here = describe(&[])?;
    let other =
        [("LANG", "de_DE.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("HOME", "/nonexistent"), ("TZ", "Asia/Kathmandu")];
    differs(&here, &describe(&other)?, "").map_or(Ok(()), broken)
}

/// A small render, if the effect renders at all.
fn small_render(session: &Session) -> Verdict {
    let work = session.work(Feed::All)?;
    work.render(&work.frame()).map(|_| ())
}

fn optional_suites(stage: &Stage) -> Verdict {
    let suites = stage.profile().suites.clone();
    for suite in suites.into_iter().skip(3) {
        let session = stage.open_as(|p| p.suites.retain(|s| *s != suite));
        session.and_then(|s| small_render(&s)).map_err(|e| within(&format!("without {} {}", suite.0, suite.1), e))?;
    }
    Ok(())
}

/// Says in what circumstances a rule was broken.
pub(super) fn within(what: &str, stop: Stop) -> Stop {
    match stop {
        Stop::Broken(text) => Stop::Broken(format!("{what}: {text}")),
        skip => skip,
    }
}

fn required(stage: &Stage) -> Verdict {
    for required in ["OfxPropertySuite", "OfxImageEffectSuite", "OfxParameterSuite"] {
        let mut profile = stage.profile().clone();
        profile.suites.retain(|s| s.0 != required);
        let host = stage.host(profile);
        let bundle = Bundle::open(stage.bundle(), &host)?;
        match bundle.effect(stage.identifier()) {
            Ok(_) => return broken(format!("without {required} Load and Describe succeed")),
            Err(HostError::Status { status: c::kOfxStatErrMissingHostFeature, .. }) => {}
            Err(error) => return broken(format!("without {required}: {error}, not kOfxStatErrMissingHostFeature")),
        }
    }
    Ok(())
}

const OPTIONAL_FUNCTIONS: &[&str] = &[
    "memoryAlloc",
    "memoryFree",
    "message",
    "setPersistentMessage",
    "clearPersistentMessage",
    "progressStart",
    "progressUpdate",
    "progressEnd",
    "getTime",
    "gotoTime",
    "getTimeBounds",
    "multiThread",
    "multiThreadNumCPUs",
    "multiThreadIndex",
    "multiThreadIsSpawnedThread",
    "mutexCreate",
    "mutexDestroy",
    "mutexLock",
    "mutexUnLock",
    "mutexTryLock",
];

fn null_functions(stage: &Stage) -> Verdict {
    let try_without = |names: &[&'static str]| {
        let session = stage.open_as(|p| p.null_functions = names.to_vec())?;
        small_render(&session)
    };
    // The messages of an effect without its inputs use functions that a good render does not.
    let silent = |names: &[&'static str]| {
        let session = stage.open_as(|p| p.null_functions = names.to_vec())?;
        let work = session.work(Feed::Mandated)?;
        let _ = work.instance.render(&work.frame());
        Ok(())
    };
    try_without(OPTIONAL_FUNCTIONS).and_then(|()| silent(OPTIONAL_FUNCTIONS)).map_err(|e| within("without any", e))?;
    for name in OPTIONAL_FUNCTIONS {
        try_without(&[name]).and_then(|()| silent(&[name])).map_err(|e| within(&format!("without {name}"), e))?;
    }
    Ok(())
}

fn poor_host(stage: &Stage) -> Verdict {
    let poor = crate::Profile::bare();
    let session = stage.open_as(|p| {
        p.suites.truncate(3);
        p.missing_host_properties = poor.missing_host_properties;
        p.api_version = vec![];
        p.asks_queries = false;
        p.sequence_actions = false;
    })?;
    small_render(&session)
}

fn refused(stage: &Stage) -> Verdict {
    let session = stage.open_as(|p| p.refuses_properties = true)?;
    session.context().map(|_| ())
}

fn unknown_context(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let status = session.effect.describe_in(c"OfxImageEffectContextOfNoKind");
    // What it tried to define there does not count.
    stage.forgive();
    if status == c::kOfxStatOK { broken("it describes itself in a context that does not exist") } else { Ok(()) }
}

fn on_threads(stage: &Stage) -> Verdict {
    if !stage.profile().describes_on_threads {
        return skip("this host describes effects on its main thread, once");
    }
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.render(&work.frame())?;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (effect, whole, work) = (&session.effect, &whole, &work);
                scope.spawn(move || {
                    for _ in 0..3 {
                        effect.load_and_describe_again()?;
                        super::stage::same("a render beside another Load", whole, &work.render(&work.frame())?)?;
                    }
                    Ok::<(), Stop>(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|_| broken("a thread of the host panicked")))
    })
}

fn overlay(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let entries = [fx::kOfxImageEffectPluginPropOverlayInteractV1, fx::kOfxImageEffectPluginPropOverlayInteractV2];
    let profile = stage.profile();
    let draws = profile.suites.contains(&crate::suites::draw::SUITE);
    match session.effect.pointers(&entries)[..] {
        [0, 0] => Ok(()),
        _ if !profile.overlays => broken("an overlay is offered to a host that shows none"),
        [_, second] if second != 0 && !draws => {
            broken("an overlay of version 2 is offered to a host without the draw suite")
        }
        _ => Ok(()),
    }
}
