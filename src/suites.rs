//! What the host offers, fetched once in the Load action: suites, and a few facts about it.
#![allow(unsafe_code, reason = "suites are tables of the host's C functions")]

use crate::failure::Failure;
use crate::handles::{EffectHandle, Handle, ParamHandle};
use crate::hosts::{self, NATRON, Quirk};
use crate::props::Props;
use openfx_sys as ofx;
use std::ffi::{CStr, CString, c_int, c_void};
use std::num::NonZeroUsize;

/// A host: its functions and what it says of itself. Any function may be missing.
pub(crate) struct Host {
    pub(crate) property: ofx::OfxPropertySuiteV1,
    pub(crate) effect: ofx::OfxImageEffectSuiteV1,
    pub(crate) parameter: ofx::OfxParameterSuiteV1,
    message: Option<ofx::OfxMessageSuiteV1>,
    persistent: Option<ofx::OfxMessageSuiteV2>,
    progress: Option<ofx::OfxProgressSuiteV1>,
    progress2: Option<ofx::OfxProgressSuiteV2>,
    threads: Option<ofx::OfxMultiThreadSuiteV1>,
    /// Curves that artists draw.
    parametric: Option<ofx::OfxParametricParameterSuiteV1>,
    /// Layers of a clip by name; either version, if layers can be had at all.
    pub(crate) planes: Option<ofx::FnOfxImageEffectPlaneSuiteV1>,
    pub(crate) planes2: Option<ofx::FnOfxImageEffectPlaneSuiteV2>,
    /// Drawing over the picture without a graphics library.
    pub(crate) draw: Option<ofx::OfxDrawSuiteV1>,
    pub(crate) interact: Option<ofx::OfxInteractSuiteV1>,
    facts: Facts,
}

/// What a host says of itself.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Its name.
    pub(crate) name: String,
    /// The pixel depths that it lists, if it does.
    pub(crate) depths: Vec<String>,
    /// The components that it lists, if it does.
    pub(crate) components: Vec<String>,
    /// May frames other than the current one be looked at?
    pub(crate) temporal: bool,
    /// Does it show choices in another order than they are counted? (OpenFX 1.5.)
    pub(crate) orders_choices: bool,
    /// May an effect say how many frames a second its picture has?
    pub(crate) sets_frame_rate: bool,
    /// May effects draw over the picture?
    pub(crate) overlays: bool,
    multi_planar: bool,
    natron: bool,
}

impl Facts {
    /// Must this host be handled specially?
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        hosts::rows(self.known_as()).any(|row| row.quirk == quirk)
    }

    /// The name in the table of quirks. Natron can be told to give another one; the mark stays.
    pub(crate) fn known_as(&self) -> &str {
        if self.natron { NATRON } else { &self.name }
    }
}

impl Host {
    /// Fetches everything.
    ///
    /// # Safety
    /// `host` is what the host gave to `setHost`, and still valid.
    pub(crate) unsafe fn fetch(host: &ofx::OfxHost) -> Result<Self, Failure> {
        let missing = || Failure::quiet(ofx::kOfxStatErrMissingHostFeature);
        // SAFETY: as promised by the caller; each type is the one that OpenFX defines for its name and version.
        let mut this = unsafe {
            Self {
                property: suite(host, ofx::kOfxPropertySuite, 1).ok_or_else(missing)?,
                effect: suite(host, ofx::kOfxImageEffectSuite, 1).ok_or_else(missing)?,
                parameter: suite(host, ofx::kOfxParameterSuite, 1).ok_or_else(missing)?,
                message: suite(host, ofx::kOfxMessageSuite, 1),
                persistent: None,
                progress: suite(host, ofx::kOfxProgressSuite, 1),
                progress2: None,
                threads: suite(host, ofx::kOfxMultiThreadSuite, 1),
                parametric: suite(host, ofx::kOfxParametricParameterSuite, 1),
                planes: None,
                planes2: None,
                draw: None,
                interact: None,
                facts: Facts::default(),
            }
        };
        if !this.essentials() {
            return Err(missing());
        }
        // SAFETY: the host's own property set lives as long as the host.
        let own = unsafe { Handle::from_host(host.host) };
        this.facts = facts(Props::new(&this, own));
        if this.facts.has(Quirk::NoThreadSuite) {
            this.threads = None;
        }
        let newer = !this.facts.has(Quirk::SuitesVersion1Only);
        if this.facts.multi_planar && !this.facts.has(Quirk::NoPlanes) {
            // SAFETY: as above.
            unsafe {
                this.planes = suite(host, ofx::kFnOfxImageEffectPlaneSuite, 1);
                this.planes2 = if newer { suite(host, ofx::kFnOfxImageEffectPlaneSuite, 2) } else { None };
            }
        }
        if this.facts.overlays {
            // SAFETY: as above.
            unsafe {
                this.draw = suite(host, ofx::kOfxDrawSuite, 1);
                this.interact = suite(host, ofx::kOfxInteractSuite, 1);
            }
        }
        if newer {
            // SAFETY: as above.
            unsafe {
                this.persistent = suite(host, ofx::kOfxMessageSuite, 2);
                if this.progress.is_none() {
                    this.progress2 = suite(host, ofx::kOfxProgressSuite, 2);
                }
            }
        }
        Ok(this)
    }

