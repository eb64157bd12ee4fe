//! Which channels of a file make the picture.

use crate::error::nearest;
use crate::format::Components;

/// The channels that are wanted: `LAYER`, `LAYER.CHANNEL`, `CHANNEL`, or what is found by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick(Option<String>);

/// Channels of a file by number, in the order of the picture's components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What the picture has.
    pub components: Components,
    /// Which channel of the file each component is.
    pub channels: Vec<usize>,
}

impl Pick {
    /// Whatever shows a picture: RGBA, RGB, luminance, depth, or the only channel.
    pub fn auto() -> Self {
        Self(None)
    }

    /// A layer or a channel by name.
    pub fn named(name: &str) -> Self {
        Self(Some(name.into()))
    }

    /// The channels to read, of a file's full names (`part.layer.channel`).
    ///
    /// By itself: R, G, B(, A) without layer; else those of the only layer that has them; else Y; else Z or a layer's Z; else
    /// the only channel.
    pub fn select(&self, names: &[String]) -> Result<Selection, String> {
        match &self.0 {
            None => automatic(names),
            Some(wanted) => named(names, wanted),
        }
    }
}

fn find(names: &[String], wanted: &str) -> Option<usize> {
    names.iter().position(|n| n == wanted).or_else(|| names.iter().position(|n| n.eq_ignore_ascii_case(wanted)))
}

/// R, G, B and perhaps A below a prefix (which ends in a dot or is empty).
fn colour(names: &[String], prefix: &str) -> Option<Selection> {
    let one = |c: &str| {
        let words: &[&str] = match c {
            "R" => &["R", "red"],
            "G" => &["G", "green"],
            "B" => &["B", "blue"],
            _ => &["A", "alpha"],
        };
        words.iter().find_map(|w| find(names, &format!("{prefix}{w}")))
    };
    let mut channels = vec![one("R")?, one("G")?, one("B")?];
    let components = match one("A") {
        Some(a) => {
            channels.push(a);
            Components::Rgba
        }
        None => Components::Rgb,
    };
    Some(Selection { components, channels })
}

fn single(channel: usize) -> Selection {
    Selection { components: Components::Alpha, channels: vec![channel] }
}

/// The layers of names, with the dot.
fn layers(names: &[String]) -> Vec<&str> {
    let mut layers: Vec<_> = names.iter().filter_map(|n| n.rfind('.').map(|i| &n[..=i])).collect();
    layers.sort_unstable();
    layers.dedup();
    layers
}

fn automatic(names: &[String]) -> Result<Selection, String> {
    if let Some(found) = colour(names, "") {
        return Ok(found);
    }
    let coloured: Vec<_> = layers(names).into_iter().filter_map(|l| colour(names, l)).collect();
    if let [only] = coloured.as_slice() {
        return Ok(only.clone());
    }
    let last = |n: &str| n.rsplit('.').next().unwrap_or_default().to_string();
    for word in ["Y", "Z", "depth"] {
        let found: Vec<_> = (0..names.len()).filter(|&i| last(&names[i]).eq_ignore_ascii_case(word)).collect();
        if let [only] = found.as_slice() {
            return Ok(single(*only));
        }
    }
    match names {
        [_] => Ok(single(0)),
        _ => Err(format!("name one of its channels or layers: {}", list(names))),
    }
}

fn named(names: &[String], wanted: &str) -> Result<Selection, String> {
    if let Some(i) = find(names, wanted) {
        return Ok(single(i));
    }
    let wanted_layer = format!("{wanted}.");
    if let Some(found) =
        layers(names).into_iter().find(|l| l.eq_ignore_ascii_case(&wanted_layer)).and_then(|l| colour(names, l))
    {
        return Ok(found);
    }
    let below: Vec<_> = (0..names.len())
        .filter(|&i| {
            let name = &names[i];
            name.is_char_boundary(wanted_layer.len().min(name.len()))
                && name.len() > wanted_layer.len()
                && name[..wanted_layer.len()].eq_ignore_ascii_case(&wanted_layer)
        })
        .collect();
    // A file of several parts writes `part.layer.channel`; the layer or channel alone is enough if only one part has it.
    let ending: Vec<_> = (0..names.len())
        .filter(|&i| names[i].to_lowercase().ends_with(&format!(".{}", wanted.to_lowercase())))
        .collect();
    match (below.as_slice(), ending.as_slice()) {
        ([one], _) | ([], [one]) => Ok(single(*one)),
        ([_, ..], _) => Err(format!(
            "'{wanted}' has no RGB; name one of its channels: {}",
            list(&below.iter().map(|&i| names[i].clone()).collect::<Vec<_>>())
        )),
        _ => {
            let near = nearest(wanted, names.iter().map(String::as_str))
                .map(|n| format!("; the nearest is '{n}'"))
                .unwrap_or_default();
            Err(format!("has no channel or layer '{wanted}'{near} (it has {})", list(names)))
        }
    }
}

fn list(names: &[String]) -> String {
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|s| (*s).to_string()).collect()
    }

    fn pick(list: &[&str], wanted: Option<&str>) -> Result<Vec<usize>, String> {
        let pick = wanted.map_or(Pick::auto(), Pick::named);
        pick.select(&names(list)).map(|s| s.channels)
    }

    #[test]
    fn pictures_are_found() {
        assert_eq!(pick(&["A", "B", "G", "R", "Z"], None), Ok(vec![3, 2, 1, 0]));
        assert_eq!(pick(&["B", "G", "R", "depth.Z"], None), Ok(vec![2, 1, 0]));
        assert_eq!(pick(&["Z"], None), Ok(vec![0]));
        assert_eq!(pick(&["depth.Z"], None), Ok(vec![0]));
        assert_eq!(pick(&["beauty.B", "beauty.G", "beauty.R", "id.X"], None), Ok(vec![2, 1, 0]));
        assert_eq!(pick(&["mist"], None), Ok(vec![0]));
        assert!(pick(&["id.X", "mist.V"], None).unwrap_err().contains("id.X, mist.V"));
    }

    #[test]
    fn channels_and_layers_are_picked() {
        let file = ["A", "B", "G", "R", "depth.Z", "fog.B", "fog.G", "fog.R", "uv.u", "uv.v"];
        assert_eq!(pick(&file, Some("depth.Z")), Ok(vec![4]));
        assert_eq!(pick(&file, Some("depth")), Ok(vec![4]));
        assert_eq!(pick(&file, Some("z")), Ok(vec![4]));
        assert_eq!(pick(&file, Some("fog")), Ok(vec![7, 6, 5]));
        assert_eq!(pick(&file, Some("G")), Ok(vec![2]));
        assert!(pick(&file, Some("uv")).unwrap_err().contains("uv.u, uv.v"));
        assert!(pick(&file, Some("dept")).unwrap_err().contains("nearest is 'depth.Z'"));
    }
}
