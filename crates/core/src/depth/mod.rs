//! Depth, understood the same way in every effect: from a pass's numbers to metres along the camera's axis.
//!
//! Depth in metres is one f32 a pixel: a positive finite number is a distance; **+∞** means infinitely far (also what
//! [`InvalidDepth::Far`] makes of a pixel without depth); **NaN** means that the pixel is to be left as it is
//! ([`InvalidDepth::Leave`]).

mod fill;
mod stage;
#[cfg(test)]
mod tests;

pub use stage::DepthStage;

use crate::geometry::Rect;
use crate::image::{Components, ImageRef, Plane};
use crate::params::{Unit, boolean, choice, double};
use crate::simd::best;
use crate::{choices, params};

choices! {
    /// Where the depth comes from.
    pub enum DepthSource {
        /// The Depth clip where one is connected.
        Auto = "Auto",
        /// The Depth clip.
        Clip = "Depth clip",
        /// The alpha channel of the source, for hosts that give one input only.
        SourceAlpha = "Source alpha",
    }
}

choices! {
    /// Which channel of the depth image.
    pub enum DepthChannel {
        /// The only channel of a one-channel image, else red.
        Auto = "Auto",
        /// Red.
        Red = "R",
        /// Green.
        Green = "G",
        /// Blue.
        Blue = "B",
        /// Alpha.
        Alpha = "A",
        /// Rec. 709 luminance of red, green and blue.
        Luminance = "Luminance",
    }
}

choices! {
    /// What the numbers of a depth pass mean.
    pub enum DepthConvention {
        /// Distance from the camera.
        Distance = "Distance",
        /// Negative distance.
        MinusDistance = "-Distance",
        /// One over the distance; 0 is infinitely far.
        Inverse = "1/Distance (far = 0)",
        /// Minus one over the distance.
        MinusInverse = "-1/Distance",
        /// 0 at the near distance, 1 at the far distance.
        NormalisedNearZero = "Normalised near 0 -> far 1",
        /// 0 at the far distance, 1 at the near distance.
        NormalisedFarZero = "Normalised far 0 -> near 1",
    }
}

choices! {
    /// How a normalised depth runs between its near and far distance.
    pub enum DepthMapping {
        /// Evenly in distance.
        Linear = "Linear",
        /// Evenly in one over the distance, as a renderer's z-buffer.
        Inverse = "1 over z",
        /// Evenly in the logarithm of the distance.
        Log = "Log",
    }
}

choices! {
    /// The unit of the depth pass.
    pub enum DepthUnit {
        /// 0.001 m.
        Millimetre = "mm",
        /// 0.01 m.
        Centimetre = "cm",
        /// 1 m.
        Metre = "m",
        /// 0.0254 m.
        Inch = "in",
        /// 0.3048 m.
        Foot = "ft",
    }
}

impl DepthUnit {
    /// Metres in one unit.
    pub fn metres(self) -> f64 {
        match self {
            DepthUnit::Millimetre => 1e-3,
            DepthUnit::Centimetre => 1e-2,
            DepthUnit::Metre => 1.0,
            DepthUnit::Inch => 0.0254,
            DepthUnit::Foot => 0.3048,
        }
    }
}

choices! {
    /// What a pixel without a usable depth counts as.
    pub enum InvalidDepth {
        /// Infinitely far, like a sky.
        Far = "Far",
        /// As near as can be.
        Near = "Near",
        /// The farthest depth among the nearest neighbours that have one, within 32 pixels; farther away it is Far.
        Fill = "Fill from neighbours",
        /// The effect does not change the pixel.
        Leave = "Leave untouched",
    }
}

params! {
    /// The depth group, shared by all effects.
    pub struct DepthParams {
        /// Where the depth comes from. Auto takes the Depth input if one is connected. Source alpha is for hosts that give one input only.
        source: DepthSource = "depthSource", "Depth source", choice(DepthSource::Auto);
        /// Which channel of the depth image holds the depth. Auto takes the only channel of a one-channel image, else red.
        channel: DepthChannel = "depthChannel", "Depth channel", choice(DepthChannel::Auto);
        /// What the numbers of the depth pass mean. Blender, Arnold and Redshift write Distance; Nuke writes 1/Distance; 8-bit passes are normalised.
        convention: DepthConvention = "depthConvention", "Depth convention", choice(DepthConvention::Distance);
        /// Distance, in the depth's unit, that the near end of a normalised depth stands for.
        near: f64 = "depthNear", "Near distance", double(0.1).range(1e-6, 1e6).slider(0.01, 10.0).unit(Unit::DepthUnits);
        /// Distance, in the depth's unit, that the far end of a normalised depth stands for.
        far: f64 = "depthFar", "Far distance", double(100.0).range(1e-6, 1e6).slider(1.0, 1000.0).unit(Unit::DepthUnits);
        /// How a normalised depth runs between the near and the far distance.
        mapping: DepthMapping = "depthMapping", "Mapping", choice(DepthMapping::Linear);
        /// What one unit of the depth pass is. Focus distances, lens and visibility are in metres.
        unit: DepthUnit = "depthUnit", "Depth unit", choice(DepthUnit::Metre);
        /// Multiplies the depth, for scenes that were not modelled in true size.
        scale: f64 = "depthScale", "Depth scale", double(1.0).range(1e-6, 1e6).slider(0.01, 100.0);
        /// What pixels without a usable depth (NaN, infinite, zero, negative, the renderer's 1e10) count as.
        invalid: InvalidDepth = "invalidDepth", "Invalid depth", choice(InvalidDepth::Far);
        /// Off: no depth is read and the effect passes the source through. For hosts that call every input connected.
        enabled: bool = "useDepth", "Use depth", boolean(true);
    }
}

