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
mod mixed;
mod split;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod truth;

use super::{DepthConvention, DepthEdges, DepthMapping, DepthParams};
use crate::geometry::Rect;
use crate::simd::{SIXTEEN, Stored};
pub(crate) use mixed::Mixed;
use std::ops::Range;

/// How far from a pixel its depth and (less) its colour are looked at, in pixels of the image, whatever its scale.
pub const REACH: i32 = 3;
/// How far the colours of others count.
pub(crate) const COLOUR_REACH: i32 = 1;

/// A premultiplied colour: red, green, blue, alpha.
pub(crate) type Rgba = [f32; 4];

/// Three neighbours of a row, as they are stored.
pub(crate) type Three = [Stored; 3];

/// Where the colours around mixed pixels come from.
pub(crate) trait Colours: Sync {
    /// Premultiplied colours of three pixels of a row, from a column on; at most [`COLOUR_REACH`] from a mixed pixel. They may be put into
    /// `room`.
    fn three<'a>(&'a self, x1: i32, y: i32, room: &'a mut Three) -> &'a Three;
    /// The same of three rows, from one on.
    #[inline]
    fn block<'a>(&'a self, x1: i32, y: i32, room: &'a mut [Three; 3]) -> [&'a Three; 3] {
        let [a, b, c] = room;
        [self.three(x1, y, a), self.three(x1, y + 1, b), self.three(x1, y + 2, c)]
    }
    /// Such a block will be asked for soon; the one a column before it was the last of which this was said, or not.
    #[inline]
    fn soon(&self, _x1: i32, _y: i32, _is_next: bool) {}
    /// Does alpha count as 1 whatever is stored?
    fn is_opaque(&self) -> bool {
        false
    }
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

/// The two distances that meet in each mixed pixel, before colours are looked at. Behind the last one the lists go on for
/// [`SIXTEEN`], so that they can be read in sixteens.
#[derive(Default)]
struct Splits {
    /// First coverage of the nearer one.
    coverage: Vec<f32>,
    /// How sure that is: a standard deviation.
    deviation: Vec<f32>,
    /// How probable it is that the pixel is all of one surface, whatever the shape says. (With the depth as a sample at its centre it may.)
    pure: Vec<f32>,
    /// 1/z of the nearer and the farther surface.
    inverse: [Vec<f32>; 2],
    /// 1/z from which on a pixel belongs to the nearer one.
    middle: Vec<f32>,
}

/// A stretch of a depth image with its silhouettes; pixels row by row.
#[derive(Default)]
pub(crate) struct Field {
    edges: Edges,
    /// The pixels that are asked for.
    inner: Rect,
    /// Those and [`REACH`] around.
    rect: Rect,
    /// Depth in metres; infinitely far is infinite; NaN is left alone. [`MORE`] numbers lie behind.
    z: Vec<f32>,
    /// Pixels beside jumps, a bit each.
    marks: find::Marks,
    splits: Splits,
    /// Where the pixels of `splits` are, ascending; as long as those.
    places: Vec<u32>,
    /// Where those of each row begin in the list; one more at the end.
    rows: Vec<u32>,
    /// First coverage of mixed pixels, at their places; NaN where a pixel is not mixed.
    coverage: Vec<f32>,
}

/// Numbers behind the last pixel, so that neighbours can be read sixteen at a time.
const MORE: usize = 2 * SIXTEEN;

impl Field {
    /// Looks for silhouettes in `inner`. `z` is depth in metres over that and [`REACH`] around, row by row.
    pub(crate) fn new(edges: Edges, inner: Rect, z: Vec<f32>) -> Self {
        Self::default().again(edges, inner, z)
    }

    /// [`Field::new`] in the memory of one that is not needed any more.
    pub(crate) fn again(mut self, edges: Edges, inner: Rect, z: Vec<f32>) -> Self {
        self.places.drain(..).for_each(|place| self.coverage[place as usize] = f32::NAN);
        (self.edges, self.inner, self.rect, self.z) = (edges, inner, inner.grow(REACH), z);
        let n = self.rect.width() * self.rect.height();
        self.rows.clear();
        if self.z.len() == n && !inner.is_empty() {
            self.z.resize(n + MORE, f32::NAN);
            self.coverage.resize(n + MORE, f32::NAN);
            if find::mark(&mut self) {
                split::all(&mut self);
            }
        }
        self
    }

    /// The room that its depth takes.
    pub(crate) fn room(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.z)
    }

    /// Depth of some neighbours in a row of the inner rectangle, from a column on.
    pub(crate) fn depths(&self, x1: i32, y: i32, n: usize) -> &[f32] {
        &self.z[self.place(x1, y)..][..n]
    }

    /// Is there no silhouette?
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    fn place(&self, x: i32, y: i32) -> usize {
        (y - self.rect.y1) as usize * self.rect.width() + (x - self.rect.x1) as usize
    }

    /// The numbers of the mixed pixels of a row, which is at most [`COLOUR_REACH`] from the inner rectangle.
    pub(crate) fn numbers_in(&self, y: i32) -> Range<usize> {
        let row = (y - self.inner.y1 + COLOUR_REACH) as usize;
        match (self.rows.get(row), self.rows.get(row + 1)) {
            (Some(from), Some(to)) => *from as usize..*to as usize,
            _ => 0..0,
        }
    }

    /// The column of a mixed pixel in row `y`.
    pub(crate) fn column(&self, number: usize, y: i32) -> i32 {
        self.rect.x1 + (self.places[number] as usize - self.place(self.rect.x1, y)) as i32
    }

    #[cfg(test)]
    /// Columns of the mixed pixels of a row between two columns, ascending. The row is at most [`COLOUR_REACH`] from the inner rectangle.
    pub(crate) fn mixed_in(&self, y: i32, x1: i32, x2: i32) -> impl Iterator<Item = i32> + '_ {
        let columns = self.numbers_in(y).map(move |i| self.column(i, y));
        columns.skip_while(move |x| *x < x1).take_while(move |x| *x < x2)
    }

    /// For the mixed pixels of a row between two columns, their columns and the distances of the surfaces that have more of them, by depth
    /// alone; none where the pixels' own depth is one surface's.
    pub(crate) fn snapped_in(&self, y: i32, x1: i32, x2: i32) -> impl Iterator<Item = (i32, f32)> + '_ {
        let numbers = if self.edges.antialiased { self.numbers_in(y) } else { 0..0 };
        let all = numbers.map(move |i| {
            let farther = usize::from(self.splits.coverage[i] < 0.5);
            (self.column(i, y), 1.0 / self.splits.inverse[farther][i])
        });
        all.skip_while(move |(x, _)| *x < x1).take_while(move |(x, _)| *x < x2)
    }
}
