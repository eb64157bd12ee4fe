//! Outputs for looking while setting up: the CoC, the depth, the picture tinted by focus, a matte of what is sharp, and the bokeh.

use super::aperture::{CatsEye, Optics};
use super::lens::Lens;
use super::params::Output;
use crate::effect::{Leaves, RowKernel};
use crate::effects::look;
use crate::geometry::{Geometry, RectD};
use crate::image::ColourRow;
use std::sync::Arc;

/// Tints of what lies in front of the focus, in it and behind it.
const NEAR: [f32; 3] = [1.0, 0.25, 0.1];
const SHARP: [f32; 3] = [0.15, 0.9, 0.25];
const FAR: [f32; 3] = [0.1, 0.35, 1.0];
/// A blur up to this radius counts as sharp, in pixels of the full-size frame.
const SHARP_RADIUS: f32 = 0.75;
/// The matte fades to nothing over this many pixels more.
const FADE: f32 = 1.0;
/// How strongly the overlay tints.
const STRENGTH: f32 = 0.5;

/// One of the outputs that are not the result.
pub struct Look {
    /// Which.
    pub output: Output,
    /// Focus and size.
    pub lens: Lens,
}

impl Look {
    /// The CoC, which is a number, and the matte are stored as they are.
    fn is_data(&self) -> bool {
        !matches!(self.output, Output::Result | Output::FocusOverlay)
    }
}

impl RowKernel for Look {
    fn wants_straight(&self) -> bool {
        false
    }

    fn leaves(&self) -> Leaves {
        if self.is_data() { Leaves::Data } else { Leaves::Picture }
    }

    fn mixes(&self) -> bool {
        // A half covered pixel is half sharp, but at no distance between two.
        matches!(self.output, Output::FocusOverlay | Output::Matte)
    }
    fn row(&self, _x1: i32, _y: i32, z: &[f32], colour: ColourRow) {
        match self.output {
            Output::Depth => look::depth(z, colour),
            Output::CircleOfConfusion => self.sizes(z, colour),
            Output::Matte => self.matte(z, colour),
            Output::Result | Output::FocusOverlay | Output::Bokeh => self.tint(z, colour),
        }
    }
}

impl Look {
    fn coc(&self, z: f32) -> f32 {
        self.lens.coc(f64::from(z)) as f32
    }

    /// For the eye in red, green and blue: tinted by the side of the focus, as bright as the blur is large; full where it is as large as at
    /// infinity. In alpha the number: the signed radius in pixels of the full-size frame.
    fn sizes(&self, z: &[f32], ColourRow { r, g, b, a }: ColourRow) {
        let full = (self.lens.k / self.lens.focus).min(self.lens.max).max(1e-6) as f32;
        for (i, z) in z.iter().enumerate() {
            let coc = self.coc(*z);
            let tint = if coc < 0.0 { NEAR } else { FAR };
            let v = coc.abs() / full;
            (r[i], g[i], b[i], a[i]) = (tint[0] * v, tint[1] * v, tint[2] * v, coc);
        }
    }

    /// 1 where it is sharp, in all channels.
    fn matte(&self, z: &[f32], ColourRow { r, g, b, a }: ColourRow) {
        for (v, z) in r.iter_mut().zip(z) {
            *v = 1.0 - crate::maths::smoothstep((self.coc(*z).abs() - SHARP_RADIUS) / FADE);
        }
        [g, b, a].into_iter().for_each(|plane| plane.copy_from_slice(r));
    }

    /// The picture, half of it in the tint of its side of the focus.
    fn tint(&self, z: &[f32], ColourRow { r, g, b, a }: ColourRow) {
        for (i, &z) in z.iter().enumerate() {
            let coc = self.coc(z);
            let tint = if coc.abs() <= SHARP_RADIUS {
                SHARP
            } else if coc < 0.0 {
                NEAR
            } else {
                FAR
            };
            let light = 0.2126 * r[i] + 0.7152 * g[i] + 0.0722 * b[i];
            for (v, t) in [(&mut r[i], tint[0]), (&mut g[i], tint[1]), (&mut b[i], tint[2])] {
                *v += STRENGTH * (t * (0.25 * a[i] + light) - *v);
            }
        }
    }
}

/// The bokeh, large, whatever the picture: in front of the focus in the frame's left half, behind it in the right one. The barrel cuts each
/// as it does at its place.
pub struct Portrait {
    optics: Arc<Optics>,
    cats_eye: Option<CatsEye>,
    /// Middles in pixels, near and far, with the sign of the CoC.
    middles: [([i32; 2], f32); 2],
    /// In pixels, up; across it is `stretch` times as much.
    radius: f32,
    stretch: f32,
    /// What makes the brightest place 1.
    exposure: f32,
}

impl Portrait {
    /// In a frame (canonical).
    pub fn new(optics: Arc<Optics>, cats_eye: Option<CatsEye>, format: &RectD, geometry: &Geometry) -> Self {
        let (w, h) = (format.x2 - format.x1, format.y2 - format.y1);
        let scale = geometry.pixels_per_unit();
        let radius = ((0.23 * w).min(0.45 * h) * scale[1]).clamp(1.0, 1e5) as f32;
        let place = |x: f64| geometry.to_pixel([format.x1 + x * w, format.y1 + 0.5 * h]).map(|v| v.floor() as i32);
        let peak = optics.stamp.as_ref().map_or(1.0, |stamp| stamp.peak());
        Self {
            optics,
            cats_eye,
            middles: [(place(0.25), -1.0), (place(0.75), 1.0)],
            radius,
            stretch: (scale[0] / scale[1]) as f32,
            exposure: std::f32::consts::PI * radius * radius * (scale[0] / scale[1]) as f32 / peak,
        }
    }
}

impl RowKernel for Portrait {
    fn wants_straight(&self) -> bool {
        false
    }
    fn leaves(&self) -> Leaves {
        Leaves::Data
    }
    fn mixes(&self) -> bool {
        false
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], ColourRow { r, g, b, a }: ColourRow) {
        a.fill(1.0);
        let planes = [r, g, b].map(|plane| {
            plane.fill(0.0);
            plane
        });
        let Some(stamp) = &self.optics.stamp else { return };
        let x2 = x1 + z.len() as i32;
        for ([mx, my], side) in self.middles {
            let row = stamp.side(side).row(self.radius, self.stretch, y - my);
            for (i, share) in row.shares(x1 - mx, x2 - mx).enumerate() {
                let left = self.cats_eye.as_ref().map_or(1.0, |cats_eye| {
                    let (dx, dy) = ((x1 + i as i32 - mx) as f32, (y - my) as f32);
                    let coc = side * self.radius;
                    let q = cats_eye.of_iris([dx / (coc * self.stretch), dy / coc]);
                    CatsEye::through(q, cats_eye.shift(mx, my), self.radius)
                });
                (0..3).for_each(|c| planes[c][i] += share[c] * left * self.exposure);
            }
        }
    }
}
