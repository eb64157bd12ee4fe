//! Children of this program: what they run may crash or hang, and only they end.

use crate::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{ChildStdout, Command, Stdio};

/// A child that gets and gives lines of JSON.
pub struct Child {
    process: std::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// This program with other arguments.
    pub fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let failed = |e: &dyn std::fmt::Display| Failure::Failed(format!("a child cannot be started: {e}"));
        let mut process = Command::new(std::env::current_exe().map_err(|e| failed(&e))?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| failed(&e))?;
        let out = process.stdout.take().ok_or_else(|| failed(&"it has no output"))?;
        Ok(Self { process, lines: BufReader::new(out).lines() })
    }

    /// Its next line; nothing where it is dead.
    pub fn line<T: DeserializeOwned>(&mut self) -> Option<T> {
        serde_json::from_str(&self.lines.next()?.ok()?).ok()
    }

    /// Its answer to a line; nothing where it died of it.
    pub fn ask<T: DeserializeOwned>(&mut self, line: &impl Serialize) -> Option<T> {
        let input = self.process.stdin.as_mut()?;
        writeln!(input, "{}", serde_json::to_string(line).ok()?).ok()?;
        input.flush().ok()?;
        self.line()
    }

    /// How it died.
    pub fn end(mut self) -> String {
        self.process.wait().map_or_else(|e| e.to_string(), |status| status.to_string())
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Without input it ends by itself.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The child's side: a line for the parent.
pub fn say(line: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(line).map_err(|e| Failure::Failed(e.to_string()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|e| Failure::Failed(e.to_string()))
}

/// The child's side: answers every line.
pub fn serve<T: DeserializeOwned, R: Serialize>(mut answer: impl FnMut(T) -> R) -> Result<(), Failure> {
    for line in std::io::stdin().lines() {
        let line = line.map_err(|e| Failure::Failed(e.to_string()))?;
        let asked = serde_json::from_str(&line).map_err(|e| Failure::Usage(e.to_string()))?;
        // A hang is a crash.
        mock_host::end_after(120);
        let answered = answer(asked);
        mock_host::end_after(0);
        say(&answered)?;
    }
    Ok(())
}
