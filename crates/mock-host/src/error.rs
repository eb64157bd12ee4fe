//! Why the host could not do what it was asked to.

use crate::report::status_name;

/// An error of the host or of the plug-in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The library cannot be opened, or lacks OpenFX's functions.
    #[error("{path}: {reason}")]
    Load {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing of this name exists.
    #[error("no {what} is named '{name}'{}", hint(nearest))]
    NotFound {
        /// "effect", "clip", "parameter", …
        what: &'static str,
        /// What was asked for.
        name: String,
        /// The most similar name that exists.
        nearest: Option<String>,
    },
    /// A value does not suit its parameter.
    #[error("parameter '{name}': {reason}")]
    Value {
        /// The parameter.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// A clip that must have an input has none.
    #[error("clip '{0}' has no input")]
    Unconnected(String),
    /// The effect does not work in this context or host.
    #[error("{0}")]
    Unsupported(String),
    /// The plug-in returned an error.
    #[error("{action} failed with {}{}", status_name(*status), said(message))]
    Status {
        /// The action.
        action: String,
        /// What it returned.
        status: i32,
        /// What the plug-in told the user.
        message: Option<String>,
    },
    /// A file could not be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|n| format!("; the nearest is '{n}'")).unwrap_or_default()
}

fn said(message: &Option<String>) -> String {
    message.as_ref().map(|m| format!(": {m}")).unwrap_or_default()
}

impl HostError {
    /// Whether the caller asked for something that does not exist, rather than something that failed.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Value { .. } | Self::Unconnected(_))
    }

    /// An error about a name, with the most similar of those that exist.
    pub fn not_found<'a>(what: &'static str, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        Self::NotFound { what, name: name.into(), nearest: nearest(name, candidates).map(String::from) }
    }
}

/// The candidate that is most like the name.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&wanted, &c.to_lowercase()), c))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_named() {
        let e = HostError::not_found("parameter", "focusdist", ["fStop", "focusDistance", "mix"]);
        assert_eq!(e.to_string(), "no parameter is named 'focusdist'; the nearest is 'focusDistance'");
        assert!(e.is_usage());
    }
}
