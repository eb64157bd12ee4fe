//! Small bright lights. Blurred by a few lens points they would fall apart into dots, so what they have more than their
//! surroundings is taken out of the picture first and spread over exact discs (or polygons): they are few.

use super::field::Field;
use super::lamps::{self, Hidden};
use crate::geometry::Rect;
use crate::workers::{Cancel, Exec, Stop, try_concat, try_vec};

/// What is not brighter than this (the white of a scene-linear picture) is never a light; from twice this it is one in full.
pub const WHITE: f32 = 1.0;
/// Nor is what has nothing brighter than this many times white beside it, from twice this in full.
pub const PEAK: f32 = 2.0;
/// The gap between so many evenly spread lens points, for a CoC of 1 px.
pub fn gap(points: usize) -> f32 {
    1.0 / (points.max(1) as f32).sqrt()
}

/// A light is smaller than this many gaps between lens points, each way.
pub const GAPS: f32 = 4.0;
/// Up to this blur, in pixels, a light stays where it is; from twice this it is spread in full.
pub const LEAST_BLUR: f32 = 1.0;

/// The light of one pixel beyond that of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Light {
    /// Pixel.
    pub x: i32,
    /// Pixel.
    pub y: i32,
    /// Signed CoC radius in pixels of this image.
    pub coc: f32,
    /// Red, green, blue beyond the surroundings.
    pub colour: [f32; 3],
    /// Side of the square that it fills, in pixels: 1, or more where lights that lie together are drawn as one.
    pub size: i32,
}

/// How far the surroundings of a light reach, in pixels: the largest of these that is not more than [`GAPS`] gaps of its own blur. Only
/// its own: what is a light must not depend on what else the window holds.
pub const REACHES: [usize; 13] = [3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];

/// A pixel that may be a light: which reach its surroundings have, its number, and the CoC of the lamp that it belongs to, and
/// how much that is one.
type Candidate = (usize, usize, f32, f32);

/// The lights of a picture.
#[derive(Default)]
pub struct Taken {
    /// Those that it shows.
    pub lights: Vec<Light>,
    /// What is hidden of them, as far as it is blurred like them…
    pub behind: Vec<Light>,
    /// …and the pixels behind which it lies, with what stays there of its light.
    pub sharp: Vec<Light>,
}

/// Takes the lights out of a field. Those outside `inside` (what the border invented) are dropped: an edge pixel that goes on for ever is
/// not a row of lamps.
/// What is hidden of lamps is looked for if they are to be completed (`lamps`): so many of the pixels are one of the full-size frame.
pub fn take(field: &mut Field, inside: &Rect, gap: f32, completed: Option<f64>, exec: &Exec) -> Result<Taken, Stop> {
    if field.brightest <= PEAK * WHITE {
        return Ok(Taken::default());
    }
    let (w, h) = (field.rect.width(), field.rect.height());
    let [level] = exec.rows([w * h, w], 0f32, vec![(); h], [0.05, 0.05], |y, [row]: [&mut [f32]; 1], (), _| {
        let [r, g, b] = [0, 1, 2].map(|c| &field.colour[c][y * w..(y + 1) * w]);
        for (x, v) in row.iter_mut().enumerate() {
            *v = brightness([r[x], g[x], b[x]]);
        }
    })?;
    let level = exec.keep(level);
    let mut found: Vec<Vec<Candidate>> = vec![Vec::new(); h];
    exec.for_each_mut(found.iter_mut().collect(), [0.05, 0.05], |y, found, _| {
        found.extend(
            (y * w..(y + 1) * w)
                .filter(|&i| level[i] > WHITE)
                .map(|i| candidate(field, &level, i, gap))
                .filter(|c| c.3 > 0.0),
        );
    })?;
    let candidates = try_concat(&found)?;
    if candidates.is_empty() {
        return Ok(Taken::default());
    }
    field.unlit = exec.filled(w * h, 1f32, [0.05, 0.05])?;
    let mut taken = Ok(Taken::default());
    exec.for_each_mut(vec![(field, &mut taken)], [0.05, 0.05], |_, (field, taken), cancel| {
        **taken = take_candidates(field, inside, &level, &candidates, (gap, completed), cancel);
    })?;
    taken
}

