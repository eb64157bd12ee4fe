//! What an effect is: a name, a declaration of parameters, and from a snapshot of them a plan and a kernel.

mod area;

pub use area::{AreaInput, AreaKernel, Background, Border, Noted, Rendered, Rows};

use crate::depth::DepthStage;
pub use crate::effects::blocks::StoredRow;
use crate::generator::Generator;
use crate::geometry::{Geometry, Rect, RectD};
use crate::image::ColourRow;
use crate::overlay::{Overlay, View};
use crate::params;
use crate::params::{Definitions, ParamSet, ParamSource, Value, boolean, double};
use crate::presets::Presets;
use crate::render::{Beside, Surroundings};
use crate::workers::{Exec, Stop};

/// One effect. Adding one is a folder in [`crate::effects`] and a line in its list.
pub trait Effect: Send + Sync {
    /// Name and texts.
    fn info(&self) -> &'static EffectInfo;
    /// How hosts may use it, in the order in which they are told.
    fn uses(&self) -> &'static [Use] {
        &[Use::Filter, Use::General]
    }
    /// The pictures that go into it, in the order in which hosts show them.
    fn inputs(&self, usage: Use) -> &'static [Input] {
        const ALL: [Input; 3] = [Input::must(Clip::Source), Input::may(Clip::Depth), Input::may(Clip::Mask)];
        match usage {
            Use::Filter => &ALL[..2],
            Use::General => &ALL,
            Use::Generator => &[],
        }
    }
    /// The parameters, in the artist's order.
    fn define(&self) -> Definitions;
    /// Those of them that mean something in this use.
    fn define_for(&self, _usage: Use) -> Definitions {
        self.define()
    }
    /// A snapshot of the parameters at one time. Pure: no pixels are looked at.
    fn prepare(&self, values: &dyn ParamSource) -> Box<dyn Prepared>;
    /// May the artist change this parameter, given the others? (A control without effect is greyed out.)
    fn enabled(&self, _values: &dyn ParamSource, _name: &str) -> bool {
        true
    }
    /// The named sets of values that its parameter [`PRESET`](crate::presets::PRESET) offers, if it has one.
    fn presets(&self) -> Option<&'static Presets> {
        None
    }
    /// What the effect does because the artist changed a parameter or pressed a button; `None`: nothing. May read and write files.
    fn changed(&self, values: &dyn ParamSource, name: &str) -> Option<Reaction> {
        self.presets()?.changed(&self.define(), values, name)
    }
    /// Does it draw over the picture in the viewer, in hosts that let effects do so? Then [`Prepared::overlay`] says what.
    fn has_overlay(&self) -> bool {
        false
    }
    /// Forgets what is kept between renders; it costs time to have it again, and changes no picture.
    fn purge(&self) {}
}

/// What becomes of a change by the artist.
#[derive(Clone, Debug, PartialEq)]
pub struct Reaction {
    /// Parameters by name, and the values that they get.
    pub values: Vec<(String, Value)>,
    /// What the artist reads of it in the list of undo.
    pub undo: &'static str,
    /// What went wrong, to be told at once.
    pub problem: Option<String>,
}

/// How a host uses an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// One picture in, one out.
    Filter,
    /// A node in a graph.
    General,
    /// A picture out of nothing.
    Generator,
}

/// What a picture that goes into an effect is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clip {
    /// The picture.
    Source,
    /// Its depth.
    Depth,
    /// Where the effect works.
    Mask,
    /// A clean plate: the picture without what stands in front.
    Background,
    /// The clean plate's depth.
    BackgroundDepth,
    /// A picture whose colours are the fog's.
    Fog,
    /// Positions in the world.
    Position,
    /// The shape of a blurred highlight.
    Bokeh,
}

/// A picture that goes into an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// What it is for.
    pub clip: Clip,
    /// Does the effect work without it?
    pub optional: bool,
}

impl Input {
    /// One that must be there.
    pub const fn must(clip: Clip) -> Self {
        Self { clip, optional: false }
    }
    /// One that need not be there.
    pub const fn may(clip: Clip) -> Self {
        Self { clip, optional: true }
    }
}

/// Texts of an effect.
#[derive(Debug)]
pub struct EffectInfo {
    /// Last part of the plug-in's identifier, e.g. `ZDefocus`.
    pub name: &'static str,
    /// Major and minor version; the major one is part of its identity in projects.
    pub version: [i32; 2],
    /// What it does, in a few sentences.
    pub description: &'static str,
}

