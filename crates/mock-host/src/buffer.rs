//! Images as the plug-in sees them: memory with row bytes, marks in every byte that is not its to write, and the checks of them.

use crate::format::{Components, Depth};
use crate::geometry::RectI;
use crate::memory::Memory;
use crate::picture::Picture;
use crate::profile::RowBytes;
use crate::property::PropertySet;
use crate::registry;
use half::f16;
use std::sync::Arc;

/// Bytes before and behind the rows that nobody may touch.
const MARGIN: usize = 256;
/// The marks of pixels that were not written: NaNs that no arithmetic makes.
const FLOAT_MARK: u32 = 0x7fc5_a5a5;
const HALF_MARK: u16 = 0x7e5a;
/// Integer pixels have no such number: a run of this many marked bytes counts as unwritten.
const INTEGER_RUN: usize = 6;

/// The memory of an image.
#[derive(Debug)]
pub(crate) struct PixelBuffer {
    memory: Memory,
    pub bounds: RectI,
    pub components: Components,
    pub depth: Depth,
    pub row_bytes: isize,
    /// Whether pixels of four channels are stored blue, green, red, alpha.
    pub blue_first: bool,
    first_row: usize,
}

/// A mark that depends on the place, so that copies of marked pixels are noticed too.
fn mark(offset: usize) -> u8 {
    (offset.wrapping_mul(0x9e37_79b1) >> 13) as u8 | 1
}

impl PixelBuffer {
    /// Memory for an image, every byte marked.
    pub fn new(bounds: RectI, components: Components, depth: Depth, rows: RowBytes, guard: bool) -> Self {
        let pixel = components.count() * depth.bytes();
        let (gap, negative) = match rows {
            RowBytes::Tight => (0, false),
            RowBytes::Padded(gap) => (gap, false),
            RowBytes::Negative(gap) => (gap, true),
        };
        // Padding keeps channels aligned.
        let stride = (bounds.width() * pixel + gap).next_multiple_of(depth.bytes());
        let height = bounds.height();
        let row = bounds.width() * pixel;
        let used = height.saturating_sub(1) * stride + if height > 0 { row } else { 0 };
        // With guard pages the pixels end where the memory ends.
        let (memory, margin) = if guard {
            (Memory::guarded(MARGIN + used), MARGIN)
        } else {
            (Memory::new(MARGIN + used + MARGIN), MARGIN)
        };
        let first_row = if negative { margin + height.saturating_sub(1) * stride } else { margin };
        let stride = isize::try_from(stride).unwrap_or(isize::MAX);
        let row_bytes = if negative { -stride } else { stride };
        let mut buffer = Self { memory, bounds, components, depth, row_bytes, blue_first: false, first_row };
        for (i, b) in buffer.memory.bytes_mut().iter_mut().enumerate() {
            *b = mark(i);
        }
        buffer
    }

    /// Bytes of a pixel.
    fn pixel_bytes(&self) -> usize {
        self.components.count() * self.depth.bytes()
    }

    /// Where a row's first pixel lies.
    fn row_offset(&self, y: i32) -> usize {
        let row = isize::try_from(i64::from(y) - i64::from(self.bounds.y1)).unwrap_or(0);
        self.first_row.wrapping_add_signed(row.wrapping_mul(self.row_bytes))
    }

    /// The address of the bottom-left pixel.
    pub fn data(&self) -> *mut u8 {
        self.memory.address(self.first_row)
    }

