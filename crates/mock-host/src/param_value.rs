//! Values of parameters: types, words for people, curves.

use crate::property::cstring;
use std::ffi::{CStr, CString};

/// OpenFX's words for the types.
mod names {
    pub use openfx::sys::image_effect_v1::param::*;
    pub use openfx::sys::image_effect_v1::parametric_param::*;
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $ofx:ident, $storage:ident, $count:literal;)+) => {
        /// A type of parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ParamKind { $($(#[$meta])* $variant,)+ }

        impl ParamKind {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// OpenFX's string.
            pub fn ofx(self) -> &'static CStr {
                match self { $(Self::$variant => names::$ofx,)+ }
            }

            /// What its values are made of.
            pub fn storage(self) -> Storage {
                match self { $(Self::$variant => Storage::$storage,)+ }
            }

            /// How many numbers or strings a value has.
            pub fn count(self) -> usize {
                match self { $(Self::$variant => $count,)+ }
            }
        }
    };
}

kinds! {
    /// A whole number.
    Integer = kOfxParamTypeInteger, Int, 1;
    /// Two whole numbers.
    Integer2D = kOfxParamTypeInteger2D, Int, 2;
    /// Three whole numbers.
    Integer3D = kOfxParamTypeInteger3D, Int, 3;
    /// A number.
    Double = kOfxParamTypeDouble, Double, 1;
    /// Two numbers, often a place.
    Double2D = kOfxParamTypeDouble2D, Double, 2;
    /// Three numbers.
    Double3D = kOfxParamTypeDouble3D, Double, 3;
    /// On or off.
    Boolean = kOfxParamTypeBoolean, Int, 1;
    /// One of several labels, by index.
    Choice = kOfxParamTypeChoice, Int, 1;
    /// One of several labels, by name.
    StrChoice = kOfxParamTypeStrChoice, String, 1;
    /// A colour.
    Rgb = kOfxParamTypeRGB, Double, 3;
    /// A colour with alpha.
    Rgba = kOfxParamTypeRGBA, Double, 4;
    /// Text.
    String = kOfxParamTypeString, String, 1;
    /// Text that only the plug-in understands.
    Custom = kOfxParamTypeCustom, String, 1;
    /// A group of parameters.
    Group = kOfxParamTypeGroup, None, 0;
    /// A page of parameters.
    Page = kOfxParamTypePage, None, 0;
    /// A button.
    PushButton = kOfxParamTypePushButton, None, 0;
    /// Curves over a range.
    Parametric = kOfxParamTypeParametric, Curves, 0;
}

/// What a parameter's values are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Nothing: groups, pages, buttons.
    None,
    /// Whole numbers.
    Int,
    /// Numbers.
    Double,
    /// A string.
    String,
    /// Points of curves.
    Curves,
}

impl ParamKind {
    /// From OpenFX's string.
    pub fn from_ofx(text: &CStr) -> Option<Self> {
        Self::ALL.iter().copied().find(|k| k.ofx() == text)
    }

    /// OpenFX's name without its prefix: `Double2D`.
    pub fn word(self) -> String {
        let text = self.ofx().to_string_lossy();
        text.strip_prefix("OfxParamType").unwrap_or(&text).into()
    }

    /// Whether values between two keys lie between their values.
    pub fn interpolates(self) -> bool {
        self.storage() == Storage::Double || matches!(self, Self::Integer | Self::Integer2D | Self::Integer3D)
    }
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    /// None: groups, pages, buttons.
    None,
    /// Whole numbers; a choice's index; 1 and 0 for on and off.
    Int(Vec<i32>),
    /// Numbers.
    Double(Vec<f64>),
    /// Text; for other types than text: words to be understood, such as a choice's label.
    Text(CString),
    /// The points of each curve: position and value, by position.
    Curves(Vec<Vec<[f64; 2]>>),
}

