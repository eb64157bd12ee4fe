//! Would the render be the source?

use super::Asked;
use crate::clips;
use crate::failure::{DEFAULT, OK, Reply};
use crate::instance::Notice;
use fathom_core::effect::PassThrough;
use openfx_sys as ofx;

/// The plan decides; no image is looked at.
pub(super) fn is_identity(asked: &Asked) -> Reply {
    let (instance, time) = (asked.instance, asked.time());
    let prepared = instance.prepare(time)?;
    if prepared.generator().is_some() {
        return DEFAULT;
    }
    let depth = prepared.depth();
    let plan = prepared.plan(&instance.frame(time, asked.scale(), depth));
    let Some(why) = plan.pass_through else { return DEFAULT };
    if instance.clip(clips::SOURCE).is_none() {
        return DEFAULT;
    }
    // The host will not render: now is the time to say why nothing happens, unless the artist switched depth off.
    let missing = why == PassThrough::NoDepth && depth.enabled;
    instance.notify(missing.then_some(Notice::NoDepth(depth.source)));
    asked.answers.set_text(ofx::kOfxPropName, clips::SOURCE);
    asked.answers.set_doubles(ofx::kOfxPropTime, &[time]);
    OK
}
