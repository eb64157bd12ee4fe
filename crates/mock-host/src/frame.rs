//! The images of one render: made before the action, handed out during it, checked after it.

use crate::action::Action;
use crate::buffer::{ImageObject, PixelBuffer};
use crate::clip::{ClipObject, Mapping};
use crate::effect_object::EffectObject;
use crate::error::HostError;
use crate::format::{Components, Field};
use crate::geometry::{RectD, RectI};
use crate::picture::{Filter, Picture};
use crate::polls::Polls;
use crate::profile::{ImageAspect, ImageScale, InputBounds, Profile, Unconnected};
use crate::property::{PropertySet, cstring, lock};
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// When a render is to be given up.
#[derive(Clone, Debug, Default)]
pub enum Abort {
    /// Never.
    #[default]
    Never,
    /// From this poll on, counted from 0.
    AtPoll(u32),
    /// This long after the action began.
    After(Duration),
    /// When `stop` is set. `asked` counts the questions.
    Watched {
        /// Set by whoever watches.
        stop: Arc<AtomicBool>,
        /// How often the plug-in has asked.
        asked: Arc<AtomicU32>,
    },
}

/// An image, ready to be handed out.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub buffer: Option<Arc<PixelBuffer>>,
    pub rod: RectI,
    pub mapping: Mapping,
    checksum: u64,
}

/// The address of memory on a graphics card: no memory of this process lies there.
#[cfg(target_pointer_width = "64")]
const ON_CARD: usize = 0x0c0d_0000_0000_1000;
#[cfg(not(target_pointer_width = "64"))]
const ON_CARD: usize = 0x10;

/// Clip, time, plane (nothing: the colour), and the bits of a region that was asked for.
type ImageKey = (String, u64, String, Option<[u64; 4]>);
/// `None`: the clip has no such image.
type Images = HashMap<ImageKey, Option<Arc<Prepared>>>;

/// What the plug-in asks a clip for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Canonical; `None`: the region of interest that it named before.
    pub region: Option<RectD>,
    /// The layer; `None`: the colour.
    pub plane: Option<&'a str>,
}

/// What one Render action sees.
pub(crate) struct Frame {
    pub time: f64,
    pub scale: [f64; 2],
    pub field: Field,
    pub rois: HashMap<String, RectD>,
    /// The frames of each clip that the plug-in said it needs; `None`: it was not asked.
    pub needed: Option<HashMap<String, Vec<[f64; 2]>>>,
    images: Mutex<Images>,
    /// The output; none in actions that do not render.
    pub output: Option<Arc<Prepared>>,
    pub abort: Abort,
    /// How long the host thinks about each of the first questions whether to stop.
    pub thinks: Vec<Duration>,
    pub polls: AtomicU32,
    pub poll_times: Mutex<Polls>,
}

impl Frame {
    pub fn new(time: f64, scale: [f64; 2], field: Field) -> Self {
        Self {
            time,
            scale,
            field,
            rois: HashMap::new(),
            needed: None,
            images: Mutex::default(),
            output: None,
            abort: Abort::Never,
            thinks: Vec::new(),
            polls: AtomicU32::new(0),
            poll_times: Mutex::new(Polls::start(&Abort::Never)),
        }
    }

    /// The plug-in's question whether to stop.
    pub fn poll_abort(&self) -> bool {
        let n = self.polls.fetch_add(1, Ordering::Relaxed);
        let stop = lock(&self.poll_times).asked(&self.abort, n);
        if let Some(wait) = self.thinks.get(n as usize) {
            let began = Instant::now();
            std::thread::sleep(*wait);
            lock(&self.poll_times).host_worked(began, Instant::now());
        }
        stop
    }

    /// The clock starts: called right before the action.
    pub fn start(&self) {
        *lock(&self.poll_times) = Polls::start(&self.abort);
    }

