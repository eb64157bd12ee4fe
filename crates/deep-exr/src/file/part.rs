//! A part with its tables read and checked.

use std::sync::Arc;

use super::codec;
use super::counts::{self, Counts};
use super::error::{Error, Fault, megabytes, room};
use super::grid::{Grid, blocks_of_all_levels};
use super::header::{Compression, Header};
use super::limits::Limits;
use super::parse::Preamble;
use super::source::Source;
use super::stats::Stats;

/// A deep part of a file, ready to be read from any row on by any number of threads.
///
/// All tables were read and checked when it was made: [`Self::stats`] costs nothing. Memory is that of the tables
/// (mostly one byte a pixel).
pub struct DeepPart {
    pub(super) file: Arc<str>,
    pub(super) source: Arc<dyn Source>,
    pub(super) header: Header,
    pub(super) grid: Grid,
    pub(super) blocks: Vec<Block>,
    /// Places of `Z` and `ZBack` among the channels.
    pub(super) depths: (usize, Option<usize>),
    pub(super) limits: Limits,
    pub(super) stats: Stats,
    /// Bytes that the tables take.
    pub(super) kept: u64,
}

/// Where the bytes of a block lie, and how many samples they are.
pub(super) struct Block {
    /// Where its table begins in the file; its samples follow.
    pub(super) at: u64,
    /// Bytes of the table in the file.
    pub(super) table: u64,
    /// Bytes of the samples in the file.
    pub(super) packed: u64,
    pub(super) samples: u64,
    pub(super) counts: Counts,
}

/// Room that is used again from block to block.
#[derive(Default)]
pub(super) struct Work {
    pub(super) packed: Vec<u8>,
    pub(super) plain: Vec<u8>,
    pub(super) spare: Vec<u8>,
    pub(super) counts: Vec<u32>,
}

impl std::fmt::Debug for DeepPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeepPart").field("file", &self.file).field("header", &self.header).finish_non_exhaustive()
    }
}

impl DeepPart {
    /// What the part says about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many samples there are. From the tables, at no cost.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Bytes that the tables take, as long as this lives.
    pub fn table_bytes(&self) -> u64 {
        self.kept
    }

    /// Are there volumes (a channel `ZBack`)? Without it all samples are points.
    pub fn has_back(&self) -> bool {
        self.depths.1.is_some()
    }

    pub(super) fn named(&self, fault: Fault) -> Error {
        fault.of(&self.file)
    }

    pub(super) fn open(
        file: &Arc<str>,
        source: &Arc<dyn Source>,
        preamble: &Preamble,
        index: usize,
        limits: &Limits,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, Fault> {
        let header = preamble.headers[index].clone();
        if let Compression::Other(_) = header.compression {
            let name = header.compression.name();
            return Err(Fault::Unsupported(format!("its compression ({name}) is not one for deep data")));
        }
        let depths = header.depths()?;
        let grid = Grid::new(&header, limits)?;
        let total = blocks_of_all_levels(&grid, header.tiles)?;
        if header.chunk_count.is_some_and(|claimed| i64::from(claimed) != total as i64) {
            return Err(Fault::damaged("its number of blocks does not fit its data window"));
        }
        let table = table_start(preamble, index)?;
        let mut part = Self {
            file: file.clone(),
            source: source.clone(),
            header,
            grid,
            blocks: Vec::new(),
            depths,
            limits: *limits,
            stats: Stats::default(),
            kept: 0,
        };
        let part_number = preamble.multi_part.then_some(index);
        let offsets = part.read_offsets(table, total)?;
        part.read_leaders(&offsets, table + 8 * total, part_number, stop)?;
        drop(offsets);
        part.check_totals()?;
        part.read_tables(stop)?;
        Ok(part)
    }

    /// The offsets of the blocks of the full size, which come first.
    fn read_offsets(&self, at: u64, total: u64) -> Result<Vec<u64>, Fault> {
        let size = self.source.size();
        if total.checked_mul(8).and_then(|bytes| bytes.checked_add(at)).is_none_or(|end| end > size) {
            return Err(Fault::damaged(format!("it ends before the list of its {total} blocks does")));
        }
        let count = self.grid.count();
        self.allow(count as u64 * (8 + 16 + size_of::<Block>() as u64), "the list of its blocks")?;
        let mut bytes = room::<u8>(8 * count)?;
        bytes.resize(8 * count, 0);
        self.source.read_at(at, &mut bytes)?;
        let mut offsets = room(count)?;
        offsets.extend(bytes.chunks_exact(8).map(|b| u64::from_le_bytes(b.try_into().expect("eight bytes"))));
        let missing = offsets.iter().filter(|&&o| o == 0).count();
        if missing > 0 {
            let what = if self.grid.tiled { "tiles" } else { "blocks of rows" };
            return Err(Fault::damaged(format!("{missing} of its {count} {what} were never written")));
        }
        Ok(offsets)
    }

    /// Where each block is and how large, in the order of the pixels.
    fn read_leaders(
        &mut self,
        offsets: &[u64],
        first: u64,
        part_number: Option<usize>,
        stop: &dyn Fn() -> bool,
    ) -> Result<(), Fault> {
        let mut places: Vec<(u64, u64)> = room(offsets.len())?;
        let mut blocks: Vec<Option<Block>> = room(offsets.len())?;
        blocks.resize_with(offsets.len(), || None);
        let size = self.leader_size(part_number.is_some());
        let mut leader = [0; 44];
        for &offset in offsets {
            poll(stop)?;
            let end = offset.checked_add(size as u64);
            if offset < first || end.is_none_or(|end| end > self.source.size()) {
                return Err(Fault::damaged("its list of blocks points outside the file"));
            }
            self.source.read_at(offset, &mut leader[..size])?;
            let (index, block) = self.read_leader(&leader[..size], offset, part_number)?;
            places.push((offset, block.at + block.table + block.packed));
            if blocks[index].replace(block).is_some() {
                return Err(Fault::damaged(format!("{} is there twice", self.grid.called(index))));
            }
        }
        places.sort_unstable();
        if places.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(Fault::damaged("some of its blocks lie over each other"));
        }
        // As many as there are places, and none twice: all are there.
        self.blocks = blocks.into_iter().flatten().collect();
        Ok(())
    }

