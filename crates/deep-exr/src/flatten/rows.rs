//! Rows of pixels.

use super::depths::Depths;
use super::element::{Element, Misfit, Ready};
use super::gather::{Repairs, Row};
use super::pixel::{Pixel, Shape};
use super::result::Sums;
use super::settings::{Crop, Operation, Pick, Settings};
use super::sweep::Sweep;
use super::trim::{Trim, first_opaque};
use crate::samples::Window;

/// What the elements flatten to. Planes are row by row over the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlatRows {
    /// The pixels.
    pub window: Window,
    /// One for each of [`Settings::alphas`], from 0 to 1.
    pub alphas: Vec<Vec<f32>>,
    /// One for each of [`Settings::channels`], premultiplied, finite.
    pub channels: Vec<Vec<f32>>,
    /// One for each of [`Settings::ids`].
    pub ids: Vec<Vec<u32>>,
    /// One for each of [`Settings::depths`], finite.
    pub depths: Vec<Vec<f32>>,
    /// Samples that are seen, if [`Settings::count_samples`]; else empty.
    pub samples: Vec<u32>,
    /// What was wrong with the samples that were read.
    pub repairs: Repairs,
}

impl FlatRows {
    fn new(settings: &Settings, window: Window) -> Result<Self, Misfit> {
        let pixels = window.width().checked_mul(window.height()).ok_or(Misfit::TooLarge)?;
        let plane = || vec![0.0; pixels];
        Ok(Self {
            window,
            alphas: (0..settings.alphas).map(|_| plane()).collect(),
            channels: settings.channels.iter().map(|_| plane()).collect(),
            ids: settings.ids.iter().map(|_| vec![0; pixels]).collect(),
            depths: settings.depths.iter().map(|_| vec![settings.empty_depth; pixels]).collect(),
            samples: if settings.count_samples { vec![0; pixels] } else { Vec::new() },
            repairs: Repairs::default(),
        })
    }
}

/// Flattens rows: settings, and buffers that are used again. One for each thread; a clone brings its own buffers.
#[derive(Clone, Debug)]
pub struct Flattener {
    settings: Settings,
    shape: Shape,
    /// Of samples as they are read, as long as they are to be trimmed.
    raw: Pixel,
    pixel: Pixel,
    sums: Sums,
    sweep: Sweep,
}

impl Flattener {
    /// NaN in the settings means the default.
    ///
    /// # Errors
    /// There is no alpha, or a channel belongs to one that is not there.
    pub fn new(mut settings: Settings) -> Result<Self, Misfit> {
        if settings.alphas == 0 {
            return Err(Misfit::Settings("there must be an alpha"));
        }
        if settings.channels.iter().any(|group| *group >= settings.alphas) {
            return Err(Misfit::Settings("a channel belongs to an alpha that is not there"));
        }
        settings.crop = settings.crop.sane();
        let limit = settings.opacity_limit;
        settings.opacity_limit = if limit.is_nan() { 1.0 } else { limit.clamp(0.0, 1.0) };
        settings.drop_below = settings.drop_below.max(0.0);
        if !settings.empty_depth.is_finite() {
            settings.empty_depth = 0.0;
        }
        let shape = Shape { alphas: settings.alphas, channels: settings.channels.clone(), ids: settings.ids.len() };
        let sums = Sums { enough: 1.0 - settings.opacity_limit, depths: Depths::new(&settings), ..Sums::default() };
        Ok(Self { settings, shape, raw: Pixel::default(), pixel: Pixel::default(), sums, sweep: Sweep::default() })
    }

    /// The settings, with odd values replaced.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Flattens the pixels of a window. Elements may have any windows; outside of its own an element is empty.
    /// The result does not depend on the order of the elements or of the samples of a pixel, to the last bit, nor on
    /// how a picture is cut into windows.
    ///
    /// # Errors
    /// An element does not fit the settings or itself.
    pub fn rows(&mut self, elements: &[Element], window: Window) -> Result<FlatRows, Misfit> {
        Ok(self.rows_until(elements, window, &mut || false)?.unwrap_or_default())
    }

