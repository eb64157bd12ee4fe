//! Parameters of DeepMerge.

use crate::depth::{DepthParams, DepthUnit};
use crate::effect::Use;
use crate::params::{Definitions, Item, ParamSet, ParamSource, Unit, boolean, choice, double, file, int, text};
use crate::{choices, params};

/// How many files can be merged.
pub const INPUTS: usize = 8;

choices! {
    /// What an element does to the others.
    pub enum Operation {
        /// It is in the picture.
        Merge = "Merge",
        /// It is not seen, but hides what lies behind it.
        Holdout = "Holdout",
        /// It is not seen; from its first opaque depth on everything is removed.
        Cut = "Cut",
    }
}

choices! {
    /// What becomes of a frame without its file.
    pub enum MissingFrames {
        /// The render fails with a message.
        Error = "Error",
        /// The input is empty.
        Black = "Black",
        /// The nearest frame that there is.
        Hold = "Hold nearest",
    }
}

choices! {
    /// Where the picture is defined.
    pub enum Region {
        /// Where the files have pixels.
        Data = "Data window",
        /// The frame.
        Display = "Display window",
    }
}

choices! {
    /// What comes out.
    pub enum DeepOutput {
        /// Premultiplied colour with alpha.
        Beauty = "Beauty",
        /// Depth in all channels.
        Depth = "Depth",
        /// Colour, with the depth where alpha would be.
        BeautyDepth = "Beauty with depth in alpha",
        /// How many samples a pixel has.
        Samples = "Sample count",
    }
}

choices! {
    /// Which depth of a pixel is meant.
    pub enum DepthKind {
        /// Where the nearest sample begins.
        Front = "Front",
        /// Where the farthest sample ends.
        Back = "Back",
        /// The mean of what is seen.
        Mean = "Alpha-weighted",
        /// The first opaque sample.
        Opaque = "First opaque",
        /// Where the alpha reaches a threshold.
        AtAlpha = "At alpha threshold",
    }
}

choices! {
    /// What a depth is that is never reached.
    pub enum UnreachedDepth {
        /// Where the farthest sample ends.
        Back = "Back",
        /// As where nothing is.
        Empty = "Empty",
    }
}

choices! {
    /// Which of three slabs of depth is kept.
    pub enum Slab {
        /// All depths.
        All = "All",
        /// Before the middle.
        Near = "Near",
        /// The middle.
        Mid = "Mid",
        /// Behind the middle.
        Far = "Far",
    }
}

choices! {
    /// How the source colours the first file.
    pub enum RecolourBy {
        /// Not at all.
        Off = "Off",
        /// Its colour as such, with the file's alpha.
        Colour = "Keep colour",
        /// So that the file flattens to the source's numbers.
        Picture = "Match picture",
    }
}

choices! {
    /// Where the source lies in depth.
    pub enum SourceDepth {
        /// As its depth says.
        Clip = "Depth input",
        /// All of it at one distance.
        Fixed = "Fixed distance",
    }
}

params! {
    /// One file.
    pub struct InputParams {
        /// A deep OpenEXR file, or a sequence of them: #### or %04d stands for the frame's number.
        file: String = "file", "File", file();
        /// Off: as if there were no such file.
        on: bool = "enable", "Enable", boolean(true);
        /// Merge: the file is in the picture. Holdout: it is not seen, but hides what lies behind it as far as it is dense. Cut: it is not seen, and everything from its first opaque depth on is removed.
        operation: Operation = "operation", "Operation", choice(Operation::Merge);
        /// Moves the file's depths away from the camera, in metres, after the scale.
        offset: f64 = "depthOffset", "Depth offset", double(0.0).range(-1e9, 1e9).slider(-10.0, 10.0).unit(Unit::Distance);
        /// Multiplies the file's depths, for files that were not rendered in the same unit as the others.
        scale: f64 = "depthScale", "Depth scale", double(1.0).range(1e-6, 1e6).slider(0.01, 10.0);
        /// Name, view (such as left) or number of the part in a file of several. Empty takes the first deep part.
        part: String = "part", "Part", text();
    }
}

