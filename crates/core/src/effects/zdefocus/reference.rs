//! The same picture in f64, pixel by pixel and lens point by lens point, with nothing done for speed: what the kernel means.

use super::aperture::{Aperture, Optics};
use super::hidden::{BEHIND, RAYS, STEP};
use super::lens::{AROUND, CELLS, Lens};
use super::lights::{GAPS, LEAST_BLUR, PEAK, REACHES, WHITE};
use super::moves::Moves;
use super::params::Params;
use super::shine::SMALL;
use super::views::{FADE, JOINED, SAME_SURFACE};
use crate::geometry::Rect;
use std::collections::HashMap;

/// One sample.
#[derive(Clone, Copy)]
struct Sample {
    coc: f64,
    colour: [f64; 4],
    /// Its move for one unit of lens.
    shift: f64,
}

/// At most one sample at each pixel.
type Layer = HashMap<(i32, i32), Sample>;

/// A picture with depth, larger than the window by the reach.
pub struct Scene<'a> {
    /// Where it is.
    pub rect: Rect,
    /// The part that was not made up by the border.
    pub inside: Rect,
    /// Signed CoC radius in pixels.
    pub coc: &'a dyn Fn(i32, i32) -> f64,
    /// Premultiplied RGBA.
    pub colour: &'a dyn Fn(i32, i32) -> [f64; 4],
}

fn luminance(c: [f64; 4]) -> f64 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// Renders `window`, with samples up to `around` pixels from it.
pub fn render(scene: &Scene, params: &Params, lens: &Lens, window: Rect, around: i32) -> Vec<[f64; 4]> {
    let aperture = Aperture::new(&params.bokeh, None);
    let places = Optics::new(aperture.clone(), params.output.quality.lens_points(), false).places();
    let points: Vec<[f64; 2]> = places.iter().map(|p| p.map(f64::from)).collect();
    let gap = 1.0 / (points.len() as f64).sqrt();
    let most = lens.max;
    let (dimmed, unlit, lights) = without_lights(scene, gap);
    let unlit = Scene { colour: &*unlit, ..*scene };
    let scene = Scene { colour: &*dimmed, ..*scene };
    let (mut seen, mut hidden) = (Layer::new(), Layer::new());
    let half = super::spread::gap(points.len());
    let moves = crate::testing::on_a_thread(|exec| Moves::new(&places, half, most, 0.0, exec));
    let of = |coc, colour| Sample { coc, colour, shift: f64::from(moves.of(coc as f32)) };
    let area = window.grow(around);
    for y in area.y1..area.y2 {
        for x in area.x1..area.x2 {
            seen.insert((x, y), of((scene.coc)(x, y), spread(&scene, x, y, half)));
            if params.occlusion.background_fill {
                hidden.extend(behind(&unlit, x, y, most).map(|(coc, colour)| ((x, y), of(coc, colour))));
            }
        }
    }
    // What each lens point sees.
    let views: Vec<Layer> = points
        .iter()
        .map(|p| {
            let mut view = Layer::new();
            [&seen, &hidden].into_iter().for_each(|layer| look(layer, *p, &mut view));
            view
        })
        .collect();
    let pixels = (window.y1..window.y2).flat_map(|y| (window.x1..window.x2).map(move |x| (x, y)));
    pixels
        .map(|(x, y)| {
            let here: Vec<Option<&Sample>> = views.iter().map(|view| view.get(&(x, y))).collect();
            let count = here.iter().flatten().count() as f64;
            let sum: [f64; 4] = std::array::from_fn(|c| here.iter().flatten().map(|s| s.colour[c]).sum());
            let mut out = sum.map(|v| v / f64::max(count, 1.0));
            for (lx, ly, coc, colour) in &lights {
                let radius = (coc * coc - 5.0 / 12.0).max(0.0).sqrt();
                let (dx, dy) = (f64::from(x - lx), f64::from(y - ly));
                let turned = if *coc < 0.0 { -1.0 } else { 1.0 };
                let weight = |dx: f64, dy: f64| {
                    let edge = f64::from(aperture.edge([(turned * dx) as f32, (turned * dy) as f32]));
                    (f64::from(aperture.inner()) * (radius - edge) + 0.5).clamp(0.0, 1.0)
                };
                let r = radius.ceil() as i32 + 1;
                let all = (-r..=r).flat_map(|dy| (-r..=r).map(move |dx| (f64::from(dx), f64::from(dy))));
                let area: f64 = if radius < f64::from(SMALL) {
                    all.map(|(dx, dy)| weight(dx, dy)).sum()
                } else {
                    f64::from(aperture.area()) * radius * radius + std::f64::consts::PI / 12.0
                };
                let w = weight(dx, dy);
                if w > 0.0 {
                    // The lens is divided into cells; the points nearest to the middle of the cell speak for it, each the less the nearer
                    // it is to the first that says nothing.
                    let cell = |v: f64| {
                        (((v + 1.0) * 0.5 * CELLS as f64).floor().min(CELLS as f64 - 1.0) + 0.5) * 2.0 / CELLS as f64
                            - 1.0
                    };
                    let distance = |p: &[f64; 2]| (p[0] - cell(dx / coc)).hypot(p[1] - cell(dy / coc));
                    let mut near: Vec<_> = points.iter().map(distance).zip(&here).collect();
                    near.sort_by(|a, b| a.0.total_cmp(&b.0));
                    let says = |i: usize| 1.0 - near[i].0 / near[AROUND].0;
                    let sees = |i: usize| belongs(coc - near[i].1.map_or(f64::MAX, |s| s.coc));
                    let all: f64 = (0..AROUND).map(says).sum();
                    let seen = (0..AROUND).map(|i| says(i) * sees(i)).sum::<f64>() / all;
                    (0..3).for_each(|c| out[c] += w / area * seen * colour[c]);
                }
            }
            out
        })
        .collect()
}

