//! Rules of rendering: the same picture, however it is asked for.

use super::describing::within;
use super::stage::{Dice, FRAME, difference, same, with_settings};
use super::{Feed, Rule, Stage, Stop, Verdict, Work, broken, skip};
use crate::frame::Abort;
use crate::geometry::RectI;
use crate::param_value::ParamValue;
use crate::picture::Picture;
use crate::profile::Tiling;
use crate::render::RenderRequest;
use std::time::Duration;

pub(super) const RULES: &[Rule] = &[
    Rule::must("renders", "It renders in each of its contexts, with and without its optional inputs.", renders),
    Rule::must("deterministic", "The same render again, and by another instance, gives the same bits.", deterministic),
    Rule::must("tiles", "Tiles and bands give the bits of the whole picture.", tiles),
    Rule::must(
        "parallel-renders",
        "Parts that are rendered at the same time give the bits of the whole picture.",
        parallel,
    ),
    Rule::must("thread-count", "The number of threads that the host says changes no bit.", thread_count),
    Rule::must(
        "sequence-actions",
        "Renders with, without and with nested BeginSequenceRender give the same bits.",
        sequences,
    ),
    Rule::must(
        "draft",
        "Drafts, interactive renders and thumbnails are the same each time, and change no later render.",
        draft,
    ),
    Rule::must("fields", "Fields are rendered: the rows of one of them, or all.", fields),
    Rule::must("abort", "A render that is given up, at any moment, leaves the next one right.", abort),
    Rule::should("abort-speed", "A render that is to be given up ends soon.", abort_speed),
    Rule::must("busy-host", "A host that is slow to say whether to stop gets the same picture.", busy).once(),
    Rule::must("animated-parameters", "Parameters count as they are at the frame that is rendered.", animated).once(),
    Rule::must(
        "time-is-taken",
        "The current time of the host's window has no influence on a render of another frame.",
        time_line,
    ),
];

fn renders(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    for context in session.contexts() {
        for feed in [Feed::Mandated, Feed::All] {
            let work = session.work_in(context, feed)?;
            let what =
                format!("context {context}, {}", if feed == Feed::All { "all inputs" } else { "mandated inputs" });
            work.render(&RenderRequest::at(1.0).window(FRAME)).map_err(|e| within(&what, e))?;
            work.render(&work.frame()).map_err(|e| within(&what, e))?;
            work.render(&RenderRequest::at(1.0)).map_err(|e| within(&format!("{what}, all that is defined"), e))?;
        }
    }
    if session.contexts().is_empty() { skip("host and effect have no context in common") } else { Ok(()) }
}

fn deterministic(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let mut pictures = Vec::new();
    with_settings(&session, Feed::All, |work| {
        let first = work.render(&work.frame())?;
        same("the same render again", &first, &work.render(&work.frame())?)?;
        pictures.push(first);
        Ok(())
    })?;
    let mut again = pictures.iter();
    with_settings(&session, Feed::All, |work| {
        let first = again.next().ok_or_else(|| Stop::Skip("nothing to compare with".into()))?;
        same("another instance", first, &work.render(&work.frame())?)
    })
}

fn tiles(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    if !session.work(Feed::All)?.instance.supports_tiles() {
        return skip("host or effect render whole pictures");
    }
    let tiling = stage.profile().tiling;
    let mut dice = Dice(77);
    with_settings(&session, Feed::All, |work| {
        let whole = work.render(&work.frame())?;
        let part = |window: RectI| {
            let tile = work.render(&work.frame().window(window))?;
            same(&format!("window {:?} alone", window.to_array()), &whole.cropped(window), &tile)
        };
        match tiling {
            Tiling::Bands(height) => {
                let mut y = FRAME.y1;
                while y < FRAME.y2 {
                    part(RectI::new(FRAME.x1, y, FRAME.x2, (y + height).min(FRAME.y2)))?;
                    y += height;
                }
            }
            Tiling::Tiles => {
                for window in [RectI::new(0, 0, 1, 1), RectI::new(63, 47, 64, 48), RectI::new(0, 24, 64, 25)] {
                    part(window)?;
                }
                for _ in 0..6 {
                    let (x, y) = (dice.below(60) as i32, dice.below(44) as i32);
                    let (w, h) = (1 + dice.below(64 - x as usize) as i32, 1 + dice.below(48 - y as usize) as i32);
                    part(RectI::new(x, y, x + w, y + h))?;
                }
            }
        }
        Ok(())
    })
}

fn parallel(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let (work, other) = (session.work(Feed::All)?, session.work(Feed::All)?);
    let whole = work.render(&work.frame())?;
    let tiles = work.instance.supports_tiles();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|n| {
                // Two instances, in turn.
                let (work, whole) = (if n % 2 == 0 { &work } else { &other }, &whole);
                scope.spawn(move || {
                    for k in 0..2 {
                        let band = RectI::new(0, 8 * n, 64, 8 * n + 8);
                        let window = if tiles && k == 0 { band } else { FRAME };
                        let part = work.render(&work.frame().window(window))?;
                        same(&format!("window {:?} beside others", window.to_array()), &whole.cropped(window), &part)?;
                    }
                    Ok::<(), Stop>(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|_| broken("a thread of the host panicked")))
    })
}

