//! Production against reference.

use super::super::reference::{self, Sample};
use super::super::settings::Settings;
use super::{Dice, Pixel, Shape, Sweep, distance, flatten, push, run, shape, tolerance};

#[test]
fn thousands_of_pixels_equal_the_reference() {
    let mut dice = Dice(1);
    let mut worst: f64 = 0.0;
    for pixel in 0..20_000 {
        let samples = dice.samples(if pixel % 10 == 0 { 40 } else { 8 }, 3);
        let off = distance(&flatten(&samples, &[]), &reference::flatten(&samples));
        assert!(off < tolerance(&samples), "{off:e} in pixel {pixel}: {samples:?}");
        if tolerance(&samples) == 1e-12 {
            worst = worst.max(off);
        }
    }
    println!("largest difference {worst:e}");
}

#[test]
fn plain_over_and_sweep_agree() {
    let mut dice = Dice(2);
    let mut plain = 0;
    for _ in 0..5000 {
        let samples = dice.samples(3, 2);
        let shape = shape(2);
        let mut pixel = Pixel::default();
        push(&mut pixel, &samples, true);
        let sums = run(&shape, &mut pixel, &Settings::default());
        if pixel.sort(&shape) {
            plain += 1;
            let mut swept = sums.clone();
            swept.start(&shape, pixel.len());
            Sweep::default().run(&shape, &pixel, &mut swept);
            let off = distance(&(sums.alpha[0], sums.colour), &(swept.alpha[0], swept.colour));
            assert!(off < 1e-14, "{off:e}: {samples:?}");
        }
    }
    assert!(plain > 1000, "{plain}");
}

/// A thin dense volume in a long thin one, and hundreds at once: the running sums lose nothing.
#[test]
fn lengths_of_ten_decades_and_hundreds_of_volumes() {
    let mut dice = Dice(3);
    for (count, pixels) in [(6, 500), (60, 60), (500, 2)] {
        for pixel in 0..pixels {
            let samples: Vec<Sample> = (0..count)
                .map(|_| {
                    let front = 100.0 * dice.unit();
                    let back = front + 10_f64.powf(dice.unit() * 10.0 - 6.0);
                    let alpha = dice.unit() * 3.0 / f64::from(count);
                    Sample { front, back, alpha, colours: vec![alpha * dice.unit(), dice.unit()] }
                })
                .collect();
            let off = distance(&flatten(&samples, &[]), &reference::flatten(&samples));
            assert!(off < 1e-12, "{off:e} in pixel {pixel} of {count}");
        }
    }
}

#[test]
fn holdout_equals_the_reference() {
    let mut dice = Dice(4);
    for pixel in 0..5000 {
        let (a, b) = (dice.samples(6, 3), dice.samples(6, 3));
        let off = distance(&flatten(&a, &b), &reference::hold_out(&a, &b));
        assert!(off < tolerance(a.iter().chain(&b)), "{off:e} in pixel {pixel}: {a:?} {b:?}");
    }
}

/// Each colour with an alpha of its own is as if it were alone.
#[test]
fn an_alpha_for_each_colour() {
    let mut dice = Dice(5);
    let together = Shape { alphas: 3, channels: vec![2, 0, 1], ids: 0 };
    for _ in 0..3000 {
        let samples = dice.samples(6, 3);
        let mut pixel = Pixel::default();
        push(&mut pixel, &samples, true);
        pixel.alpha.clear();
        for s in &samples {
            pixel.alpha.extend([s.alpha, (s.alpha * 0.5).min(1.0), if s.alpha > 0.5 { 1.0 } else { 0.0 }]);
        }
        let alphas = pixel.alpha.clone();
        let sums = run(&together, &mut pixel, &Settings::default());
        for (channel, group) in [2, 0, 1].into_iter().enumerate() {
            let alone: Vec<Sample> = samples
                .iter()
                .zip(alphas.chunks(3))
                .map(|(s, a)| Sample { alpha: a[group], colours: vec![s.colours[channel]], ..*s })
                .collect();
            let off = distance(&(sums.alpha[group], vec![sums.colour[channel]]), &reference::flatten(&alone));
            assert!(off < tolerance(&samples), "{off:e}: {samples:?}");
        }
    }
}

/// The reference's own steps, against what the standard says in words and in its formulae for two samples.
#[test]
fn the_reference_keeps_the_standard() {
    let mut dice = Dice(6);
    for _ in 0..2000 {
        let mut a = dice.sample(2, false);
        a.back = a.front + 1.0 + dice.unit();
        let z = a.front + (a.back - a.front) * dice.unit();
        let (near, far) = reference::split(&a, z);
        let whole = reference::over(&[near, far]);
        assert!(distance(&whole, &(a.alpha, a.colours.clone())) < tolerance([&a]), "{a:?} at {z}");

        let mut b = dice.sample(2, false);
        (b.front, b.back) = (a.front, a.back);
        if a.alpha < 1.0 && b.alpha < 1.0 {
            let merged = reference::merge(&[a.clone(), b.clone()]);
            let alpha = a.alpha + b.alpha - a.alpha * b.alpha;
            let u = |s: &Sample| -(-s.alpha).ln_1p();
            let v = |s: &Sample| if s.alpha == 0.0 { 1.0 } else { u(s) / s.alpha };
            let w = if u(&a) + u(&b) == 0.0 { 1.0 } else { alpha / (u(&a) + u(&b)) };
            let colours: Vec<f64> =
                a.colours.iter().zip(&b.colours).map(|(ca, cb)| w * (ca * v(&a) + cb * v(&b))).collect();
            assert!(distance(&(merged.alpha, merged.colours), &(alpha, colours)) < tolerance([&a, &b]), "{a:?} {b:?}");
        }
    }
}

#[test]
fn opaque_samples_at_one_place() {
    let one = |c: f64| Sample { front: 2.0, back: 2.0, alpha: 1.0, colours: vec![c] };
    let third = 1.0 / 3.0;
    let (alpha, colour) = flatten(&[one(0.0), one(1.0), one(0.0)], &[]);
    assert_eq!(alpha, 1.0);
    assert!((colour[0] - third).abs() < 1e-15);
    // Others that are not opaque give nothing, and 1 stays 1.
    let faint = Sample { alpha: 0.3, ..one(0.2) };
    let (alpha, colour) = flatten(&[faint.clone(), one(0.5), faint], &[]);
    assert_eq!((alpha, colour), (1.0, vec![0.5]));
}
