//! The hosts that can be played. Facts only: where they come from is said of each.

use super::{ImageAspect, ImageScale, InputBounds, OutputBounds, Profile, RowBytes, Tiling, Unconnected};
use crate::format::{Components, Context, Depth};
use crate::suites::{draw, interact, parametric, planes};

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

/// Hosts that let effects draw over the picture without a graphics library.
fn with_drawing(suites: &[(&'static str, i32)]) -> Vec<(&'static str, i32)> {
    [suites, &[draw::SUITE, interact::SUITE]].concat()
}

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
            profile_name: "strict-1.5.1",
            name: "org.fathomfx.StrictHost",
            api_version: vec![1, 5],
            suites: with_drawing(SUITES),
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
            introduces_itself: true,
            refuses_properties: false,
            describes_on_threads: false,
            tiling: Tiling::Tiles,
            delivers: None,
            image_scale: ImageScale::Honest,
            image_aspect: ImageAspect::Honest,
            stores_blue_first: false,
            images_on_card: None,
            poisons_outside_interest: false,
            regions_scaled: false,
            unconnected_has_no_format: false,
            overlays: true,
            draws_handles: false,
            images_in_overlays: true,
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
            suites: with_drawing(&with_planes(SUITES)),
            ..Self::strict()
        }
    }

    /// Natron 2.5: API 1.4, no half, the region of interest exactly, wide rows that belong to the host's cache, optional inputs with the
    /// channels of the richest one. From NatronRenderer 2.5 running, and Natron's Engine/OfxClipInstance.cpp.
    pub fn natron() -> Self {
        Self {
            profile_name: "natron",
            name: "fr.inria.Natron",
            api_version: vec![1, 4],
            depths: vec![Depth::Float, Depth::Short, Depth::Byte],
            supports_multiple_clip_pars: false,
            row_bytes: RowBytes::Padded(256),
            map_optional_components: true,
            suites: [with_planes(SUITES), vec![interact::SUITE]].concat(),
            draws_handles: true,
            natron_plane_names: true,
            planes_need_multi_planar: true,
            ..Self::strict()
        }
    }

    /// Nuke 10: API 1.2, float only, bands, images larger than the window. From the dump of its properties in openfx-misc
    /// README-hosts.txt, and what other plug-ins' notes say of its bands.
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
            tiling: Tiling::Bands(5),
            introduces_itself: false,
            map_optional_components: true,
            ..Self::strict()
        }
    }

    /// DaVinci Resolve: no tiles, one size for all pictures, every clip says it is connected, images say scale 1. From openfx-misc
    /// README-hosts.txt and the OpenFX Support library's ofxsImageEffect.cpp.
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
            image_scale: ImageScale::One,
            introduces_itself: false,
            ..Self::strict()
        }
    }

    /// Fusion: RGBA only, OfxSetHost, clips without input have no format, images say the inverse of the render scale, the shape of
    /// pixels may be missing. From openfx-misc README-hosts.txt (Fusion 9: API 1.0), the OpenFX Support library's ofxsImageEffect.cpp,
    /// and opendefocusOFX' changes (OfxSetHost).
    pub fn fusion() -> Self {
        Self {
            profile_name: "fusion",
            name: "com.blackmagicdesign.Fusion",
            api_version: vec![],
            contexts: vec![Context::General, Context::Filter, Context::Generator, Context::Transition],
            components: vec![Components::Rgba],
            depths: vec![Depth::Float, Depth::Short, Depth::Byte],
            suites: without_curves(SUITES),
            missing_host_properties: vec!["OfxPropVersionLabel"],
            supports_tiles: false,
            supports_multiple_clip_pars: false,
            row_bytes: RowBytes::Tight,
            input_bounds: InputBounds::Full,
            output_bounds: OutputBounds::RegionOfDefinition,
            image_scale: ImageScale::Inverse,
            image_aspect: ImageAspect::Missing,
            unconnected_has_no_format: true,
            overlays: false,
            ..Self::strict()
        }
    }

    /// Vegas 12: byte images even for plug-ins of floating point, blue first, images say scale 1. From ofxSonyVegas.h, openfx-misc
    /// README-hosts.txt and tuttleofx' issue 418.
    pub fn vegas() -> Self {
        Self {
            profile_name: "vegas",
            name: "com.vegascreativesoftware.vegas",
            api_version: vec![1, 1],
            components: vec![Components::Rgba, Components::Alpha],
            depths: vec![Depth::Byte, Depth::Float],
            suites: without_curves(SUITES).into_iter().filter(|s| s.1 == 1).collect(),
            supports_tiles: false,
            supports_multi_resolution: false,
            supports_multiple_clip_depths: false,
            supports_multiple_clip_pars: false,
            row_bytes: RowBytes::Tight,
            input_bounds: InputBounds::Full,
            output_bounds: OutputBounds::RegionOfDefinition,
            delivers: Some(Depth::Byte),
            image_scale: ImageScale::One,
            stores_blue_first: true,
            introduces_itself: false,
            overlays: false,
            ..Self::strict()
        }
    }

    /// MLT 7: Filter only, byte first, negative row bytes, unfed clips without data; Load and Describe again for every frame, on its
    /// threads. From `melt` 7.41 running.
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
            describes_on_threads: true,
            regions_scaled: true,
            overlays: false,
            ..Self::strict()
        }
    }

    /// openfx-runner: float only, no queries, suites of version 1 only, clips say they are connected and give no image. From the program
    /// running (nweston/openfx-runner).
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
            overlays: false,
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
            introduces_itself: false,
            asks_queries: false,
            sequence_actions: false,
            overlays: false,
            ..Self::strict()
        }
    }
}
