//! Silhouettes: a pixel that shows two surfaces is split into both, each with its own depth and colour, and the share of the pixel
//! that the nearer one covers.
//!
//! A beauty is antialiased: along a silhouette its pixels are mixtures. A *point-sampled* depth gives such a pixel one surface's
//! distance, an *antialiased* one a distance that belongs to no surface. Both make fringes in every effect that goes by depth. Here is what is
//! done instead, from a neighbourhood of [`REACH`] pixels only, so that any tiling gives the same:
//! 1. [`find`]: pixels beside a jump of 1/z that no slope explains;
//! 2. [`split`]: the two distances that meet, and a first coverage: of a point-sampled depth from the shape of the silhouette, of an
//!    antialiased one from the mixture, which was made in the numbers that the renderer wrote;
//! 3. [`layers`]: both colours by least squares over the neighbourhood, the coverage again from the pixel's own colour (as Bayes
//!    would: shape and colour each with its uncertainty), and both colours corrected so that the mixture is exactly the pixel.

mod find;
mod layers;
mod split;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod truth;

use super::{DepthConvention, DepthEdges, DepthMapping, DepthParams};
use crate::geometry::Rect;

/// How far from a pixel its depth and (less) its colour are looked at, in pixels of the image, whatever its scale.
pub const REACH: i32 = 4;
/// How far the colours of others count.
pub(crate) const COLOUR_REACH: i32 = 2;

/// A premultiplied colour: red, green, blue, alpha.
pub(crate) type Rgba = [f32; 4];

/// Where the colours around mixed pixels come from.
pub(crate) trait Colours {
    /// Premultiplied colours of five pixels of a row, from a column on; at most [`COLOUR_REACH`] from a mixed pixel.
    fn five(&self, x1: i32, y: i32) -> &[Rgba; 5];
}

/// The numbers in which a renderer's filter mixed two distances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Domain {
    /// Distance, or what is linear in it.
    #[default]
    Distance,
    /// One over the distance.
    Inverse,
    /// Its logarithm.
    Log,
}

/// How silhouettes are taken apart.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Edges {
    /// The depth of a silhouette's pixels is a mixture (else it is one surface's).
    antialiased: bool,
    domain: Domain,
}

impl Edges {
    /// `None` where the depth is to be taken as it is. An Auto was decided before.
    pub(crate) fn new(params: &DepthParams) -> Option<Self> {
        let antialiased = match params.edges {
            DepthEdges::AsIs => return None,
            DepthEdges::PointSampled | DepthEdges::Auto => false,
            DepthEdges::Antialiased | DepthEdges::Premultiplied => true,
        };
        let domain = match (params.convention, params.mapping) {
            (DepthConvention::Inverse | DepthConvention::MinusInverse, _) => Domain::Inverse,
            (DepthConvention::NormalisedNearZero | DepthConvention::NormalisedFarZero, mapping) => match mapping {
                DepthMapping::Linear => Domain::Distance,
                DepthMapping::Inverse => Domain::Inverse,
                DepthMapping::Log => Domain::Log,
            },
            _ => Domain::Distance,
        };
        Some(Self { antialiased, domain })
    }

    /// Is the depth of silhouette pixels a mixture?
    pub(crate) fn mixes_depth(&self) -> bool {
        self.antialiased
    }
}

/// A pixel of two surfaces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mixed {
    /// Share of the pixel that the nearer one covers, 0 to 1.
    pub(crate) coverage: f32,
    /// Distance of the nearer and the farther one, in metres; the farther may be +∞.
    pub(crate) z: [f32; 2],
    /// Their colours: coverage · nearer + (1 − coverage) · farther is the pixel.
    pub(crate) colour: [Rgba; 2],
}

/// The two distances that meet in a pixel, before colours are looked at.
#[derive(Clone, Copy, Debug)]
struct Split {
    /// First coverage of the nearer one.
    coverage: f32,
    /// How sure that is: a standard deviation.
    deviation: f32,
    /// May the pixel be all of one surface, whatever the shape says? (With the depth as a sample at its centre it may.)
    maybe_pure: bool,
    /// 1/z of the nearer and the farther surface.
    inverse: [f32; 2],
    /// 1/z from which on a pixel belongs to the nearer one.
    middle: f32,
}

/// A stretch of a depth image with its silhouettes; pixels row by row.
#[derive(Default)]
pub(crate) struct Field {
    edges: Edges,
    /// The pixels that are asked for.
    inner: Rect,
    /// Those and [`REACH`] around.
    rect: Rect,
    /// 1/z; 0 is infinitely far; NaN is left alone.
    inverse: Vec<f32>,
    /// 0, or one more than the number in `splits`.
    index: Vec<u32>,
    splits: Vec<Split>,
    /// Where the pixels of `splits` are, ascending.
    places: Vec<u32>,
}

impl Field {
    /// Looks for silhouettes in `inner`. `z` is depth in metres over that and [`REACH`] around, row by row.
    pub(crate) fn new(edges: Edges, inner: Rect, z: &[f32]) -> Self {
        Self::default().again(edges, inner, z)
    }

    /// [`Field::new`] in the memory of one that is not needed any more.
    pub(crate) fn again(mut self, edges: Edges, inner: Rect, z: &[f32]) -> Self {
        for place in self.places.drain(..) {
            self.index[place as usize] = 0;
        }
        self.splits.clear();
        (self.edges, self.inner, self.rect) = (edges, inner, inner.grow(REACH));
        if z.len() == self.rect.width() * self.rect.height() && !inner.is_empty() {
            self.index.resize(z.len(), 0);
            if find::mark(&mut self, z) {
                split::all(&mut self);
            }
        }
        self
    }

    /// Is there no silhouette?
    pub(crate) fn is_empty(&self) -> bool {
        self.splits.is_empty()
    }

    fn place(&self, x: i32, y: i32) -> usize {
        (y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize
    }

    /// Columns of the mixed pixels of a row between two columns, ascending. The row is at most [`COLOUR_REACH`] from the inner rectangle.
    pub(crate) fn mixed_in(&self, y: i32, x1: i32, x2: i32) -> impl Iterator<Item = i32> + '_ {
        let (start, low, high) = (self.place(self.rect.x1, y), self.place(x1, y), self.place(x2, y));
        let first = self.places.partition_point(|p| (*p as usize) < low);
        let places = self.places[first..].iter().take_while(move |p| (**p as usize) < high);
        places.map(move |p| self.rect.x1 + (*p as usize - start) as i32)
    }

    /// The distance of the surface that has more of a mixed pixel, by depth alone; `None` where the pixel's own depth is one surface's.
    pub(crate) fn snapped(&self, x: i32, y: i32) -> Option<f32> {
        let split = self.split_at(self.place(x, y)).filter(|_| self.edges.antialiased)?;
        Some(1.0 / split.inverse[usize::from(split.coverage < 0.5)])
    }

    fn split_at(&self, place: usize) -> Option<&Split> {
        let index = *self.index.get(place)?;
        (index != 0).then(|| &self.splits[index as usize - 1])
    }
}
