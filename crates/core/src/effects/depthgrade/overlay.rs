//! What DepthGrade draws over the picture: the points that distances are picked at, where the zones lie, and which one the pointer is in.

use super::params::Params;
use super::zones::{Layout, Zones};
use crate::depth::DepthUnit;
use crate::overlay::{Ink, Overlay, View, distance, percent};

/// Parameters and words of the points: near end, far start, target.
const POINTS: [(&str, &str); 3] =
    [("nearEndPoint", "Near end"), ("farStartPoint", "Far start"), ("targetPoint", "Target")];
const ZONES: [(&str, Ink); 3] = [("Near", Ink::Near), ("Mid", Ink::Mid), ("Far", Ink::Far)];

/// The overlay of these parameters.
pub(super) fn of(p: &Params, view: &View) -> Overlay {
    let mut overlay = Overlay::new(view);
    let (unit, points) = (p.depth.unit, p.points(&view.frame));
    let picked = points.map(|point| (view.depth_at)(point?).filter(|z| *z > 0.0));
    for ((point, picked), (name, word)) in points.iter().zip(picked).zip(POINTS) {
        let Some(point) = *point else { continue };
        let z = picked.map_or(String::new(), |z| format!(" {}", distance(z, unit)));
        overlay.words(point, [18.0, 8.0], format!("{word}{z}"), Ink::Text);
        overlay.handle(view, name, point);
    }
    let layout = p.layout(picked);
    legend(&mut overlay, p, &layout, unit);
    if let Some((at, z)) = view.pointer.and_then(|at| Some((at, (view.depth_at)(at)?))) {
        let weights = Zones::new(&layout).weights(z as f32);
        let shares = ZONES.iter().zip(weights).filter(|(_, w)| *w >= 0.005);
        let words: Vec<String> = shares.map(|((word, _), w)| format!("{word} {}", percent(f64::from(w)))).collect();
        let words = [distance(z, unit)].into_iter().chain(words).collect::<Vec<_>>().join(", ");
        overlay.at_pointer(view, at, words);
    }
    overlay
}

fn legend(overlay: &mut Overlay, p: &Params, layout: &Layout, unit: DepthUnit) {
    let [near, far] = layout.borders.map(|border| border.at);
    let words = |z: f64| distance(z, unit);
    let [first, second, third] = ZONES;
    if layout.continuous {
        // The harmonic or geometric middle of other spaces is not one that artists set: only the ends are said.
        overlay.legend(format!("Near grade at {}", words(near)), first.1);
        overlay.legend(format!("Far grade at {}", words(far)), third.1);
        return;
    }
    if p.isolate.isolate {
        overlay.legend(format!("Isolated: {} to {}", words(near.max(0.0)), words(far)), second.1);
        return;
    }
    // Where the borders are crossed, the far zone wins.
    let near = near.min(far);
    overlay.legend(format!("{} up to {}", first.0, words(near)), first.1);
    if near < far {
        overlay.legend(format!("{} from {} to {}", second.0, words(near), words(far)), second.1);
    }
    overlay.legend(format!("{} from {}", third.0, words(far)), third.1);
}

#[cfg(test)]
mod tests {
    use super::super::DepthGrade;
    use crate::overlay::Ink;
    use crate::overlay::tests::overlay;
    use crate::params::{Value, Values};

    #[test]
    fn the_legend_says_where_the_zones_lie_in_their_colours() {
        let o = overlay(&DepthGrade, &Values::default(), None, |_| None);
        assert_eq!(o.texts(), ["Near up to 5.00 m", "Mid from 5.00 m to 20.0 m", "Far from 20.0 m"]);
        let inks: Vec<Ink> = o.marks.iter().map(|m| m.ink).filter(|i| *i != Ink::Shadow).collect();
        assert_eq!(inks, [Ink::Near, Ink::Mid, Ink::Far]);
        let crossed = Values::default().double("nearEnd", 30.0);
        assert_eq!(overlay(&DepthGrade, &crossed, None, |_| None).texts(), ["Near up to 20.0 m", "Far from 20.0 m"]);
        let isolated = Values::default().set("isolate", Value::Bool(true));
        assert_eq!(overlay(&DepthGrade, &isolated, None, |_| None).texts(), ["Isolated: 9.00 m to 11.0 m"]);
        let even = Values::default().set("continuous", Value::Bool(true));
        assert_eq!(
            overlay(&DepthGrade, &even, None, |_| None).texts(),
            ["Near grade at 5.00 m", "Far grade at 20.0 m"]
        );
    }

    #[test]
    fn only_points_that_count_are_handles() {
        assert_eq!(overlay(&DepthGrade, &Values::default(), None, |_| None).handles, []);
        let picks = Values::default().int("nearEndMode", 1).set("farStartPoint", Value::Point([1.0, 2.0]));
        let o = overlay(&DepthGrade, &picks, None, |p| (p == [960.0, 270.0]).then_some(3.0));
        assert_eq!((o.handles.len(), o.handles[0].name, o.handles[0].at), (1, "nearEndPoint", [960.0, 270.0]));
        assert_eq!(o.texts()[..2], ["Near end 3.00 m", "Near up to 3.00 m"]);
        let target = Values::default().set("isolate", Value::Bool(true)).int("targetMode", 1).int("nearEndMode", 1);
        assert_eq!(overlay(&DepthGrade, &target, None, |_| None).handles[0].name, "targetPoint");
    }

    #[test]
    fn the_pointer_says_the_zone() {
        let said = |z: f64| {
            let o = overlay(&DepthGrade, &Values::default(), Some([5.0, 5.0]), |_| Some(z));
            o.texts().last().unwrap().to_string()
        };
        assert_eq!(said(2.0), "2.00 m, Near 100 %");
        assert_eq!(said(5.0), "5.00 m, Near 50 %, Mid 50 %");
        assert_eq!(said(f64::INFINITY), "infinity, Far 100 %");
        assert_eq!(said(f64::NAN), "unknown");
    }
}
