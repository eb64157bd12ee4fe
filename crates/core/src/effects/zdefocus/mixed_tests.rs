//! Edges between known surfaces are taken apart.

use super::apart::Apart;
use super::field::{EVERYWHERE, Field};
use super::mixed::{REACH_ALL, find};
use crate::geometry::Rect;
use crate::testing::on_a_thread;

const W: i32 = 40;
const H: i32 = 24;
const STEPS: usize = 200;

/// A field of what a surface with CoC −6 (red and more) covers of one with CoC 8; where the depth is decided by the pixel's centre.
fn field(
    share: impl Fn(i32, i32) -> f32,
    near: impl Fn(i32, i32) -> [f32; 4],
    far: impl Fn(i32, i32) -> [f32; 4],
) -> Field {
    let places = || (0..H).flat_map(|y| (0..W).map(move |x| (x, y)));
    let coc = places().map(|(x, y)| if share(x, y) > 0.5 { -6.0 } else { 8.0 }).collect();
    let colour = std::array::from_fn(|c| {
        places().map(|(x, y)| share(x, y) * near(x, y)[c] + (1.0 - share(x, y)) * far(x, y)[c]).collect()
    });
    Field {
        known: EVERYWHERE,
        rect: Rect::new(0, 0, W, H),
        coc,
        colour,
        unlit: vec![],
        numbers: true,
        brightest: f32::INFINITY,
        most: 8.0,
        least: -6.0,
    }
}

const RED: [f32; 4] = [0.9, 0.1, 0.2, 1.0];
const BLUE: [f32; 4] = [0.1, 0.3, 0.8, 1.0];

/// A slanted edge.
fn slanted(x: i32, y: i32) -> f32 {
    (16.3 + 0.35 * y as f32 - x as f32 + 0.5).clamp(0.0, 1.0)
}

/// The field as it is then, and what was taken out of it.
fn mixed(field: &Field) -> (Field, Apart) {
    let mut left = Field { coc: field.coc.clone(), colour: field.colour.clone(), unlit: vec![], ..*field };
    let apart = on_a_thread(|exec| {
        let apart = find(field, STEPS, exec)?;
        apart.write_own(&mut left, exec).map(|()| apart)
    });
    (left, apart)
}

/// Share and colours of the near and the far part of a pixel.
fn parts(field: &Field, (left, apart): &(Field, Apart), i: usize) -> (f32, [f32; 4], [f32; 4]) {
    let seen = left.at(i);
    match apart.at(i % W as usize, i / W as usize) {
        Some(two) if two.has_near => {
            assert_eq!((two.coc, two.own), (8.0, seen));
            (two.share, seen, two.other)
        }
        Some(two) => {
            assert_eq!((two.coc, two.own), (-6.0, seen));
            (two.share, two.other, seen)
        }
        None => {
            assert_eq!(seen, field.at(i));
            (if field.coc[i] < 0.0 { 1.0 } else { 0.0 }, seen, seen)
        }
    }
}

/// How many were taken apart, and how far off the shares are at most; each is the pixel again, and opaque.
fn check(field: &Field, share: impl Fn(i32, i32) -> f32) -> (usize, f32) {
    let (m, mut count, mut worst) = (mixed(field), 0, 0f32);
    for i in 0..(W * H) as usize {
        let (a, f, b) = parts(field, &m, i);
        for c in 0..4 {
            assert!((a * f[c] + (1.0 - a) * b[c] - field.at(i)[c]).abs() < 1e-6, "{i}: {a} {f:?} {b:?}");
        }
        assert_eq!((f[3], b[3]), (1.0, 1.0));
        count += usize::from(a > 0.0 && a < 1.0);
        worst = worst.max((a - share(i as i32 % W, i as i32 / W)).abs());
    }
    (count, worst)
}

#[test]
fn an_edge_between_two_colours_is_recovered_up_to_the_borders() {
    let (count, worst) = check(&field(slanted, |_, _| RED, |_, _| BLUE), slanted);
    // The colours around are mixed themselves, and less than three hundredths are left where they are.
    assert!(count >= 20 && worst <= 0.1, "{count} {worst}");
}

#[test]
fn texture_costs_little() {
    let noise = |x: i32, y: i32| ((x * 7919 + y * 104_729) % 101) as f32 * 1e-3;
    let with = |colour: [f32; 4], v: f32| [colour[0] + v, colour[1] + v, colour[2] + v, 1.0];
    let field = field(slanted, |x, y| with(RED, noise(x, y)), |x, y| with(BLUE, noise(y, x)));
    let (count, worst) = check(&field, slanted);
    assert!(count >= 20 && worst <= 0.15, "{count} {worst}");
}

#[test]
fn a_wire_gives_up_what_lies_behind_it() {
    let wire = |x: i32, y: i32| if x == 20 { [1.0, 0.6][y as usize % 2] } else { 0.0 };
    let field = field(wire, |_, _| RED, |_, _| BLUE);
    let m = mixed(&field);
    let (_, worst) = check(&field, wire);
    assert!(worst < 0.3, "{worst}");
    for y in (1..H).step_by(2) {
        let two = m.1.at(20, y as usize).unwrap();
        assert!(two.has_near && two.other[2] > two.other[0], "{y}: {two:?}");
    }
}

#[test]
fn what_is_no_number_stays_where_it_is() {
    let at = (12 * W + 20) as usize;
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let clean = field(slanted, |_, _| RED, |_, _| BLUE);
        let mut field = field(slanted, |_, _| RED, |_, _| BLUE);
        field.colour[1][at] = odd;
        let (was, is) = (mixed(&clean), mixed(&field));
        for i in (0..(W * H) as usize).filter(|i| *i != at) {
            assert!(is.0.at(i).iter().all(|v| v.is_finite()), "{odd} {i}");
            let (dx, dy) = ((i as i32 % W - 20).abs(), (i as i32 / W - 12).abs());
            if dx.max(dy) > REACH_ALL {
                let two = |of: &(Field, Apart)| of.1.at(i % W as usize, i / W as usize).copied();
                assert_eq!((was.0.at(i), two(&was)), (is.0.at(i), two(&is)));
            }
        }
        assert_eq!(is.0.colour[1][at].to_bits(), odd.to_bits());
    }
}

#[test]
fn all_instruction_sets_give_the_same_bits() {
    let noise = |x: i32, y: i32| ((x * 7919 + y * 104_729) % 101) as f32 * 1e-2;
    let field = field(slanted, |x, y| [noise(x, y), 0.1, 0.2, 1.0], |x, y| [0.3, noise(y, x), 0.5, 1.0]);
    let bits = |(left, apart): &(Field, Apart)| -> Vec<u32> {
        let two = apart
            .rows
            .iter()
            .flatten()
            .flat_map(|two| [two.share, two.coc].into_iter().chain(two.own).chain(two.other));
        left.colour.iter().flatten().copied().chain(two).map(f32::to_bits).collect()
    };
    let fast = bits(&mixed(&field));
    crate::simd::force_baseline(true);
    let plain = bits(&mixed(&field));
    crate::simd::force_baseline(false);
    assert!(fast == plain);
}
