//! The draw suite: what is drawn is kept.
#![allow(unsafe_code, reason = "implements C functions that get pointers from the plug-in")]

use super::effect::put;
use super::{unknown_handle, violation};
use crate::action;
use crate::drawing::{Canvas, Drawn, wrong_count};
use crate::registry;
use crate::report::Check;
use openfx::sys::generic::core as c;
use openfx::sys::generic::core::{OfxPointD, OfxStatus};
use openfx::sys::image_effect_v1::draw_suite::{
    OfxDrawContextHandle, OfxDrawLineStipplePattern, OfxDrawPrimitive, OfxDrawSuiteV1, OfxStandardColour,
};
use openfx::sys::image_effect_v1::interact::kOfxInteractActionDraw;
use openfx::sys::image_effect_v1::pixels::OfxRGBAColourF;
use std::ffi::{CStr, c_char, c_int};
use std::sync::Arc;

/// The suite's name and version.
pub(crate) const SUITE: (&str, i32) = ("OfxDrawSuite", 1);

/// What the host would draw in, by OpenFX's numbers.
const COLOURS: [[f32; 4]; 7] = [
    [0.1, 0.1, 0.1, 1.0],
    [1.0, 1.0, 1.0, 1.0],
    [1.0, 0.75, 0.2, 1.0],
    [0.8, 0.8, 0.8, 1.0],
    [1.0, 1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 1.0],
    [1.0, 1.0, 1.0, 1.0],
];

/// The canvas of a context, while it is drawn.
fn canvas(function: &str, context: OfxDrawContextHandle) -> Result<Arc<Canvas>, OfxStatus> {
    let action = action::entered(function)?;
    if action.name != kOfxInteractActionDraw {
        action.violation(Check::DrawOutsideDraw, format_args!("{function} was called"));
        return Err(c::kOfxStatFailed);
    }
    registry::canvas(context.addr()).ok_or_else(|| {
        unknown_handle(function, context.addr());
        c::kOfxStatErrBadHandle
    })
}

macro_rules! lookup {
    ($function:literal, $context:expr) => {
        match canvas($function, $context) {
            Ok(canvas) => canvas,
            Err(status) => return status,
        }
    };
}

/// Records something that cannot be drawn.
fn nonsense(details: &str) -> OfxStatus {
    violation(Check::DrawValues, details);
    c::kOfxStatErrValue
}

unsafe extern "C" fn get_colour(
    context: OfxDrawContextHandle,
    which: OfxStandardColour,
    out: *mut OfxRGBAColourF,
) -> OfxStatus {
    let _ = lookup!("getColour", context);
    let Some(&[r, g, b, a]) = COLOURS.get(which as usize) else {
        return nonsense(&format!("there is no standard colour {which}"));
    };
    // SAFETY: the plug-in passes a place for a colour.
    unsafe { put("getColour", out, OfxRGBAColourF { r, g, b, a }) }
}

unsafe extern "C" fn set_colour(context: OfxDrawContextHandle, colour: *const OfxRGBAColourF) -> OfxStatus {
    let canvas = lookup!("setColour", context);
    // SAFETY: the plug-in passes a colour, or NULL.
    let Some(colour) = (unsafe { colour.as_ref() }) else {
        violation(Check::NullArgument, "setColour got no colour");
        return c::kOfxStatErrValue;
    };
    let values = [colour.r, colour.g, colour.b, colour.a];
    if values.iter().any(|v| !v.is_finite()) {
        return nonsense(&format!("a colour is {values:?}"));
    }
    canvas.set_colour(values);
    c::kOfxStatOK
}

unsafe extern "C" fn set_line_width(context: OfxDrawContextHandle, width: f32) -> OfxStatus {
    let canvas = lookup!("setLineWidth", context);
    if !(width.is_finite() && width >= 0.0) {
        return nonsense(&format!("a line's width is {width}"));
    }
    canvas.set_width(width);
    c::kOfxStatOK
}

unsafe extern "C" fn set_line_stipple(context: OfxDrawContextHandle, pattern: OfxDrawLineStipplePattern) -> OfxStatus {
    let canvas = lookup!("setLineStipple", context);
    if pattern > 4 {
        return nonsense(&format!("there is no pattern {pattern}"));
    }
    canvas.set_stipple(pattern);
    c::kOfxStatOK
}

unsafe extern "C" fn draw(
    context: OfxDrawContextHandle,
    primitive: OfxDrawPrimitive,
    points: *const OfxPointD,
    count: c_int,
) -> OfxStatus {
    let canvas = lookup!("draw", context);
    let count = usize::try_from(count).unwrap_or(0);
    if points.is_null() {
        violation(Check::NullArgument, "draw got no points");
        return c::kOfxStatErrValue;
    }
    if let Some(why) = wrong_count(primitive, count) {
        return nonsense(&why);
    }
    // SAFETY: not null; the plug-in passes so many points.
    let points: Vec<[f64; 2]> = (0..count).map(|k| unsafe { points.add(k).read() }).map(|p| [p.x, p.y]).collect();
    if let Some(p) = points.iter().find(|p| p.iter().any(|v| !v.is_finite())) {
        return nonsense(&format!("a point lies at {p:?}"));
    }
    canvas.add(Drawn::Shape(primitive, points));
    c::kOfxStatOK
}

unsafe extern "C" fn draw_text(
    context: OfxDrawContextHandle,
    text: *const c_char,
    at: *const OfxPointD,
    alignment: c_int,
) -> OfxStatus {
    let canvas = lookup!("drawText", context);
    if text.is_null() || at.is_null() {
        violation(Check::NullArgument, "drawText got no text or no place");
        return c::kOfxStatErrValue;
    }
    // SAFETY: not null; the plug-in passes a C string and a point.
    let (text, at) = unsafe { (CStr::from_ptr(text), at.read()) };
    action::check_kept("drawText", text);
    let Ok(text) = text.to_str() else {
        return nonsense("a text is no UTF-8");
    };
    if !(at.x.is_finite() && at.y.is_finite()) {
        return nonsense(&format!("the text '{text}' lies at {}, {}", at.x, at.y));
    }
    canvas.add(Drawn::Text(text.into(), [at.x, at.y], alignment));
    c::kOfxStatOK
}

pub(super) fn table() -> OfxDrawSuiteV1 {
    OfxDrawSuiteV1 {
        getColour: Some(get_colour),
        setColour: Some(set_colour),
        setLineWidth: Some(set_line_width),
        setLineStipple: Some(set_line_stipple),
        draw: Some(draw),
        drawText: Some(draw_text),
    }
}
