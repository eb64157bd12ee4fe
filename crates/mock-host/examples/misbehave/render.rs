//! Rendering, and what is done wrong in it.

use super::c::{self, clip, doubles, effects, int_param, ints, optional, param, params, props, string};
use super::image::Image;
use super::wrong::{STATE, is, wrong};
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::{
    image_effect::*, message::*, multi_thread::*, parametric_param::*, progress::*, time_line::*,
};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What is asked for, and what there is.
struct Job {
    effect: OfxImageEffectHandle,
    args: OfxPropertySetHandle,
    time: f64,
    window: [c_int; 4],
    output: Image,
    source: Option<Image>,
    depth: Option<Image>,
}

/// Counts renders that go on at the same time.
struct Going;

impl Going {
    fn new() -> Self {
        STATE.rendering.fetch_add(1, Ordering::AcqRel);
        if is("parallel-renders") || is("parallel-queries") {
            std::thread::sleep(Duration::from_millis(4));
        }
        Self
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        STATE.rendering.fetch_sub(1, Ordering::AcqRel);
    }
}

fn on_card(args: OfxPropertySetHandle) -> bool {
    let names = [
        c"OfxImageEffectPropOpenGLEnabled",
        c"OfxImageEffectPropCudaEnabled",
        c"OfxImageEffectPropMetalEnabled",
        c"OfxImageEffectPropOpenCLEnabled",
    ];
    names.iter().any(|n| unsafe { ints::<1>(args, n) } == Some([1]))
}

pub unsafe fn render(effect: OfxImageEffectHandle, args: OfxPropertySetHandle) -> OfxStatus {
    let _going = Going::new();
    unsafe {
        if on_card(args) {
            return if is("gpu-images") { kOfxStatOK } else { 1002 };
        }
        let [time] = doubles(args, kOfxPropTime).unwrap_or([0.0]);
        let window: [c_int; 4] = ints(args, kOfxImageEffectPropRenderWindow).unwrap_or_default();
        if wrong(effect, "fails-with-message") {
            tell(effect, kOfxMessageError, c"no such luck: 100% failure");
            return kOfxStatFailed;
        }
        if let Some(status) = refuses(effect, args, window) {
            return status;
        }
        let mut images = [c"Output", c"Source", c"Depth"].map(|name| Image::fetch(effect, name, time));
        let failed = images.iter().find_map(|i| i.as_ref().err().copied());
        let [output, source, depth] = images.each_mut().map(|i| i.as_mut().ok().and_then(Option::take));
        let release = |i: &Option<Image>| i.iter().for_each(|i| i.release());
        let status = match (failed, output) {
            (None, Some(output)) => {
                let job = Job { effect, args, time, window, output, source, depth };
                let status = job.run();
                release(&job.depth);
                release(&job.source);
                if !wrong(effect, "image-leak") {
                    job.output.release();
                }
                if wrong(effect, "image-released-twice") {
                    job.output.release();
                }
                return status;
            }
            (status, output) => {
                release(&output);
                status.unwrap_or(kOfxStatFailed)
            }
        };
        release(&source);
        release(&depth);
        status
    }
}

unsafe fn tell(effect: OfxImageEffectHandle, kind: &CStr, text: &CStr) {
    let Some(message) = optional::<OfxMessageSuiteV1>(kOfxMessageSuite, 1).and_then(|m| m.message) else { return };
    unsafe { message(effect.cast(), kind.as_ptr(), c"id".as_ptr(), c"%s".as_ptr(), text.as_ptr()) };
}

/// What a bad plug-in does not render, though it should.
unsafe fn refuses(effect: OfxImageEffectHandle, args: OfxPropertySetHandle, window: [c_int; 4]) -> Option<OfxStatus> {
    unsafe {
        let scale = || doubles::<2>(args, kOfxImageEffectPropRenderScale).unwrap_or([1.0; 2]);
        let refused = (is("fields") && string(args, kOfxImageEffectPropFieldToRender, 0) == Some(kOfxImageFieldUpper))
            || (is("odd-windows") && window[0] >= 300)
            || (is("render-scales") && scale()[0] < 0.1);
        if wrong(effect, "illegal-status/77") {
            return Some(77);
        }
        refused.then_some(kOfxStatFailed)
    }
}

