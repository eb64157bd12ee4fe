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
    let exec = Exec::alone(&workers);
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

/// A plane that leans away and a ball before it, seen by a camera of 54°: distance to the camera's plane at a pixel's centre.
fn plane_and_ball(x: i32, y: i32, [w, h]: [i32; 2]) -> f64 {
    let tan = 27.0_f64.to_radians().tan() * 2.0 / f64::from(w);
    let ray = [(f64::from(x) + 0.5 - f64::from(w) / 2.0) * tan, (f64::from(y) + 0.5 - f64::from(h) / 2.0) * tan, 1.0];
    let plane = 6.0 / (1.0 + 0.3 * ray[0] - 0.2 * ray[1]);
    let (c, r) = ([0.3, 0.1, 3.0], 0.6);
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (b, q) = (dot(ray, c), dot(ray, ray));
    let disc = b * b - q * (dot(c, c) - r * r);
    if disc > 0.0 { (b - disc.sqrt()) / q } else { plane }
}

#[test]
fn a_plane_and_a_ball_have_the_same_metres_in_every_convention() {
    let (w, h) = (48, 27);
    let size = [w, h];
    let (near, far) = (1.0, 20.0);
    let tan = 27.0_f64.to_radians().tan() * 2.0 / f64::from(w);
    let ray = |x: i32, y: i32| {
        [(f64::from(x) + 0.5 - f64::from(w) / 2.0) * tan, (f64::from(y) + 0.5 - f64::from(h) / 2.0) * tan]
    };
    let length = |x: i32, y: i32| (1.0 + ray(x, y)[0].powi(2) + ray(x, y)[1].powi(2)).sqrt();
    type Make<'a> = &'a dyn Fn(f64, i32, i32) -> f64;
    let cases: [(DepthConvention, DepthMapping, bool, Make); 13] = [
        (DepthConvention::Distance, DepthMapping::Linear, false, &|z, _, _| z),
        (DepthConvention::Distance, DepthMapping::Linear, true, &|z, x, y| z * length(x, y)),
        (DepthConvention::MinusDistance, DepthMapping::Linear, false, &|z, _, _| -z),
        (DepthConvention::MinusDistance, DepthMapping::Linear, true, &|z, x, y| -z * length(x, y)),
        (DepthConvention::Inverse, DepthMapping::Linear, false, &|z, _, _| 1.0 / z),
        (DepthConvention::Inverse, DepthMapping::Linear, true, &|z, x, y| 1.0 / (z * length(x, y))),
        (DepthConvention::MinusInverse, DepthMapping::Linear, false, &|z, _, _| -1.0 / z),
        (DepthConvention::NormalisedNearZero, DepthMapping::Linear, false, &|z, _, _| (z - near) / (far - near)),
        (DepthConvention::NormalisedFarZero, DepthMapping::Linear, false, &|z, _, _| (far - z) / (far - near)),
        (DepthConvention::NormalisedNearZero, DepthMapping::Inverse, false, &|z, _, _| {
            (1.0 / near - 1.0 / z) / (1.0 / near - 1.0 / far)
        }),
        (DepthConvention::NormalisedFarZero, DepthMapping::Inverse, false, &|z, _, _| {
            (1.0 / z - 1.0 / far) / (1.0 / near - 1.0 / far)
        }),
        (DepthConvention::NormalisedNearZero, DepthMapping::Log, false, &|z, _, _| (z / near).ln() / (far / near).ln()),
        (DepthConvention::NormalisedFarZero, DepthMapping::Log, false, &|z, _, _| (far / z).ln() / (far / near).ln()),
    ];
    let rect = Rect::new(0, 0, w, h);
    let format = RectD::new(0.0, 0.0, f64::from(w), f64::from(h));
    let places = || (0..h).flat_map(|y| (0..w).map(move |x| (x, y)));
    for (convention, mapping, radial, make) in cases {
        for (unit, metres) in [(DepthUnit::Metre, 1.0), (DepthUnit::Centimetre, 0.01), (DepthUnit::Inch, 0.0254)] {
            // The same number of another unit is a place as many times smaller.
            let p = DepthParams { convention, mapping, radial, unit, near, far, ..DepthParams::defaults() };
            let values: Vec<f32> = places().map(|(x, y)| make(plane_and_ball(x, y, size), x, y) as f32).collect();
            let bytes = floats(&values);
            let one = PixelFormat { depth: Depth::Float, components: Components::Alpha };
            let image = ImageRef::new(rect, one, bytes.chunks(w as usize * 4).collect()).unwrap();
            let stage = DepthStage::new(&p, image, Geometry::default(), Geometry::default(), &format);
            let mut row = vec![0.0; w as usize];
            for y in 0..h {
                stage.row(0, y, &mut row);
                for (x, got) in (0..w).zip(&row) {
                    let off = f64::from(*got) / (plane_and_ball(x, y, size) * metres) - 1.0;
                    assert!(
                        off.abs() < 1e-5,
                        "{convention:?} {mapping:?} {unit:?} radial {radial}: {off:e} at {x}, {y}"
                    );
                    assert_eq!(*got, stage.valid_at(x, y));
                }
            }
        }
    }
}

