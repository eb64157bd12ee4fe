//! What people see: lists and tables.

use super::parent::Report;
use mock_host::Profile;
use mock_host::check::{self, Finding, Level, Outcome, Scope, Way};
use std::fmt::Write;

/// All checks and hosts.
pub fn list() -> String {
    let mut out = String::new();
    for rule in check::rules() {
        let mut notes = Vec::new();
        if rule.level == Level::Should {
            notes.push("warns");
        }
        if rule.scope == Scope::Once {
            notes.push("once");
        }
        if matches!(rule.way, Way::Watched(_)) {
            notes.push("watched");
        }
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        let _ = writeln!(out, "{:<36} {}{notes}", rule.name, rule.sentence);
    }
    let hosts: Vec<_> = Profile::checked().iter().map(|p| p.profile_name).collect();
    let _ = writeln!(out, "\n{} checks; hosts: {}", check::rules().len(), hosts.join(", "));
    out
}

fn count(findings: &[&Finding], outcome: Outcome) -> usize {
    findings.iter().filter(|f| f.outcome == outcome).count()
}

/// The table, then what is wrong, then a sentence.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    let _ = write!(out, "{:<36}", "check");
    for outcome in Outcome::ALL {
        let _ = write!(out, " {:>7}", outcome.word());
    }
    out.push('\n');
    for rule in check::rules() {
        let of: Vec<_> = report.findings.iter().filter(|f| f.check == rule.name).collect();
        if of.is_empty() {
            continue;
        }
        let _ = write!(out, "{:<36}", rule.name);
        for outcome in Outcome::ALL {
            let n = count(&of, outcome);
            let text = if n == 0 { "-".to_string() } else { n.to_string() };
            let _ = write!(out, " {text:>7}");
        }
        out.push('\n');
    }
    let short = |id: &str| id.rsplit('.').next().unwrap_or(id).to_string();
    for outcome in [Outcome::Crash, Outcome::Fail, Outcome::Warning] {
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for f in report.findings.iter().filter(|f| f.outcome == outcome) {
            // The same fault in several hosts is told once.
            let text = format!("{}: {}: {}", short(&f.effect), f.check, f.details);
            match told.iter_mut().find(|(t, _)| *t == text) {
                Some((_, hosts)) => hosts.push(f.profile.clone()),
                None => told.push((text, vec![f.profile.clone()])),
            }
        }
        for (text, hosts) in told {
            let _ = writeln!(out, "\n{} {text}\n  in {}", outcome.word().to_uppercase(), hosts.join(", "));
        }
    }
    let all: Vec<_> = report.findings.iter().collect();
    let _ = writeln!(
        out,
        "\n{} checks, {} effects, {} hosts: {} passed, {} failed, {} crashed, {} warnings, {} skipped; {:.0} s",
        report.checks,
        report.effects.len(),
        report.profiles.len(),
        count(&all, Outcome::Pass),
        count(&all, Outcome::Fail),
        count(&all, Outcome::Crash),
        count(&all, Outcome::Warning),
        count(&all, Outcome::Skip),
        report.seconds
    );
    out
}
