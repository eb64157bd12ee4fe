//! Rules of images in memory: rows, edges, windows.

use super::describing::within;
use super::stage::{FRAME, picture_for, same, with_settings};
use super::{Feed, Rule, Stage, Stop, Verdict, broken, skip};
use crate::geometry::RectI;
use crate::picture::Picture;
use crate::profile::{OutputBounds, Profile, RowBytes};

pub(super) const RULES: &[Rule] = &[
    Rule::must("row-bytes", "Rows with gaps, and rows from top to bottom, give the bits of rows without.", row_bytes),
    Rule::must("guard-pages", "Nothing before or behind the images' memory is touched.", guard_pages),
    Rule::must(
        "input-bounds",
        "Inputs that hold exactly what was asked for give the bits of whole inputs.",
        input_bounds,
    ),
    Rule::must(
        "output-bounds",
        "An output that is larger than the window gives the bits of one that is as large.",
        output_bounds,
    ),
    Rule::must("odd-windows", "Windows of one pixel, of none, and outside of everything are rendered.", odd_windows),
    Rule::must(
        "negative-origin",
        "Pictures far left of and below the origin are rendered as those at it.",
        negative_origin,
    ),
    Rule::must("disjoint-inputs", "Inputs that lie elsewhere than the window are survived.", disjoint),
    Rule::must("pixel-order", "In a host that stores blue first the picture has the same colours.", pixel_order),
];

/// The frame in a changed host, under a setting.
fn frame(stage: &Stage, seed: u64, change: impl FnOnce(&mut Profile)) -> Result<Picture, Stop> {
    let session = stage.open_as(change)?;
    let work = session.work(Feed::All)?;
    if seed > 0 {
        work.shuffle(seed)?;
    }
    work.render(&work.frame().window(RectI::new(3, 5, 52, 40)))
}

fn row_bytes(stage: &Stage) -> Verdict {
    for seed in [0, 1] {
        let tight = frame(stage, seed, |p| p.row_bytes = RowBytes::Tight)?;
        for rows in [RowBytes::Padded(4), RowBytes::Padded(1000), RowBytes::Negative(0), RowBytes::Negative(36)] {
            same(&format!("rows {rows:?}"), &tight, &frame(stage, seed, |p| p.row_bytes = rows)?)?;
        }
    }
    Ok(())
}

fn guard_pages(stage: &Stage) -> Verdict {
    for (rows, output) in [
        (RowBytes::Tight, OutputBounds::Window),
        (RowBytes::Negative(0), OutputBounds::Window),
        (RowBytes::Padded(12), OutputBounds::WindowAndMargin(1)),
    ] {
        let session = stage.open_as(|p| {
            p.guard_pages = true;
            p.row_bytes = rows;
            p.output_bounds = output;
        })?;
        with_settings(&session, Feed::All, |work| {
            for window in [FRAME, RectI::new(10, 10, 11, 11), RectI::new(50, 40, 64, 48), RectI::new(60, 44, 70, 54)] {
                work.render(&work.frame().window(window))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn input_bounds(stage: &Stage) -> Verdict {
    if !stage.profile().asks_queries {
        return skip("this host does not ask for regions of interest");
    }
    for seed in [0, 1] {
        let full = frame(stage, seed, |p| p.input_bounds = crate::InputBounds::Full)?;
        let exact = frame(stage, seed, |p| p.input_bounds = crate::InputBounds::RegionOfInterest)?;
        same(&format!("inputs of the regions of interest (lot {seed})"), &full, &exact)?;
    }
    Ok(())
}

fn output_bounds(stage: &Stage) -> Verdict {
    let exact = frame(stage, 0, |p| p.output_bounds = OutputBounds::Window)?;
    for bounds in [OutputBounds::WindowAndMargin(5), OutputBounds::RegionOfDefinition] {
        same(&format!("an output of {bounds:?}"), &exact, &frame(stage, 0, |p| p.output_bounds = bounds)?)?;
    }
    Ok(())
}

fn odd_windows(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let work = session.work(Feed::All)?;
    if !work.instance.supports_tiles() {
        return skip("host or effect render whole pictures");
    }
    let windows = [
        RectI::new(7, 7, 8, 8),
        RectI::new(63, 0, 64, 48),
        RectI::new(-8, -8, 0, 0),
        RectI::new(-3, 40, 70, 55),
        RectI::new(300, 300, 310, 304),
        RectI::new(10, 10, 10, 20),
        RectI::new(10, 10, 20, 10),
    ];
    for window in windows {
        let what = format!("window {:?}", window.to_array());
        let request = work.frame().window(window);
        let result = work.render(&request);
        // A window without pixels may be refused.
        if !window.is_empty() {
            result.map_err(|e| within(&what, e))?;
        }
    }
    Ok(())
}

fn negative_origin(stage: &Stage) -> Verdict {
    if !stage.profile().supports_multi_resolution {
        return skip("all pictures of this host lie at the origin");
    }
    let session = stage.open()?;
    let render = |dx: i32, dy: i32| -> Result<Picture, Stop> {
        let move_by = |r: RectI| RectI::new(r.x1 + dx, r.y1 + dy, r.x2 + dx, r.y2 + dy);
        let work = session.create(session.context()?)?;
        let format = move_by(FRAME);
        work.instance.set_project(crate::Project { format, ..work.instance.project() });
        work.feed(Feed::Mandated, |_, p| Picture { bounds: move_by(p.bounds), rod: move_by(p.rod), ..p })?;
        let picture = work.render(&work.frame().window(format))?;
        Ok(Picture { bounds: FRAME, rod: FRAME, ..picture })
    };
    let here = render(0, 0)?;
    let there = render(-1000, -600)?;
    // Effects may draw what depends on the place: only that something is drawn counts.
    if here.pixels.len() != there.pixels.len() {
        return broken(format!("{} numbers instead of {}", there.pixels.len(), here.pixels.len()));
    }
    let bad = |p: &Picture| p.pixels.iter().filter(|v| !v.is_finite()).count();
    if bad(&there) > bad(&here) { broken("numbers that are none, far from the origin") } else { Ok(()) }
}

fn disjoint(stage: &Stage) -> Verdict {
    let session = stage.open()?;
    let context = session.context()?;
    for far in [RectI::new(400, 400, 420, 420), RectI::new(-100, 0, -60, 48), RectI::new(64, 0, 128, 48)] {
        for only_optional in [false, true] {
            let work = session.create(context)?;
            work.feed(Feed::All, |clip, picture| {
                let moved = clip.optional || !only_optional;
                if moved { Picture::constant(far, picture.components, [0.5; 4]) } else { picture }
            })?;
            let what = format!("inputs at {:?}", far.to_array());
            work.render(&work.frame()).map_err(|e| within(&what, e))?;
        }
    }
    let work = session.create(context)?;
    work.feed(Feed::All, |clip, _| {
        Picture::constant(RectI::new(30, 20, 31, 21), picture_for(clip).components, [0.5; 4])
    })?;
    work.render(&work.frame()).map_err(|e| within("inputs of one pixel", e))?;
    Ok(())
}

fn pixel_order(stage: &Stage) -> Verdict {
    if !stage.profile().stores_blue_first {
        return skip("this host stores red first");
    }
    same("blue first", &frame(stage, 0, |p| p.stores_blue_first = false)?, &frame(stage, 0, |_| {})?)
}
