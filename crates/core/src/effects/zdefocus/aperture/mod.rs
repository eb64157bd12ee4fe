//! The aperture: what each point of the lens lets through.
//!
//! [`Aperture::through`] is the one function that says it: shape, rim, hole, rings, dust and colour. From it come the `points` that look
//! at the scene, each with its weights, and the `stamp` that draws small bright lights exactly. The `cats_eye` comes on top: it depends on
//! the place in the picture.
//!
//! A point of the lens is `u`, in units of the CoC radius, x to the right and y up; seen from it, a surface with the signed CoC `c` moves by
//! `c·u`. So a light behind the focus shows the aperture as it is, and one in front of it shows it point-mirrored.

mod cats_eye;
pub mod file;
mod opening;
mod outline;
mod points;
mod stamp;

pub use cats_eye::CatsEye;
pub use opening::Opening;
pub use points::LensPoint;
pub use stamp::Stamp;

use super::lens::NearestPoints;
use super::params::BokehParams;
use outline::Outline;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What a point of the lens lets through of red, green and blue, for what lies in front of the focus and behind it; 1 is a plain lens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Through {
    /// In front of the focus.
    pub near: [f32; 3],
    /// Behind it.
    pub far: [f32; 3],
}

/// The shape of the aperture and what it does to the light.
#[derive(Clone, Debug, PartialEq)]
pub struct Aperture {
    outline: Outline,
    /// Instead of the outline, turned by an angle in radians.
    image: Option<(Opening, f32)>,
    /// Width and height of the disc: what an anamorphic lens makes of it.
    squeeze: [f32; 2],
    /// The part of the radius, from the rim inwards, over which the light fades.
    softness: f32,
    /// Strength of the ring, as a power of [`RING`], and its width from the rim inwards.
    ring: [f32; 2],
    /// Radius of the hole in the middle.
    hole: f32,
    noise: f32,
    /// How much smaller the aperture is for some colours: for red and blue behind the focus and for green in front of it; the other way
    /// round where negative.
    axial: f32,
}

/// A ring of full strength is this many times as bright behind the focus as without, and as much darker in front.
const RING: f32 = 5.0;
/// With full axial colour, the smaller discs are smaller by this much.
const AXIAL: f32 = 0.2;

impl Aperture {
    /// From the artist's choice; `image` where that is one and there is one.
    pub fn new(bokeh: &BokehParams, image: Option<Opening>) -> Self {
        let aspect = bokeh.aspect();
        // An image is its own rim.
        let of_rim = |v: f64| if image.is_some() { 0.0 } else { v as f32 };
        Self {
            outline: Outline::new(bokeh),
            squeeze: [(1.0 / aspect).min(1.0) as f32, aspect.min(1.0) as f32],
            softness: of_rim(bokeh.softness),
            ring: [of_rim(bokeh.ring), bokeh.ring_width as f32],
            hole: of_rim(bokeh.catadioptric),
            noise: bokeh.noise as f32,
            axial: AXIAL * bokeh.axial as f32,
            image: image.map(|image| (image, bokeh.rotation.to_radians() as f32)),
        }
    }

    /// A disc, or blades with straight sides, that let all light through?
    pub fn is_plain(&self) -> bool {
        self.is_even() && self.outline.is_plain() && self.hole == 0.0 && self.squeeze == [1.0; 2]
    }

    /// Does every point inside let the same through?
    pub fn is_even(&self) -> bool {
        self.image.is_none() && self.softness == 0.0 && self.ring[0] == 0.0 && self.noise == 0.0 && self.axial == 0.0
    }

    /// Does every point inside the rim let the same through, and is there no hole?
    pub fn is_whole(&self) -> bool {
        self.is_even() && self.hole == 0.0
    }

    /// Points along the rim of blades as they are seen, in units of the CoC radius; none for a disc.
    pub fn rim(&self) -> Vec<[f64; 2]> {
        let [w, h] = self.squeeze.map(f64::from);
        self.outline.points().into_iter().map(|[x, y]| [w * x, h * y]).collect()
    }

    /// Radius of the largest disc inside the rim.
    pub fn inner(&self) -> f32 {
        self.outline.inner()
    }

    /// For straight sides: the vector across each, so long that a point on the side gives 1. Empty for a disc; of a plain aperture.
    fn sides(&self) -> Vec<[f32; 2]> {
        self.outline.sides()
    }

    /// Its area; of a plain aperture.
    pub fn area(&self) -> f32 {
        self.outline.area(0.0)
    }

    /// How far out a point is, without the hole and before it is squeezed: 1 at the rim, 0 in the middle, and twice as much twice as far out.
    pub fn edge(&self, u: [f32; 2]) -> f32 {
        self.outline.edge(u)
    }

    /// Width and height of the disc.
    pub fn squeeze(&self) -> [f32; 2] {
        self.squeeze
    }

    /// What a point of the iris lets through: `u` with x over the width and y over the height of [`Aperture::squeeze`].
    pub fn through(&self, q: [f32; 2]) -> Through {
        let full = self.at_full_size(q);
        if self.axial == 0.0 {
            return full;
        }
        let scale = 1.0 / (1.0 - self.axial.abs());
        let small = self.at_full_size([q[0] * scale, q[1] * scale]);
        let mix = |full: [f32; 3], small: [f32; 3], green: bool| {
            if green { [small[0], full[1], small[2]] } else { [full[0], small[1], full[2]] }
        };
        Through { near: mix(full.near, small.near, self.axial < 0.0), far: mix(full.far, small.far, self.axial > 0.0) }
    }

