//! An effect of one screen that obeys the API until its parameter `fault` says otherwise: the host's checks are shown to fail on it.
//!
//! Its picture is the source times `gain`; a connected `Depth` is added to red.
#![allow(unsafe_code, reason = "a plug-in as small as possible, written against the C API directly")]
#![allow(
    clippy::undocumented_unsafe_blocks,
    reason = "one argument covers them all: the host passes what the C API says, which the host's own tests establish"
)]
#![allow(missing_docs, reason = "not a library")]

use openfx::sys::generic::core::*;
use openfx::sys::generic::property::*;
use openfx::sys::image_effect_v1::{image_effect::*, message::*, param::*, parametric_param::*};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

static HOST: AtomicPtr<OfxHost> = AtomicPtr::new(null_mut());
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// A suite's table.
fn suite<T>(name: &CStr, version: c_int) -> &'static T {
    // SAFETY: the host passed a valid struct, and its tables live as long as it does.
    unsafe {
        let host = &*HOST.load(Ordering::Acquire);
        &*host.fetchSuite.unwrap()(host.host, name.as_ptr(), version).cast::<T>()
    }
}

fn props() -> &'static OfxPropertySuiteV1 {
    suite(kOfxPropertySuite, 1)
}
fn effects() -> &'static OfxImageEffectSuiteV1 {
    suite(kOfxImageEffectSuite, 1)
}
fn params() -> &'static OfxParameterSuiteV1 {
    suite(kOfxParameterSuite, 1)
}

/// Sets a string; the status is for those who ask.
unsafe fn set_string(set: OfxPropertySetHandle, name: &CStr, i: c_int, value: &CStr) -> OfxStatus {
    unsafe { props().propSetString.unwrap()(set, name.as_ptr(), i, value.as_ptr()) }
}

unsafe fn ints<const N: usize>(set: OfxPropertySetHandle, name: &CStr) -> [c_int; N] {
    let mut v = [0; N];
    unsafe { props().propGetIntN.unwrap()(set, name.as_ptr(), N as c_int, v.as_mut_ptr()) };
    v
}

unsafe fn param_handle(effect: OfxImageEffectHandle, name: &CStr) -> OfxParamHandle {
    let (mut set, mut param) = (null_mut(), null_mut());
    unsafe {
        effects().getParamSet.unwrap()(effect, &raw mut set);
        params().paramGetHandle.unwrap()(set, name.as_ptr(), &raw mut param, null_mut());
    }
    param
}

unsafe fn fault(effect: OfxImageEffectHandle) -> c_int {
    let mut v = 0;
    unsafe { params().paramGetValue.unwrap()(param_handle(effect, c"fault"), &raw mut v) };
    v
}

unsafe fn clip(effect: OfxImageEffectHandle, name: &CStr) -> OfxImageClipHandle {
    let mut clip = null_mut();
    unsafe { effects().clipGetHandle.unwrap()(effect, name.as_ptr(), &raw mut clip, null_mut()) };
    clip
}

/// An image's memory: floats, RGBA or one channel.
struct Image {
    handle: OfxPropertySetHandle,
    data: *mut u8,
    bounds: [c_int; 4],
    row_bytes: isize,
    channels: isize,
}

impl Image {
    unsafe fn fetch(effect: OfxImageEffectHandle, name: &CStr, time: f64) -> Option<Self> {
        let mut handle = null_mut();
        unsafe {
            let status = effects().clipGetImage.unwrap()(clip(effect, name), time, null(), &raw mut handle);
            if status != kOfxStatOK || handle.is_null() {
                return None;
            }
            let mut data = null_mut();
            props().propGetPointer.unwrap()(handle, kOfxImagePropData.as_ptr(), 0, &raw mut data);
            let mut components = null_mut();
            props().propGetString.unwrap()(handle, kOfxImageEffectPropComponents.as_ptr(), 0, &raw mut components);
            let channels = if CStr::from_ptr(components) == kOfxImageComponentAlpha { 1 } else { 4 };
            Some(Self {
                handle,
                data: data.cast(),
                bounds: ints(handle, kOfxImagePropBounds),
                row_bytes: ints::<1>(handle, kOfxImagePropRowBytes)[0] as isize,
                channels,
            })
        }
    }

