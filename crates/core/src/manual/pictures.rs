//! The manual's pictures: which, of what, and where they stand. `cargo manual` renders them from tests/data.

/// A picture of the manual.
pub struct Picture {
    /// Its file, without folder and ending.
    pub file: &'static str,
    /// The effect, and the group of parameters below whose title it stands; no group: at the top.
    pub place: (&'static str, Option<&'static str>),
    /// What is seen.
    pub caption: &'static str,
    /// What is fed.
    pub scene: Scene,
    /// Which command of `fathom` makes it.
    pub command: &'static str,
    /// What else the command is told.
    pub arguments: &'static [&'static str],
}

/// Renders that lie in tests/data.
#[derive(Clone, Copy)]
pub enum Scene {
    /// Pieces on a board, 2 to 14 m away.
    Chess,
    /// A wire fence before a wall with letters.
    Fence,
    /// Lamps in the dark.
    Lamps,
    /// A street with clear air.
    Street,
}

impl Scene {
    /// What has to be known of the camera.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Scene::Street => &["--set", "fieldOfView=73.74", "--set", "depthConvention=Distance"],
            _ => &[],
        }
    }

    /// The clips, as `fathom` is told.
    pub fn clips(self) -> [&'static str; 2] {
        match self {
            Scene::Chess => ["Source=tests/data/chess/pinhole.exr", "Depth=tests/data/chess/z.exr"],
            Scene::Fence => ["Source=tests/data/fence/pinhole.exr", "Depth=tests/data/fence/z.exr"],
            Scene::Lamps => ["Source=tests/data/bokeh/pinhole.exr", "Depth=tests/data/bokeh/z.exr"],
            Scene::Street => ["Source=tests/data/fog/street/clear.exr", "Depth=tests/data/fog/street/z.exr"],
        }
    }
}

const fn picture(
    file: &'static str,
    place: (&'static str, Option<&'static str>),
    scene: Scene,
    caption: &'static str,
    arguments: &'static [&'static str],
) -> Picture {
    Picture { file, place, caption, scene, command: "look", arguments }
}

/// What an effect draws over its picture.
const fn overlay(
    file: &'static str,
    effect: &'static str,
    scene: Scene,
    caption: &'static str,
    arguments: &'static [&'static str],
) -> Picture {
    Picture { file, place: (effect, None), caption, scene, command: "draw", arguments }
}

/// Values of parameters, and what else the command is told.
macro_rules! told {
    ($($set:literal),*; $($more:literal),*) => {
        &[$("--set", $set,)* $($more),*]
    };
}

/// Settings under which the lamps are large discs.
macro_rules! lamps {
    ($($more:literal),*) => {
        &["--set", "focusDistance=1.5", "--set", "sizeAtInfinity=34", "--crop", "240,60,640,360", "--tile", "320", "--view", "tonemap", $($more),*]
    };
}

const ZDEFOCUS: &str = "ZDefocus";
const FOG: &str = "DepthFog";
const GRADE: &str = "DepthGrade";

