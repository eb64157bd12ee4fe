//! Every effect and output against pictures that were looked at once. `FATHOM_BLESS=1 cargo test --test golden` renders them anew.

mod common;

use common::{Session, data};
use mock_host::media::{Pick, read_exr, write_exr, write_png};
use mock_host::*;
use std::path::PathBuf;

type Setting = (&'static str, &'static str);

struct Golden {
    name: &'static str,
    effect: &'static str,
    scene: &'static str,
    window: RectI,
    settings: &'static [Setting],
}

const HEAD: RectI = RectI::new(60, 40, 188, 136);
const SIGN: RectI = RectI::new(130, 130, 258, 226);
const BOARD: RectI = RectI::new(240, 100, 432, 244);
const NIGHT: RectI = RectI::new(240, 120, 496, 264);
const CORNER: RectI = RectI::new(440, 190, 640, 350);
const LAMPS: RectI = RectI::new(260, 150, 388, 246);

/// Lamps behind the focus.
const FOCUS: Setting = ("focusDistance", "3");
const SIZE: Setting = ("sizeAtInfinity", "14");

/// A star with five points, brighter at its rim, warm at the left and cold at the right.
fn star() -> Picture {
    Picture::from_fn(RectI::sized(96, 80), Components::Rgba, |x, y| {
        let (dx, dy) = ((x as f32 - 47.5) / 40.0, (y as f32 - 39.5) / 40.0);
        let (radius, turn) = (dx.hypot(dy), (dy.atan2(dx) * 5.0 / std::f32::consts::TAU - 1.25).rem_euclid(1.0));
        let edge = radius / (1.0 - 1.1 * (turn - 0.5).abs().min(0.5) * 1.0).max(0.2);
        let v = if edge < 1.0 { 0.4 + 0.6 * edge * edge } else { 0.0 };
        [v * (1.0 - 0.5 * dx), v * 0.9, v * (1.0 + 0.5 * dx), 1.0]
    })
}

fn all() -> Vec<Golden> {
    let golden = |name, effect, scene, window, settings| Golden { name, effect, scene, window, settings };
    vec![
        golden("zdefocus_chess", "ZDefocus", "chess", HEAD, &[("focusDistance", "2.2"), ("sizeAtInfinity", "20")]),
        golden("zdefocus_fence", "ZDefocus", "fence", SIGN, &[("focusDistance", "7.9"), ("sizeAtInfinity", "3.1")]),
        golden(
            "zdefocus_bokeh",
            "ZDefocus",
            "bokeh",
            LAMPS,
            &[("focusDistance", "30"), ("sizeAtInfinity", "3"), ("bokehShape", "Blades"), ("quality", "Draft")],
        ),
        golden("zdefocus_overlay", "ZDefocus", "chess", HEAD, &[("focusDistance", "3"), ("output", "Focus overlay")]),
        golden("zdefocus_coc", "ZDefocus", "chess", HEAD, &[("focusDistance", "3"), ("output", "Circle of confusion")]),
        golden("zdefocus_ring", "ZDefocus", "bokeh", NIGHT, &[FOCUS, SIZE, ("ring", "0.8"), ("axialColour", "0.5")]),
        golden("zdefocus_cats_eye", "ZDefocus", "bokeh", CORNER, &[FOCUS, SIZE, ("catsEye", "1")]),
        golden(
            "zdefocus_anamorphic",
            "ZDefocus",
            "bokeh",
            NIGHT,
            &[FOCUS, SIZE, ("anamorphicPreset", "2"), ("catadioptric", "0.3"), ("softness", "0.15")],
        ),
        golden(
            "zdefocus_round_blades",
            "ZDefocus",
            "bokeh",
            NIGHT,
            &[
                FOCUS,
                SIZE,
                ("bokehShape", "Blades"),
                ("bladeCurvature", "0.5"),
                ("bokehRotation", "15"),
                ("bokehNoise", "0.5"),
            ],
        ),
        golden("zdefocus_image", "ZDefocus", "bokeh", NIGHT, &[FOCUS, SIZE, ("bokehShape", "Image")]),
        golden(
            "zdefocus_shape",
            "ZDefocus",
            "bokeh",
            RectI::new(0, 60, 640, 300),
            &[("output", "Bokeh"), ("ring", "0.8"), ("bokehShape", "Blades"), ("blades", "5"), ("catsEye", "0.6")],
        ),
        golden("zdefocus_matte", "ZDefocus", "chess", HEAD, &[("focusDistance", "2.2"), ("output", "Matte")]),
        golden("depthfog_result", "DepthFog", "chess", HEAD, &[("visibility", "20"), ("fogStart", "2")]),
        golden(
            "depthfog_squared",
            "DepthFog",
            "chess",
            HEAD,
            &[("visibility", "20"), ("fogModel", "Exponential squared")],
        ),
        golden(
            "depthfog_layers",
            "DepthFog",
            "chess",
            BOARD,
            &[
                ("fogModel", "None"),
                ("layer1On", "1"),
                ("layer1Near", "2"),
                ("layer1Far", "4"),
                ("layer1Density", "0.3"),
                ("layer1Colour", "0.7,0.2,0.1"),
                ("layer2On", "1"),
                ("layer2Near", "6"),
                ("layer2Far", "12"),
                ("layer2Density", "0.1"),
                ("layer2Colour", "0.1,0.3,0.8"),
                ("extinctionTint", "1.2,1,0.8"),
            ],
        ),
        golden(
            "depthfog_height",
            "DepthFog",
            "chess",
            BOARD,
            &[
                ("visibility", "80"),
                ("heightFog", "1"),
                ("heightFalloff", "0.4"),
                ("heightDensity", "0.35"),
                ("heightColour", "0.8,0.75,0.7"),
                ("cameraHeight", "1.2"),
                ("cameraPitch", "-6"),
                ("fieldOfView", "39.6"),
            ],
        ),
        golden(
            "depthfog_noise",
            "DepthFog",
            "chess",
            BOARD,
            &[
                ("visibility", "15"),
                ("noiseAmount", "1"),
                ("noiseScale", "2"),
                ("noiseEvolve", "0.3"),
                ("cameraHeight", "1.2"),
                ("cameraPitch", "-6"),
                ("fieldOfView", "39.6"),
            ],
        ),
        golden(
            "depthfog_rays",
            "DepthFog",
            "fence",
            SIGN,
            &[
                ("visibility", "25"),
                ("rays", "1.5"),
                ("sunGlow", "0.3"),
                ("sunPosition", "300,300"),
                ("fieldOfView", "39.6"),
            ],
        ),
        golden(
            "depthfog_scatter",
            "DepthFog",
            "fence",
            SIGN,
            &[("visibility", "25"), ("scatterBlur", "12"), ("desaturate", "0.5")],
        ),
        golden("depthfog_removed", "DepthFog", "chess", HEAD, &[("visibility", "60"), ("density", "-1")]),
        golden("depthfog_element", "DepthFog", "chess", HEAD, &[("visibility", "20"), ("output", "Fog element")]),
        golden(
            "depthgrade_result",
            "DepthGrade",
            "chess",
            HEAD,
            &[
                ("nearEnd", "3"),
                ("farStart", "6"),
                ("nearExposure", "1"),
                ("midLift", "0.1,0,0"),
                ("farGamma", "1.5,1,0.7"),
                ("masterSaturation", "0.6"),
            ],
        ),
        golden(
            "depthgrade_mattes",
            "DepthGrade",
            "chess",
            HEAD,
            &[("nearEnd", "3"), ("farStart", "6"), ("output", "Zone mattes")],
        ),
    ]
}

