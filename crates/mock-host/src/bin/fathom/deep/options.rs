//! What `fathom deep merge` is asked for.

use super::inputs::{Input, Missing, find};
use super::output::Packing;
use crate::{Failure, usage};
use clap::{Args, ValueEnum};
use deep_exr::flatten::{Crop, DepthOutput, Operation, Pick, Recolour, Settings, Unreached};
use mock_host::media::FilePattern;

#[derive(Args)]
pub struct Merge {
    /// Deep files to merge; sequences with #### or %04d
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The flat picture to write: RGBA, premultiplied
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// A deep file that is not seen, but hides what lies behind it, as far as it is dense
    #[arg(long, value_name = "FILE")]
    holdout: Vec<String>,
    /// A deep file that is not seen; everything from its first opaque depth on is removed
    #[arg(long, value_name = "FILE")]
    cut: Vec<String>,
    /// Added to the depths of one file: its name as above (or its number, from 1), and the value
    #[arg(long, value_name = "FILE=V", allow_hyphen_values = true)]
    offset: Vec<String>,
    /// Depths of one file times this, before the offset
    #[arg(long, value_name = "FILE=V")]
    scale: Vec<String>,
    /// The part to take, by name, number or view, of one file or of all [default: the first deep one]
    #[arg(long, value_name = "[FILE=]PART")]
    part: Vec<String>,
    /// A flat picture that gives a deep file its colours; FILE= may be left out where one file is merged
    #[arg(long, value_name = "[FILE=]BEAUTY")]
    recolour: Vec<String>,
    /// straight: colours divided by the picture's alpha, times the samples' alphas; beauty: so that they flatten to the
    /// picture
    #[arg(long, value_name = "LAW", default_value = "straight")]
    recolour_by: Law,
    /// Only depths from NEAR on and before FAR; either may be empty
    #[arg(long, value_name = "NEAR,FAR", allow_hyphen_values = true)]
    crop: Option<String>,
    /// Over which lengths behind NEAR and before FAR the crop fades
    #[arg(long, value_name = "NEAR,FAR", requires = "crop")]
    crop_soft: Option<String>,
    /// One of three slabs, which laid over each other give the whole
    #[arg(long, requires = "slabs", conflicts_with = "crop")]
    slab: Option<Slab>,
    /// The depths where the slabs meet
    #[arg(long, value_name = "NEAR,FAR", requires = "slab", allow_hyphen_values = true)]
    slabs: Option<String>,
    /// Over which length slabs fade into each other
    #[arg(long, value_name = "LENGTH", requires = "slab", default_value_t = 0.0)]
    slab_soft: f64,
    /// A pixel is finished once so much of what lies behind is hidden
    #[arg(long, value_name = "ALPHA", default_value_t = 1.0)]
    opacity_limit: f64,
    /// Samples with an alpha below this are left out, light without alpha among them
    #[arg(long, value_name = "ALPHA", default_value_t = 0.0)]
    drop_below: f64,
    /// Samples behind what hides everything count neither as the farthest nor as samples
    #[arg(long)]
    drop_hidden: bool,
    /// The flat depth to write, as channel Z
    #[arg(long, value_name = "FILE")]
    depth_out: Option<String>,
    /// Which depth: front, back, mean, first-opaque, threshold or threshold=ALPHA [threshold: 0.5]
    #[arg(long, value_name = "KIND", default_value = "front", requires = "depth_out", value_parser = depth)]
    depth: DepthOutput,
    /// Depth where nothing is
    #[arg(long, value_name = "V", default_value_t = 0.0, allow_hyphen_values = true)]
    empty_depth: f64,
    /// Depth that first-opaque and threshold have where it never gets so dense: that of the farthest sample, or --empty-depth
    #[arg(long, default_value = "back")]
    unreached: Never,
    /// How many samples each pixel has, to write as channel Y
    #[arg(long, value_name = "FILE")]
    samples_out: Option<String>,
    /// The merged deep file to write: all channels, the samples as they are, in order of depth
    #[arg(long, value_name = "FILE")]
    deep_out: Option<String>,
    /// Write the other float channels of the first file too
    #[arg(long)]
    aovs: bool,
    /// Write the first file's channels of identifiers too: those of the nearest sample, or of the one seen most
    #[arg(long, value_name = "WHOSE")]
    ids: Option<Whose>,
    /// Write colours as 16-bit floats
    #[arg(long, conflicts_with = "float")]
    half: bool,
    /// Write colours as 32-bit floats [default; of --deep-out: as in the files]
    #[arg(long)]
    float: bool,
    /// How flat files are packed
    #[arg(long, default_value = "zip")]
    compression: Packing,
    /// Frames: 7, 1-100 or 1-100x5 [default: those of the first sequence]
    #[arg(long, allow_hyphen_values = true)]
    pub frames: Option<String>,
    /// What to do where a frame of a sequence is missing; hold takes the nearest, the earlier of two
    #[arg(long, default_value = "error")]
    missing: Missing,
    /// Leave out frames whose files are all there
    #[arg(long)]
    pub skip_existing: bool,
    /// Megabytes that may be used
    #[arg(long, value_name = "MB", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(16..=16_777_216))]
    memory_limit: u64,
    /// Threads [default: the machine's]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Law {
    Straight,
    Beauty,
}

