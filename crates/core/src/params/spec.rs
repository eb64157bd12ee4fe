//! The kinds of parameter as small builders, each with the Rust type that its value reads into.

use super::{Kind, Unit, Value};

/// A kind of parameter that knows the type it reads into.
pub trait Spec {
    /// What the snapshot holds.
    type Value;
    /// For the definitions.
    fn kind(&self) -> Kind;
    /// Not shown to the artist: written by the effect, saved with the project.
    fn secret(&self) -> bool {
        false
    }
    /// Only for hosts without curves, in the place of one.
    fn fallback(&self) -> bool {
        false
    }
    /// The option that is shown at the top of the list, whatever its index.
    fn shown_first(&self) -> Option<i32> {
        None
    }
    /// The host's value, clamped; the default where the host gave none, another type or NaN.
    fn decode(&self, value: Option<Value>) -> Self::Value;
}

/// The options of a choice, in the order that projects save. Written by [`choices!`](crate::choices!).
pub trait ChoiceOptions: Copy + PartialEq + 'static {
    /// What the artist reads.
    const LABELS: &'static [&'static str];
    /// The variants in the same order.
    const ALL: &'static [Self];
}

/// See [`boolean`].
pub struct BoolSpec(bool);
/// On or off.
pub fn boolean(default: bool) -> BoolSpec {
    BoolSpec(default)
}
impl Spec for BoolSpec {
    type Value = bool;
    fn kind(&self) -> Kind {
        Kind::Bool { default: self.0 }
    }
    fn decode(&self, value: Option<Value>) -> bool {
        match value {
            Some(Value::Bool(b)) => b,
            Some(Value::Int(i)) => i != 0,
            _ => self.0,
        }
    }
}

/// See [`int`].
pub struct IntSpec {
    default: i32,
    range: [i32; 2],
    slider: [i32; 2],
}
/// A whole number between two limits.
pub fn int(default: i32, min: i32, max: i32) -> IntSpec {
    IntSpec { default, range: [min, max], slider: [min, max] }
}
impl IntSpec {
    /// Limits of the slider, where they are narrower.
    pub fn slider(mut self, min: i32, max: i32) -> Self {
        self.slider = [min, max];
        self
    }
}
impl Spec for IntSpec {
    type Value = i32;
    fn kind(&self) -> Kind {
        Kind::Int { default: self.default, range: self.range, slider: self.slider }
    }
    fn decode(&self, value: Option<Value>) -> i32 {
        match value {
            Some(Value::Int(i)) => i.clamp(self.range[0], self.range[1]),
            _ => self.default,
        }
    }
}

/// See [`double`].
pub struct DoubleSpec {
    default: f64,
    range: [f64; 2],
    slider: [f64; 2],
    unit: Unit,
}
/// A number; without further words between −10⁶ and 10⁶ with a slider from 0 to 1.
pub fn double(default: f64) -> DoubleSpec {
    DoubleSpec { default, range: [-1e6, 1e6], slider: [0.0, 1.0], unit: Unit::None }
}
impl DoubleSpec {
    /// Hard limits.
    pub fn range(mut self, min: f64, max: f64) -> Self {
        self.range = [min, max];
        self
    }
    /// Limits of the slider.
    pub fn slider(mut self, min: f64, max: f64) -> Self {
        self.slider = [min, max];
        self
    }
    /// What it counts.
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }
}
fn finite(v: f64, [min, max]: [f64; 2], default: f64) -> f64 {
    if v.is_nan() { default } else { v.clamp(min, max) }
}
impl Spec for DoubleSpec {
    type Value = f64;
    fn kind(&self) -> Kind {
        Kind::Double { default: self.default, range: self.range, slider: self.slider, unit: self.unit }
    }
    fn decode(&self, value: Option<Value>) -> f64 {
        match value {
            Some(Value::Double(v)) => finite(v, self.range, self.default),
            Some(Value::Int(v)) => finite(f64::from(v), self.range, self.default),
            _ => self.default,
        }
    }
}

