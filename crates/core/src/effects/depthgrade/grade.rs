//! The parameters of one grade, and the numbers that they come to.

use super::reference::{LEAST_GAMMA, LUMINANCE};
use crate::params::{Unit, choice, colour, double};
use crate::{choices, params};

choices! {
    /// In what the grades compute.
    pub enum GradeSpace {
        /// Scene-linear light.
        Linear = "Linear",
        /// The ACEScct curve of it.
        Log = "Log (ACEScct)",
    }
}

params! {
    /// One grade; there is one for each zone and a master.
    pub struct GradeParams {
        /// Brightness in stops, before everything else: +1 doubles the light.
        exposure: f64 = "exposure", "Exposure", double(0.0).range(-32.0, 32.0).slider(-4.0, 4.0).unit(Unit::Stops);
        /// Warmer above 0, cooler below: so many stops are put between red and blue, and a white keeps its luminance.
        temperature: f64 = "temperature", "Temperature", double(0.0).range(-16.0, 16.0).slider(-2.0, 2.0).unit(Unit::Stops);
        /// More magenta above 0, more green below: so many stops are put between the two, and a white keeps its luminance.
        tint: f64 = "tint", "Tint", double(0.0).range(-16.0, 16.0).slider(-2.0, 2.0).unit(Unit::Stops);
        /// What black becomes, per channel; white stays where it is.
        lift: [f64; 3] = "lift", "Lift", colour(0.0, 0.0, 0.0).slider(-0.5, 0.5);
        /// Brightness of the middle tones, per channel: values above zero are raised to the power of 1/gamma. Below 0.01 it counts as 0.01.
        gamma: [f64; 3] = "gamma", "Gamma", colour(1.0, 1.0, 1.0).slider(0.2, 4.0);
        /// What white becomes, per channel; black stays where it is.
        gain: [f64; 3] = "gain", "Gain", colour(1.0, 1.0, 1.0).slider(0.0, 4.0);
        /// Added to each channel, before gamma. It is also the offset of the ASC CDL.
        offset: [f64; 3] = "offset", "Offset", colour(0.0, 0.0, 0.0).slider(-0.5, 0.5);
        /// How far apart light and dark are, after gamma and power: 1 changes nothing, 0 makes everything as bright as Pivot. In linear light stops are stretched, and what is below zero stays.
        contrast: f64 = "contrast", "Contrast", double(1.0).range(0.0, 16.0).slider(0.0, 2.0);
        /// The brightness that Contrast leaves alone, in scene-linear light whatever the grade space; 0.18 is a grey card.
        pivot: f64 = "pivot", "Pivot", double(0.18).range(1e-6, 1e6).slider(0.01, 1.0);
        /// Strength of the colours, last of all: 0 is grey (Rec. 709 luminance), 1 is unchanged.
        saturation: f64 = "saturation", "Saturation", double(1.0).range(0.0, 16.0).slider(0.0, 4.0);
        /// How much of this grade counts: 0 is none, 1 is all of it.
        mix: f64 = "mix", "Mix", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

params! {
    /// The part of a grade that is the ASC CDL's alone; its offset and saturation are those of [`GradeParams`].
    pub struct CdlParams {
        /// Multiplies each channel, before Offset: slope of the ASC CDL. Below 0 it counts as 0.
        slope: [f64; 3] = "slope", "Slope", colour(1.0, 1.0, 1.0).slider(0.0, 4.0);
        /// Exponent of each channel, after Offset: power of the ASC CDL. Values up to zero stay as they are. Below 0.01 it counts as 0.01.
        power: [f64; 3] = "power", "Power", colour(1.0, 1.0, 1.0).slider(0.2, 4.0);
    }
}

params! {
    /// What holds for all grades.
    pub struct GradingParams {
        /// What the grades compute in. Linear: scene-linear light. Log: the ACEScct curve of it, in which offset, power and contrast feel as in grading rooms; exposure, temperature and tint stay in linear light.
        space: GradeSpace = "gradeSpace", "Grade space", choice(GradeSpace::Linear);
        /// Each grade ends at 0: nothing below it comes out. In Log it is the curve's 0, which is just below black.
        clamp_black: bool = "clampBlack", "Clamp black", crate::params::boolean(false);
        /// Each grade ends at 1: nothing above it comes out. In Log it is the curve's 1, a light of 222.9.
        clamp_white: bool = "clampWhite", "Clamp white", crate::params::boolean(false);
        /// How much the grades may change the luminance: at 0 each pixel keeps its own and only colours change, at 1 they do as they like.
        luminance_mix: f64 = "luminanceMix", "Luminance mix", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

/// One grade with its part of the CDL.
#[derive(Clone, Debug)]
pub struct Grade {
    /// Everything else.
    pub base: GradeParams,
    /// Slope and power.
    pub cdl: CdlParams,
}

impl Grade {
    /// Does it leave every colour as it is?
    pub fn is_neutral(&self, all: &GradingParams) -> bool {
        let (g, cdl) = (&self.base, &self.cdl);
        let plain = g.exposure == 0.0
            && g.temperature == 0.0
            && g.tint == 0.0
            && g.lift == [0.0; 3]
            && g.gamma == [1.0; 3]
            && g.gain == [1.0; 3]
            && g.offset == [0.0; 3]
            && g.contrast == 1.0
            && g.saturation == 1.0
            && cdl.slope == [1.0; 3]
            && cdl.power == [1.0; 3]
            && !all.clamp_black
            && !all.clamp_white;
        plain || g.mix == 0.0
    }

    /// Stops by which exposure, temperature and tint make red, green and blue brighter.
    pub fn stops(&self) -> [f64; 3] {
        let (t, m) = (self.base.temperature, self.base.tint);
        let balance = if t == 0.0 && m == 0.0 {
            [0.0; 3]
        } else {
            let raw = [(m + t) / 2.0, -m / 2.0, (m - t) / 2.0];
            let white: f64 = (0..3).map(|c| LUMINANCE[c] * raw[c].exp2()).sum();
            raw.map(|v| v - white.log2())
        };
        balance.map(|v| self.base.exposure + v)
    }

    /// What a value is multiplied by, after the stops: slope · (gain − lift).
    pub fn multiply(&self) -> [f64; 3] {
        std::array::from_fn(|c| self.cdl.slope[c].max(0.0) * (self.base.gain[c] - self.base.lift[c]))
    }

    /// What is then added: offset + lift.
    pub fn add(&self) -> [f64; 3] {
        std::array::from_fn(|c| self.base.offset[c] + self.base.lift[c])
    }

    /// The exponent of what is then above zero: power / gamma.
    pub fn exponent(&self) -> [f64; 3] {
        std::array::from_fn(|c| self.cdl.power[c].max(LEAST_GAMMA) / self.base.gamma[c].max(LEAST_GAMMA))
    }
}
