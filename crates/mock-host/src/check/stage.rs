//! What rules work with: the effect in a host, instances that are fed, and pictures to compare.

use super::{Finding, Outcome, Stop, Verdict, broken};
use crate::bundle::Bundle;
use crate::clip::ClipInfo;
use crate::effect::Effect;
use crate::error::HostError;
use crate::format::{Components, Context};
use crate::geometry::RectI;
use crate::host::Host;
use crate::instance::Instance;
use crate::param::ParamInfo;
use crate::param_value::ParamValue;
use crate::picture::Picture;
use crate::profile::Profile;
use crate::render::RenderRequest;
use crate::report::Violation;
use std::cell::RefCell;
use std::path::PathBuf;

/// The frame that is rendered at full size.
pub(super) const FRAME: RectI = RectI::sized(64, 48);
/// Where the inputs are defined, in hosts that allow other places than the frame.
const INPUT: RectI = RectI::new(-6, 4, 58, 44);

/// An effect of a bundle, and the host that it is to be tried in.
pub struct Stage {
    bundle: PathBuf,
    effect: String,
    profile: Profile,
    values: Vec<(String, String)>,
    program: Option<PathBuf>,
    baseline: Option<PathBuf>,
    hosts: RefCell<Vec<Host>>,
}

/// Which clips get pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Those that have to be fed.
    Mandated,
    /// All.
    All,
}

impl Stage {
    /// An effect, named by its identifier, in hosts of a kind. A host without tiles or with other oddities gets what it deserves.
    pub fn new(bundle: impl Into<PathBuf>, effect: impl Into<String>, profile: Profile) -> Self {
        let hosts = RefCell::default();
        let (bundle, effect) = (bundle.into(), effect.into());
        Self { bundle, effect, profile, values: Vec::new(), program: None, baseline: None, hosts }
    }

    /// Sets parameters in every instance, by name and text, where an instance has one of that name: what an effect needs to do something.
    #[must_use]
    pub fn values(mut self, values: Vec<(String, String)>) -> Self {
        self.values = values;
        self
    }

    /// Where `fathom` is: rules that need other processes are skipped without it.
    #[must_use]
    pub fn program(mut self, program: Option<PathBuf>) -> Self {
        self.program = program;
        self
    }

    /// A folder of descriptions of an earlier version, as `fathom describe --json` writes them: `IDENTIFIER.CONTEXT.json`.
    #[must_use]
    pub fn baseline(mut self, folder: Option<PathBuf>) -> Self {
        self.baseline = folder;
        self
    }

    /// The library or bundle.
    pub(super) fn bundle(&self) -> &std::path::Path {
        &self.bundle
    }

    pub(super) fn identifier(&self) -> &str {
        &self.effect
    }

    pub(super) fn program_path(&self) -> Option<&std::path::Path> {
        self.program.as_deref()
    }

    pub(super) fn baseline_path(&self) -> Option<&std::path::Path> {
        self.baseline.as_deref()
    }

    /// The host's kind.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// A host whose violations count.
    pub(super) fn host(&self, profile: Profile) -> Host {
        let host = Host::new(profile);
        self.hosts.borrow_mut().push(host.clone());
        host
    }

    /// The effect in the stage's host. Only one session of a library may be open at a time.
    pub fn open(&self) -> Result<Session<'_>, Stop> {
        self.open_as(|_| {})
    }

    /// The effect in a host that differs from the stage's.
    pub fn open_as(&self, change: impl FnOnce(&mut Profile)) -> Result<Session<'_>, Stop> {
        let mut profile = self.profile.clone();
        change(&mut profile);
        let host = self.host(profile);
        let bundle = Bundle::open(&self.bundle, &host)?;
        let effect = bundle.effect(&self.effect)?;
        Ok(Session { effect, _bundle: bundle, host, stage: self })
    }

    /// What hosts saw since the last time.
    pub(super) fn take_violations(&self) -> Vec<Violation> {
        self.hosts.borrow_mut().drain(..).flat_map(|h| h.take_report().violations).collect()
    }

    /// Forgets what hosts saw: for rules that provoke it.
    pub(super) fn forgive(&self) {
        self.take_violations();
    }

    pub(super) fn finding(&self, check: &str, outcome: Outcome, details: String) -> Finding {
        let profile = self.profile.profile_name.to_string();
        Finding { effect: self.effect.clone(), profile, check: check.into(), outcome, details, seconds: 0.0 }
    }
}

