//! Fog counted along the rays: what a depth pass tells is the distance to the camera's plane, but light has to come the whole way
//! to the eye, which is longer beside the axis.

use crate::depth::Camera;
use crate::effect::{Leaves, RowKernel};
use crate::image::ColourRow;

/// Pixels at a time.
const CHUNK: usize = 256;

/// A kernel that is given the length of the way to each pixel's point in place of its depth.
pub(super) struct AlongRays<K> {
    pub(super) kernel: K,
    pub(super) camera: Camera,
}

impl<K: RowKernel> RowKernel for AlongRays<K> {
    fn wants_straight(&self) -> bool {
        self.kernel.wants_straight()
    }
    fn leaves(&self) -> Leaves {
        self.kernel.leaves()
    }
    fn mixes(&self) -> bool {
        self.kernel.mixes()
    }
    fn row(&self, x1: i32, y: i32, z: &[f32], mut colour: ColourRow) {
        let mut buffer = [0.0; CHUNK];
        for from in (0..z.len()).step_by(CHUNK) {
            let to = z.len().min(from + CHUNK);
            let way = &mut buffer[..to - from];
            way.copy_from_slice(&z[from..to]);
            let x = x1 + from as i32;
            self.camera.to_radial(x, y, way);
            self.kernel.row(x, y, way, colour.part(from..to));
        }
    }
}