/// The distance in metres that stands for 'as near as can be'.
pub const NEAREST: f32 = 1e-4;
/// Raw distances from here on mean 'nothing there' (renderers write 1e10, 1e30, 3e38…).
pub const NOTHING: f32 = 1e9;
/// How far, in pixels of the full-size frame, [`InvalidDepth::Fill`] looks.
pub const FILL_REACH: f64 = 32.0;

impl DepthParams {
    /// Is there a depth to read, given whether the Depth clip is connected?
    pub fn available(&self, clip_connected: bool) -> bool {
        self.enabled && (self.source == DepthSource::SourceAlpha || clip_connected)
    }

    /// How far around a pixel its depth is looked for, in pixels of the full-size frame.
    pub fn reach(&self) -> f64 {
        if self.invalid == InvalidDepth::Fill { FILL_REACH + 2.0 } else { 0.0 }
    }

    /// The decoder of one number: distance in metres, or `None` for an invalid one.
    pub fn decoder(&self) -> impl Fn(f32) -> Option<f32> + Copy + Send + Sync + use<> {
        let (decode, convention) = (Decode::new(self), self.convention);
        move |v: f32| decode.number(convention, v)
    }

    /// [`DepthParams::decoder`] for a row, in place; what is invalid becomes `invalid`.
    pub(crate) fn decode_row(&self, row: &mut [f32], invalid: f32) {
        let decode = Decode::new(self);
        // Each convention is its own loop without a branch.
        macro_rules! rows {
            ($($convention:ident)+) => {
                match self.convention {
                    $(DepthConvention::$convention => best(|| {
                        for v in row {
                            *v = decode.number(DepthConvention::$convention, *v).unwrap_or(invalid);
                        }
                    }),)+
                }
            };
        }
        rows!(Distance MinusDistance Inverse MinusInverse NormalisedNearZero NormalisedFarZero);
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
            DepthChannel::Auto | DepthChannel::Red => Channels::One(index(0)),
            DepthChannel::Green => Channels::One(index(1)),
            DepthChannel::Blue => Channels::One(index(2)),
            DepthChannel::Alpha => Channels::One(index(3)),
            DepthChannel::Luminance if components == Components::Alpha => Channels::One(0),
            DepthChannel::Luminance => Channels::Luminance([index(0), index(1), index(2)]),
        }
    }
}

/// What decoding needs, ready.
#[derive(Clone, Copy)]
struct Decode {
    metres: f32,
    near: f32,
    far: f32,
    mapping: DepthMapping,
}

impl Decode {
    fn new(p: &DepthParams) -> Self {
        Self {
            metres: (p.unit.metres() * p.scale) as f32,
            near: p.near.min(p.far) as f32,
            far: p.near.max(p.far) as f32,
            mapping: p.mapping,
        }
    }

    #[inline(always)]
    fn number(&self, convention: DepthConvention, v: f32) -> Option<f32> {
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
            DepthConvention::Distance => distance(v),
            DepthConvention::MinusDistance => distance(-v),
            DepthConvention::Inverse => distance(1.0 / v),
            DepthConvention::MinusInverse => distance(-1.0 / v),
            DepthConvention::NormalisedNearZero if v.is_finite() => between(v),
            DepthConvention::NormalisedFarZero if v.is_finite() => between(1.0 - v),
            _ => f32::NAN,
        };
        let z = z * self.metres;
        (z > 0.0 && z < f32::INFINITY).then_some(z.max(NEAREST))
    }
}

/// Which stored numbers of a pixel make its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    /// This one.
    One(usize),
    /// 0.2126 red + 0.7152 green + 0.0722 blue (Rec. 709), at these places.
    Luminance([usize; 3]),
}

/// The least and greatest depth of a plane; NaN does not count. (∞, 0) where there is none.
pub fn depth_range(plane: &Plane) -> [f32; 2] {
    plane.data().iter().fold([f32::INFINITY, 0.0], |[low, high], z| [low.min(*z), high.max(*z)])
}

/// The median of the valid depths (infinite ones count as far) within `radius` pixels of a position; `None` where there is none.
pub fn median_around(depth_at: impl Fn(i32, i32) -> f32, centre: [f64; 2], radius: f64, within: &Rect) -> Option<f32> {
    let r = radius.max(0.5);
    let low = |v: f64| (v - r).floor() as i32;
    let high = |v: f64| (v + r).ceil() as i32;
    let area = Rect::new(low(centre[0]), low(centre[1]), high(centre[0]), high(centre[1])).intersect(within);
    let mut found = Vec::new();
    for y in area.y1..area.y2 {
        for x in area.x1..area.x2 {
            let (dx, dy) = (f64::from(x) + 0.5 - centre[0], f64::from(y) + 0.5 - centre[1]);
            let z = depth_at(x, y);
            if dx * dx + dy * dy <= r * r && !z.is_nan() {
                found.push(z);
            }
        }
    }
    found.sort_by(f32::total_cmp);
    found.get(found.len() / 2).copied()
}
