//! Which two surfaces meet in a pixel, and how much of it the nearer one covers, by depth alone. Sixteen pixels at once.

use super::{Domain, Field};
use crate::depth::NEAREST;
use crate::maths::log2;
use crate::simd::{Places, SIXTEEN, Sixteen, SixteenWork, best_sixteen_work};

/// Width of the bell by which neighbours vote for a point-sampled pixel's coverage, in pixels: a filter of a renderer's size.
const VOTE: f32 = 0.7;
/// Width of the bell over which a surface's 1/z is averaged.
const MEAN: f32 = 1.0;
/// Uncertainty of the coverage that the shape gives (measured against renders of three times the size: 0.12 to 0.15)…
const SHAPE_DEVIATION: f32 = 0.13;
/// …and of one that a mixed depth gives.
const DEPTH_DEVIATION: f32 = 0.03;
/// Share of the pixels beside a jump of a point-sampled depth that are all of one surface.
const PURE: f32 = 0.25;

/// Two bells e^(−d²/2w²) over blocks of 5 × 5: of votes, and of means.
fn bells() -> [[f32; 25]; 2] {
    [VOTE, MEAN].map(|w| {
        std::array::from_fn(|i| {
            let (dx, dy) = ((i % 5) as f32 - 2.0, (i / 5) as f32 - 2.0);
            (-(dx * dx + dy * dy) / (2.0 * w * w)).exp()
        })
    })
}

/// Splits each marked pixel; those that turn out to be of two surfaces stay in the list.
pub(super) fn all(field: &mut Field) {
    let [vote, mean] = bells();
    best_sixteen_work(Split { field, vote: &vote, mean: &mean });
}

struct Split<'a> {
    field: &'a mut Field,
    vote: &'a [f32; 25],
    mean: &'a [f32; 25],
}

/// What is found of some pixels: where it holds, and the numbers of [`super::Splits`].
struct Found<S: Sixteen> {
    holds: S::Yes,
    coverage: S,
    inverse: [S; 2],
    middle: S,
}

impl<S: Sixteen> Found<S> {
    /// This where it holds, else the other.
    #[inline(always)]
    fn or(&self, other: &Self) -> Self {
        Self {
            holds: self.holds | other.holds,
            coverage: S::choose(self.holds, self.coverage, other.coverage),
            inverse: [
                S::choose(self.holds, self.inverse[0], other.inverse[0]),
                S::choose(self.holds, self.inverse[1], other.inverse[1]),
            ],
            middle: S::choose(self.holds, self.middle, other.middle),
        }
    }
}

impl SixteenWork for Split<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { field, vote, mean } = self;
        let (width, n) = (field.rect.width(), field.places.len());
        let Field { edges, z, places, splits, coverage, rows, .. } = field;
        let [near, far] = &mut splits.inverse;
        let lists = [&mut splits.coverage, &mut splits.deviation, &mut splits.pure, near, far, &mut splits.middle];
        for list in lists {
            list.clear();
            list.resize(n + SIXTEEN, 0.0);
        }
        // A list without a last one: what is read beyond it is the first.
        places.resize(n + SIXTEEN, places[0]);
        // Those that are of two surfaces move to the front.
        let (mut kept, mut row) = (0, 0);
        for from in (0..n).step_by(SIXTEEN) {
            let here: [u32; SIXTEEN] = *places[from..].first_chunk().unwrap_or(&[0; SIXTEEN]);
            let around = Around::<S>::new(z, &here, width);
            let mut found = around.shape(vote, mean);
            let mut by_depth = S::where_bits(0);
            if edges.antialiased {
                let mixture = around.mixture(edges.domain);
                by_depth = mixture.holds;
                found = mixture.or(&found);
            }
            let there = u16::MAX >> (SIXTEEN - (n - from).min(SIXTEEN));
            let holds = S::bits(found.holds) & there;
            // Rows begin where their first kept one is.
            while let Some(start) = rows.get_mut(row).filter(|start| (**start as usize) < from + SIXTEEN) {
                let before = holds & !(u32::MAX << (*start as usize - from)) as u16;
                *start = kept as u32 + before.count_ones();
                row += 1;
            }
            let (mut moved, mut shares) = ([0.0; SIXTEEN], [0.0; SIXTEEN]);
            S::load(&here.map(f32::from_bits)).closed_up(holds).store(&mut moved);
            let moved = moved.map(f32::to_bits);
            let [nearer, farther] = found.inverse;
            let deviation = S::choose(by_depth, S::of(DEPTH_DEVIATION), S::of(SHAPE_DEVIATION));
            let pure = S::choose(by_depth, S::of(0.0), S::of(PURE));
            found.coverage.closed_up(holds).store(&mut shares);
            put(S::load(&shares), &mut splits.coverage, kept);
            put(deviation.closed_up(holds), &mut splits.deviation, kept);
            put(pure.closed_up(holds), &mut splits.pure, kept);
            put(found.middle.closed_up(holds), &mut splits.middle, kept);
            put(nearer.closed_up(holds), &mut splits.inverse[0], kept);
            put(farther.closed_up(holds), &mut splits.inverse[1], kept);
            // Not beyond what was just read.
            places[kept..kept + SIXTEEN].copy_from_slice(&moved);
            let kept_here = holds.count_ones() as usize;
            for (place, share) in moved.iter().zip(&shares).take(kept_here) {
                coverage[*place as usize] = *share;
            }
            kept += kept_here;
        }
        rows[row..].fill(kept as u32);
        places.truncate(kept);
    }
}

