//! What is flattened: deep elements and flat pictures with depth, checked once, before any pixel.

use super::settings::{ElementSettings, Settings};
use crate::samples::{Band, Numbers, Window};
use std::fmt;

/// Which channels of a [`Band`] are which, as places in [`Band::channels`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// One for each alpha of [`Settings::alphas`]. `None`: opaque.
    pub alphas: Vec<Option<usize>>,
    /// One for each of [`Settings::channels`]. `None`: 0.
    pub channels: Vec<Option<usize>>,
    /// One for each of [`Settings::ids`]. `None`: 0.
    pub ids: Vec<Option<usize>>,
}

/// A flat picture, premultiplied, row by row over its window.
#[derive(Clone, Debug, Default)]
pub struct Flat<'a> {
    /// The pixels.
    pub window: Window,
    /// One for each of [`Settings::channels`]. `None`: 0, or, where it recolours, as in the deep element.
    pub channels: Vec<Option<&'a [f32]>>,
    /// Alpha for all channels. `None`: opaque.
    pub alpha: Option<&'a [f32]>,
    /// Depth, in the units of the other elements.
    pub depth: Option<&'a [f32]>,
}

/// Where an element's samples come from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A deep file.
    Deep {
        /// Its samples.
        band: &'a Band,
        /// Its channels.
        roles: &'a Roles,
        /// A picture that colours it.
        recolour: Option<&'a Flat<'a>>,
    },
    /// A flat picture with depth: one point a pixel, none where colour and alpha are 0.
    Flat(&'a Flat<'a>),
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    /// Its samples.
    pub source: Source<'a>,
    /// How it takes part.
    pub settings: ElementSettings,
}

impl<'a> Element<'a> {
    /// A deep element, merged.
    pub fn deep(band: &'a Band, roles: &'a Roles) -> Self {
        Self { source: Source::Deep { band, roles, recolour: None }, settings: ElementSettings::default() }
    }

    /// A flat picture with depth, merged.
    pub fn flat(picture: &'a Flat<'a>) -> Self {
        Self { source: Source::Flat(picture), settings: ElementSettings::default() }
    }

    /// The same with other settings.
    pub fn with(self, settings: ElementSettings) -> Self {
        Self { settings, ..self }
    }

    /// The same coloured by a picture; a flat element stays as it is.
    pub fn recoloured(self, picture: &'a Flat<'a>) -> Self {
        match self.source {
            Source::Deep { band, roles, .. } => {
                Self { source: Source::Deep { band, roles, recolour: Some(picture) }, ..self }
            }
            Source::Flat(_) => self,
        }
    }

    /// The pixels that it may have samples in.
    pub fn window(&self) -> Window {
        match self.source {
            Source::Deep { band, .. } => band.window,
            Source::Flat(picture) => picture.window,
        }
    }
}

/// What does not fit together: mistakes of the caller, not of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// The settings contradict themselves.
    Settings(&'static str),
    /// An element does not fit the settings or itself.
    Element {
        /// Which, from 0.
        element: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// There are more pixels or samples than can be counted.
    TooLarge,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(reason) => write!(f, "These settings do not go together: {reason}."),
            Self::Element { element, reason } => write!(f, "Element {} cannot be merged: {reason}.", element + 1),
            Self::TooLarge => f.write_str(
                "There are more pixels or samples than can be counted. Merge a smaller part of the picture.",
            ),
        }
    }
}

impl std::error::Error for Misfit {}

/// Numbers of an identifier, of either kind.
#[derive(Clone, Copy)]
pub(super) enum Ids<'a> {
    Whole(&'a [u32]),
    Float(&'a [f32]),
    None,
}

impl Ids<'_> {
    /// Identifiers stored as floats are rounded; what no u32 holds becomes the nearest that one does, NaN 0.
    pub(super) fn at(self, sample: usize) -> u32 {
        match self {
            Self::Whole(ids) => ids[sample],
            Self::Float(ids) => ids[sample].round() as u32,
            Self::None => 0,
        }
    }
}

