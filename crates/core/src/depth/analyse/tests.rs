//! Small pictures, whose meaning is known.