    /// Are the functions there without which nothing can be done?
    fn essentials(&self) -> bool {
        let (p, e, q) = (&self.property, &self.effect, &self.parameter);
        let property = p.propGetInt.is_some()
            && p.propGetDouble.is_some()
            && p.propGetString.is_some()
            && p.propGetPointer.is_some()
            && p.propSetInt.is_some()
            && p.propSetDouble.is_some()
            && p.propSetString.is_some();
        let effect = e.getPropertySet.is_some()
            && e.getParamSet.is_some()
            && e.clipDefine.is_some()
            && e.clipGetHandle.is_some()
            && e.clipGetImage.is_some()
            && e.clipReleaseImage.is_some();
        property && effect && q.paramDefine.is_some() && q.paramGetHandle.is_some() && q.paramGetValueAtTime.is_some()
    }

    /// What it says of itself.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The properties of an effect, described or living.
    pub(crate) fn effect_props(&self, effect: EffectHandle) -> Props<'_> {
        let mut set = std::ptr::null_mut();
        let found = self.effect.getPropertySet.is_some_and(|f| {
            // SAFETY: a handle of this host, and room for the answer.
            unsafe { f(effect.raw(), &mut set) == ofx::kOfxStatOK }
        });
        // SAFETY: an effect's property set lives as long as the effect.
        Props::new(self, if found { unsafe { Handle::from_host(set) } } else { None })
    }

    /// Does the host want the render to stop?
    pub(crate) fn aborts(&self, effect: EffectHandle) -> bool {
        // SAFETY: a handle of this host.
        self.effect.abort.is_some_and(|f| unsafe { f(effect.raw()) } != 0)
    }

    /// How many threads the host grants, where it says so.
    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        let ask = self.threads?.multiThreadNumCPUs?;
        let mut count = 0;
        // SAFETY: room for the answer.
        let status = unsafe { ask(&mut count) };
        (status == ofx::kOfxStatOK).then(|| NonZeroUsize::new(count as usize))?
    }

    /// Shows a text beside the effect until it is cleared; false where the host cannot.
    pub(crate) fn set_persistent_message(&self, effect: EffectHandle, kind: &CStr, text: &str) -> bool {
        let Some(set) = self.persistent.and_then(|suite| suite.setPersistentMessage) else { return false };
        let text = cstring(text);
        // SAFETY: a handle of this host; the format takes exactly one string.
        let status =
            unsafe { set(effect.raw().cast(), kind.as_ptr(), std::ptr::null(), c"%s".as_ptr(), text.as_ptr()) };
        status == ofx::kOfxStatOK
    }

    /// Takes the text away. Some hosts fill only this slot, with nothing usable: it counts only beside the setter.
    pub(crate) fn clear_persistent_message(&self, effect: EffectHandle) {
        let Some(suite) = self.persistent else { return };
        if let (Some(_), Some(clear)) = (suite.setPersistentMessage, suite.clearPersistentMessage) {
            // SAFETY: a handle of this host.
            unsafe { clear(effect.raw().cast()) };
        }
    }

    /// Shows a text once.
    pub(crate) fn message(&self, effect: EffectHandle, kind: &CStr, text: &str) {
        let newer = self.persistent.and_then(|suite| suite.message);
        let Some(show) = self.message.and_then(|suite| suite.message).or(newer) else { return };
        let text = cstring(text);
        // SAFETY: a handle of this host; the format takes exactly one string.
        unsafe { show(effect.raw().cast(), kind.as_ptr(), c"".as_ptr(), c"%s".as_ptr(), text.as_ptr()) };
    }

    /// Has it curves that artists draw?
    pub(crate) fn has_curves(&self) -> bool {
        self.parametric.is_some_and(|suite| suite.parametricParamGetValue.is_some())
    }

    /// The values of the first curve of a parameter at `count` evenly spaced places from 0 to 1, at a time.
    pub(crate) fn curve(&self, param: ParamHandle, time: f64, count: usize) -> Option<Vec<f64>> {
        let get = self.parametric?.parametricParamGetValue?;
        let value = |i: usize| {
            let (place, mut value) = (i as f64 / (count - 1) as f64, f64::NAN);
            // SAFETY: a parameter of this host, and room for the answer.
            let status = unsafe { get(param.raw(), 0, time, place, &mut value) };
            (status == ofx::kOfxStatOK).then_some(value)
        };
        (0..count).map(value).collect()
    }

    /// Opens a progress bar; false where there is none.
    pub(crate) fn progress_start(&self, effect: EffectHandle, label: &str) -> bool {
        let (label, effect) = (cstring(label), effect.raw().cast::<c_void>());
        let old = self.progress.and_then(|p| p.progressStart.filter(|_| p.progressEnd.is_some()));
        let new = self.progress2.and_then(|p| p.progressStart.filter(|_| p.progressEnd.is_some()));
        // SAFETY: a handle of this host and strings that outlive the call.
        let status = unsafe {
            match (old, new) {
                (Some(start), _) => start(effect, label.as_ptr()),
                (None, Some(start)) => start(effect, label.as_ptr(), c"org.fathomfx.render".as_ptr()),
                (None, None) => ofx::kOfxStatFailed,
            }
        };
        status == ofx::kOfxStatOK
    }

    /// Moves the bar (0..1); false where the artist pressed its cancel button.
    pub(crate) fn progress_update(&self, effect: EffectHandle, done: f64) -> bool {
        let old = self.progress.and_then(|p| p.progressUpdate);
        let update = old.or(self.progress2.and_then(|p| p.progressUpdate));
        // SAFETY: a handle of this host.
        update.is_none_or(|f| unsafe { f(effect.raw().cast(), done) } != ofx::kOfxStatReplyNo)
    }

    /// Closes the bar.
    pub(crate) fn progress_end(&self, effect: EffectHandle) {
        let old = self.progress.and_then(|p| p.progressEnd);
        if let Some(end) = old.or(self.progress2.and_then(|p| p.progressEnd)) {
            // SAFETY: a handle of this host.
            unsafe { end(effect.raw().cast()) };
        }
    }
}