    /// A clip's image, made if this is the first time that it is asked for.
    pub fn image(
        &self,
        effect: &EffectObject,
        clip: &ClipObject,
        time: f64,
        wanted: Wanted,
    ) -> Result<Option<Arc<Prepared>>, HostError> {
        let region = wanted.region.map(|r| r.to_array().map(f64::to_bits));
        let key = (clip.name.clone(), time.to_bits(), wanted.plane.unwrap_or_default().to_string(), region);
        if let Some(found) = lock(&self.images).get(&key) {
            return Ok(found.clone());
        }
        let roi = wanted.region.or_else(|| self.rois.get(&clip.name).copied());
        let began = Instant::now();
        let image = prepare(effect, clip, time, self.scale, roi, wanted.plane)?.map(Arc::new);
        lock(&self.poll_times).host_worked(began, Instant::now());
        lock(&self.images).insert(key, image.clone());
        Ok(image)
    }

    /// Names of the clips whose images were written to.
    pub fn written_inputs(&self) -> Vec<String> {
        lock(&self.images)
            .iter()
            .filter(|(_, image)| {
                image.as_ref().is_some_and(|i| i.buffer.as_ref().is_some_and(|b| b.checksum() != i.checksum))
            })
            .map(|((name, ..), _)| name.clone())
            .collect()
    }
}

/// The picture of a clip at a time as the host sees it: in the project's size where all sizes have to be equal.
pub(crate) fn picture(
    effect: &EffectObject,
    clip: &ClipObject,
    time: f64,
    plane: Option<&str>,
) -> Result<Option<Arc<Picture>>, HostError> {
    let Some(input) = clip.input() else {
        return Ok(None);
    };
    let found = match plane {
        Some(name) => input.plane(name, time)?,
        None => input.frame(time)?,
    };
    let Some(picture) = found else {
        return Ok(None);
    };
    let format = effect.project().format;
    if effect.supports_multi_resolution() || picture.bounds == format && picture.rod == format {
        return Ok(Some(picture));
    }
    Ok(Some(Arc::new(picture.cropped(format).with_rod(format))))
}

/// Converts a clip's picture to what the plug-in is to see.
fn prepare(
    effect: &EffectObject,
    clip: &ClipObject,
    time: f64,
    scale: [f64; 2],
    roi: Option<RectD>,
    plane: Option<&str>,
) -> Result<Option<Prepared>, HostError> {
    let profile = &effect.host.profile;
    let mut mapping = clip.mapping();
    let Some(picture) = picture(effect, clip, time, plane)? else {
        if plane.is_some() {
            return Ok(None);
        }
        let black = match profile.unconnected {
            Unconnected::Black => effect.project().format,
            Unconnected::NoData => {
                return Ok(Some(Prepared { buffer: None, rod: RectI::default(), mapping, checksum: 0 }));
            }
            _ => return Ok(None),
        };
        let mut empty = Picture::new(black, mapping.components).scaled(scale, clip.filter());
        empty.par = mapping.par;
        return Ok(Some(convert(effect, &empty, mapping, empty.bounds)));
    };
    let mut filter = clip.filter();
    if plane.is_some() {
        // A layer comes as it is: its own channels, and no mixtures of its numbers.
        mapping.components = picture.components;
        filter = Filter::Nearest;
    }
    let scaled;
    let seen = if scale == [1.0, 1.0] {
        &*picture
    } else {
        scaled = picture.scaled(scale, filter);
        &scaled
    };
    let poisoned;
    let seen = match roi {
        Some(roi) if profile.poisons_outside_interest => {
            let mut picture = seen.clone();
            poison_outside(&mut picture, &roi.to_pixels(scale, seen.par));
            poisoned = picture;
            &poisoned
        }
        _ => seen,
    };
    let tiles = effect.supports_tiles() && clip.properties.int(fx::kOfxImageEffectPropSupportsTiles) != 0;
    let bounds = match (profile.input_bounds, roi) {
        (InputBounds::RegionOfInterest, Some(roi)) if tiles => roi.to_pixels(scale, picture.par).intersect(&seen.rod),
        _ => seen.rod,
    };
    if bounds.is_empty() {
        return Ok(None);
    }
    Ok(Some(convert(effect, seen, mapping, bounds)))
}