    fn leader_size(&self, multi_part: bool) -> usize {
        24 + if self.grid.tiled { 16 } else { 4 } + if multi_part { 4 } else { 0 }
    }

    fn read_leader(&self, mut leader: &[u8], offset: u64, part_number: Option<usize>) -> Result<(usize, Block), Fault> {
        let at = offset + leader.len() as u64;
        let mut int = || {
            let (value, rest) = leader.split_first_chunk::<4>().expect("a leader's size is known");
            leader = rest;
            i32::from_le_bytes(*value)
        };
        if part_number.is_some_and(|number| int() as i64 != number as i64) {
            return Err(Fault::damaged("its list of blocks points into another part"));
        }
        let index = if self.grid.tiled {
            let place = [int(), int(), int(), int()];
            self.grid.tile(place[0], place[1]).filter(|_| place[2] == 0 && place[3] == 0)
        } else {
            self.grid.scanline(int())
        };
        let Some(index) = index else {
            return Err(Fault::damaged("a block lies outside the data window"));
        };
        let mut long = || int() as u32 as u64 | (int() as u32 as u64) << 32;
        let (table, packed, plain) = (long(), long(), long());
        self.check_leader(index, at, table, packed, plain)?;
        let samples = plain / self.header.sample_bytes() as u64;
        Ok((index, Block { at, table, packed, samples, counts: Counts::Forgotten }))
    }

    fn check_leader(&self, index: usize, at: u64, table: u64, packed: u64, plain: u64) -> Result<(), Fault> {
        let bad = |what: &str| Err(Fault::damaged(format!("{} {what}", self.grid.called(index))));
        let compression = self.header.compression;
        let end = at.checked_add(table).and_then(|end| end.checked_add(packed));
        if end.is_none_or(|end| end > self.source.size()) {
            return bad("reaches beyond the end of the file");
        }
        let needed = self.table_size(index);
        // Old writers stored as many entries at the edge as a whole tile has; the first ones count.
        let padded = compression == Compression::None && self.grid.tiled && table > needed;
        if table > needed && !padded || codec::most(compression, table) < needed {
            return bad("has a table of samples of the wrong size");
        }
        if packed > plain || codec::most(compression, packed) < plain {
            return bad("claims more samples than it can hold");
        }
        if !plain.is_multiple_of(self.header.sample_bytes() as u64) {
            return bad("does not hold a whole number of samples");
        }
        Ok(())
    }

    /// Bytes of a block's table, unpacked.
    fn table_size(&self, index: usize) -> u64 {
        let block = self.grid.block(index);
        4 * block.width() as u64 * block.height() as u64
    }

