//! Laws that need no reference.

use super::super::pixel::Pixel;
use super::super::reference::Sample;
use super::super::settings::{Crop, DepthOutput, Settings};
use super::super::trim::Trim;
use super::{Dice, distance, flatten, push, run, shape, tolerance};

fn trimmed(samples: &[Sample], crop: &Crop, cut: Option<f64>) -> Vec<Sample> {
    let channels = samples.first().map_or(0, |s| s.colours.len());
    let shape = shape(channels);
    let (mut raw, mut kept) = (Pixel::default(), Pixel::default());
    push(&mut raw, samples, true);
    Trim { crop, cut, least: 0.0 }.copy(&shape, &raw, &mut kept);
    (0..kept.len())
        .map(|s| Sample {
            front: kept.front[s],
            back: kept.back[s],
            alpha: kept.alpha[s],
            colours: kept.colours(&shape, s).to_vec(),
        })
        .collect()
}

/// Pictures over each other.
fn over(layers: &[(f64, Vec<f64>)]) -> (f64, Vec<f64>) {
    let mut out = (0.0, vec![0.0; layers[0].1.len()]);
    let mut through = 1.0;
    for (alpha, colours) in layers {
        out.0 += through * alpha;
        out.1.iter_mut().zip(colours).for_each(|(o, c)| *o += through * c);
        through *= 1.0 - alpha;
    }
    out
}

#[test]
fn any_order_of_samples_gives_the_same_bits() {
    let mut dice = Dice(11);
    let outputs = vec![DepthOutput::Front, DepthOutput::Mean, DepthOutput::Opaque, DepthOutput::AtAlpha(0.5)];
    let settings = Settings { depths: outputs, ..Settings::default() };
    for _ in 0..3000 {
        let (mut seen, mut hiding) = (dice.samples(7, 2), dice.samples(3, 2));
        if let Some(same) = seen.first().cloned() {
            seen.push(same);
        }
        let result = |first: (&[Sample], bool), second: (&[Sample], bool)| {
            let mut pixel = Pixel::default();
            push(&mut pixel, first.0, first.1);
            push(&mut pixel, second.0, second.1);
            let sums = run(&shape(2), &mut pixel, &settings);
            let mut planes = vec![vec![0.0]; 4];
            sums.depths.store(&settings, None, &mut planes, 0);
            let bits: Vec<u64> = sums.alpha.iter().chain(&sums.colour).map(|v| v.to_bits()).collect();
            (bits, planes)
        };
        let once = result((&seen, true), (&hiding, false));
        dice.shuffle(&mut seen);
        dice.shuffle(&mut hiding);
        assert_eq!(once, result((&hiding, false), (&seen, true)), "{seen:?} {hiding:?}");
    }
}

#[test]
fn merged_is_each_held_out_by_the_other() {
    let mut dice = Dice(12);
    for _ in 0..5000 {
        let (a, b) = (dice.samples(6, 3), dice.samples(6, 3));
        let both: Vec<Sample> = a.iter().chain(&b).cloned().collect();
        let (left, right) = (flatten(&a, &b), flatten(&b, &a));
        let sum = (left.0 + right.0, left.1.iter().zip(&right.1).map(|(l, r)| l + r).collect());
        let off = distance(&flatten(&both, &[]), &sum);
        assert!(off < 1e-12, "{off:e}: {a:?} {b:?}");
    }
}

#[test]
fn slabs_over_each_other_are_the_whole() {
    let mut dice = Dice(13);
    for _ in 0..5000 {
        let samples = dice.samples(8, 3);
        let depths = [dice.below(8) as f64, 10.0 * dice.unit(), 3.0];
        let layers: Vec<_> = Crop::slabs(&depths, 0.0)
            .iter()
            .map(|slab| {
                let kept = trimmed(&samples, slab, None);
                if kept.is_empty() { (0.0, vec![0.0; 3]) } else { flatten(&kept, &[]) }
            })
            .collect();
        assert_eq!(layers.len(), 4);
        let off = distance(&over(&layers), &flatten(&samples, &[]));
        assert!(off < tolerance(&samples), "{off:e} at {depths:?}: {samples:?}");
    }
}