/// A deep element, checked: all slices are as long as `front`, `starts` counts within them.
pub(super) struct Deep<'a> {
    pub starts: &'a [u32],
    pub front: &'a [f32],
    pub back: Option<&'a [f32]>,
    pub alphas: Vec<Option<&'a [f32]>>,
    pub channels: Vec<Option<&'a [f32]>>,
    pub ids: Vec<Ids<'a>>,
    pub recolour: Option<&'a Flat<'a>>,
}

pub(super) enum Kind<'a> {
    Deep(Deep<'a>),
    Flat(&'a Flat<'a>, &'a [f32]),
}

/// An element, checked.
pub(super) struct Ready<'a> {
    pub kind: Kind<'a>,
    pub window: Window,
    pub settings: ElementSettings,
}

fn floats(band: &Band, place: Option<usize>) -> Result<Option<&[f32]>, &'static str> {
    match place.map(|place| band.channels.get(place)) {
        None => Ok(None),
        Some(Some(Numbers::Float(numbers))) => Ok(Some(numbers)),
        Some(Some(Numbers::Uint(_))) => Err("whole numbers cannot be blended"),
        Some(None) => Err("it has no such channel"),
    }
}

fn ids(band: &Band, place: Option<usize>) -> Result<Ids<'_>, &'static str> {
    match place.map(|place| band.channels.get(place)) {
        None => Ok(Ids::None),
        Some(Some(Numbers::Uint(numbers))) => Ok(Ids::Whole(numbers)),
        Some(Some(Numbers::Float(numbers))) => Ok(Ids::Float(numbers)),
        Some(None) => Err("it has no such channel"),
    }
}

fn check_counts(band: &Band) -> Result<(), &'static str> {
    let samples = band.front.len();
    let length = |n: &Numbers| match n {
        Numbers::Float(n) => n.len(),
        Numbers::Uint(n) => n.len(),
    };
    if band.back.as_ref().is_some_and(|back| back.len() != samples)
        || band.channels.iter().any(|c| length(c) != samples)
    {
        return Err("its channels have different lengths");
    }
    let pixels = band.window.width().checked_mul(band.window.height());
    if pixels.and_then(|p| p.checked_add(1)) != Some(band.starts.len()) {
        return Err("its sample counts do not fit its window");
    }
    let last = band.starts.last().map_or(0, |&last| last as usize);
    if last > samples || band.starts.windows(2).any(|pair| pair[0] > pair[1]) {
        return Err("its sample counts do not fit its samples");
    }
    Ok(())
}

fn check_flat(picture: &Flat, settings: &Settings) -> Result<(), &'static str> {
    if picture.channels.len() != settings.channels.len() {
        return Err("its picture has another number of channels");
    }
    let pixels = picture.window.width().checked_mul(picture.window.height());
    let wrong = |plane: &Option<&[f32]>| plane.is_some_and(|plane| Some(plane.len()) != pixels);
    if picture.channels.iter().chain([&picture.alpha, &picture.depth]).any(wrong) {
        return Err("its picture does not fit its window");
    }
    Ok(())
}

impl<'a> Ready<'a> {
    pub fn new(element: &Element<'a>, settings: &Settings) -> Result<Self, &'static str> {
        let kind = match element.source {
            Source::Deep { band, roles, recolour } => {
                check_counts(band)?;
                if let Some(picture) = recolour {
                    check_flat(picture, settings)?;
                }
                if roles.alphas.len() != settings.alphas
                    || roles.channels.len() != settings.channels.len()
                    || roles.ids.len() != settings.ids.len()
                {
                    return Err("its roles do not fit the settings");
                }
                Kind::Deep(Deep {
                    starts: &band.starts,
                    front: &band.front,
                    back: band.back.as_deref(),
                    alphas: roles.alphas.iter().map(|&r| floats(band, r)).collect::<Result<_, _>>()?,
                    channels: roles.channels.iter().map(|&r| floats(band, r)).collect::<Result<_, _>>()?,
                    ids: roles.ids.iter().map(|&r| ids(band, r)).collect::<Result<_, _>>()?,
                    recolour,
                })
            }
            Source::Flat(picture) => {
                check_flat(picture, settings)?;
                Kind::Flat(picture, picture.depth.ok_or("a flat element needs a depth")?)
            }
        };
        Ok(Self { kind, window: element.window(), settings: element.settings.sane() })
    }
}
