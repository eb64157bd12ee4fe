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
mod refine;
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
use crate::maths::{lower, upper};
use crate::simd::best;
use crate::workers::{Exec, Stop};

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
pub fn depth_range(plane: &Plane, exec: &Exec) -> Result<[f32; 2], Stop> {
    const NONE: [f32; 2] = [f32::INFINITY, 0.0];
    let rows: Vec<&[f32]> = plane.data().chunks((plane.rect().width() * 16).max(1)).collect();
    let mut ranges = vec![NONE; rows.len()];
    exec.for_each_mut(ranges.iter_mut().zip(rows).collect(), [0.0, 0.0], |_, (range, z), _| {
        **range = best(|| least_and_greatest(z, NONE));
    })?;
    Ok(ranges.into_iter().fold(NONE, |[low, high], range| [low.min(range[0]), high.max(range[1])]))
}

/// `none`, or what lies beyond it, of some numbers; NaN does not count. Side by side, so that the compiler finds vectors.
#[inline(always)]
pub(crate) fn least_and_greatest(of: &[f32], [low, high]: [f32; 2]) -> [f32; 2] {
    const LANES: usize = 32;
    let (mut lows, mut highs) = ([low; LANES], [high; LANES]);
    let (groups, rest) = of.as_chunks::<LANES>();
    let mut last = [f32::NAN; LANES];
    last[..rest.len()].copy_from_slice(rest);
    for group in groups.iter().chain([&last]) {
        lows.iter_mut().zip(group).for_each(|(low, v)| *low = lower(*v, *low));
        highs.iter_mut().zip(group).for_each(|(high, v)| *high = upper(*v, *high));
    }
    // Half of them at once with the other half.
    for half in [16, 8, 4, 2, 1] {
        for i in 0..half {
            lows[i] = lower(lows[i + half], lows[i]);
            highs[i] = upper(highs[i + half], highs[i]);
        }
    }
    [lows[0], highs[0]]
}

/// Radius of the disc in which a picked depth is the median, in pixels of the full-size frame.
pub const PICK_RADIUS: f64 = 4.0;

/// The median of the valid depths (infinite ones count as far) around a position; `None` where there is none. `centre` and the two
/// radii are in pixels: of pixels that are not square a disc in the picture has two.
fn median_around(depth_at: impl Fn(i32, i32) -> f32, centre: [f64; 2], radii: [f64; 2], within: &Rect) -> Option<f32> {
    let r = radii.map(|r| r.max(0.5));
    let low = |axis: usize| (centre[axis] - r[axis]).floor() as i32;
    let high = |axis: usize| (centre[axis] + r[axis]).ceil() as i32;
    let area = Rect::new(low(0), low(1), high(0), high(1)).intersect(within);
    let mut found = Vec::new();
    for y in area.y1..area.y2 {
        for x in area.x1..area.x2 {
            let off = |axis: usize, i: i32| (f64::from(i) + 0.5 - centre[axis]) / r[axis];
            let (dx, dy) = (off(0, x), off(1, y));
            let z = depth_at(x, y);
            if dx * dx + dy * dy <= 1.0 && !z.is_nan() {
                found.push(z);
            }
        }
    }
    found.sort_by(f32::total_cmp);
    found.get(found.len() / 2).copied()
}
