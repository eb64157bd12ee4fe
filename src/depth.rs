//! Where the depth comes from, and what Auto decided of it.
//!
//! A decision is taken from a whole image and then holds for the shot. It is stored in hidden parameters where the host lets us write
//! them: while a change is handled, and while it saves. A render may not write: it takes the decision from the clip's first frame, so
//! that every order of frames and tiles comes to the same one, and the instance keeps it until it can be stored.

use crate::borrow::{At, Input, Output, Wanted};
use crate::clips;
use crate::failure::Failure;
use crate::instance::{Instance, lock};
use crate::pool::Crew;
use fathom_core::depth::{Decision, DepthEdges, DepthParams, DepthSource, DepthStage, Examined, examine};
use fathom_core::image::Alpha;
use fathom_core::params::{ParamSource, Value};
use fathom_core::render::Picture;
use fathom_core::workers::{Cancel, Stop};
use openfx_sys as ofx;
use std::ffi::{CStr, CString};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// The image that holds the depth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DepthInput {
    /// There is none.
    Nowhere,
    /// The Depth clip's.
    Clip,
    /// The source's: its alpha.
    SourceAlpha,
    /// This layer of the source.
    Layer(CString),
}

impl DepthInput {
    /// The clip that has it.
    pub(crate) fn clip(&self) -> Option<&'static CStr> {
        match self {
            DepthInput::Nowhere => None,
            DepthInput::Clip => Some(clips::DEPTH),
            DepthInput::SourceAlpha | DepthInput::Layer(_) => Some(clips::SOURCE),
        }
    }
    /// Is it an image of its own, besides the source's colours?
    pub(crate) fn is_own_image(&self) -> bool {
        matches!(self, DepthInput::Clip | DepthInput::Layer(_))
    }
    /// What to ask the host for.
    pub(crate) fn wanted(&self) -> Option<Wanted<'_>> {
        let layer = if let DepthInput::Layer(name) = self { Some(name.as_c_str()) } else { None };
        self.clip().map(|clip| Wanted { clip, layer, whole: false })
    }
}

/// Is this the name of a layer of depth? Natron wraps names in words of its own; the last part counts ("ViewLayer.Depth").
fn is_depth(layer: &str) -> bool {
    let natron = ofx::kNatronOfxImageComponentsPlaneName.to_string_lossy();
    let id = match layer.strip_prefix(&*natron) {
        Some(rest) => {
            let ends = [
                ofx::kNatronOfxImageComponentsPlaneLabel,
                ofx::kNatronOfxImageComponentsPlaneChannelsLabel,
                ofx::kNatronOfxImageComponentsPlaneChannel,
            ];
            let end = ends.iter().filter_map(|e| rest.find(&*e.to_string_lossy())).min();
            &rest[..end.unwrap_or(rest.len())]
        }
        None => layer,
    };
    let last = id.rsplit('.').next().unwrap_or(id).to_ascii_lowercase();
    ["depth", "z", "zdepth", "depthz", "ofximageplanedepth"].contains(&last.as_str())
}

/// What was decided and could not be stored yet.
#[derive(Default)]
pub(crate) struct Decided {
    /// Held for moments only: the host's threads ask.
    kept: Mutex<Kept>,
    /// Held by the render that looks, for as long as it does.
    look: Mutex<()>,
}

#[derive(Default)]
struct Kept {
    examined: Option<Examined>,
    /// How often it was forgotten: what was seen before counts no longer.
    forgotten: u64,
}

