//! The rules that the host watches while the others are tried.

use super::{Level, Rule, Scope, Way};
use crate::report::Check;

/// One for each [`Check`].
pub(super) fn rules() -> impl Iterator<Item = Rule> {
    Check::ALL.iter().map(|check| Rule {
        name: check.name(),
        sentence: check.description(),
        level: Level::Must,
        scope: Scope::EveryHost,
        way: Way::Watched(*check),
    })
}