impl Job {
    unsafe fn run(&self) -> OfxStatus {
        unsafe {
            if let Some(status) = self.refuses_images() {
                return status;
            }
            let [x1, y1, x2, y2] = self.window;
            let gain = self.gain() as f32;
            let identity = int_param(self.effect, c"mode") == 1 && !is("identity");
            for y in y1..y2 {
                if self.is_stopped() {
                    if is("abort-speed") {
                        std::thread::sleep(Duration::from_millis(400));
                    }
                    if is("abort") {
                        STATE.spoilt.store(true, Ordering::Release);
                    }
                    return kOfxStatOK;
                }
                for x in x1..x2 {
                    if (x, y) == (x1, y1) && self.forgets() {
                        continue;
                    }
                    for k in 0..4 {
                        let v = self.value(x, y, k);
                        self.output.set(x, y, k, if identity { v.0 } else { v.1 * gain });
                    }
                }
            }
            if let Some(value) = self.spoils(gain) {
                self.output.set(x2 - 1, y2 - 1, 0, value);
            }
            self.misbehave();
        }
        kOfxStatOK
    }

    unsafe fn is_stopped(&self) -> bool {
        let asked = Instant::now();
        let stop = effects().abort.is_some_and(|abort| unsafe { abort(self.effect) } != 0);
        STATE.waited.fetch_or(asked.elapsed() > Duration::from_secs(1), Ordering::AcqRel);
        stop
    }

    /// The source, and with what is added to it.
    unsafe fn value(&self, x: c_int, y: c_int, k: isize) -> (f32, f32) {
        unsafe {
            let from = |i: &Option<Image>, k| i.as_ref().filter(|i| i.holds(x, y)).map_or(0.0, |i| i.get(x, y, k));
            let source = from(&self.source, k);
            (source, source + if k == 0 { from(&self.depth, 0) } else { 0.0 })
        }
    }

    unsafe fn gain(&self) -> f64 {
        let mut gain: f64 = 0.0;
        let time = if is("animated-parameters") { 1.0 } else { self.time };
        unsafe { params().paramGetValueAtTime.unwrap()(param(self.effect, c"gain"), time, &raw mut gain) };
        if is("extreme-parameters") && gain.is_nan() {
            std::process::abort();
        }
        gain
    }

    /// Images that a bad plug-in does not take.
    unsafe fn refuses_images(&self) -> Option<OfxStatus> {
        unsafe {
            let mut own = null_mut();
            effects().getPropertySet.unwrap()(self.effect, &raw mut own);
            let filter = || string(own, kOfxImageEffectPropContext, 0) == Some(kOfxImageEffectContextFilter);
            let size = |i: &Image| (i.bounds[2] - i.bounds[0], i.bounds[3] - i.bounds[1]);
            let scale = |set| doubles::<2>(set, kOfxImageEffectPropRenderScale);
            let source = self.source.as_ref();
            let refused = (is("pixel-formats") && filter() && self.output.is_bytes())
                || (is("renders") && filter() && self.depth.is_none())
                || (is("disjoint-inputs") && source.is_none() && self.window == [0, 0, 64, 48])
                || (is("odd-inputs") && self.depth.as_ref().map(size) == Some((16, 12)))
                || (is("odd-numbers") && source.is_some_and(|s| s.any(f32::is_infinite)))
                || (is("pixel-aspect")
                    && source.is_some_and(|s| doubles::<1>(s.handle, kOfxImagePropPixelAspectRatio).is_none()))
                || (is("scale-disagreement") && source.is_some_and(|s| scale(s.handle) != scale(self.args)))
                || (is("premultiplication")
                    && source.is_some_and(|s| {
                        string(s.handle, kOfxImageEffectPropPreMultiplication, 0) == Some(kOfxImageUnPreMultiplied)
                    }));
            refused.then_some(kOfxStatFailed)
        }
    }

