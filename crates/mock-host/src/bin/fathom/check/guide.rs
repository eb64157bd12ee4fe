//! The tables of docs/validator.md, from the data.

use mock_host::check::{self, ASSERTIONS, Covered, Level, Scope, Way};
use std::fmt::Write;

/// Checks, then assertions.
pub fn text() -> String {
    let mut out = String::from("| check | what it demands | kind |\n|---|---|---|\n");
    for rule in check::rules() {
        let mut kind = vec![match rule.way {
            Way::Watched(_) => "watched",
            Way::Tried(_) | Way::Printed => "tried",
        }];
        if rule.level == Level::Should {
            kind.push("warns");
        }
        if rule.scope == Scope::Once {
            kind.push("once");
        }
        let _ = writeln!(out, "| `{}` | {} | {} |", rule.name, rule.sentence, kind.join(", "));
    }
    out.push_str("\n| | assertion | checks |\n|---|---|---|\n");
    for a in ASSERTIONS {
        let names = |list: &[&str]| list.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let covered = match a.covered {
            Covered::By(list) => names(list),
            Covered::Partly(list, rest) => format!("{}; {rest}", names(list)),
            Covered::Not(why) => format!("none: {why}"),
        };
        let _ = writeln!(out, "| {} | {} | {covered} |", a.number, a.text);
    }
    out
}
