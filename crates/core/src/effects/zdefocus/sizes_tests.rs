//! The smaller pictures: they keep the light, lie where the picture lies, and what they say is what the picture itself says.

use super::apart::{Apart, Two};
use super::breaks::{Parts, WHOLE, first_and_last};
use super::coarse::{Coarse, Finer, half};
use super::felt::{NOWHERE, UNIT, in_bands};
use super::field::{EVERYWHERE, Field, planes};
use super::finest::{Asked, from_coarser};
use super::gather::means;
use super::hidden;
use super::layer::BLOCK;
use super::needed::{Needed, ROWS};
use super::sheet::NONE;
use super::switches::{Switches, with};
use super::*;
use crate::geometry::Rect;
use crate::image::Image;
use crate::params::Values;
use crate::simd::SideBySide;
use crate::testing::{Random, Rgba, Scene, on_a_thread, same_bits};

const RED: Rgba = [0.9, 0.1, 0.2, 1.0];
const BLUE: Rgba = [0.1, 0.3, 0.8, 1.0];
/// Even and odd corners, on both sides of 0.
const RECTS: [Rect; 5] = [
    Rect::new(0, 0, 16, 8),
    Rect::new(1, 3, 18, 12),
    Rect::new(-7, -5, 6, 4),
    Rect::new(-8, -3, 3, 2),
    Rect::new(5, -1, 6, 0),
];

/// Coordinates of the pixels of a rectangle, in its order.
fn places(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    (rect.y1..rect.y2).flat_map(move |y| (rect.x1..rect.x2).map(move |x| (x, y)))
}

/// A field from CoC and colour of each pixel.
fn field(rect: Rect, mut pixel: impl FnMut(i32, i32) -> (f32, Rgba)) -> Field {
    let (mut coc, mut colour) = (Vec::new(), on_a_thread(|exec| planes(rect.width() * rect.height(), exec)));
    for (i, (x, y)) in places(rect).enumerate() {
        let (c, rgba) = pixel(x, y);
        coc.push(c);
        (0..4).for_each(|k| colour[k][i] = rgba[k]);
    }
    let most = coc.iter().copied().fold(f32::MIN, f32::max);
    let least = coc.iter().copied().fold(f32::MAX, f32::min);
    Field { rect, known: EVERYWHERE, coc, colour, unlit: vec![], numbers: true, brightest: f32::INFINITY, most, least }
}

fn colour(random: &mut Random) -> Rgba {
    std::array::from_fn(|_| random.between(0.0, 1.0) as f32)
}

fn halved(of: Finer) -> Coarse {
    on_a_thread(|exec| Coarse::new(of, &half(&of.field.rect), exec))
}

/// The four pixels that lie in one of half the size; those beyond the border are the nearest inside.
fn four(of: &Field, x: i32, y: i32) -> [usize; 4] {
    let r = of.rect;
    [(0, 0), (1, 0), (0, 1), (1, 1)]
        .map(|(dx, dy)| of.index((2 * x + dx).clamp(r.x1, r.x2 - 1), (2 * y + dy).clamp(r.y1, r.y2 - 1)))
}

/// What a pixel of a coarse picture shows, all its surfaces together.
fn shown(of: &Coarse, x: i32, y: i32) -> Rgba {
    let (i, r) = (of.field.index(x, y), of.field.rect);
    let own = of.field.at(i);
    match of.apart.at((x - r.x1) as usize, (y - r.y1) as usize) {
        Some(two) => {
            assert_eq!((two.has_near, two.own), (false, own));
            std::array::from_fn(|c| (1.0 - two.share) * own[c] + two.share * two.other[c])
        }
        None => own,
    }
}

#[track_caller]
fn assert_near(a: Rgba, b: Rgba, what: &str) {
    assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-6), "{what}: {a:?} is not {b:?}");
}

#[test]
fn a_constant_stays_constant_at_half_the_coc() {
    for rect in RECTS {
        let coarse = halved(Finer::whole(&field(rect, |_, _| (-11.0, RED))));
        assert_eq!((coarse.unit, coarse.field.rect, coarse.apart.is_empty()), (2, half(&rect), true));
        assert_eq!((coarse.field.most, coarse.field.least), (-5.5, -5.5));
        assert!(coarse.field.coc.iter().all(|c| *c == -5.5), "{rect:?}");
        assert!((0..coarse.field.coc.len()).all(|i| coarse.field.at(i) == RED), "{rect:?}");
    }
}

