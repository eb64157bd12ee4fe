//! Parameters of DepthFog.

use super::presets::PresetParams;
use crate::depth::DepthParams;
use crate::effect::CommonParams;
use crate::params::{Definitions, ParamSet, ParamSource, Unit, boolean, choice, colour, double, int, point};
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
        /// No air but that of the layers and of the height fog.
        None = "None",
    }
}

choices! {
    /// Which of a world's axes points up.
    pub enum UpAxis {
        /// The second: Maya, Houdini, Nuke.
        Y = "Y",
        /// The third: Blender, 3ds Max, Unreal.
        Z = "Z",
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
        /// How the fog thickens with distance. Exponential is even air as in nature; Exponential squared is clear near the camera; Linear rises evenly from Fog start to Fog end; None leaves only layers and height fog.
        model: FogModel = "fogModel", "Model", choice(FogModel::Exponential);
        /// Distance in metres, measured from Fog start, at which the fog has absorbed 98 % of the picture: the visibility of a weather report. The same number gives the same air in the next shot.
        visibility: f64 = "visibility", "Visibility", double(100.0).range(1e-3, 1e9).slider(1.0, 1000.0).unit(Unit::Distance);
        /// Distance in metres at which the fog begins. Nothing nearer is changed.
        start: f64 = "fogStart", "Fog start", double(0.0).range(0.0, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Let the fog end at Fog end: the air behind it is clear. The Linear model always ends there.
        use_end: bool = "useFogEnd", "Use fog end", boolean(false);
        /// Distance in metres at which the fog ends. The exponential models thicken no further behind it; the Linear model reaches its full opacity there, whether or not Use fog end is on.
        end: f64 = "fogEnd", "Fog end", double(200.0).range(0.0, 1e9).slider(0.0, 1000.0).unit(Unit::Distance);
        /// All distances of the fog are counted from the camera's point along each pixel's ray, as light travels, so that the fog stands still in the world when the camera turns. Needs the right Field of view (group Depth). Off: they are counted from the camera's plane.
        along_ray: bool = "fogAlongRay", "Fog along the ray", boolean(true);
        /// The fog never hides more than this share of the picture, however far it is. 0 is no fog, 1 is no limit.
        max_opacity: f64 = "maxOpacity", "Max opacity", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Bends the fog over distance: the distance, as a share of Visibility (Linear: of the way from start to end), is raised to this power. 1 is the plain model; above 1 the fog holds back at first and then thickens quickly; below 1 it thickens at once. The far end stays where it is.
        falloff: f64 = "falloff", "Falloff", double(1.0).range(0.1, 10.0).slider(0.25, 4.0);
        /// Multiplies all fog of this effect, layers and height fog too. 2 is twice as thick, 0 is clear air. Below 0 haze is taken out of the picture: -1 undoes what 1 puts in.
        density: f64 = "density", "Density", double(1.0).range(-10.0, 10.0).slider(-1.0, 2.0);
        /// Negative density only: haze that left less than this share of the picture is taken out only as if it had left this much, so that the noise behind thick haze is not blown up.
        haze_floor: f64 = "hazeFloor", "Haze floor", double(0.1).range(1e-3, 1.0).slider(0.01, 0.5);
    }
}

params! {
    /// What the air looks like.
    pub struct ColourParams {
        /// Colour of the fog, scene-linear. Values above 1 glow. Where a picture is connected to Fog, its colours take this one's place.
        fog: [f64; 3] = "fogColour", "Fog colour", colour(0.55, 0.62, 0.70);
        /// Colour that distant fog turns to, scene-linear. Needs Colour blend.
        far: [f64; 3] = "farColour", "Far colour", colour(0.75, 0.82, 0.92);
        /// How far the fog's colour turns to Far colour over distance: from Fog colour at Fog start to this share of Far colour at Visibility (Linear: at Fog end) and beyond.
        blend: f64 = "colourBlend", "Colour blend", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// How strongly each channel is absorbed, as a multiple of the fog's density. White is grey fog; a higher blue lets distant things turn warm as through thick air, a higher red turns them cold as under water.
        tint: [f64; 3] = "extinctionTint", "Extinction tint", colour(1.0, 1.0, 1.0).slider(0.0, 2.0);
        /// Takes colour out of the picture where fog hides it: 0 leaves the saturation, 1 leaves grey where nothing else is left.
        desaturate: f64 = "desaturate", "Desaturate", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Far things soften: radius of the blur in pixels of the full-size frame where nothing else than fog is left, less where the fog is thinner. What is near and clear neither blurs nor smears.
        scatter: f64 = "scatterBlur", "Scatter blur", double(0.0).range(0.0, 100.0).slider(0.0, 50.0).unit(Unit::Pixels);
        /// How much of the fog the sky gets: what is infinitely far or has no depth. 1 treats it as very far, 0 leaves it clear.
        sky: f64 = "skyFog", "Fog on sky", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Put fog also where the picture is transparent, so that its alpha rises with the fog. Off: the alpha stays as it is.
        alpha: bool = "fogAlpha", "Fog in alpha", boolean(false);
    }
}

params! {
    /// A layer of air between two depths.
    pub struct LayerParams {
        /// Adds fog, smoke or haze between two distances only.
        on: bool = "on", "On", boolean(false);
        /// Distance in metres at which the layer begins.
        near: f64 = "near", "Near", double(5.0).range(0.0, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Distance in metres at which the layer ends.
        far: f64 = "far", "Far", double(15.0).range(0.0, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Length in metres over which the layer rises around its near end. Both soft ends together are at most as long as the layer.
        near_softness: f64 = "nearSoftness", "Near softness", double(1.0).range(0.0, 1e9).slider(0.0, 20.0).unit(Unit::Distance);
        /// Length in metres over which the layer falls around its far end.
        far_softness: f64 = "farSoftness", "Far softness", double(1.0).range(0.0, 1e9).slider(0.0, 20.0).unit(Unit::Distance);
        /// How much light a metre of the layer absorbs: 0.1 leaves 37 % behind ten metres.
        density: f64 = "density", "Density", double(0.1).range(0.0, 1000.0).slider(0.0, 1.0);
        /// Colour of the layer, scene-linear.
        colour: [f64; 3] = "colour", "Colour", colour(0.55, 0.62, 0.70);
    }
}

params! {
    /// Fog that lies on the ground.
    pub struct HeightParams {
        /// Adds fog that lies low: even up to Fog height and thinner and thinner above. Set Camera height, Camera pitch and Field of view as the camera had them.
        on: bool = "heightFog", "Height fog", boolean(false);
        /// Height in metres up to which the fog lies evenly.
        height: f64 = "fogHeight", "Fog height", double(0.0).range(-1e6, 1e6).slider(-10.0, 50.0).unit(Unit::Distance);
        /// How fast the fog thins above Fog height: every so many metres 37 % of it are left.
        falloff: f64 = "heightFalloff", "Height falloff", double(2.0).range(1e-3, 1e6).slider(0.1, 50.0).unit(Unit::Distance);
        /// How much light a metre of the fog absorbs below Fog height: 0.1 leaves 37 % behind ten metres.
        density: f64 = "heightDensity", "Height density", double(0.1).range(0.0, 1000.0).slider(0.0, 1.0);
        /// Colour of the height fog, scene-linear.
        colour: [f64; 3] = "heightColour", "Height colour", colour(0.55, 0.62, 0.70);
    }
}

params! {
    /// The sun.
    pub struct SunParams {
        /// Where the sun is in the picture, or beside it: in the middle of its glow, and where light rays come from.
        position: Option<[f64; 2]> = "sunPosition", "Sun position", point(0.5, 0.75);
        /// Colour of the sun's light in the air, scene-linear.
        colour: [f64; 3] = "sunColour", "Sun colour", colour(1.0, 0.9, 0.75);
        /// How much of the sun's light the fog sends to the camera. 1 gives thick fog before the sun the sun's colour.
        glow: f64 = "sunGlow", "Sun glow", double(0.0).range(0.0, 1000.0).slider(0.0, 2.0);
        /// How closely the light keeps to the sun's direction: 0 is even all around, 0.9 a small bright glow. Henyey and Greenstein's g.
        anisotropy: f64 = "sunAnisotropy", "Anisotropy", double(0.7).range(0.0, 0.99).slider(0.0, 0.95);
    }
}

params! {
    /// Light rays.
    pub struct RayParams {
        /// Light of the sun in the fog that things keep away: shafts behind whatever stands between the sun and the air. Needs fog. 1 is as bright as a Sun glow of 1 where nothing is in the way.
        amount: f64 = "rays", "Light rays", double(0.0).range(0.0, 1000.0).slider(0.0, 2.0);
        /// How far a shadow reaches in the picture, as a share of the frame's width. It fades towards its end.
        length: f64 = "rayLength", "Ray length", double(0.5).range(0.01, 4.0).slider(0.05, 1.0);
        /// In how many steps each ray is followed. More steps cost time and draw far shadows finer.
        samples: i32 = "raySamples", "Ray samples", int(48, 8, 512).slider(16, 128);
    }
}

params! {
    /// Where the camera stood, for what lies in the world rather than in the picture.
    pub struct CameraParams {
        /// Height of the camera in metres over the height 0 that Fog height counts from.
        height: f64 = "cameraHeight", "Camera height", double(1.6).range(-1e6, 1e6).slider(0.0, 20.0).unit(Unit::Distance);
        /// How far the camera looks up (above 0) or down (below 0), in degrees.
        pitch: f64 = "cameraPitch", "Camera pitch", double(0.0).range(-90.0, 90.0).slider(-45.0, 45.0).unit(Unit::Degrees);
        /// How far the camera is tilted sideways, in degrees, against the clock as seen by the camera.
        roll: f64 = "cameraRoll", "Camera roll", double(0.0).range(-180.0, 180.0).slider(-45.0, 45.0).unit(Unit::Degrees);
        /// Where the camera looks around the vertical: 0 along -Z (with Z up: along +Y), above 0 turned to the right, in degrees.
        heading: f64 = "cameraHeading", "Camera heading", double(0.0).range(-3600.0, 3600.0).slider(-180.0, 180.0).unit(Unit::Degrees);
        /// Which axis of the world points up, in Camera x, y, z and in a Position pass.
        up: UpAxis = "upAxis", "Up axis", choice(UpAxis::Y);
    }
}

params! {
    /// Unevenness of the air.
    pub struct NoiseParams {
        /// How uneven the air is: 0 is even, 1 has thick patches and clear ones. The noise is fixed in the world, and found there from the depth, Field of view and the camera's place, or from the Position input.
        amount: f64 = "noiseAmount", "Noise", double(0.0).range(0.0, 10.0).slider(0.0, 2.0);
        /// Size of the largest patches in metres.
        scale: f64 = "noiseScale", "Noise scale", double(5.0).range(1e-3, 1e6).slider(0.1, 50.0).unit(Unit::Distance);
        /// How much fine detail: each whole number adds patches of half the size. Between two numbers the last comes in gradually.
        detail: f64 = "noiseDetail", "Noise detail", double(3.0).range(1.0, 8.0).slider(1.0, 6.0);
        /// Wind in metres per second, to the right for a camera of heading 0.
        drift_x: f64 = "noiseDriftX", "Drift x", double(0.0).range(-1e6, 1e6).slider(-5.0, 5.0).unit(Unit::Distance);
        /// Wind in metres per second, upwards.
        drift_y: f64 = "noiseDriftY", "Drift y", double(0.0).range(-1e6, 1e6).slider(-5.0, 5.0).unit(Unit::Distance);
        /// Wind in metres per second, forward for a camera of heading 0.
        drift_z: f64 = "noiseDriftZ", "Drift z", double(0.0).range(-1e6, 1e6).slider(-5.0, 5.0).unit(Unit::Distance);
        /// How fast the patches change their shape: about so many times a second they are others.
        evolve: f64 = "noiseEvolve", "Noise evolution", double(0.0).range(-100.0, 100.0).slider(0.0, 2.0);
        /// Another number gives another noise.
        seed: i32 = "seed", "Seed", int(0, 0, 1_000_000).slider(0, 100);
        /// In how many steps the noise is summed along each ray. More steps cost time and show more of the noise in the depth.
        steps: i32 = "noiseSteps", "Noise steps", int(8, 1, 64).slider(1, 32);
    }
}

params! {
    /// What comes out.
    pub struct OutputParams {
        /// Result: the picture with fog. Fog element: the fog alone, premultiplied; put over the picture it gives the result. Transmittance matte: how much of the picture comes through, 1 is clear, in all four channels. Depth: distance in metres, 0 where it is infinite or unknown.
        output: FogOutput = "output", "Output", choice(FogOutput::Result);
    }
}

/// The layers: what their parameters' names begin with, and their titles.
const LAYERS: [(&str, &str); 3] = [("layer1", "Layer 1"), ("layer2", "Layer 2"), ("layer3", "Layer 3")];

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Params {
    /// The air.
    pub air: AirParams,
    /// What it looks like.
    pub colour: ColourParams,
    /// Layers in depth.
    pub layers: [LayerParams; 3],
    /// What lies on the ground.
    pub height: HeightParams,
    /// Unevenness.
    pub noise: NoiseParams,
    /// The sun.
    pub sun: SunParams,
    /// Its rays.
    pub rays: RayParams,
    /// The camera.
    pub camera: CameraParams,
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
        list.group("presetGroup", "Preset", true);
        PresetParams::define(&mut list, "");
        list.group("fog", "Fog", true);
        AirParams::define(&mut list, "");
        list.group("colour", "Colour", true);
        ColourParams::define(&mut list, "");
        for (prefix, label) in LAYERS {
            list.group(prefix, label, false);
            LayerParams::define(&mut list, prefix);
        }
        list.group("heightGroup", "Height fog", false);
        HeightParams::define(&mut list, "");
        list.group("noiseGroup", "Noise", false);
        NoiseParams::define(&mut list, "");
        list.group("sunGroup", "Sun", false);
        SunParams::define(&mut list, "");
        list.group("raysGroup", "Light rays", false);
        RayParams::define(&mut list, "");
        list.group("cameraGroup", "Camera", false);
        CameraParams::define(&mut list, "");
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
            layers: LAYERS.map(|(prefix, _)| LayerParams::read(source, prefix)),
            height: HeightParams::read(source, ""),
            noise: NoiseParams::read(source, ""),
            sun: SunParams::read(source, ""),
            rays: RayParams::read(source, ""),
            camera: CameraParams::read(source, ""),
            output: OutputParams::read(source, "").output,
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Does the parameter change anything, as the others are set?
    pub(crate) fn enabled(&self, name: &str) -> bool {
        let (linear, none) = (self.air.model == FogModel::Linear, self.air.model == FogModel::None);
        let removes = self.removes();
        let coloured = matches!(self.output, FogOutput::Result | FogOutput::Element);
        let noisy = self.noise.amount > 0.0;
        if let Some((layer, name)) = LAYERS
            .iter()
            .zip(&self.layers)
            .find_map(|((prefix, _), layer)| name.strip_prefix(prefix).map(|name| (layer, name)))
        {
            return name == "On" || layer.on && (name != "Colour" || coloured);
        }
        match name {
            "visibility" => !linear && !none,
            "useFogEnd" => !linear && !none,
            "fogStart" | "falloff" => !none,
            "fogEnd" => !none && (linear || self.air.use_end),
            "hazeFloor" => removes && coloured,
            "fogColour" | "colourBlend" => coloured && !none,
            "farColour" => coloured && !none && self.colour.blend > 0.0,
            "desaturate" | "fogAlpha" | "scatterBlur" | "sunGlow" | "rays" => coloured && !removes,
            "sunPosition" | "sunColour" | "sunAnisotropy" => coloured && self.shines(),
            "rayLength" | "raySamples" => coloured && self.shines() && self.rays.amount > 0.0,
            "fogHeight" | "heightFalloff" | "heightDensity" => self.height.on,
            "heightColour" => self.height.on && coloured,
            "cameraHeight" | "cameraPitch" | "cameraRoll" => self.in_world(),
            "cameraHeading" | "upAxis" => self.in_world(),
            "noiseScale" | "noiseDetail" | "noiseDriftX" | "noiseDriftY" | "noiseDriftZ" | "noiseEvolve" | "seed"
            | "noiseSteps" => noisy,
            _ => true,
        }
    }

    /// Does it matter where in the world things are?
    pub(crate) fn in_world(&self) -> bool {
        self.height.on || self.noise.amount > 0.0
    }

    /// Is there a sun in the air?
    pub(crate) fn shines(&self) -> bool {
        (self.sun.glow > 0.0 || self.rays.amount > 0.0) && !self.removes()
    }

    /// Is haze taken out instead of put in?
    pub(crate) fn removes(&self) -> bool {
        self.air.density < 0.0
    }

    /// Does the air do nothing but cover, all channels alike, without noise? Then each pixel has a closed form, if all air is of one
    /// colour.
    pub(crate) fn only_covers(&self) -> bool {
        let c = &self.colour;
        let grey = c.tint == [1.0; 3] && c.desaturate == 0.0 && c.scatter == 0.0 && !self.shines();
        let is_even = self.noise.amount == 0.0 && c.sky == 1.0;
        let linear = self.air.model == FogModel::Linear;
        grey && is_even && self.air.density > 0.0 && (self.air.density == 1.0 || !linear)
    }

    /// Is it nothing but one fog of one colour over distance?
    #[cfg(test)]
    pub(crate) fn is_plain(&self) -> bool {
        let only = self.layers.iter().all(|l| !l.on) && !self.in_world() && self.air.model != FogModel::None;
        self.only_covers() && self.air.density == 1.0 && only && self.colour.blend == 0.0
    }

    /// Are distances those to the camera's point? What is shown as depth stays the distance to its plane.
    pub(crate) fn counts_along_rays(&self) -> bool {
        self.air.along_ray && self.output != FogOutput::Depth
    }

    /// Is there no fog anywhere, whatever the depth?
    pub(crate) fn is_clear(&self) -> bool {
        let cut_off = self.air.model != FogModel::Linear && self.air.use_end && self.air.end <= self.air.start;
        let no_base = self.air.model == FogModel::None || cut_off;
        let no_layers = self.layers.iter().all(|l| !l.on || l.density == 0.0 || l.far <= l.near);
        let no_height = !self.height.on || self.height.density == 0.0;
        let no_air = no_base && no_layers && no_height;
        self.common.mix == 0.0 || self.air.max_opacity == 0.0 || self.air.density == 0.0 || no_air
    }
}
