//! What ZDefocus draws over the picture: the focus point, what is sharp, and the bokeh under the pointer as large as it will be.

use super::aperture::Aperture;
use super::lens::{Lens, SHARP};
use super::params::{FocusMode, Params};
use crate::depth::DepthUnit;
use crate::overlay::{Ink, Overlay, View, distance, pixels};

/// The overlay of these parameters.
pub(super) fn of(p: &Params, view: &View) -> Overlay {
    let mut overlay = Overlay::new(view);
    let unit = p.depth.unit;
    let mut focus = p.focus.focus();
    let mut note = "";
    if p.focus.mode == FocusMode::PickPoint {
        let point = p.pick_point(&view.frame);
        match (view.depth_at)(point) {
            Some(z) => {
                focus = z;
                overlay.words(point, [18.0, 8.0], distance(z, unit), Ink::Text);
            }
            // The picture's focus is then known to the render only.
            None => note = " where nothing is picked",
        }
        overlay.handle(view, "focusPoint", point);
    }
    let lens = p.lens(&view.frame, focus);
    overlay.legend(format!("Focus {}{note}", distance(focus, unit)), Ink::Text);
    for line in what_is_sharp(&lens, unit) {
        overlay.legend(line, Ink::Text);
    }
    if let Some((at, z)) = view.pointer.and_then(|at| Some((at, (view.depth_at)(at)?))) {
        bokeh(&mut overlay, view, p, at, &lens, z);
    }
    overlay
}

/// The limits of what is sharp, and how large the blur becomes.
fn what_is_sharp(lens: &Lens, unit: DepthUnit) -> Vec<String> {
    let far = lens.coc(f64::INFINITY).abs();
    let [near_end, far_end] = lens.sharp_limits();
    let nearest = lens.coc(f64::from(crate::depth::NEAREST)).abs();
    if nearest <= SHARP && far <= SHARP {
        return vec!["Everything is sharp".into()];
    }
    let from = if nearest <= SHARP { "the camera".into() } else { distance(near_end, unit) };
    let mut lines = vec![format!("Sharp from {from} to {}", distance(far_end, unit))];
    if far > SHARP {
        lines.push(format!("Blur at infinity: radius {}", pixels(far)));
    }
    lines
}

/// The outline of the bokeh of what lies under the pointer, and its numbers.
fn bokeh(overlay: &mut Overlay, view: &View, p: &Params, at: [f64; 2], lens: &Lens, z: f64) {
    let coc = lens.coc(z);
    let far_away = distance(z, p.depth.unit);
    if coc.is_nan() || coc.abs() <= SHARP {
        return overlay.at_pointer(view, at, format!("{far_away}, sharp"));
    }
    let aperture = Aperture::new(&p.bokeh, None);
    let rim = aperture.rim();
    if rim.is_empty() {
        let [w, h] = aperture.squeeze().map(|s| coc.abs() * f64::from(s));
        overlay.ellipse(at, [w, h], Ink::Line);
    } else {
        // In front of the focus the aperture is seen upside down.
        let points: Vec<_> = rim.into_iter().map(|[x, y]| [at[0] + coc * x, at[1] + coc * y]).collect();
        overlay.closed(points, Ink::Line);
    }
    overlay.at_pointer(view, at, format!("{far_away}, blur radius {}", pixels(coc.abs())));
}

#[cfg(test)]
mod tests {
    use super::super::ZDefocus;
    use crate::Effect;
    use crate::overlay::tests::overlay;
    use crate::overlay::{Mark, Shape};
    use crate::params::{Value, Values};

    const POINTER: [f64; 2] = [700.0, 300.0];

    fn simple(size: f64) -> Values {
        Values::default().double("focusDistance", 5.0).double("sizeAtInfinity", size)
    }

    #[test]
    fn the_bokeh_at_the_pointer_is_the_lens_blur_there() {
        let o = overlay(&ZDefocus, &simple(10.0), Some(POINTER), |_| Some(20.0));
        // 10 · (1 − 5/20)
        assert_eq!(o.ellipses(), [(POINTER, [7.5; 2])]);
        assert_eq!(o.texts().last(), Some(&"20.0 m, blur radius 7.5 px"));
        assert_eq!(o.handles, []);
    }

