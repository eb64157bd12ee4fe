//! The depth of a pixel, in the ways that one can mean it. By the main alpha, of what is seen.

use super::settings::{DepthOutput, INFINITELY_FAR, Settings, Unreached};

/// So near to a wanted alpha counts as reached: alphas come as f32 at best.
const REACHED: f64 = 1e-7;

/// Gathered from the front to the back. Without depth outputs it does nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Depths {
    /// Wanted alphas, and where they are reached.
    wanted: Vec<(f64, Option<f64>)>,
    active: bool,
    mean_wanted: bool,
    alpha: f64,
    weighted: f64,
    front: Option<f64>,
    back: Option<f64>,
    opaque: Option<f64>,
}

impl Depths {
    pub fn new(settings: &Settings) -> Self {
        let outputs = &settings.depths;
        let wanted = outputs.iter().filter_map(|output| match output {
            DepthOutput::AtAlpha(alpha) if alpha.is_nan() => Some((1.0, None)),
            DepthOutput::AtAlpha(alpha) => Some((alpha.clamp(0.0, 1.0), None)),
            _ => None,
        });
        Self {
            wanted: wanted.collect(),
            active: !outputs.is_empty() || (settings.count_samples && settings.drop_hidden),
            mean_wanted: outputs.contains(&DepthOutput::Mean),
            ..Self::default()
        }
    }

    pub fn is_active(&self) -> bool {
        self.active
    }

    pub fn start(&mut self) {
        for (_, reached) in &mut self.wanted {
            *reached = None;
        }
        (self.alpha, self.weighted) = (0.0, 0.0);
        (self.front, self.back, self.opaque) = (None, None, None);
    }

    /// Something seen at one depth, or that lets nothing through from its front on. `seen`: its part of
    /// the pixel.
    #[inline]
    pub fn at_once(&mut self, z: f64, seen: f64, opaque: bool) {
        if !self.active || seen <= 0.0 {
            return;
        }
        if opaque && self.opaque.is_none() {
            self.opaque = Some(z);
        }
        let after = self.alpha + seen;
        for (alpha, reached) in &mut self.wanted {
            if reached.is_none() && after >= *alpha - REACHED {
                *reached = Some(z);
            }
        }
        self.extend(z, z, seen, z);
    }

    /// A sample with nothing beside it.
    #[inline]
    pub fn lone(&mut self, (front, back): (f64, f64), seen: f64, alpha: f64) {
        if !self.active || seen <= 0.0 {
            return;
        }
        if front == back || alpha == 1.0 {
            self.at_once(front, seen, alpha == 1.0);
        } else {
            self.stretch((front, back), seen, alpha, -(-alpha).ln_1p());
        }
    }

    /// A stretch of evenly dense matter of optical depth `depth`, which hides `hidden` of what comes through to it; of
    /// the pixel it is the part `seen`.
    pub fn stretch(&mut self, (front, back): (f64, f64), seen: f64, hidden: f64, depth: f64) {
        if !self.active || seen <= 0.0 {
            return;
        }
        for (alpha, reached) in &mut self.wanted {
            if reached.is_none() && self.alpha + seen >= *alpha - REACHED {
                // Seen up to the share x of the depth: seen · (1 - e^(-x depth)) / hidden.
                let missing = ((*alpha - self.alpha) / seen * hidden).clamp(0.0, hidden);
                let x = (-(-missing).ln_1p() / depth).clamp(0.0, 1.0);
                *reached = Some(front + x * (back - front));
            }
        }
        let mean = if self.mean_wanted { mean_depth(depth, hidden) } else { 0.5 };
        self.extend(front, back, seen, front + mean * (back - front));
    }

    fn extend(&mut self, front: f64, back: f64, seen: f64, mean: f64) {
        self.front.get_or_insert(front);
        self.back = Some(self.back.map_or(back, |b| b.max(back)));
        self.alpha += seen;
        self.weighted += seen * mean;
    }

    /// The depth of the farthest sample that is seen.
    pub fn seen_back(&self) -> Option<f64> {
        self.back
    }

    /// The depths, one for each output, into the planes at `pixel`. `back`: where the farthest sample ends.
    pub fn store(&self, settings: &Settings, back: Option<f64>, planes: &mut [Vec<f32>], pixel: usize) {
        let finite = |z: f64| (z as f32).clamp(-INFINITELY_FAR, INFINITELY_FAR);
        let empty = settings.empty_depth;
        let unreached = match settings.unreached {
            Unreached::Empty => None,
            Unreached::Back => back,
        };
        let mut wanted = self.wanted.iter();
        for (plane, output) in planes.iter_mut().zip(&settings.depths) {
            let z = match output {
                DepthOutput::Front => self.front,
                DepthOutput::Back => back,
                DepthOutput::Mean => (self.alpha > 0.0).then(|| self.weighted / self.alpha),
                DepthOutput::Opaque => self.opaque.or(unreached),
                DepthOutput::AtAlpha(_) => wanted.next().and_then(|(_, reached)| *reached).or(unreached),
            };
            plane[pixel] = z.map_or(empty, finite);
        }
    }
}

/// Where in an evenly dense stretch its light is stopped on average, from 0 (front) to 1: 1/t - 1/(e^t - 1).
fn mean_depth(depth: f64, hidden: f64) -> f64 {
    if depth < 1e-2 {
        return 0.5 - depth / 12.0 + depth.powi(3) / 720.0;
    }
    1.0 / depth - (1.0 - hidden) / hidden
}
