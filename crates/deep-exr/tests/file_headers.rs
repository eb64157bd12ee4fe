//! Headers that lie or lack something, files of another kind, and disks that fail.

mod file_common;
#[path = "file_common/judge.rs"]
mod judge;

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use deep_exr::{Choice, DeepFile, Error, Limits, SampleType, Window};
use file_common::dice::Dice;
use file_common::forge::{self, NONE, Part, Picture, ZIPS, ints};
use judge::{Verdict, alone, judge, limits};

const CHANNELS: &[(&str, SampleType)] = &[("A", SampleType::Half), ("Z", SampleType::Float)];

fn picture() -> Picture {
    Picture::random(Window { x1: 0, y1: 0, x2: 12, y2: 10 }, CHANNELS, 4, &mut Dice(1))
}

fn rows() -> Part {
    Part::scanline(&picture(), ZIPS)
}

fn tiles() -> Part {
    Part::tiled(&picture(), ZIPS, (4, 4), 1, false, &mut Dice(2))
}

#[track_caller]
fn changed(mut part: Part, change: impl FnOnce(&mut Part), what: &str) -> Verdict {
    change(&mut part);
    judge(forge::file(&[part]), &limits(), what)
}

#[track_caller]
fn assert_says(verdict: &Verdict, words: &str) {
    let text = verdict.says();
    assert!(text.contains(words), "{text}");
}

#[test]
fn what_is_missing_is_named() {
    let _alone = alone();
    for (attribute, called) in [
        ("dataWindow", "data window"),
        ("displayWindow", "display window"),
        ("channels", "list of channels"),
        ("compression", "compression"),
        ("tiles", "tile size"),
    ] {
        let verdict = changed(tiles(), |p| p.remove(attribute), attribute);
        assert_says(&verdict, &format!("hostile.exr is damaged or incomplete: the header lacks a valid {called}."));
        // Of another type, and too short.
        for (kind, value) in [("string", &b"0123456789abcdef"[..]), ("box2i", &[0; 3])] {
            let verdict = changed(tiles(), |p| p.set(attribute, kind, value), attribute);
            assert_says(&verdict, "lacks a valid");
        }
    }
    // Without these a picture can be had.
    for attribute in ["lineOrder", "pixelAspectRatio", "chunkCount", "version", "screenWindowWidth"] {
        for part in [rows(), tiles()] {
            assert!(changed(part, |p| p.remove(attribute), attribute).result.is_ok(), "{attribute}");
        }
    }
    let verdict = changed(rows(), |p| p.attributes.clear(), "nothing");
    assert!(verdict.result.is_err());
}

#[test]
fn windows_that_cannot_be() {
    let _alone = alone();
    for part in [rows(), tiles()] {
        for window in [
            [0, 0, -1, 9],
            [0, 0, 11, -1],
            [5, 5, 4, 4],
            [i32::MIN, 0, i32::MAX, 9],
            [0, i32::MIN, 11, i32::MAX],
            [i32::MAX, 0, i32::MAX, 9],
            [i32::MIN, i32::MIN, i32::MIN, i32::MIN],
        ] {
            for name in ["dataWindow", "displayWindow"] {
                let verdict = changed(part.clone(), |p| p.set(name, "box2i", &ints(&window)), name);
                let odd_but_true = name == "displayWindow" && window == [i32::MIN; 4];
                assert_eq!(verdict.result.is_ok(), odd_but_true, "{name} {window:?}");
            }
        }
        let far = 1_000_000 - 1;
        let verdict = changed(part.clone(), |p| p.set("dataWindow", "box2i", &ints(&[0, 0, far, far])), "far");
        assert_says(&verdict, "its data window has 1000000 × 1000000 pixels, 268435456 in all are allowed");
        // As many rows as are allowed, honest in their number.
        let tall = (1 << 28) - 1;
        let change = |p: &mut Part| {
            p.set("dataWindow", "box2i", &ints(&[0, 0, 0, tall]));
            p.remove("chunkCount");
        };
        assert_says(&changed(part.clone(), change, "tall"), "it ends before the list of its");
        let verdict = changed(part, |p| p.set("dataWindow", "box2i", &ints(&[0, 0, 11, 12])), "more rows");
        assert_says(&verdict, "number of blocks does not fit");
    }
}

