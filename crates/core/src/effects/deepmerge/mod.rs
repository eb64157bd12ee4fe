//! DeepMerge: deep OpenEXR files, merged by true depth and flattened.
//!
//! The mathematics is `deep_exr::flatten`'s, exact to "Interpreting OpenEXR Deep Pixels" (OpenEXR's documentation). Here files are
//! chosen (`sequence`), opened and kept open (`files`), read in bands within the memory limit (`gate`) and flattened into the
//! output's pixels (`merge`). A picture depends on the files and the parameters alone: windows, threads and memory change no bit.

mod files;
mod gate;
mod merge;
mod params;
mod sequence;
mod settings;
#[cfg(test)]
mod tests;

use crate::depth::{DepthParams, DepthSource};
use crate::effect::{Blend, Clip, Effect, EffectInfo, Frame, Input, Plan, Prepared, Use};
use crate::generator::{Facts, Fault, Generator, Makes, Painting, Wants};
use crate::geometry::{Geometry, RectD};
use crate::params::{Definitions, ParamSource};
use crate::workers::Exec;
use deep_exr::flatten::{Flattener, Plan as Reading, Wanted};
use deep_exr::{Header, SampleType, Window};
use files::Opened;
use merge::{Grid, Merge, Part};
pub use params::{
    DeepOutput, DepthKind, FilesParams, INPUTS, InputParams, MissingFrames, Operation, OutputParams, Params,
    RangeParams, RecolourBy, Region, SampleParams, Slab, SourceDepth, SourceParams, UnreachedDepth,
};
use sequence::{Pattern, frame_at};
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The effect.
pub struct DeepMerge;

static INFO: EffectInfo = EffectInfo {
    name: "DeepMerge",
    version: [1, 0],
    description: "Brings deep OpenEXR renders into any host: up to eight files are merged by true depth, without mattes, and flattened \
        to colour, to depth for the other effects, or to one of three slabs of depth. Files can hold each other out; a flat picture \
        can join them, or colour a render that has only alpha.",
};

impl Effect for DeepMerge {
    fn info(&self) -> &'static EffectInfo {
        &INFO
    }
    fn uses(&self) -> &'static [Use] {
        &[Use::Generator, Use::General]
    }
    fn inputs(&self, usage: Use) -> &'static [Input] {
        const BESIDE: [Input; 2] = [Input::may(Clip::Source), Input::may(Clip::Depth)];
        if usage == Use::General { &BESIDE } else { &[] }
    }
    fn define(&self) -> Definitions {
        Params::define(Use::General)
    }
    fn define_for(&self, usage: Use) -> Definitions {
        Params::define(usage)
    }
    fn prepare(&self, values: &dyn ParamSource) -> Box<dyn Prepared> {
        Box::new(Params::read(values))
    }
    fn enabled(&self, values: &dyn ParamSource, name: &str) -> bool {
        Params::read(values).enabled(name)
    }
    fn purge(&self) {
        files::purge();
    }
}

impl Prepared for Params {
    fn plan(&self, frame: &Frame) -> Plan {
        if !self.depth.enabled {
            return Plan::default();
        }
        Plan {
            source_reach: self.depth.colour_reach(&frame.geometry),
            depth_reach: self.depth.reach(&frame.geometry),
            ..Plan::default()
        }
    }
    fn depth(&self) -> &DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        Blend { over_source: false, mix: 1.0, mask_invert: false }
    }
    fn generator(&self) -> Option<&dyn Generator> {
        Some(self)
    }
}

/// A file that takes part in a frame.
struct Chosen {
    number: usize,
    file: Arc<Opened>,
    /// Not the frame itself: it only tells how large the empty picture is.
    stand_in: bool,
}

impl Params {
    fn memory(&self) -> u64 {
        (self.files.memory as u64) << 20
    }

