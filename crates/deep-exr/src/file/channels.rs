//! Which alpha a channel belongs to, and which channels are depth.
//!
//! Source: "Interpreting OpenEXR Deep Pixels", on channel names; layers are separated by full stops.

use super::error::{Fault, shown};
use super::header::{Channel, Header, SampleType};

/// Layer, with its full stop, and own name.
fn split(name: &str) -> (&str, &str) {
    name.split_at(name.rfind('.').map_or(0, |dot| dot + 1))
}

impl Header {
    /// The place of a channel by its full name.
    pub fn channel(&self, name: &str) -> Option<usize> {
        self.channels.iter().position(|c| c.name == name)
    }

    /// The alpha that a channel is multiplied with: the place of `AR`, `AG`, `AB` (or `RA`, `GA`, `BA`) for `R`, `G`,
    /// `B`, else of `A`, of its own layer, else of the layers around, out to the base. An alpha has itself; depth has
    /// `A`. `None`: nothing hides here, or no such channel.
    pub fn alpha_of(&self, channel: usize) -> Option<usize> {
        let (mut layer, own) = split(&self.channels.get(channel)?.name);
        if is_alpha(own) {
            return Some(channel);
        }
        let wanted: &[&str] = match own {
            "R" => &["AR", "RA", "A"],
            "G" => &["AG", "GA", "A"],
            "B" => &["AB", "BA", "A"],
            _ => &["A"],
        };
        loop {
            if let Some(found) = wanted.iter().find_map(|alpha| self.channel(&format!("{layer}{alpha}"))) {
                return Some(found);
            }
            if layer.is_empty() {
                return None;
            }
            layer = split(&layer[..layer.len() - 1]).0;
        }
    }

    /// Red, green, blue and alpha of a layer (`""` is the base), as far as they are there. The alphas are those that
    /// [`Self::alpha_of`] finds for each colour; without colours, that of the layer itself.
    pub fn rgba_of(&self, layer: &str) -> Rgba {
        let dot = if layer.is_empty() { "" } else { "." };
        let colors = ["R", "G", "B"].map(|own| self.channel(&format!("{layer}{dot}{own}")));
        let alphas = colors.map(|c| c.and_then(|c| self.alpha_of(c)));
        Rgba { colors, alphas, alpha: self.channel(&format!("{layer}{dot}A")) }
    }

    /// Names of the layers, without the base, in order.
    pub fn layers(&self) -> Vec<&str> {
        let mut layers: Vec<&str> =
            self.channels.iter().filter_map(|c| c.name.rfind('.').map(|dot| &c.name[..dot])).collect();
        layers.sort_unstable();
        layers.dedup();
        layers
    }

    /// The channels `Z` and, if there, `ZBack` of the base: depths of layers do not count.
    pub(crate) fn depths(&self) -> Result<(usize, Option<usize>), Fault> {
        let depth = |name: &str| match self.channel(name) {
            Some(c) if self.channels[c].kind == SampleType::Uint => {
                Err(Fault::damaged(format!("its depth channel {name} holds whole numbers")))
            }
            other => Ok(other),
        };
        match depth("Z")? {
            Some(front) => Ok((front, depth("ZBack")?)),
            None => Err(Fault::Absent(format!("has no depth: there is no channel Z, only {}", list(&self.channels)))),
        }
    }
}

/// What [`Header::rgba_of`] finds, as places in [`Header::channels`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgba {
    /// Red, green, blue.
    pub colors: [Option<usize>; 3],
    /// The alpha that each is multiplied with.
    pub alphas: [Option<usize>; 3],
    /// `A` of the layer itself.
    pub alpha: Option<usize>,
}

fn is_alpha(own: &str) -> bool {
    matches!(own, "A" | "AR" | "AG" | "AB" | "RA" | "GA" | "BA")
}

/// Names for a message.
pub(crate) fn list(channels: &[Channel]) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = channels.iter().take(SHOWN).map(|c| shown(&c.name)).collect();
    let more = if channels.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
