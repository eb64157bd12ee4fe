//! Rules of what an effect does to the process that it is a guest in, and of its manners.

use super::describing::within;
use super::stage::same;
use super::{Feed, Level, Rule, Scope, Stage, Verdict, Way, broken};
use crate::param_value::{ParamKind, ParamValue};
use crate::process::signal_handlers;
use std::time::Duration;

pub(super) const RULES: &[Rule] = &[
    Rule::must("process-state", "Working folder, environment and signal handlers stay as they are.", process_state)
        .once(),
    Rule::must(
        "extreme-parameters",
        "Parameters beyond their ranges, and numbers that are none, are survived.",
        extremes,
    )
    .once(),
    Rule::should("few-messages", "The same state is told to the artist once, not with every render.", few_messages),
    Rule::should("message-cleared", "A message that stays is taken back when its reason is gone.", message_cleared),
    Rule::should(
        "time-budget",
        "Describing, making instances and answering questions takes no time that is felt.",
        time_budget,
    ),
    Rule {
        name: "prints-nothing",
        sentence: "Nothing is printed to the host's standard output or error output.",
        level: Level::Should,
        scope: Scope::EveryHost,
        way: Way::Printed,
    },
];

fn process_state(stage: &Stage) -> Verdict {
    let state = || (std::env::current_dir().ok(), std::env::vars_os().collect::<Vec<_>>(), signal_handlers());
    let before = state();
    {
        let session = stage.open()?;
        let work = session.work(Feed::All)?;
        let _ = work.instance.render(&work.frame());
        let during = state();
        if during.0 != before.0 {
            return broken(format!("the working folder was {:?}, is {:?}", before.0, during.0));
        }
        if let Some(new) = during.1.iter().find(|v| !before.1.contains(v)) {
            return broken(format!("{:?} was set in the environment", new.0));
        }
        if let Some((n, _)) = during.2.iter().zip(&before.2).enumerate().find(|(_, (a, b))| a != b) {
            return broken(format!("signal {} has another handler", n + 1));
        }
    }
    if state().0 != before.0 { broken("the working folder changed with Unload") } else { Ok(()) }
}

fn extremes(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let object = work.instance.object.clone();
    let whole = work.render(&work.frame())?;
    // As projects and expressions can bring them: past the host's own limits, and without telling the plug-in.
    let put = |name: &str, value: ParamValue| {
        if let Some(param) = object.param(name) {
            param.with_curve(|c| c.value = value);
        }
    };
    let value = |kind: ParamKind, v: f64| match kind.storage() {
        crate::Storage::Double => Some(ParamValue::Double(vec![v; kind.count()])),
        crate::Storage::Int => Some(ParamValue::Int(vec![v as i32; kind.count()])),
        _ => None,
    };
    let params: Vec<_> = object.params().iter().map(|p| (p.name.clone(), p.kind, p.value_at(1.0))).collect();
    let reset = || params.iter().for_each(|(name, _, v)| put(name, v.clone()));
    for extreme in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e12, -1e12, 1e-300] {
        for (name, kind, _) in &params {
            if let Some(v) = value(*kind, extreme) {
                put(name, v);
            }
        }
        let _ = work.instance.render(&work.frame());
        reset();
    }
    let small = work.frame().window(crate::RectI::new(24, 16, 40, 28));
    for (name, kind, before) in params.iter().filter(|p| p.1.storage() == crate::Storage::Double) {
        if let Some(v) = value(*kind, f64::NAN) {
            put(name, v);
            let _ = work.instance.render(&small);
            put(name, before.clone());
        }
    }
    same("the same parameters after extreme ones", &whole, &work.render(&work.frame())?).map_err(|e| within("", e))
}

/// What an artist sees of the messages: not those for logs.
fn told(session: &super::Session) -> Vec<String> {
    session.host.messages().into_iter().filter(|m| m.kind != "OfxMessageLog").map(|m| m.text).collect()
}

fn few_messages(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for feed in [Feed::Mandated, Feed::All] {
        let work = session.work(feed)?;
        let _ = work.instance.render(&work.frame());
        let before = told(&session).len();
        for _ in 0..4 {
            let _ = work.instance.render(&work.frame());
        }
        let more = told(&session).split_off(before);
        if let Some(first) = more.first() {
            return broken(format!("{} more messages with the same renders, such as: {first}", more.len()));
        }
    }
    Ok(())
}

fn message_cleared(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let good = session.work(Feed::All)?;
    good.render(&good.frame())?;
    let usual = good.instance.persistent_messages().len();
    drop(good);
    let work = session.work(Feed::Mandated)?;
    let _ = work.instance.render(&work.frame());
    work.feed(Feed::All, |_, picture| picture)?;
    work.render(&work.frame())?;
    let left = work.instance.persistent_messages();
    match left.last() {
        Some(last) if left.len() > usual => broken(format!("still there after a good render: {}", last.text)),
        _ => Ok(()),
    }
}

/// Generous ends: what takes longer is felt on any machine.
const BUDGETS: [(&str, u64); 6] = [
    ("OfxActionDescribe", 250),
    ("OfxImageEffectActionDescribeInContext", 250),
    ("OfxActionCreateInstance", 100),
    ("OfxImageEffectActionGetRegionOfDefinition", 50),
    ("OfxImageEffectActionGetRegionsOfInterest", 50),
    ("OfxImageEffectActionIsIdentity", 50),
];

fn time_budget(stage: &Stage) -> Verdict {
    let mut best = [Duration::MAX; BUDGETS.len()];
    // The best of several: other programs need the machine too.
    for _ in 0..3 {
        let session = stage.open()?;
        let work = session.work(Feed::All)?;
        work.instance.render(&crate::RenderRequest::at(1.0).window(super::stage::FRAME))?;
        let actions = session.host.report().actions;
        for (best, (name, _)) in best.iter_mut().zip(BUDGETS) {
            let mean = actions.iter().filter(|a| a.action == name).map(|a| a.duration).min();
            *best = (*best).min(mean.unwrap_or_default());
        }
    }
    let over = best.iter().zip(BUDGETS).find(|(t, (_, limit))| **t > Duration::from_millis(*limit));
    match over {
        Some((t, (name, limit))) => broken(format!("{name} takes {} ms, more than {limit}", t.as_millis())),
        None => Ok(()),
    }
}
