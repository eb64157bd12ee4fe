//! Drawing in the host's viewer, and the interacts that the host does it with.
#![allow(unsafe_code, reason = "drawing goes through the host's C functions")]

use crate::handles::{DrawContext, Handle, InteractHandle};
use crate::props::Props;
use crate::suites::{Host, cstring};
use fathom_core::overlay::{End, Ink, Overlay, Shape};
use openfx_sys as ofx;

/// How wide lines are, in pixels of the screen.
const LINE_WIDTH: f32 = 1.5;

/// What a draw action draws on.
pub(crate) struct Canvas<'h> {
    suite: &'h ofx::OfxDrawSuiteV1,
    context: DrawContext,
}

impl<'h> Canvas<'h> {
    /// Of a draw action's arguments; `None` where the host gives nothing to draw on. To be used in that action only.
    pub(crate) fn of(host: &'h Host, args: &Props) -> Option<Self> {
        let suite = host.draw.as_ref()?;
        let context = args.pointer(ofx::kOfxInteractPropDrawContext)?;
        // SAFETY: OpenFX: the argument is a context of this host, alive until the action ends.
        let context = unsafe { Handle::from_host(context.cast()) }?;
        Some(Self { suite, context })
    }

    /// Draws everything. What the host refuses is left out: there is nobody to tell, and the picture does not depend on it.
    pub(crate) fn draw(&self, overlay: &Overlay) {
        // SAFETY: the host's own context.
        unsafe {
            if let Some(set) = self.suite.setLineWidth {
                set(self.context.raw(), LINE_WIDTH);
            }
            if let Some(set) = self.suite.setLineStipple {
                set(self.context.raw(), ofx::kOfxDrawLineStipplePatternSolid);
            }
        }
        for mark in &overlay.marks {
            if self.ink(mark.ink) {
                self.shape(&mark.shape);
            }
        }
    }

    /// Takes a colour; false where the host refuses it, which would draw in another.
    fn ink(&self, ink: Ink) -> bool {
        let (standard, [r, g, b, a]) = colour(ink);
        let mut colour = ofx::OfxRGBAColourF { r, g, b, a };
        // SAFETY: the host's own context, and room for a colour.
        unsafe {
            if let (Some(which), Some(get)) = (standard, self.suite.getColour) {
                let mut wish = colour;
                let given = get(self.context.raw(), which, &mut wish) == ofx::kOfxStatOK;
                if given && [wish.r, wish.g, wish.b, wish.a].iter().all(|v| v.is_finite()) {
                    colour = wish;
                }
            }
            self.suite.setColour.is_some_and(|set| set(self.context.raw(), &colour) == ofx::kOfxStatOK)
        }
    }

    fn shape(&self, shape: &Shape) {
        match shape {
            Shape::Strip(points) => self.points(ofx::kOfxDrawPrimitiveLineStrip, points),
            Shape::Loop(points) => self.points(ofx::kOfxDrawPrimitiveLineLoop, points),
            // By its top left and its bottom right.
            Shape::Ellipse([x1, y1], [x2, y2]) => {
                self.points(ofx::kOfxDrawPrimitiveEllipse, &[[*x1, *y2], [*x2, *y1]]);
            }
            Shape::Text([x, y], words, end) => {
                let Some(draw) = self.suite.drawText else { return };
                let (text, at) = (cstring(words), ofx::OfxPointD { x: *x, y: *y });
                let end = match end {
                    End::Left => ofx::kOfxDrawTextAlignmentLeft,
                    End::Right => ofx::kOfxDrawTextAlignmentRight,
                };
                let alignment = end | ofx::kOfxDrawTextAlignmentBaseline;
                // SAFETY: the host's own context, a string and a place that outlive the call.
                unsafe { draw(self.context.raw(), text.as_ptr(), &at, alignment as std::ffi::c_int) };
            }
        }
    }

    fn points(&self, kind: ofx::OfxDrawPrimitive, points: &[[f64; 2]]) {
        let Some(draw) = self.suite.draw else { return };
        let points: Vec<_> = points.iter().map(|[x, y]| ofx::OfxPointD { x: *x, y: *y }).collect();
        // SAFETY: the host's own context, and so many points.
        unsafe { draw(self.context.raw(), kind, points.as_ptr(), points.len() as std::ffi::c_int) };
    }
}

/// The host's colour for an ink, where it has one, and ours where it gives none.
fn colour(ink: Ink) -> (Option<ofx::OfxStandardColour>, [f32; 4]) {
    match ink {
        Ink::Line => (Some(ofx::kOfxStandardColourOverlayDeselected), [0.9, 0.9, 0.9, 1.0]),
        Ink::Handle => (Some(ofx::kOfxStandardColourOverlayActive), [1.0, 1.0, 1.0, 1.0]),
        Ink::Held => (Some(ofx::kOfxStandardColourOverlaySelected), [1.0, 0.8, 0.2, 1.0]),
        Ink::Text => (Some(ofx::kOfxStandardColourOverlayText), [1.0, 1.0, 1.0, 1.0]),
        Ink::Shadow => (None, [0.0, 0.0, 0.0, 0.6]),
        // As the zones overlay tints them, light enough to be read.
        Ink::Near => (None, [1.0, 0.45, 0.4, 1.0]),
        Ink::Mid => (None, [0.45, 1.0, 0.45, 1.0]),
        Ink::Far => (None, [0.5, 0.7, 1.0, 1.0]),
    }
}

impl Host {
    /// Can effects draw in its viewer without a graphics library?
    pub(crate) fn draws(&self) -> bool {
        let can =
            |suite: &ofx::OfxDrawSuiteV1| suite.setColour.is_some() && suite.draw.is_some() && suite.drawText.is_some();
        self.facts().overlays && self.draw.as_ref().is_some_and(can)
    }

    /// The properties of an interact.
    pub(crate) fn interact_props(&self, interact: InteractHandle) -> Props<'_> {
        let mut set = std::ptr::null_mut();
        let found = self.interact.and_then(|suite| suite.interactGetPropertySet).is_some_and(|f| {
            // SAFETY: a handle of this host, and room for the answer.
            unsafe { f(interact.raw(), &mut set) == ofx::kOfxStatOK }
        });
        // SAFETY: an interact's property set lives as long as the interact.
        Props::new(self, if found { unsafe { Handle::from_host(set) } } else { None })
    }

    /// Asks for an interact to be drawn again.
    pub(crate) fn redraw(&self, interact: InteractHandle) {
        if let Some(redraw) = self.interact.and_then(|suite| suite.interactRedraw) {
            // SAFETY: a handle of this host.
            unsafe { redraw(interact.raw()) };
        }
    }
}