#[test]
fn tiles_that_cannot_be() {
    let _alone = alone();
    for (w, h) in [(0, 4), (4, 0), (-1, 4), (4, i32::MIN), (0, 0)] {
        let verdict = changed(tiles(), |p| p.set("tiles", "tiledesc", &[ints(&[w, h]), vec![0]].concat()), "size");
        assert_says(&verdict, "its tiles have");
    }
    for mode in [3, 15] {
        let verdict = changed(tiles(), |p| p.set("tiles", "tiledesc", &[ints(&[4, 4]), vec![mode]].concat()), "mode");
        assert_says(&verdict, "unknown kind of levels");
    }
    // One tile as large as numbers go is the whole window.
    let picture = picture();
    let part = Part::tiled(&picture, NONE, (1 << 30, i32::MAX / 2), 0, false, &mut Dice(3));
    assert!(judge(forge::file(&[part]), &limits(), "a large tile").result.is_ok());
    // A tile of many pixels in a small file: its table alone is too much for the memory.
    let mut part = Part::tiled(&picture, ZIPS, (1 << 14, 1 << 14), 0, false, &mut Dice(3));
    part.set("dataWindow", "box2i", &ints(&[0, 0, (1 << 14) - 1, (1 << 14) - 1]));
    part.blocks[0].table = vec![0; 2_000_000];
    part.blocks[0].sizes[0] = 2_000_000;
    assert_says(&judge(forge::file(&[part]), &limits(), "a large table"), "a table of samples would take it to");
}

#[test]
fn channels_that_cannot_be() {
    let _alone = alone();
    let list = |entries: &[(&[u8], [i32; 4])]| {
        let mut bytes = Vec::new();
        for (name, numbers) in entries {
            bytes.extend(*name);
            bytes.push(0);
            bytes.extend(ints(numbers));
        }
        bytes.push(0);
        bytes
    };
    let verdict = |bytes: &[u8]| changed(rows(), |p| p.set("channels", "chlist", bytes), "channels");
    let (a, z) = ((&b"A"[..], [1, 0, 1, 1]), (&b"Z"[..], [2, 0, 1, 1]));
    assert!(verdict(&list(&[z, a])).result.is_ok(), "their order does not matter");
    assert_says(&verdict(&list(&[a])), "hostile.exr has no depth: there is no channel Z, only A.");
    assert_says(&verdict(&list(&[a, a, z])), "the channel A is there twice");
    assert_says(&verdict(&list(&[])), "lacks a valid list of channels");
    assert_says(&verdict(&list(&[a, (b"Z", [0, 0, 1, 1])])), "its depth channel Z holds whole numbers");
    assert_says(&verdict(&list(&[a, (b"Z", [3, 0, 1, 1])])), "the channel Z has the unknown type 3");
    assert_says(&verdict(&list(&[a, (b"Z", [2, 0, 2, 1])])), "only one of 2 × 1 pixels");
    assert_says(&verdict(&list(&[a, (b"Z", [2, 0, 0, -1])])), "only one of 0 × -1 pixels");
    assert_says(&verdict(&list(&[a, (&[b'x'; 300], [2, 0, 1, 1]), z])), "does not end");
    assert_says(&verdict(&[list(&[a, z]), vec![0; 3]].concat()), "has not the length it claims");
    let names: Vec<Vec<u8>> = (0..1100).map(|n| format!("c{n:04}").into_bytes()).collect();
    let many: Vec<(&[u8], [i32; 4])> = names.iter().map(|n| (n.as_slice(), [1, 0, 1, 1])).collect();
    assert_says(&verdict(&list(&many)), "more than 1024 channels");
    // A name with a line break does not break the message.
    let says = verdict(&list(&[(b"a\nb\x1b", [9, 0, 1, 1])])).says();
    assert!(says.contains("the channel a?b? has"), "{says}");
    // Names that are no text are still channels.
    assert!(verdict(&list(&[(b"\xff\xfe", [1, 0, 1, 1]), z])).result.is_ok());
}

