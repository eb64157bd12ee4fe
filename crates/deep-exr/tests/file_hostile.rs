//! Files that lie. Each gives an error in words or a picture, within the limits, and never a panic.

mod file_common;
#[path = "file_common/judge.rs"]
mod judge;

use deep_exr::{Error, Limits, SampleType, Window};
use file_common::dice::Dice;
use file_common::forge::{self, Block, NONE, Part, Picture, RLE, ZIP, ZIPS, ints, table_of_one};
use judge::{Verdict, alone, judge, limits};

const CHANNELS: &[(&str, SampleType)] =
    &[("A", SampleType::Half), ("Z", SampleType::Float), ("ZBack", SampleType::Float), ("id", SampleType::Uint)];
const HUGE: [u64; 8] = [1 << 20, i32::MAX as u64, 1 << 31, 1 << 32, 1 << 62, (1 << 63) - 1, 1 << 63, u64::MAX];

fn picture(seed: u64) -> Picture {
    Picture::random(Window { x1: -2, y1: 3, x2: 9, y2: 21 }, CHANNELS, 4, &mut Dice(seed))
}

/// Small honest files of all layouts.
fn honest() -> Vec<(&'static str, Vec<u8>)> {
    let (a, mut dice) = (picture(1), Dice(2));
    let mut parts = vec![Part::scanline(&a, ZIPS), Part::tiled(&picture(3), ZIPS, (5, 6), 0, false, &mut dice)];
    parts[0].set("name", "string", b"first");
    parts[1].set("name", "string", b"second");
    vec![
        ("rows, none", forge::file(&[Part::scanline(&a, NONE)])),
        ("rows, RLE", forge::file(&[Part::scanline(&a, RLE)])),
        ("rows, ZIP", forge::file(&[Part::scanline(&a, ZIP)])),
        ("tiles, ZIPS", forge::file(&[Part::tiled(&a, ZIPS, (4, 7), 0, false, &mut dice)])),
        ("tiles, RLE, ripmap", forge::file(&[Part::tiled(&a, RLE, (8, 8), 2, true, &mut dice)])),
        ("two parts", forge::file(&parts)),
    ]
}

/// Judges a file of one part, changed by `change`.
#[track_caller]
fn changed(mut part: Part, change: impl FnOnce(&mut Part), what: &str) -> Verdict {
    change(&mut part);
    judge(forge::file(&[part]), &limits(), what)
}

/// Judges a file of one part whose bytes are changed; `change` also gets the place of the offset table.
#[track_caller]
fn patched(part: &Part, change: impl FnOnce(&mut Vec<u8>, usize), what: &str) -> Verdict {
    let mut bytes = forge::file(std::slice::from_ref(part));
    let table = table_of_one(&bytes, part);
    change(&mut bytes, table);
    judge(bytes, &limits(), what)
}

#[track_caller]
fn assert_says(verdict: &Verdict, words: &str) {
    let text = verdict.says();
    assert!(text.contains(words), "{text}");
}

#[test]
fn cut_off_at_every_byte() {
    let _alone = alone();
    for (name, bytes) in honest() {
        assert!(judge(bytes.clone(), &limits(), name).result.is_ok(), "{name}");
        let mut slowest = 0.0_f64;
        for size in 0..bytes.len() {
            let verdict = judge(bytes[..size].to_vec(), &limits(), &format!("{name}, {size} bytes"));
            // The smaller copies of a ripmap are not read.
            assert!(verdict.result.is_err() || name.contains("ripmap"), "{name} is read from {size} bytes");
            slowest = slowest.max(verdict.seconds);
        }
        println!("{name}: {} cuts, slowest {:.2} ms", bytes.len(), slowest * 1e3);
    }
}

