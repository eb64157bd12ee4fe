//! ZDefocus: re-focuses a rendered frame from its depth as if the lens had been different.
//!
//! `lens` says how large the blur is at each depth, `aperture` what each point of the lens lets through; `scene` makes samples of the pixels, with
//! `spread` and what is `hidden`, guessed or from a clean `plate`; `views` averages what each point of the lens sees. `reference` says the same in
//! f64, slowly.

mod aperture;
#[cfg(test)]
mod bokeh_tests;
#[cfg(test)]
mod closed_forms;
mod cover;
mod field;
mod hidden;
mod kernel;
pub mod lens;
mod lights;
mod looks;
mod params;
mod plate;
#[cfg(test)]
mod plate_tests;
#[cfg(test)]
mod reference;
mod scene;
mod sheet;
mod shine;
mod spread;
#[cfg(test)]
mod tests;
mod views;

use crate::depth::{DepthStage, PICK_RADIUS};
use crate::effect::{Blend, Clip, Effect, EffectInfo, Frame, Input, Kernel, PassThrough, Plan, Prepared, Use};
use crate::geometry::RectD;
use crate::params::{Definitions, ParamSource};
use crate::render::Beside;
use lens::Lens;
pub use params::{AnamorphicPreset, BokehShape, BorderMode, FocusMode, LensModel, Output, Params, Quality};

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
        const ALL: [Input; 5] = [
            Input::must(Clip::Source),
            Input::may(Clip::Depth),
            Input::may(Clip::Mask),
            Input::may(Clip::Background),
            Input::may(Clip::BackgroundDepth),
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
        Lens::new(&self.size, focus, frame.format.x2 - frame.format.x1)
    }

    /// The focus distance in metres: of the parameter, or picked from the picture (the parameter's where nothing is there to pick).
    fn focus(&self, frame: &Frame, depth: &DepthStage) -> f64 {
        if self.focus.mode == FocusMode::Distance {
            return self.focus.distance;
        }
        depth.pick(self.pick_point(frame)).unwrap_or(self.focus.distance)
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
            self.lens(frame, self.focus.distance).max
        };
        let both_off = self.size.near_multiplier == 0.0 && self.size.far_multiplier == 0.0;
        let result = self.output.output == Output::Result;
        if result && (self.common.mix == 0.0 || largest <= 0.0 || both_off) {
            return Plan::pass_through(PassThrough::Neutral);
        }
        let reach = if result { kernel::reach(largest) } else { 0.0 };
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
            ..Plan::default()
        }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(self.output.output == Output::Result)
    }
    fn kernel<'a>(&'a self, frame: &Frame, depth: &'a DepthStage<'a>, _beside: &'a Beside<'a>) -> Kernel<'a> {
        let lens = self.lens(frame, self.focus(frame, depth));
        match self.output.output {
            Output::Result => {
                let (geometry, format) = (frame.geometry, frame.format);
                Kernel::Area(Box::new(kernel::Defocus { params: self, lens, geometry, format }))
            }
            output => Kernel::Rows(Box::new(looks::Look { output, lens })),
        }
    }
}
