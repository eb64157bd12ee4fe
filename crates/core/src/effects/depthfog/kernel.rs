//! All that DepthFog can do, on rows of f32: what the air leaves and what it adds at each pixel, and both put over the picture.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

mod over;
mod shine;

use super::fan::Fan;
use super::height::Ground;
use super::model::Air;
use super::noise::Noise;
use super::panels::{LANES, Lanes, Panels};
use super::params::{FogOutput, Params};
use super::rays::{DEPTHS, Layout, Rays};
use super::scatter::{self, Cell, Soft};
use super::sight::{Columns, Lane, Sight};
use super::steps::Steps;
use super::sun::Sun;
use super::table::{GROUPS, Table, place};
use crate::depth::DepthStage;
use crate::effect::{Frame, Leaves, RowKernel};
use crate::effects::look;
use crate::geometry::{Geometry, Rect};
use crate::image::ColourRow;
use crate::maths::{choose, exp2, upper};
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
    /// Summed along the ray; or read off, where the fan is spread.
    Panels(Panels, Option<Box<Fan>>),
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
    /// Is each channel absorbed alike?
    grey: bool,
    /// What of the table is asked.
    wanted: [bool; GROUPS],
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
        let mut table = Table::new(&air, tint, image.is_some());
        let sight = Sight::new(p, frame, beside.position.as_ref().map(|position| (position, depth)));
        let ground = Ground::new(p, sight.eye[1]);
        let noise = Noise::new(p, frame, sight.eye, sight.pixel(frame));
        let one = air.one_colour().filter(|_| image.is_none()).map(|c| c.map(|v| v as f32));
        // The colour of all that lies in the air, if it has only one.
        let all = match &ground {
            // What is absorbed has no colour.
            Some(ground) if air.is_empty() || p.output == FogOutput::Transmittance => Some(ground.colour),
            Some(ground) => one.filter(|one| *one == ground.colour),
            None => one,
        };
        let light = match &ground {
            _ if noise.is_some() => {
                let densest = ground.as_ref().map_or(0.0, Ground::densest);
                let steps = Steps::new(&air, densest, p.noise.steps as usize, p.noise.scale, tint, all);
                Light::Steps(steps, Box::new(noise.unwrap_or_else(|| unreachable!("just asked"))))
            }
            None => Light::Table,
            Some(ground) => match all {
                Some(colour) => Light::OneColour(colour),
                None => {
                    let grey = tint == [tint[0]; 3];
                    let read_off = sight.is_even() && (grey || image.is_none());
                    let fan = read_off.then(|| Fan::new(&mut table, ground, tint, &air.bounds()).map(Box::new));
                    Light::Panels(Panels::new(&air, &table, ground, tint), fan.flatten())
                }
            },
        };
        let rays = Layout::of(p, frame, &air);
        let rays = rays.map(|layout| (layout, std::array::from_fn(|k| table.at(layout.depth(k))[place::DEPTH])));
        let grey = tint == [tint[0]; 3];
        let radius = scatter_radius(p, frame);
        let wanted = match light {
            Light::Table => [true, !grey || radius > 0.0 || rays.is_some() || image.is_some(), image.is_some(), false],
            Light::OneColour(_) => [false, true, false, false],
            Light::Panels(..) => [false, true, false, true],
            Light::Steps(..) => [false, true, false, false],
        };
        Self {
            grey,
            wanted,
            geometry: frame.geometry,
            image,
            sun: Sun::new(p, frame),
            rays,
            radius,
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

    /// What is left and what is added at the pixels that `lane` and `lanes` hold.
    #[inline(always)]
    fn air(&self, y: i32, n: usize, lanes: &mut Lanes, lane: &mut Lane, depth: &mut [f32; LANES]) {
        self.table.read(&lanes.z, self.wanted, &mut lanes.read);
        *depth = lanes.read[place::DEPTH];
        let in_steps = matches!(self.light, Light::Steps(..));
        if self.ground.is_some() || in_steps {
            self.sight.rays(y, n, in_steps, lane);
        }
        if let Some(ground) = &self.ground {
            for i in 0..LANES {
                depth[i] += ground.depth(lanes.z[i], lane.way[1][i], lane.length[i]);
            }
        }
        // Where all channels are alike the first one stands for all.
        let channels = if self.grey { 1 } else { 3 };
        match (&self.light, &self.ground) {
            (Light::Steps(steps, noise), ground) => {
                steps.walk(&self.table, ground.as_ref(), noise, lane, lanes);
                cut(channels, lanes);
            }
            (Light::OneColour(colour), Some(_)) => self.one_colour(channels, colour, depth, lanes),
            (Light::Panels(_, Some(fan)), Some(ground)) if fan.is_spread() => {
                self.one_colour(channels, &ground.colour, depth, lanes);
                fan.read(lane, lanes);
            }
            (Light::Panels(panels, _), Some(ground)) => {
                let ends = panels.take(&self.table, lanes);
                panels.walk(ground, lane, lanes, &ends, |_, _| ());
                cut(channels, lanes);
            }
            _ => {
                for c in 0..3 {
                    if c < channels {
                        for i in 0..LANES {
                            lanes.left[c][i] = seen(lanes.read[place::LEFT[c]][i]);
                        }
                    }
                    lanes.light[c] = lanes.read[place::LIGHT[c]];
                    lanes.base[c] = lanes.read[place::BASE[c]];
                }
            }
        }
    }

    /// Light where all that lies in the air is of one colour.
    #[inline(always)]
    fn one_colour(&self, channels: usize, colour: &[f32; 3], depth: &[f32; LANES], lanes: &mut Lanes) {
        for c in 0..channels {
            let tint = self.tint[c];
            for i in 0..LANES {
                lanes.left[c][i] = seen(exp2(-(depth[i] * tint * LOG2_E)));
            }
        }
        for c in 0..3 {
            let left = if self.grey { 0 } else { c };
            for i in 0..LANES {
                lanes.light[c][i] = colour[c] * (1.0 - lanes.left[left][i]);
            }
        }
    }

    /// The limit of opacity, and the sky's share.
    #[inline(always)]
    fn limit(&self, lanes: &mut Lanes) {
        let (least, sky) = (self.least, self.sky);
        let limited = least > 0.0 || sky != 1.0;
        let Lanes { z, left, light, base, .. } = lanes;
        for c in 0..if self.grey { 1 } else { 3 } {
            if !limited {
                continue;
            }
            let mut less = [0.0; LANES];
            for i in 0..LANES {
                let t = left[c][i];
                let held = upper(t, least);
                let share = if z[i] == f32::INFINITY { sky } else { 1.0 };
                let opacity = (1.0 - held) * share;
                // The same mixture of light, less of it.
                less[i] = if opacity < 1.0 - t { opacity / (1.0 - t) } else { 1.0 };
                // 1 − (1 − t) would lose small numbers.
                left[c][i] = if share == 1.0 { held } else { 1.0 - opacity };
            }
            for k in if self.grey { 0..3 } else { c..c + 1 } {
                for i in 0..LANES {
                    light[k][i] *= less[i];
                    base[k][i] *= less[i];
                }
            }
        }
        if self.grey {
            (left[1], left[2]) = (left[0], left[0]);
        }
    }

    /// Optical depth of the air without noise before some pixels.
    fn even_depths(&self, x1: i32, y: i32, z: &[f32], out: &mut [f32]) {
        let (mut lane, mut part, mut read) = (Lane::new(), [0.0; LANES], [[0.0; LANES]; 4 * GROUPS]);
        for (at, (z, out)) in z.chunks(LANES).zip(out.chunks_mut(LANES)).enumerate() {
            let n = z.len();
            lane.x = Columns::From(x1).some(at * LANES, n);
            part[..n].copy_from_slice(z);
            self.sight.count(y, &mut lane, &mut part);
            self.table.read(&part, [false, true, false, false], &mut read);
            let depth = &mut read[place::DEPTH];
            if let Some(ground) = &self.ground {
                self.sight.rays(y, n, false, &mut lane);
                for i in 0..LANES {
                    depth[i] += ground.depth(part[i], lane.way[1][i], lane.length[i]);
                }
            }
            out.copy_from_slice(&depth[..n]);
        }
    }

    /// Radius of the scatter blur in pixels behind an optical depth.
    #[inline(always)]
    fn blur_radius(&self, depth: f32) -> f32 {
        self.radius as f32 * (1.0 - exp2(-(depth * LOG2_E)))
    }

    #[inline(always)]
    fn chunks(&self, x: Columns, y: i32, z: &[f32], mut colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        let (mut lanes, mut lane, mut depth) = (Lanes::new(), Lane::new(), [0.0; LANES]);
        for from in (0..z.len()).step_by(LANES) {
            let n = LANES.min(z.len() - from);
            lane.x = x.some(from, n);
            lanes.z[..n].copy_from_slice(&z[from..from + n]);
            lanes.z[n..].fill(0.0);
            self.sight.count(y, &mut lane, &mut lanes.z);
            for z in &mut lanes.z {
                // Not an `if`: written only here and there it would be slow.
                *z = z.max(0.0);
            }
            self.air(y, n, &mut lanes, &mut lane, &mut depth);
            self.limit(&mut lanes);
            if self.output != FogOutput::Transmittance {
                self.shine(y, n, &lane, &depth, &mut lanes);
            }
            let mut part = colour.part(from..from + n);
            match self.output {
                FogOutput::Result => {
                    if let Some(soft) = &self.soft {
                        self.soften(soft, &lane.x, y, &depth, part.reborrow());
                    }
                    self.result(&lanes, part);
                }
                FogOutput::Element => self.element(&lane.x, y, &depth, &lanes, part),
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

/// Nothing at all where hardly anything is left.
#[inline(always)]
fn seen(left: f32) -> f32 {
    // 2⁻⁸⁰, as in the table.
    const NOTHING: f32 = f32::from_bits((127 - 80) << 23);
    choose(left > NOTHING, left, 0.0)
}

/// The same of what was summed up.
#[inline(always)]
fn cut(channels: usize, lanes: &mut Lanes) {
    for left in &mut lanes.left[..channels] {
        left.iter_mut().for_each(|t| *t = seen(*t));
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
        if let (Light::Panels(_, Some(fan)), Some(ground)) = (&mut self.light, &self.ground) {
            fan.spread(ground, &self.sight, window, exec)?;
            self.wanted = [false, true, false, false];
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
        if let Light::Panels(_, Some(fan)) = &mut self.light {
            drop(exec.keep(fan.take()));
        }
        drop(exec.keep((self.soft.take(), self.sun.as_mut().and_then(|sun| sun.rays.take()))));
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x: Columns::From(x1), y, z, colour });
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        best_work(Row { kernel: self, x: Columns::Each(x), y, z, colour });
    }
}

/// A call of [`RowKernel::row`].
struct Row<'a> {
    kernel: &'a Fog<'a>,
    x: Columns<'a>,
    y: i32,
    z: &'a [f32],
    colour: ColourRow<'a>,
}

impl Work for Row<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.kernel.chunks(self.x, self.y, self.z, self.colour);
    }
}
