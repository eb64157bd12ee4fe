//! `fathom fuzz`.

use crate::child::{self, Child, say};
use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::fuzz::{Case, Stage, findings};
use mock_host::{Host, Profile};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Args)]
pub struct Fuzz {
    /// Where the random numbers begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seconds to go on for
    #[arg(long, default_value_t = 60)]
    time: u64,
    /// Only this effect [default: every one, in turn]
    #[arg(long)]
    effect: Option<String>,
    /// Only this kind of host [default: every one, in turn]
    #[arg(long)]
    profile: Option<String>,
    /// Where findings go
    #[arg(long, default_value = "fuzz-findings", value_name = "FOLDER")]
    out: PathBuf,
    /// Run the case of this file again, and nothing else
    #[arg(long, value_name = "FILE")]
    reproduce: Option<PathBuf>,
    /// Run the cases that come in on stdin
    #[arg(long, hide = true, num_args = 3)]
    child: Option<Vec<String>>,
}

/// Cases that one child runs before another host and effect have their turn.
const TURN: u64 = 20;

impl Fuzz {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if let Some([library, profile, effect]) = self.child.as_deref() {
            let stage = Stage::open(Path::new(library), profile, effect)?;
            let facts = stage.facts()?;
            if facts.contexts.is_empty() {
                // Nothing of it works in that host.
                return Ok(());
            }
            say(&true)?;
            return child::serve(|asked: Asked| match asked {
                Asked::Number(seed, number) => {
                    let case = Case::random(&facts, seed, number);
                    let found = findings(&stage, &case);
                    (case, found)
                }
                Asked::Make(seed, number) => (Case::random(&facts, seed, number), Vec::new()),
                Asked::Case(case) => {
                    let found = findings(&stage, &case);
                    (case, found)
                }
            });
        }
        let host = Host::new(Profile::plain());
        let opened = locate::open(bundle, &host)?;
        let library = opened.library_path().display().to_string();
        if let Some(file) = &self.reproduce {
            return reproduce(&library, file);
        }
        let effects: Vec<String> = match &self.effect {
            Some(name) => vec![opened.effect(name)?.short_name().into()],
            None => opened.effects()?.iter().map(|e| e.short_name().to_string()).collect(),
        };
        let profiles: Vec<Profile> = Profile::all();
        let known = |p: &&Profile| self.profile.as_ref().is_none_or(|name| *name == p.profile_name);
        let profiles: Vec<&str> = profiles.iter().filter(known).map(|p| p.profile_name).collect();
        if profiles.is_empty() {
            return Err(usage("no profile has that name"));
        }
        let until = Instant::now() + Duration::from_secs(self.time);
        let (mut cases, mut bad, mut turn) = (0, 0, 0u64);
        while Instant::now() < until {
            let effect = &effects[turn as usize % effects.len()];
            let profile = profiles[(turn as usize / effects.len()) % profiles.len()];
            let Some(mut worker) = start(&library, profile, effect)? else {
                // The effect has no context there.
                turn += 1;
                continue;
            };
            for number in turn * TURN..(turn + 1) * TURN {
                if Instant::now() >= until {
                    break;
                }
                cases += 1;
                let (case, found) = match worker.ask(&Asked::Number(self.seed, number)) {
                    Some(answer) => answer,
                    None => {
                        let how = worker.end();
                        worker = start(&library, profile, effect)?.ok_or_else(|| usage("a child cannot be started"))?;
                        let made: Option<(Case, Vec<String>)> = worker.ask(&Asked::Make(self.seed, number));
                        let Some((case, _)) = made else { continue };
                        (case, vec![format!("the host died: {how}")])
                    }
                };
                if !found.is_empty() {
                    bad += 1;
                    self.keep(&case, number, &found)?;
                }
            }
            turn += 1;
        }
        println!("{cases} cases from seed {}: {bad} with findings", self.seed);
        if bad > 0 {
            return Err(Failure::Failed(format!("{bad} cases with findings; they are in {}", self.out.display())));
        }
        Ok(())
    }

    fn keep(&self, case: &Case, number: u64, found: &[String]) -> Result<(), Failure> {
        let path = self.out.join(format!("{}-{}-{}-{number}.json", case.effect, case.profile, self.seed));
        let failed = |e: &dyn std::fmt::Display| Failure::Failed(format!("{}: {e}", path.display()));
        std::fs::create_dir_all(&self.out).map_err(|e| failed(&e))?;
        let text = serde_json::to_string_pretty(case).map_err(|e| failed(&e))?;
        std::fs::write(&path, text).map_err(|e| failed(&e))?;
        println!("{}", path.display());
        for line in found.iter().take(3) {
            println!("  {}", line.chars().take(400).collect::<String>());
        }
        Ok(())
    }
}

/// What a child is asked.
#[derive(serde::Serialize, serde::Deserialize)]
enum Asked {
    /// Make the case of this seed and number, and run it.
    Number(u64, u64),
    /// Only make it.
    Make(u64, u64),
    /// Run this one.
    Case(Case),
}

fn start(library: &str, profile: &str, effect: &str) -> Result<Option<Child>, Failure> {
    let mut child = Child::start(&["fuzz", "--child", library, profile, effect])?;
    let ready: Option<bool> = child.line();
    Ok(ready.map(|_| child))
}

fn reproduce(library: &str, file: &Path) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::Failed(format!("{}: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|e| failed(&e))?;
    let case: Case = serde_json::from_str(&text).map_err(|e| failed(&e))?;
    let child = start(library, &case.profile, &case.effect)?;
    let Some(mut child) = child else { return Err(usage("the effect cannot be opened in that host")) };
    let answer: Option<(Case, Vec<String>)> = child.ask(&Asked::Case(case));
    let found = match answer {
        Some((_, found)) => found,
        None => vec![format!("the host died: {}", child.end())],
    };
    for line in &found {
        println!("{line}");
    }
    if found.is_empty() { Ok(()) } else { Err(Failure::Failed(format!("{} findings", found.len()))) }
}
