//! Runs rules one after another, and says so as it goes: whoever listens knows which rule a crash belongs to.

use super::{Level, Outcome, Rule, Stage, Stop, Way, rules};
use crate::report::Violation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;

/// How a rule ended for an effect in a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The effect's identifier.
    pub effect: String,
    /// The host's short name.
    pub profile: String,
    /// The rule's name.
    pub check: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found; nothing for a pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// Wall seconds that the trial took; 0 for watched rules.
    #[serde(default)]
    pub seconds: f64,
}

/// What happens in a run; one JSON object a line between processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A rule is going to be tried.
    Begin(String),
    /// A rule came to its end.
    End(Finding),
    /// A watched rule was broken while another was tried.
    Broken(Finding),
}

/// Which rules to run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Only these; empty: all. A watched one needs all others to be tried, whose own ends are then not told.
    pub only: Vec<String>,
    /// None of these: they are known already.
    pub without: Vec<String>,
    /// Whether rules that do not depend on the host are tried too.
    pub once: bool,
}

impl Plan {
    /// Whether the rule's end is wanted.
    pub fn tells(&self, rule: &Rule) -> bool {
        (self.only.is_empty() || self.only.iter().any(|n| n == rule.name))
            && !self.without.iter().any(|n| n == rule.name)
            && (self.once || rule.scope == super::Scope::EveryHost)
    }

    /// Whether the rule has to be tried.
    fn tries(&self, rule: &Rule, watching: bool) -> bool {
        let wanted = watching || self.only.is_empty() || self.only.iter().any(|n| n == rule.name);
        wanted && !self.without.iter().any(|n| n == rule.name) && (self.once || rule.scope == super::Scope::EveryHost)
    }
}

/// Tries the rules of a plan. Watched rules are told as broken when they are; whoever listens knows that the others hold.
pub fn run(stage: &Stage, plan: &Plan, tell: &mut dyn FnMut(Event)) {
    let rules = rules();
    let watching = rules.iter().any(|r| matches!(r.way, Way::Watched(_)) && plan.only.iter().any(|n| n == r.name));
    let mut told = BTreeMap::new();
    let mut describes = true;
    for rule in &rules {
        let Way::Tried(f) = rule.way else { continue };
        if !plan.tries(rule, watching) {
            continue;
        }
        tell(Event::Begin(rule.name.into()));
        if !describes {
            tell(Event::End(stage.finding(rule.name, Outcome::Skip, "it does not describe itself here".into())));
            continue;
        }
        let started = Instant::now();
        let verdict = f(stage);
        let seconds = started.elapsed().as_secs_f64();
        // Sessions are closed: what the library did when it was unloaded counts as well.
        for violation in stage.take_violations() {
            if !told.contains_key(violation.check.name()) {
                told.insert(violation.check.name(), ());
                tell(Event::Broken(watched(stage, rule, &violation)));
            }
        }
        // The first rule: without it nothing else can be tried.
        describes &= !(rule.name == "describes" && matches!(verdict, Err(Stop::Broken(_))));
        if plan.tells(rule) {
            tell(Event::End(Finding { seconds, ..judged(stage, rule, verdict) }));
        }
    }
}

fn judged(stage: &Stage, rule: &Rule, verdict: super::Verdict) -> Finding {
    let (outcome, details) = match verdict {
        Ok(()) => (Outcome::Pass, String::new()),
        Err(Stop::Skip(why)) => (Outcome::Skip, why),
        Err(Stop::Broken(why)) if rule.level == Level::Should => (Outcome::Warning, why),
        Err(Stop::Broken(why)) => (Outcome::Fail, why),
    };
    stage.finding(rule.name, outcome, details)
}

fn watched(stage: &Stage, during: &Rule, violation: &Violation) -> Finding {
    let details = format!("while {} was tried: {}", during.name, violation.details);
    stage.finding(violation.check.name(), Outcome::Fail, details)
}
