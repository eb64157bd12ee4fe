//! The one place where the instruction set is chosen: the same Rust code, compiled for the baseline, for AVX2 and, where it is worth
//! the code, for AVX-512.
//!
//! FMA is left off on purpose: without contraction all give the same bits.
#![allow(unsafe_code, reason = "calling code compiled for AVX2 needs a promise that the processor has it")]

pub(crate) use sixteen::abreast::{Abreast, Two};
pub(crate) use sixteen::places::Places;
pub(crate) use sixteen::{ALIGNED, Number, SIXTEEN, Sixteen, Stored};
use std::sync::atomic::{AtomicU8, Ordering};

/// What a processor can do, as far as it matters here; each can do what those before can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What all processors of the kind can do.
    Baseline,
    /// Eight numbers at once.
    Avx2,
    /// Sixteen numbers at once: AVX-512 F, VL, BW and DQ, as all processors since 2017 that have any of it.
    Avx512,
}

impl Level {
    /// The best that this processor can do.
    pub fn here() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx512f") && has!("avx512vl") && has!("avx512bw") && has!("avx512dq") && has!("avx2") {
                return Self::Avx512;
            }
            if has!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// All that this processor can do.
    pub fn all_here() -> impl Iterator<Item = Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512].into_iter().filter(|level| *level <= Self::here())
    }

    /// The one to use.
    #[inline]
    fn used() -> Self {
        match USED.load(Ordering::Relaxed) {
            0 => Self::found(),
            1 => Self::Baseline,
            2 => Self::Avx2,
            _ => Self::Avx512,
        }
    }

    #[cold]
    fn found() -> Self {
        // `FATHOM_BASELINE=1` in the environment leaves AVX2 and AVX-512 unused, `FATHOM_BASELINE=avx2` AVX-512 only, for tests and
        // comparisons.
        let most = match std::env::var_os("FATHOM_BASELINE") {
            Some(v) if v == "1" => Self::Baseline,
            Some(v) if v == "avx2" => Self::Avx2,
            _ => Self::Avx512,
        };
        use_at_most(most);
        Self::here().min(most)
    }
}

/// One more than the number of the level that is used; 0 where nobody has looked yet.
static USED: AtomicU8 = AtomicU8::new(0);

/// The best level to use from now on. All give the same bits, so that others may render meanwhile.
pub fn use_at_most(level: Level) {
    USED.store(level.min(Level::here()) as u8 + 1, Ordering::Relaxed);
}

/// Leaves everything beyond the baseline unused, or uses it again.
pub fn force_baseline(yes: bool) {
    use_at_most(if yes { Level::Baseline } else { Level::Avx512 });
}

/// Runs `work` compiled for the best instruction set here, up to AVX2. What it calls counts only where it is `#[inline(always)]`.
#[inline]
pub fn best<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if Level::used() >= Level::Avx2 {
        // SAFETY: the processor has AVX2, which is all that the function needs.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Work that is too large for the compiler to inline it as a closure by itself: mark `run` `#[inline(always)]`.
pub trait Work {
    /// What it gives.
    type Output;
    /// Is a version for AVX-512 worth its code?
    const BROAD: bool = false;
    /// Does it.
    fn run(self) -> Self::Output;
}

/// [`best`] for [`Work`].
#[inline]
pub fn best_work<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<W: Work>(work: W) -> W::Output {
            work.run()
        }
        #[target_feature(enable = "avx2,avx512f,avx512vl,avx512bw,avx512dq")]
        fn with_avx512<W: Work>(work: W) -> W::Output {
            work.run()
        }
        match Level::used() {
            // SAFETY: the processor has what the function needs: that is what the level says.
            Level::Avx512 if W::BROAD => return unsafe { with_avx512(work) },
            // SAFETY: the processor has AVX2, which is all that the function needs.
            Level::Avx512 | Level::Avx2 => return unsafe { with_avx2(work) },
            Level::Baseline => {}
        }
    }
    work.run()
}

