//! What adds up over a pixel from the front to the back.

use super::depths::Depths;
use super::pixel::{Pixel, Shape};

/// The sums of one pixel, in f64.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// What still comes through, for each alpha. 0: finished.
    pub through: Vec<f64>,
    /// Alphas of what is seen.
    pub alpha: Vec<f64>,
    pub colour: Vec<f64>,
    /// Each sample's share of the pixel, by the main alpha; only if there are identifiers.
    pub share: Vec<f64>,
    pub depths: Depths,
    /// What comes through when a pixel counts as finished.
    pub enough: f64,
}

impl Sums {
    pub fn start(&mut self, shape: &Shape, samples: usize) {
        let fill = |numbers: &mut Vec<f64>, n: usize, v: f64| {
            numbers.clear();
            numbers.resize(n, v);
        };
        fill(&mut self.through, shape.alphas, 1.0);
        fill(&mut self.alpha, shape.alphas, 0.0);
        fill(&mut self.colour, shape.channels.len(), 0.0);
        fill(&mut self.share, if shape.ids > 0 { samples } else { 0 }, 0.0);
        self.depths.start();
    }

    /// All alphas are finished: nothing more can be seen.
    pub fn is_finished(&self) -> bool {
        self.through.iter().all(|t| *t == 0.0)
    }

    /// Takes `left` of what comes through for an alpha.
    pub fn dim(&mut self, group: usize, left: f64) {
        let t = self.through[group] * left;
        self.through[group] = if t > self.enough { t } else { 0.0 };
    }

    /// Samples of which each is over the next.
    pub fn plain(&mut self, shape: &Shape, pixel: &Pixel) {
        for key in &pixel.order {
            self.over(shape, pixel, key.sample as usize);
            if self.is_finished() {
                break;
            }
        }
    }

    /// A sample with nothing beside it: plain over.
    #[inline]
    pub fn over(&mut self, shape: &Shape, pixel: &Pixel, sample: usize) {
        let alphas = pixel.alphas(shape, sample);
        if pixel.own[sample] {
            let main = self.through[0] * alphas[0];
            let span = (pixel.front[sample], pixel.back[sample]);
            self.depths.lone(span, main, alphas[0]);
            for (sum, (c, &g)) in self.colour.iter_mut().zip(pixel.colours(shape, sample).iter().zip(&shape.channels)) {
                *sum += self.through[g] * c;
            }
            for ((sum, t), a) in self.alpha.iter_mut().zip(&self.through).zip(alphas) {
                *sum += t * a;
            }
            if let Some(share) = self.share.get_mut(sample) {
                *share = main;
            }
        }
        for (group, a) in alphas.iter().enumerate() {
            self.dim(group, 1.0 - a);
        }
    }

    /// Samples at one place that nothing can tell apart in depth: points at one depth, or volumes without end.
    pub fn coincident(&mut self, shape: &Shape, pixel: &Pixel, z: f64, samples: impl Iterator<Item = u32> + Clone) {
        let mut alone = samples.clone();
        if let (Some(only), None) = (alone.next(), alone.next())
            && pixel.front[only as usize] == pixel.back[only as usize]
        {
            return self.over(shape, pixel, only as usize);
        }
        for group in 0..shape.alphas {
            let t = self.through[group];
            if t == 0.0 {
                continue;
            }
            let alpha = |s: u32| pixel.alpha[s as usize * shape.alphas + group];
            if samples.clone().any(|s| alpha(s) == 1.0) {
                self.opaque(shape, pixel, z, group, samples.clone().filter(|s| alpha(*s) == 1.0));
                continue;
            }
            // One slab of length 1: all extinctions and emissions in it together.
            let depth_of = |s: u32| -(-alpha(s)).ln_1p();
            let all: f64 = samples.clone().map(depth_of).sum();
            let own: f64 = samples.clone().filter(|s| pixel.own[*s as usize]).map(depth_of).sum();
            let hidden = -(-all).exp_m1();
            let emitted = t * mean_light(all, hidden);
            for s in samples.clone().filter(|s| pixel.own[*s as usize]) {
                let (a, extinction) = (alpha(s), depth_of(s));
                let ratio = if a > 0.0 { extinction / a } else { 1.0 };
                self.add(shape, pixel, s as usize, group, emitted * ratio);
                if group == 0
                    && let Some(share) = self.share.get_mut(s as usize)
                {
                    *share = emitted * extinction;
                }
            }
            let seen = if all > 0.0 { t * hidden * (own / all) } else { 0.0 };
            if group == 0 {
                self.depths.at_once(z, seen, false);
            }
            self.alpha[group] += seen;
            self.dim(group, through(all, hidden));
        }
    }

    /// Opaque samples that begin at one depth: their mean, and the end for this alpha.
    pub fn opaque(
        &mut self,
        shape: &Shape,
        pixel: &Pixel,
        z: f64,
        group: usize,
        samples: impl Iterator<Item = u32> + Clone,
    ) {
        let each = self.through[group] / samples.clone().count() as f64;
        let mut own = 0;
        for s in samples.filter(|s| pixel.own[*s as usize]) {
            own += 1;
            self.add(shape, pixel, s as usize, group, each);
            if group == 0
                && let Some(share) = self.share.get_mut(s as usize)
            {
                *share += each;
            }
        }
        let seen = each * f64::from(own);
        if group == 0 {
            self.depths.at_once(z, seen, own > 0);
        }
        self.alpha[group] += seen;
        self.through[group] = 0.0;
    }

    /// Adds a sample's colours of one alpha, times a factor.
    pub fn add(&mut self, shape: &Shape, pixel: &Pixel, sample: usize, group: usize, factor: f64) {
        let colours = pixel.colours(shape, sample);
        for ((sum, c), _) in self.colour.iter_mut().zip(colours).zip(&shape.channels).filter(|(_, g)| **g == group) {
            *sum += factor * c;
        }
    }
}

/// What share of evenly emitted light leaves an optical depth: (1 - e^-t) / t. `hidden` is 1 - e^-t.
pub(super) fn mean_light(depth: f64, hidden: f64) -> f64 {
    if depth > 0.0 { hidden / depth } else { 1.0 }
}

/// e^-t, of which `hidden` is the rest to 1; exact where little comes through.
pub(super) fn through(depth: f64, hidden: f64) -> f64 {
    if depth < 1.0 { 1.0 - hidden } else { (-depth).exp() }
}
