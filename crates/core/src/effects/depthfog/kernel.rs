//! All that DepthFog can do, on rows of f32: what the air leaves and what it adds at each pixel, and both put over the picture.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

mod over;

use super::height::Ground;
use super::model::{Air, OPAQUE};
use super::noise::Noise;
use super::panels::{LANES, Lanes, Panels};
use super::params::{FogOutput, Params};
use super::rays::{DEPTHS, Layout, Rays};
use super::scatter::{self, Cell, Soft};
use super::sight::{Lane, Sight};
use super::steps::Steps;
use super::sun::Sun;
use super::table::{Table, place};
use crate::depth::DepthStage;
use crate::effect::{Frame, Leaves, RowKernel};
use crate::effects::look;
use crate::geometry::{Geometry, Rect};
use crate::image::{ColourRow, load_colour};
use crate::maths::{exp2, upper};
use crate::render::{Beside, Picture, Surroundings};
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop};
use over::mean;
use std::f32::consts::LOG2_E;

/// How the light in the air is found.
enum Light {
    /// By depth alone: it is in the table.
    Table,
    /// All of one colour: what is not left.
    OneColour([f32; 3]),
    /// Summed along the ray.
    Panels(Panels),
    /// Summed in steps, for there is noise in it.
    Steps(Steps, Box<Noise>),
}

/// DepthFog with its numbers ready.
pub(super) struct Fog<'a> {
    table: Table,
    ground: Option<Ground>,
    light: Light,
    sight: Sight<'a>,
    geometry: Geometry,
    /// The picture whose colours the fog has.
    image: Option<&'a Picture<'a>>,
    sun: Option<Sun>,
    /// How rays are followed, and the optical depths at their depths.
    rays: Option<(Layout, [f32; DEPTHS])>,
    /// Largest radius of the scatter blur in pixels, and once the surroundings were looked at, the picture in coarser cells.
    radius: f64,
    soft: Option<Soft>,
    tint: [f32; 3],
    /// The least that comes through, and how much of the fog the sky gets.
    least: f32,
    sky: f32,
    desaturate: f32,
    alpha: bool,
    /// Taking haze out: the least that it is divided by.
    floor: Option<f32>,
    output: FogOutput,
}

impl<'a> Fog<'a> {
    pub(super) fn new(p: &Params, frame: &Frame, depth: &'a DepthStage<'a>, beside: &'a Beside<'a>) -> Self {
        let air = Air::new(p);
        let tint = p.colour.tint.map(|v| v.max(0.0));
        let image = beside.fog.as_ref();
        let table = Table::new(&air, tint, image.is_some());
        let sight = Sight::new(p, frame, beside.position.as_ref().map(|position| (position, depth)));
        let ground = Ground::new(p, sight.eye[1]);
        let noise = Noise::new(p, frame, sight.eye, sight.pixel(frame));
        let one = air.one_colour().filter(|_| image.is_none()).map(|c| c.map(|v| v as f32));
        let light = match &ground {
            _ if noise.is_some() => {
                let densest = ground.as_ref().map_or(0.0, Ground::densest);
                let steps = Steps::new(&air, densest, p.noise.steps as usize, p.noise.scale, tint);
                Light::Steps(steps, Box::new(noise.unwrap_or_else(|| unreachable!("just asked"))))
            }
            None => Light::Table,
            Some(ground) if air.is_empty() => Light::OneColour(ground.colour),
            Some(ground) if one == Some(ground.colour) => Light::OneColour(ground.colour),
            Some(ground) => Light::Panels(Panels::new(&air, &table, ground, tint)),
        };
        let rays = Layout::of(p, frame, &air);
        let rays = rays.map(|layout| (layout, std::array::from_fn(|k| table.at(layout.depth(k))[place::DEPTH])));
        Self {
            geometry: frame.geometry,
            image,
            sun: Sun::new(p, frame),
            rays,
            radius: scatter_radius(p, frame),
            soft: None,
            table,
            ground,
            light,
            sight,
            tint: tint.map(|v| v as f32),
            least: (1.0 - p.air.max_opacity) as f32,
            sky: p.colour.sky as f32,
            desaturate: p.colour.desaturate as f32,
            alpha: p.colour.alpha && !p.removes(),
            floor: p.removes().then_some(p.air.haze_floor as f32),
            output: p.output,
        }
    }