#[test]
fn flipped_bits() {
    let _alone = alone();
    let mut dice = Dice(10);
    for (name, bytes) in honest() {
        let (mut slowest, mut highest, mut read) = (0.0_f64, 0, 0);
        for case in 0..1500 {
            let mut bytes = bytes.clone();
            // Half of them in the header and the tables, where it hurts.
            let end = if case % 2 == 0 { bytes.len() as u32 } else { 900.min(bytes.len() as u32) };
            for _ in 0..=dice.below(4) {
                bytes[dice.below(end) as usize] ^= 1 << dice.below(8);
            }
            let verdict = judge(bytes, &limits(), &format!("{name}, case {case}"));
            slowest = slowest.max(verdict.seconds);
            highest = highest.max(verdict.peak);
            read += i32::from(verdict.result.is_ok());
        }
        println!("{name}: {read} of 1500 read, slowest {:.2} ms, most {} kB", slowest * 1e3, highest >> 10);
    }
}

#[test]
fn extreme_numbers_everywhere() {
    let _alone = alone();
    for (name, bytes) in honest() {
        let mut slowest = 0.0_f64;
        for at in 4..bytes.len().min(1600) - 8 {
            for value in [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x10_0000_u32] {
                let mut bytes = bytes.clone();
                bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
                slowest = slowest.max(judge(bytes, &limits(), &format!("{name}, {value:#x} at {at}")).seconds);
            }
        }
        println!("{name}: slowest {:.2} ms", slowest * 1e3);
    }
}

#[test]
fn blocks_that_claim_wrong_sizes() {
    let _alone = alone();
    let mut dice = Dice(11);
    for part in [
        Part::scanline(&picture(1), ZIPS),
        Part::scanline(&picture(1), NONE),
        Part::scanline(&picture(1), RLE),
        Part::tiled(&picture(1), ZIP, (4, 4), 0, false, &mut dice),
    ] {
        for (which, size) in [0, 1, 2].into_iter().flat_map(|w| HUGE.map(|s| (w, s))) {
            let what = format!("size {which} is {size}");
            let verdict = changed(part.clone(), |p| p.blocks[5].sizes[which] = size, &what);
            assert!(matches!(verdict.result, Err(Error::Damaged { .. })), "{what}");
        }
        let full = part.blocks.iter().position(|b| b.sizes[2] > 0).unwrap();
        for change in [-14_i64, -1, 1, 14] {
            let what = format!("size by {change}");
            let verdict = changed(
                part.clone(),
                |p| p.blocks[full].sizes[2] = p.blocks[full].sizes[2].wrapping_add_signed(change),
                &what,
            );
            assert!(matches!(verdict.result, Err(Error::Damaged { .. })), "{what}");
        }
    }
}

#[test]
fn tables_of_samples_that_contradict() {
    let _alone = alone();
    let picture = picture(1);
    let width = picture.window.width();
    let of_row = |y: i32| picture.block(Window { y1: y, y2: y + 1, ..picture.window });
    let row = (0..18).find(|row| !of_row(3 + row).1.is_empty()).expect("the picture is not empty");
    let with = |totals: &[i32]| {
        let table: Vec<u8> = totals.iter().flat_map(|t| t.to_le_bytes()).collect();
        let mut part = Part::scanline(&picture, ZIPS);
        part.blocks[row as usize] = Block::new(vec![3 + row], (table, of_row(3 + row).1), ZIPS);
        judge(forge::file(&[part]), &limits(), &format!("{totals:?}"))
    };
    let (_, data) = of_row(3 + row);
    let total = (data.len() / 14) as i32;
    assert!(with(&vec![total; width]).result.is_ok(), "all in the first pixel");
    let mut falling = vec![total; width];
    falling[2] = total + 1;
    assert_says(&with(&falling), &format!("the table of samples of row {} contradicts itself", 3 + row));
    let mut negative = vec![total; width];
    negative[0] = -1;
    assert_says(&with(&negative), "contradicts itself");
    assert_says(&with(&vec![total + 1; width]), "samples by its table, but holds");
    let many = format!("the pixel -2, {} has 2147483647 samples, 1048576 are allowed", 3 + row);
    assert_says(&with(&vec![i32::MAX; width]), &many);
    assert!(with(&vec![0; width]).result.is_err(), "no samples");
    assert!(with(&vec![total; width - 1]).result.is_err(), "a short table");
    assert!(with(&vec![total; width + 1]).result.is_err(), "a long table");
}

