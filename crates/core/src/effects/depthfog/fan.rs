//! Light before many rays at once, where fog on the ground has a colour of its own and distances are counted along the rays: then it depends on
//! how far a ray goes and how steeply it rises, and on nothing else. A fan of rays is worked out once for a render, and pixels are read off between them.
//!
//! What is kept is not the light, but how it differs from light of the ground's colour alone, which has a closed form: it is the sum over all *other* air
//! of what it sends to the eye times the difference of the colours. Along a ray it runs straight over the light that the other air alone would leave,
//! as long as the ground's fog in between hardly changes; the fan's distances are chosen so ([`Table::thin`]). Over the rise, which is cut evenly in its
//! area sine, it is a cubic curve through four rays.

#![allow(clippy::needless_range_loop, reason = "many arrays are walked side by side")]

use super::height::Ground;
use super::panels::{Ends, LANES, Lanes, Panels};
use super::sight::{Lane, Sight};
use super::table::{Table, place};
use crate::geometry::Rect;
use crate::maths::{log2, lower, split, upper};
use crate::simd::{Work, best_work};
use crate::workers::{Exec, Stop, try_vec};

/// Steps of the area sine between rays, where the camera is no higher over the fog than it takes the fog to thin by e.
const FINENESS: f64 = 16.0;
/// From so many times that height on the fog is a surface rather: a fan would need too many rays.
const HIGHEST: f64 = 16.0;
/// Numbers of rays are smaller.
const MOST: f32 = 1e6;
/// Rays that a task works out.
const TASK: usize = LANES;

/// Rays of many rises.
pub(super) struct Fan {
    panels: Panels,
    /// Distances that are known of each ray.
    rows: usize,
    /// One over the rise at which the area sine turns from even to logarithmic.
    per_bend: f64,
    /// Rays for each e.
    fineness: f64,
    /// Number of the first ray that is known; ray 0 is level.
    first: i32,
    rays: i32,
    /// By ray, then by distance: three channels of light, and light of the fog over distance for a colour of 1.
    known: Vec<[f32; 4]>,
}

impl Fan {
    /// `None` where the fog is too sharp for it. The table's rows get their places in the fan.
    pub(super) fn new(table: &mut Table, ground: &Ground, tint: [f64; 3], bounds: &[f64]) -> Option<Self> {
        let over = ground.eye_in_falloffs().abs();
        if over > HIGHEST {
            return None;
        }
        let depths = table.thin(bounds);
        // Behind the last of them nothing changes.
        let last = depths.iter().copied().filter(|z| z.is_finite()).fold(1e-3, f64::max);
        let bend = (0.5 * ground.falloff() / last.min(ground.sight())).clamp(1e-6, 1.0);
        let rows = depths.len();
        let panels = Panels::between(&depths, table, tint);
        Some(Self {
            panels,
            rows,
            per_bend: 1.0 / bend,
            fineness: FINENESS * over.max(1.0),
            first: 0,
            rays: 0,
            known: Vec::new(),
        })
    }

    /// Works out the rays of a window.
    pub(super) fn spread(&mut self, ground: &Ground, sight: &Sight, window: Rect, exec: &Exec) -> Result<(), Stop> {
        let [low, high] = sight.rises(window);
        let place = |rise: f32| (f64::from(rise) * self.per_bend).asinh() * self.fineness;
        // A cubic needs one ray more below and two above; another one for roundings.
        let (first, last) = (place(low).floor() as i32 - 2, place(high).floor() as i32 + 3);
        (self.first, self.rays) = (first, last - first + 1);
        let rays = self.rays as usize;
        let mut known = exec.keep(try_vec(rays * self.rows, [0.0; 4])?);
        let tasks = known.chunks_mut(TASK * self.rows).collect();
        exec.for_each_mut(tasks, [0.0, 0.0], |i, known, _| {
            best_work(Rays { fan: self, ground, first: first + (i * TASK) as i32, known });
        })?;
        self.known = known.take();
        Ok(())
    }

