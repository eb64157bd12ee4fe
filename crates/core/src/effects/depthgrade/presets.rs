//! Grades over depth by name. Where near and far begin stays: that is the shot's.

use crate::presets::Set::{Colour, Number};
use crate::presets::{Preset, Presets};
use crate::{choices, params};

choices! {
    /// Grades over depth.
    pub enum GradePreset {
        /// Nothing yet.
        Choose = "Choose…",
        /// Changes nothing.
        Neutral = "Neutral",
        /// Parts the depths by colour.
        WarmCool = "Warm foreground, cool distance",
        /// As air does.
        Aerial = "Aerial perspective",
        /// Leaves the middle.
        Subject = "Subject in the middle",
        /// Moonlight.
        DayForNight = "Day for night",
    }
}

params! {
    /// A grade by name.
    pub struct PresetParams {
        /// Sets the grades of near, mid, far and the master: once, when it is chosen, in one step that can be undone. Near end, Far start and the other controls of the zones stay. Afterwards all controls are yours; the list only shows what was chosen last.
        preset: GradePreset = "preset", "Grade preset", crate::params::choice(GradePreset::Choose);
        /// The preset whose values were set last.
        applied: GradePreset = "presetApplied", "Preset set last", crate::params::hidden(crate::params::choice(GradePreset::Choose));
    }
}

pub(super) static PRESETS: Presets = Presets {
    groups: &[
        "near",
        "nearCdlGroup",
        "mid",
        "midCdlGroup",
        "far",
        "farCdlGroup",
        "master",
        "masterCdlGroup",
        "grading",
    ],
    keeps: &[],
    list: &[
        Preset { label: "Neutral", about: "All grades change nothing.", values: &[] },
        Preset {
            label: "Warm foreground, cool distance",
            about: "Parts the depths by colour: the foreground warmer and richer, the distance cooler, paler and darker.",
            values: &[
                ("nearTemperature", Number(0.4)),
                ("nearSaturation", Number(1.12)),
                ("farTemperature", Number(-0.5)),
                ("farSaturation", Number(0.8)),
                ("farExposure", Number(-0.3)),
            ],
        },
        Preset {
            label: "Aerial perspective",
            about: "What thick air does to the distance, as a grade: brighter, flatter, paler and bluer.",
            values: &[
                ("midContrast", Number(0.93)),
                ("midSaturation", Number(0.9)),
                ("farContrast", Number(0.7)),
                ("farSaturation", Number(0.5)),
                ("farTemperature", Number(-0.4)),
                ("farLift", Colour([0.05, 0.06, 0.08])),
            ],
        },
        Preset {
            label: "Subject in the middle",
            about: "Leaves the middle as it is, and takes light and colour from what is before and behind it.",
            values: &[
                ("nearExposure", Number(-0.8)),
                ("nearSaturation", Number(0.8)),
                ("farExposure", Number(-1.0)),
                ("farSaturation", Number(0.65)),
                ("farContrast", Number(0.9)),
            ],
        },
        Preset {
            label: "Day for night",
            about: "Moonlight: dark and blue with little colour, and darker the farther away.",
            values: &[
                ("masterExposure", Number(-2.5)),
                ("masterTemperature", Number(-1.2)),
                ("masterSaturation", Number(0.45)),
                ("masterContrast", Number(1.15)),
                ("nearSaturation", Number(1.1)),
                ("midExposure", Number(-0.4)),
                ("farExposure", Number(-1.4)),
                ("farContrast", Number(0.85)),
            ],
        },
    ],
};
