//! The OpenFX plug-in bundle.
