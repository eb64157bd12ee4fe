//! An effect that was described.

use crate::bundle::{Library, contexts};
use crate::clip::ClipInfo;
use crate::effect_object::EffectObject;
use crate::error::HostError;
use crate::format::Context;
use crate::host::HostState;
use crate::instance::Instance;
use crate::param::ParamInfo;
use crate::property::PropertySet;
use crate::report::{Check, mandated_clips, status_name};
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::sync::Arc;

/// The descriptors of an effect.
pub(crate) struct Described {
    base: Arc<EffectObject>,
    contexts: BTreeMap<Context, Arc<EffectObject>>,
    identifier: String,
    version: (u32, u32),
}

/// An effect of a bundle.
#[derive(Clone)]
pub struct Effect {
    described: Arc<Described>,
}

/// What an effect says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct EffectInfo {
    /// The identifier that projects are saved with.
    pub identifier: String,
    /// The name that artists see.
    pub label: String,
    /// The menu that it is in.
    pub grouping: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// The explanation.
    pub description: String,
    /// Contexts that both it and the host know.
    pub contexts: Vec<String>,
    /// Pixel depths, the preferred one first.
    pub depths: Vec<String>,
    /// Whether it renders parts of pictures.
    pub supports_tiles: bool,
    /// What may run at the same time.
    pub thread_safety: String,
}

impl Described {
    pub fn new(host: &Arc<HostState>, library: &Arc<Library>, index: usize) -> Result<Self, HostError> {
        let base = EffectObject::descriptor(host, library, index, None);
        base.set_describing(true);
        let done = base.demand(c::kOfxActionDescribe, None, None, None)?;
        base.set_describing(false);
        if !done {
            host.violation(Check::IllegalStatus, "OfxActionDescribe returned kOfxStatReplyDefault");
        }
        let names = base.properties.all::<CString>(fx::kOfxImageEffectPropSupportedContexts);
        let plugin = library.plugin(index);
        let mut described =
            Self { contexts: BTreeMap::new(), identifier: plugin.identifier.clone(), version: plugin.version, base };
        let known = contexts(&names);
        // In the order of the host's list: no effect may depend on it.
        for context in host.profile.contexts.iter().copied().filter(|c| known.contains(c)) {
            let object = described.in_context(host, library, index, context)?;
            described.contexts.insert(context, object);
        }
        Ok(described)
    }

    fn in_context(
        &self,
        host: &Arc<HostState>,
        library: &Arc<Library>,
        index: usize,
        context: Context,
    ) -> Result<Arc<EffectObject>, HostError> {
        let object = EffectObject::descriptor(host, library, index, Some((&self.base, context)));
        let args = PropertySet::new("arguments of DescribeInContext", false);
        args.define(fx::kOfxImageEffectPropContext, vec![CString::from(context.ofx())]);
        object.set_describing(true);
        let done = object.demand(fx::kOfxImageEffectActionDescribeInContext, Some(&args), None, None)?;
        object.set_describing(false);
        if !done {
            host.violation(Check::IllegalStatus, "OfxImageEffectActionDescribeInContext returned kOfxStatReplyDefault");
        }
        for clip in mandated_clips(context) {
            match object.clip(clip) {
                None => host.violation(
                    Check::ClipDefinition,
                    format!("{} lacks clip {clip} in context {context}", self.identifier),
                ),
                Some(c) if c.supported_components().is_empty() => host.violation(
                    Check::ClipDefinition,
                    format!("clip {clip} of {} supports no components", self.identifier),
                ),
                Some(_) => {}
            }
        }
        for param in object.params() {
            let parent = param.info().parent;
            if !parent.is_empty() && object.param(&parent).is_none() {
                host.violation(
                    Check::ParamDefinition,
                    format!("parameter {} has parent '{parent}', which does not exist", param.name),
                );
            }
        }
        Ok(object)
    }
}

impl Effect {
    pub(crate) fn new(described: Arc<Described>) -> Self {
        Self { described }
    }