    /// Before colours have sizes of their own.
    fn at_full_size(&self, q: [f32; 2]) -> Through {
        let uneven = if self.noise > 0.0 { (1.0 + self.noise * (2.0 * dust(q) - 1.0)).max(0.0) } else { 1.0 };
        if let Some((image, turn)) = &self.image {
            let (sin, cos) = turn.sin_cos();
            let v = image.at([q[0] * cos + q[1] * sin, q[1] * cos - q[0] * sin]).map(|v| v * uneven);
            return Through { near: v, far: v };
        }
        let [near, far] = self.at_rim(q).map(|v| [v * uneven; 3]);
        Through { near, far }
    }

    /// What outline, hole, softness and ring leave in front of the focus and behind it.
    fn at_rim(&self, q: [f32; 2]) -> [f32; 2] {
        let edge = self.outline.edge(q);
        let from_middle = q[0] * q[0] + q[1] * q[1];
        if edge > 1.0 || from_middle < self.hole * self.hole {
            return [0.0; 2];
        }
        let mut v = 1.0;
        if self.softness > 0.0 {
            v *= crate::maths::smoothstep((1.0 - edge) / self.softness);
        }
        let [strength, width] = self.ring;
        if strength == 0.0 {
            return [v; 2];
        }
        let ring = RING.powf(strength * crate::maths::smoothstep(1.0 - (1.0 - edge) / width.max(1e-3)));
        [v / ring, v * ring]
    }
}

/// Smooth noise from 0 to 1 in three sizes: the same in every picture.
fn dust(q: [f32; 2]) -> f32 {
    let octave = |cells: f32, seed: u32| {
        let (x, y) = ((q[0] + 2.0) * cells, (q[1] + 2.0) * cells);
        let (i, j) = (x.floor(), y.floor());
        let at = |di: u32, dj: u32| random((i as u32).wrapping_add(di), (j as u32).wrapping_add(dj), seed);
        let (sx, sy) = (crate::maths::smoothstep(x - i), crate::maths::smoothstep(y - j));
        let row = |dj: u32| at(0, dj) + sx * (at(1, dj) - at(0, dj));
        row(0) + sy * (row(1) - row(0))
    };
    0.4 * octave(4.0, 1) + 0.35 * octave(11.0, 2) + 0.25 * octave(31.0, 3)
}

/// A number from 0 to 1 for a place (the integer finaliser of MurmurHash3, Austin Appleby, public domain).
fn random(x: u32, y: u32, seed: u32) -> f32 {
    let mut h = x.wrapping_mul(0x9e37_79b1) ^ y.wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
    h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
    (h ^ (h >> 16)) as f32 / u32::MAX as f32
}

/// All that a render asks of an aperture: computed once for its settings and a number of points.
pub struct Optics {
    /// The aperture.
    pub aperture: Aperture,
    /// Points that look at the scene.
    pub points: Vec<LensPoint>,
    /// Which of them speak for a place: had when it is first asked for.
    nearest: OnceLock<NearestPoints>,
    /// All weights are 1: the points need none.
    pub even: bool,
    /// Of a plain aperture with straight sides, the vector across each, so long that a point on the side gives 1. Empty for a disc.
    pub sides: Vec<[f32; 2]>,
    /// Draws lights; `None` where they are whole discs and polygons, which need no table.
    pub stamp: Option<Stamp>,
}

/// What optics are made for: an aperture, the number of points, and whether lights are cut by the barrel.
type Key = (Aperture, usize, bool);

/// How many are kept: an artist's settings, and those between two keys.
const KEPT: usize = 6;
static KEPT_OPTICS: Mutex<Vec<(Key, Arc<Optics>)>> = Mutex::new(Vec::new());

impl Optics {
    /// About `count` points; `cut`: are lights not whole?
    pub fn new(aperture: Aperture, count: usize, cut: bool) -> Self {
        let (even, sides) = (aperture.is_even(), aperture.sides());
        if aperture.is_plain() && !cut {
            let (points, nearest) = (points::even(&aperture, count), OnceLock::new());
            return Self { points, nearest, aperture, even, sides, stamp: None };
        }
        let stamp = Stamp::new(&aperture);
        let points = if even { points::even(&aperture, count) } else { points::weighted(&aperture, &stamp, count) };
        Self { aperture, points, nearest: OnceLock::new(), even, sides, stamp: Some(stamp) }
    }

    /// Where the points are, in units of the CoC radius.
    pub fn places(&self) -> Vec<[f32; 2]> {
        self.points.iter().map(|p| p.u).collect()
    }

    /// Which points speak for a place on the lens.
    pub fn nearest(&self) -> &NearestPoints {
        self.nearest.get_or_init(|| NearestPoints::new(&self.places()))
    }

    /// The same, kept from render to render: tiles and frames ask for the same ones again and again.
    pub fn kept(aperture: Aperture, count: usize, cut: bool) -> Arc<Self> {
        let key = (aperture, count, cut);
        let lock = || KEPT_OPTICS.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut list = lock();
            if let Some(i) = list.iter().position(|(k, _)| *k == key) {
                let found = list.remove(i);
                list.push(found.clone());
                return found.1;
            }
        }
        let made = Arc::new(Self::new(key.0.clone(), count, cut));
        let mut list = lock();
        list.retain(|(k, _)| *k != key);
        list.push((key, made.clone()));
        if list.len() > KEPT {
            list.remove(0);
        }
        made
    }

    /// Forgets what is kept, of files too.
    pub fn purge() {
        file::purge();
        KEPT_OPTICS.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
