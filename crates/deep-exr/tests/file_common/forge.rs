//! Makes files of every layout that the reader knows, true or false ones. Shares no code with the crate's writer.

use deep_exr::{Band, Numbers, SampleType, Window};

use super::dice::Dice;

/// A deep picture as bit patterns, channel by channel.
#[derive(Clone, Debug)]
pub struct Picture {
    pub window: Window,
    /// Sorted by name.
    pub channels: Vec<(String, SampleType)>,
    pub counts: Vec<u32>,
    /// The first sample of each pixel, and the end.
    starts: Vec<u32>,
    /// One list a channel, one pattern (16 or 32 bits) a sample.
    pub values: Vec<Vec<u32>>,
}

impl Picture {
    pub fn random(window: Window, channels: &[(&str, SampleType)], most: u32, dice: &mut Dice) -> Self {
        let pixels = window.width() * window.height();
        // Empty stretches and crowded ones, as in real pictures.
        let mut crowd = 0;
        let counts: Vec<u32> = (0..pixels)
            .map(|_| {
                if dice.below(8) == 0 {
                    crowd = dice.below(most + 1);
                }
                if crowd == 0 { 0 } else { dice.below(crowd + 1) }
            })
            .collect();
        let mut starts = vec![0];
        for count in &counts {
            starts.push(starts[starts.len() - 1] + count);
        }
        let samples = starts[pixels];
        let mut channels: Vec<_> = channels.iter().map(|&(n, t)| (n.to_owned(), t)).collect();
        channels.sort_by(|a, b| a.0.cmp(&b.0));
        let values = channels
            .iter()
            .map(|(_, kind)| {
                let mut last = 0;
                let mask = if *kind == SampleType::Half { 0xffff } else { u32::MAX };
                (0..samples)
                    .map(|_| {
                        if dice.below(3) != 0 {
                            last = dice.next() as u32 & mask;
                        }
                        last
                    })
                    .collect()
            })
            .collect();
        Self { window, channels, counts, starts, values }
    }

    /// What the reader should make of it, with all channels.
    pub fn band(&self) -> Band {
        let floats = |at: usize| -> Vec<f32> {
            let half = self.channels[at].1 == SampleType::Half;
            let one =
                |&bits: &u32| if half { half::f16::from_bits(bits as u16).to_f32() } else { f32::from_bits(bits) };
            self.values[at].iter().map(one).collect()
        };
        let named = |name: &str| self.channels.iter().position(|(n, _)| n == name);
        let channels = (0..self.channels.len())
            .map(|at| match self.channels[at].1 {
                SampleType::Uint => Numbers::Uint(self.values[at].clone()),
                _ => Numbers::Float(floats(at)),
            })
            .collect();
        Band {
            window: self.window,
            starts: self.starts.clone(),
            front: floats(named("Z").unwrap()),
            back: named("ZBack").map(floats),
            channels,
        }
    }

    /// Table and samples of a block, unpacked.
    pub fn block(&self, block: Window) -> (Vec<u8>, Vec<u8>) {
        let (mut table, mut data) = (Vec::new(), Vec::new());
        for y in block.y1..block.y2 {
            let row = (y - self.window.y1) as usize * self.window.width();
            let pixels = row + (block.x1 - self.window.x1) as usize..row + (block.x2 - self.window.x1) as usize;
            let mut total = 0_u32;
            for &count in &self.counts[pixels.clone()] {
                total += count;
                table.extend(total.to_le_bytes());
            }
            let samples = self.starts[pixels.start] as usize..self.starts[pixels.end] as usize;
            for ((_, kind), values) in self.channels.iter().zip(&self.values) {
                for value in &values[samples.clone()] {
                    data.extend(&value.to_le_bytes()[..kind.bytes()]);
                }
            }
        }
        (table, data)
    }
}

/// A block as it lies in the file; every field may lie.
#[derive(Clone, Debug)]
pub struct Block {
    /// Row, or column and row of the tile and its level in both directions.
    pub place: Vec<i32>,
    pub table: Vec<u8>,
    pub packed: Vec<u8>,
    pub sizes: [u64; 3],
}

/// A part as it lies in the file.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Name, type, value.
    pub attributes: Vec<(String, String, Vec<u8>)>,
    pub blocks: Vec<Block>,
    /// Order of the blocks in the file; as they are, where empty.
    pub order: Vec<usize>,
}

