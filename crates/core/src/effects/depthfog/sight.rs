//! Where a pixel's ray runs in the world: from the camera's figures, or from a pass of world positions.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::panels::LANES;
use super::params::{Params, UpAxis};
use crate::depth::{Camera, DepthStage};
use crate::effect::Frame;
use crate::geometry::{Geometry, Rect};
use crate::image::{Components, load_channel};
use crate::render::Picture;

/// Some rays: for each metre that the fog counts (of depth, or along the ray), how far they run east, up and north, and their length.
pub(super) struct Lane {
    pub(super) way: [[f32; LANES]; 3],
    pub(super) length: [f32; LANES],
    /// Columns of the pixels.
    pub(super) x: [i32; LANES],
    /// Metres along the ray for each metre of depth.
    pub(super) own: [f32; LANES],
}

impl Lane {
    pub(super) fn new() -> Self {
        Self { way: [[0.0; LANES]; 3], length: [0.0; LANES], x: [0; LANES], own: [1.0; LANES] }
    }
}

/// The rays of a camera. East, up and north are the world's axes as a camera of heading 0 sees them: to the right, up, and forward.
pub(super) struct Sight<'a> {
    camera: Camera,
    /// How far a ray runs east, up and north for each metre to the camera's right, up and forward.
    turn: [[f32; 3]; 3],
    /// The camera's position in metres, east, up and north.
    pub(super) eye: [f64; 3],
    positions: Option<Positions<'a>>,
    /// Does the fog count along the rays?
    along: bool,
}

/// A pass of world positions.
struct Positions<'a> {
    picture: &'a Picture<'a>,
    to: Geometry,
    /// Tells how far away the positions' own surfaces are.
    depth: &'a DepthStage<'a>,
    /// Metres in a unit.
    unit: f64,
    up: UpAxis,
}

/// From a world's axes to east, up and north.
fn turned(p: [f64; 3], up: UpAxis) -> [f64; 3] {
    match up {
        UpAxis::Y => [p[0], p[1], -p[2]],
        UpAxis::Z => [p[0], p[2], p[1]],
    }
}

impl<'a> Sight<'a> {
    pub(super) fn new(p: &Params, frame: &Frame, positions: Option<(&'a Picture<'a>, &'a DepthStage<'a>)>) -> Self {
        let c = &p.camera;
        let (sr, cr) = c.roll.to_radians().sin_cos();
        let (sp, cp) = c.pitch.to_radians().sin_cos();
        let (sh, ch) = c.heading.to_radians().sin_cos();
        // A camera that looks north, tilted, raised and turned to the right, in this order.
        let place = |[x, y, z]: [f64; 3]| {
            let (x, y) = (cr * x - sr * y, sr * x + cr * y);
            let (y, z) = (cp * y + sp * z, cp * z - sp * y);
            [ch * x + sh * z, y, ch * z - sh * x]
        };
        let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(place);
        let unit = p.depth.unit.metres() * p.depth.scale;
        let stands = turned([p.depth.camera_x, p.depth.camera_y, p.depth.camera_z].map(|v| v * unit), c.up);
        let positions = positions.filter(|(picture, _)| picture.image.format().components != Components::Alpha);
        let eye = if positions.is_some() { stands } else { [stands[0], c.height, stands[2]] };
        let to = frame.geometry;
        let positions = positions.map(|(picture, depth)| Positions { picture, to, depth, unit, up: c.up });
        let turn = axes.map(|axis| axis.map(|v| v as f32));
        Self {
            camera: Camera::new(&frame.format, &to, p.depth.field_of_view),
            turn,
            eye,
            positions,
            along: p.air.along_ray,
        }
    }

    /// Width of a pixel of the full-size frame at a metre.
    pub(super) fn pixel(&self, frame: &Frame) -> f32 {
        let [a, b] = [self.camera.tangents(0, 0), self.camera.tangents(1, 0)];
        (b[0] - a[0]) * frame.geometry.pixels_per_unit()[0] as f32
    }

    /// The least and the largest rise of the camera's rays through a rectangle, for each metre along them.
    pub(super) fn rises(&self, rect: Rect) -> [f32; 2] {
        let rise = |x: i32, y: i32| {
            let ([tx, ty], [right, up, forward]) = (self.camera.tangents(x, y), self.turn.map(|axis| axis[1]));
            (tx * right + ty * up + forward) / self.camera.ray_length(x, y)
        };
        let (x2, y2) = ((rect.x2 - 1).max(rect.x1), (rect.y2 - 1).max(rect.y1));
        let across = (rect.x1..=x2).flat_map(|x| [rise(x, rect.y1), rise(x, y2)]);
        let along = (rect.y1..=y2).flat_map(|y| [rise(rect.x1, y), rise(x2, y)]);
        let [mut low, mut high] = across.chain(along).fold([1.0_f32, -1.0], |[a, b], v| [a.min(v), b.max(v)]);
        // Inside, rises are largest and least only where the camera looks straight up or down.
        let [right, up, forward] = self.turn.map(|axis| axis[1]);
        let [a, b] = [self.camera.tangents(rect.x1, rect.y1), self.camera.tangents(x2, y2)];
        let within = |axis: usize, v: f32| v >= a[axis].min(b[axis]) - 1e-3 && v <= a[axis].max(b[axis]) + 1e-3;
        if forward.abs() > 1e-6 && within(0, right / forward) && within(1, up / forward) {
            if forward > 0.0 { high = 1.0 } else { low = -1.0 }
        }
        [low, high]
    }

