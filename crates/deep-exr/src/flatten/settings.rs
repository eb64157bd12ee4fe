//! What to flatten, and into what.

/// An infinite depth as it is written: no host must see an infinity.
pub const INFINITELY_FAR: f32 = 1e30;

/// What comes out, and the rules for all elements together.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many alphas there are; the first is the main one, which depth, identifiers, cuts and thresholds go by. At
    /// least 1.
    pub alphas: usize,
    /// Blended channels: for each the number of its alpha.
    pub channels: Vec<usize>,
    /// Channels of identifiers, which are not blended: whose sample's it is.
    pub ids: Vec<Pick>,
    /// Depth planes.
    pub depths: Vec<DepthOutput>,
    /// Only what lies in here; held-out and cut by all that lies before, too.
    pub crop: Crop,
    /// A pixel is finished once so much of what lies behind is hidden. 1: only where nothing at all comes through.
    pub opacity_limit: f64,
    /// Samples with a main alpha below this are left out (pure light, of alpha 0, among them); 0 keeps all.
    pub drop_below: f64,
    /// Samples behind what hides everything count neither as the farthest nor as samples.
    pub drop_hidden: bool,
    /// Depth of pixels with nothing in them.
    pub empty_depth: f32,
    /// What [`DepthOutput::Opaque`] and [`DepthOutput::AtAlpha`] say where it never gets so dense.
    pub unreached: Unreached,
    /// Whether samples are counted.
    pub count_samples: bool,
}

impl Default for Settings {
    /// One alpha, three channels that belong to it.
    fn default() -> Self {
        Self {
            alphas: 1,
            channels: vec![0; 3],
            ids: Vec::new(),
            depths: Vec::new(),
            crop: Crop::default(),
            opacity_limit: 1.0,
            drop_below: 0.0,
            drop_hidden: false,
            empty_depth: 0.0,
            unreached: Unreached::default(),
            count_samples: false,
        }
    }
}

/// Whose identifier a pixel gets; 0 where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// That of the nearest sample that hides anything.
    #[default]
    Nearest,
    /// That of the sample that fills most of the pixel.
    Largest,
}

/// A depth for each pixel, in the units of the files after offset and scale. Only samples with alpha count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum DepthOutput {
    /// Where the nearest sample begins.
    #[default]
    Front,
    /// Where the farthest sample ends.
    Back,
    /// The mean over what is seen, by its share of the pixel. Within a volume the mean of the light's true course, so
    /// that it does not depend on how the volume is cut up.
    Mean,
    /// The first sample that is opaque in itself.
    Opaque,
    /// Where the alpha, added up from the front, reaches this, to 1e-7; in a volume by its exponential law. From 0 to
    /// 1.
    AtAlpha(f64),
}

/// What a depth is that is never reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unreached {
    /// As where nothing is.
    #[default]
    Empty,
    /// Where the farthest sample ends.
    Back,
}

/// The depths that are kept: `near <= z < far` for points, the part in between for volumes.
///
/// The ends can be soft: from `near` to `near + near_fade` samples come in, from `far - far_fade` to `far` they go.
/// A point of which the share w is kept has w times its alpha and colour. A volume is made thinner: to w times its
/// density, in [`Crop::STEPS`] steps over the fade; so in sum exactly the right share of its optical depth is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// First depth; -inf: no limit.
    pub near: f64,
    /// Depth after the last; inf: no limit, points at infinity are kept too.
    pub far: f64,
    /// Length of the fade behind `near`; 0: hard.
    pub near_fade: f64,
    /// Length of the fade before `far`; 0: hard.
    pub far_fade: f64,
    /// At the near end, instead of a share w, what a crop that ends here with the same fade leaves of the sample:
    /// laid over each other the two give the sample again. An opaque point stays opaque then.
    pub rest: bool,
}

impl Default for Crop {
    fn default() -> Self {
        Self { near: f64::NEG_INFINITY, far: f64::INFINITY, near_fade: 0.0, far_fade: 0.0, rest: false }
    }
}

impl Crop {
    /// Steps of a fade of volumes.
    pub const STEPS: usize = 16;

