//! What rendering and timing share: an instance with its clips and parameters as the command line says.

use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::media::FileClip;
use mock_host::{Bundle, Context, Depth, Effect, Host, Instance, ParamValue, Profile, Project, RectI};
use std::path::Path;
use std::sync::Arc;

#[derive(Args)]
pub struct Setup {
    /// Identifier, last part of it, or label
    #[arg(long)]
    pub effect: String,
    /// Feed a clip: NAME=FILE, NAME=FILE:LAYER or NAME=FILE:LAYER.CHANNEL; sequences with #### or %04d; @N behind it adds to
    /// frame numbers
    #[arg(long = "clip", value_name = "NAME=FILE")]
    pub clips: Vec<String>,
    /// Set a parameter: NAME=VALUE, or NAME@FRAME=VALUE for a key
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// The pixels to render: x1,y1,x2,y2 from the bottom-left corner at the render scale; or `rod` for all that the effect defines
    /// [default: the source's picture and frame]
    #[arg(long, allow_hyphen_values = true)]
    pub window: Option<String>,
    /// Render scale
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// filter or general [default: general if there is one]
    #[arg(long)]
    pub context: Option<Context>,
    /// How many threads the host says there are [default: the machine's]
    #[arg(long)]
    pub threads: Option<u32>,
    /// Pixel depth of all images: byte, short, half or float [default: float]
    #[arg(long)]
    pub depth: Option<Depth>,
}

/// An instance, ready to render.
pub struct Ready {
    pub host: Host,
    pub instance: Instance,
    pub source: Option<Arc<FileClip>>,
    /// All files that are read.
    pub inputs: Vec<Arc<FileClip>>,
    pub effect: Effect,
    // Last: the library goes when everything else is gone.
    _bundle: Bundle,
}

/// The context that the user wants, or the richest.
pub fn context(effect: &Effect, wanted: Option<Context>) -> Result<Context, Failure> {
    let all = effect.contexts();
    if let Some(w) = wanted {
        if all.contains(&w) {
            return Ok(w);
        }
        let words: Vec<_> = all.iter().map(ToString::to_string).collect();
        return Err(usage(format!("{} has no context {w}; it has {}", effect.short_name(), words.join(", "))));
    }
    [Context::General, Context::Filter, Context::Generator]
        .into_iter()
        .find(|c| all.contains(c))
        .ok_or_else(|| Failure::Failed(format!("{} has no context that can be rendered", effect.short_name())))
}

fn pair<'a>(text: &'a str, what: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| usage(format!("'{text}' is not {what}")))
}

impl Setup {
    /// Opens, creates, connects and sets.
    pub fn make(&self, bundle: Option<&Path>, folder: &Path) -> Result<Ready, Failure> {
        if !(self.scale > 0.0 && self.scale <= 16.0) {
            return Err(usage("the scale must be above 0 and at most 16"));
        }
        let mut profile = Profile::plain();
        profile.threads = self.threads;
        let host = Host::new(profile);
        let bundle = locate::open(bundle, &host)?;
        let effect = bundle.effect(&self.effect)?;
        let instance = effect.create(context(&effect, self.context)?)?;
        instance.set_depth(self.depth).map_err(|e| usage(e.to_string()))?;
        let mut source = None;
        let mut inputs = Vec::new();
        for text in &self.clips {
            let (name, file) = pair(text, "NAME=FILE")?;
            let file = folder.join(file).to_string_lossy().into_owned();
            inputs.push((name, Arc::new(FileClip::open(&file)?)));
        }
        for (name, clip) in &inputs {
            if source.is_none() || name.eq_ignore_ascii_case("Source") {
                source = Some(clip.clone());
            }
        }
        if let Some(clip) = &source {
            let range = mock_host::ClipSource::frame_range(&**clip);
            let frame = clip.media(range[0])?;
            instance.set_project(Project {
                format: frame.display,
                par: frame.picture.par,
                range,
                ..instance.project()
            });
        }
        let files = inputs.iter().map(|(_, clip)| clip.clone()).collect();
        for (name, clip) in inputs {
            // As a project that is opened: no effect is to complain of a clip that is fed next.
            instance.load_clip(name, clip as Arc<dyn mock_host::ClipSource>)?;
        }
        for text in &self.values {
            let (name, value) = pair(text, "NAME=VALUE")?;
            match name.rsplit_once('@') {
                Some((name, frame)) => {
                    let frame = frame.parse().map_err(|_| usage(format!("'{frame}' is not a frame")))?;
                    instance.set_at(name, frame, value)?;
                }
                None => instance.set(name, value)?,
            }
        }
        // What an artist's host does when the depth is connected: the effect looks at it once, for all frames.
        instance.set_time(instance.project().range[0]);
        for clip in ["Source", "Depth"] {
            if self.feeds(clip) && instance.clips().iter().any(|c| c.name == clip) {
                instance.announce(clip, true)?;
            }
        }
        for clip in instance.clips() {
            if !clip.optional && clip.name != "Output" && !self.feeds(&clip.name) {
                return Err(usage(format!("clip '{0}' has no input: feed it with --clip {0}=FILE", clip.name)));
            }
        }
        Ok(Ready { host, instance, source, inputs: files, effect, _bundle: bundle })
    }

