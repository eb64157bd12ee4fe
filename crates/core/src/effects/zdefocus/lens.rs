//! The lens: from depth to the circle of confusion.

use super::params::{LensModel, SizeParams};
use crate::choices;
use crate::depth::NEAREST;
use crate::simd::{Work, best_work};

choices! {
    /// Which camera the size is computed for.
    pub enum LensFormula {
        /// A thin lens focused by moving it: the film lies where the focus distance is imaged.
        ThinLens = "Thin lens",
        /// The film lies at the focal length, whatever the focus.
        FilmAtFocalLength = "Film at focal length",
    }
}

choices! {
    /// Common widths of sensor and film.
    pub enum SensorPreset {
        /// 36 mm.
        FullFrame = "Full frame (36 mm)",
        /// 24.89 mm.
        Super35 = "Super 35 (24.89 mm)",
        /// 22.3 mm.
        ApsC = "APS-C (22.3 mm)",
        /// 21.95 mm.
        Academy = "Academy (21.95 mm)",
        /// 37.72 mm.
        VistaVision = "VistaVision (37.72 mm)",
        /// 52.48 mm, the width of a 65 mm film frame.
        Film65 = "65 mm (52.48 mm)",
        /// 17.3 mm.
        MicroFourThirds = "Micro 4/3 (17.3 mm)",
        /// 10.26 mm, the width of a 16 mm film frame.
        Film16 = "16 mm (10.26 mm)",
        /// The width that the artist gives.
        Custom = "Custom",
    }
}

impl SensorPreset {
    /// Width in millimetres; `custom` for Custom.
    pub fn width(self, custom: f64) -> f64 {
        match self {
            SensorPreset::FullFrame => 36.0,
            SensorPreset::Super35 => 24.89,
            SensorPreset::ApsC => 22.3,
            SensorPreset::Academy => 21.95,
            SensorPreset::VistaVision => 37.72,
            SensorPreset::Film65 => 52.48,
            SensorPreset::MicroFourThirds => 17.3,
            SensorPreset::Film16 => 10.26,
            SensorPreset::Custom => custom,
        }
    }
}

/// The size of the blur as a function of depth: radius in pixels of the full-size frame, `k · (1/focus − 1/z)`, signed, times a
/// factor on each side and cut at a maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lens {
    /// Pixels × metres.
    pub k: f64,
    /// In metres.
    pub focus: f64,
    near: f64,
    far: f64,
    /// In pixels of the full-size frame.
    pub max: f64,
    zone: Zone,
    /// How much larger the picture is than with the focus at infinity.
    pub zoom: f64,
}

/// The zone around the focus that stays sharp, in dioptres from it; no blur begins before its ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    near: f64,
    far: f64,
    falloff: f64,
}

impl Zone {
    /// From one distance to another, in metres, with the focus between them; see `sharpFalloff` for the last.
    pub fn new(focus: f64, near: f64, far: f64, falloff: f64) -> Self {
        let dioptres = |z: f64| if z > 0.0 { 1.0 / z } else { f64::INFINITY };
        let focus = dioptres(focus.max(f64::from(NEAREST)));
        Self { near: (dioptres(near) - focus).max(0.0), far: (focus - dioptres(far)).max(0.0), falloff }
    }

    /// The part of the lens's blur that is there so many dioptres behind the focus. It grows with the distance from the focus.
    fn blurs(&self, behind: f64) -> f64 {
        let end = if behind < 0.0 { self.near } else { self.far };
        if end <= 0.0 {
            return 1.0;
        }
        let beyond = behind.abs() - end;
        if beyond <= 0.0 || end.is_infinite() {
            return 0.0;
        }
        let t = (beyond / (end * self.falloff)).min(1.0);
        t * t * (3.0 - 2.0 * t)
    }
}

/// Without a maximum by hand, the largest blur is this many times the blur at infinity, or this share of the frame's width.
const AUTO_MAX: f64 = 4.0;
const AUTO_SHARE: f64 = 0.1;
/// Nearer than this many focal lengths beyond the focal length there is no image.
const NEAREST_IMAGE: f64 = 0.1;
/// No focus makes the picture larger than this.
const MOST_BREATH: f64 = 2.0;
/// No blur is larger, in pixels of the full-size frame.
const LIMIT: f64 = 500.0;

/// What is farther than this, in metres, is at infinity: the sky, also where the focus is picked from it.
const FARTHEST: f64 = 1e30;

