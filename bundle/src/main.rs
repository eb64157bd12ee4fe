//! Lays out the bundle.
fn main() {}
