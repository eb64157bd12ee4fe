//! Silhouettes with known answers.
