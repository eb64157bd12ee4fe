//! DepthFog beside real air: the same scenes, path traced in clear air and in a homogeneous volume.

mod common;

use common::{Session, data, data_path};
use mock_host::compare::likeness;
use mock_host::*;

/// What other tools offer: a mix that rises evenly from a near to a far distance.
fn linear(clear: &Picture, z: &Picture, fog: [f32; 3], near: f32, far: f32) -> Picture {
    let mut out = clear.clone();
    for y in out.bounds.y1..out.bounds.y2 {
        for x in out.bounds.x1..out.bounds.x2 {
            let share = ((z.get(x, y).unwrap()[0] - near) / (far - near)).clamp(0.0, 1.0);
            let mut pixel = clear.get(x, y).unwrap().to_vec();
            pixel.iter_mut().zip(fog).for_each(|(v, fog)| *v += share * (fog - *v));
            out.set(x, y, &pixel);
        }
    }
    out
}

struct Shot {
    name: &'static str,
    /// What was measured, less 0.3 dB.
    at_least: f64,
    /// How much nearer than the linear mix.
    more: f64,
}

const SHOTS: [Shot; 7] = [
    // The air's own numbers, in scenes whose light the air does not change: at the renders' noise, and far above the 35 dB
    // at which a difference is hard to see.
    Shot { name: "columns/even", at_least: 50.5, more: 6.0 },
    Shot { name: "street/even", at_least: 50.5, more: 11.0 },
    Shot { name: "street/blue", at_least: 46.0, more: 17.0 },
    Shot { name: "lamps/even", at_least: 35.0, more: 3.0 },
    // Scattered light with the shadows of things in it.
    Shot { name: "dome/scatter", at_least: 43.5, more: 1.3 },
    // What the air does to the scene's light, and a low sun behind columns.
    Shot { name: "dome/full", at_least: 25.4, more: 5.0 },
    Shot { name: "low_sun/scatter", at_least: 30.7, more: 1.0 },
];

