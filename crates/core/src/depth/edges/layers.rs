//! The colours of the two surfaces in a pixel, and its coverage once more, from the colours around.

use super::{COLOUR_REACH, Colours, Field, Mixed, Rgba};

/// e^(−d²/2·0.9²) at distances 0, 1, 2: how much a neighbour's colour counts.
const NEARNESS: [f32; 3] = [1.0, 0.539_4, 0.084_66];
/// A mixed neighbour counts this much of a pure one: its coverage is a guess.
const MIXED_WEIGHT: f32 = 0.1;
/// Neighbours count whose 1/z differs from the surface's by less than this share of the jump; of mixed ones both surfaces.
const SAME: f32 = 0.25;
/// How strongly both colours are drawn to the pixel's own where nothing else tells.
const PULL: f32 = 0.05;
/// Variance of a surface's colour over that of the neighbours around their mean: the colour goes on, but nobody knows how.
const TEXTURE: f32 = 2.0;
/// Noise of a render, as a share of its colour.
const NOISE: f32 = 0.02;
/// A side that was hardly seen is unsure by as much as its colour.
const UNSEEN: f32 = 0.05;
/// How many independent numbers a colour is: its three channels mostly change together.
const CHANNELS: f32 = 1.5;
/// Share of the pixels beside a jump that are all of one surface.
const PURE: f32 = 0.25;

type Rgb = [f32; 3];

fn rgb(c: &Rgba) -> Rgb {
    [c[0], c[1], c[2]]
}

/// Can it be computed with? The square of a larger one is no number any more.
fn is_number(c: &Rgba) -> bool {
    c.iter().all(|v| v.abs() < 1e15)
}

fn mean_square(c: Rgb) -> f32 {
    (c[0] * c[0] + c[1] * c[1] + c[2] * c[2]) / 3.0
}

fn combine(p: f32, a: &Rgba, q: f32, b: &Rgba) -> Rgba {
    std::array::from_fn(|i| p * a[i] + q * b[i])
}

