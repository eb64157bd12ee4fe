//! `fathom deep info`.

use super::look::Look;
use super::{choose, failed, numbers};
use crate::Failure;
use crate::describe::{print, print_json};
use clap::Args;
use deep_exr::{Channel, Choice, DeepFile, DeepState, Error, Header, Kind, Limits, SampleType, TimeCode};
use serde::Serialize;
use std::fmt::{self, Write as _};

#[derive(Args)]
pub struct Info {
    /// Deep OpenEXR files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// The part that is meant: name, number or view [default: the first deep one]
    #[arg(long, value_name = "NAME")]
    part: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// A file, or why it cannot be read.
#[derive(Serialize)]
struct FileInfo {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    parts: Vec<PartInfo>,
}

#[derive(Serialize)]
struct PartInfo {
    index: usize,
    name: Option<String>,
    view: Option<String>,
    deep: bool,
    /// The file's own word for it.
    kind: String,
    compression: &'static str,
    /// Columns and rows.
    tiles: Option<[u32; 2]>,
    channels: Vec<ChannelInfo>,
    /// x, y, width, height; y runs down.
    data_window: [i64; 4],
    display_window: [i64; 4],
    pixel_aspect: f32,
    frames_per_second: Option<[i64; 2]>,
    time_code: Option<[u32; 4]>,
    /// What the file says of itself.
    deep_image_state: Option<&'static str>,
    samples: Option<SampleInfo>,
    depth: Option<Look>,
    /// Sorted, and nothing overlaps, as found.
    tidy: Option<bool>,
    /// This is the one that a merge takes.
    used: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct ChannelInfo {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    /// The channel that it is multiplied with.
    alpha: Option<String>,
}

#[derive(Serialize)]
struct SampleInfo {
    total: u64,
    least: u32,
    most: u32,
    mean: f64,
    mean_where_covered: f64,
    covered: u64,
    pixels: u64,
    /// The first pixel with the most.
    fullest: [i32; 2],
}

impl Info {
    pub fn run(&self) -> Result<(), Failure> {
        let files: Vec<FileInfo> = self.files.iter().map(|file| self.file(file)).collect();
        if self.json {
            print_json(&files)?;
        } else {
            for file in files.iter().filter(|f| !f.parts.is_empty()) {
                print(&text(file).map_err(failed)?)?;
            }
        }
        let errors: Vec<&str> = files.iter().flat_map(FileInfo::errors).collect();
        if errors.is_empty() { Ok(()) } else { Err(failed(errors.join("\nfathom: "))) }
    }

