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
const LAMPS: RectI = RectI::new(260, 150, 388, 246);

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
