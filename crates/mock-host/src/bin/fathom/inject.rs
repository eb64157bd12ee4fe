//! `fathom inject`.

use crate::child::{self, Child, say};
use crate::setup::context;
use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::inject::{Call, Ended, Fault, Part, Rig, Verdict, statuses};
use mock_host::{Bundle, Context, Host, Profile, status_name};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

#[derive(Args)]
pub struct Inject {
    /// Only this effect [default: every one]
    #[arg(long)]
    effect: Option<String>,
    /// The kind of host
    #[arg(long, default_value = "strict-1.5.1")]
    profile: String,
    /// Only every Nth fault, for a quick look
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Every call fails once, with one of its statuses by turns, instead of once with each
    #[arg(long)]
    turns: bool,
    /// Also the calls inside a run of equal ones, such as the samples of a curve; else of a run first and last are made to fail
    #[arg(long)]
    repeats: bool,
    /// How many child processes run at once [default: as many as the machine has processors]
    #[arg(long)]
    jobs: Option<usize>,
    /// Print every fault, not only those with findings
    #[arg(long)]
    verbose: bool,
    /// Run the faults that come in on stdin: what the program starts to be safe from crashes
    #[arg(long, hide = true)]
    child: Option<String>,
}

/// What a child works on.
#[derive(Clone, Serialize, Deserialize)]
struct Task {
    library: PathBuf,
    profile: String,
    effect: String,
    context: Context,
    part: Part,
}

/// A child's line: first the calls, then a verdict for each fault.
#[derive(Serialize, Deserialize)]
enum Line {
    Calls(Vec<Call>),
    Verdict(Verdict),
    Failed(String),
}

fn profile(name: &str) -> Result<Profile, Failure> {
    let found = Profile::all().into_iter().find(|p| p.profile_name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = Profile::all().iter().map(|p| p.profile_name).collect();
        usage(format!("no profile is named '{name}'; there are {}", names.join(", ")))
    })
}

impl Inject {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if let Some(task) = &self.child {
            return serve(&serde_json::from_str(task).map_err(|e| usage(e.to_string()))?);
        }
        let mut totals = Totals::default();
        for task in self.tasks(bundle)? {
            self.sweep(&task, &mut totals)?;
        }
        println!("{} faults injected: {}", totals.faults, totals.words());
        if totals.findings > 0 {
            return Err(Failure::Failed(format!("{} of them did harm", totals.findings)));
        }
        Ok(())
    }

    /// Every effect, in its richest context for lives and in each for descriptions.
    fn tasks(&self, bundle: Option<&Path>) -> Result<Vec<Task>, Failure> {
        let host = Host::new(profile(&self.profile)?);
        let bundle: Bundle = locate::open(bundle, &host)?;
        let library = bundle.library_path().to_path_buf();
        let effects = match &self.effect {
            Some(name) => vec![bundle.effect(name)?],
            None => bundle.effects()?,
        };
        let mut tasks = Vec::new();
        for effect in effects {
            let task = |context, part| Task {
                library: library.clone(),
                profile: self.profile.clone(),
                effect: effect.short_name().into(),
                context,
                part,
            };
            tasks.extend(effect.contexts().into_iter().map(|c| task(c, Part::Describe)));
            tasks.push(task(context(&effect, None)?, Part::Live));
        }
        Ok(tasks)
    }

    /// All faults of one task, in children: a new one where the last crashed.
    fn sweep(&self, task: &Task, totals: &mut Totals) -> Result<(), Failure> {
        let name = format!("{} {} {:?}", task.effect, task.context, task.part);
        let (first, calls) = start(task)?;
        let faults: Vec<Fault> = calls
            .iter()
            .enumerate()
            .filter(|(i, _)| self.repeats || !inside_a_run(&calls, *i))
            .flat_map(|(call, c)| {
                let all = statuses(&c.function);
                let turn = self.turns.then(|| call % all.len().max(1));
                let some = all.iter().enumerate().filter(move |(i, _)| turn.is_none_or(|turn| turn == *i));
                some.map(move |(_, status)| Fault { call, status: *status })
            })
            .step_by(self.every.max(1))
            .collect();
        let (next, first) = (AtomicUsize::new(0), Mutex::new(Some(first)));
        let work = || -> Result<Totals, Failure> {
            let started = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            let mut worker = started.map_or_else(|| start(task).map(|(child, _)| child), Ok)?;
            let mut own = Totals::default();
            while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                let verdict = match worker.ask(fault) {
                    Some(Line::Verdict(verdict)) => verdict,
                    _ => {
                        let how = worker.end();
                        worker = start(task)?.0;
                        let call = calls.get(fault.call).cloned();
                        Verdict { call, ended: Ended::Refused, findings: vec![format!("the host died: {how}")] }
                    }
                };
                own.add(&verdict);
                if self.verbose || !verdict.findings.is_empty() {
                    println!("{name} #{} {}", fault.call, line(*fault, &verdict));
                }
            }
            // What a fault leaves behind in the library, a session without one finds.
            match worker.ask(&Fault { call: usize::MAX, status: 0 }) {
                Some(Line::Verdict(last)) if last.findings.is_empty() && last.ended == Ended::Unharmed => Ok(own),
                Some(Line::Verdict(last)) => {
                    let what = format!("{:?}; {}", last.ended, last.findings.join("; "));
                    Err(Failure::Failed(format!("{name}: in the end, without a fault: {what}")))
                }
                _ => Err(Failure::Failed(format!("{name}: at the end, the host died: {}", worker.end()))),
            }
        };
        let jobs = self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let parts = std::thread::scope(|scope| {
            let all: Vec<_> = (0..jobs.clamp(1, faults.len().max(1))).map(|_| scope.spawn(work)).collect();
            let ended = |t: std::thread::ScopedJoinHandle<Result<Totals, Failure>>| {
                t.join().unwrap_or_else(|_| Err(Failure::Failed(format!("{name}: a thread panicked"))))
            };
            all.into_iter().map(ended).collect::<Result<Vec<_>, _>>()
        })?;
        let mut own = Totals::default();
        parts.into_iter().for_each(|part| own.merge(part));
        println!("{name}: {} calls, {} faults: {}", calls.len(), own.faults, own.words());
        for (call, count) in &own.silent {
            println!("  silent: {call} ({count})");
        }
        totals.merge(own);
        Ok(())
    }
}

