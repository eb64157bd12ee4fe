//! The effects: one folder each, and this list.

pub(crate) mod blocks;
pub mod deepmerge;
pub mod depthfog;
pub mod depthgrade;
mod look;
pub mod zdefocus;

use crate::effect::Effect;

/// All effects, in the order in which hosts see them.
pub static ALL: [&dyn Effect; 4] =
    [&zdefocus::ZDefocus, &depthfog::DepthFog, &depthgrade::DepthGrade, &deepmerge::DeepMerge];
