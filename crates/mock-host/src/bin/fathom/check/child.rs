//! The child: tries rules on one effect in one host, and tells one JSON object a line.

use crate::Failure;
use mock_host::check::{self, Plan, Stage};
use mock_host::{Bundle, Host, Profile, keep_output_clean};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::PathBuf;

/// What a child gets to do.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub bundle: PathBuf,
    /// `None`: the identifiers of all effects are told.
    pub effect: Option<String>,
    pub profile: String,
    pub values: Vec<(String, String)>,
    pub baseline: Option<PathBuf>,
    pub only: Vec<String>,
    pub without: Vec<String>,
    pub once: bool,
}

fn run_order(order: Order, out: &mut dyn Write) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::Failed(e.to_string());
    let profile = Profile::named(&order.profile).ok_or_else(|| Failure::Usage("no such host".into()))?;
    let Some(effect) = order.effect else {
        let host = Host::new(profile);
        let bundle = Bundle::open(&order.bundle, &host)?;
        for plugin in bundle.plugins() {
            writeln!(out, "{}", plugin.identifier).map_err(failed)?;
        }
        return Ok(());
    };
    let stage = Stage::new(order.bundle, effect, profile)
        .values(order.values)
        .program(std::env::current_exe().ok())
        .baseline(order.baseline);
    let plan = Plan { only: order.only, without: order.without, once: order.once };
    let mut result = Ok(());
    check::run(&stage, &plan, &mut |event| {
        let line = serde_json::to_string(&event).unwrap_or_default();
        if result.is_ok() {
            result = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    });
    result.map_err(failed)
}

pub fn run(order: &str) -> Result<(), Failure> {
    let mut out = keep_output_clean().map_err(|e| Failure::Failed(e.to_string()))?;
    let order = serde_json::from_str(order).map_err(|e| Failure::Usage(e.to_string()))?;
    run_order(order, &mut *out)
}
