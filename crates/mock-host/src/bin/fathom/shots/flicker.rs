//! How much the error of a sequence changes from frame to frame.

use super::shot::{Camera, clip};
use super::{Shots, render};
use crate::{Failure, usage};
use mock_host::compare::Toned;
use mock_host::media::{self, FilePattern, Pick};
use std::path::Path;

/// The sequence in the folder: beauty.####.exr, z.####.exr, truth.####.exr and temporal.json.
const SEQUENCE: &str = "temporal_fence";

/// Mean and 95th percentile of the absolute difference between neighbouring frames of one quantity.
struct Steps {
    mean: f64,
    p95: f64,
}

impl Steps {
    /// Of planes that are frame after frame the same size.
    fn new(frames: &[Vec<f64>]) -> Self {
        let pairs = frames.windows(2).flat_map(|w| w[0].iter().zip(&w[1]).map(|(a, b)| (a - b).abs()));
        let mut all: Vec<f64> = pairs.collect();
        all.sort_by(f64::total_cmp);
        let mean = all.iter().sum::<f64>() / all.len().max(1) as f64;
        let p95 = all.get(all.len().saturating_sub(1) * 95 / 100).copied().unwrap_or(f64::NAN);
        Self { mean, p95 }
    }
}

pub fn run(folder: &Path, shots: &Shots, bundle: Option<&Path>) -> Result<(), Failure> {
    let folder = folder.join(SEQUENCE);
    let file = |name: &str| folder.join(format!("{name}.####.exr"));
    let pattern = |name: &str| FilePattern::new(&file(name).to_string_lossy());
    let (beauty, truth) = (pattern("beauty"), pattern("truth"));
    let Some((first, last)) = truth.range().filter(|(first, last)| last > first) else {
        return Err(usage(format!("{} holds no frames beauty.####.exr, z.####.exr, truth.####.exr", folder.display())));
    };
    let camera = Camera::read(&folder.join("temporal.json"))?;
    let clips = vec![clip("Source", &file("beauty")), clip("Depth", &file("z"))];
    let setup = camera.setup(clips, &shots.quality, &shots.values);
    let read = |p: &FilePattern, frame| media::read_exr(&p.file(frame), &Pick::auto()).map(|f| f.picture);
    let (mut truths, mut before, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let mut psnr = 0.0;
    for frame in first..=last {
        let t = Toned::new(&read(&truth, frame)?)?;
        let (result, _) = render(&setup, bundle, frame as f64)?;
        let (a, b) = (Toned::new(&read(&beauty, frame)?)?, Toned::new(&result)?);
        psnr += b.likeness(&t)?.psnr / (last - first + 1) as f64;
        let error = |p: &Toned| -> Vec<f64> {
            p.planes.iter().flatten().zip(t.planes.iter().flatten()).map(|(p, t)| p - t).collect()
        };
        before.push(error(&a));
        ours.push(error(&b));
        truths.push(t.planes.concat());
    }
    println!("{SEQUENCE}, frames {first}-{last}: mean PSNR {psnr:.2} dB");
    println!("Absolute change from a frame to the next, on sRGB(x/(1+x)), over all pixels and channels:");
    println!("| change of                    |   mean | 95th percentile |");
    println!("|------------------------------|-------:|----------------:|");
    let steps = [("the truth", &truths), ("unprocessed less truth", &before), ("ZDefocus less truth", &ours)];
    for (name, frames) in steps {
        let s = Steps::new(frames);
        println!("| {name:<28} | {:.4} | {:>15.4} |", s.mean, s.p95);
    }
    let (t, o) = (Steps::new(&truths), Steps::new(&ours));
    println!(
        "The error changes by {:.0} % of what the truth changes ({:.0} % at the 95th percentile).",
        100.0 * o.mean / t.mean,
        100.0 * o.p95 / t.p95
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_does_not_flicker() {
        let still = Steps::new(&[vec![0.2, 0.5], vec![0.2, 0.5]]);
        assert_eq!([still.mean, still.p95], [0.0, 0.0]);
        let one_of_five = |v: f64| vec![0.0, 0.0, 0.0, 0.0, v];
        let moving = Steps::new(&[one_of_five(0.0), one_of_five(1.0), one_of_five(0.0)]);
        assert!((moving.mean - 0.2).abs() < 1e-12);
        assert_eq!(moving.p95, 1.0);
    }
}
