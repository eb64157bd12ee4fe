//! DeepMerge through the driver, against the step by step reference in f64.

use super::merge::Grid;
use super::*;
use crate::effect::Frame;
use crate::geometry::Rect;
use crate::image::{Alpha, Components, Depth, ImageMut, ImageRef, PixelFormat};
use crate::params::{Value, Values};
use crate::render::{Generation, Picture, generate};
use crate::testing::{Random, Rgba, assert_close, same_bits};
use crate::workers::{Exec, Shared, Stop, Workers};
use deep_exr::flatten::reference::{self, Sample};
use deep_exr::{Band, Channel, Numbers, Writer};

const DISPLAY: Window = Window { x1: -3, y1: 5, x2: 29, y2: 25 };
const FORMAT: PixelFormat = PixelFormat { depth: Depth::Float, components: Components::Rgba };

/// A folder that is removed with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fathom-merge-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn values(&self, files: &[&str]) -> Values {
        let named = |values: Values, (i, file): (usize, &&str)| {
            values.set(&format!("file{}", i + 1), Value::Text(self.0.join(file).display().to_string()))
        };
        files.iter().enumerate().fold(Values::default(), named)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The samples of a file, pixel by pixel.
struct Shot {
    window: Window,
    pixels: Vec<Vec<Sample>>,
}

impl Shot {
    fn random(window: Window, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let pixels = (0..window.width() * window.height()).map(|_| {
            let sample = |random: &mut Random| {
                let front = random.between(1.0, 9.0).round();
                let back = if random.chance(0.5) { front } else { front + random.between(0.1, 4.0) };
                let alpha = if random.chance(0.2) { 1.0 } else { random.between(0.0, 0.9) };
                let colours = (0..3).map(|_| f64::from((random.between(0.0, 1.5) * alpha) as f32)).collect();
                Sample { front, back: f64::from(back as f32), alpha: f64::from(alpha as f32), colours }
            };
            (0..random.bits() % 5).map(|_| sample(&mut random)).collect()
        });
        Self { window, pixels: pixels.collect() }
    }

    fn write(&self, path: &std::path::Path, pixel_aspect: f32) {
        let channel = |name: &str| Channel { name: name.into(), kind: SampleType::Float };
        let mut header = Header::new(self.window, ["A", "B", "G", "R", "Z", "ZBack"].map(channel).to_vec());
        (header.display_window, header.pixel_aspect) = (DISPLAY, pixel_aspect);
        let all: Vec<&Sample> = self.pixels.iter().flatten().collect();
        let plane = |f: &dyn Fn(&Sample) -> f64| all.iter().map(|s| f(s) as f32).collect::<Vec<f32>>();
        let mut starts = vec![0];
        starts.extend(self.pixels.iter().scan(0, |sum, p| {
            *sum += p.len() as u32;
            Some(*sum)
        }));
        let colours = [2, 1, 0].map(|c: usize| Numbers::Float(plane(&|s| s.colours[c])));
        let channels = [Numbers::Float(plane(&|s| s.alpha))].into_iter().chain(colours).collect();
        let band =
            Band { window: self.window, starts, front: plane(&|s| s.front), back: Some(plane(&|s| s.back)), channels };
        let mut writer = Writer::create(path, &header).unwrap();
        writer.rows(&band, &[0, 1, 2, 3]).unwrap();
        writer.finish().unwrap();
    }

    /// The samples at a pixel that is counted from the display window's bottom left corner.
    fn at(&self, x: i32, y: i32) -> &[Sample] {
        let (x, y) = (x + DISPLAY.x1, DISPLAY.y2 - 1 - y);
        let w = &self.window;
        let inside = (w.x1..w.x2).contains(&x) && (w.y1..w.y2).contains(&y);
        if inside { &self.pixels[(y - w.y1) as usize * w.width() + (x - w.x1) as usize] } else { &[] }
    }
}

fn two(folder: &Folder) -> [Shot; 2] {
    let shots = [
        Shot::random(Window { x1: -6, y1: 3, x2: 17, y2: 19 }, 1),
        Shot::random(Window { x1: 2, y1: 9, x2: 33, y2: 28 }, 2),
    ];
    shots[0].write(&folder.0.join("a.exr"), 1.0);
    shots[1].write(&folder.0.join("b.exr"), 1.0);
    shots
}

/// What is rendered, beside the parameters.
#[derive(Clone)]
struct Job {
    rect: Rect,
    geometry: Geometry,
    windows: Vec<Rect>,
    threads: usize,
    /// Premultiplied, over the rectangle, and how it is handed over.
    source: Option<(Vec<Rgba>, Alpha)>,
    output: Alpha,
}

