//! Bands of rows.

use std::ops::Range;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::codec;
use super::error::{Error, Fault, room};
use super::header::SampleType;
use super::part::{Block, DeepPart, Work, poll};
use crate::samples::{Band, Numbers, Window};

impl DeepPart {
    /// Reads the samples of `rows` (OpenEXR's, end exclusive; those outside the data window are left out).
    ///
    /// `channels` are places in [`Header::channels`](super::Header::channels), returned in this order; the depths come
    /// by themselves. `stop` is asked before each block. Several threads may read at a time, best by rows of blocks
    /// ([`Self::bands`]), as a block that is needed in part is unpacked as a whole.
    ///
    /// # Errors
    /// Damaged data, a file that changed since it was opened, memory beyond the limit, a wrong channel, `stop`.
    pub fn read_rows(&self, rows: Range<i32>, channels: &[usize], stop: &dyn Fn() -> bool) -> Result<Band, Error> {
        self.rows(rows, channels, stop).map_err(|fault| self.named(fault))
    }

    /// Rows that are best read together: whole blocks where possible, each band of at most about `bytes` with
    /// `channels` channels beside the depths. A row that needs more is a band of its own. They cover the data window.
    pub fn bands(&self, bytes: u64, channels: usize) -> Result<Vec<Range<i32>>, Error> {
        self.split(bytes, channels).map_err(|fault| self.named(fault))
    }

    /// Bytes that [`Self::read_rows`] takes at most for these rows with `channels` channels beside the depths, its
    /// scratch included. The tables ([`Self::table_bytes`]) come on top.
    pub fn rows_cost(&self, rows: Range<i32>, channels: usize) -> u64 {
        let all = self.grid.window;
        let window = Window { y1: rows.start.max(all.y1), y2: rows.end.min(all.y2), ..all };
        let (mut samples, mut scratch) = (0_u64, 0);
        if window.height() > 0 {
            for row in self.grid.block_rows(&(window.y1..window.y2)) {
                for index in row * self.grid.cols..(row + 1) * self.grid.cols {
                    let (block, place) = (&self.blocks[index], self.grid.block(index));
                    samples = samples.saturating_add(block.samples);
                    scratch = scratch.max(self.scratch(block, &place));
                }
            }
        }
        let pixels = (window.width() * window.height()) as u64;
        self.band_bytes(pixels, samples, channels).saturating_add(scratch)
    }

    /// Packed, plain, spare, and three times the table.
    fn scratch(&self, block: &Block, place: &Window) -> u64 {
        let plain = block.samples.saturating_mul(self.header.sample_bytes() as u64);
        let table = 16 * (place.width() * place.height()) as u64;
        block.packed.saturating_add(plain.saturating_mul(2)).saturating_add(table)
    }

    fn rows(&self, rows: Range<i32>, channels: &[usize], stop: &dyn Fn() -> bool) -> Result<Band, Fault> {
        if let Some(wrong) = channels.iter().find(|&&c| c >= self.header.channels.len()) {
            let count = self.header.channels.len();
            return Err(Fault::Absent(format!("has no channel {wrong}, only {count}")));
        }
        let all = self.grid.window;
        let (y1, y2) = (rows.start.max(all.y1), rows.end.min(all.y2));
        let window = Window { y1, y2: y2.max(y1), ..all };
        let mut work = Work::default();
        let starts = self.starts(window, channels.len(), &mut work, stop)?;
        let samples = starts[starts.len() - 1] as usize;
        let floats = || filled(samples, 0.0_f32);
        let mut band = Band {
            window,
            starts,
            front: floats()?,
            back: self.depths.1.map(|_| floats()).transpose()?,
            channels: Vec::new(),
        };
        for &c in channels {
            band.channels.push(match self.header.channels[c].kind {
                SampleType::Uint => Numbers::Uint(filled(samples, 0)?),
                _ => Numbers::Float(floats()?),
            });
        }
        self.for_blocks(window, |index| {
            poll(stop)?;
            self.read_block(index, channels, &mut band, &mut work)
        })?;
        Ok(band)
    }

