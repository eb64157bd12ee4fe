//! The only place where a host's pointer becomes pixels.
//!
//! An image's layout is checked first ([`Layout::check`]); then each row becomes a slice of its own, because what lies between two rows
//! belongs to somebody else.
#![allow(unsafe_code, reason = "makes slices from the host's pixel pointers")]

use crate::clips::HostImage;
use fathom_core::geometry::Rect;
use fathom_core::image::{Components, Depth, ImageMut, ImageRef, PixelFormat};
use fathom_core::workers::{Stop, try_vec};
use openfx_sys as ofx;
use std::ptr::NonNull;

/// Why an image gives no pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Unusable {
    /// There is none: no data, no area, no format. As if the clip were not connected.
    Absent,
    /// It is something that we do not take.
    Format(String),
}

/// Where an image's pixels lie in memory. Only [`Layout::check`] makes one, so these hold: the bounds hold at least one pixel, rows do not
/// overlap, and no byte of a row is farther from `data` than `isize` can tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    data: NonNull<u8>,
    row_bytes: isize,
    /// The pixels that are there.
    pub(crate) bounds: Rect,
    /// What a pixel looks like.
    pub(crate) format: PixelFormat,
}

/// Sides beyond this are a mistake of the host.
const LARGEST_SIDE: usize = 1 << 20;

impl Layout {
    /// `data` is the first byte of the bottom left pixel of `bounds`; rows go up, each `row_bytes` after the one below it.
    fn check(data: NonNull<u8>, row_bytes: i32, bounds: Rect, format: PixelFormat) -> Result<Self, Unusable> {
        if bounds.is_empty() {
            return Err(Unusable::Absent);
        }
        let (width, height) = (bounds.width(), bounds.height());
        if width > LARGEST_SIDE || height > LARGEST_SIDE {
            return Err(Unusable::Format(format!("an image of {width} × {height} pixels")));
        }
        let used = width * format.bytes();
        if height > 1 && (row_bytes.unsigned_abs() as usize) < used {
            return Err(Unusable::Format(format!("rows of {used} bytes that lie {row_bytes} bytes apart")));
        }
        let row_bytes = row_bytes as isize;
        let far = row_bytes.unsigned_abs().checked_mul(height - 1).and_then(|b| b.checked_add(used));
        match far {
            Some(far) if isize::try_from(far).is_ok() => Ok(Self { data, row_bytes, bounds, format }),
            _ => Err(Unusable::Format("an image larger than memory".into())),
        }
    }

    /// The layout of a host's image.
    pub(crate) fn of(image: &HostImage) -> Result<Self, Unusable> {
        let props = image.props();
        let data = props.pointer(ofx::kOfxImagePropData).and_then(|p| NonNull::new(p.cast::<u8>()));
        let data = data.ok_or(Unusable::Absent)?;
        let without = |what: &str| Unusable::Format(format!("an image without {what}"));
        let [x1, y1, x2, y2] = props.ints(ofx::kOfxImagePropBounds).ok_or_else(|| without("bounds"))?;
        let row_bytes = props.int(ofx::kOfxImagePropRowBytes).ok_or_else(|| without("row bytes"))?;
        let depth = props.text(ofx::kOfxImageEffectPropPixelDepth).ok_or_else(|| without("a pixel depth"))?;
        let components = props.text(ofx::kOfxImageEffectPropComponents).ok_or_else(|| without("components"))?;
        let order = if image.may_be_bgra() { props.text(ofx::kOfxImagePropPixelOrder) } else { None };
        let format = format(&depth, &components, order.as_deref())?;
        Self::check(data, row_bytes, Rect::new(x1, y1, x2, y2), format)
    }

    fn row_len(&self) -> usize {
        self.bounds.width() * self.format.bytes()
    }

    /// The first byte of each row, bottom first.
    fn row_starts(&self) -> impl Iterator<Item = *mut u8> + use<> {
        let (data, step) = (self.data.as_ptr(), self.row_bytes);
        (0..self.bounds.height() as isize).map(move |i| data.wrapping_offset(i * step))
    }

    /// First and last byte address (the gaps between the rows included).
    fn span(&self) -> (usize, usize) {
        let first = self.data.as_ptr().addr();
        let top = first.wrapping_add_signed((self.bounds.height() as isize - 1) * self.row_bytes);
        (first.min(top), first.max(top) + self.row_len() - 1)
    }