    /// What is left and what is added at up to [`LANES`] pixels; lanes beyond them hold anything.
    #[inline(always)]
    fn air(&self, x1: i32, y: i32, z: &[f32], lanes: &mut Lanes, lane: &mut Lane, depth: &mut [f32; LANES]) {
        for (lane, &z) in lanes.z.iter_mut().zip(z) {
            *lane = if z > 0.0 { z } else { 0.0 };
        }
        let fills = matches!(self.light, Light::Table);
        for i in 0..z.len() {
            let numbers = self.table.at(lanes.z[i]);
            depth[i] = numbers[place::DEPTH];
            if let Light::Panels(panels) = &self.light {
                panels.take(i, &self.table, &numbers, lanes);
            } else if fills {
                for c in 0..3 {
                    lanes.left[c][i] = numbers[place::LEFT + c];
                    lanes.light[c][i] = numbers[place::LIGHT + c];
                    lanes.base[c][i] = numbers[place::BASE + c];
                }
            }
        }
        if self.ground.is_some() || matches!(self.light, Light::Steps(..)) {
            self.sight.rays(x1, y, lane);
        }
        if let Some(ground) = &self.ground {
            for i in 0..LANES {
                depth[i] += ground.depth(lanes.z[i], lane.way[1][i], lane.length[i]);
            }
        }
        match (&self.light, &self.ground) {
            (Light::Steps(steps, noise), ground) => {
                steps.walk(z.len(), &self.table, ground.as_ref(), noise, lane, lanes);
            }
            (Light::OneColour(colour), Some(_)) => {
                for c in 0..3 {
                    for i in 0..LANES {
                        let left = exp2(-(depth[i] * self.tint[c] * LOG2_E));
                        lanes.left[c][i] = left;
                        lanes.light[c][i] = colour[c] * (1.0 - left);
                    }
                }
            }
            (Light::Panels(panels), Some(ground)) => panels.walk(ground, lane, lanes),
            _ => {}
        }
    }

    /// The limit of opacity, and the sky's share.
    #[inline(always)]
    fn limit(&self, z: &[f32], lanes: &mut Lanes) {
        let nothing = (-OPAQUE).exp() as f32;
        for c in 0..3 {
            let (left, light, base) = (&mut lanes.left[c], &mut lanes.light[c], &mut lanes.base[c]);
            for i in 0..z.len() {
                let t = if left[i] > nothing { left[i] } else { 0.0 };
                let held = upper(t, self.least);
                let share = if z[i] == f32::INFINITY { self.sky } else { 1.0 };
                let opacity = (1.0 - held) * share;
                // The same mixture of light, less of it.
                let less = if opacity < 1.0 - t { opacity / (1.0 - t) } else { 1.0 };
                light[i] *= less;
                base[i] *= less;
                left[i] = 1.0 - opacity;
            }
        }
    }

    /// The fog's picture, and the sun in the air.
    #[inline(always)]
    fn shine(&self, x1: i32, y: i32, z: &[f32], lane: &Lane, depth: &[f32; LANES], lanes: &mut Lanes) {
        if let Some(image) = self.image {
            let colours = self.image_row(image, x1, y, z.len());
            for (c, colours) in colours.iter().enumerate() {
                for i in 0..z.len() {
                    lanes.light[c][i] += colours[i] * lanes.base[c][i];
                }
            }
        }
        let Some(sun) = &self.sun else { return };
        for i in 0..z.len() {
            let x = x1 + i as i32;
            let lit = match (&self.rays, &sun.rays) {
                (Some((layout, depths)), Some(rays)) => {
                    let rise = [lane.way[1][i], lane.length[i]];
                    self.lit(layout, depths, rays.open(x, y), lanes.z[i], depth[i], rise)
                }
                _ => 1.0,
            };
            let light = sun.light(x, y, lit);
            for c in 0..3 {
                lanes.light[c][i] += light[c] * (1.0 - lanes.left[c][i]);
            }
        }
    }

