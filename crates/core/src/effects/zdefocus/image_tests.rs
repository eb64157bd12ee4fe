//! Images as apertures, from the Bokeh input and from files.

use super::*;
use crate::geometry::Rect;
use crate::params::{Value, Values};
use crate::testing::{Random, Rgba, Scene, same_bits};
use exr::prelude::{
    Blocks, Compression, Encoding, Image, Layer, LayerAttributes, LineOrder, SpecificChannels, Vec2, WritableImage, f16,
};
use std::path::PathBuf;

const SIZE: i32 = 101;
const MIDDLE: i32 = 50;
const RADIUS: f64 = 24.0;
const BEHIND: f32 = 1e10;
const IN_FRONT: f32 = 2.0;

fn values() -> Values {
    Values::default()
        .double("focusDistance", 4.0)
        .double("sizeAtInfinity", RADIUS)
        .int("bokehShape", 2)
        .int("quality", 0)
}

/// A small lamp on black.
fn lamp(z: f32) -> Scene {
    let light = |x, y| if (x, y) == (MIDDLE, MIDDLE) { 1e4 } else { 0.0 };
    Scene::new(Rect::new(0, 0, SIZE, SIZE), |x, y| ([light(x, y), light(x, y), light(x, y), 1.0], z))
}

/// Of a render: relative to an evenly lit square of the radius, at a place from −1 to 1.
fn at(out: &[Rgba], x: f64, y: f64, c: usize) -> f64 {
    let place = |v: f64| MIDDLE + (v * RADIUS).round() as i32;
    f64::from(out[(place(y) * SIZE + place(x)) as usize][c]) / 1e4 * 4.0 * RADIUS * RADIUS
}

fn sum(out: &[Rgba], c: usize) -> f64 {
    out.iter().map(|p| f64::from(p[c])).sum::<f64>() / 1e4
}

/// White below and at the left: an L.
fn letter(w: i32, h: i32) -> impl Fn(i32, i32) -> Rgba {
    move |x, y| if x < w / 4 || y < h / 4 { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] }
}

#[test]
fn a_light_shows_the_image_behind_the_focus_and_its_mirror_in_front() {
    for size in [[64, 64], [1000, 1000], [9, 9]] {
        let scene = |z| lamp(z).bokeh(Rect::new(0, 0, size[0], size[1]), letter(size[0], size[1]));
        let (behind, in_front) =
            (scene(BEHIND).render(&ZDefocus, &values()), scene(IN_FRONT).render(&ZDefocus, &values()));
        for out in [&behind, &in_front] {
            assert!((0..3).all(|c| (sum(out, c) - 1.0).abs() < 1e-3), "{size:?}: {}", sum(out, 0));
        }
        assert!(at(&behind, -0.8, 0.6, 1) > 1.0 && at(&behind, 0.6, -0.8, 1) > 1.0 && at(&behind, 0.4, 0.4, 1) < 0.1);
        assert!(at(&in_front, 0.8, -0.6, 1) > 1.0 && at(&in_front, -0.6, 0.8, 1) > 1.0);
        assert!(at(&in_front, -0.4, -0.4, 1) < 0.1, "{size:?}");
    }
    // Turned by a quarter against the clock: the stroke below is at the right.
    let turned = lamp(BEHIND).bokeh(Rect::new(0, 0, 64, 64), letter(64, 64));
    let out = turned.render(&ZDefocus, &values().double("bokehRotation", 90.0));
    assert!(at(&out, 0.8, 0.6, 1) > 1.0 && at(&out, -0.6, -0.8, 1) > 1.0 && at(&out, -0.4, 0.4, 1) < 0.1);
}

#[test]
fn any_size_aspect_and_colour_is_taken() {
    // Three stripes, twice as wide as high: the longer side is the disc's width.
    let stripes = |x: i32, _: i32| -> Rgba {
        [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 1.0]][(x + 7) as usize / 20]
    };
    let out = lamp(BEHIND).bokeh(Rect::new(-7, 90, 53, 120), stripes).render(&ZDefocus, &values());
    for (c, x) in [(0, -0.66), (1, 0.0), (2, 0.66)] {
        assert!((sum(&out, c) - 1.0).abs() < 1e-3);
        // A sixth of the square's area holds all of a colour.
        assert!((at(&out, x, 0.0, c) / 6.0 - 1.0).abs() < 0.05, "{c}: {}", at(&out, x, 0.0, c));
        assert!((0..3).all(|other| other == c || at(&out, x, 0.0, other) < 0.01));
        assert!(at(&out, x, 0.6, c) < 0.01 && at(&out, x, -0.6, c) < 0.01);
    }
    // A colour that an image has none of is not lost: it goes with the others.
    let red = |_: i32, _: i32| -> Rgba { [1.0, 0.0, 0.0, 1.0] };
    let constant = Scene::new(Rect::new(0, 0, 40, 30), |x, _| ([0.3, 0.5, 0.7, 1.0], if x < 20 { 4.0 } else { 9.0 }));
    for p in constant.bokeh(Rect::new(0, 0, 8, 8), red).render(&ZDefocus, &values()) {
        assert!(p[..3].iter().zip([0.3, 0.5, 0.7]).all(|(a, b)| (a - b).abs() < 1e-5) && p[3] == 1.0, "{p:?}");
    }
}