/// Moves all samples of a layer; the nearest stays. Where a surface opens by one pixel, its upper or right sample covers that, too.
fn look(layer: &Layer, p: [f64; 2], view: &mut Layer) {
    for (&(x, y), sample) in layer {
        let by = |s: &Sample, axis: usize| (s.shift * p[axis]).round_ties_even() as i32;
        let opens = |other: Option<&Sample>, axis: usize| {
            other.is_some_and(|o| (sample.coc - o.coc).abs() < f64::from(JOINED) && by(sample, axis) - by(o, axis) == 1)
        };
        let (left, down) = (opens(layer.get(&(x - 1, y)), 0), opens(layer.get(&(x, y - 1)), 1));
        for (dx, dy) in
            [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().filter(|d| (d.0 == 0 || left) && (d.1 == 0 || down))
        {
            let at = (x + by(sample, 0) - dx, y + by(sample, 1) - dy);
            if view.get(&at).is_none_or(|there| sample.coc < there.coc) {
                view.insert(at, *sample);
            }
        }
    }
}

fn belongs(behind: f64) -> f64 {
    ((f64::from(SAME_SURFACE + FADE) - behind) / f64::from(FADE)).clamp(0.0, 1.0)
}

type Colour<'a> = Box<dyn Fn(i32, i32) -> [f64; 4] + 'a>;
type Lights = Vec<(i32, i32, f64, [f64; 4])>;

/// The picture without its small lights that are blurred, without all of them, and the lights.
fn without_lights<'a>(scene: &Scene<'a>, gap: f64) -> (Colour<'a>, Colour<'a>, Lights) {
    let (rect, coc, colour) = (scene.rect, scene.coc, scene.colour);
    let level = move |x: i32, y: i32| {
        let c = colour(x, y);
        luminance(c).max(0.5 * c[0].max(c[1]).max(c[2]))
    };
    let find = move |x: i32, y: i32| -> Option<(f64, f64, f64)> {
        let near = |r: i32| {
            let area = Rect::new(x - r, y - r, x + r + 1, y + r + 1).intersect(&rect);
            (area.y1..area.y2).flat_map(move |y| (area.x1..area.x2).map(move |x| (x, y)))
        };
        let here = level(x, y);
        if here <= f64::from(WHITE) {
            return None;
        }
        let lamp = near(1).fold((x, y), |best, p| if level(p.0, p.1) > level(best.0, best.1) { p } else { best });
        let c = coc(lamp.0, lamp.1);
        let reach =
            REACHES.into_iter().rfind(|r| *r as f64 <= f64::from(GAPS) * gap * c.abs()).unwrap_or(REACHES[0]) as i32;
        let around = near(reach).map(|(x, y)| level(x, y)).fold(f64::MAX, f64::min);
        let peak = f64::from(PEAK * WHITE);
        let lit = ((here - f64::from(WHITE)) / f64::from(WHITE)).min(1.0)
            * ((level(lamp.0, lamp.1) - peak) / peak).clamp(0.0, 1.0);
        let blurred = ((c.abs() - f64::from(LEAST_BLUR)) / f64::from(LEAST_BLUR)).clamp(0.0, 1.0);
        let excess = lit * (1.0 - around.max(0.0) / here);
        let astray = ((coc(x, y) - c).abs() - f64::from(LEAST_BLUR)).clamp(0.0, 1.0);
        Some((excess * blurred.max(astray), excess, c))
    };
    let mut lights = Vec::new();
    for y in scene.inside.y1..scene.inside.y2 {
        for x in scene.inside.x1..scene.inside.x2 {
            if let Some((share, _, c)) = find(x, y).filter(|f| f.0 > 0.0) {
                lights.push((x, y, c, colour(x, y).map(|v| v * share)));
            }
        }
    }
    let less = move |x: i32, y: i32, share: f64| {
        let [r, g, b, a] = colour(x, y);
        [r * (1.0 - share), g * (1.0 - share), b * (1.0 - share), a]
    };
    let dimmed = move |x: i32, y: i32| less(x, y, find(x, y).map_or(0.0, |f| f.0));
    let unlit = move |x: i32, y: i32| less(x, y, find(x, y).map_or(0.0, |f| f.1));
    (Box::new(dimmed), Box::new(unlit), lights)
}

