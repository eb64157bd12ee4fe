//! Real files from renderers and from other libraries' tests: what was measured of them with other readers.

mod file_common;

use deep_exr::{Compression, DeepState, Kind, Numbers, SampleType, Window};
use file_common::{open, shared, whole};

struct Facts {
    name: &'static str,
    kind: Kind,
    window: Window,
    display: Window,
    samples: u64,
    covered: Option<u64>,
    most: u32,
    channels: &'static [(&'static str, SampleType)],
}

const RGBAZ: &[(&str, SampleType)] = &[
    ("A", SampleType::Half),
    ("B", SampleType::Half),
    ("G", SampleType::Half),
    ("R", SampleType::Half),
    ("Z", SampleType::Float),
];

fn window(x: i32, y: i32, w: i32, h: i32) -> Window {
    Window { x1: x, y1: y, x2: x + w, y2: y + h }
}

fn facts() -> Vec<Facts> {
    let frame = window(0, 0, 1024, 576);
    let scanline = Kind::DeepScanline;
    vec![
        Facts {
            name: "low_Leaves.exr",
            kind: scanline.clone(),
            window: frame,
            display: frame,
            samples: 291_861,
            covered: Some(256_167),
            most: 2,
            channels: RGBAZ,
        },
        Facts {
            name: "low_Trunks.exr",
            kind: scanline.clone(),
            window: window(0, 141, 1024, 435),
            display: frame,
            samples: 49_152,
            covered: Some(44_329),
            most: 2,
            channels: RGBAZ,
        },
        Facts {
            name: "oiio_deepalpha.exr",
            kind: Kind::DeepTiled,
            window: window(0, 0, 160, 120),
            display: window(0, 0, 160, 120),
            samples: 28_846,
            covered: None,
            most: 22,
            channels: &[("A", SampleType::Half), ("Z", SampleType::Float)],
        },
    ]
}

#[test]
fn counts_windows_and_channels_are_as_measured() {
    for facts in facts() {
        let Some(path) = shared(facts.name) else { continue };
        let part = open(path);
        let (header, stats) = (part.header(), part.stats());
        let name = facts.name;
        assert_eq!(header.kind, facts.kind, "{name}");
        assert_eq!(header.compression, Compression::Zips, "{name}");
        assert_eq!(header.data_window, facts.window, "{name}");
        assert_eq!(header.display_window, facts.display, "{name}");
        assert_eq!(header.pixel_aspect, 1.0, "{name}");
        let channels: Vec<_> = header.channels.iter().map(|c| (c.name.as_str(), c.kind)).collect();
        assert_eq!(channels, facts.channels, "{name}");
        assert_eq!((stats.samples, stats.least, stats.most), (facts.samples, 0, facts.most), "{name}");
        assert_eq!(stats.pixels, (facts.window.width() * facts.window.height()) as u64, "{name}");
        if let Some(covered) = facts.covered {
            assert_eq!(stats.covered, covered, "{name}");
        }
        let band = whole(&part);
        assert_eq!(band.front.len() as u64, facts.samples, "{name}");
        assert!(band.back.is_none(), "{name}");
        for numbers in &band.channels {
            let Numbers::Float(v) = numbers else { panic!("{name} has no whole numbers") };
            assert_eq!(v.len() as u64, facts.samples, "{name}");
            assert!(v.iter().all(|v| v.is_finite()), "{name}");
        }
    }
}

#[test]
fn depth_of_the_trees_is_as_measured() {
    for name in ["low_Leaves.exr", "low_Trunks.exr"] {
        let Some(path) = shared(name) else { continue };
        let part = open(path);
        let range = part.depth_range(&|| false).unwrap();
        assert!(range.nearest >= 72.0 && range.farthest <= 992.0, "{name}: {range:?}");
        assert_eq!((range.volumes, range.odd), (0, 0), "{name}");
        // Alpha of these renders is a share of 64 rays.
        let alpha = part.header().channel("A").unwrap();
        let window = part.header().data_window;
        let band = part.read_rows(window.y1..window.y2, &[alpha], &|| false).unwrap();
        let Numbers::Float(alpha) = &band.channels[0] else { panic!("alpha is not whole") };
        assert!(alpha.iter().all(|&a| (1.0 / 64.0..=1.0).contains(&a)), "{name}");
    }
}

#[test]
fn whole_numbers_and_half_depth() {
    let Some(path) = shared("openexr_11.deep.exr") else { return };
    let part = open(path);
    let header = part.header();
    assert_eq!(header.data_window, window(0, 0, 256, 256));
    assert_eq!(header.deep_state, Some(DeepState::Tidy));
    assert!(header.others.iter().any(|(_, kind)| kind == "idmanifest"), "{:?}", header.others);
    assert_eq!(header.channels[header.channel("Z").unwrap()].kind, SampleType::Half);
    assert_eq!(part.stats().most, 2);
    let band = whole(&part);
    let ids = band.channels.iter().filter(|n| matches!(n, Numbers::Uint(_))).count();
    assert!((2..=5).contains(&ids), "{ids} channels of identifiers");
    assert_eq!(ids, header.channels.iter().filter(|c| c.kind == SampleType::Uint).count());
}

#[test]
fn no_sample_and_one_sample() {
    for (name, samples) in [("oiio_deep-nosamples.exr", 0), ("oiio_deep-onesample.exr", 1)] {
        let Some(path) = shared(name) else { continue };
        let part = open(path);
        assert_eq!((part.stats().pixels, part.stats().samples), (1, samples), "{name}");
        assert_eq!(whole(&part).starts, [0, samples as u32], "{name}");
        assert_eq!(part.depth_range(&|| false).unwrap().is_empty(), samples == 0, "{name}");
    }
}
