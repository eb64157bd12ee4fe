//! What DepthFog draws over the picture: the sun, where fog and layers lie, and how much of it is in front of what the pointer is on.

use super::model::Air;
use super::params::{FogModel, Params};
use super::sun;
use crate::depth::Camera;
use crate::overlay::{Ink, Overlay, View, distance, percent};

/// The overlay of these parameters.
pub(super) fn of(p: &Params, view: &View) -> Overlay {
    let mut overlay = Overlay::new(view);
    if p.enabled("sunPosition") {
        draw_sun(&mut overlay, view, sun::position(p, &view.frame));
    }
    let unit = p.depth.unit;
    let air = &p.air;
    let from = if air.start > 0.0 { format!(" from {}", distance(air.start, unit)) } else { String::new() };
    match air.model {
        FogModel::Linear => overlay.legend(
            format!("Fog from {} to {}", distance(air.start, unit), distance(air.end.max(air.start), unit)),
            Ink::Text,
        ),
        FogModel::Exponential | FogModel::ExponentialSquared => {
            let to = if air.use_end { format!(", up to {}", distance(air.end, unit)) } else { String::new() };
            overlay.legend(format!("Fog{from}: visibility {}{to}", distance(air.visibility, unit)), Ink::Text);
        }
        FogModel::None => {}
    }
    for (layer, i) in p.layers.iter().zip(1..).filter(|(layer, _)| layer.on) {
        let [near, far] = [layer.near, layer.far.max(layer.near)].map(|z| distance(z, unit));
        overlay.legend(format!("Layer {i}: {near} to {far}"), Ink::Text);
    }
    if let Some((at, z)) = view.pointer.and_then(|at| Some((at, (view.depth_at)(at)?))) {
        let hidden = opacity(p, view, at, z).map_or(String::new(), |share| format!(", fog {}", percent(share)));
        overlay.at_pointer(view, at, format!("{}{hidden}", distance(z, unit)));
    }
    overlay
}

/// A disc with rays.
fn draw_sun(overlay: &mut Overlay, view: &View, at: [f64; 2]) {
    if (view.host_draws)("sunPosition") {
        return;
    }
    let ink = overlay.grip(view, "sunPosition", at);
    overlay.ring(at, 9.0, ink);
    overlay.rays(at, [13.0, 19.0], 8, ink);
    overlay.words(at, [24.0, -5.0], "Sun", Ink::Text);
}

/// The share of the picture that fog and layers hide at a depth; `None` where it is not a matter of depth alone, or haze is taken out.
fn opacity(p: &Params, view: &View, at: [f64; 2], z: f64) -> Option<f64> {
    if p.in_world() || p.removes() || z.is_nan() {
        return None;
    }
    let mut way = z;
    if p.counts_along_rays() {
        let camera = Camera::new(&view.frame.format, &view.frame.geometry, p.depth.field_of_view);
        let [x, y] = camera.tangents_at(view.frame.geometry.to_pixel(at)).map(f64::from);
        way *= (1.0 + x * x + y * y).sqrt();
    }
    let sky = if z.is_infinite() { p.colour.sky } else { 1.0 };
    let shown = (1.0 - (-Air::new(p).before(way).total()).exp()).min(p.air.max_opacity);
    Some(sky * p.common.mix * shown)
}

#[cfg(test)]
mod tests {
    use super::super::DepthFog;
    use crate::overlay::tests::overlay;
    use crate::params::{Value, Values};

    #[test]
    fn the_sun_is_there_where_it_shines() {
        let o = overlay(&DepthFog, &Values::default(), None, |_| None);
        assert_eq!(o.handles, []);
        let shining = Values::default().double("sunGlow", 1.0);
        let o = overlay(&DepthFog, &shining, None, |_| None);
        assert_eq!((o.handles[0].name, o.handles[0].at), ("sunPosition", [960.0, 810.0]));
        assert_eq!(o.ellipses().len(), 1);
        let moved = shining.set("sunPosition", Value::Point([100.0, 1200.0]));
        assert_eq!(overlay(&DepthFog, &moved, None, |_| None).handles[0].at, [100.0, 1200.0]);
    }

    #[test]
    fn the_legend_says_where_fog_and_layers_lie() {
        let o = overlay(&DepthFog, &Values::default(), None, |_| None);
        assert_eq!(o.texts(), ["Fog: visibility 100 m"]);
        let values = Values::default()
            .int("fogModel", 2)
            .double("fogStart", 5.0)
            .double("fogEnd", 50.0)
            .set("layer2On", Value::Bool(true));
        assert_eq!(
            overlay(&DepthFog, &values, None, |_| None).texts(),
            ["Fog from 5.00 m to 50.0 m", "Layer 2: 5.00 m to 15.0 m"]
        );
        let none = Values::default().int("fogModel", 3);
        assert_eq!(overlay(&DepthFog, &none, None, |_| None).texts(), [""; 0]);
    }

    #[test]
    fn the_pointer_says_how_much_the_fog_hides() {
        let said = |values: &Values, z: f64| {
            let o = overlay(&DepthFog, values, Some([960.0, 540.0]), |_| Some(z));
            o.texts().last().unwrap().to_string()
        };
        // At the visibility 98 % are absorbed; at half of it √0.02 is left.
        assert_eq!(said(&Values::default(), 100.0), "100 m, fog 98 %");
        assert_eq!(said(&Values::default(), 50.0), "50.0 m, fog 86 %");
        assert_eq!(said(&Values::default().double("mix", 0.5), 100.0), "100 m, fog 49 %");
        assert_eq!(said(&Values::default().double("maxOpacity", 0.4), f64::INFINITY), "infinity, fog 40 %");
        // Fog that lies on the ground is no matter of depth alone.
        assert_eq!(said(&Values::default().set("heightFog", Value::Bool(true)), 50.0), "50.0 m");
    }
}