    /// The file of an input at a time, and whether it only stands in for one that is missing; `None` where there is none at all.
    fn resolve(&self, number: usize, time: f64) -> Result<Option<(PathBuf, bool)>, Fault> {
        let pattern = Pattern::new(&self.inputs[number].file);
        let frame = frame_at(time);
        let path = pattern.file(frame);
        if path.exists() {
            return Ok(Some((path, false)));
        }
        let nearest = || pattern.nearest(frame).map(|other| pattern.file(other));
        let missing =
            |what: &str| Fault::Failed(format!("{} does not exist (File {}). {what}", path.display(), number + 1));
        match self.files.missing {
            MissingFrames::Black => Ok(nearest().map(|path| (path, true))),
            MissingFrames::Hold => match nearest() {
                Some(path) => Ok(Some((path, false))),
                None => Err(missing("There is no other frame of it either: check the path.")),
            },
            MissingFrames::Error => {
                Err(missing("Check the path, or choose under Missing frames what becomes of such frames."))
            }
        }
    }

    /// The files of a frame, their headers read.
    fn choose(&self, time: f64, stop: &dyn Fn() -> bool) -> Result<Vec<Chosen>, Fault> {
        let mut all = Vec::new();
        for (number, _) in self.used() {
            if stop() {
                return Err(crate::workers::Stop::Aborted.into());
            }
            if let Some((path, stand_in)) = self.resolve(number, time)? {
                all.push(Chosen { number, file: files::open(&path, self.memory())?, stand_in });
            }
        }
        Ok(all)
    }

    fn header<'a>(&self, chosen: &'a Chosen) -> Result<&'a Header, Fault> {
        chosen.file.header(&self.inputs[chosen.number].part)
    }

    /// The frame of the first file, and where the picture is defined.
    fn facts_of(&self, chosen: &[Chosen], source: &RectD) -> Result<Option<Facts>, Fault> {
        let Some(first) = chosen.first() else { return Ok(None) };
        let first = self.header(first)?;
        let display = first.display_window;
        let pixel_aspect = f64::from(first.pixel_aspect);
        let file = Geometry::new([1.0; 2], pixel_aspect).pixels_per_unit();
        let canonical = |w: &Window| {
            let x = |x: i32| (f64::from(x) - f64::from(display.x1)) / file[0];
            let y = |y: i32| (f64::from(display.y2) - f64::from(y)) / file[1];
            RectD::new(x(w.x1), y(w.y2), x(w.x2), y(w.y1))
        };
        let mut region = RectD::default();
        if self.files.region == Region::Data {
            for chosen in chosen.iter().filter(|c| !c.stand_in) {
                if self.inputs[chosen.number].operation == Operation::Merge {
                    region = region.union(&canonical(&self.header(chosen)?.data_window));
                }
            }
            if self.source.as_element && self.source.operation == Operation::Merge {
                region = region.union(source);
            }
        }
        if region.is_empty() {
            region = canonical(&display);
        }
        let rate = first.frames_per_second.map(|(n, d)| f64::from(n) / f64::from(d));
        let frame_rate = rate.filter(|r| r.is_finite() && *r > 0.0);
        Ok(Some(Facts { region, pixel_aspect, frame_rate }))
    }

    /// What the artist should know though there is a picture.
    fn warning(&self, frame: &Frame) -> Option<&'static str> {
        let sourceless = frame.source_rod.is_empty();
        let (recolours, element) = (self.recolours(), self.source.as_element);
        let alpha = self.depth.source == DepthSource::SourceAlpha;
        match () {
            () if self.used().next().is_none() && !element => {
                Some("No file: choose a deep OpenEXR file as File 1. Until then the picture is empty.")
            }
            () if sourceless && recolours => Some("Recolour: connect the flat picture to the Source input."),
            () if sourceless && element => Some("Source as element: connect a picture to the Source input."),
            () if self.depth.enabled && !alpha && !frame.depth_connected => Some(
                "Source as element: the source has no depth and is left out. Connect the Depth input, or set Source depth to \
                    Fixed distance.",
            ),
            () => None,
        }
    }

    /// Opens the tables of all files, and makes the plan of what is read.
    fn merge(&self, chosen: &[Chosen], grid: Grid, stop: &dyn Fn() -> bool) -> Result<Merge<'_>, Fault> {
        let mut parts = Vec::new();
        for chosen in chosen.iter().filter(|c| !c.stand_in) {
            let number = chosen.number;
            parts.push(Part { number, part: chosen.file.part(&self.inputs[number].part, stop)? });
        }
        let headers: Vec<&Header> = parts.iter().map(|p| p.part.header()).collect();
        let plan = self.plan_reading(&headers)?;
        let tables: u64 = parts.iter().map(|p| p.part.table_bytes()).sum();
        let flattener = Flattener::new(settings::of_picture(self, &plan)).map_err(|m| Fault::Failed(m.to_string()))?;
        let gate = gate::Gate::new(self.memory().saturating_sub(tables));
        Ok(Merge { params: self, parts, plan, flattener, grid, gate })
    }

    fn plan_reading(&self, headers: &[&Header]) -> Result<Reading, Fault> {
        let layer = self.files.layer.trim_end_matches('.');
        let name = |own: &str| if layer.is_empty() { own.to_string() } else { format!("{layer}.{own}") };
        let (alpha, names) = (name("A"), ["R", "G", "B"].map(name));
        let wanted = names.each_ref().map(String::as_str);
        let has = |header: &&Header| wanted.iter().any(|name| header.channel(name).is_some());
        if !layer.is_empty() && !headers.is_empty() && !headers.iter().any(has) {
            let mut layers: Vec<&str> = headers.iter().flat_map(|h| h.layers()).collect();
            layers.sort_unstable();
            layers.dedup();
            let there = if layers.is_empty() { "none".to_string() } else { layers.join(", ") };
            return Err(Fault::Failed(format!(
                "No file has a layer {layer} with R, G or B. Layers that are there: {there}."
            )));
        }
        for header in headers {
            let whole = |c: &usize| header.channels[*c].kind == SampleType::Uint;
            if let Some(c) = wanted.iter().chain([&alpha.as_str()]).filter_map(|n| header.channel(n)).find(whole) {
                let name = &header.channels[c].name;
                return Err(Fault::Failed(format!(
                    "Channel {name} holds whole numbers (identifiers), which cannot be blended. Choose another layer."
                )));
            }
        }
        Ok(Reading::new(headers, &Wanted { alpha: &alpha, channels: &wanted, ids: &[] }))
    }
}