#[test]
fn offsets_that_lie() {
    let _alone = alone();
    let mut dice = Dice(12);
    for part in [Part::scanline(&picture(1), ZIPS), Part::tiled(&picture(1), ZIPS, (4, 4), 1, false, &mut dice)] {
        let get =
            |bytes: &[u8], table: usize, n: usize| u64::from_le_bytes(bytes[table + 8 * n..][..8].try_into().unwrap());
        // Block n gets the offset of block m, and more.
        let edit = |bytes: &mut [u8], table: usize, n: usize, m: usize, more: i64| {
            let to = get(bytes, table, m).wrapping_add_signed(more);
            bytes[table + 8 * n..][..8].copy_from_slice(&to.to_le_bytes());
        };
        assert_says(&patched(&part, |b, t| edit(b, t, 1, 0, 0), "shared"), "is there twice");
        let all = |b: &mut Vec<u8>, t: usize| (1..part.blocks.len()).for_each(|n| edit(b, t, n, 0, 0));
        assert_says(&patched(&part, all, "all shared"), "is there twice");
        let fixed = |to: u64| move |b: &mut Vec<u8>, t: usize| b[t + 16..][..8].copy_from_slice(&to.to_le_bytes());
        assert_says(&patched(&part, fixed(0), "missing"), "were never written");
        for to in [1, 8, 100].into_iter().chain(HUGE) {
            assert_says(&patched(&part, fixed(to), "outside"), "points outside the file");
        }
        for by in [-3, -1, 1, 5] {
            let verdict = patched(&part, |b, t| edit(b, t, 2, 2, by), "beside");
            assert!(verdict.result.is_err(), "offset by {by}");
        }
        // In another order than the rows: each block says itself where it belongs.
        let swap = |b: &mut Vec<u8>, t: usize| {
            let (one, two) = b[t..t + 16].split_at_mut(8);
            one.swap_with_slice(two);
        };
        assert!(patched(&part, swap, "swapped").result.is_ok());
    }
}

#[test]
fn blocks_in_wrong_places() {
    let _alone = alone();
    let mut dice = Dice(13);
    let rows = Part::scanline(&picture(1), ZIPS);
    for y in [2, 21, -1, i32::MIN, i32::MAX] {
        let verdict = changed(rows.clone(), |p| p.blocks[0].place[0] = y, "row");
        assert_says(&verdict, "outside the data window");
    }
    assert_says(&changed(rows, |p| p.blocks[0].place[0] = 5, "row twice"), "row 5 is there twice");
    let rows = Part::scanline(&picture(1), ZIP);
    assert_says(&changed(rows, |p| p.blocks[1].place[0] = 18, "between"), "outside the data window");
    let tiles = Part::tiled(&picture(1), ZIPS, (4, 4), 1, false, &mut dice);
    for place in [[3, 0, 0, 0], [0, 5, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1], [i32::MAX, i32::MIN, 0, 0]] {
        let verdict = changed(tiles.clone(), |p| p.blocks[0].place = place.to_vec(), "tile");
        assert_says(&verdict, "outside the data window");
    }
    let twice = changed(tiles, |p| p.blocks[0].place = vec![1, 1, 0, 0], "tile twice");
    assert_says(&twice, "the tile at 2, 7 is there twice");
}

/// A row of a few pixels with very many equal samples.
fn bomb(width: i32, samples: i32) -> (Vec<u8>, Vec<u8>) {
    let table = (1..=width).flat_map(|n| (samples * n).to_le_bytes()).collect();
    (table, vec![0; samples as usize * width as usize * 8])
}

fn bomb_part(width: i32, rows: i32) -> Part {
    let window = Window { x1: 0, y1: 0, x2: width, y2: rows };
    let channels = &[("A", SampleType::Float), ("Z", SampleType::Float)];
    Part::scanline(&Picture::random(window, channels, 0, &mut Dice(0)), ZIPS)
}

