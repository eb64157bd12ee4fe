//! CDL files: all three kinds, older words, damage, choice by id and number, and grades written and read again.

use super::*;
use crate::effect::Effect;
use crate::effects::depthgrade::DepthGrade;
use crate::params::Values;
use crate::testing::{Random, run_row};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("fathom-cdl-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn text(values: Values, name: &str, text: &str) -> Values {
    values.set(name, Value::Text(text.into()))
}

const CC: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ColorCorrection id="shot 10">
  <SOPNode>
    <Description>day &amp; night</Description>
    <Slope>1.35 1.1 0.071</Slope>
    <Offset>0.05 -0.23 0.11</Offset>
    <Power>0.93 8.1e-1
       1.27</Power>
  </SOPNode>
  <SatNode><Saturation>1.23</Saturation></SatNode>
</ColorCorrection>"#;

const CCC: &str = r#"<ColorCorrectionCollection xmlns="urn:ASC:CDL:v1.2">
  <ColorCorrection id="a"><SOPNode><Slope>2 2 2</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode></ColorCorrection>
  <ColorCorrection id="b"><SatNode><Saturation>0.5</Saturation></SatNode></ColorCorrection>
</ColorCorrectionCollection>"#;

const CDL: &str = r#"<cdl:ColorDecisionList xmlns:cdl="urn:ASC:CDL:v1.01"><cdl:ColorDecision><!-- one -->
  <cdl:ColorCorrection><cdl:ASC_SOP><cdl:Slope>1 2 3</cdl:Slope><cdl:Offset>4 5 6</cdl:Offset><cdl:Power>7 8 9</cdl:Power></cdl:ASC_SOP>
  <cdl:ASC_SAT><cdl:Saturation>0</cdl:Saturation></cdl:ASC_SAT></cdl:ColorCorrection></cdl:ColorDecision></cdl:ColorDecisionList>"#;

#[test]
fn all_three_kinds_are_read() {
    let one = &read::parse(CC).unwrap()[0];
    assert_eq!((one.id.as_str(), one.slope, one.saturation), ("shot 10", [1.35, 1.1, 0.071], 1.23));
    assert_eq!((one.offset, one.power), ([0.05, -0.23, 0.11], [0.93, 0.81, 1.27]));
    let two = read::parse(CCC).unwrap();
    assert_eq!((two[0].slope, two[0].saturation), ([2.0; 3], 1.0));
    assert_eq!((two[1].slope, two[1].power, two[1].saturation), ([1.0; 3], [1.0; 3], 0.5));
    let old = &read::parse(CDL).unwrap()[0];
    assert_eq!((old.slope, old.offset, old.power), ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]));
    assert_eq!((old.saturation, old.id.as_str()), (0.0, ""));
    assert_eq!(read::parse(&format!("\u{feff}{CC}")).unwrap().len(), 1);
}