impl Job {
    fn over(rect: Rect) -> Self {
        let geometry = Geometry::default();
        Self { rect, geometry, windows: vec![rect], threads: 2, source: None, output: Alpha::Premultiplied }
    }

    fn render(&self, values: &Values) -> Result<Vec<Rgba>, Fault> {
        let prepared = DeepMerge.prepare(values);
        let bytes = |pixels: &[Rgba]| -> Vec<u8> { pixels.iter().flatten().flat_map(|v| v.to_ne_bytes()).collect() };
        let width = self.rect.width() * FORMAT.bytes();
        let mut output = bytes(&vec![[77.0; 4]; self.rect.width() * self.rect.height()]);
        let source = self.source.as_ref().map(|(pixels, alpha)| (bytes(pixels), *alpha));
        let region = self.geometry.rect_to_canonical(&self.rect);
        let source_rod = if source.is_some() { region } else { RectD::default() };
        let frame = Frame {
            time: 1.0,
            geometry: self.geometry,
            source_rod,
            format: region,
            depth_connected: false,
            frame_rate: 24.0,
            draft: false,
        };
        let workers = Workers::new(self.threads).unwrap();
        let exec = Exec::alone(&workers);
        for &window in &self.windows {
            let job = Generation {
                frame,
                window,
                source: source.as_ref().map(|(bytes, _)| Picture {
                    image: ImageRef::new(self.rect, FORMAT, bytes.chunks(width).collect()).unwrap(),
                    geometry: self.geometry,
                }),
                alpha: source.as_ref().map_or(Alpha::Premultiplied, |s| s.1),
                depth: None,
                decision: None,
                output: ImageMut::new(self.rect, FORMAT, output.chunks_mut(width).collect()).unwrap(),
                output_alpha: self.output,
            };
            generate(&*prepared, prepared.generator().unwrap(), job, &exec)?;
        }
        let numbers = output.as_chunks::<4>().0.iter().map(|b| f32::from_ne_bytes(*b)).collect::<Vec<_>>();
        Ok(numbers.as_chunks::<4>().0.to_vec())
    }
}

/// Every pixel of a rectangle, flattened step by step.
fn flattened(rect: Rect, of: impl Fn(i32, i32) -> (f64, Vec<f64>)) -> Vec<Rgba> {
    let places = (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y)));
    let pixel = |(x, y)| {
        let (alpha, colours) = of(x, y);
        let c = |i: usize| colours.get(i).copied().unwrap_or(0.0) as f32;
        [c(0), c(1), c(2), alpha as f32]
    };
    places.map(pixel).collect()
}

/// Where the two shots have pixels.
const BOTH: Rect = Rect::new(-3, -3, 36, 22);

#[test]
fn merging_is_what_the_reference_says() {
    let folder = Folder::new("merge");
    let shots = two(&folder);
    let all = |x, y| [shots[0].at(x, y), shots[1].at(x, y)].concat();
    let values = folder.values(&["a.exr", "b.exr"]);
    let got = Job::over(BOTH).render(&values).unwrap();
    assert_close(&got, &flattened(BOTH, |x, y| reference::flatten(&all(x, y))), 2e-7, "merged");
    // The second one only hides.
    let held = Job::over(BOTH).render(&values.clone().int("operation2", 1)).unwrap();
    let expected = flattened(BOTH, |x, y| reference::hold_out(shots[0].at(x, y), shots[1].at(x, y)));
    // Beyond the first one's window there is nothing to see.
    assert_close(&held, &expected, 2e-7, "held out");
    // Depths are moved: what lay at the same place lies apart.
    let moved = |s: &Sample| Sample { front: 2.0 * s.front - 1.0, back: 2.0 * s.back - 1.0, ..s.clone() };
    let values = values.double("depthScale2", 2.0).double("depthOffset2", -1.0);
    let expected = flattened(BOTH, |x, y| {
        let second = shots[1].at(x, y).iter().map(moved);
        reference::flatten(&shots[0].at(x, y).iter().cloned().chain(second).collect::<Vec<_>>())
    });
    assert_close(&Job::over(BOTH).render(&values).unwrap(), &expected, 2e-7, "moved");
}