    /// The identifier.
    pub fn identifier(&self) -> &str {
        &self.described.identifier
    }

    /// The last part of the identifier.
    pub fn short_name(&self) -> &str {
        self.identifier().rsplit('.').next().unwrap_or_default()
    }

    /// The name that artists see.
    pub fn label(&self) -> String {
        self.described.base.properties.text(c::kOfxPropLabel)
    }

    /// What it says of itself.
    pub fn info(&self) -> EffectInfo {
        let base = &self.described.base;
        EffectInfo {
            identifier: self.identifier().into(),
            label: self.label(),
            grouping: base.properties.text(fx::kOfxImageEffectPluginPropGrouping),
            version: self.described.version,
            description: base.properties.text(c::kOfxPropPluginDescription),
            contexts: self.contexts().iter().map(|c| c.word().into()).collect(),
            depths: base.supported_depths().iter().map(|d| d.word().into()).collect(),
            supports_tiles: base.flag(fx::kOfxImageEffectPropSupportsTiles),
            thread_safety: base.properties.text(fx::kOfxImageEffectPluginRenderThreadSafety),
        }
    }

    /// DescribeInContext for a context of any name; the status.
    pub(crate) fn describe_in(&self, context: &CStr) -> i32 {
        let base = &self.described.base;
        let object = EffectObject::descriptor(&base.host, &base.library, base.index, Some((&**base, Context::General)));
        let args = PropertySet::new("arguments of DescribeInContext", false);
        args.define(fx::kOfxImageEffectPropContext, vec![CString::from(context)]);
        object.set_describing(true);
        let status = object.send(fx::kOfxImageEffectActionDescribeInContext, Some(&args), None, None);
        object.set_describing(false);
        status
    }

    /// Loads and describes it once more, as some hosts do for every frame, on any thread.
    pub(crate) fn load_and_describe_again(&self) -> Result<(), HostError> {
        let base = &self.described.base;
        let status = base.library.load_again(base.index);
        if status != c::kOfxStatOK {
            return Err(HostError::Status { action: "OfxActionLoad".into(), status, message: None });
        }
        Described::new(&base.host, &base.library, base.index).map(|_| ())
    }

    /// Pointer properties of the descriptor.
    pub(crate) fn pointers(&self, names: &[&CStr]) -> Vec<usize> {
        names.iter().map(|n| self.described.base.properties.get(n, 0).unwrap_or(0)).collect()
    }

    /// Contexts that both it and the host know.
    pub fn contexts(&self) -> Vec<Context> {
        self.described.contexts.keys().copied().collect()
    }

    pub(crate) fn in_context(&self, context: Context) -> Result<&Arc<EffectObject>, HostError> {
        self.described
            .contexts
            .get(&context)
            .ok_or_else(|| HostError::Unsupported(format!("{} does not work in context {context}", self.identifier())))
    }

    /// The clips that it defines in a context.
    pub fn clips(&self, context: Context) -> Result<Vec<ClipInfo>, HostError> {
        Ok(self.in_context(context)?.clips().iter().map(|c| c.info()).collect())
    }

    /// The parameters that it defines in a context.
    pub fn params(&self, context: Context) -> Result<Vec<ParamInfo>, HostError> {
        Ok(self.in_context(context)?.params().iter().map(|p| p.info()).collect())
    }

    /// A new instance.
    pub fn create(&self, context: Context) -> Result<Instance, HostError> {
        let object = self.in_context(context)?.instantiate();
        let before = object.host.with_report(|r| r.messages.len());
        let name = c::kOfxActionCreateInstance;
        match object.send(name, None, None, None) {
            c::kOfxStatOK => Ok(Instance::new(object)),
            c::kOfxStatReplyDefault => {
                object.host.violation(
                    Check::IllegalStatus,
                    format!("OfxActionCreateInstance returned {}", status_name(c::kOfxStatReplyDefault)),
                );
                Ok(Instance::new(object))
            }
            status => Err(object.failure(name, status, before)),
        }
    }
}