    /// Crops one behind the other, which meet at these depths and, each laid over the next, give the whole again:
    /// exactly if the ends are hard (`fade` is 0), and with soft ends where of each pixel only one sample, a point,
    /// lies in the fade. A fade runs from half before to half behind its depth, and is no longer than depths are
    /// apart. Depths that are not finite are left out.
    pub fn slabs(depths: &[f64], fade: f64) -> Vec<Self> {
        let mut ends: Vec<f64> = depths.iter().copied().filter(|d| d.is_finite()).collect();
        ends.sort_unstable_by(f64::total_cmp);
        let gap = ends.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let fade = if fade > 0.0 && fade.is_finite() { fade.min(gap) } else { 0.0 };
        let mut slabs = Vec::with_capacity(ends.len() + 1);
        let mut current = Self::default();
        for end in ends {
            current.far = end + fade / 2.0;
            current.far_fade = fade;
            slabs.push(current);
            current = Self { near: current.far - fade, near_fade: fade, rest: true, ..Self::default() };
        }
        slabs.push(current);
        slabs
    }

    /// Everything is kept.
    pub(crate) fn is_whole(&self) -> bool {
        self.near == f64::NEG_INFINITY && self.far == f64::INFINITY
    }

    /// NaN means no limit, a fade that is none, or of an end that is none, is 0.
    pub(crate) fn sane(self) -> Self {
        let fade = |f: f64, end: f64| if f > 0.0 && f.is_finite() && end.is_finite() { f } else { 0.0 };
        Self {
            near: if self.near.is_nan() { f64::NEG_INFINITY } else { self.near },
            far: if self.far.is_nan() { f64::INFINITY } else { self.far },
            near_fade: fade(self.near_fade, self.near),
            far_fade: fade(self.far_fade, self.far),
            rest: self.rest,
        }
    }
}

/// What an element does to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operation {
    /// It is in the picture.
    #[default]
    Merge,
    /// It is not seen, but hides what lies behind it, as far as it is dense: what is left is what the element would
    /// leave visible if it were there. So `merge(A, B) = holdout(A by B) + holdout(B by A)`. The crop does not touch
    /// it.
    Holdout,
    /// It is not seen; where it is opaque, everything from its first opaque depth on is removed. The crop does not
    /// touch it.
    Cut,
}

/// How one element takes part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElementSettings {
    /// Off: as if it were not there.
    pub on: bool,
    /// Added to each depth, after the scale. Within ±1e30; NaN counts as 0.
    pub depth_offset: f64,
    /// Each depth times this. From 1e-30 to 1e30; what is not positive counts as 1.
    pub depth_scale: f64,
    /// What it does to the others.
    pub operation: Operation,
    /// How a flat picture gives it its colours, if there is one.
    pub recolour: Recolour,
}

impl Default for ElementSettings {
    fn default() -> Self {
        Self {
            on: true,
            depth_offset: 0.0,
            depth_scale: 1.0,
            operation: Operation::Merge,
            recolour: Recolour::Straight,
        }
    }
}

impl ElementSettings {
    pub(crate) fn sane(self) -> Self {
        let scale = self.depth_scale;
        Self {
            // Within bounds that keep the smallest volume a volume and its density a number.
            depth_offset: if self.depth_offset.is_finite() { self.depth_offset.clamp(-1e30, 1e30) } else { 0.0 },
            depth_scale: if scale > 0.0 && scale.is_finite() { scale.clamp(1e-30, 1e30) } else { 1.0 },
            ..self
        }
    }
}

/// How a flat colour C with alpha A is spread over samples with alphas a that flatten to D.
///
/// Where A = D both are the same: the samples flatten to C. Where A is 0 (light without alpha) both give C too,
/// spread by alpha; and in equal shares if the samples have no alpha either. A pixel without samples stays empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recolour {
    /// c = C / A · a: the colour as such is kept, the alpha is that of the samples; they flatten to C · D / A.
    #[default]
    Straight,
    /// c = C / D · a: they flatten to C, whatever the alphas.
    Beauty,
}
