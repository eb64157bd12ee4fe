//! 128 designed pixels in two files (points, volumes, coincident and untidy samples, odd values), merged and flattened.

mod file_common;
mod flatten_common;

use deep_exr::flatten::{Element, FlatRows, Flattener, Plan, Settings, Wanted};
use file_common::data;
use flatten_common::{Part, read, reference_of};

/// The answers: R, G, B, A of each pixel, computed in f64 by an implementation of the standard in another language.
fn answers() -> Vec<[f32; 4]> {
    let bytes = std::fs::read(data("synth_numpy_spec_RGBA.npy")).expect("the answers are part of the tests");
    assert_eq!(&bytes[..6], b"\x93NUMPY");
    let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let numbers: Vec<f32> =
        bytes[header..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    numbers.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]]).collect()
}

/// What each pixel is about. The file is JSON but for NaN and Infinity.
fn names() -> Vec<String> {
    let text = std::fs::read_to_string(data("synth_cases.json")).expect("the cases are part of the tests");
    let text = text.replace("Infinity", "1e30").replace("NaN", "null");
    let cases: serde_json::Value = serde_json::from_str(&text).expect("but for those it is JSON");
    let name = |case: &serde_json::Value| case["name"].as_str().unwrap_or_default().to_owned();
    cases.as_array().expect("a list").iter().map(name).collect()
}

fn merged(parts: &[Part]) -> FlatRows {
    let headers: Vec<_> = parts.iter().map(|p| &p.header).collect();
    let plan = Plan::new(&headers, &Wanted::default());
    let elements: Vec<Element> = parts.iter().map(|p| Element::deep(&p.band, &p.roles)).collect();
    Flattener::new(plan.settings(Settings::default())).unwrap().rows(&elements, parts[0].band.window).unwrap()
}

fn rgba(out: &FlatRows, pixel: usize) -> [f32; 4] {
    [out.channels[0][pixel], out.channels[1][pixel], out.channels[2][pixel], out.alphas[0][pixel]]
}

#[test]
fn every_pixel_is_as_computed_elsewhere() {
    let out = merged(&read(&[data("synth_A.exr"), data("synth_B.exr")]));
    let (answers, names) = (answers(), names());
    assert_eq!((answers.len(), names.len()), (128, 128));
    let mut worst: f32 = 0.0;
    for (pixel, (answer, name)) in answers.iter().zip(&names).enumerate() {
        for (got, expected) in rgba(&out, pixel).into_iter().zip(answer) {
            let off = (got - expected).abs();
            assert!(off <= 3e-7, "{name} (pixel {pixel}): {:?} for {answer:?}", rgba(&out, pixel));
            worst = worst.max(off);
        }
    }
    println!("largest difference {worst:e}");
    // A NaN depth, a NaN alpha, alphas of 1.5 and -0.5.
    assert_eq!((out.repairs.depths, out.repairs.alphas, out.repairs.clamped), (1, 1, 2));
}

/// The same for the files of halves, whose samples are others.
#[test]
fn every_pixel_is_as_the_reference_says() {
    for pair in [["synth_A.exr", "synth_B.exr"], ["synth_Ah.exr", "synth_Bh.exr"]] {
        let parts = read(&pair.map(data));
        let out = merged(&parts);
        for pixel in 0..128 {
            let (alpha, colours) = reference_of(&parts, pixel, 0);
            for (got, expected) in rgba(&out, pixel as usize).into_iter().zip(colours.iter().chain([&alpha])) {
                assert!((f64::from(got) - expected).abs() <= 1e-7, "{pair:?}, pixel {pixel}: {got} for {expected}");
            }
        }
    }
}
