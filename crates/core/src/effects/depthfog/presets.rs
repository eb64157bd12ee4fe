//! Kinds of air by name. Their distances are those of real air, in metres.

use crate::presets::Set::{Colour, Number, On, Option};
use crate::presets::{Preset, Presets};
use crate::{choices, params};

choices! {
    /// Kinds of air.
    pub enum AirPreset {
        /// Nothing yet.
        Choose = "Choose…",
        /// One even fog.
        Plain = "Plain fog",
        /// A summer's day.
        LightHaze = "Light haze",
        /// A hot city.
        HeavyHaze = "Heavy haze",
        /// From the sea.
        SeaFog = "Sea fog",
        /// On the ground.
        GroundMist = "Ground mist",
        /// In one depth.
        SmokeLayer = "Smoke layer",
        /// Shafts of sun.
        GodRays = "God rays",
        /// Water.
        Underwater = "Underwater",
    }
}

params! {
    /// Air by name.
    pub struct PresetParams {
        /// Sets fog, colours, layers, height fog, noise, sun and light rays to a kind of air: once, when it is chosen, in one step that can be undone. Camera, Sun position and Seed stay. Afterwards all controls are yours; the list only shows what was chosen last. Distances are in metres, so set the depth unit first.
        preset: AirPreset = "preset", "Air preset", crate::params::choice(AirPreset::Choose);
        /// The preset whose values were set last.
        applied: AirPreset = "presetApplied", "Preset set last", crate::params::hidden(crate::params::choice(AirPreset::Choose));
    }
}

pub(super) static PRESETS: Presets = Presets {
    groups: &["fog", "colour", "layer1", "layer2", "layer3", "heightGroup", "noiseGroup", "sunGroup", "raysGroup"],
    keeps: &["fogAlongRay", "fogAlpha", "skyFog", "seed", "noiseSteps", "raySamples"],
    list: &[
        Preset { label: "Plain fog", about: "One even fog with a visibility of 100 m, as in a new node.", values: &[] },
        Preset {
            label: "Light haze",
            about: "A clear summer's day: visibility 5 km, blue towards the horizon.",
            values: &[
                ("visibility", Number(5000.0)),
                ("fogColour", Colour([0.50, 0.60, 0.74])),
                ("farColour", Colour([0.66, 0.77, 0.92])),
                ("colourBlend", Number(0.6)),
                ("extinctionTint", Colour([0.8, 1.0, 1.3])),
                ("desaturate", Number(0.1)),
            ],
        },
        Preset {
            label: "Heavy haze",
            about: "A hot city: visibility 800 m, warm and grey, what is far softens.",
            values: &[
                ("visibility", Number(800.0)),
                ("fogColour", Colour([0.62, 0.58, 0.52])),
                ("farColour", Colour([0.78, 0.72, 0.63])),
                ("colourBlend", Number(0.5)),
                ("extinctionTint", Colour([0.9, 1.0, 1.1])),
                ("desaturate", Number(0.3)),
                ("scatterBlur", Number(3.0)),
            ],
        },
        Preset {
            label: "Sea fog",
            about: "Grey banks from the sea: visibility 120 m, uneven, drifting slowly.",
            values: &[
                ("visibility", Number(120.0)),
                ("fogColour", Colour([0.62, 0.66, 0.68])),
                ("desaturate", Number(0.4)),
                ("scatterBlur", Number(8.0)),
                ("noiseAmount", Number(0.5)),
                ("noiseScale", Number(20.0)),
                ("noiseDetail", Number(4.0)),
                ("noiseDriftX", Number(0.8)),
                ("noiseEvolve", Number(0.05)),
            ],
        },
        Preset {
            label: "Ground mist",
            about: "Mist that lies knee-deep on the ground, in slow patches. Set the camera's height and pitch.",
            values: &[
                ("fogModel", Option("None")),
                ("heightFog", On(true)),
                ("fogHeight", Number(0.2)),
                ("heightFalloff", Number(0.5)),
                ("heightDensity", Number(0.3)),
                ("heightColour", Colour([0.62, 0.67, 0.72])),
                ("noiseAmount", Number(0.9)),
                ("noiseScale", Number(4.0)),
                ("noiseDetail", Number(4.0)),
                ("noiseDriftX", Number(0.3)),
                ("noiseEvolve", Number(0.1)),
            ],
        },
        Preset {
            label: "Smoke layer",
            about: "Smoke between 4 and 9 m, rising and curling; move it with Layer 1 Near and Far.",
            values: &[
                ("fogModel", Option("None")),
                ("layer1On", On(true)),
                ("layer1Near", Number(4.0)),
                ("layer1Far", Number(9.0)),
                ("layer1NearSoftness", Number(1.5)),
                ("layer1FarSoftness", Number(2.0)),
                ("layer1Density", Number(0.15)),
                ("layer1Colour", Colour([0.30, 0.30, 0.32])),
                ("noiseAmount", Number(1.2)),
                ("noiseScale", Number(2.0)),
                ("noiseDetail", Number(5.0)),
                ("noiseDriftX", Number(0.15)),
                ("noiseDriftY", Number(0.3)),
                ("noiseEvolve", Number(0.3)),
            ],
        },
        Preset {
            label: "God rays",
            about: "Thin mist that a low sun draws shafts through. Drag Sun position to the sun.",
            values: &[
                ("visibility", Number(150.0)),
                ("fogColour", Colour([0.40, 0.45, 0.52])),
                ("sunColour", Colour([1.0, 0.86, 0.62])),
                ("sunGlow", Number(0.7)),
                ("sunAnisotropy", Number(0.75)),
                ("rays", Number(1.5)),
                ("rayLength", Number(0.7)),
            ],
        },
        Preset {
            label: "Underwater",
            about: "Clear water: red goes first, everything ends in blue-green after 60 m.",
            values: &[
                ("visibility", Number(60.0)),
                ("fogColour", Colour([0.01, 0.12, 0.18])),
                ("extinctionTint", Colour([2.2, 0.9, 0.7])),
                ("scatterBlur", Number(6.0)),
            ],
        },
    ],
};