/// The effect, loaded and described in a host.
pub struct Session<'a> {
    /// The effect.
    pub effect: Effect,
    _bundle: Bundle,
    /// The host.
    pub host: Host,
    stage: &'a Stage,
}

impl Session<'_> {
    /// Contexts in which pictures can be rendered, the richest first.
    pub fn contexts(&self) -> Vec<Context> {
        let mut all = self.effect.contexts();
        let rank = |c: &Context| match c {
            Context::General => 0,
            Context::Filter => 1,
            Context::Generator => 2,
            _ => 3,
        };
        all.sort_by_key(rank);
        all
    }

    /// The richest context, or a skip.
    pub fn context(&self) -> Result<Context, Stop> {
        self.contexts().first().copied().ok_or_else(|| Stop::Skip("host and effect have no context in common".into()))
    }

    /// An instance without inputs.
    pub fn create(&self, context: Context) -> Result<Work, Stop> {
        let instance = self.effect.create(context)?;
        instance.set_project(crate::Project { format: FRAME, ..instance.project() });
        let work = Work { instance };
        for (name, value) in &self.stage.values {
            if work.instance.params().iter().any(|p| p.name == *name) {
                work.instance.set(name, value.as_str())?;
            }
        }
        Ok(work)
    }

    /// An instance in the richest context, fed.
    pub fn work(&self, feed: Feed) -> Result<Work, Stop> {
        self.work_in(self.context()?, feed)
    }

    /// An instance with pictures in its clips.
    pub fn work_in(&self, context: Context, feed: Feed) -> Result<Work, Stop> {
        let work = self.create(context)?;
        work.feed(feed, |_, picture| picture)?;
        Ok(work)
    }
}

/// An instance at work.
pub struct Work {
    /// The instance.
    pub instance: Instance,
}

impl Work {
    /// The inputs that may be fed.
    pub fn inputs(&self) -> Vec<ClipInfo> {
        self.instance.clips().into_iter().filter(|c| c.name != "Output").collect()
    }

    /// Feeds clips as a project that is opened, and then says so once as a user who connects them.
    pub fn feed(&self, feed: Feed, change: impl Fn(&ClipInfo, Picture) -> Picture) -> Verdict {
        let clips: Vec<_> = self.inputs().into_iter().filter(|c| feed == Feed::All || !c.optional).collect();
        for clip in &clips {
            self.instance.load_clip(&clip.name, change(clip, picture_for(clip)))?;
        }
        for clip in &clips {
            self.instance.announce(&clip.name, true)?;
        }
        Ok(())
    }

    /// A render of the frame at full size, identity or not.
    pub fn frame(&self) -> RenderRequest {
        RenderRequest::at(1.0).window(FRAME).ignore_identity()
    }

    /// A picture. To refuse images of another pixel depth than was agreed is a good answer.
    pub fn render(&self, request: &RenderRequest) -> Result<Picture, Stop> {
        let object = &self.instance.object;
        match self.instance.render(request) {
            Err(HostError::Status { .. })
                if object.host.profile.delivers.is_some_and(|d| !object.supported_depths().contains(&d)) =>
            {
                Err(Stop::Skip(
                    "this host gives images of another pixel depth than was agreed, which are refused".into(),
                ))
            }
            result => Ok(result?),
        }
    }

    /// Sets every number, choice and switch to something that its range allows; the same for the same seed.
    pub fn shuffle(&self, seed: u64) -> Verdict {
        let mut dice = Dice(seed);
        for p in self.instance.params() {
            if let Some(value) = dice.value(&p) {
                self.instance.set(&p.name, value)?;
            }
        }
        Ok(())
    }
}

/// The settings that pictures are compared under: as described, and two that are drawn by lot.
pub(super) const SETTINGS: [u64; 3] = [0, 1, 2];

/// Runs with every setting; what is broken says with which.
pub(super) fn with_settings(
    session: &Session,
    feed: Feed,
    mut f: impl FnMut(&Work) -> Result<(), Stop>,
) -> Result<(), Stop> {
    for seed in SETTINGS {
        let work = session.work(feed)?;
        if seed > 0 {
            work.shuffle(seed)?;
        }
        match f(&work) {
            Err(Stop::Broken(text)) if seed > 0 => return broken(format!("{text} (parameters by lot {seed})")),
            other => other?,
        }
    }
    Ok(())
}

