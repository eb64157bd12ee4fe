//! Depth compositing mathematics.