    fn feeds(&self, clip: &str) -> bool {
        self.clips.iter().filter_map(|c| c.split_once('=')).any(|(name, _)| name.eq_ignore_ascii_case(clip))
    }

    /// The pixels to render, at the render scale.
    pub fn pixels(&self, ready: &Ready, time: f64) -> Result<Option<RectI>, Failure> {
        let scale = [self.scale, self.scale];
        match self.window.as_deref() {
            Some("rod") => Ok(None),
            Some(text) => {
                let numbers: Result<Vec<i32>, _> = text.split(',').map(|n| n.trim().parse()).collect();
                match numbers.as_deref() {
                    Ok(&[x1, y1, x2, y2]) if x2 > x1 && y2 > y1 => Ok(Some(RectI::new(x1, y1, x2, y2))),
                    _ => Err(usage(format!("'{text}' is not x1,y1,x2,y2 with x1 < x2 and y1 < y2"))),
                }
            }
            None => {
                let rod = ready.instance.region_of_definition(time, scale)?;
                let Some(source) = &ready.source else {
                    return Ok(None);
                };
                let media = source.media(time)?;
                let frame = media.display.union(&media.picture.rod);
                let par = media.picture.par;
                let frame = frame.to_canonical([1.0, 1.0], par).to_pixels(scale, par);
                Ok(Some(rod.to_pixels(scale, par).intersect(&frame)))
            }
        }
    }

    /// The frame that files are written into, at the render scale.
    pub fn display(&self, ready: &Ready, time: f64) -> Result<RectI, Failure> {
        let format = match &ready.source {
            Some(source) => source.display(time)?,
            None => ready.instance.project().format,
        };
        let scale = [self.scale, self.scale];
        Ok(format.to_canonical([1.0, 1.0], 1.0).to_pixels(scale, 1.0))
    }
}

/// What the effect found in the depth, if it says anything.
pub fn depth_report(ready: &Ready) -> Option<String> {
    const NAME: &str = "depthReport";
    let param = ready.instance.params().into_iter().find(|p| p.name == NAME)?;
    let ParamValue::Text(text) = ready.instance.get(NAME).ok()? else {
        return None;
    };
    let text = text.to_string_lossy().into_owned();
    (Some(text.as_str()) != param.default.as_str()).then_some(text)
}

/// The plug-in's messages since the last time, each once: kind and text. Rules that it broke count as messages.
pub fn take_messages(ready: &Ready) -> Vec<(String, String)> {
    let report = ready.host.take_report();
    let held = ready.instance.persistent_messages();
    let said = report.messages.into_iter().filter(|m| !m.persistent || held.contains(m));
    let mut all: Vec<_> = said.map(|m| (kind(&m.kind), m.text)).collect();
    all.extend(report.violations.iter().map(|v| ("violation".into(), v.to_string())));
    let mut seen = std::collections::HashSet::new();
    all.retain(|m| seen.insert(m.clone()));
    all
}

/// OpenFX's type of message in a word: `error`, `warning`, `message`.
fn kind(ofx: &str) -> String {
    ofx.strip_prefix("OfxMessage").unwrap_or(ofx).to_lowercase()
}

/// Prints the plug-in's messages, without persistent ones that it took back, and the rules that it broke.
pub fn print_report(ready: &Ready) {
    let mut report = ready.host.take_report();
    let held = ready.instance.persistent_messages();
    report.messages.retain(|m| !m.persistent || held.contains(m));
    let mut seen = Vec::new();
    for m in report.messages {
        if !seen.contains(&m.text) {
            eprintln!("{}: {}", kind(&m.kind), m.text);
            seen.push(m.text);
        }
    }
    for v in report.violations {
        eprintln!("the plug-in breaks a rule of OpenFX: {v}");
    }
}