    /// Stops what is too much before anything is unpacked.
    fn check_totals(&self) -> Result<(), Fault> {
        let bytes = self.header.sample_bytes() as u64;
        let packed: u64 = self.blocks.iter().map(|b| b.packed).sum();
        let plain = self.blocks.iter().fold(0_u64, |sum, b| sum.saturating_add(b.samples.saturating_mul(bytes)));
        if plain > self.limits.unpacked {
            return Err(Fault::TooLarge(format!(
                "its samples take {} unpacked, {} are allowed",
                megabytes(plain),
                megabytes(self.limits.unpacked)
            )));
        }
        // A card of one colour packs very well, but has few samples in a pixel.
        let pixels = (self.grid.window.width() * self.grid.window.height()) as u64;
        let harmless = (64_u64 << 20).saturating_add(8 * pixels * bytes);
        if plain > harmless && plain > packed.saturating_mul(self.limits.ratio) {
            return Err(Fault::TooLarge(format!(
                "its samples become {} times larger by unpacking, {} times are allowed",
                plain / packed.max(1),
                self.limits.ratio
            )));
        }
        Ok(())
    }

    /// Reads all tables of samples; keeps them as long as they take no more than a quarter of the memory.
    fn read_tables(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Fault> {
        let mut work = Work::default();
        let mut blocks = std::mem::take(&mut self.blocks);
        let mut kept = 0;
        let mut stats = Stats::begin();
        for (index, block) in blocks.iter_mut().enumerate() {
            poll(stop)?;
            self.read_counts(index, block, &mut work)?;
            stats.add(&self.grid.block(index), &work.counts);
            let counts = Counts::pack(&work.counts);
            if kept + counts.size() <= self.limits.memory / 4 {
                kept += counts.size();
                block.counts = counts;
            }
        }
        self.kept = kept + (blocks.len() * size_of::<Block>()) as u64;
        self.blocks = blocks;
        self.stats = stats.end();
        Ok(())
    }

    /// The samples of each pixel of a block into `work.counts`: those kept, else read and checked.
    pub(super) fn read_counts(&self, index: usize, block: &Block, work: &mut Work) -> Result<(), Fault> {
        let window = self.grid.block(index);
        let pixels = window.width() * window.height();
        let size = 4 * pixels as u64;
        // Packed, plain, spare, counts.
        self.allow(size.saturating_mul(4), "a table of samples")?;
        if work.counts.len() < pixels {
            work.counts.try_reserve_exact(pixels - work.counts.len()).map_err(|_| short())?;
        }
        work.counts.resize(pixels, 0);
        if block.counts.unpack(&mut work.counts) {
            return Ok(());
        }
        // Totals that do not fall and end at nothing are all nothing: empty rows of large frames cost nothing.
        if block.samples == 0 {
            work.counts.fill(0);
            return Ok(());
        }
        let packed = block.table.min(size) as usize;
        codec::grow(&mut work.packed, packed)?;
        codec::grow(&mut work.plain, size as usize)?;
        self.source.read_at(block.at, &mut work.packed[..packed])?;
        let plain = &mut work.plain[..size as usize];
        let called = || self.grid.called(index);
        codec::unpack(self.header.compression, &work.packed[..packed], plain, &mut work.spare)
            .map_err(|fault| fault.at(&called()))?;
        let most = self.limits.samples_per_pixel;
        let samples = counts::from_totals(plain, window.width(), most, &mut work.counts)
            .map_err(|bad| bad.fault(&called(), window.x1, window.y1, window.width(), most))?;
        if samples != block.samples {
            return Err(Fault::damaged(format!(
                "{} has {samples} samples by its table, but holds {}",
                called(),
                block.samples
            )));
        }
        Ok(())
    }

    /// Is there memory for `bytes` beside the tables?
    pub(super) fn allow(&self, bytes: u64, what: &str) -> Result<(), Fault> {
        let need = self.kept.saturating_add(bytes);
        if need <= self.limits.memory {
            return Ok(());
        }
        let (need, limit) = (megabytes(need), megabytes(self.limits.memory));
        Err(Fault::Memory(format!("{what} would take it to {need}, {limit} are allowed")))
    }
}

/// Asks the caller whether to go on.
pub(super) fn poll(stop: &dyn Fn() -> bool) -> Result<(), Fault> {
    if stop() { Err(Fault::Cancelled) } else { Ok(()) }
}

fn short() -> Fault {
    Fault::Memory("the machine has none left".to_owned())
}

/// Where the offset table of a part begins: those of the parts before it come first.
fn table_start(preamble: &Preamble, index: usize) -> Result<u64, Fault> {
    let mut at = preamble.end;
    for (before, header) in preamble.headers[..index].iter().enumerate() {
        let blocks = header.chunk_count.and_then(|count| u64::try_from(count).ok());
        let Some(blocks) = blocks else {
            return Err(Fault::damaged(format!("{} does not say how many blocks it has", header.called(before))));
        };
        at += 8 * blocks;
    }
    Ok(at)
}
