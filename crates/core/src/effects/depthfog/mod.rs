//! DepthFog: the air between the camera and what it sees.
//!
//! Light on its way through air is absorbed by the law of Beer and Lambert: what is left after the distance *d* is
//! T = e^(−∫σ). The air's own light fills in what is missing: picture · T + fog colour · (1 − T). The strength of the air is
//! given as Koschmieder's *visibility*, the distance V at which a contrast has sunk to 2 %: σ = −ln 0.02 / V = 3.912 / V.
//! `reference` says in f64 exactly what each model means; `kernel` does it fast.

#[cfg(test)]
mod air_tests;
mod fan;
#[cfg(test)]
mod fan_tests;
mod height;
mod kernel;
mod model;
mod noise;
#[cfg(test)]
mod noise_tests;
mod overlay;
mod panels;
mod params;
mod plain;
mod presets;
mod rays;
#[cfg(test)]
mod reference;
mod scatter;
mod sight;
mod steps;
mod sun;
#[cfg(test)]
mod sun_tests;
mod table;
#[cfg(test)]
mod tests;

use crate::depth::DepthStage;
use crate::effect::{Blend, Clip, Effect, EffectInfo, Frame, Input, Kernel, PassThrough, Plan, Prepared, Use};
use crate::overlay::{Overlay, View};
use crate::params::{Definitions, ParamSource};
use crate::presets::Presets;
use crate::render::Beside;
pub use params::{
    AirParams, CameraParams, ColourParams, FogModel, FogOutput, HeightParams, LayerParams, NoiseParams, Params, UpAxis,
};
pub use presets::{AirPreset, PresetParams};

/// The effect.
pub struct DepthFog;

static INFO: EffectInfo = EffectInfo {
    name: "DepthFog",
    version: [1, 0],
    description: "Puts air into a picture by its depth: haze and fog that thicken with distance, without painted mattes. The \
        strength is a visibility in metres, so that the same number gives the same air in the next shot.",
};

impl Effect for DepthFog {
    fn info(&self) -> &'static EffectInfo {
        &INFO
    }
    fn inputs(&self, usage: Use) -> &'static [Input] {
        const ALL: [Input; 5] = [
            Input::must(Clip::Source),
            Input::may(Clip::Depth),
            Input::may(Clip::Mask),
            Input::may(Clip::Fog),
            Input::may(Clip::Position),
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
}

impl Prepared for Params {
    fn plan(&self, frame: &Frame) -> Plan {
        if !self.depth.available(frame.depth_connected) {
            return Plan::pass_through(PassThrough::NoDepth);
        }
        if self.output == FogOutput::Result && self.is_clear() {
            return Plan::pass_through(PassThrough::Neutral);
        }
        let g = &frame.geometry;
        let coloured = matches!(self.output, FogOutput::Result | FogOutput::Element);
        let scale = g.pixels_per_unit();
        let blur = kernel::scatter_radius(self, frame);
        let blur = if coloured && blur > 0.0 { f64::from(scatter::reach(blur)) / scale[0].min(scale[1]) } else { 0.0 };
        let rays = rays::Layout::of(self, frame, &model::Air::new(self)).filter(|_| coloured);
        let rays = rays.map_or(0.0, |layout| layout.reach(frame));
        Plan {
            source_reach: self.depth.colour_reach(g).max(blur),
            depth_reach: self.depth.reach(g) + blur.max(rays),
            fog: coloured && self.air.model != FogModel::None,
            position: self.in_world(),
            ..Plan::default()
        }
    }
    fn depth(&self) -> &crate::depth::DepthParams {
        &self.depth
    }
    fn blend(&self) -> Blend {
        self.common.blend(self.output == FogOutput::Result)
    }
    fn overlay(&self, view: &View) -> Option<Overlay> {
        Some(overlay::of(self, view))
    }
    fn kernel<'a>(&'a self, frame: &Frame, depth: &'a DepthStage<'a>, beside: &'a Beside<'a>) -> Kernel<'a> {
        match plain::Fog::new(self, frame, beside) {
            Some(plain) => Kernel::Rows(Box::new(plain)),
            None => Kernel::Rows(Box::new(kernel::Fog::new(self, frame, depth, beside))),
        }
    }
}
