//! OpenFX C API bindings.