/// What is known of a frame before any pixel is fetched.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The frame's number; may lie between two.
    pub time: f64,
    /// How the output's pixels lie.
    pub geometry: Geometry,
    /// Where the source is defined, canonical.
    pub source_rod: RectD,
    /// The whole frame that the camera saw, canonical: the project's format, or the source's region where the host names none.
    pub format: RectD,
    /// Does the host say that the Depth clip is connected?
    pub depth_connected: bool,
    /// Frames in a second; 24 where the host does not say.
    pub frame_rate: f64,
    /// Is the artist moving something, so that the host would rather have it soon than fine?
    pub draft: bool,
}

/// What a render needs and does; the same answer serves the host's questions about regions and identity and the render itself.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Plan {
    /// Why the output would be the source, if it would.
    pub pass_through: Option<PassThrough>,
    /// How far from a pixel the source is looked at, in pixels of the full-size frame.
    pub source_reach: f64,
    /// The same for depth.
    pub depth_reach: f64,
    /// Depth is also looked at here (canonical), whatever the window.
    pub depth_also: Option<RectD>,
    /// The picture grows beyond the source by this much, in pixels of the full-size frame.
    pub grow: f64,
    /// Are Background and BackgroundDepth looked at, as far away as source and depth are?
    pub background: bool,
    /// Is Fog looked at?
    pub fog: bool,
    /// Is Position looked at?
    pub position: bool,
    /// Is the Bokeh clip looked at, all of it?
    pub bokeh: bool,
    /// The picture is looked at enlarged about a point, before any reach.
    pub zoom: Option<Zoom>,
}

/// A picture that is enlarged about a point: what is seen at a place comes from nearer to the point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    /// The point, canonical.
    pub middle: [f64; 2],
    /// The least and the greatest distance from the point that is looked at, for a distance of 1; from at most 1 to at least 1.
    pub looks: [f64; 2],
}

impl Zoom {
    /// What is looked at for `window`.
    pub fn region(&self, window: &RectD) -> RectD {
        if window.is_empty() {
            return *window;
        }
        let side = |axis: usize, v: f64, pick: fn(f64, f64) -> f64| {
            let [a, b] = self.looks.map(|s| self.middle[axis] + (v - self.middle[axis]) * s);
            pick(a, b)
        };
        let low = |axis, v| side(axis, v, f64::min);
        let high = |axis, v| side(axis, v, f64::max);
        RectD::new(low(0, window.x1), low(1, window.y1), high(0, window.x2), high(1, window.y2))
    }
}

/// Why an effect changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassThrough {
    /// The parameters say so.
    Neutral,
    /// No depth is there to work with.
    NoDepth,
}

impl Plan {
    /// A plan that passes the source through.
    pub fn pass_through(why: PassThrough) -> Self {
        Self { pass_through: Some(why), ..Self::default() }
    }
    /// Where the output is defined.
    pub fn region_of_definition(&self, source_rod: &RectD) -> RectD {
        source_rod.grow(self.grow)
    }
    /// What of the source is needed for `window` (canonical).
    pub fn source_region(&self, window: &RectD) -> RectD {
        self.looked_at(window).grow(self.source_reach)
    }
    fn looked_at(&self, window: &RectD) -> RectD {
        self.zoom.map_or(*window, |zoom| zoom.region(window))
    }
    /// What of the depth is needed for `window` (canonical).
    pub fn depth_region(&self, window: &RectD) -> RectD {
        let near = self.looked_at(window).grow(self.depth_reach);
        self.depth_also.map_or(near, |also| near.union(&also))
    }
    /// What of Background and of BackgroundDepth is needed for `window` (canonical).
    pub fn background_regions(&self, window: &RectD) -> [RectD; 2] {
        let seen = self.looked_at(window);
        if self.background { [seen.grow(self.source_reach), seen.grow(self.depth_reach)] } else { [*window; 2] }
    }
}

