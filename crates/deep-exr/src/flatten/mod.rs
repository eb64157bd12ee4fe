//! Merging and flattening of deep samples, exact to "Interpreting OpenEXR Deep Pixels" (OpenEXR's documentation).
//!
//! [`Flattener`] holds [`Settings`] and flattens rows of [`Element`]s. Files come in as f32, all sums are f64, the
//! picture goes out as f32. `reference` says in f64, step by step, what it means; [`Flattener`] does it in one sweep.

mod depths;
mod element;
mod gather;
mod pixel;
mod plan;
mod recolour;
pub mod reference;
mod result;
mod rows;
mod settings;
mod sweep;
mod trim;
mod twofold;

pub use element::{Element, Flat, Misfit, Roles, Source};
pub use gather::Repairs;
pub use plan::{Plan, Reading, Wanted};
pub use rows::{ABORT_SAMPLES, FlatRows, Flattener};
pub use settings::{
    Crop, DepthOutput, ElementSettings, INFINITELY_FAR, Operation, Pick, Recolour, Settings, Unreached,
};

#[cfg(test)]
mod tests;
