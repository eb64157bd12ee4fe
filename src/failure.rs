//! How an action ends: a status for the host, and where it failed a text for the artist.

use openfx_sys as ofx;

/// What an action comes to. `Ok` is any status that is no failure, `kOfxStatReplyDefault` among them.
pub(crate) type Reply = Result<ofx::OfxStatus, Failure>;

/// "Done."
pub(crate) const OK: Reply = Ok(ofx::kOfxStatOK);
/// "Do as if I had not been asked."
pub(crate) const DEFAULT: Reply = Ok(ofx::kOfxStatReplyDefault);

/// Why an action failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    /// For the host.
    pub(crate) status: ofx::OfxStatus,
    /// For the artist.
    pub(crate) message: Option<String>,
}

impl Failure {
    /// Without a text: the artist can do nothing about it.
    pub(crate) fn quiet(status: ofx::OfxStatus) -> Self {
        Self { status, message: None }
    }
    /// With a text for the artist.
    pub(crate) fn say(status: ofx::OfxStatus, message: impl Into<String>) -> Self {
        Self { status, message: Some(message.into()) }
    }
    /// No such instance.
    pub(crate) fn bad_handle() -> Self {
        Self::quiet(ofx::kOfxStatErrBadHandle)
    }
}

/// The render needs more memory than there is.
pub(crate) fn out_of_memory() -> Failure {
    Failure::say(
        ofx::kOfxStatErrMemory,
        "Not enough memory for this picture. Close other programs, give the host's cache less, or render at a smaller size.",
    )
}
