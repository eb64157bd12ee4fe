//! Parameters of ZDefocus.

use super::lens::{LensFormula, SensorPreset, Zone};
use super::presets::PresetParams;
use crate::depth::DepthParams;
use crate::effect::{Border, CommonParams};
use crate::params::{Definitions, ParamSet, ParamSource, Unit, boolean, choice, double, file, int, point};
use crate::{choices, params};

choices! {
    /// How the focus is chosen.
    pub enum FocusMode {
        /// A distance.
        Distance = "Distance",
        /// The depth under a point of the picture.
        PickPoint = "Pick point",
        /// The near and the far limit of what is sharp.
        TwoPoints = "Two points",
        /// On the way from one distance to another.
        Rack = "Rack",
    }
}

choices! {
    /// How the size of the blur is chosen.
    pub enum LensModel {
        /// In pixels.
        Simple = "Simple",
        /// From a camera's figures.
        Camera = "Camera",
    }
}

choices! {
    /// The shape of the aperture.
    pub enum BokehShape {
        /// Round.
        Disc = "Disc",
        /// A regular polygon with its corners on the disc.
        Blades = "Blades",
        /// What the Bokeh input shows, or a file.
        Image = "Image",
    }
}

choices! {
    /// How much wider an anamorphic lens makes the picture; its discs are narrower by as much.
    pub enum AnamorphicPreset {
        /// A lens that is not anamorphic.
        Spherical = "1 (spherical)",
        /// 1.33.
        X133 = "1.33",
        /// 1.5.
        X150 = "1.5",
        /// 1.8.
        X180 = "1.8",
        /// 2.
        X200 = "2",
        /// What the artist gives.
        Custom = "Custom",
    }
}

impl AnamorphicPreset {
    /// The squeeze; `custom` for Custom.
    pub fn squeeze(self, custom: f64) -> f64 {
        match self {
            AnamorphicPreset::Spherical => 1.0,
            AnamorphicPreset::X133 => 4.0 / 3.0,
            AnamorphicPreset::X150 => 1.5,
            AnamorphicPreset::X180 => 1.8,
            AnamorphicPreset::X200 => 2.0,
            AnamorphicPreset::Custom => custom,
        }
    }
}

choices! {
    /// What is supposed to lie outside the frame.
    pub enum BorderMode {
        /// The edge pixels go on.
        Extend = "Extend",
        /// The picture is mirrored.
        Mirror = "Mirror",
        /// Nothing: the picture fades out.
        Black = "Black",
    }
}

impl BorderMode {
    /// For the driver.
    pub fn border(self) -> Border {
        match self {
            BorderMode::Extend => Border::Extend,
            BorderMode::Mirror => Border::Mirror,
            BorderMode::Black => Border::Black,
        }
    }
}

choices! {
    /// What leaves the effect.
    pub enum Output {
        /// The re-focused picture.
        Result = "Result",
        /// The picture, tinted where it is in front of the focus, sharp and behind it.
        FocusOverlay = "Focus overlay",
        /// The radius of the circle of confusion.
        CircleOfConfusion = "Circle of confusion",
        /// Depth in metres.
        Depth = "Depth",
        /// The shape of the blur in front of the focus (left) and behind it (right), large.
        Bokeh = "Bokeh",
        /// White where the picture is sharp, in alpha too.
        Matte = "Matte",
    }
}

choices! {
    /// How finely the lens is sampled.
    pub enum Quality {
        /// For moving a handle.
        Draft = "Draft",
        /// For most work.
        Normal = "Normal",
        /// For large, bright bokeh.
        Best = "Best",
    }
}

impl Quality {
    /// How many points of the lens look at the scene.
    pub fn lens_points(self) -> usize {
        match self {
            Quality::Draft => 48,
            Quality::Normal => 128,
            Quality::Best => 256,
        }
    }
}

