//! ZDefocus: re-focuses a rendered frame from its depth as if the lens had been different.
//!
//! `lens` says how large the blur is at each depth, `aperture` what each point of the lens lets through; `scene` makes samples of the pixels, with
//! `spread` and what is `hidden`, guessed or from a clean `plate`; `views` averages what each point of the lens sees. A
//! `draft` does that at half the size. `reference` says the same in f64, slowly.

mod apart;
mod aperture;
#[cfg(test)]
mod bokeh_tests;
mod breaks;
mod candidates;
#[cfg(test)]
mod closed_forms;
mod coarse;
mod cover;
mod draft;
#[cfg(test)]
mod draft_tests;
mod felt;
mod field;
mod finest;
mod gather;
mod hidden;
mod highlights;
#[cfg(test)]
mod image_tests;
mod kernel;
mod lamps;
#[cfg(test)]
mod lamps_tests;
pub mod layer;
mod lens;
#[cfg(test)]
mod lens_tests;
mod lights;
mod looks;
mod magnify;
mod mixed;
#[cfg(test)]
mod mixed_tests;
mod moves;
mod needed;
mod overlay;
mod params;
mod plate;
#[cfg(test)]
mod plate_tests;
mod presets;
#[cfg(test)]
mod reference;
mod scene;
mod sheet;
mod shine;
mod sizes;
#[cfg(test)]
mod sizes_tests;
mod spread;
mod switches;
#[cfg(test)]
mod tests;
mod tiles;
mod view;
mod views;
mod weighing;

use crate::depth::{DepthStage, PICK_RADIUS};
use crate::effect::{Blend, Clip, Effect, EffectInfo, Frame, Input, Kernel, PassThrough, Plan, Prepared, Use};
use crate::geometry::RectD;
use crate::overlay::{Overlay, View};
use crate::params::{Definitions, ParamSource};
use crate::presets::Presets;
use crate::render::{Beside, Plate, whole};
use aperture::{Aperture, CatsEye, Opening, Optics};
use lens::Lens;
use magnify::Magnify;
pub use params::{AnamorphicPreset, BokehShape, BorderMode, FocusMode, LensModel, Output, Params, Quality};
pub use presets::{LensPreset, PresetParams};
use std::sync::Arc;

/// The effect.
pub struct ZDefocus;

static INFO: EffectInfo = EffectInfo {
    name: "ZDefocus",
    version: [1, 0],
    description: "Re-focuses a rendered picture from its depth, as if the lens had been different. Connect the picture to Source and its \
        depth pass to Depth, say what the depth's numbers mean, and choose the focus distance and the size of the blur. Blurred edges \
        let the background through; sharp edges stay sharp. Where a clean plate (the picture without what stands in front) is connected \
        to Background and its depth to BackgroundDepth, they show it instead of a guess.",
};

impl Effect for ZDefocus {
    fn info(&self) -> &'static EffectInfo {
        &INFO
    }
    fn inputs(&self, usage: Use) -> &'static [Input] {
        const ALL: [Input; 6] = [
            Input::must(Clip::Source),
            Input::may(Clip::Depth),
            Input::may(Clip::Mask),
            Input::may(Clip::Background),
            Input::may(Clip::BackgroundDepth),
            Input::may(Clip::Bokeh),
        ];
        match usage {
            Use::Filter => &ALL[..2],
            Use::General => &ALL,
            Use::Generator => &[],
        }
    }
    fn define(&self) -> Definitions {
        Params::define()
    }
    fn prepare(&self, values: &dyn ParamSource) -> Box<dyn Prepared> {
        Box::new(Params::read(values))
    }
    fn enabled(&self, values: &dyn ParamSource, name: &str) -> bool {
        Params::read(values).enabled(name)
    }
    fn presets(&self) -> Option<&'static Presets> {
        Some(&presets::PRESETS)
    }
    fn has_overlay(&self) -> bool {
        true
    }
    fn purge(&self) {
        aperture::Optics::purge();
    }
}

impl Params {
    /// Where the artist looks, canonical; the middle of the frame until the host knows a point.
    fn pick_point(&self, frame: &Frame) -> [f64; 2] {
        let f = frame.format;
        self.focus.point.unwrap_or([0.5 * (f.x1 + f.x2), 0.5 * (f.y1 + f.y2)])
    }

    /// The lens at a focus distance in metres.
    fn lens(&self, frame: &Frame, focus: f64) -> Lens {
        Lens::new(&self.size, focus, frame.format.x2 - frame.format.x1).with_zone(self.focus.zone(focus))
    }

    /// What a lens does to the picture's size.
    fn magnify(&self, frame: &Frame, breath: f64) -> Option<Magnify> {
        Magnify::new(breath, self.bokeh.lateral, &frame.format)
    }

    /// The image of the aperture: the Bokeh input's, else the file's; the error is for the artist.
    fn opening(&self, input: Option<&Plate>) -> Result<Option<Opening>, String> {
        if self.bokeh.shape != BokehShape::Image {
            return Ok(None);
        }
        let of_input = input.map(|plate| {
            // No memory is no image: the render that follows needs far more of it.
            let colour = whole(plate).ok()?;
            let rect = colour.rect();
            let pixel = |x: usize, y: usize| [0, 1, 2].map(|c| colour.planes[c].data()[y * rect.width() + x]);
            Opening::new([rect.width(), rect.height()], plate.picture.geometry.pixel_aspect, pixel)
        });
        // Some hosts hand out black where nothing is connected.
        match of_input.flatten() {
            Some(opening) => Ok(Some(opening)),
            None if self.bokeh.file.trim().is_empty() => {
                Err("There is no image of the bokeh: connect a picture to the Bokeh input that is not black, or choose a Bokeh file.".into())
            }
            None => aperture::file::open(&self.bokeh.file).map(Some),
        }
    }