fn thread_count(stage: &Stage) -> Verdict {
    let mut first: Option<Picture> = None;
    for count in [1, 2, 8] {
        let session = stage.open_as(|p| p.threads = Some(count))?;
        let work = session.work(Feed::All)?;
        let picture = work.render(&work.frame())?;
        match &first {
            Some(first) => same(&format!("{count} threads instead of 1"), first, &picture)?,
            None => first = Some(picture),
        }
    }
    Ok(())
}

fn sequences(stage: &Stage) -> Verdict {
    let render = |on: bool| -> Result<Picture, Stop> {
        let session = stage.open_as(|p| p.sequence_actions = on)?;
        let work = session.work(Feed::All)?;
        work.render(&work.frame())
    };
    let with = render(true)?;
    same("without BeginSequenceRender", &with, &render(false)?)?;
    let session = stage.open_as(|p| p.sequence_actions = true)?;
    let (outer, inner) = (session.work(Feed::All)?, session.work(Feed::All)?);
    let nested = outer.instance.within_sequence(&outer.frame(), || {
        same("another instance within a sequence", &with, &inner.render(&inner.frame())?)?;
        outer.render(&outer.frame())
    })?;
    same("within a sequence within a sequence", &with, &nested?)
}

fn draft(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let fine = work.render(&work.frame())?;
    for (draft, interactive, thumbnail) in [(true, false, false), (false, true, false), (true, true, true)] {
        let request = RenderRequest { draft, interactive, thumbnail, ..work.frame() };
        let first = work.render(&request)?;
        let what = format!("draft {draft}, interactive {interactive}, thumbnail {thumbnail}, again");
        same(&what, &first, &work.render(&request)?)?;
    }
    same("a fine render after drafts", &fine, &work.render(&work.frame())?)
}

fn fields(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    for field in [crate::Field::Lower, crate::Field::Upper, crate::Field::Both] {
        let request = RenderRequest { field, ..work.frame() };
        work.render(&request).map_err(|e| within(&format!("field {}", field.word()), e))?;
    }
    Ok(())
}

fn abort(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let fine = work.instance.render_with(&work.frame())?;
    let polls = fine.abort_polls;
    let mut dice = Dice(5);
    let mut moments = vec![0, 1, polls / 2, polls.saturating_sub(1)];
    moments.extend((0..4).map(|_| dice.below(polls as usize + 1) as u32));
    for moment in moments {
        // A status other than OK is a way to answer.
        let _ = work.instance.render_with(&work.frame().abort(Abort::AtPoll(moment)));
        same(
            &format!("after a render that was given up at question {moment}"),
            &fine.picture,
            &work.render(&work.frame())?,
        )?;
    }
    let messages = session.host.messages();
    match messages.iter().find(|m| m.kind == "OfxMessageError") {
        Some(m) => broken(format!("the artist is told of a render that was given up: {}", m.text)),
        None => Ok(()),
    }
}

fn abort_speed(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    // The best of several: other programs need the machine too.
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let rendered = work.instance.render_with(&work.frame().abort(Abort::AtPoll(0)));
        best = best.min(rendered.ok().and_then(|r| r.stopped_after).unwrap_or_default());
    }
    if best > Duration::from_millis(250) {
        return broken(format!("it ended {} ms after it was told to", best.as_millis()));
    }
    Ok(())
}

/// Renders that last, though the picture is small: what is shown of their progress is watched.
fn busy(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.render(&work.frame())?;
    same("the host is slow to answer", &whole, &work.render(&work.frame().busy(5))?)
}

/// Numbers and switches that can have keys and change the picture, with another value of each.
fn influential(work: &Work, whole: &Picture, most: usize) -> Result<Vec<(String, ParamValue, Picture)>, Stop> {
    let mut found = Vec::new();
    let mut dice = Dice(9);
    for p in work.instance.params() {
        if found.len() >= most {
            break;
        }
        if !p.animates || p.secret || p.kind == "Choice" {
            continue;
        }
        let Some(other) = dice.value(&p) else { continue };
        let before = work.instance.get(&p.name)?;
        work.instance.set(&p.name, other.clone())?;
        let picture = work.render(&work.frame())?;
        if difference(whole, &picture).is_some() {
            found.push((p.name.clone(), other, picture));
        }
        work.instance.set(&p.name, before)?;
    }
    Ok(found)
}

fn animated(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.render(&work.frame())?;
    let params = influential(&work, &whole, 6)?;
    if params.is_empty() {
        return skip("no parameter with keys changes this picture");
    }
    for (name, value, other) in params {
        let before = work.instance.get(&name)?;
        work.instance.set_at(&name, 1.0, before.clone())?;
        work.instance.set_at(&name, 2.0, value)?;
        // The later frame first: what was read then must not be kept.
        for (time, expected) in [(2.0, &other), (1.0, &whole), (2.0, &other)] {
            let picture = work.render(&RenderRequest { time, ..work.frame() })?;
            same(&format!("{name} has keys; frame {time}"), expected, &picture)?;
        }
        work.instance.set(&name, before)?;
    }
    Ok(())
}

fn time_line(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    let whole = work.render(&work.frame())?;
    for p in work.instance.params().into_iter().filter(|p| p.animates && p.kind == "Double").take(8) {
        let before = work.instance.get(&p.name)?;
        work.instance.set_at(&p.name, 1.0, before)?;
        work.instance.set_at(&p.name, 50.0, p.max.first().copied().unwrap_or(1.0).min(1e3))?;
    }
    work.instance.set_time(50.0);
    same("frame 1 while the host shows frame 50", &whole, &work.render(&work.frame())?)
}
