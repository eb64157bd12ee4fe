//! What only DepthGrade has, through the real library: a curve that hosts draw or five numbers, CDL files, picked borders.

mod common;

use common::deep::Folder;
use common::{Session, beauty, depth, same_bits};
use mock_host::*;

const SIZE: RectI = RectI::sized(72, 48);

fn session(profile: Profile) -> Session {
    Session::at_work(profile, "DepthGrade", Context::Filter, (SIZE.x2, SIZE.y2))
}

fn frame(s: &Session) -> Picture {
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    s.render(&RenderRequest::at(1.0))
}

fn has(s: &Session, name: &str) -> bool {
    s.instance.params().iter().any(|p| p.name == name)
}

fn doubles(s: &Session, name: &str) -> Vec<f64> {
    match s.instance.get(name).unwrap() {
        ParamValue::Double(v) => v,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn hosts_that_draw_curves_get_one_and_others_five_numbers() {
    for profile in Profile::all().into_iter().filter(|p| p.depths.contains(&Depth::Float)) {
        let name = profile.profile_name;
        let draws = ["strict-1.5.1", "plain", "natron", "nuke"].contains(&name);
        let s = session(profile);
        assert_eq!((has(&s, "depthCurve"), has(&s, "curveAmount3")), (draws, !draws), "{name}");
        let only = [("masterExposure", "1"), ("nearExposure", "0"), ("farSaturation", "1"), ("depthEdges", "4")];
        for (param, value) in only.into_iter().chain([("useCurve", "on"), ("curveNear", "1"), ("curveFar", "11")]) {
            s.instance.set(param, value).unwrap();
        }
        let ramp = frame(&s);
        // A hill: what lies at 6 m counts, and neither end.
        if draws {
            s.instance.set("depthCurve", "0:0, 0.5:1, 1:0").unwrap();
        } else {
            for (i, v) in [0.0, 0.5, 1.0, 0.5, 0.0].into_iter().enumerate() {
                s.instance.set(&format!("curveAmount{}", i + 1), v).unwrap();
            }
        }
        let hill = frame(&s);
        assert!(!same_bits(&ramp, &hill), "{name}");
        // At 25 m all counts on the ramp, and nothing on the hill.
        let gained = |p: &Picture, x, y| p.get(x, y).unwrap()[1] / beauty(SIZE).get(x, y).unwrap()[1];
        let far = (0..SIZE.x2).find(|x| depth(SIZE).get(*x, 20).unwrap()[0] == 25.0).unwrap() + 5;
        assert!((gained(&ramp, far, 20) - 2.0).abs() < 1e-5, "{name}: {}", gained(&ramp, far, 20));
        assert!((gained(&hill, far, 20) - 1.0).abs() < 1e-6, "{name}");
        s.assert_clean(name);
    }
}

#[test]
fn a_straight_curve_is_the_same_in_every_host() {
    let render = |profile| {
        let s = session(profile);
        s.instance.set("useCurve", "on").unwrap();
        frame(&s)
    };
    let (curve, numbers) = (render(Profile::natron()), render(Profile::runner()));
    assert!(common::difference(&curve, &numbers) < 1e-6);
}

const CCC: &str = "<ColorCorrectionCollection xmlns=\"urn:ASC:CDL:v1.01\">\
    <ColorCorrection id=\"day\"><SOPNode><Slope>1.2 1 0.9</Slope><Offset>0.01 0 0</Offset><Power>1 1.1 1</Power></SOPNode>\
    <SatNode><Saturation>0.8</Saturation></SatNode></ColorCorrection>\
    <ColorCorrection id=\"night\"><SOPNode><Slope>0.1 0.2 0.4</Slope><Offset>0 0 0</Offset><Power>1 1 1</Power></SOPNode>\
    </ColorCorrection></ColorCorrectionCollection>";

#[test]
fn a_cdl_file_becomes_values_that_projects_keep() {
    let folder = Folder::new();
    std::fs::write(folder.path("shot.ccc"), CCC).unwrap();
    let s = session(Profile::strict());
    let before = frame(&s);
    s.host.take_report();
    s.instance.set("farCdlFile", folder.file("shot.ccc")).unwrap();
    assert_eq!(doubles(&s, "farSlope"), [1.2, 1.0, 0.9]);
    assert_eq!((doubles(&s, "farPower"), doubles(&s, "farSaturation")), (vec![1.0, 1.1, 1.0], vec![0.8]));
    assert!(s.text("cdlReport").contains("correction 'day'"), "{}", s.text("cdlReport"));
    assert_eq!(s.host.take_report().undo_steps, 1);
    s.instance.set("farCdlId", "night").unwrap();
    assert_eq!((doubles(&s, "farSlope"), doubles(&s, "farSaturation")), (vec![0.1, 0.2, 0.4], vec![1.0]));
    let after = frame(&s);
    assert!(!same_bits(&before, &after));
    // Another machine opens the project, without the file.
    let saved = s.instance.save().unwrap();
    s.assert_clean("loading");
    drop(folder);
    let other = session(Profile::strict());
    for (name, value) in saved {
        other
            .instance
            .load_value(&name, value)
            .or_else(|e| if matches!(e, HostError::Value { .. }) { Ok(()) } else { Err(e) })
            .unwrap();
    }
    assert!(same_bits(&frame(&other), &after));
    assert_eq!(other.host.messages(), []);
    other.assert_clean("another machine");
}

#[test]
fn a_cdl_file_that_cannot_be_read_is_told_and_changes_nothing() {
    let folder = Folder::new();
    std::fs::write(folder.path("cut.cc"), &CCC[..120]).unwrap();
    for profile in [Profile::strict(), Profile::resolve(), Profile::runner()] {
        let name = profile.profile_name;
        let s = session(profile);
        let before = frame(&s);
        for (file, why) in [("cut.cc", "damaged"), ("gone.cc", "does not exist")] {
            s.host.take_report();
            s.instance.set("nearCdlFile", folder.file(file)).unwrap();
            let told: Vec<String> = s.host.messages().into_iter().map(|m| m.text).collect();
            assert!(told.len() == 1 && told[0].contains(file) && told[0].contains(why), "{name}: {told:?}");
            assert_eq!(s.text("cdlReport"), told[0], "{name}");
        }
        assert!(same_bits(&frame(&s), &before), "{name}");
        s.assert_clean(name);
    }
}

#[test]
fn the_button_writes_and_never_over_a_file_unasked() {
    let folder = Folder::new();
    let s = session(Profile::strict());
    s.instance.set("cdlOutput", folder.file("out.cdl")).unwrap();
    assert!(!folder.path("out.cdl").exists(), "choosing a name writes nothing");
    s.instance.press("cdlWrite").unwrap();
    let first = std::fs::read_to_string(folder.path("out.cdl")).unwrap();
    assert!(first.contains("id=\"near\"") && first.contains("<Slope>2 2 2</Slope>"), "{first}");
    assert_eq!(s.host.messages(), []);
    s.instance.set("nearExposure", 2.0).unwrap();
    s.instance.press("cdlWrite").unwrap();
    assert!(s.host.messages()[0].text.contains("exists already"));
    assert_eq!(std::fs::read_to_string(folder.path("out.cdl")).unwrap(), first);
    s.instance.set("cdlReplace", true).unwrap();
    s.instance.press("cdlWrite").unwrap();
    assert!(std::fs::read_to_string(folder.path("out.cdl")).unwrap().contains("<Slope>4 4 4</Slope>"));
    // It can be read where it was written.
    s.instance.set("masterCdlFile", folder.file("out.cdl")).unwrap();
    assert_eq!(doubles(&s, "masterSlope"), [4.0; 3]);
    s.assert_clean("writing");
}

#[test]
fn picked_borders_are_the_same_in_every_tile() {
    let s = session(Profile::strict());
    for (name, value) in [("nearEndMode", "Pick point"), ("nearEndPoint", "38, 20"), ("output", "Zone mattes")] {
        s.instance.set(name, value).unwrap();
    }
    let whole = frame(&s);
    for y in (0..SIZE.y2).step_by(9) {
        let window = RectI::new(0, y, SIZE.x2, (y + 9).min(SIZE.y2));
        let band = s.render(&RenderRequest::at(1.0).window(window));
        for y in window.y1..window.y2 {
            for x in 0..SIZE.x2 {
                assert_eq!(band.get(x, y), whole.get(x, y), "{x}, {y}");
            }
        }
    }
    s.assert_clean("bands");
}