    fn file(&self, name: &str) -> FileInfo {
        let mut info = FileInfo { file: name.into(), error: None, parts: Vec::new() };
        match DeepFile::open(name, &Limits::default()) {
            Ok(file) => {
                let used = file.find(&choose(&file, self.part.as_deref()));
                for index in 0..file.headers().len() {
                    info.parts.push(part(&file, index, used.as_ref().ok() == Some(&index)));
                }
                info.error = used.err().map(|e| e.to_string());
            }
            Err(error) => info.error = Some(error.to_string()),
        }
        info
    }
}

impl FileInfo {
    fn errors(&self) -> impl Iterator<Item = &str> {
        self.error.as_deref().into_iter().chain(self.parts.iter().filter_map(|p| p.error.as_deref()))
    }
}

fn part(file: &DeepFile, index: usize, used: bool) -> PartInfo {
    let header = &file.headers()[index];
    let mut info = PartInfo {
        index,
        name: header.name.clone(),
        view: header.view.clone(),
        deep: header.kind.is_deep(),
        kind: match &header.kind {
            Kind::DeepScanline => "deepscanline".into(),
            Kind::DeepTiled => "deeptile".into(),
            Kind::Flat(word) => word.clone(),
        },
        compression: header.compression.name(),
        tiles: header.tiles.map(|t| [t.width, t.height]),
        channels: header.channels.iter().enumerate().map(|(i, c)| channel(header, i, c)).collect(),
        data_window: numbers(header.data_window),
        display_window: numbers(header.display_window),
        pixel_aspect: header.pixel_aspect,
        frames_per_second: header.frames_per_second.map(|(n, d)| [n.into(), d.into()]),
        time_code: header.time_code.map(TimeCode::time),
        deep_image_state: header.deep_state.map(state),
        samples: None,
        depth: None,
        tidy: None,
        used,
        error: None,
    };
    if info.deep
        && let Err(error) = samples(file, index, &mut info)
    {
        info.error = Some(error.to_string());
    }
    info
}

fn state(state: DeepState) -> &'static str {
    match state {
        DeepState::Messy => "messy",
        DeepState::Sorted => "sorted",
        DeepState::NonOverlapping => "non-overlapping",
        DeepState::Tidy => "tidy",
    }
}

fn samples(file: &DeepFile, index: usize, info: &mut PartInfo) -> Result<(), Error> {
    let part = file.part(&Choice::Index(index))?;
    let stats = part.stats();
    info.samples = Some(SampleInfo {
        total: stats.samples,
        least: stats.least,
        most: stats.most,
        mean: stats.mean(),
        mean_where_covered: stats.mean_where_covered(),
        covered: stats.covered,
        pixels: stats.pixels,
        fullest: [stats.fullest.0, stats.fullest.1],
    });
    let look = Look::at(&part)?;
    info.tidy = Some(look.is_tidy());
    info.depth = Some(look);
    Ok(())
}

fn channel(header: &Header, index: usize, channel: &Channel) -> ChannelInfo {
    let alone = channel.kind == SampleType::Uint || matches!(channel.name.as_str(), "Z" | "ZBack");
    let alpha = header.alpha_of(index).filter(|&a| a != index && !alone);
    ChannelInfo {
        name: channel.name.clone(),
        kind: match channel.kind {
            SampleType::Uint => "uint",
            SampleType::Half => "half",
            SampleType::Float => "float",
        },
        alpha: alpha.map(|a| header.channels[a].name.clone()),
    }
}

/// For people.
fn text(info: &FileInfo) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}", info.file)?;
    for part in &info.parts {
        let name = part.name.as_ref().map_or(String::new(), |name| format!(" \"{}\"", name.escape_debug()));
        let view = part.view.as_ref().map_or(String::new(), |view| format!(", view {}", view.escape_debug()));
        let tiles = part.tiles.map_or(String::new(), |[w, h]| format!(" of {w} x {h}"));
        let used = if part.used { "; this one is used" } else { "" };
        let kind = part.kind.escape_debug();
        writeln!(out, "  part {}{name}{view}: {kind}{tiles}, {}{used}", part.index, part.compression)?;
        let window = |[x, y, w, h]: [i64; 4]| format!("{w} x {h} at {x}, {y}");
        writeln!(out, "    data window     {}", window(part.data_window))?;
        writeln!(out, "    display window  {}, pixel aspect {}", window(part.display_window), part.pixel_aspect)?;
        if let Some([n, d]) = part.frames_per_second {
            writeln!(out, "    frame rate      {}", n as f64 / d.max(1) as f64)?;
        }
        if let Some([h, m, s, f]) = part.time_code {
            writeln!(out, "    time code       {h:02}:{m:02}:{s:02}:{f:02}")?;
        }
        let channels: Vec<String> = part.channels.iter().map(words).collect();
        writeln!(out, "    channels        {}", channels.join(", "))?;
        if let Some(s) = &part.samples {
            writeln!(
                out,
                "    samples         {}; {} to {} a pixel, {:.3} on average",
                s.total, s.least, s.most, s.mean
            )?;
            let covered = format!("{} of {} pixels", s.covered, s.pixels);
            writeln!(out, "                    {:.3} where there are any ({covered})", s.mean_where_covered)?;
        }
        if let Some(look) = &part.depth {
            depth(&mut out, part, look)?;
        }
    }
    Ok(out)
}

fn words(c: &ChannelInfo) -> String {
    let alpha = c.alpha.as_ref().map_or(String::new(), |alpha| format!(" by {}", alpha.escape_debug()));
    format!("{} {}{alpha}", c.name.escape_debug(), c.kind)
}

fn depth(out: &mut String, part: &PartInfo, look: &Look) -> fmt::Result {
    let range = match (look.nearest, look.farthest) {
        (Some(near), Some(far)) => format!("{near} to {far}"),
        _ => "none".into(),
    };
    let odd = if look.odd > 0 { format!(", {} infinite or no number", look.odd) } else { String::new() };
    writeln!(out, "    depth           {range}; {} points, {} volumes{odd}", look.points, look.volumes)?;
    let found = match (look.unsorted_pixels, look.overlapping_pixels) {
        (0, 0) => "tidy".into(),
        (0, n) => format!("sorted; samples overlap in {n} pixels"),
        (n, 0) => format!("{n} pixels not sorted; none overlap"),
        (n, m) => format!("{n} pixels not sorted; samples overlap in {m}"),
    };
    match part.deep_image_state {
        Some(state) => writeln!(out, "    order           {found} (the file says: {state})"),
        None => writeln!(out, "    order           {found}"),
    }
}
