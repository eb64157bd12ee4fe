//! `fathom list` and `fathom describe`.

use crate::{Failure, locate};
use clap::Args;
use mock_host::{ClipInfo, Context, Effect, EffectInfo, Host, ParamInfo, Profile};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

#[derive(Args)]
pub struct List {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let host = Host::new(Profile::plain());
        let bundle = locate::open(bundle, &host)?;
        let effects: Vec<EffectInfo> = bundle.effects()?.iter().map(Effect::info).collect();
        if self.json {
            return print_json(&effects);
        }
        for e in effects {
            let (major, minor) = e.version;
            println!("{:<28} {major}.{minor}  {:<20} {}", e.identifier, e.label, e.contexts.join(", "));
        }
        Ok(())
    }
}

#[derive(Args)]
pub struct Describe {
    /// Identifier, last part of it, or label
    effect: String,
    /// The context to describe [default: general if there is one]
    #[arg(long)]
    context: Option<Context>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Description {
    #[serde(flatten)]
    effect: EffectInfo,
    clips: Vec<ClipInfo>,
    params: Vec<ParamInfo>,
}

impl Describe {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let host = Host::new(Profile::plain());
        let bundle = locate::open(bundle, &host)?;
        let effect = bundle.effect(&self.effect)?;
        let context = crate::setup::context(&effect, self.context)?;
        let description =
            Description { effect: effect.info(), clips: effect.clips(context)?, params: effect.params(context)? };
        if self.json {
            return print_json(&description);
        }
        let text = text(&description).map_err(|e| Failure::Failed(e.to_string()))?;
        print(&text)
    }
}

pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::Failed(e.to_string()))?;
    print(&format!("{text}\n"))
}

/// Prints a text; a reader that has seen enough is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Failed(e.to_string())),
        _ => Ok(()),
    }
}

/// The description for people.
fn text(d: &Description) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let e = &d.effect;
    writeln!(out, "{} ({}), version {}.{}", e.label, e.identifier, e.version.0, e.version.1)?;
    if !e.description.is_empty() {
        writeln!(out, "{}", e.description)?;
    }
    writeln!(out, "contexts: {}; pixel depths: {}", e.contexts.join(", "), e.depths.join(", "))?;
    writeln!(out, "\nClips")?;
    for c in &d.clips {
        let optional = if c.optional { ", optional" } else { "" };
        let mask = if c.mask { ", mask" } else { "" };
        writeln!(out, "  {:<18} {}{optional}{mask}", c.name, c.components.join("/"))?;
    }
    writeln!(out, "\nParameters")?;
    for p in &d.params {
        match p.kind.as_str() {
            "Page" => continue,
            _ if p.secret => continue,
            "Group" => {
                writeln!(out, "\n  [{}]", p.label)?;
                continue;
            }
            _ => {}
        }
        let mut facts = vec![default_words(p)];
        if let (Some(low), Some(high)) = (p.min.first(), p.max.first())
            && low.abs() < 1e9
            && high.abs() < 1e9
        {
            facts.push(format!("{low} to {high}"));
        }
        facts.retain(|f| !f.is_empty());
        writeln!(out, "  {:<22} {} ({}) {}", p.name, p.label, p.kind, facts.join("; "))?;
        if !p.choices.is_empty() {
            writeln!(out, "  {:<22}   {}", "", shown(p).join(" | "))?;
        }
        for line in p.hint.lines() {
            writeln!(out, "  {:<22}   {line}", "")?;
        }
    }
    Ok(out)
}

/// A choice's labels in the order in which artists see them.
fn shown(p: &ParamInfo) -> Vec<&str> {
    let mut labels: Vec<_> = p.choices.iter().map(String::as_str).enumerate().collect();
    labels.sort_by_key(|(i, _)| p.choice_order.get(*i));
    labels.into_iter().map(|(_, label)| label).collect()
}

/// The default as a user would write it.
fn default_words(p: &ParamInfo) -> String {
    let word = match (&p.default, p.choices.as_slice()) {
        (serde_json::Value::Null, _) => return String::new(),
        (v, choices) if !choices.is_empty() => {
            let index = v.as_u64().and_then(|i| usize::try_from(i).ok());
            index.and_then(|i| choices.get(i)).cloned().unwrap_or_else(|| v.to_string())
        }
        (serde_json::Value::Array(list), _) => list.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        (serde_json::Value::String(s), _) if s.is_empty() => return String::new(),
        (v, _) => v.to_string(),
    };
    format!("default {word}")
}
