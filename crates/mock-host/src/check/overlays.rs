//! Rules of what an effect draws over the picture. They are skipped where it draws nothing, or the host shows no overlays.

use super::stage::FRAME;
use super::{Feed, Rule, Stage, Stop, Verdict, broken, skip};
use crate::interact::{Overlay, Viewer};
use crate::report::status_name;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::interact as i;

pub(super) const RULES: &[Rule] = &[
    Rule::must("overlay-draws", "Its overlay is drawn at any zoom, frame and render scale.", draws),
    Rule::must(
        "overlay-strays",
        "Nothing to draw on, interacts that do not live, and unknown actions do not crash an overlay.",
        strays,
    ),
    Rule::must("overlay-pen", "The pen and the keys are left to the host where there is nothing to take.", pen),
    Rule::must("overlay-images", "An overlay is drawn, too, where the host gives it no images.", without_images).once(),
];

/// Far away from everything in the picture.
const NOWHERE: [f64; 2] = [-5000.0, 7000.0];

/// Tries something on an overlay, in an instance whose inputs are all fed.
fn with_overlay(stage: &Stage, images: bool, f: impl FnOnce(&Overlay) -> Verdict) -> Verdict {
    let session = stage.open_as(|profile| profile.images_in_overlays &= images)?;
    let work = session.work(Feed::All)?;
    work.render(&work.frame())?;
    match work.instance.overlay()? {
        Some(overlay) => f(&overlay),
        None => skip("there is no overlay here"),
    }
}

/// Places in the picture, on its rim and beside it.
fn places() -> [[f64; 2]; 4] {
    let (w, h) = (f64::from(FRAME.x2), f64::from(FRAME.y2));
    [[0.5 * w, 0.5 * h], [0.0, 0.0], [w, h], NOWHERE]
}

fn draws(stage: &Stage) -> Verdict {
    with_overlay(stage, true, |overlay| {
        for pixel in [1.0, 0.05, 20.0] {
            for (time, scale) in [(1.0, 1.0), (7.5, 0.5), (-3.0, 1.0)] {
                overlay.show(Viewer { time, scale: [scale; 2], pixel: [pixel; 2] });
                overlay.draw()?;
                for at in places() {
                    overlay.pen_motion(at)?;
                    overlay.draw()?;
                }
                overlay.lose_focus();
            }
        }
        Ok(())
    })
}

fn strays(stage: &Stage) -> Verdict {
    let fine = [c::kOfxStatOK, c::kOfxStatReplyDefault, c::kOfxStatFailed, c::kOfxStatErrBadHandle];
    let actions = [
        i::kOfxInteractActionDraw,
        i::kOfxInteractActionPenMotion,
        i::kOfxInteractActionPenDown,
        i::kOfxInteractActionPenUp,
        i::kOfxInteractActionKeyDown,
        i::kOfxInteractActionLoseFocus,
        c"OfxInteractActionOfNoKind",
    ];
    let result = with_overlay(stage, true, |overlay| {
        let told = |what: &str, status: i32| match fine.contains(&status) {
            true => Ok(()),
            false => broken(format!("{what}: {}", status_name(status))),
        };
        told("a draw action without a context", overlay.draw_on_nothing())?;
        for name in actions {
            let word = name.to_string_lossy();
            // A pen that is nowhere, a handle that is none, and no arguments at all.
            told(&format!("{word} without a pen"), overlay.send_raw(name, None))?;
            told(&format!("{word} for no interact"), overlay.send_raw(name, Some(0)))?;
            told(&format!("{word} without arguments"), overlay.send_bare(name))?;
        }
        match overlay.send_raw(c"OfxInteractActionOfNoKind", None) {
            c::kOfxStatReplyDefault => Ok(()),
            status => broken(format!("an unknown action is answered with {}", status_name(status))),
        }
    });
    // Handles that are none were ours.
    stage.forgive();
    result
}

fn pen(stage: &Stage) -> Verdict {
    with_overlay(stage, true, |overlay| {
        let left = |what: &str, taken: bool| match taken {
            true => broken(format!("{what} far away from everything is taken from the host")),
            false => Ok(()),
        };
        left("a motion of the pen", overlay.pen_motion(NOWHERE)?)?;
        left("a press of the pen", overlay.pen_down(NOWHERE)?)?;
        left("a release of the pen", overlay.pen_up(NOWHERE)?)?;
        // X11's number of Escape, with nothing to let go of.
        left("the Escape key", overlay.key_down(0xff1b)?)
    })
}

fn without_images(stage: &Stage) -> Verdict {
    let count = |images: bool| {
        let mut count = 0;
        with_overlay(stage, images, |overlay| {
            overlay.pen_motion(places()[0])?;
            count = overlay.draw()?.len();
            Ok(())
        })?;
        Ok::<usize, Stop>(count)
    };
    match (count(true)?, count(false)?) {
        (some, 0) if some > 0 => broken(format!("{some} things are drawn, and nothing where there are no images")),
        _ => Ok(()),
    }
}
