//! Clips of a living effect, and images borrowed from them: given back on every way out.
#![allow(unsafe_code, reason = "clips are reached through the host's C functions")]

use crate::failure::{Failure, out_of_memory};
use crate::handles::{ClipHandle, EffectHandle, Handle, PropsHandle};
use crate::hosts::Quirk;
use crate::props::Props;
use crate::suites::Host;
use fathom_core::geometry::{Geometry, RectD};
use openfx_sys as ofx;
use std::ffi::CStr;

/// The names of the clips, in the order in which hosts show them.
pub(crate) const SOURCE: &CStr = ofx::kOfxImageEffectSimpleSourceClipName;
/// Depth: optional, and never a mask (hosts feed masks with alpha).
pub(crate) const DEPTH: &CStr = c"Depth";
/// Where the effect works.
pub(crate) const MASK: &CStr = c"Mask";
/// A clean plate, and its depth.
pub(crate) const BACKGROUND: &CStr = c"Background";
pub(crate) const BACKGROUND_DEPTH: &CStr = c"BackgroundDepth";
/// Colours of a fog, and positions in the world.
pub(crate) const FOG: &CStr = c"Fog";
pub(crate) const POSITION: &CStr = c"Position";
/// The shape of a blurred highlight.
pub(crate) const BOKEH: &CStr = c"Bokeh";
/// The result.
pub(crate) const OUTPUT: &CStr = ofx::kOfxImageEffectOutputClipName;

/// A clip of a living effect.
#[derive(Clone, Copy)]
pub(crate) struct Clip<'h> {
    host: &'h Host,
    handle: ClipHandle,
}

/// Defines a clip; its properties are set afterwards.
pub(crate) fn define<'h>(host: &'h Host, effect: EffectHandle, name: &CStr) -> Option<Props<'h>> {
    let mut set = std::ptr::null_mut();
    // SAFETY: a handle of this host, a string, and room for the answer, which lives as long as the descriptor.
    unsafe {
        let status = (host.effect.clipDefine?)(effect.raw(), name.as_ptr(), &mut set);
        (status == ofx::kOfxStatOK).then(|| Props::new(host, Handle::from_host(set)))
    }
}

/// The handle of a clip, if the effect has it. (MLT answers OK with NULL for a clip that it does not know.)
pub(crate) fn find(host: &Host, effect: EffectHandle, name: &CStr) -> Option<ClipHandle> {
    let get = host.effect.clipGetHandle?;
    let mut clip = std::ptr::null_mut();
    // SAFETY: a handle of this host, a string, room for the answer; the clip's properties are asked for when needed.
    unsafe {
        let status = get(effect.raw(), name.as_ptr(), &mut clip, std::ptr::null_mut());
        if status == ofx::kOfxStatOK { Handle::from_host(clip) } else { None }
    }
}

impl<'h> Clip<'h> {
    /// `handle` is a clip of `host`.
    pub(crate) fn new(host: &'h Host, handle: ClipHandle) -> Self {
        Self { host, handle }
    }