params! {
    /// What holds for all files.
    pub struct FilesParams {
        /// What becomes of a frame whose file does not exist. Error: the render fails with a message. Black: the input is empty. Hold nearest: the nearest frame that exists, the earlier of two.
        missing: MissingFrames = "missingFrames", "Missing frames", choice(MissingFrames::Error);
        /// Layer of the files to show, such as diffuse. Empty shows red, green and blue themselves.
        layer: String = "layer", "Layer", text();
        /// Data window: the picture is defined where the merged files have pixels. Display window: exactly in the frame of the first file.
        region: Region = "region", "Region", choice(Region::Data);
        /// What one unit of depth in the files is. All distances of this effect are in metres.
        unit: DepthUnit = "deepUnit", "Deep unit", choice(DepthUnit::Metre);
        /// Multiplies the depths of all files, for scenes that were not modelled in true size.
        scale: f64 = "deepScale", "Deep scale", double(1.0).range(1e-6, 1e6).slider(0.01, 10.0);
        /// Memory that reading and flattening may take at a time, in megabytes. A picture of which even one row needs more fails with a message.
        memory: i32 = "memoryLimit", "Memory limit", int(2048, 16, 1 << 20).slider(64, 16384);
    }
}

params! {
    /// What comes out.
    pub struct OutputParams {
        /// Beauty: premultiplied colour and alpha. Depth: distance in metres in all four channels, not premultiplied. Beauty with depth in alpha: both, for hosts with one input. Sample count: how many samples a pixel has, in all four channels.
        output: DeepOutput = "output", "Output", choice(DeepOutput::Beauty);
        /// Which depth of a pixel is meant. Front: where its nearest sample begins. Back: where its farthest one ends. Alpha-weighted: the mean of what is seen. First opaque: the first sample that is opaque in itself. At alpha threshold: where the alpha, added up from the front, reaches Depth threshold.
        kind: DepthKind = "depthKind", "Depth kind", choice(DepthKind::Front);
        /// Alpha at which the depth is taken. 0.5 puts the depth of soft edges where most of the pixel is.
        threshold: f64 = "depthThreshold", "Depth threshold", double(0.5).range(0.0, 1.0).slider(0.0, 1.0);
        /// What pixels get that nowhere become so dense. Back: where their farthest sample ends. Empty: Empty depth.
        unreached: UnreachedDepth = "unreachedDepth", "Unreached depth", choice(UnreachedDepth::Back);
        /// Depth of pixels with nothing in them, as it is written, in metres. The other effects read 0 as nothing there.
        empty: f64 = "emptyDepth", "Empty depth", double(0.0).range(-1e30, 1e30).slider(0.0, 1000.0).unit(Unit::Distance);
    }
}