/// Makes every pixel that was not asked for a number that spoils whatever it touches.
fn poison_outside(picture: &mut Picture, roi: &RectI) {
    let b = picture.bounds;
    let nan = vec![f32::NAN; picture.components.count()];
    for y in b.y1..b.y2 {
        for x in (b.x1..b.x2).filter(|x| !roi.contains(*x, y)) {
            picture.set(x, y, &nan);
        }
    }
}

/// Memory for an image as the host lays them out.
fn buffer(effect: &EffectObject, bounds: RectI, mapping: Mapping) -> PixelBuffer {
    let profile = &effect.host.profile;
    let depth = profile.delivers.unwrap_or(mapping.depth);
    let mut buffer = PixelBuffer::new(bounds, mapping.components, depth, profile.row_bytes, profile.guard_pages);
    buffer.blue_first = profile.stores_blue_first && mapping.components == Components::Rgba;
    buffer
}

fn convert(effect: &EffectObject, picture: &Picture, mapping: Mapping, bounds: RectI) -> Prepared {
    let mut buffer = buffer(effect, bounds, mapping);
    if picture.components == mapping.components {
        buffer.store(picture);
    } else {
        buffer.store(&picture.cropped(bounds).with_components(mapping.components));
    }
    Prepared {
        rod: picture.rod,
        mapping: Mapping { par: picture.par, ..mapping },
        checksum: buffer.checksum(),
        buffer: Some(Arc::new(buffer)),
    }
}

/// The output image of a render, ready to be written.
pub(crate) fn output(effect: &EffectObject, mapping: Mapping, window: RectI, rod: RectI, bounds: RectI) -> Prepared {
    let mut buffer = buffer(effect, bounds, mapping);
    buffer.mark_window(window);
    Prepared { buffer: Some(Arc::new(buffer)), rod, mapping, checksum: 0 }
}

/// Whether the frame of a clip may be looked at now; what was not said before is a violation.
fn may_look(action: &Action, effect: &EffectObject, clip: &ClipObject, frame: &Frame, time: f64) -> bool {
    let profile = &effect.host.profile;
    let violation = |why: &str| {
        let what = format_args!("frame {time} of clip {} was fetched for frame {}: {why}", clip.name, frame.time);
        action.violation(Check::UndeclaredFrame, what);
    };
    if time != frame.time {
        if !profile.temporal_clip_access {
            violation("the host has no temporal access");
            return false;
        }
        if !clip.temporal() {
            violation("the clip has no temporal access");
            return true;
        }
        if !effect.flag(fx::kOfxImageEffectPropTemporalClipAccess) {
            violation("the effect has no temporal access");
            return true;
        }
    }
    if let Some(needed) = &frame.needed
        && !needed.get(&clip.name).is_some_and(|ranges| ranges.iter().any(|r| (r[0]..=r[1]).contains(&time)))
    {
        violation("GetFramesNeeded did not name it");
    }
    true
}

/// What clipGetImage does: an image, success without one, or a status.
pub(crate) fn fetch(
    action: &Action,
    clip: &ClipObject,
    time: f64,
    wanted: Wanted,
) -> Result<Option<Arc<ImageObject>>, c::OfxStatus> {
    let Some(effect) = clip.effect.upgrade() else {
        return Err(c::kOfxStatErrBadHandle);
    };
    let rendering = action.name == fx::kOfxImageEffectActionRender;
    let overlay = action.name.to_bytes().starts_with(b"OfxInteractAction");
    let allowed = rendering || overlay || action.name == c::kOfxActionInstanceChanged;
    let (Some(frame), true) = (action.frame.clone(), allowed) else {
        action.violation(Check::ImageOutsideRender, format_args!("an image of clip {} was fetched", clip.name));
        return Err(c::kOfxStatFailed);
    };
    if overlay && !effect.host.profile.images_in_overlays {
        return Err(c::kOfxStatFailed);
    }
    if time.is_nan() {
        return Err(c::kOfxStatErrValue);
    }
    let prepared = if clip.is_output() {
        match &frame.output {
            Some(output) if time == frame.time => Some(output.clone()),
            _ => return Err(c::kOfxStatFailed),
        }
    } else {
        if !may_look(action, &effect, clip, &frame, time) {
            return Err(c::kOfxStatFailed);
        }
        match frame.image(&effect, clip, time, wanted) {
            Ok(image) => image,
            Err(error) => {
                action.host.with_report(|r| {
                    r.messages.push(crate::report::Message {
                        kind: "OfxMessageError".into(),
                        id: "host".into(),
                        text: error.to_string(),
                        persistent: false,
                    });
                });
                return Err(c::kOfxStatFailed);
            }
        }
    };
    match prepared {
        Some(image) => Ok(Some(hand_out(clip, &image, &frame, time, &effect.host.profile))),
        None if effect.host.profile.unconnected == Unconnected::NullImage => Ok(None),
        None => Err(c::kOfxStatFailed),
    }
}