    /// As [`Self::rows`]; `abort` is asked before each row and every [`ABORT_SAMPLES`] samples, and `None` comes back
    /// when it says true.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn rows_until(
        &mut self,
        elements: &[Element],
        window: Window,
        abort: &mut dyn FnMut() -> bool,
    ) -> Result<Option<FlatRows>, Misfit> {
        let ready = elements
            .iter()
            .enumerate()
            .map(|(element, e)| Ready::new(e, &self.settings).map_err(|reason| Misfit::Element { element, reason }))
            .collect::<Result<Vec<_>, _>>()?;
        let mut out = FlatRows::new(&self.settings, window)?;
        let width = window.width();
        let mut since = 0;
        for (y, row) in (window.y1..window.y2).zip(0..) {
            if width == 0 || abort() {
                return Ok((width == 0).then_some(out));
            }
            let rows: Vec<Row> = ready.iter().filter_map(|element| Row::new(element, y)).collect();
            for (x, column) in (window.x1..window.x2).zip(0..) {
                since += self.gather(&rows, x, &mut out.repairs)?;
                if since > ABORT_SAMPLES {
                    since = 0;
                    if abort() {
                        return Ok(None);
                    }
                }
                if self.pixel.len() > 0 {
                    self.flatten();
                    self.store(&mut out, row * width + column);
                }
            }
        }
        Ok(Some(out))
    }

    /// Fills the pixel with the samples at a column. How many were read.
    fn gather(&mut self, rows: &[Row], x: i32, repairs: &mut Repairs) -> Result<usize, Misfit> {
        let Self { settings, shape, raw, pixel, .. } = self;
        pixel.clear();
        let crop = &settings.crop;
        let cuts = rows.iter().any(|row| row.operation() == Operation::Cut);
        if !cuts && crop.is_whole() && settings.drop_below == 0.0 {
            for row in rows {
                row.gather(x, shape, pixel, repairs);
            }
            return countable(pixel);
        }
        let mut read = 0;
        raw.clear();
        for row in rows.iter().filter(|row| row.operation() == Operation::Cut) {
            row.gather(x, shape, raw, repairs);
        }
        read += countable(raw)?;
        let cut = first_opaque(shape, raw);
        for (operation, crop) in [(Operation::Merge, crop), (Operation::Holdout, &Crop::default())] {
            raw.clear();
            for row in rows.iter().filter(|row| row.operation() == operation) {
                row.gather(x, shape, raw, repairs);
            }
            read += countable(raw)?;
            Trim { crop, cut, least: settings.drop_below }.copy(shape, raw, pixel);
        }
        countable(pixel)?;
        Ok(read)
    }

    fn flatten(&mut self) {
        let Self { shape, pixel, sums, sweep, .. } = self;
        sums.start(shape, pixel.len());
        if pixel.sort(shape) {
            sums.plain(shape, pixel);
        } else {
            sweep.run(shape, pixel, sums);
        }
        // What is left of a sample counts as one.
        for sample in (0..sums.share.len()).rev() {
            let head = pixel.head[sample] as usize;
            if head != sample {
                sums.share[head] += std::mem::take(&mut sums.share[sample]);
            }
        }
    }

    fn store(&self, out: &mut FlatRows, at: usize) {
        let Self { settings, shape, pixel, sums, .. } = self;
        for (plane, v) in out.alphas.iter_mut().zip(&sums.alpha) {
            plane[at] = v.min(1.0) as f32;
        }
        for (plane, v) in out.channels.iter_mut().zip(&sums.colour) {
            plane[at] = (*v as f32).clamp(f32::MIN, f32::MAX);
        }
        let pieces = (0..pixel.len()).filter(|s| pixel.own[*s]);
        if sums.depths.is_active() {
            let dense = pieces.clone().filter(|s| pixel.alpha[s * shape.alphas] > 0.0);
            let back = if settings.drop_hidden {
                sums.depths.seen_back()
            } else {
                dense
                    .map(|s| if pixel.back[s] < f64::INFINITY { pixel.back[s] } else { pixel.front[s] })
                    .max_by(f64::total_cmp)
            };
            sums.depths.store(settings, back, &mut out.depths, at);
        }
        if settings.count_samples {
            let limit = sums.depths.seen_back().filter(|_| settings.drop_hidden).unwrap_or(f64::INFINITY);
            let counted = pieces.filter(|s| pixel.head[*s] as usize == *s && pixel.front[*s] <= limit);
            out.samples[at] = counted.count() as u32;
        }
        for ((plane, pick), id) in out.ids.iter_mut().zip(&settings.ids).zip(0..) {
            if let Some(sample) = chosen(pixel, &sums.share, *pick) {
                plane[at] = pixel.ids(shape, sample)[id];
            }
        }
    }
}

/// After so many samples [`Flattener::rows_until`] asks again whether to go on.
pub const ABORT_SAMPLES: usize = 1 << 20;

fn countable(pixel: &Pixel) -> Result<usize, Misfit> {
    // The places of samples, and of their numbers, are u32 in a sorted pixel.
    if pixel.len() < u32::MAX as usize { Ok(pixel.len()) } else { Err(Misfit::TooLarge) }
}

/// Whose identifier a pixel gets, of the samples with a share of it. Of equal ones the nearer.
fn chosen(pixel: &Pixel, share: &[f64], pick: Pick) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    let mut seen = pixel.order.iter().map(|k| k.sample as usize).filter(|s| share[*s] > 0.0);
    match pick {
        Pick::Nearest => seen.next(),
        Pick::Largest => {
            for s in seen {
                if best.is_none_or(|(_, most)| share[s] > most) {
                    best = Some((s, share[s]));
                }
            }
            best.map(|(s, _)| s)
        }
    }
}
