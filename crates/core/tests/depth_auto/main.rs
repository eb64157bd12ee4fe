//! Depth passes of every convention, of places made up here and of our own renders, with what the analysis makes of them.

mod passes;
mod scenes;

use fathom_core::depth::analyse::{Finding, Numbers, analyse};
use fathom_core::depth::{DepthConvention as C, DepthEdges, DepthMapping};
use fathom_core::workers::Cancel;
use passes::{Pass, RECIPES, Treatment, make};
use scenes::{KINDS, Random, Scene, place, render};
use std::path::{Path, PathBuf};

/// A wrong answer with at least this confidence is a lie: the report would call it fairly sure.
const CONFIDENT: f64 = 0.8;

fn found(numbers: &Numbers) -> Finding {
    analyse(numbers, &Cancel::never()).unwrap()
}

fn look(pass: &Pass) -> Finding {
    let alpha = pass.alpha.as_deref();
    found(&Numbers { width: pass.width, values: &pass.values, alpha, integers: pass.integers })
}

fn is_right(finding: &Finding, truth: &[(C, bool)]) -> bool {
    truth.contains(&(finding.convention, finding.mapping == Some(DepthMapping::Inverse)))
}

/// A list of passes with what became of them.
#[derive(Default)]
struct Score {
    all: usize,
    right: usize,
    unsure: usize,
    lies: usize,
    /// All that have silhouettes, right, and wrong with confidence.
    edges: [usize; 3],
}

impl Score {
    fn add(&mut self, pass: &Pass) {
        let f = look(pass);
        let right = is_right(&f, pass.truth);
        let sure = f.confidence >= CONFIDENT;
        self.all += 1;
        self.right += usize::from(right);
        self.unsure += usize::from(!sure);
        self.lies += usize::from(!right && sure);
        let edge = pass.edges.map(|e| e == f.edges);
        let edge_lie = edge == Some(false) && f.edge_confidence >= CONFIDENT;
        if let Some(ok) = edge {
            self.edges[0] += 1;
            self.edges[1] += usize::from(ok);
            self.edges[2] += usize::from(edge_lie);
        }
        if std::env::var_os("FATHOM_VERBOSE").is_some() || !right || edge_lie {
            let mark = match (right, sure) {
                (true, true) => "right",
                (true, false) => "(yes)",
                (false, false) => "(no)",
                (false, true) => "WRONG",
            };
            let mapping = if f.mapping == Some(DepthMapping::Inverse) { " 1/z" } else { "" };
            println!(
                "{mark:5} {:3.0} % {:22} {:60} {:?}{} {:3.0} %{}",
                100.0 * f.confidence,
                format!("{:?}{mapping}", f.convention),
                pass.name,
                f.edges,
                if f.soft { " soft" } else { "" },
                100.0 * f.edge_confidence,
                if edge_lie { " EDGES" } else { "" },
            );
            if !right {
                println!("        {}", f.reasons.join("; "));
            }
        }
    }

    fn with(self, other: &Score) -> Score {
        let edges = [0, 1, 2].map(|i| self.edges[i] + other.edges[i]);
        Score {
            all: self.all + other.all,
            right: self.right + other.right,
            unsure: self.unsure + other.unsure,
            lies: self.lies + other.lies,
            edges,
        }
    }

    fn print(&self, what: &str) {
        let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
        println!(
            "{what}: {} passes, right {:.1} %, unsure {:.1} %, wrong with confidence {} ({:.1} %); \
             edges: {}, right {:.1} %, wrong with confidence {}",
            self.all,
            share(self.right, self.all),
            share(self.unsure, self.all),
            self.lies,
            share(self.lies, self.all),
            self.edges[0],
            share(self.edges[1], self.edges[0]),
            self.edges[2],
        );
    }
}

fn treatment(i: usize, random: &mut Random) -> Treatment {
    Treatment {
        antialiased: i % 2 == 1,
        noise: if random.unit() < 0.15 { random.log_between(1e-5, 2e-3) } else { 0.0 },
        holes: random.unit() < 0.2,
    }
}

