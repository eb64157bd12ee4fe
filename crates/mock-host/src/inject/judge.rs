//! Sessions with a fault, and what is wrong with how they went.

use super::script::{Life, live};
use super::{Call, Fault, Part, Scene};
use crate::bundle::Bundle;
use crate::effect::Effect;
use crate::error::HostError;
use crate::format::Context;
use crate::host::Host;
use crate::picture::Picture;
use crate::profile::Profile;
use crate::report::{Check, Violation};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How a session with a fault went, where nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// As if nothing had failed: every picture has the same bits.
    Unharmed,
    /// An action returned an error.
    Refused,
    /// The picture is another one, and the artist was told.
    Told,
    /// The picture is another one, and nobody was told.
    Silent,
}

/// What became of a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The call that failed; nothing where the session has fewer.
    pub call: Option<Call>,
    /// How the session went.
    pub ended: Ended,
    /// What is wrong: broken rules, leaks, a wrong picture afterwards.
    pub findings: Vec<String>,
}

/// Everything that sessions of one effect need.
pub struct Rig {
    library: PathBuf,
    profile: Profile,
    effect: String,
    context: Context,
    scene: Scene,
    /// For lives; descriptions open the library themselves.
    open: Option<(Host, Effect, Bundle)>,
    /// What the render after the script gives where nothing fails.
    right: Picture,
}

/// What is known of a session.
struct Session {
    calls: Vec<Call>,
    life: Result<Life, HostError>,
    violations: Vec<Violation>,
    told: bool,
    /// What the effects of this project say when they caught a panic.
    panics: Vec<String>,
}

impl Rig {
    /// Opens the library (it may be open only once at a time), and sees what is right.
    pub fn new(
        library: &Path,
        mut profile: Profile,
        effect: &str,
        context: Context,
        part: Part,
    ) -> Result<Self, HostError> {
        profile.contexts = vec![context];
        let scene = Scene::new(16, 12)?;
        let right = Picture::new(scene.bounds, crate::format::Components::Rgba);
        let (library, effect) = (library.into(), effect.into());
        let mut this = Self { library, profile, effect, context, right, scene, open: None };
        if part == Part::Live {
            let host = Host::new(this.profile.clone());
            let bundle = Bundle::open(&this.library, &host)?;
            let found = bundle.effect(&this.effect)?;
            this.open = Some((host, found, bundle));
        }
        let clean = this.session(None);
        let life = clean.life?;
        if let Some(error) = life.failed.into_iter().next() {
            return Err(error);
        }
        if let Some(violation) = clean.violations.first() {
            return Err(HostError::Unsupported(format!("a rule is broken without any fault: {violation}")));
        }
        let (Some(after), Some(scripted)) = (life.after, life.scripted) else {
            return Err(HostError::Unsupported("nothing was rendered".into()));
        };
        this.right = after?;
        if !same_bits(&scripted, &this.right) {
            return Err(HostError::Unsupported("two renders of the same frame differ".into()));
        }
        Ok(this)
    }

    /// The calls of the session, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.session(Some(None)).calls
    }

    /// Makes a call fail, and judges what becomes of it.
    pub fn judge(&self, fault: Fault) -> Verdict {
        let session = self.session(Some(Some(fault)));
        let call = session.calls.into_iter().next();
        let unfair = |v: &&Violation| call.as_ref().is_some_and(|c| follows(v.check, c));
        let broken = session.violations.iter().filter(|v| !unfair(v));
        let mut findings: Vec<String> = broken.map(ToString::to_string).collect();
        findings.extend(session.panics.iter().map(|text| format!("it panicked: {text}")));
        let right = |picture: &Picture| same_bits(picture, &self.right);
        let mut proven = false;
        let ended = match session.life {
            Err(_) => Ended::Refused,
            Ok(life) => {
                let before = life.scripted.as_ref().is_some_and(right);
                // A wrong description can make a wrong instance; the next Load has to be right.
                if let (Some(after), true) = (&life.after, self.open.is_some()) {
                    match after {
                        Ok(picture) if right(picture) => proven = true,
                        Ok(_) => findings.push("the next render gives another picture".into()),
                        Err(error) => findings.push(format!("the next render fails: {error}")),
                    }
                }
                match (life.failed.is_empty(), before, session.told) {
                    (false, ..) => Ended::Refused,
                    (true, true, _) => Ended::Unharmed,
                    (true, false, true) => Ended::Told,
                    (true, false, false) => Ended::Silent,
                }
            }
        };
        // A picture that is right proves as much as a session without a fault.
        if !proven && (ended != Ended::Unharmed || self.open.is_some()) {
            findings.extend(self.again());
        }
        Verdict { call, ended, findings }
    }

    /// What is wrong with a session without a fault.
    pub fn again(&self) -> Option<String> {
        let session = self.session(None);
        if let Some(violation) = session.violations.first() {
            return Some(format!("afterwards a rule is broken: {violation}"));
        }
        let failed = |error: &HostError| Some(format!("afterwards a session fails: {error}"));
        match session.life {
            Err(error) => failed(&error),
            Ok(life) => match (life.failed.first(), &life.after) {
                (Some(error), _) | (None, Some(Err(error))) => failed(error),
                (None, Some(Ok(picture))) if same_bits(picture, &self.right) => None,
                (None, _) => Some("afterwards a session gives another picture".into()),
            },
        }
    }

    /// One session; with calls recorded, or one of them failing, if wanted.
    fn session(&self, inject: Option<Option<Fault>>) -> Session {
        let fresh;
        let (host, open) = match &self.open {
            Some((host, effect, _)) => {
                host.take_report();
                (host, Some(effect))
            }
            None => {
                fresh = Host::new(self.profile.clone());
                (&fresh, None)
            }
        };
        if let Some(fault) = inject {
            host.inject(fault);
        }
        let mut calls = Vec::new();
        let life = match open {
            Some(effect) => Ok(live(effect, self.context, &self.scene, Part::Live, || calls = host.end_injection())),
            None => {
                let opened = Bundle::open(&self.library, host);
                let described = opened.and_then(|bundle| Ok((bundle.effect(&self.effect)?, bundle)));
                calls = host.end_injection();
                described.map(|(effect, _bundle)| live(&effect, self.context, &self.scene, Part::Describe, || ()))
            }
        };
        let report = host.report();
        let mut violations = report.violations;
        let held = host.outstanding_memory();
        if held > 0 {
            violations.push(Violation { check: Check::MemoryLeak, details: format!("{held} bytes") });
        }
        let own = |text: &&String| text.contains("an error of its own");
        let panics = report.messages.iter().map(|m| &m.text).filter(own).cloned().collect();
        Session { calls, life, violations, told: !report.messages.is_empty(), panics }
    }
}

/// Is the violation nothing but the failed call itself?
fn follows(check: Check, call: &Call) -> bool {
    match check {
        // What cannot be set cannot be cleared.
        Check::InstanceDataLeft => call.action == "DestroyInstance",
        // A clip or a property of it was refused.
        Check::IllegalStatus => call.action == "DestroyInstance",
        _ => false,
    }
}

fn same_bits(a: &Picture, b: &Picture) -> bool {
    let bits = |p: &Picture| p.pixels.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    a.bounds == b.bounds && a.components == b.components && bits(a) == bits(b)
}