/// What has more light than its surroundings by more than this part of its own is a pixel of a lamp, which may go on where it is hidden: a
/// bright sky's noise has less.
const LAMP: f32 = 0.5;

/// A lamp of which so much is in a hidden pixel is what lies there.
const LIES: f32 = 0.5;

/// How much of a light of some CoC is spread.
fn spread(coc: f32) -> f32 {
    ((coc.abs() - LEAST_BLUR) / LEAST_BLUR).clamp(0.0, 1.0)
}

fn candidate(field: &Field, level: &[f32], i: usize, gap: f32) -> Candidate {
    // An antialiased edge of a lamp has the wall's depth and the lamp's light: the light is where the lamp is.
    let (w, h) = (field.rect.width(), field.rect.height());
    let (x, y) = (i % w, i / w);
    let rows = y.saturating_sub(1)..(y + 2).min(h);
    let near = rows.flat_map(|y| (x.saturating_sub(1)..(x + 2).min(w)).map(move |x| y * w + x));
    let lamp = near.fold(i, |best, j| if level[j] > level[best] { j } else { best });
    let coc = field.coc[lamp];
    let reach = REACHES.iter().rposition(|r| *r as f32 <= GAPS * gap * coc.abs()).unwrap_or(0);
    (reach, i, coc, ((level[lamp] - PEAK * WHITE) / (PEAK * WHITE)).clamp(0.0, 1.0))
}