#[test]
fn flat_pictures_are_called_so() {
    let _alone = alone();
    let flat = "hostile.exr is a flat picture, not a deep one. Choose the renderer's deep output.";
    for kind in ["scanlineimage", "tiledimage", "something new"] {
        assert_eq!(changed(rows(), |p| p.set("type", "string", kind.as_bytes()), kind).says(), flat);
    }
    assert_eq!(changed(rows(), |p| p.remove("type"), "no type").says(), flat);
    // A flat part may have what a deep one may not, also beside a deep one.
    let fewer = [&b"BY"[..], &[0], &ints(&[1, 0, 2, 2]), b"Y", &[0], &ints(&[7, 0, 1, 1]), &[0]].concat();
    let mut part = rows();
    part.set("channels", "chlist", &fewer);
    assert_says(&changed(part.clone(), |_| (), "fewer"), "only one of 2 × 2 pixels");
    part.set("type", "string", b"scanlineimage");
    assert_eq!(changed(part.clone(), |_| (), "fewer").says(), flat);
    let bytes = forge::file(&[part, rows()]);
    let file = DeepFile::from_reader("both.exr", Cursor::new(bytes), &Limits::default()).unwrap();
    assert!(file.part(&Choice::First).is_ok());
    // Not marked as deep, whatever its type says.
    let mut bytes = forge::file(&[rows()]);
    bytes[5] &= !8;
    assert_says(&judge(bytes, &limits(), "a false type"), "a flat picture, not a deep one, although its type says so");
    // Deep by mark and type, with the bytes of a flat one.
    let mut bytes = forge::file(&[rows()]);
    let size = bytes.len();
    let mut dice = Dice(5);
    bytes[size - 400..].fill_with(|| dice.next() as u8);
    assert!(judge(bytes, &limits(), "other bytes").result.is_err());
}

#[test]
fn other_kinds_of_files() {
    let _alone = alone();
    for (bytes, says) in [
        (&b""[..], "it is empty"),
        (b"v/1", "is not an OpenEXR file"),
        (b"\x89PNG\r\n\x1a\n0000", "is not an OpenEXR file"),
        (b"\x76\x2f\x31\x01\x03\0\0\0\0\0\0\0", "its OpenEXR version (0x3) is not known"),
        (b"\x76\x2f\x31\x01\x02\0\x10\0\0\0\0\0", "is not known"),
        (b"\x76\x2f\x31\x01\x02\x08\0\0", "it ends within its header"),
        (b"\x76\x2f\x31\x01\x02\x08\0\0\0", "its header is empty"),
        (b"\x76\x2f\x31\x01\x02\x18\0\0\0", "its header is empty"),
    ] {
        assert_says(&judge(bytes.to_vec(), &limits(), says), says);
    }
    for code in [4, 9, 255] {
        let verdict = changed(rows(), |p| p.set("compression", "compression", &[code]), "compression");
        assert!(matches!(verdict.result, Err(Error::Unsupported { .. })));
    }
}

#[test]
fn attributes_and_parts_without_end() {
    let _alone = alone();
    for size in [-1, i32::MIN, i32::MAX, 1 << 20] {
        let mut bytes = forge::file(&[rows()]);
        let at = bytes.windows(7).position(|w| w == b"version").unwrap() + 12;
        bytes[at..at + 4].copy_from_slice(&i32::to_le_bytes(size));
        assert_says(&judge(bytes, &limits(), "claims"), "the attribute version claims");
    }
    // Very many small attributes: what is kept of them is bounded.
    let mut bytes = vec![0x76, 0x2f, 0x31, 0x01, 2, 8, 0, 0];
    for _ in 0..500_000 {
        bytes.extend(b"a\0b\0\0\0\0\0");
    }
    assert_says(&judge(bytes, &limits(), "attributes"), "its headers have more than 262144 entries");
    let mut bytes = vec![0x76, 0x2f, 0x31, 0x01, 2, 0x18, 0, 0];
    for _ in 0..5000 {
        bytes.extend(b"a\0b\0\0\0\0\0\0");
    }
    assert_says(&judge(bytes, &limits(), "parts"), "it has more than 4096 parts");
}

