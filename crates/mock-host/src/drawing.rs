//! What a plug-in drew over the picture: every call of the draw suite, and a picture of them.

use crate::font;
use crate::format::Components;
use crate::geometry::RectI;
use crate::media::srgb_decode;
use crate::picture::Picture;
use crate::property::lock;
use crate::registry;
use std::sync::{Arc, Mutex};
use tiny_skia::{Color, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

/// What a call of `draw` or `drawText` put on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawn {
    /// A primitive (OpenFX's number) with its points, canonical.
    Shape(u32, Vec<[f64; 2]>),
    /// A text, the place it is tied to (canonical), and how (OpenFX's bits).
    Text(String, [f64; 2], i32),
}

/// A call of `draw` or `drawText`, with what was set before it.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawCall {
    /// Red, green, blue and alpha.
    pub colour: [f32; 4],
    /// In pixels of the screen; 0 is as thin as can be.
    pub width: f32,
    /// OpenFX's number of a pattern of dashes.
    pub stipple: u32,
    /// What is drawn.
    pub drawn: Drawn,
}

/// What a draw action draws on.
#[derive(Debug)]
pub(crate) struct Canvas {
    pub id: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    colour: [f32; 4],
    width: f32,
    stipple: u32,
    calls: Vec<DrawCall>,
}

impl Drop for Canvas {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl Canvas {
    pub fn new() -> Arc<Self> {
        let state = State { colour: [1.0; 4], width: 1.0, stipple: 0, calls: Vec::new() };
        let canvas = Arc::new(Self { id: registry::new_id(), state: Mutex::new(state) });
        registry::insert(canvas.id, registry::Object::Canvas(Arc::downgrade(&canvas)));
        canvas
    }

    pub fn set_colour(&self, colour: [f32; 4]) {
        lock(&self.state).colour = colour;
    }

    pub fn set_width(&self, width: f32) {
        lock(&self.state).width = width;
    }

    pub fn set_stipple(&self, stipple: u32) {
        lock(&self.state).stipple = stipple;
    }

    pub fn add(&self, drawn: Drawn) {
        let mut state = lock(&self.state);
        let State { colour, width, stipple, .. } = *state;
        state.calls.push(DrawCall { colour, width, stipple, drawn });
    }

    pub fn take(&self) -> Vec<DrawCall> {
        std::mem::take(&mut lock(&self.state).calls)
    }
}

/// The primitives by OpenFX's numbers.
const LINES: u32 = 0;
const STRIP: u32 = 1;
const LOOP: u32 = 2;
const RECTANGLE: u32 = 3;
const POLYGON: u32 = 4;
const ELLIPSE: u32 = 5;

/// Why a primitive cannot have so many points; nothing if it can.
pub(crate) fn wrong_count(primitive: u32, points: usize) -> Option<String> {
    let (good, wanted) = match primitive {
        LINES => (points >= 2 && points.is_multiple_of(2), "pairs of points"),
        STRIP => (points >= 2, "two points or more"),
        LOOP | POLYGON => (points >= 3, "three points or more"),
        RECTANGLE | ELLIPSE => (points == 2, "two points"),
        _ => return Some(format!("there is no primitive {primitive}")),
    };
    (!good).then(|| format!("primitive {primitive} takes {wanted}, not {points}"))
}

/// How canonical positions become pixels of a picture, whose rows are counted from its top.
struct Screen {
    bounds: RectI,
    scale: [f64; 2],
}

impl Screen {
    fn at(&self, [x, y]: [f64; 2]) -> [f32; 2] {
        let [sx, sy] = self.scale;
        [(x * sx - f64::from(self.bounds.x1)) as f32, (f64::from(self.bounds.y2) - y * sy) as f32]
    }