#[test]
fn any_scale_is_the_mean_of_the_pixels_under_it() {
    let folder = Folder::new("scale");
    let shots = two(&folder);
    let values = folder.values(&["a.exr", "b.exr"]);
    let full = |x, y| reference::flatten(&[shots[0].at(x, y), shots[1].at(x, y)].concat());
    for scale in [0.5, 0.25, 0.3, 0.77, 1.0 / 3.0] {
        let geometry = Geometry::new([scale; 2], 1.0);
        let rect = geometry.rect_to_pixels(&Geometry::default().rect_to_canonical(&BOTH));
        let job = Job { geometry, ..Job::over(rect) };
        let got = job.render(&values).unwrap();
        // The centre of a full pixel decides under which small one it lies.
        let own = |i: i32| {
            let low = (f64::from(i) / scale - 2.0).floor() as i32;
            let high = (f64::from(i + 1) / scale + 2.0).ceil() as i32;
            (low..high).filter(move |f| ((f64::from(*f) + 0.5) * scale).floor() as i32 == i).collect::<Vec<_>>()
        };
        let expected = flattened(rect, |x, y| {
            let (xs, ys) = (own(x), own(y));
            let mut sums = [0.0; 4];
            for (fx, fy) in ys.iter().flat_map(|fy| xs.iter().map(move |fx| (*fx, *fy))) {
                let (alpha, colours) = full(fx, fy);
                sums.iter_mut().zip(colours.iter().copied().chain(vec![0.0; 3])).take(3).for_each(|(s, c)| *s += c);
                sums[3] += alpha;
            }
            let n = (xs.len() * ys.len()) as f64;
            (sums[3] / n, sums[..3].iter().map(|s| s / n).collect())
        });
        assert_close(&got, &expected, 2e-6, &format!("at {scale}"));
        // Any windows.
        let mut windows = Vec::new();
        for y in (rect.y1..rect.y2).step_by(3) {
            for x in (rect.x1..rect.x2).step_by(4) {
                windows.push(Rect::new(x, y, x + 4, y + 3).intersect(&rect));
            }
        }
        let pieces = Job { windows, threads: 1, ..job.clone() }.render(&values).unwrap();
        assert!(same_bits(&pieces, &got), "at {scale}");
    }
}

#[test]
fn each_pixel_lies_under_one() {
    for step in [1.0, 2.0, 3.0, 1.0 / 0.3, 1.5, 7.0 / 3.0] {
        let grid = Grid::new(&DISPLAY, 1.0, &Geometry::new([1.0 / step, 1.0 / step], 1.0));
        // Files count downwards.
        let mut next = grid.rows(-20, -19).start;
        for y in -19..20 {
            let rows = grid.rows(y, y + 1);
            assert!(rows.end == next && rows.start < rows.end, "{step}: {y}: {rows:?}");
            next = rows.start;
        }
    }
}