/// Work on eight numbers at once that the compiler would not find by itself: mark `run` `#[inline(always)]`.
pub trait WideWork {
    /// What it gives.
    type Output;
    /// Does it, eight numbers a step.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// [`best`] for [`WideWork`].
#[inline]
pub fn best_wide_work<W: WideWork>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<W: WideWork>(work: W) -> W::Output {
            work.run::<lanes::Avx2>()
        }
        if Level::used() >= Level::Avx2 {
            // SAFETY: the processor has AVX2, which is all that the function needs.
            return unsafe { with_avx2(work) };
        }
    }
    work.run::<lanes::Plain>()
}

/// The same on sixteen numbers at once. Closures are not marked, and one with much in it is left a function of its own, which knows no
/// instruction set: write functions and loops instead.
pub(crate) trait SixteenWork {
    /// What it gives.
    type Output;
    /// Does it, sixteen numbers a step.
    fn run<S: Sixteen>(self) -> Self::Output;
}

/// [`best`] for [`SixteenWork`], up to AVX-512.
#[inline]
pub(crate) fn best_sixteen_work<W: SixteenWork>(work: W) -> W::Output {
    sixteen_work_at(Level::used(), work)
}

/// The processor must have the level.
#[inline]
fn sixteen_work_at<W: SixteenWork>(level: Level, work: W) -> W::Output {
    debug_assert!(level <= Level::here());
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn with_avx2<W: SixteenWork>(work: W) -> W::Output {
            work.run::<sixteen::avx2::Avx2>()
        }
        #[target_feature(enable = "avx2,avx512f,avx512vl,avx512bw,avx512dq")]
        fn with_avx512<W: SixteenWork>(work: W) -> W::Output {
            work.run::<sixteen::avx512::Avx512>()
        }
        match level {
            // SAFETY: the processor has what the function needs: that is what the level says.
            Level::Avx512 => return unsafe { with_avx512(work) },
            // SAFETY: the processor has AVX2, which is all that the function needs.
            Level::Avx2 => return unsafe { with_avx2(work) },
            Level::Baseline => {}
        }
    }
    work.run::<sixteen::plain::Plain>()
}

/// What each level that this processor has makes of some work.
#[cfg(test)]
pub(crate) fn sixteen_work_everywhere<W: SixteenWork>(work: impl Fn() -> W) -> Vec<W::Output> {
    Level::all_here().map(|level| sixteen_work_at(level, work())).collect()
}

/// How many numbers [`Lanes`] holds.
pub const LANES: usize = 8;

/// Eight numbers, or eight yes and no (all bits and none). The same bits come out of every kind.
pub trait Lanes: Copy {
    /// The numbers there.
    fn load(from: &[f32; LANES]) -> Self;
    /// Writes the numbers.
    fn store(self, to: &mut [f32; LANES]);
    /// Yes for the first `n`.
    fn first(n: usize) -> Self;
    /// Where it is less than another; NaN is not.
    fn less(self, than: Self) -> Self;
    /// Where both are the same number.
    fn same(self, other: Self) -> Self;
    /// Both yes; of numbers and a yes or no, the numbers where yes and 0 elsewhere.
    fn and(self, other: Self) -> Self;
    /// Either yes.
    fn or(self, other: Self) -> Self;
    /// The same number in all places.
    fn all(of: f32) -> Self;
    /// The sums.
    fn plus(self, other: Self) -> Self;
    /// The differences.
    fn minus(self, other: Self) -> Self;
    /// The products.
    fn times(self, other: Self) -> Self;
    /// The quotients.
    fn over(self, other: Self) -> Self;
    /// The square roots.
    fn root(self) -> Self;
    /// The sum of each of four, of halves of halves.
    fn sums(of: [Self; 4]) -> [f32; 4];
    /// This where it is less, else the other.
    #[inline(always)]
    fn lesser(self, other: Self) -> Self {
        Self::choose(self.less(other), self, other)
    }
    /// This where the other is less, else the other.
    #[inline(always)]
    fn greater(self, other: Self) -> Self {
        Self::choose(other.less(self), self, other)
    }
    /// This where yes, else the other.
    fn choose(yes: Self, this: Self, other: Self) -> Self;
    /// Any yes?
    fn any(self) -> bool;
    /// One bit for each yes, the first the lowest.
    fn bits(self) -> u8;
    /// Eight times four numbers, to the first of each four, the second…
    fn apart(from: &[u8; 16 * LANES]) -> [Self; 4];
    /// The opposite of [`Lanes::apart`].
    fn together(parts: [Self; 4], to: &mut [u8; 16 * LANES]);
    /// [`Lanes::together`] past the caches, where `to` begins at a multiple of 16 bytes: for what will not be read soon. Others see
    /// it for sure after [`streamed`].
    fn stream_together(parts: [Self; 4], to: &mut [u8; 16 * LANES]) {
        Self::together(parts, to);
    }
}

