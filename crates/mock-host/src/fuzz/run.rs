//! Runs a case, and says what is wrong with how it went.

use super::case::{Case, Content, Facts, Shape, Step};
use crate::bundle::Bundle;
use crate::effect::Effect;
use crate::error::HostError;
use crate::format::Components;
use crate::frame::Abort;
use crate::geometry::RectI;
use crate::host::Host;
use crate::instance::Instance;
use crate::picture::Picture;
use crate::profile::Profile;
use crate::render::RenderRequest;
use std::path::Path;

/// An effect in a host, open for any number of cases.
pub struct Stage {
    host: Host,
    effect: Effect,
    profile: String,
    _bundle: Bundle,
}

impl Stage {
    /// Opens a copy of the library in the host of that profile.
    pub fn open(library: &Path, profile: &str, effect: &str) -> Result<Self, HostError> {
        let found = Profile::all().into_iter().find(|p| p.profile_name == profile);
        let mut found = found.ok_or_else(|| HostError::not_found("profile", profile, []))?;
        found.guard_pages = true;
        let host = Host::new(found);
        let bundle = Bundle::open_private(library, &host)?;
        let effect = bundle.effect(effect)?;
        Ok(Self { host, effect, profile: profile.into(), _bundle: bundle })
    }

    /// What cases can be made of.
    pub fn facts(&self) -> Result<Facts, HostError> {
        Facts::of(&self.profile, &self.effect)
    }
}

fn rect([x1, y1, x2, y2]: [i32; 4]) -> RectI {
    RectI::new(x1, y1, x2, y2)
}

/// A number of any kind, the same for the same place.
fn wild(x: i32, y: i32, c: u32) -> f32 {
    let mut h =
        (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ c.wrapping_mul(0xc2b2_ae3d);
    h ^= h >> 15;
    h = h.wrapping_mul(0x2c1b_3c6d);
    h ^= h >> 12;
    // Any bits are a number, or none.
    if h & 3 == 0 { f32::from_bits(h.rotate_left(7)) } else { (h >> 8) as f32 / 65536.0 - 8.0 }
}

fn picture(shape: &Shape) -> Picture {
    let components: Components = shape.components.parse().unwrap_or(Components::Rgba);
    let made = Picture::from_fn(rect(shape.bounds), components, |x, y| match shape.content {
        Content::Ramp => [x as f32 * 0.1 + 1.0, y as f32 * 0.1, 0.3, 1.0],
        Content::Patches => [[0.5, 3.0, 40.0, 1e10][(x.div_euclid(5) + 3 * y.div_euclid(4)).rem_euclid(4) as usize]; 4],
        Content::Zero => [0.0; 4],
        Content::Nan => [f32::NAN; 4],
        Content::Infinite => [f32::INFINITY; 4],
        Content::Wild => std::array::from_fn(|c| wild(x, y, c as u32)),
    });
    made.with_rod(rect(shape.rod)).with_par(shape.par)
}

/// What is wrong; nothing where all is well. Errors that the plug-in returns are its right.
pub fn findings(stage: &Stage, case: &Case) -> Vec<String> {
    stage.host.take_report();
    let mut found = Vec::new();
    match stage.effect.create(case.context) {
        Err(error) => found.push(format!("no instance: {error}")),
        Ok(instance) => {
            let mut project = instance.project();
            project.format = rect(case.format);
            instance.set_project(project);
            for (i, step) in case.steps.iter().enumerate() {
                if let Err(why) = take(&instance, step) {
                    found.push(format!("step {i}, {step:?}: {why}"));
                }
            }
        }
    }
    found.extend(stage.host.violations().iter().map(ToString::to_string));
    if stage.host.outstanding_memory() > 0 {
        found.push("memory was not given back".into());
    }
    found
}

fn take(instance: &Instance, step: &Step) -> Result<(), String> {
    // What an effect refuses, or the host finds impossible, is no finding.
    let tried = |_: Result<(), HostError>| Ok(());
    match step {
        Step::Connect(clip, shape) => tried(instance.connect(clip, picture(shape))),
        Step::Disconnect(clip) => tried(instance.disconnect(clip)),
        Step::Set(name, value) => tried(instance.set(name, value.as_str())),
        Step::Load(name, value) => tried(instance.load_value(name, value.as_str())),
        Step::Key(name, time, value) => tried(instance.set_at(name, *time, value.as_str())),
        Step::Press(name) => tried(instance.press(name)),
        Step::Save => tried(instance.save().map(drop)),
        Step::Purge => tried(instance.purge_caches()),
        Step::Ask(time, scale) => ask(instance, *time, *scale),
        Step::Render(time, scale, window, abort, draft) => {
            let mut request = RenderRequest::at(*time).scale(*scale);
            request.window = window.map(rect);
            request.abort = abort.map_or(Abort::Never, Abort::AtPoll);
            request.draft = *draft;
            render(instance, &request)
        }
    }
}

fn ask(instance: &Instance, time: f64, scale: f64) -> Result<(), String> {
    let scale = [scale; 2];
    if let Ok(rod) = instance.region_of_definition(time, scale) {
        if rod.to_array().iter().any(|v| v.is_nan()) {
            return Err(format!("the region of definition is {rod:?}"));
        }
        for (clip, roi) in instance.regions_of_interest(time, scale, rod).unwrap_or_default() {
            if roi.to_array().iter().any(|v| v.is_nan()) {
                return Err(format!("the region of interest of {clip} is {roi:?}"));
            }
        }
    }
    let _ = (instance.frames_needed(time), instance.time_domain(), instance.clip_preferences());
    Ok(())
}

/// Pictures beyond this many pixels take too long to be worth it.
const LARGEST: usize = 1 << 20;

fn render(instance: &Instance, request: &RenderRequest) -> Result<(), String> {
    let Ok(prepared) = instance.prepare(request) else { return Ok(()) };
    let (w, h) = prepared.size();
    if w.saturating_mul(h) > LARGEST || w == 0 || h == 0 {
        return Ok(());
    }
    let Ok(whole) = prepared.run() else { return Ok(()) };
    if whole.stopped_after.is_some() || whole.identity.is_some() || !instance.supports_tiles() {
        return Ok(());
    }
    let b = whole.picture.bounds;
    let (mx, my) = (b.x1 + (b.x2 - b.x1) / 3, b.y1 + (b.y2 - b.y1) / 2);
    let tile = RectI::new(mx, my, b.x2, b.y2);
    if tile.is_empty() || tile == b {
        return Ok(());
    }
    let part = RenderRequest { window: Some(tile), abort: Abort::Never, ..request.clone() };
    let Ok(part) = instance.render_with(&part) else { return Err("the whole succeeds, a tile of it fails".into()) };
    if part.identity.is_some() {
        return Ok(());
    }
    let cut = whole.picture.cropped(tile);
    // Which NaN it is, is not told.
    let differ = |(a, b): (&f32, &f32)| a.to_bits() != b.to_bits() && !(a.is_nan() && b.is_nan());
    match cut.pixels.iter().zip(&part.picture.pixels).position(differ) {
        Some(i) => {
            Err(format!("number {i} of tile {tile:?} is {}, of the whole {}", part.picture.pixels[i], cut.pixels[i]))
        }
        None => Ok(()),
    }
}