/// Wide pixels: in a host that takes them as they are, and in one that has square ones only.
#[test]
fn wide_pixels_keep_their_place() {
    let folder = Folder::new("wide");
    let shot = Shot::random(DISPLAY, 5);
    shot.write(&folder.0.join("w.exr"), 2.0);
    let values = folder.values(&["w.exr"]);
    let plain = Rect::new(0, 0, 32, 20);
    let expected = flattened(plain, |x, y| reference::flatten(shot.at(x, y)));
    let own = Job { geometry: Geometry::new([1.0; 2], 2.0), ..Job::over(plain) };
    assert_close(&own.render(&values).unwrap(), &expected, 2e-7, "own");
    let square = Job::over(Rect::new(0, 0, 64, 20)).render(&values).unwrap();
    let every_other: Vec<Rgba> = square.iter().step_by(2).copied().collect();
    assert_close(&every_other, &expected, 2e-7, "square");
    assert!(square.chunks(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn the_source_is_premultiplied_and_the_output_is_what_the_host_wants() {
    let folder = Folder::new("source");
    two(&folder);
    let mut random = Random::new(3);
    let rect = BOTH;
    let premultiplied: Vec<Rgba> = (0..rect.width() * rect.height())
        .map(|_| {
            let a = random.between(0.1, 1.0) as f32;
            [0.5 * a, 0.25 * a, a, a]
        })
        .collect();
    let straight: Vec<Rgba> = premultiplied.iter().map(|&[r, g, b, a]| [r / a, g / a, b / a, a]).collect();
    let on = Value::Bool(true);
    let values = folder.values(&["a.exr", "b.exr"]).set("sourceAsElement", on).int("sourceDepth", 1);
    let values = values.double("sourceDistance", 4.5);
    let of = |source: &[Rgba], alpha, output| {
        let job = Job { source: Some((source.to_vec(), alpha)), output, ..Job::over(rect) };
        job.render(&values).unwrap()
    };
    let expected = of(&premultiplied, Alpha::Premultiplied, Alpha::Premultiplied);
    assert_close(&of(&straight, Alpha::Straight, Alpha::Premultiplied), &expected, 1e-6, "straight source");
    let divided = of(&premultiplied, Alpha::Premultiplied, Alpha::Straight);
    let back: Vec<Rgba> = divided.iter().map(|&[r, g, b, a]| [r * a, g * a, b * a, a]).collect();
    assert_close(&back, &expected, 1e-6, "straight output");
    let opaque = of(&premultiplied, Alpha::Opaque, Alpha::Premultiplied);
    assert!(opaque.iter().all(|p| (p[3] - 1.0).abs() < 1e-6));
}

#[test]
fn where_it_fails_the_window_is_empty_and_nothing_else_is_written() {
    let folder = Folder::new("fails");
    two(&folder);
    let path = folder.0.join("a.exr");
    let bytes = std::fs::read(&path).unwrap();
    // Damaged in the last rows only, where no table is: found while it is read.
    let mut broken = bytes.clone();
    let end = broken.len();
    broken[end - 40..].fill(0xff);
    std::fs::write(&path, broken).unwrap();
    let window = Rect::new(0, 0, 20, 18);
    let prepared = DeepMerge.prepare(&folder.values(&["a.exr", "b.exr"]));
    let mut output = vec![0x42_u8; BOTH.width() * BOTH.height() * 16];
    let workers = Workers::new(2).unwrap();
    let exec = Exec::alone(&workers);
    let region = Geometry::default().rect_to_canonical(&BOTH);
    let job = Generation {
        frame: Frame {
            time: 1.0,
            geometry: Geometry::default(),
            source_rod: RectD::default(),
            format: region,
            depth_connected: false,
            frame_rate: 24.0,
            draft: false,
        },
        window,
        source: None,
        alpha: Alpha::Premultiplied,
        depth: None,
        decision: None,
        output: ImageMut::new(BOTH, FORMAT, output.chunks_mut(BOTH.width() * 16).collect()).unwrap(),
        output_alpha: Alpha::Premultiplied,
    };
    let failed = generate(&*prepared, prepared.generator().unwrap(), job, &exec);
    assert!(matches!(&failed, Err(Fault::Failed(text)) if text.contains("a.exr")), "{failed:?}");
    for (i, pixel) in output.chunks(16).enumerate() {
        let (x, y) = (BOTH.x1 + (i % BOTH.width()) as i32, BOTH.y1 + (i / BOTH.width()) as i32);
        assert!(pixel.iter().all(|b| *b == if window.contains(x, y) { 0 } else { 0x42 }), "{x}, {y}");
    }
    // The host wants to stop: no failure.
    let stop = Exec::new(&workers, Shared::until(1));
    let frame = Frame {
        time: 1.0,
        geometry: Geometry::default(),
        source_rod: region,
        format: region,
        depth_connected: false,
        frame_rate: 24.0,
        draft: false,
    };
    let stopped = prepared.generator().unwrap().painter(&frame, &stop);
    assert!(matches!(stopped, Err(Fault::Stop(Stop::Aborted))));
}

#[test]
fn controls_without_effect_are_greyed_out() {
    let enabled = |values: &Values, name: &str| DeepMerge.enabled(values, name);
    let none = Values::default();
    for name in ["depthKind", "emptyDepth", "cropNear", "slabNear", "sourceDistance", "depthConvention", "dropHidden"] {
        assert!(!enabled(&none, name), "{name}");
    }
    for name in ["file1", "enable1", "output", "useCrop", "slab", "recolour", "memoryLimit", "layer", "opacityLimit"] {
        assert!(enabled(&none, name), "{name}");
    }
    let on = |name: &str| none.clone().set(name, Value::Bool(true));
    assert!(enabled(&none.clone().int("output", 1), "depthKind") && enabled(&on("useCrop"), "cropFar"));
    assert!(enabled(&none.clone().int("output", 1).int("depthKind", 4), "depthThreshold"));
    assert!(enabled(&on("sourceAsElement"), "depthConvention") && enabled(&none.clone().int("slab", 2), "slabFar"));
    let off = none.clone().set("enable3", Value::Bool(false));
    assert!(
        !enabled(&off, "file3") && !enabled(&off, "depthScale3") && enabled(&off, "file2") && enabled(&off, "enable3")
    );
}

#[test]
fn without_clips_there_is_nothing_of_the_source() {
    let names = |usage| DeepMerge.define_for(usage).params().map(|p| p.name.clone()).collect::<Vec<_>>();
    let (general, generator) = (names(Use::General), names(Use::Generator));
    assert!(generator.iter().all(|name| general.contains(name)));
    let only: Vec<_> = general.iter().filter(|name| !generator.contains(name)).collect();
    assert!(only.iter().any(|n| *n == "recolour") && only.iter().any(|n| *n == "depthConvention"));
    assert!(!general.contains(&"useDepth".to_string()) && !general.contains(&"mix".to_string()));
}
