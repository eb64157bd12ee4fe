//! DepthGrade: one grade each for foreground, middle and background, and one for all.
//!
//! The weights of the three zones always add up to 1, and so the picture is Σ weight · grade(picture), then the master grade. A grade is,
//! in this order: exposure, temperature and tint (stops per channel); Nuke's Grade, as its reference guide gives it with black point 0 and
//! white point 1, and the ASC CDL (S-2008, version 1.2, without its clamps) in one: A = slope · (gain − lift), B = offset + lift,
//! (A · x + B)^(power/gamma); contrast about a pivot; saturation about the luminance of Rec. 709, 0.2126 R + 0.7152 G + 0.0722 B; mix.
//! `reference` says it all in f64; `kernel` does it fast, with the steps in `ops` and the zones in `zones`.

mod amount;
pub mod cdl;
#[cfg(test)]
mod control_tests;
mod grade;
mod kernel;
mod ops;
mod overlay;
mod params;
mod presets;
pub mod reference;
#[cfg(test)]
mod tests;
mod zones;

use crate::depth::DepthStage;
use crate::effect::{Blend, Effect, EffectInfo, Frame, Kernel, PassThrough, Plan, Prepared, Reaction};
use crate::overlay::{Overlay, View};
use crate::params::{Definitions, ParamSource};
use crate::presets::Presets;
use crate::render::Beside;
pub use amount::Table;
pub use grade::{CdlParams, Grade, GradeParams, GradeSpace, GradingParams};
pub use params::{
    AmountParams, DistanceFrom, GradeOutput, IsolateParams, OutputParams, Params, Zone, ZoneParams, ZoneSpace,
};
pub use presets::{GradePreset, PresetParams};
pub use zones::{Border, Layout};

/// The effect.
pub struct DepthGrade;

static INFO: EffectInfo = EffectInfo {
    name: "DepthGrade",
    version: [1, 0],
    description: "Grades foreground, middle and background separately by their depth, without painted mattes: three zones with \
        soft borders, a grade for each and a master grade over all, with the controls of Nuke's Grade and the ASC CDL. Borders are \
        distances or points of the picture; one depth can be isolated, or the grades change continuously over depth. The zones come \
        out as mattes, too.",
};

impl Effect for DepthGrade {
    fn info(&self) -> &'static EffectInfo {
        &INFO
    }
    fn define(&self) -> Definitions {
        Params::define()
    }
    fn prepare(&self, values: &dyn ParamSource) -> Box<dyn Prepared> {
        Box::new(Params::read(values))
    }
    fn changed(&self, values: &dyn ParamSource, name: &str) -> Option<Reaction> {
        cdl::changed(values, name).or_else(|| presets::PRESETS.changed(&self.define(), values, name))
    }
    fn presets(&self) -> Option<&'static Presets> {
        Some(&presets::PRESETS)
    }
    fn has_overlay(&self) -> bool {
        true
    }
    fn enabled(&self, values: &dyn ParamSource, name: &str) -> bool {
        Params::read(values).enabled(name)
    }
}

impl Prepared for Params {
    fn plan(&self, frame: &Frame) -> Plan {
        if !self.depth.available(frame.depth_connected) {
            return Plan::pass_through(PassThrough::NoDepth);
        }
        if self.output.output == GradeOutput::Result && self.is_neutral() {
            return Plan::pass_through(PassThrough::Neutral);
        }
        Plan {
            source_reach: self.depth.colour_reach(&frame.geometry),
            depth_reach: self.depth.reach(&frame.geometry),
            depth_also: self.picked_region(frame),
            ..Plan::default()
        }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(self.output.output == GradeOutput::Result)
    }
    fn overlay(&self, view: &View) -> Option<Overlay> {
        Some(overlay::of(self, view))
    }
    fn kernel<'a>(&'a self, frame: &Frame, depth: &'a DepthStage<'a>, _beside: &'a Beside<'a>) -> Kernel<'a> {
        let picked = self.points(frame).map(|point| depth.pick(point?));
        Kernel::Rows(Box::new(kernel::Rows::new(self, &self.layout(picked))))
    }
}
