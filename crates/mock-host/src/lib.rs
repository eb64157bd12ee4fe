//! A strict OpenFX host, for tests and for rendering without a user interface.
//!
//! It opens the real library of a bundle as any host does, plays the kind of host that a [`Profile`] describes, and records every
//! rule of the API that the plug-in breaks as a [`Violation`].
//!
//! ```no_run
//! use mock_host::*;
//! let host = Host::new(Profile::strict());
//! let bundle = Bundle::open_private("Fathom.ofx.bundle", &host)?;
//! let instance = bundle.effect("ZDefocus")?.create(Context::General)?;
//! instance.connect("Source", Picture::constant(RectI::sized(64, 64), Components::Rgba, [1.0; 4]))?;
//! instance.set("focusDistance", 4.0)?;
//! let picture = instance.render(&RenderRequest::at(1.0))?;
//! assert_eq!(host.violations(), []);
//! # Ok::<(), HostError>(())
//! ```
//!
//! The words are OpenFX's. The host uses the `openfx` crate's declarations of the API, not the ones that the plug-in is built with,
//! so that a mistake in either shows.

mod action;
mod buffer;
mod bundle;
pub mod check;
mod clip;
pub mod compare;
mod drawing;
mod effect;
mod effect_object;
mod error;
pub mod font;
mod format;
mod frame;
pub mod fuzz;
mod geometry;
mod host;
pub mod inject;
mod instance;
mod interact;
pub mod media;
mod memory;
mod param;
mod param_value;
mod picture;
mod polls;
mod process;
mod profile;
mod property;
mod queries;
mod registry;
mod render;
mod report;
mod suites;

pub use bundle::{Bundle, PluginInfo};
pub use clip::{Animated, ClipInfo, ClipSource, Layered, Mapping, Still};
pub use drawing::{DrawCall, Drawn, draw_over};
pub use effect::{Effect, EffectInfo};
pub use effect_object::Project;
pub use error::{HostError, nearest};
pub use format::{Components, Context, Depth, Field, Premultiplication};
pub use frame::Abort;
pub use geometry::{RectD, RectI};
pub use host::{Host, Progress, ProgressCallback};
pub use instance::{Instance, Reason};
pub use interact::{Overlay, Viewer};
pub use param::ParamInfo;
pub use param_value::{Curve, ParamKind, ParamValue, Storage};
pub use picture::{Filter, Picture};
pub use process::{end_after, give_back_free_memory, keep_output_clean, limit_memory, process_cpu_seconds};
pub use profile::{ImageAspect, ImageScale, InputBounds, OutputBounds, Profile, RowBytes, Tiling, Unconnected};
pub use render::{Prepare, RenderRequest, Rendered};
pub use report::{ActionRecord, Check, Message, RefusedProperty, Report, Violation, status_name};
