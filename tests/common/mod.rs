//! What the tests of the real library share: where it is, small scenes, and renders in few words.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod deep;

use mock_host::media::{Pick, read_exr};
use mock_host::*;
use std::path::PathBuf;

/// The names of the effects that change a picture by its depth.
pub const EFFECTS: [&str; 3] = ["ZDefocus", "DepthFog", "DepthGrade"];
/// The names of all effects.
pub const ALL: [&str; 4] = ["ZDefocus", "DepthFog", "DepthGrade", "DeepMerge"];

/// The library that cargo built for these tests.
pub fn library() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let name = format!("{}fathom_ofx{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    // For `cargo test` alone cargo leaves the library beside the tests, without a copy one folder up.
    let path = exe.parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// Where a file of tests/data is.
pub fn data_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A file of tests/data.
pub fn data(name: &str) -> Picture {
    read_exr(&data_path(name), &Pick::auto()).unwrap().picture
}

/// An instance with its host and library, dropped in the right order.
pub struct Session {
    pub instance: Instance,
    pub host: Host,
    _bundle: Bundle,
    /// Files of its own.
    folder: Option<deep::Folder>,
}

impl Session {
    pub fn new(profile: Profile, effect: &str, context: Context) -> Self {
        let host = Host::new(profile);
        let bundle = Bundle::open_private(library(), &host).unwrap();
        Self::of(host, bundle, effect, context)
    }

    /// With a library that is open already.
    pub fn of(host: Host, bundle: Bundle, effect: &str, context: Context) -> Self {
        let instance = bundle.effect(effect).unwrap().create(context).unwrap();
        Self { instance, host, _bundle: bundle, folder: None }
    }

    /// With a picture, its depth, and settings under which the effect does something.
    pub fn at_work(profile: Profile, effect: &str, context: Context, size: (i32, i32)) -> Self {
        let mut this = Self::new(profile, effect, context);
        this.begin_work(effect, size);
        this
    }

    /// A picture, its depth, and settings under which the effect does something.
    pub fn begin_work(&mut self, effect: &str, size: (i32, i32)) {
        let bounds = RectI::sized(size.0, size.1);
        if effect == "DeepMerge" {
            let folder = deep::Folder::new();
            let window = deep_exr::Window { x1: 0, y1: 0, x2: size.0, y2: size.1 };
            let mut shot = deep::Shot::new(window, 21);
            shot.header.display_window = window;
            shot.write(&folder.path("a.exr"));
            self.instance.set("file1", folder.file("a.exr")).unwrap();
            self.folder = Some(folder);
        }
        self.instance.set_project(Project { format: bounds, ..self.instance.project() });
        self.instance.connect("Source", beauty(bounds)).unwrap();
        self.instance.connect("Depth", depth(bounds)).unwrap();
        self.settings(effect);
    }

    /// Settings under which the effect does something.
    pub fn settings(&self, effect: &str) {
        // Patches are no picture of a scene: nothing could tell what their numbers mean.
        self.instance.set("depthConvention", "Distance").unwrap();
        let settings: &[(&str, &str)] = match effect {
            "ZDefocus" => &[("focusDistance", "3"), ("sizeAtInfinity", "4"), ("maxSize", "9")],
            "DepthFog" => &[("visibility", "30"), ("fogStart", "1")],
            "DeepMerge" => &[("sourceAsElement", "on")],
            _ => &[("nearExposure", "1"), ("farSaturation", "0.2"), ("nearEnd", "2.5"), ("farStart", "8")],
        };
        for (name, value) in settings {
            self.instance.set(name, *value).unwrap();
        }
    }

    pub fn render(&self, request: &RenderRequest) -> Picture {
        self.instance.render(request).unwrap_or_else(|e| panic!("{e}; messages: {:?}", self.host.messages()))
    }

    /// The label of a choice that is set.
    pub fn chosen(&self, name: &str) -> String {
        let ParamValue::Int(index) = self.instance.get(name).unwrap() else { panic!("{name} is no choice") };
        let info = self.instance.params().into_iter().find(|p| p.name == name).unwrap();
        info.choices[usize::try_from(index[0]).unwrap()].clone()
    }

    /// The value of a text.
    pub fn text(&self, name: &str) -> String {
        let ParamValue::Text(text) = self.instance.get(name).unwrap() else { panic!("{name} is no text") };
        text.to_string_lossy().into_owned()
    }

    /// Fails if the plug-in broke any of the host's rules.
    #[track_caller]
    pub fn assert_clean(&self, what: &str) {
        assert_eq!(self.host.violations(), [], "{what}");
    }
}

/// The contexts of an effect that take a source, in this host.
pub fn contexts(profile: &Profile, effect: &str) -> Vec<Context> {
    let own = if effect == "DeepMerge" { &[Context::General][..] } else { &[Context::Filter, Context::General] };
    own.iter().copied().filter(|c| profile.contexts.contains(c)).collect()
}

/// A picture with fine and coarse detail and some transparency.
pub fn beauty(bounds: RectI) -> Picture {
    Picture::from_fn(bounds, Components::Rgba, |x, y| {
        let a = if (x + y).rem_euclid(17) == 0 { 0.5 } else { 1.0 };
        let v = |k: i32| ((x * k + y * (k + 3)).rem_euclid(23)) as f32 / 23.0 * a;
        [v(3), v(5), v(11), a]
    })
}

/// Patches at several depths, one of them empty.
pub fn depth(bounds: RectI) -> Picture {
    Picture::from_fn(bounds, Components::Alpha, |x, y| {
        let z = match (x.div_euclid(11) + 2 * y.div_euclid(8)).rem_euclid(5) {
            0 => 1e10,
            1 => 1.5,
            2 => 3.0,
            3 => 6.0 + x as f32 * 0.01,
            _ => 25.0,
        };
        [z; 4]
    })
}

/// The depth of a rendered scene: distances, 1e10 where there is nothing. Every fourth pixel of it.
pub fn scene() -> Picture {
    let whole = data("chess/z.exr");
    Picture::from_fn(RectI::sized(160, 90), Components::Alpha, |x, y| [whole.get(4 * x, 4 * y).unwrap()[0]; 4])
}

/// The same depth as a renderer of one over the distance writes it.
pub fn inverse(distance: &Picture) -> Picture {
    let mut out = distance.clone();
    out.pixels.iter_mut().for_each(|z| *z = if *z < 1e9 { 1.0 / *z } else { 0.0 });
    out
}

/// The same bits?
pub fn same_bits(a: &Picture, b: &Picture) -> bool {
    a.bounds == b.bounds
        && a.pixels.len() == b.pixels.len()
        && a.pixels.iter().zip(&b.pixels).all(|(a, b)| a.to_bits() == b.to_bits())
}

/// The largest difference.
pub fn difference(a: &Picture, b: &Picture) -> f32 {
    assert_eq!((a.bounds, a.pixels.len()), (b.bounds, b.pixels.len()));
    a.pixels.iter().zip(&b.pixels).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
