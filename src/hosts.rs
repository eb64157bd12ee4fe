//! Every quirk of a host that needs its name, in one table. What can be found out by asking is asked for instead.

/// What is done differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// Only version 1 of a suite may be asked for.
    SuitesVersion1Only,
    /// The thread suite is there but must not be called.
    NoThreadSuite,
    /// The Depth clip must not be asked for as one channel.
    NoOneChannelDepth,
    /// Images may hold blue, green, red, alpha: their pixel order is asked for.
    PixelOrder,
    /// The region of definition of a clip is in pixels instead of canonical coordinates.
    RegionsInPixels,
    /// The region of definition of a clip shrinks with the render scale.
    RegionsScaled,
    /// Further layers of a clip must not be fetched.
    NoPlanes,
}

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// How the host calls itself (`OfxPropName`); a name that starts so counts too.
    pub(crate) host: &'static str,
    /// Where it was met.
    pub(crate) versions: &'static str,
    /// What happens without the row.
    pub(crate) symptom: &'static str,
    /// How we know.
    pub(crate) source: &'static str,
    /// What is done differently.
    pub(crate) quirk: Quirk,
}

/// How Natron calls itself, unless it is told otherwise.
pub(crate) const NATRON: &str = "fr.inria.Natron";

/// The table.
pub(crate) static TABLE: &[Row] = &[
    Row {
        host: "openfx-driver",
        versions: "0.1 (openfx-runner)",
        symptom: "asking for a known suite in a version other than 1 ends the process",
        source: "nweston/openfx-runner src/main.rs, fetch_suite",
        quirk: Quirk::SuitesVersion1Only,
    },
    Row {
        host: "openfx-driver",
        versions: "0.1 (openfx-runner)",
        symptom: "every function of the thread suite ends the process",
        source: "nweston/openfx-runner src/suite_impls.rs, multiThreadNumCPUs",
        quirk: Quirk::NoThreadSuite,
    },
    Row {
        host: NATRON,
        versions: "2.x",
        symptom: "a Depth clip of one channel receives the alpha of the colour plane (1.0) instead of the chosen layer",
        source: "seen in NatronRenderer 2.5",
        quirk: Quirk::NoOneChannelDepth,
    },
    Row {
        host: NATRON,
        versions: "2.x",
        symptom: "a layer's image is described with the clip's components, so that its rows seem longer than they are and reading \
                  them runs past the end; only for multi-planar effects it is not, and these lose the layer menus of their inputs",
        source: "Natron Engine/OfxClipInstance.cpp, getInputImageInternal; Engine/EffectInstance.cpp, getCreateChannelSelectorKnob",
        quirk: Quirk::NoPlanes,
    },
    Row {
        host: "com.sonycreativesoftware.vegas",
        versions: "12 to 13",
        symptom: "red and blue swapped: pixels can be stored blue first",
        source: "ofxSonyVegas.h, OfxImageEffectPropPixelOrder",
        quirk: Quirk::PixelOrder,
    },
    Row {
        host: "com.vegascreativesoftware.vegas",
        versions: "14 and later",
        symptom: "red and blue swapped: pixels can be stored blue first",
        source: "ofxSonyVegas.h, OfxImageEffectPropPixelOrder",
        quirk: Quirk::PixelOrder,
    },
    Row {
        host: "com.sony.Catalyst.Edit",
        versions: "2015 and later",
        symptom: "clipGetRegionOfDefinition answers in pixels of the scaled image",
        source: "openfx-misc README-hosts.txt",
        quirk: Quirk::RegionsInPixels,
    },
    Row {
        host: "MLT",
        versions: "7.41",
        symptom: "blur is too large in previews: clipGetRegionOfDefinition is scaled with the image",
        source: "mlt src/modules/openfx/mlt_openfx.c, clipGetRegionOfDefinition; seen with melt -consumer scale=0.5",
        quirk: Quirk::RegionsScaled,
    },
];

/// What is known of a host of this name.
pub(crate) fn rows(host: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| host.starts_with(row.host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_complete_and_occur_once() {
        for (i, row) in TABLE.iter().enumerate() {
            let texts = [row.host, row.versions, row.symptom, row.source];
            assert!(texts.iter().all(|t| !t.is_empty()), "{row:?}");
            assert!(!TABLE[..i].iter().any(|r| r.host == row.host && r.quirk == row.quirk), "{row:?} twice");
        }
    }

    #[test]
    fn unknown_hosts_have_no_quirks() {
        let has = |host, quirk| rows(host).any(|row| row.quirk == quirk);
        assert!(rows("").next().is_none());
        assert!(rows("uk.co.thefoundry.nuke").next().is_none());
        assert!(has("fr.inria.Natron", Quirk::NoOneChannelDepth));
        assert!(has("openfx-driver", Quirk::NoThreadSuite) && has("openfx-driver", Quirk::SuitesVersion1Only));
    }
}
