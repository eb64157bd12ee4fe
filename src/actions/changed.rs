//! A parameter or a clip was changed.

use super::Asked;
use crate::failure::{OK, Reply};

/// Hosts also announce clips and names of their own: whatever it is, the controls are brought up to date.
pub(super) fn changed(asked: &Asked) -> Reply {
    let instance = asked.instance;
    instance.once_at_a_time(|| instance.update_enabled(asked.time()));
    OK
}