#[test]
fn a_pixel_of_one_surface_is_the_mean_of_the_four_in_it() {
    let mut random = Random::new(5);
    for rect in RECTS {
        let of = field(rect, |_, _| (random.between(9.0, 10.9) as f32, colour(&mut random)));
        let coarse = halved(Finer::whole(&of));
        assert!(coarse.apart.is_empty());
        for (x, y) in places(coarse.field.rect) {
            let (four, i) = (four(&of, x, y), coarse.field.index(x, y));
            let mean = |plane: &[f32]| four.iter().map(|i| plane[*i]).sum::<f32>() / 4.0;
            assert!((coarse.field.coc[i] - 0.5 * mean(&of.coc)).abs() < 1e-5, "{rect:?} {x} {y}");
            assert_near(coarse.field.at(i), [0, 1, 2, 3].map(|c| mean(&of.colour[c])), &format!("{rect:?} {x} {y}"));
        }
    }
}

#[test]
fn light_is_kept_whatever_the_surfaces_and_so_is_who_is_nearer() {
    let mut random = Random::new(7);
    for rect in RECTS {
        let of = field(rect, |_, _| (random.pick(&[-9.0, 6.0, 21.0]), colour(&mut random)));
        let once = halved(Finer::whole(&of));
        let twice = halved(once.finer());
        for (x, y) in places(once.field.rect) {
            let (four, i) = (four(&of, x, y), once.field.index(x, y));
            let mean = [0, 1, 2, 3].map(|c| four.iter().map(|i| of.colour[c][*i]).sum::<f32>() / 4.0);
            assert_near(shown(&once, x, y), mean, &format!("{rect:?} {x} {y}"));
            let nearest = four.iter().map(|i| of.coc[*i]).fold(f32::MAX, f32::min);
            let many = four.iter().filter(|i| of.coc[**i] == nearest).count();
            let two = once.apart.at((x - once.field.rect.x1) as usize, (y - once.field.rect.y1) as usize);
            assert_eq!(two.is_some(), many < 4);
            assert!(two.is_none_or(|two| (two.coc, two.share) == (0.5 * nearest, 0.25 * many as f32)), "{two:?}");
            assert!(once.field.coc[i] >= 0.5 * nearest);
        }
        // Also where it was mixed already.
        for (x, y) in places(twice.field.rect) {
            let r = once.field.rect;
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)]
                .map(|(dx, dy)| shown(&once, (2 * x + dx).clamp(r.x1, r.x2 - 1), (2 * y + dy).clamp(r.y1, r.y2 - 1)));
            let mean = [0, 1, 2, 3].map(|c| four.iter().map(|p| p[c]).sum::<f32>() / 4.0);
            assert_near(shown(&twice, x, y), mean, &format!("{rect:?} {x} {y} twice"));
        }
    }
}

/// A wire of one pixel, upright or slanted, before a wall.
#[test]
fn a_wire_keeps_its_share_through_two_halvings() {
    for slope in [0, 1] {
        let rect = Rect::new(-16, -16, 16, 16);
        let wire = |x: i32, y: i32| x == slope * y + 1 - slope;
        let of = field(rect, |x, y| if wire(x, y) { (-8.0, RED) } else { (8.0, BLUE) });
        let once = halved(Finer::whole(&of));
        let twice = halved(once.finer());
        for (coarse, coc, share) in [(&once, 4.0, 0.5), (&twice, 2.0, 0.25)] {
            let r = coarse.field.rect;
            for (x, y) in places(r) {
                let two = coarse.apart.at((x - r.x1) as usize, (y - r.y1) as usize).copied();
                assert_eq!(two.is_some(), x == slope * y, "{slope}: {x} {y}");
                assert_near(coarse.field.at(coarse.field.index(x, y)), BLUE, "the wall");
                assert_eq!(coarse.field.coc[coarse.field.index(x, y)], coc);
                if let Some(two) = two {
                    assert_eq!((two.coc, two.share), (-coc, share));
                    assert_near(two.other, RED, "the wire");
                }
            }
        }
    }
}

