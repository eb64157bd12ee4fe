//! What Auto decided of a depth image. It is taken once, from a whole image, and stored: it never changes within a shot.

use super::analyse::{Numbers, analyse, report};
use super::{DepthConvention, DepthEdges, DepthMapping, DepthParams, DepthStage};
use crate::choices;
use crate::geometry::{Geometry, Rect};
use crate::image::{Components, Depth, ImageRef, load_channel};
use crate::params::Value;
use crate::workers::Cancel;

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

/// Pixels that are looked at, at most; of a larger image every second, third… in each direction.
const ENOUGH: usize = 1 << 24;

/// Looks at a whole depth image, and at the source where it is given and has the same pixels: its alpha tells a depth that was
/// multiplied by it. `focus` is the depth under the focus point in metres, for the report. The same images give the same answer; `None`
/// where it is no longer wanted.
pub fn examine(
    params: &DepthParams,
    depth: &ImageRef,
    source: Option<&ImageRef>,
    focus: Option<f64>,
    cancel: &Cancel,
) -> Option<Examined> {
    let bounds = depth.bounds();
    let mut step = 1;
    while bounds.width().div_ceil(step) * bounds.height().div_ceil(step) > ENOUGH {
        step += 1;
    }
    let geometry = Geometry::default();
    let stage = DepthStage::new(params, depth.clone(), geometry, geometry, &geometry.rect_to_canonical(&bounds));
    let (values, width) = every(bounds, step, cancel, |y, row| stage.numbers(y, bounds.x1, row))?;
    let has_alpha =
        |s: &&ImageRef| s.bounds() == bounds && matches!(s.format().components, Components::Rgba | Components::Bgra);
    let alpha = match source.filter(has_alpha) {
        Some(s) => Some(every(bounds, step, cancel, |y, row| load_channel(s.format(), 3, s.row(y), row))?.0),
        None => None,
    };
    let numbers = Numbers {
        width,
        values: &values,
        alpha: alpha.as_deref(),
        integers: matches!(depth.format().depth, Depth::Byte | Depth::Short),
    };
    let finding = analyse(&numbers, cancel)?;
    Some(Examined { decision: finding.decision(), report: report(&finding, params, focus) })
}

/// Every `step`th pixel of every `step`th row, bottom row first, and how many a row has.
fn every(bounds: Rect, step: usize, cancel: &Cancel, read: impl Fn(i32, &mut [f32])) -> Option<(Vec<f32>, usize)> {
    let width = bounds.width().div_ceil(step);
    let mut row = vec![0.0; bounds.width()];
    let mut values = Vec::with_capacity(width * bounds.height().div_ceil(step));
    for y in (bounds.y1..bounds.y2).step_by(step) {
        if cancel.is_set() {
            return None;
        }
        read(y, &mut row);
        values.extend(row.iter().step_by(step));
    }
    Some((values, width))
}
