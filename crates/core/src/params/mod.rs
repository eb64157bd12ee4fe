//! Parameters: declared once, here, and from that one declaration defined in the host, read, clamped and documented.
//!
//! [`params!`](crate::params!) writes a plain struct, its list of [`ParamDef`]s and the function that reads a snapshot of it.
//! The doc comment of a field *is* the hint that the artist reads. Names are saved in projects: they never change.

mod spec;

pub use spec::{
    CURVE_SAMPLES, ChoiceOptions, ChoiceSpec, ColourSpec, CurveSpec, DoubleSpec, Fallback, Hidden, IntSpec, PointSpec,
    Spec, TextSpec, boolean, button, choice, colour, curve, double, fallback, file, hidden, int, label, point, rgba,
    save_file, text,
};

/// What a number counts, for labels, the manual and hosts that know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain number.
    None,
    /// Pixels of the full-size frame (canonical units): scales with the render scale.
    Pixels,
    /// Distance in the scene, in metres.
    Distance,
    /// Distance in the unit of the depth pass.
    DepthUnits,
    /// Millimetres on the camera.
    Millimetres,
    /// Photographic stops.
    Stops,
    /// Degrees.
    Degrees,
}

impl Unit {
    /// The word for the manual; empty for a plain number.
    pub fn word(self) -> &'static str {
        match self {
            Unit::None => "",
            Unit::Pixels => "px",
            Unit::Distance => "m",
            Unit::DepthUnits => "depth units",
            Unit::Millimetres => "mm",
            Unit::Stops => "stops",
            Unit::Degrees => "°",
        }
    }
}

/// What kind of parameter it is, with its default and ranges. Ranges are finite in both kinds: several hosts clamp to
/// nonsense where one is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// On or off.
    Bool {
        /// State of a new instance.
        default: bool,
    },
    /// A whole number.
    Int {
        /// Value of a new instance.
        default: i32,
        /// Hard limits.
        range: [i32; 2],
        /// Limits of the slider.
        slider: [i32; 2],
    },
    /// A number.
    Double {
        /// Value of a new instance.
        default: f64,
        /// Hard limits.
        range: [f64; 2],
        /// Limits of the slider.
        slider: [f64; 2],
        /// What it counts.
        unit: Unit,
    },
    /// A position in the picture, canonical coordinates, with a handle in the viewer.
    Point {
        /// Position in a new instance, as a fraction of the frame (0..1 each way).
        default: [f64; 2],
    },
    /// A linear colour without alpha.
    Colour {
        /// Red, green, blue of a new instance.
        default: [f64; 3],
        /// Limits of the sliders.
        slider: [f64; 2],
    },
    /// Four numbers, one each for red, green, blue and alpha.
    Rgba {
        /// Values of a new instance.
        default: [f64; 4],
        /// Limits of the sliders.
        slider: [f64; 2],
    },
    /// One of a fixed list. The order is frozen: projects save the index.
    Choice {
        /// Index in a new instance.
        default: i32,
        /// What the artist reads.
        options: &'static [&'static str],
    },
    /// A line of text that the artist writes.
    Text {
        /// Text of a new instance.
        default: &'static str,
    },
    /// The name of a file to read, perhaps with a place for the frame's number; the artist chooses it or writes it.
    File,
    /// The name of a file to write.
    SaveFile,
    /// A line of text that the effect writes.
    Label {
        /// Text of a new instance.
        default: &'static str,
    },
    /// A curve that the artist draws over 0 to 1, at first from 0 to 1, in hosts that have such a control.
    Curve,
    /// A button.
    Button,
}

impl Kind {
    /// May it have keys? What changes the meaning of the picture (choices, switches, texts) does not animate.
    pub fn animates(&self) -> bool {
        matches!(
            self,
            Kind::Int { .. } | Kind::Double { .. } | Kind::Point { .. } | Kind::Colour { .. } | Kind::Rgba { .. }
        )
    }
}

/// One parameter as the host, the manual and the snapshot see it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamDef {
    /// The name that projects save: ASCII, unique in its effect, frozen.
    pub name: String,
    /// What the artist reads beside the control.
    pub label: String,
    /// One or two plain sentences.
    pub hint: String,
    /// Kind, default, ranges.
    pub kind: Kind,
    /// Name of the group that it sits in, if any.
    pub group: Option<String>,
    /// Not shown to the artist: written by the effect, saved with the project.
    pub secret: bool,
    /// Only for hosts without [`Kind::Curve`], in the place of one.
    pub fallback: bool,
    /// The option of a choice that hosts which can show another order show first.
    pub shown_first: Option<i32>,
}

/// A foldable group of controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDef {
    /// The name that projects save.
    pub name: String,
    /// What the artist reads.
    pub label: String,
    /// Unfolded in a new instance?
    pub open: bool,
}

/// All that an effect declares, in the order in which the artist sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// Groups and parameters in display order.
    pub items: Vec<Item>,
    current: Option<String>,
}

/// A line of [`Definitions`].
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// The group comes before what it holds.
    Group(GroupDef),
    /// A parameter.
    Param(ParamDef),
}

impl Definitions {
    /// Opens a group; what is added until the next call of `group` or `ungroup` sits in it.
    pub fn group(&mut self, name: &str, label: &str, open: bool) {
        self.items.push(Item::Group(GroupDef { name: name.into(), label: label.into(), open }));
        self.current = Some(name.into());
    }