#[test]
fn parts_that_lie_about_their_blocks() {
    let _alone = alone();
    let two = |change: &dyn Fn(&mut [Part; 2])| {
        let mut parts = [rows(), tiles()];
        change(&mut parts);
        judge(forge::file(&parts), &limits(), "two parts")
    };
    assert!(two(&|_| ()).result.is_ok());
    assert_says(&two(&|p| p[0].remove("chunkCount")), "part 0 does not say how many blocks it has");
    for count in [-1, 0, 9, 11, i32::MIN, i32::MAX] {
        let verdict = two(&|p| p[0].set("chunkCount", "int", &ints(&[count])));
        assert_says(&verdict, "its number of blocks does not fit its data window");
    }
    // A flat part before a deep one moves the deep one's list, however far it says.
    for count in [-1, i32::MAX, 3] {
        let verdict = two(&|p| {
            p[0].set("type", "string", b"scanlineimage");
            p[0].set("chunkCount", "int", &ints(&[count]));
        });
        assert!(verdict.result.is_err(), "{count}");
    }
}

/// A disk that fails after a number of reads, or gives only the beginning.
struct Failing {
    inner: Cursor<Vec<u8>>,
    reads: usize,
    ended: bool,
}

impl Read for Failing {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.reads == 0 {
            return if self.ended { Ok(0) } else { Err(io::Error::other("the cable is out")) };
        }
        self.reads -= 1;
        self.inner.read(to)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn disks_that_fail_at_any_moment() {
    let _alone = alone();
    let bytes = forge::file(&[rows()]);
    for ended in [false, true] {
        for reads in 0..60 {
            let reader = Failing { inner: Cursor::new(bytes.clone()), reads, ended };
            let result = DeepFile::from_reader("net.exr", reader, &Limits::default())
                .and_then(|f| f.part(&Choice::First))
                .and_then(|p| p.read_rows(0..10, &[0], &|| false));
            match result {
                Ok(_) => assert!(reads > 20, "read in {reads} pieces"),
                Err(error) if ended => assert!(error.to_string().contains("it became shorter"), "{error}"),
                Err(error) => {
                    assert!(error.to_string().contains("net.exr cannot be read: the cable is out"), "{error}")
                }
            }
        }
    }
}

/// A file that others write to.
#[derive(Clone)]
struct Changing(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Read for Changing {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.lock().unwrap().read(to)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

#[test]
fn files_that_change_after_opening() {
    let _alone = alone();
    let mut dice = Dice(6);
    let bytes = forge::file(&[rows()]);
    let other = {
        let picture = Picture::random(Window { x1: 0, y1: 0, x2: 12, y2: 10 }, CHANNELS, 4, &mut Dice(77));
        forge::file(&[Part::scanline(&picture, ZIPS)])
    };
    for case in 0..400 {
        // With this memory no table is kept.
        let limits = Limits { memory: if case % 2 == 0 { 8_000 } else { 1 << 20 }, ..Limits::default() };
        let shared = Changing(Arc::new(Mutex::new(Cursor::new(bytes.clone()))));
        let part = DeepFile::from_reader("busy.exr", shared.clone(), &limits).unwrap().part(&Choice::First).unwrap();
        {
            let mut cursor = shared.0.lock().unwrap();
            let now = cursor.get_mut();
            match case % 4 {
                0 | 1 => *now = other.clone(),
                2 => now.truncate(now.len() - dice.below(600) as usize),
                _ => (0..20).for_each(|_| {
                    let at = now.len() - 1 - dice.below(600) as usize;
                    now[at] = dice.next() as u8;
                }),
            }
        }
        let _picture_or_error = part.read_rows(0..10, &[0], &|| false);
        let _picture_or_error = part.depth_range(&|| false);
    }
}

#[test]
fn paths_that_are_no_files() {
    let _alone = alone();
    let folder = env!("CARGO_MANIFEST_DIR");
    let error = DeepFile::open(folder, &Limits::default()).unwrap_err().to_string();
    assert!(error.contains(folder) && error.contains("it is a folder"), "{error}");
    let error = DeepFile::open("no such file.exr", &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }));
    let error = error.to_string();
    assert!(error.starts_with("no such file.exr cannot be read: "), "{error}");
}
