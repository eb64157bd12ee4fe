//! Rules of what an effect answers before it renders: regions, frames, identity, preferences.

use super::describing::within;
use super::stage::{Dice, FRAME, difference, picture_for, same, with_settings};
use super::{Feed, Rule, Stage, Stop, Verdict, Work, broken, skip};
use crate::clip::Animated;
use crate::format::{Components, Context};
use crate::geometry::{RectD, RectI};
use crate::param_value::ParamValue;
use crate::picture::Picture;
use crate::queries;
use crate::render::RenderRequest;
use std::sync::Arc;

pub(super) const RULES: &[Rule] = &[
    Rule::must(
        "region-of-definition",
        "Regions of definition are rectangles of numbers, at any scale and for any source.",
        region,
    ),
    Rule::must("region-scale", "The region of definition is the same at every render scale.", region_scale),
    Rule::must("region-of-interest", "Regions of interest are rectangles of numbers, for any window.", interest),
    Rule::must("interest-scale", "Regions of interest are about the same at every render scale.", interest_scale),
    Rule::must(
        "interest-is-enough",
        "Nothing outside the regions of interest has an influence on the picture.",
        poison,
    ),
    Rule::must("identity", "Where it says that the output is an input, a render gives the same picture.", identity)
        .once(),
    Rule::must("preferences-repeat", "Asked twice for clip preferences, it answers the same.", preferences),
    Rule::must("frames-needed", "Without temporal access only the current frame is needed.", frames),
    Rule::must("parallel-queries", "Questions beside a render change neither the answers nor the picture.", parallel),
];

const SCALES: [[f64; 2]; 5] = [[1.0, 1.0], [0.5, 0.5], [0.25, 0.25], [1.0 / 3.0, 1.0 / 3.0], [1.0, 0.5]];

fn legal(what: &str, r: &RectD) -> Verdict {
    let numbers = r.to_array().iter().all(|v| !v.is_nan());
    if numbers && r.x1 <= r.x2 && r.y1 <= r.y2 { Ok(()) } else { broken(format!("{what} is {:?}", r.to_array())) }
}