    /// A checksum of every byte, gaps included.
    pub fn checksum(&self) -> u64 {
        let mut sum = 0xcbf2_9ce4_8422_2325u64;
        let chunks = self.memory.bytes().chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            let mut word = [0u8; 8];
            word.copy_from_slice(chunk);
            sum = (sum ^ u64::from_le_bytes(word)).wrapping_mul(0x0100_0000_01b3);
            sum ^= sum >> 29;
        }
        for b in rest {
            sum = (sum ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3);
        }
        sum
    }

    /// Marks the window's pixels as unwritten: NaNs in floating-point images.
    pub fn mark_window(&mut self, window: RectI) {
        let (n, depth) = (self.components.count(), self.depth);
        for y in window.y1..window.y2 {
            let start = self.row_offset(y) + (window.x1 - self.bounds.x1) as usize * self.pixel_bytes();
            let bytes = window.width() * self.pixel_bytes();
            let row = &mut self.memory.bytes_mut()[start..start + bytes];
            match depth {
                Depth::Float => {
                    for c in row.chunks_exact_mut(4) {
                        c.copy_from_slice(&FLOAT_MARK.to_ne_bytes());
                    }
                }
                Depth::Half => {
                    for c in row.chunks_exact_mut(2) {
                        c.copy_from_slice(&HALF_MARK.to_ne_bytes());
                    }
                }
                _ => debug_assert!(n > 0),
            }
        }
    }

    /// The first byte outside the window that does not hold its mark any more, in words.
    pub fn touched_outside(&self, window: RectI) -> Option<String> {
        let bytes = self.memory.bytes();
        let pixel = self.pixel_bytes();
        let mut next = 0;
        let mut rows: Vec<_> = (window.y1..window.y2)
            .map(|y| {
                let start = self.row_offset(y) + (window.x1 - self.bounds.x1) as usize * pixel;
                (start, start + window.width() * pixel)
            })
            .collect();
        rows.sort_unstable();
        rows.push((bytes.len(), bytes.len()));
        for (start, end) in rows {
            if let Some(i) = (next..start).find(|&i| bytes[i] != mark(i)) {
                return Some(self.place(i));
            }
            next = end;
        }
        None
    }

    /// A byte's place in words.
    fn place(&self, offset: usize) -> String {
        let stride = self.row_bytes.unsigned_abs().max(1);
        let from = offset as isize - self.first_row as isize;
        let row = from.div_euclid(stride as isize) * self.row_bytes.signum();
        let x = from.rem_euclid(stride as isize) as usize / self.pixel_bytes();
        format!(
            "a byte at row {}, column {} of an image with bounds {:?} and {} row bytes changed",
            i64::from(self.bounds.y1) + row as i64,
            i64::from(self.bounds.x1) + x as i64,
            self.bounds.to_array(),
            self.row_bytes
        )
    }

    /// How many pixels of the window still hold their mark, and where the first is.
    pub fn unwritten(&self, window: RectI) -> Option<(usize, (i32, i32))> {
        let pixel = self.pixel_bytes();
        let bytes = self.memory.bytes();
        let mut count = 0;
        let mut first = None;
        for y in window.y1..window.y2 {
            let start = self.row_offset(y) + (window.x1 - self.bounds.x1) as usize * pixel;
            let marked = |i: usize| {
                let at = start + i * pixel;
                let p = &bytes[at..at + pixel];
                match self.depth {
                    Depth::Float => p.chunks_exact(4).any(|c| c == FLOAT_MARK.to_ne_bytes()),
                    Depth::Half => p.chunks_exact(2).any(|c| c == HALF_MARK.to_ne_bytes()),
                    _ => p.iter().enumerate().all(|(k, b)| *b == mark(at + k)),
                }
            };
            let mut run = 0;
            for i in 0..=window.width() {
                if i < window.width() && marked(i) {
                    run += 1;
                    continue;
                }
                let certain = matches!(self.depth, Depth::Float | Depth::Half) || run * pixel >= INTEGER_RUN;
                if run > 0 && certain {
                    count += run;
                    first.get_or_insert((window.x1 + (i - run) as i32, y));
                }
                run = 0;
            }
        }
        first.map(|at| (count, at))
    }

    /// Fills the bounds from a picture of the same components; black and transparent where it has no pixels.
    pub fn store(&mut self, picture: &Picture) {
        let depth = self.depth;
        let n = self.components.count();
        let mut cut = (picture.bounds != self.bounds || self.blue_first).then(|| picture.cropped(self.bounds));
        if let (Some(picture), true) = (&mut cut, self.blue_first) {
            swap_red_and_blue(picture);
        }
        let picture = cut.as_ref().unwrap_or(picture);
        assert_eq!(picture.components, self.components);
        for y in self.bounds.y1..self.bounds.y2 {
            let start = self.row_offset(y);
            let size = self.bounds.width() * self.pixel_bytes();
            let row = &mut self.memory.bytes_mut()[start..start + size];
            let values = picture.row(y);
            debug_assert_eq!(values.len() % n.max(1), 0);
            match depth {
                Depth::Float => {
                    for (c, v) in row.chunks_exact_mut(4).zip(values) {
                        c.copy_from_slice(&v.to_ne_bytes());
                    }
                }
                Depth::Half => {
                    for (c, v) in row.chunks_exact_mut(2).zip(values) {
                        c.copy_from_slice(&f16::from_f32(*v).to_ne_bytes());
                    }
                }
                Depth::Short => {
                    for (c, v) in row.chunks_exact_mut(2).zip(values) {
                        c.copy_from_slice(&(quantise(*v, 65535.0) as u16).to_ne_bytes());
                    }
                }
                Depth::Byte => {
                    for (c, v) in row.iter_mut().zip(values) {
                        *c = quantise(*v, 255.0) as u8;
                    }
                }
            }
        }
    }

    /// The window's pixels as floats.
    pub fn load(&self, window: RectI) -> Picture {
        let mut picture = Picture::new(window, self.components);
        let common = window.intersect(&self.bounds);
        let n = self.components.count();
        for y in common.y1..common.y2 {
            let start = self.row_offset(y) + (common.x1 - self.bounds.x1) as usize * self.pixel_bytes();
            let row = &self.memory.bytes()[start..start + common.width() * self.pixel_bytes()];
            let to = (common.x1 - window.x1) as usize * n;
            let values = &mut picture.row_mut(y)[to..to + common.width() * n];
            for (v, c) in values.iter_mut().zip(row.chunks_exact(self.depth.bytes())) {
                *v = match (self.depth, c) {
                    (Depth::Float, &[a, b, c, d]) => f32::from_ne_bytes([a, b, c, d]),
                    (Depth::Half, &[a, b]) => f16::from_ne_bytes([a, b]).to_f32(),
                    (Depth::Short, &[a, b]) => f32::from(u16::from_ne_bytes([a, b])) / 65535.0,
                    (_, c) => f32::from(c[0]) / 255.0,
                };
            }
        }
        if self.blue_first {
            swap_red_and_blue(&mut picture);
        }
        picture
    }
}

