//! Bands in, rows out.

use super::super::reference;
use super::super::settings::{Crop, DepthOutput, ElementSettings, Operation, Pick, Recolour, Settings, Unreached};
use super::super::{Element, Flat, FlatRows, Flattener, Misfit, Repairs, Roles};
use super::Dice;
use crate::samples::{Band, Numbers, Window};

const RGBA: [usize; 3] = [0; 3];

/// Front, back, alpha, red, green, blue.
type Row = [f32; 6];

fn window(x1: i32, y1: i32, x2: i32, y2: i32) -> Window {
    Window { x1, y1, x2, y2 }
}

/// Channels R, G, B, A and an identifier that counts from 1.
fn band(window: Window, pixels: &[Vec<Row>]) -> Band {
    let mut starts = vec![0];
    for pixel in pixels {
        starts.push(starts[starts.len() - 1] + pixel.len() as u32);
    }
    let all: Vec<Row> = pixels.concat();
    let column = |i: usize| all.iter().map(|s| s[i]).collect::<Vec<f32>>();
    let mut channels: Vec<Numbers> = [3, 4, 5, 2].map(|i| Numbers::Float(column(i))).into();
    channels.push(Numbers::Uint((1..=all.len() as u32).collect()));
    Band { window, starts, front: column(0), back: Some(column(1)), channels }
}

fn one(pixel: &[Row]) -> Band {
    band(window(0, 0, 1, 1), &[pixel.to_vec()])
}

fn roles() -> Roles {
    Roles { alphas: vec![Some(3)], channels: vec![Some(0), Some(1), Some(2)], ids: Vec::new() }
}

fn rows(settings: Settings, elements: &[Element], window: Window) -> FlatRows {
    Flattener::new(settings).unwrap().rows(elements, window).unwrap()
}

/// Red, green, blue, alpha of a window of one pixel.
fn rgba(settings: &Settings, elements: &[Element]) -> [f32; 4] {
    let out = rows(settings.clone(), elements, window(0, 0, 1, 1));
    [out.channels[0][0], out.channels[1][0], out.channels[2][0], out.alphas[0][0]]
}

fn with(operation: Operation) -> ElementSettings {
    ElementSettings { operation, ..ElementSettings::default() }
}

fn random_band(dice: &mut Dice, window: Window) -> Band {
    let pixels: Vec<Vec<Row>> = (0..window.width() * window.height())
        .map(|_| {
            let samples = if dice.below(3) == 0 { Vec::new() } else { dice.samples(5, 3) };
            let row = |s: reference::Sample| {
                let c = |i: usize| s.colours[i] as f32;
                [s.front as f32, s.back as f32, s.alpha as f32, c(0), c(1), c(2)]
            };
            samples.into_iter().map(row).collect()
        })
        .collect();
    band(window, &pixels)
}