/// Compression codes of the format.
pub const NONE: u8 = 0;
pub const RLE: u8 = 1;
pub const ZIPS: u8 = 2;
pub const ZIP: u8 = 3;

pub fn ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

impl Part {
    pub fn set(&mut self, name: &str, kind: &str, value: &[u8]) {
        self.remove(name);
        self.attributes.push((name.to_owned(), kind.to_owned(), value.to_vec()));
    }

    pub fn remove(&mut self, name: &str) {
        self.attributes.retain(|(n, ..)| n != name);
    }

    fn header(picture: &Picture, kind: &str, compression: u8) -> Self {
        let w = picture.window;
        let mut part = Self::default();
        let mut list = Vec::new();
        for (name, kind) in &picture.channels {
            list.extend(name.as_bytes());
            list.push(0);
            let code = match kind {
                SampleType::Uint => 0,
                SampleType::Half => 1,
                SampleType::Float => 2,
            };
            list.extend(ints(&[code, 0, 1, 1]));
        }
        list.push(0);
        part.set("channels", "chlist", &list);
        part.set("compression", "compression", &[compression]);
        part.set("dataWindow", "box2i", &ints(&[w.x1, w.y1, w.x2 - 1, w.y2 - 1]));
        part.set("displayWindow", "box2i", &ints(&[0, 0, 9, 9]));
        part.set("lineOrder", "lineOrder", &[0]);
        part.set("pixelAspectRatio", "float", &1_f32.to_le_bytes());
        part.set("screenWindowCenter", "v2f", &[0; 8]);
        part.set("screenWindowWidth", "float", &1_f32.to_le_bytes());
        part.set("type", "string", kind.as_bytes());
        part.set("version", "int", &ints(&[1]));
        part
    }

    pub fn scanline(picture: &Picture, compression: u8) -> Self {
        let mut part = Self::header(picture, "deepscanline", compression);
        let step = if compression == ZIP { 16 } else { 1 };
        let w = picture.window;
        for y1 in (w.y1..w.y2).step_by(step) {
            let y2 = w.y2.min(y1 + step as i32);
            part.blocks.push(Block::new(vec![y1], picture.block(Window { y1, y2, ..w }), compression));
        }
        part.set("chunkCount", "int", &ints(&[part.blocks.len() as i32]));
        part
    }

    /// `levels`: 0 one, 1 mipmap, 2 ripmap; the smaller ones hold random samples of the right number of pixels.
    pub fn tiled(picture: &Picture, compression: u8, tile: (i32, i32), levels: u8, up: bool, dice: &mut Dice) -> Self {
        let mut part = Self::header(picture, "deeptile", compression);
        let mut description = ints(&[tile.0, tile.1]);
        description.push(levels | u8::from(up) << 4);
        part.set("tiles", "tiledesc", &description);
        for (lx, ly, w, h) in level_sizes(picture.window, levels, up) {
            if (lx, ly) == (0, 0) {
                part.add_tiles(picture, compression, tile, (0, 0));
            } else {
                let channels: Vec<(&str, SampleType)> =
                    picture.channels.iter().map(|(n, t)| (n.as_str(), *t)).collect();
                let window = Window { x1: 0, y1: 0, x2: w, y2: h };
                part.add_tiles(&Picture::random(window, &channels, 3, dice), compression, tile, (lx, ly));
            }
        }
        part.set("chunkCount", "int", &ints(&[part.blocks.len() as i32]));
        part
    }

    fn add_tiles(&mut self, picture: &Picture, compression: u8, tile: (i32, i32), level: (i32, i32)) {
        let w = picture.window;
        for (ty, y1) in (w.y1..w.y2).step_by(tile.1 as usize).enumerate() {
            for (tx, x1) in (w.x1..w.x2).step_by(tile.0 as usize).enumerate() {
                let window = Window { x1, y1, x2: w.x2.min(x1 + tile.0), y2: w.y2.min(y1 + tile.1) };
                let place = vec![tx as i32, ty as i32, level.0, level.1];
                self.blocks.push(Block::new(place, picture.block(window), compression));
            }
        }
    }
}