impl Decided {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
    /// The decision, if there is one.
    pub(crate) fn get(&self) -> Option<Decision> {
        self.kept().examined.as_ref().map(|e| e.decision)
    }
    /// What was seen.
    pub(crate) fn examined(&self) -> Option<Examined> {
        self.kept().examined.clone()
    }
    /// The shot is another one.
    pub(crate) fn forget(&self) {
        let mut kept = self.kept();
        kept.examined = None;
        kept.forgotten += 1;
    }
    fn age(&self) -> u64 {
        self.kept().forgotten
    }
    /// Takes the decision once, however many renders ask for it; `None` where this render is no longer wanted before it is there. `look`
    /// must not call the host: other renders wait for it.
    fn decide(&self, age: u64, cancel: &Cancel, look: impl FnOnce() -> Option<Examined>) -> Option<Decision> {
        let _looks = loop {
            match self.look.try_lock() {
                Ok(looks) => break looks,
                Err(TryLockError::Poisoned(poisoned)) => break poisoned.into_inner(),
                Err(TryLockError::WouldBlock) if cancel.is_set() => return None,
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        let same_shot = |kept: &Kept| kept.forgotten == age;
        let found = Some(self.kept()).filter(|kept| same_shot(kept)).and_then(|kept| kept.examined.clone());
        let examined = match found {
            Some(examined) => examined,
            None => look()?,
        };
        let mut kept = self.kept();
        // The image may be that of a former shot: then only this render uses it.
        Some(if same_shot(&kept) { kept.examined.get_or_insert(examined).decision } else { examined.decision })
    }
    /// A look that the artist asked for.
    fn replace(&self, examined: Examined) {
        self.kept().examined = Some(examined);
    }
}

impl Instance {
    /// Where the depth comes from, whether it is used or not.
    pub(crate) fn depth_input(&self, params: &DepthParams) -> DepthInput {
        let clip = || if self.depth_connected() { DepthInput::Clip } else { DepthInput::Nowhere };
        match params.source {
            DepthSource::Clip => clip(),
            DepthSource::SourceAlpha => DepthInput::SourceAlpha,
            DepthSource::SourcePlane => self.depth_layer(),
            DepthSource::Auto => match clip() {
                DepthInput::Nowhere => self.depth_layer(),
                found => found,
            },
        }
    }

    fn depth_layer(&self) -> DepthInput {
        let layers = self.clip(clips::SOURCE).map_or_else(Vec::new, |clip| clip.layers());
        let name = layers.into_iter().find(|name| is_depth(name)).and_then(|name| CString::new(name).ok());
        name.map_or(DepthInput::Nowhere, DepthInput::Layer)
    }

    /// Must a render decide what Auto means?
    pub(crate) fn undecided(&self, params: &DepthParams) -> bool {
        params.enabled && params.needs_decision() && self.decided.get().is_none()
    }

    /// What Auto means, as far as that is known.
    pub(crate) fn decision(&self, params: &DepthParams) -> Option<Decision> {
        params.stored().or_else(|| self.decided.get())
    }

    /// Is the depth divided by the picture's alpha?
    pub(crate) fn divides(&self, params: &DepthParams) -> bool {
        let edges = self.decision(params).map_or(params.edges, |decision| params.decided(decision).edges);
        edges == DepthEdges::Premultiplied
    }

    /// The frame that decides, where the host lets us look at other frames: the first one with depth.
    pub(crate) fn deciding_frame(&self, input: &DepthInput) -> Option<f64> {
        let clip = self.clip(input.clip()?)?;
        if self.host.facts().temporal { clip.first_frame() } else { None }
    }

    /// The clips that are looked at for a decision: the depth's, and the source for its alpha.
    pub(crate) fn deciding_clips(&self, input: &DepthInput) -> Vec<&'static CStr> {
        let mut all: Vec<_> = input.clip().into_iter().collect();
        if input.is_own_image() && !all.contains(&clips::SOURCE) {
            all.push(clips::SOURCE);
        }
        all
    }

    /// What Auto means for a render.
    pub(crate) fn decide(
        &self,
        params: &DepthParams,
        input: &DepthInput,
        at: At,
        output: &Output,
        crew: &Crew,
    ) -> Result<Result<Decision, Stop>, Failure> {
        if let Some(decision) = self.decided.get() {
            return Ok(Ok(decision));
        }
        let age = self.decided.age();
        let first = self.deciding_frame(input);
        for time in first.into_iter().chain([at.time]) {
            let looked = Look::at(self, input, At { time, ..at }, Some(output))?;
            // Images that fail in a render that is given up say nothing about the clip.
            if self.host.aborts(self.handle) {
                return Ok(Err(Stop::Aborted));
            }
            if let Some(look) = looked {
                let (decided, images) = (&self.decided, look.images());
                let led = crew.lead(|exec| {
                    let cancel = exec.cancel();
                    decided.decide(age, cancel, || images.examine(params, None, cancel)).ok_or(Stop::Aborted)
                });
                self.params.need_syncing(&self.host);
                return Ok(led.flatten());
            }
        }
        Ok(Ok(Decision::NONE))
    }

    /// Looks at the depth because the artist wants it, at the first of these times that has an image. The answer is what to tell.
    pub(crate) fn examine(&self, params: &DepthParams, times: &[f64], at: At) -> Result<Examined, String> {
        let input = self.depth_input(params);
        for time in times {
            let at = At { time: *time, ..at };
            match Look::at(self, &input, at, None) {
                Ok(Some(look)) => {
                    self.decided.forget();
                    let examined = look.examine(params, None);
                    let focus = self.focus_depth(&params.decided(examined.decision), &look, at);
                    let examined = if focus.is_some() { look.examine(params, focus) } else { examined };
                    self.decided.replace(examined.clone());
                    return Ok(examined);
                }
                Ok(None) => {}
                Err(failure) => return Err(failure.message.unwrap_or_else(|| NOTHING.into())),
            }
        }
        Err(NOTHING.into())
    }

    /// The depth in metres under the point that an effect focuses on, if it has one.
    fn focus_depth(&self, decided: &DepthParams, look: &Look, at: At) -> Option<f64> {
        const POINT: &str = "focusPoint";
        if !self.effect.define().params().any(|p| p.name == POINT) {
            return None;
        }
        let frame = self.frame(at.time, at.scale, decided);
        let f = frame.format;
        let point = match self.at(at.time).value(POINT) {
            Some(Value::Point(p)) => p,
            _ => [0.5 * (f.x1 + f.x2), 0.5 * (f.y1 + f.y2)],
        };
        let image = look.depth.picture()?;
        let geometry = image.geometry;
        let stage = DepthStage::new(decided, image.image, geometry, geometry, &f);
        stage.pick(point)
    }

    /// Writes what is known and not stored. To be called only where parameters may be set.
    pub(crate) fn store_decision(&self, time: f64) -> Result<(), Failure> {
        let prepared = self.prepare(time)?;
        if let Some(examined) = self.decided.examined().filter(|_| prepared.depth().needs_decision()) {
            self.write_decision(time, examined.decision, examined.report);
        }
        Ok(())
    }

    /// Writes a decision and what the artist reads of it.
    pub(crate) fn write_decision(&self, time: f64, decision: Decision, report: String) {
        let mut values = decision.values().to_vec();
        values.push((REPORT, Value::Text(report)));
        self.params.set(&self.host, time, &values, c"Analyse depth");
    }

    /// Writes only what the artist reads.
    pub(crate) fn write_report(&self, time: f64, report: String) {
        self.params.set(&self.host, time, &[(REPORT, Value::Text(report))], c"Analyse depth");
    }
}

/// The text that the artist reads.
pub(crate) const REPORT: &str = "depthReport";
const NOTHING: &str =
    "There is no depth to analyse: connect the Depth input, or choose where the depth is with Depth source.";

/// Whole images, borrowed to be looked at.
struct Look<'h> {
    depth: Input<'h>,
    source: Option<Input<'h>>,
}