    /// The part of the light in the air before a depth that the sun makes, where it is open to it as said at some depths.
    #[inline(always)]
    fn lit(
        &self,
        layout: &Layout,
        depths: &[f32; DEPTHS],
        open: [f32; DEPTHS],
        z: f32,
        own: f32,
        ray: [f32; 2],
    ) -> f32 {
        let [rise, length] = ray;
        let held = |depth: f32| 1.0 - exp2(-(depth * LOG2_E));
        let all = held(own);
        let (mut before, mut last, mut sum) = (0.0, open[0], 0.0);
        for k in 0..DEPTHS {
            let at = layout.depth(k);
            let more = self.ground.as_ref().map_or(0.0, |g| g.depth(at, rise, length));
            let here = if at < z { held(depths[k] + more) } else { all };
            sum += 0.5 * (last + open[k]) * (here - before);
            (before, last) = (here, open[k]);
        }
        sum += last * (all - before);
        // Hardly any air: as open as near the camera.
        if all > 1e-6 { sum / all } else { open[0] }
    }

    /// Colours of the fog's picture, black where it has none.
    fn image_row(&self, picture: &Picture, x1: i32, y: i32, n: usize) -> [[f32; LANES]; 3] {
        let mut out = [[0.0; LANES]; 3];
        let (image, from, to) = (&picture.image, picture.geometry.pixels_per_unit(), self.geometry.pixels_per_unit());
        let index = |axis: usize, i: i32| match picture.geometry == self.geometry {
            true => i,
            false => ((f64::from(i) + 0.5) / to[axis] * from[axis]).floor() as i32,
        };
        let (bounds, format, sy) = (image.bounds(), image.format(), index(1, y));
        if sy < bounds.y1 || sy >= bounds.y2 {
            return out;
        }
        for i in 0..n {
            let sx = index(0, x1 + i as i32);
            if sx < bounds.x1 || sx >= bounds.x2 {
                continue;
            }
            let bytes = &image.row(sy)[(sx - bounds.x1) as usize * format.bytes()..];
            let [mut r, mut g, mut b, mut a] = [[0.0]; 4];
            load_colour(format, &bytes[..format.bytes()], ColourRow { r: &mut r, g: &mut g, b: &mut b, a: &mut a });
            for (out, v) in out.iter_mut().zip([r[0], g[0], b[0]]) {
                out[i] = if v.is_finite() { v } else { 0.0 };
            }
        }
        out
    }

    /// Optical depth of the air without noise before some pixels.
    fn even_depths(&self, x1: i32, y: i32, z: &[f32], out: &mut [f32]) {
        let mut lane = Lane::new();
        for from in (0..z.len()).step_by(LANES) {
            let to = z.len().min(from + LANES);
            if self.ground.is_some() {
                self.sight.rays(x1 + from as i32, y, &mut lane);
            }
            out[from..to].copy_from_slice(&z[from..to]);
            self.sight.count(x1 + from as i32, y, &mut out[from..to]);
            for i in from..to {
                let z = out[i];
                let low = |g: &Ground| g.depth(z, lane.way[1][i - from], lane.length[i - from]);
                out[i] = self.table.at(z)[place::DEPTH] + self.ground.as_ref().map_or(0.0, low);
            }
        }
    }

    /// Radius of the scatter blur in pixels behind an optical depth.
    #[inline(always)]
    fn blur_radius(&self, depth: f32) -> f32 {
        self.radius as f32 * (1.0 - exp2(-(depth * LOG2_E)))
    }

