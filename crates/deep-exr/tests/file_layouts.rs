//! Every layout of the format, made here and read back to the bit; the project's own test pictures.

mod file_common;

use std::io::Cursor;

use deep_exr::{Channel, Choice, DeepFile, DeepPart, DeepState, Header, Limits, Numbers, SampleType, Window};
use file_common::dice::Dice;
use file_common::forge::{self, NONE, Part, Picture, RLE, ZIP, ZIPS, ints};
use file_common::{CHANNELS, any_channels, any_window, assert_same, data, open, read, rows_of, whole};

fn shuffled(count: usize, dice: &mut Dice) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, dice.below(at as u32 + 1) as usize);
    }
    order
}

fn assert_reads(bytes: &[u8], picture: &Picture, what: &str) {
    let part = read(bytes);
    let expected = picture.band();
    assert_same(&whole(&part), &expected, what);
    let stats = part.stats();
    assert_eq!(stats.samples, picture.counts.iter().map(|&c| u64::from(c)).sum::<u64>(), "{what}");
    assert_eq!(stats.most, *picture.counts.iter().max().unwrap(), "{what}");
    assert_eq!(stats.least, *picture.counts.iter().min().unwrap(), "{what}");
    assert_eq!(stats.covered, picture.counts.iter().filter(|&&c| c > 0).count() as u64, "{what}");
}

/// Any rows, and any way to cut the picture, are the same as the whole.
fn assert_bands(part: &DeepPart, dice: &mut Dice, what: &str) {
    let all: Vec<usize> = (0..part.header().channels.len()).collect();
    let whole = whole(part);
    let window = part.header().data_window;
    let mut y = window.y1;
    while y < window.y2 {
        let end = (y + 1 + dice.below(20) as i32).min(window.y2);
        let band = part.read_rows(y..end, &all, &|| false).unwrap();
        assert_same(&band, &rows_of(&whole, y, end), what);
        y = end;
    }
    for bytes in [1, 2000, 20_000, 1 << 30] {
        let bands = part.bands(bytes, all.len()).unwrap();
        assert_eq!(bands[0].start, window.y1, "{what}");
        assert_eq!(bands[bands.len() - 1].end, window.y2, "{what}");
        assert!(bands.windows(2).all(|p| p[0].end == p[1].start), "{what}: {bands:?}");
        assert!(bands.iter().all(|rows| !rows.is_empty()), "{what}: {bands:?}");
        if bytes == 1 {
            assert_eq!(bands.len(), window.height(), "{what}");
        }
    }
}

#[test]
fn rows_with_every_compression_in_any_order() {
    let mut dice = Dice(1);
    for case in 0..120 {
        let compression = [NONE, RLE, ZIPS, ZIP][case % 4];
        let picture = Picture::random(any_window(&mut dice), &any_channels(&mut dice), 5, &mut dice);
        let mut part = Part::scanline(&picture, compression);
        part.set("lineOrder", "lineOrder", &[(case / 4 % 3) as u8]);
        part.order = match case / 4 % 3 {
            0 => Vec::new(),
            1 => (0..part.blocks.len()).rev().collect(),
            _ => shuffled(part.blocks.len(), &mut dice),
        };
        let what = format!("case {case}, compression {compression}, {:?}", picture.window);
        let bytes = forge::file(&[part]);
        assert_reads(&bytes, &picture, &what);
        assert_bands(&read(&bytes), &mut dice, &what);
    }
}

#[test]
fn tiles_of_every_compression_and_all_levels() {
    let mut dice = Dice(2);
    for case in 0..120 {
        let compression = [NONE, RLE, ZIPS, ZIP][case % 4];
        let picture = Picture::random(any_window(&mut dice), &any_channels(&mut dice), 5, &mut dice);
        let tile = (1 + dice.below(50) as i32, 1 + dice.below(50) as i32);
        let (levels, up) = ((case / 4 % 3) as u8, case / 12 % 2 == 1);
        let mut part = Part::tiled(&picture, compression, tile, levels, up, &mut dice);
        if dice.below(2) == 0 {
            part.order = shuffled(part.blocks.len(), &mut dice);
        }
        let what = format!("case {case}, compression {compression}, {:?}, {tile:?}, {levels}, {up}", picture.window);
        let bytes = forge::file(&[part]);
        assert_reads(&bytes, &picture, &what);
        assert_bands(&read(&bytes), &mut dice, &what);
    }
}