impl<'h> Look<'h> {
    /// `None` where there is no depth.
    fn at(
        instance: &'h Instance,
        input: &DepthInput,
        at: At,
        output: Option<&Output>,
    ) -> Result<Option<Self>, Failure> {
        let Some(wanted) = input.wanted() else { return Ok(None) };
        let Some(depth) = Input::fetch(instance, &Wanted { whole: true, ..wanted }, at, output)? else {
            return Ok(None);
        };
        let source = if input.is_own_image() {
            // Without it less is known: no reason to fail.
            let wanted = Wanted { clip: clips::SOURCE, layer: None, whole: true };
            Input::fetch(instance, &wanted, at, output).unwrap_or(None).filter(|s| s.alpha != Alpha::Opaque)
        } else {
            None
        };
        Ok(Some(Self { depth, source }))
    }

    fn images(&self) -> Images<'_> {
        Images { depth: self.depth.picture(), source: self.source.as_ref().and_then(Input::picture) }
    }

    fn examine(&self, params: &DepthParams, focus: Option<f64>) -> Examined {
        self.images().examine(params, focus, &Cancel::never()).unwrap_or_else(nothing)
    }
}

/// The pixels of a look, for any thread.
struct Images<'a> {
    depth: Option<Picture<'a>>,
    source: Option<Picture<'a>>,
}

impl Images<'_> {
    /// `None` where it is no longer wanted.
    fn examine(&self, params: &DepthParams, focus: Option<f64>, cancel: &Cancel) -> Option<Examined> {
        let Some(depth) = &self.depth else { return Some(nothing()) };
        examine(params, &depth.image, self.source.as_ref().map(|s| &s.image), focus, cancel)
    }
}

/// There was no depth to look at.
fn nothing() -> Examined {
    Examined { decision: Decision::NONE, report: NOTHING.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_of_depth_are_known_by_name() {
        for name in [
            "depth",
            "Z",
            "rgba.Depth",
            "ViewLayer.Depth",
            "uk.co.thefoundry.OfxImagePlaneDepth",
            "NatronOfxImageComponentsPlaneName_depth_Channel_Z",
            "NatronOfxImageComponentsPlaneName_main.Z_PlaneLabel_Scene_Channel_V",
        ] {
            assert!(is_depth(name), "{name}");
        }
        for name in [
            "uk.co.thefoundry.OfxImagePlaneColour",
            "NatronOfxImageComponentsPlaneName_position_Channel_X_Channel_Y_Channel_Z",
            "depth.mask",
            "normal",
            "",
        ] {
            assert!(!is_depth(name), "{name}");
        }
    }

    #[test]
    fn a_decision_is_taken_once_until_it_is_forgotten() {
        use fathom_core::depth::DecidedConvention::{Distance, Inverse};
        let of =
            |convention| Some(Examined { decision: Decision { convention, ..Decision::NONE }, report: String::new() });
        let (kept, wanted) = (Decided::default(), Cancel::never());
        let age = kept.age();
        // A render that is given up decides nothing.
        assert_eq!(kept.decide(age, &wanted, || None), None);
        assert_eq!(kept.decide(age, &wanted, || of(Distance)).unwrap().convention, Distance);
        assert_eq!(kept.decide(age, &wanted, || panic!("again")).unwrap().convention, Distance);
        kept.forget();
        // A render that still holds an image of the former shot.
        assert_eq!(kept.decide(age, &wanted, || of(Inverse)).unwrap().convention, Inverse);
        assert_eq!(kept.get(), None);
        // Nobody but renders that want the same waits for a look, and what was forgotten meanwhile stays so.
        let looks = || {
            assert_eq!(kept.get(), None);
            kept.forget();
            of(Distance)
        };
        assert_eq!(kept.decide(kept.age(), &wanted, looks).unwrap().convention, Distance);
        assert_eq!(kept.get(), None);
    }
}
