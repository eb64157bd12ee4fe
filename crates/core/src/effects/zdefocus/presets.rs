//! Lenses by name: the shape of their blur, and the camera's figures, which count where the lens model is Camera.

use crate::presets::Set::{Number, Option, Whole};
use crate::presets::{Preset, Presets};
use crate::{choices, params};

choices! {
    /// Lenses.
    pub enum LensPreset {
        /// Nothing yet.
        Choose = "Choose…",
        /// A disc without character.
        Plain = "Plain lens",
        /// A fast wide angle.
        Prime35 = "Prime 35 mm f/1.4",
        /// A fast normal lens.
        Prime50 = "Prime 50 mm f/1.4",
        /// The same, stopped down.
        Prime50Stopped = "Prime 50 mm f/4, seven blades",
        /// A portrait lens.
        Prime85 = "Portrait 85 mm f/1.8",
        /// A macro lens.
        Macro100 = "Macro 100 mm f/2.8",
        /// Squeezes two to one.
        Anamorphic2 = "Anamorphic 2x, 50 mm f/2.3",
        /// Squeezes a little.
        Anamorphic133 = "Anamorphic 1.33x, 35 mm f/2.8",
        /// An old lens whose corners turn.
        Swirl = "Vintage swirl 58 mm f/2",
        /// An old triplet with bright rims.
        Bubble = "Soap bubble 100 mm f/2.8",
        /// A catadioptric lens.
        Mirror = "Mirror lens 500 mm f/8",
        /// Small film.
        Film16 = "16 mm film, 25 mm f/1.4",
        /// A telephone.
        Smartphone = "Smartphone 6.8 mm f/1.8",
    }
}

params! {
    /// A lens by name.
    pub struct PresetParams {
        /// Sets the controls of the group Bokeh, and focal length, f-stop and sensor, to those of a kind of lens: once, when it is chosen, in one step that can be undone. Focus, Lens model and the size in pixels stay. Afterwards all controls are yours; the list only shows what was chosen last.
        preset: LensPreset = "preset", "Lens preset", crate::params::choice(LensPreset::Choose);
        /// The preset whose values were set last.
        applied: LensPreset = "presetApplied", "Preset set last", crate::params::hidden(crate::params::choice(LensPreset::Choose));
    }
}

