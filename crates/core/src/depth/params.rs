//! The depth group's parameters, shared by all effects.

use super::decision::{DecidedConvention, DecidedEdges};
use crate::params::{Unit, boolean, button, choice, double, hidden, label};
use crate::{choices, params};

choices! {
    /// Where the depth comes from.
    pub enum DepthSource {
        /// The Depth clip where one is connected.
        Auto = "Auto",
        /// The Depth clip.
        Clip = "Depth clip",
        /// The alpha channel of the source, for hosts that give one input only.
        SourceAlpha = "Source alpha",
        /// The depth layer of a source with several layers, in hosts that hand layers out (Nuke, Natron).
        SourcePlane = "Source depth plane",
    }
}

choices! {
    /// Which channel of the depth image.
    pub enum DepthChannel {
        /// The only channel of a one-channel image, else red.
        Auto = "Auto",
        /// Red.
        Red = "R",
        /// Green.
        Green = "G",
        /// Blue.
        Blue = "B",
        /// Alpha.
        Alpha = "A",
        /// Rec. 709 luminance of red, green and blue.
        Luminance = "Luminance",
    }
}

choices! {
    /// What the numbers of a depth pass mean.
    pub enum DepthConvention {
        /// Distance from the camera.
        Distance = "Distance",
        /// Negative distance.
        MinusDistance = "-Distance",
        /// One over the distance; 0 is infinitely far.
        Inverse = "1/Distance (far = 0)",
        /// Minus one over the distance.
        MinusInverse = "-1/Distance",
        /// 0 at the near distance, 1 at the far distance.
        NormalisedNearZero = "Normalised near 0 -> far 1",
        /// 0 at the far distance, 1 at the near distance.
        NormalisedFarZero = "Normalised far 0 -> near 1",
        /// Red, green and blue are the position in the world; the distance is that to the camera's position.
        WorldPosition = "World position (RGB)",
        /// Decided from the depth image, once; see [`super::Decision`].
        Auto = "Auto",
    }
}

impl DepthConvention {
    /// Read on the way from the eye to the pixel's point, whatever `depthIsRadial` says.
    pub(super) fn is_radial(self) -> bool {
        self == DepthConvention::WorldPosition
    }
}

choices! {
    /// How the depth behaves along silhouettes.
    pub enum DepthEdges {
        /// Decided from the depth image, once; see [`super::Decision`].
        Auto = "Auto",
        /// Each pixel has the depth of one surface, though its colour may be mixed of two.
        PointSampled = "Point-sampled",
        /// Along silhouettes the depth is a mixture that belongs to no surface.
        Antialiased = "Antialiased",
        /// Antialiased, and multiplied by the source's alpha.
        Premultiplied = "Premultiplied by alpha",
        /// Each pixel is what its depth says, mixed or not.
        AsIs = "As they are",
    }
}

choices! {
    /// How a normalised depth runs between its near and far distance.
    pub enum DepthMapping {
        /// Evenly in distance.
        Linear = "Linear",
        /// Evenly in one over the distance, as a renderer's z-buffer.
        Inverse = "1 over z",
        /// Evenly in the logarithm of the distance.
        Log = "Log",
    }
}

choices! {
    /// The unit of the depth pass.
    pub enum DepthUnit {
        /// 0.001 m.
        Millimetre = "mm",
        /// 0.01 m.
        Centimetre = "cm",
        /// 1 m.
        Metre = "m",
        /// 0.0254 m.
        Inch = "in",
        /// 0.3048 m.
        Foot = "ft",
    }
}

impl DepthUnit {
    /// Metres in one unit.
    pub fn metres(self) -> f64 {
        match self {
            DepthUnit::Millimetre => 1e-3,
            DepthUnit::Centimetre => 1e-2,
            DepthUnit::Metre => 1.0,
            DepthUnit::Inch => 0.0254,
            DepthUnit::Foot => 0.3048,
        }
    }
}

choices! {
    /// What a pixel without a usable depth counts as.
    pub enum InvalidDepth {
        /// Infinitely far, like a sky.
        Far = "Far",
        /// As near as can be.
        Near = "Near",
        /// The farthest depth among the nearest neighbours that have one, within 32 pixels; farther away it is Far.
        Fill = "Fill from neighbours",
        /// The effect does not change the pixel.
        Leave = "Leave untouched",
    }
}