#[test]
fn behind_what_was_taken_apart_the_clean_plate_shows() {
    let rect = Rect::new(0, 0, 2, 2);
    let (of, behind) = (field(rect, |_, _| (-6.0, RED)), field(rect, |_, _| (8.0, BLUE)));
    let two = |x| Two { x, has_near: true, share: 0.4, own: RED, coc: NONE, other: [0.0; 4] };
    let apart = Apart { rows: vec![vec![two(0), two(1)]; 2] };
    let coarse = halved(Finer { apart: Some(&apart), behind: Some(&behind), ..Finer::whole(&of) });
    let two = coarse.apart.at(0, 0).unwrap();
    assert_near(two.own, BLUE, "behind");
    assert_near(two.other, RED, "before");
    assert!((two.share - 0.4).abs() < 1e-6 && two.coc == -3.0 && (coarse.field.coc[0] - 4.0).abs() < 1e-6);
}

/// A slope is one of half the size, and nothing moves; a constant is exactly that, also at the border.
#[test]
fn means_for_the_gather_do_not_move_a_slope() {
    for rect in RECTS {
        let slope = |x: f32, y: f32| 3.0 + 0.25 * x - 0.5 * y;
        let of = field(rect, |x, y| (slope(x as f32, y as f32), [slope(y as f32, x as f32), 0.3, 0.7, 1.0]));
        let made = on_a_thread(|exec| means::halved(&of, exec));
        assert_eq!(made.rect, half(&rect));
        for (x, y) in places(made.rect) {
            let (p, i) = (made.at(made.index(x, y)), made.index(x, y));
            assert_eq!([p[1], p[2], p[3]], [0.3, 0.7, 1.0]);
            let inner = Rect::new(2 * x - 1, 2 * y - 1, 2 * x + 3, 2 * y + 3);
            if rect.contains_rect(&inner) {
                let [x, y] = [x, y].map(|v| 2.0 * v as f32 + 0.5);
                assert!((made.coc[i] - 0.5 * slope(x, y)).abs() < 1e-6, "{rect:?} {x} {y}");
                assert!((p[0] - slope(y, x)).abs() < 1e-6, "{rect:?} {x} {y}");
            }
        }
    }
}

#[test]
fn a_slope_of_the_coarser_picture_is_the_same_one_here() {
    let slope = |x: f32, y: f32| [0.5 * x, 0.25 * y, 0.125 * x - 0.5 * y, 1.0];
    for rect in RECTS {
        let mut coarser = Image::new(half(&rect).grow(1)).unwrap();
        let r = coarser.rect();
        for (c, plane) in coarser.planes.iter_mut().enumerate() {
            for (y, row) in (r.y1..).zip(plane.rows_mut()) {
                (r.x1..).zip(row).for_each(|(x, v)| *v = slope(2.0 * x as f32 + 0.5, 2.0 * y as f32 + 0.5)[c]);
            }
        }
        let mut out: [Vec<f32>; 4] = Default::default();
        for y in rect.y1..rect.y2 {
            from_coarser(&coarser, &rect, y, &mut Vec::new(), &mut out);
            for (i, x) in (rect.x1..rect.x2).enumerate() {
                let is = [0, 1, 2, 3].map(|c| out[c][i]);
                assert!(is.iter().zip(slope(x as f32, y as f32)).all(|(a, b)| (a - b).abs() < 1e-6), "{x} {y}: {is:?}");
            }
            assert!(out.iter().all(|plane| plane.len() == rect.width()));
        }
    }
}

/// Never less than by the true distance, and at most as if that were an eighth less.
#[test]
fn what_is_felt_is_the_value_less_the_distance() {
    let mut random = Random::new(11);
    for (w, h, some) in [
        (37, 23, 0.02),
        (64, 9, 0.3),
        (1, 20, 0.2),
        (30, 1, 0.1),
        (24, 24, 1.0),
        (12, 12, 0.0),
        (9, 300, 0.1),
        (7, 400, 1.0),
    ] {
        let value = |random: &mut Random| random.between(-6.0 * 16.0, 25.0 * 16.0) as i16;
        let is: Vec<i16> = (0..w * h).map(|_| if random.chance(some) { value(&mut random) } else { NOWHERE }).collect();
        let mut felt = is.clone();
        on_a_thread(|exec| in_bands(&mut felt, w, usize::MAX, [0.0, 1.0], exec));
        // However many tasks do it: what is asked for is the same.
        let mut by_many = is.clone();
        on_a_thread(|exec| in_bands(&mut by_many, w, 1, [0.0, 1.0], exec));
        let near = |felt: &[i16]| felt.iter().map(|v| (*v).max(-8 * UNIT as i16)).collect::<Vec<_>>();
        assert_eq!(near(&felt), near(&by_many));
        for (i, felt) in felt.into_iter().enumerate() {
            let by = |unit: f32| {
                let of = is.iter().enumerate().filter(|(_, v)| **v != NOWHERE);
                let less = of.map(|(j, v)| {
                    let [dx, dy] = [(i % w).abs_diff(j % w), (i / w).abs_diff(j / w)];
                    f32::from(*v) - unit * (dx as f32).hypot(dy as f32)
                });
                less.fold(f32::from(NOWHERE), f32::max)
            };
            let (least, most) = (by(0.953 * UNIT), by(0.875 * UNIT));
            assert!(f32::from(felt) <= most + 0.01, "{w}×{h} {i}: {felt} is more than {most}");
            // So far away that nobody asks, it may be less.
            let asked = some == 1.0 || least > -8.0 * UNIT;
            assert!(!asked || f32::from(felt) >= least - 0.01, "{w}×{h} {i}: {felt} is less than {least}");
        }
    }
}

