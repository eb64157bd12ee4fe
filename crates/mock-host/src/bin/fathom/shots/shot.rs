//! Shots on disk: a pinhole picture with depth, a camera, and the picture that a renderer made with that camera.

use crate::setup::Setup;
use crate::{Failure, usage};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A real lens, as the file beside each truth says it.
#[derive(Deserialize)]
pub struct Camera {
    focus_distance: f64,
    focal_length_mm: f64,
    sensor_width_mm: f64,
    f_stop: f64,
    #[serde(default)]
    aperture: Option<Aperture>,
    #[serde(default)]
    noise: Option<Noise>,
}

#[derive(Deserialize)]
struct Aperture {
    /// Below 3: round.
    blades: i32,
    rotation_rad: f64,
}

#[derive(Deserialize)]
struct Noise {
    /// PSNR of a perfect result, as the truth has noise.
    ceiling_psnr_of_average: Option<f64>,
}

impl Camera {
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::Failed(format!("{}: {e}", path.display())))?;
        serde_json::from_str(&text).map_err(|e| Failure::Failed(format!("{}: {e}", path.display())))
    }

    /// What a perfect result would reach in dB, where it is known.
    pub fn ceiling(&self) -> Option<f64> {
        self.noise.as_ref().and_then(|n| n.ceiling_psnr_of_average)
    }

    /// An instance's settings: this lens, these pictures, and what the user wants beyond.
    pub fn setup(&self, clips: Vec<String>, quality: &str, more: &[String]) -> Setup {
        let mut values = vec![
            "lensModel=Camera".into(),
            "sensorPreset=Custom".into(),
            // The renders' film lies at the focal length.
            "lensFormula=Film at focal length".into(),
            format!("focusDistance={}", self.focus_distance),
            format!("focalLength={}", self.focal_length_mm),
            format!("sensorWidth={}", self.sensor_width_mm),
            format!("fStop={}", self.f_stop),
            format!("quality={quality}"),
        ];
        if let Some(a) = self.aperture.as_ref().filter(|a| a.blades > 2) {
            values.push("bokehShape=Blades".into());
            values.push(format!("blades={}", a.blades));
            values.push(format!("bokehRotation={}", a.rotation_rad.to_degrees()));
        }
        values.extend_from_slice(more);
        Setup {
            effect: "ZDefocus".into(),
            clips,
            values,
            window: None,
            scale: 1.0,
            context: None,
            threads: None,
            depth: None,
        }
    }
}

/// One shot of a scene.
pub struct Shot {
    /// `SCENE/SHOT`.
    pub name: String,
    pub camera: Camera,
    pub pinhole: PathBuf,
    pub depth: PathBuf,
    pub truth: PathBuf,
    /// The scene without what stands near, and its depth.
    pub plate: Option<[PathBuf; 2]>,
    /// Best figure of another tool on it.
    pub peer_psnr: Option<f64>,
    pub peer_ssim: Option<f64>,
}

/// Figures of other tools: shot, tool, figure.
type Peers = BTreeMap<String, BTreeMap<String, f64>>;

fn peers(path: &Path) -> Result<Peers, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|e| Failure::Failed(format!("{}: {e}", path.display()))),
        Err(_) => Ok(Peers::new()),
    }
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, Failure> {
    let list = std::fs::read_dir(folder).map_err(|e| Failure::Failed(format!("{}: {e}", folder.display())))?;
    let mut names: Vec<String> = list.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// All shots below a folder: `SCENE/SHOT.exr` with `SHOT.json`, beside `SCENE/pinhole.exr` and `SCENE/z.exr`.
pub fn find(folder: &Path) -> Result<Vec<Shot>, Failure> {
    let (psnr, ssim) = (peers(&folder.join("peers.json"))?, peers(&folder.join("peers_ssim.json"))?);
    let best = |peers: &Peers, name: &str| peers.get(name).and_then(|p| p.values().copied().max_by(f64::total_cmp));
    let mut shots = Vec::new();
    for scene in names(folder)? {
        let inside = folder.join(&scene);
        let (pinhole, depth) = (inside.join("pinhole.exr"), inside.join("z.exr"));
        if !pinhole.is_file() || !depth.is_file() {
            continue;
        }
        let plate = [inside.join("layers"), inside.clone()]
            .map(|f| ["clean.exr", "clean_z.exr"].map(|n| f.join(n)))
            .into_iter()
            .find(|files| files.iter().all(|f| f.is_file()));
        for file in names(&inside)? {
            let Some(shot) = file.strip_suffix(".json").filter(|s| *s != "pinhole") else { continue };
            let truth = inside.join(format!("{shot}.exr"));
            if !truth.is_file() {
                continue;
            }
            let name = format!("{scene}/{shot}");
            shots.push(Shot {
                camera: Camera::read(&inside.join(&file))?,
                pinhole: pinhole.clone(),
                depth: depth.clone(),
                truth,
                plate: plate.clone(),
                peer_psnr: best(&psnr, &name),
                peer_ssim: best(&ssim, &name),
                name,
            });
        }
    }
    if shots.is_empty() {
        return Err(usage(format!(
            "{} holds no shots (SCENE/pinhole.exr, z.exr, SHOT.exr, SHOT.json)",
            folder.display()
        )));
    }
    Ok(shots)
}

/// `NAME=FILE` for a clip.
pub fn clip(name: &str, file: &Path) -> String {
    format!("{name}={}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shots_of_the_project_are_found() {
        let shots = find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")).unwrap();
        let hex = shots.iter().find(|s| s.name == "bokeh/far_r30_hex").unwrap();
        assert_eq!([hex.peer_psnr, hex.peer_ssim], [Some(21.89), Some(0.8995)]);
        assert!((hex.camera.ceiling().unwrap() - 37.53).abs() < 0.01 && hex.plate.is_none());
        let values = hex.camera.setup(Vec::new(), "Best", &["catsEye=1".into()]).values;
        for value in ["focusDistance=30", "bokehShape=Blades", "blades=6", "quality=Best", "catsEye=1"] {
            assert!(values.iter().any(|v| v == value), "{value} is not in {values:?}");
        }
        let turned = values.iter().find_map(|v| v.strip_prefix("bokehRotation=")).unwrap().parse::<f64>().unwrap();
        assert!((turned - 15.0).abs() < 1e-6);
        let round = shots.iter().find(|s| s.name == "fence/near_r12").unwrap();
        assert!(
            round.plate.is_some()
                && round.camera.setup(Vec::new(), "Best", &[]).values.iter().all(|v| !v.contains("blades"))
        );
    }

    #[test]
    fn a_folder_without_shots_is_an_error() {
        assert!(find(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).is_err());
    }
}