    /// How much a ray rises for each metre to the camera's right, up and forward.
    pub(super) fn climb(&self) -> [f32; 3] {
        self.turn.map(|axis| axis[1])
    }

    /// Are rays those of the camera, and distances counted along them?
    pub(super) fn is_even(&self) -> bool {
        self.along && self.positions.is_none()
    }

    /// Depths of the pixels that `lane` holds become what the fog counts: the ways to the eye, if along the rays.
    #[inline(always)]
    pub(super) fn count(&self, y: i32, lane: &mut Lane, z: &mut [f32; LANES]) {
        if self.along {
            for i in 0..LANES {
                lane.own[i] = self.camera.ray_length(lane.x[i], y);
                z[i] *= lane.own[i];
            }
        }
    }

    /// The rays of `n` pixels, after [`Sight::count`]; only how they rise where the rest of the world does not matter.
    #[inline(always)]
    pub(super) fn rays(&self, y: i32, n: usize, world: bool, lane: &mut Lane) {
        let [right, up, forward] = &self.turn;
        for k in 0..3 {
            if world || k == 1 {
                for i in 0..LANES {
                    let [tx, ty] = self.camera.tangents(lane.x[i], y);
                    lane.way[k][i] = tx * right[k] + ty * up[k] + forward[k];
                }
            }
        }
        if self.along && self.positions.is_none() {
            for i in 0..LANES {
                let per_metre = 1.0 / lane.own[i];
                lane.way.iter_mut().for_each(|way| way[i] *= per_metre);
                lane.length[i] = 1.0;
            }
            return;
        }
        for i in 0..LANES {
            lane.length[i] = self.camera.ray_length(lane.x[i], y);
        }
        if let Some(positions) = &self.positions {
            positions.rays(y, n, self.eye, lane);
        }
        if self.along {
            for i in 0..LANES {
                let per_metre = 1.0 / lane.own[i];
                lane.way.iter_mut().for_each(|way| way[i] *= per_metre);
                lane.length[i] *= per_metre;
            }
        }
    }
}

impl Positions<'_> {
    /// Puts in the rays of the pixels that have a position. A position's own depth is the scale: other depths of the same pixel lie on the same ray.
    fn rays(&self, y: i32, n: usize, eye: [f64; 3], lane: &mut Lane) {
        let (image, from) = (&self.picture.image, self.picture.geometry);
        let bounds = image.bounds();
        let (to, of) = (self.to.pixels_per_unit(), from.pixels_per_unit());
        let index = |axis: usize, i: i32| match from == self.to {
            true => i,
            false => ((f64::from(i) + 0.5) / to[axis] * of[axis]).floor() as i32,
        };
        let sy = index(1, y);
        if sy < bounds.y1 || sy >= bounds.y2 {
            return;
        }
        let mut own = [f32::NAN; LANES];
        if lane.x[..n].windows(2).all(|pair| pair[1] == pair[0] + 1) {
            self.depth.row(lane.x[0], y, &mut own[..n]);
        } else {
            for i in 0..n {
                self.depth.row(lane.x[i], y, &mut own[i..i + 1]);
            }
        }
        let format = image.format();
        let order = if format.components == Components::Bgra { [2, 1, 0] } else { [0, 1, 2] };
        for i in 0..n {
            let sx = index(0, lane.x[i]);
            let seen = own[i] > 0.0 && own[i] < f32::INFINITY;
            if sx < bounds.x1 || sx >= bounds.x2 || !seen {
                continue;
            }
            let bytes = &image.row(sy)[(sx - bounds.x1) as usize * format.bytes()..];
            let stored = order.map(|c| {
                let mut v = [0.0];
                load_channel(format, c, bytes, &mut v);
                v[0]
            });
            // Renderers leave black where there is nothing.
            if stored == [0.0; 3] || !stored.iter().all(|v| v.abs() < 1e12) {
                continue;
            }
            let place = turned(stored.map(|v| f64::from(v) * self.unit), self.up);
            let way = [0, 1, 2].map(|k| ((place[k] - eye[k]) / f64::from(own[i])) as f32);
            for (to, v) in lane.way.iter_mut().zip(way) {
                to[i] = v;
            }
            lane.length[i] = (way[0] * way[0] + way[1] * way[1] + way[2] * way[2]).sqrt();
        }
    }
}
