//! All that DepthFog can do, on rows of f32: what the air leaves and what it adds at each pixel, and both put over the picture.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

mod air;
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
use super::sight::{Lane, Sight};
use super::steps::Steps;
use super::sun::Sun;
use super::table::{GROUPS, Table, place};
use crate::depth::DepthStage;
use crate::effect::{Frame, Leaves, RowKernel};
use crate::effects::blocks::{Blocks, Columns, Numbers, Part, StoredRow, planes, stored};
use crate::effects::look;
use crate::geometry::{Geometry, Rect};
use crate::image::ColourRow;
use crate::maths::{exp2, upper};
use crate::render::{Beside, Picture, Surroundings};
use crate::simd::{Sixteen, SixteenWork, best_sixteen_work};
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

    /// Radius of the scatter blur in pixels behind an optical depth.
    #[inline(always)]
    fn blur_radius(&self, depth: f32) -> f32 {
        self.radius as f32 * (1.0 - exp2(-(depth * LOG2_E)))
    }

    /// Changes some pixels.
    #[inline(always)]
    fn block<S: Sixteen>(
        &self,
        lanes: &mut Lanes,
        x: &Part,
        y: i32,
        z: &Numbers<LANES>,
        colour: &mut [Numbers<LANES>; 4],
    ) {
        let (n, mut lane, mut depth) = (x.len(), Lane::new(), [0.0; LANES]);
        lane.x = x.numbers();
        lanes.z = *z;
        self.sight.count(y, &mut lane, &mut lanes.z);
        for z in &mut lanes.z {
            // Not an `if`: written only here and there it would be slow.
            *z = upper(*z, 0.0);
        }
        self.air::<S>(y, n, lanes, &mut lane, &mut depth);
        self.limit(lanes);
        if self.output != FogOutput::Transmittance {
            self.shine(y, n, &lane, &depth, lanes);
        }
        match self.output {
            FogOutput::Result => {
                if let Some(soft) = &self.soft {
                    self.soften(soft, &lane.x, y, n, &depth, colour);
                }
                self.over(lanes, colour);
            }
            FogOutput::Element => self.element(&lane.x, y, n, &depth, lanes, colour),
            _ => {
                let [tr, tg, tb] = &lanes.left;
                for i in 0..LANES {
                    colour[3][i] = mean(tr[i], tg[i], tb[i]);
                }
                for (to, left) in colour.iter_mut().zip(&lanes.left) {
                    *to = *left;
                }
            }
        }
    }
}

impl Blocks<LANES> for Fog<'_> {
    type Room = Lanes;
    fn room() -> Lanes {
        Lanes::new()
    }
    #[inline(always)]
    fn block<S: Sixteen>(
        &self,
        room: &mut Lanes,
        x: &Part,
        y: i32,
        z: &Numbers<LANES>,
        colour: &mut [Numbers<LANES>; 4],
    ) {
        best_sixteen_work(Block { kernel: self, room, x, y, z, colour });
    }
}

/// A call of [`Blocks::block`]: a function of its own, as it is much code.
struct Block<'a> {
    kernel: &'a Fog<'a>,
    room: &'a mut Lanes,
    x: &'a Part<'a>,
    y: i32,
    z: &'a Numbers<LANES>,
    colour: &'a mut [Numbers<LANES>; 4],
}

impl SixteenWork for Block<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        self.kernel.block::<S>(self.room, self.x, self.y, self.z, self.colour);
    }
}

/// Optical depth of the air without noise before some neighbours.
struct EvenDepths<'a> {
    kernel: &'a Fog<'a>,
    x1: i32,
    y: i32,
    z: &'a [f32],
    out: &'a mut [f32],
}

impl SixteenWork for EvenDepths<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Sixteen>(self) {
        let Self { kernel, x1, y, z, out } = self;
        let (mut lane, mut part, mut read) = (Lane::new(), [0.0; LANES], [[0.0; LANES]; 4 * GROUPS]);
        for (at, (z, out)) in z.chunks(LANES).zip(out.chunks_mut(LANES)).enumerate() {
            let n = z.len();
            lane.x = Columns::From(x1).some(at * LANES, n).numbers();
            part[..n].copy_from_slice(z);
            kernel.sight.count(y, &mut lane, &mut part);
            kernel.table.read::<S>(&part, n, [false, true, false, false], &mut read);
            let depth = &mut read[place::DEPTH];
            if let Some(ground) = &kernel.ground {
                kernel.sight.rays(y, n, false, &mut lane);
                for i in 0..LANES {
                    depth[i] += ground.depth(part[i], lane.way[1][i], lane.length[i]);
                }
            }
            out.copy_from_slice(&depth[..n]);
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
                best_sixteen_work(EvenDepths { kernel: self, x1: rect.x1, y, z: z.row(y), out: &mut depths });
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
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        planes(self, Columns::From(x1), y, z, colour);
    }
    fn places(&self, x: &[i32], y: i32, z: &[f32], colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        planes(self, Columns::Each(x), y, z, colour);
    }
    fn takes_stored(&self) -> bool {
        self.output != FogOutput::Depth
    }
    fn stored(&self, row: StoredRow) {
        stored(self, row);
    }
}
