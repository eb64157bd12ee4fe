//! Deep files as one deep file: all samples of each pixel, in order of depth.

use super::failed;
use super::inputs::Opened;
use super::options::Job;
use crate::Failure;
use deep_exr::flatten::Crop;
use deep_exr::flatten::reference::{Sample, share};
use deep_exr::{Band, Channel, DeepState, Header, Numbers, SampleType, Window};
use std::collections::BTreeMap;

/// The merged file, and where its channels come from.
pub struct Concat {
    pub header: Header,
    /// Places in the header of the channels of a merged band: all but the depths.
    pub places: Vec<usize>,
    crop: Crop,
    /// One for each input.
    sources: Vec<Source>,
}

struct Source {
    /// Channels of the input's band, for each channel of the merged band.
    from: Vec<Option<usize>>,
    /// Likewise their alphas.
    alphas: Vec<Option<usize>>,
    offset: f64,
    scale: f64,
}

impl Concat {
    /// `reads`: channels that are read of each input already; those that are missing are added.
    pub fn new(job: &Job, opened: &[Opened], window: Window, reads: &mut [Vec<usize>]) -> Result<Self, Failure> {
        let mut kinds: BTreeMap<&str, SampleType> = BTreeMap::new();
        for input in opened {
            for channel in &input.header.channels {
                let kind = kinds.entry(&channel.name).or_insert(channel.kind);
                if (*kind == SampleType::Uint) != (channel.kind == SampleType::Uint) {
                    let (file, name) = (input.file.display(), &channel.name);
                    return Err(failed(format!(
                        "{file}: its channel {name} holds whole numbers, or those of others do"
                    )));
                }
                if channel.kind == SampleType::Float {
                    *kind = SampleType::Float;
                }
            }
        }
        let moved = job.inputs.iter().any(|i| i.settings.depth_offset != 0.0 || i.settings.depth_scale != 1.0);
        for (name, kind) in &mut kinds {
            match (is_depth(name), job.half) {
                (true, _) if moved => *kind = SampleType::Float,
                (false, Some(half)) if *kind != SampleType::Uint => {
                    *kind = if half { SampleType::Half } else { SampleType::Float };
                }
                _ => {}
            }
        }
        let channels = kinds.iter().map(|(name, kind)| Channel { name: (*name).into(), kind: *kind }).collect();
        let mut header = Header::new(window, channels);
        let like = &opened[0].header;
        header.display_window = like.display_window;
        header.pixel_aspect = like.pixel_aspect;
        header.frames_per_second = like.frames_per_second;
        header.time_code = like.time_code;
        header.world_to_camera = like.world_to_camera;
        header.world_to_ndc = like.world_to_ndc;
        header.view.clone_from(&like.view);
        header.deep_state = Some(DeepState::Sorted);
        let places: Vec<usize> = (0..header.channels.len()).filter(|&c| !is_depth(&header.channels[c].name)).collect();
        let sources = opened.iter().zip(reads).zip(&job.inputs).map(|((input, read), given)| {
            let mut place = |channel: usize| {
                read.iter().position(|c| *c == channel).unwrap_or_else(|| {
                    read.push(channel);
                    read.len() - 1
                })
            };
            let own: Vec<_> = places.iter().map(|&c| input.header.channel(&header.channels[c].name)).collect();
            Source {
                from: own.iter().map(|c| c.map(&mut place)).collect(),
                alphas: own.iter().map(|c| c.and_then(|c| input.header.alpha_of(c)).map(&mut place)).collect(),
                offset: given.settings.depth_offset,
                scale: given.settings.depth_scale,
            }
        });
        let sources = sources.collect();
        Ok(Self { header, places, crop: job.settings.crop, sources })
    }

    /// Rows of the merged file. `bands`: for each input, if it is there.
    pub fn rows(&self, bands: &[Option<Band>], rows: Window) -> Band {
        let has_back = self.header.channel("ZBack").is_some();
        let channels = self.places.iter().map(|&c| match self.header.channels[c].kind {
            SampleType::Uint => Numbers::Uint(Vec::new()),
            _ => Numbers::Float(Vec::new()),
        });
        let mut out = Band {
            window: rows,
            starts: vec![0],
            front: Vec::new(),
            back: has_back.then(Vec::new),
            channels: channels.collect(),
        };
        let mut pixel = Vec::new();
        for y in rows.y1..rows.y2 {
            for x in rows.x1..rows.x2 {
                self.pixel(bands, (x, y), &mut pixel);
                for kept in &pixel {
                    self.push(kept, bands, &mut out);
                }
                out.starts.push(out.front.len() as u32);
            }
        }
        out
    }

