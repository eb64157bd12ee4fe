//! The render: the host's arguments become a job for the core. What hosts do oddly is settled here, and nowhere later.

use super::Asked;
use crate::borrow::{At, Input, Output, Wanted};
use crate::clips;
use crate::depth::DepthInput;
use crate::failure::{Failure, OK, Reply, out_of_memory};
use crate::instance::{Instance, Notice};
use crate::pool::Crew;
use fathom_core::Prepared;
use fathom_core::effect::PassThrough;
use fathom_core::generator::{Fault, Generator};
use fathom_core::geometry::{Geometry, Rect, RectD};
use fathom_core::image::{Alpha, ImageMut};
use fathom_core::render::{Beside, Generation, Job, Outcome, Picture, Plate, generate, lets_light_through};
use fathom_core::workers::{Exec, Stop};
use openfx_sys as ofx;

/// What the host wants.
struct Request {
    at: At,
    window: Rect,
    field: Option<Field>,
    interactive: bool,
    /// Would the host rather have it soon than fine?
    draft: bool,
}

/// Every other row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Field {
    /// Rows 0, 2, 4…
    Lower,
    /// Rows 1, 3, 5…
    Upper,
}

impl Field {
    fn holds(self, y: i32) -> bool {
        (y & 1 == 0) == (self == Field::Lower)
    }
}

impl Request {
    fn read(asked: &Asked) -> Result<Self, Failure> {
        let args = &asked.args;
        let window = args.ints(ofx::kOfxImageEffectPropRenderWindow).map(|[x1, y1, x2, y2]| Rect::new(x1, y1, x2, y2));
        // What lies beside it is not ours to write.
        let window = window.ok_or_else(|| Failure::say(ofx::kOfxStatFailed, "The host did not say what to render."))?;
        let field = match args.text(ofx::kOfxImageEffectPropFieldToRender) {
            Some(f) if f.as_bytes() == ofx::kOfxImageFieldLower.to_bytes() => Some(Field::Lower),
            Some(f) if f.as_bytes() == ofx::kOfxImageFieldUpper.to_bytes() => Some(Field::Upper),
            _ => None,
        };
        let says = |name| args.int(name).is_some_and(|i| i != 0);
        let interactive = says(ofx::kOfxImageEffectPropInteractiveRenderStatus);
        let draft = interactive || says(ofx::kOfxImageEffectPropRenderQualityDraft);
        // Another frame than the one that is wanted would be a wrong picture that nobody notices.
        let time = args.double(ofx::kOfxPropTime).filter(|t| t.is_finite());
        let time =
            time.ok_or_else(|| Failure::say(ofx::kOfxStatFailed, "The host did not say which frame to render."))?;
        Ok(Self { at: At { time, scale: asked.scale() }, window, field, interactive, draft })
    }
}

/// Has the host put the images on a graphics card? It was not told that it may.
fn on_gpu(asked: &Asked) -> bool {
    [
        ofx::kOfxImageEffectPropOpenGLEnabled,
        ofx::kOfxImageEffectPropOpenCLEnabled,
        ofx::kOfxImageEffectPropCudaEnabled,
        ofx::kOfxImageEffectPropMetalEnabled,
    ]
    .iter()
    .any(|name| asked.args.int(name).is_some_and(|enabled| enabled != 0))
}

pub(super) fn render(asked: &Asked) -> Reply {
    if on_gpu(asked) {
        return Err(Failure::quiet(ofx::kOfxStatGPURenderFailed));
    }
    let (instance, request) = (asked.instance, Request::read(asked)?);
    instance.note_change();
    if request.window.is_empty() || instance.host.aborts(instance.handle) {
        return OK;
    }
    let prepared = instance.prepare(request.at.time)?;
    if let Some(generator) = prepared.generator() {
        return match generate_image(instance, &request, &*prepared, generator)? {
            Ok(warning) => {
                instance.notify(warning.map(Notice::Warning));
                OK
            }
            Err(Fault::Stop(Stop::Aborted)) => OK,
            Err(Fault::Stop(Stop::OutOfMemory)) => Err(out_of_memory()),
            Err(Fault::Failed(text)) => Err(Failure::say(ofx::kOfxStatFailed, text)),
        };
    }
    match render_images(instance, &request, &*prepared)? {
        Ok((Outcome::PassedThrough(PassThrough::NoDepth), _)) if prepared.depth().enabled => {
            instance.notify(Some(Notice::NoDepth(prepared.depth().source)));
        }
        Ok((Outcome::Rendered, warning)) => instance.notify(warning.map(Notice::Warning)),
        Ok(_) => instance.notify(None),
        // An aborted render is no failure: the host asked for it.
        Err(Stop::Aborted) => {}
        Err(Stop::OutOfMemory) => return Err(out_of_memory()),
    }
    OK
}