#[derive(Clone, Copy, ValueEnum)]
enum Slab {
    Near,
    Mid,
    Far,
}

#[derive(Clone, Copy, ValueEnum)]
enum Never {
    Empty,
    Back,
}

#[derive(Clone, Copy, ValueEnum)]
enum Whose {
    Nearest,
    Largest,
}

/// What is the same for all frames.
pub struct Job {
    /// Those to merge, then those that hold out, then those that cut.
    pub inputs: Vec<Input>,
    pub missing: Missing,
    /// All but the channels.
    pub settings: Settings,
    pub aovs: bool,
    pub ids: Option<Pick>,
    pub out: Option<FilePattern>,
    pub depth_out: Option<FilePattern>,
    pub samples_out: Option<FilePattern>,
    pub deep_out: Option<FilePattern>,
    /// `None`: as the user did not say.
    pub half: Option<bool>,
    pub packing: Packing,
    /// Bytes.
    pub memory: u64,
    pub threads: usize,
}

impl Job {
    /// The names to write.
    pub fn outputs(&self) -> impl Iterator<Item = &FilePattern> {
        [&self.out, &self.depth_out, &self.samples_out, &self.deep_out].into_iter().flatten()
    }

    pub fn is_flat(&self) -> bool {
        self.out.is_some() || self.depth_out.is_some() || self.samples_out.is_some()
    }
}

impl Merge {
    pub fn job(&self) -> Result<Job, Failure> {
        let names = [&self.out, &self.depth_out, &self.samples_out, &self.deep_out];
        if names.iter().all(|name| name.is_none()) {
            return Err(usage("say what to write: --out, --depth-out, --samples-out or --deep-out"));
        }
        for (i, name) in names.into_iter().flatten().enumerate() {
            if !name.to_lowercase().ends_with(".exr") {
                return Err(usage(format!("'{name}' does not end in .exr")));
            }
            if names.into_iter().flatten().take(i).any(|other| other == name) {
                return Err(usage(format!("'{name}' is to be written twice")));
            }
        }
        let pattern = |name: &Option<String>| name.as_ref().map(|name| FilePattern::new(name));
        let machine = || std::thread::available_parallelism().map_or(1, usize::from);
        let job = Job {
            inputs: self.inputs()?,
            missing: self.missing,
            settings: Settings {
                depths: self.depth_out.iter().map(|_| self.depth).collect(),
                crop: self.crop()?,
                opacity_limit: within(self.opacity_limit, 0.0, 1.0, "--opacity-limit")?,
                drop_below: within(self.drop_below, 0.0, 1.0, "--drop-below")?,
                drop_hidden: self.drop_hidden,
                empty_depth: within(self.empty_depth, -1e30, 1e30, "--empty-depth")? as f32,
                unreached: match self.unreached {
                    Never::Empty => Unreached::Empty,
                    Never::Back => Unreached::Back,
                },
                count_samples: self.samples_out.is_some(),
                ..Settings::default()
            },
            aovs: self.aovs,
            ids: self.ids.map(|whose| match whose {
                Whose::Nearest => Pick::Nearest,
                Whose::Largest => Pick::Largest,
            }),
            out: pattern(&self.out),
            depth_out: pattern(&self.depth_out),
            samples_out: pattern(&self.samples_out),
            deep_out: pattern(&self.deep_out),
            half: (self.half || self.float).then_some(self.half),
            packing: self.compression,
            memory: self.memory_limit << 20,
            threads: self.threads.map_or_else(machine, usize::from),
        };
        if job.deep_out.is_some() {
            check_deep(&job)?;
        }
        Ok(job)
    }