    fn path(&self, primitive: u32, points: &[[f64; 2]]) -> Option<Path> {
        let points: Vec<[f32; 2]> = points.iter().map(|p| self.at(*p)).collect();
        let mut path = PathBuilder::new();
        match (primitive, &points[..]) {
            (LINES, all) => {
                for pair in all.chunks_exact(2) {
                    path.move_to(pair[0][0], pair[0][1]);
                    path.line_to(pair[1][0], pair[1][1]);
                }
            }
            (RECTANGLE | ELLIPSE, &[[ax, ay], [bx, by]]) => {
                let rect = tiny_skia::Rect::from_ltrb(ax.min(bx), ay.min(by), ax.max(bx), ay.max(by))?;
                if primitive == ELLIPSE { path.push_oval(rect) } else { path.push_rect(rect) }
            }
            (_, [first, rest @ ..]) => {
                path.move_to(first[0], first[1]);
                rest.iter().for_each(|p| path.line_to(p[0], p[1]));
                if primitive != STRIP {
                    path.close();
                }
            }
            _ => return None,
        }
        path.finish()
    }
}

/// Lengths of dashes and gaps for OpenFX's patterns.
fn dashes(stipple: u32) -> Option<StrokeDash> {
    let (lengths, offset): (&[f32], f32) = match stipple {
        1 => (&[2.0, 3.0], 0.0),
        2 => (&[6.0, 4.0], 0.0),
        3 => (&[6.0, 4.0], 8.0),
        4 => (&[2.0, 3.0, 6.0, 3.0], 0.0),
        _ => return None,
    };
    StrokeDash::new(lengths.to_vec(), offset)
}

/// The calls drawn over a picture (RGB, scene-linear) whose pixels are at a render scale in x and y, as a host's viewer shows them when a
/// pixel of the picture is one of the screen.
pub fn draw_over(picture: &mut Picture, scale: [f64; 2], calls: &[DrawCall]) {
    let bounds = picture.bounds;
    let size = [bounds.width(), bounds.height()].map(|n| u32::try_from(n).unwrap_or(0));
    let Some(mut sheet) = Pixmap::new(size[0], size[1]) else { return };
    let screen = Screen { bounds, scale: [scale[0] / picture.par, scale[1]] };
    for call in calls {
        let [r, g, b, a] = call.colour.map(|v| v.clamp(0.0, 1.0));
        match &call.drawn {
            Drawn::Shape(primitive, points) => {
                let Some(path) = screen.path(*primitive, points) else { continue };
                let colour = Color::from_rgba(r, g, b, a).unwrap_or(Color::WHITE);
                let paint = Paint { shader: tiny_skia::Shader::SolidColor(colour), ..Paint::default() };
                if *primitive == POLYGON {
                    sheet.fill_path(&path, &paint, tiny_skia::FillRule::Winding, Transform::identity(), None);
                } else {
                    let stroke = Stroke { width: call.width.max(1.0), dash: dashes(call.stipple), ..Stroke::default() };
                    sheet.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
                }
            }
            Drawn::Text(text, at, alignment) => write(&mut sheet, text, screen.at(*at), *alignment, [r, g, b, a]),
        }
    }
    compose(picture, &sheet);
}

/// Bits of an alignment.
const RIGHT: i32 = 2;
const TOP: i32 = 4;
const BOTTOM: i32 = 8;

/// A line of text tied to a place in pixels; the left end of the baseline unless the alignment says otherwise.
fn write(sheet: &mut Pixmap, text: &str, [x, y]: [f32; 2], alignment: i32, colour: [f32; 4]) {
    let width = font::width(text, font::Size::Small) as f32;
    let left = match alignment & 3 {
        3 => x - 0.5 * width,
        RIGHT => x - width,
        _ => x,
    };
    let (height, baseline) = (font::Size::Small.height() as f32, font::Size::Small.baseline() as f32);
    let top = match alignment & 0x1c {
        TOP => y,
        BOTTOM => y - height,
        0x14 => y - 0.5 * height,
        _ => y - baseline,
    };
    let [w, h] = [sheet.width() as i32, sheet.height() as i32];
    let pixels = sheet.pixels_mut();
    font::each_pixel(text, font::Size::Small, |dx, dy, cover| {
        let (px, py) = (left.round() as i32 + dx, top.round() as i32 + dy);
        if (0..w).contains(&px) && (0..h).contains(&py) {
            let pixel = &mut pixels[(py * w + px) as usize];
            let a = colour[3] * cover;
            let over = |old: u8, new: f32| (f32::from(old) * (1.0 - a) + 255.0 * new * a).round() as u8;
            let (r, g, b) =
                (over(pixel.red(), colour[0]), over(pixel.green(), colour[1]), over(pixel.blue(), colour[2]));
            let alpha = over(pixel.alpha(), 1.0);
            if let Some(new) =
                tiny_skia::PremultipliedColorU8::from_rgba(r.min(alpha), g.min(alpha), b.min(alpha), alpha)
            {
                *pixel = new;
            }
        }
    });
}

/// Colours of the screen over a scene-linear picture.
fn compose(picture: &mut Picture, sheet: &Pixmap) {
    if picture.components != Components::Rgb {
        *picture = picture.with_components(Components::Rgb);
    }
    let (w, h) = (sheet.width() as usize, sheet.height() as usize);
    for (i, drawn) in sheet.pixels().iter().enumerate().filter(|(_, p)| p.alpha() > 0) {
        let at = ((h - 1 - i / w) * w + i % w) * 3;
        let (plain, a) = (drawn.demultiply(), f32::from(drawn.alpha()) / 255.0);
        for (v, new) in picture.pixels[at..at + 3].iter_mut().zip([plain.red(), plain.green(), plain.blue()]) {
            // What is brighter than the screen hides nothing that lies over it.
            *v = v.clamp(0.0, 1.0) * (1.0 - a) + srgb_decode(f32::from(new) / 255.0) * a;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(drawn: Drawn) -> DrawCall {
        DrawCall { colour: [1.0, 0.0, 0.0, 1.0], width: 2.0, stipple: 0, drawn }
    }

    fn painted(drawn: Drawn, scale: f64) -> Picture {
        let mut picture = Picture::constant(RectI::new(-10, 5, 40, 45), Components::Rgb, [0.0; 4]);
        draw_over(&mut picture, [scale; 2], &[call(drawn)]);
        picture
    }

    fn is_red(p: &Picture, x: i32, y: i32) -> bool {
        p.get(x, y).is_some_and(|v| v[0] > 0.5 && v[1] == 0.0)
    }

    #[test]
    fn lines_lie_where_they_were_drawn() {
        let p = painted(Drawn::Shape(STRIP, vec![[-5.0, 20.0], [30.0, 20.0]]), 1.0);
        assert!(is_red(&p, 10, 20) && is_red(&p, 10, 19) && !is_red(&p, 10, 23) && !is_red(&p, 35, 20));
        let half = painted(Drawn::Shape(STRIP, vec![[0.0, 40.0], [60.0, 40.0]]), 0.5);
        assert!(is_red(&half, 10, 20) && !is_red(&half, 10, 40));
    }

    #[test]
    fn ellipses_touch_their_rectangle_and_are_hollow() {
        let p = painted(Drawn::Shape(ELLIPSE, vec![[0.0, 40.0], [30.0, 10.0]]), 1.0);
        assert!(is_red(&p, 0, 25) && is_red(&p, 29, 25) && is_red(&p, 15, 10) && is_red(&p, 15, 39));
        assert!(!is_red(&p, 15, 25) && !is_red(&p, 2, 12));
    }

    #[test]
    fn words_stand_on_their_baseline() {
        let p = painted(Drawn::Text("HH".into(), [0.0, 20.0], 0x11), 1.0);
        let rows: Vec<i32> = (5..45).filter(|y| (-10..40).any(|x| is_red(&p, x, *y))).collect();
        let (low, high) = (rows[0], rows[rows.len() - 1]);
        assert!((19..=21).contains(&low) && (28..=34).contains(&high), "{low} to {high}");
        let columns: Vec<i32> = (-10..40).filter(|x| (5..45).any(|y| is_red(&p, *x, y))).collect();
        assert!(columns[0] >= 0 && columns[columns.len() - 1] < 20, "{columns:?}");
        let right = painted(Drawn::Text("HH".into(), [0.0, 20.0], 0x12), 1.0);
        assert!((0..40).all(|x| (5..45).all(|y| !is_red(&right, x, y))));
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        for drawn in [
            Drawn::Shape(99, vec![]),
            Drawn::Shape(STRIP, vec![[f64::NAN, 0.0], [1.0, 1.0]]),
            Drawn::Shape(ELLIPSE, vec![[1e300, 0.0], [0.0, 1e300]]),
            Drawn::Text(String::new(), [1e9, -1e9], 0),
        ] {
            let p = painted(drawn, 1.0);
            assert!(p.pixels.iter().all(|v| *v == 0.0));
        }
        assert_eq!(
            wrong_count(LINES, 3).is_some(),
            wrong_count(ELLIPSE, 2).is_some() || wrong_count(STRIP, 1).is_some()
        );
    }
}
