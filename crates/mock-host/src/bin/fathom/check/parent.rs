//! The parent: starts a child for each effect in each host, and goes on with what is left when one ends early.

use super::child::Order;
use crate::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use mock_host::check::{self, Event, Finding, Level, Outcome, Plan, Rule, Scope, Way};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// What is to be done.
pub struct Work {
    pub bundle: PathBuf,
    pub values: Vec<(String, String)>,
    pub baseline: Option<PathBuf>,
    pub plan: Plan,
    pub limit: Duration,
    pub jobs: usize,
}

/// What was found.
#[derive(Serialize)]
pub struct Report {
    pub effects: Vec<String>,
    pub profiles: Vec<String>,
    pub checks: usize,
    pub findings: Vec<Finding>,
    pub seconds: f64,
}

/// How a child ended.
enum End {
    /// By itself, with nothing left to do.
    Done,
    /// Early: in the middle of this rule, in this way.
    Early(Option<String>, String),
}

impl Work {
    /// The effects that are meant. They are asked for in a child: opening a library runs its code.
    pub fn effects(&self, wanted: &[String]) -> Result<Vec<String>, Failure> {
        let mut child = self.spawn(None, "strict-1.5.1", &self.plan)?;
        let out = read_all(child.stdout.take());
        let errors = read_all(child.stderr.take());
        let status = child.wait().map_err(|e| Failure::Failed(e.to_string()))?;
        if !status.success() {
            let text = format!("{}: {}", self.bundle.display(), ending(&status));
            return Err(Failure::Failed(if errors.is_empty() {
                text
            } else {
                errors.trim().trim_start_matches("fathom: ").into()
            }));
        }
        let all: Vec<String> = out.lines().map(str::to_string).collect();
        if wanted.is_empty() {
            return Ok(all);
        }
        let last = |id: &str| id.rsplit('.').next().unwrap_or(id).to_string();
        let find = |name: &String| {
            let same = |id: &&String| id.eq_ignore_ascii_case(name) || last(id).eq_ignore_ascii_case(name);
            all.iter().find(same).cloned().ok_or_else(|| {
                let names: Vec<_> = all.iter().map(|id| last(id)).collect();
                Failure::Usage(format!("no effect is named '{name}'; there are {}", names.join(", ")))
            })
        };
        wanted.iter().map(find).collect()
    }