/// From the environment, for a look at more places than the test has time for.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Places that were not looked at while the analysis was written.
#[test]
fn made_up_places() {
    let (first, count) = (number("FATHOM_SEED", 1000), number("FATHOM_PLACES", 2));
    let mut score = Score::default();
    let mut random = Random(5);
    for kind in KINDS {
        let mut here = Score::default();
        for seed in first..first + count {
            let scene = place(kind, seed, 288, 162);
            let scene = if seed % 3 == 0 { scene.crop(60, 20, 180, 110) } else { scene };
            for i in 0..RECIPES {
                let how = treatment(i + seed as usize, &mut random);
                if let Some(pass) = make(&scene, i, how, &mut random) {
                    here.add(&pass);
                }
            }
        }
        here.print(kind);
        score = score.with(&here);
    }
    score.print("made-up places");
    assert!(score.right * 100 >= score.all * 94, "right");
    assert!(score.lies * 100 <= score.all, "wrong with confidence");
    assert!(score.edges[2] * 100 <= score.edges[0], "edges wrong with confidence");
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data").join(name)
}

/// The larger renders; `None` (said aloud) where they are not beside the checkout.
fn ground_truth() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ground-truth");
    if !path.is_dir() {
        println!("skipped: {} is not there", path.display());
    }
    path.is_dir().then_some(path)
}

fn all_recipes(scene: &Scene, random: &mut Random, score: &mut Score) {
    for i in 0..RECIPES {
        let how = treatment(i, random);
        let how = Treatment { antialiased: how.antialiased && scene.sub > 1, ..how };
        score.extend(make(scene, i, how, random));
    }
}

impl Extend<Pass> for Score {
    fn extend<T: IntoIterator<Item = Pass>>(&mut self, passes: T) {
        passes.into_iter().for_each(|p| self.add(&p));
    }
}

#[test]
fn our_renders() {
    let mut score = Score::default();
    let mut random = Random(11);
    for name in ["chess", "fence", "bokeh"] {
        let path = data(&format!("{name}/z.exr"));
        for (name, sub) in [(name.to_string(), 1), (format!("{name} third"), 3)] {
            let scene = render(&path, &name, "Z", sub).expect("the renders of tests/data are there");
            all_recipes(&scene, &mut random, &mut score);
        }
        let part = render(&path, name, "Z", 1).unwrap().crop(200, 40, 300, 200);
        all_recipes(&part, &mut random, &mut score);
    }
    score.print("our renders");
    assert!(score.right * 100 >= score.all * 94, "right");
    assert!(score.lies * 100 <= score.all, "wrong with confidence");
    assert_eq!(score.edges[2], 0, "edges wrong with confidence");
}

/// Three times the size with true coverage, single layers on nothing, clean plates, a camera move.
#[test]
fn larger_renders() {
    let Some(root) = ground_truth() else { return };
    let mut score = Score::default();
    let mut random = Random(12);
    let mut names: Vec<(String, usize)> = Vec::new();
    names.extend(["chess", "fence", "bokeh"].map(|s| (format!("{s}/hd/z.exr"), 3)));
    names.extend(["near", "mid", "far"].map(|s| (format!("chess/layers/{s}_z.exr"), 1)));
    names.push((String::from("fence/layers/clean_z.exr"), 1));
    names.extend([0, 7].map(|i| (format!("temporal_fence/z.{i:04}.exr"), 1)));
    for (name, sub) in names {
        match render(&root.join(&name), &name, "Z", sub) {
            Some(scene) => all_recipes(&scene, &mut random, &mut score),
            None => println!("skipped: {name}"),
        }
    }
    score.print("larger renders");
    assert!(score.right * 100 >= score.all * 90, "right");
    assert!(score.lies * 100 <= 2 * score.all, "wrong with confidence");
}

/// A renderer's own antialiased pass: Cycles' mist, normalised and even in distance, filtered by Blackman-Harris.
#[test]
fn mist_of_a_renderer() {
    let Some(root) = ground_truth() else { return };
    for name in ["chess", "fence", "bokeh"] {
        let scene = render(&root.join(format!("{name}/aux.exr")), name, "mist", 1).unwrap();
        let values: Vec<f32> = scene.z.iter().map(|z| *z as f32).collect();
        let f = found(&Numbers { width: scene.width, values: &values, alpha: None, integers: false });
        println!("{name} mist: {:?} {:.2}, edges {:?} {:.2}", f.convention, f.confidence, f.edges, f.edge_confidence);
        println!("    {:?} far/near {:?}", f.reasons, f.far_over_near);
        assert_eq!(f.edges, DepthEdges::Antialiased, "{name}");
        assert!(f.convention == C::NormalisedNearZero || f.confidence < CONFIDENT, "{name} {f:?}");
    }
}

