//! Parameters of ZDefocus.

use super::lens::{LensFormula, SensorPreset};
use crate::depth::DepthParams;
use crate::effect::{Border, CommonParams};
use crate::params::{Definitions, ParamSet, ParamSource, Unit, boolean, choice, double, int, point};
use crate::{choices, params};

choices! {
    /// How the focus is chosen.
    pub enum FocusMode {
        /// A distance.
        Distance = "Distance",
        /// The depth under a point of the picture.
        PickPoint = "Pick point",
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
        /// Focus at a distance, or at what lies under a point of the picture.
        mode: FocusMode = "focusMode", "Focus", choice(FocusMode::Distance);
        /// Distance from the camera that is in focus, in metres.
        distance: f64 = "focusDistance", "Focus distance", double(5.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
        /// The point of the picture that is in focus: the median depth of a small disc around it.
        point: Option<[f64; 2]> = "focusPoint", "Focus point", point(0.5, 0.5);
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
        /// Multiplies the blur in front of the focus.
        near_multiplier: f64 = "nearMultiplier", "Near multiplier", double(1.0).range(0.0, 10.0).slider(0.0, 2.0);
        /// Multiplies the blur behind the focus.
        far_multiplier: f64 = "farMultiplier", "Far multiplier", double(1.0).range(0.0, 10.0).slider(0.0, 2.0);
        /// Largest radius of the blur in pixels of the full-size frame. 0 follows the size: four times the blur at infinity, or a tenth of the frame's width if that is more.
        max_size: f64 = "maxSize", "Maximum size", double(0.0).range(0.0, 500.0).slider(0.0, 100.0).unit(Unit::Pixels);
    }
}

params! {
    /// The shape of the blur.
    pub struct BokehParams {
        /// Shape of the aperture, and so of blurred highlights.
        shape: BokehShape = "bokehShape", "Shape", choice(BokehShape::Disc);
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
        /// Dust and unevenness in the discs, as real glass shows them.
        noise: f64 = "bokehNoise", "Bokeh noise", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
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
        /// Paint what lies hidden behind the edge of a nearer object from the farther side around it. Off, such places keep the colours that are seen. What a clean plate on Background shows comes first, on or off.
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
        /// How many points of the lens look at the scene: Draft 48, Normal 128, Best 256.
        quality: Quality = "quality", "Quality", choice(Quality::Normal);
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
        list.group("focus", "Focus", true);
        FocusParams::define(&mut list, "");
        list.group("size", "Size", true);
        SizeParams::define(&mut list, "");
        list.group("bokeh", "Bokeh", true);
        BokehParams::define(&mut list, "");
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
            occlusion: OcclusionParams::read(source, ""),
            output: OutputParams::read(source, ""),
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Has the parameter any effect, given the others?
    pub fn enabled(&self, name: &str) -> bool {
        let camera = self.size.lens_model == LensModel::Camera;
        match name {
            "focusDistance" => self.focus.mode == FocusMode::Distance,
            "focusPoint" => self.focus.mode == FocusMode::PickPoint,
            "sizeAtInfinity" => !camera,
            "focalLength" | "fStop" | "sensorPreset" | "lensFormula" => camera,
            "sensorWidth" => camera && self.size.sensor_preset == SensorPreset::Custom,
            "blades" | "bladeCurvature" | "bokehRotation" => self.bokeh.shape == BokehShape::Blades,
            "anamorphic" => self.bokeh.anamorphic_preset == AnamorphicPreset::Custom,
            "ringWidth" => self.bokeh.ring != 0.0,
            _ => true,
        }
    }
}
