//! Checks of any plug-in, as data: each rule has a name, a sentence, and a function that tries it or a [`Check`] that the host watches
//! while all others run. `fathom check` runs them in child processes; a test can run them in its own.

mod answers;
mod assertions;
mod describing;
mod formats;
mod images;
mod inputs;
mod instances;
mod library;
mod manners;
mod overlays;
mod params;
mod raw;
mod rendering;
mod run;
mod stage;
mod watched;

pub use assertions::{ASSERTIONS, Assertion, Covered};
pub use run::{Event, Finding, Plan, run};
pub use stage::{Feed, Session, Stage, Work};

use crate::error::HostError;
use crate::report::Check;
use serde::{Deserialize, Serialize};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The demand is met.
    Pass,
    /// It is not.
    Fail,
    /// The process ended, or went on for too long.
    Crash,
    /// It could not be tried here.
    Skip,
    /// It is not met, and only some hosts mind.
    Warning,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [Self::Pass, Self::Fail, Self::Crash, Self::Skip, Self::Warning];

    /// The word for tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Crash => "crash",
            Self::Skip => "skip",
            Self::Warning => "warning",
        }
    }

    /// Whether the plug-in is not fit.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Fail | Self::Crash)
    }
}

/// What it means that a demand is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// OpenFX demands it, or pictures are wrong.
    Must,
    /// Some hosts or artists mind: a warning.
    Should,
}

/// In which hosts a rule is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In each.
    EveryHost,
    /// In the strict host only: what it says does not depend on the host, or the rule makes hosts of its own.
    Once,
}

/// How a rule is tried.
#[derive(Clone, Copy)]
pub enum Way {
    /// By looking at everything that the plug-in does while the other rules are tried.
    Watched(Check),
    /// By a function.
    Tried(fn(&Stage) -> Verdict),
    /// By the process that started the child: nothing may be printed.
    Printed,
}

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// The name, in kebab case.
    pub name: &'static str,
    /// What it demands, in one sentence.
    pub sentence: &'static str,
    /// What it means that it is broken.
    pub level: Level,
    /// In which hosts it is tried.
    pub scope: Scope,
    /// How it is tried.
    pub way: Way,
}

impl Rule {
    /// A rule that must be obeyed, tried in every host.
    const fn must(name: &'static str, sentence: &'static str, f: fn(&Stage) -> Verdict) -> Self {
        Self { name, sentence, level: Level::Must, scope: Scope::EveryHost, way: Way::Tried(f) }
    }

    /// A rule that should be obeyed, tried in every host.
    const fn should(name: &'static str, sentence: &'static str, f: fn(&Stage) -> Verdict) -> Self {
        Self { level: Level::Should, ..Self::must(name, sentence, f) }
    }

    /// Tried once.
    const fn once(self) -> Self {
        Self { scope: Scope::Once, ..self }
    }
}

/// Why a rule is not obeyed, or was not tried.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It is broken, in this way.
    Broken(String),
    /// It cannot be tried, for this reason.
    Skip(String),
}

/// What a rule's function answers.
pub type Verdict = Result<(), Stop>;

impl From<HostError> for Stop {
    fn from(error: HostError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// A broken rule, as an answer.
fn broken<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Broken(text.into()))
}

/// A rule that cannot be tried, as an answer.
fn skip<T>(text: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skip(text.into()))
}

/// Every rule: those that are tried first, in order, then those that were watched meanwhile.
pub fn rules() -> Vec<Rule> {
    [
        describing::RULES,
        library::RULES,
        params::RULES,
        instances::RULES,
        answers::RULES,
        rendering::RULES,
        images::RULES,
        inputs::RULES,
        formats::RULES,
        manners::RULES,
        overlays::RULES,
    ]
    .concat()
    .into_iter()
    .chain(watched::rules())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let rules = rules();
        for (i, rule) in rules.iter().enumerate() {
            assert!(!rules[..i].iter().any(|r| r.name == rule.name), "{} twice", rule.name);
            assert!(
                rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()),
                "{}",
                rule.name
            );
            assert!(rule.sentence.ends_with('.') && rule.sentence.len() > 20, "{}", rule.name);
        }
        assert!(Check::ALL.iter().all(|c| rules.iter().any(|r| r.name == c.name())));
    }
}