#[test]
fn damage_is_told_with_the_files_name() {
    let folder = Folder::new();
    let cases: [(&str, &[u8], &str); 12] = [
        ("cut.cc", &CC.as_bytes()[..200], "damaged"),
        ("empty.cc", b"", "damaged"),
        ("other.cc", b"<html><body/></html>", "begins with <html>"),
        ("none.ccc", b"<ColorCorrectionCollection/>", "no colour correction"),
        ("bare.cc", b"<ColorCorrection/>", "neither a SOPNode nor a SatNode"),
        ("two.cc", b"<ColorCorrection><SOPNode><Slope>1 1</Slope></SOPNode></ColorCorrection>", "Slope is '1 1'"),
        ("lacks.cc", b"<ColorCorrection><SOPNode><Slope>1 1 1</Slope></SOPNode></ColorCorrection>", "no Offset"),
        (
            "nan.cc",
            b"<ColorCorrection><SatNode><Saturation>nan</Saturation></SatNode></ColorCorrection>",
            "Saturation is 'nan'",
        ),
        (
            "minus.cc",
            b"<ColorCorrection><SatNode><Saturation>-1</Saturation></SatNode></ColorCorrection>",
            "out of range",
        ),
        ("latin.cc", b"<ColorCorrection id=\"\xe9\"/>", "not UTF-8"),
        ("bomb.cc", b"<!DOCTYPE a [<!ENTITY b \"c\">]><ColorCorrection/>", "damaged"),
        ("deep.cc", &[b'<'; 100_000], "damaged"),
    ];
    for (name, bytes, why) in cases {
        let path = folder.write(name, bytes);
        let problem = read::load(Path::new(&path)).unwrap_err();
        assert!(problem.contains(&path) && problem.contains(why), "{problem}");
    }
    let missing = read::load(Path::new(&folder.path("gone.cc"))).unwrap_err();
    assert!(missing.contains("gone.cc does not exist"), "{missing}");
    assert!(read::load(&folder.0).unwrap_err().contains("not a file"));
    // Every cut of a good file, and random bytes in it: an answer, never a panic.
    for end in 0..CC.len() {
        let _ = read::parse(&CC[..end]);
    }
    let mut r = Random::new(3);
    for _ in 0..2000 {
        let mut bytes = CCC.as_bytes().to_vec();
        for _ in 0..4 {
            let i = r.bits() as usize % bytes.len();
            bytes[i] = r.bits() as u8;
        }
        let _ = String::from_utf8(bytes).map(|text| read::parse(&text));
    }
}

#[test]
fn nesting_without_end_is_an_error() {
    let text = "<ColorCorrectionCollection>".repeat(20_000);
    assert!(read::parse(&text).is_err());
}

#[test]
fn corrections_are_chosen_by_id_or_number() {
    let pick = |wanted: &str| read::choose(read::parse(CCC).unwrap(), wanted, "x.ccc").map(|c| c.id);
    assert_eq!(pick(""), Ok("a".into()));
    assert_eq!(pick("b"), Ok("b".into()));
    assert_eq!(pick("2"), Ok("b".into()));
    for wrong in ["0", "3", "c", "-1"] {
        let problem = pick(wrong).unwrap_err();
        assert!(problem.contains("x.ccc has no correction") && problem.contains("a, b"), "{problem}");
    }
}

/// The values that a change sets.
fn set(reaction: &Reaction, name: &str) -> Option<Value> {
    reaction.values.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
}

#[test]
fn choosing_a_file_takes_its_numbers_over() {
    let folder = Folder::new();
    let file = folder.write("shot.ccc", CCC);
    let v = text(Values::default(), "midCdlFile", &file);
    for trigger in ["midCdlFile", "midCdlId", "midCdlLoad"] {
        let got = DepthGrade.changed(&v, trigger).unwrap();
        assert_eq!((got.problem.clone(), set(&got, "midSlope")), (None, Some(Value::Colour([2.0, 2.0, 2.0, 1.0]))));
        assert_eq!((set(&got, "midSaturation"), set(&got, "nearSlope")), (Some(Value::Double(1.0)), None));
        assert_eq!(set(&got, REPORT), Some(Value::Text(format!("Mid: read from {file}, correction 'a'."))));
    }
    let b = DepthGrade.changed(&text(v.clone(), "midCdlId", "b"), "midCdlId").unwrap();
    assert_eq!(set(&b, "midSaturation"), Some(Value::Double(0.5)));
    // What is wrong leaves the grade alone.
    let wrong = DepthGrade.changed(&text(v.clone(), "midCdlId", "z"), "midCdlId").unwrap();
    assert!(wrong.problem.is_some() && set(&wrong, "midSlope").is_none() && set(&wrong, REPORT).is_some());
    let none = DepthGrade.changed(&Values::default(), "farCdlLoad").unwrap();
    assert!(none.problem.unwrap().starts_with("Far: choose a CDL file"));
    // Other parameters are nobody's business, nor is a file that was taken away.
    assert_eq!(DepthGrade.changed(&v, "midSlope"), None);
    assert_eq!(DepthGrade.changed(&text(v, "midCdlFile", " "), "midCdlFile"), None);
}