    #[inline(always)]
    fn chunks(&self, x1: i32, y: i32, z: &[f32], mut colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        let (mut lanes, mut lane, mut depth) = (Lanes::new(), Lane::new(), [0.0; LANES]);
        let mut way = [0.0; LANES];
        for from in (0..z.len()).step_by(LANES) {
            let to = z.len().min(from + LANES);
            let x = x1 + from as i32;
            way[..to - from].copy_from_slice(&z[from..to]);
            let z = &mut way[..to - from];
            self.sight.count(x, y, z);
            let z = &*z;
            self.air(x, y, z, &mut lanes, &mut lane, &mut depth);
            self.limit(z, &mut lanes);
            if self.output != FogOutput::Transmittance {
                self.shine(x, y, z, &lane, &depth, &mut lanes);
            }
            let mut part = colour.part(from..to);
            match self.output {
                FogOutput::Result => {
                    if let Some(soft) = &self.soft {
                        self.soften(soft, x, y, &depth, part.reborrow());
                    }
                    self.result(&lanes, part);
                }
                FogOutput::Element => self.element(x, y, &depth, &lanes, part),
                _ => {
                    let ColourRow { r, g, b, a } = part;
                    let [tr, tg, tb] = &lanes.left;
                    r.iter_mut().zip(g).zip(b).zip(a).enumerate().for_each(|(i, (((r, g), b), a))| {
                        (*r, *g, *b, *a) = (tr[i], tg[i], tb[i], mean(tr[i], tg[i], tb[i]));
                    });
                }
            }
        }
    }
}

/// Largest radius of the scatter blur in pixels of the image; 0 where there is none, or none to be seen.
pub(super) fn scatter_radius(p: &Params, frame: &Frame) -> f64 {
    let scale = frame.geometry.pixels_per_unit();
    let radius = p.colour.scatter * scale[0].min(scale[1]);
    if radius > 0.5 && !p.removes() { radius } else { 0.0 }
}

impl RowKernel for Fog<'_> {
    fn wants_straight(&self) -> bool {
        false
    }
    fn leaves(&self) -> Leaves {
        match self.output {
            FogOutput::Result => Leaves::Picture,
            FogOutput::Element => Leaves::Layer,
            FogOutput::Transmittance | FogOutput::Depth => Leaves::Data,
        }
    }
    fn mixes(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn look_around(&mut self, around: &Surroundings, window: Rect, exec: &Exec) -> Result<(), Stop> {
        if !matches!(self.output, FogOutput::Result | FogOutput::Element) {
            return Ok(());
        }
        if let (Some((layout, _)), Some(sun)) = (&self.rays, &mut self.sun) {
            sun.rays = Some(Rays::new(*layout, around, window, exec)?);
        }
        if self.radius > 0.0 {
            let rect = window.grow(scatter::reach(self.radius));
            let (source, z) = (around.source(rect), exec.keep(around.depth(rect, exec)?));
            let pixels = |y: i32, row: &mut [Cell]| {
                let ([r, g, b, a], mut depths) = (source.row(y), vec![0.0; row.len()]);
                self.even_depths(rect.x1, y, z.row(y), &mut depths);
                for (i, cell) in row.iter_mut().enumerate() {
                    *cell = scatter::pixel([r[i], g[i], b[i], a[i]], self.blur_radius(depths[i]));
                }
            };
            self.soft = Some(Soft::new(rect, pixels, scatter::coarsest(self.radius), exec)?);
        }
        Ok(())
    }
    fn give_back(&mut self, exec: &Exec) {
        drop(exec.keep((self.soft.take(), self.sun.as_mut().and_then(|sun| sun.rays.take()))));
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x1, y, z, colour });
    }
}

/// A call of [`RowKernel::row`].
struct Row<'a> {
    kernel: &'a Fog<'a>,
    x1: i32,
    y: i32,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl Work for Row<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.kernel.chunks(self.x1, self.y, self.z, self.colour);
    }
}
