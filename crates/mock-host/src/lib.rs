//! A strict OpenFX host.