impl Lens {
    /// For a frame `format_width` pixels wide, focused at `focus` metres.
    ///
    /// Simple: k = sizeAtInfinity · focus, so that z → ∞ gives that size. Camera (thin lens, focal length f, f-number N, sensor
    /// width w, focus S, all in metres): k = W/w · f/(2N) · f/(S − f) · S; with the film at the focal length the factor
    /// S/(S − f) is absent.
    pub fn new(size: &SizeParams, focus: f64, format_width: f64) -> Self {
        let focus = focus.clamp(f64::from(NEAREST), FARTHEST);
        let k = match size.lens_model {
            LensModel::Simple => size.size_at_infinity * focus,
            LensModel::Camera => {
                let f = size.focal_length * 1e-3;
                let pixels_per_metre = format_width / (size.sensor_preset.width(size.sensor_width) * 1e-3);
                let k = pixels_per_metre * f / (2.0 * size.f_stop) * f;
                match size.formula {
                    LensFormula::FilmAtFocalLength => k,
                    LensFormula::ThinLens => k * focus / (focus - f).max(NEAREST_IMAGE * f),
                }
            }
        };
        let at_infinity = k / focus;
        let max = if k <= 0.0 { 0.0 } else { Self::limit(size, at_infinity, format_width) };
        let zone = Zone { near: 0.0, far: 0.0, falloff: 0.0 };
        let (near, far) = (size.near_multiplier, size.far_multiplier);
        Self { k, focus, near, far, max, zone, zoom: Self::breath(size, focus) }
    }

    /// The same lens with a sharp zone.
    pub fn with_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// How much larger a focus at a distance makes the picture: the film's distance from the lens, S f / (S − f) for a thin lens, over that
    /// for a focus at infinity, f; as far as the artist wants it.
    pub fn breath(size: &SizeParams, focus: f64) -> f64 {
        if !size.breathes() {
            return 1.0;
        }
        let (f, focus) = (size.focal_length * 1e-3, focus.min(FARTHEST));
        1.0 + size.breathing * (focus / (focus - f).max(NEAREST_IMAGE * f) - 1.0).clamp(0.0, MOST_BREATH - 1.0)
    }

    /// The largest that it may be.
    pub fn most_breath(size: &SizeParams) -> f64 {
        if size.breathes() { 1.0 + size.breathing * (MOST_BREATH - 1.0) } else { 1.0 }
    }

    /// The lens for a picture that is enlarged afterwards: its blur is smaller by as much.
    pub fn before_zoom(self) -> Self {
        Self { k: self.k / self.zoom, max: self.max / self.zoom, ..self }
    }

    /// The largest blur in front of the focus or behind it, in pixels of the full-size frame.
    pub fn most(&self) -> f64 {
        let far = (self.k / self.focus * self.far).min(self.max);
        if self.near > 0.0 { self.max } else { far }
    }

    /// The same lens with another maximum.
    #[cfg(test)]
    pub fn with_max(self, max: f64) -> Self {
        Self { max, ..self }
    }

    fn limit(size: &SizeParams, at_infinity: f64, format_width: f64) -> f64 {
        let auto = (AUTO_MAX * at_infinity).max(AUTO_SHARE * format_width);
        if size.max_size > 0.0 { size.max_size } else { auto }.min(LIMIT)
    }

    /// The largest blur for any focus distance: what a plan can promise before the focus is picked from the picture.
    pub fn largest(size: &SizeParams, format_width: f64) -> f64 {
        match size.lens_model {
            LensModel::Simple if size.size_at_infinity <= 0.0 => 0.0,
            LensModel::Simple => Self::limit(size, size.size_at_infinity, format_width),
            LensModel::Camera => Self::limit(size, f64::MAX, format_width),
        }
    }

    /// Signed radius in pixels of the full-size frame at a depth in metres; 0 for NaN.
    pub fn coc(&self, z: f64) -> f64 {
        if z.is_nan() {
            return 0.0;
        }
        let behind = 1.0 / self.focus - 1.0 / z.min(FARTHEST);
        let blurs = self.zone.blurs(behind);
        if blurs <= 0.0 {
            return 0.0;
        }
        let c = self.k * behind * blurs;
        let c = c * if c < 0.0 { self.near } else { self.far };
        c.clamp(-self.max, self.max)
    }