/// See [`point`].
pub struct PointSpec([f64; 2]);
/// A position in the picture; the default is a fraction of the frame. Reads as `None` until the host knows a position.
pub fn point(x: f64, y: f64) -> PointSpec {
    PointSpec([x, y])
}
impl Spec for PointSpec {
    type Value = Option<[f64; 2]>;
    fn kind(&self) -> Kind {
        Kind::Point { default: self.0 }
    }
    fn decode(&self, value: Option<Value>) -> Option<[f64; 2]> {
        match value {
            Some(Value::Point(p)) if p.iter().all(|v| v.is_finite()) => Some(p.map(|v| v.clamp(-1e7, 1e7))),
            _ => None,
        }
    }
}

/// See [`colour`] and [`rgba`].
pub struct ColourSpec<const N: usize> {
    default: [f64; N],
    slider: [f64; 2],
}
/// A linear colour; values beyond the slider are allowed.
pub fn colour(r: f64, g: f64, b: f64) -> ColourSpec<3> {
    ColourSpec { default: [r, g, b], slider: [0.0, 1.0] }
}
/// Four numbers for red, green, blue and alpha, all with the same default.
pub fn rgba(each: f64) -> ColourSpec<4> {
    ColourSpec { default: [each; 4], slider: [0.0, 1.0] }
}
impl<const N: usize> ColourSpec<N> {
    /// Limits of the sliders.
    pub fn slider(mut self, min: f64, max: f64) -> Self {
        self.slider = [min, max];
        self
    }
    fn read(&self, value: Option<Value>) -> [f64; N] {
        match value {
            Some(Value::Colour(c)) => std::array::from_fn(|i| finite(c[i], [-1e6, 1e6], self.default[i])),
            _ => self.default,
        }
    }
}
impl Spec for ColourSpec<3> {
    type Value = [f64; 3];
    fn kind(&self) -> Kind {
        Kind::Colour { default: self.default, slider: self.slider }
    }
    fn decode(&self, value: Option<Value>) -> [f64; 3] {
        self.read(value)
    }
}
impl Spec for ColourSpec<4> {
    type Value = [f64; 4];
    fn kind(&self) -> Kind {
        Kind::Rgba { default: self.default, slider: self.slider }
    }
    fn decode(&self, value: Option<Value>) -> [f64; 4] {
        self.read(value)
    }
}

/// See [`choice`].
pub struct ChoiceSpec<C> {
    default: C,
    first: bool,
}
/// One of the options of `C`.
pub fn choice<C: ChoiceOptions>(default: C) -> ChoiceSpec<C> {
    ChoiceSpec { default, first: false }
}
impl<C: ChoiceOptions> ChoiceSpec<C> {
    /// The default is shown at the top of the list though projects save it under a later index.
    pub fn shown_first(mut self) -> Self {
        self.first = true;
        self
    }
    fn index(&self) -> i32 {
        C::ALL.iter().position(|c| *c == self.default).unwrap_or(0) as i32
    }
}
impl<C: ChoiceOptions> Spec for ChoiceSpec<C> {
    type Value = C;
    fn kind(&self) -> Kind {
        Kind::Choice { default: self.index(), options: C::LABELS }
    }
    fn shown_first(&self) -> Option<i32> {
        self.first.then(|| self.index())
    }
    fn decode(&self, value: Option<Value>) -> C {
        match value {
            Some(Value::Int(i)) => usize::try_from(i).ok().and_then(|i| C::ALL.get(i)).copied().unwrap_or(self.default),
            _ => self.default,
        }
    }
}

/// See [`hidden`].
pub struct Hidden<S>(S);
/// A parameter that the effect writes and the artist does not see.
pub fn hidden<S: Spec>(spec: S) -> Hidden<S> {
    Hidden(spec)
}
impl<S: Spec> Spec for Hidden<S> {
    type Value = S::Value;
    fn kind(&self) -> Kind {
        self.0.kind()
    }
    fn secret(&self) -> bool {
        true
    }
    fn decode(&self, value: Option<Value>) -> S::Value {
        self.0.decode(value)
    }
}

/// At how many places a curve is read.
pub const CURVE_SAMPLES: usize = 257;

/// See [`curve`].
pub struct CurveSpec;
/// A curve over 0 to 1, at first from 0 to 1. Reads as its values at [`CURVE_SAMPLES`] evenly spaced places; as `None` in hosts that
/// have no curves: beside it there are parameters that are its [`fallback`].
pub fn curve() -> CurveSpec {
    CurveSpec
}
impl Spec for CurveSpec {
    type Value = Option<Vec<f64>>;
    fn kind(&self) -> Kind {
        Kind::Curve
    }
    fn decode(&self, value: Option<Value>) -> Option<Vec<f64>> {
        match value {
            Some(Value::Curve(v)) if v.len() == CURVE_SAMPLES && v.iter().all(|v| v.is_finite()) => Some(v),
            _ => None,
        }
    }
}