/// Asks the host no oftener than needed.
fn seldom<'a>(ask: &'a dyn Fn() -> bool) -> impl Fn() -> bool + 'a {
    const PAUSE: Duration = Duration::from_millis(5);
    let last = Cell::new(None::<(Instant, bool)>);
    move || {
        let now = Instant::now();
        match last.get() {
            Some((at, said)) if said || now.duration_since(at) < PAUSE => said,
            _ => {
                let said = ask();
                last.set(Some((now, said)));
                said
            }
        }
    }
}

impl Generator for Params {
    fn facts(&self, time: f64, source: &RectD, stop: &dyn Fn() -> bool) -> Result<Option<Facts>, Fault> {
        self.facts_of(&self.choose(time, &seldom(stop))?, source)
    }

    fn frames(&self) -> Option<[f64; 2]> {
        let all = self.used().flat_map(|(_, input)| {
            let frames = Pattern::new(&input.file).frames();
            [frames.first().copied(), frames.last().copied()].into_iter().flatten().collect::<Vec<_>>()
        });
        let all: Vec<i64> = all.collect();
        Some([*all.iter().min()? as f64, *all.iter().max()? as f64])
    }

    fn varies(&self) -> bool {
        self.used().any(|(_, input)| Pattern::new(&input.file).is_sequence())
    }

    fn wants(&self) -> Wants {
        Wants { source: self.recolours() || self.source.as_element, depth: self.depth.enabled }
    }

    fn makes(&self) -> Makes {
        if self.output.output == DeepOutput::Beauty { Makes::Picture } else { Makes::Data }
    }

    fn painter(&self, frame: &Frame, exec: &Exec) -> Result<Painting<'_>, Fault> {
        let stop = || exec.cancel().is_set();
        let chosen = self.choose(frame.time, &stop)?;
        let facts = self.facts_of(&chosen, &frame.source_rod)?;
        let warning = self.warning(frame).map(Into::into);
        let grid = match chosen.first() {
            Some(first) => {
                let header = self.header(first)?;
                Grid::new(&header.display_window, f64::from(header.pixel_aspect), &frame.geometry)
            }
            None => Grid::new(&Window::default(), frame.geometry.pixel_aspect, &frame.geometry),
        };
        let region = facts.map_or(frame.source_rod, |facts| facts.region);
        Ok(Painting { painter: Box::new(self.merge(&chosen, grid, &stop)?), region, warning })
    }
}