#[test]
fn tables_that_are_not_kept_are_read_again() {
    let mut dice = Dice(3);
    let picture = Picture::random(Window { x1: -30, y1: 7, x2: 70, y2: 2007 }, CHANNELS, 2, &mut dice);
    let all: Vec<usize> = (0..CHANNELS.len()).collect();
    let whole = picture.band();
    // A quarter of this cannot hold a byte for each of 200 000 pixels.
    let limits = Limits { memory: 700_000, ..Limits::default() };
    for part in [Part::scanline(&picture, ZIP), Part::tiled(&picture, ZIPS, (33, 17), 0, false, &mut dice)] {
        let file = DeepFile::from_reader("a file", Cursor::new(forge::file(&[part])), &limits).unwrap();
        let part = file.part(&Choice::First).unwrap();
        for rows in part.bands(90_000, all.len()).unwrap() {
            let band = part.read_rows(rows.clone(), &all, &|| false).unwrap();
            assert_same(&band, &rows_of(&whole, rows.start, rows.end), "not kept");
        }
        let error = part.read_rows(7..2007, &all, &|| false).unwrap_err();
        assert!(matches!(error, deep_exr::Error::Memory { .. }), "{error}");
        let error = error.to_string();
        assert!(error.contains("rows 7 to 2006") && error.contains("700.0 kB are allowed"), "{error}");
    }
}

#[test]
fn tiles_of_old_writers_have_whole_tables_at_the_edge() {
    let mut dice = Dice(4);
    let picture = Picture::random(Window { x1: 0, y1: 0, x2: 21, y2: 13 }, CHANNELS, 4, &mut dice);
    let mut part = Part::tiled(&picture, NONE, (16, 8), 0, false, &mut dice);
    for block in &mut part.blocks {
        block.table.resize(4 * 16 * 8, 0xee);
        block.sizes[0] = block.table.len() as u64;
    }
    assert_reads(&forge::file(&[part]), &picture, "whole tables");
}

#[test]
fn parts_by_number_name_and_view() {
    let mut dice = Dice(5);
    let pictures: Vec<Picture> =
        (0..3).map(|_| Picture::random(any_window(&mut dice), &any_channels(&mut dice), 4, &mut dice)).collect();
    let mut parts = vec![
        Part::scanline(&pictures[0], ZIPS),
        Part::tiled(&pictures[1], RLE, (8, 8), 1, true, &mut dice),
        Part::scanline(&pictures[2], ZIP),
    ];
    for (part, (name, view)) in parts.iter_mut().zip([("rgba.left", "left"), ("rgba.right", "right"), ("fog", "left")])
    {
        part.set("name", "string", name.as_bytes());
        part.set("view", "string", view.as_bytes());
    }
    let mut flat = Part::scanline(&pictures[0], ZIPS);
    flat.set("name", "string", b"flat");
    flat.set("type", "string", b"scanlineimage");
    parts.insert(1, flat);
    let file = DeepFile::from_reader("parts", Cursor::new(forge::file(&parts)), &Limits::default()).unwrap();
    assert_eq!(file.headers().len(), 4);
    let choose = |choice: Choice| file.part(&choice).map(|part| whole(&part));
    let view = |v: &str| Choice::View(v.to_owned());
    let name = |n: &str| Choice::Name(n.to_owned());
    for (choice, picture) in [
        (Choice::First, 0),
        (Choice::Index(0), 0),
        (Choice::Index(2), 1),
        (Choice::Index(3), 2),
        (view("left"), 0),
        (view("right"), 1),
        (name("rgba.right"), 1),
        (name("fog"), 2),
    ] {
        assert_same(&choose(choice.clone()).unwrap(), &pictures[picture].band(), &format!("{choice:?}"));
    }
    for (choice, says) in [
        (Choice::Index(1), "is a flat picture, not a deep one: part 1 (\"flat\") is"),
        (name("flat"), "is a flat picture"),
        (Choice::Index(4), "has no part 4; it has part 0 (\"rgba.left\") of view \"left\""),
        (view("middle"), "has no deep part of the view \"middle\""),
    ] {
        let error = choose(choice).unwrap_err().to_string();
        assert!(error.starts_with("parts ") && error.contains(says), "{error}");
    }
}