/// Random numbers (splitmix64).
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to 1.
    pub fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// 0 to n - 1.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// A value that a parameter may have; nothing for texts, curves and what has no value.
    pub fn value(&mut self, p: &ParamInfo) -> Option<ParamValue> {
        let numbers = |dice: &mut Self| -> Vec<f64> {
            let n = p.min.len();
            let end =
                |list: &[f64], i: usize, other: f64| list.get(i).copied().filter(|v| v.abs() < 1e6).unwrap_or(other);
            let between = |dice: &mut Self, i: usize| {
                let low = end(&p.display_min, i, end(&p.min, i, 0.0)).max(p.min[i]);
                let high = end(&p.display_max, i, end(&p.max, i, low + 1.0)).min(p.max.get(i).copied().unwrap_or(low));
                low + (high - low).max(0.0) * dice.part()
            };
            (0..n).map(|i| between(dice, i)).collect()
        };
        Some(match p.kind.as_str() {
            "Boolean" => ParamValue::Int(vec![self.below(2) as i32]),
            "Choice" => ParamValue::Int(vec![self.below(p.choices.len()) as i32]),
            "Integer" | "Integer2D" | "Integer3D" => {
                ParamValue::Int(numbers(self).into_iter().map(|v| v.round() as i32).collect())
            }
            "Double" | "Double2D" | "Double3D" => ParamValue::Double(numbers(self)),
            "RGB" => ParamValue::Double((0..3).map(|_| self.part()).collect()),
            "RGBA" => ParamValue::Double((0..4).map(|_| self.part()).collect()),
            _ => return None,
        })
    }
}

/// A pixel's noise, 0 to 1.
fn noise(x: i32, y: i32) -> f32 {
    let mut dice = Dice(((x as u32 as u64) << 32) | y as u32 as u64);
    dice.part() as f32
}

/// A picture for a clip: colours with detail, alpha and a bright spot; for optional inputs plain distances that grow from 1 to 9.
pub(super) fn picture_for(clip: &ClipInfo) -> Picture {
    let rgba = clip.components.is_empty() || clip.components.iter().any(|c| c == Components::Rgba.word());
    let rgb = clip.components.iter().any(|c| c == Components::Rgb.word());
    let components = match (rgba, rgb) {
        (true, _) => Components::Rgba,
        (_, true) => Components::Rgb,
        _ => Components::Alpha,
    };
    if clip.optional && clip.name != "Source" {
        return Picture::from_fn(INPUT, components, |x, y| {
            let step = if (20..40).contains(&x) && (10..30).contains(&y) { 3.0 } else { 0.0 };
            let z = 1.0 + (y - INPUT.y1) as f32 * 0.125 + step;
            [z, z, z, 1.0]
        });
    }
    Picture::from_fn(INPUT, components, |x, y| {
        let a = if (x + 2 * y).rem_euclid(23) == 0 { 0.5 } else { 1.0 };
        let c = |k: i32| (0.2 + 0.5 * noise(x + 101 * k, y) + if (x, y) == (30, 20) { 8.0 } else { 0.0 }) * a;
        [c(0), c(1), c(2), a]
    })
}

/// Where two pictures differ first, in words. Bits count: one NaN is another's equal only if its bits are.
pub(super) fn difference(a: &Picture, b: &Picture) -> Option<String> {
    if a.bounds != b.bounds || a.components != b.components {
        return Some(format!("pixels {:?} instead of {:?}", b.bounds.to_array(), a.bounds.to_array()));
    }
    let n = a.components.count().max(1);
    let count = a.pixels.iter().zip(&b.pixels).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
    let i = a.pixels.iter().zip(&b.pixels).position(|(a, b)| a.to_bits() != b.to_bits())?;
    let (width, at) = (a.bounds.width().max(1), i / n);
    let (x, y) = (a.bounds.x1 + (at % width) as i32, a.bounds.y1 + (at / width) as i32);
    Some(format!("{count} numbers differ, first at {x}, {y}: {} and {}", a.pixels[i], b.pixels[i]))
}

/// Broken unless the two pictures are the same, bit for bit.
pub(super) fn same(what: &str, a: &Picture, b: &Picture) -> Verdict {
    match difference(a, b) {
        Some(text) => broken(format!("{what}: {text}")),
        None => Ok(()),
    }
}

/// Mean difference of two pictures of the same pixels, and the mean of the first, both of what lies in 0..1.
pub(super) fn mean_difference(a: &Picture, b: &Picture) -> f64 {
    let clamp = |v: &f32| if v.is_nan() { 0.0 } else { f64::from(v.clamp(0.0, 1.0)) };
    let n = a.pixels.len().max(1) as f64;
    a.pixels.iter().zip(&b.pixels).map(|(a, b)| (clamp(a) - clamp(b)).abs()).sum::<f64>() / n
}
