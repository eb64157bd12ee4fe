//! DepthGrade: one grade each for foreground, middle and background, and one for all.
//!
//! The weights of the three zones always add up to 1, and so the picture is Σ weight · grade(picture), then the master grade.
//! Lift, gamma, gain, offset and exposure (its multiply) are those of Nuke's Grade as its reference guide gives them, with black point 0
//! and white point 1: A = multiply · (gain − lift), B = offset + lift, (A · x + B)^(1/gamma). Saturation is about the luminance of
//! Rec. 709, 0.2126 R + 0.7152 G + 0.0722 B. `reference` says it all in f64; `kernel` does it fast.

mod kernel;
mod params;
pub mod reference;
#[cfg(test)]
mod tests;

use crate::depth::DepthStage;
use crate::effect::{Blend, Effect, EffectInfo, Frame, Kernel, PassThrough, Plan, Prepared};
use crate::params::{Definitions, ParamSource};
use crate::render::Beside;
pub use params::{GradeOutput, GradeParams, OutputParams, Params, Zone, ZoneParams, ZoneSpace};

/// The effect.
pub struct DepthGrade;

static INFO: EffectInfo = EffectInfo {
    name: "DepthGrade",
    version: [1, 0],
    description: "Grades foreground, middle and background separately by their depth, without painted mattes: three zones with \
        soft borders, a grade for each and a master grade over all. The zones come out as mattes, too.",
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
            ..Plan::default()
        }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(self.output.output == GradeOutput::Result)
    }
    fn kernel<'a>(&'a self, _frame: &Frame, _depth: &'a DepthStage<'a>, _beside: &'a Beside<'a>) -> Kernel<'a> {
        Kernel::Rows(Box::new(kernel::Rows::new(self)))
    }
}