/// A point in the fade between two slabs is shared out between them without loss; a volume keeps its optical depth.
#[test]
fn soft_slabs_lose_no_light() {
    let mut dice = Dice(14);
    let slabs = Crop::slabs(&[5.0], 2.0);
    for _ in 0..3000 {
        let mut sample = dice.sample(2, false);
        let layers = |sample: &Sample| {
            slabs
                .iter()
                .map(|slab| {
                    let kept = trimmed(std::slice::from_ref(sample), slab, None);
                    if kept.is_empty() { (0.0, vec![0.0; 2]) } else { flatten(&kept, &[]) }
                })
                .collect::<Vec<_>>()
        };
        let both = layers(&sample);
        let through = (1.0 - both[0].0) * (1.0 - both[1].0);
        assert!((through - (1.0 - sample.alpha)).abs() < 1e-12, "{sample:?}");
        sample.back = sample.front;
        let off = distance(&over(&layers(&sample)), &(sample.alpha, sample.colours.clone()));
        assert!(off < 1e-12, "{off:e}: {sample:?}");
    }
}

#[test]
fn a_soft_end_fades() {
    let crop = Crop { near: 2.0, near_fade: 1.0, far: 9.0, far_fade: 4.0, ..Crop::default() };
    let alpha = |front: f64, back: f64, alpha: f64| {
        let kept = trimmed(&[Sample { front, back, alpha, colours: vec![alpha] }], &crop, None);
        if kept.is_empty() { 0.0 } else { flatten(&kept, &[]).0 }
    };
    assert_eq!([1.9, 2.25, 3.0, 5.0, 6.0, 8.0, 9.0].map(|z| alpha(z, z, 1.0)), [0.0, 0.25, 1.0, 1.0, 0.75, 0.25, 0.0]);
    // Half of the optical depth of a volume over a whole fade; all of it where there is none.
    let half = 1.0 - (0.3_f64).sqrt();
    assert!((alpha(2.0, 3.0, 0.7) - half).abs() < 1e-12);
    assert!((alpha(5.0, 9.0, 0.7) - half).abs() < 1e-12);
    assert!((alpha(3.0, 5.0, 0.7) - 0.7).abs() < 1e-15);
    assert_eq!(alpha(9.0, 12.0, 0.7), 0.0);
    // Without end: all of it lies behind everything.
    assert_eq!(alpha(3.0, f64::INFINITY, 0.7), 0.0);
}

/// Near and far part over each other are the whole, wherever one cuts.
#[test]
fn a_hard_crop_loses_no_light() {
    let mut dice = Dice(15);
    for _ in 0..3000 {
        let samples = dice.samples(6, 2);
        let z = if dice.below(2) == 0 { dice.below(8) as f64 } else { 10.0 * dice.unit() };
        let part = |crop: Crop, cut| {
            let kept = trimmed(&samples, &crop, cut);
            if kept.is_empty() { (0.0, vec![0.0; 2]) } else { flatten(&kept, &[]) }
        };
        let near = part(Crop { far: z, ..Crop::default() }, None);
        let far = part(Crop { near: z, ..Crop::default() }, None);
        assert!(
            distance(&over(&[near.clone(), far]), &flatten(&samples, &[])) < tolerance(&samples),
            "{z}: {samples:?}"
        );
        // A cut is a crop from there on.
        assert_eq!(part(Crop::default(), Some(z)), near);
    }
}

#[test]
fn the_opacity_limit_bounds_what_is_lost() {
    let mut dice = Dice(16);
    let mut stopped = 0;
    for _ in 0..4000 {
        let samples = dice.samples(8, 2);
        let limit = 0.5 + 0.5 * dice.unit();
        let shape = shape(2);
        let mut pixel = Pixel::default();
        push(&mut pixel, &samples, true);
        let sums = run(&shape, &mut pixel, &Settings { opacity_limit: limit, ..Settings::default() });
        let whole = flatten(&samples, &[]);
        // What lies behind has at most this light for all its depth; a sample's light is at most 4 times its emission.
        let light: f64 = samples.iter().map(|s| s.colours[0].max(s.colours[1]) * emission(s)).sum();
        let off = distance(&(sums.alpha[0], sums.colour), &whole);
        assert!(off <= (1.0 - limit) * light.max(1.0) + 1e-12, "{off} at {limit}: {samples:?}");
        assert!(sums.alpha[0] <= whole.0 + 1e-12);
        assert!(sums.alpha[0] >= whole.0.min(limit) - 1e-12);
        stopped += usize::from(off > 1e-9);
    }
    assert!(stopped > 100, "{stopped}");
}

/// How much brighter the inside of a sample is than its front.
fn emission(s: &Sample) -> f64 {
    if s.alpha == 1.0 || s.alpha == 0.0 { 1.0 } else { -(-s.alpha).ln_1p() / s.alpha }
}