/// Sixteen numbers of a list, from a place on.
#[inline(always)]
pub(super) fn put<S: Sixteen>(v: S, list: &mut [f32], at: usize) {
    if let Some(to) = list[at..].first_chunk_mut() {
        v.store(to);
    }
}

/// 1/z of some pixels and of the two next ones on each side, row by row.
struct Around<S>([S; 25]);

impl<S: Sixteen> Around<S> {
    #[inline(always)]
    fn new(z: &[f32], places: &[u32; SIXTEEN], width: usize) -> Self {
        let first = Places::new(places.map(|place| place - 2 * width as u32 - 2));
        let mut u = [S::of(0.0); 25];
        for (dy, five) in u.chunks_exact_mut(5).enumerate() {
            let row = S::eights(z, &first, dy * width);
            five.iter_mut().zip(row).for_each(|(u, z)| *u = S::of(1.0) / z);
        }
        Self(u)
    }

    /// The pixels' own depth is one surface's: neighbours vote which share the nearer one has.
    #[inline(always)]
    fn shape(&self, vote: &[f32; 25], mean: &[f32; 25]) -> Found<S> {
        let (u, n) = (&self.0, S::of);
        let (mut low, mut high) = (n(f32::INFINITY), n(0.0));
        for i in [6, 7, 8, 11, 12, 13, 16, 17, 18] {
            (low, high) = (u[i].lower(low), u[i].upper(high));
        }
        let middle = n(0.5) * (low + high);
        // Votes, and the sums for both means: of all, and of what is nearer.
        let (mut all, mut near) = ([n(0.0); 4], [n(0.0); 4]);
        for (i, u) in u.iter().enumerate() {
            let (here, nearer) = (u.same(*u), middle.less(*u));
            let terms = [n(vote[i]), n(mean[i]) * *u, n(mean[i]), n(1.0)];
            for (j, term) in terms.into_iter().enumerate() {
                all[j] = all[j] + term.or_zero(here);
                near[j] = near[j] + term.or_zero(nearer);
            }
        }
        // One pixel alone without a distance is a hole in the depth, not a surface to look through to.
        let lone_far = (all[3] - near[3]).same(n(1.0)) & low.same(n(0.0));
        let lone_near = near[3].same(n(1.0)) & !high.less(n(1.0 / NEAREST));
        let own_is_near = middle.less(u[12]);
        let inverse = [near[1] / near[2], (all[1] - near[1]) / (all[2] - near[2])];
        Found {
            holds: low.less(high) & !(lone_far | lone_near),
            coverage: near[0] / all[0],
            inverse: [S::choose(own_is_near, u[12], inverse[0]), S::choose(own_is_near, inverse[1], u[12])],
            middle,
        }
    }

    /// The pixels' depth is a mixture: from it the way up and the way down lead to the two surfaces within two pixels. Does not hold where
    /// the farther one is infinitely far: what was mixed with it is not known.
    #[inline(always)]
    fn mixture(&self, domain: Domain) -> Found<S> {
        let n = S::of;
        let (near, far) = (self.best::<true>(), self.best::<false>());
        let f = number(far, domain);
        let coverage = (number(self.0[12], domain) - f) / (number(near, domain) - f);
        Found {
            holds: n(0.0).less(far) & far.less(near),
            coverage: coverage.upper(n(0.0)).lower(n(1.0)),
            inverse: [near, far],
            middle: n(0.5) * (near + far),
        }
    }

    /// The number at the end of the way from a pixel to the largest (or the smallest) of its eight neighbours, and from there to that of that
    /// one's.
    #[inline(always)]
    fn best<const LARGEST: bool>(&self) -> S {
        // Holes come last.
        let worst = S::of(if LARGEST { f32::NEG_INFINITY } else { f32::INFINITY });
        let mut u = self.0;
        for u in &mut u {
            *u = S::choose(u.same(*u), *u, worst);
        }
        // The best of three in a row, then of three such rows: what is found from each of the nine.
        let mut nine = [worst; 9];
        for y in 0..5 {
            for x in 0..3 {
                let three = pick::<S, LARGEST>(pick::<S, LARGEST>(u[5 * y + x], u[5 * y + x + 1]), u[5 * y + x + 2]);
                for row in y.saturating_sub(2)..=y.min(2) {
                    nine[3 * row + x] = pick::<S, LARGEST>(nine[3 * row + x], three);
                }
            }
        }
        let (mut best, mut found) = (u[12], nine[4]);
        for (i, nine) in nine.into_iter().enumerate() {
            // Of equal ones the first counts, the pixel before all.
            let here = u[5 * (i / 3 + 1) + i % 3 + 1];
            let yes = if LARGEST { best.less(here) } else { here.less(best) };
            (best, found) = (S::choose(yes, here, best), S::choose(yes, nine, found));
        }
        found
    }
}

#[inline(always)]
fn pick<S: Sixteen, const LARGEST: bool>(a: S, b: S) -> S {
    if LARGEST { a.upper(b) } else { a.lower(b) }
}

/// What a renderer's filter mixed.
#[inline(always)]
fn number<S: Sixteen>(u: S, domain: Domain) -> S {
    match domain {
        Domain::Distance => S::of(1.0) / u,
        Domain::Inverse => u,
        Domain::Log => log2(u),
    }
}
