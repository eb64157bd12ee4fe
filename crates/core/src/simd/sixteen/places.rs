//! Sixteen places in a plane.

use super::{SIXTEEN, Sixteen};

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

    /// Whole numbers, at most `most`, which is below 2²²; others count as 0 or as `most`.
    #[inline(always)]
    pub(crate) fn at_most<S: Sixteen>(most: u32, numbers: S) -> Self {
        // Adding it leaves a small whole number in the low bits; what is in the high ones is then taken away.
        const WHOLE: f32 = 8_388_608.0;
        assert!(most < 1 << 22, "too many places");
        let mut at = [0.0; SIXTEEN];
        let within = numbers.upper(S::of(0.0)).lower(S::of(most as f32));
        (within + S::of(WHOLE)).minus_bits(S::of(WHOLE)).store(&mut at);
        let mut places = [0; SIXTEEN];
        for (place, v) in places.iter_mut().zip(at) {
            *place = v.to_bits();
        }
        Self { at: places, last: most }
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