/// A snapshot of an effect's parameters.
pub trait Prepared: Send + Sync {
    /// Pure: the same frame always gets the same answer.
    fn plan(&self, frame: &Frame) -> Plan;
    /// The depth group of this snapshot.
    fn depth(&self) -> &crate::depth::DepthParams;
    /// How the result goes over the source.
    fn blend(&self) -> Blend;
    /// What computes the pixels; in a generator nothing is changed.
    fn kernel<'a>(&'a self, _frame: &Frame, _depth: &'a DepthStage<'a>, _beside: &'a Beside<'a>) -> Kernel<'a> {
        Kernel::Rows(Box::new(Untouched))
    }
    /// What the artist should know though there is a picture; `bokeh`: is there an image of the aperture that lets light through?
    fn warning(&self, _bokeh: bool) -> Option<String> {
        None
    }
    /// What is drawn over the picture in the viewer. The picture itself does not depend on it.
    fn overlay(&self, _view: &View) -> Option<Overlay> {
        None
    }
    /// What makes a picture instead of changing one, if the effect does that.
    fn generator(&self) -> Option<&dyn Generator> {
        None
    }
}

/// Leaves the source as it is.
struct Untouched;

impl RowKernel for Untouched {
    fn wants_straight(&self) -> bool {
        false
    }
    fn row(&self, _: i32, _: i32, _: &[f32], _: ColourRow) {}
}

/// How the result goes over the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    /// False for outputs that are for looking (mattes, overlays): they replace the picture, mask or not.
    pub over_source: bool,
    /// 0 = source, 1 = result.
    pub mix: f32,
    /// The mask's black is where the effect works.
    pub mask_invert: bool,
}

/// What computes the pixels.
pub enum Kernel<'a> {
    /// Each pixel by itself.
    Rows(Box<dyn RowKernel + 'a>),
    /// Pixels that look at others.
    Area(Box<dyn AreaKernel + 'a>),
}

/// What the numbers are that a [`RowKernel`] leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// Colours, of the kind that it wants.
    Picture,
    /// Premultiplied colours to be put over the source: mask and mix fade them to nothing.
    Layer,
    /// Numbers of another kind (a matte, a depth): stored as they are, whatever the alpha means.
    Data,
}

/// A pixel from itself and its depth.
pub trait RowKernel: Sync {
    /// Does it work on straight colours (else on premultiplied)?
    fn wants_straight(&self) -> bool;
    /// What the numbers are that it leaves.
    fn leaves(&self) -> Leaves {
        Leaves::Picture
    }
    /// May the results of two surfaces in one pixel be mixed (else the one that covers more counts)?
    fn mixes(&self) -> bool {
        true
    }
    /// Comes before the rows of a window, for kernels that look at more than the pixel: what it finds it keeps.
    fn look_around(&mut self, _around: &Surroundings, _window: Rect, _exec: &Exec) -> Result<(), Stop> {
        Ok(())
    }
    /// Comes last: gives what it keeps to [`Exec::keep`].
    fn give_back(&mut self, _exec: &Exec) {}
    /// Changes a row in place. `z` is depth in metres with the special values of [`crate::depth`]; at NaN the driver puts the
    /// source back if the output is a result. `x1`, `y`: the output pixel of the first value.
    fn row(&self, x1: i32, y: i32, z: &[f32], colour: ColourRow);
    /// Does it take pixels as they are stored ([`RowKernel::stored`])?
    fn takes_stored(&self) -> bool {
        false
    }
    /// [`RowKernel::row`] for pixels that are four floats in the source and in the output. Only where [`RowKernel::takes_stored`] says so.
    fn stored(&self, _row: StoredRow) {}
    /// [`RowKernel::row`] for pixels from anywhere in a row, with the column of each.
    fn places(&self, x: &[i32], y: i32, z: &[f32], mut colour: ColourRow) {
        let mut start = 0;
        for run in x.chunk_by(|a, b| *b == a + 1) {
            let range = start..start + run.len();
            self.row(run[0], y, &z[range.clone()], colour.part(range.clone()));
            start = range.end;
        }
    }
}

params! {
    /// What every effect has at its end.
    pub struct CommonParams {
        /// 0 is the source, 1 is the full effect.
        mix: f64 = "mix", "Mix", double(1.0).range(0.0, 1.0).slider(0.0, 1.0);
        /// Apply the effect where the mask is black instead of where it is white.
        mask_invert: bool = "maskInvert", "Invert mask", boolean(false);
    }
}

impl CommonParams {
    /// Adds the definitions, outside any group.
    pub fn define_last(list: &mut Definitions) {
        list.ungroup();
        Self::define(list, "");
    }
    /// `over_source`: is the output the result (not a matte or another thing to look at)?
    pub fn blend(&self, over_source: bool) -> Blend {
        Blend { over_source, mix: self.mix as f32, mask_invert: self.mask_invert }
    }
}
