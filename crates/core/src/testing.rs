//! What tests share: random numbers with a seed, and small renders through the driver, put together in a few words.

use crate::depth::{DecidedConvention, DecidedEdges, Decision, DepthEdges};
use crate::effect::{Effect, Frame};
use crate::geometry::{Geometry, Rect, RectD};
use crate::image::{Alpha, ColourRow, Components, Depth, ImageMut, ImageRef, PixelFormat, load_colour, store_colour};
use crate::params::{Value, Values};
use crate::render::{Beside, Job, Outcome, Picture, Plate, render};
use crate::workers::{Exec, Shared, Stop, Workers};

/// Random numbers that are the same every time (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    /// Evenly between two limits.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// Evenly in the logarithm.
    pub(crate) fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.between(0.0, 1.0) < probability
    }
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.bits() as usize % of.len()]
    }
}

/// Red, green, blue, alpha.
pub(crate) type Rgba = [f32; 4];

/// A picture with depth, to be rendered. What is not said has a plain value: premultiplied, float, no mask, one thread, the whole
/// picture in one window.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) rect: Rect,
    pub(crate) colour: Vec<Rgba>,
    pub(crate) z: Option<Vec<f32>>,
    mask: Option<Vec<f32>>,
    background: Option<(Rect, Vec<Rgba>, Option<Vec<f32>>)>,
    fog: Option<Vec<Rgba>>,
    position: Option<Vec<Rgba>>,
    time: [f64; 2],
    bokeh: Option<(Rect, Vec<Rgba>)>,
    alpha: Alpha,
    format: PixelFormat,
    geometry: Geometry,
    threads: usize,
    looks: usize,
    windows: Vec<Rect>,
    decision: Decision,
    edges: DepthEdges,
}