/// A grade as a CDL file and back, as parameters of the near zone.
fn round_trip(v: &Values, file: &str) -> Values {
    let out = text(v.clone(), "cdlOutput", file).int("cdlGrades", 1);
    let wrote = DepthGrade.changed(&out, "cdlWrite").unwrap();
    assert_eq!(wrote.problem, None);
    let read = DepthGrade.changed(&text(Values::default(), "nearCdlFile", file), "nearCdlLoad").unwrap();
    assert_eq!(read.problem, None);
    Values(read.values)
}

#[test]
fn written_grades_are_the_same_grades() {
    let folder = Folder::new();
    let mut r = Random::new(11);
    for i in 0..60 {
        let three = |r: &mut Random, low, high| {
            let [a, b, c] = [(); 3].map(|()| r.between(low, high));
            Value::Colour([a, b, c, 1.0])
        };
        let log = i % 3 == 0;
        let mut v = Values::default()
            .set("nearLift", three(&mut r, -0.05, 0.05))
            .set("nearGain", three(&mut r, 0.7, 1.5))
            .set("nearOffset", three(&mut r, -0.02, 0.05))
            .set("nearSlope", three(&mut r, 0.8, 1.2))
            .double("nearSaturation", r.between(0.0, 2.0))
            .double("nearContrast", r.between(0.7, 1.4))
            .int("gradeSpace", i32::from(log));
        if !log {
            v = v.set("nearGamma", three(&mut r, 0.7, 1.4)).set("nearPower", three(&mut r, 0.8, 1.3));
            v = v.double("nearExposure", r.between(-1.0, 1.0)).double("nearTemperature", r.between(-1.0, 1.0));
        }
        let file = folder.path(&format!("{i}.{}", ["cc", "ccc", "cdl"][i % 3]));
        let back = round_trip(&v, &file).int("gradeSpace", i32::from(log));
        for _ in 0..20 {
            let c = [(); 4].map(|()| r.between(0.1, 3.0) as f32);
            let (a, b) = (run_row(&DepthGrade, &v, &[1.0], &[c])[0], run_row(&DepthGrade, &back, &[1.0], &[c])[0]);
            for (a, b) in a.iter().zip(b) {
                assert!((a - b).abs() <= 2e-5 * a.abs().max(1.0), "{c:?}: {a} is not {b} in {v:?}");
            }
        }
    }
}

#[test]
fn a_plain_cdl_is_written_to_the_last_digit() {
    let folder = Folder::new();
    let v = Values(
        DepthGrade
            .changed(&text(Values::default(), "nearCdlFile", &folder.write("in.cc", CC)), "nearCdlFile")
            .unwrap()
            .values,
    );
    let again = round_trip(&v, &folder.path("out.cc"));
    for name in ["nearSlope", "nearOffset", "nearPower", "nearSaturation"] {
        assert_eq!(again.value(name), v.value(name), "{name}");
    }
}