/// Figures of typical lenses of each kind, not of one maker's.
pub(super) static PRESETS: Presets = Presets {
    groups: &["bokeh"],
    keeps: &[],
    list: &[
        Preset {
            label: "Plain lens",
            about: "An even disc: all of Bokeh as in a new node. The camera's figures stay.",
            values: &[],
        },
        Preset {
            label: "Prime 35 mm f/1.4",
            about: "A fast wide angle on full frame: discs that the barrel cuts into cat's eyes, a little colour at their rims.",
            values: &[
                ("focalLength", Number(35.0)),
                ("fStop", Number(1.4)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("catsEye", Number(0.75)),
                ("ring", Number(0.15)),
                ("axialColour", Number(0.15)),
            ],
        },
        Preset {
            label: "Prime 50 mm f/1.4",
            about: "The normal lens of a full-frame camera, wide open: soft cat's eyes and a light rim.",
            values: &[
                ("focalLength", Number(50.0)),
                ("fStop", Number(1.4)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("catsEye", Number(0.6)),
                ("ring", Number(0.25)),
                ("axialColour", Number(0.2)),
            ],
        },
        Preset {
            label: "Prime 50 mm f/4, seven blades",
            about: "The same lens stopped down: heptagons with slightly round sides, no cat's eyes.",
            values: &[
                ("focalLength", Number(50.0)),
                ("fStop", Number(4.0)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("bokehShape", Option("Blades")),
                ("blades", Whole(7)),
                ("bladeCurvature", Number(0.2)),
                ("bokehRotation", Number(12.0)),
            ],
        },
        Preset {
            label: "Portrait 85 mm f/1.8",
            about: "Large creamy discs that fade towards their rim.",
            values: &[
                ("focalLength", Number(85.0)),
                ("fStop", Number(1.8)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("softness", Number(0.3)),
                ("catsEye", Number(0.45)),
            ],
        },
        Preset {
            label: "Macro 100 mm f/2.8",
            about: "Nine rounded blades, clean and even into the corners.",
            values: &[
                ("focalLength", Number(100.0)),
                ("fStop", Number(2.8)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("bokehShape", Option("Blades")),
                ("blades", Whole(9)),
                ("bladeCurvature", Number(0.7)),
                ("softness", Number(0.1)),
                ("catsEye", Number(0.2)),
            ],
        },
        Preset {
            label: "Anamorphic 2x, 50 mm f/2.3",
            about: "Upright ovals of a cinema lens that squeezes two to one, cut by the barrel, with coloured corners.",
            values: &[
                ("focalLength", Number(50.0)),
                ("fStop", Number(2.3)),
                ("sensorPreset", Option("Academy (21.95 mm)")),
                ("anamorphicPreset", Option("2")),
                ("anamorphic", Number(2.0)),
                ("ring", Number(0.2)),
                ("catsEye", Number(0.5)),
                ("axialColour", Number(0.15)),
                ("lateralColour", Number(0.8)),
            ],
        },
        Preset {
            label: "Anamorphic 1.33x, 35 mm f/2.8",
            about: "The mild ovals of a 1.33 squeeze for 16:9 sensors.",
            values: &[
                ("focalLength", Number(35.0)),
                ("fStop", Number(2.8)),
                ("sensorPreset", Option("Super 35 (24.89 mm)")),
                ("anamorphicPreset", Option("1.33")),
                ("anamorphic", Number(4.0 / 3.0)),
                ("ring", Number(0.1)),
                ("catsEye", Number(0.4)),
                ("lateralColour", Number(0.4)),
            ],
        },
        Preset {
            label: "Vintage swirl 58 mm f/2",
            about: "Strong cat's eyes that seem to turn around the middle of the picture, bright rims, uneven glass.",
            values: &[
                ("focalLength", Number(58.0)),
                ("fStop", Number(2.0)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("ring", Number(0.55)),
                ("ringWidth", Number(0.2)),
                ("catsEye", Number(1.25)),
                ("axialColour", Number(0.2)),
                ("lateralColour", Number(0.6)),
                ("bokehNoise", Number(0.15)),
            ],
        },
        Preset {
            label: "Soap bubble 100 mm f/2.8",
            about: "The thin bright rims of an old triplet: highlights like soap bubbles.",
            values: &[
                ("focalLength", Number(100.0)),
                ("fStop", Number(2.8)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("ring", Number(0.95)),
                ("ringWidth", Number(0.1)),
                ("catsEye", Number(0.3)),
                ("bokehNoise", Number(0.05)),
            ],
        },
        Preset {
            label: "Mirror lens 500 mm f/8",
            about: "The doughnuts of a mirror lens.",
            values: &[
                ("focalLength", Number(500.0)),
                ("fStop", Number(8.0)),
                ("sensorPreset", Option("Full frame (36 mm)")),
                ("catadioptric", Number(0.5)),
                ("ring", Number(0.15)),
                ("catsEye", Number(0.2)),
            ],
        },
        Preset {
            label: "16 mm film, 25 mm f/1.4",
            about: "A small-format cine lens: hexagons with round sides, some dust.",
            values: &[
                ("focalLength", Number(25.0)),
                ("fStop", Number(1.4)),
                ("sensorPreset", Option("16 mm (10.26 mm)")),
                ("bokehShape", Option("Blades")),
                ("blades", Whole(6)),
                ("bladeCurvature", Number(0.5)),
                ("ring", Number(0.3)),
                ("catsEye", Number(0.6)),
                ("bokehNoise", Number(0.2)),
            ],
        },
        Preset {
            label: "Smartphone 6.8 mm f/1.8",
            about: "A one-inch-class telephone camera: little blur, clean discs.",
            values: &[
                ("focalLength", Number(6.8)),
                ("fStop", Number(1.8)),
                ("sensorPreset", Option("Custom")),
                ("sensorWidth", Number(9.8)),
                ("catsEye", Number(0.3)),
            ],
        },
    ],
};