#[test]
fn attributes_are_understood() {
    let mut dice = Dice(6);
    let picture = Picture::random(Window { x1: 0, y1: 0, x2: 4, y2: 3 }, CHANNELS, 4, &mut dice);
    let mut part = Part::scanline(&picture, ZIPS);
    part.set("framesPerSecond", "rational", &ints(&[24000, 1001]));
    part.set("timeCode", "timecode", &ints(&[0x2359_5863 | 1 << 6, 7]));
    part.set("pixelAspectRatio", "float", &2_f32.to_le_bytes());
    let matrix: Vec<u8> = (0..16).flat_map(|i| (i as f32).to_le_bytes()).collect();
    part.set("worldToCamera", "m44f", &matrix);
    part.set("deepImageState", "deepImageState", &[1]);
    part.set("multiView", "stringvector", &[&ints(&[4])[..], b"left", &ints(&[5]), b"right"].concat());
    part.set("renderer", "string", b"a name");
    part.set("huge", "opaque", &vec![1; 300_000]);
    let part = read(&forge::file(&[part]));
    let header = part.header();
    assert_eq!(header.frames_per_second, Some((24000, 1001)));
    let code = header.time_code.unwrap();
    assert_eq!((code.time(), code.drop_frame(), code.user_data), ([23, 59, 58, 23], true, 7));
    assert_eq!(header.pixel_aspect, 2.0);
    assert_eq!(header.world_to_camera.unwrap()[5], 5.0);
    assert_eq!(header.deep_state, Some(DeepState::Sorted));
    assert_eq!(header.multi_view, ["left", "right"]);
    assert_eq!(header.display_window, Window { x1: 0, y1: 0, x2: 10, y2: 10 });
    for other in [("renderer", "string"), ("huge", "opaque")] {
        assert!(header.others.contains(&(other.0.to_owned(), other.1.to_owned())), "{:?}", header.others);
    }
    assert_same(&whole(&part), &picture.band(), "with many attributes");
}

#[test]
fn each_channel_finds_its_alpha() {
    let names = "A AR B G R Z a.A a.RA a.R a.b.B a.b.R a.b.id c.G c.R d.AB d.B";
    let channels = names.split(' ').map(|n| Channel { name: n.to_owned(), kind: SampleType::Half }).collect::<Vec<_>>();
    let header = Header::new(Window { x1: 0, y1: 0, x2: 1, y2: 1 }, channels);
    for (channel, alpha) in [
        ("R", "AR"),
        ("G", "A"),
        ("B", "A"),
        ("Z", "A"),
        ("A", "A"),
        ("AR", "AR"),
        ("a.R", "a.RA"),
        ("a.b.R", "a.RA"),
        ("a.b.B", "a.A"),
        ("a.b.id", "a.A"),
        ("c.R", "AR"),
        ("c.G", "A"),
        ("d.B", "d.AB"),
    ] {
        let found = header.alpha_of(header.channel(channel).unwrap()).map(|c| header.channels[c].name.as_str());
        assert_eq!(found, Some(alpha), "{channel}");
    }
    assert_eq!(header.layers(), ["a", "a.b", "c", "d"]);
    let rgba = header.rgba_of("d");
    assert_eq!(rgba.colors, [None, None, header.channel("d.B")]);
    assert_eq!(rgba.alphas, [None, None, header.channel("d.AB")]);
    assert_eq!((rgba.alpha, header.rgba_of("").alpha), (None, header.channel("A")));
    let none = Header::new(header.data_window, vec![Channel { name: "R".to_owned(), kind: SampleType::Half }]);
    assert_eq!((none.alpha_of(0), none.alpha_of(1)), (None, None));
}

#[test]
fn several_threads_read_at_a_time() {
    let mut dice = Dice(7);
    let picture = Picture::random(Window { x1: 0, y1: 0, x2: 90, y2: 120 }, CHANNELS, 6, &mut dice);
    let part = read(&forge::file(&[Part::tiled(&picture, ZIPS, (32, 16), 0, false, &mut dice)]));
    let whole = whole(&part);
    let all: Vec<usize> = (0..CHANNELS.len()).collect();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (part, whole, all) = (&part, &whole, &all);
            scope.spawn(move || {
                for y in 0..110 {
                    let y = (y * 7 + thread * 13) % 110;
                    let band = part.read_rows(y..y + 10, all, &|| false).unwrap();
                    assert_same(&band, &rows_of(whole, y, y + 10), "in threads");
                }
            });
        }
    });
}

