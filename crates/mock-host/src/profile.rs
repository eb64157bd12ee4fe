//! What a host is like, as data. A profile says what the host has, lacks and does differently; the code that plays it is the same
//! for all.

use crate::format::{Components, Context, Depth};

/// The shape of the rows in an image's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowBytes {
    /// One row ends where the next begins.
    Tight,
    /// This many bytes lie between two rows; they belong to the host.
    Padded(usize),
    /// The top row lies first in memory: row bytes are negative. This many bytes lie between two rows.
    Negative(usize),
}

/// How much of an input the plug-in gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputBounds {
    /// Exactly the region that it asked for, as far as the picture is defined.
    RegionOfInterest,
    /// The whole picture.
    Full,
}

/// How large the output image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputBounds {
    /// Exactly the render window.
    Window,
    /// The render window and this many pixels on every side, which stay the host's.
    WindowAndMargin(i32),
    /// The whole region of definition.
    RegionOfDefinition,
}

/// What a clip without input looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unconnected {
    /// Connected is 0 and fetching fails.
    Honest,
    /// Connected is 1 and fetching fails.
    ConnectedButFails,
    /// There is no Connected property; fetching succeeds with an image that has no data.
    NoData,
    /// Connected is 1; fetching succeeds without an image.
    NullImage,
    /// Connected is 1; fetching succeeds with a black, transparent image.
    Black,
}

/// What images say of the scale that they are at; their pixels are at the render scale in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageScale {
    /// The render scale.
    Honest,
    /// 1.
    One,
    /// 1 over the render scale.
    Inverse,
}

/// What images say of the shape of their pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ImageAspect {
    /// How it is.
    Honest,
    /// This.
    Says(f64),
    /// Nothing: there is no such property.
    Missing,
}

/// The parts that a picture is rendered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tiling {
    /// Rectangles anywhere.
    Tiles,
    /// Bands of this many rows.
    Bands(i32),
}

/// A host to be played.
#[derive(Clone, Debug)]
pub struct Profile {
    /// A short name for reports.
    pub profile_name: &'static str,
    /// `kOfxPropName`.
    pub name: &'static str,
    /// `kOfxPropAPIVersion`; empty: the property is missing.
    pub api_version: Vec<i32>,
    /// Suites and versions that fetchSuite hands out.
    pub suites: Vec<(&'static str, i32)>,
    /// Functions that are null in their suite, such as `setPersistentMessage`.
    pub null_functions: Vec<&'static str>,
    /// Contexts the host knows.
    pub contexts: Vec<Context>,
    /// Components the host knows.
    pub components: Vec<Components>,
    /// Pixel depths the host knows, the preferred one first.
    pub depths: Vec<Depth>,
    /// Properties of the host descriptor that are missing.
    pub missing_host_properties: Vec<&'static str>,
    /// Properties of descriptors and instances of effects, clips and parameters that are missing.
    pub missing_properties: Vec<&'static str>,
    /// Whether render windows may be parts of the picture.
    pub supports_tiles: bool,
    /// Whether pictures may have different sizes and origins.
    pub supports_multi_resolution: bool,
    /// Whether clips may have different depths.
    pub supports_multiple_clip_depths: bool,
    /// Whether clips may have different pixel aspect ratios.
    pub supports_multiple_clip_pars: bool,
    /// Whether frames other than the current may be fetched.
    pub temporal_clip_access: bool,
    /// Row layout of images.
    pub row_bytes: RowBytes,
    /// Bounds of input images.
    pub input_bounds: InputBounds,
    /// Bounds of output images.
    pub output_bounds: OutputBounds,
    /// Put images flush against memory that cannot be touched: reads beyond their end crash.
    pub guard_pages: bool,
    /// What clips without input look like.
    pub unconnected: Unconnected,
    /// Whether clipGetHandle of an unknown name succeeds with a null handle.
    pub unknown_clip_is_null: bool,
    /// Whether optional inputs are converted to the components of the richest connected input.
    pub map_optional_components: bool,
    /// Whether paramSetValue outside InstanceChanged fails (it is a violation in any case).
    pub refuses_param_set: bool,
    /// Whether a parameter that the plug-in sets causes another InstanceChanged.
    pub recursive_instance_changed: bool,
    /// What multiThreadNumCPUs answers; `None`: the machine's count.
    pub threads: Option<u32>,
    /// Whether the host asks for clip preferences, regions, frames and identity.
    pub asks_queries: bool,
    /// Whether layers have the long names that Natron gives them.
    pub natron_plane_names: bool,
    /// Whether a layer's image is right only for effects that say that they are multi-planar; for others it is described wrongly, so
    /// that fetching one is a violation.
    pub planes_need_multi_planar: bool,
    /// Whether renders are surrounded by Begin and EndSequenceRender.
    pub sequence_actions: bool,
    /// Whether the host calls OfxSetHost, which is there since OpenFX 1.5.
    pub introduces_itself: bool,
    /// Whether only contexts, pixel depths and components may be set while describing; all other properties are refused.
    pub refuses_properties: bool,
    /// Whether effects are loaded and described again on other threads while they render.
    pub describes_on_threads: bool,
    /// The parts that pictures are rendered in, where tiles are supported.
    pub tiling: Tiling,
    /// The pixel depth that images have, whatever was agreed; clips say what was agreed.
    pub delivers: Option<Depth>,
    /// What images say of their scale.
    pub image_scale: ImageScale,
    /// What images say of their pixels' shape.
    pub image_aspect: ImageAspect,
    /// Whether pixels of four channels are stored blue, green, red, alpha, and say so.
    pub stores_blue_first: bool,
    /// The property that says that images are on a graphics card: no pixel of them can be touched.
    pub images_on_card: Option<&'static str>,
    /// Whether input pixels outside the regions of interest are NaN.
    pub poisons_outside_interest: bool,
    /// Whether regions of definition of clips shrink with the render scale, though they are canonical.
    pub regions_scaled: bool,
    /// Whether clips without input have no components and no pixel depth.
    pub unconnected_has_no_format: bool,
    /// Whether effects may draw over the picture; with what, `suites` says.
    pub overlays: bool,
    /// Whether the host itself draws handles for positions.
    pub draws_handles: bool,
    /// Whether images may be fetched while an overlay is drawn and while the pen moves over it.
    pub images_in_overlays: bool,
}

mod hosts;

impl Profile {
    /// Every profile whose images have the pixel depth that was agreed and say the shape of their pixels, with [`Profile::plain`].
    pub fn all() -> Vec<Self> {
        let says = |p: &Self| p.delivers.is_none() && p.image_aspect == ImageAspect::Honest;
        std::iter::once(Self::plain()).chain(Self::checked()).filter(says).collect()
    }

    /// The profiles that `fathom check` plays.
    pub fn checked() -> Vec<Self> {
        vec![
            Self::strict(),
            Self::natron(),
            Self::nuke(),
            Self::resolve(),
            Self::fusion(),
            Self::vegas(),
            Self::mlt(),
            Self::runner(),
            Self::bare(),
        ]
    }

    /// The profile of that short name.
    pub fn named(name: &str) -> Option<Self> {
        std::iter::once(Self::plain()).chain(Self::checked()).find(|p| p.profile_name == name)
    }

    /// Whether the function is null in its suite.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        !self.null_functions.contains(&name)
    }
}
