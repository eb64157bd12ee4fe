//! DepthGrade.

mod params;

use crate::depth::DepthStage;
use crate::effect::{Blend, CommonParams, Effect, EffectInfo, Frame, Kernel, PassThrough, Plan, Prepared, RowKernel};
use crate::image::ColourRow;
use crate::params::{Definitions, ParamSet, ParamSource};
pub use params::Params;

/// The effect.
pub struct DepthGrade;

static INFO: EffectInfo = EffectInfo { name: "DepthGrade", version: [1, 0], description: "" };

impl Effect for DepthGrade {
    fn info(&self) -> &'static EffectInfo {
        &INFO
    }
    fn define(&self) -> Definitions {
        let mut list = Definitions::default();
        list.group("depth", "Depth", true);
        crate::depth::DepthParams::define(&mut list, "");
        CommonParams::define_last(&mut list);
        list
    }
    fn prepare(&self, values: &dyn ParamSource) -> Box<dyn Prepared> {
        Box::new(Params::read(values, ""))
    }
}

impl Prepared for Params {
    fn plan(&self, frame: &Frame) -> Plan {
        if !self.depth.available(frame.depth_connected) {
            return Plan::pass_through(PassThrough::NoDepth);
        }
        Plan { depth_reach: self.depth.reach(), ..Plan::default() }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(true)
    }
    fn kernel<'a>(&'a self, _frame: &Frame, _depth: &DepthStage) -> Kernel<'a> {
        Kernel::Rows(Box::new(Nothing))
    }
}

struct Nothing;
impl RowKernel for Nothing {
    fn wants_straight(&self) -> bool {
        false
    }
    fn row(&self, _x1: i32, _y: i32, _z: &[f32], _colour: ColourRow) {}
}