#[test]
fn as_near_to_real_air_as_measured() {
    let facts = std::fs::read_to_string(data_path("fog/shots.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
    println!("{:20} {:>14} {:>14} {:>14} {:>8}", "shot", "DepthFog", "linear mix", "clear air", "ceiling");
    let mut low = Vec::new();
    for Shot { name, at_least, more } in SHOTS {
        let scene = name.split('/').next().unwrap();
        let facts = &facts[name];
        let (clear, z) = (data(&format!("fog/{scene}/clear.exr")), data(&format!("fog/{scene}/z.exr")));
        let truth = data(&format!("fog/{name}.exr"));
        let s = Session::new(Profile::plain(), "DepthFog", Context::General);
        s.instance.set_project(Project { format: clear.bounds, ..s.instance.project() });
        s.instance.connect("Source", clear.clone()).unwrap();
        s.instance.connect("Depth", z.clone()).unwrap();
        s.instance.set("depthConvention", "Distance").unwrap();
        s.instance.set("depthEdges", "Point-sampled").unwrap();
        for (key, value) in facts["settings"].as_object().unwrap() {
            s.instance.set(key, value.as_str().unwrap()).unwrap();
        }
        let ours = s.render(&RenderRequest::at(1.0));
        let fog: Vec<f32> =
            facts["linear"]["colour"].as_str().unwrap().split(',').map(|v| v.parse().unwrap()).collect();
        let end = |which: &str| facts["linear"][which].as_f64().unwrap() as f32;
        let plain = linear(&clear, &z, [fog[0], fog[1], fog[2]], end("near"), end("far"));
        let [found, other, nothing] =
            [&ours, &plain, &clear].map(|p| likeness(p, &truth).map(|l| (l.psnr, l.ssim)).unwrap());
        let show = |(db, s): (f64, f64)| format!("{db:.2} ({s:.4})");
        let ceiling = facts["ceiling_db"].as_f64().unwrap();
        println!("{name:20} {:>14} {:>14} {:>14} {ceiling:8.1}", show(found), show(other), show(nothing));
        if found.0 < at_least || found.0 < other.0 + more || found.1 < other.1 {
            low.push(name);
        }
        s.assert_clean(name);
    }
    assert!(low.is_empty(), "farther from real air than measured: {low:?}");
}

/// A view of the columns: where it was taken from, and DepthFog's noise in low fog as it is seen there.
struct View {
    eye: [f64; 3],
    /// Tangent of a pixel's width.
    pixel: f64,
    positions: Picture,
    /// Optical depth of the uneven fog over that of the even one.
    noise: Picture,
}

impl View {
    fn new(name: &str, by_positions: bool) -> Self {
        let facts = std::fs::read_to_string(data_path(&format!("fog/{name}/clear.json"))).unwrap();
        let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
        let eye = [0, 1, 2].map(|i| facts["position"][i].as_f64().unwrap());
        let angle = facts["field_of_view_deg"].as_f64().unwrap();
        let clear = data(&format!("fog/{name}/clear.exr"));
        let positions = data(&format!("fog/{name}/position.exr"));
        let s = Session::new(Profile::plain(), "DepthFog", Context::General);
        s.instance.set_project(Project { format: clear.bounds, ..s.instance.project() });
        s.instance.set_depth(Some(Depth::Float)).unwrap();
        s.instance.connect("Source", clear.clone()).unwrap();
        s.instance.connect("Depth", data(&format!("fog/{name}/z.exr"))).unwrap();
        if by_positions {
            s.instance.connect("Position", positions.clone()).unwrap();
        }
        for (key, value) in [
            ("depthConvention", "Distance"),
            ("depthEdges", "As they are"),
            ("output", "Transmittance matte"),
            ("fogModel", "None"),
            ("heightFog", "on"),
            ("fogHeight", "0.05"),
            ("heightFalloff", "0.05"),
            // Thin, so that all the way is searched for noise.
            ("heightDensity", "0.05"),
            ("noiseScale", "3"),
            ("noiseSteps", "64"),
            ("upAxis", "Z"),
        ] {
            s.instance.set(key, value).unwrap();
        }
        let place = [("cameraX", eye[0]), ("cameraY", eye[1]), ("cameraZ", eye[2]), ("cameraHeight", eye[2])];
        for (key, value) in place.into_iter().chain([("fieldOfView", angle)]) {
            s.instance.set(key, value).unwrap();
        }
        let mut depths = ["0", "1"].map(|amount| {
            s.instance.set("noiseAmount", amount).unwrap();
            let mut matte = s.render(&RenderRequest::at(1.0));
            matte.pixels.iter_mut().for_each(|t| *t = -t.max(1e-6).ln());
            matte
        });
        s.assert_clean(name);
        let [even, noise] = &mut depths;
        noise.pixels.iter_mut().zip(&even.pixels).for_each(|(n, e)| *n /= e.max(1e-6));
        let pixel = 2.0 * (0.5 * angle).to_radians().tan() / clear.bounds.width() as f64;
        Self { eye, pixel, positions, noise: noise.clone() }
    }

    fn position(&self, x: i32, y: i32) -> [f64; 3] {
        let p = self.positions.get(x, y).unwrap();
        [0, 1, 2].map(|i| f64::from(p[i]))
    }

    /// The noise at a point of the floor, between the pixels around where it is seen; `None` where something else is seen there.
    fn seen(&self, p: [f64; 3]) -> Option<f64> {
        let b = self.positions.bounds;
        let ahead = p[1] - self.eye[1];
        let x = 0.5 * f64::from(b.x1 + b.x2) + (p[0] - self.eye[0]) / ahead / self.pixel - 0.5;
        let y = 0.5 * f64::from(b.y1 + b.y2) + (p[2] - self.eye[2]) / ahead / self.pixel - 0.5;
        let (i, j) = (x.floor() as i32, y.floor() as i32);
        let (right, up) = (x - f64::from(i), y - f64::from(j));
        let mut sum = 0.0;
        for (k, l) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let share = if k == 0 { 1.0 - right } else { right } * if l == 0 { 1.0 - up } else { up };
            if i + k < b.x1 || i + k >= b.x2 || j + l < b.y1 || j + l >= b.y2 {
                return None;
            }
            if self.position(i + k, j + l)[2].abs() > 0.01 {
                return None;
            }
            sum += share * f64::from(self.noise.get(i + k, j + l).unwrap()[0]);
        }
        Some(sum)
    }
}

/// Pearson's correlation.
fn correlation(pairs: &[[f64; 2]]) -> f64 {
    let n = pairs.len() as f64;
    let mean = [0, 1].map(|i| pairs.iter().map(|p| p[i]).sum::<f64>() / n);
    let sum = |i: usize, j: usize| pairs.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j])).sum::<f64>();
    sum(0, 1) / (sum(0, 0) * sum(1, 1)).sqrt()
}

#[test]
fn noise_stays_in_the_world_when_the_camera_moves() {
    for by_positions in [false, true] {
        let [left, right] = ["columns_left", "columns_right"].map(|name| View::new(name, by_positions));
        let b = left.positions.bounds;
        let (mut moved, mut still) = (Vec::new(), Vec::new());
        for y in b.y1..b.y2 {
            for x in b.x1..b.x2 {
                let p = left.position(x, y);
                let on_floor = |p: [f64; 3], eye: [f64; 3]| p[2].abs() < 0.01 && (4.0..16.0).contains(&(p[1] - eye[1]));
                if !on_floor(p, left.eye) {
                    continue;
                }
                let here = f64::from(left.noise.get(x, y).unwrap()[0]);
                moved.extend(right.seen(p).map(|there| [here, there]));
                if on_floor(right.position(x, y), right.eye) {
                    still.push([here, f64::from(right.noise.get(x, y).unwrap()[0])]);
                }
            }
        }
        let (with, without) = (correlation(&moved), correlation(&still));
        println!(
            "positions {by_positions}: {with:.4} after reprojection ({} pixels), {without:.4} on the same pixels",
            moved.len()
        );
        assert!(moved.len() > 5000 && with > 0.95 && without < 0.5, "{with} of {} pixels, {without}", moved.len());
    }
}