/// The mean of a pixel's surface over the gap between lens points: along the rows, then across them.
fn spread(scene: &Scene, x: i32, y: i32, half: f64) -> [f64; 4] {
    let mean = |x: i32, y: i32, step: (i32, i32), value: &dyn Fn(i32, i32) -> [f64; 4]| {
        let coc = (scene.coc)(x, y);
        let reach = (coc.abs() * half + 1.0).ceil() as i32;
        let (mut sum, mut area) = ([0.0; 4], 0.0);
        for d in -reach..=reach {
            let (px, py) = (x + d * step.0, y + d * step.1);
            let inside = if d == 0 { 1.0 } else { (coc.abs() * half + 0.5 - f64::from(d.abs())).clamp(0.0, 1.0) };
            let same = (2.0 - ((scene.coc)(px, py) - coc).abs() / (0.75 + 0.04 * coc.abs())).clamp(0.0, 1.0);
            if inside * same > 0.0 {
                (0..4).for_each(|c| sum[c] += inside * same * value(px, py)[c]);
                area += inside * same;
            }
        }
        sum.map(|v| v / area)
    };
    mean(x, y, (0, 1), &|x, y| mean(x, y, (1, 0), scene.colour))
}

/// What is hidden behind a pixel.
fn behind(scene: &Scene, x: i32, y: i32, most: f64) -> Option<(f64, [f64; 4])> {
    let coc = (scene.coc)(x, y);
    let mut hits: Vec<(f64, f64, [f64; 4])> = Vec::new();
    for ray in RAYS {
        let at = |t: i32| (x + t * ray.0, y + t * ray.1);
        let step = |t: i32| (scene.coc)(at(t).0, at(t).1) - coc;
        let length = f64::from(ray.0).hypot(f64::from(ray.1));
        let distance = |t: i32| f64::from(t) * length;
        let edge =
            (1..=((most - coc) / length).ceil() as i32 + 1).find(|&t| step(t) >= distance(t).max(f64::from(STEP)));
        if let Some(t) = edge {
            hits.push((distance(t), step(t) + coc, (scene.colour)(at(t).0, at(t).1)));
        }
    }
    let nearest = hits.iter().copied().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (mut sum, mut of_coc, mut of_colour) = (0.0, 0.0, [0.0; 4]);
    for (distance, c, colour) in hits {
        if (c - nearest.1).abs() <= f64::from(STEP) + 0.25 * (nearest.1 - coc) {
            let light = 1.0 + luminance(colour).max(0.0);
            let weight = 1.0 / (distance * distance * light * light);
            sum += weight;
            of_coc += weight * c;
            (0..4).for_each(|i| of_colour[i] += weight * colour[i]);
        }
    }
    Some((of_coc / sum + f64::from(BEHIND), of_colour.map(|v| v / sum)))
}