params! {
    /// Which depths are kept.
    pub struct RangeParams {
        /// Keep only what lies between Crop near and Crop far. Volumes are cut there; holdouts and cuts hide from wherever they are.
        use_crop: bool = "useCrop", "Crop depth", boolean(false);
        /// Distance in metres before which nothing is kept.
        near: f64 = "cropNear", "Crop near", double(0.0).range(-1e9, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Length in metres, behind Crop near, over which samples come in. 0 is a hard cut.
        near_softness: f64 = "cropNearSoftness", "Near softness", double(0.0).range(0.0, 1e9).slider(0.0, 10.0).unit(Unit::Distance);
        /// Distance in metres from which on nothing is kept.
        far: f64 = "cropFar", "Crop far", double(100.0).range(-1e9, 1e9).slider(0.0, 1000.0).unit(Unit::Distance);
        /// Length in metres, before Crop far, over which samples fade out. 0 is a hard cut.
        far_softness: f64 = "cropFarSoftness", "Far softness", double(0.0).range(0.0, 1e9).slider(0.0, 10.0).unit(Unit::Distance);
        /// Keeps one of three slabs of depth, which laid over each other, Near over Mid over Far, give the whole again: each can be defocused by itself.
        slab: Slab = "slab", "Slab", choice(Slab::All);
        /// Distance in metres at which the middle slab begins.
        slab_near: f64 = "slabNear", "Slab near", double(5.0).range(-1e9, 1e9).slider(0.0, 100.0).unit(Unit::Distance);
        /// Distance in metres at which the middle slab ends.
        slab_far: f64 = "slabFar", "Slab far", double(20.0).range(-1e9, 1e9).slider(0.0, 1000.0).unit(Unit::Distance);
        /// Length in metres over which neighbouring slabs fade into each other, half before and half behind their border. 0 is a hard cut.
        slab_softness: f64 = "slabSoftness", "Slab softness", double(0.0).range(0.0, 1e9).slider(0.0, 10.0).unit(Unit::Distance);
    }
}

params! {
    /// Which samples count.
    pub struct SampleParams {
        /// A pixel is finished once so much of what lies behind is hidden. 1 looks at everything; a little less is faster in dense smoke.
        opacity_limit: f64 = "opacityLimit", "Opacity limit", double(1.0).range(0.0, 1.0).slider(0.9, 1.0);
        /// Samples with an alpha below this are left out, light without alpha among them. 0 keeps all.
        drop_below: f64 = "dropThreshold", "Drop threshold", double(0.0).range(0.0, 1.0).slider(0.0, 0.1);
        /// Samples behind what hides everything count neither as the farthest nor as samples.
        drop_hidden: bool = "dropHidden", "Drop hidden samples", boolean(false);
    }
}

params! {
    /// What the source is for.
    pub struct SourceParams {
        /// Spreads the source, a flat render of the same frame, over the samples of file 1, which often has only alpha. Keep colour: each sample gets the source's colour as such, with its own alpha. Match picture: the file alone flattens to exactly the source's numbers.
        recolour: RecolourBy = "recolour", "Recolour", choice(RecolourBy::Off);
        /// Merges the source into the files as one more element: each of its pixels at its own depth.
        as_element: bool = "sourceAsElement", "Source as element", boolean(false);
        /// What the source does to the files, as in Operation.
        operation: Operation = "sourceOperation", "Source operation", choice(Operation::Merge);
        /// Where the source lies. Depth input: as its depth says; without a depth it is left out. Fixed distance: all of it at Source distance, like a card.
        depth: SourceDepth = "sourceDepth", "Source depth", choice(SourceDepth::Clip);
        /// Distance of the source from the camera, in metres.
        distance: f64 = "sourceDistance", "Source distance", double(10.0).range(1e-6, 1e9).slider(0.1, 1000.0).unit(Unit::Distance);
    }
}

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Params {
    /// The files.
    pub inputs: [InputParams; INPUTS],
    /// What holds for all of them.
    pub files: FilesParams,
    /// What comes out.
    pub output: OutputParams,
    /// Which depths are kept.
    pub range: RangeParams,
    /// Which samples count.
    pub samples: SampleParams,
    /// What the source is for.
    pub source: SourceParams,
    /// The source's depth; off where it is not looked at.
    pub depth: DepthParams,
}

/// What the depth group has for effects that pass their source through.
const NOT_HERE: &str = "useDepth";

impl Params {
    /// `usage`: without clips nothing of the source.
    pub(super) fn define(usage: Use) -> Definitions {
        let mut list = Definitions::default();
        for number in 1..=INPUTS {
            list.group(&format!("input{number}"), &format!("Input {number}"), number == 1);
            InputParams::define(&mut list, &number.to_string());
        }
        list.group("files", "Files", true);
        FilesParams::define(&mut list, "");
        list.group("outputGroup", "Output", true);
        OutputParams::define(&mut list, "");
        list.group("depthRange", "Depth range", false);
        RangeParams::define(&mut list, "");
        list.group("samples", "Samples", false);
        SampleParams::define(&mut list, "");
        if usage == Use::General {
            list.group("source", "Source", false);
            SourceParams::define(&mut list, "");
            list.group("depth", "Depth", false);
            DepthParams::define(&mut list, "");
            list.items.retain(|item| !matches!(item, Item::Param(p) if p.name == NOT_HERE));
        }
        list.ungroup();
        list
    }

    pub(super) fn read(values: &dyn ParamSource) -> Self {
        let source = SourceParams::read(values, "");
        let mut depth = DepthParams::read(values, "");
        depth.enabled = source.as_element && source.depth == SourceDepth::Clip;
        Self {
            inputs: std::array::from_fn(|i| InputParams::read(values, &(i + 1).to_string())),
            files: FilesParams::read(values, ""),
            output: OutputParams::read(values, ""),
            range: RangeParams::read(values, ""),
            samples: SampleParams::read(values, ""),
            source,
            depth,
        }
    }

    /// Metres in one unit of the files' depth.
    pub(super) fn metres(&self) -> f64 {
        self.files.unit.metres() * self.files.scale
    }

    /// The files that are there, by number from 0.
    pub(super) fn used(&self) -> impl Iterator<Item = (usize, &InputParams)> {
        self.inputs.iter().enumerate().filter(|(_, input)| input.on && !input.file.is_empty())
    }

    /// Does the output hold a depth?
    pub(super) fn shows_depth(&self) -> bool {
        matches!(self.output.output, DeepOutput::Depth | DeepOutput::BeautyDepth)
    }

    /// Does the source colour the first file?
    pub(super) fn recolours(&self) -> bool {
        self.source.recolour != RecolourBy::Off && self.used().any(|(i, _)| i == 0)
    }

    /// Does the parameter change anything, as the others are set?
    pub(super) fn enabled(&self, name: &str) -> bool {
        let (range, kind) = (&self.range, self.output.kind);
        let (sliced, element) = (range.slab != Slab::All, self.source.as_element);
        let numbered = |stem: &str| {
            name.strip_prefix(stem).and_then(|n| n.parse::<usize>().ok()).filter(|n| (1..=INPUTS).contains(n))
        };
        let of_input = ["file", "operation", "depthOffset", "depthScale", "part"];
        if let Some(number) = of_input.into_iter().find_map(numbered) {
            return self.inputs[number - 1].on;
        }
        match name {
            "depthKind" | "emptyDepth" => self.shows_depth(),
            "depthThreshold" => self.shows_depth() && kind == DepthKind::AtAlpha,
            "unreachedDepth" => self.shows_depth() && matches!(kind, DepthKind::AtAlpha | DepthKind::Opaque),
            "dropHidden" => self.output.output == DeepOutput::Samples || (self.shows_depth() && self.depends_on_back()),
            "cropNear" | "cropNearSoftness" | "cropFar" | "cropFarSoftness" => range.use_crop,
            "slabNear" | "slabFar" | "slabSoftness" => sliced,
            "sourceOperation" | "sourceDepth" => element,
            "sourceDistance" => element && self.source.depth == SourceDepth::Fixed,
            _ if is_depth(name) => self.depth.enabled,
            _ => true,
        }
    }

    fn depends_on_back(&self) -> bool {
        let unreached = matches!(self.output.kind, DepthKind::AtAlpha | DepthKind::Opaque);
        self.output.kind == DepthKind::Back || (unreached && self.output.unreached == UnreachedDepth::Back)
    }
}

/// Is this a parameter of the depth group?
fn is_depth(name: &str) -> bool {
    let mut group = Definitions::default();
    DepthParams::define(&mut group, "");
    group.params().any(|p| p.name == name)
}
