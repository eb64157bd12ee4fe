//! Sixteen places in a plane.

use super::SIXTEEN;

/// Places in a plane, of which the last one is known, so that one comparison says whether all are inside.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    at: [u32; SIXTEEN],
    last: u32,
}

impl Places {
    pub(crate) fn new(at: [u32; SIXTEEN]) -> Self {
        Self { at, last: at.into_iter().fold(0, u32::max) }
    }

    pub(crate) fn at(&self) -> &[u32; SIXTEEN] {
        &self.at
    }

    /// The largest of them.
    #[inline(always)]
    pub(crate) fn last(&self) -> usize {
        self.last as usize
    }
}
