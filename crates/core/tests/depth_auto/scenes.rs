//! Made-up places: planes, spheres, boxes and posts seen by a pinhole camera, and depth passes of our own renders.

use std::path::Path;

/// Random numbers that are the same every time (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    pub fn log_between(&mut self, low: f64, high: f64) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
    /// Standard normal (Box–Muller).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// Distances of a place, `sub`×`sub` of them a pixel, the bottom row first; infinite where there is nothing.
#[derive(Clone)]
pub struct Scene {
    pub name: String,
    pub width: usize,
    pub height: usize,
    pub sub: usize,
    pub z: Vec<f64>,
}

impl Scene {
    /// The distances within a pixel, the middle one in the middle.
    pub fn pixel(&self, x: usize, y: usize) -> impl Iterator<Item = f64> + '_ {
        let (s, row) = (self.sub, self.sub * self.width);
        (0..s * s).map(move |k| self.z[(y * s + k / s) * row + x * s + k % s])
    }

    /// A part of the picture.
    pub fn crop(&self, x0: usize, y0: usize, width: usize, height: usize) -> Scene {
        let (s, row) = (self.sub, self.sub * self.width);
        let z = (0..height * s)
            .flat_map(|y| (0..width * s).map(move |x| (y + y0 * s) * row + x + x0 * s))
            .map(|i| self.z[i])
            .collect();
        Scene { name: format!("{} crop", self.name), width, height, sub: s, z }
    }
}

enum Thing {
    /// normal · p = d
    Plane([f64; 3], f64),
    Sphere([f64; 3], f64),
    /// Centre, half sizes, angle about the upward axis.
    Box([f64; 3], [f64; 3], f64),
    /// Foot, radius, height.
    Post([f64; 3], f64, f64),
}

type V = [f64; 3];
fn dot(a: V, b: V) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl Thing {
    /// How far along the ray o + t·d; infinite where it misses. y is up.
    fn hit(&self, o: V, d: V) -> f64 {
        const MISS: f64 = f64::INFINITY;
        let positive = |t: f64| if t > 1e-6 { t } else { MISS };
        let quadratic = |a: f64, b: f64, c: f64| {
            let q = b * b - a * c;
            if q < 0.0 { MISS } else { (-b - q.sqrt()) / a }
        };
        match self {
            Thing::Plane(n, at) => positive((at - dot(*n, o)) / dot(*n, d)),
            Thing::Sphere(c, r) => {
                let v = [o[0] - c[0], o[1] - c[1], o[2] - c[2]];
                positive(quadratic(dot(d, d), dot(v, d), dot(v, v) - r * r))
            }
            Thing::Box(c, half, angle) => {
                let (s, k) = angle.sin_cos();
                let turn = |v: V| [k * v[0] + s * v[2], v[1], k * v[2] - s * v[0]];
                let (o, d) = (turn([o[0] - c[0], o[1] - c[1], o[2] - c[2]]), turn(d));
                let (mut near, mut far) = (f64::NEG_INFINITY, MISS);
                for i in 0..3 {
                    let (a, b) = ((-half[i] - o[i]) / d[i], (half[i] - o[i]) / d[i]);
                    (near, far) = (near.max(a.min(b)), far.min(a.max(b)));
                }
                if near < far { positive(near) } else { MISS }
            }
            Thing::Post(foot, r, height) => {
                let v = [o[0] - foot[0], 0.0, o[2] - foot[2]];
                let flat = [d[0], 0.0, d[2]];
                let t = quadratic(dot(flat, flat), dot(v, flat), dot(v, v) - r * r);
                let y = o[1] + t * d[1] - foot[1];
                if (0.0..*height).contains(&y) { positive(t) } else { MISS }
            }
        }
    }
}

/// Which places there are.
pub const KINDS: [&str; 10] =
    ["outdoor", "corridor", "room", "table", "street", "objects", "aerial", "bumpy", "looking up", "forest"];