fn picture<'a>(input: &'a Option<Input>) -> Option<Picture<'a>> {
    input.as_ref().and_then(Input::picture)
}

fn plate<'a>(background: &'a Option<Input>, depth: &'a Option<Input>) -> Option<Plate<'a>> {
    let (input, depth) = (background.as_ref()?, picture(depth));
    Some(Plate { picture: input.picture()?, alpha: input.alpha, depth })
}

/// All images are given back when this returns or panics. With the outcome comes what the artist should know though there is a picture.
fn render_images(
    instance: &Instance,
    request: &Request,
    prepared: &dyn Prepared,
) -> Result<Result<(Outcome, Option<String>), Stop>, Failure> {
    let at = request.at;
    let mut output = Output::fetch(instance, at)?;
    let window = request.window.intersect(&output.bounds());
    if window.is_empty() {
        // Nothing was asked for, so nothing is known of the state of things.
        return Ok(Err(Stop::Aborted));
    }
    let source = Input::fetch(instance, &Wanted::colours(clips::SOURCE), at, Some(&output))?;
    let params = prepared.depth();
    let input = instance.depth_input(params);
    let mut frame = instance.frame(at.time, at.scale, params);
    frame.draft = request.draft;
    frame.geometry = source.as_ref().map_or(output.geometry, |s| s.geometry);
    // A region that does not hold the pixels that are there is wrong: then the image's own counts.
    let doubtful = |s: &Input| {
        let rod = s.geometry.rect_to_pixels(&frame.source_rod);
        let held = rod.intersect(&s.bounds());
        held != s.bounds()
    };
    if let Some(source) = source.as_ref().filter(|s| frame.source_rod.is_empty() || doubtful(s)) {
        frame.source_rod = source.geometry.rect_to_canonical(&source.region);
        frame.format = instance.format(frame.source_rod);
    }
    // Only what will be looked at is fetched: fetching can make the host render.
    let plan = prepared.plan(&frame);
    let works = source.is_some() && plan.pass_through.is_none();
    let fetch = |wanted: Option<Wanted>| match wanted.filter(|_| works) {
        Some(wanted) => Input::fetch(instance, &wanted, at, Some(&output)),
        None => Ok(None),
    };
    let depth = fetch(input.wanted().filter(|_| input.is_own_image()))?;
    let there = |name| instance.clip(name).is_some_and(|clip| clip.connected());
    let colours = |name, wanted: bool| fetch((wanted && there(name)).then(|| Wanted::colours(name)));
    let mask = colours(clips::MASK, true)?;
    let background = colours(clips::BACKGROUND, plan.background)?;
    let background_depth = colours(clips::BACKGROUND_DEPTH, background.is_some())?;
    let (fog, position) = (colours(clips::FOG, plan.fog)?, colours(clips::POSITION, plan.position)?);
    // Where nothing is looked at, nothing was fetched: the host's word stays.
    if works {
        frame.depth_connected = depth.is_some();
    }
    let whole = |clip| Wanted { whole: true, ..Wanted::colours(clip) };
    let bokeh = fetch((plan.bokeh && there(clips::BOKEH)).then(|| whole(clips::BOKEH)))?;
    let crew = Crew::new(instance, !request.interactive)?;
    let mut decision = None;
    if works && params.needs_decision() && (depth.is_some() || input == DepthInput::SourceAlpha) {
        match instance.decide(params, &input, at, &output, &crew)? {
            Ok(decided) => decision = Some(decided),
            Err(stop) => return Ok(Err(stop)),
        }
    }
    let alpha = source.as_ref().map_or(Alpha::Premultiplied, |s| s.alpha);
    let run = |image: ImageMut<'_>| {
        let job = Job {
            frame,
            window,
            source: picture(&source),
            alpha,
            depth: picture(&depth),
            decision,
            mask: picture(&mask),
            background: plate(&background, &background_depth),
            beside: Beside { fog: picture(&fog), position: picture(&position), bokeh: plate(&bokeh, &None) },
            output: image,
        };
        let bokeh = plate(&bokeh, &None);
        let work = |exec: &Exec| {
            let outcome = fathom_core::render::render(prepared, job, exec)?;
            let lit = bokeh.map_or(Ok(false), |bokeh| lets_light_through(&bokeh))?;
            Ok((outcome, prepared.warning(lit)))
        };
        crew.lead(work).flatten()
    };
    into_rows(&mut output, request, window, run)
}