/// Level in both directions and its size, in the order of the offset table.
fn level_sizes(window: Window, levels: u8, up: bool) -> Vec<(i32, i32, i32, i32)> {
    let size = |full: usize, level: i32| {
        let exact = full as f64 / f64::powi(2.0, level);
        (if up { exact.ceil() } else { exact.floor() }).max(1.0) as i32
    };
    let count = |full: usize| {
        let exact = (full as f64).log2();
        1 + if up { exact.ceil() } else { exact.floor() } as i32
    };
    let (w, h) = (window.width(), window.height());
    match levels {
        0 => vec![(0, 0, w as i32, h as i32)],
        1 => (0..count(w.max(h))).map(|l| (l, l, size(w, l), size(h, l))).collect(),
        _ => {
            let rows = (0..count(h)).flat_map(|ly| (0..count(w)).map(move |lx| (lx, ly)));
            rows.map(|(lx, ly)| (lx, ly, size(w, lx), size(h, ly))).collect()
        }
    }
}

impl Block {
    pub fn new(place: Vec<i32>, (table, data): (Vec<u8>, Vec<u8>), compression: u8) -> Self {
        let plain = data.len() as u64;
        let (table, packed) = (pack(table, compression), pack(data, compression));
        Self { place, sizes: [table.len() as u64, packed.len() as u64, plain], table, packed }
    }
}

/// The whole file.
pub fn file(parts: &[Part]) -> Vec<u8> {
    let multi = parts.len() > 1;
    let mut bytes = vec![0x76, 0x2f, 0x31, 0x01];
    bytes.extend((2_u32 | 0x400 | 0x800 | if multi { 0x1000 } else { 0 }).to_le_bytes());
    for part in parts {
        for (name, kind, value) in &part.attributes {
            for word in [name, kind] {
                bytes.extend(word.as_bytes());
                bytes.push(0);
            }
            bytes.extend((value.len() as i32).to_le_bytes());
            bytes.extend(value);
        }
        bytes.push(0);
    }
    if multi {
        bytes.push(0);
    }
    let mut tables = Vec::new();
    for part in parts {
        tables.push(bytes.len());
        bytes.resize(bytes.len() + 8 * part.blocks.len(), 0);
    }
    for (number, part) in parts.iter().enumerate() {
        let order = if part.order.is_empty() { (0..part.blocks.len()).collect() } else { part.order.clone() };
        for index in order {
            let (offset, block) = (bytes.len() as u64, &part.blocks[index]);
            bytes[tables[number] + 8 * index..][..8].copy_from_slice(&offset.to_le_bytes());
            if multi {
                bytes.extend((number as i32).to_le_bytes());
            }
            bytes.extend(ints(&block.place));
            bytes.extend(block.sizes.map(u64::to_le_bytes).as_flattened());
            bytes.extend(&block.table);
            bytes.extend(&block.packed);
        }
    }
    bytes
}

/// Where the offset table of a file of one part begins.
pub fn table_of_one(file: &[u8], part: &Part) -> usize {
    let first = *part.order.first().unwrap_or(&0);
    let block = &part.blocks[first];
    let leader: Vec<u8> = [ints(&block.place), block.sizes.map(u64::to_le_bytes).as_flattened().to_vec()].concat();
    let first_block = file.windows(leader.len()).position(|w| w == leader).expect("the first block is there");
    first_block - 8 * part.blocks.len()
}

/// Packed where that is smaller, else as it is.
pub fn pack(bytes: Vec<u8>, compression: u8) -> Vec<u8> {
    let (mut halves, odd): (Vec<u8>, Vec<u8>) =
        (bytes.iter().step_by(2).copied().collect(), bytes.iter().skip(1).step_by(2).copied().collect());
    halves.extend(odd);
    let mut last = None;
    for byte in &mut halves {
        let value = *byte;
        *byte = last.map_or(value, |last: u8| value.wrapping_sub(last).wrapping_sub(128));
        last = Some(value);
    }
    let packed = match compression {
        NONE => return bytes,
        RLE => runs(&halves),
        _ => miniz_oxide::deflate::compress_to_vec_zlib(&halves, 6),
    };
    if packed.len() < bytes.len() { packed } else { bytes }
}

fn runs(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let equal = bytes[at..].iter().take(128).take_while(|&&b| b == bytes[at]).count();
        if equal >= 3 {
            out.extend([(equal - 1) as u8, bytes[at]]);
            at += equal;
            continue;
        }
        let mut end = at + equal;
        while end < bytes.len() && end - at < 127 && !bytes[end..].iter().take(3).all(|&b| b == bytes[end]) {
            end += 1;
        }
        out.push((-((end - at) as i32)) as i8 as u8);
        out.extend(&bytes[at..end]);
        at = end;
    }
    out
}
