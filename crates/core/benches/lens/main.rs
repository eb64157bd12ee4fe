//! How fast ZDefocus is, and how much memory it takes: one frame of 1920×1080, float RGBA and depth, through the driver.
//!
//! `cargo bench -p fathom-core --bench lens`; with `-- --scene chess --radius 25,60 --threads 1,2 --quality Draft,Normal,Best --shape
//! Disc,Blades` it takes all combinations of what is listed; `--repeat N` renders each N times and keeps the least; `--json` prints a line
//! of JSON for each. Each case runs in a process of its own.
//!
//! Seconds are CPU seconds (user and system, all threads) and wall seconds of the render. Memory is the peak of the resident size during the
//! first render beyond what was resident before it (input and output were), in RGBA float frames (1920·1080·16 bytes); Linux only.
//!
//! `gather` is no effect: it is the plainest post filter there is, each pixel the mean of a disc of its own radius, one sample at a
//! time, without occlusion, on one thread. It says what the same radius costs when nothing is done for speed or for edges.

mod gather;
mod measure;
mod scenes;

use measure::Cost;
use std::process::{Command, ExitCode};

/// What is rendered, and how.
#[derive(Clone, Debug, PartialEq)]
struct Case {
    scene: String,
    radius: f64,
    quality: String,
    shape: String,
    threads: usize,
}

impl Case {
    fn arguments(&self) -> Vec<String> {
        let pairs = [
            ("--scene", self.scene.clone()),
            ("--radius", self.radius.to_string()),
            ("--quality", self.quality.clone()),
            ("--shape", self.shape.clone()),
            ("--threads", self.threads.to_string()),
        ];
        pairs.into_iter().flat_map(|(name, value)| [name.to_string(), value]).collect()
    }

    fn json(&self, cost: &Cost) -> String {
        let Self { scene, radius, quality, shape, threads } = self;
        let Cost { cpu, wall, frames } = cost;
        format!(
            "{{\"scene\": \"{scene}\", \"radius\": {radius}, \"quality\": \"{quality}\", \"shape\": \"{shape}\", \"threads\": {threads}, \
             \"cpu\": {cpu:.4}, \"wall\": {wall:.4}, \"frames\": {frames:.3}}}"
        )
    }
}

/// The command line.
#[derive(Default)]
struct Options {
    scenes: Vec<String>,
    radii: Vec<f64>,
    qualities: Vec<String>,
    shapes: Vec<String>,
    threads: Vec<usize>,
    repeat: usize,
    json: bool,
    /// This process measures its one case and prints three numbers.
    child: bool,
}

impl Options {
    fn parse(mut list: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut this = Self { repeat: 2, ..Self::default() };
        while let Some(name) = list.next() {
            match name.as_str() {
                "--json" => this.json = true,
                "--child" => this.child = true,
                // Cargo's own.
                "--bench" => {}
                _ => {
                    let value = list.next().ok_or_else(|| format!("{name} needs a value"))?;
                    let words = || value.split(',').map(str::to_string).collect();
                    let bad = |_| format!("{name} {value}: not a number");
                    match name.as_str() {
                        "--scene" => this.scenes = words(),
                        "--quality" => this.qualities = words(),
                        "--shape" => this.shapes = words(),
                        "--radius" => {
                            let parse = |v: &str| v.parse::<f64>().map_err(|_| format!("{name} {v}: not a number"));
                            this.radii = value.split(',').map(parse).collect::<Result<_, _>>()?;
                        }
                        "--threads" => {
                            this.threads = value.split(',').map(str::parse).collect::<Result<_, _>>().map_err(bad)?
                        }
                        "--repeat" => this.repeat = value.parse::<usize>().map_err(bad)?.max(1),
                        _ => return Err(format!("unknown: {name}")),
                    }
                }
            }
        }
        Ok(this)
    }