    fn at(&self, x: c_int, y: c_int) -> *mut f32 {
        let row = (y - self.bounds[1]) as isize * self.row_bytes;
        self.data.wrapping_offset(row + (x - self.bounds[0]) as isize * 4 * self.channels).cast()
    }

    fn holds(&self, x: c_int, y: c_int) -> bool {
        x >= self.bounds[0] && y >= self.bounds[1] && x < self.bounds[2] && y < self.bounds[3]
    }

    unsafe fn release(&self) {
        unsafe { effects().clipReleaseImage.unwrap()(self.handle) };
    }
}

unsafe fn render(effect: OfxImageEffectHandle, args: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let mut time = 0.0;
        props().propGetDouble.unwrap()(args, kOfxPropTime.as_ptr(), 0, &raw mut time);
        let [x1, y1, x2, y2] = ints(args, kOfxImageEffectPropRenderWindow);
        let fault = fault(effect);
        let mut gain = 0.0;
        params().paramGetValueAtTime.unwrap()(param_handle(effect, c"gain"), time, &raw mut gain);
        if fault == 10 {
            let message: &OfxMessageSuiteV1 = suite(kOfxMessageSuite, 1);
            let text = c"no such luck: 100% failure";
            message.message.unwrap()(
                effect.cast(),
                kOfxMessageError.as_ptr(),
                c"luck".as_ptr(),
                c"%s".as_ptr(),
                text.as_ptr(),
            );
            return kOfxStatFailed;
        }
        let Some(output) = Image::fetch(effect, c"Output", time) else {
            return kOfxStatFailed;
        };
        let Some(source) = Image::fetch(effect, c"Source", time) else {
            output.release();
            return kOfxStatFailed;
        };
        let depth = Image::fetch(effect, c"Depth", time);
        for y in y1..y2 {
            if effects().abort.unwrap()(effect) != 0 {
                break;
            }
            for x in x1..x2 {
                if fault == 2 && (x, y) == (x1, y1) {
                    continue;
                }
                let to = output.at(x, y);
                for k in 0..4 {
                    let mut v = if source.holds(x, y) { *source.at(x, y).wrapping_add(k) } else { 0.0 };
                    if let (0, Some(depth)) = (k, &depth)
                        && depth.holds(x, y)
                    {
                        v += *depth.at(x, y);
                    }
                    *to.wrapping_add(k) = v * gain as f32;
                }
            }
        }
        misbehave(effect, fault, &output, &source, [x1, y1, x2, y2], args);
        if let Some(depth) = depth {
            depth.release();
        }
        source.release();
        if fault != 4 {
            output.release();
        }
        if fault == 5 {
            output.release();
        }
        if fault == 16 { 77 } else { kOfxStatOK }
    }
}

/// One thing that a plug-in must not do.
unsafe fn misbehave(
    effect: OfxImageEffectHandle,
    fault: c_int,
    output: &Image,
    source: &Image,
    [x1, y1, x2, _]: [c_int; 4],
    args: OfxPropertySetHandle,
) {
    unsafe {
        match fault {
            1 => *output.at(x2, y1) = 1.0,
            3 => *source.at(source.bounds[0], source.bounds[1]) += 1.0,
            6 => {
                let effect = effect.expose_provenance();
                let thread = move || {
                    let effect = std::ptr::with_exposed_provenance_mut(effect);
                    effects().abort.unwrap()(effect)
                };
                let _ = std::thread::spawn(thread).join();
            }
            7 => {
                params().paramSetValue.unwrap()(param_handle(effect, c"gain"), 3.0f64);
            }
            8 => {
                let message: &OfxMessageSuiteV1 = suite(kOfxMessageSuite, 1);
                message.message.unwrap()(effect.cast(), kOfxMessageLog.as_ptr(), c"id".as_ptr(), c"50% %n".as_ptr());
            }
            9 => {
                let mut v = 0.0;
                props().propGetDouble.unwrap()(args, kOfxImageEffectPropRenderWindow.as_ptr(), 0, &raw mut v);
            }
            11 => {
                effects().clipReleaseImage.unwrap()(std::ptr::without_provenance_mut(0x1234));
            }
            12 => {
                let later = Image::fetch(effect, c"Source", 99.0);
                later.inspect(|i| i.release());
            }
            26 => {
                type Get = unsafe extern "C" fn(
                    OfxImageClipHandle,
                    f64,
                    *const c_char,
                    *const OfxRectD,
                    *mut OfxPropertySetHandle,
                ) -> OfxStatus;
                let get: &Get = suite(c"uk.co.thefoundry.FnOfxImageEffectPlaneSuite", 1);
                let mut image = null_mut();
                let name = c"NatronOfxImageComponentsPlaneName_depth_Channel_Z";
                if get(clip(effect, c"Source"), 1.0, name.as_ptr(), null(), &raw mut image) == kOfxStatOK {
                    effects().clipReleaseImage.unwrap()(image);
                }
            }
            27 => {
                let curves: &OfxParametricParameterSuiteV1 = suite(kOfxParametricParameterSuite, 1);
                let mut v = 0.0;
                curves.parametricParamGetValue.unwrap()(param_handle(effect, c"gain"), 0, 1.0, 0.5, &raw mut v);
            }
            13 => {
                props().propSetInt.unwrap()(args, kOfxImageEffectPropRenderWindow.as_ptr(), 0, 5);
            }
            14 => *output.at(x1, y1).wrapping_sub(1) = 1.0,
            15 => {
                let state = 0x9fc0u32;
                #[cfg(target_arch = "x86_64")]
                std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const state, options(nostack));
                let _ = state;
            }
            17 => {
                let row = output.data.wrapping_offset(-output.row_bytes).cast::<f32>();
                *row = 1.0;
            }
            _ => {}
        }
    }
}

