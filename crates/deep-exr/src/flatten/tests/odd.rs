//! Whatever is in a file and whatever is asked for: the picture is made of numbers.

use super::super::settings::{Crop, DepthOutput, ElementSettings, Operation, Pick, Recolour, Settings, Unreached};
use super::super::{Element, Flat, Flattener, Roles};
use super::Dice;
use crate::samples::{Band, Numbers, Window};

const SIZE: Window = Window { x1: -2, y1: 5, x2: 6, y2: 13 };

/// Anything a file can hold, often the same.
fn any(dice: &mut Dice) -> f32 {
    const ODD: [f32; 16] = [
        0.0,
        -0.0,
        1.0,
        0.5,
        2.0,
        3.0,
        -1.0,
        1.5,
        1e-45,
        f32::MAX,
        f32::MIN,
        1e-20,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        0.999_999_94,
    ];
    match dice.below(4) {
        0 => ODD[dice.below(ODD.len())],
        1 => f32::from_bits(dice.next() as u32),
        2 => dice.below(5) as f32,
        _ => dice.unit() as f32,
    }
}

fn any_setting(dice: &mut Dice) -> f64 {
    match dice.below(6) {
        0 => f64::from_bits(dice.next()),
        1 => f64::from(any(dice)),
        _ => 4.0 * dice.unit(),
    }
}

fn band(dice: &mut Dice) -> Band {
    let mut starts = vec![0];
    for _ in 0..SIZE.width() * SIZE.height() {
        starts.push(starts[starts.len() - 1] + dice.below(9) as u32);
    }
    let samples = starts[starts.len() - 1] as usize;
    let mut numbers = || (0..samples).map(|_| any(dice)).collect::<Vec<f32>>();
    let (front, back) = (numbers(), numbers());
    let channels = (0..5).map(|_| Numbers::Float(numbers())).collect();
    Band { window: SIZE, starts, front, back: (dice.below(4) > 0).then_some(back), channels }
}

fn settings(dice: &mut Dice) -> Settings {
    let crop = Crop {
        near: any_setting(dice),
        far: any_setting(dice),
        near_fade: any_setting(dice),
        far_fade: any_setting(dice),
        rest: dice.below(2) == 0,
    };
    Settings {
        alphas: 2,
        channels: vec![0, 1, 0],
        ids: vec![Pick::Nearest, Pick::Largest],
        depths: vec![
            DepthOutput::Front,
            DepthOutput::Back,
            DepthOutput::Mean,
            DepthOutput::Opaque,
            DepthOutput::AtAlpha(any_setting(dice)),
        ],
        crop: if dice.below(2) == 0 { crop } else { Crop::default() },
        opacity_limit: if dice.below(2) == 0 { any_setting(dice) } else { 1.0 },
        drop_below: if dice.below(4) == 0 { any_setting(dice) } else { 0.0 },
        drop_hidden: dice.below(2) == 0,
        empty_depth: any(dice),
        unreached: if dice.below(2) == 0 { Unreached::Back } else { Unreached::Empty },
        count_samples: true,
    }
}

fn element(dice: &mut Dice) -> ElementSettings {
    ElementSettings {
        on: dice.below(8) > 0,
        depth_offset: if dice.below(2) == 0 { any_setting(dice) } else { 0.0 },
        depth_scale: if dice.below(2) == 0 { any_setting(dice) } else { 1.0 },
        operation: [Operation::Merge, Operation::Merge, Operation::Holdout, Operation::Cut][dice.below(4)],
        recolour: if dice.below(2) == 0 { Recolour::Beauty } else { Recolour::Straight },
    }
}

#[test]
fn anything_gives_numbers() {
    let mut dice = Dice(41);
    let pixels = SIZE.width() * SIZE.height();
    let roles = Roles {
        alphas: vec![Some(3), Some(4)],
        channels: vec![Some(0), Some(1), Some(2)],
        ids: vec![Some(0), Some(4)],
    };
    let mut covered = 0;
    for round in 0..1500 {
        let (a, b) = (band(&mut dice), band(&mut dice));
        let planes: Vec<Vec<f32>> = (0..5).map(|_| (0..pixels).map(|_| any(&mut dice)).collect()).collect();
        let flat = Flat {
            window: SIZE,
            channels: planes[..3].iter().map(|p| Some(p.as_slice())).collect(),
            alpha: Some(&planes[3]),
            depth: Some(&planes[4]),
        };
        let elements = [
            Element::deep(&a, &roles).with(element(&mut dice)),
            Element::deep(&b, &roles).recoloured(&flat).with(element(&mut dice)),
            Element::flat(&flat).with(element(&mut dice)),
        ];
        let settings = settings(&mut dice);
        let out = Flattener::new(settings.clone()).unwrap().rows(&elements, SIZE).unwrap();
        let finite = |planes: &[Vec<f32>]| planes.iter().flatten().all(|v| v.is_finite());
        assert!(finite(&out.channels) && finite(&out.depths), "round {round}: {settings:?}");
        assert!(out.alphas.iter().flatten().all(|a| (0.0..=1.0).contains(a)), "round {round}: {settings:?}");
        covered += out.alphas[0].iter().filter(|a| **a > 0.0).count();
    }
    assert!(covered > 20_000, "{covered}");
}
