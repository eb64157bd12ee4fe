//! What is drawn over the picture in a host's viewer, as plain data: lines, ellipses and texts in canonical coordinates.
//!
//! An effect says it from its parameters ([`crate::Prepared::overlay`]); the glue only hands it on. Sizes that are to be the same on the
//! screen however far one zooms in come from [`View::pixel`].

mod words;

use crate::effect::Frame;
pub use words::{distance, percent, pixels};

/// What is known while an overlay is drawn.
pub struct View<'a> {
    /// The frame that is looked at.
    pub frame: Frame,
    /// Width and height of a pixel of the screen, canonical.
    pub pixel: [f64; 2],
    /// Where the pointer is while it is over the picture, canonical.
    pub pointer: Option<[f64; 2]>,
    /// The distance in metres under a place (canonical), as picking sees it; `None` where it is not known.
    pub depth_at: &'a dyn Fn([f64; 2]) -> Option<f64>,
    /// Does the host itself draw the handle of the parameter of this name, and let the artist drag it?
    pub host_draws: &'a dyn Fn(&str) -> bool,
    /// The handle that is being dragged.
    pub held: Option<&'a str>,
}

/// What a mark is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Lines that are only looked at.
    Line,
    /// A handle that can be dragged.
    Handle,
    /// The handle that is being dragged.
    Held,
    /// Words.
    Text,
    /// What makes marks stand out from a picture of any colour; it lies under them.
    Shadow,
    /// What belongs to the near zone.
    Near,
    /// To the mid zone.
    Mid,
    /// To the far zone.
    Far,
}

/// The form of a mark; positions are canonical.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through two points or more.
    Strip(Vec<[f64; 2]>),
    /// The same, closed.
    Loop(Vec<[f64; 2]>),
    /// An ellipse in a rectangle: its least and its greatest corner.
    Ellipse([f64; 2], [f64; 2]),
    /// A line of words; the place is this end of its baseline.
    Text([f64; 2], String, End),
}

/// An end of a line of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where it begins.
    Left,
    /// Where it ends.
    Right,
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its form.
    pub shape: Shape,
    /// Its colour.
    pub ink: Ink,
}

/// A position that can be dragged: the value of a Point parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Handle {
    /// The parameter.
    pub name: &'static str,
    /// Where it is, canonical.
    pub at: [f64; 2],
}

/// What is drawn, in order: later marks lie over earlier ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// What is drawn.
    pub marks: Vec<Mark>,
    /// What can be dragged, where the host itself does not see to it.
    pub handles: Vec<Handle>,
    pixel: [f64; 2],
    /// Where the next line of the legend goes.
    line: [f64; 2],
}

/// Sizes in pixels of the screen: arm of a cross with its gap, radius of a handle, radius within which it is caught, height of a line of
/// words, margin of the legend.
const ARM: [f64; 2] = [14.0, 4.0];
const RING: f64 = 7.0;
const CATCH: f64 = 12.0;
const LINE: f64 = 20.0;
const MARGIN: f64 = 12.0;
/// Nothing is drawn farther away than this: hosts count in whole numbers.
const FAREST: f64 = 1e7;

impl Overlay {
    /// An empty one. The legend begins in the frame's upper left corner.
    pub fn new(view: &View) -> Self {
        let sane = |v: f64| if v.is_finite() && v > 1e-6 && v < 1e6 { v } else { 1.0 };
        let pixel = view.pixel.map(sane);
        let f = view.frame.format;
        let line = [f.x1 + MARGIN * pixel[0], f.y2 - (MARGIN + 0.5 * LINE) * pixel[1]];
        Self { marks: Vec::new(), handles: Vec::new(), pixel, line }
    }

    /// A place so many pixels of the screen beside another.
    fn beside(&self, at: [f64; 2], off: [f64; 2]) -> [f64; 2] {
        [at[0] + off[0] * self.pixel[0], at[1] + off[1] * self.pixel[1]]
    }

