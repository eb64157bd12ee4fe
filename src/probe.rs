//! The depth under single places of the picture, for what is drawn over it.
//!
//! OpenFX gives an interact's actions the render scale "applied to any image fetched": images may be had there. Only a few pixels are asked
//! for. A host that gives none costs nothing but the numbers beside the pointer.

use crate::borrow::{At, Input, Wanted};
use crate::clips;
use crate::instance::{Instance, lock};
use fathom_core::depth::{DepthEdges, DepthParams, DepthStage, PICK_RADIUS};
use fathom_core::geometry::RectD;
use std::sync::Mutex;

/// Depths that were found, for as long as nothing changes.
#[derive(Default)]
pub(crate) struct Found(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// What they hold for: the state of the instance, time and scale.
    of: Option<(u64, At)>,
    places: Vec<([f64; 2], f64)>,
}

/// How many places are kept: the pointer, the points of an effect, and some where the pointer was.
const PLACES: usize = 8;

impl Found {
    fn get(&self, of: (u64, At), place: [f64; 2]) -> Option<f64> {
        let kept = lock(&self.0);
        let same = kept.of == Some(of);
        kept.places.iter().find(|(p, _)| same && *p == place).map(|(_, z)| *z)
    }

    fn put(&self, of: (u64, At), place: [f64; 2], z: f64) {
        let mut kept = lock(&self.0);
        if kept.of != Some(of) {
            *kept = Kept { of: Some(of), places: Vec::new() };
        }
        if kept.places.len() == PLACES {
            kept.places.remove(0);
        }
        kept.places.push((place, z));
    }
}

/// The distance in metres under a place (canonical), as picking sees it; `None` where there is none, where the host gives no image now, and
/// where Auto has not yet decided.
pub(crate) fn depth(
    instance: &Instance,
    params: &DepthParams,
    format: &RectD,
    at: At,
    found: &Found,
    place: [f64; 2],
) -> Option<f64> {
    if !params.enabled || !place.iter().all(|v| v.abs() < 1e7) {
        return None;
    }
    let of = (instance.changes(), at);
    if let Some(z) = found.get(of, place) {
        return Some(z);
    }
    let z = look(instance, params, format, at, place)?;
    found.put(of, place, z);
    Some(z)
}

fn look(instance: &Instance, params: &DepthParams, format: &RectD, at: At, [x, y]: [f64; 2]) -> Option<f64> {
    // An overlay decides nothing: whole images would have to be looked at.
    let decided = params.decided(instance.decision(params)?);
    let input = instance.depth_input(params);
    let r = PICK_RADIUS + 2.0;
    let region = RectD::new(x - r, y - r, x + r, y + r);
    let image = Input::peek(instance, &input.wanted()?, at, &region)?;
    // Depth that was multiplied by the source's alpha is divided by it.
    let divided = decided.edges == DepthEdges::Premultiplied && input.is_own_image();
    let source = if divided { Input::peek(instance, &Wanted::colours(clips::SOURCE), at, &region) } else { None };
    let (picture, source) = (image.picture()?, source.as_ref().and_then(Input::picture));
    let to = source.as_ref().map_or(picture.geometry, |source| source.geometry);
    let stage = DepthStage::new(&decided, picture.image, picture.geometry, to, format);
    let stage = match &source {
        Some(source) => stage.premultiplied_by(&source.image),
        None => stage,
    };
    stage.pick([x, y])
}