impl From<f64> for ParamValue {
    fn from(v: f64) -> Self {
        Self::Double(vec![v])
    }
}
impl From<i32> for ParamValue {
    fn from(v: i32) -> Self {
        Self::Int(vec![v])
    }
}
impl From<bool> for ParamValue {
    fn from(v: bool) -> Self {
        Self::Int(vec![i32::from(v)])
    }
}
impl<const N: usize> From<[f64; N]> for ParamValue {
    fn from(v: [f64; N]) -> Self {
        Self::Double(v.to_vec())
    }
}
impl<const N: usize> From<[i32; N]> for ParamValue {
    fn from(v: [i32; N]) -> Self {
        Self::Int(v.to_vec())
    }
}
impl From<&[[f64; 2]]> for ParamValue {
    fn from(curve: &[[f64; 2]]) -> Self {
        Self::Curves(vec![curve.to_vec()])
    }
}
impl From<&str> for ParamValue {
    fn from(v: &str) -> Self {
        Self::Text(cstring(v))
    }
}
impl From<String> for ParamValue {
    fn from(v: String) -> Self {
        Self::Text(cstring(&v))
    }
}

impl ParamValue {
    /// The value of this type that these words, numbers or text mean; `options` are a choice's labels.
    pub fn convert(self, kind: ParamKind, options: &[String]) -> Result<Self, String> {
        let count = kind.count();
        let sized = |found: usize| {
            if found == count || (kind == ParamKind::Rgba && found == 3) {
                Ok(())
            } else {
                Err(format!("takes {count} values, not {found}"))
            }
        };
        match (kind.storage(), self) {
            (Storage::None, _) => Err(format!("a {} has no value", kind.word())),
            (Storage::Curves, Self::Text(t)) => Self::Curves(curves(&t.to_string_lossy())?).convert(kind, options),
            (Storage::Curves, Self::Curves(mut all)) => {
                for curve in &mut all {
                    if curve.is_empty() || curve.iter().flatten().any(|v| !v.is_finite()) {
                        return Err("a curve takes points of finite numbers".into());
                    }
                    curve.sort_by(|a, b| a[0].total_cmp(&b[0]));
                }
                Ok(Self::Curves(all))
            }
            (Storage::Curves, _) => Err("takes the points of curves".into()),
            (Storage::String, Self::Text(t)) if kind == ParamKind::StrChoice => {
                let i = choice(&t.to_string_lossy(), options)?;
                Ok(Self::Text(cstring(&options[i])))
            }
            (Storage::String, v @ Self::Text(_)) => Ok(v),
            (Storage::String, _) => Err("takes text".into()),
            (storage, Self::Text(t)) => {
                let text = t.to_string_lossy();
                match kind {
                    ParamKind::Choice => Ok((choice(&text, options)? as i32).into()),
                    ParamKind::Boolean => Ok(boolean(&text)?.into()),
                    _ if storage == Storage::Int => {
                        let v = numbers::<i32>(&text)?;
                        sized(v.len())?;
                        Ok(Self::Int(v))
                    }
                    _ => Self::Double(numbers::<f64>(&text)?).convert(kind, options),
                }
            }
            (Storage::Double, Self::Int(v)) => {
                Self::Double(v.into_iter().map(f64::from).collect()).convert(kind, options)
            }
            (Storage::Double, Self::Double(mut v)) => {
                sized(v.len())?;
                if kind == ParamKind::Rgba && v.len() == 3 {
                    v.push(1.0);
                }
                Ok(Self::Double(v))
            }
            (_, Self::Int(v)) => {
                sized(v.len())?;
                let in_list = |i: i32| usize::try_from(i).is_ok_and(|i| i < options.len());
                if kind == ParamKind::Choice && !in_list(v[0]) {
                    return Err(format!("choice {} of {}", v[0], options.len()));
                }
                Ok(Self::Int(v))
            }
            (_, Self::Double(v)) if v.iter().all(|v| v.fract() == 0.0) => {
                Self::Int(v.into_iter().map(|v| v as i32).collect()).convert(kind, options)
            }
            _ => Err(format!("takes {count} whole numbers")),
        }
    }

