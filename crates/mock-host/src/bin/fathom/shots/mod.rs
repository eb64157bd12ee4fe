//! `fathom shots`: ZDefocus beside real lens re-renders.

mod crops;
mod flicker;
mod shot;

use crate::setup::{Setup, print_report};
use crate::{Failure, locate, usage};
use clap::Args;
use mock_host::compare::{Likeness, Toned};
use mock_host::media::{self, Pick};
use mock_host::{Picture, RectI, RenderRequest};
use shot::{Shot, clip};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Shots {
    /// The folder of scenes: SCENE/pinhole.exr, z.exr, and for each shot SHOT.exr (the truth) and SHOT.json (its camera); figures of
    /// other tools in peers.json and peers_ssim.json [default: tests/data of the project, which has a few]
    folder: Option<PathBuf>,
    /// Draft, Normal or Best
    #[arg(long, default_value = "Normal")]
    quality: String,
    /// Only shots with this in their name
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Set another parameter: NAME=VALUE
    #[arg(long = "set", value_name = "NAME=VALUE")]
    values: Vec<String>,
    /// Feed the scenes' clean plates to Background and BackgroundDepth, and leave out scenes that have none
    #[arg(long)]
    plate: bool,
    /// Write each result, and enlarged crops of its worst places: unprocessed, result, truth, difference
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Instead of the shots: how much the error of a sequence flickers from frame to frame (temporal_fence in the folder)
    #[arg(long)]
    flicker: bool,
}

impl Shots {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => locate::project_file("tests/data")
                .ok_or_else(|| usage("tests/data of the project was not found; name the folder of scenes"))?,
        };
        if !folder.is_dir() {
            return Err(usage(format!("there is no folder {}", folder.display())));
        }
        if self.flicker {
            return flicker::run(&folder, self, bundle);
        }
        let wanted = |s: &Shot| {
            self.only.as_ref().is_none_or(|o| s.name.contains(o.as_str())) && (!self.plate || s.plate.is_some())
        };
        let shots: Vec<Shot> = shot::find(&folder)?.into_iter().filter(wanted).collect();
        if shots.is_empty() {
            return Err(usage("none of the shots is like that"));
        }
        let mut table = Table::default();
        table.head();
        for shot in &shots {
            table.add(self.measure(shot, bundle)?);
        }
        table.means();
        table.verdict()
    }

    fn measure<'a>(&self, shot: &'a Shot, bundle: Option<&Path>) -> Result<Row<'a>, Failure> {
        let mut clips = vec![clip("Source", &shot.pinhole), clip("Depth", &shot.depth)];
        if let Some([plate, depth]) = shot.plate.as_ref().filter(|_| self.plate) {
            clips.extend([clip("Background", plate), clip("BackgroundDepth", depth)]);
        }
        let setup = shot.camera.setup(clips, &self.quality, &self.values);
        let (result, seconds) = render(&setup, bundle, 1.0)?;
        let read = |path: &Path| media::read_exr(path, &Pick::auto()).map(|f| f.picture);
        let (before, truth) = (read(&shot.pinhole)?, read(&shot.truth)?);
        let toned = |p: &Picture| Toned::new(p).map_err(|e| named(&shot.name, &e.to_string()));
        let (a, b, t) = (toned(&before)?, toned(&result)?, toned(&truth)?);
        let like = |p: &Toned| p.likeness(&t).map_err(|e| named(&shot.name, &e.to_string()));
        if let Some(out) = &self.out {
            crops::write(out, &shot.name, &result, [&a, &b, &t])?;
        }
        Ok(Row { shot, before: like(&a)?, ours: like(&b)?, seconds })
    }
}

fn named(name: &str, text: &str) -> Failure {
    Failure::Failed(format!("{name}: {text}"))
}

/// One frame in the frame of its source, and the CPU seconds of the Render action.
fn render(setup: &Setup, bundle: Option<&Path>, time: f64) -> Result<(Picture, f64), Failure> {
    let ready = setup.make(bundle, Path::new(""))?;
    let mut request = RenderRequest::at(time);
    request.window = setup.pixels(&ready, time)?;
    ready.instance.set_time(time);
    let started = mock_host::process_cpu_seconds();
    let picture = ready.instance.render(&request)?;
    let seconds = mock_host::process_cpu_seconds() - started;
    print_report(&ready);
    Ok((picture, seconds))
}

