//! Numbers as artists read them.

use crate::depth::DepthUnit;
use crate::params::ChoiceOptions;

/// A number as one reads it off a scale: three digits that mean something.
fn three_digits(v: f64) -> String {
    match v.abs() {
        a if a >= 99.95 => format!("{v:.0}"),
        a if a >= 9.995 => format!("{v:.1}"),
        a if a >= 0.9995 => format!("{v:.2}"),
        _ => format!("{v:.3}"),
    }
}

/// A distance in words, from metres: in metres, and where the depth pass counts in another unit, in that first.
pub fn distance(metres: f64, unit: DepthUnit) -> String {
    if metres.is_nan() {
        return "unknown".into();
    }
    if metres.is_infinite() || metres >= 1e9 {
        return "infinity".into();
    }
    let plain = format!("{} m", three_digits(metres));
    if unit == DepthUnit::Metre {
        return plain;
    }
    let word = DepthUnit::LABELS[DepthUnit::ALL.iter().position(|u| *u == unit).unwrap_or(0)];
    format!("{} {word} ({plain})", three_digits(metres / unit.metres()))
}

/// A length in the picture in words, from pixels of the full-size frame.
pub fn pixels(v: f64) -> String {
    format!("{v:.1} px")
}

/// A share in words.
pub fn percent(v: f64) -> String {
    format!("{:.0} %", 100.0 * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_read_as_on_a_scale() {
        let said = |z, unit| distance(z, unit);
        assert_eq!(said(0.0123, DepthUnit::Metre), "0.012 m");
        assert_eq!(said(4.8249, DepthUnit::Metre), "4.82 m");
        assert_eq!(said(9.999, DepthUnit::Metre), "10.0 m");
        assert_eq!(said(1234.5, DepthUnit::Metre), "1234 m");
        assert_eq!(said(f64::INFINITY, DepthUnit::Foot), "infinity");
        assert_eq!(said(f64::NAN, DepthUnit::Metre), "unknown");
        assert_eq!(said(4.82, DepthUnit::Centimetre), "482 cm (4.82 m)");
        assert_eq!(said(0.3048, DepthUnit::Foot), "1.00 ft (0.305 m)");
    }
}
