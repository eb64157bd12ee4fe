//! Highlights before they are blurred: made brighter, or given back what clipping took.

use super::field::{Field, pieces};
use super::lights::luminance;
use super::params::HighlightParams;
use crate::workers::{Exec, Stop};

/// What is sharp keeps its brightness: up to this CoC, in pixels of the full-size frame; from one pixel more on all of it counts.
const SHARP: f32 = 0.5;
/// Clipped light recovered in full is this many times as bright, as a power of two.
const STOPS: f64 = 6.0;
/// …from this part above the threshold on.
const BAND: f32 = 0.25;

/// How brightness becomes more.
pub struct Lift {
    threshold: f32,
    gain: f32,
    recover: f32,
}

impl Lift {
    /// `None` where the artist wants nothing.
    pub fn new(params: &HighlightParams) -> Option<Self> {
        let more = |stops: f64| (stops.exp2() - 1.0) as f32;
        let lift =
            Self { threshold: params.threshold as f32, gain: more(params.gain), recover: more(STOPS * params.recover) };
        (lift.gain > 0.0 || lift.recover > 0.0).then_some(lift)
    }

    /// A brightness, lifted: smoothly, and never less than it was.
    pub fn of(&self, level: f32) -> f32 {
        let above = level - self.threshold;
        if above <= 0.0 {
            return level;
        }
        let clipped = crate::maths::smoothstep(above / (BAND * self.threshold).max(1e-6));
        let level = level * (1.0 + self.recover * clipped);
        level + self.gain * (level - self.threshold)
    }

    /// Lifts the colours of what is blurred, all channels alike.
    pub fn apply(&self, field: &mut Field, pixels_per_unit: f64, exec: &Exec) -> Result<(), Stop> {
        let (w, units) = (field.rect.width().max(1), 1.0 / pixels_per_unit as f32);
        field.brightest = f32::INFINITY;
        let rows: Vec<_> = pieces(&mut field.colour, w).zip(field.coc.chunks(w)).collect();
        exec.for_each_mut(rows, [0.05, 0.05], |_, ([r, g, b, _], coc), _| {
            for (i, coc) in coc.iter().enumerate() {
                let level = luminance(&[r[i], g[i], b[i], 0.0]);
                let blurred = (coc.abs() * units - SHARP).clamp(0.0, 1.0);
                if level > self.threshold && blurred > 0.0 {
                    let factor = 1.0 + blurred * (self.of(level) / level - 1.0);
                    [&mut *r, g, b].into_iter().for_each(|plane| plane[i] *= factor);
                }
            }
        })
    }
}
