//! Depths, counts and identifiers.

use super::super::pixel::{Pixel, Shape};
use super::super::reference::{self, Sample};
use super::super::settings::{DepthOutput, INFINITELY_FAR, Settings, Unreached};
use super::{Dice, push, run, shape};

const OUTPUTS: [DepthOutput; 5] =
    [DepthOutput::Front, DepthOutput::Back, DepthOutput::Mean, DepthOutput::Opaque, DepthOutput::AtAlpha(0.5)];

fn sample(front: f64, back: f64, alpha: f64) -> Sample {
    Sample { front, back, alpha, colours: Vec::new() }
}

/// The five depths, where nothing behind what hides all counts; empty is -1.
fn depths_of(seen: &[Sample], hiding: &[Sample], unreached: Unreached) -> [f64; 5] {
    let settings = Settings { depths: OUTPUTS.to_vec(), empty_depth: -1.0, unreached, ..Settings::default() };
    let mut pixel = Pixel::default();
    push(&mut pixel, seen, true);
    push(&mut pixel, hiding, false);
    let sums = run(&shape(0), &mut pixel, &settings);
    let mut planes = vec![vec![0.0]; 5];
    sums.depths.store(&settings, sums.depths.seen_back(), &mut planes, 0);
    std::array::from_fn(|i| f64::from(planes[i][0]))
}

#[test]
fn designed_depths() {
    let empty = Unreached::Empty;
    assert_eq!(depths_of(&[], &[], empty), [-1.0; 5]);
    // Two half points: the nearer has 0.5 of the pixel, the farther 0.25.
    let halves = [sample(5.0, 5.0, 0.5), sample(2.0, 2.0, 0.5)];
    assert_eq!(depths_of(&halves, &[], empty), [2.0, 5.0, 3.0, -1.0, 2.0]);
    assert_eq!(depths_of(&halves, &[], Unreached::Back)[3], 5.0);
    // Light without alpha has no depth; opaque ends it.
    let fire = [sample(1.0, 1.0, 0.0), sample(2.0, 2.0, 0.25), sample(4.0, 4.0, 1.0), sample(9.0, 9.0, 1.0)];
    assert_eq!(depths_of(&fire, &[], empty), [2.0, 4.0, 3.5, 4.0, 4.0]);
    // In a volume of alpha 0.75, half is hidden half way through.
    let fog = [sample(2.0, 6.0, 0.75)];
    let [front, back, mean, opaque, at] = depths_of(&fog, &[], empty);
    assert_eq!([front, back, opaque, at], [2.0, 6.0, -1.0, 4.0]);
    let tau = 4.0_f64.ln();
    let exact = 2.0 + 4.0 * (1.0 / tau - 1.0 / 3.0);
    assert!((mean - exact).abs() < 1e-6);
    // What hides is not seen, but changes the weights and takes from the alpha.
    let [front, _, mean, _, at] = depths_of(&halves, &[sample(3.0, 3.0, 0.5)], empty);
    assert_eq!([front, mean, at], [2.0, f64::from(2.6_f32), 2.0]);
    assert_eq!(depths_of(&halves, &[sample(1.0, 1.0, 1.0)], empty), [-1.0; 5]);
    // Infinity is written as a number; what has no end lies behind the last depth.
    assert_eq!(depths_of(&[sample(f64::INFINITY, f64::INFINITY, 1.0)], &[], empty)[0], f64::from(INFINITELY_FAR));
    let endless = [sample(2.0, f64::INFINITY, 0.5), sample(5.0, 5.0, 0.5)];
    assert_eq!(depths_of(&endless, &[], empty), [5.0, 5.0, 5.0, -1.0, 5.0]);
    // A wanted alpha is reached by f32's nearest numbers.
    assert_eq!(depths_of(&[sample(3.0, 3.0, 0.499_999_97)], &[], empty)[4], 3.0);
}

/// The reference cut up finely: depths do not depend on how volumes are cut.
#[test]
fn depths_equal_finely_cut_samples() {
    let mut dice = Dice(21);
    for _ in 0..400 {
        let mut samples = dice.samples(4, 0);
        samples.retain(|s| s.back < f64::INFINITY);
        let mut fine = Vec::new();
        for s in &samples {
            let mut rest = s.clone();
            let pieces = 400;
            for i in 1..pieces {
                let z = s.front + (s.back - s.front) * f64::from(i) / f64::from(pieces);
                if z > rest.front && z < rest.back {
                    let (near, far) = reference::split(&rest, z);
                    fine.push(near);
                    rest = far;
                }
            }
            fine.push(rest);
        }
        let pieces = reference::tidy(&fine);
        let (mut through, mut alpha, mut weighted) = (1.0, 0.0, 0.0);
        let (mut front, mut at) = (None, None);
        for piece in &pieces {
            let seen = through * piece.alpha;
            let z = if piece.alpha == 1.0 { piece.front } else { (piece.front + piece.back) / 2.0 };
            if seen > 0.0 {
                front.get_or_insert(piece.front);
            }
            alpha += seen;
            weighted += seen * z;
            through *= 1.0 - piece.alpha;
            if at.is_none() && alpha >= 0.5 - 1e-7 {
                at = Some((piece.front, piece.back));
            }
        }
        let got = depths_of(&samples, &[], Unreached::Empty);
        let near = |a: f64, b: f64, by: f64| assert!((a - b).abs() <= by, "{a} {b}: {samples:?}");
        near(got[0], front.unwrap_or(-1.0), 1e-5);
        near(got[2], if alpha > 0.0 { weighted / alpha } else { -1.0 }, 1e-2);
        match at {
            Some((first, last)) => assert!(got[4] >= first - 1e-2 && got[4] <= last + 1e-2, "{got:?}: {samples:?}"),
            None => assert_eq!(got[4], -1.0),
        }
    }
}

/// A sample's share, over which the largest is chosen, adds up to the alpha and does not depend on the way it is
/// computed.
#[test]
fn shares_add_up() {
    let mut dice = Dice(22);
    let shape = Shape { alphas: 1, channels: Vec::new(), ids: 1 };
    for _ in 0..3000 {
        let samples = dice.samples(7, 0);
        let mut pixel = Pixel::default();
        push(&mut pixel, &samples, true);
        pixel.id.extend(0..samples.len() as u32);
        let sums = run(&shape, &mut pixel, &Settings::default());
        let sum: f64 = sums.share.iter().sum();
        assert!((sum - sums.alpha[0]).abs() < 1e-12, "{samples:?}");
        // The share of one is the alpha that is seen of it if the others only hide.
        let one = dice.below(samples.len());
        let others: Vec<Sample> = [&samples[..one], &samples[one + 1..]].concat();
        let seen = reference::hold_out(&samples[one..=one], &others).0;
        assert!((sums.share[one] - seen).abs() < 1e-12, "{one} of {samples:?}");
    }
}
