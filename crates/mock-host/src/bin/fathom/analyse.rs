//! `fathom analyse`.

use crate::Failure;
use crate::setup::{Setup, depth_report, print_report};
use clap::Args;
use std::path::Path;

/// The button that effects with depth have.
const BUTTON: &str = "analyse";

#[derive(Args)]
pub struct Analyse {
    /// The depth: FILE, FILE:LAYER or FILE:LAYER.CHANNEL; sequences with #### or %04d
    depth: String,
    /// The picture that the depth belongs to: its alpha says more about the edges
    #[arg(long, value_name = "FILE")]
    source: Option<String>,
    /// The frame to look at [default: the first]
    #[arg(long, allow_hyphen_values = true)]
    frame: Option<f64>,
    /// Set a parameter of the depth group: NAME=VALUE
    #[arg(long = "set", value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// The effect that looks; all effects with depth see the same
    #[arg(long, default_value = "ZDefocus")]
    effect: String,
}

impl Analyse {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let source = self.source.as_ref().unwrap_or(&self.depth);
        let setup = Setup {
            effect: self.effect.clone(),
            clips: vec![format!("Source={source}"), format!("Depth={}", self.depth)],
            values: self.values.clone(),
            window: None,
            scale: 1.0,
            context: None,
            threads: None,
            depth: None,
        };
        let ready = setup.make(bundle, Path::new(""))?;
        if let Some(frame) = self.frame {
            ready.instance.set_time(frame);
        }
        ready.instance.press(BUTTON)?;
        print_report(&ready);
        let report = depth_report(&ready);
        println!("{}", report.ok_or_else(|| Failure::Failed(format!("{} says nothing of depth", self.effect)))?);
        Ok(())
    }
}