    /// The value between two of the same shape.
    fn between(&self, other: &Self, part: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * part;
        match (self, other) {
            (Self::Double(a), Self::Double(b)) => Self::Double(a.iter().zip(b).map(|(a, b)| mix(*a, *b)).collect()),
            (Self::Int(a), Self::Int(b)) => {
                Self::Int(a.iter().zip(b).map(|(a, b)| mix(f64::from(*a), f64::from(*b)).round() as i32).collect())
            }
            _ => self.clone(),
        }
    }
}

/// `0:0, 0.5:1, 1:0` is a curve of three points; a semicolon lies between two curves.
fn curves(text: &str) -> Result<Vec<Vec<[f64; 2]>>, String> {
    let point = |text: &str| {
        let (position, value) = text.split_once(':').ok_or_else(|| format!("'{text}' is not POSITION:VALUE"))?;
        Ok([numbers::<f64>(position)?[0], numbers::<f64>(value)?[0]])
    };
    text.split(';').map(|curve| curve.split(',').map(point).collect()).collect()
}

/// The value of a curve: straight lines between its points, level outside them.
pub(crate) fn on_curve(curve: &[[f64; 2]], position: f64) -> f64 {
    let after = curve.partition_point(|p| p[0] <= position);
    match (after.checked_sub(1).map(|i| curve[i]), curve.get(after)) {
        (Some([x1, y1]), Some([x2, y2])) => y1 + (y2 - y1) * (position - x1) / (x2 - x1),
        (Some([_, y]), None) | (None, Some(&[_, y])) => y,
        (None, None) => 0.0,
    }
}

fn numbers<T: std::str::FromStr>(text: &str) -> Result<Vec<T>, String> {
    text.replace('\u{2212}', "-")
        .split(',')
        .map(|part| {
            let part = part.trim();
            part.parse().map_err(|_| format!("'{part}' is not a number of the right kind"))
        })
        .collect()
}

fn boolean(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err(format!("'{text}' is neither true nor false")),
    }
}

/// Letters as people type them: case, kind of minus and arrow, and the number of spaces do not matter.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2212}', '\u{2013}', '\u{2014}'], "-").replace('\u{2192}', "->");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The index of a choice by label, by the beginning of one label only, or by number.
fn choice(text: &str, options: &[String]) -> Result<usize, String> {
    let wanted = plain(text);
    let labels: Vec<_> = options.iter().map(|o| plain(o)).collect();
    if let Some(i) = labels.iter().position(|l| *l == wanted) {
        return Ok(i);
    }
    if let Ok(i) = wanted.parse::<usize>()
        && i < options.len()
    {
        return Ok(i);
    }
    let mut starting = labels.iter().enumerate().filter(|(_, l)| l.starts_with(&wanted));
    if let (Some((i, _)), None) = (starting.next(), starting.next())
        && !wanted.is_empty()
    {
        return Ok(i);
    }
    let nearest = crate::error::nearest(text, options.iter().map(String::as_str))
        .map(|n| format!("; the nearest is '{n}'"))
        .unwrap_or_default();
    Err(format!("no choice is named '{text}'{nearest}"))
}

/// A value, or several with times.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The value where there are no keys.
    pub value: ParamValue,
    /// Values with times, by time.
    pub keys: Vec<(f64, ParamValue)>,
}

impl Curve {
    /// A curve without keys.
    pub fn constant(value: ParamValue) -> Self {
        Self { value, keys: Vec::new() }
    }

    /// Sets or adds a key.
    pub fn set_key(&mut self, time: f64, value: ParamValue) {
        match self.keys.binary_search_by(|k| k.0.total_cmp(&time)) {
            Ok(i) => self.keys[i].1 = value,
            Err(i) => self.keys.insert(i, (time, value)),
        }
    }