/// See [`fallback`].
pub struct Fallback<S>(S);
/// A parameter only for hosts without curves, in the place of one.
pub fn fallback<S: Spec>(spec: S) -> Fallback<S> {
    Fallback(spec)
}
impl<S: Spec> Spec for Fallback<S> {
    type Value = S::Value;
    fn kind(&self) -> Kind {
        self.0.kind()
    }
    fn fallback(&self) -> bool {
        true
    }
    fn decode(&self, value: Option<Value>) -> S::Value {
        self.0.decode(value)
    }
}

/// See [`text`], [`file`] and [`save_file`].
pub struct LineSpec(Kind);
/// A line of text that the artist writes, empty at first. Spaces around it do not count.
pub fn text() -> LineSpec {
    LineSpec(Kind::Text { default: "" })
}
/// The name of a file to read, none at first. Spaces around it do not count.
pub fn file() -> LineSpec {
    LineSpec(Kind::File)
}
/// The name of a file to write, none at first. Spaces around it do not count.
pub fn save_file() -> LineSpec {
    LineSpec(Kind::SaveFile)
}
impl Spec for LineSpec {
    type Value = String;
    fn kind(&self) -> Kind {
        self.0.clone()
    }
    fn decode(&self, value: Option<Value>) -> String {
        match value {
            Some(Value::Text(text)) => text.trim().into(),
            _ => String::new(),
        }
    }
}

/// See [`label`].
pub struct TextSpec(&'static str);
/// A line of text that the effect writes for the artist to read.
pub fn label(default: &'static str) -> TextSpec {
    TextSpec(default)
}
impl Spec for TextSpec {
    type Value = ();
    fn kind(&self) -> Kind {
        Kind::Label { default: self.0 }
    }
    fn decode(&self, _: Option<Value>) {}
}

/// See [`button`].
pub struct ButtonSpec;
/// A button.
pub fn button() -> ButtonSpec {
    ButtonSpec
}
impl Spec for ButtonSpec {
    type Value = ();
    fn kind(&self) -> Kind {
        Kind::Button
    }
    fn decode(&self, _: Option<Value>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::choices! {
        /// Test options.
        pub enum Pick { /// a
            A = "A", /// b
            B = "B", }
    }

    #[test]
    fn bad_values_read_as_the_default_or_the_nearest_limit() {
        let d = double(2.0).range(0.0, 10.0);
        assert_eq!(d.decode(Some(Value::Double(f64::NAN))), 2.0);
        assert_eq!(d.decode(Some(Value::Double(f64::INFINITY))), 10.0);
        assert_eq!(d.decode(Some(Value::Double(-1e300))), 0.0);
        assert_eq!(d.decode(Some(Value::Text("x".into()))), 2.0);
        assert_eq!(d.decode(None), 2.0);
        assert_eq!(choice(Pick::B).decode(Some(Value::Int(-1))), Pick::B);
        assert_eq!(choice(Pick::B).decode(Some(Value::Int(0))), Pick::A);
        assert_eq!(choice(Pick::A).decode(Some(Value::Int(2))), Pick::A);
        assert_eq!(colour(0.1, 0.2, 0.3).decode(Some(Value::Colour([f64::NAN, 5.0, -5.0, 1.0]))), [0.1, 5.0, -5.0]);
        assert_eq!(point(0.5, 0.5).decode(Some(Value::Point([f64::NAN, 1.0]))), None);
        assert_eq!(int(3, 0, 9).decode(Some(Value::Int(99))), 9);
        assert_eq!(curve().decode(Some(Value::Curve(vec![0.5; 3]))), None);
        assert_eq!(curve().decode(Some(Value::Curve(vec![f64::NAN; CURVE_SAMPLES]))), None);
        assert_eq!(curve().decode(Some(Value::Curve(vec![0.5; CURVE_SAMPLES]))), Some(vec![0.5; CURVE_SAMPLES]));
    }
}