impl Scene {
    /// Each pixel from its coordinates: colour and depth in metres.
    pub(crate) fn new(rect: Rect, mut pixel: impl FnMut(i32, i32) -> (Rgba, f32)) -> Self {
        let places = (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y)));
        let (colour, z) = places.map(|(x, y)| pixel(x, y)).unzip();
        Self {
            rect,
            colour,
            z: Some(z),
            mask: None,
            background: None,
            fog: None,
            position: None,
            time: [1.0, 24.0],
            bokeh: None,
            alpha: Alpha::Premultiplied,
            format: PixelFormat { depth: Depth::Float, components: Components::Rgba },
            geometry: Geometry::default(),
            threads: 1,
            looks: 0,
            windows: vec![rect],
            decision: Decision { convention: DecidedConvention::Distance, edges: DecidedEdges::PointSampled },
            edges: DepthEdges::AsIs,
        }
    }
    /// Random premultiplied colours from 0 to 1 with alphas from 0 to 1 (some exactly so), depths from 0.5 m to 200 m, a tenth of
    /// them missing.
    pub(crate) fn random(rect: Rect, seed: u64) -> Self {
        let mut random = Random::new(seed);
        Self::new(rect, |_, _| {
            let a = [0.0, 1.0, random.between(0.0, 1.0)][random.bits() as usize % 3];
            let [r, g, b] = [(); 3].map(|()| (random.between(0.0, 1.0) * a) as f32);
            let z = if random.chance(0.1) { 1e10 } else { random.log_between(0.5, 200.0) };
            ([r, g, b, a as f32], z as f32)
        })
    }
    /// The same picture as stored in a clip of that kind.
    pub(crate) fn alpha(mut self, alpha: Alpha) -> Self {
        for [r, g, b, a] in &mut self.colour {
            let divisor = if alpha == Alpha::Straight && *a > 0.0 { *a } else { 1.0 };
            [r, g, b].into_iter().for_each(|v| *v /= divisor);
            *a = if alpha == Alpha::Opaque { 1.0 } else { *a };
        }
        self.alpha = alpha;
        self
    }
    /// How numbers are stored, of source and output.
    pub(crate) fn stored_as(mut self, depth: Depth, components: Components) -> Self {
        self.format = PixelFormat { depth, components };
        self
    }
    pub(crate) fn mask(mut self, pixel: impl Fn(i32, i32) -> f32) -> Self {
        let r = self.rect;
        self.mask =
            Some((r.y1..r.y2).flat_map(|y| (r.x1..r.x2).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect());
        self
    }
    /// A clean plate: premultiplied colours and perhaps metres over a rectangle of its own, from coordinates.
    pub(crate) fn background(mut self, rect: Rect, mut pixel: impl FnMut(i32, i32) -> (Rgba, Option<f32>)) -> Self {
        let places = (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y)));
        let (colour, z): (Vec<Rgba>, Vec<Option<f32>>) = places.map(|(x, y)| pixel(x, y)).unzip();
        self.background = Some((rect, colour, z.into_iter().collect()));
        self
    }
    /// How the pixels lie.
    pub(crate) fn geometry(mut self, geometry: Geometry) -> Self {
        self.geometry = geometry;
        self
    }
    /// The frame's number, and frames in a second.
    pub(crate) fn at(mut self, frame: f64, rate: f64) -> Self {
        self.time = [frame, rate];
        self
    }
    /// Colours of a fog.
    pub(crate) fn fog(mut self, pixel: impl Fn(i32, i32) -> Rgba) -> Self {
        self.fog = Some(self.each(pixel));
        self
    }
    /// Positions in the world.
    pub(crate) fn position(mut self, pixel: impl Fn(i32, i32) -> Rgba) -> Self {
        self.position = Some(self.each(pixel));
        self
    }
    fn each(&self, pixel: impl Fn(i32, i32) -> Rgba) -> Vec<Rgba> {
        let r = self.rect;
        (r.y1..r.y2).flat_map(|y| (r.x1..r.x2).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect()
    }
    /// A picture of the aperture.
    pub(crate) fn bokeh(mut self, rect: Rect, mut pixel: impl FnMut(i32, i32) -> Rgba) -> Self {
        let places = (rect.y1..rect.y2).flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y)));
        self.bokeh = Some((rect, places.map(|(x, y)| pixel(x, y)).collect()));
        self
    }
    /// What an Auto means.
    pub(crate) fn decision(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self
    }
    /// How the depth behaves along silhouettes, where the values do not say it. Random depth has edges everywhere: as they are.
    pub(crate) fn edges(mut self, edges: DepthEdges) -> Self {
        self.edges = edges;
        self
    }
    pub(crate) fn without_depth(mut self) -> Self {
        self.z = None;
        self
    }
    pub(crate) fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }
    /// Not wanted any more from this look at whether it is, from 1.
    pub(crate) fn until(mut self, looks: usize) -> Self {
        self.looks = looks;
        self
    }
    /// Renders these windows one after the other into one output.
    pub(crate) fn windows(mut self, windows: &[Rect]) -> Self {
        self.windows = windows.to_vec();
        self
    }

    /// What is in the output after all windows, as floats; pixels outside all windows hold what no effect writes (77).
    pub(crate) fn render(&self, effect: &dyn Effect, values: &Values) -> Vec<Rgba> {
        self.outcome(effect, values).1
    }

    /// With what the driver said of the last window.
    pub(crate) fn outcome(&self, effect: &dyn Effect, values: &Values) -> (Outcome, Vec<Rgba>) {
        let (outcome, pixels) = self.end(effect, values);
        (outcome.unwrap(), pixels)
    }

    /// The same, also where it stops: then the windows after that are left out.
    pub(crate) fn end(&self, effect: &dyn Effect, values: &Values) -> (Result<Outcome, Stop>, Vec<Rgba>) {
        let (width, rect) = (self.rect.width(), self.rect);
        let one = PixelFormat { depth: Depth::Float, components: Components::Alpha };
        let source = store(self.format, &self.colour);
        let floats = |v: &Vec<f32>| -> Vec<u8> { v.iter().flat_map(|v| v.to_ne_bytes()).collect() };
        let (z, mask) = (self.z.as_ref().map(floats), self.mask.as_ref().map(floats));
        let unwritten = store(self.format, &vec![[77.0; 4]; self.colour.len()]);
        let mut output = unwritten;
        let workers = Workers::new(self.threads).unwrap();
        let exec = Exec::new(&workers, Shared::until(self.looks));
        let rgba = PixelFormat { depth: Depth::Float, components: Components::Rgba };
        let behind = self.background.as_ref().map(|(rect, c, z)| (*rect, store(rgba, c), z.as_ref().map(floats)));
        let beside = [&self.fog, &self.position].map(|p| p.as_ref().map(|p| store(rgba, p)));
        let lets_through = self.bokeh.as_ref().map(|(rect, c)| (*rect, store(rgba, c)));
        let edges = Values::default().set("depthEdges", Value::Int(self.edges as i32));
        let prepared = effect.prepare(&Values([edges.0, values.0.clone()].concat()));
        let mut outcome = Ok(Outcome::NoSource);
        for &window in &self.windows {
            let picture = |bytes, format: PixelFormat| {
                let rows = <[u8]>::chunks(bytes, width * format.bytes()).collect();
                Picture { image: ImageRef::new(rect, format, rows).unwrap(), geometry: self.geometry }
            };
            let plate = behind.as_ref().map(|(rect, colour, z)| {
                let picture = |bytes, format: PixelFormat| {
                    let rows = <[u8]>::chunks(bytes, rect.width() * format.bytes()).collect();
                    Picture { image: ImageRef::new(*rect, format, rows).unwrap(), geometry: self.geometry }
                };
                let depth = z.as_ref().map(|z| picture(z, one));
                Plate { picture: picture(colour, rgba), alpha: Alpha::Premultiplied, depth }
            });
            let bokeh = lets_through.as_ref().map(|(rect, colour)| {
                let rows = <[u8]>::chunks(colour, rect.width() * rgba.bytes()).collect();
                let picture = Picture { image: ImageRef::new(*rect, rgba, rows).unwrap(), geometry: self.geometry };
                Plate { picture, alpha: Alpha::Premultiplied, depth: None }
            });
            let region = self.geometry.rect_to_canonical(&rect);
            let job = Job {
                frame: Frame {
                    time: self.time[0],
                    frame_rate: self.time[1],
                    ..frame(self.geometry, region, self.z.is_some())
                },
                window,
                source: Some(picture(&source, self.format)),
                alpha: self.alpha,
                depth: z.as_ref().map(|z| picture(z, one)),
                decision: Some(self.decision),
                mask: mask.as_ref().map(|m| picture(m, one)),
                background: plate,
                beside: Beside {
                    fog: beside[0].as_ref().map(|f| picture(f, rgba)),
                    position: beside[1].as_ref().map(|p| picture(p, rgba)),
                    bokeh,
                },
                output: ImageMut::new(rect, self.format, output.chunks_mut(width * self.format.bytes()).collect())
                    .unwrap(),
            };
            outcome = render(&*prepared, job, &exec);
            if outcome.is_err() {
                break;
            }
        }
        (outcome, load(self.format, &output))
    }
}

