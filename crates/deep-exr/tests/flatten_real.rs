//! Real renders, merged and flattened, against the reference and against laws.

mod file_common;
mod flatten_common;

use deep_exr::Window;
use deep_exr::flatten::{
    Crop, DepthOutput, Element, ElementSettings, FlatRows, Flattener, Operation, Pick, Plan, Settings, Wanted,
};
use file_common::shared;
use flatten_common::{Part, read, read_wanted, reference_of, samples_at};

/// The pixels of all parts.
fn union(parts: &[Part]) -> Window {
    let windows = parts.iter().map(|p| p.band.window);
    windows
        .reduce(|a, b| Window { x1: a.x1.min(b.x1), y1: a.y1.min(b.y1), x2: a.x2.max(b.x2), y2: a.y2.max(b.y2) })
        .expect("there are parts")
}

fn flatten(parts: &[Part], operations: &[Operation], settings: Settings) -> FlatRows {
    let headers: Vec<_> = parts.iter().map(|p| &p.header).collect();
    let plan = Plan::new(&headers, &Wanted::default());
    let elements: Vec<Element> = parts
        .iter()
        .zip(operations)
        .map(|(p, &operation)| {
            Element::deep(&p.band, &p.roles).with(ElementSettings { operation, ..ElementSettings::default() })
        })
        .collect();
    Flattener::new(plan.settings(settings)).unwrap().rows(&elements, union(parts)).unwrap()
}

/// R, G, B, A.
fn planes(out: &FlatRows) -> impl Iterator<Item = &Vec<f32>> {
    out.channels.iter().chain(&out.alphas)
}

fn check_against_reference(names: &[&str]) {
    let Some(paths) = names.iter().map(|name| shared(name)).collect::<Option<Vec<_>>>() else { return };
    let parts = read(&paths);
    let depths = vec![DepthOutput::Front, DepthOutput::Back, DepthOutput::Mean];
    let settings = Settings { depths, count_samples: true, ..Settings::default() };
    let out = flatten(&parts, &[Operation::Merge; 4], settings);
    assert!(out.repairs.is_none());
    let w = out.window;
    let (mut worst, mut worst_mean, mut covered): (f64, f64, _) = (0.0, 0.0, 0);
    for (y, row) in (w.y1..w.y2).zip(0..) {
        for (x, column) in (w.x1..w.x2).zip(0..) {
            let at = row * w.width() + column;
            let (alpha, colours) = reference_of(&parts, x, y);
            for (plane, expected) in planes(&out).zip(colours.iter().chain([&alpha])) {
                worst = worst.max((f64::from(plane[at]) - expected).abs());
            }
            let samples: Vec<_> = parts.iter().flat_map(|p| samples_at(p, x, y)).collect();
            assert_eq!(out.samples[at] as usize, samples.len());
            let dense = samples.iter().filter(|s| s.alpha > 0.0);
            let front = dense.clone().map(|s| s.front).min_by(f64::total_cmp);
            let back = dense.map(|s| s.back).max_by(f64::total_cmp);
            assert_eq!(f64::from(out.depths[0][at]), front.unwrap_or(0.0));
            assert_eq!(f64::from(out.depths[1][at]), back.unwrap_or(0.0));
            // All samples are points here.
            let tidy = deep_exr::flatten::reference::tidy(&samples);
            let (mut through, mut weighted) = (1.0, 0.0);
            for s in &tidy {
                weighted += through * s.alpha * s.front;
                through *= 1.0 - s.alpha;
            }
            if alpha > 0.0 {
                worst_mean = worst_mean.max((f64::from(out.depths[2][at]) / (weighted / alpha) - 1.0).abs());
                covered += 1;
            }
        }
    }
    println!("{names:?}: {covered} pixels; RGBA within {worst:e}, mean depth within {worst_mean:e} of itself");
    assert!(covered > 1000);
    assert!(worst < 1e-6 && worst_mean < 1e-7, "{worst:e} {worst_mean:e}");
}

#[test]
fn leaves_and_trunks() {
    check_against_reference(&["low_Leaves.exr", "low_Trunks.exr"]);
}

#[test]
fn alpha_and_depth_in_tiles() {
    check_against_reference(&["oiio_deepalpha.exr"]);
}

#[test]
fn half_depths() {
    check_against_reference(&["openexr_11.deep.exr"]);
}