#[test]
fn windows_are_united_and_do_not_matter() {
    let mut dice = Dice(31);
    let (a, b) = (random_band(&mut dice, window(-3, 2, 9, 12)), random_band(&mut dice, window(4, -1, 16, 7)));
    let roles = Roles { ids: vec![Some(4), Some(4)], ..roles() };
    let settings = Settings {
        ids: vec![Pick::Nearest, Pick::Largest],
        depths: vec![DepthOutput::Front, DepthOutput::Back, DepthOutput::Mean, DepthOutput::AtAlpha(0.9)],
        count_samples: true,
        empty_depth: 7.0,
        ..Settings::default()
    };
    let elements = [Element::deep(&a, &roles), Element::deep(&b, &roles)];
    let all = window(-5, -2, 18, 13);
    let whole = rows(settings.clone(), &elements, all);
    assert!(whole.alphas[0].iter().filter(|a| **a > 0.0).count() > 100);
    assert_eq!((whole.depths[0][0], whole.alphas[0][0], whole.samples[0]), (7.0, 0.0, 0));
    // The other way round, in pieces, with the same buffers.
    let swapped = [elements[1], elements[0]];
    let mut flattener = Flattener::new(settings).unwrap();
    for y in all.y1..all.y2 {
        for (x1, x2) in [(all.x1, 3), (3, 4), (4, all.x2)] {
            let piece = flattener.rows(&swapped, window(x1, y, x2, y + 1)).unwrap();
            let at = (y - all.y1) as usize * all.width() + (x1 - all.x1) as usize;
            let same = |whole: &[f32], piece: &[f32]| assert_eq!(&whole[at..at + piece.len()], piece, "{y} {x1}");
            for (whole, piece) in whole.channels.iter().zip(&piece.channels) {
                same(whole, piece);
            }
            for (whole, piece) in whole.depths.iter().zip(&piece.depths) {
                same(whole, piece);
            }
            same(&whole.alphas[0], &piece.alphas[0]);
            assert_eq!(&whole.samples[at..at + piece.samples.len()], piece.samples);
            assert_eq!(&whole.ids[1][at..at + piece.samples.len()], piece.ids[1]);
        }
    }
}

#[test]
fn the_picture_equals_the_reference_in_f32() {
    let mut dice = Dice(32);
    let size = window(0, 0, 40, 40);
    let (a, b) = (random_band(&mut dice, size), random_band(&mut dice, size));
    let roles = roles();
    let out = rows(Settings::default(), &[Element::deep(&a, &roles), Element::deep(&b, &roles)], size);
    for pixel in 0..1600 {
        let mut samples = Vec::new();
        for band in [&a, &b] {
            let floats = |i: usize| match &band.channels[i] {
                Numbers::Float(n) => n,
                Numbers::Uint(_) => unreachable!(),
            };
            for s in band.starts[pixel] as usize..band.starts[pixel + 1] as usize {
                let c = [0, 1, 2].map(|i| f64::from(floats(i)[s]));
                let (z, back) = (band.front[s], band.back.as_ref().unwrap()[s]);
                samples.extend(reference::mend(z.into(), back.into(), floats(3)[s].into(), &c));
            }
        }
        let (alpha, colours) = reference::flatten(&samples);
        assert!((f64::from(out.alphas[0][pixel]) - alpha).abs() <= 6e-8);
        for (plane, c) in out.channels.iter().zip(colours.iter().copied().chain([0.0; 3])) {
            assert!((f64::from(plane[pixel]) - c).abs() <= 6e-8 * c.max(1.0), "{} {c}", plane[pixel]);
        }
    }
}

#[test]
fn odd_values_are_mended_and_counted() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let behind = [5.0, 5.0, 0.5, 0.0, 0.5, 0.0];
    let settings = Settings::default();
    let check = |odd: Row, expected: [f32; 4], repairs: Repairs| {
        let band = one(&[odd, behind]);
        let roles = roles();
        let element = [Element::deep(&band, &roles)];
        assert_eq!(rgba(&settings, &element), expected, "{odd:?}");
        assert_eq!(rows(settings.clone(), &element, band.window).repairs, repairs, "{odd:?}");
    };
    let none = Repairs::default();
    let left_out = [0.0, 0.5, 0.0, 0.5];
    check([nan, 2.0, 0.5, 1.0, 1.0, 1.0], left_out, Repairs { depths: 1, ..none });
    check([2.0, nan, 0.5, 1.0, 1.0, 1.0], left_out, Repairs { depths: 1, ..none });
    check([-inf, 2.0, 0.5, 1.0, 1.0, 1.0], left_out, Repairs { depths: 1, ..none });
    check([2.0, 2.0, nan, 1.0, 1.0, 1.0], left_out, Repairs { alphas: 1, ..none });
    check([2.0, 2.0, 1.5, 1.5, 0.0, 0.0], [1.5, 0.0, 0.0, 1.0], Repairs { clamped: 1, ..none });
    check([2.0, 2.0, -inf, 1.0, 0.0, 0.0], [1.0, 0.5, 0.0, 0.5], Repairs { clamped: 1, ..none });
    check([2.0, 2.0, 0.5, nan, inf, 0.25], [0.0, 0.25, 0.25, 0.75], Repairs { colours: 2, ..none });
    check([-2.0, -3.0, 0.5, 0.5, 0.0, 0.0], [0.5, 0.25, 0.0, 0.75], none);
    check([inf, inf, 1.0, 1.0, 0.0, 0.0], [0.5, 0.5, 0.0, 1.0], none);
    // Far too much light stays a number.
    check([2.0, 2.0, 0.0, f32::MAX, f32::MAX, 0.0], [f32::MAX, f32::MAX, 0.0, 0.5], none);
    let bright = [1.0, 1.0, 0.0, f32::MAX, 0.0, 0.0];
    let band = one(&[bright, bright]);
    assert_eq!(rgba(&settings, &[Element::deep(&band, &roles())])[0], f32::MAX);
}

