//! One frame: its files, windows and channels.

use super::concat::Concat;
use super::inputs::Opened;
use super::options::Job;
use super::output::{Channel, Plane, Target, Temporary, write_all};
use super::pictures::Beauty;
use super::work::{DeepWriter, Scene, Source, run};
use super::{failed, numbers};
use crate::Failure;
use deep_exr::flatten::{Flattener, Operation, Pick, Plan, Reading, Repairs, Roles, Settings, Wanted};
use deep_exr::{Compression, Header, Limits, SampleType, Window, Writer};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What became of a frame.
#[derive(Default, Serialize)]
pub struct Report {
    frame: i64,
    skipped: bool,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// x, y, width, height; y runs down.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_window: Option<[i64; 4]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_window: Option<[i64; 4]>,
    /// That were read.
    samples: u64,
    /// What a user should know.
    pub notes: Vec<String>,
    seconds: f64,
}

fn words(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

impl Report {
    pub fn skipped(frame: i64, outputs: &[PathBuf]) -> Self {
        Self { frame, skipped: true, outputs: words(outputs), ..Self::default() }
    }
}

/// Makes a frame.
pub fn make(job: &Job, frame: i64, progress: &(dyn Fn(f64) + Sync)) -> Result<Report, Failure> {
    let started = Instant::now();
    let mut notes = Vec::new();
    let limits = Limits { memory: job.memory / job.inputs.len() as u64, ..Limits::default() };
    let opened: Vec<Opened> =
        job.inputs.iter().map(|i| i.open(frame, job.missing, &limits, &mut notes)).collect::<Result<_, _>>()?;
    let window = union(job, &opened, &limits)?;
    compare(job, &opened, &mut notes);
    let beauties = beauties(job, frame, &mut notes)?;
    let like = &opened[0].header;
    let named = Names::new(job, like);
    let headers: Vec<&Header> = opened.iter().map(|o| &o.header).collect();
    let plan = Plan::new(&headers, &named.wanted());
    let readings: Vec<Reading> =
        plan.files.iter().zip(&job.inputs).map(|(r, i)| reading(r, i.settings.operation)).collect();
    let mut reads: Vec<Vec<usize>> = readings.iter().map(|r| r.channels.clone()).collect();
    let concat = job.deep_out.as_ref().map(|_| Concat::new(job, &opened, window, &mut reads)).transpose()?;
    let settings = plan.settings(job.settings.clone());
    let targets = targets(job, frame, window, like, &named)?;
    let tall = opened.iter().filter_map(|o| o.part.as_ref().map(|part| block_rows(part.header()))).max();
    let least = job.packing.rows().max(16);
    let scene = Scene {
        window,
        sources: sources(job, &opened, &reads, &readings, &beauties),
        flattener: if job.is_flat() { Some(flattener(settings)?) } else { None },
        targets: &targets,
        concat: concat.as_ref(),
        rows: tall.unwrap_or(1).min(window.height()).max(1).next_multiple_of(least),
    };
    let mut deep = match (&job.deep_out, &concat) {
        (Some(out), Some(concat)) => Some(create(&out.file(frame), &concat.header)?),
        _ => None,
    };
    let mut repairs = Repairs::default();
    write_all(&targets, &mut |sinks| {
        let writer = deep.as_mut().map(|(_, writer)| writer);
        // A half for samples; a quarter each for the tables of the files, and for pictures.
        repairs = run(&scene, (job.threads, job.memory / 2), sinks, writer, progress)?;
        Ok(())
    })?;
    if let Some((file, writer)) = deep {
        writer.finish().map_err(|e| file.failure(e))?;
        file.finish()?;
    }
    targets.into_iter().try_for_each(|target| target.file.finish())?;
    mended(&repairs, &mut notes);
    Ok(Report {
        frame,
        skipped: false,
        inputs: opened.iter().map(|o| o.file.display().to_string()).collect(),
        outputs: words(&job.outputs().map(|out| out.file(frame)).collect::<Vec<_>>()),
        data_window: Some(numbers(window)),
        display_window: Some(numbers(like.display_window)),
        samples: opened.iter().filter_map(|o| o.part.as_ref()).map(|part| part.stats().samples).sum(),
        notes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

/// The pixels of all files that are merged.
fn union(job: &Job, opened: &[Opened], limits: &Limits) -> Result<Window, Failure> {
    let merged = opened.iter().zip(&job.inputs).filter(|(_, i)| i.settings.operation == Operation::Merge);
    let both = |a: Window, b: Window| Window {
        x1: a.x1.min(b.x1),
        y1: a.y1.min(b.y1),
        x2: a.x2.max(b.x2),
        y2: a.y2.max(b.y2),
    };
    let window = merged.map(|(o, _)| o.header.data_window).reduce(both).unwrap_or_default();
    let (w, h) = (window.width() as u64, window.height() as u64);
    if w * h > limits.pixels {
        return Err(failed(format!(
            "{}: its data window with those of the other files is {w} x {h} pixels, {} in all are allowed",
            opened[0].file.display(),
            limits.pixels
        )));
    }
    Ok(window)
}

/// Notes what differs from the first file.
fn compare(job: &Job, opened: &[Opened], notes: &mut Vec<String>) {
    let first = &opened[0];
    for (other, input) in opened.iter().zip(&job.inputs).skip(1) {
        let (file, like) = (other.file.display(), first.file.display());
        if other.header.display_window != first.header.display_window {
            notes.push(format!("{file} has another display window than {like}, whose is kept"));
        }
        if other.header.pixel_aspect != first.header.pixel_aspect {
            notes.push(format!("{file} has another pixel aspect than {like}, whose is kept"));
        }
        if input.settings.operation != Operation::Merge && other.part.is_none() {
            notes.push(format!("{}: nothing is held out or cut in this frame", input.given));
        }
    }
}

fn beauties(job: &Job, frame: i64, notes: &mut Vec<String>) -> Result<Vec<Option<Beauty>>, Failure> {
    let count = job.inputs.iter().filter(|i| i.recolour.is_some()).count().max(1) as u64;
    let mut read = |pattern| Beauty::read(pattern, frame, job.missing, job.memory / 4 / count, notes);
    // Only colours need them.
    let wanted = job.inputs.iter().map(|i| i.recolour.as_ref().filter(|_| job.out.is_some()));
    wanted.map(|pattern| pattern.map(&mut read).transpose()).collect()
}

/// Names of the channels of the flat picture.
struct Names<'a> {
    channels: Vec<&'a str>,
    ids: Vec<(&'a str, Pick)>,
}

impl<'a> Names<'a> {
    fn new(job: &Job, first: &'a Header) -> Self {
        let mut names = Self { channels: Vec::new(), ids: Vec::new() };
        if job.out.is_none() {
            return names;
        }
        names.channels.extend(["R", "G", "B"]);
        for channel in &first.channels {
            let known = matches!(channel.name.as_str(), "R" | "G" | "B" | "A" | "Z" | "ZBack");
            match (channel.kind, job.ids) {
                (SampleType::Uint, Some(pick)) if !known => names.ids.push((&channel.name, pick)),
                (SampleType::Half | SampleType::Float, _) if job.aovs && !known => names.channels.push(&channel.name),
                _ => {}
            }
        }
        names
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted { alpha: "A", channels: &self.channels, ids: &self.ids }
    }
}

/// What is not seen needs no colours.
fn reading(planned: &Reading, operation: Operation) -> Reading {
    if operation == Operation::Merge {
        return planned.clone();
    }
    let mut channels = Vec::new();
    let mut place = |band: usize| {
        let channel = planned.channels[band];
        channels.iter().position(|c| *c == channel).unwrap_or_else(|| {
            channels.push(channel);
            channels.len() - 1
        })
    };
    let roles = &planned.roles;
    let alphas = roles.alphas.iter().map(|a| a.map(&mut place)).collect();
    let roles = Roles { alphas, channels: vec![None; roles.channels.len()], ids: vec![None; roles.ids.len()] };
    Reading { channels, roles }
}

fn sources<'a>(
    job: &Job,
    opened: &'a [Opened],
    reads: &'a [Vec<usize>],
    readings: &'a [Reading],
    beauties: &'a [Option<Beauty>],
) -> Vec<Source<'a>> {
    (0..opened.len())
        .map(|i| Source {
            part: opened[i].part.as_ref(),
            channels: &reads[i],
            roles: &readings[i].roles,
            settings: job.inputs[i].settings,
            beauty: beauties[i].as_ref(),
        })
        .collect()
}

fn flattener(settings: Settings) -> Result<Flattener, Failure> {
    Flattener::new(settings).map_err(failed)
}

/// The flat files to write.
fn targets(job: &Job, frame: i64, window: Window, like: &Header, named: &Names) -> Result<Vec<Target>, Failure> {
    let half = job.half == Some(true);
    let channel = |name: &str, half, plane| Channel { name: name.into(), half, plane };
    let mut colours = vec![channel("A", half, Plane::Alpha)];
    colours.extend(named.channels.iter().enumerate().map(|(i, name)| channel(name, half, Plane::Channel(i))));
    colours.extend(named.ids.iter().enumerate().map(|(i, (name, _))| channel(name, false, Plane::Id(i))));
    let files = [
        (&job.out, colours),
        (&job.depth_out, vec![channel("Z", false, Plane::Depth)]),
        (&job.samples_out, vec![channel("Y", false, Plane::Samples)]),
    ];
    let files = files.into_iter().filter_map(|(out, channels)| Some((out.as_ref()?.file(frame), channels)));
    files.map(|(path, channels)| Target::new(&path, window, like, job.packing, channels)).collect()
}

/// Rows that are best read together.
fn block_rows(header: &Header) -> usize {
    match (header.tiles, header.compression) {
        (Some(tiles), _) => tiles.height as usize,
        (None, Compression::Zip) => 16,
        (None, _) => 1,
    }
}

fn create(path: &Path, header: &Header) -> Result<(Temporary, DeepWriter), Failure> {
    let file = Temporary::new(path)?;
    let writer = Writer::create(file.part(), header).map_err(|e| file.failure(e))?;
    Ok((file, writer))
}

/// Notes what was wrong with samples.
fn mended(repairs: &Repairs, notes: &mut Vec<String>) {
    let counts = [
        (repairs.depths, "samples without a depth were left out"),
        (repairs.alphas, "samples without an alpha were left out"),
        (repairs.clamped, "alphas were brought into 0 to 1"),
        (repairs.colours, "colours were infinite or no number, and are 0 now"),
    ];
    notes.extend(counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
}
