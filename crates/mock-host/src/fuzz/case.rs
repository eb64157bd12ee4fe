//! A case: which host, which effect, which steps.

use super::dice::Dice;
use crate::clip::ClipInfo;
use crate::effect::Effect;
use crate::error::HostError;
use crate::format::{Components, Context};
use crate::param::ParamInfo;
use serde::{Deserialize, Serialize};

/// What is in an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Small numbers that rise to the right.
    Ramp,
    /// Patches at several distances.
    Patches,
    /// All of it 0.
    Zero,
    /// All of it NaN.
    Nan,
    /// All of it infinite.
    Infinite,
    /// Numbers of any size and sign, infinities, NaN and subnormal ones among them.
    Wild,
}

/// An image: `bounds` and `rod` as x1, y1, x2, y2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// The pixels that are there.
    pub bounds: [i32; 4],
    /// The pixels that are defined.
    pub rod: [i32; 4],
    /// "rgba", "rgb" or "alpha".
    pub components: String,
    /// Width of a pixel relative to its height.
    pub par: f64,
    /// What the pixels hold.
    pub content: Content,
}

/// One thing that the host does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Feeds a clip.
    Connect(String, Shape),
    /// Takes its input away.
    Disconnect(String),
    /// Sets a parameter from text, as a user does.
    Set(String, String),
    /// Sets it as loading a project does.
    Load(String, String),
    /// Sets a key.
    Key(String, f64, String),
    /// Presses a button.
    Press(String),
    /// Asks regions and more at a time and a scale.
    Ask(f64, f64),
    /// Renders a window (x1, y1, x2, y2; nothing: all) at a time and a scale; stopped at a poll, if one is named. The last says whether
    /// it is a draft.
    Render(f64, f64, Option<[i32; 4]>, Option<u32>, bool),
    /// Asks for what a project saves.
    Save,
    /// Takes memory back.
    Purge,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The kind of host, by its profile's name.
    pub profile: String,
    /// The effect, by the last part of its identifier.
    pub effect: String,
    /// The context.
    pub context: Context,
    /// The project's format.
    pub format: [i32; 4],
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// What there is to choose from.
pub struct Facts {
    /// The profile's name.
    pub profile: String,
    /// The effect's short name.
    pub effect: String,
    /// Its contexts, with clips and parameters.
    pub contexts: Vec<(Context, Vec<ClipInfo>, Vec<ParamInfo>)>,
}

impl Facts {
    /// Of an effect in a host.
    pub fn of(profile: &str, effect: &Effect) -> Result<Self, HostError> {
        let contexts = effect.contexts().into_iter().map(|c| Ok((c, effect.clips(c)?, effect.params(c)?)));
        let contexts = contexts.collect::<Result<Vec<_>, HostError>>()?;
        Ok(Self { profile: profile.into(), effect: effect.short_name().into(), contexts })
    }
}

const NUMBERS: [&str; 18] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.5",
    "1e-300",
    "1e300",
    "-1e300",
    "1e9",
    "-1e9",
    "NaN",
    "inf",
    "-inf",
    "1e-45",
    "3.4e38",
    "2147483647",
    "1.7976931348623157e308",
    "100",
];
const WHOLE: [&str; 8] = ["0", "1", "-1", "2147483647", "-2147483648", "7", "100000", "65536"];
const TEXTS: [&str; 9] =
    ["", "/", "/nothing/there.exr", "####", "%04d%s%n", "a\\b", "\u{1f300}\u{301}é", "%099999d.exr", "../../.."];

impl Case {
    /// The case of this seed and number.
    pub fn random(facts: &Facts, seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed, number);
        let all = &facts.contexts;
        let at = dice.below(all.len());
        let (context, clips, params) = match all.get(at) {
            Some((context, clips, params)) => (*context, clips.as_slice(), params.as_slice()),
            None => (Context::Filter, [].as_slice(), [].as_slice()),
        };
        let (w, h) = (dice.between(1, 40), dice.between(1, 30));
        let (x, y) = if dice.once_in(3) { (dice.between(-50, 50), dice.between(-50, 50)) } else { (0, 0) };
        let format = [x, y, x + w, y + h];
        let mut steps = Vec::new();
        for clip in clips.iter().filter(|c| c.name != "Output") {
            if !clip.optional || dice.once_in(2) {
                steps.push(Step::Connect(clip.name.clone(), shape(&mut dice, clip, format)));
            }
        }
        for _ in 0..3 + dice.below(12) {
            steps.push(step(&mut dice, clips, params, format));
        }
        steps.push(render(&mut dice, format));
        Self { profile: facts.profile.clone(), effect: facts.effect.clone(), context, format, steps }
    }
}