unsafe fn describe_in_context(effect: OfxImageEffectHandle) -> OfxStatus {
    unsafe {
        for (name, optional) in [(c"Source", false), (c"Depth", true), (c"Output", false)] {
            let mut set = null_mut();
            effects().clipDefine.unwrap()(effect, name.as_ptr(), &raw mut set);
            set_string(set, kOfxImageEffectPropSupportedComponents, 0, kOfxImageComponentRGBA);
            if optional {
                set_string(set, kOfxImageEffectPropSupportedComponents, 1, kOfxImageComponentAlpha);
                props().propSetInt.unwrap()(set, kOfxImageClipPropOptional.as_ptr(), 0, 1);
            }
        }
        let mut set = null_mut();
        effects().getParamSet.unwrap()(effect, &raw mut set);
        let define = |kind: &CStr, name: &CStr| {
            let mut p = null_mut();
            params().paramDefine.unwrap()(set, kind.as_ptr(), name.as_ptr(), &raw mut p);
            p
        };
        let gain = define(kOfxParamTypeDouble, c"gain");
        props().propSetDouble.unwrap()(gain, kOfxParamPropDefault.as_ptr(), 0, 2.0);
        let fault = define(kOfxParamTypeInteger, c"fault");
        props().propSetInt.unwrap()(fault, kOfxParamPropAnimates.as_ptr(), 0, 0);
        let mode = define(kOfxParamTypeChoice, c"mode");
        set_string(mode, kOfxParamPropChoiceOption, 0, c"Render");
        set_string(mode, kOfxParamPropChoiceOption, 1, c"Identity");
        set_string(mode, kOfxParamPropHint, 0, c"What it does.");
        define(kOfxParamTypeString, c"note");
        define(kOfxParamTypeRGBA, c"tint");
    }
    kOfxStatOK
}

unsafe fn identity(effect: OfxImageEffectHandle, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let mut mode = 0;
        params().paramGetValue.unwrap()(param_handle(effect, c"mode"), &raw mut mode);
        if mode == 0 {
            return kOfxStatReplyDefault;
        }
        set_string(out, kOfxPropName, 0, c"Source")
    }
}

/// Faults outside of rendering, by the parameter's value.
unsafe fn query(effect: OfxImageEffectHandle, action: &CStr, out: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        match fault(effect) {
            20 if action == kOfxImageEffectActionGetClipPreferences => {
                set_string(out, c"OfxImageClipPropComponents_Nothing", 0, kOfxImageComponentRGBA);
            }
            21 if action == kOfxImageEffectActionGetClipPreferences => {
                set_string(out, c"OfxImageClipPropComponents_Source", 0, kOfxImageComponentRGB);
                return kOfxStatOK;
            }
            22 if action == kOfxImageEffectActionGetRegionOfDefinition => {
                Image::fetch(effect, c"Source", 1.0).inspect(|i| i.release());
            }
            _ => {}
        }
    }
    kOfxStatReplyDefault
}