    /// What follows sits in no group.
    pub fn ungroup(&mut self) {
        self.current = None;
    }

    /// Adds a parameter to the current group.
    pub fn param<S: Spec>(&mut self, name: String, label: &str, hint: &str, spec: &S) {
        self.items.push(Item::Param(ParamDef {
            name,
            label: label.into(),
            hint: hint.trim().into(),
            kind: spec.kind(),
            group: self.current.clone(),
            secret: spec.secret(),
            fallback: spec.fallback(),
            shown_first: spec.shown_first(),
        }));
    }

    /// The parameters in order, without the groups.
    pub fn params(&self) -> impl Iterator<Item = &ParamDef> {
        self.items.iter().filter_map(|i| if let Item::Param(p) = i { Some(p) } else { None })
    }
}

/// A value as it comes from the host: unchecked.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Bool.
    Bool(bool),
    /// Int, and the index of a Choice.
    Int(i32),
    /// Double.
    Double(f64),
    /// Point.
    Point([f64; 2]),
    /// Colour (alpha 1) and Rgba.
    Colour([f64; 4]),
    /// Text, File, SaveFile and Label.
    Text(String),
    /// Curve: its values at evenly spaced places from 0 to 1, [`CURVE_SAMPLES`] of them.
    Curve(Vec<f64>),
}

/// Where a snapshot reads from: a host's parameters at one time, or a test's list.
pub trait ParamSource {
    /// The value of that name; `None` gives the default.
    fn value(&self, name: &str) -> Option<Value>;
}

/// A source in memory, for tests and tools; what is not set has its default.
#[derive(Clone, Debug, Default)]
pub struct Values(pub Vec<(String, Value)>);

impl Values {
    /// Sets one value; a later one wins.
    pub fn set(mut self, name: &str, value: Value) -> Self {
        self.0.push((name.into(), value));
        self
    }

    /// Sets a Double.
    pub fn double(self, name: &str, value: f64) -> Self {
        self.set(name, Value::Double(value))
    }

    /// Sets a Choice or an Int.
    pub fn int(self, name: &str, value: i32) -> Self {
        self.set(name, Value::Int(value))
    }
}

impl ParamSource for Values {
    fn value(&self, name: &str) -> Option<Value> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    }
}

/// A struct of parameter values, written by [`params!`](crate::params!). `prefix` serves groups that occur several times in one effect
/// ("near" + "Exposure" = `nearExposure`); a number goes behind (`file1`).
pub trait ParamSet: Sized {
    /// Adds the definitions, in order.
    fn define(list: &mut Definitions, prefix: &str);
    /// Reads a snapshot: clamped to the ranges, free of NaN.
    fn read(source: &dyn ParamSource, prefix: &str) -> Self;
    /// The values of a new instance.
    fn defaults() -> Self {
        Self::read(&Values::default(), "")
    }
}

fn is_number(prefix: &str) -> bool {
    !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit())
}

/// `File` of the group with the number 1 is `File 1`.
pub fn labelled(prefix: &str, label: &str) -> String {
    if is_number(prefix) { format!("{label} {prefix}") } else { label.into() }
}

/// `exposure` with prefix `near` is `nearExposure`, `file` with 1 is `file1`.
pub fn prefixed(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        return name.into();
    }
    if is_number(prefix) {
        return format!("{name}{prefix}");
    }
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{prefix}{}{}", first.to_ascii_uppercase(), letters.as_str()))
}

/// Declares a set of parameters: struct, definitions and snapshot from one list.
///
/// ```
/// use fathom_core::params::{double, ParamSet, Unit};
/// fathom_core::params! {
///     /// What the lens looks at.
///     pub struct Focus {
///         /// Distance that is sharp.
///         distance: f64 = "focusDistance", "Focus distance", double(5.0).range(1e-3, 1e6).slider(0.1, 100.0).unit(Unit::Distance);
///     }
/// }
/// assert_eq!(Focus::defaults().distance, 5.0);
/// ```
#[macro_export]
macro_rules! params {
    ($(#[$meta:meta])* pub struct $set:ident { $( $(#[doc = $hint:literal])+ $field:ident : $ty:ty = $name:literal, $label:literal, $spec:expr; )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $set { $( $(#[doc = $hint])+ pub $field: $ty, )+ }

        impl $crate::params::ParamSet for $set {
            fn define(list: &mut $crate::params::Definitions, prefix: &str) {
                $( list.param($crate::params::prefixed(prefix, $name), &$crate::params::labelled(prefix, $label), concat!($($hint),+), &$spec); )+
            }
            fn read(source: &dyn $crate::params::ParamSource, prefix: &str) -> Self {
                Self { $( $field: $crate::params::Spec::decode(&$spec, source.value(&$crate::params::prefixed(prefix, $name))), )+ }
            }
        }
    };
}

/// Declares the options of a choice: an enum in the frozen order, with what the artist reads.
#[macro_export]
macro_rules! choices {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $label:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $( $(#[$vmeta])* $variant, )+ }

        impl $crate::params::ChoiceOptions for $name {
            const LABELS: &'static [&'static str] = &[$($label),+];
            const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}
