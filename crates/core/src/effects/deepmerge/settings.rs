//! From parameters to the settings of the flattening. All its depths are in metres.

use super::merge::operation;
use super::params::{DeepOutput, DepthKind, Params, RecolourBy, Slab, UnreachedDepth};
use deep_exr::flatten::{Crop, DepthOutput, ElementSettings, Plan, Recolour, Settings, Unreached};

/// What comes out, and the rules for all elements.
pub(super) fn of_picture(params: &Params, plan: &Plan) -> Settings {
    let kind = match params.output.kind {
        DepthKind::Front => DepthOutput::Front,
        DepthKind::Back => DepthOutput::Back,
        DepthKind::Mean => DepthOutput::Mean,
        DepthKind::Opaque => DepthOutput::Opaque,
        DepthKind::AtAlpha => DepthOutput::AtAlpha(params.output.threshold),
    };
    plan.settings(Settings {
        depths: if params.shows_depth() { vec![kind] } else { Vec::new() },
        crop: crop(params),
        opacity_limit: params.samples.opacity_limit,
        drop_below: params.samples.drop_below,
        drop_hidden: params.samples.drop_hidden,
        empty_depth: params.output.empty as f32,
        unreached: match params.output.unreached {
            UnreachedDepth::Back => Unreached::Back,
            UnreachedDepth::Empty => Unreached::Empty,
        },
        count_samples: params.output.output == DeepOutput::Samples,
        ..Settings::default()
    })
}

/// How a file takes part.
pub(super) fn of_input(params: &Params, number: usize) -> ElementSettings {
    let input = &params.inputs[number];
    ElementSettings {
        on: true,
        depth_offset: input.offset,
        depth_scale: input.scale * params.metres(),
        operation: operation(input.operation),
        recolour: match params.source.recolour {
            RecolourBy::Picture => Recolour::Beauty,
            RecolourBy::Off | RecolourBy::Colour => Recolour::Straight,
        },
    }
}

/// How the source takes part; its depth is in metres.
pub(super) fn of_source(params: &Params) -> ElementSettings {
    ElementSettings { operation: operation(params.source.operation), ..ElementSettings::default() }
}

/// What is kept: the crop's part of the slab. At each end the narrower of the two counts, with its softness.
fn crop(params: &Params) -> Crop {
    let range = &params.range;
    let mut crop = Crop::default();
    if range.use_crop {
        crop = Crop {
            near: range.near,
            far: range.far,
            near_fade: range.near_softness,
            far_fade: range.far_softness,
            rest: false,
        };
    }
    let which = match range.slab {
        Slab::All => return crop,
        Slab::Near => 0,
        Slab::Mid => 1,
        Slab::Far => 2,
    };
    let ends = [range.slab_near.min(range.slab_far), range.slab_near.max(range.slab_far)];
    let slab = Crop::slabs(&ends, range.slab_softness)[which];
    if slab.near > crop.near {
        (crop.near, crop.near_fade, crop.rest) = (slab.near, slab.near_fade, slab.rest);
    }
    if slab.far < crop.far {
        (crop.far, crop.far_fade) = (slab.far, slab.far_fade);
    }
    crop
}