/// Runs a render into the output; where one field of it is wanted, into a whole frame beside, of which the rows are copied.
fn into_rows<T, E: From<Stop>>(
    output: &mut Output,
    request: &Request,
    window: Rect,
    run: impl FnOnce(ImageMut<'_>) -> Result<T, E>,
) -> Result<Result<T, E>, Failure> {
    let no_output = || {
        Failure::say(
            ofx::kOfxStatFailed,
            "The host gave no image to render into. Try again; if it stays, restart the host.",
        )
    };
    // Images of one field only need no parity: all their rows belong to it.
    let all_rows = output.geometry.scale[1] < 0.75 * request.at.scale[1];
    let Some(field) = request.field.filter(|_| !all_rows) else {
        return Ok(run(output.pixels().ok_or_else(no_output)?));
    };
    let Ok(mut whole) = output.blank(window) else { return Ok(Err(Stop::OutOfMemory.into())) };
    let ended = run(whole.write().ok_or_else(no_output)?);
    if ended.is_ok() {
        let (from, mut to) = (whole.read().ok_or_else(no_output)?, output.pixels().ok_or_else(no_output)?);
        for (y, row) in to.window_rows(&window).into_iter().filter(|(y, _)| field.holds(*y)) {
            row.copy_from_slice(from.row(y));
        }
    }
    Ok(ended)
}

/// A picture that is made, perhaps with the source and its depth beside.
fn generate_image(
    instance: &Instance,
    request: &Request,
    prepared: &dyn Prepared,
    generator: &dyn Generator,
) -> Result<Result<Option<String>, Fault>, Failure> {
    let at = request.at;
    let mut output = Output::fetch(instance, at)?;
    let window = request.window.intersect(&output.bounds());
    if window.is_empty() {
        return Ok(Err(Stop::Aborted.into()));
    }
    // Hosts may take the project's region for that of an output that is made: its size proves nothing against the arguments.
    output.geometry = Geometry::new(at.scale, output.geometry.pixel_aspect);
    let (wants, params) = (generator.wants(), prepared.depth());
    let fetch = |wanted: Option<Wanted>| match wanted {
        Some(wanted) => Input::fetch(instance, &wanted, at, Some(&output)),
        None => Ok(None),
    };
    let source = fetch(wants.source.then(|| Wanted::colours(clips::SOURCE)))?;
    let input = if wants.depth { instance.depth_input(params) } else { DepthInput::Nowhere };
    let depth = fetch(input.wanted().filter(|_| input.is_own_image() && source.is_some()))?;
    let mut frame = instance.frame(at.time, at.scale, params);
    frame.geometry = output.geometry;
    frame.depth_connected = depth.is_some();
    match &source {
        Some(source) if frame.source_rod.is_empty() => {
            frame.source_rod = source.geometry.rect_to_canonical(&source.region);
        }
        Some(_) => {}
        None => frame.source_rod = RectD::default(),
    }
    let there = depth.is_some() || (source.is_some() && input == DepthInput::SourceAlpha);
    let crew = Crew::new(instance, !request.interactive)?;
    let mut decision = None;
    if there && params.needs_decision() {
        match instance.decide(params, &input, at, &output, &crew)? {
            Ok(decided) => decision = Some(decided),
            Err(stop) => return Ok(Err(stop.into())),
        }
    }
    let (alpha, output_alpha) = (source.as_ref().map_or(Alpha::Premultiplied, |s| s.alpha), output.alpha);
    let run = |image: ImageMut<'_>| {
        let job = Generation {
            frame,
            window,
            source: picture(&source),
            alpha,
            depth: picture(&depth),
            decision,
            output: image,
            output_alpha,
        };
        crew.lead(|exec| generate(prepared, generator, job, exec)).unwrap_or_else(|stop| Err(stop.into()))
    };
    into_rows(&mut output, request, window, run)
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn fields_share_the_rows() {
        for y in -4..5 {
            assert_eq!(Field::Lower.holds(y), y.rem_euclid(2) == 0);
            assert_ne!(Field::Lower.holds(y), Field::Upper.holds(y));
        }
    }
}