    /// [`Lens::coc`] of a row of depths, times `scale`: the same bits, many at once where no zone stays sharp.
    pub fn cocs(&self, row: &mut [f32], scale: f64) {
        if self.zone.near > 0.0 || self.zone.far > 0.0 {
            row.iter_mut().for_each(|v| *v = (self.coc(f64::from(*v)) * scale) as f32);
            return;
        }
        best_work(Cocs { lens: self, row, scale });
    }
}

/// [`Lens::cocs`] where no zone stays sharp.
struct Cocs<'a> {
    lens: &'a Lens,
    row: &'a mut [f32],
    scale: f64,
}

impl Work for Cocs<'_> {
    type Output = ();
    const BROAD: bool = true;

    #[inline(always)]
    fn run(self) {
        let Lens { k, near, far, max, .. } = *self.lens;
        let (focus, scale) = (1.0 / self.lens.focus, self.scale);
        for v in self.row {
            let z = f64::from(*v);
            let c = k * (focus - 1.0 / if z < FARTHEST { z } else { FARTHEST });
            let c = c * if c < 0.0 { near } else { far };
            let c = if c < -max { -max } else { c };
            let c = if c > max { max } else { c };
            *v = (if z.is_nan() { 0.0 } else { c } * scale) as f32;
        }
    }
}

/// A blur of at most this radius, in pixels of the full-size frame, is not seen: it stays within a pixel.
pub const SHARP: f64 = 0.5;

impl Lens {
    /// From which distance to which, in metres, the blur is at most [`SHARP`]. The far end may be infinite.
    pub fn sharp_limits(&self) -> [f64; 2] {
        let sharp = |dioptres: f64| self.coc(1.0 / dioptres).abs() <= SHARP;
        let focus = 1.0 / self.focus;
        // On either side the blur grows with the dioptres from the focus.
        let limit = |end: f64| {
            if sharp(end) {
                return end;
            }
            let (mut inside, mut outside) = (focus, end);
            for _ in 0..60 {
                let middle = 0.5 * (inside + outside);
                if sharp(middle) { inside = middle } else { outside = middle }
            }
            inside
        };
        [1.0 / limit(1.0 / f64::from(NEAREST)), 1.0 / limit(0.0)]
    }
}

/// Which of some lens points speak for any place on the lens, by a table.
pub struct NearestPoints {
    table: Vec<[(u16, f32); AROUND]>,
}

/// Cells of the table each way.
pub const CELLS: usize = 64;
/// So many points speak for a place: one would say yes or no, and what is seen in part, or through a part of the lens, would fall into dots.
pub const AROUND: usize = 6;

impl NearestPoints {
    /// Compares every cell with every point. Without any the first one is all.
    pub fn new(points: &[[f32; 2]]) -> Self {
        let centre = |i: usize| (i as f32 + 0.5) * (2.0 / CELLS as f32) - 1.0;
        let mut near = Vec::with_capacity(points.len());
        let cells = (0..CELLS * CELLS).map(|i| {
            let distance =
                |p: &[f32; 2]| ((p[0] - centre(i % CELLS)).powi(2) + (p[1] - centre(i / CELLS)).powi(2)).sqrt();
            near.clear();
            near.extend((0..).zip(points.iter().map(distance)));
            let mut speak = [(0, 0.0); AROUND];
            speak[0].1 = 1.0;
            if near.len() > AROUND {
                // The nearer a point is to the first that says nothing the less it says: so none begins or ends at once.
                let (first, end, _) = near.select_nth_unstable_by(AROUND, |a, b| a.1.total_cmp(&b.1));
                first.sort_unstable_by_key(|of: &(u16, f32)| of.0);
                let says = |distance: f32| 1.0 - distance / end.1.max(1e-6) + 1e-6;
                let all: f32 = first.iter().map(|of| says(of.1)).sum();
                for (to, (point, distance)) in speak.iter_mut().zip(&*first) {
                    *to = (*point, says(*distance) / all);
                }
            } else if let Some(nearest) = near.iter().min_by(|a, b| a.1.total_cmp(&b.1)) {
                speak[0].0 = nearest.0;
            }
            speak
        });
        Self { table: cells.collect() }
    }

    /// The indices of the points around `u`, and how much each says; all together 1.
    #[inline(always)]
    pub fn of(&self, u: [f32; 2]) -> &[(u16, f32); AROUND] {
        let cell = |v: f32| (((v + 1.0) * (0.5 * CELLS as f32)) as usize).min(CELLS - 1);
        &self.table[cell(u[1]) * CELLS + cell(u[0])]
    }
}
