//! Deep OpenEXR files: read in row bands within a memory budget, merged by true depth, flattened.
//!
//! [`mod@file`](mod@file) reads, [`write`](mod@write) writes, [`samples`] is what passes between them and the mathematics.
//!
//! ```no_run
//! use deep_exr::{Choice, DeepFile, Limits};
//!
//! # fn main() -> Result<(), deep_exr::Error> {
//! let part = DeepFile::open("smoke.0101.exr", &Limits::default())?.part(&Choice::First)?;
//! let red = part.header().channel("R").expect("the picture has no red");
//! for rows in part.bands(64 << 20, 1)? {
//!     let band = part.read_rows(rows, &[red], &|| false)?;
//!     println!("{} samples", band.front.len());
//! }
//! # Ok(())
//! # }
//! ```

pub mod file;
pub mod flatten;
pub mod samples;
pub mod write;

pub use file::{
    Channel, Choice, Compression, DeepFile, DeepPart, DeepState, DepthRange, Error, FlatPicture, Header, Kind, Limits,
    Rgba, SampleType, Stats, Tiles, TimeCode, read_flat,
};
pub use samples::{Band, Numbers, Window};
pub use write::{WriteError, Writer};
