//! From the numbers of a depth pass to metres.

use super::edges::{COLOUR_REACH, REACH};
use super::refine::REFINE_REACH;
use super::{
    Channels, DepthChannel, DepthConvention, DepthEdges, DepthMapping, DepthParams, DepthSource, InvalidDepth,
};
use crate::geometry::Geometry;
use crate::image::{Components, ImageRef};
use crate::maths::upper;
use crate::simd::{SIXTEEN, Sixteen, SixteenWork, best, best_sixteen_work, soon_after};

/// The distance in metres that stands for 'as near as can be'.
pub const NEAREST: f32 = 1e-4;
/// Raw distances from here on mean 'nothing there' (renderers write 1e10, 1e30, 3e38…).
pub const NOTHING: f32 = 1e9;
/// How far, in pixels of the full-size frame, [`InvalidDepth::Fill`] looks.
pub const FILL_REACH: f64 = 32.0;

impl DepthParams {
    /// Is there a depth to read, given whether the chosen input (the Depth clip, or a depth layer of the source) is there?
    pub fn available(&self, input_there: bool) -> bool {
        self.enabled && (self.source == DepthSource::SourceAlpha || input_there)
    }

    /// How far around a pixel its depth is looked for, in pixels of the full-size frame.
    pub fn reach(&self, geometry: &Geometry) -> f64 {
        let fill = if self.invalid == InvalidDepth::Fill { FILL_REACH + 2.0 } else { 0.0 };
        fill + self.refine_reach() + self.edge_reach(geometry, REACH)
    }

    /// The part of [`DepthParams::reach`] that pulling edges onto the picture's needs.
    fn refine_reach(&self) -> f64 {
        if self.edge_refine > 0.0 { REFINE_REACH + 8.0 } else { 0.0 }
    }

    /// How far around a pixel its colour is looked at for its depth, in pixels of the full-size frame.
    pub fn colour_reach(&self, geometry: &Geometry) -> f64 {
        let margin = if self.edge_refine > 0.0 { REACH } else { COLOUR_REACH };
        self.refine_reach() + self.edge_reach(geometry, margin)
    }

    /// Silhouettes are looked at in pixels of the image: at a smaller scale they are larger.
    fn edge_reach(&self, geometry: &Geometry, pixels: i32) -> f64 {
        let scale = geometry.pixels_per_unit();
        if self.edges == DepthEdges::AsIs { 0.0 } else { f64::from(pixels) / scale[0].min(scale[1]).max(1e-3) }
    }

    /// The decoder of one number: distance in metres, or `None` for an invalid one.
    pub fn decoder(&self) -> impl Fn(f32) -> Option<f32> + Copy + Send + Sync + use<> {
        let (decode, convention) = (Decode::new(self), self.convention);
        move |v: f32| decode.number(convention, v)
    }

    /// [`DepthParams::decoder`] for a row, in place; what is invalid becomes `invalid`, and `hole` where the number cannot mean that
    /// nothing is there (NaN, a distance below zero).
    pub(crate) fn decode_row(&self, row: &mut [f32], invalid: f32, hole: f32) {
        let decode = Decode::new(self);
        if self.holds_distances() {
            return best_sixteen_work(Distances { unit: decode.unit, from: None, row, invalid, hole });
        }
        // Each convention is its own loop without a branch.
        macro_rules! rows {
            ($($convention:ident)+) => {
                match self.convention {
                    $(DepthConvention::$convention => best(move || {
                        for v in row {
                            let z = decode.metres(DepthConvention::$convention, *v);
                            // Without a branch: such a loop becomes vector code.
                            let nothing = if *v == *v { invalid } else { hole };
                            let nothing = if z < 0.0 { hole } else { nothing };
                            let z = if z > 0.0 { upper(z, NEAREST) } else { nothing };
                            *v = if z < f32::INFINITY { z } else { nothing };
                        }
                    }),)+
                }
            };
        }
        rows!(Distance MinusDistance Inverse MinusInverse NormalisedNearZero NormalisedFarZero WorldPosition Auto);
    }

    /// The same from one float a pixel, where those are distances.
    pub(crate) fn decode_stored(&self, from: &[[u8; 4]], row: &mut [f32], invalid: f32, hole: f32) {
        let unit = Decode::new(self).unit;
        best_sixteen_work(Distances { unit, from: Some(from), row, invalid, hole });
    }

    /// Are the numbers distances?
    pub(crate) fn holds_distances(&self) -> bool {
        matches!(self.convention, DepthConvention::Distance | DepthConvention::Auto | DepthConvention::WorldPosition)
    }

    /// What an invalid pixel becomes before neighbours are asked.
    pub(crate) fn invalid_value(&self) -> f32 {
        match self.invalid {
            InvalidDepth::Far => f32::INFINITY,
            InvalidDepth::Near => NEAREST,
            // For Fill, NaN is the mark of a hole; what stays a hole becomes far.
            InvalidDepth::Fill | InvalidDepth::Leave => f32::NAN,
        }
    }