    fn for_blocks(&self, window: Window, mut each: impl FnMut(usize) -> Result<(), Fault>) -> Result<(), Fault> {
        for row in self.grid.block_rows(&(window.y1..window.y2)) {
            for index in row * self.grid.cols..(row + 1) * self.grid.cols {
                each(index)?;
            }
        }
        Ok(())
    }

    /// Bytes of a band.
    fn band_bytes(&self, pixels: u64, samples: u64, channels: usize) -> u64 {
        let each = 1 + u64::from(self.has_back()) + channels as u64;
        pixels.saturating_add(1).saturating_add(samples.saturating_mul(each)).saturating_mul(4)
    }

    /// First the counts of all pixels, so that each sample has its place before any is unpacked.
    fn starts(
        &self,
        window: Window,
        channels: usize,
        work: &mut Work,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<u32>, Fault> {
        let width = window.width();
        let pixels = width * window.height();
        let called = match window.height() {
            1 => format!("row {}", window.y1),
            _ => format!("reading rows {} to {}", window.y1, i64::from(window.y2) - 1),
        };
        self.allow(self.band_bytes(pixels as u64, 0, 0), &called)?;
        let mut starts = filled(pixels + 1, 0_u32)?;
        let mut samples = 0_u64;
        let mut scratch = 0;
        self.for_blocks(window, |index| {
            poll(stop)?;
            let block = &self.blocks[index];
            self.read_counts(index, block, work)?;
            let place = self.grid.block(index);
            scratch = scratch.max(self.scratch(block, &place));
            for (y, counts) in (place.y1..place.y2).zip(work.counts.chunks_exact(place.width())) {
                if let Some(first) = first_pixel(window, place.x1, y) {
                    starts[first + 1..first + 1 + counts.len()].copy_from_slice(counts);
                    samples += counts.iter().map(|&c| u64::from(c)).sum::<u64>();
                }
            }
            Ok(())
        })?;
        let need = self.band_bytes(pixels as u64, samples, channels);
        self.allow(need.saturating_add(scratch), &called)?;
        if samples > u64::from(u32::MAX) {
            return Err(Fault::Memory(format!("{samples} samples are too many to be read at a time")));
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Ok(starts)
    }

    /// Unpacks a block and puts what the band needs of it in its place.
    fn read_block(&self, index: usize, channels: &[usize], band: &mut Band, work: &mut Work) -> Result<(), Fault> {
        let block = &self.blocks[index];
        if block.samples == 0 {
            return Ok(());
        }
        self.read_counts(index, block, work)?;
        let place = self.grid.block(index);
        let size = block.samples as usize * self.header.sample_bytes();
        let packed = block.packed as usize;
        codec::grow(&mut work.packed, packed)?;
        codec::grow(&mut work.plain, size)?;
        self.source.read_at(block.at + block.table, &mut work.packed[..packed])?;
        let (packed, plain) = (&work.packed[..packed], &mut work.plain[..size]);
        codec::unpack(self.header.compression, packed, plain, &mut work.spare)
            .map_err(|fault| fault.at(&self.grid.called(index)))?;
        let width = place.width();
        let mut row_start = 0;
        for (y, counts) in (place.y1..place.y2).zip(work.counts.chunks_exact(width)) {
            let samples: usize = counts.iter().map(|&c| c as usize).sum();
            let bytes = &plain[row_start..row_start + samples * self.header.sample_bytes()];
            row_start += bytes.len();
            let Some(first) = first_pixel(band.window, place.x1, y).filter(|_| samples > 0) else { continue };
            let range = band.starts[first] as usize..band.starts[first + width] as usize;
            // Where counts are not kept they were read twice: the file may have changed between.
            if range.len() != samples {
                return Err(Fault::damaged("it changed while it was read"));
            }
            self.take_row(bytes, samples, range, channels, band);
        }
        Ok(())
    }

    /// A row of a block: channel after channel, in the header's order, each with all samples of the row.
    fn take_row(&self, bytes: &[u8], samples: usize, range: Range<usize>, channels: &[usize], band: &mut Band) {
        let of = |channel: usize| {
            let before: usize = self.header.channels[..channel].iter().map(|c| c.kind.bytes()).sum();
            let kind = self.header.channels[channel].kind;
            (&bytes[before * samples..(before + kind.bytes()) * samples], kind)
        };
        let (bytes, kind) = of(self.depths.0);
        to_floats(bytes, kind, &mut band.front[range.clone()]);
        if let (Some(back), Some(channel)) = (&mut band.back, self.depths.1) {
            let (bytes, kind) = of(channel);
            to_floats(bytes, kind, &mut back[range.clone()]);
        }
        for (numbers, &channel) in band.channels.iter_mut().zip(channels) {
            let (bytes, kind) = of(channel);
            match numbers {
                Numbers::Float(out) => to_floats(bytes, kind, &mut out[range.clone()]),
                Numbers::Uint(out) => {
                    for (o, b) in out[range.clone()].iter_mut().zip(bytes.as_chunks::<4>().0) {
                        *o = u32::from_le_bytes(*b);
                    }
                }
            }
        }
    }

    fn split(&self, bytes: u64, channels: usize) -> Result<Vec<Range<i32>>, Fault> {
        let width = self.grid.window.width() as u64;
        let mut bands = Bands { list: Vec::new(), start: self.grid.window.y1, rows: 0, samples: 0 };
        let fits = |rows: u64, samples: u64| {
            samples <= u64::from(u32::MAX) && self.band_bytes(rows * width, samples, channels) <= bytes
        };
        let mut work = Work::default();
        for row in 0..self.grid.rows {
            let indices = row * self.grid.cols..(row + 1) * self.grid.cols;
            let place = self.grid.block(indices.start);
            let height = place.height() as u64;
            let samples: u64 = self.blocks[indices.clone()].iter().map(|b| b.samples).sum();
            if height == 1 || fits(height, samples) {
                bands.add(height, samples, &fits);
                continue;
            }
            // Too much at a time: row by row.
            let mut each = vec![0_u64; place.height()];
            for index in indices {
                self.read_counts(index, &self.blocks[index], &mut work)?;
                let width = self.grid.block(index).width();
                for (sum, counts) in each.iter_mut().zip(work.counts.chunks_exact(width)) {
                    *sum += counts.iter().map(|&c| u64::from(c)).sum::<u64>();
                }
            }
            each.iter().for_each(|&samples| bands.add(1, samples, &fits));
        }
        bands.end();
        Ok(bands.list)
    }
}

/// Bands as they grow.
struct Bands {
    list: Vec<Range<i32>>,
    start: i32,
    rows: u64,
    samples: u64,
}

impl Bands {
    fn add(&mut self, rows: u64, samples: u64, fits: &dyn Fn(u64, u64) -> bool) {
        if self.rows > 0 && !fits(self.rows + rows, self.samples + samples) {
            self.end();
        }
        self.rows += rows;
        self.samples += samples;
    }

    fn end(&mut self) {
        if self.rows > 0 {
            let end = (i64::from(self.start) + self.rows as i64) as i32;
            self.list.push(self.start..end);
            (self.start, self.rows, self.samples) = (end, 0, 0);
        }
    }
}

/// The place of a pixel in a band as wide as the data window; `None` in rows outside it.
fn first_pixel(window: Window, x: i32, y: i32) -> Option<usize> {
    (window.y1..window.y2)
        .contains(&y)
        .then(|| y.abs_diff(window.y1) as usize * window.width() + x.abs_diff(window.x1) as usize)
}

fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, Fault> {
    let mut vector = room(count)?;
    vector.resize(count, value);
    Ok(vector)
}

fn to_floats(bytes: &[u8], kind: SampleType, out: &mut [f32]) {
    if kind == SampleType::Half {
        // Through a little array: the conversion is quick for slices, and the bytes lie at any place.
        let mut halves = [f16::ZERO; 128];
        for (out, bytes) in out.chunks_mut(128).zip(bytes.as_chunks::<2>().0.chunks(128)) {
            for (h, b) in halves.iter_mut().zip(bytes) {
                *h = f16::from_le_bytes(*b);
            }
            halves[..out.len()].convert_to_f32_slice(out);
        }
    } else {
        for (o, b) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *o = f32::from_le_bytes(*b);
        }
    }
}