    /// All combinations of what was asked for; if nothing was, the radii in each scene, and each other setting at 25 pixels.
    fn cases(&self) -> Vec<Case> {
        let all = |list: &[String], default: &[&str]| -> Vec<String> {
            if list.is_empty() { default.iter().map(ToString::to_string).collect() } else { list.to_vec() }
        };
        let shortened = [&self.scenes, &self.qualities, &self.shapes].iter().any(|l| !l.is_empty());
        let all_settings = !shortened && self.radii.is_empty() && self.threads.is_empty();
        let radii = if self.radii.is_empty() { vec![8.0, 25.0, 60.0, 100.0] } else { self.radii.clone() };
        let threads = if self.threads.is_empty() { vec![1] } else { self.threads.clone() };
        let mut cases = Vec::new();
        for scene in all(&self.scenes, &["wall", "ramp", "chess", "gather"]) {
            for &radius in &radii {
                for quality in all(&self.qualities, &["Normal"]) {
                    for shape in all(&self.shapes, &["Disc"]) {
                        for &threads in &threads {
                            let (scene, quality, shape) = (scene.clone(), quality.clone(), shape.clone());
                            cases.push(Case { scene, radius, quality, shape, threads });
                        }
                    }
                }
            }
        }
        if all_settings {
            let at = Case {
                scene: "chess".into(),
                radius: 25.0,
                quality: "Normal".into(),
                shape: "Disc".into(),
                threads: 1,
            };
            for quality in ["Draft", "Best"] {
                cases.push(Case { quality: quality.into(), ..at.clone() });
            }
            cases.push(Case { shape: "Blades".into(), ..at.clone() });
            cases.push(Case { threads: 2, ..at });
        }
        // It has none of these settings.
        for case in cases.iter_mut().filter(|c| c.scene == "gather") {
            *case = Case { quality: "-".into(), shape: "-".into(), threads: 1, ..case.clone() };
        }
        cases.dedup();
        cases
    }
}

fn main() -> ExitCode {
    if std::env::args().len() == 1 {
        // As a test: cargo names itself when it wants a bench.
        println!("nothing was measured: cargo bench -p fathom-core --bench lens");
        return ExitCode::SUCCESS;
    }
    let done = Options::parse(std::env::args().skip(1))
        .and_then(|options| if options.child { measure_one(&options) } else { measure_all(&options) });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("lens: {text}");
            ExitCode::from(2)
        }
    }
}

fn measure_one(options: &Options) -> Result<(), String> {
    let [case] = &options.cases()[..] else { return Err("one case for --child".into()) };
    let scene = scenes::make(&case.scene, case.radius)?;
    let cost = if case.scene == "gather" {
        gather::cost(&scene, case.radius, options.repeat)
    } else {
        measure::cost(&scene, case, options.repeat)?
    };
    println!("{} {} {}", cost.cpu, cost.wall, cost.frames);
    Ok(())
}

/// In a process of its own, so that no memory is left from the case before.
fn in_a_child(case: &Case, repeat: usize) -> Result<Cost, String> {
    let exe = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut command = Command::new(exe);
    command.arg("--child").args(["--repeat", &repeat.to_string()]).args(case.arguments());
    let output = command.stderr(std::process::Stdio::inherit()).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
    match numbers[..] {
        [cpu, wall, frames] if output.status.success() => Ok(Cost { cpu, wall, frames }),
        _ => Err(format!("{case:?} failed")),
    }
}

fn measure_all(options: &Options) -> Result<(), String> {
    if !options.json {
        println!(
            "1920x1080, float RGBA and depth; CPU and wall seconds: least of {}; memory in RGBA frames beyond input and output",
            options.repeat
        );
        println!("| scene  | radius | quality | shape  | threads |   CPU s |  wall s | memory |");
        println!("|--------|-------:|---------|--------|--------:|--------:|--------:|-------:|");
    }
    let mut said = String::new();
    for case in options.cases() {
        if let Some(reason) = scenes::missing(&case.scene) {
            if said != case.scene {
                eprintln!("{}: {reason}", case.scene);
                said.clone_from(&case.scene);
            }
            continue;
        }
        let cost = in_a_child(&case, options.repeat)?;
        if options.json {
            println!("{}", case.json(&cost));
            continue;
        }
        let Case { scene, radius, quality, shape, threads } = &case;
        let Cost { cpu, wall, frames } = cost;
        println!(
            "| {scene:<6} | {radius:>6} | {quality:<7} | {shape:<6} | {threads:>7} | {cpu:>7.3} | {wall:>7.3} | {frames:>6.2} |"
        );
    }
    Ok(())
}
