//! The rules that `fathom check` tries, on our own effects in every host that it plays. Within a time: the rest is printed; CI's own step
//! tries everything.

mod common;

use mock_host::check::{Event, Outcome, Plan, Stage, run};
use mock_host::{Bundle, Host, Profile};
use std::time::{Duration, Instant};

/// No more pairs of effect and host are begun after this time.
const BUDGET: Duration = Duration::from_secs(150);
/// Warnings that depend on how busy the machine is.
const TIMED: [&str; 2] = ["time-budget", "abort-speed"];

#[test]
fn our_effects_pass_in_every_host() {
    let started = Instant::now();
    let effects: Vec<String> = {
        let host = Host::new(Profile::strict());
        let bundle = Bundle::open(common::library(), &host).unwrap();
        bundle.plugins().iter().map(|p| p.identifier.clone()).collect()
    };
    assert_eq!(effects.len(), common::ALL.len());
    let (mut left, mut tried, mut wrong) = (Vec::new(), 0, Vec::new());
    for (i, profile) in Profile::checked().into_iter().enumerate() {
        for effect in &effects {
            // The strict host is tried in any case.
            if started.elapsed() > BUDGET && i > 0 {
                left.push(format!("{effect} in {}", profile.profile_name));
                continue;
            }
            let stage = Stage::new(common::library(), effect, profile.clone());
            let plan = Plan { once: i == 0, ..Plan::default() };
            run(&stage, &plan, &mut |event| {
                let (Event::End(f) | Event::Broken(f)) = event else { return };
                tried += 1;
                if !matches!(f.outcome, Outcome::Pass | Outcome::Skip) && !TIMED.contains(&f.check.as_str()) {
                    wrong.push(format!("{} in {}: {}: {}", f.effect, f.profile, f.check, f.details));
                }
            });
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 200, "{tried}");
    if !left.is_empty() {
        println!("no time left for {}", left.join(", "));
    }
}