#[test]
fn holdouts_of_real_files_add_up_to_their_merge() {
    let (Some(leaves), Some(trunks)) = (shared("low_Leaves.exr"), shared("low_Trunks.exr")) else { return };
    let parts = read(&[leaves, trunks]);
    use Operation::{Holdout, Merge};
    let [both, left, right] = [[Merge, Merge], [Merge, Holdout], [Holdout, Merge]]
        .map(|operations| flatten(&parts, &operations, Settings::default()));
    let mut worst: f32 = 0.0;
    for ((both, left), right) in planes(&both).zip(planes(&left)).zip(planes(&right)) {
        for ((both, left), right) in both.iter().zip(left).zip(right) {
            worst = worst.max((both - (left + right)).abs());
        }
    }
    println!("holdouts add up to the merge within {worst:e}");
    assert!(worst < 5e-7);
}

#[test]
fn slabs_of_real_files_are_the_whole() {
    let (Some(leaves), Some(trunks)) = (shared("low_Leaves.exr"), shared("low_Trunks.exr")) else { return };
    let parts = read(&[leaves, trunks]);
    let merged = [Operation::Merge; 2];
    let whole = flatten(&parts, &merged, Settings::default());
    let slabs = Crop::slabs(&[200.0, 500.0], 0.0)
        .into_iter()
        .map(|crop| flatten(&parts, &merged, Settings { crop, ..Settings::default() }));
    let pixels = whole.alphas[0].len();
    let mut through = vec![1.0; pixels];
    let mut sum = vec![vec![0.0; pixels]; 4];
    for slab in slabs {
        assert!(slab.alphas[0].iter().any(|a| *a > 0.0), "a slab is empty");
        for (sum, plane) in sum.iter_mut().zip(planes(&slab)) {
            for ((sum, v), t) in sum.iter_mut().zip(plane).zip(&through) {
                *sum += t * v;
            }
        }
        through.iter_mut().zip(&slab.alphas[0]).for_each(|(t, a)| *t *= 1.0 - a);
    }
    let off =
        |(sum, whole): (&Vec<f32>, &Vec<f32>)| sum.iter().zip(whole).map(|(s, w)| (s - w).abs()).fold(0.0, f32::max);
    let worst = sum.iter().zip(planes(&whole)).map(off).fold(0.0, f32::max);
    println!("slabs over each other are the whole within {worst:e}");
    assert!(worst < 1e-6);
}

#[test]
fn identifiers_of_real_files() {
    let Some(path) = shared("openexr_11.deep.exr") else { return };
    let names: Vec<String> = deep_exr::DeepFile::open(&path, &deep_exr::Limits::default()).unwrap().headers()[0]
        .channels
        .iter()
        .filter(|c| c.kind == deep_exr::SampleType::Uint)
        .map(|c| c.name.clone())
        .collect();
    let ids: Vec<(&str, Pick)> = names.iter().map(|n| (n.as_str(), Pick::Nearest)).collect();
    assert!(!ids.is_empty());
    let wanted = Wanted { ids: &ids, ..Wanted::default() };
    let parts = read_wanted(&[path], &wanted);
    let plan = Plan::new(&[&parts[0].header], &wanted);
    let (band, roles) = (&parts[0].band, &parts[0].roles);
    let out = Flattener::new(plan.settings(Settings::default()))
        .unwrap()
        .rows(&[Element::deep(band, roles)], band.window)
        .unwrap();
    let alpha = flatten_common::floats(band, roles.alphas[0]).unwrap();
    let mut found = 0;
    for pixel in 0..band.starts.len() - 1 {
        let samples = band.starts[pixel] as usize..band.starts[pixel + 1] as usize;
        let dense = samples.filter(|s| alpha[*s] > 0.0);
        let nearest = dense.clone().map(|s| band.front[s]).fold(f32::INFINITY, f32::min);
        for (plane, place) in out.ids.iter().zip(&roles.ids) {
            let deep_exr::Numbers::Uint(ids) = &band.channels[place.unwrap()] else { panic!("ids are whole") };
            let candidates: Vec<u32> = dense.clone().filter(|s| band.front[*s] == nearest).map(|s| ids[s]).collect();
            if candidates.is_empty() {
                assert_eq!(plane[pixel], 0);
            } else {
                assert!(candidates.contains(&plane[pixel]));
                found += 1;
            }
        }
    }
    assert!(found > 1000, "{found}");
}