/// An image with its properties.
fn hand_out(clip: &ClipObject, image: &Prepared, frame: &Frame, time: f64, profile: &Profile) -> Arc<ImageObject> {
    let s = PropertySet::new(format!("image of clip {}", clip.name), false);
    let put = |name, value: &std::ffi::CStr| s.define(name, vec![CString::from(value)]);
    put(c::kOfxPropType, fx::kOfxTypeImage);
    put(fx::kOfxImageEffectPropComponents, image.mapping.components.ofx());
    put(fx::kOfxImageEffectPropPreMultiplication, image.mapping.premultiplication.ofx());
    put(fx::kOfxImagePropField, frame.field.ofx());
    let scale = match profile.image_scale {
        ImageScale::Honest => frame.scale,
        ImageScale::One => [1.0; 2],
        ImageScale::Inverse => frame.scale.map(|s| 1.0 / s),
    };
    s.define(fx::kOfxImageEffectPropRenderScale, scale.to_vec());
    match profile.image_aspect {
        ImageAspect::Honest => s.define(fx::kOfxImagePropPixelAspectRatio, vec![image.mapping.par]),
        ImageAspect::Says(par) => s.define(fx::kOfxImagePropPixelAspectRatio, vec![par]),
        ImageAspect::Missing => {}
    }
    s.define(fx::kOfxImagePropRegionOfDefinition, image.rod.to_array().to_vec());
    let id = registry::new_id();
    if let Some(buffer) = &image.buffer {
        put(fx::kOfxImageEffectPropPixelDepth, buffer.depth.ofx());
        // Only a render says where its images are.
        let on_card = profile.images_on_card.is_some() && frame.output.is_some();
        let data = if on_card { ON_CARD } else { buffer.data().expose_provenance() };
        s.define(fx::kOfxImagePropData, vec![data]);
        if profile.stores_blue_first {
            let order = if buffer.blue_first { c"OfxImagePixelOrderBGRA" } else { c"OfxImagePixelOrderRGBA" };
            put(c"OfxImageEffectPropPixelOrder", order);
        }
        s.define(fx::kOfxImagePropBounds, buffer.bounds.to_array().to_vec());
        let row_bytes = i32::try_from(buffer.row_bytes).unwrap_or(i32::MAX);
        s.define(fx::kOfxImagePropRowBytes, vec![row_bytes]);
        let unique = cstring(&format!("{}@{time}#{:x}", clip.name, image.checksum));
        s.define(fx::kOfxImagePropUniqueIdentifier, vec![unique]);
    }
    let object = Arc::new(ImageObject { id, clip: clip.name.clone(), properties: s, _buffer: image.buffer.clone() });
    registry::insert(id, registry::Object::Image(Arc::downgrade(&object)));
    object
}

/// The components of the picture that a clip shows, before any mapping.
pub(crate) fn natural_components(clip: &ClipObject, time: f64) -> Option<(Components, Mapping)> {
    let picture = clip.input()?.frame(time).ok().flatten()?;
    let mapping = Mapping {
        components: picture.components,
        depth: crate::format::Depth::Float,
        par: picture.par,
        premultiplication: picture.premultiplication,
    };
    Some((picture.components, mapping))
}