/// Writes a picture as it is compared.
fn write_toned(path: &Path, width: usize, height: usize, pixel: impl Fn(i32, i32) -> [f64; 3]) -> Result<(), Failure> {
    let bounds = RectI::sized(width as i32, height as i32);
    let picture = Picture::from_fn(bounds, mock_host::Components::Rgb, |x, y| {
        let [r, g, b] = pixel(x, y).map(|v| media::srgb_decode(v as f32));
        [r, g, b, 1.0]
    });
    Ok(media::write(path, &picture, bounds)?)
}

/// One shot's figures.
struct Row<'a> {
    shot: &'a Shot,
    before: Likeness,
    ours: Likeness,
    seconds: f64,
}

impl Row<'_> {
    fn behind(&self) -> bool {
        let below = |ours: f64, peer: Option<f64>| peer.is_some_and(|p| ours < p);
        below(self.ours.psnr, self.shot.peer_psnr) || below(self.ours.ssim, self.shot.peer_ssim)
    }
}

#[derive(Default)]
struct Table<'a> {
    rows: Vec<Row<'a>>,
}

/// The mean of the rows that have the figure, if all have.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

fn cell(psnr: Option<f64>, ssim: Option<f64>) -> String {
    match (psnr, ssim) {
        (Some(p), Some(s)) => format!("{p:.2} ({s:.4})"),
        (Some(p), None) => format!("{p:.2}"),
        _ => "-".into(),
    }
}

fn difference(ours: Likeness, psnr: Option<f64>, ssim: Option<f64>) -> String {
    match (psnr, ssim) {
        (Some(p), Some(s)) => format!("{:+.2} ({:+.4})", ours.psnr - p, ours.ssim - s),
        _ => "-".into(),
    }
}

fn line(name: &str, cells: [String; 5], seconds: &str, mark: &str) {
    let [before, peer, ours, difference, ceiling] = cells;
    println!(
        "| {name:<18} | {before:>14} | {peer:>14} | {ours:>14} | {difference:>15} | {ceiling:>7} | {seconds:>5} |{mark}"
    );
}

impl<'a> Table<'a> {
    fn head(&self) {
        println!("PSNR in dB (SSIM) on sRGB(x/(1+x)), against the renderer's own lens; CPU seconds of the render.");
        let words = ["unprocessed", "best other", "ZDefocus", "difference", "ceiling"].map(String::from);
        line("shot", words, "CPU s", "");
        let right = [16, 16, 16, 17, 9, 7].map(|n| format!("{}:|", "-".repeat(n - 1))).concat();
        println!("|{}|{right}", "-".repeat(20));
    }

    /// Prints at once: each takes seconds.
    fn add(&mut self, row: Row<'a>) {
        let (s, mark) = (row.shot, if row.behind() { " behind" } else { "" });
        let cells = [
            cell(Some(row.before.psnr), Some(row.before.ssim)),
            cell(s.peer_psnr, s.peer_ssim),
            cell(Some(row.ours.psnr), Some(row.ours.ssim)),
            difference(row.ours, s.peer_psnr, s.peer_ssim),
            cell(s.camera.ceiling(), None),
        ];
        line(&s.name, cells, &format!("{:.2}", row.seconds), mark);
        self.rows.push(row);
    }

    fn means(&self) {
        let of = |f: &dyn Fn(&Row) -> Option<f64>| mean(self.rows.iter().map(f));
        let before = [of(&|r| Some(r.before.psnr)), of(&|r| Some(r.before.ssim))];
        let peer = [of(&|r| r.shot.peer_psnr), of(&|r| r.shot.peer_ssim)];
        let ours = [of(&|r| Some(r.ours.psnr)), of(&|r| Some(r.ours.ssim))];
        let like = Likeness { psnr: ours[0].unwrap_or(f64::NAN), ssim: ours[1].unwrap_or(f64::NAN) };
        let cells = [
            cell(before[0], before[1]),
            cell(peer[0], peer[1]),
            cell(ours[0], ours[1]),
            difference(like, peer[0], peer[1]),
            cell(of(&|r| r.shot.camera.ceiling()), None),
        ];
        let seconds = of(&|r| Some(r.seconds)).map_or(String::new(), |s| format!("{s:.2}"));
        line("mean", cells, &seconds, "");
    }

    /// An error where another tool does better.
    fn verdict(&self) -> Result<(), Failure> {
        let behind: Vec<&str> = self.rows.iter().filter(|r| r.behind()).map(|r| r.shot.name.as_str()).collect();
        if behind.is_empty() {
            return Ok(());
        }
        let (n, all) = (behind.len(), self.rows.len());
        Err(Failure::Failed(format!("{n} of {all} shots are behind the best other tool: {}", behind.join(", "))))
    }
}
