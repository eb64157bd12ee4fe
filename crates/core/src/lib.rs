//! Fathom's depth compositing mathematics. Knows no host: pixels and parameter values in, pixels out.
//!
//! A render goes through it in one direction: a snapshot of the parameters ([`mod@params`]) gives a plan ([`effect::Plan`]:
//! what is needed, is anything to be done); foreign pixels become planar floats ([`image`]) and depth in metres
//! ([`depth`]); a kernel of one of the [`effects`] computes; the driver ([`render`]) applies mask, mix and format.
//!
//! Words: *circle of confusion* (CoC) always means its **radius in pixels of the full-size frame**, negative in front
//! of the focus and positive behind it; *reach* is how many pixels away an effect may look; *window* is the rectangle
//! of pixels that the host asks for; *canonical* coordinates are OpenFX's: square pixels of the full-size frame, y up.

#[cfg(test)]
mod abort_tests;
pub mod depth;
pub mod effect;
pub mod effects;
pub mod generator;
pub mod geometry;
pub mod image;
pub mod manual;
mod maths;
pub mod overlay;
pub mod params;
pub mod presets;
pub mod render;
#[cfg(test)]
mod render_tests;
pub mod simd;
#[cfg(test)]
mod testing;
pub mod workers;

pub use effect::{Effect, EffectInfo, Prepared};
pub use geometry::{Geometry, Rect, RectD};