#[test]
fn what_is_seen_from_an_asked_pixel_is_needed_and_what_is_far_is_not() {
    let rect = Rect::new(-70, -37, 300, 150);
    let mut random = Random::new(13);
    let stones: Vec<f32> = (0..500).map(|_| random.between(-30.0, 30.0) as f32).collect();
    let stone = |x: i32, y: i32| stones[(x.div_euclid(37) + 7 + 20 * (y.div_euclid(11) + 7)) as usize];
    let of = field(rect, |x, y| (stone(x, y), RED));
    for (ax, ay) in [(45, 37), (-70, -37), (299, 149), (64, 16), (63, 15)] {
        for wide in [1.0, 1.8] {
            let part = places(rect).map(|p| if p == (ax, ay) { WHOLE } else { 0 }).collect();
            let needed = on_a_thread(|exec| {
                let asked = Asked::new(Finer::whole(&of), Parts { rect, part, any: true }, None, wide, exec)?;
                Needed::new(&of, rect, &asked, wide, exec).map(|[needed, _]| needed)
            });
            let any = |x: i32, y: i32| needed.any(&Rect::new(x, y, x + 1, y + 1));
            for (x, y) in places(rect) {
                let far = ((x - ax) as f32 / wide).hypot((y - ay) as f32);
                assert!(far > stone(x, y).abs() + 1.0 || any(x, y), "{ax} {ay}: {x} {y} is needed");
                // Nothing reaches farther than this; the rest is what blocks, squares and rounding add.
                let far = [(x - ax).abs() - BLOCK, (y - ay).abs() - ROWS].map(|d| d - 16 - 4).into_iter().max();
                assert!(far <= Some((30.0 * wide) as i32) || !any(x, y), "{ax} {ay}: {x} {y} is not needed");
            }
            for y in [rect.y1, ay, rect.y2 - 1] {
                let mut to = vec![0.0; rect.width()];
                needed.copy(rect.x1, y, &vec![1.0; rect.width()], &mut to);
                assert!((rect.x1..).zip(&to).all(|(x, v)| (*v == 1.0) == any(x, y)), "{ax} {ay}: row {y}");
            }
        }
    }
}

#[test]
fn planes_that_are_too_short_have_no_places() {
    let plane: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let places = |n: [usize; 2], places| SideBySide::<2, 4>::new(n.map(|n| &plane[..n]), places).places();
    assert_eq!([places([12, 12], 9), places([12, 12], 10), places([11, 12], 9), places([12, 11], 9)], [9, 0, 0, 0]);
    assert_eq!([places([4, 4], 1), places([3, 4], 1), places([0, 0], 1), places([12, 12], 0)], [1, 0, 0, 0]);
    assert_eq!(SideBySide::<2, 4>::new([&plane, &plane[1..]], 8).at(1, 7), &[8.0, 9.0, 10.0, 11.0]);
}

