//! Which channels of which files go into a picture.

use super::element::Roles;
use super::settings::{Pick, Settings};
use crate::file::Header;

/// What a picture is to have, by the full names of channels.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The main alpha.
    pub alpha: &'a str,
    /// Blended channels.
    pub channels: &'a [&'a str],
    /// Identifiers.
    pub ids: &'a [(&'a str, Pick)],
}

impl Default for Wanted<'_> {
    /// `A`, `R`, `G`, `B`.
    fn default() -> Self {
        Self { alpha: "A", channels: &["R", "G", "B"], ids: &[] }
    }
}

/// What is to be read of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Places in the header, each once: for [`DeepPart::read_rows`](crate::DeepPart::read_rows).
    pub channels: Vec<usize>,
    /// What they are in the band that comes back.
    pub roles: Roles,
}

impl Reading {
    /// The place in the band of a channel of the header.
    fn read(&mut self, channel: usize) -> usize {
        self.channels.iter().position(|c| *c == channel).unwrap_or_else(|| {
            self.channels.push(channel);
            self.channels.len() - 1
        })
    }
}

/// The alphas that a picture of several files needs, and who brings what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// For [`Settings::alphas`].
    pub alphas: usize,
    /// For [`Settings::channels`].
    pub channels: Vec<usize>,
    /// For [`Settings::ids`].
    pub ids: Vec<Pick>,
    /// One for each file.
    pub files: Vec<Reading>,
}

impl Plan {
    /// Each channel goes with the alpha that the standard gives it ([`Header::alpha_of`]); channels that share theirs
    /// in all files share one here. A file that lacks a channel brings 0 and hides by its main alpha; one that lacks
    /// even that, by the alpha of a wanted colour (`G` first), and is opaque if there is none at all. Channels that
    /// are missing in all files are 0; [`Header::channel`] tells.
    pub fn new(headers: &[&Header], wanted: &Wanted) -> Self {
        let main: Vec<Option<usize>> = headers.iter().map(|h| main_alpha(h, wanted)).collect();
        let mut plan = Self { ids: wanted.ids.iter().map(|(_, pick)| *pick).collect(), ..Self::default() };
        plan.files.resize(headers.len(), Reading::default());
        // One alpha of each file.
        let mut alphas = vec![main.clone()];
        for name in wanted.channels {
            let own: Vec<Option<usize>> = headers
                .iter()
                .zip(&main)
                .map(|(header, main)| header.channel(name).map_or(*main, |c| header.alpha_of(c)))
                .collect();
            let known = alphas.iter().position(|a| *a == own);
            plan.channels.push(known.unwrap_or(alphas.len()));
            if known.is_none() {
                alphas.push(own);
            }
        }
        plan.alphas = alphas.len();
        for (file, (reading, header)) in plan.files.iter_mut().zip(headers).enumerate() {
            let mut read = |channel: Option<usize>| channel.map(|c| reading.read(c));
            let channels = wanted.channels.iter().map(|name| read(header.channel(name))).collect();
            let ids = wanted.ids.iter().map(|(name, _)| read(header.channel(name))).collect();
            let alphas = alphas.iter().map(|a| read(a[file])).collect();
            reading.roles = Roles { alphas, channels, ids };
        }
        plan
    }

    /// Settings with this plan's channels, else as they are.
    pub fn settings(&self, others: Settings) -> Settings {
        Settings { alphas: self.alphas, channels: self.channels.clone(), ids: self.ids.clone(), ..others }
    }
}

/// The main alpha of a file: of its own layer, else of those around it, else that of a colour.
fn main_alpha(header: &Header, wanted: &Wanted) -> Option<usize> {
    let (mut layer, own) = wanted.alpha.split_at(wanted.alpha.rfind('.').map_or(0, |dot| dot + 1));
    loop {
        if let Some(found) = header.channel(&format!("{layer}{own}")) {
            return Some(found);
        }
        if layer.is_empty() {
            break;
        }
        layer = &layer[..layer[..layer.len() - 1].rfind('.').map_or(0, |dot| dot + 1)];
    }
    let of = |name: &&str| header.channel(name).and_then(|c| header.alpha_of(c));
    let green = wanted.channels.iter().filter(|name| name.rsplit('.').next() == Some("G")).find_map(of);
    green.or_else(|| wanted.channels.iter().find_map(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{Channel, SampleType};
    use crate::samples::Window;

    fn header(names: &[&str]) -> Header {
        let channel = |name: &&str| Channel { name: (*name).to_owned(), kind: SampleType::Float };
        Header::new(Window { x1: 0, y1: 0, x2: 1, y2: 1 }, names.iter().map(channel).collect())
    }

    #[test]
    fn one_alpha_for_all() {
        let header = header(&["A", "B", "G", "R", "Z"]);
        let plan = Plan::new(&[&header], &Wanted::default());
        assert_eq!((plan.alphas, plan.channels), (1, vec![0; 3]));
        // In the order in which they are asked for.
        assert_eq!(plan.files[0].channels, [3, 2, 1, 0]);
        assert_eq!(plan.files[0].roles.alphas, [Some(3)]);
        assert_eq!(plan.files[0].roles.channels, [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn an_alpha_for_each_colour() {
        let coloured = header(&["AB", "AG", "AR", "B", "G", "R", "Z"]);
        let plain = header(&["A", "Z", "id"]);
        let wanted = Wanted { ids: &[("id", Pick::Largest)], ..Wanted::default() };
        let plan = Plan::new(&[&coloured, &plain], &wanted);
        // Without an A, green's stands in, and needs no alpha of its own.
        assert_eq!((plan.alphas, plan.channels), (3, vec![1, 0, 2]));
        assert_eq!(plan.files[0].channels, [5, 4, 3, 1, 2, 0]);
        assert_eq!(plan.files[0].roles.alphas, [Some(3), Some(4), Some(5)]);
        assert_eq!(plan.files[0].roles.ids, [None]);
        assert_eq!(plan.files[1].channels, [2, 0]);
        assert_eq!(plan.files[1].roles.alphas, [Some(1); 3]);
        assert_eq!(plan.files[1].roles.channels, [None; 3]);
    }

    #[test]
    fn layers_look_outwards() {
        let header = header(&["A", "Z", "fg.R", "fg.left.R"]);
        let wanted = Wanted { alpha: "fg.left.A", channels: &["fg.left.R", "fg.R"], ids: &[] };
        let plan = Plan::new(&[&header], &wanted);
        assert_eq!((plan.alphas, plan.channels), (1, vec![0; 2]));
        assert_eq!(plan.files[0].roles.alphas, [Some(2)]);
        let none = Plan::new(&[&self::header(&["R", "Z"])], &Wanted::default());
        assert_eq!(none.files[0].roles.alphas, [None]);
    }
}
