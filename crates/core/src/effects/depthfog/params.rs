//! Parameters of DepthFog.

use crate::depth::DepthParams;
use crate::effect::CommonParams;
use crate::params::{Definitions, ParamSet, ParamSource, Unit, boolean, choice, colour, double};
use crate::{choices, params};

choices! {
    /// How the air thickens with distance.
    pub enum FogModel {
        /// Beer–Lambert: even air, transmittance e^(−σ·distance).
        Exponential = "Exponential",
        /// Transmittance e^(−(k·distance)²): clear near the camera, then soon thick.
        ExponentialSquared = "Exponential squared",
        /// Opacity rises evenly from the start to the end.
        Linear = "Linear",
    }
}

choices! {
    /// What the effect shows.
    pub enum FogOutput {
        /// The picture with its fog.
        Result = "Result",
        /// The fog alone, to be put over the picture.
        Element = "Fog element",
        /// How much of the picture comes through.
        Transmittance = "Transmittance matte",
        /// Depth as the effect understands it.
        Depth = "Depth",
    }
}

params! {
    /// The air.
    pub struct AirParams {
        /// How the fog thickens with distance. Exponential is even air as in nature; Exponential squared is clear near the camera; Linear rises evenly from Fog start to Fog end.
        model: FogModel = "fogModel", "Model", choice(FogModel::Exponential);
        /// Distance in metres, measured from Fog start, at which the fog has absorbed 98 % of the picture: the visibility of a weather report. The same number gives the same air in the next shot.
        visibility: f64 = "visibility", "Visibility", double(100.0).range(1e-3, 1e9).slider(1.0, 1000.0).unit(Unit::Distance);
        /// Distance in metres at which the fog begins. Nothing nearer is changed.
        start: f64 = "fogStart", "Fog start", double(0.0).range(0.0, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Let the fog end at Fog end: the air behind it is clear. The Linear model always ends there.
        use_end: bool = "useFogEnd", "Use fog end", boolean(false);
        /// Distance in metres at which the fog ends. The exponential models thicken no further behind it; the Linear model reaches its full opacity there, whether or not Use fog end is on.
        end: f64 = "fogEnd", "Fog end", double(200.0).range(0.0, 1e9).slider(0.0, 1000.0).unit(Unit::Distance);
        /// The fog never hides more than this share of the picture, however far it is. 0 is no fog, 1 is no limit.
        max_opacity: f64 = "maxOpacity", "Max opacity", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Bends the fog over distance: the distance, as a share of Visibility (Linear: of the way from start to end), is raised to this power. 1 is the plain model; above 1 the fog holds back at first and then thickens quickly; below 1 it thickens at once. The far end stays where it is.
        falloff: f64 = "falloff", "Falloff", double(1.0).range(0.1, 10.0).slider(0.25, 4.0);
    }
}

params! {
    /// What the air looks like.
    pub struct ColourParams {
        /// Colour of the fog, scene-linear. Values above 1 glow.
        fog: [f64; 3] = "fogColour", "Fog colour", colour(0.55, 0.62, 0.70);
        /// Put fog also where the picture is transparent, so that its alpha rises with the fog. Off: the alpha stays as it is.
        alpha: bool = "fogAlpha", "Fog in alpha", boolean(false);
    }
}

params! {
    /// What comes out.
    pub struct OutputParams {
        /// Result: the picture with fog. Fog element: the fog alone, premultiplied; put over the picture it gives the result. Transmittance matte: how much of the picture comes through, 1 is clear, in all four channels. Depth: distance in metres, 0 where it is infinite or unknown.
        output: FogOutput = "output", "Output", choice(FogOutput::Result);
    }
}

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Params {
    /// The air.
    pub air: AirParams,
    /// What it looks like.
    pub colour: ColourParams,
    /// What comes out.
    pub output: FogOutput,
    /// Depth group.
    pub depth: DepthParams,
    /// Mix and mask.
    pub common: CommonParams,
}

impl Params {
    pub(crate) fn define() -> Definitions {
        let mut list = Definitions::default();
        list.group("fog", "Fog", true);
        AirParams::define(&mut list, "");
        list.group("colour", "Colour", true);
        ColourParams::define(&mut list, "");
        list.group("outputGroup", "Output", true);
        OutputParams::define(&mut list, "");
        list.group("depth", "Depth", true);
        DepthParams::define(&mut list, "");
        CommonParams::define_last(&mut list);
        list
    }

    pub(crate) fn read(source: &dyn ParamSource) -> Self {
        Self {
            air: AirParams::read(source, ""),
            colour: ColourParams::read(source, ""),
            output: OutputParams::read(source, "").output,
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Does the parameter change anything, as the others are set?
    pub(crate) fn enabled(&self, name: &str) -> bool {
        let linear = self.air.model == FogModel::Linear;
        match name {
            "visibility" | "useFogEnd" => !linear,
            "fogEnd" => linear || self.air.use_end,
            "fogColour" | "fogAlpha" => matches!(self.output, FogOutput::Result | FogOutput::Element),
            _ => true,
        }
    }

    /// Is there no fog anywhere, whatever the depth?
    pub(crate) fn is_clear(&self) -> bool {
        let cut_off = self.air.model != FogModel::Linear && self.air.use_end && self.air.end <= self.air.start;
        self.common.mix == 0.0 || self.air.max_opacity == 0.0 || cut_off
    }
}