/// A wall, a ball before it, and a sharp post, all with a soft texture: root mean square and greatest difference.
#[test]
fn smaller_pictures_say_what_the_picture_says() {
    const LARGEST: f64 = 40.0;
    let depth = |coc: f64| (4.0 / (1.0 - coc / LARGEST)) as f32;
    let mut random = Random::new(17);
    let noise: Vec<Rgba> = (0..40 * 40).map(|_| colour(&mut random)).collect();
    let soft = |x: i32, y: i32, base: Rgba| -> Rgba {
        let (i, j, u, v) = (x / 6, y / 6, (x % 6) as f32 / 6.0, (y % 6) as f32 / 6.0);
        let at = |i: i32, j: i32, c: usize| noise[(j * 40 + i) as usize][c];
        let mixed = |c| {
            let row = |j| (1.0 - u) * at(i, j, c) + u * at(i + 1, j, c);
            0.5 * base[c] + 0.5 * ((1.0 - v) * row(j) + v * row(j + 1))
        };
        [mixed(0), mixed(1), mixed(2), 1.0]
    };
    let scene = Scene::new(Rect::new(0, 0, 200, 140), |x, y| {
        let ball = f64::from(x - 80).hypot(f64::from(y - 70)) < 38.0;
        let coc = if (170..178).contains(&x) { 0.0 } else { [36.0, -28.0][usize::from(ball)] };
        (soft(x, y, if ball { RED } else { BLUE }), depth(coc))
    });
    let lens = || {
        let sizes = Values::default().double("sizeAtInfinity", LARGEST).double("maxSize", LARGEST);
        sizes.double("focusDistance", 4.0).int("quality", 1)
    };
    let blades = lens().int("bokehShape", 1).int("blades", 5);
    for (name, values, root, most) in [("disc", lens(), 0.0057, 0.039), ("blades", blades, 0.0054, 0.056)] {
        let smaller = scene.render(&ZDefocus, &values);
        let whole = with(Switches { one_size: true, ..Switches::default() }, || scene.render(&ZDefocus, &values));
        assert!(!same_bits(&smaller, &whole), "{name}: nothing was smaller");
        let off = || smaller.iter().zip(&whole).flat_map(|(a, b)| (0..4).map(|c| (a[c] - b[c]).abs()));
        let square = (off().map(|d| f64::from(d * d)).sum::<f64>() / (4 * smaller.len()) as f64).sqrt();
        let worst = off().fold(0.0, f32::max);
        assert!(square < root && worst < most, "{name}: {square} {worst}");
    }
}

/// What is hidden is the same whether it is looked for everywhere or only where it can be seen.
#[test]
fn what_lies_behind_is_the_same_where_only_a_part_is_needed() {
    let mut random = Random::new(29);
    let rect = Rect::new(-70, -40, 190, 90);
    // Stripes in front of a slanted wall: far more surfaces hide something than are asked for.
    let of = field(rect, |x, y| match (x + y).rem_euclid(23) {
        0..7 => (-4.0 + 0.01 * y as f32, RED),
        _ => (6.0 + 0.02 * x as f32 + random.between(0.0, 0.3) as f32, BLUE),
    });
    let envelope = on_a_thread(|exec| hidden::envelope(&of, exec));
    let all = on_a_thread(|exec| hidden::behind(&of, &envelope, rect, (None, 1), exec));
    let part: Vec<u8> = places(rect).map(|(x, y)| if x < 20 && y < 0 { WHOLE } else { 0 }).collect();
    let (mut inside, mut left_out) = (0, 0);
    let (needed, some) = on_a_thread(|exec| {
        let asked = Asked::new(Finer::whole(&of), Parts { rect, part, any: true }, None, 1.0, exec)?;
        let [_, needed] = Needed::new(&of, rect, &asked, 1.0, exec)?;
        let some = hidden::behind(&of, &envelope, rect, (Some(&needed), 1), exec)?;
        Ok((needed, some))
    });
    for (x, y) in places(rect) {
        if needed.at(x, y) {
            assert_eq!(some.at(x, y), all.at(x, y), "({x}, {y})");
            inside += usize::from(all.at(x, y).is_some());
        } else {
            assert!(some.at(x, y).is_none(), "({x}, {y}) is not needed");
            left_out += usize::from(all.at(x, y).is_some());
        }
    }
    assert!(inside > 100 && left_out > 100, "{inside} in, {left_out} out: the test is none");
}

/// Blocks of bytes that are looked at as a whole lose none.
#[test]
fn the_first_and_the_last_are_found() {
    let mut random = Random::new(3);
    for n in [0, 1, 2, 31, 32, 33, 64, 95, 200] {
        for few in [0.0, 0.01, 0.1, 0.9, 1.0] {
            let mut row = || (0..n).map(|_| u8::from(random.between(0.0, 1.0) < few) * 7).collect::<Vec<_>>();
            let (a, b) = (row(), row());
            let both = |i: &usize| a[*i] > 0 && b[*i] > 0;
            let wanted = (0..n).find(both).zip((0..n).rfind(both)).map(|(first, last)| [first, last]);
            assert_eq!(first_and_last([&a, &b]), wanted, "{n}, {few}");
        }
    }
}
