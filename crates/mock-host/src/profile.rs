//! What a host is like, as data. A profile says what the host has, lacks and does differently; the code that plays it is the same
//! for all.

use crate::format::{Components, Context, Depth};
use crate::suites::{parametric, planes};

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
}

const SUITES: &[(&str, i32)] = &[
    ("OfxPropertySuite", 1),
    ("OfxImageEffectSuite", 1),
    ("OfxParameterSuite", 1),
    ("OfxMemorySuite", 1),
    ("OfxMultiThreadSuite", 1),
    ("OfxMessageSuite", 1),
    ("OfxMessageSuite", 2),
    ("OfxProgressSuite", 1),
    ("OfxProgressSuite", 2),
    ("OfxTimeLineSuite", 1),
    parametric::SUITE,
];

/// Hosts that draw no curves.
fn without_curves(suites: &[(&'static str, i32)]) -> Vec<(&'static str, i32)> {
    suites.iter().copied().filter(|s| *s != parametric::SUITE).collect()
}

fn with_planes(suites: &[(&'static str, i32)]) -> Vec<(&'static str, i32)> {
    [suites, &[(planes::SUITE, 1), (planes::SUITE, 2)]].concat()
}

impl Profile {
    /// Everything of OpenFX 1.5.1 that a CPU host offers, and every check at its sharpest.
    pub fn strict() -> Self {
        Self {
            profile_name: "strict",
            name: "org.fathomfx.StrictHost",
            api_version: vec![1, 5],
            suites: SUITES.to_vec(),
            null_functions: vec![],
            contexts: vec![Context::Filter, Context::General, Context::Generator, Context::Transition],
            components: vec![Components::Rgba, Components::Rgb, Components::Alpha],
            depths: vec![Depth::Float, Depth::Half, Depth::Short, Depth::Byte],
            missing_host_properties: vec![],
            missing_properties: vec![],
            supports_tiles: true,
            supports_multi_resolution: true,
            supports_multiple_clip_depths: true,
            supports_multiple_clip_pars: true,
            temporal_clip_access: true,
            row_bytes: RowBytes::Padded(48),
            input_bounds: InputBounds::RegionOfInterest,
            output_bounds: OutputBounds::WindowAndMargin(2),
            guard_pages: false,
            unconnected: Unconnected::Honest,
            unknown_clip_is_null: false,
            map_optional_components: false,
            refuses_param_set: true,
            recursive_instance_changed: true,
            threads: None,
            asks_queries: true,
            natron_plane_names: false,
            planes_need_multi_planar: false,
            sequence_actions: true,
        }
    }

    /// A friendly host for people: whole pictures, tight rows, no tricks.
    pub fn plain() -> Self {
        Self {
            profile_name: "plain",
            name: "org.fathomfx.FathomHost",
            row_bytes: RowBytes::Tight,
            output_bounds: OutputBounds::Window,
            refuses_param_set: false,
            suites: with_planes(SUITES),
            ..Self::strict()
        }
    }

    /// Natron 2.5: API 1.4, no half, the region of interest exactly, wide rows.
    pub fn natron() -> Self {
        Self {
            profile_name: "natron",
            name: "fr.inria.Natron",
            api_version: vec![1, 4],
            depths: vec![Depth::Float, Depth::Short, Depth::Byte],
            supports_multiple_clip_pars: false,
            row_bytes: RowBytes::Padded(256),
            map_optional_components: true,
            suites: with_planes(SUITES),
            natron_plane_names: true,
            planes_need_multi_planar: true,
            ..Self::strict()
        }
    }

    /// Nuke 10: API 1.2, float only, bands.
    pub fn nuke() -> Self {
        Self {
            profile_name: "nuke",
            name: "uk.co.thefoundry.nuke",
            api_version: vec![1, 2],
            contexts: vec![Context::Filter, Context::General],
            components: vec![Components::Rgba, Components::Alpha],
            depths: vec![Depth::Float],
            suites: with_planes(SUITES).into_iter().filter(|s| s.0 != "OfxProgressSuite" || s.1 == 1).collect(),
            missing_properties: vec!["OfxImageEffectPropPluginHandle"],
            supports_multiple_clip_depths: false,
            supports_multiple_clip_pars: false,
            output_bounds: OutputBounds::WindowAndMargin(7),
            map_optional_components: true,
            ..Self::strict()
        }
    }

    /// DaVinci Resolve: no tiles, one size for all pictures, every clip says it is connected.
    pub fn resolve() -> Self {
        Self {
            profile_name: "resolve",
            name: "DaVinciResolve",
            api_version: vec![1, 4],
            components: vec![Components::Rgba, Components::Alpha],
            depths: vec![Depth::Float, Depth::Short, Depth::Byte],
            suites: without_curves(SUITES),
            null_functions: vec!["setPersistentMessage", "clearPersistentMessage"],
            missing_properties: vec![
                "OfxImageEffectPropPluginHandle",
                "OfxPropPluginDescription",
                "OfxImageEffectInstancePropSequentialRender",
            ],
            supports_tiles: false,
            supports_multi_resolution: false,
            supports_multiple_clip_depths: false,
            supports_multiple_clip_pars: false,
            row_bytes: RowBytes::Tight,
            input_bounds: InputBounds::Full,
            output_bounds: OutputBounds::RegionOfDefinition,
            unconnected: Unconnected::NullImage,
            map_optional_components: true,
            ..Self::strict()
        }
    }

    /// MLT 7: Filter only, byte first, negative row bytes, unfed clips without data.
    pub fn mlt() -> Self {
        Self {
            profile_name: "mlt",
            name: "MLT",
            api_version: vec![1, 5],
            contexts: vec![Context::Filter],
            components: vec![Components::Rgba, Components::Rgb],
            depths: vec![Depth::Byte, Depth::Short, Depth::Half, Depth::Float],
            suites: without_curves(SUITES),
            supports_tiles: false,
            supports_multi_resolution: false,
            supports_multiple_clip_depths: false,
            supports_multiple_clip_pars: false,
            temporal_clip_access: false,
            row_bytes: RowBytes::Negative(0),
            input_bounds: InputBounds::Full,
            output_bounds: OutputBounds::RegionOfDefinition,
            unconnected: Unconnected::NoData,
            unknown_clip_is_null: true,
            ..Self::strict()
        }
    }

    /// openfx-runner: float only, no queries, clips say they are connected and give no image.
    pub fn runner() -> Self {
        Self {
            profile_name: "runner",
            name: "openfx-driver",
            contexts: vec![Context::Filter, Context::General],
            depths: vec![Depth::Float],
            temporal_clip_access: false,
            suites: without_curves(SUITES).into_iter().filter(|s| s.1 == 1).collect(),
            unconnected: Unconnected::ConnectedButFails,
            asks_queries: false,
            sequence_actions: false,
            input_bounds: InputBounds::Full,
            ..Self::strict()
        }
    }

    /// Every optional thing missing: the three required suites and nothing else.
    pub fn bare() -> Self {
        Self {
            profile_name: "bare",
            name: "bare",
            api_version: vec![],
            suites: SUITES[..3].to_vec(),
            missing_host_properties: vec!["*"],
            supports_tiles: false,
            supports_multiple_clip_depths: false,
            supports_multiple_clip_pars: false,
            temporal_clip_access: false,
            depths: vec![Depth::Float],
            row_bytes: RowBytes::Tight,
            input_bounds: InputBounds::Full,
            output_bounds: OutputBounds::Window,
            unconnected: Unconnected::NoData,
            asks_queries: false,
            sequence_actions: false,
            ..Self::strict()
        }
    }

    /// Every profile.
    pub fn all() -> Vec<Self> {
        vec![
            Self::strict(),
            Self::plain(),
            Self::natron(),
            Self::nuke(),
            Self::resolve(),
            Self::mlt(),
            Self::runner(),
            Self::bare(),
        ]
    }

    /// Whether the function is null in its suite.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        !self.null_functions.contains(&name)
    }
}