/// A text for C; what cannot be in one is left out.
pub(crate) fn cstring(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// A copy of a suite.
///
/// # Safety
/// `T` is the struct of that name and version, and `host` a valid host.
unsafe fn suite<T: Copy>(host: &ofx::OfxHost, name: &CStr, version: c_int) -> Option<T> {
    let fetch = host.fetchSuite?;
    // SAFETY: the host's own handle and a string; the answer is NULL or the suite.
    unsafe {
        let found = fetch(host.host, name.as_ptr(), version).cast::<T>();
        (!found.is_null()).then(|| found.read_unaligned())
    }
}

fn facts(own: Props<'_>) -> Facts {
    let list = |name| (0..own.dimension(name).clamp(0, 64)).filter_map(|i| own.text_at(name, i)).collect();
    Facts {
        name: own.text(ofx::kOfxPropName).unwrap_or_default(),
        depths: list(ofx::kOfxImageEffectPropSupportedPixelDepths),
        components: list(ofx::kOfxImageEffectPropSupportedComponents),
        temporal: own.int(ofx::kOfxImageEffectPropTemporalClipAccess) == Some(1),
        orders_choices: own.ints(ofx::kOfxPropAPIVersion).is_some_and(|v: [c_int; 2]| v >= [1, 5]),
        sets_frame_rate: own.int(ofx::kOfxImageEffectPropSetableFrameRate) == Some(1),
        overlays: own.int(ofx::kOfxImageEffectPropSupportsOverlays) == Some(1),
        multi_planar: own.int(ofx::kFnOfxImageEffectPropMultiPlanar) == Some(1),
        natron: own.int(ofx::kNatronOfxHostIsNatron) == Some(1),
    }
}