    /// Which stored numbers of an image hold the depth.
    pub(crate) fn channels(&self, image: &ImageRef) -> Channels {
        let components = image.format().components;
        let index = |rgba: usize| match (components, rgba) {
            (Components::Alpha, _) => 0,
            (Components::Rgb, 3) => 0,
            (Components::Bgra, 0..=2) => 2 - rgba,
            _ => rgba,
        };
        match self.channel {
            _ if self.source == DepthSource::SourceAlpha => Channels::One(index(3)),
            // A position of one number is none: its distance is NaN.
            _ if self.convention == DepthConvention::WorldPosition => match components {
                Components::Alpha => Channels::Nothing,
                _ => Channels::Position([index(0), index(1), index(2)]),
            },
            DepthChannel::Auto | DepthChannel::Red => Channels::One(index(0)),
            DepthChannel::Green => Channels::One(index(1)),
            DepthChannel::Blue => Channels::One(index(2)),
            DepthChannel::Alpha => Channels::One(index(3)),
            DepthChannel::Luminance if components == Components::Alpha => Channels::One(0),
            DepthChannel::Luminance => Channels::Luminance([index(0), index(1), index(2)]),
        }
    }
}

/// So many numbers ahead of those that are read the memory is asked for what comes.
const AHEAD: usize = 1024;

/// Distances to metres: what most depth passes are.
struct Distances<'a> {
    unit: f32,
    /// Where they are stored, if not in the row itself.
    from: Option<&'a [[u8; 4]]>,
    row: &'a mut [f32],
    invalid: f32,
    hole: f32,
}

impl SixteenWork for Distances<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { unit, from, row, invalid, hole } = self;
        let mut numbers = [0.0; SIXTEEN];
        for at in (0..row.len()).step_by(SIXTEEN) {
            let to = &mut row[at..];
            let n = SIXTEEN.min(to.len());
            match from {
                Some(from) => {
                    // The memory answers in time.
                    soon_after::<SIXTEEN, _>(from, at + AHEAD);
                    let stored = &from[at..at + n];
                    if let Some(all) = stored.first_chunk::<SIXTEEN>() {
                        numbers.iter_mut().zip(all).for_each(|(v, bytes)| *v = f32::from_ne_bytes(*bytes));
                    } else {
                        numbers.iter_mut().zip(stored).for_each(|(v, bytes)| *v = f32::from_ne_bytes(*bytes));
                    }
                }
                None => numbers[..n].copy_from_slice(&to[..n]),
            }
            let metres = distances(S::load(&numbers), unit, invalid, hole);
            if let Some(to) = to.first_chunk_mut() {
                metres.store(to);
            } else {
                metres.store(&mut numbers);
                to.copy_from_slice(&numbers[..n]);
            }
        }
    }
}

#[inline(always)]
fn distances<S: Sixteen>(v: S, unit: f32, invalid: f32, hole: f32) -> S {
    let n = S::of;
    let (z, zero) = (v * n(unit), n(0.0));
    let there = v.less(n(NOTHING));
    let known = there & zero.less(z) & z.less(n(f32::INFINITY));
    // No number, or a distance below zero.
    let is_hole = z.less(zero) & there;
    let nothing = S::choose(is_hole, n(hole), S::choose(v.same(v), n(invalid), n(hole)));
    S::choose(known, z.upper(n(NEAREST)), nothing)
}

/// What decoding needs, ready.
#[derive(Clone, Copy)]
struct Decode {
    /// Metres in one unit.
    unit: f32,
    near: f32,
    far: f32,
    mapping: DepthMapping,
}

impl Decode {
    fn new(p: &DepthParams) -> Self {
        Self {
            unit: (p.unit.metres() * p.scale) as f32,
            near: p.near.min(p.far) as f32,
            far: p.near.max(p.far) as f32,
            mapping: p.mapping,
        }
    }

    fn number(&self, convention: DepthConvention, v: f32) -> Option<f32> {
        let z = self.metres(convention, v);
        (z > 0.0 && z < f32::INFINITY).then_some(z.max(NEAREST))
    }

    /// Metres; not positive, infinite or NaN where the number is no distance.
    #[inline(always)]
    fn metres(&self, convention: DepthConvention, v: f32) -> f32 {
        let (near, far) = (self.near, self.far);
        let distance = |d: f32| if d < NOTHING { d } else { f32::NAN };
        let between = |t: f32| {
            let t = t.clamp(0.0, 1.0);
            match self.mapping {
                DepthMapping::Linear => near + t * (far - near),
                DepthMapping::Inverse => 1.0 / (1.0 / near + t * (1.0 / far - 1.0 / near)),
                DepthMapping::Log => near * (far / near).powf(t),
            }
        };
        let z = match convention {
            // A position arrives as a distance. Auto is decided before numbers are read; what is not decided is a distance.
            DepthConvention::Distance | DepthConvention::WorldPosition | DepthConvention::Auto => distance(v),
            DepthConvention::MinusDistance => distance(-v),
            DepthConvention::Inverse => distance(1.0 / v),
            DepthConvention::MinusInverse => distance(-1.0 / v),
            DepthConvention::NormalisedNearZero if v.is_finite() => between(v),
            DepthConvention::NormalisedFarZero if v.is_finite() => between(1.0 - v),
            _ => f32::NAN,
        };
        z * self.unit
    }
}