/// Planes that are read side by side, `W` values at a time, from each of so many places on: their lengths are looked at once.
pub struct SideBySide<'a, const N: usize, const W: usize> {
    /// Each at least `places − 1 + W` long, if there are places.
    planes: [&'a [f32]; N],
    places: usize,
}

impl<'a, const N: usize, const W: usize> SideBySide<'a, N, W> {
    /// Without any place where a plane is too short for them.
    #[inline(always)]
    pub fn new(planes: [&'a [f32]; N], places: usize) -> Self {
        let mut fits = true;
        for plane in planes {
            fits &= plane.len() + 1 >= places + W;
        }
        Self { planes, places: if fits { places } else { 0 } }
    }

    /// How many places there are.
    #[inline(always)]
    pub fn places(&self) -> usize {
        self.places
    }

    /// The values of a plane from a place on.
    #[inline(always)]
    pub fn at(&self, plane: usize, place: usize) -> &'a [f32; W] {
        assert!(place < self.places);
        // SAFETY: place + W ≤ places − 1 + W, which is no more than the plane's length; an array of f32 lies as its values do.
        unsafe { &*self.planes[plane].as_ptr().add(place).cast::<[f32; W]>() }
    }
}

/// These bytes will be read soon: lets them come from the memory meanwhile.
#[inline]
pub fn soon(bytes: &[u8]) {
    const LINE: usize = 64;
    #[cfg(target_arch = "x86_64")]
    for line in bytes.chunks(LINE) {
        // SAFETY: every processor of this kind has it, and nothing is read.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, LINE);
}

/// `N` pixels from a place on, or what lies behind the list in memory (often the next row), will be read soon.
#[inline(always)]
pub(crate) fn soon_after<const N: usize, T>(pixels: &[T], at: usize) {
    const LINE: usize = 64;
    #[cfg(target_arch = "x86_64")]
    for i in (0..N).step_by((LINE / size_of::<T>()).max(1)) {
        let line = pixels.as_ptr().wrapping_add(at.wrapping_add(i));
        // SAFETY: every processor of this kind has it; nothing is read, whatever the address.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (pixels, at, LINE);
}

/// From here on others see what this thread has written past the caches.
pub fn streamed() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every processor of this kind has it.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// This thread calculates from here on as Rust takes for granted: to the nearest number, the smallest ones too, and without traps. A new
/// thread has the ways of the one that made it, which is a host's and may want others.
pub(crate) fn calculate_as_usual() {
    #[cfg(target_arch = "x86_64")]
    calculate_as(0x1f80);
    #[cfg(target_arch = "aarch64")]
    calculate_as(0);
}

/// As some hosts want it, and a little more: up to the next number, without the smallest ones.
#[cfg(test)]
pub(crate) fn calculate_oddly() {
    #[cfg(target_arch = "x86_64")]
    calculate_as(0xdfc0);
    #[cfg(target_arch = "aarch64")]
    calculate_as(0x0140_0000);
}

#[cfg(target_arch = "x86_64")]
fn calculate_as(control: u32) {
    // SAFETY: every processor of this kind has the register, and the value sets none of its reserved bits.
    unsafe {
        std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const control, options(nostack));
    }
}

#[cfg(target_arch = "aarch64")]
fn calculate_as(control: u64) {
    // SAFETY: every processor of this kind has the register, and the value sets none of its reserved bits.
    unsafe {
        std::arch::asm!("msr fpcr, {}", in(reg) control, options(nostack));
    }
}

mod lanes;
mod sixteen;