/// A parameter changed: `note` is answered, so that changes by the plug-in are seen.
unsafe fn changed(effect: OfxImageEffectHandle, args: OfxPropertySetHandle) -> OfxStatus {
    unsafe {
        let mut name = null_mut();
        props().propGetString.unwrap()(args, kOfxPropName.as_ptr(), 0, &raw mut name);
        let name = CStr::from_ptr(name);
        KEPT.store(name.as_ptr().expose_provenance(), Ordering::Relaxed);
        let endless = fault(effect) == 23;
        if fault(effect) == 25 {
            let mut set = null_mut();
            effects().getParamSet.unwrap()(effect, &raw mut set);
            params().paramEditBegin.unwrap()(set, c"never ended".as_ptr());
        }
        if name == c"gain" || endless {
            params().paramSetValue.unwrap()(param_handle(effect, c"note"), c"gain changed".as_ptr());
        }
    }
    kOfxStatOK
}

unsafe extern "C" fn main_entry(
    action: *const c_char,
    handle: *const c_void,
    in_args: OfxPropertySetHandle,
    out_args: OfxPropertySetHandle,
) -> OfxStatus {
    let effect = handle.cast_mut().cast::<OfxImageEffectStruct>();
    // SAFETY: the host passes what the API says; this holds for all calls below.
    unsafe {
        let action = CStr::from_ptr(action);
        let mut set = null_mut();
        if !effect.is_null() {
            effects().getPropertySet.unwrap()(effect, &raw mut set);
        }
        if action == kOfxActionDescribe {
            set_string(set, kOfxPropLabel, 0, c"Misbehave");
            for (i, context) in [kOfxImageEffectContextFilter, kOfxImageEffectContextGeneral].iter().enumerate() {
                set_string(set, kOfxImageEffectPropSupportedContexts, i as c_int, context);
            }
            set_string(set, kOfxImageEffectPropSupportedPixelDepths, 0, kOfxBitDepthFloat);
            set_string(set, kOfxImageEffectPluginRenderThreadSafety, 0, kOfxImageEffectRenderFullySafe);
            return kOfxStatOK;
        }
        if action == kOfxImageEffectActionDescribeInContext {
            return describe_in_context(effect);
        }
        if action == kOfxActionCreateInstance {
            let data = std::ptr::without_provenance_mut(0x77);
            return props().propSetPointer.unwrap()(set, kOfxPropInstanceData.as_ptr(), 0, data);
        }
        if action == kOfxActionDestroyInstance {
            if fault(effect) != 24 {
                props().propSetPointer.unwrap()(set, kOfxPropInstanceData.as_ptr(), 0, null_mut());
            }
            return kOfxStatOK;
        }
        if action == kOfxImageEffectActionRender {
            return render(effect, in_args);
        }
        if action == kOfxImageEffectActionIsIdentity {
            return identity(effect, out_args);
        }
        if action == kOfxActionInstanceChanged {
            return changed(effect, in_args);
        }
        if action == kOfxImageEffectActionGetClipPreferences || action == kOfxImageEffectActionGetRegionOfDefinition {
            return query(effect, action, out_args);
        }
    }
    kOfxStatReplyDefault
}

unsafe extern "C" fn set_host(host: *mut OfxHost) {
    HOST.store(host, Ordering::Release);
}

#[unsafe(no_mangle)]
pub extern "C" fn OfxGetNumberOfPlugins() -> c_int {
    1
}

struct Table(OfxPlugin);
// SAFETY: never written.
unsafe impl Sync for Table {}
static PLUGIN: Table = Table(OfxPlugin {
    pluginApi: kOfxImageEffectPluginApi.as_ptr(),
    apiVersion: 1,
    pluginIdentifier: c"org.fathomfx.test.Misbehave".as_ptr(),
    pluginVersionMajor: 1,
    pluginVersionMinor: 0,
    setHost: Some(set_host),
    mainEntry: Some(main_entry),
});

#[unsafe(no_mangle)]
pub extern "C" fn OfxGetPlugin(n: c_int) -> *const OfxPlugin {
    if n == 0 { &raw const PLUGIN.0 } else { null() }
}
