//! Birth and death of an instance.

use super::Call;
use crate::failure::{Failure, OK, Reply};
use crate::instance::{self, Instance};
use openfx_sys as ofx;
use std::sync::Arc;

pub(super) fn create(call: &Call) -> Reply {
    let handle = call.handle()?;
    let host = call.plugin.host()?;
    let instance = Instance::create(host, call.plugin.effect(), handle);
    // For the host to see; it is never read back.
    let data = Arc::as_ptr(&instance).cast_mut().cast();
    instance.host.effect_props(handle).set_pointer(ofx::kOfxPropInstanceData, data);
    instance.update_enabled(0.0);
    OK
}

pub(super) fn destroy(call: &Call) -> Reply {
    let handle = call.handle()?;
    let instance = instance::remove(handle).ok_or_else(Failure::bad_handle)?;
    instance.host.effect_props(handle).set_pointer(ofx::kOfxPropInstanceData, std::ptr::null_mut());
    OK
}
