//! The one place where the instruction set is chosen: the same Rust code, compiled once for the baseline and once for AVX2.
//!
//! FMA is left off on purpose: without contraction both give the same bits.
#![allow(unsafe_code, reason = "calling code compiled for AVX2 needs a promise that the processor has it")]

/// Runs `work` compiled for the best instruction set here. What it calls counts only where it is `#[inline(always)]`.
#[inline]
pub fn best<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && !baseline_forced() {
        // SAFETY: the processor has AVX2, which is all that the function needs.
        return unsafe { with_avx2(work) };
    }
    work()
}

/// Work that is too large for the compiler to inline it as a closure by itself: mark `run` `#[inline(always)]`.
pub trait Work {
    /// What it gives.
    type Output;
    /// Does it.
    fn run(self) -> Self::Output;
}

/// [`best`] for [`Work`].
#[inline]
pub fn best_work<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && !baseline_forced() {
        // SAFETY: the processor has AVX2, which is all that the function needs.
        return unsafe { work_with_avx2(work) };
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn work_with_avx2<W: Work>(work: W) -> W::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
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
        if std::arch::is_x86_feature_detected!("avx2") && !baseline_forced() {
            // SAFETY: the processor has AVX2, which is all that the function needs.
            return unsafe { with_avx2(work) };
        }
    }
    work.run::<lanes::Plain>()
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

/// From here on others see what this thread has written past the caches.
pub fn streamed() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every processor of this kind has it.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

mod lanes;

/// `FATHOM_BASELINE=1` in the environment leaves AVX2 unused, for tests and comparisons.
#[cfg(target_arch = "x86_64")]
fn baseline_forced() -> bool {
    static FORCED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    FORCED_HERE.load(std::sync::atomic::Ordering::Relaxed)
        || *FORCED.get_or_init(|| std::env::var_os("FATHOM_BASELINE").is_some_and(|v| v == "1"))
}

static FORCED_HERE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// The same from inside the program. Both give the same bits, so that others may render meanwhile.
pub fn force_baseline(yes: bool) {
    FORCED_HERE.store(yes, std::sync::atomic::Ordering::Relaxed);
}
