//! `fathom check`: every rule, tried on every effect in every host, each in a child process.

mod child;
mod guide;
mod parent;
mod table;

use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::Profile;
use mock_host::check::{self, Plan};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Args)]
pub struct Check {
    /// Identifier, last part of it, or label; repeatable [default: all effects]
    #[arg(long)]
    effect: Vec<String>,
    /// The host to play; repeatable [default: all, see --list]
    #[arg(long)]
    profile: Vec<String>,
    /// Try only this check; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Set a parameter of effects that have it: what they need to do something
    #[arg(long = "set", value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// Seconds that a check may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0)]
    time_limit: f64,
    /// How many child processes run at once [default: as many as the machine has processors]
    #[arg(long)]
    jobs: Option<usize>,
    /// A folder of descriptions of an earlier version: FOLDER/IDENTIFIER.CONTEXT.json, as `fathom describe --json` writes them
    #[arg(long, value_name = "FOLDER")]
    baseline: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Say which checks and hosts there are, and do nothing else
    #[arg(long)]
    list: bool,
    /// The same, as it stands in docs/validator.md
    #[arg(long, hide = true)]
    guide: bool,
    /// What a child gets to do
    #[arg(long, hide = true, value_name = "JSON")]
    child: Option<String>,
}

impl Check {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if let Some(order) = &self.child {
            return child::run(order);
        }
        if self.guide {
            return crate::describe::print(&guide::text());
        }
        if self.list {
            return crate::describe::print(&table::list());
        }
        let rules = check::rules();
        for name in &self.only {
            if !rules.iter().any(|r| r.name == name) {
                let near = mock_host::nearest(name, rules.iter().map(|r| r.name));
                let near = near.map(|n| format!("; the nearest is '{n}'")).unwrap_or_default();
                return Err(usage(format!("no check is named '{name}'{near}")));
            }
        }
        let profiles = self.profiles()?;
        let values = self.values.iter().map(|v| {
            let pair = v.split_once('=').ok_or_else(|| usage(format!("'{v}' is not NAME=VALUE")))?;
            Ok((pair.0.to_string(), pair.1.to_string()))
        });
        let limit = Duration::try_from_secs_f64(self.time_limit).map_err(|e| usage(e.to_string()))?;
        let bundle = locate::find(bundle)?;
        let work = parent::Work {
            bundle: bundle.canonicalize().unwrap_or(bundle),
            values: values.collect::<Result<_, Failure>>()?,
            baseline: self.baseline.clone(),
            plan: Plan { only: self.only.clone(), without: Vec::new(), once: true },
            limit,
            jobs: self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1),
        };
        let effects = work.effects(&self.effect)?;
        let report = work.run(&effects, &profiles)?;
        if self.json {
            crate::describe::print_json(&report)?;
        } else {
            crate::describe::print(&table::report(&report))?;
        }
        let bad = report.findings.iter().filter(|f| f.outcome.is_bad()).count();
        if bad > 0 { Err(Failure::Failed(format!("{bad} checks failed"))) } else { Ok(()) }
    }

    fn profiles(&self) -> Result<Vec<&'static str>, Failure> {
        let all: Vec<_> = Profile::checked().iter().map(|p| p.profile_name).collect();
        if self.profile.is_empty() {
            return Ok(all);
        }
        let find = |name: &String| {
            let found = all.iter().find(|p| *p == name).or_else(|| all.iter().find(|p| p.starts_with(name.as_str())));
            found.copied().ok_or_else(|| usage(format!("no host is named '{name}'; there are {}", all.join(", "))))
        };
        self.profile.iter().map(find).collect()
    }
}
