//! Air put over a picture.

use super::Fog;
use crate::effects::blocks::Numbers;
use crate::effects::depthfog::panels::{LANES, Lanes};
use crate::effects::depthfog::scatter::Soft;
use crate::maths::upper;

type Planes = [Numbers<LANES>; 4];

/// Rec. 709 luminance.
const LUMINANCE: [f32; 3] = [0.2126, 0.7152, 0.0722];

impl Fog<'_> {
    /// Softens the picture behind the air.
    #[inline(always)]
    pub(super) fn soften(
        &self,
        soft: &Soft,
        x: &[i32; LANES],
        y: i32,
        n: usize,
        depth: &[f32; LANES],
        [r, g, b, a]: &mut Planes,
    ) {
        for i in 0..n {
            let own = [r[i], g[i], b[i], a[i]];
            [r[i], g[i], b[i]] = soft.at(x[i], y, self.blur_radius(depth[i]), own);
        }
    }

    /// The picture through the air.
    #[inline(always)]
    pub(super) fn over(&self, lanes: &Lanes, [r, g, b, a]: &mut Planes) {
        let [tr, tg, tb] = &lanes.left;
        if let Some(floor) = self.floor {
            for (plane, (left, light)) in [r, g, b].into_iter().zip(lanes.left.iter().zip(&lanes.light)) {
                for i in 0..LANES {
                    plane[i] = (plane[i] - light[i] * a[i]) / upper(left[i], floor);
                }
            }
            return;
        }
        let (desaturate, over) = (self.desaturate, self.alpha);
        if desaturate > 0.0 {
            for i in 0..LANES {
                let grey = LUMINANCE[0] * r[i] + LUMINANCE[1] * g[i] + LUMINANCE[2] * b[i];
                let share = desaturate * (1.0 - mean(tr[i], tg[i], tb[i]));
                (r[i], g[i], b[i]) =
                    (r[i] + share * (grey - r[i]), g[i] + share * (grey - g[i]), b[i] + share * (grey - b[i]));
            }
        }
        for (plane, (left, light)) in [r, g, b].into_iter().zip(lanes.left.iter().zip(&lanes.light)) {
            for i in 0..LANES {
                let kept = plane[i] * left[i];
                let cover = if over { 1.0 } else { a[i] };
                plane[i] = (if left[i] > 0.0 { kept } else { 0.0 }) + light[i] * cover;
            }
        }
        if over {
            for i in 0..LANES {
                a[i] += (1.0 - a[i]) * (1.0 - mean(tr[i], tg[i], tb[i]));
            }
        }
    }

    /// What gives the result when it is put over the picture: whatever the air does besides covering goes into the colours.
    #[inline(always)]
    pub(super) fn element(
        &self,
        x: &[i32; LANES],
        y: i32,
        n: usize,
        depth: &[f32; LANES],
        lanes: &Lanes,
        colour: &mut Planes,
    ) {
        let before = *colour;
        if let Some(soft) = &self.soft {
            self.soften(soft, x, y, n, depth, colour);
        }
        self.over(lanes, colour);
        let [r, g, b, a] = colour;
        let [tr, tg, tb] = &lanes.left;
        for i in 0..n {
            let left = mean(tr[i], tg[i], tb[i]);
            let empty = before.iter().all(|plane| plane[i] == 0.0) && !self.alpha;
            // Grey air without more to it: exactly its light.
            let same = tr[i] == left
                && tg[i] == left
                && tb[i] == left
                && self.desaturate == 0.0
                && self.floor.is_none()
                && self.soft.is_none();
            let cover = if self.alpha { 1.0 } else { before[3][i] };
            for (c, plane) in [&mut *r, &mut *g, &mut *b].into_iter().enumerate() {
                let rest = plane[i] - left * before[c][i];
                plane[i] = if same { lanes.light[c][i] * cover } else { rest };
            }
            a[i] = if empty { 0.0 } else { 1.0 - left };
        }
    }
}

/// Exactly the number where all three are the same.
#[inline(always)]
pub(super) fn mean(r: f32, g: f32, b: f32) -> f32 {
    g + ((r - g) + (b - g)) * (1.0 / 3.0)
}