/// What the plug-in itself answers for its region, not what the host makes of it.
fn region(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.contexts() {
        with_sources(&session.work_in(context, Feed::Mandated)?, |work, what| {
            for scale in SCALES {
                let r = work.instance.region_of_definition(1.0, scale)?;
                legal(&format!("the region of definition {what}, at scale {scale:?},"), &r)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Sources that are odd: tiny, far away, without pixels, boundless.
fn with_sources(work: &Work, f: impl Fn(&Work, &str) -> Verdict) -> Verdict {
    f(work, "of a common source")?;
    let odd = [
        ("of a source of one pixel", RectI::sized(1, 1), RectI::sized(1, 1)),
        (
            "of a source far to the left",
            RectI::new(-90_000, -90_000, -89_990, -89_990),
            RectI::new(-90_000, -90_000, -89_990, -89_990),
        ),
        ("of a source without area", RectI::default(), RectI::default()),
        ("of a boundless source", RectI::sized(8, 8), RectI::new(i32::MIN, i32::MIN, i32::MAX, i32::MAX)),
    ];
    for (what, bounds, rod) in odd {
        for clip in work.inputs().iter().filter(|c| !c.optional) {
            let picture = Picture::constant(bounds, picture_for(clip).components, [0.5; 4]).with_rod(rod);
            work.instance.load_clip(&clip.name, picture)?;
        }
        f(work, what)?;
    }
    Ok(())
}

fn region_scale(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.instance.region_of_definition(1.0, [1.0; 2])?;
    for scale in &SCALES[1..] {
        let r = work.instance.region_of_definition(1.0, *scale)?;
        // Rounding to pixels of the smaller picture is no fault.
        let slack = [1.5 / scale[0], 1.5 / scale[1]];
        let off = whole.to_array().iter().zip(r.to_array()).enumerate().any(|(i, (a, b))| (a - b).abs() > slack[i % 2]);
        if off {
            return broken(format!("{:?} at full size, {:?} at scale {scale:?}", whole.to_array(), r.to_array()));
        }
    }
    Ok(())
}

/// Windows of all kinds, canonical at full size.
fn windows() -> [RectD; 5] {
    [
        FRAME.to_canonical([1.0; 2], 1.0),
        RectD::new(10.0, 10.0, 20.0, 30.0),
        RectD::new(31.0, 17.0, 32.0, 18.0),
        RectD::new(-40.0, -30.0, -20.0, -10.0),
        RectD::new(500.0, 500.0, 510.0, 510.0),
    ]
}

fn interest(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    with_settings(&session, Feed::All, |work| {
        for window in windows() {
            for scale in SCALES {
                for (clip, r) in work.instance.regions_of_interest(1.0, scale, window)? {
                    legal(&format!("the region of interest of {clip} for {:?}", window.to_array()), &r)?;
                }
            }
        }
        Ok(())
    })
}

fn interest_scale(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    for window in windows() {
        let whole = work.instance.regions_of_interest(1.0, [1.0; 2], window)?;
        for scale in &SCALES[1..] {
            for (clip, r) in work.instance.regions_of_interest(1.0, *scale, window)? {
                let a = whole[&clip];
                if a.is_empty() && r.is_empty() {
                    continue;
                }
                let size = (a.x2 - a.x1).max(a.y2 - a.y1).max(r.x2 - r.x1).max(r.y2 - r.y1);
                // Reach is rounded to pixels of the smaller picture on both sides.
                let slack = 0.1 * size + 6.0 / scale[0].min(scale[1]);
                if a.to_array().iter().zip(r.to_array()).any(|(a, b)| (a - b).abs() > slack) {
                    let (a, r) = (a.to_array(), r.to_array());
                    return broken(format!("{clip}: {a:?} at full size, {r:?} at scale {scale:?}"));
                }
            }
        }
    }
    Ok(())
}

fn poison(stage: &Stage) -> Verdict {
    if !stage.profile().asks_queries {
        return skip("this host does not ask for regions of interest");
    }
    let picture = |poison: bool, seed: u64, window: RectI| -> Result<Picture, Stop> {
        let session = stage.open_as(|p| {
            p.input_bounds = crate::InputBounds::Full;
            p.poisons_outside_interest = poison;
        })?;
        let work = session.work(Feed::All)?;
        if seed > 0 {
            work.shuffle(seed)?;
        }
        work.render(&work.frame().window(window))
    };
    for seed in [0, 1] {
        for window in [RectI::new(20, 16, 36, 30), RectI::new(0, 0, 7, 5)] {
            let what =
                format!("window {:?}, inputs with NaN outside the regions of interest (lot {seed})", window.to_array());
            same(&what, &picture(false, seed, window)?, &picture(true, seed, window)?)?;
        }
    }
    Ok(())
}

/// Whether the output is said to be an input; if so, whether that is true.
fn check_identity(work: &Work) -> Result<bool, Stop> {
    let request = RenderRequest::at(1.0).window(RectI::new(8, 8, 40, 32));
    let prepared = work.instance.prepare(&request)?;
    if !prepared.is_identity() {
        return Ok(false);
    }
    let said = prepared.run()?;
    let Some((clip, time)) = said.identity else { return Ok(false) };
    let true_one = work.render(&request.ignore_identity())?;
    match difference(&said.picture, &true_one) {
        Some(text) => broken(format!("it says it is {clip} at {time}: {text}")),
        None => Ok(true),
    }
}

fn identity(stage: &Stage) -> Verdict {
    if !stage.profile().asks_queries {
        return skip("this host does not ask whether the output is an input");
    }
    let session = stage.open_as(|p| {
        p.map_optional_components = false;
        // The host's own copy of an input would be a fine picture of another depth.
        p.delivers = None;
    })?;
    for feed in [Feed::All, Feed::Mandated] {
        let work = session.work(feed)?;
        if work.instance.set_depth(Some(crate::Depth::Float)).is_err() {
            return skip("whole numbers are not exact enough to compare");
        }
        let mut found = u32::from(check_identity(&work)?);
        for p in work.instance.params() {
            let ends: Vec<ParamValue> = match p.kind.as_str() {
                "Boolean" => vec![ParamValue::Int(vec![0]), ParamValue::Int(vec![1])],
                "Choice" => (0..p.choices.len().min(6) as i32).map(|i| ParamValue::Int(vec![i])).collect(),
                "Double" => [0.0, 1.0]
                    .into_iter()
                    .chain(p.min.first().copied())
                    .filter(|v| p.min[0] <= *v && *v <= p.max[0])
                    .map(|v| ParamValue::Double(vec![v]))
                    .collect(),
                _ => continue,
            };
            let before = work.instance.get(&p.name)?;
            for value in ends {
                let text = format!("with {} = {value:?}", p.name);
                work.instance.set(&p.name, value)?;
                // A few of many are enough: each costs a render.
                if found < 16 {
                    found += u32::from(check_identity(&work).map_err(|e| within(&text, e))?);
                }
            }
            work.instance.set(&p.name, before)?;
        }
    }
    Ok(())
}

fn preferences(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.contexts() {
        for feed in [Feed::Mandated, Feed::All] {
            for components in [None, Some(Components::Rgba), Some(Components::Rgb), Some(Components::Alpha)] {
                let work = session.create(context)?;
                work.feed(feed, |clip, picture| match components {
                    Some(c) if clip.optional || c != Components::Alpha => picture.with_components(c),
                    _ => picture,
                })?;
                let first = work.instance.clip_preferences()?;
                work.instance.object.stale.store(true, std::sync::atomic::Ordering::Release);
                if work.instance.clip_preferences()? != first {
                    return broken(format!(
                        "context {context}: {first:?}, then {:?}",
                        work.instance.clip_preferences()?
                    ));
                }
            }
        }
    }
    Ok(())
}

fn frames(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let effect = &work.instance.object;
    let temporal = effect.flag(openfx::sys::image_effect_v1::image_effect::kOfxImageEffectPropTemporalClipAccess);
    for time in [1.0, 7.5, -3.0] {
        for (clip, ranges) in queries::ask_frames(effect, time)? {
            let may = temporal && effect.clip(&clip).is_some_and(|c| c.temporal());
            for [from, to] in ranges {
                if from > to || from.is_nan() || to.is_nan() {
                    return broken(format!("{clip} for {time}: frames {from} to {to}"));
                }
                if !may && [from, to] != [time, time] {
                    return broken(format!("{clip} for {time}: frames {from} to {to}, without temporal access"));
                }
            }
        }
    }
    Ok(())
}

fn parallel(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    let work = session.create(context)?;
    // Pictures that are made on demand, as hosts make them.
    for clip in work.inputs() {
        let info = clip.clone();
        let source = Animated { range: [1.0, 10.0], picture: move |_: f64| Some(picture_for(&info)) };
        work.instance.connect(&clip.name, Arc::<dyn crate::ClipSource>::from(source))?;
    }
    let i = &work.instance;
    let picture = work.render(&work.frame())?;
    let window = RectD::new(10.0, 10.0, 30.0, 20.0);
    let answers = || -> Result<_, Stop> {
        let rod = i.region_of_definition(1.0, [1.0; 2])?;
        Ok((rod, i.regions_of_interest(1.0, [0.5; 2], window)?, i.frames_needed(1.0)?))
    };
    let first = answers()?;
    std::thread::scope(|scope| {
        let renders = scope.spawn(|| {
            (0..6).try_for_each(|_| same("a render beside questions", &picture, &work.render(&work.frame())?))
        });
        let mut dice = Dice(1);
        while !renders.is_finished() {
            if answers()? != first {
                return broken("an answer beside a render differs from the one before");
            }
            if dice.below(4) == 0 {
                std::thread::yield_now();
            }
        }
        renders.join().unwrap_or_else(|_| broken("a thread of the host panicked"))
    })?;
    if context == Context::Generator {
        Ok(())
    } else {
        same("a picture after questions", &picture, &work.render(&work.frame())?)
    }
}
