//! Samples that overlap: the exact flattening in one sweep from the front to the back.
//!
//! "Interpreting OpenEXR Deep Pixels" cuts all volumes at each other's ends, merges what then coincides and lays the
//! pieces over each other. In the limit of its formulae that is: a volume of length L, alpha a and colour c has the
//! extinction s = -ln(1 - a) / L and the emission e = c s / a at each depth, and both add up where volumes overlap. So
//! for the light that comes through to depth z, T(z), which falls by the sum of all extinctions, a volume adds
//! e · (G(back) - G(front)) to the picture, where G is the integral of T. One running sum of extinctions and one of G
//! do for all volumes: O(n log n) for the sorting. Both sums are kept in twofold f64, since their differences are
//! needed: a thin dense volume may lie within a long thin one.

use super::pixel::{Key, Pixel, Shape};
use super::result::{Sums, mean_light, through};
use super::twofold::Twofold;

/// The extinctions of the volumes at one depth.
#[derive(Clone, Copy, Debug, Default)]
struct Extinction {
    sum: Twofold,
    /// How many have any.
    volumes: u32,
}

impl Extinction {
    fn enter(&mut self, density: f64) {
        if density > 0.0 {
            self.sum.add(density);
            self.volumes += 1;
        }
    }

    fn leave(&mut self, density: f64) {
        if density > 0.0 {
            self.sum.add(-density);
            self.volumes -= 1;
        }
        // Nothing is left, not even by rounding.
        if self.volumes == 0 {
            self.sum = Twofold::default();
        }
    }

    fn value(self) -> f64 {
        self.sum.value().max(0.0)
    }
}

/// Buffers of the sweep, used again for each pixel.
#[derive(Clone, Debug, Default)]
pub(super) struct Sweep {
    /// Volumes by their backs: back, place in the order, sample.
    ends: Vec<(f64, u32, u32)>,
    /// For each sample and alpha: extinction, and G where the volume begins.
    density: Vec<f64>,
    entry: Vec<Twofold>,
    begun: Vec<bool>,
    /// For each alpha: the extinction of all, and of what is seen, and G.
    total: Vec<Extinction>,
    own: Vec<Extinction>,
    light: Vec<Twofold>,
    endless: Vec<u32>,
    active: usize,
}

impl Sweep {
    /// Flattens a sorted pixel into `sums`, which has been started.
    pub fn run(&mut self, shape: &Shape, pixel: &Pixel, sums: &mut Sums) {
        self.start(shape, pixel);
        let order = &pixel.order;
        let (mut next, mut end) = (0, 0);
        let mut z = f64::NEG_INFINITY;
        while !sums.is_finished() {
            let front = order.get(next).map_or(f64::INFINITY, |k| k.front);
            let back = self.ends.get(end).map_or(f64::INFINITY, |e| e.0);
            let event = front.min(back);
            if event == f64::INFINITY {
                break;
            }
            if self.active > 0 {
                self.stretch(shape, (z, event), sums);
            }
            z = event;
            while let Some(&(back, _, sample)) = self.ends.get(end).filter(|e| e.0 <= z) {
                debug_assert!(back == z);
                self.leave(shape, pixel, sample as usize, sums);
                end += 1;
            }
            let points = run(&order[next..], |k| k.front == z && k.back == z);
            if points > 0 {
                sums.coincident(shape, pixel, z, order[next..next + points].iter().map(|k| k.sample));
                next += points;
            }
            let volumes = run(&order[next..], |k| k.front == z);
            self.enter(shape, pixel, &order[next..next + volumes], sums);
            next += volumes;
        }
        for &(_, _, sample) in &self.ends[end..] {
            if self.begun[sample as usize] {
                leave(shape, pixel, sample as usize, &self.density, &self.entry, &self.light, sums);
            }
        }
        if !sums.is_finished() && !self.endless.is_empty() {
            sums.coincident(shape, pixel, z, self.endless.iter().copied());
        }
        if !sums.is_finished() && next < order.len() {
            sums.coincident(shape, pixel, f64::INFINITY, order[next..].iter().map(|k| k.sample));
        }
    }