    /// Its properties.
    pub(crate) fn props(&self) -> Props<'h> {
        let mut set = std::ptr::null_mut();
        let found = self.host.effect.clipGetPropertySet.is_some_and(|f| {
            // SAFETY: a clip of this host, and room for the answer.
            unsafe { f(self.handle.raw(), &mut set) == ofx::kOfxStatOK }
        });
        // SAFETY: a clip's property set lives as long as the clip.
        Props::new(self.host, if found { unsafe { Handle::from_host(set) } } else { None })
    }

    /// Does the host say outright that something is connected?
    pub(crate) fn says_connected(&self) -> bool {
        self.props().int(ofx::kOfxImageClipPropConnected).is_some_and(|c| c != 0)
    }

    /// May something be connected? No only where the host says so: some do not say, and some say yes without an image to give.
    pub(crate) fn connected(&self) -> bool {
        self.props().int(ofx::kOfxImageClipPropConnected).is_none_or(|c| c != 0)
    }

    /// Where it is defined, in canonical coordinates; `None` where the host does not say, or says nonsense.
    pub(crate) fn region(&self, time: f64, geometry: &Geometry) -> Option<RectD> {
        let get = self.host.effect.clipGetRegionOfDefinition?;
        let mut r = ofx::OfxRectD { x1: 0.0, y1: 0.0, x2: 0.0, y2: 0.0 };
        // SAFETY: a clip of this host, and room for the answer.
        let status = unsafe { get(self.handle.raw(), time, &mut r) };
        let region = RectD::new(r.x1, r.y1, r.x2, r.y2);
        if status != ofx::kOfxStatOK || region.is_empty() {
            return None;
        }
        if self.host.facts().has(Quirk::RegionsScaled) {
            let [sx, sy] = geometry.scale;
            return Some(RectD::new(r.x1 / sx, r.y1 / sy, r.x2 / sx, r.y2 / sy));
        }
        if !self.host.facts().has(Quirk::RegionsInPixels) {
            return Some(region);
        }
        let (low, high) = (geometry.to_canonical([r.x1, r.y1]), geometry.to_canonical([r.x2, r.y2]));
        Some(RectD::new(low[0], low[1], high[0], high[1]))
    }

    /// Its image at a time; `None` where there is none. Without a region (canonical) it is what the host was told before, or all.
    pub(crate) fn image(&self, time: f64, region: Option<&RectD>) -> Result<Option<HostImage<'h>>, Failure> {
        let Some(get) = self.host.effect.clipGetImage else { return Ok(None) };
        // SAFETY: a clip of this host, NULL or a rectangle, and room for the answer.
        self.borrowed(region, |region, image| unsafe { get(self.handle.raw(), time, region, image) })
    }

    /// The image of one of its layers at a time, in the view that is rendered; `None` where there is none.
    pub(crate) fn layer(
        &self,
        time: f64,
        name: &CStr,
        region: Option<&RectD>,
    ) -> Result<Option<HostImage<'h>>, Failure> {
        const THIS_VIEW: std::ffi::c_int = -1;
        let (clip, name) = (self.handle.raw(), name.as_ptr());
        let old = self.host.planes.and_then(|suite| suite.clipGetImagePlane);
        let new = self.host.planes2.and_then(|suite| suite.clipGetImagePlane);
        // SAFETY: a clip of this host, a string, NULL or a rectangle, and room for the answer.
        self.borrowed(region, |region, image| unsafe {
            match (new, old) {
                (Some(get), _) => get(clip, time, THIS_VIEW, name, region, image),
                (None, Some(get)) => get(clip, time, name, region, image),
                (None, None) => ofx::kOfxStatFailed,
            }
        })
    }

    /// The names of its layers, where the host hands them out. (Asked for their number, some hosts only then look.)
    pub(crate) fn layers(&self) -> Vec<String> {
        if self.host.planes.is_none() && self.host.planes2.is_none() {
            return Vec::new();
        }
        let (props, name) = (self.props(), ofx::kFnOfxImageEffectPropComponentsPresent);
        (0..props.dimension(name).clamp(0, 4096)).filter_map(|i| props.text_at(name, i)).collect()
    }

    /// The first frame that it has; `None` where the host does not say. A clip without beginning begins at 1, or ends before.
    pub(crate) fn first_frame(&self) -> Option<f64> {
        let [first, last] = self.props().doubles(ofx::kOfxImageEffectPropFrameRange)?;
        let endless = |t: f64| t.abs() >= 1e8;
        let beginning = match (endless(first), endless(last)) {
            (false, _) => first,
            (true, false) => last.min(1.0),
            (true, true) => 1.0,
        };
        // Not where it is nonsense.
        (first <= last).then_some(beginning)
    }

    fn borrowed(
        &self,
        region: Option<&RectD>,
        get: impl FnOnce(*const ofx::OfxRectD, *mut ofx::OfxPropertySetHandle) -> ofx::OfxStatus,
    ) -> Result<Option<HostImage<'h>>, Failure> {
        let region = region.map(|r| ofx::OfxRectD { x1: r.x1, y1: r.y1, x2: r.x2, y2: r.y2 });
        let mut image = std::ptr::null_mut();
        match get(region.as_ref().map_or(std::ptr::null(), std::ptr::from_ref), &mut image) {
            ofx::kOfxStatOK => {
                // SAFETY: the host said OK: NULL or an image, ours until it is given back.
                let set = unsafe { Handle::from_host(image) };
                Ok(set.map(|set| HostImage { host: self.host, set }))
            }
            // OpenFX's word for "there is none".
            ofx::kOfxStatFailed => Ok(None),
            ofx::kOfxStatErrMemory => Err(out_of_memory()),
            // A picture without an input that is there would be a wrong one that nobody notices.
            _ if self.says_connected() => {
                Err(Failure::say(ofx::kOfxStatFailed, "The host did not give an image of a connected input."))
            }
            _ => Ok(None),
        }
    }
}

/// An image borrowed from the host. Dropping it gives it back.
pub(crate) struct HostImage<'h> {
    host: &'h Host,
    set: PropsHandle,
}

impl HostImage<'_> {
    /// Its properties.
    pub(crate) fn props(&self) -> Props<'_> {
        Props::new(self.host, Some(self.set))
    }

    /// Can its pixels be stored blue first?
    pub(crate) fn may_be_bgra(&self) -> bool {
        self.host.facts().has(Quirk::PixelOrder)
    }
}

impl Drop for HostImage<'_> {
    fn drop(&mut self) {
        if let Some(release) = self.host.effect.clipReleaseImage {
            // SAFETY: fetched once from this host and given back once, here.
            unsafe { release(self.set.raw()) };
        }
    }
}