fn minus(a: &Rgba, b: &Rgba) -> Rgb {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// A neighbour: how much it counts, its coverage in this pixel's split, its colour.
#[derive(Clone, Copy)]
struct Neighbour {
    weight: f32,
    coverage: f32,
    colour: Rgba,
}

impl Field {
    /// The two surfaces of a pixel; `None` where it is not mixed, or no number. Linear: twice as bright a picture gives twice the colours.
    pub(crate) fn mixed(&self, x: i32, y: i32, colours: &impl Colours) -> Option<Mixed> {
        let split = self.split_at(self.place(x, y))?;
        let own = colours.five(x - COLOUR_REACH, y)[COLOUR_REACH as usize];
        if !is_number(&own) {
            return None;
        }
        let [near_u, far_u] = split.inverse;
        let apart = SAME * (near_u - far_u);
        let mut seen = [Neighbour { weight: 0.0, coverage: 0.0, colour: own }; 25];
        for (j, five) in seen.chunks_exact_mut(5).enumerate() {
            let dy = j as i32 - COLOUR_REACH;
            let start = self.place(x - COLOUR_REACH, y + dy);
            let row = colours.five(x - COLOUR_REACH, y + dy);
            let at = start..start + 5;
            for ((i, n), (colour, (u, index))) in
                five.iter_mut().enumerate().zip(row.iter().zip(self.inverse[at.clone()].iter().zip(&self.index[at])))
            {
                let near = *u > split.middle;
                let (counts, coverage) = if *index != 0 {
                    let other = &self.splits[*index as usize - 1];
                    let alike = (other.inverse[0] - near_u).abs() < apart && (other.inverse[1] - far_u).abs() < apart;
                    (if alike { MIXED_WEIGHT } else { 0.0 }, other.coverage)
                } else {
                    let side = if near { near_u } else { far_u };
                    (if (u - side).abs() < apart { 1.0 } else { 0.0 }, if near { 1.0 } else { 0.0 })
                };
                let nearness = NEARNESS[i.abs_diff(2)] * NEARNESS[j.abs_diff(2)];
                *n = Neighbour {
                    weight: if is_number(colour) { nearness * counts } else { 0.0 },
                    coverage,
                    colour: *colour,
                };
            }
        }
        // The pixel itself tells nothing of the others' colours.
        seen[12].weight = 0.0;
        let own_is_near = self.inverse[self.place(x, y)] > split.middle;
        let fit = Fit::new(&seen, &own);
        let coverage = fit.coverage(split, own_is_near, &own);
        Some(Mixed { coverage, z: split.inverse.map(|u| 1.0 / u), colour: fit.corrected(coverage, &own) })
    }
}

/// Both colours with their variances.
struct Fit {
    near: Rgba,
    far: Rgba,
    near_variance: f32,
    far_variance: f32,
}

impl Fit {
    /// Least squares: a neighbour of coverage k is k · near + (1 − k) · far.
    fn new(seen: &[Neighbour; 25], own: &Rgba) -> Self {
        let (mut nn, mut nf, mut ff) = (PULL, 0.0, PULL);
        let (mut near_sum, mut far_sum) = (own.map(|v| PULL * v), own.map(|v| PULL * v));
        for n in seen.iter().filter(|n| n.weight > 0.0) {
            let (k, l) = (n.coverage, 1.0 - n.coverage);
            nn += n.weight * k * k;
            nf += n.weight * k * l;
            ff += n.weight * l * l;
            for i in 0..4 {
                near_sum[i] += n.weight * k * n.colour[i];
                far_sum[i] += n.weight * l * n.colour[i];
            }
        }
        let scale = 1.0 / (nn * ff - nf * nf);
        // No surface is darker than black where no colour is.
        let least = own.map(|v| v.min(0.0));
        let floor = |c: Rgba| -> Rgba { std::array::from_fn(|i| c[i].max(least[i])) };
        let near = floor(combine(ff * scale, &near_sum, -nf * scale, &far_sum));
        let far = floor(combine(nn * scale, &far_sum, -nf * scale, &near_sum));
        // What the fit leaves over, on nearly pure pixels of either side.
        let (mut near_left, mut far_left, mut near_weight, mut far_weight) = (0.0, 0.0, 0.0, 0.0);
        for n in seen.iter().filter(|n| n.weight > 0.0) {
            let (k, l) = (n.coverage, 1.0 - n.coverage);
            let left = mean_square(minus(&n.colour, &combine(k, &near, l, &far)));
            let (p, q) = (n.weight * (k * k) * (k * k), n.weight * (l * l) * (l * l));
            near_left += p * left;
            far_left += q * left;
            near_weight += p;
            far_weight += q;
        }
        let variance = |left: f32, weight: f32, c: &Rgba| {
            TEXTURE * left / (weight + 1e-3) + mean_square(rgb(c)) * (NOISE * NOISE + UNSEEN / (weight + UNSEEN)) + 1e-7
        };
        Self {
            near,
            far,
            near_variance: variance(near_left, near_weight, &near),
            far_variance: variance(far_left, far_weight, &far),
        }
    }

    /// The coverage from the pixel's colour and from what was known before, each by its certainty.
    fn coverage(&self, split: &super::Split, own_is_near: bool, own: &Rgba) -> f32 {
        let g = split.coverage;
        let contrast = minus(&self.near, &self.far);
        let from_far = minus(own, &self.far);
        let noise = self.near_variance * g * g + self.far_variance * (1.0 - g) * (1.0 - g);
        let before = 1.0 / (split.deviation * split.deviation);
        let along: f32 = (0..3).map(|i| contrast[i] * from_far[i]).sum();
        let square: f32 = contrast.iter().map(|v| v * v).sum();
        let mixed = ((along / noise + g * before) / (square / noise + before)).clamp(0.0, 1.0);
        if !split.maybe_pure {
            return mixed;
        }
        // Or the pixel is all of the surface whose depth it has: which of the two says its colour better?
        let (surface, pure_variance) =
            if own_is_near { (&self.near, self.near_variance) } else { (&self.far, self.far_variance) };
        let mixed_variance = noise + square / 3.0 / before;
        let off_pure = mean_square(minus(own, surface)) / pure_variance;
        let off_mixed = mean_square(minus(own, &combine(g, &self.near, 1.0 - g, &self.far))) / mixed_variance;
        let odds = -0.5 * CHANNELS * (off_mixed - off_pure + (mixed_variance / pure_variance).ln());
        let p = (1.0 - PURE) * odds.clamp(-30.0, 30.0).exp();
        let p = p / (p + PURE);
        p * mixed + (1.0 - p) * f32::from(u8::from(own_is_near))
    }

    /// Both colours moved, the less certain and the larger one more, so that the mixture is exactly the pixel.
    fn corrected(&self, k: f32, own: &Rgba) -> [Rgba; 2] {
        let l = 1.0 - k;
        let total = k * k * self.near_variance + l * l * self.far_variance + 1e-20;
        let (to_near, to_far) = (k * self.near_variance / total, l * self.far_variance / total);
        let mut out = [self.near, self.far];
        for i in 0..4 {
            let rest = own[i] - (k * out[0][i] + l * out[1][i]);
            let (near, far) = (out[0][i] + rest * to_near, out[1][i] + rest * to_far);
            let least = own[i].min(0.0);
            // What one side cannot give the other does.
            (out[0][i], out[1][i]) = if far < least && k > 1e-3 {
                ((own[i] - l * least) / k, least)
            } else if near < least && l > 1e-3 {
                (least, (own[i] - k * least) / l)
            } else {
                (near, far)
            };
        }
        if own[3] == 1.0 {
            // No surface covers more than all, so where both together cover all each does.
            (out[0][3], out[1][3]) = (1.0, 1.0);
        }
        out
    }
}