    /// Could a byte belong to both?
    pub(crate) fn touches(&self, other: &Layout) -> bool {
        let (a, b) = (self.span(), other.span());
        a.0 <= b.1 && b.0 <= a.1
    }

    /// The pixels, to read.
    ///
    /// # Safety
    /// The layout is that of `image`, and nobody writes its pixels while the result lives.
    pub(crate) unsafe fn read<'a>(&self, _image: &'a HostImage) -> Option<ImageRef<'a>> {
        let len = self.row_len();
        // SAFETY: the host keeps the rows in place until the image is given back; the layout was checked.
        let rows = self.row_starts().map(|p| unsafe { std::slice::from_raw_parts(p.cast_const(), len) }).collect();
        ImageRef::new(self.bounds, self.format, rows)
    }

    /// A copy of the pixels.
    ///
    /// # Safety
    /// The layout is that of `image`.
    pub(crate) unsafe fn copy(&self, image: &HostImage) -> Result<Copied, Stop> {
        let mut bytes = try_vec(self.row_len() * self.bounds.height(), 0u8)?;
        // SAFETY: as promised by the caller; nothing else of ours runs while the copy is made.
        if let Some(from) = unsafe { self.read(image) } {
            let rows = bytes.chunks_exact_mut(self.row_len());
            rows.zip(self.bounds.y1..).for_each(|(to, y)| to.copy_from_slice(from.row(y)));
        }
        Ok(Copied { bytes, bounds: self.bounds, format: self.format })
    }

    /// The pixels, to write.
    ///
    /// # Safety
    /// The layout is that of `image`, and no slice of its rows lives beside the result.
    pub(crate) unsafe fn write<'a>(&self, _image: &'a mut HostImage) -> Option<ImageMut<'a>> {
        let len = self.row_len();
        // SAFETY: as in `read`; rows do not overlap, so that each slice is alone.
        let rows = self.row_starts().map(|p| unsafe { std::slice::from_raw_parts_mut(p, len) }).collect();
        ImageMut::new(self.bounds, self.format, rows)
    }
}

/// An image of our own.
pub(crate) struct Copied {
    bytes: Vec<u8>,
    bounds: Rect,
    format: PixelFormat,
}

impl Copied {
    /// An empty one.
    pub(crate) fn blank(bounds: Rect, format: PixelFormat) -> Result<Self, Stop> {
        Ok(Self { bytes: try_vec(bounds.width() * bounds.height() * format.bytes(), 0)?, bounds, format })
    }

    fn row_len(&self) -> usize {
        (self.bounds.width() * self.format.bytes()).max(1)
    }

    /// The pixels, to read.
    pub(crate) fn read(&self) -> Option<ImageRef<'_>> {
        ImageRef::new(self.bounds, self.format, self.bytes.chunks_exact(self.row_len()).collect())
    }

    /// The pixels, to write.
    pub(crate) fn write(&mut self) -> Option<ImageMut<'_>> {
        let len = self.row_len();
        ImageMut::new(self.bounds, self.format, self.bytes.chunks_exact_mut(len).collect())
    }
}

/// The words of OpenFX for what a pixel looks like.
fn format(depth: &str, components: &str, order: Option<&str>) -> Result<PixelFormat, Unusable> {
    let is = |name: &std::ffi::CStr, text: &str| name.to_bytes() == text.as_bytes();
    let none = is(ofx::kOfxBitDepthNone, depth) || is(ofx::kOfxImageComponentNone, components);
    if none || depth.is_empty() || components.is_empty() {
        return Err(Unusable::Absent);
    }
    let depth = match depth {
        d if is(ofx::kOfxBitDepthFloat, d) => Depth::Float,
        d if is(ofx::kOfxBitDepthHalf, d) => Depth::Half,
        d if is(ofx::kOfxBitDepthShort, d) => Depth::Short,
        d if is(ofx::kOfxBitDepthByte, d) => Depth::Byte,
        d => return Err(Unusable::Format(format!("the pixel depth {d}"))),
    };
    let bgra = order.is_some_and(|o| is(ofx::kOfxImagePixelOrderBGRA, o));
    let components = match components {
        c if is(ofx::kOfxImageComponentRGBA, c) && bgra => Components::Bgra,
        c if is(ofx::kOfxImageComponentRGBA, c) => Components::Rgba,
        c if is(ofx::kOfxImageComponentRGB, c) => Components::Rgb,
        c if is(ofx::kOfxImageComponentAlpha, c) => Components::Alpha,
        c if c.starts_with(&*ofx::kNatronOfxImageComponentsPlaneName.to_string_lossy()) => layer(c)?,
        c => return Err(Unusable::Format(format!("the components {c}"))),
    };
    Ok(PixelFormat { depth, components })
}