    fn optics(&self, frame: &Frame, bokeh: Option<&Plate>, stamped: bool) -> (Arc<Optics>, Option<CatsEye>) {
        // What is wrong with an image, `warning` says; the picture has discs then.
        let aperture = Aperture::new(&self.bokeh, self.opening(bokeh).unwrap_or(None));
        let cats_eye = CatsEye::new(self.bokeh.cats_eye, &aperture, &frame.format, &frame.geometry);
        let points = self.quality(frame).lens_points();
        (Optics::kept(aperture, points, stamped || cats_eye.is_some()), cats_eye)
    }

    /// What is asked for at a frame.
    fn quality(&self, frame: &Frame) -> Quality {
        if frame.draft && self.output.draft_while_interactive { Quality::Draft } else { self.output.quality }
    }

    /// Is half the size enough, for a largest blur in pixels of the full-size frame? It must not depend on what the frame shows: pieces of
    /// it are rendered by themselves.
    fn halves(&self, frame: &Frame, largest: f64) -> bool {
        let scale = scene::pixels_per_unit(&frame.geometry);
        self.quality(frame) == Quality::Draft && largest * scale >= draft::LEAST
    }

    /// The focus distance in metres: of the parameter, or picked from the picture (the parameter's where nothing is there to pick).
    fn focus(&self, frame: &Frame, depth: &DepthStage) -> f64 {
        let set = self.focus.focus();
        if self.focus.mode != FocusMode::PickPoint {
            return set;
        }
        depth.pick(self.pick_point(frame)).unwrap_or(set)
    }
}

impl Prepared for Params {
    fn plan(&self, frame: &Frame) -> Plan {
        if !self.depth.available(frame.depth_connected) {
            return Plan::pass_through(PassThrough::NoDepth);
        }
        let picks = self.focus.mode == FocusMode::PickPoint;
        let largest = if picks {
            Lens::largest(&self.size, frame.format.x2 - frame.format.x1)
        } else {
            self.lens(frame, self.focus.focus()).most()
        };
        let both_off = self.size.near_multiplier == 0.0 && self.size.far_multiplier == 0.0;
        let result = self.output.output == Output::Result;
        // A focus that is yet to be picked may be anywhere.
        let breath = if picks { Lens::most_breath(&self.size) } else { self.lens(frame, self.focus.focus()).zoom };
        let magnify = self.magnify(frame, breath).filter(|_| result);
        let sharp = largest <= 0.0 || both_off;
        if result && (self.common.mix == 0.0 || (sharp && magnify.is_none())) {
            return Plan::pass_through(PassThrough::Neutral);
        }
        let half = self.halves(frame, largest);
        let reach = if result { kernel::reach(largest, &frame.geometry, half) } else { 0.0 };
        let g = &frame.geometry;
        let depth_also = picks.then(|| {
            let [x, y] = self.pick_point(frame);
            let r = PICK_RADIUS + 16.0;
            RectD::new(x - r, y - r, x + r, y + r)
        });
        let grow = if result && self.occlusion.border == BorderMode::Black { largest } else { 0.0 };
        Plan {
            pass_through: None,
            source_reach: reach.max(self.depth.colour_reach(g)),
            depth_reach: reach + self.depth.reach(g),
            depth_also,
            grow,
            background: result,
            bokeh: self.bokeh.shape == BokehShape::Image && (result || self.output.output == Output::Bokeh),
            zoom: magnify.map(|m| m.zoom()),
            ..Plan::default()
        }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(self.output.output == Output::Result)
    }
    fn warning(&self, bokeh: bool) -> Option<String> {
        let shows = matches!(self.output.output, Output::Result | Output::Bokeh);
        let why = if bokeh || !shows { None } else { self.opening(None).err() };
        why.map(|why| format!("{why} Until then the bokeh is a disc."))
    }
    fn overlay(&self, view: &View) -> Option<Overlay> {
        Some(overlay::of(self, view))
    }
    fn kernel<'a>(&'a self, frame: &Frame, depth: &'a DepthStage<'a>, beside: &'a Beside<'a>) -> Kernel<'a> {
        let bokeh = beside.bokeh.as_ref();
        let lens = self.lens(frame, self.focus(frame, depth));
        match self.output.output {
            Output::Result => {
                let (optics, cats_eye) = self.optics(frame, bokeh, false);
                let (geometry, magnify) = (frame.geometry, self.magnify(frame, lens.zoom));
                let lens = lens.before_zoom();
                let switches = switches::get();
                let half = self.halves(frame, lens.most()) && !switches.whole_size;
                let all = kernel::Defocus { params: self, lens, geometry, optics, cats_eye, magnify, half, switches };
                Kernel::Area(Box::new(all))
            }
            Output::Bokeh => {
                let (optics, cats_eye) = self.optics(frame, bokeh, true);
                Kernel::Rows(Box::new(looks::Portrait::new(optics, cats_eye, &frame.format, &frame.geometry)))
            }
            output => Kernel::Rows(Box::new(looks::Look { output, lens })),
        }
    }
}
