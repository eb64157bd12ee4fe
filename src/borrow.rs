//! The images of one render: fetched, checked, given back when this is dropped.
#![allow(unsafe_code, reason = "promises that nothing of ours writes to what the core reads")]

use crate::clips::{self, Clip, HostImage};
use crate::failure::{Failure, out_of_memory};
use crate::image::{Copied, Layout, Unusable};
use crate::instance::Instance;
use crate::scale::{self, Claim};
use fathom_core::geometry::{Geometry, Rect, RectD};
use fathom_core::image::{Alpha, ImageMut};
use fathom_core::render::Picture;
use fathom_core::workers::Stop;
use openfx_sys as ofx;
use std::ffi::CStr;

/// An image to read.
pub(crate) struct Input<'h> {
    image: HostImage<'h>,
    layout: Layout,
    /// Instead of the host's memory, where that is the output's too (seen in Fusion).
    copied: Option<Copied>,
    /// How its pixels lie.
    pub(crate) geometry: Geometry,
    /// What its colours mean.
    pub(crate) alpha: Alpha,
    /// Where it is defined, in its pixels.
    pub(crate) region: Rect,
}

/// The image to write.
pub(crate) struct Output<'h> {
    image: HostImage<'h>,
    layout: Layout,
    /// How its pixels lie.
    pub(crate) geometry: Geometry,
    /// What its colours are to mean.
    pub(crate) alpha: Alpha,
}

/// Time, and the render scale of the action's arguments.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct At {
    pub(crate) time: f64,
    pub(crate) scale: [f64; 2],
}

/// An image of a clip.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) clip: &'static CStr,
    /// One of its layers instead of its colours.
    pub(crate) layer: Option<&'a CStr>,
    /// All of it, whatever region was named before.
    pub(crate) whole: bool,
}

impl Wanted<'_> {
    /// The colours of a clip, in the region that was named before.
    pub(crate) fn colours(clip: &'static CStr) -> Self {
        Self { clip, layer: None, whole: false }
    }
}

/// The image of a clip with its layout; `None` where there is none. What we cannot read is an error that names the clip.
fn fetch<'h>(
    clip: &Clip<'h>,
    wanted: &Wanted,
    time: f64,
    region: Option<&RectD>,
) -> Result<Option<(HostImage<'h>, Layout)>, Failure> {
    let image = match wanted.layer {
        Some(name) => clip.layer(time, name, region)?,
        None => clip.image(time, region)?,
    };
    let Some(image) = image else { return Ok(None) };
    match Layout::of(&image) {
        Ok(layout) => Ok(Some((image, layout))),
        Err(Unusable::Absent) => Ok(None),
        Err(Unusable::Format(what)) => {
            let name = wanted.clip.to_string_lossy();
            let text = format!("{name}: the host delivers {what}, which Fathom does not take.");
            Err(Failure::say(ofx::kOfxStatErrImageFormat, text))
        }
    }
}

fn region_pixels(image: &HostImage) -> Option<Rect> {
    let region = image.props().ints(ofx::kOfxImagePropRegionOfDefinition);
    region.map(|[x1, y1, x2, y2]| Rect::new(x1, y1, x2, y2)).filter(|r| !r.is_empty())
}

/// `own_first`: is the image's own render scale believed before that of the arguments?
fn geometry(clip: &Clip, image: &HostImage, at: At, own_first: bool) -> Geometry {
    let props = image.props();
    let own = props.doubles(ofx::kOfxImageEffectPropRenderScale);
    let mut scales = vec![at.scale];
    scales.extend(own);
    if own_first {
        scales.reverse();
    }
    let aspect = |p: crate::props::Props| p.double(ofx::kOfxImagePropPixelAspectRatio).filter(|a| *a > 0.0);
    let pixel_aspect = aspect(props).or_else(|| aspect(clip.props())).unwrap_or(1.0);
    let field = props.text(ofx::kOfxImagePropField).is_some_and(|f| {
        [ofx::kOfxImageFieldLower, ofx::kOfxImageFieldUpper].iter().any(|word| word.to_bytes() == f.as_bytes())
    });
    let region = clip.region(at.time, &Geometry::new(at.scale, pixel_aspect));
    scale::geometry(&scales, &Claim { region_pixels: region_pixels(image), region, pixel_aspect, field })
}

fn alpha(clip: &Clip, image: &HostImage) -> Alpha {
    let name = ofx::kOfxImageEffectPropPreMultiplication;
    let word = image.props().text(name).or_else(|| clip.props().text(name)).unwrap_or_default();
    match word.as_bytes() {
        w if w == ofx::kOfxImageOpaque.to_bytes() => Alpha::Opaque,
        w if w == ofx::kOfxImageUnPreMultiplied.to_bytes() => Alpha::Straight,
        _ => Alpha::Premultiplied,
    }
}