fn take_candidates(
    field: &mut Field,
    inside: &Rect,
    level: &[f32],
    candidates: &[Candidate],
    (gap, completed): (f32, Option<f64>),
    cancel: &Cancel,
) -> Result<Taken, Stop> {
    let (w, h) = (field.rect.width(), field.rect.height());
    let (mut lights, mut lamps, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for (number, reach) in REACHES.into_iter().enumerate() {
        let mut these = candidates.iter().filter(|c| c.0 == number).peekable();
        if these.peek().is_none() {
            continue;
        }
        // Few candidates look around for themselves; many share the work.
        let work = these.clone().count() * (2 * reach + 1) * (2 * reach / LANES + 2);
        let mut around = Vec::new();
        if work > 16 * w * h {
            around = try_vec(w * h, 0f32)?;
            around.copy_from_slice(level);
            least_around(&mut around, w, h, reach, cancel)?;
        }
        for &(_, i, coc, lamp) in these.take_while(|_| !cancel.is_set()) {
            let least = if around.is_empty() { least_near(level, w, i, reach) } else { around[i] };
            let lit = ((level[i] - WHITE) / WHITE).min(1.0) * lamp;
            let blurred = spread(coc);
            let excess = lit * (1.0 - least.max(0.0) / level[i]);
            // The edge of a sharp lamp on a blurred wall must not be blurred with the wall.
            let astray = ((field.coc[i] - coc).abs() - LEAST_BLUR).clamp(0.0, 1.0);
            let share = blurred.max(astray) * excess;
            field.unlit[i] = (1.0 - excess) / (1.0 - share).max(1e-6);
            let (x, y) = (field.rect.x1 + (i % w) as i32, field.rect.y1 + (i / w) as i32);
            let light = |share| {
                let colour = std::array::from_fn(|c| field.colour[c][i] * share);
                inside.contains(x, y).then_some(Light { x, y, coc, colour, size: 1 })
            };
            if completed.is_some() && excess > LAMP {
                lamps.extend(light(excess));
                // How much of that is taken out of the picture.
                taken.resize(lamps.len(), share / excess);
            }
            if share > 0.0 {
                lights.extend(light(share));
                (0..3).for_each(|c| field.colour[c][i] *= 1.0 - share);
            }
        }
    }
    let hidden = lamps::behind(field, &lamps, inside, completed.unwrap_or(0.0), cancel);
    let (mut behind, mut sharp) = (Vec::new(), Vec::new());
    for Hidden { missing, whole, part, seen } in hidden {
        let blur = spread(missing.coc);
        let of = |colour: &dyn Fn(usize) -> f32| Light { colour: std::array::from_fn(colour), ..missing };
        let blurred = of(&|c| blur * missing.colour[c]);
        behind.extend((blurred.colour != [0.0; 3]).then_some(blurred));
        // What stays is all that has not been taken out of the picture, to be drawn in its place: nothing if all is blurred, but no
        // other surface either.
        let (shown, taken) = seen.map_or(([0.0; 3], 0.0), |i| (lamps[i].colour, taken[i]));
        let stays = of(&|c| ((1.0 - blur) * whole[c] - (taken - blur).max(0.0) * shown[c]).max(0.0));
        sharp.extend((part >= LIES || stays.colour != [0.0; 3]).then_some(stays));
    }
    if cancel.is_set() {
        return Err(Stop::Aborted);
    }
    Ok(Taken { lights: together(lights, gap), behind: together(behind, gap), sharp })
}

/// Lights closer than this part of the gap between lens points are drawn as one.
pub const TOGETHER: f32 = 0.75;
/// …if their CoCs are alike: within this part of a pixel or of the CoC.
pub const ALIKE: [f32; 2] = [0.5, 0.02];

/// Lights whose discs together are dimmer than this part of white are faint: nobody sees a rim. They are one…
const FAINT: f32 = 0.004;
/// …if they lie closer than this part of their CoC…
const FAINT_TOGETHER: f32 = 0.2;
/// …and their CoCs are alike within this part of a pixel or of the CoC.
const FAINT_ALIKE: [f32; 2] = [0.5, 0.08];

/// Lights that are alike within so much are in one cell: the square they lie in, its side, and the step of their CoC. Nothing else counts,
/// whatever the window holds.
fn cell(light: &Light, side: i32, [near, part]: [f32; 2]) -> [i32; 4] {
    let coc = light.coc.abs();
    // Steps of a part of a pixel, then of a part of the CoC.
    let linear = near / part;
    let step = if coc <= linear { coc / near } else { (1.0 + (coc / linear).ln()) / part };
    let step = if light.coc < 0.0 { -1 - step as i32 } else { step as i32 };
    [light.y.div_euclid(side), light.x.div_euclid(side), side, step]
}

/// A large blur does not tell lights apart that lie side by side: they become one, in the middle of their light.
fn together(mut lights: Vec<Light>, gap: f32) -> Vec<Light> {
    let side = |l: &Light| ((l.coc.abs() * gap * TOGETHER) as i32).max(1);
    let small = |l: &Light| cell(l, side(l), ALIKE);
    // Whole ones of the small cells.
    let times = |l: &Light| ((l.coc.abs() * FAINT_TOGETHER) as i32 / side(l)).max(1);
    let large = |l: &Light| cell(l, side(l) * times(l), FAINT_ALIKE);
    // In a fixed order, whatever the reaches are: sums are then the same in every window.
    lights.sort_by_cached_key(|l| (large(l), small(l), l.y, l.x));
    let mut all = Vec::new();
    for lights in lights.chunk_by(|a, b| large(a) == large(b)) {
        let light: f32 = lights.iter().map(|l| luminance(&[l.colour[0], l.colour[1], l.colour[2], 0.0])).sum();
        if light < FAINT * std::f32::consts::PI * lights[0].coc * lights[0].coc {
            all.push(one_of(lights));
        } else {
            all.extend(lights.chunk_by(|a, b| small(a) == small(b)).map(one_of));
        }
    }
    all.sort_by_key(|l| (l.y, l.x, l.coc.to_bits()));
    all
}

fn one_of(lights: &[Light]) -> Light {
    if let [light] = lights {
        return *light;
    }
    let (mut colour, mut total, mut sum) = ([0f32; 3], 0f32, [0f32; 3]);
    let [mut low, mut high] = [[i32::MAX; 2], [i32::MIN; 2]];
    for light in lights {
        (0..3).for_each(|c| colour[c] += light.colour[c]);
        // Weighted places and sums must stay numbers, however bright a broken pixel is.
        let weight = luminance(&[light.colour[0], light.colour[1], light.colour[2], 0.0]).clamp(1e-6, 1e30);
        total += weight;
        // From the first one: large coordinates would cost digits.
        let offset = [(light.x - lights[0].x) as f32, (light.y - lights[0].y) as f32, light.coc];
        (0..3).for_each(|k| sum[k] += weight * offset[k]);
        low = [low[0].min(light.x), low[1].min(light.y)];
        high = [high[0].max(light.x), high[1].max(light.y)];
    }
    let [x, y, coc] = sum.map(|v| v / total);
    let colour = colour.map(|c| c.min(f32::MAX));
    let size = 1 + (high[0] - low[0]).max(high[1] - low[1]);
    Light { x: lights[0].x + x.round() as i32, y: lights[0].y + y.round() as i32, coc, colour, size }
}

/// How bright a light is: by its luminance, or half of its strongest colour, as red and blue lights are none the less lights.
pub fn brightness([r, g, b]: [f32; 3]) -> f32 {
    let most = if r > g { r } else { g };
    let most = 0.5 * if b > most { b } else { most };
    let luminance = luminance(&[r, g, b, 0.0]);
    if luminance > most { luminance } else { most }
}

/// Rec. 709.
pub fn luminance(c: &[f32; 4]) -> f32 {
    0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
}

/// About how many values are compared at once.
const LANES: usize = 8;

/// The least value within `reach` of one pixel, over a square.
fn least_near(v: &[f32], w: usize, i: usize, reach: usize) -> f32 {
    let (x, y) = (i % w, i / w);
    let columns = x.saturating_sub(reach)..(x + reach + 1).min(w);
    let rows = y.saturating_sub(reach)..(y + reach + 1).min(v.len() / w);
    let row = |y: usize| &v[y * w + columns.start..y * w + columns.end];
    rows.fold(f32::MAX, |least, y| row(y).iter().fold(least, |m, v| if *v < m { *v } else { m }))
}

/// The least value within `reach` of each pixel, over a square.
fn least_around(v: &mut [f32], w: usize, h: usize, reach: usize, cancel: &Cancel) -> Result<(), Stop> {
    let mut line = try_vec(w.max(h), 0f32)?;
    let wanted = || if cancel.is_set() { Err(Stop::Aborted) } else { Ok(()) };
    for y in 0..h {
        wanted()?;
        least_in_window(&mut line[..w], |x| v[y * w + x], reach);
        v[y * w..(y + 1) * w].copy_from_slice(&line[..w]);
    }
    for x in 0..w {
        wanted()?;
        least_in_window(&mut line[..h], |y| v[y * w + x], reach);
        (0..h).for_each(|y| v[y * w + x] = line[y]);
    }
    Ok(())
}

/// A sliding minimum: the candidates that can still become the least, in a queue.
fn least_in_window(out: &mut [f32], value: impl Fn(usize) -> f32, reach: usize) {
    let n = out.len();
    let mut queue: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    let mut next = 0;
    for (i, out) in out.iter_mut().enumerate() {
        while next < n.min(i + reach + 1) {
            while queue.back().is_some_and(|&b| value(b) >= value(next)) {
                queue.pop_back();
            }
            queue.push_back(next);
            next += 1;
        }
        while queue.front().is_some_and(|&f| f + reach < i) {
            queue.pop_front();
        }
        *out = queue.front().map_or(0.0, |&f| value(f));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels of a broken render, as bright as numbers go, stay where they are.
    #[test]
    fn the_brightest_numbers_make_one_light() {
        let light = |x| Light { x, y: 7, coc: 5.0, colour: [f32::MAX; 3], size: 1 };
        let one = one_of(&[light(40_000), light(40_001), light(40_002)]);
        assert_eq!((one.x, one.y, one.size), (40_001, 7, 3));
        assert!((one.coc - 5.0).abs() < 1e-3 && one.colour.iter().all(|c| c.is_finite()), "{one:?}");
    }
}