/// A layer says how many channels it has by naming them.
fn layer(components: &str) -> Result<Components, Unusable> {
    match components.matches(&*ofx::kNatronOfxImageComponentsPlaneChannel.to_string_lossy()).count() {
        1 => Ok(Components::Alpha),
        3 => Ok(Components::Rgb),
        4 => Ok(Components::Rgba),
        _ => Err(Unusable::Format(format!("the layer {components}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RGBA8: PixelFormat = PixelFormat { depth: Depth::Byte, components: Components::Rgba };

    fn layout(memory: &mut [u8], at: usize, row_bytes: i32, bounds: Rect) -> Result<Layout, Unusable> {
        Layout::check(NonNull::new(memory[at..].as_mut_ptr()).unwrap(), row_bytes, bounds, RGBA8)
    }

    fn offsets(memory: &mut [u8], at: usize, row_bytes: i32, bounds: Rect) -> Vec<usize> {
        let start = memory.as_ptr().addr();
        let layout = layout(memory, at, row_bytes, bounds).unwrap();
        layout.row_starts().map(|p| p.addr() - start).collect()
    }

    #[test]
    fn rows_of_padded_unaligned_and_negative_strides() {
        let mut memory = vec![0; 100];
        let two_by_three = Rect::new(-1, 5, 1, 8);
        assert_eq!(offsets(&mut memory, 0, 8, two_by_three), [0, 8, 16]);
        assert_eq!(offsets(&mut memory, 1, 11, two_by_three), [1, 12, 23]);
        assert_eq!(offsets(&mut memory, 40, -20, two_by_three), [40, 20, 0]);
        // With one row its stride does not matter.
        assert_eq!(offsets(&mut memory, 3, 0, Rect::new(0, 0, 2, 1)), [3]);
    }

    #[test]
    fn what_cannot_be_an_image_is_refused() {
        let mut memory = vec![0; 100];
        let mut check = |row_bytes, bounds| layout(&mut memory, 0, row_bytes, bounds).unwrap_err();
        assert_eq!(check(8, Rect::new(4, 4, 4, 9)), Unusable::Absent);
        assert_eq!(check(8, Rect::new(9, 0, 4, 9)), Unusable::Absent);
        assert!(matches!(check(7, Rect::new(0, 0, 2, 2)), Unusable::Format(_)));
        assert!(matches!(check(-7, Rect::new(0, 0, 2, 2)), Unusable::Format(_)));
        assert!(matches!(check(i32::MIN, Rect::new(i32::MIN, 0, i32::MAX, 1)), Unusable::Format(_)));
    }

    #[test]
    fn formats() {
        let of = |d, c| format(d, c, None);
        assert_eq!(of("OfxBitDepthByte", "OfxImageComponentRGBA"), Ok(RGBA8));
        assert_eq!(of("OfxBitDepthNone", "OfxImageComponentRGBA"), Err(Unusable::Absent));
        assert_eq!(of("OfxBitDepthFloat", ""), Err(Unusable::Absent));
        let layer = of("OfxBitDepthFloat", "NatronOfxImageComponentsPlaneName_depth_Channel_Z");
        assert_eq!(layer.unwrap().components, Components::Alpha);
        let two = of("OfxBitDepthFloat", "NatronOfxImageComponentsPlaneName_flow_Channel_X_Channel_Y");
        assert!(matches!(two, Err(Unusable::Format(_))));
        assert!(matches!(of("OfxBitDepthDouble", "OfxImageComponentRGBA"), Err(Unusable::Format(_))));
        assert!(matches!(of("OfxBitDepthFloat", "NatronOfxImageComponentXY"), Err(Unusable::Format(_))));
        let swapped = format("OfxBitDepthByte", "OfxImageComponentRGBA", Some("OfxImagePixelOrderBGRA")).unwrap();
        assert_eq!(swapped.components, Components::Bgra);
    }

    #[test]
    fn images_in_the_same_memory_are_noticed() {
        let mut memory = vec![0; 100];
        let square = Rect::new(0, 0, 2, 2);
        let a = layout(&mut memory, 0, 8, square).unwrap();
        let b = layout(&mut memory, 24, -8, square).unwrap();
        let c = layout(&mut memory, 15, 8, square).unwrap();
        assert!(!a.touches(&b) && a.touches(&c) && b.touches(&c));
    }
}
