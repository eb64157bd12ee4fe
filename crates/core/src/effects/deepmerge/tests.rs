//! Tests of DeepMerge.