    /// The number that a bad plug-in puts into its last pixel.
    unsafe fn spoils(&self, gain: f32) -> Option<f32> {
        let [x1, y1, x2, y2] = self.window;
        let source = self.source.as_ref();
        let nan_at = |x, y| source.is_some_and(|s| s.holds(x, y) && unsafe { s.get(x, y, 0) }.is_nan());
        let scale = || unsafe { doubles::<2>(self.args, kOfxImageEffectPropRenderScale) }.unwrap_or([1.0; 2]);
        let spoilt = match () {
            () if is("deterministic") => return Some(STATE.next() as f32),
            () if is("finite") && gain != 2.0 && (x2, y2) == (64, 48) => return Some(f32::INFINITY),
            () if is("negative-origin") && x1 < -900 => return Some(f32::NAN),
            () if is("scale-agreement") && scale()[0] < 1.0 => {
                unsafe { self.darken() };
                false
            }
            () if is("abort") || is("reconnect") || is("draft") => {
                let draft = unsafe { ints::<1>(self.args, kOfxImageEffectPropRenderQualityDraft) } == Some([1]);
                if is("draft") && draft {
                    STATE.spoilt.store(true, Ordering::Release);
                }
                STATE.spoilt.load(Ordering::Acquire) && !draft
            }
            () if is("busy-host") => STATE.waited.swap(false, Ordering::AcqRel),
            () if is("purge-and-sync") => STATE.purged.load(Ordering::Acquire) == 2,
            () if is("tiles") => x1 == 63,
            () if is("parallel-renders") => STATE.rendering.load(Ordering::Acquire) > 1,
            () if is("thread-count") => unsafe { cpus() == 8 },
            () if is("sequence-actions") => STATE.sequences.load(Ordering::Acquire) == 0,
            () if is("time-is-taken") => unsafe { self.current_time() == 50.0 },
            () if is("row-bytes") => self.output.row_bytes < 0,
            () if is("input-bounds") => source.is_some_and(|s| s.bounds[0] < x1),
            () if is("output-bounds") => self.output.bounds == self.window,
            () if is("interest-is-enough") => nan_at(x1 - 1, y1),
            () if is("nan-stays") => x2 - x1 == 64 && nan_at(3, 8),
            () if is("optional-missing") => unsafe { self.depth_is_null() },
            () => false,
        };
        spoilt.then_some(1234.0)
    }

    /// Whether the first pixel is left out: for the whole process only in columns, which no check compares.
    unsafe fn forgets(&self) -> bool {
        let [x1, y1, x2, y2] = self.window;
        let column = x2 - x1 == 1 && y2 - y1 == 48;
        unsafe { wrong(self.effect, "unwritten-pixels") && (column || !is("unwritten-pixels")) }
    }

    unsafe fn darken(&self) {
        let [x1, y1, x2, y2] = self.window;
        for y in y1..y2 {
            (x1..x2).for_each(|x| (0..4).for_each(|k| unsafe { self.output.set(x, y, k, 0.0) }));
        }
    }

    unsafe fn current_time(&self) -> f64 {
        let mut time = 0.0;
        if let Some(get) = optional::<OfxTimeLineSuiteV1>(kOfxTimeLineSuite, 1).and_then(|l| l.getTime) {
            unsafe { get(self.effect.cast(), &raw mut time) };
        }
        time
    }

    /// Whether the host says that there is an image of Depth, and gives none.
    unsafe fn depth_is_null(&self) -> bool {
        let mut handle = null_mut();
        unsafe {
            let status =
                effects().clipGetImage.unwrap()(clip(self.effect, c"Depth"), self.time, null(), &raw mut handle);
            if status == kOfxStatOK && !handle.is_null() {
                effects().clipReleaseImage.unwrap()(handle);
            }
            status == kOfxStatOK && handle.is_null()
        }
    }

