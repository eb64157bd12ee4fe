//! What the clips should arrive as.

use super::Asked;
use crate::clips;
use crate::failure::{DEFAULT, OK, Reply};
use crate::hosts::Quirk;
use crate::suites::cstring;
use openfx_sys as ofx;

/// Depth as it comes: a host that turns it into the source's components may take a channel away (RGBA to RGB) or put one channel where
/// nobody looks (alpha). All else stays as the host would have it: the output is what the source is, premultiplication included.
pub(super) fn clip_preferences(asked: &Asked) -> Reply {
    let Some(depth) = asked.instance.clip(clips::DEPTH).filter(|clip| clip.says_connected()) else { return DEFAULT };
    let Some(own) = depth.props().text(ofx::kOfxImageClipPropUnmappedComponents) else { return DEFAULT };
    let mut ours = vec![ofx::kOfxImageComponentRGBA, ofx::kOfxImageComponentRGB];
    if !asked.instance.host.facts().has(Quirk::NoOneChannelDepth) {
        ours.push(ofx::kOfxImageComponentAlpha);
    }
    let Some(components) = ours.into_iter().find(|c| c.to_bytes() == own.as_bytes()) else { return DEFAULT };
    let prefix = ofx::kOfxImageClipPropComponentsPrefix.to_string_lossy();
    let name = cstring(&[prefix, clips::DEPTH.to_string_lossy()].concat());
    if asked.answers.set_text(&name, components) { OK } else { DEFAULT }
}