fn swap_red_and_blue(picture: &mut Picture) {
    picture.pixels.chunks_exact_mut(4).for_each(|p| p.swap(0, 2));
}

fn quantise(v: f32, max: f32) -> f32 {
    (v.clamp(0.0, 1.0) * max).round()
}

/// An image that was fetched: its properties, whose handle it has, and its memory.
#[derive(Debug)]
pub(crate) struct ImageObject {
    pub id: usize,
    pub clip: String,
    pub properties: Arc<PropertySet>,
    /// Keeps the memory alive as long as the plug-in may look at it.
    pub _buffer: Option<Arc<PixelBuffer>>,
}

impl Drop for ImageObject {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

/// Memory that the image effect suite handed out.
#[derive(Debug)]
pub(crate) struct ImageMemory {
    pub id: usize,
    pub memory: Memory,
}

impl Drop for ImageMemory {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = (Depth, RowBytes, bool)> {
        Depth::ALL.iter().flat_map(|d| {
            [RowBytes::Tight, RowBytes::Padded(12), RowBytes::Negative(8)]
                .into_iter()
                .flat_map(move |r| [(*d, r, false), (*d, r, true)])
        })
    }

    #[test]
    fn pictures_survive_every_layout() {
        let bounds = RectI::new(-3, 5, 4, 9);
        let picture =
            Picture::from_fn(bounds, Components::Rgb, |x, y| [(x + 3) as f32 / 8.0, (y - 5) as f32 / 4.0, 1.0, 0.0]);
        for (depth, rows, guard) in all() {
            let mut buffer = PixelBuffer::new(bounds, Components::Rgb, depth, rows, guard);
            buffer.store(&picture);
            let back = buffer.load(bounds);
            for (a, b) in picture.pixels.iter().zip(&back.pixels) {
                assert!((a - b).abs() < 0.004, "{depth} {rows:?}: {a} {b}");
            }
        }
    }

    #[test]
    fn unwritten_and_touched_pixels_are_found() {
        let bounds = RectI::new(0, 0, 16, 6);
        let window = RectI::new(2, 1, 14, 5);
        for (depth, rows, guard) in all() {
            let mut buffer = PixelBuffer::new(bounds, Components::Rgba, depth, rows, guard);
            buffer.mark_window(window);
            assert_eq!(buffer.unwritten(window), Some((12 * 4, (2, 1))));
            assert_eq!(buffer.touched_outside(window), None);
            let start = buffer.row_offset(1);
            let pixel = buffer.pixel_bytes();
            for y in window.y1..window.y2 {
                let at = buffer.row_offset(y) + 2 * pixel;
                buffer.memory.bytes_mut()[at..at + 12 * pixel].fill(0);
            }
            assert_eq!(buffer.unwritten(window), None);
            assert_eq!(buffer.touched_outside(window), None);
            let left = start + 2 * pixel - 1;
            buffer.memory.bytes_mut()[left] ^= 0x80;
            let place = buffer.touched_outside(window).unwrap_or_default();
            assert!(place.contains("row 1, column 1"), "{rows:?} {place}");
        }
    }
}