fn shape(dice: &mut Dice, clip: &ClipInfo, format: [i32; 4]) -> Shape {
    let other = dice.once_in(4);
    let bounds = if other {
        let (x, y) = (dice.between(-40, 40), dice.between(-40, 40));
        [x, y, x + dice.between(1, 50), y + dice.between(1, 40)]
    } else {
        format
    };
    let rod = if dice.once_in(5) {
        let m = dice.between(0, 30);
        [bounds[0] - m, bounds[1] - m, bounds[2] + m, bounds[3] + m]
    } else {
        bounds
    };
    let known = |name: &&String| name.parse::<Components>().is_ok();
    let mut words: Vec<&String> = clip.components.iter().filter(known).collect();
    words.sort();
    let components = dice.pick(&words).map_or_else(|| "rgba".into(), |c| (*c).clone());
    let contents = [
        Content::Ramp,
        Content::Patches,
        Content::Patches,
        Content::Zero,
        Content::Nan,
        Content::Infinite,
        Content::Wild,
    ];
    let content = dice.pick(&contents).copied().unwrap_or(Content::Ramp);
    let par = if dice.once_in(6) { [0.5, 2.0, 1.0667][dice.below(3)] } else { 1.0 };
    Shape { bounds, rod, components, par, content }
}

fn number(dice: &mut Dice, param: &ParamInfo, i: usize) -> String {
    let of = |list: &[f64]| list.get(i).or(list.first()).copied().unwrap_or(0.0);
    let (low, high) = (of(&param.display_min), of(&param.display_max));
    match dice.below(4) {
        0 => NUMBERS[dice.below(NUMBERS.len())].into(),
        1 => format!("{}", if dice.once_in(2) { of(&param.min) } else { of(&param.max) }),
        _ => format!("{}", low + (high - low) * dice.share()),
    }
}

fn value(dice: &mut Dice, param: &ParamInfo) -> Option<String> {
    let count = match &param.default {
        serde_json::Value::Array(all) => all.len(),
        _ => 1,
    };
    Some(match param.kind.as_str() {
        "Boolean" => ["on", "off"][dice.below(2)].into(),
        "Choice" => dice.pick(&param.choices)?.clone(),
        "Integer" => WHOLE[dice.below(WHOLE.len())].into(),
        kind if kind.starts_with("Integer") => vec![WHOLE[dice.below(WHOLE.len())]; count].join(","),
        "String" | "Custom" => TEXTS[dice.below(TEXTS.len())].into(),
        kind if kind.starts_with("Double") || kind.starts_with("RGB") => {
            (0..count).map(|i| number(dice, param, i)).collect::<Vec<_>>().join(",")
        }
        _ => return None,
    })
}

fn step(dice: &mut Dice, clips: &[ClipInfo], params: &[ParamInfo], format: [i32; 4]) -> Step {
    let inputs: Vec<&ClipInfo> = clips.iter().filter(|c| c.name != "Output").collect();
    match dice.below(16) {
        0 => render(dice, format),
        1 => Step::Ask(time(dice), scale(dice)),
        2 => Step::Save,
        3 => Step::Purge,
        4 | 5 => match dice.pick(&inputs).copied() {
            Some(clip) if clip.optional && dice.once_in(3) => Step::Disconnect(clip.name.clone()),
            Some(clip) => Step::Connect(clip.name.clone(), shape(dice, clip, format)),
            None => Step::Save,
        },
        _ => {
            let Some(param) = dice.pick(params) else { return Step::Purge };
            let name = param.name.clone();
            match value(dice, param) {
                Some(value) if param.animates && dice.once_in(5) => Step::Key(name, time(dice), value),
                Some(value) if dice.once_in(3) => Step::Load(name, value),
                Some(value) => Step::Set(name, value),
                None if param.kind == "PushButton" => Step::Press(name),
                None => Step::Save,
            }
        }
    }
}

fn time(dice: &mut Dice) -> f64 {
    [1.0, 1.0, 2.0, 0.0, -3.0, 1.5, 1e7][dice.below(7)]
}

fn scale(dice: &mut Dice) -> f64 {
    [1.0, 1.0, 1.0, 0.5, 0.25, 2.0, 0.37][dice.below(7)]
}

fn render(dice: &mut Dice, format: [i32; 4]) -> Step {
    let scale = scale(dice);
    let window = (!dice.once_in(3)).then(|| {
        let at = |v: i32| (f64::from(v) * scale).floor() as i32;
        let (x, y) = (dice.between(at(format[0]) - 4, at(format[2])), dice.between(at(format[1]) - 4, at(format[3])));
        [x, y, x + dice.between(1, 40), y + dice.between(1, 30)]
    });
    let abort = dice.once_in(8).then(|| dice.below(6) as u32);
    Step::Render(time(dice), scale, window, abort, dice.once_in(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_case_for_ever_and_text_loses_nothing() {
        let clip = ClipInfo {
            name: "Source".into(),
            label: String::new(),
            optional: false,
            mask: false,
            components: vec!["rgba".into(), "alpha".into()],
        };
        let facts = || Facts {
            profile: "strict".into(),
            effect: "E".into(),
            contexts: vec![(Context::General, vec![clip.clone()], vec![])],
        };
        let mut different = std::collections::HashSet::new();
        for n in 0..50 {
            let case = Case::random(&facts(), 7, n);
            assert_eq!(case, Case::random(&facts(), 7, n));
            let text = serde_json::to_string(&case).unwrap();
            assert_eq!(case, serde_json::from_str(&text).unwrap());
            different.insert(text);
        }
        assert_eq!(different.len(), 50);
    }
}
