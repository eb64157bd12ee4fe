//! The sessions in which calls are counted: always the same steps, so that a call's number means something.

use super::Scene;
use crate::effect::Effect;
use crate::error::HostError;
use crate::format::Context;
use crate::geometry::RectI;
use crate::instance::Instance;
use crate::picture::Picture;
use crate::render::RenderRequest;
use serde::{Deserialize, Serialize};

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Opening the library, Load, Describe, DescribeInContext.
    Describe,
    /// The life of an instance: create, change, regions, render, save, destroy.
    Live,
}

/// What became of a life.
pub(super) struct Life {
    /// The steps that failed, with what the plug-in said.
    pub failed: Vec<HostError>,
    /// The picture of the scripted render, where there was one.
    pub scripted: Option<Picture>,
    /// The picture of the render after the script; nothing where the instance could not be made.
    pub after: Option<Result<Picture, HostError>>,
}

fn at_once() -> RenderRequest {
    RenderRequest::at(1.0)
}

fn whole(scene: &Scene) -> RenderRequest {
    at_once().window(scene.bounds)
}

/// Lives: `ended` is called when the script is over and only the render that has to be right again is left. Steps go on after a
/// failure, as hosts do.
pub(super) fn live(effect: &Effect, context: Context, scene: &Scene, part: Part, ended: impl FnOnce()) -> Life {
    let mut life = Life { failed: Vec::new(), scripted: None, after: None };
    let instance = match effect.create(context) {
        Ok(instance) => instance,
        Err(error) => {
            ended();
            life.failed.push(error);
            return life;
        }
    };
    let mut project = instance.project();
    project.format = scene.bounds;
    instance.set_project(project);
    let mut step = |result: Result<(), HostError>| life.failed.extend(result.err());
    let inputs: Vec<String> = instance.clips().into_iter().map(|c| c.name).filter(|c| c != "Output").collect();
    // Most of it as a project is loaded; the artist changes a clip and a parameter.
    let (loaded, connected) = inputs.split_at(inputs.len().min(1));
    for clip in loaded.iter().chain(connected.get(1..).unwrap_or_default()) {
        step(instance.load_clip(clip, scene.picture(clip)));
    }
    step(scene.load(&instance, effect.short_name()));
    if let Some(clip) = connected.first() {
        step(instance.connect(clip, scene.picture(clip)));
    }
    step(scene.change(&instance, effect.short_name()));
    // A description is judged by the picture alone.
    let whole_script = part == Part::Live;
    if whole_script {
        step(scene.show_handle(&instance, effect.short_name(), middle(scene)));
        step(overlay(&instance, scene));
        step(scene.hide_handle(&instance, effect.short_name()));
        step(buttons(&instance));
        step(questions(&instance, scene));
    }
    let scripted = instance.render(&whole(scene));
    match scripted {
        Ok(picture) => life.scripted = Some(picture),
        Err(error) => life.failed.push(error),
    }
    if !whole_script {
        ended();
        life.after = life.scripted.clone().map(Ok);
        return life;
    }
    let tile = RectI::new(3, 2, 9, 7);
    let mut step = |result: Result<(), HostError>| life.failed.extend(result.err());
    step(instance.render(&at_once().window(tile).scale(0.5).ignore_identity()).map(drop));
    step(instance.save().map(drop));
    step(instance.purge_caches());
    // With a fault in the very last action it is too late to look: what DestroyInstance comes to is judged by its violations.
    let spare = effect.create(context);
    drop(spare);
    ended();
    life.after = Some(instance.render(&whole(scene)));
    life
}

/// What artists press.
fn buttons(instance: &Instance) -> Result<(), HostError> {
    let has = |name: &str| instance.params().iter().any(|p| p.name == name);
    if has("analyse") { instance.press("analyse") } else { Ok(()) }
}

fn middle(scene: &Scene) -> [f64; 2] {
    [scene.bounds.x2, scene.bounds.y2].map(|end| 0.5 * f64::from(end))
}

/// An artist who looks at the picture, drags a handle, and takes it up again without wanting to.
fn overlay(instance: &Instance, scene: &Scene) -> Result<(), HostError> {
    let Some(overlay) = instance.overlay()? else { return Ok(()) };
    let (from, to) = (middle(scene), [middle(scene)[0] + 2.0, middle(scene)[1]]);
    overlay.draw()?;
    overlay.pen_motion(from)?;
    overlay.draw()?;
    overlay.pen_down(from)?;
    overlay.pen_motion(to)?;
    overlay.draw()?;
    overlay.pen_up(to)?;
    overlay.pen_down(to)?;
    overlay.key_down(0xff1b)?;
    Ok(())
}

/// What hosts ask beside a render.
fn questions(instance: &Instance, scene: &Scene) -> Result<(), HostError> {
    instance.clip_preferences()?;
    instance.region_of_definition(1.0, [1.0; 2])?;
    instance.regions_of_interest(1.0, [1.0; 2], scene.bounds.to_canonical([1.0; 2], 1.0))?;
    instance.frames_needed(1.0)?;
    instance.time_domain()?;
    Ok(())
}