    fn start(&mut self, shape: &Shape, pixel: &Pixel) {
        let numbers = pixel.len() * shape.alphas;
        self.ends.clear();
        let volumes = pixel.order.iter().zip(0..).filter(|(k, _)| k.back > k.front && k.back < f64::INFINITY);
        self.ends.extend(volumes.map(|(k, place)| (k.back, place, k.sample)));
        self.ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.density.clear();
        self.density.resize(numbers, 0.0);
        self.entry.clear();
        self.entry.resize(numbers, Twofold::default());
        self.begun.clear();
        self.begun.resize(pixel.len(), false);
        for sums in [&mut self.total, &mut self.own] {
            sums.clear();
            sums.resize(shape.alphas, Extinction::default());
        }
        self.light.clear();
        self.light.resize(shape.alphas, Twofold::default());
        self.endless.clear();
        self.active = 0;
    }

    /// From one event to the next nothing begins or ends.
    fn stretch(&mut self, shape: &Shape, span: (f64, f64), sums: &mut Sums) {
        let length = span.1 - span.0;
        for group in 0..shape.alphas {
            let t = sums.through[group];
            if t == 0.0 {
                continue;
            }
            let total = self.total[group].value();
            let depth = total * length;
            let hidden = -(-depth).exp_m1();
            self.light[group].add(t * length * mean_light(depth, hidden));
            if depth > 0.0 {
                let own = (self.own[group].value() / total).min(1.0);
                let seen = t * hidden * own;
                if group == 0 {
                    sums.depths.stretch(span, seen, hidden, depth);
                }
                sums.alpha[group] += seen;
                sums.dim(group, through(depth, hidden));
            }
        }
    }

    /// Volumes that begin at one depth.
    fn enter(&mut self, shape: &Shape, pixel: &Pixel, volumes: &[Key], sums: &mut Sums) {
        for key in volumes {
            if key.back == f64::INFINITY {
                self.endless.push(key.sample);
                continue;
            }
            let sample = key.sample as usize;
            for (group, &a) in pixel.alphas(shape, sample).iter().enumerate() {
                let place = sample * shape.alphas + group;
                self.entry[place] = self.light[group];
                // What is opaque hides all else: see below.
                if a < 1.0 {
                    let density = -(-a).ln_1p() / (key.back - key.front);
                    self.density[place] = density;
                    self.total[group].enter(density);
                    if pixel.own[sample] {
                        self.own[group].enter(density);
                    }
                }
            }
            self.begun[sample] = true;
            self.active += 1;
        }
        for group in 0..shape.alphas {
            let opaque =
                |k: &&Key| k.back < f64::INFINITY && pixel.alpha[k.sample as usize * shape.alphas + group] == 1.0;
            let found = volumes.iter().filter(opaque);
            if sums.through[group] > 0.0
                && let Some(first) = found.clone().next()
            {
                sums.opaque(shape, pixel, first.front, group, found.map(|k| k.sample));
            }
        }
    }

    fn leave(&mut self, shape: &Shape, pixel: &Pixel, sample: usize, sums: &mut Sums) {
        leave(shape, pixel, sample, &self.density, &self.entry, &self.light, sums);
        self.active -= 1;
        for group in 0..shape.alphas {
            let density = self.density[sample * shape.alphas + group];
            self.total[group].leave(density);
            if pixel.own[sample] {
                self.own[group].leave(density);
            }
        }
    }
}

/// Adds what a volume has brought.
fn leave(
    shape: &Shape,
    pixel: &Pixel,
    sample: usize,
    density: &[f64],
    entry: &[Twofold],
    light: &[Twofold],
    sums: &mut Sums,
) {
    if !pixel.own[sample] {
        return;
    }
    for (group, &a) in pixel.alphas(shape, sample).iter().enumerate() {
        if a == 1.0 {
            continue;
        }
        let place = sample * shape.alphas + group;
        let light = light[group].since(entry[place]);
        let factor = if a > 0.0 { density[place] / a } else { 1.0 / (pixel.back[sample] - pixel.front[sample]) };
        sums.add(shape, pixel, sample, group, factor * light);
        if group == 0
            && let Some(share) = sums.share.get_mut(sample)
        {
            *share += density[place] * light;
        }
    }
}

/// How many keys from the first on fulfil a condition.
fn run(keys: &[Key], condition: impl Fn(&Key) -> bool) -> usize {
    keys.iter().take_while(|k| condition(k)).count()
}
