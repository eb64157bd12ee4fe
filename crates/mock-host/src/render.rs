//! Rendering: the actions in the order of a conforming host, and the checks of what was written.

use crate::error::HostError;
use crate::format::Field;
use crate::frame::{self, Abort, Frame, Prepared};
use crate::geometry::{RectD, RectI};
use crate::instance::Instance;
use crate::picture::Picture;
use crate::profile::OutputBounds;
use crate::property::{PropertySet, lock};
use crate::queries;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::image_effect_v1::image_effect as fx;
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// What to render.
#[derive(Clone, Debug)]
pub struct RenderRequest {
    /// The frame.
    pub time: f64,
    /// The pixels wanted, at the render scale; `None`: the whole region of definition.
    pub window: Option<RectI>,
    /// Pixels per unit of canonical coordinates.
    pub scale: [f64; 2],
    /// The rows wanted.
    pub field: Field,
    /// Whether speed matters more than quality.
    pub draft: bool,
    /// Whether a user is dragging something.
    pub interactive: bool,
    /// Whether the picture is for a small preview in a list.
    pub thumbnail: bool,
    /// When to give up.
    pub abort: Abort,
    /// How long the host thinks about each of the first questions whether to stop: a busy one.
    pub thinks: Vec<Duration>,
    /// Whether to render even if the plug-in says that the result is an input.
    pub ignore_identity: bool,
}

impl RenderRequest {
    /// A whole frame at full size.
    pub fn at(time: f64) -> Self {
        Self {
            time,
            window: None,
            scale: [1.0, 1.0],
            field: Field::None,
            draft: false,
            interactive: false,
            thumbnail: false,
            abort: Abort::Never,
            thinks: Vec::new(),
            ignore_identity: false,
        }
    }

    /// Only these pixels.
    #[must_use]
    pub fn window(mut self, window: RectI) -> Self {
        self.window = Some(window);
        self
    }

    /// At this scale in both directions.
    #[must_use]
    pub fn scale(mut self, scale: f64) -> Self {
        self.scale = [scale, scale];
        self
    }

    /// Given up when this says so.
    #[must_use]
    pub fn abort(mut self, abort: Abort) -> Self {
        self.abort = abort;
        self
    }

    /// By a host so busy that it thinks for a tenth of a second about the question whether to stop, so many times, and for more than one
    /// about the second: renders last, and show how far they are. (The first is often asked before anything is begun.)
    #[must_use]
    pub fn busy(mut self, times: usize) -> Self {
        let wait = |question| Duration::from_millis(if question == 1 { 1100 } else { 105 });
        self.thinks = (0..times).map(wait).collect();
        self
    }

    /// Rendered even if it is an identity.
    #[must_use]
    pub fn ignore_identity(mut self) -> Self {
        self.ignore_identity = true;
        self
    }
}

/// A picture, and how it came about.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The picture: its bounds are the window, or empty where the render was stopped; its `rod` the effect's region of definition at the render scale.
    pub picture: Picture,
    /// The clip and time that the plug-in said the output is, if it said so; it was not asked to render then.
    pub identity: Option<(String, f64)>,
    /// How long the Render action took.
    pub duration: Duration,
    /// How often the plug-in asked whether to stop.
    pub abort_polls: u32,
    /// The longest time in the action without a question whether to stop.
    pub longest_unpolled: Duration,
    /// From the first "stop" to the end of the action.
    pub stopped_after: Option<Duration>,
}

/// Everything that is done before the Render action, so that the action alone can be timed.
pub struct Prepare<'a> {
    instance: &'a Instance,
    request: RenderRequest,
    window: RectI,
    wanted: RectI,
    rod: RectI,
    identity: Option<(String, f64)>,
    frame: Option<Frame>,
}

impl Instance {
    /// Renders a picture.
    pub fn render(&self, request: &RenderRequest) -> Result<Picture, HostError> {
        Ok(self.render_with(request)?.picture)
    }

    /// Renders a picture, and says how it went.
    pub fn render_with(&self, request: &RenderRequest) -> Result<Rendered, HostError> {
        self.prepare(request)?.run()
    }

