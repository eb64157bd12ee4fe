//! Random files, for as long as one likes: `FATHOM_FUZZ_SECONDS` (default 2), from `FATHOM_FUZZ_SEED` on.
//!
//! `FATHOM_FUZZ_SECONDS=60 FATHOM_FUZZ_SEED=$RANDOM cargo test --release -p deep-exr --test file_fuzz -- --nocapture`
//!
//! What fails is kept in `fuzz/corpus/deep` and read again by every later run.

mod file_common;
#[path = "file_common/judge.rs"]
mod judge;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use deep_exr::{Limits, SampleType, Window};
use file_common::dice::Dice;
use file_common::forge::{self, Block, Part, Picture, ints, pack};
use file_common::{corpus, data};
use judge::{alone, judge};

const CHANNELS: &[(&str, SampleType)] = &[
    ("A", SampleType::Half),
    ("AR", SampleType::Float),
    ("Z", SampleType::Float),
    ("ZBack", SampleType::Half),
    ("id", SampleType::Uint),
];
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    0x7f,
    0xff,
    0x10000,
    1 << 20,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 40,
    i64::MAX as u64,
    u64::MAX,
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn limits() -> Limits {
    Limits { memory: 16 << 20, ..Limits::default() }
}

/// Seeds, and what once failed.
fn kept() -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in [corpus(), data("")] {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "exr") {
                let bytes = std::fs::read(&path).unwrap();
                files.push((path, bytes));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_was_found_once_stays_mended() {
    let _alone = alone();
    let files = kept();
    assert!(files.len() >= 8, "only {} files in the corpus", files.len());
    for (path, bytes) in files {
        judge(bytes, &limits(), &path.display().to_string());
    }
}

#[test]
fn random_files() {
    let _alone = alone();
    let corpus: Vec<Vec<u8>> = kept().into_iter().map(|(_, bytes)| bytes).collect();
    let end = Instant::now() + Duration::from_secs(setting("FATHOM_FUZZ_SECONDS", 2));
    let first = setting("FATHOM_FUZZ_SEED", 1) << 32;
    let (mut count, mut read, mut slowest, mut found) = (0, 0, 0.0_f64, Vec::new());
    // On the slowest machine too, some.
    while (count < 100 || Instant::now() < end) && found.len() < 10 {
        let bytes = random_file(&corpus, &mut Dice(first + count));
        count += 1;
        match catch_unwind(AssertUnwindSafe(|| judge(bytes.clone(), &limits(), "random"))) {
            Ok(verdict) => {
                read += u64::from(verdict.result.is_ok());
                slowest = slowest.max(verdict.seconds);
            }
            Err(_) => found.push(keep(&bytes)),
        }
    }
    println!("{count} files, {read} read, slowest {:.1} ms", slowest * 1e3);
    assert!(found.is_empty(), "kept: {found:?}");
    assert!(
        count < 1000 || read * 50 > count && read < count,
        "{read} of {count} were read: the lies are too bold or too shy"
    );
}

/// Puts a finding where later runs find it.
fn keep(bytes: &[u8]) -> PathBuf {
    // FNV-1a: the same finding has the same name.
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let path = corpus().join(format!("found-{hash:016x}.exr"));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn random_file(corpus: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = match dice.below(4) {
        0 => corpus[dice.below(corpus.len() as u32) as usize].clone(),
        _ => {
            let parts: Vec<Part> = (0..1 + dice.below(4) / 3).map(|_| lying_part(dice)).collect();
            forge::file(&parts)
        }
    };
    if dice.below(2) == 0 {
        for _ in 0..=dice.below(3) {
            damage(&mut bytes, corpus, dice);
        }
    }
    bytes
}

/// Changes bytes, knowing nothing of what they mean.
fn damage(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], dice: &mut Dice) {
    let size = bytes.len() as u32;
    if size < 16 {
        return;
    }
    // More often near the beginning.
    let reach = if dice.below(2) == 0 { size.min(800) } else { size };
    let at = dice.below(reach - 8) as usize;
    match dice.below(7) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.next() as u8,
        2 => bytes[at..at + 4].copy_from_slice(&(dice.pick(&NUMBERS) as u32).to_le_bytes()),
        3 => bytes[at..at + 8].copy_from_slice(&dice.pick(&NUMBERS).to_le_bytes()),
        4 => bytes.truncate(at + 8),
        5 => {
            let (from, length) = (dice.below(size - 8) as usize, 1 + dice.below(40) as usize);
            let piece = bytes[from..(from + length).min(size as usize)].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {
            let other = &corpus[dice.below(corpus.len() as u32) as usize];
            let from = dice.below(other.len() as u32) as usize;
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
    }
}

/// A part that is honest, or lies in a few places and is packed properly all the same.
fn lying_part(dice: &mut Dice) -> Part {
    let window = Window { x1: dice.below(9) as i32 - 4, y1: dice.below(9) as i32 - 4, ..Window::default() };
    let window =
        Window { x2: window.x1 + 1 + dice.below(20) as i32, y2: window.y1 + 1 + dice.below(20) as i32, ..window };
    let channels: Vec<_> = CHANNELS.iter().copied().filter(|c| c.0 == "Z" || dice.below(2) == 0).collect();
    let most = dice.pick(&[0, 1, 3, 300]);
    let picture = Picture::random(window, &channels, most, dice);
    let compression = dice.below(4) as u8;
    let mut part = if dice.below(2) == 0 {
        Part::scanline(&picture, compression)
    } else {
        let tile = (1 + dice.below(24) as i32, 1 + dice.below(24) as i32);
        Part::tiled(&picture, compression, tile, dice.below(3) as u8, dice.below(2) == 0, dice)
    };
    for _ in 0..dice.below(3) {
        lie(&mut part, &picture, compression, dice);
    }
    part
}

fn lie(part: &mut Part, picture: &Picture, compression: u8, dice: &mut Dice) {
    let count = part.blocks.len() as u32;
    let which = dice.below(count) as usize;
    let block = &mut part.blocks[which];
    match dice.below(10) {
        0 => block.sizes[dice.below(3) as usize] = dice.pick(&NUMBERS),
        1 => {
            let size = &mut block.sizes[dice.below(3) as usize];
            *size = size.wrapping_add_signed(i64::from(dice.below(40)) - 20);
        }
        2 => {
            let at = dice.below(block.place.len() as u32) as usize;
            block.place[at] = if dice.below(2) == 0 { dice.below(6) as i32 } else { dice.pick(&NUMBERS) as i32 };
        }
        3 | 4 => {
            // A table with a wrong entry, well packed; with samples of the number that it claims, or not.
            let y1 = picture.window.y1;
            let (mut table, mut data) = picture.block(Window { y2: y1 + 1, ..picture.window });
            let at = 4 * dice.below(table.len() as u32 / 4) as usize;
            let value = if dice.below(2) == 0 { dice.below(2000) } else { dice.pick(&NUMBERS) as u32 };
            table[at..at + 4].copy_from_slice(&value.to_le_bytes());
            if dice.below(2) == 0 {
                let each: usize = picture.channels.iter().map(|c| c.1.bytes()).sum();
                data.resize(value.min(5000) as usize * each, 7);
            }
            let place = block.place.clone();
            *block = Block::new(place, (table, data), compression);
        }
        5 => {
            let table: Vec<u8> = (0..dice.below(400)).map(|_| dice.below(3) as u8).collect();
            block.table = pack(table, compression);
            block.sizes[0] = block.table.len() as u64;
        }
        6 => {
            let copy = part.blocks[dice.below(count) as usize].clone();
            part.blocks[which] = copy;
        }
        7 => {
            let at = dice.below(part.attributes.len() as u32) as usize;
            let value = &mut part.attributes[at].2;
            if !value.is_empty() {
                let byte = dice.below(value.len() as u32) as usize;
                value[byte] = dice.next() as u8;
            }
        }
        8 => {
            let at = dice.below(part.attributes.len() as u32) as usize;
            part.attributes.remove(at);
        }
        _ => {
            let values: Vec<i32> = (0..4).map(|_| dice.below(24) as i32 - 4).collect();
            part.set("dataWindow", "box2i", &ints(&values));
            part.remove("chunkCount");
        }
    }
}
