//! An image's memory.

use super::c::{clip, effects, ints, props, string};
use super::wrong::is;
use openfx::sys::generic::core::*;
use openfx::sys::image_effect_v1::image_effect::*;
use std::ffi::{CStr, c_int};
use std::ptr::{null, null_mut};

/// Floats or bytes, RGBA or one channel.
pub struct Image {
    pub handle: OfxPropertySetHandle,
    pub data: *mut u8,
    pub bounds: [c_int; 4],
    pub row_bytes: isize,
    channels: isize,
    bytes: isize,
    blue_first: bool,
}

impl Image {
    /// `Ok(None)`: there is none. An error: it is of a kind that is not known.
    pub unsafe fn fetch(effect: OfxImageEffectHandle, name: &CStr, time: f64) -> Result<Option<Self>, OfxStatus> {
        let mut handle = null_mut();
        unsafe {
            let status = effects().clipGetImage.unwrap()(clip(effect, name), time, null(), &raw mut handle);
            if status != kOfxStatOK || handle.is_null() {
                return Ok(None);
            }
            let mut data = null_mut();
            props().propGetPointer.unwrap()(handle, kOfxImagePropData.as_ptr(), 0, &raw mut data);
            let (bounds, row_bytes) = (ints(handle, kOfxImagePropBounds), ints::<1>(handle, kOfxImagePropRowBytes));
            let alpha = string(handle, kOfxImageEffectPropComponents, 0) == Some(kOfxImageComponentAlpha);
            let depth = string(handle, kOfxImageEffectPropPixelDepth, 0).map(CStr::to_owned);
            let blue_first = string(handle, c"OfxImageEffectPropPixelOrder", 0) == Some(c"OfxImagePixelOrderBGRA");
            let missing = data.is_null() && !(is("source-missing") && name == c"Source");
            let image = |bytes| Self {
                handle,
                data: data.cast(),
                bounds: bounds.unwrap_or([0, 0, 1, 1]),
                row_bytes: row_bytes.map_or(0, |[r]| r as isize),
                channels: if alpha { 1 } else { 4 },
                bytes,
                blue_first: blue_first && !is("pixel-order"),
            };
            if missing {
                image(4).release();
                return Ok(None);
            }
            match depth.as_deref() {
                _ if is("wrong-depth") => Ok(Some(image(4))),
                Some(d) if d == kOfxBitDepthByte => Ok(Some(image(1))),
                None => Ok(Some(image(4))),
                Some(d) if d == kOfxBitDepthFloat => Ok(Some(image(4))),
                Some(_) => {
                    image(4).release();
                    Err(kOfxStatErrImageFormat)
                }
            }
        }
    }

    fn at(&self, x: c_int, y: c_int, k: isize) -> *mut u8 {
        let row = (y - self.bounds[1]) as isize * self.row_bytes;
        let k = if self.blue_first && k < 3 { 2 - k } else { k };
        self.data.wrapping_offset(row + ((x - self.bounds[0]) as isize * self.channels + k) * self.bytes)
    }

    pub fn holds(&self, x: c_int, y: c_int) -> bool {
        x >= self.bounds[0] && y >= self.bounds[1] && x < self.bounds[2] && y < self.bounds[3]
    }

    pub unsafe fn get(&self, x: c_int, y: c_int, k: isize) -> f32 {
        let at = self.at(x, y, k.min(self.channels - 1));
        unsafe { if self.bytes == 4 { at.cast::<f32>().read_volatile() } else { f32::from(at.read()) / 255.0 } }
    }

    pub unsafe fn set(&self, x: c_int, y: c_int, k: isize, value: f32) {
        let at = self.at(x, y, k);
        unsafe {
            if self.bytes == 4 {
                at.cast::<f32>().write(value);
            } else {
                at.write(if is("format-agreement") { 0 } else { (value.clamp(0.0, 1.0) * 255.0).round() as u8 });
            }
        }
    }

    pub fn is_bytes(&self) -> bool {
        self.bytes == 1
    }

    pub fn any(&self, f: impl Fn(f32) -> bool) -> bool {
        let [x1, y1, x2, y2] = self.bounds;
        (y1..y2).any(|y| (x1..x2).any(|x| unsafe { f(self.get(x, y, 0)) }))
    }

    pub unsafe fn release(&self) {
        unsafe { effects().clipReleaseImage.unwrap()(self.handle) };
    }
}