    /// Asks clip preferences, region of definition, identity, frames and regions of interest, and makes the input images.
    pub fn prepare(&self, request: &RenderRequest) -> Result<Prepare<'_>, HostError> {
        let effect = &self.object;
        let (time, scale) = (request.time, request.scale);
        queries::clip_preferences(effect, time)?;
        for clip in effect.clips() {
            if !clip.is_output() && !clip.is_optional() && clip.input().is_none() {
                return Err(HostError::Unconnected(clip.name.clone()));
            }
        }
        let mapping = effect.clip("Output").map(|c| c.mapping());
        let mapping = mapping.ok_or_else(|| HostError::not_found("clip", "Output", []))?;
        let region = queries::region_of_definition(effect, time, scale)?;
        let rod = region.to_pixels(scale, mapping.par);
        let wanted = request.window.unwrap_or(rod);
        let window = if effect.supports_tiles() { wanted } else { rod };
        let mut prepared =
            Prepare { instance: self, request: request.clone(), window, wanted, rod, identity: None, frame: None };
        if !request.ignore_identity {
            prepared.identity = queries::is_identity(effect, time, scale, window, request.field)?;
            if prepared.identity.is_some() {
                return Ok(prepared);
            }
        }
        let area = window.to_canonical(scale, mapping.par);
        prepared.frame = Some(self.make_frame(request, mapping, window, rod, area)?);
        Ok(prepared)
    }

    /// Runs something between BeginSequenceRender and EndSequenceRender for a request.
    pub fn within_sequence<T>(&self, request: &RenderRequest, f: impl FnOnce() -> T) -> Result<T, HostError> {
        let prepared = self.prepare(&RenderRequest { ignore_identity: true, ..request.clone() })?;
        let args = prepared.sequence_args();
        self.object.demand(fx::kOfxImageEffectActionBeginSequenceRender, Some(&args), None, None)?;
        let result = f();
        self.object.demand(fx::kOfxImageEffectActionEndSequenceRender, Some(&args), None, None)?;
        Ok(result)
    }

    fn make_frame(
        &self,
        request: &RenderRequest,
        mapping: crate::clip::Mapping,
        window: RectI,
        rod: RectI,
        area: RectD,
    ) -> Result<Frame, HostError> {
        let effect = &self.object;
        let (time, scale) = (request.time, request.scale);
        let mut frame = Frame::new(time, scale, request.field);
        frame.abort = request.abort.clone();
        frame.thinks.clone_from(&request.thinks);
        frame.rois = queries::regions_of_interest(effect, time, scale, area)?.into_iter().collect();
        let asked = queries::asks_frames(effect);
        let needed = queries::frames_needed(effect, time)?;
        for clip in effect.clips() {
            for range in needed.get(&clip.name).into_iter().flatten() {
                let mut t = range[0];
                while t <= range[1] {
                    let image = frame.image(effect, &clip, t, frame::Wanted::default());
                    // Another frame that cannot be had is the plug-in's to deal with when it asks for it.
                    if t == time {
                        image?;
                    }
                    t += 1.0;
                }
            }
        }
        frame.needed = asked.then(|| needed.into_iter().collect());
        let bounds = match effect.host.profile.output_bounds {
            OutputBounds::Window => window,
            OutputBounds::WindowAndMargin(n) => RectI::new(window.x1 - n, window.y1 - n, window.x2 + n, window.y2 + n),
            OutputBounds::RegionOfDefinition => window.union(&rod),
        };
        frame.output = Some(Arc::new(frame::output(effect, mapping, window, rod, bounds)));
        Ok(frame)
    }
}

