//! Clips: what the effect defines, and what the user feeds into it.

use crate::effect_object::EffectObject;
use crate::error::HostError;
use crate::format::{Components, Depth, Premultiplication};
use crate::picture::{Filter, Picture};
use crate::profile::{Profile, Unconnected};
use crate::property::{PropertySet, cstring, lock};
use crate::registry;
use crate::suites::planes;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use serde::Serialize;
use std::ffi::CString;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

/// Where a clip's pictures come from.
pub trait ClipSource: Send + Sync {
    /// The picture at a time; `None` where there is none.
    fn frame(&self, time: f64) -> Result<Option<Arc<Picture>>, HostError>;

    /// First and last frame.
    fn frame_range(&self) -> [f64; 2] {
        [1.0, 1.0]
    }

    /// Names of further layers of its pictures, beside the colour that [`ClipSource::frame`] gives.
    fn planes(&self) -> Vec<String> {
        Vec::new()
    }

    /// A further layer at a time; `None` where there is none.
    fn plane(&self, _name: &str, _time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        Ok(None)
    }
}

/// The same picture at all times.
pub struct Still(pub Arc<Picture>);

impl ClipSource for Still {
    fn frame(&self, _: f64) -> Result<Option<Arc<Picture>>, HostError> {
        Ok(Some(self.0.clone()))
    }
}

/// Pictures by a function of time.
pub struct Animated<F> {
    /// First and last frame.
    pub range: [f64; 2],
    /// The function.
    pub picture: F,
}

impl<F: Fn(f64) -> Option<Picture> + Send + Sync> ClipSource for Animated<F> {
    fn frame(&self, time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        Ok((self.picture)(time).map(Arc::new))
    }

    fn frame_range(&self) -> [f64; 2] {
        self.range
    }
}

/// A picture with further layers, each of which is fed by itself.
pub struct Layered {
    /// The colour.
    pub colour: Arc<dyn ClipSource>,
    /// The further layers by name.
    pub planes: Vec<(String, Arc<dyn ClipSource>)>,
}

impl ClipSource for Layered {
    fn frame(&self, time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        self.colour.frame(time)
    }

    fn frame_range(&self) -> [f64; 2] {
        self.colour.frame_range()
    }

    fn planes(&self) -> Vec<String> {
        self.planes.iter().map(|(name, _)| name.clone()).collect()
    }

    fn plane(&self, name: &str, time: f64) -> Result<Option<Arc<Picture>>, HostError> {
        self.planes.iter().find(|(n, _)| n == name).map_or(Ok(None), |(_, source)| source.frame(time))
    }
}

impl From<Layered> for Arc<dyn ClipSource> {
    fn from(layered: Layered) -> Self {
        Arc::new(layered)
    }
}

impl<F: Fn(f64) -> Option<Picture> + Send + Sync + 'static> From<Animated<F>> for Arc<dyn ClipSource> {
    fn from(animated: Animated<F>) -> Self {
        Arc::new(animated)
    }
}

impl From<Picture> for Arc<dyn ClipSource> {
    fn from(picture: Picture) -> Self {
        Arc::new(Still(Arc::new(picture)))
    }
}

/// What the plug-in is told of a clip's pictures, after clip preferences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mapping {
    /// Channels that images arrive with.
    pub components: Components,
    /// Number format that images arrive with.
    pub depth: Depth,
    /// Width of a pixel relative to its height.
    pub par: f64,
    /// What alpha means.
    pub premultiplication: Premultiplication,
}

pub(crate) struct ClipObject {
    pub id: usize,
    pub name: String,
    pub properties: Arc<PropertySet>,
    pub effect: Weak<EffectObject>,
    input: RwLock<Option<Arc<dyn ClipSource>>>,
    filter: Mutex<Filter>,
    mapping: Mutex<Mapping>,
}

