//! The one catch around every call from the host: no panic leaves, and what went wrong is said once.

use crate::failure::Reply;
use openfx_sys as ofx;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What became of a call.
pub(crate) enum End {
    /// The status for the host.
    Done(ofx::OfxStatus),
    /// A failure, with the text for the artist.
    Failed(ofx::OfxStatus, Option<String>),
}

/// Runs an action. Everything that it borrowed from the host is given back before this returns, also after a panic.
pub(crate) fn guard(action: impl FnOnce() -> Reply) -> End {
    // Unwind safety: what outlives the action sits behind locks whose poison is ignored, because every change under them is complete
    // before anything can panic.
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(Ok(status)) => End::Done(status),
        Ok(Err(failure)) => End::Failed(failure.status, failure.message),
        Err(payload) => {
            let text = format!(
                "Fathom met an error of its own: {}. The project is not harmed: save it, and try another value. Please report this text.",
                reason(&*payload)
            );
            std::mem::forget(payload); // its Drop could panic again
            End::Failed(ofx::kOfxStatFailed, Some(text))
        }
    }
}

/// Runs something that answers the host with a plain value.
pub(crate) fn guard_value<T>(otherwise: T, f: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        std::mem::forget(payload);
        otherwise
    })
}

fn reason(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Failure, OK};

    #[test]
    fn a_panic_becomes_a_failure_with_a_text() {
        let End::Failed(status, Some(text)) = guard(|| panic!("row {}", 7)) else { panic!("no failure") };
        assert_eq!(status, ofx::kOfxStatFailed);
        assert!(text.contains("row 7"), "{text}");
    }

    #[test]
    fn statuses_pass_unchanged() {
        assert!(matches!(guard(|| OK), End::Done(s) if s == ofx::kOfxStatOK));
        let failed = guard(|| Err(Failure::say(ofx::kOfxStatErrMemory, "m")));
        assert!(matches!(failed, End::Failed(s, Some(m)) if s == ofx::kOfxStatErrMemory && m == "m"));
        assert_eq!(guard_value(3, || panic!("x")), 3);
    }
}