/// A frame that is all source.
pub(crate) fn frame(geometry: Geometry, region: RectD, depth_connected: bool) -> Frame {
    Frame { time: 1.0, geometry, source_rod: region, format: region, depth_connected, frame_rate: 24.0, draft: false }
}

fn store(format: PixelFormat, pixels: &[Rgba]) -> Vec<u8> {
    let mut planes: [Vec<f32>; 4] = std::array::from_fn(|c| pixels.iter().map(|p| p[c]).collect());
    let [r, g, b, a] = &mut planes;
    let mut bytes = vec![0; pixels.len() * format.bytes()];
    store_colour(format, ColourRow { r, g, b, a }, &mut bytes);
    bytes
}

fn load(format: PixelFormat, bytes: &[u8]) -> Vec<Rgba> {
    let n = bytes.len() / format.bytes();
    let mut planes: [Vec<f32>; 4] = std::array::from_fn(|_| vec![0.0; n]);
    let [r, g, b, a] = &mut planes;
    load_colour(format, bytes, ColourRow { r, g, b, a });
    (0..n).map(|i| std::array::from_fn(|c| planes[c][i])).collect()
}

/// One row through a kernel that works on rows: premultiplied or straight as the kernel wants it.
pub(crate) fn run_row(effect: &dyn Effect, values: &Values, z: &[f32], pixels: &[Rgba]) -> Vec<Rgba> {
    let prepared = effect.prepare(values);
    let rect = Rect::new(0, 0, z.len() as i32, 1);
    let bytes: Vec<u8> = z.iter().flat_map(|v| v.to_ne_bytes()).collect();
    let format = PixelFormat { depth: Depth::Float, components: Components::Alpha };
    let image = ImageRef::new(rect, format, vec![&bytes]).unwrap();
    let g = Geometry::default();
    let stage = crate::depth::DepthStage::new(prepared.depth(), image, g, g, &g.rect_to_canonical(&rect));
    let beside = Default::default();
    let crate::effect::Kernel::Rows(kernel) =
        prepared.kernel(&frame(g, g.rect_to_canonical(&rect), true), &stage, &beside)
    else {
        panic!("not a kernel of rows")
    };
    let mut planes: [Vec<f32>; 4] = std::array::from_fn(|c| pixels.iter().map(|p| p[c]).collect());
    let [r, g, b, a] = &mut planes;
    kernel.row(0, 0, z, ColourRow { r, g, b, a });
    (0..z.len()).map(|i| std::array::from_fn(|c| planes[c][i])).collect()
}

/// Are all numbers of all pixels the same bits?
pub(crate) fn same_bits(a: &[Rgba], b: &[Rgba]) -> bool {
    let bits = |p: &[Rgba]| -> Vec<u32> { p.iter().flatten().map(|v| v.to_bits()).collect() };
    bits(a) == bits(b)
}

/// Fails with the place and both values where two pictures differ by more than `tolerance`.
#[track_caller]
pub(crate) fn assert_close(a: &[Rgba], b: &[Rgba], tolerance: f32, what: &str) {
    assert_eq!(a.len(), b.len(), "{what}");
    for (i, (p, q)) in a.iter().zip(b).enumerate() {
        let near = p.iter().zip(q).all(|(p, q)| (p - q).abs() <= tolerance);
        assert!(near, "{what}: pixel {i}: {p:?} is not {q:?} within {tolerance}");
    }
}

/// What a function that needs threads gives, with one of its own.
pub fn on_a_thread<T>(f: impl FnOnce(&Exec) -> Result<T, Stop>) -> T {
    let workers = Workers::new(1).unwrap();
    f(&Exec::alone(&workers)).unwrap()
}