#[test]
fn bombs_of_samples() {
    let _alone = alone();
    let mut one = bomb_part(1, 24);
    let block = Block::new(vec![0], bomb(1, 8 << 20), ZIPS);
    one.blocks[0] = block.clone();
    let verdict = judge(forge::file(&[one.clone()]), &Limits::default(), "8 M samples in a pixel");
    println!("8 M samples in a pixel: {:.2} ms, {} kB; {}", verdict.seconds * 1e3, verdict.peak >> 10, verdict.says());
    assert_says(&verdict, "the pixel 0, 0 has 8388608 samples, 1048576 are allowed");
    for (y, place) in one.blocks.iter_mut().enumerate() {
        *place = Block { place: vec![y as i32], ..block.clone() };
    }
    let bytes = forge::file(&[one]);
    println!("the next file has {} kB", bytes.len() >> 10);
    for limits in [Limits::default(), limits()] {
        let verdict = judge(bytes.clone(), &limits, "24 such rows");
        println!("24 such rows: {:.2} ms, {} kB; {}", verdict.seconds * 1e3, verdict.peak >> 10, verdict.says());
        assert_says(&verdict, "times larger by unpacking, 200 times are allowed");
    }
    // Few enough in each pixel, but too many together: a row does not fit in the memory.
    let mut row = bomb_part(7, 1);
    row.blocks[0] = Block::new(vec![0], bomb(7, 1 << 20), ZIPS);
    let bytes = forge::file(&[row]);
    let verdict = judge(bytes.clone(), &limits(), "a row of 7 M samples");
    println!("a row of 7 M samples: {:.2} ms, {} kB; {}", verdict.seconds * 1e3, verdict.peak >> 10, verdict.says());
    assert!(matches!(verdict.result, Err(Error::Memory { .. })));
    let verdict = judge(bytes, &Limits::default(), "a row of 7 M samples");
    assert_eq!(verdict.result.unwrap(), 7 << 20, "a large memory can hold them");
}

#[test]
fn bombs_of_deflate() {
    let _alone = alone();
    // A block that becomes more than it says.
    let mut part = bomb_part(1, 1);
    part.blocks[0] = Block::new(vec![0], bomb(1, 1 << 20), ZIPS);
    let (table, _) = bomb(1, 100);
    part.blocks[0].sizes[0] = table.len() as u64;
    part.blocks[0].table = table;
    part.blocks[0].sizes[2] = 800;
    let verdict = judge(forge::file(&[part]), &limits(), "more than it says");
    assert!(matches!(verdict.result, Err(Error::Damaged { .. })));
    assert!(verdict.peak < 1 << 20, "{} bytes for 800", verdict.peak);
}

#[test]
fn very_large_and_nearly_empty() {
    let _alone = alone();
    let size = 8192;
    let mut table = vec![0; 4 * size as usize];
    *table.iter_mut().nth_back(3).unwrap() = 1;
    let empty = Block::new(vec![0], (vec![0; 4 * size as usize], Vec::new()), ZIPS);
    let one = Block::new(vec![0], (table, vec![0; 8]), ZIPS);
    for (row, samples) in [(empty, 0), (one, size as u64)] {
        let mut part = bomb_part(size, 1);
        part.set("dataWindow", "box2i", &ints(&[0, 0, size - 1, size - 1]));
        part.set("chunkCount", "int", &ints(&[size]));
        part.blocks = (0..size).map(|y| Block { place: vec![y], ..row.clone() }).collect();
        let bytes = forge::file(&[part]);
        let kilobytes = bytes.len() >> 10;
        let verdict = judge(bytes, &limits(), "nearly empty");
        let (ms, peak) = (verdict.seconds * 1e3, verdict.peak >> 10);
        println!("{size} × {size} pixels, {samples} samples, {kilobytes} kB: {ms:.0} ms, {peak} kB");
        assert_eq!(verdict.result.unwrap(), samples);
    }
}

/// `cargo test -p deep-exr --test file_hostile -- --ignored` makes the seeds of `fuzz/corpus/deep` anew.
#[test]
#[ignore = "writes into the project"]
fn write_seeds() {
    for (name, bytes) in honest() {
        let name = name.replace(", ", "-").replace(' ', "-");
        std::fs::write(file_common::corpus().join(format!("seed-{name}.exr")), bytes).unwrap();
    }
}
