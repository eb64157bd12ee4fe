//! `fathom demo`.

use crate::setup::{Setup, print_report};
use crate::view::View;
use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::media;
use mock_host::{Components, Picture, RectI, RenderRequest};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Demo {
    /// Where the pictures go [default: `demo` in cargo's target folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The list of pictures to make [default: tests/data/demo.json of the project]
    #[arg(long, value_name = "FILE")]
    recipes: Option<PathBuf>,
}

/// One pair of pictures.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipe {
    name: String,
    effect: String,
    /// Clips by name; files relative to the list.
    clips: BTreeMap<String, String>,
    /// Values by parameter (or parameter@frame).
    #[serde(default)]
    set: BTreeMap<String, serde_json::Value>,
    #[serde(default = "one")]
    frame: f64,
    /// How the PNGs show linear light.
    #[serde(default)]
    view: View,
}

fn one() -> f64 {
    1.0
}

impl Demo {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let list = self.list()?;
        let text = std::fs::read_to_string(&list).map_err(|e| Failure::Failed(format!("{}: {e}", list.display())))?;
        let recipes: Vec<Recipe> =
            serde_json::from_str(&text).map_err(|e| Failure::Failed(format!("{}: {e}", list.display())))?;
        let out = self
            .out
            .clone()
            .or_else(|| locate::target_folder().map(|t| t.join("demo")))
            .ok_or_else(|| usage("say where the pictures go with --out"))?;
        let folder = list.parent().unwrap_or(Path::new(""));
        for recipe in &recipes {
            recipe.make(bundle, folder, &out).map_err(|e| match e {
                Failure::Usage(text) | Failure::Failed(text) => {
                    Failure::Failed(format!("{}: '{}': {text}", list.display(), recipe.name))
                }
            })?;
        }
        Ok(())
    }

    fn list(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = &self.recipes {
            return Ok(path.clone());
        }
        locate::project_file("tests/data/demo.json")
            .ok_or_else(|| usage("tests/data/demo.json was not found; name a list with --recipes"))
    }
}

/// A JSON value as `--set` takes it.
fn words(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

impl Recipe {
    fn make(&self, bundle: Option<&Path>, folder: &Path, out: &Path) -> Result<(), Failure> {
        let setup = Setup {
            effect: self.effect.clone(),
            clips: self.clips.iter().map(|(n, f)| format!("{n}={f}")).collect(),
            values: self.set.iter().map(|(n, v)| format!("{n}={}", words(v))).collect(),
            window: None,
            scale: 1.0,
            context: None,
            threads: None,
            depth: None,
        };
        let ready = setup.make(bundle, folder)?;
        let source = ready.source.clone().ok_or_else(|| usage("a recipe needs a clip Source"))?;
        let before = source.media(self.frame)?;
        let mut request = RenderRequest::at(self.frame);
        request.window = setup.pixels(&ready, self.frame)?;
        let after = ready.instance.render(&request)?;
        print_report(&ready);
        let display = before.display;
        let view = |p: &Picture| self.view.of(p, display);
        let (left, right) = (view(&before.picture), view(&after));
        let sheet = side_by_side(&left, &right);
        let files = [
            (format!("{}_before.png", self.name), &left, display),
            (format!("{}_after.png", self.name), &right, display),
            (format!("{}.png", self.name), &sheet, sheet.bounds),
            (format!("{}_after.exr", self.name), &after, display),
        ];
        for (name, picture, display) in files {
            let path = out.join(name);
            media::write(&path, picture, display)?;
            println!("{}", path.display());
        }
        Ok(())
    }
}

/// Two pictures beside each other, with a line between them.
fn side_by_side(left: &Picture, right: &Picture) -> Picture {
    const LINE: i32 = 4;
    let (w, h) = (left.bounds.width() as i32, left.bounds.height() as i32);
    Picture::from_fn(RectI::sized(2 * w + LINE, h), Components::Rgb, |x, y| {
        let (picture, x) = if x < w { (left, x) } else { (right, x - w - LINE) };
        let pixel = picture.get(picture.bounds.x1 + x, picture.bounds.y1 + y);
        pixel.map_or([1.0; 4], |p| [p[0], p[1], p[2], 1.0])
    })
}
