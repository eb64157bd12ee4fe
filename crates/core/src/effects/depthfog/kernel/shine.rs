//! Light in the air besides its own colour: a picture's, and the sun's.

use super::Fog;
use crate::effects::depthfog::panels::{LANES, Lanes};
use crate::effects::depthfog::rays::{DEPTHS, Layout, Rays};
use crate::effects::depthfog::sight::Lane;
use crate::image::{ColourRow, load_colour};
use crate::maths::exp2;
use crate::render::Picture;
use std::f32::consts::LOG2_E;

impl Fog<'_> {
    /// The fog's picture, and the sun in the air.
    #[inline(always)]
    pub(super) fn shine(&self, y: i32, n: usize, lane: &Lane, depth: &[f32; LANES], lanes: &mut Lanes) {
        if let Some(image) = self.image {
            let colours = self.image_row(image, &lane.x, y, n);
            for (c, colours) in colours.iter().enumerate() {
                for i in 0..LANES {
                    lanes.light[c][i] += colours[i] * lanes.base[c][i];
                }
            }
        }
        let Some(sun) = &self.sun else { return };
        let mut lit = [1.0; LANES];
        if let (Some((layout, depths)), Some(rays)) = (&self.rays, &sun.rays) {
            self.lit(layout, depths, rays, y, lane, &lanes.z, depth, &mut lit);
        }
        for i in 0..LANES {
            lit[i] = sun.strength(lane.x[i], y, lit[i]);
        }
        for c in 0..3 {
            for i in 0..LANES {
                lanes.light[c][i] += sun.colour[c] * lit[i] * (1.0 - lanes.left[c][i]);
            }
        }
    }

    /// The part of the light in the air before some depths that the sun makes, where it is open to it as the rays say at some depths.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "all that is known of some pixels")]
    fn lit(
        &self,
        layout: &Layout,
        depths: &[f32; DEPTHS],
        rays: &Rays,
        y: i32,
        lane: &Lane,
        z: &[f32; LANES],
        own: &[f32; LANES],
        lit: &mut [f32; LANES],
    ) {
        let held = |depth: f32| 1.0 - exp2(-(depth * LOG2_E));
        let mut open = [[0.0; LANES]; DEPTHS];
        for i in 0..LANES {
            let here = rays.open(lane.x[i], y);
            open.iter_mut().zip(here).for_each(|(open, v)| open[i] = v);
        }
        let (mut all, mut before, mut sum) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for i in 0..LANES {
            all[i] = held(own[i]);
        }
        let mut last = &open[0];
        for k in 0..DEPTHS {
            let (at, here, even) = (layout.depth(k), &open[k], held(depths[k]));
            let mut up_to = [even; LANES];
            if let Some(ground) = &self.ground {
                for i in 0..LANES {
                    up_to[i] = held(depths[k] + ground.depth(at, lane.way[1][i], lane.length[i]));
                }
            }
            for i in 0..LANES {
                let up_to = if at < z[i] { up_to[i] } else { all[i] };
                sum[i] += 0.5 * (last[i] + here[i]) * (up_to - before[i]);
                before[i] = up_to;
            }
            last = here;
        }
        for i in 0..LANES {
            let sum = sum[i] + last[i] * (all[i] - before[i]);
            // Hardly any air: as open as near the camera.
            lit[i] = if all[i] > 1e-6 { sum / all[i] } else { open[0][i] };
        }
    }

    /// Colours of the fog's picture, black where it has none.
    fn image_row(&self, picture: &Picture, x: &[i32; LANES], y: i32, n: usize) -> [[f32; LANES]; 3] {
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
            let sx = index(0, x[i]);
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
}
