//! Deep OpenEXR files: read in row bands within a memory budget, merged by true depth, flattened.
//!
//! [`samples`] is what passes from the reader to the mathematics.

pub mod samples;
