//! Outputs for looking while setting up: the CoC, the depth, and the picture tinted by focus.

use super::lens::Lens;
use super::params::Output;
use crate::effect::{Leaves, RowKernel};
use crate::effects::look;
use crate::image::ColourRow;

/// Tints of what lies in front of the focus, in it and behind it.
const NEAR: [f32; 3] = [1.0, 0.25, 0.1];
const SHARP: [f32; 3] = [0.15, 0.9, 0.25];
const FAR: [f32; 3] = [0.1, 0.35, 1.0];
/// A blur up to this radius counts as sharp, in pixels of the full-size frame.
const SHARP_RADIUS: f32 = 0.75;
/// How strongly the overlay tints.
const STRENGTH: f32 = 0.5;

/// One of the outputs that are not the result.
pub struct Look {
    /// Which.
    pub output: Output,
    /// Focus and size.
    pub lens: Lens,
}

impl RowKernel for Look {
    fn wants_straight(&self) -> bool {
        false
    }

    fn leaves(&self) -> Leaves {
        match self.output {
            Output::CircleOfConfusion | Output::Depth => Leaves::Data,
            Output::Result | Output::FocusOverlay => Leaves::Picture,
        }
    }

    fn mixes(&self) -> bool {
        !matches!(self.output, Output::CircleOfConfusion | Output::Depth)
    }
    fn row(&self, _x1: i32, _y: i32, z: &[f32], colour: ColourRow) {
        match self.output {
            Output::Depth => look::depth(z, colour),
            Output::CircleOfConfusion => self.sizes(z, colour),
            Output::Result | Output::FocusOverlay => self.tint(z, colour),
        }
    }
}

impl Look {
    fn coc(&self, z: f32) -> f32 {
        self.lens.coc(f64::from(z)) as f32
    }

    /// The signed radius in pixels of the full-size frame, in red, green and blue; alpha 1.
    fn sizes(&self, z: &[f32], ColourRow { r, g, b, a }: ColourRow) {
        for plane in [r, g, b] {
            plane.iter_mut().zip(z).for_each(|(v, z)| *v = self.coc(*z));
        }
        a.fill(1.0);
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
