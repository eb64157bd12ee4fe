//! What a depth image's numbers look like: the analysis behind the depth group's `Auto`.
//!
//! Renderers do not say what their numbers mean, but pictures of the world do:
//! - **shape**: the image of a plane is exactly linear in one over the distance, and exactly not so in the distance. Floors
//!   and walls therefore tell 1/z from z (`shape`), and how far the far end of a normalised pass lies from its near end;
//! - **direction**: what is low in the picture is near, solid things bend away from the eye at their rims, what stands
//!   before a surface interrupts it, the sky is far (`direction`);
//! - **range**: sign, 0..1, numbers that sit on the very ends, the renderer's 'nothing there' (`survey`).
//!
//! Each is evidence for or against each convention; together they give a probability (`judge`). Where nothing tells (a
//! blank wall), the confidence is low and the report says so; a guess is never called sure.
//!
//! Which convention is *right* where two would do:
//! - a reversed z-buffer (Unreal, Unity: near/z, or its finite variant) is `1/Distance`: far is 0, and the numbers are
//!   1/z up to the scale, which `depthScale` (set to the near plane) makes metres;
//! - AI depth ("relative inverse depth") that fills 0..1 is `Normalised far 0 -> near 1` with mapping `1 over z`: its 0 is
//!   the farthest thing seen, not infinity, and the near and far distances give it metres. On any other scale (0..255, raw
//!   network output) it is `1/Distance`, up to the scale;
//! - a z-buffer with near 0 is `Normalised near 0 -> far 1` with mapping `1 over z`.

mod direction;
mod edges;
mod judge;
mod report;
mod shape;
mod survey;
#[cfg(test)]
mod tests;

pub use report::report;

use super::{DecidedConvention, DecidedEdges, Decision, DepthConvention, DepthEdges, DepthMapping};
use crate::workers::Cancel;
use survey::Survey;

/// The undecoded numbers of a whole depth image.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    /// Pixels in a row.
    pub width: usize,
    /// Row by row, the **bottom row first** (as in OpenFX); NaN outside the image. A part of a last row is not looked at.
    pub values: &'a [f32],
    /// The beauty's alpha at the same pixels, if known; of another length it counts as unknown.
    pub alpha: Option<&'a [f32]>,
    /// The numbers came from 8- or 16-bit integers (1 is their greatest).
    pub integers: bool,
}

/// The renderer's number for 'nothing there'.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Empty {
    /// The number: 0, 1e10, 65504, ∞, NaN…
    pub number: f32,
    /// Its share of the image, 0..1.
    pub share: f64,
    /// It means infinitely far (a number beyond all distances, or the 0 of 1/z). Otherwise it only says that nothing is
    /// known: NaN, or the 0 of a distance.
    pub far: bool,
}

/// What was found in a depth image.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What the numbers look like most; never [`DepthConvention::Auto`].
    pub convention: DepthConvention,
    /// For a normalised convention: how it runs between the ends, if that was seen; `None` leaves it to the parameter.
    pub mapping: Option<DepthMapping>,
    /// How sure that is, 0..1: the probability by all evidence.
    pub confidence: f64,
    /// What else it could be, most probable next.
    pub otherwise: (DepthConvention, Option<DepthMapping>),
    /// Point-sampled, antialiased or premultiplied.
    pub edges: DepthEdges,
    /// How sure that is, 0..1.
    pub edge_confidence: f64,
    /// Most silhouettes are softer than a renderer's filter makes them, as in estimated depth: `edgeRefine` may help.
    pub soft: bool,
    /// The least and the greatest number that is a depth; `None` where there is none.
    pub range: Option<[f32; 2]>,
    /// Share of pixels without depth, 0..1.
    pub invalid_share: f64,
    /// The commonest of the numbers that stand for 'nothing there'.
    pub empty: Option<Empty>,
    /// For a normalised depth that is even in distance: how many times farther its far end is than its near end, as the
    /// picture's planes tell it.
    pub far_over_near: Option<f64>,
    /// Why, in a few words each, the strongest first.
    pub reasons: Vec<&'static str>,
}

impl Finding {
    /// What to store as `Auto`'s decision.
    pub fn decision(&self) -> Decision {
        use DecidedConvention as D;
        let inverse = self.mapping == Some(DepthMapping::Inverse);
        let convention = match self.convention {
            DepthConvention::Distance | DepthConvention::Auto => D::Distance,
            DepthConvention::MinusDistance => D::MinusDistance,
            DepthConvention::Inverse => D::Inverse,
            DepthConvention::MinusInverse => D::MinusInverse,
            DepthConvention::NormalisedNearZero if inverse => D::InverseNearZero,
            DepthConvention::NormalisedNearZero => D::NormalisedNearZero,
            DepthConvention::NormalisedFarZero if inverse => D::InverseFarZero,
            DepthConvention::NormalisedFarZero => D::NormalisedFarZero,
            DepthConvention::WorldPosition => D::WorldPosition,
        };
        let edges = match self.edges {
            DepthEdges::Antialiased => DecidedEdges::Antialiased,
            DepthEdges::Premultiplied => DecidedEdges::Premultiplied,
            DepthEdges::Auto | DepthEdges::PointSampled | DepthEdges::AsIs => DecidedEdges::PointSampled,
        };
        Decision { convention, edges }
    }
}

/// Looks at a whole depth image. The same numbers give the same finding; any size, any numbers and no pixels at all are fine. `None` where
/// it is no longer wanted.
pub fn analyse(numbers: &Numbers, cancel: &Cancel) -> Option<Finding> {
    let wanted = || (!cancel.is_set()).then_some(());
    let survey = Survey::new(numbers, cancel)?;
    wanted()?;
    let edges = edges::look(&survey);
    wanted()?;
    let shape = shape::look(&survey, edges.soft);
    wanted()?;
    let direction = direction::look(&survey, if edges.soft { edges::SOFT } else { 1 });
    wanted()?;
    let verdict = judge::judge(&survey, &shape, &direction, edges.soft);
    Some(Finding {
        convention: verdict.best.convention(),
        mapping: verdict.best.mapping(),
        confidence: verdict.confidence,
        otherwise: (verdict.second.convention(), verdict.second.mapping()),
        edges: edges.kind,
        edge_confidence: edges.confidence,
        soft: edges.soft,
        range: survey.depths(verdict.best),
        invalid_share: survey.invalid_share(verdict.best),
        empty: survey.empty(verdict.best),
        far_over_near: verdict.far_over_near,
        reasons: verdict.reasons,
    })
}