    /// Tries everything.
    pub fn run(&self, effects: &[String], profiles: &[&'static str]) -> Result<Report, Failure> {
        let started = Instant::now();
        let jobs: Vec<_> = profiles.iter().flat_map(|p| effects.iter().map(move |e| (e, *p))).collect();
        let bar = progress_bar(jobs.len());
        let (next, results) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(jobs.len()) {
                scope.spawn(|| {
                    while let Some((n, (effect, profile))) = {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        jobs.get(n).map(|j| (n, *j))
                    } {
                        bar.set_message(format!("{effect} in {profile}"));
                        // What does not depend on the host is tried in the first.
                        let found = self.one(effect, profile, Some(&profile) == profiles.first());
                        results.lock().unwrap_or_else(PoisonError::into_inner).insert(n, found);
                        bar.inc(1);
                    }
                });
            }
        });
        bar.finish_and_clear();
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let findings: Vec<_> = results.into_values().collect::<Result<Vec<_>, _>>()?.concat();
        let mut checks: Vec<_> = findings.iter().map(|f| &f.check).collect();
        checks.sort();
        checks.dedup();
        Ok(Report {
            effects: effects.to_vec(),
            profiles: profiles.iter().map(ToString::to_string).collect(),
            checks: checks.len(),
            seconds: started.elapsed().as_secs_f64(),
            findings,
        })
    }

    fn spawn(&self, effect: Option<&str>, profile: &str, plan: &Plan) -> Result<Child, Failure> {
        let order = Order {
            bundle: self.bundle.clone(),
            effect: effect.map(str::to_string),
            profile: profile.into(),
            values: self.values.clone(),
            baseline: self.baseline.clone(),
            only: plan.only.clone(),
            without: plan.without.clone(),
            once: plan.once,
        };
        let failed = |e: String| Failure::Failed(format!("a child process: {e}"));
        let program = std::env::current_exe().map_err(|e| failed(e.to_string()))?;
        Command::new(program)
            .args(["check", "--child"])
            .arg(serde_json::to_string(&order).map_err(|e| failed(e.to_string()))?)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(e.to_string()))
    }

    /// Everything that is found of an effect in a host.
    fn one(&self, effect: &str, profile: &'static str, once: bool) -> Result<Vec<Finding>, Failure> {
        let mut plan = Plan { once, ..self.plan.clone() };
        let rules: Vec<_> = check::rules();
        let rules: Vec<&Rule> =
            rules.iter().filter(|r| plan.tells(r) || (r.scope == Scope::Once && plan.tells(r))).collect();
        let mut found: BTreeMap<String, Finding> = BTreeMap::new();
        let mut printed = String::new();
        loop {
            let mut child = self.spawn(Some(effect), profile, &plan)?;
            let errors = child.stderr.take();
            let said = std::thread::spawn(move || read_all(errors));
            let mut tried = Vec::new();
            let end = self.listen(&mut child, &mut |event| match event {
                Event::Begin(name) => tried.push(name),
                Event::End(f) | Event::Broken(f) => {
                    found.entry(f.check.clone()).or_insert(f);
                }
            })?;
            let text = said.join().unwrap_or_default();
            plan.without.extend(tried);
            match end {
                End::Done => {
                    printed.push_str(&text);
                    break;
                }
                End::Early(rule, how) => {
                    let name = rule.clone().unwrap_or_else(|| "describes".into());
                    let last = text.trim_end().lines().last().unwrap_or_default();
                    let details = if last.is_empty() { how } else { format!("{how}; it printed: {last}") };
                    found.insert(name.clone(), finding(effect, profile, &name, Outcome::Crash, details));
                    if rule.is_none() {
                        break;
                    }
                }
            }
        }
        Ok(rules.iter().map(|rule| self.told(rule, effect, profile, &mut found, &printed)).collect())
    }

    /// What is known of a rule at the end.
    fn told(
        &self,
        rule: &Rule,
        effect: &str,
        profile: &str,
        found: &mut BTreeMap<String, Finding>,
        printed: &str,
    ) -> Finding {
        if let Some(found) = found.remove(rule.name) {
            return found;
        }
        let (outcome, details) = match rule.way {
            Way::Watched(_) => (Outcome::Pass, String::new()),
            Way::Printed => match printed.lines().find(|l| !l.trim().is_empty()) {
                Some(line) if rule.level == Level::Should => (Outcome::Warning, format!("it printed: {line}")),
                Some(line) => (Outcome::Fail, format!("it printed: {line}")),
                None => (Outcome::Pass, String::new()),
            },
            Way::Tried(_) => (Outcome::Skip, "an earlier check ended the process before it described itself".into()),
        };
        finding(effect, profile, rule.name, outcome, details)
    }

    /// Hears a child out, or ends it when it takes too long for one rule.
    fn listen(&self, child: &mut Child, tell: &mut dyn FnMut(Event)) -> Result<End, Failure> {
        let (sender, lines) = mpsc::channel();
        let out = child.stdout.take();
        std::thread::spawn(move || {
            for line in out.into_iter().flat_map(|o| BufReader::new(o).lines()).map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut open: Option<String> = None;
        loop {
            match lines.recv_timeout(self.limit) {
                Ok(line) => {
                    let Ok(event) = serde_json::from_str::<Event>(&line) else { continue };
                    match &event {
                        Event::Begin(name) => open = Some(name.clone()),
                        Event::End(_) => open = None,
                        Event::Broken(_) => {}
                    }
                    tell(event);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Ok(End::Early(open, format!("no end after {} s", self.limit.as_secs_f64())));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = child.wait().map_err(|e| Failure::Failed(e.to_string()))?;
        // A child that was asked for watched rules only does not tell the ends of the others.
        if status.success() { Ok(End::Done) } else { Ok(End::Early(open, ending(&status))) }
    }
}

fn finding(effect: &str, profile: &str, check: &str, outcome: Outcome, details: String) -> Finding {
    Finding { effect: effect.into(), profile: profile.into(), check: check.into(), outcome, details, seconds: 0.0 }
}

fn read_all(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        let _ = stream.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How a process ended, in words.
#[cfg(unix)]
fn ending(status: &ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    let name = |n| match n {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        8 => " (arithmetic)",
        9 => " (killed)",
        11 => " (segmentation fault)",
        _ => "",
    };
    match status.signal() {
        Some(n) => format!("the process ended with signal {n}{}", name(n)),
        None => format!("the process ended with code {}", status.code().unwrap_or(-1)),
    }
}

#[cfg(not(unix))]
fn ending(status: &ExitStatus) -> String {
    format!("the process ended with code {:#x}", status.code().unwrap_or(-1))
}

fn progress_bar(length: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {eta} {msg}");
    ProgressBar::new(length as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
