//! The plug-in that misbehaves, in a library that exports a symbol too many.
#![allow(unsafe_code, reason = "exports a symbol")]
#![allow(missing_docs, reason = "not a library")]

#[path = "misbehave/lib.rs"]
mod misbehave;

/// Nobody asks for it.
#[unsafe(no_mangle)]
pub extern "C" fn one_symbol_too_many() {}
