//! The rim of the iris: a disc, or blades with straight, rounded or hollow sides.

use super::super::params::{BokehParams, BokehShape};
use std::f64::consts::PI;

/// A rim around the origin, star-shaped: in every direction there is one radius. Corners lie at radius 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    /// Half of a blade's sector, in radians; 0 is a disc.
    half: f64,
    /// Where the middle of a side lies.
    turn: f64,
    side: Side,
}

/// A side, as seen when its middle lies to the right.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Straight,
    /// Part of a circle around (x, 0); `hollow` is its side towards the origin.
    Arc {
        x: f64,
        radius: f64,
        hollow: bool,
    },
}

/// A rounding of less than this is none.
const STRAIGHT: f64 = 1e-4;

impl Outline {
    /// The artist's choice; for an image, the disc around it.
    pub fn new(bokeh: &BokehParams) -> Self {
        let disc = Self { half: 0.0, turn: 0.0, side: Side::Straight };
        if bokeh.shape != BokehShape::Blades {
            return disc;
        }
        let half = PI / f64::from(bokeh.blades.max(3));
        let straight = Self { half, turn: bokeh.rotation.to_radians(), side: Side::Straight };
        let (chord, middle) = (half.sin(), half.cos());
        // How far the middle of a side goes out or in. At 1 the sides are the disc's; at −1 they go in as far as still looks like a star.
        let height = match bokeh.curvature {
            c if c >= 1.0 => return disc,
            c if c.abs() < STRAIGHT => return straight,
            c if c > 0.0 => c * (1.0 - middle),
            c => c * (0.5 * middle).min(0.8 * chord),
        };
        let radius = (chord * chord + height * height) / (2.0 * height.abs());
        let x = if height > 0.0 { middle + height - radius } else { middle + height + radius };
        Self { side: Side::Arc { x, radius, hollow: height < 0.0 }, ..straight }
    }

    /// A disc, or blades with straight sides?
    pub fn is_plain(&self) -> bool {
        self.side == Side::Straight
    }

    /// For straight sides: the vector across each, so long that a point on the side gives 1. Empty for a disc.
    pub fn sides(&self) -> Vec<[f32; 2]> {
        if self.half == 0.0 {
            return Vec::new();
        }
        let count = (PI / self.half).round() as usize;
        let across = |k: usize| {
            let (sin, cos) = (self.turn + 2.0 * self.half * k as f64).sin_cos();
            [(cos / self.half.cos()) as f32, (sin / self.half.cos()) as f32]
        };
        (0..count).map(across).collect()
    }

    /// Points along the rim, corners among them; none for a disc, which has no corners.
    pub fn points(&self) -> Vec<[f64; 2]> {
        if self.half == 0.0 {
            return Vec::new();
        }
        // A straight side needs its ends only.
        let steps = if self.side == Side::Straight { 1 } else { 8 };
        let count = (PI / self.half).round() as usize;
        let at = |i: usize| {
            let (side, step) = (i / steps, i % steps);
            let angle = self.half * (2.0 * step as f64 / steps as f64 - 1.0);
            let (sin, cos) = (self.turn + 2.0 * self.half * side as f64 + angle).sin_cos();
            let rim = self.rim(angle);
            [rim * cos, rim * sin]
        };
        (0..count * steps).map(at).collect()
    }

    /// Radius of the largest disc inside.
    pub fn inner(&self) -> f32 {
        let middle = match self.side {
            Side::Straight => self.half.cos(),
            Side::Arc { .. } => self.rim(0.0),
        };
        middle as f32
    }

    /// Its area without a round hole of that radius in the middle.
    pub fn area(&self, hole: f64) -> f32 {
        if self.is_plain() && hole == 0.0 {
            let share = if self.half == 0.0 { 1.0 } else { (2.0 * self.half).sin() / (2.0 * self.half) };
            return (PI * share) as f32;
        }
        // Half the integral of the radius squared, by the midpoint rule over half a sector.
        const STEPS: usize = 256;
        let half = if self.half == 0.0 { PI } else { self.half };
        let step = |i: usize| {
            let rim = self.rim((i as f64 + 0.5) / STEPS as f64 * half);
            (rim * rim - hole * hole).max(0.0)
        };
        (PI * (0..STEPS).map(step).sum::<f64>() / STEPS as f64) as f32
    }

    /// How far out a point is: 1 at the rim, 0 in the middle.
    pub fn edge(&self, q: [f32; 2]) -> f32 {
        let radius = (q[0] * q[0] + q[1] * q[1]).sqrt();
        if self.half == 0.0 {
            return radius;
        }
        // From the middle of the nearest side.
        let from_turn = f64::from(q[1]).atan2(f64::from(q[0])) - self.turn + self.half;
        let angle = from_turn.rem_euclid(2.0 * self.half) - self.half;
        match self.side {
            Side::Straight => radius * (angle.cos() / self.half.cos()) as f32,
            Side::Arc { .. } => radius / self.rim(angle) as f32,
        }
    }

    /// Radius of the rim at an angle from the middle of a side, of at most half a sector.
    fn rim(&self, angle: f64) -> f64 {
        match self.side {
            Side::Straight if self.half == 0.0 => 1.0,
            Side::Straight => self.half.cos() / angle.cos(),
            Side::Arc { x, radius, hollow } => {
                let root = (radius * radius - (x * angle.sin()).powi(2)).max(0.0).sqrt();
                x * angle.cos() + if hollow { -root } else { root }
            }
        }
    }
}