impl<'h> Output<'h> {
    /// The output of an instance. To be fetched before any input.
    pub(crate) fn fetch(instance: &'h Instance, at: At) -> Result<Self, Failure> {
        let none = || {
            Failure::say(
                ofx::kOfxStatFailed,
                "The host gave no image to render into. Try again; if it stays, restart the host.",
            )
        };
        let clip = instance.clip(clips::OUTPUT).ok_or_else(none)?;
        let (image, layout) = fetch(&clip, &Wanted::colours(clips::OUTPUT), at.time, None)?.ok_or_else(none)?;
        let (geometry, alpha) = (geometry(&clip, &image, at, false), alpha(&clip, &image));
        Ok(Self { image, layout, geometry, alpha })
    }

    /// The pixels that are there.
    pub(crate) fn bounds(&self) -> Rect {
        self.layout.bounds
    }

    /// Memory for a window of it.
    pub(crate) fn blank(&self, window: Rect) -> Result<Copied, Stop> {
        Copied::blank(window, self.layout.format)
    }

    /// The pixels.
    pub(crate) fn pixels(&mut self) -> Option<ImageMut<'_>> {
        // SAFETY: the layout is this image's. Inputs that share its memory are read from copies, and the mutable borrow keeps a second
        // writer away.
        unsafe { self.layout.write(&mut self.image) }
    }
}

impl<'h> Input<'h> {
    /// The image of a clip; `None` where there is none. Depth and masks may be of another size than the source: there the image's own
    /// render scale is believed first. `output`: the image that is being rendered into, if one is.
    pub(crate) fn fetch(
        instance: &'h Instance,
        wanted: &Wanted,
        at: At,
        output: Option<&Output>,
    ) -> Result<Option<Self>, Failure> {
        let Some(clip) = instance.clip(wanted.clip) else { return Ok(None) };
        // Where the region that was named before lies beside the picture, hosts give none. That is not to be without input: a mask, for
        // one, is 0 there.
        let all = || clip.region(at.time, &Geometry::new(at.scale, 1.0));
        let mut found = fetch(&clip, wanted, at.time, None)?;
        if let (None, Some(all)) = (&found, all()) {
            found = fetch(&clip, wanted, at.time, Some(&all))?;
        }
        let Some(mut found) = found else { return Ok(None) };
        let defined = |image: &HostImage, layout: &Layout| region_pixels(image).unwrap_or(layout.bounds);
        if wanted.whole && !found.1.bounds.contains_rect(&defined(&found.0, &found.1)) {
            // The host goes by what it was told before: now it is told what is wanted.
            if let Some(more) = all().and_then(|all| fetch(&clip, wanted, at.time, Some(&all)).transpose()) {
                found = more?;
            }
        }
        let (image, layout) = found;
        let (geometry, alpha) = (geometry(&clip, &image, at, wanted.clip != clips::SOURCE), alpha(&clip, &image));
        let region = defined(&image, &layout);
        let mut this = Self { image, layout, copied: None, geometry, alpha, region };
        if output.is_some_and(|output| this.layout.touches(&output.layout)) {
            // SAFETY: the layout is this image's.
            let copied = unsafe { this.layout.copy(&this.image) };
            this.copied = Some(copied.map_err(|_| out_of_memory())?);
        }
        Ok(Some(this))
    }

    /// A part (canonical) of the image of a clip, outside of a render; `None` where there is none, or the host gives none now.
    pub(crate) fn peek(instance: &'h Instance, wanted: &Wanted, at: At, part: &RectD) -> Option<Self> {
        let clip = instance.clip(wanted.clip)?;
        let (image, layout) = fetch(&clip, wanted, at.time, Some(part)).ok()??;
        let (geometry, alpha) = (geometry(&clip, &image, at, wanted.clip != clips::SOURCE), alpha(&clip, &image));
        let region = region_pixels(&image).unwrap_or(layout.bounds);
        Some(Self { image, layout, copied: None, geometry, alpha, region })
    }

    /// The pixels that are there.
    pub(crate) fn bounds(&self) -> Rect {
        self.layout.bounds
    }

    /// For the core.
    pub(crate) fn picture(&self) -> Option<Picture<'_>> {
        let image = match &self.copied {
            Some(copied) => copied.read(),
            // SAFETY: the layout is this image's; only the output is ever written, and this shares no byte with it.
            None => unsafe { self.layout.read(&self.image) },
        };
        image.map(|image| Picture { image, geometry: self.geometry })
    }
}