params! {
    /// What is sharp.
    pub struct FocusParams {
        /// Focus at a distance, at what lies under a point of the picture, between a near and a far limit of what is sharp, or on the way from one distance to another.
        mode: FocusMode = "focusMode", "Focus", choice(FocusMode::Distance);
        /// Distance from the camera that is in focus, in metres.
        distance: f64 = "focusDistance", "Focus distance", double(5.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// The point of the picture that is in focus: the median depth of a small disc around it.
        point: Option<[f64; 2]> = "focusPoint", "Focus point", point(0.5, 0.5);
        /// Two points: all from here to the far limit is sharp. Nearer than this, things blur.
        near: f64 = "focusNear", "Near limit", double(3.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// Two points: all from the near limit to here is sharp. Farther away, things blur. The lens itself is focused at the harmonic mean of both.
        far: f64 = "focusFar", "Far limit", double(8.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// Rack: the distance in focus where Rack is 0.
        rack_from: f64 = "rackFrom", "Rack from", double(2.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// Rack: the distance in focus where Rack is 1.
        rack_to: f64 = "rackTo", "Rack to", double(10.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// How far the focus has been pulled, evenly in dioptres, as a focus ring turns: animate it from 0 to 1.
        rack: f64 = "rack", "Rack", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Depth of a zone around the focus that stays fully sharp, in metres: half of it in front of the focus, half behind.
        sharp_range: f64 = "sharpRange", "Sharp range", double(0.0).range(0.0, 1e6).slider(0.0, 10.0).unit(Unit::Distance);
        /// How gradually the blur begins at the ends of the sharp zone. 0 begins with all of the lens's blur at once; 1 reaches it as far beyond the end as the end is from the focus.
        sharp_falloff: f64 = "sharpFalloff", "Sharp falloff", double(1.0).range(0.0, 10.0).slider(0.0, 2.0);
    }
}

params! {
    /// How large the blur is.
    pub struct SizeParams {
        /// Simple: the size in pixels. Camera: from focal length, f-stop and sensor, as a real lens.
        lens_model: LensModel = "lensModel", "Lens model", choice(LensModel::Simple);
        /// Simple: radius of the blur of something infinitely far away, in pixels of the full-size frame.
        size_at_infinity: f64 = "sizeAtInfinity", "Size at infinity", double(10.0).range(0.0, 500.0).slider(0.0, 50.0).unit(Unit::Pixels);
        /// Camera: focal length in millimetres.
        focal_length: f64 = "focalLength", "Focal length", double(50.0).range(1.0, 2000.0).slider(10.0, 200.0).unit(Unit::Millimetres);
        /// Camera: f-number of the aperture; smaller is more blur.
        f_stop: f64 = "fStop", "F-stop", double(2.8).range(0.05, 256.0).slider(0.7, 22.0);
        /// Camera: a common sensor or film format; Custom takes the width below.
        sensor_preset: SensorPreset = "sensorPreset", "Sensor", choice(SensorPreset::FullFrame);
        /// Camera: width of the sensor in millimetres, for Custom.
        sensor_width: f64 = "sensorWidth", "Sensor width", double(36.0).range(0.1, 1000.0).slider(4.0, 70.0).unit(Unit::Millimetres);
        /// Camera: Thin lens is a real camera focused at the distance. Film at focal length is what some renderers compute, Blender's Cycles among them.
        formula: LensFormula = "lensFormula", "Lens formula", choice(LensFormula::ThinLens);
        /// Camera, thin lens: how much of the change of a focus pull's field of view is shown. The nearer the focus, the larger the picture; 1 is a plain lens, compared with the same lens focused at infinity.
        breathing: f64 = "breathing", "Breathing", double(0.0).range(0.0, 2.0).slider(0.0, 1.0);
        /// Multiplies the blur in front of the focus.
        near_multiplier: f64 = "nearMultiplier", "Near multiplier", double(1.0).range(0.0, 10.0).slider(0.0, 2.0);
        /// Multiplies the blur behind the focus.
        far_multiplier: f64 = "farMultiplier", "Far multiplier", double(1.0).range(0.0, 10.0).slider(0.0, 2.0);
        /// Largest radius of the blur in pixels of the full-size frame. 0 follows the size: four times the blur at infinity, or a tenth of the frame's width if that is more.
        max_size: f64 = "maxSize", "Maximum size", double(0.0).range(0.0, 500.0).slider(0.0, 100.0).unit(Unit::Pixels);
    }
}

params! {
    /// What a blur does to bright things.
    pub struct HighlightParams {
        /// Brightness from which a blurred thing is a highlight; 1 is the white of a scene-linear picture. For clipped plates a little below their white.
        threshold: f64 = "highlightThreshold", "Threshold", double(0.8).range(0.0, 1e4).slider(0.0, 4.0);
        /// How much brighter blurred highlights become, in stops: of their light above the threshold.
        gain: f64 = "highlightGain", "Gain", double(0.0).range(0.0, 10.0).slider(0.0, 4.0).unit(Unit::Stops);
        /// Gives lamps that were clipped at white the light back that a lens would have spread: from the threshold on, up to 64 times at a quarter above it. For plates and display-referred pictures; leave it at 0 for renders that hold their highlights.
        recover: f64 = "highlightRecover", "Recover clipped", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

params! {
    /// The shape of the blur.
    pub struct BokehParams {
        /// Shape of the aperture, and so of blurred highlights.
        shape: BokehShape = "bokehShape", "Shape", choice(BokehShape::Disc);
        /// Image: a PNG or OpenEXR file with the shape of a highlight behind the focus, white on black or in colour. An image on the Bokeh input comes first.
        file: String = "bokehFile", "Bokeh file", file();
        /// Number of aperture blades.
        blades: i32 = "blades", "Blades", int(6, 3, 16);
        /// Shape of the blades' edges: 0 is straight, 1 rounds them to a disc, below 0 they bend inwards to a star.
        curvature: f64 = "bladeCurvature", "Blade curvature", double(0.0).range(-1.0, 1.0).slider(-1.0, 1.0);
        /// Turns the aperture, in degrees against the clock. At 0 the middle of a side points to the right.
        rotation: f64 = "bokehRotation", "Rotation", double(0.0).range(-360.0, 360.0).slider(-180.0, 180.0).unit(Unit::Degrees);
        /// Squeeze of an anamorphic lens, whose blur is an upright oval; Custom takes the number below.
        anamorphic_preset: AnamorphicPreset = "anamorphicPreset", "Anamorphic", choice(AnamorphicPreset::Spherical);
        /// How many times higher than wide the blur is, for Custom; below 1 it is wider than high.
        anamorphic: f64 = "anamorphic", "Anamorphic squeeze", double(1.0).range(0.25, 4.0).slider(0.5, 2.0);
        /// Fades the blur towards its rim, as an apodising filter does: the part of the radius that fades.
        softness: f64 = "softness", "Softness", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Spherical aberration: discs behind the focus get a bright rim and those in front of it a soft one, as a real lens flips it. Below 0 it is the other way round.
        ring: f64 = "ring", "Ring", double(0.0).range(-1.0, 1.0).slider(-1.0, 1.0);
        /// Width of the ring, as a part of the radius.
        ring_width: f64 = "ringWidth", "Ring width", double(0.3).range(0.02, 1.0).slider(0.02, 1.0);
        /// Radius of the hole in the middle of the blur that the mirror of a catadioptric lens leaves, as a part of the whole radius.
        catadioptric: f64 = "catadioptric", "Catadioptric hole", double(0.0).range(0.0, 0.9).slider(0.0, 0.9);
        /// Mechanical vignetting: towards the corners of the frame the barrel cuts discs into cat's eyes. At 1, in the corner, the cut goes through the disc's middle.
        cats_eye: f64 = "catsEye", "Cat's eye", double(0.0).range(0.0, 1.5).slider(0.0, 1.0);
        /// Axial chromatic aberration: discs behind the focus get a green rim and those in front of it a magenta one. Below 0 it is the other way round.
        axial: f64 = "axialColour", "Axial colour", double(0.0).range(-1.0, 1.0).slider(-1.0, 1.0);
        /// Lateral chromatic aberration: how far red moves outwards in the frame's corner, and blue inwards, in pixels of the full-size frame.
        lateral: f64 = "lateralColour", "Lateral colour", double(0.0).range(-50.0, 50.0).slider(-5.0, 5.0).unit(Unit::Pixels);
        /// Dust and unevenness in the discs, as real glass shows them.
        noise: f64 = "bokehNoise", "Bokeh noise", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

impl FocusParams {
    /// The distance in focus in metres where it is not picked from the picture. A rack is even in dioptres, as a focus ring is; two limits
    /// are equally many dioptres away from their focus.
    pub fn focus(&self) -> f64 {
        let between = |a: f64, b: f64, t: f64| 1.0 / ((1.0 - t) / a + t / b);
        match self.mode {
            FocusMode::Distance | FocusMode::PickPoint => self.distance,
            FocusMode::TwoPoints => between(self.near, self.far, 0.5),
            FocusMode::Rack => between(self.rack_from, self.rack_to, self.rack),
        }
    }

    /// What stays sharp around that focus.
    pub fn zone(&self, focus: f64) -> Zone {
        let [near, far] = match self.mode {
            FocusMode::TwoPoints => [self.near.min(self.far), self.near.max(self.far)],
            _ => [focus - 0.5 * self.sharp_range, focus + 0.5 * self.sharp_range],
        };
        Zone::new(focus, near, far, self.sharp_falloff)
    }
}

impl SizeParams {
    /// Does the picture's size change with the focus, if it may?
    pub fn breathes(&self) -> bool {
        self.lens_model == LensModel::Camera && self.formula == LensFormula::ThinLens
    }
}

impl BokehParams {
    /// How many times higher than wide the blur is.
    pub fn aspect(&self) -> f64 {
        self.anamorphic_preset.squeeze(self.anamorphic)
    }
}

params! {
    /// What a blurred edge lets through, and what lies outside.
    pub struct OcclusionParams {
        /// Paint what lies hidden behind the edge of a nearer object from the farther side around it; a round lamp goes on there. Off, such places keep the colours that are seen. What a clean plate on Background shows comes first, on or off.
        background_fill: bool = "backgroundFill", "Background fill", boolean(true);
        /// What is supposed to lie outside the frame.
        border: BorderMode = "borderMode", "Border", choice(BorderMode::Extend);
    }
}

params! {
    /// What leaves the effect and how carefully.
    pub struct OutputParams {
        /// The picture, or one of the things to look at while setting it up.
        output: Output = "output", "Output", choice(Output::Result);
        /// How many points of the lens look at the scene: Draft 48, at half the size, Normal 128, Best 256.
        quality: Quality = "quality", "Quality", choice(Quality::Normal);
        /// While the host says that something is being moved, or that it wants a draft, the quality is Draft.
        draft_while_interactive: bool = "draftWhileInteractive", "Draft while interactive", boolean(true);
    }
}

/// A snapshot of all parameters.
#[derive(Clone, Debug)]
pub struct Params {
    /// What is sharp.
    pub focus: FocusParams,
    /// How large the blur is.
    pub size: SizeParams,
    /// Its shape.
    pub bokeh: BokehParams,
    /// What it does to bright things.
    pub highlights: HighlightParams,
    /// Edges and the frame's border.
    pub occlusion: OcclusionParams,
    /// Output and quality.
    pub output: OutputParams,
    /// The depth group.
    pub depth: DepthParams,
    /// Mix and mask.
    pub common: CommonParams,
}

impl Params {
    /// All parameters in the artist's order.
    pub fn define() -> Definitions {
        let mut list = Definitions::default();
        list.group("presetGroup", "Preset", true);
        PresetParams::define(&mut list, "");
        list.group("focus", "Focus", true);
        FocusParams::define(&mut list, "");
        list.group("size", "Size", true);
        SizeParams::define(&mut list, "");
        list.group("bokeh", "Bokeh", true);
        BokehParams::define(&mut list, "");
        list.group("highlights", "Highlights", false);
        HighlightParams::define(&mut list, "");
        list.group("occlusion", "Occlusion", false);
        OcclusionParams::define(&mut list, "");
        list.group("depth", "Depth", true);
        DepthParams::define(&mut list, "");
        list.group("out", "Output", true);
        OutputParams::define(&mut list, "");
        CommonParams::define_last(&mut list);
        list
    }

    /// Reads a snapshot.
    pub fn read(source: &dyn ParamSource) -> Self {
        Self {
            focus: FocusParams::read(source, ""),
            size: SizeParams::read(source, ""),
            bokeh: BokehParams::read(source, ""),
            highlights: HighlightParams::read(source, ""),
            occlusion: OcclusionParams::read(source, ""),
            output: OutputParams::read(source, ""),
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Has the parameter any effect, given the others?
    pub fn enabled(&self, name: &str) -> bool {
        let camera = self.size.lens_model == LensModel::Camera;
        let mode = |mode: FocusMode| self.focus.mode == mode;
        match name {
            // What is nowhere picked is at the distance.
            "focusDistance" => mode(FocusMode::Distance) || mode(FocusMode::PickPoint),
            "focusPoint" => mode(FocusMode::PickPoint),
            "focusNear" | "focusFar" => mode(FocusMode::TwoPoints),
            "rackFrom" | "rackTo" | "rack" => mode(FocusMode::Rack),
            "sharpRange" => !mode(FocusMode::TwoPoints),
            "sharpFalloff" => mode(FocusMode::TwoPoints) || self.focus.sharp_range > 0.0,
            "breathing" => self.size.breathes(),
            "highlightThreshold" => self.highlights.gain > 0.0 || self.highlights.recover > 0.0,
            "sizeAtInfinity" => !camera,
            "focalLength" | "fStop" | "sensorPreset" | "lensFormula" => camera,
            "sensorWidth" => camera && self.size.sensor_preset == SensorPreset::Custom,
            "blades" | "bladeCurvature" => self.bokeh.shape == BokehShape::Blades,
            "bokehRotation" => self.bokeh.shape != BokehShape::Disc,
            "bokehFile" => self.bokeh.shape == BokehShape::Image,
            "softness" | "ring" | "catadioptric" => self.bokeh.shape != BokehShape::Image,
            "anamorphic" => self.bokeh.anamorphic_preset == AnamorphicPreset::Custom,
            "ringWidth" => self.bokeh.ring != 0.0 && self.bokeh.shape != BokehShape::Image,
            _ => true,
        }
    }
}
