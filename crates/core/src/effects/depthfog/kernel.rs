//! All that DepthFog can do, on rows of f32: what the air leaves and what it adds at each pixel, and both put over the picture.

use super::height::Ground;
use super::model::{Air, OPAQUE};
use super::noise::Noise;
use super::panels::{LANES, Lanes, Panels};
use super::params::{FogOutput, Params};
use super::sight::{Lane, Sight};
use super::steps::Steps;
use super::table::{Table, place};
use crate::depth::DepthStage;
use crate::effect::{Frame, Leaves, RowKernel};
use crate::effects::look;
use crate::image::ColourRow;
use crate::maths::{exp2, upper};
use crate::render::Beside;
use crate::simd::{Work, best_work};
use std::f32::consts::LOG2_E;

/// Rec. 709 luminance.
const LUMINANCE: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// How the light in the air is found.
enum Light {
    /// By depth alone: it is in the table.
    Table,
    /// All of one colour: what is not left.
    OneColour([f32; 3]),
    /// Summed along the ray.
    Panels(Panels),
    /// Summed in steps, for there is noise in it.
    Steps(Steps, Noise),
}

/// DepthFog with its numbers ready.
pub(super) struct Fog<'a> {
    table: Table,
    ground: Option<Ground>,
    light: Light,
    sight: Sight<'a>,
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
        let table = Table::new(&air, tint, false);
        let sight = Sight::new(p, frame, beside.position.as_ref().map(|position| (position, depth)));
        let ground = Ground::new(p, sight.eye[1]);
        let noise = Noise::new(p, frame, sight.eye, sight.pixel(frame));
        let one = air.one_colour().map(|c| c.map(|v| v as f32));
        let light = match &ground {
            _ if noise.is_some() => {
                let densest = ground.as_ref().map_or(0.0, Ground::densest);
                let steps = Steps::new(&air, densest, p.noise.steps as usize, p.noise.scale, tint);
                Light::Steps(steps, noise.unwrap_or_else(|| unreachable!("just asked")))
            }
            None => Light::Table,
            Some(ground) if air.is_empty() => Light::OneColour(ground.colour),
            Some(ground) if one == Some(ground.colour) => Light::OneColour(ground.colour),
            Some(ground) => Light::Panels(Panels::new(&air, &table, ground, tint)),
        };
        Self {
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
    fn air(&self, x1: i32, y: i32, z: &[f32], lanes: &mut Lanes) {
        for (lane, &z) in lanes.z.iter_mut().zip(z) {
            *lane = if z > 0.0 { z } else { 0.0 };
        }
        let fills = matches!(self.light, Light::Table);
        let imposes = matches!(self.light, Light::Panels(_));
        let mut depth = [0.0; LANES];
        for i in 0..z.len() {
            let numbers = self.table.at(lanes.z[i]);
            depth[i] = numbers[place::DEPTH];
            if imposes {
                lanes.set_own(i, &numbers);
            } else if fills {
                for c in 0..3 {
                    lanes.left[c][i] = numbers[place::LEFT + c];
                    lanes.light[c][i] = numbers[place::LIGHT + c];
                    lanes.base[c][i] = numbers[place::BASE + c];
                }
            }
        }
        if fills {
            return;
        }
        let mut lane = Lane { way: [[0.0; LANES]; 3], length: [0.0; LANES] };
        self.sight.rays(x1, y, &mut lane);
        match (&self.light, &self.ground) {
            (Light::Steps(steps, noise), ground) => {
                steps.walk(z.len(), &self.table, ground.as_ref(), noise, &lane, lanes);
            }
            (Light::OneColour(colour), Some(ground)) => {
                for i in 0..LANES {
                    depth[i] += ground.depth(lanes.z[i], lane.way[1][i], lane.length[i]);
                }
                for c in 0..3 {
                    for i in 0..LANES {
                        let left = exp2(-(depth[i] * self.tint[c] * LOG2_E));
                        lanes.left[c][i] = left;
                        lanes.light[c][i] = colour[c] * (1.0 - left);
                    }
                }
            }
            (Light::Panels(panels), Some(ground)) => panels.walk(ground, &lane, lanes),
            _ => {}
        }
    }

    /// The limit of opacity, and the sky's share.
    #[inline(always)]
    fn limit(&self, z: &[f32], lanes: &mut Lanes) {
        let nothing = (-OPAQUE).exp() as f32;
        for c in 0..3 {
            let (left, light) = (&mut lanes.left[c], &mut lanes.light[c]);
            for i in 0..z.len() {
                let t = if left[i] > nothing { left[i] } else { 0.0 };
                let held = upper(t, self.least);
                let share = if z[i] == f32::INFINITY { self.sky } else { 1.0 };
                let opacity = (1.0 - held) * share;
                // The same mixture of light, less of it.
                light[i] *= if opacity < 1.0 - t { opacity / (1.0 - t) } else { 1.0 };
                left[i] = 1.0 - opacity;
            }
        }
    }

    /// The picture through the air.
    #[inline(always)]
    fn result(&self, lanes: &Lanes, colour: ColourRow) {
        let ColourRow { r, g, b, a } = colour;
        let n = a.len();
        let [tr, tg, tb] = &lanes.left;
        if let Some(floor) = self.floor {
            for (plane, (left, light)) in [r, g, b].into_iter().zip(lanes.left.iter().zip(&lanes.light)) {
                for i in 0..n {
                    plane[i] = (plane[i] - light[i] * a[i]) / upper(left[i], floor);
                }
            }
            return;
        }
        if self.desaturate > 0.0 {
            for i in 0..n {
                let grey = LUMINANCE[0] * r[i] + LUMINANCE[1] * g[i] + LUMINANCE[2] * b[i];
                let share = self.desaturate * (1.0 - mean(tr[i], tg[i], tb[i]));
                (r[i], g[i], b[i]) =
                    (r[i] + share * (grey - r[i]), g[i] + share * (grey - g[i]), b[i] + share * (grey - b[i]));
            }
        }
        for (plane, (left, light)) in [r, g, b].into_iter().zip(lanes.left.iter().zip(&lanes.light)) {
            for i in 0..n {
                let cover = if self.alpha { 1.0 } else { a[i] };
                let kept = plane[i] * left[i];
                plane[i] = (if left[i] > 0.0 { kept } else { 0.0 }) + light[i] * cover;
            }
        }
        if self.alpha {
            for i in 0..n {
                a[i] += (1.0 - a[i]) * (1.0 - mean(tr[i], tg[i], tb[i]));
            }
        }
    }

    /// What gives the result when it is put over the picture: whatever the air does besides covering goes into the colours.
    #[inline(always)]
    fn element(&self, lanes: &Lanes, mut colour: ColourRow) {
        let n = colour.a.len();
        let mut before = [[0.0; LANES]; 4];
        for (to, plane) in before.iter_mut().zip(colour.planes()) {
            to[..n].copy_from_slice(plane);
        }
        self.result(lanes, colour.reborrow());
        let ColourRow { r, g, b, a } = colour;
        let [tr, tg, tb] = &lanes.left;
        for i in 0..n {
            let left = mean(tr[i], tg[i], tb[i]);
            let empty = before.iter().all(|plane| plane[i] == 0.0) && !self.alpha;
            // Grey air without more to it: exactly its light.
            let same =
                tr[i] == left && tg[i] == left && tb[i] == left && self.desaturate == 0.0 && self.floor.is_none();
            let cover = if self.alpha { 1.0 } else { before[3][i] };
            for (c, plane) in [&mut *r, &mut *g, &mut *b].into_iter().enumerate() {
                let rest = plane[i] - left * before[c][i];
                plane[i] = if same { lanes.light[c][i] * cover } else { rest };
            }
            a[i] = if empty { 0.0 } else { 1.0 - left };
        }
    }

    #[inline(always)]
    fn chunks(&self, x1: i32, y: i32, z: &[f32], mut colour: ColourRow) {
        if self.output == FogOutput::Depth {
            return look::depth(z, colour);
        }
        let mut lanes = Lanes::new();
        for from in (0..z.len()).step_by(LANES) {
            let to = z.len().min(from + LANES);
            self.air(x1 + from as i32, y, &z[from..to], &mut lanes);
            self.limit(&z[from..to], &mut lanes);
            let part = colour.part(from..to);
            match self.output {
                FogOutput::Result => self.result(&lanes, part),
                FogOutput::Element => self.element(&lanes, part),
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

/// Exactly the number where all three are the same.
#[inline(always)]
fn mean(r: f32, g: f32, b: f32) -> f32 {
    g + ((r - g) + (b - g)) * (1.0 / 3.0)
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
