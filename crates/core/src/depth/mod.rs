//! Depth, understood the same way in every effect: from a pass's numbers to metres along the camera's axis.
//!
//! Depth in metres is one f32 a pixel: a positive finite number is a distance; **+∞** means infinitely far (also what
//! [`InvalidDepth::Far`] makes of a pixel without depth); **NaN** means that the pixel is to be left as it is
//! ([`InvalidDepth::Leave`]).

pub mod analyse;
mod bands;
mod camera;
mod decision;
mod decode;
pub(crate) mod edges;
mod fill;
mod params;
mod stage;
#[cfg(test)]
mod tests;

pub(crate) use bands::{BAND, Bands};
pub use camera::Camera;
pub use decision::{DecidedConvention, DecidedEdges, Decision, Examined, examine};
pub use decode::{FILL_REACH, NEAREST, NOTHING};
pub use params::{
    DepthChannel, DepthConvention, DepthEdges, DepthMapping, DepthParams, DepthSource, DepthUnit, InvalidDepth,
};
pub use stage::DepthStage;

use crate::geometry::Rect;
use crate::image::Plane;

/// Which stored numbers of a pixel make its depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    /// This one.
    One(usize),
    /// 0.2126 red + 0.7152 green + 0.0722 blue (Rec. 709), at these places.
    Luminance([usize; 3]),
    /// None of them.
    Nothing,
    /// The distance from a position of the three numbers, at these places, to the camera.
    Position([usize; 3]),
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