#[test]
fn a_missing_alpha_is_opaque() {
    let band = one(&[[5.0, 5.0, 0.25, 0.5, 0.0, 0.0], [2.0, 2.0, 0.25, 0.0, 0.5, 0.0]]);
    let roles = Roles { alphas: vec![None], ..roles() };
    assert_eq!(rgba(&Settings::default(), &[Element::deep(&band, &roles)]), [0.0, 0.5, 0.0, 1.0]);
}

#[test]
fn offsets_and_scales_move_elements() {
    let red = one(&[[5.0, 5.0, 1.0, 1.0, 0.0, 0.0]]);
    let green = one(&[[2.0, 2.0, 1.0, 0.0, 1.0, 0.0]]);
    let roles = roles();
    let settings = Settings { depths: vec![DepthOutput::Front], ..Settings::default() };
    let front = |moved: ElementSettings| {
        let elements = [Element::deep(&red, &roles).with(moved), Element::deep(&green, &roles)];
        let out = rows(settings.clone(), &elements, red.window);
        (out.channels[0][0], out.depths[0][0])
    };
    let default = ElementSettings::default();
    assert_eq!(front(default), (0.0, 2.0));
    assert_eq!(front(ElementSettings { depth_offset: -4.0, ..default }), (1.0, 1.0));
    assert_eq!(front(ElementSettings { depth_scale: 0.25, ..default }), (1.0, 1.25));
    assert_eq!(front(ElementSettings { depth_scale: 0.25, depth_offset: 0.5, ..default }), (1.0, 1.75));
    for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(front(ElementSettings { depth_scale: odd, depth_offset: f64::NAN, ..default }), (0.0, 2.0));
    }
    assert_eq!(front(ElementSettings { on: false, depth_offset: -4.0, ..default }), (0.0, 2.0));
}

#[test]
fn holdout_and_cut() {
    let seen = one(&[[1.0, 1.0, 0.5, 0.5, 0.0, 0.0], [4.0, 8.0, 0.75, 0.0, 0.75, 0.0], [9.0, 9.0, 1.0, 0.0, 0.0, 1.0]]);
    let matte = one(&[[2.0, 2.0, 0.5, 9.0, 9.0, 9.0], [6.0, 7.0, 1.0, 9.0, 9.0, 9.0]]);
    let roles = roles();
    let element = Element::deep(&seen, &roles);
    let by = |operation| [element, Element::deep(&matte, &roles).with(with(operation))];
    let settings = Settings::default();
    assert_eq!(rgba(&settings, &[element]), [0.5, 0.375, 0.125, 1.0]);
    // Half of what lies behind 2, nothing of what lies behind 6; half of the fog (alpha 0.5) lies before 6.
    assert_eq!(rgba(&settings, &by(Operation::Holdout)), [0.5, 0.125, 0.0, 0.625]);
    assert_eq!(rgba(&settings, &by(Operation::Cut)), [0.5, 0.25, 0.0, 0.75]);
    // At the opaque depth itself everything is gone; a matte that is nowhere opaque cuts nothing.
    let at = one(&[[4.0, 4.0, 1.0, 0.0, 0.0, 0.0]]);
    let cut = |matte| rgba(&settings, &[element, Element::deep(matte, &roles).with(with(Operation::Cut))]);
    assert_eq!(cut(&at), [0.5, 0.0, 0.0, 0.5]);
    assert_eq!(cut(&one(&[[0.0, 0.0, 0.999, 0.0, 0.0, 0.0]])), [0.5, 0.375, 0.125, 1.0]);
    // A crop leaves mattes alone.
    let cropped = Settings { crop: Crop { near: 3.0, ..Crop::default() }, ..Settings::default() };
    assert_eq!(rgba(&cropped, &by(Operation::Holdout)), [0.0, 0.25, 0.0, 0.25]);
}