/// All, in the order of their places.
pub static PICTURES: &[Picture] = &[
    picture(
        "zdefocus",
        (ZDEFOCUS, None),
        Scene::Chess,
        "A render with all in focus, and the same focused at 2.2 m.",
        told!["focusDistance=2.2", "sizeAtInfinity=20";],
    ),
    overlay(
        "zdefocus-overlay",
        ZDEFOCUS,
        Scene::Chess,
        "In a viewer that lets effects draw: the focus point, what is sharp, and the bokeh under the pointer.",
        told![
            "focusMode=Pick point", "focusPoint=425,110", "sizeAtInfinity=20", "bokehShape=Blades"; "--pointer",
            "130,120"
        ],
    ),
    picture(
        "zdefocus-presets",
        (ZDEFOCUS, Some("presetGroup")),
        Scene::Lamps,
        "Lamps through some of the lenses.",
        lamps![
            "--sweep",
            "preset=Plain lens;Prime 50 mm f/4, seven blades;Portrait 85 mm f/1.8;Anamorphic 2x, 50 mm f/2.3;Vintage swirl 58 mm f/2;Soap bubble 100 mm f/2.8;Mirror lens 500 mm f/8",
            "--columns",
            "3"
        ],
    ),
    picture(
        "zdefocus-focus",
        (ZDEFOCUS, Some("focus")),
        Scene::Chess,
        "The focus pulled from near to far.",
        told!["sizeAtInfinity=20"; "--sweep", "focusDistance=1.6,2.2,3.5,6,12", "--tile", "320", "--columns", "3"],
    ),
    picture(
        "zdefocus-size",
        (ZDEFOCUS, Some("size")),
        Scene::Chess,
        "Size at infinity in pixels of a frame of 640.",
        told!["focusDistance=2.2"; "--sweep", "sizeAtInfinity=5,12,30", "--tile", "320", "--columns", "2"],
    ),
    picture(
        "zdefocus-shape",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Discs and blades.",
        lamps!["--sweep", "bokehShape=Disc;Blades", "--columns", "3"],
    ),
    picture(
        "zdefocus-curvature",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Blade curvature, with six blades.",
        lamps!["--set", "bokehShape=Blades", "--sweep", "bladeCurvature=-0.6,0,0.5,1", "--columns", "3"],
    ),
    picture(
        "zdefocus-ring",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Ring: the rim of a disc, in front of the focus (left half) and behind it (right half).",
        told!["output=Bokeh"; "--sweep", "ring=-1,0,0.5,1", "--tile", "320", "--columns", "3"],
    ),
    picture(
        "zdefocus-hole",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Catadioptric hole: the doughnut of a mirror lens.",
        told!["output=Bokeh"; "--sweep", "catadioptric=0,0.3,0.6", "--tile", "320", "--columns", "2"],
    ),
    picture(
        "zdefocus-catseye",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Cat's eye: stronger towards the corners.",
        told![
            "focusDistance=30", "sizeAtInfinity=4"; "--sweep", "catsEye=0,0.6,1.2", "--tile", "320", "--columns",
            "2"
        ],
    ),
    picture(
        "zdefocus-anamorphic",
        (ZDEFOCUS, Some("bokeh")),
        Scene::Lamps,
        "Anamorphic squeeze.",
        lamps!["--sweep", "anamorphicPreset=1 (spherical);1.33;1.8;2", "--columns", "3"],
    ),
    picture(
        "zdefocus-gain",
        (ZDEFOCUS, Some("highlights")),
        Scene::Lamps,
        "Gain: highlights brighter by so many stops.",
        lamps!["--sweep", "highlightGain=0,1,3", "--columns", "2"],
    ),
    picture(
        "zdefocus-border",
        (ZDEFOCUS, Some("occlusion")),
        Scene::Chess,
        "What is supposed to lie outside the frame.",
        told!["focusDistance=2.2", "sizeAtInfinity=40"; "--sweep", "borderMode=*", "--tile", "320", "--columns", "2"],
    ),
    picture(
        "zdefocus-fill",
        (ZDEFOCUS, Some("occlusion")),
        Scene::Fence,
        "Background fill: a fence before the focus, with and without paint behind its wires.",
        told![
            "focusDistance=7.9", "sizeAtInfinity=3.13"; "--sweep", "backgroundFill=off,on", "--tile", "480",
            "--columns", "2"
        ],
    ),
    picture(
        "zdefocus-output",
        (ZDEFOCUS, Some("out")),
        Scene::Chess,
        "The outputs.",
        told![
            "focusDistance=2.2", "sizeAtInfinity=20"; "--sweep", "output=*", "--tile", "320", "--columns", "3",
            "--view", "tonemap"
        ],
    ),
    picture(
        "depthfog",
        (FOG, None),
        Scene::Street,
        "A street in clear air, and in fog with a visibility of 40 m.",
        told!["visibility=40"; "--view", "tonemap"],
    ),
    picture(
        "depthfog-presets",
        (FOG, Some("presetGroup")),
        Scene::Street,
        "Some kinds of air.",
        &[
            "--sweep",
            "preset=Plain fog;Heavy haze;Sea fog;Ground mist;Smoke layer;God rays;Underwater",
            "--tile",
            "320",
            "--columns",
            "3",
            "--view",
            "tonemap",
        ],
    ),
    picture(
        "depthfog-model",
        (FOG, Some("fog")),
        Scene::Street,
        "The models, all with the same visibility and end.",
        told![
            "visibility=40", "fogEnd=40"; "--sweep", "fogModel=Exponential;Exponential squared;Linear", "--tile",
            "320", "--columns", "2", "--view", "tonemap"
        ],
    ),
    picture(
        "depthfog-visibility",
        (FOG, Some("fog")),
        Scene::Street,
        "Visibility in metres.",
        &["--sweep", "visibility=15,40,100,300", "--tile", "320", "--columns", "3", "--view", "tonemap"],
    ),
    picture(
        "depthfog-tint",
        (FOG, Some("colour")),
        Scene::Street,
        "Extinction tint: what each channel loses.",
        told![
            "visibility=40"; "--sweep", "extinctionTint=1,1,1;0.6,1,1.6;1.6,1,0.6", "--tile", "320", "--columns",
            "2", "--view", "tonemap"
        ],
    ),
    picture(
        "depthfog-height",
        (FOG, Some("heightGroup")),
        Scene::Street,
        "Height fog: how fast it thins upwards, in metres.",
        told![
            "fogModel=None", "heightFog=on", "heightDensity=0.2"; "--sweep", "heightFalloff=0.3,1,4", "--tile",
            "320", "--columns", "2", "--view", "tonemap"
        ],
    ),
    picture(
        "depthfog-noise",
        (FOG, Some("noiseGroup")),
        Scene::Street,
        "Noise: how uneven the air is.",
        told![
            "visibility=30", "noiseScale=3"; "--sweep", "noiseAmount=0,0.7,1.5", "--tile", "320", "--columns", "2",
            "--view", "tonemap"
        ],
    ),
    picture(
        "depthfog-output",
        (FOG, Some("outputGroup")),
        Scene::Street,
        "The outputs.",
        told!["visibility=40"; "--sweep", "output=*", "--tile", "320", "--columns", "3", "--view", "tonemap"],
    ),
    picture(
        "depthfog-convention",
        (FOG, Some("depth")),
        Scene::Street,
        "Fog by one depth pass, read in five ways: only the first is right. When fog sits in the wrong place or nowhere, this is why.",
        told![
            "visibility=40"; "--sweep",
            "depthConvention=Distance;-Distance;1/Distance (far = 0);Normalised near 0 -> far 1;Normalised far 0 -> near 1",
            "--tile", "320", "--columns", "3", "--view", "tonemap"
        ],
    ),
    picture(
        "depthgrade",
        (GRADE, None),
        Scene::Chess,
        "A board, and the same with a warm foreground and a cool, dark distance.",
        told!["nearEnd=3.5", "farStart=9", "nearGain=1.25,1.05,0.85", "farSaturation=0.25", "farExposure=-0.7";],
    ),
    picture(
        "depthgrade-presets",
        (GRADE, Some("presetGroup")),
        Scene::Chess,
        "The presets, with the zones of this shot.",
        told![
            "nearEnd=3", "farStart=6"; "--sweep",
            "preset=Warm foreground, cool distance;Aerial perspective;Subject in the middle;Day for night",
            "--tile", "320", "--columns", "3"
        ],
    ),
    picture(
        "depthgrade-zones",
        (GRADE, Some("zones")),
        Scene::Chess,
        "Where near ends, as the zones overlay shows it.",
        told!["output=Zones overlay", "farStart=9"; "--sweep", "nearEnd=2.5,4,6", "--tile", "320", "--columns", "2"],
    ),
    picture(
        "depthgrade-softness",
        (GRADE, Some("zones")),
        Scene::Chess,
        "Near softness.",
        told![
            "output=Zones overlay", "nearEnd=3.5", "farStart=9"; "--sweep", "nearSoftness=0,0.25,1", "--tile",
            "320", "--columns", "2"
        ],
    ),
    picture(
        "depthgrade-output",
        (GRADE, Some("outputGroup")),
        Scene::Chess,
        "The outputs.",
        told![
            "nearEnd=3.5", "farStart=9", "nearExposure=1"; "--sweep", "output=*", "--tile", "320", "--columns", "3",
            "--view", "tonemap"
        ],
    ),
];

/// The list for the program that renders them.
pub fn list() -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let lines: Vec<String> = PICTURES
        .iter()
        .map(|p| {
            let clips = p.scene.clips();
            let fixed = ["--effect", p.place.0, "--clip", clips[0], "--clip", clips[1]];
            let words: Vec<String> =
                fixed.iter().chain(p.scene.settings()).chain(p.arguments).map(|a| quoted(a)).collect();
            let [file, command] = [p.file, p.command].map(quoted);
            format!("  {{\"file\": {file}, \"command\": {command}, \"arguments\": [{}]}}", words.join(", "))
        })
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
