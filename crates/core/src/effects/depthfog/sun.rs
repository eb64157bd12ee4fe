//! The sun in the air: how bright the air is around it, and where things keep its light away.

use super::params::Params;
use super::rays::Rays;
use crate::depth::Camera;
use crate::effect::Frame;

/// The sun with its numbers ready.
pub(super) struct Sun {
    camera: Camera,
    /// Tangents to the right and up, and one over the length of the ray.
    place: [f32; 3],
    /// Henyey and Greenstein's g.
    g: f32,
    glow: f32,
    amount: f32,
    /// Of its light.
    pub(super) colour: [f32; 3],
    /// Once the surroundings were looked at.
    pub(super) rays: Option<Rays>,
}

/// Where the sun is, canonical.
pub(super) fn position(p: &Params, frame: &Frame) -> [f64; 2] {
    let f = frame.format;
    p.sun.position.unwrap_or([0.5 * (f.x1 + f.x2), f.y1 + 0.75 * (f.y2 - f.y1)])
}

impl Sun {
    /// `None` where no light comes from it.
    pub(super) fn new(p: &Params, frame: &Frame) -> Option<Self> {
        if (p.sun.glow == 0.0 && p.rays.amount == 0.0) || p.removes() {
            return None;
        }
        let camera = Camera::new(&frame.format, &frame.geometry, p.depth.field_of_view);
        let [x, y] = camera.tangents_at(frame.geometry.to_pixel(position(p, frame)));
        let colour = p.sun.colour.map(|v| v as f32);
        let place = [x, y, 1.0 / (1.0 + x * x + y * y).sqrt()];
        let (glow, amount) = (p.sun.glow as f32, p.rays.amount as f32);
        Some(Self { camera, place, g: p.sun.anisotropy as f32, glow, amount, colour, rays: None })
    }

    /// What the air sends of the sun's light at a pixel, as a share of its colour, for an air that holds everything back; `lit` is the part
    /// of the air that the sun reaches.
    #[inline(always)]
    pub(super) fn strength(&self, x: i32, y: i32, lit: f32) -> f32 {
        let [tx, ty] = self.camera.tangents(x, y);
        let [sx, sy, per_length] = self.place;
        let cosine = (1.0 + tx * sx + ty * sy) * per_length / (1.0 + tx * tx + ty * ty).sqrt();
        let g = self.g;
        // (1 − g²) / (1 + g² − 2 g cos)^1.5 (Henyey and Greenstein, 1941) over its value towards the sun.
        let near = (1.0 - g) * (1.0 - g) / ((1.0 - g) * (1.0 - g) + 2.0 * g * (1.0 - cosine).max(0.0));
        let phase = near * near.sqrt();
        phase * (self.glow + self.amount * lit)
    }
}