#[test]
fn stopping_and_odd_questions() {
    let mut dice = Dice(8);
    let picture = Picture::random(Window { x1: 0, y1: 10, x2: 9, y2: 20 }, CHANNELS, 6, &mut dice);
    let part = read(&forge::file(&[Part::scanline(&picture, ZIPS)]));
    let error = part.read_rows(10..20, &[0], &|| true).unwrap_err();
    assert!(matches!(error, deep_exr::Error::Cancelled { .. }), "{error}");
    assert!(part.depth_range(&|| true).is_err());
    let file = forge::file(&[Part::scanline(&picture, ZIPS)]);
    let file = DeepFile::from_reader("a file", Cursor::new(file), &Limits::default()).unwrap();
    for after in 0..20 {
        let asked = std::cell::Cell::new(0);
        let stop = || asked.replace(asked.get() + 1) == after;
        let error = file.part_unless(&Choice::First, &stop).unwrap_err();
        assert!(matches!(error, deep_exr::Error::Cancelled { .. }), "{error}");
        assert_eq!(asked.get(), after + 1);
    }
    assert!(part.read_rows(10..20, &[99], &|| false).is_err());
    #[expect(clippy::reversed_empty_ranges, reason = "the question is odd")]
    for rows in [0..5, 20..40, 15..15, 18..12, i32::MAX..i32::MIN] {
        let band = part.read_rows(rows, &[0, 0], &|| false).unwrap();
        assert_eq!((band.window.height(), band.starts, band.front.len()), (0, vec![0], 0));
    }
    let band = part.read_rows(i32::MIN..12, &[0], &|| false).unwrap();
    assert_same(&part.read_rows(10..12, &[0], &|| false).unwrap(), &band, "clipped");
}

#[test]
fn the_designed_pixels_are_read_to_the_bit() {
    let text = std::fs::read_to_string(data("synth_cases.json")).unwrap();
    // The list knows numbers that strict JSON does not, each on a line of its own.
    let odd = |line: &str| matches!(line.trim().trim_end_matches(','), "NaN" | "Infinity" | "-Infinity");
    let quoted = |line: &str| match line.trim().strip_suffix(',') {
        Some(number) => format!("\"{number}\","),
        None => format!("\"{}\"", line.trim()),
    };
    let text: Vec<String> = text.lines().map(|l| if odd(l) { quoted(l) } else { l.to_owned() }).collect();
    let text = text.join("\n");
    let cases: serde_json::Value = serde_json::from_str(&text).unwrap();
    let number = |v: &serde_json::Value| match v {
        serde_json::Value::String(s) => s.parse::<f64>().unwrap() as f32,
        v => v.as_f64().unwrap() as f32,
    };
    for (name, half) in [("A", false), ("B", false), ("Ah", true), ("Bh", true)] {
        let part = open(data(&format!("synth_{name}.exr")));
        let at = |c: &str| part.header().channel(c).unwrap();
        let band = part.read_rows(0..1, &["A", "R", "G", "B"].map(at), &|| false).unwrap();
        assert_eq!(band.window.width(), cases.as_array().unwrap().len());
        let mut samples = 0;
        for (pixel, case) in cases.as_array().unwrap().iter().enumerate() {
            let expected = case[&name[..1]].as_array().unwrap();
            let range = band.starts[pixel] as usize..band.starts[pixel + 1] as usize;
            assert_eq!(range.len(), expected.len(), "{name} {}", case["name"]);
            for (s, expected) in range.zip(expected) {
                let mut found = vec![band.front[s], band.back.as_ref().unwrap()[s]];
                for numbers in &band.channels {
                    let Numbers::Float(v) = numbers else { panic!("{name} has no whole numbers") };
                    found.push(v[s]);
                }
                for (column, (found, expected)) in found.iter().zip(expected.as_array().unwrap()).enumerate() {
                    let expected = number(expected);
                    // Depths are floats in both kinds of file.
                    let expected = if half && column > 1 { half::f16::from_f32(expected).to_f32() } else { expected };
                    let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
                    assert!(same, "{name} {} sample {s}: {found} is not {expected}", case["name"]);
                }
                samples += 1;
            }
        }
        assert_eq!(samples, part.stats().samples, "{name}");
    }
}
