//! The host's handles: opaque, never looked into, only handed back to the host.
#![allow(unsafe_code, reason = "a handle is a promise of the host; this module is where the promise is written down")]

use openfx_sys as ofx;
use std::ptr::NonNull;

/// A handle that the host gave out and has not taken back.
pub(crate) struct Handle<T>(NonNull<T>);

/// An effect, described or living.
pub(crate) type EffectHandle = Handle<ofx::OfxImageEffectStruct>;
/// A clip of a living effect.
pub(crate) type ClipHandle = Handle<ofx::OfxImageClipStruct>;
/// A parameter of a living effect.
pub(crate) type ParamHandle = Handle<ofx::OfxParamStruct>;
/// The parameters of an effect.
pub(crate) type ParamSetHandle = Handle<ofx::OfxParamSetStruct>;
/// An interact: what is drawn over the picture, described or living.
pub(crate) type InteractHandle = Handle<ofx::OfxInteract>;
/// What a draw action draws on.
pub(crate) type DrawContext = Handle<ofx::OfxDrawContext>;
/// A set of properties, images among them.
pub(crate) type PropsHandle = Handle<ofx::OfxPropertySetStruct>;

impl<T> Handle<T> {
    /// `None` for NULL.
    ///
    /// # Safety
    /// The host gave out `raw` as a handle of this kind, and it is alive for as long as the result is used.
    pub(crate) unsafe fn from_host(raw: *mut T) -> Option<Self> {
        NonNull::new(raw).map(Self)
    }
    /// For the host.
    pub(crate) fn raw(self) -> *mut T {
        self.0.as_ptr()
    }
    /// For telling handles apart.
    pub(crate) fn address(self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Handle<T> {}

// SAFETY: the pointer is never dereferenced here. On which thread it may be handed back to the host is OpenFX's rule for each
// function, and every call is made on a thread that the host called us on.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as for Send; a shared handle gives no access to anything.
unsafe impl<T> Sync for Handle<T> {}