/// A verdict in words.
fn line(fault: Fault, verdict: &Verdict) -> String {
    let call = verdict.call.as_ref().map(ToString::to_string).unwrap_or_default();
    let (ended, more) = (verdict.ended, verdict.findings.len().saturating_sub(2));
    let found = verdict.findings.iter().take(2).cloned().collect::<Vec<_>>().join("; ");
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{call} = {}: {ended:?}; {found}{more}", status_name(fault.status))
}

/// Is the call neither first nor last of a run of equal ones?
fn inside_a_run(calls: &[Call], i: usize) -> bool {
    let same = |other: Option<&Call>| other == Some(&calls[i]);
    i > 0 && same(calls.get(i - 1)) && same(calls.get(i + 1))
}

#[derive(Default)]
struct Totals {
    faults: usize,
    findings: usize,
    ended: BTreeMap<String, usize>,
    silent: BTreeMap<String, usize>,
}

impl Totals {
    fn add(&mut self, verdict: &Verdict) {
        self.faults += 1;
        self.findings += usize::from(!verdict.findings.is_empty());
        *self.ended.entry(format!("{:?}", verdict.ended).to_lowercase()).or_default() += 1;
        if verdict.ended == Ended::Silent {
            let call = verdict.call.as_ref().map(ToString::to_string).unwrap_or_default();
            *self.silent.entry(call).or_default() += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        self.faults += other.faults;
        self.findings += other.findings;
        for (key, n) in other.ended {
            *self.ended.entry(key).or_default() += n;
        }
        for (call, n) in other.silent {
            *self.silent.entry(call).or_default() += n;
        }
    }

    fn words(&self) -> String {
        let counts = self.ended.iter().map(|(key, n)| format!("{n} {key}"));
        counts.chain([format!("{} with findings", self.findings)]).collect::<Vec<_>>().join(", ")
    }
}

/// A child that runs faults, and the calls of its session.
fn start(task: &Task) -> Result<(Child, Vec<Call>), Failure> {
    let text = serde_json::to_string(task).map_err(|e| Failure::Failed(e.to_string()))?;
    let mut child = Child::start(&["inject", "--child", &text])?;
    match child.line() {
        Some(Line::Calls(calls)) => Ok((child, calls)),
        Some(Line::Failed(why)) => Err(Failure::Failed(format!("{}: {why}", task.effect))),
        _ => Err(Failure::Failed(format!("{}: the session ends the host: {}", task.effect, child.end()))),
    }
}

/// The child's side.
fn serve(task: &Task) -> Result<(), Failure> {
    let rig = match Rig::new(&task.library, profile(&task.profile)?, &task.effect, task.context, task.part) {
        Ok(rig) => rig,
        Err(error) => return say(&Line::Failed(error.to_string())),
    };
    say(&Line::Calls(rig.calls()))?;
    child::serve(|fault| Line::Verdict(rig.judge(fault)))
}