#[test]
fn flat_pictures_join() {
    let fog = one(&[[2.0, 6.0, 0.75, 0.75, 0.0, 0.0]]);
    let roles = roles();
    let one_pixel = window(0, 0, 1, 1);
    let card = |rgba: &'static [f32; 4], depth: &'static [f32]| Flat {
        window: one_pixel,
        channels: (0..3).map(|c| Some(&rgba[c..=c])).collect(),
        alpha: Some(&rgba[3..]),
        depth: Some(depth),
    };
    let settings = Settings { count_samples: true, ..Settings::default() };
    let result = |flat: &Flat| {
        let elements = [Element::deep(&fog, &roles), Element::flat(flat)];
        (rgba(&settings, &elements), rows(settings.clone(), &elements, one_pixel).samples[0])
    };
    assert_eq!(result(&card(&[0.0, 1.0, 0.0, 1.0], &[4.0])), ([0.5, 0.5, 0.0, 1.0], 2));
    assert_eq!(result(&card(&[0.0, 0.0, 0.0, 0.0], &[4.0])), ([0.75, 0.0, 0.0, 0.75], 1));
    assert_eq!(result(&card(&[0.0, 1.0, 0.0, 1.0], &[f32::INFINITY])), ([0.75, 0.25, 0.0, 1.0], 2));
    assert_eq!(result(&card(&[0.0, 1.0, 0.0, 1.0], &[f32::NAN])), ([0.75, 0.0, 0.0, 0.75], 1));
}

#[test]
fn identifiers_are_never_blended() {
    let band = one(&[
        [9.0, 9.0, 1.0, 0.0, 0.0, 0.0],
        [2.0, 4.0, 0.3, 0.0, 0.0, 0.0],
        [3.0, 3.0, 0.2, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 5.0, 0.0, 0.0],
    ]);
    let roles = Roles { ids: vec![Some(4), Some(4), None], ..roles() };
    let settings = Settings { ids: vec![Pick::Nearest, Pick::Largest, Pick::Nearest], ..Settings::default() };
    let ids = |settings: &Settings, band: &Band| {
        let out = rows(settings.clone(), &[Element::deep(band, &roles)], band.window);
        [out.ids[0][0], out.ids[1][0], out.ids[2][0]]
    };
    assert_eq!(ids(&settings, &band), [2, 1, 0]);
    assert_eq!(ids(&settings, &one(&[])), [0, 0, 0]);
    // Pieces of a faded volume count together: 0.5 of the pixel against 0.3.
    let band = one(&[[0.0, 8.0, 0.75, 0.0, 0.0, 0.0], [9.0, 9.0, 1.0, 0.0, 0.0, 0.0]]);
    let faded = Settings { crop: Crop { near: 0.0, near_fade: 8.0, ..Crop::default() }, ..settings };
    assert_eq!(ids(&faded, &band), [1, 1, 0]);
}

