//! Rules of instances: their lives, their changes, and calls that make no sense.

use super::describing::within;
use super::library::threads;
use super::raw::{Call, call};
use super::stage::same;
use super::{Feed, Rule, Stage, Stop, Verdict, broken};
use crate::instance::Reason;
use crate::report::status_name;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use std::ffi::CStr;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "many-instances",
        "Instances are made and ended in any order, and leave no thread behind.",
        many_instances,
    ),
    Rule::must(
        "instance-changed",
        "Every change of every parameter and clip, known or not, for any reason, is taken.",
        changed,
    ),
    Rule::must(
        "purge-and-sync",
        "PurgeCaches and SyncPrivateData come at any time, also during a render, and change no picture.",
        purge,
    ),
    Rule::must(
        "unknown-action",
        "Actions that it does not know are answered with kOfxStatReplyDefault.",
        unknown_action,
    )
    .once(),
    Rule::must("null-arguments", "Calls without action, handle or arguments are survived.", null_arguments).once(),
    Rule::must("dead-handles", "Actions on handles that are no instance, or no more, are refused.", dead_handles)
        .once(),
    Rule::must("edit-actions", "BeginInstanceEdit and EndInstanceEdit are taken or left.", edit_actions).once(),
];

fn many_instances(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    let first = session.work(Feed::All)?;
    let picture = first.render(&first.frame())?;
    let before = threads();
    let mut living = Vec::new();
    for i in 0..60 {
        living.push(session.create(context)?);
        if i % 3 == 2 {
            living.swap_remove((i * 7) % living.len());
        }
    }
    living.drain(..).step_by(2).for_each(drop);
    if let (Some(before), Some(now)) = (before, threads())
        && now > before + 8
    {
        return broken(format!("60 instances came and went; there were {before} threads, now there are {now}"));
    }
    same("a picture before and after other instances", &picture, &first.render(&first.frame())?)
}

fn changed(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.contexts() {
        let work = session.work_in(context, Feed::All)?;
        let i = &work.instance;
        let params: Vec<_> = i.params().into_iter().map(|p| (p.name, false)).collect();
        let clips = i.clips().into_iter().map(|c| (c.name, true));
        let strange =
            ["", "noSuchName", "ResolveUseAlphaForTrackCompositing", "Source", "Output", "a name with blanks"];
        let strange = strange.into_iter().flat_map(|n| [(n.to_string(), false), (n.to_string(), true)]);
        for (name, clip) in params.into_iter().chain(clips).chain(strange) {
            for reason in [Reason::UserEdited, Reason::PluginEdited, Reason::Time] {
                let what = || format!("'{name}' in context {context}, {reason:?}");
                i.announce_as(&name, clip, reason).map_err(|e| within(&what(), e.into()))?;
            }
        }
    }
    Ok(())
}

fn purge(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let i = &work.instance;
    let picture = work.render(&work.frame())?;
    i.purge_caches()?;
    i.sync_private_data()?;
    same("a picture before and after PurgeCaches", &picture, &work.render(&work.frame())?)?;
    std::thread::scope(|scope| {
        let renders = scope.spawn(|| {
            (0..4).try_for_each(|_| same("a render beside PurgeCaches", &picture, &work.render(&work.frame())?))
        });
        for _ in 0..20 {
            i.purge_caches()?;
            i.sync_private_data()?;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        renders.join().unwrap_or_else(|_| broken("a thread of the host panicked"))
    })
}

fn unknown_action(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let object = &work.instance.object;
    for action in [c"OfxActionOfNoKind", c"", c"uk.co.example.Action", c"OfxActionDescribeInContextX"] {
        for handle in [object.id, 0] {
            let status = call(object, Call { action: Some(action), handle, args: [0, 0] });
            if status != c::kOfxStatReplyDefault {
                return broken(format!("{action:?} is answered with {}", status_name(status)));
            }
        }
    }
    Ok(())
}

/// Actions that an instance gets, with what they need.
const ACTIONS: &[&CStr] = &[
    fx::kOfxImageEffectActionRender,
    fx::kOfxImageEffectActionIsIdentity,
    fx::kOfxImageEffectActionGetRegionOfDefinition,
    fx::kOfxImageEffectActionGetRegionsOfInterest,
    fx::kOfxImageEffectActionGetFramesNeeded,
    fx::kOfxImageEffectActionGetTimeDomain,
    fx::kOfxImageEffectActionGetClipPreferences,
    fx::kOfxImageEffectActionBeginSequenceRender,
    fx::kOfxImageEffectActionEndSequenceRender,
    c::kOfxActionInstanceChanged,
    c::kOfxActionBeginInstanceChanged,
    c::kOfxActionEndInstanceChanged,
    c::kOfxActionPurgeCaches,
    c::kOfxActionSyncPrivateData,
];

fn null_arguments(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let picture = work.render(&work.frame())?;
    let object = &work.instance.object;
    call(object, Call { action: None, handle: object.id, args: [0, 0] });
    call(object, Call { action: None, handle: 0, args: [0, 0] });
    for action in ACTIONS {
        for handle in [object.id, 0] {
            call(object, Call { action: Some(action), handle, args: [0, 0] });
        }
    }
    for action in [c::kOfxActionDescribe, fx::kOfxImageEffectActionDescribeInContext, c::kOfxActionCreateInstance] {
        call(object, Call { action: Some(action), handle: 0, args: [0, 0] });
    }
    // What the plug-in did with arguments that are none is not held against it.
    stage.forgive();
    let session_works = work.render(&work.frame())?;
    same("a picture before and after calls with nothing", &picture, &session_works)
}

fn dead_handles(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    let living = session.work(Feed::All)?;
    let picture = living.render(&living.frame())?;
    let dead = session.create(context)?.instance.object.id;
    let object = &living.instance.object;
    let mut accepted = None;
    for (handle, what) in [(dead, "that has ended"), (session.host.state.properties.id(), "that is the host's")] {
        for action in ACTIONS.iter().copied().chain([c::kOfxActionDestroyInstance]) {
            let status = call(object, Call { action: Some(action), handle, args: [0, 0] });
            let matters = action == fx::kOfxImageEffectActionRender || action == c::kOfxActionDestroyInstance;
            if status == c::kOfxStatOK && matters {
                accepted = accepted
                    .or(Some(format!("{} of an instance {what} is answered with OK", action.to_string_lossy())));
            }
        }
    }
    // Asking the host about a handle is a good way to find out that it is dead.
    stage.forgive();
    if let Some(text) = accepted {
        return broken(text);
    }
    same("a picture before and after calls on dead handles", &picture, &living.render(&living.frame())?)
}

fn edit_actions(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    for action in [c::kOfxActionBeginInstanceEdit, c::kOfxActionEndInstanceEdit] {
        let status = work.instance.send_bare(action);
        if status != c::kOfxStatOK && status != c::kOfxStatReplyDefault {
            return broken(format!("{} is answered with {}", action.to_string_lossy(), status_name(status)));
        }
    }
    Ok::<(), Stop>(())
}