    /// Adds a mark over its shadow. What lies nowhere is left out.
    fn mark(&mut self, shape: Shape, ink: Ink) {
        let there = |p: &[f64; 2]| p.iter().all(|v| v.abs() < FAREST);
        let good = match &shape {
            Shape::Strip(points) | Shape::Loop(points) => points.iter().all(there),
            Shape::Ellipse(a, b) => there(a) && there(b),
            Shape::Text(at, ..) => there(at),
        };
        if !good {
            return;
        }
        // Words are read on any ground only with a rim all around.
        let offs: &[[f64; 2]] = match shape {
            Shape::Text(..) => &[[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
            _ => &[[1.0, -1.0]],
        };
        for off in offs {
            let moved = |p: &[f64; 2]| self.beside(*p, *off);
            let under = match &shape {
                Shape::Strip(points) => Shape::Strip(points.iter().map(moved).collect()),
                Shape::Loop(points) => Shape::Loop(points.iter().map(moved).collect()),
                Shape::Ellipse(a, b) => Shape::Ellipse(moved(a), moved(b)),
                Shape::Text(at, words, end) => Shape::Text(moved(at), words.clone(), *end),
            };
            self.marks.push(Mark { shape: under, ink: Ink::Shadow });
        }
        self.marks.push(Mark { shape, ink });
    }

    /// A line through points.
    pub fn strip(&mut self, points: impl Into<Vec<[f64; 2]>>, ink: Ink) {
        self.mark(Shape::Strip(points.into()), ink);
    }

    /// A closed line through points.
    pub fn closed(&mut self, points: impl Into<Vec<[f64; 2]>>, ink: Ink) {
        self.mark(Shape::Loop(points.into()), ink);
    }

    /// An ellipse, its radii in canonical units.
    pub fn ellipse(&mut self, centre: [f64; 2], [rx, ry]: [f64; 2], ink: Ink) {
        let [x, y] = centre;
        self.mark(Shape::Ellipse([x - rx, y - ry], [x + rx, y + ry]), ink);
    }

    /// A ring of a radius in pixels of the screen.
    pub fn ring(&mut self, centre: [f64; 2], radius: f64, ink: Ink) {
        self.ellipse(centre, self.pixel.map(|p| p * radius), ink);
    }

    /// Lines from `from` to `to` pixels of the screen around a place, in so many directions; the first goes to the right.
    pub fn rays(&mut self, centre: [f64; 2], [from, to]: [f64; 2], count: u32, ink: Ink) {
        for i in 0..count {
            let (sin, cos) = (std::f64::consts::TAU * f64::from(i) / f64::from(count)).sin_cos();
            let ends = [from, to].map(|r| self.beside(centre, [r * cos, r * sin]));
            self.strip(ends, ink);
        }
    }

    /// Words beside a place, so many pixels of the screen to the right and up.
    pub fn words(&mut self, at: [f64; 2], off: [f64; 2], words: impl Into<String>, ink: Ink) {
        self.mark(Shape::Text(self.beside(at, off), words.into(), End::Left), ink);
    }

    /// Words below the pointer, on the side where the frame has more room.
    pub fn at_pointer(&mut self, view: &View, at: [f64; 2], words: impl Into<String>) {
        let f = view.frame.format;
        let (end, side) = if at[0] > 0.5 * (f.x1 + f.x2) { (End::Right, -1.0) } else { (End::Left, 1.0) };
        self.mark(Shape::Text(self.beside(at, [14.0 * side, -20.0]), words.into(), end), Ink::Text);
    }

    /// The next line of the legend.
    pub fn legend(&mut self, words: impl Into<String>, ink: Ink) {
        let at = self.line;
        self.words(at, [0.0; 2], words, ink);
        self.line[1] -= LINE * self.pixel[1];
    }

    /// A handle: a ring in a cross. Where the host draws and moves it, nothing; the answer says whether it is ours.
    pub fn handle(&mut self, view: &View, name: &'static str, at: [f64; 2]) -> bool {
        if (view.host_draws)(name) {
            return false;
        }
        let ink = self.grip(view, name, at);
        self.ring(at, RING, ink);
        self.rays(at, [ARM[1], ARM[0]], 4, ink);
        true
    }

    /// Makes a place one that can be dragged, however it looks; the answer is its colour.
    pub fn grip(&mut self, view: &View, name: &'static str, at: [f64; 2]) -> Ink {
        self.handles.push(Handle { name, at });
        if view.held == Some(name) { Ink::Held } else { Ink::Handle }
    }

    /// The handle that is caught at a place: the nearest one, if it is near enough on the screen.
    pub fn caught(&self, at: [f64; 2]) -> Option<&Handle> {
        let distance = |h: &Handle| {
            let [dx, dy] = [0, 1].map(|axis| (h.at[axis] - at[axis]) / self.pixel[axis]);
            dx.hypot(dy)
        };
        let near = self.handles.iter().filter(|h| distance(h) <= CATCH);
        near.min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Effect;
    use crate::geometry::{Geometry, RectD};
    use crate::params::Values;

    /// A frame of 1920 × 1080.
    pub(crate) fn frame() -> Frame {
        let format = RectD::new(0.0, 0.0, 1920.0, 1080.0);
        Frame {
            time: 1.0,
            geometry: Geometry::default(),
            source_rod: format,
            format,
            depth_connected: true,
            frame_rate: 24.0,
            draft: false,
        }
    }

    /// The overlay of an effect where the depth under every place is `depth`.
    pub(crate) fn overlay(
        effect: &dyn Effect,
        values: &Values,
        pointer: Option<[f64; 2]>,
        depth: impl Fn([f64; 2]) -> Option<f64>,
    ) -> Overlay {
        let view =
            View { frame: frame(), pixel: [1.0; 2], pointer, depth_at: &depth, host_draws: &|_| false, held: None };
        effect.prepare(values).overlay(&view).expect("an overlay")
    }

    impl Mark {
        fn words(&self) -> Option<&str> {
            if let Shape::Text(_, words, _) = &self.shape { Some(words) } else { None }
        }
    }

    impl Overlay {
        /// What is written, without shadows.
        pub(crate) fn texts(&self) -> Vec<&str> {
            self.marks.iter().filter(|m| m.ink != Ink::Shadow).filter_map(Mark::words).collect()
        }

        /// Ellipses as centre and radii, without shadows.
        pub(crate) fn ellipses(&self) -> Vec<([f64; 2], [f64; 2])> {
            let found = |m: &Mark| match m.shape {
                Shape::Ellipse(a, b) if m.ink != Ink::Shadow => {
                    Some(([0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1])], [0.5 * (b[0] - a[0]), 0.5 * (b[1] - a[1])]))
                }
                _ => None,
            };
            self.marks.iter().filter_map(found).collect()
        }
    }

    fn view<'a>(pixel: [f64; 2], host_draws: &'a dyn Fn(&str) -> bool, held: Option<&'a str>) -> View<'a> {
        View { frame: frame(), pixel, pointer: None, depth_at: &|_| None, host_draws, held }
    }

    #[test]
    fn handles_keep_their_size_on_the_screen_and_are_caught_there() {
        for pixel in [[1.0, 1.0], [0.25, 0.25], [4.0, 2.0]] {
            let nobody = |_: &str| false;
            let view = view(pixel, &nobody, None);
            let mut overlay = Overlay::new(&view);
            assert!(overlay.handle(&view, "focusPoint", [100.0, 50.0]));
            let (centre, radii) = overlay.ellipses()[0];
            assert_eq!((centre, radii), ([100.0, 50.0], [RING * pixel[0], RING * pixel[1]]));
            let at = |off: f64| overlay.caught([100.0 + off * pixel[0], 50.0]).map(|h| h.name);
            assert_eq!((at(0.0), at(CATCH - 0.1), at(CATCH + 0.1)), (Some("focusPoint"), Some("focusPoint"), None));
        }
    }

    #[test]
    fn the_nearest_handle_is_caught() {
        let nobody = |_: &str| false;
        let view = view([1.0; 2], &nobody, Some("b"));
        let mut overlay = Overlay::new(&view);
        overlay.handle(&view, "a", [0.0, 0.0]);
        overlay.handle(&view, "b", [10.0, 0.0]);
        assert_eq!(overlay.caught([4.0, 0.0]).unwrap().name, "a");
        assert_eq!(overlay.caught([6.0, 0.0]).unwrap().name, "b");
        let inks: Vec<Ink> = overlay.marks.iter().map(|m| m.ink).filter(|ink| *ink != Ink::Shadow).collect();
        assert_eq!(inks, [[Ink::Handle; 5], [Ink::Held; 5]].concat());
    }

    #[test]
    fn what_the_host_draws_is_not_drawn_twice() {
        let host = |name: &str| name == "focusPoint";
        let view = view([1.0; 2], &host, None);
        let mut overlay = Overlay::new(&view);
        assert!(!overlay.handle(&view, "focusPoint", [1.0, 1.0]) && overlay.handle(&view, "sunPosition", [9.0, 9.0]));
        assert_eq!(overlay.handles.len(), 1);
        assert_eq!(overlay.ellipses().len(), 1);
    }

    #[test]
    fn nothing_is_drawn_nowhere() {
        let nobody = |_: &str| false;
        for pixel in [[f64::NAN, 0.0], [-1.0, f64::INFINITY]] {
            let view = view(pixel, &nobody, None);
            let mut overlay = Overlay::new(&view);
            overlay.ellipse([f64::NAN, 0.0], [1.0; 2], Ink::Line);
            overlay.ellipse([0.0; 2], [f64::INFINITY; 2], Ink::Line);
            overlay.words([1e300, 0.0], [0.0; 2], "x", Ink::Text);
            overlay.strip([[0.0; 2], [0.0, f64::NEG_INFINITY]], Ink::Line);
            assert_eq!(overlay.marks, []);
            overlay.ring([5.0; 2], 2.0, Ink::Line);
            assert_eq!(overlay.ellipses(), [([5.0; 2], [2.0; 2])]);
        }
    }

    #[test]
    fn every_mark_lies_over_a_shadow_of_its_form() {
        let nobody = |_: &str| false;
        let view = view([2.0; 2], &nobody, None);
        let mut overlay = Overlay::new(&view);
        overlay.legend("one", Ink::Text);
        overlay.legend("two", Ink::Text);
        overlay.ring([50.0, 50.0], 3.0, Ink::Line);
        let text = |x, y, words: &str| Shape::Text([x, y], words.into(), End::Left);
        let shapes =
            |ink: Ink| overlay.marks.iter().filter(|m| m.ink == ink).map(|m| m.shape.clone()).collect::<Vec<_>>();
        assert_eq!(shapes(Ink::Text), [text(24.0, 1036.0, "one"), text(24.0, 996.0, "two")]);
        let around = |x: f64, y: f64, words: &str| {
            [[2.0, -2.0], [-2.0, -2.0], [2.0, 2.0], [-2.0, 2.0]].map(|[dx, dy]| text(x + dx, y + dy, words))
        };
        let mut shadows = [around(24.0, 1036.0, "one"), around(24.0, 996.0, "two")].concat();
        shadows.push(Shape::Ellipse([46.0, 42.0], [58.0, 54.0]));
        assert_eq!(shapes(Ink::Shadow), shadows);
        assert_eq!(overlay.marks.last().map(|m| m.ink), Some(Ink::Line));
    }

    #[test]
    fn words_at_the_pointer_stay_in_the_frame() {
        let nobody = |_: &str| false;
        let view = view([1.0; 2], &nobody, None);
        let mut overlay = Overlay::new(&view);
        overlay.at_pointer(&view, [1900.0, 500.0], "right");
        overlay.at_pointer(&view, [100.0, 500.0], "left");
        let text: Vec<_> = overlay.marks.iter().filter(|m| m.ink == Ink::Text).map(|m| m.shape.clone()).collect();
        assert_eq!(text[0], Shape::Text([1886.0, 480.0], "right".into(), End::Right));
        assert_eq!(text[1], Shape::Text([114.0, 480.0], "left".into(), End::Left));
    }
}