impl Drop for ClipObject {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl ClipObject {
    fn build(name: &str, properties: Arc<PropertySet>, effect: Weak<EffectObject>) -> Arc<Self> {
        let depth_like =
            name == "Z" || name.starts_with("Depth") || name.ends_with("Depth") || name.starts_with("Position");
        let clip = Arc::new(Self {
            id: registry::new_id(),
            name: name.into(),
            properties,
            effect,
            input: RwLock::default(),
            filter: Mutex::new(if depth_like { Filter::Nearest } else { Filter::Box }),
            mapping: Mutex::new(Mapping {
                components: Components::Rgba,
                depth: Depth::Float,
                par: 1.0,
                premultiplication: Premultiplication::PreMultiplied,
            }),
        });
        registry::insert(clip.id, registry::Object::Clip(Arc::downgrade(&clip)));
        clip
    }

    /// A clip as the plug-in defines it.
    pub fn define(name: &str, profile: &Profile) -> Arc<Self> {
        let s = PropertySet::new(format!("clip {name}"), true);
        s.define_str(c::kOfxPropType, "OfxTypeClip");
        s.define_str(c::kOfxPropName, name);
        for label in [c::kOfxPropLabel, c::kOfxPropShortLabel, c::kOfxPropLongLabel] {
            s.define_str(label, name);
        }
        s.define_list::<CString>(fx::kOfxImageEffectPropSupportedComponents, vec![]);
        s.define(fx::kOfxImageEffectPropTemporalClipAccess, vec![0]);
        s.define(fx::kOfxImageClipPropOptional, vec![0]);
        s.define_str(fx::kOfxImageClipPropFieldExtraction, "OfxFieldDoubled");
        s.define(fx::kOfxImageClipPropIsMask, vec![0]);
        s.define(fx::kOfxImageEffectPropSupportsTiles, vec![1]);
        remove_missing(&s, profile);
        Self::build(name, s, Weak::new())
    }

    /// The clip of an instance.
    pub fn instantiate(&self, effect: Weak<EffectObject>, profile: &Profile) -> Arc<Self> {
        let s = self.properties.duplicate(format!("clip {}", self.name), false);
        s.define_str(fx::kOfxImageEffectPropPixelDepth, "OfxBitDepthNone");
        s.define_str(fx::kOfxImageEffectPropComponents, "OfxImageComponentNone");
        s.define_str(fx::kOfxImageClipPropUnmappedPixelDepth, "OfxBitDepthNone");
        s.define_str(fx::kOfxImageClipPropUnmappedComponents, "OfxImageComponentNone");
        s.define_str(fx::kOfxImageEffectPropPreMultiplication, "OfxImageOpaque");
        s.define(fx::kOfxImagePropPixelAspectRatio, vec![1.0]);
        s.define(fx::kOfxImageEffectPropFrameRate, vec![24.0]);
        s.define(fx::kOfxImageEffectPropFrameRange, vec![1.0, 1.0]);
        s.define_str(fx::kOfxImageClipPropFieldOrder, "OfxFieldNone");
        s.define(fx::kOfxImageClipPropConnected, vec![0]);
        s.define(fx::kOfxImageEffectPropUnmappedFrameRange, vec![1.0, 1.0]);
        s.define(fx::kOfxImageEffectPropUnmappedFrameRate, vec![24.0]);
        s.define(fx::kOfxImageClipPropContinuousSamples, vec![0]);
        if planes::offered(profile) {
            s.define_list::<CString>(planes::PRESENT, vec![]);
        }
        remove_missing(&s, profile);
        let clip = Self::build(&self.name, s, effect);
        clip.update_connected(profile);
        clip
    }

    pub fn is_output(&self) -> bool {
        self.name == "Output"
    }

    pub fn is_optional(&self) -> bool {
        self.properties.int(fx::kOfxImageClipPropOptional) != 0
    }

    pub fn is_mask(&self) -> bool {
        self.properties.int(fx::kOfxImageClipPropIsMask) != 0
    }

    pub fn temporal(&self) -> bool {
        self.properties.int(fx::kOfxImageEffectPropTemporalClipAccess) != 0
    }