/// Where nothing tells, nothing is claimed.
#[test]
fn what_cannot_be_known_is_unsure() {
    let mut random = Random(3);
    let (w, h) = (160, 90);
    let constant = |v: f32| vec![v; w * h];
    let mut cases: Vec<(String, Vec<f32>)> = Vec::new();
    for v in [0.0, 0.3, 1.0, 5.0, 12.0, -3.0, -0.2, f32::NAN] {
        cases.push((format!("constant {v}"), constant(v)));
    }
    let mut with_nan = constant(4.0);
    with_nan.iter_mut().step_by(37).for_each(|v| *v = f32::NAN);
    cases.push((String::from("constant 4, NaNs"), with_nan));
    cases.push((String::from("noise 0..1"), (0..w * h).map(|_| random.unit() as f32).collect()));
    cases.push((String::from("noise 1..50"), (0..w * h).map(|_| random.between(1.0, 50.0) as f32).collect()));
    cases.push((String::from("noise of both signs"), (0..w * h).map(|_| random.normal() as f32).collect()));
    cases.push((String::from("nothing"), Vec::new()));
    for (name, values) in cases {
        let f = found(&Numbers { width: w, values: &values, alpha: None, integers: false });
        println!("{name}: {:?} {:.2} {:?}", f.convention, f.confidence, f.reasons);
        assert!(f.confidence < CONFIDENT, "{name}: {f:?}");
    }
}

/// A sky alone says what it is by its number, where the number says it.
#[test]
fn skies_alone() {
    for (v, convention) in [(1e10, C::Distance), (f32::INFINITY, C::Distance), (-1e10, C::MinusDistance)] {
        let f = found(&Numbers { width: 64, values: &[v; 64 * 36], alpha: None, integers: false });
        assert_eq!((f.convention, f.range, f.invalid_share), (convention, None, 1.0), "{v}");
        assert!(f.empty.is_some_and(|e| e.number == v && e.far));
    }
}

/// Multiplied by alpha along its edges, and only then.
#[test]
fn premultiplied_by_alpha() {
    for seed in 1..5 {
        let scene = place("objects", seed, 240, 135);
        let n = (scene.sub * scene.sub) as f64;
        let pixels = || (0..scene.height).flat_map(|y| (0..scene.width).map(move |x| (x, y)));
        let sum = |f: &dyn Fn(f64) -> f64| -> Vec<f32> {
            pixels().map(|(x, y)| (scene.pixel(x, y).map(f).sum::<f64>() / n) as f32).collect()
        };
        let alpha = sum(&|z| f64::from(u8::from(z.is_finite())));
        let times = sum(&|z| if z.is_finite() { z } else { 0.0 });
        let sampled: Vec<f32> = pixels().map(|(x, y)| scene.pixel(x, y).nth(4).unwrap() as f32).collect();
        let distant = sum(&|z| if z.is_finite() { z } else { 1e10 });
        let kind =
            |values: &[f32]| found(&Numbers { width: scene.width, values, alpha: Some(&alpha), integers: false }).edges;
        assert_eq!(kind(&times), DepthEdges::Premultiplied, "{seed}");
        assert_ne!(kind(&sampled), DepthEdges::Premultiplied, "{seed}");
        assert_ne!(kind(&distant), DepthEdges::Premultiplied, "{seed}");
    }
}

/// The same picture at half and third size means the same.
#[test]
fn any_size_says_the_same() {
    let z = render(&data("chess/z.exr"), "chess", "Z", 1).unwrap();
    let whole: Vec<f32> = z.z.iter().map(|z| if z.is_finite() { *z as f32 } else { 1e10 }).collect();
    for step in 1..4 {
        let values: Vec<f32> = (0..z.height / step)
            .flat_map(|y| (0..z.width / step).map(move |x| (y * step, x * step)))
            .map(|(y, x)| whole[y * z.width + x])
            .collect();
        let numbers = Numbers { width: z.width / step, values: &values, alpha: None, integers: false };
        let f = found(&numbers);
        assert_eq!((f.convention, f.edges), (C::Distance, DepthEdges::PointSampled), "{step}");
        assert!(f.confidence > 0.95 && f.edge_confidence > 0.9, "{step} {f:?}");
        assert_eq!(f, found(&numbers), "the same again");
    }
}
