//! What a host can ask of a plug-in, one module each; the same for every effect.

mod changed;
mod describe;
mod describe_params;
mod identity;
mod instance;
mod preferences;
mod regions;
mod render;

use crate::failure::{DEFAULT, Failure, OK, Reply};
use crate::handles::{EffectHandle, PropsHandle};
use crate::instance::{self as instances, Instance, Notice};
use crate::log;
use crate::plugin::Plugin;
use crate::props::Props;
use openfx_sys as ofx;
use std::ffi::CStr;
use std::sync::Arc;

/// A call from the host.
pub(crate) struct Call {
    /// Whom it is for.
    pub(crate) plugin: &'static Plugin,
    /// The effect, described or living.
    pub(crate) handle: Option<EffectHandle>,
    /// Arguments.
    pub(crate) in_args: Option<PropsHandle>,
    /// Room for answers.
    pub(crate) out_args: Option<PropsHandle>,
}

impl Call {
    fn handle(&self) -> Result<EffectHandle, Failure> {
        self.handle.ok_or_else(Failure::bad_handle)
    }

    /// The living effect that the call is for.
    fn instance(&self) -> Result<Arc<Instance>, Failure> {
        instances::find(self.handle()?).ok_or_else(Failure::bad_handle)
    }
}

/// A living effect, with the arguments of an action.
pub(crate) struct Asked<'a> {
    /// The effect.
    instance: &'a Instance,
    /// Arguments.
    args: Props<'a>,
    /// Room for answers.
    answers: Props<'a>,
}

impl Asked<'_> {
    /// The time that the action is about; 0 where the host gives none.
    fn time(&self) -> f64 {
        self.args.double(ofx::kOfxPropTime).filter(|t| t.is_finite()).unwrap_or(0.0)
    }

    /// The render scale of the arguments.
    fn scale(&self) -> [f64; 2] {
        self.args.doubles(ofx::kOfxImageEffectPropRenderScale).unwrap_or([1.0; 2])
    }
}

/// Does what the host asks.
pub(crate) fn run(action: &CStr, call: &Call) -> Reply {
    let asked = |f: fn(&Asked) -> Reply| {
        let instance = call.instance()?;
        let (args, answers) = (Props::new(&instance.host, call.in_args), Props::new(&instance.host, call.out_args));
        f(&Asked { instance: &instance, args, answers })
    };
    match () {
        () if action == ofx::kOfxImageEffectActionRender => asked(render::render),
        () if action == ofx::kOfxImageEffectActionIsIdentity => asked(identity::is_identity),
        () if action == ofx::kOfxImageEffectActionGetRegionOfDefinition => asked(regions::definition),
        () if action == ofx::kOfxImageEffectActionGetRegionsOfInterest => asked(regions::interest),
        () if action == ofx::kOfxImageEffectActionGetFramesNeeded => asked(regions::frames_needed),
        () if action == ofx::kOfxImageEffectActionGetTimeDomain => asked(regions::time_domain),
        () if action == ofx::kOfxImageEffectActionGetClipPreferences => asked(preferences::clip_preferences),
        () if action == ofx::kOfxActionInstanceChanged => asked(changed::changed),
        () if action == ofx::kOfxActionBeginInstanceChanged => asked(|_| OK),
        () if action == ofx::kOfxActionEndInstanceChanged => asked(|_| OK),
        () if action == ofx::kOfxImageEffectActionBeginSequenceRender => asked(|_| OK),
        () if action == ofx::kOfxImageEffectActionEndSequenceRender => asked(|_| OK),
        () if action == ofx::kOfxActionSyncPrivateData => asked(changed::save),
        () if action == ofx::kOfxActionPurgeCaches => asked(changed::purge),
        () if action == ofx::kOfxActionCreateInstance => instance::create(call),
        () if action == ofx::kOfxActionDestroyInstance => instance::destroy(call),
        () if action == ofx::kOfxActionDescribe => describe::describe(call),
        () if action == ofx::kOfxImageEffectActionDescribeInContext => describe::describe_in_context(call),
        () if action == ofx::kOfxActionLoad => call.plugin.load(),
        () if action == ofx::kOfxActionUnload => call.plugin.unload(),
        () => DEFAULT,
    }
}

/// Says what went wrong: to the log, and beside a living effect to the artist.
pub(crate) fn report(action: &CStr, call: &Call, status: ofx::OfxStatus, text: Option<String>) {
    log::line(|| {
        format!("{} of {}: status {status} {text:?}", action.to_string_lossy(), call.plugin.effect().info().name)
    });
    if let (Some(text), Ok(instance)) = (text, call.instance()) {
        instance.notify(Some(Notice::Failed(text)));
    }
}