#[test]
fn samples_that_do_not_count() {
    let band = one(&[[2.0, 2.0, 0.001, 0.5, 0.0, 0.0], [3.0, 3.0, 1.0, 0.0, 1.0, 0.0], [9.0, 9.0, 1.0, 0.0, 0.0, 1.0]]);
    let roles = roles();
    let settings = Settings {
        depths: vec![DepthOutput::Front, DepthOutput::Back, DepthOutput::Opaque],
        count_samples: true,
        unreached: Unreached::Back,
        ..Settings::default()
    };
    let result = |settings: Settings| {
        let out = rows(settings, &[Element::deep(&band, &roles)], band.window);
        (out.samples[0], [out.depths[0][0], out.depths[1][0], out.depths[2][0]])
    };
    assert_eq!(result(settings.clone()), (3, [2.0, 9.0, 3.0]));
    assert_eq!(result(Settings { drop_hidden: true, ..settings.clone() }), (2, [2.0, 3.0, 3.0]));
    assert_eq!(result(Settings { drop_below: 0.01, ..settings.clone() }), (2, [3.0, 9.0, 3.0]));
    let no_depths = Settings { depths: vec![], drop_hidden: true, ..settings };
    assert_eq!(rows(no_depths, &[Element::deep(&band, &roles)], band.window).samples[0], 2);
}

/// A flat beauty spread over a deep alpha flattens to the beauty again.
#[test]
fn recolouring() {
    let mut dice = Dice(33);
    let size = window(0, 0, 50, 40);
    let deep = random_band(&mut dice, size);
    let roles = roles();
    let alpha_only = Roles { channels: vec![None; 3], ..roles.clone() };
    let settings = Settings::default();
    let flat = rows(settings.clone(), &[Element::deep(&deep, &alpha_only)], size);
    let alpha = &flat.alphas[0];
    let plane = |dice: &mut Dice| (0..2000).map(|_| dice.unit() as f32).collect::<Vec<_>>();
    let beauty = [plane(&mut dice), plane(&mut dice), plane(&mut dice)];
    let picture = |alpha| Flat {
        window: size,
        channels: beauty.iter().map(|c| Some(c.as_slice())).collect(),
        alpha: Some(alpha),
        depth: None,
    };
    let coloured = |picture: &Flat, recolour: Recolour| {
        let element = Element::deep(&deep, &alpha_only).recoloured(picture);
        let with = element.with(ElementSettings { recolour, ..ElementSettings::default() });
        rows(settings.clone(), &[with], size)
    };
    let nothing = vec![0.0; 2000];
    let half: Vec<f32> = alpha.iter().map(|a| a / 2.0).collect();
    let mut same = 0;
    for (out, scale) in [
        (coloured(&picture(alpha), Recolour::Straight), 1.0),
        (coloured(&picture(&half), Recolour::Straight), 2.0),
        (coloured(&picture(&half), Recolour::Beauty), 1.0),
        (coloured(&picture(&nothing), Recolour::Straight), 1.0),
    ] {
        assert_eq!(out.alphas[0], *alpha);
        for pixel in 0..2000 {
            let empty = deep.starts[pixel] == deep.starts[pixel + 1];
            for (c, plane) in out.channels.iter().enumerate() {
                let scale = if alpha[pixel] == 0.0 { 1.0 } else { scale };
                let expected = if empty { 0.0 } else { beauty[c][pixel] * scale };
                let off = (plane[pixel] - expected).abs();
                assert!(off <= 4e-6 * expected.max(1e-30), "{} {expected} at {pixel}", plane[pixel]);
                same += usize::from(expected > 0.0);
            }
        }
    }
    assert!(same > 8000, "{same}");
    // A channel that the picture lacks stays the file's.
    let green = Flat { channels: vec![None, Some(&beauty[1]), None], ..picture(alpha) };
    let out = rows(settings.clone(), &[Element::deep(&deep, &roles).recoloured(&green)], size);
    let own = rows(settings, &[Element::deep(&deep, &roles)], size);
    assert_eq!((&out.channels[0], &out.channels[2]), (&own.channels[0], &own.channels[2]));
    assert_ne!(out.channels[1], own.channels[1]);
}

