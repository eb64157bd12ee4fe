//! Parameters of DepthGrade: where its zones are and what comes out. Those of a grade are in `grade`.

use super::cdl::{CdlFileParams, CdlOutputParams};
use super::grade::{CdlParams, Grade, GradeParams, GradingParams};
use super::presets::PresetParams;
use crate::depth::DepthParams;
use crate::effect::CommonParams;
use crate::params::{Definitions, ParamSet, ParamSource, Unit, boolean, choice, curve, double, fallback, point};
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
    /// Where a distance comes from.
    pub enum DistanceFrom {
        /// The number beside.
        Distance = "Distance",
        /// The depth under a point of the picture.
        PickPoint = "Pick point",
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
        /// How much of the grades counts.
        Amount = "Amount",
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

impl Zone {
    /// Its place among near, mid and far.
    pub fn index(self) -> usize {
        match self {
            Zone::Near => 0,
            Zone::Mid => 1,
            Zone::Far => 2,
        }
    }
}

params! {
    /// Where the zones are.
    pub struct ZoneParams {
        /// Distance in metres at which the near zone ends: here near and mid count half each.
        near_end: f64 = "nearEnd", "Near end", double(5.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// Near end by its number, or at what lies under Near end point.
        near_end_from: DistanceFrom = "nearEndMode", "Near end from", choice(DistanceFrom::Distance);
        /// The point of the picture at whose distance the near zone ends: the median depth of a small disc around it. Where nothing is there, the number counts.
        near_end_point: Option<[f64; 2]> = "nearEndPoint", "Near end point", point(POINTS[0][0], POINTS[0][1]);
        /// How wide the transition from near to mid is, as a share of Near end: at 0.25 it runs from 25 % nearer to 25 % farther, at 0 it is a hard edge. Continuous: how gently the change begins.
        near_softness: f64 = "nearSoftness", "Near softness", double(0.25).range(0.0, 1.0).slider(0.0, 1.0);
        /// Distance in metres at which the far zone starts: here mid and far count half each. Where it lies before Near end, the far zone wins.
        far_start: f64 = "farStart", "Far start", double(20.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// Far start by its number, or at what lies under Far start point.
        far_start_from: DistanceFrom = "farStartMode", "Far start from", choice(DistanceFrom::Distance);
        /// The point of the picture at whose distance the far zone starts: the median depth of a small disc around it. Where nothing is there, the number counts.
        far_start_point: Option<[f64; 2]> = "farStartPoint", "Far start point", point(POINTS[1][0], POINTS[1][1]);
        /// How wide the transition from mid to far is, as a share of Far start. Continuous: how gently the change ends.
        far_softness: f64 = "farSoftness", "Far softness", double(0.25).range(0.0, 1.0).slider(0.0, 1.0);
        /// How the transitions run: evenly in distance, in one over the distance (longer towards the far side), or in the logarithm of the distance.
        space: ZoneSpace = "zoneSpace", "Zone space", choice(ZoneSpace::Distance);
        /// No zones: the controls of the three grades change evenly over depth, from near's at Near end over mid's half way to far's at Far start.
        continuous: bool = "continuous", "Continuous", boolean(false);
    }
}

params! {
    /// Mid around one distance.
    pub struct IsolateParams {
        /// Mid is only what lies around Target; near is all that is before it, and far all behind. Near end and Far start do not count.
        isolate: bool = "isolate", "Isolate", boolean(false);
        /// Distance in metres of what is isolated.
        target: f64 = "target", "Target", double(10.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// Target by its number, or what lies under Target point.
        from: DistanceFrom = "targetMode", "Target from", choice(DistanceFrom::Distance);
        /// The point of the picture whose distance is isolated: the median depth of a small disc around it. Where nothing is there, the number counts.
        point: Option<[f64; 2]> = "targetPoint", "Target point", point(POINTS[2][0], POINTS[2][1]);
        /// How far before and behind the target it is still mid, in metres: at this distance from it near or far counts half.
        tolerance: f64 = "tolerance", "Tolerance", double(1.0).range(1e-4, 1e9).slider(0.01, 20.0).unit(Unit::Distance);
        /// How wide the transitions at both sides are, as a share of Tolerance: at 0.5 they begin half way to it, at 0 they are hard edges.
        softness: f64 = "toleranceSoftness", "Tolerance softness", double(0.5).range(0.0, 1.0).slider(0.0, 1.0);
    }
}

/// Where the three points lie in a new instance, as fractions of the frame: near end, far start, target.
pub(super) const POINTS: [[f64; 2]; 3] = [[0.5, 0.25], [0.5, 0.75], [0.5, 0.5]];

params! {
    /// How much of all grades counts, over depth.
    pub struct AmountParams {
        /// How much of all grades counts follows the curve below over depth.
        on: bool = "useCurve", "Use curve", boolean(false);
        /// How much of all grades counts, from 0 to 1, over the depths from Curve near on the left to Curve far on the right.
        curve: Option<Vec<f64>> = "depthCurve", "Amount over depth", curve();
        /// How much of all grades counts at Curve near and before it; a smooth curve runs through the five amounts.
        first: f64 = "curveAmount1", "Amount at 0 %", fallback(double(0.0).range(0.0, 1.0));
        /// How much of all grades counts a quarter of the way from Curve near to Curve far.
        second: f64 = "curveAmount2", "Amount at 25 %", fallback(double(0.25).range(0.0, 1.0));
        /// How much of all grades counts half way from Curve near to Curve far.
        third: f64 = "curveAmount3", "Amount at 50 %", fallback(double(0.5).range(0.0, 1.0));
        /// How much of all grades counts three quarters of the way from Curve near to Curve far.
        fourth: f64 = "curveAmount4", "Amount at 75 %", fallback(double(0.75).range(0.0, 1.0));
        /// How much of all grades counts at Curve far and behind it.
        fifth: f64 = "curveAmount5", "Amount at 100 %", fallback(double(1.0).range(0.0, 1.0));
        /// Distance in metres at the left end of the curve. Between the ends it runs as Zone space says.
        near: f64 = "curveNear", "Curve near", double(1.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
        /// Distance in metres at the right end of the curve.
        far: f64 = "curveFar", "Curve far", double(50.0).range(1e-3, 1e9).slider(0.1, 100.0).unit(Unit::Distance);
    }
}

params! {
    /// What comes out.
    pub struct OutputParams {
        /// Result: the graded picture. Zones overlay: near red, mid green, far blue over the ungraded picture. Zone mattes: near, mid, far in red, green, blue. Depth: distance in metres, 0 where it is infinite or unknown. Amount: how much of the grades counts at each depth, by the curve.
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
    /// Mid around one distance.
    pub isolate: IsolateParams,
    /// How much of all grades counts, over depth.
    pub amount: AmountParams,
    /// The grades of near, mid and far.
    pub grades: [Grade; 3],
    /// The grade of everything, after the zones.
    pub master: Grade,
    /// What holds for all grades.
    pub grading: GradingParams,
    /// Grades as CDL files.
    pub cdl_output: CdlOutputParams,
    /// What comes out.
    pub output: OutputParams,
    /// Depth group.
    pub depth: DepthParams,
    /// Mix and mask.
    pub common: CommonParams,
}

/// Prefixes of the names of the grades: those of the zones, and the master.
pub(super) const PREFIXES: [&str; 4] = ["near", "mid", "far", "master"];
/// What the artist reads of them.
pub(super) const LABELS: [&str; 4] = ["Near", "Mid", "Far", "Master"];

impl Params {
    pub(crate) fn define() -> Definitions {
        let mut list = Definitions::default();
        list.group("presetGroup", "Preset", true);
        PresetParams::define(&mut list, "");
        list.group("zones", "Zones", true);
        ZoneParams::define(&mut list, "");
        list.group("isolateGroup", "Isolate", false);
        IsolateParams::define(&mut list, "");
        list.group("curveGroup", "Amount over depth", false);
        AmountParams::define(&mut list, "");
        for (prefix, label) in PREFIXES.into_iter().zip(LABELS) {
            list.group(prefix, label, prefix != "master");
            GradeParams::define(&mut list, prefix);
            list.group(&format!("{prefix}CdlGroup"), &format!("{label} CDL"), false);
            CdlParams::define(&mut list, prefix);
            CdlFileParams::define(&mut list, prefix);
        }
        list.group("grading", "Grading", false);
        GradingParams::define(&mut list, "");
        list.group("cdlGroup", "CDL files", false);
        CdlOutputParams::define(&mut list, "");
        list.group("outputGroup", "Output", true);
        OutputParams::define(&mut list, "");
        list.group("depth", "Depth", true);
        DepthParams::define(&mut list, "");
        CommonParams::define_last(&mut list);
        list
    }

    pub(crate) fn read(source: &dyn ParamSource) -> Self {
        let [near, mid, far, master] =
            PREFIXES.map(|p| Grade { base: GradeParams::read(source, p), cdl: CdlParams::read(source, p) });
        Self {
            zones: ZoneParams::read(source, ""),
            isolate: IsolateParams::read(source, ""),
            amount: AmountParams::read(source, ""),
            grades: [near, mid, far],
            master,
            grading: GradingParams::read(source, ""),
            cdl_output: CdlOutputParams::read(source, ""),
            output: OutputParams::read(source, ""),
            depth: DepthParams::read(source, ""),
            common: CommonParams::read(source, ""),
        }
    }

    /// Does the parameter change anything, as the others are set?
    pub(crate) fn enabled(&self, name: &str) -> bool {
        let (zones, isolate) = (&self.zones, self.isolate.isolate);
        let by = |from: DistanceFrom, wanted: DistanceFrom| from == wanted;
        match name {
            "nearEnd" => !isolate,
            "nearEndMode" | "farStartMode" | "farStart" => !isolate,
            "nearEndPoint" => !isolate && by(zones.near_end_from, DistanceFrom::PickPoint),
            "farStartPoint" => !isolate && by(zones.far_start_from, DistanceFrom::PickPoint),
            "nearSoftness" | "farSoftness" => !isolate,
            "target" | "targetMode" | "tolerance" | "toleranceSoftness" => isolate,
            "targetPoint" => isolate && by(self.isolate.from, DistanceFrom::PickPoint),
            "depthCurve" | "curveNear" | "curveFar" => self.amount.on,
            _ if name.starts_with("curveAmount") => self.amount.on,
            "matteZone" => self.output.output == GradeOutput::Mattes,
            _ => true,
        }
    }

    /// Do all grades leave every colour as it is?
    pub(crate) fn is_neutral(&self) -> bool {
        let neutral = |grade: &Grade| grade.is_neutral(&self.grading);
        self.common.mix == 0.0 || (neutral(&self.master) && self.grades.iter().all(neutral))
    }
}
