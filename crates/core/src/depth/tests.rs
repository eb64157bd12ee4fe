//! Depth through every convention, with values known in closed form.

use super::*;
use crate::geometry::{Geometry, RectD};
use crate::image::{Components, ImageRef};
use crate::image::{Depth, PixelFormat, Plane};
use crate::params::ParamSet;
use crate::workers::{Exec, Workers};

fn decode(convention: DepthConvention, change: impl Fn(&mut DepthParams), v: f32) -> Option<f32> {
    let mut p = DepthParams { convention, ..DepthParams::defaults() };
    change(&mut p);
    p.decoder()(v)
}

#[test]
fn each_convention_gives_the_same_metres() {
    for z in [0.2_f32, 1.0, 3.7, 41.2, 99.0] {
        let (n, f) = (0.1_f32, 100.0_f32);
        let linear = (z - n) / (f - n);
        let inverse = (1.0 / z - 1.0 / n) / (1.0 / f - 1.0 / n);
        let log = (z / n).ln() / (f / n).ln();
        let close = |got: Option<f32>| assert!((got.unwrap() / z - 1.0).abs() < 1e-4, "{got:?} is not {z}");
        close(decode(DepthConvention::Distance, |_| (), z));
        close(decode(DepthConvention::MinusDistance, |_| (), -z));
        close(decode(DepthConvention::Inverse, |_| (), 1.0 / z));
        close(decode(DepthConvention::MinusInverse, |_| (), -1.0 / z));
        for (mapping, t) in [(DepthMapping::Linear, linear), (DepthMapping::Inverse, inverse), (DepthMapping::Log, log)]
        {
            close(decode(DepthConvention::NormalisedNearZero, |p| p.mapping = mapping, t));
            close(decode(DepthConvention::NormalisedFarZero, |p| p.mapping = mapping, 1.0 - t));
        }
        close(decode(DepthConvention::Distance, |p| p.unit = DepthUnit::Foot, z / 0.3048));
        close(decode(DepthConvention::Distance, |p| p.scale = 4.0, z / 4.0));
    }
}

#[test]
fn what_is_no_depth_is_invalid() {
    for v in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -1.0, 1e10, 1e30] {
        assert_eq!(decode(DepthConvention::Distance, |_| (), v), None, "{v}");
    }
    for v in [f32::NAN, 0.0, -0.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, 1e-12] {
        assert_eq!(decode(DepthConvention::Inverse, |_| (), v), None, "{v}");
    }
    assert_eq!(decode(DepthConvention::NormalisedFarZero, |_| (), f32::NAN), None);
    assert_eq!(decode(DepthConvention::NormalisedNearZero, |_| (), f32::INFINITY), None);
}

fn floats(v: &[f32]) -> Vec<u8> {
    v.iter().flat_map(|v| v.to_ne_bytes()).collect()
}

fn staged(params: &DepthParams, values: &[f32], w: i32, from: Geometry, to: Geometry, rect: Rect) -> Plane {
    let bytes = floats(values);
    let format = PixelFormat { depth: Depth::Float, components: Components::Alpha };
    let h = values.len() as i32 / w;
    let image = ImageRef::new(Rect::new(0, 0, w, h), format, bytes.chunks(w as usize * 4).collect()).unwrap();
    let workers = Workers::new(2).unwrap();
    let exec = Exec { workers: &workers, abort: &|| false, progress: &|_| () };
    DepthStage::new(params, image, from, to, &RectD::new(0.0, 0.0, 10.0, 10.0)).plane(rect, &exec).unwrap()
}

#[test]
fn another_size_is_read_at_the_nearest_pixel_and_outside_is_invalid() {
    let half = Geometry::new([0.5, 0.5], 1.0);
    let z =
        staged(&DepthParams::defaults(), &[1.0, 2.0, 3.0, 4.0], 2, half, Geometry::default(), Rect::new(-1, 0, 5, 4));
    assert_eq!(z.row(0), [f32::INFINITY, 1.0, 1.0, 2.0, 2.0, f32::INFINITY]);
    assert_eq!(z.row(3), [f32::INFINITY, 3.0, 3.0, 4.0, 4.0, f32::INFINITY]);
}

#[test]
fn policies_for_pixels_without_depth() {
    let g = Geometry::default();
    let run = |invalid| {
        let p = DepthParams { invalid, ..DepthParams::defaults() };
        staged(&p, &[1.0, 0.0, 0.0, 9.0], 4, g, g, Rect::new(0, 0, 4, 1)).row(0).to_vec()
    };
    assert_eq!(run(InvalidDepth::Far), [1.0, f32::INFINITY, f32::INFINITY, 9.0]);
    assert_eq!(run(InvalidDepth::Near), [1.0, NEAREST, NEAREST, 9.0]);
    assert_eq!(run(InvalidDepth::Fill), [1.0, 1.0, 9.0, 9.0]);
    let leave = run(InvalidDepth::Leave);
    assert!(leave[1].is_nan() && leave[2].is_nan() && leave[3] == 9.0);
}

#[test]
fn fill_is_the_same_in_any_window() {
    let (w, h) = (90, 70);
    let values: Vec<f32> =
        (0..w * h).map(|i| if (i * 7919) % 613 == 0 { 1.0 + (i % 17) as f32 } else { 0.0 }).collect();
    let p = DepthParams { invalid: InvalidDepth::Fill, ..DepthParams::defaults() };
    let g = Geometry::default();
    let whole = staged(&p, &values, w, g, g, Rect::new(0, 0, w, h));
    let part = staged(&p, &values, w, g, g, Rect::new(31, 22, 60, 41));
    for y in 22..41 {
        assert_eq!(part.row(y), &whole.row(y)[31..60]);
    }
}

#[test]
fn luminance_and_channels() {
    let mut p = DepthParams { channel: DepthChannel::Luminance, ..DepthParams::defaults() };
    let bytes = floats(&[1.0, 2.0, 3.0, 4.0]);
    let image = |components| {
        ImageRef::new(Rect::new(0, 0, 1, 1), PixelFormat { depth: Depth::Float, components }, vec![&bytes[..]]).unwrap()
    };
    let g = Geometry::default();
    let at = |p: &DepthParams, c| DepthStage::new(p, image(c), g, g, &RectD::new(0.0, 0.0, 1.0, 1.0)).valid_at(0, 0);
    assert!((at(&p, Components::Rgba) - (0.2126 + 2.0 * 0.7152 + 3.0 * 0.0722)).abs() < 1e-6);
    assert!((at(&p, Components::Bgra) - (3.0 * 0.2126 + 2.0 * 0.7152 + 0.0722)).abs() < 1e-6);
    for (channel, rgba, bgra) in
        [(DepthChannel::Auto, 1.0, 3.0), (DepthChannel::Blue, 3.0, 1.0), (DepthChannel::Alpha, 4.0, 4.0)]
    {
        p.channel = channel;
        assert_eq!([at(&p, Components::Rgba), at(&p, Components::Bgra)], [rgba, bgra]);
    }
}

#[test]
fn the_median_ignores_what_has_no_depth() {
    let z = |x: i32, _: i32| if x < 0 { f32::NAN } else { x as f32 };
    let all = Rect::new(-100, -100, 100, 100);
    assert_eq!(median_around(z, [0.0, 0.0], [3.0; 2], &all), Some(1.0));
    assert_eq!(median_around(z, [-50.0, 0.0], [3.0; 2], &all), None);
    assert_eq!(median_around(z, [1e9, 0.0], [3.0; 2], &all), None);
}