#[test]
fn crowds() {
    // A million samples in a pixel, unsorted, and five hundred volumes that all overlap.
    let mut dice = Dice(34);
    let points: Vec<Row> = (0..1_000_000)
        .map(|_| {
            let z = (dice.unit() * 1e6) as f32;
            [z, z, 1e-6, 1e-6, 0.0, 0.0]
        })
        .collect();
    let roles = roles();
    let band = one(&points);
    let [r, _, _, a] = rgba(&Settings::default(), &[Element::deep(&band, &roles)]);
    assert!((a - 0.632_120_7).abs() < 1e-6 && (r - a).abs() < 1e-6, "{a}");
    let volumes: Vec<Row> = (0..500).map(|i| [i as f32, 1000.0, 0.01, 0.01, 0.0, 0.0]).collect();
    let band = one(&volumes);
    let [r, _, _, a] = rgba(&Settings::default(), &[Element::deep(&band, &roles)]);
    let expected = 1.0 - 0.99_f32.powi(500);
    assert!((a - expected).abs() < 1e-6 && (r - expected).abs() < 1e-5, "{a} {r} {expected}");
}

#[test]
fn what_does_not_fit_is_refused() {
    let size = window(0, 0, 1, 1);
    let good = one(&[[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]]);
    let refused = |band: &Band, roles: &Roles| {
        let mut flattener = Flattener::new(Settings::default()).unwrap();
        matches!(flattener.rows(&[Element::deep(band, roles)], size), Err(Misfit::Element { element: 0, .. }))
    };
    assert!(!refused(&good, &roles()));
    assert!(refused(&good, &Roles { channels: vec![Some(0)], ..roles() }));
    assert!(refused(&good, &Roles { alphas: vec![Some(9)], ..roles() }));
    assert!(refused(&good, &Roles { alphas: vec![Some(4)], ..roles() }));
    assert!(refused(&Band { starts: vec![0], ..good.clone() }, &roles()));
    assert!(refused(&Band { starts: vec![0, 2], ..good.clone() }, &roles()));
    assert!(refused(&Band { back: Some(vec![]), ..good.clone() }, &roles()));
    assert!(refused(&Band { window: window(0, 0, i32::MAX, i32::MAX), ..good.clone() }, &roles()));
    let flat = Flat { window: size, channels: vec![None; 3], ..Flat::default() };
    let rows = Flattener::new(Settings::default()).unwrap().rows(&[Element::flat(&flat)], size);
    assert_eq!(rows.unwrap_err().to_string(), "Element 1 cannot be merged: a flat element needs a depth.");
    assert!(Flattener::new(Settings { alphas: 0, ..Settings::default() }).is_err());
    assert!(Flattener::new(Settings { channels: vec![1], ..Settings::default() }).is_err());
}

#[test]
fn it_can_be_stopped() {
    let band = random_band(&mut Dice(35), window(0, 0, 8, 8));
    let (roles, mut asked) = (roles(), 0);
    let mut flattener = Flattener::new(Settings { channels: RGBA.to_vec(), ..Settings::default() }).unwrap();
    let mut after = |rows: usize| {
        asked = 0;
        let mut abort = || {
            asked += 1;
            asked > rows
        };
        flattener.rows_until(&[Element::deep(&band, &roles)], band.window, &mut abort).unwrap()
    };
    assert!(after(3).is_none());
    assert!(after(8).is_some());
    let empty = window(3, 3, 3, 9);
    assert_eq!(flattener.rows(&[Element::deep(&band, &roles)], empty).unwrap().alphas[0].len(), 0);
}