    /// Are there rays?
    pub(super) fn is_spread(&self) -> bool {
        !self.known.is_empty()
    }

    /// What was worked out, for giving the memory back.
    pub(super) fn take(&mut self) -> Vec<[f32; 4]> {
        std::mem::take(&mut self.known)
    }

    /// Light (added to what is there) and light of the fog over distance, at the pixels' own distances as the table has read them.
    #[inline(always)]
    pub(super) fn read(&self, lane: &Lane, lanes: &mut Lanes) {
        let (per_bend, per_e) = (self.per_bend as f32, self.fineness as f32 * std::f32::consts::LN_2);
        let (mut rays, mut weights) = ([0_i32; LANES], [[0.0; LANES]; 4]);
        for i in 0..LANES {
            let rise = lane.way[1][i] * per_bend;
            let size = rise.abs();
            let place = (log2(size + (1.0 + size * size).sqrt()) * per_e).copysign(rise);
            let (ray, t) = split(lower(upper(place, -MOST), MOST));
            rays[i] = (ray - 1 - self.first).clamp(0, self.rays - 4);
            let (a, b, c, d) = (t + 1.0, t, t - 1.0, t - 2.0);
            weights[0][i] = b * c * d * (-1.0 / 6.0);
            weights[1][i] = a * c * d * 0.5;
            weights[2][i] = a * b * d * -0.5;
            weights[3][i] = a * b * c * (1.0 / 6.0);
        }
        let (mut starts, mut shares) = ([0_i32; LANES], [0.0; LANES]);
        let (rows, last) = (self.rows as i32, (self.rows - 1) as f32);
        for i in 0..LANES {
            let at = lower(upper(lanes.read[place::ROW][i], 0.0), last);
            let (row, share) = split(at);
            // The last distance ends the last step.
            let row = row.min(rows - 2);
            shares[i] = if at < last { share } else { 1.0 };
            starts[i] = rays[i] * rows + row;
        }
        let mut fours = [[0.0; 4]; LANES];
        for i in 0..LANES {
            let known = &self.known[starts[i] as usize..][..3 * self.rows + 2];
            // Two distances at a time lie side by side.
            let mut both = [0.0; 8];
            for k in 0..4 {
                let pair = known[k * self.rows..][..2].as_flattened();
                for (sum, v) in both.iter_mut().zip(pair) {
                    *sum += weights[k][i] * v;
                }
            }
            for c in 0..4 {
                fours[i][c] = both[c] + shares[i] * (both[4 + c] - both[c]);
            }
        }
        for i in 0..LANES {
            let [r, g, b, base] = fours[i];
            lanes.light[0][i] += r;
            lanes.light[1][i] += g;
            lanes.light[2][i] += b;
            lanes.base[0][i] = base;
        }
        (lanes.base[1], lanes.base[2]) = (lanes.base[0], lanes.base[0]);
    }
}

/// Some neighbouring rays of a fan.
struct Rays<'a, 'b> {
    fan: &'a Fan,
    ground: &'a Ground,
    first: i32,
    known: &'a mut &'b mut [[f32; 4]],
}

impl Work for Rays<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { fan, ground, first, known } = self;
        let (mut lanes, mut lane) = (Lanes::new(), Lane::new());
        for i in 0..LANES {
            lane.way[1][i] = ((f64::from(first + i as i32) / fan.fineness).sinh() / fan.per_bend) as f32;
            lane.length[i] = 1.0;
            lanes.z[i] = f32::INFINITY;
        }
        let (own, grey) = (ground.colour, fan.panels.is_grey());
        fan.panels.walk(ground, &lane, &mut lanes, &Ends::default(), |panel, lanes| {
            for (i, known) in known.chunks_exact_mut(fan.rows).enumerate() {
                let light = |c: usize| lanes.light[c][i] - own[c] * (1.0 - lanes.left[if grey { 0 } else { c }][i]);
                known[panel + 1] = [light(0), light(1), light(2), lanes.base[0][i]];
            }
        });
    }
}
