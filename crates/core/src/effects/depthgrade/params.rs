//! Parameters of DepthGrade.

use crate::depth::DepthParams;
use crate::effect::CommonParams;
use crate::params::{Definitions, ParamSet, ParamSource, Unit, choice, colour, double};
use crate::{choices, params};

choices! {
    /// How the transition between two zones runs over depth.
    pub enum ZoneSpace {
        /// Evenly in distance.
        Distance = "Distance",
        /// Evenly in one over the distance, as defocus does.
        Inverse = "1 over z",
        /// Evenly in the logarithm of the distance.
        Log = "Log",
    }
}

choices! {
    /// What the effect shows.
    pub enum GradeOutput {
        /// The graded picture.
        Result = "Result",
        /// The ungraded picture, its zones tinted.
        Overlay = "Zones overlay",
        /// The zones' weights.
        Mattes = "Zone mattes",
        /// Depth as the effect understands it.
        Depth = "Depth",
    }
}

choices! {
    /// One of the three zones.
    pub enum Zone {
        /// The foreground.
        Near = "Near",
        /// What is between.
        Mid = "Mid",
        /// The background.
        Far = "Far",
    }
}

params! {
    /// Where the zones are.
    pub struct ZoneParams {
        /// Distance in metres at which the near zone ends: here near and mid count half each.
        near_end: f64 = "nearEnd", "Near end", double(5.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// How wide the transition from near to mid is, as a share of Near end: at 0.25 it runs from 25 % nearer to 25 % farther, at 0 it is a hard edge.
        near_softness: f64 = "nearSoftness", "Near softness", double(0.25).range(0.0, 1.0).slider(0.0, 1.0);
        /// Distance in metres at which the far zone starts: here mid and far count half each. Where it lies before Near end, the far zone wins.
        far_start: f64 = "farStart", "Far start", double(20.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// How wide the transition from mid to far is, as a share of Far start.
        far_softness: f64 = "farSoftness", "Far softness", double(0.25).range(0.0, 1.0).slider(0.0, 1.0);
        /// How the transitions run: evenly in distance, in one over the distance (longer towards the far side), or in the logarithm of the distance.
        space: ZoneSpace = "zoneSpace", "Zone space", choice(ZoneSpace::Distance);
    }
}

params! {
    /// One grade; there is one for each zone and a master.
    pub struct GradeParams {
        /// Brightness in stops, before everything else: +1 doubles the light.
        exposure: f64 = "exposure", "Exposure", double(0.0).range(-32.0, 32.0).slider(-4.0, 4.0).unit(Unit::Stops);
        /// What black becomes, per channel; white stays where it is.
        lift: [f64; 3] = "lift", "Lift", colour(0.0, 0.0, 0.0).slider(-0.5, 0.5);
        /// Brightness of the middle tones, per channel: values above zero are raised to the power of 1/gamma. Below 0.01 it counts as 0.01.
        gamma: [f64; 3] = "gamma", "Gamma", colour(1.0, 1.0, 1.0).slider(0.2, 4.0);
        /// What white becomes, per channel; black stays where it is.
        gain: [f64; 3] = "gain", "Gain", colour(1.0, 1.0, 1.0).slider(0.0, 4.0);
        /// Added to each channel, before gamma.
        offset: [f64; 3] = "offset", "Offset", colour(0.0, 0.0, 0.0).slider(-0.5, 0.5);
        /// Strength of the colours, last of all: 0 is grey (Rec. 709 luminance), 1 is unchanged.
        saturation: f64 = "saturation", "Saturation", double(1.0).range(0.0, 16.0).slider(0.0, 4.0);
        /// How much of this grade counts: 0 is none, 1 is all of it.
        mix: f64 = "mix", "Mix", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

params! {
    /// What comes out.
    pub struct OutputParams {
        /// Result: the graded picture. Zones overlay: near red, mid green, far blue over the ungraded picture. Zone mattes: near, mid, far in red, green, blue. Depth: distance in metres, 0 where it is infinite or unknown.
        output: GradeOutput = "output", "Output", choice(GradeOutput::Result);
        /// Which zone the alpha channel holds when the output is Zone mattes.
        matte_zone: Zone = "matteZone", "Zone in alpha", choice(Zone::Near);
    }
}

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Params {
    /// Where the zones are.
    pub zones: ZoneParams,
    /// The grades of near, mid and far.
    pub grades: [GradeParams; 3],
    /// The grade of everything, after the zones.
    pub master: GradeParams,
    /// What comes out.
    pub output: OutputParams,
    /// Depth group.
    pub depth: DepthParams,
    /// Mix and mask.
    pub common: CommonParams,
}

/// Prefixes of the names of each zone's grade.
const ZONES: [&str; 3] = ["near", "mid", "far"];

impl Params {
    pub(crate) fn define() -> Definitions {
        let mut list = Definitions::default();
        list.group("zones", "Zones", true);
        ZoneParams::define(&mut list, "");
        for (prefix, label) in ZONES.into_iter().zip(["Near", "Mid", "Far"]) {
            list.group(prefix, label, true);
            GradeParams::define(&mut list, prefix);
        }
        list.group("master", "Master", false);
        GradeParams::define(&mut list, "master");
        list.group("outputGroup", "Output", true);
        OutputParams::define(&mut list, "");
        list.group("depth", "Depth", true);
        DepthParams::define(&mut list, "");
        CommonParams::define_last(&mut list);
        list
    }

    pub(crate) fn read(source: &dyn ParamSource) -> Self {
        Self {
            zones: ZoneParams::read(source, ""),
            grades: ZONES.map(|prefix| GradeParams::read(source, prefix)),
            master: GradeParams::read(source, "master"),
            output: OutputParams::read(source, ""),
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Does the parameter change anything, as the others are set?
    pub(crate) fn enabled(&self, name: &str) -> bool {
        name != "matteZone" || self.output.output == GradeOutput::Mattes
    }

    /// Do all grades leave every colour as it is?
    pub(crate) fn is_neutral(&self) -> bool {
        self.common.mix == 0.0 || (self.master.is_neutral() && self.grades.iter().all(GradeParams::is_neutral))
    }
}

impl GradeParams {
    /// Does it leave every colour as it is?
    pub fn is_neutral(&self) -> bool {
        let plain = self.exposure == 0.0
            && self.lift == [0.0; 3]
            && self.gamma == [1.0; 3]
            && self.gain == [1.0; 3]
            && self.offset == [0.0; 3]
            && self.saturation == 1.0;
        plain || self.mix == 0.0
    }
}