    #[test]
    fn an_anamorphic_bokeh_is_an_upright_oval_and_blades_have_corners() {
        let values = simple(10.0).int("anamorphicPreset", 4);
        let o = overlay(&ZDefocus, &values, Some(POINTER), |_| Some(20.0));
        assert_eq!(o.ellipses(), [(POINTER, [3.75, 7.5])]);
        let values = simple(10.0).int("bokehShape", 1).int("blades", 5);
        for (z, sign) in [(20.0, 1.0), (2.5, -1.0)] {
            let o = overlay(&ZDefocus, &values, Some(POINTER), |_| Some(z));
            let rim = o.marks.iter().find_map(|m| match &m.shape {
                Shape::Loop(points) if m.ink != crate::overlay::Ink::Shadow => Some(points.clone()),
                _ => None,
            });
            let rim = rim.unwrap();
            let radius = 10.0 * (1.0 - 5.0 / z);
            assert_eq!(rim.len(), 5);
            for p in &rim {
                let r = (p[0] - POINTER[0]).hypot(p[1] - POINTER[1]);
                assert!((r - f64::abs(radius)).abs() < 1e-9, "{r}");
            }
            // The middle of a side points to the right behind the focus, a corner in front of it.
            let most = rim.iter().map(|p| p[0] - POINTER[0]).fold(f64::NEG_INFINITY, f64::max);
            let corner = radius.abs() * if sign > 0.0 { (std::f64::consts::PI / 5.0).cos() } else { 1.0 };
            assert!((most - corner).abs() < 1e-9, "{most} for {z}");
        }
    }

    #[test]
    fn sharp_limits_are_where_the_blur_leaves_the_pixel() {
        let o = overlay(&ZDefocus, &simple(10.0), None, |_| None);
        // |10 (1 − 5/z)| = 0.5: 5/1.05 and 5/0.95.
        assert_eq!(o.texts(), ["Focus 5.00 m", "Sharp from 4.76 m to 5.26 m", "Blur at infinity: radius 10.0 px"]);
        let o = overlay(&ZDefocus, &simple(0.4).int("depthUnit", 1), None, |_| None);
        assert_eq!(o.texts()[1], "Sharp from 222 cm (2.22 m) to infinity");
        let o = overlay(&ZDefocus, &simple(0.0), None, |_| None);
        assert_eq!(o.texts()[1], "Everything is sharp");
        let two = simple(10.0).int("focusMode", 2).double("focusNear", 4.0).double("focusFar", 8.0);
        let o = overlay(&ZDefocus, &two, None, |_| None);
        assert_eq!(o.texts()[0], "Focus 5.33 m");
        let zone = o.texts()[1];
        assert!(zone.starts_with("Sharp from 3.") && zone.ends_with(" m"), "a little beyond the limits: {zone}");
    }

    #[test]
    fn the_focus_point_shows_what_is_picked() {
        let values = simple(10.0).int("focusMode", 1).set("focusPoint", Value::Point([400.0, 500.0]));
        let under = |p: [f64; 2]| if p[0] < 600.0 { Some(2.0) } else { Some(4.0) };
        let o = overlay(&ZDefocus, &values, Some(POINTER), under);
        assert_eq!((o.handles[0].name, o.handles[0].at), ("focusPoint", [400.0, 500.0]));
        assert_eq!(o.texts()[..2], ["2.00 m", "Focus 2.00 m"]);
        assert_eq!(o.texts().last(), Some(&"4.00 m, blur radius 5.0 px"));
        let o = overlay(&ZDefocus, &values, Some(POINTER), |_| None);
        assert_eq!(o.texts()[0], "Focus 5.00 m where nothing is picked");
        assert_eq!(o.ellipses().len(), 1, "only the handle's ring: the depth under the pointer is not known");
    }

    #[test]
    fn odd_numbers_draw_nothing_odd() {
        let odd = [f64::NAN, f64::INFINITY, 0.0, -3.0, 1e-30, 1e30];
        for mode in 0..4 {
            for z in odd {
                let values = simple(500.0).int("focusMode", mode).int("bokehShape", 1);
                let o = overlay(&ZDefocus, &values, Some(POINTER), |_| Some(z));
                let finite = |p: &[f64; 2]| p.iter().all(|v| v.is_finite());
                let good = |m: &Mark| match &m.shape {
                    Shape::Strip(p) | Shape::Loop(p) => p.iter().all(finite),
                    Shape::Ellipse(a, b) => finite(a) && finite(b),
                    Shape::Text(at, words, _) => finite(at) && !words.contains("NaN") && !words.contains("inf px"),
                };
                assert!(o.marks.iter().all(good), "{mode} {z}: {:?}", o.marks);
            }
        }
        assert!(ZDefocus.has_overlay());
    }
}