#[test]
fn the_points_see_the_image_too() {
    // A patch too large to be a light, through two holes.
    let holes = |x: i32, y: i32| -> Rgba {
        let inside = |cx: i32| (x - cx).pow(2) + (y - 32).pow(2) < 36;
        if inside(8) || inside(56) { [1.0; 4] } else { [0.0, 0.0, 0.0, 1.0] }
    };
    let patch = |x: i32, y: i32| if (x - MIDDLE).abs() < 6 && (y - MIDDLE).abs() < 6 { 0.9 } else { 0.0 };
    let rect = Rect::new(0, 0, SIZE, SIZE);
    let scene = Scene::new(rect, |x, y| ([patch(x, y), patch(x, y), patch(x, y), 1.0], BEHIND));
    let out = scene.bokeh(Rect::new(0, 0, 64, 64), holes).render(&ZDefocus, &values().int("quality", 1));
    let v = |x: i32, y: i32| out[(y * SIZE + x) as usize][1];
    // Two patches, at ±0.75 radii, each with half of the light.
    assert!(
        (v(MIDDLE - 18, MIDDLE) - 0.45).abs() < 0.03 && (v(MIDDLE + 18, MIDDLE) - 0.45).abs() < 0.03,
        "{}",
        v(MIDDLE - 18, MIDDLE)
    );
    assert!(v(MIDDLE, MIDDLE) < 1e-3 && v(MIDDLE, MIDDLE + 18) < 1e-3);
    let total: f32 = out.iter().map(|p| p[1]).sum();
    assert!((total / (0.9 * 121.0) - 1.0).abs() < 5e-3, "{total}");
}

#[test]
fn windows_and_threads_give_the_same_bits_with_an_image() {
    let rect = Rect::new(-20, -10, 60, 50);
    let mut random = Random::new(3);
    let scene = Scene::new(rect, |x, y| {
        let lamp = if random.chance(0.01) { 30.0 } else { 1.0 };
        ([random.between(0.0, 1.0) as f32 * lamp, 0.5, 0.2, 1.0], 1.5 + ((x / 9 + y / 7).rem_euclid(5)) as f32)
    });
    let scene = scene.bokeh(Rect::new(0, 0, 50, 40), |x, y| [0.02 * x as f32, 0.02 * y as f32, 1.0, 1.0]);
    let values = values().double("sizeAtInfinity", 6.0).double("maxSize", 6.0).double("bokehRotation", 30.0);
    let whole = scene.render(&ZDefocus, &values);
    let pieces: Vec<Rect> = (0..6).map(|i| Rect::new(-20, -10 + 10 * i, 60, 10 * i)).collect();
    assert!(same_bits(&whole, &scene.clone().threads(3).windows(&pieces).render(&ZDefocus, &values)));
    assert!(!same_bits(&whole, &scene.render(&ZDefocus, &values.clone().int("bokehShape", 0))));
}

#[test]
fn what_is_no_image_is_a_disc() {
    let disc = lamp(BEHIND).render(&ZDefocus, &values().int("bokehShape", 0));
    assert!(same_bits(&lamp(BEHIND).render(&ZDefocus, &values()), &disc), "none");
    for v in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let out = lamp(BEHIND).bokeh(Rect::new(0, 0, 5, 5), |_, _| [v; 4]).render(&ZDefocus, &values());
        assert!(same_bits(&out, &disc), "{v}");
    }
    // One good number among bad ones is an image.
    let mixed = |x: i32, y: i32| [if (x, y) == (2, 2) { 1.0 } else { f32::NAN }; 4];
    let out = lamp(BEHIND).bokeh(Rect::new(0, 0, 5, 5), mixed).render(&ZDefocus, &values());
    assert!((sum(&out, 1) - 1.0).abs() < 1e-3 && out.iter().flatten().all(|v| v.is_finite()));
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fathom-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn write(&self, name: &str, bytes: &[u8]) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.name(name)
    }
    fn name(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn with_file(name: &str) -> Values {
    values().set("bokehFile", Value::Text(name.into()))
}

fn png_of(colour: png::ColorType, depth: png::BitDepth, size: [u32; 2], bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, size[0], size[1]);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
    out
}

