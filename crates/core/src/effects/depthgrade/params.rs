//! Parameters of DepthGrade.

use crate::depth::DepthParams;
use crate::effect::CommonParams;
use crate::params::{ParamSet, ParamSource};

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Params {
    /// Depth group.
    pub depth: DepthParams,
    /// Mix and mask.
    pub common: CommonParams,
}

impl Params {
    pub(crate) fn read(source: &dyn ParamSource, _prefix: &str) -> Self {
        Self { depth: DepthParams::read(source, ""), common: CommonParams::read(source, "") }
    }
}