    /// What is kept of the samples of a pixel, in order.
    fn pixel(&self, bands: &[Option<Band>], (x, y): (i32, i32), kept: &mut Vec<Kept>) {
        kept.clear();
        for (input, band) in bands.iter().enumerate() {
            let Some(band) = band else { continue };
            let w = band.window;
            if x < w.x1 || x >= w.x2 || y < w.y1 || y >= w.y2 {
                continue;
            }
            let at = (y - w.y1) as usize * w.width() + (x - w.x1) as usize;
            for sample in band.starts[at] as usize..band.starts[at + 1] as usize {
                kept.extend(self.keep(input, band, sample));
            }
        }
        kept.sort_by(|a, b| a.front.total_cmp(&b.front).then(a.back.total_cmp(&b.back)));
    }

    /// `None`: outside the crop, or without a place.
    fn keep(&self, input: usize, band: &Band, sample: usize) -> Option<Kept> {
        let source = &self.sources[input];
        let moved = |z: f32| f64::from(z) * source.scale + source.offset;
        let front = moved(band.front[sample]);
        let back = band.back.as_ref().map_or(front, |back| moved(back[sample]));
        if front.is_nan() || back.is_nan() || front == f64::NEG_INFINITY {
            return None;
        }
        let back = back.max(front);
        let Crop { near, far, .. } = self.crop;
        let (first, last) = (front.max(near), back.min(far));
        if front == back || back == f64::INFINITY {
            // What goes on for ever lies behind all that has a depth.
            let inside = back >= near && (back < far || far == f64::INFINITY);
            return inside.then_some(Kept { input, sample, front: first.min(back), back, part: 1.0 });
        }
        let part = (last - first) / (back - front);
        (first < last).then_some(Kept { input, sample, front: first, back: last, part })
    }

    fn push(&self, kept: &Kept, bands: &[Option<Band>], out: &mut Band) {
        let (source, Some(band)) = (&self.sources[kept.input], &bands[kept.input]) else { return };
        out.front.push(kept.front as f32);
        if let Some(back) = &mut out.back {
            back.push(kept.back as f32);
        }
        for (i, (numbers, &place)) in out.channels.iter_mut().zip(&self.places).enumerate() {
            let own = source.from[i].map(|c| &band.channels[c]);
            match (numbers, own) {
                (Numbers::Uint(out), Some(Numbers::Uint(own))) => out.push(own[kept.sample]),
                (Numbers::Uint(out), _) => out.push(0),
                (Numbers::Float(out), Some(Numbers::Float(own))) => {
                    let alpha = source.alphas[i].map(|a| &band.channels[a]);
                    let alpha = if let Some(Numbers::Float(a)) = alpha { a[kept.sample] } else { 1.0 };
                    out.push(thinner(own[kept.sample], alpha, kept.part));
                }
                // Without an alpha a sample is opaque.
                (Numbers::Float(out), _) => out.push(f32::from(u8::from(is_alpha(&self.header, place)))),
            }
        }
    }
}

/// A sample, or what a crop leaves of it.
struct Kept {
    input: usize,
    sample: usize,
    front: f64,
    back: f64,
    /// Of its length.
    part: f64,
}

/// A premultiplied number (or the alpha itself) of a part of a volume.
fn thinner(value: f32, alpha: f32, part: f64) -> f32 {
    if part == 1.0 {
        return value;
    }
    let alpha = f64::from(alpha).clamp(0.0, 1.0);
    let whole = Sample { front: 0.0, back: 1.0, alpha, colours: vec![f64::from(value)] };
    share(&whole, part).colours[0] as f32
}

fn is_depth(name: &str) -> bool {
    matches!(name, "Z" | "ZBack")
}

fn is_alpha(header: &Header, channel: usize) -> bool {
    header.alpha_of(channel) == Some(channel)
}