/// A place of a kind, different for each seed, `width` × `height` pixels with 3×3 distances each.
pub fn place(kind: &'static str, seed: u64, width: usize, height: usize) -> Scene {
    let mut r = Random(seed.wrapping_mul(7919) ^ 0x51ed);
    let mut things = Vec::new();
    let (mut pitch, mut eye) = (r.between(-0.2, 0.05), r.between(1.2, 2.0));
    let ground = |at: f64| Thing::Plane([0.0, 1.0, 0.0], at);
    let mut scatter = |r: &mut Random, n: usize, near: f64, far: f64, size: f64| {
        for _ in 0..n {
            let z = r.log_between(near, far);
            let x = z * r.between(-0.5, 0.5);
            let s = size * r.between(0.4, 1.3);
            things.push(match r.below(3) {
                0 => Thing::Sphere([x, s, z], s),
                1 => Thing::Box([x, s, z], [s, s, s * r.between(0.5, 2.0)], r.between(0.0, 1.5)),
                _ => Thing::Post([x, 0.0, z], 0.4 * s, 3.0 * s),
            });
        }
    };
    match kind {
        "outdoor" => {
            scatter(&mut r, 9, 3.0, 80.0, 1.0);
            things.push(ground(0.0));
        }
        "corridor" => {
            scatter(&mut r, 3, 4.0, 15.0, 0.4);
            let (half, end) = (r.between(1.2, 3.0), r.between(12.0, 60.0));
            things.extend([ground(0.0), Thing::Plane([0.0, 1.0, 0.0], r.between(2.4, 4.0))]);
            things.extend([-half, half].map(|x| Thing::Plane([1.0, 0.0, 0.0], x)));
            things.push(Thing::Plane([0.0, 0.0, 1.0], end));
            pitch = r.between(-0.05, 0.05);
        }
        "room" => {
            scatter(&mut r, 5, 2.0, 6.0, 0.4);
            let a = r.between(0.3, 1.2);
            things.push(ground(0.0));
            things.push(Thing::Plane([a.sin(), 0.0, a.cos()], r.between(5.0, 8.0)));
            things.push(Thing::Plane([-a.cos(), 0.0, a.sin()], r.between(2.0, 5.0)));
        }
        "table" => {
            (eye, pitch) = (r.between(0.3, 0.6), r.between(-0.6, -0.25));
            scatter(&mut r, 7, 0.6, 2.0, 0.08);
            things.push(ground(0.0));
            things.push(Thing::Plane([0.0, 0.0, 1.0], r.between(2.0, 4.0)));
        }
        "street" => {
            scatter(&mut r, 4, 4.0, 40.0, 0.7);
            things.push(ground(0.0));
            for side in [-1.0, 1.0] {
                let mut z = 5.0;
                while z < 120.0 {
                    let (long, high) = (r.between(4.0, 10.0), r.between(3.0, 15.0));
                    things.push(Thing::Box([side * 9.0, high, z + long], [3.0, high, long * 0.95], 0.0));
                    z += 2.0 * long;
                }
            }
        }
        "objects" => {
            let n = 1 + r.below(4);
            for _ in 0..n {
                let z = r.between(3.0, 6.0);
                let at = [z * r.between(-0.25, 0.25), eye + z * r.between(-0.15, 0.1), z];
                things.push(match r.below(3) {
                    0 => Thing::Box(at, [0.5, 0.4, 0.6], r.between(0.2, 1.3)),
                    _ => Thing::Sphere(at, r.between(0.3, 0.9)),
                });
            }
        }
        "aerial" => {
            (eye, pitch) = (r.between(60.0, 200.0), r.between(-0.9, -0.45));
            scatter(&mut r, 30, 60.0, 600.0, 8.0);
            things.push(ground(0.0));
        }
        "bumpy" => {
            scatter(&mut r, 5, 3.0, 30.0, 0.8);
            things.push(ground(0.0));
        }
        "looking up" => {
            pitch = r.between(0.25, 0.5);
            for k in 0..5 {
                let side = if k % 2 == 0 { -1.0 } else { 1.0 };
                let high = r.between(10.0, 30.0);
                things.push(Thing::Box(
                    [side * r.between(5.0, 9.0), high, r.between(8.0, 50.0)],
                    [3.0, high, 4.0],
                    0.3,
                ));
            }
        }
        _ => {
            things.push(ground(0.0));
            for _ in 0..40 {
                let z = r.log_between(2.0, 40.0);
                things.push(Thing::Post([z * r.between(-0.6, 0.6), 0.0, z], r.between(0.08, 0.3), 15.0));
            }
        }
    }
    let bump = if kind == "bumpy" { 0.01 } else { 0.0 };
    see(kind, &things, Camera { eye, pitch, wide: r.between(0.25, 0.7) }, bump, [width, height])
}

struct Camera {
    eye: f64,
    pitch: f64,
    /// Tangent of half the horizontal angle.
    wide: f64,
}

fn see(kind: &str, things: &[Thing], camera: Camera, bump: f64, [width, height]: [usize; 2]) -> Scene {
    const SUB: usize = 3;
    let (w, h) = (width * SUB, height * SUB);
    let (s, c) = camera.pitch.sin_cos();
    let mut z = Vec::with_capacity(w * h);
    for y in 0..h {
        for x in 0..w {
            let tan = |i: usize, n: usize| ((2 * i + 1) as f64 - n as f64) / w as f64 * camera.wide;
            let (tx, ty) = (tan(x, w), tan(y, h));
            // z of the direction is 1 along the camera's axis, so t is the distance to the camera's plane.
            let d = [tx, c * ty + s, c - s * ty];
            let t = things.iter().map(|o| o.hit([0.0, camera.eye, 0.0], d)).fold(f64::INFINITY, f64::min);
            let p = [d[0] * t, d[2] * t];
            let wave = (p[0] * 2.1).sin() * (p[1] * 1.7).sin() + 0.5 * (p[0] * 5.3 + p[1] * 4.1).sin();
            z.push(if t > 5000.0 { f64::INFINITY } else { t * (1.0 + bump * wave) });
        }
    }
    Scene { name: kind.to_string(), width, height, sub: SUB, z }
}

/// A channel of an OpenEXR file of ours, `sub` × `sub` of its pixels to one of the scene.
pub fn render(path: &Path, name: &str, channel: &str, sub: usize) -> Option<Scene> {
    use exr::prelude::*;
    let image = read().no_deep_data().largest_resolution_level().all_channels().first_valid_layer().all_attributes();
    let image = image.from_file(path).ok()?;
    let size = image.layer_data.size;
    let z = image.layer_data.channel_data.list.iter().find(|c| c.name.eq_case_insensitive(channel))?;
    let z: Vec<f32> = z.sample_data.values_as_f32().collect();
    let (width, height) = (size.x() / sub, size.y() / sub);
    // Files begin at the top; pixels that do not fill a whole one are left out.
    let z = (0..height * sub)
        .flat_map(|y| z[(size.y() - 1 - y) * size.x()..][..width * sub].to_vec())
        .map(|z| if z >= 1e9 { f64::INFINITY } else { f64::from(z) })
        .collect();
    Some(Scene { name: name.to_string(), width, height, sub, z })
}