    fn inputs(&self) -> Result<Vec<Input>, Failure> {
        let of = |names: &[String], operation| names.iter().map(move |n| Input::new(n, operation)).collect::<Vec<_>>();
        let mut inputs = of(&self.files, Operation::Merge);
        inputs.extend(of(&self.holdout, Operation::Holdout));
        inputs.extend(of(&self.cut, Operation::Cut));
        for (texts, option) in [(&self.offset, "--offset"), (&self.scale, "--scale")] {
            for text in texts {
                let Some((name, value)) = text.rsplit_once('=') else {
                    return Err(usage(format!("{option} {text}: this is not FILE=V")));
                };
                let number =
                    value.trim().parse().map_err(|_| usage(format!("{option} {text}: '{value}' is no number")))?;
                let place = find(&inputs, name).map_err(|e| usage(format!("{option} {text}: {e}")))?;
                let settings = &mut inputs[place].settings;
                if option == "--offset" {
                    settings.depth_offset = within(number, -1e30, 1e30, option)?;
                } else {
                    settings.depth_scale = within(number, 1e-30, 1e30, option)?;
                }
            }
        }
        for text in &self.part {
            match text.split_once('=').and_then(|(name, part)| Some((find(&inputs, name).ok()?, part))) {
                Some((place, part)) => inputs[place].part = Some(part.into()),
                None => inputs.iter_mut().filter(|i| i.part.is_none()).for_each(|i| i.part = Some(text.clone())),
            }
        }
        for text in &self.recolour {
            let named = text.split_once('=').and_then(|(name, file)| Some((find(&inputs, name).ok()?, file)));
            let (place, file) = match named {
                Some(named) => named,
                None if self.files.len() == 1 => (0, text.as_str()),
                None => return Err(usage(format!("--recolour {text}: say which file it colours, as FILE=BEAUTY"))),
            };
            if inputs[place].settings.operation != Operation::Merge {
                return Err(usage(format!("--recolour {text}: only files that are merged are seen")));
            }
            inputs[place].recolour = Some(FilePattern::new(file));
            inputs[place].settings.recolour = match self.recolour_by {
                Law::Straight => Recolour::Straight,
                Law::Beauty => Recolour::Beauty,
            };
        }
        Ok(inputs)
    }

    fn crop(&self) -> Result<Crop, Failure> {
        if let (Some(slab), Some(slabs)) = (self.slab, &self.slabs) {
            let [Some(near), Some(far)] = pair(slabs, "--slabs")? else {
                return Err(usage(format!("--slabs {slabs}: both depths are needed")));
            };
            ordered(near, far, slabs, "--slabs")?;
            let fade = within(self.slab_soft, 0.0, 1e30, "--slab-soft")?;
            return Ok(Crop::slabs(&[near, far], fade)[slab as usize]);
        }
        let Some(text) = &self.crop else { return Ok(Crop::default()) };
        let [near, far] = pair(text, "--crop")?;
        let mut crop =
            Crop { near: near.unwrap_or(f64::NEG_INFINITY), far: far.unwrap_or(f64::INFINITY), ..Crop::default() };
        ordered(crop.near, crop.far, text, "--crop")?;
        if let Some(soft) = &self.crop_soft {
            let [near, far] = pair(soft, "--crop-soft")?;
            crop.near_fade = within(near.unwrap_or(0.0), 0.0, 1e30, "--crop-soft")?;
            crop.far_fade = within(far.unwrap_or(0.0), 0.0, 1e30, "--crop-soft")?;
        }
        Ok(crop)
    }
}

/// A deep file holds samples as they are: what is worked out only while flattening cannot be in it.
fn check_deep(job: &Job) -> Result<(), Failure> {
    let crop = &job.settings.crop;
    let wrong = if job.inputs.iter().any(|i| i.settings.operation != Operation::Merge) {
        "files that hold out or cut"
    } else if job.inputs.iter().any(|i| i.recolour.is_some()) {
        "--recolour"
    } else if job.settings.drop_below > 0.0 {
        "--drop-below"
    } else if crop.near_fade > 0.0 || crop.far_fade > 0.0 {
        "soft ends"
    } else {
        return Ok(());
    };
    Err(usage(format!("--deep-out holds the samples as they are: it does not go with {wrong}")))
}

fn within(value: f64, least: f64, most: f64, option: &str) -> Result<f64, Failure> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(usage(format!("{option}: {value} is not from {least} to {most}")))
}

fn ordered(near: f64, far: f64, text: &str, option: &str) -> Result<(), Failure> {
    if near < far { Ok(()) } else { Err(usage(format!("{option} {text}: NEAR must be less than FAR"))) }
}

/// Two numbers, either of which may be missing.
fn pair(text: &str, option: &str) -> Result<[Option<f64>; 2], Failure> {
    let wrong = || usage(format!("{option} {text}: this is not NEAR,FAR"));
    let (near, far) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse::<f64>().ok().filter(|v| v.is_finite()).map(Some).ok_or_else(wrong),
    };
    Ok([number(near)?, number(far)?])
}

fn depth(text: &str) -> Result<DepthOutput, String> {
    match text.split_once('=') {
        None => match text {
            "front" => Ok(DepthOutput::Front),
            "back" => Ok(DepthOutput::Back),
            "mean" => Ok(DepthOutput::Mean),
            "first-opaque" => Ok(DepthOutput::Opaque),
            "threshold" => Ok(DepthOutput::AtAlpha(0.5)),
            _ => Err("it is one of front, back, mean, first-opaque, threshold, threshold=ALPHA".into()),
        },
        Some(("threshold", alpha)) => {
            let alpha = alpha.parse().ok().filter(|a| (0.0..=1.0).contains(a));
            alpha.map(DepthOutput::AtAlpha).ok_or_else(|| "the threshold is from 0 to 1".into())
        }
        Some(_) => Err("only threshold takes a value".into()),
    }
}