/// The letter as files hold it: the top row first.
fn rows(mut pixel: impl FnMut(i32, i32) -> Vec<u8>) -> Vec<u8> {
    (0..64).rev().flat_map(|y| (0..64).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect()
}

#[test]
fn files_hold_images_too() {
    let folder = Folder::new("bokeh-files");
    let expected = lamp(BEHIND).bokeh(Rect::new(0, 0, 64, 64), letter(64, 64)).render(&ZDefocus, &values());
    let white = |x: i32, y: i32| letter(64, 64)(x, y)[0] > 0.5;
    let grey = rows(|x, y| vec![if white(x, y) { 255 } else { 0 }]);
    // White everywhere, what counts is in alpha.
    let alpha = rows(|x, y| vec![255, 255, 255, if white(x, y) { 255 } else { 0 }]);
    let wide = rows(|x, y| if white(x, y) { vec![255; 6] } else { vec![0; 6] });
    let mut files = vec![
        folder.write("grey.png", &png_of(png::ColorType::Grayscale, png::BitDepth::Eight, [64, 64], &grey)),
        folder.write("alpha.png", &png_of(png::ColorType::Rgba, png::BitDepth::Eight, [64, 64], &alpha)),
        folder.write("wide.png", &png_of(png::ColorType::Rgb, png::BitDepth::Sixteen, [64, 64], &wide)),
    ];
    // In rows, as every way of packing that is read; a channel alone is grey.
    for (i, compression) in
        [Compression::Uncompressed, Compression::RLE, Compression::ZIP1, Compression::ZIP16].into_iter().enumerate()
    {
        let v = move |p: Vec2<usize>| if white(p.0 as i32, 63 - p.1 as i32) { 1.0f32 } else { 0.0 };
        let encoding = Encoding { compression, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
        let name = folder.name(&format!("rgba{i}.exr"));
        let half = SpecificChannels::rgba(move |p| (f16::from_f32(v(p)), v(p), f16::from_f32(v(p)), 1.0f32));
        let layer = Layer::new((64, 64), LayerAttributes::named("beauty"), encoding, half);
        Image::from_layer(layer).write().to_file(&name).unwrap();
        files.push(name);
        let name = folder.name(&format!("grey{i}.exr"));
        let grey = SpecificChannels::build().with_channel("mask").with_pixel_fn(move |p| (v(p),));
        Image::from_layer(Layer::new((64, 64), LayerAttributes::default(), encoding, grey))
            .write()
            .to_file(&name)
            .unwrap();
        files.push(name);
    }
    for name in &files {
        let out = lamp(BEHIND).render(&ZDefocus, &with_file(name));
        assert!(same_bits(&out, &expected), "{name}");
        assert_eq!(ZDefocus.prepare(&with_file(name)).warning(false), None, "{name}");
    }
    // The input comes first.
    let out = lamp(BEHIND).bokeh(Rect::new(0, 0, 8, 8), |_, _| [1.0; 4]).render(&ZDefocus, &with_file(&files[0]));
    assert!(!same_bits(&out, &expected));
    // A file that is written anew is read anew; grey of 188 is half the light.
    let half = rows(|x, y| vec![if white(x, y) { 255 } else { 188 }]);
    folder.write("grey.png", &png_of(png::ColorType::Grayscale, png::BitDepth::Eight, [64, 64], &half));
    aperture::file::purge();
    let out = lamp(BEHIND).render(&ZDefocus, &with_file(&files[0]));
    let ratio = at(&out, 0.4, 0.4, 1) / at(&out, -0.8, 0.6, 1);
    assert!((ratio - 0.5).abs() < 0.01, "{ratio}");
}

#[test]
fn missing_and_damaged_files_say_so_and_leave_a_disc() {
    let folder = Folder::new("bokeh-damage");
    let good = png_of(png::ColorType::Grayscale, png::BitDepth::Eight, [64, 64], &[200; 64 * 64]);
    let exr = folder.name("good.exr");
    let ramp = SpecificChannels::rgb(|p: Vec2<usize>| (p.0 as f32, p.1 as f32, 1.0f32));
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    Image::from_layer(Layer::new((64, 64), LayerAttributes::default(), encoding, ramp)).write().to_file(&exr).unwrap();
    let exr = std::fs::read(exr).unwrap();
    let black = png_of(png::ColorType::Grayscale, png::BitDepth::Eight, [64, 64], &[0; 64 * 64]);
    // A header that promises more pixels than any machine has.
    let mut huge = good.clone();
    huge[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let mut cases = vec![
        ("missing".to_string(), folder.name("missing.png")),
        ("a folder".into(), folder.name("")),
        ("empty".into(), folder.write("empty.png", &[])),
        ("text".into(), folder.write("text.png", b"no image at all")),
        ("black".into(), folder.write("black.png", &black)),
        ("huge".into(), folder.write("huge.png", &huge)),
    ];
    let odd = |name: &str, encoding: Encoding| {
        let channels = SpecificChannels::rgb(|p: Vec2<usize>| (p.0 as f32, p.1 as f32, 1.0f32));
        let layer = Layer::new((64, 64), LayerAttributes::default(), encoding, channels);
        Image::from_layer(layer).write().to_file(folder.name(name)).unwrap();
        (name.to_string(), folder.name(name))
    };
    let (rows, tiles) = (Blocks::ScanLines, Blocks::Tiles(Vec2(16, 16)));
    let increasing = LineOrder::Increasing;
    cases.push(odd("piz.exr", Encoding { compression: Compression::PIZ, blocks: rows, line_order: increasing }));
    cases.push(odd("tiles.exr", Encoding { compression: Compression::ZIP1, blocks: tiles, line_order: increasing }));
    for (name, bytes) in [("png", &good), ("exr", &exr)] {
        for part in [9, 30, bytes.len() / 2] {
            cases.push((format!("{part} bytes of {name}"), folder.write(&format!("{part}.{name}"), &bytes[..part])));
        }
    }
    let disc = lamp(BEHIND).render(&ZDefocus, &values().int("bokehShape", 0));
    for (what, name) in &cases {
        let warning = ZDefocus.prepare(&with_file(name)).warning(false).unwrap_or_else(|| panic!("{what}: no warning"));
        assert!(warning.contains(name.trim_end_matches('/')) && warning.len() < 400, "{what}: {warning}");
        assert!(same_bits(&lamp(BEHIND).render(&ZDefocus, &with_file(name)), &disc), "{what}");
        // Nothing is wrong where the file is not looked at.
        let quiet = with_file(name).int("bokehShape", 1);
        assert_eq!(ZDefocus.prepare(&quiet).warning(false), None, "{what}");
        assert_eq!(ZDefocus.prepare(&with_file(name)).warning(true), None, "{what}");
    }
    assert!(ZDefocus.prepare(&values()).warning(false).unwrap().contains("Bokeh"));
    // Any byte of a file may be wrong: an image or a message, and nothing else.
    let mut random = Random::new(9);
    for round in 0..60 {
        let mut bytes = if round % 2 == 0 { good.clone() } else { exr.clone() };
        let i = random.bits() as usize % bytes.len().min(600);
        bytes[i] = random.bits() as u8;
        let name = folder.write(&format!("random{round}"), &bytes);
        let _ = aperture::file::open(&name);
    }
}

/// Changed bytes anywhere: an aperture or a reason, never the end of the program.
#[test]
fn no_bytes_of_a_file_do_harm() {
    let folder = Folder::new("bokeh-bytes");
    let bytes: Vec<u8> = (0..16 * 16 * 3).map(|i| (i * 7 % 251) as u8).collect();
    let png = png_of(png::ColorType::Rgb, png::BitDepth::Eight, [16, 16], &bytes);
    let name = folder.name("ramp.exr");
    let ramp = SpecificChannels::rgb(|p: Vec2<usize>| (p.0 as f32, p.1 as f32, 1.0f32));
    let encoding =
        Encoding { compression: Compression::ZIP16, blocks: Blocks::ScanLines, line_order: LineOrder::Increasing };
    Image::from_layer(Layer::new((16, 16), LayerAttributes::default(), encoding, ramp)).write().to_file(&name).unwrap();
    let exr = std::fs::read(name).unwrap();
    let mut random = crate::testing::Random::new(5);
    let mut refused = 0;
    for i in 0..600 {
        let mut bytes = if i % 2 == 0 { png.clone() } else { exr.clone() };
        for _ in 0..1 + random.bits() % 4 {
            // The first bytes say what kind of file it is.
            let at = 4 + random.bits() as usize % (bytes.len() - 4);
            match random.bits() % 3 {
                0 => bytes[at] ^= 1 << (random.bits() % 8),
                1 => bytes[at] = random.pick(&[0, 1, 0x7f, 0x80, 0xff]),
                _ if random.chance(0.1) => bytes.truncate(at),
                _ => bytes[at] = random.bits() as u8,
            }
            if bytes.len() < 16 {
                break;
            }
        }
        aperture::file::purge();
        let name = folder.write("file", &bytes);
        refused += usize::from(aperture::file::open(&name).is_err_and(|why| !why.is_empty()));
    }
    assert!(refused > 100, "{refused}");
}