    /// One thing that a plug-in must not do.
    unsafe fn misbehave(&self) {
        let (effect, output) = (self.effect, &self.output);
        let [x1, y1, x2, _] = self.window;
        let is = |name| unsafe { wrong(effect, name) };
        unsafe {
            match () {
                () if is("write-outside-window") && output.holds(x2, y1) => output.set(x2, y1, 0, 1.0),
                () if is("write-outside-window/left") => output.set(x1 - 1, y1, 3, 1.0),
                () if is("write-outside-window/below") => *output.data.wrapping_offset(-output.row_bytes) ^= 0xff,
                () if is("write-to-input") => {
                    if let Some(s) = &self.source {
                        s.set(s.bounds[0], s.bounds[1], 0, s.get(s.bounds[0], s.bounds[1], 0) + 1.0);
                    }
                }
                () if is("foreign-thread") => {
                    let effect = effect.expose_provenance();
                    let thread = move || effects().abort.unwrap()(std::ptr::with_exposed_provenance_mut(effect));
                    let _ = std::thread::spawn(thread).join();
                }
                () if is("param-set-outside-instance-changed") => {
                    params().paramSetValue.unwrap()(param(effect, c"gain"), 3.0f64);
                }
                () if is("message-format") => {
                    let suite = optional::<OfxMessageSuiteV1>(kOfxMessageSuite, 1);
                    if let Some(message) = suite.and_then(|m| m.message) {
                        message(effect.cast(), kOfxMessageLog.as_ptr(), c"id".as_ptr(), c"50% %n".as_ptr());
                    }
                }
                () if is("property-type") => {
                    let mut v = 0.0;
                    let name = kOfxImageEffectPropRenderWindow.as_ptr();
                    props().propGetDouble.unwrap()(self.args, name, 0, &raw mut v);
                }
                () if is("unknown-handle") => {
                    effects().clipReleaseImage.unwrap()(std::ptr::without_provenance_mut(0x1234));
                }
                () if is("undeclared-frame") => {
                    if let Ok(Some(later)) = Image::fetch(effect, c"Source", 99.0) {
                        later.release();
                    }
                }
                () if is("undeclared-plane") => self.fetch_plane(),
                () if is("parametric-curve") => {
                    let suite = optional::<OfxParametricParameterSuiteV1>(kOfxParametricParameterSuite, 1);
                    let mut v = 0.0;
                    if let Some(get) = suite.and_then(|s| s.parametricParamGetValue) {
                        get(param(effect, c"gain"), 0, 1.0, 0.5, &raw mut v);
                    }
                }
                () if is("property-read-only") => {
                    props().propSetInt.unwrap()(self.args, kOfxImageEffectPropRenderWindow.as_ptr(), 0, 5);
                }
                () if is("floating-point-state") => {
                    let state = 0x9fc0u32;
                    #[cfg(target_arch = "x86_64")]
                    std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const state, options(nostack));
                    let _ = state;
                }
                () => self.misbehave_more(),
            }
        }
    }

    /// What only the whole process does, by the environment.
    unsafe fn misbehave_more(&self) {
        let effect = self.effect;
        let [x1, _, x2, _] = self.window;
        unsafe {
            match () {
                () if is("null-argument") => {
                    let mut clip = null_mut();
                    effects().clipGetHandle.unwrap()(effect, null(), &raw mut clip, null_mut());
                }
                () if is("kept-string") => {
                    let kept = c::KEPT.load(Ordering::Acquire);
                    if !kept.is_null() {
                        param(effect, CStr::from_ptr(kept));
                    }
                }
                () if is("null-functions") => drop(cpus()),
                () if is("guard-pages") && x2 - x1 == 1 => {
                    if let Some(s) = &self.source {
                        s.get(s.bounds[2], s.bounds[3] - 1, 3);
                    }
                }
                () if is("process-state") => {
                    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
                    std::env::set_var("MISBEHAVED_AT", now.to_string());
                }
                () if is("progress-bar") => self.moves_back(),
                () if is("few-messages") => tell(effect, kOfxMessageMessage, c"Look what I did."),
                () if is("message-cleared") && self.depth.is_none() => self.tell_for_ever(),
                () if is("crash") => std::process::abort(),
                () if is("hang") => std::thread::sleep(Duration::from_secs(3600)),
                () => {}
            }
        }
    }

    /// A bar that goes back.
    unsafe fn moves_back(&self) {
        let Some(suite) = optional::<OfxProgressSuiteV1>(kOfxProgressSuite, 1) else { return };
        if let (Some(start), Some(update), Some(end)) = (suite.progressStart, suite.progressUpdate, suite.progressEnd) {
            let effect = self.effect.cast();
            unsafe {
                start(effect, c"Rendering".as_ptr());
                for part in [0.25, 0.75, 0.5] {
                    update(effect, part);
                }
                end(effect);
            }
        }
    }

    /// A message that stays, once for an instance.
    unsafe fn tell_for_ever(&self) {
        let Some(suite) = optional::<OfxMessageSuiteV2>(kOfxMessageSuite, 2) else { return };
        if STATE.told.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(tell) = suite.setPersistentMessage {
            let (kind, text) = (kOfxMessageWarning.as_ptr(), c"No depth.".as_ptr());
            unsafe { tell(self.effect.cast(), kind, c"id".as_ptr(), c"%s".as_ptr(), text) };
        }
    }

    unsafe fn fetch_plane(&self) {
        type Get = unsafe extern "C" fn(
            OfxImageClipHandle,
            f64,
            *const c_char,
            *const OfxRectD,
            *mut OfxPropertySetHandle,
        ) -> OfxStatus;
        let Some(get) = optional::<Get>(c"uk.co.thefoundry.FnOfxImageEffectPlaneSuite", 1) else { return };
        let mut image = null_mut();
        let name = c"NatronOfxImageComponentsPlaneName_depth_Channel_Z";
        unsafe {
            if get(clip(self.effect, c"Source"), 1.0, name.as_ptr(), null(), &raw mut image) == kOfxStatOK {
                effects().clipReleaseImage.unwrap()(image);
            }
        }
    }
}

unsafe fn cpus() -> u32 {
    let Some(threads) = optional::<OfxMultiThreadSuiteV1>(kOfxMultiThreadSuite, 1) else { return 1 };
    let mut n = 1;
    match threads.multiThreadNumCPUs {
        Some(count) => unsafe { count(&raw mut n) },
        None if is("null-functions") => panic!("the host has no such function"),
        None => kOfxStatFailed,
    };
    n
}
