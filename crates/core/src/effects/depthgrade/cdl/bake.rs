//! A grade as a CDL. In linear light all of it is one: a grade is ((m·x + b)^e)·p^(1 − c) with pivot p and contrast c, and that is the
//! CDL with slope m·k, offset b·k and power e, where k = p^((1 − c)/e).

use super::Cdl;
use crate::effects::depthgrade::grade::{Grade, GradeSpace, GradingParams};
use crate::effects::depthgrade::reference::encode;

/// The CDL that comes nearest to a grade, and what of it no CDL can hold.
pub(super) fn bake(grade: &Grade, all: &GradingParams, id: &str) -> Result<(Cdl, Vec<&'static str>), String> {
    let g = &grade.base;
    let (mut slope, mut offset) = (grade.multiply(), grade.add());
    let mut power = grade.exponent();
    let mut lost = Vec::new();
    if g.mix != 1.0 {
        lost.push("mix");
    }
    match all.space {
        GradeSpace::Linear => {
            let stops = grade.stops();
            if g.contrast == 0.0 {
                return Err(format!(
                    "The grade of {id} has a contrast of 0, which no CDL can hold. Set another contrast."
                ));
            }
            for c in 0..3 {
                power[c] *= g.contrast;
                // Exactly 1 without contrast.
                let stretch = g.pivot.powf((1.0 - g.contrast) / power[c]);
                slope[c] *= stops[c].exp2() * stretch;
                offset[c] *= stretch;
            }
        }
        GradeSpace::Log => {
            if g.exposure != 0.0 || g.temperature != 0.0 || g.tint != 0.0 {
                lost.push("exposure, temperature and tint (in light, beside the curve)");
            }
            if g.contrast != 1.0 && power != [1.0; 3] {
                lost.push("contrast (beside a power or gamma)");
            } else if g.contrast != 1.0 {
                slope = slope.map(|v| v * g.contrast);
                offset = offset.map(|v| v * g.contrast + (1.0 - g.contrast) * encode(g.pivot));
            }
        }
    }
    if slope.iter().any(|v| *v < 0.0) {
        return Err(format!(
            "The gain of {id} is below its lift: no CDL can turn a picture into its negative. Set the gain above the lift."
        ));
    }
    let space = match all.space {
        GradeSpace::Linear => "scene-linear",
        GradeSpace::Log => "ACEScct",
    };
    let description = format!("DepthGrade, {id}; {space} values");
    Ok((Cdl { id: id.into(), slope, offset, power, saturation: g.saturation, description }, lost))
}