#[test]
fn nothing_is_written_over_unless_the_artist_says_so() {
    let folder = Folder::new();
    let file = folder.write("mine.ccc", "precious");
    let v = text(Values::default(), "cdlOutput", &file);
    let kept = DepthGrade.changed(&v, "cdlWrite").unwrap();
    assert!(kept.problem.unwrap().contains("mine.ccc exists already"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    let written = DepthGrade.changed(&v.clone().set("cdlReplace", Value::Bool(true)), "cdlWrite").unwrap();
    assert_eq!(written.problem, None);
    let ids: Vec<String> = read::load(Path::new(&file)).unwrap().into_iter().map(|c| c.id).collect();
    assert_eq!(ids, ["near", "mid", "far", "master"]);
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "nothing is left beside it");
    // Choosing a name writes nothing; neither does a name of another kind, or one without a folder.
    assert_eq!(DepthGrade.changed(&v, "cdlOutput"), None);
    let problem = |name: &str| {
        let v = text(Values::default(), "cdlOutput", &folder.path(name));
        DepthGrade.changed(&v, "cdlWrite").unwrap().problem.unwrap()
    };
    assert!(problem("a.txt").contains("ends in .cc, .ccc or .cdl"));
    assert!(problem("a.cc").contains("holds one grade"));
    assert!(problem("no/where/a.ccc").contains("cannot be written"));
    assert!(DepthGrade.changed(&Values::default(), "cdlWrite").unwrap().problem.is_some());
}

#[test]
fn what_a_cdl_cannot_hold_is_said() {
    let folder = Folder::new();
    let write = |v: Values, name: &str| {
        DepthGrade.changed(&text(v, "cdlOutput", &folder.path(name)).int("cdlGrades", 2), "cdlWrite").unwrap()
    };
    let said = |reaction: Reaction| match set(&reaction, REPORT) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    };
    let mix = Values::default().double("midMix", 0.5).double("luminanceMix", 0.3);
    let report = said(write(mix, "a.cc"));
    assert!(report.contains("mix of mid, luminance mix") && report.contains("Written to"), "{report}");
    let log = Values::default().int("gradeSpace", 1).double("midExposure", 1.0).double("midContrast", 1.2);
    let log = said(write(log.set("midGamma", Value::Colour([2.0, 1.0, 1.0, 1.0])), "b.cc"));
    assert!(log.contains("exposure, temperature and tint") && log.contains("contrast"), "{log}");
    let negative = Values::default().set("midGain", Value::Colour([-1.0, 1.0, 1.0, 1.0]));
    assert!(write(negative, "c.cc").problem.is_some());
    assert!(write(Values::default().double("midContrast", 0.0), "d.cc").problem.is_some());
    assert!(!Path::new(&folder.path("c.cc")).exists() && !Path::new(&folder.path("d.cc")).exists());
}

/// Damaged text is read or refused, never the end of the program: pieces left out, repeated, exchanged, numbers of any kind.
#[test]
fn no_text_does_harm() {
    let good = "<?xml version=\"1.0\"?><ColorDecisionList><ColorDecision><ColorCorrection id=\"a\"><SOPNode><Slope>1 1.1 0.9</Slope>\
        <Offset>0 0.01 0</Offset><Power>1 1 1</Power></SOPNode><SatNode><Saturation>0.8</Saturation></SatNode></ColorCorrection>\
        </ColorDecision></ColorDecisionList>";
    let words =
        ["NaN", "-inf", "1e999", "<Slope>", "</SOPNode>", "&amp;", "&#0;", "<!--", "]]>", "\u{feff}", "<a>", "0x1"];
    let mut random = Random::new(97);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..4000 {
        let mut text: Vec<char> = good.chars().collect();
        for _ in 0..1 + random.bits() % 3 {
            let (a, b) = (random.bits() as usize % text.len(), random.bits() as usize % text.len());
            let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 40));
            match random.bits() % 3 {
                0 => drop(text.drain(from..to)),
                1 => drop(text.splice(from..to, random.pick(&words).chars())),
                _ => text[from] = random.pick(&['<', '>', '"', '7', '-', ' ', '\0', '\u{1f300}']),
            }
            if text.is_empty() {
                break;
            }
        }
        match read::parse(&text.into_iter().collect::<String>()) {
            Ok(all) => read += usize::from(!all.is_empty()),
            Err(why) => refused += usize::from(!why.is_empty()),
        }
    }
    assert_eq!(read + refused, 4000);
    assert!(read > 10 && refused > 100, "{read} read, {refused} refused");
}