params! {
    /// The depth group, shared by all effects.
    pub struct DepthParams {
        /// Where the depth comes from. Auto takes the Depth input if one is connected. Source alpha is for hosts that give one input only.
        source: DepthSource = "depthSource", "Depth source", choice(DepthSource::Auto);
        /// Which channel of the depth image holds the depth. Auto takes the only channel of a one-channel image, else red.
        channel: DepthChannel = "depthChannel", "Depth channel", choice(DepthChannel::Auto);
        /// What the numbers of the depth pass mean. Auto decides once from the whole image and says so in the report. Blender, Arnold and Redshift write Distance; Nuke writes 1/Distance; 8-bit passes are normalised.
        convention: DepthConvention = "depthConvention", "Depth convention", choice(DepthConvention::Auto).shown_first();
        /// Distance, in the depth's unit, that the near end of a normalised depth stands for.
        near: f64 = "depthNear", "Near distance", double(0.1).range(1e-6, 1e6).slider(0.01, 10.0).unit(Unit::DepthUnits);
        /// Distance, in the depth's unit, that the far end of a normalised depth stands for.
        far: f64 = "depthFar", "Far distance", double(100.0).range(1e-6, 1e6).slider(1.0, 1000.0).unit(Unit::DepthUnits);
        /// How a normalised depth runs between the near and the far distance.
        mapping: DepthMapping = "depthMapping", "Mapping", choice(DepthMapping::Linear);
        /// What one unit of the depth pass is. Focus distances, lens and visibility are in metres.
        unit: DepthUnit = "depthUnit", "Depth unit", choice(DepthUnit::Metre);
        /// Multiplies the depth, for scenes that were not modelled in true size.
        scale: f64 = "depthScale", "Depth scale", double(1.0).range(1e-6, 1e6).slider(0.01, 100.0);
        /// The depth is the distance to the camera's point rather than to its plane (Octane, Unreal and many game engines): it is converted by the angle of each pixel.
        radial: bool = "depthIsRadial", "Depth is radial", boolean(false);
        /// Horizontal angle of view of the camera that rendered the picture, in degrees. Used for radial depth, for world positions, and by DepthFog for fog along the rays.
        field_of_view: f64 = "fieldOfView", "Field of view", double(54.0).range(0.1, 179.0).slider(10.0, 120.0).unit(Unit::Degrees);
        /// Position of the camera in the world, left to right, in the depth's unit. Used for world positions.
        camera_x: f64 = "cameraX", "Camera x", double(0.0).range(-1e9, 1e9).slider(-100.0, 100.0).unit(Unit::DepthUnits);
        /// Position of the camera in the world, second axis, in the depth's unit. Used for world positions.
        camera_y: f64 = "cameraY", "Camera y", double(0.0).range(-1e9, 1e9).slider(-100.0, 100.0).unit(Unit::DepthUnits);
        /// Position of the camera in the world, third axis, in the depth's unit. Used for world positions.
        camera_z: f64 = "cameraZ", "Camera z", double(0.0).range(-1e9, 1e9).slider(-100.0, 100.0).unit(Unit::DepthUnits);
        /// What pixels without a usable depth (NaN, infinite, zero, negative, the renderer's 1e10) count as.
        invalid: InvalidDepth = "invalidDepth", "Invalid depth", choice(InvalidDepth::Far);
        /// How the depth behaves along silhouettes, where a pixel shows two surfaces at once: both are found and each is treated at its own depth. Auto decides once from the whole image. As they are trusts every pixel's depth.
        edges: DepthEdges = "depthEdges", "Depth edges", choice(DepthEdges::Auto);
        /// Pulls soft or misaligned depth edges (from a neural network or a scan) onto the edges of the picture. 0 leaves the depth as it is, 1 follows the picture.
        edge_refine: f64 = "edgeRefine", "Refine edges", double(0.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Looks at the whole depth image of this frame, decides anew what Auto means, and writes the report.
        analyse: () = "analyse", "Analyse depth", button();
        /// What was found in the depth image: what its numbers mean, the nearest and farthest distance, and how much of it is empty.
        report: () = "depthReport", "Depth report", label("Not analysed yet.");
        /// Off: no depth is read and the effect passes the source through. For hosts that call every input connected.
        enabled: bool = "useDepth", "Use depth", boolean(true);
        /// What Auto decided that the numbers mean; written by the effect, kept for the whole shot.
        decided_convention: DecidedConvention = "decidedConvention", "Decided convention", hidden(choice(DecidedConvention::Undecided));
        /// What Auto decided of the edges; written by the effect, kept for the whole shot.
        decided_edges: DecidedEdges = "decidedEdges", "Decided edges", hidden(choice(DecidedEdges::Undecided));
    }
}