fn render(golden: &Golden) -> Picture {
    let s = Session::new(Profile::plain(), golden.effect, Context::General);
    s.instance.connect("Source", data(&format!("{}/pinhole.exr", golden.scene))).unwrap();
    s.instance.connect("Depth", data(&format!("{}/z.exr", golden.scene))).unwrap();
    s.instance.set_project(Project { format: RectI::sized(640, 360), ..s.instance.project() });
    if golden.name == "zdefocus_image" {
        s.instance.connect("Bokeh", star()).unwrap();
    }
    for (name, value) in golden.settings {
        s.instance.set(name, *value).unwrap();
    }
    s.render(&RenderRequest::at(1.0).window(golden.window))
}

#[test]
fn every_effect_looks_as_it_did() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut wrong = Vec::new();
    for golden in all() {
        let path = folder.join(format!("{}.exr", golden.name));
        let now = render(&golden);
        if std::env::var_os("FATHOM_BLESS").is_some() {
            write_exr(&path, &now, RectI::sized(640, 360)).unwrap();
        }
        let then = read_exr(&path, &Pick::auto()).unwrap_or_else(|e| panic!("{e}")).picture;
        assert_eq!(then.bounds, golden.window, "{}", golden.name);
        // Sines and powers of other systems' libraries may differ in the last digits.
        let off = |a: f32, b: f32| (a - b).abs() > 5e-4 * (1.0 + b.abs());
        let count = now.pixels.iter().zip(&then.pixels).filter(|(a, b)| off(**a, **b)).count();
        if count > 0 {
            let shown = Picture::from_fn(now.bounds, Components::Rgba, |x, y| {
                let (a, b) = (now.get(x, y).unwrap(), then.get(x, y).unwrap());
                [0.2 + 4.0 * (a[0] - b[0]), 0.2 + 4.0 * (a[1] - b[1]), 0.2 + 4.0 * (a[2] - b[2]), 1.0]
            });
            let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}_difference.png", golden.name));
            write_png(&out, &shown, golden.window).unwrap();
            write_exr(&out.with_file_name(format!("{}_now.exr", golden.name)), &now, RectI::sized(640, 360)).unwrap();
            wrong.push(format!("{}: {count} numbers differ; see {}", golden.name, out.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