    /// The value at a time: linear between keys for numbers, the earlier key's for the rest.
    pub fn at(&self, time: f64, interpolate: bool) -> ParamValue {
        let after = self.keys.partition_point(|k| k.0 <= time);
        match (after.checked_sub(1).map(|i| &self.keys[i]), self.keys.get(after)) {
            (None, None) => self.value.clone(),
            (Some(k), None) | (None, Some(k)) => k.1.clone(),
            (Some(a), Some(b)) if interpolate => a.1.between(&b.1, (time - a.0) / (b.0 - a.0)),
            (Some(a), Some(_)) => a.1.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Vec<String> {
        ["Distance", "\u{2212}Distance", "Normalised near 0 \u{2192} far 1", "Disc", "Blades"]
            .map(String::from)
            .to_vec()
    }

    fn choose(text: &str) -> Result<ParamValue, String> {
        ParamValue::from(text).convert(ParamKind::Choice, &options())
    }

    #[test]
    fn choices_are_understood() {
        assert_eq!(choose("distance"), Ok(0.into()));
        assert_eq!(choose("-Distance"), Ok(1.into()));
        assert_eq!(choose("normalised near 0 ->  far 1"), Ok(2.into()));
        assert_eq!(choose("bl"), Ok(4.into()));
        assert_eq!(choose("3"), Ok(3.into()));
        assert!(choose("dis").is_err(), "two labels begin so");
        assert!(choose("7").is_err());
        assert_eq!(choose("Blade s").unwrap_err(), "no choice is named 'Blade s'; the nearest is 'Blades'");
    }

    #[test]
    fn numbers_are_understood() {
        let convert = |t: &str, k| ParamValue::from(t).convert(k, &[]);
        assert_eq!(convert("320, 180", ParamKind::Double2D), Ok([320.0, 180.0].into()));
        assert_eq!(convert("1,2,3", ParamKind::Rgba), Ok([1.0, 2.0, 3.0, 1.0].into()));
        assert!(convert("1,2", ParamKind::Rgb).is_err());
        assert!(convert("4.5", ParamKind::Integer).is_err());
        assert_eq!(convert("ON", ParamKind::Boolean), Ok(true.into()));
        assert_eq!(ParamValue::from(3).convert(ParamKind::Double, &[]), Ok(3.0.into()));
        assert_eq!(convert("4,5", ParamKind::String), Ok("4,5".into()));
        assert!(convert("", ParamKind::PushButton).is_err());
    }

    #[test]
    fn points_of_curves_are_understood() {
        let convert = |t: &str| ParamValue::from(t).convert(ParamKind::Parametric, &[]);
        assert_eq!(convert("1:0, 0:2"), Ok(ParamValue::Curves(vec![vec![[0.0, 2.0], [1.0, 0.0]]])));
        assert_eq!(convert("0:1;0:0.5,1:1").map(|v| matches!(v, ParamValue::Curves(c) if c.len() == 2)), Ok(true));
        for bad in ["", "1", "0:x", "0:1;", "0:nan"] {
            assert!(convert(bad).is_err(), "{bad}");
        }
        let curve = [[0.0, 0.0], [0.5, 1.0], [1.0, 0.5]];
        assert_eq!([-1.0, 0.25, 0.5, 0.75, 2.0].map(|x| on_curve(&curve, x)), [0.0, 0.5, 1.0, 0.75, 0.5]);
    }

    #[test]
    fn curves_interpolate_numbers_only() {
        let mut c = Curve::constant(9.0.into());
        assert_eq!(c.at(3.0, true), 9.0.into());
        c.set_key(10.0, 4.0.into());
        c.set_key(0.0, 2.0.into());
        c.set_key(10.0, 6.0.into());
        assert_eq!(c.at(-5.0, true), 2.0.into());
        assert_eq!(c.at(5.0, true), 4.0.into());
        assert_eq!(c.at(99.0, true), 6.0.into());
        assert_eq!(c.at(5.0, false), 2.0.into());
    }
}