#[test]
fn world_positions_are_distances_from_the_camera() {
    let (w, h) = (48, 27);
    let eye = [4.0, -2.0, 11.0];
    let tan = 27.0_f64.to_radians().tan() * 2.0 / f64::from(w);
    let mut values = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let z = plane_and_ball(x, y, [w, h]);
            let (dx, dy) =
                ((f64::from(x) + 0.5 - f64::from(w) / 2.0) * tan, (f64::from(y) + 0.5 - f64::from(h) / 2.0) * tan);
            // A camera that looks along the world's −y.
            let p = [eye[0] + dx * z, eye[1] - z, eye[2] + dy * z];
            let nothing = (x, y) == (5, 5);
            values.extend(if nothing { [0.0; 4] } else { [p[0] as f32, p[1] as f32, p[2] as f32, 1.0] });
        }
    }
    let bytes = floats(&values);
    let format = PixelFormat { depth: Depth::Float, components: Components::Rgba };
    let image = ImageRef::new(Rect::new(0, 0, w, h), format, bytes.chunks(w as usize * 16).collect()).unwrap();
    let p = DepthParams {
        convention: DepthConvention::WorldPosition,
        camera_x: eye[0],
        camera_y: eye[1],
        camera_z: eye[2],
        ..DepthParams::defaults()
    };
    let g = Geometry::default();
    let stage = DepthStage::new(&p, image, g, g, &RectD::new(0.0, 0.0, f64::from(w), f64::from(h)));
    for (x, y) in [(0, 0), (47, 26), (24, 13), (28, 15)] {
        let off = f64::from(stage.valid_at(x, y)) / plane_and_ball(x, y, [w, h]) - 1.0;
        assert!(off.abs() < 1e-5, "{off:e}");
    }
    assert!(stage.valid_at(5, 5).is_nan());
}

#[test]
fn a_pick_is_a_disc_of_the_picture_at_any_scale_and_aspect() {
    // A near disc of radius 6 before a wall; holes inside it; the data window is cropped on the left.
    let whole = RectD::new(0.0, 0.0, 80.0, 60.0);
    for (geometry, label) in [
        (Geometry::default(), "full"),
        (Geometry::new([0.5, 0.5], 1.0), "half"),
        (Geometry::new([1.0, 1.0], 2.0), "wide pixels"),
    ] {
        let s = geometry.pixels_per_unit();
        let rect = geometry.rect_to_pixels(&RectD::new(30.0, 0.0, 80.0, 60.0));
        let values: Vec<f32> = (rect.y1..rect.y2)
            .flat_map(|y| (rect.x1..rect.x2).map(move |x| (x, y)))
            .map(|(x, y)| {
                let (cx, cy) = ((f64::from(x) + 0.5) / s[0], (f64::from(y) + 0.5) / s[1]);
                let d = (cx - 40.0).hypot(cy - 30.0);
                if d < 6.0 && (x + y) % 3 == 0 {
                    f32::NAN
                } else if d < 6.0 {
                    2.0
                } else {
                    9.0
                }
            })
            .collect();
        let bytes = floats(&values);
        let format = PixelFormat { depth: Depth::Float, components: Components::Alpha };
        let image = ImageRef::new(rect, format, bytes.chunks(rect.width() * 4).collect()).unwrap();
        let p = DepthParams { convention: DepthConvention::Distance, ..DepthParams::defaults() };
        let stage = DepthStage::new(&p, image, geometry, geometry, &whole);
        assert_eq!(stage.pick([40.0, 30.0]), Some(2.0), "{label}");
        assert_eq!(stage.pick([70.0, 30.0]), Some(9.0), "{label}");
        // At the edge of the data window some of the disc is there; far outside nothing.
        assert_eq!(stage.pick([29.0, 10.0]), Some(9.0), "{label}");
        assert_eq!(stage.pick([10.0, 30.0]), None, "{label}");
    }
}