    pub fn supported_components(&self) -> Vec<Components> {
        self.properties
            .all::<CString>(fx::kOfxImageEffectPropSupportedComponents)
            .iter()
            .filter_map(|s| Components::from_ofx(s))
            .collect()
    }

    pub fn input(&self) -> Option<Arc<dyn ClipSource>> {
        self.input.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn connect(&self, input: Option<Arc<dyn ClipSource>>, profile: &Profile) {
        *self.input.write().unwrap_or_else(PoisonError::into_inner) = input;
        self.update_connected(profile);
    }

    /// The properties that depend on whether there is an input.
    fn update_connected(&self, profile: &Profile) {
        let s = &self.properties;
        let input = self.input();
        let connected = input.is_some() || self.is_output();
        match profile.unconnected {
            Unconnected::NoData => s.remove(fx::kOfxImageClipPropConnected),
            Unconnected::Honest => s.put(fx::kOfxImageClipPropConnected, vec![i32::from(connected)]),
            _ => s.put(fx::kOfxImageClipPropConnected, vec![1]),
        }
        let layers = input.as_ref().map_or_else(Vec::new, |i| i.planes());
        let range = input.map_or([1.0, 1.0], |i| i.frame_range());
        let names = layers.iter().map(|layer| cstring(&planes::name(profile, layer)));
        s.put(planes::PRESENT, std::iter::once(CString::from(planes::COLOUR)).chain(names).collect::<Vec<_>>());
        s.put(fx::kOfxImageEffectPropFrameRange, range.to_vec());
        s.put(fx::kOfxImageEffectPropUnmappedFrameRange, range.to_vec());
    }

    /// Tells the plug-in what the clip's pictures are like.
    pub fn set_mapping(&self, mapping: Mapping, natural: Option<(Components, Depth)>) {
        let s = &self.properties;
        *lock(&self.mapping) = mapping;
        let put = |name, value: &std::ffi::CStr| s.put(name, vec![CString::from(value)]);
        put(fx::kOfxImageEffectPropComponents, mapping.components.ofx());
        put(fx::kOfxImageEffectPropPixelDepth, mapping.depth.ofx());
        put(fx::kOfxImageEffectPropPreMultiplication, mapping.premultiplication.ofx());
        s.put(fx::kOfxImagePropPixelAspectRatio, vec![mapping.par]);
        if let Some((components, depth)) = natural {
            put(fx::kOfxImageClipPropUnmappedComponents, components.ofx());
            put(fx::kOfxImageClipPropUnmappedPixelDepth, depth.ofx());
        }
    }

    /// Tells the plug-in that the clip has no pictures to speak of.
    pub fn clear_format(&self) {
        let none = |name, value| self.properties.put(name, vec![cstring(value)]);
        none(fx::kOfxImageEffectPropComponents, "OfxImageComponentNone");
        none(fx::kOfxImageEffectPropPixelDepth, "OfxBitDepthNone");
    }

    pub fn filter(&self) -> Filter {
        *lock(&self.filter)
    }

    pub fn set_filter(&self, filter: Filter) {
        *lock(&self.filter) = filter;
    }

    pub fn mapping(&self) -> Mapping {
        *lock(&self.mapping)
    }

    pub fn info(&self) -> ClipInfo {
        ClipInfo {
            name: self.name.clone(),
            label: self.properties.text(c::kOfxPropLabel),
            optional: self.is_optional(),
            mask: self.is_mask(),
            components: self.supported_components().iter().map(|v| v.word().into()).collect(),
        }
    }
}

/// A clip as it was described.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct ClipInfo {
    /// The name that it is fed by.
    pub name: String,
    /// The name that artists see.
    pub label: String,
    /// Whether it may be left without input.
    pub optional: bool,
    /// Whether it is a mask.
    pub mask: bool,
    /// The channels that it takes.
    pub components: Vec<String>,
}

pub(crate) fn remove_missing(set: &PropertySet, profile: &Profile) {
    for name in &profile.missing_properties {
        set.remove(&cstring(name));
    }
}