impl Prepare<'_> {
    /// The size of the picture that the action renders.
    pub fn size(&self) -> (usize, usize) {
        (self.window.width(), self.window.height())
    }

    /// Whether there is nothing to render.
    pub fn is_identity(&self) -> bool {
        self.identity.is_some()
    }

    /// Sends BeginSequenceRender, Render and EndSequenceRender, and checks what was written.
    pub fn run(self) -> Result<Rendered, HostError> {
        self.run_timed(|render| render())
    }

    /// As [`Prepare::run`]; the Render action is sent by the function that is passed on, and by nothing else in there.
    pub fn run_timed(mut self, around: impl FnOnce(&mut dyn FnMut())) -> Result<Rendered, HostError> {
        if let Some(identity) = self.identity.take() {
            return self.identical(identity);
        }
        let Some(frame) = self.frame.take() else {
            return Err(HostError::Unsupported("nothing was prepared".into()));
        };
        let effect = &self.instance.object;
        let exclusive = (!self.instance.fully_thread_safe()).then(|| lock(&self.instance.one_at_a_time));
        let frame = Arc::new(frame);
        let sequences = effect.host.profile.sequence_actions;
        let sequence = self.sequence_args();
        if sequences {
            let name = fx::kOfxImageEffectActionBeginSequenceRender;
            effect.demand(name, Some(&sequence), None, None)?;
        }
        let args = self.render_args();
        let mut result = Ok(true);
        let mut duration = Duration::ZERO;
        frame.start();
        around(&mut || {
            let started = Instant::now();
            let name = fx::kOfxImageEffectActionRender;
            result = effect.demand(name, Some(&args), None, Some(frame.clone()));
            duration = started.elapsed();
        });
        let polls = *lock(&frame.poll_times);
        let ended = Instant::now();
        if sequences {
            let name = fx::kOfxImageEffectActionEndSequenceRender;
            effect.demand(name, Some(&sequence), None, None)?;
        }
        drop(exclusive);
        if matches!(result, Ok(false)) {
            effect.host.violation(Check::IllegalStatus, "Render returned kOfxStatReplyDefault");
        }
        let polled = frame.polls.load(Ordering::Relaxed);
        let stopped = polled > 0 && polls.aborted.is_some_and(|at| at <= polls.last);
        let picture = self.check(&frame, result.is_ok(), stopped);
        result?;
        Ok(Rendered {
            picture,
            identity: None,
            duration,
            abort_polls: polled,
            longest_unpolled: polls.longest_gap.max(ended.duration_since(polls.last)),
            stopped_after: stopped.then(|| polls.aborted.map(|at| ended.duration_since(at))).flatten(),
        })
    }

    /// The picture of the clip that the output is said to be.
    fn identical(self, identity: (String, f64)) -> Result<Rendered, HostError> {
        let effect = &self.instance.object;
        let clip = effect.clip(&identity.0).ok_or_else(|| HostError::not_found("clip", &identity.0, []))?;
        let source = frame::picture(effect, &clip, identity.1, None)?
            .ok_or_else(|| HostError::Unconnected(identity.0.clone()))?;
        let components = effect.clip("Output").map_or(source.components, |c| c.mapping().components);
        let mut picture =
            source.scaled(self.request.scale, clip.filter()).with_components(components).cropped(self.wanted);
        picture.rod = self.rod;
        Ok(Rendered {
            picture,
            identity: Some(identity),
            duration: Duration::ZERO,
            abort_polls: 0,
            longest_unpolled: Duration::ZERO,
            stopped_after: None,
        })
    }

    fn sequence_args(&self) -> Arc<PropertySet> {
        let r = &self.request;
        let s = queries::in_args("BeginSequenceRender", None, Some(r.scale));
        s.define(fx::kOfxImageEffectPropFrameRange, vec![r.time, r.time]);
        s.define(fx::kOfxImageEffectPropFrameStep, vec![1.0]);
        s.define(c::kOfxPropIsInteractive, vec![0]);
        self.add_status(&s);
        s
    }

    fn render_args(&self) -> Arc<PropertySet> {
        let r = &self.request;
        let s = queries::in_args("Render", Some(r.time), Some(r.scale));
        s.define(fx::kOfxImageEffectPropFieldToRender, vec![CString::from(r.field.ofx())]);
        s.define(fx::kOfxImageEffectPropRenderWindow, self.window.to_array().to_vec());
        self.add_status(&s);
        s
    }

    fn add_status(&self, s: &PropertySet) {
        let r = &self.request;
        s.define(fx::kOfxImageEffectPropSequentialRenderStatus, vec![0]);
        s.define(fx::kOfxImageEffectPropInteractiveRenderStatus, vec![i32::from(r.interactive)]);
        s.define(fx::kOfxImageEffectPropRenderQualityDraft, vec![i32::from(r.draft)]);
        s.define(fx::kOfxImageEffectPropThumbnailRender, vec![i32::from(r.thumbnail)]);
        for gpu in [
            c"OfxImageEffectPropOpenGLEnabled",
            c"OfxImageEffectPropCudaEnabled",
            c"OfxImageEffectPropMetalEnabled",
            c"OfxImageEffectPropOpenCLEnabled",
        ] {
            let on =
                self.instance.object.host.profile.images_on_card.is_some_and(|name| name.as_bytes() == gpu.to_bytes());
            s.define(gpu, vec![i32::from(on)]);
        }
    }

    /// Looks at every byte that the plug-in could have written, and takes the picture.
    fn check(&self, frame: &Frame, succeeded: bool, stopped: bool) -> Picture {
        let effect = &self.instance.object;
        let host = &effect.host;
        let succeeded = succeeded && host.profile.images_on_card.is_none();
        for clip in frame.written_inputs() {
            host.violation(Check::WriteToInput, format!("the image of clip {clip} changed"));
        }
        let Some(Prepared { buffer: Some(buffer), mapping, .. }) = frame.output.as_deref() else {
            return Picture::new(self.window, crate::format::Components::Rgba);
        };
        if let Some(place) = buffer.touched_outside(self.window) {
            let window = self.window.to_array();
            host.violation(Check::WriteOutsideWindow, format!("render window {window:?}: {place}"));
        }
        let parity = match self.request.field {
            Field::Lower => Some(0),
            Field::Upper => Some(1),
            Field::None | Field::Both => None,
        };
        if succeeded && !stopped {
            let rows: Vec<RectI> = match parity {
                None => vec![self.window],
                Some(p) => (self.window.y1..self.window.y2)
                    .filter(|y| y.rem_euclid(2) == p)
                    .map(|y| RectI { y1: y, y2: y + 1, ..self.window })
                    .collect(),
            };
            let found: Vec<_> = rows.iter().filter_map(|r| buffer.unwritten(*r)).collect();
            if let Some((_, at)) = found.first() {
                let count: usize = found.iter().map(|f| f.0).sum();
                host.violation(
                    Check::UnwrittenPixels,
                    format!("{count} pixels of {:?}, the first at {at:?}", self.window.to_array()),
                );
            }
        }
        if !succeeded || stopped {
            // Nobody looks at what is not finished, and it may be large.
            return Picture::new(RectI::default(), crate::format::Components::Rgba);
        }
        let mut picture = buffer.load(self.window);
        picture.rod = self.rod;
        picture.par = mapping.par;
        picture.premultiplication = mapping.premultiplication;
        if self.wanted == self.window { picture } else { picture.cropped(self.wanted) }
    }
}
